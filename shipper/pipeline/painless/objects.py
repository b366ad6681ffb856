"""
What a script sees as objects: the document's values behind a read-only view, and what it makes itself.

A ``dict`` or ``list`` is the document's: read-only, and equal to nothing, as the cluster's view of it is. What the script makes is a ``Made…``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import values
from shipper.pipeline.failure import Failure
from shipper.pipeline.values import Byte, Char, Date, Float, Long, Short, ZonedDateTime

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEW: Final = (
    "org.opensearch.ingest.ConditionalProcessor."  # Elasticsearch's name differs in its second word
)


class MadeList(list[Any]):
    """
    A ``java.util.ArrayList`` of the script's.

    Attributes:
        bare: set where it is in truth the document's, met while walking a list: the cluster's view does not cover that.
    """

    __slots__ = ("bare",)


class MadeMap(dict[Any, Any]):
    """A ``java.util.HashMap`` of the script's; ``bare`` as of ``MadeList``."""

    __slots__ = ("bare",)


class MadeArray(list[Any]):
    """A ``String[]``."""

    __slots__ = ()


class Keys(list[Any]):
    """What ``keySet()`` gives, in the map's order."""

    __slots__ = ()


class Entries(list[Any]):
    """What ``entrySet()`` gives."""

    __slots__ = ()


class Entry(tuple[Any, Any]):
    """A ``Map.Entry``."""

    __slots__ = ()


class Stream:
    """
    A ``Stream``: values that come when they are asked for.

    Attributes:
        items: the values still to come; None once they were asked for.
        size: how many, where that is known without looking: Java then counts without running what maps them.
    """

    __slots__ = ("items", "size")

    def __init__(self, items: Iterator[Any], size: int | None = None) -> None:
        self.items: Iterator[Any] | None = items
        self.size = size


class Optional:
    """An ``Optional``; ``value`` is None if there is none."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


_NAMES: Final[dict[type, str]] = {
    MadeList: "java.util.ArrayList",
    MadeMap: "java.util.HashMap",
    MadeArray: "java.lang.String[]",
    Keys: "java.util.Collections.UnmodifiableSet",
    Entries: "java.util.HashSet",
    Entry: "java.util.Map.Entry",
    Stream: "java.util.stream.ReferencePipeline",
    Optional: "java.util.Optional",
}
NUMBERS: Final = frozenset([int, float, Long, Float, Short, Byte])
_PLAIN: Final = NUMBERS | {str, bool, Char, ZonedDateTime, Date}
_UNBOXED: Final = {
    "java.lang.Boolean": "boolean",
    "java.lang.Byte": "byte",
    "java.lang.Short": "short",
    "java.lang.Character": "char",
    "java.lang.Integer": "int",
    "java.lang.Long": "long",
    "java.lang.Float": "float",
    "java.lang.Double": "double",
}


_OF_DATES: Final = frozenset(
    ["time", "getTime", "before", "after", "compareTo", "equals", "hashCode", "toString", "clone"]
)


def not_of_dates(value: Any, name: str) -> None:
    """
    Conditions know no ``Date``, which a script may have put into the document.

    Raises:
        Failure: the class has what is asked for.
    """
    if type(value) is Date and name in _OF_DATES:
        reason = f"the edge cannot do this: {name} of a Date in a condition"
        raise Failure(reason, "shipper_unsupported", foreign=True)


def name_classes(names: dict[type, str]) -> None:
    """Say what Java calls classes that only scripts have."""
    _NAMES.update(names)


def class_name(value: Any) -> str:
    """
    ``getClass().getCanonicalName()``.

    Args:
        value: any but null.
    """
    kind = type(value)
    if kind is dict:
        return VIEW + "UnmodifiableIngestData"
    if kind is list:
        return VIEW + "UnmodifiableIngestList"
    return _NAMES.get(kind) or values.class_name(value)


def unboxed_name(value: Any) -> str:
    """The same with ``int`` for Integer and so on."""
    name = class_name(value)
    return _UNBOXED.get(name, name)


def equals(one: Any, other: Any) -> bool:
    """``one.equals(other)`` of two values that are not null."""
    kind = type(one)
    if kind is dict or kind is list:
        return False
    if kind is MadeList:
        return (
            isinstance(other, list)
            and type(other) in {MadeList, list}
            and len(one) == len(other)
            and all(map(same, one, other))
        )
    if kind is MadeMap:
        if not isinstance(other, dict) or len(one) != len(other):
            return False
        return all(name in other and same(item, other[name]) for name, item in one.items())
    if kind is Keys:
        return (
            type(other) is Keys
            and len(one) == len(other)
            and all(holds(one, item) for item in other)
        )
    if kind is Optional:
        return type(other) is Optional and same(one.value, other.value)
    if kind in {MadeArray, Entry, Entries, Stream} or kind not in _PLAIN:
        return one is other
    return values.equals(one, other)


def same(one: Any, other: Any) -> bool:
    """``Objects.equals``."""
    if one is None or other is None:
        return one is other
    return equals(one, other)


def holds(items: Any, wanted: Any) -> bool:
    """``Collection.contains``."""
    if wanted is None:
        return any(item is None for item in items)
    if type(wanted) is str:
        if wanted not in items:  # a Character would be in them
            return False
        for item in items:  # noqa: SIM110 - three times as fast as any()
            if item.__class__ is str and item == wanted:
                return True
        return False
    return any(item is not None and equals(wanted, item) for item in items)


def bare(value: Any) -> Any:
    """A value of the document as it is met while walking a list: no read-only view, but the map or list itself."""
    found: Any
    if value.__class__ is dict:
        found = MadeMap((name, bare(item)) for name, item in value.items())
    elif value.__class__ is list:
        found = MadeList(map(bare, value))
    else:
        return value
    found.bare = True
    return found


def walked(items: Any) -> Any:
    """The items of a list, as whoever walks it meets them."""
    return map(bare, items) if items.__class__ is list else items


def find(items: Any, wanted: Any) -> int:
    """``List.indexOf``."""
    for number, item in enumerate(items):
        if (item is None) if wanted is None else (item is not None and equals(wanted, item)):
            return number
    return -1


def text(value: Any) -> str:
    """``String.valueOf``; a read-only view shows no more than its class and a number that differs from run to run."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is dict or kind is list:
        return class_name(value).replace("Processor.", "Processor$") + "@0"
    if kind in {MadeList, Keys, Entries}:
        return "[" + ", ".join(map(text, value)) + "]"
    if kind is MadeMap:
        if all(type(name) is str for name in value):
            return (
                "{"
                + ", ".join(f"{name}={text(value[name])}" for name in values.hash_order(value))
                + "}"
            )
        return "{" + ", ".join(f"{text(name)}={text(item)}" for name, item in value.items()) + "}"
    if kind is Entry:
        return f"{text(value[0])}={text(value[1])}"
    return values.to_string(value)


def lookup(table: dict[Any, Any], name: Any) -> Any:
    """``map.get``: the document's names are strings; in Python 1 would find True, and a Character a string."""
    kind = type(name)
    if kind is str:
        return table.get(name)
    return next((item for key, item in table.items() if same(name, key)), None)


def has(table: dict[Any, Any], name: Any) -> bool:
    """``map.containsKey``."""
    if type(name) is str:
        return name in table
    return any(same(name, key) for key in table)


__all__ = [
    "NUMBERS", "VIEW", "Entries", "Entry", "Keys", "MadeArray", "MadeList", "MadeMap", "Optional", "Stream", "ZonedDateTime",
    "class_name", "equals", "find", "has", "holds", "lookup", "same", "text", "unboxed_name",
]  # fmt: skip
