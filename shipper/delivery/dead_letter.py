"""
The local store of events that the cluster refuses for good.

One SQLite file, keyed by event id: storing an event twice keeps the first. What :meth:`DeadLetters.add` returned
from is on disk, because the checkpoint moves past it next. Bounded: what does not fit is not stored, and whoever
asked is told. An event leaves only by :meth:`DeadLetters.drop`: after the cluster has it, or because somebody said so.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from shipper.errors import StoreError
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

NAME = "dead-letters.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS dead_letter (
    id TEXT PRIMARY KEY, stored REAL NOT NULL, route TEXT NOT NULL, path TEXT NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL, status INTEGER NOT NULL, type TEXT NOT NULL,
    reason TEXT NOT NULL, error BLOB NOT NULL, action BLOB NOT NULL, document BLOB NOT NULL, bytes INTEGER NOT NULL,
    input TEXT NOT NULL DEFAULT '', replays INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS listing ON dead_letter (stored, id DESC, route, type);
CREATE INDEX IF NOT EXISTS untold ON dead_letter (id) WHERE told = 0;
CREATE TABLE IF NOT EXISTS total (one INTEGER PRIMARY KEY CHECK (one = 1), events INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT OR IGNORE INTO total VALUES (1, 0, 0);
CREATE TRIGGER IF NOT EXISTS added AFTER INSERT ON dead_letter BEGIN
    UPDATE total SET events = events + 1, bytes = bytes + NEW.bytes; END;
CREATE TRIGGER IF NOT EXISTS dropped AFTER DELETE ON dead_letter BEGIN
    UPDATE total SET events = events - 1, bytes = bytes - OLD.bytes; END;
CREATE TRIGGER IF NOT EXISTS changed AFTER UPDATE OF bytes ON dead_letter BEGIN
    UPDATE total SET bytes = bytes + NEW.bytes - OLD.bytes; END;
PRAGMA user_version = 2;
"""
_TO_2 = (  # from version 1, which a reader may still meet
    "ALTER TABLE dead_letter ADD COLUMN input TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE dead_letter ADD COLUMN replays INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE dead_letter ADD COLUMN told INTEGER NOT NULL DEFAULT 0",
)
_VERSION = 2
_OLD = "id, route, stored, path, offset, length, status, type, reason, error, action, document"
_COLUMNS = f"{_OLD}, input, replays"
TOLD, NOT_TOLD = 1, 2  # in the data stream of dead letters; refused there, and not tried again
_SOME = 500  # parameters of one statement
_OVERHEAD = 200  # bytes of a row besides its texts, about
_MAX_REASON = 4096


class DeadLettersFullError(StoreError):
    """Nothing was stored, because it would be more than ``dead_letter.max_bytes``."""


@dataclass(frozen=True, slots=True)
class Which:
    """
    Which of the stored events are meant: all that fit.

    Attributes:
        route: of the name of the route, or of its index.
        type: of the error.
        since: Unix time from which on they were stored.
        ids: of the events; None: any.
    """

    route: str = ""
    type: str = ""
    since: float = 0.0
    ids: frozenset[str] | None = None

    def fits(self, identity: str, route: str, kind: str, stored: float) -> bool:
        """Whether an event is meant."""
        return (
            (not self.route or self.route in {route, route.partition("|")[0]})
            and (not self.type or self.type == kind)
            and stored >= self.since
            and (self.ids is None or identity in self.ids)
        )


