"""Streams, as conditions have them and with sorting; streams of numbers are refused."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.painless import streams
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.objects import Optional, Stream
from shipper.pipeline.painless.script import as_text, live
from shipper.pipeline.painless.streams import used
from shipper.pipeline.painless.strings import given

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _distinct(items: Iterator[Any]) -> Iterator[Any]:
    seen = set()
    for item in items:
        key = live.key(item)
        if key not in seen:
            seen.add(key)
            yield item


def _sorted(stream: Stream, compare: Callable[[Any, Any], int] | None = None) -> Stream:
    items = list(used(stream))
    found = (
        live.natural(items) if compare is None else sorted(items, key=functools.cmp_to_key(compare))
    )
    return Stream(iter(found), len(found))


def _reduce(stream: Stream, first: Any, work: Callable[[Any, Any], Any]) -> Any:
    return functools.reduce(work, used(stream), first)


def _extreme(sign: int) -> Callable[..., Optional]:
    def run(stream: Stream, compare: Callable[[Any, Any], int]) -> Optional:
        found = list(used(stream))
        if not found:
            return Optional(None)
        best = found[0]
        for item in found[1:]:
            if compare(item, best) * sign > 0 or (sign > 0 and compare(item, best) == 0):
                best = item
        return Optional(best)

    return run


def _mapped(
    name_of: Callable[[Any], Any],
    value_of: Callable[[Any], Any],
    merged: Callable[[Any, Any], Any] | None = None,
) -> Callable[[Iterator[Any]], dict[Any, Any]]:
    """``Collectors.toMap``: null is no value, and without a way to merge them no key comes twice."""

    def run(items: Iterator[Any]) -> dict[Any, Any]:
        table: dict[Any, Any] = {}
        for item in items:
            name = live.key(name_of(item))
            value = given(value_of(item))
            if name not in table:
                table[name] = value
                continue
            if merged is None:
                raise ScriptFailure(
                    f"Duplicate key {as_text.text(live.unkey(name))} (attempted merging values {as_text.text(table[name])} and {as_text.text(value)})",
                    "illegal_state_exception",
                    foreign=True,
                )
            table[name] = merged(table[name], value)
            if table[name] is None:
                del table[name]
        return table

    return run


SUPERS: Final[dict[str, tuple[str, ...]]] = {}
INSTANCES: Final[dict[str, frozenset[type]]] = {}
FUNCTIONAL: Final[dict[str, tuple[int, str]]] = {}
METHODS: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "Stream": streams.STREAM
    | {
        "distinct()Stream": lambda stream: Stream(_distinct(used(stream))),
        "iterator()Iterator": live.never("Stream.iterator"),
        "sorted()Stream": _sorted,
        "sorted(Comparator)Stream": _sorted,
        "reduce(def,BinaryOperator)def": _reduce,
        "max(Comparator)Optional": _extreme(1),
        "min(Comparator)Optional": _extreme(-1),
        "toArray()def[]": lambda stream: live.ARRAYS["def[]"](used(stream)),
    },
}
STATIC: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "Collectors": {
        **streams.STATIC_COLLECTORS,
        "toList()Collector": lambda: list,
        "toSet()Collector": lambda: (
            lambda items: live.Hashed((live.key(item), True) for item in items)
        ),
        "toMap(Function,Function)Collector": _mapped,
        "toMap(Function,Function,BinaryOperator)Collector": _mapped,
    },
    "Comparator": {
        "naturalOrder()Comparator": lambda: _natural,
        "reverseOrder()Comparator": lambda: lambda one, other: _natural(other, one),
    },
}
RECEIVERS: Final[dict[type, str]] = {}
MISSING: Final = (
    " mapToInt/1 mapToLong/1 mapToDouble/1 flatMap/1 peek/1 collect/3 reduce/1 reduce/3 forEachOrdered/1 parallel/0 sequential/0 unordered/0 onClose/1 "
    "close/0 isParallel/0 iterator/0/x flatMapToInt/1 ifPresent/1 orElseGet/1 orElseThrow/1 "
).replace("iterator/0/x ", "")


def _natural(one: Any, other: Any) -> int:
    if live.same(one, other):
        return 0
    return -1 if live.natural([one, other])[0] is one else 1
