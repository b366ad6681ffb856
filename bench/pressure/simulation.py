"""Ten thousand agents in the model: overload from the start, a cluster that is away, a rolling restart, a slow node."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.pressure.agents import Agent, Fixed, Tally
from bench.pressure.model import Cluster, Shape, World
from bench.pressure.page import DOCS, table, write
from bench.pressure.plots import Panel, Plot, per_second, share
from shipper.delivery.pressure import Pressure

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 2**20
SHAPE = Shape(nodes=5, threads=4, places=200)
BATCH = 5 * MIB
BURST = 64 * 1024
ORDINARY = 0.6  # of the capacity that is written in the scenes without a backlog


@dataclass
class Scene:
    """Agents, a cluster and what they saw."""

    world: World
    cluster: Cluster
    agents: list[Agent]
    tally: Tally

    def fairness(self) -> float:
        """Jain's index of what the agents have stored: 1 is the same for all, 1/n all for one."""
        stored = [agent.stored for agent in self.agents]
        return sum(stored) ** 2 / (len(stored) * sum(one * one for one in stored))

    def backlog(self) -> float:
        return sum(agent.backlog for agent in self.agents)

    def per_cent(self, begin: int, end: int) -> float:
        """Of the bytes sent, those refused."""
        return (
            100
            * self.tally.over("refused", begin, end)
            / max(1, self.tally.over("sent", begin, end))
        )


def make(count: int, *, fixed: bool = False, backlog: bool = False, seed: int = 1) -> Scene:
    """Agents that begin within ten seconds; each writes to two shards."""
    rng, world, tally = random.Random(seed), World(), Tally()
    cluster = Cluster(world, SHAPE, rng)
    every = count * BURST / (ORDINARY * cluster.capacity)
    agents = []
    for number in range(count):
        pressure = Fixed(BATCH, backoff_max=5.0) if fixed else Pressure(BATCH)
        first = number % len(cluster.home)
        shards = [first, (first + 1) % len(cluster.home)]
        agent = Agent(
            world,
            cluster,
            pressure,
            rng,
            tally,
            shards=shards,
            backlog=1e15 if backlog else 0,
            burst=0 if backlog else BURST,
            every=every,
        )
        agent.start(rng.random() * 10)
        agents.append(agent)
    return Scene(world, cluster, agents, tally)


def overload(count: int, plots: bool = True) -> list[list[str]]:
    """Everybody has more than the cluster can take, from the first moment."""
    end, rows, scenes = 300, [], {}
    for name, fixed in (("Shipper", False), ("no controller", True)):
        scene = make(count, fixed=fixed, backlog=True)
        scene.world.run(end)
        scenes[name] = scene
        rows.append(
            [
                "overload",
                name,
                f"{100 * scene.tally.over('stored', 60, end) / (end - 60) / scene.cluster.capacity:.0f} % of capacity stored",
                f"{scene.per_cent(0, 10):.0f} % refused in the first 10 s, {scene.per_cent(60, 120):.1f} % in the second minute, {scene.per_cent(end - 60, end):.1f} % in the last",
                f"{scene.tally.over('requests', end - 60, end) / 60:,.0f} requests a second in the last minute; fairness {scene.fairness():.2f}",
            ]
        )
    if plots:
        draw(
            "overload", f"{count:,} agents with endless backlogs start within 10 s", scenes, end, []
        )
    return rows


def away(count: int, plots: bool = True) -> list[list[str]]:
    """The whole cluster is away for two minutes."""
    gone, back, end = 100, 220, 400

    def lose(scene: Scene) -> None:
        for node in range(SHAPE.nodes):
            scene.world.at(gone, scene.cluster.lose, node)
            scene.world.at(back, scene.cluster.bring_back, node)

    scenes = ordinary(count, end, lose)
    rows = []
    for name, scene in scenes.items():
        usual = scene.tally.over("requests", 60, gone) / (gone - 60)
        counts = [scene.tally.over("requests", back + s, back + s + 1) for s in range(60)]
        rows.append(
            [
                "cluster away for 2 min",
                name,
                f"{counts[0]:,} requests in the first second after it is back; {usual:,.0f} a second before",
                f"{scene.per_cent(back, back + 60):.1f} % refused in the minute after",
                f"at most {max(counts):,} requests in any second of that minute; {scene.backlog() / MIB:,.0f} MiB wait at the end",
            ]
        )
    if plots:
        marks = [(gone, "away"), (back, "back")]
        draw("away", f"{count:,} agents, all nodes away for two minutes", scenes, end, marks)
    return rows


