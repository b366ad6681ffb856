"""
The agent as a process: the thin rim around the engine.

Everything that happens comes to the main thread through one queue: hints, answers of sender threads, questions of the status
server and of the control socket, signals. The main thread takes what is there, lets the engine make one step, and waits.
"""

from __future__ import annotations

import gc
import logging
import os
import queue
import random
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipper import __version__
from shipper.agent import document, report, tuning
from shipper.agent.address import Addressing, route_of
from shipper.agent.engine import Engine
from shipper.agent.inputs import InputRun
from shipper.agent.letters import Letters, Target, mode_of
from shipper.checkpoint.ledger import total
from shipper.checkpoint.store import Store
from shipper.config.settings import Elasticsearch
from shipper.delivery.dead_letter import DeadLetters
from shipper.delivery.delivery import Delivery
from shipper.delivery.output import limits_of
from shipper.errors import ConfigError, ShipperError
from shipper.source.chain import Chain
from shipper.source.registry import Registry
from shipper.source.wakeup import Changed, Wakeup
from shipper.telemetry import logs, notify
from shipper.telemetry.control import NAME as SOCKET
from shipper.telemetry.control import ControlError, ControlServer
from shipper.telemetry.endpoint import remove_endpoint, write_endpoint
from shipper.telemetry.report import StatusReport
from shipper.telemetry.server import ListenError, StatusServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.agent.own import Own
    from shipper.checkpoint.store import FileRecord
    from shipper.config.settings import Settings
    from shipper.delivery.output import Output

log = logging.getLogger("shipper.agent")

QUESTION_SECONDS = 5.0  # that a command waits for the main thread
BUSY_SECONDS = 30.0  # the same for one that has done half of its work already
WATCHDOG_SECONDS = 5.0


@dataclass(slots=True)
class _Question:
    """Something that the main thread is to find out or do for another thread."""

    work: Callable[[], Any]
    answer: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)


