"""``dot_expander``: a field whose name has dots becomes a field inside objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import METADATA, Path, cast_reason
from shipper.pipeline.failure import Failure
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.values import hash_order

if TYPE_CHECKING:
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run


def dot_expander(options: Options, build: Build) -> Run:
    """Expands one field, or with ``*`` (Elasticsearch) all of a level."""
    elasticsearch = build.flavour == ELASTICSEARCH
    field = options.text("field") or ""
    _check(options, field, star=elasticsearch)
    where = options.text("path", None)
    parent = options.path_plain(where) if isinstance(where, str) else None
    options.only(ELASTICSEARCH, "override")
    override = options.flag("override", default=False)
    before = "" if where is None else f"{where}."
    expander = _Expander(elasticsearch=elasticsearch, override=override)

    def run(document: Document) -> None:
        table = document.ctx if parent is None else _table(parent, document)
        if field != "*":
            expander.expand(document, table, field, before + field)
            return
        skipped = METADATA if parent is None else ()
        fields = {name: None for name in table if name not in skipped}
        for name in hash_order(fields):
            if name.find(".") > 0:
                expander.expand(document, table, name, before + name)

    return run


def _check(options: Options, field: str, *, star: bool) -> None:
    if star and field == "*":
        return
    if "." not in field:
        reason = "field does not contain a dot" + (" and is not a wildcard" if star else "")
    elif field.startswith(".") or field.endswith("."):
        reason = "Field can't start or end with a dot"
    elif ".." in field:
        reason = "No space between dots"
    else:
        return
    options.wrong("field", reason, "name a field such as a.b")


def _table(path: Path, document: Document) -> dict[str, Any]:
    value = path.get(document)
    if type(value) is dict:
        return value
    if value is None:
        reason = 'Cannot invoke "java.util.Map.containsKey(Object)" because "map" is null'
        raise Failure(reason, "null_pointer_exception", foreign=True)
    raise Failure(cast_reason(path.text, value, "java.util.Map"))


class _Expander:
    """
    Moves one field.

    Args:
        elasticsearch: the field is taken away first, whatever comes of it; OpenSearch leaves it where it cannot be moved.
        override: what is there already is replaced, not added to.
    """

    def __init__(self, *, elasticsearch: bool, override: bool) -> None:
        self._early = elasticsearch
        self._override = override
        self._word = "expand" if elasticsearch else "expend"

    def expand(self, document: Document, table: dict[str, Any], name: str, text: str) -> None:
        """
        Move a field.

        Args:
            document: is changed.
            table: the object that has the field.
            name: of the field there.
            text: the path that it goes to.
        """
        if name not in table:
            return
        value = table.pop(name) if self._early else table[name]
        path = Path.parse(text)
        there = path.exists(document)
        if not there:
            self._check_way(document, text)
        if not self._early:
            del table[name]
        if there and not self._override:
            path.append(document, value)
        else:
            path.set(document, value)

    def _check_way(self, document: Document, text: str) -> None:
        end = text.find(".")
        while end != -1:
            part = text[:end]
            path = Path.parse(part)
            if not path.exists(document):
                return
            if type(path.get(document)) is not dict:
                raise Failure(
                    f"cannot {self._word} [{text}], because [{part}] is not an object field, but a value field"
                )
            end = text.find(".", end + 1)
