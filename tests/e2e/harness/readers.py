"""What arrived, as pairs of id and message, from either kind of output."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def local_documents(store: Path) -> Iterator[tuple[str, str]]:
    """Of ``output.local``, read by SQLite alone; the agent may be running."""
    for id_, document in local_sources(store):
        yield id_, document["message"]


def local_sources(store: Path) -> list[tuple[str, dict[str, Any]]]:
    """Whole documents of ``output.local``."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)) as db:
        return [
            (id_, json.loads(text))
            for id_, text in db.execute("SELECT id, document FROM event ORDER BY seq")
        ]


def local_ids(store: Path) -> list[str]:
    """Ids of ``output.local`` in order of arrival; none while there is no store."""
    if not store.exists():
        return []
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)) as db:
        return [id_ for (id_,) in db.execute("SELECT id FROM event ORDER BY seq")]


def node_documents(node: Any, index: str) -> Iterator[tuple[str, str]]:
    """Of a real node, read by its product's official client."""
    for hit in node._hits(index, source=["message"]):
        yield hit["_id"], hit["_source"]["message"]
