"""What a check of the cluster finds: one thing at a time, each with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["ok", "unknown", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that was looked at.

    Attributes:
        part: of the check: ``hosts``, ``cluster``, ``rights``, ``setup``, or ``input ID``.
        level: ``ok``, ``unknown`` (it cannot be found out with this login or on this cluster), ``warning``, ``error``.
        text: what was found.
        todo: what to do; empty where there is nothing to do.
        document: of a sample line: what the cluster would store.
        short: the same without what the agent adds to every event.
    """

    part: str
    level: Level
    text: str
    todo: str = ""
    document: dict[str, Any] | None = None
    short: dict[str, Any] | None = field(default=None, repr=False)


class Findings:
    """Collects findings of one part after the other."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def ok(self, part: str, text: str, todo: str = "") -> None:
        """Add what is fine, or merely worth knowing."""
        self.add(Finding(part, "ok", text, todo))

    def unknown(self, part: str, text: str, todo: str = "") -> None:
        """Add what cannot be found out."""
        self.add(Finding(part, "unknown", text, todo))

    def warning(self, part: str, text: str, todo: str = "") -> None:
        """Add what will work and should not stay."""
        self.add(Finding(part, "warning", text, todo))

    def error(self, part: str, text: str, todo: str = "") -> None:
        """Add what keeps events from being stored as they should."""
        self.add(Finding(part, "error", text, todo))

    def add(self, finding: Finding) -> None:
        """Add a finding, once."""
        if finding not in self.found:
            self.found.append(finding)

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(one.level == "error" for one in self.found)


def short(error: object, limit: int = 400) -> str:
    """An error's text on one line."""
    text = " ".join(str(error).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
