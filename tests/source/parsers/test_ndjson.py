"""JSON lines."""

from __future__ import annotations

import contextlib
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.config.settings import Container, Input, Ndjson
from shipper.source.chain import Chain
from shipper.source.parsers.ndjson import MAX_DEPTH, NotJsonError, expand, load_object


def parse(line, *before, **keys):
    data = (line if isinstance(line, str) else orjson.dumps(line).decode()).encode() + b"\n"
    chain = Chain(Input(id="t", paths=("/t",), parsers=(*before, Ndjson(**keys))))
    (event,) = chain.parse(data, 0, final=True).events
    assert (event.start, event.end) == (0, len(data))
    return event.message, event.fields


def test_object_becomes_fields_and_its_message_the_message():
    assert parse({"message": "hello", "a": {"b": 1}}) == ("hello", {"a": {"b": 1}})


def test_without_a_message_there_is_none():
    assert parse({"a": 1}) == ("", {"a": 1})


def test_message_that_is_no_text_stays_a_field():
    assert parse({"message": 5}) == ("", {"message": 5})


@pytest.mark.parametrize(
    ("line", "message", "fields"),
    [
        ({"text": "hello", "a": 1}, "hello", {"text": "hello", "a": 1}),
        ({"a": 1}, "", {"a": 1, "error": {"message": "Key 'text' not found", "type": "json"}}),
        (
            {"text": 5},
            "",
            {
                "text": 5,
                "error": {"message": "Value of key 'text' is not a string", "type": "json"},
            },
        ),
    ],
)
def test_message_key_names_the_message(line, message, fields):
    assert parse(line, message_key="text", add_error_key=True) == (message, fields)


def test_message_key_log_does_not_stand_in_the_way_of_shippers_log_object():
    assert parse({"log": "hello", "a": 1}, message_key="log") == ("hello", {"a": 1})


def test_target_takes_everything():
    line = {"_id": 1, "log": {"offset": 5}, "message": "m"}

    assert parse(line, target="a.b") == ("", {"a": {"b": line}})


def test_empty_target_is_the_root():
    assert parse({"a": 1}, target="") == parse({"a": 1})


@pytest.mark.parametrize(
    ("line", "overwrite", "fields"),
    [
        pytest.param({"_id": 1, "_index": "x", "a": 1}, True, {"a": 1, "json": {"_id": 1, "_index": "x"}}, id="metadata"),
        pytest.param({"@metadata": {"pipeline": "x"}}, True, {"json": {"@metadata": {"pipeline": "x"}}}, id="@metadata"),
        pytest.param({"log": {"offset": 5, "level": "info"}}, True, {"log": {"level": "info"}, "json": {"log": {"offset": 5}}}, id="inside log"),
        pytest.param({"log": {"file": {"path": "/x"}}}, True, {"json": {"log": {"file": {"path": "/x"}}}}, id="all of log"),
        pytest.param({"log.file.path": 1, "log.level": 2}, True, {"log.level": 2, "json": {"log.file.path": 1}}, id="dotted"),
        pytest.param({"data_stream": {"dataset": "x"}}, True, {"json": {"data_stream": {"dataset": "x"}}}, id="data stream"),
        pytest.param({"agent.name": "x"}, True, {"json": {"agent.name": "x"}}, id="agent"),
        pytest.param({"host": {"name": "x", "os": "y"}}, True, {"host": {"name": "x", "os": "y"}}, id="host, allowed"),
        pytest.param({"host": {"name": "x", "os": "y"}}, False, {"host": {"os": "y"}, "json": {"host": {"name": "x"}}}, id="host"),
        pytest.param({"@timestamp": "2026-01-01T00:00:00Z"}, True, {"@timestamp": "2026-01-01T00:00:00Z"}, id="time, allowed"),
        pytest.param({"@timestamp": "2026-01-01T00:00:00Z"}, False, {"json": {"@timestamp": "2026-01-01T00:00:00Z"}}, id="time"),
        pytest.param({"_id": 1, "json": {"a": 2}}, False, {"json": {"a": 2, "_id": 1}}, id="json is there"),
        pytest.param({"_id": 1, "json": 5}, False, {"json": {"_id": 1, "json": 5}}, id="json is there and no object"),
    ],
)  # fmt: skip
def test_what_is_shippers_own_stays_under_json(line, overwrite, fields):
    assert parse(line, overwrite_keys=overwrite)[1] == fields


