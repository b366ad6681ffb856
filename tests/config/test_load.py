"""A right configuration becomes the settings that were meant."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from shipper.config import load
from shipper.config.settings import (
    Container,
    DataStream,
    Elasticsearch,
    Input,
    Local,
    Multiline,
    Ndjson,
    Pipeline,
    Settings,
    Syslog,
)
from shipper.config.texts import ready_pipelines
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

SMALL = "inputs: [{id: a, paths: [x.log]}]\noutput.local.path: o.db\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yml"


def read(file: Path, text: str, *overrides: str) -> Settings:
    file.write_text(text)
    return load(file, overrides)


def one(file: Path, keys: str) -> Input:
    """The input ``a`` with more keys."""
    return read(
        file, f"inputs: [{{id: a, paths: [x.log], {keys}}}]\noutput.local.path: o.db"
    ).inputs[0]


def test_least_configuration_has_the_documented_defaults(file: Path) -> None:
    """Two keys are enough; everything else is as the settings say."""
    settings = read(file, SMALL)

    folder = file.parent
    assert settings == Settings(
        inputs=(Input(id="a", paths=(f"{folder}/x.log",)),),
        output=Local(path=folder / "o.db"),
        path_data=folder / "data",
        pipelines_path=folder / "pipelines",
        name=os.uname().nodename,
        host_id=settings.host_id,
    )


EVERY_KEY_OF_AN_INPUT = """
inputs:
  - id: a
    type: filestream
    enabled: true
    paths: [/var/log/**/*.log, ./rel/x?.log, ../up.log]
    prospector:
      scanner:
        check_interval: 5s
        recursive_glob: false
        symlinks: true
        include_files: ['\\.log$']
        exclude_files: ['\\.gz$']
        fingerprint.length: 512
    ignore_older: 24h
    seek_to_tail: true
    harvester_limit: 7
    encoding: latin-1
    message_max_bytes: 64KiB
    unfinished_line_timeout: 1500ms
    max_unsettled_bytes: 1MB
    include_lines: [ERR]
    exclude_lines: [DBG]
    close:
      on_state_change: {inactive: 10m, renamed: true, removed: true}
      reader: {on_eof: true, after_interval: 1h}
      removed.max_unsettled_bytes: 0
    clean_deleted: false
    data_stream: {dataset: d, namespace: n}
    pipeline: theirs
    tags: [t, u]
    fields: {a.b: 1, a: {c: [1, two, null, 2.5, true]}, x: '1'}
    fields_under_root: true
    parsers:
      - container:
      - multiline: {type: count, count_lines: 3, max_lines: 9, timeout: 2s, skip_newline: true}
      - ndjson: {target: "", message_key: m, overwrite_keys: true, expand_keys: true,
                 add_error_key: true, ignore_decoding_error: true}
      - syslog: {format: rfc5424, timezone: "+02:00", log_errors: true, add_error_key: false}
output.local.path: o.db
"""


def test_every_key_of_an_input_arrives(file: Path) -> None:
    """Each key, Filebeat's at Filebeat's place, ends in its field."""
    folder = file.parent

    assert read(file, EVERY_KEY_OF_AN_INPUT).inputs == (
        Input(
            id="a",
            paths=("/var/log/**/*.log", f"{folder}/rel/x?.log", f"{folder}/../up.log"),
            check_interval=5.0,
            recursive_glob=False,
            symlinks=True,
            include_files=(r"\.log$",),
            exclude_files=(r"\.gz$",),
            fingerprint_length=512,
            ignore_older=86400.0,
            seek_to_tail=True,
            harvester_limit=7,
            encoding="iso8859-1",
            message_max_bytes=65536,
            unfinished_line_timeout=1.5,
            max_unsettled_bytes=1_000_000,
            include_lines=("ERR",),
            exclude_lines=("DBG",),
            close_inactive=600.0,
            close_renamed=True,
            close_removed=True,
            close_eof=True,
            close_after=3600.0,
            hold_removed_bytes=0,
            clean_deleted=False,
            data_stream=DataStream(dataset="d", namespace="n"),
            pipeline=Pipeline(id="theirs"),
            tags=("t", "u"),
            fields={"a": {"b": 1, "c": [1, "two", None, 2.5, True]}, "x": "1"},
            fields_under_root=True,
            parsers=(
                Container(),
                Multiline(type="count", count_lines=3, max_lines=9, timeout=2.0, skip_newline=True),
                Ndjson(
                    target="",
                    message_key="m",
                    overwrite_keys=True,
                    expand_keys=True,
                    add_error_key=True,
                    ignore_decoding_error=True,
                ),
                Syslog(format="rfc5424", timezone="+02:00", log_errors=True, add_error_key=False),
            ),
        ),
    )


def test_every_key_of_the_rest_arrives(file: Path) -> None:
    """The agent's and the cluster's keys end in their fields."""
    (file.parent / "p.pem").write_text("x")
    text = """
