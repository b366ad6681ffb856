"""
Delivery against a model of a cluster that answers at random, truthfully about what it holds.

Whatever happens: every piece comes back exactly once, every event of a settled one is where its column says, and an
event that has been judged is not sent again. In the end the cluster is well, and everything gets through.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shipper.delivery.sender import Send
from shipper.records import Abandoned, Answer, Piece, Route, SendFailed, Settled
from tests.delivery.world import CREATED, World, bulk, error, ids, offset, piece, whole

ROUTES = (Route("logs-a-default"), Route("logs-b-default", "pipe"))
JUDGED = {"created", "bad", "dropped", "stored"}
FATES = (
    "created",
    "created",
    "busy",
    "bad",
    "dropped",
    "stored",
    "odd",
    "passing",
    "ambiguous",
    "blocked",
)


class Cluster(RuleBasedStateMachine):
    @initialize(
        worker=st.integers(1, 3),
        size=st.sampled_from([1, 7, 4000]),
        bytes_=st.sampled_from([300, 2000, 10**6]),
        budget=st.sampled_from([3000, 10**6]),
        letters=st.sampled_from([2000, 10**8]),
    )
    def begin(self, worker: int, size: int, bytes_: int, budget: int, letters: int) -> None:
        memory = Path(
            "/dev/shm"
        )  # where there is one: the dead letters' fsync is not what is tested here
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.world = World(
            Path(self.folder.name),
            worker=worker,
            bulk_max_size=size,
            bulk_max_bytes=bytes_,
            max_pending_bytes=budget,
            dead_letter_bytes=letters,
        )
        self.stored: set[str] = set()  # by the cluster
        self.elsewhere: set[str] = set()  # dropped by its pipeline, or in its failure store
        self.poison: set[str] = set()
        self.open: dict[Piece, tuple[Route, list[str]]] = {}
        self.again: list[tuple[Route, int, int]] = []
        self.judged: set[str] = set()  # since they were offered last
        self.done: set[str] = set()
        self.seen = 0
        self.requests = 0
        self.next = 0
        self.healthy = False

    @rule(route=st.sampled_from(ROUTES), count=st.integers(1, 12), poison=st.booleans())
    def offer(self, route: Route, count: int, poison: bool) -> None:
        if not self.world.delivery.room(route):
            return
        redo = next((each for each in self.again if each[0] == route), None)
        if redo is not None:
            self.again.remove(redo)
            self._offer(route, redo[1], redo[2], doubt=True)
            return
        start, self.next = self.next, self.next + 10 * count
        names = self._offer(route, start, count, doubt=False)
        if poison and count > 1:  # one alone looks like the cluster's fault
            self.poison.add(names[count // 2])

    def _offer(self, route: Route, start: int, count: int, *, doubt: bool) -> list[str]:
        one = piece(count, start=start, doubt=doubt)
        names = ids(one.body)
        self.judged.difference_update(names)
        self.open[one] = (route, names)
        self.world.offer(one, route=route)
        self._look()
        return names

    @precondition(lambda self: self.world.flying)
    @rule(data=st.data(), which=st.integers(0, 2))
    def answer_items(self, data: st.DataObject, which: int) -> None:
        job = self._job(which)
        names = ids(job.batch.body())
        if self.poison.intersection(names):
            self._give(job, whole(400, "illegal_argument_exception", "an id is too long"))
            return
        simple = data.draw(st.booleans())
        fate = data.draw(st.sampled_from(FATES))
        draw = {n: fate if simple else data.draw(st.sampled_from(FATES)) for n in names}
        items = [self._item(n, draw[n]) for n in names]
        self._give(job, bulk(items))

    def _item(self, name: str, fate: str) -> dict[str, Any]:
        if fate in JUDGED:
            self.judged.add(name)
        if fate in {"created", "stored"} and name in self.stored:
            return error(409, "version_conflict_engine_exception")
        if fate in {"dropped", "stored"}:
            self.elsewhere.add(name)
        if fate == "created":
            self.stored.add(name)
        return {
            "created": CREATED,
            "busy": error(429, "es_rejected_execution_exception"),
            "bad": error(400, "document_parsing_exception"),
            "dropped": {"_index": "x", "status": 200, "result": "noop"},
            "stored": {"_index": ".fs-x", "status": 201, "failure_store": "used"},
            "odd": error(500, "strange_exception"),
            "passing": error(503, "unavailable_shards_exception"),
            "ambiguous": error(400, "illegal_argument_exception"),
            "blocked": error(403, "cluster_block_exception"),
        }[fate]

    @precondition(lambda self: self.world.flying)
    @rule(
        which=st.integers(0, 2),
        done=st.booleans(),
        how=st.sampled_from(
            ["connect", "lost", "timeout", "tls", 429, 413, 500, 503, 401, 302, "html", "short"]
        ),
    )
    def fail(self, which: int, done: bool, how: str | int) -> None:
        job = self._job(which)
        names = ids(job.batch.body())
        if (
            done
            and how in {"lost", "timeout", 500, 503, "html", "short"}
            and not self.poison.intersection(names)
        ):
            self.stored.update(names)
        if how == "html":
            self._give(job, Answer(200, b"<html>welcome</html>"))
        elif how == "short":
            self._give(job, bulk([CREATED] * (len(names) + 1)))
        elif isinstance(how, int):
            self._give(job, whole(how, retry_after=3.0 if done else None))
        else:
            self._give(job, SendFailed(how, "…"))

    @rule(seconds=st.sampled_from([0.0, 0.5, 5.0, 100.0]))
    def sleep(self, seconds: float) -> None:
        self.world.sleep(seconds)
        self._look()

    @rule(why=st.sampled_from([None, None, "run `shipper setup`", SendFailed("connect", "no")]))
    def readiness(self, why: Any) -> None:
        self.world.output.why = why

    @rule(pipeline=st.sampled_from([True, False, None, SendFailed("connect", "no")]))
    def pipeline(self, pipeline: Any) -> None:
        self.world.output.pipeline = pipeline

    def _job(self, which: int) -> Send:
        job = self.world.flying[which % len(self.world.flying)]
        assert isinstance(job, Send)
        return job

    def _give(self, job: Send, value: Any) -> None:
        self.world.answer(value, self.world.flying.index(job))
        self._look()

    def _look(self) -> None:
        """Check what came back and what was sent since the last look."""
        for body in self.world.sent[self.requests :]:
            for name in ids(body):
                assert name not in self.judged, "sent again though it was judged"
        self.requests = len(self.world.sent)
        for each in self.world.out[self.seen :]:
            route, names = self.open.pop(each.piece)  # a KeyError: it came back twice
            if isinstance(each, Abandoned):
                self.again.append((route, each.piece.start, len(names)))
                continue
            assert isinstance(each, Settled)
            assert len(names) == sum(events for events, _ in each.columns.values())
            assert 10 * len(names) == sum(size for _, size in each.columns.values())
            for name in names:
                assert name in self.stored or name in self.elsewhere or self.world.letters.get(name)
            self.done.update(names)
        self.seen = len(self.world.out)

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "world"):
            return
        self._look()
        outstanding = sum(len(names) for _, names in self.open.values())
        redo = sum(count for *_, count in self.again)
        assert self.next // 10 == len(self.done) + outstanding + redo
        assert (self.world.delivery.pending() == 0) == (not self.open)
        assert len(self.world.flying) <= self.world.limits.worker
        assert self.world.delivery.counters()["id_clashes"] == 0

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.output.why = None
        self.world.output.pipeline = True
        self.world.letters._max_bytes = 10**9
        wanted = self.next // 10
        idle, last = 0, -1
        while idle < 500 and not self._settled_below(wanted):
            self._heal()
            idle, last = (0 if len(self.done) != last else idle + 1), len(self.done)
        assert self._settled_below(wanted), (self.open, self.again)
        self.world.close()
        self.folder.cleanup()

    def _settled_below(self, count: int) -> bool:
        return sum(offset(name) < count * 10 for name in self.done) == count

    def _heal(self) -> None:
        """The cluster is well; what was given back is offered again, and new events come along."""
        if self.world.flying:
            job = self._job(0)
            names = ids(job.batch.body())
            if self.poison.intersection(names):
                self._give(job, whole(400, "illegal_argument_exception", "an id is too long"))
            else:
                self._give(job, bulk([self._item(n, "created") for n in names]))
        for each in list(self.again):
            if self.world.delivery.room(each[0]):
                self.again.remove(each)
                self._offer(each[0], each[1], each[2], doubt=True)
        for route in ROUTES:  # neighbours for an event that is refused alone
            if len(self.open) < 6 and not self.again and self.world.delivery.room(route):
                start, self.next = self.next, self.next + 10
                self._offer(route, start, 1, doubt=False)
        self.world.sleep(20)
        self._look()


TestCluster = Cluster.TestCase
TestCluster.settings = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    phases=[
        phase for phase in Phase if phase is not Phase.shrink
    ],  # a failing run of many steps shrinks for minutes
    suppress_health_check=[HealthCheck.too_slow],
)