def rolling(count: int, plots: bool = True) -> list[list[str]]:
    """Each node in turn is away for twenty seconds."""
    end = 300

    def restart(scene: Scene) -> None:
        for node in range(SHAPE.nodes):
            scene.world.at(60 + 30 * node, scene.cluster.lose, node)
            scene.world.at(80 + 30 * node, scene.cluster.bring_back, node)

    scenes = ordinary(count, end, restart)
    rows = [
        [
            "rolling restart",
            name,
            f"{100 * scene.tally.over('stored', 60, 210) / 150 / scene.cluster.capacity / ORDINARY:.0f} % of what was written stored meanwhile",
            f"{scene.per_cent(60, 210):.1f} % refused",
            f"{scene.tally.over('failed', 60, 210):,} requests failed; {scene.backlog() / MIB:,.0f} MiB wait at the end",
        ]
        for name, scene in scenes.items()
    ]
    if plots:
        marks = [(60.0, "first"), (180.0, "last")]
        draw(
            "rolling", f"{count:,} agents, each of five nodes restarted in turn", scenes, end, marks
        )
    return rows


def slow(count: int, plots: bool = True) -> list[list[str]]:
    """One node takes ten times as long for two minutes."""
    begin, well, end = 100, 220, 400

    def hamper(scene: Scene) -> None:
        node = scene.cluster.nodes[0]
        scene.world.at(begin, setattr, node, "slow", 10.0)
        scene.world.at(well, setattr, node, "slow", 1.0)

    scenes = ordinary(count, end, hamper)
    rows = [
        [
            "one node ten times slower",
            name,
            f"{100 * scene.tally.over('stored', begin, well) / (well - begin) / scene.cluster.capacity / ORDINARY:.0f} % of what was written stored meanwhile",
            f"{scene.per_cent(begin, well):.1f} % refused",
            f"{scene.tally.over('requests', begin, well) / (well - begin):,.0f} requests a second meanwhile; {scene.backlog() / MIB:,.0f} MiB wait at the end",
        ]
        for name, scene in scenes.items()
    ]
    if plots:
        marks = [(begin, "slow"), (well, "well again")]
        draw("slow-node", f"{count:,} agents, one of five nodes slow", scenes, end, marks)
    return rows


def ordinary(count: int, end: int, plan: Callable[[Scene], None]) -> dict[str, Scene]:
    """A scene with and without the controller, at an ordinary load."""
    scenes = {}
    for name, fixed in (("Shipper", False), ("no controller", True)):
        scene = make(count, fixed=fixed)
        plan(scene)
        scene.world.run(end)
        scenes[name] = scene
    return scenes


def draw(
    name: str, title: str, scenes: dict[str, Scene], end: int, marks: list[tuple[float, str]]
) -> None:
    capacity = next(iter(scenes.values())).cluster.capacity / MIB
    panels = [
        Panel(
            "MiB stored a second",
            [(n, per_second(s.tally.stored, 0, end, 1 / MIB)) for n, s in scenes.items()],
            (capacity, "capacity"),
        ),
        Panel(
            "requests a second",
            [(n, per_second(s.tally.requests, 0, end)) for n, s in scenes.items()],
        ),
        Panel(
            "per cent of bytes refused",
            [(n, share(s.tally.refused, s.tally.sent, 0, end)) for n, s in scenes.items()],
            top=100,
        ),
    ]
    Plot(title, panels, marks).write(DOCS / "pressure" / f"{name}.svg")


def run(count: int = 10_000) -> None:
    """All scenes, into the manual."""
    rows: list[list[str]] = []
    for scene in (overload, away, rolling, slow):
        rows += scene(count)
        for row in rows[-2:]:
            print(" | ".join(row), flush=True)
    write("simulation", table(["scene", "agents", "stored, or asked", "refused", "and"], rows))
