"""Real logrotate under a stream of lines."""

import gzip
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Difference, Expected, assert_exact, compare
from tests.e2e.harness.logs import LOGROTATE, Logrotate, Writer, line
from tests.e2e.harness.readers import local_documents
from tests.e2e.harness.scene import FULL, tail, to_local

RATE = 5000
EVERY = 2.0
TURNS = 30 if FULL else 7
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        LOGROTATE is None, reason="there is no logrotate; install the package logrotate"
    ),
]


def follow(tmp_path: Path, options: str, *, reopens: bool) -> tuple[int, Path, dict]:
    """Write, rotate and ship; number of lines, store and last status."""
    log, store = tmp_path / "logs" / "app.log", tmp_path / "shipped.db"
    log.parent.mkdir(mode=0o755)
    log.touch()
    rotation = Logrotate(tmp_path, log, options)
    scanner = {"exclude_files": [r"\.gz$"], "check_interval": "1s"}
    config = to_local(store, tail("app", log.parent / "app.log*", prospector={"scanner": scanner}))
    with AgentProcess(tmp_path / "agent", config) as agent:
        agent.start()
        with Writer(log, "app", rate=RATE, follow=reopens) as writer:
            rotation.every(EVERY, TURNS)
            time.sleep(EVERY / 2)
        status = agent.wait_settled(timeout=60, paths=[log])
        assert agent.terminate() == 0, agent.log()
    return writer.written, store, status


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("create", id="create"),
        pytest.param("create, compress, delaycompress", id="delaycompress"),
    ],
)
def test_renaming_rotation_loses_and_repeats_nothing(tmp_path, options):
    written, store, _ = follow(tmp_path, options, reopens=True)

    assert written > RATE * EVERY
    assert_exact(Expected().numbers(line, "app", written), local_documents(store))


def test_compression_at_once(tmp_path, record_property):
    """
    The renamed file is gone as soon as it is compressed; what was open is read to its end.

    A program that goes on writing to the old file while gzip reads it loses lines in the archive; the agent may
    still have them. Everything in the files and archives left behind must be there; a range that was seen and could
    not be read must have left a gap record.
    """
    written, store, status = follow(tmp_path, "create, compress", reopens=True)

    difference = compare(Expected().numbers(line, "app", written), local_documents(store))
    record_property("lines_missing", len(difference.missing))
    print(
        f"plain compress: {len(difference.missing)} of {written} lines missing, {status['counters']}"
    )
    assert not difference.twice, str(difference)
    assert not besides_gaps(difference, status), str(difference)
    assert not difference.missing or status["counters"].get("gaps", 0), str(difference)
    assert set(difference.missing).isdisjoint(left_behind(tmp_path / "logs", archives=False))


def test_copytruncate(tmp_path, record_property):
    """logrotate destroys what is written between its copy and its truncation; all other lines arrive, once."""
    written, store, status = follow(tmp_path, "copytruncate", reopens=False)

    difference = compare(Expected().numbers(line, "app", written), local_documents(store))
    left = left_behind(tmp_path / "logs", archives=True)
    lost = [message for message in difference.missing if message in left]
    destroyed = len(difference.missing) - len(lost)
    record_property("lines_destroyed_by_logrotate", destroyed)
    print(
        f"copytruncate: {destroyed} of {written} lines destroyed by logrotate, {status['counters']}"
    )
    assert not lost, (
        f"{len(lost)} lines are in the files left behind and did not arrive: {lost[:3]}"
    )
    assert not difference.twice, str(difference)
    assert not besides_gaps(difference, status), str(difference)


def besides_gaps(difference: Difference, status: dict[str, Any]) -> list[Any]:
    """Documents that are neither lines nor gap records; each gap that was counted must have its record."""
    gaps = [one for one in difference.strange if " bytes of " in one[1] and " are lost: " in one[1]]
    assert len(gaps) == status["counters"].get("gaps", 0), str(difference)
    return [one for one in difference.strange if one not in gaps]


def left_behind(folder: Path, *, archives: bool) -> set[str]:
    """All lines in the files of the folder."""
    found: set[str] = set()
    for path in folder.iterdir():
        if path.suffix == ".gz":
            if archives:
                found.update(gzip.decompress(path.read_bytes()).decode().splitlines())
        else:
            found.update(path.read_text().splitlines())
    return found
