"""Routes that pause for a cluster's cause, and go on by themselves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from shipper.records import Abandoned, Answer, Route, SendFailed, Settled
from tests.delivery.world import CREATED, ROUTE, World, bulk, error, offset, piece, whole

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCKED = error(
    403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/8/index write (api)];"
)
BAD = error(400, "document_parsing_exception", "[1:9] failed to parse field [a] of type [long]")
OTHER = Route("logs-other-default")
PIPED = Route("logs-piped-default", "mine")
AMBIGUOUS = error(400, "illegal_argument_exception", "something odd")


def _blocked(_: str) -> dict[str, object]:
    return BLOCKED


@pytest.mark.parametrize(
    "answer",
    [
        whole(401, "security_exception"),
        whole(403, "security_exception"),
        whole(404, "index_not_found_exception"),
        Answer(302, b"moved", "x"),
        bulk([BLOCKED] * 3),
        bulk([CREATED, CREATED, error(404, "index_not_found_exception")]),
        bulk([error(429, "cluster_block_exception")] * 3),
    ],
)
def test_clusters_cause_pauses_the_route_and_gives_everything_back(
    world: World, answer: Answer
) -> None:
    first, second = piece(3), piece(3, start=100)
    world.offer(first)
    world.offer(second)
    world.answer(answer)

    assert {first, second} == {each.piece for each in world.out}
    assert all(isinstance(each, Abandoned) for each in world.out)
    assert world.delivery.pending() == 0
    assert world.report().state == "paused"
    assert world.delivery.problems()
    assert not world.delivery.room(ROUTE)
    assert world.delivery.room(OTHER)


def test_paused_route_tries_one_block_and_goes_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "shipper.delivery")
    world.offer(piece(3))
    world.answer_items(_blocked)
    world.sleep(2)

    assert world.output.refreshed == 1
    assert world.delivery.room(ROUTE)
    world.offer(piece(2, doubt=True))
    assert not world.delivery.room(ROUTE)
    assert world.report().state == "paused"
    world.ok()
    assert world.delivery.room(ROUTE)
    assert world.report().state == "ok"
    assert world.delivery.problems() == []
    assert sum("paused:" in line and "still" not in line for line in caplog.messages) == 1
    assert sum("goes on" in line for line in caplog.messages) == 1


def test_new_keys_are_tried_at_once(make: Callable[..., World]) -> None:
    """Long before the route would try again by itself; without new keys nothing is hurried."""
    world = make(backoff_init=60.0)
    world.offer(piece(3))
    world.answer(whole(401, "security_exception"))

    world.delivery.look_again()
    world.step()
    assert world.output.refreshed == 0

    world.output.new_keys = True
    world.delivery.look_again()
    world.step()
    assert world.output.refreshed == 1
    assert world.delivery.room(ROUTE)


def test_tries_of_a_paused_route_grow_apart(make: Callable[..., World]) -> None:
    world = make(pause_retry_max=60.0)
    world.offer(piece(1))
    world.answer_items(_blocked)
    started = world.clock.now
    for n in range(2000):
        world.sleep(1)
        if world.delivery.room(ROUTE):
            world.offer(piece(1, start=n * 10))
            world.answer_items(_blocked)

    tries = world.output.refreshed
    elapsed = world.clock.now - started
    assert elapsed / 60 <= tries <= elapsed / 30 + 8
    assert all(isinstance(each, Abandoned) for each in world.out)


def test_reminder_every_minute(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.output.why = "data stream logs-app-default does not exist; run `shipper setup`"
    world.offer(piece(1))
    world.sleep(190)

    assert sum("still paused" in line and "shipper setup" in line for line in caplog.messages) == 3


def test_nothing_is_sent_before_the_route_is_ready(world: World) -> None:
    world.output.why = "data stream logs-app-default does not exist; run `shipper setup`"
    world.offer(piece(1))
    world.sleep(300)

    assert world.sent == []
    assert isinstance(world.out[0], Abandoned)
    assert "shipper setup" in world.report().reason

    world.output.why = None
    world.sleep(61)
    world.offer(piece(1))
    world.ok()
    assert world.report().state == "ok"


def test_unreachable_cluster_keeps_what_is_queued(world: World) -> None:
    """Not being reachable is no cause to pause: what is in memory is sent as soon as it is."""
    world.output.why = SendFailed("connect", "refused")
    world.offer(piece(1))
    world.sleep(300)
    assert world.out == []
    assert world.report().state == "backing_off"

    world.output.why = None
    world.sleep(61)
    world.ok()
    assert world.columns() == {"indexed": 1}


def test_piece_on_its_way_is_given_back_only_after_its_answer(make: Callable[..., World]) -> None:
    world = make(worker=2, flush_timeout=0.0)
    first, second = piece(2), piece(2, start=100)
    world.offer(first)
    world.offer(second)
    assert len(world.flying) == 2

    world.answer_items(_blocked, 0)
    assert [first] == [each.piece for each in world.out]
    world.ok()
    assert [first, second] == [each.piece for each in world.out]
    assert isinstance(world.out[1], Settled)
    assert world.report().state == "paused"


def test_late_refusal_of_a_piece_that_was_given_back_abandons_it(
    make: Callable[..., World],
) -> None:
    world = make(worker=2, flush_timeout=0.0)
    world.offer(piece(2))
    world.offer(piece(2, start=100))
    world.answer_items(_blocked, 0)
    world.answer(SendFailed("timeout", "…"))
    world.sleep(30)

    assert [Abandoned, Abandoned] == [type(each) for each in world.out]
    assert len(world.sent) == 2


def test_other_routes_go_on(world: World) -> None:
    world.offer(piece(1))
    world.answer_items(_blocked)
    world.offer(piece(5), route=OTHER)
    world.ok()

    assert world.columns() == {"indexed": 5}


def test_missing_pipeline_pauses(world: World) -> None:
    world.output.pipeline = False
    world.offer(piece(4), route=PIPED)
    world.answer_items(lambda i: CREATED if offset(i) else AMBIGUOUS)

    assert world.report(PIPED).state == "paused"
    assert "mine" in world.report(PIPED).reason
    assert [Abandoned] == [type(each) for each in world.out]
    assert world.letters.count() == 0


def test_ambiguous_refusal_with_the_pipeline_in_place_is_the_documents(world: World) -> None:
    world.offer(piece(4), route=PIPED)
    world.answer_items(lambda i: CREATED if offset(i) else AMBIGUOUS)

    assert world.columns() == {"indexed": 3, "dead_lettered": 1}


def test_ambiguous_refusal_waits_until_the_cluster_can_be_asked(world: World) -> None:
    world.output.pipeline = SendFailed("connect", "refused")
    world.offer(piece(4), route=PIPED)
    world.answer_items(lambda i: CREATED if offset(i) else AMBIGUOUS)
    world.sleep(100)
    assert world.out == []

    world.output.pipeline = True
    world.sleep(100)
    assert world.columns() == {"indexed": 3, "dead_lettered": 1}


def test_batches_refused_for_one_cause_pause_the_route(world: World) -> None:
    for n in range(3):
        world.offer(piece(60, start=n * 1000))
        world.answer_items(lambda i: BAD if offset(i) % 30 else CREATED)

    assert world.report().state == "paused"
    assert world.letters.count() == 80  # of the two before: 40 each
    assert "mend the mapping" in world.report().reason

    world.sleep(2)
    world.offer(piece(60, start=3000))
    world.answer_items(lambda i: BAD if offset(i) % 30 else CREATED)
    assert world.report().state == "paused"
    assert world.letters.count() == 80

    world.sleep(5)
    world.offer(piece(60, start=3000, doubt=True))
    world.ok()
    assert world.report().state == "ok"


def test_a_few_lone_bad_lines_in_a_row_do_not_pause(world: World) -> None:
    for n in range(20):
        world.offer(piece(1, start=n * 10))
        world.answer_items(lambda _: BAD)

    assert world.columns() == {"dead_lettered": 20}


def test_most_events_in_the_failure_store_pause_the_route(world: World) -> None:
    stored = {"_index": ".fs-x", "status": 201, "failure_store": "used"}
    for n in range(3):
        world.offer(piece(60, start=n * 1000))
        world.answer_items(lambda _: stored)

    assert world.columns() == {"failure_store": 180}
    assert "failure store" in world.report().reason


def test_full_dead_letter_store_pauses_and_loses_nothing(make: Callable[..., World]) -> None:
    world = make(dead_letter_bytes=1000)
    world.offer(piece(10))
    world.answer_items(lambda i: BAD if offset(i) < 40 else CREATED)

    assert [Abandoned] == [type(each) for each in world.out]
    assert "dead-letter store is full" in world.report().reason
    assert world.letters.count() == 0


def test_other_failing_request_during_the_trial_keeps_the_block(world: World) -> None:
    world.offer(piece(3))
    world.answer_items(_blocked)
    world.sleep(2)
    world.offer(piece(3))
    world.answer(whole(503))
    world.sleep(5)
    world.answer(whole(429))
    world.sleep(5)
    assert world.report().state == "paused"
    world.ok()
    world.sleep(60)  # requests are apart after a refusal
    assert world.report().state == "ok"


def test_piece_offered_to_a_paused_route_comes_back(world: World) -> None:
    world.offer(piece(3))
    world.answer_items(_blocked)
    late = piece(1)
    world.offer(late)

    assert late is world.out[-1].piece
    assert isinstance(world.out[-1], Abandoned)


def test_pause_gives_back_what_is_held_and_what_is_suspected(world: World) -> None:
    world.output.pipeline = SendFailed("connect", "refused")
    held = piece(4)
    world.offer(held, route=PIPED)
    world.answer_items(lambda i: CREATED if offset(i) else AMBIGUOUS)
    suspected = piece(2, start=100)
    world.offer(suspected, route=PIPED)
    bad = whole(400, "illegal_argument_exception", "an id is too long")
    world.answer(bad)
    world.answer(bad)  # the first half: one event, a suspect
    assert world.out == []
    world.answer_items(_blocked)

    assert {each.piece for each in world.out} == {held, suspected}
    assert all(isinstance(each, Abandoned) for each in world.out)
    assert world.delivery.pending() == 0
