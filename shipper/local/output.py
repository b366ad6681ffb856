"""
The output that keeps events in the local store and answers as a cluster would.

Law: when it answers, what it says is on the disk. It knows bulk requests and nothing of who makes them; whatever
keeps it from writing (locked, full, damaged) is a 503 with the reason, so that nothing is settled and all is sent again.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

import orjson

from shipper.errors import StoreError
from shipper.local.document import lookup, millis_of, text_of
from shipper.local.schema import open_for_writing
from shipper.records import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shipper.config.settings import Local
    from shipper.records import Route

log = logging.getLogger("shipper.local")

CHUNK_EVENTS = 500  # decoded at once: bounds memory, whatever the size of the request
RETENTION_EVENTS = 1000  # deleted in one transaction, so that senders wait for milliseconds only
RETENTION_INTERVAL = 60.0  # seconds between two looks at what is too old
HOUR = 3600
_ACTION = b'{"create":{"_id":"'
_ACTION_END = b'"}}\n'
_EXISTS = 409
_LARGEST = 2**63 - 1  # that SQLite takes; JSON here goes up to twice of it
_REFUSED = 400

_Item = (
    tuple[int, str] | None
)  # status and id of an event that was not kept now; None for one that was


class LocalOutput:
    """
    A destination of delivery: an SQLite file with full-text search.

    Thread-safe: requests are carried out one after the other.

    Args:
        settings: the file and how long events are kept.
        now: clock, Unix seconds.
        janitor: whether a thread of its own looks after retention; else somebody calls ``tidy``.

    Raises:
        StoreError: the file cannot be opened, is not a local store, or Python's SQLite has no full-text search.
    """

    kind = "local"

    def __init__(
        self, settings: Local, *, now: Callable[[], float] = time.time, janitor: bool = True
    ) -> None:
        self._path = settings.path
        self._retention = settings.retention
        self._now = now
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._identity = (0, 0)
        self._numbers: dict[tuple[str, str], int] = {}
        self._unparsed: set[str] = set()  # pipelines that were spoken of
        self._closing = threading.Event()
        self._janitor: threading.Thread | None = None
        try:
            self._connect()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._path}: cannot open the local store: {error}") from error
        if janitor and self._retention is not None:
            self._janitor = threading.Thread(
                target=self._tidy_forever, name="local-retention", daemon=True
            )
            self._janitor.start()

    def __repr__(self) -> str:
        """Path and state."""
        return f"<LocalOutput {self._path} {'open' if self._connection else 'closed'}>"

    # ---- what delivery calls -------------------------------------------------------------------------------------

    def ready(self, route: Route) -> str | None:
        """
        Whether the store can be written now.

        Returns:
            None if it can, else what is wrong and what to do.
        """
        self._say_unparsed(route)
        with self._lock:
            try:
                connection = self._connect()
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except (sqlite3.Error, OSError, StoreError) as error:
                self._disconnect()
                return self._explain(error)
        return None

    def send(self, route: Route, body: bytes, count: int) -> Answer:
        """
        Keep the events of one bulk request.

        Args:
            route: its index is the name the events are kept under; its pipeline is not run.
            body: NDJSON, an action line ``{"create":{"_id":…}}`` and a document line for each event.
            count: number of events in the body.

        Returns:
            The answer of a cluster: 200 with a status for each event, 201 (kept), 409 (the id is there already) or
            400 (the document is not a JSON object); 503 if nothing was kept, with the reason.
        """
        self._say_unparsed(route)
        lines = body.count(b"\n")
        if lines != 2 * count or not body.endswith(b"\n"):
            raise ValueError(f"a bulk body of {count} events has {2 * count} lines, not {lines}")
        began = time.monotonic()
        with self._lock:
            try:
                items = self._keep(route.index, body)
            except (sqlite3.Error, OSError, StoreError) as error:
                self._disconnect()
                reason = self._explain(error)
                cause = {"type": "local_store_unavailable", "reason": reason}
                return Answer(503, orjson.dumps({"error": cause, "status": 503}), "local")
        took = int((time.monotonic() - began) * 1000)
        return Answer(200, _bulk_answer(route.index, items, took), "local")

    def pipeline_exists(self, name: str) -> bool | None:  # noqa: ARG002 - the shape is delivery's
        """Nothing is known of pipelines here: always None."""
        return None

    def failure(self, route: Route, ids: Sequence[str]) -> None:
        """There is no failure store here."""

    def refresh(self) -> None:
        """Open the file anew at the next request."""
        with self._lock:
            self._disconnect()

    def earlier(self, route: Route, actions: Sequence[bytes], since: float) -> set[int]:  # noqa: ARG002
        """An id is unique over the whole store."""
        return set()

    def mended(self) -> bool:
        """There are no keys."""
        return False

    def describe(self) -> tuple[str, str, str]:
        """Target, product and version: the path, ``local`` and SQLite's version."""
        return str(self._path), "local", sqlite3.sqlite_version

    def close(self) -> None:
        """Close the file. Calling it again is harmless."""
        self._closing.set()
        if self._janitor is not None:
            self._janitor.join()
            self._janitor = None
        with self._lock:
            self._disconnect()

    # ---- writing -------------------------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        """The connection; a new one if the file that it writes is no longer the one at the path."""
        if self._connection is not None:
            with contextlib.suppress(FileNotFoundError):
                found = self._path.stat()
                if (found.st_dev, found.st_ino) == self._identity:
                    return self._connection
            log.warning("%s was removed or replaced; starting a new local store", self._path)
            self._disconnect()
        connection = open_for_writing(self._path)
        self._connection = connection
        found = self._path.stat()
        self._identity = (found.st_dev, found.st_ino)
        return connection

    def _disconnect(self) -> None:
        """Close the connection, which rolls back what is not committed."""
        connection, self._connection = self._connection, None
        self._numbers.clear()
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _keep(self, index: str, body: bytes) -> list[_Item]:
        """Insert all events of a request in one transaction; returns what became of each."""
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            seq = self._next_seq(connection)
            target = self._number(connection, "target", index)
            items: list[_Item] = []
            stream = io.BytesIO(
                body
            )  # shares the body's memory, so that only a chunk is there twice
            while chunk := list(itertools.islice(stream, 2 * CHUNK_EVENTS)):
                items += self._keep_chunk(connection, target, seq + len(items), chunk)
            connection.execute("COMMIT")
        except BaseException:
            self._numbers.clear()  # they may name rows that are rolled back
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        return items

    def _keep_chunk(
        self, connection: sqlite3.Connection, target: int, seq: int, lines: list[bytes]
    ) -> list[_Item]:
        """Insert some events under ascending numbers from ``seq`` on; returns what became of each."""
        rows: list[tuple[int, int, str, int, int, int, str]] = []
        texts: list[tuple[int, str]] = []
        items: list[_Item] = [None] * (len(lines) // 2)
        arrived = int(self._now() * 1000)
        for at, line in enumerate(lines[1::2]):
            event_id, index = _names_of(lines[2 * at])
            document = _decode(line)
            if document is None:
                items[at] = (_REFUSED, event_id)
                continue
            time_millis = millis_of(document.get("@timestamp"))
            path = lookup(document, "log.file.path")
            start = lookup(document, "log.offset")
            rows.append(
                (
                    seq + at,
                    target if index is None else self._number(connection, "target", index),
                    event_id,
                    arrived if time_millis is None else time_millis,
                    self._number(connection, "path", path if isinstance(path, str) else ""),
                    start if type(start) is int and start <= _LARGEST else 0,
                    line[:-1].decode(),
                )
            )
            texts.append((seq + at, text_of(document)))
        before = connection.total_changes
        connection.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        if connection.total_changes - before != len(rows):
            found = connection.execute(
                "SELECT seq FROM event WHERE seq BETWEEN ? AND ?", (seq, seq + len(items))
            )
            kept = {number for (number,) in found}
            for number, _, event_id, *_ in rows:
                if number not in kept:
                    items[number - seq] = (_EXISTS, event_id)
            texts = [item for item in texts if item[0] in kept]
        connection.executemany("INSERT INTO text (rowid, body) VALUES (?, ?)", texts)
        return items

    def _next_seq(self, connection: sqlite3.Connection) -> int:
        """The first free number; notes it where a new hour has begun."""
        (seq,) = connection.execute(
            """SELECT 1 + max((SELECT coalesce(max(seq), 0) FROM event),
                              (SELECT coalesce(max(first), 1) - 1 FROM arrival))"""
        ).fetchone()
        hour = int(self._now()) // HOUR
        # A clock that was set back must not open an hour behind later ones: their order is that of the numbers.
        connection.execute(
            """INSERT OR IGNORE INTO arrival
               SELECT ?1, ?2 WHERE ?1 > (SELECT coalesce(max(hour), -1) FROM arrival)""",
            (hour, seq),
        )
        return int(seq)

    def _number(self, connection: sqlite3.Connection, table: str, name: str) -> int:
        """The number that stands for a name; a new one if need be."""
        number = self._numbers.get((table, name))
        if number is None:
            connection.execute(f"INSERT OR IGNORE INTO {table} (name) VALUES (?)", (name,))
            row = connection.execute(f"SELECT number FROM {table} WHERE name = ?", (name,))
            if len(self._numbers) > 10_000:  # paths that change with every rotation
                self._numbers.clear()
            number = self._numbers[table, name] = int(row.fetchone()[0])
        return number

    # ---- retention -----------------------------------------------------------------------------------------------

    def tidy(self) -> int:
        """
        Delete some events that arrived longer ago than the retention time allows, to within an hour.

        Returns:
            How many were deleted, at most ``RETENTION_EVENTS``; 0 when none is left to delete.
        """
        if self._retention is None:
            return 0
        with self._lock:
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                deleted = self._tidy(connection, int(self._now() - self._retention) // HOUR)
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
        return deleted

    def _tidy(self, connection: sqlite3.Connection, hour: int) -> int:
        (bound,) = connection.execute(
            """SELECT coalesce((SELECT min(first) FROM arrival WHERE hour >= ?1),
                               (SELECT max(seq) + 1 FROM event), 0)""",
            (hour,),
        ).fetchone()
        old = connection.execute(
            "SELECT seq, document FROM event WHERE seq < ? ORDER BY seq LIMIT ?",
            (bound, RETENTION_EVENTS),
        ).fetchall()
        # The index keeps no copy of the text: an entry is removed by giving its text again.
        connection.executemany(
            "INSERT INTO text (text, rowid, body) VALUES ('delete', ?, ?)",
            [(seq, text_of(orjson.loads(document))) for seq, document in old],
        )
        if old:
            connection.execute("DELETE FROM event WHERE seq <= ?", (old[-1][0],))
        else:
            # All but the newest: it keeps the numbers from starting anew in an emptied store.
            connection.execute(
                "DELETE FROM arrival WHERE hour < ?1 AND hour < (SELECT max(hour) FROM arrival)",
                (hour,),
            )
        return len(old)

    def _tidy_forever(self) -> None:
        told = ""
        while not self._closing.is_set():
            deleted = 0
            try:
                deleted = self.tidy()
                told = ""
            except (sqlite3.Error, OSError, StoreError) as error:
                reason = self._explain(error)
                if reason != told:
                    log.warning("retention of the local store waits: %s", reason)
                    told = reason
            # Between two steps the senders get their turn.
            self._closing.wait(0.02 if deleted else RETENTION_INTERVAL)

    # ---- words ---------------------------------------------------------------------------------------------------

    def _say_unparsed(self, route: Route) -> None:
        if route.pipeline and route.pipeline not in self._unparsed:
            self._unparsed.add(route.pipeline)
            log.warning(
                "output.local runs no ingest pipelines: events of %s are kept as they were read, without %s",
                route.index,
                route.pipeline,
            )

    def _explain(self, error: Exception) -> str:
        """What went wrong and what to do about it, in one line."""
        text = str(error)
        if isinstance(error, StoreError):
            return text
        if "locked" in text or "busy" in text:
            advice = "another process is writing it for long; end that one"
        elif "full" in text:
            advice = "make room on its disk"
        elif "malformed" in text or "not a database" in text:
            advice = "it is damaged; move it away and a new one is made"
        else:
            advice = "see that its folder exists and may be written"
        return f"{self._path}: {text}; {advice}"


def _decode(line: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _names_of(action: bytes) -> tuple[str, str | None]:
    """The id of an event, and its index where the action names one."""
    if action.startswith(_ACTION) and action.endswith(_ACTION_END):
        name = action[len(_ACTION) : -len(_ACTION_END)]
        if name.isascii() and b'"' not in name and b"\\" not in name:
            return name.decode(), None
    create = orjson.loads(action)["create"]
    return str(create["_id"]), create.get("_index")


def _bulk_answer(index: str, items: list[_Item], took: int) -> bytes:
    """The body of a cluster's answer: short where all went well, with an error for each other item."""
    created = b'{"create":{"_index":' + orjson.dumps(index) + b',"status":201}}'
    failed = b"true" if any(items) else b"false"
    head = b'{"errors":%b,"took":%d,"items":[' % (failed, took)
    answers = [created if item is None else _item_answer(index, *item) for item in items]
    return head + b",".join(answers) + b"]}"


def _item_answer(index: str, status: int, event_id: str) -> bytes:
    if status == _EXISTS:
        kind = "version_conflict_engine_exception"
        reason = f"[{event_id}]: version conflict, document already exists"
    else:
        kind = "document_parsing_exception"
        reason = f"[{event_id}]: not a JSON object"
    error = {"type": kind, "reason": reason}
    return orjson.dumps({"create": {"_index": index, "status": status, "error": error}})
