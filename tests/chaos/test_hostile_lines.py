"""
Lines made to burn time and memory in a pipeline at the edge: no other file is held up for more than a second, nothing dies,
everything is counted.

``SHIPPER_HOSTILE=full`` runs one attack after another, with ten times as many lines, and prints what each has done to a neighbour.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from tests.chaos.hostile import ATTACKS, MIB, Attack, pipeline_files
from tests.e2e.harness.agent import ROOT, AgentProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = os.environ.get("SHIPPER_HOSTILE") == "full"
TIMES = 10 if FULL else 1
HELD_UP = 1.0 if FULL else 3.0  # seconds; in the ordinary run other tests have the machine as well
MEMORY = (300 if FULL else 600) * MIB
SHUTDOWN = 3.0  # seconds
COLUMNS = (
    "indexed", "duplicate", "filtered", "dropped", "dead_lettered", "failure_store", "skipped"
)  # fmt: skip
NEIGHBOURS = ("neighbour", "neighbour_piped")


class Sink:
    """The sink in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.hostile_sink"],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._process.stdout is not None
        self.port = json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def heard(self) -> dict[str, Any]:
        """What arrived of each data set, and the neighbours' lines: when each was written, and after how long it came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/_sink/heard")
            found: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return found


class Neighbour:
    """A thread that writes a line with the time to each of some files, every 50 ms."""

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.written = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        files = [path.open("ab", buffering=0) for path in self._paths]
        while not self._stop.wait(0.05):
            for file in files:
                file.write(b"sent %.6f %d\n" % (time.time(), self.written))
            self.written += 1
        for file in files:
            file.close()


class Watcher:
    """A thread that looks at the agent's memory, and now and then kills its matching child."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.most = self.child_most = 0
        self.killed: set[int] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        kill_at = time.monotonic() + 3
        while not self._stop.wait(0.02):
            self.most = max(self.most, resident(self._pid))
            for child in children(self._pid):
                self.child_most = max(self.child_most, resident(child))
                if time.monotonic() > kill_at and len(self.killed) < 3:
                    with suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
                    self.killed.add(child)
                    kill_at = time.monotonic() + 3


def resident(pid: int) -> int:
    """Resident memory of a process, bytes; 0 once it is gone."""
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * 4096
    return 0


def children(pid: int) -> list[int]:
    """Processes that a process has started, those that nobody waited for included."""
    with suppress(OSError):
        return [
            int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        ]
    return []


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as found:
        yield found


def configuration(folder: Path, port: int, attacks: list[Attack]) -> dict[str, Any]:
    """Two neighbours, one of them through a pipeline, and an input for each attack."""
    pipelines = folder / "pipelines"
    pipelines.mkdir()
    grok = {"grok": {"field": "message", "patterns": [r"^sent %{NUMBER:sent} %{INT:number:int}$"]}}
    (pipelines / "neighbour.json").write_text(
        json.dumps({"processors": [grok, {"set": {"field": "seen", "value": "{{number}}"}}]})
    )
    inputs: list[dict[str, Any]] = [
        {"id": name, "paths": [str(folder / f"{name}.log")], "data_stream": {"dataset": name}}
        for name in NEIGHBOURS
    ]
    inputs[1]["pipeline"] = {"file": "neighbour.json", "run": "edge"}
    for attack in attacks:
        for name, text in pipeline_files(attack).items():
            (pipelines / name).write_text(text)
        more = dict(attack.input)
        on_error = more.pop("pipeline.on_error", "ship")
        inputs.append(
            {
                "id": attack.name,
                "paths": [str(folder / "attacks" / f"{attack.name}*.log")],
                "data_stream": {"dataset": dataset(attack)},
                "pipeline": {"file": f"{attack.name}.json", "run": "edge", "on_error": on_error},
            }
            | more
        )
    return {
        "inputs": inputs,
        "path.pipelines": str(pipelines),
        "shutdown_timeout": f"{SHUTDOWN}s",
        "output.elasticsearch": {
            "hosts": [f"http://127.0.0.1:{port}"],
            "flush.timeout": "50ms",
            "bulk_max_bytes": 32 * MIB,
        },
        "queue.mem.bytes": 32 * MIB,
    }


def dataset(attack: Attack) -> str:
    return attack.name.replace("-", "_")


def launch(folder: Path, attack: Attack, times: int, suffix: str = "") -> int:
    """Write an attack's file at once; how many lines that are."""
    lines = attack.lines(times)
    path = folder / "attacks" / f"{attack.name}{suffix}.log"
    hidden = path.with_suffix(".tmp")
    hidden.write_bytes(b"\n".join([*lines, b""]))
    hidden.rename(path)
    return len(lines)


def settled(status: dict[str, Any], attack: Attack) -> bool:
    files = next(one["files"] for one in status["inputs"] if one["id"] == attack.name)
    return bool(files) and all(
        file["offset"] >= Path(file["path"]).stat().st_size for file in files
    )


def worst(sink: Sink, begin: float, end: float) -> float:
    """The longest delay of a neighbour's line that was written between two moments."""
    delays = [delay for sent, delay in sink.heard()["delays"] if begin <= sent <= end]
    assert delays, "no line of the neighbours arrived"
    return max(delays)


def quiet(sink: Sink, seconds: float = 2.0) -> list[float]:
    """Delays of the neighbours' lines of some quiet seconds, ascending."""
    begin = time.time()
    time.sleep(seconds)
    end = time.time() - 1.0
    return sorted(delay for sent, delay in sink.heard()["delays"] if begin <= sent <= end)


