"""
Regular expressions of other engines, run by Python's: same spans, same captures, or refused when loaded.

A dialect's parser builds one tree (``tree``), with every character class resolved to the characters it holds; ``emit`` writes
the tree as Python. What Python's ``re`` cannot do goes to the ``regex`` package, which is imported only then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    """

    pattern: str
    flags: int
    groups: list[str | None]
    engine: str = "re"
    ascii: tuple[str, int] | None = None


class Forked:
    """
    Two compiled patterns in one: for ASCII texts the fast one, for others the exact one.

    Has the methods of a compiled pattern that the guard calls.
    """

    __slots__ = ("ascii", "exact", "flags", "groups", "pattern")

    def __init__(self, plain: Any, exact: Any) -> None:
        self.ascii = plain
        self.exact = exact
        self.groups: int = exact.groups
        self.pattern: str = exact.pattern
        self.flags: int = exact.flags

    def __reduce__(self) -> tuple[Any, ...]:
        return Forked, (self.ascii, self.exact)

    def search(self, text: str, *span: int) -> re.Match[str] | None:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact).search(text, *span)  # type: ignore[no-any-return]

    def match(self, text: str, *span: int) -> re.Match[str] | None:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact).match(text, *span)  # type: ignore[no-any-return]

    def fullmatch(self, text: str, *span: int) -> re.Match[str] | None:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact).fullmatch(text, *span)  # type: ignore[no-any-return]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact).finditer(text)  # type: ignore[no-any-return]

    def findall(self, text: str) -> list[Any]:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact).findall(text)  # type: ignore[no-any-return]

    def sub(self, replacement: Any, text: str, count: int = 0) -> str:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact).sub(replacement, text, count)  # type: ignore[no-any-return]

    def split(self, text: str, maxsplit: int = 0) -> list[str]:
        """As of a compiled pattern."""
        return (self.ascii if text.isascii() else self.exact).split(text, maxsplit)  # type: ignore[no-any-return]


def compile(translated: Translated) -> Any:  # noqa: A001 - as re calls it
    """
    A compiled pattern of ``re`` or ``regex``, or a :class:`Forked` pair of them, with the methods they share.

    Compiled ones are shared by text.
    """
    exact = _compile(translated.pattern, translated.flags, translated.engine)
    if translated.ascii is None:
        return exact
    return Forked(_compile(*translated.ascii, translated.engine), exact)


@lru_cache(maxsize=512)
def _compile(pattern: str, flags: int, engine: str) -> Any:
    if engine == "re":
        return re.compile(pattern, flags)
    import regex  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - 3 MB that few patterns need

    known = {re.I: regex.I, re.M: regex.M, re.S: regex.S, re.A: regex.A}
    theirs = regex.VERSION0
    for flag, same in known.items():
        theirs |= same if flags & flag else 0
    return regex.compile(pattern, theirs)
