"""Refused events are sent again after a mend: under their ids, nothing lost, nothing twice, whatever ends meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from shipper.delivery.dead_letter import NAME, DeadLetters
from tests.e2e.harness.agent import ROOT, AgentProcess, shipper
from tests.e2e.harness.readers import local_sources, node_documents
from tests.e2e.harness.scene import dataset_of, tail, to_local, to_node

if TYPE_CHECKING:
    from pathlib import Path

PARSERS = [{"ndjson": {"target": ""}}]


def write(log: Path, count: int) -> set[str]:
    """Lines of which a tenth does not fit a mapping of ``n`` as a number; all messages."""
    with log.open("a") as file:
        for i in range(count):
            value: Any = "no number" if i % 10 == 3 else i
            file.write(json.dumps({"message": f"event {i}", "n": value}) + "\n")
    return {f"event {i}" for i in range(count)}


def mend(node: Any, stream: str) -> None:
    """The next backing index takes any ``n``."""
    put_template(node, stream)
    status, answer = node.request("POST", f"/{stream}/_rollover")
    assert status == 200, answer


def put_template(node: Any, stream: str) -> None:
    path = f"/_index_template/test-{stream}"
    status, answer = node.request("GET", path)
    assert status == 200, answer
    template = answer["index_templates"][0]["index_template"]
    template["template"]["mappings"]["properties"]["n"] = {"type": "keyword"}
    body = {k: template[k] for k in ("index_patterns", "priority", "data_stream", "template")}
    body["data_stream"] = {}
    status, answer = node.request("PUT", path, body)
    assert status == 200, answer


def stored_ids(data: Path) -> set[str]:
    letters = DeadLetters(data / NAME, 0, read_only=True)
    try:
        return set(letters.ids())
    finally:
        letters.close()


def test_replay_through_the_running_agent(node, stream_name, tmp_path):
    index = node.make_data_stream(stream_name, properties={"n": {"type": "long"}})
    log = tmp_path / "app.log"
    messages = write(log, 1000)

    with AgentProcess(
        tmp_path / "agent",
        to_node(node.url, tail("app", log, dataset_of(stream_name), parsers=PARSERS)),
    ) as agent:
        agent.start()
        agent.wait_settled(files=1)
        refused = stored_ids(agent.data)
        before = command(agent, "replay", "--all")
        mend(node, index)
        some = sorted(refused)[:5]
        first = command(agent, "replay", *some)
        rest = command(agent, "replay", "--route", index)
        status = agent.status()
        assert agent.terminate() == 0, agent.log()

    assert before.returncode == 1, before.stderr
    assert "100 refused again" in before.stdout
    assert first.returncode == rest.returncode == 0, first.stderr + rest.stderr
    assert "5 indexed" in first.stdout
    assert "95 indexed" in rest.stdout
    assert status["output"]["dead_letters"] == 0
    assert status["counters"]["dead_letters_replayed"] == 100
    assert status["ledger"]["dead_lettered"] == 100
    arrived = list(node_documents(node, index))
    assert len(arrived) == 1000
    assert {message for _, message in arrived} == messages
    assert refused <= {identity for identity, _ in arrived}


def test_kill_9_in_the_middle_of_replays(node, stream_name, tmp_path):
    """No agent runs; the command itself is killed at random moments until it is through."""
    index = node.make_data_stream(stream_name, properties={"n": {"type": "long"}})
    log = tmp_path / "app.log"
    messages = write(log, 20_000)
    agent = AgentProcess(
        tmp_path / "agent",
        to_node(node.url, tail("app", log, dataset_of(stream_name), parsers=PARSERS)),
    )
    assert agent.run_once() == 0, agent.log()
    refused = stored_ids(agent.data)
    assert len(refused) == 2000
    mend(node, index)

    rng = random.Random(7)
    for _ in range(12):
        process = start(agent, "replay", "--all")
        try:
            process.wait(rng.uniform(0.5, 2.5))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    last = command(agent, "replay", "--all")

    assert last.returncode == 0, last.stdout + last.stderr
    assert stored_ids(agent.data) == set()
    arrived = list(node_documents(node, index))
    assert len(arrived) == len({identity for identity, _ in arrived}) == 20_000
    assert {message for _, message in arrived} == messages
    assert refused <= {identity for identity, _ in arrived}


def test_kill_9_of_the_agent_that_replays(node, stream_name, tmp_path):
    """The command goes through the running agent, which is killed while it sends."""
    index = node.make_data_stream(stream_name, properties={"n": {"type": "long"}})
    log = tmp_path / "app.log"
    messages = write(log, 20_000)
    rng = random.Random(11)
    with AgentProcess(
        tmp_path / "agent",
        to_node(node.url, tail("app", log, dataset_of(stream_name), parsers=PARSERS)),
    ) as agent:
        agent.start()
        agent.wait_settled(files=1)
        refused = stored_ids(agent.data)
        assert len(refused) == 2000
        agent.kill9()  # what no checkpoint has yet is sent again, into the next index: mending rolls over
        mend(node, index)
        agent.start()
        agent.wait_settled(files=1)
        for _ in range(4):
            process = start(agent, "replay", "--all")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(0.6, 1.5))
            agent.kill9()
            process.wait(30)
            agent.start()
            agent.wait_settled(files=1)
        last = command(agent, "replay", "--all")
        assert agent.terminate() == 0, agent.log()

    assert last.returncode == 0, last.stdout + last.stderr
    assert stored_ids(agent.data) == set()
    arrived = list(node_documents(node, index))
    assert len(arrived) == len({identity for identity, _ in arrived}) == 20_000
    assert {message for _, message in arrived} == messages


def test_a_cluster_that_is_away_keeps_them(node, stream_name, tmp_path):
    index = node.make_data_stream(stream_name, properties={"n": {"type": "long"}})
    log = tmp_path / "app.log"
    write(log, 100)
    name = tail("app", log, dataset_of(stream_name), parsers=PARSERS)
    agent = AgentProcess(tmp_path / "agent", to_node(node.url, name))
    assert agent.run_once() == 0, agent.log()
    mend(node, index)
    agent.configure(to_node("http://127.0.0.1:9", name))
    refused = stored_ids(agent.data)

    away = command(agent, "replay", "--all")

    assert away.returncode == 1
    assert "10 not sent, kept" in away.stdout
    assert stored_ids(agent.data) == refused


def test_a_mended_pipeline_at_the_edge(tmp_path):
    """What the pipeline refused goes through it again, as it is now: first with the mistake, then without."""
    log, store = tmp_path / "app.log", tmp_path / "store.db"
    pipelines = tmp_path / "pipelines"
    pipelines.mkdir()
    write_pipeline(pipelines, r"^%{WORD:verb} %{NUMBER:n}$")
    log.write_text("get 1\nput 2 3\nget 4\nput 5 6\ndrop 7 8\n")
    name = tail(
        "app",
        log,
        pipeline={"file": "app.json", "run": "edge", "on_error": "dead_letter"},
    )
    config = to_local(store, name, **{"path.pipelines": str(pipelines)})

    with AgentProcess(tmp_path / "agent", config) as agent:
        agent.start()
        agent.wait_settled(files=1)
        refused = stored_ids(agent.data)
        again = command(agent, "replay", "--all")
        write_pipeline(pipelines, r"^%{WORD:verb} %{NUMBER:n}( %{NUMBER:m})?$")
        agent.wait_until(
            lambda status: status["inputs"][0]["pipeline"]["reloads"] == 1, what="a reload"
        )
        mended = command(agent, "replay", "--all")
        assert agent.terminate() == 0, agent.log()

    assert len(refused) == 3
    assert again.returncode == 1
    assert "3 refused again" in again.stdout
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "2 indexed" in mended.stdout
    assert "1 dropped by the pipeline" in mended.stdout
    arrived = dict(local_sources(store))
    assert len(arrived) == 4
    assert sorted((one["n"], one.get("m")) for one in arrived.values()) == [
        ("1", None),
        ("2", "3"),
        ("4", None),
        ("5", "6"),
    ]
    assert len(refused & set(arrived)) == 2


def test_a_mended_pipeline_while_no_agent_runs(tmp_path):
    log, store = tmp_path / "app.log", tmp_path / "store.db"
    pipelines = tmp_path / "pipelines"
    pipelines.mkdir()
    write_pipeline(pipelines, r"^%{WORD:verb} %{NUMBER:n}$")
    log.write_text("get 1\nput 2 3\n")
    name = tail("app", log, pipeline={"file": "app.json", "run": "edge", "on_error": "dead_letter"})
    agent = AgentProcess(
        tmp_path / "agent", to_local(store, name, **{"path.pipelines": str(pipelines)})
    )
    assert agent.run_once() == 0, agent.log()
    write_pipeline(pipelines, r"^%{WORD:verb} %{NUMBER:n}( %{NUMBER:m})?$")

    mended = command(agent, "replay", "--since", "1h")

    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert sorted(one["n"] for _, one in local_sources(store)) == ["1", "2"]
    assert stored_ids(agent.data) == set()


def test_the_agent_tells_of_itself(node, stream_name, tmp_path):
    """Setup makes the data streams; dead letters and the ledger arrive in them, once, also after a kill."""
    log = tmp_path / "app.log"
    write(log, 100)
    namespace = dataset_of(stream_name)
    index = node.make_data_stream(f"logs-app-{namespace}", properties={"n": {"type": "long"}})
    name = tail("app", log, parsers=PARSERS)
    name["data_stream"] = {"dataset": "app", "namespace": namespace}
    config = to_node(node.url, name) | {
        "dead_letter": {"stream": True},
        "telemetry": {"stream": True},
        # The Elasticsearch of the rig lacks the library of the better codec.
        "setup": {"template": {"settings": {"index.codec": "default"}}},
    }
    with AgentProcess(tmp_path / "agent", config) as agent:
        made = shipper("setup", "-c", str(agent.config), folder=tmp_path)
        assert made.returncode == 0, made.stdout + made.stderr
        again = shipper("setup", "-c", str(agent.config), folder=tmp_path)
        assert "nothing to do" in again.stdout, again.stdout
        agent.start()
        agent.wait_until(
            lambda status: (
                status["counters"].get("dead_letters_told") == 10
                and status["counters"].get("ledger_told", 0) >= 1
            ),
            what="that the agent tells of itself",
        )
        agent.kill9()
        agent.start()
        agent.wait_until(
            lambda status: status["counters"].get("ledger_told", 0) >= 1,
            what="the ledger of the second run",
        )
        assert agent.terminate() == 0, agent.log()

    letters = sources(node, f"logs-shipper.dead_letter-{namespace}")
    assert len(letters) == 10
    assert {one["message"] for one in letters} == {f"event {i}" for i in range(3, 100, 10)}
    assert {one["labels"]["route"] for one in letters} == {index}
    assert not any("n" in one for one in letters)
    ledgers = sources(node, f"logs-shipper.self-{namespace}")
    assert 1 <= len(ledgers) <= 2
    assert all(one["shipper"]["balanced"] for one in ledgers)
    assert max(one["shipper"]["ledger"]["read"]["events"] for one in ledgers) in {0, 100}


def sources(node: Any, index: str) -> list[dict[str, Any]]:
    return [hit["_source"] for hit in node._hits(index, source=True)]


def write_pipeline(folder: Path, pattern: str) -> None:
    body = {
        "processors": [
            {"grok": {"field": "message", "patterns": [pattern]}},
            {"drop": {"if": "ctx.verb == 'drop'"}},
        ]
    }
    (folder / "app.json").write_text(json.dumps(body))


def command(agent: AgentProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    return shipper("dead-letter", *with_config(agent, arguments), folder=agent.folder)


def with_config(agent: AgentProcess, arguments: tuple[str, ...]) -> list[str]:
    return [arguments[0], "-c", str(agent.config), *arguments[1:]]


def start(agent: AgentProcess, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "shipper", "dead-letter", *with_config(agent, arguments)],
        cwd=agent.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
