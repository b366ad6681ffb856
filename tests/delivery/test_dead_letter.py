"""The dead-letter store, and the command that shows it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sqlite3
import time
from typing import TYPE_CHECKING

import orjson
import pytest

from shipper.checkpoint.store import Store
from shipper.cli import dead_letter as command
from shipper.cli.parser import Parser
from shipper.delivery.dead_letter import (
    NAME,
    NOT_TOLD,
    DeadLetter,
    DeadLetters,
    DeadLettersFullError,
    Which,
)
from shipper.errors import ShipperError, StoreError, UsageError
from shipper.telemetry.control import NAME as SOCKET
from shipper.telemetry.control import ControlServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
inputs: [{{id: app, paths: [/var/log/app.log]}}]
output.elasticsearch: {{hosts: ["http://127.0.0.1:9200"]}}
path.data: {data}
"""


def letter(n: int, **changes: object) -> DeadLetter:
    values: dict[str, object] = {
        "id": f"AAAAAAAAAAAAAAAA{n:014d}{10:010d}",
        "route": "logs-app-default",
        "stored": 1_800_000_000.0 + n,
        "path": "/var/log/app.log",
        "offset": n,
        "length": 10,
        "status": 400,
        "type": "document_parsing_exception",
        "reason": "failed to parse field [a]\x1b[31m",
        "error": b'{"type":"document_parsing_exception"}',
        "action": b'{"create":{}}',
        "document": b'{"message":"x"}',
        **changes,
    }
    return DeadLetter(**values)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAME


@pytest.fixture
def letters(path: Path) -> Iterator[DeadLetters]:
    with contextlib.closing(DeadLetters(path, 10**6)) as store:
        yield store


def test_stored_events_come_back_whole(letters: DeadLetters) -> None:
    letters.add([letter(1), letter(2)])

    assert [letter(2), letter(1)] == letters.list()
    assert letter(1) == letters.get(letter(1).id)
    assert letters.get("x") is None
    assert [letter(1)] == letters.list(1, 1)


def test_what_is_there_already_needs_no_room(path: Path) -> None:
    """After a kill between the store and the checkpoint the same events come again: the route must not stand for that."""
    size = letter(1).size
    with contextlib.closing(DeadLetters(path, 2 * size)) as store:
        store.add([letter(1), letter(2)])

        assert store.add([letter(1), letter(2)]) == 0
        with pytest.raises(DeadLettersFullError):
            store.add([letter(2), letter(3)])
        assert store.count() == 2


def test_the_first_of_an_id_stays(letters: DeadLetters) -> None:
    assert letters.add([letter(1)]) == 1
    assert letters.add([letter(1, reason="another")]) == 0

    assert [letter(1)] == letters.list()
    assert (1, letter(1).size) == (letters.count(), letters.size())


def test_what_does_not_fit_is_not_stored_at_all(path: Path) -> None:
    with contextlib.closing(DeadLetters(path, 3 * letter(1).size)) as letters:
        letters.add([letter(1), letter(2)])
        with pytest.raises(DeadLettersFullError, match=r"full.*dead_letter\.max_bytes"):
            letters.add([letter(3), letter(4)])
        assert letters.count() == 2

        letters.drop([letter(1).id])
        letters.add([letter(3), letter(4)])
        assert letters.count() == 3


def test_drop_all(letters: DeadLetters) -> None:
    letters.add([letter(n) for n in range(5)])

    assert letters.drop() == 5
    assert (letters.count(), letters.size()) == (0, 0)


def test_survives_and_counts_on(path: Path) -> None:
    for n in range(3):
        with contextlib.closing(DeadLetters(path, 10**6)) as letters:
            letters.add([letter(n)])
            assert n + 1 == letters.count()


def test_can_be_read_while_the_agent_writes(letters: DeadLetters, path: Path) -> None:
    letters.add([letter(1)])
    with contextlib.closing(DeadLetters(path, 0, read_only=True)) as reader:
        letters.add([letter(2)])
        assert [letter(2), letter(1)] == reader.list()
        with pytest.raises(sqlite3.OperationalError):
            reader.drop()


def _add_for_ever(path: Path, ready: object) -> None:
    letters = DeadLetters(path, 10**9)
    n = 0
    while True:
        letters.add([letter(n + i) for i in range(5)])
        n += 5
        ready.send(n)  # type: ignore[attr-defined]


def test_what_add_returned_from_is_there_after_kill_9(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_add_for_ever, args=(path, send))
    child.start()
    stored = 0
    while stored < 50:
        stored = receive.recv()
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    child.close()
    while receive.poll():
        with contextlib.suppress(EOFError):
            stored = receive.recv()
            continue
        break
    receive.close()
    send.close()

    with contextlib.closing(DeadLetters(path, 10**9)) as letters:
        assert letters.count() >= stored
        assert letters.count() % 5 == 0
        assert letters.size() == sum(each.size for each in letters.list(10**6))


