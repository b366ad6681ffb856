"""Spans of time: between two moments, and added to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import dates
from shipper.pipeline.dates import calendar
from shipper.pipeline.dates.instant import local_moment
from shipper.pipeline.painless import scalars
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.script import live
from shipper.pipeline.painless.script.more.instants import (
    DAY,
    NANOS,
    Named,
    moment_of,
    total,
    zoned_time,
)
from shipper.pipeline.painless.strings import given
from shipper.pipeline.values import LONG_MAX, LONG_MIN, ZonedDateTime

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS: Final = {
    "NANOS": 1, "MICROS": 1000, "MILLIS": 1_000_000, "SECONDS": NANOS, "MINUTES": 60 * NANOS, "HOURS": 3600 * NANOS,
    "HALF_DAYS": 43_200 * NANOS, "DAYS": DAY * NANOS, "WEEKS": 7 * DAY * NANOS,
}  # fmt: skip
PARTS: Final = {
    "Nanos": 1,
    "Millis": 1_000_000,
    "Seconds": NANOS,
    "Minutes": 60 * NANOS,
    "Hours": 3600 * NANOS,
    "Days": DAY * NANOS,
}
MONTHS: Final = {"MONTHS": 1, "YEARS": 12, "DECADES": 120, "CENTURIES": 1200}


def long(value: int) -> int:
    """A number that has to fit a long."""
    if not LONG_MIN <= value <= LONG_MAX:
        raise ScriptFailure("long overflow", "arithmetic_exception")
    return value


def toward_zero(value: int, unit: int) -> int:
    """Whole units, cut as Java cuts."""
    return value // unit if value >= 0 else -(-value // unit)


def between(unit: Named, one: Any, other: Any) -> int:
    """``ChronoUnit.between``: whole units."""
    first, last = total(one), total(other)
    if unit.name in UNITS and unit.name not in {"DAYS", "WEEKS"}:
        return long(toward_zero(last - first, UNITS[unit.name]))
    if type(one) is not ZonedDateTime:
        if unit.name == "DAYS":
            return toward_zero(last - first, UNITS["DAYS"])
        raise ScriptFailure(
            f"Unsupported unit: {unit.name}", "unsupported_temporal_type_exception", foreign=True
        )
    moment = moment_of(one)
    end = dates.Moment(other.seconds, other.nanos, moment.zone)
    start = (moment.day, moment.nano_of_day)
    stop = (end.day, end.nano_of_day)
    if unit.name in {"DAYS", "WEEKS"}:
        local = (stop[0] - start[0]) * UNITS["DAYS"] + stop[1] - start[1]
        return toward_zero(local, UNITS[unit.name])
    if unit.name not in MONTHS:
        raise live.beyond(f"ChronoUnit.{unit.name}")
    (year, month, day), (year2, month2, day2) = (
        calendar.date_of(start[0]),
        calendar.date_of(stop[0]),
    )
    months = (year2 - year) * 12 + month2 - month
    if months > 0 and (day2, stop[1]) < (day, start[1]):
        months -= 1
    elif months < 0 and (day2, stop[1]) > (day, start[1]):
        months += 1
    return toward_zero(months, MONTHS[unit.name])


def _plus(nanos: int) -> Callable[[Any, int], Any]:
    """``plusSeconds`` and the like, on the line of time."""

    def run(value: Any, count: int) -> Any:
        second, nano = divmod(total(value) + count * nanos, NANOS)
        return type(value)(second, nano, *value[2:])

    return run


def _days(factor: int) -> Callable[[ZonedDateTime, int], ZonedDateTime]:
    """``plusDays`` and ``plusWeeks``, on the local line of time."""

    def run(value: ZonedDateTime, count: int) -> ZonedDateTime:
        moment = moment_of(value)
        return zoned_time(
            local_moment(moment.day + count * factor, moment.nano_of_day, moment.zone)
        )

    return run


def _months(factor: int) -> Callable[[ZonedDateTime, int], ZonedDateTime]:
    def run(value: ZonedDateTime, count: int) -> ZonedDateTime:
        moment = moment_of(value)
        year, month, day = calendar.date_of(moment.day)
        year, month = divmod(year * 12 + month - 1 + count * factor, 12)
        day = min(day, calendar.month_length(year, month + 1))
        return zoned_time(
            local_moment(calendar.day_of(year, month + 1, day), moment.nano_of_day, moment.zone)
        )

    return run


def _back(work: Callable[[Any, int], Any]) -> Callable[[Any, int], Any]:
    return lambda value, count: work(value, -count)


def compare(sign: int) -> Callable[[Any, Any], bool]:
    """``isBefore`` and the like: whether two compare so."""
    return lambda one, other: scalars.order(total(one), total(given(other))) == sign


_STEPS: Final[dict[str, tuple[Callable[[Any, int], Any], tuple[str, ...]]]] = {
    "Seconds": (_plus(NANOS), ("ZonedDateTime", "Instant")),
    "Nanos": (_plus(1), ("ZonedDateTime", "Instant")),
    "Millis": (_plus(1_000_000), ("Instant",)),
    "Minutes": (_plus(60 * NANOS), ("ZonedDateTime",)),
    "Hours": (_plus(3600 * NANOS), ("ZonedDateTime",)),
    "Days": (_days(1), ("ZonedDateTime",)),
    "Weeks": (_days(7), ("ZonedDateTime",)),
    "Months": (_months(1), ("ZonedDateTime",)),
    "Years": (_months(12), ("ZonedDateTime",)),
}


def steps(owner: str) -> dict[str, Callable[..., Any]]:
    """``plus…`` and ``minus…`` of a class."""
    found: dict[str, Callable[..., Any]] = {}
    for name, (work, owners) in _STEPS.items():
        if owner in owners:
            found[f"plus{name}(long){owner}"] = work
            found[f"minus{name}(long){owner}"] = _back(work)
    return found


def at_zone(value: ZonedDateTime, zone: dates.Zone | None) -> ZonedDateTime:
    """``ZonedDateTime.withZoneSameInstant``."""
    return ZonedDateTime(value.seconds, value.nanos, given(zone).id)
