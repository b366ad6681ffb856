"""
Whether a regular expression stays within what the cluster allows: so many looks at characters as six times the text's length.

Painless stops a match that looks more often. Patterns are taken only if no text can bring them that far, by a bound that is above what Java does: each alternative is
written out, and of its loops at most the last may give characters back to what follows.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shipper.pipeline.regex.charset import CharSet, intersect, union
from shipper.pipeline.regex.tree import (
    WITHOUT_END,
    Alt,
    Char,
    Edge,
    Group,
    Node,
    Raw,
    Repeat,
    Seq,
    Set,
    chars,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

FACTOR: Final = 6.0
_MOST_PATHS: Final = 24
_MOST_ITEMS: Final = 400
_MOST_PAIRS: Final = 120
_EDGE: Final = 3.0  # looks of a word boundary, at each place
_END: Final = 5.0  # looks of the end of a text, in all places together
_WIDE: Final = 1.5  # looks at a character that may be one beyond the basic plane, on average


class _Beyond(Exception):  # noqa: N818 - no error: the answer is no
    """No bound is known."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A character, a loop over a set, or (without a set) an assertion, which ``keeps`` looking at every place unless it asks for the text's end."""

    ranges: CharSet
    cost: float
    loop: bool = False
    keeps: bool = False  # a loop that never gives back
    least: int = 1


_Path = tuple[_Item, ...]


def bounded(root: Node, *, whole: bool) -> bool:
    """
    Whether no text can take a pattern over the limit.

    Args:
        root: the pattern's tree.
        whole: the match is of the whole text (``==~``), so it begins once only.
    """
    return looks(root, whole=whole) <= FACTOR


def looks(root: Node, *, whole: bool) -> float:
    """
    How many looks a character of the text a match takes at most; infinite if no bound is known.

    Args:
        root: the pattern's tree.
        whole: the match is of the whole text.
    """
    try:
        paths = _paths(root)
        start = [path for path in paths if path and path[0].cost == 0 and not path[0].ranges]
        if whole or len(start) == len(paths):
            return _once(paths, whole=whole)
        return _anywhere(paths)
    except _Beyond:
        return math.inf


def _paths(node: Node) -> list[_Path]:
    """All ways through a pattern, each as a row of items."""
    match node:
        case Char() | Set():
            ranges = chars(node)
            return [(_Item(ranges, _WIDE if ranges and ranges[-1][1] > 0xFFFF else 1.0),)]
        case Raw() if not node.consumes:
            if node.text == r"\A":
                return [(_Item((), 0.0),)]
            return [
                (
                    _Item(
                        (),
                        _END if node.text.endswith(r"\Z)") else _EDGE,
                        keeps=not node.text.endswith(r"?\Z)"),
                    ),
                )
            ]
        case Edge():
            return [(_Item((), _EDGE, keeps=True),)]
        case Seq():
            found: list[_Path] = [()]
            for item in node.items:
                found = _checked([one + other for one in found for other in _paths(item)])
            return found
        case Alt():
            return _checked([path for branch in node.branches for path in _paths(branch)])
        case Group() if node.kind in {"plain", "capture"}:
            return _paths(node.body)
        case Repeat():
            return _repeated(node)
    raise _Beyond


def _repeated(node: Repeat) -> list[_Path]:
    body = _paths(node.body)
    if node.most != WITHOUT_END and node.most <= 5:
        found: list[_Path] = []
        rows: list[_Path] = [()]
        for count in range(node.most + 1):
            if count >= node.least:
                found += rows
            if count < node.most:
                rows = _checked([one + other for one in rows for other in body])
        return _checked(found)
    if len(body) != 1 or len(body[0]) != 1 or not body[0][0].ranges or body[0][0].loop:
        raise _Beyond
    one = body[0][0]
    loop = _Item(one.ranges, one.cost, loop=True, keeps=node.mode == "+", least=min(node.least, 1))
    return _checked([(*[one] * max(node.least - 1, 0), loop)])


def _checked(paths: list[_Path]) -> list[_Path]:
    if len(paths) > _MOST_PATHS or sum(map(len, paths)) > _MOST_ITEMS:
        raise _Beyond
    return paths


def _once(paths: list[_Path], *, whole: bool) -> float:
    """Looks a character of the text, where the match begins at one place only."""
    plain = [path for path in paths if not any(item.loop for item in path)]
    looks = sum(_loops(path, whole=whole) + _edges(path) for path in paths if path not in plain)
    if not plain:
        return looks
    # Of a text of one character, every path looks at that; of longer ones, only those go on whose first character is right.
    first = [next((item for item in path if item.ranges), _Item((), 0.0)) for path in plain]
    fails = sum(item.cost for item in first)
    go_on = _most(first) if first else 0.0
    ends = max(map(_edges, plain))
    short = any(sum(bool(item.ranges) for item in path) < 2 for path in plain)
    return looks + max(fails + (ends if short else 0.0), (fails + go_on) / 2 + ends)


def _most(items: Iterable[_Item]) -> float:
    """The cost of those items that take the same character, at most."""
    items = list(items)
    points = {first for item in items for first, _ in item.ranges}
    return max(
        (sum(item.cost for item in items if _holds(item.ranges, point)) for point in points),
        default=0.0,
    )


