"""
The ledger of one file: which ranges are out, which are settled, and up to where a restart may skip.

Pure: it knows neither files nor clocks. Ranges are tracked in the order of the file, settled in any order, and committed
from the lowest on: ``safe`` never passes a byte whose event has no column yet. Columns count committed ranges only, so
``position - base == sum of columns + pending`` holds at every moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from shipper.records import Column, Piece, Settled
from shipper.telemetry.report import LedgerReport

if TYPE_CHECKING:
    from collections.abc import Iterable

Columns = dict[Column, tuple[int, int]]


@dataclass(slots=True)
class _Range:
    piece: Piece
    marker: bytes
    columns: Columns | None = None  # None: still out


@dataclass(slots=True)
class Counts:
    """Events and bytes by column."""

    events: dict[Column, int] = field(default_factory=dict)
    bytes: dict[Column, int] = field(default_factory=dict)

    def add(self, column: Column, events: int, size: int) -> None:
        """Add events and their bytes to a column."""
        self.events[column] = self.events.get(column, 0) + events
        self.bytes[column] = self.bytes.get(column, 0) + size

    def merge(self, other: Counts) -> None:
        """Add all of another's counts."""
        for column, events in other.events.items():
            self.add(column, events, other.bytes[column])

    def report(self, pending: int = 0, pending_bytes: int = 0) -> LedgerReport:
        """The counts with what is still out, as the status report has them."""
        columns = {column.value: count for column, count in self.events.items()}
        columns.update({f"{column.value}_bytes": size for column, size in self.bytes.items()})
        return LedgerReport(
            read_events=sum(self.events.values()) + pending,
            read_bytes=sum(self.bytes.values()) + pending_bytes,
            pending=pending,
            pending_bytes=pending_bytes,
            **columns,
        )


class FileLedger:
    """
    Tracks the ranges of one file that are out.

    Attributes:
        base: offset at which this ledger began, bytes.
        safe: the highest offset that a restart may resume from, bytes.
        marker: the bytes of the file just before ``safe`` (as handed to `track`).
        position: end of the last tracked range, bytes.
        epoch: grows with every `reset`; pieces of an older epoch settle nothing.
        counts: columns of everything below ``safe`` since ``base``.
        unbalanced: committed ranges whose columns did not add up to their bytes; anything but 0 is a bug.
    """

    __slots__ = (
        "_out",
        "_pending",
        "_ranges",
        "base",
        "counts",
        "epoch",
        "marker",
        "position",
        "safe",
        "unbalanced",
    )

    def __init__(self, offset: int, marker: bytes = b"") -> None:
        self.base = self.safe = self.position = offset
        self.marker = marker
        self.epoch = 0
        self.counts = Counts()
        self.unbalanced = 0
        self._ranges: list[_Range] = []  # a deque takes 600 bytes, and most files have nothing out
        self._out: dict[Piece, _Range] = {}
        self._pending = 0

    def __repr__(self) -> str:
        return f"<FileLedger {self.safe}/{self.position} out={len(self._out)} epoch={self.epoch}>"

    def track(self, piece: Piece, marker: bytes) -> None:
        """
        Take note of a piece that follows the last one.

        Args:
            piece: its range begins at ``position``.
            marker: the bytes of the file just before the piece's end.

        Raises:
            ValueError: the piece leaves a hole or overlaps.
        """
        if piece.start != self.position:
            raise ValueError(f"piece starts at {piece.start}, expected {self.position}")
        piece.epoch = self.epoch
        entry = _Range(piece, marker)
        self._ranges.append(entry)
        self.position = piece.end
        self._pending += piece.count + piece.filtered
        if piece.count:
            self._out[piece] = entry
        else:
            entry.columns = {}
            self._commit()

    def skip(self, end: int, marker: bytes) -> None:
        """Pass over a range that will never be events (started at the end, lost in a gap)."""
        piece = Piece(None, self.position, end, b"", [], [], skipped_bytes=end - self.position)
        self.track(piece, marker)

    def settle(self, settled: Settled) -> bool:
        """
        Give a piece its columns.

        Returns:
            Whether it counted: a piece given back in the meantime does not.
        """
        entry = self._out.pop(settled.piece, None)
        if entry is None or settled.piece.epoch != self.epoch:
            return False
        entry.columns = settled.columns
        self._commit()
        return True

    def reset(self) -> int:
        """
        Forget everything that is out.

        Returns:
            The offset to read again from.
        """
        self._ranges.clear()
        self._out.clear()
        self._pending = 0
        self.position = self.safe
        self.epoch += 1
        return self.safe

    @property
    def pending(self) -> int:
        """Events that have no column yet."""
        return self._pending

    @property
    def settled(self) -> bool:
        """Whether nothing is out."""
        return not self._ranges

    @property
    def since(self) -> float:
        """Unix time at which the first of what is out was offered to delivery; infinity where nothing was."""
        return min((each.piece.since for each in self._ranges if each.columns is None), default=inf)

    def report(self) -> LedgerReport:
        """Columns and what is pending, for the status report."""
        return self.counts.report(self._pending, self.position - self.safe)

    def _commit(self) -> None:
        done = 0
        for entry in self._ranges:
            if entry.columns is None:
                break
            self._count(entry.piece, entry.columns)
            self.safe = entry.piece.end
            self.marker = entry.marker
            self._pending -= entry.piece.count + entry.piece.filtered
            done += 1
        del self._ranges[:done]

    def _count(self, piece: Piece, columns: Columns) -> None:
        add = self.counts.add
        rest = piece.end - piece.start - piece.filtered_bytes - piece.skipped_bytes
        if piece.filtered or piece.filtered_bytes:
            add(Column.FILTERED, piece.filtered, piece.filtered_bytes)
        if piece.skipped_bytes:
            add(Column.SKIPPED, 0, piece.skipped_bytes)
        total = sum(size for _, size in columns.values())
        if total != rest + piece.cut_bytes and not overlaps(piece):
            self.unbalanced += 1
        largest = max(columns, key=lambda column: columns[column][1], default=None)
        for column, (events, size) in columns.items():
            # Interleaved container events overlap: what is counted twice comes off the largest column.
            add(column, events, size + (rest - total if column is largest else 0))


def overlaps(piece: Piece) -> bool:
    """Whether events of the piece overlap (partial lines of one container stream around lines of the other)."""
    return any(end > start for end, start in zip(piece.ends, piece.starts[1:], strict=False))


def total(ledgers: Iterable[LedgerReport]) -> LedgerReport:
    """The sum of several reports."""
    names = LedgerReport.__struct_fields__
    sums = dict.fromkeys(names, 0)
    for ledger in ledgers:
        for name in names:
            sums[name] += getattr(ledger, name)
    return LedgerReport(**sums)
