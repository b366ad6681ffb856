"""A world for delivery without threads and without a real clock: tests hand out answers and move the time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import orjson

from shipper.delivery.dead_letter import DeadLetters
from shipper.delivery.delivery import Delivery
from shipper.delivery.output import Limits
from shipper.delivery.sender import AskFailure, AskPipeline, AskReady, Job, Result, Send
from shipper.records import Abandoned, Answer, Piece, Route, SendFailed, Settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROUTE = Route("logs-app-default")
BACKING = ".ds-logs-app-default-2026.11.22-000001"
CREATED = {"_index": BACKING, "result": "created", "status": 201}
KIB = 1024


class FakeClock:
    """Time that passes when told."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class FakeOutput:
    """Answers as its attributes say. Fakes a cluster where a real one will not answer so on demand."""

    def __init__(self, kind: str = "elasticsearch") -> None:
        self.kind = kind
        self.why: str | Exception | None = None
        self.pipeline: bool | Exception | None = True
        self.stored: tuple[str, str] | str | None = None
        self.there: set[str] = set()  # ids that earlier indices have
        self.looked: list[float] = []
        self.asked: list[tuple[str, ...]] = []
        self.refreshed = 0
        self.new_keys = False
        self.closed = False

    def ready(self, route: Route) -> str | None:
        if isinstance(self.why, Exception):
            raise self.why
        return self.why

    def send(self, route: Route, body: bytes, count: int) -> Answer:
        raise NotImplementedError

    def earlier(self, route: Route, actions: list[bytes], since: float) -> set[int]:
        self.looked.append(since)
        ids = [orjson.loads(line)["create"]["_id"] for line in actions]
        return {i for i, identity in enumerate(ids) if identity in self.there}

    def pipeline_exists(self, name: str) -> bool | None:
        if isinstance(self.pipeline, Exception):
            raise self.pipeline
        return self.pipeline

    def failure(self, route: Route, ids: tuple[str, ...]) -> Any:
        self.asked.append(ids)
        return self.stored

    def refresh(self) -> None:
        self.refreshed += 1

    def mended(self) -> bool:
        return self.new_keys

    def describe(self) -> tuple[str, str, str]:
        return "fake", "", ""

    def close(self) -> None:
        self.closed = True


class File:
    """Stands for a harvester's file."""

    def __init__(self, path: str = "/var/log/app.log") -> None:
        self.path = path


FILE = File()


def piece(
    count: int, *, start: int = 0, size: int = 100, doubt: bool = False, file: File = FILE
) -> Piece:
    """A piece of ``count`` events of 10 bytes in the file and about ``size`` bytes in the request."""
    starts = [start + 10 * i for i in range(count)]
    pad = "x" * max(0, size - 90)
    body = b"".join(
        b'{"create":{"_id":"AAAAAAAAAAAAAAAA%014d%010d"}}\n{"message":"%b"}\n'
        % (s, 10, pad.encode())
        for s in starts
    )
    return Piece(file, start, start + 10 * count, body, starts, [s + 10 for s in starts], doubt)


def ids(body: bytes) -> list[str]:
    """The ids in a request, in order."""
    return [orjson.loads(line)["create"]["_id"] for line in body.split(b"\n")[:-1:2]]


def offset(identity: str) -> int:
    return int(identity[16:30])


def bulk(items: list[dict[str, Any]], **more: Any) -> Answer:
    """An answer as Elasticsearch words it."""
    errors = any("error" in item for item in items)
    body = orjson.dumps(
        {"errors": errors, "took": 3, "items": [{"create": item} for item in items]}
    )
    return Answer(200, body, "http://es:9200", **more)


def error(status: int, kind: str, reason: str = "because", **more: Any) -> dict[str, Any]:
    """An item that was refused."""
    return {"_index": BACKING, "status": status, "error": {"type": kind, "reason": reason}, **more}


def whole(status: int, kind: str = "", reason: str = "because", **more: Any) -> Answer:
    """A request that was refused."""
    wrong = (
        {"error": {"type": kind, "reason": reason}, "status": status} if kind else "<html>no</html>"
    )
    return Answer(status, orjson.dumps(wrong), "http://es:9200", **more)


