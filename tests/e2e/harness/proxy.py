"""A relay between the agent and a node that knows when a request is on its way, and can make that last longer."""

from __future__ import annotations

import selectors
import socket
import threading
from typing import Self
from urllib.parse import urlsplit


class Proxy:
    """
    Relays TCP connections to a server.

    Attributes:
        requests: bulk requests that have begun.
        hold: seconds by which the beginning of each answer is delayed.
    """

    def __init__(self, target: str, *, hold: float = 0.0) -> None:
        parts = urlsplit(target)
        assert parts.hostname
        assert parts.port
        self._target = (parts.hostname, parts.port)
        self.hold = hold
        self.requests = 0
        self._waiting = 0
        self._lock = threading.Condition()
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)
        self._thread.start()

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

    def close(self) -> None:
        """Cut all connections."""
        self._closed.set()
        self._listener.close()
        with self._lock:
            left = list(self._open)
        for one in left:
            with_shutdown(one)

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
            client.close()
            return
        server.settimeout(None)
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open |= {client, server}
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
                        if key.fileobj is client and not waiting and b"/_bulk" in data[:400]:
                            waiting = True
                            self._count(1)
                        elif key.fileobj is server and waiting:
                            if self.hold:
                                self._closed.wait(self.hold)
                            waiting = False
                            self._count(-1)
                        key.data.sendall(data)
        except OSError:
            return
        finally:
            if waiting:
                self._count(-1, begun=False)
            with self._lock:
                self._open -= {client, server}
            client.close()
            server.close()

    def _count(self, change: int, *, begun: bool = True) -> None:
        with self._lock:
            self._waiting += change
            self.requests += change > 0 and begun
            self._lock.notify_all()


def with_shutdown(one: socket.socket) -> None:
    """End a connection whose thread may be reading it."""
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
