"""
From parsed events, or whole blocks of plain lines, to the NDJSON of ``_bulk``.

Pure. Every event is an action line with its id and a document line. A block of plain lines is never looked at line by
line in Python: one escape of the whole block, one split, one formatting operation.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import orjson

from shipper.records import ID_LENGTH_DIGITS, ID_OFFSET_DIGITS, Event, Piece

DEL = "\x7f"
BLOCK = 128 * 1024
ACTION = b'{"create":{'  # an action line begins so
_ID = f"%s%0{ID_OFFSET_DIGITS}d%0{ID_LENGTH_DIGITS}d"
_PLACE = f"%0{ID_OFFSET_DIGITS}d%0{ID_LENGTH_DIGITS}d".encode()


def event_id(key: str, start: int, end: int) -> str:
    """The id of an event: file key, start offset in 14 digits, length in 10; 40 base64url characters."""
    return _ID % (key, start, end - start)


class Constants:
    """
    The fields that all documents of an input share; made once an input.

    Args:
        fields: a JSON object without ``@timestamp`` and ``message``; ``log`` may be in it, without ``file`` and ``offset``.
    """

    __slots__ = ("fields", "log", "tail")

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = {name: value for name, value in fields.items() if name != "log"}
        self.log: dict[str, Any] = fields.get("log", {})
        tail = orjson.dumps(self.fields)[1:-1]
        self.tail = _pattern(b"," + tail if tail else b"")


class Encoder:
    """
    Encodes the events of one file.

    Args:
        key: the file's key.
        path: of the file, as ``log.file.path`` has it.
        constants: of its input.

    Attributes:
        action: what every action line begins with; there may be an index in it.
    """

    __slots__ = ("_constants", "action", "key", "path")

    def __init__(self, key: str, path: str, constants: Constants) -> None:
        self.key = key
        self.path = clean(path)
        self._constants = constants
        self.action = ACTION

    @property
    def block_bytes(self) -> int:
        """Bytes to read at a time; larger blocks are not faster."""
        return BLOCK

    @property
    def slow(self) -> float:
        """Seconds that the last block took, where that was so long that other files should have their turn; else 0."""
        return 0.0

    def template(self, stamp: str) -> bytes:
        """A pattern for ``%`` with start, length, start and the escaped message (without quotes)."""
        log = orjson.dumps({"file": {"path": self.path}, **self._constants.log})[1:-1]
        return (
            _pattern(self.action) + b'"_id":"' + self.key.encode() + _PLACE + b'"}}\n'
            b'{"@timestamp":"' + stamp.encode() + b'","log":{"offset":%d,' + _pattern(log) + b"}"
            + self._constants.tail + b',"message":"%b"}\n'
        )  # fmt: skip

    def block(self, file: object, data: bytes, start: int, stamp: str) -> Piece:
        r"""
        Encode whole plain lines.

        Args:
            file: handle that the piece carries.
            data: lines, each ended by ``\n``; UTF-8, invalid bytes become U+FFFD.
            start: offset of the first byte.
            stamp: ``@timestamp`` of all events, ISO 8601.

        Returns:
            A piece that covers the block, or its first lines if they take long; empty lines are counted as filtered.
        """
        lines = data.split(b"\n")
        lines.pop()
        ends = list(accumulate([len(line) + 1 for line in lines], initial=start))
        starts = ends[:-1]
        del ends[0]
        messages = escape_lines(data)
        if b"" in messages:
            return self._without_empty(
                file, messages, starts, ends, start, start + len(data), stamp
            )
        count = len(messages)
        arguments: list[Any] = [None] * (4 * count)
        arguments[0::4] = starts
        arguments[1::4] = [len(line) + 1 for line in lines]
        arguments[2::4] = starts
        arguments[3::4] = messages
        body = (self.template(stamp) * count) % tuple(arguments)
        return Piece(file, start, start + len(data), body, starts, ends)

    def _without_empty(
        self,
        file: object,
        messages: list[bytes],
        starts: list[int],
        ends: list[int],
        start: int,
        end: int,
        stamp: str,
    ) -> Piece:
        kept = [i for i, message in enumerate(messages) if message]
        template = self.template(stamp)
        body = b"".join(
            template % (starts[i], ends[i] - starts[i], starts[i], messages[i]) for i in kept
        )
        piece = Piece(file, start, end, body, [starts[i] for i in kept], [ends[i] for i in kept])
        piece.filtered = len(messages) - len(kept)
        piece.filtered_bytes = end - start - sum(ends[i] - starts[i] for i in kept)
        return piece

    def events(self, file: object, events: list[Event], start: int, end: int, stamp: str) -> Piece:
        """
        Encode parsed events.

        Args:
            file: handle that the piece carries.
            events: ascending by start.
            start: offset of the first byte that the piece covers.
            end: offset past the last.
            stamp: ``@timestamp`` of events that bring none, ISO 8601.
        """
        template = self.template(stamp)
        parts: list[bytes] = []
        for event in events:
            if event.fields or event.flags:
                parts.append(self._document(event, stamp))
            else:
                message = orjson.dumps(clean(event.message))[1:-1]
                offset = event.start
                parts.append(template % (offset, event.end - offset, offset, message))
        starts = [event.start for event in events]
        ends = [event.end for event in events]
        return Piece(file, start, end, b"".join(parts), starts, ends)

    def some(self, file: object, events: list[Event], start: int, end: int, stamp: str) -> Piece:
        """As ``events``, but the piece may end with an earlier event, if they take long."""
        return self.events(file, events, start, end, stamp)

    def _document(self, event: Event, stamp: str) -> bytes:
        log: dict[str, Any] = {"offset": event.start, "file": {"path": self.path}}
        log.update(self._constants.log)
        if event.flags:
            log["flags"] = list(event.flags)
        document: dict[str, Any] = {"@timestamp": stamp, "log": log, **self._constants.fields}
        if event.message or not event.fields:  # a JSON line without a message has its fields alone
            document["message"] = event.message
        if event.fields:
            document = merge(document, event.fields)
        identity = event_id(self.key, event.start, event.end).encode()
        action = b'%b"_id":"%b"}}\n' % (self.action, identity)
        return action + dumps(document) + b"\n"


def _pattern(text: bytes) -> bytes:
    """Bytes as a part of a pattern for ``%``: every per cent sign in them is doubled."""
    return text.replace(b"%", b"%%")


def merge(document: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """
    Put what parsers found into a document.

    Objects are merged. Plain values replace plain values. A plain value never replaces one of Shipper's objects, nor an
    object one of its plain values: such a field is kept under ``conflict``.
    """
    merged = dict(document)
    conflicts: dict[str, Any] = {}
    for name, value in fields.items():
        present = merged.get(name)
        if present is None or name in {"@timestamp", "message"}:
            merged[name] = value
        elif isinstance(present, dict) and isinstance(value, dict):
            merged[name] = merge(present, value)
        elif isinstance(present, dict) or isinstance(value, dict):
            conflicts[name] = value
        elif name == "tags" and isinstance(present, list):
            merged[name] = [*present, *(value if isinstance(value, list) else [value])]
        else:
            merged[name] = value
    if conflicts:
        merged["conflict"] = {**merged.get("conflict", {}), **conflicts}
    return merged


def escape_lines(data: bytes) -> list[bytes]:
    r"""
    The JSON-escaped text of each line of a block, without quotes.

    Args:
        data: lines ended by ``\n``; a ``\r`` before it belongs to the terminator.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    # In the escaped text a line's end is `\n`, unless the text has backslashes itself; then another character that JSON
    # leaves alone stands in for it. Both ways escape the block at once.
    if "\\" not in text:
        escaped = orjson.dumps(text)[1:-1].split(b"\\n")
    elif DEL not in text:
        escaped = orjson.dumps(text.replace("\n", DEL))[1:-1].split(b"\x7f")
    else:
        escaped = [orjson.dumps(line)[1:-1] for line in text.split("\n")]
    escaped.pop()
    return escaped


def clean(text: str) -> str:
    """The text with lone surrogates replaced, which JSON in UTF-8 cannot carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def dumps(document: dict[str, Any]) -> bytes:
    """The document as JSON; whatever JSON cannot carry is replaced, never refused."""
    try:
        return orjson.dumps(document)
    except (TypeError, ValueError):
        return orjson.dumps(_plain(document))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {clean(str(name)): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return clean(str(value))
