"""What of a target there is: its indices, when they were made, and the figures of the one that is written to."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from shipper.cluster.behind import generation
from shipper.tools.setup.plan import STREAMS, Cluster, Right, SetupError, write_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shipper.cluster.client import Client
    from shipper.config.settings import DataStream

DATE = r"\d{4}\.\d{2}\.\d{2}"  # of a day, in the name of an index
_ASKED = 5  # times for figures that are not complete
_PAUSE = 0.2  # seconds between them
RIGHT = Right(
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


def look(cluster: Cluster, stream: DataStream) -> Iterator[Target]:
    """What the cluster has of a stream; with references in its name, several."""
    path = f"/_resolve/index/{quote(stream.index, safe='*')}"
    status, answer = cluster.ask("GET", path, STREAMS)
    if status != 200:
        return
    if stream.mode == "daily":
        names = [one["name"] for one in answer.get("indices") or []]
        named: dict[str, list[str]] = {}
        for name in names:
            if found := re.fullmatch(rf"(.+)-{DATE}", name):
                named.setdefault(found[1], []).append(name)
        for name, indices in named.items():
            pattern = quote(f"{name}-*", safe="*")
            yield Target(name, stream.mode, tuple(_read(cluster, pattern, sorted(indices))))
        return
    kind = "data_streams" if stream.mode == "data_stream" else "aliases"
    for one in answer.get(kind) or []:
        behind = one.get("backing_indices") or one.get("indices") or []
        names = sorted([behind] if isinstance(behind, str) else behind, key=order)
        name = str(one["name"])
        writes = names[-1] if kind == "data_streams" else write_index(cluster.client, quote(name))
        yield _with_figures(cluster, name, stream.mode, _read(cluster, quote(name), names), writes)


def order(index: str) -> tuple[int, str]:
    """What indices behind a target are ordered by."""
    return generation(index), index


def _read(cluster: Cluster, asked: str, names: list[str]) -> list[Index]:
    """When indices were made and by whom, in the order of their names."""
    params = {"flat_settings": "true"}
    _, settings = cluster.ask("GET", f"/{asked}/_settings", RIGHT, params=params)
    params = {"filter_path": "*.mappings._meta"}
    _, mappings = cluster.ask("GET", f"/{asked}/_mapping", RIGHT, params=params)
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
        _, answer = cluster.ask("GET", path, RIGHT)
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


def written_now(client: Client, name: str) -> str | None:
    """The index that a data stream's or alias' documents go to now."""
    status, answer = client.json("GET", f"/_resolve/index/{quote(name)}")
    for one in (answer.get("data_streams") or []) if status == 200 else []:
        behind = one.get("backing_indices") or []
        return max([behind] if isinstance(behind, str) else behind, key=order, default=None)
    return write_index(client, quote(name))
