"""The manual's page: figures stand between markers and are written by the bench alone."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def write(name: str, lines: list[str]) -> None:
    """Put lines between ``<!-- name: begin -->`` and ``<!-- name: end -->`` of docs/pressure.md."""
    path = DOCS / "pressure.md"
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    block = "\n".join([begin, "", *lines, "", end])
    new, found = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: block, text, flags=re.DOTALL
    )
    if found != 1:
        raise SystemExit(f"{path} has {found} places for {name}")
    path.write_text(new, encoding="utf-8")


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A table in Markdown."""
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]
