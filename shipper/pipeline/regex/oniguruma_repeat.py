"""Oniguruma's quantifiers: how they are written, and what may be repeated how often."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipper.pipeline.regex.tree import WITHOUT_END, Alt, Group, Node, Repeat, Seq

if TYPE_CHECKING:
    from shipper.pipeline.regex.scanner import Scanner

MOST_REPEATS = 100_000  # the engine's own limit
MOST_COPIES = (
    10_000  # of nested repeats: beyond, Python's compiled pattern might not fit the memory
)


def repeated(node: Node, span: tuple[int, int, str], scanner: Scanner, start: int) -> Repeat:
    """
    A node under a quantifier.

    Args:
        node: what is repeated.
        span: the quantifier, as :func:`quantifier` reads it.
        scanner: to refuse with.
        start: where the quantifier stands.
    """
    least, most, mode = span
    if (
        isinstance(node, Group)
        and node.kind == "plain"
        and node.body == Seq([])
        and least == most > 1
    ):
        scanner.refuse("nothing, repeated", start)
    if isinstance(node, Group) and node.kind.endswith(("ahead", "behind")) and most != 1:
        # Once is as good as often, and Python repeats no assertion without end safely.
        least, most = min(least, 1), 1
    elif _copies(node) * max(least, most, 1) > MOST_COPIES and (
        max(least, most) > 1000 or isinstance(node, Repeat | Group)
    ):
        scanner.refuse("so many repeats within each other", start)
    return Repeat(node, least, most, mode)


def quantifier(scanner: Scanner) -> tuple[int, int, str] | None:
    """Reads a quantifier: least, most, and the sign of its mode; None and nothing read if there is none."""
    char = scanner.peek()
    if char and char in "*+?":
        scanner.at += 1
        least, most = {"*": (0, WITHOUT_END), "+": (1, WITHOUT_END), "?": (0, 1)}[char]
        return least, most, scanner.take() if scanner.peek() and scanner.peek() in "?+" else ""
    if char != "{":
        return None
    found = interval(scanner)
    if found is None:
        return None
    least, most, fixed = found
    # In Ruby's syntax {n}? is (?:…{n})?, and a + behind an interval is one more quantifier.
    return least, most, "?" if not fixed and scanner.eat("?") else ""


def interval(scanner: Scanner) -> tuple[int, int, bool] | None:
    """Reads an interval in braces: least, most, and whether it is one number; None and nothing read if there is none."""
    found = re.compile(r"\{(?:(\d+)(,(\d*))?|,(\d+))\}").match(scanner.text, scanner.at)
    if not found:
        return None
    least = int(found[1] or 0)
    most = WITHOUT_END
    if found[4] or found[3]:
        most = int(found[4] or found[3])
    elif not found[2] and found[1]:
        most = least
    if max(least, most) > MOST_REPEATS:
        scanner.invalid(f"more than {MOST_REPEATS} repeats")
    if most != WITHOUT_END and most < least:
        scanner.invalid("an interval from more to less")
    scanner.at = found.end()
    return least, most, found[1] is not None and not found[2]


def _copies(node: Node) -> int:
    """How often the smallest part of a node may be repeated for certain: its intervals multiplied."""
    match node:
        case Repeat():
            return max(node.least, node.most, 1) * _copies(node.body)
        case Group():
            return _copies(node.body)
        case Seq():
            return max(map(_copies, node.items), default=1)
        case Alt():
            return max(map(_copies, node.branches), default=1)
        case _:
            return 1
