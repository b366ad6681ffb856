"""
The text of a pipeline's file to nodes that know where they stand.

YAML of the 1.2 core schema, or JSON with what people paste: tabs, what ``GET _ingest/pipeline/NAME`` answers, and Kibana's console, with its
line of the request, comments, and texts in three double quotes.
"""

from __future__ import annotations

import bisect
import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined] # documented nowhere, there since Python 2.6
from typing import TYPE_CHECKING, Any, Final

from shipper.config.document import Listing, Mark, Scalar, Table, describe, parse
from shipper.config.masking import quote

if TYPE_CHECKING:
    from shipper.config.document import Node, Problems

MAX_DEPTH: Final = 40
KEYS: Final = ("description", "processors", "on_failure", "version", "_meta", "deprecated", "field_access_pattern")  # fmt: skip
_LONGEST_NUMBER: Final = 400  # characters
_META: Final = {
    "created_date",
    "modified_date",
    "created_date_millis",
    "modified_date_millis",
}  # GET adds
_SPACE = re.compile(r"(?:[ \t\r\n]+|(?:#|//)[^\n]*|/\*.*?\*/)*", re.DOTALL)
_REQUEST = re.compile(r"(?:PUT|POST)[ \t]+(?:kbn:)?/?_ingest/pipeline/[^\s]*[ \t]*(?=\r?\n|$)")
_ATOM = re.compile(r"(?:true|false|null)\b|-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
_LITERAL = '"""'
_WANTED = "expected a pipeline: a mapping with a list 'processors'"


def read(content: bytes, source: str, problems: Problems) -> Table | None:
    """
    The mapping of a pipeline's file, with places.

    Args:
        content: UTF-8.
        source: what messages call the file.
        problems: what is wrong is added here.
    """
    start = Mark(source, 1, 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.add(start, "not UTF-8; save it as UTF-8")
        return None
    begins = _begin(text)
    if text[begins : begins + 1] == "{":
        root = _json(text, begins, source, problems)
    else:
        root = _yaml(text, source, problems)
    if root is None:
        return None
    if isinstance(root, Table):
        root = _inner(root)
    if not isinstance(root, Table):
        problems.add(start, f"found {describe(root)}, {_WANTED}")
        return None
    return root


def plain(node: Node) -> Any:
    """A node as plain Python."""
    if isinstance(node, Table):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return node.value


def _begin(text: str) -> int:
    """Where the first value begins, behind comments and the line of a request."""
    found = _SPACE.match(text)
    assert found
    request = _REQUEST.match(text, found.end())
    if request:
        found = _SPACE.match(text, request.end())
        assert found
    return found.end()


def _inner(root: Table) -> Table:
    """The pipeline in an answer of ``GET``, or in a request to ``_simulate``; else the mapping itself."""
    entries = {key.text: node for key, node in root.entries}
    inner = (
        root.entries[0][1] if len(entries) == 1 and root.entries[0][0].text not in KEYS else None
    )
    if entries.keys() == {"pipeline", "docs"}:
        inner = entries["pipeline"]
    if isinstance(inner, Table) and any(key.text == "processors" for key, _ in inner.entries):
        inner.entries = [entry for entry in inner.entries if entry[0].text not in _META]
        return inner
    return root


def _yaml(text: str, source: str, problems: Problems) -> Node | None:
    before = len(problems)
    node = parse(text, source, problems)
    if len(problems) > before:
        return None
    if node is None:
        problems.add(Mark(source, 1, 1), f"the file is empty, {_WANTED}")
    return node


def _json(text: str, begins: int, source: str, problems: Problems) -> Node | None:
    found: list[tuple[Mark, str]] = []
    try:
        node = _Json(text, begins, source, found).read()
    except _Broken as broken:
        if not source.endswith(".json") and not _REQUEST.search(text[:begins]):
            return _yaml(text, source, problems)  # a YAML file in flow style
        found.append((broken.mark, broken.text))
        node = None
    for mark, line in found:
        problems.add(mark, line)
    return node


class _Broken(Exception):  # noqa: N818 - ends the reading
    def __init__(self, mark: Mark, text: str) -> None:
        super().__init__(text)
        self.mark = mark
        self.text = text


class _Json:
    """Reads JSON with the place of each value. What is wrong with it is noted as the cluster's parser sees it."""

    def __init__(
        self, text: str, begins: int, source: str, problems: list[tuple[Mark, str]]
    ) -> None:
        self._text = text
        self._source = source
        self._problems = problems
        self._at = begins
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def read(self) -> Node:
        node = self._value(0)
        if self._next():
            raise self._broken("something stands after the end; one file holds one pipeline")
        return node

    def _mark(self, at: int) -> Mark:
        line = bisect.bisect_right(self._lines, at)
        return Mark(self._source, line, at - self._lines[line - 1] + 1)

    def _broken(self, what: str, at: int | None = None) -> _Broken:
        mark = self._mark(self._at if at is None else at)
        return _Broken(mark, f"not JSON: {what}")

    def _next(self) -> str:
        """The next character that is neither white space nor of a comment; empty at the end."""
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
                raise _Broken(mark, text)
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
        if self._text.startswith(_LITERAL, at):
            end = self._text.find(_LITERAL, at + 3)
            if end < 0:
                raise self._broken("three double quotes without an end")
            self._at = end + 3
            return self._text[at + 3 : end]
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
                self._problems.append((here, text))
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
