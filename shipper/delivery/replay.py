"""
Dead letters sent again, after what refused them was mended.

Law: an event leaves the store only after the cluster has it, so that a kill at any point loses nothing; it keeps its id,
so that sending it twice is harmless. One request at a time, beside the routes: their pauses and pressure are their own,
but a target that may not be written to gets nothing from here either.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from shipper.config.settings import MIB
from shipper.delivery import advice
from shipper.delivery.response import Fate, Problem, Whole, read
from shipper.records import SendFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shipper.delivery.dead_letter import DeadLetter, DeadLetters
    from shipper.delivery.output import Output
    from shipper.records import Route

MAX_EVENTS = 500  # in one request
MAX_BYTES = MIB
WAITS = (
    0.5,
    1.0,
    2.0,
)  # seconds before the same is tried again; then the target counts as being away
TRIED_FOR = 86_400.0  # seconds that an event was tried, at most, before it was refused


class Outcome(enum.StrEnum):
    """What became of a dead letter that was sent again."""

    INDEXED = "indexed"
    PRESENT = "present"  # it was there already
    DROPPED = "dropped"  # by a pipeline
    FAILURE_STORE = "failure_store"  # the cluster keeps it there
    REFUSED = "refused"  # again; kept, with the new error
    CLASH = "clash"  # its id is there, though it was never sent again before; kept
    KEPT = "kept"  # the target cannot be written to now


DONE = frozenset({Outcome.INDEXED, Outcome.PRESENT, Outcome.DROPPED, Outcome.FAILURE_STORE})
_OF_FATE = {
    Fate.INDEXED: Outcome.INDEXED,
    Fate.DROPPED: Outcome.DROPPED,
    Fate.FAILURE_STORE: Outcome.FAILURE_STORE,
}
_LATER = frozenset({Fate.OVERLOADED, Fate.PASSING, Fate.UNKNOWN, Fate.CLUSTER})


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    What is to be sent for a dead letter.

    Attributes:
        letter: it.
        route: where to.
        lines: action and document, each ended by a newline. Empty: a pipeline at the edge dropped it.
        problem: why a pipeline at the edge refused it again; nothing is sent then.
    """

    letter: DeadLetter
    route: Route
    lines: bytes = b""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """
    A dead letter that was dealt with.

    Attributes:
        letter: as it was before.
        outcome: what became of it.
        problem: of an event that is kept: why.
        target: where it was sent to.
    """

    letter: DeadLetter
    outcome: Outcome
    problem: Problem | None = None
    target: str = ""


class Prepare(Protocol):
    """Finds out what to send for dead letters, through the pipelines at the edge as they are now."""

    def __call__(self, letters: Sequence[DeadLetter], /) -> list[Prepared]:
        """One for each letter, in their order."""


def keep(store: DeadLetters, replayed: Iterable[Replayed]) -> Counter[str]:
    """
    Delete what the cluster has, and give the rest its new error.

    Args:
        store: of the dead letters; called by its one writer.
        replayed: what was answered.

    Returns:
        How many had which outcome.

    Raises:
        StoreError: it could not be written. What the cluster has is found there at the next try.
    """
    counts: Counter[str] = Counter()
    done: list[str] = []
    again: list[DeadLetter] = []
    for one in replayed:
        counts[one.outcome.value] += 1
        if one.outcome in DONE:
            done.append(one.letter.id)
        elif one.outcome is Outcome.REFUSED and one.problem is not None:
            again.append(
                replace(
                    one.letter,
                    # What the edge lets through and the cluster refuses stays an event from before the pipeline.
                    status=0 if one.letter.at_edge else one.problem.status,
                    type=one.problem.type or "refused",
                    reason=one.problem.reason,
                    error=one.problem.raw,
                )
            )
    if again:
        store.refused_again(again)
    if done:
        store.drop(done)
    return counts


