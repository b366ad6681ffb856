"""
``csv``: the fields of one line, read as the clusters' own parser does, oddities included.

Where a field holds nothing but blanks and blanks are not trimmed, the next field begins that much too early. Fields before a broken one are set.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import cast_reason
from shipper.pipeline.failure import Failure
from shipper.pipeline.processors.access import field_path, reader, writer
from shipper.pipeline.values import copy, utf16_length

if TYPE_CHECKING:
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_BLANKS = " \t"


class Dialect:
    """
    How fields are written.

    Attributes:
        separator, quote: one character each.
        trim: whether blanks around fields without quotes are left out.
        limit: number of fields to read.
    """

    __slots__ = ("_special", "limit", "quote", "separator", "trim")

    def __init__(self, separator: str, quote: str, *, trim: bool, limit: int) -> None:
        self.separator = separator
        self.quote = quote
        self.trim = trim
        self.limit = limit
        self._special = re.compile(f"[\n\r{re.escape(separator)}{re.escape(quote)}]")

    def read(self, text: str) -> tuple[list[str], Failure | None]:
        """The fields, ``""`` for an empty one, and what is wrong behind them."""
        if not self.trim and self.quote not in text and "\n" not in text and "\r" not in text:
            parts = text.split(self.separator)
            if not any(part and part[0] in _BLANKS and not part.strip(_BLANKS) for part in parts):
                if not parts[-1]:
                    parts.pop()  # nothing behind the last separator is no field
                return parts[: self.limit], None
        values: list[str] = []
        try:
            self._scan(text, values)
        except Failure as failure:
            return values, failure
        return values, None

    def _scan(self, text: str, values: list[str]) -> None:
        position = start = 0  # the next character, and where the field begins
        length = len(text)
        while position < length and len(values) < self.limit:
            character = text[position]
            if character == self.quote:
                position = start = self._quoted(text, position + 1, values)
            elif character == self.separator:
                start += 1
                position += 1
                values.append("")
            elif character in _BLANKS:
                start += self.trim
                position += 1
            else:
                position = start = self._unquoted(text, start, position, values)

    def _unquoted(self, text: str, start: int, position: int, values: list[str]) -> int:
        """Read a field that begins with a character of its own; the position behind its separator."""
        found = self._special.search(text, position + 1)
        if found is None:
            values.append(text[start:])
            return len(text)
        end = found.start()
        if found[0] in {"\n", "\r", self.quote}:
            index = utf16_length(text[:end])
            raise Failure(f"Illegal character inside unquoted field at {index}")
        value = text[start:end]
        values.append(value.rstrip(_BLANKS) if self.trim else value)
        return end + 1

    def _quoted(self, text: str, start: int, values: list[str]) -> int:
        """Read a field from behind its first quote; the position behind its separator."""
        value = ""
        while True:
            end = text.find(self.quote, start)
            if end < 0:
                raise Failure("Unmatched quote")
            value += text[start:end]
            if text[end + 1 : end + 2] != self.quote:
                break
            value += self.quote
            start = end + 2
        for position in range(end + 1, len(text)):
            character = text[position]
            if character != self.separator and character not in _BLANKS:
                index = utf16_length(text[:position])
                shown = _first_unit(character)
                raise Failure(f"character '{shown}' after quoted field at {index}")
            if position == end + 1:
                values.append(value)
                if len(values) == self.limit:
                    break
            if character == self.separator:
                return position + 1
        if end + 1 == len(text):
            values.append(value)
        return len(text)


def _first_unit(character: str) -> str:
    if character <= "\uffff":
        return character
    return chr(0xD800 + (ord(character) - 0x10000 >> 10))


def csv(options: Options, build: Build) -> Run:  # noqa: ARG001 - a processor's form
    """Sets fields to the values of one line."""
    path = field_path(options, "field")
    targets = [writer(options.path_plain(name)) for name in options.items("target_fields") or []]
    if not targets:
        options.wrong("target_fields", "target fields list can't be empty", "name a field")
    separator = _one(options, "separator", ",", ", or ;")
    quote = _one(options, "quote", '"', "\" or '")
    ignore_missing = options.flag("ignore_missing", default=False)
    trim = options.flag("trim", default=False)
    empty = options.value("empty_value", None)
    dialect = Dialect(separator, quote, trim=trim, limit=len(targets))
    read = reader(path, ignore_missing=ignore_missing)

    def run(document: Document) -> None:
        value = read(document)
        if not isinstance(value, str):
            if value is not None:
                raise Failure(cast_reason(path.text, value, "java.lang.String"))
            if ignore_missing:
                return
            raise Failure(f"field [{path.text}] is null, cannot process it.")
        values, failure = dialect.read(value)
        for write, text in zip(targets, values, strict=False):
            if text:
                write(document, text)
            elif empty is not None:
                write(document, copy(empty))
        if failure is not None:
            raise failure

    return run


def _one(options: Options, name: str, default: str, such: str) -> str:
    """An option that is one character of one UTF-16 unit."""
    text: Any = options.text(name, default)
    if len(text) == 1 and text <= "\uffff":
        return str(text)
    options.wrong(name, f"{name} has to be single character like {such}")
    return default
