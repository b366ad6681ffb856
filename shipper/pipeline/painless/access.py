"""
Reading fields: ``a.b``, ``a?.b``, ``a['b']``, ``a[0]``, on whatever is found there.

A path from ``ctx`` becomes one closure, written out for the lengths that occur; each step that does not find a map of the document goes the long way, which knows all
the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shipper.pipeline.painless import objects
from shipper.pipeline.painless.containers import item, mine
from shipper.pipeline.painless.failures import (
    ScriptFailure,
    illegal,
    missing,
    out_of_bounds,
    uncastable,
)
from shipper.pipeline.painless.library import GETTERS
from shipper.pipeline.values import INT_MAX, INT_MIN, Byte, Char, Short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Take = Callable[[Any, "Part"], Any]

_LISTS: Final = frozenset([list, objects.MadeList])
_GETTERS: Final[dict[type, dict[str, Callable[[Any], Any]]]] = {
    str: GETTERS["String"],
    dict: GETTERS["Map"],
    objects.MadeMap: GETTERS["Map"],
    list: GETTERS["List"],
    objects.MadeList: GETTERS["List"],
    objects.Keys: GETTERS["Set"],
    objects.Entries: GETTERS["Set"],
    objects.Entry: GETTERS["Map.Entry"],
    objects.MadeArray: {"length": len},
    objects.Optional: GETTERS["Optional"],
}


class Part(NamedTuple):
    """
    One step of a path.

    Attributes:
        name: of the field.
        safe: null gives null.
        brace: written ``['name']``.
    """

    name: str
    safe: bool
    brace: bool

    @property
    def plain(self) -> bool:
        """Whether a map is asked for it by nothing but its name."""
        return self.brace or self.name not in GETTERS["Map"]


def dotted(
    value: Any, name: str, getters: Mapping[type, dict[str, Callable[[Any], Any]]] = _GETTERS
) -> Any:
    """
    ``value.name`` of a value whose class is known only now.

    Args:
        value: the value.
        name: behind the dot.
        getters: by class, what a name means besides fields.

    Raises:
        ScriptFailure: there is no such thing, in Painless' words.
    """
    if value is None:
        raise missing("callArgs[0]")
    kind = type(value)
    getter = getters.get(kind, {}).get(name)
    if getter is not None:
        return getter(value)
    if kind is dict or kind is objects.MadeMap:
        return objects.lookup(value, name)
    if kind in _LISTS:
        return item(value, index(name))
    objects.not_of_dates(value, name)
    raise illegal(f"dynamic getter [{objects.class_name(value)}, {name}] not found")


def index(name: str) -> int:
    """A number behind a dot."""
    if not (name.isascii() and name.isdigit()) or int(name) > INT_MAX:
        raise illegal(f"Illegal list shortcut value [{name}].")
    return int(name)


def braced(value: Any, index: Any, kind: str = "def") -> Any:
    """
    ``value[index]``.

    Args:
        value: a list, map or array; of what class, is known only now.
        index: boxed.
        kind: static type of the index.
    """
    if value is None:
        raise missing("callArgs[0]")
    where = type(value)
    if where is dict or where is objects.MadeMap:
        return objects.lookup(value, index)
    if where in _LISTS or where is objects.MadeArray:
        place = position(index, kind)
        if place < 0:
            place += len(value)
        if where is objects.MadeArray and not 0 <= place < len(value):
            raise ScriptFailure(
                f"Index {place} out of bounds for length {len(value)}",
                "array_index_out_of_bounds_exception",
                foreign=True,
            )
        return item(value, place)
    raise illegal(
        f"Attempting to address a non-array-like type [{objects.class_name(value)}] as an array."
    )


def position(index: Any, kind: str) -> int:
    """An index as ``int``, converted as the virtual machine does."""
    if kind in {"String", "boolean", "long", "float", "double"}:
        raise ScriptFailure(
            "cannot convert the index to int", "wrong_method_type_exception", foreign=True
        )
    if index is None:
        raise missing()
    if type(index) is Char:
        return ord(index)
    if type(index) in {Short, Byte} or (type(index) is int and INT_MIN <= index <= INT_MAX):
        return int(index)
    raise uncastable(index, "java.lang.Integer")


def store(value: Any, name: Any, new: Any, *, brace: bool) -> None:
    """``value.name = new`` or ``value[name] = new``; on what belongs to the document it fails."""
    if value is None:
        raise missing("callArgs[0]")
    kind = type(value)
    if kind is dict or kind is objects.MadeMap:
        mine(value)[name] = new
    elif kind in _LISTS:
        place = position(name, "def") if brace else index(name)
        if brace and place < 0:
            place += len(value)
        if place < 0 and kind is objects.MadeList:
            raise out_of_bounds(place, len(value))
        item(mine(value), place)
        value[place] = new
    elif brace:
        raise illegal(
            f"Attempting to address a non-array-like type [{objects.class_name(value)}] as an array."
        )
    else:
        raise illegal(f"dynamic setter [{objects.class_name(value)}, {name}] not found")


def anywhere(table: dict[str, Any], path: str, fallback: Any) -> Any:
    """
    ``$(path, fallback)``: down the maps as far as they go, and what is left of the path as one name.

    Null is a value; the fallback stands for what is not there.
    """
    rest = path
    while "." in rest:
        name, _, after = rest.partition(".")
        inner = table.get(name)
        if inner.__class__ is not dict:
            break
        table, rest = inner, after
    return table.get(rest, fallback)


def step(value: Any, part: Part) -> Any:
    """One step of a path, the long way."""
    if value is None and part.safe:
        return None
    return braced(value, part.name, "String") if part.brace else dotted(value, part.name)


def _root(part: Part) -> Callable[[Any], Any]:
    name = part.name
    return lambda ctx: ctx.get(name)


def path(parts: tuple[Part, ...], take: Take = step) -> Callable[[Any], Any]:
    """
    The closure that reads a path from ``ctx``.

    Args:
        parts: at least one; the first is a plain name.
        take: what to do where there is no map of the document.

    Returns:
        A function of ``ctx``, which is a map.
    """
    if len(parts) == 1:
        return _root(parts[0])
    if all(part.plain for part in parts):
        if len(parts) == 2:
            return _two(parts[0].name, parts[1], take)
        if len(parts) == 3:
            return _three(parts[0].name, parts[1], parts[2], take)
    return _many(path(parts[:-1], take), parts[-1], take)


def _two(first: str, second: Part, take: Take) -> Callable[[Any], Any]:
    name, safe = second.name, second.safe

    def run(ctx: Any) -> Any:
        value = ctx.get(first)
        if value.__class__ is dict:
            return value.get(name)
        if safe and value is None:
            return None
        return take(value, second)

    return run


def _three(first: str, second: Part, third: Part, take: Take) -> Callable[[Any], Any]:
    name, last = second.name, third.name

    def run(ctx: Any) -> Any:
        value = ctx.get(first)
        value = value.get(name) if value.__class__ is dict else take(value, second)
        if value.__class__ is dict:
            return value.get(last)
        return take(value, third)

    return run


def _many(before: Callable[[Any], Any], part: Part, take: Take) -> Callable[[Any], Any]:
    name = part.name
    if not part.plain:
        return lambda ctx: take(before(ctx), part)

    def run(ctx: Any) -> Any:
        value = before(ctx)
        if value.__class__ is dict:
            return value.get(name)
        return take(value, part)

    return run
