"""
Writes a tree as a Python pattern: what needs no change comes out as it was written.

Two ways: for any text, and for ASCII texts (``plain``), where folding of case and word boundaries are Python's own.
"""

from __future__ import annotations

import re

from shipper.pipeline.regex import Translated
from shipper.pipeline.regex.charset import (
    CharSet,
    intersect,
    negate,
    spell,
    spell_char,
    subtract,
    union,
)
from shipper.pipeline.regex.tree import (
    WITHOUT_END,
    Alt,
    Back,
    Call,
    Char,
    Choice,
    Edge,
    Group,
    Node,
    Raw,
    Repeat,
    Seq,
    Set,
    Tree,
    ends,
    walk,
)

_OPEN = {
    "plain": "(?:",
    "break": "(?:",
    "capture": "(",
    "atomic": "(?>",
    "ahead": "(?=",
    "not_ahead": "(?!",
    "behind": "(?<=",
    "not_behind": "(?<!",
}
_NOT_WORD = r"(?!\b)"  # Python's \B does not match in an empty text
_ASCII: CharSet = ((0, 127),)
_NOT_AT_NEWLINE_AND_END = r"(?!(?<=\n)\Z)"


def emit(
    tree: Tree, *, flags: int, engine: str = "re", marks: tuple[CharSet, CharSet] | None = None
) -> Translated:
    """
    A tree as Python.

    Args:
        tree: parsed and checked.
        flags: to compile with, beside what the tree itself asks for.
        engine: that can do all that is in the tree.
        marks: combining marks, and the characters that they may belong to, where word boundaries see them as one (Java).
    """
    nodes = walk(tree.root)
    exact = _Writer(plain=False, engine=engine, insensitive=False).write(tree.root, None, None)
    cased = [node for node in nodes if isinstance(node, Char) and _has_case(node)]
    insensitive = (
        bool(cased)
        and all(node.fold for node in cased)
        and all(node.wide or _closed(node.ranges) for node in nodes if isinstance(node, Set))
    )
    backs = [node for node in nodes if isinstance(node, Back)]
    if any(node.fold != insensitive for node in backs):
        insensitive = False
    plain = _Writer(plain=True, engine=engine, insensitive=insensitive).write(tree.root, None, None)
    plain_flags = flags | (re.IGNORECASE if insensitive else 0)
    differ = (plain, plain_flags) != (exact, flags)
    marked = None
    if marks is not None and any(
        isinstance(node, Edge) and node.kind.startswith("java") for node in nodes
    ):
        writer = _Writer(plain=False, engine="regex", insensitive=False, marks=marks)
        marked = writer.write(tree.root, None, None)
    ascii_only = (plain, plain_flags) if differ else None
    return Translated(exact, flags, tree.names, engine, ascii_only, marked)


def _has_case(node: Char) -> bool:
    return chr(node.point).isascii() and chr(node.point).isalpha()


def _closed(ranges: CharSet) -> bool:
    """Whether an ASCII letter is in the set in both cases or in none."""
    upper = intersect(ranges, ((65, 90),))
    lower = intersect(ranges, ((97, 122),))
    return tuple((a + 32, b + 32) for a, b in upper) == lower


