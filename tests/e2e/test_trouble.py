"""A document's fault goes to the dead letters, a cluster's fault pauses the route; both lose nothing."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from tests.e2e.harness.agent import AgentProcess, shipper
from tests.e2e.harness.expect import Expected, assert_exact
from tests.e2e.harness.logs import write_lines
from tests.e2e.harness.readers import node_documents
from tests.e2e.harness.scene import dataset_of, tail, to_node

if TYPE_CHECKING:
    from pathlib import Path

QUICK = {"backoff": {"init": "200ms", "max": "1s"}, "pause_retry_max": "1s"}


def paused(route: str):
    """Whether the route of a stream is paused, and says why."""

    def look(status: dict[str, Any]) -> bool:
        return any(
            one["name"].startswith(route) and one["state"] == "paused" and one["reason"]
            for one in status["routes"]
        )

    return look


def reason(status: dict[str, Any], route: str) -> str:
    return next(one["reason"] for one in status["routes"] if one["name"].startswith(route))


def arrives_when_mended(agent: AgentProcess, node: Any, index: str, log: Path) -> None:
    """After the mend everything arrives without a restart, once."""
    status = agent.wait_settled(timeout=60, files=1)
    assert not [one for one in status["routes"] if one["state"] == "paused"]
    assert status["ledger"]["dead_lettered"] == 0
    assert agent.starts == 1
    assert agent.terminate() == 0, agent.log()
    assert_exact(Expected().lines(log), node_documents(node, index))


def test_mapping_conflict_goes_to_the_dead_letters(node, stream_name, tmp_path):
    """Refused documents are kept with the cluster's error; their neighbours in the same bulk are indexed."""
    index = node.make_data_stream(stream_name, properties={"n": {"type": "long"}})
    log = tmp_path / "app.log"
    values = ["no number" if number % 10 == 3 else number for number in range(1000)]
    log.write_text(
        "".join(
            json.dumps({"message": f"event {i}", "n": value}) + "\n"
            for i, value in enumerate(values)
        )
    )
    parsers = [{"ndjson": {"target": ""}}]

    with AgentProcess(
        tmp_path / "agent",
        to_node(node.url, tail("app", log, dataset_of(stream_name), parsers=parsers)),
    ) as agent:
        agent.start()
        status = agent.wait_settled(files=1)
        listed = shipper("dead-letter", "list", "-c", str(agent.config), folder=tmp_path)
        assert agent.terminate() == 0, agent.log()

    assert status["ledger"]["indexed"] == 900
    assert status["ledger"]["dead_lettered"] == status["output"]["dead_letters"] == 100
    arrived = {message for _, message in node_documents(node, index)}
    assert arrived == {f"event {i}" for i in range(1000) if i % 10 != 3}
    assert listed.returncode == 0, listed.stderr
    assert "parsing_exception" in listed.stdout


def test_write_block_pauses_until_it_is_lifted(node, stream_name, tmp_path):
    index = node.make_data_stream(stream_name)
    log = tmp_path / "app.log"
    write_lines(log, "app", 2000)
    backing = make_backing(node, index)
    block(node, backing, on=True)

    with AgentProcess(
        tmp_path / "agent",
        to_node(node.url, tail("app", log, dataset_of(stream_name)), output=QUICK),
    ) as agent:
        agent.start()
        status = agent.wait_until(paused(index), what="a paused route")
        assert "block" in reason(status, index)
        block(node, backing, on=False)
        arrives_when_mended(agent, node, index, log)


def make_backing(node: Any, index: str) -> str:
    """Make the stream have a backing index (the Elasticsearch of the rig makes it with the first document)."""
    body = (
        '{"create":{"_id":"first"}}\n{"@timestamp":"2026-01-01T00:00:00Z","message":"the first"}\n'
    )
    status, answer = node.request("POST", f"/{index}/_bulk?refresh=true", body)
    assert status == 200, answer
    backing = str(answer["items"][0]["create"]["_index"])
    status, answer = node.request("DELETE", f"/{backing}/_doc/first?refresh=true")
    assert status == 200, answer
    return backing


def block(node: Any, backing: str, *, on: bool) -> None:
    """Block or allow writes to an index."""
    status, answer = node.request("PUT", f"/{backing}/_settings", {"index.blocks.write": on})
    assert status == 200, answer


def test_missing_pipeline_pauses_until_it_is_there(node, stream_name, tmp_path):
    index = node.make_data_stream(stream_name)
    log, pipeline = tmp_path / "app.log", f"p-{dataset_of(stream_name)}"
    write_lines(log, "app", 2000)

    with AgentProcess(
        tmp_path / "agent",
        to_node(
            node.url, tail("app", log, dataset_of(stream_name), pipeline=pipeline), output=QUICK
        ),
    ) as agent:
        agent.start()
        status = agent.wait_until(paused(index), what="a paused route")
        assert pipeline in reason(status, index)
        code, answer = node.request("PUT", f"/_ingest/pipeline/{pipeline}", {"processors": []})
        assert code == 200, answer
        arrives_when_mended(agent, node, index, log)


def test_missing_data_stream_pauses_and_creates_nothing(node, stream_name, tmp_path):
    """Before `shipper setup` the cluster stays as it is; after it, the lines arrive by themselves."""
    log = tmp_path / "app.log"
    write_lines(log, "app", 2000)

    with AgentProcess(
        tmp_path / "agent",
        to_node(node.url, tail("app", log, dataset_of(stream_name)), output=QUICK),
    ) as agent:
        agent.start()
        status = agent.wait_until(paused(stream_name), what="a paused route")
        assert "shipper setup" in reason(status, stream_name)
        time.sleep(2)  # several tries: none of them may create anything
        assert created(node, stream_name) == []

        if node.product == "opensearch":
            done = shipper("setup", "-c", str(agent.config), folder=tmp_path)
            assert done.returncode == 0, done.stdout + done.stderr
        else:  # the node of the rig has no zstd, which best_compression of the template needs there
            node.make_data_stream(stream_name)
        arrives_when_mended(agent, node, stream_name, log)
    assert created(node, stream_name) == ["data_streams"]


def created(node: Any, name: str) -> list[str]:
    """What is there of this name: indices, aliases, data streams."""
    status, answer = node.request("GET", f"/_resolve/index/{name}*")
    assert status == 200, answer
    return [kind for kind in ("indices", "aliases", "data_streams") if answer.get(kind)]


def test_paused_route_does_not_hold_up_another(opensearch, stream_name, tmp_path):
    """Files of other routes are shipped while one route waits."""
    well = opensearch.make_data_stream(stream_name)
    good, bad = tmp_path / "good.log", tmp_path / "bad.log"
    write_lines(bad, "bad", 5000)
    write_lines(good, "good", 5000)
    inputs = [
        tail("bad", bad, f"{dataset_of(stream_name)}_missing"),
        tail("good", good, dataset_of(stream_name)),
    ]

    with AgentProcess(tmp_path / "agent", to_node(opensearch.url, *inputs, output=QUICK)) as agent:
        agent.start()
        agent.wait_until(
            lambda status: status["ledger"]["indexed"] >= 5000, what="the neighbour's lines"
        )
        agent.wait_until(paused(f"logs-{dataset_of(stream_name)}_missing"), what="a paused route")
        assert agent.terminate() == 1  # it says that something is left

    assert_exact(Expected().lines(good), node_documents(opensearch, well))
