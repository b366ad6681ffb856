"""
What is known of a document of dicts while code over it is written: which objects are surely there, and under which name.

Fields are reached by ``get`` and ``pop`` of dicts. Where something else stands in the way, that raises, and the line takes the plain way.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from shipper.pipeline.document import METADATA
from shipper.pipeline.head.shape import Ends, elements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Elements = tuple[str, ...]


class Shape:
    """
    The code so far.

    Attributes:
        lines: of the loop's body.
        setup: lines once a block.
        known: names in the code of objects that are there on every line, by their path.
        roots: top-level fields that the code reads or writes.
        names: objects that the code refers to.
        fixed: names of the objects that are known from the beginning.
        marks: how many lines there were behind each step.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.setup: list[str] = []
        self.known: dict[Elements, str] = {(): "ctx"}
        self.roots: set[str] = set()
        self.names: dict[str, object] = {}
        self.fixed: tuple[str, ...] = ()
        self.marks: list[int] = []
        self._indent = ""
        self._count = 0

    # -- writing ---------------------------------------------------------------------------------------------------

    def name(self, prefix: str = "v") -> str:
        """A name that no other has."""
        self._count += 1
        return f"{prefix}{self._count}"

    def object(self, prefix: str, value: object) -> str:
        """A name in the code for an object."""
        name = self.name(prefix)
        self.names[name] = value
        return name

    def emit(self, line: str) -> None:
        """A line at the present depth."""
        self.lines.append(f"{self._indent}{line}")

    def set(self, code: str, prefix: str = "v") -> str:
        """Assign an expression to a new name."""
        name = self.name(prefix)
        self.emit(f"{name} = {code}")
        return name

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines below ``if …:``; at least one must follow."""
        self.emit(head)
        self._indent += "    "
        yield
        self._indent = self._indent[:-4]

    def unsure_if(self, condition: str) -> None:
        """Lines for which it holds take the plain way."""
        self.emit(f"if {condition}: raise Unsure")

    # -- fields ----------------------------------------------------------------------------------------------------

    def path(self, text: str) -> Elements:
        """
        The elements of a path that the code may use.

        Raises:
            Ends: a template, metadata, or an element that might be an index of a list.
        """
        found = elements(text)
        self._check(found)
        return found

    def _check(self, names: Sequence[str]) -> None:
        if names[0] in METADATA or (names[0].startswith("_") and names[0] != "_tmp"):
            raise Ends(f"the field {names[0]}")
        if any(name.isdigit() for name in names):
            raise Ends(f"the field {'.'.join(names)}, which may be of a list")
        self.roots.add(names[0])

    def _nearest(self, names: Elements) -> tuple[str, int]:
        """Name of the innermost known object on the way, and how many elements it stands for."""
        for length in range(len(names), -1, -1):
            if names[:length] in self.known:
                return self.known[names[:length]], length
        raise AssertionError

    def read(self, steps: Sequence[tuple[str, bool]]) -> str:
        """The expression of a field as Painless reads it: each element with whether ``?.`` stands before it."""
        names = tuple(name for name, _ in steps)
        self._check(names)
        code, begun = self._nearest(names)
        for name, safe in steps[begun:]:
            if safe and code not in self.known.values():
                here = self.name("w")
                code = f"({here}.get({name!r}) if ({here} := {code}) is not None else None)"
            else:
                code = f"{code}.get({name!r})"
        return code

    def get(self, names: Elements) -> str:
        """The expression of a field that processors read; it raises where an object on the way is missing."""
        code, begun = self._nearest(names)
        for name in names[begun:]:
            code = f"{code}.get({name!r})"
        return code

    @contextmanager
    def there(self, names: Elements) -> Iterator[str]:
        """Lines for documents that have a field; gives the name of the object that holds it."""
        code, begun = self._nearest(names[:-1])
        between = names[begun:-1]
        for place, name in enumerate(between):
            code = self.set(f"{code}.get({name!r})", "h")
            if place < len(between) - 1:
                self.emit(f"if {code}.__class__ is not dict: {code} = nothing")
        guard = f"{code}.__class__ is dict and " if between else ""
        with self.block(f"if {guard}{names[-1]!r} in {code}:"):
            yield code

    def holder(self, names: Elements) -> str:
        """Name of the object that holds a field; it is made where it is missing."""
        code, begun = self._nearest(names[:-1])
        for name in names[begun:-1]:
            inner = self.set(f"{code}.get({name!r})", "h")
            with self.block(f"if {inner} is None:"):
                self.unsure_if(f"{name!r} in {code}")  # null, in which nothing can be set
                self.emit(f"{inner} = {code}[{name!r}] = {{}}")
            code = inner
        return code

    def put(self, names: Elements, code: str, *, new: bool = False) -> None:
        """Set a field; with ``new`` it must not be there yet."""
        holder = self.holder(names)
        if new:
            self.unsure_if(f"{names[-1]!r} in {holder}")
        self.emit(f"{holder}[{names[-1]!r}] = {code}")
        self.forget(names)

    def forget(self, names: Elements) -> None:
        """A field may be another from now on."""
        length = len(names)
        for path in [one for one in self.known if one[:length] == names]:
            del self.known[path]
