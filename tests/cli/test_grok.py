"""``shipper grok``, as a process."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminal import parts

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "shipper", "grok"]


def run(*words: str, stdin: str | bytes = "") -> tuple[int, str, str]:
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*COMMAND, *words], input=given, capture_output=True, check=False, timeout=60
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_captures_of_each_line_as_json() -> None:
    code, out, err = run(
        "%{IP:client.ip} %{INT:n:int} %{NUMBER:f:float}", stdin="1.2.3.4 5 0.1\r\n::1 6 7\n"
    )
    assert (code, err) == (0, "")
    assert [json.loads(line) for line in out.splitlines()] == [
        {"client.ip": "1.2.3.4", "n": 5, "f": 0.1},
        {"client.ip": "::1", "n": 6, "f": 7.0},
    ]


def test_a_line_that_does_not_match_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "app.log"
    file.write_bytes(b"GET 200\nGET 2x0\nPUT ok\n\xff\n")
    code, out, err = run("^%{WORD:m} %{INT:s}$", str(file))
    assert code == 1
    assert json.loads(out) == {"m": "GET", "s": "200"}
    lines = err.splitlines()
    assert lines[0] == f"{file}:2: no match; it matches up to column 6, where `$` does not"
    assert lines[1:3] == ["    GET 2x0", "         ^"]
    assert f"{file}:3: no match; it matches up to column 5, where `%{{INT:s}}` does not" in err
    assert f"{file}:4: no match" in err


def test_a_capture_that_is_no_number_is_a_failure() -> None:
    code, out, err = run("%{WORD:n:int}", stdin="abc\n")
    assert (code, out) == (1, "")
    assert err == '<stdin>:1: For input string: "abc"\n'


def test_definitions(tmp_path: Path) -> None:
    file = tmp_path / "own"
    file.write_text("# ours\n\nORDER  [A-Z]{3}-%{INT:number}\n")
    code, out, _ = run(
        "--definitions", str(file), "-D", "END=x=?", "%{ORDER:id} %{END:e}", stdin="ABC-12 x=\n"
    )
    assert code == 0
    assert json.loads(out) == {"id": "ABC-12", "number": "12", "e": "x="}


def test_bank_and_flavour() -> None:
    line = '1.2.3.4 - - [10/Oct/2026:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "x"\n'
    assert (
        json.loads(run("--bank", "ecs-v1", "%{COMBINEDAPACHELOG}", stdin=line)[1])["source.address"]
        == "1.2.3.4"
    )
    pattern = "%{INT:a} %{INT:a}"
    assert json.loads(run(pattern, stdin="1 2\n")[1]) == {"a": ["1", "2"]}
    assert json.loads(run("--flavour", "opensearch", pattern, stdin="1 2\n")[1]) == {"a": "1"}
    assert run("--flavour", "opensearch", "--bank", "ecs-v1", "x")[0] == 2


def test_names_are_listed() -> None:
    code, out, _ = run("--list")
    assert code == 0
    assert len(out.splitlines()) == 318
    assert run("--list", "HTTPDATE")[1] == "HTTPDATE %{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}\n"
    assert run("--list", "OWN", "-D", "OWN=x")[1] == "OWN x\n"
    code, _, err = run("--list", "HTTPDTE")
    assert code == 2
    assert "did you mean 'HTTPDATE'?" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["%{INT:a} %{NOPE:b}"],
            "Unable to find pattern [NOPE] in Grok's pattern dictionary, at column 10",
        ),
        (["(a"], "parenthesis"),
        ([], "no pattern"),
        (["x", "-D", "NAME"], "expected NAME=REGEX"),
        (["x", "-D", "A=%{A}"], "circular reference detected: A->A"),
        (["x", "--bank", "nope"], "invalid choice: 'nope'"),
    ],
)
def test_mistakes_of_usage(words: list[str], message: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert message in err


def test_a_file_that_is_not_there() -> None:
    code, _, err = run("x", "/nowhere/app.log")
    assert (code, err) == (1, "/nowhere/app.log: No such file or directory\n")


def test_a_definitions_file_with_half_a_line(tmp_path: Path) -> None:
    file = tmp_path / "own"
    file.write_text("A x\nB\n")
    code, _, err = run("--definitions", str(file), "x")
    assert code == 2
    assert err.startswith(f"{file}:2: expected a name")


@pytest.mark.parametrize("colour", [True, False])
def test_on_a_terminal_the_line_is_coloured_unless_that_is_not_wanted(colour: bool) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {
        "TERM": "xterm"
    }
    if not colour:
        environment["NO_COLOR"] = "1"
    shown = _on_terminal(["%{IP:ip} (?<x>.*)"], b"1.2.3.4 \x1b[31mred\n", environment)
    assert ("\x1b[36m1.2.3.4" in shown) is colour
    assert "\x1b[31mred" not in shown
    assert '"ip":"1.2.3.4"' in shown


def _on_terminal(words: list[str], stdin: bytes, environment: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [*COMMAND, *words], stdin=subprocess.PIPE, stdout=theirs, env=environment
        ) as process:
            assert process.stdin
            process.stdin.write(stdin)
            process.stdin.close()
            os.close(theirs)
            theirs = -1
            shown = b"".join(parts(ours))
            assert process.wait(30) == 0
    finally:
        os.close(ours)
        if theirs >= 0:
            os.close(theirs)
    return shown.decode()
