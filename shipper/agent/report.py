"""The status report of a running agent, made by its main thread when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.checkpoint.ledger import total
from shipper.telemetry.report import FileReport, InputReport, LedgerReport, OutputReport

if TYPE_CHECKING:
    from shipper.agent.inputs import InputRun
    from shipper.source.followed import Followed
    from shipper.source.harvester import Harvester


def of_input(run: InputRun, now: float) -> InputReport:
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


def of_output(
    kind: str, described: tuple[str, str, str], dead: int, dead_bytes: int, limit: int
) -> OutputReport:
    """The report of the output; ``limit`` is that of the dead letters' bytes."""
    target, product, version = described
    return OutputReport(
        kind=kind,
        target=target,
        product=product,
        version=version,
        dead_letters=dead,
        dead_letter_bytes=dead_bytes,
        dead_letters_limit=limit,
    )
