"""A cluster that refuses: what is refused is sent again, and the agent learns to ask for less."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any, Self
from urllib.parse import urlsplit

import pytest

from bench.pressure.fleet import GRAMS, HEAVY, Fleet
from bench.pressure.proxy import CountingProxy
from shipper.delivery.pressure import SPACE_MAX
from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Expected, assert_exact
from tests.e2e.harness.logs import Writer, write_lines
from tests.e2e.harness.readers import node_documents
from tests.e2e.harness.scene import FULL, LINES, dataset_of, tail, to_node

SECONDS = 60 if FULL else 20
LONGEST_WAIT = 2 * SPACE_MAX + 10  # seconds; twice that on average at most, and time for the answer


class OtherWriters:
    """Two programs with four connections each that send bulks of 50 documents as fast as they are answered."""

    def __init__(self, url: str, index: str) -> None:
        self._stop = threading.Event()
        self.refused = self.done = 0
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port)
        document = json.dumps({"@timestamp": "2026-01-01T00:00:00Z", "message": "noise " * 20})
        self._body = f'{{"create":{{}}}}\n{document}\n'.encode() * 50
        self._path = f"/{index}/_bulk?filter_path=errors"
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(2 * 4)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=60)
        while not self._stop.is_set():
            connection.request(
                "POST", self._path, self._body, {"Content-Type": "application/x-ndjson"}
            )
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200 and b'"errors":false' in body:
                self.done += 1
            else:
                self.refused += 1
        connection.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("product", ["opensearch", "elasticsearch"] if FULL else ["opensearch"])
def test_write_queue_of_one_shared_with_two_other_writers(
    product, start_node, stream_name, tmp_path
):
    """
    Rejections are seen and fall to half of those of the first 5 s; it goes on asking; nothing is missing or twice.

    The others never pause, so whether a place is free when the agent asks is chance: in a minute it may not be once.
    """
    node = start_node(product, **{"thread_pool.write.size": 1, "thread_pool.write.queue_size": 1})
    index = node.make_data_stream(stream_name, properties={"message": {"type": "text"}})
    noise = node.make_data_stream(f"{stream_name}.noise")
    log, live = tmp_path / "app.log", tmp_path / "live.log"
    write_lines(log, "app", LINES)
    inputs = [tail(path.stem, path, dataset_of(stream_name)) for path in (log, live)]
    samples: list[tuple[float, int]] = []
    with AgentProcess(tmp_path / "agent", to_node(node.url, *inputs)) as agent:
        # The live file sees to it that there is something to send to the end.
        with OtherWriters(node.url, noise) as others, Writer(live, "live", rate=1000):
            agent.start()
            agent.wait_until(sent, what="the first bulk")
            begun = time.monotonic()
            while (now := time.monotonic() - begun) < SECONDS:
                samples.append((now, rejected(agent.status())))
                time.sleep(0.25)
            asked, crowded = requests(agent.status()), node.count(index)
            agent.wait_until(
                lambda status: requests(status) > asked, LONGEST_WAIT, what="another request"
            )
        assert others.done
        metrics = agent.metrics()
        agent.wait_settled(timeout=600, paths=[log, live])
        assert agent.terminate() == 0, agent.log()

    assert rejected_in_metrics(metrics) > 0, metrics
    early, late = rate(samples, 0, 5), rate(samples, SECONDS / 2, SECONDS)
    print(
        f"{product}: own rejected items a second {early:.0f} in the first 5 s, {late:.0f} later; "
        f"{crowded} events arrived beside the others"
    )
    assert late <= early / 2, samples
    assert_exact(Expected().lines(log).lines(live), node_documents(node, index))


def requests(status: dict[str, Any]) -> int:
    return sum(route["requests"] for route in status["routes"])


def sent(status: dict[str, Any]) -> bool:
    return requests(status) > 0


def rejected(status: dict[str, Any]) -> int:
    return sum(route["rejected"] for route in status["routes"])


def rejected_in_metrics(metrics: dict[str, float]) -> float:
    return sum(
        value for name, value in metrics.items() if "rejected" in name and "created" not in name
    )


def rate(samples: list[tuple[float, int]], begin: float, end: float) -> float:
    """Rejected items a second between two moments."""
    inside = [sample for sample in samples if begin <= sample[0] <= end]
    return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("product", ["opensearch", "elasticsearch"] if FULL else ["elasticsearch"])
def test_batch_over_the_memory_limit_gets_through(product, start_node, stream_name, tmp_path):
    """A bulk that the node refuses whatever its load is halved until it fits."""
    node = start_node(product, **{"indexing_pressure.memory.limit": "256kb"})
    index = node.make_data_stream(stream_name, properties={"message": {"type": "text"}})
    log = tmp_path / "app.log"
    write_lines(log, "app", 20_000)
    with AgentProcess(
        tmp_path / "agent", to_node(node.url, tail("app", log, dataset_of(stream_name)))
    ) as agent:
        agent.start()
        status = agent.wait_settled(timeout=240, files=1)
        assert agent.terminate() == 0, agent.log()

    assert rejected(status) > 0
    assert status["ledger"]["dead_lettered"] == 0
    assert_exact(Expected().lines(log), node_documents(node, index))


AGENTS = 20 if FULL else 8


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_many_agents_and_hardly_any_places(start_node, stream_name, tmp_path):
    """The short form of `bench/pressure.py a`: nothing lost, nothing twice, and few refusals once they know."""
    node = start_node(
        "opensearch", **{"thread_pool.write.size": 1, "thread_pool.write.queue_size": 2}
    )
    index = node.make_data_stream(stream_name, properties=GRAMS, settings=HEAVY)
    with Fleet(tmp_path, node.url, index, AGENTS, bulk_max_size=50) as fleet:
        fleet.write(1500)
        fleet.settle(300)
        totals = fleet.totals()
        fleet.stop()
        difference = fleet.difference(node, index)

    print(totals)
    assert not difference, difference
    assert totals["failed_requests"] == 0
    assert totals["rejected"] < 0.3 * totals["sent_events"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_node_is_not_stormed_when_it_is_back(start_node, stream_name, tmp_path):
    """The short form of `bench/pressure.py b`: in a second it gets about one request of each agent, and all arrives."""
    node = start_node("opensearch", **{"thread_pool.write.size": 1})
    index = node.make_data_stream(stream_name, properties=GRAMS, settings=HEAVY)
    port = int(node.url.rpartition(":")[2])
    with (
        CountingProxy(port) as proxy,
        Fleet(tmp_path, proxy.url, index, AGENTS, bulk_max_size=50) as fleet,
    ):
        fleet.write(100)
        fleet.settle(120)
        node.kill()
        fleet.write(300)
        for agent in fleet.agents:
            agent.wait_until(lambda status: status["routes"][0]["failed_requests"] >= 3)
        down = time.monotonic()
        node.start()
        fleet.settle(300)
        fleet.stop()
        difference = fleet.difference(node, index)
        back = next(at for at in proxy.answers if at > down)

    assert not difference, difference
    first = sum(back <= at < back + 1 for at in proxy.requests)
    print(f"{first} requests in the first second, {len(proxy.requests)} in all")
    assert first <= 4 * AGENTS  # all that waits would be six of each, and their probes