inputs: [{id: a, paths: [x.log]}]
name: web-1
host.id: h
tags: [t]
fields.team: web
fields_under_root: true
path: {data: /d, pipelines: pipes}
http: {enabled: false, host: "::1", port: 0}
logging: {level: debug, format: json}
dead_letter: {max_bytes: 1GiB, stream: true}
setup:
  retention: 30d
  lifecycle: ilm
  rollover: {max_age: 2d, max_primary_shard_size: 0, max_docs: 7}
  phases: {warm.min_age: 1d, cold.min_age: 2d, frozen: {min_age: 3d, snapshot_repository: r}}
  template: {settings: {index.a: 1}, custom_mappings: {a.b: {type: ip}}, dynamic: strict, unknown_objects: flattened}
  datasets: [{dataset: d, rollover.max_docs: 8, template.dynamic: "false"}]
  kibana: {host: "https://k", space_id: s, username: v, password: w-word, ssl.verification_mode: none}
shutdown_timeout: 0
queue.mem.bytes: 32MiB
output:
  elasticsearch:
    hosts: ["localhost:9200", "https://es", "http://[::1]:9201/prefix/"]
    username: u
    password: p-word
    headers: {X-A: b, X.Dotted: c}
    proxy_url: http://proxy:3128
    proxy_headers: {X-Team: t}
    proxy_disable: true
    worker: 2
    bulk_max_size: 10
    bulk_max_bytes: 4MiB
    flush.timeout: 250ms
    compression_level: 0
    timeout: 30s
    backoff: {init: 2s, max: 2m}
    pause_retry_max: 5m
    pause_limit: 10m
    target: {mode: daily, prefix: day}
    ssl.certificate_authorities: [p.pem]
    ssl: {verification_mode: certificate, certificate: p.pem, key: p.pem}
    ssl.ca_trusted_fingerprint: "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89"
