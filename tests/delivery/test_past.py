"""Indices of other days that refuse: waited for with a limit, and nobody waits with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from shipper.records import Abandoned, Column, Route, Settled
from tests.delivery.world import File, World, error, offset, piece

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAILY = Route("shipper-app-default-*", None, "daily")
TODAY = f"shipper-app-default-{datetime.fromtimestamp(1_800_001_000, UTC):%Y.%m.%d}"
PAST = "shipper-app-default-2020.01.01"
CLOSED = error(400, "index_closed_exception", "closed") | {"_index": PAST}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, pause_limit=60.0, backoff_max=5.0)
    yield made
    made.close()


def answer(identity: str) -> dict[str, Any]:
    """Every second event is for the closed index."""
    if offset(identity) // 10 % 2:
        return CLOSED
    return {"_index": TODAY, "result": "created", "status": 201}


def flow(world: World, seconds: float) -> None:
    """Time passes; whatever is sent is answered at once."""
    end = world.clock.now + seconds
    while world.clock.now < end:
        while world.flying:
            world.answer_items(answer)
        world.sleep(0.5)


def settled(world: World) -> list[Settled]:
    return [one for one in world.out if isinstance(one, Settled)]


def test_events_of_other_days_go_on_and_the_rest_become_dead_letters(world: World) -> None:
    world.offer(piece(10), route=DAILY)
    world.answer_items(answer)
    assert not settled(world)
    flow(world, 50)
    assert world.delivery.routes()[0].state == "ok"
    assert any(PAST in line for line in world.delivery.problems())
    assert world.letters.count() == 0

    world.offer(piece(10, start=200, file=File()), route=DAILY)
    flow(world, 15)  # the limit counts from the first refusal of the index

    assert [one.columns for one in settled(world)] == [
        {Column.INDEXED: (5, 50), Column.DEAD_LETTERED: (5, 50)}
    ] * 2
    assert world.delivery.counters()["past_refused"] == 10
    letters = world.letters.list()
    assert {letter.type for letter in letters} == {"index_closed_exception"}
    assert {letter.route for letter in letters} == {"shipper-app-default-*"}
    assert len(world.sent) < 60  # with growing waits in between


def test_the_limit_is_reached_however_rare_the_tries_are(tmp_path: Path) -> None:
    world = World(tmp_path, pause_limit=3000.0, backoff_max=2000.0)
    world.offer(piece(4), route=DAILY)
    for _ in range(400):
        while world.flying:
            world.answer_items(answer)
        world.sleep(50)

    assert world.letters.count() == 2
    assert world.delivery.pending() == 0
    world.close()


def test_what_is_opened_in_time_is_indexed(world: World) -> None:
    world.offer(piece(4), route=DAILY)
    world.answer_items(answer)
    world.sleep(5)
    created = {"_index": PAST, "result": "created", "status": 201}
    world.answer_items(lambda _: created)

    assert [one.columns for one in settled(world)] == [{Column.INDEXED: (4, 40)}]
    assert world.letters.count() == 0


def test_the_index_of_today_is_waited_for_without_limit(world: World) -> None:
    """It pauses the route, and gives back what waits for others."""
    world.offer(piece(4), route=DAILY)
    blocked = error(403, "cluster_block_exception") | {"_index": TODAY}
    world.answer_items(lambda identity: CLOSED if offset(identity) else blocked)

    assert [type(one) for one in world.out] == [Abandoned]
    assert world.delivery.routes()[0].state == "paused"


def test_each_day_the_template_is_looked_at_again(world: World) -> None:
    """The index of the next day is made by its first event: without a template its mappings would be guessed."""
    created = {"_index": TODAY, "result": "created", "status": 201}
    world.offer(piece(4), route=DAILY)
    world.answer_items(lambda _: created)
    world.output.why = "no index template covers shipper-app-default-*; run `shipper setup`"
    world.offer(piece(4, start=100, file=File()), route=DAILY)
    world.answer_items(lambda _: created)
    sent = len(world.sent)

    world.sleep(86_400)
    world.offer(piece(4, start=200, file=File()), route=DAILY)
    world.sleep(1)

    assert len(world.sent) == sent
    assert world.report(DAILY).state == "paused"
    assert "shipper setup" in world.report(DAILY).reason


def test_a_data_stream_has_no_other_days(world: World) -> None:
    world.offer(piece(4))
    world.answer_items(answer)

    assert world.delivery.routes()[0].state == "paused"


def test_a_file_that_cannot_go_on_waits_for_no_past_index(world: World) -> None:
    file, other = File(), File()
    world.offer(piece(4, file=file), route=DAILY)
    world.answer_items(answer)
    world.offer(piece(4, start=100, file=other), route=DAILY)
    flow(world, 2)
    world.delivery.hurry(file)
    world.step()
    flow(world, 10)

    assert [one.piece.file for one in settled(world)] == [file]
    assert world.letters.count() == 2


def test_what_waits_takes_a_part_of_the_memory_alone(tmp_path: Path) -> None:
    world = World(tmp_path, pause_limit=3600.0, max_pending_bytes=4_000_000)
    for i in range(6):
        world.offer(piece(100, start=i * 1000, size=4000, file=File()), route=DAILY)
        flow(world, 2)

    assert world.delivery.pending() <= 1_000_000
    assert world.delivery.room(DAILY)
    assert world.letters.count() == 50 * len(settled(world)) > 0
    world.close()


def test_a_trial_that_meets_a_closed_index_alone_proves_nothing(world: World) -> None:
    """The route stays paused, with growing waits, until one finds that today's index takes events."""
    world.offer(piece(1), route=DAILY)
    world.answer_items(lambda _: error(403, "cluster_block_exception") | {"_index": TODAY})
    for tries in range(1, 4):
        world.sleep(70)
        assert world.delivery.room(DAILY)
        world.offer(piece(1, start=10), route=DAILY)
        world.answer_items(answer)
        assert world.delivery.routes()[0].state == "paused"
        assert len(world.out) == tries + 1
    world.sleep(70)
    world.offer(piece(1), route=DAILY)
    world.answer_items(answer)
    assert world.delivery.routes()[0].state == "ok"


def test_where_nothing_goes_through_it_is_the_cluster(tmp_path: Path) -> None:
    """A backlog of yesterday's lines before a cluster that takes nothing: no flood of dead letters, the files wait."""
    world = World(tmp_path, pause_limit=3600.0, max_pending_bytes=4_000_000)
    for i in range(6):
        world.offer(piece(100, start=i * 1000, size=4000, file=File()), route=DAILY)
        end = world.clock.now + 2
        while world.clock.now < end:
            while world.flying:
                world.answer_items(lambda _: CLOSED)
            world.sleep(0.5)

    assert any(isinstance(one, Abandoned) for one in world.out)
    assert PAST in world.delivery.problems()[-1]
    assert world.letters.count() == 0
    world.close()
