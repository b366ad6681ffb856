"""What Oniguruma does with whole sequences: which look-behinds it takes, and strings without regard to case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.failure import Invalid
from shipper.pipeline.regex import charset, folding
from shipper.pipeline.regex.tree import (
    WITHOUT_END,
    Alt,
    Back,
    Call,
    Char,
    Edge,
    Group,
    Node,
    Raw,
    Repeat,
    Seq,
    Set,
    ends,
    walk,
)

if TYPE_CHECKING:
    from shipper.pipeline.regex.scanner import Scanner

TEXT_END = r"(?=\n?\Z)"  # what \Z is
MOST_DIVISIONS = 16


def check_look_behind(root: Node, scanner: Scanner) -> None:
    """Refuses what the engine refuses within look-behinds, and what Python would: anything but fixed widths."""
    for node in walk(root):
        if not isinstance(node, Group) or not node.kind.endswith("behind"):
            continue
        body = node.body
        while isinstance(body, Group) and body.kind == "plain":
            body = body.body
        for branch in body.branches if isinstance(body, Alt) else [body]:
            _width(branch, scanner, negative=node.kind == "not_behind")


def check_loops(root: Node, scanner: Scanner) -> None:
    """
    Refuses loops whose rounds may match nothing where the engine ends them otherwise than Python.

    It looks at groups that are referred to, and ends a counted loop before its count is reached.
    """
    nodes = walk(root)
    refers = any(isinstance(node, Back) for node in nodes)
    for node in nodes:
        if isinstance(node, Repeat) and node.most not in {0, 1} and ends(node.body, first=True)[0]:
            if node.least > 1 or node.most > 1:
                scanner.refuse("an interval around what may match nothing", 0)
            inner = walk(node.body)
            if refers and any(isinstance(one, Group) and one.kind == "capture" for one in inner):
                scanner.refuse("a group that is referred to, in a loop that may match nothing", 0)


def check_end(root: Node, scanner: Scanner) -> None:
    """Refuses what the engine overlooks at the end of a text: nothing, behind a character of several bytes."""
    at_end = any(isinstance(node, Raw) and node.text in {TEXT_END, r"\Z"} for node in walk(root))
    if at_end and not _unlimited(root) and ends(root, first=True)[0]:
        scanner.refuse(
            r"a pattern with \z or \Z that is limited in length and may match nothing", 0
        )


def _unlimited(node: Node) -> bool:
    return any(isinstance(one, Repeat) and one.most == WITHOUT_END for one in walk(node))


def _width(node: Node, scanner: Scanner, *, negative: bool) -> int:
    reason = "a look-behind of no fixed width, or with more than plain characters in it"
    match node:
        case Char() | Set():
            return 1
        case Raw():
            if node.text == r"\K":
                scanner.refuse(r"\K within a look-behind", 0)
            if node.text in {TEXT_END, r"\Z"}:
                scanner.invalid(r"\Z or \z within a look-behind", 0)
            return 0
        case Seq():
            return sum(_width(item, scanner, negative=negative) for item in node.items)
        case Alt():
            widths = {_width(branch, scanner, negative=negative) for branch in node.branches}
            if len(widths) > 1:
                scanner.invalid(reason, 0)
            return widths.pop()
        case Group() if node.kind.endswith("behind"):
            return 0
        case Group() if node.kind == "fold":
            scanner.refuse(
                "a look-behind without regard to case with letters that one letter may stand for", 0
            )
        case Group() if node.kind == "plain" or (node.kind == "capture" and not negative):
            return _width(node.body, scanner, negative=negative)
        case Repeat() if node.least == node.most and not node.mode:
            return node.least * _width(node.body, scanner, negative=negative)
        case Call():
            scanner.refuse("a call of a group within a look-behind", 0)
        case Edge():
            return 0
    raise Invalid(reason, 0)


def join_folded(items: list[Node], joins: list[bool], scanner: Scanner) -> list[Node]:
    """
    Finds strings that one character may stand for, such as ``ss`` for which ``ß`` does.

    Args:
        items: of a sequence without regard to case.
        joins: which of them the engine makes one string of.
        scanner: to refuse with.
    """
    result: list[Node] = []
    run: list[Char] = []
    for item, join in zip(items, joins, strict=True):
        if join and isinstance(item, Char):
            run.append(item)
            continue
        result += _string(run, scanner)
        run = []
        if (
            isinstance(item, Repeat)
            and isinstance(item.body, Char)
            and max(item.least, item.most) > 1
        ):
            folded = chr(item.body.point).casefold() * 2
            if folded in folding.long_foldings() and item.least > 1:
                scanner.refuse("a letter twice without regard to case, for which one may stand")
        result.append(item)
    return result + _string(run, scanner)


def _string(run: list[Char], scanner: Scanner) -> list[Node]:
    long = folding.long_foldings()
    folded = "".join(_fold(char) for char in run)
    if not any(text in folded for text in long):
        return list(run)
    result: list[Node] = []
    at = 0
    while at < len(run):
        end = at
        stop = at + 1
        while end < stop:  # as far as such sequences overlap
            stop = max([stop, *(end + len(text) for text in long if folded.startswith(text, end))])
            end += 1
        if stop == at + 1:
            result.append(run[at])
        else:
            piece = run[at:stop]
            if not folded[at:stop].isascii():
                scanner.refuse("letters without regard to case for which one other letter stands")
            result.append(_ligatures(piece, folded[at:stop], scanner))
        at = stop
    return result


def _fold(char: Char) -> str:
    folded = chr(char.point).casefold()
    return folded if len(folded) == 1 else chr(char.point)


def _ligatures(chars: list[Char], folded: str, scanner: Scanner) -> Node:
    long = folding.long_foldings()
    branches: list[Node] = []
    for pieces in folding.divisions(folded):
        if len(branches) == MOST_DIVISIONS:
            scanner.refuse("so many letters without regard to case for which others may stand")
        items: list[Node] = []
        for piece in pieces:
            if len(piece) == 1:
                items.append(Char(ord(piece), None, folding.equals(ord(piece))))
            else:
                items.append(
                    Set(
                        charset.union(*(ranges for text, ranges in long.items() if text == piece)),
                        wide=True,
                    )
                )
        branches.append(Seq(items))
    branches[0] = Seq(list(chars))
    return Group(Alt(branches), "fold")
