"""
What real nodes answer to ``_bulk``, and what Shipper makes of it: the table of causes, row by row.

Each row brings a node into the state that gives the answer, sends one bulk request as the agent does, and asserts the
verdict of :mod:`shipper.delivery.response`. The type that the node named is asserted too, so that a row cannot pass
for another reason than its own.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from shipper.delivery.response import Fate, Whole, read
from shipper.records import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.rig.node import Node

_STAMP = "2026-01-01T00:00:00Z"


def _bulk(*documents: dict[str, Any] | str, op: str = "create", start: int = 0) -> str:
    lines = []
    for number, document in enumerate(documents, start):
        lines.append(json.dumps({op: {"_id": f"id{number:04}"}}))
        lines.append(
            document if isinstance(document, str) else json.dumps({"@timestamp": _STAMP} | document)
        )
    return "\n".join(lines) + "\n"


def _send(node: Node, path: str, body: str, **headers: str) -> Answer:
    status, answer = node.request("POST", path, body, headers=headers)
    data = answer if isinstance(answer, str) else json.dumps(answer, separators=(",", ":"))
    return Answer(status, data.encode())


def _items(
    node: Node, stream: str, body: str, count: int, query: str = ""
) -> list[tuple[Fate, str]]:
    """Fate and named type of each item."""
    reading = read(_send(node, f"/{stream}/_bulk{query}", body), count, stream)
    assert reading.whole is Whole.ITEMS, reading.problem
    return [
        (fate, reading.problems[number].type if number in reading.problems else "")
        for number, fate in enumerate(reading.fates)
    ]


def _settings(node: Node, index: str, settings: dict[str, Any]) -> None:
    status, answer = node.request("PUT", f"/{index}/_settings", settings)
    assert status == 200, answer


def test_all_created(node, stream_name):
    node.make_data_stream(stream_name)

    answer = _send(node, f"/{stream_name}/_bulk", _bulk(*({"message": f"m{n}"} for n in range(50))))

    reading = read(answer, 50, stream_name)
    assert reading.whole is Whole.INDEXED or set(reading.fates) == {Fate.INDEXED}
    assert not reading.plain_index


def test_all_created_with_the_agents_filter_is_read_at_once(node, stream_name):
    """With ``filter_path`` as the agent asks, equal items are not looked at one by one."""
    node.make_data_stream(stream_name)
    wanted = "errors,took,items.*.status,items.*.error,items.*.result,items.*.failure_store,items.*._index"

    answer = _send(
        node,
        f"/{stream_name}/_bulk?filter_path={wanted}",
        _bulk(*({"message": "m"} for _ in range(50))),
    )

    assert read(answer, 50, stream_name).whole is Whole.INDEXED


def test_an_id_that_is_there_is_a_conflict(node, stream_name):
    node.make_data_stream(stream_name)
    _send(node, f"/{stream_name}/_bulk", _bulk({"message": "a"}))

    found = _items(node, stream_name, _bulk({"message": "a"}, {"message": "b"}), 2)

    assert found == [(Fate.CONFLICT, "version_conflict_engine_exception"), (Fate.INDEXED, "")]


# A document's cause: its neighbours are indexed.

_DOCUMENTS: dict[str, tuple[dict[str, Any] | str, dict[str, str]]] = {
    "a text for a number": (
        {"n": "many"},
        {"opensearch": "mapper_parsing_exception", "elasticsearch": "document_parsing_exception"},
    ),
    "an object for a text": (
        {"message": {"a": 1}},
        {"opensearch": "mapper_parsing_exception", "elasticsearch": "document_parsing_exception"},
    ),
    "a text for an object": (
        {"o": "flat"},
        {"opensearch": "mapper_parsing_exception", "elasticsearch": "document_parsing_exception"},
    ),
    "too many fields": (
        {f"f{n}": n for n in range(50)},
        {"opensearch": "illegal_argument_exception", "elasticsearch": "document_parsing_exception"},
    ),
    "an immense term": (
        {"k": "x" * 40_000},
        {"opensearch": "illegal_argument_exception", "elasticsearch": "document_parsing_exception"},
    ),
    "no time": (
        '{"message":"m"}',
        {"opensearch": "mapper_parsing_exception", "elasticsearch": "document_parsing_exception"},
    ),
    "a time that is none": (
        {"@timestamp": "yesterday"},
        {"opensearch": "mapper_parsing_exception", "elasticsearch": "document_parsing_exception"},
    ),
    "broken JSON": (
        '{"@timestamp":"2026-01-01T00:00:00Z","message":"m"',
        {"opensearch": "mapper_parsing_exception", "elasticsearch": "document_parsing_exception"},
    ),
}


@pytest.mark.parametrize("name", _DOCUMENTS)
def test_a_documents_cause_is_refused_and_its_neighbours_are_not(node, stream_name, name):
    document, kinds = _DOCUMENTS[name]
    properties = {
        "message": {"type": "text"},
        "n": {"type": "long"},
        "o": {"properties": {"a": {"type": "keyword"}}},
        "k": {"type": "keyword"},
    }
    limit = {"index.mapping.total_fields.limit": 20}
    node.make_data_stream(stream_name, properties=properties, settings=limit)

    found = _items(node, stream_name, _bulk({"message": "a"}, document, {"message": "b"}), 3)

    assert found == [(Fate.INDEXED, ""), (Fate.REFUSED, kinds[node.product]), (Fate.INDEXED, "")]


# A cluster's cause: nothing is lost, the route waits.


def _write_block(node: Node, stream: str) -> str:
    _settings(node, stream, {"index.blocks.write": True})
    return ""


def _flood_stage(node: Node, stream: str) -> str:
    _settings(node, stream, {"index.blocks.read_only_allow_delete": True})
    return ""


def _read_only(node: Node, stream: str) -> str:
    _settings(node, stream, {"index.blocks.read_only": True})
    return ""


def _missing_pipeline(node: Node, stream: str) -> str:
    return "?pipeline=gone"


def _missing_default_pipeline(node: Node, stream: str) -> str:
    _settings(node, stream, {"index.default_pipeline": "gone"})
    return ""


@pytest.mark.parametrize(
    ("break_it", "kind"),
    [
        pytest.param(_write_block, "cluster_block_exception", id="write block"),
        pytest.param(_flood_stage, "cluster_block_exception", id="flood stage"),
        pytest.param(_read_only, "cluster_block_exception", id="read only"),
        pytest.param(_missing_pipeline, "illegal_argument_exception", id="missing pipeline"),
        pytest.param(_missing_default_pipeline, "illegal_argument_exception", id="missing default"),
    ],
)
def test_a_clusters_cause_pauses(
    node, stream_name, break_it: Callable[[Node, str], str], kind: str
):
    node.make_data_stream(stream_name)
    _send(node, f"/{stream_name}/_bulk", _bulk({"message": "first"}))
    query = break_it(node, stream_name)

    found = _items(node, stream_name, _bulk({"message": "a"}, {"message": "b"}, start=1), 2, query)

    assert found == [(Fate.CLUSTER, kind)] * 2


def test_a_closed_index_pauses(node, stream_name):
    node.request("PUT", f"/{stream_name}")
    node.request("POST", f"/{stream_name}/_close")

    found = _items(node, stream_name, _bulk({"message": "a"}), 1)

    assert found == [(Fate.CLUSTER, "index_closed_exception")]


def test_a_missing_data_stream_pauses(elasticsearch, stream_name):
    """``require_data_stream`` keeps an ordinary index from being made."""
    found = _items(
        elasticsearch, stream_name, _bulk({"message": "a"}), 1, "?require_data_stream=true"
    )

    assert found == [(Fate.CLUSTER, "index_not_found_exception")]
    assert elasticsearch.request("HEAD", f"/{stream_name}")[0] == 404


def test_an_ordinary_index_of_the_streams_name_is_seen(opensearch, stream_name):
    """OpenSearch makes one without asking: whoever sends learns it from the answer."""
    reading = read(
        _send(opensearch, f"/{stream_name}/_bulk", _bulk({"message": "a"})), 1, stream_name
    )

    assert reading.plain_index


def test_a_parameter_of_the_other_product_is_ours_to_mend(opensearch, stream_name):
    opensearch.make_data_stream(stream_name)

    answer = _send(
        opensearch, f"/{stream_name}/_bulk?require_data_stream=true", _bulk({"message": "a"})
    )

    assert (answer.status, read(answer, 1).whole) == (400, Whole.BAD_PARAMETER)


def test_an_overlong_id_refuses_the_whole_request(node, stream_name):
    """One event spoils it: the sender looks for it by halves."""
    node.make_data_stream(stream_name)
    long = (
        json.dumps({"create": {"_id": "x" * 513}})
        + "\n"
        + json.dumps({"@timestamp": _STAMP})
        + "\n"
    )

    answer = _send(node, f"/{stream_name}/_bulk", _bulk({"message": "a"}) + long)

    assert (answer.status, read(answer, 2).whole) == (400, Whole.BAD_REQUEST)
    assert node.count(stream_name) == 0


def test_a_write_that_is_no_create_is_a_configuration_error(node, stream_name):
    node.make_data_stream(stream_name)

    found = _items(node, stream_name, _bulk({"message": "a"}, op="index"), 1)

    assert found == [(Fate.CLUSTER, "illegal_argument_exception")]


def test_a_shard_that_is_not_there_passes(node, stream_name):
    """The primary is allocated nowhere: nobody's fault in the document, and known to pass."""
    body = {"settings": {"index.routing.allocation.enable": "none", "number_of_replicas": 0}}
    node.request("PUT", f"/{stream_name}?timeout=1s&wait_for_active_shards=0", body)

    found = _items(node, stream_name, _bulk({"message": "a"}), 1, "?timeout=300ms")

    assert found == [(Fate.PASSING, "unavailable_shards_exception")]
    node.request("DELETE", f"/{stream_name}")


