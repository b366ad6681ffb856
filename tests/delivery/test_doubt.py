"""Events in doubt that the target's earlier indices have: they are not sent a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shipper.delivery.sender import Send
from shipper.records import Abandoned, Answer, Route, SendFailed
from tests.delivery.world import CREATED, FakeOutput, World, bulk, error, ids, offset, piece, whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def identity(start: int) -> str:
    return f"AAAAAAAAAAAAAAAA{start:014d}{10:010d}"


def test_what_is_there_counts_as_a_duplicate_and_only_the_rest_is_sent(world: World) -> None:
    world.output.there = {identity(0), identity(20)}
    one = piece(4, doubt=True)
    one.since = 1234.5
    world.offer(one, piece(2, start=40))
    world.ok()

    assert world.output.looked[0] == 1234.5
    assert [offset(i) for body in world.sent for i in ids(body)] == [10, 30, 40, 50]
    assert world.columns() == {"duplicate": 2, "indexed": 4}
    assert world.delivery.counters()["found_earlier"] == 2


def test_a_piece_that_is_there_as_a_whole_is_settled_without_a_request(world: World) -> None:
    world.output.there = {identity(0), identity(10)}
    world.offer(piece(2, doubt=True))

    assert not world.sent
    assert world.columns() == {"duplicate": 2}


def test_what_was_never_sent_is_not_asked_about(world: World) -> None:
    world.offer(piece(2))
    world.ok()

    assert not world.output.looked


@pytest.mark.parametrize("kind", ["lost", "timeout"])
def test_a_request_in_doubt_is_asked_about_from_the_time_of_its_offer(
    world: World, kind: str
) -> None:
    begun = 1_800_000_000.0 + world.clock.now
    world.offer(piece(2))
    world.output.there = {identity(10)}
    world.answer(SendFailed(kind, "gone"))
    world.sleep(5)
    world.ok()

    assert set(world.output.looked) == {begun}
    assert [[offset(i) for i in ids(body)] for body in world.sent] == [[0, 10], [0]]
    assert world.columns() == {"duplicate": 1, "indexed": 1}


def test_items_that_failed_for_no_known_reason_are_asked_about(world: World) -> None:
    world.offer(piece(2))
    world.output.there = {identity(0)}
    world.answer_items(lambda _: error(503, "no_shard_available_action_exception"))
    world.sleep(5)
    world.ok()

    assert world.columns() == {"duplicate": 1, "indexed": 1}


def test_a_pause_gives_back_what_is_not_there(world: World) -> None:
    """A route that pauses while the question is on its way: nothing is settled twice, nothing is lost."""
    world.output.why = "not now"
    world.offer(piece(2, doubt=True))
    assert [type(one) for one in world.out] == [Abandoned]

    world.out.clear()
    world.output.why = None
    world.output.there = {identity(0)}
    world.sleep(120)
    world.offer(piece(2, doubt=True))
    world.answer(whole(403, "security_exception"))

    assert [offset(i) for i in ids(world.sent[0])] == [10]
    (abandoned,) = world.out
    assert isinstance(abandoned, Abandoned)


def test_what_is_searched_for_a_bad_event_is_asked_about_as_well(world: World) -> None:
    """A half whose answer is lost may have been stored, and the target rolled over, before it is sent again."""
    world.offer(piece(4))
    world.answer(whole(400, "illegal_argument_exception", "an id is too long"))
    assert [offset(i) for i in ids(world.sent[-1])] == [0, 10]

    world.answer(SendFailed("timeout", "no answer"))
    world.output.there = {identity(0)}
    world.sleep(60)
    assert [offset(i) for i in ids(world.sent[-1])] == [10]

    world.ok()
    world.answer(whole(400, "illegal_argument_exception", "an id is too long"))
    world.ok()
    world.answer(whole(400, "illegal_argument_exception", "an id is too long"))
    assert world.columns() == {"duplicate": 1, "indexed": 2, "dead_lettered": 1}


def test_a_search_goes_on_where_a_half_is_there_as_a_whole(world: World) -> None:
    world.offer(piece(4))
    world.answer(whole(400, "illegal_argument_exception", "an id is too long"))
    world.answer(SendFailed("timeout", "no answer"))
    world.output.there = {identity(0), identity(10)}
    world.sleep(60)
    assert [offset(i) for i in ids(world.sent[-1])] == [20, 30]

    world.answer(whole(400, "illegal_argument_exception", "an id is too long"))
    world.sleep(60)
    world.ok()
    world.sleep(60)
    world.answer(whole(400, "illegal_argument_exception", "an id is too long"))
    assert world.columns() == {"duplicate": 2, "indexed": 1, "dead_lettered": 1}


class Slow(FakeOutput):
    """Takes its time for the question, and something may happen meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile = lambda: None
        self.bodies: list[bytes] = []

    def earlier(self, route: Route, actions: list[bytes], since: float) -> set[int]:
        self.meanwhile()
        return super().earlier(route, actions, since)

    def send(self, route: Route, body: bytes, count: int) -> Answer:
        self.bodies.append(body)
        return bulk([CREATED] * count)


def carry(world: World, job: Send) -> None:
    """Do a job as a sender does it."""
    world.flying.remove(job)
    world.delivery.answer(world.delivery._senders.perform(job))
    world.step()


def test_a_slow_question_is_no_slow_cluster(tmp_path: Path) -> None:
    output = Slow()
    world = World(tmp_path, output=output)
    world.asks = False
    for start in range(0, 2000, 20):
        world.offer(piece(2, start=start, doubt=start >= 1000))
        (job,) = world.flying
        assert isinstance(job, Send)

        def meanwhile() -> None:
            world.clock.now += 30

        output.meanwhile = meanwhile
        carry(world, job)
        world.sleep(0.1)

    pressure = job.route.pressure
    assert pressure.slow < 1.1
    assert pressure.delay < 0.01
    assert world.columns() == {"indexed": 200}
    world.close()


def test_what_a_pause_gives_back_while_it_is_asked_about_is_not_sent(tmp_path: Path) -> None:
    output = Slow()
    world = World(tmp_path, output=output, worker=2, bulk_max_size=2)
    world.asks = False
    world.offer(piece(2, start=100, doubt=True), piece(2))
    asked, other = world.flying
    assert isinstance(asked, Send)
    output.meanwhile = lambda: world.answer(whole(403, "security_exception"))
    carry(world, asked)

    assert not output.bodies
    assert len(world.out) == 2
    assert all(isinstance(one, Abandoned) for one in world.out)
    assert other not in world.flying
    world.close()
