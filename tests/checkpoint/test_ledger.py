"""The ledger settles in any order, commits from the lowest on, and balances at every moment."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.checkpoint.ledger import FileLedger
from shipper.records import Column, Piece, Settled


def piece(start, lengths, filtered=0):
    """A piece of events of the given lengths with ``filtered`` bytes of empty lines at its end."""
    starts, ends, at = [], [], start
    for length in lengths:
        starts.append(at)
        at += length
        ends.append(at)
    made = Piece(None, start, at + filtered, b"x" * len(lengths), starts, ends)
    made.filtered = made.filtered_bytes = filtered
    return made


def indexed(one):
    size = sum(end - start for start, end in zip(one.starts, one.ends, strict=True))
    return Settled(one, {Column.INDEXED: (one.count, size)})


def balanced(ledger):
    report = ledger.report()
    return report.balanced and report.read_bytes == ledger.position - ledger.base


def test_commits_only_up_to_the_lowest_piece_that_is_out():
    """A settled piece behind an unsettled one does not move the checkpoint."""
    ledger = FileLedger(100)
    first, second = piece(100, [10, 10]), piece(120, [30])
    ledger.track(first, b"m1")
    ledger.track(second, b"m2")

    ledger.settle(indexed(second))
    assert (100, b"") == (ledger.safe, ledger.marker)

    ledger.settle(indexed(first))
    assert (150, b"m2") == (ledger.safe, ledger.marker)
    assert ledger.settled


def test_a_piece_given_back_no_longer_moves_the_checkpoint():
    """After a reset the answer to the first sending counts for nothing; the range is read again."""
    ledger = FileLedger(0)
    first = piece(0, [10])
    ledger.track(first, b"")
    assert 0 == ledger.reset()

    assert not ledger.settle(indexed(first))
    assert 0 == ledger.safe

    again = piece(0, [10])
    ledger.track(again, b"")
    assert ledger.settle(indexed(again))
    assert 10 == ledger.safe


def test_a_hole_is_refused():
    """Ranges follow each other without holes, or bytes would go missing unnoticed."""
    ledger = FileLedger(0)

    with pytest.raises(ValueError, match="expected 0"):
        ledger.track(piece(5, [1]), b"")


def test_a_piece_without_events_is_settled_at_once():
    """Empty lines need no answer of the cluster."""
    ledger = FileLedger(0)

    ledger.track(piece(0, [], filtered=7), b"")

    assert 7 == ledger.safe
    assert 7 == ledger.report().filtered_bytes


def test_what_was_cut_from_a_line_is_skipped():
    """The bytes of an over-long line that did not fit are in the column ``skipped``."""
    ledger = FileLedger(0)
    one = piece(0, [100])
    one.cut_bytes = one.skipped_bytes = 60
    ledger.track(one, b"")

    ledger.settle(indexed(one))

    report = ledger.report()
    assert (1, 40, 60) == (report.indexed, report.indexed_bytes, report.skipped_bytes)
    assert 0 == ledger.unbalanced


def test_columns_that_do_not_add_up_are_noticed():
    """A settlement that accounts for fewer bytes than the piece has is a bug that must show."""
    ledger = FileLedger(0)
    one = piece(0, [10])
    ledger.track(one, b"")

    ledger.settle(Settled(one, {Column.INDEXED: (1, 9)}))

    assert 1 == ledger.unbalanced


@given(
    st.lists(st.tuples(st.lists(st.integers(1, 500), max_size=4), st.integers(0, 3)), max_size=30),
    st.randoms(use_true_random=False),
    st.integers(0, 40),
)
def test_balances_at_every_moment(shapes, rng: random.Random, reset_at):
    """Whatever the order of settlement and wherever a reset falls in, no byte is counted twice or never."""
    ledger = FileLedger(1000)
    out = []
    for step, (lengths, filtered) in enumerate(shapes):
        if not lengths and not filtered:
            continue
        one = piece(ledger.position, lengths, filtered)
        ledger.track(one, b"")
        if lengths:
            out.append(one)
        if rng.random() < 0.5 and out:
            ledger.settle(indexed(out.pop(rng.randrange(len(out)))))
        if step == reset_at:
            assert ledger.safe == ledger.reset()
        assert balanced(ledger)
        assert ledger.base <= ledger.safe <= ledger.position
    for one in out:
        ledger.settle(indexed(one))
    assert balanced(ledger)
    assert ledger.settled
    assert 0 == ledger.unbalanced
