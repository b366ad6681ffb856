"""``shipper search`` as a user runs it: arguments in, text and exit code out."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from shipper.cli import search
from shipper.cli.parser import Parser
from shipper.errors import StoreError, UsageError
from shipper.records import Route
from tests.local.bulks import ROUTE, bulk, document

if TYPE_CHECKING:
    from shipper.local.output import LocalOutput

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    search.configure(parser)
    return search.run(parser.parse_args(arguments))


@pytest.fixture
def db(output: LocalOutput, tmp_path: Path) -> str:
    output.send(
        ROUTE,
        *bulk(
            document("first line", 0),
            document("Exception\n\tat here\n\tat there", 11),
            document("evil \x1b[2J\x07 title", 50),
        ),
    )
    output.send(Route("logs-shop-default"), *bulk({"@timestamp": 0, "order": 7}, first=9))
    return str(tmp_path / "shipped.db")


def test_shows_time_dataset_place_and_message(db: str, capsys: pytest.CaptureFixture[str]):
    assert command("--db", db, "first") == 0
    assert capsys.readouterr().out == "2026-11-22T15:00:00.000Z app app.log:0  first line\n"


def test_further_lines_are_indented_and_control_characters_are_shown(
    db: str, capsys: pytest.CaptureFixture[str]
):
    """A log line cannot speak to the terminal."""
    command("--db", db, "--dataset", "app")
    out = capsys.readouterr().out
    assert "Exception\n    \tat here\n    \tat there\n" in out
    assert "evil \\x1b[2J\\x07 title\n" in out


def test_an_event_without_message_shows_its_fields(db: str, capsys: pytest.CaptureFixture[str]):
    command("--db", db, "--dataset", "shop")
    assert capsys.readouterr().out == '1970-01-01T00:00:00.000Z shop -:None  {"order":7}\n'


def test_json_is_one_hit_a_line(db: str, capsys: pytest.CaptureFixture[str]):
    command("--db", db, "--json")
    hits = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [hit["_index"] for hit in hits] == ["logs-shop-default", *["logs-app-default"] * 3]
    assert len({hit["_id"] for hit in hits}) == 4
    assert hits[2]["_source"]["message"] == "Exception\n\tat here\n\tat there"


def test_count(db: str, capsys: pytest.CaptureFixture[str]):
    assert command("--db", db, "--count") == 0
    assert command("--db", db, "--count", "nowhere") == 1
    assert capsys.readouterr().out == "4\n0\n"


def test_nothing_found_is_exit_code_1(db: str, capsys: pytest.CaptureFixture[str]):
    assert command("--db", db, "nowhere") == 1
    assert capsys.readouterr().out == ""


def test_limit(db: str, capsys: pytest.CaptureFixture[str]):
    command("--db", db, "--limit", "1", "--json")
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_since_and_until(db: str, capsys: pytest.CaptureFixture[str]):
    assert command("--db", db, "--count", "--until", "2000-01-01") == 0
    assert command("--db", db, "--count", "--since", "2000-01-01") == 0
    assert command("--db", db, "--count", "--until", "36500d") == 1
    assert capsys.readouterr().out == "1\n3\n0\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since", "tomorrow"], "--since tomorrow: expected a time ago"),
        (["--field", "level"], "--field level: expected NAME=VALUE"),
        (["--count", "--follow"], "exclude each other"),
        (["-c", "config.yml"], "exclude each other"),
    ],
)
def test_wrong_arguments_say_what_is_expected(db: str, arguments: list[str], message: str):
    with pytest.raises(UsageError, match=message):
        command("--db", db, *arguments)


def test_the_configuration_names_the_store(
    db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    config = tmp_path / "config.yml"
    config.write_text(f"inputs: [{{id: a, paths: [/x]}}]\noutput.local.path: {db}\n")

    assert command("-c", str(config), "first") == 0
    assert "first line" in capsys.readouterr().out


def test_a_configuration_with_a_cluster_is_told(tmp_path: Path):
    config = tmp_path / "config.yml"
    config.write_text(
        "inputs: [{id: a, paths: [/x]}]\noutput.elasticsearch.hosts: [http://127.0.0.1:9200]\n"
    )

    with pytest.raises(UsageError, match="events go to a cluster"):
        command("-c", str(config), "first")


def test_a_missing_store_names_the_way_out(tmp_path: Path):
    with pytest.raises(StoreError, match="has `shipper run` written to it yet"):
        command("--db", str(tmp_path / "none.db"))


def child(db: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "shipper", "search", "--db", db, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_follow_shows_each_new_event_once(db: str, output: LocalOutput):
    process = child(db, "--follow", "--dataset", "app", "line*")
    assert process.stdout is not None
    shown = [process.stdout.readline()]
    for at in range(100, 103):
        output.send(ROUTE, *bulk(document(f"line {at}"), document("other"), first=10 * at))
        shown.append(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=30)

    assert [line.split("  ")[1].strip() for line in shown] == [
        "first line",
        "line 100",
        "line 101",
        "line 102",
    ]
    assert (rest, errors, process.returncode) == ("", "", 0)


def test_a_reader_that_leaves_early_is_no_error(db: str, output: LocalOutput):
    output.send(ROUTE, *bulk(*[document("word " * 100, at) for at in range(2000)], first=1000))
    process = child(db, "--limit", "10000")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=30) == 141
    assert errors == ""


def test_colour_is_for_terminals_only(db: str):
    """On a terminal the places are dimmed; NO_COLOR turns it off."""
    import pty  # noqa: PLC0415

    shown: dict[str, bytes] = {}
    for no_color in ("", "1"):
        master, slave = pty.openpty()
        subprocess.run(
            [sys.executable, "-m", "shipper", "search", "--db", db, "first"],
            cwd=ROOT,
            stdout=slave,
            env={**os.environ, "NO_COLOR": no_color},
            check=True,
        )
        shown[no_color] = os.read(master, 4096)
        os.close(slave)
        os.close(master)

    assert b"\x1b[36mapp\x1b[0m" in shown[""]
    assert b"\x1b" not in shown["1"]


def test_nothing_found_says_how_much_there_was_to_find(db: str, capsys: pytest.CaptureFixture[str]):
    assert command("--db", db, "nowhere") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"nothing found: none of the 4 events in {db}\n"


def test_a_word_to_leave_out_that_looks_like_an_option():
    parser = Parser(prog="shipper search")
    search.configure(parser)
    with pytest.raises(UsageError, match="a word that begins with a minus sign stands behind '--'"):
        parser.parse(["-foo"])
    assert parser.parse(["--", "-foo"]).query == ["-foo"]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5"])
def test_a_limit_is_a_whole_number(limit: str):
    parser = Parser(prog="shipper search")
    search.configure(parser)
    with pytest.raises(UsageError, match=f"--limit: '{limit}' is no whole number from 1 on"):
        parser.parse(["--limit", limit])
