"""The tree that a dialect's parser builds, and what can be said of its parts without matching: widths, first and last characters."""

from __future__ import annotations

from dataclasses import dataclass, field

from shipper.pipeline.regex.charset import ALL, CharSet, union

WITHOUT_END = -1  # as the most of a repeat


@dataclass(slots=True)
class Char:
    """
    One character.

    Attributes:
        point: its code point.
        text: how the source spells it where Python takes that too; None to spell it anew.
        fold: other characters that match it, without regard to case; empty where case counts.
    """

    point: int
    text: str | None = None
    fold: CharSet = ()


@dataclass(slots=True)
class Set:
    """One character of a set; ``text`` as of :class:`Char`; ``wide``: closed over case, and shorter to spell for ASCII."""

    ranges: CharSet
    text: str | None = None
    wide: bool = False


@dataclass(slots=True)
class Raw:
    """A piece that is written as it is; ``consumes``: it is no mere assertion."""

    text: str
    consumes: bool = False


@dataclass(slots=True)
class Edge:
    """
    An assertion whose translation depends on its surroundings.

    Attributes:
        kind: ``line_start`` (Oniguruma's), ``word``, ``not_word``.
        word: the characters of words, for the last two.
    """

    kind: str
    word: CharSet = ()


@dataclass(slots=True)
class Seq:
    """One after another."""

    items: list[Node]


@dataclass(slots=True)
class Alt:
    """The first alternative that leads to a match."""

    branches: list[Node]


@dataclass(slots=True)
class Group:
    """
    Parentheses.

    Attributes:
        body: what is within.
        kind: ``plain`` ``(?:``, ``capture``, ``atomic`` ``(?>``, ``ahead`` ``(?=``, ``not_ahead``, ``behind``, ``not_behind``;
            ``fold``: alternatives of which only the first can match ASCII; ``break``: a line break that may be divided.
        number: of a capturing group, from 1.
    """

    body: Node
    kind: str = "plain"
    number: int = 0


@dataclass(slots=True)
class Repeat:
    """``body`` from ``least`` to ``most`` times; ``mode`` is ``""``, ``"?"`` (as few as possible) or ``"+"`` (never given back)."""

    body: Node
    least: int
    most: int
    mode: str = ""


@dataclass(slots=True)
class Back:
    """What one of these groups matched, the first that took part; ``fold`` without regard to the case of ASCII letters."""

    numbers: list[int]
    fold: bool = False


@dataclass(slots=True)
class Choice:
    """``(?(1)yes|no)``."""

    number: int
    yes: Node
    no: Node | None


@dataclass(slots=True)
class Call:
    """A group's pattern once more, perhaps within itself; number 0 is the whole."""

    number: int


Node = Char | Set | Raw | Edge | Seq | Alt | Group | Repeat | Back | Choice | Call


@dataclass(slots=True)
class Tree:
    """A parsed pattern: its root and the name, if any, of each group."""

    root: Node
    names: list[str | None] = field(default_factory=list)


def chars(node: Char | Set) -> CharSet:
    """The characters that match."""
    if isinstance(node, Set):
        return node.ranges
    return node.fold or ((node.point, node.point),)


def ends(node: Node, *, first: bool) -> tuple[bool, CharSet]:
    """
    Whether a part may match without using a character up, and the first (or last) characters it may use up otherwise.

    The set may be too large, never too small.
    """
    match node:
        case Char() | Set():
            return False, chars(node)
        case Raw() | Edge():
            return True, ALL if isinstance(node, Raw) and node.consumes else ()
        case Seq():
            result: CharSet = ()
            for item in node.items if first else reversed(node.items):
                empty, found = ends(item, first=first)
                result = union(result, found)
                if not empty:
                    return False, result
            return True, result
        case Alt():
            both = [ends(branch, first=first) for branch in node.branches]
            return any(empty for empty, _ in both), union(*(found for _, found in both))
        case Group():
            return (True, ()) if _looks(node) else ends(node.body, first=first)
        case Repeat():
            empty, found = ends(node.body, first=first)
            return empty or node.least == 0, found if node.most else ()
        case Choice():
            one = ends(node.yes, first=first)
            other = ends(node.no, first=first) if node.no else (True, ())
            return one[0] or other[0], union(one[1], other[1])
        case Back() | Call():
            return True, ALL


def _looks(node: Group) -> bool:
    return node.kind.endswith(("ahead", "behind"))


def walk(node: Node) -> list[Node]:
    """A node and all within it, in their order."""
    found = [node]
    match node:
        case Seq():
            inner = node.items
        case Alt():
            inner = node.branches
        case Group() | Repeat():
            inner = [node.body]
        case Choice():
            inner = [node.yes, *([node.no] if node.no else [])]
        case _:
            inner = []
    for child in inner:
        found += walk(child)
    return found
