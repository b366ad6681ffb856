"""
Agents in the model: each is the real controller of `shipper.delivery.pressure`, with bytes to send and nothing else.

`Fixed` takes the controller's place for comparison: so many bytes in flight whatever happens, a refused request again
after exponential back-off with full jitter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.pressure.model import Request
from shipper.delivery.pressure import Flight, Pressure

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from bench.pressure.model import Cluster, World


TURN = 0.003  # seconds on average between an answer and the next request, of the agent's own work


class Fixed(Pressure):
    """As many agents do: one full batch at a time, come what may; back-off from a tenth of a second when refused."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.limit = float(self.ceiling)

    def batch_bytes(self) -> int:
        return self.batch

    def accepted(self, flight: Flight, now: float, chance: float) -> None:  # noqa: ARG002
        self.failures = 0

    def refused(
        self,
        flight: Flight,  # noqa: ARG002
        now: float,
        share: float,  # noqa: ARG002
        chance: float,
        *,
        queue: bool = False,  # noqa: ARG002
    ) -> None:
        self.failures += 1
        self.hold(now, chance * self.backoff(self.failures))

    def failed(self, now: float, chance: float) -> None:
        self.failures += 1
        self.hold(now, chance * self.backoff(self.failures))


@dataclass(slots=True)
class Tally:
    """What all agents together saw, in steps of a second each."""

    requests: dict[int, int] = field(default_factory=dict)
    sent: dict[int, int] = field(default_factory=dict)
    refused: dict[int, int] = field(default_factory=dict)
    stored: dict[int, int] = field(default_factory=dict)
    failed: dict[int, int] = field(default_factory=dict)

    @staticmethod
    def add(column: dict[int, int], now: float, count: int) -> None:
        second = int(now)
        column[second] = column.get(second, 0) + count

    def over(self, name: str, begin: float, end: float) -> int:
        column: dict[int, int] = getattr(self, name)
        return sum(column.get(second, 0) for second in range(int(begin), int(end)))


class Agent:
    """
    One route of one agent.

    Args:
        backlog: bytes that wait at first.
        burst: bytes that are written at once, every ``every`` seconds on average; 0: nothing more comes.
    """

    __slots__ = (
        "_cluster",
        "_host",
        "_owed",
        "_rng",
        "_shards",
        "_tally",
        "_waking",
        "_world",
        "backlog",
        "burst",
        "every",
        "pressure",
        "stored",
    )

    def __init__(
        self,
        world: World,
        cluster: Cluster,
        pressure: Pressure,
        rng: random.Random,
        tally: Tally,
        *,
        shards: list[int],
        backlog: float = 1e15,
        burst: int = 0,
        every: float = 0.0,
    ) -> None:
        self._world, self._cluster, self._rng, self._tally = world, cluster, rng, tally
        self.pressure = pressure
        self._host = rng.randrange(len(cluster.nodes))
        self._shards = shards
        self._owed: dict[int, int] = {}
        self._waking = -1.0
        self.backlog, self.burst, self.every = backlog, burst, every
        self.stored = 0

    def start(self, when: float) -> None:
        self._world.at(when, self._look)
        if self.burst:
            self._world.at(when + self._rng.random() * self.every, self._write)

    def _write(self) -> None:
        self.backlog += self.burst
        wait = self.every * (0.5 + self._rng.random())
        self._world.at(self._world.now + wait, self._write)
        self._look()

    def _woken(self, when: float) -> None:
        if when == self._waking:
            self._waking = -1.0
            self._look()

    def _look(self) -> None:
        """Send whatever may be sent now; ask to be woken for what may be later."""
        now, pressure = self._world.now, self.pressure
        while self.backlog >= 1:
            size = int(min(self.backlog, pressure.batch_bytes()))
            when = pressure.when(size)
            if when is None:
                return
            if when > now:
                if self._waking < 0 or when < self._waking:
                    self._waking = when
                    self._world.at(when, self._woken, when)
                return
            self._send(size, now)

    def _send(self, size: int, now: float) -> None:
        flight = self.pressure.take_off(size, now)
        self.backlog -= size
        self._tally.add(self._tally.requests, now, 1)
        self._tally.add(self._tally.sent, now, size)
        self._cluster.send(Request(self._parts(size), self._answer(flight)), self._host)

    def _parts(self, size: int) -> dict[int, int]:
        """What was refused goes to its shard again; the rest to all alike."""
        parts: dict[int, int] = {}
        for shard in list(self._owed):
            parts[shard] = min(size, self._owed[shard])
            size -= parts[shard]
            self._owed[shard] -= parts[shard]
            if not self._owed[shard]:
                del self._owed[shard]
            if not size:
                return parts
        count = len(self._shards)
        for number, shard in enumerate(self._shards):
            part = size // count + (number < size % count)
            if part:
                parts[shard] = parts.get(shard, 0) + part
        return parts

    def _owe(self, parts: dict[int, int]) -> int:
        """Have parts sent again."""
        for shard, size in parts.items():
            self._owed[shard] = self._owed.get(shard, 0) + size
        size = sum(parts.values())
        self.backlog += size
        return size

    def _answer(self, flight: Flight) -> Callable[[Request], None]:
        def come(request: Request) -> None:
            now, pressure, tally = self._world.now, self.pressure, self._tally
            pressure.land(flight)
            chance = self._rng.random()
            if request.lost:
                self._host = self._rng.randrange(len(self._cluster.nodes))
                self._owe(request.parts)
                tally.add(tally.failed, now, 1)
                pressure.failed(now, chance)
            else:
                refused = self._owe(request.refused)
                if refused:
                    pressure.refused(flight, now, refused / flight.size, chance, queue=True)
                    tally.add(tally.refused, now, refused)
                else:
                    pressure.accepted(flight, now, chance)
                self.stored += flight.size - refused
                tally.add(tally.stored, now, flight.size - refused)
            self._world.at(now + self._rng.expovariate(1 / TURN), self._look)

        return come
