"""Kills at random moments: nothing missing, nothing twice, no event merged or cut by reading again."""

import random
import time
from pathlib import Path

import pytest

from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Expected, assert_exact
from tests.e2e.harness.logs import Writer, trace, write_lines
from tests.e2e.harness.proxy import Proxy
from tests.e2e.harness.readers import local_count, local_documents, node_documents
from tests.e2e.harness.scene import LINES, STACKS, dataset_of, tail, to_local, to_node

KILLS = 10
SEED = random.randrange(2**32)


class Logs:
    """A large file, one of multiline events, one that grows all the time, one whose last line has no newline."""

    def __init__(self, folder: Path, lines: int) -> None:
        folder.mkdir()
        self.large, self.stacks = folder / "large.log", folder / "stacks.log"
        self.live, self.unfinished = folder / "live.log", folder / "unfinished.log"
        write_lines(self.large, "large", lines * 7 // 10)
        write_lines(self.stacks, "stack", lines // 10, make=trace)
        write_lines(self.unfinished, "unfinished", 10)
        with self.unfinished.open("a") as file:
            file.write("the last line has no newline")
        self.writer = Writer(self.live, "live", rate=2000, count=lines // 5)

    def inputs(self, name: str) -> list:
        plain = [
            tail(path.stem, path, name, unfinished_line_timeout="1s")
            for path in (self.large, self.live, self.unfinished)
        ]
        return [*plain, tail("stacks", self.stacks, name, parsers=[STACKS])]

    def expected(self) -> Expected:
        expected = Expected().groups(self.stacks)
        for path in (self.large, self.live, self.unfinished):
            expected.lines(path)
        return expected


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_ten_times_before_a_cluster(node, stream_name, tmp_path):
    """At least five of the kills hit while a bulk request is on its way."""
    name = dataset_of(stream_name)
    index = node.make_data_stream(stream_name, properties={"message": {"type": "text"}})
    logs = Logs(tmp_path / "logs", LINES)
    dice = random.Random(SEED)
    in_flight = 0
    with (
        Proxy(node.url, hold=0.05) as proxy,
        AgentProcess(
            tmp_path / "agent",
            to_node(
                proxy.url, *logs.inputs(name), output={"bulk_max_size": max(200, LINES // 200)}
            ),
        ) as agent,
        logs.writer,
    ):
        for turn in range(KILLS):
            before = proxy.requests
            agent.start()
            if turn % 3 == 2:  # anywhere, the start included
                time.sleep(dice.uniform(0.05, 1.5))
            else:
                assert proxy.wait_requests(before + dice.randint(1, 10), 60), (
                    f"seed {SEED}\n{agent.log()}"
                )
                assert proxy.wait_in_flight(60), f"seed {SEED}\n{agent.log()}"
            agent.freeze()
            in_flight += proxy.in_flight > 0
            agent.kill9()
        assert in_flight >= 5, f"seed {SEED}: {in_flight} of {KILLS} kills hit a request on its way"

        proxy.hold = 0.0
        agent.start()
        logs.writer.join(timeout=max(60, LINES / 5000))
        agent.wait_settled(timeout=600, files=4)
        assert agent.terminate() == 0, agent.log()

    assert_exact(logs.expected(), node_documents(node, index))


@pytest.mark.slow
def test_killed_ten_times_before_the_local_store(tmp_path):
    """The local store settles by the same rules."""
    logs = Logs(tmp_path / "logs", 40_000)
    store = tmp_path / "shipped.db"
    dice = random.Random(SEED)
    config = to_local(store, *logs.inputs("e2e"))
    config["output.local"]["bulk_max_size"] = 200
    lives = 0
    with AgentProcess(tmp_path / "agent", config) as agent, logs.writer:
        for turn in range(KILLS):
            before = local_count(store)
            agent.start()
            if turn % 3 < 2:  # after something was written in this life
                wanted = before + dice.randint(1, 3000)
                end = time.monotonic() + 10
                while local_count(store) < wanted and time.monotonic() < end:
                    time.sleep(0.005)
                lives += local_count(store) > before
            else:
                time.sleep(dice.uniform(0.05, 1.0))
            agent.kill9()
        assert lives >= 5, f"seed {SEED}: only {lives} kills came while events were being written"

        agent.start()
        logs.writer.join(timeout=60)
        agent.wait_settled(timeout=120, files=4)
        assert agent.terminate() == 0, agent.log()

    assert_exact(logs.expected(), local_documents(store))


def test_unfinished_line_and_its_rest_are_two_events_for_ever(tmp_path):
    """What the clock decided before a kill is obeyed by every later reading."""
    log, store = tmp_path / "app.log", tmp_path / "shipped.db"
    log.write_text("whole line\nbegun")
    with AgentProcess(
        tmp_path / "agent", to_local(store, tail("app", log, unfinished_line_timeout="300ms"))
    ) as agent:
        agent.start()
        agent.wait_settled(files=1)
        agent.kill9()
        with log.open("a") as file:
            file.write(" and ended\nnext line\n")
        for _ in range(3):
            agent.start()
            agent.wait_settled(files=1)
            agent.kill9()

    expected = Expected()
    expected.add("whole line", "app", 0, 11)
    expected.add("begun", "app", 11, 5)
    expected.add(" and ended", "app", 16, 11)
    expected.add("next line", "app", 27, 10)
    assert_exact(expected, local_documents(store))


def test_terminated_agent_drains_and_goes_on_where_it_was(tmp_path):
    """SIGTERM settles what was read; the next start adds only what is new."""
    log, store = tmp_path / "app.log", tmp_path / "shipped.db"
    write_lines(log, "app", 3000)
    with AgentProcess(tmp_path / "agent", to_local(store, tail("app", log))) as agent:
        agent.start()
        agent.wait_settled(files=1)
        assert agent.terminate() == 0
        write_lines(log, "app", 100, begin=3000)
        agent.start()
        status = agent.wait_settled(files=1)
        assert agent.terminate() == 0

    assert status["ledger"]["indexed"] == 100
    assert status["ledger"]["duplicate"] == 0
    assert_exact(Expected().lines(log), local_documents(store))
