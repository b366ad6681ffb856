"""What Java does with parts of a pattern that Python does otherwise: widths of look-behinds, captures in empty loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.regex.tree import (
    WITHOUT_END,
    Alt,
    Back,
    Char,
    Group,
    Node,
    Repeat,
    Seq,
    Set,
    ends,
    walk,
)

if TYPE_CHECKING:
    from shipper.pipeline.regex.scanner import Scanner


def check_loops(root: Node, scanner: Scanner) -> None:
    """Refuses captures within a loop whose body may match nothing: what they hold at the end differs."""
    for node in walk(root):
        if isinstance(node, Repeat) and node.most not in {0, 1} and ends(node.body, first=True)[0]:
            inner = walk(node.body)
            if any(isinstance(one, Group) and one.kind == "capture" for one in inner):
                scanner.refuse("a group within a loop that may match nothing", 0)


def check_captures(root: Node, scanner: Scanner) -> None:
    """
    Refuses captures that may be left over from an attempt that failed later on.

    Java forgets to take back what look-arounds, atomic groups and possessive loops captured; that shows where a match
    need not pass there again.
    """
    _leftovers(root, scanner, needed=True, kept=False)


def _leftovers(node: Node, scanner: Scanner, *, needed: bool, kept: bool) -> None:
    match node:
        case Seq():
            for item in node.items:
                _leftovers(item, scanner, needed=needed, kept=kept)
        case Alt():
            for branch in node.branches:
                _leftovers(branch, scanner, needed=False, kept=kept)
        case Repeat():
            kept = kept or node.mode == "+"
            _leftovers(node.body, scanner, needed=needed and node.least > 0, kept=kept)
        case Group():
            if node.kind == "capture" and kept and not needed:
                scanner.refuse(
                    "a group that need not match, within a look-around or an atomic group", 0
                )
            kept = kept or node.kind not in {"plain", "capture", "break"}
            needed = needed and not node.kind.startswith("not_")
            _leftovers(node.body, scanner, needed=needed, kept=kept)
        case _:
            pass


def check_look_behind(root: Node, scanner: Scanner) -> str:
    """
    Sees to look-behinds.

    Returns:
        The engine that can do them: ``re`` where all have a fixed width, else ``regex``.
    """
    engine = "re"
    for node in walk(root):
        if not isinstance(node, Group) or not node.kind.endswith("behind"):
            continue
        body = node.body
        while isinstance(body, Group) and body.kind == "plain":
            body = body.body
        branches = body.branches if isinstance(body, Alt) else [body]
        widths = [_width(branch, scanner) for branch in branches]
        if all(least == most for least, most in widths):
            continue
        engine = "regex"
        for inner in walk(node.body):
            if isinstance(inner, Group) and inner.kind in {"capture", "atomic"}:
                scanner.refuse("a group in a look-behind of variable width", 0)
            if isinstance(inner, Repeat) and inner.mode == "+":
                scanner.refuse("a possessive quantifier in a look-behind of variable width", 0)
    return engine


def _width(node: Node, scanner: Scanner) -> tuple[int, int]:  # noqa: RET503 - refuse does not return
    match node:
        case Char() | Set():
            return 1, 1
        case Seq():
            widths = [_width(item, scanner) for item in node.items]
            return sum(least for least, _ in widths), sum(most for _, most in widths)
        case Alt():
            widths = [_width(branch, scanner) for branch in node.branches]
            return min(least for least, _ in widths), max(most for _, most in widths)
        case Group() if node.kind.endswith(("ahead", "behind")):
            return 0, 0
        case Group():
            return _width(node.body, scanner)
        case Repeat():
            least, most = _width(node.body, scanner)
            loops = isinstance(node.body, Group) and node.most not in {0, 1}
            if node.most == WITHOUT_END or (loops and not _settled(node.body)):
                scanner.refuse("a look-behind without an obvious greatest width", 0)
            return least * node.least, most * node.most
        case Back():
            scanner.refuse("a reference to a group in a look-behind", 0)
        case _:
            return 0, 0


def _settled(node: Node) -> bool:
    """Whether there is only one way to match: Java calls it deterministic. It takes line breaks for such."""
    match node:
        case Alt():
            return False
        case Seq():
            return all(map(_settled, node.items))
        case Repeat():
            return node.least == node.most and _settled(node.body)
        case Group():
            return node.kind == "break" or node.kind.endswith("ahead") or _settled(node.body)
        case _:
            return True


def make_breaks_atomic(node: Node, *, loops: bool) -> None:
    r"""
    Line breaks (``\R``) in what is repeated: Java goes back into them only where the repeated group has other ways to match.

    Args:
        node: what a quantifier stands behind.
        loops: whether it may repeat it more than once.
    """
    if isinstance(node, Group) and node.kind == "break":
        node.kind = "atomic"
    elif loops and _settled(node):
        for inner in walk(node):
            if isinstance(inner, Group) and inner.kind == "break":
                inner.kind = "atomic"
