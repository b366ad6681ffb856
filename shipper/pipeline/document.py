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

    from shipper.pipeline.failure import Raised

METADATA: Final = ("_index", "_id", "_routing", "_version", "_version_type", "_if_seq_no", "_if_primary_term", "_dynamic_templates")  # fmt: skip


DEPTH: Final = 1000  # names of a path: the clusters' parser takes no deeper documents
_REMEMBERED: Final = 256  # characters of a path that is remembered


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
        failures: what has failed so far, handled or not, for tools that ask; None where nobody does.
        flavour: the product whose meaning counts; set by the pipeline that runs.
    """

    __slots__ = ("clock", "ctx", "dropped", "failures", "flavour", "ingest", "pipelines", "terminated", "trace")  # fmt: skip

    def __init__(self, ctx: dict[str, Any], ingest: dict[str, Any] | None = None) -> None:
        self.ctx = ctx
        self.ingest = {} if ingest is None else ingest
        self.dropped = False
        self.terminated = False
        self.pipelines: list[str] = []
        self.clock: Callable[[], float] | None = None
        self.trace: Callable[[Any, Document], None] | None = None
        self.failures: list[tuple[Any, Raised]] | None = None
        self.flavour = "elasticsearch"

    def __repr__(self) -> str:
        return f"<Document {self.ctx!r}{' dropped' if self.dropped else ''}>"


class NotAnIndex(Failure):
    """A name where a list wants a number, while reading: only OpenSearch's failure carries its cause."""

    def message(self, flavour: str) -> str | None:
        """What handlers see."""
        return self.reason if flavour == "elasticsearch" else self.root


class Path:
    """
    A field's path, such as ``a.b.0``, parsed once.

    Attributes:
        text: as written.
        elements: the names on the way, ``_ingest.`` and ``_source.`` left out.
        leaf: the last of them.
        in_ingest: whether it names something of ``_ingest`` and not of the document.
    """

    __slots__ = ("_parents", "elements", "in_ingest", "leaf", "text")

    def __init__(self, text: str) -> None:
        """
        Parse a path.

        Raises:
            Failure: it is empty.
        """
        if not text:
            raise Failure("path cannot be null nor empty")
        self.text = text
        self.in_ingest = text.startswith("_ingest.")
        if len(text) > DEPTH and text.count(".") > DEPTH:
            raise Failure(f"a path of more than {DEPTH} names", "shipper_size_limit")
        rest = text[8:] if self.in_ingest or text.startswith("_source.") else text
        elements = rest.split(".")
        while len(elements) > 1 and not elements[-1]:  # Java's split leaves out empty ends
            elements.pop()
        if elements == [""] and rest:
            reason = "Index -1 out of bounds for length 0"
            raise Failure(reason, "array_index_out_of_bounds_exception", foreign=True)
        if elements == [""]:
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
        return _parse(text) if len(text) <= _REMEMBERED else _parsed(text)

    def resolve(self, document: Document) -> Path:  # noqa: ARG002 - a path from a template looks at it
        """Itself: a path that is no template is the same for all documents."""
        return self

    def _root(self, document: Document) -> dict[str, Any]:
        return document.ingest if self.in_ingest else document.ctx

    def holder(self, document: Document) -> dict[str, Any] | None:
        """The map that holds the field, or would; None where the way there is not all maps, or ends too soon."""
        value: Any = document.ingest if self.in_ingest else document.ctx
        for element in self._parents:
            value = value.get(element)
            if type(value) is not dict:
                return None
        return value  # type: ignore[no-any-return]

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

    def exists(self, document: Document) -> bool:
        """
        Whether the field is there, for processors that look before they write.

        Raises:
            Failure: the path goes beyond the end of a list.
        """
        value: Any = self._root(document)
        for element in self.elements:
            if type(value) is dict:
                if element not in value:
                    return False
                value = value[element]
            elif type(value) is list:
                index = java_int(element)
                if index is None:
                    return False
                if not 0 <= index < len(value):
                    raise self._out_of_bounds(index, value)
                value = value[index]
            else:
                return False
        return True

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
            return value[self._index(value, element, chained=False)]
        raise Failure(
            f"cannot resolve [{element}] from {_kind(value)} as part of path [{self.text}]"
        )

    def _index(self, values: list[Any], element: str, *, chained: bool = True) -> int:
        """An index; ``chained``: both products' failures carry that of ``Integer.parseInt``."""
        index = java_int(element)
        if index is None:
            reason = f"[{element}] is not an integer, cannot be used as an index as part of path [{self.text}]"
            kind = Failure if chained else NotAnIndex
            raise kind(reason, root=f'For input string: "{element}"')
        if not 0 <= index < len(values):
            raise self._out_of_bounds(index, values)
        return index

    def _out_of_bounds(self, index: int, values: list[Any]) -> Failure:
        return Failure(
            f"[{index}] is out of bounds for array with length [{len(values)}] as part of path [{self.text}]"
        )

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
            elif type(value) is list:
                value = value[self._index(value, element)]
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
        if present is MISSING:  # the cluster looks for duplicates only where there is something
            parent[key] = list(value) if type(value) is list else [value]
            return
        values = present if type(present) is list else [present]
        added = allow_duplicates
        for item in list(value) if type(value) is list else (value,):
            if allow_duplicates or not any(equals(item, other) for other in values):
                values.append(item)
                added = True
        if values is not present and added:
            parent[key] = values

    def _no_parent(self, parent: Any) -> Failure:
        if parent is None:
            return Failure(
                f"cannot set [{self.leaf}] with null parent as part of path [{self.text}]"
            )
        return Failure(
            f"cannot set [{self.leaf}] with parent {_kind(parent)} as part of path [{self.text}]"
        )


class BrokenPath(Path):
    """A path that every use of fails: the cluster takes it when the pipeline is put, and fails when it runs."""

    __slots__ = ("_failure",)

    def __init__(
        self, text: str, failure: Failure
    ) -> None:  # no call of the base's: there is nothing to parse
        self.text = text
        self._failure = failure
        self.elements = ()
        self.leaf = ""
        self.in_ingest = False
        self._parents = ()

    def holder(self, document: Document) -> None:
        """None: what follows fails."""

    def _root(self, document: Document) -> dict[str, Any]:  # noqa: ARG002
        raise Failure(self._failure.reason, self._failure.type, foreign=self._failure.foreign)


class DotsPath(BrokenPath):
    """Nothing but dots: reading it comes to the whole document, and anything else fails."""

    __slots__ = ()

    def get(self, document: Document) -> Any:
        """Source and metadata."""
        return document.ctx


@lru_cache(4096)
def _parse(text: str) -> Path:
    return _parsed(text)


def _parsed(text: str) -> Path:
    if text and not text.strip("."):
        reason = "Index -1 out of bounds for length 0"
        kind = "array_index_out_of_bounds_exception"
        return DotsPath(text, Failure(reason, kind, foreign=True))
    return Path(text)


def java_int(text: str) -> int | None:
    """``Integer.parseInt``, or None where it throws."""
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if not digits.isdecimal() or (not digits.isascii() and max(digits) > "\uffff"):
        return None
    if len(digits) > 32:
        return 0 if not digits.strip("0") else None
    value = int(text)
    return value if -(2**31) <= value < 2**31 else None


def cast_reason(path: str, value: Any, wanted: str) -> str:
    """What the cluster says of a field that holds a value of another class than a processor needs."""
    return f"field [{path}] of type [{class_name(value)}] cannot be cast to [{wanted}]"


def _kind(value: Any) -> str:
    return "null" if value is None else f"object of type [{class_name(value)}]"
