"""
Dead letters sent again.

The output is a fake: it fails at the very moment that a test is about, which no real node does on demand. Real nodes are in
tests/e2e/test_dead_letters.py.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.agent.letters import Letters, Target
from shipper.delivery.dead_letter import NAME, DeadLetter, DeadLetters
from shipper.delivery.replay import MAX_BYTES, MAX_EVENTS, WAITS
from shipper.errors import ShipperError
from shipper.records import Answer, Route, SendFailed
from tests.delivery.world import CREATED, bulk, error, ids, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STREAM = "logs-app-default"


class Killed(BaseException):
    """Stands for the end of the process at this point."""


class Cluster:
    """Holds documents by id; refuses what a test says."""

    kind = "elasticsearch"

    def __init__(self) -> None:
        self.there: dict[str, list[Any]] = {}
        self.before: dict[str, list[Any]] = {}  # in indices that were rolled over from
        self.requests: list[tuple[Route, list[str]]] = []
        self.why: str | SendFailed | None = None
        self.looked: list[float] = []  # from which times on these were asked
        self.script: list[Any] = []  # answers of the next requests, before the usual ones
        self.refuses: Callable[[Any], dict[str, Any] | None] = lambda _: None

    def ready(self, route: Route) -> str | None:
        if isinstance(self.why, SendFailed):
            raise self.why
        return self.why

    def roll_over(self) -> None:
        """From now on ids are compared with those of a new index."""
        self.before |= self.there
        self.there = {}

    def earlier(self, route: Route, actions: list[bytes], since: float) -> set[int]:
        self.looked.append(since)
        named = [orjson.loads(line)["create"]["_id"] for line in actions]
        return {i for i, identity in enumerate(named) if identity in self.before}

    def send(self, route: Route, body: bytes, count: int) -> Answer:
        lines = body.split(b"\n")[:-1]
        assert len(lines) == 2 * count
        self.requests.append((route, ids(body)))
        scripted = self.script.pop(0) if self.script else None
        if isinstance(scripted, Answer):
            return scripted
        if isinstance(scripted, SendFailed) and scripted.kind == "connect":
            raise scripted
        items = []
        for identity, line in zip(ids(body), lines[1::2], strict=True):
            document = orjson.loads(line)
            refused = self.refuses(document)
            if refused is not None:
                items.append(refused)
            elif identity in self.there:
                items.append(error(409, "version_conflict_engine_exception", "it is there"))
            else:
                self.there[identity] = [str(route), document]
                items.append(CREATED)
        if isinstance(scripted, BaseException):  # carried out, and nobody hears of it
            raise scripted
        return bulk(items)


class World:
    """A store, a cluster, and commands that are carried out at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster()
        self.targets: dict[str, Target] = {}
        self.waited: list[float] = []
        self.open()

    def open(self) -> None:
        self.store = DeadLetters(self.folder / NAME, 10**8)
        self.letters = Letters(
            self.store,
            self.cluster,  # type: ignore[arg-type]  # a fake
            lambda: self.targets,
            lambda work: work(),
            sleep=self.waited.append,
        )

    def killed(self) -> None:
        """The process ends and another one starts."""
        self.store.close()
        self.open()

    def add(self, *offsets: int, **changes: Any) -> list[str]:
        made = [letter(n, **changes) for n in offsets]
        self.store.add(made)
        return [one.id for one in made]

    def replay(self, chosen: list[str]) -> dict[int, str]:
        """Outcomes by offset."""
        answer = self.letters.answer({"command": "replay", "ids": chosen})
        assert answer.get("ok"), answer
        return {int(one["id"][16:30]): one["outcome"] for one in answer["events"]}

    def left(self) -> list[int]:
        return sorted(one.offset for one in self.store.list(10**6))


