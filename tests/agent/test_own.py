"""
What the agent tells of itself: dead letters and its ledger, in data streams of its own.

The output is a fake, for the answers that a real node does not give on demand.
"""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.agent.own import FIRST_WAIT, LEDGER_SECONDS, LONGEST_WAIT, Own
from shipper.config.settings import (
    DataStream,
    DeadLetter,
    Elasticsearch,
    Input,
    Settings,
    Telemetry,
)
from shipper.delivery.dead_letter import NAME, DeadLetters
from shipper.records import SendFailed
from tests.delivery.test_replay import Cluster, letter
from tests.delivery.world import bulk, error, whole
from tests.telemetry import reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WALL = 1_800_000_000.0


class World:
    """An agent's own telling, step by step."""

    def __init__(self, folder: Path, *, letters: bool = True, ledger: bool = False) -> None:
        settings = Settings(
            inputs=(
                Input(id="app", paths=("/x",), data_stream=DataStream(namespace="prod")),
                Input(id="sys", paths=("/y",)),
            ),
            output=Elasticsearch(hosts=("http://127.0.0.1:9200",)),
            path_data=folder,
            pipelines_path=folder,
            name="web-1",
            dead_letter=DeadLetter(stream=letters),
            telemetry=Telemetry(stream=ledger),
        )
        self.cluster = Cluster()
        self.store = DeadLetters(folder / NAME, 10**8)
        self.inbox: queue.Queue[Any] = queue.Queue()
        self.now = 1000.0
        self.own = Own(
            settings,
            "agent-1",
            self.store,
            self.cluster,  # type: ignore[arg-type]  # a fake
            self.inbox.put,
            lambda: self.now,
        )

    def look(self) -> bool:
        """One turn of housekeeping, to its end; whether anything was sent."""
        before = len(self.cluster.requests)
        self.own.look(self.now, WALL + self.now, reports.report)
        if self.own._busy:
            self.inbox.get(timeout=10)()
        return len(self.cluster.requests) > before


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def test_a_dead_letter_is_told_once(world: World) -> None:
    document = {
        "message": "GET /secret",
        "user": {"name": "not told"},
        "data_stream": {"dataset": "nginx.access", "namespace": "prod"},
    }
    world.store.add([letter(7, document=orjson.dumps(document), input="app")])

    assert world.look()
    assert not world.look()
    ((identity, (target, told)),) = world.cluster.there.items()
    assert identity == letter(7).id
    assert target == "logs-shipper.dead_letter-prod|_none"
    assert told == {
        "@timestamp": "2027-01-15T08:00:07.000Z",
        "message": "GET /secret",
        "error": {"type": "document_parsing_exception", "message": "failed to parse field [a]"},
        "event": {"id": letter(7).id, "kind": "pipeline_error", "dataset": "shipper.dead_letter"},
        "log": {"offset": 7, "file": {"path": "/var/log/app.log"}},
        "labels": {"input": "app", "dataset": "nginx.access", "route": "logs-app-default"},
        "data_stream": {"type": "logs", "dataset": "shipper.dead_letter", "namespace": "prod"},
        "agent": {"type": "shipper", "id": "agent-1", "name": "web-1"},
        "host": {"name": "web-1"},
        "ecs": {"version": "8.11.0"},
    }
    assert world.own.counters == {"dead_letters_told": 1, "ledger_told": 0}
    assert world.store.count() == 1


@pytest.mark.parametrize(
    "document", [b"[]", b"{", b'{"data_stream":{"namespace":"A b"}}', b'{"data_stream":7}']
)
def test_whatever_the_event_looks_like(world: World, document: bytes) -> None:
    world.store.add([letter(1, document=document)])
    world.look()
    assert [target for target, _ in world.cluster.there.values()] == [
        "logs-shipper.dead_letter-default|_none"
    ]


