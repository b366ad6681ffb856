"""
What a cluster makes of documents: its ``_simulate``, which changes nothing.

A pipeline's file is sent whole, with the handlers that ``setup`` would add. What it calls has to be registered already.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.cluster import ingest
from shipper.config.settings import Elasticsearch
from shipper.errors import ShipperError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shipper.cluster.client import Client
    from shipper.config.settings import Input, Settings

PATH = "/_ingest/pipeline"
_BATCH = 100  # documents in a request
_TIMEOUT = 30.0  # seconds; a pattern may keep a node busy for ever


class ClusterError(ShipperError):
    """The cluster does not do what was asked; the message says what and why."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """
    What the cluster made of one document.

    Attributes:
        source: what it would store; None where it was dropped or has failed.
        dropped: by a ``drop``.
        failure: type and reason of an unhandled failure.
        steps: with ``verbose``, what each processor answered.
    """

    source: dict[str, Any] | None = None
    dropped: bool = False
    failure: tuple[str, str] | None = None
    steps: tuple[dict[str, Any], ...] = ()


def client_of(settings: Settings) -> Client:
    """
    A client of the output's cluster.

    Raises:
        UsageError: the output is none.
    """
    from shipper.cluster.client import Client  # noqa: PLC0415 - costs most of the start of a command

    if not isinstance(settings.output, Elasticsearch):
        raise UsageError("there is no cluster: the configuration has no output.elasticsearch")
    return Client(settings.output)


def body_of(client: Client, one: Input) -> dict[str, Any] | str:
    """
    What is to be simulated for an input: the definition of its file, or the name of a pipeline of the cluster.

    Raises:
        ConfigError: the file is no pipeline.
        ClusterError: a pipeline that it calls is not registered.
    """
    assert one.pipeline is not None
    if one.pipeline.path is None:
        return str(one.pipeline.id)
    definition = ingest.of_input(one)
    for inner in definition.inner:
        if get(client, inner.name) is None:
            raise ClusterError(
                f"{one.pipeline.path.name} calls {inner.name}, which the cluster does not have yet;"
                f" 'shipper pipeline push {definition.name}' registers it"
            )
    wrapped = definition.wrapped(one.data_stream.name, default=None, meta=False)
    return {key: wrapped[key] for key in ("processors", "on_failure") if key in wrapped}


def simulate(
    client: Client,
    pipeline: dict[str, Any] | str,
    documents: Sequence[dict[str, Any]],
    *,
    verbose: bool = False,
) -> list[Simulated]:
    """
    Run documents through a pipeline in the cluster.

    Args:
        client: of the cluster.
        pipeline: its definition, or the name of a registered one.
        documents: each with ``_index``, ``_id`` and ``_source``.
        verbose: tell what each processor does.

    Raises:
        SendFailed: there is no answer.
        ClusterError: the pipeline or a document is refused.
    """
    found: list[Simulated] = []
    for start in range(0, len(documents), _BATCH):
        found += _some(client, pipeline, documents[start : start + _BATCH], verbose=verbose)
    return found


def _some(
    client: Client,
    pipeline: dict[str, Any] | str,
    documents: Sequence[dict[str, Any]],
    *,
    verbose: bool,
) -> list[Simulated]:
    named = isinstance(pipeline, str)
    path = f"{PATH}/{quote(str(pipeline), safe='')}/_simulate" if named else f"{PATH}/_simulate"
    body: dict[str, Any] = {"docs": list(documents)}
    if not named:
        body["pipeline"] = pipeline
    params = {"verbose": "true"} if verbose else None
    # json and not orjson: numbers of any size stay what they are.
    sent = json.dumps(body).encode()
    status, answer = client.json("POST", path, params=params, body=sent, timeout=_TIMEOUT)
    if status == 200:
        return [_read(doc) for doc in answer["docs"]]
    if len(documents) > 1 and status != 404:
        return [one for doc in documents for one in _some(client, pipeline, [doc], verbose=verbose)]
    raise ClusterError(f"{path}: the cluster answered {status}: {reason_of(answer)}")


def _read(doc: dict[str, Any] | None) -> Simulated:
    if doc is None:
        return Simulated(dropped=True)
    if "processor_results" in doc:
        return _of_steps(tuple(doc["processor_results"]))
    if "error" in doc:
        error = doc["error"]
        return Simulated(failure=(str(error.get("type")), str(error.get("reason"))))
    return Simulated(source=doc["doc"]["_source"])


def _of_steps(steps: tuple[dict[str, Any], ...]) -> Simulated:
    """The result of the last step is that of the whole, unless a failure or a drop ended it."""
    if not steps:
        return Simulated(steps=steps)
    last = steps[-1]
    if last.get("status") == "dropped":
        return Simulated(dropped=True, steps=steps)
    if "error" in last and "doc" not in last:
        error = last["error"]
        return Simulated(failure=(str(error.get("type")), str(error.get("reason"))), steps=steps)
    sources = [step["doc"]["_source"] for step in steps if isinstance(step.get("doc"), dict)]
    return Simulated(source=sources[-1] if sources else None, steps=steps)


def get(client: Client, name: str) -> dict[str, Any] | None:
    """
    A registered pipeline.

    Raises:
        SendFailed: there is no answer.
        ClusterError: it is refused.
    """
    status, answer = client.json("GET", f"{PATH}/{quote(name, safe='')}")
    if status == 404:
        return None
    if status != 200 or not isinstance(answer, dict):
        raise ClusterError(
            f"GET {PATH}/{name}: the cluster answered {status}: {reason_of(answer)}; it needs the right"
            " read_pipeline (Elasticsearch) or cluster:admin/ingest/pipeline/get (OpenSearch)"
            if status == 403
            else f"GET {PATH}/{name}: the cluster answered {status}: {reason_of(answer)}"
        )
    found = answer.get(name)
    return found if isinstance(found, dict) else None


def matching(client: Client, pattern: str) -> dict[str, dict[str, Any]]:
    """
    Registered pipelines whose names fit a pattern with ``*``.

    Raises:
        SendFailed: there is no answer.
        ClusterError: it is refused.
    """
    status, answer = client.json("GET", f"{PATH}/{quote(pattern, safe='*')}")
    if status == 404:
        return {}
    if status != 200 or not isinstance(answer, dict):
        raise ClusterError(
            f"GET {PATH}/{pattern}: the cluster answered {status}: {reason_of(answer)}"
        )
    return answer


def reason_of(answer: Any) -> str:
    """The innermost reason that the cluster gives, in one line."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return " ".join(str(error or answer).split())[:300]
    while isinstance(error.get("caused_by"), dict) and error["caused_by"].get("reason"):
        error = error["caused_by"]
    where = error.get("processor_type")
    text = f"{error.get('type')}: {error.get('reason')}" + (
        f" (processor {where})" if where else ""
    )
    return " ".join(text.split())[:500]
