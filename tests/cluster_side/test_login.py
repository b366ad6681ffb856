"""Logins: their headers, what a refusal means, and when a file has changed."""

from __future__ import annotations

import base64
import os
import ssl
from pathlib import Path
from typing import Any

import pytest

from shipper.cluster import login
from shipper.cluster.client import Client
from shipper.cluster.failures import tls_advice
from shipper.config.settings import Elasticsearch
from shipper.errors import ConfigError


def output(**more: Any) -> Elasticsearch:
    return Elasticsearch(hosts=("http://es:9200",), **more)


@pytest.mark.parametrize(
    ("settings", "header", "way"),
    [
        ({"api_key": "id:key"}, f"ApiKey {base64.b64encode(b'id:key').decode()}", "an API key"),
        ({"api_key": "ZW5jb2RlZA=="}, "ApiKey ZW5jb2RlZA==", "an API key"),
        ({"bearer_token": " tok\n"}, "Bearer tok", "a bearer token"),
        (
            {"username": "u", "password": "p:q"},
            f"Basic {base64.b64encode(b'u:p:q').decode()}",
            "user u",
        ),
        ({}, None, ""),
        ({"headers": {"authorization": "x"}}, None, "an Authorization header"),
    ],
)
def test_header_and_way(settings: dict[str, Any], header: str | None, way: str) -> None:
    assert login.header_of(output(**settings)) == header
    assert login.way_of(output(**settings)) == way


def test_a_login_in_the_proxys_url_goes_to_the_proxy_alone() -> None:
    settings = output(proxy_url="http://me:p%40ss@proxy:3128", proxy_headers={"X-A": "b"})

    headers = login.proxy_headers(settings)

    assert headers == {
        "x-a": "b",
        "proxy-authorization": f"Basic {base64.b64encode(b'me:p@ss').decode()}",
    }
    assert login.header_of(settings) is None


def test_a_secure_proxy_before_plain_hosts_is_refused() -> None:
    with pytest.raises(ConfigError, match="proxy_url"):
        Client(output(proxy_url="https://proxy:3128"))


@pytest.mark.parametrize(
    ("reason", "right"),
    [
        (
            "action [indices:data/write/bulk] is unauthorized for API key id [x] of user [y], this action is granted by the index privileges [create_doc,create,delete,index,write,all]",
            "give the login or API key the index privilege `create_doc`",
        ),
        (
            "action [cluster:monitor/main] is unauthorized for user [u] with effective roles [r], this action is granted by the cluster privileges [monitor,manage,all]",
            "give the login or API key the cluster privilege `monitor`",
        ),
        (
            "no permissions for [indices:data/write/bulk[s]] and User [name=a, backend_roles=[], requestedTenant=null]",
            "give the login's role the permission `indices:data/write/bulk[s]`",
        ),
        ("something else", ""),
    ],
)
def test_a_refusal_names_the_right(reason: str, right: str) -> None:
    assert login.give(reason) == right


def test_a_change_counts_when_it_has_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is being written is looked at once more."""
    monkeypatch.setattr(login, "LOOK_INTERVAL", 0.0)
    file = tmp_path / "key"
    file.write_text("one")
    watch = login.Watch((file,))
    assert not watch.changed()

    file.write_text("two")
    assert watch.differs()
    assert not watch.changed()
    file.write_text("two and more")
    assert not watch.changed()
    assert watch.changed()
    watch.taken(watch.look(), (file,))
    assert not watch.changed()
    assert not watch.differs()


def test_a_link_that_points_elsewhere_is_a_change(tmp_path: Path) -> None:
    """As a mounted secret of Kubernetes changes: the name stays, what it leads to is another file."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "key").write_text("same")
    link = tmp_path / "data"
    link.symlink_to("a")
    watch = login.Watch((link / "key",))

    other = tmp_path / "next"
    other.symlink_to("b")
    os.replace(other, link)  # noqa: PTH105 - the call that Kubernetes makes

    assert watch.differs()


def test_a_change_between_reading_and_looking_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("one")
    watch = login.Watch((file,))
    state = watch.look()
    file.write_text("changed while it was read")

    watch.taken(state, (file,))

    assert watch.differs()


def test_without_files_nothing_changes() -> None:
    assert not login.Watch(()).changed()
    assert not login.Watch((Path("/nowhere/at/all"),)).differs()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (10, "has expired: renew it"),
        (9, "not valid yet"),
        (62, "write one of these into output.elasticsearch.hosts"),
        (64, "verification_mode: certificate"),
        (20, "ssl.certificate_authorities"),
        (19, "ssl.ca_trusted_fingerprint"),
    ],
)
def test_a_refused_certificate_says_what_to_do(code: int, words: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code

    assert words in tls_advice(error)
