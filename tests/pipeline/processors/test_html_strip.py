"""``html_strip`` beside the node's, on texts of pieces that matter to it."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from shipper.pipeline.processors.html_strip import strip
from tests.parity.rig import simulate

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

PIECES = [
    "<", ">", "</", "/>", "<b>", "</b>", "<p>", "</p>", "<br", "<br/>", "</br>", "<script", "<script>", "</script>", "<style>", "</style >", "<!--",
    "-->", "<!--#", "<!", "<![CDATA[", "]]>", '"', "'", '\\"', "\\'", " ", "\n", "\u00a0", "\u2003", ' a="x"', " b = 'y>z'", "=", "a", "br", "div", "x:y",
    "-", ".", "1", "é", "中", "😀", "&amp;", "&lt", "&nbsp;", "&#65;", "&#x41;", "&#x1F600;", "&#55357;", "&#xd83d;&#xde00;", "&#55357;&#56832;",
    "&#xD83D;&#56832;", "&#55357;&#xde00;", "&", "#", "x", "?", "<?xml", "?>", 'onclick="', "B", "STRONG", "--", "[", "]", "\x85", "\u200b", ";", "&notin;",
    "&AMP;", "&apos;", "&hellip;", "&#1114112;", "&#x10FFFF;", "&#0;", "\\", "span", "<span ", '<a href="',
]  # fmt: skip


def test_random_texts_become_what_the_node_makes_of_them(opensearch: Node) -> None:
    seed = int(os.environ.get("SHIPPER_SEED") or time.time_ns() % 10**6)
    drawn = random.Random(seed)
    texts = [
        drawn.choice(["", "<>"]) + "".join(drawn.choices(PIECES, k=drawn.randint(1, 14)))
        for _ in range(2000)
    ]

    found = simulate(
        opensearch,
        {"processors": [{"html_strip": {"field": "a"}}]},
        [{"_index": "i", "_id": "1", "_source": {"a": text}} for text in texts],
    )

    for text, outcome in zip(texts, found, strict=True):
        assert strip(text) == outcome.source["a"], f"SHIPPER_SEED={seed}: {text!r}"


@pytest.mark.parametrize(
    "piece", ['<p a="', "<", "<!--", "<a b='\\'", "&#", "<script ", "<p <!--#'"]
)
def test_hostile_texts_take_no_longer_than_their_length_allows(piece: str) -> None:
    text = (piece * 400) + ">"
    began = time.process_time()

    strip(text)

    assert time.process_time() - began < 2
