"""
One line of a log file on its way to a document: every stage, what it did, and how long it took.

Nothing runs for it: no agent, and no store is opened. The id therefore begins with a stand-in for the file's key, which only
the store knows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from shipper.agent.address import index_of, lines_of
from shipper.agent.document import for_path
from shipper.cluster import ingest
from shipper.encode import dumps as plain_dumps
from shipper.encode import event_id
from shipper.errors import ConfigError, ShipperError, UsageError
from shipper.pipeline.edge import maker
from shipper.pipeline.json_text import dumps
from shipper.source.chain import Chain
from shipper.source.discover import Finder
from shipper.tools.bench import Bench
from shipper.tools.compare import Difference, differences
from shipper.tools.lines import events_of, range_of
from shipper.tools.tracer import Stepped, Tracer
from shipper.tools.trial import KEY, Trial, plain_edge, stamp_now

if TYPE_CHECKING:
    from pathlib import Path

    from shipper.config.settings import Input, Settings
    from shipper.records import Event
    from shipper.tools.simulate import Simulated
    from shipper.tools.trial import Tried

_RUNS = 5  # timed runs, of which the quickest counts


@dataclass(frozen=True, slots=True)
class Stage:
    """
    A stage of reading.

    Attributes:
        name: ``lines`` or a parser's.
        seconds: it took.
        events: what there is after it.
    """

    name: str
    seconds: float
    events: list[Event]


@dataclass(slots=True)
class Followed:
    """
    Everything about one line.

    Attributes:
        path: of the file; line: its number; start, end: the event's range in bytes, or the line's where it is no event.
        one: the input.
        why: the line is no event; empty where it is.
        first: number of the line that the event begins in.
        stages: of reading.
        before: the document without a pipeline.
        trial: of the input's pipeline, if it has one that is a file.
        steps: at the edge, in the order in which they ran.
        tried: what came of it at the edge.
        identity: of the event.
        lines: of the bulk, as the agent would send them.
        index: that it goes to, by the event before the pipeline.
        where: the pipeline runs: ``edge``, ``cluster``, or nothing where there is none.
        refused: why it runs nowhere, a line each; nothing is sent then.
    """

    path: str
    line: int
    start: int
    end: int
    one: Input
    why: str = ""
    first: int = 0
    stages: list[Stage] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    trial: Trial | None = None
    steps: list[Stepped] = field(default_factory=list)
    tried: Tried | None = None
    identity: str = ""
    lines: list[bytes] = field(default_factory=list)
    index: str = ""
    where: str = ""
    refused: list[str] = field(default_factory=list)


def input_of(settings: Settings, path: Path, chosen: str | None) -> Input:
    """
    The input that reads a file.

    Raises:
        UsageError: none does, or ``chosen`` is none.
    """
    enabled = [one for one in settings.inputs if one.enabled]
    known = ", ".join(one.id for one in enabled)
    if chosen is not None:
        for one in settings.inputs:
            if one.id == chosen:
                return one
        raise UsageError(f"--input {chosen}: no such input; there are: {known}")
    wanted = {str(path.absolute()), str(path.resolve())}
    for one in enabled:
        scan = Finder(one).scan()
        if wanted & scan.files.keys():
            return one
    raise UsageError(f"no input reads {path}; name one with --input ID, of: {known}")


def follow(settings: Settings, path: Path, line: int, chosen: str | None = None) -> Followed:
    """
    Follow a line to its document.

    Args:
        settings: of the configuration.
        path: of the log file.
        line: its number, counted from 1.
        chosen: id of the input, where it is not to be found by its globs.

    Raises:
        UsageError: no input reads the file.
        ShipperError: the file cannot be read, or has no such line.
        ConfigError: the pipeline's file cannot be read.
    """
    one = input_of(settings, path, chosen)
    try:
        chain = Chain(one)
        with path.open("rb") as file:
            chain = chain.for_file(file.read(4))
    except ValueError as error:
        raise ShipperError(f"input {one.id}: {error}") from error
    except OSError as error:
        raise ShipperError(f"{path}: {error.strerror}") from None
    start, end = range_of(path, line, chain.newline)
    followed = Followed(str(path.absolute()), line, start, end, one)
    event = _find(followed, path, chain)
    if event is None:
        return followed
    followed.start, followed.end = event.start, event.end
    followed.stages = _stages(path, one, event)
    followed.identity = event_id(KEY, event.start, event.end)
    _encode(followed, settings, event)
    return followed


def _find(followed: Followed, path: Path, chain: Chain) -> Event | None:
    """The event that holds the line; a line of an input without parsers is looked at alone."""
    whole = bool(followed.one.parsers)
    at = followed.start
    events = events_of(path, chain) if whole else events_of(path, chain, at, followed.line)
    for number, event in events:
        if event.start <= at < event.end:
            followed.first = number
            return event
        if event.start > at:
            break
    followed.why = "it is empty, or include_lines or exclude_lines leave it out"
    if whole:
        followed.why += ", or a parser took it for nothing"
    return None


def _stages(path: Path, one: Input, event: Event) -> list[Stage]:
    """What there is of the event's bytes after framing, and after each parser."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(event.start)
        data = file.read(event.end - event.start)
    stages = []
    before = 0.0
    names = ["lines", *(type(parser).__name__.lower() for parser in one.parsers)]
    for count, name in enumerate(names):
        part = msgspec.structs.replace(
            one, parsers=one.parsers[:count], include_lines=(), exclude_lines=()
        )
        chain = Chain(part).for_file(head)
        took = []
        for _ in range(_RUNS):
            began = time.perf_counter()
            parsed = chain.parse(data, event.start, final=True, now=time.time())
            took.append(time.perf_counter() - began)
        stages.append(Stage(name, max(0.0, min(took) - before), parsed.events))
        before = min(took)
    return stages


