"""The chain's contract: the same events however bytes are cut into windows, every byte accounted for, nothing raised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.config.settings import Container, Input, Multiline, Ndjson, Syslog
from shipper.source.chain import Chain

LIMIT = 90
NOW = 1_795_353_600.0  # 22 November 2026


def make(*parsers, **keys) -> Chain:
    keys.setdefault("message_max_bytes", LIMIT)
    return Chain(Input(id="t", paths=("/t",), parsers=parsers, **keys))


JAVA = Multiline(pattern=r"^\d{4}-", negate=True)
CHAINS = {
    "none": make(),
    "filters": make(include_lines=("a", "2026"), exclude_lines=("^2",)),
    "latin-1": make(encoding="latin-1"),
    "ebcdic": make(encoding="cp037"),
    "utf-16": make(encoding="utf-16"),
    "utf-16-be": make(encoding="utf-16be-bom"),
    "utf-32": make(encoding="utf-32"),
    "gbk": make(encoding="gbk"),
    "iso-2022-jp": make(encoding="iso2022_jp"),
    "utf-7": make(encoding="utf-7"),
    "after-negate": make(JAVA),
    "after-latin-1": make(JAVA, encoding="latin-1"),
    "after-utf-16": make(JAVA, encoding="utf-16"),
    "after": make(Multiline(pattern=r"^\s")),
    "after-max-lines": make(Multiline(pattern=r"^\s", max_lines=2)),
    "after-empty": make(Multiline(pattern=r"^$")),
    "after-skip-newline": make(Multiline(pattern=r"^\d", negate=True, skip_newline=True)),
    "before": make(Multiline(pattern=r"\\$", match="before")),
    "before-negate": make(Multiline(pattern=r";$", match="before", negate=True, max_lines=3)),
    "flush": make(Multiline(pattern="^2026", negate=True, flush_pattern="END")),
    "flush-before": make(Multiline(pattern=r"\\$", match="before", flush_pattern="END")),
    "count": make(Multiline(type="count", count_lines=3)),
    "while": make(Multiline(type="while_pattern", pattern=r"^[ {]", max_lines=4)),
    "while-negate": make(Multiline(type="while_pattern", pattern=r"^2", negate=True)),
    "container": make(Container(), message_max_bytes=300),
    "container-stdout": make(Container(stream="stdout"), message_max_bytes=300),
    "container-docker": make(Container(format="docker"), message_max_bytes=300),
    "container-multiline": make(Container(), JAVA, message_max_bytes=300),
    "container-stderr-multiline-ndjson": make(
        Container(stream="stderr"), Multiline(pattern="^ "), Ndjson(), message_max_bytes=300
    ),
    "multiline-container": make(Multiline(pattern="^ "), Container(), message_max_bytes=300),
    "multiline-multiline": make(Multiline(pattern="^ "), Multiline(type="count", count_lines=2)),
    "ndjson": make(Ndjson(add_error_key=True, expand_keys=True)),
    "ndjson-overwrite": make(Ndjson(overwrite_keys=True, message_key="log")),
    "ndjson-target-multiline": make(Ndjson(target="a.b", message_key="message"), JAVA),
    "container-ndjson": make(Container(), Ndjson(overwrite_keys=True), message_max_bytes=300),
    "syslog": make(Syslog(timezone="UTC")),
    "multiline-syslog-filters": make(
        Multiline(pattern="^<", negate=True), Syslog(format="rfc5424"), exclude_lines=("msg",)
    ),
}
# The slack that lets a chain's window grow is 64 KiB, which examples of a few hundred bytes would never fill.
for chain in CHAINS.values():
    chain._window = 2 * chain.limit + 120

STAMP = b"2026-01-01T00:00:00.000000000Z"
PIECES = st.sampled_from([
    b"\n", b"\n", b"\n", b"\n\n", b"\r\n", b"\r", b" ", b"  at x\n", b"2026-01-02 start\n", b"a\\\n", b"b;\n", b"END\n", b"x",
    b"{", b"\x00", b"\xff", b"\xc3", b"\xc3\xa9", b"\xe2\x82", b"\xf0\x9f\x98\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\n\x00",
    b"\x00\n", b"\x00\n\x00", b"a\x00", b"%", b"\x25\x0d\x25", b"\x1b$B", b"+/v8-", b"long" * 30, b"longer" * 60, b"y" * 89,
    b'{"a":1,"message":"m"}\n', b'{"log":"text","a.b":{"c":2},"a":{"b":1}}\n', b'{"_id":1,"@timestamp":"2026-01-01T00:00:00Z"}\n',
    b'{"log":"full\\n","stream":"stdout","time":"' + STAMP + b'"}\n',
    b'{"log":"part","stream":"stdout","time":"' + STAMP + b'"}\n',
    b'{"log":"err\\n","stream":"stderr","time":"' + STAMP + b'"}\n',
    b'{"log":"\\n","stream":"stderr","time":"' + STAMP + b'"}\n',
    STAMP + b" stdout F full\n", STAMP + b" stdout P part\n", STAMP + b" stderr P part\n", STAMP + b" stderr F  full\n",
    STAMP + b" stderr F\n",
    b"<13>Oct 11 22:14:15 host su[1]: msg\n", b'<165>1 - - - - - [a b="c"] msg\n', b"<165>1 " + STAMP + b" h a p m - msg\n",
])  # fmt: skip
WINDOW = st.lists(PIECES | st.binary(max_size=5), max_size=25).map(b"".join)


def describe(events):
    return [(e.start, e.end, e.message, e.fields, e.flags, e.cut) for e in events]


def drive(chain, data, cuts):
    """Offer growing windows, as a harvester does, and close the last one."""
    events, filtered, filtered_bytes, at = [], 0, 0, 0
    for end in [*sorted(cuts), len(data)]:
        while True:
            parsed = chain.parse(data[at:end], at, now=NOW)
            assert 0 <= parsed.consumed <= max(0, end - at)
            if end - at > chain._window and not parsed.consumed:
                assert chain.newline not in data[at : at + chain.limit] or chain._decoder.unit > 1
            events += parsed.events
            filtered += parsed.filtered
            filtered_bytes += parsed.filtered_bytes
            at += parsed.consumed
            if not parsed.consumed:
                break
    parsed = chain.parse(data[at:], at, final=True, now=NOW)
    assert parsed.consumed == len(data) - at
    return (
        describe(events + parsed.events),
        filtered + parsed.filtered,
        filtered_bytes + parsed.filtered_bytes,
    )


@pytest.mark.parametrize("name", CHAINS)
@given(data=WINDOW, cuts=st.lists(st.integers(0, 600), max_size=8))
def test_events_do_not_depend_on_how_bytes_are_cut_into_windows(name, data, cuts):
    chain = CHAINS[name].for_file(data[:4])

    whole = chain.parse(data, 0, final=True, now=NOW)
    pieces = drive(chain, data, [min(cut, len(data)) for cut in cuts])

    assert (describe(whole.events), whole.filtered, whole.filtered_bytes) == pieces


@pytest.mark.parametrize("name", CHAINS)
@given(data=WINDOW, final=st.booleans(), base=st.integers(0, 9))
def test_events_and_filtered_ranges_cover_what_was_consumed(name, data, final, base):
    chain = CHAINS[name]

    parsed = chain.parse(data, base, final=final, now=NOW)

    starts = [event.start for event in parsed.events]
    assert starts == sorted(set(starts))
    assert all(base <= e.start < e.end <= base + parsed.consumed for e in parsed.events)
    covered = {at for e in parsed.events for at in range(e.start, e.end)}
    assert len(covered) + parsed.filtered_bytes == parsed.consumed
    if "container" not in name:
        assert sum(e.end - e.start for e in parsed.events) == len(covered)
    if final:
        assert parsed.consumed == len(data)


@pytest.mark.parametrize("name", CHAINS)
@given(data=WINDOW)
def test_what_an_event_holds_is_bounded(name, data):
    chain = CHAINS[name].for_file(data[:4])

    for event in chain.parse(data, 0, final=True, now=NOW).events:
        # Each byte makes at most one character, and a joined record at most one newline a line.
        assert len(event.message) <= chain.limit + 1
        if event.cut:
            assert "truncated" in event.flags


@pytest.mark.parametrize(
    "name", ["none", "after-negate", "container", "ndjson", "syslog", "utf-16"]
)
@given(
    head=st.sampled_from([b"", b"a\n", b" x\n2026-\n"]),
    line=st.binary(min_size=LIMIT * 4, max_size=LIMIT * 5).map(lambda b: b.replace(b"\n", b"") + b"z" * 300),
    terminated=st.booleans(),
)  # fmt: skip
def test_a_cut_line_is_the_same_whether_held_whole_or_not(name, head, line, terminated):
    chain = CHAINS[name]
    if len(chain.newline) > 1:
        head, line = (
            head.decode().encode("utf-16-le"),
            line[: len(line) // 2 * 2].replace(b"\n", b""),
        )
    data = head + line[: len(line) // 2 * 2] + (chain.newline if terminated else b"")
    start = len(head)

    whole = chain.parse(data, 0, final=True, now=NOW)
    before = chain.parse(data[: start + chain.limit + 10], 0, now=NOW)
    after = chain.cut_line(
        data[start : start + chain.limit], start, len(data), terminated=terminated, now=NOW
    )

    assert before.consumed == start, "everything before the line comes out without final"
    assert describe(before.events + after.events) == describe(whole.events)
    cut = whole.events[-1]
    assert "truncated" in cut.flags
    assert cut.cut >= len(data) - start - chain.limit - len(chain.newline)


@given(data=WINDOW, at=st.integers(0, 300))
@settings(max_examples=50)
def test_a_window_that_continues_a_line_says_so_on_its_first_event(data, at):
    chain = CHAINS["after-negate"]
    at = min(at, len(data))
    middle = at > 0 and data[at - 1 : at] != b"\n"

    events = chain.parse(data[at:], at, final=True, continued=middle, now=NOW).events

    if middle and events and events[0].start == at:
        assert "continuation" in events[0].flags


def test_last_line_without_newline_waits_until_it_is_final():
    chain = make()

    open_ = chain.parse(b"one\ntwo", 10)
    closed = chain.parse(b"two", 14, final=True)

    assert ([e.message for e in open_.events], open_.consumed) == (["one"], 4)
    assert ([(e.start, e.end, e.message) for e in closed.events]) == [(14, 17, "two")]


def test_empty_lines_are_filtered_and_counted():
    parsed = make().parse(b"\n\r\na\r\n\n", 0)

    assert [(e.start, e.end, e.message) for e in parsed.events] == [(3, 6, "a")]
    assert (parsed.consumed, parsed.filtered, parsed.filtered_bytes) == (7, 3, 4)


def test_include_is_asked_before_exclude_and_both_see_the_parsed_message():
    chain = make(Ndjson(), include_lines=("^keep",), exclude_lines=("secret",))
    lines = [
        b'{"message":"keep me"}',
        b'{"message":"keep secret"}',
        b'{"message":"other","a":"keep"}',
    ]

    parsed = chain.parse(b"\n".join(lines) + b"\n", 0)

    assert [event.message for event in parsed.events] == ["keep me"]
    assert (parsed.filtered, parsed.filtered_bytes) == (2, len(lines[1]) + len(lines[2]) + 2)


def test_long_line_is_cut_at_a_character():
    chain = make(message_max_bytes=5)

    (event,) = chain.parse("aaaaéé\n".encode(), 0).events

    assert (event.message, event.flags, event.cut) == ("aaaa", ("truncated",), 4)


def test_long_line_in_utf_16_is_cut_at_a_character():
    chain = make(message_max_bytes=7, encoding="utf-16").for_file(b"\xff\xfe")

    (event,) = chain.parse("\ufeffab😀c\n".encode("utf-16-le"), 0).events

    assert (event.message, event.cut) == ("ab", 12 - 6)


def test_group_that_never_ends_is_let_go_at_the_full_window():
    chain = make(Container(), message_max_bytes=1000)
    line = STAMP + b" stdout P part\n" + (STAMP + b" stderr F whole\n") * 2000

    parsed = chain.parse(line, 0)
    again = drive(chain, line, [70_000, 80_000])

    assert parsed.consumed > 0
    assert describe(parsed.events) == again[0][: len(parsed.events)]
    assert parsed.events[0].flags == ("split",)


@pytest.mark.parametrize(
    ("chain", "plain"),
    [
        pytest.param(make(), True, id="utf-8"),
        pytest.param(make(encoding="plain"), True, id="filebeat's plain"),
        pytest.param(make(encoding="ascii"), True, id="ascii"),
        pytest.param(make(encoding="latin-1"), False, id="latin-1"),
        pytest.param(make(include_lines=("a",)), False, id="filter"),
        pytest.param(make(Ndjson()), False, id="parser"),
        pytest.param(make().for_file(b"\xef\xbb\xbfab"), False, id="file with a byte order mark"),
    ],
)
def test_plain_is_what_the_encoder_may_do_alone(chain, plain):
    assert chain.plain is plain


@pytest.mark.parametrize(
    ("chain", "timeout"),
    [
        pytest.param(make(), None, id="none"),
        pytest.param(make(Ndjson(), Syslog()), None, id="line by line"),
        pytest.param(make(Container()), 5.0, id="container"),
        pytest.param(make(Container(), Multiline(pattern="a", timeout=9)), 9.0, id="largest"),
    ],
)
def test_group_timeout_is_the_largest(chain, timeout):
    assert chain.group_timeout == timeout


def test_file_with_the_other_byte_order_gets_its_own_chain():
    chain = make(encoding="utf-16")

    other = chain.for_file(b"\xfe\xff\x00a")

    assert chain.for_file(b"\xff\xfea\x00") is chain
    assert other.newline == b"\x00\n"
    assert [e.message for e in other.parse("\ufeffab\n".encode("utf-16-be"), 0).events] == ["ab"]


def test_byte_order_mark_is_no_part_of_the_first_message_only():
    parsed = make().parse(b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", 0)

    assert [e.message for e in parsed.events] == ["a", "\ufeffb"]


def test_nul_bytes_stay():
    assert [e.message for e in make().parse(b"a\x00b\n", 0).events] == ["a\x00b"]


def test_failures_of_parsers_are_counted():
    parsed = make(Ndjson()).parse(b"broken\n{}\n[1]\n", 0)

    assert parsed.failed == 2
    assert [(e.message, e.fields) for e in parsed.events] == [
        ("broken", None),
        ("{}", None),
        ("[1]", None),
    ]
