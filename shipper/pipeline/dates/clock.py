"""From the fields of a text to a time of the day: one half of what ``java.time.format.Parsed`` does."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from shipper.pipeline.dates.fields import (
    CLOCK_HALF_HOUR,
    CLOCK_HOUR,
    DAY_NANOS,
    HALF,
    HALF_HOUR,
    HOUR,
    MILLI_OF_DAY,
    MINUTE,
    NANO,
    NANO_OF_DAY,
    SECOND,
    SECOND_NANOS,
    SECOND_OF_DAY,
    TIME_FIELDS,
    Field,
    Unparsable,
    check,
)

if TYPE_CHECKING:
    from shipper.pipeline.dates.parsed import Parsed


class Style(Enum):
    """
    How fields become dates.

    *Strict* wants what exists, *smart* lets 31 June be the 30th, *lenient* lets it be 1 July.
    """

    STRICT = "STRICT"
    SMART = "SMART"
    LENIENT = "LENIENT"


class Clock:
    """Makes a time of fields."""

    def __init__(self, parsed: Parsed, style: Style) -> None:
        self.parsed = parsed
        self.fields = parsed.fields
        self._style = style
        self._excess = 0  # days, where a lenient time goes beyond its own

    def _put(self, field: Field, value: int) -> None:
        if self.fields.setdefault(field, value) != value:
            raise conflict()

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
        if all(field in fields for field in CLOCK):
            self._set_time(*(fields.pop(field) for field in CLOCK))

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
            raise conflict()

    def _apply_period(self) -> None:
        fields = self.fields
        if self.parsed.period is None or HALF_HOUR not in fields:
            return
        hour = self._take(HALF_HOUR)
        minute = fields.get(MINUTE, 0) % 60
        afternoon = _within(self.parsed.period, (hour % 12 + 12) * 60 + minute)
        self._put(HOUR, hour + (12 if afternoon else 0))
        self.parsed.period = None

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
        if self.parsed.time is not None and self.parsed.time != time:
            raise conflict()
        self.parsed.time, self._excess = time, excess

    def _complete_time(self) -> None:
        fields = self.fields
        if self.parsed.time is None:
            if self._style is not Style.STRICT and not any(field in fields for field in CLOCK):
                self._middle_of_period()
            hour = fields.get(HOUR)
            if hour is not None:
                minute, second, nano = (fields.get(field) for field in CLOCK[1:])
                if (minute is None and not (second is None is nano)) or (
                    minute is not None and second is None and nano is not None
                ):
                    return
                if (
                    self.parsed.period is not None
                    and self._style is not Style.LENIENT
                    and not _within(self.parsed.period, hour * 60 + (minute or 0))
                ):
                    raise conflict()
                self._set_time(hour, minute or 0, second or 0, nano or 0)
                for field in CLOCK:
                    fields.pop(field, None)
        if self._style is not Style.LENIENT:
            for other, value in fields.items():
                if not isinstance(other, tuple) and other in TIME_FIELDS:
                    check(other, value)

    def _middle_of_period(self) -> None:
        if self.parsed.period is not None:
            start, end = self.parsed.period
            middle = (start + (end - start) // 2) % 1440
            self._set_time(middle // 60, middle % 60, 0, 0)
            self.parsed.period = None
        elif HALF in self.fields:
            self._set_time(self._take(HALF) * 12 + 6, 0, 0, 0)


CLOCK: Final = (HOUR, MINUTE, SECOND, NANO)


def _within(period: tuple[int, int], minute: int) -> bool:
    start, end = period
    if start == end:
        return minute == start or (not start and minute == 1440)
    return start <= minute < end


def conflict() -> Unparsable:
    """Two fields contradict each other."""
    return Unparsable("Conflict found", "date_time_exception", foreign=True)
