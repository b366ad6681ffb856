"""What events are written to: data streams and aliases are made where no event makes them, daily indices never."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from shipper.tools.setup.plan import ALIASES, STREAMS, Step, write_index

if TYPE_CHECKING:
    from shipper.config.settings import DataStream
    from shipper.tools.setup.plan import Cluster, Plan

_KINDS = {"indices": "an ordinary index", "aliases": "an alias", "data_streams": "a data stream"}
_EXPECTED = {"data_stream": "data_streams", "rollover_alias": "aliases"}
_MENDS = {
    "data_stream": "delete or rename it, or choose another data_stream.dataset or namespace",
    "rollover_alias": "delete or rename it, or choose another data_stream.dataset, namespace or target.prefix",
}


@dataclass(frozen=True, slots=True)
class State:
    """
    What the cluster has under a stream's name.

    Attributes:
        exists: the data stream or alias does.
        indices: behind it; the newest one last.
    """

    exists: bool = False
    indices: tuple[str, ...] = ()


class Targets:
    """Looks for them and plans them."""

    def __init__(self, cluster: Cluster, plan: Plan) -> None:
        self._cluster = cluster
        self._plan = plan

    def look(self, stream: DataStream) -> State | None:
        """What there is; None where it is of a wrong kind, which is a problem in the plan."""
        if stream.dynamic or stream.mode == "daily":
            return State()
        path = f"/_resolve/index/{quote(stream.name)}"
        status, answer = self._cluster.ask("GET", path, STREAMS)
        found = answer if status == 200 else {}
        for key, kind in _KINDS.items():
            if not found.get(key):
                continue
            if key != _EXPECTED[stream.mode]:
                is_a = "a data stream" if stream.mode == "data_stream" else "an alias"
                self._plan.problem(f"{stream.name} is {kind}, not {is_a}; {_MENDS[stream.mode]}")
                return None
            (one,) = found[key]
            indices = one.get("backing_indices") or one.get("indices") or ()
            behind = (indices,) if isinstance(indices, str) else tuple(indices)
            return State(exists=True, indices=behind)
        return State()

    def make(self, stream: DataStream, state: State) -> None:
        """Plan what no event makes."""
        if stream.mode == "daily":
            self._plan.is_present(
                f"daily indices {stream.index}: the first event of a day makes each"
            )
        elif stream.mode == "rollover_alias":
            self._alias(stream, state)
        elif stream.dynamic:
            self._plan.is_present(f"data streams {stream.index}: the first event of each makes it")
        elif state.exists:
            self._plan.is_present(f"data stream {stream.name}: exists")
        elif self._cluster.flavour.require_data_stream:
            self._plan.is_present(f"data stream {stream.name}: the first event makes it")
        else:
            why = "this cluster would make an ordinary index of the first event, so `run` writes to an existing data stream only"
            path = f"/_data_stream/{quote(stream.name)}"
            self._plan.step(Step(f"data stream {stream.name}", why, path, None, STREAMS))

    def _alias(self, stream: DataStream, state: State) -> None:
        """
        Plan the first index of an alias.

        The alias is looked for first: another day's first index is refused with 500, and is no first one.
        """
        name = stream.name
        if not state.exists:
            path = f"/{quote(f'<{name}-{{now/d}}-000001>', safe='')}"
            body = {"aliases": {name: {"is_write_index": True}}}
            what = f"alias {name} and its first index"
            why = (
                "events are written to the alias, and a missing one would become an ordinary index"
            )
            self._plan.step(Step(what, why, path, body, ALIASES, alias=name))
        elif index := write_index(self._cluster.client, quote(name)):
            self._plan.is_present(f"alias {name}: exists, {index} is written to")
        else:
            self._plan.problem(
                f"alias {name}: none of its indices ({', '.join(state.indices)}) is the one to write to; set"
                ' "is_write_index": true on the newest with POST /_aliases'
            )
