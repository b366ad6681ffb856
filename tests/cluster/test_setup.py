"""``shipper setup`` on real nodes: what it makes, what it leaves alone, and that it makes it once."""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from shipper.cluster import ingest, templates
from shipper.cluster.client import Client
from shipper.config.settings import (
    Dataset,
    DataStream,
    Elasticsearch,
    Input,
    Pipeline,
    Settings,
    Setup,
    Template,
    Tls,
)
from shipper.tools.setup import SetupError, carry_out, make_plan, plan_removal
from tests.cluster.rig.node import Node

_PIPELINE = """\
description: Splits a line of key and number.
processors:
- grok: {field: message, patterns: ['%{WORD:key}=%{INT:number:int}']}
"""


@pytest.fixture
def dataset(request):
    """A dataset that no other test uses; what was made for it is removed, as far as the product lets go of it."""
    name = f"s{secrets.token_hex(4)}"
    yield name
    for node in request.node.funcargs.values():
        if isinstance(node, Node):
            for kind in ("_data_stream", "_index_template", "_component_template"):
                node.request("DELETE", f"/{kind}/*{name}*")


def _settings(
    dataset: str, pipeline: Pipeline | None = None, namespace: str = "default"
) -> Settings:
    entry = Input(
        id="app",
        paths=("/var/log/app.log",),
        data_stream=DataStream(dataset=dataset, namespace=namespace),
        pipeline=pipeline,
    )
    off = Input(id="off", enabled=False, paths=("/x",), data_stream=DataStream(dataset="never"))
    return Settings(
        inputs=(entry, off),
        output=Elasticsearch(hosts=("http://localhost:9200",)),
        path_data=Path("/nowhere"),
        pipelines_path=Path("/nowhere"),
        name="host",
    )


def _client(node, **options) -> Client:
    return Client(Elasticsearch(hosts=(node.url,), **options))


def _setup(node, settings: Settings) -> list[str]:
    """Plans and carries out; what was done."""
    done: list[str] = []
    with closing(_client(node)) as client:
        plan = make_plan(client, settings)
        assert plan.problems == []
        carry_out(client, plan, lambda step: done.append(step.what))
    return done


def _plan(node, settings: Settings):
    with closing(_client(node)) as client:
        return make_plan(client, settings)


def _ship(node, dataset: str, document: dict, pipeline: str | None = None) -> dict:
    """What a bulk request like the agent's answers for one event."""
    import json  # noqa: PLC0415

    path = f"/logs-{dataset}-default/_bulk"
    if pipeline:
        path += f"?pipeline={pipeline}"
    document = {"@timestamp": "2026-01-01T00:00:00Z"} | document
    status, answer = node.request(
        "POST", path, '{"create":{"_id":"a"}}\n' + json.dumps(document) + "\n"
    )
    assert status == 200, answer
    return answer["items"][0]["create"]


def test_events_land_in_a_data_stream_of_ecs_documents(node, dataset):
    done = _setup(node, _settings(dataset))
    item = _ship(
        node,
        dataset,
        {
            "message": "hello world",
            "log": {"offset": 0, "file": {"path": "/var/log/app.log"}},
            "host": {"name": "a", "ip": ["10.0.0.1", "::1"]},
            "source": {"geo": {"location": {"lat": 1.5, "lon": 2.5}}},
            "when": "2026-01-01",
        },
    )

    assert item["_index"].startswith(f".ds-logs-{dataset}-default-")
    expected = [f"index template shipper-logs-{dataset}"]
    expected += [f"data stream logs-{dataset}-default"] if node.product == "opensearch" else []
    assert done == expected
    _, answer = node.request("GET", f"/logs-{dataset}-default/_mapping")
    (mapping,) = answer.values()
    properties = mapping["mappings"]["properties"]
    # The rig's Elasticsearch lacks the module that has match_only_text: setup asks instead of assuming.
    assert properties["message"]["type"] == (
        "match_only_text" if node.product == "opensearch" else "text"
    )
    assert properties["@timestamp"]["type"] == "date"
    assert properties["log"]["properties"]["offset"]["type"] == "long"
    assert properties["host"]["properties"]["ip"]["type"] == "ip"
    assert properties["host"]["properties"]["name"]["type"] == "keyword"
    assert (
        properties["source"]["properties"]["geo"]["properties"]["location"]["type"] == "geo_point"
    )
    assert properties["when"]["type"] == "keyword"


