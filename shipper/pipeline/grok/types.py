"""Captures as Java's numbers and booleans: what ``%{NAME:field:type}`` makes of a text, and how Java says no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from shipper.pipeline.failure import Failure
from shipper.pipeline.numbers import (
    complaint,
    floating_complaint,
    parse_double,
    parse_float,
    parse_integer,
)
from shipper.pipeline.values import Float, Long, long

if TYPE_CHECKING:
    from collections.abc import Callable

_FEW = 10  # so many digits fit 32 bits at any rate


def _no_number(reason: str) -> NoReturn:
    raise Failure(reason, "number_format_exception", foreign=True)


def to_int(text: str) -> int:
    """
    An Integer.

    Raises:
        Failure: Java's ``number_format_exception``.
    """
    if len(text) < _FEW and text.isascii() and text.isdigit():
        return int(text)
    value = parse_integer(text, 32)
    return _no_number(complaint(text)) if value is None else value


def to_long(text: str) -> int:
    """
    A Long.

    Raises:
        Failure: Java's ``number_format_exception``.
    """
    if len(text) < _FEW and text.isascii() and text.isdigit():
        return Long(text)
    value = parse_integer(text, 64)
    return _no_number(complaint(text)) if value is None else long(value)


def to_double(text: str) -> float:
    """
    A Double.

    Raises:
        Failure: Java's ``number_format_exception``.
    """
    value = parse_double(text)
    return _no_number(floating_complaint(text)) if value is None else value


def to_float(text: str) -> Float:
    """
    A Float.

    Raises:
        Failure: Java's ``number_format_exception``.
    """
    value = parse_float(text)
    return _no_number(floating_complaint(text)) if value is None else value


def to_boolean(text: str) -> bool:
    """True for ``true`` in any case, else False."""
    return text.isascii() and text.lower() == "true"


CONVERTERS: dict[str, Callable[[str], Any]] = {
    "int": to_int,
    "long": to_long,
    "float": to_float,
    "double": to_double,
    "boolean": to_boolean,
}
"""By the type's name; all else, ``string`` included, leaves the text as it is."""
