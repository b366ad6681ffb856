"""Delivery whole: threads, sockets and the cluster output, against a scripted ``_bulk`` server."""

from __future__ import annotations

import contextlib
import gzip
import logging
import queue
import random
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from shipper.config.settings import Elasticsearch, Settings
from shipper.delivery.dead_letter import DeadLetters
from shipper.delivery.delivery import Delivery
from shipper.delivery.elasticsearch import ClusterOutput
from shipper.delivery.output import limits_of
from shipper.records import Abandoned, Piece, Route, Settled
from tests.delivery.world import CREATED, ROUTE, error, ids, piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ELASTIC = {"version": {"number": "9.1.0"}, "tagline": "You Know, for Search"}
OPENSEARCH = {"version": {"number": "3.4.0", "distribution": "opensearch"}}


class FakeCluster:
    """
    Keeps ids as a cluster does, and fails as told: each entry of ``script`` is for one ``_bulk`` request.

    Fakes what a real node will not do on demand: cuts, hangs, proxies' pages, 413, Retry-After.
    """

    def __init__(self) -> None:
        self.info: dict[str, Any] = ELASTIC
        self.stored: dict[str, int] = {}
        self.script: list[str] = []
        self.bulks: list[tuple[dict[str, list[str]], int, float]] = []
        self.other: list[str] = []
        self.streams = {ROUTE.index}
        self.max_bytes: int | None = None
        self.release = threading.Event()
        self.at_once = self.most_at_once = 0
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle_one_request()

            def do_GET(self) -> None:
                cluster.other.append(self.path)
                if self.path == "/":
                    self.give(200, orjson.dumps(cluster.info))
                elif self.path.startswith("/_resolve/index/"):
                    found = [{"name": n} for n in cluster.streams if self.path.endswith(n)]
                    self.give(200 if found else 404, orjson.dumps({"data_streams": found}))
                else:
                    self.give(404, b"{}")

            def do_POST(self) -> None:
                cluster.at_once += 1
                cluster.most_at_once = max(cluster.most_at_once, cluster.at_once)
                try:
                    cluster.bulk(self)
                finally:
                    cluster.at_once -= 1

            def give(self, status: int, body: bytes, **headers: str) -> None:
                self.send_response(status)
                for name, value in {"content_type": "application/json", **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def cut(self) -> None:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def bulk(self, handler: Any) -> None:
        raw = handler.rfile.read(int(handler.headers["content-length"]))
        body = gzip.decompress(raw) if handler.headers.get("content-encoding") else raw
        names = ids(body)
        url = urlsplit(handler.path)
        self.bulks.append((parse_qs(url.query), len(names), time.monotonic()))
        what = self.script.pop(0) if self.script else "ok"
        if self.max_bytes is not None and len(body) > self.max_bytes:
            what = "413"
        if what == "cut before":
            handler.cut()
            return
        if what in {"413", "503"}:
            handler.give(int(what), b"<html>", retry_after="0" if what == "413" else "1")
            return
        if what == "html":
            handler.give(200, b"<html>It works!</html>", content_type="text/html")
            return
        if what == "unknown parameter":
            wrong = {
                "type": "illegal_argument_exception",
                "reason": "request [/x] contains unrecognized parameter: [y]",
            }
            handler.give(400, orjson.dumps({"error": wrong, "status": 400}))
            return
        items = []
        for name in names:
            seen = self.stored.get(name, 0)
            self.stored[name] = seen + (not seen)
            items.append(error(409, "version_conflict_engine_exception") if seen else CREATED)
        if what == "cut after":
            handler.cut()
        elif what == "hang":
            self.release.wait(20)
            handler.close_connection = True
        elif what == "short":
            self.answer(handler, items[:-1])
        else:
            if what == "slow":
                time.sleep(0.2)
            self.answer(handler, items)

    @staticmethod
    def answer(handler: Any, items: list[dict[str, Any]]) -> None:
        wrong = any("error" in item for item in items)
        handler.give(
            200, orjson.dumps({"errors": wrong, "took": 1, "items": [{"create": i} for i in items]})
        )

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Agent:
    """What the main thread does with delivery, and nothing more."""

    def __init__(self, folder: Path, *hosts: str, **options: Any) -> None:
        output = Elasticsearch(
            hosts=hosts, **{"backoff_init": 0.02, "backoff_max": 0.1, "timeout": 5.0, **options}
        )
        settings = Settings(
            inputs=(), output=output, path_data=folder, pipelines_path=folder, name="x"
        )
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.letters = DeadLetters(folder / "dead-letters.db", 10**7)
        self.output = ClusterOutput(output)
        self.delivery = Delivery(
            self.output,
            limits_of(settings),
            self.letters,
            post=self.inbox.put,
            rng=random.Random(1),
        )
        self.delivery.start()
        self.out: list[Settled | Abandoned] = []

    def run(self, until: Callable[[], bool], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while True:
            self.out += self.delivery.step()
            if until():
                return
            now = time.monotonic()
            assert now < end, (self.delivery.routes(), self.delivery.problems())
            deadline = self.delivery.deadline()
            wait = min(now + 0.05, deadline if deadline is not None else end) - now
            with contextlib.suppress(queue.Empty):
                self.delivery.answer(self.inbox.get(timeout=max(0.001, wait)))

    def ship(self, *pieces: Piece, route: Route = ROUTE) -> None:
        for each in pieces:
            self.delivery.offer(route, each)
        self.run(lambda: self.delivery.pending() == 0 and len(self.out) > 0)

    def columns(self) -> dict[str, int]:
        total: dict[str, int] = {}
        for each in self.out:
            for column, (events, _) in getattr(each, "columns", {}).items():
                total[column.value] = total.get(column.value, 0) + events
        return total

    def close(self) -> None:
        self.delivery.stop(5)
        self.letters.close()


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    one = FakeCluster()
    yield one
    one.close()


@pytest.fixture
def start(tmp_path: Path, cluster: FakeCluster) -> Iterator[Callable[..., Agent]]:
    agents: list[Agent] = []

    def make(*hosts: str, **options: Any) -> Agent:
        agents.append(Agent(tmp_path, *(hosts or (cluster.url,)), **options))
        return agents[-1]

    yield make
    cluster.release.set()
    for each in agents:
        each.close()


@pytest.mark.parametrize(
    ("fault", "column"),
    [
        ("ok", "indexed"),
        ("cut after", "duplicate"),
        ("cut before", "indexed"),
        ("hang", "duplicate"),
        ("503", "indexed"),
        ("html", "indexed"),
        ("short", "duplicate"),
        ("unknown parameter", "indexed"),
        ("slow", "indexed"),
    ],
)
def test_every_event_once_whatever_happens(
    start: Callable[..., Agent], cluster: FakeCluster, fault: str, column: str
) -> None:
    cluster.script = [fault]
    agent = start(timeout=0.5)
    agent.ship(piece(100))

    assert agent.columns() == {column: 100}
    assert len(cluster.stored) == 100
    assert agent.letters.count() == 0


def test_many_faults_in_a_row(start: Callable[..., Agent], cluster: FakeCluster) -> None:
    faults = ["cut after", "cut before", "html", "short", "ok", "slow"]
    cluster.script = random.Random(5).choices(faults, k=30)
    agent = start(worker=3, bulk_max_size=50, timeout=0.5)
    agent.ship(*[piece(40, start=1000 * n) for n in range(50)])
    agent.run(lambda: agent.delivery.pending() == 0, 30)

    assert sum(agent.columns().values()) == 2000 == len(cluster.stored)
    assert set(agent.columns()) <= {"indexed", "duplicate"}


def test_lone_event_arrives_soon(start: Callable[..., Agent], cluster: FakeCluster) -> None:
    agent = start()
    agent.ship(piece(1))
    best = 1.0
    for n in range(5):
        begun = time.monotonic()
        agent.delivery.offer(ROUTE, piece(1, start=100 + 10 * n))
        agent.run(lambda: agent.delivery.pending() == 0)
        best = min(best, time.monotonic() - begun)

    assert best < 0.05


def test_retry_after_is_kept(start: Callable[..., Agent], cluster: FakeCluster) -> None:
    cluster.script = ["503"]
    agent = start()
    agent.ship(piece(1))

    assert cluster.bulks[1][2] - cluster.bulks[0][2] >= 0.95


def test_too_large_requests_are_halved_once_and_for_all(
    start: Callable[..., Agent], cluster: FakeCluster
) -> None:
    cluster.max_bytes = 20_000
    agent = start()
    agent.ship(piece(1000))
    refused = len(cluster.bulks) - sum(1 for _ in agent.out)
    before = len(cluster.bulks)
    agent.ship(piece(1000, start=20_000))

    assert len(cluster.stored) == 2000
    assert refused > 0
    assert len(cluster.bulks) - before <= 12


def test_workers_send_at_the_same_time(start: Callable[..., Agent], cluster: FakeCluster) -> None:
    cluster.script = ["slow"] * 8
    agent = start(worker=4, bulk_max_size=10)
    agent.ship(*[piece(10, start=1000 * n) for n in range(8)])
    agent.run(lambda: agent.delivery.pending() == 0)

    assert cluster.most_at_once == 4


def test_elasticsearch_is_told_to_require_a_data_stream(
    start: Callable[..., Agent], cluster: FakeCluster
) -> None:
    agent = start()
    agent.ship(piece(1), route=Route(ROUTE.index, "pipe"))

    query = cluster.bulks[0][0]
    assert query["require_data_stream"] == ["true"]
    assert query["pipeline"] == ["pipe"]
    assert "items.*.status" in query["filter_path"][0]
    assert cluster.other == ["/"]
    assert agent.output.describe() == (cluster.url, "elasticsearch", "9.1.0")


def test_opensearch_without_a_data_stream_is_never_written_to(
    start: Callable[..., Agent], cluster: FakeCluster
) -> None:
    cluster.info, cluster.streams = OPENSEARCH, set()
    agent = start()
    agent.delivery.offer(ROUTE, piece(3))
    agent.run(lambda: len(agent.out) == 1)

    assert isinstance(agent.out[0], Abandoned)
    assert not cluster.bulks
    assert "run `shipper setup`" in agent.delivery.routes()[0].reason

    cluster.streams = {ROUTE.index}
    agent.run(lambda: agent.delivery.room(ROUTE))
    agent.ship(piece(3))
    agent.run(lambda: agent.delivery.pending() == 0)
    assert agent.columns() == {"indexed": 3}
    assert "require_data_stream" not in cluster.bulks[0][0]


def test_host_that_is_away_costs_nothing_but_time(
    start: Callable[..., Agent], cluster: FakeCluster
) -> None:
    agent = start("http://127.0.0.1:1", cluster.url)
    agent.ship(*[piece(10, start=1000 * n) for n in range(10)])
    agent.run(lambda: agent.delivery.pending() == 0)

    assert len(cluster.stored) == 100


def test_stop_does_not_wait_for_a_hanging_request(
    start: Callable[..., Agent], cluster: FakeCluster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    cluster.script = ["hang"]
    agent = start(timeout=5.0)
    agent.delivery.offer(ROUTE, piece(3))
    agent.run(lambda: bool(cluster.bulks))
    begun = time.monotonic()
    agent.delivery.stop(0.2)

    assert time.monotonic() - begun < 2
    assert not agent.out
    assert "sent again at the next start" in caplog.text
