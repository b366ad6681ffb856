"""
The manual's page on processors: counts cases by processor, option and oracle, and writes ``docs/processors.md``.

``python -m tests.parity.table`` runs all cases on the node of ``SHIPPER_TEST_OPENSEARCH`` (or one that it starts) and writes
the page; with names of files of cases it runs those and prints what is unequal.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shipper.pipeline.processors import CLUSTER_ONLY
from tests.parity import examples, manual
from tests.parity.options import OPTIONS, WHOLE, rows
from tests.parity.run import Result, modules, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = Path(__file__).parents[2] / "docs" / "processors.md"
ORACLES = ("node", "rewritten", "jar", "manual")
ENOUGH = 20  # equal cases of an option, one of them a failure
_PRODUCTS = {"both": "", "opensearch": "OpenSearch", "elasticsearch": "Elasticsearch"}

Counts = dict[tuple[str, str], Counter[str]]


def count(results: Iterable[Result]) -> Counts:
    """By processor and option: equal cases by oracle, failures among them, refused, unequal."""
    counts: Counts = defaultdict(Counter)
    for result in results:
        for option in result.case.options or [WHOLE]:
            cell = counts[result.case.row, option]
            if result.problems:
                cell["unequal"] += 1
            elif result.refused:
                cell["refused"] += 1
            else:
                cell["equal"] += 1
                cell[result.case.oracle] += 1
                cell["failures"] += result.failure
                cell["bulk"] += result.bulk
    return counts


def missing(counts: Counts) -> list[str]:
    """What is short of enough cases, one line each, and options that no manual lists."""
    found = []
    for processor, option, _ in rows():
        cell = counts.get((processor, option), Counter())
        name = f"{processor}.{option}" if option != WHOLE else processor
        if cell["equal"] < ENOUGH:
            found.append(f"{name}: {cell['equal']} equal cases, {ENOUGH} wanted")
        elif not cell["failures"] and name not in manual.NEVER_FAIL:
            found.append(f"{name}: no case that fails")
    known = {(processor, option) for processor, option, _ in rows()}
    found += [
        f"{processor}.{option}: in no manual (tests/parity/options.py)"
        for processor, option in counts
        if (processor, option) not in known
    ]
    return found


def page(counts: Counts, refused: Iterable[str]) -> str:
    """The page's text."""
    lines = [manual.HEAD]
    for processor in OPTIONS:
        lines += ["", f"## {processor}", "", manual.TEXTS[processor], ""]
        if processor in examples.EXAMPLES:
            lines += examples.lines(processor)
        lines += [
            "| option | product | equal | of these failures | through `_bulk` too | checked by | refused |",
            "|---|---|---:|---:|---:|---|---:|",
        ]
        for name, option, product in rows():
            if name != processor:
                continue
            cell = counts.get((name, option), Counter())
            oracles = ", ".join(
                f"{manual.ORACLES[oracle]} {cell[oracle]}" for oracle in ORACLES if cell[oracle]
            )
            shown = f"`{option}`" if option != WHOLE else option
            lines.append(
                f"| {shown} | {_PRODUCTS[product]} | {cell['equal']} | {cell['failures']} | {cell['bulk'] or ''} | {oracles} | {cell['refused'] or ''} |"
            )
    lines += ["", manual.REFUSED, "", *(f"- {reason}" for reason in sorted(set(refused)))]
    lines += ["", manual.CLUSTER_ONLY, ""]
    lines += [f"- `{name}`: {reason}" for name, reason in sorted(CLUSTER_ONLY.items())]
    return "\n".join([*lines, ""])


def refusals(results: Iterable[Result]) -> list[str]:
    """The reasons why cases are refused, as the page lists them."""
    return [f"`{result.case.row}`: {result.case.refused}" for result in results if result.refused]


@contextmanager
def _node() -> Iterator[str]:
    given = os.environ.get("SHIPPER_TEST_OPENSEARCH")
    if given:
        yield given
        return
    from tests.cluster.rig.node import Node  # noqa: PLC0415 - starts a server

    node = Node("opensearch")
    node.start()
    try:
        yield node.url
    finally:
        node.close()


def main(names: list[str]) -> int:
    """Runs cases; the number of unequal ones."""
    results: list[Result] = []
    with _node() as url:
        for name in names or modules():
            began = time.monotonic()
            found = run(name, url)
            unequal = [result for result in found if result.problems]
            print(
                f"{name}: {len(found)} cases in {time.monotonic() - began:.1f} s, {len(unequal)} unequal,"
                f" {sum(result.refused for result in found)} refused"
            )
            for result in unequal[:20]:
                print(f"  {result}"[:2000])
            results += found
    counts = count(results)
    wanted = {processor for processor, _ in counts}
    for line in missing(counts):
        if not names or line.split(".")[0].split(":")[0] in wanted:
            print(line)
    if not names:
        PAGE.write_text(page(counts, refusals(results)), encoding="utf-8")
        print(f"written: {PAGE}")
    return sum(bool(result.problems) for result in results)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
