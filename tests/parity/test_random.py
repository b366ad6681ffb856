"""
Random pipelines in the cluster and at the edge: at most a tenth refused, none unequal.

``SHIPPER_SEED`` repeats a run; ``SHIPPER_RANDOM_PIPELINES`` says how many (2,000 before a release).
"""

from __future__ import annotations

import copy
import json
import os
import secrets
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.parity.edge import edge, foreign_reasons
from tests.parity.generate import Generator, Trial, inner_pipelines
from tests.parity.rig import Cluster, simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.rig.node import Node

_HOW_MANY = int(os.environ.get("SHIPPER_RANDOM_PIPELINES", "300"))
_SHOWN = 5  # differences that are shrunk and shown
_TRIES = 300  # runs that shrinking one may take


@dataclass
class Difference:
    """What differs for one document."""

    pipeline: dict[str, Any]
    document: dict[str, Any]
    words: str
    kinds: tuple[str, str]

    def __str__(self) -> str:
        return f"{self.words}\n  {json.dumps(self.pipeline, ensure_ascii=False)}\n  {json.dumps(self.document, ensure_ascii=False)}"


class Comparison:
    """Runs trials in both places."""

    def __init__(self, cluster: Cluster, pipelines: dict[str, dict[str, Any]]) -> None:
        self.cluster = cluster
        self.pipelines = pipelines
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    def run(self, trial: Trial) -> list[Difference]:
        """What differs; empty if all is the same, or the edge refuses."""
        ours = edge(trial.pipeline, trial.documents, "opensearch", self.pipelines)
        if ours[0].kind == "refused":
            self.counts["refused"] += 1
            self.reasons[(ours[0].reason or "").split(";")[0]] += 1
            return []
        theirs = simulate(self.cluster, trial.pipeline, trial.documents)
        found = []
        for one, other, document in zip(theirs, ours, trial.documents, strict=True):
            self.counts[one.kind] += 1
            words = one.difference(other)
            if words and one.kind == other.kind == "document":
                masked = foreign_reasons(trial.pipeline, document, "opensearch", self.pipelines)
                words = one.difference(replace(other, masked=masked))
            if words:
                found.append(Difference(trial.pipeline, document, words, (one.kind, other.kind)))
        return found

    def shrink(self, difference: Difference) -> Difference:
        """The same kind of difference with as little as possible around it."""
        tries = 0
        smaller = True
        while smaller and tries < _TRIES:
            smaller = False
            for pipeline, document in _smaller(difference):
                tries += 1
                if tries >= _TRIES:
                    break
                found = self.run(Trial(pipeline, [document]))
                if found and found[0].kinds == difference.kinds:
                    difference, smaller = found[0], True
                    break
        return difference


def _smaller(difference: Difference) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pipelines and documents with one thing less."""
    for place in _places(difference.pipeline):
        pipeline = copy.deepcopy(difference.pipeline)
        *way, last = place
        target: Any = pipeline
        for key in way:
            target = target[key]
        del target[last]
        if pipeline.get("processors"):
            yield pipeline, difference.document
    for name in difference.document:
        yield (
            difference.pipeline,
            {key: value for key, value in difference.document.items() if key != name},
        )


def _places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Ways to everything that may be left out, the largest first."""
    keys = (
        list(value)
        if isinstance(value, dict)
        else list(range(len(value)))
        if isinstance(value, list)
        else []
    )
    for key in keys:
        yield (*way, key)
    for key in keys:
        yield from _places(value[key], (*way, key))


@pytest.mark.timeout(1200)
def test_random_pipelines_mean_the_same_in_both_places(opensearch: Node) -> None:
    seed = int(os.environ.get("SHIPPER_SEED") or secrets.randbelow(10**9))
    print(f"SHIPPER_SEED={seed} SHIPPER_RANDOM_PIPELINES={_HOW_MANY}")
    pipelines = inner_pipelines(seed)
    cluster = Cluster(opensearch.url)
    try:
        reason = cluster.register(pipelines)
        assert not reason, reason
        comparison = Comparison(cluster, pipelines)
        differences: list[Difference] = []
        for number in range(_HOW_MANY):
            trial = Generator(f"{seed} {number}", tuple(pipelines)).trial()
            differences += comparison.run(trial)[:1]
        counts = dict(comparison.counts)
        print(counts, comparison.reasons.most_common(10))
        shown = [str(comparison.shrink(difference)) for difference in differences[:_SHOWN]]
        for name in pipelines:
            cluster.call("DELETE", f"/_ingest/pipeline/{name}")
    finally:
        cluster.close()
    assert not differences, "\n".join(
        [f"seed {seed}: {len(differences)} of {_HOW_MANY} unequal", *shown]
    )
    assert counts.get("refused", 0) <= _HOW_MANY // 10, (
        f"seed {seed}: {counts}, {comparison.reasons.most_common(20)}"
    )
