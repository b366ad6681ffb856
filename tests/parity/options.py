"""
The options that the products' manuals list, processor by processor, and where each is in use.

``both``, ``opensearch`` or ``elasticsearch``. The options that every processor has stand under ``COMMON``. Elasticsearch is
taken at 9.1 and OpenSearch at 3.4, the versions of the rig's nodes.
"""

from __future__ import annotations

COMMON = "every processor"
ES, OS, BOTH = "elasticsearch", "opensearch", "both"

PAGES = {
    ES: "https://www.elastic.co/docs/reference/enrich-processor/{}-processor",
    OS: "https://docs.opensearch.org/latest/ingest-pipelines/processors/{}/",
}

_TEXT = {"field": BOTH, "target_field": BOTH, "ignore_missing": BOTH}

OPTIONS: dict[str, dict[str, str]] = {
    COMMON: {
        "if": BOTH,
        "tag": BOTH,
        "description": BOTH,
        "ignore_failure": BOTH,
        "on_failure": BOTH,
    },
    "append": {
        "field": BOTH,
        "value": BOTH,
        "allow_duplicates": BOTH,
        "media_type": ES,
    },
    "bytes": _TEXT,
    "community_id": dict.fromkeys(
        (
            "source_ip",
            "source_port",
            "destination_ip",
            "destination_port",
            "iana_number",
            "icmp_type",
            "icmp_code",
            "transport",
            "target_field",
            "seed",
            "ignore_missing",
        ),
        ES,
    ),
    "convert": {**_TEXT, "type": BOTH},
    "copy": {
        "source_field": OS,
        "target_field": OS,
        "ignore_missing": OS,
        "override_target": OS,
        "remove_source": OS,
    },
    "csv": {
        "field": BOTH,
        "target_fields": BOTH,
        "separator": BOTH,
        "quote": BOTH,
        "ignore_missing": BOTH,
        "trim": BOTH,
        "empty_value": BOTH,
    },
    "date": {
        "field": BOTH,
        "target_field": BOTH,
        "formats": BOTH,
        "timezone": BOTH,
        "locale": BOTH,
        "output_format": BOTH,
    },
    "dissect": {"field": BOTH, "pattern": BOTH, "append_separator": BOTH, "ignore_missing": BOTH},
    "dot_expander": {"field": BOTH, "path": BOTH, "override": ES},
    "drop": {},
    "fail": {"message": BOTH},
    "fingerprint": {
        "fields": BOTH,
        "target_field": BOTH,
        "salt": ES,
        "method": ES,
        "ignore_missing": BOTH,
        "exclude_fields": OS,
        "hash_method": OS,
    },
    "foreach": {"field": BOTH, "processor": BOTH, "ignore_missing": BOTH},
    "geoip": {
        "field": ES,
        "target_field": ES,
        "database_file": ES,
        "properties": ES,
        "ignore_missing": ES,
        "first_only": ES,
        "download_database_on_pipeline_creation": ES,
    },
    "grok": {
        "field": BOTH,
        "patterns": BOTH,
        "pattern_definitions": BOTH,
        "ecs_compatibility": ES,
        "trace_match": BOTH,
        "ignore_missing": BOTH,
        "capture_all_matches": OS,
    },
    "gsub": {**_TEXT, "pattern": BOTH, "replacement": BOTH},
    "html_strip": _TEXT,
    "join": {"field": BOTH, "separator": BOTH, "target_field": BOTH},
    "json": {
        "field": BOTH,
        "target_field": BOTH,
        "add_to_root": BOTH,
        "add_to_root_conflict_strategy": ES,
        "allow_duplicate_keys": ES,
        "strict_json_parsing": ES,
    },
    "kv": {
        "field": BOTH,
        "field_split": BOTH,
        "value_split": BOTH,
        "target_field": BOTH,
        "include_keys": BOTH,
        "exclude_keys": BOTH,
        "ignore_missing": BOTH,
        "prefix": BOTH,
        "trim_key": BOTH,
        "trim_value": BOTH,
        "strip_brackets": BOTH,
    },
    "lowercase": _TEXT,
    "network_direction": dict.fromkeys(
        (
            "source_ip",
            "destination_ip",
            "target_field",
            "internal_networks",
            "internal_networks_field",
            "ignore_missing",
        ),
        ES,
    ),
    "pipeline": {"name": BOTH, "ignore_missing_pipeline": ES},
    "redact": dict.fromkeys(
        (
            "field",
            "patterns",
            "pattern_definitions",
            "prefix",
            "suffix",
            "ignore_missing",
            "skip_if_unlicensed",
            "trace_redact",
        ),
        ES,
    ),
    "remove": {"field": BOTH, "ignore_missing": BOTH, "keep": ES, "exclude_field": OS},
    "remove_by_pattern": {"field_pattern": OS, "exclude_field_pattern": OS},
    "rename": {
        "field": BOTH,
        "target_field": BOTH,
        "ignore_missing": BOTH,
        "override": ES,
        "override_target": OS,
    },
    "script": {"source": BOTH, "lang": BOTH, "params": BOTH},
    "set": {
        "field": BOTH,
        "value": BOTH,
        "copy_from": ES,
        "override": BOTH,
        "ignore_empty_value": BOTH,
        "media_type": ES,
    },
    "sort": {"field": BOTH, "order": BOTH, "target_field": BOTH},
    "split": {**_TEXT, "separator": BOTH, "preserve_trailing": BOTH},
    "terminate": {},
    "trim": _TEXT,
    "uppercase": _TEXT,
    "uri_parts": dict.fromkeys(
        ("field", "target_field", "keep_original", "remove_if_successful", "ignore_missing"), ES
    ),
    "urldecode": _TEXT,
    "user_agent": {
        "field": BOTH,
        "target_field": BOTH,
        "regex_file": BOTH,
        "properties": BOTH,
        "ignore_missing": BOTH,
        "extract_device_type": ES,
        "ecs": OS,
    },
}

WHOLE = "(as a whole)"
"""What a case of a processor without options is about."""


def rows() -> list[tuple[str, str, str]]:
    """Processor, option, product; a processor without options has one row."""
    found = []
    for processor, options in OPTIONS.items():
        products = {"drop": BOTH, "terminate": ES}
        found += [(processor, option, where) for option, where in options.items()]
        if not options:
            found.append((processor, WHOLE, products[processor]))
    return found
