"""
Documents as JSON, as the cluster would store them.

Numbers keep their class: a Float is printed with its own digits. What JSON has no number for is a text, as Jackson writes it. Half of a surrogate pair, which
a split of a text may leave, is written as an escape: the cluster stores it so.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from shipper.pipeline.values import Date, Float, ZonedDateTime, double_text, float_text


def dumps(document: dict[str, Any]) -> bytes:
    """The document as JSON in UTF-8."""
    try:
        made = orjson.dumps(document, default=_other)
    except (TypeError, ValueError):  # an integer beyond 64 bits, a lone surrogate, deep nesting
        return _text(document).encode()
    if b"null" in made and _endless(document):  # orjson has null for what JSON has no number for
        return _text(document).encode()
    return made


def _endless(value: Any) -> bool:
    """Whether there is an infinite number in it, or one that is none."""
    if isinstance(value, dict):
        return any(map(_endless, value.values()))
    if isinstance(value, list):
        return any(map(_endless, value))
    return isinstance(value, float) and value - value != 0


def _other(value: Any) -> Any:
    if isinstance(value, Float):
        text = float_text(value)
        return float(text) if value - value == 0 else text  # neither infinite nor NaN
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, ZonedDateTime | Date):
        return value.stored()
    raise TypeError


def _text(value: Any) -> str:
    """The slow way, for what orjson refuses; nothing is refused here."""
    parts: list[str] = []
    stack: list[Any] = [value]  # values to write, and _Raw texts between them
    while stack:
        item = stack.pop()
        if isinstance(item, _Raw):
            parts.append(item)
        elif isinstance(item, dict):
            stack.append(_Raw("}"))
            pairs = list(item.items())
            for number, (name, inner) in reversed(list(enumerate(pairs))):
                comma = "," if number else ""
                stack += (
                    inner,
                    _Raw(f"{comma}{_quoted(str(name))}:"),
                )
            stack.append(_Raw("{"))
        elif isinstance(item, list | tuple) and not isinstance(item, ZonedDateTime):
            stack.append(_Raw("]"))
            for number, inner in reversed(list(enumerate(item))):
                stack += (inner, _Raw("," if number else ""))
            stack.append(_Raw("["))
        else:
            parts.append(_scalar(item))
    return "".join(parts)


class _Raw(str):
    __slots__ = ()


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if type(value) is float and value - value == 0:
        return repr(value)
    text = value if isinstance(value, str) else _other(value)
    return _quoted(text) if isinstance(text, str) else json.dumps(text)


def _quoted(text: str) -> str:
    """A text in quotes; all escaped where it holds what UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(text)
    return json.dumps(text, ensure_ascii=False)
