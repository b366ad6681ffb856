"""
The compiled head of a pipeline that makes an object of each line, by ``json`` or ``kv``: straight code over its dict.

It takes a line only if the quick parser reads it as the processor does, and if every field is as the steps expect it. Everything else takes the plain way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from shipper.pipeline import guard, jackson
from shipper.pipeline.document import METADATA
from shipper.pipeline.failure import Failure
from shipper.pipeline.head import FILE, Head, object_pairs
from shipper.pipeline.head.emit import braces, literal
from shipper.pipeline.head.object_conditions import NAMES, Unsure
from shipper.pipeline.head.object_shape import Shape
from shipper.pipeline.head.object_steps import apply, said
from shipper.pipeline.head.shape import Ends
from shipper.pipeline.processors.json import is_sure
from shipper.pipeline.values import long
from shipper.records import ID_LENGTH_DIGITS, ID_OFFSET_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.encode import Constants
    from shipper.pipeline.definition import Pipeline
    from shipper.pipeline.steps import Step

_FLOOR, _CEILING = -9.2e18, 1.8e19  # beyond, the quick parser makes floats of integers
_COMMON = {"tag", "description", "ignore_failure", "on_failure"}
_JSON = {"field", "target_field", "add_to_root", "strict_json_parsing", "allow_duplicate_keys"}
_LONG = 5000  # characters of a function
_PLAIN = (Unsure, Failure, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What is raised where something is not as expected; a match that takes too long is none of them."""


@dataclass(slots=True, eq=False)
class ObjectHead(Head):
    """
    A compiled head over dicts; it has no pattern, and one function for all blocks.

    Attributes:
        bits: of the steps in ``counted``, which tell in a line's ``ran`` that they ran.
    """

    bits: list[int] = field(default_factory=list)

    def block(
        self,
        key: str,
        path: str,
        lines: list[str],
        text: str,  # noqa: ARG002 - as the other kind of head
        bounds: list[int],
        stamp: str,
    ) -> list[Any]:
        """
        Make the documents of a block; see :meth:`shipper.pipeline.head.Head.block`.

        Raises:
            TimedOut: a line keeps a pattern busy; nothing is done.
        """
        if max(map(len, lines), default=0) > guard.GUARD.match_max_bytes:
            return [None] * len(lines)
        tally: dict[int, int] = {}
        made: list[Any] = guard.GUARD.watched(self.runs[0], lines, bounds, key, path, stamp, tally)
        fast = len(made) - made.count(None)
        for step in self.sure:
            step.count += fast
            step.fast += fast
        for ran, count in tally.items():
            for bit, step in zip(self.bits, self.counted, strict=True):
                if ran >> bit & 1:
                    step.count += count
                    step.fast += count
        return made


def compile_objects(pipeline: Pipeline, constants: Constants, flavour: str) -> ObjectHead:
    """
    Compile what can be compiled of the first steps of a pipeline.

    Args:
        pipeline: whose first step makes an object of the message.
        constants: fields that all documents of the input share.
        flavour: the product whose meaning counts.

    Raises:
        Ends: there is none for it.
    """
    steps = pipeline.steps
    end, reason = 1, ""
    shape, counted = _begin(steps[0], constants), set[int]()
    try:
        for end in range(1, len(steps)):
            apply(steps[end], shape, flavour, end)
    except Ends as why:
        reason = str(why)
    else:
        end = len(steps)
    shape = _begin(steps[0], constants)
    for index in range(1, end):
        if apply(steps[index], shape, flavour, index):
            counted.add(index)
        shape.marks.append(len(shape.lines))
    whole = end == len(steps)
    parts, calls = _parts(shape, tallied=bool(counted))
    loop = _loop(shape, steps[0], constants, calls, whole=whole, tallied=bool(counted))
    return ObjectHead(
        source="\n".join([*parts, loop]),
        end=end,
        reason=reason,
        compiled=None,
        runs=[_function([*parts, loop], shape, pipeline.name, steps[0])],
        whole=whole,
        sure=[steps[i] for i in range(end) if i not in counted],
        counted=[steps[i] for i in sorted(counted)],
        bits=sorted(counted),
    )


def _begin(step: Step, constants: Constants) -> Shape:
    """
    What is known behind the step that parses the line.

    Raises:
        Ends: it is not one that can be compiled.
    """
    options = step.options
    if step.script is not None:
        raise Ends("the first step has a condition")
    if options.get("field") != "message":
        raise Ends("the first step does not parse the message")
    known = _JSON if step.kind == "json" else object_pairs.OPTIONS
    if others := sorted(options.keys() - _COMMON - known):
        raise Ends(f"the option {others[0]} of {step.kind}")
    shape = Shape()
    if _flag(options, "add_to_root"):
        return shape
    target = options.get("target_field") or "message"
    if target in {"message", "@timestamp", "log", *constants.fields} or "." in target:
        raise Ends(f"{step.kind} into {target}")
    shape.path(target)
    shape.known[("log",)] = "log"
    shape.known[(target,)] = "found"
    shape.fixed = ("log", "found")
    return shape


def _flag(options: dict[str, Any], name: str) -> bool:
    return options.get(name) in {True, "true"}


