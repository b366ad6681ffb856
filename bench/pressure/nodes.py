"""Twenty agents against real nodes: one with hardly any places, and one that is killed and comes back."""

from __future__ import annotations

import secrets
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.pressure.fleet import GRAMS, HEAVY, Fleet, Watch
from bench.pressure.load import FixedLoad
from bench.pressure.page import DOCS, table, write
from bench.pressure.plots import Panel, Plot, Points
from bench.pressure.proxy import CountingProxy
from tests.cluster.rig.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

AGENTS = 20
BATCH = 100  # events: small, so that the node has many requests and the machine little else to do
BACKLOG = 2500  # lines that each agent has before it at least, so that none of them runs dry
FEW = 300  # the same where the node is slow, for all of it is to be stored in the end
TRIED = (1, 2, 3, 4, 6)


@contextmanager
def node_of(product: str, queue: int) -> Iterator[Node]:
    """A node with one write thread and so many places before it."""
    settings = {"thread_pool.write.size": "1", "thread_pool.write.queue_size": str(queue)}
    node = Node(product, settings=settings)
    try:
        node.start()
        yield node
    finally:
        node.close()


def stream_on(node: Node) -> str:
    """A data stream whose messages cost the node far more than they cost anybody else."""
    name = f"logs-t{secrets.token_hex(4)}-default"
    return node.make_data_stream(name, properties=GRAMS, settings=HEAVY)


def crowded(product: str, seconds: float, trial: float, cycles: int = 2) -> None:
    """(a): rejections and throughput with a queue of five, against the best fixed concurrency; then a queue of one."""
    with (
        tempfile.TemporaryDirectory(prefix="shipper-pressure-") as name,
        node_of(product, 5) as node,
    ):
        stream, other = stream_on(node), stream_on(node)
        with (
            Fleet(Path(name), node.url, stream, AGENTS, bulk_max_size=BATCH) as fleet,
            Watch(node) as watch,
        ):
            fleet.write(100)
            fleet.settle(120)
            load = FixedLoad(node, other, [d["_source"] for d in node.docs(stream)[:200]], BATCH)
            load.measure(2, 2 * trial)  # not counted: the node warms up
            runs, tried = [], {c: [attempt(load, watch, c, trial)] for c in TRIED}
            for _ in range(cycles):  # in turn, since other work on the machine comes and goes
                runs.append(one_run(fleet, watch, seconds))
                for c in TRIED:
                    tried[c].append(attempt(load, watch, c, trial))
            fleet.stop()
            wrong = fleet.difference(node, stream)
        means = {c: sum(one[0] for one in tried[c]) / len(tried[c]) for c in TRIED}
        best = max(means.values())
        rows = [_fixed_row(c, tried[c], best) for c in TRIED]
        rows.append(_row("20 agents, queue of 5", runs, best, wrong))
        _draw_crowded(watch, runs[-1], best)
    with (
        tempfile.TemporaryDirectory(prefix="shipper-pressure-") as name,
        node_of(product, 1) as node,
    ):
        stream = stream_on(node)
        with (
            Fleet(Path(name), node.url, stream, AGENTS, bulk_max_size=BATCH) as fleet,
            Watch(node) as watch,
        ):
            fleet.write(20)
            fleet.settle(120)
            runs = [one_run(fleet, watch, seconds / 2, FEW)]
            fleet.stop()
            wrong = fleet.difference(node, stream)
        rows.append(_row("20 agents, queue of 1", runs, best, wrong))
    for row in rows:
        print(" | ".join(row), flush=True)
    head = ["", "events stored a second", "of the best", "node busy", "refused", "lost or twice"]
    write("crowded", table(head, rows))


def one_run(fleet: Fleet, watch: Watch, seconds: float, ahead: int = BACKLOG) -> dict[str, float]:
    """Give every agent more than it can send, and look from the tenth second on."""
    before = sum(fleet.written)
    zero = fleet.totals()
    begin = time.monotonic()
    _keep_busy(fleet, begin + 10, ahead)
    since, first = time.monotonic(), fleet.totals()
    _keep_busy(fleet, since + seconds, ahead)
    until, last = time.monotonic(), fleet.totals()
    fleet.settle(600)
    measured = {
        "begin": begin,
        "seconds": until - since,
        "rate": watch.rate(since, until),
        "busy": watch.busy(since, until),
        "early_sent": first["sent_events"] - zero["sent_events"],
        "early_refused": first["rejected"] - zero["rejected"],
        "sent": last["sent_events"] - first["sent_events"],
        "refused": last["rejected"] - first["rejected"],
        "done": time.monotonic() - begin,
        "lines": sum(fleet.written) - before,
    }
    print({key: round(value, 3) for key, value in measured.items()}, flush=True)
    return measured


def _keep_busy(fleet: Fleet, end: float, ahead: int) -> None:
    while time.monotonic() < end:
        fleet.top_up(ahead)
        time.sleep(max(0.0, min(1.5, end - time.monotonic())))


def attempt(
    load: FixedLoad, watch: Watch, connections: int, seconds: float
) -> tuple[float, float, float]:
    """Events stored a second, share refused, and how busy the node was, with so many requests always on their way."""
    begin = time.monotonic() + 0.7
    stored, refused = load.measure(connections, seconds)
    busy = watch.busy(begin, begin + seconds)
    print(f"fixed {connections}: {stored:.0f}/s, busy {busy:.2f}", flush=True)
    return stored, refused, busy


