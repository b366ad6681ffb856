"""Captures as Java's numbers and booleans: what ``%{NAME:field:type}`` makes of a text, and how Java says no."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Failure
from shipper.pipeline.values import Float, long, single

if TYPE_CHECKING:
    from collections.abc import Callable

_JAVA_SPACE = "".join(map(chr, range(0x21)))  # what Java's trim takes away
_WHOLE = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_HEX = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+", re.ASCII)
_BMP = 0xFFFF
_MOST_DIGITS = 4000  # Python's own limit is a little higher; no number of that length fits 64 bits but one full of zeros


def _no_number(text: str) -> Failure:
    return Failure(f'For input string: "{text}"', "number_format_exception", foreign=True)


def _whole(text: str, bits: int) -> int:
    if _WHOLE.fullmatch(text) and (text.isascii() or ord(max(text)) <= _BMP):
        digits = text if len(text) < _MOST_DIGITS else text[0].strip("0") + text[1:].lstrip("0")
        value = int(digits or "0") if len(digits) < _MOST_DIGITS else 1 << 64
        if -(1 << bits - 1) <= value < 1 << bits - 1:
            return value
    raise _no_number(text)


def to_int(text: str) -> int:
    """
    An Integer.

    Raises:
        Failure: Java's ``number_format_exception``.
    """
    return _whole(text, 32)


def to_long(text: str) -> int:
    """
    A Long.

    Raises:
        Failure: Java's ``number_format_exception``.
    """
    return long(_whole(text, 64))


def _parse(text: str) -> tuple[float, str]:
    """A double and the text it was read from, without what Java takes around it."""
    body = text.strip(_JAVA_SPACE)
    if body.lstrip("+-") in {"NaN", "Infinity"} and len(body) - len(body.lstrip("+-")) < 2:
        return float(body), ""
    if not body:
        raise Failure("empty String", "number_format_exception", foreign=True)
    number = body[:-1] if body[-1] in "dDfF" else body
    if _DECIMAL.fullmatch(number):
        return float(number), number
    for hexadecimal in (body, number):
        if _HEX.fullmatch(hexadecimal):
            try:
                return float.fromhex(hexadecimal), hexadecimal
            except OverflowError:
                return math.copysign(math.inf, -1 if hexadecimal[0] == "-" else 1), ""
    raise _no_number(text)


def to_double(text: str) -> float:
    """
    A Double.

    Raises:
        Failure: Java's ``number_format_exception``.
    """
    return _parse(text)[0]


def to_float(text: str) -> Float:
    """
    A Float: the one nearest to the text, not to the double nearest to it.

    Raises:
        Failure: Java's ``number_format_exception``.
    """
    value, number = _parse(text)
    nearest = single(value)
    if number and value != nearest and math.isfinite(nearest) and "x" not in number.lower():
        other = single(2 * value - nearest)
        if value - nearest == other - value:  # half-way between two floats: the digits decide
            beyond = Fraction(number) - Fraction(value)
            if beyond:
                nearest = max(nearest, other) if beyond > 0 else min(nearest, other)
    return Float(nearest)


def to_boolean(text: str) -> bool:
    """True for ``true`` in any case, else False."""
    return len(text) == 4 and text.lower() == "true"


CONVERTERS: dict[str, Callable[[str], Any]] = {
    "int": to_int,
    "long": to_long,
    "float": to_float,
    "double": to_double,
    "boolean": to_boolean,
}
"""By the type's name; all else, ``string`` included, leaves the text as it is."""
