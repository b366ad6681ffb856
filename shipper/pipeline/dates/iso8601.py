"""Elasticsearch's own reader of ISO 8601, which stands behind ``ISO8601`` and most ``strict_`` names there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.dates.calendar import day_of, month_length
from shipper.pipeline.dates.fields import DAY, MONTH, SECOND_NANOS, YEAR, Unparsable, check
from shipper.pipeline.dates.parsed import Parsed, no_date
from shipper.pipeline.dates.zones import UTC, offset_zone
from shipper.pipeline.dates.zones import zone as zone_of

if TYPE_CHECKING:
    from shipper.pipeline.dates.zones import Zone

_ORDER = "YMdHmsn"
_ENDS = {"Y": 4, "M": 7, "d": 10, "H": 13, "m": 16, "s": 19}  # where each field ends
_MARKS = {"M": "-", "d": "-", "H": "T", "m": ":", "s": ":"}
_LIMITS = {"M": 12, "d": 31, "H": 23, "m": 59, "s": 59}


class IsoReader:
    """
    Reads what one name allows.

    Args:
        needed: fields that must be there, as letters.
        last: the last field that may be there.
        points: ``dot`` or ``both`` (a comma too).
        zones: ``optional``, ``mandatory`` or ``forbidden``.
        optional_time: a date alone will do although its time is needed.
    """

    def __init__(
        self, needed: str, last: str, points: str, zones: str, *, optional_time: bool
    ) -> None:
        self._needed = needed
        self._last = last
        self._points = "." if points == "dot" else ".,"
        self._zones = zones
        self._optional_time = optional_time

    def read(self, text: str) -> Parsed:
        """
        The date of a text.

        Raises:
            Unparsable: it is none.
        """
        negative = text.startswith("-")
        parsed = self._read(text[1:] if negative else text, -1 if negative else 1)
        if parsed is None:
            raise Unparsable("Could not fully parse datetime", "date_time_parse_exception")
        return parsed

    def _may_end_before(self, field: str) -> bool:
        return field not in self._needed

    def _read(self, text: str, sign: int) -> Parsed | None:
        values: list[int] = []
        length = len(text)
        for index, field in enumerate(_ORDER[:6]):
            end = _ENDS[field]
            value = _number(text, end - (4 if field == "Y" else 2), end)
            if value is None or value > _LIMITS.get(field, 9999):
                return None
            values.append(value)
            following = _ORDER[index + 1]
            if length == end:
                return self._end(values, sign, following)
            if field in "Hms" and _is_zone(text[end]):
                zone = self._zone(text, end)
                if zone is None or (field != "s" and not self._may_end_before(following)):
                    return None
                return _made(values, sign, 0, zone)
            if field == self._last:
                return None
            if following == "n":
                break
            if text[end] != _MARKS[following]:
                return None
            if following == "H" and length == end + 1:
                return _made(values, sign, 0, None) if self._may_end_before("H") else None
        return self._fraction(text, values, sign)

    def _end(self, values: list[int], sign: int, following: str) -> Parsed | None:
        if following in "Md" or (following == "H" and not self._optional_time):
            allowed = self._may_end_before(following)
        elif following == "H":
            allowed = True
        else:
            allowed = self._may_end_before(following) and self._zones != "mandatory"
        return _made(values, sign, 0, None) if allowed else None

    def _fraction(self, text: str, values: list[int], sign: int) -> Parsed | None:
        if text[19] not in self._points:
            return None
        end = 20
        while end < min(len(text), 29) and "0" <= text[end] <= "9":
            end += 1
        if end == 20:
            return None
        nano = int(text[20:end].ljust(9, "0"))
        if end == len(text):
            return _made(values, sign, nano, None) if self._zones != "mandatory" else None
        zone = self._zone(text, end) if _is_zone(text[end]) else None
        return None if zone is None else _made(values, sign, nano, zone)

    def _zone(self, text: str, position: int) -> Zone | None:
        if self._zones == "forbidden":
            return None
        name = text[position:]
        if name == "Z":
            return UTC
        try:
            return offset_zone(_offset(name)) if name[0] in "+-" else zone_of(name)
        except Unparsable:
            return None


def _is_zone(character: str) -> bool:
    return character in "+-" or (character.isascii() and character.isalpha())


def _number(text: str, start: int, end: int) -> int | None:
    digits = text[start:end]
    if len(digits) != end - start or not digits.isascii() or not digits.isdigit():
        return None
    return int(digits)


def _offset(name: str) -> int:
    colon = name[3:4] == ":"
    parts = (
        name[1:].split(":")
        if colon
        else [name[index : index + 2] for index in range(1, len(name), 2)]
    )
    numbers = [_number(part, 0, 2) if len(part) == 2 else None for part in parts]
    if not 1 <= len(numbers) <= 3 or any(
        number is None or number > (59 if index else 23) for index, number in enumerate(numbers)
    ):
        raise Unparsable("no offset")
    total = sum((number or 0) * unit for number, unit in zip(numbers, (3600, 60, 1), strict=False))
    return -total if name[0] == "-" else total


def _made(values: list[int], sign: int, nano: int, zone: Zone | None) -> Parsed:
    year = sign * values[0]
    if len(values) < 3:
        parsed = Parsed({YEAR: year}, zone)
        if len(values) == 2:
            parsed.fields[MONTH] = check(MONTH, values[1])
        return parsed
    month, day = values[1], values[2]
    if check(DAY, day) > month_length(year, check(MONTH, month)):
        raise no_date(year, month, day)
    parsed = Parsed({}, zone)
    parsed.day = day_of(year, month, day)
    if len(values) > 3:
        hour, minute, second = [*values[3:], 0, 0][:3]
        parsed.time = (hour * 3600 + minute * 60 + second) * SECOND_NANOS + nano
    return parsed
