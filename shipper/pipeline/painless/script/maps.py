"""Methods of maps and their entries, which change the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import guard
from shipper.pipeline.painless.failures import ScriptFailure, missing
from shipper.pipeline.painless.script import live, walking
from shipper.pipeline.painless.script.live import Entries, Entry, Key, Keys, Values, key, unkey

if TYPE_CHECKING:
    from collections.abc import Callable


def get(table: Any, name: Any) -> Any:
    """``map.get``."""
    if name.__class__ is str or name is None:
        return table.get(name)
    return table.get(Key(name))


def put(table: Any, name: Any, value: Any) -> Any:
    """``map.put``."""
    name = key(name)
    found = table.get(name)
    table[name] = value
    return found


def _remove(table: Any, name: Any) -> Any:
    return table.pop(key(name), None)


def _remove_pair(table: Any, name: Any, value: Any) -> bool:
    name = key(name)
    if name not in table or not live.same(table[name], value):
        return False
    del table[name]
    return True


def _put_all(table: Any, other: Any) -> None:
    if other is None:
        raise missing()
    guard.make(64 * len(other)) if len(other) > guard.SMALL else None
    for name in walking.order(other):
        table[name] = other[name]


def _put_if_absent(table: Any, name: Any, value: Any) -> Any:
    name = key(name)
    found = table.get(name)
    if found is None:
        table[name] = value
    return found


def _contains_value(table: Any, wanted: Any) -> bool:
    return any(live.same(wanted, item) for item in table.values())


def _get_or(table: Any, name: Any, other: Any) -> Any:
    return table.get(key(name), other)


def _replace(table: Any, name: Any, value: Any) -> Any:
    name = key(name)
    if name not in table:
        return None
    found, table[name] = table[name], value
    return found


def _replace_if(table: Any, name: Any, old: Any, new: Any) -> bool:
    name = key(name)
    if name not in table or not live.same(table[name], old):
        return False
    table[name] = new
    return True


def _unchanged(table: Any, size: int) -> None:
    if len(table) != size:
        raise live.modified()


def _keep(table: Any, name: Any, value: Any) -> Any:
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value
    return value


def _compute(table: Any, name: Any, work: Callable[[Any, Any], Any]) -> Any:
    size, stored = len(table), key(name)
    found = work(name, table.get(stored))
    _unchanged(table, size)
    return _keep(table, stored, found)


def _compute_absent(table: Any, name: Any, work: Callable[[Any], Any]) -> Any:
    stored = key(name)
    found = table.get(stored)
    if found is not None:
        return found
    size = len(table)
    found = work(name)
    _unchanged(table, size)
    if found is not None:
        table[stored] = found
    return found


def _compute_present(table: Any, name: Any, work: Callable[[Any, Any], Any]) -> Any:
    stored = key(name)
    found = table.get(stored)
    if found is None:
        return None
    size = len(table)
    found = work(name, found)
    _unchanged(table, size)
    return _keep(table, stored, found)


def _merge(table: Any, name: Any, value: Any, work: Callable[[Any, Any], Any]) -> Any:
    if value is None:
        raise missing()
    name = key(name)
    found = table.get(name)
    if found is None:
        table[name] = value
        return value
    size = len(table)
    found = work(found, value)
    _unchanged(table, size)
    return _keep(table, name, found)


def pairs(table: Any) -> list[tuple[Any, Any]]:
    """Keys and values in Java's order, as they are now."""
    return [(unkey(name), table[name]) for name in walking.order(table)]


def _for_each(table: Any, work: Callable[[Any, Any], Any]) -> None:
    size = len(table)
    for name in walking.order(table):
        if name in table:
            work(unkey(name), table[name])
    _unchanged(table, size)


def _walk(table: Any) -> Any:
    for entry in walking.entries_of(table):
        yield unkey(entry.key), entry.held


def _each(table: Any, work: Callable[[Any, Any], Any]) -> Any:
    for name, value in _walk(table):
        work(name, value)
    return table


def _replace_all(table: Any, work: Callable[[Any, Any], Any]) -> None:
    size = len(table)
    for name in walking.order(table):
        table[name] = work(unkey(name), table[name])
    _unchanged(table, size)


def _find(table: Any, test: Callable[[Any, Any], bool]) -> Any:
    for entry in walking.entries_of(table):
        if test(unkey(entry.key), entry.held):
            return entry
    return None


