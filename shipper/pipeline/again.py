"""
One kept event through a pipeline at the edge once more.

It takes the plain way, with the same limits and handlers as events of files.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shipper.pipeline import guard
from shipper.pipeline.execution import forget, handle
from shipper.pipeline.failure import Failure, Raised

if TYPE_CHECKING:
    from shipper.pipeline.edge import Edge


class RefusedError(Exception):
    """
    Nothing handled the failure of the pipeline.

    Attributes:
        type: of the failure.
        reason: with the processor.
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.type = kind
        self.reason = reason


def again(edge: Edge, document: bytes, identity: str, stamp: str) -> bytes:
    """
    Run the pipeline as it is now over an event from before it. Main thread only, as all pipelines.

    Args:
        edge: of the event's input.
        document: JSON, as it was before the pipeline.
        identity: the event's id.
        stamp: the time now, ISO 8601.

    Returns:
        The action and the document line; nothing where the pipeline dropped the event.

    Raises:
        RefusedError: nothing handled a failure.
    """
    with guard.block():
        try:
            return _run(edge, document, identity, stamp, None)
        except Exception as error:
            guard.end()
            forget(error)
            raised = _raised(error)
        if edge.pipeline.on_failure and raised.failure.type.startswith("shipper_"):
            try:
                return _run(edge, document, identity, stamp, raised)
            except Exception as error:
                guard.end()
                forget(error)
    edge.refused += 1
    where = f"processor {raised.kind}" + (f" [{raised.tag}]" if raised.tag else "")
    raise RefusedError(raised.failure.type, f"{where}: {raised.failure.reason}")


def _run(edge: Edge, document: bytes, identity: str, stamp: str, raised: Raised | None) -> bytes:
    """Through the steps, or where they were interrupted through the handlers alone."""
    guard.begin(len(document))
    ctx = json.loads(document)  # whole numbers of any size stay what they are
    if raised is None:
        made = edge.run(ctx, identity, stamp)
    else:
        made = edge.document(ctx, identity, stamp)
        handle(edge.pipeline.on_failure, made, raised)
    lines = b"" if made.dropped else edge.lines(made)
    guard.end()
    edge.dropped += made.dropped
    return lines


def _raised(error: Exception) -> Raised:
    """What the event failed for."""
    if isinstance(error, Raised):
        return error
    if not isinstance(error, Failure):
        error = Failure(f"internal error: {error!r}", "shipper_internal_error", foreign=True)
    return Raised(error, "pipeline")
