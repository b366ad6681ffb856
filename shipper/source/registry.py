"""
The registry of one input: which files it follows, under which keys.

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
from typing import TYPE_CHECKING

from shipper.checkpoint.store import FileRecord
from shipper.source import identity
from shipper.source.followed import OPEN_FLAGS, Followed, FollowedFiles
from shipper.source.known import deleted
from shipper.source.matching import Copies, Ident, Round
from shipper.source.orphans import GRACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shipper.config.settings import Input
    from shipper.encode import Encoder
    from shipper.source.chain import Chain
    from shipper.source.discover import Scan
    from shipper.source.harvester import Harvester

log = logging.getLogger("shipper.source")

COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}


class Registry(FollowedFiles):
    """
    The files of one input, and which they are.

    Attributes:
        copies: files held back because they equal one that is there.
        ignored: path → why a matching file is not read.
    """

    def __init__(
        self,
        settings: Input,
        chain: Chain,
        encoder: Callable[[str, str], Encoder],
        records: Iterable[FileRecord] = (),
        open_limit: int = 1 << 30,
    ) -> None:
        """Begin with what the store has; see `FollowedFiles`."""
        super().__init__(settings, chain, encoder, records, open_limit)
        self.copies = Copies()
        self.ignored: dict[str, str] = {}
        self._compressed: dict[Ident, tuple[int, int, str]] = {}  # size, mtime and kind
        # Only what is there at the very first start is skipped: a file that comes later is new from its first line.
        self._skip_present = settings.seek_to_tail and not self.known.records

    def __repr__(self) -> str:
        return f"<Registry {self.settings.id} followed={len(self.followed)} orphans={len(self.orphans)}>"

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

    def _identify_all(self, new: list[tuple[str, os.stat_result]], now: float, wall: float) -> None:
        self._bring_up_to_date(wall)
        matching = Round(
            self.known.records.values(),
            self.known.bound,
            self.orphans,
            self._left,
            self.harvesters(),
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
            and identity.matches(record, status.st_size, fd)
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
            self.counters["files_recognised"] += 1
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
            elif one.beyond and one.eof and now - one.last_growth >= GRACE:
                if one.position < one.beyond:
                    yield one, one.beyond, "the file was truncated before this was read or copied"
                one.beyond = 0
            elif limit is not None and one.removed and one.size - one.position > limit:
                yield (
                    one,
                    one.size,
                    "deleted, and more than close.removed.max_unsettled_bytes unread",
                )

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
