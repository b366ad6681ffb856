"""What stands behind a target's name: which index is written to, and which one is younger. Pure."""

from __future__ import annotations

import re
from typing import Any

_GENERATION = re.compile(r"-(\d{6,})\Z")


def generation(index: str) -> int:
    """The number at the end of the name of an index that a rollover made; 0 where there is none."""
    found = _GENERATION.search(index)
    return int(found[1]) if found else 0


def write_index(alias: str, answer: Any) -> str | None:
    """
    The one index that documents for an alias are written to; None where there is none.

    Args:
        alias: its name.
        answer: to ``GET /ALIAS/_alias/ALIAS``: by index, ``aliases`` and ``is_write_index`` of each.
    """
    flags: dict[str, bool | None] = {
        index: found["aliases"][alias].get("is_write_index")
        for index, found in (answer.items() if isinstance(answer, dict) else ())
        if alias in found.get("aliases", {})
    }
    chosen = [index for index, flag in flags.items() if flag]
    if not chosen and len(flags) == 1 and None in flags.values():
        return next(iter(flags))
    return chosen[0] if len(chosen) == 1 else None
