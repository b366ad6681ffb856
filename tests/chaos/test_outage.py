"""The node goes away in the middle and comes back: nothing is missing, nothing twice."""

import time

import pytest

from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Expected, assert_exact
from tests.e2e.harness.logs import Writer, write_lines
from tests.e2e.harness.readers import node_documents
from tests.e2e.harness.scene import FULL, LINES, dataset_of, tail, to_node

AWAY = 60.0 if FULL else 20.0  # seconds


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("product", ["opensearch", "elasticsearch"] if FULL else ["opensearch"])
def test_node_is_stopped_in_the_middle(product, start_node, stream_name, tmp_path):
    node = start_node(product)
    index = node.make_data_stream(stream_name, properties={"message": {"type": "text"}})
    log, live = tmp_path / "app.log", tmp_path / "live.log"
    write_lines(log, "app", LINES)
    output = {"bulk_max_size": 500}
    inputs = [tail(path.stem, path, dataset_of(stream_name)) for path in (log, live)]
    with (
        AgentProcess(tmp_path / "agent", to_node(node.url, *inputs, output=output)) as agent,
        Writer(live, "live", rate=200) as writer,
    ):
        agent.start()
        agent.wait_until(
            lambda status: status["ledger"]["indexed"] > LINES / 20, what="the first lines"
        )
        node.stop()
        stopped = time.monotonic()
        status = agent.wait_until(
            lambda status: any(route["state"] != "ok" for route in status["routes"]),
            what="a route that backs off",
        )
        assert status["ledger"]["indexed"] < LINES, "the node was stopped too late"
        assert (
            agent.get("/healthz")[0] == 200
        )  # an absent cluster does not make the agent unhealthy
        time.sleep(max(0.0, AWAY - (time.monotonic() - stopped)))
        node.start()
        agent.wait_until(
            lambda status: status["ledger"]["indexed"] >= LINES, timeout=600, what="all lines"
        )
        writer.stop()
        agent.wait_settled(timeout=120, files=2)
        assert agent.terminate() == 0, agent.log()

    assert_exact(Expected().lines(log).lines(live), node_documents(node, index))
