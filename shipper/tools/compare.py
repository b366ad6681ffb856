"""
Where two documents differ, in words for people.

Objects are unordered, arrays ordered; an integer is no float and no text. In what was expected, ``{year}`` stands for the
current year (UTC) and ``{any}`` for any text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_SHOWN = 300  # characters of a value
_SLACK = 2.0  # seconds by which clocks may differ
_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)(?:\[[\w/]+\])?"
)


class _Nothing:
    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Any = _Nothing()


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One place where two documents differ.

    Attributes:
        path: names with dots between them.
        left, right: the values there, ``NOTHING`` where there is none.
    """

    path: str
    left: Any
    right: Any


def differences(
    left: Any,
    right: Any,
    same: Callable[[str, str], bool] = lambda _left, _right: False,
    path: str = "",
) -> list[Difference]:
    """
    Where two JSON values differ.

    Args:
        left: one of them.
        right: the other.
        same: whether two texts that are not equal count as the same all the same.
        path: of the values, for what is found.
    """
    if isinstance(left, dict) and isinstance(right, dict):
        found: list[Difference] = []
        for name in dict.fromkeys((*left, *right)):
            below = f"{path}.{name}" if path else str(name)
            found += differences(left.get(name, NOTHING), right.get(name, NOTHING), same, below)
        return found
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return [one for n, (a, b) in pairs for one in differences(a, b, same, f"{path}.{n}")]
    if type(left) is type(right) and repr(left) == repr(right):  # -0.0 is not 0.0
        return []
    if isinstance(left, str) and isinstance(right, str) and same(left, right):
        return []
    return [Difference(path, left, right)]


def as_expected(expected: str, found: str) -> bool:
    """Whether a text is one that an expected text with placeholders stands for."""
    if "{year}" not in expected and "{any}" not in expected:
        return expected == found
    parts = expected.replace("{year}", f"{datetime.now(UTC).year}").split("{any}")
    return re.fullmatch(".*".join(map(re.escape, parts)), found, re.DOTALL) is not None


def within(began: float, ended: float, masked: frozenset[str]) -> Callable[[str, str], bool]:
    """
    How texts of a cluster and of the edge are compared: times that come from now are the same.

    Args:
        began: Unix time before the run.
        ended: and after it.
        masked: reasons that the virtual machine words; where one stands, anything may stand.
    """

    def now(found: re.Match[str]) -> str:
        text = re.sub(r"(\.\d{6})\d+", r"\1", found[0].split("[")[0])
        try:
            moment = datetime.fromisoformat(text).timestamp()
        except (ValueError, OverflowError):
            return found[0]
        return "<now>" if began - _SLACK <= moment <= ended + _SLACK else found[0]

    def same(left: str, right: str) -> bool:
        if _TIME.sub(now, left) == _TIME.sub(now, right):
            return True
        return any(_masks(word, left, right) or _masks(word, right, left) for word in masked)

    return same


def _masks(word: str, shape: str, text: str) -> bool:
    if not word or word not in shape:
        return False
    parts = map(re.escape, shape.split(word))
    return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None


def shown(value: Any) -> str:
    """A value on one line, cut where it is long; without control characters."""
    if value is NOTHING:
        return "(nothing)"
    text = json.dumps(value, ensure_ascii=False)
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
