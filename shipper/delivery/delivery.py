"""
Delivery: takes encoded pieces, has them sent, and says what became of each.

One thread (the agent's main thread) calls everything here; senders only carry requests. Every offered piece comes
back exactly once, as settled or as abandoned. A step is a pure consequence of the time and of what was offered and
answered, so tests drive it without threads.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from shipper.delivery.batch import Chunk, Tracked
from shipper.delivery.landing import Landing
from shipper.delivery.refusal import Pause
from shipper.delivery.route import RouteState, State
from shipper.delivery.sender import (
    AskFailure,
    AskPipeline,
    AskReady,
    Found,
    Job,
    Result,
    Send,
    Senders,
)
from shipper.records import Abandoned, Answer, Piece, Route, Settled
from shipper.wording import counted

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from shipper.delivery.dead_letter import DeadLetters
    from shipper.delivery.output import Limits, Output
    from shipper.telemetry.report import RouteReport

_log = logging.getLogger("shipper.delivery")

REMINDER = 60.0  # seconds between two log lines about a route that is still paused or still failing
TURN = 16 * 1024  # bytes that a request counts for at least when routes take turns
_DAY = 86_400  # seconds
_PIECE = 512 * 1024  # bytes; expected of a piece at most, but for some time after a larger one


class Delivery:
    """
    Delivery to one output.

    Args:
        output: where events go; closed by :meth:`stop`.
        limits: of batches, memory and waiting.
        dead_letters: where events go that are refused for good.
        post: puts a finished request into the agent's inbox; called in sender threads. The agent's main thread gives
            it to :meth:`answer`.
        rng: source of jitter.
        clock: monotonic seconds.
        wall: Unix time.
    """

    def __init__(
        self,
        output: Output,
        limits: Limits,
        dead_letters: DeadLetters,
        *,
        post: Callable[[object], None],
        rng: random.Random,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._output = output
        self._limits = limits
        self._rng = rng
        self._clock = clock
        self._wall = wall
        self._senders = Senders(output, limits.worker, post, clock)
        self._landing = Landing(dead_letters, wall, watch_index=output.kind == "elasticsearch")
        self._routes: dict[Route, RouteState] = {}
        self._out: list[Settled | Abandoned] = []
        self._pending = 0
        self._turn = 0.0

    def start(self) -> None:
        """Start the sender threads."""
        self._senders.start()

    def room(self, route: Route) -> bool:
        """
        Say whether a piece of this route may be offered now.

        A route may hold half as much again as what it leaves free of ``max_pending_bytes``: one alone gets three fifths, the
        next one the same of the rest. Routes that are paused hold nothing. What one holds beyond its share, because of a
        piece that is larger, is not taken from the others.
        """
        state = self._state(route)
        if state.state is State.TRIAL:
            return not state.trial_offered
        if state.paused:
            return False
        if self._pending == 0:
            return True
        free = self._limits.max_pending_bytes - self._pending
        expected = max(_PIECE, state.largest)
        if free < expected:
            share = self._limits.max_pending_bytes * 3 // 5
            free += max(0, max(one.pending for one in self._routes.values()) - share)
        return free >= expected and 2 * state.pending <= 3 * free

    def offer(self, route: Route, piece: Piece) -> None:
        """Take a piece over, its body included: the body of ``piece`` is empty afterwards."""
        state = self._state(route)
        if not piece.count:
            self._out.append(Settled(piece))
            return
        if state.paused and (state.state is not State.TRIAL or state.trial_offered):
            self._out.append(Abandoned(piece))
            return
        state.trial_offered = state.state is State.TRIAL
        if not piece.doubt:
            piece.since = self._wall()
        tracked = Tracked(piece, len(piece.body), piece.count)
        chunk = Chunk(tracked, piece.body, range(piece.count), doubt=piece.doubt)
        piece.body = b""
        if piece.refused:
            pause, chunk = self._landing.refused_here(state, chunk)
            if pause is not None or not chunk.count:
                self._out.append(Abandoned(piece) if pause else tracked.settled())
                if pause is not None:
                    self._pause(state, pause, self._clock())
                return
        state.tracked[tracked] = None
        state.pending += tracked.size
        self._pending += tracked.size
        state.largest = max(tracked.size, state.largest - state.largest // 16)
        state.queue.append(chunk, self._clock())

    def hurry(self, file: object) -> None:
        """A file cannot go on before what is out of it is settled: nothing of it waits for another day's index any more."""
        for state in self._routes.values():
            for tracked in state.tracked:
                tracked.hurry = tracked.hurry or tracked.piece.file is file
            for chunk in state.queue:
                if chunk.waits and chunk.of.hurry:
                    chunk.not_before = min(chunk.not_before, self._clock())

    def answer(self, result: object) -> None:
        """Take what a sender posted."""
        assert isinstance(result, Result)
        self._senders.busy -= 1
        now = self._clock()
        job = result.job
        state = job.route
        if isinstance(job, Send):
            self._sent(state, job, result, now)
        elif isinstance(job, AskPipeline):
            self._pipeline_known(state, result, now)
        elif isinstance(job, AskFailure):
            self._failure_known(state, result, now)
        else:
            self._readiness_known(state, result, now)
        self._tell(state, now)

    def look_again(self) -> None:
        """Try paused routes now, if the output says that what they wait for may be there."""
        paused = [one for one in self._routes.values() if one.state is State.PAUSED]
        if paused and self._output.mended():
            now = self._clock()
            for state in paused:
                state.next_try = min(state.next_try, now)

    def step(self) -> list[Settled | Abandoned]:
        """Apply the time, hand work to idle senders, and return what has been settled or given back since."""
        now = self._clock()
        for state in self._routes.values():
            if state.paused and now >= state.reminder:
                state.reminder = now + REMINDER
                _log.warning("%s: still paused: %s", state.route, state.reason)
        while self._senders.idle:
            job = self._next_job(now)
            if job is None:
                break
            self._senders.give(job)
        out, self._out = self._out, []
        return out

    def deadline(self) -> float | None:
        """Monotonic time of the next thing to do without anything being offered or answered; None: nothing."""
        times = [state.reminder for state in self._routes.values() if state.paused]
        if self._senders.idle:
            times += [when for s in self._routes.values() if (when := s.when()) is not None]
        if self._out:
            times.append(self._clock())
        return min(times, default=None)

    def pending(self) -> int:
        """Bytes that were offered and have neither been settled nor given back."""
        return self._pending

    def routes(self) -> list[RouteReport]:
        """Report each route."""
        now, wall = self._clock(), self._wall()
        return [state.report(now, wall) for state in self._routes.values()]

    def counters(self) -> dict[str, int]:
        """Figures beside those of the routes, since the start."""
        return {
            "found_earlier": self._landing.found_earlier,
            "id_clashes": self._landing.refusals.id_clashes,
            "dead_lettered": self._landing.refusals.dead_lettered,
            "past_refused": self._landing.past.refused,
        }

    def problems(self) -> list[str]:
        """What the cluster must be helped with, one line each with what to do; the agent itself is well."""
        lines = [
            f"route {s.route} is paused: {s.reason}" for s in self._routes.values() if s.paused
        ]
        lines += [
            f"route {s.route}: {s.pressure.failures} requests in a row have failed: {s.reason}"
            for s in self._routes.values()
            if not s.paused and s.pressure.failures >= 3
        ]
        now = self._clock()
        stored = [s.stored.problem(s.route, now) for s in self._routes.values() if s.stored.total]
        lines += [line for line in stored if line is not None]
        return lines + self._landing.past.problems(now)

    def faults(self) -> list[str]:
        """What no cluster mends, one line each with what to do; health is red while there are any."""
        clashes = self._landing.refusals.id_clashes
        if not clashes:
            return []
        what = counted(
            clashes,
            "event met its id in the cluster though it was never sent",
            "events met their id in the cluster though they were never sent",
        )
        advice = "was path.data copied to another host or restored from a backup?"
        return [f"{what}; look at `shipper dead-letter list`: {advice}"]

    def stop(self, timeout: float) -> None:
        """Stop the senders and close the output; what is not settled stays so, and is sent again at the next start."""
        if not self._senders.stop(timeout):
            _log.warning(
                "a request is still on its way; its events are sent again at the next start"
            )
        self._output.close()

    def _state(self, route: Route) -> RouteState:
        state = self._routes.get(route)
        if state is None:
            state = RouteState(route, self._limits, self._rng, since=self._wall())
            self._routes[route] = state
        return state

    def _next_job(self, now: float) -> Job | None:
        """
        The job of the route that is due and has had the fewest bytes.

        A route that had nothing to send does not save up: its bytes count from those of the route served last.
        """
        due = [s for s in self._routes.values() if (when := s.when()) is not None and when <= now]
        for state in sorted(due, key=lambda s: s.served):
            job = self._job_of(state, now)
            if job is not None:
                self._turn = max(self._turn, state.served)
                size = job.batch.flight.size if isinstance(job, Send) else 0
                state.served = self._turn + max(size, TURN)
                return job
        return None

    def _job_of(self, state: RouteState, now: float) -> Job | None:
        """What a route that is due wants."""
        today = int(self._wall() // _DAY)
        if state.route.mode == "daily" and state.state is State.OPEN and state.day != today:
            state.state = (
                State.NEW
            )  # another index is written to, and it may have no template any more
        asking = state.stored.when()
        if asking is not None and asking <= now and state.state is not State.NEW:
            return AskFailure(state, state.stored.question(now))
        if state.state in {State.NEW, State.PAUSED}:
            refresh = state.stale or state.state is State.PAUSED
            state.state = State.ASKING if state.state is State.NEW else State.PROBING
            state.stale, state.day = False, today
            return AskReady(state, refresh, state.stored.missing)
        if state.wants_pipeline and state.pipeline_not_before <= now and state.route.pipeline:
            state.pipeline_asked = True
            return AskPipeline(state, state.route.pipeline)
        batch = state.next_batch(now)
        return None if batch is None else Send(state, batch)

    def _sent(self, state: RouteState, job: Send, result: Result, now: float) -> None:
        """A batch came back."""
        batch = job.batch
        tracked = dict.fromkeys(chunk.of for chunk in batch.chunks)
        if batch.search is not None:  # its verdict may be the last one of other pieces
            tracked |= dict.fromkeys(chunk.of for chunk, _ in batch.search.suspects)
        late = batch.given_back
        before = state.judged
        state.land(batch)
        if result.asked:  # says nothing of how soon requests are answered
            batch.flight = replace(batch.flight, sent=batch.flight.sent + result.asked)
        if result.failure is not None:
            pause = self._landing.unanswered(state, batch, result.failure, now)
        elif isinstance(result.value, Found):
            pause = self._landing.found(state, batch, result.value.events)
        else:
            assert isinstance(result.value, Answer)
            pause = self._landing.answered(state, batch, result.value, now)
        if pause is not None:
            self._pause(state, pause, now)
        elif not late:
            if state.stale:
                self._look_again(state, now)
            elif state.state is State.TRIAL and state.judged > before:
                self._resume(state)
        self._finish(state, tracked)

    def _pipeline_known(self, state: RouteState, result: Result, now: float) -> None:
        """It is known whether the pipeline exists, or it could not be found out."""
        state.pipeline_asked = False
        if result.failure is not None:
            state.reason = str(result.failure)[:300]
            state.pipeline_not_before = now + self._rng.random() * self._limits.backoff_max
            return
        held = dict.fromkeys(chunk.of for chunk, _ in state.held)
        exists = result.value if isinstance(result.value, bool) else None
        pause = self._landing.pipeline(state, exists, now)
        if pause is not None:
            self._pause(state, pause, now)
        self._finish(state, held)

    def _failure_known(self, state: RouteState, result: Result, now: float) -> None:
        """The failure store was asked why events went there."""
        found = result.value if isinstance(result.value, tuple | str) else None
        pause = state.stored.answer(state.route, str(result.failure) if result.failure else found)
        if pause is None:
            return
        if state.paused:
            state.reason, state.pause_cause = pause.reason, pause.cause
        else:
            self._pause(state, pause, now)

    def _readiness_known(self, state: RouteState, result: Result, now: float) -> None:
        """It is known whether the route may be written to, or it could not be found out."""
        why = result.value if isinstance(result.value, str) else None
        if state.state is State.ASKING:
            if result.failure is not None:
                state.state = State.NEW
                state.failed_requests += 1
                state.reason = str(result.failure)[:300]
                state.back_off(now, None)
            elif why is not None:
                self._pause(state, Pause(why), now)
            else:
                state.state = State.OPEN
                state.pressure.failures = 0
        elif state.state is not State.PROBING:
            return  # it paused while it was asked; the next try asks again
        elif result.failure is not None or why is not None:
            state.state = State.PAUSED
            if why is not None:
                state.reason = why
            self._try_later(state, now)
        else:
            state.state = State.TRIAL
            state.pressure.not_before = now
            state.trial_offered = bool(state.queue or state.fixed)

    def _look_again(self, state: RouteState, now: float) -> None:
        """Ask for the product before the next batch."""
        if state.state is State.TRIAL:
            state.state, state.next_try = State.PAUSED, now
        elif state.state is State.OPEN:
            state.state = State.NEW

    def _pause(self, state: RouteState, pause: Pause, now: float) -> None:
        """Stop a route and give back everything of it that is not on its way."""
        if not state.paused:
            state.reminder = now + REMINDER
            state.pause_tries = 0
            _log.error("%s: paused: %s", state.route, pause.reason)
        state.state = State.PAUSED
        state.reason = pause.reason
        state.pause_cause = pause.cause
        state.pressure.failures = 0
        state.pressure.restart()
        self._try_later(state, now)
        held = [chunk for chunk, _ in state.held]
        held += [chunk for search in state.searches for chunk, _ in search.suspects]
        for chunk in held:
            chunk.of.flying -= 1
        state.held.clear()
        state.searches.clear()
        state.fixed.clear()
        state.queue.clear()
        state.pipeline_wanted = False
        for tracked in state.tracked:
            tracked.given_back = True
        self._finish(state, dict(state.tracked))

    def _try_later(self, state: RouteState, now: float) -> None:
        """Set the time of the next try of a paused route: growing, at least half of it certain."""
        state.pause_tries += 1
        longest = min(
            self._limits.pause_retry_max,
            self._limits.backoff_init * 2.0 ** min(state.pause_tries - 1, 30),
        )
        state.next_try = now + longest * (0.5 + 0.5 * self._rng.random())

    def _resume(self, state: RouteState) -> None:
        """A paused route takes events again."""
        state.state = State.OPEN
        state.pause_cause = state.stored.missing = ""
        _log.warning("%s: goes on again", state.route)

    def _finish(self, state: RouteState, tracked: dict[Tracked, None]) -> None:
        """Report the pieces that are done with."""
        for each in tracked:
            if each not in state.tracked:
                continue
            if each.open == 0:
                self._out.append(each.settled())
            elif each.given_back and each.flying == 0:
                self._out.append(Abandoned(each.piece))
            else:
                continue
            del state.tracked[each]
            state.pending -= each.size
            self._pending -= each.size
        if state.state is State.TRIAL and all(each.given_back for each in state.tracked):
            state.trial_offered = False  # its block is settled and proved nothing: the next one may

    def _tell(self, state: RouteState, now: float) -> None:
        """Keep the time of the last change of state; log that a route fails, and that it is well again."""
        name = state.name_of_state(now)
        if name != state.shown:
            if name == "ok" and state.told:
                _log.info("%s: ok again", state.route)
                state.told = False
            state.shown = name
            state.since = self._wall()
        if name == "backing_off" and now - state.logged >= REMINDER:
            state.logged = now
            state.told = True
            _log.warning("%s: backing off: %s", state.route, state.reason)
