"""
The cluster's mustache: texts with ``{{ }}`` that are filled from a document.

A template of nothing but variables, which is nearly every one, becomes a list of constants and getters. Functions and sections work as the cluster's library
works, its treatment of white space around sections included; partials and new delimiters do not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.mustache import ESCAPES, WHERE, Variable, at_root, function, section

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.mustache import Printer

MAX_DEPTH: Final = 50
_BLANK = frozenset(" \t")


class Template:
    """
    A compiled template.

    Attributes:
        text: as written.
        constant: what it always comes to; None where that depends on the document.
    """

    __slots__ = ("_parts", "constant", "text")

    def __init__(self, text: str, parts: list[str | Printer]) -> None:
        self.text = text
        self._parts = [part if isinstance(part, str) else at_root(part) for part in parts]
        self.constant = (
            "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else None
        )

    def __repr__(self) -> str:
        return f"<Template {self.text!r}>"

    def render(self, document: Document) -> str:
        """
        Fill it from a document.

        Raises:
            Failure: it looks for an item that a list does not have, or joins a list with a null.
        """
        if self.constant is not None:
            return self.constant
        return "".join([part if type(part) is str else part(document) for part in self._parts])  # type: ignore[operator]


@lru_cache(1024)
def compile(text: str, media_type: str = "application/json") -> Template:  # noqa: A001 - as re.compile
    """
    Compile a template; the same object for the same text.

    A text without ``{{`` is no template to the cluster, whatever else it holds.

    Args:
        text: the template.
        media_type: says how ``{{x}}`` escapes: as inside a JSON text, as in a form, or not at all (``text/plain``).

    Raises:
        Invalid: the cluster refuses it too.
        Unsupported: it needs what the edge does not do.
    """
    if "{{" not in text:
        return Template(text, [text])
    parser = _Parser(text, ESCAPES[media_type])
    return Template(text, parser.compile(None, start_of_line=True))


class _Tag(NamedTuple):
    sign: str
    name: str
    line: int


class _Parser:
    """Reads a template once, with the library's own rules for lines that hold nothing but a section's tag."""

    def __init__(self, text: str, escape: Callable[[str], str]) -> None:
        self._text = text
        self._escape = escape
        self._at = 0
        self._line = 0
        self._depth = 0

    def _broken(self, what: str, *, bare: bool = False) -> Invalid:
        place = "" if bare else WHERE.format(self._line)
        return Invalid(f"not a mustache template: {what}{place}", self._at)

    def compile(self, tag: str | None, *, start_of_line: bool) -> list[str | Printer]:
        """The parts up to the end, or to the end of the section ``tag``."""
        text, parts, out = self._text, list[str | Any](), list[str]()
        blank, iterable, carriage = True, self._line != 0, False
        self._line = max(self._line, 1)
        while self._at < len(text):
            character = text[self._at]
            self._at += 1
            if character == "\r":
                carriage = True
                continue
            if character == "\n":
                self._line += 1
                if not iterable or not blank:
                    out.append("\r\n" if carriage else "\n")
                self._write(parts, out)
                iterable, blank, start_of_line = False, True, True
                continue
            carriage = False
            if character != "{" or text[self._at : self._at + 1] != "{":
                blank = blank and character in _BLANK
                out.append(character)
                continue
            found = self._tag()
            if found.sign in {"#", "^"}:
                start_of_line = start_of_line and blank
                line = self._line
                inner = self._inner(found, start_of_line=start_of_line)
                if not blank or self._line == line:
                    self._write(parts, out)
                out.clear()
                parts.append(inner)
                iterable = self._line != line
            elif found.sign == "/":
                if not start_of_line or not blank:
                    self._write(parts, out)
                if found.name != tag:
                    wanted = "null" if tag is None else tag
                    raise self._broken(f"Mismatched start/end tags: {wanted} != {found.name}")
                return parts
            else:
                self._write(parts, out)
                if found.sign != "!":
                    escape = str if found.sign else self._escape
                    parts.append(Variable(found.name, found.line, escape))
            start_of_line = False
        if tag is not None:
            raise self._broken(f"Failed to close {tag!r} tag")
        self._write(parts, out)
        return parts

    @staticmethod
    def _write(parts: list[str | Any], out: list[str]) -> None:
        if out:
            if parts and isinstance(parts[-1], str):
                parts[-1] += "".join(out)
            else:
                parts.append("".join(out))
            out.clear()

    def _inner(self, tag: _Tag, *, start_of_line: bool) -> str | Printer:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unsupported(f"a template with sections nested more than {MAX_DEPTH} deep")
        parts = self.compile(tag.name, start_of_line=start_of_line)
        self._depth -= 1
        if tag.sign == "#":
            found = function(tag.name, tag.line, parts)
            if found is not None:
                return found
        return section(tag.name, tag.line, parts, inverted=tag.sign == "^")

    def _tag(self) -> _Tag:
        """The tag whose first brace was read."""
        text, start = self._text, self._at + 1
        end = text.find("}}", start)
        command = text[start:] if end < 0 else text[start:end]
        self._at = len(text) if end < 0 else end + 2
        self._line += command.count("\n")
        line = self._line
        if not command:
            raise self._broken("Empty mustache")
        sign, name = command[0], command[1:].strip()
        if sign == "=":
            raise Unsupported("a template that sets new delimiters", start)
        if sign in {">", "<"}:
            raise self._broken(f"Template {name} not found", bare=True)
        if sign in {"$", "%"}:
            raise Unsupported(f"a template's {{{{{sign}", start)
        if end < 0 and sign not in {"#", "^", "/", "!", "&"}:
            raise self._broken("Improperly closed variable")
        if sign == "{":
            if text[self._at : self._at + 1] != "}":
                raise self._broken("Improperly closed variable")
            self._at += 1
        if sign in {"#", "^", "/", "!", "&", "{"}:
            return _Tag(sign, name, line)
        return _Tag("", command.strip(), line)
