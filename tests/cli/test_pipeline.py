"""``shipper pipeline``, as a process, with real files; with a cluster where one is to be had."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
SHOP = """\
description: shop
processors:
  - grok: {field: message, patterns: ['^%{WORD:level} %{INT:n:int}$']}
  - drop: {if: ctx.level == 'debug'}
  - set: {field: seen, value: true}
"""
LINES = "info 1\ndebug 2\nbroken\nwarn 3\n"


def shipper(folder: Path, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "shipper", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def pipeline(folder: Path, *words: str) -> tuple[int, str, str]:
    return shipper(folder, "pipeline", *words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one pipeline and one log, and no configuration."""
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "shop.yml").write_text(SHOP)
    (tmp_path / "app.log").write_text(LINES)
    return tmp_path


def config(folder: Path, text: str) -> None:
    (folder / "config.yml").write_text(text)


def documents(out: str) -> list[Any]:
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


# test


def test_lines_of_a_file_without_any_configuration(folder):
    code, out, err = pipeline(folder, "test", "shop", "app.log")

    assert code == 1
    found = documents(out)
    assert found[0] == {"message": "info 1", "level": "info", "n": 1, "seen": True}
    assert found[1]["tags"] == ["shipper_pipeline_failure"]
    assert len(found) == 3
    assert "app.log:2: dropped" in err
    assert "app.log:3: grok (shop.yml:3) failed: Provided Grok expressions do not match" in err
    assert "it matches up to column 7, where ` ` does not" in err
    assert "4 events, 1 dropped, 1 failed" in err


def test_log_files_may_stand_behind_options(folder):
    config(folder, "inputs: [{id: a, paths: [/x.log]}]\noutput.local: {path: ./o.db}\n")
    (folder / "app.log").write_text("info 1\n")
    plain = pipeline(folder, "test", "shop", "app.log", "-c", "config.yml")

    for words in (
        ["shop", "-c", "config.yml", "app.log"],
        ["-c", "config.yml", "shop", "app.log"],
        ["shop", "app.log", "-c", "config.yml", "app.log"],
    ):
        code, out, _ = pipeline(folder, "test", *words)
        assert (code, documents(out)) == (0, documents(plain[1]) * words.count("app.log"))
    assert "unknown option '--recrd'" in pipeline(folder, "test", "shop", "app.log", "--recrd")[2]


def test_a_path_in_place_of_a_name(folder):
    (folder / "pipelines" / "shop.yml").rename(folder / "my.yml")
    (folder / "app.log").write_text("info 1\n")

    code, out, _ = pipeline(folder, "test", "./my.yml", "app.log")

    assert code == 0
    assert documents(out)[0]["n"] == 1


def test_what_the_agent_adds_is_left_out_unless_asked_for(folder):
    (folder / "pipelines" / "shop.yml").write_text(
        "processors: [{set: {field: host.kind, value: '{{{host.name}}}-{{{data_stream.type}}}'}}]\n"
    )
    _, out, _ = pipeline(folder, "test", "shop", "app.log")
    _, full, _ = pipeline(folder, "test", "shop", "app.log", "--full")

    assert documents(out)[0] == {"message": "info 1", "host": {"kind": "localhost-logs"}}
    assert documents(full)[0]["log"]["file"]["path"] == str(folder / "app.log")


def test_a_failure_that_the_pipeline_handles_is_none(folder):
    handled = SHOP + "on_failure: [{set: {field: bad, value: true}}]\n"
    (folder / "pipelines" / "shop.yml").write_text(handled)

    code, out, err = pipeline(folder, "test", "shop", "app.log")

    assert (code, documents(out)[1]["bad"]) == (0, True)
    assert "4 events, 1 dropped, 0 failed, 1 handled their failure" in err


def test_a_failure_with_on_error_dead_letter_is_refused(folder):
    config(
        folder,
        "inputs: [{id: a, paths: [app.log], pipeline: {file: shop, run: edge, on_error: dead_letter}}]\n"
        "output.local: {path: x.db}\n",
    )

    code, out, err = pipeline(folder, "test", "shop", "app.log")

    assert (code, len(documents(out))) == (1, 2)
    assert "app.log:3: grok (shop.yml:3) failed" in err


