"""The manual, the example, the JSON schema and the settings tell the same."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest
import yaml

from shipper.config import hints, keys, load, schema
from shipper.config.reference import SECTIONS, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "configuration.md").read_text()
EXAMPLE = (ROOT / "config.example.yml").read_text()
SAMPLES = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
ALL_SWITCHED_ON = re.sub(r"^( *)#(?=\S|  )", r"\1", EXAMPLE, flags=re.MULTILINE)
# Fields that are not keys: found by the loader.
FOUND_BY_LOADING = {
    ("Pipeline", "path"),
    ("Input", "pipeline"),
    ("DataStream", "prefix"),
    ("DataStream", "mode"),
    ("Pipeline", "id"),
    ("Settings", "origins"),
    ("Elasticsearch", "files"),
}


def sections(section: keys.Section = keys.TOP) -> Iterator[keys.Section]:
    yield section
    for _, inner in section.nested.values():
        yield from sections(inner)
    if section is keys.TOP:
        yield from sections(keys.INPUT)
        yield from keys.PARSERS.values()
        yield keys.DATASET


def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def plain(text: str) -> Any:
    """YAML as an editor sees it."""
    return yaml.safe_load(text)


def test_every_field_of_the_settings_has_a_key() -> None:
    """A setting that cannot be set, or a key that sets nothing, is a mistake."""
    for section in sections():
        fields = {item.name for item in msgspec.structs.fields(section.struct)}
        targets = [key.target for key in section.keys if key.target]
        targets += [to for to, _ in section.nested.values()] + list(section.lists)
        missing = fields - set(targets)
        assert {(section.struct.__name__, name) for name in missing} <= FOUND_BY_LOADING
        assert set(targets) <= fields, section.title


def test_defaults_in_the_manual_are_those_of_the_settings() -> None:
    """A default is written down once: every default that has a form of its own reads back as itself."""
    shown = {
        f"{section.title}.{key.name}": key.kind.show(default)
        for section in sections()
        for key in section.keys
        if (default := keys.default_of(section, key)) not in (..., None) and not key.default
    }
    assert shown["input.message_max_bytes"] == "1MiB"
    assert shown["input.close.on_state_change.inactive"] == "5m"
    assert (
        shown["output.elasticsearch.timeout"] == "1m30s"
        or shown["output.elasticsearch.timeout"] == "90s"
    )


def test_the_manual_has_every_key() -> None:
    """The tables are those that ``python -m shipper.config.reference docs/configuration.md`` writes."""
    assert rewrite(MANUAL) == MANUAL
    marked = re.findall(r"<!-- keys: (\S+) -->", MANUAL)
    assert sorted(marked) == sorted(SECTIONS)
    assert {id(section) for section in SECTIONS.values()} == {
        id(section) for section in sections() if section.keys
    }


def test_the_manual_names_no_key_that_does_not_exist() -> None:
    """Outside the tables and the column of Filebeat's names, too."""
    known = {name for section in sections() for name in keys.flat(section)}
    known |= {f"ssl.{name}" for name in keys.flat(keys.TLS)} | {
        "output.local",
        "output.elasticsearch",
        "inputs",
    }
    prose = re.sub(
        r"<!-- keys.*?<!-- end -->|## Coming from Filebeat.*|```.*?```", "", MANUAL, flags=re.DOTALL
    )
    named = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", prose)) - {"config.yml"}
    assert named <= known
    assert "shipper.db" not in named


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_samples_of_the_manual_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: str
) -> None:
    """Whoever copies a sample gets a configuration, and editors agree."""
    monkeypatch.setenv("ELASTICSEARCH_API_KEY", "id:some-key-or-other")
    file = tmp_path / "config.yml"
    file.write_text(sample)

    assert load(file).inputs
    validator().validate(plain(sample))


def test_the_example_runs_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a variable set, everything is below the file's folder; with them, where they say."""
    for name in ("SHIPPER_LOGS", "SHIPPER_DATA", "SHIPPER_PORT"):
        monkeypatch.delenv(name, raising=False)
    file = Path(shutil.copy(ROOT / "config.example.yml", tmp_path))
    settings = load(file)
    assert settings.path_data == tmp_path / "data"
    assert [one.paths for one in settings.inputs] == [
        (f"{tmp_path}/logs/{name}",) for name in ("access.log*", "app*.log", "events*.json")
    ]

    monkeypatch.setenv("SHIPPER_LOGS", "/l")
    monkeypatch.setenv("SHIPPER_DATA", "/d")
    monkeypatch.setenv("SHIPPER_PORT", "7")
    settings = load(file)
    assert (str(settings.path_data), str(settings.output.path)) == ("/d", "/d/shipped.db")  # type: ignore[union-attr]
    assert (settings.http.port, settings.inputs[0].paths) == (7, ("/l/access.log*",))