@pytest.mark.parametrize(
    "value",
    [5, None, "yesterday", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", ["x"]],
)
def test_time_that_is_no_date_does_not_become_the_time(value):
    _, fields = parse({"@timestamp": value, "a": 1}, overwrite_keys=True, add_error_key=True)

    assert fields["json"] == {"@timestamp": value}
    assert fields["error"] == {"message": "@timestamp not overwritten (not a date)", "type": "json"}


@pytest.mark.parametrize(
    "time",
    ["2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00.000-0130"],
)
def test_dates_of_the_cluster_become_the_time(time):
    assert parse({"@timestamp": time}, overwrite_keys=True)[1] == {"@timestamp": time}


@pytest.mark.parametrize("overwrite", [True, False])
def test_fields_of_an_earlier_parser_yield_only_when_told(overwrite):
    outer = "2026-01-01T00:00:00Z stdout F "

    message, fields = parse(
        outer + '{"message":"m","stream":"other"}', Container(), overwrite_keys=overwrite
    )

    expected = (
        {"stream": "other"} if overwrite else {"stream": "stdout", "json": {"stream": "other"}}
    )
    assert (message, fields) == ("m", {"@timestamp": "2026-01-01T00:00:00Z", **expected})


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("not json", id="text"),
        pytest.param("[1]", id="array"),
        pytest.param("5", id="number"),
        pytest.param("null", id="null"),
        pytest.param('{"a":', id="cut"),
        pytest.param('{"a":1} x', id="more behind"),
        pytest.param('{"a":NaN}', id="NaN"),
        pytest.param('{"a":1e400}', id="too large for a float"),
        pytest.param('{"a":"b\x00"}', id="control character"),
        pytest.param("[" * 100_000, id="brackets"),
        pytest.param('{"a":' * 200 + "1" + "}" * 200, id="deep"),
        pytest.param('{"a":' * 900 + "1" + "}" * 900, id="deeper"),
        pytest.param('{"a":' + "[" * 300 + "]" * 300 + "}", id="deep array"),
    ],
)
def test_broken_line_is_kept_whole_and_says_why(line):
    message, fields = parse(line, add_error_key=True)

    assert message == line
    assert fields["error"]["type"] == "json"
    assert fields["error"]["message"].startswith("Error decoding JSON: ")
    assert parse(line) == (line, None)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        pytest.param('{"a":123456789012345678901234567890}', {"a": 1.2345678901234568e29}, id="large integer"),
        pytest.param('{"a":1,"a":2}', {"a": 2}, id="equal keys"),
        pytest.param(r'{"a":"\ud800x\udfff","b":"\ud83d\ude00","c":"\\ud800"}', {"a": "\ufffdx\ufffd", "b": "😀", "c": "\\ud800"}, id="surrogates"),
        pytest.param('{"":1," ":2}', {"": 1, " ": 2}, id="odd keys"),
        pytest.param('{"a":"x\\u0000y"}', {"a": "x\x00y"}, id="escaped NUL"),
    ],
)  # fmt: skip
def test_odd_but_readable_lines(line, fields):
    assert parse(line) == ("", fields)


def test_empty_object_keeps_its_text():
    assert parse("{}") == ("{}", None)


def test_deepest_object_that_is_read():
    assert load_object('{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH)
    with pytest.raises(NotJsonError, match="deeper"):
        load_object('{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("found", "expanded"),
    [
        ({"a.b": 1, "a.c.d": 2}, {"a": {"b": 1, "c": {"d": 2}}}),
        ({"a": {"b": 1}, "a.c": 2}, {"a": {"b": 1, "c": 2}}),
        ({"a.c": 2, "a": {"b.e": 1}}, {"a": {"b": {"e": 1}, "c": 2}}),
        ({"x": [{"a.b": 1}]}, {"x": [{"a.b": 1}]}),
        ({"a..b": 1, ".c": 2, "d.": 3}, {"a..b": 1, ".c": 2, "d.": 3}),
    ],
)
def test_dotted_keys_are_expanded(found, expanded):
    assert expand(found) == expanded


@pytest.mark.parametrize(
    "line",
    [
        {"a": 1, "a.b": 2},
        {"a": None, "a.b": 2},
        {"a.b": 1, "a": {"b": 2}},
        {".".join("x" * 30): 1},
    ],
)
def test_keys_that_cannot_be_expanded_stay_and_say_why(line):
    _, fields = parse(line, expand_keys=True, add_error_key=True)

    error = fields.pop("error")
    assert "expand" in error["message"]
    assert fields == line


def test_keys_that_would_nest_too_deeply_are_not_expanded():
    line = inner = {}
    for _ in range(12):
        inner["a.b.c.d.e.f.g.h.i.j"] = inner = {}

    _, fields = parse(line, expand_keys=True, add_error_key=True)

    assert "deeper than 100 levels" in fields.pop("error")["message"]
    assert fields == line


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["a", "a.b", "log", "_id", "json", "error", "message", "@timestamp", "host.name", "."]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(
    value=JSON,
    overwrite=st.booleans(),
    expand_keys=st.booleans(),
    target=st.sampled_from([None, "t", "error", "a.b"]),
    key=st.sampled_from([None, "a", "message", "log"]),
)
def test_every_value_can_be_written_again(value, overwrite, expand_keys, target, key):
    message, fields = parse(
        json.dumps(value, ensure_ascii=False),
        overwrite_keys=overwrite,
        expand_keys=expand_keys,
        target=target,
        message_key=key,
        add_error_key=True,
    )

    again = orjson.loads(orjson.dumps({"message": message, **(fields or {})}))
    if not target:
        assert not {"_id", "_index"} & again.keys()


@given(st.text(r'{}[]":,\ud80cC0.ae-tnu', max_size=30))
def test_no_text_raises(text):
    with contextlib.suppress(NotJsonError):
        assert isinstance(load_object(text), dict)
