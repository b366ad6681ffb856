"""Answers and faults that nobody sends on purpose: nothing may hang, crash the main thread or be settled wrongly."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.config.settings import Elasticsearch, Local
from shipper.delivery.elasticsearch import ClusterOutput
from shipper.delivery.response import Whole, read
from shipper.local.output import LocalOutput
from shipper.records import Answer, Route, SendFailed
from tests.delivery.world import CREATED, ROUTE, World, error, ids, offset, piece, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BLOCKED = error(403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/8/write]")
CONFLICT = error(409, "version_conflict_engine_exception")
TOO_LONG = whole(400, "illegal_argument_exception", "an id is too long")
LOST = SendFailed("lost", "reset")


def _until_quiet(world: World, answer: Callable[[set[int]], Answer | SendFailed | None]) -> None:
    """Answer so many requests (None: all is well), with time passing in between, or until nothing flies."""
    for _ in range(300):
        if not world.flying:
            return
        given = answer({offset(i) for i in ids(world.flying[0].batch.body())})  # type: ignore[union-attr]
        world.ok() if given is None else world.answer(given)
        world.sleep(70)


def test_the_last_event_of_a_piece_is_judged_when_a_neighbour_goes_through(tmp_path: Path) -> None:
    """It was refused alone and waited for the verdict; the request that brings it is of another piece."""
    world = World(tmp_path)
    world.offer(piece(1), piece(3, start=100))
    _until_quiet(world, lambda offsets: TOO_LONG if 0 in offsets else None)

    assert world.columns() == {"indexed": 3, "dead_lettered": 1}
    assert world.delivery.pending() == 0
    world.close()


def _neighbours(world: World, answer: Callable[[set[int]], Answer | SendFailed | None]) -> None:
    """More events come, one now and one then."""
    for start in range(10_000, 20_000, 1000):
        world.offer(piece(1, start=start, size=400))
        for _ in range(3):
            if world.flying:
                given = answer({offset(i) for i in ids(world.flying[0].batch.body())})  # type: ignore[union-attr]
                world.ok() if given is None else world.answer(given)
                world.sleep(70)


# -- an event that breaks the connection ---------------------------------------------------------------------------


def test_event_that_breaks_the_connection_lets_its_neighbours_through(world: World) -> None:
    def answer(offsets: set[int]) -> SendFailed | None:
        return LOST if 50 in offsets else None

    world.offer(piece(20, size=400), piece(5, start=5000, size=400))
    _until_quiet(world, answer)
    assert world.columns() == {"indexed": 5}

    _neighbours(world, answer)
    assert world.columns() == {"indexed": 34, "dead_lettered": 1}
    assert [letter.offset for letter in world.letters.list()] == [50]


@pytest.mark.parametrize("answer", [LOST, whole(413)], ids=["lost", "413"])
def test_two_tiny_events_are_parted_too(world: World, answer: Answer | SendFailed) -> None:
    world.offer(piece(2))
    _until_quiet(world, lambda offsets: answer if len(offsets) > 1 else None)

    assert world.columns() == {"indexed": 2}
    assert len(world.sent) < 10


def test_event_that_breaks_the_connection_in_a_search_lets_it_end(world: World) -> None:
    """One event spoils the request for the cluster, another one breaks the connection."""

    def answer(offsets: set[int]) -> Answer | SendFailed | None:
        if 110 in offsets:
            return TOO_LONG
        return LOST if 50 in offsets else None

    world.offer(piece(20, size=400))
    _until_quiet(world, answer)
    _neighbours(world, answer)

    assert world.columns() == {"indexed": 28, "dead_lettered": 2}
    assert sorted(letter.offset for letter in world.letters.list()) == [50, 110]


# -- pause ---------------------------------------------------------------------------------------------------------


def test_trial_that_ends_in_dead_letters_alone_is_followed_by_another(world: World) -> None:
    """A block whose only event is too large for the way to the cluster says nothing about the cluster."""
    world.offer(piece(1, size=3000))
    world.answer_items(lambda _: BLOCKED)
    world.sleep(2)
    world.offer(piece(1, size=3000))
    world.answer(whole(413))
    assert world.columns() == {"dead_lettered": 1}
    assert world.report().state == "paused"

    assert world.delivery.room(ROUTE)
    world.offer(piece(1, start=1000))
    world.ok()
    assert world.report().state == "ok"
    assert world.columns() == {"dead_lettered": 1, "indexed": 1}


def test_long_wait_that_the_cluster_asked_for_is_told(world: World) -> None:
    world.offer(piece(1))
    world.answer(whole(429, retry_after=3600.0))
    assert world.report().state == "backing_off"
    assert world.report().next_try > 0

    world.sleep(3601)
    world.ok()
    assert world.report().state == "ok"


# -- doubt ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", [TOO_LONG, whole(413)], ids=["400", "413"])
def test_request_that_was_refused_half_way_may_have_been_carried_out_in_part(
    world: World, refusal: Answer
) -> None:
    """Elasticsearch 8.16 and newer reads and carries out a request piece by piece."""
    world.offer(piece(8))
    world.answer(refusal)
    while world.flying:
        world.answer_items(lambda i: CONFLICT if offset(i) < 40 else CREATED)

    assert world.columns() == {"duplicate": 4, "indexed": 4}
    assert world.delivery.counters()["id_clashes"] == 0


# -- memory --------------------------------------------------------------------------------------------------------


def test_one_large_event_does_not_keep_room_small_for_ever(world: World) -> None:
    """With one piece at a time because of a line of long ago, a route that is stuck would lock all others out."""
    world.offer(piece(1, size=13 * 2**20))
    world.ok()
    for start in range(100, 8000, 100):
        assert world.delivery.room(ROUTE)
        world.offer(piece(1, start=start))
        world.ok()
    world.offer(piece(1, start=9000))

    assert world.delivery.pending()
    assert world.delivery.room(Route("logs-other-default"))


# -- answers that are none -----------------------------------------------------------------------------------------

DEEP = b"[" * 100_000 + b"]" * 100_000
ITEM = b'{"errors":true,"items":[{"create":{"status":400,"error":%b}}]}'


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, ITEM % b'{"type":"x","reason":"\xff"}'),
        Answer(200, ITEM % DEEP),
        Answer(200, b'{"x":' + DEEP + b"}"),
        Answer(200, b'{"errors":false,"items":[{"create":{"_index":"\xff","status":201}}]}'),
    ],
    ids=["not UTF-8", "deep error", "deep", "fast path"],
)
def test_answer_that_cannot_be_decoded_settles_nothing(world: World, answer: Answer) -> None:
    world.offer(piece(1))
    world.answer(answer)
    world.sleep(5)
    world.answer_items(lambda _: CONFLICT)

    assert world.columns() == {"duplicate": 1}


@pytest.mark.parametrize("status", [400, 404, 429, 503])
def test_refusal_that_cannot_be_decoded_is_one_all_the_same(status: int) -> None:
    for body in (DEEP, b'{"error":"\xff"}', b'{"error":{"type":["x"],"reason":{}}}'):
        assert read(Answer(status, body), 1).whole is not Whole.ITEMS


def test_error_whose_type_is_no_text_is_read() -> None:
    reading = read(Answer(200, ITEM % b'{"type":["x"],"reason":{"a":1}}'), 1)

    assert reading.problems[0].status == 400


# -- a cluster that does not know ----------------------------------------------------------------------------------


@pytest.fixture
def troubled() -> Iterator[tuple[ClusterOutput, list[Any]]]:
    """An OpenSearch whose every answer but that to ``GET /`` is what the list holds. A real one is not so on demand."""
    answers: list[Any] = [503, "1"]
    info = {"version": {"number": "3.4.0", "distribution": "opensearch"}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = orjson.dumps(info if self.path == "/" else {"error": {"type": "x"}})
            self.send_response(200 if self.path == "/" else answers[0])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.send_header("retry-after", answers[1])
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    output = ClusterOutput(Elasticsearch(hosts=(f"http://127.0.0.1:{server.server_port}",)))
    yield output, answers
    output.close()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_cluster_in_trouble_is_not_one_without_the_stream_or_the_pipeline(
    troubled: tuple[ClusterOutput, list[Any]], status: int
) -> None:
    output, answers = troubled
    answers[0] = status

    with pytest.raises(SendFailed, match=str(status)):
        output.ready(ROUTE)
    with pytest.raises(SendFailed, match=str(status)):
        output.pipeline_exists("p")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("31536000", 3600.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("1e400", None),
        ("-5", 0.0),
    ],
)
def test_retry_after_of_any_kind(
    troubled: tuple[ClusterOutput, list[Any]], text: str, seconds: float | None
) -> None:
    output, answers = troubled
    answers[1] = text

    assert output.client.request("GET", "/x").retry_after == seconds


# -- the local store -----------------------------------------------------------------------------------------------


def test_number_that_the_local_store_cannot_hold_does_not_stop_it(tmp_path: Path) -> None:
    output = LocalOutput(Local(path=tmp_path / "local.db"), janitor=False)
    body = b'{"create":{"_id":"a"}}\n{"log":{"offset":18446744073709551615},"message":"x"}\n'
    try:
        assert output.send(ROUTE, body, 1).status == 200
    finally:
        output.close()