def test_a_second_run_changes_nothing(node, dataset):
    _setup(node, _settings(dataset))
    path = f"/_index_template/shipper-logs-{dataset}"
    _, before = node.request("GET", path)

    plan = _plan(node, _settings(dataset))

    assert plan.steps == []
    assert any(f"shipper-logs-{dataset}: up to date" in line for line in plan.present)
    assert _setup(node, _settings(dataset)) == []
    _, after = node.request("GET", path)
    assert after == before


def test_planning_changes_nothing(node, dataset):
    plan = _plan(node, _settings(dataset))

    assert plan.steps
    assert node.request("GET", f"/_index_template/shipper-logs-{dataset}")[0] == 404
    _, streams = node.request("GET", "/_resolve/index/logs-*")
    assert f"logs-{dataset}-default" not in str(streams)


def test_disabled_inputs_need_nothing(node, dataset):
    plan = _plan(node, _settings(dataset))

    assert not any("never" in step.what for step in plan.steps)


def test_settings_for_a_dataset_that_no_input_writes_to_are_told(node, dataset):
    datasets = tuple(
        Dataset(dataset=name, retention=86400.0) for name in (dataset, "never", "typo")
    )
    plan = _plan(node, replace(_settings(dataset), setup=Setup(datasets=datasets)))

    (note,) = [line for line in plan.notes if line.startswith("setup.datasets")]
    assert "no input writes to the dataset typo" in note


def test_a_template_of_the_same_pattern_is_refused_with_an_explanation(node, dataset):
    """Two owners of one pattern would undo each other's work, whoever has the higher priority."""
    for priority in (10, 250, 300):
        foreign = {"index_patterns": [f"logs-{dataset}-*"], "priority": priority, "data_stream": {}}
        node.request("PUT", f"/_index_template/foreign-{dataset}", foreign)

        plan = _plan(node, _settings(dataset))

        assert plan.steps == []
        assert len(plan.problems) == 1
        assert f"foreign-{dataset} (priority {priority}) is not Shipper's" in plan.problems[0]
        assert "same pattern" in plan.problems[0]


def test_a_template_of_the_same_priority_that_meets_ours_is_refused_before_anything_is_made(
    node, dataset
):
    """The cluster would refuse ours: that is told before the first change."""
    foreign = {"index_patterns": [f"logs-{dataset}*"], "priority": 250, "data_stream": {}}
    node.request("PUT", f"/_index_template/foreign-{dataset}", foreign)

    plan = _plan(node, _settings(dataset))

    assert plan.steps == []
    assert "the same priority (250)" in plan.problems[0]
    body = templates.template_body(DataStream(dataset=dataset), text="text")
    status, answer = node.request("PUT", f"/_index_template/shipper-logs-{dataset}", body)
    assert (status, "same priority" in str(answer)) == (400, True)


def test_a_higher_template_that_makes_the_stream_is_left_alone_and_named(node, dataset):
    pipeline = {"settings": {"index.default_pipeline": "theirs"}}
    foreign = {
        "index_patterns": [f"logs-{dataset}-def*"],
        "priority": 300,
        "data_stream": {},
        "template": pipeline,
    }
    node.request("PUT", f"/_index_template/foreign-{dataset}", foreign)

    plan = _plan(node, _settings(dataset, Pipeline(id="theirs", run="edge")))

    assert any(f"foreign-{dataset}: makes the data stream" in line for line in plan.present)
    assert not any("index template" in step.what for step in plan.steps)
    assert any("or they are parsed twice" in line for line in plan.notes)


