"""Numbers in texts as Java reads them, and ``convert`` beside a cluster."""

from __future__ import annotations

import math
import random
import struct
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline.failure import Failure
from shipper.pipeline.numbers import parse_double, parse_float, parse_hexadecimal, parse_integer
from shipper.pipeline.processors.convert import automatic, converter, is_address, to_long
from shipper.pipeline.values import Float, Long
from tests.pipeline.processors.comparing import assert_alike, texts

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.integers(-(2**64), 2**64))
def test_integers_are_read_within_their_bits(value: int) -> None:
    assert parse_integer(str(value), 32) == (value if -(2**31) <= value < 2**31 else None)
    assert parse_integer(str(value), 64) == (value if -(2**63) <= value < 2**63 else None)
    text = f"-0x{-value:x}" if value < 0 else f"0x{value:x}"
    assert parse_hexadecimal(text, 64) == (value if -(2**63) <= value < 2**63 else None)


@given(st.floats(allow_nan=False))
def test_doubles_come_back(value: float) -> None:
    text = repr(value).replace("inf", "Infinity")
    assert parse_double(text) == value
    if math.isfinite(value):
        assert parse_double(value.hex()) == value


def _next(value: float, step: int) -> float:
    bits = struct.unpack("<I", struct.pack("<f", abs(value)))[0] + step
    return float(struct.unpack("<f", struct.pack("<I", bits))[0])


@given(SINGLES, st.sampled_from([-1, 0, 1]), st.integers(20, 60))
def test_singles_are_rounded_once(value: float, side: int, digits: int) -> None:
    """Half way between two singles, and a little to either side of it, which the nearest double does not show."""
    low = abs(value)
    high = _next(low, 1)
    if not math.isfinite(high):
        return
    middle = (Fraction(low) + Fraction(high)) / 2
    exact = middle + side * middle / 10**digits
    text = str(_decimal(exact))
    even = low if struct.unpack("<I", struct.pack("<f", low))[0] % 2 == 0 else high
    shown = Fraction(Decimal(text))
    expected = low if shown < middle else high if shown > middle else even
    assert parse_float(text) == expected
    assert parse_float(f"-{text}") == -expected


def _decimal(value: Fraction) -> Decimal:
    from decimal import localcontext  # noqa: PLC0415

    with localcontext() as context:
        context.prec = 250
        return Decimal(value.numerator) / Decimal(value.denominator)


@pytest.mark.parametrize(
    "text", ["", " ", ".", "1e", "1_0", "0x1", "nan", "1fd", "--1", "+-1", "1 1", "\u00a01"]
)
def test_what_is_no_number(text: str) -> None:
    assert parse_double(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("1e39", math.inf), ("-1e39", -math.inf), ("340282356779733661637539395458142568448", math.inf), ("3.4028235677973366e38", 3.4028234663852886e38), ("1e-50", 0.0), ("\u00001d", 1.0)]
)  # fmt: skip
def test_the_ends_of_singles(text: str, value: float) -> None:
    assert parse_float(text) == value


def test_small_longs_are_longs_and_floats_are_floats() -> None:
    assert type(to_long("5")) is Long
    assert type(to_long(str(2**40))) is int
    assert type(automatic("1.5")) is Float
    assert type(automatic("5")) is int


@pytest.mark.parametrize(
    "text", ["1.2.3.4", "::1", "fe80::1%\u00e9", "00001::", "1:2:3:4:5:6:1.2.3.4"]
)
def test_addresses(text: str) -> None:
    assert is_address(text, any_digits=False)


@pytest.mark.parametrize(
    "text", ["", "1.2.3", "01.2.3.4", "1.2.3.4%1", "::1%", "::\0", ":::", "12345::", "[::1]"]
)
def test_no_addresses(text: str) -> None:
    assert not is_address(text, any_digits=True)


def test_the_products_word_a_broken_address_differently() -> None:
    for flavour, words in (
        ("elasticsearch", "'x' is not an IP"),
        ("opensearch", "is not a valid ipv4/ipv6"),
    ):
        with pytest.raises(Failure, match=words):
            converter("ip", flavour)("x")


@pytest.mark.cluster
@pytest.mark.parametrize("kind", ["integer", "long", "float", "double", "auto", "boolean", "ip"])
def test_random_texts_are_converted_as_the_cluster_does(kind: str, opensearch: Node) -> None:
    pieces = ["0", "1", "9", "12", "2147483648", "-", "+", ".", "e", "E", "x", "0x", "f", "d", "p", "NaN", "Infinity", " ", "\t", "\u0663", "\uff21", "_", "L", "true", "false", ":", "::", "1.2.3.4", "%", "ffff", "99999", "e10", "e-40", "e38", "16777217"]  # fmt: skip
    assert_alike(opensearch, "convert", {"type": kind}, texts(random.Random(5), pieces, 400, 6))


@pytest.mark.cluster
@pytest.mark.parametrize("kind", ["float", "double"])
def test_random_numbers_print_as_in_the_cluster(kind: str, opensearch: Node) -> None:
    source = random.Random(6)
    values = [repr(source.uniform(-1, 1) * 10 ** source.randint(-50, 50)) for _ in range(300)]
    values += [(source.uniform(-1, 1) * 10 ** source.randint(-45, 38)).hex() for _ in range(200)]
    assert_alike(opensearch, "convert", {"type": kind}, values)
