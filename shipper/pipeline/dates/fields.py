"""
What a date's text can say: the fields of ``java.time``, their ranges, and their values on a day and at a time.

A field is a text; one that depends on where weeks begin is a pair of a text and the week.
"""

from __future__ import annotations

from typing import Final

from shipper.pipeline.dates.calendar import (
    ISO_WEEK,
    MAX_YEAR,
    Week,
    date_of,
    day_of_week,
    day_of_year,
    local_day,
    week_based_year,
    week_of_month,
    week_of_year,
)
from shipper.pipeline.failure import Failure

Field = str | tuple[str, Week]

YEAR: Final = "Year"
YEAR_OF_ERA: Final = "YearOfEra"
ERA: Final = "Era"
QUARTER: Final = "QuarterOfYear"
MONTH: Final = "MonthOfYear"
DAY: Final = "DayOfMonth"
DAY_OF_YEAR: Final = "DayOfYear"
DAY_OF_WEEK: Final = "DayOfWeek"
ALIGNED_WEEK: Final = "AlignedWeekOfMonth"
JULIAN: Final = "ModifiedJulianDay"
ISO_YEAR: Final = "WeekBasedYear"
ISO_WEEK_OF_YEAR: Final = "WeekOfWeekBasedYear"
HALF: Final = "AmPmOfDay"
HOUR: Final = "HourOfDay"
CLOCK_HOUR: Final = "ClockHourOfDay"
HALF_HOUR: Final = "HourOfAmPm"
CLOCK_HALF_HOUR: Final = "ClockHourOfAmPm"
MINUTE: Final = "MinuteOfHour"
SECOND: Final = "SecondOfMinute"
NANO: Final = "NanoOfSecond"
MILLI_OF_DAY: Final = "MilliOfDay"
NANO_OF_DAY: Final = "NanoOfDay"
SECOND_OF_DAY: Final = "SecondOfDay"
MINUTE_OF_DAY: Final = "MinuteOfDay"
OFFSET: Final = "OffsetSeconds"
INSTANT: Final = "InstantSeconds"
# those of a locale's weeks: (name, week)
LOCAL_YEAR: Final = "LocalWeekBasedYear"
LOCAL_WEEK: Final = "LocalWeekOfWeekBasedYear"
LOCAL_WEEK_OF_MONTH: Final = "LocalWeekOfMonth"
LOCAL_DAY: Final = "LocalDayOfWeek"

SECOND_NANOS: Final = 1_000_000_000
DAY_NANOS: Final = 86_400 * SECOND_NANOS

RANGES: Final[dict[str, tuple[int, int]]] = {
    YEAR: (-MAX_YEAR, MAX_YEAR),
    YEAR_OF_ERA: (1, MAX_YEAR + 1),
    ERA: (0, 1),
    QUARTER: (1, 4),
    MONTH: (1, 12),
    DAY: (1, 31),
    DAY_OF_YEAR: (1, 366),
    DAY_OF_WEEK: (1, 7),
    ALIGNED_WEEK: (1, 5),
    JULIAN: (-365_243_219_162 + 40_587, 365_241_780_471 + 40_587),
    ISO_YEAR: (-MAX_YEAR, MAX_YEAR),
    ISO_WEEK_OF_YEAR: (1, 53),
    HALF: (0, 1),
    HOUR: (0, 23),
    CLOCK_HOUR: (1, 24),
    HALF_HOUR: (0, 11),
    CLOCK_HALF_HOUR: (1, 12),
    MINUTE: (0, 59),
    SECOND: (0, 59),
    NANO: (0, SECOND_NANOS - 1),
    MILLI_OF_DAY: (0, 86_399_999),
    NANO_OF_DAY: (0, DAY_NANOS - 1),
    SECOND_OF_DAY: (0, 86_399),
    MINUTE_OF_DAY: (0, 1439),
    LOCAL_YEAR: (-MAX_YEAR, MAX_YEAR),
    LOCAL_WEEK: (1, 53),
    LOCAL_WEEK_OF_MONTH: (0, 6),
    LOCAL_DAY: (1, 7),
}

_SHOWN_RANGES: Final = {
    DAY: "1 - 28/31",
    DAY_OF_YEAR: "1 - 365/366",
    ALIGNED_WEEK: "1 - 4/5",
    YEAR_OF_ERA: "1 - 999999999/1000000000",
}

TIME_FIELDS: Final = frozenset({
    HALF, HOUR, CLOCK_HOUR, HALF_HOUR, CLOCK_HALF_HOUR, MINUTE, SECOND, NANO, MILLI_OF_DAY, NANO_OF_DAY, SECOND_OF_DAY, MINUTE_OF_DAY,
})  # fmt: skip


class Unparsable(Failure):
    """A text is no date of a format. The processor words its failure itself; this is the cause that its handlers see."""


def check(field: str, value: int) -> int:
    """
    The value.

    Raises:
        Unparsable: it is out of the field's range.
    """
    low, high = RANGES[field]
    if not low <= value <= high:
        shown = _SHOWN_RANGES.get(field, f"{low} - {high}")
        raise Unparsable(
            f"Invalid value for {field} (valid values {shown}): {value}",
            "date_time_exception",
            foreign=True,
        )
    return value


def date_value(day: int, field: Field) -> int:
    """The value of a field of dates; KeyError for any other."""
    if isinstance(field, tuple):
        name, week = field
        if name == LOCAL_YEAR:
            return week_based_year(day, week)
        if name == LOCAL_WEEK:
            return week_of_year(day, week)
        if name == LOCAL_WEEK_OF_MONTH:
            return week_of_month(day, week)
        return local_day(day_of_week(day), week)
    if field == JULIAN:
        return day + 40_587
    if field == DAY_OF_WEEK:
        return day_of_week(day)
    if field == DAY_OF_YEAR:
        return day_of_year(day)
    if field == ISO_YEAR:
        return week_based_year(day, ISO_WEEK)
    if field == ISO_WEEK_OF_YEAR:
        return week_of_year(day, ISO_WEEK)
    year, month, of_month = date_of(day)
    return {
        YEAR: year,
        YEAR_OF_ERA: year if year >= 1 else 1 - year,
        ERA: 1 if year >= 1 else 0,
        QUARTER: (month + 2) // 3,
        MONTH: month,
        DAY: of_month,
        ALIGNED_WEEK: (of_month - 1) // 7 + 1,
    }[field]


def time_value(nanos: int, field: Field) -> int:
    """The value of a field of times, given the nanoseconds of a day; KeyError for any other."""
    second, nano = divmod(nanos, SECOND_NANOS)
    hour = second // 3600
    return {
        HALF: hour // 12,
        HOUR: hour,
        CLOCK_HOUR: hour or 24,
        HALF_HOUR: hour % 12,
        CLOCK_HALF_HOUR: hour % 12 or 12,
        MINUTE: second // 60 % 60,
        SECOND: second % 60,
        NANO: nano,
        MILLI_OF_DAY: nanos // 1_000_000,
        NANO_OF_DAY: nanos,
        SECOND_OF_DAY: second,
        MINUTE_OF_DAY: second // 60,
    }[field]  # type: ignore[index]  # a pair is no key of it, which is what KeyError says