class Replay:
    """
    Sends dead letters again.

    Args:
        output: where to; asked and used in the calling thread.
        prepare: says what to send.
        begin: called with the ids of events before they leave, and has noted it on disk when it returns.
        settle: called with each answer's events, and must have carried it out when it returns: see :func:`keep`.
        sleep: waits so many seconds before another try.
    """

    def __init__(
        self,
        output: Output,
        prepare: Prepare,
        begin: Callable[[list[str]], object],
        settle: Callable[[list[Replayed]], object],
        sleep: Callable[[float], object],
    ) -> None:
        self._output = output
        self._prepare = prepare
        self._begin = begin
        self._settle = settle
        self._sleep = sleep
        self._away: dict[Route, Problem] = {}
        self._ready: set[Route] = set()
        self._sent: set[str] = set()  # a 409 to the next try of these means "already there"

    def run(self, letters: Sequence[DeadLetter]) -> list[Replayed]:
        """
        Send these, target by target. A target that is away is not asked again until the end of this replay.

        Raises:
            StoreError: of ``begin`` and ``settle``.
        """
        results: list[Replayed] = []
        waiting: dict[Route, list[Prepared]] = {}
        here: list[Replayed] = []
        for one in self._prepare(letters):
            if one.problem is not None:
                here.append(Replayed(one.letter, Outcome.REFUSED, one.problem, str(one.route)))
            elif not one.lines:
                here.append(Replayed(one.letter, Outcome.DROPPED, None, str(one.route)))
            else:
                waiting.setdefault(one.route, []).append(one)
        if here:
            self._settle(here)
            results += here
        for route, prepared in waiting.items():
            for batch in _batches(prepared):
                results += self._batch(route, batch)
        return results

    def _batch(self, route: Route, batch: list[Prepared]) -> list[Replayed]:
        """Send what fits in one request, or in the halves of it that the cluster takes."""
        results: list[Replayed] = []
        why = self._why_not(route)
        for wait in (*WAITS, 0.0) if why is None else ():
            settled, batch, why, again = self._send(route, batch, last=not wait)
            results += settled
            if not (batch and again and wait):
                break
            self._sleep(wait)
        if not batch:
            return results
        why = why or Problem(0, "", "it was not answered")
        self._away[route] = why
        return results + [Replayed(one.letter, Outcome.KEPT, why, str(route)) for one in batch]

    def _send(
        self, route: Route, batch: list[Prepared], *, last: bool
    ) -> tuple[list[Replayed], list[Prepared], Problem | None, bool]:
        """One request: what is settled, what is left, why, and whether another try may help."""
        maybe_there = {one.letter.id for one in batch if _maybe_there(one.letter)} | self._sent
        try:
            settled, batch = self._earlier(route, batch, maybe_there)
        except SendFailed as failure:
            return [], batch, Problem(0, "", str(failure)), True
        if not batch:
            return settled, [], None, False
        new = [one.letter.id for one in batch if one.letter.id not in self._sent]
        if new:
            self._begin(new)
            self._sent.update(new)
        try:
            answer = self._output.send(route, b"".join([one.lines for one in batch]), len(batch))
        except SendFailed as failure:
            return settled, batch, Problem(0, "", str(failure)), True
        reading = read(answer, len(batch), route.index)
        if reading.whole in {Whole.TOO_LARGE, Whole.BAD_REQUEST}:
            return settled + self._halves(route, batch, reading.problem), [], None, False
        if reading.whole is Whole.INDEXED:
            fates, problems = [Fate.INDEXED] * len(batch), {}
        elif reading.whole is Whole.ITEMS:
            fates, problems = reading.fates, reading.problems
        else:
            mine = reading.whole in {Whole.CLUSTER, Whole.BAD_PARAMETER}
            return settled, batch, _advised(reading.problem, route), not mine
        judged, left, why = _sorted(route, batch, fates, problems, maybe_there, last=last)
        if judged:
            self._settle(judged)
        again = route.many or Fate.CLUSTER not in fates
        return settled + judged, left, _advised(why, route) if why else None, again

    def _earlier(
        self, route: Route, batch: list[Prepared], maybe_there: set[str]
    ) -> tuple[list[Replayed], list[Prepared]]:
        """Those that indices from before a rollover have, settled, and the others; see :mod:`shipper.delivery.doubt`."""
        asked = [one for one in batch if one.letter.id in maybe_there]
        if not asked:
            return [], batch
        actions = [one.lines.partition(b"\n")[0] for one in asked]
        since = min(one.letter.stored for one in asked) - TRIED_FOR
        found = self._output.earlier(route, actions, since)
        if not found:
            return [], batch
        there = {asked[i].letter.id for i in found}
        present = [
            Replayed(one.letter, Outcome.PRESENT, None, str(route))
            for one in batch
            if one.letter.id in there
        ]
        self._settle(present)
        return present, [one for one in batch if one.letter.id not in there]

    def _halves(
        self, route: Route, batch: list[Prepared], problem: Problem | None
    ) -> list[Replayed]:
        """What no request takes together goes in two; one alone is refused again."""
        if len(batch) == 1:
            one = batch[0]
            alone = [Replayed(one.letter, Outcome.REFUSED, problem, str(route))]
            self._settle(alone)
            return alone
        half = len(batch) // 2
        return self._batch(route, batch[:half]) + self._batch(route, batch[half:])

    def _why_not(self, route: Route) -> Problem | None:
        """Why the target may not be written to; asked once."""
        if route not in self._ready:
            try:
                why = self._output.ready(route)
            except SendFailed as failure:
                why = str(failure)
            self._ready.add(route)
            if why is not None:
                self._away[route] = Problem(0, "", why)
        return self._away.get(route)


