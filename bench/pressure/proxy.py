"""A relay on loopback that notes when requests reach a node, and when somebody tries while it is away."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from typing import Self


class CountingProxy:
    """
    Relays connections to a port.

    Attributes:
        requests: times at which requests were handed to the node.
        answers: times at which it began to answer one.
        vain: times at which a connection came that could not be handed on.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.requests: list[float] = []
        self.answers: list[float] = []
        self.vain: list[float] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with client:
            try:
                server = socket.create_connection(("127.0.0.1", self._port), timeout=10)
            except OSError:
                self.vain.append(time.monotonic())
                return
            with server, contextlib.suppress(OSError):
                server.settimeout(None)
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._pump(client, server)

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        asking = False
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in selector.select():
                    data = key.fileobj.recv(256 * 1024)  # type: ignore[union-attr]
                    if not data:
                        return
                    if key.fileobj is client and not asking:
                        asking = True
                        self.requests.append(time.monotonic())
                    elif key.fileobj is server and asking:
                        asking = False
                        self.answers.append(time.monotonic())
                    key.data.sendall(data)
