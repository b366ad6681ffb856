#!/usr/bin/env python3
"""
What a pipeline costs at the edge: each ready pipeline against the same one written as a textbook would.

CPU time an event, the least of several runs, both in one process and in turn, so that a busy machine slows both. ``user_agent`` and ``geoip`` are left out of
both; ``--with-user-agent`` puts the former in, in ours only.

Usage: python bench/edge.py [--assert] [--runs 5] [--events 20000] [NAME …]
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.textbook import Textbook
from bench.usual import TEMPLATES, lines
from shipper.agent.pipelines import Reader
from shipper.encode import Constants
from shipper.pipeline.definition import Library
from shipper.pipeline.edge import Edge
from shipper.pipeline.edge_encoder import EdgeEncoder

if TYPE_CHECKING:
    from collections.abc import Callable

PIPELINES = Path(__file__).parents[1] / "pipelines"
JSON_HEADED = {"json-logs", "logfmt"}  # an object is made of each line
LIMITS = {"json": 0.70, "text": 1 / 3}  # of the textbook's cost
NGINX = ("nginx-access", 8.0)  # µs an event
BLOCK = 128 * 1024  # bytes, as the harvester reads
KEY = "K" * 16
PATH = "/var/log/usual.log"
STAMP = "2026-11-22T10:00:00.000Z"
CONSTANTS: dict[str, Any] = {
    "data_stream": {"type": "logs", "dataset": "usual", "namespace": "default"},
    "event": {"dataset": "usual"},
    "host": {"name": "web-1", "id": "0123456789abcdef0123456789abcdef"},
    "agent": {
        "type": "shipper",
        "version": "0.1.0",
        "id": "0b5ed9a7-5f1c-4a38-9b1f-1f6d6e0d8e55",
        "name": "web-1",
    },
    "input": {"type": "filestream"},
    "ecs": {"version": "8.11.0"},
}


def bodies(name: str, *, user_agent: bool) -> dict[str, Any]:
    """The definition without the steps that are left out."""
    loaded = Library(Reader(PIPELINES)).load(name)
    assert loaded is not None
    assert loaded.body is not None, loaded.troubles
    left_out = {"geoip"} if user_agent else {"geoip", "user_agent"}
    steps = [step for step in loaded.body["processors"] if not left_out & step.keys()]
    return {**loaded.body, "processors": steps}


def blocks(name: str, events: int) -> list[bytes]:
    """The corpus as a harvester would hand it on."""
    made: list[bytes] = []
    block: list[bytes] = []
    size = 0
    for line in lines(name, events):
        data = line.encode() + b"\n"
        if size + len(data) > BLOCK:
            made.append(b"".join(block))
            block, size = [], 0
        block.append(data)
        size += len(data)
    return [*made, b"".join(block)]


def ours(name: str, *, user_agent: bool) -> EdgeEncoder:
    """The product."""
    loaded = Library.of({name: bodies(name, user_agent=user_agent)}).load(name)
    assert loaded is not None
    assert loaded.pipeline is not None, loaded.troubles
    edge = Edge(loaded.pipeline, Constants(CONSTANTS), "logs-usual-default", time.perf_counter)
    return EdgeEncoder(KEY, PATH, edge)


def cost(work: Callable[[bytes, int], object], corpus: list[bytes], events: int) -> float:
    """CPU µs an event of one run."""
    starts = accumulate([len(block) for block in corpus[:-1]], initial=0)
    gc.collect()
    before = time.process_time()
    for block, start in zip(corpus, starts, strict=True):
        work(block, start)
    return (time.process_time() - before) / events * 1e6


def same(one: bytes, other: bytes, name: str) -> None:
    """Both must make the same documents, or the comparison is worth nothing."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=True)
    for number, (left, right) in enumerate(pairs):
        if json.loads(left) != json.loads(right):
            raise SystemExit(
                f"{name}: line {number} differs\n  ours:     {left!r}\n  textbook: {right!r}"
            )


def race(name: str, events: int, runs: int, *, user_agent: bool) -> dict[str, float]:
    """Least costs of both, and how many events the compiled head took."""
    corpus = blocks(name, events)
    encoder = ours(name, user_agent=user_agent)
    textbook = Textbook(bodies(name, user_agent=False), CONSTANTS)
    if not user_agent:
        first = encoder.block(None, corpus[0], 0, STAMP).body
        same(first, textbook.block(KEY, PATH, corpus[0], 0, STAMP), name)
    edge = encoder._edge
    edge.events = edge.fast = 0
    mine, theirs = [], []
    for _ in range(runs):
        mine.append(
            cost(lambda block, start: encoder.block(None, block, start, STAMP), corpus, events)
        )
        theirs.append(
            cost(
                lambda block, start: textbook.block(KEY, PATH, block, start, STAMP), corpus, events
            )
        )
    return {"ours": min(mine), "textbook": min(theirs), "fast": edge.fast / max(1, edge.events)}


def main() -> int:
    """Race what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--with-user-agent", action="store_true")
    parser.add_argument(
        "--assert", action="store_true", dest="check", help="fail where a limit is not kept"
    )
    args = parser.parse_args()
    gc.disable()
    bad = []
    print(
        f"{'pipeline':16} {'ours µs':>8} {'textbook µs':>12} {'ratio':>6} {'limit':>6} {'in the head':>12}"
    )
    for name in args.names or sorted(TEMPLATES):
        result = race(name, args.events, args.runs, user_agent=args.with_user_agent)
        limit = LIMITS["json" if name in JSON_HEADED else "text"]
        ratio = result["ours"] / result["textbook"]
        print(
            f"{name:16} {result['ours']:8.2f} {result['textbook']:12.2f} {ratio:6.2f} {limit:6.2f} {result['fast']:12.0%}"
        )
        if ratio > limit or (name == NGINX[0] and result["ours"] > NGINX[1]):
            bad.append(name)
    if bad and args.check:
        print("not within the limits:", ", ".join(bad))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
