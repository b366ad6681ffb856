"""
The race: `shipper run --once` against the bare loop, on the same lines and the same sink.

Counted is the CPU time (user and system) of the whole process, from `wait4`, and its peak memory. Runs alternate, so
that a slow minute of the machine hits both; of each the least is taken, because noise only adds. This process stays
small on purpose: a child's peak memory starts at that of the process that it was forked from.

    python bench/race.py                      1,000,000 lines, 5 rounds, table and JSON
    python bench/race.py --lines 100000 --rounds 3 --assert
    python bench/race.py --fresh-env          in an environment that holds requirements/run.txt alone
    python bench/race.py --latency            lone lines, one about every 300 ms: how soon they arrive
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LINE_BYTES = 150  # the newline included
MOST_MICROSECONDS = 4.0
MOST_MEGABYTES = 50.0
MOST_RATIO = 3.5
CONFIG = """\
name: race
path.data: {data}
http.enabled: {http}
logging.level: warning
inputs:
  - id: race
    paths: [{log}]
    data_stream: {{dataset: bench}}
output.elasticsearch:
  hosts: ["http://127.0.0.1:{port}"]
  compression_level: 0
"""


def make_lines(path: Path, count: int) -> None:
    """Write application log lines of `LINE_BYTES` bytes, some with quotes and characters beyond ASCII."""
    dice = random.Random(7)
    words = [
        "order",
        "user",
        "cart",
        "payment",
        "stock",
        "invoice",
        "session",
        "token",
        "cache",
        "queue",
        "worker",
        "retry",
    ]
    said = [
        "request done",
        'client said "no"',
        "größe geändert",
        "path C/temp opened",
        "took 100% of it",
    ]
    with path.open("wb") as file:
        for begin in range(0, count, 10_000):
            lines = []
            for number in range(begin, min(begin + 10_000, count)):
                text = (
                    f"2026-01-01T{number // 3_600_000 % 24:02d}:{number // 60_000 % 60:02d}:"
                    f"{number // 1000 % 60:02d}.{number % 1000:03d}Z INFO [{dice.choice(words)}] "
                    f"n={number:09d} {dice.choice(said)} id={dice.getrandbits(48):012x} "
                )
                line = text.encode()[: LINE_BYTES - 1].decode(errors="ignore").encode()
                lines.append(line.ljust(LINE_BYTES - 1, b".") + b"\n")
            file.write(b"".join(lines))


@contextmanager
def sink(*arguments: str) -> Iterator[int]:
    """A running sink; gives its port."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "sink.py"), *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


def ask(port: int, path: str, *, post: bool = False) -> Any:
    data = b"" if post else None
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data, timeout=30) as answer:
        return json.load(answer)


def measure(command: list[str], log: Path) -> dict[str, float]:
    """Run a command to its end: seconds of CPU and of the clock, peak megabytes."""
    begun = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        text = log.read_text(errors="replace")[-3000:]
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "user": usage.ru_utime,
        "system": usage.ru_stime,
        "wall": time.monotonic() - begun,
        "megabytes": usage.ru_maxrss / 1024,
    }


def fresh_python(folder: Path) -> str:
    """An interpreter whose environment holds the run dependencies alone."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "-r", ROOT / "requirements" / "run.txt"], check=True
    )
    return str(python)


def check_arrived(port: int, lines: int, *, ids: bool) -> None:
    report = ask(port, "/_sink/report")
    wrong = {name: report[name] for name in ("twice", "holes", "unread_ids") if report[name]}
    if report["events"] != lines or (
        ids and (wrong or report["covered_bytes"] != lines * LINE_BYTES)
    ):
        raise SystemExit(f"{lines} lines were to arrive, the sink says {report}")


def race(python: str, lines: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Alternate the two, and keep the least of each."""
    log = folder / "race.log"
    make_lines(log, lines)
    runs: dict[str, list[dict[str, float]]] = {"shipper": [], "bare_loop": []}
    with sink() as port, sink("--ids") as checking_port:

        def ship(to: int, name: str) -> dict[str, float]:
            config = folder / f"{name}.yml"
            config.write_text(
                CONFIG.format(data=folder / f"data-{name}", log=log, port=to, http="false")
            )
            command = [python, "-m", "shipper", "run", "-c", str(config), "--once"]
            return measure(command, folder / f"{name}.out")

        ship(checking_port, "check")  # not timed: it also warms the page cache and the bytecode
        check_arrived(checking_port, lines, ids=True)
        for number in range(rounds):
            ask(port, "/_sink/reset", post=True)
            runs["shipper"].append(ship(port, str(number)))
            check_arrived(port, lines, ids=False)
            ask(port, "/_sink/reset", post=True)
            command = [python, str(HERE / "bare_loop.py"), str(log), str(port)]
            runs["bare_loop"].append(measure(command, folder / "bare.out"))
            check_arrived(port, lines, ids=False)
    result: dict[str, Any] = {"lines": lines, "line_bytes": LINE_BYTES, "rounds": rounds}
    for name, measured in runs.items():
        result[name] = {
            "microseconds": [round(run["cpu"] / lines * 1e6, 3) for run in measured],
            "least": round(min(run["cpu"] for run in measured) / lines * 1e6, 3),
            "peak_megabytes": round(max(run["megabytes"] for run in measured), 1),
            "lines_per_second": round(lines / min(run["wall"] for run in measured)),
        }
    result["ratio"] = round(result["shipper"]["least"] / result["bare_loop"]["least"], 2)
    return result


