"""
Processors of texts: ``lowercase``, ``uppercase``, ``trim``, ``gsub``, ``urldecode``, ``bytes``, ``split``, ``join``.

All but the last two work on a text or on each text of a list, and share their options and failures.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shipper.pipeline import casing, growth, guard
from shipper.pipeline.document import cast_reason
from shipper.pipeline.failure import Failure
from shipper.pipeline.numbers import SPACES
from shipper.pipeline.processors.access import field_path, reader, writer
from shipper.pipeline.values import class_name, to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_ESCAPES = re.compile(r"((?:%[0-9a-fA-F]{2})+)")
_SURROGATE_BYTES = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]?")


def each(options: Options, process: Callable[[str], Any]) -> Run:
    """A processor of a text, or of each text of a list."""
    path = field_path(options, "field")
    target = field_path(options, "target_field", path)
    ignore_missing = options.flag("ignore_missing", default=False)
    read = reader(path, ignore_missing=ignore_missing)
    write = writer(target)

    def run(document: Document) -> None:
        value = read(document)
        if type(value) is str:
            write(document, process(value))
        elif type(value) is list:
            write(document, [process(_text_of(item, path.text)) for item in value])
        elif value is not None:
            raise Failure(cast_reason(path.text, value, "java.lang.String"))
        elif not ignore_missing:
            raise Failure(f"field [{path.text}] is null, cannot process it.")

    return run


def _text_of(item: Any, path: str) -> str:
    if isinstance(item, str):
        return item
    if item is None:
        reason = 'Cannot invoke "Object.getClass()" because "value" is null'
        raise Failure(reason, "null_pointer_exception", foreign=True)
    raise Failure(
        f"value [{to_string(item)}] of type [{class_name(item)}] in list field [{path}] cannot be cast to [java.lang.String]"
    )


def lowercase(options: Options, build: Build) -> Run:  # noqa: ARG001 - a processor's form
    """``toLowerCase`` without regard to a language."""
    return each(options, casing.lower)


def uppercase(options: Options, build: Build) -> Run:  # noqa: ARG001
    """``toUpperCase`` without regard to a language."""
    return each(options, str.upper)


def trim(options: Options, build: Build) -> Run:  # noqa: ARG001
    """Without control characters and spaces at both ends; other white space stays."""
    return each(options, lambda text: text.strip(SPACES))


def gsub(options: Options, build: Build) -> Run:  # noqa: ARG001
    """Replaces what matches a Java pattern."""
    from shipper.pipeline.processors import patterns  # noqa: PLC0415 - brings the translator of patterns

    pattern = options.text("pattern")
    replacement = options.text("replacement")
    compiled = patterns.compile_pattern(options, "pattern", pattern or "", early=True)
    if compiled is None:
        return each(options, str)
    return each(options, patterns.replacer(compiled, replacement or ""))


def urldecode(options: Options, build: Build) -> Run:  # noqa: ARG001
    """``URLDecoder.decode`` with UTF-8: a plus is a space."""
    return each(options, decode_url)


def decode_url(text: str) -> str:
    """
    Decode ``%xx`` and ``+``.

    Raises:
        Failure: a percent sign without two hexadecimal digits.
    """
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    pieces = _ESCAPES.split(text)
    for number, piece in enumerate(pieces):
        if number % 2:
            pieces[number] = decode_utf8(bytes.fromhex(piece.replace("%", "")))
        elif "%" in piece:
            raise Failure(_url_reason(piece, "".join(pieces[number:])), foreign=True)
    return "".join(pieces)


def _url_reason(piece: str, rest: str) -> str:
    after = rest[piece.index("%") + 1 :][:2]
    if len(after) < 2:
        return "URLDecoder: Incomplete trailing escape (%) pattern"
    wrong = next(character for character in after if character not in "0123456789abcdefABCDEF")
    return (
        "URLDecoder: Illegal hex characters in escape (%) pattern - not a hexadecimal digit:"
        f' "{wrong}" = {ord(wrong)}'
    )


def decode_utf8(data: bytes) -> str:
    """``new String(data, UTF_8)``: as Python's, but an encoded surrogate is one broken character, not three."""
    if b"\xed" in data:
        data = _SURROGATE_BYTES.sub("\ufffd".encode(), data)
    return data.decode("utf-8", "replace")


def bytes_(options: Options, build: Build) -> Run:
    """Sizes such as ``1.5kb`` to numbers of bytes."""
    from shipper.pipeline.processors import sizes  # noqa: PLC0415 - few pipelines need it

    return each(options, sizes.of(build.flavour))


def split(options: Options, build: Build) -> Run:  # noqa: ARG001
    """Splits a text by a Java pattern into a list."""
    from shipper.pipeline.processors import patterns  # noqa: PLC0415 - brings the translator of patterns

    path = field_path(options, "field")
    target = field_path(options, "target_field", path)
    ignore_missing = options.flag("ignore_missing", default=False)
    preserve = options.flag("preserve_trailing", default=False)
    separator = options.text("separator") or ""
    write = writer(target)
    get = reader(path, ignore_missing=ignore_missing)
    cut: Callable[[str], list[str]]
    if len(separator) == 1 and separator not in ".$|()[{^?*+\\" and separator <= "\ud7ff":

        def cut(text: str) -> list[str]:
            parts = text.split(separator)
            if not preserve and len(parts) > 1:
                while parts and not parts[-1]:
                    parts.pop()
            return parts

    else:
        compiled = patterns.compile_pattern(
            options, "separator", separator, early=False, unread=True
        )
        cut = str.split if compiled is None else patterns.splitter(compiled, -1 if preserve else 0)

    def run(document: Document) -> None:
        value = get(document)
        if isinstance(value, str):
            write(document, growth.parts(cut(value)))
        elif value is not None:
            raise Failure(cast_reason(path.text, value, "java.lang.String"))
        elif not ignore_missing:
            raise Failure(f"field [{path.text}] is null, cannot split.")

    return run


def join(options: Options, build: Build) -> Run:  # noqa: ARG001
    """Joins the elements of a list, printed as Java prints them."""
    path = field_path(options, "field")
    target = field_path(options, "target_field", path)
    separator = options.text("separator") or ""
    read = reader(path, ignore_missing=False)
    write = writer(target)

    def run(document: Document) -> None:
        value = read(document)
        if type(value) is not list:
            if value is None:
                raise Failure(f"field [{path.text}] is null, cannot join.")
            raise Failure(cast_reason(path.text, value, "java.util.List"))
        if None in value:
            raise Failure(None, "null_pointer_exception", foreign=True)
        texts = list(map(to_string, value))
        guard.make(sum(map(len, texts)) + len(texts) * len(separator))
        write(document, separator.join(texts))

    return run
