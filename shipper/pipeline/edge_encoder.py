"""
The encoder of one file whose events go through a pipeline: blocks of lines, or parsed events, to the NDJSON of ``_bulk``.

The compiled head takes what it is sure of; everything else goes step by step, watched, and a block is cut short when its time is up.
"""

from __future__ import annotations

import contextlib
import os
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from shipper.encode import Encoder, event_id
from shipper.pipeline import guard
from shipper.pipeline.edge import SLOW, maker
from shipper.pipeline.execution import forget, handle
from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.growth import weight
from shipper.pipeline.json_text import dumps
from shipper.records import Event, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from shipper.encode import Constants
    from shipper.pipeline.document import Document
    from shipper.pipeline.edge import Edge
    from shipper.pipeline.head import Head

MOST_BODY = 4 * 1024 * 1024  # bytes that a block may come to; it ends with the event at hand then
LARGE = 256 * 1024  # bytes of an event; what becomes of such a one is weighed before it is written


class EdgeEncoder(Encoder):
    """
    Encodes the events of one file through a pipeline.

    Args:
        key: the file's key.
        path: of the file, as ``log.file.path`` has it.
        edge: of its input.
        constants: of the file, where it has more than its input.
    """

    __slots__ = ("_edge", "_make", "_slow")

    def __init__(self, key: str, path: str, edge: Edge, constants: Constants | None = None) -> None:
        super().__init__(key, path, constants or edge.constants)
        self._edge = edge
        shared = constants is None or constants is edge.constants
        self._make = None if shared else maker(self._constants)
        self._slow = SLOW  # nobody knows yet

    @property
    def block_bytes(self) -> int:
        """Bytes to read at a time; fewer while lines keep patterns busy."""
        return self._edge.block_bytes

    @property
    def _head(self) -> Head | None:
        """The compiled head, which knows the constants of the file."""
        return self._edge.head if self._make is None else self._edge.head_of(self._constants)

    @property
    def slow(self) -> float:
        """Seconds that the last block took, where that was long: as long again the file should rest. Before the first it may be."""
        return self._slow

    def block(self, file: object, data: bytes, start: int, stamp: str) -> Piece:
        """Encode whole plain lines, or the first of them; see :meth:`shipper.encode.Encoder.block`."""
        lines = data.split(b"\n")
        lines.pop()
        bounds = list(accumulate([len(line) + 1 for line in lines], initial=start))
        count = len(lines)
        del lines  # of a long line there are copies enough
        text = data[:-1].decode("utf-8", "replace")
        if "\r\n" in text or text.endswith("\r"):
            text = text.removesuffix("\r").replace("\r\n", "\n")
        piece = Piece(file, start, start + len(data), b"", bounds[:-1], bounds[1:])
        edge, head = self._edge, self._head
        texts = text.split("\n")
        began = edge.clock()
        with guard.block():
            made: list[Any] = [None] * count
            if head is not None:
                made = edge.begin(head, self.key, self.path, texts, text, bounds, stamp)
                if head.whole and None not in made:
                    edge.fast += len(made)
                    edge.events += len(made)
                    piece.body = "".join(made).encode()
                    self._pace(began)
                    return piece
            del text
            events = [
                None
                if type(begun) is str or (begun is None and not line)
                else Event(bounds[i], bounds[i + 1], line)
                for i, (line, begun) in enumerate(zip(texts, made, strict=True))
            ]
            self._rest(made, events, piece, stamp, began + SLOW)
        self._pace(began)
        self._gather(piece, made)
        return piece

    def _rest(
        self,
        made: list[Any],
        events: Sequence[Event | None],
        piece: Piece,
        stamp: str,
        until: float,
    ) -> None:
        """Finish what the head has begun, and do what it has left; the piece is cut short when the time is up."""
        edge, head = self._edge, self._head
        clock = edge.clock
        size = 0
        for i, event in enumerate(events):
            ctx = made[i]
            if type(ctx) is str:
                edge.fast += 1
                edge.events += 1
            elif event is None:
                made[i] = b""
            else:
                begun = 0 if ctx is None or head is None else head.end
                edge.fast += begun > 0
                one = made[i] = self._one(event, i, piece, stamp, ctx, begun)
                size += len(one)
                if until and (clock() > until or size > MOST_BODY) and i + 1 < len(events):
                    self._cut(made, piece, i + 1)
                    return

    def _cut(self, made: list[Any], piece: Piece, count: int) -> None:
        """Only so many events now; the rest is read again."""
        piece.end = piece.ends[count - 1]
        del made[count:], piece.starts[count:], piece.ends[count:]

    def _pace(self, began: float) -> None:
        took = self._edge.clock() - began
        self._slow = took if took > SLOW else 0.0
        self._edge.pace(took)

    def events(self, file: object, events: list[Event], start: int, end: int, stamp: str) -> Piece:
        """Encode parsed events; see :meth:`shipper.encode.Encoder.events`."""
        return self._events(file, events, start, end, stamp, 0.0)

    def some(self, file: object, events: list[Event], start: int, end: int, stamp: str) -> Piece:
        """Encode parsed events, or the first of them; see :meth:`shipper.encode.Encoder.some`."""
        return self._events(file, events, start, end, stamp, SLOW)

    def _events(
        self, file: object, events: list[Event], start: int, end: int, stamp: str, limit: float
    ) -> Piece:
        starts = [event.start for event in events]
        piece = Piece(file, start, end, b"", starts, [event.end for event in events])
        began = self._edge.clock()
        with guard.block():
            made = self._begun(events, stamp)
            self._rest(made, events, piece, stamp, began + limit if limit else 0.0)
        self._pace(began)
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
            guard.begin(event.end - event.start)
            document = edge.run(ctx, identity, stamp, begun)
            made = b"" if document.dropped else self._lines(document, event)
            guard.end()
        except Exception as error:
            guard.end()
            forget(error)
            raised = _raised(error)
            handled = self._handled(event, identity, stamp, raised)
            if handled is not None:
                return handled
            edge.refused += 1
            failure = raised.failure
            where = f"processor {raised.kind}" + (f" [{raised.tag}]" if raised.tag else "")
            piece.refused[number] = (failure.type, f"{where}: {failure.reason}")
            action = b'{"create":{"_id":"%b"}}\n' % identity.encode()
            return action + dumps(edge.fresh(self.path, event, stamp, self._make)) + b"\n"
        edge.dropped += document.dropped
        return made

    def _lines(self, document: Document, event: Event) -> bytes:
        """The lines of a document that came out, which must not be too large for the agent's memory."""
        if event.end - event.start > LARGE or guard.GUARD.made > LARGE:
            _weigh(document.ctx)
        return self._edge.lines(document)

    def _handled(self, event: Event, identity: str, stamp: str, raised: Raised) -> bytes | None:
        """
        The lines of an event that no handler was asked about, by the pipeline's handlers; None where they fail, or there are none.

        They get the document as it was before the pipeline: what the steps have made of it may be the trouble.
        """
        edge = self._edge
        handlers = edge.pipeline.on_failure
        if not handlers or not raised.failure.type.startswith("shipper_"):
            return None
        try:
            guard.begin(event.end - event.start)
            document = edge.document(
                edge.fresh(self.path, event, stamp, self._make), identity, stamp
            )
            handle(handlers, document, raised)
            made = b"" if document.dropped else self._lines(document, event)
            guard.end()
        except Exception:
            guard.end()
            return None
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


def _raised(error: Exception) -> Raised:
    """What an event failed for."""
    if isinstance(error, Raised):
        return error
    if not isinstance(error, Failure):  # a mistake of ours: the event fails, the agent lives
        error = Failure(f"internal error: {error!r}", "shipper_internal_error", foreign=True)
    return Raised(error, "pipeline")


def _weigh(ctx: dict[str, Any]) -> None:
    """
    Look whether a document is not too large for the agent's memory.

    Raises:
        Failure: it is.
    """
    most = guard.GUARD.most_made
    if weight(ctx, most) > most:
        reason = f"the document has grown beyond {most >> 20} MiB"
        raise Failure(reason, "shipper_size_limit")


def encoder_of(
    edge: Edge, constants_of: Callable[[str], Constants] | None = None
) -> Callable[[str, str], Encoder]:
    """Makes the encoder of a file from its key and path; ``constants_of`` gives the fields of a path."""

    def make(key: str, path: str) -> Encoder:
        constants = None if constants_of is None else constants_of(path)
        return EdgeEncoder(key, os.fsencode(path).decode("utf-8", "replace"), edge, constants)

    return make
