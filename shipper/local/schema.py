"""
The local store's file: how it is made, recognised and opened.

One SQLite database in WAL mode. Documents are kept as they were sent; the full-text index holds no second copy of
the text. Whoever opens a file that is not ours, or of a newer format, is told so and changes nothing.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

from shipper.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = 0x53484950  # "SHIP", in the file's header
FORMAT = 1

_TABLES = (
    "CREATE TABLE target (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE path (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    # seq grows in order of arrival; time is @timestamp in milliseconds
    """CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        target INTEGER NOT NULL,
        id TEXT NOT NULL,
        time INTEGER NOT NULL,
        path INTEGER NOT NULL,
        start INTEGER NOT NULL,
        document TEXT NOT NULL,
        UNIQUE (target, id)
    )""",
    "CREATE INDEX event_time ON event (time)",
    "CREATE INDEX event_path ON event (path)",
    # Retention goes by arrival: the first seq of each hour.
    "CREATE TABLE arrival (hour INTEGER PRIMARY KEY, first INTEGER NOT NULL)",
    """CREATE VIRTUAL TABLE text USING fts5 (
        body, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2"
    )""",
)


def _recognise(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is a local store; False for an empty one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == APPLICATION_ID:
        if version > FORMAT:
            raise StoreError(
                f"{path}: written by a newer Shipper (format {version}, this one reads up to {FORMAT}); "
                "use that version, or another file"
            )
        return True
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application or tables:
        raise StoreError(
            f"{path}: an SQLite file, but not a local store of Shipper; name another one"
        )
    return False


def _create(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    if not _recognise(connection, path):  # else another process was quicker
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def open_for_writing(path: Path, *, patience: float = 5.0) -> sqlite3.Connection:
    """
    Open the store, making it where there is none.

    The file is made readable by its owner alone, since logs hold what others should not see. The connection may be
    used by any thread, by one at a time.

    Args:
        path: the file; missing folders are made.
        patience: seconds to wait for another process that is writing.

    Raises:
        StoreError: the file is not ours or newer than this code, or Python's SQLite has no FTS5.
        sqlite3.Error, OSError: it cannot be opened now.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        ours = _recognise(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if not ours:
            _create(connection, path)
    except BaseException as error:
        connection.close()
        if "no such module: fts5" in str(error):
            raise StoreError(
                f"Python's SQLite ({sqlite3.sqlite_version}) has no full-text search (FTS5), which output.local "
                "needs; use a Python whose SQLite has it, such as your distribution's"
            ) from None
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """
    Open an existing store without writing to it, also while an agent does.

    Raises:
        StoreError: there is no such store, or it cannot be read.
    """
    if not path.exists():
        raise StoreError(f"{path}: no such local store; has `shipper run` written to it yet?")
    if not os.access(path, os.R_OK):
        raise StoreError(
            f"{path}: Permission denied; only the agent's user may read it: run this as that user, or with sudo"
        )
    name = f"file:{quote(str(path))}"
    # A folder that we may not write to has no room for the shared memory of WAL. Where no agent has the store open
    # (no -wal file) the file alone is the whole store, and may be read as it is.
    still = not path.with_name(f"{path.name}-wal").exists() and not os.access(path.parent, os.W_OK)
    options = "mode=ro&immutable=1" if still else "mode=ro"
    try:
        connection = sqlite3.connect(f"{name}?{options}", uri=True, timeout=5, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    try:
        if not _recognise(connection, path):
            raise StoreError(f"{path}: empty; has `shipper run` written to it yet?")
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"{path}: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection
