"""
The compiled head of a pipeline: its first steps, over a block of single lines at once.

One search and one literal a line, without a document in between. Any line that the first pattern does not match takes the plain way, and so does everything behind
the head. The plain way is the product; a property test holds the two equal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from shipper.encode import DEL
from shipper.pipeline import guard
from shipper.pipeline.head.emit import Writer, braces, literal
from shipper.pipeline.head.match import Plan, capture, plan_of
from shipper.pipeline.head.shape import TEXT, WHOLE, Ends, Leaf, plant, put
from shipper.pipeline.head.steps import State, apply
from shipper.pipeline.regex import Forked
from shipper.pipeline.values import Float, float_text, long
from shipper.records import ID_LENGTH_DIGITS, ID_OFFSET_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.encode import Constants
    from shipper.pipeline.definition import Pipeline
    from shipper.pipeline.steps import Step

FILE = "<head of {}>"
_INDENT = " " * 8
LEVELS = (
    0,
    1,
    2,
)  # of a block: nothing in it is escaped in JSON; quotation marks are; other characters, too
_ESCAPED = re.compile(
    r"[\\\x00-\x09\x0b-\x1f]"
)  # what JSON escapes beside quotes and ends of lines


@dataclass(slots=True, eq=False)
class Head:
    """
    A compiled head.

    Attributes:
        source: of the function, for ``pipeline explain``.
        end: index of the first step behind it.
        reason: why it ends there; empty where the whole pipeline is in it.
        compiled: the pattern of the first step.
        runs: the function, for each of ``LEVELS``: a block's lines, offsets, and constants of the file, to a text of
            two lines, a dict, or None for each line.
        whole: it makes the text of ``_bulk``; otherwise dicts for the steps behind it.
        sure: steps that run for every line.
        counted: steps with a condition that differs from line to line; ``run`` counts them.
    """

    source: str
    end: int
    reason: str
    compiled: Any
    runs: list[Callable[..., list[Any]]]
    whole: bool
    sure: list[Step] = field(default_factory=list)
    counted: list[Step] = field(default_factory=list)

    def block(
        self, key: str, path: str, lines: list[str], text: str, bounds: list[int], stamp: str
    ) -> list[Any]:
        """
        Make the documents of a block.

        Args:
            key: of the file.
            path: of the file.
            lines: of the block, without terminators.
            text: the same in one.
            bounds: offset of each line's start, and of the end.
            stamp: the time now, ISO 8601.

        Returns:
            For each line a text (or a dict), or None where the plain way must be taken.

        Raises:
            TimedOut: a line keeps the pattern busy; nothing is done.
        """
        if max(map(len, lines), default=0) > guard.GUARD.match_max_bytes:
            return [None] * len(lines)
        counts = [0] * len(self.counted)
        level = 2 if _ESCAPED.search(text) else 1 if '"' in text else 0
        path_json = orjson.dumps(path).decode()[1:-1]
        match = _match_of(self.compiled, text)
        made: list[Any] = guard.GUARD.watched(
            self.runs[level], match, lines, bounds, key, path_json, path, stamp, counts
        )
        fast = len(made) - made.count(None)
        for step in self.sure:
            step.count += fast
            step.fast += fast
        for step, count in zip(self.counted, counts, strict=True):
            step.count += count
            step.fast += count
        return made


def _match_of(compiled: Any, text: str) -> Any:
    """The search of the pattern that is right for all lines of a block."""
    if isinstance(compiled, Forked) and text.isascii():
        return compiled.ascii.search
    return compiled.search


def compile_head(pipeline: Pipeline, constants: Constants, flavour: str) -> Head | None:
    """
    Compile what can be compiled of a pipeline's first steps.

    Args:
        pipeline: to compile.
        constants: fields that all documents of the input share.
        flavour: the product whose meaning counts.

    Returns:
        None where nothing is to be gained.
    """
    try:
        if makes_objects(pipeline):
            from shipper.pipeline.head.objects import compile_objects  # noqa: PLC0415 - few need it

            return compile_objects(pipeline, constants, flavour)
        plan = plan_of(pipeline, flavour)
    except Ends:
        return None
    end, reason = _length(pipeline, constants, plan, flavour)
    if end < plan.steps:
        return None
    whole = end == len(pipeline.steps)
    states = [_walk(pipeline, constants, plan, flavour, end, level) for level in LEVELS]
    sources = [_source(state, plan, whole=whole) for state in states]
    state = states[0]
    steps = pipeline.steps
    return Head(
        source=sources[0],
        end=end,
        reason=reason,
        compiled=plan.compiled,
        runs=[
            _function(source, state, pipeline.name)
            for source, state in zip(sources, states, strict=True)
        ],
        whole=whole,
        sure=[steps[i] for i in range(end) if i not in state.counters and i not in state.skipped],
        counted=[steps[i] for i in sorted(state.counters)],
    )


def reason_against(pipeline: Pipeline, constants: Constants, flavour: str) -> str:
    """Why there is no head where :func:`compile_head` makes none, for ``pipeline explain``."""
    try:
        if makes_objects(pipeline):
            from shipper.pipeline.head.objects import compile_objects  # noqa: PLC0415 - few need it

            return compile_objects(pipeline, constants, flavour).reason
        plan = plan_of(pipeline, flavour)
    except Ends as why:
        return str(why)
    return _length(pipeline, constants, plan, flavour)[1]


def makes_objects(pipeline: Pipeline) -> bool:
    """Whether the first step makes an object of the line; such heads are made by ``objects``."""
    return bool(pipeline.steps) and pipeline.steps[0].kind in {"json", "kv"}


def _function(source: str, state: State, name: str) -> Callable[..., list[Any]]:
    namespace: dict[str, Any] = {
        **state.names,
        "quote": _quote,
        "float_json": _float_json,
        "Float": Float,
        "long": long,
        "loads": orjson.loads,
        "escape": _escape,
    }
    exec(compile(source, FILE.format(name), "exec"), namespace)  # noqa: S102 - of our own making
    made: Callable[..., list[Any]] = namespace["block"]
    return made


def _length(pipeline: Pipeline, constants: Constants, plan: Plan, flavour: str) -> tuple[int, str]:
    """How many steps the head takes, and why no more."""
    end = 0
    try:
        state = _begin(constants, plan, flavour, 0, whole=True)
        for end in range(plan.steps, len(pipeline.steps)):
            apply(pipeline.steps[end], state, end)
    except Ends as why:
        return end, str(why)
    return len(pipeline.steps), ""


def _walk(
    pipeline: Pipeline, constants: Constants, plan: Plan, flavour: str, end: int, level: int
) -> State:
    state = _begin(constants, plan, flavour, level, whole=end == len(pipeline.steps))
    for index in range(plan.steps, end):
        apply(pipeline.steps[index], state, index)
    return state


def _begin(constants: Constants, plan: Plan, flavour: str, level: int, *, whole: bool) -> State:
    """The tree of a fresh event after the step that parses its message."""
    tree = plant({"log": {}, **constants.fields})
    put(tree, "@timestamp", Leaf(TEXT, code="stamp", safe=True))
    put(tree, "log.offset", Leaf(WHOLE, code="start"))
    put(tree, "log.file.path", Leaf(TEXT, code="path", json="path_json"))
    for name, value in constants.log.items():
        put(tree, f"log.{name}", plant({name: value})[name])
    put(tree, "message", Leaf(TEXT, code="line", json="raw"))
    state = State(tree, Writer(whole=whole), flavour)
    capture(plan, state, level)
    return state


def _source(state: State, plan: Plan, *, whole: bool) -> str:
    writer, tree = state.writer, state.tree
    for place, index in enumerate(sorted(state.counters)):
        writer.lines.append(f"if {state.counters[index]}: counts[{place}] += 1")
    if whole:
        # Offset and length in one number: one formatting instead of two.
        scale = 10**ID_LENGTH_DIGITS
        digits = ID_OFFSET_DIGITS + ID_LENGTH_DIGITS
        places = f"{{start * {scale} + end - start:0{digits}d}}"
        action = braces('"create":' + braces('"_id":"{key}' + places + '"'))
        body = writer.json(tree)
        writer.lines.append(f"add(f'{action}{literal(chr(10))}{body}{literal(chr(10))}')")
    else:
        writer.python(tree)
        writer.lines.append("add(ctx)")
    raw = any("{raw}" in line for line in writer.lines)
    numbers = plan.groups
    head = [
        "def block(match, lines, bounds, key, path_json, path, stamp, counts):",
        "    made = []",
        "    add = made.append",
        "    end = bounds[0]",
        "    number = 0",
        *(f"    {line}" for line in writer.setup),
        *(["    raws = escape(lines)"] if raw else []),
        "    for line in lines:",
        "        start = end",
        *(["        raw = raws[number]"] if raw else []),
        "        number += 1",
        "        end = bounds[number]",
        "        found = match(line)",
        "        if found is None:",
        "            add(None)",
        "            continue",
        *([f"        {_unpack(numbers, plan.compiled.groups)}"] if numbers else []),
    ]
    return "\n".join([*head, *(_INDENT + line for line in writer.lines), "    return made", ""])


def _unpack(numbers: list[int], count: int) -> str:
    """The assignment of the groups that are used; all groups at once are quicker than most of them one by one."""
    if 2 * len(numbers) < count or count == 1:
        names = ", ".join(f"g{number}" for number in numbers)
        return f"{names} = found.group({', '.join(map(str, numbers))})"
    names = ", ".join(f"g{n}" if n in numbers else "_" for n in range(1, count + 1))
    return f"{names} = found.groups()"


def _quote(text: str) -> str:
    """A text as JSON."""
    return orjson.dumps(text).decode()


def _float_json(value: float) -> str:
    """A number of single precision as JSON, with its own digits."""
    return float_text(Float(value))


def _escape(lines: list[str]) -> list[str]:
    """The JSON of each line of a block, without quotes; all at once where that is possible."""
    text = "\n".join(lines)
    if "\\" not in text:
        return orjson.dumps(text).decode()[1:-1].split("\\n")
    if DEL not in text:
        return orjson.dumps(text.replace("\n", DEL)).decode()[1:-1].split(DEL)
    return [orjson.dumps(line).decode()[1:-1] for line in lines]
