"""
YAML text to nodes that know where they stand.

YAML 1.2's core schema, not 1.1's: ``no``, ``on``, ``010`` and ``12:30:45`` are texts. Built from parser events and not by
recursion, so that no nesting and no alias can exhaust the machine. Knows nothing of any setting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from shipper.config.masking import mask, one_line, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 40
MAX_NODES = 100_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_NUMBER = 40  # characters; anything longer stays a text


class Mark(NamedTuple):
    """A place: the file (or the option) and line and column, both counted from 1."""

    source: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


class Problems:
    """Everything found wrong, in the order of the file."""

    def __init__(self) -> None:
        self._found: dict[tuple[Mark, str], None] = {}
        self._sources: dict[str, int] = {}

    def expect(self, source: str) -> None:
        """Say that problems of ``source`` come after those of the sources named so far."""
        self._sources.setdefault(source, len(self._sources))

    def add(self, mark: Mark, *parts: str) -> None:
        """Note one problem: what was found, what was expected, what to do."""
        self.expect(mark.source)
        self._found[mark, "; ".join(parts)] = None

    def __len__(self) -> int:
        return len(self._found)

    def found(self) -> list[tuple[Mark, str]]:
        """Return each problem with its place, masked, in the order found."""
        return [(mark, one_line(mask(text))) for mark, text in self._found]

    def lines(self) -> list[str]:
        """Return each problem as one line, masked, the first place first."""

        def order(item: tuple[Mark, str]) -> tuple[int, int, int]:
            mark = item[0]
            return self._sources[mark.source], mark.line, mark.column

        found = sorted(self._found, key=order)
        return [one_line(mask(f"{mark}: {text}")) for mark, text in found]


@dataclass(slots=True, eq=False)
class Scalar:
    """A single value. ``value`` is the text read by the core schema, or the text itself where it was quoted."""

    mark: Mark
    text: str
    plain: bool
    value: bool | int | float | str | None
    secret: bool = False
    substituted: bool = False
    resolved: bool = False  # substitution is done
    broken: bool = False  # substitution failed, and the problem is noted
    size: int = 1


@dataclass(slots=True, eq=False)
class Listing:
    """A list."""

    mark: Mark
    items: list[Node] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True, eq=False)
class Table:
    """A mapping, its entries in the order of the file, no key twice."""

    mark: Mark
    entries: list[tuple[Scalar, Node]] = field(default_factory=list)
    size: int = 1


Node = Scalar | Listing | Table


def core(text: str) -> bool | int | float | str | None:
    """
    Return the value of a plain scalar by the core schema.

    A number with a leading zero stays a text: YAML 1.1 read it as octal and YAML 1.2 reads it as decimal.
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _LONGEST_NUMBER:
        if _INTEGER.match(text):
            return int(text)
        if _BASED.match(text):
            return int(text, 0)
        if _FLOAT.match(text):
            return float(text)
    return text


def describe(node: Node) -> str:
    """Say what stands in the file, in a few words; never a secret."""
    if isinstance(node, Table):
        return "a mapping"
    if isinstance(node, Listing):
        return "a list"
    if node.secret:
        return "a secret value"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {mask(node.text)}"
    return f"the text {quote(node.text)}"


