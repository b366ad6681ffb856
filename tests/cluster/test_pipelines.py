"""The ready pipelines of ``pipelines/`` make of the sample logs what they say."""

from __future__ import annotations

import json
from pathlib import Path

from shipper.cluster import ingest, templates
from shipper.config.settings import DataStream

_ROOT = Path(__file__).parents[2]


def _through(node, stream: str, name: str, messages: list[str]) -> list[dict]:
    """The documents that a pipeline, registered as setup does, makes of messages."""
    definition = ingest.load(_ROOT / "pipelines" / f"{name}.yml")
    registered, _ = definition.registered(stream)
    body = definition.wrapped(stream, default=None, meta=False)
    status, answer = node.request("PUT", f"/_ingest/pipeline/{registered}", body)
    assert status == 200, answer
    dataset = DataStream(dataset=stream.split("-")[1])
    template = templates.template_body(dataset, text="match_only_text")
    status, answer = node.request("PUT", f"/_index_template/{stream}", template)
    assert status == 200, answer
    lines = []
    for number, message in enumerate(messages):
        lines.append(json.dumps({"create": {"_id": f"{number:06}"}}))
        lines.append(json.dumps({"@timestamp": "2000-01-01T00:00:00Z", "message": message}))
    path = f"/{stream}/_bulk?pipeline={registered}"
    status, answer = node.request("POST", path, "\n".join(lines) + "\n")
    assert status == 200, answer
    assert [item["create"]["error"] for item in answer["items"] if "error" in item["create"]] == []
    return [doc["_source"] for doc in node.docs(stream)]


def test_access_log(opensearch, stream_name):
    lines = (_ROOT / "samples" / "access.log").read_text(encoding="utf-8").splitlines()

    docs = _through(opensearch, stream_name, "nginx-access", lines)

    assert [doc["message"] for doc in docs] == lines
    assert [doc for doc in docs if ingest.FAILURE_TAG in doc.get("tags", ())] == []
    first = docs[0]
    assert first["@timestamp"] == "2026-11-20T08:00:00.000Z"
    assert first["source"] == {"address": "192.0.2.48", "ip": "192.0.2.48"}
    assert first["http"]["request"] == {"method": "GET"}
    assert first["http"]["response"] == {"status_code": 200, "body": {"bytes": 29657}}
    assert first["url"] == {"original": "/img/logo.svg", "path": "/img/logo.svg"}
    assert first["event"] == {
        "kind": "event",
        "category": ["web"],
        "type": ["access"],
        "outcome": "success",
    }
    assert "_tmp" not in first


def test_a_request_that_is_no_http_is_kept(opensearch, stream_name):
    line = r'198.51.100.7 - - [20/Nov/2026:08:00:00 +0100] "\x16\x03\x01" 400 157 "-" "-"'

    (doc,) = _through(opensearch, stream_name, "nginx-access", [line])

    assert doc["@timestamp"] == "2026-11-20T07:00:00.000Z"
    assert doc["event"]["outcome"] == "failure"
    assert "url" not in doc
    assert "tags" not in doc


def test_java_log(opensearch, stream_name):
    events: list[str] = []
    for line in (_ROOT / "samples" / "app.log").read_text(encoding="utf-8").splitlines():
        if line[:2] == "20":
            events.append(line)
        else:
            events[-1] += "\n" + line

    docs = _through(opensearch, stream_name, "java", events)

    assert [doc for doc in docs if ingest.FAILURE_TAG in doc.get("tags", ())] == []
    first = docs[0]
    assert first["@timestamp"] == "2026-11-20T08:00:00.370Z"
    assert first["log"] == {"level": "ERROR", "logger": "c.e.shop.Checkout"}
    assert first["process"] == {"thread": {"name": "http-nio-8080-exec-8"}}
    assert first["error"]["type"] == "com.example.shop.CheckoutException"
    assert first["error"]["message"] == "order A-1567 was not completed"
    assert first["error"]["stack_trace"].count("\n") == events[0].count("\n") - 1
    assert "\n" not in first["message"]
