"""
Methods of lists, maps and sets.

What belongs to the document (``dict``, ``list``) is read-only; a map is walked in the order of a ``java.util.HashMap``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import values
from shipper.pipeline.painless import objects
from shipper.pipeline.painless.failures import ScriptFailure, missing, out_of_bounds, read_only
from shipper.pipeline.painless.objects import (
    Entries,
    Entry,
    Keys,
    MadeList,
    MadeMap,
    Stream,
    walked,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_READ_ONLY: Final = frozenset([list, dict])


def mine(value: Any) -> Any:
    """A collection that the script may change."""
    if type(value) is Keys:
        raise ScriptFailure(None, "unsupported_operation_exception")
    if type(value) in _READ_ONLY:
        raise read_only()
    if getattr(value, "bare", False):
        raise ScriptFailure(
            "the edge does not change documents in conditions",
            "unsupported_operation_exception",
            foreign=True,
        )
    return value


def item(items: Any, index: int) -> Any:
    """``list.get``."""
    if 0 <= index < len(items):
        return items[index]
    raise out_of_bounds(index, len(items))


def ordered(table: dict[Any, Any]) -> list[Any]:
    """A map's keys in the order in which Java walks them."""
    if all(type(name) is str for name in table):
        return values.hash_order(table)
    return list(table)


def _add(items: Any, value: Any) -> bool:
    mine(items).append(value)
    return True


def _add_all(items: Any, more: Any) -> bool:
    if more is None:
        raise missing()
    mine(items).extend(more)
    return bool(more)


def _set(items: Any, index: int, value: Any) -> Any:
    found = item(mine(items), index)
    items[index] = value
    return found


def _remove_at(items: Any, index: int) -> Any:
    found = item(mine(items), index)
    del items[index]
    return found


def _remove_if(items: Any, test: Callable[[Any], bool]) -> bool:
    kept = []
    for value in walked(items):
        if test(value):
            mine(items)
        else:
            kept.append(value)
    changed = len(kept) != len(items)
    if changed:
        items[:] = kept
    return changed


def _contains_all(items: Any, others: Any) -> bool:
    if type(items) is list:  # the cluster's read-only view asks whether the list is an item
        return objects.holds(items, others)
    if others is None:
        raise missing()
    return all(objects.holds(items, other) for other in others)


def _last_index(items: Any, wanted: Any) -> int:
    found = objects.find(list(reversed(items)), wanted)
    return found if found < 0 else len(items) - 1 - found


def _sublist(items: Any, start: int, end: int) -> Any:
    if start < 0 or end > len(items):
        raise out_of_bounds(start if start < 0 else end, len(items))
    if start > end:
        raise ScriptFailure(
            f"fromIndex({start}) > toIndex({end})", "illegal_argument_exception", foreign=True
        )
    return type(items)(items[start:end])


def _join(items: Any, separator: str | None) -> str:
    return ("null" if separator is None else separator).join(map(objects.text, walked(items)))


def _each(items: Any, work: Callable[[Any], Any]) -> Any:
    for value in walked(items):
        work(value)
    return items


def _for_each(items: Any, work: Callable[[Any], Any]) -> None:
    _each(items, work)


def _first(items: Any, test: Callable[[Any], bool]) -> Any:
    return next((value for value in walked(items) if test(value)), None)


def _put(table: Any, name: Any, value: Any) -> Any:
    mine(table)
    for key in table:
        if objects.same(key, name):
            found, table[key] = table[key], value
            return found
    table[name] = value
    return None


def _remove(table: Any, name: Any) -> Any:
    mine(table)
    for key in table:
        if objects.same(key, name):
            return table.pop(key)
    return None


def _has_value(table: Any, wanted: Any) -> bool:
    return objects.holds(table.values(), wanted)


def _get_or(table: Any, name: Any, other: Any) -> Any:
    return objects.lookup(table, name) if objects.has(table, name) else other


def _replace(table: Any, name: Any, value: Any) -> Any:
    return _put(table, name, value) if objects.has(table, name) else None


def _pairs(table: Any) -> list[tuple[Any, Any]]:
    return [(name, table[name]) for name in ordered(table)]


