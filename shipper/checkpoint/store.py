"""
The checkpoint store: what the agent knows about files, on disk.

One SQLite file in ``path.data``, one agent per ``path.data``. Every commit is durable when it returns
(``synchronous=FULL``), so what must be on disk before an event leaves (file keys, marks, reservations) is committed first,
and checkpoints are written when there is time. Losing the last checkpoints costs a harmless re-read.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shipper.errors import StoreError, StoreLockedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STORE = "checkpoints.db"
LOCK = "agent.lock"
SCHEMA = 1
NETWORK_FILE_SYSTEMS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "ceph",
        "glusterfs",
        "fuse.glusterfs",
        "lustre",
        "fuse.sshfs",
    }
)

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
  key TEXT PRIMARY KEY, input TEXT NOT NULL, path BLOB NOT NULL, device TEXT NOT NULL, inode TEXT NOT NULL,
  head_length INTEGER NOT NULL, head BLOB NOT NULL,
  offset INTEGER NOT NULL, marker_length INTEGER NOT NULL, marker BLOB NOT NULL,
  sent INTEGER NOT NULL, size INTEGER NOT NULL, created REAL NOT NULL, updated REAL NOT NULL, gone REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE marks (
  key TEXT NOT NULL, offset INTEGER NOT NULL, decision TEXT NOT NULL, PRIMARY KEY (key, offset)
) WITHOUT ROWID;
"""
# The last mark of a day stays: it tells of the bytes behind it.
_PASSED = """
DELETE FROM marks WHERE key=? AND offset<=? AND offset IS NOT
  (SELECT max(offset) FROM marks WHERE key=? AND offset<=? AND decision LIKE 'day %')
"""
_COLUMNS = (
    "key, input, path, device, inode, head_length, head, offset, marker_length, marker,"
    " sent, size, created, updated, gone"
)


@dataclass(slots=True)
class FileRecord:
    """
    What is known of one generation of a file's content.

    Attributes:
        key: file key, 16 base64url characters.
        input: id of the input it belongs to.
        path: where it was last seen.
        device, inode: what it was last seen as.
        head_length, head: length and hash of the file's first bytes, its fingerprint.
        offset: resume from here, bytes.
        marker_length, marker: length and hash of the bytes just before ``offset``.
        sent: events up to here may have been sent, bytes.
        size: the largest size seen, bytes.
        created: Unix time.
        updated: Unix time of the last checkpoint, or of the offer of the first event that was out then: what is above
            ``offset`` was not sent before it.
        gone: Unix time since which the file is known to be deleted or replaced; 0 while it is there.
        marks: offsets at which the clock ended an event (above ``offset``), or from which events are of another day.
    """

    key: str
    input: str
    path: str
    device: int
    inode: int
    head_length: int = 0
    head: bytes = b""
    offset: int = 0
    marker_length: int = 0
    marker: bytes = b""
    sent: int = 0
    size: int = 0
    created: float = 0.0
    updated: float = 0.0
    gone: float = 0.0
    marks: dict[int, str] = field(default_factory=dict)

    def row(self) -> tuple[object, ...]:
        """The record as a row of the table ``files``."""
        return (
            self.key,
            self.input,
            os.fsencode(self.path),
            str(self.device),
            str(self.inode),
            self.head_length,
            self.head,
            self.offset,
            self.marker_length,
            self.marker,
            self.sent,
            self.size,
            self.created,
            self.updated,
            self.gone,
        )

    @classmethod
    def of(cls, row: Sequence[object]) -> FileRecord:
        """The record of a row of the table ``files``."""
        values = list(row)
        values[2] = os.fsdecode(values[2])  # type: ignore[arg-type]
        values[3], values[4] = int(str(values[3])), int(str(values[4]))
        return cls(*values)  # type: ignore[arg-type]


