"""What pygrok parses, ours parses the same wherever the cluster agrees; the rest is in the manual."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from shipper.pipeline.grok.banks import names
from shipper.pipeline.grok.expand import REFERENCE, Bank
from shipper.pipeline.regex import oniguruma
from tests.pipeline.grok.differences import NAMES, PYGROK_NAMES, ROWS, ours, theirs
from tests.pipeline.grok.manual import PAGE, page
from tests.pipeline.grok.oracle import OracleError, plain
from tests.pipeline.grok.strings import Generator, mutate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.grok.oracle import Oracle


def _agreeing() -> list[str]:
    """Names that are neither in the table nor made of one that is."""
    bank = names("legacy", "opensearch")
    differing = set(NAMES)
    before = 0
    while before != len(differing):
        before = len(differing)
        differing |= {
            name
            for name, text in bank.items()
            if {found["pattern"] for found in REFERENCE.finditer(text)} & differing
        }
    return sorted(PYGROK_NAMES & set(bank) - differing)


AGREEING = _agreeing()


def test_most_names_agree() -> None:
    assert len(AGREEING) > 120


@pytest.mark.parametrize("name", AGREEING)
def test_a_name_that_is_not_in_the_table_parses_as_with_pygrok(name: str) -> None:
    rng = random.Random(name)
    pattern = f"^%{{{name}:it}}$"
    translated = oniguruma.translate(
        f"(?<it>{Bank('legacy', 'opensearch', {}).expand(f'%{{{name}}}').text})"
    )
    generator = Generator(*(translated.ascii or (translated.pattern, translated.flags)), rng)
    texts = [generator.text() for _ in range(12)]
    texts += [mutate(text, rng) for text in texts[:6]]
    for text in texts:
        # The table has what becomes of other scripts and of ends of lines.
        line = "".join(
            character
            for character in text
            if character.isascii() and character not in "\n\r\v\f\x1c\x1d\x1e\x1f"
        )
        assert (line, ours(pattern, line)) == (line, _present(theirs(pattern, line)))


def _present(result: Any) -> Any:
    return (
        {key: value for key, value in result.items() if value is not None}
        if isinstance(result, dict)
        else result
    )


@pytest.mark.parametrize("row", ROWS, ids=[row.what for row in ROWS])
def test_a_row_of_the_table_is_a_difference(row: Any) -> None:
    assert theirs(row.pattern, row.text) != ours(row.pattern, row.text)


@pytest.mark.cluster
@pytest.mark.parametrize("row", ROWS, ids=[row.what for row in ROWS])
def test_in_a_row_of_the_table_the_cluster_wins(row: Any, ask: Callable[[str], Oracle]) -> None:
    found = ours(row.pattern, row.text)
    try:
        (answer,) = ask("opensearch").match("legacy", row.pattern, [row.text])
    except OracleError:
        assert found == "invalid"
        return
    if found == "number_format_exception":
        assert answer[2].startswith("NumberFormatException")
    else:
        assert found == (answer and {name: plain(value) for name, value in answer[2].items()})


def test_the_manual_has_the_tables() -> None:
    text = PAGE.read_text("utf-8")
    assert page(text) == text, "run `python -m tests.pipeline.grok.manual`"
