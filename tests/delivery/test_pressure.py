"""The pressure controller: its rules one by one, in any order, and many of it against a model of a cluster."""

from __future__ import annotations

import heapq
import itertools
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.pressure.agents import Agent, Tally
from bench.pressure.model import Cluster, Shape
from bench.pressure.model import World as Time
from shipper.delivery.pressure import (
    ALONE_TRIES,
    APART,
    CUT,
    EVENT,
    FORGET,
    PROBE,
    SPACE_MAX,
    START,
    UNIT,
    Pressure,
)
from shipper.records import Route
from tests.delivery.world import CREATED, KIB, ROUTE, World, bulk, error, ids, piece, whole

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024 * KIB
REJECTED = error(429, "es_rejected_execution_exception", "… queue capacity = 1")
OTHER = Route("logs-other-default")


def go(
    pressure: Pressure,
    now: float,
    took: float = 0.1,
    size: int = 0,
    share: float = 0.0,
    *,
    queue: bool = True,
) -> float:
    """One request there and back, of which a share is refused; the time at which the next one may leave."""
    flight = pressure.take_off(size or pressure.batch_bytes(), now)
    pressure.land(flight)
    if share:
        pressure.refused(flight, now + took, share, 0.5, queue=queue)
    else:
        pressure.accepted(flight, now + took, 0.5)
    return max(now + took, pressure.not_before)


def grown(batch: int = 5 * MIB, worker: int = 1) -> tuple[Pressure, float]:
    """A controller at its ceiling that knows what is usual, and the time."""
    pressure, now = Pressure(batch, worker), 0.0
    for _ in range(40):
        now = fill(pressure, now)
    assert pressure.limit == pressure.ceiling
    return pressure, now


def fill(pressure: Pressure, now: float, took: float = 0.1) -> float:
    """As much as may be on its way, there and back."""
    flights = []
    while len(flights) < pressure.worker and pressure.when(pressure.batch_bytes()) is not None:
        flights.append(pressure.take_off(pressure.batch_bytes(), now))
    for flight in flights:
        pressure.land(flight)
        pressure.accepted(flight, now + took, 0.5)
    return max(now + took, pressure.not_before)


# -- one rule each -------------------------------------------------------------------------------------------------


def test_begins_small_and_doubles_with_each_answer() -> None:
    pressure, now, limits = Pressure(5 * MIB), 0.0, []
    for _ in range(5):
        limits.append(pressure.limit)
        now = go(pressure, now)

    assert [START, 2 * START, 4 * START, 8 * START, 5 * MIB] == limits


def test_refusal_cuts_what_was_in_flight_once_per_round_trip() -> None:
    pressure, now = grown(MIB, worker=4)
    flights = [pressure.take_off(MIB, now) for _ in range(4)]
    for flight in flights:
        pressure.land(flight)
        pressure.refused(flight, now + 1, 1.0, 0.5)

    assert pressure.limit == 4 * MIB * (1 - CUT)
    assert pressure.goal == pressure.limit


def test_smaller_share_lowers_it_less() -> None:
    pressure, now = grown()
    go(pressure, now, share=0.5)

    assert pressure.limit == 5 * MIB * (1 - CUT / 2)


def test_what_is_not_used_does_not_grow() -> None:
    pressure, now = Pressure(5 * MIB), 0.0
    for _ in range(50):
        now = go(pressure, now, size=300)

    assert pressure.limit == START


def test_after_a_refusal_it_grows_slowly() -> None:
    pressure, now = grown()
    now = go(pressure, now, share=1.0)
    before = pressure.limit
    now = go(pressure, now)

    assert before < pressure.limit < 1.2 * before


def test_slow_answers_stop_growth_and_late_ones_shrink_gently() -> None:
    pressure, now = grown(worker=2)
    now = fill(pressure, go(pressure, now, share=1.0))
    before = pressure.limit
    for _ in range(20):
        now = fill(pressure, now, took=0.25)
    assert before <= pressure.limit < 1.05 * before
    before = pressure.limit
    for _ in range(10):
        now = fill(pressure, now, took=0.8)
    assert 0.3 * before < pressure.limit < before

    for _ in range(200):
        now = fill(pressure, now, took=3.0)
    assert pressure.limit >= UNIT


def test_one_slow_answer_among_many_changes_nothing() -> None:
    pressure, now = grown()
    for turn in range(100):
        now = go(pressure, now, took=0.7 if turn % 10 == 5 else 0.1)

    assert pressure.limit == pressure.ceiling
    assert pressure.crowd == 0


def test_what_never_finds_a_place_takes_more_through_the_next_one() -> None:
    pressure, now = Pressure(5 * MIB), 0.0
    for _ in range(60):
        now = go(pressure, now, share=1.0)
    assert now > 600
    assert pressure.batch_bytes() > 2 * MIB

    go(pressure, now)
    assert pressure.batch_bytes() <= START


