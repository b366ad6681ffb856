"""
``html_strip``: a text without its HTML, as Lucene's ``HTMLStripCharFilter`` has it, which both products use.

Tags of blocks, ``br``, scripts and styles leave a line break, other tags and comments nothing; what is no tag stays. References to
characters become those. A text without ``<`` or without ``>`` stays as it is, references included.
"""

from __future__ import annotations

import html.entities
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_INLINE: Final = frozenset((
    "a", "b", "i", "q", "s", "u", "abbr", "acronym", "basefont", "bdo", "big", "cite", "code", "dfn", "em", "font", "img",
    "input", "kbd", "label", "samp", "select", "small", "span", "strike", "strong", "sub", "sup", "textarea", "tt", "var",
))  # fmt: skip
_UPPER: Final = {"AMP": "amp", "COPY": "copy", "GT": "gt", "LT": "lt", "QUOT": "quot", "REG": "reg"}
_LONGEST_HEX, _LONGEST_DECIMAL = 5, 7
_MOST_CODE = 0x10FFFF
_BREAK = "\n"


def html_strip(options: Options, build: Build) -> Run:  # noqa: ARG001 - a processor's form
    """Takes the HTML out of a text, or of each text of a list."""
    from shipper.pipeline.processors.text import each  # noqa: PLC0415 - what they share

    _patterns()
    return each(options, strip)


def strip(text: str) -> str:
    """The text without HTML."""
    if "<" not in text or ">" not in text:
        return text
    return _Stripped(text).run()


class _Patterns:
    """Compiled once one is needed: properties of Unicode take the ``regex`` package."""

    def __init__(self) -> None:
        import regex  # type: ignore[import-untyped]  # noqa: PLC0415 - see above

        name = r"[:_\p{ID_Start}][-.:_\p{ID_Continue}]*+"
        self.space = regex.compile(r"\p{White_Space}*+")
        self.name = regex.compile(name)
        self.next = regex.compile(r"[&<]")
        self.angle = regex.compile(r"[<>]")
        self.attribute = regex.compile(rf"{name}\p{{White_Space}}*+=\p{{White_Space}}*+([\"'])")  # fmt: skip
        self.bare_tail = regex.compile(r"/?>")
        self.tail = regex.compile(r"[=\p{White_Space}]")
        self.instruction = regex.compile(r"\?[^>]*[/?]>")
        self.special = regex.compile(r"(br|script|style)", regex.IGNORECASE | regex.ASCII)
        self.end_break = regex.compile(r"[bB][rR]\p{White_Space}*+>")
        self.end_tail = regex.compile(r"\p{White_Space}*+>")
        self.script_end = regex.compile(r"</\p{White_Space}*+script\p{White_Space}*+>|<!--", regex.IGNORECASE | regex.ASCII)  # fmt: skip
        self.style_end = regex.compile(r"</\p{White_Space}*+style\p{White_Space}*+>|<!--", regex.IGNORECASE | regex.ASCII)  # fmt: skip
        names = "|".join(sorted(_entities(), key=len, reverse=True))
        high, low = r"(?:[xX][dD][89aAbB][0-9a-fA-F]{2}|5[56]\d{3})", r"(?:[xX][dD][c-fC-F][0-9a-fA-F]{2}|5[67]\d{3})"  # fmt: skip
        self.entity = regex.compile(rf"&(?:({names})|#([xX][0-9A-Fa-f]+|[0-9]+))(;|\Z)")
        self.pair = regex.compile(rf"&#({high});&#({low});")


@cache
def _patterns() -> _Patterns:
    return _Patterns()


@cache
def _entities() -> dict[str, str]:
    found = {name: chr(code) for name, code in html.entities.name2codepoint.items()}
    found |= {name: found[lower] for name, lower in _UPPER.items()}
    return found | {"nbsp": " ", "apos": "'"}  # as the filter has them