def _sorted(
    route: Route,
    batch: list[Prepared],
    fates: list[Fate],
    problems: dict[int, Problem],
    maybe_there: set[str],
    *,
    last: bool,
) -> tuple[list[Replayed], list[Prepared], Problem | None]:
    """
    The events that are settled, those that are not, and why not. The ``last`` time, what nobody knows is refused.

    Where each event names its index, one that the cluster refuses to write to holds up nobody: those of others go on.
    """
    settled: list[Replayed] = []
    left: list[Prepared] = []
    why: Problem | None = None
    for i, (one, fate) in enumerate(zip(batch, fates, strict=True)):
        problem = problems.get(i)
        outcome = _OF_FATE.get(fate)
        if fate is Fate.CONFLICT:
            outcome = Outcome.PRESENT if one.letter.id in maybe_there else Outcome.CLASH
        elif fate is Fate.CLUSTER and route.many:
            outcome, problem = Outcome.KEPT, _advised(problem, route)
        elif fate in _LATER and not (last and fate is Fate.UNKNOWN):
            left.append(one)
            if why is None or fate is Fate.CLUSTER:
                why = problem
            continue
        elif outcome is None:
            outcome = Outcome.REFUSED
            problem = problem or Problem(0, "refused", "no reason was given")
        settled.append(Replayed(one.letter, outcome, problem, str(route)))
    return settled, left, why


def _maybe_there(letter: DeadLetter) -> bool:
    """
    Whether a 409 says that the cluster has this event, and not that another event has its id.

    It may have come in when it was sent again before, or when nobody knew what became of its request.
    """
    if letter.status == 409:
        return False
    return (
        letter.replays > 0 or letter.status >= 500 or letter.status == 408 or letter.type == "lost"
    )


def _advised(problem: Problem | None, route: Route) -> Problem | None:
    """A cluster's problem with what to do about it."""
    return problem and Problem(0, "", advice.paused_by(problem, route), problem.raw)


def _batches(prepared: list[Prepared]) -> list[list[Prepared]]:
    """As many as fit in a request each; one that is larger alone."""
    batches: list[list[Prepared]] = []
    size = 0
    for one in prepared:
        if not batches or len(batches[-1]) >= MAX_EVENTS or size + len(one.lines) > MAX_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(one)
        size += len(one.lines)
    return batches
