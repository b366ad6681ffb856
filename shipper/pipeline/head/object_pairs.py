"""
The object that ``kv`` makes of a line, for the head: pairs of plain names, none of them twice.

All other lines, and other options, are for the processor.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shipper.pipeline import regex
from shipper.pipeline.failure import Unsupported
from shipper.pipeline.head.object_conditions import Unsure
from shipper.pipeline.head.shape import Ends
from shipper.pipeline.processors import patterns
from shipper.pipeline.regex import java

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = frozenset(["field", "target_field", "field_split", "value_split", "trim_value"])
_LITERAL = re.compile(r"[A-Za-z0-9 =:,;&|\t]")  # a split that is one of these is no pattern
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_TRIMMED = re.compile(r"[\"' ,;]+")
_LINE_ENDS = ("\n", "\r", "\x85", "\u2028", "\u2029")


def pairs(options: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    """
    The function that reads a line; it raises ``Unsure``.

    Args:
        options: of ``kv``.

    Raises:
        Ends: they are not the simple ones.
    """
    mark = str(options.get("value_split"))
    if not _LITERAL.fullmatch(mark) or mark == "|":
        raise Ends("a pattern that parts keys and values")
    parts = _splitter(str(options.get("field_split")))
    trimmed = str(options.get("trim_value") or "")
    if trimmed and not _TRIMMED.fullmatch(trimmed):
        raise Ends("the option trim_value")

    def read(line: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for part in parts(line):
            name, there, value = part.partition(mark)
            if not there or name in found or _NAME(name) is None:
                raise Unsure
            if trimmed:
                if value.endswith(_LINE_ENDS):
                    raise Unsure
                value = value.strip(trimmed)
            found[name] = value
        if not found:  # then the processor makes no object
            raise Unsure
        return found

    return read


def _splitter(text: str) -> Callable[[str], list[str]]:
    """The parts of a line; an empty one, which the processor may leave out, is for the processor."""
    if _LITERAL.fullmatch(text) and text != "|":
        return lambda line: line.split(text)
    try:
        compiled = regex.compile(java.translate(text))
    except Unsupported as why:
        raise Ends(str(why)) from None
    return lambda line: patterns.cut(compiled, line, 0)
