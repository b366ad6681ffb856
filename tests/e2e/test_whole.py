"""Every line of a large file arrives in a data stream, once, under the id of its place."""

import pytest

from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Expected, assert_exact
from tests.e2e.harness.logs import write_lines
from tests.e2e.harness.readers import local_documents, node_documents
from tests.e2e.harness.scene import LINES, dataset_of, tail, to_local, to_node


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_line_reaches_the_data_stream(node, stream_name, tmp_path):
    """Counts and ids are exact, as the product's own client reads them back."""
    name = dataset_of(stream_name)
    index = node.make_data_stream(stream_name, properties={"message": {"type": "text"}})
    log = tmp_path / "app.log"
    write_lines(log, "app", LINES)

    with AgentProcess(tmp_path / "agent", to_node(node.url, tail("app", log, name))) as agent:
        assert agent.run_once(timeout=900) == 0, agent.log()

    assert node.count(index) == LINES
    assert_exact(Expected().lines(log), node_documents(node, index))


def test_every_line_reaches_the_local_store(tmp_path):
    """The same without a cluster; a second run adds nothing."""
    log, store = tmp_path / "app.log", tmp_path / "shipped.db"
    write_lines(log, "app", 20_000)

    with AgentProcess(tmp_path / "agent", to_local(store, tail("app", log))) as agent:
        assert agent.run_once() == 0, agent.log()
        assert_exact(Expected().lines(log), local_documents(store))
        assert agent.run_once() == 0, agent.log()

    assert_exact(Expected().lines(log), local_documents(store))


def test_ledger_of_a_running_agent_balances(tmp_path):
    """Every byte that was read is in one column, and at the end none is pending."""
    log, store = tmp_path / "app.log", tmp_path / "shipped.db"
    write_lines(log, "app", 5000)
    with log.open("a") as file:
        file.write("\n\n")  # empty lines are no events, but they are counted

    with AgentProcess(tmp_path / "agent", to_local(store, tail("app", log))) as agent:
        agent.start()
        ledger = agent.wait_settled(files=1)["ledger"]
        assert agent.terminate() == 0

    columns = (
        "indexed",
        "duplicate",
        "filtered",
        "dropped",
        "dead_lettered",
        "failure_store",
        "skipped",
    )
    assert ledger["read_bytes"] == log.stat().st_size
    assert sum(ledger[f"{column}_bytes"] for column in columns) == ledger["read_bytes"]
    assert (ledger["indexed"], ledger["pending"]) == (5000, 0)
