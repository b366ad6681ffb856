"""Processors that steer, beyond what the parity cases cover."""

from __future__ import annotations

from typing import Any

import pytest

from shipper.pipeline.definition import Library, Loaded
from shipper.pipeline.document import Document
from shipper.pipeline.failure import Raised
from shipper.pipeline.options import EdgeSettings


def _load(*steps: dict[str, Any], settings: EdgeSettings | None = None, **others: Any) -> Loaded:
    loaded = Library.of({"p": {"processors": list(steps)}, **others}, settings).load("p")
    assert loaded is not None
    return loaded


def _run(
    *steps: dict[str, Any],
    fields: dict[str, Any],
    settings: EdgeSettings | None = None,
    **others: Any,
) -> Document:
    loaded = _load(*steps, settings=settings, **others)
    assert loaded.pipeline is not None, loaded.troubles
    document = Document(fields)
    loaded.pipeline.run(document)
    return document


INNER = {"processors": [{"set": {"field": "in", "value": "{{_ingest.pipeline}}"}}]}


def test_a_templated_name_needs_candidates() -> None:
    step = {"pipeline": {"name": "q-{{n}}"}}

    refused = _load(step)
    known = _run(
        step, fields={"n": "1"}, settings=EdgeSettings(candidates=("q-1",)), **{"q-1": INNER}
    )

    assert not refused.wrong
    assert "candidates" in str(refused.troubles[0])
    assert known.ctx == {"n": "1", "in": "q-1"}


def test_a_name_that_is_no_candidate_fails_and_is_not_guessed_at() -> None:
    step = {"pipeline": {"name": "q-{{n}}", "ignore_missing_pipeline": True}}
    settings = EdgeSettings(candidates=("q-1",), absent=frozenset({"q-3"}))

    with pytest.raises(Raised, match="neither a candidate nor absent"):
        _run(step, fields={"n": "2"}, settings=settings, **{"q-1": INNER})
    assert _run(step, fields={"n": "3"}, settings=settings, **{"q-1": INNER}).ctx == {"n": "3"}


def test_a_pipeline_known_to_be_absent_fails_with_the_clusters_words() -> None:
    settings = EdgeSettings(absent=frozenset({"gone"}))

    with pytest.raises(Raised) as caught:
        _run({"pipeline": {"name": "gone"}}, fields={}, settings=settings)
    assert (caught.value.failure.type, caught.value.failure.reason) == (
        "illegal_state_exception",
        "Pipeline processor configured for non-existent pipeline [gone]",
    )
    ignored = {"pipeline": {"name": "gone", "ignore_missing_pipeline": True}}
    assert _run(ignored, fields={}, settings=settings).ctx == {}


def test_foreach_restores_what_was_there_before() -> None:
    upper = {"set": {"field": "_ingest._value", "value": "{{_ingest._value}}!"}}
    each = {
        "foreach": {
            "field": "l",
            "processor": {"foreach": {"field": "_ingest._value", "processor": upper}},
        }
    }

    document = _run(each, fields={"l": [["a"], ["b", "c"]]})

    assert document.ctx == {"l": [["a!"], ["b!", "c!"]]}
    assert document.ingest == {"_value": None}


def test_foreach_works_on_the_list_as_it_was() -> None:
    grow = {"append": {"field": "l", "value": "more"}}

    assert _run({"foreach": {"field": "l", "processor": grow}}, fields={"l": [1, 2]}).ctx == {
        "l": [1, 2]
    }


def test_a_failure_inside_foreach_is_a_failure_of_foreach() -> None:
    inner = {"fail": {"message": "{{_ingest._value}}", "tag": "inner"}}

    with pytest.raises(Raised) as caught:
        _run({"foreach": {"field": "l", "tag": "each", "processor": inner}}, fields={"l": ["a"]})

    assert (caught.value.kind, caught.value.tag, caught.value.failure.reason) == (
        "foreach",
        "each",
        "a",
    )


def test_foreach_over_a_map_keeps_and_changes_keys() -> None:
    key = {"set": {"field": "_ingest._key", "value": "{{_ingest._key}}2"}}

    document = _run(
        {"foreach": {"field": "m", "processor": key}}, fields={"m": {"a": 1, "b": {"c": 2}}}
    )

    assert document.ctx == {"m": {"a2": 1, "b2": {"c": 2}}}


def test_a_dropped_document_keeps_its_list() -> None:
    document = _run({"foreach": {"field": "l", "processor": {"drop": {}}}}, fields={"l": [1, 2]})

    assert document.dropped
    assert document.ctx == {"l": [1, 2]}


def test_a_nested_processor_is_read_as_strictly_as_any() -> None:
    loaded = _load({"foreach": {"field": "l", "processor": {"set": {"field": "a", "valeu": 1}}}})

    assert len(loaded.troubles) == 2
    assert "unknown option 'valeu'" in str(loaded.troubles[1])