def _sending(dataset: str, pipeline: str) -> dict:
    """A template of somebody else that wins and sends events through a pipeline."""
    return {
        "index_patterns": [f"logs-{dataset}-def*"],
        "priority": 300,
        "data_stream": {},
        "template": {"settings": {"index.default_pipeline": pipeline}},
    }


def test_a_missing_pipeline_of_a_foreign_template_is_told(node, dataset):
    name, pipeline = f"logs-{dataset}-default", f"gone-{dataset}"
    node.request("PUT", f"/_index_template/foreign-{dataset}", _sending(dataset, pipeline))
    status, answer = node.request("POST", f"/{name}/_doc", {"@timestamp": 1, "message": "m"})
    assert (status, f"pipeline with id [{pipeline}] does not exist" in str(answer)) == (400, True)

    (line,) = _plan(node, _settings(dataset)).problems

    assert f"foreign-{dataset} sends events of {name} through the pipeline {pipeline}" in line
    node.request("PUT", f"/_ingest/pipeline/{pipeline}", {"processors": []})
    assert _plan(node, _settings(dataset)).problems == []
    node.request("DELETE", f"/_ingest/pipeline/{pipeline}")


def test_a_missing_pipeline_of_an_index_is_told(opensearch, dataset):
    """The setting stays in the index when its template is another one."""
    name, pipeline = f"logs-{dataset}-default", f"gone-{dataset}"
    foreign = f"/_index_template/foreign-{dataset}"
    opensearch.request("PUT", foreign, _sending(dataset, pipeline))
    assert opensearch.request("PUT", f"/_data_stream/{name}")[0] == 200
    opensearch.request("PUT", foreign, _sending(dataset, "_none"))

    (line,) = _plan(opensearch, _settings(dataset)).problems

    index = f".ds-{name}-000001"
    assert line.startswith(f"index {index} sends events of {name} through the pipeline {pipeline}")
    opensearch.request("PUT", f"/{index}/_settings", {"index.default_pipeline": None})
    assert _plan(opensearch, _settings(dataset)).problems == []


def test_a_lower_template_with_a_pipeline_of_its_own_is_named(node, dataset):
    """As Fleet's are, at 200, with settings in a component: ours wins, and what they did to events is done no more."""
    component = {"template": {"settings": {"index.default_pipeline": "logs-theirs-1.2"}}}
    node.request("PUT", f"/_component_template/logs-{dataset}@package", component)
    foreign = {
        "index_patterns": [f"logs-{dataset}*"],
        "priority": 200,
        "data_stream": {},
        "composed_of": [f"logs-{dataset}@package"],
        "_meta": {"managed": True, "managed_by": "fleet"},
    }
    status, answer = node.request("PUT", f"/_index_template/foreign-{dataset}", foreign)
    assert status == 200, answer

    plan = _plan(node, _settings(dataset))

    assert plan.problems == []
    assert any(f"index template shipper-logs-{dataset}" in step.what for step in plan.steps)
    assert any("logs-theirs-1.2; ours (priority 250) wins" in line for line in plan.notes)


def test_a_foreign_template_that_would_win_and_makes_no_data_stream_is_refused(node, dataset):
    foreign = {"index_patterns": [f"logs-{dataset}*"], "priority": 400}
    node.request("PUT", f"/_index_template/foreign-{dataset}", foreign)

    plan = _plan(node, _settings(dataset))

    assert plan.steps == []
    assert len(plan.problems) == 1
    assert f"foreign-{dataset} (priority 400)" in plan.problems[0]


def test_a_foreign_template_that_would_lose_is_no_obstacle(node, dataset):
    foreign = {"index_patterns": [f"logs-{dataset}*"], "priority": 10}
    node.request("PUT", f"/_index_template/foreign-{dataset}", foreign)

    _setup(node, _settings(dataset))

    assert _ship(node, dataset, {"message": "m"})["_index"].startswith(".ds-")


def test_a_template_of_our_name_that_is_not_ours_is_not_overwritten(node, dataset):
    name = f"shipper-logs-{dataset}"
    foreign = {"index_patterns": [f"elsewhere-{dataset}-*"], "priority": 1, "version": 7}
    node.request("PUT", f"/_index_template/{name}", foreign)

    plan = _plan(node, _settings(dataset))

    assert plan.steps == []
    assert "was not made by Shipper" in plan.problems[0]