def letter(n: int, **changes: Any) -> DeadLetter:
    identity = f"AAAAAAAAAAAAAAAA{n:014d}{10:010d}"
    values: dict[str, Any] = {
        "id": identity,
        "route": STREAM,
        "stored": 1_800_000_000.0 + n,
        "path": "/var/log/app.log",
        "offset": n,
        "length": 10,
        "status": 400,
        "type": "document_parsing_exception",
        "reason": "failed to parse field [a]",
        "error": b"{}",
        "action": b'{"create":{"_id":"%b"}}' % identity.encode(),
        "document": b'{"message":"%d"}' % n,
    }
    return DeadLetter(**values | changes)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with contextlib.closing(made.store):
        yield made
    made.store.close()


def test_what_the_cluster_takes_leaves_the_store(world: World) -> None:
    chosen = world.add(*range(5))

    assert world.replay(chosen[:3]) == dict.fromkeys(range(3), "indexed")
    assert world.left() == [3, 4]
    assert sorted(world.cluster.there) == chosen[:3]
    assert world.cluster.there[chosen[0]] == [STREAM, {"message": "0"}]
    assert world.letters.counters["dead_letters_replayed"] == 3


def test_refused_again_stays_with_the_new_error(world: World) -> None:
    chosen = world.add(1, 2)
    world.cluster.refuses = lambda document: (
        error(400, "document_parsing_exception", "failed to parse field [b]")
        if document["message"] == "1"
        else None
    )

    assert world.replay(chosen) == {1: "refused", 2: "indexed"}
    (kept,) = world.store.list()
    assert (kept.reason, kept.replays, kept.offset) == ("failed to parse field [b]", 1, 1)


def test_a_rollover_between_two_replays_makes_nothing_twice(world: World) -> None:
    """The answer to the first is lost with the agent; the next finds its events in the earlier index."""
    chosen = world.add(*range(4))
    world.cluster.script = [Killed()]
    with pytest.raises(Killed):
        world.replay(chosen[:3])
    world.killed()
    world.cluster.roll_over()

    assert world.replay(chosen) == {0: "present", 1: "present", 2: "present", 3: "indexed"}
    assert list(world.cluster.there) == chosen[3:]
    assert world.left() == []


@pytest.mark.parametrize(
    "away",
    [SendFailed("connect", "no route"), whole(503), whole(429, "rejected_execution_exception")],
)
def test_a_cluster_that_is_away_keeps_everything(world: World, away: Any) -> None:
    chosen = world.add(*range(3))
    world.cluster.script = [away] * 10

    assert world.replay(chosen) == dict.fromkeys(range(3), "kept")
    assert world.left() == [0, 1, 2]
    assert world.waited == list(WAITS)


def test_a_cause_of_the_cluster_is_not_tried_twice(world: World) -> None:
    chosen = world.add(*range(3))
    world.cluster.refuses = lambda _: error(403, "security_exception", "action is unauthorized")

    answer = world.letters.answer({"command": "replay", "ids": chosen})
    assert {one["outcome"] for one in answer["events"]} == {"kept"}
    assert "create_doc" in answer["events"][0]["reason"]
    assert len(world.cluster.requests) == 1
    assert world.waited == []
    assert world.left() == [0, 1, 2]


def test_a_daily_index_that_is_closed_keeps_its_own_alone(world: World) -> None:
    closed = error(400, "index_closed_exception", "closed")
    world.cluster.refuses = lambda document: closed if document["message"] == "0" else None
    action = b'{"create":{"_index":"shipper-app-default-2020.01.01","_id":"%b"}}'
    for n in range(MAX_EVENTS + 10):
        identity = letter(n).id.encode()
        world.add(n, route="shipper-app-default-*", action=action % identity)

    outcomes = world.replay(world.store.ids())

    assert outcomes.pop(0) == "kept"
    assert set(outcomes.values()) == {"indexed"}
    assert world.left() == [0]
    assert world.waited == []
    assert {route.mode for route, _ in world.cluster.requests} == {"daily"}


def test_a_letter_from_before_the_mode_was_changed_goes_where_it_was_for(world: World) -> None:
    """Daily indices are ordinary ones: a data stream must not be made anew as one."""
    world.letters._mode = "daily"
    assert world.replay(world.add(1)) == {1: "indexed"}
    assert world.cluster.requests[0][0] == Route(STREAM)


