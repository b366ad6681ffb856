"""
What a script works on: maps and lists of the document themselves, to be read and changed.

A ``dict`` is a ``java.util.HashMap`` and a ``list`` a ``java.util.ArrayList``, the document's and the script's own alike. Keys that are no
strings are wrapped, because Python takes 1, 1.0 and True for one key. What they are equal to and sorted by is Java's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import values
from shipper.pipeline.failure import Failure
from shipper.pipeline.painless import objects
from shipper.pipeline.painless.failures import ScriptFailure, missing
from shipper.pipeline.values import Char

if TYPE_CHECKING:
    from collections.abc import Callable

_KEYED: Final = frozenset([str, type(None)])


class Key:
    """A map's key that is neither a string nor null."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        """As Java's."""
        return hash_code(self.value)

    def __eq__(self, other: object) -> bool:
        """As Java's."""
        return isinstance(other, Key) and same(self.value, other.value)


class Linked(dict[Any, Any]):
    """A ``java.util.LinkedHashMap``."""

    __slots__ = ()


class Sorted(dict[Any, Any]):
    """A ``java.util.TreeMap``."""

    __slots__ = ()

    def __setitem__(self, name: Any, value: Any) -> None:
        """Java compares a key with those that are there."""
        comparable(self, name)
        super().__setitem__(name, value)


class Hashed(dict[Any, Any]):
    """A ``java.util.HashSet``: its items are keys."""

    __slots__ = ()


class LinkedSet(dict[Any, Any]):
    """A ``java.util.LinkedHashSet``."""

    __slots__ = ()


class SortedSet(dict[Any, Any]):
    """A ``java.util.TreeSet``."""

    __slots__ = ()

    def __setitem__(self, name: Any, value: Any) -> None:
        """As of ``Sorted``."""
        comparable(self, name)
        super().__setitem__(name, value)


class View:
    """What ``keySet()``, ``values()`` and ``entrySet()`` give: a live view of a map."""

    __slots__ = ("table",)

    def __init__(self, table: dict[Any, Any]) -> None:
        self.table = table

    def __len__(self) -> int:
        """How many."""
        return len(self.table)


class Keys(View):
    """``map.keySet()``."""

    __slots__ = ()


class Values(View):
    """``map.values()``."""

    __slots__ = ()


class Entries(View):
    """``map.entrySet()``."""

    __slots__ = ()


class Entry:
    """A ``Map.Entry`` that writes through to its map."""

    __slots__ = ("held", "key", "table")

    def __init__(self, table: dict[Any, Any], key: Any) -> None:
        self.table = table
        self.key = key
        self.held = table[key]

    @property
    def value(self) -> Any:
        """The value; of a removed entry, the last one."""
        found = self.held = self.table.get(self.key, self.held)
        return found


class Params(dict[Any, Any]):
    """``params``, which is read-only; what it holds is not."""

    __slots__ = ()


class Part(list[Any]):
    """What ``subList`` gives; changes of it, which write through in Java, fail."""

    __slots__ = ()


class Fixed(list[Any]):
    """A list that cannot change."""

    __slots__ = ()


MAPS: Final = frozenset([dict, Linked, Sorted, Params])
SETS: Final = frozenset([Hashed, LinkedSet, SortedSet])
LISTS: Final = frozenset([list, Part, Fixed])
VIEWS: Final = frozenset([Keys, Values, Entries])
ELEMENTS: Final = (
    "Object",
    "def",
    "int",
    "long",
    "double",
    "float",
    "boolean",
    "byte",
    "short",
    "char",
    "Map",
    "List",
)
ARRAYS: Final[dict[str, type[list[Any]]]] = {
    "String[]": objects.MadeArray,
    **{f"{name}[]": type(f"Array_{name}", (list,), {"__slots__": ()}) for name in ELEMENTS},
}
KINDS: Final = frozenset(ARRAYS.values())
_CLASSES: Final[dict[type, str]] = {
    dict: "java.util.HashMap", Linked: "java.util.LinkedHashMap", Sorted: "java.util.TreeMap", list: "java.util.ArrayList",
    Hashed: "java.util.HashSet", LinkedSet: "java.util.LinkedHashSet", SortedSet: "java.util.TreeSet",
    Keys: "java.util.HashMap.KeySet", Values: "java.util.HashMap.Values", Entries: "java.util.HashMap.EntrySet",
    Entry: "java.util.HashMap.Node", Params: "java.util.Collections.UnmodifiableMap", Part: "java.util.ArrayList.SubList", Fixed: "java.util.ImmutableCollections.ListN",
    **{kind: name.replace("def", "Object").replace("Object", "java.lang.Object").replace("String", "java.lang.String").replace("Map", "java.util.Map").replace("List", "java.util.List") for name, kind in ARRAYS.items()},
}  # fmt: skip


def name_class(kind: type, name: str) -> None:
    """Say what Java calls a class of values."""
    _CLASSES[kind] = name
    objects.name_classes({kind: name})


objects.name_classes({kind: name for kind, name in _CLASSES.items() if kind not in {dict, list}})


def class_name(value: Any) -> str:
    """``getClass().getCanonicalName()`` of any value but null."""
    return _CLASSES.get(type(value)) or objects.class_name(value)


