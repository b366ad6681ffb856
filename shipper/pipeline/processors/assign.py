"""
Processors that put values into fields and move fields: ``set``, ``append``, ``remove``, ``rename``, ``copy``.

Most steps of real pipelines are among these, on plain fields at the document's root; those have ways of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.document import METADATA, MISSING, Path
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.options import ELASTICSEARCH, OPENSEARCH, REQUIRED
from shipper.pipeline.template import Template
from shipper.pipeline.template import compile as compile_template
from shipper.pipeline.values import class_name, copy, hash_order, to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options, PathLike
    from shipper.pipeline.processors import Run

    Make = Callable[[Document], Any]

MEDIA_TYPES: Final = ("application/json", "text/plain", "application/x-www-form-urlencoded")
_OWN: Final = frozenset({"_id", "_index"})
_METADATA: Final = frozenset(METADATA)
_UNSENT: Final = frozenset(
    {"_version", "_version_type", "_if_seq_no", "_if_primary_term", "_dynamic_templates"}
)
_NULL: Final = "field path cannot be null nor empty"


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


def _read_value(options: Options, media_type: str) -> Value:
    value = options.value("value")
    try:
        return Value(value, media_type)
    except Unsupported as error:
        options.caught("value", error)
        return Value(None)


def _read_media_type(options: Options) -> str:
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


def _target(options: Options, name: str, default: Any = REQUIRED) -> Any:
    """The path of a field that is written, and not only read."""
    path = options.path(name, default)
    if path is default:
        return path
    if not isinstance(path, Path):
        return _CheckedPath(path)
    if not path.in_ingest and path.elements and path.elements[0] in _UNSENT:
        options.refuse(name, f"writes {path.elements[0]}, which the edge does not send")
    return path


def _root_name(path: PathLike) -> str | None:
    """The field's name, if it is a plain field at the document's root."""
    if not isinstance(path, Path) or len(path.elements) != 1 or path.text != path.leaf:
        return None
    return None if path.leaf in _METADATA else path.leaf


def _text(path: PathLike, document: Document) -> Path | None:
    """The path, None where it is empty: processors of OpenSearch have words of their own for that."""
    if isinstance(path, Path):
        return path if path.text else None
    try:
        return path.resolve(document)
    except Failure as failure:
        if failure.reason == "path cannot be null nor empty":
            return None
        raise


def _checked_routing(path: Path, value: Any) -> None:
    """Elasticsearch looks at the types of metadata when they are set."""
    routing = path.leaf == "_routing" and len(path.elements) == 1 and not path.in_ingest
    if routing and value is not None and not isinstance(value, str):
        raise Failure(
            f"_routing [{to_string(value)}] is wrong type, expected assignable to [java.lang.String],"
            f" not [{class_name(value)}]"
        )


# -- set ---------------------------------------------------------------------------------------------------------------


def set_(options: Options, build: Build) -> Run:
    """``set``: gives a field a value, or a copy of another field's."""
    path = _target(options, "field")
    options.only(ELASTICSEARCH, "copy_from")
    override = options.flag("override", default=True)
    ignore_empty = options.flag("ignore_empty_value", default=False)
    media_type = _read_media_type(options)
    origin = options.text("copy_from", None) if build.flavour == ELASTICSEARCH else None
    if origin is not None:
        if "value" in options:
            reason = "cannot set both `copy_from` and `value` in the same processor"
            options.wrong("copy_from", reason, "remove one of them")
            options.value("value")
        run = _set_copy(path, options.path_plain(origin), ignore_empty=ignore_empty)
    else:
        value = _read_value(options, media_type)
        run = _set_value(path, value, ignore_empty=ignore_empty and value.templated)
    if isinstance(path, Path) and path.leaf == "_routing" and build.flavour == ELASTICSEARCH:
        run = _set_routing(path, run)
    return run if override else _unless_set(path, run)


