"""
Manners under pressure, shown: on real nodes, and in a model with ten thousand agents that run the same controller.

    python bench/pressure.py all                 everything, into docs/pressure.md and docs/pressure/*.svg: ten minutes
    python bench/pressure.py a                   20 agents, one write thread, a queue of five, then of one
    python bench/pressure.py b                   20 agents, the node is killed and started again
    python bench/pressure.py c --agents 1000     the model
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.pressure import nodes, simulation


def main() -> int:
    parser = argparse.ArgumentParser(description="Manners under pressure, measured.")
    parser.add_argument("what", choices=["a", "b", "c", "all"], nargs="?", default="all")
    parser.add_argument("--agents", type=int, default=10_000, help="in the model")
    parser.add_argument("--product", choices=["opensearch", "elasticsearch"], default="opensearch")
    parser.add_argument("--seconds", type=float, default=20, help="of one look in (a), about")
    options = parser.parse_args()
    if options.what in {"c", "all"}:
        simulation.run(options.agents)
    if options.what in {"a", "all"}:
        nodes.crowded(options.product, options.seconds, trial=3)
    if options.what in {"b", "all"}:
        nodes.killed(options.product, usual=20, away=15, after=30)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