@pytest.mark.slow
@pytest.mark.timeout(1800 if FULL else 240)
def test_hostile_lines_hold_nobody_up(sink: Sink, tmp_path: Path) -> None:
    (tmp_path / "attacks").mkdir()
    config = configuration(tmp_path, sink.port, ATTACKS)
    counts: dict[str, int] = defaultdict(int)
    paths = [tmp_path / f"{name}.log" for name in NEIGHBOURS]
    with (
        AgentProcess(tmp_path / "agent", config) as agent,
        Neighbour(*paths) as neighbour,
    ):
        agent.start()
        agent.wait_until(lambda status: status["ledger"]["indexed"] > 10, what="the neighbours")
        usual = quiet(sink)
        with Watcher(agent.pid) as watcher:
            if FULL:
                rows = [
                    one_by_one(agent, sink, tmp_path, attack, counts, watcher) for attack in ATTACKS
                ]
                print("\n".join(rows))
            begin = time.time()
            for attack in ATTACKS:
                counts[attack.name] += launch(tmp_path, attack, 1, "-together")
            status = agent.wait_until(
                lambda status: all(settled(status, attack) for attack in ATTACKS),
                200,
                what="all attacks to be settled",
            )
            end = time.time()
            time.sleep(1.0)
        held_up = worst(sink, begin, end)
        check_books(sink, status, tmp_path, counts)
        afterwards = quiet(sink)
        metrics = agent.metrics()
        memory = resident(agent.pid)
        print(
            f"\ntogether: held up {held_up:.2f} s at most in {end - begin:.0f} s; memory {watcher.most / MIB:.0f} MiB at most,"
            f" {memory / MIB:.0f} MiB afterwards, the child's {watcher.child_most / MIB:.0f} MiB;"
            f" usual delay {usual[-1]:.3f} s, afterwards {afterwards[-1]:.3f} s\n{status['counters']}"
        )
        check_end(agent, sink, tmp_path, counts)
        neighbour.stop()
        agent.start()
        status = agent.wait_settled(60)
        leftovers = children(agent.pid)
        assert agent.terminate() == 0, agent.log()

    assert held_up < HELD_UP
    assert watcher.most < MEMORY
    assert afterwards[-1] < usual[-1] + 0.25
    assert watcher.killed, "no child was killed"
    heard = sink.heard()["counts"]
    assert all(heard[name]["documents"] == neighbour.written for name in NEIGHBOURS)
    assert not any(heard[name]["failed"] for name in NEIGHBOURS)
    assert all(
        heard[dataset(one)]["documents"] >= counts[one.name]
        for one in ATTACKS
        if one.column == "indexed" and one.joined == 1
    )
    assert any("timeouts" in name and value for name, value in metrics.items()), sorted(metrics)
    assert not leftovers


def one_by_one(
    agent: AgentProcess,
    sink: Sink,
    folder: Path,
    attack: Attack,
    counts: dict[str, int],
    watcher: Watcher,
) -> str:
    """Carry one attack out alone; a row of what it did."""
    watcher.most = 0
    begin = time.time()
    counts[attack.name] += launch(folder, attack, TIMES)
    agent.wait_until(lambda status: settled(status, attack), 120, what=attack.name)
    end = time.time()
    time.sleep(1.0)
    delay = worst(sink, begin, end + 0.1)
    assert delay < HELD_UP, f"{attack.name}: {delay:.2f} s"
    return f"{attack.name:20} {delay:6.2f} s  {watcher.most / MIB:5.0f} MiB  {end - begin:6.1f} s"


def check_end(agent: AgentProcess, sink: Sink, folder: Path, counts: dict[str, int]) -> None:
    """In the midst of an attack the agent is asked to stop: it does so in time, and leaves no process."""
    hopeless = next(attack for attack in ATTACKS if attack.name == "catastrophic-short")
    before = sink.heard()["counts"][dataset(hopeless)]["documents"]
    counts[hopeless.name] += launch(folder, hopeless, 2, "-end")
    deadline = time.monotonic() + 30
    while sink.heard()["counts"][dataset(hopeless)]["documents"] == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    started = children(agent.pid)
    begin = time.monotonic()
    agent.terminate()
    assert time.monotonic() - begin < SHUTDOWN + 1.0
    for child in started:
        assert not resident(child)


def check_books(sink: Sink, status: dict[str, Any], folder: Path, counts: dict[str, int]) -> None:
    """Every line, and every byte, is in one column; and what the sink has is what the agent says."""
    heard = sink.heard()["counts"]
    assert not status["counters"].get("unbalanced_ranges")
    for attack in ATTACKS:
        ledger = next(one["ledger"] for one in status["inputs"] if one["id"] == attack.name)
        events = {column: ledger[column] for column in COLUMNS if ledger[column]}
        files = (folder / "attacks").glob(
            f"{attack.name}-*.log" if not FULL else f"{attack.name}*.log"
        )
        size = sum(path.stat().st_size for path in files)
        assert sum(events.values()) * attack.joined == counts[attack.name], (attack.name, events)
        assert sum(ledger[f"{column}_bytes"] for column in COLUMNS) == size, (attack.name, ledger)
        arrived = heard.get(dataset(attack), {}).get("documents", 0)
        assert arrived == events.get("indexed", 0), (attack.name, arrived, events)
        assert set(events) <= {attack.column, "indexed"}, (attack.name, events)
