"""
The manual's page about regular expressions, written from the tables.

``python -m tests.pipeline.regex.manual`` writes it; a test compares.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shipper.pipeline.regex import table

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(__file__).parents[3] / "docs" / "regular-expressions.md"
HEAD = """\
# Regular expressions at the edge

Pipelines use two dialects of regular expressions: grok's is Oniguruma with Ruby's syntax, that of `gsub`, `split`, `kv` and of
Painless is Java's. At the edge both are translated to Python's engine when the pipeline is loaded. A translation matches the same
text from the same place to the same place, with the same groups, or there is none: then the pipeline is refused with the place
and the reason, and can run in the cluster (`run: cluster`). A pattern that Python understands as the cluster does stays as it is.

The tables below are what the tests run: each row's patterns against Java itself and against joni, the engine of Elasticsearch and
OpenSearch, and thousands of random patterns besides. *Translated* means equal; *refused* works in the cluster only; *invalid*
works nowhere.

## What no table shows

- Letters and digits of other scripts are those that the engines knew when the tables were made: Unicode 15 for grok, 16 for Java.
- Java counts in UTF-16. Where a pattern can match *nothing*, Java also finds nothing between the two halves of a character
  beyond U+FFFF, such as 😀; the edge does not.
- Java's engine recurses, and dies of a stack overflow where `(a|b)*` meets some thousand characters; the edge matches.
- A match has 100 ms of CPU time. Texts above `match_max_bytes` are matched in another process, or fail, as you choose. A match
  that is given up is a failure of its processor; many of them within a minute lower the budget of all to 5 ms.
"""
FATES = {"translated": "translated", "refused": "**refused**", "invalid": "invalid"}


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    parts += ["\n## Grok (Oniguruma)\n", *_table(table.ONIGURUMA)]
    parts += ["\n## Java\n", *_table(table.JAVA)]
    return "\n".join(parts) + "\n"


def _table(rows: Iterable[table.Row]) -> list[str]:
    lines = ["| construct | at the edge | |", "|---|---|---|"]
    for row in rows:
        what, note = row.what.replace("|", "\\|"), row.note.replace("|", "\\|")
        lines.append(f"| {what} | {FATES[row.fate]} | {note} |")
    return lines


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
