"""What can be said of a pattern's groups without matching: which may be absent, and which characters they can hold."""

from __future__ import annotations

from dataclasses import dataclass

from shipper.pipeline.regex import charset, tree
from shipper.pipeline.regex.charset import ALL, EMPTY, CharSet, intersect, subtract, union

QUOTE: CharSet = charset.of('"')
ESCAPED: CharSet = union(charset.of("\\"), ((0, 31),))  # beside the quote, what JSON escapes


@dataclass(frozen=True, slots=True)
class Facts:
    """
    A group.

    Attributes:
        optional: it may take no part in a match.
        quotes: it may hold a quotation mark.
        escapes: it may hold another character that JSON escapes.
        digits: it holds nothing but ASCII digits: so many at most, and at least one; 0 where that is not so.
    """

    optional: bool
    quotes: bool
    escapes: bool
    digits: int = 0


def facts(parsed: tree.Tree) -> dict[int, Facts]:
    """What is known of each group, by its number."""
    found: dict[int, Facts] = {}
    _walk(parsed.root, found, optional=False)
    return found


def anchored(parsed: tree.Tree) -> bool:
    """Whether a pattern can match a single line at its start only."""
    root = parsed.root
    while isinstance(root, tree.Group) and root.kind in {"plain", "capture", "atomic"}:
        root = root.body
    if isinstance(root, tree.Seq) and root.items:
        root = root.items[0]
    if isinstance(root, tree.Edge):
        return root.kind == "line_start"
    return isinstance(root, tree.Raw) and root.text == "\\A"


def _walk(node: tree.Node, found: dict[int, Facts], *, optional: bool) -> None:
    match node:
        case tree.Seq():
            for item in node.items:
                _walk(item, found, optional=optional)
        case tree.Alt():
            for branch in node.branches:
                _walk(branch, found, optional=optional or len(node.branches) > 1)
        case tree.Repeat():
            _walk(node.body, found, optional=optional or node.least == 0)
        case tree.Choice():
            _walk(node.yes, found, optional=True)
            if node.no is not None:
                _walk(node.no, found, optional=True)
        case tree.Group():
            looks = node.kind.endswith(("ahead", "behind"))
            if node.kind == "capture":
                held = _held(node.body)
                found[node.number] = Facts(
                    optional,
                    quotes=bool(intersect(held, QUOTE)),
                    escapes=bool(intersect(held, ESCAPED)),
                    digits=_longest(node.body) if held and not subtract(held, charset.DIGIT) else 0,
                )
            _walk(node.body, found, optional=optional or looks)
        case _:
            pass


def _held(node: tree.Node) -> CharSet:
    """All characters that a part can use up."""
    match node:
        case tree.Char() | tree.Set():
            return tree.chars(node)
        case tree.Raw():
            return ALL if node.consumes else EMPTY
        case tree.Edge():
            return EMPTY
        case tree.Seq():
            return union(*(_held(item) for item in node.items))
        case tree.Alt():
            return union(*(_held(branch) for branch in node.branches))
        case tree.Repeat():
            return _held(node.body)
        case tree.Group():
            return EMPTY if node.kind.endswith(("ahead", "behind")) else _held(node.body)
        case _:
            return ALL


def _longest(node: tree.Node) -> int:
    """The most characters of a part that always has some; 0 where there is no limit, or it may have none."""
    match node:
        case tree.Char() | tree.Set():
            return 1
        case tree.Seq():
            lengths = [_longest(item) for item in node.items]
            return sum(lengths) if lengths and all(lengths) else 0
        case tree.Group():
            return 0 if node.kind.endswith(("ahead", "behind")) else _longest(node.body)
        case tree.Repeat():
            limited = node.least > 0 and node.most != tree.WITHOUT_END
            return _longest(node.body) * node.most if limited else 0
        case _:
            return 0
