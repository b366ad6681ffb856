"""
The engine's eyes: scans, hints, looks at open files, and what follows from time alone (marks, gaps).

What there is to read it leaves to the engine, in ``_ready``.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING

from shipper.agent.inputs import InputRun, reading_time, stamp_of
from shipper.records import MAX_EVENT_BYTES, Piece, Route
from shipper.source import days
from shipper.telemetry.logs import log_repeated
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.source.harvester import Harvester
    from shipper.source.wakeup import Changed

log = logging.getLogger("shipper.agent")

POLL_INTERVAL = 1.0  # seconds between looks at all open files
STRANGERS = 10_000  # names remembered for an input that hints spoke of and no scan saw
SCAN_SPACING = 0.1  # seconds at least between two scans that hints ask for


class Looking:
    """
    Looks after the files of all inputs.

    Args:
        inputs: of the configuration.
        watch: asked to watch a folder for changes; may refuse.
        once: end when everything that is there is settled.

    Attributes:
        counters: facts for the status report.
        draining: nothing new is looked for.
    """

    def __init__(
        self, inputs: list[InputRun], watch: Callable[[str], object], *, once: bool
    ) -> None:
        self.inputs = inputs
        self.once = once
        self.draining = False
        self._frozen = False
        self.counters: dict[str, int] = defaultdict(int)
        self._watch = watch
        self._ready: dict[Harvester, InputRun] = {}
        self._full: dict[Harvester, InputRun] = {}
        self._held: list[tuple[Route, Piece]] = []
        self._marks: list[tuple[str, int, str]] = []
        self._poll_due = 0.0
        shortest = min(
            (run.settings.unfinished_line_timeout for run in inputs), default=POLL_INTERVAL
        )
        groups = [run.registry.chain.group_timeout for run in inputs]
        shortest = min([shortest, *(timeout for timeout in groups if timeout is not None)])
        self._poll_interval = max(0.05, min(POLL_INTERVAL, shortest / 2))
        if once:
            self._poll_interval = 0.05

    def _scan(self, run: InputRun, now: float, wall: float) -> None:
        scan = run.finder.scan()
        claimed = {
            ident: other.settings.id
            for other in self.inputs
            if other is not run
            for ident in other.registry.followed
        }
        orphans = len(run.registry.orphans)
        run.registry.apply(scan, claimed, now, wall)
        if not scan.complete:
            self.counters["scans_incomplete"] += 1
        for problem in run.registry.problems:
            log_repeated(
                log, f"input:{problem}", logging.WARNING, "input %s: %s", run.settings.id, problem
            )
        run.known = set(scan.files)
        run.by_path = {file.path: file for file in run.registry.followed.values()}
        for link, target in scan.targets.items():
            run.known.add(target)
            if link in run.by_path:
                run.by_path[target] = run.by_path[link]
        # A name that no scan saw stays a stranger, but the memory of them is bounded.
        run.strangers = run.strangers - run.known if len(run.strangers) < STRANGERS else set()
        run.scanned = now
        run.scan_due = now + run.settings.check_interval
        if len(run.registry.orphans) > orphans:
            self._scan_soon(run, now)
        for folder in scan.folders - run.folders:
            self._watch(folder)
        run.folders = scan.folders
        self._collect_ready(run)

    def _collect_ready(self, run: InputRun) -> None:
        for harvester in run.registry.harvesters():
            if not harvester.eof and harvester.fd >= 0 and harvester not in self._full:
                self._ready[harvester] = run

    def changed(self, change: Changed, now: float) -> None:
        """Take a hint: read the files named, scan if names came or went."""
        if self.draining:
            return
        for run in self.inputs:
            if change.folder not in run.folders:
                continue
            if change.structural or change.names is None:
                self._scan_soon(run, now)
            if change.names is None:
                self._poll_due = now
                # It may be another folder by now: it is watched again at the next scan.
                run.folders.discard(change.folder)
                continue
            for name in change.names:
                path = f"{change.folder.rstrip('/')}/{name}"
                file = run.by_path.get(path)
                if file is not None and file.harvester is not None:
                    file.harvester.eof = False
                    self._ready.setdefault(file.harvester, run)
                elif path in run.known:
                    self._scan_soon(run, now)
                elif path not in run.strangers:
                    run.strangers.add(path)
                    self._scan_soon(run, now)

    def _scan_soon(self, run: InputRun, now: float) -> None:
        run.scan_due = min(run.scan_due, max(now, run.scanned + SCAN_SPACING))

    def _poll(self, now: float, wall: float) -> None:
        self._poll_due = now + self._poll_interval
        for run in self.inputs:
            registry = run.registry
            orphans = len(registry.orphans)
            if not self._frozen:
                registry.poll(now, wall)
                if len(registry.orphans) != orphans:
                    self._scan_soon(run, now)
                self._collect_ready(run)
            for harvester in list(registry.harvesters()):
                if harvester.overdue(now, run.settings.unfinished_line_timeout):
                    self._mark(harvester, run, "timeout")
            for harvester, end, reason in registry.lost(now):
                self._gap(run, harvester, end, reason, now, wall)
            if self.once or self.draining:
                self._flush_open(run, now)
        # What is written from now on is for the next start: the end must not wait for a writer that never rests.
        self._frozen = self.draining

    def _mark(self, harvester: Harvester, run: InputRun, decision: str) -> None:
        self._marks.append(harvester.mark(decision))
        self.counters["marks"] += 1
        self._ready[harvester] = run

    def _flush_open(self, run: InputRun, now: float) -> None:
        """At the end, end open groups of whole lines; an unfinished line only if no one will read on."""
        for harvester in list(run.registry.harvesters()):
            waiting = harvester.eof and harvester.unconsumed and harvester.fd >= 0
            quiet = (
                waiting and now - harvester.last_growth >= 0.2 and harvester.overdue(now + 1e9, 0.0)
            )
            if quiet and (self.once or not harvester.ends_in_line):
                self._mark(harvester, run, "once" if self.once else "drain")

    def _gap(
        self, run: InputRun, harvester: Harvester, end: int, reason: str, now: float, wall: float
    ) -> None:
        end = min(end, harvester.position + MAX_EVENT_BYTES)  # the rest is told at the next look
        log.error(
            "%s: %s from offset %d %s lost: %s",
            harvester.record.path,
            counted(end - harvester.position, "byte"),
            harvester.position,
            "is" if end - harvester.position == 1 else "are",
            reason,
        )
        self.counters["gaps"] += 1
        self.counters["gap_bytes"] += end - harvester.position
        stamp, day = stamp_of(wall), ""
        if run.daily:
            _, stamp, day = reading_time(harvester, wall)
        piece = harvester.gap(end, reason, stamp)
        self._take(run, harvester, piece, now, wall, day)
        self._held.append((run.route, piece))

    def _take(
        self,
        run: InputRun,
        harvester: Harvester,
        piece: Piece,
        now: float,
        wall: float,
        day: str,
    ) -> None:
        """Enter a piece into the books; ``day`` is to be marked at its start, if it is one."""
        if day:
            self._marks.append(days.mark(harvester.record, piece.start, day))
        if harvester.track(piece, now):
            run.registry.known.checkpoint(harvester, wall)
            run.registry.known.fresh = True
