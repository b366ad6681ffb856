"""
From where a content is read again: after pieces were given back, after a restart, by whoever reads it next.

It keeps what is out in the ledger, and the record true: the checkpoint passes a byte only when every event up to it is settled,
and the reservation is on disk before anything up to it leaves. It reads nothing.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from shipper.checkpoint.ledger import FileLedger
from shipper.source import days
from shipper.source.content import Content
from shipper.source.identity import digest

if TYPE_CHECKING:
    from shipper.checkpoint.store import FileRecord
    from shipper.records import Piece

ANCHORS = 8  # ends of pieces whose markers are remembered
FIRST_STEP = 1024 * 1024  # bytes reserved ahead for a file at first; doubles up to LAST_STEP
LAST_STEP = 64 * 1024 * 1024


class Resumable(Content):
    """
    A content of which pieces are out.

    Attributes:
        record: what the store knows of it; `checkpoint` brings it up to date.
        ledger: which ranges are out, which are settled.
        oldest_unsettled: monotonic time at which the oldest pending byte was read; 0 where nothing is pending.
        anchors: offset, length and hash of the bytes before the ends of the last pieces: a copy that was taken a moment
            before the file was truncated is recognised by them.
        doubt_to, doubt_since: bytes up to here may have been sent by an earlier reading, from about this Unix time on.
        sent_to: bytes up to here may have been sent, as far as is known; never more than the record's reservation.
    """

    __slots__ = (
        "_hashed",
        "_step",
        "anchors",
        "doubt_since",
        "doubt_to",
        "ledger",
        "oldest_unsettled",
        "sent_to",
    )

    def __init__(self, record: FileRecord, fd: int, head_limit: int) -> None:
        """Begin at the record's offset; see `Content`."""
        super().__init__(record, fd, head_limit)
        self.ledger = FileLedger(record.offset, self.marker)
        self.oldest_unsettled = 0.0
        self.anchors: list[tuple[int, int, bytes]] = []
        self.doubt_to, self.doubt_since = record.sent, record.updated
        self.sent_to = max(record.offset, min(record.sent, self.size))
        self._hashed = record.head_length
        self._step = FIRST_STEP

    def track(self, piece: Piece, now: float) -> bool:
        """
        Enter a piece into the ledger.

        Returns:
            Whether the record's reservation has grown, which must be committed before the piece leaves.
        """
        piece.doubt = piece.start < self.doubt_to
        piece.since = self.doubt_since if piece.doubt else inf
        if self.ledger.settled:
            self.oldest_unsettled = now
        self.ledger.track(piece, self.marker)
        self.anchors.append((piece.end, len(self.marker), digest(self.marker)))
        del self.anchors[:-ANCHORS]
        self.sent_to = max(self.sent_to, piece.end)
        if piece.end <= self.record.sent:
            return False
        self.record.sent = piece.end + self._step
        self._step = min(2 * self._step, LAST_STEP)
        return True

    def release(self) -> None:
        """Give back what was reserved and not used, at the end: then the next reader knows what may have been sent."""
        self.record.sent = min(self.record.sent, self.sent_to)

    def rewind(self) -> None:
        """Go back to the last settled byte: what was out has been given back."""
        reached, self.position = self.position, self.ledger.reset()
        if self.position >= self.doubt_to:  # older doubts are settled
            self.doubt_since = self.record.updated
        self.doubt_to = max(self.doubt_to, reached)
        self.marker = self.ledger.marker
        self.oldest_unsettled = 0.0

    def checkpoint(self, wall: float) -> FileRecord:
        """The record, brought up to date."""
        record, ledger = self.record, self.ledger
        if len(self.head) > self._hashed:
            record.head, record.head_length = digest(self.head), len(self.head)
            self._hashed = len(self.head)
        if ledger.safe != record.offset or not record.marker:
            record.offset = ledger.safe
            record.marker, record.marker_length = digest(ledger.marker), len(ledger.marker)
            for offset in days.passed(record.marks, ledger.safe):
                del record.marks[offset]
        record.size = self.sure
        record.updated = min(wall, ledger.since)
        return record

    @property
    def lag(self) -> int:
        """Bytes that are in the file and not settled."""
        return max(0, self.size - self.ledger.safe)
