"""The dead-letter store, and the command that shows it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sqlite3
from typing import TYPE_CHECKING

import orjson
import pytest

from shipper.checkpoint.store import Store
from shipper.cli import dead_letter as command
from shipper.cli.parser import Parser
from shipper.delivery.dead_letter import NAME, DeadLetter, DeadLetters, DeadLettersFullError
from shipper.errors import ShipperError, StoreError, UsageError

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
    assert "1 events dropped" in capsys.readouterr().out
    with pytest.raises(UsageError):
        run(tmp_path, "drop")
    assert run(tmp_path, "drop", "--all") == 0
    with contextlib.closing(DeadLetters(data / NAME, 10**6)) as store:
        assert store.count() == 0


def test_drop_while_an_agent_runs_is_refused(data: Path, tmp_path: Path) -> None:
    with contextlib.closing(Store(data)), pytest.raises(ShipperError, match="stop it first"):
        run(tmp_path, "drop", "--all")
