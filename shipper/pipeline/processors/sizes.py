"""
Sizes in bytes as the clusters read them (``1kb``, ``1.5gb``): Elasticsearch 9 takes fractions of two digits, OpenSearch none.

Elasticsearch 8 takes any fraction and rounds down; 9 rounds up, and that is what is done here.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from shipper.pipeline.failure import Failure
from shipper.pipeline.numbers import (
    SPACES,
    complaint,
    floating_complaint,
    parse_double,
    parse_integer,
)
from shipper.pipeline.options import OPENSEARCH
from shipper.pipeline.values import LONG_MAX, long

if TYPE_CHECKING:
    from collections.abc import Callable

_UNITS: dict[str, int] = {letter: 1024 ** (power + 1) for power, letter in enumerate("kmgtp")}
_SETTING = "Ingest Field"  # the cluster's name for where the size stands


def of(flavour: str) -> Callable[[str], int]:
    """The function that reads a size as a Long; it raises ``Failure``."""
    number = _plain if flavour == OPENSEARCH else _fractional
    plain_bytes = _opensearch_bytes if flavour == OPENSEARCH else _elasticsearch_bytes

    def read(text: str) -> int:
        lower = text.lower().strip(SPACES)
        ending = lower[-2:] if lower[-1:] == "b" else lower[-1:]
        unit = ending[:1]
        if unit in _UNITS and unit:
            return long(number(text, lower[: -len(ending)].strip(SPACES), unit))
        if lower[-1:] == "b":
            return long(plain_bytes(text, lower[:-1].strip(SPACES)))
        if (lower if flavour == OPENSEARCH else text) in {"0", "-1"}:
            return long(int(lower))
        raise Failure(f"{_about(text)} as a size in bytes: unit is missing or unrecognized", "parse_exception")  # fmt: skip

    return read


def _about(text: str) -> str:
    return f"failed to parse setting [{_SETTING}] with value [{text}]"


def _opensearch_bytes(_text: str, number: str) -> int:
    value = parse_integer(number, 64) if number else None
    if value is None:
        raise Failure(complaint(number), "number_format_exception", foreign=True)
    if value < -1:
        raise Failure(f"Values less than -1 bytes are not supported: {value}b")
    return value


def _elasticsearch_bytes(text: str, number: str) -> int:
    value = parse_integer(number, 64) if number else None
    if value is None:
        raise Failure(_about(text), "parse_exception", root=complaint(number))
    if value < -1:
        root = f"Values less than -1 bytes are not supported: {value}b"
        raise Failure(f"{_about(text)} as a size in bytes", "parse_exception", root=root)
    return value


def _scaled(text: str, value: int, unit: str) -> int:
    if value < 0:
        root = f"Values less than -1 bytes are not supported: {value}{unit}b"
    elif value > LONG_MAX // _UNITS[unit]:
        root = f"Values greater than {LONG_MAX} bytes are not supported: {value}{unit}b"
    else:
        return value * _UNITS[unit]
    raise Failure(f"{_about(text)} as a size in bytes", "parse_exception", root=root)


def _plain(text: str, number: str, unit: str) -> int:
    value = parse_integer(number, 64) if number else None
    if value is not None:
        return _scaled(text, value, unit)
    if parse_double(number) is None:
        root = floating_complaint(number) if number else complaint(number)
        raise Failure(f"failed to parse [{text}]", "parse_exception", root=root)
    raise Failure(
        f"Failed to parse bytes value [{text}]. Fractional bytes values have been deprecated since Legacy 6.2."
        f" Use non-fractional bytes values instead: found for setting [{_SETTING}]",
        "parse_exception",
        root=complaint(number),
    )


def _fractional(text: str, number: str, unit: str) -> int:
    value = parse_integer(number, 64) if number else None
    if value is not None:
        return _scaled(text, value, unit)
    decimal = _decimal(number)
    if decimal is None:
        raise Failure(_about(text), "parse_exception", root=complaint(number))
    if decimal < 0:
        raise Failure(_about(text), "parse_exception")
    exponent = decimal.as_tuple().exponent
    assert isinstance(exponent, int)
    if exponent < -2:
        raise Failure(
            f"failed to parse setting [{_SETTING}] with more than two decimals in value [{text}]",
            "parse_exception",
        )
    size = LONG_MAX + 1
    if decimal.adjusted() < 40:
        size = int((decimal * _UNITS[unit]).to_integral_value(ROUND_UP))
    if size > LONG_MAX:
        raise Failure(
            f"failed to parse setting [{_SETTING}] with value beyond {LONG_MAX}: [{text}]",
            "parse_exception",
            root="Overflow",
        )
    return size


def _decimal(number: str) -> Decimal | None:
    """``new BigDecimal``, or None where it throws."""
    if not number or "_" in number or any(map(_is_foreign, number)):
        return None
    try:
        value = Decimal(number)
    except (InvalidOperation, ValueError):
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 2**31 else None


def _is_foreign(character: str) -> bool:
    return character.isspace() or character > "\uffff"
