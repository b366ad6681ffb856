"""The settlement table, row by row, and the fast path, through which nothing may slip."""

from __future__ import annotations

import time

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.delivery.response import Fate, Whole, is_queue, read
from shipper.records import Answer
from tests.delivery.world import BACKING, CREATED, bulk, error, whole

STREAM = "logs-app-default"
ES = "es_rejected_execution_exception"
OS = "rejected_execution_exception"

ITEMS = [
    (CREATED, Fate.INDEXED),
    ({"_index": BACKING, "status": 201}, Fate.INDEXED),
    ({"_index": BACKING, "status": 200, "result": "created"}, Fate.INDEXED),
    ({"_index": STREAM, "status": 200, "result": "noop"}, Fate.DROPPED),
    ({"_index": STREAM, "status": 200}, Fate.DROPPED),
    ({"_index": ".fs-x", "status": 201, "failure_store": "used"}, Fate.FAILURE_STORE),
    (error(409, "version_conflict_engine_exception"), Fate.CONFLICT),
    ({"_index": BACKING, "status": 409}, Fate.CONFLICT),
    (error(429, ES), Fate.OVERLOADED),
    (error(429, OS), Fate.OVERLOADED),
    (error(429, "circuit_breaking_exception"), Fate.OVERLOADED),
    (error(503, ES), Fate.OVERLOADED),
    (error(429, "cluster_block_exception"), Fate.CLUSTER),
    (error(403, "cluster_block_exception"), Fate.CLUSTER),
    (error(503, "cluster_block_exception"), Fate.CLUSTER),
    (error(403, "security_exception"), Fate.CLUSTER),
    ({"_index": "x", "status": 403}, Fate.CLUSTER),
    (error(404, "index_not_found_exception"), Fate.CLUSTER),
    (error(400, "index_closed_exception"), Fate.CLUSTER),
    (error(400, "illegal_argument_exception", "pipeline with id [x] does not exist"), Fate.CLUSTER),
    (
        error(
            400,
            "illegal_argument_exception",
            "only write ops with an op_type of create are allowed in data streams",
        ),
        Fate.CLUSTER,
    ),
    (
        error(
            400,
            "validation_exception",
            "Validation Failed: 1: this action would add [2] total shards, but",
        ),
        Fate.CLUSTER,
    ),
    (
        error(
            400,
            "illegal_argument_exception",
            "Provided Grok expressions do not match field value: [x]",
        ),
        Fate.REFUSED,
    ),
    (
        error(
            400,
            "illegal_argument_exception",
            "Provided Grok expressions do not match field value: [pipeline with id [x] does not exist]",
        ),
        Fate.REFUSED,
    ),
    (
        error(400, "illegal_argument_exception", "Limit of total fields [1000] has been exceeded"),
        Fate.REFUSED,
    ),
    (error(400, "illegal_argument_exception", "something else"), Fate.AMBIGUOUS),
    (error(400, "document_parsing_exception"), Fate.REFUSED),
    (error(400, "mapper_parsing_exception"), Fate.REFUSED),
    (error(400, "strict_dynamic_mapping_exception"), Fate.REFUSED),
    (error(400, "document_parsing_exception", failure_store="not_enabled"), Fate.REFUSED),
    (error(400, "document_parsing_exception", failure_store="failed"), Fate.REFUSED),
    (error(500, "fail_processor_exception", "pipeline with id [x] does not exist"), Fate.REFUSED),
    (
        error(
            500,
            "illegal_state_exception",
            "Pipeline processor configured for non-existent pipeline [x]",
        ),
        Fate.CLUSTER,
    ),
    (error(500, "illegal_state_exception", "else"), Fate.UNKNOWN),
    (error(500, "null_pointer_exception"), Fate.UNKNOWN),
    (error(408, "x"), Fate.UNKNOWN),
    (error(503, "unavailable_shards_exception"), Fate.PASSING),
    (error(503, "process_cluster_event_timeout_exception"), Fate.PASSING),
    ({"_index": "x", "status": 500, "error": "a text, as of old"}, Fate.UNKNOWN),
]


@pytest.mark.parametrize(("item", "fate"), ITEMS)
def test_item(item: dict[str, object], fate: Fate) -> None:
    reading = read(bulk([CREATED, item]), 2, STREAM)

    if reading.whole is Whole.INDEXED:
        reading.fates = [Fate.INDEXED] * 2
    assert [Fate.INDEXED, fate] == reading.fates
    assert (fate not in {Fate.INDEXED, Fate.DROPPED, Fate.FAILURE_STORE}) == (1 in reading.problems)


