"""
Methods of Java's classes that scripts may call, each with the signature that Painless lists.

``METHODS[class][name, count]`` and ``STATICS[class][name, count]`` hold them; what is not here is refused when a script is loaded. A functional
parameter (``Predicate``, ``Function``, …) is a Python callable on boxed values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shipper.pipeline.painless import containers, scalars, streams, strings
from shipper.pipeline.painless.classes import SUPERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Method(NamedTuple):
    """
    One method.

    Attributes:
        owner: the class that lists it.
        parameters: their types.
        returns: type of the result; its plain value is what ``call`` returns.
        call: takes the receiver (unless static) and the arguments.
    """

    owner: str
    parameters: tuple[str, ...]
    returns: str
    call: Callable[..., Any]


FUNCTIONAL: Final = {
    "Predicate": (1, "boolean"),
    "Function": (1, "def"),
    "UnaryOperator": (1, "def"),
    "Consumer": (1, "void"),
    "BiPredicate": (2, "boolean"),
    "BiFunction": (2, "def"),
    "BiConsumer": (2, "void"),
}
"""Interfaces that a lambda may be: how many parameters, and what it gives."""

Table = "dict[tuple[str, int], Method]"


def read(owner: str, listed: Mapping[str, Callable[..., Any]]) -> dict[tuple[str, int], Method]:
    """A table of methods out of signatures such as ``get(int)def``."""
    table = {}
    for signature, call in listed.items():
        name, _, rest = signature.partition("(")
        inside, _, returns = rest.partition(")")
        parameters = tuple(inside.split(",")) if inside else ()
        table[name, len(parameters)] = Method(owner, parameters, returns, call)
    return table


_OWN: Final = {
    "Object": strings.OBJECT,
    "Number": scalars.NUMBER,
    "Integer": scalars.compare_to("Integer"),
    "Long": scalars.compare_to("Long"),
    "Short": scalars.compare_to("Short"),
    "Byte": scalars.compare_to("Byte"),
    "Float": scalars.compare_to("Float") | scalars.DECIMAL,
    "Double": scalars.compare_to("Double") | scalars.DECIMAL,
    "BigInteger": scalars.BIG_INTEGER,
    "ZonedDateTime": scalars.TIME,
    "Boolean": scalars.BOOLEAN,
    "Character": scalars.CHARACTER,
    "CharSequence": strings.SEQUENCE,
    "String": strings.STRING,
    "Iterable": containers.ITERABLE,
    "Collection": containers.COLLECTION,
    "List": containers.LIST,
    "Set": containers.SET,
    "Map": containers.MAP,
    "Map.Entry": containers.ENTRY,
    "Stream": streams.STREAM,
    "Optional": streams.OPTIONAL,
}


def _all(owner: str) -> dict[tuple[str, int], Method]:
    table: dict[tuple[str, int], Method] = {}
    for name in reversed((owner, *SUPERS[owner])):
        table |= read(name, _OWN.get(name, {}))
    return table


METHODS: Final[dict[str, dict[tuple[str, int], Method]]] = {name: _all(name) for name in SUPERS}

STATICS: Final[dict[str, dict[tuple[str, int], Method]]] = {
    name: read(name, listed)
    for name, listed in {
        "String": strings.STATIC_STRING,
        "Objects": strings.STATIC_OBJECTS,
        "Integer": scalars.STATIC_INTEGER,
        "Long": scalars.STATIC_LONG,
        "Double": scalars.STATIC_DOUBLE,
        "Float": scalars.STATIC_FLOAT,
        "Boolean": scalars.STATIC_BOOLEAN,
        "Character": scalars.STATIC_CHARACTER,
        "Math": scalars.STATIC_MATH,
        "Collections": containers.STATIC_COLLECTIONS,
        "Arrays": containers.STATIC_ARRAYS,
        "Optional": streams.STATIC_OPTIONAL,
        "Collectors": streams.STATIC_COLLECTORS,
    }.items()
}

CONSTANTS: Final[dict[tuple[str, str], tuple[str, Any]]] = {
    ("Integer", "MAX_VALUE"): ("int", 2**31 - 1),
    ("Integer", "MIN_VALUE"): ("int", -(2**31)),
    ("Long", "MAX_VALUE"): ("long", 2**63 - 1),
    ("Long", "MIN_VALUE"): ("long", -(2**63)),
    ("Math", "PI"): ("double", 3.141592653589793),
    ("Math", "E"): ("double", 2.718281828459045),
    ("Boolean", "TRUE"): ("Boolean", True),
    ("Boolean", "FALSE"): ("Boolean", False),
}
"""Constant fields: type and plain value."""

GETTERS: Final[dict[str, dict[str, Callable[[Any], Any]]]] = {
    "String": {"empty": lambda text: not text},
    "Map": {"empty": lambda table: not table},
    "List": {"empty": lambda items: not items, "length": len},
    "Set": {"empty": lambda items: not items},
    "Map.Entry": {"key": lambda entry: entry[0], "value": lambda entry: entry[1]},
    "Optional": {"present": lambda optional: optional.value is not None},
}
"""What a dotted name means besides fields: ``entry.value`` calls ``getValue``."""
