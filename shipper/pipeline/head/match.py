"""
The step that parses a line, as a pattern and what becomes of its groups.

The pattern is the very one that the step uses; the head only puts its captures where they belong without a document in between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.pipeline import grok
from shipper.pipeline.grok.expand import Bank
from shipper.pipeline.head.emit import both
from shipper.pipeline.head.groups import anchored, facts
from shipper.pipeline.head.shape import TEXT, Ends, Leaf, find, put
from shipper.pipeline.head.steps import number
from shipper.pipeline.regex import oniguruma

if TYPE_CHECKING:
    from shipper.pipeline.definition import Pipeline
    from shipper.pipeline.head.steps import State
    from shipper.pipeline.steps import Step

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
        digits: as of :class:`~shipper.pipeline.head.groups.Facts`.
    """

    number: int
    optional: bool = False
    quotes: bool = True
    escapes: bool = True
    digits: int = 0

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
        return grok_plan(step.options, flavour)
    if step.kind == "dissect":
        return _dissect(step, flavour)
    raise Ends(f"the first step is {step.kind}, not grok or dissect")


def grok_plan(options: dict[str, Any], flavour: str) -> Plan:
    """
    The first pattern of a ``grok`` and its captures.

    Raises:
        Ends: the head cannot do it.
    """
    unknown = sorted(options.keys() - _COMMON - _GROK)
    if options.get("trace_match") in {True, "true"}:
        unknown.append("trace_match")
    if unknown:
        raise Ends(f"the option {unknown[0]} of grok")
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
    merged: dict[str, tuple[str, list[Group]]] = {}
    for one in compiled.captures:
        groups = [
            Group(n, known[n].optional, known[n].quotes, known[n].escapes, known[n].digits)
            for n in one.groups
        ]
        kind, others = merged.setdefault(one.field, (one.type, []))
        if kind != one.type:
            raise Ends(f"{one.field} captured with different types")
        others += groups
    plan.captures = [(path, kind, groups) for path, (kind, groups) in merged.items()]
    _check_fields([name for name, _, _ in plan.captures])
    return plan


def _dissect(step: Step, flavour: str) -> Plan:
    from shipper.pipeline.processors import dissect  # noqa: PLC0415 - only where it is used

    if others := sorted(step.options.keys() - _COMMON - {"field", "pattern"}):
        raise Ends(f"the option {others[0]} of dissect")
    planned = dissect.plan(str(step.options["pattern"]), flavour)
    if planned is None:
        raise Ends("modifiers of dissect that need a document")
    leading, parts = planned
    pattern = re.escape(leading)
    captures: list[tuple[str, str, list[Group]]] = []
    for part in parts:
        delimiter = re.escape(part.delimiter)
        if not delimiter:
            text = ".+"  # an empty rest takes the plain way
        elif len(part.delimiter) == 1:
            text = f"[^{delimiter}]*"
        else:
            text = f"(?:(?!{delimiter}).)*"
        if part.name is None:
            pattern += text
        else:
            pattern += f"({text})"
            quotes = '"' not in part.delimiter or len(part.delimiter) > 1
            captures.append((part.name, "string", [Group(len(captures) + 1, quotes=quotes)]))
        pattern += f"(?:{delimiter})+" if part.padded and delimiter else delimiter
    _check_fields([name for name, _, _ in captures])
    return Plan(_Matching(re.compile(pattern, re.DOTALL)), captures)


class _Matching:
    """A pattern that is bound to the start of a text."""

    def __init__(self, compiled: re.Pattern[str]) -> None:
        self.search = compiled.match
        self.groups = compiled.groups


def _check_fields(fields: list[str]) -> None:
    if any(f"{one}.".startswith(f"{other}.") for one in fields for other in fields if one != other):
        raise Ends("a captured field inside of another one")


def capture(plan: Plan, state: State, level: int) -> None:
    """
    Put the captures into the tree.

    Args:
        plan: of the first step.
        state: of the compilation.
        level: of the block: 0: nothing in it is escaped in JSON, 1: quotation marks are, 2: other characters, too.

    Raises:
        Ends: a type has no fast way.
    """
    writer = state.writer
    for path, kind, groups in plan.captures:
        unsafe = (level and any(group.quotes for group in groups)) or (
            level > 1 and any(group.escapes for group in groups)
        )
        code = groups[0].code
        when = f"{code} is not None" if groups[0].optional else ""
        if len(groups) > 1:  # one of several; two at once would be a list
            for other in groups[1:]:
                writer.give_up_if(f"{code} is not None and {other.code} is not None")
                code = writer.set(f"{other.code} if {code} is None else {code}")
            when = f"{code} is not None"
        leaf = Leaf(TEXT, code=code, safe=not unsafe, when=when)
        if kind != "string":
            digits = max(group.digits for group in groups) if all(g.digits for g in groups) else 0
            leaf = number(writer, leaf, kind, digits)
        present = find(state.tree, path)
        if leaf.when and present is not None:
            if not isinstance(present, Leaf) or present.when:
                raise Ends(f"{path} may be captured, and is there already")
            leaf = both(writer, leaf.when, leaf.but(when=""), present)
        put(state.tree, path, leaf)
