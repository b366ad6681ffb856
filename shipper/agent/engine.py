"""
The engine: one turn of the main loop as a pure step.

``step(now, wall)`` scans, polls, reads, hands on, settles and writes checkpoints, whatever is due, and says when it wants to be
called again. It starts no thread, waits for nothing and asks nobody for the time. Order within a step is what makes a kill
harmless: what must be on disk (keys, marks, reservations) is committed before a piece is offered to delivery.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shipper.config.settings import Ndjson, Syslog
from shipper.errors import StoreError
from shipper.records import MAX_EVENT_BYTES, Piece, Route, Settled
from shipper.source import days
from shipper.source.discover import Finder
from shipper.source.harvester import Harvester, Replaced
from shipper.telemetry.logs import log_repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shipper.agent.pipelines import Running
    from shipper.checkpoint.store import Store
    from shipper.config.settings import Input, Parser
    from shipper.delivery.delivery import Delivery
    from shipper.source.followed import Followed
    from shipper.source.registry import Registry
    from shipper.source.wakeup import Changed

log = logging.getLogger("shipper.agent")

CHECKPOINT_INTERVAL = 1.0  # seconds
POLL_INTERVAL = 1.0  # seconds between looks at all open files
ROUND_BYTES = 512 * 1024  # encoded in one step before delivery has its turn; more costs memory
MOST_REST = 0.3  # seconds at most that slow files rest after a block of theirs
STRANGERS = 10_000  # names remembered for an input that hints spoke of and no scan saw
SCAN_SPACING = 0.1  # seconds at least between two scans that hints ask for


class InputRun:
    """One input while it runs: its finder, its registry and its route."""

    def __init__(
        self,
        settings: Input,
        registry: Registry,
        route: Route,
        own: Iterable[str] = (),
        pipeline: Running | None = None,
    ) -> None:
        self.settings = settings
        self.registry = registry
        self.route = route
        self.pipeline = pipeline
        self.daily = settings.data_stream.mode == "daily"
        self.finder = Finder(settings, own)
        self.scan_due = 0.0
        self.scanned = 0.0
        self.known: set[str] = set()  # paths the last scan saw
        self.strangers: set[str] = set()  # names that hints spoke of and no scan saw
        self.folders: set[str] = set()
        self.by_path: dict[str, Followed] = {}
        self.tells_errors = any(_tells_errors(parser) for parser in settings.parsers)

    def pipeline_problems(self) -> list[str]:
        """What is wrong with its pipeline now."""
        return [] if self.pipeline is None else self.pipeline.problems()

    def __repr__(self) -> str:
        return f"<InputRun {self.settings.id} files={len(self.registry.followed)}>"


class Engine:
    """
    Runs the inputs into delivery.

    Args:
        inputs: of the configuration, with their registries.
        store: open; written by this engine alone.
        delivery: of the output.
        watch: asked to watch a folder for changes; may refuse.
        once: end when everything that is there is settled.
    """

    def __init__(
        self,
        inputs: list[InputRun],
        store: Store,
        delivery: Delivery,
        watch: Callable[[str], object],
        *,
        once: bool = False,
    ) -> None:
        self.inputs = inputs
        self.store = store
        self.delivery = delivery
        self.once = once
        self.draining = False
        self._frozen = False
        self.counters: dict[str, int] = defaultdict(int)
        self.store_problem = ""
        self._watch = watch
        self._ready: dict[Harvester, InputRun] = {}
        self._full: dict[Harvester, InputRun] = {}
        self._slow_due = 0.0  # when a file whose last block took long may be read again
        self._held: list[tuple[Route, Piece]] = []
        self._marks: list[tuple[str, int, str]] = []
        self._flush_due = 0.0
        self._poll_due = 0.0
        self._scanned_once = False
        shortest = min(
            (run.settings.unfinished_line_timeout for run in inputs), default=POLL_INTERVAL
        )
        groups = [run.registry.chain.group_timeout for run in inputs]
        shortest = min([shortest, *(timeout for timeout in groups if timeout is not None)])
        self._poll_interval = max(0.05, min(POLL_INTERVAL, shortest / 2))
        if once:
            self._poll_interval = 0.05

    # -- one step --------------------------------------------------------------------------------------------------

    def step(self, now: float, wall: float) -> float:
        """
        Do what is due.

        Args:
            now: monotonic time, seconds.
            wall: Unix time, seconds.

        Returns:
            The monotonic time at which to call again at the latest; not after ``now`` if there is more to do at once.
        """
        self._settle(now)
        for run in self.inputs:
            if now >= run.scan_due and not (self.draining and self._scanned_once):
                self._scan(run, now, wall)
        self._scanned_once = True
        if now >= self._poll_due:
            self._poll(now, wall)
        pieces: list[tuple[Route, Piece]] = []
        if not self._held:
            pieces = self._harvest(now, wall)
        self._commit(now, wall)
        self._held += pieces
        if not self.store_problem:
            for route, piece in self._held:
                self.delivery.offer(route, piece)
            self._held = []
        self._settle(now)
        if not self._held and self._may_read(now):
            return now
        due = [self._poll_due]
        if self._slow_due > now and any(harvester.encoder.slow for harvester in self._ready):
            due.append(self._slow_due)
        if not self.draining:
            due += [run.scan_due for run in self.inputs]
        if any(run.registry.known.dirty or run.registry.known.forget for run in self.inputs):
            due.append(self._flush_due)
        deadline = self.delivery.deadline()
        if deadline is not None:
            due.append(deadline)
        return min(due)

    def _may_read(self, now: float) -> bool:
        rested = now >= self._slow_due
        return any(
            self.delivery.room(run.route)
            for harvester, run in self._ready.items()
            if rested or not harvester.encoder.slow
        )

    # -- discovery and polling -------------------------------------------------------------------------------------

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
            "%s: %d bytes from offset %d are lost: %s",
            harvester.record.path,
            end - harvester.position,
            harvester.position,
            reason,
        )
        self.counters["gaps"] += 1
        self.counters["gap_bytes"] += end - harvester.position
        stamp, day = stamp_of(wall), ""
        if run.daily:
            wall, stamp, day = _day(harvester, wall)
        piece = harvester.gap(end, reason, stamp)
        self._take(run, harvester, piece, now, wall, day)
        self._held.append((run.route, piece))

    # -- reading ---------------------------------------------------------------------------------------------------

    def _harvest(self, now: float, wall: float) -> list[tuple[Route, Piece]]:
        """
        Read one block of each file that has something, in turn, until there is no room or the round is full.

        Files whose last block took long, or whose first is still to come through a pipeline, come last, until one of them has
        taken long. Then they rest as long: for what comes meanwhile, and for the senders.
        """
        pieces: list[tuple[Route, Piece]] = []
        stamp = stamp_of(wall)
        slow = {one: run for one, run in self._ready.items() if one.encoder.slow}
        for harvester in slow:
            del self._ready[harvester]
        due = self._slow_due
        size = self._round(now, wall, stamp, pieces, 0)
        if slow:
            quick, self._ready = self._ready, slow
            if now >= due == self._slow_due:
                self._round(now, wall, stamp, pieces, min(size, ROUND_BYTES - 1))
            self._ready = quick | self._ready
        return pieces

    def _round(
        self, now: float, wall: float, stamp: str, pieces: list[tuple[Route, Piece]], size: int
    ) -> int:
        """Read blocks of ready files until the round is full, or one of them has taken long; how full it is, in bytes."""
        waiting: dict[Harvester, InputRun] = {}
        room: dict[Route, bool] = {}
        due = self._slow_due
        while self._ready and size < ROUND_BYTES and due == self._slow_due:
            harvester = next(iter(self._ready))
            run = self._ready.pop(harvester)
            if harvester.fd < 0:
                continue
            if run.route not in room:
                room[run.route] = self.delivery.room(run.route)
            if room[run.route]:
                size += self._read(run, harvester, now, wall, stamp, pieces)
            else:
                waiting[harvester] = run
        self._ready.update(waiting)
        return size

    def _read(
        self,
        run: InputRun,
        harvester: Harvester,
        now: float,
        wall: float,
        stamp: str,
        pieces: list[tuple[Route, Piece]],
    ) -> int:
        """Read one block of a file; how much that was, in bytes."""
        if harvester.position - harvester.ledger.safe > run.settings.max_unsettled_bytes:
            self._full[harvester] = run
            if run.daily:
                self.delivery.hurry(harvester)
            return 0
        before, unparsed = harvester.read_to, harvester.decode_errors
        day = ""
        if run.daily:
            wall, stamp, day = _day(harvester, wall)
        piece = self._advance(run, harvester, now, wall, stamp)
        # What makes no events takes time as well: lines left out, the search for a long line's end.
        read = harvester.read_to - before
        if not harvester.eof and harvester.fd >= 0:
            self._ready[harvester] = run
        if harvester.decode_errors > unparsed and run.tells_errors:
            self._tell_unparsed(run, harvester, harvester.decode_errors - unparsed)
        if piece is not None:
            read = max(read, piece.end - piece.start, len(piece.body))
            self._take(run, harvester, piece, now, wall, day)
            if piece.count:
                pieces.append((run.route, piece))
            took = harvester.encoder.slow
            if took:
                self._slow_due = now + took + min(took, MOST_REST)
        return read

    def _tell_unparsed(self, run: InputRun, harvester: Harvester, count: int) -> None:
        path = harvester.record.path
        text = (
            "input %s: %s: %d events in a block could not be parsed; they are shipped as they are"
        )
        log_repeated(log, f"parse:{path}", logging.WARNING, text, run.settings.id, path, count)

    def _advance(
        self, run: InputRun, harvester: Harvester, now: float, wall: float, stamp: str
    ) -> Piece | None:
        try:
            return harvester.advance(now, wall, stamp)
        except Replaced:
            run.registry.replaced(harvester, now)
            self._scan_soon(run, now)
        except OSError as error:
            log.warning(
                "%s: cannot be read: %s; it is opened again", harvester.record.path, error.strerror
            )
            self.counters["read_errors"] += 1
            run.registry.reopen(harvester, wall)
        return None

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
            self._marks.append(days.mark(harvester, piece.start, day))
        if harvester.track(piece, now):
            run.registry.known.checkpoint(harvester, wall)
            run.registry.known.fresh = True

    # -- settlement ------------------------------------------------------------------------------------------------

    def _settle(self, now: float) -> None:
        for outcome in self.delivery.step():
            harvester: Harvester = outcome.piece.file
            if isinstance(outcome, Settled):
                if harvester.ledger.settle(outcome):
                    harvester.oldest_unsettled = now
            elif outcome.piece.epoch == harvester.ledger.epoch:
                # What cannot be read again, because its file is gone, becomes a gap in time.
                harvester.rewind()
            run = self._full.pop(harvester, None)
            if run is None and not harvester.eof and harvester.fd >= 0:
                run = self._run_of(harvester)
            if run is not None:
                self._ready.setdefault(harvester, run)

    def _run_of(self, harvester: Harvester) -> InputRun | None:
        name = harvester.record.input
        return next((run for run in self.inputs if run.settings.id == name), None)

    def _commit(self, now: float, wall: float) -> None:
        """Write what must be on disk before the next piece leaves, and now and then everything."""
        urgent = bool(self._marks) or any(run.registry.known.fresh for run in self.inputs)
        if not urgent and now < self._flush_due and not self.store_problem:
            return
        self._flush_due = now + CHECKPOINT_INTERVAL
        records = {
            record.key: record for run in self.inputs for record in run.registry.checkpoint(wall)
        }
        forget = [key for run in self.inputs for key in run.registry.known.forget]
        if not (records or forget or self._marks or self.store_problem):
            return
        try:
            self.store.commit(records.values(), self._marks, forget)
        except StoreError as error:
            self.store_problem = str(error)
            self.counters["store_errors"] += 1
            log_repeated(log, "store", logging.ERROR, "%s", error)
            for run in self.inputs:
                run.registry.known.dirty.update(
                    {
                        key: record
                        for key, record in records.items()
                        if record.input == run.settings.id
                    }
                )
            return
        self.store_problem = ""
        self._marks = []
        for run in self.inputs:
            run.registry.known.forget = []
            run.registry.known.fresh = False

    def look_after_store(self) -> None:
        """Notice a store that was removed or replaced under the agent, even when there is nothing to write."""
        missing = self.store.missing()
        if missing:
            self.store_problem = missing
            log_repeated(log, "store", logging.ERROR, "%s", missing)

    def checkpoint(self, wall: float) -> None:
        """Write everything now, and no more reserved than was used: for the end."""
        for run in self.inputs:
            if run.daily:
                for harvester in run.registry.harvesters():
                    harvester.release()
                    run.registry.known.touch(harvester.record)
        self._flush_due = 0.0
        self._commit(1.0, wall)

    # -- the end ---------------------------------------------------------------------------------------------------

    def drain(self) -> None:
        """Read what is there and settle it, but look for nothing new."""
        self.draining = True
        self._poll_due = 0.0

    @property
    def finished(self) -> bool:
        """Whether everything that is there is read (as far as it may be) and settled."""
        if not self._scanned_once or self._ready or self._full or self._held:
            return False
        if self.delivery.pending():
            return False
        for run in self.inputs:
            registry = run.registry
            if self.once and (registry.copies.held or registry.orphans):
                return False
            waiting = [file for file in registry.followed.values() if file.state == "waiting"]
            if self.once and any(
                not file.note for file in waiting
            ):  # with a note: cannot be opened
                return False
            for harvester in registry.harvesters():
                if not harvester.ledger.settled or (harvester.fd >= 0 and not harvester.eof):
                    return False
                open_group = harvester.unconsumed and harvester.fd >= 0
                if open_group and (self.once or not harvester.ends_in_line):
                    return False
        return True

    def forget(self, key: str) -> bool:
        """
        Forget a file: it is sent again from its start, under new ids.

        Returns:
            Whether the key was known.
        """
        for run in self.inputs:
            registry = run.registry
            if key in registry.known.records:
                registry.drop(key)
                run.scan_due = 0.0
                return True
        return False


def _tells_errors(parser: Parser) -> bool:
    """Whether a parser's failures are to be logged; they are counted in any case."""
    if isinstance(parser, Ndjson):
        return not parser.ignore_decoding_error
    return isinstance(parser, Syslog) and parser.log_errors


def _day(harvester: Harvester, wall: float) -> tuple[float, str, str]:
    """The time at which a file of daily indices is read, the same as ISO 8601, and the day if it is to be marked."""
    day, fresh = days.reading(harvester, wall)
    wall = days.within(wall, day)
    return wall, stamp_of(wall), day if fresh else ""


def stamp_of(wall: float) -> str:
    """Unix time as ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(wall, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
