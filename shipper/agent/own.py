"""
What the agent tells of itself in data streams of its own: its dead letters, and its ledger.

Best effort, and never in the way of events: one thread at a time, one small request, nothing kept in memory. A dead letter
is told of until the cluster has said yes or no to it, which the local store remembers; under the event's own id, so that
telling twice is harmless. What is refused here is not told at all, and is never a dead letter itself.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from shipper.agent.inputs import stamp_of
from shipper.config.own import DEAD_LETTER, SELF
from shipper.delivery.dead_letter import NOT_TOLD, TOLD
from shipper.delivery.response import Fate, Whole, read
from shipper.encode import dumps
from shipper.errors import StoreError
from shipper.records import Route, SendFailed
from shipper.telemetry.logs import log_repeated
from shipper.telemetry.report import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shipper.config.settings import Settings
    from shipper.delivery.dead_letter import DeadLetter, DeadLetters
    from shipper.delivery.output import Output
    from shipper.telemetry.report import StatusReport

log = logging.getLogger("shipper.agent")


NO_PIPELINE = "_none"  # not even the data stream's own: what failed once must not fail again
MAX_EVENTS = 200  # in one request
MAX_BYTES = 1024 * 1024
MAX_TEXT = 8 * 1024  # characters of a message or reason
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0  # seconds after a failure
LEDGER_SECONDS = 60.0
ECS_VERSION = "8.11.0"

_NAME = re.compile(r"[^A-Z\\/*?\"<>| ,#:\-\x00-\x1f]{1,100}")
_SETTLED = {
    Fate.INDEXED: TOLD,
    Fate.CONFLICT: TOLD,
    Fate.DROPPED: NOT_TOLD,
    Fate.FAILURE_STORE: NOT_TOLD,
    Fate.REFUSED: NOT_TOLD,
    Fate.AMBIGUOUS: NOT_TOLD,
}


@dataclass(slots=True)
class Told:
    """
    What came of one round.

    Attributes:
        states: of dead letters, by id: TOLD or NOT_TOLD. Others are tried again.
        why: of the last failure; empty where there was none.
    """

    states: dict[str, int] = field(default_factory=dict)
    why: str = ""


class Own:
    """
    Sends what the agent tells of itself.

    Args:
        settings: the whole configuration.
        agent_id: of the store.
        store: of the dead letters.
        output: where to; used in a thread of its own.
        post: has work done by the main thread.
        clock: monotonic seconds.

    Attributes:
        counters: ``dead_letters_told``, ``dead_letters_not_told`` (refused) and ``ledger_told`` (documents).
    """

    def __init__(
        self,
        settings: Settings,
        agent_id: str,
        store: DeadLetters,
        output: Output,
        post: Callable[[Callable[[], None]], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._agent = {"type": "shipper", "id": agent_id, "name": settings.name}
        self._store = store
        self._output = output
        self._post = post
        self._clock = clock
        self._busy = False
        self._due = 0.0
        self._ledger_due = 0.0
        self._failures = 0
        self.counters: Counter[str] = Counter()

    def look(self, now: float, wall: float, report: Callable[[], StatusReport]) -> None:
        """
        Begin to tell what there is to tell. Main thread.

        Args:
            now: monotonic time.
            wall: Unix time.
            report: makes the status report.
        """
        if self._busy or now < self._due:
            return
        letters: Iterable[DeadLetter] = ()
        ledger: list[dict[str, Any]] = []
        try:
            if self._settings.dead_letter.stream:
                letters = self._store.untold(MAX_EVENTS, MAX_BYTES)
            if self._settings.telemetry.stream and now >= self._ledger_due:
                self._ledger_due = now + LEDGER_SECONDS
                ledger = list(self._ledger(report(), wall))
        except Exception as error:  # whatever it is: events go on
            self._later(repr(error))
        if not (letters or ledger):
            return
        self._busy = True
        threading.Thread(
            target=self._run, args=(list(letters), ledger), name="shipper-own", daemon=True
        ).start()

    def _run(self, letters: list[DeadLetter], ledger: list[dict[str, Any]]) -> None:
        """Send; in a thread."""
        told = Told()
        groups: dict[str, list[tuple[str, bytes]]] = {}
        try:
            for letter in letters:
                name, document = self.document(letter)
                groups.setdefault(name, []).append((letter.id, document))
            for one in ledger:
                name = f"logs-{SELF}-{one['data_stream']['namespace']}"
                groups.setdefault(name, []).append((self._identity(one), dumps(one)))
            for name, group in groups.items():
                self._send(Route(name, NO_PIPELINE), group, told)
        except Exception as error:
            log.exception("the agent could not tell of itself")
            told.why = repr(error)
        self._post(lambda: self._done(told, {letter.id for letter in letters}))

    def _send(self, route: Route, group: list[tuple[str, bytes]], told: Told) -> None:
        """One request; what is settled by it."""
        body = b"".join(
            [b'{"create":{"_id":%b}}\n%b\n' % (orjson.dumps(one), text) for one, text in group]
        )
        try:
            why = self._output.ready(route)
            answer = None if why else self._output.send(route, body, len(group))
        except SendFailed as failure:
            why, answer = str(failure), None
        if answer is None:
            told.why = f"{route.index}: {why}"
            return
        reading = read(answer, len(group))
        fates = reading.fates
        if reading.whole is Whole.INDEXED:
            fates = [Fate.INDEXED] * len(group)
        for position, ((one, _), fate) in enumerate(zip(group, fates, strict=False)):
            if fate in _SETTLED:
                told.states[one] = _SETTLED[fate]
            else:
                told.why = f"{route.index}: {reading.problems.get(position)}"
        if not fates:
            told.why = f"{route.index}: {reading.problem}"
            if reading.whole in {Whole.BAD_REQUEST, Whole.TOO_LARGE} and len(group) == 1:
                told.states[group[0][0]] = NOT_TOLD
            elif reading.whole in {Whole.BAD_REQUEST, Whole.TOO_LARGE}:
                half = len(group) // 2
                self._send(route, group[:half], told)
                self._send(route, group[half:], told)

    def _done(self, told: Told, letters: set[str]) -> None:
        """Remember what was told; try the rest later. Main thread."""
        self._busy = False
        for state, name in ((TOLD, "dead_letters_told"), (NOT_TOLD, "dead_letters_not_told")):
            mine = [one for one, had in told.states.items() if had == state and one in letters]
            if not mine:
                continue
            try:
                self._store.told(mine, state)
            except StoreError as error:
                told.why = str(error)
                continue
            self.counters[name] += len(mine)
        self.counters["ledger_told"] += sum(
            had == TOLD and one not in letters for one, had in told.states.items()
        )
        if not told.why:
            self._failures, self._due = 0, 0.0
            return
        self._later(told.why)

    def _later(self, why: str) -> None:
        """Try again after a while; say so."""
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self._failures, 10))
        self._failures += 1
        self._due = self._clock() + wait
        text = "what the agent tells of itself cannot be written, events are not concerned: %s; tried again in %.0f s"
        log_repeated(log, "own", logging.WARNING, text, why[:300], wait)

    def document(self, letter: DeadLetter) -> tuple[str, bytes]:
        """The data stream and the document that tell of a dead letter: its message and its error, no other field of it."""
        event = _decoded(letter.document)
        stream = event.get("data_stream")
        stream = stream if isinstance(stream, dict) else {}
        namespace = _name(stream.get("namespace"))
        origin = _name(stream.get("dataset"), "")
        labels = {"input": letter.input, "dataset": origin, "route": letter.route}
        document = {
            "@timestamp": stamp_of(letter.stored),
            "message": _text(event.get("message"), _inner(event, "event", "original")),
            "error": {"type": letter.type, "message": letter.reason[:MAX_TEXT]},
            "event": {"id": letter.id, "kind": "pipeline_error", "dataset": DEAD_LETTER},
            "log": {"offset": letter.offset, "file": {"path": letter.path}},
            "labels": {key: value for key, value in labels.items() if value},
            **self._constants(DEAD_LETTER, namespace),
        }
        return f"logs-{DEAD_LETTER}-{namespace}", dumps(document)

    def _ledger(self, report: StatusReport, wall: float) -> Iterable[dict[str, Any]]:
        """A document for each input: its ledger since the start, and how far it is behind."""
        namespaces = {one.id: one.data_stream.namespace for one in self._settings.inputs}
        routes = {one.name: one for one in report.routes}
        for one in report.inputs:
            route = routes.get(one.route)
            columns: dict[str, Any] = {
                name: {"events": one.ledger.column(name)[0], "bytes": one.ledger.column(name)[1]}
                for name in COLUMNS
            }
            columns["read"] = {"events": one.ledger.read_events, "bytes": one.ledger.read_bytes}
            columns["pending"] = {"events": one.ledger.pending, "bytes": one.ledger.pending_bytes}
            yield {
                "@timestamp": stamp_of(wall),
                "message": f"ledger of input {one.id}",
                "event": {"kind": "metric", "dataset": SELF, "start": stamp_of(report.started)},
                "labels": {"input": one.id, "route": one.route},
                "shipper": {
                    "ledger": columns,
                    "balanced": one.ledger.balanced,
                    "lag": {
                        "bytes": sum(file.lag_bytes for file in one.files),
                        "seconds": max((file.lag_seconds for file in one.files), default=0.0),
                    },
                    "files": len(one.files),
                    "route": {
                        "state": route.state if route else "ok",
                        "rejected": route.rejected if route else 0,
                        "retried": route.retried if route else 0,
                    },
                    "dead_letters": report.output.dead_letters,
                    "gaps": report.counters.get("gaps", 0),
                    "healthy": report.healthy,
                },
                **self._constants(SELF, _name(namespaces.get(one.id))),
            }

    def _identity(self, ledger: dict[str, Any]) -> str:
        """The id of a ledger: agent, input and minute, so that sending it twice is harmless."""
        what = f"{ledger['labels']['input']} {ledger['@timestamp'][:16]}"
        return f"{self._agent['id']}-{hashlib.sha256(what.encode()).hexdigest()[:20]}"

    def _constants(self, dataset: str, namespace: str) -> dict[str, Any]:
        """Fields that all documents of the agent share."""
        return {
            "data_stream": {"type": "logs", "dataset": dataset, "namespace": namespace},
            "agent": self._agent,
            "host": {"name": self._settings.name},
            "ecs": {"version": ECS_VERSION},
        }


def _decoded(document: bytes) -> dict[str, Any]:
    """The fields of an event; none where they cannot be read."""
    try:
        fields = orjson.loads(document)
    except orjson.JSONDecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _inner(event: dict[str, Any], *names: str) -> Any:
    """The value of a field of an object."""
    value: Any = event
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(*values: Any) -> str:
    """The first of these that is a text, not too long."""
    return next((value[:MAX_TEXT] for value in values if isinstance(value, str) and value), "")


def _name(value: Any, default: str = "default") -> str:
    """A dataset or namespace that may stand in a name."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else default
