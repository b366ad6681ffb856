"""When a target is due, and which of its indices are over. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from shipper.cluster import lifecycle
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shipper.config.settings import Rollover
    from shipper.tools.rollover.targets import Index, Target

_DAY = 86400
_SLACK = 5.0  # seconds by which the clocks of two of the cluster's nodes may differ


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
        return counted(target.docs, "document"), {"max_docs": wanted.max_docs}
    if wanted.max_primary_shard_size and target.largest >= wanted.max_primary_shard_size:
        # Both products take the size of all primary shards together, which is no smaller than the largest one's.
        return f"a shard of {counted(target.largest, 'byte')}", {
            "max_size": f"{wanted.max_primary_shard_size}b"
        }
    return None


def ended(target: Target) -> Iterator[tuple[Index, float]]:
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