def _each_pair(table: Any, work: Callable[[Any, Any], Any]) -> Any:
    for pair in _pairs(table):
        work(*pair)
    return table


def _for_each_pair(table: Any, work: Callable[[Any, Any], Any]) -> None:
    _each_pair(table, work)


def _discard(items: Any, wanted: Any) -> bool:
    place = objects.find(mine(items), wanted)
    if place >= 0:
        del items[place]
    return place >= 0


def _entries(table: Any) -> Entries:
    return Entries(Entry((name, table[name])) for name in ordered(table))


def _values(table: Any) -> Any:
    found = [table[name] for name in ordered(table)]
    return found if type(table) is dict else MadeList(found)


ITERABLE: Final[dict[str, Callable[..., Any]]] = {
    "any(Predicate)boolean": lambda items, test: any(map(test, walked(items))),
    "every(Predicate)boolean": lambda items, test: all(map(test, walked(items))),
    "each(Consumer)def": _each,
    "forEach(Consumer)void": _for_each,
    "join(String)String": _join,
}
COLLECTION: Final[dict[str, Callable[..., Any]]] = {
    "size()int": len,
    "isEmpty()boolean": lambda items: not items,
    "contains(def)boolean": objects.holds,
    "containsAll(Collection)boolean": _contains_all,
    "add(def)boolean": _add,
    "addAll(Collection)boolean": _add_all,
    "clear()void": lambda items: mine(items).clear(),
    "removeIf(Predicate)boolean": _remove_if,
    "stream()Stream": lambda items: Stream(iter(walked(items)), len(items)),
    "find(Predicate)def": _first,
    "findAll(Predicate)List": lambda items, test: MadeList(
        value for value in walked(items) if test(value)
    ),
    "collect(Function)List": lambda items, work: MadeList(map(work, walked(items))),
}
LIST: Final[dict[str, Callable[..., Any]]] = {
    "get(int)def": item,
    "set(int,def)def": _set,
    "remove(int)def": _remove_at,
    "indexOf(def)int": objects.find,
    "lastIndexOf(def)int": _last_index,
    "subList(int,int)List": _sublist,
    "getLength()int": len,
}
SET: Final[dict[str, Callable[..., Any]]] = {"remove(def)boolean": _discard}
MAP: Final[dict[str, Callable[..., Any]]] = {
    "size()int": len,
    "isEmpty()boolean": lambda table: not table,
    "get(def)def": objects.lookup,
    "getOrDefault(def,def)def": _get_or,
    "containsKey(def)boolean": objects.has,
    "containsValue(def)boolean": _has_value,
    "keySet()Set": lambda table: Keys(ordered(table)),
    "values()Collection": _values,
    "entrySet()Set": _entries,
    "put(def,def)def": _put,
    "remove(def)def": _remove,
    "clear()void": lambda table: mine(table).clear(),
    "replace(def,def)def": _replace,
    "each(BiConsumer)def": _each_pair,
    "forEach(BiConsumer)void": _for_each_pair,
    "collect(BiFunction)List": lambda table, work: MadeList(work(*pair) for pair in _pairs(table)),
    "find(BiPredicate)Map.Entry": lambda table, test: next(
        (Entry(pair) for pair in _pairs(table) if test(*pair)), None
    ),
    "findAll(BiPredicate)Map": lambda table, test: MadeMap(
        pair for pair in _pairs(table) if test(*pair)
    ),
    "every(BiPredicate)boolean": lambda table, test: all(
        test(name, table[name]) for name in ordered(table)
    ),
}
ENTRY: Final[dict[str, Callable[..., Any]]] = {
    "getKey()def": lambda entry: entry[0],
    "getValue()def": lambda entry: entry[1],
}
STATIC_COLLECTIONS: Final[dict[str, Callable[..., Any]]] = {
    "frequency(Collection,def)int": lambda items, wanted: sum(
        objects.same(wanted, value) for value in items
    ),
    "disjoint(Collection,Collection)boolean": lambda one, other: (
        not any(objects.holds(other, value) for value in one)
    ),
}
STATIC_ARRAYS: Final[dict[str, Callable[..., Any]]] = {}