@pytest.mark.parametrize(("item", "fate"), ITEMS)
@pytest.mark.parametrize("lie", [False, True])
def test_nothing_slips_through_the_fast_path(
    item: dict[str, object], fate: Fate, lie: bool
) -> None:
    """Even when ``errors`` is false although it should not be, wherever the odd item stands."""
    for count in (1, 2, 50, 64, 65, 66, 130):
        for place in {0, count // 2, max(0, count - 2), count - 1}:
            items = [CREATED] * count
            items[place] = item
            answer = bulk(items)
            if lie:
                answer = Answer(200, answer.body.replace(b'"errors":true', b'"errors":false'))
            reading = read(answer, count, STREAM)
            if fate is Fate.INDEXED:
                continue
            assert Whole.ITEMS is reading.whole
            assert fate is reading.fates[place]
            assert count - 1 == reading.fates.count(Fate.INDEXED)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (whole(400, "illegal_argument_exception", "id [x] is too long"), Whole.BAD_REQUEST),
        (whole(400, "parse_exception"), Whole.BAD_REQUEST),
        (
            whole(400, "illegal_argument_exception", "request [/_bulk] contains unrecognized parameter: [x]"),
            Whole.BAD_PARAMETER,
        ),
        (whole(400, "illegal_argument_exception", "pipeline with id [x] does not exist"), Whole.CLUSTER),
        (whole(401, "security_exception"), Whole.CLUSTER),
        (Answer(401, b"Unauthorized"), Whole.CLUSTER),
        (whole(403, "security_exception"), Whole.CLUSTER),
        (whole(404, "index_not_found_exception"), Whole.CLUSTER),
        (Answer(302, b""), Whole.CLUSTER),
        (Answer(405, b""), Whole.CLUSTER),
        (Answer(408, b""), Whole.PASSING),
        (Answer(413, b"<html>"), Whole.TOO_LARGE),
        (whole(429, ES), Whole.OVERLOADED),
        (whole(429, OS), Whole.OVERLOADED),
        (Answer(429, b"slow down"), Whole.OVERLOADED),
        (whole(429, "cluster_block_exception"), Whole.CLUSTER),
        (whole(500, "x"), Whole.PASSING),
        (Answer(502, b"<html>"), Whole.PASSING),
        (Answer(503, b""), Whole.PASSING),
        (Answer(200, b"<html>welcome</html>"), Whole.NONSENSE),
        (Answer(200, b""), Whole.NONSENSE),
        (Answer(200, b"{}"), Whole.NONSENSE),
        (Answer(200, b'{"errors":false}'), Whole.NONSENSE),
        (Answer(200, b'{"errors":false,"took":1,"items":[]}'), Whole.NONSENSE),
        (Answer(200, b'{"errors":false,"items":[{"create":{}},{"create":{}}]}'), Whole.NONSENSE),
        (Answer(202, b""), Whole.NONSENSE),
        (bulk([CREATED]), Whole.NONSENSE),
        (bulk([CREATED] * 3), Whole.NONSENSE),
        (Answer(200, bulk([CREATED] * 2).body[:-1]), Whole.NONSENSE),
        (Answer(200, bulk([CREATED] * 2).body + b"garbage"), Whole.NONSENSE),
        (bulk([CREATED] * 2), Whole.INDEXED),
        (Answer(200, b'{"took":7,"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]}'), Whole.INDEXED),
        (Answer(200, b'{"took":7,"errors":true,"items":[{"create":{"status":201}},{"create":{"status":201}}]}'), Whole.ITEMS),
        (Answer(200, b'{ "items": [ {"create": {"status": 201}}, {"create": {"status": 201}} ], "errors": false }'), Whole.ITEMS),
    ],
)  # fmt: skip
def test_request(answer: Answer, expected: Whole) -> None:
    assert expected is read(answer, 2, STREAM).whole


def test_items_are_matched_by_their_place_even_without_id() -> None:
    missing = {
        "_id": None,
        **error(400, "illegal_argument_exception", "pipeline with id [x] does not exist"),
    }

    assert read(bulk([missing, CREATED]), 2).fates == [Fate.CLUSTER, Fate.INDEXED]


def test_outer_error_that_says_nothing_is_unwrapped() -> None:
    wrapped = error(400, "exception", "java.lang…")
    wrapped["error"]["caused_by"] = {
        "type": "illegal_argument_exception",
        "reason": "Provided Grok expressions do not match field value: [x]",
    }
    reading = read(bulk([wrapped]), 1)

    assert reading.fates == [Fate.REFUSED]
    assert reading.problems[0].type == "illegal_argument_exception"
    assert b"java.lang" in reading.problems[0].raw


def test_cause_is_the_same_for_the_same_field_whatever_the_value() -> None:
    one = error(
        400,
        "document_parsing_exception",
        "[1:9] failed to parse field [a.b] of type [long] in document with id '1'. Preview of field's value: 'x'",
    )
    two = error(
        400,
        "document_parsing_exception",
        "[1:77] failed to parse field [a.b] of type [long] in document with id '2'. Preview of field's value: 'y'",
    )
    problems = read(bulk([one, two]), 2).problems

    assert "document_parsing_exception [a.b]" == problems[0].cause == problems[1].cause


