"""``shipper check --cluster`` on real nodes: what it finds, what it says, and that it changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import trustme
import yaml

from shipper.cli import main
from shipper.cluster import ingest
from shipper.config.loading import load
from shipper.tools.cluster_check.samples import conflict
from tests.e2e.harness.scene import tail, to_node

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_GROK = """\
processors:
- grok: {field: message, patterns: ['%{WORD:key}=%{INT:number:int}']}
"""


class Desk:
    """A configuration on a node, and what ``check`` says about it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.dataset = f"c{secrets.token_hex(4)}"
        self.log = folder / "app.log"
        self.file = folder / "c.yml"
        self._capsys = capsys
        self.text = ""
        self.log.write_text("a=1\nb=2\n")

    def write(
        self,
        *urls: str,
        pipeline: dict[str, Any] | None = None,
        output: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        one = tail("app", self.log, self.dataset, **({"pipeline": pipeline} if pipeline else {}))
        config = to_node(urls[0], one, output={"hosts": list(urls), **(output or {})})
        self.file.write_text(yaml.safe_dump(config | more))

    def pipeline(self, text: str = _GROK) -> None:
        (self.folder / "pipelines").mkdir(exist_ok=True)
        (self.folder / "pipelines" / "p.yml").write_text(text)

    def setup(self) -> None:
        assert main(["setup", "-c", str(self.file)]) == 0
        self._capsys.readouterr()

    def check(self, *words: str) -> int:
        code = main(["check", "--cluster", "-c", str(self.file), *words])
        self.text = self._capsys.readouterr().out
        return code

    def findings(self) -> tuple[int, list[dict[str, Any]]]:
        code = self.check("--json")
        return code, json.loads(self.text)["findings"]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def levels(findings: list[dict[str, Any]], part: str) -> list[str]:
    return [one["level"] for one in findings if one["part"] == part]


def texts(findings: list[dict[str, Any]]) -> str:
    return "\n".join(f"{one['level']}: {one['text']}; {one.get('todo', '')}" for one in findings)


def test_before_setup_everything_that_is_missing_is_named(node, desk):
    desk.pipeline()
    desk.write(node.url, pipeline={"file": "p", "run": "edge"})

    code, found = desk.findings()

    assert code == (1 if node.product == "opensearch" else 0)
    said = texts(found)
    assert f"would make or change index template shipper-logs-{desk.dataset}" in said
    assert "run `shipper setup`" in said
    assert levels(found, "hosts") == ["ok"]
    assert f"ok: {node.product} {node.version}, no login" in said


def test_after_setup_all_is_well_and_the_samples_are_shown(node, desk):
    desk.pipeline()
    flavour = {"pipeline.flavour": node.product}
    desk.write(node.url, pipeline={"file": "p", "run": "edge"}, **flavour)
    desk.setup()

    code, found = desk.findings()

    assert (code, [one for one in found if one["level"] == "error"]) == (0, []), texts(found)
    documents = [one["document"] for one in found if "document" in one]
    assert [(one["key"], one["number"]) for one in documents] == [("a", 1), ("b", 2)]
    assert all(one["data_stream"]["dataset"] == desk.dataset for one in documents)
    said = texts(found)
    assert "setup" in said
    assert "nothing to do: everything is in place" in said
    assert f"ok: the next index of logs-{desk.dataset}-default has" in said
    assert "unknown: the template" not in said
    assert "clock: the node's and this machine's are the same" in said


def test_the_output_for_people_is_narrow_and_short(node, desk):
    desk.write(node.url)

    desk.check()
    short = desk.text
    desk.check("--verbose")

    after = short[short.index("\nhosts") :]
    assert max(map(len, after.splitlines())) <= 100
    assert 'message: "a=1"' in after
    assert "agent" not in after
    assert '"agent"' in desk.text
    assert "nothing was written to the cluster" in after


def test_nothing_is_written(node, desk):
    desk.pipeline()
    desk.write(node.url, pipeline={"file": "p", "run": "edge"})

    desk.check()

    assert node.request("GET", f"/_index_template/shipper-logs-{desk.dataset}")[0] == 404
    assert desk.dataset not in json.dumps(node.request("GET", "/_resolve/index/*")[1])


def test_a_pipeline_in_the_cluster_is_tried_there(opensearch, desk):
    desk.pipeline()
    desk.write(opensearch.url, pipeline={"file": "p", "run": "cluster"})
    desk.setup()

    code, found = desk.findings()

    assert code == 0, texts(found)
    assert "equal to p.yml" in texts(found)
    assert [one["document"]["number"] for one in found if "document" in one] == [1, 2]


def test_a_pipeline_that_was_changed_in_the_cluster_is_told(opensearch, desk):
    desk.pipeline()
    desk.write(opensearch.url, pipeline={"file": "p", "run": "cluster"})
    desk.setup()
    name = ingest.pipeline_of(load(desk.file, environ={}).inputs[0])
    body = opensearch.request("GET", f"/_ingest/pipeline/{name}")[1][name]
    body["processors"].append({"set": {"field": "x", "value": "y"}})
    assert opensearch.request("PUT", f"/_ingest/pipeline/{name}", body)[0] == 200

    code, found = desk.findings()

    assert code == 1
    assert f"pipeline {name} was changed in the cluster" in texts(found)


def test_a_failing_line_is_told_with_the_step(node, desk):
    desk.pipeline()
    desk.log.write_text("a=1\nnot like that\n")
    desk.write(node.url, pipeline={"file": "p", "run": "edge"})

    _, found = desk.findings()

    said = texts(found)
    assert "the pipeline fails: p.yml:2: grok" in said
    assert "shipper explain" in said


def test_a_mapping_that_refuses_the_document_is_told(node, desk):
    """The pipeline makes a text of what the template wants as an object or a number."""
    desk.pipeline("processors:\n- set: {field: count, value: many}\n")
    desk.write(node.url, pipeline={"file": "p", "run": "edge"})
    template = {
        "index_patterns": [f"logs-{desk.dataset}-*"],
        "priority": 900,
        "data_stream": {},
        "template": {
            "mappings": {"properties": {"@timestamp": {"type": "date"}, "count": {"type": "long"}}}
        },
    }
    assert node.request("PUT", f"/_index_template/test-{desk.dataset}", template)[0] == 200

    code, found = desk.findings()

    assert code == 1
    assert "the mapping refuses it" in texts(found)
    assert "count" in next(one["text"] for one in found if "refuses it" in one["text"])


def test_one_host_of_two_that_is_away_is_told_and_the_other_is_used(node, desk):
    desk.write(node.url, "http://127.0.0.1:1")

    code, found = desk.findings()

    assert code == 1
    assert levels(found, "hosts") == ["ok", "error"]
    assert levels(found, "cluster")[0] == "ok"


def test_where_values_come_from_is_told(node, desk, monkeypatch):
    monkeypatch.setenv("ELASTICSEARCH_HOST", node.url)
    config = {"inputs": [tail("app", desk.log, desk.dataset)]}
    desk.file.write_text(yaml.safe_dump(config))

    desk.check()

    assert "output.elasticsearch.hosts from environment variable ELASTICSEARCH_HOST" in desk.text


def test_a_secure_node_shows_its_tls(secure_elasticsearch, desk):
    security = secure_elasticsearch.security
    # A node that has just started knows nothing of rights until its index of keys and users is there.
    secure_elasticsearch.add_api_key(desk.dataset, {})
    login = {
        "username": security.username,
        "password": security.password,
        "ssl.certificate_authorities": [str(security.ca)],
    }
    desk.write(secure_elasticsearch.url, output=login)

    _, found = desk.findings()

    (host,) = [one["text"] for one in found if one["part"] == "hosts"]
    assert "TLS 1.3, certificate until " in host
    assert "logged in with user rig-admin" in texts(found)
    assert "enough to ship: `monitor`; on logs-" in texts(found)
    assert security.password not in desk.text


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        pass


class _Node(BaseHTTPRequestHandler):
    """Answers ``GET /`` as a node does, and nothing else: a clock or a certificate cannot be set on a real one."""

    protocol_version = "HTTP/1.1"
    info = (
        b'{"version":{"number":"9.1.0","build_flavor":"default"},"tagline":"You Know, for Search"}'
    )

    def do_GET(self) -> None:
        body, status = (self.info, 200) if self.path == "/" else (b"{}", 404)
        if self.path.startswith("/_nodes"):
            body, status = b'{"nodes":{"a":{"timestamp":1000}}}', 200
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Any]:
    servers = []

    def start(**certificate: Any) -> str:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        name = certificate.pop("name", "127.0.0.1")
        authority.issue_cert(name, **certificate).configure_cert(context)
        server = _Quiet(("127.0.0.1", 0), _Node)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        servers.append((server, thread))
        return f"https://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def _in(days: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("certificate", "level", "words"),
    [
        ({"not_after": _in(5)}, "warning", "expires in 5 days"),
        ({"not_after": _in(-5)}, "error", "the host's certificate has expired: renew it there"),
        ({"name": "es.example"}, "error", "the host's certificate is for other names"),
    ],
)
def test_certificates(desk, serve, tmp_path, certificate, level, words):
    url = serve(**certificate)
    desk.write(url, output={"ssl.certificate_authorities": [str(tmp_path / "ca.pem")]})

    _, found = desk.findings()

    told = [one for one in found if one["part"] == "hosts" and one["level"] == level]
    assert len(told) == 1
    assert words in texts(told)


