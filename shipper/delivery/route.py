"""
The state of one route: what waits, what is on its way, what it has learnt, and since when it is how it is.

No threads, no clock: times come from the caller. Decides when the route wants a sender and for what.
"""

from __future__ import annotations

import enum
import random  # noqa: TC003 - read by dataclasses
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipper.delivery.batch import Batch, Bisection, Chunk, Queue, Tracked
from shipper.delivery.failures import Stored
from shipper.delivery.pressure import Pressure
from shipper.delivery.response import is_queue
from shipper.telemetry.report import RouteReport

if TYPE_CHECKING:
    from shipper.delivery.output import Limits
    from shipper.delivery.response import Problem
    from shipper.records import Route

STREAK_BATCHES = 3  # mostly refused for one cause, one after the other
STREAK_EVENTS = 100  # refused in them: a few lone bad lines are no such thing
LONG_WAIT = 2.0  # seconds without a request that a report is to tell of
REGROW = 256  # requests that go through before a learnt limit is tried doubled


class State(enum.Enum):
    """Where a route stands."""

    NEW = "new"  # nobody has asked yet whether it may be written to
    ASKING = "asking"
    OPEN = "open"
    PAUSED = "paused"
    PROBING = "probing"  # paused, and being asked about
    TRIAL = "trial"  # paused, and one block is tried


PAUSED = frozenset({State.PAUSED, State.PROBING, State.TRIAL})


@dataclass(slots=True)
class Streak:
    """Batches in a row that were mostly refused for one cause."""

    cause: str = ""
    batches: int = 0
    events: int = 0

    def count(self, causes: Counter[str], of: int) -> bool:
        """Take a batch of ``of`` events into account; whether it is enough to blame the cluster."""
        cause, events = causes.most_common(1)[0] if causes else ("", 0)
        if events * 2 <= of:
            self.cause, self.batches, self.events = "", 0, 0
            return False
        if cause != self.cause:
            self.cause, self.batches, self.events = cause, 0, 0
        self.batches += 1
        self.events += events
        return self.batches >= STREAK_BATCHES and self.events >= STREAK_EVENTS


