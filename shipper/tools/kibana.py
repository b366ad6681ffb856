"""
What ``shipper setup --kibana`` does: give Kibana or OpenSearch Dashboards data views, a Discover session and a dashboard.

Only the documented APIs are used, never the product's own index. Every object has an id of ours: nothing of the user's is
written over, and a second run leaves everything as the first did.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import orjson
from msgspec.structs import replace

from shipper.cluster import data_views
from shipper.cluster.client import Client
from shipper.cluster.login import header_of, is_loopback, way_of
from shipper.config.settings import Elasticsearch
from shipper.errors import ShipperError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from shipper.cluster.data_views import Dialect
    from shipper.config.settings import Settings


class KibanaError(ShipperError):
    """It does not let itself be set up; the message says what was asked, what came back and what to do."""


@dataclass(frozen=True, slots=True)
class Request:
    """
    One change.

    Attributes:
        what: it makes, in a few words.
        path: of the ``POST`` request, with its query.
        body: of the request; the objects of a file to import.
        is_file: the body is sent as a file of NDJSON.
    """

    what: str
    path: str
    body: Any
    is_file: bool = False


@dataclass(slots=True)
class KibanaPlan:
    """
    What is to be done.

    Attributes:
        product: name and version.
        present: one line each: what is there already.
        requests: in their order.
    """

    product: str
    present: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)


class Kibana:
    """
    Kibana or OpenSearch Dashboards.

    Args:
        settings: the whole configuration.

    Raises:
        KibanaError: ``setup.kibana.host`` is missing, the output is no cluster, or its login would be sent unencrypted.
        ConfigError: a setting cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        kibana = settings.setup.kibana
        if kibana.host is None:
            raise KibanaError(
                "setup.kibana.host: write the URL of Kibana or OpenSearch Dashboards, such as https://kibana.example:5601"
            )
        if not isinstance(settings.output, Elasticsearch):
            raise KibanaError("output.local has nothing that Kibana could show")
        self._settings = settings
        self._space = kibana.space_id
        login: dict[str, Any] = {}
        if kibana.api_key is not None or kibana.username is not None:
            login = {
                "api_key": kibana.api_key,
                "username": kibana.username,
                "password": kibana.password,
                "bearer_token": None,
            }
        elif header_of(settings.output) and _in_the_open(kibana.host, settings.output):
            raise KibanaError(
                f"setup.kibana.host: {kibana.host} is plain http to another host, and the login of output.elasticsearch"
                f" ({way_of(settings.output)}) would go there unencrypted; expected https:// or a host of this machine;"
                " write https://, or, if a login may go over this network for all to read, give one in setup.kibana itself:"
                " username and password, or api_key"
            )
        self._client = Client(
            replace(
                settings.output,
                hosts=(kibana.host,),
                ssl=kibana.ssl or settings.output.ssl,
                headers={},
                compression_level=0,
                **login,
            )
        )
        self._dialect: Dialect | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def plan(self) -> KibanaPlan:
        """
        Find out what is lacking. Changes nothing.

        Raises:
            SendFailed: there is no answer.
            KibanaError: a question was refused, or the answer is of something else.
        """
        dialect = self.dialect()
        plan = KibanaPlan(dialect.name)
        if not dialect.opensearch:
            for view in data_views.views(self._settings):
                self._view(plan, view)
        made = data_views.objects(self._settings, dialect)
        what = (
            f"saved objects: {len(made)}, among them the Discover session and the dashboard Shipper"
        )
        path = self._path("/api/saved_objects/_import?overwrite=true")
        plan.requests.append(Request(what, path, made, is_file=True))
        return plan

    def carry_out(self, plan: KibanaPlan, done: Callable[[Request], object]) -> None:
        """
        Do what is planned; ``done`` is called after each request.

        Raises:
            SendFailed: there is no answer.
            KibanaError: a request was refused.
        """
        for request in plan.requests:
            if request.is_file:
                self._import(request)
            else:
                status, answer = self._ask("POST", request.path, body=request.body)
                if status != 200:
                    raise _refused(request.path, status, answer)
            done(request)

    def dialect(self) -> Dialect:
        """
        Product and version, by ``GET /api/status``.

        Raises:
            SendFailed: there is no answer.
            KibanaError: it is refused, or neither Kibana nor OpenSearch Dashboards answers.
        """
        if self._dialect is not None:
            return self._dialect
        status, answer = self._client.json("GET", "/api/status")
        if status in {401, 403}:
            raise _refused("/api/status", status, answer)
        found = answer if isinstance(answer, dict) else {}
        version = found.get("version")
        number = str(version.get("number", "")) if isinstance(version, dict) else ""
        parts = number.split("-")[0].split(".")
        if len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):
            why = (
                "tells no version: without a login it tells nothing; check the login"
                if "status" in found
                else f"was answered {status}; is setup.kibana.host right?"
            )
            raise KibanaError(f"{self._client.target}/api/status {why}")
        major, minor = int(parts[0]), int(parts[1])
        # OpenSearch Dashboards counts from 1 anew; Kibana was at 7 when they parted.
        self._dialect = data_views.Dialect(opensearch=major < 7, version=(major, minor))
        if self._dialect.opensearch and self._space is not None:
            raise KibanaError(
                "setup.kibana.space_id: OpenSearch Dashboards has no spaces; remove it"
            )
        return self._dialect

    def _view(self, plan: KibanaPlan, view: dict[str, Any]) -> None:
        """Plan a data view where it is missing or another."""
        path = self._path("/api/data_views/data_view")
        status, answer = self._ask("GET", f"{path}/{quote(view['id'])}")
        if status not in {200, 404}:
            raise _refused(path, status, answer)
        there = answer.get("data_view", {}) if status == 200 and isinstance(answer, dict) else {}
        if all(there.get(name) == view[name] for name in ("id", "title", "name", "timeFieldName")):
            plan.present.append(f"data view {view['name']}: exists")
        else:
            body = data_views.view_request(view)
            plan.requests.append(Request(f"data view {view['name']} ({view['title']})", path, body))

    def _import(self, request: Request) -> None:
        """Import a file of saved objects."""
        content = data_views.ndjson(request.body)
        boundary = f"shipper-{hashlib.sha256(content).hexdigest()[:32]}"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="shipper.ndjson"\r\n'
            "Content-Type: application/x-ndjson\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        status, answer = self._ask("POST", request.path, body=body, headers=kind)
        if status != 200 or not isinstance(answer, dict) or answer.get("success") is not True:
            errors = answer.get("errors") if isinstance(answer, dict) else None
            raise _refused(request.path, status, errors or answer)

    def _ask(
        self, method: str, path: str, *, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        xsrf = {} if method == "GET" else {self.dialect().xsrf: "true"}
        return self._client.json(method, path, body=body, headers={**xsrf, **(headers or {})})

    def _path(self, path: str) -> str:
        """The path within the space."""
        return path if self._space is None else f"/s/{quote(self._space, safe='')}{path}"


def _in_the_open(host: str, output: Elasticsearch) -> bool:
    """Whether requests to a host go over a network as plain http; an https:// host is tunnelled through a proxy."""
    proxy = None if output.proxy_disable else output.proxy_url
    return host.startswith("http:") and not (is_loopback(host) and is_loopback(proxy or host))


def _refused(path: str, status: int, answer: Any) -> KibanaError:
    """What was refused and what to do."""
    hint = {
        401: "check the login: setup.kibana.username and password, or api_key; the output's where there is none",
        403: "the login needs the right to change saved objects and data views in this space (Kibana: the features Discover, "
        "Dashboard, Visualize and Data View Management)",
        404: "check setup.kibana.host and space_id, and the base path of the server",
    }.get(status, "nothing after it was changed")
    text = answer if isinstance(answer, str) else orjson.dumps(answer).decode()
    return KibanaError(f"{path} was answered {status}: {text[:300]}; {hint}")
