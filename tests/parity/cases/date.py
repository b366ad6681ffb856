"""Cases of ``date``: formats in every letter, zones, locales, missing parts, and what is no date."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("date")
ISO = "2024-05-01T10:11:12.123Z"
WHY = [{"set": {"field": "why", "value": "{{_ingest.on_failure_message}}"}}]


def _case(option: str, value: Any, formats: list[str] | None = None, **options: Any) -> Case:
    more = {
        key: options.pop(key)
        for key in ("only", "oracle", "expected", "page", "refused", "note")
        if key in options
    }
    document = options.pop("document", {}) | {"a": value}
    options = {"field": "a", "formats": ["ISO8601"] if formats is None else formats} | options
    return Case(option=option, processor={"date": options}, document=document, **more)


def _field() -> list[Case]:
    paths: tuple[tuple[str, dict[str, Any]], ...] = (
        ("t", {"t": ISO}), ("o.t", {"o": {"t": ISO}}), ("l.0", {"l": [ISO]}), ("l.1", {"l": [1, ISO]}), ("o.t", {"o.t": ISO}),
        ("missing", {"t": ISO}), ("o.t", {"o": 1}), ("l.5", {"l": [ISO]}), ("l.x", {"l": [ISO]}), ("_source.t", {"t": ISO}),
        ("ünï.😀", {"ünï": {"😀": ISO}}), ("_index", {"t": 1}), ("{{t}}", {"t": "t"}), ("o", {"o": {"t": ISO}}), ("l", {"l": [ISO]}),
        ("t", {"t": None}), ("t", {"t": ""}), ("t", {"t": " "}), ("t", {"t": True}), ("t", {"t": 2024}), ("t", {"t": 2024.0}),
        ("t", {"t": 20240501}), ("t", {"t": -1}), ("t", {"t": 1.5e300}), ("t", {"t": 12345678901234567890}), ("t", {"t": ISO + "\n"}),
        ("t", {"t": "\uff12\uff10\uff12\uff14-05-01"}), ("t", {"t": "2024-05-01T10:11:12😀"}),
    )  # fmt: skip
    cases = [
        Case(
            option="field",
            processor={"date": {"field": path, "formats": formats}},
            document=document,
        )
        for path, document in paths
        for formats in (["ISO8601"], ["yyyy"])
    ]
    numbers: tuple[Any, ...] = (
        0,
        -1,
        1,
        1714558272,
        1714558272123,
        1714558272.123,
        1.5,
        2147483648,
        1e20,
        -0.0,
        1e-5,
        False,
    )
    cases += [
        _case("field formats", number, [name]) for number in numbers for name in ("UNIX", "UNIX_MS")
    ]
    wrong: tuple[Any, ...] = (1, True, ["a"], {"a": 1}, None)
    cases += [
        Case(
            option="field",
            processor={"date": {"field": name, "formats": ["UNIX"]}},
            document={"a": 1},
        )
        for name in wrong
    ]
    cases.append(Case(option="field", processor={"date": {"formats": ["UNIX"]}}, document={"a": 1}))
    return cases


SHAPES: dict[str, tuple[str, ...]] = {
    "dd/MMM/yyyy:HH:mm:ss Z": ("10/Oct/2000:13:55:36 -0700", "01/Jan/2024:00:00:00 +0000", "31/Feb/2024:00:00:00 +0000", "1/Jan/2024:00:00:00 +0000",
        "10/oct/2000:13:55:36 -0700", "10/Oct/2000:13:55:36 -07:00", "10/Oct/2000:24:00:00 +0000", "10/Oct/2000:13:55:60 +0000",
        "10/Oct/2000:13:55:36", "29/Feb/2023:13:55:36 +0530", "10/Oct/2000:13:55:36 +0530", "10/Oct/2000:13:55:36 +1900", "10/Sept/2000:13:55:36 +0000"),
    "yyyy-MM-dd HH:mm:ss,SSS": ("2024-05-01 10:11:12,123", "2024-05-01 10:11:12.123", "2024-05-01 10:11:12,12", "2024-05-01 10:11:12,1234",
        "0000-05-01 10:11:12,123", "0001-05-01 10:11:12,123", "9999-12-31 23:59:59,999", "2024-05-01  10:11:12,123", "2024-05-01 10:11:12,१२३"),
    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX": (ISO, "2024-05-01T10:11:12.123+02:00", "2024-05-01T10:11:12.123+0200", "2024-05-01T10:11:12.123-00:00",
        "2024-05-01T10:11:12.123z", "2024-05-01T10:11:12.123"),
    "yyyy-MM-dd HH:mm:ss": ("2024-05-01 10:11:12", "2024-5-1 10:11:12", "12024-05-01 10:11:12", "+12024-05-01 10:11:12", "-2024-05-01 10:11:12"),
    "uuuu-MM-dd HH:mm:ss": ("2024-05-01 10:11:12", "-0044-03-15 12:00:00", "0000-01-01 00:00:00", "+12024-05-01 10:11:12", "2023-02-29 00:00:00"),
    "MMM d HH:mm:ss": ("Dec 31 23:59:59", "Jan 1 00:00:00", "Feb 29 10:11:12", "Feb 30 10:11:12", "Feb 31 10:11:12", "Apr 31 10:11:12", "Nov  3 10:11:12",
        "Nov 32 10:11:12", "December 31 23:59:59", "Nov 3 10:11:12 UTC"),
    "MMM dd HH:mm:ss": ("Dec 31 23:59:59", "Jan 01 00:00:00", "Jan 1 00:00:00"),
    "yyyy/MM/dd HH:mm:ss": ("2024/05/01 10:11:12", "2024-05-01 10:11:12"),
    "EEE MMM dd HH:mm:ss.SSSSSS yyyy": ("Wed May 01 10:11:12.123456 2024", "Thu May 01 10:11:12.123456 2024", "Wed May 01 10:11:12.123 2024"),
    "yyyyMMddHHmmss": ("20240501101112", "2024050110111", "202405011011123", "120240501101112"),
    "yyMMdd HHmmss": ("240501 101112", "990501 101112", "000101 000000", "1240501 101112"),
    "yyyyMMddHHmmssSSS": ("20240501101112123", "2024050110111212"),
    "yyyy-DDD": ("2024-366", "2023-366", "2024-1", "2024-060"),
    "uuuu-D": ("2024-366", "2023-366", "2024-1", "2024-060"),
    "h:mm a": ("1:02 PM", "12:00 AM", "12:00 PM", "13:00 PM", "0:00 AM", "1:02 pm", "1:02"),
    "yyyy-MM-dd hh:mm:ss a": ("2024-05-01 01:02:03 PM", "2024-05-01 12:02:03 AM", "2024-05-01 13:02:03 AM"),
    "kk:mm": ("24:00", "00:00", "01:30"), "KK:mm a": ("00:30 PM", "11:59 AM", "12:00 AM"),
    "yyyy": ("2024", "24", "0", "10000", "+10000", "-1", "99999999999"), "uuuu": ("2024", "-1", "-0001", "0000"), "yy": ("24", "99", "2024"),
    "y-M-d": ("2024-5-1", "2024-05-01", "24-5-1", "-5-5-1", "999999999-1-1", "9999999999-1-1"), "u-M-d": ("2024-5-1", "-5-5-1", "2023-2-29"),
    "yyyy-MM": ("2024-05", "2024-13", "2024-5"), "MM": ("05", "13"), "dd": ("31", "00"), "HH": ("10", "24"), "mm": ("10",), "ss": ("59",),
    "HH:mm": ("10:11", "24:00", "1:2"), "mm:ss": ("10:11",), "G yyyy": ("CE 2024", "BCE 0044", "AD 2024"), "GGGG yyyy-MM-dd": ("CE 2024-05-01", "BCE 0044-03-15"),
    "QQQ yyyy": ("Q2 2024", "Q5 2024", "2 2024"), "Q yyyy": ("2 2024",), "qqq yyyy": ("2 2024", "Q2 2024"), "MMMM d, yyyy": ("May 1, 2024", "Jan 1, 2024", "January 1, 2024"),
    "LLL yyyy": ("May 2024",), "MMMMM yyyy": ("5 2024", "12 2024", "M 2024"), "EEEE, d MMM yyyy": ("Wed, 1 May 2024", "Wednesday, 1 May 2024"), "E yyyy": ("Wed 2024", "Xyz 2024"),
    "ccc yyyy": ("Wed 2024",), "EEEEE yyyy": ("W 2024", "T 2024"), "F EEE MM uuuu": ("1 Wed 05 2024", "5 Wed 05 2024", "6 Wed 05 2024"),
    "A": ("36672123", "86400000", "-1"), "N": ("36672123456789", "86400000000000"), "n": ("5", "1000000000"), "g": ("60431", "-1"), "uuuu-MM-dd A": ("2024-05-01 36672123",),
    "uuuu-MM-dd n": ("2024-05-01 5",), "S": ("1",), "HH:mm:ss.SSSSSSSSS": ("10:11:12.123456789",), "uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSX": ("2024-05-01T10:11:12.123456789+05", ISO),
    "yyyy-MM-dd HH:mm X": ("2024-05-01 10:11 Z", "2024-05-01 10:11 +02", "2024-05-01 10:11 +0230", "2024-05-01 10:11 +02:30", "2024-05-01 10:11 +24"),
    "yyyy-MM-dd HH:mm XX": ("2024-05-01 10:11 +0230", "2024-05-01 10:11 +02", "2024-05-01 10:11 Z"), "yyyy-MM-dd HH:mm XXXX": ("2024-05-01 10:11 +023015", "2024-05-01 10:11 +0230"),
    "yyyy-MM-dd HH:mm XXXXX": ("2024-05-01 10:11 +02:30:15", "2024-05-01 10:11 +02:30", "2024-05-01 10:11 Z"), "yyyy-MM-dd HH:mm x": ("2024-05-01 10:11 +00", "2024-05-01 10:11 Z", "2024-05-01 10:11 +02"),
    "yyyy-MM-dd HH:mm xx": ("2024-05-01 10:11 +0000",), "yyyy-MM-dd HH:mm xxx": ("2024-05-01 10:11 +00:00", "2024-05-01 10:11 -03:30"), "yyyy-MM-dd HH:mm xxxx": ("2024-05-01 10:11 +000030",),
    "yyyy-MM-dd HH:mm ZZZZ": ("2024-05-01 10:11 GMT+02:00", "2024-05-01 10:11 GMT", "2024-05-01 10:11 GMT+2"), "yyyy-MM-dd HH:mm ZZZZZ": ("2024-05-01 10:11 +02:00", "2024-05-01 10:11 Z"),
    "yyyy-MM-dd HH:mm O": ("2024-05-01 10:11 GMT+2", "2024-05-01 10:11 GMT-3:30", "2024-05-01 10:11 UTC"), "yyyy-MM-dd HH:mm OOOO": ("2024-05-01 10:11 GMT+02:00", "2024-05-01 10:11 GMT+2"),
    "yyyy-MM-dd HH:mm VV": ("2024-05-01 10:11 Europe/Berlin", "2024-05-01 10:11 UTC", "2024-05-01 10:11 +02:00", "2024-05-01 10:11 GMT+2", "2024-05-01 10:11 Z",
        "2024-05-01 10:11 EST", "2024-05-01 10:11 EST5EDT", "2024-05-01 10:11 Foo/Bar", "2024-05-01 10:11 Zulu", "2024-05-01 10:11 UTC+1"),
    "yyyy-MM-dd HH:mm z": ("2024-05-01 10:11 UTC", "2024-05-01 10:11 CET", "2024-05-01 10:11 PST", "2024-05-01 10:11 Europe/Berlin", "2024-05-01 10:11 GMT"),
    "yyyy-MM-dd['T'HH:mm[:ss]]": ("2024-05-01", "2024-05-01T10:11", "2024-05-01T10:11:12", "2024-05-01T10"), "[yyyy-MM-dd][dd.MM.yyyy]": ("2024-05-01", "01.05.2024", "", "2024-05-0101.05.2024"),
    "yyyy-MM-dd''HH": ("2024-05-01'10",), "'at' yyyy": ("at 2024", "AT 2024"), "yyyy 'o''clock'": ("2024 o'clock",), "ppd.MM.yyyy": (" 1.05.2024", "01.05.2024", "11.05.2024", "1.05.2024"),
    "yyyy-MM-dd B h": ("2024-05-01 PM 3", "2024-05-01 in the afternoon 3"), "8yyyy": ("2024",), " yyyy-MM-dd ": ("2024-05-01", " 2024-05-01 "),
    "yyyy-MM-dd||dd.MM.yyyy": ("2024-05-01", "01.05.2024", "x"), "yyyy||": ("2024",), "": ("2024",), "yyyy-MM-ddTHH": ("2024-05-01T10",), "yyyy{": ("2024",), "yyyy'": ("2024",), "yyyy]": ("2024",),
    "yyyy[": ("2024",), "cc": ("1",), "MMMMMM": ("1",), "SSSSSSSSSS": ("1",), "VVV": ("UTC",), "pp": ("1",), "r": ("1",), "ppdMM": (" 105",),
}  # fmt: skip

NAMES: dict[str, tuple[str, ...]] = {
    "date_optional_time": (ISO, "2024-5-1", "2024", "2024-05-01T10", "x"), "strict_date_optional_time": (ISO, "2024-5-1", "2024", "2024-05", "2024-05-01T10:11:12,5+02:00"),
    "strict_date_optional_time_nanos": ("2024-05-01T10:11:12.123456789Z", "2024-05-01"), "basic_date": ("20240501", "2024-05-01"), "basic_date_time": ("20240501T101112.123Z", "20240501T101112Z"),
    "basic_date_time_no_millis": ("20240501T101112+0200",), "basic_ordinal_date": ("2024122",), "basic_ordinal_date_time": ("2024122T101112.123Z",), "basic_ordinal_date_time_no_millis": ("2024122T101112Z",),
    "basic_time": ("101112.123Z",), "basic_time_no_millis": ("101112Z",), "basic_t_time": ("T101112.123Z",), "basic_t_time_no_millis": ("T101112Z",), "basic_week_date": ("2024W183",),
    "basic_week_date_time": ("2024W183T101112.123Z",), "basic_week_date_time_no_millis": ("2024W183T101112Z",), "strict_basic_week_date": ("2024W183",), "date": ("2024-05-01", "2024-5-1"), "strict_date": ("2024-05-01", "2024-5-1"),
    "date_hour": ("2024-05-01T10",), "date_hour_minute": ("2024-05-01T10:11",), "date_hour_minute_second": ("2024-05-01T10:11:12",), "date_hour_minute_second_fraction": ("2024-05-01T10:11:12.1234",),
    "date_hour_minute_second_millis": ("2024-05-01T10:11:12.123",), "date_time": (ISO,), "strict_date_time": (ISO, "2024-05-01T10:11:12Z"), "date_time_no_millis": ("2024-05-01T10:11:12Z",), "strict_date_time_no_millis": ("2024-05-01T10:11:12Z",),
    "hour": ("10",), "hour_minute": ("10:11",), "hour_minute_second": ("10:11:12",), "hour_minute_second_fraction": ("10:11:12.1234",), "hour_minute_second_millis": ("10:11:12.123",), "ordinal_date": ("2024-122",),
    "ordinal_date_time": ("2024-122T10:11:12.123Z",), "ordinal_date_time_no_millis": ("2024-122T10:11:12Z",), "time": ("10:11:12.123Z",), "time_no_millis": ("10:11:12Z",), "t_time": ("T10:11:12.123Z",), "t_time_no_millis": ("T10:11:12Z",),
    "week_date": ("2024-W18-3",), "strict_week_date": ("2024-W18-3", "2020-W53-1", "2021-W53-1"), "week_date_time": ("2024-W18-3T10:11:12.123Z",), "week_date_time_no_millis": ("2024-W18-3T10:11:12Z",),
    "weekyear_week_day": ("2024-W18-3",), "strict_weekyear_week_day": ("2024-W18-3",), "year": ("2024", "24"), "strict_year": ("2024", "24"), "year_month": ("2024-05",), "strict_year_month": ("2024-05",), "year_month_day": ("2024-05-01",),
    "strict_year_month_day": ("2024-05-01",), "strict_hour_minute_second": ("10:11:12", "1:2:3"), "strict_time": ("10:11:12.123Z",), "strict_t_time": ("T10:11:12.123Z",), "strict_ordinal_date": ("2024-122",),
}  # fmt: skip

COUNTS: dict[str, tuple[str, ...]] = {
    "UNIX": ("0", "1714558272", "1714558272.123", "1714558272.9999", "-1.5", "1e9", " 5 ", "5f", "0x10p0", "NaN", "Infinity", "1,5", "٣", "", "1e300", "-1e300", ".5", "5.", "+5", "0x10", "1714558272123"),
    "UNIX_MS": ("0", "1714558272123", "-1", "+5", "٣", "1.5", " 5", "", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e3", "99999999999999"),
    "TAI64N": ("@4000000050d506482dbdf024", "4000000050d506482dbdf024", "@4000000050d506482dbdf024ff", "@40", "x", "@4000000050d50648zdbdf024", "@4FFFFFFFFFFFFFFF2dbdf024"),
    "ISO8601": (ISO, "2024-05-01T10:11:12Z", "2024-05-01T10:11:12,5Z", "2024-05-01T10:11:12.123456789+02:00", "2024-05-01T10:11:12+0200", "2024-05-01T10:11:12+02", "2024-05-01T10:11:12", "2024-05-01T10:11", "2024-05-01T10", "2024-05-01T",
        "2024-05-01", "2024-05", "2024", "2024-13-01", "2024-02-30", "2024-05-01 10:11:12", "2024-05-01T24:00:00Z", "2024-05-01T10:11:60Z", "2024-05-01T10:11:12.1234567890Z", "2024-05-01T10:11:12.Z", "2024-05-01T10:11:12 UTC", "x", "-0044-03-15"),
}  # fmt: skip


def _formats() -> list[Case]:
    cases = [
        _case("formats", value, [pattern])
        for table in (SHAPES, COUNTS, NAMES)
        for pattern, values in table.items()
        for value in values
    ]
    # OpenSearch takes the last format that fits, and loses the year of epochs
    several = (
        ["UNIX", "yyyy"],
        ["yyyy", "UNIX"],
        ["yyyy-MM-dd", "ISO8601", "UNIX_MS"],
        ["x", "yyyy", "dd"],
        ["dd", "MM"],
        [],
        ["yyyy", "yyyy"],
    )
    cases += [
        _case("formats", value, formats, only="opensearch")
        for formats in several
        for value in ("2024", "2024-05-01", "12", "x", None)
    ]
    cases += [
        _case("formats", "1714558272", [name], only="opensearch")
        for name in ("epoch_second", "epoch_millis", "epoch_micros")
    ]
    cases += [
        _case("formats", "2024-05-01", [name], only="opensearch")
        for name in ("dateOptionalTime", "strictDateOptionalTime", "yearMonthDay")
    ]
    by_hand: tuple[tuple[list[str], Any, Any], ...] = (
        (["dd/MM/yyyy", "UNIX", "yyyy"], "2024", "1970-01-01T00:33:44.000Z"),
        (["yyyy", "UNIX"], "2024", "2024-01-01T00:00:00.000Z"),
        (["epoch_second"], "1714558272", "2024-05-01T10:11:12.000Z"),
        (["epoch_millis"], 1714558272123, "2024-05-01T10:11:12.123Z"),
        (["epoch_second", "ISO8601"], ISO, ISO),
    )
    for formats, value, expected in by_hand:
        found = {"a": value, "@timestamp": expected}
        cases.append(_case("formats", value, formats, oracle="manual", page=PAGE, expected=found))
    cases.append(
        _case(
            "formats",
            "x",
            ["epoch_second"],
            oracle="manual",
            page=PAGE,
            expected=Failed("unable to parse date [x]"),
        )
    )
    for formats in ("yyyy", None, [1], {"a": 1}, 1):
        cases.append(
            Case(
                option="formats",
                processor={"date": {"field": "a", "formats": formats}},
                document={"a": "2024"},
            )
        )
    cases.append(Case(option="formats", processor={"date": {"field": "a"}}, document={"a": "2024"}))
    refused = (("yyyy-MM-dd zzzz", ""), ("yyyy-MM-dd v", ""), ("yyyy-MM-dd vvvv", ""))
    cases += [
        _case("formats", "2024-05-01 UTC", [pattern], refused="names of zones beyond abbreviations")
        for pattern, _ in refused
    ]
    weeks = ("YYYY-'W'ww-e", "yyyy-MM W e", "yyyy-MM-dd c")
    cases += [
        _case(
            "formats",
            "2024-W18-3",
            [pattern],
            only="opensearch",
            refused="weeks without a locale, on OpenSearch",
        )
        for pattern in weeks
    ]
    cases.append(_case("formats", "2024-05-01 10:11", ["YYYY-MM-dd HH:mm"], only="opensearch"))
    cases += [
        _case("formats", value, ["YYYY-'W'ww-e"], locale="en-GB")
        for value in ("2024-W18-3", "2020-W53-7", "2021-W53-1", "2024-W18-8")
    ]
    cases += [
        _case("formats", value, ["YYYY-'W'w-ee HH"], locale="en-US")
        for value in ("2024-W1-01 10", "2024-W18-7 10")
    ]
    cases += [
        _case("formats", value, ["uuuu-MM W e"], locale="en-AU")
        for value in ("2024-05 1 3", "2024-05 6 3", "2024-05 0 3")
    ]
    return cases


ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "GMT", "Z", "+02:00", "-0330", "+5", "+05", "UTC+2", "GMT-03:30", "UT", "UTC0",
    "Etc/GMT+5", "EST5EDT", "EST", "CET", "Foo/Bar", "europe/berlin", "", " UTC", "+19:00", "+02:60", "Asia/Kathmandu", "Pacific/Apia", "Europe/Dublin", "Africa/Casablanca",
)  # fmt: skip


def _timezone() -> list[Case]:
    local = (
        "2024-05-01 10:11:12",
        "2024-01-01 00:00:00",
        "2024-03-31 02:30:00",
        "2024-10-27 02:30:00",
        "1880-01-01 12:00:00",
        "2011-12-30 12:00:00",
        "2099-07-01 12:00:00",
    )
    cases = [
        _case("timezone", value, ["uuuu-MM-dd HH:mm:ss"], timezone=zone)
        for zone in ZONES
        for value in local[:3]
    ]
    zones = ("Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe")
    cases += [
        _case("timezone", value, ["uuuu-MM-dd HH:mm:ss"], timezone=zone)
        for zone in zones
        for value in local[3:]
    ]
    cases += [
        _case("timezone", value, timezone=zone)
        for zone in ZONES[:12]
        for value in (ISO, "2024-05-01T10:11:12", "2024-12-01", "2024-05-01T10:11:12+05:30")
    ]
    cases += [_case("timezone", "1714558272.5", ["UNIX"], timezone=zone) for zone in ZONES[:10]]
    cases += [
        _case("timezone", "Dec 31 23:59:59", ["MMM d HH:mm:ss"], timezone=zone)
        for zone in ZONES[:10]
    ]
    templates = (
        "{{tz}}",
        "{{{tz}}}",
        "Europe/{{city}}",
        "{{missing}}",
        "{{o.tz}}",
        "{{l.0}}",
        "{{^a}}x{{/a}}UTC",
    )
    document = {
        "tz": "Europe/Berlin",
        "city": "Berlin",
        "o": {"tz": "+02:00"},
        "l": ["Asia/Kolkata"],
    }
    for template in templates:
        for formats, value in (
            (["ISO8601"], ISO),
            (["yyyy-MM-dd HH:mm:ss"], local[0]),
            (["UNIX"], "5"),
        ):
            cases.append(_case("timezone", value, formats, timezone=template, document=document))
    # a zone in the text: OpenSearch lets timezone overrule offsets, and tells the result in the text's zone
    texts = (
        ("yyyy-MM-dd HH:mm:ss Z", "2024-05-01 10:11:12 -0700"),
        ("yyyy-MM-dd HH:mm:ss VV", "2024-05-01 10:11:12 Asia/Tokyo"),
        ("uuuu-MM-dd'T'HH:mm:ss.SSSXXX", ISO),
    )
    for zone in ("Europe/Berlin", "UTC", "+00:00", "+01:00", "Z"):
        cases += [
            _case("timezone", value, [pattern], timezone=zone, only="opensearch")
            for pattern, value in texts
        ]
        cases.append(
            _case("timezone", "1714558272", ["epoch_second"], timezone=zone, only="opensearch")
        )
    by_hand = (
        ("Europe/Berlin", "2024-05-01T19:11:12.000+02:00"),
        ("UTC", "2024-05-01T17:11:12.000Z"),
        ("-07:00", "2024-05-01T10:11:12.000-07:00"),
    )
    for zone, expected in by_hand:
        pattern, value = texts[0]
        cases.append(
            _case(
                "timezone",
                value,
                [pattern],
                timezone=zone,
                oracle="manual",
                page=PAGE,
                expected={"a": value, "@timestamp": expected},
            )
        )
    wrong: tuple[Any, ...] = (1, True, ["UTC"], {"a": 1}, None)
    return cases + [_case("timezone", ISO, timezone=zone) for zone in wrong]


def _locale() -> list[Case]:
    texts: tuple[tuple[str, str], ...] = (
        ("d MMM yyyy", "3 Sep 2024"), ("d MMM yyyy", "3 Sept 2024"), ("d MMM yyyy", "3 June 2024"), ("d MMM yyyy", "3 Jun 2024"), ("d MMMM yyyy", "3 September 2024"), ("d MMMM yyyy", "3 Sep 2024"),
        ("d LLLL yyyy", "3 September 2024"), ("EEE d MMM yyyy", "Tue 3 Sep 2024"), ("EEEE d MMMM yyyy", "Tuesday 3 September 2024"), ("h a", "3 PM"), ("h a", "3 pm"), ("h a", "3 p.m."),
        ("G yyyy", "AD 2024"), ("GGGG yyyy", "Anno Domini 2024"), ("GGGGG yyyy", "A 2024"), ("MMMMM yyyy", "S 2024"), ("QQQQ yyyy", "3rd quarter 2024"), ("qqq yyyy", "Q3 2024"),
        ("h:mm BBBB", "3:10 in the afternoon"), ("h:mm B", "12:00 noon"), ("d MMM yyyy", "3 sep 2024"), ("d MMM yyyy", "3 Mai 2024"),
    )  # fmt: skip
    locales = (
        "ROOT",
        "root",
        "",
        "en",
        "en-US",
        "en_US",
        "en-GB",
        "en_GB",
        "EN",
        "en-AU",
        "en-CA",
        "en-IE",
        "en-IN",
        "en-ZA",
        "en-NZ",
    )
    cases = [
        _case("locale", value, [pattern], locale=locale)
        for locale in locales
        for pattern, value in texts
    ]
    unknown = ("ENGLISH", "en-UK", "en-XX", "en-001", "english-US", "a-b-c-d", "en_US.UTF-8")
    cases += [_case("locale", "3 Sep 2024", ["d MMM yyyy"], locale=locale) for locale in unknown]
    others = ("de", "fr-FR", "zh_CN", "es", "de-DE")
    cases += [
        _case(
            "locale",
            "3 Sep 2024",
            ["d MMM yyyy"],
            locale=locale,
            refused="locales other than the root and English",
        )
        for locale in others
    ]
    cases.append(
        _case(
            "locale",
            "3 Sep 2024",
            ["d MMM yyyy"],
            locale="{{l}}",
            refused="a locale from a template",
        )
    )
    zones = (
        ("en", "PST"),
        ("en", "EDT"),
        ("en-US", "CEST"),
        ("en-GB", "BST"),
        ("en-GB", "IST"),
        ("en", "XYZ"),
        ("en", "UTC"),
        ("en-GB", "EST"),
    )
    cases += [
        _case("locale", f"2024-07-01 10:11 {name}", ["yyyy-MM-dd HH:mm z"], locale=locale)
        for locale, name in zones
    ]
    wrong: tuple[Any, ...] = (1, True, ["en"], None)
    return cases + [
        _case("locale", "3 Sep 2024", ["d MMM yyyy"], locale=locale) for locale in wrong
    ]


def _target_field() -> list[Case]:
    targets = (
        "t",
        "o.t",
        "o.p.q.t",
        "a",
        "@timestamp",
        "l",
        "l.0",
        "l.9",
        "o",
        "a.b",
        "ünï.😀",
        "_routing",
        "{{a}}",
        "n.x",
        "_ingest.x",
        "_source.t",
        "x..y",
        "l.x",
        "deep.0.x",
    )
    cases = [
        _case(
            "target_field",
            ISO,
            target_field=target,
            document={"o": {"x": 1}, "l": ["x"], "n": None},
        )
        for target in targets
    ]
    cases += [
        _case("target_field", ISO, target_field=target)
        for target in (1, True, ["a"], {"a": 1}, None, "")
    ]
    return [
        *cases,
        _case("target_field", "x", target_field="t"),
        _case("target_field", ISO, document={"@timestamp": "old"}),
    ]


OUTPUTS = (
    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", "yyyy-MM-dd'T'HH:mm:ss.SXX", "yyyy-MM-dd", "dd/MMM/yyyy:HH:mm:ss Z", "uuuu-DDD", "EEEE d MMMM yyyy h:mm a", "EEE, dd LLL yy",
    "QQQ QQQQ QQQQQ", "G GGGG GGGGG", "VV", "O OOOO", "X XX XXX XXXX XXXXX", "x xx xxx xxxx xxxxx", "Z ZZZZ ZZZZZ", "A n N g", "k K h H", "F", "D DD DDD", "''yyyy''", "'at' HH", "[yyyy]", "pppd", "pppppyyyy", "B",
    "E EEEE EEEEE ccc cccc eee eeee", "M MM MMM MMMM MMMMM L LL LLL LLLL LLLLL", "y yy yyy yyyy yyyyy u uu uuu uuuu uuuuu", "S SS SSS SSSSSSSSS", "epoch_millis", "iso8601", "strict_date_optional_time",
    "strict_date_optional_time_nanos", "date_optional_time", "basic_date", "basic_date_time", "basic_date_time_no_millis", "date_time", "strict_date_time", "date_hour", "week_date", "basic_week_date_time", "ordinal_date_time", "strict_hour", "time",
    "t_time_no_millis", "weekyear", "weekyear_week_day", "year", "strict_year_month_day", "yyyy||dd", " yyyy ", "8yyyy",
)  # fmt: skip


def _output_format() -> list[Case]:
    moments = (ISO, "2021-01-01T00:00:00.100Z", "1969-12-31T23:59:59.999Z")
    cases = [
        _case("output_format", moment, output_format=output)
        for output in OUTPUTS
        for moment in moments
    ]
    cases += [
        _case("output_format", ISO, output_format=output, timezone=zone)
        for output in OUTPUTS
        for zone in ("Europe/Berlin", "-03:30")
    ]
    cases += [
        _case("output_format", "-0044-03-15", ["uuuu-MM-dd"], output_format=output)
        for output in (
            "yyyy G",
            "uuuu",
            "yy uu",
            "basic_date",
            "epoch_millis",
            "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        )
    ]
    wrong = ("", "qqqqqq", "yyyy'", "{", "T", "yyyy||", "ppdMM", "8", "yyyy||T")
    cases += [
        _case("output_format", ISO, output_format=output)
        for output in (*wrong, 1, True, ["yyyy"], None)
    ]
    cases += [_case("output_format", ISO, output_format=output) for output in ("ppyyyy",)]
    cases += [
        _case("output_format", ISO, output_format="yyyy z", timezone=zone)
        for zone in ("UTC", "Z")
        if zone == "Z"
    ]
    cases += [
        _case("output_format", moment, output_format="epoch_second", only="opensearch")
        for moment in moments
    ]
    refused = "names of zones beyond abbreviations"
    cases += [
        _case(
            "output_format", ISO, output_format="yyyy z", timezone="Europe/Berlin", refused=refused
        )
    ]
    cases += [
        _case("output_format", ISO, output_format=output, refused=refused)
        for output in ("yyyy zzzz", "v", "vvvv")
    ]
    cases += [
        _case(
            "output_format",
            ISO,
            output_format=output,
            only="opensearch",
            refused="weeks without a locale, on OpenSearch",
        )
        for output in ("YYYY", "ww", "W", "e", "c")
    ]
    return cases


def _failures() -> list[Case]:
    """What handlers see is the innermost cause, which the virtual machine words."""
    values: tuple[Any, ...] = (
        "x",
        "2024-13-01",
        "2024-02-31",
        None,
        "",
        5,
        ["2024-05-01"],
        "2024-05-01x",
    )
    formats = (["yyyy-MM-dd"], ["UNIX"], ["ISO8601"], ["yyyy-MM-dd||yyyy"], ["qqqqqq"])
    steps: list[tuple[Any, dict[str, Any]]] = [
        (value, {"date": {"field": "a", "formats": one, "tag": "t", "on_failure": WHY}})
        for value in values
        for one in formats
    ]
    return [
        Case(
            option="formats",
            kind="date",
            pipeline={"processors": [step]},
            document={"a": value},
            only="opensearch",
        )
        for value, step in steps
    ]


CASES = [
    *_field(),
    *_formats(),
    *_timezone(),
    *_locale(),
    *_target_field(),
    *_output_format(),
    *_failures(),
]