def latency(python: str, lines: int, folder: Path) -> dict[str, Any]:
    """Append lone lines to a followed file; milliseconds from the write to the sink."""
    log = folder / "lone.log"
    log.write_text("begin\n")
    with sink("--keep") as port:
        config = folder / "lone.yml"
        config.write_text(
            CONFIG.format(data=folder / "data-lone", log=log, port=port, http="false")
        )
        with (folder / "lone.out").open("wb") as output:
            process = subprocess.Popen(
                [python, "-m", "shipper", "run", "-c", str(config)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            try:
                wait_for(port, 1)
                written = {}
                dice = random.Random(7)
                with log.open("ab", buffering=0) as file:
                    for number in range(lines):
                        time.sleep(dice.uniform(0.2, 0.4))
                        written[f"lone {number}"] = time.time()
                        file.write(f"lone {number}\n".encode())
                wait_for(port, lines + 1)
            finally:
                process.terminate()
                process.wait(30)
        arrived = {text: at for at, text in ask(port, "/_sink/arrivals") if text in written}
    took = sorted((arrived[text] - at) * 1000 for text, at in written.items())
    return {
        "lines": lines,
        "p50_ms": round(took[len(took) // 2], 1),
        "p99_ms": round(took[min(len(took) - 1, int(len(took) * 0.99))], 1),
        "max_ms": round(took[-1], 1),
    }


def wait_for(port: int, events: int) -> None:
    end = time.monotonic() + 30
    while ask(port, "/_sink/report")["events"] < events:
        if time.monotonic() > end:
            raise SystemExit(f"{events} events did not arrive: {ask(port, '/_sink/report')}")
        time.sleep(0.05)


def print_table(result: dict[str, Any]) -> None:
    print(f"{result['lines']:,} lines of {result['line_bytes']} bytes, least of {result['rounds']}")
    print(f"{'':12}{'µs CPU/line':>12}{'peak MB':>10}{'lines/s':>12}")
    for name in ("shipper", "bare_loop"):
        row = result[name]
        print(
            f"{name:12}{row['least']:>12.2f}{row['peak_megabytes']:>10.1f}{row['lines_per_second']:>12,}"
        )
    print(f"ratio {result['ratio']:.2f}")


def broken_promises(result: dict[str, Any]) -> list[str]:
    """Which limits the agent does not keep."""
    shipper = result["shipper"]
    broken = []
    if shipper["least"] > MOST_MICROSECONDS:
        broken.append(f"{shipper['least']} µs a line, at most {MOST_MICROSECONDS} wanted")
    if shipper["peak_megabytes"] > MOST_MEGABYTES:
        broken.append(
            f"{shipper['peak_megabytes']} MB at its peak, at most {MOST_MEGABYTES} wanted"
        )
    if result["ratio"] > MOST_RATIO:
        broken.append(f"{result['ratio']} times the bare loop, at most {MOST_RATIO} wanted")
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(description="CPU and memory of the agent against a bare loop.")
    parser.add_argument("--lines", type=int, help="1,000,000; 100 with --latency")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", action="store_true", help="measure lone lines instead")
    parser.add_argument("--fresh-env", action="store_true", help="run dependencies alone")
    parser.add_argument("--python", default=sys.executable, help="interpreter of the contestants")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument(
        "--assert", dest="strict", action="store_true", help="fail beyond the limits"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shipper-race-") as name:
        folder = Path(name)
        python = fresh_python(folder / "env") if options.fresh_env else options.python
        if options.latency:
            result = latency(python, options.lines or 100, folder)
            broken = []
        else:
            result = race(python, options.lines or 1_000_000, options.rounds, folder)
            print_table(result)
            broken = broken_promises(result)
    print(json.dumps(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    if options.strict:
        for line in broken:
            print(f"too much: {line}", file=sys.stderr)
        return bool(broken)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
