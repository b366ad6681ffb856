"""
What a pipeline made of a document, in the cluster or at the edge, and when two of them are the same.

Objects are unordered, arrays ordered; an integer is no float; floats are the binary64 of the printed text. Times that come
from now have to lie within the run. A reason that the JVM or Jackson words is not compared, all others are.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["document", "dropped", "failed", "invalid", "refused", "hang", "unseen", "crash"]

WHERE = "__failed"  # where the probe (``probe`` in rig.py) puts what is known of a failure
_SHOWN = 500  # characters of a result in a message
_SLACK = 2.0  # seconds by which clocks may differ
_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)(?:\[[\w/]+\])?"
)


@dataclass(frozen=True)
class Outcome:
    """
    A result.

    Attributes:
        kind: ``document``; ``dropped``; ``failed`` (while running); ``invalid`` (the pipeline is not taken); ``refused`` (the
            edge cannot); ``hang`` (no answer in time); ``unseen`` (``_simulate`` cannot print what came out); ``crash``.
        source, metadata: of the document.
        reason, type: of the failure.
        foreign: the reason is worded by the JVM or Jackson.
        rooted: handlers see the message of another exception that is behind it, worded by the JVM or Jackson.
        masked: such reasons of handled failures; where they stand in the document, anything may stand.
        began, ended: Unix times of the run.
    """

    kind: Kind
    source: Any = None
    metadata: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    type: str = ""
    foreign: bool = False
    rooted: bool = False
    masked: frozenset[str] = frozenset()
    began: float = 0.0
    ended: float = 0.0

    def __str__(self) -> str:
        if self.kind == "document":
            meta = {
                key: value for key, value in self.metadata.items() if key not in {"_index", "_id"}
            }
            return f"document {json.dumps(self.source, ensure_ascii=False, default=repr)}{f' {meta}' if meta else ''}"
        return f"{self.kind} {self.type}: {self.reason}" if self.reason or self.type else self.kind

    def difference(self, other: Outcome) -> str:
        """What differs, in words; empty if they are the same. Either may have a reason that is not compared."""
        if self.kind != other.kind:
            return f"{str(self)[:_SHOWN]} ≠ {str(other)[:_SHOWN]}"
        if self.kind == "failed":
            return self._failures(other)
        if self.kind != "document":
            return ""
        for name in {*self.metadata, *other.metadata}:
            mine, its = (_metadata(outcome.metadata.get(name)) for outcome in (self, other))
            if mine != its:
                return f"{name}: {mine!r} ≠ {its!r}"
        return self._documents(other)

    def _failures(self, other: Outcome) -> str:
        if self.type != other.type:
            return f"type {self.type!r} ≠ {other.type!r} ({self.reason!r}, {other.reason!r})"
        if (
            self.foreign
            or other.foreign
            or self._timeless(self.reason) == other._timeless(other.reason)
        ):
            return ""
        return f"reason {self.reason!r} ≠ {other.reason!r}"

    def _documents(self, other: Outcome) -> str:
        if json.dumps(self.source, sort_keys=True) == json.dumps(other.source, sort_keys=True):
            return ""  # as nearly all are, and quickly seen
        mine, its = self._timeless(self.source), other._timeless(other.source)
        if self.foreign or other.foreign:
            for source in (mine, its):
                if isinstance(source, dict) and isinstance(source.get(WHERE), dict):
                    source[WHERE]["message"] = "…"
        return _difference(mine, its, "", self.masked | other.masked)

    def _timeless(self, value: Any) -> Any:
        """A copy with the times that lie within the run replaced by a word."""
        if isinstance(value, dict):
            return {key: self._timeless(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._timeless(item) for item in value]
        return _TIME.sub(self._now, value) if isinstance(value, str) else value

    def _now(self, found: re.Match[str]) -> str:
        text = found[0].split("[")[0]
        text = re.sub(r"(\.\d{6})\d+", r"\1", text)
        try:
            moment = dt.datetime.fromisoformat(text).timestamp()
        except (ValueError, OverflowError):
            return found[0]
        return "<now>" if self.began - _SLACK <= moment <= self.ended + _SLACK else found[0]


def _metadata(value: Any) -> Any:
    return None if value is None else str(value)


def _difference(mine: Any, its: Any, path: str, masked: frozenset[str]) -> str:
    if isinstance(mine, dict) and isinstance(its, dict):
        for key in mine:
            if key not in its:
                return f"{path}.{key}: {mine[key]!r} ≠ nothing"
            if found := _difference(mine[key], its[key], f"{path}.{key}", masked):
                return found
        return next((f"{path}.{key}: nothing ≠ {its[key]!r}" for key in its if key not in mine), "")
    if isinstance(mine, list) and isinstance(its, list):
        if len(mine) != len(its):
            return f"{path}: {mine!r} ≠ {its!r}"
        pairs = enumerate(zip(mine, its, strict=True))
        return next(
            (found for n, (a, b) in pairs if (found := _difference(a, b, f"{path}.{n}", masked))),
            "",
        )
    if type(mine) is type(its) and repr(mine) == repr(its):  # -0.0 is not 0.0, and NaN is NaN
        return ""
    if (
        isinstance(mine, str)
        and isinstance(its, str)
        and any(_fits(mine, its, word) for word in masked)
    ):
        return ""
    return f"{path}: {mine!r} ≠ {its!r}"


def _fits(one: str, other: str, masked: str) -> bool:
    """Whether one text is the other but for what stands in place of a masked reason."""
    for text, shape in ((one, other), (other, one)):
        if masked and masked in shape:
            parts = [re.escape(part) for part in shape.split(masked)]
            if re.fullmatch(".*".join(parts), text, re.DOTALL):
                return True
    return False
