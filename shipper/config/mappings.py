"""Kinds of values whose keys are the user's own: ``fields`` and ``headers``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shipper.config.document import MAX_DEPTH, Listing, Scalar, Table
from shipper.config.kinds import FAILED, Text
from shipper.config.masking import SECRET_NAME, add_secret, quote

if TYPE_CHECKING:
    from shipper.config.document import Node
    from shipper.config.kinds import Context

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class JsonMap:
    """
    A mapping that goes into documents; dotted keys become objects, as everywhere.

    Args:
        nest: whether they do; else keys are kept as they are written.
    """

    label: str = "mapping"
    nest: bool = True

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        if not isinstance(node, Table):
            return context.wrong(node, "a mapping of names to values")
        before = len(context.problems)
        value = self._value(node, context, "")
        return value if len(context.problems) == before else FAILED

    def _value(self, node: Node, context: Context, name: str) -> Any:
        if isinstance(node, Listing):
            return [self._value(item, context, name) for item in node.items]
        if isinstance(node, Table):
            result: dict[str, Any] = {}
            for key, item in node.entries:
                value = self._value(item, context, key.text)
                if self.nest:
                    _put(result, key.text, value, key, context)
                elif key.text in result:
                    _twice(key, key.text, context)
                else:
                    result[key.text] = value
            return result
        if SECRET_NAME.search(name) and node.text:
            node.secret = True
            add_secret(node.text)
        value = node.value
        if isinstance(value, float) and not math.isfinite(value):
            return context.wrong(node, "a number that JSON can carry")
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            return context.wrong(node, "a number of 64 bits", "put it in quotes")
        return value

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        return {"type": "object"}

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        return str(value) if value else "{}"


def _put(result: dict[str, Any], name: str, value: Any, key: Scalar, context: Context) -> None:
    """Put ``value`` where the dotted ``name`` says; the same place twice is a problem at ``key``."""
    *parents, last = name.split(".")
    if not all((*parents, last)) or len(parents) >= MAX_DEPTH:
        context.wrong(
            key,
            f"names with a text on both sides of each dot, at most {MAX_DEPTH} levels",
            found=f"found the key {quote(name)}",
        )
        return
    inner: Any = result
    for parent in parents:
        inner = inner.setdefault(parent, {}) if isinstance(inner, dict) else None
    if not isinstance(inner, dict):
        _twice(key, name, context)
    elif last not in inner:
        inner[last] = value
    elif isinstance(inner[last], dict) and isinstance(value, dict):
        for below, item in value.items():
            _put(inner[last], below, item, key, context)
    else:
        _twice(key, name, context)


def _twice(key: Scalar, name: str, context: Context) -> None:
    found = f"found {quote(name)} for the second time, in another spelling"
    context.wrong(key, "every key once", "remove one of them", found)


@dataclass(frozen=True, slots=True)
class HeaderMap:
    """A mapping of names of HTTP headers to their values; a dot in a name is part of it."""

    label: str = "mapping of texts"

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        if not isinstance(node, Table):
            return context.wrong(node, "a mapping of names to texts")
        before = len(context.problems)
        result: dict[str, str] = {}
        for key, value in node.entries:
            kind = Text(secret=bool(SECRET_NAME.search(key.text)), empty=True)
            text = kind.convert(value, context)
            if text is FAILED:
                continue
            if not _HEADER_NAME.fullmatch(key.text):
                found = f"found the key {quote(key.text)}"
                context.wrong(
                    key, "the name of an HTTP header: letters, digits and '-'", found=found
                )
            elif not _HEADER_VALUE.fullmatch(text):
                context.wrong(value, "one line of printable ASCII", "HTTP headers carry no more")
            elif key.text in result:
                _twice(key, key.text, context)
            result[key.text] = text
        return result if len(context.problems) == before else FAILED

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        return {"type": "object", "additionalProperties": {"type": "string"}}

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        return str(value) if value else "{}"
