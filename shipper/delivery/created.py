"""
The fast path of answers to ``_bulk``: whether every item says that it was created, without a look at each.

Pure. Exact: whatever is not sure comes back as None and is read item by item.
"""

from __future__ import annotations

from typing import Any

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # all that decoding raises
MOST_FORMS = 64  # of items, looked at one by one: indices of so many days
_ITEM = b'{"create":'


class Item(msgspec.Struct):
    """One item of an answer."""

    status: int
    index: str = msgspec.field(name="_index", default="")
    result: str = ""
    failure_store: str = ""
    error: Any = None


class Bulk(msgspec.Struct):
    """An answer."""

    errors: bool
    items: list[dict[str, Item]]


decode = msgspec.json.Decoder(Bulk).decode


def created(body: bytes, count: int, stream: str) -> bool | None:
    """
    Whether an answer says that all events were created.

    Args:
        body: of the answer.
        count: events in the request.
        stream: see :func:`shipper.delivery.response.read`.

    Returns:
        None: look at each. Otherwise they were, and the value says whether any went to an ordinary index instead of a data
        stream.
    """
    plain = _all_the_same(body, count, stream)
    return _but_for_the_index(body, count, stream) if plain is None else plain


def is_plain(index: str, stream: str) -> bool:
    """Whether an item was written to an ordinary index instead of a data stream."""
    if "*" in stream:  # the indices behind data streams are hidden ones
        return bool(index) and not index.startswith(".")
    return bool(stream) and index == stream


def _all_the_same(body: bytes, count: int, stream: str) -> bool | None:
    """
    Every item is the same bytes as the first, and the first says that it was created.

    Comparing is exact, so an item with anything else in it (another status, ``noop``, ``failure_store``, another index) cannot
    pass.
    """
    start = body.find(_ITEM)
    end = body.find(b"}}", start)
    if start < 0 or end < 0:
        return None
    item = body[start : end + 2]
    stop = start + count * (len(item) + 1) - 1
    if len(body) - stop not in range(2, 64):
        return None
    if not _repeats(body, item + b",", start, count - 1) or not body.startswith(
        item, stop - len(item)
    ):
        return None
    return _forms(body[:start] + item + body[stop:], 1, stream)


def _but_for_the_index(body: bytes, count: int, stream: str) -> bool | None:
    """
    The same for items that differ in their index alone: each form that occurs is looked at once.

    The text between two items cannot stand within one, where its quotes would be escaped.
    """
    start = body.find(_ITEM)
    end = body.rfind(b"}}") + 2
    if start < 0 or not 0 <= len(body) - end < 64:
        return None
    items = body[start + len(_ITEM) : end].split(b"," + _ITEM)
    forms = set(items)
    if len(items) != count or len(forms) > MOST_FORMS:
        return None
    once = body[:start] + _ITEM + (b"," + _ITEM).join(forms) + body[end:]
    return _forms(once, len(forms), stream)


def _forms(body: bytes, count: int, stream: str) -> bool | None:
    """Look at an answer in which each form of an item stands once."""
    try:
        bulk = decode(body)
    except UNREADABLE:
        return None
    found = [entry.get("create") for entry in bulk.items]
    if bulk.errors or len(found) != count:
        return None
    plain = False
    for item in found:
        if item is None or item.status != 201 or item.failure_store or item.error:
            return None
        if item.result not in {"created", ""}:
            return None
        plain = plain or is_plain(item.index, stream)
    return plain


def _repeats(body: bytes, part: bytes, start: int, count: int) -> bool:
    """Whether ``part`` stands ``count`` times from ``start`` on. Compares in place: copies cost more than comparing."""
    many = part * min(count, 64)
    at = start
    for _ in range(count // 64):
        if not body.startswith(many, at):
            return False
        at += len(many)
    return body.startswith(part * (count % 64), at)
