"""
What is offered, cut and counted: pieces under delivery, chunks of them, and batches of chunks.

Pure. A chunk is some events of one piece that travel together: at first all of them, after a partial refusal those
that are left. An event is in at most one chunk at a time, and gets exactly one column.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipper.records import Settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shipper.delivery.pressure import Flight
    from shipper.delivery.response import Problem
    from shipper.records import Column, Piece


@dataclass(slots=True, eq=False)
class Tracked:
    """
    A piece under delivery.

    Attributes:
        piece: as offered; its body has been taken over by its chunks.
        size: bytes of the body when it was offered: its share of the budget.
        open: events without a column.
        flying: chunks of it that are on their way or wait for an answer about them.
        given_back: to be abandoned as soon as nothing of it is flying.
        hurry: its file cannot go on until it is settled: nothing of it waits for an index of another day.
        columns: events and bytes by column.
    """

    piece: Piece
    size: int
    open: int
    flying: int = 0
    given_back: bool = False
    hurry: bool = False
    columns: dict[Column, tuple[int, int]] = field(default_factory=dict)

    def settle(self, column: Column, events: Sequence[int]) -> None:
        """Give some events their column. ``events`` are positions in the piece."""
        starts, ends = self.piece.starts, self.piece.ends
        count = len(events)
        if count == len(starts):
            size = sum(ends) - sum(starts)
        else:
            size = sum([ends[i] - starts[i] for i in events])
        seen, seen_bytes = self.columns.get(column, (0, 0))
        self.columns[column] = (seen + count, seen_bytes + size)
        self.open -= count

    def settled(self) -> Settled:
        """The report of a piece whose events all have a column."""
        return Settled(self.piece, self.columns)


@dataclass(slots=True, eq=False)
class Chunk:
    """
    Some events of one piece that travel together.

    Attributes:
        of: the piece.
        body: NDJSON of these events.
        events: their positions in the piece, ascending.
        doubt: they may be in the cluster already, so a 409 means "already there".
        losses: connections lost in a row during the upload.
        strikes: refusals of unknown cause while neighbours went through.
        tries: refusals in a row that pass, of whatever kind.
        mark: events of the route that had gone through when this was tried last.
        not_before: monotonic time of the next try.
        waits: for an index of another day that refuses it.
    """

    of: Tracked
    body: bytes
    events: Sequence[int]
    doubt: bool = False
    losses: int = 0
    strikes: int = 0
    tries: int = 0
    mark: int = 0
    not_before: float = 0.0
    waits: bool = False

    @property
    def count(self) -> int:
        """Number of events."""
        return len(self.events)

    def lines(self) -> list[bytes]:
        """Action and document lines in turn, without newlines."""
        lines = self.body.split(b"\n")
        lines.pop()
        return lines

    def part(self, positions: Sequence[int], lines: list[bytes]) -> Chunk:
        """A chunk of some of the events; ``positions`` are within this chunk, ``lines`` as of :meth:`lines`."""
        body = b"".join([b"%b\n%b\n" % (lines[2 * i], lines[2 * i + 1]) for i in positions])
        events = [self.events[i] for i in positions]
        return Chunk(
            self.of, body, events, self.doubt, self.losses, self.strikes, self.tries, self.mark
        )

    def split(self, max_events: int, max_bytes: int) -> list[Chunk]:
        """Chunks of at most so many events and bytes; an event that is larger has one for itself."""
        lines = self.lines()
        parts: list[Chunk] = []
        taken: list[int] = []
        size = 0
        for i in range(self.count):
            length = len(lines[2 * i]) + len(lines[2 * i + 1]) + 2
            if taken and (size + length > max_bytes or len(taken) >= max_events):
                parts.append(self.part(taken, lines))
                taken, size = [], 0
            taken.append(i)
            size += length
        parts.append(self.part(taken, lines))
        return parts


@dataclass(slots=True, eq=False)
class Bisection:
    """
    The search for the event that spoils a request.

    Attributes:
        open: batches of the search without a verdict.
        passed: one of them was taken.
        suspects: events refused alone before any was taken.
    """

    open: int = 1
    passed: bool = False
    suspects: list[tuple[Chunk, Problem]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Batch:
    """
    Chunks that go in one request.

    Attributes:
        search: set when the batch is part of a bisection and must stay as it is.
        flight: what the pressure controller knows of it, once it has left.
    """

    chunks: list[Chunk]
    search: Bisection | None = None
    flight: Flight = field(init=False)

    @property
    def count(self) -> int:
        """Number of events."""
        return sum([chunk.count for chunk in self.chunks])

    @property
    def size(self) -> int:
        """Bytes before compression."""
        return sum([len(chunk.body) for chunk in self.chunks])

    @property
    def given_back(self) -> bool:
        """Whether its route paused meanwhile. A pause gives back all that a route has: all chunks, or none."""
        return self.chunks[0].of.given_back

    def body(self) -> bytes:
        """The request's body; a copy unless there is but one chunk."""
        return (
            self.chunks[0].body
            if len(self.chunks) == 1
            else b"".join([c.body for c in self.chunks])
        )

    def doubtful(self) -> tuple[list[bytes], list[tuple[Chunk, int]], float]:
        """Of the events in doubt: action lines, chunk and position in it, and the Unix time from which they may have been sent."""
        actions: list[bytes] = []
        places: list[tuple[Chunk, int]] = []
        since = math.inf
        for chunk in self.chunks:
            if chunk.doubt:
                actions += chunk.lines()[::2]
                places += [(chunk, i) for i in range(chunk.count)]
                since = min(since, chunk.of.piece.since)
        return actions, places, since

    def halves(self) -> tuple[list[Chunk], list[Chunk]]:
        """The events in two groups of about the same number. Only for batches of two events and more."""
        half = self.count // 2
        first: list[Chunk] = []
        second: list[Chunk] = []
        for chunk in self.chunks:
            if half >= chunk.count:
                first.append(chunk)
                half -= chunk.count
            elif half == 0:
                second.append(chunk)
            else:
                lines = chunk.lines()
                first.append(chunk.part(range(half), lines))
                second.append(chunk.part(range(half, chunk.count), lines))
                half = 0
        return first, second


