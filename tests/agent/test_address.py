"""Where each event goes: daily indices and names by fields, with and without a pipeline at the edge."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.agent.address import Addressing, day_of, index_of
from shipper.agent.document import constants
from shipper.agent.pipelines import start
from shipper.config import load
from shipper.config.references import LONGEST, clean
from shipper.config.settings import DataStream
from shipper.encode import Constants
from shipper.errors import ConfigError
from shipper.records import Event

STAMP = "2026-11-22T10:00:00.000Z"
POD = "/var/log/containers/web-0_shop-a_nginx-" + "0" * 64 + ".log"
DAILY = DataStream(dataset="app", prefix="shipper", mode="daily")


def pairs(piece):
    lines = piece.body.split(b"\n")[:-1]
    return [
        (json.loads(action)["create"], json.loads(document))
        for action, document in zip(lines[::2], lines[1::2], strict=True)
    ]


def placed(stream, *events, path="/var/log/a.log"):
    """The index of each event, and its document."""
    names = {"dataset": stream.dataset}
    shared = Constants(
        {
            "data_stream": {**names, "namespace": stream.namespace},
            "event": names,
            "host": {"name": "h"},
        }
    )
    addressing = Addressing(stream)
    encoder = addressing.encoder_of(shared)("K" * 16, path)
    made = pairs(encoder.events(None, list(events), 0, 100, STAMP))
    return addressing, [(action.get("_index"), document) for action, document in made]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-22T23:59:59.999Z", "2026.11.22"),
        ("2026-11-22T23:30:00-01:00", "2026.11.23"),
        ("2026-11-22T00:30:00+0100", "2026.11.21"),
        ("2026-11-22T10:00:00.123456789Z", "2026.11.22"),
        ("2026-11-22T10:00:00", "2026.11.22"),
        ("2026-11-22", "2026.11.22"),
        ("0999-01-01T00:00:00Z", "0999.01.01"),
        (1_795_305_599_999, "2026.11.21"),
        ("1795305600000", "2026.11.22"),
        (-1, "1969.12.31"),
        ("2026-02-30T00:00:00Z", None),
        ("2026-11-22T25:00:00Z", None),
        ("20261122T101010Z", None),
        ("22/Nov/2026", None),
        ("", None),
        (None, None),
        (True, None),
        ([STAMP], None),
        (10**30, None),
        ("9999-12-31T23:59:59-01:00", None),
    ],
)
def test_the_day_of_a_time(value, day):
    assert day_of(value) == day
    _, [(index, _)] = placed(DAILY, Event(0, 9, "m", {"@timestamp": value}))
    assert index == f"shipper-app-default-{day or '2026.11.22'}"


@given(
    moment=st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001 - the zone follows
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_days_are_those_of_utc(moment, minutes):
    local = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    utc = local.astimezone(UTC)
    assert day_of(local.isoformat()) == f"{utc.year:04d}.{utc.month:02d}.{utc.day:02d}"


def test_lines_share_the_day_of_reading():
    encoder = Addressing(DAILY).encoder_of(Constants({"a": "100%"}))("K" * 16, "/x")
    made = pairs(encoder.block(None, b"one\n\ntwo\n", 7, STAMP))

    assert [action["_index"] for action, _ in made] == ["shipper-app-default-2026.11.22"] * 2
    assert [action["_id"] for action, _ in made] == [
        "K" * 16 + "000000000000070000000004",
        "K" * 16 + "000000000000120000000004",
    ]
    assert [document["message"] for _, document in made] == ["one", "two"]
    later = pairs(encoder.block(None, b"three\n", 12, "2026-11-23T00:00:00.000Z"))
    assert later[0][0]["_index"] == "shipper-app-default-2026.11.23"


def test_a_time_within_an_object_is_not_the_events():
    nested = Event(0, 9, "m", {"app": {"@timestamp": "2020-01-01T00:00:00Z"}})
    _, [(index, _)] = placed(DAILY, nested)
    assert index == "shipper-app-default-2026.11.22"


def test_only_what_depends_on_the_event_names_its_index():
    for stream in (
        DataStream(dataset="app"),
        DataStream(dataset="app", prefix="shipper", mode="rollover_alias"),
    ):
        _, [(index, _)] = placed(stream, Event(0, 9, "m", {"a": 1}))
        assert index is None


BY_KIND = DataStream(dataset="app.%{[shop.kind]:other}", namespace="%{[zone]}")


def test_names_are_cleaned_and_told_in_the_document():
    addressing, made = placed(
        BY_KIND,
        Event(0, 9, "m", {"shop": {"kind": "Access/Log"}, "zone": 7}),
        Event(9, 12, "m", {"shop": {"kind": {"a": 1}}, "zone": "A-B"}),
        Event(12, 15, "m", {"shop.kind": "dotted", "zone": True}),
        Event(15, 18, "m"),
        Event(18, 20, "m", {"shop": {"kind": "x" * LONGEST}, "zone": "z" * 1000}),
    )

    assert [index for index, _ in made] == [
        "logs-app.access_log-7",
        "logs-app.other-a_b",
        "logs-app.dotted-true",
        "logs-app.other-unknown",
        "logs-app.other-unknown",
    ]
    for index, document in made:
        _, dataset, namespace = index.split("-")
        assert document["data_stream"] == {"dataset": dataset, "namespace": namespace}
        assert document["event"]["dataset"] == dataset
    assert addressing.unnamed == 3


def test_a_text_that_looks_like_the_name_stays_as_it_is():
    """The name is put in where Shipper wrote it, whatever a log line says."""
    text = '"dataset":"app.%{[shop.kind]:other}'
    _, [(_, document)] = placed(
        BY_KIND, Event(0, 9, text, {"shop": {"kind": "a"}, "zone": "b", "note": text + '"'})
    )
    assert document["message"] == text
    assert document["note"] == text + '"'


def test_what_the_path_tells_is_known_for_the_whole_file():
    stream = DataStream(
        dataset="%{[kubernetes.container.name]}", namespace="%{[kubernetes.namespace]}"
    )
    addressing, [(index, document)] = placed(stream, Event(0, 9, "m"), path=POD)

    assert index == "logs-nginx-shop_a"
    assert document["data_stream"] == {"dataset": "nginx", "namespace": "shop_a"}
    assert addressing.unnamed == 0


@given(st.text())
def test_cleaned_values_are_names(value):
    name = clean(value)
    if name is not None:
        assert name == clean(name)
        assert not set(name) & set('-\\/*?"<>|,#: \n\t')
        assert len(name.encode()) <= LONGEST


def settings(folder, pipeline, mode="daily", run="edge", dataset="app"):
    (folder / "pipelines").mkdir()
    (folder / "pipelines" / "p.yml").write_text(pipeline)
    (folder / "shipper.yml").write_text(
        f"inputs:\n  - id: a\n    paths: [/var/log/a.log]\n    data_stream: {{dataset: '{dataset}'}}\n"
        f"    pipeline: {{file: p, run: {run}}}\n"
        f"output.elasticsearch: {{hosts: [http://es:9200], target.mode: {mode}}}\n"
    )
    return load(folder / "shipper.yml")


def through(config, data):
    one = config.inputs[0]
    running = start(config, one, constants(config, one, "id"))
    encoder = running.encoder_of()("K" * 16, "/var/log/a.log")
    made = pairs(encoder.block(None, data, 0, STAMP))
    running.close()
    return running.addressing, made


DATED = """\
processors:
  - grok: {field: message, patterns: ['%{TIMESTAMP_ISO8601:when} %{WORD:shop.kind}']}
  - date: {field: when, formats: [ISO8601], timezone: UTC}
