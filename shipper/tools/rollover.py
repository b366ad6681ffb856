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
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.cluster import lifecycle
from shipper.tools.setup.lifecycle import choose
from shipper.tools.setup.plan import (
    STREAMS,
    Cluster,
    Right,
    SetupError,
    refusal,
    write_index,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shipper.cluster.client import Client
    from shipper.config.settings import Dataset, DataStream, Rollover, Settings

_DAY = 86400
_SLACK = 5.0  # seconds by which the clocks of two of the cluster's nodes may differ
_ASKED = 5  # times for figures that are not complete
_PAUSE = 0.2  # seconds between them
_GENERATION = re.compile(r"-(\d{6,})\Z")
_DATE = r"\d{4}\.\d{2}\.\d{2}"
_RIGHT = Right(
    "index privileges manage and view_index_metadata on the data stream or alias",
    "index permissions indices:admin/rollover, indices:admin/create, indices:admin/aliases*, indices:admin/delete,"
    " indices:admin/mappings/get, indices:admin/resolve/index, indices:monitor/settings/get and"
    " indices:monitor/stats on the data stream or alias and its indices",
)


@dataclass(frozen=True, slots=True)
class Index:
    """
    One index behind a target.

    Attributes:
        name: of it.
        created: seconds since 1970, by the cluster's clock.
        dated: its name follows the day when it is rolled over.
        ours: a template of ours made it.
    """

    name: str
    created: float
    dated: bool = True
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """
    A data stream, an alias, or the daily indices of a name, as the cluster has them.

    Attributes:
        name: that requests are for.
        mode: of the stream.
        indices: behind it, the oldest first.
        written: the one that is written to; None for daily indices.
        docs, largest: of that one: documents, and bytes of its largest primary shard.
    """

    name: str
    mode: str
    indices: tuple[Index, ...]
    written: Index | None = None
    docs: int = 0
    largest: int = 0


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
            targets = list(_targets(cluster, stream))
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
                moves.problems.append(refusal(client, move.index, _RIGHT, status, answer))
            continue
        status, answer = client.json("POST", move.path, body=move.body)
        if status == 200 and answer.get("rolled_over"):
            done(move, f"now written to: {answer.get('new_index')}")
        elif (index := _written_now(client, move.target)) not in {move.index, None}:
            # The cluster answers those who come second in several ways: 400, 500, or that the condition is not met.
            done(move, f"another caller was faster, now written to: {index}")
        elif status == 200:
            moves.problems.append(
                f"{move.target}: the cluster finds that {move.index} is not due; do clocks differ?"
            )
        else:
            moves.problems.append(refusal(client, move.target, _RIGHT, status, answer))


def _now(cluster: Cluster) -> float:
    """The cluster's clock, in whole seconds; ours where it does not tell."""
    status, answer = cluster.client.json("GET", "/_cat/health?format=json&h=epoch")
    if status == 200 and isinstance(answer, list) and answer:
        return float(answer[0]["epoch"])
    return time.time()


# Looking


def _targets(cluster: Cluster, stream: DataStream) -> Iterator[Target]:
    """What the cluster has of a stream; with references in its name, several."""
    path = f"/_resolve/index/{quote(stream.index, safe='*')}"
    status, answer = cluster.ask("GET", path, STREAMS)
    if status != 200:
        return
    if stream.mode == "daily":
        names = [one["name"] for one in answer.get("indices") or []]
        named: dict[str, list[str]] = {}
        for name in names:
            if found := re.fullmatch(rf"(.+)-{_DATE}", name):
                named.setdefault(found[1], []).append(name)
        for name, indices in named.items():
            pattern = quote(f"{name}-*", safe="*")
            yield Target(name, stream.mode, tuple(_read(cluster, pattern, sorted(indices))))
        return
    kind = "data_streams" if stream.mode == "data_stream" else "aliases"
    for one in answer.get(kind) or []:
        behind = one.get("backing_indices") or one.get("indices") or []
        names = sorted([behind] if isinstance(behind, str) else behind, key=_generation)
        name = str(one["name"])
        writes = names[-1] if kind == "data_streams" else write_index(cluster.client, quote(name))
        yield _with_figures(cluster, name, stream.mode, _read(cluster, quote(name), names), writes)


def _generation(index: str) -> tuple[int, str]:
    found = _GENERATION.search(index)
    return (int(found[1]) if found else 0, index)


def _read(cluster: Cluster, asked: str, names: list[str]) -> list[Index]:
    """When indices were made and by whom, in the order of their names."""
    params = {"flat_settings": "true"}
    _, settings = cluster.ask("GET", f"/{asked}/_settings", _RIGHT, params=params)
    params = {"filter_path": "*.mappings._meta"}
    _, mappings = cluster.ask("GET", f"/{asked}/_mapping", _RIGHT, params=params)
    indices = []
    for name in names:
        found = (settings.get(name) or {}).get("settings")
        if found is None:
            continue  # deleted in between
        meta = ((mappings.get(name) or {}).get("mappings") or {}).get("_meta") or {}
        indices.append(
            Index(
                name,
                int(found["index.creation_date"]) / 1000,
                dated="{now" in str(found.get("index.provided_name", "")),
                ours=meta.get("managed_by") == "shipper",
            )
        )
    return indices


def _with_figures(
    cluster: Cluster, name: str, mode: str, indices: list[Index], writes: str | None
) -> Target:
    written = next((one for one in indices if one.name == writes), None)
    if written is None:
        raise SetupError(f"{name}: no index is written to; `shipper setup` says more")
    docs, largest = _figures(cluster, written.name)
    return Target(name, mode, tuple(indices), written, docs, largest)


def _figures(cluster: Cluster, index: str) -> tuple[int, int]:
    """
    Documents of an index and bytes of its largest primary shard.

    Raises:
        SetupError: the cluster does not know them of all shards, also when asked again.
    """
    path = f"/{quote(index)}/_stats/docs,store?level=shards"
    for _ in range(_ASKED):
        _, answer = cluster.ask("GET", path, _RIGHT)
        stats = (answer.get("indices") or {}).get(index) or {}
        copies = [copy for shard in (stats.get("shards") or {}).values() for copy in shard]
        sizes = [one["store"]["size_in_bytes"] for one in copies if one["routing"]["primary"]]
        docs = int(((stats.get("primaries") or {}).get("docs") or {}).get("count") or 0)
        failed = (answer.get("_shards") or {}).get("failed")
        # Elasticsearch says 0 bytes to those who ask while it finds the first size of an index for another.
        if not failed and (not docs or any(sizes)):
            return docs, max(sizes, default=0)
        time.sleep(_PAUSE)
    raise SetupError(
        f"{index}: the cluster does not know the size of all its shards ({failed} failed); see its health"
    )


def _written_now(client: Client, name: str) -> str | None:
    """The index that a data stream's or alias' documents go to now."""
    status, answer = client.json("GET", f"/_resolve/index/{quote(name)}")
    for one in (answer.get("data_streams") or []) if status == 200 else []:
        behind = one.get("backing_indices") or []
        return max([behind] if isinstance(behind, str) else behind, key=_generation, default=None)
    return write_index(client, quote(name))


# Deciding


def due(target: Target, wanted: Rollover, now: float) -> tuple[str, dict[str, Any]] | None:
    """
    Whether a target is due, and the condition that its index fulfils and its next one will not.

    An index without documents is never due: a quiet stream would get an empty one a day.

    Args:
        target: with the figures of the index that is written to.
        wanted: ``setup.rollover``.
        now: seconds since 1970, by the cluster's clock.

    Returns:
        The reason for people and the conditions of the request, or None.
    """
    assert target.written is not None
    if not target.docs:
        return None
    age = now - target.written.created
    if wanted.max_age and wanted.max_age % _DAY == 0:
        days = int(now // _DAY) - int(target.written.created // _DAY)
        if days >= wanted.max_age // _DAY:
            begun = "yesterday" if days == 1 else f"{days} days ago"
            # A day's age is no condition of the cluster: its age is, but for the slack that clocks need.
            guard = max(age - _SLACK, age / 2)
            return f"begun {begun}", {"max_age": f"{max(1, int(guard * 1000))}ms"}
    elif wanted.max_age and age >= wanted.max_age:
        bound = lifecycle.duration(wanted.max_age)
        return f"older than {bound}", {"max_age": bound}
    if wanted.max_docs and target.docs >= wanted.max_docs:
        return f"{target.docs} documents", {"max_docs": wanted.max_docs}
    if wanted.max_primary_shard_size and target.largest >= wanted.max_primary_shard_size:
        # Both products take the size of all primary shards together, which is no smaller than the largest one's.
        return f"a shard of {target.largest} bytes", {
            "max_size": f"{wanted.max_primary_shard_size}b"
        }
    return None


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
                f"{target.name}: not due ({index}: {target.docs} documents{_unseen(target)})"
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
        number = _generation(index)[0] + 1
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
    over = [index for index, ended in _ended(target) if ended + wanted.retention <= now]
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


def _ended(target: Target) -> Iterator[tuple[Index, float]]:
    """Indices that are written to no more, and when that began."""
    if target.mode == "daily":
        for index in target.indices:
            year, month, day = map(int, index.name[-10:].split("."))
            try:
                after = date(year, month, day) + timedelta(days=1)
            except ValueError:
                continue
            yield index, (after - date(1970, 1, 1)).days * float(_DAY)
        return
    for index, following in zip(target.indices, target.indices[1:], strict=False):
        if index != target.written:
            yield index, following.created


def _form(target: Target) -> re.Pattern[str]:
    """The names that indices of a target have when the cluster or setup named them."""
    name = re.escape(target.name)
    forms = {
        "data_stream": rf"\.ds-{name}-(?:{_DATE}-)?\d{{6,}}",
        "rollover_alias": rf"{name}-{_DATE}-\d{{6,}}",
        "daily": rf"{name}-{_DATE}",
    }
    return re.compile(forms[target.mode])