class _Stripped:
    """One text on its way; each method reads on from ``at``, and appends to ``out``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.out: list[str] = []
        self.known = _patterns()

    def run(self) -> str:
        text, known = self.text, self.known
        while True:
            found = known.next.search(text, self.at)
            if found is None:
                self.out.append(text[self.at :])
                return "".join(self.out)
            self.out.append(text[self.at : found.start()])
            self.at = found.start()
            if found[0] == "&":
                self._reference()
            else:
                self._tag()

    def _raw(self, end: int) -> None:
        """It was nothing: it stays, and reading goes on behind it."""
        self.out.append(self.text[self.at : end])
        self.at = end

    def _done(self, end: int, instead: str = "") -> None:
        self.out.append(instead)
        self.at = end

    def _lost(self) -> None:
        """The text ends within what is left out."""
        self.at = len(self.text)

    # -- references ----------------------------------------------------------------------------------------------------

    def _reference(self) -> None:
        text, at = self.text, self.at
        pair = self.known.pair.match(text, at)
        if pair is not None:
            high, low = _code(pair[1]), _code(pair[2])
            if 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
                self._done(pair.end(), chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00))
                return
        found = self.known.entity.match(text, at)
        if found is None:
            self._raw(at + 1)
        elif found[1] is not None:
            self._done(found.end(), _entities()[found[1]])
        else:
            char = _char(found[2])
            if char is None:
                self._raw(at + 1)
            else:
                self._done(found.end(), char)

    # -- tags ----------------------------------------------------------------------------------------------------------

    def _tag(self) -> None:
        text, known, begin = self.text, self.known, self.at + 1
        first = text[begin : begin + 1]
        if first == "!":
            self._bang(begin + 1)
            return
        if first == "/":
            self._end_tag(begin + 1)
            return
        if first == "?" and (found := known.instruction.match(text, begin)):
            self._done(found.end())
            return
        inner = known.space.match(text, begin).end()
        special = known.special.match(text, inner)
        kind = special[1].lower() if special else ""
        if special and (end := self._closed(special.end(), strict=kind != "br")):
            if kind == "br":
                self._done(end, _BREAK)
            else:
                self._element(end, known.script_end if kind == "script" else known.style_end)
            return
        name = known.name.match(text, inner)
        if name is None:
            self._raw(inner)
        elif name.end() == len(text):
            self._lost()
        elif end := self._closed(name.end()):
            self._done(end, "" if name[0].lower() in _INLINE else _BREAK)
        else:
            self._raw(name.end())

    def _closed(self, start: int, *, strict: bool = False) -> int:
        """
        Behind the ``>`` that ends a tag: the last one that can; 0 where none does.

        Anything but angle brackets may stand before it, and those in quoted values of attributes.
        """
        text, known = self.text, self.known
        if strict and text[start : start + 1] in {"=", "/"}:  # of scripts and styles
            return 0
        if not known.tail.match(text, start):  # attributes stand apart from the name
            ended = known.bare_tail.match(text, start)
            return ended.end() if ended else 0
        best = 0
        reached = {start}
        waiting = [start]
        while waiting:
            begin = waiting.pop()
            angle = known.angle.search(text, begin)
            stop = angle.start() if angle else len(text)
            if angle and angle[0] == ">":
                best = max(best, angle.end())
            ends = [end for found in known.attribute.finditer(text, begin, stop) for end in self._quoted(found.end(), found[1])]  # fmt: skip
            side = text.startswith("<!--#", stop)
            ends += self._included(stop) if side else []
            for end in ends:
                if end > stop and end not in reached:
                    reached.add(end)
                    waiting.append(end)
        return best

    def _quoted(self, start: int, quote: str) -> list[int]:
        """Behind each quotation mark that may end a text which has begun; one behind a backslash may, and need not."""
        text, found = self.text, []
        while (at := text.find(quote, start)) >= 0:
            found.append(at + 1)
            if text[at - 1] != "\\" or at == start:
                break
            start = at + 1
        return found

    def _included(self, start: int) -> list[int]:
        """Behind each end of a server side include in a tag."""
        text, found = self.text, []
        waiting, reached = [start + 5], {start + 5}
        while waiting:
            at = waiting.pop()
            if text.startswith("-->", at):
                found.append(at + 3)
            if at >= len(text):
                continue
            ends = self._quoted(at + 1, text[at]) if text[at] in "'\"" else [at + 1]
            for end in ends:
                if end not in reached:
                    reached.add(end)
                    waiting.append(end)
        return found

    def _end_tag(self, start: int) -> None:
        text, known = self.text, self.known
        inner = known.space.match(text, start).end()
        if found := known.end_break.match(text, inner):
            self._done(found.end(), _BREAK)
            return
        name = known.name.match(text, inner)
        if name is None:
            self._raw(inner)
        elif name.end() == len(text):
            self._lost()
        elif found := known.end_tail.match(text, name.end()):
            self._done(found.end(), "" if name[0].lower() in _INLINE else _BREAK)
        else:
            self._raw(name.end())

    # -- comments, scripts and styles ----------------------------------------------------------------------------------

    def _bang(self, start: int) -> None:
        text = self.text
        if text.startswith("--", start):
            self.at = start + 2
            self._comment(within="")
        elif text.startswith("[CDATA[", start):
            end = text.find("]]>", start + 7)
            self.out.append(text[start + 7 : end] if end >= 0 else text[start + 7 :])
            self.at = end + 3 if end >= 0 else len(text)
        else:
            end = text.find(">", start)
            if end >= 0:
                self._done(end + 1)
            else:
                self._raw(len(text))

    def _comment(self, within: str) -> None:
        """Go behind a comment; in scripts and styles, texts in quotes are told from its end."""
        text = self.text
        while self.at < len(text):
            if text.startswith("-->", self.at):
                self.at += 3
                return
            if text.startswith("<!--#", self.at):
                self.at += 5
                self._include()
            elif within and text[self.at] in "'\"":
                self._string()
            else:
                self.at += 1

    def _include(self) -> None:
        text = self.text
        while self.at < len(text):
            if text.startswith("-->", self.at):
                self.at += 3
                return
            if text[self.at] in "'\"":
                self._string()
            else:
                self.at += 1

    def _string(self) -> None:
        text, quote = self.text, self.text[self.at]
        self.at += 1
        while self.at < len(text):
            char = text[self.at]
            self.at += 2 if char == "\\" and self.at + 1 < len(text) else 1
            if char == quote:
                return

    def _element(self, start: int, ends: Any) -> None:
        """Go behind a script or a style."""
        self.at = start
        while found := ends.search(self.text, self.at):
            self.at = found.end()
            if found[0] != "<!--":
                self.out.append(_BREAK)
                return
            self._comment(within="element")
        self._lost()


def _code(text: str) -> int:
    return int(text[1:], 16) if text[0] in "xX" else int(text)


def _char(text: str) -> str | None:
    """The character of a number; None where that is too long or too large."""
    digits = len(text) - 1 if text[0] in "xX" else len(text)
    if digits > (_LONGEST_HEX if text[0] in "xX" else _LONGEST_DECIMAL):
        return None
    code = _code(text)
    if code > _MOST_CODE:
        return None
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
