"""
Mappings of our index templates: ECS fields, those that a configuration adds, and the guard against foreign keys.

Pure. Everything here is the ``mappings`` part of a template's body.
"""

from __future__ import annotations

from typing import Any

MANAGED = {"managed_by": "shipper"}  # in the mapping of every index that a template of ours made

# Objects of ECS and of the events that Shipper makes: `unknown_objects: flattened` leaves these as objects.
_OBJECT_NAMES = """
agent agent.build
client client.as client.as.organization client.geo client.nat client.user
cloud cloud.account cloud.instance cloud.machine cloud.project cloud.service
code_signature container container.image container.image.hash
data_stream destination destination.as destination.as.organization destination.geo destination.nat destination.user
device dns dns.question ecs
email email.from email.to email.cc email.bcc email.reply_to email.sender
error event
faas faas.trigger file file.hash file.x509
group host host.os host.geo host.disk host.disk.read host.disk.write host.network host.network.egress
host.network.ingress host.cpu
http http.request http.request.body http.response http.response.body
kubernetes kubernetes.container kubernetes.namespace kubernetes.node kubernetes.pod kubernetes.deployment
log log.file log.origin log.origin.file log.syslog log.syslog.facility log.syslog.severity
network network.forwarded network.inner network.vlan
observer observer.egress observer.egress.interface observer.egress.vlan observer.geo observer.ingress
observer.ingress.interface observer.ingress.vlan observer.os
orchestrator orchestrator.cluster orchestrator.resource organization package
process process.hash process.parent process.thread process.user
registry registry.data related rule
server server.as server.as.organization server.geo server.nat server.user service service.node
service.origin service.target
source source.as source.as.organization source.geo source.nat source.user
span threat threat.tactic threat.technique tls tls.cipher tls.client tls.client.x509 tls.server tls.server.x509
trace transaction url
user user.changes user.effective user.group user.risk user.target
user_agent user_agent.device user_agent.os volume vulnerability vulnerability.scanner vulnerability.score
"""
_SHIPPERS = """
agent.id agent.name agent.type agent.version ecs.version error.type event.dataset host.id host.name input.type
log.file.path log.flags tags container.id kubernetes.namespace kubernetes.pod.name kubernetes.pod.uid
kubernetes.container.name
"""
_FLAT = {"elasticsearch": "flattened", "opensearch": "flat_object"}
_PARTS = frozenset({"properties", "fields"})  # what may stand without a type, or beside it


def mappings(
    *,
    text: str,
    complete: bool,
    dynamic: str = "true",
    custom: dict[str, Any] | None = None,
    flat: str | None = None,
) -> dict[str, Any]:
    """
    Mappings of a template.

    Args:
        text: type for messages.
        complete: whether ECS fields are mapped here; False where the template is composed of the cluster's own rules.
        dynamic: as the mapping API has it.
        custom: field → mapping; dotted names are objects in objects.
        flat: type that takes every object which nothing else maps, see :func:`flat_type`; None maps them field by field.
    """
    body: dict[str, Any] = {"_meta": MANAGED}
    if dynamic != "true":
        body["dynamic"] = {"false": False}.get(dynamic, dynamic)
    rules: list[dict[str, Any]] = []
    if complete:
        body |= {"date_detection": False, "numeric_detection": False}
        rules += _RULES
    if flat:
        rules += _guard(flat)  # last: points are objects, too
    if rules:
        body["dynamic_templates"] = rules
    fields = _ecs(text) if complete else _own()
    if dynamic in {
        "false",
        "strict",
    }:  # no rule maps anything then, and `strict` would refuse every event
        for name, mapping in _every_event(text).items():
            _put(fields, name, mapping)
    for name, mapping in (custom or {}).items():
        _put(fields, name, mapping)
    body["properties"] = fields
    return body


def flat_type(product: str) -> str:
    """The field type that keeps a whole object as one field."""
    return _FLAT[product]


def custom_problems(custom: dict[str, Any], place: str) -> list[str]:
    """
    What is wrong with mappings of a configuration, as far as it can be told without the cluster.

    Args:
        custom: field → mapping.
        place: of them in the configuration, for the messages.
    """
    problems: list[str] = []
    for name, mapping in custom.items():
        problems += _mapping_problems(mapping, f"{place}: {name}")
    for name in custom:
        parts = name.split(".")
        if "" in parts:
            problems.append(f"{place}: {name}: a name between two dots is empty")
        above = (".".join(parts[:end]) for end in range(1, len(parts)))
        problems += [
            f"{place}: {name} lies in {one}, which is of type {custom[one]['type']}; a field cannot be both"
            for one in above
            if isinstance(custom.get(one), dict)
            and custom[one].get("type", "object") not in {"object", "nested"}
        ]
    return problems


