"""Numbers beside their nouns."""

from __future__ import annotations

import pytest

from shipper.wording import counted, times


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 events"), (1, "1 event"), (2, "2 events"), (1000, "1000 events")]
)
def test_a_number_with_its_noun(count, text):
    assert text == counted(count, "event")


def test_other_plurals_and_whole_phrases():
    assert ["1 index has", "2 indices have"] == [
        counted(n, "index has", "indices have") for n in (1, 2)
    ]


def test_how_often():
    assert ["once", "2 times", "1,000 times"] == [times(n) for n in (1, 2, 1000)]
