"""``shipper rollover`` on real nodes: what is due is rolled once, however many ask; what is old and ours is deleted."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from shipper.cluster.client import Client
from shipper.config.settings import (
    DataStream,
    Elasticsearch,
    Input,
    Rollover,
    Settings,
    Setup,
    Template,
)
from shipper.tools import rollover
from shipper.tools.rollover import Index, Move, Target, due, plan_rollover
from shipper.tools.setup import carry_out, make_plan
from tests.cluster.rig.node import Node

_DAY = 86400
_ROOT = Path(__file__).parents[2]
_MODES = ["data_stream", "rollover_alias"]
_EVER = Rollover(max_age=0, max_primary_shard_size=0, max_docs=0)


@pytest.fixture
def dataset(request):
    """A dataset that no other test uses; what was made for it is removed."""
    name = f"r{secrets.token_hex(4)}"
    yield name
    for node in request.node.funcargs.values():
        if isinstance(node, Node):
            _, found = node.request("GET", f"/_resolve/index/*{name}*")
            for index in found.get("indices", []) if isinstance(found, dict) else []:
                if not index["name"].startswith(".ds-"):
                    node.request("DELETE", f"/{index['name']}")
            for path in (f"/_data_stream/*{name}*", f"/_index_template/*{name}*"):
                node.request("DELETE", path)


def _settings(dataset, mode="data_stream", wanted=None, retention=None, **index) -> Settings:
    prefix = "logs" if mode == "data_stream" else "shipper"
    stream = DataStream(dataset=dataset, prefix=prefix, mode=mode)
    # The rig's Elasticsearch lacks the native library of its best_compression: it cannot write what it compressed.
    settings = {"index.number_of_replicas": 0, "index.codec": "default", **index}
    return Settings(
        inputs=(Input(id="app", paths=("/var/log/app.log",), data_stream=stream),),
        output=Elasticsearch(hosts=("http://localhost:9200",), target_mode=mode),
        setup=Setup(
            rollover=wanted or Rollover(),
            retention=retention,
            template=Template(settings=settings),
        ),
        path_data=Path("/nowhere"),
        pipelines_path=Path("/nowhere"),
        name="host",
    )


def _client(node) -> Client:
    return Client(Elasticsearch(hosts=(node.url,)))


def _setup(node, settings) -> str:
    """Sets up; the name that events go to."""
    with closing(_client(node)) as client:
        plan = make_plan(client, settings)
        assert plan.problems == []
        carry_out(client, plan, lambda _step: None)
    return settings.inputs[0].data_stream.name


def _write(node, name: str, count: int = 3) -> None:
    document = json.dumps({"@timestamp": "2026-01-01T00:00:00Z", "message": "m"})
    body = f'{{"create":{{}}}}\n{document}\n' * count
    status, answer = node.request("POST", f"/{name}/_bulk?refresh=true", body)
    assert (status, answer["errors"]) == (200, False), answer


def _behind(node, name: str) -> list[str]:
    """The indices of a data stream or alias, the oldest first."""
    _, answer = node.request("GET", f"/_resolve/index/{name}")
    (one,) = answer["data_streams"] or answer["aliases"]
    found = one.get("backing_indices") or one["indices"]
    return sorted([found] if isinstance(found, str) else found, key=lambda index: index[-6:])


def _run(node, settings, *, if_due=True, now=None, before=lambda: None):
    """Looks and carries out; what was done, and the plan."""
    done: list[tuple[Move, str]] = []
    with closing(_client(node)) as client:
        moves = plan_rollover(client, settings, if_due=if_due, now=now)
        before()
        rollover.carry_out(client, moves, lambda move, outcome: done.append((move, outcome)))
    return done, moves


def _twenty(node, settings, *, if_due=True) -> list[str]:
    """What twenty callers were told who all looked before one of them rolled."""
    barrier = threading.Barrier(20)
    with ThreadPoolExecutor(20) as pool:
        runs = [
            pool.submit(_run, node, settings, if_due=if_due, before=lambda: barrier.wait(60))
            for _ in range(20)
        ]
    outcomes = []
    for run in runs:
        done, moves = run.result()
        assert moves.problems == []
        assert len(done) == 1, moves
        outcomes += [outcome for _, outcome in done]
    return outcomes


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("bound", ["max_docs", "max_primary_shard_size"])
def test_twenty_at_once_roll_once(node, dataset, mode, bound):
    settings = _settings(dataset, mode, Rollover(**{**_bounds(0), bound: 3}))
    name = _setup(node, settings)
    _write(node, name)

    outcomes = _twenty(node, settings)

    assert len(_behind(node, name)) == 2
    assert sum(outcome.startswith("now written to") for outcome in outcomes) == 1
    faster = sum(outcome.startswith("another caller was faster") for outcome in outcomes)
    assert faster == len(outcomes) - 1
    done, moves = _run(node, settings)
    assert (done, moves.problems) == ([], [])


@pytest.mark.parametrize("mode", _MODES)
def test_twenty_at_once_roll_once_where_nothing_is_due(node, dataset, mode):
    settings = _settings(dataset, mode)
    name = _setup(node, settings)
    _write(node, name)

    outcomes = _twenty(node, settings, if_due=False)

    assert len(_behind(node, name)) == 2
    assert sum(outcome.startswith("now written to") for outcome in outcomes) == 1


def _bounds(value) -> dict[str, int]:
    return dict.fromkeys(("max_age", "max_docs", "max_primary_shard_size"), value)


@pytest.mark.parametrize("mode", _MODES)
def test_twenty_at_once_roll_once_on_the_next_day(opensearch, dataset, mode):
    """OpenSearch takes the day when an index was made from its settings; Elasticsearch's clock cannot be moved."""
    yesterday = int((time.time() - _DAY) * 1000)
    old = _settings(dataset, mode, **{"index.creation_date": yesterday})
    name = _setup(opensearch, old)
    settings = _settings(dataset, mode)
    _setup(opensearch, settings)
    _write(opensearch, name)

    outcomes = _twenty(opensearch, settings)

    assert len(_behind(opensearch, name)) == 2
    assert sum(outcome.startswith("now written to") for outcome in outcomes) == 1
    done, moves = _run(opensearch, settings)
    assert (done, moves.problems) == ([], [])


