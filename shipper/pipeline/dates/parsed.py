"""
From the fields that a text gave to a date and a time: what ``java.time.format.Parsed`` does.

Three styles: *strict* wants what exists, *smart* lets 31 June be the 30th, *lenient* lets it be 1 July. Fields that contradict each other
are no date.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from shipper.pipeline.dates.calendar import (
    ISO_WEEK,
    date_of,
    day_of,
    day_of_week,
    is_leap,
    month_length,
    week_based_year,
    week_of,
    week_of_month,
    week_start,
    weeks_in,
    year_length,
)
from shipper.pipeline.dates.fields import (
    ALIGNED_WEEK,
    CLOCK_HALF_HOUR,
    CLOCK_HOUR,
    DAY,
    DAY_NANOS,
    DAY_OF_WEEK,
    DAY_OF_YEAR,
    ERA,
    HALF,
    HALF_HOUR,
    HOUR,
    INSTANT,
    ISO_WEEK_OF_YEAR,
    ISO_YEAR,
    JULIAN,
    LOCAL_DAY,
    LOCAL_WEEK,
    LOCAL_WEEK_OF_MONTH,
    LOCAL_YEAR,
    MILLI_OF_DAY,
    MINUTE,
    MONTH,
    NANO,
    NANO_OF_DAY,
    OFFSET,
    QUARTER,
    SECOND,
    SECOND_NANOS,
    SECOND_OF_DAY,
    TIME_FIELDS,
    YEAR,
    YEAR_OF_ERA,
    Field,
    Unparsable,
    check,
    date_value,
    time_value,
)
from shipper.pipeline.dates.instant import MAX_DAY, MIN_DAY
from shipper.pipeline.dates.zones import Zone, offset_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.dates.calendar import Week


class Style(Enum):
    """How fields become dates."""

    STRICT = "STRICT"
    SMART = "SMART"
    LENIENT = "LENIENT"


class Parsed:
    """
    What a text said.

    Attributes:
        fields: values that are not part of ``day`` or ``time``.
        zone: named in the text, or the format's own.
        period: part of the day: minutes from and to.
        day: the date, in days of the epoch, once it is known.
        time: nanoseconds of the day, once they are known.
    """

    __slots__ = ("_excess", "_style", "day", "fields", "period", "time", "zone")

    def __init__(
        self,
        fields: dict[Field, int],
        zone: Zone | None = None,
        period: tuple[int, int] | None = None,
    ) -> None:
        self.fields = fields
        self.zone = zone
        self.period = period
        self.day: int | None = None
        self.time: int | None = None
        self._excess = 0
        self._style = Style.STRICT

    def __repr__(self) -> str:
        return f"<Parsed {self.fields} {self.day} {self.time} {self.zone}>"

    # -- what is known ---------------------------------------------------------------------------------------------

    def knows(self, field: Field) -> bool:
        """Whether a field has a value."""
        if field in self.fields:
            return True
        if isinstance(field, tuple):
            return self.knows(DAY_OF_WEEK) and self.knows(_NEEDS[field[0]])
        if field == QUARTER:
            return self.knows(MONTH)
        if field in {OFFSET, INSTANT}:
            return False
        return self.time is not None if field in TIME_FIELDS else self.day is not None

    def value(self, field: Field) -> int:
        """
        The value of a field that is known.

        Raises:
            Unparsable: it is out of its range.
        """
        value = self.fields.get(field)
        if value is None:
            if not isinstance(field, tuple) and field in TIME_FIELDS:
                assert self.time is not None
                return time_value(self.time, field)
            if self.day is None:
                return self._derived(field)
            value = date_value(self.day, field)
        return check(field[0] if isinstance(field, tuple) else field, value)

    def _derived(self, field: Field) -> int:
        if field == QUARTER:
            return (self.value(MONTH) + 2) // 3
        if isinstance(field, tuple) and field[0] == LOCAL_WEEK:
            week = week_of(self.value(DAY_OF_YEAR), self.value(DAY_OF_WEEK), field[1])
            if week is not None:
                return week
        raise Unparsable(f"Unsupported field: {field}", "unsupported_temporal_type_exception")

    def known_zone(self) -> Zone | None:
        """The zone, else the offset."""
        if self.zone is not None:
            return self.zone
        offset = self.fields.get(OFFSET)
        return None if offset is None else offset_zone(offset)

    # -- resolving -------------------------------------------------------------------------------------------------

    def resolve(self, style: Style) -> Parsed:
        """
        Make a date and a time of the fields, as far as they go.

        Raises:
            Unparsable: a value is out of its range, or two contradict each other.
        """
        self._style = style
        self._all_fields()
        self._complete_time()
        self._cross_check()
        if self.day is not None and self.time is not None and self._excess:
            self._set_day(self.day + self._excess, replace=True)
        self._complete_instant()
        return self

    def _all_fields(self) -> None:
        self._instant_fields()
        self._date_fields()
        self._time_fields()
        if self._other_fields():
            self._instant_fields()
            self._date_fields()
            self._time_fields()

    def _put(self, field: Field, value: int) -> None:
        if self.fields.setdefault(field, value) != value:
            raise _conflict()

    def _set_day(self, day: int | None, *, replace: bool = False) -> None:
        if day is None:
            return
        if not MIN_DAY <= day <= MAX_DAY:
            raise Unparsable("Invalid value for EpochDay", "date_time_exception", foreign=True)
        if self.day is not None and self.day != day and not replace:
            raise _conflict()
        self.day = day

    def _instant_fields(self) -> None:
        instant = self.fields.get(INSTANT)
        zone = None if instant is None else self.known_zone()
        if instant is None or zone is None:
            return
        offset = zone.offset_at(instant)
        self._set_day((instant + offset) // 86_400)
        self._put(SECOND_OF_DAY, (instant + offset) % 86_400)
        self._put(OFFSET, offset)

    def _date_fields(self) -> None:
        fields = self.fields
        self._era()
        if YEAR not in fields:
            return
        if MONTH in fields:
            if DAY in fields:
                self._set_day(self._year_month_day())
                return
            if ALIGNED_WEEK in fields and DAY_OF_WEEK in fields:
                self._set_day(self._aligned_day())
                return
        if DAY_OF_YEAR in fields:
            self._set_day(self._year_day())

    def _era(self) -> None:
        fields = self.fields
        if YEAR_OF_ERA not in fields:
            if ERA in fields:
                check(ERA, fields[ERA])
            return
        value = fields.pop(YEAR_OF_ERA)
        if self._style is not Style.LENIENT:
            check(YEAR_OF_ERA, value)
        era = fields.pop(ERA, None)
        if era is not None:
            self._put(YEAR, value if era == 1 else 1 - value)
            return
        year = fields.get(YEAR)
        if year is not None:
            self._put(YEAR, value if year > 0 else 1 - value)
        elif self._style is Style.STRICT:
            fields[YEAR_OF_ERA] = value
        else:
            fields[YEAR] = value

    def _year_month_day(self) -> int:
        fields = self.fields
        year = check(YEAR, fields.pop(YEAR))
        month, day = fields.pop(MONTH), fields.pop(DAY)
        if self._style is Style.LENIENT:
            months = year * 12 + month - 1
            return day_of(months // 12, months % 12 + 1, 1) + day - 1
        check(MONTH, month)
        check(DAY, day)
        length = month_length(year, month)
        if day > length:
            if self._style is Style.STRICT:
                raise no_date(year, month, day)
            day = length
        return day_of(year, month, day)

    def _aligned_day(self) -> int:
        fields = self.fields
        year, month = check(YEAR, fields.pop(YEAR)), check(MONTH, fields.pop(MONTH))
        week = check(ALIGNED_WEEK, fields.pop(ALIGNED_WEEK))
        wanted = check(DAY_OF_WEEK, fields.pop(DAY_OF_WEEK))
        start = day_of(year, month, 1) + (week - 1) * 7
        day = start + (wanted - day_of_week(start)) % 7
        if self._style is Style.STRICT and date_of(day)[1] != month:
            raise _conflict()
        return day

    def _year_day(self) -> int:
        year = check(YEAR, self.fields.pop(YEAR))
        number = self.fields.pop(DAY_OF_YEAR)
        if self._style is not Style.LENIENT:
            check(DAY_OF_YEAR, number)
            if number == 366 and not is_leap(year):
                raise Unparsable(
                    "Invalid date 'DayOfYear 366'", "date_time_exception", foreign=True
                )
        return day_of(year, 1, 1) + number - 1

    # -- weeks and day numbers -------------------------------------------------------------------------------------

    def _other_fields(self) -> bool:
        changed = False
        going = True
        while going:
            going = False
            for field in list(self.fields):
                if field in self.fields and self._other(field):
                    changed = going = True
                    break
        return changed

    def _other(self, field: Field) -> bool:
        fields = self.fields
        if field == JULIAN:
            value = fields.pop(JULIAN)
            if self._style is not Style.LENIENT:
                check(JULIAN, value)
            self._set_day(value - 40_587)
            return True
        if field == ISO_WEEK_OF_YEAR:
            return self._iso_week()
        if not isinstance(field, tuple):
            return False
        name, week = field
        if not -(2**31) <= fields[field] < 2**31:
            raise Unparsable("integer overflow", "arithmetic_exception", foreign=True)
        if name == LOCAL_DAY:
            value = check(LOCAL_DAY, fields.pop(field))
            fields[DAY_OF_WEEK] = (week[0] - 1 + value - 1) % 7 + 1
            return True
        if DAY_OF_WEEK not in fields:
            return False
        local = (check(DAY_OF_WEEK, fields[DAY_OF_WEEK]) - week[0]) % 7 + 1
        if YEAR in fields:
            if name == LOCAL_WEEK_OF_MONTH and MONTH in fields:
                self._week_of_month(week, local)
                return True
        elif (
            name in {LOCAL_YEAR, LOCAL_WEEK}
            and {(LOCAL_YEAR, week), (LOCAL_WEEK, week)} <= fields.keys()
        ):
            self._week_based(week, local)
            return True
        return False

    def _iso_week(self) -> bool:
        fields = self.fields
        if ISO_YEAR not in fields or DAY_OF_WEEK not in fields:
            return False
        year = check(ISO_YEAR, fields.pop(ISO_YEAR))
        number, day = fields.pop(ISO_WEEK_OF_YEAR), fields.pop(DAY_OF_WEEK)
        if self._style is not Style.LENIENT:
            check(DAY_OF_WEEK, day)
            if number == 53 and self._style is Style.STRICT and weeks_in(year, ISO_WEEK) < 53:
                raise _conflict()
            check(ISO_WEEK_OF_YEAR, number)
        self._set_day(week_start(year, ISO_WEEK) + (number - 1) * 7 + day - 1)
        return True

    def _week_based(self, week: Week, local: int) -> None:
        fields = self.fields
        year = check(LOCAL_YEAR, fields.pop((LOCAL_YEAR, week)))
        number = fields.pop((LOCAL_WEEK, week))
        del fields[DAY_OF_WEEK]
        start = week_start(year, week)
        if self._style is not Style.LENIENT and not 1 <= number <= weeks_in(year, week):
            raise _conflict()
        day = start + (number - 1) * 7 + local - 1
        if self._style is Style.STRICT and week_based_year(day, week) != year:
            raise _conflict()
        self._set_day(day)

    def _week_of_month(self, week: Week, local: int) -> None:
        fields = self.fields
        year, month = check(YEAR, fields.pop(YEAR)), check(MONTH, fields.pop(MONTH))
        number = check(LOCAL_WEEK_OF_MONTH, fields.pop((LOCAL_WEEK_OF_MONTH, week)))
        del fields[DAY_OF_WEEK]
        first = day_of(year, month, 1)
        begins = date_value(first, (LOCAL_DAY, week))
        day = first + (number - week_of_month(first, week)) * 7 + local - begins
        if self._style is Style.STRICT and date_of(day)[1] != month:
            raise _conflict()
        self._set_day(day)

    # -- times -----------------------------------------------------------------------------------------------------

    def _take(self, field: str) -> int:
        value = self.fields.pop(field)
        return value if self._style is Style.LENIENT else check(field, value)

    def _time_fields(self) -> None:
        fields = self.fields
        for clock, plain, full in ((CLOCK_HOUR, HOUR, 24), (CLOCK_HALF_HOUR, HALF_HOUR, 12)):
            if clock in fields:
                value = fields.pop(clock)
                if self._style is Style.STRICT or (self._style is Style.SMART and value):
                    check(clock, value)
                self._put(plain, 0 if value == full else value)
        if HALF in fields and HALF_HOUR in fields:
            self._put(HOUR, self._take(HALF) * 12 + self._take(HALF_HOUR))
        if NANO_OF_DAY in fields:
            nanos = self._take(NANO_OF_DAY)
            self._put(HOUR, nanos // (3600 * SECOND_NANOS))
            self._put(MINUTE, nanos // (60 * SECOND_NANOS) % 60)
            self._put(SECOND, nanos // SECOND_NANOS % 60)
            self._put(NANO, nanos % SECOND_NANOS)
        milli: int | None = None
        if MILLI_OF_DAY in fields:
            millis = self._take(MILLI_OF_DAY)
            self._put(SECOND_OF_DAY, millis // 1000)
            milli = millis % 1000
        if SECOND_OF_DAY in fields:
            seconds = self._take(SECOND_OF_DAY)
            self._put(HOUR, seconds // 3600)
            self._put(MINUTE, seconds // 60 % 60)
            self._put(SECOND, seconds % 60)
        self._nanos(milli)
        self._apply_period()
        if all(field in fields for field in _CLOCK):
            self._set_time(*(fields.pop(field) for field in _CLOCK))

    def _nanos(self, milli: int | None) -> None:
        fields = self.fields
        nanos = fields.get(NANO)
        if nanos is not None and self._style is not Style.LENIENT:
            check(NANO, nanos)
        if milli is None:
            return
        if nanos is None:
            fields[NANO] = milli * 1_000_000
        elif milli != nanos // 1_000_000:
            raise _conflict()

    def _apply_period(self) -> None:
        fields = self.fields
        if self.period is None or HALF_HOUR not in fields:
            return
        hour = self._take(HALF_HOUR)
        minute = fields.get(MINUTE, 0) % 60
        afternoon = _within(self.period, (hour % 12 + 12) * 60 + minute)
        self._put(HOUR, hour + (12 if afternoon else 0))
        self.period = None

    def _set_time(self, hour: int, minute: int, second: int, nano: int) -> None:
        if self._style is not Style.LENIENT:
            check(MINUTE, minute)
            check(NANO, nano)
            midnight = (hour, minute, second, nano) == (24, 0, 0, 0)
            if not (midnight and self._style is Style.SMART):
                check(HOUR, hour)
                check(SECOND, second)
        total = (hour * 3600 + minute * 60 + second) * SECOND_NANOS + nano
        excess, time = divmod(total, DAY_NANOS)
        if self.time is not None and self.time != time:
            raise _conflict()
        self.time, self._excess = time, excess

    def _complete_time(self) -> None:
        fields = self.fields
        if self.time is None:
            if self._style is not Style.STRICT and not any(field in fields for field in _CLOCK):
                self._middle_of_period()
            hour = fields.get(HOUR)
            if hour is not None:
                minute, second, nano = (fields.get(field) for field in _CLOCK[1:])
                if (minute is None and not (second is None is nano)) or (
                    minute is not None and second is None and nano is not None
                ):
                    return
                if (
                    self.period is not None
                    and self._style is not Style.LENIENT
                    and not _within(self.period, hour * 60 + (minute or 0))
                ):
                    raise _conflict()
                self._set_time(hour, minute or 0, second or 0, nano or 0)
                for field in _CLOCK:
                    fields.pop(field, None)
        if self._style is not Style.LENIENT:
            for other, value in fields.items():
                if not isinstance(other, tuple) and other in TIME_FIELDS:
                    check(other, value)

    def _middle_of_period(self) -> None:
        if self.period is not None:
            start, end = self.period
            middle = (start + (end - start) // 2) % 1440
            self._set_time(middle // 60, middle % 60, 0, 0)
            self.period = None
        elif HALF in self.fields:
            self._set_time(self._take(HALF) * 12 + 6, 0, 0, 0)

    # -- the end ---------------------------------------------------------------------------------------------------

    def _cross_check(self) -> None:
        if self.day is not None:
            self._compare(self.day, date_value)
        if self.time is not None:
            self._compare(self.time, time_value)

    def _compare(self, known: int, value_of: Callable[[int, Field], int]) -> None:
        for field, value in list(self.fields.items()):
            try:
                if value_of(known, field) != value:
                    raise _conflict()
            except KeyError:
                continue
            del self.fields[field]

    def _complete_instant(self) -> None:
        fields = self.fields
        if self.time is None and not fields.keys().isdisjoint((INSTANT, SECOND_OF_DAY, SECOND)):
            fields.setdefault(NANO, 0)
        if INSTANT in fields or self.day is None or self.time is None:
            return
        zone = offset_zone(fields[OFFSET]) if OFFSET in fields else self.zone
        if zone is not None:
            fields[INSTANT] = zone.instant_of(self.day * 86_400 + self.time // SECOND_NANOS)


_CLOCK = (HOUR, MINUTE, SECOND, NANO)
_NEEDS = {
    LOCAL_YEAR: YEAR,
    LOCAL_WEEK: DAY_OF_YEAR,
    LOCAL_WEEK_OF_MONTH: DAY,
    LOCAL_DAY: DAY_OF_WEEK,
}


def _within(period: tuple[int, int], minute: int) -> bool:
    start, end = period
    if start == end:
        return minute == start or (not start and minute == 1440)
    return start <= minute < end


def _conflict() -> Unparsable:
    return Unparsable("Conflict found", "date_time_exception", foreign=True)


_MONTHS = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER"


def no_date(year: int, month: int, day: int) -> Unparsable:
    """What Java says of a day that a month has not."""
    if day == 29:
        reason = f"Invalid date 'February 29' as '{year}' is not a leap year"
    else:
        reason = f"Invalid date '{_MONTHS.split()[month - 1]} {day}'"
    return Unparsable(reason, "date_time_exception", foreign=True)


def days_of(year: int, number: int) -> int:
    """
    The day of a day's number in a year.

    Raises:
        Unparsable: the year has no such day.
    """
    if not 1 <= number <= year_length(year):
        raise Unparsable("Invalid day of year", "date_time_exception", foreign=True)
    return day_of(year, 1, 1) + number - 1
