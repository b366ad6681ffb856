"""Moments, spans and what names them, as values of scripts: ``Instant``, ``Duration``, enums, formatters."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from shipper.pipeline import dates
from shipper.pipeline.painless.script import live
from shipper.pipeline.painless.strings import given
from shipper.pipeline.values import ZonedDateTime

NANOS: Final = 1_000_000_000
DAY: Final = 86_400
WEEK: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


class Instant(NamedTuple):
    """A ``java.time.Instant``."""

    seconds: int
    nanos: int


class Duration(NamedTuple):
    """A ``java.time.Duration``, in nanoseconds."""

    nanos: int


class Named(NamedTuple):
    """A value of an ``enum``."""

    type: str
    name: str
    value: int


class Day(Named):
    """A ``DayOfWeek``."""

    __slots__ = ()


class Field(Named):
    """A ``ChronoField``."""

    __slots__ = ()


class Formatter:
    """A ``DateTimeFormatter``."""

    __slots__ = ("pattern", "zone")

    def __init__(self, pattern: str, zone: dates.Zone | None = None) -> None:
        self.pattern = pattern
        self.zone = zone


def moment_of(value: ZonedDateTime) -> dates.Moment:
    """A time as ``dates`` has it."""
    return dates.Moment(value.seconds, value.nanos, dates.zone(value.zone))


def zoned_time(moment: dates.Moment) -> ZonedDateTime:
    """The reverse of ``moment_of``."""
    return ZonedDateTime(moment.second, moment.nano, moment.zone.id)


def total(value: Any) -> int:
    """Nanoseconds since 1970 of a time or an instant."""
    if type(value) in {ZonedDateTime, Instant}:
        return int(value.seconds) * NANOS + int(value.nanos)
    if value is None:
        raise given(None)
    raise live.beyond(f"a span of a {live.class_name(value)}")


def millis(value: Any) -> int:
    """Milliseconds since 1970."""
    return int(value.seconds) * 1000 + int(value.nanos) // 1_000_000


def now(state: list[Any]) -> int:
    """``System.currentTimeMillis()``: the time at which the pipeline took the document."""
    return millis(given(state[1]))


def of_millis(count: int) -> Instant:
    """``Instant.ofEpochMilli``."""
    return Instant(count // 1000, count % 1000 * 1_000_000)
