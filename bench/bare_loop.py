"""
The yardstick of the race: read, split, encode, send, and nothing else.

No checkpoint, no ledger, no settlement beyond "no errors": what is left is what any agent in Python must spend.
Usage: ``bare_loop.py FILE PORT``; prints the number of lines.
"""

from __future__ import annotations

import gc
import http.client
import os
import sys
from itertools import accumulate

import orjson

BLOCK_BYTES = 128 * 1024
BATCH_BYTES = 5 * 1024 * 1024
BATCH_EVENTS = 4000
PATH = (
    "/logs-bench-default/_bulk?filter_path=errors,took,items.*.status,items.*.error,items.*._index"
)


def template(path: str) -> bytes:
    """A pattern for ``%``: start, length, start, message; a minimal ECS document."""
    constants = {
        "ecs": {"version": "8.17.0"},
        "host": {"name": os.uname().nodename},
        "data_stream": {"type": "logs", "dataset": "bench", "namespace": "default"},
    }
    tail = orjson.dumps(constants)[1:-1].replace(b"%", b"%%")
    file = orjson.dumps(path).replace(b"%", b"%%")
    return (
        b'{"create":{"_id":"AAAAAAAAAAAAAAAA%014d%010d"}}\n'
        b'{"@timestamp":"2026-01-01T00:00:00.000Z","log":{"offset":%d,"file":{"path":'
        + file
        + b"}},"
    ) + (tail + b',"message":"%b"}\n')


def escape(block: bytes, lines: list[bytes]) -> list[bytes]:
    if b"\\" in block:
        return [orjson.dumps(line.decode(errors="replace"))[1:-1] for line in lines]
    return orjson.dumps(block.decode(errors="replace"))[1:-1].split(b"\\n")[:-1]


def main() -> None:
    path, port = sys.argv[1], int(sys.argv[2])
    gc.disable()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    pattern = template(path)
    headers = {"Content-Type": "application/x-ndjson"}
    total = events = size = 0
    parts: list[bytes] = []

    def send() -> None:
        connection.request("POST", PATH, b"".join(parts), headers)
        answer = connection.getresponse().read()
        if not answer.startswith(b'{"errors":false'):
            raise SystemExit(answer[:200].decode())
        parts.clear()

    file = os.open(path, os.O_RDONLY)
    offset, rest = 0, b""
    while data := os.read(file, BLOCK_BYTES):
        block = rest + data
        cut = block.rfind(b"\n") + 1
        block, rest = block[:cut], block[cut:]
        lines = block.split(b"\n")
        lines.pop()
        count = len(lines)
        lengths = [len(line) + 1 for line in lines]
        starts = list(accumulate(lengths, initial=offset))
        offset = starts.pop()
        if events + count > BATCH_EVENTS or size > BATCH_BYTES:
            send()
            events = size = 0
        arguments: list[object] = [None] * (4 * count)
        arguments[0::4] = starts
        arguments[1::4] = lengths
        arguments[2::4] = starts
        arguments[3::4] = escape(block, lines)
        parts.append((pattern * count) % tuple(arguments))
        events += count
        size += len(parts[-1])
        total += count
    if parts:
        send()
    print(total)


if __name__ == "__main__":
    main()
