"""
Processors that look one text up in much data: what came of a text is remembered, as JSON.

The processor itself is run, over a document with that one field; so there is one way to do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.document import MISSING, Document, Path
from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.head.shape import (
    RAW,
    TEXT,
    Ends,
    Leaf,
    Tree,
    elements,
    find,
    only_always,
    put,
)
from shipper.pipeline.json_text import dumps

if TYPE_CHECKING:
    from shipper.pipeline.head.steps import State
    from shipper.pipeline.processors import Run
    from shipper.pipeline.steps import Step

REMEMBERED = {"user_agent": "user_agent", "geoip": "geoip"}  # with their default targets
_LIMIT = 2000  # texts; then it begins anew
_LONGEST = 2048  # characters of a text that is remembered


class Lookup:
    """From a text to the JSON of what a processor makes of it."""

    def __init__(self, run: Run, field: str, target: str) -> None:
        self._run = run
        self._field = Path.parse(field)
        self._target = Path.parse(target)
        self._known: dict[str, str | None] = {}

    def __call__(self, text: str) -> str | None:
        """The JSON; None where only the plain way can tell."""
        try:
            return self._known[text]
        except KeyError:
            made = self._look(text)
            if len(self._known) >= _LIMIT:
                self._known.clear()
            if len(text) <= _LONGEST:
                self._known[text] = made
            return made

    def _look(self, text: str) -> str | None:
        document = Document({})
        self._field.set(document, text)
        try:
            self._run(document)
        except (Failure, Raised):
            return None
        value = self._target.find(document)
        return None if value is MISSING or value is text else dumps(value).decode()


def look_up(step: Step, state: State, when: str) -> None:
    """
    Compile such a step.

    Raises:
        Ends: it cannot be done for all lines alike.
    """
    only_always(when)
    options = step.options
    path = str(options.get("field"))
    target = str(options.get("target_field") or REMEMBERED[step.kind])
    elements(target)
    leaf = find(state.tree, path)
    if leaf is None and options.get("ignore_missing") is True:
        return
    if not isinstance(leaf, Leaf) or leaf.kind != TEXT or leaf.json:
        raise Ends(f"{path} is not a text of the line")
    writer = state.writer
    if leaf.when and options.get("ignore_missing") is not True:
        writer.give_up_if(f"not ({leaf.when})")
        leaf = leaf.but(when="")
    _check_target(find(state.tree, target), leaf, target)
    name = state.object("look", Lookup(step.run, path, target))
    otherwise = f" if {leaf.when} else ''" if leaf.when else ""
    made = writer.set(f"{name}({leaf.code}){otherwise}")
    writer.give_up_if(f"{made} is None")
    put(state.tree, target, Leaf(RAW, code=f"loads({made})", json=made, when=leaf.when))


def _check_target(present: object, leaf: Leaf, target: str) -> None:
    """What is replaced must be there for the same lines only, or the result be there always."""
    if present is None or not leaf.when:
        return
    same = isinstance(present, Tree) and not present.always and _whens(present) == {leaf.when}
    if not same:
        raise Ends(f"{target} is there on other lines, too")


def _whens(tree: Tree) -> set[str]:
    found: set[str] = set()
    for value in tree.values():
        found |= _whens(value) if isinstance(value, Tree) else {value.when}
    return found
