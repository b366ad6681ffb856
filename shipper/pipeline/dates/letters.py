"""
What each pattern letter means, by how often it stands: the one table that patterns are compiled by, and that the manual shows.

A count that is not listed is wrong in every cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shipper.pipeline.dates import fields as f
from shipper.pipeline.dates.names import Period, Text
from shipper.pipeline.dates.numbers import (
    EXCEEDS_PAD,
    NORMAL,
    NOT_NEGATIVE,
    REDUCED,
    Fraction,
    Number,
    Reduced,
    WeekNumber,
)
from shipper.pipeline.dates.offsets import LocalizedOffset, OffsetId, ZoneId
from shipper.pipeline.dates.texts import FULL, NARROW, NARROW_ALONE, SHORT, SHORT_ALONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.dates.nodes import Node


@dataclass(frozen=True, slots=True)
class Letter:
    """
    A pattern letter.

    Attributes:
        meaning: for the manual.
        counts: how often it may stand; empty for as often as one likes.
        make: the piece for a count.
        refused: why the edge does not do it, by count; the key 0 stands for all.
    """

    meaning: str
    counts: tuple[int, ...]
    make: Callable[[int], Node]
    refused: dict[int, str]


_ZONE_NAMES = "long names of zones come from the virtual machine's own tables"
_GENERIC = "names of zones without summer time come from the virtual machine's own tables"


def _year(field: str) -> Callable[[int], Node]:
    def make(count: int) -> Node:
        if count == 2:
            return Reduced(field)
        return Number(field, count, 19, NORMAL if count < 4 else EXCEEDS_PAD)

    return make


def _small(field: str) -> Callable[[int], Node]:
    return lambda count: Number(field) if count == 1 else Number(field, count, count, NOT_NEGATIVE)


def _number_or_text(field: str) -> Callable[[int], Node]:
    small = _small(field)
    return lambda count: small(count) if count < 3 else Text(field, _STYLES[count])


_STYLES = {1: SHORT, 2: SHORT, 3: SHORT, 4: FULL, 5: NARROW}


def _text(field: str) -> Callable[[int], Node]:
    return lambda count: Text(field, _STYLES[count])


def _quarter_alone(count: int) -> Node:
    return Text(f.QUARTER, SHORT_ALONE) if count == 3 else _number_or_text(f.QUARTER)(count)


def _local_day(count: int) -> Node:
    if count < 3:
        return WeekNumber(f.LOCAL_DAY, count, count)
    return Text(f.DAY_OF_WEEK, _STYLES[count])


def _day_alone(count: int) -> Node:
    return Text(f.DAY_OF_WEEK, NARROW_ALONE) if count == 5 else _local_day(count)


def _week_year(count: int) -> Node:
    if count == 2:
        return WeekNumber(f.LOCAL_YEAR, 2, 2, REDUCED)
    return WeekNumber(f.LOCAL_YEAR, count, 19, NORMAL if count < 4 else EXCEEDS_PAD)


def _long(field: str, sign: str) -> Callable[[int], Node]:
    return lambda count: Number(field, count, 19, sign)


def _iso_offset(zeros: tuple[str, str, str]) -> Callable[[int], Node]:
    kinds = {1: 1, 2: 3, 3: 4, 4: 5, 5: 6}

    def make(count: int) -> Node:
        return OffsetId(kinds[count], zeros[0] if count == 1 else zeros[1 + count % 2])

    return make


def _offset(count: int) -> Node:
    if count == 4:
        return LocalizedOffset(full=True)
    return OffsetId(6, "Z") if count == 5 else OffsetId(3, "+0000")


def _day_of_year(count: int) -> Node:
    return Number(f.DAY_OF_YEAR) if count == 1 else Number(f.DAY_OF_YEAR, count, 3, NOT_NEGATIVE)


def _letter(
    meaning: str,
    counts: tuple[int, ...],
    make: Callable[[int], Node],
    refused: dict[int, str] | None = None,
) -> Letter:
    return Letter(meaning, counts, make, refused or {})


_TO_5 = (1, 2, 3, 4, 5)
LETTERS: Final[dict[str, Letter]] = {
    "G": _letter("era", _TO_5, _text(f.ERA)),
    "u": _letter("year; `uu` is 2000 to 2099", (), _year(f.YEAR)),
    "y": _letter("year of the era; `yy` is 2000 to 2099", (), _year(f.YEAR_OF_ERA)),
    "Y": _letter("week-based year of the locale", (), _week_year),
    "Q": _letter("quarter", _TO_5, _number_or_text(f.QUARTER)),
    "q": _letter("quarter; `qqq` is a number without a locale", _TO_5, _quarter_alone),
    "M": _letter("month", _TO_5, _number_or_text(f.MONTH)),
    "L": _letter("month", _TO_5, _number_or_text(f.MONTH)),
    "w": _letter("week of the week-based year", (1, 2), lambda count: WeekNumber(f.LOCAL_WEEK, count, 2)),
    "W": _letter("week of the month", (1,), lambda _: WeekNumber(f.LOCAL_WEEK_OF_MONTH, 1, 1)),
    "D": _letter("day of the year", (1, 2, 3), _day_of_year),
    "d": _letter("day of the month", (1, 2), _small(f.DAY)),
    "F": _letter("how many weeks into the month", (1,), _small(f.ALIGNED_WEEK)),
    "g": _letter("modified Julian day", (), _long(f.JULIAN, NORMAL)),
    "E": _letter("day of the week", _TO_5, _text(f.DAY_OF_WEEK)),
    "e": _letter("day of the week; `e` and `ee` count from the locale's first", _TO_5, _local_day),
    "c": _letter("day of the week; `c` counts from the locale's first", (1, 3, 4, 5), _day_alone),
    "a": _letter("AM or PM", (1,), _text(f.HALF)),
    "B": _letter("part of the day", (1, 4, 5), lambda count: Period(_STYLES[count])),
    "h": _letter("hour, 1 to 12", (1, 2), _small(f.CLOCK_HALF_HOUR)),
    "K": _letter("hour, 0 to 11", (1, 2), _small(f.HALF_HOUR)),
    "k": _letter("hour, 1 to 24", (1, 2), _small(f.CLOCK_HOUR)),
    "H": _letter("hour, 0 to 23", (1, 2), _small(f.HOUR)),
    "m": _letter("minute", (1, 2), _small(f.MINUTE)),
    "s": _letter("second", (1, 2), _small(f.SECOND)),
    "S": _letter("fraction of the second", tuple(range(1, 10)), lambda count: Fraction(count, count, point=False)),
    "A": _letter("millisecond of the day", (), _long(f.MILLI_OF_DAY, NOT_NEGATIVE)),
    "n": _letter("nanosecond of the second", (), _long(f.NANO, NOT_NEGATIVE)),
    "N": _letter("nanosecond of the day", (), _long(f.NANO_OF_DAY, NOT_NEGATIVE)),
    "V": _letter("name of the zone", (2,), lambda _: ZoneId()),
    "v": _letter("name of the zone, whatever the season", (1, 4), lambda _: ZoneId(texts=True), {0: _GENERIC}),
    "z": _letter("abbreviation of the zone", (1, 2, 3, 4), lambda _: ZoneId(texts=True), {4: _ZONE_NAMES}),
    "O": _letter("`GMT+2`", (1, 4), lambda count: LocalizedOffset(full=count == 4)),
    "X": _letter("offset, `Z` for none", _TO_5, _iso_offset(("Z", "Z", "Z"))),
    "x": _letter("offset", _TO_5, _iso_offset(("+00", "+0000", "+00:00"))),
    "Z": _letter("offset without a colon", _TO_5, _offset),
}  # fmt: skip

ALWAYS: Final = frozenset(name for name, letter in LETTERS.items() if not letter.counts)
"""Letters that may stand up to 19 times."""

MARKS: Final[dict[str, str]] = {
    "p": "the next letter's value, made up with spaces to this many characters",
    "'": "text as it stands; `''` is one quote",
    "[ ]": "may be missing as a whole",
    "# { }": "reserved: wrong",
}
