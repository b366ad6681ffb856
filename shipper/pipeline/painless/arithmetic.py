"""
Java's arithmetic: overflow, truncating division, shifts, the ``double`` of a ``long``, and what ``def`` operands do.

Operators on known types are tables of functions by type; on ``def`` the classes of the two values decide, and the wording of what fails
is Painless's.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.painless.failures import ScriptFailure, bad_class, missing
from shipper.pipeline.painless.objects import class_name, equals, text
from shipper.pipeline.values import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    Byte,
    Char,
    Float,
    Long,
    Short,
    long,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Operation = "Callable[[Any, Any], Any]"


def int32(value: int) -> int:
    """The low 32 bits as an ``int``."""
    if INT_MIN <= value <= INT_MAX:
        return value
    value &= 0xFFFFFFFF
    return value - 0x100000000 if value > INT_MAX else value


def int64(value: int) -> int:
    """The low 64 bits as a ``long``."""
    if LONG_MIN <= value <= LONG_MAX:
        return value
    value &= 0xFFFFFFFFFFFFFFFF
    return value - 0x10000000000000000 if value > LONG_MAX else value


def _quotient(a: int, b: int) -> int:
    if not b:
        raise ScriptFailure("/ by zero", "arithmetic_exception")
    found = abs(a) // abs(b)
    return -found if (a < 0) != (b < 0) else found


def _remainder(a: int, b: int) -> int:
    if not b:
        raise ScriptFailure("/ by zero", "arithmetic_exception")
    return a - _quotient(a, b) * b


def _divide(a: float, b: float) -> float:
    if b:
        try:
            return a / b
        except OverflowError:
            return math.inf
    if not a or a != a:  # noqa: PLR0124 - not a number
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _modulo(a: float, b: float) -> float:
    if not b or math.isinf(a) or a != a or b != b:  # noqa: PLR0124 - not a number
        return math.nan
    return math.fmod(a, b)


def _of(wrap: Callable[[Any], Any], bits: int) -> dict[str, Callable[[Any, Any], Any]]:
    mask = bits - 1

    def unsigned(a: int, b: int) -> int:
        return wrap((a & ((1 << bits) - 1)) >> (b & mask))  # type: ignore[no-any-return]

    return {
        "+": lambda a, b: wrap(a + b),
        "-": lambda a, b: wrap(a - b),
        "*": lambda a, b: wrap(a * b),
        "/": lambda a, b: wrap(_quotient(a, b)),
        "%": _remainder,
        "&": operator.and_,
        "|": operator.or_,
        "^": operator.xor,
        "<<": lambda a, b: wrap(a << (b & mask)),
        ">>": lambda a, b: a >> (b & mask),
        ">>>": unsigned,
    }


_DOUBLE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _modulo,
}
_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _single(work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: Float(work(a, b))


STATIC: Final[dict[str, dict[str, Callable[[Any, Any], Any]]]] = {
    "int": _of(int32, 32) | _COMPARE,
    "long": _of(int64, 64) | _COMPARE,
    "float": {name: _single(work) for name, work in _DOUBLE.items()} | _COMPARE,
    "double": _DOUBLE | _COMPARE,
    "boolean": {
        "&": operator.and_,
        "|": operator.or_,
        "^": operator.xor,
        "==": operator.is_,
        "!=": operator.is_not,
    },
}
"""Functions by type and operator; operands are plain numbers of that type."""

_RANKS: Final[dict[type, int]] = {Byte: 1, Short: 1, Char: 1, int: 1, Long: 2, Float: 3, float: 4}
_NAMES: Final = ("", "int", "long", "float", "double")


def _rank(value: Any) -> int:
    """1 for what computes as int, 2 long, 3 float, 4 double; 5 for a boolean; 0 for all else, BigInteger too."""
    kind = type(value)
    if kind is int:
        if INT_MIN <= value <= INT_MAX:
            return 1
        return 2 if LONG_MIN <= value <= LONG_MAX else 0
    return _RANKS.get(kind) or (5 if kind is bool else 0)


def number(value: Any, rank: int) -> Any:
    """A number or Character as the plain number that it computes as."""
    if type(value) is Char:
        value = ord(value)
    if rank == 4:
        return float(value)
    if rank == 3:
        return float(Float(value))
    return int32(value) if rank == 1 else int64(value)


def box(value: Any, type_: str) -> Any:
    """A plain value of a primitive type as the object that Java makes of it."""
    if type_ == "long":
        return long(value)
    return _BOXES[type_](value) if type_ in _BOXES else value


_BOXES: Final[dict[str, Callable[[Any], Any]]] = {
    "float": Float,
    "short": Short,
    "byte": Byte,
    "char": Char,
}


class Dynamic:
    """The operators on ``def``."""

    def _classes(self, symbol: str, a: Any, b: Any) -> ScriptFailure:
        if a is None or b is None:
            return missing("left" if a is None else "right")
        symbol = ">" if symbol == ">=" else symbol  # as the cluster words it
        return bad_class(
            f"Cannot apply [{symbol}] operation to types [{class_name(a)}] and [{class_name(b)}]."
        )

    @staticmethod
    def _mixed(a: Any, b: Any, one: int, two: int, symbol: str) -> ScriptFailure:
        if one == two:
            return bad_class(f"Cannot apply [{symbol}] operation to type [boolean]")
        other = b if one == 5 else a
        return bad_class(f"Cannot cast java.lang.Boolean to {class_name(other)}", foreign=True)

    def arithmetic(self, symbol: str) -> Callable[[Any, Any], Any]:
        """``+ - * / %`` and ``< <= > >=``."""
        tables = tuple(STATIC[name][symbol] if name else None for name in _NAMES)
        plus = symbol == "+"
        compare = symbol in _COMPARE

        def run(a: Any, b: Any) -> Any:
            one, two = _rank(a), _rank(b)
            if one and two:
                if one == 5 or two == 5:
                    raise self._mixed(a, b, one, two, symbol)
                rank = max(one, two)
                work = tables[rank]
                assert work is not None
                found = work(number(a, rank), number(b, rank))
                return found if compare else box(found, _NAMES[rank])
            if plus and (type(a) is str or type(b) is str):
                return self.text(a) + self.text(b)
            return self._generic(symbol, a, b, one, two)

        return run

    def _generic(self, symbol: str, a: Any, b: Any, one: int, two: int) -> Any:
        """With a BigInteger, which computes as its low 32 bits beside an Integer."""
        if not (isinstance(a, int | float | Char) and isinstance(b, int | float | Char)) or 5 in {
            one,
            two,
        }:
            raise self._classes(symbol, a, b)
        rank = max(one, two, 1)
        found = STATIC[_NAMES[rank]][symbol](number(a, rank), number(b, rank))
        return found if symbol in _COMPARE else box(found, _NAMES[rank])

    def equal(self, a: Any, b: Any) -> bool:
        """``==``."""
        if a is None or b is None:
            return a is b
        one, two = _rank(a), _rank(b)
        if one and two:
            if one == 5 or two == 5:
                if one != two:
                    raise self._mixed(a, b, one, two, "==")
                return a is b
            rank = max(one, two)
            return bool(number(a, rank) == number(b, rank))
        if isinstance(a, int | float) and isinstance(b, int | float | Char) and 5 not in {one, two}:
            rank = max(one, two, 1)
            return bool(number(a, rank) == number(b, rank))
        return self.otherwise_equal(a, b)

    def otherwise_equal(self, a: Any, b: Any) -> bool:
        """``==`` of values that are not both numbers."""
        return equals(a, b)

    @staticmethod
    def text(value: Any) -> str:
        """A value in a sum with a string."""
        return text(value)

    def bits(self, symbol: str) -> Callable[[Any, Any], Any]:
        """``& | ^``."""
        tables = tuple(STATIC[name][symbol] if name in {"int", "long"} else None for name in _NAMES)

        def run(a: Any, b: Any) -> Any:
            one, two = _rank(a), _rank(b)
            if one == 5 and two == 5:
                return STATIC["boolean"][symbol](a, b)
            if one and two:
                if one == 5 or two == 5:
                    raise self._mixed(a, b, one, two, symbol)
                rank = max(one, two)
                if rank > 2:
                    raise bad_class(f"Cannot apply [{symbol}] operation to type [float]")
                work = tables[rank]
                assert work is not None
                return box(work(number(a, rank), number(b, rank)), _NAMES[rank])
            for value, rank in ((a, one), (b, two)):
                if rank not in {1, 2}:
                    raise self._integral(value)
            raise AssertionError

        return run

    def _integral(self, value: Any) -> ScriptFailure:
        if value is None:
            return missing("o")
        return bad_class(f"Cannot convert [{class_name(value)}] to an integral value.")

    def shift(self, symbol: str) -> Callable[[Any, Any], Any]:
        """``<< >> >>>``."""

        def run(a: Any, b: Any) -> Any:
            one, two = _rank(a), _rank(b)
            if a is None:
                raise missing("args[0]")
            if two not in {1, 2}:
                raise (
                    missing("right")
                    if b is None
                    else bad_class(f"Cannot cast {class_name(b)} to java.lang.Long", foreign=True)
                )
            if one not in {1, 2}:
                if one:
                    raise bad_class(
                        f"Cannot apply [{symbol}] operation to type [{(*_NAMES, 'boolean')[one]}]"
                    )
                raise self._integral(a)
            return box(STATIC[_NAMES[one]][symbol](number(a, one), number(b, 2)), _NAMES[one])

        return run

    def unary(self, symbol: str) -> Callable[[Any], Any]:
        """``- + ~``."""

        def run(a: Any) -> Any:
            rank = _rank(a)
            if not rank:
                if a is None:
                    raise missing("args[0]")
                raise bad_class(f"Cannot apply [{symbol}] operation to type [{class_name(a)}].")
            if rank == 5 or (symbol == "~" and rank > 2):
                word = "not [~] to" if symbol == "~" else f"[{symbol}] operation to"
                raise bad_class(f"Cannot apply {word} type [{(*_NAMES, 'boolean')[rank]}]")
            return box(negate(symbol, number(a, rank), _NAMES[rank]), _NAMES[rank])

        return run


def negate(symbol: str, value: Any, type_: str) -> Any:
    """``-x``, ``+x`` or ``~x`` of a plain number."""
    if symbol == "+":
        return value
    found = ~value if symbol == "~" else -value
    if type_ == "int":
        return int32(found)
    return int64(found) if type_ == "long" else found
