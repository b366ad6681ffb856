"""The relays that tests and benchmarks look at requests with: one way of relaying, two of counting."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from bench.pressure.proxy import CountingProxy
from tests.e2e.harness.proxy import Proxy


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        with contextlib.suppress(OSError):  # the relay may have been cut
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")


@pytest.fixture
def server():
    """Its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answer) as made:
        made.daemon_threads = True
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{made.server_address[1]}"
        made.shutdown()
        thread.join()


def _ask(url: str, *paths: str) -> list[bytes]:
    """Answers to requests over one connection."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    found = []
    try:
        for path in paths:
            connection.request("POST", path, body=b"{}" * 200_000)
            found.append(connection.getresponse().read())
    finally:
        connection.close()
    return found


def test_bulk_requests_are_counted_among_others(server):
    with Proxy(server) as proxy:
        assert _ask(proxy.url, "/", "/_bulk", "/x/_bulk", "/_search") == [b"{}"] * 4

        assert (proxy.requests, proxy.in_flight) == (2, 0)
        assert proxy.wait_requests(2, 0)
        assert not proxy.wait_requests(3, 0)


def test_an_answer_that_is_held_back_is_in_flight_until_the_relay_is_cut(server):
    with Proxy(server, hold=3600) as proxy:
        cut: list[Exception] = []

        def ask() -> None:
            try:
                _ask(proxy.url, "/_bulk")
            except (OSError, http.client.HTTPException) as error:
                cut.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        assert proxy.wait_in_flight(30)
        proxy.close()
        thread.join(30)

        assert len(cut) == 1
        with pytest.raises(OSError):
            _ask(proxy.url, "/_bulk")


def test_every_request_and_answer_is_noted_with_its_time(server):
    with CountingProxy(urlsplit(server).port or 0) as proxy:
        _ask(proxy.url, "/", "/_bulk")

        assert (len(proxy.requests), len(proxy.answers), proxy.vain) == (2, 2, [])
        assert proxy.requests[0] <= proxy.answers[0] <= proxy.requests[1] <= proxy.answers[1]


def test_tries_while_nobody_is_there_are_noted():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with CountingProxy(port) as proxy:
        with pytest.raises((OSError, http.client.HTTPException)):
            _ask(proxy.url, "/_bulk")

        assert (proxy.requests, len(proxy.vain)) == ([], 1)
