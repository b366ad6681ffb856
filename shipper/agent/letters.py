"""
Commands about dead letters: send them again, or delete them.

The store and the pipelines belong to one thread, the agent's main thread; requests are sent from the thread of whoever asks,
so that a slow cluster holds up nobody else. ``ask`` carries work from one to the other.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from shipper.agent.address import day_of, filled, lines_of
from shipper.agent.inputs import stamp_of
from shipper.config.settings import Elasticsearch
from shipper.delivery.replay import DONE, MAX_BYTES, Prepared, Replay, Replayed, keep
from shipper.delivery.response import Problem
from shipper.errors import ShipperError
from shipper.records import Route
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shipper.config.settings import DataStream, Settings
    from shipper.delivery.dead_letter import DeadLetter, DeadLetters
    from shipper.delivery.output import Output
    from shipper.pipeline.edge import Edge

log = logging.getLogger("shipper.agent")

MAX_IDS = 5000  # in one request
SLICE = 0.1  # seconds of the main thread at most for events that go through pipelines again

_DAILY = re.compile(rb'"_index":"[^"]+-\d{4}\.\d\d\.\d\d"')

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """
    Where the events of an input go now.

    Attributes:
        route: of the input.
        edge: its pipeline, where that runs in the agent.
        stream: of the input, where each event names its index.
    """

    route: Route
    edge: Edge | None
    stream: DataStream | None = None


class Letters:
    """
    Carries out commands about dead letters.

    Args:
        store: of the dead letters.
        output: where events go.
        targets: gives the target of each configured input by its id; called by ``ask``.
        ask: has work done by the thread that owns the store and the pipelines, and gives back what came of it.
        mode: of the configuration's targets.
        sleep: waits so many seconds.

    Attributes:
        counters: events that left the store: ``dead_letters_replayed`` and ``dead_letters_dropped``.
    """

    def __init__(
        self,
        store: DeadLetters,
        output: Output,
        targets: Callable[[], Mapping[str, Target]],
        ask: Callable[[Callable[[], Any]], Any],
        mode: str = "data_stream",
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._store = store
        self._output = output
        self._targets = targets
        self._ask = ask
        self._mode = mode
        self._sleep = sleep
        self._one = threading.Lock()
        self.counters: Counter[str] = Counter()

    def answer(self, request: Message) -> Message:
        """Answer one request of the control socket: ``replay`` or ``drop`` with ``ids``."""
        ids = request.get("ids")
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            return {"error": "ids: expected a list of ids of dead letters"}
        if len(ids) > MAX_IDS:
            return {"error": f"ids: at most {MAX_IDS} at a time"}
        try:
            if request.get("command") == "drop":
                return {"ok": True, "dropped": self.drop(ids)}
            return {"ok": True, "events": [_told(one) for one in self.replay(ids)]}
        except ShipperError as error:
            return {"error": str(error)}

    def drop(self, ids: Sequence[str]) -> int:
        """
        Delete events for good.

        Returns:
            How many were there.

        Raises:
            ShipperError: it could not be done.
        """
        count: int = self._ask(lambda: self._store.drop(ids))
        self.counters["dead_letters_dropped"] += count
        if count:
            log.warning(
                "%s deleted on request",
                counted(count, "dead letter was", "dead letters were"),
            )
        return count

    def replay(self, ids: Sequence[str]) -> list[Replayed]:
        """
        Send events again and delete those that the cluster then has.

        Raises:
            ShipperError: another replay is under way, or the store cannot be changed.
        """
        if not self._one.acquire(blocking=False):
            raise ShipperError("another replay is under way; wait for its end")
        try:
            replay = Replay(self._output, self._prepare, self._begin, self._settle, self._sleep)
            results: list[Replayed] = []
            for part in self._ask(lambda: self._store.slices(ids, MAX_BYTES)):
                letters = self._ask(partial(self._store.some, part))
                results += replay.run(letters)
        finally:
            self._one.release()
        counts = Counter(one.outcome.value for one in results)
        if counts:
            shown = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
            log.info("dead letters sent again: %s", shown)
        return results

    def _begin(self, ids: list[str]) -> None:
        self._ask(lambda: self._store.sent_again(ids))

    def _settle(self, replayed: list[Replayed]) -> None:
        counts = self._ask(lambda: keep(self._store, replayed))
        self.counters["dead_letters_replayed"] += sum(counts[one.value] for one in DONE)

    def _prepare(self, letters: Sequence[DeadLetter]) -> list[Prepared]:
        """What to send; the main thread is asked for a little at a time."""
        prepared: list[Prepared] = []
        while len(prepared) < len(letters):
            rest = letters[len(prepared) :]
            prepared += self._ask(partial(self._some, rest))
        return prepared

    def _some(self, letters: Sequence[DeadLetter]) -> list[Prepared]:
        """What to send for the first of these, for one and as many as there is time for."""
        targets = self._targets()
        until = time.monotonic() + SLICE
        prepared: list[Prepared] = []
        for letter in letters:
            prepared.append(self._one_of(letter, targets.get(letter.input)))
            if time.monotonic() > until:
                break
        return prepared

    def _one_of(self, letter: DeadLetter, target: Target | None) -> Prepared:
        """
        What to send for an event.

        One from before a pipeline goes through that of its input as it is now. One that a pipeline at the edge has made is
        sent as it is, and so is one whose input is no longer configured.
        """
        index, _, pipeline = letter.route.partition("|")
        raw = letter.at_edge or bool(pipeline)
        route = Route(index, pipeline or None, _mode_of_letter(index, letter.action, self._mode))
        lines = b"%b\n%b\n" % (letter.action, letter.document)
        if target is None or target.route.index != index:
            return Prepared(letter, route, lines)
        if not raw:
            return Prepared(letter, Route(index, None, target.route.mode), lines)
        if target.edge is None:
            return Prepared(letter, target.route, lines)
        from shipper.pipeline.again import RefusedError, again  # noqa: PLC0415 - only where one runs here

        stream = target.stream if target.route.many else None
        document = letter.document if stream is None else _unnamed(letter.document, stream)
        stamp = stamp_of(
            letter.stored
        )  # as it was then: sent twice, it is the same twice, whatever the day
        try:
            made = again(target.edge, document, letter.id, stamp)
        except RefusedError as error:
            problem = Problem(0, error.type, error.reason)
            return Prepared(letter, target.route, problem=problem)
        if made and stream is not None:
            made = _with_index(made, letter.document, stream, stamp)
        return Prepared(letter, target.route, made)


def mode_of(settings: Settings) -> str:
    """The mode of the configuration's targets."""
    output = settings.output
    return output.target_mode if isinstance(output, Elasticsearch) else "data_stream"


