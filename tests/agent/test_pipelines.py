"""Where a pipeline runs, what becomes of its failures, and how a changed file is taken over: real files, a real local store."""

from __future__ import annotations

import gc
import logging
import signal
import sqlite3
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.agent.document import constants
from shipper.agent.pipelines import Running, choose, start
from shipper.agent.process import Agent
from shipper.agent.report import counters_of
from shipper.config import load
from shipper.delivery.dead_letter import DeadLetters
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shipper.config.settings import Settings

PIPELINE = """
processors:
  - grok: {field: message, patterns: ['^%{WORD:level} %{INT:n:int}$']}
  - drop: {if: ctx.level == 'debug'}
  - set: {field: seen, value: '{{{host.name}}} {{{data_stream.dataset}}} {{{_index}}} {{{tags.0}}} {{{fields.a}}}'}
"""
CONFIG = """
name: web-1
inputs:
  - id: a
    paths: [log]
    tags: [t]
    fields: {{a: 1}}
    pipeline: {{file: p, run: {run}, on_error: {on_error}}}
output.local: {{path: out.db}}
http.enabled: false
"""
LINES = b"info 1\ndebug 2\nbroken\nwarn 3\n"


@pytest.fixture(autouse=True)
def _process() -> Iterator[None]:
    """An agent tunes its process and its log for itself; what other tests log must not come into their reports."""
    loggers = [logging.getLogger(), logging.getLogger("shipper")]
    logged = [(one, one.level, one.handlers[:], one.propagate) for one in loggers]
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    yield
    for one, level, handlers, propagate in logged:
        one.setLevel(level)
        one.handlers[:] = handlers
        one.propagate = propagate
    gc.unfreeze()
    gc.enable()
    for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
        signal.signal(number, handler)


def settings(
    folder: Path, *, run: str = "edge", on_error: str = "ship", text: str = PIPELINE
) -> Settings:
    (folder / "pipelines").mkdir(exist_ok=True)
    (folder / "pipelines" / "p.yml").write_text(text)
    (folder / "c.yml").write_text(CONFIG.format(run=run, on_error=on_error))
    return load(folder / "c.yml")


def shipped(folder: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(folder / "out.db") as db:
        rows = db.execute("SELECT document FROM event ORDER BY start").fetchall()
    db.close()
    return [orjson.loads(row[0]) for row in rows]


def running(config: Settings) -> Running:
    one = config.inputs[0]
    return start(config, one, constants(config, one, "agent-id"))


def test_a_pipeline_sees_the_whole_event_and_its_result_is_shipped(tmp_path):
    (tmp_path / "log").write_bytes(LINES)

    assert Agent(settings(tmp_path), once=True).run() == 0

    documents = shipped(tmp_path)
    assert [document["message"] for document in documents] == ["info 1", "broken", "warn 3"]
    assert documents[0]["n"] == 1
    assert documents[0]["seen"] == "web-1 generic logs-generic-default t 1"
    assert "_index" not in documents[0]


def test_a_failure_is_shipped_with_its_reason(tmp_path):
    (tmp_path / "log").write_bytes(LINES)

    Agent(settings(tmp_path), once=True).run()

    broken = shipped(tmp_path)[1]
    assert (
        broken["error"]["message"]
        == "grok: Provided Grok expressions do not match field value: [broken]"
    )
    assert broken["event"]["original"] == "broken"
    assert broken["tags"] == ["t", "shipper_pipeline_failure"]


def test_a_failure_is_a_dead_letter_where_the_user_wants_it(tmp_path):
    """The event as it was before the pipeline, with the reason; the ledger balances and nothing is read again."""
    (tmp_path / "log").write_bytes(LINES)
    config = settings(tmp_path, on_error="dead_letter")

    assert Agent(config, once=True).run() == 0
    assert Agent(config, once=True).run() == 0

    assert [document["message"] for document in shipped(tmp_path)] == ["info 1", "warn 3"]
    letters = DeadLetters(tmp_path / "data" / "dead-letters.db", 2**20, read_only=True)
    (letter,) = letters.list()
    letters.close()
    assert "Provided Grok expressions do not match" in letter.reason
    assert orjson.loads(letter.document)["message"] == "broken"
    assert (letter.offset, letter.length) == (15, 7)


def test_a_pipeline_that_cannot_run_here_is_refused_with_place_and_way_out(tmp_path):
    config = settings(tmp_path, text="processors:\n  - script: {id: sums}\n")

    with pytest.raises(ConfigError) as error:
        choose(config, config.inputs[0])

    (line,) = error.value.problems
    assert line.startswith(f"{tmp_path}/pipelines/p.yml:2:18: ")
    assert "run: cluster" in line


def test_auto_takes_the_cluster_for_what_cannot_run_here(tmp_path):
    config = settings(tmp_path, run="auto", text="processors:\n  - script: {id: sums}\n")

    choice = choose(config, config.inputs[0])

    assert choice.where == "cluster"
    assert len(choice.reasons) == 1


def test_the_local_store_runs_no_pipeline_and_says_so(tmp_path, caplog):
    far = "processors: [{enrich: {policy_name: p, field: a, target_field: b}}]"
    config = settings(tmp_path, run="auto", text=far)
    one = config.inputs[0]

    with caplog.at_level(logging.INFO, "shipper.agent"):
        logging.getLogger("shipper").propagate = True
        start(config, one, constants(config, one, "agent-1"))

    assert "pipeline p does not run: output.local runs none" in caplog.text
    assert "runs in the cluster" not in caplog.text


def test_auto_does_not_hide_a_mistake(tmp_path):
    config = settings(tmp_path, run="auto", text="processors:\n  - sett: {field: a}\n")

    with pytest.raises(ConfigError, match="did you mean 'set'"):
        choose(config, config.inputs[0])


def test_a_changed_file_is_taken_over(tmp_path):
    one = running(settings(tmp_path))
    assert one.look() == []

    (tmp_path / "pipelines" / "p.yml").write_text("processors:\n  - set: {field: new, value: 1}\n")

    assert len(one.look()) == 1
    assert one.edge is not None
    assert [step.kind for step in one.edge.pipeline.steps] == ["set"]
    assert (one.reloads, one.problem, one.look()) == (1, "", [])


def test_a_changed_file_that_is_broken_is_told_and_not_used(tmp_path):
    one = running(settings(tmp_path))

    (tmp_path / "pipelines" / "p.yml").write_text("processors:\n  - nonsense: {}\n")

    assert "p.yml:2:5" in "".join(one.look())
    assert one.edge is not None
    assert [step.kind for step in one.edge.pipeline.steps] == ["grok", "drop", "set"]
    assert "p.yml:2:5" in one.problem
    (tmp_path / "pipelines" / "p.yml").write_text(PIPELINE + "\n")
    one.look()
    assert one.problem == ""


def test_a_change_of_a_called_pipeline_is_noticed(tmp_path):
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "inner.yml").write_text(
        "processors:\n  - set: {field: a, value: 1}\n"
    )
    one = running(settings(tmp_path, text="processors:\n  - pipeline: {name: inner}\n"))
    assert one.look() == []

    (tmp_path / "pipelines" / "inner.yml").write_text(
        "processors:\n  - set: {field: a, value: 'two'}\n"
    )

    assert len(one.look()) == 1


