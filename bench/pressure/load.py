"""The yardstick: so many connections that send equal bulks as fast as they are answered, and what a node stores then."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node


class FixedLoad:
    """
    Bulks of documents like those that agents send.

    Args:
        node: where to.
        stream: data stream.
        documents: examples; each is sent again and again with a new id and a new number in its message.
        batch: events in a bulk.
    """

    def __init__(
        self, node: Node, stream: str, documents: list[dict[str, Any]], batch: int
    ) -> None:
        self._port = int(node.url.rpartition(":")[2])
        self._path = f"/{stream}/_bulk?filter_path=errors,items.*.status"
        self._documents, self._batch = documents, batch

    def body(self) -> bytes:
        lines = []
        for number in range(self._batch):
            document = self._documents[number % len(self._documents)]
            id_ = secrets.token_urlsafe(12) + f"{number:024d}"
            words = secrets.token_hex(8)
            lines.append(json.dumps({"create": {"_id": id_}}))
            lines.append(
                json.dumps(document | {"message": document["message"][:-17] + " " + words})
            )
        return ("\n".join(lines) + "\n").encode()

    def measure(self, connections: int, seconds: float) -> tuple[float, float]:
        """Events stored a second, and the share of events refused, with so many requests always on their way."""
        stored, refused = [0] * connections, [0] * connections
        bodies = [[self.body() for _ in range(4)] for _ in range(connections)]
        begin = time.monotonic() + 0.5
        end = begin + seconds

        def run(number: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            turn = 0
            while (now := time.monotonic()) < end:
                body = bodies[number][turn % 4] if turn < 4 else self.body()
                turn += 1
                connection.request(
                    "POST", self._path, body, {"Content-Type": "application/x-ndjson"}
                )
                answer = json.loads(connection.getresponse().read())
                items = answer.get("items", [])  # none where the whole request was refused
                fine = sum(item["create"]["status"] == 201 for item in items)
                if begin <= now and time.monotonic() <= end + 1:
                    stored[number] += fine
                    refused[number] += self._batch - fine
            connection.close()

        threads = [threading.Thread(target=run, args=(n,)) for n in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - begin
        return sum(stored) / took, sum(refused) / max(1, sum(refused) + sum(stored))