class World:
    """Delivery with everything around it faked but the dead letters."""

    def __init__(
        self,
        folder: Path,
        *,
        kind: str = "elasticsearch",
        seed: int = 1,
        output: FakeOutput | None = None,
        now: float = 1000.0,
        **limits: Any,
    ) -> None:
        self.clock = FakeClock(now)
        self.output = output or FakeOutput(kind)
        self.letters = DeadLetters(
            folder / "dead-letters.db", limits.pop("dead_letter_bytes", 10**8)
        )
        self.limits = Limits(**limits)
        self.delivery = Delivery(
            self.output,
            self.limits,
            self.letters,
            post=lambda _: None,
            rng=random.Random(seed),
            clock=self.clock,
            wall=self.wall,
        )
        self.asks = True  # of batches: what is there already; otherwise the test carries them whole
        self.flying: list[Job] = []
        self.out: list[Settled | Abandoned] = []
        self.sent: list[bytes] = []

    def wall(self) -> float:
        return 1_800_000_000.0 + self.clock.now

    def close(self) -> None:
        self.letters.close()

    def step(self) -> None:
        """One step; questions are answered at once, requests wait in ``flying``."""
        while True:
            self.out += self.delivery.step()
            asked = False
            while (job := self.delivery._senders.take()) is not None:
                if isinstance(job, (AskReady, AskPipeline, AskFailure)):
                    self.delivery.answer(self.delivery._senders.perform(job))
                    asked = True
                elif self.asks and (known := self._known(job)):
                    self.delivery.answer(known)
                    asked = True
                else:
                    self.sent.append(job.batch.body())
                    self.flying.append(job)
            if not asked:
                self.out += self.delivery.step() if not self.flying else []
                return

    def _known(self, job: Send) -> Result | None:
        """What comes of a batch before it is sent: some of it is there, or that cannot be found out."""
        try:
            found = self.delivery._senders.found(job)
        except SendFailed as failure:
            return Result(job, failure=failure)
        return Result(job, found) if found else None

    def answer(self, value: Answer | SendFailed, which: int = 0) -> None:
        """A request is answered, or fails."""
        job = self.flying.pop(which)
        failed = value if isinstance(value, SendFailed) else None
        self.delivery.answer(
            Result(job, failure=failed) if failed else Result(job, value)  # type: ignore[arg-type]
        )
        self.step()

    def answer_items(self, each: Callable[[str], dict[str, Any]], which: int = 0) -> None:
        """A request is answered item by item."""
        job = self.flying[which]
        assert isinstance(job, Send)
        self.answer(bulk([each(identity) for identity in ids(job.batch.body())]), which)

    def ok(self, which: int = 0) -> None:
        self.answer_items(lambda _: CREATED, which)

    def offer(self, *pieces: Piece, route: Route = ROUTE) -> None:
        for each in pieces:
            self.delivery.offer(route, each)
        self.step()

    def sleep(self, seconds: float) -> None:
        """Time passes, with a step whenever delivery asks for one."""
        end = self.clock.now + seconds
        while (deadline := self.delivery.deadline()) is not None and deadline <= end:
            self.clock.now = max(self.clock.now, deadline)
            before = (len(self.out), len(self.flying), self.clock.now)
            self.step()
            after = self.delivery.deadline()
            assert (
                after is None
                or after > self.clock.now
                or (len(self.out), len(self.flying)) != before[:2]
            ), "busy loop"
        self.clock.now = end
        self.step()

    def report(self, route: Route = ROUTE) -> Any:
        return next(r for r in self.delivery.routes() if r.name == str(route))

    def columns(self) -> dict[str, int]:
        """Events settled so far, by column."""
        total: dict[str, int] = {}
        for each in self.out:
            if isinstance(each, Settled):
                for column, (events, _) in each.columns.items():
                    total[column.value] = total.get(column.value, 0) + events
        return total
