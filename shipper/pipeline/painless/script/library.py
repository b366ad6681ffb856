"""Classes and methods that scripts may use: those of conditions, on the document itself, and more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.painless import calls, classes, library, objects, scalars, streams, strings
from shipper.pipeline.painless.script import as_text, lists, live, maps, numbers, texts, thrown
from shipper.pipeline.painless.script.more import moments, patterns, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

_ITERABLES: Final = ("Collection", "Iterable", "Object")
SUPERS: Final[dict[str, tuple[str, ...]]] = {
    **classes.SUPERS,
    "LinkedHashMap": ("HashMap", "Map", "Object"),
    "SortedMap": ("Map", "Object"),
    "NavigableMap": ("SortedMap", "Map", "Object"),
    "TreeMap": ("NavigableMap", "SortedMap", "Map", "Object"),
    "HashSet": ("Set", *_ITERABLES),
    "LinkedHashSet": ("HashSet", "Set", *_ITERABLES),
    "TreeSet": ("Set", *_ITERABLES),
    "Iterator": ("Object",),
    "StringBuilder": ("CharSequence", "Comparable", "Object"),
    "StringTokenizer": ("Object",),
    "StringJoiner": ("Object",),
    "Comparator": ("Object",),
    **thrown.SUPERS,
    **moments.SUPERS,
    **patterns.SUPERS,
    **streaming.SUPERS,
    **dict.fromkeys(live.ARRAYS, ("Object",)),
}
INSTANCES: Final[dict[str, frozenset[type]]] = {
    "ArrayList": frozenset([list]),
    "List": live.LISTS,
    "HashMap": frozenset([dict, live.Linked]),
    "LinkedHashMap": frozenset([live.Linked]),
    **dict.fromkeys(("TreeMap", "SortedMap", "NavigableMap"), frozenset([live.Sorted])),
    "Map": live.MAPS,
    "HashSet": frozenset([live.Hashed, live.LinkedSet]),
    "LinkedHashSet": frozenset([live.LinkedSet]),
    "TreeSet": frozenset([live.SortedSet]),
    "Set": live.SETS | {live.Keys, live.Entries},
    "Collection": live.LISTS | live.SETS | live.VIEWS,
    "Iterable": live.LISTS | live.SETS | live.VIEWS,
    "Map.Entry": frozenset([live.Entry]),
    "Iterator": frozenset([lists.Iterator]),
    "StringBuilder": frozenset([texts.Builder]),
    "CharSequence": frozenset([str, texts.Builder]),
    "StringTokenizer": frozenset([texts.Tokenizer]),
    "StringJoiner": frozenset([texts.Joiner]),
    **moments.INSTANCES,
    **patterns.INSTANCES,
    **streaming.INSTANCES,
    **{name: frozenset([kind]) for name, kind in live.ARRAYS.items()},
}
QUALIFIED: Final = {
    **classes.QUALIFIED,
    **thrown.QUALIFIED,
    **moments.QUALIFIED,
    **{
        f"java.util.{name}": name
        for name in ("LinkedHashMap", "TreeMap", "SortedMap", "HashSet", "LinkedHashSet", "TreeSet", "Iterator", "StringTokenizer", "StringJoiner", "Comparator")
    },
    "java.lang.StringBuilder": "StringBuilder",
}  # fmt: skip
FUNCTIONAL: Final = {
    **library.FUNCTIONAL,
    "Comparator": (2, "int"),
    "ObjIntConsumer": (2, "void"),
    "BinaryOperator": (2, "def"),
    "ToDoubleFunction": (1, "double"),
    "ToIntFunction": (1, "int"),
    "ToLongFunction": (1, "long"),
    "Supplier": (0, "def"),
    **streaming.FUNCTIONAL,
}

_OWN: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "Object": {
        "equals(Object)boolean": lambda one, other: other is not None and live.equals(one, other),
        "toString()String": as_text.text,
        "hashCode()int": live.hash_code,
    },
    "Number": scalars.NUMBER,
    **{name: scalars.compare_to(name) for name in ("Integer", "Long", "Short", "Byte")},
    "Float": scalars.compare_to("Float") | scalars.DECIMAL,
    "Double": scalars.compare_to("Double") | scalars.DECIMAL,
    "BigInteger": scalars.BIG_INTEGER,
    "Boolean": scalars.BOOLEAN,
    "Character": scalars.CHARACTER,
    "CharSequence": strings.SEQUENCE | patterns.SEQUENCE,
    "String": strings.STRING | texts.STRING | moments.STRING,
    "Iterable": lists.ITERABLE,
    "Collection": lists.COLLECTION,
    "List": lists.LIST,
    "ArrayList": lists.ARRAY_LIST,
    "Set": lists.SET,
    "Map": maps.MAP,
    "HashMap": maps.HASH_MAP,
    "Map.Entry": maps.ENTRY,
    **dict.fromkeys(("HashSet", "LinkedHashSet", "TreeSet", "TreeMap"), maps.HASH_MAP),
    "Iterator": lists.ITERATOR,
    "StringBuilder": texts.BUILDER,
    "StringTokenizer": texts.TOKENIZER,
    "StringJoiner": texts.JOINER,
    "Optional": streams.OPTIONAL,
    "Exception": thrown.METHODS,
    **moments.METHODS,
    **patterns.METHODS,
    **streaming.METHODS,
}


_READ: Final = {name: library.read(name, listed) for name, listed in _OWN.items()}


def _all(owner: str) -> dict[tuple[str, int], library.Method]:
    table: dict[tuple[str, int], library.Method] = {}
    for name in reversed((owner, *SUPERS[owner])):
        table |= _READ.get(name, {})
    return table


METHODS: Final[dict[str, dict[tuple[str, int], library.Method]]] = {
    name: _all(name) for name in SUPERS
}
_STATIC: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "String": strings.STATIC_STRING | texts.STATIC_STRING | moments.STATIC_STRING,
    "Objects": strings.STATIC_OBJECTS
    | {
        "equals(Object,Object)boolean": live.same,
        "toString(Object)String": as_text.text,
        "toString(Object,String)String": lambda value, other: (
            other if value is None else as_text.text(value)
        ),
        "hashCode(Object)int": live.hash_code,
    },
    "Integer": scalars.STATIC_INTEGER | numbers.INTEGER,
    "Long": scalars.STATIC_LONG | numbers.LONG,
    "Double": scalars.STATIC_DOUBLE | numbers.DOUBLE,
    "Float": scalars.STATIC_FLOAT | numbers.FLOAT,
    "Boolean": scalars.STATIC_BOOLEAN,
    "Character": scalars.STATIC_CHARACTER | numbers.CHARACTER,
    "Math": scalars.STATIC_MATH | numbers.MATH,
    "Collections": lists.COLLECTIONS,
    "Arrays": lists.ARRAYS,
    "Optional": streams.STATIC_OPTIONAL,
    "Processors": texts.STATIC_PROCESSORS,
    **moments.STATIC,
    **patterns.STATIC,
    **streaming.STATIC,
}
STATICS: Final = {name: library.read(name, listed) for name, listed in _STATIC.items()}
CONSTANTS: Final = {**library.CONSTANTS, **moments.CONSTANTS}
GETTERS: Final[dict[str, dict[str, Callable[[Any], Any]]]] = {
    "String": {"empty": lambda text: not text},
    "Map": {"empty": lambda table: not table},
    "List": {"empty": lambda items: not items, "length": len},
    "Set": {"empty": lambda items: not len(items)},
    "Collection": {"empty": lambda items: not len(items)},
    "Map.Entry": {"key": lambda entry: live.unkey(entry.key), "value": lambda entry: entry.value},
    "Optional": {"present": lambda optional: optional.value is not None},
    "Exception": {"message": lambda value: value.failure.root},
    **{name: {"length": len} for name in live.ARRAYS},
    **moments.GETTERS,
}
RECEIVERS: Final[dict[type, str]] = {
    **{kind: name for kind, name in calls.RECEIVERS.items() if kind.__module__ in {"builtins", "shipper.pipeline.values"}},
    dict: "HashMap", live.Linked: "LinkedHashMap", live.Sorted: "TreeMap", live.Params: "Map",
    list: "ArrayList", live.Part: "List", live.Fixed: "List",
    live.Hashed: "HashSet", live.LinkedSet: "LinkedHashSet", live.SortedSet: "TreeSet",
    live.Keys: "Set", live.Entries: "Set", live.Values: "Collection", live.Entry: "Map.Entry",
    lists.Iterator: "Iterator", texts.Builder: "StringBuilder", texts.Tokenizer: "StringTokenizer", texts.Joiner: "StringJoiner",
    objects.Stream: "Stream", objects.Optional: "Optional", thrown.Thrown: "Exception",
    **{kind: name for name, kind in live.ARRAYS.items()},
    **moments.RECEIVERS, **patterns.RECEIVERS, **streaming.RECEIVERS,
}  # fmt: skip
GETTERS_BY_KIND: Final[dict[type, dict[str, Callable[[Any], Any]]]] = {
    kind: {
        getter: call
        for above in (*reversed(SUPERS[name]), name)
        for getter, call in GETTERS.get(above, {}).items()
    }
    for kind, name in RECEIVERS.items()
}
classes.admit(SUPERS, INSTANCES)
TYPES: Final = frozenset(SUPERS)
_MISSING: Final = (
    "getChars/4 chars/0 codePoints/0 codePointBefore/1 codePointCount/2 offsetByCodePoints/2 regionMatches/4 regionMatches/5 "
    "listIterator/0 listIterator/1 spliterator/0 asCollection/0 toArray/1 getStackTrace/0 appendCodePoint/1 append/3 capacity/0 descendingMap/0 "
    "firstKey/0 lastKey/0 headMap/1 tailMap/1 subMap/2 headMap/2 tailMap/2 subMap/4 ceilingKey/1 floorKey/1 higherKey/1 lowerKey/1 firstEntry/0 lastEntry/0 "
    "pollFirstEntry/0 pollLastEntry/0 ceilingEntry/1 floorEntry/1 higherEntry/1 lowerEntry/1 descendingKeySet/0 navigableKeySet/0 first/0 last/0 ceiling/1 "
    "floor/1 higher/1 lower/1 headSet/1 tailSet/1 subSet/2 headSet/2 tailSet/2 subSet/4 pollFirst/0 pollLast/0 descendingIterator/0 descendingSet/0 "
    "comparator/0 nextToken/1 setEmptyValue/1 merge/1 compare/2 reversed/0 thenComparing/1 thenComparing/2"
)
UNTRANSLATED: Final = frozenset(
    (name, int(count))
    for name, _, count in (
        one.partition("/")
        for one in (_MISSING + moments.MISSING + patterns.MISSING + streaming.MISSING).split()
    )
)
