"""Names from Logstash and Filebeat that people write for processors, and what does the same here."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "no processor does that"
_LOGSTASH: Final = {
    "mutate": "its parts are the processors rename, convert, gsub, lowercase, uppercase, trim, split, join, remove and set",
    "useragent": "write user_agent",
    "anonymize": "write fingerprint",
    "de_dot": "write dot_expander",
    "prune": "write remove",
    "truncate": "write gsub with the pattern '^(.{100}).+' and the replacement '$1'",
    "tld": "write registered_domain (run: cluster)",
    "cidr": "write network_direction",
    "translate": "write enrich (run: cluster), or set with an if",
    "ruby": "write script",
    "multiline": "it is a parser of the input: parsers: [{multiline: …}]",
    "syslog_pri": "the input's parser syslog reads the priority",
    "clone": _NOTHING,
    "xml": _NOTHING,
    "dns": _NOTHING,
    "uuid": _NOTHING,
    "aggregate": _NOTHING,
    "throttle": _NOTHING,
    "elapsed": _NOTHING,
    "json_encode": _NOTHING,
    "jdbc_streaming": _NOTHING,
    "memcached": _NOTHING,
    "http": _NOTHING,
}
_FILEBEAT: Final = {
    "add_fields": "write set",
    "add_tags": "write append to tags",
    "add_labels": "write set",
    "copy_fields": "write set with copy_from, or OpenSearch's copy",
    "drop_event": "write drop with an if",
    "drop_fields": "write remove",
    "include_fields": "write remove with keep",
    "decode_json_fields": "write json",
    "decode_csv_fields": "write csv",
    "timestamp": "write date",
    "replace": "write gsub",
    "truncate_fields": "write gsub",
    "extract_array": "write set with copy_from",
    "rename_fields": "write rename",
    "add_host_metadata": "host.name and host.id are in every event; put more into fields of the input",
    "add_docker_metadata": "what a container's path tells is in its events",
    "add_kubernetes_metadata": "what a container's path tells is in its events",
}


def hint(name: str) -> str:
    """What to write in place of another tool's name; empty where it is none."""
    if name in _LOGSTASH:
        return f"that is a filter of Logstash's; {_LOGSTASH[name]}"
    if name in _FILEBEAT:
        return f"that is a processor of Filebeat's; {_FILEBEAT[name]}"
    return ""
