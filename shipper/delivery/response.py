"""
What an answer to ``_bulk`` means, item by item and as a whole.

Pure: bytes in, values out. The table of causes lives here and nowhere else: a document's cause, a cluster's
cause, or one that passes. Error types are matched without OpenSearch's missing and Elasticsearch's present
``es_``; reasons only where they begin, since what follows may quote the user's own text.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from shipper.delivery.created import UNREADABLE, Item, created, decode, is_plain
from shipper.wording import counted

if TYPE_CHECKING:
    from shipper.records import Answer


class Fate(enum.Enum):
    """What an item's answer says about its event."""

    INDEXED = "indexed"
    CONFLICT = "conflict"  # the id is there already
    DROPPED = "dropped"  # by a pipeline of the cluster
    FAILURE_STORE = "failure_store"
    REFUSED = "refused"  # the document's cause, for good
    OVERLOADED = "overloaded"  # the same again, later and less
    PASSING = "passing"  # the cluster's trouble, known to pass
    UNKNOWN = "unknown"  # retried some times, then the document's
    CLUSTER = "cluster"  # the route cannot be written to until somebody mends it
    AMBIGUOUS = "ambiguous"  # the document's, unless the route's pipeline is missing


class Whole(enum.Enum):
    """What an answer says about its request."""

    INDEXED = "indexed"  # every event; nothing else to look at
    ITEMS = "items"  # look at each
    OVERLOADED = "overloaded"
    TOO_LARGE = "too_large"
    BAD_REQUEST = "bad_request"  # one event spoils it
    BAD_PARAMETER = "bad_parameter"  # ours: the product is another than we think
    CLUSTER = "cluster"
    PASSING = "passing"  # and the request may have been carried out
    NONSENSE = "nonsense"  # a 200 that no cluster gave


@dataclass(frozen=True, slots=True)
class Problem:
    """An error of an item or a request."""

    status: int
    type: str  # without ``es_``
    reason: str
    raw: bytes = b""  # the whole error as JSON
    index: str = ""  # that the item was for

    def __str__(self) -> str:
        return (
            f"{self.status} {self.type}: {self.reason}"
            if self.type
            else f"{self.status} {self.reason}"
        )

    @property
    def cause(self) -> str:
        """The same for all events that fail for the same cause: the type, and the field where one is named."""
        named = _FIELD.search(self.reason)
        return f"{self.type} [{named[1]}]" if named else self.type


@dataclass(slots=True)
class Reading:
    """
    An answer, understood.

    Attributes:
        whole: about the request; ``fates`` is filled only for ``ITEMS``.
        fates: one an event, in the order of the request.
        problems: by position, for every event whose status is not 2xx.
        problem: of the request.
        plain_index: events were written to an ordinary index of the data stream's name.
        too_large_for: bytes that the cluster's memory limit allows for one request, as it counts them, and what this
            request counted; None when it did not say so.
    """

    whole: Whole
    fates: list[Fate] = field(default_factory=list)
    problems: dict[int, Problem] = field(default_factory=dict)
    problem: Problem | None = None
    plain_index: bool = False
    too_large_for: tuple[int, int] | None = None


_FIELD = re.compile(
    r"(?:failed to parse(?: field)?|mapper|field(?: name)?|mapping for|for) \[([^\]]{1,200})\]"
)
_MEMORY = re.compile(
    r"rejected execution of (?:coordinating|primary|replica).*?operation_bytes=(\d+).*?max_\w*bytes=(\d+)"
)
_QUEUE = re.compile(r"queue capacity|ThreadPoolExecutor")

