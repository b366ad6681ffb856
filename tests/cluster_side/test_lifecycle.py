"""
Lifecycles: what setup makes of the configuration for ILM, data stream lifecycle and ISM.

Against the strict fake, which takes nothing that the products' documentation does not have.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.cluster import lifecycle
from shipper.cluster.client import Client
from shipper.config.settings import (
    Dataset,
    DataStream,
    Elasticsearch,
    Frozen,
    Input,
    Phase,
    Phases,
    Rollover,
    Settings,
    Setup,
    Template,
)
from shipper.tools.setup import carry_out, make_plan, plan_removal
from tests.cluster_side.strict import DURATION, SIZE, StrictCluster

_DAY = 86400.0
_WARM_COLD = Phases(warm=Phase(min_age=2 * _DAY), cold=Phase(min_age=7 * _DAY))
_FROZEN = Phases(
    warm=Phase(min_age=0),
    frozen=Frozen(min_age=10 * _DAY, snapshot_repository="snapshots"),
)
_PRODUCTS = ["elasticsearch", "serverless", "opensearch"]
_SETUPS = {
    "defaults": Setup(),
    "retention": Setup(retention=30 * _DAY),
    "odd ages": Setup(retention=90061.5, rollover=Rollover(max_age=5400)),
    "odd sizes": Setup(rollover=Rollover(max_primary_shard_size=1536 * 1024 * 1024 + 1)),
    "by documents alone": Setup(rollover=Rollover(max_age=0, max_primary_shard_size=0)),
    "never": Setup(rollover=Rollover(max_age=0, max_primary_shard_size=0, max_docs=0)),
    "phases": Setup(phases=_WARM_COLD, retention=30 * _DAY),
    "frozen": Setup(phases=_FROZEN),
    "template": Setup(
        template=Template(
            settings={"index.number_of_shards": 2, "index.mapping.source.mode": "synthetic"},
            custom_mappings={"upstream.time": {"type": "float"}},
            unknown_objects="flattened",
            dynamic="false",
        )
    ),
}
_WITHOUT = {"serverless": {"phases", "frozen"}, "opensearch": {"frozen"}}


def _settings(setup: Setup, mode: str = "data_stream", dataset: str = "app") -> Settings:
    stream = DataStream(
        dataset=dataset, prefix="logs" if mode == "data_stream" else "shipper", mode=mode
    )
    return Settings(
        inputs=(Input(id="app", paths=("/var/log/app.log",), data_stream=stream),),
        output=Elasticsearch(hosts=("http://localhost:9200",), target_mode=mode),
        setup=setup,
        path_data=Path("/nowhere"),
        pipelines_path=Path("/nowhere"),
        name="host",
    )


def _client(fake: StrictCluster) -> Client:
    return Client(Elasticsearch(hosts=(fake.url,)))


def _plan(fake: StrictCluster, settings: Settings):
    with closing(_client(fake)) as client:
        return make_plan(client, settings)


def _setup(fake: StrictCluster, settings: Settings) -> list[str]:
    done: list[str] = []
    with closing(_client(fake)) as client:
        plan = make_plan(client, settings)
        assert plan.problems == []
        carry_out(client, plan, lambda step: done.append(step.what))
    assert fake.complaints == []
    return done


@pytest.fixture(params=_PRODUCTS)
def fake(request):
    with StrictCluster(request.param) as cluster:
        yield cluster


@pytest.mark.parametrize("name", _SETUPS)
@pytest.mark.parametrize("mode", ["data_stream", "rollover_alias", "daily"])
def test_every_setting_is_taken_once_and_a_second_run_changes_nothing(fake, name, mode):
    settings = _settings(_SETUPS[name], mode)
    if name in _WITHOUT.get(fake.product, ()):
        assert any("setup.phases" in line for line in _plan(fake, settings).problems)
        return

    assert _setup(fake, settings)
    fake.requests.clear()

    assert _setup(fake, settings) == []
    assert [
        one
        for one in fake.requests
        if not one.startswith(("GET", "POST /_index_template/_simulate"))
    ] == []


def test_the_best_kind_is_chosen(fake):
    _setup(fake, _settings(Setup(retention=30 * _DAY)))

    template = fake.templates["shipper-logs-app"]["template"]
    settings = template["settings"]["index"]
    if fake.product == "elasticsearch":
        phases = fake.policies["shipper-logs-app"]["policy"]["phases"]
        assert settings["lifecycle"] == {"name": "shipper-logs-app"}
        assert phases["hot"]["actions"]["rollover"] == {
            "max_age": "1d",
            "max_primary_shard_size": "30gb",
            "max_docs": 50_000_000,
        }
        assert phases["delete"]["min_age"] == "30d"
    elif fake.product == "serverless":
        assert template["lifecycle"] == {"enabled": True, "data_retention": "30d"}
        assert "lifecycle" not in settings
    else:
        policy = fake.policies["shipper-logs-app"]["policy"]
        hot, delete = policy["states"]
        assert hot["actions"][0]["rollover"] == {
            "min_index_age": "1d",
            "min_primary_shard_size": "30gb",
            "min_doc_count": 50_000_000,
        }
        assert hot["transitions"] == [
            {"state_name": "delete", "conditions": {"min_rollover_age": "30d"}}
        ]
        assert delete["actions"][0]["delete"] == {}
        (template,) = policy["ism_template"]
        assert (template["index_patterns"], template["priority"]) == (["logs-app-*"], 250)


def test_data_stream_lifecycle_beside_ilm_comes_first_where_it_is_asked_for():
    with StrictCluster("elasticsearch") as fake:
        _setup(fake, _settings(Setup(lifecycle="data_stream_lifecycle", retention=_DAY)))

        template = fake.templates["shipper-logs-app"]["template"]
        assert template["settings"]["index"]["lifecycle"] == {"prefer_ilm": "false"}
        assert template["lifecycle"]["data_retention"] == "1d"
        assert fake.policies == {}


@pytest.mark.parametrize("product", ["elasticsearch", "opensearch"])
def test_aliases_are_named_in_the_settings_of_their_indices(product):
    with StrictCluster(product) as fake:
        _setup(fake, _settings(Setup(), "rollover_alias"))

        body = fake.templates["shipper-shipper-app-default"]
        assert "data_stream" not in body
        assert body["index_patterns"] == ["shipper-app-default-*"]
        index = body["template"]["settings"]["index"]
        if product == "elasticsearch":
            assert index["lifecycle"]["rollover_alias"] == "shipper-app-default"
        else:
            state = index["plugins"]["index_state_management"]
            assert state["rollover_alias"] == "shipper-app-default"


@pytest.mark.parametrize("product", ["elasticsearch", "opensearch"])
def test_daily_indices_are_never_rolled_over_and_age_from_their_making(product):
    with StrictCluster(product) as fake:
        _setup(fake, _settings(Setup(retention=_DAY, phases=_warm(0)), "daily"))

        policy = fake.policies["shipper-shipper-app"]["policy"]
        assert "rollover" not in str(policy)
        if product == "opensearch":
            conditions = [s["transitions"][0]["conditions"] for s in policy["states"][:2]]
            assert conditions == [{"min_index_age": "1ms"}, {"min_index_age": "1d"}]
            assert "force_merge" not in str(policy)


def _warm(age: float) -> Phases:
    return Phases(warm=Phase(min_age=age))


def test_on_elasticsearch_the_template_is_composed_of_the_clusters_own():
    with StrictCluster("elasticsearch") as fake:
        _setup(fake, _settings(Setup()))

        body = fake.templates["shipper-logs-app"]
        assert body["composed_of"] == [
            "logs@mappings",
            "logs@settings",
            "logs@custom",
            "logs-app@custom",
            "ecs@mappings",
        ]
        assert body["ignore_missing_component_templates"] == ["logs@custom", "logs-app@custom"]
        assert "@timestamp" not in body["template"]["mappings"]["properties"]
        assert not any("@custom" in one for one in fake.requests)


def test_a_dataset_of_which_nothing_is_known_takes_no_streams_of_others(fake):
    """Its pattern is that of all streams for logs: no lifecycle of ours may delete what is not ours."""
    settings = _settings(Setup(retention=_DAY), dataset="%{[fields.kind]}")

    plan = _plan(fake, settings)
    (step,) = plan.steps
    assert step.body["priority"] == 150
    assert "lifecycle" not in str(step.body["template"])
    assert any("there is no lifecycle" in line for line in plan.notes)

    fake.templates["logs"] = {
        "index_patterns": ["logs-*-*"],
        "priority": 100,
        "data_stream": {},
        "_meta": {"managed": True},
    }
    plan = _plan(fake, settings)
    assert plan.steps == []
    assert any("template logs: makes the data streams" in line for line in plan.present)


def test_two_datasets_whose_patterns_meet_are_told_before_one_is_made(fake):
    from msgspec.structs import replace  # noqa: PLC0415

    settings = _settings(Setup(), dataset="a.%{[fields.kind]}")
    second = replace(
        settings.inputs[0], id="b", data_stream=DataStream(dataset="%{[fields.kind]}.a")
    )
    plan = _plan(fake, replace(settings, inputs=(*settings.inputs, second)))

    assert any("meets logs-*.a-*, so the cluster would refuse ours" in one for one in plan.problems)


def test_namespaces_share_a_template_and_a_policy(fake):
    from msgspec.structs import replace  # noqa: PLC0415

    settings = _settings(Setup())
    second = replace(
        settings.inputs[0], id="b", data_stream=DataStream(dataset="app", namespace="prod")
    )
    both = replace(settings, inputs=(*settings.inputs, second))

    done = _setup(fake, both)

    assert done.count("index template shipper-logs-app") == 1
    assert _setup(fake, both) == []


def test_a_data_stream_that_another_template_makes_keeps_its_lifecycle():
    with StrictCluster("serverless") as fake:
        fake.streams["logs-app-default"] = {"enabled": True, "data_retention": "90d"}
        fake.templates["theirs"] = {
            "index_patterns": ["logs-app-def*"],
            "priority": 300,
            "data_stream": {},
        }

        plan = _plan(fake, _settings(Setup(retention=_DAY)))

        assert plan.steps == []
        assert plan.problems == []


# Updates


def test_another_retention_is_an_update_of_what_is_there(fake):
    _setup(fake, _settings(Setup(retention=30 * _DAY)))
    if fake.product == "serverless":
        fake.streams["logs-app-default"] = {"enabled": True, "data_retention": "30d"}

    done = _setup(fake, _settings(Setup(retention=7 * _DAY)))

    if fake.product == "serverless":
        assert "lifecycle of data stream logs-app-default" in done
        assert fake.streams["logs-app-default"]["data_retention"] == "7d"
    else:
        assert "lifecycle policy shipper-logs-app" in done
        assert "'7d'" in str(fake.policies["shipper-logs-app"])
    assert _setup(fake, _settings(Setup(retention=7 * _DAY))) == []


def test_ism_indices_that_exist_get_the_policy_and_its_new_version():
    index = ".ds-logs-app-default-2026.01.01-000001"
    with StrictCluster("opensearch") as fake:
        fake.streams["logs-app-default"] = {}

        done = _setup(fake, _settings(Setup()))
        assert "ISM policy shipper-logs-app for indices of logs-app-default" in done
        assert fake.managed == {index: "shipper-logs-app"}

        fake.requests.clear()
        _setup(fake, _settings(Setup(retention=_DAY)))
        assert f"POST /_plugins/_ism/change_policy/{index}" in fake.requests
        assert _setup(fake, _settings(Setup(retention=_DAY))) == []


def test_ism_indices_with_the_policy_of_somebody_else_keep_it():
    with StrictCluster("opensearch") as fake:
        fake.streams["logs-app-default"] = {}
        fake.managed[".ds-logs-app-default-2026.01.01-000001"] = "theirs"

        plan = _plan(fake, _settings(Setup()))

        assert any("theirs of somebody else and keep it" in line for line in plan.notes)
        assert not any("_ism/add" in step.path for step in plan.steps)


def test_an_ism_policy_that_was_changed_in_between_is_not_overwritten():
    """The cluster takes a new version only of the one that was read."""
    with StrictCluster("opensearch") as fake:
        _setup(fake, _settings(Setup()))
        with closing(_client(fake)) as client:
            plan = make_plan(client, _settings(Setup(retention=_DAY)))
            fake.policies["shipper-logs-app"]["_seq_no"] += 1
            with pytest.raises(Exception, match="version_conflict_engine_exception"):
                carry_out(client, plan, lambda _step: None)


def test_two_setups_at_once_are_both_content(fake):
    """Both looked and found nothing; ISM refuses the second policy, which is the same."""
    settings = _settings(Setup(retention=_DAY))
    with closing(_client(fake)) as client:
        plans = [make_plan(client, settings) for _ in range(2)]
        for plan in plans:
            carry_out(client, plan, lambda _step: None)
        assert make_plan(client, settings).steps == []


def test_a_named_dataset_beside_one_with_references():
    """Their patterns meet, and their priorities differ: for templates and for ISM's templates."""
    with StrictCluster("opensearch") as fake:
        _setup(fake, _settings(Setup(), dataset="nginx.access"))
        _setup(fake, _settings(Setup(), dataset="nginx.%{[fields.kind]}"))

        priorities = {
            name: one["policy"]["ism_template"][0]["priority"]
            for name, one in fake.policies.items()
        }
        assert priorities == {"shipper-logs-nginx.access": 250, "shipper-logs-nginx.any": 207}


