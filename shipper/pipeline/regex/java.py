"""
Java's regular expressions (gsub, split, kv, Painless): ``java.util.regex`` of JDK 19 and newer.

Parses to a tree, or says with an offset what is wrong or not done at the edge. Classes are in ``java_class``; iteration, replacing
and splitting, which differ from Python's, in ``java_text``. Every rule was seen on the JDK itself (tests/pipeline/regex).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from shipper.pipeline.regex import Translated, charset, folding, properties
from shipper.pipeline.regex.emit import emit
from shipper.pipeline.regex.java_class import BREAKS, ClassParser, Options
from shipper.pipeline.regex.java_look import (
    check_captures,
    check_look_behind,
    check_loops,
    make_breaks_atomic,
)
from shipper.pipeline.regex.java_text import (
    Replacement,
    find_all,
    replace_all,
    replacement,
    split,
)
from shipper.pipeline.regex.tree import (
    WITHOUT_END,
    Alt,
    Back,
    Char,
    Edge,
    Group,
    Node,
    Raw,
    Repeat,
    Seq,
    Set,
    Tree,
)

MOST = 2**31 - 1  # repeats, the JDK's limit
_GROUPS = {
    ":": "plain",
    ">": "atomic",
    "=": "ahead",
    "!": "not_ahead",
    "<=": "behind",
    "<!": "not_behind",
}
_LETTERS = {
    "i": "fold",
    "m": "multiline",
    "s": "dot_all",
    "d": "unix",
    "u": "unicode_case",
    "x": "comments",
}
_LINE_BREAKS = charset.union(((10, 13),), BREAKS)
_END = r"(?=(?:\r\n|(?<!\r)\n|[\r\x85\u2028\u2029])?\Z)"
_LINE_END = r"(?=(?<!\r)\n|[\r\x85\u2028\u2029]|\Z)"
_LINE_START = r"(?:(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n)|\A)(?!\Z)"


@lru_cache(maxsize=256)
def translate(text: str, flags: str = "", *, unread: bool = False) -> Translated:
    """
    A pattern of Java as Python's.

    Args:
        text: the pattern.
        flags: letters as behind a pattern of Painless or in ``(?…)``: ``i``, ``m``, ``s``, ``d``, ``u``, ``x``.
        unread: nobody asks what its groups have captured.

    Raises:
        Unsupported: the edge cannot do it exactly.
        Invalid: Java would not compile it.
    """
    return _Parser(text).parse(flags, unread=unread)


def parse(text: str, flags: str = "") -> Node:
    """The tree of a pattern that ``translate`` takes, for what wants to know more of it. Raises as ``translate`` does."""
    return _Parser(text).tree(flags)


class _Parser(ClassParser):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._names: list[str | None] = []
        self._closed: set[int] = set()
        self._options = Options()
        self._references: list[tuple[Back, int | None]] = []  # and where, if it is too early

    def tree(self, flags: str) -> Node:
        """The tree alone, not checked any further."""
        self._switch(flags)
        return self._alternatives()

    def parse(self, flags: str, *, unread: bool) -> Translated:
        self._switch(flags)
        root = self._alternatives()
        if self.more:
            self.invalid("a parenthesis is closed that was not opened")
        for node, early in self._references:
            if node.numbers[0] > len(self._names):
                node.numbers = []  # Java takes a reference to no group, and never matches it
            elif early is not None:
                self.refuse("a reference to a group that is not complete at that place", early)
        check_loops(root, self)
        if self._references or not unread:
            check_captures(root, self)
        engine = check_look_behind(root, self)
        marks = (properties.java("Mn") or (), properties.java("javaLetterOrDigit") or ())
        return emit(Tree(root, self._names), flags=re.ASCII, engine=engine, marks=marks)

    # Structure

    def _skip(self) -> None:
        """Blanks and comments, where the options say that there are any."""
        if self._options.comments:
            self.skip_blanks(self._options)

    def _alternatives(self) -> Node:
        self.enter()
        branches = [self._sequence()]
        while self.eat("|"):
            branches.append(self._sequence())
        self.leave()
        return branches[0] if len(branches) == 1 else Alt(branches)

    def _sequence(self) -> Node:
        items: list[Node] = []
        while True:
            self._skip()
            if not self.more or self.peek() in "|)":
                break
            if self.starts("\\Q"):
                items += self._quotation()
                continue
            node = self._piece()
            if node is not None:
                items.append(self._quantified(node))
        return items[0] if len(items) == 1 else Seq(items)

    def _quotation(self) -> list[Node]:
        """Literal characters; a quantifier behind them takes the last."""
        end = self.text.find("\\E", self.at)
        literal = self.text[self.at + 2 : end if end >= 0 else None]
        self.at = end + 2 if end >= 0 else len(self.text)
        nodes: list[Node] = [self._char(ord(char)) for char in literal]
        if not nodes:
            if self.peek() and self.peek() in "*+?{":
                self.refuse("a quantifier behind an empty quotation")
            return []
        nodes[-1] = self._quantified(nodes[-1])
        return nodes

    def _piece(self) -> Node | None:
        start = self.at
        char = self.take()
        options = self._options
        match char:
            case "(":
                return self._parentheses(start)
            case "[":
                return self._class_node(start)
            case ".":
                return self._dot()
            case "^":
                if not options.multiline:
                    return Raw(r"\A")
                return Raw(r"(?m:^)(?!\Z)" if options.unix else _LINE_START)
            case "$":
                if options.unix:
                    return Raw(r"(?=\n|\Z)" if options.multiline else "$")
                return Raw(_LINE_END if options.multiline else _END)
            case "\\":
                return self._escape(start)
            case "*" | "+" | "?":
                self.invalid(f"there is nothing before {char} that it could repeat", start)
            case "{":
                if re.compile(r"\d").match(self.text, self.at):
                    self.refuse("an interval behind nothing", start)
                self.invalid("a brace that is no interval: escape it", start)
        return self._char(ord(char))

    def _char(self, point: int) -> Char:
        options = self._options
        if not options.fold:
            return Char(point)
        if options.unicode_case:
            return Char(point, None, folding.java_equals(point))
        return Char(point, None, folding.close_ascii(((point, point),)))

    def _dot(self) -> Set:
        if self._options.dot_all:
            return Set(charset.ALL)
        if self._options.unix:
            return Set(charset.negate(charset.NEWLINE), ".")
        return Set(charset.negate(BREAKS), wide=True)

    def _class_node(self, start: int) -> Node:
        ranges, text = self.parse_class(self._options, start)
        return Set(ranges, text, wide=self._options.fold)

    # Groups

    def _parentheses(self, start: int) -> Node | None:
        self._skip()
        if not self.eat("?"):
            return self._capture(None, start)
        for sign, kind in _GROUPS.items():
            if self.eat(sign):
                return self._within(kind, start)
        if self.eat("<"):
            found = re.compile(r"[a-zA-Z][a-zA-Z0-9]*>").match(self.text, self.at)
            if not found:
                self.invalid("a group's name is letters and digits", self.at)
            self.at = found.end()
            name = found[0][:-1]
            if name in self._names:
                self.invalid(f"there is a group {name} already", start)
            return self._capture(name, start)
        found = re.compile(r"([a-zA-Z]*(?:-[a-zA-Z]*)?)([:)])").match(self.text, self.at)
        if not found:
            self.invalid("there is no such group", start)
        self.at = found.end()
        outer = self._options
        self._switch(found[1])
        if found[2] == ")":
            return None
        return self._within("plain", start, outer)

    def _switch(self, letters: str) -> None:
        on = True
        for letter in letters:
            if letter == "-":
                on = False
            elif letter in _LETTERS:
                self._options = replace(self._options, **{_LETTERS[letter]: on})
            elif letter in "Ucl":
                self.refuse(f"the option {letter}")
            else:
                self.invalid(f"there is no option {letter!r}")

    def _within(self, kind: str, start: int, outer: Options | None = None) -> Group:
        if outer is None:
            outer = self._options
        body = self._alternatives()
        if not self.eat(")"):
            self.invalid("a parenthesis is not closed", start)
        self._options = outer
        return Group(body, kind)

    def _capture(self, name: str | None, start: int) -> Group:
        self._names.append(name)
        number = len(self._names)
        group = self._within("capture", start)
        group.number = number
        self._closed.add(number)
        return group

    # Quantifiers

    def _quantified(self, node: Node) -> Node:
        self._skip()
        start = self.at
        char = self.peek()
        if not char or char not in "*+?{":
            return node
        if char == "{":
            least, most = self._interval(start)
        else:
            self.at += 1
            least, most = {"*": (0, WITHOUT_END), "+": (1, WITHOUT_END), "?": (0, 1)}[char]
        self._skip()
        mode = self.take() if self.peek() and self.peek() in "?+" else ""
        self._skip()
        if self.peek() == "{":
            self.refuse("an interval behind a quantifier, which repeats nothing")
        make_breaks_atomic(node, loops=most not in {0, 1})
        if isinstance(node, Group) and node.kind.endswith(("ahead", "behind")):
            least, most = min(least, 1), 1 if most else 0
        return Repeat(node, least, most, mode)

    def _interval(self, start: int) -> tuple[int, int]:
        found = re.compile(r"\{(\d+)(,(\d*))?").match(self.text, self.at)
        if not found:
            self.invalid("a brace that is no interval: escape it", start)
        self.at = found.end()
        self._skip()
        if not self.eat("}"):
            self.invalid("an interval is not closed", start)
        least = int(found[1])
        most = least if not found[2] else int(found[3]) if found[3] else WITHOUT_END
        if max(least, most) > MOST or (most != WITHOUT_END and most < least):
            self.invalid("an interval from more to less, or too large", start)
        if max(least, most) > 1_000_000:
            self.refuse("an interval as large as that", start)
        return least, most

    # Escapes

    def _escape(self, start: int) -> Node:
        if not self.more:
            self.invalid("the pattern ends with a backslash", start)
        char = self.take()
        match char:
            case "b":
                if self.starts("{"):
                    self.refuse(r"\b{g}, the boundary of what is visibly one character", start)
                return Edge("java_word")
            case "B":
                return Edge("java_not_word")
            case "A":
                return Raw(r"\A")
            case "z":
                return Raw(r"\Z")
            case "Z":
                return Raw("$" if self._options.unix else _END)
            case "R":
                return Group(Alt([Seq([Char(13), Char(10)]), Set(_LINE_BREAKS)]), "break")
            case "G":
                self.refuse(r"\G, the end of the match before", start)
            case "X":
                self.refuse(r"\X: what one visible character is differs between releases", start)
            case "k":
                return self._named_reference(start)
            case _ if char in "123456789":
                return self._reference(char)
        known = self.predefined(char, self._options, start)
        if known is not None:
            ranges, text = known
            return Set(ranges, text, wide=self._options.fold)
        point = self.escaped(char, start)
        node = self._char(point)
        if char == chr(point) and not char.isspace() and char.isascii():
            node.text = "\\" + char
        return node

    def _reference(self, digit: str) -> Back | Raw:
        number = int(digit)
        while self.peek() and self.peek() in "0123456789":
            longer = number * 10 + int(self.peek())
            if longer > len(self._names):
                break
            number = longer
            self.at += 1
        return self._back(number)

    def _named_reference(self, start: int) -> Back | Raw:
        found = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)>").match(self.text, self.at)
        if not found:
            self.invalid("\\k without a group's name", start)
        if found[1] not in self._names:
            self.invalid(f"there is no group {found[1]} before this place", start)
        self.at = found.end()
        return self._back(self._names.index(found[1]) + 1)

    def _back(self, number: int) -> Back:
        if self._options.fold:
            self.refuse("a reference to a group without regard to case")
        node = Back([number])
        self._references.append((node, None if number in self._closed else self.at))
        return node


__all__ = ["Replacement", "find_all", "replace_all", "replacement", "split", "translate"]
