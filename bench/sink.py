"""
A loopback server that answers ``_bulk`` item by item and keeps nothing but, on demand, ids and arrival times.

It plays an Elasticsearch 9.1.0 for which every data stream exists, so that a run measures the agent and not a
cluster. It is a process of its own: its CPU does not count. The first line on standard output is its port.

    GET  /_sink/report   what arrived: requests, events, bytes, faults in the ids, unknown requests
    GET  /_sink/arrivals [[Unix time, message], …] with --keep
    POST /_sink/reset    forget all of it
    POST /_sink/delay    body: seconds to wait before each answer to a bulk
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import re
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = {
    "name": "sink",
    "cluster_name": "sink",
    "cluster_uuid": "c2luay1jbHVzdGVyLXV1aWQ",
    "version": {
        "number": "9.1.0",
        "build_flavor": "default",
        "build_type": "tar",
        "lucene_version": "10.2.2",
        "minimum_wire_compatibility_version": "8.19.0",
        "minimum_index_compatibility_version": "8.0.0",
    },
    "tagline": "You Know, for Search",
}
ID = re.compile(rb'^\{"create":\{[^\n]*?"_id":"([A-Za-z0-9_-]{16})(\d{14})(\d{10})"', re.MULTILINE)
MESSAGE = re.compile(rb'"message":"((?:[^"\\]|\\.)*)"')


class Books:
    """What arrived."""

    def __init__(self, *, ids: bool, keep: bool) -> None:
        self.with_ids = ids
        self.keep = keep
        self.delay = 0.0
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        with self.lock:
            self.requests = self.events = self.body_bytes = self.wire_bytes = 0
            self.ranges: dict[bytes, list[tuple[int, int]]] = defaultdict(list)
            self.arrivals: list[tuple[float, str]] = []
            self.unknown: list[str] = []
            self.unread_ids = 0

    def bulk(self, body: bytes, wire_bytes: int) -> int:
        """Book one request; returns the number of its actions."""
        now = time.time()
        count = body.count(b"\n") // 2
        with self.lock:
            self.requests += 1
            self.events += count
            self.body_bytes += len(body)
            self.wire_bytes += wire_bytes
            if self.with_ids:
                found = ID.findall(body)
                self.unread_ids += count - len(found)
                for key, start, length in found:
                    self.ranges[key].append((int(start), int(length)))
            if self.keep:
                for message in MESSAGE.findall(body):
                    self.arrivals.append((now, json.loads(b'"' + message + b'"')))
        return count

    def report(self) -> dict[str, Any]:
        """Everything as JSON; ``twice`` and ``holes`` speak of ranges of one file key."""
        with self.lock:
            twice = holes = covered = 0
            for ranges in self.ranges.values():
                ordered = sorted(ranges)
                for (start, length), (following, _) in itertools.pairwise(ordered):
                    twice += following < start + length
                    holes += following > start + length
                covered += sum(length for _, length in set(ordered))
            return {
                "requests": self.requests,
                "events": self.events,
                "body_bytes": self.body_bytes,
                "wire_bytes": self.wire_bytes,
                "files": len(self.ranges),
                "covered_bytes": covered,
                "twice": twice,
                "holes": holes,
                "unread_ids": self.unread_ids,
                "unknown": self.unknown,
            }


class Handler(BaseHTTPRequestHandler):
    """Answers; one thread a connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    books: Books

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_HEAD(self) -> None:
        self.answer(200, ROOT)

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path == "/":
            self.answer(200, ROOT)
        elif path == "/_sink/report":
            self.answer(200, self.books.report())
        elif path == "/_sink/arrivals":
            self.answer(200, self.books.arrivals)
        elif path.startswith("/_resolve/index/"):
            name = path.rsplit("/", 1)[1]
            stream = {
                "name": name,
                "backing_indices": [backing(name)],
                "timestamp_field": "@timestamp",
            }
            self.answer(200, {"indices": [], "aliases": [], "data_streams": [stream]})
        else:
            self.unknown("GET", path)

    def do_PUT(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        wire = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = gzip.decompress(wire) if self.headers.get("Content-Encoding") == "gzip" else wire
        if path.endswith("/_bulk"):
            self.bulk(path, parse_qs(parts.query), body, len(wire))
        elif path.endswith("/_mget"):
            asked = json.loads(body)
            ids = asked.get("ids") or [item["_id"] for item in asked.get("docs", [])]
            self.answer(200, {"docs": [{"_id": one, "found": False} for one in ids]})
        elif path == "/_sink/reset":
            self.books.reset()
            self.answer(200, {})
        elif path == "/_sink/delay":
            self.books.delay = float(body)
            self.answer(200, {})
        else:
            self.unknown("POST", path)

    def bulk(self, path: str, query: dict[str, list[str]], body: bytes, wire_bytes: int) -> None:
        count = self.books.bulk(body, wire_bytes)
        if self.books.delay:
            time.sleep(self.books.delay)
        index = backing(path[1:].removesuffix("/_bulk") or "x")
        asked = (query.get("filter_path") or [""])[0]
        item = {"_index": index, "status": 201}
        if not asked:
            item |= {
                "_id": "x" * 40,
                "_version": 1,
                "result": "created",
                "_seq_no": 1,
                "_primary_term": 1,
            }
        elif "_index" not in asked:
            del item["_index"]
        one = json.dumps({"create": item}, separators=(",", ":")).encode()
        items = b",".join([one] * count)
        if asked and "items.*.status" not in asked and "items.*._index" not in asked:
            self.send(200, b'{"errors":false,"took":1}')
        else:
            self.send(200, b'{"errors":false,"took":1,"items":[' + items + b"]}")

    def unknown(self, method: str, path: str) -> None:
        with self.books.lock:
            self.books.unknown.append(f"{method} {path}")
        cause = {"type": "resource_not_found_exception", "reason": f"sink: {method} {path}"}
        self.answer(404, {"error": {**cause, "root_cause": [cause]}, "status": 404})

    def answer(self, status: int, value: object) -> None:
        self.send(status, json.dumps(value).encode())

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def backing(name: str) -> str:
    return f".ds-{name}-2026.01.01-000001"


def main() -> None:
    parser = argparse.ArgumentParser(
        description="A loopback server that answers _bulk item by item."
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ids", action="store_true", help="check that ids are unique and complete")
    parser.add_argument("--keep", action="store_true", help="keep messages and their arrival times")
    options = parser.parse_args()
    Handler.books = Books(ids=options.ids, keep=options.keep)
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
