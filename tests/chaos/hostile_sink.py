"""A sink that notes when lines of neighbours arrive, and counts what arrives of all others; see ``bench/sink.py``."""

from __future__ import annotations

import json
import re
import sys
import time
from collections import defaultdict
from http.server import ThreadingHTTPServer
from typing import Any, ClassVar

from bench.sink import Books, Handler

SENT = re.compile(rb'"message":"sent (\d+\.\d+) ')


class Listener(Handler):
    """Answers as the sink does."""

    counts: ClassVar[dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(int))
    delays: ClassVar[list[tuple[float, float]]] = []

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        if self.path == "/_sink/heard":
            with self.books.lock:
                answer: dict[str, Any] = {"counts": self.counts, "delays": self.delays}
                self.answer(200, answer)
        else:
            super().do_GET()

    def bulk(self, path: str, query: dict[str, list[str]], body: bytes, wire_bytes: int) -> None:
        now = time.time()
        name = path.split("-")[1]
        with self.books.lock:
            counts = self.counts[name]
            counts["documents"] += body.count(b"\n") // 2
            counts["bytes"] += len(body)
            counts["failed"] += body.count(b'"error":{"message":')
            if name.startswith("neighbour"):
                for moment in SENT.findall(body):
                    self.delays.append((float(moment), now - float(moment)))
        super().bulk(path, query, body, wire_bytes)


def main() -> None:
    Listener.books = Books(ids=True, keep=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.daemon_threads = True
    print(json.dumps(server.server_address[1]), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