# Pipelines, on OpenSearch: the rig's Elasticsearch has no processors.

_GROK = {"grok": {"field": "message", "patterns": ["%{INT:n}"]}}


@pytest.mark.parametrize(
    ("processor", "expected"),
    [
        pytest.param({"drop": {}}, (Fate.DROPPED, ""), id="drop"),
        pytest.param(
            {"fail": {"message": "no"}}, (Fate.REFUSED, "fail_processor_exception"), id="fail"
        ),
        pytest.param(_GROK, (Fate.REFUSED, "illegal_argument_exception"), id="grok"),
        pytest.param(
            {"date": {"field": "message", "formats": ["ISO8601"]}},
            (Fate.REFUSED, "illegal_argument_exception"),
            id="date",
        ),
        pytest.param(
            # Jackson's words: anything may follow. The sender asks once whether the pipeline exists.
            {"json": {"field": "message"}},
            (Fate.AMBIGUOUS, "illegal_argument_exception"),
            id="json",
        ),
        pytest.param(
            {"convert": {"field": "message", "type": "integer"}},
            (Fate.REFUSED, "illegal_argument_exception"),
            id="convert",
        ),
        pytest.param(
            {"rename": {"field": "gone", "target_field": "b"}},
            (Fate.REFUSED, "illegal_argument_exception"),
            id="rename",
        ),
        pytest.param(
            {"dissect": {"field": "message", "pattern": "%{a} %{b}"}},
            (Fate.REFUSED, "find_match"),
            id="dissect",
        ),
        pytest.param(
            {"set": {"field": "message.deep", "value": 1}},
            (Fate.REFUSED, "illegal_argument_exception"),
            id="set",
        ),
        pytest.param(
            {"script": {"source": "ctx.a.b = 1"}}, (Fate.REFUSED, "script_exception"), id="script"
        ),
        pytest.param(
            {"pipeline": {"name": "gone"}}, (Fate.CLUSTER, "illegal_state_exception"), id="nested"
        ),
    ],
)
def test_pipelines(opensearch, stream_name, processor, expected):
    opensearch.make_data_stream(stream_name)
    opensearch.request("PUT", f"/_ingest/pipeline/{stream_name}", {"processors": [processor]})

    found = _items(
        opensearch, stream_name, _bulk({"message": "word"}), 1, f"?pipeline={stream_name}"
    )

    assert found == [expected]


