"""Status reports for tests: a healthy agent, and changes to it."""

from __future__ import annotations

import msgspec

from shipper.telemetry.report import (
    FileReport,
    InputReport,
    LedgerReport,
    OutputReport,
    PipelineReport,
    RouteReport,
    StatusReport,
    StepReport,
)

LEDGER = LedgerReport(
    read_events=10,
    read_bytes=1000,
    indexed=6,
    indexed_bytes=600,
    duplicate=1,
    duplicate_bytes=100,
    filtered=1,
    filtered_bytes=100,
    dead_lettered=1,
    dead_lettered_bytes=100,
    pending=1,
    pending_bytes=100,
)


def file_report(path: str = "/var/log/app.log", **changes) -> FileReport:
    base = FileReport(
        path=path,
        key="AAAAAAAAAAAAAAAA",
        state="open",
        size=1200,
        position=1000,
        offset=900,
        lag_bytes=300,
        lag_seconds=12.5,
        ledger=LEDGER,
    )
    return msgspec.structs.replace(base, **changes)


def report(**changes) -> StatusReport:
    base = StatusReport(
        version="0.1.0",
        pid=4711,
        agent_id="5f0c",
        started=1_790_000_000.0,
        now=1_790_000_600.0,
        state="running",
        healthy=True,
        ready=True,
        problems=[],
        inputs=[
            InputReport(
                id="app",
                paths=["/var/log/*.log"],
                route="logs-app-default",
                files=[
                    file_report(),
                    file_report("/var/log/b.log", state="held", lag_bytes=50, lag_seconds=99.0),
                ],
                ledger=LEDGER,
            )
        ],
        routes=[
            RouteReport(
                name="logs-app-default",
                state="ok",
                since=1_790_000_000.0,
                pending_bytes=10,
                in_flight_bytes=5,
                limit_bytes=5_000_000,
                requests=7,
                sent_bytes=2000,
                sent_events=9,
                rejected=2,
                retried=3,
                failed_requests=1,
            )
        ],
        output=OutputReport(
            kind="elasticsearch",
            target="https://es:9200",
            product="opensearch",
            version="3.4.0",
            dead_letters=1,
            dead_letter_bytes=170,
            dead_letters_limit=1000,
        ),
        ledger=LEDGER,
        counters={"gaps": 2},
    )
    return msgspec.structs.replace(base, **changes)


def paused(
    reason: str = "403 security_exception: grant create_doc on logs-app-default",
) -> RouteReport:
    return RouteReport(
        name="logs-app-default",
        state="paused",
        reason=reason,
        since=1_790_000_300.0,
        next_try=1_790_000_612.0,
        pending_bytes=100,
    )


def edge(**changes) -> PipelineReport:
    """A pipeline at the edge: two steps stand on one line of its file."""
    base = PipelineReport(
        name="shop",
        where="edge",
        reloads=2,
        events=1000,
        fast=900,
        fast_seconds=0.25,
        dropped=5,
        failed=7,
        refused=3,
        steps=[
            StepReport("grok", "first", 3, 1000, 7, 0.5),
            StepReport("set", "", 4, 990, 0, 0.0, 5),
            StepReport("set", "", 4, 980, 0, 0.0, 40),
        ],
    )
    return msgspec.structs.replace(base, **changes)


def with_pipeline(one: PipelineReport) -> StatusReport:
    base = report()
    (only,) = base.inputs
    return msgspec.structs.replace(base, inputs=[msgspec.structs.replace(only, pipeline=one)])
