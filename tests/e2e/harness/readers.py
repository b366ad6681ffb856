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


def local_count(store: Path) -> int:
    """Number of documents of ``output.local``; 0 while there is no store or it is just being made."""
    if not store.exists():
        return 0
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)) as db:
        try:
            (count,) = db.execute("SELECT count(*) FROM event").fetchone()
        except sqlite3.OperationalError:
            return 0
    return int(count)


def node_documents(node: Any, index: str) -> Iterator[tuple[str, str]]:
    """Of a real node, read by its product's official client."""
    for hit in node._hits(index, source=["message"]):
        yield hit["_id"], hit["_source"]["message"]
