"""One input while it runs: what the engine keeps of it beside its files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shipper.config.settings import Ndjson, Syslog
from shipper.source import days
from shipper.source.discover import Finder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shipper.agent.pipelines import Running
    from shipper.config.settings import Input, Parser
    from shipper.records import Route
    from shipper.source.followed import Followed
    from shipper.source.harvester import Harvester
    from shipper.source.registry import Registry


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


def _tells_errors(parser: Parser) -> bool:
    """Whether a parser's failures are to be logged; they are counted in any case."""
    if isinstance(parser, Ndjson):
        return not parser.ignore_decoding_error
    return isinstance(parser, Syslog) and parser.log_errors


def reading_time(harvester: Harvester, wall: float) -> tuple[float, str, str]:
    """The time at which a file of daily indices is read, the same as ISO 8601, and the day if it is to be marked."""
    marks = harvester.record.marks
    day, fresh = days.reading(marks, harvester.position, harvester.sent_to, wall)
    wall = days.within(wall, day)
    return wall, stamp_of(wall), day if fresh else ""


def stamp_of(wall: float) -> str:
    """Unix time as ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(wall, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
