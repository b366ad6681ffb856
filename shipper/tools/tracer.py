"""What each step of a pipeline does to one document, in the order in which the cluster tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import METADATA
from shipper.pipeline.json_text import dumps
from shipper.tools.compare import Difference, differences
from shipper.tools.trial import place_of

if TYPE_CHECKING:
    from shipper.pipeline.definition import Pipeline
    from shipper.pipeline.document import Document
    from shipper.pipeline.steps import Step
    from shipper.tools.trial import Tried


@dataclass(slots=True)
class Stepped:
    """
    One processor.

    Attributes:
        depth: 0 in the pipeline itself, 1 in one that it calls, and so on.
        kind: of the processor; tag and place as its file has them.
        state: ``ran``, ``failed``, ``ignored`` (its failure), ``dropped``, ``skipped`` (its condition) or ``not run``.
        reason: of a failure, or the condition.
        seconds: it took, 0 where that is not known.
        changes: of the document.
        after: the document behind it; None where there is none.
    """

    depth: int
    kind: str
    tag: str
    place: str
    state: str = "ran"
    reason: str = ""
    seconds: float = 0.0
    changes: list[Difference] = field(default_factory=list)
    after: dict[str, Any] | None = None
    step: Any = None


class Tracer:
    """
    Collects what each step did.

    Args:
        pipeline: that is traced.
        before: the document that enters it.
    """

    def __init__(self, pipeline: Pipeline, before: dict[str, Any]) -> None:
        self._pipeline = pipeline
        self._last = _fields(before)
        self._steps: list[Stepped] = []
        self._counts = {id(step): step.count for step in pipeline.steps}
        self._closed = 0  # steps up to the last one of the pipeline itself
        self._orphan: int | None = None  # where those of a called pipeline begin that has failed

    def see(self, step: Step, document: Document) -> None:
        """A step has run. What a called pipeline did has been seen already: its caller goes before it."""
        now = _fields(document.ctx)
        depth = len(document.pipelines) - 1
        failed = next((one for one in reversed(self._steps) if one.step is step), None)
        if failed is not None and failed.state in {"failed", "ignored"} and failed.after is None:
            failed.after = now  # what handled it has been seen
            failed.changes += differences(self._last, now)
            self._last = now
            return
        entry = self._entry(step, depth)
        entry.changes, entry.after = differences(self._last, now), now
        if document.dropped:
            entry.state, entry.after = "dropped", None
        at = len(self._steps)
        while step.kind == "pipeline" and at and self._steps[at - 1].depth > depth:
            at -= 1
        self._steps.insert(at, entry)
        self._last = now
        if not depth:
            self._closed = len(self._steps)
            if step.kind == "pipeline":
                self._orphan = None

    def fail(self, step: Step, reason: str, document: Document) -> None:
        """A step has failed, handled or not."""
        entry = self._entry(step, len(document.pipelines) - 1)
        entry.state = "ignored" if step.ignore_failure else "failed"
        entry.reason = reason
        now = _fields(document.ctx)  # it may have come half-way
        entry.changes, self._last = differences(self._last, now), now
        self._steps.append(entry)
        if entry.depth and self._orphan is None:
            self._orphan = self._closed
        elif not entry.depth:
            self._closed = len(self._steps)

    def _entry(self, step: Step, depth: int) -> Stepped:
        return Stepped(depth, step.kind, step.tag or "", place_of(step), step=step)

    def finish(self, tried: Tried) -> list[Stepped]:
        """All steps, with those of the pipeline itself that did not run."""
        order = {id(step): number for number, step in enumerate(self._pipeline.steps)}
        self._adopt()
        found: list[Stepped] = []
        upto = 0
        for entry in self._steps:
            number = order.get(id(entry.step))
            if number is not None:
                found += self._left_out(upto, number, "skipped")
                upto = number + 1
            found.append(entry)
        ended = tried.dropped or any(
            one.state == "failed" and id(one.step) in order and not one.step.on_failure
            for one in self._steps
        )
        ended = ended or any(one.kind == "terminate" for one in self._steps)
        state = "not run" if ended else "skipped"
        return found + self._left_out(upto, len(self._pipeline.steps), state)

    def _adopt(self) -> None:
        """Put the step that called a pipeline before what that did, where its failure came through."""
        if self._orphan is None:
            return
        seen = {id(one.step) for one in self._steps}
        for step in self._pipeline.steps:
            if id(step) not in seen and step.count > self._counts[id(step)]:
                entry = self._entry(step, 0)
                entry.state = "failed"
                self._steps.insert(self._orphan, entry)

    def _left_out(self, start: int, end: int, state: str) -> list[Stepped]:
        made = []
        for step in self._pipeline.steps[start:end]:
            entry = self._entry(step, 0)
            entry.state = state
            entry.reason = " ".join((step.script or "").split()) if state == "skipped" else ""
            made.append(entry)
        return made


def _fields(ctx: dict[str, Any]) -> dict[str, Any]:
    """The fields of a document as JSON has them, without metadata."""
    kept = {name: value for name, value in ctx.items() if name not in METADATA}
    made: dict[str, Any] = json.loads(dumps(kept))
    return made
