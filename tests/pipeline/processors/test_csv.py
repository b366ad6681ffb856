"""``csv``: what others write is read, and everything else as in a cluster."""

from __future__ import annotations

import csv
import io
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline.processors.csv import Dialect
from tests.parity.edge import edge
from tests.pipeline.processors.comparing import assert_alike, texts

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

CELL = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(',;"\n\r\t '), max_size=8)


@given(st.lists(CELL, min_size=1, max_size=6), st.sampled_from(",;|"))
def test_quoted_fields_come_back(cells: list[str], separator: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="").writerow(cells)
    values, failure = Dialect(separator, '"', trim=False, limit=len(cells)).read(out.getvalue())
    assert failure is None
    assert values == cells


@given(st.text(st.sampled_from('ab, \t;"'), max_size=12), st.booleans(), st.integers(1, 4))
def test_the_quick_way_reads_as_the_careful_one(text: str, trim: bool, limit: int) -> None:
    dialect = Dialect(",", '"', trim=trim, limit=limit)
    values, failure = dialect.read(text)
    slow: list[str] = []
    if '"' not in text:
        dialect._scan(text, slow)
        assert (values, failure) == (slow, None)


def test_fields_before_a_broken_one_are_set() -> None:
    pipeline = {
        "processors": [{"csv": {"field": "m", "target_fields": ["x", "y", "z"]}}],
        "on_failure": [{"set": {"field": "e", "value": "{{{_ingest.on_failure_message}}}"}}],
    }
    (outcome,) = edge(pipeline, [{"m": 'a,"b"c'}])
    assert outcome.source == {"m": 'a,"b"c', "x": "a", "e": "character 'c' after quoted field at 5"}


def test_an_empty_value_is_fresh_for_each_field() -> None:
    pipeline = {
        "processors": [
            {"csv": {"field": "m", "target_fields": ["x", "y"], "empty_value": {"l": []}}},
            {"append": {"field": "x.l", "value": 1}},
        ]
    }
    first, second = edge(pipeline, [{"m": ",,"}, {"m": ",,"}])
    assert first.source["y"] == {"l": []}
    assert second.source == first.source


@pytest.mark.cluster
@pytest.mark.parametrize("seed", range(8))
def test_random_lines_are_read_as_the_cluster_does(seed: int, opensearch: Node) -> None:
    source = random.Random(seed)
    options: dict[str, object] = {
        "target_fields": ["x", "y", "z"][: source.randint(1, 3)],
        "trim": source.random() < 0.5,
    }
    if source.random() < 0.5:
        options["separator"] = source.choice(";\t |\n'")
    if source.random() < 0.3:
        options["quote"] = source.choice("'| \t")
    if source.random() < 0.5:
        options["empty_value"] = ""
    assert_alike(opensearch, "csv", options, texts(source, list('ab,,"" \t\n\r;|\'😀é'), 300, 14))
