"""
Grok's regular expressions: Oniguruma's Ruby syntax on UTF-8, as joni has it in both products.

Parses to a tree, or says with an offset what is wrong or not done at the edge. Classes are in ``oniguruma_class``, groups in
``oniguruma_groups``, quantifiers in ``oniguruma_repeat``, the table of constructs in ``table``. Every rule was seen on the
engine itself (tests/pipeline/regex).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from shipper.pipeline.failure import Invalid
from shipper.pipeline.regex import Translated, charset, folding, properties
from shipper.pipeline.regex.charset import ALL
from shipper.pipeline.regex.emit import emit
from shipper.pipeline.regex.oniguruma_class import SETS
from shipper.pipeline.regex.oniguruma_groups import GroupParser
from shipper.pipeline.regex.oniguruma_look import (
    TEXT_END,
    check_end,
    check_look_behind,
    check_loops,
    join_folded,
)
from shipper.pipeline.regex.oniguruma_repeat import interval, quantifier, repeated
from shipper.pipeline.regex.tree import (
    Alt,
    Char,
    Choice,
    Edge,
    Group,
    Node,
    Raw,
    Seq,
    Set,
    Tree,
)

if TYPE_CHECKING:
    from shipper.pipeline.regex.oniguruma_class import Options

_EDGES = {"A": r"\A", "Z": TEXT_END, "z": r"\Z", "G": r"\A"}
_GROUPS = {
    ":": "plain",
    ">": "atomic",
    "=": "ahead",
    "!": "not_ahead",
    "<=": "behind",
    "<!": "not_behind",
}


@lru_cache(maxsize=256)
def translate(text: str) -> Translated:
    """
    A pattern of grok's engine as Python's.

    Args:
        text: the pattern, with grok's own ``%{…}`` already replaced.

    Returns:
        Groups are numbered as the engine numbers them: without names all parentheses count, with a name only the named.

    Raises:
        Unsupported: the edge cannot do it exactly.
        Invalid: the engine would not take it.
    """
    tree, engine = _Parser(text).parse()
    return emit(tree, flags=re.ASCII | re.MULTILINE, engine=engine)


def parse(text: str) -> Tree:
    """
    The tree of a pattern, for those who want to know what its groups can hold.

    Raises:
        Unsupported, Invalid: as :func:`translate`.
    """
    return _Parser(text).parse()[0]


class _Parser(GroupParser):
    _was_single_class = False

    def parse(self) -> tuple[Tree, str]:
        root = self._alternatives(self.options)
        if self.more:
            self.invalid("a parenthesis is closed that was not opened")
        self.resolve(root)
        check_look_behind(root, self)
        check_loops(root, self)
        check_end(root, self)
        return Tree(root, self.names), self.engine

    # Structure

    def _alternatives(self, options: Options) -> Node:
        self.enter()
        branches = [self._sequence(options)]
        while self.eat("|"):
            branches.append(self._sequence(options))
        self.leave()
        return branches[0] if len(branches) == 1 else Alt(branches)

    def _sequence(self, options: Options) -> Node:
        items: list[Node] = []
        joins: list[
            bool
        ] = []  # whether an item is a letter that the engine puts into one string with its neighbours
        while self.more and self.peek() not in "|)":
            start = self.at
            if options.extended and self._blank():
                continue
            if self.starts("(?#"):
                self._comment()
                continue
            switched = self._switch(options)
            if switched is not None:
                rest = self._alternatives(switched)
                if not items:
                    return rest
                items.append(Group(rest) if isinstance(rest, Alt) else rest)
                joins.append(False)
                break
            node = self._piece(options)
            unescaped = isinstance(node, Char) and self.text[start] != "\\"
            literal = unescaped or self._was_single_class
            repeated = self._quantified(node, options)
            items.append(repeated)
            joins.append(literal and repeated is node)
        if options.fold:
            items = join_folded(items, joins, self)
        return items[0] if len(items) == 1 else Seq(items)

    def _blank(self) -> bool:
        if self.peek() in " \t\n\r\f\v":
            self.at += 1
            return True
        if self.peek() == "#":
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end + 1
            return True
        return False

    def _comment(self) -> None:
        start = self.at
        self.at += 3
        while self.more:
            char = self.take()
            if char == "\\":
                self.at += 1
            elif char == ")":
                return
        self.invalid("the comment does not end", start)

    def _switch(self, options: Options) -> Options | None:
        """Options without a body: they hold to the end of the group, alternatives included."""
        found = re.compile(r"\(\?([a-zA-Z-]*)\)").match(self.text, self.at)
        if not found or not found[1]:
            return None
        changed = self._changed(options, found[1])
        self.at = found.end()
        return changed

    def _changed(self, options: Options, letters: str) -> Options:
        on = True
        for letter in letters:
            if letter == "-":
                on = False
            elif letter in "imx":
                name = {"i": "fold", "m": "dot_all", "x": "extended"}[letter]
                options = replace(options, **{name: on})
            elif letter in "adu":
                self.refuse(f"the option (?{letter}), which changes what the classes hold")
            else:
                self.invalid(f"there is no option {letter!r}; the dot matches newlines with (?m)")
        return options

    def _piece(self, options: Options) -> Node:
        start = self.at
        self._was_single_class = False
        char = self.take()
        match char:
            case "(":
                return self._parentheses(options, start)
            case "[":
                return self._class_node(options, start)
            case ".":
                return Set(ALL) if options.dot_all else Set(charset.negate(charset.NEWLINE), ".")
            case "^":
                return Edge(
                    "line_start"
                )  # not behind a newline at the text's very end, as Python's is
            case "$":
                return Raw("$")
            case "\\":
                return self._escape(options, start)
            case "*" | "+" | "?":
                self.invalid(f"there is nothing before {char} that it could repeat", start)
            case "{":
                self.at = start
                if interval(self) is not None:
                    self.invalid("there is nothing before { that it could repeat", start)
                self.at = start + 1
        return self.character(ord(char), options)

    def _class_node(self, options: Options, start: int) -> Node:
        ranges, text = self.parse_class(options, start)
        if (
            options.fold
            and len(ranges) == len(folding.equals(ranges[0][0]) if ranges else ())
            and ranges
        ):
            point = ranges[0][0]
            if (
                folding.equals(point) == ranges
                and len(text or "") == 3
                and text
                and text[1].isalpha()
            ):
                self._was_single_class = True
                return self.character(ord(text[1]), options)
        return Set(ranges, text, wide=options.fold)

    # Groups

    def _parentheses(self, options: Options, start: int) -> Node:
        if not self.eat("?"):
            return self._capture(None, options, start)
        for sign, kind in _GROUPS.items():
            if self.eat(sign):
                return self._within(kind, options, start)
        if self.eat("<"):
            return self._capture(self.group_name(">", start), options, start)
        if self.eat("'"):
            return self._capture(self.group_name("'", start), options, start)
        if self.eat("~"):
            self.refuse("the absent operator (?~…)", start)
        if self.eat("("):
            return self._conditional(options, start)
        found = re.compile(r"([a-zA-Z-]+):").match(self.text, self.at)
        if found:
            changed = self._changed(options, found[1])
            self.at = found.end()
            return self._within("plain", changed, start)
        if self.at >= len(self.text):
            self.invalid("the pattern ends within a group", start)
        raise Invalid("there is no such group", start)

    def _within(self, kind: str, options: Options, start: int) -> Group:
        body = self._alternatives(options)
        if not self.eat(")"):
            self.invalid("a parenthesis is not closed", start)
        return Group(body, kind)

    def _capture(self, name: str | None, options: Options, start: int) -> Group:
        number = self.opened(name)
        body = self._within("capture", options, start)
        body.number = number
        self.closed(number)
        return body

    def _conditional(self, options: Options, start: int) -> Choice:
        found = re.compile(r"(?:(\d+)|<([^>)]+)>|'([^')]+)')\)").match(self.text, self.at)
        if not found:
            self.refuse("a conditional that asks for anything but a group", start)
        self.at = found.end()
        number = self.asked(found[1], found[2] or found[3], start)
        self.enter()
        branches = [self._sequence(options)]
        while self.eat("|"):
            branches.append(self._sequence(options))
        self.leave()
        if len(branches) > 2:
            self.invalid("a conditional has two alternatives at most", start)
        if not self.eat(")"):
            self.invalid("a parenthesis is not closed", start)
        node = Choice(number, branches[0], branches[1] if len(branches) == 2 else None)
        self.refer([number], start)
        return node

    def _quantified(self, node: Node, options: Options) -> Node:
        while True:
            while (options.extended and self.more and self._blank()) or self.starts("(?#"):
                if self.starts("(?#"):
                    self._comment()
            start = self.at
            span = quantifier(self)
            if span is None:
                return node
            node = repeated(node, span, self, start)

    # Escapes

    def _escape(self, options: Options, start: int) -> Node:
        if not self.more:
            self.invalid("the pattern ends with a backslash", start)
        char = self.take()
        match char:
            case "d" | "w" | "s" | "h":
                return Set(SETS[char], None if char == "h" else "\\" + char)
            case "D" | "W" | "S" | "H":
                ranges = charset.negate(SETS[char.lower()])
                return Set(ranges, None if char == "H" else "\\" + char)
            case "b" | "B":
                return Edge(
                    "word" if char == "b" else "not_word", properties.oniguruma("word") or ()
                )
            case "A" | "Z" | "z" | "G":
                return Raw(_EDGES[char])
            case "R":
                breaks = charset.union(((10, 13), (0x85, 0x85), (0x2028, 0x2029)))
                return Group(Alt([Seq([Char(13), Char(10)]), Set(breaks)]), "atomic")
            case "K":
                self.engine = "regex"
                return Raw(r"\K")
            case "X":
                self.refuse(r"\X: what one visible character is differs between engines", start)
            case "k" if self.peek() and self.peek() in "<'":
                return self.named_reference(options, start)
            case "g" if self.peek() and self.peek() in "<'":
                return self.call(start)
            case "p" | "P" if self.peek() == "{":
                return Set(self.property(char == "P", options, start), wide=options.fold)
            case _ if char in "123456789":
                self.at -= 1
                return self.reference_or_octal(options, start)
        return self._escaped_character(options, start)

    def _escaped_character(self, options: Options, start: int) -> Char:
        self.at = start + 1
        point = self.escaped(start)
        plain = chr(point)
        if (
            self.text[start + 1] == plain
            and not plain.isalnum()
            and plain.isascii()
            and not plain.isspace()
        ):
            node = self.character(point, options)
            node.text = self.text[start : start + 2]
            return node
        return self.character(point, options)
