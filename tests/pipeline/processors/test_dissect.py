"""``dissect``: what is put together is taken apart; patterns as each product reads them; random ones beside a cluster."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline.failure import Invalid
from shipper.pipeline.processors.dissect import Part, matcher, parse, plan
from tests.parity.edge import edge
from tests.pipeline.processors.comparing import assert_alike, texts

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

ES, OS = "elasticsearch", "opensearch"
VALUE = st.text(st.characters(categories=["L", "N"]), max_size=6)
DELIMITER = st.sampled_from([" ", ", ", " - ", "|", "::", "] [", "é"])


@given(st.lists(st.tuples(VALUE, DELIMITER), min_size=1, max_size=6), VALUE)
def test_what_is_put_together_is_taken_apart(pairs: list[tuple[str, str]], last: str) -> None:
    pattern = "".join(f"%{{k{n}}}{delimiter}" for n, (_, delimiter) in enumerate(pairs)) + "%{last}"
    text = "".join(value + delimiter for value, delimiter in pairs) + last
    values = [value for value, _ in pairs] + [last]
    if any("é" in value for value in values) or any(not value for value in values[1:]):
        return  # a value that is empty, or holds a delimiter, is read otherwise
    assert matcher(parse(pattern, ES))(text) == values


def test_padding_is_skipped_and_empty_values_are_not() -> None:
    assert matcher(parse("%{a->} %{b}", ES))("x    y") == ["x", "y"]
    assert matcher(parse("%{a},%{b},%{c}", ES))("x,,z") == ["x", "", "z"]
    assert matcher(parse("%{a} %{b}", ES))("x") is None


def test_a_percent_sign_ends_a_delimiter_in_opensearch() -> None:
    assert matcher(parse("%{a}% of %{b}", ES))("42% of 7") == ["42", "7"]
    assert matcher(parse("%{a}% of %{b}", OS))("42% of 7") is None


def test_the_cluster_miscounts_letters_before_the_first_key() -> None:
    assert matcher(parse("é%{a} %{b}", ES))("éx y") == ["\ufffdx", "y"]


def test_plans_are_for_plain_keys() -> None:
    assert plan("[%{a}] %{?s->} %{b.c}", ES) == (
        "[",
        [
            Part("a", "] ", padded=False),
            Part(None, " ", padded=True),
            Part("b.c", "", padded=False),
        ],
    )
    for pattern in ("%{+a} %{+a}", "%{*a} %{&a}", "%{a} %{a}", "é%{a}"):
        assert plan(pattern, ES) is None


@pytest.mark.parametrize(
    "pattern", ["", "x", "%{}", "%{*k}", "%{a/1}", "%{+a+}", "%{+a/99999}", "%{a"]
)
def test_patterns_that_no_cluster_takes(pattern: str) -> None:
    with pytest.raises(Invalid):
        parse(pattern, ES)


def test_a_broken_key_is_shown_where_it_stands() -> None:
    with pytest.raises(Invalid) as caught:
        parse("ab %{a} %{+b+}", ES)
    assert caught.value.offset == 10


def test_a_key_that_is_also_skipped_keeps_its_value() -> None:
    (outcome,) = edge(
        {"processors": [{"dissect": {"field": "m", "pattern": "%{c},%{?c}"}}]}, [{"m": "1,2"}]
    )
    assert outcome.source["c"] == "1"


@pytest.mark.cluster
@pytest.mark.parametrize("seed", range(6))
def test_random_patterns_do_what_they_do_in_the_cluster(seed: int, opensearch: Node) -> None:
    source = random.Random(seed)
    for _ in range(10):
        pattern = source.choice(["", "", "<", "é"])
        for _ in range(source.randint(1, 5)):
            modifier = source.choice(["", "", "", "+", "?", "*", "&"])
            name = "k" if modifier in {"*", "&"} else source.choice(["a", "b", "c", "d.e", ""])
            order = f"/{source.randint(0, 3)}" if modifier == "+" and source.random() < 0.4 else ""
            padding = "->" if source.random() < 0.3 else ""
            pattern += f"%{{{modifier}{name}{order}{padding}}}"
            pattern += source.choice([" ", ",", ", ", "--", "é", "😀", "", "a", " ", " "])
        some = texts(
            source, ["a", "b", " ", ",", ", ", "--", "-", "é", "😀", "x", "<", "\n"], 60, 14
        )
        assert_alike(opensearch, "dissect", {"pattern": pattern}, some)
