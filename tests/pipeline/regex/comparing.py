"""Runs a pattern in Python's translation and in the engine it was written for, and says where they differ."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.regex import Forked, java, oniguruma
from shipper.pipeline.regex import compile as compile_
from tests.pipeline.regex.oracle import Answer, Oracle, Refused, Spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def compare(oracle: Oracle, dialect: str, pattern: str, texts: Sequence[str]) -> str | None:
    """
    Compares all spans and captures.

    Returns:
        None if all is equal, ``refused: why`` if the edge refuses the pattern, else ``UNEQUAL: what``.
    """
    module: Any = oniguruma if dialect == "oniguruma" else java
    answer = getattr(oracle, dialect)(pattern, texts)
    try:
        translated = module.translate(pattern)
        compiled = compile_(translated)
    except Invalid as invalid:
        if isinstance(answer, Refused):
            return None
        return f"UNEQUAL: invalid here ({invalid.reason}), not there"
    except Unsupported as refused:
        return f"refused: {refused.reason}"
    if isinstance(answer, Refused):
        return f"UNEQUAL: {translated.pattern!r} here, invalid there: {answer.reason}"
    names = {i: name for i, name in enumerate(translated.groups, 1) if name is not None}
    if names != answer.names:
        return f"UNEQUAL: names {names} here, {answer.names} there"
    find: Callable[[Any, str], list[Spans]] = (
        _first if dialect == "oniguruma" else functools.partial(_all, java)
    )
    for text, expected in zip(texts, answer.matches, strict=True):
        if expected is None or (answer.halves and not text.isascii()):
            continue
        ways = [compiled]
        if isinstance(compiled, Forked):
            ways.append(compiled.exact(text))
        for way in ways:
            found = find(way, text)
            if found != expected:
                return (
                    f"UNEQUAL: {translated.pattern!r} on {text!r}: {found} here, {expected} there"
                )
    return None


def _first(compiled: Any, text: str) -> list[Spans]:
    match = compiled.search(text)
    return [_spans(match)] if match else []


def _all(module: Any, compiled: Any, text: str) -> list[Spans]:
    return [_spans(match) for match in module.find_all(compiled, text)]


def _spans(match: Any) -> Spans:
    spans = [match.span(number) for number in range(match.re.groups + 1)]
    return tuple(None if span == (-1, -1) else span for span in spans)


def answers(oracle: Oracle, dialect: str, pattern: str, texts: Sequence[str]) -> Answer | Refused:
    """What the engine says."""
    found: Answer | Refused = getattr(oracle, dialect)(pattern, texts)
    return found
