"""
Wrong configurations: each error at its exact line and column, and the mended file that loads.

In ``wrong`` and ``mended``, what differs is told by one replacement, so that each case is a real edit of a real file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shipper.config import load
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = """\
inputs:
  - id: app
    paths: [/var/log/app/*.log]
    parsers:
      - multiline:
          pattern: '^\\d{4}'
          negate: true
    data_stream: {dataset: app}
  - id: web
    paths: [web/access.log]
output.elasticsearch:
  hosts: ["https://es:9200"]
  username: shipper
  password: s3cret-word
path.data: ./state
http.port: 5066
"""

# id, what stands in the right file, what stands there instead, line, column, parts of the message
CASES = [
    ("unknown_key", "path.data: ./state", "path.daat: ./state", 15, 1,
     ["unknown key 'path.daat'", "did you mean 'path.data'?"]),
    ("unknown_key_nested", "    paths: [web/access.log]", "    path: [web/access.log]", 10, 5,
     ["unknown key 'path'", "section input", "did you mean 'paths'?"]),
    ("key_of_another_section", "http.port: 5066", "hosts: [es]", 16, 1,
     ["unknown key 'hosts'", "did you mean 'output.elasticsearch.hosts'?"]),
    ("key_of_an_input_at_the_top", "http.port: 5066", "data_stream: {dataset: x}", 16, 1,
     ["unknown key 'data_stream'", "'data_stream.dataset' is a key of an input: move it there"]),
    ("filebeat_inputs", "inputs:", "filebeat.inputs:", 1, 1,
     ["unknown key 'filebeat.inputs'", "write inputs"]),
    ("filebeat_clean_inactive", "    paths: [web/access.log]", "    paths: [web/access.log]\n    clean_inactive: 72h", 11, 5,
     ["not seen is not deleted; use clean_deleted"]),
    ("filebeat_scan_frequency", "    paths: [web/access.log]", "    paths: [web/access.log]\n    scan_frequency: 10s", 11, 5,
     ["write prospector.scanner.check_interval"]),
    ("filebeat_nested_hint", "http.port: 5066", "queue:\n  disk:\n    max_size: 10GB", 17, 3,
     ["unknown key 'queue.disk'", "the log file is the buffer"]),
    ("filebeat_preset", "  username: shipper", "  preset: latency\n  username: shipper", 13, 3,
     ["output.elasticsearch.preset", "bulk_max_size"]),
    ("type_log", "  - id: web", "  - type: log\n    id: web", 9, 11,
     ["found the text 'log'", "expected filestream", "write filestream"]),
    ("twice", "http.port: 5066", "http.port: 5066\nhttp.port: 5067", 17, 1,
     ["'http.port' for the second time (first at line 16)"]),
    ("twice_in_two_spellings", "http.port: 5066", "http.port: 5066\nhttp: {host: 127.0.0.1, port: 1}", 17, 25,
     ["'http.port' for the second time (first at line 16)", "dotted and nested"]),
    ("port_too_large", "5066", "65536", 16, 12,
     ["found the number 65536", "expected a whole number from 0 to 65535"]),
    ("port_is_text", "5066", "'5066'", 16, 12, ["found the text '5066'", "write it without quotes"]),
    ("port_leading_zero", "5066", "05066", 16, 12, ["found the text '05066'", "5066"]),
    ("bool_of_yaml_1_1", "negate: true", "negate: yes", 7, 19,
     ["found the text 'yes'", "write true", "YAML 1.2"]),
    ("list_expected", "paths: [web/access.log]", "paths: web/access.log", 10, 12,
     ["found the text 'web/access.log'", "a list of paths or globs", "write ['web/access.log']"]),
    ("mapping_expected", "{dataset: app}", "app", 8, 18,
     ["found the text 'app'", "expected a mapping below 'data_stream'"]),
    ("list_where_a_mapping_is_expected", "http.port: 5066", "http: [5066]", 16, 7,
     ["found a list", "expected a mapping below 'http'"]),
    ("empty_list", "paths: [web/access.log]", "paths: []", 10, 12, ["found an empty list", "name at least one"]),
    ("id_is_number", "id: web", "id: 7", 9, 9, ["found the number 7", "put it in quotes: '7'"]),
    ("id_missing", "  - id: web\n    paths", "  - paths", 9, 5, ["'id' is missing"]),
    ("id_twice", "id: web", "id: app", 9, 9, ["the id 'app' for the second time (first at line 2)"]),
    ("duration_bare_number", "http.port: 5066", "shutdown_timeout: 5", 16, 19,
     ["found the number 5", "a duration with a unit", "write 5s"]),
    ("duration_in_days", "http.port: 5066", "setup.retention: 30", 16, 18,
     ["found the number 30", "write 30d if days are meant"]),
    ("duration_unit", "http.port: 5066", "shutdown_timeout: 5 sec", 16, 19,
     ["found the text '5 sec'", "units are ms, s, m, h and d"]),
    ("size_unit", "http.port: 5066", "queue.mem.bytes: 10M", 16, 18,
     ["found the text '10M'", "10MiB (1024) or 10MB (1000)"]),
    ("size_word", "http.port: 5066", "queue.mem.bytes: many", 16, 18, ["found the text 'many'", "10MiB"]),
    ("regex", r"'^\d{4}'", r"'^\d{4}('", 6, 20,
     ["the regular expression '^\\d{4}('", "at character 7", "unterminated"]),
    ("regex_repeat", r"'^\d{4}'", "'*.log'", 6, 20, ["at character 1", "this is no glob"]),
    ("encoding", "    paths: [web/access.log]", "    paths: [web/access.log]\n    encoding: utf-9", 11, 15,
     ["unknown encoding 'utf-9'", "did you mean"]),
    ("encoding_not_of_text", "    paths: [web/access.log]", "    paths: [web/access.log]\n    encoding: base64", 11, 15,
     ["'base64'", "not an encoding of text"]),
    ("dataset", "dataset: app", "dataset: My-App", 8, 28, ["'My-App'", "write 'my_app'"]),
    ("timezone", "    data_stream: {dataset: app}", "      - syslog: {timezone: Europe/Berln}\n    data_stream: {dataset: app}", 8, 28,
     ["the time zone 'Europe/Berln' is unknown", "did you mean 'Europe/Berlin'?"]),
    ("parser_unknown", "- multiline:", "- mutliline:", 5, 9,
     ["unknown parser 'mutliline'", "did you mean 'multiline'?"]),
    ("parser_key", "negate: true", "negat: true", 7, 11, ["unknown key 'negat'", "did you mean 'negate'?"]),
    ("parser_two_in_one", "          negate: true", "          negate: true\n        ndjson: {}", 5, 9,
     ["found 2 keys", "begin each parser with a '- '"]),
    ("parser_container_late", "    data_stream: {dataset: app}", "      - container: {}\n    data_stream: {dataset: app}", 8, 9,
     ["the container parser after another one", "move it to the top"]),
    ("multiline_without_pattern", "          pattern: '^\\d{4}'\n", "", 5, 9,
     ["multiline of type pattern without pattern"]),
    ("multiline_count", "          pattern: '^\\d{4}'\n          negate: true", "          type: count", 5, 9,
     ["multiline of type count without count_lines"]),
    ("multiline_unused", "          negate: true", "          negate: true\n          count_lines: 3", 8, 11,
     ["count_lines has no effect with type: pattern"]),
    ("host_scheme", "https://es:9200", "ftp://es:9200", 12, 11, ["the scheme 'ftp' is unknown"]),
    ("host_port", "https://es:9200", "https://es:92000", 12, 11, ["no number from 1 to 65535"]),
    ("host_login", "https://es:9200", "https://me:hidden-word@es:9200", 12, 11,
     ["a name or password in the address", "use username and password"]),
    ("hosts_missing", '  hosts: ["https://es:9200"]\n', "", 11, 1, ["'output.elasticsearch.hosts' is missing"]),
    ("username_without_password", "  password: s3cret-word\n", "", 13, 13, ["username without password"]),
    ("password_without_username", "  username: shipper\n", "", 13, 13, ["password without username"]),
    ("two_logins", "  username: shipper", "  api_key: id:key\n  username: shipper", 13, 12,
     ["both api_key and username"]),
    ("two_outputs", "path.data", "output.local.path: x.db\npath.data", 15, 1,
     ["2 outputs", "expected exactly one"]),
    ("no_output", RIGHT[RIGHT.index("output."): RIGHT.index("path.data")], "", 1, 1, ["no output"]),
    ("no_inputs", RIGHT[: RIGHT.index("output.")], "", 1, 1, ["'inputs' is missing"]),
    ("ca_missing", "  username: shipper", "  ssl.certificate_authorities: [ca.pem]\n  username: shipper", 13, 33,
     ["'ca.pem' cannot be read", "No such file"]),
    ("certificate_without_key", "  username: shipper", "  ssl.certificate: here.pem\n  username: shipper", 13, 20,
     ["ssl.certificate without ssl.key"]),
    ("pipeline_file", "    paths: [web/access.log]", "    paths: [web/access.log]\n    pipeline: {file: ngix}", 11, 22,
     ["no pipeline file 'ngix' in", "pipelines", "did you mean 'nginx'?"]),
    ("pipeline_run", "    paths: [web/access.log]", "    paths: [web/access.log]\n    pipeline: {file: nginx, run: egde}", 11, 34,
     ["found the text 'egde'", "edge, cluster"]),
    ("pipeline_two_ways", "    paths: [web/access.log]", "    paths: [web/access.log]\n    pipeline: nginx\n    pipeline.file: nginx", 11, 15,
     ["both the id of a pipeline and keys below 'pipeline'"]),
    ("ignore_older", "    paths: [web/access.log]", "    paths: [web/access.log]\n    ignore_older: 5m", 11, 19,
     ["not longer than close.on_state_change.inactive"]),
    ("message_and_batch", "    paths: [web/access.log]", "    paths: [web/access.log]\n    message_max_bytes: 4MiB", 11, 24,
     ["message_max_bytes (4MiB) does not fit twice into a batch", "output.elasticsearch.bulk_max_bytes"]),
    ("memory_and_batch", "http.port: 5066", "queue.mem.bytes: 1MiB", 16, 18,
     ["queue.mem.bytes (1MiB) is less than one batch"]),
    ("variable", "./state", "${SHIPPER_NOT_SET}/x", 15, 12,
     ["the environment variable SHIPPER_NOT_SET is not set", "${SHIPPER_NOT_SET:-default}"]),
    ("variable_filebeat_default", "5066", "${PORT:5066}", 16, 12, ["write ${PORT:-5066}"]),
    ("variable_open", "./state", "${HOME", 15, 12, ["'${' without '}'"]),
    ("secret_file", "s3cret-word", "${file:no-such-file}", 14, 13,
     ["the file 'no-such-file' of a ${file:} cannot be read"]),
    ("tab", "    paths: [web/access.log]", "\tpaths: [web/access.log]", 10, 1, ["a tab", "spaces"]),
    ("yaml_indent", "    paths: [web/access.log]", "     paths: [web/access.log]", 10, 11, ["not YAML"]),
    ("yaml_escape", r"'^\d{4}'", r'"^\d{4}"', 6, 22, ["an unknown escape", "single quotes"]),
    ("yaml_glob", "[web/access.log]", "[*.log]", 10, 13, ["a value cannot begin with '*'", "quotes"]),
    ("yaml_substitution_in_flow", "[web/access.log]", "[${HOME}/access.log]", 10, 14,
     ["'${' inside [ ] or { } without quotes"]),
    ("yaml_merge", "  - id: web", "  - <<: {}\n    id: web", 9, 5, ["the merge key '<<'"]),
    ("yaml_tag", "5066", "!port 5066", 16, 12, ["the tag '!port'"]),
    ("yaml_second_document", "http.port: 5066", "---\nhttp.port: 5066", 16, 1, ["a second document"]),
    ("fields_twice", "http.port: 5066", "fields: {a.b: 1, a: {b: 2}}", 16, 18, ["'b' for the second time"]),
    ("prefix_of_a_data_stream", "  username: shipper", "  target.prefix: app\n  username: shipper", 13, 18,
     ["target.prefix: app with target.mode: data_stream", "expected 'logs'", "rollover_alias or daily"]),
    ("prefix_logs_of_daily_indices", "  username: shipper", "  target: {mode: daily, prefix: logs}\n  username: shipper", 13, 33,
     ["target.prefix: logs with target.mode: daily", "logs-*-* belongs to data streams", "the default is 'shipper'"]),
    ("prefix_of_built_in_templates", "  username: shipper", "  target: {mode: rollover_alias, prefix: metrics}\n  username: shipper", 13, 42,
     ["metrics-*-* belongs to data streams"]),
    ("prefix_that_no_index_may_have", "  username: shipper", "  target: {mode: daily, prefix: _app}\n  username: shipper", 13, 33,
     ["target.prefix: '_app' begins with '_'", "no index may be named so", "write 'app'"]),
    ("prefix_with_a_dash", "  username: shipper", "  target: {mode: daily, prefix: my-app}\n  username: shipper", 13, 33,
     ["'my-app' has a sign that is not allowed", "write 'my_app'"]),
    ("target_mode", "  username: shipper", "  target.mode: weekly\n  username: shipper", 13, 16,
     ["found the text 'weekly'", "data_stream", "rollover_alias", "daily"]),
    ("pause_limit", "  username: shipper", "  pause_limit: 30d\n  username: shipper", 13, 16,
     ["pause_limit is longer than 7d", "dead-letter replay"]),
    ("reference_without_brackets", "data_stream: {dataset: app}", "data_stream: {dataset: 'app.%{kind}'}", 8, 28,
     ["has a reference that cannot be read", "%{[field.name]}", "in square brackets"]),
    ("reference_with_a_wrong_default", "data_stream: {dataset: app}", "data_stream: {dataset: 'app.%{[kind]:A-B}'}", 8, 28,
     ["'A-B' has upper case", "write 'a_b'"]),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "nginx.json").write_text("{}")
    (tmp_path / "here.pem").write_text("x")
    monkeypatch.delenv("SHIPPER_NOT_SET", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("was", "wrong", "line", "column", "parts"),
    [pytest.param(*case[1:], id=case[0]) for case in CASES],
)
def test_error_has_its_place_and_its_mend(
    folder: Path, was: str, wrong: str, line: int, column: int, parts: list[str]
) -> None:
    """The one mistake is told at its line and column, with what to do; undoing it makes the file load."""
    file = folder / "config.yml"
    assert RIGHT.count(was) >= 1
    broken = wrong.join(RIGHT.rsplit(was, 1))
    file.write_text(broken)

    with pytest.raises(ConfigError) as caught:
        load(file)

    assert len(caught.value.problems) == 1, caught.value.problems
    problem = caught.value.problems[0]
    assert problem.startswith(f"{file}:{line}:{column}: "), problem
    for part in parts:
        assert part in problem
    assert problem.count("; ") >= 1, "what was found; what was expected; what to do"
    assert caught.value.exit_code == 78

    file.write_text(RIGHT)
    assert [one.id for one in load(file).inputs] == ["app", "web"]


def test_all_errors_are_told_in_one_run(folder: Path) -> None:
    """Mistakes in five sections are five lines, in the order of the file."""
    file = folder / "config.yml"
    text = RIGHT.replace("negate: true", "negate: on").replace("dataset: app", "dataset: A")
    text = (
        text.replace("id: web", "idd: web")
        .replace("5066", "x")
        .replace("https://es", "gopher://es")
    )
    file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        load(file)

    places = [p.removeprefix(f"{file}:").split(": ")[0] for p in caught.value.problems]
    assert places == ["7:19", "8:28", "9:5", "12:11", "16:12"]


@pytest.mark.parametrize(
    ("name", "found"),
    [("missing.yml", "No such file"), (".", "Is a directory")],
)
def test_file_that_cannot_be_read(folder: Path, name: str, found: str) -> None:
    """A missing file is a configuration error like others, with a place."""
    with pytest.raises(ConfigError, match=found) as caught:
        load(folder / name)
    assert caught.value.problems[0].startswith(f"{folder / name}:1:1: cannot be read")


def test_bytes_that_are_not_utf8_have_a_place(folder: Path) -> None:
    """The first wrong byte is named with its line and column."""
    file = folder / "config.yml"
    file.write_bytes(b"inputs: []\nname: caf\xe9\n")

    with pytest.raises(ConfigError) as caught:
        load(file)

    assert caught.value.problems[0].startswith(f"{file}:2:10: the byte 0xe9")


def test_empty_file(folder: Path) -> None:
    """A file of comments only says where to begin."""
    file = folder / "config.yml"
    file.write_text("# nothing\n")

    with pytest.raises(ConfigError, match=r"an empty file.*config\.example\.yml"):
        load(file)


def test_an_override_is_named_as_the_source(folder: Path) -> None:
    """A wrong --set has its own place, and its column counts from the key."""
    file = folder / "config.yml"
    file.write_text(RIGHT)

    with pytest.raises(ConfigError) as caught:
        load(file, ["http.port=70000", "nonsense", "http.prt=1", "tags=[a"])

    assert [p.split(": ")[0] for p in caught.value.problems] == [
        "--set http.port:1:11",
        "--set nonsense:1:1",
        "--set http.prt:1:1",
        "--set tags:1:6",
    ]


def test_nested_aliases_do_not_exhaust_the_machine(folder: Path) -> None:
    """Aliases that copy aliases are refused before they are expanded."""
    file = folder / "config.yml"
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    file.write_text("\n".join(lines))

    with pytest.raises(ConfigError, match="more than 100000 values"):
        load(file)


def test_an_alias_whose_name_depends_on_the_event(folder: Path) -> None:
    """Aliases are made by setup, which cannot know their names; what the configuration says of a field is known."""
    file = folder / "config.yml"
    wrong = RIGHT.replace("dataset: app", "dataset: 'app.%{[kind]}'").replace(
        "  username", "  target.mode: rollover_alias\n  username"
    )
    file.write_text(wrong)

    with pytest.raises(ConfigError) as caught:
        load(file)
    (line,) = caught.value.problems
    assert line.startswith(f"{file}:8:28: 'shipper-app.%{{[kind]}}-default' depends on each event")

    file.write_text(wrong.replace("[kind]", "[fields.kind]") + "fields: {kind: web}\n")
    assert load(file).inputs[0].data_stream.name == "shipper-app.web-default"
