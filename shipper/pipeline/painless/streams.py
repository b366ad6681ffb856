"""Methods of streams and optionals. Streams are lazy, as Java's are: what nobody asks for is not computed."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.painless import objects
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.objects import MadeArray, MadeList, Optional, Stream
from shipper.pipeline.values import long

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def used(stream: Stream) -> Iterator[Any]:
    """The values of a stream, which gives them once."""
    items = stream.items
    if items is None:
        raise ScriptFailure(
            "stream has already been operated upon or closed",
            "illegal_state_exception",
            foreign=True,
        )
    stream.items = None
    return items


def _first(stream: Stream) -> Optional:
    for value in used(stream):
        if value is None:
            raise ScriptFailure(None, "null_pointer_exception", foreign=True)
        return Optional(value)
    return Optional(None)


def _count(stream: Stream) -> int:
    items = used(stream)
    return sum(1 for _ in items) if stream.size is None else stream.size


def _distinct(items: Iterator[Any]) -> Iterator[Any]:
    seen: list[Any] = []
    for value in items:
        if not objects.holds(seen, value):
            seen.append(value)
            yield value


def _limit(stream: Stream, count: int) -> Stream:
    if count < 0:
        raise ScriptFailure(str(count), "illegal_argument_exception")
    return Stream(itertools.islice(used(stream), count))


def _skip(stream: Stream, count: int) -> Stream:
    if count < 0:
        raise ScriptFailure(str(count), "illegal_argument_exception")
    return Stream(itertools.islice(used(stream), count, None))


def _get(optional: Optional) -> Any:
    if optional.value is None:
        raise ScriptFailure("No value present", "no_such_element_exception")
    return optional.value


def _each(stream: Stream, work: Callable[[Any], Any]) -> None:
    for value in used(stream):
        work(value)


STREAM: Final[dict[str, Callable[..., Any]]] = {
    "anyMatch(Predicate)boolean": lambda stream, test: any(map(test, used(stream))),
    "allMatch(Predicate)boolean": lambda stream, test: all(map(test, used(stream))),
    "noneMatch(Predicate)boolean": lambda stream, test: not any(map(test, used(stream))),
    "filter(Predicate)Stream": lambda stream, test: Stream(filter(test, used(stream))),
    "map(Function)Stream": lambda stream, work: Stream(map(work, used(stream)), stream.size),
    "distinct()Stream": lambda stream: Stream(_distinct(used(stream))),
    "limit(long)Stream": _limit,
    "skip(long)Stream": _skip,
    "count()long": _count,
    "findFirst()Optional": _first,
    "findAny()Optional": _first,
    "forEach(Consumer)void": _each,
    "toArray()def[]": lambda stream: MadeArray(used(stream)),
    "collect(Collector)def": lambda stream, collector: collector(used(stream)),
}
OPTIONAL: Final[dict[str, Callable[..., Any]]] = {
    "isPresent()boolean": lambda optional: optional.value is not None,
    "filter(Predicate)Optional": lambda optional, test: Optional(
        optional.value if optional.value is not None and test(optional.value) else None
    ),
    "map(Function)Optional": lambda optional, work: Optional(
        None if optional.value is None else work(optional.value)
    ),
    "get()def": _get,
    "orElse(def)def": lambda optional, other: other if optional.value is None else optional.value,
}
STATIC_OPTIONAL: Final[dict[str, Callable[..., Any]]] = {
    "ofNullable(def)Optional": Optional,
    "empty()Optional": lambda: Optional(None),
}


def _joined(separator: str) -> Callable[[Iterator[Any]], str]:
    def run(items: Iterator[Any]) -> str:
        found = []
        for value in items:
            if value is not None and type(value) is not str:
                raise ScriptFailure(
                    "a stream of others than strings", "class_cast_exception", foreign=True
                )
            found.append("null" if value is None else value)
        return separator.join(found)

    return run


STATIC_COLLECTORS: Final[dict[str, Callable[..., Any]]] = {
    "toList()Collector": lambda: MadeList,
    "counting()Collector": lambda: lambda items: long(sum(1 for _ in items)),
    "joining()Collector": lambda: _joined(""),
    "joining(CharSequence)Collector": _joined,
}
