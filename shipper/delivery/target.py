"""
Whether a target may be written to: nothing that ``_bulk`` would make by itself may come out wrong.

Both products make an ordinary index of any name that is written to, unless something holds them back. Runs in sender threads,
asks and changes nothing.
"""

from __future__ import annotations

import logging
import urllib.parse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shipper.cluster.behind import write_index
from shipper.cluster.client import Client, RefusedError
from shipper.records import SendFailed

if TYPE_CHECKING:
    from shipper.cluster.flavour import Flavour
    from shipper.records import Route

_log = logging.getLogger("shipper.delivery")

_DENIED = {401, 403}
_TEMPLATES = ",".join(
    f"index_templates.{name}"
    for name in (
        "name",
        "index_template.index_patterns",
        "index_template.priority",
        "index_template.data_stream",
    )
)
SETUP = "run `shipper setup`"


class Targets:
    """
    Looks at targets.

    Args:
        client: of the cluster.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._told: set[str] = set()

    def ready(self, route: Route, flavour: Flavour) -> str | None:
        """
        See that writing to a route makes nothing wrong.

        Returns:
            None where it may be written to; otherwise why not, and what to do.

        Raises:
            SendFailed: it cannot be found out now.
            RefusedError: the cluster refuses to tell what must be known.
        """
        if route.mode == "daily":
            return self._daily(route)
        if route.mode == "rollover_alias":
            return self._alias(route)
        if flavour.require_data_stream:
            return None
        return self._streams(route) if route.many else self._stream(route)

    def _stream(self, route: Route) -> str | None:
        found = self._resolved(route.index)
        if any(stream.get("name") == route.index for stream in found.get("data_streams", [])):
            return None
        if found.get("indices") or found.get("aliases"):
            return f"{route.index} is an ordinary index or alias, not a data stream; delete it or move it away, then {SETUP}"
        return f"data stream {route.index} does not exist; {SETUP}"

    def _streams(self, route: Route) -> str | None:
        """Data streams are made as they are needed where a template of data streams covers their names."""
        template = self._template(route.index, route.index.replace("*", "x"))
        if template is None:
            return None
        if not template:
            return f"no index template covers {route.index}; {SETUP}"
        if "data_stream" not in template["index_template"]:
            return (
                f"the index template {template['name']}, which wins for {route.index}, does not make data streams; give it"
                f" `data_stream: {{}}`, or delete it and {SETUP}"
            )
        return None

    def _alias(self, route: Route) -> str | None:
        found = self._resolved(route.index)
        if any(index.get("name") == route.index for index in found.get("indices", [])):
            return f"{route.index} is an ordinary index, not an alias; delete it or move it away, then {SETUP}"
        if found.get("data_streams"):
            return (
                f"{route.index} is a data stream; set output.elasticsearch.target.mode to data_stream, or"
                " change target.prefix"
            )
        if not found.get("aliases"):
            return f"the alias {route.index} does not exist; {SETUP}"
        return self._write_index(route.index)

    def _write_index(self, alias: str) -> str | None:
        """Whether an alias that exists has an index to write to."""
        name = urllib.parse.quote(alias, safe="")
        status, found = self._client.json("GET", f"/{name}/_alias/{name}")
        certain("GET /_alias", status)
        if status in _DENIED:  # require_alias and the answer of _bulk will tell
            self._tell(
                f"GET /_alias/{alias}", "whether it has a write index is not known beforehand"
            )
            return None
        if status == 200 and write_index(alias, found):
            return None
        return f"the alias {alias} has no write index; {SETUP}, or set is_write_index on one of its indices"

    def _daily(self, route: Route) -> str | None:
        """Indices are made as they are needed, and rightly where a template covers their names."""
        today = f"{datetime.now(UTC):%Y.%m.%d}"
        sample = route.index.removesuffix("*").replace("*", "x") + today
        template = self._template(route.index, sample)
        if template is None:
            return None
        if not template:
            return (
                f"no index template covers {route.index}, so its mappings would be guessed; {SETUP}"
            )
        if "data_stream" in template["index_template"]:
            return (
                f"the index template {template['name']}, which wins for {route.index}, makes data streams only; change"
                f" output.elasticsearch.target.prefix, or delete the template and {SETUP}"
            )
        return None

    def _template(self, pattern: str, name: str) -> dict[str, Any] | None:
        """The template that wins for a new index; empty where there is none, None where it is not to be known."""
        from shipper.cluster.templates import Template, winner  # noqa: PLC0415 - only for these targets

        question = "GET /_index_template"
        status, found = self._client.json(
            "GET", "/_index_template", params={"filter_path": _TEMPLATES}
        )
        certain(question, status)
        if status in _DENIED:
            self._tell(question, f"whether a template covers {pattern} is not known")
            return None
        entries = found.get("index_templates", []) if isinstance(found, dict) else []
        won = winner([Template.from_api(entry) for entry in entries], name)
        return next((entry for entry in entries if won and entry["name"] == won.name), {})

    def _resolved(self, name: str) -> dict[str, Any]:
        """What there is under a name."""
        question = f"GET /_resolve/index/{name}"
        quoted = urllib.parse.quote(name, safe="")
        status, found = self._client.json("GET", f"/_resolve/index/{quoted}")
        if status in _DENIED:
            advice = self._client.advice(status, found)
            raise RefusedError(f"{question} was answered {status}", status, advice)
        certain(question, status)
        return found if isinstance(found, dict) and status == 200 else {}

    def _tell(self, question: str, what: str) -> None:
        """Say once that something cannot be looked at."""
        if question not in self._told:
            self._told.add(question)
            _log.warning("%s is not allowed: %s; going on", question, what)


def certain(question: str, status: int) -> None:
    """Raise SendFailed where a cluster in trouble, or a proxy in front of it, says nothing about what was asked."""
    if status in {408, 429} or status >= 500:
        raise SendFailed("lost", f"{question} was answered {status}")
