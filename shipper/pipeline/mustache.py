"""
What the tags of a mustache template do: look names up, and print what they name.

Values print as the cluster's library prints Java's: a list is a map by number, null is nothing.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import guard
from shipper.pipeline.document import MISSING
from shipper.pipeline.failure import Failure, Invalid, Unsupported
from shipper.pipeline.values import (
    Date,
    ZonedDateTime,
    hash_order,
    string_hash,
    to_string,
    utf16_length,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document

    Scopes = list[Any]  # what names are looked up in, innermost last
    Getter = Callable[[Scopes], Any]
    Printer = Callable[[Scopes], str]

WHERE: Final = " @[query-template:{}]"
"""What the library adds to its messages; a line."""
_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPES = str.maketrans({chr(code): f"\\u{code:04X}" for code in range(32)} | _SHORT)
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_JOIN = re.compile(r"join delimiter='(.*)'\Z", re.IGNORECASE | re.DOTALL)
_NULL = 'Cannot invoke "Object.toString()" because "object" is null'


class _Model:
    """The outermost scope: source and metadata, ``_source`` and ``_ingest``."""

    __slots__ = ("document",)

    def __init__(self, document: Document) -> None:
        self.document = document

    def get(self, name: str, default: Any) -> Any:
        if name == "_ingest":
            return self.document.ingest
        if name == "_source":
            return self.document.ctx
        return self.document.ctx.get(name, default)

    def whole(self) -> dict[str, Any]:
        """As a map; of use to print it."""
        return self.document.ctx | {"_source": self.document.ctx, "_ingest": self.document.ingest}


def _child(scope: Any, name: str) -> Any:
    """One name in one scope; ``MISSING`` where it has none."""
    kind = type(scope)
    if kind is dict or kind is _Model:
        return scope.get(name, MISSING)
    if kind is list:
        if name == "size":
            return len(scope)
        if _INTEGER.match(name) and -(2**31) <= (index := int(name)) < 2**31:
            if not 0 <= index < len(scope):
                raise IndexError(str(index) if index >= 0 else "position >= 0")
            return MISSING if scope[index] is None else scope[index]
        return MISSING
    return _member(scope, name)


# The cluster's library finds the methods of Java's classes too; these are the ones that somebody may have used.
_TEXT_MEMBERS: Final[dict[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("isEmpty", "empty"), lambda text: not text),
    **dict.fromkeys(("isBlank", "blank"), lambda text: not text.strip()),
    **dict.fromkeys(("toString", "intern"), lambda text: text),
    "length": utf16_length,
    "hashCode": string_hash,
    "trim": lambda text: text.strip("".join(map(chr, range(33)))),
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
}
_NUMBER_MEMBERS: Final[dict[str, Callable[[Any], Any]]] = {
    "toString": to_string,
    "intValue": int,
    "longValue": int,
    "doubleValue": float,
}


def _member(scope: Any, name: str) -> Any:
    if isinstance(scope, str):
        found = _TEXT_MEMBERS.get(name)
    elif isinstance(scope, int | float) and not isinstance(scope, bool):
        found = _NUMBER_MEMBERS.get(name)
    else:
        return MISSING
    return MISSING if found is None else found(scope)


def _look_up(scopes: Scopes, name: str, names: list[str]) -> Any:
    for scope in reversed(scopes):
        value = _child(scope, name)
        if value is MISSING and len(names) > 1:
            value = scope
            for one in names:
                value = _child(value, one)
                if value is MISSING:
                    break
                if value is None:
                    return None
        if value is not MISSING:
            return value
    return None


def _getter(name: str, line: int) -> Getter:
    if name == ".":
        return lambda scopes: scopes[-1]
    if name.startswith("_ingest.timestamp."):
        raise Unsupported(f"the template's {name}: parts of the time of ingestion")
    if name.startswith("*"):
        raise Unsupported(f"the template's name {name!r}")
    names = name.split(".")

    def get(scopes: Scopes) -> Any:
        try:
            return _look_up(scopes, name, names)
        except IndexError as error:
            reason = f"Failed to get value for {name}{WHERE.format(line)}"
            raise Failure(reason, "mustache_exception", root=str(error)) from None

    return get


def printed(value: Any) -> str:
    """A value as a template prints it: a list is a map by number there, null is nothing."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None:
        return ""
    if kind is list:
        return f"{{{', '.join([f'{n}={to_string(item)}' for n, item in enumerate(value)])}}}"
    return to_string(value.whole() if kind is _Model else value)


def escaped(text: str) -> str:
    """A text as inside a JSON text."""
    return text.translate(_ESCAPES) if _ESCAPED.search(text) else text


def to_json(value: Any) -> str:
    """A value as the cluster's ``toJson`` writes it: maps in the order of a HashMap, numbers as Java prints them."""
    kind = type(value)
    if kind is dict:
        pairs = [f'"{escaped(name)}":{to_json(value[name])}' for name in hash_order(value)]
        return f"{{{','.join(pairs)}}}"
    if kind is list:
        return f"[{','.join(map(to_json, value))}]"
    if isinstance(value, str):
        return f'"{escaped(str(value))}"'
    if isinstance(value, ZonedDateTime | Date):
        return f'"{value.stored()}"'
    text = to_string(value)
    return f'"{text}"' if text in {"NaN", "Infinity", "-Infinity"} else text


