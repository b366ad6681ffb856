"""Processors that assign. Their options are covered by the parity cases; here are the ways of their own that plain fields have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline.definition import Library
from shipper.pipeline.document import Document
from shipper.pipeline.failure import Raised
from shipper.pipeline.options import EdgeSettings
from shipper.pipeline.values import copy

_FLAVOURS = st.sampled_from(["elasticsearch", "opensearch"])


def _run(
    step: dict[str, Any], fields: dict[str, Any], flavour: str = "elasticsearch"
) -> dict[str, Any] | str | None:
    """The document, or the reason why it failed."""
    loaded = Library.of({"p": {"processors": [step]}}, EdgeSettings(flavour=flavour)).load("p")
    assert loaded is not None
    assert loaded.pipeline is not None, loaded.troubles
    document = Document(copy(fields))
    try:
        loaded.pipeline.run(document)
    except Raised as raised:
        return raised.failure.reason
    return document.ctx


_PATHS = st.sampled_from(
    ["a", "b", "a.b", "a.b.c", "b.0", "b.0.c", "a.x", "c", "_source.a", "a.", "x.y.z", "a.0"]
)
_NAMES = st.sampled_from(["a", "b", "c", "x"])
_VALUE = st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3), max_leaves=8)  # fmt: skip
_FIELDS = st.dictionaries(_NAMES, _VALUE, max_size=4)


def _both(
    kind: str, options: dict[str, Any], fields: dict[str, Any], flavour: str, *written: str
) -> None:
    """The same with the paths as they are and as templates, which take the general way."""
    names = {f"_{number}": options[name] for number, name in enumerate(written)}
    templated = options | {name: f"{{{{{{_{number}}}}}}}" for number, name in enumerate(written)}
    fields = fields | names

    assert _run({kind: templated}, fields, flavour) == _run({kind: options}, fields, flavour)


@given(
    _FIELDS,
    _PATHS,
    st.sampled_from(["v", 1, ["v"], {"k": []}, "{{c}}"]),
    st.booleans(),
    st.booleans(),
    _FLAVOURS,
)
def test_set_has_one_meaning(
    fields: dict[str, Any], path: str, value: Any, override: bool, ignore: bool, flavour: str
) -> None:
    options = {"field": path, "value": value, "override": override, "ignore_empty_value": ignore}
    _both("set", options, fields, flavour, "field")


@given(_FIELDS, _PATHS, _PATHS, st.booleans(), _FLAVOURS)
def test_rename_has_one_meaning(
    fields: dict[str, Any], source: str, target: str, ignore: bool, flavour: str
) -> None:
    options = {"field": source, "target_field": target, "ignore_missing": ignore}
    _both("rename", options, fields, flavour, "field", "target_field")


@given(_FIELDS, _PATHS, st.booleans(), _FLAVOURS)
def test_remove_has_one_meaning(
    fields: dict[str, Any], path: str, ignore: bool, flavour: str
) -> None:
    _both("remove", {"field": path, "ignore_missing": ignore}, fields, flavour, "field")


@given(_FIELDS, _PATHS, _PATHS)
def test_renaming_there_and_back_changes_nothing(
    fields: dict[str, Any], source: str, target: str
) -> None:
    steps = [
        {"rename": {"field": source, "target_field": target}},
        {"rename": {"field": target, "target_field": source}},
    ]
    loaded = Library.of({"p": {"processors": steps}}).load("p")
    assert loaded is not None
    assert loaded.pipeline is not None
    document = Document(copy(fields))
    try:
        loaded.pipeline.run(document)
    except Raised:
        return

    for name, value in fields.items():
        if isinstance(value, str | int):
            assert document.ctx[name] == value


def test_a_value_that_is_set_is_fresh_for_each_document() -> None:
    loaded = Library.of({"p": {"processors": [{"set": {"field": "a", "value": {"l": [1]}}}]}}).load(
        "p"
    )
    assert loaded is not None
    assert loaded.pipeline is not None
    one, other = Document({}), Document({})

    loaded.pipeline.run(one)
    one.ctx["a"]["l"].append(2)
    loaded.pipeline.run(other)

    assert other.ctx == {"a": {"l": [1]}}


def test_a_copied_value_shares_nothing_with_its_origin() -> None:
    for step, flavour in (
        ({"set": {"field": "b", "copy_from": "a"}}, "elasticsearch"),
        ({"copy": {"source_field": "a", "target_field": "b"}}, "opensearch"),
    ):
        found = _run(step, {"a": {"l": [1]}}, flavour)
        assert isinstance(found, dict)
        found["b"]["l"].append(2)
        assert found["a"] == {"l": [1]}


def test_templates_anywhere_in_a_value_are_filled() -> None:
    value = {"{{k}}": ["{{v}}", {"x": "<{{{q}}}>"}, 1, None]}

    found = _run({"set": {"field": "r", "value": value}}, {"k": "key", "v": "val", "q": '"'})

    assert found == {"k": "key", "v": "val", "q": '"', "r": {"key": ["val", {"x": '<">'}, 1, None]}}


def test_rename_puts_the_value_back_if_it_cannot_be_set() -> None:
    loaded = Library.of(
        {
            "p": {
                "processors": [
                    {"rename": {"field": "a", "target_field": "s.x", "ignore_failure": True}}
                ]
            }
        }
    ).load("p")
    assert loaded is not None
    assert loaded.pipeline is not None
    document = Document({"a": 1, "s": "text"})

    loaded.pipeline.run(document)

    assert document.ctx == {"a": 1, "s": "text"}


@pytest.mark.parametrize(
    ("flavour", "reason"),
    [
        ("elasticsearch", "field [a] not present as part of path [a]"),
        ("opensearch", "field [a] doesn't exist"),
    ],
)
def test_removing_what_is_not_there_has_each_products_words(flavour: str, reason: str) -> None:
    assert _run({"remove": {"field": "a"}}, {}, flavour) == reason
    assert _run({"remove": {"field": ["a"]}}, {}, flavour) == reason


def test_a_template_that_comes_to_an_id_fails() -> None:
    reason = _run({"set": {"field": "{{f}}", "value": "x"}}, {"f": "_id", "_id": "1"})

    assert reason == "a template came to _id, which pipelines at the edge do not write"


@pytest.mark.parametrize("name", ["_version", "_version_type", "_if_seq_no", "_if_primary_term"])
def test_metadata_that_is_not_sent_is_not_written(name: str) -> None:
    loaded = Library.of({"p": {"processors": [{"set": {"field": name, "value": 1}}]}}).load("p")

    assert loaded is not None
    assert not loaded.wrong
    assert f"writes {name}, which the edge does not send" in str(loaded.troubles[0])


def test_elasticsearch_takes_only_a_text_as_routing() -> None:
    step = {"set": {"field": "_routing", "value": 5}}
    reason = "_routing [5] is wrong type, expected assignable to [java.lang.String], not [java.lang.Integer]"

    assert _run(step, {}) == reason
    assert _run(step, {}, "opensearch") == {"_routing": 5}


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"copy_from": "b"}, {"a": [1, 2, 3], "b": [2, 3]}),
        ({"copy_from": "e", "ignore_empty_values": True}, {"a": [1], "b": [2, 3]}),
        ({"value": ["", None, 5], "ignore_empty_values": True}, {"a": [1, 5], "b": [2, 3]}),
    ],
)
def test_append_of_newer_elasticsearch(options: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert _run(
        {"append": {"field": "a", **options}}, {"a": [1], "b": [2, 3], "e": ""}
    ) == wanted | {"e": ""}