def test_a_clock_that_is_off_is_told(desk, serve, tmp_path):
    desk.write(serve(), output={"ssl.certificate_authorities": [str(tmp_path / "ca.pem")]})

    _, found = desk.findings()

    assert "warning: clock: the node's is" in texts(found)
    assert "behind this machine's; synchronise both" in texts(found)


def test_a_local_store_has_no_cluster(desk):
    config = {"inputs": [tail("app", desk.log)], "output.local": {"path": "x.db"}}
    desk.file.write_text(yaml.safe_dump(config))

    assert desk.check() == 2


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"a": {"b": 1}}, ""),
        ({"a": "text"}, "a is mapped as an object"),
        ({"a": {"b": "x"}}, "a.b is mapped as long"),
        ({"a": {"b": "12"}}, ""),
        ({"k": {"x": 1}}, "k is mapped as keyword, and the event has an object"),
        ({"k": [1, "a", None], "unknown": {"x": 1}}, ""),
        ({"f": {"x": {"y": 1}}}, ""),
    ],
)
def test_values_that_a_mapping_refuses(document, found):
    properties = {
        "a": {"properties": {"b": {"type": "long"}}},
        "k": {"type": "keyword"},
        "f": {"type": "flat_object"},
    }

    assert conflict(document, properties).startswith(found)
    assert bool(conflict(document, properties)) == bool(found)
