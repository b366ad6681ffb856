"""Values from the environment and from files, and secrets that are never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.pretty import pretty_repr

from shipper.config import load, mask
from shipper.config.settings import Elasticsearch, Settings
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "correct-horse-battery"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yml"


def local(file: Path, more: str) -> Settings:
    file.write_text(f"inputs: [{{id: a, paths: [x.log]}}]\noutput.local.path: o.db\n{more}\n")
    return load(file)


def cluster(file: Path, more: str) -> Elasticsearch:
    file.write_text(
        f"inputs: [{{id: a, paths: [x.log]}}]\noutput.elasticsearch:\n  hosts: [es]\n{more}\n"
    )
    output = load(file).output
    assert isinstance(output, Elasticsearch)
    return output


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${ONE}", "1"),
        ("'${ONE}'", "1"),
        ("a${ONE}b${TWO}", "a1btwo"),
        ("${MISSING:-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${MISSING:-a ${TWO} b}", "a two b"),
        ("'$${ONE}'", "${ONE}"),
        ("'$ONE $$ {ONE}'", "$ONE $$ {ONE}"),
        ("a$${b${ONE}", "a${b1"),
        ('"${YAML}"', "{a: [1}\nname: y"),
    ],
)
def test_substitution_in_a_text(
    file: Path, monkeypatch: pytest.MonkeyPatch, written: str, value: str
) -> None:
    """What is substituted is text and nothing else, whatever YAML would make of it."""
    for name, text in {"ONE": "1", "TWO": "two", "EMPTY": "", "YAML": "{a: [1}\nname: y"}.items():
        monkeypatch.setenv(name, text)
    monkeypatch.delenv("MISSING", raising=False)

    assert local(
        file, f"tags: [{written}]" if written[0] in "'\"" else f"tags:\n- {written}"
    ).tags == (value,)


@pytest.mark.parametrize("written", ["${PORT}", "'${PORT}'", "${NO_PORT:-4711}"])
def test_a_value_that_is_only_a_substitution_has_its_type(
    file: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """A port from the environment is a number."""
    monkeypatch.setenv("PORT", "4711")

    assert local(file, f"http.port: {written}").http.port == 4711


def test_types_in_free_mappings_follow_the_quotes(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where any type would do, quotes keep a text."""
    monkeypatch.setenv("N", "7")

    assert local(file, "fields:\n  a: ${N}\n  b: '${N}'\n  c: x${N}").fields == {
        "a": 7,
        "b": "7",
        "c": "x7",
    }


def test_a_password_of_digits_is_a_text(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody must quote a password because of what it looks like."""
    monkeypatch.setenv("PASS", "123456")

    assert cluster(file, "  username: u\n  password: ${PASS}").password == "123456"


def test_an_empty_variable_counts_as_not_given(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An optional setting can be left to the environment."""
    monkeypatch.setenv("NOTHING", "")

    assert local(file, "name: ${NOTHING}\nhttp.port: ${NOTHING}").http.port == 5066


def test_a_secret_from_a_file(file: Path) -> None:
    """The line end goes, relative names start at the configuration's folder, and the text is masked."""
    (file.parent / "pw").write_text(f"{SECRET}\n")

    output = cluster(file, "  username: u\n  password: ${file:pw}")

    assert output.password == SECRET
    assert mask(f"login {SECRET} failed") == "login *** failed"


def everything_printed(file: Path) -> str:
    """All that a load may print: the settings in three ways, or the error."""
    try:
        settings = load(file)
    except ConfigError as error:
        return str(error) + repr(error) + repr(error.problems)
    return repr(settings) + str(settings.output) + pretty_repr(settings)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("  username: u\n  password: {s}", id="password"),
        pytest.param("  api_key: {s}", id="api_key"),
        pytest.param("  api_key: 'id:{s}'", id="half_of_an_api_key"),
        pytest.param("  headers: {{Authorization: 'Bearer {s}'}}", id="header"),
        pytest.param("  headers: {{X-Header: '${{file:pw}}'}}", id="any_key_from_a_file"),
        pytest.param("  username: u\n  password: [{s}]", id="wrong_kind"),
        pytest.param("  username: u\n  timeout: ${{file:pw}}", id="wrong_kind_from_a_file"),
        pytest.param("  username: u\n  timeout: 'x${{file:pw}}'", id="part_of_a_wrong_value"),
        pytest.param("  username: u\n  timeout: ${{MY_TOKEN}}", id="variable_named_token"),
        pytest.param("  hosts: ['http://u:{s}@es:1']", id="in_an_address"),
        pytest.param("  proxy_url: http://u:{s}@proxy:1", id="in_the_address_of_a_proxy"),
        pytest.param("  passwrd: {s}", id="misspelled_key"),
        pytest.param("  api_key: 'two words {s}'", id="wrong_api_key"),
        pytest.param(
            "  username: u\n  password: {s}\nfields: {{db.password: {s}, x: [{s}]}}", id="fields"
        ),
    ],
)
def test_secrets_are_never_printed(file: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    """Neither by the settings nor by an error about them."""
    (file.parent / "pw").write_text(SECRET)
    monkeypatch.setenv("MY_TOKEN", SECRET)
    hosts = "" if "hosts:" in lines else "  hosts: [es]\n"
    text = lines.format(s=SECRET)
    file.write_text(f"inputs: [{{id: a, paths: [x.log]}}]\noutput.elasticsearch:\n{hosts}{text}\n")

    printed = everything_printed(file)

    assert SECRET not in printed
    assert SECRET[:-4] not in printed, "not shortened either"


def test_a_short_password_is_masked_as_a_word(file: Path) -> None:
    """A password of three letters neither shows nor blackens words that contain it."""
    cluster(file, "  username: u\n  password: pat")

    assert mask("pat is wrong for path") == "*** is wrong for path"


def test_settings_made_by_hand_hide_secrets_too() -> None:
    """The name of a field is enough."""
    output = Elasticsearch(
        hosts=("http://es:9200",), api_key="id:never-loaded", headers={"Cookie": "c1"}
    )

    assert "never-loaded" not in repr(output) + pretty_repr(output)
    assert "c1" not in repr(output) + pretty_repr(output)


def test_forms_of_a_login_in_requests_are_masked(file: Path) -> None:
    """The base64 of a basic authentication is as good as the password."""
    cluster(file, "  username: elastic\n  password: changeme-now")

    assert "ZWxhc3RpYzpjaGFuZ2VtZS1ub3c=" not in mask("Basic ZWxhc3RpYzpjaGFuZ2VtZS1ub3c=")
