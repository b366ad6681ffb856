"""Agents made from the patterns of ``user_agent`` themselves, so that each pattern is met: the node has to find the same."""

from __future__ import annotations

import random
import re
from re import _constants as sre
from re import _parser  # type: ignore[attr-defined,unused-ignore]
from typing import TYPE_CHECKING, Any

from shipper.pipeline.processors.user_agent_lists import parser_of
from tests.parity.agents import FILE, folder
from tests.parity.edge import edge
from tests.parity.rig import simulate

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

_EACH = 1  # agents made of each pattern
_ENDS = ("", " Safari/537.36", "; en-us) AppleWebKit/533.1", " Build/XYZ)", "/9.8.7.6", "\n")
_STARTS = ("", "Mozilla/5.0 (Linux; Android 4.4; ", "Mozilla/5.0 (", "; ", "x ")
_CLASSES = {
    sre.CATEGORY_DIGIT: "0123456789",
    sre.CATEGORY_SPACE: " \t",
    sre.CATEGORY_WORD: "aZ_5",
    sre.CATEGORY_NOT_SPACE: "a-/;",
    sre.CATEGORY_NOT_DIGIT: "a-/ ",
    sre.CATEGORY_NOT_WORD: "-/; ",
}


def _made(sequence: Any, draw: random.Random) -> str:
    """A text that the parsed pattern may match; looking ahead and anchors are left to chance."""
    return "".join(_piece(kind, value, draw) for kind, value in sequence)


def _piece(kind: Any, value: Any, draw: random.Random) -> str:
    if kind is sre.LITERAL:
        return chr(value) if draw.random() < 0.98 else chr(value).swapcase()
    if kind is sre.NOT_LITERAL:
        return draw.choice([char for char in "a/;0" if char != chr(value)])
    if kind is sre.ANY:
        return draw.choice("a1 ./;-")
    if kind is sre.IN:
        return _of_class(value, draw)
    if kind is sre.BRANCH:
        return _made(draw.choice(value[1]), draw)
    if kind is sre.SUBPATTERN:
        return _made(value[3], draw)
    if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
        least, most, inner = value
        return "".join(_made(inner, draw) for _ in range(draw.randint(least, min(most, least + 3))))
    return ""


def _of_class(items: Any, draw: random.Random) -> str:
    if items[0][0] is sre.NEGATE:
        taken = _made([(sre.IN, items[1:])], random.Random(0)) if len(items) > 1 else ""
        return draw.choice([char for char in "aQ7_+" if char not in taken])
    kind, value = draw.choice(items)
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(draw.randint(*value))
    return draw.choice(_CLASSES[value])


def test_the_node_finds_the_same_in_agents_made_from_its_patterns(opensearch: Node) -> None:
    draw = random.Random(20)
    agents = [
        draw.choice(_STARTS)
        + _made(_parser.parse(pattern.regex, re.ASCII), draw)
        + draw.choice(_ENDS)
        for patterns in parser_of((str(folder() / FILE), 0)).lists
        for pattern in patterns
        for _ in range(_EACH)
    ]
    pipeline = {"processors": [{"user_agent": {"field": "a"}}]}
    documents = [{"a": agent} for agent in agents]
    expected = simulate(opensearch, pipeline, documents)
    found = edge(pipeline, documents)
    pairs = zip(agents, expected, found, strict=True)
    unequal = [
        f"{agent!r}: {words}" for agent, one, other in pairs if (words := one.difference(other))
    ]
    assert not unequal, "\n".join([f"{len(unequal)} of {len(agents)}", *unequal[:20]])
    names = {outcome.source["user_agent"]["name"] for outcome in expected}
    assert len(names) > 150  # they do meet the patterns
