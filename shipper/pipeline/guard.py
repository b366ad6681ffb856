"""
No text can stall the agent: matches of regular expressions, and events as a whole, run under a watch on their CPU time.

The watch itself is ``watch``. Texts above ``match_max_bytes`` go to a child process that can be killed (``matcher``), because ``re``
looks at signals too seldom on long ones. Other threads match unwatched. What was stopped is counted in ``counts``.
"""

from __future__ import annotations

import time
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any

from shipper.pipeline.watch import (
    APART_BUDGET,
    BLOCK_BUDGET,
    BUDGET,
    EVENT_BUDGET,
    MATCH_MAX_BYTES,
    MOST_MADE,
    MOST_TIMES,
    OFFENCES,
    REDUCED_BUDGET,
    REDUCED_SIZE,
    SMALL,
    Counts,
    Exhausted,
    TimedOut,
    Watch,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.matcher import Apart

__all__ = [
    "BUDGET", "GUARD", "MATCH_MAX_BYTES", "MOST_MADE", "MOST_TIMES", "OFFENCES", "REDUCED_SIZE", "SMALL", "Counts", "Exhausted", "Guard",
    "TimedOut", "begin", "block", "call", "close", "configure", "counts", "end", "findall", "finditer", "fullmatch", "here", "make", "match",
    "search", "split", "sub",
]  # fmt: skip


class Guard(Watch):
    """
    Runs matches under watch.

    One per process (``GUARD``), because there is one timer; its methods are the functions of this module.
    """

    def __init__(self) -> None:
        super().__init__()
        self._apart: Apart | None = None
        self._lock = Lock()

    def search(self, compiled: Any, text: str) -> Any:
        """``compiled.search(text)``: a match or None. Raises: TimedOut."""
        if len(text) > self._most:
            return self._far("search", compiled, text)
        if get_ident() != self._armed:
            return self._alone(compiled.search, text)
        outer = self._running
        self._running = self._next()
        try:
            return compiled.search(text)
        except TimeoutError:
            raise self._late() from None
        finally:
            self._running = outer

    def match(self, compiled: Any, text: str) -> Any:
        """``compiled.match(text)``: a match at the start or None. Raises: TimedOut."""
        if len(text) > self._most:
            return self._far("match", compiled, text)
        if get_ident() != self._armed:
            return self._alone(compiled.match, text)
        outer = self._running
        self._running = self._next()
        try:
            return compiled.match(text)
        except TimeoutError:
            raise self._late() from None
        finally:
            self._running = outer

    def fullmatch(self, compiled: Any, text: str) -> Any:
        """``compiled.fullmatch(text)``: a match of all or None. Raises: TimedOut."""
        if len(text) > self._most:
            return self._far("fullmatch", compiled, text)
        return self._near(compiled.fullmatch, text)

    def findall(self, compiled: Any, text: str) -> list[Any]:
        """``compiled.findall(text)``. Raises: TimedOut."""
        if len(text) > self._most:
            return self._far("findall", compiled, text)  # type: ignore[no-any-return]
        return self._near(compiled.findall, text)  # type: ignore[no-any-return]

    def finditer(self, compiled: Any, text: str) -> list[Any]:
        """All matches, as a list. Raises: TimedOut."""
        if len(text) > self._most:
            return self._far("finditer", compiled, text)  # type: ignore[no-any-return]
        return self._near(_all, compiled, text)  # type: ignore[no-any-return]

    def sub(self, compiled: Any, replacement: str, text: str, count: int = 0) -> str:
        """``compiled.sub(replacement, text, count)``. Raises: TimedOut."""
        if len(text) > self._most:
            return self._far("sub", compiled, text, replacement, count)  # type: ignore[no-any-return]
        return self._near(compiled.sub, replacement, text, count)  # type: ignore[no-any-return]

    def split(self, compiled: Any, text: str, maxsplit: int = 0) -> list[str]:
        """``compiled.split(text, maxsplit)``. Raises: TimedOut."""
        if len(text) > self._most:
            return self._far("split", compiled, text, maxsplit)  # type: ignore[no-any-return]
        return self._near(compiled.split, text, maxsplit)  # type: ignore[no-any-return]

    def call(self, function: Callable[..., Any], compiled: Any, text: str, *args: Any) -> Any:
        """
        ``function(compiled, text, *args)`` with all the matches it makes.

        Args:
            function: of a module's top level, because long texts are matched in another process; for the same reason its
                arguments and its result must be picklable. Guarded calls within are part of this one.
            compiled: pattern.
            text: whose length decides where.
            args: the rest.

        Raises:
            TimedOut: the whole took too long.
        """
        if len(text) > self._most:
            return self._far("call", compiled, text, function, *args)
        return self._near(function, compiled, text, *args)

    def here(self, function: Callable[..., Any], *args: Any) -> Any:
        """
        ``function(*args)`` with all the matches it makes, in this process however long the text is.

        For patterns that are known to be safe on a whole block of lines. Raises: TimedOut.
        """
        return self._near(function, *args)

    def watched(self, function: Callable[..., Any], *args: Any) -> Any:
        """``function(*args)``, which matches short texts by itself. Raises: TimedOut."""
        return self._near(function, *args)

    def close(self) -> None:
        """Ends the child process, if there is one. It is started again when it is needed."""
        if self._apart is not None:
            self._apart.close()
            self._apart = None

    def _near(self, function: Callable[..., Any], *args: Any) -> Any:
        if get_ident() != self._armed:
            return self._alone(function, *args)
        outer = self._running
        self._running = self._next()
        try:
            return function(*args)
        except TimeoutError:
            raise self._late() from None
        finally:
            self._running = outer

    def _alone(self, function: Callable[..., Any], *args: Any) -> Any:
        """Outside a block, or in another thread."""
        if get_ident() != self._main:
            try:
                return function(*args)
            except TimeoutError:
                raise TimedOut from None
        with self.block():
            return self._near(function, *args)

    def _far(self, method: str, compiled: Any, text: str, *args: Any) -> Any:
        if get_ident() != self._main:
            return self._in_child(method, compiled, text, args)
        with self.block():
            if self.tired or (self._event and self._event_far >= EVENT_BUDGET):
                self.counts.refused += 1
                raise TimedOut
            started = time.monotonic()
            # No tick may break into the talk with the child.
            outer, event = self._running, self._event
            self._running = self._event = 0
            try:
                return self._in_child(method, compiled, text, args)
            finally:
                took = time.monotonic() - started
                self._event_far += took
                self._event, self._running = event, outer
                if took > REDUCED_BUDGET:
                    self._spend(took)

    def _in_child(self, method: str, compiled: Any, text: str, args: tuple[Any, ...]) -> Any:
        self.counts.oversize += 1
        if self._oversize == "fail":
            raise TimedOut("size")
        from shipper.pipeline import matcher  # noqa: PLC0415 - few agents meet such a text

        with self._lock:
            if self._apart is None:
                self._apart = matcher.Apart(self.counts)
            budget = APART_BUDGET / 4 if self._lowered else APART_BUDGET
            budget = max(REDUCED_BUDGET, min(budget, BLOCK_BUDGET - self._spent))
            try:
                return self._apart.run(method, compiled, text, args, budget=budget)
            except matcher.GaveUp as gave_up:
                self.counts.timeouts += gave_up.reason == "time"
                self._offences.append(time.monotonic())
                raise TimedOut(gave_up.reason) from None


def _all(compiled: Any, text: str) -> list[Any]:
    return list(compiled.finditer(text))


GUARD = Guard()
block = GUARD.block
begin = GUARD.begin
end = GUARD.end
make = GUARD.make
search = GUARD.search
match = GUARD.match
fullmatch = GUARD.fullmatch
findall = GUARD.findall
finditer = GUARD.finditer
sub = GUARD.sub
split = GUARD.split
call = GUARD.call
here = GUARD.here
configure = GUARD.configure
close = GUARD.close
counts = GUARD.counts