def test_a_target_that_may_not_be_written_to_gets_nothing(world: World) -> None:
    chosen = world.add(1) + world.add(2, route="logs-b-default")
    world.cluster.why = "data stream does not exist; run `shipper setup`"

    assert world.replay(chosen) == {1: "kept", 2: "kept"}
    assert world.cluster.requests == []


def test_one_target_away_does_not_hold_up_another(world: World) -> None:
    chosen = world.add(1) + world.add(2, route="logs-b-default")
    world.cluster.script = [whole(403, "security_exception")]

    assert sorted(world.replay(chosen).values()) == ["indexed", "kept"]


def test_an_overload_of_some_is_tried_again_for_them_alone(world: World) -> None:
    chosen = world.add(1, 2)
    tries = iter([error(429, "rejected_execution_exception", "queue capacity")])
    world.cluster.refuses = lambda document: (
        next(tries, None) if document["message"] == "2" else None
    )

    assert world.replay(chosen) == {1: "indexed", 2: "indexed"}
    assert [len(sent) for _, sent in world.cluster.requests] == [2, 1]


def test_an_unknown_error_of_one_event_does_not_hold_up_the_others(world: World) -> None:
    chosen = world.add(1, 2)
    world.cluster.refuses = lambda document: (
        error(500, "strange_exception", "hm") if document["message"] == "1" else None
    )

    assert world.replay(chosen) == {1: "refused", 2: "indexed"}
    assert world.left() == [1]


def test_one_event_that_spoils_a_request_is_found(world: World) -> None:
    chosen = world.add(*range(8))
    send = world.cluster.send

    def spoilt(route: Route, body: bytes, count: int) -> Answer:
        return (
            whole(400, "illegal_argument_exception", "id too long")
            if chosen[5] in ids(body)
            else send(route, body, count)
        )

    world.cluster.send = spoilt  # type: ignore[method-assign]
    assert world.replay(chosen) == {**dict.fromkeys(range(8), "indexed"), 5: "refused"}
    assert world.left() == [5]


