"""
The search for one event that spoils a request: halves of it are sent until the event is alone.

An event refused alone is blamed only when others go through; where none does, the route is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.delivery import advice
from shipper.delivery.batch import Batch, Bisection
from shipper.delivery.refusal import Pause
from shipper.records import Column

if TYPE_CHECKING:
    from shipper.delivery.batch import Chunk
    from shipper.delivery.refusal import Refusals
    from shipper.delivery.response import Problem
    from shipper.delivery.route import RouteState

_WENT_THROUGH = {Column.INDEXED, Column.DUPLICATE, Column.DROPPED, Column.FAILURE_STORE}
MAX_LONELY = (
    5  # tries of a request with one event that is refused as a whole, before the route is blamed
)


class Searches:
    """
    Carries searches out; their state lives in batches and routes.

    Args:
        refusals: where an event goes that was found.
    """

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def bisect(self, route: RouteState, batch: Batch, problem: Problem, now: float) -> Pause | None:
        """Look for the event that spoils a request, or go on looking."""
        search = batch.search
        if search is None:
            if batch.count == 1:
                return self._lonely(route, batch.chunks[0], problem, now)
            search = batch.search = Bisection()
            route.searches.append(search)
        if batch.count > 1:
            self.halve(route, batch, search)
            return None
        chunk = batch.chunks[0]
        chunk.of.flying += 1
        search.suspects.append((chunk, problem))
        search.open -= 1
        return self._concluded(route, search)

    @staticmethod
    def halve(route: RouteState, batch: Batch, search: Bisection) -> None:
        """Have the two halves of a batch sent next, each for itself."""
        first, second = batch.halves()
        route.fixed.extendleft((Batch(second, search), Batch(first, search)))
        search.open += 1

    def _lonely(
        self, route: RouteState, chunk: Chunk, problem: Problem, now: float
    ) -> Pause | None:
        """A request of one event is refused: its own fault if others pass meanwhile, the cluster's if none does."""
        if route.through > chunk.mark and chunk.tries:
            return self._refusals.refuse(route, [(chunk, 0, problem)])
        chunk.mark = route.through
        chunk.tries += 1
        if chunk.tries > MAX_LONELY:
            if chunk.of.columns.keys() & _WENT_THROUGH:  # neighbours in its own piece
                return self._refusals.refuse(route, [(chunk, 0, problem)])
            return Pause(advice.paused_by(problem, route.route))
        chunk.not_before = now + route.rng.random() * route.pressure.backoff(chunk.tries)
        route.queue.append(chunk, now)  # behind its neighbours, who are to have their turn
        return None

    def left(self, route: RouteState, batch: Batch, *, passed: bool = False) -> Pause | None:
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
        return self._refusals.refuse(route, [(chunk, 0, problem) for chunk, problem in suspects])
