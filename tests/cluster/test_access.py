"""Ways to log in and ways to the cluster on real nodes; keys that change, and what is said of those that are wrong."""

from __future__ import annotations

import contextlib
import hashlib
import ssl
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from shipper.cli import main
from shipper.cluster.client import Client, RefusedError
from shipper.config.loading import load
from shipper.config.settings import Elasticsearch, Tls
from shipper.delivery.elasticsearch import ClusterOutput
from shipper.records import Route, SendFailed
from tests.cluster.forward_proxy import ForwardProxy
from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Expected, assert_exact
from tests.e2e.harness.logs import write_lines
from tests.e2e.harness.readers import node_documents
from tests.e2e.harness.scene import dataset_of, tail, to_node

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "Brisk-Meadow-59"
SHIP = {
    "cluster": ["monitor"],
    "indices": [{"names": ["logs-*"], "privileges": ["create_doc", "auto_configure"]}],
}


def client_of(node, **options: Any) -> Client:
    ssl_ = options.pop("ssl", Tls(certificate_authorities=(node.security.ca,)))
    return Client(Elasticsearch(hosts=(node.url,), ssl=ssl_, **options))


def invalidate(node, key: str) -> None:
    status, answer = node.request("DELETE", "/_security/api_key", {"ids": [key.partition(":")[0]]})
    assert status == 200, answer


# Ways to log in


def test_a_bearer_token_is_a_login(secure_elasticsearch, stream_name):
    path = f"/_security/service/elastic/fleet-server/credential/token/{stream_name}"
    token = secure_elasticsearch.request("POST", path)[1]["token"]["value"]

    with closing(client_of(secure_elasticsearch, bearer_token=token)) as client:
        assert client.info().product == "elasticsearch"
    with (
        closing(client_of(secure_elasticsearch, bearer_token=token[:-4] + "AAAA")) as client,
        pytest.raises(RefusedError, match=r"the token is refused.*bearer_token"),
    ):
        client.info()


def test_a_client_certificate_is_a_login(secure_opensearch):
    """That of the administrator, whom the node knows by it."""
    security = secure_opensearch.security
    tls = Tls(
        certificate_authorities=(security.ca,),
        certificate=security.config / "admin.pem",
        key=security.config / "admin-key.pem",
    )

    with closing(client_of(secure_opensearch, ssl=tls)) as client:
        assert client.info().product == "opensearch"
    with (
        closing(client_of(secure_opensearch)) as client,
        pytest.raises(RefusedError, match=r"the cluster wants a login; set .*api_key"),
    ):
        client.info()


# Proxies


def test_plain_requests_go_through_a_proxy(node, stream_name):
    node.make_data_stream(stream_name)
    with ForwardProxy("me:s%cret") as proxy:
        settings = Elasticsearch(
            hosts=(node.url,),
            proxy_url=proxy.with_login("me:s%25cret"),
            proxy_headers={"X-Team": "logs"},
        )
        with closing(Client(settings)) as client:
            assert client.info().product == node.product
            body = b'{"create":{"_id":"a"}}\n{"@timestamp":"2026-01-01T00:00:00Z"}\n'
            status, answer = client.json("POST", f"/{stream_name}/_bulk", body=body)

    assert (status, answer["errors"]) == (200, False)
    assert [target for _, target, _ in proxy.seen] == [
        f"{node.url}/",
        f"{node.url}/{stream_name}/_bulk",
    ]
    assert {headers["x-team"] for _, _, headers in proxy.seen} == {"logs"}


def test_secure_requests_go_through_a_tunnel(secure_opensearch):
    """The proxy sees neither the login nor what is asked."""
    security = secure_opensearch.security
    login = {"username": security.username, "password": security.password}
    with ForwardProxy("me:secret") as proxy:
        url = proxy.with_login("me:secret")
        with closing(client_of(secure_opensearch, proxy_url=url, **login)) as client:
            assert client.info().product == "opensearch"

    assert {method for method, _, _ in proxy.seen} == {"CONNECT"}
    assert not any("authorization" in headers for _, _, headers in proxy.seen)


def test_an_authority_is_looked_for_through_the_tunnel_too(secure_opensearch):
    """The rig's nodes do not send their authority along, so that its fingerprint cannot be found."""
    der = ssl.PEM_cert_to_DER_cert(secure_opensearch.security.ca.read_text())
    tls = Tls(ca_trusted_fingerprint=hashlib.sha256(der).hexdigest())
    with (
        ForwardProxy() as proxy,
        closing(client_of(secure_opensearch, ssl=tls, proxy_url=proxy.url)) as client,
        pytest.raises(SendFailed, match=r"the one certificate .* does not have the fingerprint"),
    ):
        client.info()

    assert [method for method, _, _ in proxy.seen] == ["CONNECT"]


