"""Near misses: the name that somebody probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the candidate that ``word`` is probably a misspelling of."""
    import difflib  # noqa: PLC0415 - only needed to report a mistake

    known = {candidate.lower(): candidate for candidate in candidates}
    if len(word) > 200:  # no name is; comparing it would take long
        return None
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=cutoff)
    return known[found[0]] if found else None


def did_you_mean(word: str, candidates: Iterable[str], otherwise: str = "") -> str:
    """Return ``did you mean 'x'?``, or ``otherwise`` where nothing is near."""
    found = nearest(word, candidates)
    return f"did you mean '{found}'?" if found else otherwise