def test_the_input_of_the_configuration_reads_the_file(folder):
    config(
        folder,
        "inputs:\n  - id: a\n    paths: [app.log]\n    tags: [t]\n    exclude_lines: [broken]\n"
        "    parsers: [{multiline: {type: count, count_lines: 2}}]\n"
        "    pipeline: {file: shop, run: edge}\noutput.local: {path: x.db}\n",
    )
    (folder / "pipelines" / "shop.yml").write_text(
        "processors: [{append: {field: tags, value: u}}]"
    )

    _, out, _ = pipeline(folder, "test", "shop", "app.log")

    assert documents(out) == [{"message": "info 1\ndebug 2", "tags": ["t", "u"]}]


def test_record_then_compare_then_a_difference(folder):
    assert pipeline(folder, "test", "shop", "app.log", "--record")[0] == 0
    samples = folder / "pipelines" / "samples" / "shop"
    expected = samples / "expected.ndjson"
    lines = expected.read_text().splitlines()
    assert (samples / "lines.log").read_text() == LINES
    assert json.loads(lines[1]) is None  # dropped
    assert pipeline(folder, "test", "shop")[:2] == (0, "4 events: all as expected\n")

    lines[3] = lines[3].replace('"n": 3', '"n": 4, "more": 1')
    expected.write_text("\n".join(lines) + "\n")
    code, out, _ = pipeline(folder, "test", "shop")

    assert code == 1
    assert "lines.log:4 differs from" in out
    assert "- n: 4\n    + n: 3" in out
    assert "- more: 1\n    + more: (nothing)" in out
    assert "4 events: 1 differ" in out


def test_an_event_more_or_less_is_a_difference(folder):
    pipeline(folder, "test", "shop", "app.log", "--record")
    lines = folder / "pipelines" / "samples" / "shop" / "lines.log"

    lines.write_text(LINES + "info 9\n")
    more = pipeline(folder, "test", "shop")
    lines.write_text("info 1\n")
    less = pipeline(folder, "test", "shop")

    assert (more[0], less[0]) == (1, 1)
    assert "lines.log:5 differs" in more[1]
    assert "lines.log: no event differs from" in less[1]


def test_record_keeps_lines_that_are_right_with_their_placeholders(folder):
    (folder / "pipelines" / "shop.yml").write_text(
        "processors: [{set: {field: at, value: '{{{_ingest.timestamp}}}'}}]\n"
    )
    samples = folder / "pipelines" / "samples" / "shop"
    samples.mkdir(parents=True)
    (samples / "lines.log").write_text("a\nb\n")
    kept = '{"message": "a", "at": "{year}-{any}Z"}'
    (samples / "expected.ndjson").write_text(kept + '\n{"message": "b", "at": "never"}\n')

    assert pipeline(folder, "test", "shop")[0] == 1
    pipeline(folder, "test", "shop", "--record")

    recorded = (samples / "expected.ndjson").read_text().splitlines()
    assert recorded[0] == kept
    assert "never" not in recorded[1]


def test_samples_bring_their_own_input(folder):
    samples = folder / "pipelines" / "samples" / "shop"
    samples.mkdir(parents=True)
    (samples / "lines.log").write_text("info\n 1\n")
    (samples / "input.yml").write_text(
        "parsers:\n  - multiline: {type: pattern, pattern: '^ ', match: after}\n"
    )
    (folder / "pipelines" / "shop.yml").write_text("processors: []\n")

    _, out, err = pipeline(folder, "test", "shop")

    assert documents(out) == [{"message": "info\n 1"}]
    assert "nothing is expected yet: --record writes this" in err


def test_other_samples_are_not_overwritten(folder):
    pipeline(folder, "test", "shop", "app.log", "--record")
    (folder / "other.log").write_text("info 7\n")

    code, _, err = pipeline(folder, "test", "shop", "other.log", "--record")

    assert code == 2
    assert "holds other samples already" in err


@pytest.mark.parametrize("name", ["nginx-error", "syslog"])
def test_ready_pipelines_are_as_expected(name):
    code, out, _ = shipper(ROOT, "pipeline", "test", name)

    assert code == 0, out
    assert "all as expected" in out


def test_what_cannot_run_here_is_told(folder):
    (folder / "pipelines" / "shop.yml").write_text(
        "processors:\n  - enrich: {policy_name: p, field: a, target_field: b}\n"
    )

    code, out, err = pipeline(folder, "test", "shop", "app.log")

    assert (code, out) == (1, "")
    assert "shop.yml:2:5: the processor 'enrich' does not run at the edge" in err


