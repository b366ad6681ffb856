"""
The watch on CPU time under which ``guard`` runs matches, and the limits it keeps.

In the main thread a timer on CPU time ticks while a block is processed; what is still the same match, or the same event, after its
budget is interrupted. What an event makes of itself is counted, too.
"""

from __future__ import annotations

import itertools
import signal
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident, main_thread
from typing import TYPE_CHECKING, Literal

from shipper.pipeline import regex
from shipper.pipeline.failure import Failure, Raised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

MATCH_MAX_BYTES = 16384  # twice as many, and a quadratic pattern may not be stopped within a second on a busy machine
BUDGET = 0.1  # seconds of CPU for one match; ``re`` may look at the clock up to half a second later
APART_BUDGET = 0.15  # seconds for a long text in the child
BLOCK_BUDGET = 0.3  # seconds for all slow matches of one block together
REDUCED_BUDGET = 0.005
REDUCED_SIZE = 1024  # characters; longer ones are not tried in a block that has spent its budget
OFFENCES, OFFENCES_WITHIN = (
    5,
    60.0,
)  # so many time-outs within so many seconds lower the budget of every match
EVENT_BUDGET = 0.15  # seconds of CPU for all steps of an event, and of waiting for the child
EVENT_GRACE = 0.1  # seconds more, for what handles the failure
MOST_MADE = 8 * 1024 * 1024  # characters that an event's steps may make of it
MOST_TIMES = 4  # and so many times its own length
SMALL = 256  # characters; shorter texts are made too seldom to be counted
_TICK = 0.025


class TimedOut(Exception):  # noqa: N818 - an outcome of a match, for processors to handle
    """
    A match was given up.

    Attributes:
        reason: ``time``, ``size`` (the text is too long, and ``oversize`` says to fail), or ``memory`` (the child died).
    """

    def __init__(self, reason: str = "time") -> None:
        super().__init__(f"the match was given up: {reason}")
        self.reason = reason


class Exhausted(Raised):
    """An event went on after its time was up: it is given up, and no handler of its pipeline is asked."""

    def __init__(self) -> None:
        super().__init__(_too_long(), "", escaped=True)


def _too_long() -> Failure:
    limit = f"{EVENT_BUDGET * 1000:.0f} ms"
    return Failure(f"the event took more than {limit} in the pipeline", "shipper_time_limit")


@dataclass(slots=True)
class Counts:
    """
    What happened since the start, for metrics.

    Attributes:
        timeouts: matches given up for their time.
        reduced: blocks and minutes in which the budget was lowered.
        oversize: texts that went to the child, or failed for their size.
        refused: matches not tried, because their block or event had spent its budget.
        events: events whose steps took too long together.
        oversized: events whose steps made too much of them.
        children: child processes started.
        killed: child processes that were killed or died.
    """

    timeouts: int = 0
    reduced: int = 0
    oversize: int = 0
    refused: int = 0
    events: int = 0
    oversized: int = 0
    children: int = 0
    killed: int = 0


# Where an event is begun and ended, and its failures are caught: an interruption there would be nobody's.
_BOOKS = frozenset(
    str(Path(__file__).with_name(name))
    for name in ("watch.py", "guard.py", "edge.py", "edge_encoder.py", "execution.py")
)


