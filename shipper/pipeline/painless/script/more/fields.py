"""What a time has: its year, its hour, and what a ``ChronoField`` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shipper.pipeline.dates import calendar
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.script.more.instants import DAY, WEEK, Day, Field, Named, moment_of
from shipper.pipeline.painless.strings import given

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline import dates
    from shipper.pipeline.values import ZonedDateTime


def _field(read: Callable[[dates.Moment], int]) -> Callable[[ZonedDateTime], int]:
    return lambda value: read(moment_of(value))


OWN_FIELDS: Final[dict[str, Callable[[ZonedDateTime], int]]] = {
    "Year": _field(lambda moment: calendar.date_of(moment.day)[0]),
    "MonthValue": _field(lambda moment: calendar.date_of(moment.day)[1]),
    "DayOfMonth": _field(lambda moment: calendar.date_of(moment.day)[2]),
    "DayOfYear": _field(lambda moment: calendar.day_of_year(moment.day)),
    "Hour": _field(lambda moment: (moment.second + moment.offset) % DAY // 3600),
    "Minute": _field(lambda moment: (moment.second + moment.offset) % 3600 // 60),
    "Second": _field(lambda moment: (moment.second + moment.offset) % 60),
    "Nano": _field(lambda moment: moment.nano),
}


def _second_of_day(moment: dates.Moment) -> int:
    return (moment.second + moment.offset) % DAY


FIELDS: Final[dict[str, Callable[[ZonedDateTime], int]]] = {
    "YEAR": OWN_FIELDS["Year"],
    "MONTH_OF_YEAR": OWN_FIELDS["MonthValue"],
    "DAY_OF_MONTH": OWN_FIELDS["DayOfMonth"],
    "DAY_OF_YEAR": OWN_FIELDS["DayOfYear"],
    "DAY_OF_WEEK": _field(lambda moment: calendar.day_of_week(moment.day)),
    "HOUR_OF_DAY": OWN_FIELDS["Hour"],
    "MINUTE_OF_HOUR": OWN_FIELDS["Minute"],
    "MINUTE_OF_DAY": _field(lambda moment: _second_of_day(moment) // 60),
    "SECOND_OF_MINUTE": OWN_FIELDS["Second"],
    "SECOND_OF_DAY": _field(_second_of_day),
    "MILLI_OF_SECOND": _field(lambda moment: moment.nano // 1_000_000),
    "MILLI_OF_DAY": _field(lambda moment: moment.nano_of_day // 1_000_000),
    "NANO_OF_SECOND": OWN_FIELDS["Nano"],
    "OFFSET_SECONDS": _field(lambda moment: moment.offset),
    "EPOCH_DAY": _field(lambda moment: moment.day),
    "INSTANT_SECONDS": lambda value: value.seconds,
}
"""What a ``ChronoField`` is of a time."""
_LARGE: Final = frozenset(["EPOCH_DAY", "INSTANT_SECONDS"])


def get_long(value: ZonedDateTime, field: Field | None) -> int:
    """``ZonedDateTime.getLong``."""
    return FIELDS[given(field).name](value)


def get_int(value: ZonedDateTime, field: Field | None) -> int:
    """``ZonedDateTime.get``, which does not have fields that are too large for an int."""
    if given(field).name in _LARGE:
        raise ScriptFailure(
            "Invalid field for get() method, use getLong() instead",
            "unsupported_temporal_type_exception",
            foreign=True,
        )
    return FIELDS[given(field).name](value)


def week_day(value: ZonedDateTime) -> Named:
    """``ZonedDateTime.getDayOfWeek``."""
    number = calendar.day_of_week(moment_of(value).day)
    return Day("DayOfWeek", WEEK[number - 1], number)
