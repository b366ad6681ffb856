"""``sort``: the natural order of Java's classes."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline.failure import Failure
from shipper.pipeline.processors.sort import in_order
from shipper.pipeline.values import Long
from tests.pipeline.processors.comparing import assert_alike

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node


@given(st.lists(st.text(max_size=4)), st.booleans())
def test_texts_are_sorted_by_utf16_units(values: list[str], descending: bool) -> None:
    given_ = list(values)
    found = in_order(values, descending=descending)
    keys = [value.encode("utf-16-be", "surrogatepass") for value in found]
    assert keys == sorted(keys, reverse=descending)
    assert sorted(found) == sorted(values)
    assert values == given_


@given(st.lists(st.floats()))
def test_zeros_have_signs_and_nan_is_last(values: list[float]) -> None:
    found = in_order(values, descending=False)
    shown = [
        (True, 0.0, 0.0) if math.isnan(value) else (False, value, math.copysign(1, value))
        for value in found
    ]
    assert shown == sorted(shown)


@pytest.mark.parametrize(
    "values",
    [[1, "a"], [1, 2**40], [1, 1.5], [True, 1], [[], []], [{}, {}], [1, Long(1)], [2**40, 2**70]],
)
def test_classes_do_not_mix(values: list[Any]) -> None:
    for descending in (True, False):
        with pytest.raises(Failure) as caught:
            in_order(values, descending=descending)
        assert caught.value.type == "class_cast_exception"


def test_a_small_and_a_large_long_are_of_one_class() -> None:
    assert in_order([2**40, Long(1)], descending=False) == [1, 2**40]


def test_a_null_is_fatal_beside_others_only() -> None:
    assert in_order([None], descending=False) == [None]
    with pytest.raises(Failure) as caught:
        in_order([1, None], descending=False)
    assert caught.value.type == "null_pointer_exception"


@pytest.mark.cluster
def test_random_lists_are_sorted_as_in_the_cluster(opensearch: Node) -> None:
    source = random.Random(9)
    pool: list[Any] = [
        1,
        2,
        3,
        "a",
        "b",
        "\U0001f600",
        "\uffee",
        1.5,
        -0.0,
        0.0,
        None,
        True,
        [],
        {"a": 1},
        2**40,
    ]
    lists = [
        source.choices(source.sample(pool, source.randint(1, 3)), k=source.randint(0, 12))
        for _ in range(500)
    ]
    for order in ("asc", "desc"):
        assert_alike(opensearch, "sort", {"order": order}, lists)
