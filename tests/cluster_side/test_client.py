"""The cluster client against a server of the standard library: what goes over the wire, and every way it can fail."""

from __future__ import annotations

import base64
import contextlib
import email.utils
import gzip
import socket
import ssl
import subprocess
import sys
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from shipper.cluster.client import Client, RefusedError
from shipper.cluster.flavour import Flavour
from shipper.config.settings import Elasticsearch, Tls
from shipper.errors import ConfigError
from shipper.records import SendFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OPENSEARCH = b'{"version":{"number":"3.4.0","distribution":"opensearch"},"tagline":"The OpenSearch Project: x"}'
ELASTIC = (
    b'{"version":{"number":"9.1.0","build_flavor":"default"},"tagline":"You Know, for Search"}'
)


class Server:
    """Answers with ``status``, ``body`` and ``headers``; keeps what it was asked. Fakes faults at will."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.status, self.body, self.headers = 200, ELASTIC, {"content-type": "application/json"}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.fault: str | None = None
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle_one_request()

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                names = {k.lower(): v for k, v in self.headers.items()}
                outer.seen.append((self.command, self.path, names, body))
                if outer.fault == "cut":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                if outer.fault == "hang":
                    outer.release.wait(20)
                    self.close_connection = True
                    return
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            do_POST = do_PUT = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(context: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(context))
        return servers[-1]

    yield start
    for each in servers:
        each.close()


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    return serve()


@pytest.fixture
def connect() -> Iterator[Callable[..., Client]]:
    """Makes clients and closes them."""
    clients: list[Client] = []

    def make(*hosts: str, reread: Any = None, **settings: Any) -> Client:
        clients.append(Client(Elasticsearch(hosts=hosts, **settings), reread=reread))
        return clients[-1]

    yield make
    for each in clients:
        each.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_product_is_asked_for_once(server: Server, connect: Callable[..., Client]) -> None:
    client = connect(server.url)

    assert client.info() == Flavour("elasticsearch", (9, 1, 0), "9.1.0")
    assert client.info().require_data_stream
    assert len(server.seen) == 1

    server.body = OPENSEARCH
    client.reload()
    assert client.info().product == "opensearch"


@pytest.mark.parametrize(
    ("info", "product", "require"),
    [
        ({"version": {"number": "8.13.0"}}, "elasticsearch", True),
        ({"version": {"number": "8.12.2"}}, "elasticsearch", False),
        ({"version": {"number": "7.17.0"}}, "elasticsearch", False),
        ({"version": {"number": "9.2.0-SNAPSHOT"}}, "elasticsearch", True),
        ({"version": {"number": "8.11.0", "build_flavor": "serverless"}}, "elasticsearch", True),
        ({"version": {"number": "2.19.0", "distribution": "opensearch"}}, "opensearch", False),
        ({"version": {"number": "7.10.2"}, "tagline": "The OpenSearch Project: https://opensearch.org/"}, "opensearch", False),
    ],
)  # fmt: skip
def test_flavour(info: dict[str, Any], product: str, require: bool) -> None:
    flavour = Flavour.from_info(info)

    assert (flavour.product, flavour.require_data_stream) == (product, require)


@pytest.mark.parametrize("info", [{}, [], "x", None, {"version": {}}, {"version": {"number": "x"}}])
def test_what_is_no_cluster_is_said_to_be_none(info: Any) -> None:
    with pytest.raises(ValueError, match="not Elasticsearch or OpenSearch"):
        Flavour.from_info(info)


def test_refused_login_is_no_flavour(server: Server, connect: Callable[..., Client]) -> None:
    server.status, server.body = 401, b"Unauthorized"
    with pytest.raises(RefusedError, match="Unauthorized") as caught:
        connect(server.url).info()

    assert caught.value.status == 401


def test_plain_media_types_and_gzip(server: Server, connect: Callable[..., Client]) -> None:
    body = b'{"create":{}}\n{"message":"x"}\n' * 100
    connect(server.url).request(
        "POST",
        "/s/_bulk",
        params={"pipeline": "a b"},
        body=body,
        headers={"content-type": "application/x-ndjson"},
    )

    method, path, headers, sent = server.seen[0]
    assert (method, path) == ("POST", "/s/_bulk?pipeline=a+b")
    assert headers["content-type"] == "application/x-ndjson"
    assert headers["accept"] == "application/json"
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(sent) == body


def test_no_gzip_at_level_zero_nor_for_few_bytes(
    server: Server, connect: Callable[..., Client]
) -> None:
    connect(server.url, compression_level=0).request("POST", "/", body=b"x" * 10_000)
    connect(server.url, compression_level=9).request("POST", "/", body={"a": 1})
    connect(server.url, compression_level=9).request("POST", "/", body=b"x" * 10_000)

    assert [len(sent) for *_, sent in server.seen[:2]] == [10_000, 7]
    assert gzip.decompress(server.seen[2][3]) == b"x" * 10_000


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"username": "u", "password": "p:ä"},
            "Basic " + base64.b64encode("u:p:ä".encode()).decode(),
        ),
        ({"api_key": "id:key"}, "ApiKey " + base64.b64encode(b"id:key").decode()),
        ({"api_key": "aWQ6a2V5\n"}, "ApiKey aWQ6a2V5"),
    ],
)
def test_login(
    server: Server, connect: Callable[..., Client], settings: dict[str, str], expected: str
) -> None:
    client = connect(server.url, headers={"X-Tenant": "t"}, **settings)
    client.info()

    assert server.seen[0][2]["authorization"] == expected
    assert server.seen[0][2]["x-tenant"] == "t"


def test_login_in_the_url_is_used_and_never_shown(
    server: Server, connect: Callable[..., Client]
) -> None:
    client = connect(server.url.replace("://", "://me:s%40crt@"))
    client.info()

    assert server.seen[0][2]["authorization"] == "Basic " + base64.b64encode(b"me:s@crt").decode()
    assert "crt" not in f"{client!r} {client.target}"


def test_host_without_an_address_is_told_without_the_parts_of_the_client(
    connect: Callable[..., Client],
) -> None:
    with pytest.raises(SendFailed) as caught:
        connect("http://no.such.host.invalid:9200").info()

    assert caught.value.kind == "connect"
    assert "connect: Failed to resolve 'no.such.host.invalid'" in str(caught.value)
    assert "Connection(" not in str(caught.value)


def test_node_that_does_not_answer_is_told_without_the_parts_of_the_client(
    connect: Callable[..., Client],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(SendFailed) as caught:
            connect(url, timeout=0.3).info()

    assert caught.value.kind == "timeout"
    assert "timeout: Read timed out" in str(caught.value)


def test_plain_http_where_tls_is_spoken_is_explained(connect: Callable[..., Client]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(1000)  # no TLS greeting: a node closes the connection

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(SendFailed, match="if TLS is spoken there, write https://") as caught:
            connect(f"http://127.0.0.1:{listener.getsockname()[1]}").info()
        thread.join()

    assert caught.value.kind == "lost"


def test_reload_reads_the_key_again(server: Server, connect: Callable[..., Client]) -> None:
    changed = Elasticsearch(hosts=(server.url,), api_key="new:key")
    client = connect(server.url, api_key="old:key", reread=lambda: changed)
    client.info()
    client.reload()
    client.info()

    assert server.seen[0][2]["authorization"] != server.seen[1][2]["authorization"]


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("7", 7, 7),
        ("0.5", 0.5, 0.5),
        ("-3", 0, 0),
        ("1e99", 3600, 3600),
        ("nan", None, None),
        ("soon", None, None),
        ("in a minute", 50, 61),
        (email.utils.formatdate(0, usegmt=True), 0, 0),
    ],
)
def test_retry_after(
    server: Server, connect: Callable[..., Client], value: str, least: float, most: float
) -> None:
    if value == "in a minute":
        value = email.utils.formatdate(time.time() + 60, usegmt=True)
    server.status, server.headers = 503, {"retry-after": value}
    got = connect(server.url).request("GET", "/").retry_after

    assert got is None if least is None else least <= (got or 0) <= most


def test_answer_is_bytes_whatever_the_media_type(
    server: Server, connect: Callable[..., Client]
) -> None:
    server.status, server.body, server.headers = (
        200,
        b"<html>",
        {"content-type": "text/html; charset=x"},
    )
    answer = connect(server.url).request("GET", "/")

    assert (answer.status, answer.body, answer.content_type) == (200, b"<html>", "text/html")
    assert connect(server.url).json("GET", "/") == (200, "<html>")


def test_nobody_there(connect: Callable[..., Client]) -> None:
    with pytest.raises(SendFailed) as caught:
        connect(f"http://127.0.0.1:{free_port()}").request("GET", "/")

    assert caught.value.kind == "connect"


def test_unknown_name_is_not_a_request_in_doubt(connect: Callable[..., Client]) -> None:
    with pytest.raises(SendFailed) as caught:
        connect("http://name.invalid:9200").request("GET", "/")

    assert caught.value.kind == "connect"


@pytest.mark.parametrize("size", [10, 5_000_000])
def test_connection_cut_after_the_upload_is_in_doubt(
    server: Server, connect: Callable[..., Client], size: int
) -> None:
    server.fault = "cut"
    with pytest.raises(SendFailed) as caught:
        connect(server.url, compression_level=0).request("POST", "/", body=b"x" * size)

    assert caught.value.kind == "lost"
    assert len(server.seen[0][3]) == size


def test_connection_cut_during_the_upload_is_in_doubt(connect: Callable[..., Client]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def cut() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        thread = threading.Thread(target=cut)
        thread.start()
        client = connect(f"http://127.0.0.1:{listener.getsockname()[1]}", compression_level=0)
        with pytest.raises(SendFailed) as caught:
            client.request("POST", "/", body=b"x" * 20_000_000)
        thread.join()

    assert caught.value.kind == "lost"


def test_no_answer_in_time(server: Server, connect: Callable[..., Client]) -> None:
    server.fault = "hang"
    with pytest.raises(SendFailed) as caught:
        connect(server.url).request("POST", "/", body=b"x", timeout=0.2)

    assert caught.value.kind == "timeout"


def test_plain_http_where_tls_is_expected(server: Server, connect: Callable[..., Client]) -> None:
    with pytest.raises(SendFailed) as caught:
        connect(server.url.replace("http:", "https:")).request("GET", "/")

    assert caught.value.kind == "tls"


def test_hosts_take_turns_and_a_dead_one_is_left_alone(
    serve: Callable[..., Server], connect: Callable[..., Client]
) -> None:
    one, two = serve(), serve()
    client = connect(one.url, two.url, f"http://127.0.0.1:{free_port()}")
    failed = 0
    for _ in range(30):
        try:
            client.request("GET", "/")
        except SendFailed:
            failed += 1

    assert failed <= 2
    assert len(one.seen) + len(two.seen) == 30 - failed
    assert min(len(one.seen), len(two.seen)) >= 10


def test_host_that_answers_502_is_left_alone(
    serve: Callable[..., Server], connect: Callable[..., Client]
) -> None:
    good, bad = serve(), serve()
    bad.status = 502
    client = connect(good.url, bad.url)
    for _ in range(20):
        client.request("GET", "/")

    assert len(bad.seen) <= 2


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return ca


@pytest.fixture
def secure(authority: trustme.CA, serve: Callable[..., Server]) -> Server:
    """A server with a certificate for 127.0.0.1, which sends its authority along."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = authority.issue_cert("127.0.0.1")
    with leaf.private_key_and_cert_chain_pem.tempfile() as file:
        chain = authority.cert_pem.bytes()
        with open(file, "ab") as out:  # noqa: PTH123
            out.write(chain)
        context.load_cert_chain(file)
    return serve(context)


