"""
The harvester: reads one open file from an offset and makes pieces of it.

It asks nobody for the time. What a parser chain does not use up stays here as the tail, or, above `HOLD` bytes, only as an
offset that is read again. Whether the file is still the same is the business of `content`, where it is resumed that of
`resumable`.
"""

from __future__ import annotations

import contextlib
import os
from bisect import bisect_right
from typing import TYPE_CHECKING

from shipper.records import Event, Parsed, Piece
from shipper.source.identity import MARKER
from shipper.source.resumable import Resumable
from shipper.wording import counted

if TYPE_CHECKING:
    from shipper.checkpoint.store import FileRecord
    from shipper.encode import Encoder
    from shipper.source.chain import Chain

BLOCK = 128 * 1024  # bytes a read in search of a line's end
MOST_GROWTH = (
    1024 * 1024
)  # bytes that are read at most beyond those of an unfinished line that were looked at
HOLD = 64 * 1024  # bytes of unfinished line or group kept in memory
LONGEST_LINE = 2**30  # bytes; a longer line is several events (the length in an id has ten digits)
UTF8_BOM = b"\xef\xbb\xbf"


class Harvester(Resumable):
    """
    One generation of one file's content, being read.

    Attributes:
        read_to: bytes up to here were looked at.
        eof: the last read reached the end of the file.
        opened: monotonic time at which reading began.
        last_growth: monotonic time at which new bytes were last seen.
        tail: what was looked at last and is in no piece yet, where it is not long.
        truncated_lines: over-long lines that were cut.
        decode_errors: events that a parser could not read and passed on whole.
        hole: zero bytes up to here were left by a writer that went on at its old offset after a truncation.
    """

    __slots__ = (
        "_grow",
        "_looked",
        "_scan",
        "_scan_marker",
        "_whole",
        "chain",
        "decode_errors",
        "encoder",
        "eof",
        "hole",
        "last_growth",
        "opened",
        "read_to",
        "tail",
        "truncated_lines",
    )

    def __init__(
        self,
        record: FileRecord,
        fd: int,
        chain: Chain,
        encoder: Encoder,
        head_limit: int,
        now: float,
    ) -> None:
        """
        Begin at the record's offset.

        Args:
            record: identity and offset; its content has been matched with the file.
            fd: open for reading; the harvester closes it.
            chain: the input's parsers.
            encoder: of this file's key.
            head_limit: bytes of the file's head that the fingerprint covers.
            now: monotonic time, seconds.
        """
        super().__init__(record, fd, head_limit)
        self.chain = chain.for_file(self.head[:4] or os.pread(fd, 4, 0))
        self.encoder = encoder
        self.read_to = record.offset
        self.tail = b""
        self.eof = False
        self.opened = self.last_growth = now
        self.truncated_lines = self.decode_errors = 0
        self.hole = 0
        self._grow = self._looked = 0
        self._whole = False
        self._scan: int | None = None
        self._scan_marker = b""

    def __repr__(self) -> str:
        state = "eof" if self.eof else "reading"
        return (
            f"<Harvester {self.record.path} {self.ledger.safe}/{self.position}/{self.size} {state}>"
        )

    # -- reading ---------------------------------------------------------------------------------------------------

    def advance(self, now: float, wall: float, stamp: str) -> Piece | None:
        """
        Read on and encode what is complete.

        Args:
            now: monotonic time, seconds.
            wall: Unix time, for parsers that must guess a year.
            stamp: the same as ISO 8601, for events that bring no time of their own.

        Returns:
            The next piece, or None where nothing more is complete; ``eof`` tells whether there is more to read.

        Raises:
            Replaced: the file is not what it was.
            OSError: it cannot be read.
        """
        if self.hole > self.position:
            self.eof = True
            return None
        if self._scan is not None:
            return self._pass_long_line(now, wall, stamp)
        at = self.position + len(self.tail)
        cut = self._next_cut()
        want = self._grow or self.encoder.block_bytes
        if cut is not None:
            want = min(want, cut - at)
        before = (self.marker + self.tail)[-MARKER:] if self.tail else self.marker
        data = self.read(at, want, before)
        end = at + len(data)
        self.eof = len(data) < want and end != cut
        final = end == cut
        if self._grow and not final and len(data) <= self._looked:
            return None  # nothing has come to what was looked at already
        if end > self.read_to:
            self.last_growth = now
            self.read_to = end
            self.size = max(self.size, end)
        if not data and not final:
            return None
        window = self.tail + data if self.tail else data
        return self._parse(window, wall, stamp, final=final)

    def _parse(self, window: bytes, wall: float, stamp: str, *, final: bool) -> Piece | None:
        chain = self.chain
        base = self.position
        continued = self._in_line
        plain = chain.plain and not final and not continued and len(window) <= chain.limit
        if plain and not (base == 0 and window.startswith(UTF8_BOM)):
            consumed = window.rfind(b"\n") + 1
            piece = self.encoder.block(self, window[:consumed], base, stamp) if consumed else None
        else:
            parsed = chain.parse(window, base, final=final, continued=continued, now=wall)
            consumed = parsed.consumed
            piece = self._some(window, parsed, wall, stamp) if consumed else None
        if piece is not None and piece.end < base + consumed:
            # The encoder took so long that it ended the piece early: the rest is read again.
            window = window[: piece.end - base]
            consumed = len(window)
            self.eof = False
        self._consume(window, consumed)
        return piece

    def _some(self, window: bytes, parsed: Parsed, wall: float, stamp: str) -> Piece:
        """The piece of parsed events, or of the first of them where they take long."""
        base = self.position
        end = base + parsed.consumed
        if self.chain.overlaps:  # no place between two events need be one to begin at
            return self._piece(parsed, base, stamp)
        continued = self._in_line
        piece = self.encoder.some(self, parsed.events, base, end, stamp)
        if piece.end == end:
            return self._account(piece, parsed)
        window = window[: piece.end - base]
        less = self.chain.parse(window, base, final=True, continued=continued, now=wall)
        ends = [event.end for event in parsed.events]
        count = bisect_right(ends, piece.end)
        if less.consumed < len(window) or [event.end for event in less.events] != ends[:count]:
            return self._piece(parsed, base, stamp)
        return self._account(piece, less)

    def _piece(self, parsed: Parsed, base: int, stamp: str) -> Piece:
        piece = self.encoder.events(self, parsed.events, base, base + parsed.consumed, stamp)
        return self._account(piece, parsed)

    def _account(self, piece: Piece, parsed: Parsed) -> Piece:
        piece.filtered += parsed.filtered
        piece.filtered_bytes += parsed.filtered_bytes
        self.decode_errors += parsed.failed
        for event in parsed.events:
            if event.cut:
                self.truncated_lines += 1
                if (
                    event.start in piece.starts
                ):  # and was not dropped by a pipeline, with all its bytes
                    piece.cut_bytes += event.cut
        piece.skipped_bytes = piece.cut_bytes
        return piece

    def _consume(self, window: bytes, consumed: int) -> None:
        """Move the position; keep the rest as the tail, as an offset, or as an over-long line to pass."""
        if consumed:
            self.marker = (self.marker + window[max(0, consumed - MARKER) : consumed])[-MARKER:]
            self.position += consumed
        rest = window[consumed:]
        newline, limit = self.chain.newline, self.chain.limit
        if len(rest) > limit + len(newline) and not self._ends_within(rest, limit):
            # A mark may have ended a line within a character: code units are counted from the file's start.
            end = self.position + len(rest)
            spare = end % len(newline)
            self._scan = end - spare
            self._scan_marker = rest[: len(rest) - spare][-MARKER:]
            rest = b""
        elif len(rest) > HOLD:
            # By more each time, so that all reads of a line together are a few times its length.
            self._looked = len(rest)
            more = min(len(rest) // 4, MOST_GROWTH)
            self._grow = len(rest) + max(self.encoder.block_bytes, more)
            self._whole = rest.endswith(newline)
            self.tail = b""
            return
        self._grow = 0
        self.tail = rest

    def _ends_within(self, rest: bytes, limit: int) -> bool:
        newline = self.chain.newline
        return _find(rest[: limit + len(newline)], newline, self.position) >= 0

    def _pass_long_line(self, now: float, wall: float, stamp: str) -> Piece | None:
        """Look for the end of an over-long line without holding it."""
        at = self._scan or 0
        cut = self._next_cut()
        want = BLOCK if cut is None else min(BLOCK, cut - at)
        data = self.read(at, want, self._scan_marker)
        self.eof = len(data) < want
        if at + len(data) > self.read_to:
            self.last_growth = now
            self.read_to = at + len(data)
            self.size = max(self.size, self.read_to)
        newline = self.chain.newline
        found = _find(data, newline, at)
        end = at + found + len(newline) if found >= 0 else None
        terminated = end is not None
        if end is None and at + len(data) == cut:
            end = cut
        longest = self.position + LONGEST_LINE
        if at + len(data) >= longest and (end is None or end > longest):
            end, terminated = longest, False
        if end is None:
            width = len(newline)
            whole = len(data) // width * width
            self._scan = at + whole
            self._scan_marker = (self._scan_marker + data[:whole])[-MARKER:]
            return None
        base = self.position
        continued = self._in_line
        head = os.pread(self.fd, self.chain.limit, base)
        parsed = self.chain.cut_line(
            head, base, end, continued=continued, terminated=terminated, now=wall
        )
        self.marker = self.before(end)
        self.position = end
        self._scan, self.tail, self._grow, self.eof = None, b"", 0, False
        return self._piece(parsed, base, stamp)

    @property
    def _in_line(self) -> bool:
        """Whether the position is in the middle of a line that a mark has ended."""
        return bool(self.marker) and not self.marker.endswith(self.chain.newline)

    # -- time and marks --------------------------------------------------------------------------------------------

    def _next_cut(self) -> int | None:
        marks = self.record.marks
        if not marks:
            return None
        return min((offset for offset in marks if offset > self.position), default=None)

    @property
    def unconsumed(self) -> int:
        """Bytes that were looked at and are in no piece yet: an unfinished line or an open group."""
        return self.read_to - self.position

    def overdue(self, now: float, unfinished_timeout: float) -> bool:
        """Whether an unfinished line or open group has waited long enough for its end."""
        cut = self._next_cut()
        # A mark beyond the end of the file is of bytes that a power cut took back.
        if not self.eof or not self.unconsumed or (cut is not None and cut <= self.size):
            return False
        timeout = unfinished_timeout if self.ends_in_line else self.chain.group_timeout
        return timeout is not None and now - self.last_growth >= timeout

    @property
    def ends_in_line(self) -> bool:
        """Whether what is unconsumed ends in the middle of a line."""
        newline = self.chain.newline
        if self._scan is not None:
            return True
        if not self.tail and self._grow:
            return not self._whole
        return not self.tail.endswith(newline)

    def mark(self, decision: str) -> tuple[str, int, str]:
        """
        End what is unconsumed where the bytes end now.

        Returns:
            The mark to commit before the harvester advances again.
        """
        self.record.marks[self.read_to] = decision
        self.eof = False
        return self.record.key, self.read_to, decision

    # -- what comes from outside -----------------------------------------------------------------------------------

    def rewind(self) -> None:
        """Go back to the last settled byte: what was out has been given back."""
        super().rewind()
        self.tail, self._grow, self._scan = b"", 0, None
        self.eof = False

    def gap(self, end: int, reason: str, stamp: str) -> Piece:
        """
        A piece that says that ``[position, end)`` is lost.

        The position moves behind the range, unless the range lies beyond the end of the file (see ``beyond``).

        Args:
            end: offset past the lost range.
            reason: why, for people.
            stamp: ISO 8601 time of the event.
        """
        start = self.position
        message = (
            f"{counted(end - start, 'byte')} of {self.record.path} from offset {start}"
            f" {'is' if end - start == 1 else 'are'} lost: {reason}"
        )
        fields = {
            "error": {"type": "gap", "message": reason},
            "log": {"gap": {"start": start, "end": end}},
        }
        event = Event(start, end, message, fields, ("gap",))
        if self.beyond:
            self.beyond = 0
            piece = self.encoder.events(self, [event], start, start, stamp)
            piece.cut_bytes = end - start
            return piece
        piece = self.encoder.events(self, [event], start, end, stamp)
        piece.cut_bytes = piece.skipped_bytes = end - start
        self.position = end
        self.read_to = max(self.read_to, end)
        self.tail, self._grow, self._scan = b"", 0, None
        self.marker = b""
        self.eof = True
        if not self.head and self.fd >= 0:
            with contextlib.suppress(OSError):  # the next read meets it again
                self.head = os.pread(self.fd, min(self._head_limit, end), 0)
        return piece

    def adopt(self, fd: int, now: float) -> None:
        """Go on in another file that has the same content (the copy of a truncated file, a remounted one)."""
        self.move_to(fd)
        self.chain = self.chain.for_file(os.pread(fd, 4, 0))
        # What was looked at and not consumed is looked at again: the copy may not have it (yet).
        self.tail, self._grow, self._scan = b"", 0, None
        self.read_to = self.position
        self.eof = False
        self.last_growth = now


def _find(data: bytes, newline: bytes, base: int) -> int:
    """Index of the first terminator that stands at a multiple of its width in the file; -1 where there is none."""
    width = len(newline)
    index = data.find(newline)
    while index >= 0 and (base + index) % width:
        index = data.find(newline, index + 1)
    return index
