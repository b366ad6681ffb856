"""Patterns of ``DateTimeFormatterBuilder.appendPattern``: from text to pieces."""

from __future__ import annotations

from shipper.pipeline.dates.letters import ALWAYS, LETTERS
from shipper.pipeline.dates.nodes import Literal, Node, Optional, Pad, Sequence
from shipper.pipeline.dates.numbers import Fraction, Number, WeekNumber
from shipper.pipeline.failure import Invalid, Unsupported

_WIDTH = "The minimum width must be from 1 to 19 inclusive but was {1}"
_COUNTS = {
    "V": "Pattern letter count must be 2: {0}",
    "O": "Pattern letter count must be 1 or 4: {0}",
    "v": "Wrong number of pattern letters: {0}",
    "B": "Wrong number of pattern letters: {0}",
    "c": 'Invalid pattern "cc"',
    "S": "Minimum width must be from 0 to 9 inclusive but was {1}",
} | dict.fromkeys(ALWAYS, _WIDTH)
"""What Java says of a count that a letter cannot have, where that is not that it is too many."""


class _Section:
    """
    The pieces of one level.

    ``value`` is the index of the number that the next fixed numbers would follow directly: it gives them their digits.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.value = -1
        self.pad = 0

    def append(self, node: Node) -> None:
        if self.pad:
            node, self.pad = Pad(node, self.pad), 0
        self.nodes.append(node)
        self.value = -1

    def append_value(self, node: Number | WeekNumber | Fraction) -> None:
        if self.value < 0:
            self.append(node)
            # of a padded number Java remembers the index too, and fails on it when a number follows
            self.value = len(self.nodes) - 1
            return
        base_index = self.value
        base = self.nodes[base_index]
        if not isinstance(base, Number | WeekNumber | Fraction):
            raise Invalid("a padded number must not be followed directly by another", None)
        if node.is_fixed:
            self.append(node.following(-1))
            self.nodes[base_index] = base.following(_follow(base) + _width(node))
            self.value = base_index
        else:
            self.append(node)
            self.nodes[base_index] = base.following(-1)
            self.value = len(self.nodes) - 1


def _follow(node: Number | WeekNumber | Fraction) -> int:
    return 0 if isinstance(node, Fraction) else node.follow


def _width(node: Number | WeekNumber | Fraction) -> int:
    return node.high


def compile(pattern: str) -> Sequence:  # noqa: A001 - as ``re.compile``
    """
    The pieces of a pattern.

    Raises:
        Invalid: it is none; the cluster says so when the first date is read.
        Unsupported: the edge does not do it.
    """
    stack = [_Section()]
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character.isascii() and character.isalpha():
            position = _letters(stack[-1], pattern, position)
        elif character == "'":
            position = _quoted(stack[-1], pattern, position)
        else:
            if character == "[":
                stack[-1].value = -1
                stack.append(_Section())
            elif character == "]":
                if len(stack) == 1:
                    raise Invalid("Pattern invalid as it contains ] without previous [", position)
                _close(stack)
            elif character in "{}#":
                raise Invalid(f"Pattern includes reserved character: '{character}'", position)
            else:
                stack[-1].append(Literal(character))
            position += 1
    while len(stack) > 1:
        _close(stack)
    return Sequence(tuple(stack[0].nodes))


def _close(stack: list[_Section]) -> None:
    section = stack.pop()
    if section.nodes:
        stack[-1].append(Optional(tuple(section.nodes)))


def _run(pattern: str, position: int) -> int:
    """How often the letter there stands."""
    end = position + 1
    while end < len(pattern) and pattern[end] == pattern[position]:
        end += 1
    return end - position


def _letters(section: _Section, pattern: str, position: int) -> int:
    name, count = pattern[position], _run(pattern, position)
    if name == "p":
        start = position + count
        following = pattern[start : start + 1]
        if not (following.isascii() and following.isalpha()):
            raise Invalid(
                f"Pad letter 'p' must be followed by valid pad pattern: {pattern}", position
            )
        section.pad, section.value = count, -1
        position = start
        name, count = pattern[position], _run(pattern, position)
    letter = LETTERS.get(name)
    if letter is None:
        raise Invalid(f"Unknown pattern letter: {name}", position)
    if (letter.counts and count not in letter.counts) or count > 19:
        raise Invalid(
            _COUNTS.get(name, "Too many pattern letters: {0}").format(name, count), position
        )
    reason = letter.refused.get(count) or letter.refused.get(0)
    if reason:
        raise Unsupported(f"the pattern letters {name * count}: {reason}", position)
    node = letter.make(count)
    if isinstance(node, Number | WeekNumber | Fraction):
        section.append_value(node)
    else:
        section.append(node)
    return position + count


def _quoted(section: _Section, pattern: str, position: int) -> int:
    start = position + 1
    end = start
    while end < len(pattern):
        if pattern[end] == "'":
            if pattern[end + 1 : end + 2] != "'":
                break
            end += 1
        end += 1
    else:
        raise Invalid(f"Pattern ends with an incomplete string literal: {pattern}", position)
    section.append(Literal(pattern[start:end].replace("''", "'") or "'"))
    return end + 1
