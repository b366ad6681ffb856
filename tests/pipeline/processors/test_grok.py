"""``grok`` beyond its parity cases: what loading says, and what a match that is given up becomes."""

from __future__ import annotations

from typing import Any

import pytest

from shipper.pipeline import guard
from shipper.pipeline.definition import Library
from shipper.pipeline.document import Document
from shipper.pipeline.failure import Raised
from shipper.pipeline.options import EdgeSettings


def load(options: dict[str, Any], flavour: str = "elasticsearch") -> Any:
    loaded = Library.of(
        {"p": {"processors": [{"grok": options}]}}, EdgeSettings(flavour=flavour)
    ).load("p")
    assert loaded
    return loaded


def troubles(options: dict[str, Any], flavour: str = "elasticsearch") -> str:
    return "\n".join(map(str, load({"field": "m", **options}, flavour).troubles))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"patterns": ["a%{NOPE:x}"]}, "Unable to find pattern [NOPE] in Grok's pattern dictionary (column 2)"),
        ({"patterns": ["a", "%{INT}("]}, "(pattern 2, column 7)"),
        ({"patterns": []}, "List of patterns must not be empty"),
        ({"patterns": "a"}, "property isn't a list"),
        ({"patterns": ["a"], "ecs_compatibility": "v8"}, "unsupported mode 'v8'; write disabled or v1"),
        ({"patterns": ["a"], "pattern_definitions": {"A": "%{A}"}}, "circular reference detected: A->A"),
        ({"patterns": ["a"], "pattern_definitions": {"A": 5}}, "is not a text"),
        ({"patterns": ["a"], "capture_all_matches": True}, "an option of OpenSearch"),
        ({"patterns": ["a"], "pattern_definition": {}}, "did you mean 'pattern_definitions'?"),
        ({}, "required property is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(options: dict[str, Any], words: str) -> None:
    assert words in troubles(options)


def test_what_only_the_cluster_can_do_is_refused_and_not_wrong() -> None:
    (trouble,) = load({"field": "m", "patterns": [r"\X"]}).troubles
    assert trouble.refused


def test_opensearch_has_no_ecs_bank() -> None:
    assert "an option of Elasticsearch" in troubles(
        {"patterns": ["a"], "ecs_compatibility": "v1"}, "opensearch"
    )


def test_a_match_that_takes_too_long_is_the_clusters_failure() -> None:
    loaded = load({"field": "m", "patterns": ["(a|aa)+$"]})
    try:
        guard.configure(budget_seconds=0.05)
        with pytest.raises(Raised) as caught:
            loaded.pipeline.run(Document({"m": "a" * 4000 + "b"}))
    finally:
        guard.configure()
    assert caught.value.failure.reason == "grok pattern matching was interrupted after [1000] ms"
    assert caught.value.failure.type == "runtime_exception"


def test_nothing_is_set_where_one_capture_is_no_number() -> None:
    document = Document({"m": "a 99999999999"})
    with pytest.raises(Raised):
        load({"field": "m", "patterns": ["%{WORD:w} %{INT:n:int}"]}).pipeline.run(document)
    assert document.ctx == {"m": "a 99999999999"}
