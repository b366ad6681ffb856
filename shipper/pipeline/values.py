"""
Java's values in Python, so that every processor and every condition agrees with the cluster.

What JSON gives needs no wrapping: ``int`` is an Integer if it fits 32 bits, a Long if it fits 64 and a BigInteger beyond; ``float`` is a Double. Only what
differs from that is one of the subclasses here.
"""

from __future__ import annotations

import math
import struct
from typing import Any, NamedTuple, Self

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1


class Long(int):
    """A ``java.lang.Long`` whose value would fit an Integer."""

    __slots__ = ()


class Short(int):
    """A ``java.lang.Short``."""

    __slots__ = ()


class Byte(int):
    """A ``java.lang.Byte``."""

    __slots__ = ()


class Float(float):
    """A ``java.lang.Float``; holds the double that equals it."""

    __slots__ = ()

    def __new__(cls, value: float) -> Self:
        """Round to single precision; beyond its range is infinite."""
        return super().__new__(cls, single(value))


class Char(str):
    """A ``java.lang.Character``."""

    __slots__ = ()


class ZonedDateTime(NamedTuple):
    """
    A ``java.time.ZonedDateTime``.

    Attributes:
        seconds: since the epoch.
        nanos: within the second.
        zone: its id; ``Z`` for UTC.
    """

    seconds: int
    nanos: int
    zone: str = "Z"

    def __str__(self) -> str:
        from shipper.pipeline.dates.instant import zoned_text  # noqa: PLC0415 - rarely printed

        return zoned_text(self)

    def stored(self) -> str:
        """As it stands in a document that is stored."""
        from shipper.pipeline.dates.instant import stored_text  # noqa: PLC0415 - rarely written

        return stored_text(self)


class Date:
    """
    A ``java.util.Date``, which only a script makes. A document keeps it as a time.

    Attributes:
        millis: since the epoch.
    """

    __slots__ = ("millis",)

    def __init__(self, millis: int) -> None:
        self.millis = millis

    def __eq__(self, other: object) -> bool:
        """The same moment."""
        return isinstance(other, Date) and self.millis == other.millis

    def __hash__(self) -> int:
        """As equal dates have in common."""
        return hash(self.millis)

    def __str__(self) -> str:
        """``toString``, which nobody here can know: it tells the time in the zone of the cluster's Java machine."""
        from shipper.pipeline.failure import Failure  # noqa: PLC0415 - rarely asked for

        reason = "the edge cannot do this: the text of a Date, which is in the time zone of the cluster's Java machine"
        raise Failure(reason, "shipper_unsupported", foreign=True)

    def stored(self) -> str:
        """As it stands in a document."""
        second, milli = divmod(self.millis, 1000)
        return ZonedDateTime(second, milli * 1_000_000).stored()


