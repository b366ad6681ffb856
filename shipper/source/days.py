"""
The day under which a file is read: for daily indices, a day is a mark.

Pure. The day of an event without a time of its own decides its index, so it is committed before the event leaves, as the mark
``day 2026-11-22`` at the offset where it begins to hold, and every re-read obeys it. The last such mark at or below a
checkpoint stays: it tells of the bytes behind it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipper.checkpoint.store import FileRecord

DAY = "day "
_SECONDS = 86400
_LAST = 0.001  # seconds before midnight: the last millisecond of a day
_FORM = re.compile(r"day (\d{4})-(\d\d)-(\d\d)\Z")


def day_of(wall: float) -> str:
    """The day of a Unix time in UTC, as ``2026-11-22``."""
    return f"{datetime.fromtimestamp(wall, UTC):%Y-%m-%d}"


def within(wall: float, day: str) -> float:
    """A Unix time, or the nearest one that lies in the day."""
    start = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    return min(max(wall, start), start + _SECONDS - _LAST)


def passed(marks: dict[int, str], safe: int) -> list[int]:
    """Offsets of the marks that nothing needs any more when a restart begins at ``safe``."""
    below = [offset for offset in marks if offset <= safe]
    kept = _governing(marks, safe)
    return [offset for offset in below if offset != kept]


def reading(marks: dict[int, str], position: int, sent_to: int, wall: float) -> tuple[str, bool]:
    """
    The day under which a file is read on.

    What may have been sent before has the day that it had then; what is new has today's.

    Args:
        marks: of the file.
        position: offset of the next event, bytes.
        sent_to: bytes up to here may have been sent.
        wall: Unix time.

    Returns:
        The day, and whether it is to be marked at the start of the next piece.
    """
    offset = _governing(marks, position)
    marked = "" if offset is None else marks[offset].removeprefix(DAY)
    today = day_of(wall)
    if marked and (marked == today or position < sent_to):
        return marked, False
    return today, True


def mark(record: FileRecord, offset: int, day: str) -> tuple[str, int, str]:
    """Set the mark; what to commit before the piece leaves."""
    record.marks[offset] = DAY + day
    return record.key, offset, DAY + day


def _governing(marks: dict[int, str], position: int) -> int | None:
    """Offset of the last day's mark at or below a position."""
    return max(
        (offset for offset, what in marks.items() if offset <= position and _FORM.match(what)),
        default=None,
    )
