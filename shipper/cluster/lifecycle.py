"""
Lifecycles: what ``setup.rollover``, ``retention`` and ``phases`` are in the words of each product.

Pure. A policy carries our mark and the hash of its content; what has no mark is somebody else's. Ages count from the
rollover; those of daily indices, which are never rolled over, from their making.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Literal

import orjson

from shipper.cluster.ingest import MANAGED_BY

if TYPE_CHECKING:
    from shipper.config.settings import Dataset, DataStream, Rollover

Kind = Literal["ilm", "data_stream_lifecycle", "ism", "none"]

ISM_ALIAS = "index.plugins.index_state_management.rollover_alias"
_MARK = re.compile(r"\[managed by shipper, sha256 ([0-9a-f]{64})\]\Z")
_DAY = 86400
_UNITS = (("d", _DAY), ("h", 3600), ("m", 60), ("s", 1))
_SIZES = (("gb", 1 << 30), ("mb", 1 << 20), ("kb", 1 << 10), ("b", 1))
_MERGE = {"max_num_segments": 1}
_NAMES = {
    "ilm": "index lifecycle management",
    "data_stream_lifecycle": "data stream lifecycle",
    "ism": "Index State Management",
    "none": "none",
}


def describe(kind: str) -> str:
    """Name of a kind for people."""
    return _NAMES[kind]


def duration(seconds: float) -> str:
    """
    A time value as both products take it: a whole number and one unit.

    Args:
        seconds: at least a millisecond.
    """
    for unit, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{max(1, round(seconds * 1000))}ms"


def size(count: int) -> str:
    """A byte size as both products take it; their units are powers of 1024."""
    return next(f"{count // unit}{name}" for name, unit in _SIZES if count % unit == 0)


def problems(kind: Kind, wanted: Dataset, stream: DataStream, place: str = "setup") -> list[str]:
    """
    What of a configuration a kind of lifecycle cannot do, a line each with what to do instead.

    Args:
        kind: that the cluster has.
        wanted: what the configuration says for the dataset.
        stream: that it is for.
        place: of it in the configuration.
    """
    phases = wanted.phases
    given = {
        name: phase.min_age
        for name, phase in (
            ("warm", phases.warm),
            ("cold", phases.cold),
            ("frozen", phases.frozen),
        )
        if phase.min_age is not None
    }
    found = []
    if kind in {"data_stream_lifecycle", "none"} and given:
        has = "a data stream lifecycle" if kind == "data_stream_lifecycle" else "this cluster"
        found.append(
            f"{place}.phases: {has} has no phases; remove {', '.join(given)}, or set setup.lifecycle to what has them"
        )
    elif "frozen" in given and kind != "ilm":
        found.append(
            f"{place}.phases.frozen: searchable snapshots are Elasticsearch's; remove it, or use cold"
        )
    elif "frozen" in given and not phases.frozen.snapshot_repository:
        found.append(
            f"{place}.phases.frozen.snapshot_repository: name the repository, or remove the phase"
        )
    if kind == "data_stream_lifecycle" and stream.mode != "data_stream":
        found.append(
            f"setup.lifecycle: data_stream_lifecycle is for data streams, and target.mode is {stream.mode};"
            " set it to auto or none"
        )
    if wanted.retention is not None and stream.mode != "daily" and not _rollover(wanted.rollover):
        found.append(
            f"{place}.rollover: retention counts from the rollover, and all bounds are 0; set one of them"
        )
    ages = [*given.items(), ("retention", wanted.retention)]
    last = ("", 0.0)
    for name, age in ages:
        if age is None:
            continue
        if age < last[1]:
            found.append(
                f"{place}: {name} ({duration(age)}) comes before {last[0]} ({duration(last[1])}); put them in order"
            )
        last = (name, age)
    return found


def index_settings(
    kind: Kind, policy: str, stream: DataStream, *, serverless: bool = False
) -> dict[str, Any]:
    """
    Index settings that tie indices to their lifecycle.

    Args:
        kind: that the cluster has.
        policy: its name.
        stream: that it is for.
        serverless: it has no other lifecycle that could come first, and does not know its settings.
    """
    alias = stream.mode == "rollover_alias"
    if kind == "ilm":
        rolled = {"index.lifecycle.rollover_alias": stream.name} if alias else {}
        return {"index.lifecycle.name": policy, **rolled}
    if kind == "ism":
        return {ISM_ALIAS: stream.name} if alias else {}
    if kind == "data_stream_lifecycle" and not serverless:
        return {"index.lifecycle.prefer_ilm": False}
    return {}


def data_stream_lifecycle(wanted: Dataset) -> dict[str, Any]:
    """The lifecycle of a data stream; when it is rolled over is the cluster's setting."""
    if wanted.retention is None:
        return {"enabled": True}
    return {"enabled": True, "data_retention": duration(wanted.retention)}