class Queue:
    """The chunks of a route that wait, retries first, with their bytes and events counted."""

    __slots__ = ("_chunks", "events", "oldest", "size")

    def __init__(self) -> None:
        self._chunks: deque[Chunk] = deque()
        self.size = 0
        self.events = 0
        self.oldest = 0.0  # monotonic time at which the queue was last empty and got something

    def __len__(self) -> int:
        return len(self._chunks)

    def __iter__(self) -> Iterator[Chunk]:
        return iter(self._chunks)

    def append(self, chunk: Chunk, now: float) -> None:
        """Add a fresh chunk at the end."""
        if not self._chunks:
            self.oldest = now
        self._chunks.append(chunk)
        self._count(chunk, 1)

    def put_back(self, chunks: Iterable[Chunk]) -> None:
        """Add chunks that were on their way before, at the front and in their order."""
        back = list(chunks)
        self._chunks.extendleft(reversed(back))
        for chunk in back:
            self._count(chunk, 1)

    def clear(self) -> list[Chunk]:
        """Take everything out."""
        chunks = list(self._chunks)
        self._chunks.clear()
        self.size = self.events = 0
        return chunks

    def due(self) -> float | None:
        """Monotonic time from which a chunk may be taken; None when there is none."""
        return min((chunk.not_before for chunk in self._chunks), default=None)

    def cut(self, max_events: int, max_bytes: int, now: float) -> list[Chunk]:
        """Take the next chunks that are due and fit, splitting one only where it alone does not fit."""
        taken: list[Chunk] = []
        later: list[Chunk] = []
        size = events = 0
        while self._chunks:
            chunk = self._chunks[0]
            if chunk.not_before > now:
                later.append(self._chunks.popleft())
                continue
            large = len(chunk.body) > max_bytes or chunk.count > max_events
            if not taken and large and chunk.count > 1:
                self._chunks.popleft()
                self._chunks.extendleft(reversed(chunk.split(max_events, max_bytes)))
                continue
            if taken and (size + len(chunk.body) > max_bytes or events + chunk.count > max_events):
                break
            self._chunks.popleft()
            taken.append(chunk)
            size += len(chunk.body)
            events += chunk.count
        self._chunks.extendleft(reversed(later))
        for chunk in taken:
            self._count(chunk, -1)
        self.oldest = now
        return taken

    def _count(self, chunk: Chunk, sign: int) -> None:
        self.size += sign * len(chunk.body)
        self.events += sign * chunk.count
