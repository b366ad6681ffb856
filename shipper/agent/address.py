"""
Where each event goes, where that is not the same for all: daily indices, and names that refer to the event's fields.

Stands around the encoder of a file and writes ``_index`` into the action lines. Lines without fields of their own share it: it
is a constant of the block. Otherwise it follows from the finished document, behind parsers and a pipeline at the edge.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import orjson
from msgspec.structs import replace

from shipper.agent.document import for_path
from shipper.config.references import fields_of, fill, fill_known, lookup
from shipper.encode import ACTION, Constants, Encoder
from shipper.records import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.config.settings import DataStream, Input
    from shipper.records import Event, Piece

    Maker = Callable[[str, str], Encoder]

MOST_DAYS = 1000  # remembered by a file
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UTC = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z\Z")
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?\Z"
)
_MILLIS = re.compile(r"-?\d{1,15}\Z")
_EACH = {"message", "@timestamp", "log"}  # fields that differ between plain lines


def day_of(value: Any) -> str | None:
    """
    The day of an ``@timestamp`` in UTC, as the name of a daily index has it: ``2026.11.22``.

    Args:
        value: as a cluster takes it by default (``strict_date_optional_time||epoch_millis``): ISO 8601 text, without an
            offset in UTC, or milliseconds since 1970.

    Returns:
        None where it is no time.
    """
    if isinstance(value, str) and _MILLIS.match(value):
        value = int(value)
    try:
        if isinstance(value, str) and _ISO.match(value):
            moment = datetime.fromisoformat(value)
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moment = _EPOCH + timedelta(milliseconds=value)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return f"{moment.year:04d}.{moment.month:02d}.{moment.day:02d}"


class Addressing:
    """
    How an input's events find their index, and how often that could not be told.

    Attributes:
        stream: as the configuration has it.
        undated: events whose ``@timestamp`` is no time; they go to the day of reading.
        unnamed: events without a usable value of a field that the name refers to; they go to its default.
    """

    def __init__(self, stream: DataStream) -> None:
        self.stream = stream
        self.undated = self.unnamed = 0

    @property
    def simple(self) -> bool:
        """Whether all events go to one name: nothing is to be written into action lines."""
        return self.stream.mode != "daily" and not self.stream.dynamic

    def of_file(self, shared: Constants, path: str) -> tuple[Constants, DataStream]:
        """The fields of a file, and its stream; references are filled in that these fields answer."""
        own, stream = for_path(shared, path), self.stream
        if not stream.dynamic:
            return own, stream
        known = partial(lookup, own.fields)
        names = fill_known(stream.dataset, known), fill_known(stream.namespace, known)
        if names == (stream.dataset, stream.namespace):
            return own, stream
        return _named(own, *names), replace(stream, dataset=names[0], namespace=names[1])

    def constants(self, shared: Constants, path: str) -> Constants:
        """The fields of a file."""
        return self.of_file(shared, path)[0]

    def encoder_of(self, shared: Constants, make: Maker | None = None) -> Maker:
        """
        The maker of a file's encoder from its key and path.

        Args:
            shared: fields of the input.
            make: makes encoders through a pipeline, with fields by :meth:`constants`; None where there is none.
        """

        def addressed(key: str, path: str) -> Encoder:
            own, stream = self.of_file(shared, path)
            if make is None:
                plain = Encoder(key, os.fsencode(path).decode("utf-8", "replace"), own)
                return plain if self.simple else Addressed(plain, self, stream, own)
            return make(key, path) if self.simple else Addressed(make(key, path), self, stream)

        return addressed


class Addressed(Encoder):
    """
    Encodes the events of one file and says where each goes.

    Args:
        inner: makes the documents.
        addressing: of the input; counts.
        stream: of the file.
        plain: fields of the file where no pipeline runs, so that lines without fields of their own are all alike.
    """

    __slots__ = ("_addressing", "_alike", "_begins", "_inner", "_name", "_stream", "_texts")

    def __init__(
        self,
        inner: Encoder,
        addressing: Addressing,
        stream: DataStream,
        plain: Constants | None = None,
    ) -> None:
        super().__init__(inner.key, inner.path, plain or Constants({}))
        self._inner, self._addressing, self._stream = inner, addressing, stream
        self._begins: dict[str, bytes] = {}  # what action lines of a day begin with
        # What stands in documents until their names are known.
        self._texts = [
            (name, text, _member(name, text))
            for name, text in (("dataset", stream.dataset), ("namespace", stream.namespace))
            if "%{[" in text
        ]
        # Fields that are not among the constants, lines do not have: they go where their defaults say.
        names = fill(stream.dataset, _nothing)[0], fill(stream.namespace, _nothing)[0]
        self._name = replace(stream, dataset=names[0], namespace=names[1]).name
        self._alike: Encoder | None = None
        fields = [field for _, text, _ in self._texts for field in fields_of(text)]
        if plain is not None and not any(field.split(".")[0] in _EACH for field in fields):
            own = _named(plain, *names) if fields else plain
            self._alike = Encoder(inner.key, inner.path, own)

    @property
    def block_bytes(self) -> int:
        """Bytes to read at a time."""
        return self._inner.block_bytes

    @property
    def slow(self) -> float:
        """Seconds that the last block took, if that was long."""
        return self._inner.slow

    def block(self, file: object, data: bytes, start: int, stamp: str) -> Piece:
        """Encode whole plain lines; see :meth:`shipper.encode.Encoder.block`."""
        if self._alike is None:
            return self._address(self._inner.block(file, data, start, stamp), stamp)
        return self._counted(self._lines(self._alike, stamp).block(file, data, start, stamp))

    def events(self, file: object, events: list[Event], start: int, end: int, stamp: str) -> Piece:
        """Encode parsed events; see :meth:`shipper.encode.Encoder.events`."""
        if self._alike is None or any(event.fields for event in events):
            return self._address(self._inner.events(file, events, start, end, stamp), stamp)
        lines = self._lines(self._alike, stamp)
        return self._counted(lines.events(file, events, start, end, stamp))

    def some(self, file: object, events: list[Event], start: int, end: int, stamp: str) -> Piece:
        """Encode parsed events, or the first of them; see :meth:`shipper.encode.Encoder.some`."""
        if self._alike is None:
            return self._address(self._inner.some(file, events, start, end, stamp), stamp)
        return self.events(file, events, start, end, stamp)

    def _lines(self, alike: Encoder, stamp: str) -> Encoder:
        """The encoder of lines that are all alike, for now."""
        alike.action = self._begin(self._name, _dotted(stamp))
        return alike

    def _counted(self, piece: Piece) -> Piece:
        if self._texts:
            self._addressing.unnamed += piece.count
        return piece

    def _begin(self, name: str, day: str) -> bytes:
        """What an action line begins with."""
        index = f"{name}-{day}" if self._stream.mode == "daily" else name
        return b'%b"_index":%b,' % (ACTION, orjson.dumps(index))

    def _address(self, piece: Piece, stamp: str) -> Piece:
        """Write the index into each action line of a piece."""
        lines = piece.body.split(b"\n")
        documents = lines[1::2]
        skip = len(ACTION)
        if self._texts:
            parts = [
                self._placed(action[skip:], document, stamp)
                for action, document in zip(lines[::2], documents, strict=False)
            ]
        elif self._stream.mode == "daily":
            begins, utc = self._begins, _UTC.match
            parts = []
            for action, document, time in zip(
                lines[::2], documents, _times_of(documents), strict=False
            ):
                begin = None
                if type(time) is str and utc(time):
                    begin = begins.get(time[:10])
                if begin is None:
                    begin = self._dated(time, stamp)
                parts += (begin, action[skip:], b"\n", document, b"\n")
        else:
            begin = self._begin(self._name, "")
            parts = [
                b"%b%b\n%b\n" % (begin, action[skip:], document)
                for action, document in zip(lines[::2], documents, strict=False)
            ]
        piece.body = b"".join(parts)
        return piece

    def _dated(self, time: Any, stamp: str) -> bytes:
        """What the action line of a document begins with whose time is of a new day, or in another form."""
        begin = self._begin(self._name, self._day(time, stamp))
        if type(time) is str and _UTC.match(time) and day_of(time):
            if len(self._begins) >= MOST_DAYS:
                self._begins.clear()
            self._begins[time[:10]] = begin
        return begin

    def _day(self, time: Any, stamp: str) -> str:
        """The day of a document's time; that of reading where it is none."""
        day = day_of(time)
        if day is None:
            self._addressing.undated += 1
        return day or _dotted(stamp)

    def _placed(self, action: bytes, document: bytes, stamp: str) -> bytes:
        """The lines of a document on whose fields its names depend."""
        fields = _decoded(document)
        stream, missing = filled(self._stream, fields)
        self._addressing.unnamed += missing
        for name, _, member in self._texts:
            document = document.replace(member, _member(name, getattr(stream, name)))
        day = self._day(fields.get("@timestamp"), stamp) if stream.mode == "daily" else ""
        return b"%b%b\n%b\n" % (self._begin(stream.name, day), action, document)


