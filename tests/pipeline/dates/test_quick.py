"""The quick way never says anything else than the plain one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.pipeline.dates import UTC, Fast, Moment, Unparsable, formatter, locale, parser, zone
from tests.pipeline.dates.asking import changed, nanos, seconds

DEFAULT = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"
SHAPES = (
    "dd/MMM/yyyy:HH:mm:ss Z", "ISO8601", "yyyy-MM-dd HH:mm:ss,SSS", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "MMM d HH:mm:ss", "MMM  d HH:mm:ss", "MMM dd HH:mm:ss",
    "UNIX", "UNIX_MS", "yyyy/MM/dd HH:mm:ss", "EEE MMM dd HH:mm:ss.SSSSSS yyyy", "yyyy-MM-dd'T'HH:mm:ss'Z'", "uuuu-MM-dd HH:mm:ss.SSSSSSSSS X", "HH:mm:ss",
    "d MMM yyyy HH:mm:ss XX",
)  # fmt: skip
ZONES = (
    "Z",
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "-03:30",
    "Africa/Monrovia",
)
OUTPUTS = (
    DEFAULT,
    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX",
    "dd/MMM/yyyy:HH:mm:ss Z",
    "yyyy-MM-dd HH:mm:ss",
    "uuuu-MM-dd'T'HH:mm:ss.S VV",
    "h:mm:ss a",
    "MMM d HH:mm:ss",
)
WRITTEN = {
    "ISO8601": "uuuu-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "UNIX": "epoch_second",
    "UNIX_MS": "epoch_millis",
}


def _plain(
    shape: str, where: str, language: str, output: str, flavour: str, text: str
) -> str | None:
    try:
        return formatter(output, flavour)(
            parser(shape, zone(where), locale(language), flavour)(text, 2026)
        )
    except Unparsable:
        return None


@settings(deadline=None)
@given(
    st.sampled_from(SHAPES), st.sampled_from(ZONES), st.sampled_from(("", "en", "en-GB", "en-AU")), st.sampled_from(OUTPUTS),
    st.sampled_from(("elasticsearch", "opensearch")), st.data(),
)  # fmt: skip
def test_what_the_quick_way_says_the_plain_way_says(
    shape: str, where: str, language: str, output: str, flavour: str, data: st.DataObject
) -> None:
    quick = Fast(shape, zone(where), locale(language), output, flavour).at(2026)
    first = data.draw(seconds)
    for shift in data.draw(st.lists(st.integers(0, 8000), min_size=1, max_size=6)):
        moment = Moment(first + shift, data.draw(nanos), zone(data.draw(st.sampled_from(ZONES))))
        written = formatter(WRITTEN.get(shape, shape))(moment)
        for text in (written, data.draw(changed(written))):
            for _ in range(2):  # remembered or not
                found = quick(text)
                assert found is None or found == _plain(
                    shape, where, language, output, flavour, text
                ), text


@pytest.mark.parametrize("where", ["Z", "Europe/Berlin", "Asia/Kolkata"])
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "HH:mm:ss"])
def test_the_common_shapes_are_quick(shape: str, where: str) -> None:
    fast = Fast(shape, zone(where))
    for second in (1_714_558_272, 1_714_558_273, 1_700_000_000):
        text = formatter(WRITTEN.get(shape, shape))(Moment(second, 123_000_000, UTC))
        found = fast.at(2026)(text)
        assert found is not None
        assert found == _plain(shape, where, "", DEFAULT, "elasticsearch", text)


def test_a_shape_without_a_year_is_quick_in_each_year() -> None:
    fast = Fast("MMM d HH:mm:ss")
    assert fast.needs_year
    assert fast.at(2024)("Feb 29 10:11:12") == "2024-02-29T10:11:12.000Z"
    assert fast.at(2025)("Feb 29 10:11:12") == "2025-02-28T10:11:12.000Z"
    assert fast.at(2025) is fast.at(2025)


def test_an_hour_in_which_the_clock_changes_is_right_to_the_second() -> None:
    quick = Fast("ISO8601", zone("Australia/Lord_Howe")).at(2026)
    for text in ("2024-10-05T15:29:59Z", "2024-10-05T15:30:00Z", "2024-10-05T15:59:59Z"):
        found = quick(text)
        assert found is None or found == _plain(
            "ISO8601", "Australia/Lord_Howe", "", DEFAULT, "elasticsearch", text
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "10/Oct/2000:13:55:60 -0700",
        "10/Oct/2000:13:60:36 -0700",
        "10/Oct/2000:13:55:٣6 -0700",
        "31/Feb/2000:13:55:36 -0700",
    ],
)
def test_what_is_no_date_is_left_to_the_plain_way(text: str) -> None:
    assert Fast("dd/MMM/yyyy:HH:mm:ss Z").at(2026)(text) is None


@settings(deadline=None)
@given(
    # The last Sundays of March and October, and any other time of the year.
    second=st.integers(1_774_742_000, 1_774_758_000) | st.integers(1_792_886_000, 1_792_902_000) | seconds,
    name=st.sampled_from(["CET", "CEST", "UTC", "GMT", "EST", "EDT", "MSK", "XYZ", "Europe/Berlin"]),
    flavour=st.sampled_from(["elasticsearch", "opensearch"]),
)  # fmt: skip
def test_names_of_zones_are_quick_where_the_plain_way_agrees(
    second: int, name: str, flavour: str
) -> None:
    shape = "yyyy-MM-dd HH:mm:ss.SSS z"
    quick = Fast(shape, zone("UTC"), locale("en"), DEFAULT, flavour).at(2026)
    for shift in (0, 1, 1800):
        text = f"{formatter('yyyy-MM-dd HH:mm:ss.SSS')(Moment(second + shift, 0, UTC))} {name}"
        found = quick(text)
        assert found is None or found == _plain(shape, "UTC", "en", DEFAULT, flavour, text), text


def test_a_name_of_a_zone_is_quick() -> None:
    quick = Fast("yyyy-MM-dd HH:mm:ss.SSS z", UTC, locale("en")).at(2026)

    assert quick("2026-11-20 08:00:00.123 CET") == "2026-11-20T07:00:00.123Z"
    assert quick("2026-07-20 08:00:00.123 CEST") == "2026-07-20T06:00:00.123Z"
