"""
Letters without regard to case: which characters Oniguruma and Java take for the same.

Simple folding is by classes of characters; Oniguruma also takes one character for two (``ß`` for ``ss``).
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from shipper.pipeline.regex.charset import CharSet, intersect, union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    inside = _test(ranges)
    return union(
        ranges,
        (
            (other, other)
            for point, members in _classes().items()
            if inside(point)
            for other in members
        ),
    )


def _test(ranges: CharSet) -> Callable[[int], bool]:
    """Whether a code point is in the set, for many of them."""
    bounds = [bound for first, last in ranges for bound in (first, last + 1)]
    return lambda point: bisect_right(bounds, point) % 2 == 1


def close_ascii(ranges: CharSet) -> CharSet:
    """The set with the other case of its ASCII letters."""
    upper = intersect(ranges, ((65, 90),))
    lower = intersect(ranges, ((97, 122),))
    return union(ranges, ((a + 32, b + 32) for a, b in upper), ((a - 32, b - 32) for a, b in lower))


@cache
def _java_cased() -> list[tuple[int, int, int]]:
    """Each character with its upper case and the lower case of that, of one character each, where they differ from it."""
    found = []
    for point in range(0x1E944):
        char = chr(point)
        upper = next((one for one in (char.upper(), char.title()) if len(one) == 1), char)
        lower = "i" if upper == "\u0130" else upper.lower()
        if not upper == lower == char:
            found.append((point, ord(upper), ord(lower) if len(lower) == 1 else ord(upper)))
    return found


@cache
def java_equals(point: int) -> CharSet:
    """All characters that Java takes for this one with its options ``i`` and ``u``."""
    low = next((low for other, _, low in _java_cased() if other == point), point)
    same = [(other, other) for other, _, lower in _java_cased() if lower == low]
    return union([(point, point), (low, low)], same)


@lru_cache(maxsize=128)
def java_range(low: int, high: int) -> CharSet:
    """All characters that Java finds in a range with its options ``i`` and ``u``: themselves, in upper case, or lowered again."""
    return union(
        [(low, high)],
        (
            (point, point)
            for point, upper, lower in _java_cased()
            if low <= upper <= high or low <= lower <= high
        ),
    )


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
