"""
Which pipeline runs where: decided once, when an input starts, and again when its file changes.

Reads the folder of pipelines. ``edge`` means here and refuses what cannot run here; ``auto`` takes the cluster for that.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shipper.agent.address import Addressing, route_of
from shipper.cluster import ingest
from shipper.config.settings import Local
from shipper.errors import ConfigError
from shipper.pipeline.definition import Library, Loaded, Pipeline
from shipper.pipeline.options import EdgeSettings
from shipper.telemetry.report import PipelineReport, StepReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shipper.config.settings import Input, Settings
    from shipper.encode import Constants, Encoder
    from shipper.pipeline.edge import Edge
    from shipper.records import Route

log = logging.getLogger("shipper.agent")

ENDINGS = ("", ".json", ".yml", ".yaml")
WRAPPED = "shipper"  # source of the steps that Shipper adds


@dataclass(slots=True)
class Choice:
    """
    Where an input's pipeline runs.

    Attributes:
        where: ``edge`` or ``cluster``.
        reasons: why it does not run at the edge, one line each; empty where it does or was not meant to.
        pipeline: to run at the edge; None where it runs in the cluster.
        files: what the decision was made from, with the state of each.
    """

    where: str
    reasons: list[str]
    pipeline: Pipeline | None
    files: dict[Path, tuple[int, int] | None]


class Reader:
    """
    Reads pipeline files of one folder, and remembers which, so that changes can be seen.

    Args:
        folder: of the pipelines.
        main: file that its own name, without ending, stands for.
    """

    def __init__(self, folder: Path, main: Path | None = None) -> None:
        self._folder = folder
        self._main = main
        self.files: dict[Path, tuple[int, int] | None] = {}

    def __call__(self, name: str) -> tuple[bytes, str] | None:
        """Content of a pipeline's file and what messages call it; None where there is none."""
        if "/" in name or name.startswith("."):
            return None
        paths = [self._folder / f"{name}{ending}" for ending in ENDINGS]
        if self._main is not None and self._main.stem == name:
            paths = [self._main]
        for path in paths:
            state = state_of(path)
            if state is not None and path.is_file():
                self.files[path] = state
                try:
                    return path.read_bytes(), str(path)
                except OSError as error:
                    reason = f"{path}: cannot be read ({error.strerror}); see path.pipelines"
                    raise ConfigError([reason]) from error
        self.files |= dict.fromkeys(paths)  # it may come
        return None