def test_the_report_counts_steps_failures_and_what_became_of_events(tmp_path):
    (tmp_path / "log").write_bytes(LINES * 100)
    agent = Agent(settings(tmp_path), once=True)

    agent.run()

    report = agent._stages.engine.inputs[0].pipeline.report()
    assert (report.where, report.events, report.dropped, report.failed) == ("edge", 400, 100, 100)
    assert [(s.processor, s.events, s.failures) for s in report.steps] == [
        ("grok", 400, 100),
        ("drop", 100, 0),
        ("set", 200, 0),
    ]
    assert report.fast == 300
    assert report.fast_seconds > 0


def test_time_is_that_of_the_plain_way_alone(tmp_path):
    """What the head did is not reckoned as if each step had taken it."""
    (tmp_path / "log").write_bytes(LINES * 100)
    agent = Agent(settings(tmp_path), once=True)

    agent.run()

    running = agent._stages.engine.inputs[0].pipeline
    grok = running.edge.pipeline.steps[0]
    assert (grok.count, grok.fast) == (400, 300)
    each = grok.seconds / grok.timed
    assert running.report().steps[0].seconds == pytest.approx(each * 100)


def test_what_the_guard_stopped_is_among_the_counters(tmp_path):
    text = "processors:\n  - gsub: {field: message, pattern: '(a|aa)+$', replacement: ''}\n"
    (tmp_path / "log").write_bytes(b"a" * 40_000 + b"!\n")
    agent = Agent(settings(tmp_path, text=text), once=True)

    agent.run()

    assert counters_of(agent._stages)["pipeline_oversize"] == 1


def test_the_path_of_a_container_s_log_is_in_the_event_a_pipeline_sees(tmp_path):
    folder = tmp_path / "pods" / "ns_pod-1_01234567-89ab-cdef-0123-456789abcdef" / "app"
    folder.mkdir(parents=True)
    (folder / "0.log").write_bytes(b"info 1\ndebug 2\nwarn 3\n")
    (tmp_path / "log").write_bytes(b"info 9\n")
    text = PIPELINE + "  - set: {field: pod, value: '{{{kubernetes.pod.name}}}'}\n"
    config = settings(tmp_path, text=text)
    file = tmp_path / "c.yml"
    file.write_text(file.read_text().replace("[log]", "[log, pods/*/*/*.log]"))
    config = load(file)

    assert Agent(config, once=True).run() == 0

    pods = {document["message"]: document["pod"] for document in shipped(tmp_path)}
    assert pods == {"info 1": "pod-1", "warn 3": "pod-1", "info 9": ""}
