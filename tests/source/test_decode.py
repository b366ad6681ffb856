"""Encodings: names, decoding of hostile bytes, cutting at characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.source.decode import ENCODING_ALIASES, Decoder, resolve_encoding

FILEBEAT = [
    "plain",
    "utf-8",
    "gbk",
    "hz-gb-2312",
    "gb18030",
    "euc-kr",
    "euc-jp",
    "iso-2022-jp",
    "shift-jis",
    "big5",
    "utf-16be",
    "utf-16le",
    "utf-16-bom",
    "utf-16be-bom",
    "utf-16le-bom",
    "iso8859-1",
    "iso8859-6e",
    "iso8859-6i",
    "iso8859-8e",
    "iso8859-8i",
    "iso8859-9",
    "iso8859-16",
    "cp437",
    "cp850",
    "cp866",
    "ebcdic-037",
    "ebcdic-1040",
    "koi8r",
    "koi8u",
    "macintosh",
    "macintosh-cyrillic",
    "windows1250",
    "windows1258",
    "windows874",
]
EVERY = sorted(
    {
        resolve_encoding(name)
        for name in [*FILEBEAT, *ENCODING_ALIASES, "utf-7", "cp500", "iso2022_kr", "johab"]
    }
)


@pytest.mark.parametrize("name", FILEBEAT)
def test_filebeats_names_are_known(name):
    assert "a\n".encode(resolve_encoding(name))


@pytest.mark.parametrize("name", ["UTF8", "Latin_1", "cp1252", "iso-8859-15", "utf_16_be"])
def test_pythons_names_are_known_in_any_spelling(name):
    assert Decoder(resolve_encoding(name)).newline


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("utf-9", "unknown encoding 'utf-9', did you mean 'utf-8'?"),
        ("windows-1255x", "did you mean 'windows-1255'?"),
        ("qqqqqq", "try 'utf-8'"),
        ("base64", "not an encoding of text files"),
        ("idna", "not an encoding of text files"),
        ("unicode_escape", "not an encoding of text files"),
        ("\0", "unknown encoding"),
    ],
)
def test_unknown_names_are_refused_with_a_suggestion(name, says):
    with pytest.raises(ValueError) as refused:
        resolve_encoding(name)

    assert says in str(refused.value)


@pytest.mark.parametrize("codec", EVERY)
@given(raw=st.binary(max_size=40), offset=st.integers(0, 7))
def test_hostile_bytes_never_raise(codec, raw, offset):
    decoder = Decoder(codec)

    decoder.text(raw, offset)
    text, kept = decoder.cut(raw, offset)

    assert 0 <= kept <= len(raw)
    assert text.count("\n") <= len(raw)


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gbk", "shift_jis", "euc_jp"]
)
@given(text=st.text("aé一二あ😀", min_size=1, max_size=20), at=st.integers(0, 80))
def test_cut_text_is_a_beginning_of_the_text(codec, text, at):
    raw = text.encode(codec, "ignore")
    text = raw.decode(codec)

    head, kept = Decoder(codec).cut(raw[:at])

    assert text.startswith(head)
    assert len(head.encode(codec)) == kept
    assert min(at, len(raw)) - kept < 4


def test_invalid_bytes_become_replacement_characters():
    assert Decoder("utf-8").text(b"a\xffb\xc3") == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("name", "head", "codec"),
    [
        ("utf-16", b"\xfe\xff", "utf-16-be"),
        ("utf-16", b"\xff\xfe", "utf-16-le"),
        ("utf-16", b"a\x00", "utf-16-le"),
        ("utf-16be-bom", b"", "utf-16-be"),
        ("utf-16be-bom", b"\xff\xfea\x00", "utf-16-le"),
        ("utf-32", b"\x00\x00\xfe\xff", "utf-32-be"),
        ("utf-8", b"\xff\xfe", "utf-8"),
    ],
)
def test_byte_order_mark_decides(name, head, codec):
    assert Decoder(resolve_encoding(name)).for_head(head).codec == codec