class Variable:
    """A variable; in most templates there is nothing else, and no scope but the document."""

    __slots__ = ("_escape", "_get", "_name")

    def __init__(self, name: str, line: int, escape: Callable[[str], str]) -> None:
        self._name = name
        self._get = _getter(name, line)
        self._escape = escape

    def __call__(self, scopes: Scopes) -> str:
        """What it prints, looked up in scopes."""
        return _counted(self._escape(printed(self._get(scopes))))

    def at_root(self) -> Callable[[Document], str]:
        """What prints it where the document is the only scope."""
        name, escape = self._name, self._escape
        names = name.split(".")

        def slow(document: Document) -> str:
            return self([_Model(document)])

        def shown(value: Any) -> str:
            text = escape(value if type(value) is str else printed(value))
            if len(text) > guard.SMALL:
                guard.make(len(text))
            return text

        if names[0] == "_source" or not all(names) or (names[0] == "_ingest" and len(names) == 1):
            return slow
        ingest = names[0] == "_ingest"
        first = names[1] if ingest else names[0]
        rest = names[2:] if ingest else names[1:]

        def get(document: Document) -> str:
            ctx = document.ctx
            if name in ctx:
                value = ctx[name]
            else:
                value = (document.ingest if ingest else ctx).get(first)
                for element in rest:
                    if type(value) is not dict:
                        return "" if value is None else slow(document)
                    value = value.get(element)
            return shown(value)

        def get_field(document: Document) -> str:
            return shown(document.ctx.get(name))

        return get if len(names) > 1 else get_field


def at_root(part: Printer) -> Callable[[Document], str]:
    """What prints a part where the document is the only scope."""
    if isinstance(part, Variable):
        return part.at_root()
    return lambda document: part([_Model(document)])


def _counted(text: str) -> str:
    """A text that a part of a template prints, which must not grow too long."""
    if len(text) > guard.SMALL:
        guard.make(len(text))
    return text


def _run(parts: list[str | Printer], scopes: Scopes) -> str:
    return "".join([part if isinstance(part, str) else part(scopes) for part in parts])


def _each(value: Any) -> list[Any]:
    """The scopes that a section runs in: none for what counts as false."""
    if value is None or value is False or (isinstance(value, str) and not value):
        return []
    return value if isinstance(value, list) else [value]


def section(name: str, line: int, parts: list[str | Printer], *, inverted: bool) -> Printer:
    """``{{#name}}`` or, inverted, ``{{^name}}``."""
    get = _getter(name, line)
    if inverted:
        return lambda scopes: "" if _each(get(scopes)) else _run(parts, scopes)

    def render(scopes: Scopes) -> str:
        runs = _each(get(scopes))
        return "".join(
            [_counted(_run(parts, scopes if item is None else [*scopes, item])) for item in runs]
        )

    return render


def function(name: str, line: int, parts: list[str | Printer]) -> Printer | str | None:
    """One of the cluster's functions, None where the name is none of theirs."""
    low = name.lower()
    if low == "url":
        return lambda scopes: _quoted(_run(parts, scopes))
    joined = _JOIN.match(name)
    if low not in {"tojson", "join"} and not joined:
        return None
    if len(parts) != 1:
        called = "toJson" if low == "tojson" else "join"
        raise Invalid(f"Mustache function [{called}] must contain one and only one identifier")
    inner = parts[0]
    if not isinstance(inner, str):  # its name is taken for what it looks like, and nothing has it
        if low == "tojson":
            return ""
        raise Unsupported("a template's join of anything but a name")
    if "\n" in inner:
        raise Unsupported(f"a template's {name} over several lines")
    get = _getter(inner, line)
    if low == "tojson":
        return partial(_jsonified, get)
    return partial(_joined, get, inner, joined[1] if joined else ",", line)


def _jsonified(get: Getter, scopes: Scopes) -> str:
    value = get(scopes)
    if isinstance(value, dict | list):
        return _counted(to_json(value))
    return _counted(to_json(value.whole()) if isinstance(value, _Model) else printed(value))


def _joined(get: Getter, name: str, between: str, line: int, scopes: Scopes) -> str:
    value = get(scopes)
    if not isinstance(value, list):
        return name
    if None in value:
        reason = f"Function failure{WHERE.format(line)}"
        raise Failure(reason, "mustache_exception", root=_NULL, foreign=True)
    return _counted(between.join(map(to_string, value)))


def _quoted(text: str) -> str:
    from urllib.parse import quote_plus  # noqa: PLC0415 - only where a template uses it

    return quote_plus(text, safe="*", errors="replace").replace("~", "%7E")


ESCAPES: Final[dict[str, Callable[[str], str]]] = {
    "application/json": escaped,
    "text/plain": str,
    "application/x-www-form-urlencoded": _quoted,
}
