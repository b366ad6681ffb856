"""
The step that parses a line, as a pattern and what becomes of its groups.

The pattern is the very one that the step uses; the head only puts its captures where they belong without a document in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.pipeline import grok
from shipper.pipeline.grok.expand import Bank
from shipper.pipeline.head.groups import anchored, facts
from shipper.pipeline.head.shape import TEXT, Ends, Leaf, put
from shipper.pipeline.head.steps import number
from shipper.pipeline.regex import oniguruma

if TYPE_CHECKING:
    from shipper.pipeline.definition import Pipeline, Step
    from shipper.pipeline.head.steps import State

_COMMON = {"tag", "description", "ignore_failure", "on_failure", "ignore_missing"}
_GROK = {"field", "patterns", "pattern_definitions", "ecs_compatibility", "trace_match"}


@dataclass(frozen=True, slots=True)
class Group:
    """
    A group of the pattern.

    Attributes:
        number: of the group, from 1.
        optional: it may take no part in a match.
        quotes, escapes: it may hold a quotation mark, or another character that JSON escapes.
    """

    number: int
    optional: bool = False
    quotes: bool = True
    escapes: bool = True

    @property
    def code(self) -> str:
        """Name of the local variable that holds its text, or None."""
        return f"g{self.number}"


@dataclass(slots=True)
class Plan:
    """
    How lines are matched.

    Attributes:
        compiled: the pattern.
        captures: field, type and groups of each capture.
        steps: how many steps of the pipeline it stands for.
    """

    compiled: Any
    captures: list[tuple[str, str, list[Group]]] = field(default_factory=list)
    steps: int = 1

    @property
    def groups(self) -> list[int]:
        """Numbers of the groups that are used, ascending."""
        return sorted({group.number for _, _, groups in self.captures for group in groups})


def plan_of(pipeline: Pipeline, flavour: str) -> Plan:
    """
    The plan of a pipeline's first step.

    Raises:
        Ends: there is none for it.
    """
    if not pipeline.steps:
        raise Ends("there are no steps")
    step = pipeline.steps[0]
    if step.script is not None:
        raise Ends("the first step has a condition")
    if step.options.get("field") != "message":
        raise Ends("the first step does not parse the message")
    if step.kind == "grok":
        return _grok(step, flavour)
    raise Ends(f"the first step is {step.kind}, not grok")


def _grok(step: Step, flavour: str) -> Plan:
    options = step.options
    if options.keys() - _COMMON - _GROK or options.get("trace_match") in {True, "true"}:
        raise Ends("an option of grok")
    patterns = options["patterns"]
    definitions = options.get("pattern_definitions") or {}
    bank = "ecs-v1" if options.get("ecs_compatibility") == "v1" else "legacy"
    library = Bank(bank, flavour, definitions)
    parsed = oniguruma.parse(library.expand(patterns[0]).text)
    if len(patterns) > 1 and not anchored(parsed):
        raise Ends("several patterns, of which the first is not bound to the start of the line")
    compiled = grok.compile(patterns[:1], definitions, bank, flavour)
    known = facts(parsed)
    plan = Plan(compiled.compiled)
    for capture in compiled.captures:
        groups = [
            Group(n, known[n].optional, known[n].quotes, known[n].escapes) for n in capture.groups
        ]
        plan.captures.append((capture.field, capture.type, groups))
    fields = [name for name, _, _ in plan.captures]
    if any(f"{one}.".startswith(f"{other}.") for one in fields for other in fields if one != other):
        raise Ends("a captured field inside of another one")
    return plan


def capture(plan: Plan, state: State, *, careful: bool) -> None:
    """
    Put the captures into the tree.

    Args:
        plan: of the first step.
        state: of the compilation.
        careful: texts may hold whatever JSON escapes.

    Raises:
        Ends: a type has no fast way.
    """
    writer = state.writer
    for path, kind, groups in plan.captures:
        safe = not any(group.quotes or (careful and group.escapes) for group in groups)
        code = groups[0].code
        when = f"{code} is not None" if groups[0].optional else ""
        if len(groups) > 1:  # one of several; two at once would be a list
            for other in groups[1:]:
                writer.give_up_if(f"{code} is not None and {other.code} is not None")
                code = writer.set(f"{other.code} if {code} is None else {code}")
            when = f"{code} is not None"
        leaf = Leaf(TEXT, code=code, safe=safe, when=when)
        if kind != "string":
            leaf = number(writer, leaf, kind)
        put(state.tree, path, leaf)
