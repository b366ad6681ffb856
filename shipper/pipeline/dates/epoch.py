"""Numbers that count from the epoch: ``UNIX``, ``UNIX_MS``, ``TAI64N`` and the formats ``epoch_*`` of each product."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from shipper.pipeline.dates.fields import INSTANT, NANO, SECOND_NANOS, Unparsable
from shipper.pipeline.dates.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.dates.instant import Moment

_DOUBLE = re.compile(
    r"[\x00- ]*([+-]?)(?:(NaN|Infinity)|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?"
    r"|0[xX]([0-9a-fA-F]*\.?[0-9a-fA-F]*)[pP]([+-]?[0-9]+)[fFdD]?)[\x00- ]*\Z"
)
_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1


def _no_number(text: str) -> Unparsable:
    return Unparsable(f'For input string: "{text}"', "number_format_exception", foreign=True)


def java_double(text: str) -> float:
    """
    ``Double.parseDouble``.

    Raises:
        Unparsable: it is no number.
    """
    found = _DOUBLE.match(text)
    if found is None:
        raise _no_number(text)
    sign, word, decimal, digits, exponent = found.groups()
    if word:
        value = math.nan if word == "NaN" else math.inf
    elif decimal:
        value = float(decimal)
    else:
        if digits in {"", "."}:
            raise _no_number(text)
        try:
            value = float.fromhex(f"0x{digits}p{exponent}")
        except OverflowError:
            value = math.inf
    return -value if sign == "-" else value


def java_long(text: str, base: int = 10) -> int:
    """
    ``Long.parseLong``: digits of any script.

    Raises:
        Unparsable: it is no such number, or does not fit.
    """
    negative = text.startswith("-")
    value = 0
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits:
        raise _no_number(text)
    for character in digits:
        value = value * base + _digit(character, base, text)
    if negative:
        value = -value
    if not _LONG_MIN <= value <= _LONG_MAX:
        raise _no_number(text)
    return value


def _unicode() -> Any:
    import unicodedata  # noqa: PLC0415 - a megabyte that few dates need

    return unicodedata


def _digit(character: str, base: int, text: str) -> int:
    if "\uff21" <= character <= "\uff3a" or "\uff41" <= character <= "\uff5a":  # full-width letters
        character = _unicode().normalize("NFKC", character)
    if character.isascii():
        value = "0123456789abcdefghijklmnopqrstuvwxyz".find(character.lower())
    else:  # characters beyond the basic plane are two to Java, and no digits
        value = _unicode().decimal(character, -1) if character <= "\uffff" else -1
    if not 0 <= value < base:
        raise _no_number(text)
    return value


def unix(text: str) -> tuple[int, int]:
    """
    Seconds and nanoseconds of ``UNIX``: a double of seconds, cut to milliseconds.

    Raises:
        Unparsable: it is no number.
    """
    millis = java_double(text) * 1000.0
    if millis != millis:  # noqa: PLR0124 - not a number
        return 0, 0
    return _millis(int(max(min(millis, 2.0**63), -(2.0**63))))


def unix_ms(text: str) -> tuple[int, int]:
    """
    Seconds and nanoseconds of ``UNIX_MS``.

    Raises:
        Unparsable: it is no whole number.
    """
    return _millis(java_long(text))


def tai64n(text: str) -> tuple[int, int]:
    """
    Seconds and nanoseconds of ``TAI64N``, ten seconds off as in the cluster.

    Raises:
        Unparsable: it is no label.
    """
    label = text.removeprefix("@")
    if len(label) < 24:
        raise Unparsable(
            "Range out of bounds", "string_index_out_of_bounds_exception", foreign=True
        )
    millis = (
        java_long(label[1:16], 16) * 1000 - 10_000 + int(java_long(label[16:24], 16) / 1_000_000)
    )
    return _millis((millis - _LONG_MIN) % 2**64 + _LONG_MIN)


def _millis(millis: int) -> tuple[int, int]:
    second, milli = divmod(max(min(millis, _LONG_MAX), _LONG_MIN), 1000)
    return second, milli * 1_000_000


# -- epoch_second, epoch_millis, epoch_micros ----------------------------------------------------------------------

_UNITS = {"epoch_second": 1, "epoch_millis": 1000, "epoch_micros": 1_000_000}
_NUMBERS = {
    unit: re.compile(rf"(-?)([0-9]{{1,19}})(?:(\.)([0-9]{{0,{digits}}}))?(\.)?\Z", re.ASCII)
    for unit, digits in ((1, 9), (1000, 6), (1_000_000, 3))
}


def epoch_names(flavour: str) -> frozenset[str]:
    """The names of these formats that a product has."""
    return frozenset(_UNITS) if flavour == "opensearch" else frozenset(_UNITS) - {"epoch_micros"}


def epoch_reader(name: str, flavour: str) -> Callable[[str], Parsed]:
    """What reads a format of these; what comes back is not resolved yet."""
    unit = _UNITS[name]
    pattern = _NUMBERS[unit]
    opensearch = flavour == "opensearch"

    def read(text: str) -> Parsed:
        found = pattern.match(text)
        if found is None:
            raise Unparsable(
                "Failed to parse with all enclosed parsers", "date_time_parse_exception"
            )
        sign, digits, point, fraction, last = found.groups()
        if last and (not point or not opensearch or unit == 1):
            raise Unparsable(
                "Failed to parse with all enclosed parsers", "date_time_parse_exception"
            )
        value = int(digits)
        if value > _LONG_MAX or (sign and opensearch and unit == 1 and not value):
            raise Unparsable(
                "Failed to parse with all enclosed parsers", "date_time_parse_exception"
            )
        width = len(str(SECOND_NANOS // unit)) - 1
        rest = int((fraction or "").ljust(width, "0")) if point else None
        second, nano = _resolve(bool(sign), value, rest, unit, opensearch=opensearch)
        if not 0 <= nano < SECOND_NANOS:
            raise Unparsable("Invalid value for NanoOfSecond", "date_time_exception", foreign=True)
        return Parsed({INSTANT: second, NANO: nano})

    return read


def _resolve(
    negative: bool, value: int, rest: int | None, unit: int, *, opensearch: bool
) -> tuple[int, int]:
    """Seconds and nanoseconds, with each product's own way below zero."""
    per_unit = SECOND_NANOS // unit
    second, units = divmod(value, unit)
    nano = units * per_unit
    if not negative:
        return second, nano + (rest or 0)
    second, nano = -second, -nano
    if unit == 1:
        if opensearch:
            return second, rest or 0
        return (second, 0) if rest is None else (second - 1, SECOND_NANOS - rest)
    nano -= rest or 0
    if nano < 0:
        return second - 1, SECOND_NANOS + nano
    return second, nano


def epoch_printer(name: str, flavour: str) -> Callable[[Moment], str]:
    """What prints a format of these."""
    unit = _UNITS[name]
    per_unit = SECOND_NANOS // unit
    plain = flavour == "opensearch" and unit == 1

    def show(moment: Moment) -> str:
        second, nano = moment.second, moment.nano
        if second >= 0 or plain:
            value, rest = second * unit + nano // per_unit, nano % per_unit
            sign = ""
        else:
            value = -(second * unit + nano // per_unit + (1 if nano % per_unit else 0))
            rest = (SECOND_NANOS - nano) % per_unit
            sign = "-"
        digits = f"{rest:0{len(str(per_unit)) - 1}}".rstrip("0") if rest else ""
        return f"{sign}{value}.{digits}" if digits else f"{sign}{value}"

    return show