def route_of(one: Input, pipeline: str | None = None) -> Route:
    """The route of an input's events; ``pipeline`` is for the cluster to run."""
    return Route(one.data_stream.index, pipeline, one.data_stream.mode)


def filled(stream: DataStream, document: dict[str, Any]) -> tuple[DataStream, bool]:
    """The stream of a finished document, and whether a default had to stand in."""
    value_of = partial(lookup, document)
    dataset, missing = fill(stream.dataset, value_of)
    namespace, more = fill(stream.namespace, value_of)
    return replace(stream, dataset=dataset, namespace=namespace), missing or more


def index_of(stream: DataStream, document: dict[str, Any], stamp: str) -> str:
    """The index of a finished document that is read at a time (ISO 8601 in UTC)."""
    name = filled(stream, document)[0].name
    if stream.mode != "daily":
        return name
    return f"{name}-{day_of(document.get('@timestamp')) or _dotted(stamp)}"


def lines_of(stream: DataStream, action: bytes, document: bytes, stamp: str) -> tuple[bytes, bytes]:
    """The two lines of one event with its index and its names, where these are not the same for all."""
    if stream.mode != "daily" and not stream.dynamic:
        return action, document
    fields = _decoded(document)
    named = filled(stream, fields)[0]
    for name in ("dataset", "namespace"):
        text = getattr(stream, name)
        if "%{[" in text:
            document = document.replace(_member(name, text), _member(name, getattr(named, name)))
    index = orjson.dumps(index_of(stream, fields, stamp))
    return b'%b"_index":%b,%b' % (ACTION, index, action[len(ACTION) :]), document


