"""
The output that sends to a cluster. It creates nothing but documents, in targets that exist or come out right.

Runs in sender threads. What differs between products is asked of the flavour.
"""

from __future__ import annotations

import logging
import threading
import urllib.parse
from typing import TYPE_CHECKING

from shipper.cluster.client import NDJSON, Client, RefusedError
from shipper.delivery.doubt import Earlier
from shipper.delivery.target import Targets, certain
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        self._targets = Targets(self._client)
        self._earlier = Earlier(self._client)
        self._known = ("", "")
        self._reloading = threading.Lock()
        self._broken = ""

    @property
    def client(self) -> Client:
        """The client, for whoever needs more of the cluster than ``_bulk``."""
        return self._client

    def ready(self, route: Route) -> str | None:
        """
        See that writing to the route would make no index that is wrong.

        Where ``_bulk`` takes ``require_data_stream`` the cluster itself sees to it; otherwise see :class:`Targets`.
        """
        if self._broken:
            return self._broken
        try:
            flavour = self._client.info()
        except RefusedError as error:
            return _refused(error)
        self._known = (flavour.product, flavour.number)
        try:
            return self._targets.ready(route, flavour)
        except RefusedError as error:
            return _refused(error)

    def send(self, route: Route, body: bytes, count: int) -> Answer:  # noqa: ARG002 - the contract has it
        """Send one ``_bulk`` request."""
        params = {"filter_path": FILTER}
        flavour = self._client.flavour
        if route.mode == "rollover_alias":
            params["require_alias"] = "true"
        elif route.mode == "data_stream" and flavour is not None and flavour.require_data_stream:
            params["require_data_stream"] = "true"
        if route.pipeline:
            params["pipeline"] = route.pipeline
        path = "/_bulk" if route.many else f"/{urllib.parse.quote(route.index, safe='')}/_bulk"
        return self._client.request("POST", path, params=params, body=body, headers=NDJSON)

    def earlier(self, route: Route, actions: Sequence[bytes], since: float) -> set[int]:
        """Look into the indices that the route's targets have rolled over from; see :class:`Earlier`."""
        return self._earlier.find(route, actions, since)

    def pipeline_exists(self, name: str) -> bool | None:
        """Ask for the pipeline; without the right to look, None."""
        path = f"/_ingest/pipeline/{urllib.parse.quote(name, safe='')}"
        status, _ = self._client.json(
            "GET", path, params={"filter_path": "*.version,*.description"}
        )
        certain("GET /_ingest/pipeline", status)
        return {200: True, 404: False}.get(status)

    def failure(self, route: Route, ids: Sequence[str]) -> tuple[str, str] | str | None:
        """Search the failure store, which takes the right ``read_failure_store``."""
        body = {
            "size": 1,
            "sort": [{"@timestamp": "desc"}],
            "query": {"terms": {"document.id": list(ids)}},
            "_source": ["error.type", "error.message"],
        }
        name = urllib.parse.quote(route.index, safe="*")
        status, found = self._client.json("POST", f"/{name}::failures/_search", body=body)
        certain("POST /NAME::failures/_search", status)
        if status in {401, 403}:
            return f"what the right `read_failure_store` on {route.index} would show"
        hits = found.get("hits", {}).get("hits", []) if isinstance(found, dict) else []
        if status != 200 or not hits:
            return None
        error = hits[0].get("_source", {}).get("error", {})
        return str(error.get("type", "")), str(error.get("message", ""))

    def refresh(self) -> None:
        """Read keys and certificates again and forget which product it is."""
        with self._reloading:
            try:
                self._client.reload()
                self._broken = ""
            except ConfigError as error:
                self._broken = str(error)

    def mended(self) -> bool:
        """Whether there are other keys or certificates to be read."""
        return self._client.differs()

    def describe(self) -> tuple[str, str, str]:
        """Hosts, product and version."""
        return self._client.target, *self._known

    def close(self) -> None:
        """Close idle connections."""
        self._client.close()


def _refused(error: RefusedError) -> str:
    """Say what to do about a refused question."""
    return str(error) if error.advice else f"{error}; check output.elasticsearch.hosts"
