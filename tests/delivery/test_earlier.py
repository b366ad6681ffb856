"""
Which indices are looked into for events in doubt, and what follows where they cannot be.

The client is a fake: closed, red and overloaded indices, rights that are missing and proxies' answers, on demand.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import unquote

import pytest

from shipper.delivery.doubt import MOST, MOST_IDS, PATIENCE, Earlier
from shipper.records import Route, SendFailed
from tests.delivery.world import FakeClock

STREAM = Route("logs-app-default")
ALIAS = Route("app", mode="rollover_alias")
MANY = Route("logs-*-default")
HOUR = 3600.0
CLOSED = {"type": "index_closed_exception", "reason": "closed"}


class FakeClient:
    """Indices with the time when they were made, in hours, and what they hold or the error of a document."""

    def __init__(self) -> None:
        self.targets: dict[str, dict[str, float]] = {}
        self.holds: dict[str, set[str] | dict[str, str]] = {}
        self.writes: dict[str, str] = {}
        self.whole: dict[str, tuple[int, Any]] = {}  # by the last part of the path
        self.asked: list[tuple[str, int]] = []

    def json(
        self, method: str, path: str, *, params: Any = None, body: Any = None
    ) -> tuple[int, Any]:
        target, _, question = unquote(path).removeprefix("/").partition("/")
        kind = question.split("/")[0]
        if kind in self.whole:
            return self.whole[kind]
        if kind == "_mget":
            self.asked.append((target, len(body["ids"])))
            holds = self.holds.get(target, set())
            if isinstance(holds, dict):
                return 200, {"docs": [{"_id": one, "error": holds} for one in body["ids"]]}
            return 200, {"docs": [{"_id": one, "found": one in holds} for one in body["ids"]]}
        indices = self.targets.get(target)
        if indices is None:
            return 404, {"error": {"type": "index_not_found_exception"}}
        if kind == "_alias":
            return 200, {
                name: {"aliases": {target: {"is_write_index": name == self.writes.get(target)}}}
                for name in indices
            }
        return 200, {
            name: {"settings": {"index": {"creation_date": str(int(made * HOUR * 1000))}}}
            for name, made in indices.items()
        }

    def advice(self, status: int, answer: Any) -> str:
        return f"{status}"


class Looking:
    """What is looked into, with a clock of its own."""

    def __init__(self) -> None:
        self.client = FakeClient()
        self.clock = FakeClock()
        self.earlier = Earlier(self.client, self.clock)  # type: ignore[arg-type]

    def find(self, *names: str, route: Route = STREAM, hours: float = 1000.0) -> set[int]:
        self.client.asked.clear()
        actions = [b'{"create":{"_id":"%b"}}' % name.encode() for name in names]
        return self.earlier.find(route, actions, hours * HOUR)

    @property
    def looked(self) -> list[str]:
        return sorted(name for name, _ in self.client.asked)


@pytest.fixture
def look() -> Looking:
    made = Looking()
    made.client.targets[STREAM.index] = {
        ".ds-logs-app-default-000001": 100.0,
        ".ds-logs-app-default-000002": 200.0,
        ".ds-logs-app-default-000003": 300.0,
    }
    return made


@pytest.mark.parametrize(
    ("hours", "generations"),
    [(400.0, []), (301.5, []), (300.5, [2]), (250.0, [2]), (150.0, [1, 2]), (0.0, [1, 2])],
)
def test_those_are_asked_that_were_written_to_since(
    look: Looking, hours: float, generations: list[int]
) -> None:
    look.client.holds[".ds-logs-app-default-000002"] = {"b"}
    found = look.find("a", "b", hours=hours)

    assert look.looked == [f".ds-logs-app-default-{n:06d}" for n in generations]
    assert found == ({1} if 2 in generations else set())


@pytest.mark.parametrize("name", ["shrink-x7ab-logs-app-default-000001", "by-hand"])
def test_an_index_that_is_younger_than_what_it_holds_is_asked(look: Looking, name: str) -> None:
    look.client.targets[STREAM.index][name] = 500.0
    look.client.holds[name] = {"b"}

    assert look.find("a", "b", hours=600.0) == {1}


def test_an_alias_that_writes_to_an_older_index_again(look: Looking) -> None:
    look.client.targets["app"] = {"app-000001": 100.0, "app-000002": 200.0}
    look.client.holds["app-000002"] = {"a"}
    look.client.writes["app"] = "app-000001"

    assert look.find("a", route=ALIAS, hours=900.0) == {0}
    assert look.looked == ["app-000002"]


def test_an_alias_whose_write_index_may_not_be_known(look: Looking) -> None:
    look.client.targets["app"] = {"app-000001": 100.0, "app-000002": 200.0}
    look.client.holds["app-000002"] = {"a"}
    look.client.whole["_alias"] = (403, {})

    assert look.find("a", route=ALIAS, hours=150.0) == {0}
    assert look.looked == ["app-000001", "app-000002"]


def test_what_never_rolled_over_costs_one_question(look: Looking) -> None:
    look.client.targets["app"] = {"app-000001": 100.0}

    assert look.find("a", route=ALIAS, hours=0.0) == set()
    assert not look.looked


def test_each_event_is_looked_for_behind_the_name_that_it_has(look: Looking) -> None:
    look.client.targets = {
        "logs-a-default": {"a-000001": 1.0, "a-000002": 2.0},
        "logs-b-default": {"b-000001": 1.0, "b-000002": 2.0},
    }
    look.client.holds = {"a-000001": {"x"}, "b-000001": {"y"}}
    actions = [
        b'{"create":{"_index":"logs-b-default","_id":"x"}}',
        b'{"create":{"_index":"logs-a-default","_id":"x"}}',
        b'{"create":{"_index":"logs-c-default","_id":"x"}}',
        b'{"create":{"_index":"logs-b-default","_id":"y"}}',
    ]

    assert look.earlier.find(MANY, actions, 0.0) == {1, 3}


def test_only_the_newest_of_many_are_looked_through(look: Looking) -> None:
    look.client.targets[STREAM.index] = {f"x-{n:06d}": float(n) for n in range(1, MOST + 10)}
    look.find("a", hours=0.0)

    assert look.looked == [f"x-{n:06d}" for n in range(9, MOST + 9)]


def test_many_ids_go_in_several_questions(look: Looking) -> None:
    names = [f"{n}" for n in range(MOST_IDS + 3)]
    look.client.holds[".ds-logs-app-default-000002"] = {"7", str(MOST_IDS + 2)}

    assert look.find(*names, hours=250.0) == {7, MOST_IDS + 2}
    assert [count for _, count in look.client.asked] == [MOST_IDS, 3]


def test_indices_that_cannot_be_read_are_waited_for_together(
    look: Looking, caplog: pytest.LogCaptureFixture
) -> None:
    for n in (1, 2):
        look.client.holds[f".ds-logs-app-default-{n:06d}"] = CLOSED
    for _ in range(4):
        with pytest.raises(SendFailed, match="cannot be read: closed") as failed:
            look.find("a", hours=0.0)
        assert failed.value.kind == "connect"
        look.clock.now += PATIENCE / 4

    with caplog.at_level(logging.WARNING):
        for _ in range(50):
            assert look.find("a", hours=0.0) == set()
    assert len(caplog.records) == 2


def test_a_trouble_of_long_ago_does_not_shorten_the_wait(look: Looking) -> None:
    index = ".ds-logs-app-default-000002"
    look.client.holds[index] = CLOSED
    with pytest.raises(SendFailed):
        look.find("a", hours=250.0)
    look.clock.now += 2 * HOUR
    with pytest.raises(SendFailed):
        look.find("a", hours=250.0)

    look.client.holds[index] = {"a"}
    assert look.find("a", hours=250.0) == {0}


@pytest.mark.parametrize("kind", ["es_rejected_execution_exception", "circuit_breaking_exception"])
def test_what_is_too_busy_to_answer_is_waited_for_however_long(look: Looking, kind: str) -> None:
    look.client.holds[".ds-logs-app-default-000002"] = {"type": kind, "reason": "too much"}
    for _ in range(10):
        with pytest.raises(SendFailed) as failed:
            look.find("a", hours=250.0)
        assert failed.value.kind == "connect"
        look.clock.now += PATIENCE


def test_an_index_that_was_deleted_meanwhile_has_nothing(look: Looking) -> None:
    gone = {"type": "index_not_found_exception", "reason": "no such index"}
    look.client.holds[".ds-logs-app-default-000002"] = gone

    assert look.find("a", hours=250.0) == set()


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("_settings", (200, "<html>welcome</html>")),
        ("_settings", (200, {"a": 1, "b": 2})),
        ("_settings", (503, {})),
        ("_mget", (200, {"docs": ["welcome"]})),
        ("_mget", (200, {})),
        ("_mget", (200, {"docs": []})),
        ("_mget", (413, "<html>too large</html>")),
        ("_mget", (429, {})),
    ],
)
def test_an_answer_that_is_none_is_not_taken_for_one(
    look: Looking, kind: str, answer: tuple[int, Any]
) -> None:
    look.client.whole[kind] = answer
    with pytest.raises(SendFailed) as failed:
        look.find("a", hours=250.0)
    assert failed.value.kind == "connect"  # nothing was sent: no event is to blame


@pytest.mark.parametrize("answer", [(403, {}), (200, None)])
def test_what_is_not_allowed_is_said_once_and_holds_up_nothing(
    look: Looking, caplog: pytest.LogCaptureFixture, answer: tuple[int, Any]
) -> None:
    if answer[0] == 403:
        look.client.whole["_mget"] = answer
    else:
        denied = {"type": "security_exception", "reason": "no permissions"}
        look.client.holds[".ds-logs-app-default-000002"] = denied
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            assert look.find("a", hours=250.0) == set()
    (record,) = caplog.records
    assert "may be there twice" in record.getMessage()
