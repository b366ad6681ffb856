"""Questions before what cannot be undone."""

from __future__ import annotations

import sys

from shipper.errors import UsageError


def sure(question: str, command: str) -> bool:
    """
    Ask; only ``y`` or ``yes`` is a yes.

    Args:
        question: without its end.
        command: that asks, for the error.

    Raises:
        UsageError: there is no terminal, so that the question cannot be answered.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"{command}: there is no terminal to ask on; add --yes")
    try:
        return input(f"{question}? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        print()
        return False