def _find_all(table: Any, test: Callable[[Any, Any], bool]) -> Any:
    made = live.Sorted if type(table) is live.Sorted else dict
    return made((key(name), value) for name, value in _walk(table) if test(name, value))


def _find_result(table: Any, *given: Any) -> Any:
    other, work = given if len(given) == 2 else (None, given[0])
    for name, value in _walk(table):
        found = work(name, value)
        if found is not None:
            return found
    return other


def _find_results(table: Any, work: Callable[[Any, Any], Any]) -> Any:
    found = [work(name, value) for name, value in _walk(table)]
    return [value for value in found if value is not None]


def _collect_into(table: Any, target: Any, work: Callable[[Any, Any], Any]) -> Any:
    from shipper.pipeline.painless.script.collecting import add  # noqa: PLC0415 - lists needs maps

    for name, value in _walk(table):
        add(target, work(name, value))
    return target


def _group(table: Any, work: Callable[[Any, Any], Any]) -> Any:
    found: dict[Any, Any] = {}
    for name, value in _walk(table):
        group = key(work(name, value))
        found.setdefault(group, {})[key(name)] = value
    return found


def by_path(value: Any, path: str, *other: Any) -> Any:
    """``getByPath('a.b.0')``."""
    for name in path.split("."):
        if type(value) in live.MAPS:
            if name not in value:
                return _absent(path, other)
            value = value[name]
        elif type(value) in live.LISTS:
            if not name.isdigit():
                raise ScriptFailure(
                    f"Could not parse [{name}] as a int index into list at path [{path}] and index [0]",
                    "illegal_argument_exception",
                    foreign=True,
                )
            if int(name) >= len(value):
                return _absent(path, other)
            value = value[int(name)]
        else:
            return _absent(path, other)
    return value


def _absent(path: str, other: tuple[Any, ...]) -> Any:
    if other:
        return other[0]
    raise ScriptFailure(
        f"Could not find value at path [{path}]", "illegal_argument_exception", foreign=True
    )


def _set_value(entry: Entry, value: Any) -> Any:
    found = entry.value
    entry.table[entry.key] = entry.held = value
    return found


def _copy(table: Any) -> Any:
    return type(table)(table)


MAP: Final[dict[str, Callable[..., Any]]] = {
    "size()int": len,
    "isEmpty()boolean": lambda table: not table,
    "get(def)def": get,
    "getOrDefault(def,def)def": _get_or,
    "containsKey(def)boolean": lambda table, name: key(name) in table,
    "containsValue(def)boolean": _contains_value,
    "keySet()Set": Keys,
    "values()Collection": Values,
    "entrySet()Set": Entries,
    "put(def,def)def": put,
    "putAll(Map)void": _put_all,
    "putIfAbsent(def,def)def": _put_if_absent,
    "remove(def)def": _remove,
    "remove(def,def)boolean": _remove_pair,
    "clear()void": lambda table: table.clear(),
    "replace(def,def)def": _replace,
    "replace(def,def,def)boolean": _replace_if,
    "replaceAll(BiFunction)void": _replace_all,
    "compute(def,BiFunction)def": _compute,
    "computeIfAbsent(def,Function)def": _compute_absent,
    "computeIfPresent(def,BiFunction)def": _compute_present,
    "merge(def,def,BiFunction)def": _merge,
    "each(BiConsumer)def": _each,
    "forEach(BiConsumer)void": _for_each,
    "collect(BiFunction)List": lambda table, work: [work(*pair) for pair in _walk(table)],
    "collect(Collection,BiFunction)def": _collect_into,
    "count(BiPredicate)int": lambda table, test: sum(test(*pair) for pair in _walk(table)),
    "find(BiPredicate)Map.Entry": _find,
    "findAll(BiPredicate)Map": _find_all,
    "findResult(BiFunction)def": _find_result,
    "findResult(def,BiFunction)def": _find_result,
    "findResults(BiFunction)List": _find_results,
    "every(BiPredicate)boolean": lambda table, test: all(test(*pair) for pair in _walk(table)),
    "groupBy(BiFunction)Map": _group,
    "getByPath(String)Object": by_path,
    "getByPath(String,Object)Object": by_path,
}
HASH_MAP: Final[dict[str, Callable[..., Any]]] = {"clone()def": _copy}
ENTRY: Final[dict[str, Callable[..., Any]]] = {
    "getKey()def": lambda entry: unkey(entry.key),
    "getValue()def": lambda entry: entry.value,
    "setValue(def)def": _set_value,
}