def test_requests_are_bounded(world: World) -> None:
    chosen = world.add(*range(3), document=b'{"m":"%b"}' % (b"x" * (MAX_BYTES // 2)))

    assert set(world.replay(chosen).values()) == {"indexed"}
    assert [len(sent) for _, sent in world.cluster.requests] == [1, 1, 1]


def test_an_answer_that_was_lost(world: World) -> None:
    """The request was carried out: the next try meets 409, and that is this event."""
    chosen = world.add(1)
    world.cluster.script = [SendFailed("lost", "in the middle")]

    assert world.replay(chosen) == {1: "present"}
    assert world.left() == []
    assert len(world.cluster.there) == 1


def test_killed_before_the_answer_came(world: World) -> None:
    chosen = world.add(1, 2)
    world.cluster.script = [Killed()]
    with pytest.raises(Killed):
        world.letters.replay(chosen)
    world.killed()

    assert world.left() == [1, 2]
    assert world.replay(chosen) == {1: "present", 2: "present"}
    assert world.left() == []
    assert len(world.cluster.there) == 2


def test_killed_between_the_answer_and_the_store(world: World) -> None:
    chosen = world.add(1, 2)
    drop = world.store.drop

    def die(_ids: object) -> int:
        raise Killed

    world.store.drop = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        world.letters.replay(chosen)
    world.store.drop = drop  # type: ignore[method-assign]
    world.killed()

    assert world.replay(chosen) == {1: "present", 2: "present"}
    assert len(world.cluster.there) == 2


def test_what_was_tried_for_hours_before_it_was_kept_is_looked_for_that_far_back(
    world: World,
) -> None:
    """It was stored, and the target rolled over, long before it became a dead letter: nobody had seen an answer."""
    (chosen,) = world.add(1, status=503)
    world.cluster.there[chosen] = [STREAM, {}]
    world.cluster.roll_over()

    assert world.replay([chosen]) == {1: "present"}
    assert not world.cluster.requests
    assert world.cluster.looked[0] <= letter(1).stored - 12 * 3600


@pytest.mark.parametrize("changes", [{"status": 409}, {"status": 400}, {"status": 0, "type": "x"}])
def test_an_id_that_another_event_has_is_no_reason_to_delete(
    world: World, changes: dict[str, Any]
) -> None:
    chosen = world.add(1, **changes)
    world.cluster.there[chosen[0]] = ["another agent's", {}]

    assert world.replay(chosen) == {1: "clash"}
    assert world.left() == [1]


def test_an_id_clash_stays_one_however_often_it_is_sent(world: World) -> None:
    chosen = world.add(1, status=409)
    world.cluster.there[chosen[0]] = ["another agent's", {}]

    assert [world.replay(chosen) for _ in range(3)] == [{1: "clash"}] * 3


@pytest.mark.parametrize("changes", [{"status": 500}, {"status": 0, "type": "lost"}])
def test_what_may_have_come_in_before_is_there(world: World, changes: dict[str, Any]) -> None:
    chosen = world.add(1, **changes)
    world.cluster.there[chosen[0]] = [STREAM, {}]

    assert world.replay(chosen) == {1: "present"}


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        ({"_index": STREAM, "result": "noop", "status": 200}, "dropped"),
        (
            {
                "_index": ".fs-logs-app-default-2026.11.22-000002",
                "result": "created",
                "status": 201,
                "failure_store": "used",
            },
            "failure_store",
        ),
    ],
)
def test_what_the_cluster_has_done_with_it(
    world: World, item: dict[str, Any], outcome: str
) -> None:
    chosen = world.add(1)
    world.cluster.refuses = lambda _: item

    assert world.replay(chosen) == {1: outcome}
    assert world.left() == []


def test_the_pipeline_of_an_input_is_the_one_it_has_now(world: World) -> None:
    chosen = world.add(1, route=f"{STREAM}|old", input="app") + world.add(2, input="app")
    world.targets = {"app": Target(Route(STREAM, "new"), None)}

    world.replay(chosen)
    assert [str(route) for route, _ in world.cluster.requests] == [f"{STREAM}|new", STREAM]


def test_an_input_that_is_gone_or_goes_elsewhere(world: World) -> None:
    chosen = world.add(1, route=f"{STREAM}|old", input="gone")
    chosen += world.add(2, route="logs-before-default", input="app")
    world.targets = {"app": Target(Route(STREAM), None)}

    world.replay(chosen)
    assert [str(route) for route, _ in world.cluster.requests] == [
        f"{STREAM}|old",
        "logs-before-default",
    ]


def test_one_replay_at_a_time(world: World) -> None:
    world.add(1)
    with world.letters._one:
        answer = world.letters.answer({"command": "replay", "ids": []})
    assert "under way" in answer["error"]


@pytest.mark.parametrize("wrong", [None, "x", [1], ["x"] * 5001])
def test_a_request_that_makes_no_sense(world: World, wrong: object) -> None:
    assert "ids" in world.letters.answer({"command": "replay", "ids": wrong})["error"]


def test_a_store_that_cannot_be_changed_is_told(world: World) -> None:
    chosen = world.add(1)
    world.store.close()
    world.store = DeadLetters(world.folder / NAME, 0, read_only=True)
    world.letters._store = world.store

    assert (
        "cannot be changed" in world.letters.answer({"command": "replay", "ids": chosen})["error"]
    )
    assert world.cluster.requests == []
    with pytest.raises(ShipperError):
        world.letters.drop(chosen)


def test_drop(world: World) -> None:
    chosen = world.add(*range(4))
    assert world.letters.answer({"command": "drop", "ids": [*chosen[:2], "x"]}) == {
        "ok": True,
        "dropped": 2,
    }
    assert world.left() == [2, 3]
    assert world.letters.counters["dead_letters_dropped"] == 2
