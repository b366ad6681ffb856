"""Configurations and sizes that the tests share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FULL = "SHIPPER_LINES" in os.environ  # the sizes of a release; otherwise those of every commit
LINES = int(os.environ.get("SHIPPER_LINES", "100000"))
STACKS = {"multiline": {"type": "pattern", "pattern": r"^\s", "negate": False, "match": "after"}}


def dataset_of(stream: str) -> str:
    """The dataset in the name of a data stream."""
    return stream.split("-")[1]


def tail(id_: str, path: Path | str, name: str = "e2e", **more: Any) -> dict[str, Any]:
    """An input."""
    return {"id": id_, "paths": [str(path)], "data_stream": {"dataset": name}} | more


def to_local(store: Path, *inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A configuration with the local store as output."""
    return {"inputs": list(inputs), "output.local": {"path": str(store)}} | more


def to_node(
    url: str, *inputs: dict[str, Any], output: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A configuration with a node (or the proxy before it) as output."""
    return {"inputs": list(inputs), "output.elasticsearch": {"hosts": [url]} | (output or {})}