def single(value: float) -> float:
    """The nearest value of single precision."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def long(value: int) -> int:
    """A Long of a value that fits 64 bits."""
    return Long(value) if INT_MIN <= value <= INT_MAX else value


_CLASSES: dict[type, str] = {
    str: "java.lang.String",
    bool: "java.lang.Boolean",
    float: "java.lang.Double",
    dict: "java.util.HashMap",
    list: "java.util.ArrayList",
    Long: "java.lang.Long",
    Short: "java.lang.Short",
    Byte: "java.lang.Byte",
    Float: "java.lang.Float",
    Char: "java.lang.Character",
    ZonedDateTime: "java.time.ZonedDateTime",
    Date: "java.util.Date",
}


def class_name(value: Any) -> str:
    """The name of the Java class of a value, such as ``java.lang.Integer``; ``null`` for None."""
    kind = type(value)
    if kind is int:
        if INT_MIN <= value <= INT_MAX:
            return "java.lang.Integer"
        return "java.lang.Long" if LONG_MIN <= value <= LONG_MAX else "java.math.BigInteger"
    return "null" if value is None else _CLASSES[kind]


def double_text(value: float) -> str:
    """``Double.toString``: the shortest digits that tell it apart, with an exponent outside 10^-3 to 10^7."""
    magnitude = abs(value)
    digits = repr(magnitude)
    if (
        "e" in digits and "." not in digits
    ):  # one digit would do; Java takes the closest of two then
        two = f"{magnitude:.1e}"
        if float(two) == magnitude:
            digits = two
    return _number_text(value, digits)


def float_text(value: float) -> str:
    """``Float.toString`` of a value of single precision."""
    magnitude = abs(value)
    if not math.isfinite(magnitude):
        return double_text(value)
    for digits in range(2, 10):
        text = f"{magnitude:.{digits}g}"
        if single(float(text)) == magnitude:
            break
    return _number_text(value, text)


def _number_text(value: float, digits: str) -> str:
    if value != value:  # noqa: PLR0124 - not a number
        return "NaN"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    if math.isinf(value):
        return sign + "Infinity"
    if not value:
        return sign + "0.0"
    mantissa, _, exponent = digits.partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent or 0) + len(whole) - 1  # of the first digit of ``whole``
    figures = (whole + fraction).rstrip("0")
    stripped = figures.lstrip("0")
    power -= len(figures) - len(stripped)
    figures = stripped
    if -3 <= power < 7:
        if power < 0:
            return f"{sign}0.{'0' * (-power - 1)}{figures}"
        figures = figures.ljust(power + 1, "0")
        return f"{sign}{figures[: power + 1]}.{figures[power + 1 :] or '0'}"
    return f"{sign}{figures[0]}.{figures[1:] or '0'}E{power}"


def to_string(value: Any) -> str:
    """``String.valueOf``."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return double_text(value)
    if kind is Float:
        return float_text(value)
    if kind is dict:
        pairs = (f"{name}={to_string(value[name])}" for name in hash_order(value))
        return "{" + ", ".join(pairs) + "}"
    if kind is list:
        return "[" + ", ".join(map(to_string, value)) + "]"
    if isinstance(value, int):
        return int.__repr__(value)
    return str(value)


def equals(one: Any, other: Any) -> bool:
    """``Objects.equals``: Integer 1 is neither Long 1 nor Double 1.0."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is dict:
        if len(one) != len(other):
            return False
        return all(name in other and equals(item, other[name]) for name, item in one.items())
    if kind is list:
        return len(one) == len(other) and all(map(equals, one, other))
    if kind is float or kind is Float:
        if one != one:  # noqa: PLR0124 - Double.equals takes NaN for equal to itself
            return bool(other != other)  # noqa: PLR0124
        return bool(one == other) and math.copysign(1.0, one) == math.copysign(1.0, other)
    return bool(one == other)


def copy(value: Any) -> Any:
    """A copy that shares no list or map with its original."""
    kind = type(value)
    if kind is dict:
        return {name: copy(item) for name, item in value.items()}
    if kind is list:
        return [copy(item) for item in value]
    return value


def utf16_length(text: str) -> int:
    """``String.length``: characters beyond the basic plane count twice."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for character in text if character > "\uffff")


def string_hash(text: str) -> int:
    """``String.hashCode``, 32 bits, signed."""
    value = 0
    if text.isascii():
        for unit in text.encode():
            value = (31 * value + unit) & 0xFFFFFFFF
    else:
        data = text.encode("utf-16-le", "surrogatepass")
        for (unit,) in struct.iter_unpack("<H", data):
            value = (31 * value + unit) & 0xFFFFFFFF
    return value - 2**32 if value >= 2**31 else value


def hash_order(table: dict[str, Any], *, copied: bool = False) -> list[str]:
    """
    The keys in the order in which a ``java.util.HashMap`` that grew to this size iterates.

    Documents of the cluster are HashMaps; what prints or walks one shows its order.

    Args:
        table: the map.
        copied: it is a ``HashSet`` made of another collection at once, which leaves more room.
    """
    count = len(table)
    if count < 2:
        return list(table)
    capacity = 16
    while (count * 4 // 3 + 1 > capacity) if copied else (count * 4 > capacity * 3):
        capacity *= 2
    mask = capacity - 1

    def bucket(name: str) -> int:
        code = string_hash(name) & 0xFFFFFFFF
        return (code ^ (code >> 16)) & mask

    return sorted(table, key=bucket)
