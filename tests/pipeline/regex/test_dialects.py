"""Translations against the engines themselves: the manual's tables row by row, and random patterns."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.regex import java, oniguruma, table
from tests.cluster.rig.java import RigMissingError
from tests.pipeline.regex import manual
from tests.pipeline.regex.comparing import compare
from tests.pipeline.regex.generating import Generator
from tests.pipeline.regex.oracle import Oracle, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = (
    "", "a", "b", "aaaa", "ab", "aab", "abc", "bcd", "aabd", "ab\n", "a\nb", "a\nb\n", "\n", "a\r\nb\r\n", "a\rb\r", "\r\n", "aé", "éa é",
    "ab ab abab abc", "a.b a-b a_b", "xyz-0_9F", "AB aB", "Error ERROR", "ss ß ﬆ ﬁ K \u017f", "a b", "{1,2} [a] \\ }", "[a]", "😀", "b😀c", "u0061 NO yY Q",
    "٣a", "a\x85b\u2028c", "\t\v\f\x07\x1b\x01\x00", "a{x}", "_q", "Ääk", "a\u0308b e\u0301", "µΣσς", "a/c a.b/c", "\x08-]",
)  # fmt: skip
DIALECTS = {"oniguruma": (oniguruma, table.ONIGURUMA), "java": (java, table.JAVA)}
EXAMPLES = [
    pytest.param(dialect, row, pattern, id=f"{dialect} {pattern!a}")
    for dialect, (_, rows) in DIALECTS.items()
    for row in rows
    for pattern in row.examples
]


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    try:
        running = Oracle()
    except RigMissingError as missing:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"a skip would be a failure here: {missing}")
        pytest.skip(str(missing))
    with running:
        yield running


@pytest.mark.parametrize(("dialect", "row", "pattern"), EXAMPLES)
def test_each_row_of_the_table_is_as_the_engine_has_it(
    oracle: Oracle, dialect: str, row: table.Row, pattern: str
):
    module = DIALECTS[dialect][0]
    if row.fate == "translated":
        assert compare(oracle, dialect, pattern, TEXTS) is None
        return
    with pytest.raises(Unsupported) as caught:
        module.translate(pattern)
    assert isinstance(caught.value, Invalid) == (row.fate == "invalid")
    assert caught.value.offset is not None
    there = getattr(oracle, dialect)(pattern, [""])
    assert isinstance(there, Refused) == (row.fate == "invalid")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_random_patterns_are_equal_or_refused(oracle: Oracle, dialect: str):
    seed = int(os.environ.get("SHIPPER_TEST_SEED", "20261122"))
    print("SHIPPER_TEST_SEED", seed)
    generator = Generator(random.Random(seed), dialect)
    outcomes = []
    for _ in range(1500):
        pattern = generator.pattern()
        outcome = compare(oracle, dialect, pattern, [generator.text() for _ in range(10)])
        assert outcome is None or outcome.startswith("refused"), pattern
        outcomes.append(outcome)

    assert outcomes.count(None) > len(outcomes) * 0.6


@pytest.mark.parametrize("dialect", DIALECTS)
def test_refusals_are_of_patterns_that_the_table_lists(dialect: str):
    """A pattern that needs no change comes out as it went in."""
    translate = DIALECTS[dialect][0].translate
    for pattern in (
        r"(?:[+-]?[0-9]+(?:\.\d+)?)",
        r"[\w.-]+@[^\s\"]+",
        r"(a|bc)*?d{1,3}(?=e)(?!f)(?<=g)(?>h)i++",
        r"\S+ \[\d{2}/\w{3}\]",
    ):
        assert translate(pattern).pattern == pattern
        assert translate(pattern).ascii is None


def test_the_manual_shows_the_tables():
    """``python -m tests.pipeline.regex.manual`` writes the page."""
    assert manual.PAGE.read_text(encoding="utf-8") == manual.page()


@pytest.mark.parametrize(
    ("pattern", "replacement", "text"),
    [
        ("(a)(b)?", "<$1|$2>", "ab a b"),
        ("(?<x>a)", "${x}${x}", "banana"),
        ("a", r"\$1\\", "banana"),
        ("a*", "-", "baac"),
        ("|a", "-", "aa"),
        ("", ".", "abc"),
        ("(a)", "$10$01", "a"),
        ("(a)", "$2", "a"),
        ("(a)", "$2", "b"),
        ("a", "$", "a"),
        ("a", "\\", "a"),
        ("a", "$x", "a"),
        ("a", "${x}", "a"),
        ("a", "${", "a"),
        ("(?<x>a)", "${x", "a"),
        ("(?<x>a)", "${1x}", "a"),
        (r"\s+$", "", "a \n"),
        ("é", "É", "caféé"),
    ],
)
def test_replacing_is_javas(oracle: Oracle, pattern: str, replacement: str, text: str):
    from shipper.pipeline.failure import Failure  # noqa: PLC0415
    from shipper.pipeline.regex import compile as compile_  # noqa: PLC0415

    translated = java.translate(pattern)
    expected = oracle.replace(pattern, replacement, text)
    read = java.replacement(replacement, translated)

    if isinstance(expected, Refused):
        with pytest.raises(Failure) as caught:
            java.replace_all(compile_(translated), text, read)
        assert expected.reason.split(": ", 1)[1] == caught.value.reason
    else:
        assert expected == java.replace_all(compile_(translated), text, read)


@pytest.mark.parametrize("limit", [-1, 0, 1, 2, 3])
@pytest.mark.parametrize(
    "pattern", [",", ",+", "", "(,)", "a*", "|,", r"\s*,\s*", "x", "^", "$", "(?=b)"]
)
def test_splitting_is_javas(oracle: Oracle, pattern: str, limit: int):
    from shipper.pipeline.regex import compile as compile_  # noqa: PLC0415

    compiled = compile_(java.translate(pattern))
    for text in ("", ",", "a,b,,c,,", ",a,,b", "aab", "a , b", "b", ",,"):
        assert oracle.split(pattern, limit, text) == java.split(compiled, text, limit)
