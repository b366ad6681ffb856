"""
Matches long texts in a process of their own, which is killed when it takes too long and may die without harm.

``Apart`` is the agent's side; ``python -m shipper.pipeline.matcher`` the child's: it reads requests from its input, each a length
and a pickle, and forks for each a worker that answers on its output. The kernel ends a worker whose time is up, and one that a
dead agent has left behind: a timer without a handler. So the child itself lives on, and need not be started again.
"""

from __future__ import annotations

import atexit
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.guard import Counts

START_SECONDS = 2.0  # for the child to come up, the first time and after it was killed
MEMORY = 1 << 29  # bytes of address space that a worker may use
MOST_ANSWER = 1 << 26  # bytes; more would take the agent's memory
SPARE_SECONDS = 0.25  # for a worker that is ended to be noticed, before the child is killed
_CHUNK = 1 << 20


class GaveUp(Exception):  # noqa: N818 - the guard words it for its users
    """No answer: ``reason`` is ``time`` or ``memory``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Found:
    """A match in another process: has what processors ask of one."""

    __slots__ = ("regs", "string")

    def __init__(self, string: str, regs: tuple[tuple[int, int], ...]) -> None:
        self.string = string
        self.regs = regs

    def span(self, group: int = 0) -> tuple[int, int]:
        """As of a match."""
        return self.regs[group]

    def start(self, group: int = 0) -> int:
        """As of a match."""
        return self.regs[group][0]

    def end(self, group: int = 0) -> int:
        """As of a match."""
        return self.regs[group][1]

    def group(self, *groups: int) -> Any:
        """As of a match."""
        found = tuple(self[group] for group in groups or (0,))
        return found if len(found) > 1 else found[0]

    def groups(self, default: Any = None) -> tuple[Any, ...]:
        """As of a match."""
        return tuple(
            self.string[start:end] if start >= 0 else default for start, end in self.regs[1:]
        )

    def __getitem__(self, group: int) -> str | None:
        start, end = self.regs[group]
        return self.string[start:end] if start >= 0 else None


class Apart:
    """
    The child process, started with the first request.

    Args:
        counts: where starts and deaths are counted.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Of the child, if one runs."""
        return self._process.pid if self._process else None

    def run(
        self, method: str, compiled: Any, text: str, args: tuple[Any, ...], *, budget: float
    ) -> Any:
        """
        One request.

        Args:
            method: of the guard, such as ``search`` or ``call``.
            compiled: a compiled pattern.
            text: to match.
            args: further arguments of the method.
            budget: seconds until the worker is killed.

        Returns:
            What the method returns; matches as :class:`Found`.

        Raises:
            GaveUp: no answer in time, or the child died.
        """
        process = self._process
        if process is None or process.poll() is not None:
            self._discard()
            process = self._start()
        request = pickle.dumps((budget, method, compiled, args), protocol=5)
        body = text.encode("utf-8", "surrogatepass")
        deadline = time.monotonic() + budget + SPARE_SECONDS
        try:
            self._write(process, b"".join((_length(request), request, _length(body))), deadline)
            self._write(process, body, deadline)
            kind, answer = pickle.loads(self._read(process, deadline))  # noqa: S301 - from our child
        except TimeoutError:
            self._discard()
            raise GaveUp("time") from None
        except (OSError, EOFError):
            self._discard()
            raise GaveUp("memory") from None
        except BaseException:
            self._discard()  # the talk broke off in the middle
            raise
        if kind == "error":
            raise answer
        if kind in {"time", "memory"}:
            self._counts.killed += 1
            raise GaveUp(kind)
        if kind == "match":
            return None if answer is None else Found(text, answer)
        if kind == "matches":
            return [Found(text, regs) for regs in answer]
        return answer

    def close(self) -> None:
        """Ends the child."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)
        atexit.unregister(self.close)

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join([root, *filter(None, sys.path)])
        process = subprocess.Popen(
            [sys.executable, "-m", "shipper.pipeline.matcher"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,  # the terminal's Ctrl-C is for the agent
        )
        self._process = process
        self._counts.children += 1
        assert process.stdin
        assert process.stdout
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        try:
            self._read(process, time.monotonic() + START_SECONDS)
        except (TimeoutError, EOFError, OSError):
            self._discard()
            raise GaveUp("memory") from None
        return process

    def _discard(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            self._counts.killed += 1
            _end(process)

    @staticmethod
    def _write(process: subprocess.Popen[bytes], data: bytes, deadline: float) -> None:
        assert process.stdin
        view = memoryview(data)
        while view:
            try:
                done = os.write(process.stdin.fileno(), view[:_CHUNK])
            except BlockingIOError:
                _wait(process.stdin.fileno(), select.POLLOUT, deadline)
            else:
                view = view[done:]

    @staticmethod
    def _read(process: subprocess.Popen[bytes], deadline: float) -> bytes:
        assert process.stdout
        number = process.stdout.fileno()
        parts: deque[bytes] = deque()
        need = 8
        size = -1
        while True:
            try:
                part = os.read(number, min(need, _CHUNK))
            except BlockingIOError:
                _wait(number, select.POLLIN, deadline)
                continue
            if not part:
                raise EOFError
            parts.append(part)
            need -= len(part)
            if need:
                continue
            data = b"".join(parts)
            if size >= 0:
                return data
            size = need = int.from_bytes(data, "little")
            if not size:
                return b""
            parts.clear()


def _wait(number: int, event: int, deadline: float) -> None:
    left = deadline - time.monotonic()
    poll = select.poll()
    poll.register(number, event)
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)  # with its worker
    for pipe in (process.stdin, process.stdout):
        assert pipe
        with suppress(OSError):
            pipe.close()
    process.wait()


def _length(data: bytes) -> bytes:
    return len(data).to_bytes(8, "little")


# The child


def answer(method: str, compiled: Any, text: str, args: tuple[Any, ...]) -> tuple[str, Any]:
    """
    Does what was asked.

    Returns:
        What kind of answer it is, and the answer, ready to be pickled.
    """
    if method == "call":
        function: Callable[..., Any] = args[0]
        return "value", function(compiled, text, *args[1:])
    if method in {"search", "match", "fullmatch"}:
        found = getattr(compiled, method)(text)
        return "match", None if found is None else tuple(found.regs)
    if method == "finditer":
        return "matches", [tuple(found.regs) for found in compiled.finditer(text)]
    if method == "sub":
        return "value", compiled.sub(args[0], text, args[1])
    return "value", getattr(compiled, method)(text, *args)


def main() -> None:
    """Answers requests until the agent closes the pipe or kills this process."""
    import resource  # noqa: PLC0415 - the agent's side needs none

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # before the agent
    from shipper.pipeline import regex  # noqa: PLC0415

    regex.set_timeout(3600.0)  # the kernel looks at the clock
    source = sys.stdin.buffer
    target = sys.stdout.buffer
    _write(target, b"")
    while True:
        head = source.read(8)
        if len(head) < 8:
            return
        request = source.read(int.from_bytes(head, "little"))
        body = source.read(int.from_bytes(source.read(8), "little"))
        worker = os.fork()
        if not worker:
            try:
                _work(request, body, target)
            finally:
                os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        if status:
            late = status == -signal.SIGALRM
            _write(target, pickle.dumps(("time" if late else "memory", None)))


def _work(request: bytes, body: bytes, target: BinaryIO) -> None:
    """Answers one request, in a process of its own."""
    budget, method, compiled, args = pickle.loads(request)  # noqa: S301 - from the agent
    signal.setitimer(signal.ITIMER_REAL, budget)
    try:
        reply = pickle.dumps(
            answer(method, compiled, body.decode("utf-8", "surrogatepass"), args), protocol=5
        )
        if len(reply) > MOST_ANSWER:
            raise MemoryError
    except MemoryError:
        reply = pickle.dumps(("memory", None))
    except Exception as error:
        reply = pickle.dumps(("error", error))
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    _write(target, reply)
    os._exit(0)


def _write(target: BinaryIO, data: bytes) -> None:
    target.write(_length(data) + data)
    target.flush()


if __name__ == "__main__":
    main()