"""


def test_a_pipeline_at_the_edge_gives_the_day(tmp_path):
    lines = (
        b"2026-11-20T10:00:00Z a\n2026-11-21T23:30:00-01:00 b\nnothing\n2026-11-20T11:00:00Z c\n"
    )
    _, made = through(settings(tmp_path, DATED), lines)

    days = [action["_index"].removeprefix("shipper-app-default-") for action, _ in made]
    assert days == ["2026.11.20", "2026.11.22", "2026.11.22", "2026.11.20"]


def test_documents_are_the_same_as_without_an_index(tmp_path):
    lines = b"2026-11-20T10:00:00Z a\nnothing\n"
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    _, daily = through(settings(tmp_path / "1", DATED), lines)
    _, stream = through(settings(tmp_path / "2", DATED, mode="data_stream"), lines)

    assert [document for _, document in daily] == [document for _, document in stream]
    assert [{"_id": action["_id"]} for action, _ in daily] == [action for action, _ in stream]


def test_a_time_that_a_pipeline_spoils_goes_to_the_day_of_reading_and_is_counted(tmp_path):
    spoiled = "processors:\n  - set: {field: '@timestamp', value: soon}\n"
    addressing, made = through(settings(tmp_path, spoiled), b"one\ntwo\n")

    assert {action["_index"] for action, _ in made} == {"shipper-app-default-2026.11.22"}
    assert addressing.undated == 2


def test_names_by_what_a_pipeline_found(tmp_path):
    config = settings(tmp_path, DATED, mode="data_stream", dataset="app.%{[shop.kind]}")
    addressing, made = through(config, b"2026-11-20T10:00:00Z Web\nnothing\n")

    assert [action["_index"] for action, _ in made] == [
        "logs-app.web-default",
        "logs-app.unknown-default",
    ]
    assert [document["data_stream"]["dataset"] for _, document in made] == [
        "app.web",
        "app.unknown",
    ]
    assert addressing.unnamed == 1


@pytest.mark.parametrize(
    ("pipeline", "run", "part"),
    [
        (DATED, "cluster", "end it with '- date_index_name: {field: '@timestamp'"),
        (
            DATED + "  - enrich: {policy_name: a, field: b, target_field: c}\n",
            "auto",
            "run: auto means the agent",
        ),
        (
            "processors:\n  - date_index_name: {field: '@timestamp', index_name_prefix: 'x-', date_rounding: M}\n",
            "cluster",
            "index_name_prefix is 'x-'; expected 'shipper-app-default-'",
        ),
    ],
)
def test_a_pipeline_in_the_cluster_must_choose_the_day_as_the_agent_does(
    tmp_path, pipeline, run, part
):
    config = settings(tmp_path, pipeline, run=run)
    with pytest.raises(ConfigError) as error:
        start(config, config.inputs[0], Constants({})).route()
    assert any(part in line for line in error.value.problems), error.value.problems


def test_elsewhere_the_step_is_refused(tmp_path):
    step = (
        "processors:\n  - date_index_name: {field: '@timestamp', index_name_prefix: 'shipper-app-default-',"
        " date_rounding: d, index_name_format: yyyy.MM.dd}\n"
    )
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    config = settings(tmp_path / "1", step, run="cluster")
    assert start(config, config.inputs[0], Constants({})).route().index == "shipper-app-default-*"
    config = settings(tmp_path / "2", step, run="cluster", mode="data_stream")
    with pytest.raises(ConfigError, match="changes _index"):
        start(config, config.inputs[0], Constants({})).route()


def test_what_the_configuration_says_is_no_reference_any_more(tmp_path):
    (tmp_path / "shipper.yml").write_text(
        "name: web-1\nfields: {kind: Access}\ninputs:\n  - id: a\n    paths: [/a]\n"
        "    data_stream: {dataset: 'n.%{[fields.kind]}', namespace: '%{[host.name]}'}\n"
        "output.elasticsearch: {hosts: [http://es:9200]}\n"
    )
    stream = load(tmp_path / "shipper.yml").inputs[0].data_stream
    assert stream.name == "logs-n.access-web_1"
    assert index_of(stream, {}, STAMP) == stream.name
