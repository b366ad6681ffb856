"""
Which events the files must give, worked out without Shipper's code, and how they differ from what arrived.

Every event of the writers is unlike all others, so a document is matched by its message; its id is then held against
the range the event has in its file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Document = tuple[str, str]  # id and message
_ID = re.compile(r"([A-Za-z0-9_-]{16})(\d{14})(\d{10})")


@dataclass
class Expected:
    """Events by message: source, start and length; the last two are None where the range is not known."""

    events: dict[str, tuple[str, int | None, int | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.events)

    def add(
        self, message: str, source: str, start: int | None = None, length: int | None = None
    ) -> None:
        assert message not in self.events, f"the test wrote it twice: {message!r}"
        self.events[message] = (source, start, length)

    def lines(self, path: Path, source: str | None = None) -> Expected:
        """Each line of a file is one event, an unfinished last one too; empty ones are none."""
        offset = 0
        for line in path.read_bytes().split(b"\n"):
            if line:
                size = path.stat().st_size
                length = min(len(line) + 1, size - offset)
                self.add(line.decode(), source or str(path), offset, length)
            offset += len(line) + 1
        return self

    def groups(self, path: Path, source: str | None = None) -> Expected:
        """An event begins at each line that is not indented."""
        data = path.read_bytes()
        begins = [found.start() for found in re.finditer(rb"(?m)^(?=[^ \n])", data)]
        for start, end in zip(begins, [*begins[1:], len(data)], strict=True):
            message = data[start:end].decode().removesuffix("\n")
            self.add(message, source or str(path), start, end - start)
        return self

    def numbers(self, make, source: str, count: int) -> Expected:
        """Events by what a writer wrote, wherever rotation has put them."""
        for number in range(count):
            self.add(make(source, number), source)
        return self


@dataclass
class Difference:
    """How what arrived differs from what was expected."""

    missing: list[str] = field(default_factory=list)  # messages
    twice: list[str] = field(default_factory=list)  # ids
    strange: list[Document] = field(default_factory=list)  # merged or cut
    misplaced: list[tuple[str, str]] = field(default_factory=list)  # id and what is wrong with it
    arrived: int = 0

    def __bool__(self) -> bool:
        return bool(self.missing or self.twice or self.strange or self.misplaced)

    def __str__(self) -> str:
        parts = [f"{self.arrived} documents arrived"]
        for name in ("missing", "twice", "strange", "misplaced"):
            found = getattr(self, name)
            if found:
                shown = "\n  ".join(repr(one)[:300] for one in found[:3])
                label = "merged or cut" if name == "strange" else name
                parts.append(f"{len(found)} {label}, the first:\n  {shown}")
        return "\n".join(parts)


def compare(expected: Expected, documents: Iterable[Document]) -> Difference:
    """
    Hold what arrived against what was expected.

    Besides missing and repeated events it finds ids that do not speak of their event's range, and file keys that are
    shared by two sources or drawn anew for one (where ranges are known).
    """
    difference = Difference()
    seen: dict[str, str] = {}
    keys: dict[str, set[str]] = defaultdict(set)
    for id_, message in documents:
        difference.arrived += 1
        known = expected.events.get(message)
        if known is None:
            difference.strange.append((id_, message))
            continue
        if message in seen:
            difference.twice.append(f"{seen[message]} and {id_}: {message[:80]}")
            continue
        seen[message] = id_
        source, start, length = known
        found = _ID.fullmatch(id_)
        if found is None:
            difference.misplaced.append((id_, "is no id of ours"))
            continue
        key, at, size = found[1], int(found[2]), int(found[3])
        keys[key].add(source)
        if start is not None and (at, size) != (start, length):
            difference.misplaced.append(
                (id_, f"the event is at {start}, {length} bytes: {message[:80]!r}")
            )
    difference.missing = sorted(message for message in expected.events if message not in seen)
    for key, sources in keys.items():
        if len(sources) > 1:
            difference.misplaced.append(
                (key, f"names {len(sources)} sources: {sorted(sources)[:3]}")
            )
    return difference


def assert_exact(expected: Expected, documents: Iterable[Document]) -> None:
    """Nothing missing, nothing twice, no event merged or cut, every id right."""
    difference = compare(expected, documents)
    assert not difference, str(difference)


def file_keys(documents: Iterable[Document]) -> set[str]:
    """The file keys that ids are made of."""
    return {id_[:16] for id_, _ in documents}