def _named(constants: Constants, dataset: str, namespace: str) -> Constants:
    """The fields with the names of a stream."""
    fields = constants.fields
    stream = {**fields.get("data_stream", {}), "dataset": dataset, "namespace": namespace}
    event = {**fields.get("event", {}), "dataset": dataset}
    return Constants({**fields, "data_stream": stream, "event": event, "log": constants.log})


def _member(name: str, value: str) -> bytes:
    """A member of a JSON object; no text in a document can look so, since its quotes are escaped."""
    return b'"%b":%b' % (name.encode(), orjson.dumps(value))


class _Timed(msgspec.Struct):
    """Of a document, its time alone: to read nothing else takes a tenth of the time."""

    time: Any = msgspec.field(name="@timestamp", default=None)


_timed = msgspec.json.Decoder(list[_Timed])


def _times_of(documents: list[bytes]) -> list[Any]:
    """The ``@timestamp`` of each document; None where it has none."""
    try:
        return [one.time for one in _timed.decode(b"[%b]" % b",".join(documents))]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [_decoded(document).get("@timestamp") for document in documents]


def _decoded(document: bytes) -> dict[str, Any]:
    """A document's fields; none where this reader's bounds of JSON are narrower than the writer's."""
    try:
        fields = orjson.loads(document)
    except orjson.JSONDecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _dotted(stamp: str) -> str:
    """The day of a time in UTC as the name of a daily index has it."""
    return stamp[:10].replace("-", ".")


def _nothing(_field: str) -> None:
    """No field has a value."""
