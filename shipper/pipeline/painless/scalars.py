"""Methods of numbers, booleans and characters, and the static ones that parse and compare them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import values
from shipper.pipeline.painless.arithmetic import int32, int64
from shipper.pipeline.painless.classes import cast
from shipper.pipeline.painless.failures import ScriptFailure, missing
from shipper.pipeline.values import INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, Char, Float

if TYPE_CHECKING:
    from collections.abc import Callable

Listed = "dict[str, Callable[..., Any]]"

_DECIMAL: Final = re.compile(
    r"[\x00-\x20]*([+-]?)(NaN|Infinity|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?)[\x00-\x20]*",
    re.ASCII,
)


_HEXADECIMAL: Final = re.compile(
    r"[\x00-\x20]*([+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+)[fFdD]?[\x00-\x20]*"
)


def order(one: Any, other: Any) -> int:
    """-1, 0 or 1, as ``compare`` of numbers."""
    return int(one > other) - int(one < other)


def _order_decimal(one: float, other: float) -> int:
    def rank(value: float) -> tuple[int, float, float]:
        return (1, 0.0, 0.0) if value != value else (0, value, math.copysign(1.0, value))  # noqa: PLR0124

    return order(rank(one), rank(other))


def _to(target: str) -> Callable[[Any], Any]:
    from_int = cast("long", target, explicit=True)
    from_double = cast("double", target, explicit=True)

    def run(value: Any) -> Any:
        if isinstance(value, float):
            return value if from_double is None else from_double(value)
        if target in {"double", "float"}:
            return float(value) if target == "double" else float(Float(value))
        value = int64(int(value))
        return value if from_int is None else from_int(value)

    return run


def compare_to(owner: str) -> dict[str, Callable[..., Any]]:
    """``compareTo`` of a class of numbers."""

    def run(one: Any, other: Any) -> int:
        if other is None:
            raise missing()
        if owner in {"Float", "Double"}:
            return _order_decimal(one, other)
        return int(one) - int(other) if owner in {"Short", "Byte"} else order(one, other)

    return {f"compareTo({owner})int": run}


def parse_whole(text: str | None, radix: int, low: int, high: int) -> int:
    """``Integer.parseInt`` and ``Long.parseLong``: any Unicode digit, a sign, nothing else."""
    if text is None:
        raise ScriptFailure("Cannot parse null string", "number_format_exception", foreign=True)
    digits = text[1:] if text[:1] in {"+", "-"} else text
    value = -1
    if (
        digits
        and not any(character in "_ \t\n\r\v\f" or character.isspace() for character in digits)
        and digits[0] not in "+-"
    ):
        try:
            value = int(digits, radix) if len(digits) < 200 or not digits.isdecimal() else -1
        except ValueError:
            value = -1
    if text[:1] == "-" and value >= 0:
        value = -value
        if value >= low:
            return value
    elif 0 <= value <= high:
        return value
    raise ScriptFailure(f'For input string: "{text}"', "number_format_exception", foreign=True)


def parse_decimal(text: str | None) -> float:
    """``Double.parseDouble``."""
    if text is None:
        raise missing()
    hexadecimal = _HEXADECIMAL.fullmatch(text)
    if hexadecimal is not None:
        try:
            return float.fromhex(hexadecimal[1])
        except OverflowError:
            return -math.inf if hexadecimal[1][0] == "-" else math.inf
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise ScriptFailure(f'For input string: "{text}"', "number_format_exception", foreign=True)
    value = {"NaN": math.nan, "Infinity": math.inf}.get(found[2])
    value = float(found[3]) if value is None else value
    return -value if found[1] == "-" else value


def _to_text(value: int, radix: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    if not 2 <= radix <= 36:
        radix = 10
    found, rest = "", abs(value)
    while rest or not found:
        rest, digit = divmod(rest, radix)
        found = digits[digit] + found
    return "-" + found if value < 0 else found


def _whole_statics(
    type_: str, parse: str, low: int, high: int, bits: int
) -> dict[str, Callable[..., Any]]:
    boxed = {"int": "Integer", "long": "Long"}[type_]
    mask = (1 << bits) - 1
    return {
        f"{parse}(String){type_}": lambda text: parse_whole(text, 10, low, high),
        f"{parse}(String,int){type_}": lambda text, radix: parse_whole(text, radix, low, high),
        f"valueOf({type_}){boxed}": lambda value: values.long(value) if type_ == "long" else value,
        f"valueOf(String,int){boxed}": lambda text, radix: _boxed(
            parse_whole(text, radix, low, high), type_
        ),
        f"toString({type_})String": str,
        f"toString({type_},int)String": _to_text,
        f"toHexString({type_})String": lambda value: f"{value & mask:x}",
        f"toOctalString({type_})String": lambda value: f"{value & mask:o}",
        f"toBinaryString({type_})String": lambda value: f"{value & mask:b}",
        f"compare({type_},{type_})int": order,
        f"max({type_},{type_}){type_}": max,
        f"min({type_},{type_}){type_}": min,
        f"signum({type_})int": lambda value: order(value, 0),
        f"bitCount({type_})int": lambda value: (value & mask).bit_count(),
    }


def _boxed(value: int, type_: str) -> int:
    return values.long(value) if type_ == "long" else value


def _extreme(choose: Callable[..., float]) -> Callable[[float, float], float]:
    def run(one: float, other: float) -> float:
        if one != one or other != other:  # noqa: PLR0124 - not a number
            return math.nan
        if one == other == 0.0:
            return choose(one, other, key=lambda value: math.copysign(1.0, value))
        return choose(one, other)

    return run


def _round(value: float) -> int:
    if value != value:  # noqa: PLR0124 - not a number
        return 0
    if math.isinf(value) or abs(value) >= 2.0**62:
        return max(
            LONG_MIN,
            min(
                LONG_MAX,
                int(value) if math.isfinite(value) else (LONG_MAX if value > 0 else LONG_MIN),
            ),
        )
    whole = math.floor(value)
    return whole + 1 if value - whole >= 0.5 else whole


def _floor(value: float) -> float:
    if not math.isfinite(value):
        return value
    return math.copysign(float(math.floor(value)), value)


def _ceil(value: float) -> float:
    if not math.isfinite(value):
        return value
    return math.copysign(float(math.ceil(value)), value)


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else value if value == 0 else math.nan


def _sign(value: float) -> float:
    return value if not value or math.isnan(value) else math.copysign(1.0, value)


def _character(test: Callable[[str], bool]) -> Callable[[int], bool]:
    return lambda code: 0 <= code <= 0x10FFFF and test(chr(code))


NUMBER: Final[dict[str, Callable[..., Any]]] = {
    "intValue()int": _to("int"),
    "longValue()long": _to("long"),
    "doubleValue()double": _to("double"),
    "floatValue()float": _to("float"),
    "shortValue()short": lambda value: _to("short")(int32(_to("int")(value))),
    "byteValue()byte": lambda value: _to("byte")(int32(_to("int")(value))),
}
DECIMAL: Final[dict[str, Callable[..., Any]]] = {
    "isNaN()boolean": math.isnan,
    "isInfinite()boolean": math.isinf,
}


def _compare_booleans(one: bool, other: bool | None) -> int:
    if other is None:
        raise missing()
    return order(one, other)


def _compare_chars(one: str, other: str | None) -> int:
    if other is None:
        raise missing()
    return ord(one) - ord(other)


def _compare_times(one: Any, other: Any) -> int:
    if other is None:
        raise missing()
    return order(tuple(one), tuple(other))


BIG_INTEGER: Final[dict[str, Callable[..., Any]]] = {
    **compare_to("BigInteger"),
    "add(BigInteger)BigInteger": lambda one, other: one + other,
}
TIME: Final[dict[str, Callable[..., Any]]] = {
    "get(TemporalField)int": lambda _one, _field: 0,
    "compareTo(ChronoZonedDateTime)int": _compare_times,
}
BOOLEAN: Final[dict[str, Callable[..., Any]]] = {
    "booleanValue()boolean": bool,
    "compareTo(Boolean)int": _compare_booleans,
}
CHARACTER: Final[dict[str, Callable[..., Any]]] = {
    "charValue()char": Char,
    "compareTo(Character)int": _compare_chars,
}
STATIC_INTEGER: Final = _whole_statics("int", "parseInt", INT_MIN, INT_MAX, 32)
STATIC_LONG: Final = _whole_statics("long", "parseLong", LONG_MIN, LONG_MAX, 64)
STATIC_DOUBLE: Final[dict[str, Callable[..., Any]]] = {
    "parseDouble(String)double": parse_decimal,
    "valueOf(double)Double": float,
    "toString(double)String": values.double_text,
    "compare(double,double)int": _order_decimal,
    "isNaN(double)boolean": math.isnan,
    "isInfinite(double)boolean": math.isinf,
    "isFinite(double)boolean": math.isfinite,
}
STATIC_FLOAT: Final[dict[str, Callable[..., Any]]] = {
    "toString(float)String": values.float_text,
    "compare(float,float)int": _order_decimal,
}
STATIC_BOOLEAN: Final[dict[str, Callable[..., Any]]] = {
    "parseBoolean(String)boolean": lambda text: text is not None and text.lower() == "true",
    "valueOf(boolean)Boolean": bool,
    "toString(boolean)String": lambda value: "true" if value else "false",
    "compare(boolean,boolean)int": order,
    "logicalAnd(boolean,boolean)boolean": lambda one, other: one and other,
    "logicalOr(boolean,boolean)boolean": lambda one, other: one or other,
    "logicalXor(boolean,boolean)boolean": lambda one, other: one != other,
}
STATIC_CHARACTER: Final[dict[str, Callable[..., Any]]] = {
    "isDigit(int)boolean": _character(str.isdecimal),
    "isLetter(int)boolean": _character(str.isalpha),
    "isLetterOrDigit(int)boolean": _character(lambda unit: unit.isalpha() or unit.isdecimal()),
    "toString(char)String": str,
    "compare(char,char)int": lambda one, other: ord(one) - ord(other),
}
STATIC_MATH: Final[dict[str, Callable[..., Any]]] = {
    "abs(double)double": abs,
    "max(double,double)double": _extreme(max),
    "min(double,double)double": _extreme(min),
    "floor(double)double": _floor,
    "ceil(double)double": _ceil,
    "rint(double)double": lambda value: (
        math.copysign(float(round(value)), value) if math.isfinite(value) else value
    ),
    "round(double)long": _round,
    "sqrt(double)double": _root,
    "signum(double)double": _sign,
}
