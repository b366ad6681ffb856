"""Processors of texts, by themselves and beside a cluster."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline.casing import lower
from shipper.pipeline.failure import Failure
from shipper.pipeline.processors import patterns, sizes
from shipper.pipeline.processors.text import decode_url, decode_utf8
from shipper.pipeline.values import Long
from tests.parity.edge import edge
from tests.pipeline.processors.comparing import assert_alike, texts

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

UNKNOWN_TO_OLD_PYTHONS = {0x19B, 0x264, 0x1C89, 0x1C8A, *range(0xA7CB, 0xA7CE), *range(0xA7DA, 0xA7DD), *range(0x10D50, 0x10D86)}  # fmt: skip


def run(kind: str, options: dict[str, Any], value: Any, flavour: str = "elasticsearch") -> Any:
    """What a processor makes of the field ``a``."""
    pipeline = {"processors": [{kind: {"field": "a"} | options}]}
    (outcome,) = edge(pipeline, [{"a": value}], flavour)
    return outcome.source["a"] if outcome.kind == "document" else outcome


def test_each_text_of_a_list_is_processed() -> None:
    assert run("uppercase", {}, ["a", "straße"]) == ["A", "STRASSE"]


def test_a_list_with_something_else_fails_and_says_where() -> None:
    outcome = run("lowercase", {}, ["A", 5])
    assert outcome.reason == (
        "value [5] of type [java.lang.Integer] in list field [a] cannot be cast to [java.lang.String]"
    )


def test_a_failed_list_leaves_the_document_alone() -> None:
    pipeline = {
        "processors": [{"trim": {"field": "a"}}],
        "on_failure": [{"set": {"field": "b", "value": 1}}],
    }
    (outcome,) = edge(pipeline, [{"a": [" x ", 5]}])
    assert outcome.source == {"a": [" x ", 5], "b": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"), ("\u039f\u0394\u039f\u03a31\u0391", "\u03bf\u03b4\u03bf\u03c31\u03b1"), ("\u03a3", "\u03c3"), ("\u0391\u03a3 \u03a3\u0391", "\u03b1\u03c2 \u03c3\u03b1"), ("\u0391\u03a3-\u0391", "\u03b1\u03c3-\u03b1"), ("\u0391\u03a3--\u0391", "\u03b1\u03c2--\u03b1"), ("İ", "i̇")],
)  # fmt: skip
def test_a_last_sigma_is_found_as_java_finds_it(text: str, expected: str) -> None:
    assert lower(text) == expected


@given(st.text())
def test_lower_case_differs_from_pythons_in_sigmas_only(text: str) -> None:
    assert lower(text).replace("\u03c2", "\u03c3") == text.lower().replace("\u03c2", "\u03c3")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_encoded_is_decoded(text: str) -> None:
    assert decode_url(quote_plus(text)) == text


@pytest.mark.parametrize("text", ["%", "%2", "%zz", "%2x", "a%", "%41%4", "%%", "%-1"])
def test_a_percent_sign_without_digits_fails(text: str) -> None:
    with pytest.raises(Failure, match="URLDecoder"):
        decode_url(text)


def test_an_encoded_surrogate_is_one_broken_character() -> None:
    assert decode_utf8(b"\xed\xa0\x80x\xed\xa0\xed") == "\ufffdx\ufffd\ufffd"


def test_fractions_of_sizes_are_elasticsearchs_only() -> None:
    assert sizes.of("elasticsearch")("1.1kb") == 1127  # rounded up
    with pytest.raises(Failure, match="Fractional bytes values have been deprecated"):
        sizes.of("opensearch")("1.1kb")


def test_a_size_is_a_long() -> None:
    assert type(sizes.of("opensearch")("1kb")) is Long


def test_a_huge_exponent_costs_nothing() -> None:
    began = time.perf_counter()
    with pytest.raises(Failure, match="beyond"):
        sizes.of("elasticsearch")("1e999999999kb")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x$1y", ["x", 1, "y"]), ("$10", [1, "0"]), ("${n}", [2]), (r"\$\\", ["$\\"]), ("", []), ("$0", [0]),
    ],
)  # fmt: skip
def test_replacements_are_javas(text: str, parts: list[str | int]) -> None:
    assert patterns.parse_replacement(text, [None, "n"]) == parts


@pytest.mark.parametrize("text", ["$", "$3", "$x", "${", "${}", "${n", "${1}", "${m}", "\\"])
def test_a_broken_replacement_fails_when_there_is_something_to_replace(text: str) -> None:
    options = {"pattern": "(a)(?<n>b)?", "replacement": text}
    assert run("gsub", options, "zzz") == "zzz"
    assert run("gsub", options, "a").kind == "failed"


def test_empty_matches_part_a_character_of_two_units() -> None:
    assert run("split", {"separator": ""}, "a😀") == ["a", "\ud83d", "\ude00"]
    assert run("gsub", {"pattern": "x*", "replacement": "-"}, "😀") == "-\ud83d-\ude00-"


def test_characters_of_two_units_stay_whole_otherwise() -> None:
    assert run("gsub", {"pattern": ".", "replacement": "[$0]"}, "😀a") == "[😀][a]"
    assert run("split", {"separator": "a"}, "😀a😀") == ["😀", "😀"]


def test_a_pattern_that_takes_for_ever_is_a_failure() -> None:
    began = time.perf_counter()
    outcome = run("gsub", {"pattern": "(a+)+$", "replacement": ""}, "a" * 40 + "!")
    assert outcome.kind == "failed"
    assert time.perf_counter() - began < 5


def test_a_separator_that_java_does_not_take_is_refused() -> None:
    (outcome,) = edge({"processors": [{"split": {"field": "a", "separator": "("}}]}, [{}])
    assert outcome.kind == "refused"


def test_a_pattern_that_java_does_not_take_is_wrong() -> None:
    (outcome,) = edge(
        {"processors": [{"gsub": {"field": "a", "pattern": "(", "replacement": ""}}]}, [{}]
    )
    assert outcome.kind == "invalid"


@pytest.mark.cluster
def test_case_is_changed_as_the_cluster_does(opensearch: Node) -> None:
    known = [
        chr(code)
        for code in range(0x20, 0x1F000)
        if not 0xD800 <= code < 0xE000 and code not in UNKNOWN_TO_OLD_PYTHONS
    ]
    changing = [letter for letter in known if letter.isalpha()]
    lines = ["|".join(changing[start : start + 500]) for start in range(0, len(changing), 500)]
    assert_alike(opensearch, "lowercase", {}, lines)
    assert_alike(opensearch, "uppercase", {}, lines)
    source = random.Random(1)
    assert_alike(
        opensearch,
        "lowercase",
        {},
        texts(source, list("a\u03a3\u03a3\u03911-.'\", _2日アé\u0301\u200b"), 1000, 10),
    )


@pytest.mark.cluster
def test_random_sizes_are_read_as_the_cluster_does(opensearch: Node) -> None:
    pieces = ["0", "1", "9", "12", "5000000000", "-", "+", ".", "k", "m", "g", "t", "p", "b", "K", "B", "kb", "MB", " ", "\t", "٣", "e", "f", "\u00a0"]  # fmt: skip
    assert_alike(opensearch, "bytes", {}, texts(random.Random(2), pieces, 800, 5))


@pytest.mark.cluster
def test_random_urls_are_decoded_as_the_cluster_does(opensearch: Node) -> None:
    pieces = ["%", "+", "a", "é", "😀", "0", "f", "A", "%41", "%c3", "%A9", "%e2", "%82", "%ac", "%ed", "%a0", "%80", "%f0", "%9f", "%98", "%f4", "%90", "%C0"]  # fmt: skip
    assert_alike(opensearch, "urldecode", {}, texts(random.Random(3), pieces, 1000, 8))


@pytest.mark.cluster
@pytest.mark.parametrize("pattern", ["x*", "", "a|b", "(a)(b)?", "[^a]", r"\b", "(?=b)", "(?<=a)", "a{2,}", "^|$", "(?m)^", r"\s+", "."])  # fmt: skip
def test_random_texts_are_split_and_replaced_as_the_cluster_does(
    pattern: str, opensearch: Node
) -> None:
    some = texts(random.Random(4), ["a", "b", "x", "\n", "\r", " ", "😀", "é", "aa"], 150, 8)
    assert_alike(opensearch, "gsub", {"pattern": pattern, "replacement": "<$0>"}, some)
    assert_alike(opensearch, "split", {"separator": pattern}, some)
    assert_alike(opensearch, "split", {"separator": pattern, "preserve_trailing": True}, some)
