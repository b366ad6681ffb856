"""What a change changes: a unified diff of what the cluster has and what it is to have, both in one form."""

from __future__ import annotations

import difflib
from typing import Any

import orjson

from shipper.cluster.templates import flat_settings

_ADDED = frozenset({"_version", "_seq_no", "_primary_term", "retry"})
_ISM = frozenset({"policy_id", "last_updated_time", "schema_version", "error_notification", "user"})


def difference(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Lines of the diff, without the two names above it."""
    old, new = (
        orjson.dumps(normal(one), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        .decode()
        .splitlines()
        for one in (before, after)
    )
    return [*difflib.unified_diff(old, new, lineterm="", n=2)][2:]


def normal(body: Any, above: str = "") -> Any:
    """
    A body in the form that it has in common with what the cluster makes of it.

    Settings by their full names with texts as values; without what the cluster adds by itself; a list of one as the one.
    """
    if isinstance(body, list):
        items = [normal(one, above) for one in body]
        return items[0] if len(items) == 1 and not isinstance(items[0], dict) else items
    if not isinstance(body, dict):
        return body
    if above == "settings":
        return {key: _text(value) for key, value in flat_settings(body).items()}
    kept: dict[str, Any] = {}
    for key, value in body.items():
        if key in _ADDED or (above == "policy" and key in _ISM):
            continue
        if key == "data_stream":  # the products add their defaults to it
            kept[key] = {}
        elif value not in ([], None):
            kept[key] = normal(value, key)
    return kept


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_text(one) for one in value]
    return None if value is None else str(value)
