"""Oniguruma's bracketed classes and the escapes for single characters, resolved to sets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipper.pipeline.regex import charset, folding, properties
from shipper.pipeline.regex.scanner import Scanner
from shipper.pipeline.regex.tree import Char

if TYPE_CHECKING:
    from shipper.pipeline.regex.charset import CharSet

SETS = {"d": charset.DIGIT, "w": charset.WORD, "s": charset.SPACE, "h": charset.HEX}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7, "e": 27}
_BRACKETS = frozenset(
    [
        "alnum",
        "alpha",
        "blank",
        "cntrl",
        "digit",
        "graph",
        "lower",
        "print",
        "punct",
        "space",
        "upper",
        "xdigit",
        "ascii",
        "word",
    ]
)
# What Python reads as it stands: literals, ranges between them, and escapes that mean the same in both.
_SAME = re.compile(
    r"\[\^?(?:[^\[\]\\&~|^\n-]|-(?=\])|\\[dwsDWS.\-\]\[^\\/\"'$()*+?{}|=:,!<>@#%;&~` nrtfv])+(?:-(?=\]))?\]"
)
_SAME_RANGE = re.compile(r"(?<![\\-])([a-zA-Z0-9])-([a-zA-Z0-9])")


@dataclass(frozen=True, slots=True)
class Options:
    """What the options in force say."""

    fold: bool = False
    dot_all: bool = False
    extended: bool = False


class ClassParser(Scanner):
    """The part of the parser that ends in one character out of a set."""

    options = Options()

    def property(self, negated: bool, options: Options, start: int) -> CharSet:
        """A property's ``{Name}``."""
        end = self.text.find("}", self.at)
        if end < 0:
            self.invalid("a property's name does not end", start)
        name = self.text[self.at + 1 : end]
        if name.startswith("^"):
            negated = not negated
            name = name[1:]
        found = properties.oniguruma(name)
        if found is None:
            if not re.fullmatch(r"[A-Za-z0-9_ .=-]+", name):
                self.invalid(f"there is no property {name!r}", start)
            self.refuse(f"the property {name!r} is not known at the edge", start)
        self.at = end + 1
        if options.fold:
            return self._folded(charset.negate(found) if negated else found, start)
        return charset.negate(found) if negated else found

    def _folded(self, ranges: CharSet, start: int) -> CharSet:
        ranges = folding.close(ranges)
        if charset.intersect(ranges, folding.long_folding_chars()):
            self.refuse(
                "a class without regard to case that holds letters such as ß, which match several",
                start,
            )
        return ranges

    def character(self, point: int, options: Options) -> Char:
        """One character, with its other cases where case does not count."""
        if not options.fold:
            return Char(point)
        if charset.holds(folding.long_folding_chars(), point):
            self.refuse(
                f"{chr(point)} without regard to case, which matches several letters", self.at - 1
            )
        return Char(point, None, folding.equals(point))

    def parse_class(self, options: Options, start: int) -> tuple[CharSet, str | None]:
        """A class behind its ``[``, and its text where Python takes it as it is."""
        negated = self.peek() == "^"
        ranges = self._class(start)
        text = self.text[start : self.at]
        same = _SAME.fullmatch(_SAME_RANGE.sub(r"\1\2", text)) is not None
        if options.fold:
            closed = folding.close(ranges) if negated else self._folded(ranges, start)
            same = same and closed == ranges
            ranges = closed
        return charset.negate(ranges) if negated else ranges, text if same else None

    def _class(self, start: int) -> CharSet:
        """The set up to ``]``, not negated: who calls does that."""
        self.enter()
        self.eat("^")
        whole: CharSet | None = None
        part: CharSet = ()
        if self.peek() == "]" and not self._closes_later():
            self.invalid("a class is empty", start)
        first = True
        last: int | None = None  # the last literal, which a range could start with
        after_range = False
        while first or not self.starts("]"):
            if not self.more:
                self.invalid("a class does not end", start)
            if self.starts("&&") and not first:
                self.at += 2
                whole = part if whole is None else charset.intersect(whole, part)
                part, last, after_range = (), None, False
                continue
            if self.starts("&&"):
                self.at += 2
                whole, part, first = (), (), False
                continue
            begin = self.at
            found, point = self._item(first=first)
            first = False
            if (
                point is not None
                and self.text[begin] == "-"
                and not self.starts("]")
                and not self.starts("&&")
                and part
            ):
                found, last, after_range = self._behind_dash(
                    begin, part, last, after_range=after_range
                )
                part = charset.union(part, found)
                continue
            part = charset.union(part, found)
            last, after_range = (
                point,
                point is None and self.text[begin] == "[" and self.text[begin + 1] != ":",
            )
            if (
                point is not None
                and self.peek() == "-"
                and self.peek(1) not in {"]", ""}
                and not self.text.startswith("-&&", self.at)
            ):
                part = charset.union(part, self._range(point, begin))
                last, after_range = None, True
        self.at += 1
        self.leave()
        return part if whole is None else charset.intersect(whole, part)

    def _closes_later(self) -> bool:
        """Whether a ``]`` that is not escaped stands behind the one that comes next."""
        return (
            re.compile(r"(?:[^\\\]]|\\.)*\]", re.DOTALL).match(self.text, self.at + 1) is not None
        )

    def _range(self, low: int, begin: int) -> CharSet:
        self.at += 1
        if self.peek() == "[":
            self.refuse("a dash before a class within a class", self.at)
        at = self.at
        _, high = self._item(first=False)
        if high is None:
            self.invalid("a range ends in a class", at)
        if high < low:
            self.invalid("a range from more to less", begin)
        return ((low, high),)

    def _behind_dash(
        self, begin: int, part: CharSet, last: int | None, *, after_range: bool
    ) -> tuple[CharSet, int | None, bool]:
        """A dash in the middle that no range starts with: literal behind a range, an error behind a class."""
        del part
        if self.peek() == "[":
            self.refuse("a dash before a class within a class", begin)
        if after_range:
            return ((45, 45),), None, False
        if last is None:
            self.invalid("a dash behind a class: put it last, or escape it", begin)
        return ((45, 45),), 45, False

    def _item(self, *, first: bool) -> tuple[CharSet, int | None]:
        """One item: its set, and its code point if it is a single character."""
        start = self.at
        char = self.take()
        if char == "[":
            return self._inner(start), None
        if char == "\\":
            if not self.more:
                self.invalid("a class does not end", start)
            letter = self.peek()
            if letter.lower() in SETS:
                self.at += 1
                found = SETS[letter.lower()]
                return (found if letter.islower() else charset.negate(found)), None
            if letter in "pP" and self.peek(1) == "{":
                self.at += 1
                return self.property(letter == "P", Options(), start), None
            if letter == "b":
                self.at += 1
                return ((8, 8),), 8
            point = self.escaped(start)
            return ((point, point),), point
        del first
        return ((ord(char), ord(char)),), ord(char)

    def _inner(self, start: int) -> CharSet:
        if self.peek() == ":":
            found = re.compile(r":(\^?)(\w+):\]").match(self.text, self.at)
            if found and found[2] in _BRACKETS:
                self.at = found.end()
                name = (
                    "[:punct:]" if found[2] == "punct" else found[2]
                )  # which is wider than \\p{Punct}
                ranges = properties.oniguruma(name) or ()
                return charset.negate(ranges) if found[1] else ranges
            if re.compile(r":[^\]]{0,20}:\]").match(self.text, self.at):
                self.invalid("there is no such class between [: and :]", start)
        negated = self.peek() == "^"
        ranges = self._class(start)
        return charset.negate(ranges) if negated else ranges

    def escaped(self, start: int) -> int:
        """The one character behind a backslash."""
        char = self.take()
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "x":
            return self._hexadecimal(start)
        if char in "01234567":
            self.at -= 1
            return self._byte(self.number(8, 3) or 0, start)
        if char == "c" or (char == "C" and self._meta(start)):
            return self._control(start)
        if char == "M":
            self.refuse(r"\M-…, a byte with its highest bit set", start)
        return ord(char)

    def _meta(self, start: int) -> bool:
        if not self.eat("-"):
            self.invalid(r"\C without a dash", start)
        return True

    def _control(self, start: int) -> int:
        if not self.more:
            self.invalid("the pattern ends before the letter of a control character", start)
        char = self.take()
        if char == "\\":
            self.refuse("an escape as a control character", start)
        return 127 if char == "?" else ord(char) & 0x9F

    def _hexadecimal(self, start: int) -> int:
        found = re.compile(r"\{([0-9A-Fa-f]+)\}").match(self.text, self.at)
        if found:
            if len(found[1]) > 8:
                self.invalid("a code point has eight digits at most", start)
            point = int(found[1], 16)
            if point > charset.LAST or 0xD800 <= point <= 0xDFFF:
                self.refuse("a code point that no text can hold", start)
            self.at = found.end()
            return point
        if not self.more:
            return ord("x")
        if self.peek() == "{":
            if re.compile(r"\{[0-9A-Fa-f]").match(self.text, self.at):
                self.refuse("several code points, or none, in braces", start)
            return ord("x")
        return self._byte(self.number(16, 2) or 0, start)

    def _byte(self, value: int, start: int) -> int:
        """A byte by its number: with those behind it, if it is not ASCII, one character of UTF-8."""
        if value > 255:
            self.invalid("an octal number above 377", start)
        if value < 0x80:
            return value
        data = bytearray([value])
        size = 2 if value < 0xE0 else 3 if value < 0xF0 else 4
        while len(data) < size:
            found = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([0-3][0-7]{2}))").match(self.text, self.at)
            if not found:
                break
            self.at = found.end()
            data.append(int(found[1], 16) if found[1] else int(found[2], 8))
        try:
            return ord(data.decode())
        except (UnicodeDecodeError, TypeError):
            self.invalid("bytes that are no UTF-8", start)
