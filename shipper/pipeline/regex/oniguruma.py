"""
Grok's regular expressions: Oniguruma's Ruby syntax on UTF-8, as joni has it in both products.

Parses to a tree, or says with an offset what is wrong or not done at the edge. Classes are in ``oniguruma_class``, the table
of constructs in ``table``. Every rule was seen on the engine itself (tests/pipeline/regex).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from shipper.pipeline.failure import Invalid
from shipper.pipeline.regex import Translated, charset, folding, properties
from shipper.pipeline.regex.charset import ALL, CharSet
from shipper.pipeline.regex.emit import emit
from shipper.pipeline.regex.oniguruma_class import ClassParser
from shipper.pipeline.regex.oniguruma_look import (
    TEXT_END,
    check_end,
    check_look_behind,
    check_loops,
    join_folded,
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
    walk,
)

if TYPE_CHECKING:
    from shipper.pipeline.regex.oniguruma_class import Options

MOST_REPEATS = 100_000  # the engine's own limit
MOST_COPIES = (
    10_000  # of nested repeats: beyond, Python's compiled pattern might not fit the memory
)
_SETS = {"d": charset.DIGIT, "w": charset.WORD, "s": charset.SPACE, "h": charset.HEX}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7, "e": 27}
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


class _Parser(ClassParser):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._names: list[str | None] = []  # of all groups in parentheses, in their order
        self._closed: set[int] = set()
        self._references: list[tuple[list[int], int]] = []
        self._calls: list[tuple[Call, str, int]] = []
        self._numbered_at: int | None = None
        self._early_at: int | None = None  # where a group is referred to before its end
        self._was_single_class = False
        self._engine = "re"

    def parse(self) -> tuple[Tree, str]:
        root = self._alternatives(self.options)
        if self.more:
            self.invalid("a parenthesis is closed that was not opened")
        for numbers, at in self._references:
            if max(numbers) > len(self._names):
                self.invalid(f"there is no group {max(numbers)}", at)
        if self._early_at is not None:
            self.refuse("a reference to a group that is not complete at that place", self._early_at)
        self._resolve_calls()
        if any(self._names):
            if self._numbered_at is not None:
                self.invalid("groups have names here: refer to them by name", self._numbered_at)
            self._only_named(root)
        check_look_behind(root, self)
        check_loops(root, self)
        check_end(root, self)
        return Tree(root, self._names), self._engine

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
                if self._interval() is not None:
                    self.invalid("there is nothing before { that it could repeat", start)
                self.at = start + 1
        return self.character(ord(char), options)

    def character(self, point: int, options: Options) -> Char:
        """One character, with its other cases where case does not count."""
        if not options.fold:
            return Char(point)
        if charset.holds(folding.long_folding_chars(), point):
            self.refuse(
                f"{chr(point)} without regard to case, which matches several letters", self.at - 1
            )
        return Char(point, None, folding.equals(point))

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
            return self._capture(self._name(">", start), options, start)
        if self.eat("'"):
            return self._capture(self._name("'", start), options, start)
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
        self._names.append(name)
        number = len(self._names)
        body = self._within("capture", options, start)
        body.number = number
        self._closed.add(number)
        return body

    def _name(self, end: str, start: int) -> str:
        stop = self.text.find(end, self.at)
        name = self.text[self.at : stop] if stop >= 0 else ""
        if stop < 0:
            self.invalid("a group's name does not end", start)
        if not name:
            self.invalid("a group's name is empty", start)
        if name[0].isdigit() or name[0] == "-" or ")" in name:
            self.invalid(f"a group cannot be called {name}", start)
        self.at = stop + 1
        return name

    def _conditional(self, options: Options, start: int) -> Choice:
        found = re.compile(r"(?:(\d+)|<([^>)]+)>|'([^')]+)')\)").match(self.text, self.at)
        if not found:
            self.refuse("a conditional that asks for anything but a group", start)
        self.at = found.end()
        if found[1]:
            number = int(found[1])
            self._numbered_at = start
        else:
            name = found[2] or found[3]
            numbers = self._numbers(name, start)
            if len(numbers) > 1:
                self.refuse(f"a conditional on {name}, which names several groups", start)
            number = numbers[0]
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
        self._references.append(([number], start))
        return node

    # Quantifiers

    def _quantified(self, node: Node, options: Options) -> Node:
        while True:
            while (options.extended and self.more and self._blank()) or self.starts("(?#"):
                if self.starts("(?#"):
                    self._comment()
            start = self.at
            span = self._quantifier()
            if span is None:
                return node
            least, most, mode = span
            if (
                isinstance(node, Group)
                and node.kind == "plain"
                and node.body == Seq([])
                and least == most > 1
            ):
                self.refuse("nothing, repeated", start)
            if isinstance(node, Group) and node.kind.endswith(("ahead", "behind")) and most != 1:
                # Once is as good as often, and Python repeats no assertion without end safely.
                least, most = min(least, 1), 1
            elif _copies(node) * max(least, most, 1) > MOST_COPIES and (
                max(least, most) > 1000 or isinstance(node, Repeat | Group)
            ):
                self.refuse("so many repeats within each other", start)
            node = Repeat(node, least, most, mode)

    def _quantifier(self) -> tuple[int, int, str] | None:
        char = self.peek()
        if char and char in "*+?":
            self.at += 1
            least, most = {"*": (0, WITHOUT_END), "+": (1, WITHOUT_END), "?": (0, 1)}[char]
            return least, most, self.take() if self.peek() and self.peek() in "?+" else ""
        if char != "{":
            return None
        found = self._interval()
        if found is None:
            return None
        least, most, fixed = found
        # In Ruby's syntax {n}? is (?:…{n})?, and a + behind an interval is one more quantifier.
        return least, most, "?" if not fixed and self.eat("?") else ""

    def _interval(self) -> tuple[int, int, bool] | None:
        found = re.compile(r"\{(?:(\d+)(,(\d*))?|,(\d+))\}").match(self.text, self.at)
        if not found:
            return None
        least = int(found[1] or 0)
        most = WITHOUT_END
        if found[4] or found[3]:
            most = int(found[4] or found[3])
        elif not found[2] and found[1]:
            most = least
        if max(least, most) > MOST_REPEATS:
            self.invalid(f"more than {MOST_REPEATS} repeats")
        if most != WITHOUT_END and most < least:
            self.invalid("an interval from more to less")
        self.at = found.end()
        return least, most, found[1] is not None and not found[2]

    # Escapes

    def _escape(self, options: Options, start: int) -> Node:
        if not self.more:
            self.invalid("the pattern ends with a backslash", start)
        char = self.take()
        match char:
            case "d" | "w" | "s" | "h":
                return Set(_SETS[char], None if char == "h" else "\\" + char)
            case "D" | "W" | "S" | "H":
                ranges = charset.negate(_SETS[char.lower()])
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
                self._engine = "regex"
                return Raw(r"\K")
            case "X":
                self.refuse(r"\X: what one visible character is differs between engines", start)
            case "k" if self.peek() and self.peek() in "<'":
                return self._named_reference(options, start)
            case "g" if self.peek() and self.peek() in "<'":
                return self._call(start)
            case "p" | "P" if self.peek() == "{":
                return Set(self.property(char == "P", options, start), wide=options.fold)
            case _ if char in "123456789":
                self.at -= 1
                return self._reference_or_octal(options, start)
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

    def _reference_or_octal(self, options: Options, start: int) -> Node:
        begin = self.at
        value = self.number(10, 10) or 0
        if value <= max(9, len(self._names)):
            self._numbered_at = start
            return self._back([value], options, start)
        self.at = begin
        if self.peek() in "89":
            self.refuse("a backslash before such a number", start)
        self.at = start + 1
        return self.character(self.escaped(start), options)

    def _back(self, numbers: list[int], options: Options, start: int) -> Back:
        if options.fold:
            self.refuse("a reference to a group without regard to case", start)
        self._references.append((numbers, start))
        if not self._closed.issuperset(numbers):
            self._early_at = start
        return Back(numbers)

    def _named_reference(self, options: Options, start: int) -> Node:
        name = self._reference_name(start)
        if re.fullmatch(r"-?\d+", name):
            number = int(name)
            self._numbered_at = start
            number = number if number > 0 else len(self._names) + 1 + number
            if number < 1:
                self.invalid(f"there is no group {name}", start)
            return self._back([number], options, start)
        if re.search(r"[+-]\d+$", name) and name not in self._names:
            self.refuse("a reference with a level of nesting", start)
        numbers = self._numbers(name, start)
        if len(numbers) > 1 and None in self._names:
            self.refuse(
                f"a reference to {name}, which names several groups, beside groups without a name",
                start,
            )
        return self._back(numbers[::-1], options, start)

    def _numbers(self, name: str, start: int) -> list[int]:
        numbers = [index for index, other in enumerate(self._names, 1) if other == name]
        if not numbers:
            self.invalid(f"there is no group {name} before this place", start)
        return numbers

    def _reference_name(self, start: int) -> str:
        end = ">" if self.take() == "<" else "'"
        stop = self.text.find(end, self.at)
        name = self.text[self.at : stop] if stop >= 0 else ""
        if not name:
            self.invalid("a group's name is empty or does not end", start)
        self.at = stop + 1
        return name

    def _call(self, start: int) -> Node:
        name = self._reference_name(start)
        if re.fullmatch(r"[+-]\d+", name):
            step = int(name)
            name = str(len(self._names) + step + (0 if name[0] == "+" else 1))
            if step == 0 or int(name) < 1:
                self.invalid("there is no such group", start)
        if name.isdigit():
            self._numbered_at = start if name != "0" else self._numbered_at
        node = Call(0)
        self._calls.append((node, name, start))
        self._engine = "regex"
        return node

    def _resolve_calls(self) -> None:
        for _, _, start in self._calls:
            self.refuse("a call of a group", start)
        for node, name, start in self._calls:
            if name.isdigit():
                node.number = int(name)
                if node.number > len(self._names):
                    self.invalid(f"there is no group {name}", start)
            else:
                numbers = [i for i, other in enumerate(self._names, 1) if other == name]
                if not numbers:
                    self.invalid(f"there is no group {name}", start)
                if len(numbers) > 1:
                    self.invalid(f"{name} names several groups", start)
                node.number = numbers[0]

    def _only_named(self, root: Node) -> None:
        """With a name anywhere, parentheses without one do not capture."""
        numbers: dict[int, int] = {0: 0}
        for index, name in enumerate(self._names, 1):
            if name is not None:
                numbers[index] = len(numbers)
        for node in walk(root):
            if isinstance(node, Group) and node.kind == "capture":
                if node.number in numbers:
                    node.number = numbers[node.number]
                else:
                    node.kind = "plain"
            elif isinstance(node, Back):
                node.numbers = [numbers[number] for number in node.numbers]
            elif isinstance(node, Choice | Call):
                node.number = numbers[node.number]
        self._names = [name for name in self._names if name is not None]


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


__all__ = ["CharSet", "translate"]
