"""Lines of container runtimes."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.config.settings import Container, Input
from shipper.source.chain import Chain

TIME = "2026-01-01T00:00:00.123456789Z"


def docker(log, stream="stdout", time=TIME, **more) -> bytes:
    return orjson.dumps({"log": log, "stream": stream, "time": time, **more}) + b"\n"


def cri(log, tag="F", stream="stdout", time=TIME) -> bytes:
    return f"{time} {stream} {tag} {log}\n".encode()


def parse(*lines, final=True, limit=4096, **keys):
    chain = Chain(
        Input(id="t", paths=("/t",), parsers=(Container(**keys),), message_max_bytes=limit)
    )
    return chain.parse(b"".join(lines), 0, final=final)


def messages(*lines, **keys):
    return [event.message for event in parse(*lines, **keys).events]


@pytest.mark.parametrize(
    "line", [docker("hello\n"), docker("hello\r\n"), cri("hello"), cri("hello", "F:x")]
)
def test_line_gives_message_time_and_stream(line):
    (event,) = parse(line).events

    assert event.message == "hello"
    assert event.fields == {"@timestamp": TIME, "stream": "stdout"}
    assert (event.start, event.end) == (0, len(line))


def test_docker_attributes_are_kept():
    (event,) = parse(docker("a\n", attrs={"tag": "x"})).events

    assert event.fields["docker"] == {"attrs": {"tag": "x"}}


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([docker("one "), docker("two "), docker("three\n")], id="docker"),
        pytest.param([cri("one ", "P"), cri("two ", "P"), cri("three")], id="cri"),
    ],
)
def test_partial_lines_are_joined(lines):
    (event,) = parse(*lines).events

    assert (event.message, event.start, event.end) == ("one two three", 0, sum(map(len, lines)))
    assert event.flags == ()


def test_streams_are_joined_each_for_itself():
    lines = [cri("out1 ", "P"), cri("err", stream="stderr"), cri("out2"), cri("last")]

    parsed = parse(*lines, final=False)

    assert [event.message for event in parsed.events] == ["out1 out2", "err", "last"]
    assert (parsed.events[0].start, parsed.events[0].end) == (0, sum(map(len, lines[:3])))
    assert parsed.consumed == sum(map(len, lines))


def test_nothing_is_consumed_past_an_open_partial_line():
    lines = [cri("whole"), cri("out1 ", "P"), cri("err", stream="stderr")]

    parsed = parse(*lines, final=False)

    assert [event.message for event in parsed.events] == ["whole"]
    assert parsed.consumed == len(lines[0])


def test_closed_event_waits_while_a_partial_line_began_within_it():
    lines = [cri("whole"), cri("o1 ", "P"), cri("e1 ", "P", "stderr"), cri("o2")]

    parsed = parse(*lines, final=False)

    assert [event.message for event in parsed.events] == ["whole"]


def test_partial_line_that_is_closed_early_says_that_it_goes_on():
    assert [(e.message, e.flags) for e in parse(cri("a", "P")).events] == [("a", ("split",))]


def test_partial_line_beyond_the_limit_is_split_and_nothing_is_lost():
    piece = cri("x" * 50, "P")

    events = parse(piece, piece, piece, cri("end"), limit=2 * len(piece)).events

    assert [(e.message, e.flags) for e in events] == [
        ("x" * 100, ("split",)),
        ("x" * 50 + "end", ()),
    ]


def test_other_stream_is_filtered_and_counted():
    lines = [cri("out"), cri("err", stream="stderr"), docker("err\n", "stderr")]

    parsed = parse(*lines, stream="stdout")

    assert [event.message for event in parsed.events] == ["out"]
    assert (parsed.filtered, parsed.filtered_bytes) == (2, len(lines[1]) + len(lines[2]))


@pytest.mark.parametrize("line", [docker("\n"), cri(""), f"{TIME} stdout F\n".encode(), b"\n"])
def test_line_without_text_is_filtered(line):
    parsed = parse(line)

    assert (parsed.events, parsed.filtered, parsed.consumed) == ([], 1, len(line))


@pytest.mark.parametrize(
    ("line", "form"),
    [
        pytest.param("no such form", "auto", id="neither"),
        pytest.param(cri("a").decode().strip(), "docker", id="cri where docker is expected"),
        pytest.param(docker("a\n").decode().strip(), "cri", id="docker where cri is expected"),
        pytest.param('{"log":"a\\n"}', "auto", id="no time"),
        pytest.param('{"log":1,"time":"' + TIME + '"}', "auto", id="log is a number"),
        pytest.param('{"log":"a', "auto", id="broken json"),
        pytest.param('{"a":' * 3000, "auto", id="depth bomb"),
        pytest.param("2026-13-01T00:00:00Z stdout F a", "auto", id="no such month"),
        pytest.param("2026-01-01T00:00:00Z stdin F a", "auto", id="no such stream"),
        pytest.param("2026-01-01T00:00:00Z stdout Q a", "auto", id="no such tag"),
    ],
)
def test_other_lines_are_kept_whole_and_say_why(line, form):
    parsed = parse(line.encode(), format=form, limit=1 << 20)

    (event,) = parsed.events
    assert event.message == line
    assert event.fields == {"error": {"message": f"not a line of a container log ({form})"}}
    assert parsed.failed == 1


def test_lone_surrogate_becomes_a_replacement_character():
    line = b'{"log":"a\\ud800b\\n","stream":"stdout","time":"' + TIME.encode() + b'"}\n'

    assert messages(line) == ["a\ufffdb"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["stdout", "stderr"]),
            st.booleans(),
            st.text("ab ", min_size=1, max_size=3),
        ),
        max_size=20,
    )
)
def test_each_stream_reads_as_it_was_written(rows):
    lines = [cri(text, "P" if partial else "F", stream) for stream, partial, text in rows]

    events = parse(*lines, limit=1 << 20).events

    for stream in ("stdout", "stderr"):
        written = "".join(t + ("" if p else "|") for s, p, t in rows if s == stream)
        read = "".join(
            e.message + ("" if "split" in e.flags else "|")
            for e in events
            if e.fields["stream"] == stream
        )
        assert read == written
