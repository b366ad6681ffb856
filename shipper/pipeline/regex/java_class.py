"""Java's bracketed classes, properties and escapes for single characters, resolved to sets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipper.pipeline.failure import Invalid
from shipper.pipeline.regex import charset, folding, properties
from shipper.pipeline.regex.scanner import Scanner

if TYPE_CHECKING:
    from shipper.pipeline.regex.charset import CharSet

BREAKS: CharSet = ((10, 10), (13, 13), (0x85, 0x85), (0x2028, 0x2029))
_VERTICAL: CharSet = ((10, 13), (0x85, 0x85), (0x2028, 0x2029))
_HORIZONTAL: CharSet = (
    (9, 9), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200A), (0x202F, 0x202F),
    (0x205F, 0x205F), (0x3000, 0x3000),
)  # fmt: skip
_SETS = {
    "d": charset.DIGIT,
    "w": charset.WORD,
    "s": charset.SPACE,
    "h": _HORIZONTAL,
    "v": _VERTICAL,
}
_CONTROLS = {"t": 9, "n": 10, "f": 12, "r": 13, "a": 7, "e": 27}
_POSIX: dict[str, CharSet] = {
    "Lower": ((97, 122),),
    "Upper": ((65, 90),),
    "ASCII": ((0, 127),),
    "Alpha": folding.ASCII_LETTERS,
    "Digit": charset.DIGIT,
    "Alnum": charset.union(charset.DIGIT, folding.ASCII_LETTERS),
    "Punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "Graph": ((33, 126),),
    "Print": ((32, 126),),
    "Blank": ((9, 9), (32, 32)),
    "Cntrl": ((0, 31), (127, 127)),
    "XDigit": charset.HEX,
    "Space": charset.SPACE,
    "L1": ((0, 255),),
    "all": charset.ALL,
}
_CASED = {"Lu", "Ll", "Lt"}
# What Python reads as it stands: literals, ranges between them, and escapes that mean the same in both.
_SAME = re.compile(
    r"\[\^?(?:[^\[\]\\&~|^\n-]|-(?=\])|\\[dwsDWS.\-\]\[^\\/\"'$()*+?{}|=:,!<>@#%;&~` nrtf])+(?:-(?=\]))?\]"
)
_SAME_RANGE = re.compile(r"(?<![\\-])([a-zA-Z0-9])-([a-zA-Z0-9])")


@dataclass(frozen=True, slots=True)
class Options:
    """What the options in force say."""

    fold: bool = False
    multiline: bool = False
    dot_all: bool = False
    unix: bool = False
    unicode_case: bool = False
    comments: bool = False


class ClassParser(Scanner):
    """The part of the parser that ends in one character out of a set."""

    def skip_blanks(self, options: Options) -> None:
        """Blanks, and comments to the end of their line."""
        comment = r"#[^\n]*" if options.unix else r"#[^\n\r\x85\u2028\u2029]*"
        found = re.compile(rf"(?:[ \t\n\v\f\r]|{comment})*").match(self.text, self.at)
        self.at = found.end() if found else self.at

    def close(self, ranges: CharSet, options: Options) -> CharSet:
        """The set as it matches where case does not count."""
        if not options.fold:
            return ranges
        if options.unicode_case:
            return charset.union(
                *(
                    folding.java_equals(low) if low == high else folding.java_range(low, high)
                    for low, high in ranges
                )
            )
        return folding.close_ascii(ranges)

    def predefined(
        self, char: str, options: Options, start: int
    ) -> tuple[CharSet, str | None] | None:
        """Classes of one letter, and properties, behind that letter."""
        if char.lower() in _SETS:
            ranges = _SETS[char.lower()]
            text = "\\" + char if char in "dwsDWS" else None
            return (ranges if char.islower() else charset.negate(ranges)), text
        if char in "pP":
            ranges = self._property(options, start)
            return (charset.negate(ranges) if char == "P" else ranges), None
        return None

    def _property(self, options: Options, start: int) -> CharSet:
        if self.eat("{"):
            end = self.text.find("}", self.at)
            if end < 0:
                self.invalid("a property's name does not end", start)
            name = self.text[self.at : end]
            self.at = end + 1
        else:
            name = self.take() if self.more else ""
        if not name:
            self.invalid("a property has no name", start)
        if "=" in name:
            kind, _, value = name.partition("=")
            prefix = {"sc": "Is", "script": "Is", "gc": "", "general_category": ""}.get(
                kind.lower()
            )
            if prefix is None:
                self.refuse(f"the property {name!r} is not known at the edge", start)
            name = prefix + value
        found = self._known(name, options, start)
        if found is not None:
            return found
        if name.startswith(("In", "Is")) or "=" in name:
            self.refuse(f"the property {name!r} is not known at the edge", start)
        raise Invalid(f"there is no property {name!r}", start)

    def _known(self, name: str, options: Options, start: int) -> CharSet | None:
        if name in _POSIX:
            if options.fold and name in {"Lower", "Upper"}:
                return folding.ASCII_LETTERS
            return _POSIX[name]
        plain = name.removeprefix("Is")
        if options.fold and plain in _CASED:
            return charset.union(*(properties.java(one) or () for one in _CASED))
        found = properties.java(plain) if len(plain) <= 2 else properties.java(name)
        if found is None and name.startswith("Is"):
            lower = name.lower()
            same = next((one for one in properties.names("java") if one.lower() == lower), None)
            found = properties.java(same) if same else None
        if (
            found is not None
            and options.fold
            and re.search("(?i)lowercase|uppercase|titlecase", name)
        ):
            self.refuse(f"the property {name!r} without regard to case", start)
        return found

    def parse_class(self, options: Options, start: int) -> tuple[CharSet, str | None]:
        """A class behind its ``[``, and its text where Python takes it as it is."""
        ranges = self._class(options, start, nested=True)
        text = self.text[start : self.at]
        plain = not options.comments and not options.fold
        same = plain and _SAME.fullmatch(_SAME_RANGE.sub(r"\1\2", text)) is not None
        return ranges, text if same else None

    def _class(self, options: Options, start: int, *, nested: bool) -> CharSet:
        """A set up to its ``]``, which only a ``nested`` one takes with it: the right side of ``&&`` has none of its own."""
        self.enter()
        self._pass(options)
        negated = nested and self.eat("^")
        whole: CharSet | None = None
        while True:
            self._pass(options)
            if not self.more:
                self.invalid("a class does not end", start)
            if self.starts("\\Q"):
                whole = charset.union(whole or (), self._quoted(options))
            elif self.eat("["):
                whole = charset.union(whole or (), self._class(options, self.at - 1, nested=True))
            elif self.starts("&&"):
                whole = self._intersected(whole, options, start)
            elif self.starts("]") and whole is not None:
                break
            else:
                whole = charset.union(whole or (), self._item(options))
        if nested:
            self.at += 1
        self.leave()
        return charset.negate(whole) if negated else whole

    def _pass(self, options: Options) -> None:
        if options.comments:
            self.skip_blanks(options)

    def _quoted(self, options: Options) -> CharSet:
        end = self.text.find("\\E", self.at)
        literal = self.text[self.at + 2 : end if end >= 0 else None]
        self.at = end + 2 if end >= 0 else len(self.text)
        if self.peek() == "-" and self.peek(1) != "]":
            self.refuse("a range that starts with a quotation")
        return charset.union(*(self.close(charset.of(char), options) for char in literal))

    def _intersected(self, whole: CharSet | None, options: Options, start: int) -> CharSet:
        self.at += 2
        self._pass(options)
        if whole is None or self.peek() in {"]", "&"}:
            self.refuse("an intersection with nothing", start)
        right: CharSet | None = None
        while self.more and self.peek() not in "]&":
            if self.eat("["):
                right = charset.union(right or (), self._class(options, self.at - 1, nested=True))
            elif right is not None:
                self.refuse(
                    "more characters behind a class in an intersection, where Java forgets it"
                )
            else:
                right = self._class(options, start, nested=False)
            self._pass(options)
        if self.peek() == "&" and self.peek(1) != "&":
            self.refuse("an & behind an intersection")
        return charset.intersect(whole, right or ())

    def _item(self, options: Options) -> CharSet:
        start = self.at
        low, ranges = self._one(options)
        if low is None:
            return ranges
        self._pass(options)
        if self.peek() != "-" or self.peek(1) in {"]", "[", ""}:
            return self.close(ranges, options)
        self.at += 1
        self._pass(options)
        if self.starts("\\Q"):
            self.refuse("a range that ends with a quotation")
        high, _ = self._one(options, ends_range=True)
        if high is None or high < low:
            self.invalid("a range from more to less, or to a class", start)
        return self.close(((low, high),), options)

    def _one(self, options: Options, *, ends_range: bool = False) -> tuple[int | None, CharSet]:
        start = self.at
        char = self.take()
        if char != "\\":
            return ord(char), ((ord(char), ord(char)),)
        if not self.more:
            self.invalid("a class does not end", start)
        char = self.take()
        if char == "v" and (self.peek() == "-" or ends_range):
            return 11, ((11, 11),)
        known = self.predefined(char, options, start)
        if known is not None:
            return None, known[0]
        if char in "123456789bBAGzZRXkQ":
            self.invalid(f"\\{char} in a class", start)
        point = self.escaped(char, start)
        return point, ((point, point),)

    def escaped(self, char: str, start: int) -> int:
        """The one character that a backslash and this letter begin."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        match char:
            case "0":
                found = re.compile(r"[0-3][0-7]{1,2}|[0-7]{1,2}").match(self.text, self.at)
                if not found:
                    self.invalid("an octal number has digits from 0 to 7", start)
                self.at = found.end()
                return int(found[0], 8)
            case "x":
                return self._hexadecimal(start)
            case "u":
                return self._utf16(start)
            case "c":
                if not self.more:
                    self.invalid("the pattern ends before the letter of a control character", start)
                return ord(self.take()) ^ 64
            case "N":
                self.refuse(r"\N{…}, a character by its name", start)
        if char.isascii() and char.isalnum():
            self.invalid(f"there is no escape \\{char}", start)
        return ord(char)

    def _hexadecimal(self, start: int) -> int:
        found = re.compile(r"\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2})").match(self.text, self.at)
        if not found:
            self.invalid("a hexadecimal number has two digits, or any in braces", start)
        self.at = found.end()
        point = int(found[1] or found[2], 16)
        if point > charset.LAST:
            self.invalid("there is no such code point", start)
        return self._no_surrogate(point, start)

    def _utf16(self, start: int) -> int:
        unit = re.compile(r"([0-9A-Fa-f]{4})").match(self.text, self.at)
        if not unit:
            self.invalid(r"\u has four hexadecimal digits", start)
        self.at = unit.end()
        point = int(unit[1], 16)
        low = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})").match(self.text, self.at)
        if 0xD800 <= point < 0xDC00 and low:
            self.at = low.end()
            return 0x10000 + ((point - 0xD800) << 10) + int(low[1], 16) - 0xDC00
        return self._no_surrogate(point, start)

    def _no_surrogate(self, point: int, start: int) -> int:
        if 0xD800 <= point <= 0xDFFF:
            self.refuse("half of a surrogate pair", start)
        return point
