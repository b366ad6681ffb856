from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from shipper.telemetry import metrics, server
from shipper.telemetry.report import COLUMNS
from tests.telemetry import reports

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs" / "operations.md"


def samples(report) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What an independent parser reads out of the exposition: (name, labels) and value."""
    families = text_string_to_metric_families(metrics.render(report).decode())
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


@pytest.fixture(scope="module")
def seen():
    return samples(reports.report())


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("shipper_healthy", {}, 1),
        ("shipper_state", {"state": "running"}, 1),
        ("shipper_state", {"state": "draining"}, 0),
        ("shipper_read_bytes", {"input": "app"}, 1000),
        ("shipper_events_total", {"input": "app", "column": "indexed"}, 6),
        ("shipper_events_total", {"input": "app", "column": "skipped"}, 0),
        ("shipper_bytes_total", {"input": "app", "column": "dead_lettered"}, 100),
        ("shipper_pending_bytes", {"input": "app"}, 100),
        ("shipper_ledger_unaccounted_bytes", {"input": "app"}, 0),
        ("shipper_files", {"input": "app", "state": "open"}, 1),
        ("shipper_files", {"input": "app", "state": "held"}, 1),
        ("shipper_files", {"input": "app", "state": "closed"}, 0),
        ("shipper_input_lag_bytes", {"input": "app"}, 350),
        ("shipper_input_lag_bytes_max", {"input": "app"}, 300),
        ("shipper_input_lag_seconds_max", {"input": "app"}, 99),
        ("shipper_route_state", {"route": "logs-app-default", "state": "ok"}, 1),
        ("shipper_route_state", {"route": "logs-app-default", "state": "paused"}, 0),
        ("shipper_route_rejected_events_total", {"route": "logs-app-default"}, 2),
        ("shipper_route_retried_events_total", {"route": "logs-app-default"}, 3),
        ("shipper_route_requests_total", {"route": "logs-app-default"}, 7),
        ("shipper_route_failed_requests_total", {"route": "logs-app-default"}, 1),
        ("shipper_route_limit_bytes", {"route": "logs-app-default"}, 5_000_000),
        ("shipper_dead_letters", {}, 1),
        ("shipper_dead_letter_limit_bytes", {}, 1000),
        ("shipper_occurrences_total", {"kind": "gaps"}, 2),
        ("shipper_occurrences_total", {"kind": "id_clashes"}, 0),
    ],
)
def test_the_report_is_what_prometheus_reads(seen, name, labels, value):
    assert seen[name, tuple(sorted(labels.items()))] == value


def test_a_paused_route_is_one_hot():
    found = samples(reports.report(routes=[reports.paused()]))

    states = {
        labels[1][1]: value
        for (name, labels), value in found.items()
        if name == "shipper_route_state"
    }
    assert states == {"ok": 0, "backing_off": 0, "paused": 1}


def test_an_unbalanced_ledger_is_seen():

    ledger = msgspec.structs.replace(reports.LEDGER, read_bytes=1007)
    report = reports.report()
    (one,) = report.inputs
    found = samples(
        msgspec.structs.replace(report, inputs=[msgspec.structs.replace(one, ledger=ledger)])
    )

    assert found["shipper_ledger_unaccounted_bytes", (("input", "app"),)] == 7


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("where", {"where": "edge"}, 1),
        ("where", {"where": "cluster"}, 0),
        ("events_total", {}, 1000),
        ("fast_events_total", {}, 900),
        ("fast_seconds_total", {}, 0.25),
        ("dropped_events_total", {}, 5),
        ("failed_events_total", {}, 7),
        ("refused_events_total", {}, 3),
        ("reloads_total", {}, 2),
        ("problem", {}, 0),
        ("step_events_total", {"processor": "grok", "step": "3"}, 1000),
        ("step_failures_total", {"processor": "grok", "step": "3"}, 7),
        ("step_seconds_total", {"processor": "grok", "step": "3"}, 0.5),
        ("step_events_total", {"processor": "set", "step": "4:5"}, 990),
        ("step_events_total", {"processor": "set", "step": "4:40"}, 980),
    ],
)
def test_a_pipeline_at_the_edge_is_counted_step_by_step(name, labels, value):
    found = samples(reports.with_pipeline(reports.edge()))

    key = tuple(sorted({"input": "app", **labels}.items()))
    assert found[f"shipper_pipeline_{name}", key] == value


def test_a_pipeline_in_the_cluster_has_no_counts_here():
    one = msgspec.structs.replace(reports.edge(), where="cluster", problem="not used")
    found = samples(reports.with_pipeline(one))

    names = {name for name, _ in found if name.startswith("shipper_pipeline_")}
    assert names == {f"shipper_pipeline_{name}" for name in ("where", "problem", "reloads_total")}
    assert found["shipper_pipeline_problem", (("input", "app"),)] == 1


def test_the_process_tells_its_memory_descriptors_and_processor_time(seen):
    for name in ("process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total"):
        assert seen[name, ()] > 0


def test_no_label_is_a_path():
    """The number of series must not grow with the number of files."""
    assert "/var/log" not in metrics.render(reports.report()).decode()


def test_states_and_occurrences_that_are_not_known_here_are_reported_all_the_same():
    report = reports.report(state="resting", counters={"comets": 3})

    found = samples(report)
    assert found["shipper_state", (("state", "resting"),)] == 1
    assert found["shipper_occurrences_total", (("kind", "comets"),)] == 3


def test_hostile_label_values_do_not_break_the_exposition():
    route = reports.paused()

    name = 'a"b\\c\nd{}'
    found = samples(reports.report(routes=[msgspec.structs.replace(route, name=name)]))

    assert found["shipper_route_state", (("route", name), ("state", "paused"))] == 1


def rendered_names() -> set[str]:
    text = metrics.render(reports.report()).decode()
    return set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))


def test_every_metric_is_documented_and_every_documented_metric_exists():
    manual = OPERATIONS.read_text("utf-8")
    documented = set(re.findall(r"^\| `((?:shipper|process)_[a-z_]+)`", manual, re.MULTILINE))

    assert documented == rendered_names()


def section(title: str) -> str:
    """The manual from a heading to the next."""
    return re.split(
        r"^#+ ", OPERATIONS.read_text("utf-8").split(f"# {title}\n")[1], flags=re.MULTILINE
    )[0]


def first_cells(title: str) -> set[str]:
    return set(re.findall(r"^\| `([a-z_]+)` \|", section(title), re.MULTILINE))


def test_every_column_and_state_is_documented():
    assert first_cells("Columns") == set(COLUMNS)
    assert first_cells("States of a file") == set(metrics.FILE_STATES)


def test_every_kind_of_occurrence_is_documented():
    counted = {
        kind
        for path in (ROOT / "shipper").rglob("*.py")
        for kind in re.findall(r'counters\["(\w+)"\]', path.read_text("utf-8"))
    }

    assert {*counted, *metrics.OCCURRENCES} <= first_cells("Kinds of occurrences")


def test_every_endpoint_is_documented():
    documented = set(re.findall(r"^\| `(/[a-z]*)` \|", section("Endpoints"), re.MULTILINE))

    assert documented == {"/", *server._PAGES}


def test_every_metric_explains_itself():
    for spec in metrics.SPECS:
        assert spec.help.endswith("."), spec.name


def test_alert_rules_use_metrics_that_exist():

    rules = ROOT / "deploy" / "prometheus" / "alerts.yml"
    groups = yaml.safe_load(rules.read_text("utf-8"))["groups"]
    expressions = [rule["expr"] for group in groups for rule in group["rules"]]

    used = set(re.findall(r"\b(?:shipper|process)_[a-z_]+", " ".join(expressions)))
    assert used
    assert used <= rendered_names()
