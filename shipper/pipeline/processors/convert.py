"""``convert``: a value to another type, by way of its text; a list element by element."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Failure
from shipper.pipeline.numbers import (
    WIDE,
    complaint,
    floating_complaint,
    hexadecimal_complaint,
    parse_double,
    parse_float,
    parse_hexadecimal,
    parse_integer,
)
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.processors.access import field_path, reader, writer
from shipper.pipeline.values import class_name, long, to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

    Convert = Callable[[Any], Any]

_PREFIXES = ("0x", "-0x")
_UPPER_I = str.maketrans(
    {"\u0131": "I", "\u017f": "S"}
)  # String.equalsIgnoreCase takes these for i and s
TYPES = ("integer", "long", "double", "float", "boolean", "ip", "string", "auto")


def converter(kind: str, flavour: str) -> Convert:
    """
    The function that converts one value; it raises ``Failure``.

    Args:
        kind: one of ``TYPES``.
        flavour: the product whose meaning counts.
    """
    if kind == "ip":
        return _elasticsearch_ip if flavour == ELASTICSEARCH else _opensearch_ip
    return _CONVERTERS[kind]


def convert(options: Options, build: Build) -> Run:
    """Converts a field."""
    path = field_path(options, "field")
    target = field_path(options, "target_field", path)
    ignore_missing = options.flag("ignore_missing", default=False)
    written = options.text("type")
    kind = written.upper().lower() if isinstance(written, str) else "string"
    if kind not in TYPES:
        options.wrong(
            "type",
            f"type [{written}] not supported, cannot convert field.",
            f"write one of {', '.join(TYPES)}",
        )
        kind = "string"
    one = converter(kind, build.flavour)
    read = reader(path, ignore_missing=ignore_missing)
    write = writer(target)

    def run(document: Document) -> None:
        value = read(document)
        if type(value) is list:
            write(document, [one(item) for item in value])
        elif value is not None:
            write(document, one(value))
        elif not ignore_missing:
            raise Failure(f"Field [{path.text}] is null, cannot be converted to type [{kind}]")

    return run


def _text(value: Any) -> str:
    if value is None:
        reason = 'Cannot invoke "Object.toString()" because "value" is null'
        raise Failure(reason, "null_pointer_exception", foreign=True)
    return to_string(value)


def to_integer(value: Any) -> int:
    """An Integer."""
    number = _whole(value, 32)
    return number if number is not None else _fail_whole(value, "integer")


def to_long(value: Any) -> int:
    """A Long."""
    number = _whole(value, 64)
    return long(number) if number is not None else _fail_whole(value, "long")


def _whole(value: Any, bits: int) -> int | None:
    text = value if type(value) is str else _text(value)
    if text.startswith(_PREFIXES):
        return parse_hexadecimal(text, bits)
    return parse_integer(text, bits) if text else None


def _fail_whole(value: Any, kind: str) -> int:
    text = _text(value)
    root = hexadecimal_complaint(text) if text.startswith(_PREFIXES) else complaint(text)
    raise Failure(f"unable to convert [{text}] to {kind}", root=root)


def to_double(value: Any) -> float:
    """A Double."""
    text = value if type(value) is str else _text(value)
    number = parse_double(text)
    if number is None:
        raise Failure(f"unable to convert [{text}] to double", root=floating_complaint(text))
    return number


def to_float(value: Any) -> float:
    """A Float."""
    text = value if type(value) is str else _text(value)
    number = parse_float(text)
    if number is None:
        raise Failure(f"unable to convert [{text}] to float", root=floating_complaint(text))
    return number


def to_boolean(value: Any) -> bool:
    """A Boolean: ``true`` or ``false``, in any case."""
    if value is True or value is False:
        return bool(value)
    text = _text(value)
    if len(text) in {4, 5}:
        upper = text.translate(_UPPER_I).upper()
        if upper == "TRUE":
            return True
        if upper == "FALSE":
            return False
    raise Failure(f"[{text}] is not a boolean value, cannot convert to boolean")


def automatic(value: Any) -> Any:
    """A text to what it looks like; everything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return to_boolean(value)
    except Failure:
        pass
    number: Any = _whole(value, 32)
    if number is None:
        number = _whole(value, 64)
    if number is None:
        number = parse_float(value)
    return value if number is None else number


def is_address(text: str, *, any_digits: bool) -> bool:
    """
    Whether a text is an IPv4 or IPv6 address.

    Args:
        text: an IPv6 address may end in ``%`` and a zone.
        any_digits: digits of any script will do also in numbers between dots, as they do between colons.
    """
    return packed(text, any_digits=any_digits) is not None


def packed(text: str, *, any_digits: bool) -> bytes | None:
    """The bytes of an address as ``is_address`` takes it; None where it is none."""
    address, percent, zone = text.partition("%")
    if percent and (not zone or "." in address or ":" not in address):
        return None
    groups = [_group(group, any_digits=any_digits) for group in address.split(":")]
    address = ":".join(groups)
    if not address.isascii() or "\0" in address:
        return None
    return _packed(socket.AF_INET6 if len(groups) > 1 else socket.AF_INET, address)


def _group(text: str, *, any_digits: bool) -> str:
    """What stands between colons, in plain digits and without more zeros than there is room for."""
    dotted = "." in text
    if not text.isascii() and (any_digits or not dotted):
        text = "".join(map(_ascii_digit, text)).translate(WIDE)
    return text.lstrip("0") or "0" if len(text) > 4 and not dotted else text


def _ascii_digit(character: str) -> str:
    return str(int(character)) if character.isdecimal() and character <= "\uffff" else character


def _packed(family: int, text: str) -> bytes | None:
    try:
        return socket.inet_pton(family, text)
    except OSError:
        return None


def _opensearch_ip(value: Any) -> Any:
    if isinstance(value, str) and is_address(value, any_digits=True):
        return value
    raise Failure(f"[{to_string(value)}] is not a valid ipv4/ipv6 address")


def _elasticsearch_ip(value: Any) -> Any:
    if value is None:
        raise Failure("the value is null", "null_pointer_exception", foreign=True)
    if not isinstance(value, str):
        reason = f"class {class_name(value)} cannot be cast to class java.lang.String"
        raise Failure(reason, "class_cast_exception", foreign=True)
    if is_address(value, any_digits=False):
        return value
    raise Failure(f"'{value}' is not an IP string literal.")


_CONVERTERS: dict[str, Convert] = {
    "integer": to_integer,
    "long": to_long,
    "double": to_double,
    "float": to_float,
    "boolean": to_boolean,
    "string": _text,
    "auto": automatic,
}
