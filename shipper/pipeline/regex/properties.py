"""
Named sets of characters as the two engines have them; the data files beside this module were written by the engines themselves.

``scripts/character_properties.py`` writes them anew. Read when a pattern first asks for a name.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipper.pipeline.regex.charset import CharSet


def oniguruma(name: str) -> CharSet | None:
    """The characters of a property or POSIX class; None if it is not known here. Case, blanks, ``-`` and ``_`` do not count."""
    return _named("oniguruma", name.lower().translate(_IGNORED))


def java(name: str) -> CharSet | None:
    """The characters of a property as the data file spells it."""
    return _named("java", name)


def names(dialect: str) -> list[str]:
    """All names of a data file."""
    return list(_lines(dialect))


_IGNORED = str.maketrans("", "", " -_")


@cache
def _lines(dialect: str) -> dict[str, str]:
    text = Path(__file__).with_name(f"{dialect}.txt").read_text(encoding="ascii")
    lines = (line.split(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: ranges for names, ranges in lines for name in names.split(",")}


@cache
def _named(dialect: str, name: str) -> CharSet | None:
    line = _lines(dialect).get(name)
    if line is None:
        return None
    result = []
    at = 0
    for entry in line.split():
        gap, _, size = entry.partition("+")
        first = at + int(gap, 36)
        at = first + int(size or "0", 36)
        result.append((first, at))
        at += 1
    return tuple(result)
