"""A relay on loopback that notes when requests reach a node, and when somebody tries while it is away."""

from __future__ import annotations

import time

from tests.e2e.harness.proxy import Relay


class CountingProxy(Relay):
    """
    Relays connections to a port.

    Attributes:
        requests: times at which requests were handed to the node.
        answers: times at which it began to answer one.
        vain: times at which a connection came that could not be handed on.
    """

    def __init__(self, port: int) -> None:
        self.requests: list[float] = []
        self.answers: list[float] = []
        self.vain: list[float] = []
        super().__init__(f"http://127.0.0.1:{port}")

    def begun(self, data: bytes) -> bool:
        """Note a request, whatever it is."""
        self.requests.append(time.monotonic())
        return bool(data)

    def answered(self) -> None:
        """Note the answer."""
        self.answers.append(time.monotonic())

    def unreached(self) -> None:
        """Note that the node is away."""
        self.vain.append(time.monotonic())
