"""
The control socket: how commands change a running agent, ``shipper.sock`` in ``path.data``.

Law: one line of JSON in, one line of JSON out, one request a connection. Only the agent's own user (and root) may connect:
the socket has mode 0600 from its first moment. What a request means is the business of whoever handles it.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import socket
import stat
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAME = "shipper.sock"
MAX_PATH_BYTES = 107  # of a socket's address, unix(7)
MAX_REQUEST_BYTES = 1024 * 1024
REQUEST_SECONDS = 5.0  # for a request to come and for an answer to be taken
MAX_CLIENTS = 4

_LOG = logging.getLogger("shipper.telemetry.control")

Message = dict[str, Any]


class ControlError(Exception):
    """A request could not be carried out; the text says why and what to do."""


class NoAgentError(ControlError):
    """No agent listens on this socket."""


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """
    Yield an address of ``path`` that is short enough for ``bind`` and ``connect``.

    A long path is reached by way of its folder's descriptor in /proc.
    """
    if len(os.fsencode(path)) <= MAX_PATH_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _read_line(connection: socket.socket, limit: int | None, end: float) -> bytes:
    """
    Read up to the first newline.

    Raises:
        TimeoutError: it did not come before ``end`` (monotonic time).
        ControlError: the other side closed early, or sent more than ``limit`` bytes.
    """
    chunks: list[bytes] = []
    size = 0
    while not chunks or not chunks[-1].endswith(b"\n"):
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        chunk = connection.recv(65536)
        if not chunk:
            raise ControlError("the connection was closed in the middle of a message")
        chunks.append(chunk)
        size += len(chunk)
        if limit is not None and size > limit:
            raise ControlError(f"a request over {limit} bytes")
    return b"".join(chunks)


def _encode(message: Message) -> bytes:
    return msgspec.json.encode(message) + b"\n"


class ControlServer:
    """
    Listens for requests on a thread of its own.

    Args:
        path: of the socket. A socket left behind by a dead agent is replaced; the caller holds the lock on the folder.
        handle: called on a thread of the server, once per request, possibly several at once; returns the answer.
            What it raises is logged and answered as ``{"error": text}``.

    Raises:
        ControlError: the socket cannot be made, or another agent listens on it.
    """

    def __init__(self, path: Path, handle: Callable[[Message], Message]) -> None:
        self.path = path
        self._handle = handle
        self._slots = threading.BoundedSemaphore(MAX_CLIENTS)
        self._socket = _listen(path)
        self._inode = path.stat().st_ino
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="shipper-control", daemon=True)
        self._closed = False

    def __repr__(self) -> str:
        state = "closed" if self._closed else "serving" if self._thread.is_alive() else "bound"
        return f"<ControlServer {self.path} {state}>"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening and remove the socket, if it still is ours. May be called twice, and without ``start``."""
        if self._closed:
            return
        self._closed = True
        os.close(self._wake_write)
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()
        os.close(self._wake_read)
        with suppress(OSError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()

    def _serve(self) -> None:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        while not self._closed:
            poll.poll()
            if self._closed:
                return
            try:
                connection, _ = self._socket.accept()
            except OSError as error:
                _LOG.debug("no client could be accepted: %s", error)
                time.sleep(0.2)  # without a free descriptor the client still waits: do not spin
                continue
            while not self._slots.acquire(timeout=0.5):
                if self._closed:
                    connection.close()
                    return
            try:
                threading.Thread(
                    target=self._answer,
                    args=(connection,),
                    name="shipper-control-client",
                    daemon=True,
                ).start()
            except RuntimeError:  # no thread could be started
                connection.close()
                self._slots.release()

    def _answer(self, connection: socket.socket) -> None:
        try:
            with connection:
                reply = self._reply(connection)
                connection.settimeout(REQUEST_SECONDS)
                connection.sendall(_encode(reply))
        except OSError as error:
            _LOG.debug("a client went away: %s", error)
        finally:
            self._slots.release()

    def _reply(self, connection: socket.socket) -> Message:
        try:
            line = _read_line(connection, MAX_REQUEST_BYTES, time.monotonic() + REQUEST_SECONDS)
            request = msgspec.json.decode(line, type=Message)
        except TimeoutError:
            return {"error": f"no whole request came within {REQUEST_SECONDS:g} s"}
        except (ControlError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            return {"error": f"expected one JSON object on one line: {error}"}
        try:
            return self._handle(request)
        except Exception as error:
            _LOG.exception("a request on the control socket failed")
            return {"error": f"{type(error).__name__}: {error}"}


def _listen(path: Path) -> socket.socket:
    """Bind and listen, in the place of a socket that nobody serves any more."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # The file gets the descriptor's mode (Linux), so there is no moment at which others may connect;
        # a changed umask would reach into other threads.
        os.fchmod(server.fileno(), 0o600)
        with _address(path) as address:
            try:
                server.bind(address)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                _remove_stale(path, address)
                server.bind(address)
            path.chmod(0o600)
        server.listen(8)
    except OSError as error:
        server.close()
        raise ControlError(
            f"{path}: the control socket cannot be made ({error.strerror or error}); "
            "path.data must be a folder that this user may write to, on a file system that has sockets"
        ) from error
    except BaseException:
        server.close()
        raise
    return server


def _remove_stale(path: Path, address: str) -> None:
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise ControlError(f"{path}: is not a socket, and not ours to replace; move it away")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        try:
            client.connect(address)
        except ConnectionRefusedError:
            path.unlink()
            return
        except (TimeoutError, BlockingIOError):
            pass  # it listens, but is busy
    raise ControlError(f"{path}: another agent listens here; stop it, or use another path.data")


def _connect(client: socket.socket, address: str, end: float) -> None:
    """Connect; while the queue of the other side is full, which a Unix socket tells at once, try again until ``end``."""
    client.setblocking(False)
    while True:
        try:
            client.connect(address)
            return
        except BlockingIOError:
            if time.monotonic() >= end:
                raise TimeoutError from None
            time.sleep(0.02)


def call(path: Path, request: Message, timeout: float = 30.0) -> Message:
    """
    Send a request to the agent that owns ``path`` and return its answer.

    Args:
        path: of the control socket.
        request: what to do.
        timeout: seconds for the whole exchange.

    Raises:
        NoAgentError: nothing listens there.
        ControlError: it may not be used by this user, no answer came in time, or the answer makes no sense.
    """
    end = time.monotonic() + timeout
    try:
        with _address(path) as address, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            _connect(client, address, end)
            client.settimeout(max(0.001, end - time.monotonic()))
            client.sendall(_encode(request))
            return msgspec.json.decode(_read_line(client, None, end), type=Message)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError) as error:
        raise NoAgentError(f"{path}: no agent listens here") from error
    except PermissionError as error:
        raise ControlError(
            f"{path}: this user may not talk to the agent; use the user that runs it, or root"
        ) from error
    except TimeoutError as error:
        raise ControlError(
            f"{path}: the agent did not answer within {timeout:g} s; it may still do what was asked: "
            "look at 'shipper status' before trying again"
        ) from error
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ControlError(f"{path}: the agent's answer could not be read: {error}") from error
