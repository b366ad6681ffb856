"""Fields and items by a name known only when a script runs, read and written; and what is made sure of when it has run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.document import METADATA
from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.painless import access, objects
from shipper.pipeline.painless.access import Part, position
from shipper.pipeline.painless.arithmetic import Dynamic
from shipper.pipeline.painless.classes import cast
from shipper.pipeline.painless.failures import (
    ScriptFailure,
    bad_class,
    illegal,
    missing,
    out_of_bounds,
)
from shipper.pipeline.painless.script import as_text, live, walking
from shipper.pipeline.painless.script.library import GETTERS_BY_KIND
from shipper.pipeline.painless.script.maps import get
from shipper.pipeline.values import (
    Byte,
    Char,
    Date,
    Float,
    Long,
    Short,
    ZonedDateTime,
    class_name,
    copy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTAINERS: Final = live.MAPS | live.LISTS
JSON: Final = frozenset(
    [str, int, float, bool, type(None), Long, Short, Byte, Float, ZonedDateTime, Date]
)


class Live(Dynamic):
    """The operators on ``def``, for a script's values."""

    def otherwise_equal(self, a: Any, b: Any) -> bool:
        """Of values that are not both numbers."""
        return live.equals(a, b)

    @staticmethod
    def text(value: Any) -> str:
        """In a sum with a string."""
        return as_text.text(value)


def dotted(value: Any, name: str) -> Any:
    """``value.name``."""
    kind = type(value)
    getter = GETTERS_BY_KIND.get(kind, {}).get(name)
    if getter is not None:
        return getter(value)
    if kind in live.MAPS:
        return value.get(name)
    if kind in live.LISTS:
        return _item(value, access.index(name))
    if value is None:
        raise missing("callArgs[0]")
    raise illegal(f"dynamic getter [{live.class_name(value)}, {name}] not found")


def _item(items: Any, place: int) -> Any:
    if 0 <= place < len(items):
        return items[place]
    raise out_of_bounds(place, len(items))


def _outside(place: int, size: int) -> ScriptFailure:
    reason = f"Index {place} out of bounds for length {size}"
    return ScriptFailure(reason, "array_index_out_of_bounds_exception", foreign=True)


def braced(value: Any, index: Any, kind: str = "def") -> Any:
    """``value[index]``; ``kind`` is the index's static type."""
    if value is None:
        raise missing("callArgs[0]")
    where = type(value)
    if where in live.MAPS:
        return get(value, index)
    if where in live.LISTS or where in live.KINDS:
        place = position(index, kind)
        if place < 0:
            place += len(value)
        if not 0 <= place < len(value):
            raise (_outside if where in live.KINDS else out_of_bounds)(place, len(value))
        return value[place]
    raise illegal(
        f"Attempting to address a non-array-like type [{live.class_name(value)}] as an array."
    )


def take(value: Any, part: Part) -> Any:
    """One step of a path."""
    if value is None and part.safe:
        return None
    return braced(value, part.name, "String") if part.brace else dotted(value, part.name)


def put_dotted(value: Any, name: str, new: Any) -> None:
    """``value.name = new``."""
    kind = type(value)
    if kind is dict:
        value[name] = new
    elif kind in live.MAPS:
        if kind is live.Params:
            raise live.unsupported()
        value[name] = new
    elif kind is list:
        place = access.index(name)
        _item(value, place)
        value[place] = new
    elif value is None:
        raise missing("callArgs[0]")
    elif kind is live.Entry and name == "value":
        value.table[value.key] = value.held = new
    elif kind in live.LISTS:
        raise live.beyond("a change of a list that is not the script's own")
    else:
        raise illegal(f"dynamic setter [{live.class_name(value)}, {name}] not found")


def put_braced(value: Any, index: Any, new: Any) -> None:
    """``value[index] = new``."""
    kind = type(value)
    if kind in live.MAPS:
        if kind is live.Params:
            raise live.unsupported()
        value[index if index.__class__ is str else live.key(index)] = new
    elif kind is list:
        place = position(index, "def")
        if place < 0:
            place += len(value)
        _item(value, place)
        value[place] = new
    elif kind in live.KINDS:
        place = position(index, "def")
        if place < 0:
            place += len(value)
        if not 0 <= place < len(value):
            raise _outside(place, len(value))
        value[place] = _element(kind, new)
    elif value is None:
        raise missing("callArgs[0]")
    elif kind in live.LISTS:
        raise live.beyond("a change of a list that is not the script's own")
    else:
        raise illegal(
            f"Attempting to address a non-array-like type [{live.class_name(value)}] as an array."
        )


_NAMES: Final = {kind: name[:-2] for name, kind in live.ARRAYS.items()}


def _element(kind: type, value: Any) -> Any:
    convert = cast("def", _NAMES[kind])
    return value if convert is None else convert(value)


def receiver_cast(before: Any, value: Any) -> Any:
    """What ``x += y`` makes of the sum, where the class of ``x`` is known only now: it keeps its class."""
    if before is None or value is None or type(before) is type(value) is not int:
        return value
    name = class_name(before) if type(before) not in _CONTAINERS else ""
    number = ord(value) if type(value) is Char else value
    plain = _TO.get(name)
    if plain is None:
        if live.class_name(before) == live.class_name(value):
            return value
        raise bad_class(
            f"Cannot cast {live.class_name(value)} to {live.class_name(before)}", foreign=True
        )
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise bad_class(f"Cannot cast {live.class_name(value)} to java.lang.Number", foreign=True)
    source = "double" if isinstance(number, float) else "long"
    if plain in {"byte", "short", "char"} and source == "double":
        number, source = _plain(number, "double", "int"), "int"
    return _boxed(_plain(number, source, plain), plain)


