"""An example of each processor for the manual: the step, and a document that shows what it does. Tested at the edge and on the node."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import yaml

from tests.parity.edge import edge
from tests.parity.options import BOTH, OPTIONS, OS

PIPELINES: dict[str, dict[str, Any]] = {
    "example-level": {"processors": [{"uppercase": {"field": "log.level"}}]}
}
"""What the example of ``pipeline`` calls."""


class Example(NamedTuple):
    """
    One processor in use.

    Attributes:
        text: YAML, an item of ``processors``.
        document: that it works on; None where it needs what not everybody has.
    """

    text: str
    document: dict[str, Any] | None

    @property
    def step(self) -> dict[str, Any]:
        """The step as plain Python."""
        (step,) = yaml.safe_load(self.text)
        assert isinstance(step, dict)
        return step


EXAMPLES: dict[str, Example] = {
    "append": Example("- append: {field: tags, value: [web, '{{zone}}']}", {"tags": ["a"], "zone": "eu"}),
    "bytes": Example("- bytes: {field: size}", {"size": "1.5kb"}),
    "community_id": Example(
        "- community_id: {}",
        {
            "source": {"ip": "10.0.0.1", "port": 4711},
            "destination": {"ip": "10.0.0.2", "port": 80},
            "network": {"transport": "tcp"},
        },
    ),
    "convert": Example("- convert: {field: status, type: integer}", {"status": "200"}),
    "copy": Example("- copy: {source_field: message, target_field: event.original}", {"message": "hi"}),
    "csv": Example("- csv: {field: line, target_fields: [user, city]}", {"line": 'ann,"New York, NY"'}),
    "date": Example("- date: {field: time, formats: ['dd/MMM/yyyy:HH:mm:ss Z']}", {"time": "22/Nov/2026:10:00:00 +0100"}),
    "dissect": Example("- dissect: {field: message, pattern: '%{level} %{?skip} %{rest}'}", {"message": "WARN 17 disk full"}),
    "dot_expander": Example("- dot_expander: {field: user.name}", {"user.name": "ann"}),
    "drop": Example("- drop: {if: ctx.level == 'debug'}", {"level": "debug"}),
    "fail": Example("- fail: {message: 'no user in {{id}}', if: ctx.user == null}", {"id": 7}),
    "fingerprint": Example("- fingerprint: {fields: [user, path]}", {"user": "ann", "path": "/"}),
    "foreach": Example("- foreach: {field: names, processor: {uppercase: {field: _ingest._value}}}", {"names": ["ann", "bob"]}),
    "geoip": Example("- geoip: {field: source.ip, target_field: source.geo}", None),
    "grok": Example("- grok: {field: message, patterns: ['^%{IP:client} %{WORD:method}']}", {"message": "10.0.0.1 GET /"}),
    "gsub": Example("- gsub: {field: path, pattern: '[0-9]+', replacement: N}", {"path": "/user/17/post/3"}),
    "html_strip": Example("- html_strip: {field: body}", {"body": "<p>1 &lt; <b>2</b><br>so"}),
    "join": Example("- join: {field: tags, separator: ', '}", {"tags": ["a", "b"]}),
    "json": Example("- json: {field: message, target_field: data}", {"message": '{"a": 1}'}),
    "kv": Example("- kv: {field: message, field_split: ' ', value_split: '='}", {"message": "user=ann took=3"}),
    "lowercase": Example("- lowercase: {field: level}", {"level": "WARN"}),
    "network_direction": Example(
        "- network_direction: {internal_networks: [private, '2001:db8::/32']}",
        {"source": {"ip": "10.0.0.1"}, "destination": {"ip": "8.8.8.8"}},
    ),
    "pipeline": Example("- pipeline: {name: example-level}", {"log": {"level": "warn"}}),
    "redact": Example(
        "- redact: {field: message, patterns: ['%{IP:client}', '%{EMAILADDRESS:email}']}",
        {"message": "ann@example.com from 10.0.0.1"},
    ),
    "remove": Example("- remove: {field: [tmp, debug], ignore_missing: true}", {"tmp": 1, "a": 2}),
    "remove_by_pattern": Example("- remove_by_pattern: {field_pattern: 'tmp_*'}", {"tmp_a": 1, "tmp_b": 2, "a": 3}),
    "rename": Example("- rename: {field: msg, target_field: message}", {"msg": "hi"}),
    "script": Example(
        "- script: {source: 'ctx.total = ctx.price * params.rate', params: {rate: 2}}", {"price": 21}
    ),
    "set": Example("- set: {field: event.kind, value: event}", {"a": 1}),
    "sort": Example("- sort: {field: sizes, order: desc}", {"sizes": [3, 10, 2]}),
    "split": Example("- split: {field: path, separator: /}", {"path": "var/log/app"}),
    "terminate": Example("- terminate: {if: ctx.level == 'debug'}", {"level": "debug"}),
    "trim": Example("- trim: {field: name}", {"name": " ann "}),
    "uppercase": Example("- uppercase: {field: code}", {"code": "eu"}),
    "uri_parts": Example("- uri_parts: {field: link, keep_original: false}", {"link": "https://example.com:8443/a.html?q=1"}),
    "urldecode": Example("- urldecode: {field: query}", {"query": "a%20b+c"}),
    "user_agent": Example(
        "- user_agent: {field: agent, properties: [name, version]}",
        {"agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"},
    ),
}  # fmt: skip


def flavour_of(kind: str) -> str:
    """The product that an example is shown for; Elasticsearch where both have the processor."""
    products = set(OPTIONS.get(kind, {}).values())
    return "opensearch" if products == {OS} else "elasticsearch"


def on_node(kind: str) -> bool:
    """Whether OpenSearch makes the same of the example."""
    products = set(OPTIONS[kind].values()) or {BOTH}
    return bool(products & {BOTH, OS}) and kind not in {"fingerprint", "terminate"}


def lines(kind: str) -> list[str]:
    """The example as the manual shows it."""
    example = EXAMPLES[kind]
    found = ["```yaml", example.text, "```"]
    if example.document is None:
        return [*found, ""]
    (outcome,) = edge({"processors": [example.step]}, [{"_source": example.document}], flavour_of(kind), PIPELINES)  # fmt: skip
    before = json.dumps(example.document, ensure_ascii=False)
    if outcome.kind == "document":
        after = f"becomes `{json.dumps(outcome.source, ensure_ascii=False)}`"
    elif outcome.kind == "dropped":
        after = "is dropped"
    else:
        assert outcome.kind == "failed", f"{kind}: {outcome}"
        after = f"fails: `{outcome.reason}`"
    return [*found, "", f"`{before}` {after}.", ""]
