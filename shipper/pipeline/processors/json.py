"""
``json``: a text of JSON becomes the value it stands for.

A quick parser reads what every parser reads alike; what it refuses, or where Jackson might differ (the same name twice, large
numbers, depth), is read again in Jackson's way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from shipper.pipeline import jackson
from shipper.pipeline.failure import Failure
from shipper.pipeline.options import ELASTICSEARCH, OPENSEARCH
from shipper.pipeline.processors.access import field_path, reader, writer
from shipper.pipeline.values import to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_NAME_END = re.compile(r'"[ \t\n\r]*:')
_LONG_NUMBER = re.compile(r"[0-9][0-9.eE+-]{1000}")
_LONG_TEXT = re.compile(f'[^"]{{{jackson.NAME + 1}}}')
_LARGE = 1024 * 1024  # characters; a shorter text cannot take too much memory
_MOST_VALUES = 500_000  # of a larger one
_DEPTH = 200  # levels that are looked through; deeper texts are read exactly
_FLOOR, _CEILING = -9.2e18, 1.8e19  # beyond, the quick parser makes floats of integers


def parser(flavour: str, *, strict: bool = True, duplicates: bool = False) -> Callable[[str], Any]:
    """
    The function that reads a text; it raises ``Failure``.

    Args:
        flavour: the product whose meaning counts.
        strict: nothing may be behind the value (Elasticsearch only).
        duplicates: a name may come twice in an object; the last one wins.
    """
    strict = strict and flavour == ELASTICSEARCH

    def read(text: str) -> Any:
        if len(text) > _LARGE and sum(map(text.count, ",[{")) > _MOST_VALUES:
            reason = f"the text has more than {_MOST_VALUES} values"
            raise Failure(reason, "shipper_size_limit")
        try:
            value = orjson.loads(text)
        except ValueError:
            return _exactly(text, flavour, strict=strict, duplicates=duplicates)
        if is_sure(value, text, duplicates=duplicates):
            return value
        return _exactly(text, flavour, strict=strict, duplicates=duplicates)

    return read


class _Unsure(Exception):  # noqa: N818 - not an error
    """Jackson might read something else."""


def is_sure(value: Any, text: str, *, duplicates: bool) -> bool:
    """Whether Jackson reads the same from a text of which the quick parser (orjson) has made a value."""
    if len(text) > jackson.DIGITS and (
        _LONG_NUMBER.search(text) or (len(text) > jackson.NAME and _LONG_TEXT.search(text))
    ):
        return False
    try:
        names = _names([value], 0)
    except _Unsure:
        return False
    return duplicates or _has_names(text, names)


def _names(values: Any, depth: int) -> int:
    """The number of names in objects, at any depth."""
    if depth > _DEPTH:
        raise _Unsure
    count = 0
    for value in values:
        kind = type(value)
        if kind is str:
            continue
        if kind is dict:
            count += len(value) + _names(value.values(), depth + 1)
        elif kind is list:
            count += _names(value, depth + 1)
        elif kind is float and not _FLOOR < value < _CEILING:
            raise _Unsure
    return count


def _has_names(text: str, count: int) -> bool:
    """Whether a text has no more names than the value that was read from it: then none came twice."""
    if text.count('":') == count and not (
        "\n" in text or "\t" in text or "\r" in text or " :" in text
    ):
        return True
    if len(_NAME_END.findall(text)) == count:
        return True
    try:  # a quote and a colon stand inside a text
        return not _repeats(text)
    except (ValueError, RecursionError):
        return False


def _repeats(text: str) -> bool:
    import json  # noqa: PLC0415 - few texts need it

    found = False

    def pairs(items: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len({name for name, _ in items}) < len(items)

    json.loads(text, object_pairs_hook=pairs)
    return found


def _exactly(text: str, flavour: str, *, strict: bool, duplicates: bool) -> Any:
    octets = flavour == OPENSEARCH
    seen = jackson.as_bytes_would(text) if octets else text
    source = jackson.Reader(seen, duplicates=duplicates, octets=octets)
    try:
        value = source.value()
    except jackson.Broken as error:
        raise _failure(error, flavour) from None
    if strict:
        _check_rest(source, text)
    return value


def _check_rest(source: jackson.Reader, text: str) -> None:
    """Elasticsearch looks at one more token."""
    reason = f"The input {text} is not valid JSON and the strict_json_parsing parameter is true"
    try:
        rest = source.rest()
        if not rest:
            return
        if rest[0] not in '"{[':
            jackson.Reader(rest).value()
    except jackson.Broken as error:
        raise Failure(reason, root=error.reason) from None
    raise Failure(reason)


def _failure(error: jackson.Broken, flavour: str) -> Failure:
    if flavour == OPENSEARCH or error.limit:
        reason = f"com.fasterxml.jackson.core.JsonParseException: {error.reason}"
        return Failure(reason, foreign=True, root=error.reason)
    kind = "x_content_e_o_f_exception" if error.end else "x_content_parse_exception"
    return Failure(error.reason, kind, foreign=True)


def json(options: Options, build: Build) -> Run:
    """Reads a field, into another or into the document's root."""
    path = field_path(options, "field")
    target = field_path(options, "target_field", path)
    to_root = options.flag("add_to_root", default=False)
    options.only(
        ELASTICSEARCH,
        "add_to_root_conflict_strategy",
        "allow_duplicate_keys",
        "strict_json_parsing",
    )
    duplicates = options.flag("allow_duplicate_keys", default=False)
    strict = options.flag("strict_json_parsing", default=True)
    merge = _merges(options, to_root=to_root)
    if to_root and "target_field" in options:
        reason = "Cannot set a target field while also setting `add_to_root` to true"
        options.wrong("target_field", reason, "remove one of them")
    parse = parser(build.flavour, strict=strict, duplicates=duplicates)

    if to_root:
        name = path.text

        def run(document: Document) -> None:
            value = parse(_text(document.ctx.get(name)))
            if type(value) is not dict:
                raise Failure("cannot add non-map fields to root of document")
            if merge:
                merge_into(document.ctx, value)
            else:
                document.ctx.update(value)

    else:
        read = reader(path, ignore_missing=False)
        write = writer(target)

        def run(document: Document) -> None:
            write(document, parse(_text(read(document))))

    return run


def _merges(options: Options, *, to_root: bool) -> bool:
    strategy = options.text("add_to_root_conflict_strategy", None)
    if not isinstance(strategy, str):
        return False
    if strategy.upper() not in {"REPLACE", "MERGE"}:
        options.wrong(
            "add_to_root_conflict_strategy",
            f"conflict strategy [{strategy}] not supported, cannot convert field.",
            "write replace or merge",
        )
    if not to_root:
        options.wrong(
            "add_to_root_conflict_strategy",
            "Cannot set `add_to_root_conflict_strategy` if `add_to_root` is false",
            "add add_to_root: true",
        )
    return strategy.upper() == "MERGE"


def _text(value: Any) -> str:
    return value if type(value) is str else to_string(value)


def merge_into(table: dict[str, Any], more: dict[str, Any]) -> None:
    """Add the fields of one object to another; objects on both sides are merged, all else is replaced."""
    stack = [(table, more)]
    while stack:
        here, new = stack.pop()
        for name, value in new.items():
            present = here.get(name)
            if type(present) is dict and type(value) is dict:
                stack.append((present, value))
            else:
                here[name] = value
