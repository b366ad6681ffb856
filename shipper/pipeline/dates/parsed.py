"""What a text said: the fields that were read, and the date and the time that they came to."""

from __future__ import annotations

from shipper.pipeline.dates.calendar import (
    day_of,
    week_of,
    year_length,
)
from shipper.pipeline.dates.fields import (
    DAY,
    DAY_OF_WEEK,
    DAY_OF_YEAR,
    INSTANT,
    LOCAL_DAY,
    LOCAL_WEEK,
    LOCAL_WEEK_OF_MONTH,
    LOCAL_YEAR,
    MONTH,
    OFFSET,
    QUARTER,
    TIME_FIELDS,
    YEAR,
    Field,
    Unparsable,
    check,
    date_value,
    time_value,
)
from shipper.pipeline.dates.zones import Zone, offset_zone


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

    __slots__ = ("day", "fields", "period", "time", "zone")

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

    def __repr__(self) -> str:
        return f"<Parsed {self.fields} {self.day} {self.time} {self.zone}>"

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


_NEEDS = {
    LOCAL_YEAR: YEAR,
    LOCAL_WEEK: DAY_OF_YEAR,
    LOCAL_WEEK_OF_MONTH: DAY,
    LOCAL_DAY: DAY_OF_WEEK,
}


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