def fingerprint(ca: trustme.CA) -> str:
    return sha256(ssl.PEM_cert_to_DER_cert(ca.cert_pem.bytes().decode())).hexdigest().upper()


def test_private_authority(secure: Server, connect: Callable[..., Client], tmp_path: Path) -> None:
    assert connect(secure.url, ssl=Tls(certificate_authorities=(tmp_path / "ca.pem",))).info()


def test_unknown_authority_is_refused(secure: Server, connect: Callable[..., Client]) -> None:
    with pytest.raises(SendFailed, match="CERTIFICATE_VERIFY_FAILED") as caught:
        connect(secure.url).request("POST", "/", body=b"secret")

    assert caught.value.kind == "tls"
    assert not secure.seen


@pytest.mark.parametrize(("mode", "fine"), [("full", False), ("certificate", True), ("none", True)])
def test_wrong_host_name(
    authority: trustme.CA,
    serve: Callable[..., Server],
    connect: Callable[..., Client],
    tmp_path: Path,
    mode: Any,
    fine: bool,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    client = connect(
        serve(context).url,
        ssl=Tls(certificate_authorities=(tmp_path / "ca.pem",), verification_mode=mode),
    )
    if fine:
        assert client.info()
    else:
        with pytest.raises(SendFailed, match="tls"):
            client.info()


def test_no_verification_trusts_anyone(secure: Server, connect: Callable[..., Client]) -> None:
    assert connect(secure.url, ssl=Tls(verification_mode="none")).info()


def test_fingerprint_of_the_authority_is_enough(
    authority: trustme.CA, secure: Server, connect: Callable[..., Client]
) -> None:
    client = connect(secure.url, ssl=Tls(ca_trusted_fingerprint=fingerprint(authority)))

    assert client.info()
    assert client.request("GET", "/").status == 200


def test_another_fingerprint_is_refused(secure: Server, connect: Callable[..., Client]) -> None:
    client = connect(secure.url, ssl=Tls(ca_trusted_fingerprint=fingerprint(trustme.CA())))
    for _ in range(2):
        with pytest.raises(SendFailed, match="fingerprint") as caught:
            client.request("POST", "/", body=b"secret")
        assert caught.value.kind == "tls"
    assert not secure.seen


def test_authority_sent_along_by_an_impostor_does_not_help_him(
    authority: trustme.CA, serve: Callable[..., Server], connect: Callable[..., Client]
) -> None:
    """The trusted authority's certificate is public: whoever sends it must still have been signed by it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = trustme.CA().issue_cert("127.0.0.1")
    with leaf.private_key_and_cert_chain_pem.tempfile() as file:
        with open(file, "ab") as out:  # noqa: PTH123
            out.write(authority.cert_pem.bytes())
        context.load_cert_chain(file)
    impostor = serve(context)
    with pytest.raises(SendFailed, match="CERTIFICATE_VERIFY_FAILED"):
        connect(impostor.url, ssl=Tls(ca_trusted_fingerprint=fingerprint(authority))).request(
            "POST", "/", body=b"x"
        )

    assert not impostor.seen


def test_client_certificate(
    authority: trustme.CA,
    serve: Callable[..., Server],
    connect: Callable[..., Client],
    tmp_path: Path,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    mine = authority.issue_cert("me@example.org")
    mine.cert_chain_pems[0].write_to_path(str(tmp_path / "me.pem"))
    mine.private_key_pem.write_to_path(str(tmp_path / "me.key"))
    server = serve(context)
    authorities = (tmp_path / "ca.pem",)

    with pytest.raises(SendFailed):
        connect(server.url, ssl=Tls(certificate_authorities=authorities)).info()
    tls = Tls(
        certificate_authorities=authorities,
        certificate=tmp_path / "me.pem",
        key=tmp_path / "me.key",
    )
    assert connect(server.url, ssl=tls).info()


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"proxy_url": "https://p:1"}, "proxy_url"),
        ({"hosts": ("ftp://x",)}, "hosts"),
        ({"hosts": ("https://x",), "ssl": "missing"}, "certificate_authorities"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, settings: dict[str, Any], match: str) -> None:
    if "ssl" in settings:
        settings = {**settings, "ssl": Tls(certificate_authorities=(tmp_path / "missing.pem",))}
    with pytest.raises(ConfigError, match=match):
        Client(Elasticsearch(**{"hosts": ("http://x:1",), **settings}))


def test_import_brings_no_other_http_library() -> None:
    """They cost up to 20 MB; the tests' environment has requests."""
    program = (
        "import sys, shipper.cluster.client as c\n"
        "print([n for n in ('requests', 'aiohttp', 'httpx') if n in sys.modules])\n"
        "import requests"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
