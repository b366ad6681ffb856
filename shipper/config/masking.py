"""
Secrets: which names carry them, and how they are kept out of everything that is printed.

The register itself is that of the agent's own log, so that what is known here is masked there too.
"""

from __future__ import annotations

import re

from shipper.telemetry import secrets

MASK = secrets.MASK
SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token|api[-_]?key|credential|authorization|cookie",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(?<=://)[^\s/@]*@")
_short: set[str] = set()


def add_secret(text: str) -> None:
    """
    Mask ``text`` in every later message.

    A text too short for the log's register is masked where it stands as a word of its own.
    """
    if len(text.strip()) < secrets.MIN_SECRET_CHARS:
        if text.strip():
            _short.add(text.strip())
        return
    secrets.add_secret(text)


def clear_secrets() -> None:
    """Forget every secret, also those of the log (for tests)."""
    secrets.clear_secrets()
    _short.clear()


def mask(text: str) -> str:
    """Return ``text`` without known secrets and without the user part of any URL."""
    text = _USERINFO.sub(f"{MASK}@", secrets.mask(text))
    for secret in _short:
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
    return text


def shown(name: str, value: object) -> object:
    """Return what a ``repr`` may show of the setting ``name``: secrets become ``***``."""
    if value and SECRET_NAME.search(name):
        return MASK
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: shown(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(shown(name, item) for item in value)
    return value


def quote(text: str, limit: int = 60) -> str:
    """Return ``text`` in quotes on one line, masked, shortened to ``limit`` characters."""
    text = one_line(mask(text))
    return f"'{text}'" if len(text) <= limit else f"'{text[: limit - 1]}…'"


def one_line(text: str) -> str:
    """Return ``text`` with everything that does not print escaped."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
