"""
What follows from an answer to a whole request, or from none: the upper half of the settlement table.

Items are the business of :mod:`shipper.delivery.items`. A pause is not carried out here but handed to the caller.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from shipper.delivery import advice
from shipper.delivery.batch import Batch
from shipper.delivery.items import MAX_STRIKES, Items, settle_late
from shipper.delivery.past import Past
from shipper.delivery.refusal import Pause, Refusals
from shipper.delivery.response import Problem, Reading, Whole, read
from shipper.delivery.search import Searches
from shipper.records import Column
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.delivery.batch import Chunk
    from shipper.delivery.dead_letter import DeadLetters
    from shipper.delivery.route import RouteState
    from shipper.records import Answer, SendFailed

_log = logging.getLogger("shipper.delivery")

MAX_ASKED = 3  # times in a row that the product is looked at again after an unknown parameter
ALARM = 3  # answers in a row that are no cluster's


class Landing:
    """
    Takes batches that have come back.

    Args:
        dead_letters: where refused events go.
        wall: Unix time.
        watch_index: whether an item that was written to an index of the data stream's own name is an alarm.

    Attributes:
        refusals: what was refused for good.
        past: what indices of other days refuse.
        found_earlier: events that were found in indices from before a rollover, and not sent again.
    """

    def __init__(
        self, dead_letters: DeadLetters, wall: Callable[[], float], *, watch_index: bool
    ) -> None:
        self._watch_index = watch_index
        self.refusals = Refusals(dead_letters, wall)
        self._searches = Searches(self.refusals)
        self.past = Past(wall)
        self._items = Items(self.refusals, self._searches, self.past)
        self.found_earlier = 0

    def answered(self, route: RouteState, batch: Batch, answer: Answer, now: float) -> Pause | None:
        """Take a batch that was answered. It has landed already."""
        reading = read(answer, batch.count, route.route.watched if self._watch_index else "")
        problem = reading.problem
        if batch.given_back:
            settle_late(batch, reading)
            return None
        if reading.whole in {Whole.INDEXED, Whole.ITEMS}:
            every = reading.whole is Whole.INDEXED
            pause = (
                self._items.all_indexed(route, batch, reading, now)
                if every
                else self._items.settle(route, batch, reading, now)
            )
            route.pressure.hold(now, answer.retry_after or 0.0)
            return pause
        route.failed_requests += 1
        assert problem is not None
        route.reason = str(problem)[:300]
        if reading.whole is Whole.OVERLOADED:
            return self._overloaded(route, batch, reading, now, answer.retry_after)
        if reading.whole in {Whole.TOO_LARGE, Whole.BAD_REQUEST}:
            # Elasticsearch 8.16 and newer carries out the start of a request before it has read the end.
            self._in_doubt(batch)
        if reading.whole is Whole.TOO_LARGE:
            return self._too_large(route, batch, batch.size // 2, problem)
        if reading.whole is Whole.BAD_REQUEST:
            return self._searches.bisect(route, batch, problem, now)
        if reading.whole is Whole.CLUSTER:
            return Pause(advice.paused_by(problem, route.route))
        if reading.whole is Whole.BAD_PARAMETER:
            return self._bad_parameter(route, batch, problem)
        if reading.whole is Whole.NONSENSE:
            route.reason = f"{answer.host}: {problem.reason}; is there a proxy in between?"[:400]
            if route.pressure.failures + 1 == ALARM:
                _log.error("%s: what answers is not a cluster: %s", route.route, route.reason)
        self._in_doubt(batch)
        route.back_off(now, answer.retry_after)
        route.put_back(batch)
        return None

    def found(
        self, route: RouteState, batch: Batch, events: list[tuple[Chunk, int]]
    ) -> Pause | None:
        """Some events of a batch, which was not sent, are there already; the others are sent."""
        self.found_earlier += len(events)
        there: dict[Chunk, list[int]] = {}
        for chunk, position in events:
            there.setdefault(chunk, []).append(position)
        rest: list[Chunk] = []
        for chunk in batch.chunks:
            known = set(there.get(chunk, ()))
            if known:
                chunk.of.settle(Column.DUPLICATE, [chunk.events[i] for i in known])
            left = [i for i in range(chunk.count) if i not in known]
            if left:
                rest.append(chunk.part(left, chunk.lines()) if known else chunk)
        if events:
            _log.info(
                "%s: %s there already, in an index from before a rollover; not sent again",
                route.route,
                counted(len(events), "event is", "events are"),
            )
        if batch.given_back:
            return None
        if batch.search is None:
            route.queue.put_back(rest)
        elif rest:
            route.fixed.appendleft(Batch(rest, batch.search))
        else:
            return self._searches.left(route, batch)
        return None

    def refused_here(self, route: RouteState, chunk: Chunk) -> tuple[Pause | None, Chunk]:
        """
        Put the events of a fresh chunk that a pipeline at the edge failed for into the dead letters.

        Returns:
            Why the route must pause, if they cannot be kept; and a chunk of the other events.
        """
        refused = chunk.of.piece.refused
        pause = self.refusals.refuse(
            route, [(chunk, i, Problem(0, kind, reason)) for i, (kind, reason) in refused.items()]
        )
        return pause, chunk.part([i for i in range(chunk.count) if i not in refused], chunk.lines())

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
        lost = batch.flight.size if failure.kind == "lost" else 0
        # After another failure, what is sent is smaller each time anyway: until it is one event, or part of a search.
        whole = not route.pressure.failures or batch.count == 1 or batch.search is not None
        if lost and whole:
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
                    if batch.search is not None:  # what a search sends is not cut anew
                        route.back_off(now, None)
                        self._searches.halve(route, batch, batch.search)
                        return None
                else:
                    return self._lost_alone(route, batch, now)
        route.back_off(now, None, lost)
        route.put_back(batch)
        return None

    def pipeline(self, route: RouteState, exists: bool | None, now: float) -> Pause | None:
        """Take the answer to whether the route's pipeline exists, for the events that were held for it."""
        route.pipeline_wanted = False
        held, route.held = route.held, []
        for chunk, _ in held:
            chunk.of.flying -= 1
        if exists is False:
            if route.stored.total:  # nothing is tried before it is there: it would go the same way
                route.stored.missing = route.route.pipeline or ""
            return Pause(
                f"the pipeline {route.route.pipeline} does not exist; run `shipper setup`, or create it"
            )
        route.pipeline_seen = now
        return self.refusals.refuse(
            route,
            [(chunk, i, problem) for chunk, problems in held for i, problem in enumerate(problems)],
        )

    def _lost_alone(self, route: RouteState, batch: Batch, now: float) -> Pause | None:
        """The connection breaks under one event: behind its neighbours with it, or nothing would ever clear the network."""
        chunk = batch.chunks[0]
        if self._strike(route, chunk):
            problem = Problem(0, "lost", "the connection breaks whenever this event is uploaded")
            return self.refusals.refuse(route, [(chunk, 0, problem)]) or self._searches.left(
                route, batch
            )
        route.back_off(now, None)
        pause = self._searches.left(route, batch)
        if pause is None:
            route.queue.append(chunk, now)
            route.retried += 1
        return pause

    def _overloaded(
        self,
        route: RouteState,
        batch: Batch,
        reading: Reading,
        now: float,
        retry_after: float | None,
    ) -> Pause | None:
        """The whole request was refused for overload."""
        route.overloaded(batch, now, batch.count, reading.problem)
        route.pressure.hold(now, retry_after or 0.0)
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
            return self.refusals.refuse(
                route, [(batch.chunks[0], 0, problem)]
            ) or self._searches.left(route, batch)
        self._smaller(route, batch, size, str(problem)[:200])
        if batch.search is None:
            route.put_back(batch)
        else:
            self._searches.halve(route, batch, batch.search)
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
