"""Methods of lists, sets and views of maps, which change the document."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.objects import Stream
from shipper.pipeline.painless.script import live, walking
from shipper.pipeline.painless.script.collecting import (
    _add_all,
    _clear,
    _collect_into,
    _contains_all,
    _discard,
    _each,
    _each_with_index,
    _filter,
    _find_result,
    _find_results,
    _for_each,
    _group,
    _insert,
    _insert_all,
    _join,
    _last_index,
    _remove_at,
    _replace_all,
    _set,
    _split,
    _sublist,
    _sum,
    add,
    array_of,
    get,
    given,
    mine,
    sort,
)
from shipper.pipeline.painless.script.live import Entries, Values, unkey
from shipper.pipeline.painless.script.maps import by_path
from shipper.pipeline.painless.script.walking import walked

if TYPE_CHECKING:
    from collections.abc import Callable


class Iterator:
    """A ``java.util.Iterator``."""

    __slots__ = ("at", "last", "names", "owner", "size")

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        kind = type(owner)
        self.names = (
            None
            if kind in live.LISTS
            else walking.order(owner if kind in live.SETS else owner.table)
        )
        self.size = len(owner)
        self.at = 0
        self.last: Any = None

    def has_next(self) -> bool:
        """``hasNext()``."""
        return self.at != len(self.owner if self.names is None else self.names)

    def next(self) -> Any:
        """``next()``."""
        if len(self.owner) != self.size:
            raise live.modified()
        if not self.has_next():
            raise ScriptFailure(None, "no_such_element_exception")
        self.at += 1
        if self.names is None:
            self.last = (self.at - 1,)
            return self.owner[self.at - 1]
        name = self.names[self.at - 1]
        self.last = (name,)
        kind = type(self.owner)
        if kind is Values:
            return self.owner.table[name]
        return live.Entry(self.owner.table, name) if kind is Entries else unkey(name)

    def remove(self) -> None:
        """``remove()``."""
        if self.last is None:
            raise ScriptFailure(None, "illegal_state_exception")
        if len(self.owner) != self.size:
            raise live.modified()
        (where,) = self.last
        if self.names is None:
            del mine(self.owner)[where]
            self.at = where
        else:
            del (self.owner if type(self.owner) in live.SETS else self.owner.table)[where]
        self.last = None
        self.size -= 1


def _remaining(iterator: Iterator, work: Callable[[Any], Any]) -> None:
    while iterator.has_next():
        work(iterator.next())


ITERATOR: Final[dict[str, Callable[..., Any]]] = {
    "hasNext()boolean": Iterator.has_next,
    "next()def": Iterator.next,
    "remove()void": Iterator.remove,
    "forEachRemaining(Consumer)void": _remaining,
}
ITERABLE: Final[dict[str, Callable[..., Any]]] = {
    "any(Predicate)boolean": lambda items, test: any(map(test, walked(items))),
    "every(Predicate)boolean": lambda items, test: all(map(test, walked(items))),
    "each(Consumer)def": _each,
    "eachWithIndex(ObjIntConsumer)def": _each_with_index,
    "forEach(Consumer)void": _for_each,
    "findResults(Function)List": _find_results,
    "groupBy(Function)Map": _group,
    "iterator()Iterator": Iterator,
    "join(String)String": _join,
    "asList()List": lambda items: items if type(items) in live.LISTS else list(walked(items)),
    "sum()double": _sum,
    "sum(ToDoubleFunction)double": _sum,
}
COLLECTION: Final[dict[str, Callable[..., Any]]] = {
    "size()int": len,
    "isEmpty()boolean": lambda items: not len(items),
    "contains(def)boolean": walking.holds,
    "containsAll(Collection)boolean": _contains_all,
    "add(def)boolean": add,
    "addAll(Collection)boolean": _add_all,
    "clear()void": _clear,
    "removeIf(Predicate)boolean": _filter,
    "removeAll(Collection)boolean": lambda items, others: _filter(
        items, functools.partial(walking.holds, given(others))
    ),
    "retainAll(Collection)boolean": lambda items, others: _filter(
        items, lambda value: not walking.holds(given(others), value)
    ),
    "stream()Stream": lambda items: Stream(walked(items), len(items)),
    "find(Predicate)def": lambda items, test: next(
        (value for value in walked(items) if test(value)), None
    ),
    "findAll(Predicate)List": lambda items, test: [value for value in walked(items) if test(value)],
    "findResult(Function)def": _find_result,
    "findResult(def,Function)def": _find_result,
    "collect(Function)List": lambda items, work: [work(value) for value in walked(items)],
    "collect(Collection,Function)def": _collect_into,
    "split(Predicate)List": _split,
    "toArray()def[]": lambda items: array_of(walked(items)),
}
LIST: Final[dict[str, Callable[..., Any]]] = {
    "get(int)def": get,
    "set(int,def)def": _set,
    "add(int,def)void": _insert,
    "addAll(int,Collection)boolean": _insert_all,
    "remove(int)def": _remove_at,
    "indexOf(def)int": walking.find,
    "lastIndexOf(def)int": _last_index,
    "subList(int,int)List": _sublist,
    "getLength()int": len,
    "sort(Comparator)void": sort,
    "replaceAll(UnaryOperator)void": _replace_all,
    "getByPath(String)Object": by_path,
    "getByPath(String,Object)Object": by_path,
}
ARRAY_LIST: Final[dict[str, Callable[..., Any]]] = {
    "clone()def": list,
    "trimToSize()void": lambda _items: None,
}
SET: Final[dict[str, Callable[..., Any]]] = {"remove(def)boolean": _discard}


def _frequency(items: Any, wanted: Any) -> int:
    return sum(live.same(wanted, value) for value in walked(given(items)))


def _disjoint(one: Any, other: Any) -> bool:
    return not any(walking.holds(other, value) for value in walked(given(one)))


def _extreme(sign: int) -> Callable[[Any], Any]:
    def run(items: Any) -> Any:
        found = live.natural(list(walked(given(items))))
        if not found:
            raise ScriptFailure(None, "no_such_element_exception")
        return found[0 if sign < 0 else -1]

    return run


def _reverse(items: Any) -> None:
    mine(items).reverse()


def _swap(items: Any, one: int, other: int) -> None:
    value = get(items, other)
    mine(items)[other] = get(items, one)
    items[one] = value


COLLECTIONS: Final[dict[str, Callable[..., Any]]] = {
    "frequency(Collection,def)int": _frequency,
    "disjoint(Collection,Collection)boolean": _disjoint,
    "sort(List)void": lambda items: sort(items, None),
    "sort(List,Comparator)void": sort,
    "reverse(List)void": _reverse,
    "swap(List,int,int)void": _swap,
    "max(Collection)def": _extreme(1),
    "min(Collection)def": _extreme(-1),
    "emptyList()List": live.Fixed,
    "singletonList(def)List": lambda value: live.Fixed([value]),
    "unmodifiableList(List)List": lambda items: live.Fixed(given(items)),
}
ARRAYS: Final[dict[str, Callable[..., Any]]] = {
    "asList(Object[])List": lambda items: live.Fixed(given(items)),
}
