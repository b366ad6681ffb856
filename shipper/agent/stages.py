"""
The stages of an agent, made from the settings and joined: inputs, engine, delivery, and what stands beside them.

Nothing moves yet: threads, sockets and signals are the business of `process`.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shipper.agent import document, tuning
from shipper.agent.address import Addressing, route_of
from shipper.agent.engine import Engine
from shipper.agent.inputs import InputRun
from shipper.agent.letters import Letters, Target, mode_of
from shipper.config.settings import Elasticsearch
from shipper.delivery.dead_letter import DeadLetters
from shipper.delivery.delivery import Delivery
from shipper.delivery.output import limits_of
from shipper.source.chain import Chain
from shipper.source.registry import Registry
from shipper.source.wakeup import Wakeup

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.agent.own import Own
    from shipper.agent.questions import Questions
    from shipper.checkpoint.store import FileRecord, Store
    from shipper.config.settings import Input, Settings
    from shipper.delivery.output import Output

log = logging.getLogger("shipper.agent")


@dataclass(frozen=True, slots=True)
class Stages:
    """
    The stages of one agent. They belong to the main thread.

    Attributes:
        settings: what they were made from.
        store: of checkpoints; the caller closes it.
        output: where events go.
        dead: the dead letters.
        delivery: of the output.
        wakeup: watches folders for the engine.
        engine: with the inputs.
        addressings: how each input's events find their index.
        letters: commands about dead letters.
        own: what the agent tells of itself in data streams; None where that is not asked for.
    """

    settings: Settings
    store: Store
    output: Output
    dead: DeadLetters
    delivery: Delivery
    wakeup: Wakeup
    engine: Engine
    addressings: list[Addressing]
    letters: Letters
    own: Own | None


def build(
    settings: Settings,
    store: Store,
    output: Output,
    post: Callable[[object], None],
    questions: Questions,
    *,
    once: bool,
) -> Stages:
    """
    Make the stages.

    Args:
        settings: the whole configuration.
        store: open.
        output: the configured one.
        post: puts hints and answers where the main thread finds them.
        questions: to the main thread.
        once: end when everything that is there is settled.

    Raises:
        StoreError: the dead letters cannot be kept in ``path.data``.
        ConfigError: a pipeline cannot run where it has to.
    """
    dead = DeadLetters(settings.path_data / "dead-letters.db", settings.dead_letter.max_bytes)
    rng = random.Random()  # noqa: S311 - jitter, not a secret
    delivery = Delivery(output, limits_of(settings), dead, post=post, rng=rng)
    wakeup = Wakeup(post)
    open_limit = tuning.raise_descriptor_limit()
    known = _known_files(store)
    addressings: list[Addressing] = []
    runs: list[InputRun] = []
    for one in settings.inputs:
        if one.enabled:
            records = [record for record in known if record.input == one.id]
            run, addressing = _input_of(settings, one, store.agent_id, records, open_limit)
            runs.append(run)
            addressings.append(addressing)
    engine = Engine(runs, store, delivery, lambda folder: wakeup.watch(Path(folder)), once=once)
    letters = Letters(dead, output, lambda: _targets(runs), questions.ask_surely, mode_of(settings))
    own: Own | None = None
    if isinstance(settings.output, Elasticsearch) and (
        settings.dead_letter.stream or settings.telemetry.stream
    ):
        from shipper.agent.own import Own  # noqa: PLC0415 - only where it is asked for

        own = Own(settings, store.agent_id, dead, output, questions.leave)
    return Stages(
        settings, store, output, dead, delivery, wakeup, engine, addressings, letters, own
    )


def _input_of(
    settings: Settings, one: Input, agent_id: str, records: list[FileRecord], open_limit: int
) -> tuple[InputRun, Addressing]:
    """An input, and how its events find their index."""
    constants = document.constants(settings, one, agent_id)
    running = None
    if one.pipeline is not None:
        from shipper.agent.pipelines import start  # noqa: PLC0415 - only where one is used

        running = start(settings, one, constants)
    addressing = running.addressing if running else Addressing(one.data_stream)
    encoder = running.encoder_of() if running else addressing.encoder_of(constants)
    registry = Registry(one, Chain(one), encoder, records, open_limit)
    route = running.route() if running else route_of(one)
    return InputRun(one, registry, route, _own_files(settings), running), addressing


def _known_files(store: Store) -> list[FileRecord]:
    if not store.host_changed:
        return store.files()
    log.warning(
        "%s was last used on another host: its file keys are not used here, every file is read from its start",
        store.path,
    )
    store.commit(forget=[record.key for record in store.files()])
    return []


def _own_files(settings: Settings) -> list[str]:
    own = [str(settings.path_data)]
    if not isinstance(settings.output, Elasticsearch):
        path = str(settings.output.path)
        own += [path, f"{path}-wal", f"{path}-shm", f"{path}-journal"]
    return own


def _targets(runs: list[InputRun]) -> dict[str, Target]:
    """Where each input's events go now."""
    return {
        run.settings.id: Target(
            run.route,
            None if run.pipeline is None else run.pipeline.edge,
            run.settings.data_stream,
        )
        for run in runs
    }
