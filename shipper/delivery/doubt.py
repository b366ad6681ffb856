"""
Events in doubt across a rollover: what a target's earlier indices have of them.

A data stream or alias compares ids within the index that is written to. An event that may have been sent before its target
rolled over is looked for in the indices that were left since, by id, which sees what no search sees yet. Runs in sender
threads. What remains: a rollover between the question and the request, and a request that timed out and is still queued.
"""

from __future__ import annotations

import itertools
import logging
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

import orjson

from shipper.delivery.target import certain
from shipper.records import SendFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from shipper.cluster.client import Client
    from shipper.records import Route

_log = logging.getLogger("shipper.delivery")

SLACK = (
    3600.0  # seconds by which the clocks of host and cluster may differ, and events be on their way
)
MOST = 64  # indices that are looked through, the newest ones
PATIENCE = 120.0  # seconds that an index that cannot be read is waited for
_CREATED = "*.settings.index.creation_date"
_DENIED = {401, 403}


class Earlier:
    """
    Looks into the indices that targets have rolled over from.

    Args:
        client: of the cluster.
        clock: monotonic seconds.
    """

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._failing: dict[str, float] = {}  # since when an index cannot be read
        self._denied = False

    def find(self, route: Route, actions: Sequence[bytes], since: float) -> set[int]:
        """
        Find events that are there already.

        Args:
            route: that they are for.
            actions: an action line of ``_bulk`` for each.
            since: Unix time from which they may have been sent.

        Returns:
            Positions in ``actions``. None are found where the cluster does not let us look.

        Raises:
            SendFailed: there is no answer; nothing was sent.
        """
        if route.mode == "daily":
            return set()  # an id is unique over all days
        events: dict[str, dict[str, int]] = {}
        for position, line in enumerate(actions):
            action = orjson.loads(line)["create"]
            events.setdefault(action.get("_index", route.index), {})[action["_id"]] = position
        try:
            return {
                positions[identity]
                for target, positions in events.items()
                for index in self._left(target, since)
                for identity in self._among(index, positions)
            }
        except SendFailed as failure:
            raise SendFailed("connect", failure.detail, failure.host) from failure

    def _left(self, target: str, since: float) -> list[str]:
        """The indices behind a target that were written to after ``since`` and are not any more."""
        path = f"/{urllib.parse.quote(target, safe='')}/_settings/index.creation_date"
        status, found = self._client.json("GET", path, params={"filter_path": f"{_CREATED},error"})
        if not self._allowed(f"GET /{target}/_settings", status, found):
            return []
        if status != 200 or not isinstance(found, dict):
            return []
        made = sorted(
            (int(entry["settings"]["index"]["creation_date"]) / 1000, name)
            for name, entry in found.items()
        )
        return [name for (_, name), (end, _) in itertools.pairwise(made) if end >= since - SLACK][
            -MOST:
        ]

    def _among(self, index: str, identities: Iterable[str]) -> Iterator[str]:
        """Those of some ids that an index has."""
        question = f"POST /{index}/_mget"
        status, found = self._client.json(
            "POST",
            f"/{urllib.parse.quote(index, safe='')}/_mget",
            params={"_source": "false", "filter_path": "docs._id,docs.found,docs.error,error"},
            body={"ids": list(identities)},
        )
        if not self._allowed(question, status, found) or status == 404:
            return  # 404: deleted meanwhile
        docs = (found.get("docs") or []) if status == 200 and isinstance(found, dict) else []
        error = next((one["error"] for one in docs if "error" in one), None)
        if error and error.get("type") == "security_exception":
            self._allowed(question, 403, {"error": error})
            return
        self._readable(index, str(found)[:300] if status != 200 else error and error.get("reason"))
        for one in docs:
            if one.get("found"):
                yield one["_id"]

    def _readable(self, index: str, error: str | None) -> None:
        """An index that cannot be read is waited for, but not for ever: what is new is not held up by what is old."""
        if error is None:
            self._failing.pop(index, None)
            return
        now = self._clock()
        if now - self._failing.setdefault(index, now) < PATIENCE:
            raise SendFailed("connect", f"{index} cannot be read: {error}")
        _log.warning(
            "%s cannot be read: %s; events that it may have are sent again, and may be there twice",
            index,
            error,
        )

    def _allowed(self, question: str, status: int, answer: Any) -> bool:
        """Whether the cluster let us look; says so once where it did not."""
        certain(question, status)
        if status not in _DENIED:
            self._denied = False
            return True
        if not self._denied:
            _log.warning(
                "%s is not allowed: events that may have been sent before a rollover are sent again, and may be there twice;"
                " %s (level `prove`)",
                question,
                self._client.advice(status, answer),
            )
        self._denied = True
        return False
