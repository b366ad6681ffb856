"""
The processors: a module a family, a function a processor, imported when a pipeline first uses it.

Each function takes the processor's options and the pipeline it is built for, and returns a closure over a document.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options

    Run = Callable[[Document], None]
    Builder = Callable[[Options, Build], Run]

PROCESSORS: dict[str, str] = {
    "append": "assign:append",
    "bytes": "text:bytes_",
    "community_id": "community_id:community_id",
    "convert": "convert:convert",
    "copy": "moving:copy_",
    "csv": "csv:csv",
    "date": "date:date",
    "dissect": "dissect:dissect",
    "dot_expander": "dot_expander:dot_expander",
    "drop": "flow:drop",
    "fail": "flow:fail",
    "fingerprint": "fingerprint:fingerprint",
    "foreach": "flow:foreach",
    "geoip": "geoip:geoip",
    "grok": "grok:grok",
    "gsub": "text:gsub",
    "html_strip": "html_strip:html_strip",
    "join": "text:join",
    "json": "json:json",
    "kv": "kv:kv",
    "lowercase": "text:lowercase",
    "network_direction": "network_direction:network_direction",
    "pipeline": "flow:pipeline",
    "redact": "redact:redact",
    "remove": "moving:remove",
    "remove_by_pattern": "remove_by_pattern:remove_by_pattern",
    "rename": "moving:rename",
    "script": "script:script",
    "set": "assign:set_",
    "sort": "sort:sort",
    "split": "text:split",
    "terminate": "flow:terminate",
    "trim": "text:trim",
    "uppercase": "text:uppercase",
    "uri_parts": "uri_parts:uri_parts",
    "urldecode": "text:urldecode",
    "user_agent": "user_agent:user_agent",
}

ONLY: dict[str, str] = {
    "copy": "opensearch",
    "network_direction": "elasticsearch",
    "redact": "elasticsearch",
    "remove_by_pattern": "opensearch",
    "terminate": "elasticsearch",
    "uri_parts": "elasticsearch",
}
"""Processors that only one of the products has."""

CLUSTER_ONLY: dict[str, str] = {
    "acl_routing": "it routes by access rights of the cluster",
    "attachment": "it needs Apache Tika",
    "circle": "it needs the cluster's geometry library",
    "date_index_name": "it changes _index, which Shipper decides",
    "enrich": "its data are in the cluster",
    "geo_grid": "it needs the cluster's geometry library",
    "hierarchical_routing": "it changes the routing in the cluster",
    "inference": "its models are in the cluster",
    "ip_location": "it is not built yet",
    "normalize_for_stream": "it is not built yet",
    "recover_failure_document": "failure stores are in the cluster",
    "registered_domain": "the list of public suffixes is the cluster's, and no two releases have the same",
    "reroute": "it changes _index, which Shipper decides",
    "set_security_user": "users are known to the cluster only",
    "sparse_encoding": "its models are in the cluster",
    "temporal_routing": "it changes the routing in the cluster",
    "text_embedding": "its models are in the cluster",
}
"""Processors that the products have and the edge has not, and why."""


def builder(kind: str) -> Builder:
    """The function that builds a processor of the table; imports its module."""
    module, _, name = PROCESSORS[kind].partition(":")
    found: Builder = getattr(import_module(f"{__name__}.{module}"), name)
    return found
