"""
Letters without regard to case: which characters Oniguruma and Java take for the same.

Simple folding is by classes of characters; Oniguruma also takes one character for two (``ß`` for ``ss``).
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from shipper.pipeline.regex.charset import CharSet, intersect, union

if TYPE_CHECKING:
    from collections.abc import Iterator

ASCII_LETTERS: CharSet = ((65, 90), (97, 122))


@cache
def _classes() -> dict[int, frozenset[int]]:
    """Each character that has others like it, with all of its class."""
    classes: dict[str, set[int]] = {}
    for first, last in ((0x41, 0x587), (0x10A0, 0x1FFF), (0x2126, 0x2184), (0x24B6, 0x24E9), (0x2C00, 0x2D2D),
                        (0xA640, 0xABBF), (0xFB00, 0xFB17), (0xFF21, 0xFF5A), (0x10400, 0x10CF2), (0x118A0, 0x118DF),
                        (0x16E40, 0x16E7F), (0x1E900, 0x1E943)):  # fmt: skip
        for point in range(first, last + 1):
            char = chr(point)
            folded = char.casefold()
            if len(folded) > 1:
                # Characters with a long folding that differ only in case: ẞ and ß, the Greek ones with iota below.
                folded = char.lower() if len(char.lower()) == 1 else char
            classes.setdefault(folded, set()).add(point)
    return {
        point: frozenset(members)
        for members in classes.values()
        if len(members) > 1
        for point in members
    }


def equals(point: int) -> CharSet:
    """All characters that are this one in another case, and itself."""
    members = _classes().get(point)
    return union((other, other) for other in members) if members else ((point, point),)


@lru_cache(maxsize=128)
def close(ranges: CharSet) -> CharSet:
    """The set with all other cases of its characters."""
    return union(
        ranges,
        (
            (other, other)
            for point, members in _classes().items()
            if any(first <= point <= last for first, last in ranges)
            for other in members
        ),
    )


def close_ascii(ranges: CharSet) -> CharSet:
    """The set with the other case of its ASCII letters."""
    upper = intersect(ranges, ((65, 90),))
    lower = intersect(ranges, ((97, 122),))
    return union(ranges, ((a + 32, b + 32) for a, b in upper), ((a - 32, b - 32) for a, b in lower))


@cache
def _java_classes() -> dict[str, frozenset[int]]:
    """Characters by what Java compares in their stead: the lower case of the upper case, each of one character."""
    classes: dict[str, set[int]] = {}
    for point in range(0x1E944):
        char = chr(point)
        key = _java_key(char)
        if key != char:
            classes.setdefault(key, {ord(key)}).add(point)
    return {key: frozenset(points) for key, points in classes.items()}


def _java_key(char: str) -> str:
    upper = next((one for one in (char.upper(), char.title()) if len(one) == 1), char)
    lower = upper.lower()
    return "i" if upper == "\u0130" else lower if len(lower) == 1 else upper


def java_equals(point: int) -> CharSet:
    """All characters that Java takes for this one with its options ``i`` and ``u``."""
    members = _java_classes().get(_java_key(chr(point)))
    return union((other, other) for other in members) if members else ((point, point),)


@lru_cache(maxsize=128)
def java_close(ranges: CharSet) -> CharSet:
    """The set with all that Java takes for its characters."""
    extra = [
        (other, other)
        for members in _java_classes().values()
        if any(first <= point <= last for point in members for first, last in ranges)
        for other in members
    ]
    return union(ranges, extra)


@cache
def long_foldings() -> dict[str, CharSet]:
    """Sequences of two or three characters, folded, and the single ones that Oniguruma takes for them."""
    found: dict[str, list[tuple[int, int]]] = {}
    for first, last in ((0xDF, 0x587), (0x1E96, 0x1FFC), (0xFB00, 0xFB17)):
        for point in range(first, last + 1):
            folded = chr(point).casefold()
            if len(folded) > 1:
                found.setdefault(folded, []).append((point, point))
    return {text: union(ranges) for text, ranges in found.items()}


@cache
def long_folding_chars() -> CharSet:
    """All single characters that Oniguruma takes for several."""
    return union(*long_foldings().values())


def divisions(text: str) -> Iterator[list[str]]:
    """All ways to cut a folded text into single characters and sequences that one character stands for; the finest first."""
    if not text:
        yield []
        return
    for size in (1, 2, 3):
        head = text[:size]
        if len(head) == size and (size == 1 or head in long_foldings()):
            for rest in divisions(text[size:]):
                yield [head, *rest]
