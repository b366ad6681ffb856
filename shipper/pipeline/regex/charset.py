"""Sets of characters as sorted, disjoint, not adjoining ranges of code points, and their spelling in Python's patterns."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CharSet = tuple[tuple[int, int], ...]  # first and last of each range

LAST = 0x10FFFF
EMPTY: CharSet = ()
ALL: CharSet = ((0, LAST),)
NEWLINE: CharSet = ((10, 10),)
DIGIT: CharSet = ((48, 57),)
WORD: CharSet = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: CharSet = ((9, 13), (32, 32))
HEX: CharSet = ((48, 57), (65, 70), (97, 102))


def union(*sets: Iterable[tuple[int, int]]) -> CharSet:
    """All characters that any of the sets holds; the ranges given may overlap and be in any order."""
    result: list[tuple[int, int]] = []
    for first, last in sorted(span for ranges in sets for span in ranges):
        if result and first <= result[-1][1] + 1:
            if last > result[-1][1]:
                result[-1] = (result[-1][0], last)
        else:
            result.append((first, last))
    return tuple(result)


def negate(ranges: CharSet) -> CharSet:
    """All other characters."""
    result = []
    start = 0
    for first, last in ranges:
        if first > start:
            result.append((start, first - 1))
        start = last + 1
    if start <= LAST:
        result.append((start, LAST))
    return tuple(result)


def intersect(one: CharSet, other: CharSet) -> CharSet:
    """The characters that both hold."""
    return negate(union(negate(one), negate(other)))


def subtract(one: CharSet, other: CharSet) -> CharSet:
    """The characters of the first that the second does not hold."""
    return intersect(one, negate(other))


def of(text: str) -> CharSet:
    """The characters of a text."""
    return union((ord(char), ord(char)) for char in text)


def holds(ranges: CharSet, point: int) -> bool:
    """Whether a code point is in the set."""
    return any(first <= point <= last for first, last in ranges)


def spell_char(point: int) -> str:
    """One character as a pattern outside a class."""
    char = chr(point)
    if char in _SPECIAL:
        return "\\" + char
    return char if char.isprintable() and char != " " else _escape(point)


_SPECIAL = frozenset("\\.^$*+?{}[]()|")
_NAMES = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 32: " "}


def _escape(point: int) -> str:
    if point in _NAMES:
        return _NAMES[point]
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


@lru_cache(maxsize=256)
def spell(ranges: CharSet) -> str:
    """The set as a pattern for one character, for the ASCII flag without the flags I and S."""
    if ranges == ALL:
        return "(?s:.)"
    if not ranges:
        return "(?!)"
    inverse = negate(ranges)
    if inverse == NEWLINE:
        return "."
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return spell_char(ranges[0][0])
    for name, known in (("d", DIGIT), ("w", WORD), ("s", SPACE)):
        if ranges == known:
            return "\\" + name
        if inverse == known:
            return "\\" + name.upper()
    if len(inverse) < len(ranges):
        return f"[^{_items(inverse)}]"
    return f"[{_items(ranges)}]"


def _items(ranges: CharSet) -> str:
    parts = []
    for known, short in ((WORD, "\\w"), (DIGIT, "\\d"), (SPACE, "\\s")):
        if all(any(a <= first and last <= b for a, b in ranges) for first, last in known) and (
            len(subtract(ranges, known)) < len(ranges)
        ):
            ranges = subtract(ranges, known)
            parts.append(short)
    for first, last in ranges:
        parts.append(_item(first))
        if last > first:
            parts.append(("-" if last > first + 1 else "") + _item(last))
    return "".join(parts)


def _item(point: int) -> str:
    char = chr(point)
    if char in "\\[]^-&~|":
        return "\\" + char
    return char if char.isprintable() else _escape(point)
