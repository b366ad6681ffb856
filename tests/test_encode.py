"""What is encoded block-wise is what would be encoded line by line, and every id says key, offset and length."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from shipper.encode import Constants, Encoder, dumps, escape_lines, event_id, merge
from shipper.records import Event

KEY = "AbCdEfGhIjKlMn_-"
PATH = "/var/100%/ä.log"
CONSTANTS = Constants({"host": {"name": "h%d"}, "tags": ["%s"]})
STAMP = "2026-11-22T10:00:00.123Z"


def documents(piece):
    """[(id, document)] of a piece's body."""
    lines = piece.body.split(b"\n")
    assert b"" == lines.pop()
    pairs = [json.loads(line) for line in lines]
    return [
        (action["create"]["_id"], doc) for action, doc in zip(pairs[::2], pairs[1::2], strict=True)
    ]


def test_an_id_is_forty_base64url_characters():
    """16 of the key, 14 of the offset, 10 of the length."""
    assert "AbCdEfGhIjKlMn_-000000000010230000000150" == event_id(KEY, 1023, 1173)


def test_a_block_becomes_one_document_a_line():
    """Offsets, constants with per cent signs, quotes and multi-byte text survive."""
    data = 'first "line"\ncafé \\ 😀\ttab\r\n'.encode()

    piece = Encoder(KEY, PATH, CONSTANTS).block(None, data, 500, STAMP)

    assert [
        (
            event_id(KEY, 500, 513),
            {
                "@timestamp": STAMP,
                "log": {"offset": 500, "file": {"path": "/var/100%/ä.log"}},
                "host": {"name": "h%d"},
                "tags": ["%s"],
                "message": 'first "line"',
            },
        ),
        (event_id(KEY, 513, 500 + len(data)), documents(piece)[1][1]),
    ] == documents(piece)
    assert "café \\ 😀\ttab" == documents(piece)[1][1]["message"]
    assert (500, 500 + len(data)) == (piece.start, piece.end)


def test_empty_lines_are_filtered_and_counted():
    """They are no events, but their bytes are accounted for."""
    piece = Encoder(KEY, PATH, CONSTANTS).block(None, b"\na\n\r\n\nb\n", 0, STAMP)

    assert ["a", "b"] == [doc["message"] for _, doc in documents(piece)]
    assert ([1, 6], [3, 8]) == (piece.starts, piece.ends)
    assert (3, 4) == (piece.filtered, piece.filtered_bytes)


LINES = st.lists(
    st.one_of(
        st.binary(max_size=30), st.text(max_size=30).map(lambda t: t.encode("utf-8", "replace"))
    ),
    min_size=1,
    max_size=20,
).map(lambda lines: b"".join(line.replace(b"\n", b" ") + b"\n" for line in lines))


@given(LINES)
@example(b"\\n\n")
@example(b"\\\n\x7f\n")
@example(b"\x7f\n\\n\\\\n\n")
@example(b"\xe2\x82\n\xac\n")
@example(b"\r\n\r\r\n\r\n")
def test_escaping_a_block_equals_escaping_its_lines(data):
    """The fast way over the whole block gives what each line gives alone, whatever the bytes."""
    expected = []
    for line in data.split(b"\n")[:-1]:
        text = line.removesuffix(b"\r").decode("utf-8", "replace")
        expected.append(text)

    assert expected == [json.loads(b'"' + line + b'"') for line in escape_lines(data)]


@given(LINES, st.integers(0, 10**13))
def test_ranges_of_a_block_tile_it(data, start):
    """Events and filtered bytes account for every byte of the block."""
    piece = Encoder(KEY, PATH, CONSTANTS).block(None, data, start, STAMP)

    covered = sum(end - begin for begin, end in zip(piece.starts, piece.ends, strict=True))
    assert len(data) == covered + piece.filtered_bytes
    assert [event_id(KEY, *r) for r in zip(piece.starts, piece.ends, strict=True)] == [
        name for name, _ in documents(piece)
    ]


def test_events_with_fields_and_flags():
    """What parsers found is merged, flags are in log.flags, a parser's time wins."""
    event = Event(
        7,
        20,
        "m",
        {"@timestamp": "2020-01-01T00:00:00Z", "log": {"level": "warn"}, "tags": ["x"]},
        ("multiline",),
    )

    ((name, doc),) = documents(Encoder(KEY, PATH, CONSTANTS).events(None, [event], 7, 20, STAMP))

    assert event_id(KEY, 7, 20) == name
    assert {
        "@timestamp": "2020-01-01T00:00:00Z",
        "log": {
            "offset": 7,
            "file": {"path": "/var/100%/ä.log"},
            "flags": ["multiline"],
            "level": "warn",
        },
        "host": {"name": "h%d"},
        "tags": ["%s", "x"],
        "message": "m",
    } == doc


def test_a_line_cannot_replace_what_shipper_says_of_it():
    """A JSON line with a key "log" keeps its value, but log.offset and log.file stay."""
    merged = merge({"log": {"offset": 1}, "n": "a"}, {"log": "text", "n": {"x": 1}})

    assert {"log": {"offset": 1}, "n": "a", "conflict": {"log": "text", "n": {"x": 1}}} == merged


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.characters(categories=["Cs"]),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_whatever_a_parser_finds_becomes_one_line_of_json(value):
    """Lone surrogates, NaN and integers beyond 64 bits are replaced, never refused."""
    line = dumps({"value": value})

    assert b"\n" not in line
    json.loads(line)
