"""
What an input knows: its records, which of them have their file at the moment, and what is to be written.

A record is deleted only when its file is known to be gone and some time has passed since.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipper.checkpoint.store import FileRecord
    from shipper.source.harvester import Harvester

RETAIN_GONE = 24 * 3600.0  # seconds that the record of a deleted file is kept
ABSENCE_INTERVAL = 60.0  # seconds between looks for records without a file


@dataclass(slots=True)
class Known:
    """
    The records of one input.

    Attributes:
        records: by file key.
        bound: keys of those whose file is followed.
        dirty: to be written at the next commit, by key.
        fresh: some of them must be on disk before anything else leaves.
        forget: keys to delete at the next commit.
    """

    records: dict[str, FileRecord] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    dirty: dict[str, FileRecord] = field(default_factory=dict)
    fresh: bool = False
    forget: list[str] = field(default_factory=list)
    _due: float = 0.0

    def touch(self, record: FileRecord) -> None:
        """Have a record written at the next commit."""
        self.dirty[record.key] = record

    def checkpoint(self, harvester: Harvester, wall: float) -> None:
        """Bring a harvester's record up to date and have it written."""
        self.touch(harvester.checkpoint(wall))

    def take_changed(self) -> list[FileRecord]:
        """Records to write now; those of which nothing has been read yet are left out."""
        changed = [record for record in self.dirty.values() if record.head_length]
        self.dirty = {}
        return changed

    def unbind(self, record: FileRecord, gone: float = 0.0) -> None:
        """A record's file is followed no longer; ``gone`` is the Unix time of its deletion, if it is known."""
        self.bound.discard(record.key)
        record.gone = gone
        self.touch(record)

    def drop(self, key: str) -> None:
        """Delete a record."""
        self.bound.discard(key)
        self.dirty.pop(key, None)
        if self.records.pop(key, None) is not None:
            self.forget.append(key)

    def forget_deleted(self, held: set[str], now: float, wall: float, *, clean: bool) -> bool:
        """
        Look after records without a file, now and then.

        Args:
            held: keys that are still needed.
            now: monotonic time, seconds.
            wall: Unix time, seconds.
            clean: whether the records of deleted files may be forgotten at all.

        Returns:
            Whether it was time to look.
        """
        if now < self._due:
            return False
        self._due = now + ABSENCE_INTERVAL
        for key, record in list(self.records.items()):
            if key in self.bound or key in held:
                continue
            if not record.gone and deleted(record.path, record.device):
                record.gone = wall
                self.touch(record)
            elif record.gone and clean and wall - record.gone > RETAIN_GONE:
                self.drop(key)
        return True


def deleted(path: str, device: int) -> bool:
    """
    Whether a path is known to be gone: its folder is there, on the file system it was on, and has no such name.

    A share that is not mounted leaves an empty folder behind, on another device.
    """
    try:
        os.lstat(path)
    except FileNotFoundError:
        try:
            return os.stat(os.path.dirname(path)).st_dev == device  # noqa: PTH116, PTH120
        except OSError:
            return False
    except OSError:
        return False
    return False
