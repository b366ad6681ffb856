"""``dot_expander``: what differs between the products."""

from __future__ import annotations

from typing import Any

from tests.parity.edge import edge

NOTE: list[dict[str, Any]] = [{"set": {"field": "e", "value": "{{{_ingest.on_failure_message}}}"}}]


def run(options: dict[str, Any], document: dict[str, Any], flavour: str = "elasticsearch") -> Any:
    (outcome,) = edge(
        {"processors": [{"dot_expander": options}], "on_failure": NOTE}, [document], flavour
    )
    return outcome.source if outcome.kind == "document" else outcome.kind


def test_a_field_that_cannot_be_expanded_is_gone_in_elasticsearch() -> None:
    document = {"a.b": 1, "a": 5}
    why = "cannot expand [a.b], because [a] is not an object field, but a value field"
    assert run({"field": "a.b"}, document) == {"a": 5, "e": why}
    assert run({"field": "a.b"}, document, "opensearch") == document | {
        "e": why.replace("expand", "expend")
    }


def test_a_star_expands_one_level() -> None:
    document = {"a.b": 1, "a": {"c.d": 2}, "x.y.z": 3, ".q": 4}
    assert run({"field": "*"}, document) == {"a": {"b": 1, "c.d": 2}, "x": {"y": {"z": 3}}, ".q": 4}
    assert run({"field": "*"}, document, "opensearch") == "invalid"


def test_a_star_below_a_path() -> None:
    assert run({"field": "*", "path": "p"}, {"p": {"a.b": 1}, "c.d": 2}) == {
        "p": {"a": {"b": 1}},
        "c.d": 2,
    }


def test_overriding_replaces_what_is_there() -> None:
    document = {"a.b": 1, "a": {"b": 2}}
    assert run({"field": "a.b"}, document) == {"a": {"b": [2, 1]}}
    assert run({"field": "a.b", "override": True}, document) == {"a": {"b": 1}}
    assert run({"field": "a.b", "override": True}, document, "opensearch") == "invalid"
