"""
A model of a cluster: nodes with write threads and bounded queues, behind them service times that vary.

A request is split over some shards; each part is taken by a thread of the shard's node, waits in its queue, or is
refused. The answer comes when the last part is done. A node that is gone fails what it was doing; its shards are
promoted elsewhere after a while, until then their parts wait.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


class World:
    """Time, and what is to happen in it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[..., None], Any]] = []
        self._count = 0

    def at(self, when: float, what: Callable[..., None], *about: Any) -> None:
        self._count += 1
        heapq.heappush(self._events, (when, self._count, what, about))

    def run(self, end: float) -> None:
        while self._events and self._events[0][0] <= end:
            self.now, _, what, about = heapq.heappop(self._events)
            what(*about)
        self.now = end


@dataclass(slots=True, eq=False)
class Request:
    """A request: bytes for each shard, how many parts are still out, what was refused, and who wants to know."""

    parts: dict[int, int]
    done: Callable[[Request], None]
    open: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """
    Of a cluster.

    Attributes:
        nodes, threads, places: nodes; write threads and places in the queue of each.
        fixed: seconds that a part takes whatever its size.
        rate: bytes a second that one thread indexes.
        spread: sigma of the lognormal service time.
        wire: seconds there and back.
        refusal: seconds until a refusal is answered, besides.
        promotion: seconds until the shards of a lost node have another one.
    """

    nodes: int = 1
    threads: int = 1
    places: int = 5
    fixed: float = 0.002
    rate: float = 2e6
    spread: float = 0.4
    wire: float = 0.001
    refusal: float = 0.001
    promotion: float = 3.0


@dataclass(slots=True, eq=False)
class Node:
    """A node: parts that are being written, parts that wait, and how slow it is."""

    up: bool = True
    slow: float = 1.0
    busy: set[Part] = field(default_factory=set)
    queue: deque[Part] = field(default_factory=deque)
    parked: list[Part] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Part:
    """A request's share of one shard."""

    request: Request
    shard: int
    size: int


class Cluster:
    """
    The model.

    Attributes:
        served: bytes indexed.
        refused: parts refused.
        requests: times at which requests arrived at a node that answers.
    """

    def __init__(self, world: World, shape: Shape, rng: random.Random) -> None:
        self.world, self.shape, self.rng = world, shape, rng
        self.nodes = [Node() for _ in range(shape.nodes)]
        self.home = [self.nodes[i % shape.nodes] for i in range(2 * shape.nodes)]
        self._mean = shape.spread**2 / 2
        self.served = 0
        self.refused = 0
        self.requests = 0

    @property
    def capacity(self) -> float:
        """Bytes a second if every thread is always busy with parts of 128 KiB."""
        shape = self.shape
        part = 128 * 1024
        return shape.nodes * shape.threads * part / (shape.fixed + part / shape.rate)

    def send(self, request: Request, host: int) -> None:
        """A request leaves an agent for a host; the answer is told to ``request.done``."""
        world, wire = self.world, self.shape.wire
        node = self.nodes[host % len(self.nodes)]
        if not node.up:
            request.lost = True
            world.at(world.now + wire, request.done, request)
            return
        self.requests += 1
        request.open = len(request.parts)
        for shard, size in request.parts.items():
            self._take(Part(request, shard, size))

    def _take(self, part: Part) -> None:
        node = self.home[part.shard]
        if not node.up:
            node.parked.append(part)
        elif len(node.busy) < self.shape.threads:
            self._begin(node, part)
        elif len(node.queue) < self.shape.places:
            node.queue.append(part)
        else:
            self.refused += 1
            part.request.refused[part.shard] = part.size
            self._over(part, self.shape.refusal)

    def _begin(self, node: Node, part: Part) -> None:
        node.busy.add(part)
        took = (self.shape.fixed + part.size / self.shape.rate) * node.slow
        took *= self.rng.lognormvariate(-self._mean, self.shape.spread)
        self.world.at(self.world.now + took, self._written, node, part)

    def _written(self, node: Node, part: Part) -> None:
        if part not in node.busy:
            return  # the node was lost meanwhile
        node.busy.remove(part)
        self.served += part.size
        if node.queue:
            self._begin(node, node.queue.popleft())
        self._over(part, 0.0)

    def _over(self, part: Part, after: float) -> None:
        request = part.request
        request.open -= 1
        if not request.open:
            self.world.at(self.world.now + self.shape.wire + after, request.done, request)

    def lose(self, number: int) -> None:
        """A node is gone; what it was writing waits for the promotion of its shards."""
        node = self.nodes[number]
        node.up = False
        node.parked += [*node.busy, *node.queue]
        node.busy.clear()
        node.queue.clear()
        self.world.at(self.world.now + self.shape.promotion, self._promote, node)

    def _promote(self, node: Node) -> None:
        others = [other for other in self.nodes if other.up]
        if node.up or not others:
            return
        for shard, home in enumerate(self.home):
            if home is node:
                self.home[shard] = others[shard % len(others)]
        parked, node.parked = node.parked, []
        for part in parked:
            self._take(part)

    def bring_back(self, number: int) -> None:
        """A node answers again, and gets its shards back."""
        node = self.nodes[number]
        node.up = True
        for shard in range(len(self.home)):
            if shard % len(self.nodes) == number or not self.home[shard].up:
                self.home[shard] = node
        parked, node.parked = node.parked, []
        for part in parked:
            self._take(part)