def test_a_proxy_that_is_switched_off_is_not_used(node):
    settings = Elasticsearch(hosts=(node.url,), proxy_url="http://127.0.0.1:1", proxy_disable=True)
    with closing(Client(settings)) as client:
        assert client.info().product == node.product


def test_a_proxy_that_refuses_says_what_to_do(opensearch, secure_opensearch):
    with ForwardProxy("me:secret") as proxy:
        plain = Elasticsearch(hosts=(opensearch.url,), proxy_url=proxy.url)
        with closing(Client(plain)) as client, pytest.raises(RefusedError, match=r"407.*proxy_url"):
            client.info()
        for url, what in (
            (proxy.url, "407.*user:password@host:port"),
            ("http://127.0.0.1:1", "check output.elasticsearch.proxy_url"),
        ):
            with (
                closing(client_of(secure_opensearch, proxy_url=url)) as client,
                pytest.raises(SendFailed, match=what) as caught,
            ):
                client.info()
            assert caught.value.kind == "connect"


# What is said of a login or a certificate that is wrong: by run, by check and by setup


def said(node, folder: Path, login: dict[str, Any], capsys) -> dict[str, str]:
    """What each command says."""
    log = folder / "app.log"
    log.write_text("a line\n")
    output = {"ssl.certificate_authorities": [str(node.security.ca)], **login}
    file = folder / "c.yml"
    file.write_text(yaml.safe_dump(to_node(node.url, tail("app", log, "said"), output=output)))
    found = {}
    for command in (["check", "--cluster"], ["setup"]):
        assert main([*command, "-c", str(file)]) == 1
        found[command[0]] = " ".join("".join(capsys.readouterr()).split())
    with closing(ClusterOutput(load(file, environ={}).output)) as running:
        try:
            found["run"] = str(running.ready(Route("logs-said-default")))
        except SendFailed as failed:
            found["run"] = str(failed)
    return found


def _wrong_logins(node, name: str) -> dict[str, tuple[dict[str, Any], str]]:
    """Case → login, and what each message has to say."""
    if node.product == "opensearch":
        node.add_user("known", PASSWORD)
        return {
            "wrong password": (
                {"username": "known", "password": "no"},
                "user known or its password is refused; mend output.elasticsearch.username",
            ),
            "no login": ({}, "the cluster wants a login"),
        }
    expired = node.request(
        "POST", "/_security/api_key", {"name": name, "expiration": "1ms", "role_descriptors": {}}
    )[1]["encoded"]
    gone, _ = node.add_api_key(f"{name}-gone", SHIP)
    invalidate(node, gone)
    return {
        "wrong password": (
            {"username": "rig-admin", "password": "no"},
            "user rig-admin or its password is refused; mend output.elasticsearch.username",
        ),
        "wrong key": ({"api_key": "nobody:nothing"}, "unable to find apikey"),
        "expired key": ({"api_key": expired}, "(api key is expired)"),
        "invalidated key": ({"api_key": gone}, "has been invalidated)"),
    }


def test_a_wrong_login_is_told_by_every_command(
    secure_elasticsearch, secure_opensearch, stream_name, tmp_path, capsys
):
    for node in (secure_elasticsearch, secure_opensearch):
        for case, (login, words) in _wrong_logins(node, stream_name).items():
            for command, text in said(node, tmp_path, login, capsys).items():
                assert words in text, (node.product, case, command, text)
                if "api_key" in login:
                    assert "--print-api-key-request ship" in text
                    assert login["api_key"] not in text


def test_a_wrong_authority_is_told_by_every_command(secure_elasticsearch, tmp_path, capsys):
    import trustme  # noqa: PLC0415 - here alone

    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    login = {"ssl.certificate_authorities": [str(tmp_path / "other.pem")]}

    for text in said(secure_elasticsearch, tmp_path, login, capsys).values():
        assert "name the right one in output.elasticsearch.ssl.certificate_authorities" in text


# Keys that change while the agent runs


def _append(log: Path, number: int) -> None:
    with log.open("a") as file:
        file.write(f"later {number}\n")


def _scene(
    node, stream: str, folder: Path, key: str, backoff: str = "100ms"
) -> tuple[AgentProcess, Path, Path]:
    node.make_data_stream(stream, properties={"message": {"type": "text"}})
    log, secret = folder / "app.log", folder / "key"
    write_lines(log, "app", 200)
    secret.write_text(f"{key}\n")
    output = {
        "api_key": f"${{file:{secret}}}",
        "ssl.certificate_authorities": [str(node.security.ca)],
        "backoff.init": backoff,
    }
    config = to_node(node.url, tail("app", log, dataset_of(stream)), output=output)
    return AgentProcess(folder / "agent", config), log, secret