def _mode_of_letter(index: str, action: bytes, mode: str) -> str:
    """The mode of a target that may be from before the configuration's mode was changed."""
    if "*" in index and _DAILY.search(action):
        return "daily"
    return "data_stream" if mode == "daily" else mode


def _unnamed(document: bytes, stream: DataStream) -> bytes:
    """
    An event as it was before its names were known: those that follow from its fields are filled in behind the pipeline.

    What it has instead is what its fields gave before the pipeline, defaults for the most part.
    """
    if not stream.dynamic:
        return document
    fields = json.loads(document)  # whole numbers of any size stay what they are
    named = filled(stream, fields)[0]
    for holder, name in (
        ("data_stream", "dataset"),
        ("data_stream", "namespace"),
        ("event", "dataset"),
    ):
        inner = fields.get(holder)
        if isinstance(inner, dict) and inner.get(name) == getattr(named, name):
            inner[name] = getattr(stream, name)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _with_index(lines: bytes, before: bytes, stream: DataStream, stamp: str) -> bytes:
    """The lines with the names of the finished document; one without a time goes to the day on which it was read."""
    action, document, _ = lines.split(b"\n")
    read = orjson.loads(before).get("@timestamp")
    stamp = read if isinstance(read, str) and day_of(read) else stamp
    return b"%b\n%b\n" % lines_of(stream, action, document, stamp)


def _told(one: Replayed) -> Message:
    """An outcome for the control socket."""
    return {
        "id": one.letter.id,
        "outcome": one.outcome.value,
        "target": one.target,
        "reason": str(one.problem) if one.problem is not None else "",
    }
