"""Patterns written for Go's RE2 and run by Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.config.patterns import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"end\z", "the end", True),
        (r"end$", "the end\n", False),
        (r"(?m)end$", "the end\nmore", True),
        (r"[$]", "5$", True),
        (r"\$", "5$", True),
        (r"^[[:space:]]+at", "\tat", True),
        (r"^[[:digit:][:upper:]]+$", "A1", True),
        (r"[]a]", "]", True),
        (r"[^]a]", "]", False),
        (r"[a&&b||c~~d[]", "[", True),
        (r"\Qa.b[\E+", "a.b[[", True),
        (r"(?i)error", "ERROR", True),
        (r"\d", "\u0663", False),
        (r"\w", "é", False),
        (r"(?<year>\d{4})", "2026", True),
        (r"\x{1F600}", "😀", True),
    ],
)
def test_patterns_mean_what_they_mean_in_go(pattern, text, found):
    assert bool(compile_pattern(pattern).search(text)) is found


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(", "not a regular expression"),
        (r"\pL", "Unicode classes"),
        (r"[\p{Greek}]", "Unicode classes"),
        ("[[:^digit:]]", "negated classes"),
        ("a(?i)b", "must come first"),
        (r"\x{110000}", "not a regular expression"),
        ("a{99999999999999}", "not a regular expression"),
    ],
)
def test_what_cannot_be_had_is_refused_with_a_reason(pattern, says):
    with pytest.raises(ValueError, match="not a regular expression") as refused:
        compile_pattern(pattern)

    assert says in str(refused.value)


@given(st.text(r"ab[](){}\^$.*+?|-:&~QEpzdx<>P=!0 ", max_size=12))
def test_no_pattern_raises_anything_else(pattern):
    try:
        compile_pattern(pattern)
    except ValueError as refused:
        assert str(refused).startswith("not a regular expression")  # noqa: PT017 - either outcome is fine
