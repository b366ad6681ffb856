"""
Numbers in texts, as Java reads them: ``Integer.parseInt``, ``Long.decode``, ``Double.parseDouble``, ``Float.parseFloat``.

All return None where Java throws a ``NumberFormatException``; ``complaint`` gives its message.
"""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING, Final

from shipper.pipeline.values import Float, single

if TYPE_CHECKING:
    from fractions import Fraction

SPACES: Final = "".join(map(chr, range(33)))
"""What ``String.trim`` takes off: everything up to the space."""

WIDE: Final = {0xFF21 + i: ord("a") + i for i in range(6)} | {
    0xFF41 + i: ord("a") + i for i in range(6)
}
"""Full-width letters that are hexadecimal digits in Java."""

_HEX = frozenset("0123456789abcdefABCDEF")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?")
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](?:[0-9a-fA-F]+\.?|[0-9a-fA-F]*\.[0-9a-fA-F]+)[pP][+-]?[0-9]+[fFdD]?"
)
_WORD = re.compile(r"([+-]?)(NaN|Infinity)")
_LARGEST = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]  # of single precision
_BEYOND = float.fromhex("0x1.ffffffp127")  # half way from the largest to the one that is not there


def parse_integer(text: str, bits: int, radix: int = 10) -> int | None:
    """``Integer.parseInt`` (32 bits) or ``Long.parseLong`` (64): a sign, and decimal digits of any script within the basic plane."""
    if radix == 10 and len(text) < 10 and text.isdecimal() and text.isascii():
        return int(text)
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if not digits.isascii():
        if any(character > "\uffff" for character in digits):
            return None
        if radix == 16:
            digits = digits.translate(WIDE)
    if not (digits.isdecimal() or (radix == 16 and digits and all(map(_is_hex_digit, digits)))):
        return None
    if len(digits) > 20:
        digits = digits.lstrip("0") or "0"
        if len(digits) > 20:
            return None
    value = int(digits, radix)
    if text[0] == "-":
        value = -value
    return value if -(1 << bits - 1) <= value < 1 << bits - 1 else None


def _is_hex_digit(character: str) -> bool:
    return character in _HEX or character.isdecimal()


def parse_hexadecimal(text: str, bits: int) -> int | None:
    """``Integer.decode`` or ``Long.decode`` of a text that begins with ``0x`` or ``-0x``."""
    negative = text[0] == "-"
    digits = text[3:] if negative else text[2:]
    if digits[:1] in {"+", "-"}:
        return None
    return parse_integer(f"-{digits}" if negative else digits, bits, 16)


def complaint(text: str, radix: int = 10) -> str:
    """The message of the exception about a text that is no integer, or no floating-point number once it is trimmed."""
    return f'For input string: "{text}"' + (f" under radix {radix}" if radix != 10 else "")


def hexadecimal_complaint(text: str) -> str:
    """The message of the exception about a text that begins with ``0x`` or ``-0x`` and is no integer."""
    negative = text[0] == "-"
    digits = text[3:] if negative else text[2:]
    if digits[:1] in {"+", "-"}:
        return "Sign character in wrong position"
    return complaint(f"-{digits}" if negative else digits, 16)


def floating_complaint(text: str) -> str:
    """The message of the exception about a text that is no floating-point number."""
    text = text.strip(SPACES)
    return complaint(text) if text else "empty String"


def parse_double(text: str) -> float | None:
    """``Double.parseDouble``: with ``NaN``, ``Infinity``, hexadecimal forms and the endings ``f`` and ``d``."""
    text = text.strip(SPACES)
    if _DECIMAL.fullmatch(text):
        return float(text[:-1] if text[-1] in "fFdD" else text)
    if _HEXADECIMAL.fullmatch(text):
        try:
            return float.fromhex(text.rstrip("fFdD") if text[-1] in "fFdD" else text)
        except OverflowError:
            return -math.inf if text[0] == "-" else math.inf
    word = _WORD.fullmatch(text)
    if word is None:
        return None
    if word[2] == "NaN":
        return math.nan
    return -math.inf if word[1] == "-" else math.inf


def parse_float(text: str) -> Float | None:
    """``Float.parseFloat``: rounded once, from the digits to single precision."""
    value = parse_double(text)
    if value is None:
        return None
    nearest = single(value)
    if nearest == value or value - value:  # exact, infinite or NaN
        return Float(value)
    return Float(_settled(text.strip(SPACES), value, nearest))


def _settled(text: str, value: float, nearest: float) -> float:
    """Which single is nearest to the digits, where their nearest double may lie half way between two singles."""
    magnitude = abs(value)
    if magnitude == _BEYOND:
        low, high = _LARGEST, math.inf
    elif math.isinf(nearest) or magnitude > _BEYOND:
        return nearest
    else:
        bits = struct.unpack("<I", struct.pack("<f", abs(nearest)))[0]
        below = bits if abs(nearest) < magnitude else bits - 1
        low, high = (struct.unpack("<f", struct.pack("<I", bits))[0] for bits in (below, below + 1))
        if magnitude - low != high - magnitude:
            return nearest
    exact = abs(_exact(text))
    if exact == magnitude:
        return nearest
    return math.copysign(low if exact < magnitude else high, value)


def _exact(text: str) -> Fraction:
    from decimal import Decimal  # noqa: PLC0415 - for the rare text that needs it
    from fractions import Fraction  # noqa: PLC0415

    if text.lstrip("+-")[1:2] not in {"x", "X"}:
        return Fraction(Decimal(text.rstrip("fFdD")))
    mantissa, _, exponent = text.lower().rstrip("fd" if "p" in text.lower() else "").partition("p")
    whole, _, fraction = mantissa.lstrip("+-")[2:].partition(".")
    return Fraction(int(whole + fraction, 16)) * Fraction(2) ** (int(exponent) - 4 * len(fraction))
