"""How far a pattern gets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.pipeline import grok
from shipper.pipeline.failure import Unsupported
from shipper.pipeline.grok.expand import Bank
from shipper.pipeline.grok.reach import pieces, reach

BANK = Bank("legacy", "elasticsearch", {})


@pytest.mark.parametrize(
    ("pattern", "cut"),
    [
        ("ab %{INT:a} c", [["ab ", "%{INT:a}", " c"]]),
        ("%{INT}?x+yz{2,3}?", [["%{INT}?", "x+", "y", "z{2,3}?"]]),
        (
            r"\d+\[[a\]]*[]]\p{L}\x41\k<n>",
            [[r"\d+", r"\[", r"[a\]]*", "[]]", r"\p{L}", r"\x41", r"\k<n>"]],
        ),
        ("(a|b)c|d", [["(a|b)", "c"], ["d"]]),
        ("a(?:b(c)[)])d", [["a", "(?:b(c)[)])", "d"]]),
        ("", [[]]),
        ("%{NOT ONE}", [["%", "{", "NOT ONE", "}"]]),
    ],
)
def test_pieces(pattern: str, cut: list[list[str]]) -> None:
    assert pieces(pattern) == cut


def where(pattern: str, text: str) -> tuple[str, str, tuple[str, ...]]:
    found = reach(pattern, text, BANK)
    assert found
    return text[: found.end], found.piece, found.inside


def test_the_first_piece_that_does_not_match_is_named() -> None:
    assert where("^%{WORD:m} %{INT:s} took", "GET x took") == ("GET ", "%{INT:s}", ())
    assert where("^%{WORD:m} status=%{INT:s}", "GET statos=5") == ("GET stat", "us=", ())


def test_a_name_that_matches_in_part_is_opened() -> None:
    line = "1.2.3.4 - - [10/Oct/2026:25:55:36 -0700]"
    assert where("%{COMMONAPACHELOG}", line) == (
        "1.2.3.4 - - [10/Oct/2026:2",
        ":",
        ("%{COMMONAPACHELOG}", "%{HTTPD_COMMONLOG}", "%{HTTPDATE:timestamp}", "%{TIME}"),
    )


def test_a_group_is_opened_and_the_best_of_its_alternatives_told() -> None:
    assert where("^(?:%{INT} x|%{WORD} y z)", "abc y q") == ("abc y ", "z", ())


def test_a_text_without_anything_of_the_pattern() -> None:
    assert where("%{IP:a} x", "nothing") == ("", "%{IP:a}", ())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "%{INT:a}",
                "%{WORD:b}",
                " ",
                "x",
                "(?:a|b)",
                "^",
                "$",
                "?",
                "|",
                "[ab]",
                "%{IP}",
                "\\d",
            ]
        ),
        max_size=6,
    ).map("".join),
    st.text("ab1 x.", max_size=12),
)
def test_what_is_told_to_match_does_match(pattern: str, text: str) -> None:
    """And, with the piece that is told to fail, does not."""
    try:
        compiled = grok.compile([pattern])
    except Unsupported:
        return
    if compiled.match(text) is None:
        found = reach(pattern, text, BANK)
        assert found is None or 0 <= found.begin <= found.end <= len(text)
        assert found is None or found.piece
