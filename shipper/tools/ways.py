"""Which steps of a pipeline take the fast way at the edge, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipper.agent.pipelines import WRAPPED
from shipper.config import pipeline_text, target_steps
from shipper.config.document import Problems, Table
from shipper.config.settings import Multiline
from shipper.pipeline.head import reason_against

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from shipper.pipeline.steps import Step
    from shipper.tools.trial import Trial


@dataclass(frozen=True, slots=True)
class Way:
    """
    One step.

    Attributes:
        depth: 0 for a step of the pipeline, 1 for one of its handlers, and so on.
        line: in the file.
        kind: of the processor.
        what: it is about: its field, or the pipeline that it calls.
        tag: of the processor.
        script: its condition.
        handler: it belongs to an ``on_failure``.
        fast: it is in the compiled head.
    """

    depth: int
    line: int
    kind: str
    what: str
    tag: str
    script: str
    handler: bool
    fast: bool


@dataclass(slots=True)
class Ways:
    """
    The ways of all steps.

    Attributes:
        steps: in the order of the file.
        reason: why the fast way ends where it does; empty where all steps take it.
        ends_at: line of the first step behind it; 0 where there is none.
        source: generated code of the head; empty where there is none.
        calls: pipelines that it may call.
    """

    steps: list[Way] = field(default_factory=list)
    reason: str = ""
    ends_at: int = 0
    source: str = ""
    calls: list[str] = field(default_factory=list)

    @property
    def fast(self) -> int:
        """How many steps take the fast way."""
        return sum(step.fast for step in self.steps)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """
    A step that ``pipeline.target_steps: ignore`` leaves out.

    Attributes:
        file: it stands in: the pipeline's, or that of one that it calls.
        line: in the file.
        kind: of the processor.
        what: it would choose, or the field that it chooses by.
    """

    file: Path
    line: int
    kind: str
    what: str


def left_out_of(trial: Trial) -> list[LeftOut]:
    """The steps without which a pipeline runs at the edge; those of its own file first."""
    pipeline = trial.bench.one.pipeline
    if pipeline is None or pipeline.target_steps != "ignore":
        return []
    others = sorted(path for path in trial.files if path != trial.bench.path)
    return [one for path in (trial.bench.path, *others) for one in _left_out_of_file(path)]


def _left_out_of_file(path: Path) -> Iterator[LeftOut]:
    root = pipeline_text.read(path.read_bytes(), str(path), Problems())
    if root is None:
        return
    for item in target_steps.which_left_out(root):
        for key, node in item.entries:
            options = pipeline_text.plain(node) if isinstance(node, Table) else {}
            chosen = [value for _, value in target_steps.written(key.text, options)]
            what = ", ".join(chosen) or str(options.get("field") or "")
            yield LeftOut(path, key.mark.line, key.text, what)


def ways_of(trial: Trial) -> Ways:
    """The ways of a pipeline that loads at the edge."""
    edge = trial.edge
    assert edge is not None
    pipeline, head = edge.pipeline, edge.head
    ways = Ways(calls=sorted(pipeline.calls))
    end = 0
    if head is None:
        ways.reason = reason_against(pipeline, trial.constants, edge.flavour)
    else:
        end, ways.reason, ways.source = head.end, head.reason, head.source
    one = trial.bench.one
    if any(not isinstance(parser, Multiline) for parser in one.parsers):
        ways.reason = f"parsers of the input {one.id} put fields into its events, and the fast way is for plain lines"
        end = 0
    if end < len(pipeline.steps):
        ways.ends_at = pipeline.steps[end].mark.line
    for number, step in enumerate(pipeline.steps):
        ways.steps += _of([step], 0, handler=False, fast=number < end)
    if pipeline.on_failure and pipeline.on_failure[0].mark.source != WRAPPED:
        ways.steps += _of(pipeline.on_failure, 0, handler=True, fast=False)
    return ways


def _of(steps: Sequence[Step], depth: int, *, handler: bool, fast: bool) -> Iterator[Way]:
    for step in steps:
        options = step.options
        what = options.get("field") or options.get("name") or ""
        yield Way(
            depth=depth,
            line=step.mark.line,
            kind=step.kind,
            what=", ".join(map(str, what)) if isinstance(what, list) else str(what),
            tag=step.tag or "",
            script=" ".join((step.script or "").split()),
            handler=handler,
            fast=fast,
        )
        yield from _of(step.on_failure, depth + 1, handler=True, fast=False)