def _die_in_a_commit(path: Path) -> None:
    """End with a transaction half on disk: a small cache spills pages into the file, behind a journal."""
    letters = DeadLetters(path, 10**9)
    letters._db.execute("PRAGMA cache_size = 2")
    letters._db.execute("BEGIN")
    letters._db.executemany(
        "UPDATE dead_letter SET reason = ? WHERE id = ?",
        [("x" * 500, letter(n).id) for n in range(2000)],
    )
    os.kill(os.getpid(), signal.SIGKILL)


def test_can_be_read_after_a_kill_in_the_middle_of_a_commit(path: Path) -> None:
    with contextlib.closing(DeadLetters(path, 10**9)) as letters:
        letters.add([letter(n) for n in range(2000)])
    child = multiprocessing.get_context("spawn").Process(target=_die_in_a_commit, args=(path,))
    child.start()
    child.join()
    child.close()
    assert path.with_name(f"{NAME}-journal").exists()

    with contextlib.closing(DeadLetters(path, 0, read_only=True)) as reader:
        assert reader.get(letter(0).id) == letter(0)
        assert reader.count() == 2000


def test_a_file_that_is_no_store_is_named(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=NAME):
        DeadLetters(path, 10**6)


def test_a_newer_store_is_left_alone(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer"):
        DeadLetters(path, 10**6)


def test_only_the_owner_may_read(letters: DeadLetters, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    with contextlib.closing(DeadLetters(folder / NAME, 10**6)) as store:
        store.add([letter(1), letter(2)])
    return folder


def run(tmp_path: Path, *arguments: str) -> int:
    config = tmp_path / "config.yml"
    config.write_text(CONFIG.format(data=tmp_path / "data"))
    parser = Parser(prog="shipper dead-letter")
    command.configure(parser)
    return command.run(parser.parse_args([arguments[0], "-c", str(config), *arguments[1:]]))


def test_list(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "list") == 0

    shown = capsys.readouterr().out
    assert letter(1).id in shown
    assert "2 of 2 refused events" in shown
    assert "\x1b" not in shown


def test_list_as_json(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "list", "--json", "-n", "1")

    (line,) = capsys.readouterr().out.splitlines()
    assert orjson.loads(line)["document"] == {"message": "x"}


def test_show(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "show", letter(1).id) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert orjson.loads(shown)["offset"] == 1
    with pytest.raises(UsageError, match="no such event"):
        run(tmp_path, "show", "x")


def test_nothing_refused_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "list") == 0
    assert "no event" in capsys.readouterr().out
    assert run(tmp_path, "drop", "--all") == 0


def test_drop(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="nothing was dropped"):
        run(tmp_path, "drop", letter(1).id, "x")
    assert run(tmp_path, "drop", letter(1).id) == 0
    assert "1 event dropped" in capsys.readouterr().out
    with pytest.raises(UsageError):
        run(tmp_path, "drop")
    assert run(tmp_path, "drop", "--all", "--yes") == 0
    with contextlib.closing(DeadLetters(data / NAME, 10**6)) as store:
        assert store.count() == 0


def test_listing_reads_no_documents(letters: DeadLetters) -> None:
    plan = letters._db.execute(
        "EXPLAIN QUERY PLAN SELECT id, route, type, stored FROM dead_letter ORDER BY stored, id DESC"
    ).fetchall()
    assert "COVERING INDEX listing" in plan[0][3]
    assert len(plan) == 1


def test_filters(letters: DeadLetters) -> None:
    letters.add([letter(1), letter(2, type="b"), letter(3, route="logs-x-default|p"), letter(4)])

    assert [4, 3, 2, 1] == [one.offset for one in letters.list()]
    assert [2] == [one.offset for one in letters.list(which=Which(type="b"))]
    assert [3] == [one.offset for one in letters.list(which=Which(route="logs-x-default"))]
    assert [3] == [one.offset for one in letters.list(which=Which(route="logs-x-default|p"))]
    assert [4, 3] == [
        one.offset for one in letters.list(which=Which(since=1_800_000_000.0 + 3), limit=2)
    ]
    assert [letter(2).id] == letters.ids(Which(ids=frozenset({letter(2).id, "x"})))


def test_an_older_store_is_brought_up_and_can_be_read_before(path: Path) -> None:
    """As the first version left it: without input, replays and told."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(
            """
            CREATE TABLE dead_letter (
                id TEXT PRIMARY KEY, stored REAL NOT NULL, route TEXT NOT NULL, path TEXT NOT NULL,
                offset INTEGER NOT NULL, length INTEGER NOT NULL, status INTEGER NOT NULL, type TEXT NOT NULL,
                reason TEXT NOT NULL, error BLOB NOT NULL, action BLOB NOT NULL, document BLOB NOT NULL,
                bytes INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE TABLE total (one INTEGER PRIMARY KEY CHECK (one = 1), events INTEGER NOT NULL, bytes INTEGER NOT NULL);
            INSERT INTO total VALUES (1, 1, 300);
            INSERT INTO dead_letter VALUES ('a', 1.0, 'r', '/p', 0, 10, 400, 't', 'why', x'', x'7b7d', x'7b7d', 300);
            PRAGMA user_version = 1;
            """
        )
    with contextlib.closing(DeadLetters(path, 0, read_only=True)) as reader:
        (before,) = reader.list()
    with contextlib.closing(DeadLetters(path, 10**6)) as store:
        assert [before] == store.list() == [*store.untold(5, 1000)]
        assert (before.input, before.replays) == ("", 0)
        store.sent_again(["a"])
        assert store.drop(["a"]) == 1
        assert (store.count(), store.size()) == (0, 0)


def test_a_new_error_is_counted_in_bytes(letters: DeadLetters) -> None:
    letters.add([letter(1), letter(2)])
    letters.sent_again([letter(1).id])
    letters.refused_again([letter(1, reason="r" * 300, status=500), letter(9)])

    assert letters.get(letter(1).id) == letter(1, reason="r" * 300, status=500, replays=1)
    assert letters.size() == sum(each.size for each in letters.list())
    assert letters.count() == 2


def test_what_was_told_is_not_offered_again(letters: DeadLetters) -> None:
    letters.add([letter(n) for n in range(4)])
    letters.told([letter(0).id])
    letters.told([letter(1).id], NOT_TOLD)

    assert [2, 3] == [one.offset for one in letters.untold(10, 10**6)]
    assert [2] == [one.offset for one in letters.untold(1, 10**6)]
    assert [2] == [one.offset for one in letters.untold(10, 1)]


def test_slices_are_bounded(letters: DeadLetters) -> None:
    letters.add([letter(n, document=b"x" * (100 if n != 2 else 5000)) for n in range(5)])
    chosen = [letter(n).id for n in (0, 1, 9, 2, 3, 4, 4)]

    cut = letters.slices(chosen, 3 * letter(0).size + 500)
    assert [[int(one[16:30]) for one in part] for part in cut] == [[0, 1], [2], [3, 4]]
    assert [] == letters.slices([], 1)


def test_drop_by_filters(data: Path, tmp_path: Path) -> None:
    with contextlib.closing(DeadLetters(data / NAME, 10**6)) as store:
        store.add([letter(3, type="other"), letter(4, route="logs-b-default")])
    assert run(tmp_path, "drop", "--type", "other") == 0
    assert run(tmp_path, "drop", "--route", "logs-b-default") == 0
    assert run(tmp_path, "drop", "--since", "2030-01-01T00:00:00Z") == 0
    with contextlib.closing(DeadLetters(data / NAME, 10**6)) as store:
        assert [2, 1] == [one.offset for one in store.list()]
    with pytest.raises(UsageError, match="every event"):
        run(tmp_path, "drop", "--all", "--type", "x")
    with pytest.raises(UsageError, match="expected an age"):
        run(tmp_path, "drop", "--since", "yesterday")


def test_list_by_age(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.closing(DeadLetters(data / NAME, 10**6)) as store:
        store.drop()
        store.add([letter(3, stored=time.time() - 7200), letter(4, stored=time.time() - 60)])
    run(tmp_path, "list", "--since", "1h")
    shown = capsys.readouterr().out
    assert letter(4).id in shown
    assert letter(3).id not in shown
    assert "1 of 1 refused event\n" in shown


def test_a_dry_run_of_a_replay_sends_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "replay", "--all", "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "2 document_parsing_exception, of logs-app-default" in shown
    assert "2 events would be sent again" in shown


def test_drop_goes_through_the_running_agent(data: Path, tmp_path: Path) -> None:
    asked: list[dict[str, object]] = []

    def handle(request: dict[str, object]) -> dict[str, object]:
        asked.append(request)
        return {"ok": True, "dropped": 1}

    with contextlib.closing(ControlServer(data / SOCKET, handle)) as server:
        server.start()
        assert run(tmp_path, "drop", letter(1).id) == 0
    assert asked == [{"command": "ping"}, {"command": "drop", "ids": [letter(1).id]}]


def test_an_agent_that_does_not_answer_keeps_its_store(data: Path, tmp_path: Path) -> None:
    with contextlib.closing(Store(data)), pytest.raises(ShipperError, match="does not answer"):
        run(tmp_path, "drop", "--all", "--yes")
    with contextlib.closing(Store(data)), pytest.raises(ShipperError, match="does not answer"):
        run(tmp_path, "replay", "--all")
