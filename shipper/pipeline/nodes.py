"""
The text of a pipeline's file to nodes that know where they stand.

JSON (tabs are fine) or YAML of the 1.2 core schema; also what ``GET _ingest/pipeline/NAME`` answers.
"""

from __future__ import annotations

import bisect
import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined] # documented nowhere, there since Python 2.6
from typing import Final

from shipper.config.document import Listing, Mark, Node, Problems, Scalar, Table, describe, parse
from shipper.config.masking import quote
from shipper.pipeline.options import Trouble

MAX_DEPTH: Final = 40
_LONGEST_NUMBER: Final = 400  # characters
_SPACE = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(r"(?:true|false|null)\b|-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
KEYS = ("description", "processors", "on_failure", "version", "_meta", "deprecated", "field_access_pattern")  # fmt: skip
_META = {"created_date", "modified_date", "created_date_millis", "modified_date_millis"}  # GET adds


def read_nodes(content: bytes, source: str, troubles: list[Trouble]) -> Table | None:
    """
    The mapping of a pipeline's file, with places.

    Args:
        content: JSON or YAML, UTF-8; also an answer of ``GET _ingest/pipeline/NAME`` with one pipeline.
        source: what messages call the file.
        troubles: what is wrong is added here.
    """
    start = Mark(source, 1, 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        troubles.append(Trouble(start, "not UTF-8; save it as UTF-8", refused=False))
        return None
    if text.lstrip()[:1] == "{":
        root = _json_nodes(text, source, troubles)
    else:
        root = _yaml_nodes(text, source, troubles)
    if root is None:
        return None
    if isinstance(root, Table) and len(root.entries) == 1:
        key, inner = root.entries[0]
        if key.text not in KEYS and isinstance(inner, Table):
            names = {one.text for one, _ in inner.entries}
            if "processors" in names:
                inner.entries = [entry for entry in inner.entries if entry[0].text not in _META]
                root = inner
    if not isinstance(root, Table):
        text = f"found {describe(root)}, expected a pipeline: a mapping with a list 'processors'"
        troubles.append(Trouble(start, text, refused=False))
        return None
    return root


def _yaml_nodes(text: str, source: str, troubles: list[Trouble]) -> Node | None:
    problems = Problems()
    node = parse(text, source, problems)
    if len(problems):
        troubles += (Trouble(mark, line, refused=False) for mark, line in problems.found())
        return None
    if node is None:
        wanted = "the file is empty, expected a pipeline: a mapping with a list 'processors'"
        troubles.append(Trouble(Mark(source, 1, 1), wanted, refused=False))
    return node


def _json_nodes(text: str, source: str, troubles: list[Trouble]) -> Node | None:
    try:
        return _Json(text, source, troubles).read()
    except _Broken as broken:
        if not source.endswith(".json"):  # a YAML file in flow style
            return _yaml_nodes(text, source, troubles)
        troubles.append(broken.trouble)
    return None


class _Broken(Exception):  # noqa: N818 - ends the reading
    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class _Json:
    """Reads JSON with the place of each value. What is wrong with it is noted as the cluster's parser sees it."""

    def __init__(self, text: str, source: str, troubles: list[Trouble]) -> None:
        self._text = text
        self._source = source
        self._troubles = troubles
        self._at = 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def read(self) -> Node:
        node = self._value(0)
        if self._next():
            raise self._broken("something stands after the end")
        return node

    def _mark(self, at: int) -> Mark:
        line = bisect.bisect_right(self._lines, at)
        return Mark(self._source, line, at - self._lines[line - 1] + 1)

    def _broken(self, what: str, at: int | None = None) -> _Broken:
        mark = self._mark(self._at if at is None else at)
        return _Broken(Trouble(mark, f"not JSON: {what}", refused=False))

    def _next(self) -> str:
        """The next character that is no white space; empty at the end."""
        found = _SPACE.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return self._text[self._at : self._at + 1]

    def _value(self, depth: int) -> Node:
        first, at = self._next(), self._at
        mark = self._mark(at)
        if first == '"':
            text = self._string()
            return Scalar(mark, text, plain=False, value=text)
        if first in {"{", "["} and first:
            if depth >= MAX_DEPTH:
                text = f"nested more than {MAX_DEPTH} levels deep; look for a bracket too many"
                raise _Broken(Trouble(mark, text, refused=False))
            self._at += 1
            return self._table(mark, depth) if first == "{" else self._list(mark, depth)
        found = _ATOM.match(self._text, at)
        if found is None:
            raise self._broken("expected a value")
        self._at = found.end()
        atom = found[0]
        if atom in _WORDS:
            return Scalar(mark, atom, plain=True, value=_WORDS[atom])
        if len(atom) > _LONGEST_NUMBER:
            raise self._broken(f"a number of more than {_LONGEST_NUMBER} characters", at)
        number: int | float = float(atom) if found[1] or found[2] else int(atom)
        return Scalar(mark, atom, plain=True, value=number)

    def _string(self) -> str:
        at = self._at
        try:
            text: str
            text, self._at = scanstring(self._text, at + 1, True)
        except json.JSONDecodeError as error:
            raise self._broken(error.msg, error.pos) from None
        try:
            text.encode()
        except UnicodeEncodeError:
            raise self._broken("half a character (an escape \\ud… alone)", at) from None
        return text

    def _list(self, mark: Mark, depth: int) -> Listing:
        node = Listing(mark)
        if self._next() == "]":
            self._at += 1
            return node
        while True:
            node.items.append(self._value(depth + 1))
            if self._closed("]"):
                return node

    def _table(self, mark: Mark, depth: int) -> Table:
        node, seen = Table(mark), set[str]()
        if self._next() == "}":
            self._at += 1
            return node
        while True:
            if self._next() != '"':
                raise self._broken("expected a name in double quotes")
            here = self._mark(self._at)
            name = self._string()
            if self._next() != ":":
                raise self._broken("expected ':'")
            self._at += 1
            value = self._value(depth + 1)
            if name in seen:
                text = f"the key {quote(name)} stands twice; remove one of them"
                self._troubles.append(Trouble(here, text, refused=False))
            else:
                seen.add(name)
                node.entries.append((Scalar(here, name, plain=False, value=name), value))
            if self._closed("}"):
                return node

    def _closed(self, end: str) -> bool:
        found = self._next()
        if found not in {",", end} or not found:
            raise self._broken(f"expected ',' or '{end}'")
        self._at += 1
        return found == end
