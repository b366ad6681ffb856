"""Dead letters while no agent runs: the same commands, by whoever holds the lock on ``path.data``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Self

from shipper.agent import document, pipelines
from shipper.agent.address import route_of
from shipper.agent.letters import Letters, Target, mode_of
from shipper.agent.process import open_output
from shipper.checkpoint.store import Store
from shipper.delivery.dead_letter import NAME, DeadLetters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from shipper.agent.pipelines import Running
    from shipper.config.settings import Input, Settings


class Alone:
    """
    The dead letters of an agent that does not run.

    Args:
        settings: of that agent.

    Attributes:
        letters: what carries commands out.

    Raises:
        StoreLockedError: an agent holds ``path.data``.
        StoreError: it cannot be opened.
        ConfigError: a pipeline or the output cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pipelines: list[Running] = []
        self._known: dict[str, Target] | None = None
        with contextlib.ExitStack() as stack:
            self._lock = Store(settings.path_data)
            stack.callback(self._lock.close)
            dead = DeadLetters(settings.path_data / NAME, settings.dead_letter.max_bytes)
            stack.callback(dead.close)
            output = open_output(settings, None)
            stack.callback(output.close)
            self.letters = Letters(dead, output, self._targets, _do, mode_of(settings))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close everything and give the lock back."""
        for running in self._pipelines:
            running.close()
        self._stack.close()

    def _targets(self) -> Mapping[str, Target]:
        """Where each input's events would go; pipelines are loaded once."""
        if self._known is None:
            self._known = {one.id: self._target(one) for one in self._settings.inputs}
        return self._known

    def _target(self, one: Input) -> Target:
        if one.pipeline is None:
            return Target(route_of(one), None, one.data_stream)
        constants = document.constants(self._settings, one, self._lock.agent_id)
        running = pipelines.start(self._settings, one, constants)
        self._pipelines.append(running)
        return Target(running.route(), running.edge, one.data_stream)


def _do(work: Callable[[], Any]) -> Any:
    return work()
