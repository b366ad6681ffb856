"""
Matching: one round of asking, for files under unknown inodes, whether they are known after all.

A round lives as long as one scan is worked through. It answers with the record that a file continues, or with the key of a
file that is still there and that this one equals (or is the beginning of): a copy in the making, or a twin.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipper.source import identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shipper.checkpoint.store import FileRecord
    from shipper.source.harvester import Harvester

COPY_HOLD = 3.0  # seconds without change before a file that equals another is one of its own

Ident = tuple[int, int]


@dataclass(slots=True)
class Match:
    """What was found out about a file."""

    record: FileRecord | None = None
    equals: str | None = None  # key of the file that this one equals
    covers: Harvester | None = None  # the orphan that had read all of this file, and more


class Round:
    """
    One round of matching.

    Args:
        records: all of the input, up to date.
        bound: keys of those whose file is there.
        orphans: harvesters of content whose copy is expected.
        left: inode → keys of the contents that it was seen to lose: what is written there anew is new, even if it is equal.
        open_files: harvesters with a descriptor.
    """

    def __init__(
        self,
        records: Iterable[FileRecord],
        bound: set[str],
        orphans: Iterable[Harvester],
        left: Mapping[Ident, set[str]],
        open_files: Iterable[Harvester],
    ) -> None:
        self._bound = bound
        self._orphans = list(orphans)
        self._left = left
        self._missing = {orphan.record.key for orphan in self._orphans}
        self._open = [harvester for harvester in open_files if harvester.fd >= 0]
        self._by_inode: dict[int, list[FileRecord]] = defaultdict(list)
        self._by_head: dict[tuple[int, bytes], list[FileRecord]] = defaultdict(list)
        for record in records:
            if record.head_length:
                self._by_head[record.head_length, record.head].append(record)
                if record.key not in bound:
                    self._by_inode[record.inode].append(record)
        self._lengths = sorted({length for length, _ in self._by_head})
        self._new: dict[bytes, list[tuple[str, str]]] = defaultdict(list)

    def knows_inode(self, inode: int) -> bool:
        """Whether a record without a file was last seen under this inode: its file must choose first."""
        return inode in self._by_inode

    def look(self, path: str, status: os.stat_result, fd: int, head: bytes) -> Match:
        """
        Find out what a file is.

        Args:
            path: of the file.
            status: of the file.
            fd: open for reading.
            head: its first bytes.
        """
        orphan = self._read_further(status.st_size, head, fd)
        if orphan is not None:
            return Match(covers=orphan)
        candidates = {record.key: record for record in self._by_inode.get(status.st_ino, ())}
        candidates.update({record.key: record for record in self._under_head(head)})
        matching = [r for r in candidates.values() if identity.matches(r, status.st_size, fd)]
        taken = self._bound | self._left.get((status.st_dev, status.st_ino), set())
        free = [record for record in matching if record.key not in taken]
        record = identity.best(free, path, status, self._missing)
        if record is not None:
            return Match(record)
        equals = next((r.key for r in matching if r.key in self._bound), None)
        return Match(equals=equals or self._beginning_of(status.st_size, fd, head))

    def add(self, key: str, path: str, head: bytes) -> None:
        """Take note of a file that is new in this round."""
        self._new[head].append((key, path))

    def _read_further(self, size: int, head: bytes, fd: int) -> Harvester | None:
        """
        The orphan that this file is a copy of, if the orphan had read beyond the copy's end already.

        That is how copytruncate leaves it: what is written between the copy's last read and the truncation is only known to
        whoever was reading.
        """
        for orphan in self._orphans:
            if size >= orphan.position or not head.startswith(orphan.head[: len(head)]):
                continue
            if identity.matches(orphan.record, size, fd):
                return orphan
            for end, length, marker in reversed(orphan.anchors):
                if end <= size:
                    if identity.digest(os.pread(fd, length, end - length)) == marker:
                        return orphan
                    break
        return None

    def _under_head(self, head: bytes) -> list[FileRecord]:
        found: list[FileRecord] = []
        for length in self._lengths:
            if length > len(head):
                break
            found += self._by_head.get((length, identity.digest(head[:length])), [])
        return found

    def _beginning_of(self, size: int, fd: int, head: bytes) -> str | None:
        """The key of a file that begins with all of this one, so far as its head and its last bytes tell."""
        start = max(0, size - identity.MARKER)
        last = os.pread(fd, size - start, start)
        for other in self._open:
            long_enough = other.read_to > size and other.head.startswith(head)
            if long_enough and os.pread(other.fd, size - start, start) == last:
                return other.record.key
        for key, path in self._new.get(head, ()):
            try:
                with open(path, "rb") as file:  # noqa: PTH123
                    if os.pread(file.fileno(), size - start, start) == last:
                        return key
            except OSError:
                continue
        return None


@dataclass(slots=True)
class Copy:
    """A file that equals one that is there."""

    path: str
    size: int
    changed: float  # monotonic time
    of: str  # file key


@dataclass(slots=True)
class Copies:
    """Files that are held back because they equal one that is there, by (device, inode)."""

    held: dict[Ident, Copy] = field(default_factory=dict)

    def hold(
        self, ident: Ident, path: str, size: int, of: str, now: float, longest: int = 1 << 62
    ) -> bool:
        """
        Decide about a file that equals another.

        Args:
            ident: of the file.
            path: of the file.
            size: of the file, bytes.
            of: key of the other.
            now: monotonic time, seconds.
            longest: size of the other; what has outgrown it is no copy in the making and may change as it likes.

        Returns:
            Whether to wait on; False once it has not changed for `COPY_HOLD` seconds.
        """
        copy = self.held.get(ident)
        if copy is None or (copy.size != size and size <= longest):
            self.held[ident] = Copy(path, size, now, of)
            return True
        return now - copy.changed < COPY_HOLD

    def release(self, ident: Ident) -> None:
        """It is followed now, under a key of its own or of the content that it continues."""
        self.held.pop(ident, None)

    def keep(self, seen: set[Ident]) -> None:
        """Forget those that a complete scan did not see."""
        for ident in [ident for ident in self.held if ident not in seen]:
            del self.held[ident]
