"""
``setup --kibana`` against a fake Kibana and a fake OpenSearch Dashboards.

They are fakes because neither product can be had from the registries that the rig takes its nodes from. They take nothing but
the documented requests: method, path and space, the header against forged requests, the login, the fields that the API
documents, and files whose objects refer to objects that are there.
"""

from __future__ import annotations

import email.parser
import email.policy
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.cli import setup as command
from shipper.cli.parser import Parser
from shipper.cluster import data_views
from shipper.cluster.data_views import Dialect
from shipper.config.settings import DataStream, Elasticsearch, Input, Settings
from shipper.errors import ShipperError
from shipper.telemetry.report import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEW_FIELDS = {
    "allowNoIndex", "fieldAttrs", "fieldFormats", "fields", "id", "name", "namespaces", "runtimeFieldMap", "sourceFilters",
    "timeFieldName", "title", "type", "typeMeta", "version",
}  # fmt: skip
LOGIN = "Basic c2V0dXA6c2VjcmV0"  # setup:secret


class Server:
    """A product: what it has, and every request it refused."""

    def __init__(self, *, opensearch: bool, version: str, space: str = "") -> None:
        self.opensearch, self.version = opensearch, version
        self.prefix = f"/s/{space}" if space else ""
        self.login = LOGIN
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.changes = 0
        self.wrong: list[str] = []
        self.seen: list[tuple[str, str]] = []
        self.status: dict[str, Any] | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.handle(self, b"")

            def do_POST(self) -> None:
                outer.handle(self, self.rfile.read(int(self.headers["content-length"])))

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def handle(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        self.seen.append((request.command, request.path))
        try:
            status, answer = self.answer(request, body)
        except AssertionError as error:
            self.wrong.append(f"{request.command} {request.path}: {error}")
            status, answer = 400, {"statusCode": 400, "error": "Bad Request", "message": f"{error}"}
        text = orjson.dumps(answer)
        request.send_response(status)
        request.send_header("content-type", "application/json; charset=utf-8")
        request.send_header("content-length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Any]:
        if request.headers.get("authorization") != self.login:
            return 401, {"statusCode": 401, "error": "Unauthorized", "message": "no"}
        assert request.headers.get("content-encoding") is None
        if (request.command, request.path) == ("GET", "/api/status"):
            return 200, self.status or {
                "name": "x",
                "uuid": "y",
                "version": {"number": self.version, "build_number": 1},
                "status": {"overall": {"level": "available"}},
            }
        if request.command == "POST":
            xsrf = "osd-xsrf" if self.opensearch else "kbn-xsrf"
            assert request.headers.get(xsrf) == "true", f"{xsrf} is missing"
        assert request.path.startswith(f"{self.prefix}/api/"), "another space"
        path = request.path.removeprefix(self.prefix)
        if path == "/api/saved_objects/_import?overwrite=true" and request.command == "POST":
            return self.take_file(request, body)
        if not self.opensearch and path.startswith("/api/data_views/data_view"):
            if request.command == "POST":
                assert path == "/api/data_views/data_view"
                return self.take_view(request, orjson.loads(body))
            found = self.objects.get(("index-pattern", path.rpartition("/")[2]))
            return (
                (200, {"data_view": found["attributes"]}) if found else (404, {"statusCode": 404})
            )
        raise AssertionError("no such path")

    def take_view(self, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> tuple[int, Any]:
        assert request.headers["content-type"] == "application/json"
        assert set(body) == {"data_view", "override"}
        assert body["override"] is True
        view = body["data_view"]
        assert set(view) <= VIEW_FIELDS, set(view) - VIEW_FIELDS
        assert view["title"]
        for key, other in list(self.objects.items()):  # override takes the place of the name
            if key[0] == "index-pattern" and other["attributes"].get("name") == view["name"]:
                del self.objects[key]
        self.objects["index-pattern", view["id"]] = {"attributes": view}
        self.changes += 1
        return 200, {"data_view": view}

    def take_file(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Any]:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        assert form.get_content_type() == "multipart/form-data"
        (part,) = form.iter_parts()
        assert part.get_param("name", header="content-disposition") == "file"
        assert str(part.get_filename()).endswith(".ndjson")
        made = [orjson.loads(line) for line in part.get_payload(decode=True).splitlines()]
        known = set(self.objects) | {(one["type"], one["id"]) for one in made}
        for one in made:
            self.check(one, known)
        before = dict(self.objects)
        self.objects |= {(one["type"], one["id"]): one for one in made}
        self.changes += self.objects != before
        return 200, {"success": True, "successCount": len(made), "successResults": []}

    def check(self, one: dict[str, Any], known: set[tuple[str, str]]) -> None:
        """What importing checks, and what a look at the object would show."""
        assert {"type", "id", "attributes", "references"} <= set(one)
        for reference in one["references"]:
            assert (reference["type"], reference["id"]) in known, f"missing {reference}"
        names = {reference["name"] for reference in one["references"]}
        attributes = one["attributes"]
        source = attributes.get("kibanaSavedObjectMeta", {}).get("searchSourceJSON", "{}")
        wanted = orjson.loads(source).get("indexRefName")
        assert wanted is None or wanted in names
        if self.opensearch:
            assert set(one["migrationVersion"]) == {one["type"]}
            assert "coreMigrationVersion" not in one
        elif tuple(map(int, self.version.split(".")[:2])) >= (8, 8):
            assert one["coreMigrationVersion"] == "8.8.0"
            assert re.fullmatch(r"8\.\d\.0", one["typeMigrationVersion"])
            assert "migrationVersion" not in one
        else:
            assert set(one["migrationVersion"]) == {one["type"]}
        if one["type"] == "dashboard":
            panels = orjson.loads(attributes["panelsJSON"])
            prefixed = "" if self.opensearch else "{}:"
            assert {
                f"{prefixed.format(p['panelIndex'])}{p['panelRefName']}" for p in panels
            } == names
            cells = [
                (p["gridData"]["x"] + x, p["gridData"]["y"] + y)
                for p in panels
                for x in range(p["gridData"]["w"])
                for y in range(p["gridData"]["h"])
            ]
            assert len(cells) == len(set(cells)), "panels lie on each other"
            assert max(x for x, _ in cells) < 48
        if one["type"] == "visualization":
            state = orjson.loads(attributes["visState"])
            assert state["title"] == attributes["title"]
            numbers = [agg["id"] for agg in state["aggs"]]
            assert len(numbers) == len(set(numbers))


@pytest.fixture(params=["9.1.0", "8.8.0", "8.5.3", "opensearch 3.4.0", "opensearch 2.11.1"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    name, _, number = request.param.rpartition(" ")
    made = Server(opensearch=bool(name), version=number)
    yield made
    made.close()
    assert made.wrong == []


@pytest.fixture
def kibana() -> Iterator[Server]:
    made = Server(opensearch=False, version="9.1.0")
    yield made
    made.close()


CONFIG = """\
inputs:
  - {{id: app, paths: [/var/log/app.log], data_stream: {{dataset: app}}}}
  - {{id: web, paths: [/var/log/web.log], data_stream: {{dataset: nginx.access, namespace: prod}}}}
output.elasticsearch: {{hosts: ["http://127.0.0.1:1"], {login}, headers: {{x-cluster: "1"}}}}
setup.kibana: {{{kibana}}}
path.data: {data}
"""
OWN = "username: setup, password: secret"


def run(folder: Path, url: str, *arguments: str, login: str = OWN, more: str = "") -> int:
    config = folder / "config.yml"
    kibana = f'host: "{url}"{more}' if url else more
    config.write_text(CONFIG.format(data=folder / "data", login=login, kibana=kibana))
    parser = Parser(prog="shipper setup")
    command.configure(parser)
    return command.run(parser.parse_args(["-c", str(config), "--kibana", *arguments]))


def test_everything_is_made_once(server: Server, tmp_path: Path, capsys: Any) -> None:
    assert run(tmp_path, server.url) == 0
    shown = capsys.readouterr().out
    assert ("OpenSearch Dashboards" if server.opensearch else "Kibana") in shown
    kinds = [kind for kind, _ in server.objects]
    assert kinds.count("index-pattern") == 3
    assert kinds.count("search") == 2
    assert kinds.count("visualization") == 7
    assert kinds.count("dashboard") == 1
    logs = server.objects["index-pattern", "shipper-logs"]["attributes"]
    assert logs["title"] == "logs-app-*,logs-nginx.access-*"
    assert logs["timeFieldName"] == "@timestamp"

    before, changes = dict(server.objects), server.changes
    assert run(tmp_path, server.url) == 0
    assert server.objects == before
    assert server.changes == changes
    if not server.opensearch:
        assert "= data view Shipper: logs: exists" in capsys.readouterr().out


def test_the_discover_session_is_sorted(server: Server, tmp_path: Path) -> None:
    run(tmp_path, server.url)
    session = server.objects["search", "shipper-logs-session"]["attributes"]
    assert session["sort"] == [["@timestamp", "desc"], ["log.offset", "desc"]]
    assert session["columns"] == ["host.name", "event.dataset", "log.level", "message"]


def test_a_dry_run_shows_the_bodies_and_changes_nothing(
    server: Server, tmp_path: Path, capsys: Any
) -> None:
    assert run(tmp_path, server.url, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "/api/saved_objects/_import?overwrite=true" in shown
    assert '"id":"shipper-dashboard"' in shown
    assert "nothing was changed" in shown
    assert server.changes == 0
    assert {method for method, _ in server.seen} == {"GET"}


def test_a_view_that_was_changed_is_restored(kibana: Server, tmp_path: Path) -> None:
    run(tmp_path, kibana.url)
    kibana.objects["index-pattern", "shipper-logs"]["attributes"]["title"] = "other-*"
    run(tmp_path, kibana.url)
    view = kibana.objects["index-pattern", "shipper-logs"]["attributes"]
    assert view["title"] == "logs-app-*,logs-nginx.access-*"


def test_a_users_own_objects_stay(kibana: Server, tmp_path: Path) -> None:
    own = {"attributes": {"id": "mine", "title": "logs-*", "name": "All logs"}}
    kibana.objects["index-pattern", "mine"] = own
    run(tmp_path, kibana.url)
    assert kibana.objects["index-pattern", "mine"] == own


def test_a_space(tmp_path: Path) -> None:
    server = Server(opensearch=False, version="8.17.1", space="ops")
    try:
        assert run(tmp_path, server.url, more=", space_id: ops") == 0
    finally:
        server.close()
    assert server.wrong == []
    assert ("dashboard", "shipper-dashboard") in server.objects
    assert ("POST", "/s/ops/api/saved_objects/_import?overwrite=true") in server.seen


def test_opensearch_has_no_spaces(tmp_path: Path) -> None:
    server = Server(opensearch=True, version="3.4.0")
    try:
        with pytest.raises(ShipperError, match="space_id"):
            run(tmp_path, server.url, more=", space_id: ops")
    finally:
        server.close()
    assert server.changes == 0


@pytest.mark.parametrize(
    ("login", "more", "sent"),
    [
        ("username: other, password: no", ", username: setup, password: secret", LOGIN),
        ("api_key: a1", ", username: setup, password: secret", LOGIN),
        ("username: other, password: no", ", api_key: abc=", "ApiKey abc="),
        ("api_key: abc=", "", "ApiKey abc="),
        ("bearer_token: t", "", "Bearer t"),
        ("bearer_token: t", ", api_key: abc=", "ApiKey abc="),
    ],
)
def test_the_login(kibana: Server, tmp_path: Path, login: str, more: str, sent: str) -> None:
    kibana.login = sent
    assert run(tmp_path, kibana.url, login=login, more=more) == 0
    assert kibana.wrong == []


@pytest.mark.parametrize(
    ("host", "login"),
    [
        ("http://kibana.invalid:5601", "username: output, password: secret"),
        ("kibana.invalid", "api_key: abc="),  # http is the default, as Filebeat's
        ("http://192.0.2.1:5601", "bearer_token: t"),
        ("http://127.0.0.1:5601", "api_key: abc=, proxy_url: 'http://proxy.invalid:3128'"),
    ],
)
def test_the_output_s_login_is_not_sent_in_the_open(tmp_path: Path, host: str, login: str) -> None:
    with pytest.raises(ShipperError) as caught:
        run(tmp_path, host, "--dry-run", login=login)

    told = str(caught.value)
    assert told.startswith("setup.kibana.host: http://")
    assert "the login of output.elasticsearch" in told
    assert "write https://" in told
    assert "give one in setup.kibana itself" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("host", "login", "more"),
    [
        pytest.param("http://kibana.invalid", "api_key: abc=", f", {OWN}", id="its own"),
        pytest.param("http://kibana.invalid", "compression_level: 0", "", id="no login at all"),
        pytest.param("https://kibana.invalid", "api_key: abc=", "", id="https"),
    ],
)
def test_what_may_be_sent_is(tmp_path: Path, capsys: Any, host: str, login: str, more: str) -> None:
    """The host is none, so that what is not refused before fails there."""
    assert run(tmp_path, host, login=login, more=more) == 1
    assert "is setup.kibana.host right?" in capsys.readouterr().err


def test_a_refused_login_says_what_to_do(kibana: Server, tmp_path: Path) -> None:
    kibana.login = "another"
    with pytest.raises(ShipperError, match=r"401.*check the login"):
        run(tmp_path, kibana.url)
    assert kibana.changes == 0


def test_a_status_without_a_version(kibana: Server, tmp_path: Path) -> None:
    """What Kibana shows to nobody in particular."""
    kibana.status = {"status": {"overall": {"level": "available"}}}
    with pytest.raises(ShipperError, match="check the login"):
        run(tmp_path, kibana.url)


def test_something_else_answers(kibana: Server, tmp_path: Path) -> None:
    kibana.status = {"hello": "world"}
    with pytest.raises(ShipperError, match=r"is setup\.kibana\.host right"):
        run(tmp_path, kibana.url)


def test_nobody_answers(tmp_path: Path, capsys: Any) -> None:
    assert run(tmp_path, "http://127.0.0.1:1") == 1
    assert "setup.kibana.host" in capsys.readouterr().err


def test_no_host(tmp_path: Path) -> None:
    with pytest.raises(ShipperError, match=r"setup\.kibana\.host"):
        run(tmp_path, "")


def test_an_import_that_failed(kibana: Server, tmp_path: Path) -> None:
    """The status is 200 even then."""
    errors = [{"id": "shipper-dashboard", "type": "dashboard", "error": {"type": "conflict"}}]
    kibana.take_file = lambda *_: (200, {"success": False, "errors": errors})  # type: ignore[method-assign]
    with pytest.raises(ShipperError, match="conflict"):
        run(tmp_path, kibana.url)


def settings(*streams: DataStream) -> Settings:
    return Settings(
        inputs=tuple(
            Input(id=f"{n}", paths=("/x",), data_stream=one) for n, one in enumerate(streams)
        ),
        output=Elasticsearch(hosts=("http://127.0.0.1:9200",)),
        path_data=Path("/x"),
        pipelines_path=Path("/x"),
        name="x",
    )


def test_many_datasets_are_one_pattern() -> None:
    many = settings(*[DataStream(dataset=f"d{n}") for n in range(50)])
    assert data_views.views(many)[0]["title"] == "logs-*"


def test_fields_of_the_dashboard_are_those_that_the_agent_writes() -> None:
    """A panel on a field that nobody writes stays empty without a word."""
    made = data_views.objects(settings(DataStream()), Dialect(opensearch=False, version=(9, 1)))
    fields = {
        agg["params"]["field"]
        for one in made
        if one["type"] == "visualization"
        for agg in orjson.loads(one["attributes"]["visState"])["aggs"]
        if "field" in agg["params"]
    }
    ledger = {f"shipper.ledger.{name}.events" for name in (*COLUMNS, "read", "pending")}
    assert ledger <= fields
    assert fields - ledger == {
        "@timestamp", "shipper.lag.seconds", "host.name", "labels.input", "agent.id", "error.type", "event.dataset",
    }  # fmt: skip
