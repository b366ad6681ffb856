"""
The text of a pipeline's file to nodes that know where they stand.

JSON (tabs are fine) or YAML of the 1.2 core schema; also what ``GET _ingest/pipeline/NAME`` answers.
"""

from __future__ import annotations

from typing import Any

import orjson

from shipper.config.document import Listing, Mark, Node, Problems, Scalar, Table, describe, parse
from shipper.pipeline.options import Trouble

KEYS = ("description", "processors", "on_failure", "version", "_meta", "deprecated")
_META = {"created_date", "modified_date", "created_date_millis", "modified_date_millis"}  # GET adds


def read_nodes(content: bytes, source: str, troubles: list[Trouble]) -> Table | None:
    """
    The mapping of a pipeline's file, with places.

    Args:
        content: JSON or YAML, UTF-8; also an answer of ``GET _ingest/pipeline/NAME`` with one pipeline.
        source: what messages call the file.
        troubles: what is wrong is added here.
    """
    start = Mark(source, 1, 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        troubles.append(Trouble(start, "not UTF-8; save it as UTF-8", refused=False))
        return None
    if text.lstrip()[:1] == "{":
        root = _json_nodes(text, source, troubles)
    else:
        root = _yaml_nodes(text, source, troubles)
    if root is None:
        return None
    if isinstance(root, Table) and len(root.entries) == 1:
        key, inner = root.entries[0]
        if key.text not in KEYS and isinstance(inner, Table):
            names = {one.text for one, _ in inner.entries}
            if "processors" in names:
                inner.entries = [entry for entry in inner.entries if entry[0].text not in _META]
                root = inner
    if not isinstance(root, Table):
        text = f"found {describe(root)}, expected a pipeline: a mapping with a list 'processors'"
        troubles.append(Trouble(start, text, refused=False))
        return None
    return root


def _yaml_nodes(text: str, source: str, troubles: list[Trouble]) -> Node | None:
    problems = Problems()
    node = parse(text, source, problems)
    if len(problems):
        troubles += (Trouble(mark, line, refused=False) for mark, line in problems.found())
        return None
    if node is None:
        wanted = "the file is empty, expected a pipeline: a mapping with a list 'processors'"
        troubles.append(Trouble(Mark(source, 1, 1), wanted, refused=False))
    return node


def _json_nodes(text: str, source: str, troubles: list[Trouble]) -> Node | None:
    """Values by JSON's rules, places by YAML's, of which JSON without tabs is a part."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if not source.endswith(".json"):  # a YAML file in flow style
            return _yaml_nodes(text, source, troubles)
        where = Mark(source, error.lineno, error.colno)
        troubles.append(Trouble(where, f"not JSON: {error.msg}", refused=False))
        return None
    problems = Problems()
    placed = parse(text.replace("\t", " "), source, problems)
    return _overlay(value, placed, Mark(source, 1, 1))


def _overlay(value: Any, placed: Node | None, above: Mark) -> Node:
    mark = above if placed is None else placed.mark
    if isinstance(value, dict):
        marks = {}
        if isinstance(placed, Table):
            marks = {key.text: (key.mark, node) for key, node in placed.entries}
        table = Table(mark)
        for name, item in value.items():
            at, node = marks.get(name, (mark, None))
            table.entries.append(
                (Scalar(at, name, plain=False, value=name), _overlay(item, node, at))
            )
        return table
    if isinstance(value, list):
        items: list[Node] = placed.items if isinstance(placed, Listing) else []
        padded = [*items, *[None] * (len(value) - len(items))]
        return Listing(
            mark, [_overlay(item, node, mark) for item, node in zip(value, padded, strict=False)]
        )
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return Scalar(mark, text, plain=not isinstance(value, str), value=value)