@pytest.mark.parametrize(
    "away",
    [SendFailed("connect", "no route"), whole(503), whole(403, "security_exception"), whole(429)],
)
def test_what_could_not_be_told_is_told_later(world: World, away: Any) -> None:
    world.store.add([letter(1), letter(2)])
    world.cluster.script = [away, away]

    assert world.look()
    assert not world.look()
    world.now += FIRST_WAIT
    assert world.look()
    world.now += FIRST_WAIT
    assert not world.look()
    world.now += FIRST_WAIT
    assert world.look()
    assert len(world.cluster.there) == 2
    assert not world.look()


def test_the_wait_is_bounded(world: World) -> None:
    world.store.add([letter(1)])
    world.cluster.why = "no such data stream; run `shipper setup`"
    for _ in range(12):
        world.look()
        world.now += LONGEST_WAIT
    world.cluster.why = None
    assert world.look()


def test_killed_before_it_was_remembered(world: World) -> None:
    """It is told again, under the same id."""
    world.store.add([letter(1)])
    world.cluster.script = [SendFailed("lost", "in the middle")]
    world.look()
    world.now += FIRST_WAIT
    world.look()

    assert len(world.cluster.requests) == 2
    assert len(world.cluster.there) == 1
    assert world.own.counters["dead_letters_told"] == 1


def test_what_is_refused_is_no_dead_letter_of_a_dead_letter(world: World) -> None:
    world.store.add([letter(1), letter(2)])
    world.cluster.refuses = lambda told: (
        error(400, "document_parsing_exception") if told["log"]["offset"] == 1 else None
    )

    assert world.look()
    assert not world.look()
    assert world.store.count() == 2
    assert world.own.counters["dead_letters_not_told"] == 1
    assert world.own.counters["dead_letters_told"] == 1


def test_one_that_spoils_the_request_does_not_hold_up_the_others(world: World) -> None:
    world.store.add([letter(n) for n in range(8)])
    send = world.cluster.send

    def spoilt(route: Any, body: bytes, count: int) -> Any:
        if letter(5).id.encode() in body:
            return whole(400, "illegal_argument_exception", "no")
        return send(route, body, count)

    world.cluster.send = spoilt  # type: ignore[method-assign]
    world.look()
    assert len(world.cluster.there) == 7
    assert world.own.counters["dead_letters_not_told"] == 1


def test_a_failure_of_ours_is_not_the_end(world: World) -> None:
    world.store.add([letter(1)])
    world.cluster.script = [bulk([])]  # an answer for nothing
    world.look()
    world.now += FIRST_WAIT
    assert world.look()
    assert len(world.cluster.there) == 1


def test_a_store_that_cannot_be_read_holds_nothing_up(world: World) -> None:
    world.store.add([letter(1)])
    world.store.close()
    assert not world.look()
    assert world.own._due == world.now + FIRST_WAIT


def test_nothing_is_told_unless_asked_for(tmp_path: Path) -> None:
    world = World(tmp_path, letters=False, ledger=False)
    world.store.add([letter(1)])
    assert not world.look()
    world.store.close()


def test_the_ledger_once_a_minute(tmp_path: Path) -> None:
    world = World(tmp_path, letters=False, ledger=True)
    assert world.look()
    assert not world.look()
    world.now += LEDGER_SECONDS
    assert world.look()
    world.store.close()

    told = [document for _, document in world.cluster.there.values()]
    inputs = [one.id for one in reports.report().inputs]
    assert len(told) == 2 * len(inputs)
    first = next(one for one in told if one["labels"]["input"] == "app")
    assert first["data_stream"] == {
        "type": "logs",
        "dataset": "shipper.self",
        "namespace": "prod",
    }
    ledger = first["shipper"]["ledger"]
    assert first["shipper"]["balanced"] is True
    assert ledger["read"]["bytes"] == sum(
        ledger[name]["bytes"] for name in ledger if name != "read"
    )
    assert ledger["indexed"]["events"] == 6
    assert first["shipper"]["lag"]["bytes"] == 350


def test_a_ledger_has_one_id_a_minute(tmp_path: Path) -> None:
    """An agent that starts again within the minute does not tell it twice."""
    world = World(tmp_path, letters=False, ledger=True)
    world.look()
    world.own._ledger_due = 0.0
    world.look()
    world.store.close()
    assert len(world.cluster.there) == len(reports.report().inputs)
