"""Content: what is read is proved to be of the same file."""

from __future__ import annotations

import os

import pytest

from shipper.checkpoint.store import FileRecord
from shipper.source.content import Content, Replaced
from shipper.source.identity import MARKER

TEXT = b"".join(b"line %05d\n" % number for number in range(1000))


@pytest.fixture
def open_content(tmp_path):
    """A content of `TEXT`, read up to an offset; closed at the end."""
    opened = []
    path = tmp_path / "log"

    def open_at(offset):
        path.write_bytes(TEXT)
        record = FileRecord("k" * 16, "input", str(path), 1, 2, offset=offset)
        one = Content(record, os.open(path, os.O_RDONLY), head_limit=1024)
        opened.append(one)
        return path, one

    yield open_at
    for one in opened:
        one.close()


def test_it_begins_at_the_offset_with_the_bytes_before_it(open_content):
    _, one = open_content(5500)

    assert one.marker == TEXT[5500 - MARKER : 5500]
    assert one.head == TEXT[:1024]
    assert one.read(one.position, 22, one.marker) == TEXT[5500:5522]
    assert one.sure == 5522


def test_what_is_appended_is_the_same_content(open_content):
    path, one = open_content(len(TEXT))
    with path.open("ab") as file:
        file.write(b"more\n")

    one.verify(len(TEXT) + 5)

    assert one.read(len(TEXT), 100, one.marker) == b"more\n"
    assert one.size == one.sure == len(TEXT) + 5


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(b"", id="truncated"),
        pytest.param(TEXT[:5400], id="shorter than the position"),
        pytest.param(TEXT[:5450] + b"X" + TEXT[5451:], id="another line before the position"),
        pytest.param(b"X" + TEXT[1:], id="another head"),
    ],
)
def test_other_content_is_noticed(open_content, now):
    path, one = open_content(5500)
    path.write_bytes(now)

    with pytest.raises(Replaced):
        one.read(one.position, 100, one.marker)
    with pytest.raises(Replaced):
        one.verify(len(now))


def test_the_head_is_taken_up_as_it_is_read(open_content):
    _, one = open_content(0)
    assert one.head == b""

    first = one.read(0, 600, b"")
    one.read(600, 600, first[-MARKER:])

    assert one.head == TEXT[:1024]


def test_a_shorter_copy_is_gone_on_in_and_what_it_lacks_is_remembered(open_content, tmp_path):
    _, one = open_content(5500)
    one.verify(len(TEXT))
    copy = tmp_path / "copy"
    copy.write_bytes(TEXT[:6600])

    one.move_to(os.open(copy, os.O_RDONLY))

    assert (one.beyond, one.sure, one.size) == (len(TEXT), 6600, 6600)
    assert (one.record.inode, one.inode) == (copy.stat().st_ino, copy.stat().st_ino)
    assert one.read(one.position, 22, one.marker) == TEXT[5500:5522]
