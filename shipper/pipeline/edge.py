"""
A pipeline at the edge: from a file's events to the NDJSON of ``_bulk``, through the pipeline.

Its encoders (``edge_encoder``) stand where a plain one stands. An event enters as the whole document that would be sent, metadata included, and what leaves is what the cluster would have
made of it. The compiled head takes single lines that it is sure of; everything else goes step by step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from shipper.encode import clean, merge
from shipper.pipeline import guard
from shipper.pipeline.document import Document
from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.head import Head, compile_head
from shipper.pipeline.json_text import dumps
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.values import ZonedDateTime, class_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.encode import Constants
    from shipper.pipeline.definition import Pipeline
    from shipper.records import Event

    Maker = Callable[[str, int, str], dict[str, Any]]

_EXTRA = ("_routing", "_version", "_version_type", "_op_type", "_dynamic_templates", "_if_seq_no", "_if_primary_term", "_type")  # fmt: skip
TIMED = 61  # one event of so many on the plain way has its steps timed; a prime, lest lines keep step with it
MOST_BYTES = (
    32 * 1024
)  # to read at a time: a line becomes several times as long, and more would take memory for nothing
MOST_HEADS = 64  # of containers, each with constants of its own; a head takes 10 ms to compile and some memory
IDLE = 60.0  # seconds after which a head may make room for another
LEAST_BYTES = 4 * 1024  # while lines take long: other files have their turn sooner
SLOW = 0.1  # seconds after which a block ends with the event at hand, and the file rests as long


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
        self._runs = 0  # on the plain way
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
        self._heads: dict[bytes, tuple[Head | None, float]] = {}  # the last used last

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

    def head_of(self, constants: Constants) -> Head | None:
        """The head of files that have more constants than their input, a container's for instance; None for too many."""
        if self.head is None:
            return None
        now, heads, key = self.clock(), self._heads, constants.tail
        if key in heads:
            head, _ = heads.pop(key)
        else:
            if len(heads) >= MOST_HEADS:
                oldest = next(iter(heads))
                if (
                    now - heads[oldest][1] < IDLE
                ):  # all are in use: compiling for each block would cost more
                    return None
                del heads[oldest]
            head = compile_head(self.pipeline, constants, self.flavour)
        heads[key] = head, now
        return head

    def pace(self, seconds: float) -> None:
        """After a block that took so long: read less at a time while they take long, and more again when they do not."""
        if seconds > SLOW:
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
        document = self.document(ctx, identity, stamp)
        self.events += 1
        self._runs += 1
        if not self._runs % TIMED:
            document.clock = self.clock
        self.pipeline.run(document, start)
        return document

    def document(self, ctx: dict[str, Any], identity: str, stamp: str) -> Document:
        """The document of an event's fields, which are changed."""
        ctx["_index"] = self.index
        ctx["_id"] = identity
        return Document(ctx, {"timestamp": self.now(stamp)})

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
