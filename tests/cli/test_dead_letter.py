"""``shipper dead-letter drop --all`` asks before it deletes everything, and what the command counts is worded for one, too."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from shipper.delivery.dead_letter import NAME, DeadLetter, DeadLetters
from tests.cli.terminal import parts

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
inputs: [{{id: app, paths: [/var/log/app.log]}}]
output.elasticsearch: {{hosts: ["http://127.0.0.1:9200"]}}
path.data: {data}
"""


class Desk:
    """A configuration and a store of dead letters."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        self.config = folder / "config.yml"
        self.config.write_text(CONFIG.format(data=self.data))

    def add(self, count: int) -> None:
        with contextlib.closing(DeadLetters(self.data / NAME, 10**6)) as store:
            store.add(_letter(n) for n in range(count))

    def count(self) -> int:
        with contextlib.closing(DeadLetters(self.data / NAME, 0, read_only=True)) as store:
            return store.count()

    def words(self, *words: str) -> list[str]:
        command = [sys.executable, "-m", "shipper", "dead-letter", words[0]]
        return [*command, "-c", str(self.config), *words[1:]]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.words(*words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def on_terminal(self, answer: bytes, *words: str) -> tuple[int, str]:
        """Exit code and what a terminal shows whose user types the answer at the question."""
        ours, theirs = pty.openpty()
        shown = b""
        try:
            with subprocess.Popen(
                self.words(*words), stdin=theirs, stdout=theirs, stderr=theirs
            ) as process:
                os.close(theirs)
                theirs = -1
                asked = False
                for part in parts(ours):
                    shown += part
                    if not asked and b"[y/N]" in shown:
                        asked = True
                        os.write(ours, answer)
                return process.wait(30), shown.decode()
        finally:
            os.close(ours)
            if theirs >= 0:
                os.close(theirs)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _letter(n: int) -> DeadLetter:
    return DeadLetter(
        id=f"AAAAAAAAAAAAAAAA{n:014d}{10:010d}",
        route="logs-app-default",
        stored=1_800_000_000.0 + n,
        path="/var/log/app.log",
        offset=n,
        length=10,
        status=400,
        type="document_parsing_exception",
        reason="failed",
        error=b"{}",
        action=b"{}",
        document=b"{}",
        replays=1,
    )


def test_without_a_terminal_yes_is_needed(desk):
    desk.add(3)

    unanswered = desk.run("drop", "--all")

    assert unanswered.returncode == 2
    assert unanswered.stderr == (
        "shipper dead-letter drop --all: there is no terminal to ask on; add --yes\n"
    )
    assert desk.count() == 3
    done = desk.run("drop", "--all", "--yes")
    assert (done.returncode, done.stdout) == (0, "3 events dropped\n")
    assert desk.count() == 0


@pytest.mark.parametrize(
    ("answer", "code", "left"),
    [(b"y\n", 0, 0), (b"Yes\n", 0, 0), (b"n\n", 1, 2), (b"\n", 1, 2), (b"\x04", 1, 2)],
    ids=["y", "yes", "no", "enter", "end"],
)
def test_on_a_terminal_it_asks(desk, answer, code, left):
    desk.add(2)

    done, shown = desk.on_terminal(answer, "drop", "--all")

    assert done == code, shown
    assert "delete 2 refused events for good? [y/N]" in shown
    assert ("nothing was dropped" in shown) is (left > 0)
    assert desk.count() == left


def test_what_is_named_is_not_asked_about(desk):
    desk.add(2)
    assert desk.run("drop", _letter(0).id).returncode == 0
    assert desk.run("drop", "--route", "logs-app-default").returncode == 0
    assert desk.count() == 0
    nothing = desk.run("drop", "--all")
    assert (nothing.returncode, "nothing to drop" in nothing.stdout) == (0, True)


def test_one_is_counted_as_one(desk):
    desk.add(1)
    listed = desk.run("list").stdout
    assert "(sent again once)" in listed
    assert "1 of 1 refused event\n" in listed
    assert desk.run("drop", "--all", "--yes").stdout == "1 event dropped\n"