def test_an_older_template_of_ours_is_brought_up_to_date(node, dataset):
    name = f"shipper-logs-{dataset}"
    old = {
        "index_patterns": [f"logs-{dataset}-*"],
        "priority": 250,
        "data_stream": {},
        "_meta": {"managed_by": "shipper", "version": "0.0.1", "hash": "0" * 64},
    }
    node.request("PUT", f"/_index_template/{name}", old)

    assert f"index template {name}" in _setup(node, _settings(dataset))
    assert not any("template" in what for what in _setup(node, _settings(dataset)))


def test_an_ordinary_index_in_the_way_is_named(node, dataset):
    """Nothing is made beside it: the user decides what becomes of the index."""
    assert node.request("PUT", f"/logs-{dataset}-default")[0] == 200

    plan = _plan(node, _settings(dataset))

    assert plan.steps == []
    assert f"logs-{dataset}-default is an ordinary index" in plan.problems[0]


# What the configuration says


def _with(dataset: str, mode: str = "data_stream", **template) -> Settings:

    settings = _settings(dataset)
    prefix = "logs" if mode == "data_stream" else "shipper"
    stream = DataStream(dataset=dataset, mode=mode, prefix=prefix)
    # The rig's Elasticsearch lacks the native library of its best_compression.
    index = {"index.codec": "default", **template.pop("settings", {})}
    return replace(
        settings,
        inputs=(replace(settings.inputs[0], data_stream=stream),),
        setup=Setup(template=Template(settings=index, **template)),
    )


def _mapping(node, index: str) -> dict:
    status, answer = node.request("GET", f"/{index}/_mapping")
    assert status == 200, answer
    (mapping,) = answer.values()
    return mapping["mappings"]


def test_mappings_and_settings_of_the_configuration_reach_the_index(node, dataset):
    custom = {
        "upstream.time": {"type": "float"},
        "title": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        "when": {"type": "date", "format": "dd/MM/yyyy"},
        "items": {"type": "nested", "properties": {"price": {"type": "long"}}},
    }
    settings = _with(
        dataset, settings={"number_of_shards": 2}, custom_mappings=custom, dynamic="false"
    )
    _setup(node, settings)

    item = _ship(
        node,
        dataset,
        {"upstream": {"time": "1.5"}, "title": "a b", "when": "02/01/2026", "unknown": 1},
    )

    assert item["status"] == 201, item
    mapping = _mapping(node, f"logs-{dataset}-default")
    fields = mapping["properties"]
    assert fields["upstream"]["properties"]["time"]["type"] == "float"
    assert fields["title"]["fields"]["raw"]["type"] == "keyword"
    assert fields["when"]["format"] == "dd/MM/yyyy"
    assert fields["items"]["type"] == "nested"
    assert mapping["dynamic"] == "false"
    assert "unknown" not in fields
    _, answer = node.request("GET", f"/logs-{dataset}-default/_settings?flat_settings=true")
    (index,) = answer.values()
    assert index["settings"]["index.number_of_shards"] == "2"
    assert index["settings"]["index.refresh_interval"] == "30s"
    assert _setup(node, settings) == []


