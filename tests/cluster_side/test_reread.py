"""The client and a login that changes: when it is read again, and what is sent twice because of it."""

from __future__ import annotations

import gc
import os
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from shipper.cluster import login
from shipper.cluster.client import Client, RefusedError
from shipper.config.settings import Elasticsearch
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_INFO = b'{"version":{"number":"9.1.0","build_flavor":"default"},"tagline":"You Know, for Search"}'


class Guarded:
    """Answers those who have the key, and 401 to everybody else; keeps who asked."""

    def __init__(self) -> None:
        self.key = "one"
        self.seen: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                key = self.headers.get("authorization", "").removeprefix("Bearer ")
                outer.seen.append(key)
                allowed = key == outer.key
                body = _INFO if allowed else b'{"error":{"type":"security_exception"}}'
                self.send_response(200 if allowed else 401)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    with closing(Guarded()) as server:
        yield server


class Scene:
    """A client whose token stands in a file."""

    def __init__(self, url: str, file: Path) -> None:
        self.url, self.file = url, file
        self.readings = 0
        file.write_text("one")
        self.client = Client(self._settings(), reread=self._read)

    def _settings(self) -> Elasticsearch:
        text = self.file.read_text()
        if text == "broken":
            raise ConfigError(["the file is broken"])
        return Elasticsearch(hosts=(self.url,), bearer_token=text or None, files=(self.file,))

    def _read(self) -> Elasticsearch:
        self.readings += 1
        return self._settings()

    def ask(self) -> int:
        return self.client.json("GET", "/")[0]


@pytest.fixture
def scene(guarded: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(login, "LOOK_INTERVAL", 0.0)
    made = Scene(guarded.url, tmp_path / "token")
    with closing(made.client):
        yield made


def test_a_refused_request_is_sent_again_with_the_new_login(scene: Scene, guarded: Guarded) -> None:
    """Once, and nobody above notices."""
    guarded.key = "two"
    scene.file.write_text("two")

    assert scene.ask() == 200
    assert guarded.seen == ["one", "two"]


def test_a_host_that_was_chosen_before_a_reading_is_asked_all_the_same(
    scene: Scene, guarded: Guarded
) -> None:
    """Another thread is between the choice of its host and its request, where nothing from outside can stop it."""
    node = scene.client._pool.get()
    assert scene.ask() == 200
    scene.client.reload()

    meta, _ = node.perform_request("GET", "/")

    assert meta.status == 200
    assert guarded.seen == ["one", "one"]
    node.close()


def test_old_connections_end_with_a_reading(scene: Scene) -> None:
    assert scene.ask() == 200
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no paths are needed
    gc.disable()
    try:
        for _ in range(5):
            scene.client.reload()
            assert scene.ask() == 200
    finally:
        gc.enable()
    end = time.monotonic() + 5
    while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < end:  # noqa: PTH208
        time.sleep(0.01)  # the server's ends close in its own threads
    assert len(os.listdir("/proc/self/fd")) <= before  # noqa: PTH208


def test_the_same_login_is_not_sent_again(scene: Scene, guarded: Guarded) -> None:
    """A refusal that stays is not doubled, and the file is read once a second at most."""
    guarded.key = "two"

    assert [scene.ask() for _ in range(5)] == [401] * 5
    assert guarded.seen == ["one"] * 5
    assert scene.readings == 1


def test_a_changed_file_is_taken_before_anything_is_refused(scene: Scene, guarded: Guarded) -> None:
    scene.file.write_text("two")
    assert scene.ask() == 200  # the change is seen, and has to stay as it is
    guarded.key = "two"

    assert scene.ask() == 200
    assert guarded.seen == ["one", "two"]
    assert scene.readings == 1


@pytest.mark.parametrize("content", ["", "broken"])
def test_a_file_that_cannot_be_used_changes_nothing(
    scene: Scene, guarded: Guarded, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and looked at again."""
    scene.file.write_text(content)

    assert [scene.ask() for _ in range(5)] == [200] * 5
    assert set(guarded.seen) == {"one"}
    assert caplog.text.count("going on with the old login") == 1
    scene.file.write_text("one")
    assert scene.ask() == 200


def test_a_new_login_does_not_forget_the_product(scene: Scene, guarded: Guarded) -> None:
    """What a batch asks for depends on it."""
    flavour = scene.client.info()
    guarded.key = "two"
    scene.file.write_text("two")

    scene.ask()

    assert scene.client.flavour == flavour


def test_threads_that_are_refused_together_read_once(scene: Scene, guarded: Guarded) -> None:
    guarded.key = "two"
    scene.file.write_text("two")
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(scene.ask())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [200] * 6
    assert scene.readings == 1


def test_without_a_way_to_read_again_the_refusal_stays(guarded: Guarded) -> None:
    guarded.key = "two"
    settings = Elasticsearch(hosts=(guarded.url,), bearer_token="one")

    with closing(Client(settings)) as client, pytest.raises(RefusedError, match="bearer_token"):
        client.info()
    assert guarded.seen == ["one"]
