"""
The first index of an alias on real nodes: however many set it up at once, and on whatever day, there is one write index.

The clusters' clocks cannot be moved, so the first index of another day is made by the name that it would have had.
"""

from __future__ import annotations

import multiprocessing
import secrets
import time
from contextlib import closing
from pathlib import Path

import pytest

from shipper.cluster.client import Client
from shipper.config.settings import DataStream, Elasticsearch, Input, Settings, Setup, Template
from shipper.tools.setup import carry_out, make_plan

_ROUNDS = 20


def _settings(name: str) -> Settings:
    stream = DataStream(dataset=name, prefix="shipper", mode="rollover_alias")
    return Settings(
        inputs=(Input(id="app", paths=("/var/log/app.log",), data_stream=stream),),
        output=Elasticsearch(hosts=("http://localhost:9200",), target_mode="rollover_alias"),
        setup=Setup(
            template=Template(settings={"index.number_of_replicas": 0, "index.codec": "default"})
        ),
        path_data=Path("/nowhere"),
        pipelines_path=Path("/nowhere"),
        name="host",
    )


def _run(url: str, name: str, after_planning=lambda: None) -> list[str]:
    """What ``shipper setup`` does; what it did."""
    done: list[str] = []
    settings = _settings(name)
    with closing(Client(Elasticsearch(hosts=(url,)))) as client:
        plan = make_plan(client, settings)
        assert plan.problems == []
        after_planning()
        carry_out(client, plan, lambda step: done.append(step.what))
    return done


def _process(url, names, barrier, results) -> None:
    """One of two setups: each round starts when both have looked and found nothing."""
    for name in names:
        try:
            _run(url, name, lambda: barrier.wait(60))
            results.put("")
        except BaseException as error:
            results.put(f"{type(error).__name__}: {error}")


@pytest.fixture
def names(node):
    """Datasets of their own; their indices and templates are removed."""
    made = [f"b{secrets.token_hex(4)}" for _ in range(_ROUNDS)]
    yield made
    for name in made:
        _, aliases = node.request("GET", f"/_alias/shipper-{name}-default")
        for index in aliases if isinstance(aliases, dict) else ():
            node.request("DELETE", f"/{index}")
        node.request("DELETE", f"/_index_template/shipper-shipper-{name}-default")


def _indices(node, name: str) -> dict[str, bool]:
    """Index → whether it is the write index of the alias; every index of the name must have the alias."""
    alias = f"shipper-{name}-default"
    status, found = node.request("GET", f"/_alias/{alias}")
    assert status == 200, found
    _, all_of_them = node.request("GET", f"/_resolve/index/shipper-{name}-*")
    assert sorted(one["name"] for one in all_of_them["indices"]) == sorted(found)
    return {
        index: bool(one["aliases"][alias].get("is_write_index")) for index, one in found.items()
    }


def test_two_setups_at_the_same_instant_twenty_times(node, names):
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    workers = [
        context.Process(target=_process, args=(node.url, names, barrier, results)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    told = [results.get(timeout=120) for _ in range(2 * _ROUNDS)]
    for worker in workers:
        worker.join(30)

    assert told == [""] * (2 * _ROUNDS)
    today = {
        time.strftime("%Y.%m.%d", time.gmtime(now)) for now in (time.time(), time.time() - 120)
    }
    for name in names:
        ((index, writable),) = _indices(node, name).items()
        assert writable
        assert index in {f"shipper-{name}-default-{day}-000001" for day in today}
        assert _run(node.url, name) == []


def _other_day(node, name: str, age: float) -> str:
    """The first index that another setup would have made so many seconds ago, or is about to make."""
    alias = f"shipper-{name}-default"
    day = time.strftime("%Y.%m.%d", time.gmtime(time.time() - age))
    body = {"aliases": {alias: {"is_write_index": True}}}
    status, answer = node.request("PUT", f"/{alias}-{day}-000001", body)
    assert status == 200, answer
    return f"{alias}-{day}-000001"


@pytest.mark.parametrize("age", [86400, -86400], ids=["yesterday", "tomorrow"])
def test_once_on_each_side_of_midnight(node, names, age):
    """The other one's index is of another day, and is made after ours was planned: the cluster answers 500 to ours."""
    name, made = names[0], []

    _run(node.url, name, lambda: made.append(_other_day(node, name, age)))

    assert _indices(node, name) == {made[0]: True}
    assert _run(node.url, name) == []


def test_once_a_week_after_the_first(node, names):
    name = names[0]
    first = _other_day(node, name, 7 * 86400)

    done = _run(node.url, name)

    assert not any("alias" in what for what in done)
    assert _indices(node, name) == {first: True}


def test_an_alias_that_was_rolled_over_is_left_as_it_is(node, names):
    name = names[0]
    _run(node.url, name)
    node.request("POST", f"/shipper-{name}-default/_rollover")

    assert _run(node.url, name) == []

    assert sorted(_indices(node, name).values()) == [False, True]


def test_indices_without_one_to_write_to_are_a_problem(node, names):
    name = names[0]
    alias = f"shipper-{name}-default"
    for number in (1, 2):
        body = {"aliases": {alias: {}}}
        assert node.request("PUT", f"/{alias}-2026.01.01-00000{number}", body)[0] == 200

    with closing(Client(Elasticsearch(hosts=(node.url,)))) as client:
        plan = make_plan(client, _settings(name))

    assert f"alias {alias}: none of its indices" in plan.problems[0]


def test_an_ordinary_index_of_the_alias_name_is_a_problem(node, names):
    """As a cluster makes one of the first event, where nobody set the alias up."""
    alias = f"shipper-{names[0]}-default"
    node.request("PUT", f"/{alias}")
    try:
        with closing(Client(Elasticsearch(hosts=(node.url,)))) as client:
            plan = make_plan(client, _settings(names[0]))
    finally:
        node.request("DELETE", f"/{alias}")

    assert plan.steps == []
    assert f"{alias} is an ordinary index, not an alias" in plan.problems[0]


def test_documents_reach_the_first_index_through_the_alias(node, names):
    name = names[0]
    _run(node.url, name)
    body = '{"create":{}}\n{"@timestamp":"2026-01-01T00:00:00Z","message":"m"}\n'

    status, answer = node.request("POST", f"/shipper-{name}-default/_bulk?require_alias=true", body)

    assert (status, answer["errors"]) == (200, False)
    assert answer["items"][0]["create"]["_index"] in _indices(node, name)
