"""
The output that sends to a cluster. It creates nothing but documents in data streams that exist.

Runs in sender threads. What differs between products is asked of the flavour.
"""

from __future__ import annotations

import logging
import threading
import urllib.parse
from typing import TYPE_CHECKING, Any

from shipper.cluster.client import NDJSON, Client, RefusedError
from shipper.errors import ConfigError
from shipper.records import SendFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.config.settings import Elasticsearch
    from shipper.records import Answer, Route

_log = logging.getLogger("shipper.delivery")

FILTER = (
    "errors,took,items.*.status,items.*.error,items.*.result,items.*.failure_store,items.*._index"
)


class ClusterOutput:
    """
    Elasticsearch or OpenSearch.

    Args:
        settings: of ``output.elasticsearch``.
        reread: gives the settings anew with secrets read from their files; see :class:`Client`.

    Raises:
        ConfigError: a setting cannot be used.
    """

    kind = "elasticsearch"

    def __init__(
        self, settings: Elasticsearch, *, reread: Callable[[], Elasticsearch] | None = None
    ) -> None:
        self._client = Client(settings, reread=reread)
        self._known = ("", "")
        self._reloading = threading.Lock()
        self._broken = ""

    @property
    def client(self) -> Client:
        """The client, for whoever needs more of the cluster than ``_bulk``."""
        return self._client

    def ready(self, route: Route) -> str | None:
        """
        See that writing to the route would make no ordinary index.

        Where ``_bulk`` takes ``require_data_stream`` the cluster itself sees to it; elsewhere the data stream must be
        there already.
        """
        if self._broken:
            return self._broken
        try:
            flavour = self._client.info()
        except RefusedError as error:
            return _refused(error)
        self._known = (flavour.product, flavour.number)
        if flavour.require_data_stream:
            return None
        name = urllib.parse.quote(route.index, safe="")
        status, found = self._client.json("GET", f"/_resolve/index/{name}")
        if status in {401, 403}:
            return _refused(
                RefusedError(f"GET /_resolve/index/{route.index} was answered {status}", status)
            )
        _certain("GET /_resolve/index", status)
        streams = found.get("data_streams", []) if isinstance(found, dict) else []
        if any(stream.get("name") == route.index for stream in streams):
            return None
        if isinstance(found, dict) and (found.get("indices") or found.get("aliases")):
            return (
                f"{route.index} is an ordinary index or alias, not a data stream; delete it or move it away, then run "
                "`shipper setup`"
            )
        return f"data stream {route.index} does not exist; run `shipper setup`"

    def send(self, route: Route, body: bytes, count: int) -> Answer:  # noqa: ARG002 - the contract has it
        """Send one ``_bulk`` request."""
        params = {"filter_path": FILTER}
        flavour = self._client.flavour
        if flavour is not None and flavour.require_data_stream:
            params["require_data_stream"] = "true"
        if route.pipeline:
            params["pipeline"] = route.pipeline
        name = urllib.parse.quote(route.index, safe="")
        return self._client.request(
            "POST", f"/{name}/_bulk", params=params, body=body, headers=NDJSON
        )

    def pipeline_exists(self, name: str) -> bool | None:
        """Ask for the pipeline; without the right to look, None."""
        path = f"/_ingest/pipeline/{urllib.parse.quote(name, safe='')}"
        status, _ = self._client.json(
            "GET", path, params={"filter_path": "*.version,*.description"}
        )
        _certain("GET /_ingest/pipeline", status)
        return {200: True, 404: False}.get(status)

    def refresh(self) -> None:
        """Read keys and certificates again and forget which product it is."""
        with self._reloading:
            try:
                self._client.reload()
                self._broken = ""
            except ConfigError as error:
                self._broken = str(error)

    def describe(self) -> tuple[str, str, str]:
        """Hosts, product and version."""
        return self._client.target, *self._known

    def close(self) -> None:
        """Close idle connections."""
        self._client.close()


def _certain(question: str, status: int) -> None:
    """Raise SendFailed where a cluster in trouble, or a proxy in front of it, says nothing about what was asked."""
    if status in {408, 429} or status >= 500:
        raise SendFailed("lost", f"{question} was answered {status}")


def _refused(error: RefusedError) -> str:
    """Say what to do about a refused question."""
    hint: Any = {
        401: "check the login or API key of output.elasticsearch",
        403: "give the login or API key the cluster right `monitor`, and `view_index_metadata` on the data streams",
    }.get(error.status, "check output.elasticsearch.hosts")
    return f"{error}; {hint}"
