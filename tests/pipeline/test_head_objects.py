"""The compiled head of pipelines that begin with ``json`` or ``kv`` makes the documents that the plain way makes, or leaves the line alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipeline.test_head import STAMP, assert_same, body_of, encoders, outcome

JSON = {"json": {"field": "message", "target_field": "found"}}
ROOT = {"json": {"field": "message", "add_to_root": True}}

STEPS: dict[str, list[dict[str, Any]]] = {
    "nothing more": [],
    "rename": [{"rename": {"field": "found.a", "target_field": "x.y.z"}}],
    "rename that may be missing": [
        {"rename": {"field": "found.a", "target_field": "x", "ignore_missing": True}}
    ],
    "rename from inside": [
        {"rename": {"field": "found.o.p.q", "target_field": "x.q", "ignore_missing": True}}
    ],
    "rename from inside that must be there": [
        {"rename": {"field": "found.o.p", "target_field": "found.b"}}
    ],
    "rename of an object, and of what was in it": [
        {"rename": {"field": "found.o", "target_field": "o2", "ignore_missing": True}},
        {"rename": {"field": "o2.p", "target_field": "found.o", "ignore_missing": True}},
    ],
    "rename of all": [
        {"rename": {"field": "found", "target_field": "other"}},
        {"rename": {"field": "other.a", "target_field": "found.a", "ignore_missing": True}},
    ],
    "rename onto a field": [
        {"rename": {"field": "found.a", "target_field": "host.name", "ignore_missing": True}}
    ],
    "rename into a plain value": [
        {"rename": {"field": "found.a", "target_field": "fields.n.x", "ignore_missing": True}}
    ],
    "rename onto the message": [
        {"remove": {"field": "message", "if": "ctx.found.a instanceof String"}},
        {
            "rename": {
                "field": "found.a",
                "target_field": "message",
                "if": "ctx.found.a instanceof String",
            }
        },
    ],
    "rename into the log": [
        {"rename": {"field": "found.a", "target_field": "log.a.b", "ignore_missing": True}}
    ],
    "remove": [{"remove": {"field": "found.a"}}],
    "remove that may be missing": [
        {"remove": {"field": ["found.a", "found.o.p", "x.y"], "ignore_missing": True}}
    ],
    "remove of all, and set again": [
        {"remove": {"field": "found"}},
        {"set": {"field": "found.a", "value": 1}},
    ],
    "remove of nearly everything": [
        {"remove": {"field": ["found", "message", "log", "@timestamp"], "ignore_missing": True}}
    ],
    "remove by a condition": [
        {"remove": {"field": "found", "if": "ctx.found.isEmpty()"}},
        {"set": {"field": "found.new", "value": [1, {"x": None}]}},
    ],
    "set": [
        {"set": {"field": f"c.v{n}", "value": value}}
        for n, value in enumerate([1, 1.5, True, "a'b\"c{d}%e", ["x", 1], {"k": {"l": [None]}}])
    ],
    "set of templates": [
        {"set": {"field": "c.a", "value": "{{{found.a}}}"}},
        {"set": {"field": "c.b", "value": "<{{{ found.a }}}> {{{event.dataset}}}"}},
    ],
    "set of other templates": [{"set": {"field": "c.a", "value": "{{found.a}}"}}],
    "set over what was found": [{"set": {"field": "found.o.p", "value": "v"}}],
    "set without override": [
        {"set": {"field": "found.a", "value": "v", "override": False}},
        {"set": {"field": "host.id", "value": "v", "override": False}},
    ],
    "set into a list": [{"set": {"field": "tags.first", "value": "v"}}],
    "date of text": [{"date": {"field": "found.a", "formats": ["ISO8601"]}}],
    "date of seconds": [{"date": {"field": "found.a", "formats": ["UNIX"]}}],
    "date of milliseconds": [
        {"date": {"field": "found.a", "formats": ["UNIX_MS"], "target_field": "d.e"}}
    ],
    "dot_expander": [{"dot_expander": {"field": "d.e.f", "path": "found"}}],
    "dot_expander at the root": [{"dot_expander": {"field": "d.e"}}],
    "grok": [
        {
            "grok": {
                "field": "found.a",
                "patterns": ["^(?<g.w>[a-z]+)(?: %{INT:g.n:int})?$"],
                "ignore_failure": True,
                "if": "ctx.found.a instanceof String",
            }
        }
    ],
    "convert": [
        {"convert": {"field": "found.a", "type": "long", "ignore_missing": True}},
        {"convert": {"field": "found.o.p", "type": "integer", "ignore_missing": True}},
    ],
    "fail and drop": [
        {"fail": {"message": "no", "if": "ctx.found.a == 'x'"}},
        {"drop": {"if": "ctx.found.a == 'text'"}},
    ],
    "a step behind the head": [
        {"set": {"field": "c", "value": [1]}},
        {"split": {"field": "found.a", "separator": " ", "ignore_failure": True}},
        {"append": {"field": "c", "value": 2}},
    ],
    "gsub": [
        {
            "gsub": {
                "field": "found.a",
                "pattern": "([a-z])$",
                "replacement": "<$1>",
                "if": "ctx.found.a instanceof String",
            }
        }
    ],
    "metadata": [{"rename": {"field": "found.a", "target_field": "_routing"}}],
}
CONDITIONS = [
    "ctx.found.a == null",
    "ctx.found.a != null && ctx.found.o != null",
    "ctx.found?.o?.p == 'x' || ctx.found.b == 'y'",
    "ctx.found.o.p.q == 'x'",
    "ctx.found.o?.p?.q != null",
    "ctx.found['a'] == 30",
    "ctx.found['d.e.f'] instanceof String",
    "ctx.found.a == 1",
    "ctx.found.a instanceof Double",
    "ctx.found.a == true",
    "ctx.found.a != 30",
    "ctx.found.a == 30L",
    "ctx.found.a >= 5",
    "ctx.found.a instanceof Number && ctx.found.a < 100000000000L",
    "ctx.found.a instanceof Boolean || ctx.found.a instanceof List",
    "!(ctx.found instanceof Map)",
    "!ctx.found.a.contains(' ')",
    "ctx.found.a.startsWith('t') && ctx.found.a.endsWith('t')",
    "ctx.found.o.isEmpty()",
    "ctx.found.size() < 2 || ctx.found.o.size() > 0",
    "ctx.found.a == ctx.found.b",
    "ctx.found.a != ctx.message",
    "ctx.event.dataset == 'd' && ctx.fields.n == 1",
    "ctx.found.a",
    "ctx.found.a == '😀' ? true : false",
    "ctx.found.keySet().contains('a')",
    "return ctx.found.a != null;",
    "ctx.found.list.0 == 1",
    "-1 == ctx.found.a",
    "ctx.found.a > -5 && ctx.found.a <= 30",
]
VALUES: list[Any] = [
    "text", "x", "", " ", "a 12", "1795161600", "007", "٣", "2026-11-20T08:00:00.123Z", '😀\u2028\\"', None, True, False, 0, 1, -4, 5,
    30, 30.0, 1.5, 1e300, 2**31, 2**53, 2**63 - 1, 1795161600123, 1795161600.25, [], [1, "a"], [{"p": 1}], {}, {"p": {"q": "x"}}, {"p": "12"},
    {"p": None}, {"p": [1]},
]  # fmt: skip
LINES = [
    *(json.dumps({"a": value, "b": "x"}) for value in VALUES),
    *(json.dumps({"o": value, "list": [1, 2]}, ensure_ascii=False) for value in VALUES),
    *(json.dumps({"a": value, "b": value, "d.e.f": value, "d.e": value}) for value in VALUES),
    '{"a":1,"a":2}', '{"a" :1,"a":2}', '{"a":"\\":","a":1}', '{"a":{"b":1,"b":1}}', '{"a":1} rest', '{"a":1}{"a":2}', '{"a":01}',
    '{"a":18446744073709551615}', '{"a":18446744073709551616}', '{"a":-9223372036854775809}', '{"a":1e400}', '{"a":NaN}', '{"a":1.0e2}',
    '{"a":"\\ud800"}', '{"a":"\\u0000"}', "{'a':1}", '// c\n{"a":1}', '{"a":[1,]}', "[]", '[{"a":1}]', "null", "17", '"a"', "", " {} ",
    '{"a":' + "[" * 300 + "]" * 300 + "}", '{"a":' + "9" * 1001 + "}", '{"' + "n" * 1200 + '":1}', "not JSON", '{"_id":"x","_index":"y"}',
    '{"_routing":"x","a":1}', '{"message":1,"@timestamp":2,"log":3,"host":4,"tags":{}}', '{"log":{"level":"x"},"found":{"a":1}}',
]  # fmt: skip


def _data(lines: list[str]) -> bytes:
    return "\n".join([*(line.replace("\n", " ") for line in lines), ""]).encode()


@pytest.mark.parametrize("name", STEPS)
def test_each_kind_of_step_makes_the_same_both_ways(name):
    body = {"processors": [JSON, *STEPS[name]]}

    for line in LINES:
        assert_same(body, _data([line])) if len(line) < 400 else None
    assert_same(body, _data(LINES))


@pytest.mark.parametrize("script", CONDITIONS)
def test_each_form_of_condition_makes_the_same_both_ways(script):
    """What is not of a form that is known ends the head; a condition that fails is for the plain way."""
    body = {"processors": [JSON, {"set": {"field": "c", "value": 1, "if": script}}]}

    assert_same(body, _data(LINES))


@pytest.mark.parametrize("name", STEPS)
def test_the_same_where_the_fields_go_to_the_root(name):
    text = json.dumps(STEPS[name]).replace("ctx.found.", "ctx.").replace('"found.', '"')
    body = {"processors": [ROOT, *json.loads(text)]}

    assert_same(body, _data(LINES))


@pytest.mark.parametrize(
    "name",
    [
        "rename that may be missing",
        "set",
        "date of milliseconds",
        "dot_expander",
        "rename into the log",
    ],
)
def test_usual_steps_are_in_the_head(name):
    """Without this, the tests above would pass with a head that does nothing."""
    head, _ = encoders({"processors": [JSON, *STEPS[name]]})

    head.block(None, b'{"a":1795161600123}\n{"a":5,"d.e.f":{}}\n', 0, STAMP)

    assert head._edge.head is not None
    assert head._edge.head.whole
    assert (head._edge.fast, head._edge.events) == (2, 2)


@pytest.mark.parametrize("name", ["json-logs", "logfmt"])
def test_all_of_a_ready_pipeline_is_in_the_head(name):
    head, _ = READY[name]

    assert head._edge.head is not None
    assert head._edge.head.whole


def test_counts_of_steps_are_the_same_both_ways():
    body = {
        "processors": [
            JSON,
            {"set": {"field": "c", "value": 1, "if": "ctx.found.a instanceof String"}},
            {"set": {"field": "d", "value": 1}},
            {"drop": {"if": "ctx.found.b == 'x' && ctx.found.a == 30"}},
        ]
    }
    both = encoders(body)
    for encoder in both:
        encoder.block(None, _data(LINES), 0, STAMP)

    counts = [[step.count for step in encoder._edge.pipeline.steps] for encoder in both]
    assert counts[0] == counts[1]


NAMES = [
    "level",
    "msg",
    "message",
    "event",
    "time",
    "ts",
    "timestamp",
    "@timestamp",
    "log",
    "log.level",
    "log.logger",
    "ecs",
    "ecs.version",
    "error",
    "err",
    "req",
    "res",
    "url",
    "method",
    "id",
    "stack",
    "type",
    "name",
    "caller",
    "source",
    "file",
    "line",
    "function",
    "pid",
    "hostname",
    "host",
    "labels",
    "service",
    "trace_id",
    "trace.id",
    "severity",
    "logger",
    "statusCode",
    "remoteAddress",
    "isEmpty",
    "a.b",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**66), 2**66),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([10, 20, 30, 40, 50, 60, 35, 1795161600123, 1795161600.5, 17951616001234567]),
    st.text(st.sampled_from('a0 -:."\\/é😀'), max_size=6),
    st.sampled_from(
        ["info", "ERROR", "2026-11-20T08:00:00.123Z", "main.go:17", "192.0.2.1", "1.2.0"]
    ),
)
OBJECTS = st.dictionaries(
    st.sampled_from(NAMES),
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
        ),
        max_leaves=5,
    ),
    max_size=7,
)


@settings(max_examples=300, deadline=None)
@given(
    objects=st.lists(OBJECTS, min_size=1, max_size=3), spaces=st.booleans(), ascii_=st.booleans()
)
def test_the_ready_pipeline_makes_the_same_of_any_object(objects, spaces, ascii_):
    separators = None if spaces else (",", ":")
    lines = [json.dumps(one, separators=separators, ensure_ascii=ascii_) for one in objects]
    head, plain = READY["json-logs"]

    assert outcome(head, _data(lines)) == outcome(plain, _data(lines))


READY = {name: encoders(body_of(name)) for name in ("json-logs", "logfmt")}


PAIRS = [
    {"field_split": " ", "value_split": "="},
    {"field_split": "&", "value_split": "="},
    {"field_split": " +", "value_split": ":"},
    {"field_split": ", ", "value_split": "=", "trim_value": "'\""},
    {"field_split": " ", "value_split": "=", "trim_value": '"', "strip_brackets": True},
    {"field_split": "[ ]", "value_split": "[=:]"},
]


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(
        st.text(st.sampled_from("ab=: &,'\".1é\u2028"), max_size=14), min_size=1, max_size=6
    )
)
@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_pairs_make_the_same_both_ways(number, lines):
    kv = {"field": "message", "target_field": "found", **PAIRS[number]}

    assert_same({"processors": [{"kv": kv}, *STEPS["rename that may be missing"]]}, _data(lines))


@settings(max_examples=200, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from(["level", "msg", "ts", "caller", "err", "error", "a", "a.b", "é", "1"]),
            st.text(st.sampled_from('ab=" \\\\.:17\u2028é'), max_size=8)
            | st.sampled_from(
                [
                    "info",
                    '"a b"',
                    '"q \\"c\\""',
                    "main.go:17",
                    "2026-11-20T08:00:00Z",
                    "1795161600.5",
                ]
            ),
        ),
        max_size=6,
    )
)
def test_the_ready_logfmt_makes_the_same_of_any_pairs(pairs):
    line = " ".join(f"{name}={value}" for name, value in pairs)
    head, plain = READY["logfmt"]

    assert outcome(head, _data([line])) == outcome(plain, _data([line]))
