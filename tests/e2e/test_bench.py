"""The benchmarks run, check what arrived, and a lone line arrives soon."""

import json
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def race(*arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "race.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def sink(*arguments: str):
    process = subprocess.Popen(
        [sys.executable, ROOT / "bench" / "sink.py", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.communicate()


def ask(url: str, body: bytes | None = None) -> dict:
    with urllib.request.urlopen(urllib.request.Request(url, body)) as answer:
        return json.load(answer)


def action(start: int, length: int) -> bytes:
    return b'{"create":{"_id":"AAAAAAAAAAAAAAAA%014d%010d"}}\n{"message":"x"}\n' % (start, length)


@pytest.mark.parametrize(
    ("ranges", "faults"),
    [
        pytest.param([(0, 5), (5, 5)], {"twice": 0, "holes": 0}, id="complete"),
        pytest.param([(0, 5), (0, 5), (5, 5)], {"twice": 1, "holes": 0}, id="twice"),
        pytest.param([(0, 5), (10, 5)], {"twice": 0, "holes": 1}, id="hole"),
    ],
)
def test_sink_sees_what_is_wrong_with_ids(ranges, faults):
    with sink("--ids") as url:
        answer = ask(f"{url}/logs-x-default/_bulk", b"".join(action(*one) for one in ranges))
        report = ask(f"{url}/_sink/report")

    assert [item["create"]["status"] for item in answer["items"]] == [201] * len(ranges)
    assert {name: report[name] for name in faults} == faults


def test_race_runs_and_everything_arrives():
    """The figures themselves depend on the machine; that every byte arrived once is checked by the race."""
    result = race("--lines", "5000", "--rounds", "1")

    assert result["shipper"]["least"] > 0
    assert result["bare_loop"]["least"] > 0


def test_lone_lines_arrive_soon():
    """A quiet agent sends a line when it is written, not at its next look."""
    result = race("--latency", "--lines", "10")

    assert result["p50_ms"] < 200
