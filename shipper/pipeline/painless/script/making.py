"""Constructors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.painless.failures import missing
from shipper.pipeline.painless.parts import Value
from shipper.pipeline.painless.script import live, texts, thrown, walking
from shipper.pipeline.painless.script.more import moments

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.painless import tree
    from shipper.pipeline.painless.parts import Base


def _list(other: Any = None) -> Any:
    return [] if other is None else list(walking.walked(other))


def _given(work: Callable[[Any], Any]) -> Callable[..., Any]:
    def run(other: Any) -> Any:
        if other is None:
            raise missing()
        return work(other)

    return run


def _set(kind: type[dict[Any, Any]]) -> Callable[..., Any]:
    return _given(lambda other: kind((live.key(item), True) for item in walking.walked(other)))


def _map(kind: type[dict[Any, Any]]) -> Callable[..., Any]:
    return _given(lambda other: kind((name, other[name]) for name in walking.order(other)))


_TABLE: Final[dict[str, dict[tuple[str, ...], Callable[..., Any]]]] = {
    "ArrayList": {(): list, ("Collection",): _given(_list)},
    "HashMap": {(): dict, ("Map",): _map(dict)},
    "LinkedHashMap": {(): live.Linked, ("Map",): _map(live.Linked)},
    "TreeMap": {(): live.Sorted},
    "HashSet": {(): live.Hashed, ("Collection",): _set(live.Hashed)},
    "LinkedHashSet": {(): live.LinkedSet, ("Collection",): _set(live.LinkedSet)},
    "TreeSet": {(): live.SortedSet},
    "String": {(): str},
    "Object": {},
    "StringBuilder": {
        (): texts.Builder,
        ("CharSequence",): _given(lambda text: texts.Builder(texts.sequence(text))),
    },
    "StringTokenizer": {
        ("String",): texts.Tokenizer,
        ("String", "String"): texts.Tokenizer,
        ("String", "String", "boolean"): texts.Tokenizer,
    },
    "StringJoiner": {
        ("CharSequence",): texts.Joiner,
        ("CharSequence", "CharSequence", "CharSequence"): texts.Joiner,
    },
    **moments.MADE,
}


def make(translator: Base, node: tree.New, name: str) -> Value:
    """``new Type(…)``."""
    found: dict[tuple[str, ...], Callable[..., Any]] = _TABLE.get(name, {})
    if name in thrown.MADE:
        found = {
            (): lambda: thrown.made(name, None),
            ("String",): lambda text: thrown.made(name, text),
        }
    signature = next((one for one in found if len(one) == len(node.arguments)), None)
    if signature is None:
        translator.refuse(f"new {node.type} with {len(node.arguments)} arguments", node.offset)
    work = found[signature]
    runs = [
        translator.wanted(argument, parameter, internal=True).run
        for argument, parameter in zip(node.arguments, signature, strict=True)
    ]
    if not runs:
        return Value(name, lambda _: work(), node.offset)
    return Value(name, lambda frame: work(*[run(frame) for run in runs]), node.offset)
