"""Batching, settlement, retries: step by step against scripted answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shipper.records import Abandoned, Answer, Column, Piece, Route, SendFailed, Settled
from tests.delivery.world import (
    BACKING,
    CREATED,
    FILE,
    KIB,
    ROUTE,
    World,
    bulk,
    error,
    ids,
    offset,
    piece,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CONFLICT = error(409, "version_conflict_engine_exception")
REJECTED = error(429, "es_rejected_execution_exception", "rejected … queue capacity = 1")
BAD = error(400, "document_parsing_exception", "[1:9] failed to parse field [a] of type [long]")
WIDE = Route("logs-wide-default")


def test_lone_event_leaves_at_once_and_settles(world: World) -> None:
    one = piece(1, start=70)

    world.offer(one)
    assert len(world.flying) == 1
    world.ok()

    assert [Settled(one, {Column.INDEXED: (1, 10)})] == world.out
    assert world.delivery.pending() == 0
    assert world.delivery.deadline() is None


def test_piece_without_events_settles_without_a_request(world: World) -> None:
    world.offer(Piece(FILE, 0, 10, b"", [], []))

    assert [each.columns for each in world.out] == [{}]
    assert not world.flying


def test_events_gather_while_a_request_is_on_its_way(world: World) -> None:
    world.offer(piece(1))
    world.offer(piece(2, start=100))
    world.offer(piece(3, start=200))

    world.ok()

    assert len(ids(world.sent[1])) == 5
    assert len(world.sent) == 2


def test_batches_are_bounded_by_bytes_and_events(make: Callable[..., World]) -> None:
    world = make(bulk_max_size=50, bulk_max_bytes=4 * KIB)
    world.offer(piece(1))
    world.offer(*[piece(30, start=1000 * i) for i in range(1, 5)])
    world.offer(piece(120, start=9000))

    while world.flying:
        world.ok()

    assert world.columns() == {"indexed": 241}
    assert all(len(body) <= 4 * KIB and len(ids(body)) <= 50 for body in world.sent)
    assert len({identity for body in world.sent for identity in ids(body)}) == 241


def test_second_request_waits_for_a_full_batch_or_the_flush_timeout(
    make: Callable[..., World],
) -> None:
    world = make(worker=2, bulk_max_size=100, flush_timeout=1.0)
    world.offer(piece(1))
    world.offer(piece(10, start=100))
    assert len(world.flying) == 1

    world.sleep(0.9)
    assert len(world.flying) == 1
    world.sleep(0.2)
    assert len(world.flying) == 2


def test_only_refused_items_are_sent_again(world: World) -> None:
    world.offer(piece(6))
    world.answer_items(lambda i: REJECTED if offset(i) % 20 else CREATED)
    world.sleep(10)

    assert [offset(i) for i in ids(world.sent[1])] == [10, 30, 50]
    world.ok()
    assert world.columns() == {"indexed": 6}
    assert world.report().rejected == 3


def test_settled_reports_the_bytes_of_every_column(world: World) -> None:
    world.offer(piece(4, doubt=True))
    answers = iter(
        [CREATED, CONFLICT, BAD, {"_index": ROUTE.index, "status": 200, "result": "noop"}]
    )
    world.answer_items(lambda _: next(answers))

    (settled,) = world.out
    assert isinstance(settled, Settled)
    assert settled.columns == {
        Column.INDEXED: (1, 10),
        Column.DUPLICATE: (1, 10),
        Column.DROPPED: (1, 10),
        Column.DEAD_LETTERED: (1, 10),
    }


@pytest.mark.parametrize("kind", ["lost", "timeout", "tls"])
def test_conflict_after_a_request_in_doubt_is_a_duplicate(world: World, kind: str) -> None:
    world.offer(piece(2))
    world.answer(SendFailed(kind, "gone"))
    world.sleep(5)
    world.answer_items(lambda _: CONFLICT)

    assert world.columns() == {"duplicate": 2}
    assert world.delivery.counters()["id_clashes"] == 0


@pytest.mark.parametrize(
    "answer",
    [whole(503), whole(504), Answer(200, b"<html>", "x"), bulk([CREATED])],
    ids=["503", "504", "html", "too few items"],
)
def test_answers_that_settle_nothing_leave_events_in_doubt(world: World, answer: Answer) -> None:
    world.offer(piece(2))
    world.answer(answer)
    assert world.out == []
    world.sleep(5)
    world.answer_items(lambda _: CONFLICT)

    assert world.columns() == {"duplicate": 2}


def test_conflict_of_an_event_never_sent_is_an_id_clash(world: World) -> None:
    world.offer(piece(2))
    world.answer(SendFailed("connect", "refused"))  # nothing was sent: no doubt
    world.sleep(5)
    world.answer_items(lambda i: CREATED if offset(i) else CONFLICT)

    assert world.columns() == {"dead_lettered": 1, "indexed": 1}
    assert world.delivery.counters()["id_clashes"] == 1
    assert any("1 event met its id" in line for line in world.delivery.faults())
    assert [(x.offset, x.status) for x in world.letters.list()] == [(0, 409)]


def test_refused_document_is_a_dead_letter_and_its_neighbours_are_indexed(world: World) -> None:
    world.offer(piece(3))
    world.answer_items(lambda i: BAD if offset(i) == 10 else CREATED)

    assert world.columns() == {"indexed": 2, "dead_lettered": 1}
    (letter,) = world.letters.list()
    assert (
        letter.path,
        letter.offset,
        letter.length,
        letter.status,
    ) == ("/var/log/app.log", 10, 10, 400)
    assert letter.action.startswith(b'{"create"')
    assert letter.document.startswith(b'{"message"')
    assert b"document_parsing_exception" in letter.error
    assert world.report().state == "ok"


def test_retry_after_is_the_least_wait(world: World) -> None:
    world.offer(piece(1))
    world.answer(whole(503, retry_after=20.0))
    world.sleep(19.9)
    assert not world.flying
    assert world.report().state == "backing_off"
    world.sleep(0.2)
    assert world.flying


def test_failed_requests_wait_longer_and_longer_up_to_a_limit(make: Callable[..., World]) -> None:
    world = make(backoff_init=1.0, backoff_max=8.0)
    world.offer(piece(1))
    waits = []
    for _ in range(60):
        world.answer(SendFailed("connect", "refused"))
        before = world.clock.now
        while not world.flying:
            world.sleep(0.1)
        waits.append(world.clock.now - before)

    assert max(waits) <= 8.2
    assert max(waits[:1]) <= 1.1
    assert max(waits[5:]) > 4  # full jitter: anything between nothing and the limit
    assert min(waits[5:]) < 4


def test_item_of_unknown_server_error_is_given_up_after_some_tries(world: World) -> None:
    """While its neighbours go through it cannot be the cluster's fault."""
    odd = error(500, "strange_exception")
    world.offer(piece(1))
    for n in range(1, 20):
        if not world.flying:
            break
        world.offer(piece(1, start=1000 * n))
        world.answer_items(lambda i: odd if offset(i) == 0 else CREATED)
        world.sleep(200)
    while world.flying:
        world.answer_items(lambda i: odd if offset(i) == 0 else CREATED)
        world.sleep(200)

    assert world.columns()["dead_lettered"] == 1
    assert 5 <= sum(0 in map(offset, ids(body)) for body in world.sent) <= 6


