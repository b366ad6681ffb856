"""Words that a text must hold: none too many, and where there is no telling, none at all."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline.regex.words import words


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc", ("abc",)),
        (r"(Chrome|Chromium)/(\d+)\.(\d+)", ("Chrome", "Chromium")),
        (r"a\.b", ("a.b",)),
        ("abcd?e", ("abc",)),
        ("ab{0,3}c", ("a",)),
        ("a{00}", ()),
        ("xy+z", ("xy",)),
        ("(?:abc)*de", ("de",)),
        ("(?:abc){2}d", ("abc",)),
        ("(abc|)d", ("d",)),
        ("abc|", ()),
        ("(?!abc)d", ("d",)),
        ("[a-z]bc", ("bc",)),
        ("[]a]bc", ()),
        ("[^]]bc", ()),
        ("[a[b]]cd", ()),
        (r"\Qabc\E", ()),
        ("(?i)abc", ()),
        ("(?x)a b", ()),
        (r"(a)\1bc", ()),
        (r"\x41bc", ()),
        ("abc)", ()),
        ("(abc", ()),
        ("a{b", ()),
        ("a{2}{3}", ()),
        ("(" * 60 + "abc" + ")" * 60, ()),
        ("|".join(f"w{number}" for number in range(500)), ()),
    ],
)
def test_words(pattern: str, expected: tuple[str, ...]) -> None:
    assert words(pattern) == expected


def test_common_words_are_chosen_last() -> None:
    assert words("X1.* Build/Q") == (" Build/Q",)
    assert words("X1.*; Build/", frozenset({"Build"})) == ("X1",)
    assert words("Build", frozenset({"Build"})) == ("Build",)


_PIECES = st.sampled_from(["a", "b", "ab", r"\.", ".", "[ab]", r"\d", "^", "$", "x", r"\b"])
_PATTERNS = st.recursive(
    _PIECES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: f"({'|'.join(some)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,1}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        inner.map(lambda one: f"(?!{one})"),
    ),
    max_leaves=8,
)


@given(_PATTERNS, st.text("ab.x1\n", max_size=8))
def test_what_matches_holds_one_of_the_words(pattern: str, text: str) -> None:
    found = words(pattern)
    if found and re.search(pattern, text):
        assert any(word in text for word in found)