def test_unknown_objects_are_one_field_each_and_those_of_ecs_stay_objects(node, dataset):
    settings = _with(dataset, unknown_objects="flattened")
    _setup(node, settings)
    item = _ship(
        node,
        dataset,
        {
            "message": "m",
            "host": {"name": "a", "os": {"name": "x"}, "odd": {"k": 1}},
            "log": {"offset": 1, "file": {"path": "/x", "inode": "7"}, "level": "info"},
            "event": {"created": "2026-01-01T00:00:00Z"},
            "user": {"name": "u"},
            "source": {"geo": {"location": {"lat": 1.0, "lon": 2.0}}},
            "foo": {f"key-{number}": {"deep": number} for number in range(300)},
            "list": [{"a": 1}, {"b": "c"}],
        },
    )

    assert item["status"] == 201, item
    fields = _mapping(node, f"logs-{dataset}-default")["properties"]
    flat = "flattened" if node.product == "elasticsearch" else "flat_object"
    assert fields["foo"]["type"] == fields["list"]["type"] == flat
    assert fields["host"]["properties"]["odd"]["type"] == flat
    assert fields["host"]["properties"]["os"]["properties"]["name"]["type"] == "keyword"
    assert fields["log"]["properties"]["file"]["properties"]["path"]["type"] == "keyword"
    assert fields["event"]["properties"]["created"]["type"] == "date"
    assert fields["user"]["properties"]["name"]["type"] == "keyword"
    geo = fields["source"]["properties"]["geo"]["properties"]
    assert geo["location"]["type"] == "geo_point"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ({"custom_mappings": {"a": {"type": "keywrd"}}}, "keywrd"),
        ({"custom_mappings": {"a": {"format": "x"}}}, "custom_mappings: a: has no type"),
        ({"settings": {"number_of_shard": 1}}, "number_of_shard"),
    ],
)
def test_what_the_cluster_would_refuse_is_told_before_anything_is_made(
    node, dataset, template, told
):
    plan = _plan(node, _with(dataset, **template))

    assert plan.steps == []
    assert told in plan.problems[0]


def test_daily_indices_are_made_by_their_events_of_our_template(node, dataset):
    settings = _with(dataset, "daily", custom_mappings={"code": {"type": "long"}})
    done = _setup(node, settings)

    assert done == [f"index template shipper-shipper-{dataset}"]
    name = f"shipper-{dataset}-default-2026.01.02"
    body = '{"create":{}}\n{"@timestamp":"2026-01-02T00:00:00Z","code":"7"}\n'
    status, answer = node.request("POST", f"/{name}/_bulk", body)
    assert (status, answer["errors"]) == (200, False)
    mapping = _mapping(node, name)
    assert mapping["properties"]["code"]["type"] == "long"
    assert mapping["_meta"] == {"managed_by": "shipper"}
    node.request("DELETE", f"/{name}")


def test_a_cluster_without_lifecycle_management_says_what_to_run(node, dataset):
    plan = _plan(node, _settings(dataset))

    assert any("shipper rollover --if-due" in line for line in plan.notes)


# Removal


def _remove(node, settings: Settings) -> list[str]:
    done: list[str] = []
    with closing(_client(node)) as client:
        plan = plan_removal(client, settings)
        carry_out(client, plan, lambda step: done.append(step.path))
    return done


def test_removal_takes_what_is_empty_and_leaves_documents(opensearch, dataset, pipeline):
    settings = _settings(dataset, pipeline)
    _setup(opensearch, settings)
    name = ingest.pipeline_of(settings.inputs[0])
    template = f"/_index_template/shipper-logs-{dataset}"

    _ship(opensearch, dataset, {"message": "a=5"})
    assert _remove(opensearch, settings) == [f"/_ingest/pipeline/{name}"]
    assert opensearch.request("GET", template)[0] == 200
    assert opensearch.count(f"logs-{dataset}-default") == 1

    other = _settings(f"{dataset}x", pipeline)
    _setup(opensearch, other)
    done = _remove(opensearch, other)
    assert f"/_data_stream/logs-{dataset}x-default" in done
    assert f"/_index_template/shipper-logs-{dataset}x" in done
    assert _remove(opensearch, other) == []
    assert opensearch.request("GET", template)[0] == 200


def test_a_pipeline_of_another_configuration_with_a_file_of_the_same_name_stays(
    opensearch, dataset, pipeline
):
    settings, other = _settings(dataset, pipeline), _settings(f"{dataset}x", pipeline)
    _setup(opensearch, settings)
    _setup(opensearch, other)

    _remove(opensearch, settings)

    gone, left = (ingest.pipeline_of(one.inputs[0]) for one in (settings, other))
    assert opensearch.request("GET", f"/_ingest/pipeline/{gone}")[0] == 404
    assert opensearch.request("GET", f"/_ingest/pipeline/{left}")[0] == 200


