"""
What processors that write fields share: values with templates anywhere in them, and paths that may be written.

A pipeline at the edge does not write an event's id and target, nor metadata that the edge does not send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.document import METADATA, MISSING, Path
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.options import ELASTICSEARCH, REQUIRED
from shipper.pipeline.template import compile as compile_template
from shipper.pipeline.values import class_name, copy, to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Options, PathLike

    Make = Callable[[Document], Any]


MEDIA_TYPES: Final = ("application/json", "text/plain", "application/x-www-form-urlencoded")
_OWN: Final = frozenset({"_id", "_index"})
METADATA_NAMES: Final = frozenset(METADATA)
_UNSENT: Final = frozenset(
    {"_version", "_version_type", "_if_seq_no", "_if_primary_term", "_dynamic_templates"}
)
NULL_PATH: Final = "field path cannot be null nor empty"


# -- values that may hold templates ------------------------------------------------------------------------------------


class Value:
    """
    A value of any JSON type with templates anywhere in it, keys included.

    Attributes:
        constant: what it always is; ``MISSING`` where that depends on the document.
        templated: whether it is a template itself.
    """

    __slots__ = ("_make", "constant", "templated")

    def __init__(self, value: Any, media_type: str = MEDIA_TYPES[0]) -> None:
        """
        Compile the templates.

        Raises:
            Unsupported: a template that the edge does not take, or no cluster.
        """
        make = _maker(value, media_type)
        self.constant = value if make is None else MISSING
        self.templated = isinstance(value, str) and "{{" in value
        if make is not None:
            self._make: Make = make
        elif type(value) is dict or type(value) is list:
            self._make = lambda _document: copy(value)
        else:
            self._make = lambda _document: value

    def make(self, document: Document) -> Any:
        """
        A fresh value for one document.

        Raises:
            Failure: of a template.
        """
        return self._make(document)


def _maker(value: Any, media_type: str) -> Make | None:
    """What makes the value; None for one without templates."""
    if isinstance(value, str):
        template = compile_template(value, media_type)
        return None if template.constant == value else template.render
    if isinstance(value, list):
        items = [_maker(item, media_type) or _constant(item) for item in value]
        if not any(_has_template(item) for item in value):
            return None
        return lambda document: [make(document) for make in items]
    if isinstance(value, dict):
        pairs = [
            (
                _maker(name, media_type) or _constant(name),
                _maker(item, media_type) or _constant(item),
            )
            for name, item in value.items()
        ]
        if not _has_template(value):
            return None
        return lambda document: {name(document): make(document) for name, make in pairs}
    return None


def _constant(value: Any) -> Make:
    if type(value) is dict or type(value) is list:
        return lambda _document: copy(value)
    return lambda _document: value


def _has_template(value: Any) -> bool:
    if isinstance(value, str):
        return "{{" in value
    if isinstance(value, list):
        return any(map(_has_template, value))
    if isinstance(value, dict):
        return any(_has_template(name) or _has_template(item) for name, item in value.items())
    return False


def read_value(options: Options, media_type: str) -> Value:
    """The option ``value``."""
    value = options.value("value")
    try:
        return Value(value, media_type)
    except Unsupported as error:
        options.caught("value", error)
        return Value(None)


def read_media_type(options: Options) -> str:
    """The option ``media_type``, which is Elasticsearch's."""
    options.only(ELASTICSEARCH, "media_type")
    if options.build.flavour != ELASTICSEARCH:
        return MEDIA_TYPES[0]
    found = options.text("media_type", MEDIA_TYPES[0])
    if found not in MEDIA_TYPES:
        reason = f"property does not contain a supported media type [{found}]"
        options.wrong("media_type", reason, f"expected one of {', '.join(MEDIA_TYPES)}")
        return MEDIA_TYPES[0]
    return str(found)


# -- paths that are written --------------------------------------------------------------------------------------------


class _CheckedPath:
    """A path from a template that is written to: it may come to what a pipeline at the edge does not write."""

    __slots__ = ("_inner",)

    def __init__(self, inner: PathLike) -> None:
        self._inner = inner

    def resolve(self, document: Document) -> Path:
        path = self._inner.resolve(document)
        if not path.in_ingest and path.elements[0] in _NOT_WRITTEN:
            reason = f"a template came to {path.text}, which pipelines at the edge do not write"
            raise Failure(reason, "shipper_unsupported")
        return path


_NOT_WRITTEN = _OWN | _UNSENT


def written_path(options: Options, name: str, default: Any = REQUIRED) -> Any:
    """The path of a field that is written, and not only read."""
    path = options.path(name, default)
    if path is default:
        return path
    if not isinstance(path, Path):
        return _CheckedPath(path)
    if not path.in_ingest and path.elements and path.elements[0] in _UNSENT:
        options.refuse(name, f"writes {path.elements[0]}, which the edge does not send")
    return path


def root_name(path: PathLike) -> str | None:
    """The field's name, if it is a plain field at the document's root."""
    if not isinstance(path, Path) or len(path.elements) != 1 or path.text != path.leaf:
        return None
    return None if path.leaf in METADATA_NAMES else path.leaf


def path_or_none(path: PathLike, document: Document) -> Path | None:
    """The path, None where it is empty: processors of OpenSearch have words of their own for that."""
    if isinstance(path, Path):
        return path if path.text else None
    try:
        return path.resolve(document)
    except Failure as failure:
        if failure.reason == "path cannot be null nor empty":
            return None
        raise


def check_routing(path: Path, value: Any) -> None:
    """Elasticsearch looks at the types of metadata when they are set."""
    routing = path.leaf == "_routing" and len(path.elements) == 1 and not path.in_ingest
    if routing and value is not None and not isinstance(value, str):
        raise Failure(
            f"_routing [{to_string(value)}] is wrong type, expected assignable to [java.lang.String],"
            f" not [{class_name(value)}]"
        )
