"""
Prometheus metrics, derived from the status report when they are asked for.

Law: nothing is counted here; the report has counted already, so a scrape costs the hot path nothing but the report.
Labels are inputs, routes, columns, states and steps of pipelines, never a path: their number must not grow with the number of
files.
Every name is described in docs/operations.md; a test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from shipper.telemetry.report import (
    COLUMNS,
    InputReport,
    PipelineReport,
    RouteReport,
    StatusReport,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

AGENT_STATES = ("starting", "running", "draining", "stopped")
FILE_STATES = ("open", "waiting", "closed", "held", "copy", "ignored")
ROUTE_STATES = ("ok", "backing_off", "paused")
PLACES = ("edge", "cluster")
# Reported from the start, as 0, so that the first one shows up as an increase.
OCCURRENCES = (
    "gaps",
    "gap_bytes",
    "id_clashes",
    "read_errors",
    "store_errors",
    "scans_incomplete",
    "truncated_lines",
    "unbalanced_ranges",
)

Sample = tuple[str, tuple[str, ...], float]


class Spec(NamedTuple):
    """One metric: name without ``_total``, type, labels, and help for whoever is on call."""

    name: str
    kind: type[CounterMetricFamily | GaugeMetricFamily]
    labels: tuple[str, ...]
    help: str


_COUNTER, _GAUGE = CounterMetricFamily, GaugeMetricFamily

SPECS = (
    Spec(
        "shipper_build_info",
        _GAUGE,
        ("version", "agent_id", "output", "product", "product_version"),
        "Always 1; who this agent is and what it sends to.",
    ),
    Spec(
        "shipper_state",
        _GAUGE,
        ("state",),
        "1 for the state the agent is in (starting, running, draining, stopped), 0 for the others.",
    ),
    Spec(
        "shipper_healthy",
        _GAUGE,
        (),
        "1 when /healthz would answer 200. 0: read /healthz or 'shipper status', the reasons are there.",
    ),
    Spec("shipper_ready", _GAUGE, (), "1 when /readyz would answer 200."),
    Spec(
        "shipper_problems", _GAUGE, (), "Problems that 'shipper status' lists now, with what to do."
    ),
    Spec(
        "shipper_read_events",
        _GAUGE,
        ("input",),
        "Events cut out of log files since the start, less what a paused route gave back to be read again.",
    ),
    Spec(
        "shipper_read_bytes",
        _GAUGE,
        ("input",),
        "Bytes of log files read since the start, less what a paused route gave back to be read again.",
    ),
    Spec(
        "shipper_events",
        _COUNTER,
        ("input", "column"),
        "Events by the column they ended in. dead_lettered, failure_store and skipped did not become searchable documents.",
    ),
    Spec(
        "shipper_bytes",
        _COUNTER,
        ("input", "column"),
        "Bytes of log files by the column they ended in.",
    ),
    Spec(
        "shipper_pending_events",
        _GAUGE,
        ("input",),
        "Events read and not yet in any column: waiting, in flight or being tried again.",
    ),
    Spec("shipper_pending_bytes", _GAUGE, ("input",), "Bytes read and not yet in any column."),
    Spec(
        "shipper_ledger_unaccounted_bytes",
        _GAUGE,
        ("input",),
        "Bytes read minus all columns minus pending. Anything but 0 is a bug of Shipper: keep path.data and report it.",
    ),
    Spec(
        "shipper_files",
        _GAUGE,
        ("input", "state"),
        "Files by state: open, waiting (for a harvester slot), closed, held (renamed or removed, still being read), copy, ignored.",
    ),
    Spec(
        "shipper_input_lag_bytes",
        _GAUGE,
        ("input",),
        "Bytes in all files of the input that are not settled yet: how far behind the cluster is.",
    ),
    Spec(
        "shipper_input_lag_bytes_max",
        _GAUGE,
        ("input",),
        "Unsettled bytes of the file that is furthest behind.",
    ),
    Spec(
        "shipper_input_lag_seconds_max",
        _GAUGE,
        ("input",),
        "Age of the oldest unsettled byte of the input, in seconds since it was first seen. The one to alert on.",
    ),
    Spec(
        "shipper_input_problems",
        _GAUGE,
        ("input",),
        "Problems of the input (unreadable files, failed scans); 'shipper status' lists them.",
    ),
    Spec(
        "shipper_pipeline_where",
        _GAUGE,
        ("input", "where"),
        "1 for the place where the input's pipeline runs (edge, cluster), 0 for the other.",
    ),
    Spec(
        "shipper_pipeline_events",
        _COUNTER,
        ("input",),
        "Events that went into the pipeline at the edge.",
    ),
    Spec(
        "shipper_pipeline_fast_events",
        _COUNTER,
        ("input",),
        "Events that took the fast way, at least through the pipeline's first steps.",
    ),
    Spec(
        "shipper_pipeline_fast_seconds",
        _COUNTER,
        ("input",),
        "Time that the fast way took.",
    ),
    Spec(
        "shipper_pipeline_dropped_events",
        _COUNTER,
        ("input",),
        "Events that a drop processor ended at the edge; they are in the column filtered.",
    ),
    Spec(
        "shipper_pipeline_failed_events",
        _COUNTER,
        ("input",),
        "Events whose failure came to the pipeline's on_failure, or to that of on_error: ship.",
    ),
    Spec(
        "shipper_pipeline_refused_events",
        _COUNTER,
        ("input",),
        "Events whose failure nothing handled: they are dead letters.",
    ),
    Spec(
        "shipper_pipeline_reloads",
        _COUNTER,
        ("input",),
        "Changed pipeline files that were taken over.",
    ),
    Spec(
        "shipper_pipeline_problem",
        _GAUGE,
        ("input",),
        "1 while a changed pipeline file is not used; 'shipper status' says why.",
    ),
    Spec(
        "shipper_pipeline_step_events",
        _COUNTER,
        ("input", "processor", "step"),
        "Events that a processor ran for. step is its line in the pipeline's file, line:column where several stand on one.",
    ),
    Spec(
        "shipper_pipeline_step_failures",
        _COUNTER,
        ("input", "processor", "step"),
        "Events that the processor failed for, handled or not.",
    ),
    Spec(
        "shipper_pipeline_step_seconds",
        _COUNTER,
        ("input", "processor", "step"),
        "Time that the processor took on the plain way, reckoned from one event in 61.",
    ),
    Spec(
        "shipper_route_state",
        _GAUGE,
        ("route", "state"),
        "1 for the state of the write target (ok, backing_off, paused), 0 for the others. "
        "paused: the cluster refuses for a reason of its own; nothing is lost, the files wait.",
    ),
    Spec(
        "shipper_route_state_since_timestamp_seconds",
        _GAUGE,
        ("route",),
        "Unix time at which the route came into its present state.",
    ),
    Spec(
        "shipper_route_next_try_timestamp_seconds",
        _GAUGE,
        ("route",),
        "Unix time of the next try of a paused or backing-off route; 0 when none is planned.",
    ),
    Spec(
        "shipper_route_pending_bytes",
        _GAUGE,
        ("route",),
        "Encoded bytes that wait or are in flight.",
    ),
    Spec(
        "shipper_route_in_flight_bytes", _GAUGE, ("route",), "Encoded bytes in unanswered requests."
    ),
    Spec(
        "shipper_route_limit_bytes",
        _GAUGE,
        ("route",),
        "How many bytes may be in flight now; shrinks when the cluster answers 429, grows back slowly.",
    ),
    Spec("shipper_route_requests", _COUNTER, ("route",), "Bulk requests sent."),
    Spec(
        "shipper_route_failed_requests",
        _COUNTER,
        ("route",),
        "Bulk requests without a usable answer: no connection, time-out, or a status that is an error.",
    ),
    Spec(
        "shipper_route_sent_bytes",
        _COUNTER,
        ("route",),
        "Encoded bytes sent; every attempt counts.",
    ),
    Spec("shipper_route_sent_events", _COUNTER, ("route",), "Events sent; every attempt counts."),
    Spec(
        "shipper_route_rejected_events",
        _COUNTER,
        ("route",),
        "Events refused with 429: the cluster is overloaded. They are sent again.",
    ),
    Spec("shipper_route_retried_events", _COUNTER, ("route",), "Events sent another time."),
    Spec(
        "shipper_dead_letters",
        _GAUGE,
        (),
        "Events the cluster refused for good, kept in path.data: 'shipper dead-letter list' shows why.",
    ),
    Spec("shipper_dead_letter_bytes", _GAUGE, (), "Bytes of the dead letters kept."),
    Spec(
        "shipper_dead_letter_limit_bytes",
        _GAUGE,
        (),
        "dead_letter.max_bytes: when the dead letters reach it, the route pauses instead.",
    ),
    Spec(
        "shipper_occurrences",
        _COUNTER,
        ("kind",),
        "Things worth knowing, by kind: gaps and gap_bytes (known to be lost), id_clashes, read_errors, "
        "store_errors, scans_incomplete, truncated_lines and more; docs/operations.md explains each.",
    ),
)


def _one_hot(states: Iterable[str], present: str) -> Iterator[tuple[str, float]]:
    """Each state with 1 if it is the present one; an unknown present state is a row of its own."""
    for state in dict.fromkeys((*states, present)):
        yield state, float(state == present)


def _of_input(one: InputReport) -> Iterator[Sample]:
    label = (one.id,)
    yield "shipper_read_events", label, one.ledger.read_events
    yield "shipper_read_bytes", label, one.ledger.read_bytes
    for column in COLUMNS:
        events, size = one.ledger.column(column)
        yield "shipper_events", (one.id, column), events
        yield "shipper_bytes", (one.id, column), size
    yield "shipper_pending_events", label, one.ledger.pending
    yield "shipper_pending_bytes", label, one.ledger.pending_bytes
    yield "shipper_ledger_unaccounted_bytes", label, one.ledger.unaccounted_bytes
    states = dict.fromkeys(FILE_STATES, 0)
    lag = lag_max = 0
    lag_seconds = 0.0
    for file in one.files:
        states[file.state] = states.get(file.state, 0) + 1
        lag += file.lag_bytes
        lag_max = max(lag_max, file.lag_bytes)
        lag_seconds = max(lag_seconds, file.lag_seconds)
    for state, count in states.items():
        yield "shipper_files", (one.id, state), count
    yield "shipper_input_lag_bytes", label, lag
    yield "shipper_input_lag_bytes_max", label, lag_max
    yield "shipper_input_lag_seconds_max", label, lag_seconds
    yield "shipper_input_problems", label, len(one.problems)
    if one.pipeline is not None:
        yield from _of_pipeline(one.id, one.pipeline)


def _of_pipeline(name: str, one: PipelineReport) -> Iterator[Sample]:
    label = (name,)
    for where, value in _one_hot(PLACES, one.where):
        yield "shipper_pipeline_where", (name, where), value
    yield "shipper_pipeline_reloads", label, one.reloads
    yield "shipper_pipeline_problem", label, bool(one.problem)
    if one.where != "edge":
        return
    yield "shipper_pipeline_events", label, one.events
    yield "shipper_pipeline_fast_events", label, one.fast
    yield "shipper_pipeline_fast_seconds", label, one.fast_seconds
    yield "shipper_pipeline_dropped_events", label, one.dropped
    yield "shipper_pipeline_failed_events", label, one.failed
    yield "shipper_pipeline_refused_events", label, one.refused
    on_line = Counter((step.processor, step.line) for step in one.steps)
    for step in one.steps:
        alone = on_line[step.processor, step.line] == 1
        place = f"{step.line}" if alone else f"{step.line}:{step.column}"
        labels = (name, step.processor, place)
        yield "shipper_pipeline_step_events", labels, step.events
        yield "shipper_pipeline_step_failures", labels, step.failures
        yield "shipper_pipeline_step_seconds", labels, step.seconds


def _of_route(one: RouteReport) -> Iterator[Sample]:
    label = (one.name,)
    for state, value in _one_hot(ROUTE_STATES, one.state):
        yield "shipper_route_state", (one.name, state), value
    yield "shipper_route_state_since_timestamp_seconds", label, one.since
    yield "shipper_route_next_try_timestamp_seconds", label, one.next_try
    yield "shipper_route_pending_bytes", label, one.pending_bytes
    yield "shipper_route_in_flight_bytes", label, one.in_flight_bytes
    yield "shipper_route_limit_bytes", label, one.limit_bytes
    yield "shipper_route_requests", label, one.requests
    yield "shipper_route_failed_requests", label, one.failed_requests
    yield "shipper_route_sent_bytes", label, one.sent_bytes
    yield "shipper_route_sent_events", label, one.sent_events
    yield "shipper_route_rejected_events", label, one.rejected
    yield "shipper_route_retried_events", label, one.retried


def _samples(report: StatusReport) -> Iterator[Sample]:
    output = report.output
    who = (report.version, report.agent_id, output.kind, output.product, output.version)
    yield "shipper_build_info", who, 1
    for state, value in _one_hot(AGENT_STATES, report.state):
        yield "shipper_state", (state,), value
    yield "shipper_healthy", (), report.healthy
    yield "shipper_ready", (), report.ready
    yield "shipper_problems", (), len(report.problems)
    for one in report.inputs:
        yield from _of_input(one)
    for route in report.routes:
        yield from _of_route(route)
    yield "shipper_dead_letters", (), output.dead_letters
    yield "shipper_dead_letter_bytes", (), output.dead_letter_bytes
    yield "shipper_dead_letter_limit_bytes", (), output.dead_letters_limit
    for kind, count in {**dict.fromkeys(OCCURRENCES, 0), **report.counters}.items():
        yield "shipper_occurrences", (kind,), count


class _ReportCollector(Collector):
    """One report as metric families, in the order of ``SPECS``."""

    def __init__(self, report: StatusReport) -> None:
        self._report = report

    def collect(self) -> Iterable[Metric]:
        families = {
            spec.name: spec.kind(spec.name, spec.help, labels=spec.labels) for spec in SPECS
        }
        for name, labels, value in _samples(self._report):
            families[name].add_metric(labels, value)
        return families.values()


def render(report: StatusReport) -> bytes:
    """
    Render a report, and figures of this process, in Prometheus' text format (``CONTENT_TYPE``).

    Args:
        report: of the agent in this process.
    """
    registry = CollectorRegistry()
    registry.register(_ReportCollector(report))
    ProcessCollector(registry=registry)
    return generate_latest(registry)