def test_control_characters_of_a_log_do_not_reach_the_terminal(folder):
    (folder / "app.log").write_text("\x1b[31mred\n")

    _, out, err = pipeline(folder, "test", "shop", "app.log")

    assert "\x1b" not in out + err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["test", "shopp", "app.log"], "did you mean 'shop'"),
        (["test", "./none.yml", "app.log"], "there is no such file"),
        (["test", "shop"], "shop has no samples"),
        (["test", "shop", "app.log", "--cluster"], "no configuration file"),
        (["pull", "shop"], "no configuration file"),
        (["frob"], "invalid choice: 'frob'"),
        (["test", "shop", "app.log", "--input", "x"], "no such input"),
    ],
)
def test_mistakes_of_usage(folder, words, message):
    code, _, err = pipeline(folder, *words)

    assert code == 2
    assert message in err


def test_a_default_configuration_whose_secrets_are_missing_is_left_out(folder):
    config(
        folder,
        "inputs: [{id: a, paths: [app.log], pipeline: {file: shop, run: edge}}]\n"
        'output.elasticsearch: {hosts: ["http://x"], api_key: "${NOT_SET_HERE}"}\n',
    )
    (folder / "app.log").write_text("info 1\n")

    code, _, err = pipeline(folder, "test", "shop", "app.log")
    named = pipeline(folder, "test", "shop", "app.log", "-c", "config.yml")

    assert code == 0
    assert "going on without a configuration" in err
    assert named[0] == 78


# list and explain


def test_list_shows_what_runs_where_and_why_not(folder):
    (folder / "pipelines" / "far.yml").write_text(
        "processors: [{enrich: {policy_name: p, field: a, target_field: b}}]\n"
    )
    (folder / "pipelines" / "bad.yml").write_text("processors: [{sett: {field: a}}]\n")
    config(
        folder,
        "inputs:\n  - {id: a, paths: [app.log], pipeline: {file: shop, run: edge}}\n"
        "  - {id: b, paths: [b.log], pipeline: {file: far, run: auto}}\noutput.local: {path: x.db}\n",
    )

    code, out, _ = pipeline(folder, "list")

    assert code == 1
    assert "shop: edge; used by a (edge)\n    shop\n" in out
    assert "far: cluster only; used by b (cluster)\n" in out
    assert "far.yml:1:15: the processor 'enrich' does not run at the edge" in out
    assert "bad: wrong; used by no input\n" in out
    assert "nginx-access: edge, ready; used by no input\n" in out
    assert "did you mean 'set'" in out


def test_ready_pipelines_are_there_without_any_folder(tmp_path):
    (tmp_path / "access.log").write_text("not an access log\n")

    code, out, _ = pipeline(tmp_path, "list")
    tried = pipeline(tmp_path, "test", "nginx-access", "access.log", "--record")

    assert code == 0
    assert "nginx-access: edge, ready; used by no input\n    nginx access log to ECS\n" in out
    assert tried[0] == 2  # its samples are not the user's to write
    assert "holds other samples already" in tried[2]


def test_explain_shows_where_the_fast_way_ends(folder):
    (folder / "pipelines" / "shop.yml").write_text(
        SHOP.replace("  - drop", "  - csv: {field: level, target_fields: [a]}\n  - drop")
    )

    code, out, _ = pipeline(folder, "explain", "shop", "--source")

    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[2] == "3 fast grok message"
    assert lines[3].startswith("-- the fast way ends: ")
    assert lines[4] == "4 plain csv level"
    assert "5 plain drop if ctx.level == 'debug'" in lines
    assert "def block(match, lines" in out


@pytest.mark.parametrize(
    ("parser", "fast"), [("container: {}", 0), ("multiline: {type: count, count_lines: 2}", 1)]
)
def test_explain_knows_which_parsers_end_the_fast_way(folder, parser, fast):
    config(
        folder,
        f"inputs:\n  - id: a\n    paths: [app.log]\n    parsers: [{{{parser}}}]\n"
        "    pipeline: {file: shop, run: edge}\noutput.local: {path: x.db}\n",
    )

    code, out, _ = pipeline(folder, "explain", "shop")

    assert code == 0
    assert f"{fast} of 3 steps take the fast way" in out
    assert ("parsers of the input a put fields into its events" in out) is (not fast)


