"""The manual's examples of processors load, and do at the edge what they do on the node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shipper.pipeline.definition import Library
from shipper.pipeline.options import EdgeSettings
from tests.parity import examples
from tests.parity.edge import edge
from tests.parity.examples import EXAMPLES, PIPELINES
from tests.parity.options import COMMON, OPTIONS
from tests.parity.rig import assert_same, simulate

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node


def test_every_processor_has_one() -> None:
    assert OPTIONS.keys() - {COMMON} <= EXAMPLES.keys()


@pytest.mark.parametrize("kind", sorted(OPTIONS.keys() - {COMMON}))
def test_it_loads_at_the_edge(kind: str) -> None:
    bodies = PIPELINES | {"example": {"processors": [EXAMPLES[kind].step]}}
    loaded = Library.of(bodies, EdgeSettings(flavour=examples.flavour_of(kind))).load("example")

    assert loaded is not None
    troubles = [str(trouble) for trouble in loaded.troubles]
    if EXAMPLES[kind].document is None:  # of what not everybody has
        assert all("geoip.database_directory" in trouble for trouble in troubles)
    else:
        assert not troubles
    assert list(EXAMPLES[kind].step) == [kind]


@pytest.mark.parametrize("kind", sorted(kind for kind in OPTIONS if kind != COMMON and examples.on_node(kind)))  # fmt: skip
def test_the_node_makes_the_same_of_it(kind: str, opensearch: Node) -> None:
    example = EXAMPLES[kind]
    if example.document is None:
        pytest.skip("the node lacks it")
    body = {"processors": [example.step]}
    document = {"_index": "i", "_id": "1", "_source": example.document}

    assert_same(
        simulate(opensearch, body, [document], PIPELINES),
        edge(body, [document], "opensearch", PIPELINES),
    )
