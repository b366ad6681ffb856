"""``Math`` and statics of numbers beyond what conditions do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import values
from shipper.pipeline.painless import scalars
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.values import Float

if TYPE_CHECKING:
    from collections.abc import Callable


def _float(work: Callable[..., float]) -> Callable[..., float]:
    """A function of Python's whose errors are infinities or no number in Java."""

    def run(*given: float) -> float:
        try:
            return work(*given)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return run


def _power(base: float, exponent: float) -> float:
    if exponent != exponent or (abs(base) == 1 and math.isinf(exponent)):  # noqa: PLR0124 - not a number
        return math.nan
    if base == 1 and exponent:
        return 1.0 if base == base else math.nan  # noqa: PLR0124
    try:
        return math.pow(base, exponent)
    except ValueError:
        if not base:
            odd = exponent == int(exponent) and int(exponent) % 2
            return math.copysign(math.inf, base) if odd else math.inf
        return math.nan
    except OverflowError:
        odd = math.isfinite(exponent) and exponent == int(exponent) and int(exponent) % 2
        return -math.inf if base < 0 and odd else math.inf


def _log(value: float) -> float:
    return -math.inf if not value else math.log(value) if value > 0 else math.nan


def _log10(value: float) -> float:
    return -math.inf if not value else math.log10(value) if value > 0 else math.nan


def _cube_root(value: float) -> float:
    return math.cbrt(value)


def _boxed_float(text: str | None) -> float:
    return float(Float(scalars.parse_decimal(text)))


MATH: Final[dict[str, Callable[..., Any]]] = {
    "pow(double,double)double": _power,
    "log(double)double": _log,
    "log10(double)double": _log10,
    "exp(double)double": _float(math.exp),
    "cbrt(double)double": _cube_root,
    "hypot(double,double)double": math.hypot,
    "sin(double)double": _float(math.sin),
    "cos(double)double": _float(math.cos),
    "tan(double)double": _float(math.tan),
    "asin(double)double": _float(math.asin),
    "acos(double)double": _float(math.acos),
    "atan(double)double": math.atan,
    "atan2(double,double)double": math.atan2,
    "toRadians(double)double": lambda value: value * 0.017453292519943295,
    "toDegrees(double)double": lambda value: value * 57.29577951308232,
}
DOUBLE: Final[dict[str, Callable[..., Any]]] = {
    "max(double,double)double": scalars.STATIC_MATH["max(double,double)double"],
    "min(double,double)double": scalars.STATIC_MATH["min(double,double)double"],
    "sum(double,double)double": lambda one, other: one + other,
}
FLOAT: Final[dict[str, Callable[..., Any]]] = {
    "parseFloat(String)float": _boxed_float,
    "valueOf(float)Float": Float,
}
BOOLEAN: Final[dict[str, Callable[..., Any]]] = {}


def _numeric(text: str) -> int:
    import unicodedata  # noqa: PLC0415 - seldom

    return int(unicodedata.numeric(text, -1))


def _digit(code: int, radix: int) -> int:
    """``Character.digit``: decimal digits of all scripts, and the letters of Latin, plain and full-width."""
    text = chr(code) if 0 <= code <= 0x10FFFF else ""
    if text.isdecimal():
        found = int(text)
    elif "A" <= text <= "Z" or "a" <= text <= "z":
        found = (code | 32) - 87
    elif 0xFF21 <= code <= 0xFF3A or 0xFF41 <= code <= 0xFF5A:
        found = (code - 0xFF01) % 32 + 10
    else:
        return -1
    return found if 2 <= radix <= 36 and found < radix else -1


CHARACTER: Final[dict[str, Callable[..., Any]]] = {
    "isWhitespace(int)boolean": lambda code: (
        chr(code) in " \t\n\v\f\r\x1c\x1d\x1e\x1f"
        or (code > 127 and chr(code).isspace() and code not in {0x85, 0xA0, 0x2007, 0x202F})
    ),
    "isUpperCase(int)boolean": lambda code: chr(code).isupper(),
    "isLowerCase(int)boolean": lambda code: chr(code).islower(),
    "getNumericValue(int)int": lambda code: (
        ord(chr(code).lower()) - 87
        if chr(code).isascii() and chr(code).isalpha()
        else _numeric(chr(code))
    ),
    "digit(int,int)int": _digit,
    "valueOf(char)Character": values.Char,
}
INTEGER: Final[dict[str, Callable[..., Any]]] = {
    "hashCode(int)int": int,
    "parseUnsignedInt(String,int)int": lambda text, radix: _unsigned(text, radix, 32),
}
LONG: Final[dict[str, Callable[..., Any]]] = {
    "parseUnsignedLong(String,int)long": lambda text, radix: _unsigned(text, radix, 64)
}


def _unsigned(text: str | None, radix: int, bits: int) -> int:
    if text is not None and text[:1] == "-":
        raise ScriptFailure(
            f"Illegal leading minus sign on unsigned string {text}.",
            "number_format_exception",
            foreign=True,
        )
    found = scalars.parse_whole(text, radix, 0, 2**bits - 1)
    return found - 2**bits if found >= 2 ** (bits - 1) else found
