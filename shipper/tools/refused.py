"""
Why a cluster refuses a pipeline, in words that lead to the place: step, its line in the file, line and column of the script.

The cluster names a processor by its type and tag at most; which one is meant is found by what else the answer tells of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from shipper.config.document import Listing, Table
from shipper.pipeline.nodes import read_nodes
from shipper.pipeline.options import plain
from shipper.tools.simulate import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shipper.config.document import Node
    from shipper.pipeline.options import Trouble

_SHOWN = 120  # characters of a script's line


class _Found(NamedTuple):
    """A step: ``place`` as messages name it, its type and options."""

    place: str
    kind: str
    options: Any


def told(body: dict[str, Any], answer: Any, path: Path | None = None) -> str:
    """
    The cluster's reasons with their places, one for each processor that it names.

    Args:
        body: the pipeline as it was sent.
        answer: of status 400.
        path: of the pipeline's file, to tell the step's line in it.
    """
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return reason_of(answer)
    root = _first(error)
    errors = [root, *(one for one in root.get("suppressed") or [] if isinstance(one, dict))]
    marks = _marks(path) if path is not None else []
    return "; ".join(_one(each, body, marks, error if each is root else each) for each in errors)


def _first(error: dict[str, Any]) -> dict[str, Any]:
    """What names a processor: the error itself, or its first cause."""
    causes = error.get("root_cause")
    if not error.get("processor_type") and isinstance(causes, list) and causes:
        return causes[0] if isinstance(causes[0], dict) else error
    return error


def _one(
    error: dict[str, Any],
    body: dict[str, Any],
    marks: list[tuple[str, str, Any]],
    causes: dict[str, Any],
) -> str:
    words = reason_of({"error": causes})
    found = [step for step in _steps(body) if _fits(step, error)]
    if not found:
        return words
    where = " or ".join(_place(step, marks) for step in found[:3])
    if len(found) > 3:
        where += f" or {len(found) - 3} more"
    kind = str(error.get("processor_type"))
    words = words.removesuffix(f" (processor {kind})")
    name = error.get("property_name")
    option = f", option {name}" if name and f"[{name}]" not in words else ""
    return f"{where}{option}{_script_place(error)}: {words}"


def _place(step: _Found, marks: list[tuple[str, str, Any]]) -> str:
    tag = step.options.get("tag") if isinstance(step.options, dict) else None
    shown = f"{step.place} {step.kind}" + (f" [{tag}]" if tag else "")
    for place, mark, options in marks:
        if place == step.place and options == {step.kind: step.options}:
            return f"{shown} ({mark})"
    return shown


def _script_place(error: dict[str, Any]) -> str:
    """Line, column and text of the place in a script."""
    script, position = error.get("script"), error.get("position")
    if not isinstance(script, str) or not isinstance(position, dict):
        return ""
    at = position.get("offset")
    if not isinstance(at, int) or not 0 <= at <= len(script):
        return ""
    start = script.rfind("\n", 0, at) + 1
    line = script[start:].split("\n", 1)[0]
    shown = line.strip() if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
    return f", line {script.count(chr(10), 0, at) + 1}, column {at - start + 1} of its script, `{shown}`"


def _fits(step: _Found, error: dict[str, Any]) -> bool:
    """Whether an error may be of a step: type and tag, and the script or the option that it complains of."""
    if step.kind != error.get("processor_type") or not isinstance(step.options, dict):
        return False
    tag = error.get("processor_tag")
    if (tag or None) != (step.options.get("tag") or None):
        return False
    script = error.get("script")
    if isinstance(script, str):
        return script in _scripts(step.options)
    name, reason = error.get("property_name"), str(error.get("reason"))
    if isinstance(name, str) and "required property is missing" in reason:
        return step.options.get(name) is None
    if isinstance(name, str) and "." not in name and name in step.options:
        value = step.options[name]
        return not isinstance(value, str) or "[" not in reason or value in reason or len(value) > 50
    return True


def _scripts(options: dict[str, Any]) -> list[str]:
    found = [options.get("source"), options.get("if")]
    found += [one.get("source") for one in found if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str)]


def _steps(body: dict[str, Any]) -> Iterator[_Found]:
    """All steps of a body, handlers and those of ``foreach`` included."""
    for key in ("processors", "on_failure"):
        yield from _listed(body.get(key), key)


def _listed(steps: Any, place: str) -> Iterator[_Found]:
    for number, step in enumerate(steps if isinstance(steps, list) else []):
        for kind, options in step.items() if isinstance(step, dict) else ():
            here = f"{place}[{number}]"
            yield _Found(here, kind, options)
            if isinstance(options, dict):
                yield from _listed(options.get("on_failure"), f"{here}.{kind}.on_failure")
                if "processor" in options:
                    yield from _listed([options["processor"]], f"{here}.{kind}.processor")


def _marks(path: Path) -> list[tuple[str, str, Any]]:
    """Of each step of a file: its place, ``file:line:column``, and itself as plain Python."""
    troubles: list[Trouble] = []
    try:
        root = read_nodes(path.read_bytes(), path.name, troubles)
    except OSError:
        return []
    if root is None:
        return []
    tables = {key.text: node for key, node in root.entries}
    return [one for key in ("processors", "on_failure") for one in _marked(tables.get(key), key)]


def _marked(node: Node | None, place: str) -> Iterator[tuple[str, str, Any]]:
    items = node.items if isinstance(node, Listing) else [node] if isinstance(node, Table) else []
    for number, item in enumerate(items):
        for key, options in item.entries if isinstance(item, Table) else ():
            here = f"{place}[{number}]"
            yield here, str(key.mark), {key.text: plain(options)}
            for name, inner in options.entries if isinstance(options, Table) else ():
                if name.text in {"on_failure", "processor"}:
                    yield from _marked(inner, f"{here}.{key.text}.{name.text}")
