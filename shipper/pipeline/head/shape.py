"""
What is known of a document while its pipeline's head is compiled: a tree of values, some constant, some of each line.

Everything in the tree is certain. What cannot be known ends the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from shipper.pipeline.document import METADATA, Path

CONST, TEXT, WHOLE, DOUBLE, FLOAT, RAW = "const", "text", "whole", "double", "float", "raw"


class Ends(Exception):  # noqa: N818 - a fact about a pipeline
    """The fast way ends before a step; the message says why."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """
    A value in the tree.

    Attributes:
        kind: ``const``, or of each line: ``text`` (a Python text), ``whole`` (a Python integer), ``double``, ``float``, or
            ``raw`` (either of two values; only its forms are known).
        value: of a constant.
        code: name of the local variable that holds it.
        safe: a text without characters that JSON escapes.
        when: condition in Python under which the field is there; empty where it always is.
        java: the number's class, for what runs behind the head: ``int`` or ``long``.
        json: name of the local variable with its JSON, of ``raw``.
    """

    kind: str
    value: Any = None
    code: str = ""
    safe: bool = False
    when: str = ""
    java: str = "int"
    json: str = ""

    def but(self, **changes: Any) -> Leaf:
        """A copy with other attributes."""
        names = ("kind", "value", "code", "safe", "when", "java", "json")
        return Leaf(**{name: changes.get(name, getattr(self, name)) for name in names})


def const(value: Any) -> Leaf:
    """A constant that is no map."""
    return Leaf(CONST, value)


class Tree(dict[str, Any]):
    """
    An object: names to leaves and trees.

    Attributes:
        always: it is there on every line, whatever is in it.
    """

    __slots__ = ("always",)

    def __init__(self, *, always: bool) -> None:
        super().__init__()
        self.always = always


def plant(fields: dict[str, Any]) -> Tree:
    """The tree of constant fields."""
    tree = Tree(always=True)
    for name, value in fields.items():
        tree[name] = plant(value) if isinstance(value, dict) else const(value)
    return tree


def value_of(tree: Any) -> Any:
    """
    The plain value of a constant part of the tree.

    Raises:
        Ends: some of it is not constant.
    """
    if isinstance(tree, Leaf):
        if tree.kind != CONST or tree.when:
            raise Ends("a value that differs from line to line")
        return tree.value
    if not tree.always:
        raise Ends("an object that is not on every line")
    return {name: value_of(inner) for name, inner in tree.items()}


def find(tree: Tree, path: str) -> Any:
    """
    The leaf or tree at a path, None where the field is certainly not there.

    Raises:
        Ends: that is not certain.
    """
    here: Any = tree
    for name in elements(path):
        if isinstance(here, Leaf):
            if here.kind == CONST and isinstance(here.value, list):
                raise Ends(f"an element of a list ({path})")
            return None
        here = here.get(name)
        if here is None:
            return None
    return here


def put(tree: Tree, path: str, value: Any) -> None:
    """
    Set a field; trees that are missing on the way are made.

    Raises:
        Ends: something on the way is no object.
    """
    always = value.always if isinstance(value, Tree) else not value.when
    here = tree
    names = elements(path)
    for name in names[:-1]:
        below = here.get(name)
        if below is None:
            below = here[name] = Tree(always=always)
        if not isinstance(below, Tree):
            raise Ends(f"{path}: {name} is no object")
        below.always |= always
        here = below
    here[names[-1]] = value


def cut(tree: Tree, path: str) -> None:
    """Remove a field that is there; the objects that held it stay."""
    here = tree
    names = elements(path)
    for name in names[:-1]:
        here = here[name]
    del here[names[-1]]


def elements(path: str) -> tuple[str, ...]:
    """
    The names of a path.

    Raises:
        Ends: it is a template, or not a field of the document.
    """
    if "{{" in path or path.startswith(("_ingest.", "_source.")) or not path:
        raise Ends(f"the path {path!r}")
    names = Path.parse(path).elements
    if names[0] in METADATA:
        raise Ends(f"the path {path!r} of metadata")
    return names


def only_always(when: str) -> None:
    """
    Refuse a condition that is not the same for all lines.

    Raises:
        Ends: it is one.
    """
    if when:
        raise Ends("a condition that differs from line to line")


def json_text(value: Any) -> str:
    """A constant's JSON."""
    return orjson.dumps(value).decode()