def parse(text: str, source: str, problems: Problems, column: int = 0) -> Node | None:
    """
    Compose the one document of ``text``.

    Args:
        text: YAML.
        source: name of the file, for positions.
        problems: what is wrong is added here.
        column: added to columns of the first line (where the text was only part of it).

    Returns:
        The root, None where there is none or where the syntax is broken (that is noted).
    """
    composer = _Composer(source, problems, column)
    try:
        return composer.compose(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        from shipper.config.syntax import explain  # noqa: PLC0415 - for a mistake only

        line, at, parts = explain(error, text)
        problems.add(composer.mark(line, at), *parts)
    except _StopComposing:
        pass
    return None


class _StopComposing(Exception):  # noqa: N818 - ends the walk; the problem is noted already
    pass


class _Frame:
    """A list or mapping that is not closed yet."""

    __slots__ = ("anchor", "key", "node", "seen", "skip")

    def __init__(self, node: Listing | Table) -> None:
        self.node = node
        self.key: Scalar | None = None
        self.skip = False  # the value that comes belongs to a refused key
        self.seen: dict[str, Mark] = {}


class _Composer:
    def __init__(self, source: str, problems: Problems, column: int) -> None:
        self._source = source
        self._problems = problems
        self._column = column
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._root: Node | None = None

    def mark(self, line: int, column: int) -> Mark:
        return Mark(self._source, line + 1, column + 1 + (self._column if line == 0 else 0))

    def compose(self, events: Iterator[Any]) -> Node | None:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, "a second document", "expected one", "remove the '---'")
            elif isinstance(event, yaml.AliasEvent):
                self._add(self._alias(event))
            elif isinstance(event, yaml.ScalarEvent):
                self._add(self._anchored(event, self._scalar(event)))
            elif isinstance(event, yaml.SequenceStartEvent):
                self._open(event, Listing(self._mark(event)))
            elif isinstance(event, yaml.MappingStartEvent):
                self._open(event, Table(self._mark(event)))
            elif isinstance(event, yaml.CollectionEndEvent):
                self._add(self._stack.pop().node)
        return self._root

    def _mark(self, event: Any) -> Mark:
        return self.mark(event.start_mark.line, event.start_mark.column)

    def _stop(self, event: Any, *parts: str) -> None:
        self._problems.add(self._mark(event), *parts)
        raise _StopComposing

    def _anchored(self, event: Any, node: Node) -> Node:
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _open(self, event: Any, node: Listing | Table) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._stop(
                event,
                f"nested more than {MAX_DEPTH} levels deep",
                "no setting is",
                "look for a bracket or an indentation too many",
            )
        kind = "seq" if isinstance(node, Listing) else "map"
        if event.tag not in {None, "!", f"tag:yaml.org,2002:{kind}"}:
            self._bad_tag(event)
        self._stack.append(_Frame(node))
        self._anchored(event, node)

    def _alias(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            self._stop(
                event,
                f"the alias {quote('*' + event.anchor)} has no anchor above it",
                f"expected &{event.anchor} on an earlier value",
                "a value that begins with '*' must stand in quotes",
            )
        if any(frame.node is node for frame in self._stack):
            self._stop(
                event,
                f"the alias {quote('*' + event.anchor)} stands inside what it names",
                "expected an alias of something complete",
                "write the values out",
            )
        assert node is not None
        return node

    def _scalar(self, event: Any) -> Scalar:
        plain = event.style in {None, ""}
        node = Scalar(self._mark(event), event.value, plain, event.value)
        tag = event.tag
        if tag is None or tag == "!":
            if plain and tag is None:
                node.value = core(event.value)
        elif tag == "tag:yaml.org,2002:str":
            node.plain = False
        elif tag in {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float")}:
            node.value = core(event.value)
        else:
            self._bad_tag(event, node)
        return node

    def _bad_tag(self, event: Any, node: Scalar | None = None) -> None:
        self._problems.add(
            self._mark(event),
            f"the tag {quote(str(event.tag).replace('tag:yaml.org,2002:', '!!'))}",
            "expected a plain value: tags are not supported",
            "remove it",
        )
        if node is not None:
            node.resolved = node.broken = True

    def _add(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        if isinstance(frame.node, Listing):
            frame.node.items.append(node)
        elif frame.key is None and not frame.skip:
            self._take_key(frame, node)
        else:
            if frame.key is not None:
                frame.node.entries.append((frame.key, node))
            frame.key, frame.skip = None, False
        frame.node.size += node.size
        if frame.node.size > MAX_NODES:
            self._problems.add(
                frame.node.mark,
                f"more than {MAX_NODES} values",
                "no configuration has so many",
                "look at the aliases: each copies all that it names",
            )
            raise _StopComposing

    def _take_key(self, frame: _Frame, node: Node) -> None:
        if not isinstance(node, Scalar):
            self._problems.add(
                node.mark,
                f"{describe(node)} as a key",
                "expected a name",
                "quote values that begin with '{' or '['",
            )
        elif node.text == "<<" and node.plain:
            self._problems.add(
                node.mark,
                "the merge key '<<'",
                "YAML 1.2 has none",
                "write the keys out, or give single values an anchor (&name) and repeat them with *name",
            )
        elif node.text in frame.seen:
            first = frame.seen[node.text]
            self._problems.add(
                node.mark,
                f"the key {quote(node.text)} for the second time (first at line {first.line})",
                "expected every key once",
                "remove one of them",
            )
        else:
            frame.seen[node.text] = node.mark
            frame.key = node
            return
        frame.skip = True