def ilm_policy(wanted: Dataset, stream: DataStream) -> dict[str, Any]:
    """Body of ``PUT _ilm/policy/NAME``."""
    rollover = {} if stream.mode == "daily" else _rollover(wanted.rollover)
    hot: dict[str, Any] = {"set_priority": {"priority": 100}}
    if rollover:
        hot["rollover"] = rollover
    phases: dict[str, Any] = {"hot": {"min_age": "0ms", "actions": hot}}
    given = wanted.phases
    if given.warm.min_age is not None:
        actions: dict[str, Any] = {"set_priority": {"priority": 50}}
        if rollover:  # an index that is still written to must not be merged
            actions["forcemerge"] = dict(_MERGE)
        phases["warm"] = {"min_age": _age(given.warm.min_age), "actions": actions}
    if given.cold.min_age is not None:
        phases["cold"] = {
            "min_age": _age(given.cold.min_age),
            "actions": {"set_priority": {"priority": 0}},
        }
    if given.frozen.min_age is not None:
        phases["frozen"] = {
            "min_age": _age(given.frozen.min_age),
            "actions": {
                "searchable_snapshot": {"snapshot_repository": given.frozen.snapshot_repository}
            },
        }
    if wanted.retention is not None:
        phases["delete"] = {"min_age": _age(wanted.retention), "actions": {"delete": {}}}
    meta = {"managed_by": MANAGED_BY, "hash": _hash(phases)}
    return {"policy": {"phases": phases, "_meta": meta}}


def ism_policy(wanted: Dataset, stream: DataStream, pattern: str, priority: int) -> dict[str, Any]:
    """
    Body of ``PUT _plugins/_ism/policies/NAME``.

    Args:
        wanted: what the configuration says for the dataset.
        stream: that it is for.
        pattern: of the indices or data streams that get it when they are made.
        priority: among policies with patterns that they fit, too.
    """
    daily = stream.mode == "daily"
    condition = "min_index_age" if daily else "min_rollover_age"
    rollover = {} if daily else _ism_rollover(wanted.rollover)
    states: list[dict[str, Any]] = [
        {"name": "hot", "actions": [{"rollover": rollover}] if rollover else [], "transitions": []}
    ]
    given = wanted.phases
    merged: list[dict[str, Any]] = [{"index_priority": {"priority": 50}}]
    if rollover:
        merged += [{"read_only": {}}, {"force_merge": dict(_MERGE)}]
    later: tuple[tuple[str, float | None, list[dict[str, Any]]], ...] = (
        ("warm", given.warm.min_age, merged),
        ("cold", given.cold.min_age, [{"read_only": {}}, {"index_priority": {"priority": 0}}]),
        ("delete", wanted.retention, [{"delete": {}}]),
    )
    for name, age, actions in later:
        if age is None:
            continue
        states[-1]["transitions"] = [
            {"state_name": name, "conditions": {condition: _age(age, zero="1ms")}}
        ]
        states.append({"name": name, "actions": actions, "transitions": []})
    policy: dict[str, Any] = {
        "default_state": "hot",
        "states": states,
        "ism_template": [{"index_patterns": [pattern], "priority": priority}],
    }
    text = f"Made by shipper setup for {stream.name} [managed by shipper, sha256 {_hash(policy)}]"
    return {"policy": {"description": text, **policy}}


def mark(policy: dict[str, Any]) -> str | None:
    """
    The hash that a policy of ours carries; None for a policy of somebody else.

    Args:
        policy: what stands under ``policy`` in the answer of either product.
    """
    meta = policy.get("_meta")
    if isinstance(meta, dict) and meta.get("managed_by") == MANAGED_BY:
        return str(meta.get("hash", ""))
    found = _MARK.search(str(policy.get("description") or ""))
    return found[1] if found else None


def _rollover(wanted: Rollover) -> dict[str, Any]:
    """Conditions of Elasticsearch; whichever comes first."""
    conditions: dict[str, Any] = {}
    if wanted.max_age:
        conditions["max_age"] = duration(wanted.max_age)
    if wanted.max_primary_shard_size:
        conditions["max_primary_shard_size"] = size(wanted.max_primary_shard_size)
    if wanted.max_docs:
        conditions["max_docs"] = wanted.max_docs
    return conditions


def _ism_rollover(wanted: Rollover) -> dict[str, Any]:
    """The same in the words of OpenSearch."""
    names = {
        "max_age": "min_index_age",
        "max_primary_shard_size": "min_primary_shard_size",
        "max_docs": "min_doc_count",
    }
    return {names[key]: value for key, value in _rollover(wanted).items()}


def _age(seconds: float, zero: str = "0ms") -> str:
    return duration(seconds) if seconds else zero


def _hash(content: Any) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
