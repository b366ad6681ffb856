"""
Fields of a document: how parsers merge what they find, and which fields are Shipper's own.

Pure. What may not go where the line wants it stays under ``json``: nothing is lost and nothing is overwritten unseen.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

Fields = dict[str, Any]

KEPT_UNDER = "json"

# Names at a document's root that the cluster refuses or takes as its own.
_METADATA = frozenset({
    "@metadata", "_data_stream_timestamp", "_doc_count", "_feature", "_field_names", "_id", "_ignored", "_ignored_source",
    "_index", "_inference_fields", "_meta", "_nested_path", "_op_type", "_parent", "_primary_term", "_routing", "_seq_no",
    "_size", "_source", "_tier", "_tsid", "_tsid_hash", "_type", "_uid", "_version",
})  # fmt: skip

# Objects with Shipper's own fields: None where the whole object is, else the names in it. The first are never given up.
_ALWAYS: dict[str, frozenset[str] | None] = {
    "agent": None,
    "data_stream": None,
    "log": frozenset({"offset", "file", "flags"}),
}
_UNLESS_OVERWRITE: dict[str, frozenset[str] | None] = {
    **_ALWAYS,
    "ecs": frozenset({"version"}),
    "host": frozenset({"id", "name"}),
}
_WATCHED = frozenset({*_METADATA, *_UNLESS_OVERWRITE, "@timestamp"})

# Both products refuse offsets of more than 18 hours and fractions finer than nanoseconds.
_TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-7]):?[0-5]\d|[+-]18:?00)",
    re.ASCII,
)


def is_timestamp(text: str) -> bool:
    """Whether a text is a date with time and zone that the cluster reads as a date (RFC 3339, or its zone without colon)."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return False
    try:
        dt.datetime.fromisoformat(found[1])
    except ValueError:
        return False
    return True


def add_error(fields: Fields, message: str, kind: str | None = None) -> None:
    """
    Add ``error.message``; one that is there already stays.

    Args:
        fields: changed in place.
        message: what went wrong.
        kind: ``error.type``.
    """
    error = fields.setdefault("error", {})
    if not isinstance(error, dict):
        return
    if "message" in error:
        present = error["message"]
        error["message"] = [*(present if isinstance(present, list) else [present]), message]
    else:
        error["message"] = message
    if kind is not None:
        error.setdefault("type", kind)


def deep_update(fields: Fields, more: Fields) -> None:
    """Merge ``more`` into ``fields`` in place, object by object; where both have a value, that of ``more`` stays."""
    for name, value in more.items():
        present = fields.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            deep_update(present, value)
        else:
            fields[name] = value


def guard(found: Fields, *, overwrite: bool) -> Fields:
    """
    Take out of a line's fields what is Shipper's.

    Args:
        found: the line's fields, meant for the document's root; changed in place.
        overwrite: the user allows the line to overwrite what is not protected.

    Returns:
        What was taken out, by name.
    """
    names = list(found) if "." in "".join(found) else _WATCHED.intersection(found)
    taken: Fields = {}
    own = _ALWAYS if overwrite else _UNLESS_OVERWRITE
    for name in names:
        if name in _METADATA or (name == "@timestamp" and not overwrite):
            taken[name] = found.pop(name)
            continue
        head, _, rest = name.partition(".")
        if head not in own:
            continue
        inner = own[head]
        if inner is None or (rest and rest.partition(".")[0] in inner):
            taken[name] = found.pop(name)
        elif not rest and isinstance(found[name], dict):
            _guard_object(found, name, inner, taken)
    return taken


def _guard_object(found: Fields, name: str, own: frozenset[str], taken: Fields) -> None:
    value = found[name]
    hit = {key: value.pop(key) for key in list(value) if key.partition(".")[0] in own}
    if hit:
        taken[name] = hit
        if not value:
            del found[name]


def keep(fields: Fields, taken: Fields) -> None:
    """Keep what was taken out under ``json``, beside what the line itself has there."""
    if not taken:
        return
    present = fields.get(KEPT_UNDER)
    if present is None:
        fields[KEPT_UNDER] = taken
    elif isinstance(present, dict) and present.keys().isdisjoint(taken):
        fields[KEPT_UNDER] = {**present, **taken}
    else:
        fields[KEPT_UNDER] = {**taken, KEPT_UNDER: present}
