"""
Files that are followed: opened when it is their turn, looked at while they are open, closed when they may be.

A file is open only if a slot is free, and closed only if it is read and settled to its end. What is found not to be what it was
becomes an orphan; which file it is instead is the business of the registry.
"""

from __future__ import annotations

import errno
import logging
import os
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipper.checkpoint.ledger import Counts
from shipper.source import identity
from shipper.source.content import Replaced
from shipper.source.harvester import Harvester
from shipper.source.known import Known
from shipper.source.orphans import Orphans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shipper.checkpoint.store import FileRecord
    from shipper.config.settings import Input
    from shipper.encode import Encoder
    from shipper.source.chain import Chain
    from shipper.source.matching import Ident

log = logging.getLogger("shipper.source")

# A pipe that took a file's name must not block; regular files do not care.
OPEN_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
REMOVED_IDLE = 30.0  # seconds at most that a deleted file is kept open after its last line


@dataclass(slots=True)
class Followed:
    """A file whose inode is bound to a record."""

    record: FileRecord
    path: str
    size: int
    mtime: int  # nanoseconds
    harvester: Harvester | None = None
    state: str = "closed"  # open | waiting | closed | ignored
    renamed: bool = False
    missing: int = 0  # complete scans that did not see it
    note: str = ""


class FollowedFiles:
    """
    The followed files of one input.

    Attributes:
        settings: of the input.
        chain: its parsers.
        known: its records.
        followed: files whose inode is bound to a record, by (device, inode).
        orphans: harvesters whose content is gone from its inode.
        problems: of the last scan, one line each with what to do.
        closed: counts of harvesters that are no more.
        counters: facts for the status report.
    """

    def __init__(
        self,
        settings: Input,
        chain: Chain,
        encoder: Callable[[str, str], Encoder],
        records: Iterable[FileRecord] = (),
        open_limit: int = 1 << 30,
    ) -> None:
        """
        Begin with what the store has.

        Args:
            settings: of the input.
            chain: its parsers.
            encoder: makes an encoder for a file key and path.
            records: of this input.
            open_limit: files that the process may have open at a time.
        """
        self.settings = settings
        self.chain = chain
        self.known = Known({record.key: record for record in records})
        self.followed: dict[Ident, Followed] = {}
        self.orphans = Orphans(chain, encoder, settings.fingerprint_length)
        self.problems: list[str] = []
        self.closed = Counts()
        self.counters: dict[str, int] = defaultdict(int)
        self._encoder = encoder
        self._open_limit = min(settings.harvester_limit or open_limit, open_limit)
        # Inodes whose content was replaced under us, and the keys of the contents that an inode has lost.
        self._truncated: set[Ident] = set()
        self._left: dict[Ident, set[str]] = defaultdict(set)

    @property
    def open_files(self) -> int:
        """Harvesters with a descriptor."""
        return sum(1 for file in self.followed.values() if file.harvester is not None)

    def _fill_slots(self, now: float) -> None:
        waiting = [
            (ident, file) for ident, file in self.followed.items() if file.state == "waiting"
        ]
        if not waiting:
            return
        slots = self._open_limit - self.open_files
        if slots < len(waiting):
            slots += self._free_slots(len(waiting) - slots)
        for ident, file in waiting:
            if slots <= 0:
                break
            self._open(ident, file, now)
            slots -= file.harvester is not None

    def _free_slots(self, wanted: int) -> int:
        """Close files that are read and settled to their end, idle longest first; others never."""
        idle = [
            file
            for file in self.followed.values()
            if file.harvester is not None and self._may_close(file.harvester)
        ]
        idle.sort(key=lambda file: file.harvester.last_growth if file.harvester else 0.0)
        for file in idle[:wanted]:
            self.close(file)
        return min(wanted, len(idle))

    def _open(self, ident: Ident, file: Followed, now: float) -> None:
        try:
            fd = os.open(file.path, OPEN_FLAGS)
        except OSError as error:
            if error.errno != errno.ENOENT:
                file.note = f"cannot be opened: {error.strerror}"
                self._cannot_open(file.path, error)
            return
        try:
            harvester = self._harvest_from(fd, ident, file, now)
        except OSError as error:
            file.note = f"cannot be read: {error.strerror}"
            self._cannot_open(file.path, error)
        else:
            if harvester is not None:
                file.harvester, file.state, file.note = harvester, "open", ""
                self._truncated.discard(ident)
                self.counters["files_opened"] += 1
                return
        os.close(fd)

    def _harvest_from(self, fd: int, ident: Ident, file: Followed, now: float) -> Harvester | None:
        """
        Make the harvester of a file that has just been opened; None where it is not the file it was.

        Raises:
            OSError: it cannot be read.
        """
        record = file.record
        status = os.fstat(fd)
        if (status.st_dev, status.st_ino) != ident:
            return None
        if record.head_length and not identity.matches(record, status.st_size, fd):
            self._orphan(ident, file, now)
            return None
        harvester = Harvester(
            record,
            fd,
            self.chain,
            self._encoder(record.key, file.path),
            self.settings.fingerprint_length,
            now,
        )
        if not record.head_length and record.offset:
            self._start_at_end(harvester)
        elif not record.head_length and ident in self._truncated:
            harvester.hole = _hole(fd)
        return harvester

    def _start_at_end(self, harvester: Harvester) -> None:
        """Take note of the head of a file whose present content is not wanted."""
        record = harvester.record
        harvester.head = os.pread(
            harvester.fd, min(self.settings.fingerprint_length, record.offset), 0
        )
        end = record.offset
        harvester.ledger.base = harvester.ledger.safe = harvester.ledger.position = 0
        harvester.ledger.skip(end, harvester.marker)
        record.sent = max(record.sent, end)
        self.known.touch(record)
        self.known.fresh = True

    def _may_close(self, harvester: Harvester) -> bool:
        return harvester.eof and harvester.unconsumed == 0 and harvester.ledger.settled

    def close(self, file: Followed) -> None:
        """Close a file that is read and settled; it is opened again when it changes."""
        harvester = file.harvester
        if harvester is None:
            return
        file.size = harvester.read_to
        try:
            status = os.fstat(harvester.fd)
            file.mtime = status.st_mtime_ns
            if status.st_size != harvester.read_to:
                file.mtime = 0  # it grew in this very moment: the next scan must see a change
        except OSError:
            file.mtime = 0
        self._retire(harvester)
        file.harvester, file.state = None, "closed"
        self.counters["files_closed"] += 1

    def _cannot_open(self, path: str, error: OSError) -> None:
        if error.errno in {errno.EACCES, errno.EPERM}:
            advice = "give the agent's user the right to read it (group adm, an ACL), or exclude it"
        elif error.errno in {errno.EMFILE, errno.ENFILE}:
            advice = "too few file descriptors: raise the limit (LimitNOFILE, ulimit -n) or set harvester_limit"
        else:
            advice = "it is tried again at the next scan"
        self.problems.append(f"{path}: {error.strerror}; {advice}")

    def poll(self, now: float, wall: float) -> None:
        """Look at all open files: growth, truncation, removal, time to close."""
        for ident, file in list(self.followed.items()):
            harvester = file.harvester
            if harvester is None:
                continue
            try:
                self._look_at(file, harvester)
            except Replaced:
                self._orphan(ident, file, now)
            except OSError as error:
                log.warning("%s: cannot be looked at: %s", file.path, error.strerror)
                self.reopen(harvester, wall)
            else:
                if self._may_close(harvester):
                    self._close_if_due(ident, file, harvester, now, wall)

    def _look_at(self, file: Followed, harvester: Harvester) -> None:
        status = os.fstat(harvester.fd)
        if status.st_size < harvester.read_to:
            raise Replaced
        if status.st_size > harvester.read_to:
            harvester.eof = False
        if status.st_mtime_ns != file.mtime:
            harvester.verify(status.st_size)
            file.mtime = status.st_mtime_ns
        harvester.removed = status.st_nlink == 0

    def _close_if_due(
        self, ident: Ident, file: Followed, harvester: Harvester, now: float, wall: float
    ) -> None:
        settings = self.settings
        idle = now - harvester.last_growth
        if harvester.removed:
            if settings.close_removed or idle >= min(settings.close_inactive, REMOVED_IDLE):
                self.close(file)
                del self.followed[ident]
                self.known.unbind(file.record, wall)
        elif (
            idle >= settings.close_inactive
            or settings.close_eof
            or (settings.close_renamed and file.renamed)
            or (settings.close_after and now - harvester.opened >= settings.close_after)
        ):
            self.close(file)

    def replaced(self, harvester: Harvester, now: float) -> None:
        """The harvester's inode holds other content now."""
        ident = (harvester.device, harvester.inode)
        file = self.followed.get(ident)
        if file is not None and file.harvester is harvester:
            self._orphan(ident, file, now)

    def reopen(self, harvester: Harvester, wall: float) -> None:
        """Give up a descriptor that cannot be read any more (ESTALE, EIO) and open the file anew at the next scan."""
        file = self.followed.get((harvester.device, harvester.inode))
        harvester.record.updated = wall
        self._retire(harvester)
        if file is not None and file.harvester is harvester:
            file.harvester, file.state = None, "waiting"

    def _orphan(self, ident: Ident, file: Followed, now: float) -> None:
        log.info("%s: truncated or replaced; what it holds now is read as a new file", file.path)
        self.counters["files_replaced"] += 1
        self._truncated.add(ident)
        self._left[ident].add(file.record.key)
        del self.followed[ident]
        self.known.unbind(file.record)
        if file.harvester is not None:
            self.known.checkpoint(file.harvester, file.record.updated)
            if self._still_there(file.harvester):
                self._left[ident].discard(file.record.key)
            self.orphans.add(file.harvester, now)
        elif file.record.size > file.record.offset:
            self.orphans.add_unread(file.record, now)

    def _still_there(self, harvester: Harvester) -> bool:
        """Whether the file holds at least what is settled: its writer has only taken back its last bytes."""
        fd = harvester.fd
        try:
            size = os.fstat(fd).st_size
            return identity.matches(harvester.record, size, fd)
        except OSError:
            return False

    def _let_go(self, ident: Ident, file: Followed, now: float, wall: float) -> None:
        record = file.record
        del self.followed[ident]
        self.known.unbind(record, wall)
        record.size = max(record.size, file.size)
        if record.size > record.offset:
            self.orphans.add_unread(record, now)

    def harvesters(self) -> Iterator[Harvester]:
        """All that have a ledger: open ones and orphans."""
        for file in self.followed.values():
            if file.harvester is not None:
                yield file.harvester
        yield from self.orphans

    def checkpoint(self, wall: float) -> list[FileRecord]:
        """Records that have changed since the last call."""
        self._bring_up_to_date(wall)
        return self.known.take_changed()

    def _bring_up_to_date(self, wall: float) -> None:
        for harvester in self.harvesters():
            record = harvester.record
            if harvester.ledger.safe != record.offset or len(harvester.head) != record.head_length:
                self.known.checkpoint(harvester, wall)

    def _retire(self, harvester: Harvester) -> None:
        """Close a harvester for good; its counts are kept."""
        if self.settings.data_stream.mode == "daily":  # what is new then is of another day
            harvester.release()
        self.known.checkpoint(harvester, harvester.record.updated)
        self.closed.merge(harvester.ledger.counts)
        self.counters["truncated_lines"] += harvester.truncated_lines
        self.counters["decode_errors"] += harvester.decode_errors
        self.counters["unbalanced_ranges"] += harvester.ledger.unbalanced
        harvester.close()


def _hole(fd: int) -> int:
    """Length of the run of zero bytes that a file begins with."""
    try:
        at = os.lseek(fd, 0, os.SEEK_DATA)  # reading is by offset: nobody uses the descriptor's own
    except OSError as error:  # all of it, or the file system cannot tell
        at = os.fstat(fd).st_size if error.errno == errno.ENXIO else 0
    while block := os.pread(fd, 1 << 20, at):
        rest = block.lstrip(b"\0")
        if rest:
            return at + len(block) - len(rest)
        at += len(block)
    return at