# What is refused


@pytest.mark.parametrize("product", ["elasticsearch", "opensearch"])
def test_a_policy_of_our_name_that_is_not_ours_is_not_overwritten(product):
    with StrictCluster(product) as fake:
        policy = {"phases": {}} if product == "elasticsearch" else {"description": "theirs"}
        fake.policies["shipper-logs-app"] = {"policy": policy, "_seq_no": 1, "_primary_term": 1}

        plan = _plan(fake, _settings(Setup()))

        assert "lifecycle policy shipper-logs-app: exists and was not made" in plan.problems[0]


def test_an_ism_policy_of_somebody_else_for_the_same_indices_is_refused():
    with StrictCluster("opensearch") as fake:
        template = [{"index_patterns": ["logs-*"], "priority": 300}]
        fake.policies["theirs"] = {
            "policy": {"description": "theirs", "ism_template": template},
            "_seq_no": 1,
            "_primary_term": 1,
        }

        plan = _plan(fake, _settings(Setup()))

        assert "ISM policy theirs takes indices of logs-app-*" in plan.problems[0]


@pytest.mark.parametrize(
    ("product", "setup", "mode", "told"),
    [
        ("opensearch", Setup(lifecycle="ilm"), "data_stream", "has no index lifecycle management"),
        ("elasticsearch", Setup(lifecycle="ism"), "data_stream", "has no Index State Management"),
        ("serverless", Setup(lifecycle="ilm"), "data_stream", "has no index lifecycle management"),
        ("serverless", Setup(phases=_WARM_COLD), "data_stream", "a data stream lifecycle has no phases"),
        ("opensearch", Setup(phases=_FROZEN), "data_stream", "searchable snapshots are Elasticsearch's"),
        ("elasticsearch", Setup(lifecycle="none", phases=_WARM_COLD), "data_stream", "has no phases"),
        ("elasticsearch", Setup(phases=Phases(frozen=Frozen(min_age=1, snapshot_repository="no"))), "data_stream",
         "the cluster has no repository no"),
        ("elasticsearch", Setup(phases=_WARM_COLD, retention=_DAY), "data_stream", "put them in order"),
        ("elasticsearch", Setup(lifecycle="data_stream_lifecycle"), "daily", "is for data streams"),
        ("elasticsearch", Setup(retention=_DAY, rollover=Rollover(max_age=0, max_primary_shard_size=0, max_docs=0)),
         "data_stream", "all bounds are 0"),
        ("opensearch", Setup(template=Template(dynamic="runtime")), "data_stream", "runtime fields are Elasticsearch's"),
    ],
)  # fmt: skip
def test_what_a_cluster_cannot_do_is_told_and_nothing_is_made(product, setup, mode, told):
    with StrictCluster(product) as fake:
        plan = _plan(fake, _settings(setup, mode))

        assert plan.steps == []
        assert any(told in line for line in plan.problems), plan.problems


