"""The compiled head is never anything but faster: whatever the lines, both ways make the same documents."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.agent.pipelines import Reader
from shipper.encode import Constants
from shipper.pipeline.definition import Library
from shipper.pipeline.edge import Edge
from shipper.pipeline.edge_encoder import EdgeEncoder
from shipper.records import Event

PIPELINES = Path(__file__).parents[2] / "pipelines"
READY = sorted(path.name for path in (PIPELINES / "samples").iterdir() if path.is_dir())
STAMP = "2026-11-22T10:00:00.000Z"
CONSTANTS = {
    "host": {"name": 'h "quoted" %d {brace}'},
    "event": {"dataset": "d"},
    "tags": ["a", "b"],
    "log": {"level": "unknown"},
    "fields": {"n": 1, "f": 1.5, "null": None, "list": [{"x": 1}]},
}
GROK = {
    "field": "message",
    "patterns": ["^%{WORD:a.word} %{NOTSPACE:a.rest}(?: n=%{INT:n:int})?(?: %{GREEDYDATA:end})?$"],
}


def encoders(body: dict[str, Any]) -> tuple[EdgeEncoder, EdgeEncoder]:
    """With the head and without it."""
    made = []
    for _ in range(2):
        loaded = Library.of({"p": body}).load("p")
        assert loaded is not None
        assert loaded.pipeline is not None, loaded.troubles
        edge = Edge(loaded.pipeline, Constants(CONSTANTS), "logs-d-default", lambda: 0.0)
        made.append(EdgeEncoder("K" * 16, "/var/log/ä'{}.log", edge))
    made[1]._edge.head = None
    return made[0], made[1]


def outcome(
    encoder: EdgeEncoder, data: bytes
) -> tuple[list[Any], list[int], list[int], dict[int, Any], int]:
    """Everything that a piece says; the whole body is read as JSON."""
    piece = encoder.block(None, data, 1000, STAMP)
    lines = [json.loads(line) for line in piece.body.splitlines()]
    return lines, piece.starts, piece.ends, piece.refused, piece.filtered_bytes


def assert_same(body: dict[str, Any], data: bytes) -> float:
    """Both ways agree; returns the share of events that the head took."""
    head, plain = encoders(body)
    assert outcome(head, data) == outcome(plain, data)
    edge = head._edge
    return edge.fast / max(1, edge.events)


@cache
def body_of(name: str) -> dict[str, Any]:
    loaded = Library(Reader(PIPELINES)).load(name)
    assert loaded is not None
    assert loaded.body is not None, loaded.troubles
    return loaded.body


@pytest.mark.parametrize("name", READY)
def test_ready_pipelines_make_the_same_of_their_samples(name):
    """Line by line and together, with both line ends."""
    body = body_of(name)
    data = (PIPELINES / "samples" / name / "lines.log").read_bytes()

    assert_same(body, data)
    assert_same(body, data.replace(b"\n", b"\r\n"))
    assert_same(body, data + b"\n\n" + data[:200].split(b"\n")[0] + b"\xff\xfe\x00\x7f\n")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", READY)
def test_ready_pipelines_make_the_same_of_broken_samples(name, data):
    lines = _samples(name)
    broken = []
    for line in data.draw(st.lists(st.sampled_from(lines), min_size=1, max_size=4)):
        place = data.draw(st.integers(0, len(line)))
        cut = data.draw(st.integers(0, 6))
        piece = data.draw(
            st.text(st.sampled_from("a0 -\"\\[]{}:/?=.\t\x1b\x7fé😀%'<>,;"), max_size=4)
        )
        broken.append(line[:place] + piece + line[place + cut :])

    text = "\n".join([*broken, ""]).encode("utf-8", "replace")
    head, plain = _ready_encoders(name)
    assert outcome(head, text) == outcome(plain, text)


@cache
def _ready_encoders(name: str) -> tuple[EdgeEncoder, EdgeEncoder]:
    return encoders(body_of(name))


def _samples(name: str) -> list[str]:
    text = (PIPELINES / "samples" / name / "lines.log").read_text("utf-8", "replace")
    return [line for line in text.split("\n") if line]


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(
        st.tuples(
            st.sampled_from(
                ["a x", "b y n=4", "", "nothing-that-matches", "a x\n  more", 'é "q"', "a \ud800"]
            ),
            st.sampled_from([None, None, {"more": 1}]),
            st.sampled_from([(), (), ("multiline",)]),
            st.integers(0, 1),
        )
    )
)
def test_events_of_parsers_make_the_same_both_ways(parts):
    """Single lines between others, with gaps: the head takes those that it may."""
    events, place = [], 0
    for message, fields, flags, gap in parts:
        place += gap
        events.append(Event(place, place + len(message) + 1, message, fields, flags))
        place += len(message) + 1

    made = [
        encoder.events(None, events, 0, place, STAMP)
        for encoder in encoders({"processors": [{"grok": GROK}]})
    ]

    lines, plain = ([json.loads(line) for line in piece.body.splitlines()] for piece in made)
    assert lines == plain
    assert (made[0].starts, made[0].refused) == (made[1].starts, made[1].refused)


def test_single_lines_of_parsers_are_in_the_head():
    head, _ = encoders({"processors": [{"grok": GROK}]})
    events = [
        Event(0, 4, "a x"),
        Event(4, 8, "b y"),
        Event(8, 20, "a x\nb", None, ("multiline",)),
        Event(20, 24, "a z"),
    ]

    head.events(None, events, 0, 24, STAMP)

    assert (head._edge.fast, head._edge.events) == (3, 4)


STEPS: dict[str, list[dict[str, Any]]] = {
    "captures alone": [],
    "date": [{"set": {"field": "x", "value": 1}}],
    "set of every type": [
        {"set": {"field": f"c.v{n}", "value": value}}
        for n, value in enumerate(
            [1, 1.5, True, "a'b\"c{d}%e", ["x", 1], {"k": {"l": [None]}}, 2**40]
        )
    ],
    "set by a condition on an optional field": [
        {"set": {"field": "c.big", "value": "yes", "if": "ctx.n != null"}}
    ],
    "set over a present value by a condition": [
        {"set": {"field": "c.k", "value": "one"}},
        {"set": {"field": "c.k", "value": "two", "if": "ctx.a.word == 'b'"}},
    ],
    "set over a captured value by a condition": [
        {"set": {"field": "a.rest", "value": "B", "if": "ctx.a.word == 'b'"}}
    ],
    "set without override": [
        {"set": {"field": "a.word", "value": "no", "override": False}},
        {"set": {"field": "new.one", "value": "yes", "override": False}},
        {"set": {"field": "n", "value": 7, "override": False}},
    ],
    "set of a template": [{"set": {"field": "copy", "value": "{{{a.word}}}"}}],
    "set of a template of an optional field": [{"set": {"field": "copy", "value": "{{{end}}}"}}],
    "set of a mixed template": [{"set": {"field": "copy", "value": "<{{{a.word}}}>"}}],
    "rename": [{"rename": {"field": "a.word", "target_field": "b.c.d"}}],
    "rename of an optional field": [
        {"rename": {"field": "n", "target_field": "b.n", "ignore_missing": True}}
    ],
    "rename of an optional field that must be there": [
        {"rename": {"field": "n", "target_field": "b.n"}}
    ],
    "rename of the message": [{"rename": {"field": "message", "target_field": "event.original"}}],
    "rename of an object": [{"rename": {"field": "a", "target_field": "z.y"}}],
    "rename onto a field": [{"rename": {"field": "a.word", "target_field": "host.name"}}],
    "rename of nothing": [
        {"rename": {"field": "nothing", "target_field": "b", "ignore_missing": True}}
    ],
    "remove": [{"remove": {"field": ["message", "a.word"]}}],
    "remove of all of an object": [{"remove": {"field": ["a.word", "a.rest"]}}],
    "remove of an optional field": [{"remove": {"field": "end", "ignore_missing": True}}],
    "remove of an optional field that must be there": [{"remove": {"field": "end"}}],
    "remove by a condition": [{"remove": {"field": "a.word", "if": "ctx.a.word == 'a'"}}],
    "remove of an object": [{"remove": {"field": "a"}}],
    "append": [{"append": {"field": "tags", "value": ["b", "c"], "allow_duplicates": False}}],
    "append to nothing": [{"append": {"field": "labels", "value": "c"}}],
    "append to a captured field": [{"append": {"field": "a.word", "value": "c"}}],
    "convert": [{"convert": {"field": "a.rest", "type": "long"}}],
    "convert of an optional field": [
        {"convert": {"field": "end", "type": "integer", "ignore_missing": True}}
    ],
    "convert to a double": [
        {"convert": {"field": "a.rest", "type": "double", "target_field": "d"}}
    ],
    "convert to a float": [{"convert": {"field": "a.rest", "type": "float", "target_field": "d"}}],
    "lowercase": [
        {"lowercase": {"field": "a.word"}},
        {"uppercase": {"field": "end", "ignore_missing": True}},
    ],
    "a condition on numbers": [
        {"set": {"field": "c", "value": 1, "if": "ctx.n != null && ctx.n >= 5"}}
    ],
    "a condition that always holds": [
        {"set": {"field": "c", "value": 1, "if": "ctx.event?.dataset == 'd'"}}
    ],
    "a condition that never holds": [
        {"set": {"field": "c", "value": 1, "if": "ctx.event.dataset == 'e' || ctx.nope != null"}}
    ],
    "a condition that throws": [{"set": {"field": "c", "value": 1, "if": "ctx.nope.nope == 'e'"}}],
    "a step behind the head": [
        {"set": {"field": "c", "value": [1]}},
        {"split": {"field": "a.rest", "separator": ","}},
        {"append": {"field": "c", "value": 2}},
    ],
    "a condition on metadata": [
        {"set": {"field": "c", "value": 1, "if": "ctx._index == 'logs-d-default'"}}
    ],
    "a condition on no metadata": [
        {"set": {"field": "c", "value": 1, "if": "ctx._routing == null"}}
    ],
    "metadata": [{"set": {"field": "_routing", "value": "here"}}],
    "a copy of metadata": [{"set": {"field": "c", "value": "{{{_index}}}"}}],
    "a drop behind the head": [{"drop": {"if": "ctx.a.word == 'b'"}}],
    "an unhandled failure behind the head": [
        {"fail": {"message": "no", "if": "ctx.a.word == 'b'"}}
    ],
}
LINES = [
    "a x",
    "b x",
    "a 12 n=4 rest of it",
    "b 12,13 n=5",
    "b -7 n=99999999999",
    "é ü",
    "a 1.5 n=-1",
    "a 1e5",
    'a "q" n=1 \\ back\ttab',
    "",
    "nothing-that-matches",
    "a 007 n=007 A",
    "a ٣",
    "B ÄÖ n=1 ß",
    "a 1_0",
    "a 12345678901234567890",
    "a 16777217",
]


@pytest.mark.parametrize("name", STEPS)
def test_each_kind_of_step_makes_the_same_both_ways(name):
    body = {"processors": [{"grok": GROK}, *STEPS[name]]}

    for line in LINES:
        assert_same(body, f"{line}\n".encode())
    assert_same(body, "\n".join([*LINES, ""]).encode())


@pytest.mark.parametrize(
    "name", ["captures alone", "set of every type", "rename", "remove", "append", "lowercase"]
)
def test_usual_steps_are_in_the_head(name):
    """Without this, the tests above would pass with a head that does nothing."""
    body = {"processors": [{"grok": GROK}, *STEPS[name]]}
    head, _ = encoders(body)

    head.block(None, b"a x\nb y n=5\n", 0, STAMP)

    assert head._edge.head is not None
    assert head._edge.head.whole
    assert (head._edge.fast, head._edge.events) == (2, 2)


def test_counts_of_steps_are_the_same_both_ways():
    body = {
        "processors": [
            {"grok": GROK},
            *STEPS["set by a condition on an optional field"],
            *STEPS["a drop behind the head"],
        ]
    }
    both = encoders(body)
    for encoder in both:
        encoder.block(None, "\n".join([*LINES, ""]).encode(), 0, STAMP)

    counts = [[step.count for step in encoder._edge.pipeline.steps] for encoder in both]
    assert counts[0] == counts[1]


_FIELDS = [
    "a.word",
    "a.rest",
    "n",
    "end",
    "a",
    "message",
    "host.name",
    "tags",
    "log.level",
    "new.x",
    "new",
    "event.kind",
]
_CONDITIONS = [
    None,
    None,
    "ctx.n != null",
    "ctx.n == null",
    "ctx.end == null",
    "ctx.a?.word == 'b'",
    "ctx.a?.word != 'b' && ctx.n != null",
    "ctx.n == 5 || ctx.end != null",
    "ctx.new?.x == null",
    "ctx.new?.x == 'v'",
    "ctx.log?.level == 'unknown'",
]
_VALUES = [
    "v",
    "",
    7,
    1.5,
    True,
    ["l"],
    {"m": "x"},
    "{{{a.word}}}",
    "{{{end}}}",
    "<{{{a.word}}} {{{log.level}}}>",
]


@st.composite
def _steps(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            ["set", "set", "set", "rename", "remove", "append", "convert", "lowercase", "uppercase"]
        )
    )
    options: dict[str, Any] = {"field": draw(st.sampled_from(_FIELDS))}
    if kind == "set":
        options["value"] = draw(st.sampled_from(_VALUES))
        options["override"] = draw(st.booleans())
    elif kind == "rename":
        options["target_field"] = draw(st.sampled_from(_FIELDS))
    elif kind == "append":
        options |= {
            "value": draw(st.sampled_from(["v", ["v", "w"]])),
            "allow_duplicates": draw(st.booleans()),
        }
    elif kind == "convert":
        options |= {
            "type": draw(st.sampled_from(["integer", "long", "double", "float"])),
            "target_field": draw(st.sampled_from(_FIELDS)),
        }
    if kind not in {"set", "append"}:
        options["ignore_missing"] = draw(st.booleans())
    condition = draw(st.sampled_from(_CONDITIONS))
    if condition is not None:
        options["if"] = condition
    if draw(st.booleans()):
        options["ignore_failure"] = True
    return {kind: options}


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(_steps(), min_size=1, max_size=6))
def test_any_steps_make_the_same_both_ways(steps):
    """Whatever stands behind the grok: fields that are there on some lines, objects that come and go, conditions on both."""
    assert_same({"processors": [{"grok": GROK}, *steps]}, "\n".join([*LINES, ""]).encode())


def test_a_mistake_in_the_head_costs_speed_and_no_event():
    head, plain = encoders({"processors": [{"grok": GROK}]})
    assert head._edge.head is not None
    head._edge.head.runs[:] = [lambda *_: 1 / 0] * 3
    data = b"a x\nb y n=5\n"

    assert outcome(head, data) == outcome(plain, data)
    assert head._edge.head is None
    assert "ZeroDivisionError" in head._edge.mistake
