"""
One pipeline, two places: the same lines through the same file, in the agent and in the cluster, are the same documents there.

Real node, real ``setup`` and real bulk requests; ready pipelines, and one that calls another, drops, fails and handles failures.
"""

from __future__ import annotations

import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.harness.agent import AgentProcess, shipper

ROOT = Path(__file__).parents[2]
READY = ("haproxy", "syslog", "auth", "nginx-error")
OUTER = """
processors:
  - dissect: {field: message, pattern: '%{kind} %{rest}'}
  - drop: {if: ctx.kind == 'debug'}
  - pipeline: {name: inner, if: ctx.rest != null}
  - convert: {field: n, type: integer, ignore_missing: true, tag: number}
"""
INNER = """
processors:
  - kv: {field: rest, field_split: ' ', value_split: '=', target_field: pairs}
  - rename: {field: pairs.n, target_field: n, ignore_missing: true}
  - foreach: {field: tags, processor: {uppercase: {field: _ingest._value}}}
"""
LINES = "a n=1 b=2\ndebug n=2\nb n=x c=ä\nnothing\nc n=3 no-pair\nd n=99999999999\n\ne b=1 b=2\n"


def documents(node: Any, stream: str, started: str) -> dict[int, dict[str, Any]]:
    """What arrived, by offset; without what differs between two files, two streams and two moments."""
    found = {}
    ended = now()
    for hit in node.docs(stream):
        source = hit["_source"]
        log = source["log"]
        assert log.pop("file")["path"]
        del source["data_stream"], source["event"]["dataset"]
        if started <= source["@timestamp"] <= ended:
            del source["@timestamp"]  # the time at which the line was read
        found[log.pop("offset")] = source
    return found


def now() -> str:
    return f"{datetime.now(UTC).isoformat(timespec='milliseconds')[:-6]}Z"


@pytest.mark.parametrize("on_error", ["ship", "dead_letter"])
def test_the_agent_and_the_cluster_make_the_same_of_the_same_lines(opensearch, tmp_path, on_error):
    run = secrets.token_hex(4)
    started = now()
    folder = tmp_path / "pipelines"
    folder.mkdir()
    (folder / "outer.yml").write_text(OUTER)
    (folder / "inner.yml").write_text(INNER)
    inputs = []
    for name in ("outer", *READY):
        log = tmp_path / f"{name}.log"
        log.write_text(LINES)
        if name in READY:
            shutil.copy(ROOT / "pipelines" / f"{name}.yml", folder)
            shutil.copy(ROOT / "pipelines" / "samples" / name / "lines.log", log)
        extra = ROOT / "pipelines" / "samples" / name / "input.yml"
        more = yaml.safe_load(extra.read_text()) if extra.exists() else {}
        for where in ("edge", "cluster"):
            copy = tmp_path / where / log.name
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(log, copy)
            inputs.append(
                {
                    "id": f"{name}-{where}",
                    "paths": [str(copy)],
                    "tags": ["t", "ü"],
                    "data_stream": {"dataset": f"{run}.{name.replace('-', '_')}.{where}"},
                    "pipeline": {"file": name, "run": where, "on_error": on_error},
                    **more,
                }
            )
    config = {
        "inputs": inputs,
        "path.pipelines": str(folder),
        "pipeline.flavour": "opensearch",
        "output.elasticsearch": {"hosts": [opensearch.url]},
    }

    with AgentProcess(tmp_path / "agent", config) as agent:
        made = shipper("setup", "-c", str(agent.config), folder=tmp_path)
        assert made.returncode == 0, made.stdout + made.stderr
        agent.start("--once")
        assert agent.wait(120) == 0, agent.log()

    letters = shipper("dead-letter", "list", "-c", str(agent.config), folder=tmp_path)
    for name in ("outer", *READY):
        stream = f"logs-{run}.{name.replace('-', '_')}"
        edge = documents(opensearch, f"{stream}.edge-default", started)
        cluster = documents(opensearch, f"{stream}.cluster-default", started)
        assert edge == cluster
        assert edge
        count = {w: letters.stdout.count(f"{stream}.{w}-default") for w in ("edge", "cluster")}
        assert count["edge"] == count["cluster"]
        if on_error == "dead_letter":
            assert count["edge"] > 0
