"""
Processors that put values into fields: ``set`` and ``append``.

Most steps of real pipelines are among these and those of ``moving``, on plain fields; those have ways of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.document import MISSING, Path
from shipper.pipeline.failure import Failure
from shipper.pipeline.growth import copied
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.processors.writing import (
    Value,
    check_routing,
    read_media_type,
    read_value,
    root_name,
    written_path,
)

if TYPE_CHECKING:
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options, PathLike
    from shipper.pipeline.processors import Run
    from shipper.pipeline.processors.writing import Make


# -- set ---------------------------------------------------------------------------------------------------------------


def set_(options: Options, build: Build) -> Run:
    """``set``: gives a field a value, or a copy of another field's."""
    path = written_path(options, "field")
    options.only(ELASTICSEARCH, "copy_from")
    override = options.flag("override", default=True)
    ignore_empty = options.flag("ignore_empty_value", default=False)
    media_type = read_media_type(options)
    origin = options.text("copy_from", None) if build.flavour == ELASTICSEARCH else None
    if origin is not None:
        if "value" in options:
            reason = "cannot set both `copy_from` and `value` in the same processor"
            options.wrong("copy_from", reason, "remove one of them")
            options.value("value")
        run = _set_copy(path, options.path_plain(origin), ignore_empty=ignore_empty)
    else:
        value = read_value(options, media_type)
        run = _set_value(path, value, ignore_empty=ignore_empty and value.templated)
    if isinstance(path, Path) and path.leaf == "_routing" and build.flavour == ELASTICSEARCH:
        run = _set_routing(path, run)
    return run if override else _unless_set(path, run)


def _set_value(path: PathLike, value: Value, *, ignore_empty: bool) -> Run:
    make, constant = value.make, value.constant
    name = root_name(path)
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
        where.set(document, copied(value))

    return set_copy


def _set_routing(path: Path, run: Run) -> Run:
    def set_routing(document: Document) -> None:
        before = document.ctx.get("_routing", MISSING)
        run(document)
        try:
            check_routing(path, path.get_or_none(document))
        except Failure:
            if before is MISSING:
                document.ctx.pop("_routing", None)
            else:
                document.ctx["_routing"] = before
            raise

    return set_routing


def _unless_set(path: PathLike, run: Run) -> Run:
    name = root_name(path)
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
    path = written_path(options, "field")
    options.only(ELASTICSEARCH, "copy_from", "ignore_empty_values")
    allow_duplicates = options.flag("allow_duplicates", default=True)
    media_type = read_media_type(options)
    make: Make
    ignore_empty, origin = False, None
    if build.flavour == ELASTICSEARCH:
        ignore_empty = options.flag("ignore_empty_values", default=False)
        origin = options.text("copy_from", None)
    if origin is None:
        make = read_value(options, media_type).make
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
    return lambda document: copied(origin.get(document))
