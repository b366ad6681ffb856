from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

import pytest

from shipper.checkpoint.store import FileRecord, Store
from shipper.cli import checkpoint
from shipper.cli.parser import Parser
from shipper.errors import ShipperError, StoreError, UsageError
from shipper.telemetry.control import ControlServer

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
inputs: [{{id: app, paths: [/var/log/app.log]}}]
output.elasticsearch: {{hosts: ["http://127.0.0.1:9200"]}}
path.data: {data}
"""


@pytest.fixture
def data(tmp_path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def config(tmp_path, data) -> str:
    path = tmp_path / "config.yml"
    path.write_text(CONFIG.format(data=data))
    return str(path)


def record(key: str, path: str, **changes) -> FileRecord:
    values = {"input": "app", "device": 1, "inode": 2, "offset": 50, "size": 100, **changes}
    return FileRecord(key=key, path=path, **values)


FILES = (
    record("AAAAAAAAAAAAAAAA", "/var/log/app.log"),
    record("BBBBBBBBBBBBBBBB", "/var/log/done.log", offset=100, sent=100),
    record("CCCCCCCCCCCCCCCC", "/var/log/old.log", gone=1_790_000_000.0),
)


@pytest.fixture
def store(data):
    """A store as an agent left it."""
    with contextlib.closing(Store(data)) as one:
        one.commit(FILES, marks=[("AAAAAAAAAAAAAAAA", 70, "line")])
    return data


def run(*arguments: str) -> int:
    parser = Parser(prog="shipper checkpoint")
    checkpoint.configure(parser)
    return checkpoint.run(parser.parse(arguments))


def keys(data: Path) -> set[str]:
    return {one.key for one in Store.read(data)}


def test_list_shows_every_file(store, config, capsys):
    assert run("list", "-c", config) == 0

    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows == [
        ["STATE", "OFFSET", "SIZE", "INPUT", "KEY", "PATH"],
        ["partly", "50", "100", "app", "AAAAAAAAAAAAAAAA", "/var/log/app.log"],
        ["settled", "100", "100", "app", "BBBBBBBBBBBBBBBB", "/var/log/done.log"],
        ["gone", "50", "100", "app", "CCCCCCCCCCCCCCCC", "/var/log/old.log"],
    ]


def test_list_as_json_has_everything(store, config, capsys):
    assert run("list", "-c", config, "--json") == 0

    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["path"] == "/var/log/app.log"
    assert first["marks"] == {"70": "line"}
    assert (second["state"], second["maybe_sent"], second["gone"]) == ("settled", 100, None)
    assert third["gone"] == 1_790_000_000.0


def test_list_works_while_an_agent_holds_the_store(store, config, capsys):
    with contextlib.closing(Store(store)):
        assert run("list", "-c", config) == 0
    assert "/var/log/app.log" in capsys.readouterr().out


def test_list_changes_nothing(store, config, capsys):
    before = {path.name: path.read_bytes() for path in store.iterdir() if path.suffix == ".db"}
    run("list", "-c", config)

    assert {
        path.name: path.read_bytes() for path in store.iterdir() if path.suffix == ".db"
    } == before


def test_list_without_a_store_says_so(config):
    with pytest.raises(StoreError, match="there is no store"):
        run("list", "-c", config)


def test_a_path_of_others_does_not_steer_the_terminal(store, config, capsys):
    with contextlib.closing(Store(store)) as one:
        one.commit([record("DDDDDDDDDDDDDDDD", os.fsdecode(b"/var/log/\x1b[31m\n\xff.log"))])

    run("list", "-c", config)
    run("list", "-c", config, "--json")
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "/var/log/\\x1b[31m\\x0a\\udcff.log" in shown


def test_forget_without_yes_explains_and_changes_nothing(store, config, capsys):
    assert run("forget", "-c", config, "/var/log/app.log") == 1

    shown = capsys.readouterr().out
    assert "sent again, under new ids" in shown
    assert "Nothing was changed. Add --yes" in shown
    assert "AAAAAAAAAAAAAAAA" in keys(store)


@pytest.mark.parametrize("which", [["/var/log/app.log"], ["--key", "AAAAAAAAAAAAAAAA"]])
def test_forget_without_an_agent_changes_the_store(store, config, capsys, which):
    assert run("forget", "-c", config, *which, "--yes") == 0

    assert "no agent was running" in capsys.readouterr().out
    assert keys(store) == {"BBBBBBBBBBBBBBBB", "CCCCCCCCCCCCCCCC"}
    with contextlib.closing(Store(store)):
        pass  # the lock is free again


def test_forget_takes_a_relative_path(store, config, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with contextlib.closing(Store(store)) as one:
        one.commit([record("DDDDDDDDDDDDDDDD", str(tmp_path / "here.log"))])

    assert run("forget", "-c", config, "here.log", "--yes") == 0
    assert "DDDDDDDDDDDDDDDD" not in keys(store)


def test_forget_forgets_every_generation_of_a_path(store, config):
    with contextlib.closing(Store(store)) as one:
        one.commit([record("DDDDDDDDDDDDDDDD", "/var/log/app.log", gone=1.0)])

    assert run("forget", "-c", config, "/var/log/app.log", "--yes") == 0
    assert keys(store) == {"BBBBBBBBBBBBBBBB", "CCCCCCCCCCCCCCCC"}


def test_forget_asks_a_running_agent(store, config, capsys):
    asked = []

    def handle(request):
        asked.append(request)
        return {"ok": True}

    with (
        contextlib.closing(Store(store)),
        contextlib.closing(ControlServer(store / "shipper.sock", handle)) as server,
    ):
        server.start()
        assert run("forget", "-c", config, "--key", "AAAAAAAAAAAAAAAA", "--yes") == 0

    assert asked == [{"command": "forget", "key": "AAAAAAAAAAAAAAAA"}]
    assert "by the running agent" in capsys.readouterr().out
    assert "AAAAAAAAAAAAAAAA" in keys(store)  # the agent's business alone


def test_a_refusal_of_the_agent_is_passed_on(store, config):
    with contextlib.closing(
        ControlServer(store / "shipper.sock", lambda _: {"error": "being read"})
    ) as server:
        server.start()
        with pytest.raises(ShipperError, match="did not forget AAAAAAAAAAAAAAAA: being read"):
            run("forget", "-c", config, "--key", "AAAAAAAAAAAAAAAA", "--yes")


def test_an_agent_without_a_control_socket_keeps_its_store(store, config):
    with (
        contextlib.closing(Store(store)),
        pytest.raises(StoreError, match="it does not answer on"),
    ):
        run("forget", "-c", config, "--key", "AAAAAAAAAAAAAAAA", "--yes")
    assert "AAAAAAAAAAAAAAAA" in keys(store)


@pytest.mark.parametrize("which", [["/var/log/none.log"], ["--key", "ZZZZZZZZZZZZZZZZ"]])
def test_what_is_not_known_is_told(store, config, which):
    with pytest.raises(ShipperError, match="does not know it"):
        run("forget", "-c", config, *which, "--yes")


@pytest.mark.parametrize("arguments", [[], ["forget"], ["forget", "a", "--key", "b"], ["burn"]])
def test_incomplete_commands_are_usage_errors(arguments):
    with pytest.raises(UsageError):
        run(*arguments)
