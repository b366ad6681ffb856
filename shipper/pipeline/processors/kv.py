"""``kv``: pairs of key and value in a text, parted by Java patterns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipper.pipeline import guard
from shipper.pipeline.document import MISSING, Path, cast_reason
from shipper.pipeline.failure import Failure
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.processors import patterns

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

    Change = Callable[[str], str]

_FIELD = 64  # bytes that a field takes beyond its text
_META = frozenset(".$|()[{^?*+\\")
_IN_CLASS = frozenset("[]^-&\\")  # mean something inside a character class
_LINE_ENDS = ("\n", "\r", "\x85", "\u2028", "\u2029")
_OPEN, _CLOSE = "([<\"'", ")]>\"'"


def kv(options: Options, build: Build) -> Run:
    """Sets a field for each pair; a key that comes again makes a list."""
    source, target, prefix = _fields(options)
    early = build.flavour == ELASTICSEARCH
    field_split = options.text("field_split") or ""
    value_split = options.text("value_split") or ""
    parts = _splitter(options, "field_split", field_split, 0, early=early)
    pair = _splitter(options, "value_split", value_split, 2, early=early)
    trim_key = _trimmer(options, "trim_key", early=early)
    trim_value = _trimmer(options, "trim_value", early=early)
    strip = _strip_brackets if options.flag("strip_brackets", default=False) else None
    wanted = _wanted(options)
    ignore_missing = options.flag("ignore_missing", default=False)
    no_pair = f"does not contain value_split [{value_split}]"

    def run(document: Document) -> None:
        under = target(document)
        before = f"{under}.{prefix}" if under else prefix
        path = source(document)
        text = _text(path, document, early=early, ignore_missing=ignore_missing)
        if text is None:
            return
        found = parts(text)
        if len(found) > guard.SMALL:
            guard.make(_FIELD * len(found))
        for part in found:
            halves = pair(part)
            if len(halves) != 2:
                raise Failure(f"field [{path}] {no_pair}")
            key, value = halves
            if trim_key is not None:
                key = trim_key(key)
            if wanted is not None and not wanted(key):
                continue
            if strip is not None:
                value = strip(value)
            if trim_value is not None:
                value = trim_value(value)
            _append(document, before + key, value)

    return run


def _fields(options: Options) -> tuple[Callable[[Document], str], Callable[[Document], str], str]:
    field = options.template("field")
    target = options.template("target_field", None)
    prefix = options.text("prefix", "") or ""

    def nothing(_document: Document) -> str:
        return ""

    return (
        field.render if field is not None else nothing,
        target.render if target is not None else nothing,
        prefix,
    )


def _text(path: str, document: Document, *, early: bool, ignore_missing: bool) -> str | None:
    """The text of the field; None where it is missing or null, and that is to be ignored."""
    if not path and early:
        value = MISSING
    elif not path:
        if ignore_missing:
            return None
        raise Failure("field path cannot be null nor empty")
    else:
        field = Path.parse(path)
        value = field.get(document) if field.exists(document) else MISSING
    if isinstance(value, str):
        return value
    if value is MISSING or value is None:
        if ignore_missing:
            return None
        if value is MISSING:
            raise Failure(f"field [{path}] doesn't exist")
        end = "" if early else " "
        raise Failure(f"field [{path}] is null, cannot extract key-value pairs.{end}")
    raise Failure(cast_reason(path, value, "java.lang.String"))


def _append(document: Document, text: str, value: str) -> None:
    path = Path.parse(text)
    if len(path.elements) == 1 and not path.in_ingest:
        ctx = document.ctx
        present = ctx.get(path.leaf, MISSING)
        if present is MISSING:
            ctx[path.leaf] = value
        elif type(present) is list:
            present.append(value)
        else:
            ctx[path.leaf] = [present, value]
    elif path.has(document):
        path.append(document, value)
    else:
        path.set(document, value)


def _wanted(options: Options) -> Callable[[str], bool] | None:
    include, exclude = (_keys(options, name) for name in ("include_keys", "exclude_keys"))
    if include is not None:
        return include.difference(exclude or ()).__contains__
    if exclude is None:
        return None
    return lambda key: key not in exclude


def _keys(options: Options, name: str) -> frozenset[str] | None:
    values = options.value(name, None)
    if values is None:
        return None
    if not isinstance(values, list):
        options.wrong(name, f"property isn't a list, but {values!r}", "write it as a list")
        return None
    return frozenset(value for value in values if isinstance(value, str))


def _splitter(
    options: Options, name: str, pattern: str, limit: int, *, early: bool
) -> Callable[[str], list[str]]:
    literal = pattern
    if (
        len(pattern) == 2
        and pattern[0] == "\\"
        and not (pattern[1].isascii() and pattern[1].isalnum())
    ):
        literal = pattern[1]
    elif any(character in _META for character in pattern):
        literal = ""
    if literal and max(literal) <= "\ud7ff":
        return _literal_splitter(literal, limit)
    # like the cluster, which leaves short ones to String.split
    compiled = patterns.compile_pattern(
        options, name, pattern, early=early and len(pattern) > 2, unread=True
    )
    if compiled is None:
        return str.split
    return patterns.splitter(compiled, limit)


def _literal_splitter(literal: str, limit: int) -> Callable[[str], list[str]]:
    if limit:
        return lambda text: text.split(literal, 1)

    def split(text: str) -> list[str]:
        parts = text.split(literal)
        if len(parts) > 1:
            while parts and not parts[-1]:
                parts.pop()
        return parts

    return split


def _trimmer(options: Options, name: str, *, early: bool) -> Change | None:
    trimmed = options.text(name, None)
    if not isinstance(trimmed, str):
        return None
    pattern = f"(^([{trimmed}]+))|([{trimmed}]+$)"
    compiled = patterns.compile_pattern(
        options, name, pattern, early=early, shown=f"; it stands inside the pattern {pattern}"
    )
    if compiled is None:
        return None
    replace = patterns.replacer(compiled, "")
    if _IN_CLASS.intersection(trimmed) or not trimmed or max(trimmed) > "\ud7ff":
        return replace

    def trim(text: str) -> str:
        return replace(text) if text.endswith(_LINE_ENDS) else text.strip(trimmed)

    return trim


def _strip_brackets(text: str) -> str:
    """Without one bracket or quote at each end; ``$`` also stands before a line end at the end."""
    if text[:1] in _OPEN:
        text = text[1:]
    if text.endswith(_LINE_ENDS):
        found = re.search(r"""[\])>"'](?=(?:\r\n|[\n\r\x85\u2028\u2029])\Z)""", text)
        return text[: found.start()] + text[found.end() :] if found else text
    return text[:-1] if text[-1:] in _CLOSE else text