def _set_value(path: PathLike, value: Value, *, ignore_empty: bool) -> Run:
    make, constant = value.make, value.constant
    name = _root_name(path)
    if name is not None and not ignore_empty:
        if constant is not MISSING and type(constant) is not dict and type(constant) is not list:

            def set_constant(document: Document) -> None:
                document.ctx[name] = constant

            return set_constant

        def set_root(document: Document) -> None:
            document.ctx[name] = make(document)

        return set_root
    if isinstance(path, Path) and not ignore_empty:
        return _set_plain(path, value)

    def set_any(document: Document) -> None:
        where = path.resolve(document)
        made = make(document)
        if made or not ignore_empty:
            where.set(document, made)

    return set_any


def _set_plain(path: Path, value: Value) -> Run:
    put, holder, leaf = path.set, path.holder, path.leaf
    make, constant = value.make, value.constant
    if constant is MISSING or type(constant) is dict or type(constant) is list:

        def set_made(document: Document) -> None:
            put(document, make(document))

        return set_made
    if len(path.elements) == 2 and not path.in_ingest:
        first = path.elements[0]

        def set_second(document: Document) -> None:
            table = document.ctx.get(first)
            if type(table) is dict:
                table[leaf] = constant
            else:
                put(document, constant)

        return set_second

    def set_plain(document: Document) -> None:
        table = holder(document)
        if table is None:
            put(document, constant)
        else:
            table[leaf] = constant

    return set_plain


def _set_copy(path: PathLike, origin: Path, *, ignore_empty: bool) -> Run:
    def set_copy(document: Document) -> None:
        where = path.resolve(document)
        value = origin.get_or_none(document) if ignore_empty else origin.get(document)
        if ignore_empty and (value is None or value == ""):
            return
        where.set(document, copy(value))

    return set_copy


def _set_routing(path: Path, run: Run) -> Run:
    def set_routing(document: Document) -> None:
        before = document.ctx.get("_routing", MISSING)
        run(document)
        try:
            _checked_routing(path, path.get_or_none(document))
        except Failure:
            if before is MISSING:
                document.ctx.pop("_routing", None)
            else:
                document.ctx["_routing"] = before
            raise

    return set_routing


def _unless_set(path: PathLike, run: Run) -> Run:
    name = _root_name(path)
    if name is not None:

        def set_missing(document: Document) -> None:
            if document.ctx.get(name) is None:
                run(document)

        return set_missing

    def set_absent(document: Document) -> None:
        found = path.resolve(document).find(document)
        if found is MISSING or found is None:
            run(document)

    return set_absent


# -- append ------------------------------------------------------------------------------------------------------------


def append(options: Options, build: Build) -> Run:
    """``append``: adds values to a field's list."""
    path = _target(options, "field")
    options.only(ELASTICSEARCH, "copy_from", "ignore_empty_values")
    allow_duplicates = options.flag("allow_duplicates", default=True)
    media_type = _read_media_type(options)
    make: Make
    ignore_empty, origin = False, None
    if build.flavour == ELASTICSEARCH:
        ignore_empty = options.flag("ignore_empty_values", default=False)
        origin = options.text("copy_from", None)
    if origin is None:
        make = _read_value(options, media_type).make
    else:
        if "value" in options:
            reason = "cannot set both `copy_from` and `value` in the same processor"
            options.wrong("copy_from", reason, "remove one of them")
            options.value("value")
        make = _copied(options.path_plain(origin))

    def run(document: Document) -> None:
        where = path.resolve(document)
        value = make(document)
        if ignore_empty:
            values = value if isinstance(value, list) else [value]
            value = [item for item in values if item is not None and item != ""]
            if not value and not where.has(document):
                return
        where.append(document, value, allow_duplicates=allow_duplicates)

    return run


def _copied(origin: Path) -> Make:
    return lambda document: copy(origin.get(document))


# -- remove ------------------------------------------------------------------------------------------------------------