def modified() -> ScriptFailure:
    """A collection changed while it was walked."""
    return ScriptFailure(None, "concurrent_modification_exception")


def unsupported() -> ScriptFailure:
    """A collection that cannot change."""
    return ScriptFailure(None, "unsupported_operation_exception")


def beyond(what: str) -> Failure:
    """The edge cannot do what a script does with these values; no script catches it."""
    return Failure(f"the edge cannot do this: {what}", "shipper_unsupported", foreign=True)


def never(what: str) -> Callable[..., Any]:
    """A method that the edge does not do, whatever is asked."""

    def run(*_: Any) -> Any:
        raise beyond(what)

    return run


# -- keys --------------------------------------------------------------------------------------------------------------


def key(value: Any) -> Any:
    """A value as a key of a Python map."""
    return value if value.__class__ in _KEYED else Key(value)


def unkey(name: Any) -> Any:
    """The reverse of ``key``."""
    return name.value if name.__class__ is Key else name


def hash_code(value: Any) -> int:
    """``hashCode()``, of what has one that does not differ from run to run."""
    kind = type(value)
    if kind is str:
        return values.string_hash(value)
    if value is None:
        return 0
    if kind is bool:
        return 1231 if value else 1237
    if kind is Char:
        return ord(value)
    if isinstance(value, int):
        name = values.class_name(value)
        if name == "java.lang.Long":
            value &= 0xFFFFFFFFFFFFFFFF
            return _signed((value ^ (value >> 32)) & 0xFFFFFFFF)
        if name != "java.math.BigInteger":
            return int(value)
    if kind is list or kind is Part or kind is Fixed:
        found = 1
        for item in value:
            found = (31 * found + hash_code(item)) & 0xFFFFFFFF
        return _signed(found)
    if kind in MAPS:
        pairs = (hash_code(unkey(name)) ^ hash_code(item) for name, item in value.items())
        return _signed(sum(pairs) & 0xFFFFFFFF)
    if kind is float:
        return _double_hash(value)
    raise beyond(f"hashCode of {class_name(value)}")


def _double_hash(value: float) -> int:
    import struct  # noqa: PLC0415 - seldom

    nan = value != value  # noqa: PLR0124
    bits = 0x7FF8 << 48 if nan else struct.unpack(">Q", struct.pack(">d", value))[0]
    return _signed((bits ^ (bits >> 32)) & 0xFFFFFFFF)


def _signed(value: int) -> int:
    return value - 2**32 if value >= 2**31 else value


def natural(items: list[Any], read: Any = None) -> list[Any]:
    """
    Items in their natural order.

    Raises:
        ScriptFailure: two that cannot be compared.
    """
    found = items if read is None else [read(item) for item in items]
    if len(found) > 1:
        names = {class_name(item) if item is not None else None for item in found}
        if None in names:
            raise missing()
        if len(names) > 1 or not (names <= _COMPARABLE):
            raise ScriptFailure(
                "elements that cannot be compared", "class_cast_exception", foreign=True
            )
    elif found and found[0] is not None and class_name(found[0]) not in _COMPARABLE:
        return list(items)
    from shipper.pipeline.processors.sort import in_order  # noqa: PLC0415 - few scripts sort

    ordered = [
        Char(item) if type(item) is Char else item for item in in_order(found, descending=False)
    ]
    return ordered if read is None else [key(item) for item in ordered]


_COMPARABLE: Final = frozenset(
    ["java.lang.String", "java.lang.Integer", "java.lang.Long", "java.lang.Double", "java.lang.Float", "java.lang.Short", "java.lang.Byte",
     "java.lang.Character", "java.lang.Boolean", "java.math.BigInteger"]
)  # fmt: skip


def comparable(table: dict[Any, Any], name: Any) -> None:
    """
    See that a key can be compared with those of a map.

    Raises:
        ScriptFailure: it cannot.
    """
    natural([unkey(name), unkey(next(iter(table), name))])


# -- equality ----------------------------------------------------------------------------------------------------------


def equals(one: Any, other: Any) -> bool:
    """``one.equals(other)`` of two values that are not null."""
    kind = type(one)
    if kind in LISTS:
        return type(other) in LISTS and len(one) == len(other) and all(map(same, one, other))
    if kind in MAPS:
        if type(other) not in MAPS or len(one) != len(other):
            return False
        return all(name in other and same(item, other[name]) for name, item in one.items())
    if kind in SETS or kind is Keys:
        if type(other) not in SETS and type(other) is not Keys:
            return False
        names = _names(other)
        return len(one) == len(other) and all(name in names for name in _names(one))
    if kind is Entry:
        return (
            type(other) is Entry
            and same(unkey(one.key), unkey(other.key))
            and same(one.value, other.value)
        )
    if kind in KINDS or kind in VIEWS:
        return one is other
    return objects.equals(one, other)


def same(one: Any, other: Any) -> bool:
    """``Objects.equals``."""
    if one is None or other is None:
        return one is other
    return equals(one, other)


def _names(items: Any) -> dict[Any, Any]:
    return items.table if type(items) is Keys else items
