"""
Events that the cluster redirected to a data stream's failure store.

The answer says no more than that it was done (``failure_store: used``), so the store is asked why, for some of the ids. What
it says decides as a refusal would: a cause of the cluster, such as a missing pipeline, pauses the route instead of filling the
failure store; a cause of the documents is told. No threads, no clock.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipper.delivery import advice
from shipper.delivery.refusal import Pause
from shipper.delivery.response import Fate, Problem, classify
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shipper.records import Route

_log = logging.getLogger("shipper.delivery")

CAUSE = "failure store"  # of a pause
MOST = 100  # events of one batch; when they are most of it, the route pauses at once
VISIBLE = 2.0  # seconds until a stored failure can be found
ASK_EVERY = 30.0  # seconds between two questions of a route
SHOWN = 600.0  # seconds that the status tells of it
_IDS = 20  # that are asked for
_MISSING = re.compile(
    r"pipeline with id \[([^\]]{1,300})\] does not exist|.*non-existent pipeline \[([^\]]{1,300})\]"
)


@dataclass(slots=True)
class Stored:
    """
    What went to the failure store of one route.

    Attributes:
        total: events since the start.
        missing: pipeline that was not there.
        asked: the question is on its way.
    """

    total: int = 0
    missing: str = ""
    asked: bool = False
    _why: str = ""
    _untold: int = 0
    _ids: list[str] = field(default_factory=list)
    _wanted: float | None = None
    _next: float = 0.0
    _last: float = float("-inf")

    def note(self, ids: Iterable[str], count: int, now: float) -> None:
        """Count events of one answer; have the store asked about some of them."""
        self.total += count
        self._untold += count
        self._last = now
        self._ids = [one for one in ids if one][:_IDS]
        if self._wanted is None:
            self._wanted = max(now + VISIBLE, self._next)

    def when(self) -> float | None:
        """Monotonic time from which the store is to be asked; None: nothing to ask."""
        return None if self.asked else self._wanted

    def question(self, now: float) -> tuple[str, ...]:
        """The ids to ask about. The question is on its way then."""
        self.asked = True
        self._wanted = None
        self._next = now + ASK_EVERY
        return tuple(self._ids)

    def answer(self, route: Route, found: tuple[str, str] | str | None) -> Pause | None:
        """
        Take the answer.

        Args:
            route: whose failure store it is.
            found: type and reason of a failure; why there is no answer; None: none of the events was found.
        """
        self.asked = False
        if isinstance(found, tuple):
            kind, reason = found
            problem = Problem(400, kind.removeprefix("es_"), reason)
            self._why = f"{problem.cause}: {_short(reason)}"
            missing = _MISSING.match(reason)
            if classify(problem) is Fate.CLUSTER:
                self.missing = (missing[1] or missing[2]) if missing else ""
                self._tell(route)
                what = advice.paused_by(Problem(0, "", problem.reason), route)
                return Pause(f"events go to the failure store of {route.index}: {what}", CAUSE)
        elif found is not None:
            self._why = found
        self._tell(route)
        return None

    def problem(self, route: Route, now: float) -> str | None:
        """A line for the status, for some time after the last event."""
        if now - self._last > SHOWN:
            return None
        why = f", such as {self._why}" if self._why else ""
        return (
            f"route {route}: {counted(self.total, 'event')} went to the failure store{why}; look at {route.index}::failures and mend "
            "the mapping or the pipeline"
        )

    def _tell(self, route: Route) -> None:
        count, self._untold = self._untold, 0
        _log.warning(
            "%s: %s went to the failure store, such as %s; look at %s::failures",
            route,
            counted(count, "event"),
            self._why or "of a cause that could not be found out",
            route.index,
        )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 300 else text[:300] + "…"
