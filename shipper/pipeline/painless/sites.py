"""
Call sites on ``def``: one function for each class that a receiver may have.

Arguments and results are converted as the virtual machine's method handles do it, which is stricter than Painless' own casts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.painless import classes
from shipper.pipeline.painless.access import position
from shipper.pipeline.painless.arithmetic import box
from shipper.pipeline.painless.failures import ScriptFailure, missing, uncastable
from shipper.pipeline.painless.library import FUNCTIONAL, Method
from shipper.pipeline.values import LONG_MAX, LONG_MIN, Byte, Char, Long, Short

if TYPE_CHECKING:
    from collections.abc import Callable


def dispatch(
    run: Callable[[Any], Any],
    runs: list[Callable[[Any], Any]],
    sites: dict[type, Callable[..., Any]],
    rare: Callable[[Any, Any], Any],
) -> Callable[[Any], Any]:
    """The closure that calls the site of the receiver's class; ``rare`` does all others."""
    if not runs:

        def call_alone(frame: Any) -> Any:
            receiver = run(frame)
            site = sites.get(receiver.__class__)
            return rare(frame, receiver) if site is None else site(receiver)

        return call_alone
    if len(runs) == 1:
        (first,) = runs

        def call_one(frame: Any) -> Any:
            receiver = run(frame)
            site = sites.get(receiver.__class__)
            return rare(frame, receiver) if site is None else site(receiver, first(frame))

        return call_one

    def call(frame: Any) -> Any:
        receiver = run(frame)
        site = sites.get(receiver.__class__)
        return (
            rare(frame, receiver) if site is None else site(receiver, *[one(frame) for one in runs])
        )

    return call


def site(method: Method, types: list[str], wanted: str | None) -> Callable[..., Any]:
    """One method as it is called with arguments of these static types: boxed result, arguments converted as the virtual machine does."""
    work, returns = method.call, method.returns
    if not _links(returns, wanted):
        return _unlinked
    converters = [
        _converter(type_, want) for type_, want in zip(types, method.parameters, strict=True)
    ]
    if any(converters):
        work = _converted(work, converters)
    if returns in {"long", "float", "short", "byte", "char"}:
        return lambda receiver, *values: box(work(receiver, *values), returns)
    return work


def _converted(
    work: Callable[..., Any], converters: list[Callable[[Any], Any] | None]
) -> Callable[..., Any]:
    """A method with its arguments converted first."""
    first = converters[0]
    if len(converters) == 1 and first is not None:
        return lambda receiver, value: work(receiver, first(value))
    return lambda receiver, *values: work(
        receiver,
        *[
            value if convert is None else convert(value)
            for convert, value in zip(converters, values, strict=True)
        ],
    )


def _links(returns: str, wanted: str | None) -> bool:
    """Whether the virtual machine knows a way from a method's result to the type wanted."""
    if wanted in {None, "def", "Object"} or returns in {
        "def",
        "Object",
        "Integer",
        "Long",
        "Double",
    }:
        return True
    if returns not in classes.PRIMITIVE and returns != "String":
        return wanted not in classes.PRIMITIVE
    if returns == "String":
        return wanted not in classes.PRIMITIVE and wanted not in classes.BOXED
    try:
        classes.cast(returns, wanted or "def", internal=True)
    except classes.Mismatch:
        return False
    return wanted not in classes.BOXED or classes.BOXED[wanted or ""] == returns


def _unlinked(*_: Any) -> Any:
    raise ScriptFailure("cannot convert the result", "wrong_method_type_exception", foreign=True)


def _converter(type_: str, want: str) -> Callable[[Any], Any] | None:
    if want in FUNCTIONAL:
        return None if type_ == want else _unconvertible
    if want in {"def", "Object"}:
        return classes.cast(type_, "def") if type_ in classes.PRIMITIVE else None
    if want in classes.BOXED and want != "Boolean":
        boxed, implicit = classes.cast(type_, "def"), classes.cast("def", want)
        assert implicit is not None
        return implicit if boxed is None else lambda value: implicit(boxed(value))
    if type_ == want or (type_ in classes.SUPERS and want in classes.SUPERS[type_]):
        return None
    if want == "Boolean" and type_ == "boolean":
        return None
    if type_ in classes.PRIMITIVE:
        if want in classes.PRIMITIVE:
            try:
                return classes.cast(type_, want)
            except classes.Mismatch:
                pass
        return _unconvertible
    if want in classes.PRIMITIVE:
        if type_ not in {"def", "Object", "Number", *classes.BOXED}:
            return _unconvertible
        return _to_int if want == "int" else _to_long
    test = classes.instance(want)

    def check(value: Any) -> Any:
        if value is None or test(value):
            return value
        raise uncastable(value, want)

    return check


def _unconvertible(value: Any) -> Any:
    raise ScriptFailure(
        f"cannot convert the argument {type(value).__name__}",
        "wrong_method_type_exception",
        foreign=True,
    )


def _to_int(value: Any) -> int:
    return position(value, "def")


def _to_long(value: Any) -> int:
    if value is None:
        raise missing()
    if type(value) in {int, Long, Short, Byte} and LONG_MIN <= value <= LONG_MAX:
        return int(value)
    if type(value) is Char:
        return ord(value)
    raise uncastable(value, "java.lang.Long")