_TO: Final = {
    "java.lang.Integer": "int", "java.lang.Long": "long", "java.lang.Double": "double", "java.lang.Float": "float",
    "java.lang.Short": "short", "java.lang.Byte": "byte", "java.lang.Character": "char",
}  # fmt: skip


def _plain(value: Any, source: str, target: str) -> Any:
    convert = cast(source, target, explicit=True)
    return value if convert is None else convert(value)


def _boxed(value: Any, type_: str) -> Any:
    convert = cast(type_, "def")
    return value if convert is None else convert(value)


# -- when it has run ---------------------------------------------------------------------------------------------------


class Itself(Exception):  # noqa: N818 - its catcher knows what it means
    """A map or list is within itself."""


def look(ctx: dict[str, Any], shared: frozenset[int]) -> None:
    """
    See that the document is one: no map or list within itself, nothing that JSON does not know.

    Args:
        ctx: the document.
        shared: ids of maps and lists of ``params``, of which the document gets copies.

    Raises:
        Itself: a map or list is within itself.
        Raised: something that JSON does not know; no handler takes it, as it fails in the cluster when all is done.
    """
    path: set[int] = set()
    waiting: list[tuple[Any, Any]] = [(ctx, None)]
    while waiting:
        value, leave = waiting.pop()
        if leave is not None:
            path.discard(leave)
            continue
        inside = id(value)
        if inside in path:
            raise Itself
        path.add(inside)
        waiting.append((None, inside))
        pairs = value.items() if type(value) is dict else enumerate(value)
        for name, item in list(pairs):
            kind = item.__class__
            if kind in JSON:
                continue
            if kind is dict or kind is list:
                if id(item) in shared:
                    item = value[name] = copy(item)  # noqa: PLW2901 - what stands there from now on
                waiting.append((item, None))
            elif (made := _settled(item)) is not item:
                value[name] = made
                waiting.append((made, None))
        if type(value) is dict and any(name.__class__ is not str for name in value):
            raise Raised(
                Failure(
                    "a map with keys that are no strings", "class_cast_exception", foreign=True
                ),
                "",
                escaped=True,
            )


def _settled(item: Any) -> Any:
    """What the document holds from now on for something that JSON has no name for."""
    kind = type(item)
    if kind in live.MAPS:
        return dict(item)
    if kind in live.LISTS:
        return list(item)
    if kind is objects.MadeArray:
        return item
    if kind in live.SETS or (kind in live.VIEWS and kind is not live.Entries):
        return objects.Keys(walking.walked(item))
    raise _unknown(f"cannot write xcontent for unknown value of type class {live.class_name(item)}")


def _unknown(reason: str) -> Raised:
    return Raised(Failure(reason, foreign=True), "", escaped=True)


def metadata(ctx: dict[str, Any]) -> list[Any]:
    """What a script must not change."""
    return [ctx.get(name) for name in METADATA]


def saved(ctx: dict[str, Any], fields: frozenset[str] | None) -> dict[str, Any]:
    """The fields that a script touches (all, where they are None) as they are before it runs."""
    if fields is None:
        return {name: copy(value) for name, value in ctx.items()}
    return {name: copy(ctx[name]) for name in fields if name in ctx}


def sizes(ctx: dict[str, Any], fields: frozenset[str] | None) -> dict[int, tuple[Any, int]]:
    """What ``walking.SIZES`` holds while a script runs."""
    found: dict[int, tuple[Any, int]] = {}
    waiting: list[Any] = [ctx] if fields is None else [ctx.get(name) for name in fields]
    while waiting:
        value = waiting.pop()
        if value.__class__ is dict:
            found[id(value)] = value, len(value)
            waiting += value.values()
        elif value.__class__ is list:
            waiting += value
    return found


def restore(ctx: dict[str, Any], before: dict[str, Any], fields: frozenset[str] | None) -> None:
    """Put back what ``saved`` gave."""
    if fields is None:
        ctx.clear()
    else:
        for name in fields:
            ctx.pop(name, None)
    ctx.update(before)


def unchanged(ctx: dict[str, Any], before: list[Any], *, quietly: bool = False) -> None:
    """
    See that a script has left the metadata alone.

    Args:
        ctx: the document.
        before: what ``metadata`` gave.
        quietly: put back what was there and say nothing.

    Raises:
        Failure: it has not; what was there is put back.
    """
    for name, value in zip(METADATA, before, strict=True):
        found = ctx.get(name)
        if found is not value and found != value:
            if value is None:
                ctx.pop(name, None)
            else:
                ctx[name] = value
            if quietly:
                continue
            raise Failure(
                f"a script wrote {name}, which pipelines at the edge do not write",
                "shipper_unsupported",
            )


def shared_ids(params: Any) -> frozenset[int]:
    """Ids of all maps and lists in ``params``."""
    found: set[int] = set()
    waiting = [params]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            found.add(id(value))
            waiting += value.values() if isinstance(value, dict) else value
    return frozenset(found)


if TYPE_CHECKING:
    Put = Callable[[Any, Any, Any], None]
