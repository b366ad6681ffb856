#!/usr/bin/env python3
"""
What a target costs per event: encoding for a data stream, for daily indices, and for a name that depends on the event.

The least of several runs of one block in one process and in turn, so that a busy machine slows all alike. Plain lines, and
``nginx-access`` at the edge. The figures are those of docs/targets.md.

Usage: python bench/targets.py [--runs 200]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from shipper.agent import document, pipelines
from shipper.agent.address import Addressing
from shipper.config import load

if TYPE_CHECKING:
    from shipper.encode import Encoder

STAMP = "2026-11-22T10:00:00.000Z"
LINE = (
    '203.0.113.{} - - [22/Nov/2026:10:{:02}:{:02} +0000] "GET /a/b/{} HTTP/1.1" 200 {} "http://example.org/x"'
    ' "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"\n'
)
WAYS = {
    "data_stream": ("data_stream", "nginx.access"),
    "daily": ("daily", "nginx.access"),
    "by a field": ("data_stream", "nginx.%{[http.request.method]}"),
}
CONFIG = """\
name: bench
inputs:
  - id: bench
    paths: [/var/log/nginx/access.log]
    data_stream: {{dataset: "{dataset}"}}{pipeline}
output.elasticsearch: {{hosts: ["http://es:9200"], target.mode: {mode}}}
"""


def encoder(mode: str, dataset: str, *, edge: bool) -> Encoder:
    """The encoder of a file, as the agent makes it."""
    pipeline = "\n    pipeline: {file: nginx-access, run: edge}" if edge else ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shipper.yml"
        path.write_text(CONFIG.format(mode=mode, dataset=dataset, pipeline=pipeline))
        settings = load(path)
    one = settings.inputs[0]
    constants = document.constants(settings, one, "bench")
    if edge:
        make = pipelines.start(settings, one, constants).encoder_of()
    else:
        make = Addressing(one.data_stream).encoder_of(constants)
    return make("K" * 16, "/var/log/nginx/access.log")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    lines = [LINE.format(i % 250, i // 60 % 60, i % 60, i, i * 7) for i in range(900)]
    for edge, count in ((False, 900), (True, 150)):
        data = "".join(lines[:count]).encode()
        encoders = {name: encoder(*way, edge=edge) for name, way in WAYS.items()}
        least = dict.fromkeys(encoders, float("inf"))
        for _ in range(runs):
            for name, one in encoders.items():
                began = time.perf_counter()
                made = one.block(None, data, 0, STAMP).count
                least[name] = min(least[name], (time.perf_counter() - began) / made * 1e6)
        what = "nginx-access at the edge" if edge else "plain lines"
        print(what, *(f"{name}: {cost:.2f} µs" for name, cost in least.items()), sep="   ")


if __name__ == "__main__":
    main()
