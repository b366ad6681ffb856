"""
Running a pipeline's steps over a document, with the cluster's failure handling.

A step's ``if`` stands outside its own handlers: what it throws is caught by the pipeline's ``on_failure`` only. Seen on OpenSearch 3.4.0 and in the
documentation of both products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.values import class_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shipper.pipeline.definition import Pipeline
    from shipper.pipeline.document import Document
    from shipper.pipeline.processors import Run
    from shipper.pipeline.steps import Step

_ON_FAILURE = ("on_failure_message", "on_failure_processor_type", "on_failure_processor_tag", "on_failure_pipeline")  # fmt: skip


def run_pipeline(pipeline: Pipeline, document: Document, start: int = 0) -> None:
    """
    Run a pipeline.

    Raises:
        Raised: a processor failed and nothing handled it.
        Failure: the pipeline is being run already.
    """
    name = pipeline.name
    document.flavour = pipeline.flavour
    if name in document.pipelines:
        raise Failure(f"Cycle detected for pipeline: {name}", "illegal_state_exception")
    before = document.ingest.get("pipeline")
    document.pipelines.append(name)
    document.ingest["pipeline"] = name
    try:
        run_steps(pipeline.steps, document, pipeline.on_failure, start)
        document.terminated = False
    finally:
        document.pipelines.pop()
        if before is None:
            document.ingest.pop("pipeline", None)
        else:
            document.ingest["pipeline"] = before


def run_steps(
    steps: Sequence[Step], document: Document, on_failure: Sequence[Step] = (), start: int = 0
) -> None:
    """
    Run steps in order.

    Args:
        steps: of a pipeline, or of a handler.
        document: is changed.
        on_failure: handlers of what is not handled by a step itself; they end the steps.
        start: index of the first step to run.

    Raises:
        Raised: a step failed and nothing handled it.
    """
    for step in steps[start:] if start else steps:
        try:
            condition = step.condition
            if condition is not None and not holds(condition(document.ctx)):
                continue
            step.count += 1
            if document.clock is None:
                step.run(document)
            else:
                _timed(step, document)
        except Exception as error:
            kind = step.kind if step.condition is None else "conditional"
            raised = raised_by(step, kind, error, document)
            if not on_failure or raised.escaped:
                raise raised from None
            handle(on_failure, document, raised)
            return
        if document.trace is not None:
            document.trace(step, document)
        if document.dropped or document.terminated:
            return


def _timed(step: Step, document: Document) -> None:
    clock = document.clock
    assert clock is not None
    began = clock()
    try:
        step.run(document)
    finally:
        step.timed += 1
        step.seconds += clock() - began


def holds(result: Any) -> bool:
    """
    What a condition came to.

    Raises:
        Failure: it is no boolean.
    """
    if result is True or result is False:
        return bool(result)
    if result is None:
        raise Failure("null", "null_pointer_exception", foreign=True)
    raise Failure(
        f"class {class_name(result)} cannot be cast to class java.lang.Boolean",
        "class_cast_exception",
        foreign=True,
    )


def raised_by(step: Step, kind: str, error: Exception, document: Document) -> Raised:
    """The failure as it leaves a step: one that came from deeper inside keeps its own origin."""
    forget(error)
    if isinstance(error, Raised):
        if not error.kind:  # it came from no processor: the event was given up here
            error.kind, error.tag = kind, step.tag
            step.failures += 1
        return error
    step.failures += 1
    if not isinstance(error, Failure):  # a mistake of ours: the event fails, the agent lives
        error = Failure(f"internal error: {error!r}", "shipper_internal_error", foreign=True)
    stack = document.pipelines
    raised = Raised(error, kind, step.tag, stack[-1] if len(stack) > 1 else None)
    if document.failures is not None:
        document.failures.append((step, raised))
    return raised


def forget(error: Exception) -> None:
    """Let go of the frames that an error comes from: some hold it in turn, and the agent collects cycles but now and then."""
    error.__traceback__ = error.__context__ = error.__cause__ = None


def handle(handlers: Sequence[Step], document: Document, raised: Raised) -> None:
    """
    Run handlers of a failure, with its metadata in ``_ingest``.

    Raises:
        Raised: a handler failed.
    """
    ingest = document.ingest
    ingest["on_failure_message"] = raised.failure.message(document.flavour)
    ingest["on_failure_processor_type"] = raised.kind
    ingest["on_failure_processor_tag"] = raised.tag
    if raised.pipeline is not None:
        ingest["on_failure_pipeline"] = raised.pipeline
    try:
        run_steps(handlers, document)
    finally:
        for name in _ON_FAILURE:
            ingest.pop(name, None)  # those of a handler around this one too, as in the cluster


def guarded(step: Step, *, ignore_failure: bool, handlers: Sequence[Step]) -> Run:
    """A step's run with its own ``ignore_failure`` or ``on_failure`` around it; ignoring wins."""
    run = step.run

    def run_guarded(document: Document) -> None:
        try:
            run(document)
        except Exception as error:
            raised = raised_by(step, step.kind, error, document)
            if raised.escaped:
                raise raised from None
            if not ignore_failure:
                handle(handlers, document, raised)

    return run_guarded
