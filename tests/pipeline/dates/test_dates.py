"""Single dates, seen in a cluster; the rest is in the parity cases and in ``test_products``."""

from __future__ import annotations

import pytest

from shipper.pipeline.dates import ROOT, UTC, Unparsable, formatter, locale, parser, zone
from shipper.pipeline.dates.instant import zoned_text
from shipper.pipeline.dates.letters import LETTERS
from shipper.pipeline.dates.pattern import compile as compile_pattern
from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.values import ZonedDateTime
from tests.pipeline.dates import manual

DEFAULT = formatter("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")


def _read(
    pattern: str, text: str, where: str = "Z", language: str = "", flavour: str = "elasticsearch"
) -> str:
    return DEFAULT(parser(pattern, zone(where), locale(language), flavour)(text, 2026))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("dd/MMM/yyyy:HH:mm:ss Z", "10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36.000Z"),
        ("MMM d HH:mm:ss", "Dec 31 23:59:59", "2026-12-31T23:59:59.000Z"),
        ("MMM d HH:mm:ss", "Feb 30 10:00:00", "2026-02-28T10:00:00.000Z"),
        ("yyMMdd", "990101", "2099-01-01T00:00:00.000Z"),
        ("yyyyMMddHHmmssSSS", "20240501101112123", "2024-05-01T10:11:12.123Z"),
        ("yyyy", "2024", "2024-01-01T00:00:00.000Z"),
        ("HH:mm", "10:11", "2026-01-01T10:11:00.000Z"),
        ("mm:ss", "10:11", "2026-01-01T00:00:00.000Z"),
        ("hh:mm a", "12:30 AM", "2026-01-01T00:30:00.000Z"),
        ("UNIX", "1714558272.1239", "2024-05-01T10:11:12.123Z"),
        ("TAI64N", "@4000000050d506482dbdf024", "2012-12-22T01:00:46.767Z"),
        ("YYYY-'W'ww-e", "2024-W01-1", "2023-12-31T00:00:00.000Z"),
        ("yyyy-MM-dd||yyyy||dd.MM.yyyy", "01.05.2024", "2024-05-01T00:00:00.000Z"),
        ("EEE yyyy-MM-dd", "Mon 2024-05-01", "2024-05-01T00:00:00.000Z"),  # nobody looks at the day
    ],
)
def test_a_text_is_read(pattern: str, text: str, expected: str) -> None:
    assert expected == _read(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd", "2024-02-30"),
        ("yyyy-MM-dd", "2024-5-1"),
        ("yyyy-MM-dd", "2024-05-01x"),
        ("dd MMM yyyy", "01 sep 2024"),
        ("dd MMMM yyyy", "01 September 2024"),
        ("HH:mm:ss", "23:59:60"),
        ("HH:mm", "24:00"),
        ("EEE uuuu-MM-dd", "Mon 2024-05-01"),
        ("yyyy", "10000"),
        ("yyyy", "٢٠٢٤"),
        ("qqqqqq", "1"),
        ("UNIX_MS", "1.5"),
        ("ISO8601", "2024-05-01 10:11:12"),
    ],
)
def test_what_is_no_date_fails(pattern: str, text: str) -> None:
    with pytest.raises(Unparsable):
        _read(pattern, text)


def test_a_gap_moves_on_and_an_overlap_means_the_earlier_time() -> None:
    pattern = "yyyy-MM-dd HH:mm"
    assert _read(pattern, "2024-03-31 02:30", "Europe/Berlin") == "2024-03-31T03:30:00.000+02:00"
    assert _read(pattern, "2024-10-27 02:30", "Europe/Berlin") == "2024-10-27T02:30:00.000+02:00"


def test_the_products_disagree_on_an_offset_in_the_text() -> None:
    pattern, text = "yyyy-MM-dd HH:mm Z", "2024-05-01 10:00 -0700"
    assert _read(pattern, text, "Europe/Berlin") == "2024-05-01T19:00:00.000+02:00"
    assert (
        _read(pattern, text, "Europe/Berlin", flavour="opensearch")
        == "2024-05-01T10:00:00.000+02:00"
    )


