"""
What the local store takes out of a document: its time, its file, its searchable text.

Pure. ``text_of`` is part of the store's format: an entry of the full-text index is removed by giving the same
text again, so a change of what it returns needs a new ``FORMAT`` in ``schema``.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from typing import Any

# Written by the agent into every document of an input: in the index they would match everything and cost space.
UNSEARCHED = frozenset(
    (
        "@timestamp",
        "agent",
        "data_stream",
        "ecs",
        "event",
        "fields",
        "host",
        "input",
        "log",
        "message",
        "tags",
    )
)
_YEARS = range(-62_135_596_800_000, 253_402_300_800_000)  # milliseconds of the years 1 to 9999
_STREAM = re.compile(r"logs-([^-]+)-.+")


@functools.lru_cache(maxsize=256)
def _iso_millis(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def millis_of(value: Any) -> int | None:
    """
    Time of an ``@timestamp``.

    Args:
        value: ISO 8601 text (without an offset it is UTC) or a number of milliseconds since 1970, as a cluster
            takes them.

    Returns:
        Milliseconds since 1970; None where the value is no time.
    """
    if isinstance(value, str):
        return _iso_millis(value)
    if isinstance(value, int) and not isinstance(value, bool) and value in _YEARS:
        return value
    return None


def lookup(document: dict[str, Any], dotted: str) -> Any:
    """
    Value of a field named with dots, whether the document nests it, spells it with dots, or both.

    Returns:
        The value; None where there is no such field.
    """
    if dotted in document:
        return document[dotted]
    head, dot, rest = dotted.partition(".")
    while dot:
        inner = document.get(head)
        if isinstance(inner, dict):
            found = lookup(inner, rest)
            if found is not None:
                return found
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    return None


def text_of(document: dict[str, Any]) -> str:
    """Searchable text: the message, then every text and number of the fields that are not the agent's own."""
    message = document.get("message")
    parts = [message] if isinstance(message, str) else []
    if not document.keys() <= UNSEARCHED:
        left = [value for key, value in document.items() if key not in UNSEARCHED]
        left.reverse()
        while left:
            value = left.pop()
            if isinstance(value, str):
                parts.append(value)
            elif isinstance(value, dict):
                left.extend(reversed(value.values()))
            elif isinstance(value, list):
                left.extend(reversed(value))
            elif isinstance(value, int | float) and not isinstance(value, bool):
                parts.append(str(value))
    return "\n".join(parts)


def own_fields(document: dict[str, Any]) -> dict[str, Any]:
    """The fields that are not the agent's own, for showing an event that has no message."""
    return {key: value for key, value in document.items() if key not in UNSEARCHED}


def dataset_of(index: str) -> str:
    """The dataset of a data stream ``logs-<dataset>-<namespace>``; any other name as it is."""
    match = _STREAM.fullmatch(index)
    return match[1] if match else index
