"""
How scripts walk maps, sets and lists, and look for something in them.

Maps are walked in the order of Java's. Whoever walks something and changes its size fails, as in Java.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import values
from shipper.pipeline.painless.failures import illegal, missing
from shipper.pipeline.painless.script.live import (
    KINDS,
    LISTS,
    SETS,
    Entries,
    Entry,
    Key,
    Keys,
    Linked,
    LinkedSet,
    Sorted,
    SortedSet,
    Values,
    class_name,
    hash_code,
    key,
    modified,
    natural,
    same,
    unkey,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES: Final[ContextVar[dict[int, tuple[Any, int]] | None]] = ContextVar("sizes", default=None)
"""
Of the maps of the document that a script runs on, by id: the map, and how large it was at first.

OpenSearch runs a script on a copy whose maps are made as large as that, which shows in the order in which they are walked.
"""


def _capacity(table: dict[Any, Any], first: int) -> int:
    """How many places a ``HashMap`` has that was made for so many names."""
    capacity = 1
    while capacity < first:
        capacity *= 2
    while max(len(table), first) > capacity * 3 // 4:
        capacity *= 2
    return capacity


def order(table: dict[Any, Any]) -> list[Any]:
    """A map's or set's keys, as they are stored, in the order in which Java walks them."""
    kind = type(table)
    if kind is Linked or kind is LinkedSet:
        return list(table)
    if kind is Sorted or kind is SortedSet:
        return natural(list(table), unkey)
    for name in table:
        if name.__class__ is not str:
            break
    else:
        known = SIZES.get()
        found = None if known is None else known.get(id(table))
        if found is None or found[0] is not table:
            return values.hash_order(table)
        mask = _capacity(table, found[1]) - 1
        return sorted(values.hash_order(table), key=lambda name: _bucket(name, mask))
    capacity = 16
    while len(table) * 4 > capacity * 3:
        capacity *= 2
    return sorted(table, key=lambda name: _bucket(unkey(name), capacity - 1))


def _bucket(name: Any, mask: int) -> int:
    code = hash_code(name) & 0xFFFFFFFF
    return (code ^ (code >> 16)) & mask


def items_of(items: list[Any]) -> Iterator[Any]:
    """The items of a list."""
    size, at = len(items), 0
    while at != len(items):
        if len(items) != size:
            raise modified()
        yield items[at]
        at += 1


def keys_of(table: dict[Any, Any]) -> Iterator[Any]:
    """The keys of a map or the items of a set."""
    size = len(table)
    for name in order(table):
        if len(table) != size:
            raise modified()
        yield name.value if name.__class__ is Key else name


def values_of(table: dict[Any, Any]) -> Iterator[Any]:
    """The values of a map."""
    size = len(table)
    for name in order(table):
        if len(table) != size:
            raise modified()
        yield table[name]


def entries_of(table: dict[Any, Any]) -> Iterator[Entry]:
    """The entries of a map."""
    size = len(table)
    for name in order(table):
        if len(table) != size:
            raise modified()
        yield Entry(table, name)


def walked(value: Any) -> Iterator[Any]:
    """The items of any collection or array."""
    kind = type(value)
    if kind is list:
        return items_of(value)
    if kind is Keys:
        return keys_of(value.table)
    if kind is Values:
        return values_of(value.table)
    if kind is Entries:
        return entries_of(value.table)
    if kind in SETS:
        return keys_of(value)
    if kind in LISTS or kind in KINDS:
        return iter(value)
    if value is None:
        raise missing("callArgs[0]")
    raise illegal(f"Cannot iterate over [{class_name(value)}]")


def holds(items: Any, wanted: Any) -> bool:
    """``Collection.contains``."""
    kind = type(items)
    if kind in SETS:
        return key(wanted) in items
    if kind is Keys:
        return key(wanted) in items.table
    found = items.table.values() if kind is Values else items if kind in LISTS else walked(items)
    if wanted.__class__ is str:
        return any(item.__class__ is str and item == wanted for item in found)
    return any(same(wanted, item) for item in found)


def find(items: Any, wanted: Any) -> int:
    """``List.indexOf``."""
    for number, item in enumerate(items):
        if same(wanted, item):
            return number
    return -1