class _Writer:
    def __init__(
        self,
        *,
        plain: bool,
        engine: str,
        insensitive: bool,
        marks: tuple[CharSet, CharSet] | None = None,
    ) -> None:
        self._marks = marks
        self._plain = plain
        self._engine = engine
        self._insensitive = insensitive

    def write(self, node: Node, before: CharSet | None, after: CharSet | None) -> str:
        """
        One node as text.

        Args:
            node: to write.
            before: what the character before is certainly one of, used up by this match; None if unknown.
            after: what the character behind is certainly one of, if all is to match; None if unknown.
        """
        match node:
            case Char():
                return self._char(node)
            case Set():
                return node.text if node.text is not None else self._set(node)
            case Raw():
                return node.text
            case Edge():
                return self._edge(node, before, after)
            case Seq():
                return self._seq(node, before, after)
            case Alt():
                return "|".join(self.write(branch, before, after) for branch in node.branches)
            case Group():
                return self._group(node, before, after)
            case Repeat():
                return self._repeat(node, before, after)
            case Back():
                return self._back(node)
            case Choice():
                no = "" if node.no is None else "|" + self.write(node.no, before, after)
                return f"(?({node.number}){self.write(node.yes, before, after)}{no})"
            case Call():
                return "(?R)" if node.number == 0 else f"(?{node.number})"

    def _char(self, node: Char) -> str:
        if self._plain:
            fold = intersect(node.fold, _ASCII)
            if not self._insensitive and len(union(fold)) > 1:
                return spell(fold)
            if node.point > 127 and fold:
                return spell(fold)
        elif node.fold and node.fold != ((node.point, node.point),):
            return spell(node.fold)
        return node.text if node.text is not None else spell_char(node.point)

    def _set(self, node: Set) -> str:
        if not (self._plain and node.wide):
            return spell(node.ranges)
        fewest = intersect(node.ranges, _ASCII)
        most = union(node.ranges, negate(_ASCII))
        return min(spell(fewest), spell(most), key=len)

    def _seq(self, node: Seq, before: CharSet | None, after: CharSet | None) -> str:
        behind: list[CharSet | None] = []
        for item in reversed(node.items):
            behind.append(after)
            after = _through(item, after, first=True)
        parts: list[str] = []
        for item, follows in zip(node.items, reversed(behind), strict=True):
            text = self.write(item, before, follows)
            if isinstance(item, Alt):
                text = f"(?:{text})"
            if (
                parts
                and text[:1].isdigit()
                and re.search(r"(?:^|[^\\])(?:\\\\)*\\\d\d?$", parts[-1])
            ):
                text = f"(?:{text})"  # a digit behind a back reference would become part of it
            parts.append(text)
            before = _through(item, before, first=False)
        return "".join(parts)

    def _group(self, node: Group, before: CharSet | None, after: CharSet | None) -> str:
        if node.kind.endswith("behind"):
            return self._behind(node)
        if node.kind == "fold":
            if self._plain and isinstance(node.body, Alt):
                return self.write(node.body.branches[0], before, after)
            return f"(?:{self.write(node.body, before, after)})"
        if node.kind == "atomic" or node.kind.endswith("ahead"):
            after = None  # what is decided within does not wait for what follows
        return f"{_OPEN[node.kind]}{self.write(node.body, before, after)})"

    def _behind(self, node: Group) -> str:
        """Python wants one width: alternatives of several widths become several looks."""
        opening = _OPEN[node.kind]
        body = node.body
        while isinstance(body, Group) and body.kind == "plain":
            body = body.body
        if self._engine == "re" and isinstance(body, Alt):
            looks = [f"{opening}{self.write(branch, None, None)})" for branch in body.branches]
            return "".join(looks) if node.kind == "not_behind" else f"(?:{'|'.join(looks)})"
        return f"{opening}{self.write(node.body, None, None)})"

    def _repeat(self, node: Repeat, before: CharSet | None, after: CharSet | None) -> str:
        empty, found = ends(node.body, first=False)
        inner_before = None if before is None or empty else union(before, found)
        _, follows = ends(node.body, first=True)
        inner_after = None if after is None else union(after, follows)
        if node.mode == "+":
            inner_after = None
        elif node.most in {0, 1}:
            inner_before, inner_after = before, after
        text = self.write(node.body, inner_before, inner_after)
        if not _is_atom(node.body, text):
            text = f"(?:{text})"
        return text + _count(node.least, node.most) + node.mode

    def _back(self, node: Back) -> str:
        if not node.numbers:
            return "(?!)"
        texts = [f"\\{number}" for number in node.numbers]
        text = texts[0] if len(texts) == 1 else f"(?>{'|'.join(texts)})"
        return f"(?i:{text})" if node.fold and not (self._plain and self._insensitive) else text

    def _edge(self, node: Edge, before: CharSet | None, after: CharSet | None) -> str:
        if node.kind.startswith("java"):
            return self._java_boundary(boundary=node.kind == "java_word")
        if node.kind == "line_start":
            return "^" if after is not None else "^" + _NOT_AT_NEWLINE_AND_END
        boundary = node.kind == "word"
        if self._plain:
            return r"\b" if boundary else _NOT_WORD
        word = spell(node.word)
        behind = _side(before, node.word)
        ahead = _side(after, node.word)
        if behind is None and ahead is None:
            if boundary:
                return f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
            return f"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))"
        if behind is not None:
            return f"(?!{word})" if behind == boundary else f"(?={word})"
        return f"(?<!{word})" if ahead == boundary else f"(?<={word})"

    def _java_boundary(self, *, boundary: bool) -> str:
        if self._marks is None:
            return r"\b" if boundary else _NOT_WORD
        mark, base = map(spell, self._marks)
        left = rf"\w|{base}{mark}+"
        right = rf"\w|{mark}(?<={base}{mark}+)"
        one, other = ("!", "=") if boundary else ("=", "!")
        return f"(?:(?<={left})(?{one}{right})|(?<!{left})(?{other}{right}))"


def _side(chars: CharSet | None, word: CharSet) -> bool | None:
    """Whether a neighbour is certainly part of a word, certainly not, or neither."""
    if chars is None:
        return None
    if not subtract(chars, word):
        return True
    return None if intersect(chars, word) else False


def _through(item: Node, outer: CharSet | None, *, first: bool) -> CharSet | None:
    empty, found = ends(item, first=first)
    if not empty:
        return found
    return None if outer is None else union(outer, found)


def _is_atom(node: Node, text: str) -> bool:
    """Whether a quantifier behind the text would take hold of the whole of it."""
    match node:
        case Char() | Set():
            return text != "(?!)"
        case Group():
            return node.kind not in {"fold", "not_behind"}
        case Back():
            return True
        case _:
            return False


def _count(least: int, most: int) -> str:
    known = {(0, WITHOUT_END): "*", (1, WITHOUT_END): "+", (0, 1): "?"}.get((least, most))
    if known:
        return known
    if least == most:
        return f"{{{least}}}"
    return f"{{{least},{'' if most == WITHOUT_END else most}}}"
