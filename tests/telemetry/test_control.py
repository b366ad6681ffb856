from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipper.telemetry import control
from shipper.telemetry.control import ControlError, ControlServer, NoAgentError, call


@pytest.fixture
def serve():
    servers = []

    def start(path, handle=lambda request: {"ok": True, "echo": request}) -> ControlServer:
        server = ControlServer(path, handle)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shipper.sock"


def raw(path, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while more := client.recv(65536):
            answer += more
        return answer


def test_a_request_gets_its_answer(serve, path):
    serve(path)

    answer = call(path, {"command": "forget", "key": "ä\n"})

    assert answer == {"ok": True, "echo": {"command": "forget", "key": "ä\n"}}


def test_a_large_answer_comes_whole(serve, path):
    serve(path, lambda _: {"rows": ["x" * 1000] * 3000})

    assert len(call(path, {})["rows"]) == 3000


def test_only_the_owner_may_connect_whatever_the_umask(serve, path):
    old = os.umask(0)
    try:
        serve(path)
    finally:
        os.umask(old)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_socket_is_private_before_it_is_listened_on(path):
    """The mode comes with the file: between bind and a later chmod anybody could connect."""
    old = os.umask(0)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            os.fchmod(server.fileno(), 0o600)
            server.bind(str(path))
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(old)


def test_no_agent_is_told_apart(path):
    with pytest.raises(NoAgentError, match="no agent listens here"):
        call(path, {})


def test_a_dead_agents_socket_is_no_agent_and_is_replaced(serve, path):
    script = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()"
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    assert path.exists()
    with pytest.raises(NoAgentError):
        call(path, {})

    serve(path)

    assert call(path, {})["ok"]


def test_a_living_agents_socket_is_not_replaced(serve, path):
    serve(path)

    with pytest.raises(ControlError, match="another agent listens here"):
        ControlServer(path, lambda request: request)
    assert call(path, {})["ok"]


def test_a_file_that_is_no_socket_is_left_alone(path):
    path.write_text("precious")

    with pytest.raises(ControlError, match="is not a socket"):
        ControlServer(path, lambda request: request)
    assert path.read_text() == "precious"


def test_a_missing_folder_is_explained(tmp_path):
    with pytest.raises(ControlError, match=r"path\.data must be a folder"):
        ControlServer(tmp_path / "nowhere" / "shipper.sock", lambda request: request)


@pytest.mark.parametrize("length", [90, 107, 108, 109, 250])
def test_a_path_longer_than_an_address_works(serve, tmp_path, length):
    """Unix socket addresses end at 107 bytes; folders of data do not."""
    folder = tmp_path
    while len(os.fsencode(folder)) < length - 30:
        folder /= "d" * min(40, length - 20 - len(os.fsencode(folder)))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("s" * max(1, length - 1 - len(os.fsencode(folder))))
    server = serve(path)

    assert call(path, {"n": 1})["echo"] == {"n": 1}
    server.close()
    assert not path.exists()


def test_a_handler_that_raises_answers_with_the_error_and_the_server_lives_on(serve, path, caplog):
    def handle(request):
        if request:
            raise KeyError("gone")
        return {"ok": True}

    serve(path, handle)

    assert call(path, {"x": 1}) == {"error": "KeyError: 'gone'"}
    assert "a request on the control socket failed" in caplog.text
    assert call(path, {}) == {"ok": True}


def test_an_answer_that_does_not_come_in_time_is_told(serve, path):
    go = threading.Event()
    serve(path, lambda _: {"ok": go.wait(10)})
    try:
        with pytest.raises(ControlError, match=r"did not answer within 0\.1 s"):
            call(path, {}, timeout=0.1)
    finally:
        go.set()


def test_a_client_that_says_nothing_is_dropped(serve, path, monkeypatch):
    monkeypatch.setattr(control, "REQUEST_SECONDS", 0.1)
    serve(path)
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(path))

        assert b"no whole request came" in client.recv(1000)


def test_an_oversized_request_is_refused(serve, path, monkeypatch):
    monkeypatch.setattr(control, "MAX_REQUEST_BYTES", 100)
    serve(path)

    assert b"over 100 bytes" in raw(path, b"x" * 200)


def test_more_clients_than_slots_and_queue_all_get_answers(serve, path):
    barrier = threading.Barrier(control.MAX_CLIENTS)
    serve(path, lambda request: {"n": request["n"], "turn": barrier.wait(10)})
    answers = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(call(path, {"n": n})["n"]))
        for n in range(5 * control.MAX_CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(answers) == list(range(5 * control.MAX_CLIENTS))


def test_close_removes_the_socket_and_may_be_called_twice(serve, path):
    server = serve(path)
    server.close()
    server.close()

    assert not path.exists()
    assert repr(server) == f"<ControlServer {path} closed>"


def test_close_leaves_the_socket_of_a_successor(serve, path):
    server = serve(path)
    path.rename(path.with_name("old"))
    serve(path)
    server.close()

    assert call(path, {})["ok"]


def test_close_works_without_start(path):
    with closing(ControlServer(path, lambda request: request)):
        pass

    assert not path.exists()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(data=st.binary(max_size=200))
def test_hostile_bytes_get_one_json_line_and_never_an_action(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("control") / "s"
    handled = []
    with closing(
        ControlServer(path, lambda request: handled.append(request) or {"ok": True})
    ) as server:
        server.start()
        answer = raw(path, data + b"\n")

    assert answer.count(b"\n") == 1
    assert handled or b'"error"' in answer


@pytest.mark.skipif(os.getuid() != 0, reason="becoming another user needs root")
def test_a_client_that_may_not_connect_is_told_which_user_may(serve):
    # Not in tmp_path: other users may not enter the folders above it.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "shipper.sock"
        serve(path)
        script = (
            "import os, sys, pathlib\n"
            "from shipper.telemetry.control import call\n"
            "os.setuid(65534)\n"
            "try: call(pathlib.Path(sys.argv[1]), {})\n"
            "except Exception as error: print(type(error).__name__, error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
        )

    assert done.stdout.startswith("ControlError ")
    assert "use the user that runs it" in done.stdout
