"""Dates and spans of time as scripts compute with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shipper.pipeline import dates
from shipper.pipeline.dates import calendar
from shipper.pipeline.dates.instant import local_moment
from shipper.pipeline.dates.zones import offset_id
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.painless import scalars
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.script import live
from shipper.pipeline.painless.strings import given
from shipper.pipeline.values import LONG_MAX, LONG_MIN, ZonedDateTime

if TYPE_CHECKING:
    from collections.abc import Callable

_NANOS: Final = 1_000_000_000
_DAY: Final = 86_400
_ISO: Final = re.compile(
    r"(\d{4}|\+\d{5,10}|-\d{4,10})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{0,9}))?)?([Zz]|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)(?:\[([^\[\]]+)\])?",
    re.ASCII,
)
_ENDS: Final = re.compile(r"(?<![XxZ])(?:X{1,3}|x{1,3}|Z{1,3}|Z{5})\Z")
_TAIL: Final = re.compile(r"(?:[+-]\d\d(?::?\d\d)?|Z)\Z", re.ASCII)
RFC_1123: Final = "RFC_1123_DATE_TIME"
_RFC: Final = re.compile(
    r"(?:(mon|tue|wed|thu|fri|sat|sun), )?(\d{1,2}) (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (gmt|[+-]\d{4})",
    re.ASCII | re.IGNORECASE,
)
_UNITS: Final = {
    "NANOS": 1, "MICROS": 1000, "MILLIS": 1_000_000, "SECONDS": _NANOS, "MINUTES": 60 * _NANOS, "HOURS": 3600 * _NANOS,
    "HALF_DAYS": 43_200 * _NANOS, "DAYS": _DAY * _NANOS, "WEEKS": 7 * _DAY * _NANOS,
}  # fmt: skip
_PARTS: Final = {
    "Nanos": 1,
    "Millis": 1_000_000,
    "Seconds": _NANOS,
    "Minutes": 60 * _NANOS,
    "Hours": 3600 * _NANOS,
    "Days": _DAY * _NANOS,
}
_MONTHS: Final = {"MONTHS": 1, "YEARS": 12, "DECADES": 120, "CENTURIES": 1200}
_WEEK: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


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


def _unparsed(text: str) -> ScriptFailure:
    return ScriptFailure(
        f"Text '{text}' could not be parsed", "date_time_parse_exception", foreign=True
    )


def _zone(name: str | None) -> dates.Zone:
    try:
        return dates.zone(given(name))
    except Failure as failure:
        raise ScriptFailure(failure.reason, failure.type, foreign=True) from None


def _moment(value: ZonedDateTime) -> dates.Moment:
    return dates.Moment(value.seconds, value.nanos, dates.zone(value.zone))


def _zoned(moment: dates.Moment) -> ZonedDateTime:
    return ZonedDateTime(moment.second, moment.nano, moment.zone.id)


def _parse(text: Any, formatter: Formatter | None = None) -> ZonedDateTime:
    text = given(text)
    if formatter is not None and formatter.pattern == RFC_1123:
        return _parse_rfc(text, formatter)
    if formatter is not None and formatter.pattern not in {
        "ISO_ZONED_DATE_TIME",
        "ISO_OFFSET_DATE_TIME",
        "ISO_DATE_TIME",
    }:
        return _parse_pattern(text, formatter)
    found = _ISO.fullmatch(text)
    if found is None or (
        formatter is not None and formatter.pattern == "ISO_OFFSET_DATE_TIME" and found[9]
    ):
        raise _unparsed(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if not (
        1 <= month <= 12
        and 1 <= day <= calendar.month_length(year, month)
        and hour < 24
        and minute < 60
        and second < 60
    ):
        raise _unparsed(text)
    offset = _offset(found[8], text)
    zone = offset_id(offset) if not found[9] else _zone(found[9]).id
    seconds = calendar.day_of(year, month, day) * _DAY + hour * 3600 + minute * 60 + second - offset
    return ZonedDateTime(seconds, int((found[7] or "").ljust(9, "0")), zone)


def _parse_rfc(text: str, formatter: Formatter) -> ZonedDateTime:
    """A time as in the headers of mails and of HTTP; a day beyond its month's last is that one, as Java reads it."""
    found = _RFC.fullmatch(text)
    if found is None:
        if re.search(r"\d", text) or formatter.zone is not None:
            raise live.beyond("to parse this text by RFC_1123_DATE_TIME")
        raise _unparsed(text)
    day, year, hour, minute, second = (int(found[place] or 0) for place in (2, 4, 5, 6, 7))
    month = "janfebmaraprmayjunjulaugsepoctnovdec".index(found[3].lower()) // 3 + 1
    if formatter.zone is not None or hour == 24:
        raise live.beyond("to parse this text by RFC_1123_DATE_TIME")
    if not (1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
        raise _unparsed(text)
    local = calendar.day_of(year, month, min(day, calendar.month_length(year, month)))
    if found[1] and _WEEK[calendar.day_of_week(local) - 1][:3] != found[1].upper():
        raise _unparsed(text)
    offset = 0 if found[8].isalpha() else _offset(found[8], text)
    seconds = local * _DAY + hour * 3600 + minute * 60 + second - offset
    return ZonedDateTime(seconds, 0, offset_id(offset))


def _offset(name: str, text: str) -> int:
    if name in {"Z", "z"}:
        return 0
    digits = name[1:].replace(":", "").ljust(6, "0")
    found = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:])
    if found > 18 * 3600 or int(digits[2:4]) > 59 or int(digits[4:]) > 59:
        raise _unparsed(text)
    return -found if name[0] == "-" else found


