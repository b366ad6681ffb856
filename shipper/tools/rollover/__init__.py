"""
What ``shipper rollover`` does: new indices for data streams and aliases when they are due, and an end for old ones.

For one timer, and safe from many: each request carries a condition that only the index which was looked at fulfils, so
of any number of callers at once one rolls. Indices are deleted only where the cluster has no lifecycle of its own, only
those that a template of ours made, and never one that is written to.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.cluster import lifecycle
from shipper.cluster.behind import generation
from shipper.tools.rollover.schedule import due, ended
from shipper.tools.rollover.targets import DATE, RIGHT, Index, Target, look, written_now
from shipper.tools.setup.lifecycle import choose
from shipper.tools.setup.plan import Cluster, SetupError, refusal
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.cluster.client import Client
    from shipper.config.settings import Dataset, DataStream, Rollover, Settings

__all__ = ["Index", "Move", "Moves", "Target", "carry_out", "due", "plan_rollover"]


@dataclass(frozen=True, slots=True)
class Move:
    """
    One change.

    Attributes:
        kind: ``roll`` or ``delete``.
        target: name of the data stream or alias; of the daily indices without the day.
        index: that is written to no more, or that is deleted.
        why: it is due.
        path, body: of the request.
    """

    kind: str
    target: str
    index: str
    why: str
    path: str
    body: dict[str, Any] | None = None


@dataclass(slots=True)
class Moves:
    """
    What is due.

    Attributes:
        moves: in order.
        rest: one line each: what is not due, and why nothing is deleted.
        problems: one line each: what could not be looked at.
    """

    moves: list[Move] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def plan_rollover(
    client: Client, settings: Settings, *, if_due: bool, now: float | None = None
) -> Moves:
    """
    Look at the targets of the enabled inputs and find what is due. Changes nothing.

    Args:
        client: of the cluster.
        settings: the whole configuration.
        if_due: whether ``setup.rollover`` decides; otherwise everything that has documents is rolled over.
        now: seconds since 1970; the cluster's clock by default.

    Raises:
        SendFailed: there is no answer.
        RefusedError: the login is refused.
    """
    cluster = Cluster(client)
    moves = Moves()
    now = _now(cluster) if now is None else now
    streams = {e.data_stream.name: e.data_stream for e in settings.inputs if e.enabled}
    for stream in streams.values():
        wanted = settings.setup.of(stream.dataset)
        before = len(moves.rest) + len(moves.moves)
        try:
            targets = list(look(cluster, stream))
            if not targets:
                moves.rest.append(f"{stream.index}: there is none yet")
            for target in targets:
                if target.written is not None:
                    _roll(moves, target, wanted.rollover, now, if_due=if_due)
                _delete(moves, target, stream, wanted, now, cluster, settings.setup.lifecycle)
            if len(moves.rest) + len(moves.moves) == before:
                moves.rest.append(
                    f"{stream.index}: nothing is due; a daily index is never rolled over"
                )
        except SetupError as error:
            moves.problems.append(str(error))
    return moves


def carry_out(client: Client, moves: Moves, done: Callable[[Move, str], None]) -> None:
    """
    Carry out what is due, each once; what fails is told among the problems, and the others go on.

    Args:
        client: of the cluster.
        moves: of :func:`plan_rollover`.
        done: called with each move and what became of it.

    Raises:
        SendFailed: there is no answer.
    """
    for move in moves.moves:
        if move.kind == "delete":
            status, answer = client.json("DELETE", move.path)
            if status in {200, 404}:
                done(move, "deleted" if status == 200 else "was deleted by another caller")
            else:
                moves.problems.append(refusal(client, move.index, RIGHT, status, answer))
            continue
        status, answer = client.json("POST", move.path, body=move.body)
        if status == 200 and answer.get("rolled_over"):
            done(move, f"now written to: {answer.get('new_index')}")
        elif (index := written_now(client, move.target)) not in {move.index, None}:
            # The cluster answers those who come second in several ways: 400, 500, or that the condition is not met.
            done(move, f"another caller was faster, now written to: {index}")
        elif status == 200:
            moves.problems.append(
                f"{move.target}: the cluster finds that {move.index} is not due; do clocks differ?"
            )
        else:
            moves.problems.append(refusal(client, move.target, RIGHT, status, answer))


def _now(cluster: Cluster) -> float:
    """The cluster's clock, in whole seconds; ours where it does not tell."""
    status, answer = cluster.client.json("GET", "/_cat/health?format=json&h=epoch")
    if status == 200 and isinstance(answer, list) and answer:
        return float(answer[0]["epoch"])
    return time.time()


def _unseen(target: Target) -> str:
    """Both products count what a search finds: who looks right after the first events is told why there are none."""
    return "" if target.docs else " yet, or none that a search finds before index.refresh_interval"


def _roll(moves: Moves, target: Target, wanted: Rollover, now: float, *, if_due: bool) -> None:
    assert target.written is not None
    index = target.written.name
    if if_due:
        found = due(target, wanted, now)
        if found is None:
            moves.rest.append(
                f"{target.name}: not due ({index}: {counted(target.docs, 'document')}{_unseen(target)})"
            )
            return
        why, conditions = found
    elif target.docs:
        why, conditions = "asked for", {"max_docs": target.docs}
    else:
        moves.rest.append(f"{target.name}: {index} has no documents{_unseen(target)} and stays")
        return
    path = f"/{quote(target.name)}/_rollover"
    if target.mode == "rollover_alias" and not target.written.dated:
        # Its first index was named by hand: without a name of ours the next one would have the same day.
        number = generation(index) + 1
        path += f"/{quote(f'<{target.name}-{{now/d}}-{number:06}>', safe='')}"
    moves.moves.append(Move("roll", target.name, index, why, path, {"conditions": conditions}))


def _delete(
    moves: Moves,
    target: Target,
    stream: DataStream,
    wanted: Dataset,
    now: float,
    cluster: Cluster,
    kind: str,
) -> None:
    """Find the indices whose time is over, where nobody else does."""
    if wanted.retention is None:
        return
    over = [index for index, ended in ended(target) if ended + wanted.retention <= now]
    if not over:
        return
    try:
        carried = choose(cluster, kind, stream)
    except SetupError:
        carried = None
    if carried != "none":
        who = lifecycle.describe(carried) if carried else "a lifecycle that this key may not see"
        moves.rest.append(f"{target.name}: old indices are left to {who}")
        return
    form = _form(target)
    for index in over:
        if not index.ours or not form.fullmatch(index.name):
            moves.rest.append(f"{index.name}: stays, no template of Shipper made it")
            continue
        why = f"older than {lifecycle.duration(wanted.retention)} after its rollover"
        if target.mode == "daily":
            why = f"older than {lifecycle.duration(wanted.retention)} after its day"
        moves.moves.append(Move("delete", target.name, index.name, why, f"/{quote(index.name)}"))


def _form(target: Target) -> re.Pattern[str]:
    """The names that indices of a target have when the cluster or setup named them."""
    name = re.escape(target.name)
    forms = {
        "data_stream": rf"\.ds-{name}-(?:{DATE}-)?\d{{6,}}",
        "rollover_alias": rf"{name}-{DATE}-\d{{6,}}",
        "daily": rf"{name}-{DATE}",
    }
    return re.compile(forms[target.mode])
