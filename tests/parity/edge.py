"""Runs pipelines at the edge, as ``shipper.pipeline`` loads and runs them, and reads what came out as the rig compares it."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from shipper.pipeline import execution
from shipper.pipeline.definition import Library
from shipper.pipeline.document import METADATA, Document
from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.json_text import dumps
from shipper.pipeline.options import EdgeSettings
from shipper.pipeline.values import ZonedDateTime, copy, to_string
from tests.parity import agents
from tests.parity.case import INDEX
from tests.parity.outcome import Outcome
from tests.parity.rig import SIMULATED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shipper.pipeline.definition import Pipeline


def edge(
    pipeline: dict[str, Any],
    documents: Sequence[dict[str, Any]],
    flavour: str = "opensearch",
    pipelines: dict[str, dict[str, Any]] | None = None,
    settings: dict[str, Any] | None = None,
) -> list[Outcome]:
    """
    What the edge makes of documents; arguments as those of ``simulate``.

    Args:
        flavour: the product whose meaning counts.
        settings: more of ``EdgeSettings``; ``user_agent`` has the node's list unless they say otherwise.
    """
    loaded = _load(pipeline, flavour, pipelines, settings)
    if isinstance(loaded, Outcome):
        return [loaded] * len(documents)
    return [_run(loaded, document) for document in documents]


def foreign_reasons(
    pipeline: dict[str, Any],
    document: dict[str, Any],
    flavour: str,
    pipelines: dict[str, dict[str, Any]] | None = None,
    settings: dict[str, Any] | None = None,
) -> frozenset[str]:
    """Reasons of handled failures that the JVM or Jackson word: they may stand in the document, and are not compared."""
    loaded = _load(pipeline, flavour, pipelines, settings)
    assert not isinstance(loaded, Outcome)
    found: set[str] = set()

    def look(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is execution.handle.__code__:
            failure = frame.f_locals["raised"].failure
            if failure.foreign or failure.root != failure.reason:
                found.add(str(failure.root))
                found.add(json.dumps(str(failure.root), ensure_ascii=False)[1:-1])  # by a template

    sys.setprofile(look)
    try:
        _run(loaded, document)
    finally:
        sys.setprofile(None)
    return frozenset(found)


def _load(
    pipeline: dict[str, Any],
    flavour: str,
    pipelines: dict[str, dict[str, Any]] | None,
    settings: dict[str, Any] | None,
) -> Pipeline | Outcome:
    more = dict(settings or {})
    if "user_agent" in str((pipeline, pipelines)):
        more.setdefault("user_agent_directory", str(agents.folder()))
    known = EdgeSettings(flavour=flavour, **more)
    try:
        loaded = Library.of({**(pipelines or {}), SIMULATED: pipeline}, known).load(SIMULATED)
    except Exception as error:
        return Outcome("crash", reason=f"while loading: {error!r}")
    assert loaded
    if loaded.pipeline is not None:
        return loaded.pipeline
    reason = "; ".join(trouble.text for trouble in loaded.troubles)
    return Outcome("invalid" if loaded.wrong else "refused", reason=reason)


def _run(pipeline: Pipeline, given: dict[str, Any]) -> Outcome:
    if "_source" not in given:
        given = {"_index": INDEX, "_id": "1", "_source": given}
    began = time.time()
    nanos = time.time_ns()
    moment = ZonedDateTime(nanos // 10**9, nanos % 10**9)
    metadata = {key: value for key, value in given.items() if key != "_source"}
    document = Document({**metadata, **copy(given["_source"])}, {"timestamp": moment})
    failure: Failure | None = None
    try:
        pipeline.run(document)
    except Raised as raised:
        failure = raised.failure
    span = {"began": began, "ended": time.time()}
    if failure is not None:
        kind = "crash" if failure.type == "shipper_internal_error" else "failed"
        return Outcome(
            kind,
            type=failure.type,
            reason=failure.reason,
            foreign=failure.foreign,
            rooted=failure.root != failure.reason,
            **span,
        )
    if document.dropped:
        return Outcome("dropped", **span)
    ctx = document.ctx
    source = {key: value for key, value in ctx.items() if key not in METADATA}
    found = {key: to_string(ctx[key]) for key in METADATA if ctx.get(key) is not None}
    return Outcome("document", source=json.loads(dumps(source)), metadata=found, **span)