def remove(options: Options, build: Build) -> Run:
    """``remove``: removes fields, or all but some."""
    ignore_missing = options.flag("ignore_missing", default=False)
    options.only(ELASTICSEARCH, "keep")
    options.only(OPENSEARCH, "exclude_field")
    other = "keep" if build.flavour == ELASTICSEARCH else "exclude_field"
    paths, kept = options.paths("field", None), options.texts(other, None)
    if build.flavour == ELASTICSEARCH:
        paths, kept = paths or None, kept or None
    if (paths is None) == (kept is None):
        options.wrong(None, f"either field or {other} must be set", "write one of the two")
        return lambda _document: None
    if kept is not None:
        templates = [options.template_of(other, text) for text in kept]
        return _keep(templates) if other == "keep" else _exclude(templates)
    return _remove_each(paths, ignore_missing=ignore_missing, flavour=build.flavour)


def _remove_each(paths: list[PathLike], *, ignore_missing: bool, flavour: str) -> Run:
    names = [_root_name(path) for path in paths]
    if None not in names and (ignore_missing or len(names) == 1):
        if not ignore_missing:
            return _remove_one(str(names[0]), flavour)

        def remove_roots(document: Document) -> None:
            ctx = document.ctx
            for name in names:
                ctx.pop(name, None)  # type: ignore[arg-type]

        return remove_roots
    single = _remove_elasticsearch if flavour == ELASTICSEARCH else _remove_opensearch
    plain = [path for path in paths if isinstance(path, Path)]
    if len(plain) < len(paths) or any(path.leaf in _METADATA for path in plain):

        def run(document: Document) -> None:
            for path in paths:
                single(path, document, ignore_missing)

        return run

    def remove_plain(document: Document) -> None:
        for path in plain:
            table = path.holder(document)
            if table is None or (table.pop(path.leaf, MISSING) is MISSING and not ignore_missing):
                single(path, document, ignore_missing)

    return remove_plain


def _absent(name: str, flavour: str) -> Failure:
    if flavour == ELASTICSEARCH:
        return Failure(f"field [{name}] not present as part of path [{name}]")
    return Failure(f"field [{name}] doesn't exist")


def _remove_one(name: str, flavour: str) -> Run:
    def remove_root(document: Document) -> None:
        if document.ctx.pop(name, MISSING) is MISSING:
            raise _absent(name, flavour)

    return remove_root


def _remove_elasticsearch(path: PathLike, document: Document, ignore_missing: bool) -> None:
    where = path.resolve(document)
    if not ignore_missing or where.has(document):
        where.remove(document)


def _remove_opensearch(path: PathLike, document: Document, ignore_missing: bool) -> None:
    where = _text(path, document)
    if where is None or not where.has(document):
        if ignore_missing:
            return
        raise Failure(_NULL if where is None else f"field [{where.text}] doesn't exist")
    if where.text in {"_index", "_version", "_version_type"}:
        raise Failure(f"cannot remove metadata field [{where.text}]")
    where.remove(document)


def _keep(templates: list[Template]) -> Run:
    """Elasticsearch's: a field stays if it is named, lies below a named one, or holds one."""

    def run(document: Document) -> None:
        kept = [template.render(document) for template in templates]
        for field in _all_fields(document.ctx, ""):
            stays = any(
                field == name or name.startswith(f"{field}.") or field.startswith(f"{name}.")
                for name in kept
            )
            if not stays and field not in _METADATA:
                path = Path.parse(field)
                if path.has(document):
                    path.remove(document)

    return run


def _all_fields(table: dict[str, Any], prefix: str) -> list[str]:
    found: list[str] = []
    for name, value in table.items():
        found.append(prefix + name)
        if type(value) is dict:
            found += _all_fields(value, f"{prefix}{name}.")
    return found


