"""
The answer to each item of a batch, carried out: columns, dead letters, another try, or a pause.

No event leaves here without one of: a column, a place in the queue, a place among the held, or being given back
with its piece.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from shipper.delivery import advice, failures
from shipper.delivery.refusal import Pause, identity_of
from shipper.delivery.response import Fate, Problem, Reading, Whole
from shipper.delivery.route import State
from shipper.records import Column

if TYPE_CHECKING:
    from shipper.delivery.batch import Batch, Chunk
    from shipper.delivery.past import Past
    from shipper.delivery.refusal import Refusal, Refusals
    from shipper.delivery.route import RouteState
    from shipper.delivery.search import Searches

MAX_STRIKES = 5  # refusals of unknown cause while neighbours go through
PIPELINE_SEEN = 30.0  # seconds that a pipeline is taken to exist after it was seen

_CONFLICT = "version_conflict_engine_exception"
_PLAIN = {
    Fate.INDEXED: Column.INDEXED,
    Fate.DROPPED: Column.DROPPED,
    Fate.FAILURE_STORE: Column.FAILURE_STORE,
}
_STORED = failures.CAUSE
_THROUGH = frozenset({Fate.INDEXED, Fate.CONFLICT, Fate.DROPPED, Fate.FAILURE_STORE})
_JUDGED = _THROUGH | {Fate.REFUSED, Fate.AMBIGUOUS}


class Items:
    """
    Settles batches item by item.

    Args:
        refusals: where refused events go.
        searches: told when a batch of a search went through.
        past: judges what indices of other days refuse.
    """

    def __init__(self, refusals: Refusals, searches: Searches, past: Past) -> None:
        self._refusals = refusals
        self._searches = searches
        self._past = past

    def all_indexed(
        self, route: RouteState, batch: Batch, reading: Reading, now: float
    ) -> Pause | None:
        """Settle a batch every event of which was indexed."""
        for chunk in batch.chunks:
            chunk.of.settle(Column.INDEXED, chunk.events)
        route.through += batch.count
        route.judged += batch.count
        route.streak.count(Counter(), batch.count)
        route.went_through(batch, now)
        pause = self._searches.left(route, batch, passed=True)
        return Pause(_ordinary(route)) if reading.plain_index else pause

    def settle(self, route: RouteState, batch: Batch, reading: Reading, now: float) -> Pause | None:
        """Settle what can be settled, then blame the cluster, or the documents, and have the rest sent again."""
        before = route.through
        route.through += sum(fate in _THROUGH for fate in reading.fates)
        route.judged += sum(fate in _JUDGED for fate in reading.fates)
        refused: list[Refusal] = []
        again: list[Chunk] = []
        cluster: Problem | None = None
        first = past = 0
        for chunk in batch.chunks:
            fates = reading.fates[first : first + chunk.count]
            problems = (
                {i: reading.problems.get(first + i) for i in range(chunk.count)}
                if reading.problems
                else {}
            )
            first += chunk.count
            groups = _grouped(fates)
            for fate, positions in groups.items():
                if fate is Fate.CONFLICT and not chunk.doubt:
                    clash = Problem(
                        409, _CONFLICT, "an event that was never sent before is there already"
                    )
                    refused += [(chunk, i, problems.get(i) or clash) for i in positions]
                elif fate is Fate.CONFLICT:
                    chunk.of.settle(Column.DUPLICATE, [chunk.events[i] for i in positions])
                elif (column := _PLAIN.get(fate)) is not None:
                    chunk.of.settle(column, [chunk.events[i] for i in positions])
                elif fate is Fate.CLUSTER:
                    others = self._past.of_other_days(route, positions, problems)
                    if others:
                        lost, waiting, why = self._past.judge(route, chunk, others, problems, now)
                        if waiting and route.state is State.TRIAL and route.through == before:
                            why = why or problems.get(others[0])  # a trial that proves nothing
                        cluster = cluster or why
                        refused += [(chunk, i, _known(problems.get(i))) for i in lost]
                        past += len(lost)
                        again += [waiting] if waiting else []
                    if len(others) < len(positions):
                        here = next(i for i in positions if i not in set(others))
                        cluster = cluster or problems.get(here)
                elif fate is Fate.REFUSED or (
                    fate is Fate.AMBIGUOUS and self._pipeline_known(route, now)
                ):
                    refused += [(chunk, i, _known(problems.get(i))) for i in positions]
            if cluster is None:
                neighbours = route.through > (min(before, chunk.mark) if chunk.tries else before)
                given_up, left = self._again(
                    route, chunk, groups, problems=problems, neighbours=neighbours, now=now
                )
                refused += [(chunk, i, _known(problems.get(i))) for i in given_up]
                again += left
                self._hold(route, chunk, groups.get(Fate.AMBIGUOUS), problems, now)
        if Fate.FAILURE_STORE in reading.fates:
            self._note_stored(route, batch, reading, now)
        self._press(route, batch, reading, now)
        pause = self._blame(route, batch, reading, cluster, now)
        if pause is None:
            pause = self._refusals.refuse(route, refused)
        if pause is None:
            self._past.refused += past
            route.queue.put_back([chunk for chunk in again if not chunk.of.given_back])
            pause = self._searches.left(route, batch, passed=True)
        return pause

    @staticmethod
    def _note_stored(route: RouteState, batch: Batch, reading: Reading, now: float) -> None:
        """Count what went to the failure store, and remember some ids to ask about."""
        lines = batch.body().split(b"\n", 400)[::2]
        stored = [i for i, fate in enumerate(reading.fates) if fate is Fate.FAILURE_STORE]
        route.stored.note((identity_of(lines[i]) for i in stored if i < 200), len(stored), now)

    def _again(
        self,
        route: RouteState,
        chunk: Chunk,
        groups: dict[Fate, list[int]],
        *,
        problems: dict[int, Problem | None],
        neighbours: bool,
        now: float,
    ) -> tuple[list[int], list[Chunk]]:
        """The events of a chunk to give up and, as chunks, those to send again."""
        overloaded = groups.get(Fate.OVERLOADED, [])
        passing = groups.get(Fate.PASSING, [])
        unknown = groups.get(Fate.UNKNOWN, [])
        if not (overloaded or passing or unknown):
            return [], []
        if passing or unknown:  # what the route says of itself while it waits
            route.reason = str(_known(problems.get((passing or unknown)[0])))[:300]
        lines = chunk.lines()
        parts: list[Chunk] = []
        if overloaded:
            parts.append(chunk.part(overloaded, lines))
        for positions, counts in ((passing, False), (unknown, True)):
            if not positions:
                continue
            part = chunk.part(positions, lines)
            part.doubt = True
            part.tries += 1
            part.mark = route.through
            part.not_before = now + route.rng.random() * route.pressure.backoff(part.tries)
            if counts and neighbours:
                part.strikes += 1
                if part.strikes >= MAX_STRIKES:
                    return unknown, parts
            parts.append(part)
        route.retried += sum(part.count for part in parts)
        return [], parts

    def _hold(
        self,
        route: RouteState,
        chunk: Chunk,
        positions: list[int] | None,
        problems: dict[int, Problem | None],
        now: float,
    ) -> None:
        """Keep events until it is known whether the pipeline exists."""
        if not positions or self._pipeline_known(route, now):
            return
        part = chunk.part(positions, chunk.lines())
        part.of.flying += 1
        route.held.append((part, [_known(problems.get(i)) for i in positions]))
        route.pipeline_wanted = True

    @staticmethod
    def _pipeline_known(route: RouteState, now: float) -> bool:
        return route.route.pipeline is None or now - route.pipeline_seen < PIPELINE_SEEN

    @staticmethod
    def _press(route: RouteState, batch: Batch, reading: Reading, now: float) -> None:
        """Tell the pressure controller what share was refused for overload."""
        overloaded = sum(fate is Fate.OVERLOADED for fate in reading.fates)
        if not overloaded:
            route.went_through(batch, now)
            return
        problem = (
            next(p for i, p in reading.problems.items() if reading.fates[i] is Fate.OVERLOADED)
            if reading.problems
            else None
        )
        route.reason = str(problem)[:300]
        route.overloaded(batch, now, overloaded, problem)
        if reading.too_large_for is not None and overloaded == batch.count:
            allowed, counted = reading.too_large_for
            route.learn(batch.size * allowed * 9 // (counted * 10))

    @classmethod
    def _blame(
        cls, route: RouteState, batch: Batch, reading: Reading, cluster: Problem | None, now: float
    ) -> Pause | None:
        """Whether this answer, or this one after others, shows the cluster's fault rather than the documents'."""
        if cluster is not None:
            return Pause(advice.paused_by(cluster, route.route))
        if reading.plain_index:
            return Pause(_ordinary(route))
        judged = sum(fate in _JUDGED for fate in reading.fates)
        if not judged:
            return None
        causes: Counter[str] = Counter()
        example: dict[str, Problem] = {}
        doubts = [chunk.doubt for chunk in batch.chunks for _ in chunk.events]
        for i, fate in enumerate(reading.fates):
            if fate is Fate.FAILURE_STORE:
                causes[_STORED] += 1
            elif fate in {Fate.REFUSED, Fate.AMBIGUOUS} or (
                fate is Fate.CONFLICT and not doubts[i]
            ):
                problem = _known(reading.problems.get(i))
                causes[problem.cause] += 1
                example.setdefault(problem.cause, problem)
        if causes[_STORED] * 2 > judged and not cls._pipeline_known(route, now):
            route.pipeline_wanted = True
        enough = route.streak.count(causes, judged)
        if causes[_STORED] >= failures.MOST and causes[_STORED] * 2 > judged:
            enough = True  # what is there is there for good: each batch more is one too many
        cause = route.streak.cause
        relapsed = route.state is State.TRIAL and cause and cause == route.pause_cause
        if not (enough or relapsed):
            return None
        return Pause(
            advice.mostly_refused(example.get(cause), max(route.streak.batches, 3), route.route),
            cause,
        )


def settle_late(batch: Batch, reading: Reading) -> None:
    """Settle what can be of a batch whose pieces have been given back meanwhile; the rest will be read again."""
    first = 0
    for chunk in batch.chunks:
        fates = reading.fates[first : first + chunk.count]
        first += chunk.count
        if reading.whole is Whole.INDEXED:
            chunk.of.settle(Column.INDEXED, chunk.events)
        for fate, positions in _grouped(fates).items() if fates else ():
            column = Column.DUPLICATE if fate is Fate.CONFLICT and chunk.doubt else _PLAIN.get(fate)
            if column is not None:
                chunk.of.settle(column, [chunk.events[i] for i in positions])


def _grouped(fates: list[Fate]) -> dict[Fate, list[int]]:
    """Positions by fate."""
    if fates.count(fates[0]) == len(fates):
        return {fates[0]: list(range(len(fates)))}
    groups: dict[Fate, list[int]] = {}
    for i, fate in enumerate(fates):
        groups.setdefault(fate, []).append(i)
    return groups


def _known(problem: Problem | None) -> Problem:
    return problem or Problem(0, "", "no reason was given")


def _ordinary(route: RouteState) -> str:
    index = route.route.index
    wanted = "an alias" if route.route.mode == "rollover_alias" else "a data stream"
    return f"{index} is an ordinary index, not {wanted}; delete it or move it away, then run `shipper setup`"
