"""The edge against the products' own classes: random formats, all formats with names, all zones."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipper.pipeline.dates import UTC, Moment, formatter
from shipper.pipeline.dates.epoch import epoch_names
from shipper.pipeline.dates.named import format_names
from shipper.pipeline.dates.zones import names, zone
from tests.pipeline.dates.asking import (
    FAILED,
    LOCALES,
    OUTPUT,
    REFUSED,
    ZONES,
    changed,
    edge,
    nanos,
    patterns,
    same,
    seconds,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.dates.oracle import Oracle, Question

pytestmark = pytest.mark.cluster
FLAVOURS = ("elasticsearch", "opensearch")
TEXTS = (
    "2024-05-01T10:11:12.123Z", "2024-05-01T10:11:12.123456789+02:00", "2024-05-01", "2024-05", "2024", "2024-05-01T10", "2024-05-01T10:11",
    "2024-05-01T10:11:12", "2024-05-01T10:11:12,5", "2024-05-01T", "-0001-05-01", "12024-01-01", "+12024-01-01T10:00:00Z", "2024-05-01T10:11:12+0200",
    "2024-05-01T10:11:12+02", "2024-05-01T10:11Z", "2024-05-01T10Z", "2024-05-01T10:11:12Europe/Berlin", "2024-02-30", "2024-02-30T10:00:00Z", "20240501",
    "20240501T101112Z", "20240501T101112.5+0200", "2024122", "2024122T101112.5Z", "2024122T101112Z", "101112.5Z", "101112Z", "T101112.5Z", "T101112Z",
    "2024W183", "2024W183T101112.5Z", "2024W183T101112Z", "2024W18", "10", "10:11", "10:11:12", "10:11:12.5", "1:2:3", "2024-122", "2024-122T10:11:12.5Z",
    "2024-122T10:11:12Z", "10:11:12.5Z", "10:11:12Z", "T10:11:12.5Z", "T10:11:12Z", "2024-W18-3", "2024-W18-3T10:11:12.5Z", "2024-W18-3T10:11:12Z", "2024-W18",
    "2024-w18-3", "2020-W53-1", "2021-W53-1", "2024-366", "2023-366", "1714558272", "1714558272123", "1714558272.5", "-1714558272.5", "-1.5", "1.5.", "1.", "-0",
    "0", "+5", "99999999999999999999", "9223372036854775807", "2024-5-1", "2024-5-1T1:2:3.4Z", "2024-13-01", "2024-00-10", "2024-05-01T24:00:00Z",
    "2024-05-01T10:11:60Z", "2024-05-01t10:11:12z", "5", "2024-05-01T10:11:12.Z", "2024-05-01T10:11:12.1234567890Z", "2024-05-01T10:11:12+25:00",
    "2024-05-01T10:11:12+19:00", "2024-05-01T10:11:12UTC", "2024-05-01T10:11:12GMT+1", "2024-05-01T10:11:12+02:00:30", " 2024-05-01", "abc", "",
    "@4000000050d506482dbdf024", "1e9", "0x10p0", "٣",
)  # fmt: skip


def _differences(product: Oracle, flavour: str, questions: list[Question]) -> tuple[list[str], int]:
    """What differs, and how many questions the edge refuses."""
    found, refused = [], 0
    for question, theirs in zip(questions, product.ask(questions), strict=True):
        ours = edge(flavour, question)
        if ours == REFUSED:
            refused += 1
        elif not same(ours, theirs):
            found.append(f"{question}: {theirs} there, {ours} here")
    return found, refused


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_name_reads_what_it_reads_there(
    flavour: str, oracle: Callable[[str], Oracle]
) -> None:
    known = [*format_names(flavour), *epoch_names(flavour), "ISO8601", "UNIX", "UNIX_MS", "TAI64N"]
    questions: list[Question] = [
        (where, "", name, 2026, OUTPUT, text)
        for name in known
        for text in TEXTS
        for where in ("", "Europe/Berlin")
    ]
    different, refused = _differences(oracle(flavour), flavour, questions)
    assert ([], 0) == (different[:20], refused)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_name_prints_what_it_prints_there(
    flavour: str, oracle: Callable[[str], Oracle]
) -> None:
    moments = (
        TEXTS[0],
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "2020-12-31T23:59:59.000001Z",
        "-0044-03-15T00:00:00Z",
    )
    known = [*format_names(flavour), *epoch_names(flavour)]
    questions: list[Question] = [
        (where, "", "ISO8601", 2026, name, text)
        for name in known
        for text in moments
        for where in ("", "-03:30")
    ]
    different, refused = _differences(oracle(flavour), flavour, questions)
    assert ([], 0) == (different[:20], refused)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_random_patterns_print_and_read_as_there(
    flavour: str, oracle: Callable[[str], Oracle]
) -> None:
    product, refused, asked = oracle(flavour), 0, 0
    write = formatter(OUTPUT)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def prints_and_reads(data: st.DataObject) -> None:
        nonlocal refused, asked
        drawn = [
            (
                data.draw(patterns()),
                write(Moment(data.draw(seconds), data.draw(nanos), UTC)),
                data.draw(st.sampled_from(ZONES)),
            )
            for _ in range(8)
        ]
        prints: list[Question] = [
            (where, "", OUTPUT, 2026, pattern, text) for pattern, text, where in drawn
        ]
        different, more = _differences(product, flavour, prints)
        refused += more
        printed = product.ask(prints)
        reads: list[Question] = [
            (
                where,
                data.draw(st.sampled_from(LOCALES)),
                pattern,
                2026,
                OUTPUT,
                data.draw(changed(answer[1:])),
            )
            for (pattern, _, where), answer in zip(drawn, printed, strict=True)
            if answer[0] != FAILED
        ]
        more_different, more = _differences(product, flavour, reads)
        refused += more
        asked += len(prints) + len(reads)
        assert [] == different + more_different

    prints_and_reads()
    allowed = (
        0.2 if flavour == "elasticsearch" else 0.4
    )  # OpenSearch's weeks; letters are drawn alike, rare ones too
    assert refused <= asked * allowed, f"{refused} of {asked} refused"


def test_every_zone_is_known_with_its_gaps_and_overlaps(oracle: Callable[[str], Oracle]) -> None:
    """Around the hours in which clocks change most often; machines with other tables may differ for a zone or two."""
    draw = random.Random(1)
    texts = [
        "2024-03-31T02:30:00",
        "2024-10-27T02:30:00",
        "2024-03-10T02:30:00",
        "2024-11-03T01:30:00",
        "2024-04-07T02:15:00",
        "1950-06-15T12:00:00",
    ]
    questions: list[Question] = []
    for name in sorted(names()):
        questions += [
            (name, "", "uuuu-MM-dd'T'HH:mm:ss", 2026, OUTPUT + " VV", text) for text in texts
        ]
        questions += [
            (
                name,
                "",
                "UNIX",
                2026,
                OUTPUT + " VV",
                str(draw.randrange(-2_000_000_000, 2_000_000_000)),
            )
            for _ in range(4)
        ]
    different, refused = _differences(oracle("elasticsearch"), "elasticsearch", questions)
    assert not refused
    assert len(different) <= len(questions) // 100, different[:20]
    assert zone("Europe/Berlin").offset_at(1_714_558_272) == 7200
