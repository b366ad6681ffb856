"""
The engine: one turn of the main loop as a pure step.

``step(now, wall)`` scans, polls, reads, hands on, settles and writes checkpoints, whatever is due, and says when it wants to be
called again. It starts no thread, waits for nothing and asks nobody for the time. Order within a step is what makes a kill
harmless: what must be on disk (keys, marks, reservations) is committed before a piece is offered to delivery.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from shipper.agent.inputs import InputRun, reading_time, stamp_of
from shipper.agent.looking import Looking
from shipper.errors import StoreError
from shipper.records import Piece, Route, Settled
from shipper.source.content import Replaced
from shipper.telemetry.logs import log_repeated
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.checkpoint.store import Store
    from shipper.delivery.delivery import Delivery
    from shipper.source.harvester import Harvester

log = logging.getLogger("shipper.agent")

CHECKPOINT_INTERVAL = 1.0  # seconds
ROUND_BYTES = 512 * 1024  # encoded in one step before delivery has its turn; more costs memory
MOST_REST = 0.3  # seconds at most that slow files rest after a block of theirs


class Engine(Looking):
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
        super().__init__(inputs, watch, once=once)
        self.store = store
        self.delivery = delivery
        self.store_problem = ""
        self._slow_due = 0.0  # when a file whose last block took long may be read again
        self._flush_due = 0.0
        self._scanned_once = False

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
        moment, day = wall, ""
        if run.daily:
            moment, stamp, day = reading_time(harvester, wall)
        piece = self._advance(run, harvester, now, moment, stamp)
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
        text = "input %s: %s: %s"
        what = counted(
            count,
            "event in a block could not be parsed; it is shipped as it is",
            "events in a block could not be parsed; they are shipped as they are",
        )
        log_repeated(log, f"parse:{path}", logging.WARNING, text, run.settings.id, path, what)

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
