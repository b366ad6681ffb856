"""Joining lines."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.config.patterns import translate
from shipper.config.settings import Container, Input, Multiline, Ndjson
from shipper.source.chain import Chain
from shipper.source.parsers.block import block_pattern


def chain_of(*parsers, **keys) -> Chain:
    return Chain(Input(id="t", paths=("/t",), parsers=parsers, **keys))


def join(data, *, final=True, **keys):
    limit = keys.pop("limit", 1024)
    parsed = chain_of(Multiline(**keys), message_max_bytes=limit).parse(data, 0, final=final)
    return [(event.message, event.flags) for event in parsed.events], parsed.consumed


def messages(data, **keys):
    return [message for message, _ in join(data, **keys)[0]]


def test_stack_trace_is_one_event():
    data = b"2026-01-01 boom\n  at a\n\n  at b\n2026-01-02 fine\n"

    events, _ = join(data, pattern=r"^\d{4}-", negate=True)

    assert events == [
        ("2026-01-01 boom\n  at a\n\n  at b", ("multiline",)),
        ("2026-01-02 fine", ()),
    ]


@pytest.mark.parametrize(
    ("keys", "data", "expected"),
    [
        pytest.param({"pattern": "^b"}, b"a\nb\nb\nc\n", ["a\nb\nb", "c"], id="after"),
        pytest.param({"pattern": "^b", "negate": True}, b"a\nb\na\nb\n", ["a", "b\na", "b"], id="after negate"),
        pytest.param({"pattern": "^b", "match": "before"}, b"b\nb\na\nb\n", ["b\nb\na", "b"], id="before"),
        pytest.param({"pattern": ";$", "match": "before", "negate": True}, b"a\nb;\nc\n", ["a\nb;", "c"], id="before negate"),
        pytest.param({"type": "count", "count_lines": 2}, b"a\nb\nc\n", ["a\nb", "c"], id="count"),
        pytest.param({"type": "while_pattern", "pattern": r"^\{"}, b"{a\n{b\nc\nd\n{e\n", ["{a\n{b", "c", "d", "{e"], id="while"),
        pytest.param({"type": "while_pattern", "pattern": "^c", "negate": True}, b"a\nb\nc\nd\n", ["a\nb", "c", "d"], id="while negate"),
        pytest.param({"pattern": "^S", "negate": True, "flush_pattern": "^E"}, b"S\nx\nE\ny\nS\nE\n", ["S\nx\nE", "y", "S\nE"], id="flush"),
        pytest.param({"pattern": "^S", "negate": True, "flush_pattern": "E"}, b"SE\nx\nSE\ny\n", ["SE\nx\nSE", "y"], id="flush is not asked about a first line, and before the pattern"),
        pytest.param({"pattern": "^b", "skip_newline": True}, b"a\nb\nb\n", ["abb"], id="skip_newline"),
        pytest.param({"pattern": "^b|^ "}, b"a\r\nb\r\n c\r\n", ["a\nb\n c"], id="crlf"),
        pytest.param({"pattern": "c"}, b"a\nbc\nd\n", ["a\nbc", "d"], id="pattern is searched"),
    ],
)  # fmt: skip
def test_lines_are_joined_as_in_filebeat(keys, data, expected):
    assert messages(data, **keys) == expected


@pytest.mark.parametrize(
    ("keys", "data", "consumed"),
    [
        pytest.param({"pattern": "^b"}, b"a\nb\n", 0, id="after: a further line may join"),
        pytest.param({"pattern": ";$", "match": "before", "negate": True}, b"a\nb;\nc\n", 5, id="before: the line itself tells"),
        pytest.param({"type": "while_pattern", "pattern": "^b"}, b"a\nb\n", 2, id="while: a line that does not match is alone"),
        pytest.param({"type": "count", "count_lines": 2}, b"a\nb\nc\n", 4, id="count"),
        pytest.param({"pattern": "^b"}, b"\n\na\n", 2, id="empty lines before"),
        pytest.param({"pattern": "^S", "negate": True, "flush_pattern": "^E"}, b"S\nE\n", 4, id="flush closes at once"),
    ],
)  # fmt: skip
def test_open_group_is_held_back(keys, data, consumed):
    assert join(data, final=False, **keys)[1] == consumed


def test_group_beyond_max_lines_is_split_and_nothing_is_lost():
    events, _ = join(b"S\n1\n2\n3\n4\n", pattern="^S", negate=True, max_lines=2)

    assert events == [
        ("S\n1", ("multiline", "split")),
        ("2\n3", ("continuation", "multiline", "split")),
        ("4", ("continuation",)),
    ]


def test_group_beyond_the_limit_is_split_and_nothing_is_lost():
    events, _ = join(
        b"S\n" + b"x" * 7 + b"\n" + b"y" * 9 + b"\nS\n", pattern="^S", negate=True, limit=10
    )

    assert events == [
        ("S\nxxxxxxx", ("multiline", "split")),
        ("yyyyyyyyy", ("continuation",)),
        ("S", ()),
    ]


def test_full_group_is_not_split_when_nothing_more_joins():
    events, _ = join(b"S\n1\nS\n2\n", pattern="^S", negate=True, max_lines=2)

    assert events == [("S\n1", ("multiline",)), ("S\n2", ("multiline",))]


def test_lines_before_the_first_start_say_that_they_continue_something():
    events, _ = join(b" tail\n2026\n", pattern="^2", negate=True)

    assert events == [(" tail", ("continuation",)), ("2026", ())]


def test_over_long_line_is_an_event_of_its_own():
    events, _ = join(b"S\na\n" + b"x" * 30 + b"\nb\n", pattern="^S", negate=True, limit=10)

    assert events == [
        ("S\na", ("multiline",)),
        ("x" * 10, ("truncated", "continuation")),
        ("b", ("continuation",)),
    ]


def test_container_lines_are_joined_with_the_first_ones_time():
    lines = [
        b"2026-01-01T00:00:0%dZ stdout F %s\n" % (i, text)
        for i, text in enumerate([b"boom", b"", b"  at x", b"next"])
    ]
    chain = chain_of(Container(), Multiline(pattern="^[^ ]", negate=True))

    events = chain.parse(b"".join(lines), 0, final=True).events

    assert [event.message for event in events] == ["boom\n\n  at x", "next"]
    assert events[0].fields == {"@timestamp": "2026-01-01T00:00:00Z", "stream": "stdout"}


def test_fields_of_joined_json_lines_are_merged():
    chain = chain_of(Ndjson(message_key="m"), Multiline(pattern="^b"))

    (event,) = chain.parse(b'{"m":"a","x":{"y":1}}\n{"m":"b","x":{"z":2}}\n', 0, final=True).events

    assert (event.message, event.fields) == ("a\nb", {"m": "b", "x": {"y": 1, "z": 2}})


PATTERNS = [
    r"^\d{4}-\d\d", r"^\s", r"^[^ ]", r"^\S", r"^\[", r"^(at|\.{3}) |^Caused", r"^\W", r"^[[:space:]]+at", r"^a?$", r"^b\b",
    r"(?i)^B", r"^.*;$", r"^(?:a|b)*c", r"^a{2}", r"^[\d-]", r"^a\Z", r"^[^\d]", r"^é", r"^x|^\t",
]  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(["2026-01 a", "", "", " at x", "\tat", "[x]", "a", "b", "bb c", "B", "aa;", "Caused by", "é", "-", "...  x", "1"])
    | st.text("ab2 \té;-[\x0b\x0c\x1c\x85\u2028", max_size=4),
    min_size=1,
    max_size=12,
)  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@given(
    lines=TEXTS,
    negate=st.booleans(),
    final=st.booleans(),
    skip=st.booleans(),
    codec=st.sampled_from(["utf-8", "latin-1"]),
)
@settings(max_examples=60)
def test_block_way_and_line_way_are_the_same(pattern, lines, negate, final, skip, codec):
    data = "".join(line + "\n" for line in lines).encode(codec, "replace")
    parser = Multiline(pattern=pattern, negate=negate, skip_newline=skip, max_lines=4)
    chain = chain_of(parser, encoding=codec, message_max_bytes=40)
    by_lines = chain_of(parser, encoding=codec, message_max_bytes=40)
    by_lines._parse_block = None

    assert chain.parse(data, 3, final=final) == by_lines.parse(data, 3, final=final)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_these_patterns_are_fit_for_the_block_way(pattern):
    assert block_pattern(translate(pattern)) is not None or pattern == r"^[[:space:]]+at"


@pytest.mark.parametrize(
    "pattern",
    ["a", "^a|b", "(^a|b)", "^a(?=b)", r"^a\n", "^[\n]", r"^[\x00-z]", r"^[\s]", r"^(a)\1", "(?s)^.", "(?m)^a", r"^\B", r"^[\t-a]", r"\Aa", "^a)|(b"],
)  # fmt: skip
def test_patterns_that_could_cross_lines_are_left_to_the_line_way(pattern):
    assert block_pattern(translate(pattern)) is None


@given(
    st.text(r"^ab|()[]\sdSWDZ.*+?{}0,1-$", max_size=10).map("^".__add__),
    st.text("ab\n 01-", max_size=12),
)
def test_rewritten_pattern_sees_one_line_only(pattern, text):
    rewritten = block_pattern(translate(pattern))
    try:
        by_line = re.compile(translate(pattern), re.ASCII)
    except (re.error, OverflowError):
        return
    if rewritten is None:
        return
    splitter = re.compile(rf"\n(?={rewritten})", re.ASCII | re.MULTILINE)

    lines = text.split("\n")

    starts = [i for i, line in enumerate(lines) if i and by_line.search(line)]
    assert [text[: m.start() + 1].count("\n") for m in splitter.finditer(text)] == starts


def test_missing_pattern_is_an_error():
    with pytest.raises(ValueError, match="needs a pattern"):
        chain_of(Multiline())
