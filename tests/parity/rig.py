"""
Runs pipelines in a real cluster and at the edge.

``simulate`` and ``edge`` take the same arguments and answer the same outcomes; ``assert_same`` compares them. Every call
to the cluster has a time-out, and no answer is an outcome of its own.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.parity.case import INDEX
from tests.parity.outcome import WHERE, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.cluster.rig.node import Node

SIMULATED = "_simulate_pipeline"  # the cluster's name for a pipeline that is only tried
TIMEOUT = 20.0  # seconds a call
_BATCH = 400  # documents a call
_PATIENCE = 2  # calls of one pipeline that may hang before the rest is taken to hang too
_numbers = itertools.count()


class Cluster:
    """
    One connection to a node that is kept open, and the pipelines that were registered over it.

    Args:
        url: of the node.
        timeout: seconds that an answer may take.
    """

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout
        parts = urlsplit(url)
        assert parts.hostname
        self._address = (parts.hostname, parts.port or 9200)
        self._connection: http.client.HTTPConnection | None = None
        self._registered: dict[str, str] = {}
        self._prefix = f"parity-{os.getpid()}-"

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """
        One request; a body that is no bytes goes as JSON.

        Raises:
            TimeoutError: no answer in time.
        """
        content = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        for attempt in (1, 2):
            if self._connection is None:
                self._connection = http.client.HTTPConnection(*self._address, timeout=self._timeout)
            try:
                self._connection.request(method, path, sent, {"Content-Type": content})
                answer = self._connection.getresponse()
                return answer.status, json.loads(answer.read())
            except (http.client.HTTPException, ConnectionError):
                self.disconnect()
                if attempt == 2:
                    raise
            except TimeoutError:
                self.disconnect()
                raise
        raise AssertionError

    def disconnect(self) -> None:
        """Closes the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def register(self, pipelines: dict[str, dict[str, Any]]) -> str | None:
        """Puts pipelines that are not there yet, those that others call first; the reason if one is not taken."""
        for name, definition in pipelines.items():
            text = json.dumps(definition, sort_keys=True)
            if self._registered.get(name) == text:
                continue
            status, answer = self.call("PUT", f"/_ingest/pipeline/{name}", definition)
            if status != 200:
                return f"{answer['error']['type']}: {answer['error']['reason']}"
            self._registered[name] = text
        return None

    def own(self, definition: dict[str, Any]) -> tuple[str, str | None]:
        """Registers a pipeline under a new name; the name, and the reason if it is not taken."""
        name = f"{self._prefix}{next(_numbers)}"
        return name, self.register({name: definition})

    def close(self) -> None:
        """Removes the pipelines with names of our own, and closes the connection."""
        if any(name.startswith(self._prefix) for name in self._registered):
            self.call("DELETE", f"/_ingest/pipeline/{self._prefix}*")
        self.disconnect()

    def prepare(self) -> None:
        """Makes the index that documents go to; it looks at nothing in them."""
        settings = {"number_of_shards": 1, "number_of_replicas": 0}
        body = {"settings": settings, "mappings": {"enabled": False}}
        self.call("PUT", f"/{INDEX}", body)  # 400 where it is there already

    def bulk(self, items: Sequence[tuple[str, dict[str, Any]]]) -> list[Outcome]:
        """Indexes documents, each with the name of its pipeline, and reads them back."""
        began = time.time()
        prefix = f"{os.getpid()}-{time.time_ns()}"
        lines = []
        for number, (pipeline, document) in enumerate(items):
            action = {
                "_index": document["_index"],
                "_id": f"{prefix}-{number}",
                "pipeline": pipeline,
            }
            lines += [json.dumps({"index": action}), json.dumps(document["_source"])]
        try:
            status, answer = self.call("POST", "/_bulk", "\n".join([*lines, ""]).encode())
            assert status == 200, answer
            errors = {item["index"]["_id"]: item["index"] for item in answer["items"]}
            _, read = self.call(
                "POST", f"/{INDEX}/_mget", {"ids": [f"{prefix}-{n}" for n in range(len(items))]}
            )
        except TimeoutError:
            return [Outcome("hang")] * len(items)
        span = {"began": began, "ended": time.time()}
        outcomes = []
        for (_, document), found in zip(items, read["docs"], strict=True):
            item = errors[found["_id"]]
            if error := item.get("error"):
                outcomes.append(
                    Outcome("failed", type=error["type"], reason=error["reason"], **span)
                )
            elif item.get("result") == "noop":
                outcomes.append(Outcome("dropped", **span))
            else:
                metadata = {key: document[key] for key in ("_index", "_id") if key in document}
                outcomes.append(
                    Outcome("document", source=found["_source"], metadata=metadata, **span)
                )
        return outcomes


