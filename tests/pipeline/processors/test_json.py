"""JSON as Jackson reads it: the quick way and the exact one agree, and both with a cluster."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline import jackson
from shipper.pipeline.failure import Failure
from shipper.pipeline.processors.json import merge_into, parser
from tests.pipeline.processors.comparing import assert_alike, texts

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ['a":', '":', " :", "\\", '"']
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)
SPACES = st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :"), ("\n,\t", "\r:\n")])
OPENSEARCH, ELASTICSEARCH = parser("opensearch"), parser("elasticsearch")
STEPS: list[dict[str, Any]] = [
    {"convert": {"field": "t", "target_field": "s", "type": "string", "ignore_missing": True}},
    {"remove": {"field": "t"}},
]


def same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)


@given(VALUES, SPACES, st.booleans())
def test_what_was_written_is_read(value: Any, spaces: tuple[str, str], ascii_only: bool) -> None:
    text = json.dumps(value, separators=spaces, ensure_ascii=ascii_only)
    assert same(ELASTICSEARCH(text), value)
    assert same(OPENSEARCH(text), value)
    assert same(jackson.Reader(text).value(), value)


@given(st.text(st.sampled_from('{}[],:"\\ue019-.E truefalsn/*\n\t a'), max_size=12))
def test_the_quick_way_reads_nothing_that_the_exact_one_does_not(text: str) -> None:
    try:
        exact: Any = jackson.Reader(text).value()
    except jackson.Broken:
        with pytest.raises(Failure):
            OPENSEARCH(text)
    else:
        assert same(OPENSEARCH(text), exact)


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', '{"a" : 1, "a" :2}', '{"b":{"a":1,"a":1}}', '{"x":"\\":","a":1,"a":1}', '[{"a":1},{"a":1,"\\u0061":1}]']
)  # fmt: skip
def test_a_name_that_comes_twice_is_found(text: str) -> None:
    for parse in (OPENSEARCH, ELASTICSEARCH):
        with pytest.raises(Failure, match="Duplicate field 'a'"):
            parse(text)
    assert parser("elasticsearch", duplicates=True)(text) == orjson.loads(text)


def test_quotes_and_colons_in_texts_are_no_names() -> None:
    text = '{"a":"x\\": y","b":"\\":","c":" : "}'
    assert OPENSEARCH(text) == orjson.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551616",
        "-9223372036854775809",
        "[1e2, 123456789012345678901234567890]",
        '{"a":-99999999999999999999}',
    ],
)
def test_large_integers_stay_whole(text: str) -> None:
    assert same(OPENSEARCH(text), json.loads(text))


def test_a_thousand_levels_are_read_and_no_more() -> None:
    for left, right in (("[", "]"), ('{"a":', "}")):
        middle = "" if left == "[" else "1"
        OPENSEARCH(left * 1000 + middle + right * 1000)
        with pytest.raises(Failure, match="nested more than 1000 deep"):
            OPENSEARCH(left * 1001 + middle + right * 1001)
        with pytest.raises(Failure):
            OPENSEARCH(left * 100_000)


def test_what_is_behind_the_value_matters_to_elasticsearch_only() -> None:
    assert OPENSEARCH('{"a":1} x') == {"a": 1}
    with pytest.raises(Failure) as caught:
        ELASTICSEARCH('{"a":1} x')
    assert caught.value.reason == (
        'The input {"a":1} x is not valid JSON and the strict_json_parsing parameter is true'
    )
    assert parser("elasticsearch", strict=False)('{"a":1} x') == {"a": 1}


@pytest.mark.parametrize(("text", "kind"), [("[1", "x_content_e_o_f_exception"), ('{"a":', "x_content_parse_exception"), ("x", "x_content_parse_exception"), ("1" * 1001, "illegal_argument_exception")])  # fmt: skip
def test_elasticsearch_has_exceptions_of_its_own(text: str, kind: str) -> None:
    with pytest.raises(Failure) as caught:
        ELASTICSEARCH(text)
    assert caught.value.type == kind
    assert caught.value.foreign


def test_a_byte_order_mark_is_skipped_in_opensearch_only() -> None:
    assert OPENSEARCH('\ufeff{"a":1}') == {"a": 1}
    with pytest.raises(Failure):
        ELASTICSEARCH('\ufeff{"a":1}')


def test_half_of_a_pair_is_kept_and_pairs_are_joined() -> None:
    assert OPENSEARCH('"\\ud83d"') == "\ud83d"
    assert OPENSEARCH('"\\ud83d\\ude00"') == "😀"


def test_merging_is_deep_and_lists_are_replaced() -> None:
    table: dict[str, Any] = {"a": {"b": 1, "l": [1]}, "c": 1}
    merge_into(table, {"a": {"d": {"e": 2}, "l": [2]}, "c": {"x": 1}})
    assert table == {"a": {"b": 1, "l": [2], "d": {"e": 2}}, "c": {"x": 1}}


def test_ten_thousand_names_are_read_at_once() -> None:
    text = json.dumps({f"key{n}": n for n in range(10_000)})
    began = time.perf_counter()
    assert len(ELASTICSEARCH(text)) == 10_000
    assert time.perf_counter() - began < 0.5


PIECES = ["{", "}", "[", "]", ",", ":", '"a"', '"b"', '"', "\\", "\\u00e9", "\\ud83d", "\\ude00", "1", "-", "0", ".", "e", "E5", "1.5", "true", "false", "null", "tru", " ", "\n", "/*", "*/", "//", "😀", "é", "\ufeff", '{"a":1', "[1,2", '"x":', "\u0000", "\u0001", "1e400", "12345678901234567890", "\xad", "_", "$"]  # fmt: skip


@pytest.mark.cluster
def test_random_texts_are_read_as_the_cluster_does(opensearch: Node) -> None:
    assert_alike(
        opensearch, "json", {"target_field": "t"}, texts(random.Random(7), PIECES, 1000, 7), *STEPS
    )


@pytest.mark.cluster
def test_damaged_json_is_read_as_the_cluster_does(opensearch: Node) -> None:
    source = random.Random(8)
    whole = [
        '{"a":1,"b":{"c":[1,2.5,"x y"]},"d":null}',
        '[{"a":true},{"a":false}]',
        '{"e":"\\u00e9\\n","f":-1e5,"":{}}',
    ]
    damaged = []
    for _ in range(600):
        text = source.choice(whole)
        start = source.randrange(len(text))
        damaged.append(text[:start] + source.choice(PIECES) + text[start + source.randint(0, 3) :])
    assert_alike(opensearch, "json", {"target_field": "t"}, damaged, *STEPS)