def test_explain_names_handlers_and_refusals(folder):
    (folder / "pipelines" / "shop.yml").write_text(
        "processors:\n  - lowercase: {field: a, tag: low, on_failure: [{set: {field: b, value: 1}}]}\n"
    )
    _, out, _ = pipeline(folder, "explain", "shop")
    (folder / "pipelines" / "shop.yml").write_text("processors: [{enrich: {field: a}}]\n")
    code, refused, _ = pipeline(folder, "explain", "shop")

    assert "plain  lowercase a [low]" in out
    assert "fails    set b" in out
    assert code == 1
    assert "does not run at the edge" in refused
    assert "run: cluster" in refused


@pytest.mark.parametrize(
    ("extra", "code"), [("", 0), ("  - enrich: {field: a}\n", 1)], ids=["runs", "does not run"]
)
def test_explain_names_the_steps_that_are_left_out(folder, extra, code):
    """They stand in the file and not among the steps that run; a called pipeline may have some, too."""
    (folder / "pipelines" / "shop.yml").write_text(
        "processors:\n  - set: {field: a, value: 1}\n  - pipeline: {name: common}\n"
        "  - lowercase:\n      field: a\n      on_failure: [{set: {field: _index, value: failed}}]\n"
        f"{extra}  - date_index_name: {{field: '@timestamp', index_name_prefix: a-, date_rounding: d}}\n"
    )
    (folder / "pipelines" / "common.yml").write_text(
        "processors:\n  - set: {field: b, value: 1}\n  - reroute: {dataset: other}\n"
    )
    config(
        folder,
        "inputs:\n  - id: a\n    paths: [app.log]\n"
        "    pipeline: {file: shop, run: cluster, target_steps: ignore}\n"
        "output.elasticsearch: {hosts: ['http://127.0.0.1:1']}\npath.data: data\n",
    )

    done, out, err = pipeline(folder, "explain", "shop")

    assert done == code, err
    lines = [" ".join(line.split()) for line in out.splitlines()]
    at = lines.index("left out, as pipeline.target_steps: ignore says:")
    assert lines[at + 1 : at + 4] == [
        "6 out set _index",
        f"{8 if extra else 7} out date_index_name @timestamp",
        f"3 out reroute ({folder / 'pipelines' / 'common.yml'})",
    ]


def test_explain_names_nothing_left_out_where_nothing_is(folder):
    config(
        folder,
        "inputs:\n  - id: a\n    paths: [app.log]\n    pipeline: {file: shop, target_steps: ignore}\n"
        "output.elasticsearch: {hosts: ['http://127.0.0.1:1']}\npath.data: data\n",
    )

    code, out, _ = pipeline(folder, "explain", "shop")

    assert code == 0
    assert "left out" not in out


# with a cluster


@pytest.fixture
def cluster(folder: Path, opensearch: Any) -> Callable[..., tuple[str, str]]:
    """Writes a configuration for the node whose data stream and pipelines are new; returns their names, the outer one first."""

    def write(keys: str = "run: cluster") -> tuple[str, str]:
        dataset = f"p{secrets.token_hex(4)}"
        outer, inner = f"outer{secrets.token_hex(4)}", f"shop{secrets.token_hex(4)}"
        config(
            folder,
            f"inputs:\n  - id: a\n    paths: [app.log]\n    data_stream: {{dataset: {dataset}}}\n"
            f"    pipeline: {{file: {outer}, {keys}}}\n"
            f'output.elasticsearch: {{hosts: ["{opensearch.url}"]}}\npipeline.flavour: opensearch\n',
        )
        (folder / "pipelines" / "shop.yml").rename(folder / "pipelines" / f"{inner}.yml")
        (folder / "pipelines" / f"{outer}.yml").write_text(
            f"processors:\n  - pipeline: {{name: {inner}}}\n"
            "  - set: {field: now, value: '{{{_ingest.timestamp}}}'}\n"
        )
        return outer, inner

    return write


