"""Methods of strings and of every object. Indexes count UTF-16 units, as Java's do."""

from __future__ import annotations

import base64
import binascii
import struct
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import guard, values
from shipper.pipeline.painless import objects
from shipper.pipeline.painless.failures import ScriptFailure, missing
from shipper.pipeline.values import Char

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_BLANK: Final = "".join(map(chr, range(33)))


def units(text: str) -> str:
    """The text with each character beyond the basic plane as its two units."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(unit) for (unit,) in struct.iter_unpack("<H", data))


def joined(text: str) -> str:
    """The reverse of ``units``."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def given(value: Any) -> Any:
    """An argument that must not be null."""
    if value is None:
        raise missing()
    return value


def _beyond(reason: str) -> ScriptFailure:
    return ScriptFailure(reason, "string_index_out_of_bounds_exception", foreign=True)


def _char_at(text: str, index: int) -> Char:
    parts = units(text)
    if not 0 <= index < len(parts):
        raise _beyond(f"Index {index} out of bounds for length {len(parts)}")
    return Char(parts[index])


def _substring(text: str, start: int, end: int | None = None) -> str:
    parts = units(text)
    stop = len(parts) if end is None else end
    if not 0 <= start <= stop <= len(parts):
        raise _beyond(f"begin {start}, end {stop}, length {len(parts)}")
    return joined(parts[start:stop])


def _index_of(text: str, part: str | None, start: int = 0) -> int:
    part, parts = units(given(part)), units(text)
    return parts.find(part, min(max(start, 0), len(parts)))


def _last_index_of(text: str, part: str | None, start: int = 2**31 - 1) -> int:
    part, parts = units(given(part)), units(text)
    return parts.rfind(part, 0, start + len(part)) if start >= 0 else -1


def _starts_with(text: str, part: str | None, start: int = 0) -> bool:
    part = given(part)
    if not start:
        return text.startswith(part)
    parts = units(text)
    return 0 <= start <= len(parts) and parts.startswith(units(part), start)


def _ends_with(text: str, part: str | None) -> bool:
    return text.endswith(given(part))


def _contains(text: str, part: str | None) -> bool:
    return given(part) in text


def _compare(one: str, other: str | None) -> int:
    a, b = units(one), units(given(other))
    for x, y in zip(a, b, strict=False):
        if x != y:
            return ord(x) - ord(y)
    return len(a) - len(b)


def _folded(text: str) -> str:
    """As ``equalsIgnoreCase`` compares: unit by unit, upper case and then lower case."""
    return "".join(map(_fold, units(text)))


def _fold(unit: str) -> str:
    upper = unit.upper()
    unit = upper if len(upper) == 1 else unit
    lower = unit.lower()
    return lower if len(lower) == 1 else unit


def _equals_ignore_case(text: str, other: str | None) -> bool:
    if other is None:
        return False
    if text.isascii() and other.isascii():
        return text.lower() == other.lower()
    return _folded(text) == _folded(other)


def _encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


def _decode(text: str) -> str:
    try:
        if "\n" in text or "\r" in text:
            raise binascii.Error
        padded = text if "=" in text else text + "=" * (-len(text) % 4)
        return base64.b64decode(padded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise ScriptFailure("not Base64", "illegal_argument_exception", foreign=True) from None


def split_on_token(text: str, token: str | None, limit: int = -1) -> objects.MadeArray:
    """Painless' ``splitOnToken``: trailing empty parts are kept."""
    if not token:
        return objects.MadeArray([text])
    if limit > 0:
        return objects.MadeArray(text.split(token, limit - 1))
    return objects.MadeArray(text.split(token))


def _replace(text: str, old: str | None, new: str | None) -> str:
    old, new = given(old), given(new)
    if len(new) > len(old):
        guard.make(text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _concat(text: str, other: str | None) -> str:
    return text + str(given(other))


def _join(separator: str | None, items: Iterable[Any]) -> str:
    found = []
    for item in given(items):
        if item is not None and type(item) is not str:
            raise ScriptFailure(
                "a list of others than strings", "class_cast_exception", foreign=True
            )
        found.append("null" if item is None else item)
    return str(given(separator)).join(found)


def _required(value: Any, message: str | None = None) -> Any:
    if value is None:
        raise ScriptFailure(message, "null_pointer_exception")
    return value


OBJECT: Final[dict[str, Callable[..., Any]]] = {
    "equals(Object)boolean": lambda one, other: other is not None and objects.equals(one, other),
    "toString()String": objects.text,
}
SEQUENCE: Final[dict[str, Callable[..., Any]]] = {
    "length()int": values.utf16_length,
    "charAt(int)char": _char_at,
    "subSequence(int,int)CharSequence": _substring,
}
STRING: Final[dict[str, Callable[..., Any]]] = {
    "hashCode()int": values.string_hash,
    "isEmpty()boolean": lambda text: not text,
    "contains(CharSequence)boolean": _contains,
    "startsWith(String)boolean": _starts_with,
    "startsWith(String,int)boolean": _starts_with,
    "endsWith(String)boolean": _ends_with,
    "equalsIgnoreCase(String)boolean": _equals_ignore_case,
    "contentEquals(CharSequence)boolean": lambda text, other: text == given(other),
    "compareTo(String)int": _compare,
    "indexOf(String)int": _index_of,
    "indexOf(String,int)int": _index_of,
    "lastIndexOf(String)int": _last_index_of,
    "lastIndexOf(String,int)int": _last_index_of,
    "substring(int)String": _substring,
    "substring(int,int)String": _substring,
    "toLowerCase()String": str.lower,
    "toUpperCase()String": str.upper,
    "trim()String": lambda text: text.strip(_BLANK),
    "replace(CharSequence,CharSequence)String": _replace,
    "concat(String)String": _concat,
    "splitOnToken(String)String[]": split_on_token,
    "splitOnToken(String,int)String[]": split_on_token,
    "encodeBase64()String": _encode,
    "decodeBase64()String": _decode,
}
STATIC_STRING: Final[dict[str, Callable[..., Any]]] = {
    "valueOf(def)String": objects.text,
    "join(CharSequence,Iterable)String": _join,
}
STATIC_OBJECTS: Final[dict[str, Callable[..., Any]]] = {
    "equals(Object,Object)boolean": objects.same,
    "isNull(Object)boolean": lambda value: value is None,
    "nonNull(Object)boolean": lambda value: value is not None,
    "toString(Object)String": objects.text,
    "toString(Object,String)String": lambda value, other: (
        other if value is None else objects.text(value)
    ),
    "requireNonNull(def)def": _required,
    "requireNonNull(def,String)def": _required,
}
