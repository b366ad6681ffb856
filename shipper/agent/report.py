"""The status report of a running agent, made by its main thread when somebody asks."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from shipper import __version__
from shipper.checkpoint.ledger import total
from shipper.telemetry.report import (
    FileReport,
    InputReport,
    LedgerReport,
    OutputReport,
    StatusReport,
)

if TYPE_CHECKING:
    from shipper.agent.inputs import InputRun
    from shipper.agent.stages import Stages
    from shipper.source.followed import Followed
    from shipper.source.harvester import Harvester


def of_agent(stages: Stages, state: str, started: float) -> StatusReport:
    """
    Everything an agent tells about itself now.

    Args:
        stages: of the agent.
        state: starting, running, draining or stopped.
        started: Unix time.
    """
    now, engine, delivery = time.monotonic(), stages.engine, stages.delivery
    inputs = [_of_input(run, now) for run in engine.inputs]
    routes = delivery.routes()
    counters = counters_of(stages)
    wrong = _wrong(stages, counters)
    paused = any(route.state == "paused" for route in routes)
    warnings = [f"input {one.id}: {problem}" for one in inputs for problem in one.problems]
    return StatusReport(
        version=__version__,
        pid=os.getpid(),
        agent_id=stages.store.agent_id,
        started=started,
        now=time.time(),
        state=state,
        healthy=not wrong,
        ready=state == "running" and not paused and not engine.store_problem,
        problems=[*wrong, *delivery.problems(), *warnings],
        inputs=inputs,
        routes=routes,
        output=_of_output(stages),
        ledger=total(one.ledger for one in inputs),
        counters=counters,
    )


def counters_of(stages: Stages) -> dict[str, int]:
    """The facts that all stages count, by name."""
    counters = dict(stages.engine.counters)
    for run in stages.engine.inputs:
        registry = run.registry
        for name, count in registry.counters.items():
            counters[name] = counters.get(name, 0) + count
        for harvester in registry.harvesters():
            for name, count in (
                ("truncated_lines", harvester.truncated_lines),
                ("decode_errors", harvester.decode_errors),
                ("unbalanced_ranges", harvester.ledger.unbalanced),
            ):
                counters[name] = counters.get(name, 0) + count
    counters["events_undated"] = sum(one.undated for one in stages.addressings)
    counters["events_unnamed"] = sum(one.unnamed for one in stages.addressings)
    counters["wakeups_lost"] = stages.wakeup.overflowed
    counters.update(stages.delivery.counters())
    counters.update(stages.letters.counters)
    if stages.own is not None:
        counters.update(stages.own.counters)
    guard = sys.modules.get("shipper.pipeline.guard")  # there where a pipeline runs here
    if guard is not None:
        counts = guard.counts
        counters["pipeline_timeouts"] = counts.timeouts
        counters["pipeline_oversize"] = counts.oversize
        counters["pipeline_untried"] = counts.refused
        counters["pipeline_reduced"] = counts.reduced
        counters["pipeline_children"] = counts.children
        counters["pipeline_killed"] = counts.killed
    return counters


def _wrong(stages: Stages, counters: dict[str, int]) -> list[str]:
    """What makes the agent unhealthy: faults that no cluster mends."""
    wrong = []
    if stages.engine.store_problem:
        wrong.append(stages.engine.store_problem)
    if counters.get("unbalanced_ranges"):
        wrong.append(
            "the ledger does not balance: this is a bug of Shipper; please report it with the log"
        )
    wrong += stages.delivery.faults()
    return wrong


def _of_input(run: InputRun, now: float) -> InputReport:
    """The report of one input with all of its files."""
    registry = run.registry
    files = [_of_file(file, now) for file in registry.followed.values()]
    files += [_of_orphan(orphan, now) for orphan in registry.orphans]
    for copy in registry.copies.held.values():
        files.append(
            _unread(
                copy.path,
                "copy",
                copy.size,
                "equals a file that is still there; waiting to see which it is",
            )
        )
    for path, why in registry.ignored.items():
        files.append(_unread(path, "ignored", 0, why))
    return InputReport(
        id=run.settings.id,
        paths=list(run.settings.paths),
        route=str(run.route),
        files=files,
        ledger=total(
            [registry.closed.report(), *(h.ledger.report() for h in registry.harvesters())]
        ),
        problems=[*registry.problems, *run.pipeline_problems()],
        pipeline=None if run.pipeline is None else run.pipeline.report(),
    )


def _of_file(file: Followed, now: float) -> FileReport:
    harvester = file.harvester
    if harvester is None:
        record = file.record
        return FileReport(
            path=file.path,
            key=record.key,
            state=file.state,
            size=max(file.size, record.offset),
            position=record.offset,
            offset=record.offset,
            lag_bytes=max(0, file.size - record.offset),
            lag_seconds=0.0,
            ledger=LedgerReport(),
            inode=record.inode,
            device=record.device,
            note=file.note,
        )
    if harvester.removed:
        return _of_harvester(harvester, "held", "deleted; held open until it is settled", now)
    return _of_harvester(harvester, "open", file.note, now)


def _of_orphan(harvester: Harvester, now: float) -> FileReport:
    return _of_harvester(
        harvester, "held", "its content was truncated or replaced; waiting for a copy of it", now
    )


def _of_harvester(harvester: Harvester, state: str, note: str, now: float) -> FileReport:
    ledger = harvester.ledger
    since = harvester.oldest_unsettled if not ledger.settled else harvester.last_growth
    lag = harvester.lag
    return FileReport(
        path=harvester.record.path,
        key=harvester.record.key,
        state=state,
        size=harvester.size,
        position=harvester.position,
        offset=ledger.safe,
        lag_bytes=lag,
        lag_seconds=round(max(0.0, now - since), 3) if lag else 0.0,
        ledger=ledger.report(),
        inode=harvester.inode,
        device=harvester.device,
        note=note,
    )


def _unread(path: str, state: str, size: int, note: str) -> FileReport:
    return FileReport(
        path=path,
        key="",
        state=state,
        size=size,
        position=0,
        offset=0,
        lag_bytes=0,
        lag_seconds=0.0,
        ledger=LedgerReport(),
        note=note,
    )


def _of_output(stages: Stages) -> OutputReport:
    target, product, version = stages.output.describe()
    return OutputReport(
        kind=stages.output.kind,
        target=target,
        product=product,
        version=version,
        dead_letters=stages.dead.count(),
        dead_letter_bytes=stages.dead.size(),
        dead_letters_limit=stages.settings.dead_letter.max_bytes,
    )
