"""
One real node: started, stopped, killed, started again; and read through its product's official client.

What a test asserts is read here by ``opensearch-py`` and ``elasticsearch-py``, never by Shipper's own client.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.cluster.rig import homes
from tests.cluster.rig.java import find_java

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

OPENSEARCH = "3.4.0"
ELASTICSEARCH = "9.1.0"
START_DEADLINE = 120.0  # seconds
_POLL = 0.1
_MAIN = {"opensearch": "OpenSearchMain", "elasticsearch": "ElasticsearchMain"}
_HOME_PROPERTY = {"opensearch": "opensearch.path.home", "elasticsearch": "es.path.home"}


class NodeError(Exception):
    """A node did not start; the message ends with the end of its log."""


@dataclass
class Security:
    """What a node with TLS and logins needs, and what its readers need.

    Attributes:
        config: configuration folder of the node.
        ca: certificate authority, PEM.
        context: for readers.
        username, password: an administrator's.
    """

    config: Path
    ca: Path
    context: ssl.SSLContext
    username: str
    password: str


def free_port() -> int:
    """A port that nobody listens on, below those that the kernel gives to outgoing connections."""
    while True:
        port = 20000 + secrets.randbelow(10000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(repr=False)
class Node:
    """
    A node on loopback, or the given one of ``SHIPPER_TEST_*``.

    Attributes:
        product: ``opensearch`` or ``elasticsearch``.
        settings: of the node, by their full names; values as the server writes them.
        given: URL of a node that somebody else runs; it cannot be started or stopped.
    """

    product: str
    version: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    heap: str = "512m"
    security: Security | None = None
    given: str | None = None
    pid: int | None = None

    def __post_init__(self) -> None:
        self.version = self.version or (
            OPENSEARCH if self.product == "opensearch" else ELASTICSEARCH
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Any = None
        self._data: Path | None = None
        if not self.given:
            self._port, self._transport_port = free_port(), free_port()

    def __repr__(self) -> str:
        state = "given" if self.given else "running" if self._process else "stopped"
        return f"<Node {self.product} {self.version} {self.url} {state}>"

    @property
    def url(self) -> str:
        if self.given:
            return self.given.rstrip("/")
        return f"{'https' if self.security else 'http'}://127.0.0.1:{self._port}"

    @property
    def running(self) -> bool:
        """Whether a node of ours runs."""
        return self._process is not None and self._process.poll() is None

    # Life

    def start(self) -> None:
        """
        Starts the node, on the port and data it had before, and waits until it answers.

        Raises:
            RigMissingError: Java, Maven or the server's jars cannot be had.
            NodeError: it ended, or did not answer in time.
        """
        if self.given or self._process:
            return
        home = homes.home(self.product, self.version, secure=self.security is not None)
        if self._data is None:
            self._data = Path(tempfile.mkdtemp(prefix=f"shipper-{self.product}-"))
        (self._data / "tmp").mkdir(exist_ok=True)
        archive = home / f"java-{find_java().major}.jsa"
        if not self.security and not archive.exists():
            self._record_classes(home, archive)
        self._launch(
            home, f"-XX:SharedArchiveFile={archive}" if archive.exists() else "-Xshare:auto"
        )

    def _record_classes(self, home: Path, archive: Path) -> None:
        """Runs the node once to make the archive of its loaded classes: later starts take a third of the time."""
        with homes.locked(home.name):
            if archive.exists():
                return
            recorded = home / "recorded.jsa"
            self._launch(home, f"-XX:ArchiveClassesAtExit={recorded}")
            self.stop()
            if recorded.exists():
                recorded.replace(archive)

    def _launch(self, home: Path, option: str) -> None:
        assert self._data is not None
        with (self._data / "node.log").open("ab") as output:
            # The node ends with whoever holds the other end of its standard input, however that ends.
            self._process = subprocess.Popen(
                self._command(home, self._data, option),
                stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=self._data,
            )  # fmt: skip
        self.pid = self._process.pid
        try:
            self._wait(time.monotonic() + START_DEADLINE)
        except NodeError:
            self.kill()
            raise

    def _command(self, home: Path, data: Path, option: str) -> list[str]:
        java = find_java()
        config = self.security.config if self.security else home / "config"
        settings = {
            "path.home": home,
            "path.data": data / "data",
            "path.logs": data / "logs",
            "cluster.name": "shipper-tests",
            "node.name": "node-1",
            "network.host": "127.0.0.1",
            "http.port": self._port,
            "transport.port": self._transport_port,
            "discovery.type": "single-node",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            # Tests compile thousands of templates and conditions in a row.
            "script.max_compilations_rate": "100000/1m",
        } | self.settings
        return [
            java.command, f"-Xms{self.heap}", f"-Xmx{self.heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            option, "-Xlog:disable", "-Xlog:all=error:stderr", "--enable-native-access=ALL-UNNAMED",
            f"-D{_HOME_PROPERTY[self.product]}={home}",
            f"-Djava.io.tmpdir={data / 'tmp'}", f"-Djna.tmpdir={data / 'tmp'}",
            "-Dio.netty.noUnsafe=true", "-Dio.netty.noKeySetOptimization=true",
            "-Dlog4j2.disable.jmx=true", "-Dlog4j.shutdownHookEnabled=false",
            "-cp", f"{home}/lib/*", _MAIN[self.product], str(config),
            *(f"{key}={value}" for key, value in settings.items()),
        ]  # fmt: skip

    def _wait(self, deadline: float) -> None:
        assert self._process is not None
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise NodeError(
                    f"{self!r} ended with {self._process.returncode}\n{self.log()[-3000:]}"
                )
            try:
                status, _ = self.request(
                    "GET", "/_cluster/health?wait_for_status=yellow&timeout=1s"
                )
            except (OSError, http.client.HTTPException):
                status = 0
            if status == 200:
                return
            time.sleep(_POLL)
        raise NodeError(f"{self!r} did not answer in {START_DEADLINE:.0f} s\n{self.log()[-3000:]}")

    def stop(self, timeout: float = 60.0) -> None:
        """Ends the node in good order. Its data stay for the next ``start``."""
        self._end(signal.SIGTERM, timeout)

    def kill(self) -> None:
        """Ends the node as a power cut would."""
        self._end(signal.SIGKILL, 30)

    def _end(self, how: signal.Signals, timeout: float) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None

    def close(self) -> None:
        """Ends the node and forgets its data."""
        self.close_client()
        self.stop()
        if self._data is not None:
            shutil.rmtree(self._data, ignore_errors=True)
            self._data = None

    def close_client(self) -> None:
        """Closes the official client's connections; the next use makes a new one."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def log(self) -> str:
        """What the node wrote to its log."""
        path = self._data / "node.log" if self._data else None
        return path.read_text("utf-8", "replace") if path and path.exists() else ""

    # Talking to it

    def request(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """
        One request without any client between: status, and the body (parsed where it is JSON).

        Args:
            body: bytes or text as they are (NDJSON), anything else as JSON.
        """
        parts = urlsplit(self.url)
        assert parts.hostname
        sent = {"Content-Type": "application/json"}
        if isinstance(body, str):
            body = body.encode()
        if isinstance(body, bytes):
            sent["Content-Type"] = "application/x-ndjson"
        elif body is not None:
            body = json.dumps(body).encode()
        if self.security:
            pair = f"{self.security.username}:{self.security.password}".encode()
            sent["Authorization"] = "Basic " + base64.b64encode(pair).decode()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=60, context=self.security.context
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        try:
            connection.request(method, path, body, sent | (headers or {}))
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(data)
        except ValueError:
            return answer.status, data.decode("utf-8", "replace")

    @property
    def client(self) -> Any:
        """The product's official client, made when first asked for."""
        if self._client is None:
            options: dict[str, Any] = {"hosts": [self.url], "request_timeout": 60}
            if self.product == "opensearch":
                from opensearchpy import OpenSearch  # noqa: PLC0415 - needed by cluster tests alone

                options["timeout"] = options.pop("request_timeout")
                if self.security:
                    options |= {
                        "http_auth": (self.security.username, self.security.password),
                        "ssl_context": self.security.context,
                    }
                self._client = OpenSearch(**options)
            else:
                from elasticsearch import Elasticsearch  # noqa: PLC0415

                if self.security:
                    options |= {
                        "basic_auth": (self.security.username, self.security.password),
                        "ssl_context": self.security.context,
                    }
                self._client = Elasticsearch(**options)
        return self._client

    # Reading what was shipped

    def refresh(self, index: str) -> None:
        """Makes everything that was written visible to searches."""
        self.client.indices.refresh(index=index, ignore_unavailable=True)

    def count(self, index: str) -> int:
        """Number of documents in a data stream or index, refreshed first; 0 where there is none."""
        self.refresh(index)
        return int(self.client.count(index=index, ignore_unavailable=True)["count"])

    def ids(self, index: str) -> list[str]:
        """The ``_id`` of every document of a data stream or index, in no order; those that are twice come twice."""
        return [hit["_id"] for hit in self._hits(index, source=False)]

    def docs(self, index: str) -> list[dict[str, Any]]:
        """Every document as ``{"_id", "_index", "_source"}``, sorted by ``_id`` (so: by file, then offset)."""
        return sorted(self._hits(index, source=True), key=lambda hit: hit["_id"])

    def _hits(self, index: str, *, source: bool) -> Iterator[dict[str, Any]]:
        self.refresh(index)
        size = 1000 if source else 10_000
        options: dict[str, Any] = {
            "index": index,
            "scroll": "2m",
            "size": size,
            "ignore_unavailable": True,
            "filter_path": "_scroll_id,hits.hits._id,hits.hits._index,hits.hits._source",
        }
        query = {"sort": ["_doc"], "_source": source}
        if self.product == "opensearch":
            page = self.client.search(body=query, **options)
        else:
            page = self.client.search(**query, **options)
        while hits := page.get("hits", {}).get("hits"):
            yield from hits
            page = self._next(page["_scroll_id"], options["filter_path"])
        if "_scroll_id" in page:
            self.request("DELETE", "/_search/scroll", {"scroll_id": [page["_scroll_id"]]})

    def _next(self, scroll: str, wanted: str) -> Any:
        if self.product == "opensearch":
            return self.client.scroll(
                body={"scroll_id": scroll, "scroll": "2m"}, params={"filter_path": wanted}
            )
        return self.client.scroll(scroll_id=scroll, scroll="2m", filter_path=wanted)

    # Preparing targets and users

    def make_data_stream(
        self,
        name: str,
        *,
        properties: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
    ) -> str:
        """
        Puts a template that makes a data stream of this name, and on OpenSearch the stream itself.

        The Elasticsearch of the rig has no data stream API: there the first ``create`` makes the stream, as
        ``require_data_stream`` allows.

        Returns:
            The name.
        """
        template = {
            "index_patterns": [name],
            "priority": 900,
            "data_stream": {},
            "template": {
                "settings": {"number_of_replicas": 0} | (settings or {}),
                "mappings": {"properties": {"@timestamp": {"type": "date"}} | (properties or {})},
            },
        }
        status, answer = self.request("PUT", f"/_index_template/test-{name}", template)
        assert status == 200, answer
        if self.product == "opensearch":
            status, answer = self.request("PUT", f"/_data_stream/{name}")
            assert status == 200, answer
        return name

    def add_role(self, name: str, definition: dict[str, Any]) -> None:
        """Puts a role; the definition is in the product's own words."""
        path = (
            "/_plugins/_security/api/roles" if self.product == "opensearch" else "/_security/role"
        )
        self._put(f"{path}/{name}", definition)

    def add_user(self, name: str, password: str, *roles: str) -> None:
        """Puts a user who has these roles. A secure OpenSearch wants a password that is hard to guess."""
        if self.product == "elasticsearch":
            self._put(f"/_security/user/{name}", {"password": password, "roles": list(roles)})
            return
        self._put(f"/_plugins/_security/api/internalusers/{name}", {"password": password})
        for role in roles:
            path = f"/_plugins/_security/api/rolesmapping/{role}"
            _, present = self.request("GET", path)
            users = present.get(role, {}).get("users", []) if isinstance(present, dict) else []
            self._put(path, {"users": sorted({*users, name})})

    def _put(self, path: str, body: dict[str, Any]) -> None:
        """Puts, again while somebody else's change of the same document is on its way (OpenSearch answers 409)."""
        for _ in range(50):
            status, answer = self.request("PUT", path, body)
            if status != 409:
                break
            time.sleep(_POLL)
        assert status in {200, 201}, answer

    def add_api_key(self, name: str, privileges: dict[str, Any]) -> tuple[str, str]:
        """
        Makes an API key (Elasticsearch alone has them) that may do no more than a role of these privileges.

        Returns:
            ``id:key`` and its encoded form, as a header carries it.
        """
        body = {"name": name, "role_descriptors": {name: privileges}}
        status, answer = self.request("POST", "/_security/api_key", body)
        assert status == 200, answer
        return f"{answer['id']}:{answer['api_key']}", answer["encoded"]
