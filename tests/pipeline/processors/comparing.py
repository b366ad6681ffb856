"""The cluster and the edge on many texts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.parity.edge import edge
from tests.parity.rig import simulate

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from tests.cluster.rig.node import Node


def assert_alike(
    node: Node | str,
    kind: str,
    options: dict[str, Any],
    values: Sequence[Any],
    *after: dict[str, Any],
) -> None:
    """Fails with what differs between OpenSearch and the edge for values of the field ``m``."""
    pipeline = {"processors": [{kind: {"field": "m"} | options}, *after]}
    documents = [{"m": value} for value in values]
    expected = simulate(node, pipeline, documents)
    found = edge(pipeline, documents, "opensearch")
    pairs = zip(values, expected, found, strict=True)
    unequal = [
        f"{value!r}: {words}" for value, one, other in pairs if (words := one.difference(other))
    ]
    assert not unequal, "\n".join(
        [f"{kind} {options}: {len(unequal)} of {len(values)}", *unequal[:20]]
    )


def texts(source: random.Random, pieces: Sequence[str], count: int, longest: int) -> list[str]:
    """Texts of random pieces."""
    return ["".join(source.choices(pieces, k=source.randint(0, longest))) for _ in range(count)]