def _edges(path: _Path) -> float:
    """What assertions look, a character of the text: the end of the text is looked at in its last two places only."""
    looks, before = 0.0, 0
    for item in path:
        if item.ranges:
            before += item.least
        elif item.cost:
            looks += item.cost if item.keeps else _END / max(before, 2)
    return looks


def _loops(path: _Path, *, whole: bool) -> float:
    """What a path with loops looks, a character of the text: no two parts of it take the same one."""
    looks = max(item.cost for item in path if item.ranges)
    for place, item in enumerate(path):
        if not item.loop:
            continue
        rest = path[place + 1 :]
        consuming = [other for other in rest if other.ranges]
        if item.keeps or not consuming:
            continue
        if _apart(item, rest, whole=whole):
            looks = max(looks, item.cost + consuming[0].cost)
        elif any(other.loop for other in rest):
            raise _Beyond
        else:
            looks = max(looks, item.cost + _fixed([tuple(rest)]))
    if any(not item.ranges and item.keeps and item.cost for item in path):
        raise _Beyond
    return looks


def _apart(item: _Item, rest: Iterable[_Item], *, whole: bool) -> bool:
    """Whether what follows a loop can begin with nothing that the loop takes."""
    for other in rest:
        if not other.ranges:
            continue
        if intersect(item.ranges, other.ranges):
            return False
        if not other.loop or other.least:
            return True
    return whole


def _fixed(paths: list[_Path]) -> float:
    """
    Looks a character of the text, where paths of fixed characters are tried at each place.

    At each place every path fails once; a character of the text is taken at most as often as it occurs in the paths.
    """
    taken = _most(item for path in paths for item in path)
    fails = sum(max((item.cost for item in path if item.ranges), default=0.0) for path in paths)
    every = sum(item.cost for path in paths for item in path if item.ranges)
    return min(fails + min(taken, _together(paths)), every) + sum(map(_edges, paths))


def _together(paths: list[_Path]) -> float:
    """
    Looks at one character beyond the first of each path, where paths begun earlier have come as far as that.

    What came before it is one text: places of two paths are reached together only if what they took fits.
    """
    rows = [[item for item in path if item.ranges] for path in paths]
    if sum(map(len, rows)) > _MOST_PAIRS or any(item.loop for row in rows for item in row):
        return math.inf
    places = [(row, at) for row in rows for at in range(1, len(row))]
    return max(
        (
            sum(row[at].cost for row, at in places if at <= most and _fit(longest[:most], row[:at]))
            for longest, most in places
        ),
        default=0.0,
    )


def _fit(longer: list[_Item], shorter: list[_Item]) -> bool:
    """Whether the end of one row of sets and another can take the same text."""
    end = longer[len(longer) - len(shorter) :]
    return all(intersect(one.ranges, other.ranges) for one, other in zip(end, shorter, strict=True))


def _holds(ranges: CharSet, point: int) -> bool:
    return any(first <= point <= last for first, last in ranges)


def _anywhere(paths: list[_Path]) -> float:
    """Looks a character of the text, where the match may begin at any place."""
    plain = [path for path in paths if not any(item.loop for item in path)]
    looks = 0.0
    for path in paths:
        loops = [place for place, item in enumerate(path) if item.loop]
        if not loops:
            continue
        if loops == [len(path) - 1]:
            first = path[:-1] + ((path[-1],) if path[-1].least else ())
            looks += _fixed([first]) + path[-1].cost
            continue
        consuming = [item for item in path if item.ranges]
        others = union(*(item.ranges for item in consuming[1:]))
        if consuming[0].loop or intersect(consuming[0].ranges, others):
            raise _Beyond
        looks += consuming[0].cost + _once([path], whole=False)
    if not plain:
        return looks
    fixed = _fixed(plain)
    if looks + fixed > FACTOR and _tried(plain, FACTOR - looks):
        return FACTOR
    return looks + fixed


def _tried(paths: list[_Path], most: float) -> bool:
    """
    Whether words that are tried at each place look no more often than ``most`` times a character, whatever the text.

    What is looked at next depends on which beginnings of words the text up to there ends with. The text that is looked at
    most is the longest way through those.
    """
    words = []
    for path in paths:
        if any(item.cost != 1.0 or len(item.ranges) != 1 for item in path):
            return False
        points = [item.ranges[0] for item in path]
        if any(first != last for first, last in points):
            return False
        words.append("".join(chr(first) for first, _ in points))
    if sum(map(len, words)) > _MOST_PAIRS:
        return False
    begun = Counter(word[:size] for word in words for size in range(len(word)))
    cost = {text: sum(begun[text[at:]] for at in range(len(text) + 1)) for text in begun}
    letters = {*"".join(words), ""}  # the empty one is any other, after which nothing has begun
    best = {"": 0.0}
    waiting = [""]
    while waiting:
        text = waiting.pop()
        value = best[text] + cost[text] - most
        if value > 0:
            return False
        for letter in letters:
            after = text + letter if letter else ""
            while after not in begun:
                after = after[1:]
            if value > best.get(after, -math.inf):
                best[after] = value
                waiting.append(after)
    return True
