"""
``check --cluster`` and ``setup``: what indices will need later, and the cluster does not have.

Against the strict fake, since no node of the rig has lifecycles or searchable snapshots, nor logins that may not ask.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shipper.cluster.client import Client
from shipper.config.settings import (
    Dataset,
    DataStream,
    Elasticsearch,
    Frozen,
    Input,
    Phases,
    Settings,
    Setup,
)
from shipper.tools.cluster_check import Finding, check_cluster
from shipper.tools.setup import carry_out, make_plan
from tests.cluster_side.strict import StrictCluster

_FROZEN = Phases(frozen=Frozen(min_age=864000.0, snapshot_repository="archive"))
_STREAM = "logs-app-default"
_INDEX = f".ds-{_STREAM}-2026.01.01-000001"
_FOREIGN = {"index_patterns": ["logs-app-def*"], "priority": 300, "data_stream": {}}


@pytest.fixture
def fake():
    with StrictCluster("elasticsearch") as cluster:
        yield cluster
        assert cluster.complaints == []


def _settings(fake: StrictCluster, setup: Setup | None = None) -> Settings:
    return Settings(
        inputs=(
            Input(id="app", paths=("/nowhere/app.log",), data_stream=DataStream(dataset="app")),
        ),
        output=Elasticsearch(hosts=(fake.url,)),
        setup=setup or Setup(),
        path_data=Path("/nowhere"),
        pipelines_path=Path("/nowhere"),
        name="host",
    )


def _setup(settings: Settings) -> None:
    assert isinstance(settings.output, Elasticsearch)
    with closing(Client(settings.output)) as client:
        plan = make_plan(client, settings)
        assert plan.problems == []
        carry_out(client, plan, lambda _step: None)


def _plan(settings: Settings) -> Any:
    assert isinstance(settings.output, Elasticsearch)
    with closing(Client(settings.output)) as client:
        return make_plan(client, settings)


def _about(settings: Settings, word: str) -> list[Finding]:
    return [one for one in check_cluster(settings).found if word in one.text]


def _policy(repository: str, phase: str = "frozen") -> dict[str, Any]:
    """A policy as the cluster tells it."""
    action = {"searchable_snapshot": {"snapshot_repository": repository, "force_merge_index": True}}
    return {
        "version": 1,
        "policy": {
            "phases": {"hot": {"actions": {}}, phase: {"min_age": "30d", "actions": action}}
        },
        "in_use_by": {"indices": [], "data_streams": [], "composable_templates": []},
    }


# The snapshot repository of a frozen phase


def test_a_repository_that_has_gone_is_told_once(fake):
    settings = _settings(fake, Setup(phases=_FROZEN))
    fake.repositories.add("archive")
    _setup(settings)
    assert [one for one in check_cluster(settings).found if one.level == "error"] == []

    fake.repositories.remove("archive")
    (one,) = _about(settings, "archive")

    assert (one.part, one.level) == ("setup", "error")
    assert one.text.startswith("setup.phases.frozen.snapshot_repository: the cluster has no")
    assert one.todo.startswith("register it, or name one that is there")


def test_a_repository_is_looked_for_though_no_plan_can_be_made(fake):
    """The login of `run` may not read templates."""
    fake.denied = ["GET /_index_template", "POST /_index_template/.*", "GET /_ilm/.*"]
    dataset = Dataset(dataset="app", phases=_FROZEN)

    (one,) = _about(_settings(fake, Setup(datasets=(dataset,))), "archive")

    assert (one.part, one.level) == ("setup", "error")
    assert one.text.startswith("setup.datasets (app).phases.frozen.snapshot_repository")


def test_a_repository_that_may_not_be_asked_for_is_unknown(fake):
    fake.denied = ["GET /_snapshot/.*"]

    found = _about(_settings(fake, Setup(phases=_FROZEN)), "archive")

    assert ["unknown"] * len(found) == [one.level for one in found]
    assert any("monitor_snapshot" in one.text for one in found)


@pytest.mark.parametrize("product", ["serverless", "opensearch"])
def test_other_products_are_not_asked(product):
    with StrictCluster(product) as fake:
        check_cluster(_settings(fake, Setup(phases=_FROZEN)))

        assert not any("_snapshot" in one for one in fake.requests)
        assert fake.complaints == []


@pytest.mark.parametrize("phase", ["frozen", "cold"])
def test_the_policy_of_somebody_else_is_looked_at(fake, phase):
    settings = {"index": {"lifecycle": {"name": "theirs"}}}
    fake.templates["theirs"] = {**_FOREIGN, "template": {"settings": settings, "mappings": {}}}
    fake.policies["theirs"] = _policy("theirs", phase)

    (one,) = _about(_settings(fake), "snapshot repository")

    assert (one.part, one.level) == ("input app", "error")
    assert (
        f"ILM policy theirs, phase {phase}: the cluster has no snapshot repository theirs"
        in one.text
    )
    assert "register it" in one.todo
    fake.repositories.add("theirs")
    assert _about(_settings(fake), "snapshot repository") == []


def test_a_policy_that_may_not_be_read_is_unknown(fake):
    settings = {"index": {"lifecycle": {"name": "theirs"}}}
    fake.templates["theirs"] = {**_FOREIGN, "template": {"settings": settings, "mappings": {}}}
    fake.denied = ["GET /_ilm/policy/.*"]

    found = _about(_settings(fake), "ILM policy theirs")

    assert ["ok", "unknown"] == [one.level for one in found]
    assert "read_ilm" in found[1].todo


# Pipelines that are named and not there


def _calls(name: str, which: str = "default") -> dict[str, Any]:
    settings = {"index": {f"{which}_pipeline": name}}
    return {**_FOREIGN, "template": {"settings": settings, "mappings": {}}}


@pytest.mark.parametrize("which", ["default", "final"])
def test_a_foreign_template_with_a_missing_pipeline_is_told(fake, which):
    fake.templates["theirs"] = _calls("gone", which)

    (line,) = _plan(_settings(fake)).problems

    assert line.startswith(
        f"index template theirs sends events of {_STREAM} through the pipeline gone"
    )
    assert "the cluster has none of that name, so it takes no event; make the pipeline, or" in line
    found = [one for one in _about(_settings(fake), "pipeline gone") if one.level == "error"]
    assert {"setup", "input app"} == {one.part for one in found}


def test_a_foreign_template_with_a_pipeline_that_is_there_is_fine(fake):
    fake.templates["theirs"] = _calls("there")
    fake.pipelines.add("there")

    assert _plan(_settings(fake)).problems == []
    assert not [one for one in check_cluster(_settings(fake)).found if one.level == "error"]


def test_the_missing_pipeline_of_a_template_that_loses_is_no_obstacle(fake):
    fake.templates["theirs"] = {**_calls("gone"), "priority": 10}

    plan = _plan(_settings(fake))

    assert plan.problems == []
    assert any("through gone; ours" in line for line in plan.notes)


def test_an_index_whose_pipeline_is_missing_is_told(fake):
    """Its template may be another one by now: the setting stays in the index."""
    fake.streams[_STREAM] = {}
    fake.settings[_INDEX] = {"index.default_pipeline": "gone", "index.number_of_shards": "1"}

    (line,) = _plan(_settings(fake)).problems

    assert line.startswith(f"index {_INDEX} sends events of {_STREAM} through the pipeline gone")
    assert f"PUT /{_INDEX}/_settings" in line
    fake.settings[_INDEX] = {"index.default_pipeline": "_none"}
    assert _plan(_settings(fake)).problems == []


def test_a_pipeline_that_may_not_be_asked_for_is_a_note(fake):
    """Who needs no pipelines needs no right to them."""
    fake.templates["theirs"] = _calls("theirs")
    fake.denied = ["GET /_ingest/.*"]

    plan = _plan(_settings(fake))

    assert plan.problems == []
    assert any(
        "cannot be told" in line and "manage_ingest_pipelines" in line for line in plan.notes
    )
    found = _about(_settings(fake), "could not be looked for")
    assert ["unknown"] == [one.level for one in found]