def test_the_next_index_of_an_alias_is_named_by_its_day(node, dataset):
    """Also where the first one was named by hand, as of another day."""
    settings = _settings(dataset, "rollover_alias")
    name = settings.inputs[0].data_stream.name
    node.request("PUT", f"/{name}-2026.01.02-000007", {"aliases": {name: {"is_write_index": True}}})
    _write(node, name)

    before, (done, _), after = _today(), _run(node, settings, if_due=False), _today()

    ((_, outcome),) = done
    assert outcome in {f"now written to: {name}-{day}-000008" for day in (before, after)}


def _today() -> str:
    return time.strftime("%Y.%m.%d", time.gmtime())


@pytest.mark.parametrize("mode", _MODES)
def test_what_is_young_and_small_or_empty_is_not_due(node, dataset, mode):
    settings = _settings(dataset, mode)
    name = _setup(node, settings)
    if mode == "rollover_alias":
        tomorrow = time.time() + _DAY
        done, moves = _run(node, settings, now=tomorrow)
        assert (done, moves.problems) == ([], [])  # a quiet alias gets no index a day
        assert "a search finds before index.refresh_interval" in moves.rest[0]
    _write(node, name)

    done, moves = _run(node, settings)

    assert (done, moves.problems) == ([], [])
    assert f"{name}: not due" in moves.rest[0]
    assert len(_behind(node, name)) == 1


def test_a_target_that_is_not_there_yet_is_told(node, dataset):
    done, moves = _run(node, _settings(dataset))

    assert (done, moves.problems) == ([], [])
    assert f"logs-{dataset}-default: there is none yet" in moves.rest[0]


# Retention


@pytest.mark.parametrize("mode", _MODES)
def test_old_indices_are_deleted_after_their_rollover_but_for_the_one_that_is_written_to(
    node, dataset, mode
):
    settings = _settings(dataset, mode, retention=7 * _DAY)
    name = _setup(node, settings)
    for _ in range(2):
        _write(node, name)
        _run(node, settings, if_due=False)
    indices = _behind(node, name)
    assert len(indices) == 3

    done, _ = _run(node, settings, now=time.time() + 6 * _DAY)
    assert done == []
    done, moves = _run(node, settings, now=time.time() + 8 * _DAY)

    assert moves.problems == []
    assert sorted(move.index for move, _ in done) == indices[:2]
    assert _behind(node, name) == indices[2:]


def test_indices_that_another_template_made_stay(node, dataset):
    """Their names are those of our alias' generations, and they have the alias."""
    settings = _settings(dataset, "rollover_alias", retention=_DAY)
    name = settings.inputs[0].data_stream.name
    node.request("PUT", f"/{name}-2026.01.02-000001", {"aliases": {name: {}}})
    node.request("PUT", f"/{name}-2026.01.03-000002", {"aliases": {name: {"is_write_index": True}}})

    done, moves = _run(node, settings, now=time.time() + 9 * _DAY)

    assert done == []
    assert any("no template of Shipper made it" in line for line in moves.rest)
    assert len(_behind(node, name)) == 2