# Removal


def test_removal_takes_away_what_setup_made_and_nothing_else(fake):
    _setup(fake, _settings(Setup()))
    _setup(fake, _settings(Setup(), dataset="other"))

    with closing(_client(fake)) as client:
        plan = plan_removal(client, _settings(Setup()))
        carry_out(client, plan, lambda _step: None)

    assert list(fake.templates) == ["shipper-logs-other"]
    assert list(fake.policies) == (["shipper-logs-other"] if fake.product != "serverless" else [])
    assert fake.complaints == []
    with closing(_client(fake)) as client:
        assert plan_removal(client, _settings(Setup())).steps == []


def test_a_policy_that_indices_have_stays():
    with StrictCluster("elasticsearch") as fake:
        _setup(fake, _settings(Setup()))
        used = fake.policies["shipper-logs-app"]["in_use_by"]
        used["indices"] = [".ds-logs-app-default-000001"]

        with closing(_client(fake)) as client:
            plan = plan_removal(client, _settings(Setup()))

        assert any("stays, 1 index has it" in line for line in plan.present)
        assert not any("policy" in step.what for step in plan.steps)


def test_a_data_stream_with_documents_and_its_template_stay(fake):
    _setup(fake, _settings(Setup()))
    fake.streams["logs-app-default"] = {"enabled": True}
    fake.documents["logs-app-default"] = 5

    with closing(_client(fake)) as client:
        plan = plan_removal(client, _settings(Setup()))
        carry_out(client, plan, lambda _step: None)

    assert "logs-app-default" in fake.streams
    assert any("logs-app-default: stays, it has 5 documents" in line for line in plan.present)


