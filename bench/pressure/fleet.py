"""Twenty real agents, each with a log of its own, and what they and a node say while they work."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Self

from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Expected, compare
from tests.e2e.harness.logs import LINE_BYTES, write_lines
from tests.e2e.harness.readers import node_documents
from tests.e2e.harness.scene import dataset_of, tail, to_node

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.rig.node import Node

HEAVY = {
    "index": {"max_ngram_diff": 3, "refresh_interval": "30s"},
    "analysis": {
        "tokenizer": {"grams": {"type": "ngram", "min_gram": 2, "max_gram": 4}},
        "analyzer": {"grams": {"tokenizer": "grams", "filter": ["lowercase"]}},
    },
}
GRAMS = {"message": {"type": "text", "analyzer": "grams"}}


class Fleet:
    """
    Agents.

    Args:
        folder: for their data and logs.
        url: of the node, or of a proxy before it.
        stream: data stream.
        count: of agents.
        output: settings of output.elasticsearch.
    """

    def __init__(self, folder: Path, url: str, stream: str, count: int, **output: Any) -> None:
        self.logs = [folder / f"app-{n}.log" for n in range(count)]
        self.written = [0] * count
        self.agents = []
        for number, log in enumerate(self.logs):
            log.touch()
            config = to_node(url, tail("app", log, dataset_of(stream)), output=output)
            self.agents.append(AgentProcess(folder / f"agent-{number}", config))

    def __enter__(self) -> Self:
        for agent in self.agents:
            agent.start()
        for agent in self.agents:
            agent.status()
        return self

    def __exit__(self, *_: object) -> None:
        for agent in self.agents:
            agent.kill9()

    def write(self, lines: int) -> None:
        """So many lines more in each log."""
        for number in range(len(self.logs)):
            self._write(number, lines)

    def _write(self, number: int, lines: int) -> None:
        write_lines(self.logs[number], f"app{number}", lines, begin=self.written[number])
        self.written[number] += lines

    def top_up(self, least: int) -> None:
        """See that no agent has fewer lines before it than this."""
        for number, agent in enumerate(self.agents):
            offset = agent.status()["inputs"][0]["files"][0]["offset"]
            left = self.written[number] - offset // LINE_BYTES
            if left < least:
                self._write(number, 2 * least - left)

    def totals(self) -> dict[str, int]:
        """Sums over all agents of what they have sent, of what was refused, and of requests."""
        totals = dict.fromkeys(("sent_events", "rejected", "requests", "failed_requests"), 0)
        for agent in self.agents:
            for route in agent.status()["routes"]:
                for name in totals:
                    totals[name] += route[name]
        return totals

    def settle(self, timeout: float) -> None:
        for agent, log in zip(self.agents, self.logs, strict=True):
            agent.wait_settled(timeout=timeout, paths=[log])

    def stop(self) -> None:
        for agent in self.agents:
            if agent.terminate(60):
                raise SystemExit(agent.log())

    def difference(self, node: Node, stream: str) -> str:
        """What is missing, twice or wrong; empty if nothing is."""
        expected = Expected()
        for log in self.logs:
            expected.lines(log)
        documents = [d for d in node_documents(node, stream) if d[1] in expected.events]
        found = compare(expected, documents)
        return str(found) if found else ""


class Watch:
    """
    Asks a node twice a second what it has stored, what waits and what it refused.

    Attributes:
        samples: time, events stored, places taken in the queue, seconds that the write thread has spent on indexing.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self.samples: list[tuple[float, int, int, float]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stop.wait(0.5):
            try:
                self.samples.append(look(self._node))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # it is away

    def rate(self, begin: float, end: float) -> float:
        """Events stored a second between two moments."""
        inside = [sample for sample in self.samples if begin <= sample[0] <= end]
        return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])

    def busy(self, begin: float, end: float) -> float:
        """Share of the time between two moments that the node spent on indexing."""
        inside = [sample for sample in self.samples if begin <= sample[0] <= end]
        return (inside[-1][3] - inside[0][3]) / (inside[-1][0] - inside[0][0])

    def lines(self, begin: float) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        """Events stored a second, and queue lengths, over the seconds since a moment."""
        pairs = list(zip(self.samples, self.samples[1:], strict=False))
        stored = [
            (b[0] - begin, max(0.0, (b[1] - a[1]) / (b[0] - a[0])))
            for a, b in pairs
            if a[0] >= begin
        ]
        return stored, [(s[0] - begin, float(s[2])) for s in self.samples if s[0] >= begin]


def look(node: Node) -> tuple[float, int, int, float]:
    """One sample."""
    path = "/_nodes/stats/thread_pool,indices?filter_path=nodes.*.indices.indexing,nodes.*.thread_pool.write"
    _, answer = node.request("GET", path)
    (stats,) = answer["nodes"].values()
    pool = stats["thread_pool"]["write"]
    return (
        time.monotonic(),
        int(stats["indices"]["indexing"]["index_total"]),
        int(pool["queue"]),
        stats["indices"]["indexing"]["index_time_in_millis"] / 1000,
    )
