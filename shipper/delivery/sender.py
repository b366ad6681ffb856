"""
Sender threads: they carry requests to the output and bring back what came of them, nothing else.

Whatever an output raises comes back as a value; a sender never ends before it is told to.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipper.records import Answer, SendFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.delivery.batch import Batch, Chunk
    from shipper.delivery.output import Output
    from shipper.delivery.route import RouteState

_log = logging.getLogger("shipper.delivery")


@dataclass(frozen=True, slots=True)
class Send:
    """
    Send a batch; but where some of its events are there already, though the cluster would take them again, nothing is sent.

    Result: an :class:`Answer`, or :class:`Found`.
    """

    route: RouteState
    batch: Batch


@dataclass(frozen=True, slots=True)
class Found:
    """Events of a batch that are there already: chunks and positions in them."""

    events: list[tuple[Chunk, int]]


@dataclass(frozen=True, slots=True)
class AskReady:
    """Ask whether the route may be written to, with credentials read anew or not. Result: None or why not."""

    route: RouteState
    refresh: bool
    pipeline: str = ""  # that must be there


@dataclass(frozen=True, slots=True)
class AskPipeline:
    """Ask whether the route's pipeline exists. Result: yes, no or None."""

    route: RouteState
    name: str


@dataclass(frozen=True, slots=True)
class AskFailure:
    """Ask the failure store about some events. Result: type and reason of one, why it cannot be asked, or None."""

    route: RouteState
    ids: tuple[str, ...]


Job = Send | AskReady | AskPipeline | AskFailure


@dataclass(frozen=True, slots=True)
class Result:
    """
    What came of a job: a value, or an error in its place.

    Attributes:
        asked: seconds in which it was found out what is there already, before the request left.
    """

    job: Job
    value: Answer | Found | str | bool | tuple[str, str] | None = None
    failure: SendFailed | None = None
    asked: float = 0.0


class Senders:
    """
    A number of threads that take jobs from one queue.

    Args:
        output: where to.
        count: threads.
        post: called in a sender's thread with each result.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        output: Output,
        count: int,
        post: Callable[[object], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._output = output
        self._post = post
        self._clock = clock
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"sender-{n}", daemon=True)
            for n in range(count)
        ]
        self.busy = 0  # jobs handed out and not answered; of the main thread alone

    @property
    def idle(self) -> bool:
        """Whether a thread is free."""
        return self.busy < len(self._threads)

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def give(self, job: Job) -> None:
        """Hand out a job."""
        self.busy += 1
        self._jobs.put(job)

    def take(self) -> Job | None:
        """Take a job out again; for tests that have no threads."""
        try:
            return self._jobs.get_nowait()
        except queue.Empty:
            return None

    def stop(self, timeout: float) -> bool:
        """
        Tell the threads to end after what they are doing.

        Returns:
            Whether all did in time.
        """
        end = time.monotonic() + timeout
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def perform(self, job: Job) -> Result:
        """Do a job in this thread."""
        try:
            if isinstance(job, Send):
                return self._send(job)
            if isinstance(job, AskPipeline):
                return Result(job, self._output.pipeline_exists(job.name))
            if isinstance(job, AskFailure):
                return Result(job, self._output.failure(job.route.route, job.ids))
            if job.refresh:
                self._output.refresh()
            why = self._output.ready(job.route.route)
            if why is None and job.pipeline and self._output.pipeline_exists(job.pipeline) is False:
                why = (
                    f"the pipeline {job.pipeline} does not exist; run `shipper setup`, or create it"
                )
            return Result(job, why)
        except SendFailed as failure:
            return Result(job, failure=failure)
        except Exception as error:
            _log.exception("an output failed in a way that it should not")
            return Result(job, failure=SendFailed("lost", f"{type(error).__name__}: {error}"))

    def found(self, job: Send) -> Found | None:
        """What of a batch is there already; None where nothing is, or nothing is in doubt. Raises SendFailed."""
        if not any(chunk.doubt for chunk in job.batch.chunks):
            return None
        actions, places, since = job.batch.doubtful()
        there = self._output.earlier(job.route.route, actions, since)
        return Found([places[i] for i in sorted(there)]) if there else None

    def _send(self, job: Send) -> Result:
        """Carry a request, unless some of it is there already, or a pause gave it back while that was found out."""
        begun = self._clock()
        found = self.found(job)
        if found is None and job.batch.given_back:
            found = Found([])
        if found is not None:
            return Result(job, found)
        asked = self._clock() - begun
        batch = job.batch
        return Result(
            job, self._output.send(job.route.route, batch.body(), batch.count), asked=asked
        )

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._post(self.perform(job))
            del job  # or its bodies would live until the next one
