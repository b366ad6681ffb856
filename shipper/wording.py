"""Numbers beside their nouns, for people. Imports nothing, so that everything may import it."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """
    A number with what is counted.

    Args:
        count: how many.
        one: what stands behind 1.
        many: what stands behind every other number; by default ``one`` with an s.
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def times(count: int) -> str:
    """How often: ``once``, or a number of times."""
    return "once" if count == 1 else f"{count:,} times"
