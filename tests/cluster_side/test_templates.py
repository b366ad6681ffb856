"""Which index template wins, and what ours is made of. No cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.agent.document import constants, for_path
from shipper.cluster.templates import (
    PRIORITY,
    Template,
    overlap,
    priority,
    sample_name,
    template_body,
    template_hash,
    template_name,
    winner,
)
from shipper.cluster.templates_fields import custom_problems, mappings
from shipper.config.settings import Dataset, DataStream, Input, Local, Settings
from shipper.config.settings import Template as TemplateSettings
from shipper.tools.setup.difference import difference


def _template(name: str, *patterns: str, priority: int = 0, data_stream: bool = True) -> Template:
    return Template(name, patterns, priority, data_stream, ours=False)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [("logs-app-default", True), ("logs-*-*", True), ("*", True), ("logs-app-*", True), ("logs-*", True),
     ("*-default", True), ("logs-app", False), ("metrics-*", False), ("logs-ap?-default", False), ("logs.app*", False)],
)  # fmt: skip
def test_patterns_know_stars_alone(pattern, fits):
    assert _template("a", pattern).matches("logs-app-default") is fits


def test_highest_priority_wins_among_those_that_match():
    low, high = (
        _template("low", "logs-*", priority=100),
        _template("high", "logs-app-*", priority=200),
    )
    other = _template("other", "metrics-*", priority=900)

    assert winner([low, high, other], "logs-app-default") is high
    assert winner([other], "logs-app-default") is None


def test_template_of_the_api_is_read():
    """Priority and mark may be missing, and data_stream may be an empty object."""
    entry = {"name": "a", "index_template": {"index_patterns": ["logs-*"], "data_stream": {}}}
    marked = {"name": "b", "index_template": template_body(DataStream(dataset="app"), text="text")}

    assert Template.from_api(entry) == Template("a", ("logs-*",), 0, data_stream=True, ours=False)
    read = Template.from_api(marked)
    assert (read.priority, read.ours, read.data_stream) == (PRIORITY, True, True)
    assert read.hash == template_hash(marked["index_template"])


def _leaves(fields, inner=None, above="") -> list[str]:
    """Dotted names of what is no object; ``inner`` is the key that objects of a mapping have."""
    names = []
    for name, value in fields.items():
        below = value.get(inner) if inner and isinstance(value, dict) else value
        if isinstance(below, dict):
            names += _leaves(below, inner, f"{above}{name}.")
        else:
            names.append(f"{above}{name}")
    return names


@pytest.mark.parametrize("dynamic", ["false", "strict"])
@pytest.mark.parametrize("composed", [True, False])
def test_without_dynamic_fields_those_that_shipper_adds_are_mapped(dynamic, composed):
    """No rule applies then: `strict` would refuse every event for its `log.file.path`."""
    one = Input(id="a", paths=("/a",), data_stream=DataStream(dataset="app"), tags=("x",))
    settings = Settings(
        inputs=(one,),
        output=Local(path=Path("/x")),
        path_data=Path("/d"),
        pipelines_path=Path("/p"),
        name="n",
        host_id="h",
    )
    pod = "/var/log/pods/shop_api-1_0f9bbcd7-6a9f-4c1e-8f0e-5f1c2a3b4c5d/api/0.log"
    shared = constants(settings, one, "id")
    fields = {*_leaves(shared.fields), *_leaves(for_path(shared, pod).fields), "container.id"}
    fields |= {"message", "log.file.path", "log.offset", "log.flags", "event.original"}
    fields |= {"error.message", "error.type", "log.gap.start", "log.gap.end"}
    body = mappings(text="text", complete=not composed, dynamic=dynamic)

    mapped = set(_leaves(body["properties"], "properties"))

    theirs = {"data_stream.type", "data_stream.dataset", "data_stream.namespace"}  # logs@mappings
    assert fields - mapped <= (theirs if composed else set())


def test_hash_follows_the_body():
    """Another body is another hash, so that a new version replaces the template of an older one."""
    app = template_body(DataStream(dataset="app"), text="text")

    assert template_hash(app) == template_hash(
        template_body(DataStream(dataset="app"), text="text")
    )
    assert template_hash(app) != template_hash(
        template_body(DataStream(dataset="app"), text="match_only_text")
    )
    assert template_hash(app) != template_hash(template_body(DataStream(dataset="b"), text="text"))


def test_only_the_dataset_is_covered():
    body = template_body(DataStream(dataset="app", namespace="prod"), text="text")

    assert body["index_patterns"] == ["logs-app-*"]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [("logs-app-*", "logs-app-*", True), ("logs-*-*", "logs-app-*", True), ("logs-app*", "logs-apps-*", True),
     ("logs-app-*", "logs-apps-*", False), ("*", "logs-app-*", True), ("*-default", "logs-app-*", True),
     ("logs-app-default", "logs-app-*", True), ("metrics-*", "logs-*", False), ("logs-*a*b", "logs-*b*c", False),
     ("logs-nginx.*-*", "logs-nginx.access-*", True), ("a*c", "ab*", True), ("", "*", True), ("", "a", False)],
)  # fmt: skip
def test_patterns_meet_where_a_name_fits_both(one, other, meet):
    """The cluster compares patterns the same way, and refuses two of the same priority that meet."""
    assert overlap(one, other) is meet
    assert overlap(other, one) is meet


@given(st.lists(st.text("ab*", max_size=5), min_size=2, max_size=2), st.text("ab", max_size=8))
def test_a_name_that_fits_two_patterns_makes_them_meet(patterns, name):
    one, other = patterns
    if _template("a", one).matches(name) and _template("b", other).matches(name):
        assert overlap(one, other)


def test_names_and_patterns_follow_prefix_and_mode():
    daily = DataStream(dataset="app", prefix="shipper", mode="daily")
    alias = DataStream(dataset="app", namespace="prod", prefix="shipper", mode="rollover_alias")

    assert template_name(DataStream(dataset="app")) == "shipper-logs-app"
    assert template_name(daily) == "shipper-shipper-app"
    assert template_name(alias) == "shipper-shipper-app-prod"
    for stream in (DataStream(dataset="app"), daily, alias):
        body = template_body(stream)
        assert Template.from_api({"name": "a", "index_template": body}).matches(sample_name(stream))
        assert ("data_stream" in body) is (stream.mode == "data_stream")


def test_a_dataset_with_references_gives_way_to_those_that_are_named():
    """Otherwise the cluster would refuse one of two patterns of one priority."""
    named = DataStream(dataset="nginx.access")
    half = DataStream(dataset="nginx.%{[fields.kind]}")
    unknown = DataStream(dataset="%{[fields.kind]}")

    assert template_body(half)["index_patterns"] == ["logs-nginx.*-*"]
    assert PRIORITY == priority(named) > priority(half) > 200 > priority(unknown) > 100
    assert priority(DataStream(dataset="a.%{[x]}")) < priority(half)


def test_settings_of_the_configuration_win_in_whatever_form_they_are_written():
    settings = {
        "index": {"codec": "default"},
        "number_of_shards": 2,
        "index.refresh_interval": "5s",
    }
    wanted = Dataset(dataset="app", template=TemplateSettings(settings=settings))

    body = template_body(DataStream(dataset="app"), wanted=wanted)

    assert body["template"]["settings"] == {
        "index.codec": "default",
        "index.mapping.total_fields.limit": 5000,
        "index.number_of_shards": 2,
        "index.refresh_interval": "5s",
    }


def test_dotted_custom_mappings_are_objects_in_objects_beside_ours():
    custom = {
        "upstream.time": {"type": "float"},
        "http.response.grade": {"type": "keyword"},
        "message": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        "event": {"properties": {"label": {"type": "keyword"}}},
    }
    wanted = Dataset(dataset="app", template=TemplateSettings(custom_mappings=custom))

    fields = template_body(DataStream(dataset="app"), wanted=wanted)["template"]["mappings"][
        "properties"
    ]

    assert fields["upstream"] == {"properties": {"time": {"type": "float"}}}
    response = fields["http"]["properties"]["response"]["properties"]
    assert response["grade"] == {"type": "keyword"}
    assert response["status_code"] == {"type": "long"}
    assert fields["message"]["fields"] == {"raw": {"type": "keyword"}}
    assert fields["event"]["properties"]["label"] == {"type": "keyword"}
    assert fields["event"]["properties"]["created"] == {"type": "date"}


@pytest.mark.parametrize(
    ("custom", "told"),
    [
        ({"a": {"type": "keyword"}}, None),
        ({"a": {"type": "nested", "properties": {"b": {"type": "long"}}}}, None),
        ({"a": {"properties": {"b": {"type": "long"}}}}, None),
        ({"a": {"type": "date", "format": "epoch_second"}, "a2.b": {"type": "flattened"}}, None),
        ({"a": {}}, "place: a: has no type"),
        ({"a": {"b": {"type": "keyword"}}}, "for an object's field write a.b"),
        ({"a": "keyword"}, "place: a: expected a mapping such as {type: keyword}"),
        ({"a": {"type": 1}}, "place: a.type: expected the name of a field type"),
        ({"a": {"fields": {"b": {"type": "keyword"}}}}, "place: a: has fields and no type"),
        ({"a": {"properties": {"b": {"format": "x"}}}}, "place: a.properties.b: has no type"),
        ({"a": {"properties": []}}, "place: a.properties: expected field names"),
        ({"a": {"type": "keyword"}, "a.b": {"type": "long"}}, "place: a.b lies in a, which is of type keyword"),
        ({"a..b": {"type": "long"}}, "a name between two dots is empty"),
    ],
)  # fmt: skip
def test_mistakes_in_custom_mappings_are_told_with_their_key(custom, told):
    found = custom_problems(custom, "place")

    if told is None:
        assert found == []
    else:
        assert any(told in line for line in found), found


def test_the_difference_has_no_noise_of_the_cluster():
    """Texts for numbers, objects for dots, defaults that it adds: the same template is no difference."""
    body = template_body(DataStream(dataset="app"))
    stored = {
        **body,
        "composed_of": [],
        "data_stream": {"hidden": False, "allow_custom_routing": False},
        "template": {
            **body["template"],
            "settings": {
                "index": {
                    "codec": "best_compression",
                    "refresh_interval": "30s",
                    "mapping": {"total_fields": {"limit": "5000"}},
                }
            },
        },
    }
    assert difference(stored, body) == []

    other = {**body, "priority": 300}
    assert [line.strip() for line in difference(stored, other) if line[0] in "+-"] == [
        '-  "priority": 250,',
        '+  "priority": 300,',
    ]
