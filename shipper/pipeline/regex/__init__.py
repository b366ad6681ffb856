"""
Regular expressions of other engines, run by Python's: same spans, same captures, or refused when loaded.

A dialect's parser builds one tree (``tree``), with every character class resolved to the characters it holds; ``emit`` writes
the tree as Python. What Python's ``re`` cannot do goes to the ``regex`` package, which is imported only then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from shipper.pipeline.failure import Unsupported


@dataclass(frozen=True, slots=True)
class Translated:
    """
    A foreign pattern in Python's words.

    Attributes:
        pattern: for any text.
        flags: of ``re``.
        groups: the name of each group in its order, None where it has none; names as written, which Python might not take.
        engine: ``re``, or ``regex`` for what only that package can do.
        ascii: a faster pattern and its flags, equal wherever the text is ASCII; None if there is no difference.
        marked: what takes the place of ``pattern`` where the text has combining marks, for the ``regex`` package; None if
            there is no difference.
    """

    pattern: str
    flags: int
    groups: list[str | None]
    engine: str = "re"
    ascii: tuple[str, int] | None = None
    marked: str | None = None


class Forked:
    """
    Several patterns in one: for ASCII texts the fast one, for others exact ones, which are compiled when they are first needed.

    Has the methods of a compiled pattern.
    """

    __slots__ = ("_any", "_marked", "_translated", "ascii", "flags", "groups", "pattern")

    def __init__(self, translated: Translated) -> None:
        plain = translated.ascii or (translated.pattern, translated.flags)
        self.ascii = _compile(*plain, translated.engine)
        self.groups: int = self.ascii.groups
        self.pattern: str = translated.pattern
        self.flags: int = translated.flags
        self._translated = translated
        self._any: Any = None
        self._marked: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Forked, (self._translated,)

    def exact(self, text: str) -> Any:
        """The pattern for a text that is not ASCII."""
        translated = self._translated
        if translated.marked is not None and _marks().search(text):
            if self._marked is None:
                self._marked = _compile_late(translated.marked, translated.flags, "regex")
            return self._marked
        if self._any is None:
            self._any = _compile_late(translated.pattern, translated.flags, translated.engine)
        return self._any

    def search(self, text: str, *span: int) -> Any:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact(text)).search(text, *span)

    def match(self, text: str, *span: int) -> Any:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact(text)).match(text, *span)

    def fullmatch(self, text: str, *span: int) -> Any:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact(text)).fullmatch(text, *span)

    def finditer(self, text: str) -> Any:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact(text)).finditer(text)

    def findall(self, text: str) -> list[Any]:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact(text)).findall(text)  # type: ignore[no-any-return]

    def sub(self, replacement: Any, text: str, count: int = 0) -> str:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact(text)).sub(replacement, text, count)  # type: ignore[no-any-return]

    def split(self, text: str, maxsplit: int = 0) -> list[str]:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact(text)).split(text, maxsplit)  # type: ignore[no-any-return]


class Timed:
    """A pattern of the ``regex`` package, which looks at no signals but has a time-out of its own (``TimeoutError``)."""

    __slots__ = ("_compiled", "flags", "groups", "pattern")

    def __init__(self, pattern: str, flags: int) -> None:
        import regex  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - 3 MB that few patterns need

        theirs = regex.VERSION0
        for name in ("IGNORECASE", "MULTILINE", "DOTALL", "ASCII"):  # their numbers differ
            theirs |= getattr(regex, name) if flags & getattr(re, name) else 0
        self._compiled = regex.compile(pattern, theirs)
        self.pattern = pattern
        self.flags = flags
        self.groups: int = self._compiled.groups

    def __reduce__(self) -> tuple[Any, ...]:
        return Timed, (self.pattern, self.flags)

    def search(self, text: str, *span: int) -> Any:
        """As of a compiled pattern."""
        return self._compiled.search(text, *span, timeout=_timeout)

    def match(self, text: str, *span: int) -> Any:
        """As of a compiled pattern."""
        return self._compiled.match(text, *span, timeout=_timeout)

    def fullmatch(self, text: str, *span: int) -> Any:
        """As of a compiled pattern."""
        return self._compiled.fullmatch(text, *span, timeout=_timeout)

    def finditer(self, text: str) -> Any:
        """As of a compiled pattern."""
        return self._compiled.finditer(text, timeout=_timeout)

    def findall(self, text: str) -> list[Any]:
        """As of a compiled pattern."""
        return self._compiled.findall(text, timeout=_timeout)  # type: ignore[no-any-return]

    def sub(self, replacement: Any, text: str, count: int = 0) -> str:
        """As of a compiled pattern."""
        return self._compiled.sub(replacement, text, count, timeout=_timeout)  # type: ignore[no-any-return]

    def split(self, text: str, maxsplit: int = 0) -> list[str]:
        """As of a compiled pattern."""
        return self._compiled.split(text, maxsplit, timeout=_timeout)  # type: ignore[no-any-return]


_timeout = 0.25


def set_timeout(seconds: float) -> None:
    """How long a match of the ``regex`` package may take; the guard's business."""
    global _timeout  # noqa: PLW0603 - one limit, as there is one guard
    _timeout = seconds


def compile(translated: Translated) -> Any:  # noqa: A001 - as re calls it
    """
    A compiled pattern of ``re``, or a :class:`Forked` or :class:`Timed` one, which have its methods.

    Compiled ones are shared by text.

    Raises:
        Unsupported: the pattern is beyond Python's means, such as a reference within the look-behind that its group is in.
    """
    try:
        if translated.ascii is None and translated.marked is None:
            return _compile(translated.pattern, translated.flags, translated.engine)
        return Forked(translated)
    except (re.error, RecursionError, OverflowError, ValueError) as error:
        raise Unsupported(f"the pattern is beyond Python's means: {error}", 0) from None


compiling = False  # while it is true, the guard does not count the time: a pattern is compiled within a match


def _compile_late(pattern: str, flags: int, engine: str) -> Any:
    global compiling  # noqa: PLW0603 - there is one guard, which looks at it
    compiling = True
    try:
        return _compile(pattern, flags, engine)
    finally:
        compiling = False


@cache
def _marks() -> re.Pattern[str]:
    from shipper.pipeline.regex import charset, properties  # noqa: PLC0415 - they are for translating

    return re.compile(charset.spell(properties.java("Mn") or ()))


@lru_cache(maxsize=512)
def _compile(pattern: str, flags: int, engine: str) -> Any:
    return re.compile(pattern, flags) if engine == "re" else Timed(pattern, flags)
