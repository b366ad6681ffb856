"""Splitting windows into lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.source.decode import Decoder, resolve_encoding
from shipper.source.framing import frame

CODECS = [
    "utf-8",
    "latin-1",
    "cp037",
    "utf-16",
    "utf-16be-bom",
    "utf-32",
    "gbk",
    "shift_jis",
    "cp1252",
    "utf-7",
]


@pytest.mark.parametrize("name", CODECS)
@given(data=st.binary(max_size=200), base=st.integers(0, 5), final=st.booleans())
def test_lines_tile_the_window(name, data, base, final):
    decoder = Decoder(resolve_encoding(name))

    lines = frame(data, base, decoder, final=final)

    assert len(lines.texts) == len(lines.sizes) == len(lines.bounds) - 1
    assert lines.bounds[0] == base
    assert lines.bounds[-1] == lines.tail == (base + len(data) if final else lines.tail)
    for i, size in enumerate(lines.sizes):
        raw = data[lines.bounds[i] - base : lines.bounds[i + 1] - base]
        rest = raw[size:]
        assert rest == decoder.newline or (final and rest == b"" and i == len(lines.sizes) - 1)


@pytest.mark.parametrize("name", ["utf-8", "latin-1", "cp1252", "cp037"])
@given(data=st.binary(max_size=200) | st.text(max_size=60).map(str.encode))
def test_decoding_a_block_is_decoding_its_lines(name, data):
    decoder = Decoder(resolve_encoding(name))
    data += decoder.newline

    lines = frame(data, 7, decoder)

    raws = data.split(decoder.newline)[:-1]
    assert lines.texts == [decoder.text(raw).removesuffix("\r") for raw in raws]


@given(lines=st.lists(st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=9)))
@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_text_comes_back_as_written(codec, end, lines):
    data = "".join(line + end for line in lines).encode(codec)

    assert frame(data, 8, Decoder(codec)).texts == lines


def test_newline_of_a_wide_encoding_counts_only_at_a_code_unit():
    # U+0A00 and U+000A side by side have the newline's bytes across the boundary too.
    data = "\u0a00\u0100\nx\n".encode("utf-16-le")

    assert frame(data, 0, Decoder("utf-16-le")).texts == ["\u0a00\u0100", "x"]


def test_window_that_begins_within_a_code_unit_stays_aligned():
    data = "ab\ncd\n".encode("utf-16-le")

    lines = frame(data[1:], 1, Decoder("utf-16-le"))

    assert lines.texts == ["\ufffdb", "cd"]
    assert lines.bounds == [1, 6, 12]


def test_one_carriage_return_belongs_to_the_terminator():
    assert frame(b"a\r\r\nb\rc\r\nd\r", 5, Decoder("utf-8"), final=True).texts == [
        "a\r",
        "b\rc",
        "d",
    ]