def _fixed_row(c: int, tried: list[tuple[float, float, float]], best: float) -> list[str]:
    mean, refused, busy = (sum(column) / len(tried) for column in zip(*tried, strict=True))
    return [
        f"fixed, {c} at a time",
        f"{mean:,.0f} ({min(tried)[0]:,.0f} to {max(tried)[0]:,.0f})",
        f"{mean / best:.2f}",
        f"{100 * busy:.0f} %",
        f"{100 * refused:.1f} %",
        "",
    ]


def _row(name: str, runs: list[dict[str, float]], best: float, wrong: str) -> list[str]:
    def total(key: str) -> float:
        return sum(run[key] for run in runs)

    rates = [run["rate"] for run in runs]
    mean = sum(rates) / len(rates)
    spread = f" ({min(rates):,.0f} to {max(rates):,.0f})" if len(rates) > 1 else ""
    early = 100 * total("early_refused") / max(1, total("early_sent"))
    return [
        f"**{name}**, from the tenth second on, {total('seconds'):.0f} s",
        f"{mean:,.0f}{spread}",
        f"{mean / best:.2f}",
        f"{100 * sum(run['busy'] for run in runs) / len(runs):.0f} %",
        f"{100 * total('refused') / max(1, total('sent')):.1f} % (in the first ten seconds {early:.0f} %)",
        wrong or f"none of {total('lines'):,.0f}",
    ]


def _draw_crowded(watch: Watch, run: dict[str, float], best: float) -> None:
    stored, queue = watch.lines(run["begin"])
    end = run["done"]
    Plot(
        "20 agents, one write thread, a queue of five",
        [
            Panel(
                "events stored a second",
                [("", [p for p in stored if p[0] <= end])],
                (best, "best fixed concurrency"),
            ),
            Panel("requests in the node's queue", [("", [p for p in queue if p[0] <= end])]),
        ],
    ).write(DOCS / "pressure" / "crowded.svg")


def killed(product: str, usual: float, away: float, after: float) -> None:
    """(b): a node under twenty agents is killed and started again; requests are counted on the way to it."""
    with (
        tempfile.TemporaryDirectory(prefix="shipper-pressure-") as name,
        node_of(product, 5) as node,
    ):
        stream = stream_on(node)
        port = int(node.url.rpartition(":")[2])
        with (
            CountingProxy(port) as proxy,
            Fleet(Path(name), proxy.url, stream, AGENTS, bulk_max_size=BATCH) as fleet,
        ):
            fleet.write(20)
            fleet.settle(120)
            begin = time.monotonic()
            lines = _trickle(fleet, begin + usual)
            down = time.monotonic()
            node.kill()
            lines += _trickle(fleet, time.monotonic() + away)
            node.start()
            lines += _trickle(fleet, time.monotonic() + after)
            fleet.settle(600)
            done = time.monotonic()
            fleet.stop()
            wrong = fleet.difference(node, stream)
            up = next(t for t in proxy.answers if t > down + away / 2)
            counts = {
                "before": sum(begin + 5 <= t < down for t in proxy.requests) / (down - begin - 5),
                "first": sum(up - 0.5 <= t < up + 1 for t in proxy.requests),
                "most": max(
                    sum(up + s <= t < up + s + 1 for t in proxy.requests) for s in range(int(after))
                ),
                "away": sum(down <= t < up for t in [*proxy.vain, *proxy.requests]) / (up - down),
            }
            requests, vain = list(proxy.requests), list(proxy.vain)
    rows = [
        ["requests a second before", f"{counts['before']:.0f}"],
        ["tries a second while it was away", f"{counts['away']:.1f}"],
        [
            "**requests from half a second before to one second after its first answer**",
            f"**{counts['first']}**",
        ],
        ["requests in the busiest second after that", f"{counts['most']}"],
        ["seconds away", f"{up - down:.0f}"],
        ["all caught up, seconds after the first answer", f"{done - up:.0f}"],
        ["lost or twice", wrong or f"none of {sum(fleet.written):,}"],
    ]
    for row in rows:
        print(" | ".join(row), flush=True)
    write("killed", table(["", ""], rows))
    _draw_killed(
        requests, vain, begin, {"killed": down - begin, "answers": up - begin}, done - begin
    )


def _trickle(fleet: Fleet, end: float) -> int:
    """Thirty lines a second in each log."""
    lines = 0
    while time.monotonic() < end:
        fleet.write(15)
        lines += 15
        time.sleep(0.5)
    return lines


def _draw_killed(
    requests: list[float], vain: list[float], begin: float, marks: dict[str, float], end: float
) -> None:
    def count(times: list[float], width: float) -> Points:
        steps = range(int(end / width))
        return [
            (s * width, sum(s * width <= t - begin < (s + 1) * width for t in times) / width)
            for s in steps
        ]

    Plot(
        "20 agents, a node that is killed and started again",
        [
            Panel("requests that reached it, a second", [("", count(requests, 1.0))]),
            Panel("tries in vain, a second", [("", count(vain, 1.0))]),
        ],
        [(when, name) for name, when in marks.items()],
    ).write(DOCS / "pressure" / "killed.svg")