_OVERLOAD = frozenset({"rejected_execution_exception", "circuit_breaking_exception"})
# Of an item with a status of 5xx: what passes without anybody's doing, and is never the document's cause.
_PASSES = frozenset(
    {
        "unavailable_shards_exception",
        "no_shard_available_action_exception",
        "process_cluster_event_timeout_exception",
        "failed_to_commit_cluster_state_exception",
        "not_master_exception",
        "not_cluster_manager_exception",
        "master_not_discovered_exception",
        "cluster_manager_not_discovered_exception",
        "node_not_connected_exception",
        "node_disconnected_exception",
        "node_closed_exception",
        "receive_timeout_transport_exception",
        "index_shard_closed_exception",
        "index_shard_recovering_exception",
        "index_shard_not_started_exception",
        "alreadyclosed_exception",
        "already_closed_exception",
        "timeout_exception",
        "retry_on_primary_exception",
        "shard_not_in_primary_mode_exception",
    }
)
_CLUSTER_TYPES = frozenset(
    {
        "cluster_block_exception",
        "security_exception",
        "index_not_found_exception",
        "index_closed_exception",
        "invalid_index_name_exception",
        "index_template_missing_exception",
        "resource_not_found_exception",
    }
)
# Of processors that refuse a document with 500: ``fail``, and ``dissect`` whose pattern does not match.
_DOCUMENT_TYPES = frozenset({"fail_processor_exception", "find_match"})
# Anchored reasons of 400 and 500 that tell of the cluster or its configuration, not of the document.
_CLUSTER_REASON = re.compile(
    r"pipeline with id \[[^\]]*\] does not exist"
    r"|Pipeline processor configured for non-existent pipeline"
    r"|only write ops with an op_type of create are allowed in data streams"
    r"|index request targeting backing indices is disallowed"
    r"|no write index is defined for alias"
    r"|Validation Failed: 1: this action would add \["
)
# Anchored reasons of ``illegal_argument_exception`` that tell of the document.
_DOCUMENT_REASON = re.compile(
    r"Provided Grok expressions do not match field value"
    r"|Limit of total fields \["
    r"|Limit of mapping depth \["
    r"|Document contains at least one immense term"
    r"|mapper \[[^\]]*\] cannot be changed"
    r"|can't merge a non object mapping"
    r"|object mapping \["
    r"|field \[[^\]]*\] not present as part of path"
    r"|field \[[^\]]*\] (?:doesn't exist|does not contain|of type)"
    r"|unable to (?:parse|convert)"
    r"|cannot (?:resolve|set|parse|convert)"
    r"|data stream timestamp field \["
    r"|document (?:contains|does not contain|too)"
)
_WRAPPERS = frozenset({"exception", "ingest_processor_exception", "ingest_pipeline_exception"})


def read(answer: Answer, count: int, stream: str = "") -> Reading:
    """
    Understand an answer.

    Args:
        answer: what came back.
        count: events in the request.
        stream: name of the data stream, or a pattern of several; items written to an index of this very name were not
            written to a data stream. Empty when that is of no interest.
    """
    if answer.status == 200:
        plain = created(answer.body, count, stream)
        if plain is not None:
            return Reading(Whole.INDEXED, plain_index=plain)
        return _items(answer, count, stream)
    problem = _problem_of_request(answer)
    whole = _whole(answer.status, problem)
    memory = _memory(problem) if whole is Whole.OVERLOADED else None
    return Reading(whole, problem=problem, too_large_for=memory)


def is_queue(problem: Problem | None) -> bool:
    """Whether an overload tells of a full queue, which has nothing to do with the size of the request."""
    return problem is not None and _QUEUE.search(problem.reason) is not None


def _items(answer: Answer, count: int, stream: str) -> Reading:
    """Look at each item."""
    try:
        bulk = decode(answer.body)
    except UNREADABLE as error:
        return Reading(
            Whole.NONSENSE, problem=_nonsense(answer, f"not an answer of _bulk ({error})")
        )
    items = [item for entry in bulk.items for item in entry.values()]
    if len(items) != count or len(bulk.items) != count:
        return Reading(
            Whole.NONSENSE,
            problem=_nonsense(
                answer, f"{counted(len(bulk.items), 'item')} for {counted(count, 'event')}"
            ),
        )
    reading = Reading(Whole.ITEMS)
    append = reading.fates.append
    for position, item in enumerate(items):
        if item.status == 201 and not item.failure_store:
            append(Fate.INDEXED)
            reading.plain_index = reading.plain_index or is_plain(item.index, stream)
            continue
        problem = _problem(item.status, item.error, item.index)
        if item.failure_store == "failed":
            problem = replace(
                problem, reason=f"{problem.reason} (the failure store failed as well)"
            )
        fate = _fate(item, problem, stream)
        append(fate)
        if item.status >= 300:
            reading.problems[position] = problem
        if fate is Fate.OVERLOADED and reading.too_large_for is None:
            reading.too_large_for = _memory(problem)
    return reading