def _exclude(templates: list[Template]) -> Run:
    """OpenSearch's: only names at the document's root count."""

    def run(document: Document) -> None:
        kept = {template.render(document) for template in templates} - {""}
        if kept:
            for name in hash_order(document.ctx, copied=True):  # as far as it comes where one cannot be removed
                if name not in kept and name not in _METADATA:
                    Path.parse(name).remove(document)

    return run


# -- rename and copy ---------------------------------------------------------------------------------------------------


def rename(options: Options, build: Build) -> Run:
    """``rename``: moves a field."""
    source, target = _target(options, "field"), _target(options, "target_field")
    ignore_missing = options.flag("ignore_missing", default=False)
    options.only(ELASTICSEARCH, "override")
    options.only(OPENSEARCH, "override_target")
    elastic = build.flavour == ELASTICSEARCH
    override = options.flag("override" if elastic else "override_target", default=False)
    if not override and (names := (_root_name(source), _root_name(target)))[0] and names[1]:
        return _rename_roots(names[0], names[1], ignore_missing=ignore_missing)

    def general(document: Document) -> None:
        origin = source.resolve(document) if elastic else _text(source, document)
        if origin is None or not origin.exists(document):
            if ignore_missing:
                return
            raise Failure(_NULL if origin is None else f"field [{origin.text}] doesn't exist")
        where = target.resolve(document)
        if where.exists(document) and not override:
            raise Failure(f"field [{where.text}] already exists")
        value = origin.get(document)
        origin.remove(document)
        try:
            if elastic:
                _checked_routing(where, value)
            where.set(document, value)
        except Failure:
            origin.set(document, value)
            raise

    if override or not (isinstance(source, Path) and isinstance(target, Path)):
        return general
    own = _METADATA.intersection((*source.elements[:1], *target.elements[:1]))
    if own or target.elements[: len(source.elements)] == source.elements:
        return general
    return _rename_held(source, target, general, ignore_missing=ignore_missing)


def _rename_held(source: Path, target: Path, general: Run, *, ignore_missing: bool) -> Run:
    """The way for fields in maps; whatever else there is takes the general one."""
    name, leaf = source.leaf, target.leaf

    def rename_held(document: Document) -> None:
        held = source.holder(document)
        if held is None or name not in held:
            if held is None or not ignore_missing:
                general(document)
            return
        table = target.holder(document)
        if table is None or leaf in table:
            general(document)
        else:
            table[leaf] = held.pop(name)

    return rename_held


def _rename_roots(source: str, target: str, *, ignore_missing: bool) -> Run:
    def rename_root(document: Document) -> None:
        ctx = document.ctx
        if source not in ctx:
            if ignore_missing:
                return
            raise Failure(f"field [{source}] doesn't exist")
        if target in ctx:
            raise Failure(f"field [{target}] already exists")
        ctx[target] = ctx.pop(source)

    return rename_root


def copy_(options: Options, build: Build) -> Run:  # noqa: ARG001 - all builders take both
    """OpenSearch's ``copy``: gives a field a copy of another's value."""
    source, target = options.path("source_field"), _target(options, "target_field")
    ignore_missing = options.flag("ignore_missing", default=False)
    override = options.flag("override_target", default=False)
    remove_source = options.flag("remove_source", default=False)

    def run(document: Document) -> None:
        origin = _text(source, document)
        if origin is None or not origin.exists(document):
            if ignore_missing:
                return
            if origin is None:
                raise Failure(f"source {_NULL}")
            raise Failure(f"source field [{origin.text}] doesn't exist")
        where = _text(target, document)
        if where is None:
            raise Failure(f"target {_NULL}")
        if where.text == origin.text:
            raise Failure("source field path and target field path cannot be same")
        if not override and where.exists(document) and where.get(document) is not None:
            raise Failure(f"target field [{where.text}] already exists")
        where.set(document, copy(origin.get(document)))
        if remove_source:
            origin.remove(document)

    return run
