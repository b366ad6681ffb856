"""
The local store of events that the cluster refuses for good.

One SQLite file, keyed by event id: storing an event twice keeps the first. What :meth:`DeadLetters.add` returned
from is on disk, because the checkpoint moves past it next. Bounded: what does not fit is not stored, and whoever
asked is told.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipper.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAME = "dead-letters.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS dead_letter (
    id TEXT PRIMARY KEY, stored REAL NOT NULL, route TEXT NOT NULL, path TEXT NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL, status INTEGER NOT NULL, type TEXT NOT NULL,
    reason TEXT NOT NULL, error BLOB NOT NULL, action BLOB NOT NULL, document BLOB NOT NULL, bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS total (one INTEGER PRIMARY KEY CHECK (one = 1), events INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT OR IGNORE INTO total VALUES (1, 0, 0);
CREATE TRIGGER IF NOT EXISTS added AFTER INSERT ON dead_letter BEGIN
    UPDATE total SET events = events + 1, bytes = bytes + NEW.bytes; END;
CREATE TRIGGER IF NOT EXISTS dropped AFTER DELETE ON dead_letter BEGIN
    UPDATE total SET events = events - 1, bytes = bytes - OLD.bytes; END;
PRAGMA user_version = 1;
"""
_VERSION = 1
_COLUMNS = "id, route, stored, path, offset, length, status, type, reason, error, action, document"
_OVERHEAD = 200  # bytes of a row besides its texts, about
_MAX_REASON = 4096


class DeadLettersFullError(StoreError):
    """Nothing was stored, because it would be more than ``dead_letter.max_bytes``."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """
    One event that was refused.

    Attributes:
        id: the event's ``_id``.
        route: name of the route.
        stored: Unix time.
        path, offset, length: where the event is in its file, in bytes.
        status, type, reason: of the refusal.
        error: the whole error as JSON; may be empty.
        action, document: the two lines of the bulk request, without newlines.
    """

    id: str
    route: str
    stored: float
    path: str
    offset: int
    length: int
    status: int
    type: str
    reason: str
    error: bytes
    action: bytes
    document: bytes

    @property
    def size(self) -> int:
        """Bytes that it counts against the limit."""
        return (
            _OVERHEAD
            + len(self.error)
            + len(self.action)
            + len(self.document)
            + len(self.reason)
            + len(self.path)
        )


class DeadLetters:
    """
    The store. One writer (the agent's main thread); any number of processes may read at the same time.

    Args:
        path: of the file; its folder exists.
        max_bytes: limit of what may be stored.
        read_only: open an existing file for looking only.

    Raises:
        StoreError: the file cannot be opened or is not ours.
    """

    def __init__(self, path: Path, max_bytes: int, *, read_only: bool = False) -> None:
        self._path = path
        self._max_bytes = max_bytes
        try:
            if read_only:
                self._db = sqlite3.connect(
                    f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10
                )
            else:
                path.touch(mode=0o600)  # log lines are in it
                self._db = sqlite3.connect(path, timeout=2)
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute("PRAGMA cache_size = -256")
            self._check_version()
            if not read_only:
                self._db.executescript(_SCHEMA)
            self._events, self._bytes = self._total()
        except StoreError:
            self._db.close()
            raise
        except (sqlite3.Error, OSError) as error:
            with contextlib.suppress(AttributeError):
                self._db.close()
            raise StoreError(
                f"{path}: {error}; move the file away to start with an empty one"
            ) from error

    def add(self, letters: Iterable[DeadLetter]) -> int:
        """
        Store refused events in one transaction; they are on disk when this returns.

        Returns:
            How many were new.

        Raises:
            DeadLettersFullError: they do not fit; none was stored.
            StoreError: they could not be written; none was stored.
        """
        rows = list(letters)
        if self._bytes + sum(letter.size for letter in rows) > self._max_bytes:
            raise DeadLettersFullError(
                f"dead-letter store is full ({self._events} events, {self._bytes} of {self._max_bytes} bytes); look at "
                "`shipper dead-letter list`, mend the cause, drop what is not needed or raise dead_letter.max_bytes"
            )
        before = self._events
        try:
            with self._db:
                self._db.executemany(
                    f"INSERT OR IGNORE INTO dead_letter ({_COLUMNS}, bytes) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                    [(*_row(letter), letter.size) for letter in rows],
                )
            self._events, self._bytes = self._total()
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: dead letters cannot be written: {error}") from error
        return self._events - before

    def count(self) -> int:
        """Number of stored events."""
        self._events, self._bytes = self._total()
        return self._events

    def size(self) -> int:
        """Bytes that the stored events count against the limit."""
        self._events, self._bytes = self._total()
        return self._bytes

    def list(self, limit: int = 50, offset: int = 0) -> list[DeadLetter]:
        """Stored events, newest first."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM dead_letter ORDER BY stored DESC, id LIMIT ? OFFSET ?",
            (limit, offset),
        )
        return [DeadLetter(*row) for row in rows]

    def get(self, identity: str) -> DeadLetter | None:
        """One stored event by its id."""
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM dead_letter WHERE id = ?", (identity,)
        ).fetchone()
        return None if row is None else DeadLetter(*row)

    def drop(self, identities: Iterable[str] | None = None) -> int:
        """
        Delete events for good; all of them when none is named.

        Returns:
            How many were deleted.
        """
        before = self.count()
        with self._db:
            if identities is None:
                self._db.execute("DELETE FROM dead_letter")
            else:
                self._db.executemany(
                    "DELETE FROM dead_letter WHERE id = ?", [(i,) for i in identities]
                )
        return before - self.count()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _check_version(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise StoreError(
                f"{self._path}: written by a newer Shipper (version {version}); use that one"
            )

    def _total(self) -> tuple[int, int]:
        events, size = self._db.execute("SELECT events, bytes FROM total").fetchone()
        return events, size


def _row(letter: DeadLetter) -> tuple[object, ...]:
    return (
        letter.id,
        letter.route,
        letter.stored or time.time(),
        letter.path,
        letter.offset,
        letter.length,
        letter.status,
        letter.type,
        letter.reason[:_MAX_REASON],
        letter.error,
        letter.action,
        letter.document,
    )
