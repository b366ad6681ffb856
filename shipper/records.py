"""
Records that travel between the stages, and nothing else.

Stages share these types, never each other. Offsets are bytes from the start of a file; an event's range
``[start, end)`` includes its line terminators.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

ID_OFFSET_DIGITS = 14
ID_LENGTH_DIGITS = 10
MAX_EVENT_BYTES = 10**ID_LENGTH_DIGITS - 1


class Column(enum.StrEnum):
    """The column of the ledger in which a range of bytes ends (DESIGN law: exactly one)."""

    INDEXED = "indexed"
    DUPLICATE = "duplicate"
    FILTERED = "filtered"  # left out here, by a rule the user wrote, or an empty line
    DROPPED = "dropped"  # dropped by the cluster's pipeline
    DEAD_LETTERED = "dead_lettered"
    FAILURE_STORE = "failure_store"
    SKIPPED = "skipped"  # never an event: started at the end, ignored as too old, lost in a gap


@dataclass(slots=True)
class Event:
    """One log record between framing and encoding: one line, or several joined."""

    start: int
    end: int
    message: str
    fields: dict[str, Any] | None = None  # what parsers found; merged into the document's root
    flags: tuple[str, ...] = ()  # ECS log.flags: "truncated", "multiline", "continuation", …
    cut: int = 0  # bytes of the range that did not fit into the message


@dataclass(slots=True)
class Parsed:
    """What a parser chain made of a window of bytes."""

    events: list[Event]
    consumed: (
        int  # bytes of the window that are events or filtered; the rest is to be offered again
    )
    filtered: int = 0  # events left out by include_lines/exclude_lines, and empty lines
    filtered_bytes: int = 0
    failed: int = 0  # events that a parser could not read and passed on whole


@dataclass(frozen=True, slots=True)
class Route:
    """
    One write target: what ``_bulk`` requests are addressed to.

    Attributes:
        index: data stream or alias; an index pattern where each event names its index itself (daily indices, names that
            refer to the event's fields).
        pipeline: registered ingest pipeline that the cluster is to run.
        mode: of the target: ``data_stream``, ``rollover_alias`` or ``daily``.
    """

    index: str
    pipeline: str | None = None
    mode: str = "data_stream"

    @property
    def many(self) -> bool:
        """Whether each event names its index."""
        return "*" in self.index

    @property
    def watched(self) -> str:
        """The name, or pattern, that no ordinary index may have; daily indices are ordinary ones."""
        return "" if self.mode == "daily" else self.index

    def __str__(self) -> str:
        return f"{self.index}|{self.pipeline}" if self.pipeline else self.index


@dataclass(slots=True, eq=False)
class Piece:
    """
    Encoded events of one contiguous range of one file: the unit that delivery settles.

    Attributes:
        file: opaque handle of whoever made the piece (settlements carry it back).
        start, end: the range of the file; everything in it is in ``body`` or counted as filtered.
        body: NDJSON for ``_bulk``: two lines an event (action and document), each ended by a newline.
        starts, ends: range of each event, ascending by start.
        doubt: this range may have been sent before, so a 409 means "already there".
        since: Unix time from which it may have been sent: if in doubt, that of an earlier reading's checkpoint, otherwise
            that of the offer to delivery; infinity before that.
        epoch: of the file's reading position; a piece of an older epoch no longer moves the checkpoint.
        refused: events (positions in ``starts``) that a pipeline at the edge failed for: type and reason. They go to the
            dead letters as they are, without being sent.
    """

    file: Any
    start: int
    end: int
    body: bytes
    starts: list[int]
    ends: list[int]
    doubt: bool = False
    since: float = 0.0
    epoch: int = 0
    filtered: int = 0
    filtered_bytes: int = 0
    skipped_bytes: int = 0  # of the range: never shipped, ``cut_bytes`` included
    cut_bytes: int = 0  # of the events' ranges: left out of their messages
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of events in the body."""
        return len(self.starts)


@dataclass(slots=True)
class Settled:
    """A piece all of whose events have found their column."""

    piece: Piece
    columns: dict[Column, tuple[int, int]] = field(default_factory=dict)  # column: (events, bytes)


@dataclass(slots=True)
class Abandoned:
    """A piece that delivery gave back (its route is paused): to be read again from the file later."""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Answer:
    """What an output answered to one bulk request."""

    status: int
    body: bytes
    host: str = ""
    retry_after: float | None = None  # seconds
    content_type: str = "application/json"


class SendFailed(Exception):  # noqa: N818 - a fact of the network, not a programming error
    """
    No answer came.

    Attributes:
        kind: ``connect`` (nothing was sent), ``timeout``, ``lost`` (the connection broke after the upload
            began: the request may have been carried out) or ``tls``.
    """

    def __init__(self, kind: str, detail: str, host: str = "") -> None:
        super().__init__(f"{host or 'output'}: {kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.host = host
