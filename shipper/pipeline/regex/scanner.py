"""What both parsers need: a place in the pattern, and errors that name it."""

from __future__ import annotations

from typing import NoReturn

from shipper.pipeline.failure import Invalid, Unsupported

MOST_NESTED = 200  # Python's own parser recurses too


class Scanner:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._depth = 0

    @property
    def more(self) -> bool:
        """Whether there is anything left."""
        return self.at < len(self.text)

    def peek(self, ahead: int = 0) -> str:
        """The next character, or one behind it; empty at the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def starts(self, text: str) -> bool:
        """Whether this comes next."""
        return self.text.startswith(text, self.at)

    def take(self) -> str:
        """The next character."""
        self.at += 1
        return self.text[self.at - 1]

    def eat(self, text: str) -> bool:
        """Goes behind this if it comes next."""
        found = self.text.startswith(text, self.at)
        if found:
            self.at += len(text)
        return found

    def number(self, base: int, most: int) -> int | None:
        """Up to so many digits of a base; None and nothing read if there are none."""
        digits = "0123456789abcdefABCDEF"[: base if base <= 10 else None]
        end = self.at
        while end < len(self.text) and end - self.at < most and self.text[end] in digits:
            end += 1
        if end == self.at:
            return None
        value = int(self.text[self.at : end], base)
        self.at = end
        return value

    def invalid(self, reason: str, at: int | None = None) -> NoReturn:
        """No cluster takes it."""
        raise Invalid(reason, self.at if at is None else at)

    def refuse(self, reason: str, at: int | None = None) -> NoReturn:
        """The cluster takes it, the edge does not."""
        raise Unsupported(reason, self.at if at is None else at)

    def enter(self) -> None:
        """One level deeper; refuses what Python's parser would not survive."""
        self._depth += 1
        if self._depth > MOST_NESTED:
            self.refuse(f"more than {MOST_NESTED} parentheses or classes within each other")

    def leave(self) -> None:
        """One level up."""
        self._depth -= 1