def test_removal_of_an_alias_takes_its_empty_index_alone(node, dataset):
    settings = _with(dataset, "rollover_alias")
    alias = f"shipper-{dataset}-default"
    _setup(node, settings)
    document = {"@timestamp": "2026-01-01T00:00:00Z"}
    node.request("PUT", f"/{alias}/_doc/1?refresh=true", document)
    assert _remove(node, settings) == [f"/_index_template/shipper-{alias}"]

    _setup(node, settings)
    node.request("DELETE", f"/{alias}/_doc/1?refresh=true")
    done = _remove(node, settings)

    assert f"/_index_template/shipper-{alias}" in done
    assert node.request("GET", f"/{alias}/_alias/{alias}")[0] == 404


@pytest.mark.parametrize("level", ["error", "info"])
def test_removal_of_an_alias_leaves_indices_of_others_and_documents_that_it_does_not_show(
    node, dataset, level
):
    alias = f"shipper-{dataset}-default"
    index = f"{alias}-theirs"
    shown = {"is_write_index": True, "filter": {"term": {"level": "error"}}}
    node.request("PUT", f"/{index}", {"aliases": {alias: shown}})
    try:
        assert _remove(node, _with(dataset, "rollover_alias")) == []
        mark = {"_meta": {"managed_by": "shipper"}}
        node.request("PUT", f"/{index}/_mapping", mark)
        node.request("PUT", f"/{index}/_doc/1?refresh=true", {"level": level})
        assert _remove(node, _with(dataset, "rollover_alias")) == []
        assert node.request("GET", f"/{index}/_doc/1")[0] == 200
    finally:
        node.request("DELETE", f"/{index}")


def test_what_came_after_the_plan_is_not_removed(opensearch, dataset):
    """Whether it is empty is looked at again right before."""
    settings = _settings(dataset)
    _setup(opensearch, settings)
    done: list[str] = []
    with closing(_client(opensearch)) as client:
        plan = plan_removal(client, settings)
        _ship(opensearch, dataset, {"message": "m"})
        with pytest.raises(SetupError, match="in use by"):
            carry_out(client, plan, lambda step: done.append(step.path))

    assert done == []
    assert opensearch.count(f"logs-{dataset}-default") == 1


def test_namespaces_of_a_dataset_share_one_template(node, dataset):
    _setup(node, _settings(dataset))

    done = _setup(node, _settings(dataset, namespace="prod"))

    assert not any("template" in what for what in done)


# Pipelines. The processors of Elasticsearch are not among the rig's jars.


@pytest.fixture
def pipeline(tmp_path, dataset):
    path = tmp_path / f"{dataset}.yml"
    path.write_text(_PIPELINE, encoding="utf-8")
    return Pipeline(file=dataset, path=path)


def test_a_registered_pipeline_runs_under_the_name_that_run_will_use(opensearch, dataset, pipeline):
    settings = _settings(dataset, pipeline)
    _setup(opensearch, settings)
    name = ingest.pipeline_of(settings.inputs[0])

    assert _ship(opensearch, dataset, {"message": "a=5"}, name)["status"] == 201

    (doc,) = opensearch.docs(f"logs-{dataset}-default")
    assert (doc["_source"]["key"], doc["_source"]["number"]) == ("a", 5)
    assert _setup(opensearch, settings) == []


def test_what_a_pipeline_cannot_parse_is_shipped_with_the_reason(opensearch, dataset, pipeline):
    settings = _settings(dataset, pipeline)
    _setup(opensearch, settings)

    item = _ship(
        opensearch, dataset, {"message": "?", "tags": ["x"]}, ingest.pipeline_of(settings.inputs[0])
    )

    assert item["status"] == 201
    (doc,) = opensearch.docs(f"logs-{dataset}-default")
    source = doc["_source"]
    assert "Provided Grok expressions do not match" in source["error"]["message"]
    assert source["event"]["original"] == source["message"] == "?"
    assert source["tags"] == ["x", ingest.FAILURE_TAG]


