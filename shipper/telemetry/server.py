"""
The status and metrics endpoint: a small HTTP server on a thread of its own, for reading only.

Law: no client can hold it. A request's head must come within ``HEAD_SECONDS`` and fit into ``HEAD_BYTES``, an answer must
be taken within ``WRITE_SECONDS``, at most ``MAX_CLIENTS`` are served at once; bodies are not read, connections not kept.
The report is made by the agent's main thread; requests that wait at the same time share one.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import selectors
import socket
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from shipper.telemetry.endpoint import Endpoint, read_endpoint, remove_endpoint, write_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.telemetry.report import StatusReport

__all__ = [
    "Endpoint",
    "ListenError",
    "StatusServer",
    "read_endpoint",
    "remove_endpoint",
    "write_endpoint",
]

HEAD_SECONDS = 2.0
HEAD_BYTES = 8 * 1024
WRITE_SECONDS = 5.0
SNAPSHOT_SECONDS = 2.0  # how long the main loop may take to answer before it counts as stuck
MAX_CLIENTS = 16
ACCEPT_FAILED_SECONDS = 0.2

_LOG = logging.getLogger("shipper.telemetry.server")
_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json"
_INDEX = """\
Shipper
  /status    everything as JSON; 'shipper status' prints it
  /metrics   Prometheus metrics
  /healthz   200 while the agent works, 503 with the reasons
  /readyz    200 while it reads and sends, 503 while it starts, drains, or is paused
"""
_STUCK = (
    f"the agent's main loop did not answer within {SNAPSHOT_SECONDS:g} s; "
    "look at its log and at the load of the machine; if this stays, restart it: nothing is lost by that\n"
)


class ListenError(OSError):
    """The address cannot be listened on; the text names the setting and what to do."""


class _Reply(NamedTuple):
    """What to answer."""

    status: int
    content_type: str
    body: bytes


def _text(status: int, text: str) -> _Reply:
    return _Reply(status, _TEXT, text.encode("utf-8", "backslashreplace"))


class _SharedSnapshot:
    """
    Asks the main thread for reports, one question at a time.

    Whoever waits while a question is under way takes the answer to the next one together with all others who wait:
    an answer is never older than the request it is given to.
    """

    def __init__(self, ask: Callable[[float], StatusReport | None]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked = 0.0  # monotonic time at which the last question was put
        self._report: StatusReport | None = None

    def take(self) -> StatusReport | None:
        arrived = time.monotonic()
        # One question may be under way, and one that was put after our arrival.
        if not self._lock.acquire(timeout=2.5 * SNAPSHOT_SECONDS):
            return None
        try:
            if self._asked <= arrived:
                self._asked = time.monotonic()
                self._report = self._ask(SNAPSHOT_SECONDS)
            return self._report
        except BaseException:
            self._asked = 0.0  # whoever waits asks anew
            raise
        finally:
            self._lock.release()


def _status(report: StatusReport) -> _Reply:
    try:
        body = msgspec.json.encode(report)
    except UnicodeEncodeError:  # a path with bytes that are not UTF-8
        body = msgspec.json.encode(_printable(msgspec.to_builtins(report)))
    return _Reply(200, _JSON, body)


def _printable(value: Any) -> Any:
    """Spell lone surrogates out by their code in every string of a structure."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    return value


def _metrics(report: StatusReport) -> _Reply:
    # Imported when first asked for: an agent that nobody scrapes does not carry it.
    from shipper.telemetry import metrics  # noqa: PLC0415

    return _Reply(200, metrics.CONTENT_TYPE, metrics.render(report))


def _healthz(report: StatusReport) -> _Reply:
    if report.healthy:
        return _text(200, "ok\n")
    reasons = "\n".join(report.problems) or "the agent gives no reason; see its log"
    return _text(503, f"{reasons}\n")


def _readyz(report: StatusReport) -> _Reply:
    if report.ready:
        return _text(200, "ok\n")
    reasons = "".join(f"\n{problem}" for problem in report.problems)
    return _text(503, f"not ready: {report.state}{reasons}\n")


_PAGES: dict[str, Callable[[StatusReport], _Reply]] = {
    "/status": _status,
    "/metrics": _metrics,
    "/healthz": _healthz,
    "/readyz": _readyz,
}