def test_push_registers_what_it_calls_and_a_second_one_nothing(folder, cluster, opensearch):
    outer, _ = cluster()
    code, _, err = pipeline(folder, "test", outer, "app.log", "--cluster")
    assert code == 1
    assert f"'shipper pipeline push {outer}' registers it" in err

    dry = pipeline(folder, "push", outer, "--dry-run")
    assert dry[0] == 0
    assert "dry run: 2 changes to make, nothing was changed" in dry[1]
    before = pipeline(folder, "diff", outer)
    assert before[0] == 1
    assert "not registered" in before[1]

    done = pipeline(folder, "push", outer)
    names = [line.split()[2].rstrip(":") for line in done[1].splitlines()]
    assert done[0] == 0
    assert len(names) == 2
    for name in names:
        status, answer = opensearch.request("GET", f"/_ingest/pipeline/{name}")
        assert status == 200
        assert "managed by shipper" in answer[name]["description"]

    again = pipeline(folder, "push", outer)
    assert [line.split(":")[0] for line in again[1].splitlines()] == [
        f"= pipeline {name}" for name in names
    ]
    assert pipeline(folder, "diff", outer)[0] == 0


def test_the_same_in_both_places_and_a_difference_is_shown(folder, cluster):
    outer, _ = cluster("run: edge")
    pipeline(folder, "push", outer)

    same = pipeline(folder, "test", outer, "app.log", "--cluster")
    assert (same[0], same[1]) == (0, "4 events: the same in both\n")


def test_diff_shows_what_has_changed(folder, cluster):
    outer, _ = cluster()
    pipeline(folder, "push", outer)
    file = folder / "pipelines" / f"{outer}.yml"
    file.write_text(file.read_text().replace("field: now", "field: later"))

    code, out, _ = pipeline(folder, "diff", outer)

    assert code == 1
    assert "an older form is registered" in out
    assert [line.split()[1:] for line in out.splitlines() if line.startswith(("- ", "+ "))] == [
        ['"field":', '"now",'],
        ['"field":', '"later",'],
    ]


def test_push_never_overwrites_what_is_not_ours(folder, cluster, opensearch):
    outer, _ = cluster()
    done = pipeline(folder, "push", outer, "--dry-run")
    name = next(line for line in done[1].splitlines() if f"shipper-{outer}-" in line).split()[2][
        :-1
    ]
    opensearch.request("PUT", f"/_ingest/pipeline/{name}", {"processors": []})

    code, _, err = pipeline(folder, "push", outer)

    assert code == 1
    assert "was not made by Shipper" in err
    assert opensearch.request("GET", f"/_ingest/pipeline/{name}")[1][name] == {"processors": []}


def test_push_refuses_what_writes_ids(folder, cluster):
    outer, _ = cluster()
    (folder / "pipelines" / f"{outer}.yml").write_text(
        "processors: [{set: {field: _id, value: x}}]\n"
    )

    code, _, err = pipeline(folder, "push", outer)

    assert code == 78
    assert "sets _id" in err


def test_push_without_an_input_registers_it_as_it_is(folder, cluster, opensearch):
    _, inner = cluster()

    code, out, _ = pipeline(folder, "push", inner)

    assert code == 0
    name = out.split()[2].rstrip(":")
    body = opensearch.request("GET", f"/_ingest/pipeline/{name}")[1][name]
    assert "on_failure" not in body


def test_pull_brings_all_that_is_called_and_loads(folder, cluster, opensearch):
    cluster()
    name = f"theirs{secrets.token_hex(4)}"
    for one, body in (
        (f"{name}-in", {"processors": [{"set": {"field": "a", "value": 1}}]}),
        (
            name,
            {
                "description": "outer",
                "version": 3,
                "processors": [
                    {"pipeline": {"name": f"{name}-in"}},
                    {"pipeline": {"name": "nowhere", "if": "false"}},
                    {"pipeline": {"name": "{{{kind}}}-x", "ignore_failure": True}},
                ],
            },
        ),
    ):
        assert opensearch.request("PUT", f"/_ingest/pipeline/{one}", body)[0] == 200

    code, out, _ = pipeline(folder, "pull", name)

    assert code == 0
    pulled = json.loads((folder / "pipelines" / f"{name}.json").read_text())
    assert pulled["version"] == 3
    assert f"{name}-in.json: written; loads at the edge" in out
    assert f"{name}.json: written; cluster only" in out
    assert "nowhere is called and the cluster does not have it" in out
    assert "calls {{{kind}}}-x" in out
    assert "is there already" in pipeline(folder, "pull", name)[1]