def probe(pipeline: dict[str, Any]) -> dict[str, Any]:
    """The pipeline with an ``on_failure`` that writes down which processor failed, and why."""
    fields = {
        f"{WHERE}.{name}": f"{{{{{{_ingest.on_failure_{key}}}}}}}"
        for name, key in (
            ("message", "message"),
            ("processor", "processor_type"),
            ("tag", "processor_tag"),
            ("pipeline", "pipeline"),
        )
    }
    steps = [{"set": {"field": field, "value": value}} for field, value in fields.items()]
    return pipeline | {"on_failure": steps}


def simulate(
    node: Node | Cluster | str,
    pipeline: dict[str, Any],
    documents: Sequence[dict[str, Any]],
    pipelines: dict[str, dict[str, Any]] | None = None,
) -> list[Outcome]:
    """
    What the cluster makes of documents.

    Args:
        node: where, or its URL; a ``Cluster`` keeps its connection.
        documents: sources, or whole documents (with ``_source`` and perhaps ``_index``, ``_id``, …).
        pipelines: that this one calls; they are registered.
    """
    own = not isinstance(node, Cluster)
    cluster = (
        Cluster(node if isinstance(node, str) else node.url)
        if not isinstance(node, Cluster)
        else node
    )
    try:
        if reason := cluster.register(pipelines or {}):
            return [Outcome("invalid", reason=reason)] * len(documents)
        whole = [_whole(document) for document in documents]
        return [
            outcome
            for start in range(0, len(whole), _BATCH)
            for outcome in _simulate(cluster, pipeline, whole[start : start + _BATCH])
        ]
    finally:
        if own:
            cluster.close()


def _whole(document: dict[str, Any]) -> dict[str, Any]:
    """A document as ``_simulate`` takes it."""
    if "_source" in document:
        return document
    return {"_index": INDEX, "_id": "1", "_source": document}


def _simulate(
    cluster: Cluster, pipeline: dict[str, Any], documents: list[dict[str, Any]]
) -> list[Outcome]:
    began = time.time()
    try:
        status, answer = cluster.call(
            "POST", "/_ingest/pipeline/_simulate", {"pipeline": pipeline, "docs": documents}
        )
    except TimeoutError:
        if len(documents) == 1:
            return [Outcome("hang")]
        return list(_one_by_one(cluster, pipeline, documents))
    span = {"began": began, "ended": time.time()}
    if status == 200:
        return [_read(doc, span) for doc in answer["docs"]]
    error = answer["error"]
    if len(documents) > 1:
        return list(_one_by_one(cluster, pipeline, documents))
    name, reason = cluster.own(pipeline)
    if reason:
        return [Outcome("invalid", type=error["type"], reason=error["reason"], **span)]
    if documents[0]["_index"] == INDEX:
        cluster.prepare()
        (outcome,) = cluster.bulk([(name, documents[0])])
        renamed = json.dumps([outcome.source, outcome.reason]).replace(name, SIMULATED)
        source, reason = json.loads(renamed)
        return [replace(outcome, source=source, reason=reason)]
    return [Outcome("unseen", type=error["type"], reason=error["reason"], **span)]


def _one_by_one(
    cluster: Cluster, pipeline: dict[str, Any], documents: list[dict[str, Any]]
) -> Iterator[Outcome]:
    """The answers of a call that has none as a whole; a pipeline that is not taken is asked for once."""
    first = _simulate(cluster, pipeline, documents[:1])
    yield from first
    if first[0].kind == "invalid":
        yield from first * (len(documents) - 1)
        return
    hung = int(first[0].kind == "hang")
    for document in documents[1:]:
        if hung >= _PATIENCE:
            yield Outcome("hang")
            continue
        (outcome,) = _simulate(cluster, pipeline, [document])
        hung += outcome.kind == "hang"
        yield outcome


def _read(doc: dict[str, Any] | None, span: dict[str, float]) -> Outcome:
    if doc is None:
        return Outcome("dropped", **span)
    if "error" in doc:
        return Outcome(
            "failed", type=doc["error"]["type"], reason=doc["error"].get("reason"), **span
        )
    found = doc["doc"]
    metadata = {key: value for key, value in found.items() if key not in {"_source", "_ingest"}}
    return Outcome("document", source=found["_source"], metadata=metadata, **span)


def assert_same(expected: Sequence[Outcome], actual: Sequence[Outcome]) -> None:
    """Fails with all differences between the cluster's outcomes and the edge's."""
    pairs = enumerate(zip(expected, actual, strict=True))
    found = [f"{n}: {words}" for n, (one, other) in pairs if (words := one.difference(other))]
    assert not found, "\n".join(found)
