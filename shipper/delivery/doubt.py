"""
Events in doubt across a rollover: what a target's earlier indices have of them.

A data stream or alias compares ids within the index that is written to. An event that may have been sent before its target
rolled over is looked for in the indices that were left since, by id, which sees what no search sees yet. Runs in sender
threads. What remains: a rollover between the question and the request, and a request that timed out and is still queued.
"""

from __future__ import annotations

import logging
import math
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

import orjson

from shipper.cluster.behind import generation, write_index
from shipper.delivery.target import certain
from shipper.records import SendFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shipper.cluster.client import Client
    from shipper.records import Route

_log = logging.getLogger("shipper.delivery")

SLACK = 3600.0  # seconds by which the clocks of host and cluster may differ
MOST = 64  # indices that are looked through, the newest ones
MOST_IDS = 5000  # in one question
PATIENCE = 120.0  # seconds that an index that cannot be read is waited for
EPISODE = 3600.0  # seconds after which a trouble that shows again is a new one
_CREATED = "*.settings.index.creation_date"
_DENIED = {401, 403}
_OVERLOAD = ("rejected_execution_exception", "circuit_breaking_exception")


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
        self._failing: dict[str, tuple[float, float]] = {}  # an index: failing since, asked last
        self._told: dict[str, float] = {}

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
        there: set[int] = set()
        wrong = ""
        try:
            for target, positions in events.items():
                for index in self._left(route, target, since):
                    known, error = self._among(index, list(positions))
                    there.update(positions[identity] for identity in known)
                    # All are asked before any is waited for, so that they are waited for at the same time.
                    if error and self._patient(index, error):
                        wrong = wrong or f"{index} cannot be read: {error}"
        except SendFailed as failure:
            raise SendFailed("connect", failure.detail, failure.host) from failure
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            detail = f"what answers is not a cluster ({type(error).__name__}: {error})"
            raise SendFailed("connect", detail) from error
        if wrong:
            raise SendFailed("connect", wrong)
        return there

    def _left(self, route: Route, target: str, since: float) -> list[str]:
        """The indices behind a target that were written to after ``since`` and are not any more."""
        question = f"/{urllib.parse.quote(target, safe='')}/_settings/index.creation_date"
        found = self._ask(question, f"/{target}/_settings", f"{_CREATED},error")
        made = sorted(
            (int(entry["settings"]["index"]["creation_date"]) / 1000, name)
            for name, entry in found.items()
        )
        if len(made) < 2:
            return []
        names = [name for _, name in made]
        alias = route.mode == "rollover_alias"
        writes = self._write_index(target) if alias else _newest(names)
        # What shrinks or restores an index makes it younger than it is: then those before it seem to have ended later.
        ends = [when for when, _ in made[1:]] + [math.inf]
        return [
            name
            for name, end in zip(names, ends, strict=True)
            if end >= since - SLACK and name != writes
        ][-MOST:]

    def _write_index(self, alias: str) -> str:
        """The index that an alias writes to; empty where it cannot be known: then all are looked through."""
        quoted = urllib.parse.quote(alias, safe="")
        path = f"/{quoted}/_alias/{quoted}"
        found = self._ask(path, f"/{alias}/_alias", "*.aliases.*.is_write_index,error", tell=False)
        return write_index(alias, found) or ""

    def _ask(self, path: str, shown: str, wanted: str, *, tell: bool = True) -> dict[str, Any]:
        """What the cluster tells of some indices; nothing where they are not there, or it does not tell."""
        status, found = self._client.json("GET", path, params={"filter_path": wanted})
        certain(f"GET {shown}", status)
        if status == 200:
            if not isinstance(found, dict):
                raise TypeError(str(found)[:100])
            return found
        if status != 404 and tell:
            self._warn(f"GET {shown.rpartition('/')[2]}", f"GET {shown}", status, found)
        return {}

    def _among(self, index: str, identities: list[str]) -> tuple[list[str], str]:
        """Those of some ids that an index has, and why it cannot be read."""
        known: list[str] = []
        for first in range(0, len(identities), MOST_IDS):
            asked = identities[first : first + MOST_IDS]
            status, found = self._client.json(
                "POST",
                f"/{urllib.parse.quote(index, safe='')}/_mget",
                params={"_source": "false", "filter_path": "docs._id,docs.found,docs.error,error"},
                body={"ids": asked},
            )
            question = f"POST /{index}/_mget"
            certain(question, status)
            docs = found.get("docs") if status == 200 and isinstance(found, dict) else None
            error = next((one["error"] for one in docs or () if "error" in one), None)
            kind = str(error.get("type", "")).removeprefix("es_") if error else ""
            if status == 404 or kind == "index_not_found_exception":
                return [], ""  # deleted meanwhile
            if status in _DENIED or kind == "security_exception":
                denied = {"error": error} if error else found
                self._warn("_mget", question, status if status != 200 else 403, denied)
                return [], ""
            if kind in _OVERLOAD:
                raise SendFailed("connect", f"{question}: {error and error.get('reason')}")
            if error or docs is None or len(docs) != len(asked):
                return known, str(error.get("reason") or kind if error else found)[:300]
            known += [one["_id"] for one in docs if one.get("found")]
        self._failing.pop(index, None)
        return known, ""

    def _patient(self, index: str, error: str) -> bool:
        """Whether an index that cannot be read is waited for; not for ever: what is new is not held up by what is old."""
        now = self._clock()
        begun, last = self._failing.get(index, (now, now))
        if now - last > EPISODE:
            begun = now
        self._failing[index] = begun, now
        if now - begun < PATIENCE:
            return True
        if self._new(index):
            _log.warning(
                "%s cannot be read: %s; events that it may have are sent again, and may be there twice",
                index,
                error,
            )
        return False

    def _warn(self, key: str, question: str, status: int, answer: Any) -> None:
        """Say now and then that the cluster does not let us look."""
        if self._new(key):
            _log.warning(
                "%s is not allowed: events that may have been sent before a rollover are sent again, and may be there twice;"
                " %s (level `prove`)",
                question,
                self._client.advice(status, answer),
            )

    def _new(self, trouble: str) -> bool:
        """Whether nothing was said of a trouble for long."""
        now = self._clock()
        if now - self._told.get(trouble, -math.inf) < EPISODE:
            return False
        self._told[trouble] = now
        return True


def _newest(names: list[str]) -> str:
    """
    The index that a data stream writes to, of those behind it from the oldest to the newest; empty where that is not sure.

    One that was shrunk, restored or added by hand is new, and may have been written to long ago.
    """
    generations = [generation(name) for name in names]
    return names[-1] if generations[-1] == max(generations) > 0 else ""