@dataclass(slots=True, eq=False)
class RouteState:
    """
    Everything about one route. Owned by the main thread.

    Attributes:
        fixed: batches of a search for a bad event, to be sent as they are.
        largest: bytes that a piece of this route is expected to have at most, by those of late.
        held: refused events whose cause depends on whether the pipeline exists.
        learned: largest request that is worth a try, where the cluster or the way to it refused larger ones.
        stale: credentials and product are to be looked at again before the next batch.
        day: since the epoch, on which it was asked last whether the route may be written to.
        through: events that the cluster took.
        judged: events that the cluster took, or refused for their own fault.
        in_flight: bytes on their way, as they are; the controller counts small requests for more.
        served: bytes sent, in the time of :class:`shipper.delivery.delivery.Delivery`'s turns.
    """

    route: Route
    limits: Limits
    rng: random.Random
    state: State = State.NEW
    queue: Queue = field(default_factory=Queue)
    fixed: deque[Batch] = field(default_factory=deque)
    tracked: dict[Tracked, None] = field(default_factory=dict)
    held: list[tuple[Chunk, list[Problem]]] = field(default_factory=list)
    searches: list[Bisection] = field(default_factory=list)
    pressure: Pressure = field(init=False)
    streak: Streak = field(default_factory=Streak)
    pending: int = 0
    largest: int = 0
    in_flight: int = 0
    learned: int | None = None
    good: int = 0
    reason: str = ""
    shown: str = "ok"
    since: float = 0.0
    stale: bool = False
    day: int = -1
    asked_again: int = 0
    pause_tries: int = 0
    pause_cause: str = ""
    next_try: float = 0.0
    reminder: float = 0.0
    trial_offered: bool = False
    stored: Stored = field(default_factory=Stored)
    pipeline_wanted: bool = False
    pipeline_asked: bool = False
    pipeline_seen: float = float("-inf")
    pipeline_not_before: float = 0.0
    through: int = 0
    judged: int = 0
    served: float = 0.0
    logged: float = float("-inf")
    told: bool = False
    refused: int = 0
    refused_logged: float = float("-inf")
    requests: int = 0
    sent_bytes: int = 0
    sent_events: int = 0
    rejected: int = 0
    retried: int = 0
    failed_requests: int = 0

    def __post_init__(self) -> None:
        limits = self.limits
        self.pressure = Pressure(
            limits.bulk_max_bytes, limits.worker, limits.backoff_init, limits.backoff_max
        )

    def __repr__(self) -> str:
        return f"<RouteState {self.route} {self.state.value} {self.in_flight} bytes in flight, {len(self.queue)} waiting>"

    @property
    def paused(self) -> bool:
        """Whether nothing but a trial may be sent."""
        return self.state in PAUSED

    @property
    def batch_bytes(self) -> int:
        """Bytes that the next request may have."""
        most = self.pressure.batch_bytes()
        return most if self.learned is None else min(most, self.learned)

    def when(self) -> float | None:
        """Monotonic time from which the route wants a sender; None: nothing to do until something happens."""
        if self.state is State.NEW:
            return self.pressure.not_before if self.queue or self.fixed else None
        if self.state is State.PAUSED:
            asking = self.stored.when()
            return self.next_try if asking is None else min(asking, self.next_try)
        if self.state not in {State.OPEN, State.TRIAL}:
            return None
        times = [self._when_to_send(), self.stored.when()]
        if self.wants_pipeline:
            times.append(self.pipeline_not_before)
        return min((time for time in times if time is not None), default=None)

    @property
    def wants_pipeline(self) -> bool:
        """Whether it is to be found out if the pipeline exists."""
        return self.pipeline_wanted and not self.pipeline_asked

    def _when_to_send(self) -> float | None:
        alone = not self.in_flight
        if self.state is State.TRIAL and not alone:
            return None
        if self.fixed:
            return self.pressure.when(self.fixed[0].size)
        due = self.queue.due()
        if due is None:
            return None
        size = self.batch_bytes
        when = self.pressure.when(min(size, self.queue.size))
        if when is None:
            return None
        due = max(due, when)
        if alone:
            return due
        full = self.queue.size >= size or self.queue.events >= self.limits.bulk_max_size
        return due if full else max(due, self.queue.oldest + self.limits.flush_timeout)

    def next_batch(self, now: float) -> Batch | None:
        """Take the batch that is to be sent now."""
        if self.fixed:
            batch = self.fixed.popleft()
        else:
            chunks = self.queue.cut(self.limits.bulk_max_size, self.batch_bytes, now)
            if not chunks:
                return None
            batch = Batch(chunks)
        self.take_off(batch, now)
        return batch

    def take_off(self, batch: Batch, now: float) -> None:
        """Count a batch as being on its way."""
        size = batch.size
        batch.flight = self.pressure.take_off(size, now)
        self.in_flight += size
        self.requests += 1
        self.sent_bytes += size
        self.sent_events += batch.count
        for chunk in batch.chunks:
            chunk.of.flying += 1

    def land(self, batch: Batch) -> None:
        """Count it as having come back."""
        self.pressure.land(batch.flight)
        self.in_flight -= batch.flight.size
        for chunk in batch.chunks:
            chunk.of.flying -= 1

    def put_back(self, batch: Batch) -> None:
        """Have a whole batch sent again. What has been given back stays away."""
        if batch.search is not None and not self.paused_for_good:
            self.fixed.appendleft(batch)
        else:
            self.queue.put_back([chunk for chunk in batch.chunks if not chunk.of.given_back])
        self.retried += batch.count

    @property
    def paused_for_good(self) -> bool:
        """Whether what is not on its way has been given back."""
        return self.state in {State.PAUSED, State.PROBING}

    def back_off(self, now: float, retry_after: float | None, lost: int = 0) -> None:
        """Wait before the next request after one failed as a whole, and start small again; ``lost``: bytes on their way."""
        self.pressure.failed(now, self.rng.random(), lost)
        self.pressure.hold(now, retry_after or 0.0)

    def overloaded(self, batch: Batch, now: float, count: int, problem: Problem | None) -> None:
        """The cluster refused ``count`` events of a batch because it has too much to do."""
        self.rejected += count
        queue = is_queue(problem)
        self.pressure.refused(
            batch.flight, now, count / batch.count, self.rng.random(), queue=queue
        )

    def learn(self, size: int) -> None:
        """Remember that requests should have at most this many bytes."""
        self.learned = max(1, min(size, self.learned or size))  # one event is always sent
        self.good = 0

    def went_through(self, batch: Batch, now: float) -> None:
        """A request was answered item by item and none of it was refused for overload."""
        self.asked_again = 0
        self.pressure.accepted(batch.flight, now, self.rng.random())
        if self.learned is not None and batch.flight.size * 2 > self.learned:
            self.good += 1
            if self.good >= REGROW:
                self.good = 0
                self.learned *= 2
                if self.learned >= self.limits.bulk_max_bytes:
                    self.learned = None

    def name_of_state(self, now: float) -> str:
        """What the report calls the state."""
        if self.paused:
            return "paused"
        pressure = self.pressure
        waits = max(pressure.not_before, self.queue.due() or 0.0) - now > LONG_WAIT
        return "backing_off" if waits or pressure.failures else "ok"

    def report(self, now: float, wall: float) -> RouteReport:
        """The report of this route; ``now`` and ``wall`` are the same moment in monotonic and in Unix time."""
        state = self.name_of_state(now)
        upcoming = self.next_try if self.state is State.PAUSED else self.pressure.not_before
        return RouteReport(
            name=str(self.route),
            state=state,
            reason="" if state == "ok" else self.reason,
            since=self.since,
            next_try=wall + upcoming - now if state != "ok" and upcoming > now else 0.0,
            pending_bytes=self.pending,
            in_flight_bytes=self.in_flight,
            limit_bytes=int(self.pressure.limit),
            requests=self.requests,
            sent_bytes=self.sent_bytes,
            sent_events=self.sent_events,
            rejected=self.rejected,
            retried=self.retried,
            failed_requests=self.failed_requests,
        )
