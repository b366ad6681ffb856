"""
The registry of one input: which files it follows, under which keys, and which of them are open.

It turns scans into decisions. A file is *followed* once its inode is bound to a record. Of a file whose inode holds other
content than before, the harvester is *orphaned*: it keeps its ledger and waits a while for a copy of the old content to
appear (copytruncate); what does not appear is a gap. A file with the content of one that is still there is held back as a
*copy* until it either changes or has stood still for a while.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipper.checkpoint.ledger import Counts
from shipper.checkpoint.store import FileRecord
from shipper.source import identity
from shipper.source.harvester import Harvester, Replaced
from shipper.source.known import Known, deleted
from shipper.source.matching import Copies, Ident, Round
from shipper.source.orphans import Orphans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shipper.config.settings import Input
    from shipper.encode import Encoder
    from shipper.source.chain import Chain
    from shipper.source.discover import Scan

log = logging.getLogger("shipper.source")

# A pipe that took a file's name must not block; regular files do not care.
OPEN_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
REMOVED_IDLE = 30.0  # seconds at most that a deleted file is kept open after its last line
COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}


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


class Registry:
    """
    The files of one input.

    Attributes:
        settings: of the input.
        chain: its parsers.
        known: its records.
        followed: files whose inode is bound to a record, by (device, inode).
        orphans: harvesters whose content is gone from its inode.
        copies: files held back because they equal one that is there.
        ignored: path → why a matching file is not read.
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
        self.copies = Copies()
        self.ignored: dict[str, str] = {}
        self.problems: list[str] = []
        self.closed = Counts()
        self.counters: dict[str, int] = defaultdict(int)
        self._encoder = encoder
        self._open_limit = min(settings.harvester_limit or open_limit, open_limit)
        self._compressed: dict[Ident, tuple[int, int, str]] = {}  # size, mtime and kind
        self._truncated: set[Ident] = set()  # inodes whose content was replaced under us
        # Only what is there at the very first start is skipped: a file that comes later is new from its first line.
        self._skip_present = settings.seek_to_tail and not self.known.records

    def __repr__(self) -> str:
        return f"<Registry {self.settings.id} followed={len(self.followed)} orphans={len(self.orphans)}>"

    # -- scans -----------------------------------------------------------------------------------------------------

    def apply(self, scan: Scan, claimed: dict[Ident, str], now: float, wall: float) -> None:
        """
        Take over what a scan saw.

        Args:
            scan: of this input's globs.
            claimed: inode → id of the other input that follows it.
            now: monotonic time, seconds.
            wall: Unix time, seconds.
        """
        self.problems = list(scan.problems)
        self.ignored = dict(scan.ignored)
        new: list[tuple[str, os.stat_result]] = []
        seen: set[Ident] = set()
        for path, status in scan.files.items():
            ident = (status.st_dev, status.st_ino)
            if ident in seen:
                continue
            seen.add(ident)
            owner = claimed.get(ident)
            if owner is not None:
                self._overlap(path, owner)
            elif ident in self.followed:
                self._revisit(self.followed[ident], path, status)
            elif status.st_size and not self._known_compressed(path, ident, status):
                new.append((path, status))
        if scan.complete:
            self._let_go_of_replaced(scan.files, seen, now, wall)
        if new:
            # What has been truncated must be known before a copy of it is judged.
            self.poll(now, wall)
            self._fill_slots(now)
            self._identify_all(new, now, wall)
        if scan.complete:
            self._look_for_absent(seen, now, wall)
        self.copies.keep(seen)
        self._fill_slots(now)
        self._skip_present = False

    def _overlap(self, path: str, owner: str) -> None:
        problem = (
            f"{path}: matched by input {owner!r} and input {self.settings.id!r}; it is read by the first only; "
            "narrow one of the globs or exclude it (prospector.scanner.exclude_files)"
        )
        self.problems.append(problem)
        self.ignored[path] = f"read by input {owner!r}"

    def _revisit(self, file: Followed, path: str, status: os.stat_result) -> None:
        file.missing = 0
        if path != file.path:
            file.renamed = True
            log.info("file renamed: %s is now %s", file.path, path)
            file.path = file.record.path = path
            self.known.touch(file.record)
        file.record.gone = 0.0
        harvester = file.harvester
        if harvester is not None:
            harvester.size = max(harvester.size, status.st_size)
            if status.st_size != harvester.read_to:
                harvester.eof = False
        elif status.st_size != file.size or status.st_mtime_ns != file.mtime:
            file.size, file.mtime = status.st_size, status.st_mtime_ns
            file.state = "waiting"

    def _known_compressed(self, path: str, ident: Ident, status: os.stat_result) -> bool:
        size, mtime, kind = self._compressed.get(ident, (0, 0, ""))
        if (size, mtime) != (status.st_size, status.st_mtime_ns):
            return False
        self._ignore_compressed(path, kind)
        return True

    def _ignore_compressed(self, path: str, kind: str) -> None:
        self.ignored[path] = f"compressed ({kind}): it is not read; its plain form was, before"

    def _let_go_of_replaced(
        self, files: dict[str, os.stat_result], seen: set[Ident], now: float, wall: float
    ) -> None:
        """Closed files whose name another file has got: what they were may be found under a new inode."""
        for ident, file in list(self.followed.items()):
            if ident not in seen and file.harvester is None and file.path in files:
                self._let_go(ident, file, now, wall)

    def _let_go(self, ident: Ident, file: Followed, now: float, wall: float) -> None:
        record = file.record
        del self.followed[ident]
        self.known.unbind(record, wall)
        record.size = max(record.size, file.size)
        if record.size > record.offset:
            self.orphans.add_unread(record, now)

    # -- identification --------------------------------------------------------------------------------------------

    def _identify_all(self, new: list[tuple[str, os.stat_result]], now: float, wall: float) -> None:
        self._bring_up_to_date(wall)
        matching = Round(
            self.known.records.values(),
            self.known.bound,
            self.orphans,
            self.harvesters(),
            self.settings.fingerprint_length,
        )
        # Files under a known inode choose first: an equal file elsewhere must not take their record.
        new.sort(key=lambda item: not matching.knows_inode(item[1].st_ino))
        for path, _ in new:
            try:
                fd = os.open(path, OPEN_FLAGS)
            except OSError as error:
                if error.errno != errno.ENOENT:
                    self._cannot_open(path, error)
                continue
            try:
                self._identify(path, fd, matching, now, wall)
            except OSError as error:  # EIO, ESTALE: of this file only
                self._cannot_open(path, error)
            finally:
                os.close(fd)

    def _identify(self, path: str, fd: int, matching: Round, now: float, wall: float) -> None:
        status = os.fstat(fd)
        ident = (status.st_dev, status.st_ino)
        if ident in self.followed or not status.st_size or not stat.S_ISREG(status.st_mode):
            return
        head = os.pread(fd, self.settings.fingerprint_length, 0)
        kind = next((name for magic, name in COMPRESSED.items() if head.startswith(magic)), None)
        if kind:
            self._compressed[ident] = (status.st_size, status.st_mtime_ns, kind)
            self._ignore_compressed(path, kind)
            return
        match = matching.look(path, status, fd, head)
        record = match.record
        if match.covers is not None:
            self._bind_shorter(match.covers, path, status, fd, now)
            return
        if record is None and match.equals is not None:
            original = self._followed_as(match.equals)
            if original is not None and self._is_removed_content(original, status, fd):
                # Written anew and renamed over it, as rsync does: the content goes on here once the old file is done.
                record = self._succeed(original, wall)
                if record is None:
                    return
            else:
                longest = 1 << 62 if original is None else self._size_of(original)
                if self.copies.hold(ident, path, status.st_size, match.equals, now, longest):
                    return
                log.info("%s begins like another file: it is read as one of its own", path)
        if record is None:
            if matching.knows_inode(status.st_ino):
                self._truncated.add(ident)  # while nobody looked
            record = self._new_record(path, status, wall)
            matching.add(record.key, path, head)
        self._bind(record, path, fd, status, now)

    def _followed_as(self, key: str) -> Followed | None:
        return next((file for file in self.followed.values() if file.record.key == key), None)

    def _size_of(self, file: Followed) -> int:
        harvester = file.harvester
        return file.size if harvester is None else max(harvester.size, harvester.read_to)

    def _is_removed_content(self, file: Followed, status: os.stat_result, fd: int) -> bool:
        """Whether a file holds, beyond doubt, the content of a deleted one that is still open."""
        record, harvester = file.record, file.harvester
        return (
            harvester is not None
            and harvester.removed
            and record.head_length >= identity.MIN_EVIDENCE
            and identity.matches(
                record, status.st_size, lambda length, offset: os.pread(fd, length, offset)
            )
        )

    def _succeed(self, file: Followed, wall: float) -> FileRecord | None:
        """The record of a deleted file, free for its successor; None while it is not read and settled."""
        harvester = file.harvester
        if harvester is None or not self._may_close(harvester):
            return None
        ident = (harvester.device, harvester.inode)
        self.close(file)
        del self.followed[ident]
        self.known.unbind(file.record, wall)
        return file.record

    def _bind_shorter(
        self, orphan: Harvester, path: str, status: os.stat_result, fd: int, now: float
    ) -> None:
        """Bind a copy of which the orphan had read all and more: nothing of it is to be read again."""
        if not self.orphans.need(orphan, now):
            return
        self.orphans.drop(orphan.record.key)
        self._retire(orphan)
        record, size = orphan.record, status.st_size
        record.offset = record.size = size
        start = max(0, size - identity.MARKER)
        marker = os.pread(fd, size - start, start)
        record.marker, record.marker_length = identity.digest(marker), len(marker)
        self._bind(record, path, fd, status, now)

    def _new_record(self, path: str, status: os.stat_result, wall: float) -> FileRecord:
        record = FileRecord(
            identity.new_key(),
            self.settings.id,
            path,
            status.st_dev,
            status.st_ino,
            created=wall,
            updated=wall,
        )
        older = self.settings.ignore_older
        if older is not None and wall - status.st_mtime > older:
            record.offset = status.st_size
            log.info(
                "%s: not changed for longer than ignore_older: only what is appended from now on is read",
                path,
            )
        elif self._skip_present:
            record.offset = status.st_size
        self.known.records[record.key] = record
        return record

    def _bind(
        self, record: FileRecord, path: str, fd: int, status: os.stat_result, now: float
    ) -> None:
        ident = (status.st_dev, status.st_ino)
        harvester = self.orphans.adopt(record, fd, now)
        moved = (record.device, record.inode, record.path) != (*ident, path)
        if moved and record.head_length:
            log.info(
                "%s is recognised by its content as %s: reading goes on at %d",
                path,
                record.path,
                record.offset,
            )
        record.path, (record.device, record.inode) = path, ident
        record.gone = 0.0
        self.known.bound.add(record.key)
        self.known.touch(record)
        self.copies.release(ident)
        file = Followed(record, path, status.st_size, status.st_mtime_ns)
        self.followed[ident] = file
        file.harvester = harvester
        if harvester is not None:
            file.state = "open"
        elif not record.head_length or record.offset != status.st_size:
            file.state = "waiting"

    # -- opening and closing ---------------------------------------------------------------------------------------

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
        if record.head_length and not identity.matches(
            record, status.st_size, lambda length, offset: os.pread(fd, length, offset)
        ):
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

    # -- polling of open files -------------------------------------------------------------------------------------

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
        del self.followed[ident]
        self.known.unbind(file.record)
        if file.harvester is not None:
            self.known.checkpoint(file.harvester, file.record.updated)
            self.orphans.add(file.harvester, now)
        elif file.record.size > file.record.offset:
            self.orphans.add_unread(file.record, now)

    # -- absence ---------------------------------------------------------------------------------------------------

    def _look_for_absent(self, seen: set[Ident], now: float, wall: float) -> None:
        for ident, file in list(self.followed.items()):
            if ident in seen or file.harvester is not None:
                continue
            if not deleted(file.path, file.record.device):
                file.missing = 0
                continue
            file.missing += 1
            if file.missing < 2:
                continue
            self._let_go(ident, file, now, wall)
        clean = self.settings.clean_deleted
        if self.known.forget_deleted(self.orphans.keys, now, wall, clean=clean):
            self._look_for_unread(now)

    def _look_for_unread(self, now: float) -> None:
        """Let content that was lost with bytes unread while the agent was down be waited for, and become a gap."""
        taken = {file.path for file in self.followed.values()}
        held = self.known.bound | self.orphans.keys
        for record in self.known.records.values():
            unread = record.size > record.offset and record.key not in held
            if record.head_length < identity.MIN_EVIDENCE:
                continue  # not to be recognised: where it appears, it is read as a new file
            if unread and (record.gone or record.path in taken):
                self.orphans.add_unread(record, now)

    def lost(self, now: float) -> Iterator[tuple[Harvester, int, str]]:
        """
        Ranges that are lost for good.

        Yields:
            (harvester, end of the range, reason); the range begins at the harvester's position.
        """
        yield from self.orphans.lost(now)
        for orphan in self.orphans.take_finished(now):
            self._retire(orphan)
            orphan.record.gone = orphan.record.gone or orphan.record.updated
        limit = self.settings.hold_removed_bytes
        for file in list(self.followed.values()):
            one = file.harvester
            if one is None:
                continue
            if one.hole > one.position:
                yield (
                    one,
                    one.hole,
                    "zero bytes: after a truncation the writer went on at its old offset",
                )
            elif limit is not None and one.removed and one.size - one.position > limit:
                yield (
                    one,
                    one.size,
                    "deleted, and more than close.removed.max_unsettled_bytes unread",
                )

    # -- records ---------------------------------------------------------------------------------------------------

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
        self.known.checkpoint(harvester, harvester.record.updated)
        self.closed.merge(harvester.ledger.counts)
        self.counters["truncated_lines"] += harvester.truncated_lines
        self.counters["decode_errors"] += harvester.decode_errors
        self.counters["unbalanced_ranges"] += harvester.ledger.unbalanced
        harvester.close()

    def drop(self, key: str) -> None:
        """Forget a record: the file is read again from its start, under a new key."""
        for ident, file in list(self.followed.items()):
            if file.record.key == key:
                if file.harvester is not None:
                    file.harvester.ledger.reset()
                    self._retire(file.harvester)
                del self.followed[ident]
        self.orphans.drop(key)
        self.known.drop(key)


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