def _parts(shape: Shape, *, tallied: bool) -> tuple[list[str], list[str]]:
    """
    The steps as functions, where they are many, and the lines that call them.

    Python compiles a long function in many times the memory of several short ones, and keeps it.
    """
    if sum(map(len, shape.lines)) < _LONG:
        return [], shape.lines
    parts: list[str] = []
    calls = []
    begun = 0
    for mark in shape.marks:
        lines = shape.lines[begun:mark]
        if not lines or (sum(map(len, lines)) < _LONG and mark < len(shape.lines)):
            continue
        dates = sorted(set(re.findall(r"\bdate[0-9]+\b", "\n".join(lines))))
        used = ["ctx", *shape.fixed, *dates]
        names = ", ".join([*used, *(["ran"] if tallied else [])])
        name = f"part{len(parts) + 1}"
        end = ["    return ran"] if tallied else []
        parts.append(
            "\n".join([f"def {name}({names}):", *(f"    {line}" for line in lines), *end, ""])
        )
        calls.append(f"{'ran = ' if tallied else ''}{name}({names})")
        begun = mark
    return parts, calls


def _loop(
    shape: Shape,
    step: Step,
    constants: Constants,
    calls: list[str],
    *,
    whole: bool,
    tallied: bool,
) -> str:
    """The function over a block."""
    root = _flag(step.options, "add_to_root")
    fixed = {} if root or not whole else _without(constants.fields, shape.roots)
    body = [
        "found = parse(line)",
        *(["if not metadata.isdisjoint(found): raise Unsure"] if root else []),
        *_fresh(_without(constants.fields, fixed), constants, step, root=root),
        *calls,
        *(_written(fixed) if whole else []),
    ]
    made = "made_text" if whole else "ctx"
    lines = [
        "def block(lines, bounds, key, path, stamp, tally):",
        "    made = []",
        "    add = made.append",
        "    end = bounds[0]",
        "    number = 0",
        *(f"    {line}" for line in shape.setup),
        "    for line in lines:",
        "        start = end",
        "        number += 1",
        "        end = bounds[number]",
        *(["        ran = 0"] if tallied else []),
        "        try:",
        *(f"            {line}" for line in body),
        "        except plain:",
        "            add(None)",
        "            continue",
        *(["        tally[ran] = tally.get(ran, 0) + 1"] if tallied else []),
        f"        add({made})",
        "    return made",
        "",
    ]
    return "\n".join(lines)


def _without(fields: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def _fresh(fields: dict[str, Any], constants: Constants, step: Step, *, root: bool) -> list[str]:
    """A new document; a literal is the quickest copy."""
    more = "".join(f", {name!r}: {value!r}" for name, value in constants.log.items())
    rest = "".join(f", {name!r}: {value!r}" for name, value in fields.items())
    target = "" if root else f", {step.options['target_field']!r}: found"
    return [
        f"log = {{'offset': start, 'file': {{'path': path}}{more}}}",
        f"ctx = {{'@timestamp': stamp, 'log': log{rest}, 'message': line{target}}}",
        *(["ctx.update(found)"] if root else []),
    ]


def _written(fixed: dict[str, Any]) -> list[str]:
    """The text of ``_bulk``: what is the same on all lines was written as JSON before."""
    # Offset and length in one number: one formatting instead of two.
    scale = 10**ID_LENGTH_DIGITS
    digits = ID_OFFSET_DIGITS + ID_LENGTH_DIGITS
    identity = f'"{{key}}{{start * {scale} + end - start:0{digits}d}}"'
    action = braces('"create":' + braces(f'"_id":{identity}'))
    if not fixed:
        return [f"made_text = f'{action}\\n{{dumps(ctx).decode()}}\\n'"]
    text = literal(orjson.dumps(fixed).decode()[:-1])
    return [
        "if not ctx: raise Unsure",
        f"made_text = f'{action}\\n{text},{{dumps(ctx).decode()[1:]}}\\n'",
    ]


def _function(sources: list[str], shape: Shape, name: str, step: Step) -> Callable[..., list[Any]]:
    if step.kind == "kv":
        parse = object_pairs.pairs(step.options)
    else:
        parse = _any_object if _flag(step.options, "allow_duplicate_keys") else _object
    namespace: dict[str, Any] = {
        **NAMES,
        **shape.names,
        "Unsure": Unsure,
        "dumps": orjson.dumps,
        "long": long,
        "metadata": frozenset(METADATA),
        "nothing": {},
        "parse": parse,
        "said": said,
        "plain": _PLAIN,
    }
    for source in sources:
        exec(compile(source, FILE.format(name), "exec"), namespace)  # noqa: S102 - of our own making
    made: Callable[..., list[Any]] = namespace["block"]
    return made


def _object(line: str) -> dict[str, Any]:
    """
    The object of a line that all parsers read alike.

    Raises:
        Unsure, ValueError: it is none.
    """
    found = orjson.loads(line)
    if found.__class__ is not dict:
        raise Unsure
    if (
        len(line) > jackson.DIGITS
        or line.count('":') != _names(found)
        or " :" in line
        or "\t:" in line
        or "\r:" in line
    ) and not is_sure(found, line, duplicates=False):
        raise Unsure
    return found


def _any_object(line: str) -> dict[str, Any]:
    """The same, where of equal names the last one counts."""
    found = orjson.loads(line)
    if found.__class__ is not dict or not is_sure(found, line, duplicates=True):
        raise Unsure
    return found


def _names(found: dict[str, Any]) -> int:
    """How many names are in an object, however deep; Unsure for numbers that others read differently."""
    count = len(found)
    for value in found.values():
        kind = value.__class__
        if kind is dict:
            count += _names(value)
        elif kind is list:
            count += _inside(value)
        elif kind is float and not _FLOOR < value < _CEILING:
            raise Unsure
    return count


def _inside(values: list[Any]) -> int:
    count = 0
    for value in values:
        kind = value.__class__
        if kind is dict:
            count += _names(value)
        elif kind is list:
            count += _inside(value)
        elif kind is float and not _FLOOR < value < _CEILING:
            raise Unsure
    return count
