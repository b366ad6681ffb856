from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.local.document import dataset_of, lookup, millis_of, text_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("1970-01-01T00:00:01Z", 1000, id="utc"),
        pytest.param("1970-01-01T01:00:00.5+01:00", 500, id="offset"),
        pytest.param("1970-01-01T00:00:00.123456789Z", 123, id="nanoseconds"),
        pytest.param("1970-01-02", 86_400_000, id="date"),
        pytest.param(1_700_000_000_000, 1_700_000_000_000, id="milliseconds"),
        pytest.param("yesterday", None, id="no time"),
        pytest.param("", None, id="empty"),
        pytest.param(True, None, id="boolean"),
        pytest.param(10**18, None, id="beyond the year 9999"),
        pytest.param(None, None, id="missing"),
        pytest.param(["1970-01-01"], None, id="list"),
    ],
)
def test_time_of_a_document(value: Any, expected: int | None):
    assert millis_of(value) == expected


@pytest.mark.parametrize(
    "document",
    [
        {"log": {"file": {"path": "x"}}},
        {"log.file.path": "x"},
        {"log": {"file.path": "x"}},
        {"log.file": {"path": "x"}},
        {"log": {"other": 1}, "log.file": {"path": "x"}},
        {"log": "a text", "log.file.path": "x"},
    ],
)
def test_a_field_is_found_however_it_is_spelled(document: dict[str, Any]):
    assert lookup(document, "log.file.path") == "x"


def test_a_missing_field_is_none():
    assert lookup({"log": {"file": "x"}}, "log.file.path") is None


def test_text_is_the_message_and_what_the_user_s_fields_say():
    document = {
        "@timestamp": "2026-11-22T15:00:00Z",
        "host": {"name": "web-1"},
        "message": "hello",
        "order": {"id": "A-17", "total": 12.5, "paid": True, "items": ["hat", {"name": "shoe"}]},
        "level": 30,
        "nothing": None,
    }

    assert text_of(document).split("\n") == ["hello", "A-17", "12.5", "hat", "shoe", "30"]


def test_text_without_a_message():
    assert text_of({"msg": "hello", "message": 5}) == "hello"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text() | st.sampled_from(["message", "host", "@timestamp"]), JSON))
def test_any_document_has_a_text_and_a_time_or_none(document: dict[str, Any]):
    assert isinstance(text_of(document), str)
    assert isinstance(millis_of(document.get("@timestamp")), int | None)


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ("logs-nginx.access-default", "nginx.access"),
        ("logs-app-prod-eu", "app"),
        ("my-alias", "my-alias"),
        ("logs-half", "logs-half"),
    ],
)
def test_dataset_of_an_index(index: str, expected: str):
    assert dataset_of(index) == expected
