"""
A pipeline at the edge: from a file's events to the NDJSON of ``_bulk``, through the pipeline.

It stands where a plain encoder stands. An event enters as the whole document that would be sent, metadata included, and what leaves is what the cluster would have
made of it. The compiled head takes single lines that it is sure of; everything else goes step by step.
"""

from __future__ import annotations

import contextlib
import os
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import orjson

from shipper.encode import Encoder, clean, event_id, merge
from shipper.pipeline import guard
from shipper.pipeline.document import Document
from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.head import Head, compile_head
from shipper.pipeline.json_text import dumps
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.values import ZonedDateTime, class_name
from shipper.records import Event, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from shipper.encode import Constants
    from shipper.pipeline.definition import Pipeline

    Maker = Callable[[str, int, str], dict[str, Any]]

_EXTRA = ("_routing", "_version", "_version_type", "_op_type", "_dynamic_templates", "_if_seq_no", "_if_primary_term", "_type")  # fmt: skip
TIMED = 64  # one event of so many has its steps timed
MOST_BYTES = (
    32 * 1024
)  # to read at a time: a line becomes several times as long, and more would take memory for nothing
LEAST_BYTES = 4 * 1024  # while lines keep patterns busy: other files have their turn sooner


class Edge:
    """
    One input's pipeline, shared by the encoders of all its files.

    Args:
        pipeline: with the handlers of what it does not handle itself.
        constants: fields of the input.
        index: what ``_index`` holds: the data stream.
        clock: seconds, to time steps with.
        flavour: the product whose meaning counts.

    Attributes:
        events: that went in.
        fast: of them, by the compiled head.
        fast_seconds: that it took.
        dropped: by a ``drop``.
        refused: whose failure nothing handled.
        block_bytes: to read at a time.
        mistake: what failed in the compiled head, which is then off.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        constants: Constants,
        index: str,
        clock: Callable[[], float],
        flavour: str = ELASTICSEARCH,
    ) -> None:
        self.constants = constants
        self.index = index
        self.clock = clock
        self.flavour = flavour
        self.events = self.fast = self.dropped = self.refused = 0
        self.fast_seconds = 0.0
        self.block_bytes = MOST_BYTES
        self._fresh = maker(constants)
        self._stamp = ""
        self._now = ZonedDateTime(0, 0)
        self.load(pipeline)

    def load(self, pipeline: Pipeline) -> None:
        """Use a pipeline from now on; events that were encoded already stay as they are."""
        self.pipeline = pipeline
        text = orjson.dumps(pipeline.body).decode()
        self.extra = tuple(name for name in _EXTRA if name in text or pipeline.calls)
        self.mistake = ""
        self.head: Head | None = compile_head(pipeline, self.constants, self.flavour)

    def begin(
        self,
        head: Head,
        key: str,
        path: str,
        lines: list[str],
        text: str,
        bounds: list[int],
        stamp: str,
    ) -> list[Any]:
        """What the head makes of lines; None for each that must take the plain way."""
        began = self.clock()
        try:
            return head.block(key, path, lines, text, bounds, stamp)
        except guard.TimedOut:  # line by line then, each with its own budget
            return [None] * len(lines)
        except Exception as error:
            self.head = None
            self.mistake = (
                f"the compiled head of pipeline {self.pipeline.name} failed ({error!r}) and is off; every event takes"
                " the plain way, nothing is lost: this is a bug of Shipper, please report it"
            )
            return [None] * len(lines)
        finally:
            self.fast_seconds += self.clock() - began

    def pace(self) -> None:
        """After a block: read less at a time while matches take too long, and more again when they do not."""
        if guard.GUARD.tired:
            self.block_bytes = LEAST_BYTES
        elif self.block_bytes < MOST_BYTES:
            self.block_bytes *= 2

    def now(self, stamp: str) -> ZonedDateTime:
        """The moment of an ISO 8601 text with milliseconds in UTC, remembered."""
        if stamp != self._stamp:
            from datetime import datetime  # noqa: PLC0415 - once a block at most

            moment = datetime.fromisoformat(stamp)
            self._now = ZonedDateTime(int(moment.timestamp()), moment.microsecond * 1000)
            self._stamp = stamp
        return self._now

    def fresh(
        self, path: str, event: Event, stamp: str, make: Maker | None = None
    ) -> dict[str, Any]:
        """The document of an event before the pipeline, sharing nothing with others; ``make`` is that of its file."""
        ctx: dict[str, Any] = (make or self._fresh)(stamp, event.start, path)
        if event.flags:
            ctx["log"]["flags"] = list(event.flags)
        if event.message or not event.fields:
            ctx["message"] = clean(event.message)
        return merge(ctx, event.fields) if event.fields else ctx

    def run(self, ctx: dict[str, Any], identity: str, stamp: str, start: int = 0) -> Document:
        """
        Run the pipeline over one document.

        Args:
            ctx: its fields; is changed.
            identity: the event's id.
            stamp: the time now, ISO 8601.
            start: index of the first step that is still to run.

        Raises:
            Raised: nothing handled a failure.
        """
        ctx["_index"] = self.index
        ctx["_id"] = identity
        document = Document(ctx, {"timestamp": self.now(stamp)})
        self.events += 1
        if not self.events % TIMED:
            document.clock = self.clock
        self.pipeline.run(document, start)
        return document

    def lines(self, document: Document) -> bytes:
        """
        The two lines of a document that came out.

        Raises:
            Raised: its routing is no text.
        """
        ctx = document.ctx
        action = {"_id": ctx.pop("_id", "")}
        ctx.pop("_index", None)
        for name in self.extra:
            value = ctx.pop(name, None)
            if name == "_routing" and value is not None:
                if not isinstance(
                    value, str
                ):  # seen in the cluster: taken by the pipeline, refused by the bulk
                    text = f"class {class_name(value)} cannot be cast to class java.lang.String"
                    raise Raised(Failure(text, "class_cast_exception", foreign=True), "_routing")
                action["routing"] = value
        return b'{"create":%b}\n%b\n' % (orjson.dumps(action), dumps(ctx))


class EdgeEncoder(Encoder):
    """
    Encodes the events of one file through a pipeline.

    Args:
        key: the file's key.
        path: of the file, as ``log.file.path`` has it.
        edge: of its input.
        constants: of the file, where it has more than its input; then every line takes the plain way.
    """

    __slots__ = ("_edge", "_make")

    def __init__(self, key: str, path: str, edge: Edge, constants: Constants | None = None) -> None:
        super().__init__(key, path, constants or edge.constants)
        self._edge = edge
        shared = constants is None or constants is edge.constants
        self._make = None if shared else maker(self._constants)

    @property
    def block_bytes(self) -> int:
        """Bytes to read at a time; fewer while lines keep patterns busy."""
        return self._edge.block_bytes

    @property
    def _head(self) -> Head | None:
        """The compiled head; it knows the constants of the input, not those of one file."""
        return self._edge.head if self._make is None else None

    def block(self, file: object, data: bytes, start: int, stamp: str) -> Piece:
        """Encode whole plain lines; see :meth:`shipper.encode.Encoder.block`."""
        lines = data.split(b"\n")
        lines.pop()
        bounds = list(accumulate([len(line) + 1 for line in lines], initial=start))
        text = data[:-1].decode("utf-8", "replace")
        if "\r\n" in text or text.endswith("\r"):
            text = text.removesuffix("\r").replace("\r\n", "\n")
        piece = Piece(file, start, start + len(data), b"", bounds[:-1], bounds[1:])
        edge, head = self._edge, self._head
        texts = text.split("\n")
        with guard.block():
            made: list[Any] = [None] * len(lines)
            if head is not None:
                made = edge.begin(head, self.key, self.path, texts, text, bounds, stamp)
                if head.whole and None not in made:
                    edge.fast += len(made)
                    edge.events += len(made)
                    piece.body = "".join(made).encode()
                    return piece
            self._rest(made, texts, piece, stamp)
        edge.pace()
        self._gather(piece, made)
        return piece

    def _rest(self, made: list[Any], texts: list[str], piece: Piece, stamp: str) -> None:
        """Finish what the head has begun, and do what it has left."""
        edge, head = self._edge, self._head
        starts, ends = piece.starts, piece.ends
        for i, text in enumerate(texts):
            ctx = made[i]
            if type(ctx) is str:
                edge.fast += 1
                edge.events += 1
            elif ctx is None and not text:
                made[i] = b""
            else:
                event = Event(starts[i], ends[i], text)
                begun = 0 if ctx is None or head is None else head.end
                edge.fast += begun > 0
                made[i] = self._one(event, i, piece, stamp, ctx if begun else None, begun)

    def events(self, file: object, events: list[Event], start: int, end: int, stamp: str) -> Piece:
        """Encode parsed events; see :meth:`shipper.encode.Encoder.events`."""
        starts = [event.start for event in events]
        piece = Piece(file, start, end, b"", starts, [event.end for event in events])
        edge, head = self._edge, self._head
        with guard.block():
            made = self._begun(events, stamp)
            for i, event in enumerate(events):
                ctx = made[i]
                if type(ctx) is str:
                    edge.fast += 1
                    edge.events += 1
                else:
                    begun = 0 if ctx is None or head is None else head.end
                    edge.fast += begun > 0
                    made[i] = self._one(event, i, piece, stamp, ctx, begun)
        edge.pace()
        self._gather(piece, made)
        return piece

    def _begun(self, events: list[Event], stamp: str) -> list[Any]:
        """What the head makes of the events that are plain single lines: texts or dicts; None for others."""
        made: list[Any] = [None] * len(events)
        edge, head = self._edge, self._head
        if head is None:
            return made
        for first, behind in _runs(events):
            lines = [event.message for event in events[first:behind]]
            bounds = [event.start for event in events[first:behind]]
            bounds.append(events[behind - 1].end)
            text = "\n".join(lines)
            with contextlib.suppress(
                UnicodeEncodeError
            ):  # half a surrogate pair is for the plain way
                text.encode()
                made[first:behind] = edge.begin(
                    head, self.key, self.path, lines, text, bounds, stamp
                )
        return made

    def _one(
        self,
        event: Event,
        number: int,
        piece: Piece,
        stamp: str,
        ctx: dict[str, Any] | None = None,
        begun: int = 0,
    ) -> bytes:
        """The lines of one event, of which the head may have done the first steps; empty where it was dropped."""
        edge = self._edge
        identity = event_id(self.key, event.start, event.end)
        if ctx is None:
            ctx = edge.fresh(self.path, event, stamp, self._make)
        try:
            document = edge.run(ctx, identity, stamp, begun)
            made = b"" if document.dropped else edge.lines(document)
        except Raised as raised:
            edge.refused += 1
            failure = raised.failure
            where = f"processor {raised.kind}" + (f" [{raised.tag}]" if raised.tag else "")
            piece.refused[number] = (failure.type, f"{where}: {failure.reason}")
            action = b'{"create":{"_id":"%b"}}\n' % identity.encode()
            return action + dumps(edge.fresh(self.path, event, stamp, self._make)) + b"\n"
        edge.dropped += document.dropped
        return made

    @staticmethod
    def _gather(piece: Piece, made: Sequence[bytes | str]) -> None:
        """Fill the body; what left nothing is filtered."""
        parts = [line if isinstance(line, bytes) else line.encode() for line in made]
        piece.body = b"".join(parts)
        if b"" not in parts:
            return
        kept = [i for i, line in enumerate(parts) if line]
        starts, ends = piece.starts, piece.ends
        piece.filtered += len(parts) - len(kept)
        piece.filtered_bytes += sum(ends[i] - starts[i] for i, line in enumerate(parts) if not line)
        piece.starts = [starts[i] for i in kept]
        piece.ends = [ends[i] for i in kept]
        if piece.refused:
            place = {old: new for new, old in enumerate(kept)}
            piece.refused = {place[old]: why for old, why in piece.refused.items()}


def _runs(events: list[Event]) -> Iterator[tuple[int, int]]:
    """Where plain single lines follow each other without a gap: index of the first, and past the last."""
    first, end = 0, -1
    for i, event in enumerate(events):
        message = event.message
        plain = event.fields is None and not event.flags and message and "\n" not in message
        if not plain or event.start != end:
            if i > first:
                yield first, i
            first = i if plain else i + 1
        end = event.end if plain else -1
    if len(events) > first:
        yield first, len(events)


def maker(constants: Constants) -> Maker:
    """A function that makes a new document of the time, offset and path: a literal is the quickest copy."""
    log = {"offset": _Name("offset"), "file": {"path": _Name("path")}, **constants.log}
    fields = {"@timestamp": _Name("stamp"), "log": log, **constants.fields}
    source = f"lambda stamp, offset, path: {fields!r}"
    made: Maker = eval(source, {"__builtins__": {}})  # noqa: S307 - of constants' repr
    return made


class _Name:
    """A name in generated code."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def encoder_of(
    edge: Edge, constants_of: Callable[[str], Constants] | None = None
) -> Callable[[str, str], Encoder]:
    """Makes the encoder of a file from its key and path; ``constants_of`` gives the fields of a path."""

    def make(key: str, path: str) -> Encoder:
        constants = None if constants_of is None else constants_of(path)
        return EdgeEncoder(key, os.fsencode(path).decode("utf-8", "replace"), edge, constants)

    return make
