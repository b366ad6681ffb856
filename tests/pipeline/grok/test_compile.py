"""What a grok makes of patterns, and how it says that it cannot."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.pipeline import grok
from shipper.pipeline.failure import Failure, Invalid, Unsupported
from shipper.pipeline.grok.expand import Bank
from shipper.pipeline.values import Float, Long
from tests.pipeline.grok.oracle import OracleError, classed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.grok.oracle import Oracle

OPENSEARCH = {"flavour": "opensearch"}


def match(
    pattern: str | list[str], text: str, definitions: dict[str, str] | None = None, **options: Any
) -> Any:
    patterns = [pattern] if isinstance(pattern, str) else pattern
    found = grok.compile(patterns, definitions, **options).match(text)
    return None if found is None else found[0]


def refusal(
    pattern: str | list[str], definitions: dict[str, str] | None = None, **options: Any
) -> Unsupported:
    patterns = [pattern] if isinstance(pattern, str) else pattern
    with pytest.raises(Unsupported) as caught:
        grok.compile(patterns, definitions, **options)
    return caught.value


def test_a_reference_with_a_field_captures_and_one_without_does_not() -> None:
    assert match("%{IP} %{WORD:verb}", "1.2.3.4 GET") == {"verb": "GET"}


def test_the_field_is_all_that_stands_behind_the_first_colon() -> None:
    assert match("%{INT:[a][b]} %{INT:@t} %{INT:x-y.z}", "1 2 3") == {
        "[a][b]": "1",
        "@t": "2",
        "x-y.z": "3",
    }


def test_the_part_behind_an_equals_sign_is_ignored() -> None:
    assert match("%{INT:a=[a-z]+}", "abc 12") == {"a": "12"}


@pytest.mark.parametrize("pattern", ["%{}", "%{INT:}", "%{INT:a b}", "%{A-B}", "%{INT"])
def test_what_is_no_reference_is_text(pattern: str) -> None:
    assert match(f"(?<whole>{pattern.replace('{', chr(92) + '{')})", f"-{pattern}-") == {
        "whole": pattern
    }


def test_groups_of_the_users_own_are_fields_and_may_have_types() -> None:
    assert match(r"(?<a.b>\d+) (?<x:c:int>\d+)", "1 2") == {"a.b": "1", "c": 2}


def test_types() -> None:
    found = match(
        "%{INT:i:int} %{INT:l:long} %{NUMBER:f:float} %{NUMBER:d:double} %{WORD:b:boolean} %{WORD:s:text}",
        "1 2 0.1 0.1 True x",
    )
    assert found == {"i": 1, "l": 2, "f": 0.10000000149011612, "d": 0.1, "b": True, "s": "x"}
    assert [type(value) for value in found.values()] == [int, Long, Float, float, bool, str]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("99999999999", "int"), ("9223372036854775808", "long"), ("x", "float"), ("", "double")],
)
def test_a_text_that_is_no_number_is_javas_failure(text: str, kind: str) -> None:
    with pytest.raises(Failure) as caught:
        match(f"^%{{DATA:n:{kind}}}$", text)
    assert caught.value.type == "number_format_exception"
    assert caught.value.foreign


def test_a_group_that_takes_no_part_gives_no_field() -> None:
    assert match("(?:%{INT:a}|%{WORD:b})", "x") == {"b": "x"}


def test_two_groups_of_one_field_make_a_list() -> None:
    assert match("%{INT:a:int} %{WORD:a}", "1 x") == {"a": [1, "x"]}
    assert match("%{INT:a} %{WORD:a}", "1 x", **OPENSEARCH) == {"a": ["1", "x"]}


def test_the_products_differ_over_a_group_that_occurs_twice() -> None:
    assert match("%{INT:a} %{INT:a}", "1 2") == {"a": ["1", "2"]}
    assert match("%{INT:a} %{INT:a}", "1 2", **OPENSEARCH) == {"a": "1"}
    assert match("%{INT:a} %{INT:a}", "1 2", **OPENSEARCH, capture_all=True) == {"a": ["1", "2"]}


def test_of_several_patterns_the_leftmost_match_wins() -> None:
    """As they are one regular expression in the cluster, too."""
    compiled = grok.compile(["b(?<x>.)?", "(?<y>a)"])
    assert compiled.match("ab") == ({"y": "a"}, 1)
    assert compiled.match("cb") == ({}, 0)


def test_where_the_match_begins_alike_the_first_pattern_wins() -> None:
    assert grok.compile(["%{INT:a}", "%{NOTSPACE:b}"]).match("1x") == ({"a": "1"}, 0)


def test_trace_captures_what_each_pattern_matched() -> None:
    compiled = grok.compile(["%{INT:a}", "%{WORD:b}"], trace=True)
    assert compiled.match("word") == ({"_ingest._grok_match_index.1": "word", "b": "word"}, 1)


def test_definitions_come_before_standard_names_everywhere() -> None:
    assert match("%{HTTPDATE:t}", "99/Oct/2026:10:00:00 +0000", {"MONTHDAY": "99"})
    assert match("%{IPORHOST:h}", "xyz", {"IP": "x", "HOSTNAME": "y"}) == {"h": "x"}


def test_bank_and_flavour_decide_what_a_name_means() -> None:
    line = '1.2.3.4 - bob [10/Oct/2026:13:55:36 -0700] "GET / HTTP/1.1" 200 -'
    common = {
        "verb": "GET",
        "request": "/",
        "httpversion": "1.1",
        "response": "200",
        "timestamp": "10/Oct/2026:13:55:36 -0700",
    }
    assert match("%{COMMONAPACHELOG}", line) == {
        **common,
        "clientip": "1.2.3.4",
        "ident": "-",
        "auth": "bob",
    }
    found = match("%{COMMONAPACHELOG}", line, bank="ecs-v1")
    assert found["http.response.status_code"] == 200
    assert "apache.access.user.identity" not in found
    assert match("%{SYSLOGLINE} %{EXIM_UNKNOWN_FIELD}", "x") is None
    assert "EXIM_UNKNOWN_FIELD" in refusal("%{EXIM_UNKNOWN_FIELD}", **OPENSEARCH).reason


@pytest.mark.parametrize(
    ("pattern", "offset"),
    [
        ("ab%{NOPE:x}", 2),
        ("%{INT} (", 7),
        ("%{INT}%{INT} [a", 13),
        ("%{B} x", 0),
        ("x%{INT:1.2.3}*+{2,1}(?<1>a)", None),
    ],
)
def test_an_error_stands_where_the_pattern_has_it(pattern: str, offset: int | None) -> None:
    error = refusal(pattern, {"B": "("})
    assert isinstance(error, Invalid)
    if offset is not None:
        assert error.offset == offset


def test_an_error_in_one_of_several_patterns_says_in_which() -> None:
    assert getattr(refusal(["a", "%{INT:x}", "(b"]), "index", None) == 2
    assert getattr(refusal(["a", "%{NOPE}"]), "index", None) == 1


def test_no_patterns_and_banks_that_do_not_exist_are_wrong() -> None:
    assert refusal([]).reason == "List of patterns must not be empty"
    assert "v8" in refusal("a", bank="v8").reason


CIRCLES: list[tuple[dict[str, str], str, str]] = [
    ({"A": "%{A}"}, "circular reference detected: A->A", "circular reference in pattern [A][%{A}]"),
    (
        {"A": "%{B}", "B": "%{A}"},
        "circular reference detected: A->B->A",
        "circular reference in pattern [B][%{A}] back to pattern [A]",
    ),
    (
        {"A": "%{B}", "B": "%{C:z}", "C": "x%{A:q:int}"},
        "circular reference detected: A->B->C->A",
        "circular reference in pattern [C][x%{A:q:int}] back to pattern [A] via patterns [A=>B]",
    ),
]


@pytest.mark.parametrize(("definitions", "elasticsearch", "opensearch"), CIRCLES)
def test_definitions_in_a_circle_are_wrong_in_the_products_words(
    definitions: dict[str, str], elasticsearch: str, opensearch: str
) -> None:
    assert refusal("x", definitions).reason == elasticsearch
    assert refusal("x", definitions, **OPENSEARCH).reason == opensearch


def test_a_circle_that_opensearch_does_not_see_is_harmless_until_it_is_used() -> None:
    definitions = {"A": "%{INT} %{A}"}
    assert match("x", "x", definitions, **OPENSEARCH) == {}
    assert "circular reference" in refusal("%{A}", definitions, **OPENSEARCH).reason


def test_a_definition_of_what_is_not_there_is_wrong() -> None:
    for options in ({}, OPENSEARCH):
        assert "NOPE" in refusal("x", {"A": "%{NOPE}"}, **options).reason
    assert "invalid syntax" in refusal("x", {"A": "%{INT"}).reason


def test_a_definition_without_its_last_brace_is_taken_by_elasticsearch_up_to_the_colon() -> None:
    definitions = {"A": "<%{INT:n>"}
    assert match("%{WORD:w}", "x", definitions) == {"w": "x"}
    assert "invalid syntax" in refusal("x", definitions, **OPENSEARCH).reason


def test_many_nested_definitions_do_not_take_long() -> None:
    """Ten times ten times ten …: said to be too much instead of being written out."""
    definitions = {f"L{n}": "".join([f"%{{L{n + 1}}}"] * 10) for n in range(12)} | {"L12": "x"}
    began = time.process_time()
    assert isinstance(refusal("%{L0:a}", definitions), Invalid)
    assert time.process_time() - began < 5


def test_fields_are_set_in_the_products_order() -> None:
    """Where one lies inside the other it decides what fails."""
    assert list(match("%{INT:b.a} %{INT:b}", "1 2")) == ["b.a", "b"]
    assert list(match("%{INT:b.a} %{INT:b}", "1 2", **OPENSEARCH)) == ["b", "b.a"]


def test_half_of_a_surrogate_pair_is_a_question_mark() -> None:
    assert match("%{GREEDYDATA:a}", "x\ud83dy") == {"a": "x?y"}


def test_the_same_arguments_give_the_same_object() -> None:
    assert grok.compile(["%{INT:a}"]) is grok.compile(["%{INT:a}"])
    assert grok.compile(["%{INT:a}"]) is not grok.compile(["%{INT:a}"], **OPENSEARCH)


def test_captures_tell_where_the_groups_are() -> None:
    compiled = grok.compile(["%{INT:a:int} (?<b>x)|%{INT:a:int}"])
    assert compiled.captures == (
        grok.Capture("a", "int", (1, 3)),
        grok.Capture("b", "string", (2,)),
    )
    assert compiled.translated.groups == ["INT:a:int", "b", "INT:a:int"]


def test_all_names_of_a_bank_with_the_users_own() -> None:
    found = Bank("legacy", "elasticsearch", {"AAA": "x", "INT": "y"}).all()
    assert next(iter(found)) == "AAA"
    assert found["INT"] == "y"


# -- against the products' libraries -----------------------------------------------------------------------------------

PIECES = (
    "%{INT:a}", "%{INT:a:int}", "%{INT:b}", "%{WORD:a}", "%{WORD:b:boolean}", "%{NUMBER:c:float}", "%{NUMBER:c:double}", "%{DATA:d}", "%{GREEDYDATA:d}",
    "%{IP:e}", "%{HOSTNAME:e}", "%{SPACE}", "%{NOTSPACE:f.g}", "%{USER}", "(?<a>x)", "(?<h>[a-z]+)?", "(?:", ")", "|", "?", "*", "+", "{2}", " ", " ", "-", "x",
    "^", "$", "\\b", "\\d", "(?i)", "%{QS:q}", "%{INT::z}", "%{INT:[a]}", "%{MINE:m}", "%{MINE}", "(?=", "(?<!", "[a-f]", "\\.", "%{INT:a=1}", "%{NOPE}",
)  # fmt: skip
TEXTS = (
    "1 2",
    "x 1 y",
    "ab-12 1.5",
    "a.b.c 1.2.3.4 true",
    '"quo ted" 7',
    "",
    "aXb",
    "12345",
    "x x x",
    "-1 +2 .5",
    "true TRUE",
)


@pytest.mark.cluster
@pytest.mark.parametrize("product", ["elasticsearch", "opensearch"])
def test_patterns_put_together_at_random(product: str, ask: Callable[[str], Oracle]) -> None:
    """Wrong for the one means wrong for the other; what both take gives the same fields."""
    rng = random.Random(f"grok{product}")
    definitions = {"MINE": r"[a-z]+(?:%{INT:inner})?", "USER": r"\w"}
    compared = 0
    for _ in range(600):
        pattern = "".join(rng.choices(PIECES, k=rng.randrange(1, 7)))
        everything = product == "opensearch" and rng.random() < 0.5
        try:
            answers = ask(product).match(
                "legacy", pattern, list(TEXTS), definitions, capture_all=everything
            )
        except OracleError:
            assert refusal(pattern, definitions, flavour=product)
            continue
        try:
            compiled = grok.compile([pattern], definitions, flavour=product, capture_all=everything)
        except Invalid as error:
            pytest.fail(f"{pattern}: {error}")
        except Unsupported:
            continue
        for text, answer in zip(TEXTS, answers, strict=True):
            compared += 1
            assert (pattern, text, _fields(compiled, text)) == (pattern, text, answer and answer[2])
    assert compared > 2000


def _fields(compiled: grok.Grok, text: str) -> Any:
    try:
        found = compiled.match(text)
    except Failure as failure:
        return f"NumberFormatException: {failure.reason}"
    return None if found is None else {name: classed(value) for name, value in found[0].items()}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.dictionaries(st.text(max_size=5), st.text(max_size=10), max_size=3))
def test_no_pattern_makes_compiling_fail_in_another_way(
    pattern: str, definitions: dict[str, str]
) -> None:
    try:
        compiled = grok.compile([pattern], definitions)
    except Unsupported:
        return
    compiled.match("some text 12")
