"""
Events refused for good: into the dead letters first, settled only then.

What cannot be stored is not settled; its route pauses instead.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from shipper.delivery.dead_letter import DeadLetter
from shipper.delivery.response import Problem
from shipper.errors import StoreError
from shipper.records import Column
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.delivery.batch import Chunk
    from shipper.delivery.dead_letter import DeadLetters
    from shipper.delivery.route import RouteState

_log = logging.getLogger("shipper.delivery")

_LOG_EVERY = 10.0  # seconds between two lines about refused events of one route

Refusal = tuple[
    "Chunk", int, Problem
]  # a chunk, the position of an event in it, and why it was refused


@dataclass(frozen=True, slots=True)
class Pause:
    """A route has to pause; ``cause`` is set when it is because most events were refused for it."""

    reason: str
    cause: str = ""


class Refusals:
    """
    Puts refused events into the dead letters.

    Args:
        dead_letters: the store.
        wall: Unix time.

    Attributes:
        id_clashes: events that met their id in the cluster though they were never sent, since the start.
        dead_lettered: events put into the store since the start.
    """

    def __init__(self, dead_letters: DeadLetters, wall: Callable[[], float]) -> None:
        self._dead_letters = dead_letters
        self._wall = wall
        self.id_clashes = 0
        self.dead_lettered = 0

    def refuse(self, route: RouteState, refused: list[Refusal]) -> Pause | None:
        """Put events into the dead letters, and only then settle them."""
        if not refused:
            return None
        lines: dict[Chunk, list[bytes]] = {}
        letters: list[DeadLetter] = []
        clashes = 0
        for chunk, position, problem in refused:
            if chunk not in lines:
                lines[chunk] = chunk.lines()
            letters.append(self._letter(route, chunk, position, lines[chunk], problem))
            clashes += problem.status == 409
        try:
            self._dead_letters.add(letters)
        except StoreError as error:
            return Pause(str(error))
        self.dead_lettered += len(letters)
        if clashes:
            self.id_clashes += clashes
            _log.error(
                "%s: %s",
                route.route,
                counted(
                    clashes,
                    "event met its id in the cluster though it was never sent; it is a dead letter",
                    "events met their id in the cluster though they were never sent; they are dead letters",
                ),
            )
        route.refused += len(letters)
        if self._wall() - route.refused_logged >= _LOG_EVERY:
            cause = str(refused[0][2].cause or refused[0][2])[:200]
            _log.warning(
                "%s: %s, such as %s",
                route.route,
                counted(
                    route.refused,
                    "event was refused and is a dead letter",
                    "events were refused and are dead letters",
                ),
                cause,
            )
            route.refused, route.refused_logged = 0, self._wall()
        for chunk, position, _ in refused:
            chunk.of.settle(Column.DEAD_LETTERED, [chunk.events[position]])
        return None

    def _letter(
        self, route: RouteState, chunk: Chunk, position: int, lines: list[bytes], problem: Problem
    ) -> DeadLetter:
        action, document = lines[2 * position], lines[2 * position + 1]
        event = chunk.events[position]
        piece = chunk.of.piece
        start, end = piece.starts[event], piece.ends[event]
        return DeadLetter(
            id=identity_of(action) or f"{route.route}@{start}",
            route=str(route.route),
            stored=self._wall(),
            path=str(getattr(piece.file, "path", "") or _path(document)),
            offset=start,
            length=end - start,
            status=problem.status,
            type=problem.type,
            reason=problem.reason,
            error=problem.raw,
            action=action,
            document=document,
            input=str(getattr(getattr(piece.file, "record", None), "input", "")),
        )


def identity_of(action: bytes) -> str:
    """The ``_id`` of an action line."""
    try:
        return str(orjson.loads(action)["create"]["_id"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def _path(document: bytes) -> str:
    """The file that a document says it comes from."""
    try:
        return str(orjson.loads(document)["log"]["file"]["path"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
