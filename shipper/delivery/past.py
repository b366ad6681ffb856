"""
Daily indices that are not written to today: what refuses there for the cluster's cause holds up nobody.

Only the index of today is waited for without limit. Events for another day's that is closed, blocked or cannot be made are
tried again for ``pause_limit``, while those of other days go on; then they become dead letters, to be sent again when it is
mended. They become so earlier where what waits would keep its file, or the agent's memory, from going on; but only while others
do go through: otherwise it is the cluster that refuses, and the route pauses.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.delivery.batch import Chunk
    from shipper.delivery.response import Problem
    from shipper.delivery.route import RouteState

_log = logging.getLogger("shipper.delivery")

FORGET = 600.0  # seconds without a refusal after which an index counts as well again, if tries are not rarer
MOST_INDICES = 1000  # remembered
SHARE = 4  # of max_pending_bytes one part may wait for other days' indices


@dataclass(slots=True)
class Refusing:
    """
    An index that refuses.

    Attributes:
        first, last: monotonic times of refusals.
        problem: the last.
        through: events of the route that had gone through at the first.
    """

    first: float
    last: float
    problem: Problem
    through: int


class Past:
    """
    Judges what other days' indices refuse.

    Args:
        wall: Unix time.

    Attributes:
        refused: events that became dead letters so.
    """

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._refusing: dict[str, Refusing] = {}
        self.refused = 0

    def of_other_days(
        self, route: RouteState, positions: list[int], problems: dict[int, Problem | None]
    ) -> list[int]:
        """Those of the positions whose index is a daily one, and not today's."""
        if route.route.mode != "daily":
            return []
        today = f"-{datetime.fromtimestamp(self._wall(), UTC):%Y.%m.%d}"
        return [
            i
            for i in positions
            if (problem := problems.get(i)) and problem.index and not problem.index.endswith(today)
        ]

    def judge(
        self,
        route: RouteState,
        chunk: Chunk,
        positions: list[int],
        problems: dict[int, Problem | None],
        now: float,
    ) -> tuple[list[int], Chunk | None, Problem | None]:
        """
        Decide about refused events of other days.

        Returns:
            Positions of those that become dead letters, the others as a chunk to send again, and why the route is to pause.
        """
        limits = route.limits
        full = self._waiting(route, chunk) > limits.max_pending_bytes // SHARE
        lost: list[int] = []
        pause: Problem | None = None
        for i in positions:
            problem = problems.get(i)
            assert problem is not None
            index = self._index(route, problem, now)
            over = (full or chunk.of.hurry) and route.through > index.through
            if over or now - index.first >= limits.pause_limit:
                lost.append(i)
            elif full:
                pause = problem
        kept = [i for i in positions if i not in set(lost)]
        if not kept:
            return lost, None, pause
        part = chunk.part(kept, chunk.lines())
        part.doubt = part.waits = True
        part.tries += 1
        longest = min(limits.backoff_max, limits.backoff_init * 2.0 ** min(part.tries - 1, 30))
        part.not_before = now + longest * (0.5 + 0.5 * route.rng.random())
        route.retried += part.count
        return lost, part, pause

    def _index(self, route: RouteState, problem: Problem, now: float) -> Refusing:
        """What is known of an index that refuses now."""
        index = self._refusing.pop(problem.index, None)
        limits = route.limits
        forget = max(FORGET, 2 * limits.pause_retry_max, 2 * limits.backoff_max)
        if index is None or now - index.last > forget:
            index = Refusing(now, now, problem, route.through)
            _log.warning(
                "%s: %s refuses events: %s; they are tried again for %.0f s and then become dead letters, the others go on",
                route.route,
                problem.index,
                str(problem)[:300],
                limits.pause_limit,
            )
        while len(self._refusing) >= MOST_INDICES:
            del self._refusing[next(iter(self._refusing))]
        index.last, index.problem = now, problem
        self._refusing[problem.index] = index
        return index

    @staticmethod
    def _waiting(route: RouteState, chunk: Chunk) -> int:
        """Bytes of the pieces that wait, with this one's."""
        pieces = {one.of for one in route.queue if one.waits} | {chunk.of}
        return sum(each.size for each in pieces)

    def problems(self, now: float) -> list[str]:
        """What refuses now, one line each with what to do."""
        return [
            f"{name} refuses events of its day: {str(index.problem)[:300]}; open it, remove its block, or send them again later"
            " (`shipper dead-letter replay`)"
            for name, index in self._refusing.items()
            if now - index.last <= FORGET
        ]
