"""
What a text must hold for a pattern to match: a cheap look before a dear match.

Reads what Java, Oniguruma and Python write alike, and says nothing of patterns that hold anything else.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MOST = (
    200  # words of one pattern; with many more of them, looking for words costs more than matching
)
_DEEP = 50  # parentheses within each other
_MARKS = " ;,()/"
_PIECE = re.compile(
    r"""
      (?P<open> \( (?: \?: | (?!\?) ) )
    | (?P<look> \( \? [=!] )
    | (?P<stop> [|)] )
    | (?P<any> [.^$] | \\ [bBdDsSwW] | \[ \^? (?: \\. | [^\]\\\[] )+ \] )
    | \\ (?P<escaped> [^A-Za-z0-9] )
    | (?P<plain> [^\\()\[\]{}*+?|^$.] )
    """,
    re.VERBOSE,
)
_REPEAT = re.compile(
    r"(?: (?P<none>[*?]|\{0+(?:,\d*)?\}) | \+ | \{\d+(?:,\d*)?\} ) [?+]?", re.VERBOSE
)


class _UnknownError(Exception):
    """There is something in the pattern that is not read here."""


def words(pattern: str, common: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """
    Texts of which at least one is in everything that the pattern matches.

    Args:
        pattern: case counts in it.
        common: words that most texts hold, and that are chosen last.

    Returns:
        None of them where there is no telling.
    """
    reader = _Reader(pattern, common)
    try:
        found = reader.branches()
    except _UnknownError:
        return ()
    return tuple(sorted(found.words)) if reader.done else ()


class _Found(NamedTuple):
    """Words, and how good they are: the length of the shortest, then how few."""

    words: frozenset[str] = frozenset()
    shortest: int = 0
    few: int = 0


_NOTHING = _Found()


class _Reader:
    """Goes through a pattern once."""

    def __init__(self, pattern: str, common: frozenset[str]) -> None:
        self._pattern = pattern
        self._common = common
        self._at = 0
        self._depth = 0

    @property
    def done(self) -> bool:
        """Whether all of the pattern is read."""
        return self._at == len(self._pattern)

    def branches(self) -> _Found:
        """The words of alternatives, up to what closes them."""
        if self._depth > _DEEP:
            raise _UnknownError
        found = [self._sequence()]
        while self._pattern.startswith("|", self._at):
            self._at += 1
            found.append(self._sequence())
        if len(found) == 1:
            return found[0]
        return (
            self._rated(frozenset().union(*(one.words for one in found)))
            if all(one.words for one in found)
            else _NOTHING
        )

    def _sequence(self) -> _Found:
        """The best words of one alternative."""
        best = _NOTHING
        run = ""
        while not self.done:
            piece = _PIECE.match(self._pattern, self._at)
            if piece is None:
                raise _UnknownError
            kind = piece.lastgroup
            if kind == "stop":
                break
            self._at = piece.end()
            inner = self._inner() if kind in {"open", "look"} else _NOTHING
            repeat = _REPEAT.match(self._pattern, self._at)
            if repeat is not None:
                self._at = repeat.end()
            none = repeat is not None and repeat["none"] is not None
            char = piece["escaped"] or piece["plain"]
            if char and not none:
                run += char
            if not char or repeat is not None:
                best, run = self._better(best, run), ""
            if kind == "open" and not none:
                best = max(best, inner, key=_worth)
        return self._better(best, run)

    def _inner(self) -> _Found:
        """The words within parentheses that were opened."""
        self._depth += 1
        found = self.branches()
        self._depth -= 1
        if not self._pattern.startswith(")", self._at):
            raise _UnknownError
        self._at += 1
        return found

    def _better(self, best: _Found, run: str) -> _Found:
        return max(best, self._rated(frozenset((run,))), key=_worth) if run else best

    def _rated(self, found: frozenset[str]) -> _Found:
        if not 0 < len(found) <= MOST:
            return _NOTHING
        return _Found(found, min(map(self._length, found)), -len(found))

    def _length(self, word: str) -> int:
        return 1 if word.strip(_MARKS) in self._common else len(word)


def _worth(found: _Found) -> tuple[int, int]:
    return found[1:]