def test_memory_limit_is_read_only_where_the_request_alone_is_over_it() -> None:
    reason = (
        "rejected execution of coordinating operation [coordinating_and_primary_bytes={}, replica_bytes=0, all_bytes={},"
        " coordinating_operation_bytes={}, max_coordinating_and_primary_bytes=65536]"
    )
    over = read(whole(429, ES, reason.format(0, 0, 70000)), 10)
    busy = read(whole(429, ES, reason.format(60000, 60000, 7000)), 10)
    item = read(bulk([error(429, ES, reason.format(0, 0, 70000))]), 1)

    assert (65536, 70000) == over.too_large_for == item.too_large_for
    assert busy.too_large_for is None
    assert not is_queue(over.problem)
    assert is_queue(
        read(
            whole(
                429,
                OS,
                "rejected execution of X on OpenSearchThreadPoolExecutor[name = n/write, queue capacity = 1",
            ),
            1,
        ).problem
    )


def test_ordinary_index_of_the_streams_name_is_noticed_on_both_ways() -> None:
    plain = {**CREATED, "_index": STREAM}

    assert read(bulk([plain] * 3), 3, STREAM).plain_index
    assert read(bulk([CREATED, plain]), 2, STREAM).plain_index
    assert not read(bulk([CREATED] * 3), 3, STREAM).plain_index


@given(st.binary(max_size=200), st.integers(1, 5))
@settings(max_examples=200)
def test_any_bytes_are_an_answer(body: bytes, count: int) -> None:
    """Nothing that a proxy may answer raises, and none of it settles anything."""
    for start in (b"", b'{"errors":false,"items":[{"create":{"status":201}}', b'{"create":'):
        reading = read(Answer(200, start + body), count)
        if reading.whole is Whole.ITEMS:
            assert count == len(reading.fates)


@given(st.lists(st.sampled_from([item for item, _ in ITEMS]), min_size=1, max_size=20))
@settings(max_examples=200)
def test_both_ways_agree(items: list[dict[str, object]]) -> None:
    """The fast path says the same as looking at each; spaces in the JSON turn it off."""
    fast = read(bulk(items), len(items), STREAM)
    body = orjson.dumps(orjson.loads(bulk(items).body), option=orjson.OPT_INDENT_2)
    slow = read(Answer(200, body), len(items), STREAM)

    if fast.whole is Whole.INDEXED:
        assert [Fate.INDEXED] * len(items) == slow.fates
    else:
        assert fast.fates == slow.fates


def test_fast_path_is_fast() -> None:
    answer = bulk([CREATED] * 4000)
    best = 1.0
    for _ in range(5):
        start = time.process_time()
        for _ in range(20):
            assert Whole.INDEXED is read(answer, 4000, STREAM).whole
        best = min(best, (time.process_time() - start) / 20 / 4000)

    assert best < 0.2e-6


def _of_days(count: int, days: int, **more: object) -> bytes:
    items = [
        {"create": {"_index": f"app-2026.11.{10 + i % days}", "result": "created", "status": 201}}
        for i in range(count)
    ]
    items[count // 2]["create"] |= more
    return orjson.dumps({"errors": False, "took": 3, "items": items})


@pytest.mark.parametrize("days", [1, 2, 30])
def test_items_that_differ_in_their_index_alone_are_read_at_once(days: int) -> None:
    reading = read(Answer(200, _of_days(100, days)), 100)
    assert (reading.whole, reading.fates) == (Whole.INDEXED, [])


@pytest.mark.parametrize(
    ("more", "fate"),
    [
        ({"result": "noop", "status": 200}, Fate.DROPPED),
        ({"failure_store": "used"}, Fate.FAILURE_STORE),
        ({"status": 409, "error": {"type": "version_conflict_engine_exception"}}, Fate.CONFLICT),
        ({"_index": 'a"}},{"create":{"_index":"b', "status": 409}, Fate.CONFLICT),
    ],
)
def test_an_item_of_several_days_that_is_another_is_found(more: dict, fate: Fate) -> None:
    reading = read(Answer(200, _of_days(100, 3, **more)), 100)
    assert reading.whole is Whole.ITEMS
    assert reading.fates.count(Fate.INDEXED) == 99
    assert reading.fates[50] is fate


def test_too_few_items_of_several_days_are_nonsense() -> None:
    assert read(Answer(200, _of_days(99, 3)), 100).whole is Whole.NONSENSE


def test_an_ordinary_index_among_data_streams_is_seen() -> None:
    """Of names that depend on the event, the one that is wrong is not known; indices behind data streams are hidden."""
    right = [{"create": {"_index": f".ds-logs-{i % 2}-000001", "status": 201}} for i in range(10)]
    body = orjson.dumps({"errors": False, "took": 1, "items": right})
    assert not read(Answer(200, body), 10, "logs-*-default").plain_index
    right[7]["create"]["_index"] = "logs-1-default"
    body = orjson.dumps({"errors": False, "took": 1, "items": right})
    assert read(Answer(200, body), 10, "logs-*-default").plain_index
    assert not read(Answer(200, body), 10).plain_index


def test_an_item_that_was_refused_names_its_index() -> None:
    wrong = {
        "_index": "app-2020.01.01",
        "status": 404,
        "error": {"type": "index_not_found_exception"},
    }
    body = orjson.dumps({"errors": True, "took": 1, "items": [{"create": wrong}]})
    assert read(Answer(200, body), 1).problems[0].index == "app-2020.01.01"
