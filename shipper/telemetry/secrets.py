"""
The strings that nothing printed may show: one register for the agent's log and for every message.

Pure but for the register itself. Who adds to it: the configuration, when it reads a secret.
"""

from __future__ import annotations

import re
from urllib.parse import quote

MASK = "***"
MIN_SECRET_CHARS = (
    4  # shorter ones occur in ordinary words: masking them would make the log unreadable
)


class _Secrets:
    """The strings that no record may show."""

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, text: str) -> None:
        text = text.strip()
        if len(text) < MIN_SECRET_CHARS:
            return
        # As it stands, as a URL carries it, and as %r prints it.
        self._texts |= {text, quote(text, safe=""), repr(text)[1:-1]}
        longest_first = sorted(self._texts, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def mask(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text

    def clear(self) -> None:
        self._texts.clear()
        self._pattern = None


_secrets = _Secrets()


def add_secret(text: str) -> None:
    """
    Mask this text in every later record, also in its percent-encoded and its ``repr`` form.

    Args:
        text: a password, key or token; white space around it does not count. Texts shorter than
            ``MIN_SECRET_CHARS`` characters are not masked.
    """
    _secrets.add(text)


def mask(text: str) -> str:
    """Return ``text`` with every known secret replaced by ``***``."""
    return _secrets.mask(text)


def clear_secrets() -> None:
    """Forget every secret (for tests, and for an agent that reloads its configuration)."""
    _secrets.clear()