class Watch:
    """The timer, and the books of what blocks and events have spent; ``Guard`` matches under it."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.match_max_bytes = MATCH_MAX_BYTES
        self._oversize: Literal["child", "fail"] = "child"
        self._most = (
            self.match_max_bytes
        )  # what goes now; less in a block that has spent its budget
        self._budget = BUDGET
        self._main = main_thread().ident
        self._armed: int | None = 0  # the main thread's number while the timer runs
        self._next = itertools.count(1).__next__
        self._running = (
            0  # serial number of the running match; 0: none, and the timer has nothing to say
        )
        self._seen = 0  # the serial that was running at the tick before
        self._since = 0.0  # thread time when it was first seen
        self._depth = 0
        self._event = 0  # serial number of the event whose steps run; 0: none
        self._event_seen = 0  # the event at the tick before
        self._event_since = 0.0  # thread time when it was first seen
        self._event_far = 0.0  # seconds that it waited for the child, and that came before it
        self._made = 0
        self._most_made = MOST_MADE
        self._warned = False  # the event has failed for its time once
        self._spent = 0.0
        self._tick_length = 0.0
        self._offences: deque[float] = deque(maxlen=OFFENCES)
        self._lowered = False
        self._installed = False

    def configure(
        self,
        *,
        budget_seconds: float = BUDGET,
        match_max_bytes: int = MATCH_MAX_BYTES,
        oversize: Literal["child", "fail"] = "child",
    ) -> None:
        """
        Sets the limits.

        Args:
            budget_seconds: CPU time for one match.
            match_max_bytes: length (counted in characters) above which a text goes to the child.
            oversize: what becomes of such texts: ``child``, or ``fail``: they fail as if their time were over.
        """
        self._budget = budget_seconds
        self.match_max_bytes = self._most = match_max_bytes
        self._oversize = oversize

    @property
    def tired(self) -> bool:
        """Whether the slow matches of this block have spent what all of them may: it should end here, for other files' sake."""
        return self._spent >= BLOCK_BUDGET

    @contextmanager
    def block(self) -> Iterator[None]:
        """
        Arms the watch for all matches within; may be nested.

        Costs about two microseconds, so it is put around many matches.
        """
        if get_ident() != self._main:
            yield
            return
        depth = self._depth
        if not depth:
            self._spent = 0.0
            self._running = self._event = 0
            self._warned = False
            self._most = self.match_max_bytes
            self._arm()
            self._armed = self._main
        self._depth = depth + 1
        try:
            yield
        finally:
            self._depth = depth
            if not depth:
                self._armed = 0
                signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)

    def begin(self, size: int = 0) -> None:
        """
        From now on, until ``end``, the steps of one event run: what they take and make is counted.

        Within a block only. What takes too long is interrupted wherever it is: first with a ``Failure`` (or ``TimedOut``
        inside a match), which the pipeline handles, and if it goes on, with ``Exhausted``.

        Args:
            size: of the event, bytes.
        """
        self._event = self._next()
        self._event_far = min(self._spent, EVENT_BUDGET / 2)  # what came before holds up as well
        self._made = 0
        self._most_made = MOST_MADE + MOST_TIMES * size
        self._warned = False

    def end(self) -> None:
        """The event's steps are done."""
        self._event = 0

    def make(self, size: int) -> None:
        """
        An event's step is about to make so much of it; call it where little may become much.

        Args:
            size: characters, or what takes as much memory.

        Raises:
            Failure: the event's steps have made too much.
        """
        if not self._event:
            return
        made = self._made
        self._made = made + size
        most = self._most_made
        if made + size > most:
            self.counts.oversized += made <= most
            limit = f"{most >> 20} MiB"
            raise Failure(f"the event has grown by more than {limit}", "shipper_size_limit")

    @property
    def made(self) -> int:
        """What the event's steps have made of it so far, as told to ``make``."""
        return self._made

    @property
    def most_made(self) -> int:
        """How much that may be."""
        return self._most_made

    def _arm(self) -> None:
        if not self._installed:
            signal.signal(signal.SIGVTALRM, self._on_tick)
            signal.siginterrupt(signal.SIGVTALRM, False)
            self._installed = True
        if self._offences and self._lowered != self._repeated():
            self._lowered = not self._lowered
            self.counts.reduced += self._lowered
        self._set_tick()

    def _set_tick(self) -> None:
        low = self._lowered or self.tired
        self._tick_length = REDUCED_BUDGET if low else min(_TICK, self._budget)
        regex.set_timeout(REDUCED_BUDGET if low else self._budget)
        signal.setitimer(signal.ITIMER_VIRTUAL, self._tick_length, self._tick_length)

    def _repeated(self) -> bool:
        offences = self._offences
        return len(offences) == OFFENCES and time.monotonic() - offences[0] < OFFENCES_WITHIN

    def _on_tick(self, _number: int, frame: FrameType | None) -> None:
        running, event = self._running, self._event
        if not running and not event:
            return
        now = time.thread_time()
        if event:
            self._watch_event(event, now, frame)
        if not running:
            return
        if running != self._seen or regex.compiling:
            self._seen = running
            self._since = now
            return
        self._spend(self._tick_length)
        budget = REDUCED_BUDGET if self._lowered or self.tired else self._budget
        if now - self._since >= budget:
            self._running = self._seen = 0
            raise self._late()

    def _watch_event(self, event: int, now: float, frame: FrameType | None) -> None:
        """Interrupt an event whose time is up, but not where the books are kept: the next tick will do there."""
        if event != self._event_seen:
            self._event_seen, self._event_since = event, now
        elif regex.compiling:
            self._event_since += self._tick_length
        used = now - self._event_since + self._event_far
        if used < EVENT_BUDGET + EVENT_GRACE * self._warned:
            return
        running = self._running
        if not running and (frame is None or frame.f_code.co_filename in _BOOKS):
            return
        self._running = self._seen = 0
        if self._warned:
            raise Exhausted
        self._warned = True
        self.counts.events += 1
        self._spend(BLOCK_BUDGET)
        raise self._late() if running else _too_long()

    def _spend(self, seconds: float) -> None:
        """Notes time of a slow match; where the block's is up, the rest of it has to be quick."""
        was_tired = self.tired
        self._spent += seconds
        if self.tired and not was_tired:
            self.counts.reduced += 1
            self._most = min(self._most, REDUCED_SIZE)
            if self._depth:
                self._set_tick()

    def _late(self) -> TimedOut:
        self.counts.timeouts += 1
        self._offences.append(time.monotonic())
        return TimedOut()
