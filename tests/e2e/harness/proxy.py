"""Relays between the agent and a node that know when a request is on its way, and can make that last longer."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from typing import Self
from urllib.parse import urlsplit


class Relay:
    """
    Relays TCP connections to a server; what counts them overrides what it is told.

    Args:
        target: URL of the server.

    Attributes:
        url: of the relay.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        assert parts.hostname
        assert parts.port
        self._target = (parts.hostname, parts.port)
        self._lock = threading.Condition()
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def begun(self, data: bytes) -> bool:
        """Told what a client sends first, or after an answer: whether it begins a request whose answer is waited for."""
        return bool(data)

    def answered(self) -> None:
        """Told when the answer of such a request begins, before it is passed on."""

    def cut(self) -> None:
        """Told when a connection ends before such an answer."""

    def unreached(self) -> None:
        """Told when a connection cannot be handed on."""

    def close(self) -> None:
        """Cut all connections."""
        self._closed.set()
        _shut(self._listener)  # closing it would not wake who waits for a connection
        self._listener.close()
        with self._lock:
            left = list(self._open)
        for one in left:
            _shut(one)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, timeout=10)
        except OSError:
            self.unreached()
            client.close()
            return
        server.settimeout(None)
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open |= {client, server}
        try:
            with contextlib.suppress(OSError):
                self._pump(client, server)
        finally:
            with self._lock:
                self._open -= {client, server}
            client.close()
            server.close()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        waiting = False
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(client, selectors.EVENT_READ, server)
                selector.register(server, selectors.EVENT_READ, client)
                while True:
                    for key, _ in selector.select():
                        data = key.fileobj.recv(256 * 1024)  # type: ignore[union-attr]
                        if not data:
                            return
                        if key.fileobj is client and not waiting:
                            waiting = self.begun(data)
                        elif key.fileobj is server and waiting:
                            self.answered()
                            waiting = False
                        key.data.sendall(data)
        finally:
            if waiting:
                self.cut()


class Proxy(Relay):
    """
    Looks at bulk requests.

    Attributes:
        requests: bulk requests that have begun.
        hold: seconds by which the beginning of each answer is delayed.
    """

    def __init__(self, target: str, *, hold: float = 0.0) -> None:
        self.hold = hold
        self.requests = 0
        self._waiting = 0
        super().__init__(target)

    @property
    def in_flight(self) -> int:
        """Bulk requests that have begun and are not answered yet, of connections that are still there."""
        with self._lock:
            return self._waiting

    def wait_in_flight(self, timeout: float) -> bool:
        """Wait until a bulk request is on its way."""
        with self._lock:
            return self._lock.wait_for(lambda: self._waiting > 0, timeout)

    def wait_requests(self, count: int, timeout: float) -> bool:
        """Wait until so many requests have begun, since the proxy was made."""
        with self._lock:
            return self._lock.wait_for(lambda: self.requests >= count, timeout)

    def begun(self, data: bytes) -> bool:
        """Count a bulk request."""
        if b"/_bulk" not in data[:400]:
            return False
        self._count(1, requests=1)
        return True

    def answered(self) -> None:
        """Hold the answer back."""
        if self.hold:
            self._closed.wait(self.hold)
        self._count(-1)

    def cut(self) -> None:
        """It is on its way no more."""
        self._count(-1)

    def _count(self, waiting: int, requests: int = 0) -> None:
        with self._lock:
            self._waiting += waiting
            self.requests += requests
            self._lock.notify_all()


def _shut(one: socket.socket) -> None:
    """End a socket that a thread may be waiting for."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