def test_what_the_example_has_switched_off_is_right_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Removing every '#' before a key leaves a configuration that loads, but for the second output."""
    monkeypatch.setenv("ELASTICSEARCH_API_KEY", "id:some-key-or-other")
    text = re.sub(r"^output\.local:\n(?:  .*\n)+", "", ALL_SWITCHED_ON, flags=re.MULTILINE)
    text = re.sub(r"^  (?:username|password): .*\n", "", text, flags=re.MULTILINE)
    text = text.replace("/etc/shipper/ca.pem", "ca.pem")
    (tmp_path / "ca.pem").write_text("x")
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "nginx-access.yml").write_text("{}")
    file = tmp_path / "config.yml"
    file.write_text(text)

    settings = load(file)

    assert settings.name == "web-1"
    assert settings.output.flush_timeout == 1.0
    assert settings.inputs[0].pipeline is not None
    validator().validate(plain(text))


def test_hints_name_keys_that_exist() -> None:
    """A hint stands only for a key that is unknown, and the key that it tells to write is known."""
    known = {name for section in sections() for name in keys.flat(section)} | {
        "output.local",
        "http.port",
    }
    known |= {f"output.elasticsearch.{name}" for name in keys.flat(keys.ELASTICSEARCH)} | {
        "output.elasticsearch.ssl"
    }
    words = {"filestream", "docker", "full"}
    for table, scope in (
        (hints.TOP, keys.TOP),
        (hints.INPUT, keys.INPUT),
        (hints.NDJSON, keys.NDJSON),
    ):
        names = keys.flat(scope)
        for name, text in table.items():
            assert name not in names, name
            for told in re.findall(r"\bwrite ([a-z_]+(?:\.[a-z_]+)*)(?=$|[,:;])", text):
                assert told in known | words or any(one.startswith(f"{told}.") for one in known), (
                    text
                )


def test_the_committed_schema_is_the_printed_one() -> None:
    """``shipper schema > config.schema.json`` after a change of the keys."""
    assert json.loads((ROOT / "config.schema.json").read_text()) == schema()
    assert EXAMPLE.startswith("# yaml-language-server: $schema=./config.schema.json\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(EXAMPLE, id="example"),
        pytest.param(
            "inputs: [{id: a, paths: [x]}]\noutput: {local: {path: x, retention: 7d}}", id="nested"
        ),
        pytest.param(
            "inputs: [{id: a, paths: [x]}]\noutput.local.path: x\nhttp.port: 1", id="dotted"
        ),
        pytest.param(
            "inputs: [{id: a, paths: [x], close: {on_state_change.inactive: 5m}}]", id="mixed"
        ),
        pytest.param(
            "inputs: [{id: a, paths: [x], pipeline: p, fields.a.b: 1}]\nfields.c: 2", id="free"
        ),
        pytest.param(
            "inputs: [{id: a, paths: [x], pipeline.file: p, harvester_limit: '${N}'}]",
            id="substituted",
        ),
        pytest.param(
            "inputs: [{id: a, paths: [x], parsers: [{container: null}, {ndjson: {}}]}]",
            id="parsers",
        ),
    ],
)
def test_the_schema_takes_what_the_loader_takes(text: str) -> None:
    """Editors do not mark a right file."""
    validator().validate(plain(text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("inputs: [{id: a, paths: [x]}]\nhttp.prt: 1", id="unknown_dotted"),
        pytest.param("inputs: [{id: a, paths: [x]}]\nhttp: {prt: 1}", id="unknown_nested"),
        pytest.param("inputs: [{id: a}]", id="paths_missing"),
        pytest.param("inputs: [{id: a, paths: x}]", id="no_list"),
        pytest.param("inputs: [{id: a, paths: [x], ignore_older: 5}]", id="no_unit"),
        pytest.param(
            "inputs: [{id: a, paths: [x], parsers: [{multilin: {}}]}]", id="unknown_parser"
        ),
        pytest.param("inputs: [{id: a, paths: [x], seek_to_tail: maybe}]", id="no_flag"),
        pytest.param("http.port: 1", id="no_inputs"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(text: str) -> None:
    """Editors mark what ``check`` would refuse, as far as one key tells it."""
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(plain(text))
