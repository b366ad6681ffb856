"""
Delivery against a model of a cluster that answers at random, truthfully about what it holds, and rolls over.

Whatever happens: every piece comes back exactly once, every event of a settled one is where its column says, no event is
in two generations of its target, and one that has been judged is not sent again. In the end the cluster is well, and
everything gets through.

The cluster compares ids within its newest generation only. It may roll over at any moment but between the question what is
there already and the request that follows it: such requests are carried out first.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shipper.delivery.sender import Job, Send
from shipper.records import Abandoned, Answer, Piece, Route, SendFailed, Settled
from tests.delivery.world import CREATED, FakeOutput, World, bulk, error, ids, offset, piece, whole

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
    "written",
    "ambiguous",
    "blocked",
)
UNCERTAIN = ("lost", "timeout", 500, 503, "html", "short")  # perhaps it was carried out
FAILURES = ("connect", "tls", 429, 413, 401, 302, *UNCERTAIN)


class Generations(FakeOutput):
    """What the cluster holds of each target: the ids in the index that is written to, and in those before it."""

    def __init__(self) -> None:
        super().__init__()
        self.newest: dict[Route, set[str]] = {route: set() for route in ROUTES}
        self.left: dict[Route, list[tuple[float, set[str]]]] = {route: [] for route in ROUTES}
        self.unreadable = False

    def create(self, route: Route, name: str) -> bool:
        """Store an event; False: the newest generation has it."""
        if name in self.newest[route]:
            return False
        assert not any(name in ids for _, ids in self.left[route]), "stored a second time"
        self.newest[route].add(name)
        return True

    def roll_over(self, route: Route, wall: float) -> None:
        self.left[route].append((wall, self.newest[route]))
        self.newest[route] = set()

    def has(self, route: Route, name: str) -> bool:
        return name in self.newest[route] or any(name in ids for _, ids in self.left[route])

    def earlier(self, route: Route, actions: list[bytes], since: float) -> set[int]:
        if self.unreadable:
            raise SendFailed("connect", "an earlier index cannot be read")
        there = {name for end, ids in self.left[route] if end >= since for name in ids}
        return {i for i, line in enumerate(actions) if ids(line + b"\n\n")[0] in there}


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
        self.cluster = Generations()
        self.limits = {
            "worker": worker,
            "bulk_max_size": size,
            "bulk_max_bytes": bytes_,
            "max_pending_bytes": budget,
            "dead_letter_bytes": letters,
        }
        self.elsewhere: set[str] = set()  # dropped by its pipeline, or in its failure store
        self.poison: set[str] = set()
        self.open: dict[Piece, tuple[Route, list[str]]] = {}
        self.again: list[tuple[Route, int, int]] = []
        self.first: dict[int, float] = {}  # Unix time at which a range was offered first
        self.judged: set[str] = set()  # since they were offered last
        self.done: set[str] = set()
        self.next = 0
        self._start(1000.0)

    def _start(self, now: float) -> None:
        self.world = World(Path(self.folder.name), output=self.cluster, now=now, **self.limits)
        # Carried out and not answered yet: the answer, and the events that it judges.
        self.carried: dict[Job, tuple[Answer, set[str]]] = {}
        self.seen = self.requests = 0

    @rule(
        route=st.sampled_from(ROUTES),
        count=st.integers(1, 12),
        poison=st.sampled_from([None, None, 0.0, 0.5]),
    )
    def offer(self, route: Route, count: int, poison: float | None) -> None:
        if not self.world.delivery.room(route):
            return
        redo = next((each for each in self.again if each[0] == route), None)
        if redo is not None:
            self.again.remove(redo)
            self._offer(route, redo[1], redo[2], doubt=True)
            return
        start, self.next = self.next, self.next + 10 * count
        names = self._offer(route, start, count, doubt=False)
        if poison is not None and count > 1:  # one alone looks like the cluster's fault
            self.poison.add(names[int(count * poison)])

    def _offer(self, route: Route, start: int, count: int, *, doubt: bool) -> list[str]:
        one = piece(count, start=start, doubt=doubt)
        one.since = self.first.setdefault(start, self.world.wall())
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
        self._carry_out(job, data)
        self._answer(job)

    @precondition(lambda self: self.world.flying)
    @rule(data=st.data(), which=st.integers(0, 2))
    def carry_out(self, data: st.DataObject, which: int) -> None:
        """The cluster has done what a request asks for; the answer is still on its way."""
        self._carry_out(self._job(which), data)

    @rule(route=st.sampled_from(ROUTES), data=st.data())
    def roll_over(self, route: Route, data: st.DataObject) -> None:
        for job in self.world.flying:
            assert isinstance(job, Send)
            if job.route.route == route and any(chunk.doubt for chunk in job.batch.chunks):
                self._carry_out(job, data)
        self.cluster.roll_over(route, self.world.wall())

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        """The agent is killed; what it had sent is carried out or not, and all that was open is read again."""
        for job in self.world.flying:
            if data.draw(st.booleans()):
                self._carry_out(job, data)
        self.again += [(route, one.start, len(names)) for one, (route, names) in self.open.items()]
        self.open.clear()
        self.world.close()
        self._start(self.world.clock.now)

    def _carry_out(self, job: Job, data: st.DataObject | None) -> None:
        """Have the cluster do what a request asks for, once; without ``data`` it is well."""
        if job in self.carried:
            return
        assert isinstance(job, Send)
        route = job.route.route
        names = ids(job.batch.body())
        spoiling = next((i for i, name in enumerate(names) if name in self.poison), None)
        if spoiling is not None:
            # Some versions carry out the start of a request before they have read the end.
            begun = data.draw(st.integers(0, spoiling)) if data else 0
            for name in names[:begun]:
                self.cluster.create(route, name)
            answer = whole(400, "illegal_argument_exception", "an id is too long")
            self.carried[job] = (answer, set())
            return
        fates = ["created"] * len(names)
        if data is not None:
            fate = data.draw(st.sampled_from(FATES))
            one = data.draw(st.booleans())
            fates = [fate if one else data.draw(st.sampled_from(FATES)) for _ in names]
        items = [self._item(route, *each) for each in zip(names, fates, strict=True)]
        judged = {name for name, fate in zip(names, fates, strict=True) if fate in JUDGED}
        self.carried[job] = (bulk(items), judged)

    def _item(self, route: Route, name: str, fate: str) -> dict[str, Any]:
        if fate in {"dropped", "stored"}:
            self.elsewhere.add(name)
        if fate in {"created", "written"} and not self.cluster.create(route, name):
            return error(409, "version_conflict_engine_exception")
        return {
            "created": CREATED,
            "busy": error(429, "es_rejected_execution_exception"),
            "bad": error(400, "document_parsing_exception"),
            "dropped": {"_index": "x", "status": 200, "result": "noop"},
            "stored": {"_index": ".fs-x", "status": 201, "failure_store": "used"},
            "odd": error(500, "strange_exception"),
            "passing": error(503, "unavailable_shards_exception"),
            "written": error(503, "unavailable_shards_exception"),  # and it is there all the same
            "ambiguous": error(400, "illegal_argument_exception"),
            "blocked": error(403, "cluster_block_exception"),
        }[fate]

    @precondition(lambda self: self.world.flying)
    @rule(
        which=st.integers(0, 2),
        done=st.booleans(),
        how=st.sampled_from(FAILURES),
        data=st.data(),
    )
    def fail(self, which: int, done: bool, how: str | int, data: st.DataObject) -> None:
        job = self._job(which)
        if done and how in UNCERTAIN:
            self._carry_out(job, data)
        elif job in self.carried and how not in UNCERTAIN:
            how = "lost"
        if how == "html":
            self._give(job, Answer(200, b"<html>welcome</html>"))
        elif how == "short":
            self._give(job, bulk([CREATED] * (job.batch.count + 1)))
        elif isinstance(how, int):
            self._give(job, whole(how, retry_after=3.0 if done else None))
        else:
            self._give(job, SendFailed(how, "…"))

    @rule(unreadable=st.booleans())
    def earlier_indices(self, unreadable: bool) -> None:
        self.cluster.unreadable = unreadable

    @rule(seconds=st.sampled_from([0.0, 0.5, 5.0, 100.0]))
    def sleep(self, seconds: float) -> None:
        self.world.sleep(seconds)
        self._look()

    @rule(why=st.sampled_from([None, None, "run `shipper setup`", SendFailed("connect", "no")]))
    def readiness(self, why: Any) -> None:
        self.cluster.why = why

    @rule(pipeline=st.sampled_from([True, False, None, SendFailed("connect", "no")]))
    def pipeline(self, pipeline: Any) -> None:
        self.cluster.pipeline = pipeline

    def _job(self, which: int) -> Send:
        job = self.world.flying[which % len(self.world.flying)]
        assert isinstance(job, Send)
        return job

    def _answer(self, job: Send) -> None:
        answer, judged = self.carried[job]
        self.judged |= judged
        self._give(job, answer)

    def _give(self, job: Send, value: Any) -> None:
        self.carried.pop(job, None)
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
            self._balanced(route, names, each)
            self.done.update(names)
        self.seen = len(self.world.out)

    def _balanced(self, route: Route, names: list[str], settled: Settled) -> None:
        """Every event is in one of the places that the columns tell of, and no column tells of more than is there."""
        there = {name for name in names if self.cluster.has(route, name)}
        gone = self.elsewhere.intersection(names)
        refused = {name for name in names if self.world.letters.get(name)}
        assert there | gone | refused == set(names)
        columns = {column.value: events for column, (events, _) in settled.columns.items()}
        assert columns.get("indexed", 0) + columns.get("duplicate", 0) <= len(there)
        assert columns.get("dropped", 0) + columns.get("failure_store", 0) <= len(gone)
        assert columns.get("dead_lettered", 0) <= len(refused)

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
        self.cluster.why = None
        self.cluster.pipeline = True
        self.cluster.unreadable = False
        self.world.letters._max_bytes = 10**9
        wanted = self.next // 10
        idle, last = 0, -1  # without progress in what was there before the cluster was well
        while idle < 500 and (settled := self._settled_below(wanted)) < wanted:
            self._heal()
            idle, last = (0 if settled != last else idle + 1), settled
        assert self._settled_below(wanted) == wanted, (self.open, self.again)
        self.world.close()
        self.folder.cleanup()

    def _settled_below(self, count: int) -> int:
        return sum(offset(name) < count * 10 for name in self.done)

    def _heal(self) -> None:
        """The cluster is well; what was given back is offered again, and new events come along."""
        if self.world.flying:
            job = self._job(0)
            self._carry_out(job, None)
            self._answer(job)
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
