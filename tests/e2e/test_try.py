"""``./try`` as a newcomer runs it, in a copy of the checkout; and the writer of its sample logs."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import orjson
import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("try", "shipper", "samples", "requirements", "config.example.yml", "pipelines")
WRITER = ROOT / "samples" / "writer.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a clone holds of what ``./try`` needs."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, copy / name)
    (tmp_path / "tmp").mkdir()
    return copy


def environment(checkout: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "SHIPPER", "COV"))
    }
    return {**kept, "TMPDIR": str(checkout.parent / "tmp"), "PYTHON": sys.executable, **more}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_newcomer_sees_that_nothing_is_missing_and_nothing_twice(checkout: Path):
    """Through a kill -9; the store is looked at once more from outside, and the checkout stays as it was."""
    before = tree(checkout)

    done = subprocess.run(
        [checkout / "try", "--keep"],
        env=environment(checkout),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    verdict = re.search(
        r"([\d,]+) events in the files, ([\d,]+) documents in the store: (.*)", done.stdout
    )
    assert verdict is not None, done.stdout
    assert verdict[3] == "0 missing, 0 twice"
    assert verdict[1] == verdict[2]
    assert tree(checkout) == before

    (scratch,) = (checkout.parent / "tmp").iterdir()
    connection = sqlite3.connect(scratch / "data" / "shipped.db")
    rows = connection.execute(
        "SELECT event.id, path.name, document FROM event JOIN path ON number = path"
    )
    stored = [(name, Path(path).name, orjson.loads(document)) for name, path, document in rows]
    connection.close()
    assert len({name for name, _, _ in stored}) == len(stored) == int(verdict[1].replace(",", ""))
    lines = Counter((scratch / "logs" / "access.log").read_text().splitlines())
    assert lines == Counter(each["message"] for _, path, each in stored if path == "access.log")
    for shown in ("payment declined", "SocketTimeoutException", "etc/passwd"):
        assert shown in done.stdout


def fake_python(folder: Path, fault: str) -> str:
    """A Python that fails at what it is told; such ones exist, but not on the machine that tests."""
    path = folder / "fake-python"
    path.write_text(f'#!/bin/sh\ncase "$*" in {fault}; esac\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        pytest.param(
            "*version_info*) exit 1 ;", "no Python 3.11 or newer: apt install python3", id="too old"
        ),
        pytest.param("*ensurepip*) exit 1 ;", "apt install python3-venv", id="no venv"),
        pytest.param("*fts5*) exit 1 ;", "no full-text search (FTS5)", id="no FTS5"),
    ],
)
def test_a_python_that_lacks_a_piece_is_told_what_to_install(
    checkout: Path, tmp_path: Path, fault: str, advice: str
):
    python = fake_python(tmp_path, fault)

    done = subprocess.run(
        [checkout / "try"],
        env=environment(checkout, PYTHON=python),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert advice in done.stderr
    assert list((tmp_path / "tmp").iterdir()) == []


def test_ctrl_c_leaves_nothing_behind(checkout: Path, tmp_path: Path):
    python = fake_python(tmp_path, f'*"-m venv"*) touch {tmp_path}/reached; exec sleep 100 ;')

    process = subprocess.Popen(
        [checkout / "try"],
        env=environment(checkout, PYTHON=python),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not (tmp_path / "reached").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)

    assert process.wait(timeout=30) == 130
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_unknown_option_is_a_usage_error(checkout: Path):
    done = subprocess.run([checkout / "try", "--kep"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "usage: ./try [--keep]" in done.stderr


# ---- the writer ----------------------------------------------------------------------------------------------------


def write(folder: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, WRITER, "write", folder, *arguments], check=True)


def test_the_samples_are_what_the_writer_writes(tmp_path: Path):
    write(tmp_path, "--rate", "0", "--events", "1500", "--start", "2026-11-20T08:00:00+00:00")

    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "samples" / path.name).read_bytes(), path.name


def test_the_samples_hold_what_logs_are_made_of():
    access = (ROOT / "samples" / "access.log").read_text()
    app = (ROOT / "samples" / "app.log").read_text()
    events = [
        json.loads(line) for line in (ROOT / "samples" / "events.json").read_text().splitlines()
    ]

    for piece in ("2001:db8:", "müller", "商品", "jndi:ldap", "etc/passwd", '"" 4', "🤖"):
        assert piece in access, piece
    assert app.count("Caused by: ") > 10
    assert {event["level"] for event in events} == {30, 50}


def test_a_writer_that_is_stopped_ends_with_a_whole_line(tmp_path: Path):
    process = subprocess.Popen([sys.executable, WRITER, "write", tmp_path, "--rate", "2000"])
    while not all((tmp_path / name).exists() for name in ("access.log", "app.log", "events.json")):
        time.sleep(0.01)
    process.terminate()

    assert process.wait(timeout=30) == 0
    for path in tmp_path.iterdir():
        text = path.read_bytes()
        assert not text or text.endswith(b"\n")


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        pytest.param(lambda hits: hits, "0 missing, 0 twice", id="all there"),
        pytest.param(lambda hits: hits[1:], "1 missing, 0 twice", id="one missing"),
        pytest.param(lambda hits: [*hits, hits[3]], "0 missing, 1 twice", id="one twice"),
    ],
)
def test_the_comparison_sees_what_is_missing_or_twice(tmp_path: Path, change, verdict: str):
    write(tmp_path, "--rate", "0", "--events", "50")
    hits = []
    for name in ("access.log", "app.log", "events.json"):
        at = 0
        for line in (tmp_path / name).read_bytes().splitlines(keepends=True):
            if name != "app.log" or line[:2] == b"20":
                source = {"log": {"file": {"path": str(tmp_path / name)}, "offset": at}}
                hits.append(json.dumps({"_id": str(at), "_source": source}))
            at += len(line)

    done = subprocess.run(
        [sys.executable, WRITER, "compare", tmp_path],
        input="\n".join(change(hits)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip().endswith(verdict)
    assert done.returncode == (0 if verdict == "0 missing, 0 twice" else 1)
