"""``String.valueOf`` of all that a script works on."""

from __future__ import annotations

from typing import Any, Final

from shipper.pipeline import values
from shipper.pipeline.painless.script.live import (
    KINDS,
    LISTS,
    MAPS,
    SETS,
    VIEWS,
    Entry,
    beyond,
    unkey,
)
from shipper.pipeline.painless.script.walking import order, walked

_TEXTS: Final[dict[type, Any]] = {}


def name_text(kind: type, write: Any) -> None:
    """Say how ``String.valueOf`` writes values of a class."""
    _TEXTS[kind] = write


def text(value: Any) -> str:
    """``String.valueOf``."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None:
        return "null"
    if kind in MAPS:
        pairs = (
            f"{_inner(value, unkey(name))}={_inner(value, value[name])}" for name in order(value)
        )
        return "{" + ", ".join(pairs) + "}"
    if kind in LISTS or kind in SETS or kind in VIEWS:
        return "[" + ", ".join(_inner(value, item) for item in walked(value)) + "]"
    if kind is Entry:
        return f"{text(unkey(value.key))}={text(value.value)}"
    if kind in _TEXTS:
        return _TEXTS[kind](value)  # type: ignore[no-any-return]
    if kind in KINDS:
        raise beyond("the text of an array, which differs from run to run")
    return values.to_string(value)


def _inner(outer: Any, value: Any) -> str:
    if value is outer:
        return "(this Map)" if type(value) in MAPS else "(this Collection)"
    return text(value)