@pytest.mark.parametrize("message", ["a=5", "?"])
def test_the_default_pipeline_of_the_stream_still_runs(opensearch, dataset, pipeline, message):
    """Naming a pipeline replaces the default one, so ours calls it: after success and after a handled failure."""
    default = {"processors": [{"set": {"field": "from_default", "value": True}}]}
    opensearch.request("PUT", f"/_ingest/pipeline/default-{dataset}", default)
    opensearch.make_data_stream(
        f"logs-{dataset}-default", settings={"index.default_pipeline": f"default-{dataset}"}
    )
    settings = _settings(dataset, pipeline)
    _setup(opensearch, settings)

    _ship(opensearch, dataset, {"message": message}, ingest.pipeline_of(settings.inputs[0]))

    (doc,) = opensearch.docs(f"logs-{dataset}-default")
    assert doc["_source"]["from_default"] is True


def test_a_default_pipeline_of_the_template_is_found_before_the_stream_is_there(
    opensearch, dataset, pipeline
):
    foreign = {
        "index_patterns": [f"logs-{dataset}-*"],
        "priority": 300,
        "data_stream": {},
        "template": {"settings": {"index.default_pipeline": f"default-{dataset}"}},
    }
    opensearch.request("PUT", f"/_ingest/pipeline/default-{dataset}", {"processors": []})
    opensearch.request("PUT", f"/_index_template/foreign-{dataset}", foreign)

    plan = _plan(opensearch, _settings(dataset, pipeline))

    (step,) = [step for step in plan.steps if step.what.startswith("pipeline")]
    assert step.body is not None
    assert step.body["processors"][-1] == {"pipeline": {"name": f"default-{dataset}"}}


def test_a_changed_file_is_a_new_pipeline_beside_the_old_one(opensearch, dataset, pipeline):
    settings = _settings(dataset, pipeline)
    _setup(opensearch, settings)
    old = ingest.pipeline_of(settings.inputs[0])
    pipeline.path.write_text(_PIPELINE + "- set: {field: more, value: 1}\n", encoding="utf-8")

    done = _setup(opensearch, settings)

    assert done == [f"pipeline {ingest.pipeline_of(settings.inputs[0])}"]
    assert opensearch.request("GET", f"/_ingest/pipeline/{old}")[0] == 200


def test_a_pipeline_of_our_name_that_is_not_ours_is_not_overwritten(opensearch, dataset, pipeline):
    settings = _settings(dataset, pipeline)
    name = ingest.pipeline_of(settings.inputs[0])
    foreign = {"description": "somebody's", "processors": []}
    opensearch.request("PUT", f"/_ingest/pipeline/{name}", foreign)

    plan = _plan(opensearch, settings)

    assert f"pipeline {name}: exists and was not made by Shipper" in plan.problems[0]


def test_a_pipeline_that_the_cluster_refuses_stops_the_plan(opensearch, dataset, pipeline):
    """Found when planning, so that nothing is half made."""
    pipeline.path.write_text("processors:\n- grk: {field: message}\n", encoding="utf-8")

    plan = _plan(opensearch, _settings(dataset, pipeline))

    assert len(plan.problems) == 1
    assert "No processor type exists with name [grk]" in plan.problems[0]


def test_a_pipeline_of_the_cluster_must_exist(opensearch, dataset):
    plan = _plan(opensearch, _settings(dataset, Pipeline(id=f"theirs-{dataset}")))
    assert f"pipeline theirs-{dataset}: input app names it" in plan.problems[0]

    opensearch.request("PUT", f"/_ingest/pipeline/theirs-{dataset}", {"processors": []})
    plan = _plan(opensearch, _settings(dataset, Pipeline(id=f"theirs-{dataset}")))
    assert plan.problems == []


# Rights


