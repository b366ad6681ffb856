"""
Trying a pipeline: one file's events through it, as an agent would run it, with neither agent nor state.

Every step takes the plain way, which is the product; the compiled head is held equal to it by its own tests.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipper.agent import pipelines
from shipper.agent.document import constants, for_path
from shipper.encode import event_id
from shipper.errors import ShipperError
from shipper.pipeline import definition, guard
from shipper.pipeline.document import Document
from shipper.pipeline.edge import Edge, maker
from shipper.pipeline.failure import Raised, Unsupported
from shipper.records import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shipper.config.settings import Input, Settings
    from shipper.encode import Constants
    from shipper.pipeline.edge import Maker
    from shipper.pipeline.options import Trouble
    from shipper.tools.bench import Bench

AGENT_ID = "00000000-0000-0000-0000-000000000000"
KEY = "A" * 16  # stands for the file's key, which only an agent's store knows


@dataclass(frozen=True, slots=True)
class Failed:
    """
    A step that failed.

    Attributes:
        kind: of the processor.
        place: file and line of the step.
        reason: as the cluster words it.
        foreign: the virtual machine or Jackson words it.
        hint: where a grok pattern ends to match; empty for anything else.
    """

    kind: str
    place: str
    reason: str
    foreign: bool = False
    hint: str = ""


@dataclass(slots=True)
class Tried:
    """
    What became of one event.

    Attributes:
        line: number of the line that it begins in.
        event: as the parsers made it.
        before: the document that would be sent without the pipeline.
        after: what the pipeline made of it, as the bulk would carry it; None where nothing is sent.
        identity: its id.
        action: the line before the document in the bulk.
        dropped: by a ``drop``.
        failures: of steps, in order; those of ``ignore_failure`` are not among them.
        unhandled: the last of them was not handled by the pipeline itself.
        refused: type and reason where not even ``on_error`` handled it.
        foreign: reasons that the virtual machine or Jackson words, also those behind another one.
    """

    line: int
    event: Event
    before: dict[str, Any]
    after: dict[str, Any] | None = None
    identity: str = ""
    action: bytes = b""
    dropped: bool = False
    failures: list[Failed] = field(default_factory=list)
    unhandled: bool = False
    refused: tuple[str, str] | None = None
    foreign: frozenset[str] = frozenset()


class Trial:
    """
    A pipeline at the edge, ready to try events.

    Args:
        bench: what to try.

    Attributes:
        troubles: why it does not load at the edge; empty where it does.
        files: its own and those of the pipelines that it calls.
        edge: None where it does not.

    Raises:
        ConfigError: its file cannot be read.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        loaded, files = pipelines.load(bench.settings, bench.one)
        self.loaded = loaded
        self.files = [path for path, state in files.items() if state is not None]
        self.troubles: list[Trouble] = loaded.troubles
        self.constants: Constants = constants(bench.settings, bench.one, AGENT_ID)
        limits = bench.settings.edge
        guard.configure(match_max_bytes=limits.match_max_bytes, oversize=limits.match_oversize)
        self.edge: Edge | None = None
        index = bench.one.data_stream.name
        if loaded.pipeline is not None:
            self.edge = Edge(
                loaded.pipeline, self.constants, index, time.perf_counter, limits.flavour
            )
        self._makers: dict[str, Maker] = {}
        self._plain = self.edge or plain_edge(bench.settings, bench.one)

    def before(self, path: str, event: Event, stamp: str) -> dict[str, Any]:
        """The document of an event as it enters the pipeline."""
        return self._plain.fresh(path, event, stamp, self._maker(path))

    def _maker(self, path: str) -> Maker:
        """What makes the documents of a file."""
        if path not in self._makers:
            self._makers[path] = maker(for_path(self.constants, path))
        return self._makers[path]

    def own(self, path: str, event: Event, stamp: str) -> dict[str, Any]:
        """What the agent adds to an event by itself."""
        bare = Event(event.start, event.end, "", None, event.flags)
        made = self._plain.fresh(path, bare, stamp, self._maker(path))
        made.pop("message", None)
        return made

    def run(
        self,
        path: str,
        line: int,
        event: Event,
        *,
        stamp: str = "",
        trace: Callable[[Any, Document], None] | None = None,
        fail: Callable[[Any, str, Document], None] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> Tried:
        """
        Run the pipeline over one event.

        Args:
            path: of the log file.
            line: number of the line that the event begins in.
            event: as the parsers made it.
            stamp: the time now, ISO 8601.
            trace: called after each step that did not fail, with the step and the document.
            fail: called when a step fails, with the step, the reason and the document.
            clock: seconds, to time steps with.
        """
        stamp = stamp or stamp_now()
        tried = Tried(line, event, self.before(path, event, stamp))
        tried.identity = event_id(KEY, event.start, event.end)
        edge = self.edge
        if edge is None:
            return tried
        ctx = edge.fresh(path, event, stamp, self._maker(path))
        ctx["_index"], ctx["_id"] = edge.index, tried.identity
        document = Document(ctx, {"timestamp": edge.now(stamp)})
        document.failures = _Failures(document, fail)
        document.trace, document.clock = trace, clock
        handlers = edge.pipeline.on_failure
        added = handlers[0] if handlers and handlers[0].mark.source == pipelines.WRAPPED else None
        before = added.count if added is not None else 0
        try:
            with guard.block():
                edge.pipeline.run(document)
            tried.dropped = document.dropped
            if not document.dropped:
                tried.action, body = edge.lines(document).splitlines()
                tried.after = json.loads(body)
        except Raised as raised:
            tried.refused = (raised.failure.type, f"{raised.kind}: {raised.failure.reason}")
        _judge(tried, document.failures, edge.flavour)
        tried.unhandled = tried.refused is not None or (added is not None and added.count > before)
        return tried

    def file(self, path: Path) -> Iterator[Tried]:
        """
        Run the pipeline over all events of a file.

        Raises:
            ShipperError: it cannot be read.
        """
        from shipper.source.chain import Chain  # noqa: PLC0415 - not every command reads a file
        from shipper.tools.lines import events_of  # noqa: PLC0415

        shown = str(path.absolute())
        try:
            chain = Chain(self.bench.one)
        except ValueError as error:
            raise ShipperError(f"input {self.bench.one.id}: {error}") from error
        for line, event in events_of(path, chain):
            yield self.run(shown, line, event)

    def close(self) -> None:
        """End what matching may have started."""
        guard.close()


def _judge(tried: Tried, failures: list[tuple[Any, Raised]], flavour: str) -> None:
    """Note what failed, in the words of people."""
    tried.foreign = frozenset(
        word
        for _, raised in failures
        if raised.failure.foreign or raised.failure.root != raised.failure.reason
        for word in _words(raised.failure.root)
    )
    tried.failures = [
        Failed(
            step.kind,
            place_of(step),
            str(raised.failure.reason),
            raised.failure.foreign,
            _hint(step, str(tried.before.get("message")), flavour),
        )
        for step, raised in failures
        if not step.ignore_failure and step.mark.source != pipelines.WRAPPED
    ]


def _words(reason: str | None) -> tuple[str, str]:
    """A reason as handlers write it, and as a template writes it into JSON."""
    text = str(reason)
    return text, json.dumps(text, ensure_ascii=False)[1:-1]


def _hint(step: Any, message: str, flavour: str) -> str:
    """How far the first pattern of a grok over the message gets."""
    options = step.options
    if step.kind != "grok" or options.get("field") != "message" or not options.get("patterns"):
        return ""
    from shipper.pipeline.grok.expand import Bank  # noqa: PLC0415 - for failures only
    from shipper.pipeline.grok.reach import reach  # noqa: PLC0415

    name = "ecs-v1" if options.get("ecs_compatibility") == "v1" else "legacy"
    definitions = options.get("pattern_definitions") or {}
    try:
        reached = reach(options["patterns"][0], message, Bank(name, flavour, definitions))
    except (Unsupported, guard.TimedOut):
        return ""
    if reached is None:
        return ""
    which = "the first pattern" if len(options["patterns"]) > 1 else "it"
    return f"; {which} matches up to column {reached.end + 1}, where `{reached.piece}` does not"


class _Failures(list[tuple[Any, Raised]]):
    """Failures as they come, told to somebody."""

    def __init__(
        self, document: Document, tell: Callable[[Any, str, Document], None] | None
    ) -> None:
        super().__init__()
        self._document = document
        self._tell = tell

    def append(self, failed: tuple[Any, Raised]) -> None:
        super().append(failed)
        if self._tell is not None:
            self._tell(failed[0], str(failed[1].failure.reason), self._document)


def plain_edge(settings: Settings, one: Input) -> Edge:
    """An input's documents as they are without a pipeline."""
    made = constants(settings, one, AGENT_ID)
    nothing = definition.Pipeline("", "", {"processors": []})
    return Edge(nothing, made, one.data_stream.name, time.perf_counter)


def place_of(step: Any) -> str:
    """File and line of a step, for people."""
    if step.mark.source == pipelines.WRAPPED:
        return "added by Shipper"
    return f"{Path(step.mark.source).name}:{step.mark.line}"


def stamp_now() -> str:
    """The time now as documents have it: ISO 8601 with milliseconds, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without(document: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A document without what the agent added and the pipeline left as it was."""
    kept = {}
    for name, value in document.items():
        known = own.get(name)
        if isinstance(value, dict) and isinstance(known, dict):
            inner = without(value, known)
            if inner:
                kept[name] = inner
        elif name not in own or type(known) is not type(value) or known != value:
            kept[name] = value
    return kept