@pytest.mark.parametrize("product", ["elasticsearch", "serverless"])
def test_a_data_stream_whose_documents_all_failed_stays(product):
    """Its failure store would go with it."""
    with StrictCluster(product) as fake:
        _setup(fake, _settings(Setup()))
        fake.streams["logs-app-default"] = {}
        fake.documents["logs-app-default::failures"] = 3

        with closing(_client(fake)) as client:
            plan = plan_removal(client, _settings(Setup()))
            carry_out(client, plan, lambda _step: None)

        assert "logs-app-default" in fake.streams
        assert any("stays, it has 3 documents" in line for line in plan.present)
        assert fake.complaints == []


def test_an_empty_data_stream_of_somebody_else_stays(fake):
    fake.streams["logs-app-default"] = {}
    fake.foreign.add(".ds-logs-app-default-2026.01.01-000001")

    with closing(_client(fake)) as client:
        plan = plan_removal(client, _settings(Setup()))

    assert plan.steps == []
    assert any("logs-app-default: stays, no template of Shipper" in line for line in plan.present)


# Values


@given(st.floats(min_value=0.001, max_value=1e9))
def test_durations_are_whole_numbers_with_a_unit(seconds):
    assert DURATION.fullmatch(lifecycle.duration(seconds))


@given(st.integers(min_value=1, max_value=1 << 50))
def test_sizes_are_whole_numbers_with_a_unit(count):
    text = lifecycle.size(count)

    assert SIZE.fullmatch(text)
    units = {"b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}
    number = text.rstrip("kmgb")
    assert int(number) * units[text[len(number) :]] == count


@given(
    st.builds(
        Rollover,
        max_age=st.integers(0, 10**7),
        max_primary_shard_size=st.integers(0, 1 << 45),
        max_docs=st.integers(0, 10**10),
    ),
    st.lists(st.integers(0, 10**8), min_size=3, max_size=3),
)
def test_the_mark_follows_the_content(rollover, ages):
    warm, cold, delete = sorted(ages)
    phases = Phases(warm=Phase(min_age=warm), cold=Phase(min_age=cold))
    stream = DataStream(dataset="app")
    one = Dataset(dataset="app", rollover=rollover, phases=phases, retention=delete)
    other = Dataset(dataset="app", rollover=rollover, phases=phases, retention=delete + 1)

    for make in (
        lifecycle.ilm_policy,
        lambda wanted, stream: lifecycle.ism_policy(wanted, stream, "logs-app-*", 250),
    ):
        mark = lifecycle.mark(make(one, stream)["policy"])
        assert mark
        assert mark == lifecycle.mark(make(one, stream)["policy"])
        assert mark != lifecycle.mark(make(other, stream)["policy"])
    assert lifecycle.mark({"description": "somebody's"}) is None
