"""
The failure store of a data stream.

No node of the rig has an active one, so the cluster is a fake that answers as documented: 201 with ``failure_store: used`` and
an index ``.fs-…`` without any error; ``failed`` or ``not_enabled`` beside the error of a refused item.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.config.settings import Elasticsearch
from shipper.delivery.elasticsearch import ClusterOutput
from shipper.delivery.failures import ASK_EVERY, MOST, SHOWN, VISIBLE
from shipper.records import Route
from tests.delivery.world import CREATED, ROUTE, error, ids, offset, piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.delivery.world import World

USED = {
    "_index": ".fs-logs-app-default-2026.11.22-000002",
    "result": "created",
    "status": 201,
    "failure_store": "used",
}
MAPPING = (
    "document_parsing_exception",
    "[1:33] failed to parse field [n] of type [long] in document with id 'x'",
)
MISSING = ("illegal_argument_exception", "pipeline with id [app] does not exist")


def some_stored(identity: str) -> dict[str, Any]:
    return USED if offset(identity) % 100 == 0 else CREATED


def test_has_a_column_of_its_own(world: World) -> None:
    world.offer(piece(100))
    world.answer_items(some_stored)

    assert world.columns() == {"indexed": 90, "failure_store": 10}
    assert world.report().state == "ok"
    assert world.letters.count() == 0


def test_the_store_is_asked_why_and_the_field_is_told(world: World, caplog: Any) -> None:
    world.output.stored = MAPPING
    world.offer(piece(100))
    asked = [one for one in ids(world.sent[0]) if offset(one) % 100 == 0]
    world.answer_items(some_stored)
    assert world.output.asked == []  # it cannot be found yet

    world.sleep(VISIBLE)
    assert world.output.asked == [tuple(asked)]
    assert (
        "10 events went to the failure store, such as document_parsing_exception [n]" in caplog.text
    )
    (line,) = world.delivery.problems()
    assert "10 events went to the failure store" in line
    assert "[n]" in line
    assert "logs-app-default::failures" in line
    assert world.report().state == "ok"

    world.sleep(SHOWN + 1)
    assert world.delivery.problems() == []


def test_the_store_is_not_asked_for_every_batch(world: World) -> None:
    world.output.stored = MAPPING
    for n in range(10):
        world.offer(piece(100, start=n * 1000))
        world.answer_items(some_stored)
        world.sleep(1.0)
    assert len(world.output.asked) == 1
    world.sleep(ASK_EVERY)
    assert len(world.output.asked) == 2


@pytest.mark.parametrize("answer", [None, "what the right `read_failure_store` would show"])
def test_without_the_right_to_look(world: World, caplog: Any, answer: str | None) -> None:
    world.output.stored = answer
    world.offer(piece(100))
    world.answer_items(some_stored)
    world.sleep(VISIBLE)

    assert "10 events went to the failure store" in caplog.text
    assert (answer or "could not be found out") in caplog.text
    assert world.report().state == "ok"


def test_a_missing_pipeline_pauses_until_it_is_there(world: World) -> None:
    """Nothing is tried meanwhile: it would go to the failure store as well, under a new id each time."""
    world.output.stored = MISSING
    world.output.pipeline = False
    world.offer(piece(40))
    world.answer_items(lambda _: USED)
    world.sleep(VISIBLE)

    report = world.report()
    assert report.state == "paused"
    assert "does not exist" in report.reason
    assert "shipper setup" in report.reason
    sent = len(world.sent)
    for _ in range(5):
        world.sleep(100.0)
        world.offer(piece(40, start=400))
    assert len(world.sent) == sent
    assert world.report().state == "paused"

    world.output.pipeline = True
    world.sleep(100.0)
    world.offer(piece(40, start=400))
    world.ok()
    assert world.report().state == "ok"
    assert world.columns() == {"failure_store": 40, "indexed": 40}


def test_a_missing_pipeline_that_the_bulk_names(world: World) -> None:
    route = Route("logs-app-default", "app")
    world.output.pipeline = False
    world.offer(piece(10), route=route)
    world.answer_items(lambda _: USED)

    assert world.report(route).state == "paused"
    sent = len(world.sent)
    world.sleep(300.0)
    world.offer(piece(10, start=100), route=route)
    assert len(world.sent) == sent
    world.output.pipeline = True
    world.sleep(100.0)
    world.offer(piece(10, start=100), route=route)
    world.ok()
    assert world.report(route).state == "ok"


def test_most_of_a_large_batch_pauses_at_once(world: World) -> None:
    world.output.stored = MAPPING
    world.offer(piece(2 * MOST))
    world.answer_items(lambda one: USED if offset(one) % 1000 else CREATED)

    report = world.report()
    assert report.state == "paused"
    assert "logs-app-default::failures" in report.reason
    world.sleep(VISIBLE)
    assert len(world.output.asked) == 1
    assert any("[n]" in line for line in world.delivery.problems())


def test_a_trial_that_ends_there_is_no_proof(world: World) -> None:
    world.offer(piece(2 * MOST))
    world.answer_items(lambda _: USED)
    world.sleep(100.0)
    world.offer(piece(10, start=10_000))
    world.answer_items(lambda _: USED)
    assert world.report().state == "paused"

    world.sleep(100.0)
    world.offer(piece(10, start=20_000))
    world.ok()
    assert world.report().state == "ok"


def test_half_of_a_batch_is_the_documents_own_fault(world: World) -> None:
    world.output.stored = MAPPING
    for n in range(5):
        world.offer(piece(4 * MOST, start=n * 10_000))
        world.answer_items(lambda one: USED if offset(one) % 20 else CREATED)
        world.sleep(VISIBLE)
    assert world.report().state == "ok"
    assert world.columns() == {"indexed": 10 * MOST, "failure_store": 10 * MOST}


@pytest.mark.parametrize("state", ["failed", "not_enabled"])
def test_what_the_failure_store_does_not_take_is_kept_here(world: World, state: str) -> None:
    refused = error(400, *MAPPING, failure_store=state)
    world.offer(piece(100))
    world.answer_items(lambda one: refused if offset(one) == 500 else CREATED)

    assert world.columns() == {"indexed": 99, "dead_lettered": 1}
    (letter,) = world.letters.list()
    assert letter.reason.startswith(MAPPING[1])
    assert ("failure store failed" in letter.reason) == (state == "failed")


def test_a_cause_of_the_cluster_pauses_with_or_without_one(world: World) -> None:
    refused = error(400, *MISSING, failure_store="failed")
    world.offer(piece(10))
    world.answer_items(lambda _: refused)
    assert world.report().state == "paused"
    assert world.letters.count() == 0


# The question itself, at a server that takes no other than the documented one.


@pytest.fixture
def store() -> Iterator[Callable[..., tuple[ClusterOutput, list[Any]]]]:
    servers: list[HTTPServer] = []
    outputs: list[ClusterOutput] = []

    def make(status: int, answer: Any) -> tuple[ClusterOutput, list[Any]]:
        seen: list[Any] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                seen.append((self.path, orjson.loads(body)))
                text = orjson.dumps(answer)
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        outputs.append(
            ClusterOutput(
                Elasticsearch(
                    hosts=(f"http://127.0.0.1:{server.server_port}",), compression_level=0
                )
            )
        )
        return outputs[-1], seen

    yield make
    for output in outputs:
        output.close()
    for server in servers:
        server.shutdown()
        server.server_close()


def hit(kind: str, reason: str) -> dict[str, Any]:
    return {"hits": {"hits": [{"_source": {"error": {"type": kind, "message": reason}}}]}}


def test_the_question(store: Any) -> None:
    output, seen = store(200, hit(*MAPPING))

    assert output.failure(ROUTE, ("a", "b")) == MAPPING
    assert seen == [
        (
            "/logs-app-default::failures/_search",
            {
                "size": 1,
                "sort": [{"@timestamp": "desc"}],
                "query": {"terms": {"document.id": ["a", "b"]}},
                "_source": ["error.type", "error.message"],
            },
        )
    ]


@pytest.mark.parametrize(
    ("status", "answer", "found"),
    [
        (200, {"hits": {"hits": []}}, None),
        (404, {"error": {"type": "index_not_found_exception", "reason": "no"}}, None),
        (400, {"error": {"type": "invalid_index_name_exception", "reason": "no"}}, None),
        (403, {"error": {"type": "security_exception", "reason": "no"}}, "read_failure_store"),
    ],
)
def test_no_answer(store: Any, status: int, answer: Any, found: str | None) -> None:
    output, _ = store(status, answer)
    said = output.failure(ROUTE, ("a",))
    assert said is None if found is None else found in said
