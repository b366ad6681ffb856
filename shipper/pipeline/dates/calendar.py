"""
The proleptic ISO calendar over ``java.time``'s whole range, in whole days and plain integers.

Days count from 1970-01-01. Knows no zones and no text.
"""

from __future__ import annotations

from functools import lru_cache

MAX_YEAR = 999_999_999
CYCLE_DAYS = 146_097  # of 400 years, a whole number of weeks
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)

Week = tuple[int, int]
"""The first day of a week (1 is Monday) and how many days of a week its first year must have."""

ISO_WEEK: Week = (1, 4)


def is_leap(year: int) -> bool:
    """Whether a year has 366 days."""
    return not year % 4 and (year % 100 != 0 or not year % 400)


def month_length(year: int, month: int) -> int:
    """The days of a month."""
    return 29 if month == 2 and is_leap(year) else _LENGTHS[month - 1]


def year_length(year: int) -> int:
    """The days of a year."""
    return 366 if is_leap(year) else 365


@lru_cache(512)
def day_of(year: int, month: int, day: int) -> int:
    """The day of a date, which must exist."""
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719_162
    days += _BEFORE[month - 1] + (1 if month > 2 and is_leap(year) else 0)
    return days + day - 1


@lru_cache(512)
def date_of(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month."""
    shifted = day + 719_468  # from 0000-03-01, so that leap days end the year
    cycle, rest = divmod(shifted, CYCLE_DAYS)
    year_of_cycle = (rest - rest // 1460 + rest // 36_524 - rest // 146_096) // 365
    day_of_year = rest - (365 * year_of_cycle + year_of_cycle // 4 - year_of_cycle // 100)
    month = (5 * day_of_year + 2) // 153
    return (
        cycle * 400 + year_of_cycle + (1 if month > 9 else 0),
        month - 9 if month > 9 else month + 3,
        day_of_year - (153 * month + 2) // 5 + 1,
    )


def day_of_week(day: int) -> int:
    """From 1 for Monday to 7 for Sunday."""
    return (day + 3) % 7 + 1


def day_of_year(day: int) -> int:
    """From 1."""
    return day - day_of(date_of(day)[0], 1, 1) + 1


def week_based_year(day: int, week: Week) -> int:
    """The year that the day's week belongs to."""
    return _week_date(day, week)[0]


def week_of_year(day: int, week: Week) -> int:
    """The number of the day's week in its week-based year."""
    return _week_date(day, week)[1]


def week_of_month(day: int, week: Week) -> int:
    """The number of the day's week in its month; 0 before the first."""
    _, _, of_month = date_of(day)
    return _week(_offset(of_month, local_day(day_of_week(day), week), week), of_month)


def week_of(number: int, day: int, week: Week) -> int | None:
    """The week of a day's number in a year that is not known, given its day of the week; None where it may be another year's."""
    offset = _offset(number, local_day(day, week), week)
    found = _week(offset, number)
    return found if 1 <= found < _week(offset, 366 + week[1]) else None


def local_day(day: int, week: Week) -> int:
    """The number of a day of the week (1 is Monday) where weeks begin otherwise."""
    return (day - week[0]) % 7 + 1


def week_start(year: int, week: Week) -> int:
    """The first day of a week-based year."""
    first = day_of(year, 1, 1)
    return first - _offset(1, local_day(day_of_week(first), week), week)


def weeks_in(year: int, week: Week) -> int:
    """How many weeks a week-based year has."""
    return (week_start(year + 1, week) - week_start(year, week)) // 7


def _week_date(day: int, week: Week) -> tuple[int, int]:
    year = date_of(day)[0]
    for candidate in (year + 1, year, year - 1):
        start = week_start(candidate, week)
        if day >= start:
            return candidate, (day - start) // 7 + 1
    raise AssertionError(day)


def _offset(day: int, local: int, week: Week) -> int:
    start = (day - local) % 7
    return 7 - start if start + 1 > week[1] else -start


def _week(offset: int, day: int) -> int:
    return (7 + offset + day - 1) // 7
