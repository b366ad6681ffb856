"""
Oniguruma's groups by number and by name: what refers to them, and whether they are there.

Groups in parentheses are numbered as they open; with a name anywhere only those with names count, and nothing refers to them by number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipper.pipeline.regex.oniguruma_class import ClassParser
from shipper.pipeline.regex.tree import Back, Call, Choice, Group, Node, walk

if TYPE_CHECKING:
    from shipper.pipeline.regex.oniguruma_class import Options


class GroupParser(ClassParser):
    """The part of the parser that knows the pattern's groups."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.names: list[str | None] = []  # of all groups in parentheses, in their order
        self.engine = "re"
        self._closed: set[int] = set()
        self._references: list[tuple[list[int], int]] = []
        self._calls: list[tuple[Call, str, int]] = []
        self._numbered_at: int | None = None
        self._early_at: int | None = None  # where a group is referred to before its end

    def opened(self, name: str | None) -> int:
        """Notes a group; gives its number."""
        self.names.append(name)
        return len(self.names)

    def closed(self, number: int) -> None:
        """Notes that a group is complete."""
        self._closed.add(number)

    def refer(self, numbers: list[int], start: int) -> None:
        """Notes what is referred to, to see at the end whether it is there."""
        self._references.append((numbers, start))

    def resolve(self, root: Node) -> None:
        """Sees that all that is referred to is there, and numbers groups as the engine does."""
        for numbers, at in self._references:
            if max(numbers) > len(self.names):
                self.invalid(f"there is no group {max(numbers)}", at)
        if self._early_at is not None:
            self.refuse("a reference to a group that is not complete at that place", self._early_at)
        self._resolve_calls()
        if any(self.names):
            if self._numbered_at is not None:
                self.invalid("groups have names here: refer to them by name", self._numbered_at)
            self._only_named(root)

    def group_name(self, end: str, start: int) -> str:
        """A new group's name, up to what ends it."""
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

    def reference_or_octal(self, options: Options, start: int) -> Node:
        """What a number behind a backslash is: a group's if there are as many, else a character's."""
        begin = self.at
        value = self.number(10, 10) or 0
        if value <= max(9, len(self.names)):
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
        self.refer(numbers, start)
        if not self._closed.issuperset(numbers):
            self._early_at = start
        return Back(numbers)

    def named_reference(self, options: Options, start: int) -> Node:
        r"""What ``\k`` refers to."""
        name = self._reference_name(start)
        if re.fullmatch(r"-?\d+", name):
            number = int(name)
            self._numbered_at = start
            number = number if number > 0 else len(self.names) + 1 + number
            if number < 1:
                self.invalid(f"there is no group {name}", start)
            return self._back([number], options, start)
        if re.search(r"[+-]\d+$", name) and name not in self.names:
            self.refuse("a reference with a level of nesting", start)
        numbers = self._numbers(name, start)
        if len(numbers) > 1 and None in self.names:
            self.refuse(
                f"a reference to {name}, which names several groups, beside groups without a name",
                start,
            )
        return self._back(numbers[::-1], options, start)

    def _numbers(self, name: str, start: int) -> list[int]:
        numbers = [index for index, other in enumerate(self.names, 1) if other == name]
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

    def asked(self, number: str | None, name: str, start: int) -> int:
        """The group that a conditional asks for, by its number or else its name."""
        if number:
            self._numbered_at = start
            return int(number)
        numbers = self._numbers(name, start)
        if len(numbers) > 1:
            self.refuse(f"a conditional on {name}, which names several groups", start)
        return numbers[0]

    def call(self, start: int) -> Node:
        r"""What ``\g`` calls."""
        name = self._reference_name(start)
        if re.fullmatch(r"[+-]\d+", name):
            step = int(name)
            name = str(len(self.names) + step + (0 if name[0] == "+" else 1))
            if step == 0 or int(name) < 1:
                self.invalid("there is no such group", start)
        if name.isdigit():
            self._numbered_at = start if name != "0" else self._numbered_at
        node = Call(0)
        self._calls.append((node, name, start))
        self.engine = "regex"
        return node

    def _resolve_calls(self) -> None:
        for _, _, start in self._calls:
            self.refuse("a call of a group", start)
        for node, name, start in self._calls:
            if name.isdigit():
                node.number = int(name)
                if node.number > len(self.names):
                    self.invalid(f"there is no group {name}", start)
            else:
                numbers = [i for i, other in enumerate(self.names, 1) if other == name]
                if not numbers:
                    self.invalid(f"there is no group {name}", start)
                if len(numbers) > 1:
                    self.invalid(f"{name} names several groups", start)
                node.number = numbers[0]

    def _only_named(self, root: Node) -> None:
        """With a name anywhere, parentheses without one do not capture."""
        numbers: dict[int, int] = {0: 0}
        for index, name in enumerate(self.names, 1):
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
        self.names = [name for name in self.names if name is not None]
