"""Writers of log files whose every line can be told apart, and real ``logrotate``."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINE_BYTES = 150  # the newline included
LOGROTATE = shutil.which("logrotate", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def line(source: str, number: int) -> str:
    """One line without its newline: unlike every other, with quotes, backslashes and characters beyond ASCII now and then."""
    spice = ("plain", 'said "no"', "back\\slash", "größe", "tab\there", "100%", "日本", "last")[
        number % 8
    ]
    text = f"2026-01-01T00:00:00Z {source} {number:09d} {spice} "
    return text + "." * (LINE_BYTES - 1 - len(text.encode()))


def trace(source: str, number: int) -> str:
    """One multiline event without its last newline: a head and up to seven indented lines."""
    return "\n".join(
        [f"{source} {number:09d} Exception: broken"]
        + [f"    at frame {i} of {number:09d}" for i in range(number % 8)]
    )


def write_lines(
    path: Path, source: str, count: int, *, begin: int = 0, make: Callable[[str, int], str] = line
) -> None:
    """Append complete lines (or events) ``begin … begin + count - 1``."""
    with path.open("ab") as file:
        for start in range(begin, begin + count, 5000):
            numbers = range(start, min(start + 5000, begin + count))
            file.write("".join(make(source, number) + "\n" for number in numbers).encode())


class Writer:
    """
    A thread that appends lines at a rate, each with one ``write``, until it is stopped or done.

    It looks every now and then whether its path still names the file it has open, as a program does that is told to
    open its log again: with ``follow`` it opens the new file (logrotate's ``create``), without it stays on the old one.

    Attributes:
        written: lines so far.
    """

    def __init__(
        self,
        path: Path,
        source: str,
        *,
        rate: float = 1000.0,
        count: int | None = None,
        follow: bool = True,
        make: Callable[[str, int], str] = line,
    ) -> None:
        self.path, self.source, self.rate, self.count = path, source, rate, count
        self.follow, self.make = follow, make
        self.written = 0
        self._stop = threading.Event()
        self._reopen = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"writer-{source}", daemon=True)

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> int:
        """Stop after the present line; the number of lines written."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.written

    def join(self, timeout: float) -> int:
        """Wait until ``count`` lines are written."""
        self._thread.join(timeout)
        assert not self._thread.is_alive(), (
            f"{self.written} of {self.count} lines after {timeout} s"
        )
        return self.written

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def reopen(self) -> None:
        """What a program does on SIGHUP from ``postrotate``; it needs a moment for it."""
        self._reopen.set()

    def _run(self) -> None:
        file = self.path.open("ab", buffering=0)
        begun = time.monotonic()
        try:
            while not self._stop.is_set() and (self.count is None or self.written < self.count):
                due = int((time.monotonic() - begun) * self.rate)
                if self.count is not None:
                    due = min(due, self.count)
                if self._reopen.is_set() or (self.follow and self._moved(file.fileno())):
                    self._reopen.clear()
                    file.close()
                    file = self.path.open("ab", buffering=0)
                while self.written < due:
                    file.write((self.make(self.source, self.written) + "\n").encode())
                    self.written += 1
                time.sleep(0.002)
        finally:
            file.close()

    def _moved(self, descriptor: int) -> bool:
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False  # logrotate has moved it and not yet made the new one
        return there.st_ino != os.fstat(descriptor).st_ino


class Logrotate:
    """Real ``logrotate`` on one log, forced on each call."""

    def __init__(self, folder: Path, log: Path, options: str) -> None:
        assert LOGROTATE
        self.state = folder / "logrotate.state"
        self.config = folder / "logrotate.conf"
        owner = "su root root\n" if os.geteuid() == 0 else ""
        lines = "\n".join(f"  {option.strip()}" for option in options.split(","))
        self.config.write_text(f"{owner}{log} {{\n  rotate 1000\n{lines}\n}}\n")
        self.config.chmod(0o600)
        self.turns = 0

    def rotate(self) -> None:
        """Rotate once."""
        done = subprocess.run(
            [LOGROTATE, "--force", "--state", self.state, self.config],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        self.turns += 1

    def every(self, seconds: float, turns: int, then: Callable[[], None] = lambda: None) -> None:
        """Rotate so many times, at that pace; `then` is called after each (``postrotate``)."""
        begun = time.monotonic()
        for number in range(1, turns + 1):
            time.sleep(max(0.0, begun + number * seconds - time.monotonic()))
            self.rotate()
            then()
