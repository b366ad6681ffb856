"""
What follows from an answer: the settlement table carried out on one batch.

No event leaves here without one of: a column, a place in the queue, a place among the held, or being given back
with its piece. A pause is not carried out here but handed to the caller.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from shipper.delivery import advice
from shipper.delivery.batch import Batch, Bisection
from shipper.delivery.dead_letter import DeadLetter
from shipper.delivery.response import Fate, Problem, Reading, Whole, is_queue, read
from shipper.delivery.route import State
from shipper.errors import StoreError
from shipper.records import Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.delivery.batch import Chunk
    from shipper.delivery.dead_letter import DeadLetters
    from shipper.delivery.route import RouteState
    from shipper.records import Answer, SendFailed

_log = logging.getLogger("shipper.delivery")

MAX_STRIKES = (
    5  # refusals of unknown cause, or lost uploads of one event alone, while neighbours go through
)
MAX_LONELY = (
    5  # tries of a request with one event that is refused as a whole, before the route is blamed
)
MAX_ASKED = 3  # times in a row that the product is looked at again after an unknown parameter
PIPELINE_SEEN = 30.0  # seconds that a pipeline is taken to exist after it was seen
ALARM = 3  # answers in a row that are no cluster's

_CONFLICT = "version_conflict_engine_exception"
_PLAIN = {
    Fate.INDEXED: Column.INDEXED,
    Fate.DROPPED: Column.DROPPED,
    Fate.FAILURE_STORE: Column.FAILURE_STORE,
}
_STORED = "failure store"
_THROUGH = frozenset({Fate.INDEXED, Fate.CONFLICT, Fate.DROPPED, Fate.FAILURE_STORE})
_JUDGED = _THROUGH | {Fate.REFUSED, Fate.AMBIGUOUS}
_LOG_EVERY = 10.0  # seconds between two lines about refused events of one route

Refusal = tuple[
    "Chunk", int, Problem
]  # a chunk, the position of an event in it, and why it was refused


@dataclass(frozen=True, slots=True)
class Pause:
    """A route has to pause; ``cause`` is set when it is because most events were refused for it."""

    reason: str
    cause: str = ""


class Landing:
    """
    Takes batches that have come back.

    Args:
        dead_letters: where refused events go.
        wall: Unix time.
        watch_index: whether an item that was written to an index of the data stream's own name is an alarm.
    """

    def __init__(
        self, dead_letters: DeadLetters, wall: Callable[[], float], *, watch_index: bool
    ) -> None:
        self._dead_letters = dead_letters
        self._wall = wall
        self._watch_index = watch_index
        self.id_clashes = 0
        self.dead_lettered = 0

    def answered(self, route: RouteState, batch: Batch, answer: Answer, now: float) -> Pause | None:
        """Take a batch that was answered. It has landed already."""
        reading = read(answer, batch.count, route.route.index if self._watch_index else "")
        problem = reading.problem
        if batch.given_back:
            _late(batch, reading)
            return None
        if reading.whole in {Whole.INDEXED, Whole.ITEMS}:
            every = reading.whole is Whole.INDEXED
            pause = (
                self._all_indexed(route, batch, reading)
                if every
                else self._items(route, batch, reading, now)
            )
            route.pace(now, answer.retry_after)
            return pause
        route.failed_requests += 1
        assert problem is not None
        route.reason = str(problem)[:300]
        if reading.whole is Whole.OVERLOADED:
            return self._overloaded(route, batch, reading, now, answer.retry_after)
        if reading.whole is Whole.TOO_LARGE:
            return self._too_large(route, batch, batch.size // 2, problem)
        if reading.whole is Whole.BAD_REQUEST:
            return self._bisect(route, batch, problem, now)
        if reading.whole is Whole.CLUSTER:
            return Pause(advice.paused_by(problem, route.route))
        if reading.whole is Whole.BAD_PARAMETER:
            return self._bad_parameter(route, batch, problem)
        if reading.whole is Whole.NONSENSE:
            route.reason = f"{answer.host}: {problem.reason}; is there a proxy in between?"[:400]
            if route.failures + 1 == ALARM:
                _log.error("%s: what answers is not a cluster: %s", route.route, route.reason)
        self._in_doubt(batch)
        route.back_off(now, answer.retry_after)
        route.put_back(batch)
        return None

    def unanswered(
        self, route: RouteState, batch: Batch, failure: SendFailed, now: float
    ) -> Pause | None:
        """Take a batch whose request was not answered."""
        if batch.given_back:
            return None
        route.failed_requests += 1
        route.reason = str(failure)[:300]
        if failure.kind != "connect":
            self._in_doubt(batch)
        if failure.kind == "lost":
            for chunk in batch.chunks:
                chunk.losses += 1
            if min(chunk.losses for chunk in batch.chunks) >= 2:
                if batch.count > 1:
                    for chunk in batch.chunks:
                        chunk.losses = 0
                    self._smaller(
                        route,
                        batch,
                        batch.size // 2,
                        "the connection broke twice during the upload",
                    )
                elif self._strike(route, batch.chunks[0]):
                    problem = Problem(
                        0, "lost", "the connection breaks whenever this event is uploaded"
                    )
                    return self._refuse(route, [(batch.chunks[0], 0, problem)]) or self._left(
                        route, batch
                    )
        route.back_off(now, None)
        route.put_back(batch)
        return None

    def pipeline(self, route: RouteState, exists: bool | None, now: float) -> Pause | None:
        """Take the answer to whether the route's pipeline exists, for the events that were held for it."""
        route.pipeline_wanted = False
        held, route.held = route.held, []
        for chunk, _ in held:
            chunk.of.flying -= 1
        if exists is False:
            return Pause(
                f"the pipeline {route.route.pipeline} does not exist; run `shipper setup`, or create it"
            )
        route.pipeline_seen = now
        return self._refuse(
            route,
            [(chunk, i, problem) for chunk, problems in held for i, problem in enumerate(problems)],
        )

    def _all_indexed(self, route: RouteState, batch: Batch, reading: Reading) -> Pause | None:
        for chunk in batch.chunks:
            chunk.of.settle(Column.INDEXED, chunk.events)
        route.through += batch.count
        route.judged += batch.count
        route.streak.count(Counter(), batch.count)
        route.went_through(batch)
        pause = self._left(route, batch, passed=True)
        return Pause(_ordinary(route)) if reading.plain_index else pause

    def _items(self, route: RouteState, batch: Batch, reading: Reading, now: float) -> Pause | None:
        """Settle what can be settled, then blame the cluster, or the documents, and have the rest sent again."""
        before = route.through
        route.through += sum(fate in _THROUGH for fate in reading.fates)
        route.judged += sum(fate in _JUDGED for fate in reading.fates)
        refused: list[Refusal] = []
        again: list[Chunk] = []
        cluster: Problem | None = None
        first = 0
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
                    cluster = cluster or problems.get(positions[0])
                elif fate is Fate.REFUSED or (
                    fate is Fate.AMBIGUOUS and self._pipeline_known(route, now)
                ):
                    refused += [(chunk, i, _known(problems.get(i))) for i in positions]
            if cluster is None:
                neighbours = route.through > (min(before, chunk.mark) if chunk.tries else before)
                given_up, left = self._again(route, chunk, groups, neighbours=neighbours, now=now)
                refused += [(chunk, i, _known(problems.get(i))) for i in given_up]
                again += left
                self._hold(route, chunk, groups.get(Fate.AMBIGUOUS), problems, now)
        self._press(route, batch, reading, now)
        pause = self._blame(route, batch, reading, cluster, now)
        if pause is None:
            pause = self._refuse(route, refused)
        if pause is None:
            route.queue.put_back([chunk for chunk in again if not chunk.of.given_back])
            pause = self._left(route, batch, passed=True)
        return pause

    def _again(
        self,
        route: RouteState,
        chunk: Chunk,
        groups: dict[Fate, list[int]],
        *,
        neighbours: bool,
        now: float,
    ) -> tuple[list[int], list[Chunk]]:
        """The events of a chunk to give up and, as chunks, those to send again."""
        overloaded = groups.get(Fate.OVERLOADED, [])
        passing = groups.get(Fate.PASSING, [])
        unknown = groups.get(Fate.UNKNOWN, [])
        if not (overloaded or passing or unknown):
            return [], []
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
            part.not_before = now + route.rng.random() * route.backoff(part.tries)
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
            route.went_through(batch)
            return
        route.failures = 0
        route.rejected += overloaded
        problem = (
            next(p for i, p in reading.problems.items() if reading.fates[i] is Fate.OVERLOADED)
            if reading.problems
            else None
        )
        route.reason = str(problem)[:300]
        route.pressure.rejected(
            now, batch.sent, overloaded / batch.count, alone=batch.alone, queue=is_queue(problem)
        )
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
        cause = route.streak.cause
        relapsed = route.state is State.TRIAL and cause and cause == route.pause_cause
        if not (enough or relapsed):
            return None
        return Pause(
            advice.mostly_refused(example.get(cause), max(route.streak.batches, 3), route.route),
            cause,
        )

    def _overloaded(
        self,
        route: RouteState,
        batch: Batch,
        reading: Reading,
        now: float,
        retry_after: float | None,
    ) -> Pause | None:
        """The whole request was refused for overload."""
        route.rejected += batch.count
        route.pressure.rejected(
            now, batch.sent, 1.0, alone=batch.alone, queue=is_queue(reading.problem)
        )
        route.pace(now, retry_after)
        if reading.too_large_for is not None:
            allowed, counted = reading.too_large_for
            assert reading.problem is not None
            return self._too_large(
                route, batch, batch.size * allowed * 9 // (counted * 10), reading.problem
            )
        route.put_back(batch)
        return None

    def _too_large(
        self, route: RouteState, batch: Batch, size: int, problem: Problem
    ) -> Pause | None:
        """The request can never pass: smaller ones from now on; one event alone is a dead letter."""
        if batch.count == 1:
            return self._refuse(route, [(batch.chunks[0], 0, problem)]) or self._left(route, batch)
        self._smaller(route, batch, size, str(problem)[:200])
        if batch.search is None:
            route.put_back(batch)
        else:
            self._halve(route, batch, batch.search)
        return None

    @staticmethod
    def _smaller(route: RouteState, batch: Batch, size: int, why: str) -> None:
        route.learn(size)
        _log.info(
            "%s: %d bytes are too many for one request (%s); from now on at most %d",
            route.route,
            batch.size,
            why,
            route.learned,
        )

    def _bisect(
        self, route: RouteState, batch: Batch, problem: Problem, now: float
    ) -> Pause | None:
        """One event spoils the request: look for it."""
        search = batch.search
        if search is None:
            if batch.count == 1:
                return self._lonely(route, batch.chunks[0], problem, now)
            search = batch.search = Bisection()
            route.searches.append(search)
        if batch.count > 1:
            self._halve(route, batch, search)
            return None
        chunk = batch.chunks[0]
        chunk.of.flying += 1
        search.suspects.append((chunk, problem))
        search.open -= 1
        return self._concluded(route, search)

    @staticmethod
    def _halve(route: RouteState, batch: Batch, search: Bisection) -> None:
        first, second = batch.halves()
        route.fixed.extendleft((Batch(second, search), Batch(first, search)))
        search.open += 1

    def _lonely(
        self, route: RouteState, chunk: Chunk, problem: Problem, now: float
    ) -> Pause | None:
        """A request of one event is refused: its own fault if others pass meanwhile, the cluster's if none does."""
        if route.through > chunk.mark and chunk.tries:
            return self._refuse(route, [(chunk, 0, problem)])
        chunk.mark = route.through
        chunk.tries += 1
        if chunk.tries > MAX_LONELY:
            return Pause(advice.paused_by(problem, route.route))
        chunk.not_before = now + route.rng.random() * route.backoff(chunk.tries)
        route.queue.append(chunk, now)  # behind its neighbours, who are to have their turn
        return None

    def _left(self, route: RouteState, batch: Batch, *, passed: bool = False) -> Pause | None:
        """Take a batch out of its search, if it is part of one; ``passed``: the cluster took the request."""
        if batch.search is None:
            return None
        batch.search.passed |= passed
        batch.search.open -= 1
        return self._concluded(route, batch.search)

    def _concluded(self, route: RouteState, search: Bisection) -> Pause | None:
        """Judge the suspects as soon as it is known whether their neighbours pass."""
        if search.open == 0 and search in route.searches:
            route.searches.remove(search)
        if not search.suspects or not (search.passed or search.open == 0):
            return None
        suspects, search.suspects = search.suspects, []
        for chunk, _ in suspects:
            chunk.of.flying -= 1
        if not search.passed:
            return Pause(advice.paused_by(suspects[0][1], route.route))
        return self._refuse(route, [(chunk, 0, problem) for chunk, problem in suspects])

    @staticmethod
    def _bad_parameter(route: RouteState, batch: Batch, problem: Problem) -> Pause | None:
        """The cluster is another than we think: look again."""
        route.asked_again += 1
        if route.asked_again > MAX_ASKED:
            return Pause(advice.paused_by(problem, route.route))
        route.put_back(batch)
        route.stale = True
        return None

    @staticmethod
    def _strike(route: RouteState, chunk: Chunk) -> bool:
        """Count a failure of an event alone against it if others went through since; whether it is one too many."""
        if route.through > chunk.mark:
            chunk.strikes += 1
        chunk.mark = route.through
        return chunk.strikes >= MAX_STRIKES

    @staticmethod
    def _in_doubt(batch: Batch) -> None:
        for chunk in batch.chunks:
            chunk.doubt = True

    def _refuse(self, route: RouteState, refused: list[Refusal]) -> Pause | None:
        """Put events into the dead letters, and only then settle them."""
        if not refused:
            return None
        lines: dict[Chunk, list[bytes]] = {}
        letters: list[DeadLetter] = []
        clashes = 0
        for chunk, position, problem in refused:
            if chunk not in lines:
                lines[chunk] = chunk.lines()
            letters.append(self._letter(route, chunk, position, lines[chunk], problem))
            clashes += problem.status == 409
        try:
            self._dead_letters.add(letters)
        except StoreError as error:
            return Pause(str(error))
        self.dead_lettered += len(letters)
        if clashes:
            self.id_clashes += clashes
            _log.error(
                "%s: %d events met their id in the cluster though they were never sent; they are dead letters",
                route.route,
                clashes,
            )
        route.refused += len(letters)
        if self._wall() - route.refused_logged >= _LOG_EVERY:
            cause = str(refused[0][2].cause or refused[0][2])[:200]
            _log.warning(
                "%s: %d events were refused and are dead letters, such as %s",
                route.route,
                route.refused,
                cause,
            )
            route.refused, route.refused_logged = 0, self._wall()
        for chunk, position, _ in refused:
            chunk.of.settle(Column.DEAD_LETTERED, [chunk.events[position]])
        return None

    def _letter(
        self, route: RouteState, chunk: Chunk, position: int, lines: list[bytes], problem: Problem
    ) -> DeadLetter:
        action, document = lines[2 * position], lines[2 * position + 1]
        event = chunk.events[position]
        piece = chunk.of.piece
        start, end = piece.starts[event], piece.ends[event]
        return DeadLetter(
            id=_identity(action) or f"{route.route}@{start}",
            route=str(route.route),
            stored=self._wall(),
            path=str(getattr(piece.file, "path", "") or _path(document)),
            offset=start,
            length=end - start,
            status=problem.status,
            type=problem.type,
            reason=problem.reason,
            error=problem.raw,
            action=action,
            document=document,
        )


def _late(batch: Batch, reading: Reading) -> None:
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
    return f"{index} is an ordinary index, not a data stream; delete it or move it away, then run `shipper setup`"


def _identity(action: bytes) -> str:
    """The ``_id`` of an action line."""
    try:
        return str(orjson.loads(action)["create"]["_id"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def _path(document: bytes) -> str:
    """The file that a document says it comes from."""
    try:
        return str(orjson.loads(document)["log"]["file"]["path"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
