"""Dates and spans of time as texts, read and printed."""

from __future__ import annotations

import re
from typing import Any, Final

from shipper.pipeline import dates
from shipper.pipeline.dates import calendar
from shipper.pipeline.dates.zones import offset_id
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.script import live
from shipper.pipeline.painless.script.more.instants import (
    DAY,
    NANOS,
    WEEK,
    Duration,
    Formatter,
    Instant,
    moment_of,
    zoned_time,
)
from shipper.pipeline.painless.strings import given
from shipper.pipeline.values import ZonedDateTime

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


def _unparsed(text: str) -> ScriptFailure:
    return ScriptFailure(
        f"Text '{text}' could not be parsed", "date_time_parse_exception", foreign=True
    )


def zone_named(name: str | None) -> dates.Zone:
    """``ZoneId.of``."""
    try:
        return dates.zone(given(name))
    except Failure as failure:
        raise ScriptFailure(failure.reason, failure.type, foreign=True) from None


def read(text: Any, formatter: Formatter | None = None) -> ZonedDateTime:
    """``ZonedDateTime.parse``."""
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
    zone = offset_id(offset) if not found[9] else zone_named(found[9]).id
    seconds = calendar.day_of(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset
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
    if found[1] and WEEK[calendar.day_of_week(local) - 1][:3] != found[1].upper():
        raise _unparsed(text)
    offset = 0 if found[8].isalpha() else _offset(found[8], text)
    seconds = local * DAY + hour * 3600 + minute * 60 + second - offset
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
    return zoned_time(moment)


def read_instant(text: Any) -> Instant:
    """``Instant.parse``."""
    value = read(text)
    return Instant(value.seconds, value.nanos)


def printed(value: Any, formatter: Formatter | None) -> str:
    """``ZonedDateTime.format``."""
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
    moment = moment_of(value)
    if zone is not None:
        moment = moment.at(zone)
    if formatter.pattern == "ISO_INSTANT":
        return instant_text(Instant(moment.second, moment.nano))
    if formatter.pattern.startswith("ISO_"):
        return _iso_text(moment, formatter.pattern)
    try:
        return dates.formatter(formatter.pattern, "elasticsearch")(moment)
    except Unsupported as error:
        raise live.beyond(error.reason) from None


def _iso_text(moment: dates.Moment, name: str) -> str:
    second = (moment.second + moment.offset) % DAY
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


def instant_text(value: Instant) -> str:
    """``Instant.toString``."""
    text = dates.Moment(value.seconds, value.nanos, dates.UTC).text()
    return text if text.count(":") == 2 else f"{text[:-1]}:00Z"


def of_pattern(pattern: str | None) -> Formatter:
    """``DateTimeFormatter.ofPattern``."""
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


def duration_text(value: Duration) -> str:
    """``Duration.toString``."""
    if not value.nanos:
        return "PT0S"
    sign = -1 if value.nanos < 0 else 1
    seconds, nanos = divmod(abs(value.nanos), NANOS)
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