def test_a_time_without_events_is_none_of_waiting_for_a_place() -> None:
    pressure, now = Pressure(5 * MIB), 0.0
    for _ in range(20):
        now = go(pressure, now, share=1.0)
    now = go(pressure, now) + 8 * 3600
    now = go(pressure, now, share=0.5) + 8 * 3600
    go(pressure, now, share=1.0)

    assert pressure.batch_bytes() <= 2 * UNIT


def test_what_is_slow_for_long_becomes_usual() -> None:
    pressure, now = grown()
    for _ in range(20):
        now = go(pressure, now, took=1.0)
    assert pressure.limit < pressure.ceiling

    end = now + 3 * FORGET
    while now < end:
        now = go(pressure, now, took=1.0)
    assert pressure.slow < 2
    assert pressure.limit > 0.8 * pressure.ceiling


def test_answer_of_many_seconds_is_late_even_if_that_is_usual() -> None:
    """Where everybody waits in a queue of minutes nobody remembers another time; one batch in flight is enough then."""
    pressure, now = Pressure(5 * MIB, 4), 0.0
    pressure.limit = 20.0 * MIB
    for _ in range(100):
        flights = [pressure.take_off(5 * MIB, now) for _ in range(int(pressure.limit // (5 * MIB)))]
        now += 30.0
        for flight in flights:
            pressure.land(flight)
            pressure.accepted(flight, now, 0.5)

    assert 4 * MIB < pressure.limit <= 5 * MIB


def test_a_cluster_that_always_takes_seconds_gets_whole_batches() -> None:
    """Where every answer takes six seconds, whatever its size, small requests would fall behind the log."""
    pressure, now = Pressure(5 * MIB), 0.0
    for _ in range(100):
        now = go(pressure, now, took=6.0)

    assert pressure.limit == 5 * MIB


def test_small_requests_are_not_late_because_each_byte_of_them_costs_more() -> None:
    pressure, now = grown()  # 5 MiB in 0.1 s
    for size in (300, 4 * KIB, 64 * KIB, 512 * KIB, MIB):
        for _ in range(10):
            now = go(pressure, now, took=0.05, size=size)

    assert pressure.limit == pressure.ceiling
    assert pressure.crowd == 0


def test_below_one_request_they_are_spaced_so_that_the_mean_in_flight_is_the_limit() -> None:
    pressure, now = grown()
    for _ in range(25):
        now = go(pressure, now, share=1.0)
    assert pressure.limit < UNIT
    rng, busy, begun = random.Random(3), 0.0, now
    wanted = pressure.limit
    pressure.crowd = 0.0
    for _ in range(400):
        flight = pressure.take_off(UNIT, now)
        pressure.land(flight)
        pressure.limit = wanted  # held: growth is not what is looked at
        pressure._space(flight.cost, now + 0.1, rng.random())
        busy += 0.1
        now = max(now + 0.1, pressure.not_before)

    assert UNIT * busy / (now - begun) == pytest.approx(wanted, rel=0.1)


def test_spacing_is_jittered() -> None:
    waits = set()
    for chance in (0.0, 0.3, 0.9):
        pressure, now = grown(UNIT)
        for _ in range(6):
            now = go(pressure, now, share=1.0)
        flight = pressure.take_off(UNIT, now)
        pressure.land(flight)
        pressure.refused(flight, now + 0.1, 1.0, chance)
        waits.add(round(pressure.not_before - now, 3))

    assert len(waits) == 3


def test_in_a_crowd_a_place_is_left_for_a_moment() -> None:
    pressure, now = grown(UNIT)
    assert go(pressure, now) == now + 0.1
    now = go(pressure, now, share=1.0)
    pressure.limit = UNIT

    assert go(pressure, now) > now + 0.1
    for _ in range(2000):
        now = go(pressure, now)
    assert go(pressure, now) == pytest.approx(now + 0.1, abs=0.001)


def test_after_an_outage_one_small_request_and_then_doubling() -> None:
    pressure, now = grown()
    for _ in range(10):
        pressure.failed(now, 1.0)
        now = pressure.not_before
    assert pressure.batch_bytes() == PROBE

    waits = []
    while len(waits) < 20:
        begun = now
        now = go(pressure, now, took=0.01)
        waits.append(now - begun - 0.01)

    assert APART / 4 <= waits[0] <= 2 * APART
    assert all(later <= 0.55 * wait or later < 0.05 for wait, later in itertools.pairwise(waits))
    assert sum(waits) < 3 * APART
    assert pressure.limit >= 2 * MIB


def test_short_failure_of_one_request_costs_less_than_an_outage() -> None:
    pressure, now = grown()
    pressure.failed(now, 0.0)
    begun = now
    while pressure.limit < 2 * MIB:
        now = go(pressure, now, took=0.01)

    assert now - begun < 1.0


def test_probe_that_is_lost_is_halved_down_to_one_event() -> None:
    pressure, now = grown()
    sizes = []
    for _ in range(30):
        pressure.failed(now, 0.5, lost=pressure.batch_bytes())
        sizes.append(pressure.batch_bytes())

    assert sizes[:3] == [PROBE, PROBE // 2, PROBE // 4]
    assert sizes[-1] == 1


def test_floor_gives_way_to_a_cluster_that_refuses_every_size() -> None:
    pressure, now = Pressure(5 * MIB), 0.0
    for _ in range(ALONE_TRIES * 20):
        flight = pressure.take_off(pressure.batch_bytes(), now)
        pressure.land(flight)
        pressure.refused(flight, now + 0.01, 1.0, 0.5)
        now = pressure.not_before

    assert EVENT == pressure.floor == pressure.batch_bytes()


def test_floor_does_not_give_way_to_a_full_queue() -> None:
    pressure, now = Pressure(5 * MIB), 0.0
    for _ in range(ALONE_TRIES * 20):
        now = go(pressure, now, share=1.0)

    assert pressure.batch_bytes() >= UNIT


def test_request_for_a_place_grows_with_the_wait_for_one() -> None:
    """Where a place is found once in five minutes, the one request that finds it takes ten times a small one."""
    pressure, now = grown()
    begun = now
    while now < begun + 300:
        now = go(pressure, now, share=1.0)
    assert 9 * UNIT < pressure.batch_bytes() < 12 * UNIT

    go(pressure, now)
    assert pressure.batch_bytes() == UNIT


def test_request_refused_for_another_reason_does_not_grow() -> None:
    pressure, now = grown()
    while now < 1000:
        now = go(pressure, now, share=1.0, queue=False)

    assert pressure.batch_bytes() <= UNIT


# -- any order -----------------------------------------------------------------------------------------------------

happenings = st.tuples(
    st.sampled_from(["accepted", "accepted", "refused", "failed", "lost", "restart", "leaves"]),
    st.floats(0.0001, 100),
    st.floats(0.01, 1),
    st.floats(0, 1),
    st.integers(1, 20 * MIB),
    st.booleans(),
)


@given(
    st.lists(happenings, max_size=120),
    st.sampled_from([300, 64 * KIB, 5 * MIB]),
    st.integers(1, 4),
)
@settings(max_examples=150, deadline=None)
def test_always_within_bounds(
    history: list[tuple[str, float, float, float, int, bool]], batch: int, worker: int
) -> None:
    """Whatever the history: something may be sent before long, never more than the ceiling, and success ends it all."""
    pressure, now, flying = Pressure(batch, worker), 0.0, []
    for what, passes, share, chance, size, queue in history:
        now += passes
        if what == "leaves" or not flying:
            flying.append(pressure.take_off(min(size, pressure.batch_bytes()), now))
        flight = flying.pop(0)
        pressure.land(flight)
        if what == "accepted":
            pressure.accepted(flight, now, chance)
        elif what == "refused":
            pressure.refused(flight, now, share, chance, queue=queue)
        elif what == "restart":
            pressure.restart()
        else:
            pressure.failed(now, chance, flight.size if what == "lost" else 0)
        assert 0 < pressure.limit <= pressure.ceiling
        assert 1 <= pressure.batch_bytes() <= batch
        assert pressure.in_flight == sum(flight.cost for flight in flying)
        assert pressure.not_before <= now + max(2 * SPACE_MAX, pressure.backoff_max)
    while flying:
        pressure.land(flying.pop())
    when = pressure.when(1)
    assert when is not None
    end = max(now, when) + 4 * FORGET
    for _ in range(20_000):
        if pressure.limit == pressure.ceiling:
            break
        now = fill(pressure, max(now, pressure.not_before))
    assert pressure.limit == pressure.ceiling
    assert now < end, pressure


# -- many of them --------------------------------------------------------------------------------------------------


def crowd(
    count: int, shape: Shape, seconds: float, seed: int = 1
) -> tuple[list[Agent], Tally, Time, Cluster]:
    rng, time, tally = random.Random(seed), Time(), Tally()
    cluster = Cluster(time, shape, rng)
    agents = [
        Agent(time, cluster, Pressure(64 * KIB), rng, tally, shards=[0]) for _ in range(count)
    ]
    for agent in agents:
        agent.start(rng.random())
    time.run(seconds)
    return agents, tally, time, cluster


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twenty_share_a_node_with_six_places(seed: int) -> None:
    """The node is nearly always at work, few are refused, and nobody starves."""
    agents, tally, _, _ = crowd(20, Shape(threads=1, places=5), 300, seed)

    full = 64 * KIB / (0.002 + 64 * KIB / 2e6)
    assert tally.over("stored", 10, 300) / 290 > 0.85 * full
    assert tally.over("refused", 10, 300) < 0.1 * tally.over("sent", 10, 300)
    shares = sorted(agent.stored for agent in agents)
    assert shares[0] > 0.02 * sum(shares) / 20, shares
    assert sum(shares) ** 2 > 0.25 * len(shares) * sum(share**2 for share in shares), shares


def test_node_that_comes_back_is_not_stormed() -> None:
    """A minute away: in its first second it gets at most as many requests as there are agents, and soon all is well."""
    _, tally, time, cluster = crowd(20, Shape(threads=1, places=5), 60)
    usual = tally.over("requests", 30, 60) / 30
    cluster.lose(0)
    time.run(120)
    seen = cluster.requests
    cluster.bring_back(0)
    time.run(121)

    assert cluster.requests - seen <= 20
    time.run(240)
    assert tally.over("stored", 210, 240) > 0.8 * tally.over("stored", 30, 60)
    assert usual > 10


# -- routes of one agent -------------------------------------------------------------------------------------------


def test_routes_share_a_sender_by_bytes(make: Callable[..., World]) -> None:
    """One has many small requests, the other large ones: of what is sent while both have something, each has half."""
    world = make(bulk_max_size=400, max_pending_bytes=100 * MIB)
    for n in range(60):
        world.offer(piece(400, start=n * 10_000, size=1000))
        for m in range(4):
            world.offer(piece(100, start=n * 10_000 + m * 1000, size=200), route=OTHER)
    sent = {ROUTE: 0, OTHER: 0}
    while world.report().pending_bytes and world.report(OTHER).pending_bytes:
        job = world.flying[0]
        sent[job.route.route] += len(job.batch.body())  # type: ignore[union-attr]
        world.clock.now += 0.01
        world.ok()
        world.sleep(0)
        if min(sent.values()) > 2 * MIB:
            break

    assert 0.7 < sent[ROUTE] / sent[OTHER] < 1.4, sent


def test_route_that_was_quiet_does_not_save_up(world: World) -> None:
    for n in range(50):
        world.offer(piece(50, start=n * 1000, size=1000))
        world.ok()
    world.offer(piece(50, start=90_000, size=1000))
    for n in range(6):
        world.offer(piece(4000, start=n * 100_000, size=100), route=OTHER)
        world.offer(piece(50, start=100_000 + n * 1000, size=1000))
    order = []
    while world.flying and len(order) < 4:
        order.append(world.flying[0].route.route)
        world.ok()

    assert order[0] == ROUTE
    assert order.count(OTHER) < 4


def test_refused_route_does_not_hold_up_another(world: World) -> None:
    """Its events wait; those of the other leave at once and find room, however long it lasts."""
    n = 0
    while world.delivery.room(ROUTE):
        world.offer(piece(1000, start=n * 10_000, size=300))
        n += 1
    arrived = 0
    for m in range(300):
        before = world.clock.now
        assert world.delivery.room(OTHER)
        world.offer(piece(10, start=m * 1000), route=OTHER)
        for _ in range(10):
            if not world.report(OTHER).pending_bytes:
                break
            if world.flying[0].route.route == OTHER:
                world.ok()
            else:
                world.answer(whole(429, "es_rejected_execution_exception", "queue capacity = 1"))
        assert not world.report(OTHER).pending_bytes
        assert world.clock.now == before
        arrived += 10
        world.sleep(0.5)

    assert world.report(OTHER).state == "ok"
    assert world.columns()["indexed"] == arrived
    assert world.report().requests < 60


@pytest.mark.parametrize("how", ["request", "items"])
def test_retry_after_is_the_least_wait_of_a_refusal(world: World, how: str) -> None:
    world.offer(piece(3))
    if how == "request":
        world.answer(whole(429, retry_after=20.0))
    else:
        world.answer(bulk([REJECTED] * 3, retry_after=20.0))
    world.sleep(19.9)
    assert not world.flying

    world.sleep(11)
    world.ok()
    assert world.columns() == {"indexed": 3}


@pytest.mark.parametrize("status", [429, 503])
def test_circuit_breaker_is_an_overload(world: World, status: int) -> None:
    """Of the whole request, whatever status the product gives it."""
    world.offer(piece(3))
    world.answer(whole(status, "circuit_breaking_exception", "[parent] Data too large"))

    assert world.report().rejected == 3
    world.sleep(10)
    world.ok()
    assert world.columns() == {"indexed": 3}


def test_circuit_breaker_of_items_is_an_overload(world: World) -> None:
    world.offer(piece(3))
    world.answer(bulk([error(429, "circuit_breaking_exception", "[parent] Data too large")] * 3))

    assert world.report().rejected == 3


# -- against writers without manners -------------------------------------------------------------------------------


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
