"""
The document that a pipeline works on, and the paths that name its fields.

Source and metadata are one map, as Painless sees them. The wording of what is missing or of the wrong type is the cluster's, because pipelines put it into
documents.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.failure import Failure
from shipper.pipeline.values import class_name, equals

if TYPE_CHECKING:
    from collections.abc import Callable

METADATA: Final = ("_index", "_id", "_routing", "_version", "_version_type", "_if_seq_no", "_if_primary_term", "_op_type", "_dynamic_templates", "_type")  # fmt: skip


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final[Any] = _Missing()


class Document:
    """
    One event in a pipeline.

    Attributes:
        ctx: source and metadata (``_index``, ``_id``, …) in one map.
        ingest: what ``_ingest.`` names.
        dropped: a ``drop`` processor ended it.
        terminated: a ``terminate`` processor ended the pipeline.
        pipelines: names of the pipelines that are being run, outermost first.
        clock: seconds, for a document whose steps are to be timed.
        trace: called after each step, for ``explain``.
    """

    __slots__ = ("clock", "ctx", "dropped", "ingest", "pipelines", "terminated", "trace")

    def __init__(self, ctx: dict[str, Any], ingest: dict[str, Any] | None = None) -> None:
        self.ctx = ctx
        self.ingest = {} if ingest is None else ingest
        self.dropped = False
        self.terminated = False
        self.pipelines: list[str] = []
        self.clock: Callable[[], float] | None = None
        self.trace: Callable[[Any, Document], None] | None = None

    def __repr__(self) -> str:
        return f"<Document {self.ctx!r}{' dropped' if self.dropped else ''}>"


class Path:
    """A field's path, such as ``a.b.0``, parsed once."""

    __slots__ = ("_ingest", "_parents", "elements", "leaf", "text")

    def __init__(self, text: str) -> None:
        """
        Parse a path.

        Raises:
            Failure: it is empty.
        """
        if not text:
            raise Failure("path cannot be null nor empty")
        self.text = text
        self._ingest = text.startswith("_ingest.")
        rest = text[8:] if self._ingest or text.startswith("_source.") else text
        elements = rest.split(".")
        while len(elements) > 1 and not elements[-1]:  # Java's split leaves out empty ends
            elements.pop()
        if elements == [""]:
            if rest:  # nothing but dots
                raise Failure(
                    "Index -1 out of bounds for length 0",
                    "array_index_out_of_bounds_exception",
                    foreign=True,
                )
            raise Failure(f"path [{text}] is not valid")
        self.elements = tuple(elements)
        self._parents = self.elements[:-1]
        self.leaf = elements[-1]

    def __repr__(self) -> str:
        return f"Path({self.text!r})"

    @staticmethod
    def parse(text: str) -> Path:
        """
        The path of a text; the same object for the same text.

        Raises:
            Failure: it is empty.
        """
        return _parse(text)

    def resolve(self, document: Document) -> Path:  # noqa: ARG002 - a path from a template looks at it
        """Itself: a path that is no template is the same for all documents."""
        return self

    def _root(self, document: Document) -> dict[str, Any]:
        return document.ingest if self._ingest else document.ctx

    def find(self, document: Document) -> Any:
        """The value, or ``MISSING`` where there is none, whatever the reason."""
        value: Any = self._root(document)
        for element in self.elements:
            if type(value) is dict:
                if element not in value:
                    return MISSING
                value = value[element]
            elif type(value) is list:
                index = java_int(element)
                if index is None or not 0 <= index < len(value):
                    return MISSING
                value = value[index]
            else:
                return MISSING
        return value

    def has(self, document: Document) -> bool:
        """Whether the field is there, with null or without."""
        return self.find(document) is not MISSING

    def get(self, document: Document) -> Any:
        """
        The value.

        Raises:
            Failure: the field is not there.
        """
        value: Any = self._root(document)
        for element in self.elements:
            value = self._step(value, element)
        return value

    def get_text(self, document: Document, *, ignore_missing: bool = False) -> str | None:
        """
        The value, which must be a text or null.

        Raises:
            Failure: the field is not there, unless ``ignore_missing``, or it is no text.
        """
        value = self.get_or_none(document) if ignore_missing else self.get(document)
        if value is None or isinstance(value, str):
            return value
        raise Failure(cast_reason(self.text, value, "java.lang.String"))

    def get_or_none(self, document: Document) -> Any:
        """The value, or None where there is none."""
        value = self.find(document)
        return None if value is MISSING else value

    def _step(self, value: Any, element: str) -> Any:
        if type(value) is dict:
            if element not in value:
                raise Failure(f"field [{element}] not present as part of path [{self.text}]")
            return value[element]
        if type(value) is list:
            return value[self._index(value, element)]
        raise Failure(
            f"cannot resolve [{element}] from {_kind(value)} as part of path [{self.text}]"
        )

    def _index(self, values: list[Any], element: str) -> int:
        index = java_int(element)
        if index is None:
            raise Failure(
                f"[{element}] is not an integer, cannot be used as an index as part of path [{self.text}]"
            )
        if not 0 <= index < len(values):
            raise Failure(
                f"[{index}] is out of bounds for array with length [{len(values)}] as part of path [{self.text}]"
            )
        return index

    def remove(self, document: Document) -> None:
        """
        Remove the field.

        Raises:
            Failure: it is not there.
        """
        parent: Any = self._root(document)
        for element in self._parents:
            parent = self._step(parent, element)
        leaf = self.leaf
        if type(parent) is dict:
            if leaf not in parent:
                raise Failure(f"field [{leaf}] not present as part of path [{self.text}]")
            del parent[leaf]
        elif type(parent) is list:
            del parent[self._index(parent, leaf)]
        else:
            raise Failure(
                f"cannot remove [{leaf}] from {_kind(parent)} as part of path [{self.text}]"
            )

    def _parent(self, document: Document) -> Any:
        """What holds the field; maps that are missing on the way are made."""
        value: Any = self._root(document)
        for element in self._parents:
            if type(value) is dict:
                below = value.get(element, MISSING)
                if below is MISSING:
                    below = value[element] = {}
                value = below
            else:
                value = self._step(value, element)
        return value

    def set(self, document: Document, value: Any) -> None:
        """
        Set the field; maps that are missing on the way are made.

        Raises:
            Failure: something on the way can hold no field.
        """
        parent = self._parent(document)
        if type(parent) is dict:
            parent[self.leaf] = value
        elif type(parent) is list:
            parent[self._index(parent, self.leaf)] = value
        else:
            raise self._no_parent(parent)

    def append(self, document: Document, value: Any, *, allow_duplicates: bool = True) -> None:
        """
        Add a value, or each of a list of values, to the field's list; a single value becomes a list.

        Raises:
            Failure: something on the way can hold no field.
        """
        parent = self._parent(document)
        key: Any = self.leaf
        if type(parent) is dict:
            present = parent.get(key, MISSING)
        elif type(parent) is list:
            key = self._index(parent, key)
            present = parent[key]
        else:
            raise self._no_parent(parent)
        values = present if type(present) is list else [] if present is MISSING else [present]
        added = False
        for item in value if type(value) is list else (value,):
            if allow_duplicates or not any(equals(item, other) for other in values):
                values.append(item)
                added = True
        if values is not present and (added or allow_duplicates or present is MISSING):
            parent[key] = values

    def _no_parent(self, parent: Any) -> Failure:
        if parent is None:
            return Failure(
                f"cannot set [{self.leaf}] with null parent as part of path [{self.text}]"
            )
        return Failure(
            f"cannot set [{self.leaf}] with parent {_kind(parent)} as part of path [{self.text}]"
        )


@lru_cache(4096)
def _parse(text: str) -> Path:
    return Path(text)


def java_int(text: str) -> int | None:
    """``Integer.parseInt``, or None where it throws."""
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if not digits.isdecimal() or len(digits) > 32:
        return None
    value = int(text)
    return value if -(2**31) <= value < 2**31 else None


def cast_reason(path: str, value: Any, wanted: str) -> str:
    """What the cluster says of a field that holds a value of another class than a processor needs."""
    return f"field [{path}] of type [{class_name(value)}] cannot be cast to [{wanted}]"


def _kind(value: Any) -> str:
    return "null" if value is None else f"object of type [{class_name(value)}]"
