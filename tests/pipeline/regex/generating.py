"""Random patterns out of each dialect's grammar, and texts that such patterns have a chance to match."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

TEXT_CHARS = "aaabbbcAB01__-.: \n\r\té\x85ßs\u017fkKİ٣\u0308😀ﬁ\u2028"
_CLASS_ITEMS = {
    "oniguruma": ("a", "b", "a-c", "A-Z", "0-9", r"\d", r"\w", r"\s", r"\h", "[:alpha:]", "[:^digit:]", "[:punct:]", "é", "[b-z]",
                  "[^b]", "-", r"\-", ".", r"\]", "_", r"\n", r"\p{L}", r"\x{e9}", "&&", r"\W", "k", "s"),
    "java": ("a", "b", "a-c", "A-Z", "0-9", r"\d", r"\w", r"\s", r"\h", r"\p{Alpha}", r"\p{L}", r"\P{Lu}", "é", "[b-z]", "[^b]",
             "-", r"\-", ".", r"\]", "_", r"\n", r"\xe9", "&&", r"\W", "k", "s", r"\v"),
}  # fmt: skip
_ATOMS = {
    "oniguruma": ("a", "b", "c", "ab", ".", r"\d", r"\w", r"\s", r"\W", r"\S", r"\h", r"\.", "-", ":", "_", r"\n", "é", "s", "k",
                  r"\x61", r"\R", r"\p{Lu}", "[[:alnum:]]", " "),
    "java": ("a", "b", "c", "ab", ".", r"\d", r"\w", r"\s", r"\W", r"\S", r"\h", r"\.", "-", ":", "_", r"\n", "é", "s", "k",
             r"\x61", r"\R", r"\p{Lu}", r"\p{Punct}", r"\Qa.\E", r"\v", " "),
}  # fmt: skip
_ANCHORS = ("^", "$", r"\b", r"\B", r"\A", r"\z", r"\Z")
_QUANTIFIERS = (
    "?",
    "*",
    "+",
    "??",
    "*?",
    "+?",
    "?+",
    "*+",
    "++",
    "{2}",
    "{1,2}",
    "{0,1}",
    "{1,}",
    "{2}?",
    "{1,2}?",
    "{0,2}",
)
_OPTIONS = {
    "oniguruma": ("i", "m", "x", "i-m", "-i", "im"),
    "java": ("i", "m", "s", "d", "iu", "i-s", "-i", "ms"),
}


class Generator:
    """Makes patterns; ``names`` says whether groups may have names."""

    def __init__(self, random: Random, dialect: str) -> None:
        self._random = random
        self._dialect = dialect
        self._groups = 0
        self._names: list[str] = []

    def pattern(self) -> str:
        """A pattern, mostly valid."""
        self._groups = 0
        self._names = []
        self._named = self._random.random() < 0.3
        text = self._alternatives(self._random.choice((1, 2, 2, 3)))
        if self._random.random() < 0.2:
            text = f"(?{self._random.choice(_OPTIONS[self._dialect])}){text}"
        return text

    def text(self) -> str:
        """A short text."""
        size = self._random.choice((0, 1, 2, 4, 6, 9))
        letters = TEXT_CHARS if self._random.random() < 0.4 else "aabbcAB01_-. \n"
        return "".join(self._random.choice(letters) for _ in range(size))

    def _alternatives(self, depth: int) -> str:
        count = self._random.choice((1, 1, 1, 2, 3))
        return "|".join(self._sequence(depth) for _ in range(count))

    def _sequence(self, depth: int) -> str:
        return "".join(self._piece(depth) for _ in range(self._random.choice((0, 1, 2, 2, 3, 4))))

    def _piece(self, depth: int) -> str:
        random = self._random
        dice = random.random()
        if dice < 0.08:
            return random.choice(_ANCHORS)
        if depth and dice < 0.4:
            text = self._group(depth - 1)
        elif dice < 0.5:
            text = self._class(1)
        elif dice < 0.54 and (self._groups or self._names):
            text = (
                rf"\k<{random.choice(self._names)}>"
                if self._names
                else rf"\{random.randint(1, self._groups)}"
            )
        else:
            text = random.choice(_ATOMS[self._dialect])
        if random.random() < 0.35:
            text += random.choice(_QUANTIFIERS)
            if self._dialect == "oniguruma" and random.random() < 0.08:
                text += random.choice(_QUANTIFIERS)
        return text

    def _group(self, depth: int) -> str:
        kinds = ["(?:", "(?:", "(", "(", "(", "(?>", "(?=", "(?!", "(?<=", "(?<!", "(?i:"]
        opening = self._random.choice(kinds)
        if opening == "(":
            if self._named and self._random.random() < 0.7:
                name = f"n{len(self._names)}"
                body = self._alternatives(depth)
                self._names.append(name)
                return f"(?<{name}>{body})"
            body = self._alternatives(depth)
            self._groups += 1
            return f"({body})"
        return f"{opening}{self._alternatives(depth)})"

    def _class(self, depth: int) -> str:
        count = self._random.choice((1, 2, 2, 3))
        items = "".join(self._random.choice(_CLASS_ITEMS[self._dialect]) for _ in range(count))
        if depth and self._random.random() < 0.1:
            items += self._class(0)
        return f"[{'^' if self._random.random() < 0.25 else ''}{items}]"