def test_a_key_file_that_changes_mid_stream_is_taken_over(
    secure_elasticsearch, stream_name, tmp_path
):
    """While the old key still works there is neither a pause nor a failed request."""
    node = secure_elasticsearch
    old, new = (node.add_api_key(f"{stream_name}-{n}", SHIP)[0] for n in "ab")
    agent, log, secret = _scene(node, stream_name, tmp_path, old)
    with agent:
        agent.start()
        agent.wait_settled(files=1)
        secret.write_text(new)
        end = time.monotonic() + 30
        number = 0
        while "were read again" not in agent.log() and time.monotonic() < end:
            number += 1
            _append(log, number)
            time.sleep(0.05)  # traffic, at which the agent looks at the file now and then
        invalidate(node, old)
        for more in range(5):
            _append(log, number + more + 1)
        status = agent.wait_settled()
        assert agent.terminate() == 0
        said_ = agent.log(20_000)

    assert "were read again" in said_
    assert "paused" not in said_
    assert sum(route["failed_requests"] for route in status["routes"]) == 0
    assert old.partition(":")[2] not in said_
    assert_exact(Expected().lines(log), node_documents(node, stream_name))


def test_a_key_that_was_changed_just_before_the_old_one_died_costs_no_pause(
    secure_elasticsearch, stream_name, tmp_path
):
    """The first refusal makes the agent read the file again, and the same request is sent with what is in it."""
    node = secure_elasticsearch
    old, new = (node.add_api_key(f"{stream_name}-{n}", SHIP)[0] for n in "ab")
    agent, log, secret = _scene(node, stream_name, tmp_path, old)
    with agent:
        agent.start()
        agent.wait_settled(files=1)
        invalidate(node, old)
        secret.write_text(new)
        _append(log, 1)
        agent.wait_settled()
        assert agent.terminate() == 0
        said_ = agent.log(20_000)

    assert "paused" not in said_
    assert_exact(Expected().lines(log), node_documents(node, stream_name))


def test_a_key_that_dies_first_pauses_until_the_file_has_another(
    secure_elasticsearch, stream_name, tmp_path
):
    """The new one is noticed at once, long before the route would try again by itself."""
    node = secure_elasticsearch
    old, new = (node.add_api_key(f"{stream_name}-{n}", SHIP)[0] for n in "ab")
    agent, log, secret = _scene(node, stream_name, tmp_path, old, "50s")
    with agent:
        agent.start()
        agent.wait_settled(files=1)
        invalidate(node, old)
        _append(log, 1)
        agent.wait_until(
            lambda status: any("API key is refused" in line for line in status["problems"]),
            what="a problem that names the cause",
        )
        secret.write_text("")  # as seen by a reader in the middle of a rewrite
        time.sleep(0.3)
        secret.write_text(new)
        agent.wait_settled(20)
        assert agent.terminate() == 0

    assert_exact(Expected().lines(log), node_documents(node, stream_name))


def test_an_authority_that_is_put_right_is_taken_over(secure_elasticsearch, stream_name, tmp_path):
    import trustme  # noqa: PLC0415 - here alone

    node = secure_elasticsearch
    key, _ = node.add_api_key(stream_name, SHIP)
    node.make_data_stream(stream_name, properties={"message": {"type": "text"}})
    log, authority = tmp_path / "app.log", tmp_path / "ca.pem"
    write_lines(log, "app", 20)
    trustme.CA().cert_pem.write_to_path(str(authority))
    output = {"api_key": key, "ssl.certificate_authorities": [str(authority)]}
    output |= {"backoff.init": "100ms", "backoff.max": "500ms"}
    config = to_node(node.url, tail("app", log, dataset_of(stream_name)), output=output)
    with AgentProcess(tmp_path / "agent", config) as agent:
        agent.start()
        agent.wait_until(
            lambda status: any("certificate_authorities" in line for line in status["problems"]),
            what="a problem that names the setting",
        )
        authority.write_text(node.security.ca.read_text())
        agent.wait_settled(files=1)
        assert agent.terminate() == 0

    assert_exact(Expected().lines(log), node_documents(node, stream_name))


def test_a_broken_file_leaves_the_old_login_in_use(secure_elasticsearch, stream_name, tmp_path):
    """What cannot be read is told, and nothing stops."""
    node = secure_elasticsearch
    key, _ = node.add_api_key(stream_name, SHIP)
    secret = tmp_path / "key"
    secret.write_text(key)
    (tmp_path / "c.yml").write_text(
        yaml.safe_dump(
            to_node(
                node.url,
                tail("app", tmp_path / "x.log"),
                output={
                    "api_key": f"${{file:{secret}}}",
                    "ssl.certificate_authorities": [str(node.security.ca)],
                },
            )
        )
    )

    def read() -> Elasticsearch:
        output = load(tmp_path / "c.yml", environ={}).output
        assert isinstance(output, Elasticsearch)
        return output

    with closing(Client(read(), reread=read)) as client:
        client.info()
        secret.write_text("")
        with contextlib.suppress(Exception):
            client.reload()
        assert client.json("GET", "/")[0] == 200
