"""The agent against nodes with TLS of a private authority, logins and keys."""

import pytest

from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Expected, assert_exact
from tests.e2e.harness.logs import write_lines
from tests.e2e.harness.readers import node_documents
from tests.e2e.harness.scene import dataset_of, tail, to_node

PASSWORD = "Brisk-Meadow-58"
SHIP = {
    "cluster": ["monitor"],
    "indices": [{"names": ["logs-*"], "privileges": ["create_doc", "auto_configure"]}],
}
OPENSEARCH_SHIP = {
    "cluster_permissions": ["cluster:monitor/main", "indices:data/write/bulk"],
    "index_permissions": [
        {
            "index_patterns": ["logs-*"],
            "allowed_actions": [
                "indices:data/write/bulk*",
                "indices:data/write/index",
                "indices:admin/mapping/put",
                "indices:admin/resolve/index",
            ],
        }
    ],
}


def _ship(node, stream, folder, login):
    """Ship 2,000 lines with the rights of `run` and no others."""
    index = node.make_data_stream(stream, properties={"message": {"type": "text"}})
    log = folder / "app.log"
    write_lines(log, "app", 2000)
    login = {"ssl.certificate_authorities": [str(node.security.ca)], **login}
    config = to_node(node.url, tail("app", log, dataset_of(stream)), output=login)
    with AgentProcess(folder / "agent", config) as agent:
        assert agent.run_once() == 0, agent.log()
        assert PASSWORD not in agent.log()
    assert_exact(Expected().lines(log), node_documents(node, index))


def test_basic_login_on_opensearch(secure_opensearch, stream_name, tmp_path):
    secure_opensearch.add_role("e2e-ship", OPENSEARCH_SHIP)
    secure_opensearch.add_user("e2e-ship", PASSWORD, "e2e-ship")

    _ship(secure_opensearch, stream_name, tmp_path, {"username": "e2e-ship", "password": PASSWORD})


@pytest.mark.parametrize("form", ["id and key", "encoded"])
def test_api_key_on_elasticsearch(secure_elasticsearch, stream_name, tmp_path, form):
    plain, encoded = secure_elasticsearch.add_api_key(f"e2e-{stream_name}", SHIP)

    login = {"api_key": plain if form == "id and key" else encoded}
    _ship(secure_elasticsearch, stream_name, tmp_path, login)


def test_an_authority_that_is_not_trusted_is_told(secure_elasticsearch, stream_name, tmp_path):
    """Nothing is sent, nothing is lost, and the message names the setting that helps."""
    log = tmp_path / "app.log"
    write_lines(log, "app", 10)
    login = {"username": "nobody", "password": PASSWORD}
    config = to_node(
        secure_elasticsearch.url, tail("app", log, dataset_of(stream_name)), output=login
    )
    with AgentProcess(tmp_path / "agent", config) as agent:
        agent.start()
        status = agent.wait_until(
            lambda status: any("certificate" in problem for problem in status["problems"]),
            what="a problem that speaks of certificates",
        )
        agent.terminate()

    assert any("ssl." in problem for problem in status["problems"]), status["problems"]
    assert status["ledger"]["indexed"] == 0