def _mapping_problems(mapping: Any, place: str) -> list[str]:
    """Of one mapping and those in it."""
    if not isinstance(mapping, dict):
        return [f"{place}: expected a mapping such as {{type: keyword}}, found {mapping!r}"]
    kind = mapping.get("type")
    if kind is None and not _PARTS & mapping.keys():
        inner = [key for key, value in mapping.items() if isinstance(value, dict)]
        field = place.rpartition(": ")[2]
        hint = f"; for an object's field write {field}.{inner[0]}" if inner else ""
        return [f"{place}: has no type; write {{type: keyword}} or another type{hint}"]
    if kind is not None and not isinstance(kind, str):
        return [f"{place}.type: expected the name of a field type, found {kind!r}"]
    if kind is None and "properties" not in mapping:
        return [f"{place}: has fields and no type; write type: keyword or another type beside them"]
    problems = []
    for part in _PARTS & mapping.keys():
        inner = mapping[part]
        if not isinstance(inner, dict):
            problems.append(f"{place}.{part}: expected field names with their mappings")
            continue
        for name, one in inner.items():
            problems += _mapping_problems(one, f"{place}.{part}.{name}")
    return problems


def _put(fields: dict[str, Any], name: str, mapping: dict[str, Any]) -> None:
    """Put a mapping under a dotted name; a leaf of ours is replaced, an object is entered."""
    *above, leaf = name.split(".")
    for part in above:
        inner = fields.setdefault(part, {})
        if not {"properties"} & inner.keys() and inner.get("type", "object") not in {
            "object",
            "nested",
        }:
            fields[part] = inner = {}
        fields = inner.setdefault("properties", {})
    before = fields.get(leaf, {})
    if "properties" in before and "properties" in mapping:
        inner = dict(before["properties"])
        for key, value in mapping["properties"].items():
            _put(inner, key, value)
        fields[leaf] = {**mapping, "properties": inner}
    else:
        fields[leaf] = mapping


def _guard(flat: str) -> list[dict[str, Any]]:
    """
    Rules that keep unknown objects in one field each.

    Regular expressions on the whole path are understood by both products; lists in ``path_unmatch`` are not.
    """
    known = "|".join(_OBJECT_NAMES.replace(".", r"\.").split())
    return [
        {
            "known_objects": {
                "match_mapping_type": "object",
                "match_pattern": "regex",
                "path_match": known,
                "mapping": {"type": "object"},
            }
        },
        {
            "unknown_objects": {
                "match_mapping_type": "object",
                "path_match": "*",
                "mapping": {"type": flat},
            }
        },
    ]


_RULES: list[dict[str, Any]] = [
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
]


def _own() -> dict[str, Any]:
    """Fields that the cluster's ECS rules leave to us: what `search_after` sorts by, and the untouched line."""
    return _objects(
        {
            "event.original": {"type": "keyword", "index": False, "doc_values": False},
            "event.sequence": {"type": "long"},
            "log.offset": {"type": "long"},
        }
    )


def _every_event(text: str) -> dict[str, Any]:
    """Field → mapping of what Shipper itself puts into events; logs@mappings has ``@timestamp`` and ``data_stream``."""
    keyword = {"type": "keyword", "ignore_above": 1024}
    long = {"type": "long"}
    return dict.fromkeys(_SHIPPERS.split(), keyword) | {
        "log.gap.start": long,
        "log.gap.end": long,
        "message": {"type": text},
        "error.message": {"type": text},
        "event.original": {"type": "keyword", "index": False, "doc_values": False},
    }


def _ecs(text: str) -> dict[str, Any]:
    """Fields of ECS that need a type by name; the rest is decided by the rules."""
    date, keyword, long = {"type": "date"}, {"type": "keyword"}, {"type": "long"}
    types: dict[str, Any] = {
        "@timestamp": date,
        "message": {"type": text},
        "error.message": {"type": text},
        "error.stack_trace": {"type": text},
        "event.original": {"type": "keyword", "index": False, "doc_values": False},
    }
    types |= dict.fromkeys(
        ("event.created", "event.start", "event.end", "event.ingested", "process.start"), date
    )
    types |= dict.fromkeys(
        ("data_stream.type", "data_stream.dataset", "data_stream.namespace", "ecs.version"), keyword
    )
    types |= dict.fromkeys(
        (
            "event.duration",
            "event.sequence",
            "event.severity",
            "http.request.bytes",
            "http.request.body.bytes",
            "http.response.bytes",
            "http.response.body.bytes",
            "http.response.status_code",
            "log.offset",
            "log.origin.file.line",
            "log.syslog.priority",
            "log.syslog.facility.code",
            "log.syslog.severity.code",
            "process.pid",
            "process.thread.id",
            "url.port",
            *(f"{end}.{what}" for end in ("source", "destination", "client", "server") for what in ("port", "bytes", "packets")),
        ),
        long,
    )  # fmt: skip
    return _objects(types)


def _objects(types: dict[str, Any]) -> dict[str, Any]:
    """Dotted names as objects in objects."""
    fields: dict[str, Any] = {}
    for name, mapping in types.items():
        _put(fields, name, mapping)
    return fields
