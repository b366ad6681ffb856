"""
What can go wrong in a pipeline: while it is loaded, and while it runs.

Failures of processors carry the cluster's own wording, because pipelines write it into documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import EllipsisType


class Failure(Exception):  # noqa: N818 - the cluster calls it so, and its pipelines handle it
    """
    A processor failed: the Java exception that it throws in the cluster.

    Args:
        reason: the exception's message; None where Java gives none.
        type: as the cluster's answers name it, such as ``illegal_argument_exception``.
        foreign: the virtual machine or Jackson words the reason, so that it may differ between releases.
        root: the message of the innermost cause, where the exception wraps another; handlers of the pipeline see that as
            ``_ingest.on_failure_message``, whereas a bulk answer shows the reason.
    """

    def __init__(
        self,
        reason: str | None,
        type: str = "illegal_argument_exception",  # noqa: A002 - the cluster's name for it
        *,
        foreign: bool = False,
        root: str | EllipsisType | None = ...,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.type = type
        self.foreign = foreign
        self.root = reason if root is ... else root

    def message(self, flavour: str) -> str | None:  # noqa: ARG002 - it depends on that for few
        """What handlers see as ``_ingest.on_failure_message``."""
        return self.root


class Raised(Exception):  # noqa: N818 - a failure on its way out of a pipeline
    """
    A failure together with the processor it came from.

    Attributes:
        failure: what the processor threw.
        kind: the processor's type, such as ``grok``; ``conditional`` for one with an ``if``.
        tag: of the processor, if it has one.
        pipeline: name of the inner pipeline it came from, if it was called by another.
        escaped: no handler catches it, and the document fails. OpenSearch lets some failures of ``foreach`` escape so.
    """

    def __init__(
        self,
        failure: Failure,
        kind: str,
        tag: str | None = None,
        pipeline: str | None = None,
        *,
        escaped: bool = False,
    ) -> None:
        super().__init__(f"{kind}: {failure.reason}")
        self.failure = failure
        self.kind = kind
        self.tag = tag
        self.pipeline = pipeline
        self.escaped = escaped


class Unsupported(Exception):  # noqa: N818 - a fact about the edge
    """
    While loading: the cluster can do it, the edge cannot.

    Args:
        reason: what it is, and why not.
        offset: index into the text concerned (a pattern, a script), if it is one.
    """

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class Invalid(Unsupported):
    """While loading: no cluster would take it."""
