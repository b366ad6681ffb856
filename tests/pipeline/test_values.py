"""Java's values; the printed forms were seen on a node."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline import values
from shipper.pipeline.values import Byte, Char, Float, Long, Short


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"), (True, "java.lang.Boolean"), ("a", "java.lang.String"), (1, "java.lang.Integer"), (2**31, "java.lang.Long"),
        (-(2**31), "java.lang.Integer"), (2**63, "java.math.BigInteger"), (1.5, "java.lang.Double"), (Long(1), "java.lang.Long"),
        (Short(1), "java.lang.Short"), (Byte(1), "java.lang.Byte"), (Float(1.5), "java.lang.Float"), (Char("a"), "java.lang.Character"),
        ({}, "java.util.HashMap"), ([], "java.util.ArrayList"),
    ],
)  # fmt: skip
def test_class_names(value: Any, name: str) -> None:
    assert values.class_name(value) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e10, "1.0E10"), (1e7, "1.0E7"), (9999999.0, "9999999.0"), (0.001, "0.001"), (0.0001, "1.0E-4"), (-0.0, "-0.0"), (1.5, "1.5"),
        (123456.789, "123456.789"), (1e300, "1.0E300"), (5e-324, "4.9E-324"), (math.inf, "Infinity"), (-math.inf, "-Infinity"), (math.nan, "NaN"),
        (1.2345678e-5, "1.2345678E-5"), (100.0, "100.0"),
    ],
)  # fmt: skip
def test_doubles_print_as_in_java(value: float, text: str) -> None:
    assert values.double_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1.0, "1.0"),
        (3.4028235e38, "3.4028235E38"),
        (16777216.0, "1.6777216E7"),
        (0.33333334, "0.33333334"),
    ],
)
def test_floats_print_with_the_digits_of_single_precision(value: float, text: str) -> None:
    assert values.float_text(Float(value)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_double_is_the_same_double(value: float) -> None:
    assert float(values.double_text(value)) == value


def test_maps_print_in_the_order_of_a_hash_map() -> None:
    table = {"k": "v", "l": [1, 2], "x.y": 5, "z": None}

    assert values.to_string(table) == "{x.y=5, z=null, k=v, l=[1, 2]}"
    assert values.to_string([1, "z", None, [2.0], {"q": True}]) == "[1, z, null, [2.0], {q=true}]"


def test_numbers_of_different_classes_are_not_equal() -> None:
    assert values.equals(1, 1)
    assert not values.equals(1, Long(1))
    assert not values.equals(1, 1.0)
    assert not values.equals(1, True)
    assert not values.equals(0.0, -0.0)
    assert values.equals(math.nan, math.nan)
    assert values.equals({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]})
    assert not values.equals({"a": [1]}, {"a": [1.0]})


@given(st.text())
def test_length_counts_utf16(text: str) -> None:
    assert values.utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_hash_codes_of_strings() -> None:
    assert values.string_hash("") == 0
    assert values.string_hash("hello") == 99162322
    assert values.string_hash("polygenelubricants") == -(2**31)
    assert values.string_hash("😀") == 1772899


def test_a_copy_shares_nothing() -> None:
    inner: dict[str, Any] = {"a": [1, {"b": 2}]}

    copied = values.copy(inner)
    copied["a"][1]["b"] = 3

    assert inner == {"a": [1, {"b": 2}]}


def test_single_precision_overflows_to_infinity() -> None:
    assert Float(1e39) == math.inf
    assert Float(0.1) == 0.10000000149011612