def test_daily_indices_end_after_their_day(node, dataset):
    settings = _settings(dataset, "daily", retention=2 * _DAY)
    name = _setup(node, settings)
    now = time.time()
    days = [time.strftime("%Y.%m.%d", time.gmtime(now - age * _DAY)) for age in range(5)]
    for day in days:
        _write(node, f"{name}-{day}")
    node.request("PUT", f"/{name}-elsewhere")

    done, moves = _run(node, settings, now=now)

    assert moves.problems == []
    assert sorted(move.index for move, _ in done) == sorted(f"{name}-{day}" for day in days[3:])
    _, left = node.request("GET", f"/_resolve/index/{name}-*")
    assert len(left["indices"]) == 4

    done, moves = _run(node, settings, now=now)
    assert (done, len(moves.rest)) == ([], 1)
    assert f"{name}-*: nothing is due" in moves.rest[0]


# What is due


def _target(age: float, docs: int = 1, largest: int = 1, now: float = 100 * _DAY + 3600) -> Target:
    index = Index("x-000001", now - age)
    return Target("x", "data_stream", (index,), index, docs, largest)


_NOW = 100 * _DAY + 3600.0  # an hour after midnight


@pytest.mark.parametrize(
    ("age", "wanted", "guard"),
    [
        (3000, Rollover(), None),  # begun today
        (3700, Rollover(), {"max_age": "3695000ms"}),  # begun yesterday, though not a day ago
        (3700, Rollover(max_age=2 * _DAY), None),
        (3700 + _DAY, Rollover(max_age=2 * _DAY), {"max_age": f"{3695 + _DAY}000ms"}),
        (3700, Rollover(max_age=7200), None),
        (7200, Rollover(max_age=7200), {"max_age": "2h"}),
        (90 * _DAY, _EVER, None),
        (3601, Rollover(), {"max_age": "3596000ms"}),
    ],
)
def test_days_are_those_of_utc_and_other_ages_are_ages(age, wanted, guard):
    found = due(_target(age), wanted, _NOW)

    assert (found[1] if found else None) == guard


def test_the_condition_of_a_young_index_is_half_its_age():
    """Begun a moment before midnight: the condition must hold for it and for no index that is younger."""
    now = 100 * _DAY + 2.0
    index = Index("x-000001", now - 4)

    _, guard = due(Target("x", "data_stream", (index,), index, 1, 1), Rollover(), now)

    assert guard == {"max_age": "2000ms"}


def test_documents_and_sizes_are_their_own_conditions():
    wanted = Rollover(max_age=0, max_docs=10, max_primary_shard_size=100)

    assert due(_target(1, docs=9, largest=99), wanted, _NOW) is None
    assert due(_target(1, docs=10), wanted, _NOW)[1] == {"max_docs": 10}
    assert due(_target(1, largest=100), wanted, _NOW)[1] == {"max_size": "100b"}
    assert due(_target(1, docs=0, largest=100), wanted, _NOW) is None


# The command


def _config(node, dataset: str, folder: Path) -> Path:
    file = folder / "config.yml"
    file.write_text(
        f"""
inputs:
  - {{id: app, paths: [{folder}/*.log], data_stream.dataset: {dataset}}}
output.elasticsearch.hosts: ["{node.url}"]
setup.rollover.max_docs: 3
path.data: {folder}/state
""",
        encoding="utf-8",
    )
    return file


@pytest.mark.slow
def test_twenty_commands_at_once(node, dataset, tmp_path):
    file = _config(node, dataset, tmp_path)
    name = _setup(node, _settings(dataset))
    _write(node, name)
    words = [sys.executable, "-m", "shipper", "rollover", "--if-due", "-c", str(file)]

    running = [
        subprocess.Popen(
            words, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(20)
    ]
    ended = [process.communicate(timeout=120) for process in running]

    assert [process.returncode for process in running] == [0] * 20
    assert [errors for _, errors in ended] == [""] * 20
    assert sum(": now written to:" in output for output, _ in ended) == 1
    assert len(_behind(node, name)) == 2


def test_the_command_shows_and_then_does(opensearch, dataset, tmp_path):
    file = _config(opensearch, dataset, tmp_path)
    name = _setup(opensearch, _settings(dataset))
    _write(opensearch, name)
    (first,) = _behind(opensearch, name)

    shown = _shipper("rollover", "--if-due", "--dry-run", "-c", str(file))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"+ roll {name}: {first} (3 documents)" in shown.stdout
    assert _behind(opensearch, name) == [first]

    done = _shipper("rollover", "--if-due", "-c", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"now written to: {_behind(opensearch, name)[1]}" in done.stdout

    again = _shipper("rollover", "--if-due", "-c", str(file))
    assert f"{name}: not due" in again.stdout


def _shipper(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shipper", *words],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
