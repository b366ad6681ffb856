"""
The step that parses a line, as one strict pattern for whole lines.

A strict pattern matches fewer lines than the step does, and where it matches, its groups are what the step would capture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipper.pipeline.head.shape import Ends

if TYPE_CHECKING:
    from shipper.pipeline.definition import Pipeline, Step
    from shipper.pipeline.head.steps import State


@dataclass(frozen=True, slots=True)
class Capture:
    """
    A group of the pattern that becomes a field.

    Attributes:
        path: of the field.
        code: name of the local variable.
        kind: ``text``, ``int``, ``long``, ``float`` or ``double``.
        optional: the group may be empty, and the field is then not there.
        safe: its text has no characters that JSON escapes.
    """

    path: str
    code: str
    kind: str = "text"
    optional: bool = False
    safe: bool = False


@dataclass(slots=True)
class Plan:
    """
    How lines are matched.

    Attributes:
        pattern: for a whole line, with groups in the order of ``groups``.
        groups: names of local variables.
        captures: fields made of them.
        steps: how many steps of the pipeline it stands for.
        flags: of ``re``.
    """

    pattern: str
    groups: list[str] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)
    steps: int = 1
    flags: int = 0


def plan_of(pipeline: Pipeline, state: State) -> Plan:
    """
    The plan of a pipeline's first step.

    Raises:
        Ends: there is none for it.
    """
    del state
    if not pipeline.steps:
        raise Ends("there are no steps")
    step = pipeline.steps[0]
    if step.script is not None:
        raise Ends("the first step has a condition")
    if step.kind == "grok":
        return _grok(step)
    if step.kind == "dissect":
        return _dissect(step)
    raise Ends(f"the first step is {step.kind}, not grok or dissect")


def _grok(step: Step) -> Plan:
    raise Ends(f"grok at {step.mark}")


def _dissect(step: Step) -> Plan:
    """Delimiters of one character are what a field cannot hold."""
    from shipper.pipeline.processors import dissect  # noqa: PLC0415 - only where it is used

    options = step.options
    if options.get("field") != "message" or options.get("append_separator"):
        raise Ends("dissect of another field, or with a separator")
    parts = dissect.plan(str(options["pattern"]))
    if parts is None:
        raise Ends("this dissect pattern has no fast way")
    plan = Plan("")
    pattern = ""
    for delimiter, key in parts:
        del delimiter, key
    plan.pattern = pattern
    return plan


_ = re