def test_a_missing_right_is_named(secure_elasticsearch, secure_opensearch, dataset):
    secure_elasticsearch.add_role("only-monitor", {"cluster": ["monitor"]})
    secure_opensearch.add_role("only-monitor", {"cluster_permissions": ["cluster:monitor/main"]})
    expected = {
        "elasticsearch": "view_index_metadata",  # `monitor` covers reading templates there
        "opensearch": "indices:admin/resolve/index",
    }
    for node in (secure_elasticsearch, secure_opensearch):
        node.add_user("only-monitor", "Quiet-Harbour-72", "only-monitor")
        client = _client(
            node,
            username="only-monitor",
            password="Quiet-Harbour-72",
            ssl=Tls(certificate_authorities=(node.security.ca,)),
        )

        with closing(client), pytest.raises(SetupError, match="403") as caught:
            make_plan(client, _settings(dataset))

        assert expected[node.product] in str(caught.value)


def test_the_rights_of_the_manual_are_enough(
    secure_elasticsearch, secure_opensearch, dataset, pipeline
):
    """Those that docs/cluster.md asks for, and no others."""
    secure_elasticsearch.add_role(
        "setup",
        {
            "cluster": ["monitor", "manage_index_templates", "manage_ingest_pipelines"],
            "indices": [{"names": ["logs-*"], "privileges": ["manage", "view_index_metadata"]}],
        },
    )
    secure_opensearch.add_role(
        "setup",
        {
            "cluster_permissions": [
                "cluster:monitor/main",
                "indices:admin/index_template/get",
                "indices:admin/index_template/put",
                "indices:admin/index_template/simulate",
                "indices:admin/index_template/simulate_index",
                "cluster:admin/ingest/pipeline/*",
            ],
            "index_permissions": [
                {
                    "index_patterns": ["logs-*"],
                    "allowed_actions": [
                        "indices:admin/data_stream/create",
                        "indices:admin/resolve/index",
                        "indices:monitor/settings/get",
                    ],
                }
            ],
        },
    )
    for node in (secure_elasticsearch, secure_opensearch):
        node.add_user("setup", "Quiet-Harbour-73", "setup")
        client = _client(
            node,
            username="setup",
            password="Quiet-Harbour-73",
            ssl=Tls(certificate_authorities=(node.security.ca,)),
        )
        settings = _settings(dataset, pipeline if node.product == "opensearch" else None)
        with closing(client):
            plan = make_plan(client, settings)
            assert plan.problems == []
            assert plan.steps
            carry_out(client, plan, lambda _step: None)
            assert make_plan(client, settings).steps == []


def test_the_rights_of_run_are_enough(secure_elasticsearch, secure_opensearch, dataset):
    """Asking for the version and the data stream, and creating documents: what `run` does."""
    secure_elasticsearch.add_role(
        "ship",
        {
            "cluster": ["monitor"],
            "indices": [{"names": ["logs-*"], "privileges": ["create_doc", "auto_configure"]}],
        },
    )
    secure_opensearch.add_role(
        "ship",
        {
            "cluster_permissions": ["cluster:monitor/main", "indices:data/write/bulk"],
            "index_permissions": [
                {
                    "index_patterns": ["logs-*"],
                    "allowed_actions": [
                        "indices:data/write/bulk*",
                        "indices:data/write/index",
                        "indices:admin/mapping/put",
                        "indices:admin/resolve/index",
                    ],
                }
            ],
        },
    )
    stream = f"logs-{dataset}-default"
    for node in (secure_elasticsearch, secure_opensearch):
        node.make_data_stream(stream)
        node.add_user("ship", "Quiet-Harbour-75", "ship")
        client = _client(
            node,
            username="ship",
            password="Quiet-Harbour-75",
            ssl=Tls(certificate_authorities=(node.security.ca,)),
        )
        body = b'{"create":{"_id":"a"}}\n{"@timestamp":"2026-01-01T00:00:00Z","new":"field"}\n'
        with closing(client):
            flavour = client.info()
            if not flavour.require_data_stream:
                status, answer = client.json("GET", f"/_resolve/index/{stream}")
                assert (status, answer["data_streams"][0]["name"]) == (200, stream)
            status, answer = client.json("POST", f"/{stream}/_bulk", body=body)
        assert (status, answer["errors"]) == (200, False), answer