EVERY = Which()


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
        action, document: the two lines of the bulk request, without newlines. Of an event that a pipeline at the edge
            refused: the document before the pipeline.
        input: id of the input; empty where it is not known.
        replays: how often it was sent again; counted before it leaves.
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
    input: str = ""
    replays: int = 0

    @property
    def at_edge(self) -> bool:
        """Whether a pipeline at the edge refused it, so that it was never sent."""
        return self.status == 0 and self.type not in {"", "lost"}

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
                # A killed writer may have left a journal behind, which only a writer may roll back.
                mode = "rw" if os.access(path, os.W_OK) else "ro"
                self._db = sqlite3.connect(
                    f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=10
                )
                self._db.execute("PRAGMA query_only = ON")
            else:
                path.touch(mode=0o600)  # log lines are in it
                self._db = sqlite3.connect(path, timeout=2)
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute("PRAGMA cache_size = -256")
            version = self._check_version()
            self._columns = _COLUMNS
            if not read_only:
                self._bring_up(version)
            elif version == 1:
                self._columns = f"{_OLD}, '', 0"
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
        if not self._fits(rows):
            rows = self._new(rows)
        if rows and not self._fits(rows):
            raise DeadLettersFullError(
                f"dead-letter store is full ({counted(self._events, 'event')}, {self._bytes} of {self._max_bytes} bytes); look at "
                "`shipper dead-letter list`, mend the cause, drop what is not needed or raise dead_letter.max_bytes"
            )
        before = self._events
        try:
            with self._db:
                self._db.executemany(
                    f"INSERT OR IGNORE INTO dead_letter ({_COLUMNS}, bytes) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                    [(*_row(letter), letter.size) for letter in rows],
                )
            self._events, self._bytes = self._total()
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: dead letters cannot be written: {error}") from error
        return self._events - before

    def _new(self, rows: Sequence[DeadLetter]) -> list[DeadLetter]:
        """Those that are not stored: after a kill the same come again, and need no room."""
        try:
            parts = self.slices([letter.id for letter in rows], self._max_bytes)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: dead letters cannot be read: {error}") from error
        there = {one for part in parts for one in part}
        return [letter for letter in rows if letter.id not in there]

    def _fits(self, rows: Sequence[DeadLetter]) -> bool:
        return self._bytes + sum(letter.size for letter in rows) <= self._max_bytes

    def count(self) -> int:
        """Number of stored events."""
        self._events, self._bytes = self._total()
        return self._events

    def size(self) -> int:
        """Bytes that the stored events count against the limit."""
        self._events, self._bytes = self._total()
        return self._bytes

    def list(self, limit: int = 50, offset: int = 0, which: Which = EVERY) -> list[DeadLetter]:
        """Stored events, newest first."""
        newest = self.ids(which)[::-1]
        return [*self.some(newest[offset : offset + limit])]

    def ids(self, which: Which = EVERY) -> Sequence[str]:
        """Ids of stored events, oldest first; from an index, so that nobody reads for long while the agent wants to write."""
        rows = self._db.execute(
            "SELECT id, route, type, stored FROM dead_letter ORDER BY stored, id DESC"
        )
        return [row[0] for row in rows if which.fits(*row)]

    def some(self, identities: Sequence[str]) -> Sequence[DeadLetter]:
        """Those of the named events that are stored, in the order of their names."""
        found: dict[str, DeadLetter] = {}
        for first in range(0, len(identities), _SOME):
            part = identities[first : first + _SOME]
            marks = ",".join("?" * len(part))
            rows = self._db.execute(
                f"SELECT {self._columns} FROM dead_letter WHERE id IN ({marks})", part
            )
            found.update((row[0], DeadLetter(*row)) for row in rows)
        return [found[one] for one in identities if one in found]

    def get(self, identity: str) -> DeadLetter | None:
        """One stored event by its id."""
        return next(iter(self.some([identity])), None)

    def refused_again(self, letters: Iterable[DeadLetter]) -> None:
        """
        Keep events with the error that they met when they were sent again; one that was dropped meanwhile stays so.

        Raises:
            StoreError: it could not be written.
        """
        rows = [(a.status, a.type, a.reason[:_MAX_REASON], a.error, a.size, a.id) for a in letters]
        self._change(
            "UPDATE dead_letter SET status = ?, type = ?, reason = ?, error = ?, bytes = ? WHERE id = ?",
            rows,
        )

    def sent_again(self, identities: Iterable[str]) -> None:
        """
        Count that events are about to be sent again; it is on disk when this returns.

        Raises:
            StoreError: it could not be written.
        """
        self._change(
            "UPDATE dead_letter SET replays = replays + 1 WHERE id = ?", [(i,) for i in identities]
        )

    def slices(self, identities: Sequence[str], max_bytes: int) -> Sequence[Sequence[str]]:
        """Those of the named events that are stored, in lists of about so many bytes, an event at least."""
        sizes: dict[str, int] = {}
        for first in range(0, len(identities), _SOME):
            part = identities[first : first + _SOME]
            marks = ",".join("?" * len(part))
            sizes.update(
                self._db.execute(f"SELECT id, bytes FROM dead_letter WHERE id IN ({marks})", part)
            )
        made: Any = []
        size = max_bytes
        for one in identities:
            if one not in sizes:
                continue
            if size + sizes[one] > max_bytes:
                made.append([])
                size = 0
            made[-1].append(one)
            size += sizes.pop(one)
        return cast("Sequence[Sequence[str]]", made)

    def untold(self, limit: int, max_bytes: int) -> Sequence[DeadLetter]:
        """Events that the data stream of dead letters does not tell of yet: at most so many, and about so many bytes."""
        ids = [
            row[0]
            for row in self._db.execute(
                "SELECT id FROM dead_letter WHERE told = 0 ORDER BY id LIMIT ?", (limit,)
            )
        ]
        return self.some(self.slices(ids, max_bytes)[0]) if ids else []

    def told(self, identities: Iterable[str], state: int = TOLD) -> None:
        """
        Remember that the data stream tells of events, or that it refused to.

        Raises:
            StoreError: it could not be written.
        """
        self._change(
            "UPDATE dead_letter SET told = ? WHERE id = ?", [(state, i) for i in identities]
        )

    def drop(self, identities: Iterable[str] | None = None) -> int:
        """
        Delete events for good; all of them when none is named.

        Returns:
            How many were deleted.

        Raises:
            StoreError: it could not be written; none was deleted.
        """
        before = self.count()
        if identities is None:
            with self._db:
                self._db.execute("DELETE FROM dead_letter")
        else:
            self._change("DELETE FROM dead_letter WHERE id = ?", [(i,) for i in identities])
        return before - self.count()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Carry a change out for each row, in one transaction."""
        try:
            with self._db:
                self._db.executemany(statement, rows)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: dead letters cannot be changed: {error}") from error

    def _bring_up(self, version: int) -> None:
        """Make the tables, or give those of an older version what they lack."""
        if version == 1:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                for statement in _TO_2:
                    self._db.execute(statement)
                self._db.execute("PRAGMA user_version = 2")
        self._db.executescript(_SCHEMA)

    def _check_version(self) -> int:
        version: int
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise StoreError(
                f"{self._path}: written by a newer Shipper (version {version}); use that one"
            )
        return version

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
        letter.input,
        letter.replays,
    )