class _Handler(BaseHTTPRequestHandler):
    """Answers one request, then closes."""

    server: _Server
    server_version = "Shipper"
    sys_version = ""

    def setup(self) -> None:
        """Read the head under one deadline; the library would wait for every line anew."""
        head = self._read_head()
        self.rfile = io.BufferedReader(io.BytesIO(head))
        self.connection = self.request
        self.connection.settimeout(WRITE_SECONDS)  # for the whole of an answer (socket.sendall)
        self.wfile = io.BytesIO()  # collects the answer

    def _read_head(self) -> bytes:
        head = b""
        end = time.monotonic() + HEAD_SECONDS
        while b"\r\n\r\n" not in head and b"\n\n" not in head and len(head) < HEAD_BYTES:
            left = end - time.monotonic()
            if left <= 0:
                return b""
            self.request.settimeout(left)
            try:
                more = self.request.recv(HEAD_BYTES - len(head))
            except OSError:
                return b""
            if not more:
                return b""
            head += more
        return head

    def finish(self) -> None:
        """Send the answer; leave nothing unread that would reset the connection before it is read."""
        answer = self.wfile.getvalue()  # type: ignore[attr-defined] # the BytesIO of setup
        with suppress(OSError):
            self.connection.sendall(answer)
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(0.2)
            for _ in range(8):
                if not self.connection.recv(8192):
                    break

    def handle_one_request(self) -> None:
        """Answer 431 to a head that does not end; the rest is the library's parser."""
        self.close_connection = True
        head = self.rfile.peek(HEAD_BYTES)  # type: ignore[attr-defined] # the BufferedReader of setup
        if not head:
            return
        self.raw_requestline = self.rfile.readline(HEAD_BYTES)
        self.requestline, self.request_version, self.command = "", "HTTP/1.1", ""
        if b"\r\n\r\n" not in head and b"\n\n" not in head:
            self._answer(_text(431, f"request head over {HEAD_BYTES} bytes\n"))
        elif self.parse_request():
            self.close_connection = True
            self._answer(self._page())

    def _page(self) -> _Reply:
        if self.command not in {"GET", "HEAD"}:
            return _text(405, "only GET and HEAD: this endpoint changes nothing\n")
        path = self.path.partition("?")[0]
        if path == "/":
            return _text(200, _INDEX)
        page = _PAGES.get(path)
        if page is None:
            return _text(404, f"nothing here\n\n{_INDEX}")
        try:
            report = self.server.reports.take()
            return _text(503, _STUCK) if report is None else page(report)
        except Exception:
            _LOG.exception("%s could not be answered", path)
            return _text(500, "the status could not be made; the agent's log has the reason\n")

    def _answer(self, reply: _Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        if reply.status == 405:
            self.send_header("Allow", "GET, HEAD")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class' name
        """Requests are not worth a line of the log, unless one looks for them."""
        _LOG.debug(format, *args)


class _Server(ThreadingHTTPServer):
    """The listening socket; serves at most ``MAX_CLIENTS`` at once."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    timeout = 0

    def __init__(self, host: str, port: int, ask: Callable[[float], StatusReport | None]) -> None:
        self.reports = _SharedSnapshot(ask)
        self._slots = threading.BoundedSemaphore(MAX_CLIENTS)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service who we are (the base class does, and it may hang)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept; where that fails (no descriptor is left) do not spin on the client that still waits."""
        try:
            return super().get_request()
        except OSError:
            time.sleep(ACCEPT_FAILED_SECONDS)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a slot, for which others may make room within the time a head may take."""
        if not self._slots.acquire(timeout=HEAD_SECONDS):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._slots.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Give the slot back whatever happens."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log instead of printing."""
        del request
        _LOG.debug("client %s: %r", client_address, sys.exc_info()[1])


class StatusServer:
    """
    Serves ``/status``, ``/metrics``, ``/healthz`` and ``/readyz``.

    Args:
        host: address to listen on, IPv4 or IPv6 or a host name.
        port: 0 lets the system choose.
        snapshot: called on a thread of the server with the seconds it may take; asks the agent's main thread for
            a report and returns None if none came in time. Never called twice at once.

    Attributes:
        host: as given.
        port: the port that was bound.

    Raises:
        ListenError: the address is in use, not ours or not allowed.
    """

    def __init__(
        self,
        host: str,
        port: int,
        snapshot: Callable[[float], StatusReport | None],
    ) -> None:
        self.host = host
        try:
            self._server = _Server(host, port, snapshot)
        except (OSError, OverflowError) as error:
            raise ListenError(_why_not(host, port, error)) from error
        self.port: int = self._server.server_port
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="shipper-http", daemon=True)
        self._closed = False

    def __repr__(self) -> str:
        state = "closed" if self._closed else "serving" if self._thread.is_alive() else "bound"
        return f"<StatusServer {Endpoint(self.host, self.port).url} {state}>"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening; answers under way may still end. May be called twice, and without ``start``."""
        if self._closed:
            return
        self._closed = True
        os.close(self._wake_write)
        if self._thread.ident is not None:
            self._thread.join()
        self._server.server_close()
        os.close(self._wake_read)

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._server, selectors.EVENT_READ)
            selector.register(self._wake_read, selectors.EVENT_READ)
            while not self._closed:
                selector.select()
                if not self._closed:
                    self._server.handle_request()


def _why_not(host: str, port: int, error: OSError | OverflowError) -> str:
    """Say which setting cannot be used, why, and what to do."""
    where = f"{host}:{port}"
    if isinstance(error, OverflowError):
        return f"http.port: {port} is no port; expected 0 to 65535"
    name = error.strerror or str(error)
    if isinstance(error, socket.gaierror) or error.errno in {
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
    }:
        return f"http.host: {host} is not an address of this machine ({name}); use 127.0.0.1, or 0.0.0.0 for all"
    if isinstance(error, PermissionError):
        return f"http.port: {port} may not be listened on by this user ({name}); use a port from 1024 on"
    return (
        f"http.port: cannot listen on {where} ({name}); another agent or program uses it "
        "(see: ss -ltnp): stop it, set another http.port, 0 for a free one, or http.enabled: false"
    )
