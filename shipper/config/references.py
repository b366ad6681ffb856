"""
References in the names of datasets and namespaces: ``%{[fields.kind]}`` and ``%{[fields.kind]:default}``.

Pure. Index names follow from the values, so a value is cleaned by the naming rules, and one that cannot be goes to the
default. What the configuration itself says of a field (``fields``, the host, the agent) is filled in when it is read.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from shipper.config.texts import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.config.settings import Input, Settings

UNKNOWN = "unknown"
LONGEST = 100  # bytes of a dataset or namespace, by the data stream naming scheme
_FORBIDDEN = re.compile(r'[-\\/*?"<>|,#:\s\x00-\x1f\x7f]+')


def clean(value: Any) -> str | None:
    """
    A field's value as part of a name: lower case, what is forbidden there as ``_``.

    Returns:
        None where nothing is left, or it is too long, or neither a text nor a number nor a truth value.
    """
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, str | int | float):
        return None
    text = _FORBIDDEN.sub("_", str(value).lower()).strip("_")
    size = len(text.encode("utf-8", "replace"))
    return text if text and size <= LONGEST and text.isprintable() else None


def lookup(document: dict[str, Any], field: str) -> Any:
    """The value of a field by its dotted name, in objects or under that very name; None where there is none."""
    value: Any = document
    for name in field.split("."):
        if not isinstance(value, dict):
            return document.get(field)
        value = value.get(name)
    return document.get(field) if value is None else value


def fill(text: str, value_of: Callable[[str], Any]) -> tuple[str, bool]:
    """
    Put values for references.

    Args:
        text: a dataset or namespace as the configuration has it.
        value_of: gives the value of a field, or None.

    Returns:
        The name, and whether a default had to stand in.
    """
    missing = False

    def put(found: re.Match[str]) -> str:
        nonlocal missing
        value = clean(value_of(found[1]))
        if value is None:
            missing = True
            return found[2] or UNKNOWN
        return value

    made = REFERENCE.sub(put, text)
    if len(made.encode()) <= LONGEST:
        return made, missing
    return REFERENCE.sub(lambda found: found[2] or UNKNOWN, text)[:LONGEST], True


def fill_known(text: str, value_of: Callable[[str], Any]) -> str:
    """Put values for those references that have one; the others stay, and all of them where the name would be too long."""

    def put(found: re.Match[str]) -> str:
        return clean(value_of(found[1])) or found[0]

    made = REFERENCE.sub(put, text)
    return made if len(REFERENCE.sub("x", made).encode()) <= LONGEST else text


def fields_of(text: str) -> list[str]:
    """The names of the fields that a text refers to."""
    return [found[1] for found in REFERENCE.finditer(text)]


def settled(settings: Settings, one: Input) -> Input:
    """An input with the references filled in that the configuration itself answers."""
    stream = one.data_stream
    if not stream.dynamic:
        return one
    known = partial(lookup, _known(settings, one))
    dataset, namespace = fill_known(stream.dataset, known), fill_known(stream.namespace, known)
    return replace(one, data_stream=replace(stream, dataset=dataset, namespace=namespace))


def _known(settings: Settings, one: Input) -> dict[str, Any]:
    """Fields of every event of an input that follow from the configuration; a user's never replace Shipper's own."""
    known: dict[str, Any] = {
        "host": {"name": settings.name, "id": settings.host_id},
        "agent": {"type": "shipper", "name": settings.name},
    }
    for fields, root in (
        (settings.fields, settings.fields_under_root),
        (one.fields, one.fields_under_root),
    ):
        if not root:
            known["fields"] = {**known.get("fields", {}), **fields}
            continue
        for name, value in fields.items():
            present = known.get(name)
            if isinstance(present, dict) and isinstance(value, dict):
                known[name] = value if name == "fields" else {**value, **present}
            elif present is None:
                known[name] = value
    return known
