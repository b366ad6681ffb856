"""
What a script throws: a ``script_exception`` with the reason ``runtime error``, around the cause that handlers see as ``_ingest.on_failure_message``.

``foreign`` marks what the Java virtual machine words.
"""

from __future__ import annotations

from typing import Any

from shipper.pipeline.failure import Failure


class ScriptFailure(Failure):
    """
    A script's run-time error.

    Args:
        reason: of the innermost cause.
        cause: type of the innermost cause, such as ``arithmetic_exception``.
        foreign: the virtual machine words the reason.
    """

    def __init__(self, reason: str | None, cause: str, *, foreign: bool = False) -> None:
        super().__init__("runtime error", "script_exception", foreign=foreign, root=reason)
        self.cause = cause


def missing(what: str = "value") -> ScriptFailure:
    """Something was asked of null."""
    return ScriptFailure(
        f'Cannot invoke "Object.getClass()" because "{what}" is null',
        "null_pointer_exception",
        foreign=True,
    )


def bad_class(reason: str, *, foreign: bool = False) -> ScriptFailure:
    """A value is not of the class that is needed."""
    return ScriptFailure(reason, "class_cast_exception", foreign=foreign)


def illegal(reason: str) -> ScriptFailure:
    """What Painless itself refuses."""
    return ScriptFailure(reason, "illegal_argument_exception")


def uncastable(value: Any, wanted: str) -> ScriptFailure:
    """The virtual machine will not cast a value."""
    return bad_class(f"Cannot cast {type(value).__name__} to {wanted}", foreign=True)


def out_of_bounds(index: int, length: int) -> ScriptFailure:
    """An index beyond a list."""
    return ScriptFailure(
        f"Index {index} out of bounds for length {length}",
        "index_out_of_bounds_exception",
        foreign=True,
    )


def read_only() -> ScriptFailure:
    """A condition writes to the document."""
    return ScriptFailure(
        "Mutating ingest documents in conditionals is not supported",
        "unsupported_operation_exception",
    )
