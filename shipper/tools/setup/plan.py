"""
A plan: what is to be done, what is fine, and what stands in the way; and how it is carried out.

A plan is made by reading alone. What does not carry our mark is never written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from shipper.cluster import behind
from shipper.cluster.lifecycle import mark
from shipper.errors import ShipperError

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.cluster.client import Client

_LACKING = frozenset({404, 405, 410})  # of an API that the cluster has not


@dataclass(frozen=True, slots=True)
class Right:
    """A right that a request needs, in the words of each product."""

    elasticsearch: str
    opensearch: str


TEMPLATES = Right(
    "cluster privilege manage_index_templates",
    "cluster permissions indices:admin/index_template/get, .../put and .../simulate",
)
PIPELINES = Right(
    "cluster privilege manage_ingest_pipelines",
    "cluster permissions cluster:admin/ingest/pipeline/*",
)
STREAMS = Right(
    "index privileges manage and view_index_metadata on the data stream",
    "index permissions indices:admin/data_stream/create, indices:admin/resolve/index and"
    " indices:monitor/settings/get on the data stream",
)
ALIASES = Right(
    "index privilege manage on the alias and its indices",
    "index permissions indices:admin/create, indices:admin/aliases, indices:admin/aliases/get and"
    " indices:admin/resolve/index on the alias and its indices",
)
POLICIES = Right(
    "cluster privilege manage_ilm",
    "cluster permissions cluster:admin/opendistro/ism/policy/*",
)
SNAPSHOTS = Right(
    "cluster privilege monitor_snapshot", "cluster permission cluster:admin/repository/get"
)
MANAGED = Right(
    "index privilege manage_data_stream_lifecycle on the data stream",
    "cluster permissions cluster:admin/opendistro/ism/managedindex/*",
)
INFO = Right("cluster privilege monitor", "cluster permission cluster:monitor/main")


class SetupError(ShipperError):
    """The cluster does not let itself be set up; the message says what was asked, what came back and what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One change of the cluster.

    Attributes:
        what: it makes, in a few words.
        why: it is needed.
        path: of the request.
        body: of the request, None for an empty one.
        method: of the request.
        params: of the request.
        before: what the cluster has now, where the step changes it.
        alias: the alias whose first index the step makes; done as well when somebody else was faster.
        only_empty: an index, alias or data stream that the step removes only if no document is in it.
    """

    what: str
    why: str
    path: str
    body: dict[str, Any] | None
    right: Right = field(repr=False, default=INFO)
    method: Literal["PUT", "POST", "DELETE"] = "PUT"
    params: dict[str, str] = field(default_factory=dict)
    before: dict[str, Any] | None = field(repr=False, default=None)
    alias: str = ""
    only_empty: str = ""


@dataclass(slots=True)
class Plan:
    """
    What is to be done, what is fine as it is, and what we must not or cannot do.

    Attributes:
        cluster: product and version.
        steps: in the order in which they must be carried out.
        present: one line each: what is there already.
        problems: one line each: what stands in the way and what to do about it.
        notes: one line each: what does not stand in the way and should be known.
    """

    cluster: str
    steps: list[Step] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def is_present(self, line: str) -> None:
        """Add what is there already; once."""
        _add(self.present, line)

    def problem(self, line: str) -> None:
        """Add what stands in the way; once."""
        _add(self.problems, line)

    def note(self, line: str) -> None:
        """Add what should be known; once."""
        _add(self.notes, line)

    def step(self, step: Step) -> None:
        """Add a change; once, since inputs share what is made for them."""
        if all((step.method, step.path) != (one.method, one.path) for one in self.steps):
            self.steps.append(step)


def _add(lines: list[str], line: str) -> None:
    if line not in lines:
        lines.append(line)


class Cluster:
    """Questions to a cluster, whose refusals say which right is missing."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.flavour = client.info()

    def ask(
        self,
        method: str,
        path: str,
        right: Right,
        *,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """
        Ask; 200 and 404 are answers.

        Raises:
            SendFailed: there is no answer.
            SetupError: it was refused.
        """
        status, answer = self.client.json(method, path, params=params, body=body)
        if status not in {200, 404} or not isinstance(answer, dict | None):
            raise SetupError(refusal(self.client, f"{method} {path}", right, status, answer))
        return status, answer or {}

    def has(self, path: str, right: Right) -> bool:
        """
        Whether the cluster has an API, found out by a question that it would answer.

        A thing that does not exist is told from an API that does not exist by the error's type.

        Raises:
            SendFailed: there is no answer.
            SetupError: the question was refused.
        """
        status, answer = self.client.json("GET", path)
        if status == 200:
            return True
        kind = error_type(answer)
        if status == 404 and kind.endswith("not_found_exception"):
            return True
        nobody_serves = status == 400 and kind in {"", "invalid_index_name_exception"}
        if status not in _LACKING and not nobody_serves:
            raise SetupError(refusal(self.client, f"GET {path}", right, status, answer))
        return False


def carry_out(client: Client, plan: Plan, done: Callable[[Step], None]) -> None:
    """
    Carry out the steps in order, and report each after it was done.

    Raises:
        SendFailed: there is no answer.
        SetupError: a step was refused; those before it are done, and a second run goes on from there.
    """
    for step in plan.steps:
        if step.only_empty and documents(client, step.only_empty) != 0:
            continue
        status, answer = client.json(
            step.method, step.path, body=step.body, params=step.params or None
        )
        if status not in {200, 201} and not _settled(client, step, status, answer):
            raise SetupError(refusal(client, f"{step.what}", step.right, status, answer))
        done(step)


def _settled(client: Client, step: Step, status: int, answer: Any) -> bool:
    """Whether a refused step is done all the same: somebody else's setup may have been faster."""
    kind = error_type(answer)
    if step.method == "DELETE":
        return status == 404
    if step.alias:
        # Of two indices that are to be written to, the cluster refuses the later one whole (500 on another day than
        # the first, 400 on the same): what counts is that there is one now.
        return write_index(client, step.alias) is not None
    if status == 409 and step.body is not None and "policy" in step.body:
        present_status, present = client.json("GET", step.path)
        policy = present.get("policy") if present_status == 200 else None
        return isinstance(policy, dict) and mark(policy) == mark(step.body["policy"])
    return status == 400 and kind == "resource_already_exists_exception"


def write_index(client: Client, alias: str) -> str | None:
    """The one index that documents for an alias are written to; None where there is none."""
    status, answer = client.json("GET", f"/{alias}/_alias/{alias}")
    return behind.write_index(alias, answer) if status == 200 else None


def documents(client: Client, name: str) -> int | None:
    """How many documents are in a data stream, with its failure store, or in an index; None where it cannot be told."""
    total = 0
    for one in (name, f"{name}::failures") if _has_failures(client, name) else (name,):
        client.json("POST", f"/{one}/_refresh")
        status, answer = client.json("GET", f"/{one}/_count")
        if status != 200 or not isinstance(answer, dict) or answer.get("_shards", {}).get("failed"):
            return None
        total += int(answer["count"])
    return total


def _has_failures(client: Client, name: str) -> bool:
    """Whether a data stream has a failure store with an index; it would go with its stream."""
    if client.flavour is None or client.flavour.product != "elasticsearch":
        return False
    status, answer = client.json("GET", f"/_data_stream/{name}")
    found = answer.get("data_streams") if status == 200 and isinstance(answer, dict) else None
    return any((one.get("failure_store") or {}).get("indices") for one in found or [])


def refusal(client: Client, what: str, right: Right, status: int, answer: Any) -> str:
    """What was refused and, where a right is missing, which."""
    text = f"{what}: the cluster answered {status}: {reason(answer)}"
    if status == 401:
        return f"{text}; look at username, password and api_key of output.elasticsearch"
    if status == 403:
        opensearch = client.flavour is not None and client.flavour.product == "opensearch"
        return f"{text}; setup needs the {right.opensearch if opensearch else right.elasticsearch}"
    return text


def error_type(answer: Any) -> str:
    """The type of an answer's error; empty where it has none."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("type", "")) if isinstance(error, dict) else ""


def reason(answer: Any) -> str:
    """The innermost reason that the cluster gives, in one line."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return " ".join(str(error or answer).split())[:300]
    while isinstance(error.get("caused_by"), dict):
        error = error["caused_by"]
    where = error.get("processor_type")
    text = f"{error.get('type')}: {error.get('reason')}" + (
        f" (processor {where})" if where else ""
    )
    return " ".join(text.split())[:500]
