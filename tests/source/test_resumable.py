"""What a record says of events that may have been sent: up to where, and since when."""

from __future__ import annotations

import os

import pytest

from shipper.checkpoint.store import FileRecord
from shipper.records import Column, Piece, Settled
from shipper.source.resumable import Resumable

LINE = b"a line of a log\n"


@pytest.fixture
def reading(tmp_path):
    """Opens a file of ten lines by its record; closed at the end."""
    path = tmp_path / "log"
    path.write_bytes(LINE * 10)
    opened = []

    def read(record=None):
        record = record or FileRecord("k" * 16, "input", str(path), 1, 2, updated=100.0)
        opened.append(Resumable(record, os.open(path, os.O_RDONLY), head_limit=1024))
        return opened[-1]

    yield read
    for one in opened:
        one.close()


def offer(one, number, wall):
    """Line ``number`` is read, and offered to delivery at a Unix time."""
    start, end = len(LINE) * number, len(LINE) * (number + 1)
    piece = Piece(one, start, end, b"x", [start], [end])
    one.marker, one.position = LINE, end
    one.track(piece, wall)
    if not piece.doubt:
        piece.since = wall
    return piece


def settle(one, piece):
    one.ledger.settle(Settled(piece, {Column.INDEXED: (1, len(LINE))}))


def test_what_is_out_is_in_doubt_since_its_offer_however_much_is_settled_after_it(reading):
    """A request in doubt for hours, while events before it are settled: a rollover in between is not overlooked."""
    one = reading()
    first, second = offer(one, 0, 1000.0), offer(one, 1, 2000.0)
    assert one.checkpoint(2500.0).updated == 1000.0
    settle(one, first)
    record = one.checkpoint(9000.0)
    assert (record.offset, record.updated) == (len(LINE), 2000.0)

    again = offer(reading(record), 1, 9500.0)
    assert (again.doubt, again.since) == (True, 2000.0)

    settle(one, second)
    assert one.checkpoint(9600.0).updated == 9600.0


def test_what_was_given_back_is_in_doubt_since_its_first_offer(reading):
    one = reading()
    offer(one, 0, 1000.0)
    one.checkpoint(5000.0)
    one.rewind()

    again = offer(one, 0, 6000.0)

    assert (again.doubt, again.since) == (True, 1000.0)
    assert one.checkpoint(7000.0).updated == 1000.0