# Rights


def test_a_missing_right_pauses(secure_elasticsearch, secure_opensearch, stream_name):
    secure_elasticsearch.add_role(
        "elsewhere", {"indices": [{"names": ["elsewhere-*"], "privileges": ["all"]}]}
    )
    secure_opensearch.add_role(
        "elsewhere",
        {
            "cluster_permissions": ["indices:data/write/bulk"],
            "index_permissions": [{"index_patterns": ["elsewhere-*"], "allowed_actions": ["*"]}],
        },
    )
    for node in (secure_elasticsearch, secure_opensearch):
        node.make_data_stream(stream_name)
        node.add_user("elsewhere", "Quiet-Harbour-74", "elsewhere")
        login = "Basic ZWxzZXdoZXJlOlF1aWV0LUhhcmJvdXItNzQ="

        answer = _send(node, f"/{stream_name}/_bulk", _bulk({"message": "a"}), Authorization=login)

        reading = read(answer, 1, stream_name)
        assert answer.status == 200
        assert (reading.fates, reading.problems[0].type) == ([Fate.CLUSTER], "security_exception")


@pytest.mark.parametrize("login", ["Basic bm9ib2R5Om5vdGhpbmc=", "ApiKey bm9ib2R5Om5vdGhpbmc="])
def test_a_refused_login_pauses(secure_elasticsearch, secure_opensearch, stream_name, login):
    for node in (secure_elasticsearch, secure_opensearch):
        answer = _send(node, f"/{stream_name}/_bulk", _bulk({"message": "a"}), Authorization=login)

        assert (answer.status, read(answer, 1).whole) == (401, Whole.CLUSTER)