def _encode(followed: Followed, settings: Settings, event: Event) -> None:
    one, stamp = followed.one, stamp_now()
    named = one.pipeline
    if named is None or named.path is None:
        trial = None
        edge = plain_edge(settings, one)
        make = maker(for_path(edge.constants, followed.path))
        before = edge.fresh(followed.path, event, stamp, make)
        followed.where = "cluster" if named is not None else ""
    else:
        trial = Trial(Bench(named.path, settings, one, configured=True))
        before = trial.before(followed.path, event, stamp)
        followed.where = _where(named.run, trial)
        followed.refused = _refused(one, followed.where, trial)
    followed.before, followed.trial = before, trial
    _lines(followed, before, event, stamp)
    if followed.lines:
        action, line = followed.lines
        followed.lines = list(lines_of(one.data_stream, action, line, stamp))
    followed.index = index_of(one.data_stream, before, stamp)


def _lines(followed: Followed, before: dict[str, Any], event: Event, stamp: str) -> None:
    """The lines of the bulk, and what the pipeline did on the way."""
    trial = followed.trial
    action = b'{"create":{"_id":"%b"}}' % followed.identity.encode()
    followed.lines = [action, plain_dumps(before)]
    if followed.refused:
        followed.lines = []
    if trial is None or trial.edge is None:
        return
    tracer = Tracer(trial.edge.pipeline, before)
    followed.tried = trial.run(
        followed.path, followed.first, event, stamp=stamp, trace=tracer.see, fail=tracer.fail
    )
    followed.steps = tracer.finish(followed.tried)
    _time(trial, followed, event, stamp)
    if followed.where == "edge":
        tried = followed.tried
        followed.lines = [] if tried.after is None else [tried.action, dumps(tried.after)]


def _where(run: str, trial: Trial) -> str:
    if run == "cluster" or (run == "auto" and trial.edge is None and not trial.loaded.wrong):
        return "cluster"
    return "edge"


def _refused(one: Input, where: str, trial: Trial) -> list[str]:
    """Why an agent would not start with a pipeline; empty where it would."""
    if where == "edge":
        return list(map(str, trial.troubles))
    assert one.pipeline is not None
    assert one.pipeline.path is not None
    try:
        ingest.of_input(one)
        ingest.see_days(one)
    except ConfigError as error:
        return error.problems
    return []


def _time(trial: Trial, followed: Followed, event: Event, stamp: str) -> None:
    """Run it again with a clock, and give each step the least of its times."""
    for _ in range(_RUNS):
        before = {id(one.step): (one.step.seconds, one.step.timed) for one in followed.steps}
        trial.run(followed.path, followed.first, event, stamp=stamp, clock=time.perf_counter)
        for one in followed.steps:
            seconds, timed = before[id(one.step)]
            if one.step.timed > timed:
                took = (one.step.seconds - seconds) / (one.step.timed - timed)
                one.seconds = min(one.seconds or took, took)


@dataclass(frozen=True, slots=True)
class Pair:
    """A step here and the same one in the cluster; either may be missing."""

    here: Stepped | None
    there: dict[str, Any] | None
    differences: list[Difference]


def beside(steps: list[Stepped], there: Simulated, same: Any) -> list[Pair]:
    """
    Hold the steps of the edge beside those of the cluster.

    Args:
        steps: of the edge.
        there: a verbose answer of the cluster.
        same: how texts are compared; see :func:`shipper.tools.compare.differences`.
    """
    from difflib import SequenceMatcher  # noqa: PLC0415 - with a cluster only

    here = [one for one in steps if one.state not in {"skipped", "not run"}]
    its = [one for one in there.steps if one.get("status") != "skipped"]
    left = [one.kind for one in here]
    right = [str(one.get("processor_type")) for one in its]
    pairs: list[Pair] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += (
                Pair(mine, other, _unlike(mine, other, same))
                for mine, other in zip(here[a:b], its[c:d], strict=True)
            )
            continue
        pairs += (Pair(mine, None, []) for mine in here[a:b])
        pairs += (Pair(None, other, []) for other in its[c:d])
    return pairs


def _unlike(mine: Stepped, other: dict[str, Any], same: Any) -> list[Difference]:
    doc = other.get("doc")
    if mine.state == "failed" or mine.after is None or not isinstance(doc, dict):
        return []
    return differences(mine.after, doc["_source"], same)
