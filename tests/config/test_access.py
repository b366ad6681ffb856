"""Access to the cluster: one way to log in, a cloud id, and what the environment stands in for."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from shipper.config import mask
from shipper.config.loading import load
from shipper.config.settings import Elasticsearch, Settings
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = "inputs: [{id: a, paths: [x.log]}]\n"
CLOUD = "prod:" + base64.b64encode(b"eu.cloud.example$es1$kb1").decode()


def read(folder: Path, text: str, **environ: str) -> Settings:
    file = folder / "c.yml"
    file.write_text(INPUTS + text)
    return load(file, environ=environ)


def output_of(folder: Path, text: str, **environ: str) -> Elasticsearch:
    output = read(folder, text, **environ).output
    assert isinstance(output, Elasticsearch)
    return output


def problems(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, **environ)
    return [line.removeprefix(f"{folder}/") for line in caught.value.problems]


ES = "output.elasticsearch:\n  hosts: [https://es:9200]\n"


@pytest.mark.parametrize(
    ("lines", "place", "found"),
    [
        ("  api_key: i:k\n  bearer_token: abcdef\n", "c.yml:4:12", "both api_key and bearer_token"),
        (
            "  bearer_token: abcdef\n  username: u\n  password: secret\n",
            "c.yml:4:17",
            "both bearer_token and username",
        ),
        (
            "  api_key: i:k\n  headers: {authorization: Basic x}\n",
            "c.yml:4:12",
            "both api_key and headers",
        ),
        (
            "  api_key: i:k\ncloud.auth: user:secret\n",
            "c.yml:5:1",
            "both cloud.auth and api_key",
        ),
    ],
)
def test_two_ways_to_log_in_are_refused_at_their_place(
    tmp_path: Path, lines: str, place: str, found: str
) -> None:
    (line,) = problems(tmp_path, ES + lines)

    assert line.startswith(f"{place}: {found}")
    assert "expected one way to log in; remove " in line


def test_a_cloud_id_stands_for_hosts_and_gives_kibana(tmp_path: Path) -> None:
    settings = read(tmp_path, f"cloud.id: {CLOUD}\ncloud.auth: 'elastic:top-secret'\n")

    output = settings.output
    assert isinstance(output, Elasticsearch)
    assert output.hosts == ("https://es1.eu.cloud.example:443",)
    assert (output.username, output.password) == ("elastic", "top-secret")
    assert settings.setup.kibana.host == "https://kb1.eu.cloud.example:443"
    assert settings.origins["output.elasticsearch.hosts"] == "cloud.id"
    assert "top-secret" not in mask("a top-secret b")


def test_a_kibana_of_the_file_wins_over_that_of_the_cloud_id(tmp_path: Path) -> None:
    settings = read(tmp_path, f"cloud.id: {CLOUD}\nsetup.kibana.host: https://mine:5601\n")

    assert settings.setup.kibana.host == "https://mine:5601"


def test_a_cloud_id_beside_hosts_is_refused(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, ES + f"cloud.id: {CLOUD}\n")

    assert line.startswith("c.yml:4:1: both cloud.id and output.elasticsearch.hosts")


def test_a_broken_cloud_id_is_the_only_problem(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "cloud.id: nonsense\noutput.elasticsearch.worker: 2\n")

    assert line.startswith("c.yml:2:11: 'nonsense' is no cloud id")


def _encoded(text: bytes) -> str:
    return f"prod:{base64.b64encode(text).decode()}"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("nonsense", "there is no ':' in it"),
        (CLOUD[:-2], "its end is missing, or something stands behind it"),
        (f"{CLOUD}?", "'?' is no sign of base64"),
        ("prod:Größe", "'ö' is no sign of base64"),
        (_encoded(b"\xff\xfe\xff"), "what stands behind ':' holds no addresses"),
        (_encoded(b"eu.cloud.example"), "it names no Elasticsearch"),
        (_encoded(b"eu.cloud.example$:9243"), "it names no Elasticsearch"),
        (_encoded(b"eu.cloud.example:x$es"), "it names the port 'x'"),
        (_encoded(b"eu.cloud.example$es$kb:99999"), "it names the port '99999'"),
        (_encoded(b"eu.cloud.example$e/s"), "it names the host 'e/s'"),
    ],
)
def test_what_is_wrong_with_a_cloud_id_is_told_in_our_words(
    tmp_path: Path, written: str, found: str
) -> None:
    (line,) = problems(tmp_path, f"cloud.id: '{written}'\n")

    assert f"is no cloud id: {found}" in line
    assert "expected the Cloud ID that the deployment's page shows" in line
    assert "copy it whole, or name output.elasticsearch.hosts" in line


def test_ports_of_a_cloud_id(tmp_path: Path) -> None:
    """Each node may have one of its own, and the first one is for those without."""
    settings = read(tmp_path, f"cloud.id: {_encoded(b'eu.cloud.example:9243$es:1$kb')}\n")

    assert isinstance(settings.output, Elasticsearch)
    assert settings.output.hosts == ("https://es.eu.cloud.example:1",)
    assert settings.setup.kibana.host == "https://kb.eu.cloud.example:9243"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("ab:cd", "it has 4 digits"),
        ("a", "it has 1 digit"),
        ("0" * 40, "it has 40 digits"),
        ("SHA256 Fingerprint=AB:CD", "'S' is none of its digits"),
    ],
)
def test_what_is_wrong_with_a_fingerprint_is_told(tmp_path: Path, written: str, found: str) -> None:
    (line,) = problems(tmp_path, ES + f"  ssl.ca_trusted_fingerprint: '{written}'\n")

    assert line.startswith("c.yml:4:31: ")
    assert f"is no fingerprint: {found}" in line
    assert "64 hexadecimal digits" in line
    assert "openssl x509" in line


@pytest.mark.parametrize(
    ("host", "found", "todo"),
    [
        ("http://a:x", "the port is no number from 1 to 65535", "write a number behind ':'"),
        ("a:99999", "the port is no number from 1 to 65535", "write a number behind ':'"),
        ("::1:9200", "the port is no number from 1 to 65535", "stands in brackets"),
        ("http://[x]", "no address that can be read", "stands in brackets"),
    ],
)
def test_what_is_wrong_with_an_address_is_told_in_our_words(
    tmp_path: Path, host: str, found: str, todo: str
) -> None:
    (line,) = problems(tmp_path, f"output.elasticsearch.hosts: ['{host}']\n")

    assert f"'{host}': {found}" in line
    assert todo in line


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    """There is no section for the output at all."""
    settings = read(
        tmp_path,
        "",
        ELASTICSEARCH_HOST="https://a:9200, https://b",
        ELASTICSEARCH_API_KEY="id:from-environment",
    )

    output = settings.output
    assert isinstance(output, Elasticsearch)
    assert output.hosts == ("https://a:9200", "https://b:9200")
    assert output.api_key == "id:from-environment"
    assert settings.origins == {
        "output.elasticsearch.hosts": "environment variable ELASTICSEARCH_HOST",
        "output.elasticsearch.api_key": "environment variable ELASTICSEARCH_API_KEY",
    }
    assert "from-environment" not in repr(settings)
    assert "from-environment" not in mask("key from-environment")


def test_a_cloud_id_of_the_environment(tmp_path: Path) -> None:
    output = output_of(
        tmp_path, "", ELASTIC_CLOUD_ID=CLOUD, ELASTICSEARCH_USER="u", ELASTICSEARCH_PASSWORD="pass"
    )

    assert output.hosts == ("https://es1.eu.cloud.example:443",)
    assert (output.username, output.password) == ("u", "pass")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("  api_key: i:file\n", {"api_key": "i:file", "username": None}),
        (
            "  username: mine\n  password: mine\n",
            {"api_key": None, "username": "mine", "password": "mine"},
        ),
        ("  bearer_token: mine\n", {"api_key": None, "bearer_token": "mine"}),
        ("  headers: {Authorization: Basic abcd}\n", {"api_key": None, "username": None}),
        ("", {"api_key": "i:environment", "username": None, "hosts": ("https://es:9200",)}),
    ],
)
def test_a_login_of_the_file_is_not_mixed_with_the_environment(
    tmp_path: Path, lines: str, expected: dict[str, Any]
) -> None:
    output = output_of(
        tmp_path,
        ES + lines,
        ELASTICSEARCH_HOST="https://other",
        ELASTICSEARCH_API_KEY="i:environment",
        ELASTICSEARCH_USER="u",
        ELASTICSEARCH_PASSWORD="p",
    )

    assert {name: getattr(output, name) for name in expected} == expected


def test_half_a_login_of_the_file_takes_no_half_of_the_environment(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, ES + "  username: u\n", ELASTICSEARCH_PASSWORD="p")

    assert line.startswith("c.yml:4:13: username without password")


def test_half_a_login_of_the_environment_names_the_variable(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, ES, ELASTICSEARCH_USER="u")

    assert line.startswith("environment variable ELASTICSEARCH_USER:1:1: username without password")


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "", ELASTICSEARCH_HOST="ftp://x")

    assert line.startswith("environment variable ELASTICSEARCH_HOST:1:1: 'ftp://x'")


def test_the_local_store_ignores_the_environment(tmp_path: Path) -> None:
    settings = read(tmp_path, "output.local.path: x.db\n", ELASTICSEARCH_HOST="https://a")

    assert not isinstance(settings.output, Elasticsearch)
    assert settings.origins == {}


def test_without_any_place_to_write_to_both_ways_are_named(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "", ELASTICSEARCH_API_KEY="i:k")

    assert "add output.elasticsearch: {hosts: [...]}, or set ELASTICSEARCH_HOST" in line


def test_files_of_logins_and_certificates_are_known(tmp_path: Path) -> None:
    """They are what is read again when it changes."""
    (tmp_path / "key").write_text("i:k\n")
    (tmp_path / "ca.pem").write_text("x")
    settings = read(
        tmp_path, ES + "  api_key: ${file:key}\n  ssl.certificate_authorities: [ca.pem]\n"
    )

    output = settings.output
    assert isinstance(output, Elasticsearch)
    assert output.files == (tmp_path / "key", tmp_path / "ca.pem")
    assert settings.origins == {"output.elasticsearch.api_key": "the file key"}


def test_a_proxy_may_have_a_login_that_is_not_shown(tmp_path: Path) -> None:
    output = output_of(tmp_path, ES + "  proxy_url: http://me:p%40ss-word@proxy:3128\n")

    assert output.proxy_url == "http://me:p%40ss-word@proxy:3128"
    assert "ss-word" not in repr(output)
    assert mask("p@ss-word p%40ss-word") == "*** ***"


def test_a_proxy_that_is_no_http_proxy_is_refused(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, ES + "  proxy_url: socks5://proxy:1080\n")

    assert "the scheme 'socks5' is unknown" in line