# Too much at once: nodes of their own, made small.

_SMALL = {
    "thread_pool.write.size": 1,
    "thread_pool.write.queue_size": 1,
    "indexing_pressure.memory.limit": "64kb",
    "http.max_content_length": "1mb",
}


@pytest.mark.parametrize("product", ["opensearch", "elasticsearch"])
def test_a_small_node(start_node, stream_name, product):
    """Size, memory, queue and shard limits, on one node: each start costs seconds."""
    node = start_node(product, **_SMALL)
    node.make_data_stream(stream_name)
    path = f"/{stream_name}/_bulk"

    # Larger than the node takes at all.
    too_large = _send(node, path, _bulk({"message": "x" * 1_100_000}))
    assert (too_large.status, read(too_large, 1).whole) == (413, Whole.TOO_LARGE)

    # Larger than its memory for indexing: it says how large a request may be.
    too_much = _send(node, path, _bulk({"message": "x" * 100_000}))
    reading = read(too_much, 1)
    assert (too_much.status, reading.whole) == (429, Whole.OVERLOADED)
    assert reading.too_large_for is not None
    allowed, counted = reading.too_large_for
    assert allowed == 64 * 1024 < counted

    # More at once than its queue holds.
    def flood(number: int) -> list[Fate | Whole]:
        body = _bulk(*({"message": "m"} for _ in range(50)), start=number * 50)
        answer = read(_send(node, path, body), 50)
        return list(answer.fates) if answer.whole is Whole.ITEMS else [answer.whole]

    with ThreadPoolExecutor(16) as pool:
        fates = {fate for found in pool.map(flood, range(400)) for fate in found}
    assert fates & {Fate.OVERLOADED, Whole.OVERLOADED}
    assert fates <= {Fate.OVERLOADED, Fate.INDEXED, Whole.OVERLOADED, Whole.INDEXED}

    # No shard may be added: a cluster's cause, and OpenSearch tells it of the whole stream.
    limit = {"persistent": {"cluster.max_shards_per_node": 1}}
    assert node.request("PUT", "/_cluster/settings", limit)[0] == 200
    template = {"index_patterns": [f"{stream_name}-2"], "priority": 901, "data_stream": {}}
    node.request("PUT", "/_index_template/second", template)
    found = _items(node, f"{stream_name}-2", _bulk({"message": "a"}), 1)
    assert found == [(Fate.CLUSTER, "validation_exception")]

    # Less memory than a request needs while it is on its way.
    breaker = {"persistent": {"indices.breaker.total.limit": "1mb"}}
    assert node.request("PUT", "/_cluster/settings", breaker)[0] == 200
    broken = read(_send(node, path, _bulk({"message": "a"})), 1)
    assert Fate.OVERLOADED in broken.fates or broken.whole is Whole.OVERLOADED
    problem = broken.problem or broken.problems[0]
    assert problem.type == "circuit_breaking_exception"
