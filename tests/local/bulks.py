from __future__ import annotations

from typing import Any

import orjson

from shipper.records import Route

ROUTE = Route("logs-app-default")
KEY = "AAAABBBBCCCCDDDD"


def document(message: Any, offset: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "@timestamp": "2026-11-22T15:00:00.000Z",
        "log": {"offset": offset, "file": {"path": "/var/log/app.log"}},
        "host": {"name": "web-1"},
        "message": message,
        **more,
    }


def bulk(*documents: dict[str, Any] | bytes, first: int = 0) -> tuple[bytes, int]:
    """A bulk body as the encoder makes it, and its number of events."""
    lines = [
        b'{"create":{"_id":"%s%014d%010d"}}\n%s\n'
        % (KEY.encode(), at, 1, item if isinstance(item, bytes) else orjson.dumps(item))
        for at, item in enumerate(documents, first)
    ]
    return b"".join(lines), len(documents)
