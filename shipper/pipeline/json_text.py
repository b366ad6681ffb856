"""
Documents as JSON, as the cluster would store them.

Numbers keep their class: a Float is printed with its own digits. What JSON has no number for is a text, as Jackson writes it.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from shipper.encode import clean
from shipper.pipeline.values import Float, ZonedDateTime, double_text, float_text


def dumps(document: dict[str, Any]) -> bytes:
    """The document as JSON in UTF-8."""
    try:
        made = orjson.dumps(document, default=_other)
    except (TypeError, ValueError):  # an integer beyond 64 bits, a lone surrogate, deep nesting
        return _text(document).encode("utf-8", "replace")
    if b"null" in made and _endless(document):  # orjson has null for what JSON has no number for
        return _text(document).encode("utf-8", "replace")
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
    if isinstance(value, ZonedDateTime):
        return str(value)
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
                    _Raw(f"{comma}{json.dumps(clean(str(name)), ensure_ascii=False)}:"),
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
    return json.dumps(clean(text) if isinstance(text, str) else text, ensure_ascii=False)
