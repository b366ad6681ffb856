"""
How far a pattern gets in a text that it does not match: the longest run of its pieces that does match, and the next one.

A piece is a reference, a group, a class, an escape (each with its quantifier) or a stretch of plain text. If a run of
pieces matches, every shorter one from the same start does, so the longest is found by halving.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipper.pipeline import guard, regex
from shipper.pipeline.failure import Unsupported
from shipper.pipeline.grok.expand import REFERENCE, Bank
from shipper.pipeline.regex import oniguruma

if TYPE_CHECKING:
    from collections.abc import Iterator

_ESCAPE = re.compile(
    r"\\(?:[pP]\{[^}]*\}|[kg](?:<[^>]*>|'[^']*')|x\{[^}]*\}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|[0-7]{1,3}"
    r"|(?:C-|c|M-)(?:\\.|.)|.)?",
    re.DOTALL,
)
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d*,?\d*\})[?+]?")
_GROUP = re.compile(r"\((?:\?:|\?<[^=!>][^>]*>|(?!\?))")


@dataclass(frozen=True, slots=True)
class Reach:
    """
    Where a text stops matching.

    Attributes:
        begin, end: span of what the pieces before the failing one match.
        piece: the first piece that does not match, as it is written.
        inside: the references that it is found in, outermost first; none if it stands in the pattern itself.
    """

    begin: int
    end: int
    piece: str
    inside: tuple[str, ...] = ()


def pieces(pattern: str) -> list[list[str]]:
    """
    Cut a pattern.

    Returns:
        For each alternative at the top level its pieces.
    """
    alternatives: list[list[str]] = [[]]
    for text in _atoms(pattern):
        if text == "|":
            alternatives.append([])
            continue
        current = alternatives[-1]
        if current and _plain(text) and _plain(current[-1]):
            current[-1] += text
        else:
            current.append(text)
    return alternatives


def _plain(piece: str) -> bool:
    return not any(character in "%\\[](){}*+?|^$." for character in piece)


def _atoms(pattern: str) -> Iterator[str]:
    """Pieces of one character, reference, escape, class or group, each with its quantifiers."""
    at = 0
    while at < len(pattern):
        end = _end(pattern, at)
        if pattern[at] != "|":
            while found := _QUANTIFIER.match(pattern, end):
                end = found.end()
        yield pattern[at:end]
        at = end


def _end(pattern: str, at: int) -> int:
    if found := REFERENCE.match(pattern, at):
        return found.end()
    character = pattern[at]
    if character == "\\":
        escape = _ESCAPE.match(pattern, at)
        assert escape
        return escape.end()
    if character in "([":
        return _closed(pattern, at)
    return at + 1


def _closed(pattern: str, at: int) -> int:
    """Behind the bracket that closes the one at ``at``; the pattern's end where none does."""
    depth = classes = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 2
            continue
        if character == "[":
            classes += 1
            if pattern[at + 1 : at + 2] == "]":  # is a member there
                at += 1
        elif character == "]":
            classes = max(0, classes - 1)
        elif not classes:
            depth += (character == "(") - (character == ")")
        at += 1
        if not depth and not classes:
            return at
    return len(pattern)


def reach(pattern: str, text: str, bank: Bank) -> Reach | None:
    """
    How far a pattern gets.

    Args:
        pattern: that does not match.
        text: which it does not match.
        bank: the names it may use.

    Returns:
        The alternative that gets furthest; None where that cannot be said.
    """
    run = _furthest("", pattern, text, bank)
    if run is None:
        return None
    found = Reach(*run.span, run.piece)
    trail: list[str] = []
    while (inside := _inside(run.piece, bank)) is not None:
        deeper = _furthest(run.before, inside, text, bank)
        if deeper is None:
            break
        if run.piece.startswith("%"):
            trail.append(run.piece)
        run = deeper
        if run.span[1] > found.end:  # else the reference itself says more than what is in it
            found = Reach(*run.span, run.piece, tuple(trail))
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    """The longest run of pieces that matches: how many, their span, all before the next one, and that."""

    count: int
    span: tuple[int, int]
    before: str
    piece: str


def _inside(piece: str, bank: Bank) -> str | None:
    """What a reference stands for, or a group holds; None for any other piece."""
    if found := REFERENCE.fullmatch(piece):
        return bank.get(found["pattern"])
    if (found := _GROUP.match(piece)) and _closed(piece, 0) == len(piece):
        return piece[found.end() : -1]
    return None


def _furthest(before: str, pattern: str, text: str, bank: Bank) -> _Run | None:
    runs = [_longest(before, alternative, text, bank) for alternative in pieces(pattern)]
    return max((run for run in runs if run), key=lambda run: (run.span[1], run.count), default=None)


def _longest(before: str, sequence: list[str], text: str, bank: Bank) -> _Run | None:
    low, high = 0, len(sequence)
    span = (_try(before, text, bank) if before else None) or (0, 0)
    while low < high:
        middle = (low + high + 1) // 2
        found = _try(before + "".join(sequence[:middle]), text, bank)
        if found is None:
            high = middle - 1
        else:
            low, span = middle, found
    if low == len(sequence):
        return None
    piece = sequence[low]
    before += "".join(sequence[:low])
    if _plain(piece):  # how much of the plain text is there?
        for length in range(len(piece) - 1, 0, -1):
            longer = _try(before + piece[:length], text, bank)
            if longer is not None:
                return _Run(low + 1, longer, before + piece[:length], piece[length:])
    return _Run(low, span, before, piece)


def _try(prefix: str, text: str, bank: Bank) -> tuple[int, int] | None:
    try:
        compiled = regex.compile(oniguruma.translate(bank.expand(prefix).text))
        found = guard.search(compiled, text)
    except (Unsupported, guard.TimedOut):
        return None
    return None if found is None else found.span()