def _parse_pattern(text: str, formatter: Formatter) -> ZonedDateTime:
    plain = re.sub(r"'[^']*'|\[|\]", "", formatter.pattern)
    zoned = any(letter in plain for letter in "XxZVzO")
    if zoned and not _ENDS.search(formatter.pattern):
        raise live.beyond(f"to parse a date by the pattern {formatter.pattern}")
    if (
        not {"d", "H"} <= {*plain}
        or not {*plain} & {"y", "u"}
        or not {*plain} & {"M", "L"}
        or zoned == (formatter.zone is not None)
    ):
        raise live.beyond(f"to parse a date by the pattern {formatter.pattern}")
    try:
        moment = dates.parser(
            formatter.pattern, formatter.zone or dates.UTC, dates.ROOT, "elasticsearch"
        )(text, 1970)
    except Unsupported as error:
        raise live.beyond(error.reason) from None
    except Failure as failure:
        raise ScriptFailure(failure.reason, "date_time_parse_exception", foreign=True) from None
    if formatter.zone is None:
        found = _TAIL.search(text)
        assert found is not None
        moment = moment.at(dates.zone(offset_id(_offset(found[0], text))))
    return _zoned(moment)


def _instant(text: Any) -> Instant:
    value = _parse(text)
    return Instant(value.seconds, value.nanos)


def _format(value: Any, formatter: Formatter | None) -> str:
    formatter = given(formatter)
    given(value)
    if formatter.pattern == RFC_1123:
        raise live.beyond("to print a date by RFC_1123_DATE_TIME")
    zone = formatter.zone
    if type(value) is Instant:
        if zone is None and formatter.pattern != "ISO_INSTANT":
            raise ScriptFailure(
                "Unsupported field", "unsupported_temporal_type_exception", foreign=True
            )
        value = ZonedDateTime(value.seconds, value.nanos, "Z")
    if type(value) is not ZonedDateTime:
        raise live.beyond(f"to print a {live.class_name(value)}")
    moment = _moment(value)
    if zone is not None:
        moment = moment.at(zone)
    if formatter.pattern == "ISO_INSTANT":
        return _instant_text(Instant(moment.second, moment.nano))
    if formatter.pattern.startswith("ISO_"):
        return _iso_text(moment, formatter.pattern)
    try:
        return dates.formatter(formatter.pattern, "elasticsearch")(moment)
    except Unsupported as error:
        raise live.beyond(error.reason) from None


def _iso_text(moment: dates.Moment, name: str) -> str:
    second = (moment.second + moment.offset) % _DAY
    date = moment.text()[:-1].split("T")[0]
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    if moment.nano:
        clock += f".{moment.nano:09}".rstrip("0")
    offset = offset_id(moment.offset)
    zone = "" if moment.zone.is_offset else f"[{moment.zone.id}]"
    shapes = {
        "ISO_LOCAL_DATE": date, "ISO_LOCAL_TIME": clock, "ISO_LOCAL_DATE_TIME": f"{date}T{clock}",
        "ISO_OFFSET_DATE_TIME": f"{date}T{clock}{offset}", "ISO_ZONED_DATE_TIME": f"{date}T{clock}{offset}{zone}",
        "ISO_DATE_TIME": f"{date}T{clock}{offset}{zone}", "ISO_DATE": f"{date}{offset}",
    }  # fmt: skip
    if name not in shapes:
        raise live.beyond(f"DateTimeFormatter.{name}")
    return shapes[name]


