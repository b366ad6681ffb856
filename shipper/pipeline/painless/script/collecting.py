"""What scripts do to lists, sets and views of maps."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from shipper.pipeline import guard
from shipper.pipeline.painless.failures import ScriptFailure, missing, out_of_bounds
from shipper.pipeline.painless.script import as_text, live, walking
from shipper.pipeline.painless.script.live import Keys, Values, key, unkey
from shipper.pipeline.painless.script.walking import walked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def mine(items: Any) -> Any:
    """A list that may change."""
    kind = type(items)
    if kind is live.Part:
        raise live.beyond("a change of a subList")
    if kind is live.Fixed:
        raise live.unsupported()
    return items


def given(value: Any) -> Any:
    """An argument that must not be null."""
    if value is None:
        raise missing()
    return value


def add(items: Any, value: Any) -> bool:
    """``Collection.add``."""
    kind = type(items)
    if kind is list:
        items.append(value)
        return True
    if kind in live.SETS:
        value = key(value)
        if value in items:
            return False
        items[value] = True
        return True
    if kind in live.VIEWS:
        raise live.unsupported()
    mine(items).append(value)
    return True


def _add_all(items: Any, more: Any) -> bool:
    found = list(walked(given(more)))
    if len(found) > guard.SMALL:
        guard.make(16 * len(found))
    if type(items) is list:
        items.extend(found)
        return bool(found)
    return any([add(items, value) for value in found])  # noqa: C419 - all are added


def _insert(items: Any, index: int, value: Any) -> None:
    if not 0 <= index <= len(items):
        raise _place(index, len(items))
    mine(items).insert(index, value)


def _place(index: int, size: int) -> ScriptFailure:
    return ScriptFailure(
        f"Index: {index}, Size: {size}", "index_out_of_bounds_exception", foreign=True
    )


def _insert_all(items: Any, index: int, more: Any) -> bool:
    if not 0 <= index <= len(items):
        raise _place(index, len(items))
    found = list(walked(given(more)))
    mine(items)[index:index] = found
    return bool(found)


def get(items: Any, index: int) -> Any:
    """``List.get``."""
    if 0 <= index < len(items):
        return items[index]
    raise out_of_bounds(index, len(items))


def _set(items: Any, index: int, value: Any) -> Any:
    found = get(mine(items), index)
    items[index] = value
    return found


def _remove_at(items: Any, index: int) -> Any:
    found = get(mine(items), index)
    del items[index]
    return found


def _discard(items: Any, wanted: Any) -> bool:
    """``remove`` of a set or view."""
    kind = type(items)
    if kind in live.SETS or kind is Keys:
        table = items if kind in live.SETS else items.table
        found = key(wanted) in table
        table.pop(key(wanted), None)
        return found
    if kind is Values:
        for name in walking.order(items.table):
            if live.same(wanted, items.table[name]):
                del items.table[name]
                return True
        return False
    for entry in walking.entries_of(items.table):
        if live.same(wanted, entry):
            del items.table[entry.key]
            return True
    return False


def _filter(items: Any, goes: Callable[[Any], bool]) -> bool:
    """Remove what a test says."""
    kind = type(items)
    if kind in live.LISTS or kind in live.KINDS:
        size = len(items)
        kept = [value for value in items if not goes(value)]
        if len(items) != size:
            raise live.modified()
        if len(kept) == size:
            return False
        mine(items)[:] = kept
        return True
    table = items if kind in live.SETS else items.table
    gone = False
    size = len(table)
    for name in walking.order(table):
        value = (
            unkey(name)
            if kind in live.SETS or kind is Keys
            else table[name]
            if kind is Values
            else live.Entry(table, name)
        )
        if goes(value):
            if len(table) != size:
                raise live.modified()
            del table[name]
            size -= 1
            gone = True
        elif len(table) != size:
            raise live.modified()
    return gone


def _clear(items: Any) -> None:
    (items.table if type(items) in live.VIEWS else mine(items)).clear()


def _contains_all(items: Any, others: Any) -> bool:
    return all(walking.holds(items, other) for other in walked(given(others)))


def _last_index(items: Any, wanted: Any) -> int:
    found = walking.find(items[::-1], wanted)
    return found if found < 0 else len(items) - 1 - found


def _sublist(items: Any, start: int, end: int) -> Any:
    if start < 0 or end > len(items):
        raise out_of_bounds(start if start < 0 else end, len(items))
    if start > end:
        raise ScriptFailure(
            f"fromIndex({start}) > toIndex({end})", "illegal_argument_exception", foreign=True
        )
    return live.Part(items[start:end])


def _join(items: Any, separator: str | None) -> str:
    return ("null" if separator is None else separator).join(map(as_text.text, walked(items)))


def _each(items: Any, work: Callable[[Any], Any]) -> Any:
    for value in walked(items):
        work(value)
    return items


def _for_each(items: Any, work: Callable[[Any], Any]) -> None:
    if type(items) is not list:
        _each(items, work)
        return
    size, at = len(items), 0
    while at < size and len(items) == size:
        work(items[at])
        at += 1
    if len(items) != size:
        raise live.modified()


def _each_with_index(items: Any, work: Callable[[Any, int], Any]) -> Any:
    for number, value in enumerate(walked(items)):
        work(value, number)
    return items


def _find_result(items: Any, *more: Any) -> Any:
    other, work = more if len(more) == 2 else (None, more[0])
    for value in walked(items):
        found = work(value)
        if found is not None:
            return found
    return other


def _find_results(items: Any, work: Callable[[Any], Any]) -> Any:
    found = [work(value) for value in walked(items)]
    return [value for value in found if value is not None]


def _group(items: Any, work: Callable[[Any], Any]) -> Any:
    found = live.Linked()
    for value in walked(items):
        found.setdefault(key(work(value)), []).append(value)
    return found


def _collect_into(items: Any, target: Any, work: Callable[[Any], Any]) -> Any:
    for value in walked(items):
        add(target, work(value))
    return target


def _split(items: Any, test: Callable[[Any], bool]) -> Any:
    yes: list[Any] = []
    no: list[Any] = []
    for value in walked(items):
        (yes if test(value) else no).append(value)
    return [yes, no]


def _sum(items: Any, work: Callable[[Any], float] | None = None) -> float:
    found = 0.0
    for value in walked(items):
        if work is None and not isinstance(value, int | float):
            raise ScriptFailure(
                "a sum of others than numbers", "class_cast_exception", foreign=True
            )
        found += float(value) if work is None else work(value)
    return found


def sort(items: Any, compare: Callable[[Any, Any], int] | None) -> None:
    """``List.sort``."""
    mine(items)
    size = len(items)
    found = (
        live.natural(items) if compare is None else sorted(items, key=functools.cmp_to_key(compare))
    )
    if len(items) != size:
        raise live.modified()
    items[:] = found


def _replace_all(items: Any, work: Callable[[Any], Any]) -> None:
    mine(items)
    for number in range(len(items)):
        items[number] = work(items[number])


def array_of(items: Iterable[Any]) -> Any:
    """``def[]``."""
    return live.ARRAYS["def[]"](items)
