"""Pipelines' files: what is read, what is refused, and where it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shipper.cluster import ingest
from shipper.pipeline.definition import Library, Loaded
from shipper.pipeline.document import Document
from shipper.pipeline.options import EdgeSettings


def _load(
    content: str | bytes, source: str = "p.yml", *, flavour: str = "elasticsearch", **others: str
) -> Loaded:
    files = {"p": (content.encode() if isinstance(content, str) else content, source)}
    files |= {name: (text.encode(), f"{name}.yml") for name, text in others.items()}
    found = Library(files.get, EdgeSettings(flavour=flavour)).load("p")
    assert found is not None
    return found


def _told(content: str | bytes, source: str = "p.yml", **more: Any) -> list[str]:
    return [str(trouble) for trouble in _load(content, source, **more).troubles]


def test_yaml_as_beats_write_it() -> None:
    loaded = _load("""\
---
description: "A pipeline"   # why
processors:
  # a comment
  - set: {field: a, value: no}
  - set:
      field: b
      value: 010
  - set: {field: c, value: 12:30:45}
  - set: {field: d, value: 0x10}
on_failure:
  - set:
      field: error.message
      value: '{{ _ingest.on_failure_message }}'
""")

    assert not loaded.troubles
    assert loaded.pipeline is not None
    document = Document({})
    loaded.pipeline.run(document)
    assert document.ctx == {"a": "no", "b": "010", "c": "12:30:45", "d": 16}


def test_json_with_tabs_and_as_get_answers_it() -> None:
    text = '{\n\t"my-pipe": {\n\t\t"version": 3,\n\t\t"_meta": {"a": 1},\n\t\t"created_date": "x",\n\t\t"processors": [\n\t\t\t{"set": {"field": "a", "value": "x\\/\\ty"}}\n\t\t]\n\t}\n}'

    loaded = _load(text, "p.json")

    assert [str(trouble) for trouble in loaded.troubles] == []
    assert loaded.body == {
        "version": 3,
        "_meta": {"a": 1},
        "processors": [{"set": {"field": "a", "value": "x/\ty"}}],
    }


def test_places_are_those_of_the_file() -> None:
    text = (
        '{\n\t"processors": [\n\t\t{"set": {"field": "a",\n\t\t\t"valve": 1, "value": 2}}\n\t]\n}'
    )

    assert _told(text, "p.json") == [
        "p.json:4:4: set: unknown option 'valve'; did you mean 'value'?"
    ]
    assert _told("processors:\n  - set: {field: a, value: 1}\n  - sett: {field: a}\n") == [
        "p.yml:3:5: unknown processor 'sett'; did you mean 'set'?"
    ]


def test_all_problems_are_named_at_once() -> None:
    told = _told(
        "processors:\n- set: {value: 1, x: 2}\n- drop: {y: 1}\nprocesors: []\nversion: x\n"
    )

    assert len(told) == 5
    assert all(line.startswith("p.yml:") for line in told)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("[]", "expected a pipeline"),
        ("a: 1", "'processors' is missing"),
        ("processors:", "required property is missing"),
        ("processors: {}", "expected a list of processors"),
        ("processors: [drop]", "expected one processor"),
        ("processors: [{drop: }]", "expected the processor's options"),
        ("processors: [{drop: x}]", "expected the processor's options"),
        ("processors: []\non_failure: []", "processors list cannot be empty"),
        ("processors: []\non_failure: [{}]", "processors list cannot be empty"),
        ("processors: [{drop: {on_failure: []}}]", "processors list cannot be empty"),
        ("processors: []\ndescription: [a]", "expected a text"),
        ("processors: []\ndescription: 5", "expected a text"),
        ("processors: []\nversion: 1.5", "expected a whole number"),
        ("processors: []\nfield_access_pattern: flexible", "field_access_pattern"),
        ("processors: [{drop: {tag: 5}}]", "isn't a string"),
        ("processors: [{drop: {ignore_failure: 'true'}}]", "isn't a boolean"),
        ("processors: [{set: {field: _id, value: x}}]", "sets _id"),
        ("processors: [{set: {field: _source._index, value: x}}]", "sets _source._index"),
        ("processors: [{rename: {field: a, target_field: _index}}]", "sets _index"),
        ("processors: [{remove: {field: [a, _id]}}]", "sets _id"),
        ("a: &x [*x]", "alias"),
        ("processors: []\n---\nprocessors: []", "second document"),
        ("processors: [{drop: {}, drop: {}}]", "second time"),
    ],
)
def test_what_no_cluster_takes(text: str, problem: str) -> None:
    loaded = _load(text)

    assert loaded.pipeline is None
    assert loaded.wrong
    assert any(problem in str(trouble) for trouble in loaded.troubles), loaded.troubles


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"processors": [}', "1:17"),
        ('{"processors": []', "1:18"),
        ('{"processors": []} x', "1:20"),
        ('{"processors": [],}', "1:19"),
        ("{'processors': []}", "1:2"),
        ('{"processors": [{"set": {"field": "a", "value": NaN}}]}', "1:49"),
        ('{"processors": [{"set": {"field": "a", "value": 01}}]}', "1:50"),
        ('{\n"processors": [{"set": {"field": "\\ud800", "value": 1}}]}', "2:34"),
        ('{\n "processors": [],\n "processors": []}', "3:2"),
    ],
)
def test_broken_json_is_told_with_its_place(text: str, place: str) -> None:
    loaded = _load(text, "p.json")

    assert [f"{trouble.mark.line}:{trouble.mark.column}" for trouble in loaded.troubles] == [place]


def test_numbers_keep_their_kind() -> None:
    loaded = _load(
        '{"processors": [{"set": {"field": "a", "value": [1, 1.0, 1e2, -0, 12345678901234567890123, true, null]}}]}',
        "p.json",
    )

    assert loaded.body is not None
    assert (
        repr(loaded.body["processors"][0]["set"]["value"])
        == "[1, 1.0, 100.0, 0, 12345678901234567890123, True, None]"
    )


def test_what_only_the_cluster_can_do_names_the_way_out() -> None:
    loaded = _load("processors: [{enrich: {policy_name: p}}]")

    assert not loaded.wrong
    assert str(loaded.troubles[0]).endswith(
        "its data are in the cluster; run it in the cluster (run: cluster)"
    )


def test_a_processor_of_the_other_product_is_named() -> None:
    assert (
        "one of OpenSearch's"
        in _told("processors: [{copy: {source_field: a, target_field: b}}]")[0]
    )
    assert (
        "one of Elasticsearch's" in _told("processors: [{terminate: {}}]", flavour="opensearch")[0]
    )


def test_a_circle_of_pipelines_is_found() -> None:
    told = _told("processors: [{pipeline: {name: q}}]", q="processors: [{pipeline: {name: p}}]")

    assert any("in a circle: p → q → p" in line for line in told)


def test_troubles_of_an_inner_pipeline_are_those_of_the_outer() -> None:
    told = _told("processors: [{pipeline: {name: q}}]", q="processors: [{set: {field: a}}]")

    assert told == ["q.yml:1:15: set.value: required property is missing; add value"]


def test_a_missing_pipeline_is_refused_unless_it_is_known_to_be_absent() -> None:
    body = {"processors": [{"pipeline": {"name": "gone", "ignore_failure": True}}]}

    refused = Library.of({"p": body}).load("p")
    absent = Library.of({"p": body}, EdgeSettings(absent=frozenset({"gone"}))).load("p")

    assert refused is not None
    assert refused.pipeline is None
    assert not refused.wrong
    assert absent is not None
    assert absent.pipeline is not None


def test_several_processors_in_one_map_run_in_the_order_of_a_hash_map() -> None:
    loaded = _load(
        "processors: [{set: {field: a, value: 1}, rename: {field: a, target_field: b}}, {}]"
    )

    assert loaded.pipeline is not None
    assert [step.kind for step in loaded.pipeline.steps] == ["set", "rename"]


def test_nesting_has_an_end() -> None:
    assert "nested more than" in _told('{"processors": ' + "[" * 100_000, "p.json")[0]
    assert "nested more than" in _told("processors: " + "[" * 1000)[0]


@given(st.binary(max_size=200))
@example(b"\xff\xfe{\x00")
@example(b'{"processors": [{"set": {"field": "a", "value": 1e999}}]}')
@example(b"processors: [{set: {? [a] : b}}]")
@example(b"\xef\xbb\xbfprocessors: []")
@example(b"\x00")
def test_any_bytes_come_to_a_pipeline_or_to_troubles(content: bytes) -> None:
    for source in ("p.yml", "p.json"):
        loaded = _load(content, source)
        assert (loaded.pipeline is None) == bool(loaded.troubles)


_JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["a", "{{a}}", "{{", "_id", "true", "ctx.a == 1", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["field", "value", "target_field", "processor", "set", "on_failure", "if", "tag", "x"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
_KINDS = st.sampled_from(
    [
        "set",
        "append",
        "remove",
        "rename",
        "copy",
        "fail",
        "drop",
        "pipeline",
        "foreach",
        "terminate",
        "nope",
    ]
)


@given(
    st.lists(st.dictionaries(_KINDS, _JSON, max_size=2), max_size=3),
    st.sampled_from(["elasticsearch", "opensearch"]),
)
def test_any_options_come_to_a_pipeline_or_to_troubles(processors: list[Any], flavour: str) -> None:
    text = json.dumps({"processors": processors})

    loaded = _load(text, "p.json", flavour=flavour)

    assert (loaded.pipeline is None) == bool(loaded.troubles)


@given(_JSON)
def test_json_is_read_as_it_is_written(value: Any) -> None:
    loaded = _load(json.dumps({"processors": [], "_meta": {"v": value}}), "p.json")

    assert loaded.body == {"processors": [], "_meta": {"v": value}}


CONSOLE = """\
# our shop
PUT _ingest/pipeline/shop?pretty
{
  // what it is
  "description": \"\"\"the "shop" log\"\"\",
  "processors": [
    { "set": { "field": "a", "value": \"\"\"C:\\new
line\"\"\" } }, /* and
    more */
    { "set": { "field": "url", "value": "http://x#y" } } # the end
  ]
}
"""


@pytest.mark.parametrize("source", ["p.json", "p.yml"])
def test_what_is_pasted_from_kibanas_console_is_read(source: str) -> None:
    loaded = _load(CONSOLE, source)

    assert not loaded.troubles
    assert loaded.pipeline is not None
    document = Document({})
    loaded.pipeline.run(document)
    assert document.ctx == {"a": "C:\\new\nline", "url": "http://x#y"}
    assert loaded.body is not None
    assert loaded.body["description"] == 'the "shop" log'
    assert ingest.define("p", CONSOLE.encode(), source).body == loaded.body


def test_a_request_to_simulate_is_a_pipeline_as_well() -> None:
    text = 'POST /_ingest/pipeline/_simulate\n{"pipeline": {"processors": []}, "docs": [{"_source": {}}]}'

    assert not _load(text, "p.json").troubles


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"field": "url"', '"fild": "url"', "p.json:10:16"),
        ("/* and", "", "p.json:9:5: not JSON"),
        ("C:", 'C:"""', "p.json:7:47: not JSON"),
        ("http://x#y", "http://x#y\n", "p.json:10:52: not JSON"),
    ],
)
def test_places_are_right_behind_comments_and_texts_of_several_lines(
    old: str, new: str, place: str
) -> None:
    told = _told(CONSOLE.replace(old, new), "p.json")

    assert any(place in line for line in told), told


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("mutate", "a filter of Logstash's; its parts are the processors rename"),
        ("useragent", "write user_agent"),
        ("drop_fields", "a processor of Filebeat's; write remove"),
        ("greok", "did you mean 'grok'?"),
    ],
)
def test_other_tools_names_are_known(kind: str, words: str) -> None:
    (told,) = _told(f"processors: [{{{kind}: {{}}}}]")

    assert words in told


