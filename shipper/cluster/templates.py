"""
Index templates: which one makes a data stream, and the one of ours where none does.

Pure. Priorities and patterns are weighed as the cluster does, so that the plan can say what would win and why.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shipper import __version__
from shipper.cluster.ingest import MANAGED_BY, is_ours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shipper.config.settings import DataStream

PRIORITY = 250  # above the built-in templates of both products (100 and 200)


@dataclass(frozen=True, slots=True)
class Template:
    """An index template of the cluster, as far as it matters here."""

    name: str
    patterns: tuple[str, ...]
    priority: int
    data_stream: bool
    ours: bool
    hash: str = ""

    @classmethod
    def from_api(cls, entry: dict[str, Any]) -> Template:
        """Read one entry of ``GET /_index_template``."""
        body = entry["index_template"]
        patterns = body.get("index_patterns") or []
        return cls(
            name=entry["name"],
            patterns=tuple([patterns] if isinstance(patterns, str) else patterns),
            priority=int(body.get("priority") or 0),
            data_stream="data_stream" in body,
            ours=is_ours(body),
            hash=str((body.get("_meta") or {}).get("hash", "")),
        )

    def matches(self, name: str) -> bool:
        """Whether one of the patterns fits; ``*`` stands for any text."""
        return any(
            re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name)
            for pattern in self.patterns
        )


def winner(templates: Iterable[Template], name: str) -> Template | None:
    """The template that the cluster would take for a new index or data stream of this name."""
    matching = [template for template in templates if template.matches(name)]
    return max(matching, key=lambda template: template.priority, default=None)


def template_name(stream: DataStream) -> str:
    """Name of our template for a dataset."""
    return f"shipper-logs-{stream.dataset}"


def template_body(stream: DataStream, *, text: str) -> dict[str, Any]:
    """
    Our template for a dataset: data streams of ECS documents.

    Args:
        stream: its dataset gives the pattern; every namespace is covered.
        text: the type for messages: ``match_only_text`` (a third smaller) where the cluster has it, else ``text``.
    """
    body: dict[str, Any] = {
        "index_patterns": [f"logs-{stream.dataset}-*"],
        "priority": PRIORITY,
        "data_stream": {},
        "template": {
            "settings": {
                "index": {
                    "refresh_interval": "5s",
                    "codec": "best_compression",
                    "mapping": {"total_fields": {"limit": 5000}},
                }
            },
            "mappings": _mappings(text),
        },
    }
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    body["_meta"] = {"managed_by": MANAGED_BY, "version": __version__, "hash": digest}
    return body


def probe(kind: str) -> dict[str, Any]:
    """A template to simulate: it is refused where the cluster has no such field type. Its pattern meets no other's."""
    mappings = {"properties": {"probe": {"type": kind}}}
    return {"index_patterns": ["shipper-probe-of-a-type"], "template": {"mappings": mappings}}


def template_hash(body: dict[str, Any]) -> str:
    """The hash that a body of ours carries."""
    return str(body["_meta"]["hash"])


def _mappings(text: str) -> dict[str, Any]:
    """Mappings for ECS: what needs a type of its own by name, the rest by rules."""
    date, keyword, long = {"type": "date"}, {"type": "keyword"}, {"type": "long"}
    return {
        "date_detection": False,
        "numeric_detection": False,
        "dynamic_templates": [
            {
                "ip_addresses": {
                    "match_mapping_type": "string",
                    "match": "ip",
                    "mapping": {"type": "ip", "ignore_malformed": True},
                }
            },
            {
                "geo_points": {
                    "path_match": "*.geo.location",
                    "mapping": {"type": "geo_point", "ignore_malformed": True},
                }
            },
            {
                "strings": {
                    "match_mapping_type": "string",
                    "mapping": {"type": "keyword", "ignore_above": 1024},
                }
            },
        ],
        "properties": {
            "@timestamp": date,
            "message": {"type": text},
            "data_stream": {
                "properties": {"type": keyword, "dataset": keyword, "namespace": keyword}
            },
            "ecs": {"properties": {"version": keyword}},
            "error": {"properties": {"message": {"type": text}, "stack_trace": {"type": text}}},
            "event": {
                "properties": {
                    "created": date,
                    "start": date,
                    "end": date,
                    "ingested": date,
                    "duration": long,
                    "sequence": long,
                    "original": {"type": "keyword", "index": False, "doc_values": False},
                }
            },
            "http": {
                "properties": {
                    "request": {"properties": {"body": {"properties": {"bytes": long}}}},
                    "response": {
                        "properties": {
                            "status_code": long,
                            "body": {"properties": {"bytes": long}},
                        }
                    },
                }
            },
            "log": {"properties": {"offset": long}},
        },
    }
