"""
From the fields of a text to a date and a time: what ``java.time.format.Parsed`` does.

Fields that contradict each other are no date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.dates.calendar import (
    ISO_WEEK,
    date_of,
    day_of,
    day_of_week,
    is_leap,
    month_length,
    week_based_year,
    week_of_month,
    week_start,
    weeks_in,
)
from shipper.pipeline.dates.clock import Clock, Style, conflict
from shipper.pipeline.dates.fields import (
    ALIGNED_WEEK,
    DAY,
    DAY_OF_WEEK,
    DAY_OF_YEAR,
    ERA,
    INSTANT,
    ISO_WEEK_OF_YEAR,
    ISO_YEAR,
    JULIAN,
    LOCAL_DAY,
    LOCAL_WEEK,
    LOCAL_WEEK_OF_MONTH,
    LOCAL_YEAR,
    MONTH,
    NANO,
    OFFSET,
    SECOND,
    SECOND_NANOS,
    SECOND_OF_DAY,
    YEAR,
    YEAR_OF_ERA,
    Field,
    Unparsable,
    check,
    date_value,
    time_value,
)
from shipper.pipeline.dates.instant import MAX_DAY, MIN_DAY
from shipper.pipeline.dates.parsed import Parsed, no_date
from shipper.pipeline.dates.zones import offset_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.dates.calendar import Week


def resolve(parsed: Parsed, style: Style) -> Parsed:
    """
    Make a date and a time of the fields, as far as they go; what is part of them leaves the fields.

    Raises:
        Unparsable: a value is out of its range, or two contradict each other.
    """
    _Resolution(parsed, style).run()
    return parsed


class _Resolution(Clock):
    """Makes a date of fields; the time is the clock's."""

    def run(self) -> None:
        """Take all steps in Java's order."""
        parsed = self.parsed
        self._all_fields()
        self._complete_time()
        self._cross_check()
        if parsed.day is not None and parsed.time is not None and self._excess:
            self._set_day(parsed.day + self._excess, replace=True)
        self._complete_instant()

    def _all_fields(self) -> None:
        self._instant_fields()
        self._date_fields()
        self._time_fields()
        if self._other_fields():
            self._instant_fields()
            self._date_fields()
            self._time_fields()

    def _set_day(self, day: int | None, *, replace: bool = False) -> None:
        if day is None:
            return
        if not MIN_DAY <= day <= MAX_DAY:
            raise Unparsable("Invalid value for EpochDay", "date_time_exception", foreign=True)
        if self.parsed.day is not None and self.parsed.day != day and not replace:
            raise conflict()
        self.parsed.day = day

    def _instant_fields(self) -> None:
        instant = self.fields.get(INSTANT)
        zone = None if instant is None else self.parsed.known_zone()
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
            raise conflict()
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
                raise conflict()
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
            raise conflict()
        day = start + (number - 1) * 7 + local - 1
        if self._style is Style.STRICT and week_based_year(day, week) != year:
            raise conflict()
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
            raise conflict()
        self._set_day(day)

    def _cross_check(self) -> None:
        if self.parsed.day is not None:
            self._compare(self.parsed.day, date_value)
        if self.parsed.time is not None:
            self._compare(self.parsed.time, time_value)

    def _compare(self, known: int, value_of: Callable[[int, Field], int]) -> None:
        for field, value in list(self.fields.items()):
            try:
                if value_of(known, field) != value:
                    raise conflict()
            except KeyError:
                continue
            del self.fields[field]

    def _complete_instant(self) -> None:
        fields = self.fields
        if self.parsed.time is None and not fields.keys().isdisjoint(
            (INSTANT, SECOND_OF_DAY, SECOND)
        ):
            fields.setdefault(NANO, 0)
        if INSTANT in fields or self.parsed.day is None or self.parsed.time is None:
            return
        zone = offset_zone(fields[OFFSET]) if OFFSET in fields else self.parsed.zone
        if zone is not None:
            fields[INSTANT] = zone.instant_of(
                self.parsed.day * 86_400 + self.parsed.time // SECOND_NANOS
            )