class Store:
    """
    The open store; the lock on ``path.data`` is held until `close`.

    Attributes:
        agent_id: random name of this store, UUID.
        host_changed: the store was last used on another host: its keys must not be used for this host's files.
    """

    def __init__(self, path_data: Path, host_id: str | None = None) -> None:
        """
        Open or create the store.

        Args:
            path_data: folder; made (0700) where it is missing.
            host_id: identity of this host; None where it has none that lasts.

        Raises:
            StoreLockedError: another agent uses this folder.
            StoreError: the folder cannot be used, or the store is damaged or made by a newer version.
        """
        self.path_data = path_data
        self.path = path_data / STORE
        self._lock = _take_lock(path_data)
        try:
            self._db = _connect(self.path, network=_on_network(path_data))
            self._prepare()
            status = self.path.stat()
            self._file = (status.st_dev, status.st_ino)
            self.agent_id = self._meta("agent_id", str(uuid.uuid4()))
            known = self._meta("host_id", host_id or "")
            self.host_changed = bool(host_id and known and known != host_id)
            if host_id and known != host_id:
                with self._db:
                    self._db.execute("UPDATE meta SET value=? WHERE name='host_id'", (host_id,))
        except sqlite3.DatabaseError as error:
            os.close(self._lock)
            raise _damaged(self.path, error) from error
        except BaseException:
            os.close(self._lock)
            raise

    def _prepare(self) -> None:
        db = self._db
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            db.close()
            raise StoreError(
                f"{self.path}: made by a newer Shipper (store version {version}, this one reads up to {SCHEMA}); "
                "start the newer version, or point path.data at another folder (all files are then sent again)"
            )
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        if version == 0:
            with db:
                db.execute("BEGIN IMMEDIATE")
                for statement in _TABLES.split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"PRAGMA user_version={SCHEMA}")

    def _meta(self, name: str, default: str) -> str:
        with self._db as db:
            db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (name, default))
        return str(self._db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()[0])

    def files(self) -> list[FileRecord]:
        """All records with their marks."""
        return _read_files(self._db)

    def commit(
        self,
        records: Iterable[FileRecord] = (),
        marks: Iterable[tuple[str, int, str]] = (),
        forget: Iterable[str] = (),
    ) -> None:
        """
        Write in one transaction; durable when it returns.

        Args:
            records: new or changed; marks below a record's offset are deleted, but for the last that names a day.
            marks: (file key, offset, decision).
            forget: keys of records to delete.

        Raises:
            StoreError: the disk is full or refuses; nothing of this call was written.
        """
        missing = self.missing()
        if missing:
            raise StoreError(missing)
        rows = [record.row() for record in records]
        gone = [(key,) for key in forget]
        try:
            with self._db as db:
                db.execute("BEGIN IMMEDIATE")
                places = ",".join("?" * 15)
                db.executemany(f"INSERT OR REPLACE INTO files ({_COLUMNS}) VALUES ({places})", rows)
                db.executemany(_PASSED, [(r[0], r[7], r[0], r[7]) for r in rows])
                db.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", marks)
                db.executemany("DELETE FROM files WHERE key=?", gone)
                db.executemany("DELETE FROM marks WHERE key=?", gone)
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self.path}: cannot be written: {error}; nothing is sent until it can (is the disk full?)"
            ) from error

    def missing(self) -> str:
        """What is wrong with the store's file as a file: empty while it is the one that was opened."""
        try:
            status = self.path.stat()
            if (status.st_dev, status.st_ino) == self._file:
                return ""
        except OSError:
            pass
        return (
            f"{self.path}: was removed or replaced while the agent runs; nothing is sent until it is back: "
            "restart the agent (without the file, everything is sent again)"
        )

    def close(self) -> None:
        """Close the store and let go of the lock."""
        self._db.close()
        os.close(self._lock)

    @staticmethod
    def read(path_data: Path) -> list[FileRecord]:
        """
        The records of a store that an agent may be using; nothing is written.

        Raises:
            StoreError: there is no store, or it cannot be read.
        """
        path = path_data / STORE
        if not path.exists():
            raise StoreError(f"{path}: there is no store; has an agent run with this path.data?")
        try:
            db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            try:
                return _read_files(db)
            finally:
                db.close()
        except sqlite3.DatabaseError as error:
            raise _damaged(path, error) from error


def _read_files(db: sqlite3.Connection) -> list[FileRecord]:
    records = {row[0]: FileRecord.of(row) for row in db.execute(f"SELECT {_COLUMNS} FROM files")}
    for key, offset, decision in db.execute(
        "SELECT key, offset, decision FROM marks ORDER BY offset"
    ):
        if key in records:
            records[key].marks[offset] = decision
    return list(records.values())


def _connect(path: Path, *, network: bool) -> sqlite3.Connection:
    path.touch(mode=0o600)  # names of files are in it
    db = sqlite3.connect(path, isolation_level=None, cached_statements=16)
    # The shared-memory file of WAL does not work across a network.
    db.execute(f"PRAGMA journal_mode={'DELETE' if network else 'WAL'}")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA cache_size=-1024")
    return db


def _take_lock(path_data: Path) -> int:
    try:
        path_data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path_data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"path.data {path_data}: {error.strerror}; it must be a folder that this user may write to"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(lock, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise StoreLockedError(
            f"path.data {path_data}: in use by another agent (process {holder}); "
            "stop it, or give this one a path.data of its own"
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _on_network(path: Path) -> bool:
    """Whether a folder lies on a network file system, as /proc/self/mounts tells (proc(5))."""
    best, kind = "", ""
    real = os.path.realpath(path)
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape")
    except OSError:
        return False
    for line in mounts.splitlines():
        _, point, name, *_ = line.split(" ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind in NETWORK_FILE_SYSTEMS


def _damaged(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    return StoreError(
        f"{path}: the store cannot be read: {error}; put back a copy of the folder, or move it away to start afresh "
        "(every file is then sent again from its start, under new ids)"
    )
