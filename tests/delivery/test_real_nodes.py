"""Delivery against real nodes: rows of the settlement table that a node can be made to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.records import Abandoned, Piece, Route
from tests.delivery.test_elasticsearch import Agent
from tests.delivery.world import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.cluster


def events(
    count: int, *, start: int = 0, doubt: bool = False, pad: int = 0, **fields: Any
) -> Piece:
    """A piece of ``count`` whole documents; a callable among ``fields`` is asked per event."""
    starts = [start + 10 * i for i in range(count)]
    lines = []
    for i, at in enumerate(starts):
        more = {name: value(i) if callable(value) else value for name, value in fields.items()}
        lines.append(b'{"create":{"_id":"BBBBBBBBBBBBBBBB%014d%010d"}}' % (at, 10))
        lines.append(
            orjson.dumps(
                {"@timestamp": "2026-11-22T00:00:00Z", "message": "m" * pad + str(at), **more}
            )
        )
    body = b"\n".join(lines) + b"\n"
    return Piece(FILE, start, start + 10 * count, body, starts, [at + 10 for at in starts], doubt)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Agent]]:
    agents: list[Agent] = []

    def make(url: str, **options: Any) -> Agent:
        agents.append(Agent(tmp_path, url, **{"timeout": 30.0, "pause_retry_max": 0.2, **options}))
        return agents[-1]

    yield make
    for each in agents:
        each.close()


def paused(agent: Agent, route: Route) -> Callable[[], bool]:
    return lambda: any(
        r.name == str(route) and r.state == "paused" for r in agent.delivery.routes()
    )


def again(agent: Agent, route: Route, make: Callable[[], Piece]) -> None:
    """Offer the same events, as the agent does after reading them again, until they are settled."""
    agent.out.clear()
    while not any(not isinstance(each, Abandoned) for each in agent.out):
        agent.run(lambda: agent.delivery.room(route))
        agent.delivery.offer(route, make())
        agent.run(lambda: agent.delivery.pending() == 0, 30)


def test_indexed_then_duplicate(node: Any, stream_name: str, start: Callable[..., Agent]) -> None:
    node.make_data_stream(stream_name)
    agent = start(node.url)
    route = Route(stream_name)
    agent.ship(events(3000), route=route)
    agent.ship(events(3000, doubt=True), route=route)

    assert agent.columns() == {"indexed": 3000, "duplicate": 3000}
    assert node.count(stream_name) == 3000


@pytest.mark.parametrize("writes", [1, 2])
@pytest.mark.parametrize("state", ["open", "closed", "deleted"])
def test_events_in_doubt_behind_an_alias(
    node: Any, stream_name: str, start: Callable[..., Agent], writes: int, state: str
) -> None:
    """The index that is written to may be the older one; the other one may be closed, or not be there any more."""
    name = f"{stream_name}-alias"
    other = f"{name}-{3 - writes}"
    for n in (1, 2):
        is_write = {"is_write_index": n != writes}
        status, answer = node.request("PUT", f"/{name}-{n}", {"aliases": {name: is_write}})
        assert status == 200, answer
    try:
        agent = start(node.url)
        route = Route(name, mode="rollover_alias")
        agent.ship(events(300), route=route)
        actions = [
            {"add": {"index": f"{name}-{n}", "alias": name, "is_write_index": n == writes}}
            for n in (1, 2)
        ]
        status, answer = node.request("POST", "/_aliases", {"actions": actions})
        assert status == 200, answer
        if state == "closed":
            node.request("POST", f"/{other}/_close")
            agent.delivery.offer(route, events(300, doubt=True))
            agent.run(lambda: "cannot be read" in agent.delivery.routes()[0].reason)
            node.request("POST", f"/{other}/_open")
            agent.run(lambda: agent.delivery.pending() == 0, 30)
        else:
            if state == "deleted":
                node.request("DELETE", f"/{other}")
            agent.ship(events(300, doubt=True), route=route)

        gone = state == "deleted"
        assert agent.columns() == ({"indexed": 600} if gone else {"indexed": 300, "duplicate": 300})
        assert node.count(name) == 300
    finally:
        node.request("DELETE", f"/{name}-1,{name}-2?ignore_unavailable=true")


def test_mapping_conflict_is_a_dead_letter(
    node: Any, stream_name: str, start: Callable[..., Agent]
) -> None:
    node.make_data_stream(stream_name)
    agent = start(node.url)
    agent.ship(events(1, start=9000, a={"b": 1}), route=Route(stream_name))
    agent.ship(events(10, a=lambda i: "text" if i == 3 else {"b": i}), route=Route(stream_name))

    assert agent.columns() == {"indexed": 10, "dead_lettered": 1}
    (letter,) = agent.letters.list()
    assert (letter.offset, letter.status) == (30, 400)
    assert "parsing_exception" in letter.type
    assert "[a]" in letter.reason


def test_write_block_pauses_and_mends(
    node: Any, stream_name: str, start: Callable[..., Agent]
) -> None:
    node.make_data_stream(stream_name)
    agent, route = start(node.url), Route(stream_name)
    agent.ship(events(5), route=route)
    node.request("PUT", f"/{stream_name}/_settings", {"index.blocks.write": True})
    agent.out.clear()
    agent.delivery.offer(route, events(5, start=100))
    agent.run(paused(agent, route))
    assert isinstance(agent.out[0], Abandoned)
    assert "block" in agent.delivery.problems()[0]

    node.request("PUT", f"/{stream_name}/_settings", {"index.blocks.write": False})
    again(agent, route, lambda: events(5, start=100, doubt=True))
    assert node.count(stream_name) == 10


def test_without_a_data_stream_nothing_is_created(
    node: Any, stream_name: str, start: Callable[..., Agent]
) -> None:
    name = stream_name.replace("logs-", "bare-")  # no template of any product fits
    agent, route = start(node.url), Route(name)
    agent.delivery.offer(route, events(3))
    agent.run(paused(agent, route))

    assert "shipper setup" in agent.delivery.problems()[0]
    assert node.request("GET", f"/{name}")[0] == 404


def test_missing_pipeline_pauses(node: Any, stream_name: str, start: Callable[..., Agent]) -> None:
    node.make_data_stream(stream_name)
    agent, route = start(node.url), Route(stream_name, "is-not-there")
    agent.delivery.offer(route, events(3))
    agent.run(paused(agent, route))

    assert isinstance(agent.out[0], Abandoned)
    assert agent.letters.count() == 0
    assert node.count(stream_name) == 0


def test_id_too_long_is_found_by_bisection(
    node: Any, stream_name: str, start: Callable[..., Agent]
) -> None:
    node.make_data_stream(stream_name)
    agent = start(node.url)
    piece = events(50)
    piece.body = piece.body.replace(b"B" * 16 + b"%014d" % 170, b"B" * 600, 1)
    agent.ship(piece, route=Route(stream_name))

    assert agent.columns() == {"indexed": 49, "dead_lettered": 1}
    assert node.count(stream_name) == 49


@pytest.mark.parametrize("product", ["opensearch", "elasticsearch"])
def test_memory_limit_below_a_batch_gets_through(
    start_node: Callable[..., Any], product: str, stream_name: str, start: Callable[..., Agent]
) -> None:
    node = start_node(product, **{"indexing_pressure.memory.limit": "64kb"})
    node.make_data_stream(stream_name)
    agent = start(node.url)
    agent.ship(events(2000, pad=200), route=Route(stream_name))
    agent.run(lambda: agent.delivery.pending() == 0, 60)

    assert agent.columns() == {"indexed": 2000}
    assert agent.delivery.routes()[0].rejected > 0
    assert node.count(stream_name) == 2000