class Agent:
    """
    One agent, from start to end.

    Args:
        settings: the whole configuration.
        once: read what is there to its end, settle every event, and end.
        reread: reads the configuration again, so that a paused route finds a changed key.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        once: bool = False,
        reread: Callable[[], Settings] | None = None,
    ) -> None:
        self._settings = settings
        self._once = once
        self._reread = reread
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._signals = 0
        self._state = "starting"
        self._started = time.time()
        self._collection_due = 0.0

    # -- start -----------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """
        Run until a signal comes, or with ``once`` until everything is settled.

        Returns:
            The exit code: 0, or 1 where a drain ended before everything was settled.

        Raises:
            StoreError: ``path.data`` cannot be used.
            ShipperError: the port of the status endpoint is taken.
        """
        settings = self._settings
        logs.configure(settings.logging.level, settings.logging.format)
        store = Store(settings.path_data, settings.host_id or _machine_id())
        try:
            self._build(store)
            try:
                self._start_threads()
                return self._loop()
            finally:
                self._stop()
        finally:
            store.close()

    def _build(self, store: Store) -> None:
        settings = self._settings
        self._store = store
        self._output = open_output(settings, self._reread)
        self._dead = DeadLetters(
            settings.path_data / "dead-letters.db", settings.dead_letter.max_bytes
        )
        self._delivery = Delivery(
            self._output,
            limits_of(settings),
            self._dead,
            post=self._inbox.put,
            rng=random.Random(),  # noqa: S311 - jitter, not a secret
        )
        self._wakeup = Wakeup(self._inbox.put)
        open_limit = tuning.raise_descriptor_limit()
        known = self._known_files()
        runs = []
        self._addressings: list[Addressing] = []
        for one in settings.inputs:
            if not one.enabled:
                continue
            records = [record for record in known if record.input == one.id]
            constants = document.constants(settings, one, store.agent_id)
            running = None
            if one.pipeline is not None:
                from shipper.agent.pipelines import start  # noqa: PLC0415 - only where one is used

                running = start(settings, one, constants)
            addressing = running.addressing if running else Addressing(one.data_stream)
            encoder = running.encoder_of() if running else addressing.encoder_of(constants)
            registry = Registry(one, Chain(one), encoder, records, open_limit)
            route = running.route() if running else route_of(one)
            runs.append(InputRun(one, registry, route, _own_files(settings), running))
            self._addressings.append(addressing)
        self._engine = Engine(
            runs,
            store,
            self._delivery,
            lambda folder: self._wakeup.watch(Path(folder)),
            once=self._once,
        )
        self._letters = Letters(
            self._dead, self._output, self._targets, self._ask_surely, mode_of(settings)
        )
        self._own: Own | None = None
        if isinstance(settings.output, Elasticsearch) and (
            settings.dead_letter.stream or settings.telemetry.stream
        ):
            from shipper.agent.own import Own  # noqa: PLC0415 - only where it is asked for

            post = self._inbox.put
            self._own = Own(
                settings,
                store.agent_id,
                self._dead,
                self._output,
                lambda work: post(_Question(work)),
            )
        self._listen()

    def _listen(self) -> None:
        """Take the control socket and the port of the status endpoint."""
        settings = self._settings
        self._server: StatusServer | None = None
        try:
            self._control = ControlServer(settings.path_data / SOCKET, self._on_command)
            if settings.http.enabled:
                http = settings.http
                self._server = StatusServer(http.host, http.port, self._ask_report)
        except ListenError as error:
            self._control.close()
            raise ShipperError(str(error)) from error
        except ControlError as error:
            raise ShipperError(str(error)) from error

    def _known_files(self) -> list[FileRecord]:
        store = self._store
        if not store.host_changed:
            return store.files()
        log.warning(
            "%s was last used on another host: its file keys are not used here, every file is read from its start",
            store.path,
        )
        store.commit(forget=[record.key for record in store.files()])
        return []

    def _start_threads(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        self._delivery.start()
        self._wakeup.start()
        self._control.start()
        if self._server is not None:
            self._server.start()
            write_endpoint(self._settings.path_data, self._settings.http.host, self._server.port)
            log.info(
                "status and metrics on http://%s:%d", self._settings.http.host, self._server.port
            )
        tuning.tune_process()

    def _stop(self) -> None:
        self._state = "stopped"
        if self._server is not None:
            remove_endpoint(self._settings.path_data)
            self._server.close()
        self._control.close()
        self._wakeup.close()
        self._delivery.stop(1.0)
        self._engine.checkpoint(time.time())
        for run in self._engine.inputs:
            if run.pipeline is not None:
                run.pipeline.close()
        self._dead.close()
        self._output.close()

    # -- main loop -------------------------------------------------------------------------------------------------

    def _loop(self) -> int:
        engine = self._engine
        self._state = "running"
        log.info(
            "shipper %s runs, inputs: %d, store: %s",
            __version__,
            len(engine.inputs),
            self._store.path,
        )
        notify.notify("READY=1")
        give_up = 0.0
        housekeeping = 0.0
        now = time.monotonic()
        while True:
            deadline = engine.step(now, time.time())
            if self._signals and not give_up:
                give_up = now + self._settings.shutdown_timeout
                self._state = "draining"
                log.info("draining for at most %.1f s", self._settings.shutdown_timeout)
                notify.notify("STOPPING=1")
                engine.drain()
                deadline = now
            if (self._once or give_up) and engine.finished:
                log.info("everything that was read is settled")
                return 0
            if give_up and now >= give_up:
                log.warning(
                    "not everything is settled; what is missing is sent again at the next start, harmlessly"
                )
                return 1
            if now >= housekeeping:
                housekeeping = now + WATCHDOG_SECONDS
                self._collect_garbage(now)
                self._look_at_pipelines()
                self._delivery.look_again()
                engine.look_after_store()
                if self._own is not None:
                    self._own.look(now, time.time(), self.report)
                logs.flush_repeated()
                notify.notify("WATCHDOG=1")
            limit = min(deadline, housekeeping, give_up or deadline)
            self._take_messages(limit - time.monotonic())
            now = time.monotonic()

    def _collect_garbage(self, now: float) -> None:
        """What the collector would do by itself, but at a time of our choosing."""
        full = now >= self._collection_due
        if full:
            self._collection_due = now + tuning.COLLECT_INTERVAL
        gc.collect(2 if full else 0)

    def _look_at_pipelines(self) -> None:
        """Take changed pipeline files over."""
        for run in self._engine.inputs:
            if run.pipeline is None:
                continue
            for line in run.pipeline.look():
                log.warning("%s", line)
                run.route = run.pipeline.route()

    def _take_messages(self, timeout: float) -> None:
        """Wait for a message, at most so many seconds, and handle all that are there."""
        inbox = self._inbox
        try:
            message = inbox.get(timeout > 0, max(0.0, timeout) if timeout > 0 else None)
            while True:
                self._handle(message)
                message = inbox.get_nowait()
        except queue.Empty:
            return

    def _handle(self, message: Any) -> None:
        if isinstance(message, Changed):
            self._engine.changed(message, time.monotonic())
        elif isinstance(message, _Question):
            try:
                message.answer.put(message.work())
            except Exception as error:  # the asker gets it, the agent goes on
                log.exception("a question from outside failed")
                message.answer.put({"error": str(error)})
        elif message is not None:
            self._delivery.answer(message)

    def _on_signal(self, number: int, _frame: object) -> None:
        self._signals += 1
        if self._signals > 1:
            os.write(
                2,
                b"second signal: ending at once; what is not settled is sent again at the next start\n",
            )
            os._exit(128 + number)
        self._inbox.put(None)

    # -- questions from other threads ------------------------------------------------------------------------------

    def _ask(self, work: Callable[[], Any], timeout: float) -> Any:
        question = _Question(work)
        self._inbox.put(question)
        try:
            return question.answer.get(timeout=timeout)
        except queue.Empty:
            return None

    def _ask_surely(self, work: Callable[[], Any]) -> Any:
        """
        Have work done by the main thread.

        Raises:
            ShipperError: it failed, or was not done in time; it may still be done.
        """

        def attempt() -> tuple[Any, Exception | None]:
            try:
                return work(), None
            except Exception as error:  # the asker tells it
                return None, error

        answer = self._ask(attempt, BUSY_SECONDS)
        if not isinstance(answer, tuple):
            raise ShipperError("the agent is too busy to answer; try again")
        value, error = answer
        if error is not None:
            raise error if isinstance(error, ShipperError) else ShipperError(repr(error))
        return value

    def _targets(self) -> dict[str, Target]:
        """Where each input's events go now."""
        return {
            run.settings.id: Target(
                run.route,
                None if run.pipeline is None else run.pipeline.edge,
                run.settings.data_stream,
            )
            for run in self._engine.inputs
        }

    def _ask_report(self, timeout: float) -> StatusReport | None:
        answer = self._ask(self.report, timeout)
        return answer if isinstance(answer, StatusReport) else None

    def _on_command(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer the control socket."""
        command = request.get("command")
        if command == "ping":
            return {"ok": True, "pid": os.getpid(), "version": __version__}
        if command == "forget":
            key = str(request.get("key", ""))
            known = self._ask(lambda: self._engine.forget(key), QUESTION_SECONDS)
            if known is None:
                return {"error": "the agent is too busy to answer; try again"}
            return (
                {"ok": True}
                if known
                else {"error": f"no file has the key {key!r}; see `shipper checkpoint list`"}
            )
        if command in {"replay", "drop"}:
            return self._letters.answer(request)
        return {"error": f"unknown command {command!r}; expected ping, forget, replay or drop"}

    def report(self) -> StatusReport:
        """Everything the agent tells about itself now. Main thread only."""
        now, settings, engine = time.monotonic(), self._settings, self._engine
        inputs = [report.of_input(run, now) for run in engine.inputs]
        routes = self._delivery.routes()
        counters = self._counters()
        wrong = self._wrong(counters)
        paused = any(route.state == "paused" for route in routes)
        warnings = [f"input {one.id}: {problem}" for one in inputs for problem in one.problems]
        return StatusReport(
            version=__version__,
            pid=os.getpid(),
            agent_id=self._store.agent_id,
            started=self._started,
            now=time.time(),
            state=self._state,
            healthy=not wrong,
            ready=self._state == "running" and not paused and not engine.store_problem,
            problems=[*wrong, *self._delivery.problems(), *warnings],
            inputs=inputs,
            routes=routes,
            output=report.of_output(
                self._output.kind,
                self._output.describe(),
                self._dead.count(),
                self._dead.size(),
                settings.dead_letter.max_bytes,
            ),
            ledger=total(one.ledger for one in inputs),
            counters=counters,
        )

    def _counters(self) -> dict[str, int]:
        counters = dict(self._engine.counters)
        for run in self._engine.inputs:
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
        counters["events_undated"] = sum(one.undated for one in self._addressings)
        counters["events_unnamed"] = sum(one.unnamed for one in self._addressings)
        counters["wakeups_lost"] = self._wakeup.overflowed
        counters.update(self._delivery.counters())
        counters.update(self._letters.counters)
        if self._own is not None:
            counters.update(self._own.counters)
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

    def _wrong(self, counters: dict[str, int]) -> list[str]:
        """What makes the agent unhealthy: faults that no cluster mends."""
        wrong = []
        if self._engine.store_problem:
            wrong.append(self._engine.store_problem)
        if counters.get("unbalanced_ranges"):
            wrong.append(
                "the ledger does not balance: this is a bug of Shipper; please report it with the log"
            )
        wrong += self._delivery.faults()
        return wrong


def open_output(settings: Settings, reread: Callable[[], Settings] | None) -> Output:
    """
    Make the configured output.

    Raises:
        ConfigError: a setting cannot be used.
    """
    # Imported here: a run needs one of them, and each has its weight.
    if isinstance(settings.output, Elasticsearch):
        from shipper.delivery.elasticsearch import ClusterOutput  # noqa: PLC0415

        return ClusterOutput(settings.output, reread=reread and _cluster_settings(reread))
    from shipper.local.output import LocalOutput  # noqa: PLC0415

    return LocalOutput(settings.output)


def _cluster_settings(reread: Callable[[], Settings]) -> Callable[[], Elasticsearch]:
    def read() -> Elasticsearch:
        output = reread().output
        if isinstance(output, Elasticsearch):
            return output
        raise ConfigError(["the output is another one now; restart the agent"])

    return read


def _own_files(settings: Settings) -> list[str]:
    own = [str(settings.path_data)]
    if not isinstance(settings.output, Elasticsearch):
        path = str(settings.output.path)
        own += [path, f"{path}-wal", f"{path}-shm", f"{path}-journal"]
    return own


def _machine_id() -> str | None:
    """The identity of this host, machine-id(5); None where it has none."""
    try:
        return Path("/etc/machine-id").read_text("ascii").strip() or None
    except (OSError, ValueError):
        return None
