"""``kv``: pairs come back, and everything else is as in a cluster."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.edge import edge
from tests.pipeline.processors.comparing import assert_alike, texts

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
PLAIN = {"field": "m", "field_split": " ", "value_split": "="}


def run(options: dict[str, Any], text: str, flavour: str = "elasticsearch") -> Any:
    pipeline = {"processors": [{"kv": PLAIN | {"target_field": "t"} | options}]}
    (outcome,) = edge(pipeline, [{"m": text}], flavour)
    return outcome.source.get("t") if outcome.kind == "document" else outcome


@given(st.dictionaries(WORD, WORD, min_size=1, max_size=6))
def test_pairs_come_back(pairs: dict[str, str]) -> None:
    line = " ".join(f"{key}={value}" for key, value in pairs.items())
    assert run({}, line) == pairs
    assert run({"field_split": r"\s", "value_split": "[=]"}, line) == pairs


def test_a_key_that_comes_again_makes_a_list() -> None:
    assert run({}, "a=1 a=2 a=3") == {"a": ["1", "2", "3"]}


def test_pairs_before_a_broken_one_are_set() -> None:
    steps = [{"kv": PLAIN | {"ignore_failure": True}}]
    (outcome,) = edge({"processors": steps}, [{"m": "a=1 b"}])
    assert outcome.source == {"m": "a=1 b", "a": "1"}


def test_trimming_takes_characters_not_words() -> None:
    assert run({"trim_key": "<>", "trim_value": "()"}, "<a>=(1) <<b=2))") == {"a": "1", "b": "2"}


def test_keys_are_filtered_without_their_prefix() -> None:
    options = {"prefix": "p_", "include_keys": ["a", "b"], "exclude_keys": ["b"]}
    assert run(options, "a=1 b=2 c=3") == {"p_a": "1"}


@pytest.mark.parametrize(("option", "value"), [("field_split", "(x)("), ("trim_key", "[")])
def test_a_broken_pattern_stops_the_pipeline_where_the_cluster_sees_it_in_time(
    option: str, value: str
) -> None:
    assert run({option: value}, "a=1").kind == "invalid"
    assert run({option: value}, "a=1", "opensearch").kind == "refused"


@pytest.mark.cluster
@pytest.mark.parametrize("seed", range(8))
def test_random_lines_are_read_as_the_cluster_does(seed: int, opensearch: Node) -> None:
    source = random.Random(seed)
    options: dict[str, Any] = {
        "field_split": source.choice([" ", "&", "\\s+", " (?=[a-z]+=)", "[&; ]", "", "|"]),
        "value_split": source.choice(["=", ":", "[=:]", "=+", "", "\\s*="]),
        "strip_brackets": source.random() < 0.4,
    }
    more = {"trim_key": ["a", "<>", " ", "\\w", "^a", "😀"], "trim_value": ["a", "<>", " ", "0-9", "\n", "é"], "prefix": ["p_", "p."], "target_field": ["t", "t.u"]}  # fmt: skip
    options |= {
        name: source.choice(values) for name, values in more.items() if source.random() < 0.3
    }
    pieces = ["a", "b", "1", "=", ":", " ", "&", ";", "a=1", " b=2", "(", ")", "<", ">", "[", "]", '"', "'", "\n", "\r", "é", "😀", ".", "x.y=1"]  # fmt: skip
    assert_alike(opensearch, "kv", options, texts(source, pieces, 300, 14))
