"""Every case of ``cases/``: the edge has to do what the cluster does; and the manual's page has to say so."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.parity import table
from tests.parity.run import modules, run

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node
    from tests.parity.run import Result

_SHOWN = 20


@cache
def _results(name: str, url: str) -> list[Result]:
    return run(name, url)


@pytest.mark.parametrize("name", modules())
def test_the_edge_does_what_the_cluster_does(name: str, opensearch: Node) -> None:
    results = _results(name, opensearch.url)
    unequal = [str(result) for result in results if result.problems]
    assert not unequal, "\n".join([f"{len(unequal)} of {len(results)}", *unequal[:_SHOWN]])


def test_every_documented_option_has_enough_cases(opensearch: Node) -> None:
    results = [result for name in modules() for result in _results(name, opensearch.url)]
    short = table.missing(table.count(results))
    assert not short, "\n".join([f"{len(short)}", *short])


def test_the_manual_says_what_the_cases_say(opensearch: Node) -> None:
    results = [result for name in modules() for result in _results(name, opensearch.url)]
    expected = table.page(table.count(results), table.refusals(results))
    assert expected == table.PAGE.read_text("utf-8"), "run `python -m tests.parity.table`"
