from __future__ import annotations

import http.client
import json
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import msgspec
import pytest

from shipper.telemetry import server as module
from shipper.telemetry.endpoint import Endpoint, read_endpoint, remove_endpoint, write_endpoint
from shipper.telemetry.report import StatusReport
from shipper.telemetry.server import ListenError, StatusServer
from tests.telemetry import reports


@pytest.fixture
def serve():
    """Starts a server for a snapshot function or a fixed report."""
    servers = []

    def start(snapshot) -> StatusServer:
        answer = snapshot if callable(snapshot) else lambda _: snapshot
        server = StatusServer("127.0.0.1", 0, answer)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.close()


def ask(server: StatusServer, path: str, method: str = "GET", **keywords):
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as client:
        client.request(method, path, **keywords)
        response = client.getresponse()
        return response, response.read()


def exchange(server: StatusServer, data: bytes) -> bytes:
    """Send raw bytes and return all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(data)
        answer = b""
        while more := client.recv(65536):
            answer += more
        return answer


def test_status_is_the_whole_report_as_json(serve):
    report = reports.report()
    response, body = ask(serve(report), "/status")

    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json"
    assert msgspec.json.decode(body, type=StatusReport) == report


def test_a_path_that_is_not_utf8_does_not_break_the_status(serve):
    path = os.fsdecode(b"/var/log/caf\xe9.log")
    (one,) = reports.report().inputs
    report = reports.report(
        inputs=[msgspec.structs.replace(one, files=[reports.file_report(path)])]
    )

    response, body = ask(serve(report), "/status")

    assert response.status == 200
    assert json.loads(body)["inputs"][0]["files"][0]["path"] == "/var/log/caf\\udce9.log"


def test_metrics_are_prometheus_text(serve):
    response, body = ask(serve(reports.report()), "/metrics")

    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert b"\nshipper_healthy 1.0\n" in body


def test_a_healthy_agent_answers_200(serve):
    response, body = ask(serve(reports.report()), "/healthz")

    assert (response.status, body) == (200, b"ok\n")


def test_an_unhealthy_agent_answers_503_with_what_to_do(serve):
    sick = reports.report(healthy=False, problems=["id clash in logs-a; see the manual", "second"])
    response, body = ask(serve(sick), "/healthz")

    assert response.status == 503
    assert body == b"id clash in logs-a; see the manual\nsecond\n"


def test_problems_alone_do_not_make_an_agent_unhealthy(serve):
    """An unreachable cluster is told as a problem, but a restart would not mend it."""
    report = reports.report(problems=["route paused"], routes=[reports.paused()])

    assert ask(serve(report), "/healthz")[0].status == 200


def test_a_main_loop_that_does_not_answer_is_unhealthy(serve):
    waited = []

    def stuck(timeout: float) -> None:
        waited.append(timeout)

    server = serve(stuck)

    for path in ("/healthz", "/readyz", "/status", "/metrics"):
        response, body = ask(server, path)
        assert response.status == 503
        assert b"main loop did not answer" in body
    assert waited == [module.SNAPSHOT_SECONDS] * 4


def test_ready_follows_the_report(serve):
    assert ask(serve(reports.report()), "/readyz")[0].status == 200

    response, body = ask(serve(reports.report(ready=False, state="draining")), "/readyz")
    assert response.status == 503
    assert body == b"not ready: draining\n"


def test_the_index_names_every_page(serve):
    response, body = ask(serve(reports.report()), "/")

    assert response.status == 200
    for page in module._PAGES:
        assert page.encode() in body


def test_an_unknown_path_is_404(serve):
    response, body = ask(serve(reports.report()), "/admin")

    assert response.status == 404
    assert b"/status" in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FROBNICATE"])
def test_other_methods_are_405_and_change_nothing(serve, method):
    response, _ = ask(serve(reports.report()), "/status", method, body=b"x" * 100_000)

    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_head_answers_without_a_body(serve):
    response, body = ask(serve(reports.report()), "/healthz", "HEAD")

    assert (response.status, response.headers["Content-Length"], body) == (200, "3", b"")


def test_a_query_is_ignored(serve):
    assert ask(serve(reports.report()), "/healthz?verbose=1")[0].status == 200


def test_a_snapshot_that_raises_is_500_and_the_server_lives_on(serve, caplog):
    answers = [ValueError("broken"), reports.report()]

    def snapshot(_: float):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    server = serve(snapshot)

    assert ask(server, "/status")[0].status == 500
    assert "broken" in caplog.text
    assert ask(server, "/status")[0].status == 200


def test_waiting_requests_share_one_question_to_the_main_thread(serve):
    asked = threading.Semaphore(0)
    go = threading.Event()
    count = []

    def snapshot(_: float):
        count.append(1)
        asked.release()
        go.wait(10)
        return reports.report()

    server = serve(snapshot)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(ask, server, "/healthz")
        asked.acquire()
        others = [pool.submit(ask, server, "/healthz") for _ in range(8)]
        # All eight wait for the lock: nothing tells from outside, so wait until their threads exist.
        while sum("process_request" in one.name for one in threading.enumerate()) < 9:
            time.sleep(0.005)
        go.set()
        statuses = {one.result()[0].status for one in [first, *others]}

    assert statuses == {200}
    assert 2 <= len(count) <= 3  # a thread that started, but did not arrive in time, asks once more


def test_an_endless_head_is_refused(serve):
    answer = exchange(serve(reports.report()), b"GET /status HTTP/1.1\r\nX: " + b"a" * 20_000)

    assert answer.startswith(b"HTTP/1.0 431 ")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\r\n\r\n",
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
    ],
)
def test_garbage_does_not_hold_the_server(serve, garbage):
    server = serve(reports.report())
    exchange(server, garbage)

    assert ask(server, "/healthz")[0].status == 200


def test_clients_that_never_finish_their_request_are_dropped(serve, monkeypatch):
    """More of them than there are slots: a probe gets its answer all the same."""
    monkeypatch.setattr(module, "HEAD_SECONDS", 0.3)
    server = serve(reports.report())
    slow = []
    try:
        for _ in range(module.MAX_CLIENTS + 2):
            client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            client.sendall(b"GET /st")
            slow.append(client)

        assert ask(server, "/healthz")[0].status == 200
        assert slow[0].recv(1) == b""
    finally:
        for client in slow:
            client.close()


def test_a_client_that_drips_bytes_has_one_deadline_for_all_of_them(serve, monkeypatch):
    monkeypatch.setattr(module, "HEAD_SECONDS", 0.3)
    server = serve(reports.report())
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=0.05) as client:
        try:
            while sent < 200:  # ten seconds
                client.send(b"a")
                sent += 1
                with suppress(TimeoutError):
                    if client.recv(1) == b"":
                        break
        except ConnectionError:
            pass  # closed with our bytes unread

    assert sent < 100


def test_a_client_that_does_not_read_is_dropped(serve, monkeypatch):
    monkeypatch.setattr(module, "WRITE_SECONDS", 0.3)
    (one,) = reports.report().inputs
    files = [reports.file_report(f"/var/log/{number}" + "x" * 1000) for number in range(8000)]
    server = serve(reports.report(inputs=[msgspec.structs.replace(one, files=files)]))
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET /status HTTP/1.1\r\n\r\n")
        deadline = time.monotonic() + 10
        client.recv(1)  # the answer has begun, so the thread exists
        while any("process_request" in one.name for one in threading.enumerate()):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    assert ask(server, "/healthz")[0].status == 200


def test_a_busy_port_names_the_setting_and_a_way_out(serve):
    server = serve(reports.report())

    with pytest.raises(ListenError, match=r"^http\.port: cannot listen on .*http\.enabled: false$"):
        StatusServer("127.0.0.1", server.port, lambda _: None)


@pytest.mark.parametrize(
    ("host", "port", "key"),
    [("192.0.2.1", 0, "http.host"), ("127.0.0.1", 70000, "http.port")],
)
def test_an_impossible_address_names_its_setting(host, port, key):
    with pytest.raises(ListenError, match=key):
        StatusServer(host, port, lambda _: None)


def test_close_frees_the_port_and_may_be_called_twice(serve):
    server = serve(reports.report())
    port = server.port
    server.close()
    server.close()

    again = StatusServer("127.0.0.1", port, lambda _: None)
    again.close()
    assert repr(again) == f"<StatusServer http://127.0.0.1:{port} closed>"


def test_ipv6_loopback_is_served():
    try:
        server = StatusServer("::1", 0, lambda _: reports.report())
    except ListenError:
        pytest.skip("this machine has no IPv6 loopback")
    with closing(server):
        server.start()
        with closing(http.client.HTTPConnection("::1", server.port, timeout=10)) as client:
            client.request("GET", "/healthz")
            assert client.getresponse().status == 200


def test_the_endpoint_is_found_again(tmp_path):
    write_endpoint(tmp_path, "127.0.0.1", 40001)

    assert read_endpoint(tmp_path) == Endpoint("127.0.0.1", 40001, os.getpid())
    remove_endpoint(tmp_path)
    assert read_endpoint(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_an_endpoint_of_another_process_is_not_removed(tmp_path):
    (tmp_path / "http.json").write_text('{"host": "127.0.0.1", "port": 1, "pid": 1}')
    remove_endpoint(tmp_path)

    assert read_endpoint(tmp_path) == Endpoint("127.0.0.1", 1, 1)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"host": "a", "port": "x"}', "\xff"])
def test_a_broken_endpoint_file_is_no_endpoint(tmp_path, text):
    (tmp_path / "http.json").write_bytes(text.encode("latin-1"))

    assert read_endpoint(tmp_path) is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:1"),
        ("0.0.0.0", "http://127.0.0.1:1"),
        ("::", "http://[::1]:1"),
        ("fd00::2", "http://[fd00::2]:1"),
        ("shipper", "http://shipper:1"),
    ],
)
def test_an_endpoint_can_be_asked_where_it_listens(host, url):
    assert Endpoint(host, 1).url == url
