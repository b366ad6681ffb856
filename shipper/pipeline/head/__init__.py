"""
The compiled head of a pipeline: its first steps, over a block of single lines at once.

One ``findall`` over the block with a strict pattern, then one literal a line. Any line that the strict pattern does not match takes the plain way, and so does
everything behind the head. The plain way is the product; a property test holds the two equal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from shipper.pipeline.head.emit import Writer, braces, literal
from shipper.pipeline.head.match import Plan, plan_of
from shipper.pipeline.head.shape import TEXT, WHOLE, Ends, Leaf, Tree, plant, put
from shipper.pipeline.head.steps import State, apply, number
from shipper.pipeline.values import Float, float_text, long
from shipper.records import ID_LENGTH_DIGITS, ID_OFFSET_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.encode import Constants
    from shipper.pipeline.definition import Pipeline, Step

FILE = "<head of {}>"
_INDENT = " " * 8


@dataclass(slots=True, eq=False)
class Head:
    """
    A compiled head.

    Attributes:
        source: of the function, for ``pipeline explain``.
        end: index of the first step behind it.
        reason: why it ends there; empty where the whole pipeline is in it.
        pattern: that a line must match as a whole.
        run: the function: text of the block, offsets, and constants of the file, to a text of two lines, a dict, or
            None for each line.
        whole: it makes the text of ``_bulk``; otherwise dicts for the steps behind it.
        sure: steps that run for every line.
        counted: steps with a condition that differs from line to line; ``run`` counts them.
    """

    source: str
    end: int
    reason: str
    pattern: str
    run: Callable[..., list[Any]]
    whole: bool
    sure: list[Step] = field(default_factory=list)
    counted: list[Step] = field(default_factory=list)

    def block(self, key: str, path: str, text: str, bounds: list[int], stamp: str) -> list[Any]:
        """
        Make the documents of a block.

        Args:
            key: of the file.
            path: of the file.
            text: lines joined by newlines, without one at the end.
            bounds: offset of each line's start, and of the end.
            stamp: the time now, ISO 8601.

        Returns:
            For each line a text (or a dict), or None where the plain way must be taken.
        """
        counts = [0] * len(self.counted)
        made = self.run(text, bounds, key, orjson.dumps(path).decode(), path, stamp, counts)
        fast = len(made) - made.count(None)
        for step in self.sure:
            step.count += fast
        for step, count in zip(self.counted, counts, strict=True):
            step.count += count
        return made


def compile_head(pipeline: Pipeline, constants: Constants, index: str) -> Head | None:
    """
    Compile what can be compiled of a pipeline's first steps.

    Args:
        pipeline: to compile.
        constants: fields that all documents of the input share.
        index: what ``_index`` holds.

    Returns:
        None where nothing is to be gained.
    """
    del index  # no processor of the head looks at it
    steps = pipeline.steps
    end, reason = _length(pipeline, constants)
    if not end:
        return None
    whole = end == len(steps)
    state, plan = _walk(pipeline, constants, end)
    source = _source(state, plan, whole=whole)
    namespace: dict[str, Any] = {
        **state.names,
        "find": re.compile(f"^({plan.pattern})$|^.*$", re.MULTILINE | plan.flags).findall,
        "quote": _quote,
        "float_json": _float_json,
        "Float": Float,
        "long": long,
        "escape": _escape,
    }
    exec(compile(source, FILE.format(pipeline.name), "exec"), namespace)  # noqa: S102 - of our own making
    counted = sorted(state.counters)
    return Head(
        source=source,
        end=end,
        reason=reason,
        pattern=plan.pattern,
        run=namespace["block"],
        whole=whole,
        sure=[steps[i] for i in range(end) if i not in state.counters and i not in state.skipped],
        counted=[steps[i] for i in counted],
    )


def _length(pipeline: Pipeline, constants: Constants) -> tuple[int, str]:
    """How many steps the head takes, and why no more."""
    end = 0
    reason = ""
    try:
        state, plan = _begin(pipeline, constants)
    except Ends as why:
        return 0, str(why)
    for end in range(plan.steps, len(pipeline.steps)):
        try:
            apply(pipeline.steps[end], state, end)
        except Ends as why:
            return end, str(why)
    end = len(pipeline.steps)
    return end, reason


def _walk(pipeline: Pipeline, constants: Constants, end: int) -> tuple[State, Plan]:
    state, plan = _begin(pipeline, constants)
    for index in range(plan.steps, end):
        apply(pipeline.steps[index], state, index)
    return state, plan


def _begin(pipeline: Pipeline, constants: Constants) -> tuple[State, Plan]:
    """The tree of a fresh event after the step that parses its message."""
    tree = plant({"log": {}, **constants.fields})
    put(tree, "@timestamp", Leaf(TEXT, code="stamp", safe=True))
    put(tree, "log.offset", Leaf(WHOLE, code="start"))
    put(tree, "log.file.path", Leaf(TEXT, code="path", json="path_json"))
    for name, value in constants.log.items():
        put(tree, f"log.{name}", plant({name: value})[name])
    put(tree, "message", Leaf(TEXT, code="line", json="raw"))
    state = State(tree, Writer())
    plan = plan_of(pipeline, state)
    for capture in plan.captures:
        leaf = Leaf(
            TEXT,
            code=capture.code,
            safe=capture.safe,
            when=capture.code if capture.optional else "",
        )
        if capture.kind != "text":
            leaf = number(state.writer, leaf, capture.kind)
        put(tree, capture.path, leaf)
    return state, plan


def _source(state: State, plan: Plan, *, whole: bool) -> str:
    writer, tree = state.writer, state.tree
    raw = _uses_message(tree)
    for place, index in enumerate(sorted(state.counters)):
        writer.lines.append(f"counts[{place}] += {state.counters[index]} and 1 or 0")
    if whole:
        places = f"{{start:0{ID_OFFSET_DIGITS}d}}{{end - start:0{ID_LENGTH_DIGITS}d}}"
        action = braces('"create":' + braces('"_id":"{key}' + places + '"'))
        body = writer.json(tree)
        writer.lines.append(f"add(f'{action}{literal(chr(10))}{body}{literal(chr(10))}')")
    else:
        writer.python(tree)
        writer.lines.append("add(ctx)")
    groups = ", ".join(["line", *plan.groups])
    target = f"({groups}{',' if len(plan.groups) == 0 else ''})"
    if not plan.groups:
        target = "line"
    head = [
        "def block(text, bounds, key, path_json, path, stamp, counts):",
        "    made = []",
        "    add = made.append",
        "    end = bounds[0]",
        "    number = 0",
        *(["    raws = escape(text)"] if raw and whole else []),
        f"    for {target} in find(text):",
        "        start = end",
        *(["        raw = raws[number]"] if raw and whole else []),
        "        number += 1",
        "        end = bounds[number]",
        "        if not line:",
        "            add(None)",
        "            continue",
    ]
    return "\n".join([*head, *(_INDENT + line for line in writer.lines), "    return made", ""])


def _uses_message(tree: Tree) -> bool:
    for value in tree.values():
        if isinstance(value, Tree):
            if _uses_message(value):
                return True
        elif value.json == "raw":
            return True
    return False


def _quote(text: str) -> str:
    """A text as JSON."""
    return orjson.dumps(text).decode()


def _float_json(value: float) -> str:
    """A number of single precision as JSON, with its own digits."""
    return float_text(Float(value))


def _escape(text: str) -> list[str]:
    """The JSON of each line of a block, quotes included."""
    if "\\" not in text:
        escaped = orjson.dumps(text).decode()[1:-1].split("\\n")
        return [f'"{line}"' for line in escaped]
    return [orjson.dumps(line).decode() for line in text.split("\n")]