"""
    settings = read(file, text)

    given = msgspec.json.decode(msgspec.json.encode(settings, enc_hook=str))
    pem = str(file.parent / "p.pem")
    life: dict[str, Any] = {
        "retention": 30 * 86400.0,
        "rollover": {"max_age": 2 * 86400.0, "max_primary_shard_size": 0, "max_docs": 7},
        "phases": {
            "warm": {"min_age": 86400.0}, "cold": {"min_age": 2 * 86400.0},
            "frozen": {"min_age": 3 * 86400.0, "snapshot_repository": "r"},
        },
        "template": {
            "settings": {"index.a": 1}, "custom_mappings": {"a.b": {"type": "ip"}}, "dynamic": "strict",
            "unknown_objects": "flattened",
        },
    }  # fmt: skip
    expected: dict[str, Any] = {
        "name": "web-1", "host_id": "h", "tags": ["t"], "fields": {"team": "web"}, "fields_under_root": True,
        "path_data": "/d", "pipelines_path": str(file.parent / "pipes"),
        "http": {"enabled": False, "host": "::1", "port": 0},
        "logging": {"level": "debug", "format": "json"},
        "dead_letter": {"max_bytes": 1024**3, "stream": True},
        "setup": {
            **life, "lifecycle": "ilm",
            "datasets": [{
                **life, "dataset": "d", "rollover": {**life["rollover"], "max_docs": 8},
                "template": {**life["template"], "dynamic": "false"},
            }],
            "kibana": {
                "host": "https://k:5601", "space_id": "s", "username": "v", "password": "w-word", "api_key": None,
                "ssl": {
                    "certificate_authorities": [], "verification_mode": "none", "ca_trusted_fingerprint": None,
                    "certificate": None, "key": None,
                },
            },
        },
        "shutdown_timeout": 0.0, "max_pending_bytes": 32 * 1024**2,
        "output": {
            "type": "elasticsearch",
            "hosts": ["http://localhost:9200", "https://es:9200", "http://[::1]:9201/prefix"],
            "username": "u", "password": "p-word", "api_key": None, "bearer_token": None,
            "headers": {"X-A": "b", "X.Dotted": "c"}, "proxy_url": "http://proxy:3128",
            "proxy_headers": {"X-Team": "t"}, "proxy_disable": True, "files": [pem],
            "worker": 2, "bulk_max_size": 10, "bulk_max_bytes": 4 * 1024**2, "flush_timeout": 0.25,
            "compression_level": 0, "timeout": 30.0, "backoff_init": 2.0, "backoff_max": 120.0,
            "pause_retry_max": 300.0, "pause_limit": 600.0, "target_mode": "daily", "target_prefix": "day",
            "ssl": {
                "certificate_authorities": [pem], "verification_mode": "certificate",
                "certificate": pem, "key": pem, "ca_trusted_fingerprint": "abcdef0123456789" * 4,
            },
        },
    }  # fmt: skip
    assert given | expected == given


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5s", 5),
        ("1m30s", 90),
        ("250ms", 0.25),
        ("7d", 604800),
        ("1h", 3600),
        ("1.5h", 5400),
        ("0", 0),
        ("0s", 0),
    ],
)
def test_durations(file: Path, text: str, seconds: float) -> None:
    """Durations are seconds, whatever the units."""
    assert read(file, f"{SMALL}shutdown_timeout: {text}").shutdown_timeout == seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("10MiB", 10485760),
        ("5MB", 5000000),
        ("64KiB", 65536),
        ("70000", 70000),
        ("1.5 MiB", 1572864),
        ("99999B", 99999),
    ],
)
def test_sizes(file: Path, text: str, size: int) -> None:
    """Sizes are bytes, whatever the units."""
    assert (
        one(file, f"message_max_bytes: 1KiB, max_unsettled_bytes: {text}").max_unsettled_bytes
        == size
    )


def test_zero_is_off_where_filebeat_has_it(file: Path) -> None:
    """A bare 0 switches off ignore_older and the closing of idle files."""
    settings = one(file, "ignore_older: 0, close.on_state_change.inactive: 0")

    assert settings.ignore_older is None
    assert math.isinf(settings.close_inactive)


@pytest.mark.parametrize("word", ["no", "010", "12:30:45", "on", "1_000", "0b1", "2001-01-01", "y"])
def test_words_of_yaml_1_1_are_texts(file: Path, word: str) -> None:
    """What YAML 1.1 turned into something else is the text that stands there."""
    assert one(file, f"fields: {{v: {word}}}").fields == {"v": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("null", None), ("~", None), ("true", True), ("FALSE", False), ("-7", -7), ("0x1F", 31), ("0o17", 15), ("1e3", 1000.0)],
)  # fmt: skip
def test_words_of_the_core_schema_are_values(file: Path, word: str, value: object) -> None:
    """YAML 1.2's core schema, and nothing more."""
    assert one(file, f"fields: {{v: {word}}}").fields == {"v": value}


def test_aliases_repeat_a_value(file: Path) -> None:
    """An anchor's value can be used again."""
    text = """
inputs:
  - {id: a, paths: [x.log], tags: &tags [t]}
  - {id: b, paths: [y.log], tags: *tags}
output.local.path: o.db
"""
    assert [item.tags for item in read(file, text).inputs] == [("t",), ("t",)]


def test_null_is_not_given(file: Path) -> None:
    """A key without a value has its default, and so has a section."""
    settings = read(file, f"{SMALL}http:\nlogging:\n  level:\nname: ~\n")

    assert (settings.http.port, settings.logging.level) == (5066, "info")
    assert settings.name == os.uname().nodename