def _instant_text(value: Instant) -> str:
    text = dates.Moment(value.seconds, value.nanos, dates.UTC).text()
    return text if text.count(":") == 2 else f"{text[:-1]}:00Z"


def _pattern(pattern: str | None) -> Formatter:
    try:
        dates.formatter(given(pattern), "elasticsearch")
    except Unsupported as error:
        raise live.beyond(error.reason) from None
    if (
        "||" in str(pattern)
        or not re.fullmatch(r"(?:[^A-Za-z']|'[^']*'|([A-Za-z])\1*)*", str(pattern))
        or (str(pattern).isalpha() and len(str(pattern)) > 9)
    ):
        raise live.beyond(f"the pattern {pattern}")
    return Formatter(str(pattern))


def _total(value: Any) -> int:
    if type(value) in {ZonedDateTime, Instant}:
        return int(value.seconds) * _NANOS + int(value.nanos)
    if value is None:
        raise given(None)
    raise live.beyond(f"a span of a {live.class_name(value)}")


def _long(value: int) -> int:
    if not LONG_MIN <= value <= LONG_MAX:
        raise ScriptFailure("long overflow", "arithmetic_exception")
    return value


def _toward_zero(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


def _between(unit: Named, one: Any, other: Any) -> int:
    first, last = _total(one), _total(other)
    if unit.name in _UNITS and unit.name not in {"DAYS", "WEEKS"}:
        return _long(_toward_zero(last - first, _UNITS[unit.name]))
    if type(one) is not ZonedDateTime:
        if unit.name == "DAYS":
            return _toward_zero(last - first, _UNITS["DAYS"])
        raise ScriptFailure(
            f"Unsupported unit: {unit.name}", "unsupported_temporal_type_exception", foreign=True
        )
    moment = _moment(one)
    end = dates.Moment(other.seconds, other.nanos, moment.zone)
    start = (moment.day, moment.nano_of_day)
    stop = (end.day, end.nano_of_day)
    if unit.name in {"DAYS", "WEEKS"}:
        local = (stop[0] - start[0]) * _UNITS["DAYS"] + stop[1] - start[1]
        return _toward_zero(local, _UNITS[unit.name])
    if unit.name not in _MONTHS:
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
    return _toward_zero(months, _MONTHS[unit.name])


def _plus(nanos: int) -> Callable[[Any, int], Any]:
    """``plusSeconds`` and the like, on the line of time."""

    def run(value: Any, count: int) -> Any:
        second, nano = divmod(_total(value) + count * nanos, _NANOS)
        return type(value)(second, nano, *value[2:])

    return run


def _days(factor: int) -> Callable[[ZonedDateTime, int], ZonedDateTime]:
    """``plusDays`` and ``plusWeeks``, on the local line of time."""

    def run(value: ZonedDateTime, count: int) -> ZonedDateTime:
        moment = _moment(value)
        return _zoned(local_moment(moment.day + count * factor, moment.nano_of_day, moment.zone))

    return run


def _months(factor: int) -> Callable[[ZonedDateTime, int], ZonedDateTime]:
    def run(value: ZonedDateTime, count: int) -> ZonedDateTime:
        moment = _moment(value)
        year, month, day = calendar.date_of(moment.day)
        year, month = divmod(year * 12 + month - 1 + count * factor, 12)
        day = min(day, calendar.month_length(year, month + 1))
        return _zoned(
            local_moment(calendar.day_of(year, month + 1, day), moment.nano_of_day, moment.zone)
        )

    return run


def _back(work: Callable[[Any, int], Any]) -> Callable[[Any, int], Any]:
    return lambda value, count: work(value, -count)


def _field(read: Callable[[dates.Moment], int]) -> Callable[[ZonedDateTime], int]:
    return lambda value: read(_moment(value))


def _millis(value: Any) -> int:
    return int(value.seconds) * 1000 + int(value.nanos) // 1_000_000


def now(state: list[Any]) -> int:
    """``System.currentTimeMillis()``: the time at which the pipeline took the document."""
    return _millis(given(state[1]))


def _of_millis(millis: int) -> Instant:
    return Instant(millis // 1000, millis % 1000 * 1_000_000)


def _compare(sign: int) -> Callable[[Any, Any], bool]:
    return lambda one, other: scalars.order(_total(one), _total(given(other))) == sign


def _duration_text(value: Duration) -> str:
    if not value.nanos:
        return "PT0S"
    sign = -1 if value.nanos < 0 else 1
    seconds, nanos = divmod(abs(value.nanos), _NANOS)
    text = "PT"
    for letter, size in (("H", 3600), ("M", 60)):
        if seconds // size:
            text += f"{sign * (seconds // size)}{letter}"
        seconds %= size
    if seconds or nanos:
        text += (
            ("-" if sign < 0 else "")
            + str(seconds)
            + (f".{nanos:09}".rstrip("0") if nanos else "")
            + "S"
        )
    return text


_STEPS: Final[dict[str, tuple[Callable[[Any, int], Any], tuple[str, ...]]]] = {
    "Seconds": (_plus(_NANOS), ("ZonedDateTime", "Instant")),
    "Nanos": (_plus(1), ("ZonedDateTime", "Instant")),
    "Millis": (_plus(1_000_000), ("Instant",)),
    "Minutes": (_plus(60 * _NANOS), ("ZonedDateTime",)),
    "Hours": (_plus(3600 * _NANOS), ("ZonedDateTime",)),
    "Days": (_days(1), ("ZonedDateTime",)),
    "Weeks": (_days(7), ("ZonedDateTime",)),
    "Months": (_months(1), ("ZonedDateTime",)),
    "Years": (_months(12), ("ZonedDateTime",)),
}


def _steps(owner: str) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for name, (work, owners) in _STEPS.items():
        if owner in owners:
            found[f"plus{name}(long){owner}"] = work
            found[f"minus{name}(long){owner}"] = _back(work)
    return found


_FIELDS: Final[dict[str, Callable[[ZonedDateTime], int]]] = {
    "Year": _field(lambda moment: calendar.date_of(moment.day)[0]),
    "MonthValue": _field(lambda moment: calendar.date_of(moment.day)[1]),
    "DayOfMonth": _field(lambda moment: calendar.date_of(moment.day)[2]),
    "DayOfYear": _field(lambda moment: calendar.day_of_year(moment.day)),
    "Hour": _field(lambda moment: (moment.second + moment.offset) % _DAY // 3600),
    "Minute": _field(lambda moment: (moment.second + moment.offset) % 3600 // 60),
    "Second": _field(lambda moment: (moment.second + moment.offset) % 60),
    "Nano": _field(lambda moment: moment.nano),
}


def _second_of_day(moment: dates.Moment) -> int:
    return (moment.second + moment.offset) % _DAY


FIELDS: Final[dict[str, Callable[[ZonedDateTime], int]]] = {
    "YEAR": _FIELDS["Year"],
    "MONTH_OF_YEAR": _FIELDS["MonthValue"],
    "DAY_OF_MONTH": _FIELDS["DayOfMonth"],
    "DAY_OF_YEAR": _FIELDS["DayOfYear"],
    "DAY_OF_WEEK": _field(lambda moment: calendar.day_of_week(moment.day)),
    "HOUR_OF_DAY": _FIELDS["Hour"],
    "MINUTE_OF_HOUR": _FIELDS["Minute"],
    "MINUTE_OF_DAY": _field(lambda moment: _second_of_day(moment) // 60),
    "SECOND_OF_MINUTE": _FIELDS["Second"],
    "SECOND_OF_DAY": _field(_second_of_day),
    "MILLI_OF_SECOND": _field(lambda moment: moment.nano // 1_000_000),
    "MILLI_OF_DAY": _field(lambda moment: moment.nano_of_day // 1_000_000),
    "NANO_OF_SECOND": _FIELDS["Nano"],
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


def _week_day(value: ZonedDateTime) -> Named:
    number = calendar.day_of_week(_moment(value).day)
    return Day("DayOfWeek", _WEEK[number - 1], number)


def _at(value: ZonedDateTime, zone: dates.Zone | None) -> ZonedDateTime:
    return ZonedDateTime(value.seconds, value.nanos, given(zone).id)
