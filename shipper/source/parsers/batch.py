"""
What parsers hand on to each other: lines, or events, of one window.

A parser takes a batch, puts what it made of it in its place, and lowers ``open`` to where the first thing begins that it
holds back. It keeps nothing: what is held back is offered again from the bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shipper.records import Event

if TYPE_CHECKING:
    from shipper.source.framing import Lines

# On an event whose record goes on in the next one, because it is longer than one event may be.
SPLIT = "split"
CONTINUATION = "continuation"
MULTILINE = "multiline"
TRUNCATED = "truncated"


class Batch:
    """
    Lines or events of a window, ascending by start.

    Args:
        texts: of the lines.
        bounds: one more than texts; each line's start and the last one's end.

    Attributes:
        open: offset from which on bytes are held back.
        dropped: ranges that are no event: empty lines and what a parser left out.
        failed: starts of events that a parser could not read and passed on whole.
    """

    __slots__ = ("_bounds", "_events", "_texts", "dropped", "failed", "open")

    def __init__(self, texts: list[str], bounds: list[int]) -> None:
        self._texts: list[str] | None = texts
        self._bounds = bounds
        self._events: list[Event] = []
        self.open = bounds[-1]
        self.dropped: list[tuple[int, int]] = []
        self.failed: list[int] = []

    @classmethod
    def of(cls, lines: Lines, first: int, last: int) -> Batch:
        """Make a batch of the lines from ``first`` up to but without ``last``."""
        if first == 0 and last == len(lines.texts):
            return cls(lines.texts, lines.bounds)
        return cls(lines.texts[first:last], lines.bounds[first : last + 1])

    def columns(self) -> tuple[list[str], list[int], list[int], list[Event] | None]:
        """Messages, starts and ends; and the events, if they are more than bare lines."""
        if self._texts is not None:
            return self._texts, self._bounds[:-1], self._bounds[1:], None
        events = self._events
        return (
            [event.message for event in events],
            [event.start for event in events],
            [event.end for event in events],
            events,
        )

    @property
    def events(self) -> list[Event]:
        """The events; bare lines become events on the first look."""
        if self._texts is not None:
            self._events = list(map(Event, self._bounds, self._bounds[1:], self._texts))
            self._texts = None
        return self._events

    @events.setter
    def events(self, events: list[Event]) -> None:
        self._events = events
        self._texts = None

    def drop_empty(self) -> None:
        """Leave out the lines without text."""
        if self._texts is None or "" not in self._texts:
            return
        starts, ends, texts = self._bounds, self._bounds[1:], self._texts
        self.dropped += [
            (s, e) for s, e, text in zip(starts, ends, texts, strict=False) if not text
        ]
        self.events = [
            Event(s, e, text) for s, e, text in zip(starts, ends, texts, strict=False) if text
        ]


class Parser(Protocol):
    """
    One step of a chain. Immutable: shared by all files of an input.

    Attributes:
        timeout: seconds after which what is held back is to be closed by the clock; None if nothing is ever held back.
    """

    timeout: float | None

    def parse(self, batch: Batch, *, final: bool, now: float) -> None:
        """
        Turn the batch's content into this parser's events.

        Args:
            batch: changed in place.
            final: nothing follows; nothing may be held back.
            now: Unix seconds at which the bytes were read, for dates without a year.
        """
        ...
