"""How much a document's values weigh, so that none grows beyond what the agent may use; see ``guard.make``."""

from __future__ import annotations

from typing import Any

from shipper.pipeline import guard
from shipper.pipeline.values import copy

_NODE = 64  # bytes of an object or array, about
_ITEM = 8


def weight(value: Any, most: int) -> int:
    """
    Characters of all texts in a value and what its objects and arrays take, roughly in bytes.

    Args:
        value: of a document.
        most: beyond which it need not be exact.
    """
    size = 0
    waiting = [value]
    while waiting and size <= most:
        value = waiting.pop()
        kind = type(value)
        if kind is str:
            size += len(value)
        elif kind is dict:
            size += _NODE + sum(map(len, value))
            waiting += value.values()
        elif kind is list:
            size += _NODE
            waiting += value
        size += _ITEM
    return size


def copied(value: Any) -> Any:
    """
    A copy of a document's value, for another field.

    Raises:
        Failure: the event has grown too much.
    """
    kind = type(value)
    if kind is dict or kind is list:
        guard.make(weight(value, guard.GUARD.most_made))
        return copy(value)
    if kind is str and len(value) > guard.SMALL:
        guard.make(len(value))
    return value


def parts(values: list[str]) -> list[str]:
    """
    A list that a text was split into, counted.

    Raises:
        Failure: the event has grown too much.
    """
    if len(values) > guard.SMALL:
        guard.make(_NODE * len(values) // 4)
    return values
