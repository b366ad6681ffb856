"""The nodes do what other tests rely on."""

from __future__ import annotations

import os

from tests.cluster.rig.java import find_java


def _bulk(stream: str, ids: range) -> str:
    return "".join(
        f'{{"create":{{"_index":"{stream}","_id":"{n:06}"}}}}\n{{"@timestamp":"2026-01-01T00:00:00Z","message":"m{n}"}}\n'
        for n in ids
    )


def test_documents_are_read_back_exactly(node, stream_name):
    """More than one page of ids comes back, each once, and documents come back whole and sorted."""
    node.make_data_stream(stream_name)
    status, answer = node.request("POST", "/_bulk", _bulk(stream_name, range(12_000)))
    assert (status, answer["errors"]) == (200, False)

    assert node.count(stream_name) == 12_000
    assert sorted(node.ids(stream_name)) == [f"{n:06}" for n in range(12_000)]
    assert [doc["_source"]["message"] for doc in node.docs(stream_name)] == [
        f"m{n}" for n in range(12_000)
    ]


def test_what_is_not_there_has_no_documents(node, stream_name):
    assert (node.count(stream_name), node.ids(stream_name), node.docs(stream_name)) == (0, [], [])


def test_a_killed_node_comes_back_with_its_data_on_its_port(start_node, stream_name):
    node = start_node("opensearch", **{"indices.query.bool.max_clause_count": 77})
    node.make_data_stream(stream_name)
    node.request("POST", "/_bulk", _bulk(stream_name, range(10)))
    url = node.url

    node.kill()
    node.start()

    assert url == node.url
    assert node.count(stream_name) == 10
    _, settings = node.request("GET", "/_nodes/settings?flat_settings=true")
    (given,) = settings["nodes"].values()
    assert given["settings"]["indices.query.bool.max_clause_count"] == "77"


def test_a_node_ends_with_its_starter(start_node):
    """A test run that is killed leaves no server behind: the node watches its standard input."""
    node = start_node("elasticsearch")
    assert node._process is not None
    node._process.stdin.close()

    assert node._process.wait(30) == 3


def test_logins_and_roles_are_enforced(secure_opensearch, secure_elasticsearch, stream_name):
    """A user who may only create is refused reading; wrong passwords and plain HTTP are refused."""
    secure_opensearch.add_role(
        "rig-writer",
        {
            "index_permissions": [
                {"index_patterns": ["logs-*"], "allowed_actions": ["create_index", "index"]}
            ]
        },
    )
    secure_elasticsearch.add_role(
        "rig-writer",
        {"indices": [{"names": ["logs-*"], "privileges": ["create_doc", "auto_configure"]}]},
    )
    for node in (secure_opensearch, secure_elasticsearch):
        node.make_data_stream(stream_name)
        node.add_user("rig-writer", "Quiet-Harbour-71", "rig-writer")
        basic = {"Authorization": "Basic cmlnLXdyaXRlcjpRdWlldC1IYXJib3VyLTcx"}

        status, answer = node.request("POST", "/_bulk", _bulk(stream_name, range(3)), headers=basic)
        assert (status, answer["errors"]) == (200, False), answer
        status, _ = node.request("GET", f"/{stream_name}/_search", headers=basic)
        assert status == 403
        status, _ = node.request("GET", "/", headers={"Authorization": "Basic eDp5"})
        assert status == 401
        assert node.count(stream_name) == 3


def test_api_keys_are_limited_to_their_privileges(secure_elasticsearch, stream_name):
    secure_elasticsearch.make_data_stream(stream_name)
    pair, encoded = secure_elasticsearch.add_api_key(
        "rig", {"indices": [{"names": ["logs-*"], "privileges": ["create_doc", "auto_configure"]}]}
    )
    header = {"Authorization": f"ApiKey {encoded}"}

    status, answer = secure_elasticsearch.request(
        "POST", "/_bulk", _bulk(stream_name, range(2)), headers=header
    )
    assert (status, answer["errors"]) == (200, False), answer
    status, _ = secure_elasticsearch.request("GET", f"/{stream_name}/_search", headers=header)
    assert status == 403
    assert ":" in pair


def test_the_newest_java_is_taken():
    java = find_java()

    assert java.major >= 21
    assert os.access(java.command, os.X_OK)