def test_pull_does_not_overwrite_a_file_that_differs(folder, cluster, opensearch):
    cluster()
    name = f"theirs{secrets.token_hex(4)}"
    opensearch.request("PUT", f"/_ingest/pipeline/{name}", {"processors": []})
    mine = folder / "pipelines" / f"{name}.yml"
    mine.write_text("processors: [{set: {field: a, value: 1}}]\n")

    kept = pipeline(folder, "pull", name)
    assert kept[0] == 1
    assert "--force overwrites it" in kept[2]
    assert "set" in mine.read_text()

    assert pipeline(folder, "pull", name, "--force")[0] == 0
    assert json.loads(mine.read_text()) == {"processors": []}


def test_pull_of_ours_leaves_the_mark_behind(folder, cluster):
    outer, _ = cluster()
    out = pipeline(folder, "push", outer)[1]
    name = next(line for line in out.splitlines() if f"shipper-{outer}-" in line).split()[2][:-1]

    assert pipeline(folder, "pull", name, "--to", "got")[0] == 0

    assert "managed by" not in (folder / "got" / f"{name}.json").read_text()


def test_pull_of_ours_says_what_file_it_came_of(folder, cluster):
    outer, inner = cluster()
    out = pipeline(folder, "push", outer)[1]
    names = [line.split()[2][:-1] for line in out.splitlines() if "shipper-" in line]

    _, told, _ = pipeline(folder, "pull", names[-1], "--to", "got")

    for name, file in zip(names, (inner, outer), strict=True):
        assert f"note: {name} is Shipper's own" in told
        assert f"of the file pipelines/{file};" in told


def test_diff_tells_a_description_that_alone_has_changed(folder, cluster):
    _, inner = cluster()
    pipeline(folder, "push", inner)
    file = folder / "pipelines" / f"{inner}.yml"
    assert pipeline(folder, "diff", inner)[0] == 0
    file.write_text(file.read_text().replace("description: shop", "description: another one"))

    code, out, _ = pipeline(folder, "diff", inner)

    assert code == 1
    assert "the processors are the same" in out
    assert '+  "description": "another one"' in out


def test_a_called_pipeline_that_is_nowhere_stops_push_unless_it_is_known_to_be_absent(
    folder, cluster
):
    outer, _ = cluster()
    gone = f"gone{secrets.token_hex(4)}"
    file = folder / "pipelines" / f"{outer}.yml"
    file.write_text(f"processors: [{{pipeline: {{name: {gone}, if: 'false'}}}}]\n")

    code, _, err = pipeline(folder, "push", outer)
    assert code == 1
    assert f"calls the pipeline {gone}" in err
    assert "'absent:'" in err

    text = (folder / "config.yml").read_text()
    (folder / "config.yml").write_text(
        text.replace("run: cluster", f"run: cluster, absent: [{gone}]")
    )
    assert pipeline(folder, "push", outer)[0] == 0


@pytest.mark.parametrize("value", ["x", "1.5.2", "0x"])
def test_reasons_that_the_virtual_machine_words_are_no_difference(folder, cluster, value):
    _, inner = cluster()
    (folder / "pipelines" / f"{inner}.yml").write_text(
        "processors: [{convert: {field: message, type: integer}}]\n"
    )
    (folder / "app.log").write_text(f"{value}\n")

    code, out, _ = pipeline(folder, "test", inner, "app.log", "--cluster")

    assert (code, out) == (0, "1 event: the same in both\n")


def test_pull_of_an_unknown_name_says_what_was_meant(folder, cluster, opensearch):
    cluster()
    name = f"theirs{secrets.token_hex(4)}"
    opensearch.request("PUT", f"/_ingest/pipeline/{name}", {"processors": []})

    code, _, err = pipeline(folder, "pull", f"{name}x")

    assert code == 1
    assert f"did you mean '{name}'?" in err


def test_a_cluster_that_is_away_is_told(folder):
    config(
        folder,
        "inputs: [{id: a, paths: [app.log], pipeline: {file: shop, run: edge}}]\n"
        'output.elasticsearch: {hosts: ["http://127.0.0.1:1"]}\n',
    )

    for words in (["diff", "shop"], ["push", "shop"], ["test", "shop", "app.log", "--cluster"]):
        code, _, err = pipeline(folder, *words)
        assert code == 1
        assert "is output.elasticsearch.hosts right?" in err
