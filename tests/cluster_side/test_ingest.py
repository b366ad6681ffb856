"""Pipeline files: how they are read, named, wrapped and refused. No cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.cluster import ingest
from shipper.config.settings import DataStream, Input, Pipeline
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

_JSON = b'{\n\t"processors": [\n\t\t{"set": {"field": "a", "value": 1}}\n\t]\n}\n'
_YAML = b"processors:\n- set: {field: a, value: 1}\n"
_TARGET = "logs-app-default"


def test_name_has_the_file_and_a_hash():
    name = ingest.registered_name("nginx access", _YAML, _TARGET)

    assert re.fullmatch(r"shipper-nginx-access-[0-9a-f]{8}", name)


def test_name_follows_from_meaning_not_from_spelling():
    """JSON with tabs and YAML of one pipeline are one pipeline."""
    assert ingest.registered_name("app", _JSON, _TARGET) == ingest.registered_name(
        "app", _YAML, _TARGET
    )


def test_another_content_or_target_is_another_pipeline():
    """The registered form ends with the target's default pipeline, so targets do not share one."""
    names = {
        ingest.registered_name("app", _YAML, _TARGET),
        ingest.registered_name("app", _YAML.replace(b"1", b"2"), _TARGET),
        ingest.registered_name("app", _YAML, "logs-app-other"),
    }

    assert len(names) == 3


@given(st.text(min_size=1, max_size=40))
def test_any_file_name_gives_a_name_that_a_path_can_hold(name):
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", ingest.registered_name(name, _YAML, _TARGET))


def test_yaml_words_stay_words():
    """The core schema: no, 010 and 12:30:45 are not false, 8 and 45045."""
    content = b"processors:\n- set: {field: a, value: no}\n- set: {field: b, value: 010}\n- set: {field: c, value: 12:30:45}\n"

    values = [step["set"]["value"] for step in ingest.define("app", content).body["processors"]]

    assert values == ["no", "010", "12:30:45"]


def test_default_pipeline_runs_after_success_and_after_failure():
    wrapped = ingest.define("app", _YAML).wrapped(
        _TARGET, default="logs@default-pipeline", meta=True
    )

    step = {"pipeline": {"name": "logs@default-pipeline"}}
    assert wrapped["processors"] == [{"set": {"field": "a", "value": 1}}, step]
    assert wrapped["on_failure"][-1] == step


def test_own_failure_handling_is_kept():
    content = _YAML + b"on_failure:\n- set: {field: broken, value: true}\n"

    wrapped = ingest.define("app", content).wrapped(_TARGET, default=None, meta=True)

    assert wrapped["on_failure"] == [{"set": {"field": "broken", "value": True}}]


@pytest.mark.parametrize("meta", [True, False])
def test_registered_form_carries_our_mark_and_the_whole_hash(meta):
    definition = ingest.define("app", b"description: Parses.\n" + _YAML)
    _, digest = definition.registered(_TARGET)

    wrapped = definition.wrapped(_TARGET, default=None, meta=meta)

    assert len(digest) == 64
    assert ingest.is_ours(wrapped)
    if meta:
        assert wrapped["_meta"]["hash"] == digest
        assert wrapped["description"] == "Parses."
    else:
        assert "_meta" not in wrapped
        assert wrapped["description"] == f"Parses. [managed by shipper, sha256 {digest}]"


