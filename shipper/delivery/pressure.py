"""
How much of a route may be on its way, and when the next request may leave.

Pure: the caller brings the time and the chance. One figure rules: the bytes in flight that are allowed. It grows with
each answer that came as soon as usual, halves on "too many", shrinks gently on slow answers, and starts small after an
outage. Where it is less than one request, requests are spaced so that on average no more is on its way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

UNIT = 128 * 1024  # bytes that a request counts for at least: a queue has places, not only bytes
START = 4 * UNIT  # in flight at first, doubled with each round trip
GROW = 1 / 64  # of the geometric mean of limit and unit: what an answer that came soon gives
GROW_SPACED = 1 / 4  # of that, where answers are slow but requests spaced: the queue is others'
CUT = 1 / 2  # of the limit: what a refusal of the whole takes
AGAIN = 1 / 5  # of the goal: what each further one takes, before anything was accepted
EASE = 1 / 16  # of the limit: what late answers take; more, the later, up to a refusal's cut
SLOW = 2.0  # times the usual: answers this slow give nothing
LATE = 3.0  # and from here on they take
PATIENCE = (
    5.0  # seconds; with several batches in flight, longer answers are late, whatever is usual
)
FORGET = 600.0  # seconds in which what is usual follows what is seen
APART = 2.0  # seconds between the first two requests after an outage, on average, at most
PROBE = 16 * 1024  # bytes of the first request after a failure
YIELD = 1 / 4  # of the time of an answer: left to others before the next request, in a crowd
FADE = 1 / 64  # of the crowd that an answer takes away
SPACE_MAX = 30.0  # seconds between two requests, on average, at most
TURN = UNIT / 30.0  # bytes that a request for a place may have for each second of refusals
ALONE_TRIES = 5  # refusals in a row with nothing else in flight, before batches shrink below a unit
EVENT = 256  # bytes; the smallest batch: a single event is always sent
QUICK = 0.001  # seconds; differences below are the machine's noise


@dataclass(frozen=True, slots=True)
class Flight:
    """
    A request on its way.

    Attributes:
        size: bytes.
        cost: bytes that it counts for.
        total: what counts as in flight with it when it left.
        sent: when it left.
    """

    size: int
    cost: int
    total: int
    sent: float

    @property
    def alone(self) -> bool:
        """Whether nothing else of its route was on its way."""
        return self.total == self.cost


@dataclass(slots=True)
class Pressure:
    """
    The controller of one route. Times are monotonic seconds; a ``chance`` is evenly spread over 0 to 1.

    Attributes:
        batch: bytes that a request may have.
        worker: requests that may be on their way.
        backoff_init, backoff_max: longest wait after the first failure in a row, and after any.
        limit: bytes allowed in flight; below one request they are spaced instead.
        goal: up to there the limit doubles with each round trip.
        floor: smallest batch that is worth sending.
        in_flight: what counts as on its way.
        not_before: when the next request may leave.
        failures: requests in a row that failed as a whole, other than for overload.
        since: when the limit was lowered last; requests that left before it say nothing new.
        row: refusals since the last success.
        alone: refusals in a row with nothing else of ours on its way.
        probe: bytes of the next request, after a failure.
        apart: seconds between the first two requests after it.
        delay: seconds that an answer takes lately.
        crowd: how sure it is that others want the same places: 1 after a refusal, fading with each success. A place that
            is taken again as soon as it is free would never be another's, so it is left for a moment.
        slow: how many times as long as usual answers take lately.
        heard: when the last answer came.
        waited: seconds of refusals since something was taken; pauses in which nothing was sent are none of them.
        turn: bytes that a request may have because none found a place for long: those that find one only every few
            minutes are not to be wasted on little.
        usual: by size, in powers of two: seconds that an answer takes, of how many, and when the last came.
    """

    batch: int
    worker: int = 1
    backoff_init: float = 1.0
    backoff_max: float = 60.0
    limit: float = 0.0
    goal: float = math.inf
    floor: int = 0
    in_flight: int = 0
    not_before: float = 0.0
    failures: int = 0
    since: float = -math.inf
    row: int = 0
    alone: int = 0
    probe: int = PROBE
    apart: float = APART
    delay: float = 0.0
    crowd: float = 0.0
    slow: float = 1.0
    heard: float = math.inf
    waited: float = 0.0
    turn: float = 0.0
    usual: dict[int, tuple[float, int, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.floor = self.unit
        self.limit = min(self.ceiling, START)

    @property
    def unit(self) -> int:
        """Bytes that a request counts for at least."""
        return min(UNIT, self.batch)

    @property
    def ceiling(self) -> int:
        """Bytes in flight without any pressure."""
        return self.batch * self.worker

    def batch_bytes(self) -> int:
        """Bytes that the next request may have."""
        if self.failures:
            return min(self.floor, self.probe)
        if self.floor < self.unit:
            return self.floor
        return min(self.batch, max(self.unit, int(self.limit), int(self.turn)))

    def when(self, size: int) -> float | None:
        """When a request of so many bytes may leave; None: not before another one has come back."""
        if not self.in_flight or self.in_flight + self._cost(size) <= self.limit:
            return self.not_before
        return None

    def take_off(self, size: int, now: float) -> Flight:
        """A request leaves."""
        cost = self._cost(size)
        self.in_flight += cost
        return Flight(size, cost, self.in_flight, now)

    def land(self, flight: Flight) -> None:
        """It has come back, however; what it says is told by one of the next three."""
        self.in_flight -= flight.cost

    def accepted(self, flight: Flight, now: float, chance: float) -> None:
        """None of it was refused for overload."""
        self.failures = self.alone = self.row = 0
        self.heard, self.waited, self.turn = now, 0.0, 0.0
        self.floor = min(self.unit, self.floor * 2)
        took = max(QUICK, now - flight.sent)
        slow = self._slowness(took, flight.size, now)
        self.crowd = 1.0 if slow >= LATE else self.crowd * (1 - FADE)
        if flight.sent >= self.since:
            if self.limit < self.goal:
                self.limit = max(self.limit, min(self.goal, self._least(flight.cost, self.apart)))
            if slow >= SLOW:
                self.goal = min(self.goal, self.limit)
            if slow >= LATE and self.limit > self.unit:
                self.since = now
                self.limit *= 1 - min(CUT, EASE * slow / LATE)
                self.limit = max(float(self.unit), self.limit)
            elif 2 * flight.total > self.limit:  # what is not used says nothing
                self._grow(flight.cost, slow)
        self._space(min(flight.cost, max(self.unit, int(self.limit))), now, chance)

    def refused(
        self, flight: Flight, now: float, share: float, chance: float, *, queue: bool = False
    ) -> None:
        """
        Some of it was refused for overload.

        Args:
            flight: the request.
            now: time of the answer.
            share: of its events that was refused, above 0 and up to 1.
            chance: for the jitter.
            queue: the cluster said that its queue is full, which no smaller batch would change.
        """
        self.failures = 0
        self.crowd = 1.0
        if share >= 1 and flight.alone and not queue:
            self.alone += 1
            if self.alone >= ALONE_TRIES:
                self.alone = 0
                self.floor = max(min(EVENT, self.floor), self.floor // 2)
        if flight.sent >= self.since:
            self.since = now
            used = max(flight.total, self.in_flight + flight.cost)
            goal = self.limit if self.goal == math.inf else max(self.goal, self.limit)
            goal *= 1 - (AGAIN if self.row else CUT) * share
            self.limit = min(self.limit, float(used)) * (1 - CUT * share)
            self.limit = max(self._least(flight.cost, SPACE_MAX), self.limit)
            self.goal = max(self.limit, goal)
            self.row += 1
        between = min(max(0.0, now - self.heard), 2 * SPACE_MAX)
        self.waited = 0.0 if share < 1 else self.waited + between
        self.heard = now
        self.turn = TURN * self.waited if queue else 0.0
        self._space(flight.cost, now, chance)

    def failed(self, now: float, chance: float, lost: int = 0) -> None:
        """
        No answer came, or one that says nothing: exponential back-off with full jitter, then a small start.

        Args:
            now: the time.
            chance: for the jitter.
            lost: bytes that were on their way when the connection broke, which may be because of them.
        """
        if not self.failures:
            self.probe = PROBE
        elif lost:
            self.probe = max(1, min(self.probe, lost) // 2)
        self.failures += 1
        self.since = now
        longest = self.backoff(self.failures)
        self.restart(longest / 4)
        self.hold(now, chance * longest)

    def restart(self, apart: float = APART) -> None:
        """Start small, for many may start at once: the first two requests so many seconds apart, then ever less."""
        self.apart = min(APART, apart)
        if self.limit >= self.goal:
            self.goal = max(self.unit, self.limit / 2)
        self.limit = min(self.limit, self._least(self.unit, self.apart))

    def hold(self, now: float, seconds: float) -> None:
        """Wait at least so long before the next request."""
        self.not_before = max(self.not_before, now + seconds)

    def backoff(self, tries: int) -> float:
        """Longest wait in seconds after so many failures in a row."""
        return min(self.backoff_max, self.backoff_init * 2.0 ** min(tries - 1, 30))

    def _cost(self, size: int) -> int:
        return max(size, self.unit)

    def _least(self, cost: int, space: float) -> float:
        """The limit at which requests of this cost are so many seconds apart."""
        delay = max(self.delay, QUICK)
        return cost * delay / (delay + space)

    def _grow(self, cost: int, slow: float) -> None:
        """Add to the limit: doubling up to the goal, after that the less, the slower answers are."""
        if self.limit < self.goal:
            step = min(self.limit, float(cost))
            self.limit = min(self.limit + step, max(self.goal, self.limit))
        else:
            least = GROW_SPACED if self.limit < self.unit and slow < LATE else 0.0
            share = min(1.0, max(least, (SLOW - slow) / (SLOW - 1)))
            self.limit += share * GROW * math.sqrt(self.limit * self.unit)
        self.limit = min(self.limit, float(self.ceiling))

    def _space(self, cost: int, now: float, chance: float) -> None:
        """Keep requests as far apart as makes the mean in flight what is allowed."""
        full = self.limit < self.goal
        share = cost / self.limit
        space = max(share - 1, YIELD * self.crowd * share)
        if space > 0:
            space = min(SPACE_MAX, space * max(self.delay, QUICK))
            self.hold(now, space * (2 * chance if full else 0.5 + chance))

    def _slowness(self, took: float, size: int, now: float) -> float:
        """How many times as long as usual answers take lately; learns from this one what is usual for its size."""
        usual, seen, last = self.usual.get(size.bit_length(), (took, 0, now))
        weight = max(1 / (seen + 1), min(1.0, (now - last) / FORGET))
        self.usual[size.bit_length()] = (usual + (took - usual) * weight, seen + 1, now)
        self.slow += (min(took / usual, 8.0) - self.slow) / 8
        self.delay += (took - self.delay) / (8 if self.delay else 1)
        # A cluster may just be far away or slow: then smaller requests would only mean fewer events a second.
        return max(self.slow, LATE * self.delay / PATIENCE if self.limit > self.batch else 0.0)
