"""
The status report: what ``/status`` answers, ``shipper status`` prints and ``/metrics`` is derived from.

Plain data with no behaviour beyond sums. The agent's main thread makes one; other threads only read it.
"""

from __future__ import annotations

import msgspec

# Columns in which a byte can end, in the order in which they are shown; shipper.records.Column says what each means.
COLUMNS = (
    "indexed",
    "duplicate",
    "filtered",
    "dropped",
    "dead_lettered",
    "failure_store",
    "skipped",
)


class LedgerReport(msgspec.Struct, frozen=True):
    """
    Columns of the ledger since the agent started; events and bytes.

    It balances when ``read_bytes == sum of the other byte columns + pending_bytes``.
    """

    read_events: int = 0
    read_bytes: int = 0
    indexed: int = 0
    indexed_bytes: int = 0
    duplicate: int = 0
    duplicate_bytes: int = 0
    filtered: int = 0
    filtered_bytes: int = 0
    dropped: int = 0
    dropped_bytes: int = 0
    dead_lettered: int = 0
    dead_lettered_bytes: int = 0
    failure_store: int = 0
    failure_store_bytes: int = 0
    skipped: int = 0
    skipped_bytes: int = 0
    pending: int = 0
    pending_bytes: int = 0

    @property
    def settled_bytes(self) -> int:
        """Bytes that have found their column."""
        return sum(self.column(name)[1] for name in COLUMNS)

    @property
    def unaccounted_bytes(self) -> int:
        """Bytes read that are in no column (positive) or in two (negative); 0 when the ledger balances."""
        return self.read_bytes - self.settled_bytes - self.pending_bytes

    @property
    def balanced(self) -> bool:
        """Whether every byte that was read is in exactly one column."""
        return self.unaccounted_bytes == 0

    def column(self, name: str) -> tuple[int, int]:
        """Events and bytes of one of ``COLUMNS``."""
        return getattr(self, name), getattr(self, f"{name}_bytes")


class FileReport(msgspec.Struct, frozen=True):
    """One file that an input follows."""

    path: str
    key: str
    state: str  # open | waiting (for a harvester slot) | closed | held (renamed or removed) | copy | ignored
    size: int  # bytes
    position: int  # read up to here
    offset: int  # settled up to here: the checkpoint
    lag_bytes: int
    lag_seconds: float  # since the oldest unsettled byte was first seen
    ledger: LedgerReport
    inode: int = 0
    device: int = 0
    note: str = ""


class StepReport(msgspec.Struct, frozen=True):
    """One processor of a pipeline that runs in the agent."""

    processor: str
    tag: str
    line: int  # in the pipeline's file
    events: int  # that it ran for
    failures: int
    seconds: float  # on the plain way, reckoned from a sample
    column: int = 1  # of that line


class PipelineReport(msgspec.Struct, frozen=True):
    """The pipeline of an input."""

    name: str
    where: str  # edge | cluster
    reasons: list[str] = []  # why it does not run at the edge, though it was to if it could
    problem: str = ""  # why a changed file is not used
    reloads: int = 0
    events: int = 0  # that went in, at the edge
    fast: int = 0  # of them, by the compiled head
    fast_seconds: float = 0.0  # that the head took
    dropped: int = 0
    failed: int = 0  # whose failure came to the pipeline's own handlers
    refused: int = 0  # whose failure nothing handled: dead letters
    steps: list[StepReport] = []


class InputReport(msgspec.Struct, frozen=True):
    """One entry under ``inputs:``."""

    id: str
    paths: list[str]
    route: str
    files: list[FileReport]
    ledger: LedgerReport
    problems: list[str] = []
    pipeline: PipelineReport | None = None


class RouteReport(msgspec.Struct, frozen=True):
    """One write target."""

    name: str
    state: str  # ok | backing_off | paused
    reason: str = ""  # last error, with what to do about it
    since: float = 0.0  # Unix time at which the state began
    next_try: float = 0.0  # Unix time; 0 when none is planned
    pending_bytes: int = 0
    in_flight_bytes: int = 0
    limit_bytes: int = 0  # of bytes in flight: the pressure controller's present figure
    requests: int = 0
    sent_bytes: int = 0
    sent_events: int = 0  # every attempt counts
    rejected: int = 0  # items refused with 429, and those of requests refused with 429
    retried: int = 0
    failed_requests: int = 0


class OutputReport(msgspec.Struct, frozen=True):
    """Where events go."""

    kind: str  # elasticsearch | local
    target: str  # hosts or path, without secrets
    product: str = ""  # elasticsearch | opensearch | "" before the first answer
    version: str = ""
    dead_letters: int = 0  # events kept
    dead_letters_limit: int = 0  # bytes that they may take (dead_letter.max_bytes)
    dead_letter_bytes: int = 0  # bytes that they take of it


class StatusReport(msgspec.Struct, frozen=True):
    """Everything the agent tells about itself at one moment."""

    version: str
    pid: int
    agent_id: str
    started: float  # Unix time
    now: float
    state: str  # starting | running | draining | stopped
    healthy: bool
    ready: bool
    problems: list[str]  # one line each: what is wrong and what to do
    inputs: list[InputReport]
    routes: list[RouteReport]
    output: OutputReport
    ledger: LedgerReport
    # Occurrences since the start: gaps, gap_bytes, id_clashes, read_errors, truncated_lines, …
    counters: dict[str, int] = {}