def test_overrides_win_over_either_spelling(file: Path) -> None:
    """--set replaces one key, also where the file's value is wrong, and joins mappings."""
    text = SMALL + "http: {port: nonsense, host: 0.0.0.0}\nfields: {env: dev, team: web}\n"

    settings = read(
        file,
        text,
        "http.port=1",
        "output.local.path=/y.db",
        "fields.env=prod",
        "tags=[x, y]",
        "shutdown_timeout=1s",
        "shutdown_timeout=2s",
    )

    assert (settings.http.port, settings.http.host) == (1, "0.0.0.0")
    assert str(settings.output.path) == "/y.db"  # type: ignore[union-attr]
    assert settings.fields == {"env": "prod", "team": "web"}
    assert settings.tags == ("x", "y")
    assert settings.shutdown_timeout == 2.0


def test_an_override_of_an_unset_variable_needs_no_variable(file: Path) -> None:
    """A value that is not used is not asked for."""
    text = SMALL + "http.port: ${SHIPPER_SURELY_NOT_SET}\n"

    assert read(file, text, "http.port=2").http.port == 2


def test_a_folder_with_glob_signs_is_taken_literally(tmp_path: Path) -> None:
    """Only what the user wrote is a glob, not the folder that the file happens to be in."""
    folder = tmp_path / "a[b]*"
    folder.mkdir()

    settings = read(folder / "config.yml", SMALL)

    assert settings.inputs[0].paths == (f"{tmp_path}/a[[]b][*]/x.log",)


@pytest.mark.parametrize("name", ["nginx", "nginx.yml"])
def test_pipeline_files_are_found(file: Path, name: str) -> None:
    """With or without its ending."""
    (file.parent / "pipelines").mkdir()
    (file.parent / "pipelines" / "nginx.yml").write_text("{}")

    found = one(file, f"pipeline: {{file: {name}, run: cluster}}").pipeline

    assert found == Pipeline(file=name, path=file.parent / "pipelines" / "nginx.yml")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("plain", "utf-8"),
        ("UTF-8", "utf-8"),
        ("utf-16le-bom", "utf-16-le"),
        ("windows-1252", "cp1252"),
        ("gbk", "gbk"),
    ],
)
def test_encodings_by_filebeats_and_pythons_names(file: Path, name: str, codec: str) -> None:
    """The settings carry Python's name."""
    assert one(file, f"encoding: {name}").encoding == codec


def test_no_input_enabled_is_an_error(file: Path) -> None:
    """An agent that would do nothing is a mistake."""
    with pytest.raises(ConfigError, match="no input is enabled"):
        one(file, "enabled: false")


def test_the_api_key_alone_is_a_login(file: Path) -> None:
    """Neither user nor password is needed then."""
    text = "inputs: [{id: a, paths: [x.log]}]\noutput.elasticsearch: {hosts: [es], api_key: 'i:k'}"

    output = read(file, text).output

    assert isinstance(output, Elasticsearch)
    assert (output.api_key, output.hosts) == ("i:k", ("http://es:9200",))


@pytest.mark.parametrize(
    "login", ["api_key: 'i:ké'", "bearer_token: 'tokené'", "bearer_token: 'to ken'"]
)
def test_a_login_that_no_header_carries_is_refused_and_not_shown(file: Path, login: str) -> None:
    text = f"inputs: [{{id: a, paths: [x.log]}}]\noutput.elasticsearch: {{hosts: [es], {login}}}"

    with pytest.raises(ConfigError, match="copy it again") as caught:
        read(file, text)

    assert login.partition("'")[2].rstrip("'") not in str(caught.value)


def test_a_ready_pipeline_needs_no_file_of_ones_own(tmp_path):
    """The user's own file of that name wins."""
    config = tmp_path / "c.yml"
    config.write_text(
        "inputs: [{id: a, paths: [log], pipeline: {file: nginx-access, run: edge}}]\noutput.local: {path: o.db}\n"
    )
    ready = load(config).inputs[0].pipeline
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "nginx-access.yml").write_text("processors: []\n")
    own = load(config).inputs[0].pipeline

    assert ready is not None
    assert ready.path is not None
    assert ready.path.parent == ready_pipelines()
    assert own is not None
    assert own.path == tmp_path / "pipelines" / "nginx-access.yml"
