"""Exceptions as scripts make, catch and ask them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.script import as_text, live

if TYPE_CHECKING:
    from collections.abc import Callable

_TREE: Final = {
    "Exception": "Object",
    "RuntimeException": "Exception",
    "CloneNotSupportedException": "Exception",
    "InterruptedException": "Exception",
    **dict.fromkeys(
        ("ArithmeticException", "ClassCastException", "IllegalArgumentException", "IllegalStateException", "IndexOutOfBoundsException",
         "NegativeArraySizeException", "NullPointerException", "UnsupportedOperationException", "ConcurrentModificationException",
         "NoSuchElementException", "DateTimeException", "ArrayStoreException", "SecurityException"), "RuntimeException"),
    "NumberFormatException": "IllegalArgumentException",
    "ArrayIndexOutOfBoundsException": "IndexOutOfBoundsException",
    "StringIndexOutOfBoundsException": "IndexOutOfBoundsException",
    "InputMismatchException": "NoSuchElementException",
    "DateTimeParseException": "DateTimeException",
    "UnsupportedTemporalTypeException": "DateTimeException",
    "ZoneRulesException": "DateTimeException",
    "IllegalFormatException": "IllegalArgumentException",
}  # fmt: skip
_PACKAGES: Final = {
    "ConcurrentModificationException": "java.util", "NoSuchElementException": "java.util", "InputMismatchException": "java.util",
    "DateTimeException": "java.time", "DateTimeParseException": "java.time.format", "UnsupportedTemporalTypeException": "java.time.temporal",
    "ZoneRulesException": "java.time.zone", "IllegalFormatException": "java.util",
}  # fmt: skip
MADE: Final = frozenset(_TREE) - {"DateTimeParseException", "IllegalFormatException"}
"""Exceptions that a script can make, with a message or without."""


def _above(name: str) -> tuple[str, ...]:
    found = []
    while name in _TREE:
        name = _TREE[name]
        found.append(name)
    return tuple(found)


SUPERS: Final = {name: _above(name) for name in _TREE}
QUALIFIED: Final = {f"{_PACKAGES.get(name, 'java.lang')}.{name}": name for name in _TREE}
_FULL: Final = {name: full for full, name in QUALIFIED.items()}
_UNCAUGHT: Final = ("shipper_", "painless_error", "stack_overflow_error")


def _cause(name: str) -> str:
    """The type as answers of the cluster name it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_BY_CAUSE: Final = {_cause(name): name for name in _TREE}


class Thrown:
    """An exception as a value."""

    __slots__ = ("failure",)

    def __init__(self, failure: ScriptFailure) -> None:
        self.failure = failure


def made(name: str, message: str | None) -> Thrown:
    """``new Exception('message')``."""
    return Thrown(ScriptFailure(message, _cause(name)))


def catches(name: str, failure: ScriptFailure) -> bool:
    """Whether ``catch (name e)`` takes a failure."""
    if failure.cause.startswith(_UNCAUGHT):
        return False
    found = _BY_CAUSE.get(failure.cause)
    if found is None:
        return name in {"Exception", "RuntimeException"}
    return name == found or name in SUPERS[found]


def _text(thrown: Thrown) -> str:
    name = _BY_CAUSE.get(thrown.failure.cause)
    if name is None:
        raise live.beyond(f"the name of a {thrown.failure.cause}")
    message = thrown.failure.root
    return _FULL[name] if message is None else f"{_FULL[name]}: {message}"


def of_type(name: str) -> Callable[[Any], bool]:
    """The test of ``x instanceof name``."""
    return lambda value: type(value) is Thrown and catches(name, value.failure)


live.name_class(Thrown, "java.lang.Exception")
as_text.name_text(Thrown, _text)
METHODS: Final[dict[str, Callable[..., Any]]] = {
    "getMessage()String": lambda thrown: thrown.failure.root,
    "getLocalizedMessage()String": lambda thrown: thrown.failure.root,
}