def _fate(item: Item, problem: Problem, stream: str) -> Fate:
    """One row of the table for one item."""
    status = item.status
    if status in {200, 201}:
        if item.failure_store == "used":
            return Fate.FAILURE_STORE
        if item.result == "noop" or (status == 200 and not item.result and item.index == stream):
            return Fate.DROPPED
        return Fate.INDEXED if item.result in {"", "created", "updated"} else Fate.UNKNOWN
    if status == 409:
        ours = not problem.type or problem.type == "version_conflict_engine_exception"
        return Fate.CONFLICT if ours else Fate.UNKNOWN
    return classify(problem)


def classify(problem: Problem) -> Fate:
    """Whose cause an item's error is, by status, type and the beginning of the reason."""
    status, kind = problem.status, problem.type
    if kind in _CLUSTER_TYPES or status in {401, 403, 404, 407}:
        return Fate.CLUSTER
    if status == 429 or kind in _OVERLOAD:
        return Fate.OVERLOADED
    if kind in _DOCUMENT_TYPES:
        return Fate.REFUSED
    if status in {400, 500} and _CLUSTER_REASON.match(problem.reason):
        return Fate.CLUSTER
    if status == 400:
        if kind == "illegal_argument_exception" and not _DOCUMENT_REASON.match(problem.reason):
            return Fate.AMBIGUOUS
        return Fate.REFUSED
    if status >= 500 or status == 408:
        return Fate.PASSING if kind in _PASSES else Fate.UNKNOWN
    return Fate.REFUSED if 400 <= status < 500 else Fate.UNKNOWN


def _whole(status: int, problem: Problem) -> Whole:
    """One row of the table for a request that was not answered 200."""
    if problem.type in _OVERLOAD or (status == 429 and problem.type != "cluster_block_exception"):
        return Whole.OVERLOADED
    if status == 413:
        return Whole.TOO_LARGE
    if status == 400:
        if "unrecognized parameter" in problem.reason[:400]:
            return Whole.BAD_PARAMETER
        mended = problem.type in _CLUSTER_TYPES or _CLUSTER_REASON.match(problem.reason)
        return Whole.CLUSTER if mended else Whole.BAD_REQUEST
    if status >= 500:
        gone = problem.type == "illegal_state_exception" and _CLUSTER_REASON.match(problem.reason)
        return Whole.CLUSTER if gone else Whole.PASSING
    if status == 408:
        return Whole.PASSING
    return Whole.NONSENSE if 200 <= status < 300 else Whole.CLUSTER


def _memory(problem: Problem) -> tuple[int, int] | None:
    """What the cluster allows and what it counted, where one request is more than the limit of indexing memory."""
    found = _MEMORY.match(problem.reason)
    if found is None:
        return None
    counted, allowed = int(found[1]), int(found[2])
    return (allowed, counted) if counted > allowed > 0 else None


def _problem(status: int, error: Any, index: str = "") -> Problem:
    """The error of an item, unwrapped where the outer one says nothing."""
    if not error:
        return Problem(status, "", "", b"", index)
    raw = msgspec.json.encode(error)
    inner = error
    for _ in range(4):
        if not isinstance(inner, dict) or str(inner.get("type")) not in _WRAPPERS:
            break
        if not isinstance(inner.get("caused_by"), dict):
            break
        inner = inner["caused_by"]
    if not isinstance(inner, dict):
        return Problem(status, "", str(inner), raw, index)
    kind = str(inner.get("type") or "").removeprefix("es_")
    return Problem(status, kind, str(inner.get("reason") or ""), raw, index)


def _problem_of_request(answer: Answer) -> Problem:
    """The error of a whole request; its text where it is not JSON."""
    try:
        body = msgspec.json.decode(answer.body)
    except UNREADABLE:
        return Problem(answer.status, "", _text(answer))
    error = body.get("error") if isinstance(body, dict) else None
    if not error:
        return Problem(answer.status, "", _text(answer))
    return _problem(answer.status, error)


def _nonsense(answer: Answer, what: str) -> Problem:
    return Problem(answer.status, "", f"{what}: {_text(answer)}")


def _text(answer: Answer) -> str:
    """The start of an answer in one line."""
    return " ".join(answer.body[:300].decode("utf-8", "replace").split())
