"""Texts that a pattern matches, or nearly: random walks through its parse tree, and mutations of what they find."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import re._constants as sre
    import re._parser as parser

_CATEGORIES = {
    sre.CATEGORY_DIGIT: "0123456789",
    sre.CATEGORY_WORD: "azAZ09_bcf",
    sre.CATEGORY_SPACE: " \t",
    sre.CATEGORY_NOT_DIGIT: "a -.",
    sre.CATEGORY_NOT_WORD: " -.:/",
    sre.CATEGORY_NOT_SPACE: "aZ0-./:ä\"'",
}
_ANY = "aZ09 -_.:/[]()\"'\\;,=ä€😀%"
_NOISE = "0123456789aAfFzZ.:-+/_%@\"'`\\[](){}<>=;,| \t\nä€😀"


class Generator:
    """Texts for one pattern."""

    def __init__(self, pattern: str, flags: int, rng: random.Random) -> None:
        self._tree = parser.parse(pattern, flags)
        self._rng = rng

    def text(self) -> str:
        """A text that the pattern matches, but for what look-around and boundaries have to say."""
        self._groups: dict[int, str] = {}
        self._budget = 400
        return self._sequence(self._tree)

    def _sequence(self, items: Any) -> str:
        return "".join(self._item(kind, value) for kind, value in items)

    def _item(self, kind: Any, value: Any) -> str:
        rng = self._rng
        if kind is sre.LITERAL:
            return chr(value)
        if kind is sre.NOT_LITERAL:
            return rng.choice([c for c in _ANY if ord(c) != value])
        if kind is sre.ANY:
            return rng.choice(_ANY)
        if kind is sre.IN:
            return self._class(value)
        if kind is sre.BRANCH:
            return self._sequence(rng.choice(value[1]))
        if kind is sre.SUBPATTERN:
            text = self._sequence(value[3])
            if value[0] is not None:
                self._groups[value[0]] = text
            return text
        if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            low, high, body = value
            count = low + (rng.randrange(0, min(high - low, 3) + 1) if rng.random() < 0.8 else 0)
            if high - low > 20 and rng.random() < 0.03:
                count = min(high, low + 70)
            out = []
            for _ in range(count):
                if len(out) >= low and self._budget <= 0:
                    break
                self._budget -= 1
                out.append(self._sequence(body))
            return "".join(out)
        if kind is sre.ATOMIC_GROUP:
            return self._sequence(value)
        if kind is sre.GROUPREF:
            return self._groups.get(value, "")
        return ""  # assertions and boundaries

    def _class(self, items: Any) -> str:
        rng = self._rng
        if items[0][0] is sre.NEGATE:
            allowed = re.compile(_class_text(items))
            fits = [c for c in _ANY if allowed.fullmatch(c)]
            return rng.choice(fits) if fits else "~"
        kind, value = rng.choice(items)
        if kind is sre.LITERAL:
            return chr(value)
        if kind is sre.RANGE:
            low, high = value
            return chr(rng.choice([low, high, rng.randint(low, min(high, low + 200))]))
        return rng.choice(_CATEGORIES.get(value, "a"))


def _class_text(items: Any) -> str:
    out = ["[^"]
    for kind, value in items[1:]:
        if kind is sre.LITERAL:
            out.append(f"\\U{value:08x}")
        elif kind is sre.RANGE:
            out.append(f"\\U{value[0]:08x}-\\U{value[1]:08x}")
        else:
            out.append(
                {
                    sre.CATEGORY_DIGIT: r"\d",
                    sre.CATEGORY_WORD: r"\w",
                    sre.CATEGORY_SPACE: r"\s",
                }.get(value, "")
            )
    return "".join(out) + "]"


def mutate(text: str, rng: random.Random) -> str:
    """A text a little different."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(text) + 1)
        what = rng.randrange(6)
        if what == 0:
            text = text[:at] + rng.choice(_NOISE) + text[at:]
        elif what == 1:
            text = text[:at] + text[at + 1 :]
        elif what == 2:
            text = text[:at] + rng.choice(_NOISE) + text[at + 1 :]
        elif what == 3:
            text = text[:at]
        elif what == 4:
            end = min(len(text), at + rng.randrange(1, 5))
            text = text[:end] + text[at:end] + text[end:]
        else:
            text = text[:at].swapcase() + text[at:]
    return text
