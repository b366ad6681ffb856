"""
A small world for the engine: a folder of logs, a store, a delivery that the test settles by hand, and a clock of its own.

The delivery is a fake because these tests decide when an event settles; everything else is the real thing.
"""

from __future__ import annotations

import json
from collections import Counter

from shipper.agent.address import Addressing, route_of
from shipper.agent.engine import Engine
from shipper.agent.inputs import InputRun
from shipper.checkpoint.store import Store
from shipper.config.settings import Input
from shipper.encode import Constants
from shipper.records import Abandoned, Column, Settled
from shipper.source.chain import Chain
from shipper.source.registry import Registry


class HandDelivery:
    """Takes pieces; the test says which are settled or given back."""

    def __init__(self):
        self.out = []
        self.outcomes = []
        self.open = True
        self.offered = 0

    def room(self, route):
        return self.open

    def offer(self, route, piece):
        self.out.append(piece)
        self.offered += 1

    def hurry(self, file):
        pass

    def step(self):
        outcomes, self.outcomes = self.outcomes, []
        return outcomes

    def deadline(self):
        return None

    def pending(self):
        return sum(len(piece.body) for piece in self.out)


class World:
    """One agent's engine over a folder, restartable."""

    def __init__(self, folder, **values):
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.data = folder / "data"
        self.settings = [self.input(**values)]
        self.now, self.wall = 1000.0, 1_800_000_000.0
        self.cluster = {}  # id (with the index, where the event names it) → document, as `create` keeps it
        self.sent = Counter()  # id → times
        self.fresh_conflicts = []  # ids that were taken although their piece was not in doubt
        self.start()

    def input(self, **values):
        values.setdefault("id", "app")
        values.setdefault("paths", (f"{self.logs}/*.log*",))
        return Input(**values)

    def start(self):
        self.closed = False
        self.store = Store(self.data)
        self.delivery = HandDelivery()
        known = self.store.files()
        runs = []
        for one in self.settings:
            records = [record for record in known if record.input == one.id]
            encoder = Addressing(one.data_stream).encoder_of(Constants({}))
            registry = Registry(one, Chain(one), encoder, records)
            runs.append(InputRun(one, registry, route_of(one)))
        self.engine = Engine(runs, self.store, self.delivery, lambda folder: True)

    def crash(self):
        """Kill -9 and start again: memory is lost, the store stays."""
        for run in self.engine.inputs:
            for harvester in run.registry.harvesters():
                harvester.close()
        self.store.close()
        self.start()

    def close(self):
        if self.closed:
            return
        self.closed = True
        for run in self.engine.inputs:
            for harvester in run.registry.harvesters():
                harvester.close()
        self.store.close()

    # -- time

    def step(self, seconds=1.1):
        """Let time pass and make a step (more, while there is more to read)."""
        self.now += seconds
        self.wall += seconds
        for _ in range(1000):
            if self.engine.step(self.now, self.wall) > self.now or not self.delivery.open:
                return
        raise AssertionError("the engine never comes to rest")

    # -- the cluster

    def arrive(self, piece):
        """The cluster takes a piece's events; returns the columns it settles in."""
        lines = piece.body.split(b"\n")[:-1]
        columns = {}
        for action, document, start, end in zip(
            lines[::2], lines[1::2], piece.starts, piece.ends, strict=True
        ):
            name = json.loads(action)["create"]["_id"]
            if index := json.loads(action)["create"].get("_index"):
                name = f"{index}/{name}"  # unique there
            self.sent[name] += 1
            column = Column.DUPLICATE if name in self.cluster else Column.INDEXED
            if column is Column.DUPLICATE and not piece.doubt:
                self.fresh_conflicts.append(name)
            self.cluster.setdefault(name, json.loads(document))
            events, size = columns.get(column, (0, 0))
            columns[column] = (events + 1, size + end - start)
        return columns

    def settle(self, *pieces):
        """Send and settle pieces (all that are out by default)."""
        for piece in pieces or list(self.delivery.out):
            self.delivery.out.remove(piece)
            self.delivery.outcomes.append(Settled(piece, self.arrive(piece)))

    def lose_answer(self, *pieces):
        """The cluster took them but the answer is lost with the agent."""
        for piece in pieces or list(self.delivery.out):
            self.arrive(piece)

    def give_back(self):
        """The route is paused: everything comes back."""
        for piece in self.delivery.out:
            self.delivery.outcomes.append(Abandoned(piece))
        self.delivery.out = []

    def run(self, rounds=4, seconds=1.1):
        """Step and settle until nothing more comes."""
        for _ in range(rounds):
            self.step(seconds)
            self.settle()
        self.step(0.0)

    # -- what to look at

    @property
    def registry(self):
        return self.engine.inputs[0].registry

    def messages(self):
        """Messages in the cluster, by file and offset as they were written."""
        return [doc["message"] for _, doc in sorted(self.cluster.items())]

    def count(self):
        return Counter(doc["message"] for doc in self.cluster.values())

    def gaps(self):
        return [doc["log"]["gap"] for doc in self.cluster.values() if "gap" in doc["log"]]

    def states(self):
        return {file.path.rsplit("/", 1)[1]: file.state for file in self.registry.followed.values()}

    def write(self, name, text, mode="ab"):
        data = text.encode() if isinstance(text, str) else text
        with (self.logs / name).open(mode) as file:
            file.write(data)

    def balanced(self):
        return all(
            harvester.ledger.report().balanced and not harvester.ledger.unbalanced
            for run in self.engine.inputs
            for harvester in run.registry.harvesters()
        )
