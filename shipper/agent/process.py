"""
The agent as a process: the thin rim around the stages.

Everything that happens comes to the main thread through one queue: hints, answers of sender threads, questions of the status
server and of the control socket, signals. The main thread takes what is there, lets the engine make one step, and waits.
"""

from __future__ import annotations

import gc
import logging
import os
import queue
import signal
import time
from typing import TYPE_CHECKING, Any

from shipper import __version__
from shipper.agent import report, stages, tuning
from shipper.agent.commands import Commands
from shipper.agent.questions import Question, Questions
from shipper.checkpoint.store import Store
from shipper.config.settings import Elasticsearch
from shipper.errors import ConfigError, ShipperError
from shipper.source.wakeup import Changed
from shipper.telemetry import logs, notify
from shipper.telemetry.control import NAME as SOCKET
from shipper.telemetry.control import ControlError, ControlServer
from shipper.telemetry.endpoint import remove_endpoint, write_endpoint
from shipper.telemetry.report import StatusReport
from shipper.telemetry.server import ListenError, StatusServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.config.settings import Settings
    from shipper.delivery.output import Output

log = logging.getLogger("shipper.agent")

WATCHDOG_SECONDS = 5.0


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
        self._questions = Questions(self._inbox.put)
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
        store = Store(settings.path_data, settings.host_id)
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
        output = open_output(self._settings, self._reread)
        self._stages = stages.build(
            self._settings, store, output, self._inbox.put, self._questions, once=self._once
        )
        self._listen()

    def _listen(self) -> None:
        """Take the control socket and the port of the status endpoint."""
        settings, parts = self._settings, self._stages
        commands = Commands(self._questions, parts.engine, parts.letters)
        self._server: StatusServer | None = None
        try:
            self._control = ControlServer(settings.path_data / SOCKET, commands.answer)
            if settings.http.enabled:
                http = settings.http
                self._server = StatusServer(http.host, http.port, self._ask_report)
        except ListenError as error:
            self._control.close()
            raise ShipperError(str(error)) from error
        except ControlError as error:
            raise ShipperError(str(error)) from error

    def _start_threads(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        self._stages.delivery.start()
        self._stages.wakeup.start()
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
        parts = self._stages
        if self._server is not None:
            remove_endpoint(self._settings.path_data)
            self._server.close()
        self._control.close()
        parts.wakeup.close()
        parts.delivery.stop(1.0)
        parts.engine.checkpoint(time.time())
        for run in parts.engine.inputs:
            if run.pipeline is not None:
                run.pipeline.close()
        parts.dead.close()
        parts.output.close()

    # -- main loop -------------------------------------------------------------------------------------------------

    def _loop(self) -> int:
        engine = self._stages.engine
        self._state = "running"
        log.info(
            "shipper %s runs, inputs: %d, store: %s",
            __version__,
            len(engine.inputs),
            self._stages.store.path,
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
                self._keep_house(now)
            limit = min(deadline, housekeeping, give_up or deadline)
            self._take_messages(limit - time.monotonic())
            now = time.monotonic()

    def _keep_house(self, now: float) -> None:
        """What is to be done now and then, and need not be soon."""
        parts = self._stages
        self._collect_garbage(now)
        self._look_at_pipelines()
        parts.delivery.look_again()
        parts.engine.look_after_store()
        if parts.own is not None:
            parts.own.look(now, time.time(), self.report)
        logs.flush_repeated()
        notify.notify("WATCHDOG=1")

    def _collect_garbage(self, now: float) -> None:
        """What the collector would do by itself, but at a time of our choosing."""
        full = now >= self._collection_due
        if full:
            self._collection_due = now + tuning.COLLECT_INTERVAL
        gc.collect(2 if full else 0)

    def _look_at_pipelines(self) -> None:
        """Take changed pipeline files over."""
        for run in self._stages.engine.inputs:
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
            self._stages.engine.changed(message, time.monotonic())
        elif isinstance(message, Question):
            message.answer()
        elif message is not None:
            self._stages.delivery.answer(message)

    def _on_signal(self, number: int, _frame: object) -> None:
        self._signals += 1
        if self._signals > 1:
            os.write(
                2,
                b"second signal: ending at once; what is not settled is sent again at the next start\n",
            )
            os._exit(128 + number)
        self._inbox.put(None)

    # -- report ----------------------------------------------------------------------------------------------------

    def _ask_report(self, timeout: float) -> StatusReport | None:
        """The report, for a thread of the status server; None where the main thread has no time."""
        answer = self._questions.ask(self.report, timeout)
        return answer if isinstance(answer, StatusReport) else None

    def report(self) -> StatusReport:
        """Everything the agent tells about itself now. Main thread only."""
        return report.of_agent(self._stages, self._state, self._started)


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