def state_of(path: Path) -> tuple[int, int] | None:
    """Time of change and size of a file; None where there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def edge_settings(settings: Settings, one: Input | None = None) -> EdgeSettings:
    """What the engine needs to know of the configuration."""
    edge = settings.edge
    pipeline = one.pipeline if one is not None else None
    return EdgeSettings(
        flavour=edge.flavour,
        geoip_directory=None if edge.geoip_directory is None else str(edge.geoip_directory),
        user_agent_directory=None
        if edge.user_agent_directory is None
        else str(edge.user_agent_directory),
        absent=frozenset(pipeline.absent if pipeline else ()),
        candidates=tuple(pipeline.candidates if pipeline else ()),
        target_steps=pipeline.target_steps if pipeline else "refuse",
    )


def load(settings: Settings, one: Input) -> tuple[Loaded, dict[Path, tuple[int, int] | None]]:
    """
    Load an input's pipeline file for the edge, with the handlers that ``on_error: ship`` adds.

    Raises:
        ConfigError: the file is not there or cannot be read.
    """
    assert one.pipeline is not None
    assert one.pipeline.path is not None
    reader = Reader(settings.pipelines_path, one.pipeline.path)
    library = Library(reader, edge_settings(settings, one))
    loaded = library.load(one.pipeline.path.stem)
    if loaded is None:
        raise ConfigError([f"{one.pipeline.path}: is gone; see path.pipelines"])
    pipeline = loaded.pipeline
    if pipeline is not None and one.pipeline.on_error == "ship" and not pipeline.on_failure:
        handlers = {"processors": list(ingest.ON_FAILURE)}
        added = Library.of({WRAPPED: handlers}, library.settings).load(WRAPPED)
        assert added is not None
        assert added.pipeline is not None, added.troubles
        pipeline.on_failure = added.pipeline.steps
    return loaded, reader.files


def choose(settings: Settings, one: Input) -> Choice:
    """
    Decide where an input's pipeline runs.

    Raises:
        ConfigError: it cannot run where it has to.
    """
    pipeline = one.pipeline
    assert pipeline is not None
    if pipeline.path is None:
        ingest.see_days(one)
        return Choice("cluster", [], None, {})
    if pipeline.run == "cluster":
        ingest.see_days(one)
        return Choice("cluster", [], None, {pipeline.path: state_of(pipeline.path)})
    loaded, files = load(settings, one)
    reasons = [str(trouble) for trouble in loaded.troubles]
    if loaded.pipeline is not None:
        return Choice("edge", [], loaded.pipeline, files)
    if pipeline.run == "edge" or loaded.wrong:
        raise ConfigError(reasons)
    if one.data_stream.mode == "daily":  # the cluster could choose another day than the agent
        reasons.append(
            f"input {one.id}: run: auto means the agent with target.mode: daily; mend it, or end the pipeline with a"
            " date_index_name step and write run: cluster"
        )
        raise ConfigError(reasons)
    return Choice("cluster", reasons, None, files)


class Running:
    """
    An input's pipeline while it runs: looks for changes of its files.

    Args:
        settings: the whole configuration.
        one: the input.
        choice: where it runs.
        constants: fields of the input.

    Attributes:
        edge: the pipeline here; None where it runs in the cluster.
        problem: why a change was not taken over, if it was not.
        reloads: how often a change was.
    """

    def __init__(
        self, settings: Settings, one: Input, choice: Choice, constants: Constants
    ) -> None:
        self._settings = settings
        self._constants = constants
        self.addressing = Addressing(one.data_stream)
        self.input = one
        self.choice = choice
        self.problem = ""
        self.reloads = 0
        self.edge: Edge | None = None
        if choice.pipeline is not None:
            from shipper.pipeline import guard  # noqa: PLC0415 - only where a pipeline runs here
            from shipper.pipeline.edge import Edge  # noqa: PLC0415

            limits = settings.edge
            guard.configure(match_max_bytes=limits.match_max_bytes, oversize=limits.match_oversize)
            self._guard = guard

            flavour = settings.edge.flavour
            self.edge = Edge(
                choice.pipeline, constants, one.data_stream.name, time.perf_counter, flavour
            )

    def problems(self) -> list[str]:
        """What is wrong with it now, one line each."""
        mistake = "" if self.edge is None else self.edge.mistake
        return [line for line in (self.problem, mistake) if line]

    def close(self) -> None:
        """End what it has started."""
        if self.edge is not None:
            self._guard.close()

    def look(self) -> list[str]:
        """
        Take changed files over.

        Returns:
            What to log: empty where nothing has changed.
        """
        files = self.choice.files
        if all(state_of(path) == state for path, state in files.items()):
            return []
        name = self.input.id
        try:
            new = choose(self._settings, self.input)
        except ConfigError as error:
            self.choice.files = {path: state_of(path) for path in files}
            self.problem = f"the changed pipeline is not used: {error.problems[0]}"
            return [
                f"input {name}: the changed pipeline is not used, the one before goes on: {line}"
                for line in error.problems
            ]
        if (new.pipeline is None) is not (self.edge is None):
            self.choice.files = new.files
            self.problem = (
                f"the changed pipeline would run in the {new.where}; restart the agent for that"
            )
            return [f"input {name}: {self.problem}"]
        self.choice, self.problem = new, ""
        self.reloads += 1
        if self.edge is not None and new.pipeline is not None:
            self.edge.load(new.pipeline)
            return [
                f"input {name}: pipeline {new.pipeline.name} has changed and is used from now on"
            ]
        return [
            f"input {name}: the pipeline's file has changed; events name its new form from now on"
        ]

    def route(self) -> Route:
        """
        Where the input's events go.

        Raises:
            ConfigError: the file of a pipeline for the cluster is no pipeline.
        """
        name = ingest.pipeline_of(self.input) if self.edge is None else None
        return route_of(self.input, name)

    def encoder_of(self) -> Callable[[str, str], Encoder]:
        """The maker of the input's encoders: through the pipeline where it runs here."""
        if self.edge is None:
            return self.addressing.encoder_of(self._constants)
        from shipper.pipeline.edge_encoder import encoder_of  # noqa: PLC0415 - where one runs here

        through = encoder_of(self.edge, partial(self.addressing.constants, self._constants))
        return self.addressing.encoder_of(self._constants, through)

    def report(self) -> PipelineReport:
        """What it does, for the status report."""
        choice, edge = self.choice, self.edge
        assert self.input.pipeline is not None
        named = self.input.pipeline.file or self.input.pipeline.id or ""
        report = PipelineReport(named, choice.where, choice.reasons, self.problem, self.reloads)
        if edge is None:
            return report
        handlers = edge.pipeline.on_failure
        steps = [
            StepReport(
                processor=step.kind,
                tag=step.tag or "",
                line=step.mark.line,
                events=step.count,
                failures=step.failures,
                seconds=step.seconds / step.timed * (step.count - step.fast) if step.timed else 0.0,
                column=step.mark.column,
            )
            for step in edge.pipeline.all_steps()
            if step.mark.source != WRAPPED
        ]
        return PipelineReport(
            name=named,
            where=choice.where,
            reasons=choice.reasons,
            problem=self.problem,
            reloads=self.reloads,
            events=edge.events,
            fast=edge.fast,
            fast_seconds=edge.fast_seconds,
            dropped=edge.dropped,
            failed=handlers[0].count if handlers else 0,
            refused=edge.refused,
            steps=steps,
        )


def start(settings: Settings, one: Input, constants: Constants) -> Running:
    """
    Make an input's pipeline ready.

    Raises:
        ConfigError: it cannot run where it has to.
    """
    assert one.pipeline is not None
    choice = choose(settings, one)
    for reason in choice.reasons:
        log.info("input %s: %s", one.id, reason)
    if choice.where == "cluster" and isinstance(settings.output, Local):
        log.warning(
            "input %s: pipeline %s does not run: output.local runs none, events are kept as they were read",
            one.id,
            one.pipeline.file or one.pipeline.id,
        )
    elif one.pipeline.run == "auto":
        log.info("input %s: pipeline %s runs in the %s", one.id, one.pipeline.file, choice.where)
    return Running(settings, one, choice, constants)
