"""The real agent as a process, seen from outside: its configuration file, signals, status and log."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parents[3]
DEADLINE = 60.0  # seconds; for what takes a second or two on a quiet machine


class AgentError(AssertionError):
    """The agent did not do what was waited for; the message ends with its log."""


class AgentProcess:
    """
    ``python -m shipper run -c FILE`` in a folder of its own.

    Attributes:
        data: its ``path.data``.
        config: the configuration file.
        starts: how often it was started.
    """

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.config = folder / "shipper.yml"
        self.log_path = folder / "agent.log"
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.configure(config)

    def configure(self, config: dict[str, Any]) -> None:
        """Write the configuration; a running agent goes on with the old one."""
        defaults = {
            "name": "e2e",
            "path.data": str(self.data),
            "http": {"port": 0},
            "logging": {"level": "info", "format": "text"},
        }
        self.config.write_text(yaml.safe_dump(defaults | config, sort_keys=False))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill9()

    # Life

    def start(self, *arguments: str) -> Self:
        """Start it; returns at once."""
        assert not self.running
        self._reap()
        self.starts += 1
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "shipper", "run", "-c", str(self.config), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        return self

    def run_once(self, timeout: float = 120.0) -> int:
        """``--once``: everything there is, then the exit code."""
        self.start("--once")
        return self.wait(timeout)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill9(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGKILL)
            self._process.wait(30)
            self._reap()

    def freeze(self) -> None:
        """Stop it in its tracks, so that what is asserted next still holds when it is killed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def terminate(self, timeout: float = 30.0) -> int:
        """Ask it to drain and end; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self.wait(timeout)

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for its end; the exit code."""
        assert self._process is not None
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = self.status_or_none()
            self.kill9()
            raise AgentError(
                f"did not end in {timeout:.0f} s\n{brief(status)}\n{self.log()}"
            ) from None
        self._reap()
        return code

    def _reap(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            self._process = None

    # Looking at it

    def log(self, characters: int = 4000) -> str:
        """The end of its log."""
        if not self.log_path.exists():
            return ""
        return self.log_path.read_text("utf-8", "replace")[-characters:]

    def get(self, path: str) -> tuple[int, str]:
        """Ask the status server."""
        where = json.loads((self.data / "http.json").read_text())
        if self._process is None or where.get("pid") != self._process.pid:
            raise OSError("the status server of this run is not up yet")
        connection = http.client.HTTPConnection("127.0.0.1", where["port"], timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def status_or_none(self) -> dict[str, Any] | None:
        """What ``/status`` says, or None while nobody answers."""
        try:
            code, text = self.get("/status")
        except (OSError, ValueError, http.client.HTTPException):
            return None
        return json.loads(text) if code == 200 else None

    def status(self, timeout: float = DEADLINE) -> dict[str, Any]:
        """What ``/status`` says, as soon as it answers."""
        return self.wait_until(lambda _: True, timeout, what="a status")

    def metrics(self) -> dict[str, float]:
        """``/metrics``, one entry a sample: name with its labels and value."""
        _, text = self.get("/metrics")
        samples = {}
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                samples[name] = float(value)
        return samples

    def wait_until(
        self,
        wanted: Callable[[dict[str, Any]], Any],
        timeout: float = DEADLINE,
        *,
        what: str = "it",
    ) -> dict[str, Any]:
        """
        Ask for the status until ``wanted`` of it is true.

        Returns:
            The status that was wanted.

        Raises:
            AgentError: it ended, or the time did.
        """
        end = time.monotonic() + timeout
        status: dict[str, Any] | None = None
        while time.monotonic() < end:
            if not self.running:
                raise AgentError(f"ended while waiting for {what}\n{self.log()}")
            found = self.status_or_none()
            if found is not None:
                status = found
                if wanted(status):
                    return status
            time.sleep(0.02)
        raise AgentError(f"waited {timeout:.0f} s for {what}\n{brief(status)}\n{self.log()}")

    def wait_settled(
        self, timeout: float = DEADLINE, *, files: int = 0, paths: Iterable[Path] = ()
    ) -> dict[str, Any]:
        """
        Wait until every followed file is settled to the end it has on disk.

        Args:
            timeout: seconds.
            files: so many are followed at least.
            paths: files that must be among them, as the inodes that they are now.
        """

        def settled(status: dict[str, Any]) -> bool:
            found = [file for one in status["inputs"] for file in one["files"]]
            if len(found) < files:
                return False
            inodes = {file["inode"] for file in found}
            if any(path.stat().st_ino not in inodes for path in paths):
                return False
            return all(
                file["offset"] >= max(file["size"], size_on_disk(file))
                for file in found
                if file["state"] not in {"copy", "ignored"}
            )

        return self.wait_until(settled, timeout, what="all files to be settled")


def size_on_disk(file: dict[str, Any]) -> int:
    """Size of a file of a status report, 0 if it is not there any more."""
    try:
        status = os.stat(file["path"])  # noqa: PTH116 - the path is a text
    except FileNotFoundError:
        return 0
    return status.st_size if status.st_ino == file["inode"] else 0


def brief(status: dict[str, Any] | None) -> str:
    """What of a status helps to understand a failure."""
    if status is None:
        return "no status"
    files = [
        {name: file[name] for name in ("path", "state", "size", "position", "offset", "note")}
        for one in status["inputs"]
        for file in one["files"]
    ]
    return json.dumps(
        {
            "state": status["state"],
            "problems": status["problems"],
            "routes": status["routes"],
            "ledger": status["ledger"],
            "counters": status["counters"],
            "files": files[:20],
        },
        indent=1,
    )


def shipper(
    *arguments: str, folder: Path, timeout: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run another command of Shipper."""
    return subprocess.run(
        [sys.executable, "-m", "shipper", *arguments],
        cwd=folder,
        text=True,
        capture_output=True,
        timeout=timeout,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
