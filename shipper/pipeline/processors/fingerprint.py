"""
``fingerprint``: a hash of fields.

The products share the name and little else: Elasticsearch hashes the values' bytes, OpenSearch a text of names and values.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.document import Path
from shipper.pipeline.failure import Failure
from shipper.pipeline.options import ELASTICSEARCH, OPENSEARCH
from shipper.pipeline.processors.murmur3 import murmur3
from shipper.pipeline.processors.writing import METADATA_NAMES
from shipper.pipeline.values import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    Date,
    Float,
    Long,
    ZonedDateTime,
    class_name,
    hash_order,
    to_string,
    utf16_length,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_METHODS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
    "SHA-1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "SHA-256": lambda data: hashlib.sha256(data).digest(),
    "SHA-512": lambda data: hashlib.sha512(data).digest(),
    "MurmurHash3": murmur3,
}
_OPENSEARCH_METHODS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "MD5@2.16.0": _METHODS["MD5"],
    "SHA-1@2.16.0": _METHODS["SHA-1"],
    "SHA-256@2.16.0": _METHODS["SHA-256"],
    "SHA3-256@2.16.0": lambda data: hashlib.sha3_256(data).digest(),
}
_DEFAULT = "SHA-1"
_NOT_BLANK_SPACES = "\u00a0\u2007\u202f"
_BLANK_CONTROLS = "\x1c\x1d\x1e\x1f"


def fingerprint(options: Options, build: Build) -> Run:
    """Sets the hash of some fields, or with OpenSearch of all."""
    options.only(ELASTICSEARCH, "salt", "method")
    options.only(OPENSEARCH, "exclude_fields", "hash_method")
    if build.flavour == OPENSEARCH:
        return _opensearch(options)
    return _elasticsearch(options)


def _digest(method: Callable[[bytes], bytes], data: bytes) -> str:
    return base64.b64encode(method(data)).decode()


def _utf16(text: str) -> bytes:
    """Sorts texts as ``String.compareTo``."""
    return text.encode("utf-16-be", "surrogatepass")


# -- Elasticsearch -----------------------------------------------------------------------------------------------------


def _elasticsearch(options: Options) -> Run:
    names = options.items("fields") or []
    if not names and "fields" in options:
        options.wrong("fields", "must specify at least one field", "add one")
    paths = [options.path_plain(name) for name in sorted(names, key=_utf16)]
    target = options.path_plain(options.text("target_field", "fingerprint"))
    salt = options.text("salt", "")
    start = b"" if _is_blank(salt) else salt.encode("utf-8", "replace")
    method = _METHODS.get(options.choice("method", _METHODS, _DEFAULT), murmur3)
    ignore_missing = options.flag("ignore_missing", default=False)

    def run(document: Document) -> None:
        values = [(path, path.get_or_none(document)) for path in reversed(paths)]
        if not ignore_missing:
            for path, value in values:
                if value is None:
                    reason = f"missing field [{path.text}] when calculating fingerprint"
                    raise Failure(reason)
        found = [value for _, value in reversed(values) if value is not None]
        if found:
            parts = [b"\0" + part for value in found for part in _bytes(value)]
            target.set(document, _digest(method, start + b"".join(parts)))

    return run


def _is_blank(text: str) -> bool:
    """Not ``Strings.hasText``: only what ``Character.isWhitespace`` takes."""
    return all(
        (char.isspace() and char not in _NOT_BLANK_SPACES and char != "\x85")
        or char in _BLANK_CONTROLS
        for char in text
    )


def _bytes(value: Any) -> Iterator[bytes]:
    """The parts of a value, maps in the order of their keys."""
    if type(value) is list:
        for item in value:
            yield from _bytes(item)
    elif type(value) is dict:
        for name in sorted(value, key=_utf16):
            yield name.encode("utf-8", "replace")
            yield from _bytes(value[name])
    else:
        yield _scalar(value)


def _scalar(value: Any) -> bytes:
    kind = type(value)
    if kind is str:
        return bytes(value.encode("utf-8", "replace"))
    if kind is bool:
        return b"\1" if value else b"\2"
    if kind is float:
        return struct.pack("<d", value)
    if kind is Float:
        return struct.pack("<f", value)
    if kind is int and INT_MIN <= value <= INT_MAX:
        return struct.pack("<i", value)
    if kind is Long or (kind is int and LONG_MIN <= value <= LONG_MAX):
        return struct.pack("<q", value)
    if kind is ZonedDateTime:
        return _time(value)
    if value is None:
        return b""
    if kind is Date:
        raise Failure("the edge cannot do this: a fingerprint of a Date", "shipper_unsupported")
    raise Failure(f"cannot convert object of type [{class_name(value)}] to bytes")


def _time(value: ZonedDateTime) -> bytes:
    from shipper.pipeline.dates.calendar import date_of  # noqa: PLC0415 - rarely hashed
    from shipper.pipeline.dates.instant import Moment  # noqa: PLC0415
    from shipper.pipeline.dates.zones import zone  # noqa: PLC0415

    moment = Moment(value.seconds, value.nanos, zone(value.zone))
    second = moment.nano_of_day // 1_000_000_000
    fields = (*date_of(moment.day), second // 3600, second // 60 % 60, second % 60)
    name = value.zone.encode()
    return struct.pack("<8i", *fields, value.nanos, moment.offset) + name


# -- OpenSearch --------------------------------------------------------------------------------------------------------


def _opensearch(options: Options) -> Run:
    chosen, excluded = _names(options, "fields"), _names(options, "exclude_fields")
    if chosen and excluded:
        options.wrong(
            "fields", "either fields or exclude_fields can be set", "write one of the two"
        )
    target = options.path_plain(options.text("target_field", "fingerprint"))
    written = options.text("hash_method", f"{_DEFAULT}@2.16.0")
    method = _OPENSEARCH_METHODS.get(written.upper())
    if method is None:
        known = ", ".join(_OPENSEARCH_METHODS)
        options.wrong("hash_method", f"found {written!r}, expected one of {known}")
        method = _METHODS[_DEFAULT]
    hashed = method
    ignore_missing = options.flag("ignore_missing", default=False)
    fixed = sorted({*chosen} - METADATA_NAMES, key=_utf16)
    left_out = METADATA_NAMES.union(excluded)

    def run(document: Document) -> None:
        names = fixed if chosen else sorted(document.ctx.keys() - left_out, key=_utf16)
        parts: list[str] = []
        for name in names:
            path = Path.parse(name)
            if not path.has(document):
                if ignore_missing:
                    continue
                raise Failure(f"field [{name}] doesn't exist")
            value = path.get(document)
            if type(value) is dict:
                flat = _flat(value)
                parts += [_part(f"{name}.{key}", flat[key]) for key in sorted(flat, key=_utf16)]
            else:
                parts.append(_part(name, value))
        if parts:
            text = "".join([*parts, "|"])
            value = _digest(hashed, text.encode("utf-8", "replace"))
            target.set(document, f"{written}:{value}")

    return run


def _names(options: Options, name: str) -> list[str]:
    names: list[str] = options.items(name, None) or []
    if "" in names:
        options.wrong(name, "field name cannot be null nor empty")
    return names


def _part(name: str, value: Any) -> str:
    text = to_string(value)
    return f"|{name}|{utf16_length(text)}:{text}"


def _flat(table: dict[str, Any]) -> dict[str, Any]:
    """Maps below a map, as names with dots; of two with one name the later one in Java's order stays."""
    found: dict[str, Any] = {}
    for name in hash_order(table):
        value = table[name]
        if type(value) is dict:
            below = _flat(value)
            found.update({f"{name}.{key}": below[key] for key in hash_order(below)})
        else:
            found[name] = value
    return found