@pytest.mark.parametrize(
    ("flavour", "step", "words"),
    [
        ("opensearch", "set: {field: a, copy_from: b}", "OpenSearch's is the processor copy"),
        ("elasticsearch", "copy: {source_field: a, target_field: b}", "write set with copy_from"),
        ("elasticsearch", "rename: {field: a, target_field: b, override_target: true}", "Elasticsearch's is override"),
    ],
)  # fmt: skip
def test_the_other_products_spelling_is_told(flavour: str, step: str, words: str) -> None:
    assert any(words in line for line in _told(f"processors: [{{{step}}}]", flavour=flavour))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("kv: {field: a, field_split: '[', value_split: '='}", "in the cluster every event fails on it"),
        ("set: {field: a, value: 1, if: ctx.a.foo(1)}", "the edge does not take the method foo with 1 argument (line 1"),
        ("reroute: {dataset: x}", "name a pipeline of the cluster by its id"),
        ("geoip: {field: a}", "set pipeline.geoip.database_directory to a folder of .mmdb files, or run it"),
        ("pipeline: {name: x}", "under 'absent:' of the input if the cluster has none either, or run it"),
    ],
)  # fmt: skip
def test_the_way_out_is_one(step: str, words: str) -> None:
    (told,) = _told(f"processors: [{{{step}}}]")

    assert words in told
    assert told.count("run it in the cluster") <= 1