def test_items_of_a_cluster_in_trouble_are_never_given_up(world: World) -> None:
    world.offer(piece(2))
    for _ in range(30):
        world.answer_items(
            lambda i: CREATED if offset(i) else error(503, "unavailable_shards_exception")
        )
        world.sleep(100)

    assert world.letters.count() == 0
    world.ok()
    assert world.columns() == {"indexed": 2}


def test_route_whose_items_fail_in_the_cluster_says_why_it_waits(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.offer(piece(2))
    for _ in range(6):
        world.answer_items(lambda _: error(503, "unavailable_shards_exception"))
        if world.report().state == "backing_off":
            break
        world.sleep(100)

    assert "unavailable_shards_exception" in world.report().reason
    told = [record.getMessage() for record in caplog.records if "backing off" in record.message]
    assert told
    assert all("unavailable_shards_exception" in line for line in told)


def test_item_that_failed_in_the_cluster_is_in_doubt(world: World) -> None:
    world.offer(piece(2))
    world.answer_items(lambda _: error(503, "unavailable_shards_exception"))
    world.sleep(5)
    world.answer_items(lambda _: CONFLICT)

    assert world.columns() == {"duplicate": 2}


def test_request_that_is_too_large_is_halved_and_the_limit_remembered(world: World) -> None:
    world.offer(piece(100))
    size = len(world.sent[0])
    world.answer(whole(413))
    while world.flying:
        world.answer(whole(413)) if len(world.sent[-1]) > size // 4 else world.ok()
    world.offer(piece(100, start=5000))
    while world.flying:
        world.ok()

    assert world.columns() == {"indexed": 200}
    assert all(len(body) <= size // 4 for body in world.sent[3:])


def test_single_event_that_is_too_large_is_a_dead_letter(world: World) -> None:
    world.offer(piece(4), piece(1, start=1000, size=3000))
    while world.flying:
        world.answer(whole(413)) if len(world.sent[-1]) > 2000 else world.ok()

    assert world.columns() == {"indexed": 4, "dead_lettered": 1}
    assert [(x.offset, x.status) for x in world.letters.list()] == [(1000, 413)]


def test_two_losses_during_the_upload_halve_the_request(world: World) -> None:
    world.offer(piece(100))
    for _ in range(2):
        world.answer(SendFailed("lost", "reset"))
        world.sleep(10)

    assert len(ids(world.sent[1])) == 100
    assert 45 <= len(ids(world.sent[2])) <= 50


def test_two_losses_before_the_upload_do_not(world: World) -> None:
    world.offer(piece(100))
    for _ in range(5):
        world.answer(SendFailed("connect", "refused"))
        world.sleep(60)

    assert [len(ids(body)) for body in world.sent] == [100] * 6


def test_request_over_the_memory_limit_learns_it_from_the_answer(world: World) -> None:
    world.offer(piece(1000))
    reason = (
        "rejected execution of coordinating operation [coordinating_and_primary_bytes=0, replica_bytes=0, all_bytes=0,"
        " coordinating_operation_bytes=%d, max_coordinating_and_primary_bytes=16384]"
    )
    tries = 0
    while world.flying:
        tries += 1
        size = len(world.sent[-1]) * 2
        if size > 16384:
            world.answer(whole(429, "es_rejected_execution_exception", reason % size))
        else:
            world.ok()
        world.sleep(6)

    assert world.columns() == {"indexed": 1000}
    assert tries < 20


def test_refusal_without_a_reason_still_gets_through(make: Callable[..., World]) -> None:
    """Even below the smallest batch that is sent by itself."""
    world = make(bulk_max_bytes=64 * KIB)
    world.offer(piece(600))
    tries = 0
    while world.flying:
        tries += 1
        assert tries < 600
        world.answer(whole(429)) if len(world.sent[-1]) > 8 * KIB else world.ok()
        world.sleep(60)

    assert world.columns() == {"indexed": 600}


def test_request_refused_for_one_event_is_bisected(world: World) -> None:
    world.offer(piece(64), piece(36, start=5000))
    while world.flying:
        bad = any(offset(i) in {130, 5350} for i in ids(world.sent[-1]))
        world.answer(
            whole(400, "illegal_argument_exception", "an id is too long")
        ) if bad else world.ok()

    assert world.columns() == {"indexed": 98, "dead_lettered": 2}
    assert {130, 5350} == {x.offset for x in world.letters.list()}
    assert len(world.sent) < 40


def test_request_refused_for_every_event_pauses_the_route(world: World) -> None:
    world.offer(piece(8))
    while world.flying:
        world.answer(whole(400, "illegal_argument_exception", "no"))

    assert world.report().state == "paused"
    assert [Abandoned] == [type(each) for each in world.out]
    assert world.letters.count() == 0


def test_event_alone_that_is_refused_waits_for_a_neighbour(world: World) -> None:
    bad = whole(400, "illegal_argument_exception", "an id is too long")
    world.offer(piece(1))
    world.answer(bad)
    world.offer(piece(1, start=500))
    while world.flying:
        world.answer(bad) if 0 in map(offset, ids(world.sent[-1])) else world.ok()
        world.sleep(2)

    assert world.columns() == {"indexed": 1, "dead_lettered": 1}


def test_unknown_parameter_makes_it_look_at_the_product_again(world: World) -> None:
    world.offer(piece(1))
    world.answer(
        whole(
            400,
            "illegal_argument_exception",
            "request [/x/_bulk] contains unrecognized parameter: [y]",
        )
    )

    assert world.output.refreshed == 1
    world.ok()
    assert world.columns() == {"indexed": 1}


def test_ordinary_index_under_the_streams_name_pauses_the_route(world: World) -> None:
    world.offer(piece(2))
    world.answer_items(lambda _: {**CREATED, "_index": ROUTE.index})

    assert world.columns() == {"indexed": 2}
    assert world.report().state == "paused"
    assert "ordinary index" in world.report().reason


def test_no_route_takes_the_whole_budget(make: Callable[..., World]) -> None:
    world = make(max_pending_bytes=8 * 1024 * KIB)
    n = 0
    while world.delivery.room(ROUTE):
        world.offer(piece(1000, start=n))
        n += 10_000

    assert world.delivery.pending() <= 8 * 1024 * KIB
    assert world.delivery.pending() > 4 * 1024 * KIB
    assert world.delivery.room(WIDE)


def test_concurrency_shrinks_when_rejected(make: Callable[..., World]) -> None:
    world = make(worker=4, bulk_max_bytes=128 * KIB)
    world.offer(*[piece(1400, start=20_000 * i, size=100) for i in range(20)])
    assert len(world.flying) == 4
    for _ in range(4):
        world.answer(whole(429, "rejected_execution_exception", "queue capacity = 1"))
        world.sleep(0)
    limit = world.report().limit_bytes

    assert limit <= 256 * KIB
    world.sleep(10)
    assert world.report().in_flight_bytes <= max(limit, 128 * KIB)


def test_stop_closes_the_output_and_settles_nothing(world: World) -> None:
    world.offer(piece(3))
    world.delivery.stop(0.1)

    assert world.output.closed
    assert world.out == []


def test_backing_index_is_not_an_alarm(world: World) -> None:
    world.offer(piece(2))
    world.answer_items(lambda _: {"_index": BACKING, "status": 201})

    assert world.report().state == "ok"
    assert world.columns() == {"indexed": 2}
