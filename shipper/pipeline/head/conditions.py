"""
Conditions that the head can decide: comparisons of fields with constants, joined by ``&&`` or ``||``.

Anything else ends the head; it is decided behind it, by Painless.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import METADATA
from shipper.pipeline.head.shape import CONST, TEXT, WHOLE, Ends, Leaf

if TYPE_CHECKING:
    from shipper.pipeline.head.steps import State

_TERM = re.compile(
    r"""\s*ctx((?:\??\.[A-Za-z_@][A-Za-z0-9_]*)+)\s*(==|!=|<=|>=|<|>)\s*"""
    r"""(null|true|false|-?[0-9]{1,9}|'[^'\\]*'|"[^"\\]*")\s*\Z"""
)
_NULL = object()


def condition(script: str, state: State) -> str:
    """
    A condition as Python over the names of the loop: ``True`` and ``False`` where it is the same for all lines.

    Raises:
        Ends: it is not of the simple form, or it would throw.
    """
    if "&&" in script and "||" in script:
        raise Ends(f"the condition {script!r}")
    either = "||" in script
    found = [_term(term, state) for term in script.split("||" if either else "&&")]
    wins = "True" if either else "False"
    if wins in found:
        # What stands behind the deciding term is not looked at; what stands before it may not throw, and does not.
        return wins
    rest = [one for one in found if one != ("False" if either else "True")]
    if not rest:
        return "False" if either else "True"
    return (" or " if either else " and ").join(f"({one})" for one in rest)


def _term(text: str, state: State) -> str:
    match = _TERM.match(text)
    if match is None:
        raise Ends(f"the condition {text.strip()!r}")
    names = match[1].replace("?.", "\0.").split(".")
    if names[1].rstrip("\0") in METADATA:
        raise Ends(f"the condition {text.strip()!r} on metadata")
    here: Any = state.tree
    for number, part in enumerate(names[1:]):
        safe = names[number].endswith("\0")
        name = part.rstrip("\0")
        if here is None:
            if not safe:
                raise Ends(f"the condition {text.strip()!r} fails on some lines")
            break
        if isinstance(here, Leaf) or not (here.always or safe):
            raise Ends(f"the condition {text.strip()!r}")
        here = here.get(name)
    return _compare(here, match[2], _constant(match[3]), text)


def _constant(text: str) -> Any:
    if text == "null":
        return _NULL
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text[0] not in "'\"" else text[1:-1]


def _compare(value: Any, operator: str, other: Any, text: str) -> str:
    if operator in {"<", ">", "<=", ">="}:
        if (
            isinstance(value, Leaf)
            and value.kind == WHOLE
            and not value.when
            and type(other) is int
        ):
            return f"{value.code} {operator} {other}"
        raise Ends(f"the condition {text.strip()!r}")
    negative = operator == "!="
    result = _equal(value, other, text)
    if result in {"True", "False"}:
        return str((result == "True") is not negative)
    return f"not ({result})" if negative else result


def _equal(value: Any, other: Any, text: str) -> str:
    if value is None:
        return str(other is _NULL)
    if not isinstance(value, Leaf):
        if other is _NULL and value.always:
            return "False"
        raise Ends(f"the condition {text.strip()!r}")
    if other is _NULL:
        if value.kind == CONST and value.value is None:
            return "True"
        return f"not ({value.when})" if value.when else "False"
    if value.kind == CONST and not value.when:
        if type(value.value) is not type(other):
            if isinstance(value.value, str | None) and not isinstance(other, type(value.value)):
                return "False"
            raise Ends(f"the condition {text.strip()!r}")
        return str(value.value == other)
    if value.kind == TEXT and isinstance(other, str) and not value.json:
        there = f"{value.when} and " if value.when else ""
        return f"{there}{value.code} == {other!r}"
    if value.kind == WHOLE and type(other) is int:
        there = f"{value.when} and " if value.when else ""
        return f"{there}{value.code} == {other}"
    raise Ends(f"the condition {text.strip()!r}")
