"""
Processors that move fields: ``remove``, ``rename``, and OpenSearch's ``copy``.

Plain fields in maps have ways of their own; whatever else there is takes the general one, which has the same meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import MISSING, Path
from shipper.pipeline.failure import Failure
from shipper.pipeline.growth import copied
from shipper.pipeline.options import ELASTICSEARCH, OPENSEARCH
from shipper.pipeline.processors.writing import (
    METADATA_NAMES,
    NULL_PATH,
    check_routing,
    path_or_none,
    root_name,
    written_path,
)
from shipper.pipeline.values import hash_order

if TYPE_CHECKING:
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options, PathLike
    from shipper.pipeline.processors import Run
    from shipper.pipeline.template import Template


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
    names = [root_name(path) for path in paths]
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
    if len(plain) < len(paths) or any(path.leaf in METADATA_NAMES for path in plain):

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
    where = path_or_none(path, document)
    if where is None or not where.has(document):
        if ignore_missing:
            return
        raise Failure(NULL_PATH if where is None else f"field [{where.text}] doesn't exist")
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
            if not stays and field not in METADATA_NAMES:
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
            for name in hash_order(
                document.ctx, copied=True
            ):  # as far as it comes where one cannot be removed
                if name not in kept and name not in METADATA_NAMES:
                    Path.parse(name).remove(document)

    return run


# -- rename and copy ---------------------------------------------------------------------------------------------------


def rename(options: Options, build: Build) -> Run:
    """``rename``: moves a field."""
    source, target = written_path(options, "field"), written_path(options, "target_field")
    ignore_missing = options.flag("ignore_missing", default=False)
    options.only(ELASTICSEARCH, "override")
    options.only(OPENSEARCH, "override_target")
    elastic = build.flavour == ELASTICSEARCH
    override = options.flag("override" if elastic else "override_target", default=False)
    if not override and (names := (root_name(source), root_name(target)))[0] and names[1]:
        return _rename_roots(names[0], names[1], ignore_missing=ignore_missing)

    def general(document: Document) -> None:
        origin = source.resolve(document) if elastic else path_or_none(source, document)
        if origin is None or not origin.exists(document):
            if ignore_missing:
                return
            raise Failure(NULL_PATH if origin is None else f"field [{origin.text}] doesn't exist")
        where = target.resolve(document)
        if where.exists(document) and not override:
            raise Failure(f"field [{where.text}] already exists")
        value = origin.get(document)
        origin.remove(document)
        try:
            if elastic:
                check_routing(where, value)
            where.set(document, value)
        except Failure:
            origin.set(document, value)
            raise

    if override or not (isinstance(source, Path) and isinstance(target, Path)):
        return general
    own = METADATA_NAMES.intersection((*source.elements[:1], *target.elements[:1]))
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
    source, target = options.path("source_field"), written_path(options, "target_field")
    ignore_missing = options.flag("ignore_missing", default=False)
    override = options.flag("override_target", default=False)
    remove_source = options.flag("remove_source", default=False)

    def run(document: Document) -> None:
        origin = path_or_none(source, document)
        if origin is None or not origin.exists(document):
            if ignore_missing:
                return
            if origin is None:
                raise Failure(f"source {NULL_PATH}")
            raise Failure(f"source field [{origin.text}] doesn't exist")
        where = path_or_none(target, document)
        if where is None:
            raise Failure(f"target {NULL_PATH}")
        if where.text == origin.text:
            raise Failure("source field path and target field path cannot be same")
        if not override and where.exists(document) and where.get(document) is not None:
            raise Failure(f"target field [{where.text}] already exists")
        where.set(document, copied(origin.get(document)))
        if remove_source:
            origin.remove(document)

    return run