def test_the_products_disagree_on_epochs() -> None:
    assert _read("epoch_millis", "1714558272123") == "2024-05-01T10:11:12.123Z"
    assert (
        _read("epoch_millis", "1714558272123", flavour="opensearch") == "2026-01-01T00:00:00.123Z"
    )


def test_english_locales_have_their_own_names() -> None:
    assert _read("d MMM yyyy", "3 Sept 2024", language="en-GB") == "2024-09-03T00:00:00.000Z"
    assert _read("d MMM yyyy", "3 Sep 2024", language="en") == "2024-09-03T00:00:00.000Z"
    with pytest.raises(Unparsable):
        _read("d MMM yyyy", "3 Sep 2024", language="en-GB")
    with pytest.raises(Unparsable):
        locale("en-UK")
    with pytest.raises(Unsupported):
        locale("de")
    assert locale("ROOT") is ROOT


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Z", "Z"),
        ("+2", "+02:00"),
        ("-0330", "-03:30"),
        ("+01:02:03", "+01:02:03"),
        ("UTC+2", "UTC+02:00"),
        ("GMT+00:00", "GMT"),
        ("UT", "UT"),
        ("Asia/Kolkata", "Asia/Kolkata"),
    ],
)
def test_a_zone_is_known_by_javas_name(name: str, shown: str) -> None:
    assert shown == zone(name).id


@pytest.mark.parametrize(
    "name",
    [
        "",
        "z",
        "EST",
        "europe/berlin",
        "+19",
        "+1:00",
        "UTC0",
        "Foo/Bar",
        "../../etc/passwd",
        "Europe",
        "Europe/",
        "+02:60",
    ],
)
def test_what_is_no_zone_to_java_is_none_here(name: str) -> None:
    with pytest.raises(Unparsable):
        zone(name)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (ZonedDateTime(0, 0), "1970-01-01T00:00Z"),
        (ZonedDateTime(1_714_558_272, 123_000_000), "2024-05-01T10:11:12.123Z"),
        (
            ZonedDateTime(1_714_558_272, 5, "Europe/Berlin"),
            "2024-05-01T12:11:12.000000005+02:00[Europe/Berlin]",
        ),
        (ZonedDateTime(-62_198_755_200, 0, "-03:30"), "-0002-12-31T20:30-03:30"),
        (ZonedDateTime(300_000_000_000, 1000), "+11476-08-15T05:20:00.000001Z"),
    ],
)
def test_a_value_prints_as_in_java(moment: ZonedDateTime, text: str) -> None:
    assert text == zoned_text(moment)


@pytest.mark.parametrize(
    ("pattern", "offset"),
    [
        ("yyyy-MM-dd]", 10),
        ("yyyy'x", 4),
        ("yyyy{", 4),
        ("yyyyT", 4),
        ("MMMMMM", 0),
        ("yyyy VVV", 5),
        ("pp", 0),
        ("cc", 0),
        ("SSSSSSSSSS", 0),
    ],
)
def test_a_pattern_that_is_none_says_where(pattern: str, offset: int) -> None:
    with pytest.raises(Invalid) as caught:
        compile_pattern(pattern)
    assert offset == caught.value.offset


def test_every_letter_that_the_table_has_is_read_or_refused_as_it_says() -> None:
    for name, letter in LETTERS.items():
        for count in letter.counts or range(1, 20):
            if count in letter.refused or 0 in letter.refused:
                with pytest.raises(Unsupported):
                    compile_pattern(name * count)
            else:
                compile_pattern(name * count)


def test_an_output_format_that_is_none_is_found_when_it_is_loaded() -> None:
    for output in ("", "yyyy||", "{", "qqqqqq"):
        with pytest.raises(Invalid):
            formatter(output)
    assert (
        formatter("epoch_millis")(parser("ISO8601", UTC)("1969-12-31T23:59:59.999Z", 2026)) == "-1"
    )


def test_the_manual_says_what_the_code_does() -> None:
    assert manual.page() == manual.PAGE.read_text("utf-8"), (
        "run `python -m tests.pipeline.dates.manual`"
    )
