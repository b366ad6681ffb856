"""``shipper explain``, as a process: a line of a real file on its way to a document."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIPELINE = """\
processors:
  - grok: {field: message, patterns: ['^%{WORD:level} %{INT:n:int}'], tag: first}
  - set: {field: seen, value: true, if: ctx.level == 'info'}
  - lowercase: {field: missing, ignore_failure: true}
  - drop: {if: ctx.level == 'debug'}
  - remove: {field: level}
"""


def explain(folder: Path, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "shipper", "explain", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def folder_of(
    folder: Path,
    lines: bytes,
    keys: str = "pipeline: {file: p, run: edge}",
    output: str = "output.local: {path: out.db}",
) -> Path:
    (folder / "pipelines").mkdir()
    (folder / "pipelines" / "p.yml").write_text(PIPELINE)
    (folder / "app.log").write_bytes(lines)
    (folder / "config.yml").write_text(
        f"inputs:\n  - id: a\n    paths: [app.log]\n    {keys}\n{output}\npath.data: state\n"
    )
    return folder


def sent(out: str) -> list[dict[str, object]]:
    """The lines of the bulk."""
    part = out.split("\nlines of the bulk")[1].partition("\n\n")[0]
    return [json.loads(line) for line in part.splitlines() if line.startswith("{")]


def test_every_step_with_its_changes_and_the_lines_of_the_bulk(tmp_path):
    folder_of(tmp_path, b"warn 0\ninfo 17 \xc3\xa4\nwarn 2\n")

    code, out, _ = explain(tmp_path, "app.log:2")

    assert code == 0
    assert "line 2: input a\nbytes 7 to 18, encoding utf-8\n" in out
    assert '"info 17 ä"' in out
    assert "    grok (p.yml:2) [first]  " in out
    assert '      + level: "info"\n      + n: 17\n' in out
    assert "  ! lowercase (p.yml:4) ignored" in out
    assert "field [missing] not present as part of path [missing]" in out
    assert "  · drop (p.yml:5) skipped: if ctx.level == 'debug'\n" in out
    assert '      - level: "info"\n' in out
    action, document = sent(out)
    assert action == {"create": {"_id": "A" * 16 + f"{7:014}{11:010}"}}
    assert (document["n"], document["seen"]) == (17, True)
    assert "level" not in document
    assert not (tmp_path / "state").exists()


def test_times_of_steps_are_told(tmp_path):
    folder_of(tmp_path, b"info 17\n")

    _, out, _ = explain(tmp_path, "app.log:1")

    (grok,) = [line for line in out.splitlines() if "grok (p.yml:2)" in line]
    assert 0 < float(grok.split()[-2]) < 100_000
    assert grok.endswith(" µs")


def test_a_dropped_event_sends_nothing(tmp_path):
    folder_of(tmp_path, b"debug 1\n")

    code, out, _ = explain(tmp_path, "app.log:1")

    assert code == 0
    assert "  ⌫ drop (p.yml:5) dropped" in out
    assert "  · remove (p.yml:6) not run" in out
    assert "none: the event is dropped" in out


def test_a_failure_shows_the_handlers_that_ship_it(tmp_path):
    folder_of(tmp_path, b"!\n")

    code, out, _ = explain(tmp_path, "app.log:1")

    assert code == 0
    assert "  ✗ grok (p.yml:2) [first] failed" in out
    assert "append (added by Shipper)" in out
    assert "  · set (p.yml:3) not run" in out
    assert sent(out)[1]["tags"] == ["shipper_pipeline_failure"]


def test_what_a_step_did_before_it_failed_is_its_own(tmp_path):
    folder_of(tmp_path, b"a=1 b\n")
    (tmp_path / "pipelines" / "p.yml").write_text(
        "processors:\n  - kv: {field: message, field_split: ' ', value_split: '=', target_field: x}\n"
    )

    _, out, _ = explain(tmp_path, "app.log:1")

    failed = out.split("✗ kv (p.yml:2) failed")[1].split("set (added by Shipper)")[0]
    assert '+ x: {"a": "1"}' in failed


def test_a_failure_that_is_a_dead_letter(tmp_path):
    folder_of(tmp_path, b"!\n", "pipeline: {file: p, run: edge, on_error: dead_letter}")

    code, out, _ = explain(tmp_path, "app.log:1")

    assert code == 1
    assert "refused: illegal_argument_exception: grok: Provided Grok expressions" in out
    assert "none: the event becomes a dead letter" in out


def test_steps_of_called_pipelines_stand_below_their_caller(tmp_path):
    folder_of(tmp_path, b"info 1\n!\n")
    (tmp_path / "pipelines" / "p.yml").rename(tmp_path / "pipelines" / "inner.yml")
    (tmp_path / "pipelines" / "p.yml").write_text(
        "processors:\n  - set: {field: a, value: 1}\n  - pipeline: {name: inner}\n  - set: {field: b, value: 1}\n"
    )

    good, bad = (explain(tmp_path, f"app.log:{line}")[1] for line in (1, 2))

    order = [line.split("(")[0].strip() for line in good.splitlines() if ".yml:" in line]
    assert order[:3] == ["set", "pipeline", "grok"]
    assert "      grok (inner.yml:2)" in good
    assert "  ✗ pipeline (p.yml:3) failed" in bad
    assert "  ✗   grok (inner.yml:2) [first] failed" in bad
    assert "  · set (p.yml:4) not run" in bad


@pytest.mark.parametrize("line", [2, 3, 4])
def test_a_line_of_a_group_shows_the_whole_event_after_each_parser(tmp_path, line):
    folder_of(
        tmp_path,
        b"info 1\nwarn 2\n at a\n at b\ninfo 3\n",
        "parsers: [{multiline: {type: pattern, pattern: '^ ', match: after}}]",
    )

    code, out, _ = explain(tmp_path, f"app.log:{line}")

    assert code == 0
    assert "bytes 7 to 26" in out
    lines, joined = out.split("\nmultiline")
    assert '    "warn 2"\n    " at a"\n    " at b"\n' in lines
    assert '    "warn 2\\n at a\\n at b"\n    flags: multiline\n' in joined
    assert "event (the input has no pipeline)" in out
    assert sent(out)[1]["message"] == "warn 2\n at a\n at b"


def test_a_container_s_path_and_parser(tmp_path):
    folder = tmp_path / "pods" / "shop_web-7d4b_01234567-89ab-cdef-0123-456789abcdef" / "nginx"
    folder.mkdir(parents=True)
    (folder / "0.log").write_bytes(
        b"2026-11-20T08:00:00.5Z stdout P GET\n2026-11-20T08:00:00.6Z stdout F  /\n"
    )
    (tmp_path / "config.yml").write_text(
        "inputs:\n  - id: a\n    paths: [pods/*/*/*.log]\n    parsers: [{container: {}}]\n"
        "output.local: {path: x.db}\n"
    )

    code, out, _ = explain(tmp_path, f"{folder}/0.log:2")

    assert code == 0
    document = sent(out)[1]
    assert document["message"] == "GET /"
    assert document["kubernetes"] == {
        "namespace": "shop",
        "pod": {"name": "web-7d4b", "uid": "01234567-89ab-cdef-0123-456789abcdef"},
        "container": {"name": "nginx"},
    }


@pytest.mark.parametrize(
    ("encoding", "line"), [("utf-16le", 2), ("utf-16be", 2), ("latin1", 3), ("utf-8", 1)]
)
def test_lines_are_counted_in_every_encoding(tmp_path, encoding, line):
    text = "ਊ info ä\nsecond line\nthird\n" if encoding != "latin1" else "info ä\nsecond\nthird\n"
    folder_of(tmp_path, text.encode(encoding), f"encoding: {encoding}")

    _, out, _ = explain(tmp_path, f"app.log:{line}")

    assert sent(out)[1]["message"] == text.splitlines()[line - 1]


def test_a_line_far_behind_over_long_lines(tmp_path):
    lines = [b"x" * 3_000_000, *(b"line %d" % number for number in range(2, 60_000))]
    folder_of(tmp_path, b"\n".join(lines) + b"\n", "message_max_bytes: 1KiB")

    _, out, _ = explain(tmp_path, "app.log:50000")
    _, cut, _ = explain(tmp_path, "app.log:1")

    assert sent(out)[1]["message"] == "line 50000"
    assert "flags: truncated" in cut
    assert len(str(sent(cut)[1]["message"])) == 1024


@pytest.mark.parametrize("line", [1, 3])
def test_a_line_that_is_no_event_says_why(tmp_path, line):
    folder_of(tmp_path, b"skip me\ninfo\n\n", "exclude_lines: [skip]")

    code, out, _ = explain(tmp_path, f"app.log:{line}")

    assert code == 1
    assert "no event: it is empty, or include_lines or exclude_lines leave it out" in out


def test_a_pipeline_that_cannot_run_here(tmp_path):
    folder_of(tmp_path, b"info 1\n", "pipeline: {file: p, run: auto}")
    (tmp_path / "pipelines" / "p.yml").write_text(
        "processors: [{enrich: {policy_name: p, field: a, target_field: b}}]\n"
    )

    code, out, _ = explain(tmp_path, "app.log:1")

    assert code == 0
    assert "the pipeline does not run at the edge" in out
    assert "lines of the bulk; output.local runs no pipelines" in out


@pytest.mark.parametrize(
    ("run", "step", "words"),
    [
        ("edge", "enrich: {policy_name: p, field: a, target_field: b}", "does not run at the edge"),
        ("edge", "set: {fild: a}", "required property is missing"),
        ("auto", "set: {fild: a}", "did you mean 'field'"),
        ("cluster", "set: {field: _id, value: 1}", "sets _id"),
        ("auto", "reroute: {dataset: x}", "changes _index"),
    ],
)
def test_what_is_refused_is_not_shown_as_sent(tmp_path, run, step, words):
    folder_of(tmp_path, b"info 1\n", f"pipeline: {{file: p, run: {run}}}")
    (tmp_path / "pipelines" / "p.yml").write_text(f"processors: [{{{step}}}]\n")

    code, out, _ = explain(tmp_path, "app.log:1")

    assert code == 1
    assert "the pipeline is refused, and nothing is sent" in out
    assert words in out
    assert "lines of the bulk" not in out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["app.log"], 2, "expected LOGFILE:LINE"),
        (["app.log:0"], 2, "expected LOGFILE:LINE"),
        (["app.log:9"], 1, "app.log: has no line 9"),
        (["other.log:1"], 2, "no input reads other.log; name one with --input ID, of: a"),
        (["other.log:1", "--input", "b"], 2, "no such input; there are: a"),
        (["other.log:1", "--input", "a"], 1, "other.log: No such file"),
    ],
)
def test_mistakes_of_usage(tmp_path, words, code, message):
    folder_of(tmp_path, b"info 1\n")

    found, _, err = explain(tmp_path, *words)

    assert (found, message in err) == (code, True), err


def test_a_log_does_not_steer_the_terminal(tmp_path):
    folder_of(tmp_path, b"\x1b[31minfo\x07\n")

    _, out, _ = explain(tmp_path, "app.log:1")

    assert "\x1b" not in out
    assert "\x07" not in out


def test_side_by_side_with_the_cluster(tmp_path, opensearch):
    dataset = f"x{secrets.token_hex(4)}"
    folder_of(
        tmp_path,
        b"info 17\n!\ndebug 1\n",
        f"data_stream: {{dataset: {dataset}}}\n    pipeline: {{file: p, run: edge}}",
        f'output.elasticsearch: {{hosts: ["{opensearch.url}"]}}\npipeline.flavour: opensearch',
    )

    for line in (1, 2, 3):
        code, out, _ = explain(tmp_path, f"app.log:{line}")
        assert code == 0, out
        assert "in the cluster (opensearch " in out
        assert "the same in both" in out
        assert "≠" not in out
    assert "drop success" in out or "drop dropped" in out
    assert "in the cluster" not in explain(tmp_path, "app.log:1", "--no-cluster")[1]


def test_a_difference_is_marked(tmp_path, opensearch):
    """Elasticsearch's meaning beside an OpenSearch node: the same reference twice is a list in one of them only."""
    folder_of(
        tmp_path,
        b"1 2\n",
        output=f'output.elasticsearch: {{hosts: ["{opensearch.url}"]}}',
    )
    (tmp_path / "pipelines" / "p.yml").write_text(
        "processors:\n  - grok: {field: message, patterns: ['%{INT:a} %{INT:a}']}\n"
    )

    code, out, _ = explain(tmp_path, "app.log:1")

    assert code == 1
    assert "  ≠   grok (p.yml:2) ran" in out
    assert 'edge     ["1", "2"]' in out
    assert "the documents differ: - the edge, + the cluster" in out


def test_a_pipeline_of_the_cluster_is_followed_there(tmp_path, opensearch):
    name = f"x{secrets.token_hex(4)}"
    body = {
        "processors": [{"set": {"field": "a", "value": 1}}, {"uppercase": {"field": "message"}}]
    }
    opensearch.request("PUT", f"/_ingest/pipeline/{name}", body)
    folder_of(
        tmp_path,
        b"info\n",
        f"pipeline: {name}",
        f'output.elasticsearch: {{hosts: ["{opensearch.url}"]}}',
    )

    code, out, _ = explain(tmp_path, "app.log:1")

    assert code == 0
    assert "lines of the bulk, before the cluster's pipeline" in out
    assert '~ message: "info" → "INFO"' in out
    assert out.rstrip().split("\ndocument\n")[1].count("a: 1") == 1


def test_a_cluster_that_is_away_is_no_failure(tmp_path):
    folder_of(tmp_path, b"info 1\n", output='output.elasticsearch: {hosts: ["http://127.0.0.1:1"]}')

    code, out, _ = explain(tmp_path, "app.log:1")

    assert code == 0
    assert "not asked: http://127.0.0.1:1: connect" in out
