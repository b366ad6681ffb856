"""Files that have constants of their own, such as containers' logs: the fast way and the plain way know them alike."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import orjson

from shipper.encode import Constants
from shipper.pipeline.definition import Library
from shipper.pipeline.edge import IDLE, MOST_HEADS, Edge
from shipper.pipeline.edge_encoder import EdgeEncoder
from shipper.records import Event

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = {
    "processors": [
        {"grok": {"field": "message", "patterns": ["^%{WORD:level} %{INT:n:int}$"]}},
        {"set": {"field": "pod", "value": "{{{kubernetes.pod.name}}}"}},
    ],
    "on_failure": [{"set": {"field": "failed", "value": "{{{container.id}}}"}}],
}
STAMP = "2026-11-22T08:00:00.000Z"


def edge_of(clock: Callable[[], float] = time.perf_counter) -> Edge:
    loaded = Library.of({"p": BODY}).load("p")
    assert loaded is not None
    assert loaded.pipeline is not None
    return Edge(loaded.pipeline, Constants({"a": 1}), "logs-d-default", clock)


def encoder(edge: Edge, pod: str) -> EdgeEncoder:
    own = {"a": 1, "kubernetes": {"pod": {"name": pod}}, "container": {"id": f"id-{pod}"}}
    return EdgeEncoder("K" * 16, f"/var/log/{pod}.log", edge, Constants(own))


def documents(body: bytes) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in body.splitlines()[1::2]]


def test_each_file_has_its_own_constants_on_both_ways():
    edge = edge_of()
    data = b"info 1\nbroken\n"

    for pod in ("x", "y", "x"):
        good, bad = documents(encoder(edge, pod).block(None, data, 0, STAMP).body)
        assert (good["pod"], good["n"]) == (pod, 1)
        assert good["container"] == {"id": f"id-{pod}"}
        assert bad["failed"] == f"id-{pod}"
    assert (edge.events, edge.fast) == (6, 3)


def test_parsed_events_know_them_as_well():
    edge = edge_of()

    piece = encoder(edge, "z").events(None, [Event(0, 7, "info 1")], 0, 7, STAMP)

    assert documents(piece.body)[0]["pod"] == "z"


def test_the_input_s_own_files_do_not():
    edge = edge_of()
    encoder(edge, "x").block(None, b"info 1\n", 0, STAMP)

    plain = EdgeEncoder("K" * 16, "/var/log/a.log", edge).block(None, b"info 1\n", 0, STAMP)

    assert documents(plain.body)[0]["pod"] == ""


def test_more_containers_than_heads_take_the_plain_way_until_others_rest():
    now = 0.0
    edge = edge_of(lambda: now)
    for number in range(MOST_HEADS + 2):
        piece = encoder(edge, f"p{number}").block(None, b"info 1\n", 0, STAMP)
        assert documents(piece.body)[0]["pod"] == f"p{number}"

    assert edge.events == MOST_HEADS + 2
    assert edge.fast == MOST_HEADS

    now += IDLE
    encoder(edge, "new").block(None, b"info 1\n", 0, STAMP)
    assert edge.fast == MOST_HEADS + 1