@pytest.mark.parametrize(
    "body", [None, {}, {"description": "managed by shipper"}, {"_meta": {"managed_by": "fleet"}}]
)
def test_others_are_not_ours(body):
    assert not ingest.is_ours(body)


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        pytest.param("set: {field: _id, value: x}", "processors[0].set: sets _id", id="set id"),
        pytest.param("set: {field: _index, value: x}", "processors[0].set: sets _index", id="set index"),
        pytest.param("rename: {field: a, target_field: _id}", "processors[0].rename: sets _id", id="rename"),
        pytest.param("remove: {field: [a, _id]}", "processors[0].remove: sets _id", id="remove"),
        pytest.param("lowercase: {field: _index}", "processors[0].lowercase: sets _index", id="in place"),
        pytest.param("fingerprint: {fields: [a], target_field: _id}", "processors[0].fingerprint: sets _id", id="target"),
        pytest.param("script: {source: \"ctx._id = 'x'\"}", "its script sets", id="script"),
        pytest.param('script: {source: "ctx[\'_index\'] += \'x\'"}', "its script sets", id="script index"),
        pytest.param("script: {source: \"ctx.put('_id', 'x')\"}", "its script sets", id="script put"),
        pytest.param("reroute: {dataset: b}", "processors[0].reroute: changes _index", id="reroute"),
        pytest.param("date_index_name: {field: a, date_rounding: d}", "changes _index", id="date_index_name"),
        pytest.param(
            "foreach: {field: a, processor: {set: {field: _id, value: x}}}",
            "processors[0].foreach.processor[0].set: sets _id",
            id="foreach",
        ),
        pytest.param(
            "fail: {message: a, on_failure: [{set: {field: _id, value: x}}]}",
            "processors[0].fail.on_failure[0].set: sets _id",
            id="on_failure",
        ),
    ],
)  # fmt: skip
def test_pipelines_that_move_or_rename_events_are_refused(step, problem):
    with pytest.raises(ConfigError) as caught:
        ingest.define("app", f"processors:\n- {step}\n".encode(), "app.yml")

    assert "app.yml: " in str(caught.value)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "step",
    [
        "grok: {field: _id, patterns: ['%{WORD:a}']}",
        "set: {field: a, value: '{{_index}}'}",
        "script: {source: \"if (ctx._index == 'a') { ctx.b = ctx._id }\"}",
        "lowercase: {field: _index, target_field: a}",
    ],
)
def test_reading_id_and_index_is_fine(step):
    ingest.define("app", f"processors:\n- {step}\n".encode())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"", "expected a pipeline", id="empty"),
        pytest.param(b"- set: {}", "expected a pipeline", id="list"),
        pytest.param(b"processors: {}", "expected a pipeline", id="processors no list"),
        pytest.param(b"processors: []\nprocesors: []", "unknown key 'procesors'", id="unknown key"),
        pytest.param(b"processors: [{set: {}, grok: {}}]", "processors[0]: expected one processor", id="two in one"),
        pytest.param(b"processors: [{set: 1}]", "processors[0].set: expected the processor's options", id="no options"),
        pytest.param(b"processors: [\n", "app.yml:", id="broken YAML"),
        pytest.param(b"processors: []\nprocessors: []", "app.yml:2:1: ", id="key twice"),
        pytest.param(b"\xff", "not UTF-8", id="not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_pipeline_is_refused_with_its_place(content, problem):
    with pytest.raises(ConfigError) as caught:
        ingest.define("app", content, "app.yml")

    assert problem in str(caught.value)


def test_broken_json_file_is_told_with_line_and_column():
    with pytest.raises(ConfigError, match=r"app\.json:2:\d+: not JSON"):
        ingest.define("app", b'{"processors": [\n oops]}', "app.json")


def _input(pipeline: Pipeline | None) -> Input:
    return Input(id="a", paths=("/a",), data_stream=DataStream(dataset="app"), pipeline=pipeline)


def test_an_input_names_its_pipeline_without_a_cluster(tmp_path: Path):
    """`run` names what `setup` registered."""
    file = tmp_path / "app.yml"
    file.write_bytes(_YAML)

    assert ingest.pipeline_of(_input(None)) is None
    assert ingest.pipeline_of(_input(Pipeline(id="theirs"))) == "theirs"
    assert ingest.pipeline_of(_input(Pipeline(file="app", path=file))) == ingest.registered_name(
        "app", _YAML, _TARGET
    )


def test_a_missing_file_is_told_with_its_name(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"gone\.yml: cannot be read"):
        ingest.load(tmp_path / "gone.yml")
