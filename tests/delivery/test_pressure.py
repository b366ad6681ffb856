"""The pressure controller: its rules one by one, and in a model of a node with a full write queue."""

from __future__ import annotations

import heapq
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.delivery.pressure import ALONE_TRIES, DELAY_MAX, EVENT, FLOOR, STEP, Pressure
from tests.delivery.world import CREATED, KIB, ROUTE, World, bulk, error, ids, piece

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024 * KIB
REJECTED = error(429, "es_rejected_execution_exception", "… queue capacity = 1")


def test_rejection_halves_once_per_round_trip() -> None:
    pressure = Pressure(4 * MIB)
    pressure.rejected(10.0, 9.0, 1.0)
    pressure.rejected(10.1, 9.5, 1.0)  # left before the limit was lowered: says nothing new

    assert pressure.limit == 2 * MIB
    pressure.rejected(11.0, 10.5, 1.0)
    assert pressure.limit == 1 * MIB


def test_smaller_share_lowers_it_less() -> None:
    pressure = Pressure(4 * MIB)
    pressure.rejected(10.0, 9.0, 0.5)

    assert pressure.limit == 3 * MIB


def test_success_gives_back_slowly() -> None:
    pressure = Pressure(4 * MIB)
    pressure.rejected(10.0, 9.0, 1.0)
    pressure.accepted()

    assert pressure.limit == 2 * MIB + STEP


def test_below_the_floor_requests_are_spaced() -> None:
    pressure = Pressure(FLOOR)
    for n in range(200):
        pressure.rejected(n, n, 1.0, queue=True)

    assert (pressure.limit, pressure.delay) == (FLOOR, DELAY_MAX)
    assert pressure.wait(0.5) == DELAY_MAX / 2
    for _ in range(20):
        pressure.accepted()
    assert pressure.delay == 0.0
    assert not pressure.pressed


def test_floor_gives_way_to_a_cluster_that_refuses_every_size() -> None:
    pressure = Pressure(FLOOR)
    for n in range(ALONE_TRIES * 20):
        pressure.rejected(n, n, 1.0, alone=True)

    assert EVENT == pressure.floor == pressure.limit


@given(
    st.lists(
        st.tuples(st.booleans(), st.floats(0.01, 1), st.booleans(), st.booleans()), max_size=300
    )
)
@settings(max_examples=100)
def test_always_within_bounds(history: list[tuple[bool, float, bool, bool]]) -> None:
    """Whatever the history, something may be sent, never more than the ceiling, and success ends every delay."""
    pressure = Pressure(MIB)
    for n, (fine, share, alone, queue) in enumerate(history):
        pressure.accepted() if fine else pressure.rejected(n, n, share, alone=alone, queue=queue)
        assert EVENT <= pressure.floor <= pressure.limit <= MIB
        assert 0 <= pressure.delay <= DELAY_MAX
    for _ in range(100):
        pressure.accepted()
    assert not pressure.pressed


class Node:
    """
    One write thread with a queue of one, hammered by eight connections that ask again at once.

    Times are those of a small real node: about 4 ms a request and 50 µs an event; a refusal takes 2 ms.
    """

    def __init__(self, world: World, seed: int, pause: float) -> None:
        self.world, self.random, self.pause = world, random.Random(seed), pause
        self.events: list[tuple[float, int, str, object]] = []
        self.n = 0
        self.running = False
        self.queue: list[tuple[int, object]] = []
        self.rejected: list[tuple[float, int]] = []
        self.served = 0
        self.hammered = 0
        for i in range(8):
            self.at(0.01 * i, "hammer", None)

    def at(self, delay: float, kind: str, what: object) -> None:
        self.n += 1
        heapq.heappush(self.events, (self.world.clock.now + delay, self.n, kind, what))

    def arrive(self, size: int, who: object) -> None:
        if not self.running:
            self.begin(size, who)
        elif not self.queue:
            self.queue.append((size, who))
        else:
            self.at(0.002, "refused", who)

    def begin(self, size: int, who: object) -> None:
        self.running = True
        took = (0.004 + 0.00005 * size) * self.random.uniform(0.7, 1.6)
        self.at(took, "done", (size, who))

    def handle(self, kind: str, what: object) -> None:
        if kind == "hammer":
            self.arrive(50, None)
        elif kind == "refused":
            self.back(what, fine=False)
        elif kind == "ours":
            self.arrive(len(ids(what.batch.body())), what)  # type: ignore[attr-defined]
        elif kind == "done":
            self.running = False
            if self.queue:
                self.begin(*self.queue.pop())
            self.back(what[1], fine=True)  # type: ignore[index]

    def back(self, who: object, *, fine: bool) -> None:
        if who is None:
            self.hammered += fine
            self.at(self.random.expovariate(1 / self.pause), "hammer", None)
            return
        count = len(ids(who.batch.body()))  # type: ignore[attr-defined]
        if fine:
            self.served += count
        else:
            self.rejected.append((self.world.clock.now, count))
        which = self.world.flying.index(who)  # type: ignore[arg-type]
        self.world.answer(bulk([CREATED if fine else REJECTED] * count), which)

    def run(self, seconds: float, feed: Callable[[], None]) -> None:
        end = self.world.clock.now + seconds
        known: list[object] = []  # jobs are compared by identity, so they must live
        while self.world.clock.now < end:
            feed()
            for job in self.world.flying:
                if not any(job is each for each in known[-20:]):
                    known.append(job)
                    self.at(0.001, "ours", job)
            deadline = self.world.delivery.deadline()
            upcoming = self.events[0][0]
            if deadline is not None and deadline < upcoming:
                self.world.clock.now = max(self.world.clock.now, deadline)
                self.world.step()
                continue
            moment, _, kind, what = heapq.heappop(self.events)
            self.world.clock.now = max(self.world.clock.now, moment)
            self.handle(kind, what)


@pytest.mark.parametrize("pause", [0.002, 0.01, 0.03], ids=["hammered", "busy", "lively"])
@pytest.mark.parametrize("worker", [1, 4])
def test_hammered_node_rejects_less_and_less_of_ours(
    make: Callable[..., World], pause: float, worker: int
) -> None:
    """Rejected items a second in the last half are at most half of those in the first five seconds."""
    world = make(worker=worker, seed=3)
    node = Node(world, 5, pause)
    start = world.clock.now
    position = 0

    def feed() -> None:
        nonlocal position
        while world.delivery.room(ROUTE):
            world.offer(piece(1000, start=position, size=400))
            position += 10_000

    node.run(60.0, feed)

    first = sum(count for at, count in node.rejected if at - start < 5) / 5
    last = sum(count for at, count in node.rejected if at - start > 30) / 30
    print(
        f"first {first:.0f}/s, last half {last:.0f}/s, served {node.served / 60:.0f}/s, hammer {node.hammered / 60:.0f} req/s, {world.report()}"
    )
    assert last <= first / 2
    assert node.served > 0
