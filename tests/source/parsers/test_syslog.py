"""Syslog headers."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.config.settings import Input, Syslog
from shipper.source.chain import Chain
from shipper.source.parsers.syslog import zone


def at(text) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


NOW = at("2026-11-22T12:00:00Z")


def parse(line, now=NOW, **keys):
    keys.setdefault("timezone", "UTC")
    chain = Chain(Input(id="t", paths=("/t",), parsers=(Syslog(**keys),)))
    (event,) = chain.parse(line.encode() + b"\n", 0, now=now).events
    return event


def syslog(line, **keys):
    event = parse(line, **keys)
    return event.message, event.fields["@timestamp"], event.fields["log"]["syslog"]


PRIORITY_13 = {
    "priority": 13,
    "facility": {"code": 1, "name": "user-level"},
    "severity": {"code": 5, "name": "Notice"},
}


@pytest.mark.parametrize(
    ("line", "message", "time", "found"),
    [
        pytest.param("<13>Oct 11 22:14:15 web su[42]: hello: you", "hello: you", "2026-10-11T22:14:15.000Z", {**PRIORITY_13, "hostname": "web", "appname": "su", "procid": "42"}, id="all parts"),
        pytest.param("<13>Oct  1 22:14:15 web su: hello", "hello", "2026-10-01T22:14:15.000Z", {**PRIORITY_13, "hostname": "web", "appname": "su"}, id="no pid, one digit"),
        pytest.param("<13>Oct 01 22:14:15 web hello you", "hello you", "2026-10-01T22:14:15.000Z", {**PRIORITY_13, "hostname": "web"}, id="no tag"),
        pytest.param("Oct 11 22:14:15 web kernel: [ 1.5] usb", "[ 1.5] usb", "2026-10-11T22:14:15.000Z", {"hostname": "web", "appname": "kernel"}, id="no priority"),
        pytest.param("<13>2003-08-24T05:14:15.000003-07:00 web hello", "hello", "2003-08-24T05:14:15.000003-07:00", {**PRIORITY_13, "hostname": "web"}, id="RFC 3339 time"),
        pytest.param("<13>Oct 11 22:14:15 web fe80::1 is up", "fe80::1 is up", "2026-10-11T22:14:15.000Z", {**PRIORITY_13, "hostname": "web"}, id="address is no tag"),
        pytest.param("<13>Oct 11 22:14:15 web su:", "", "2026-10-11T22:14:15.000Z", {**PRIORITY_13, "hostname": "web", "appname": "su"}, id="no message"),
    ],
)  # fmt: skip
def test_rfc_3164(line, message, time, found):
    assert syslog(line) == (message, time, found)


def test_rfc_5424():
    line = (
        r'<165>1 2022-01-11T22:14:15.003Z web app 7 ID47 [a@1 x="3" y="q\"u\]o\\t"][b@2] '
        "\ufeffhello"
    )

    assert syslog(line) == (
        "hello",
        "2022-01-11T22:14:15.003Z",
        {
            "priority": 165,
            "facility": {"code": 20, "name": "local4"},
            "severity": {"code": 5, "name": "Notice"},
            "version": "1",
            "hostname": "web",
            "appname": "app",
            "procid": "7",
            "msgid": "ID47",
            "structured_data": {"a@1": {"x": "3", "y": 'q"u]o\\t'}, "b@2": {}},
        },
    )


def test_rfc_5424_with_nothing_in_it():
    event = parse("<13>1 - - - - - -")

    assert (event.message, event.fields) == (
        "",
        {"log": {"syslog": {**PRIORITY_13, "version": "1"}}},
    )


@pytest.mark.parametrize(
    ("line", "form", "reason"),
    [
        ("<192>Oct 11 22:14:15 web hello", "auto", "invalid priority"),
        ("<abc>Oct 11 22:14:15 web hello", "auto", "invalid or missing priority"),
        ("<13> web hello", "auto", "invalid or missing timestamp"),
        ("<13>Foo 11 22:14:15 web hello", "auto", "invalid timestamp"),
        ("<13>Feb 30 22:14:15 web hello", "auto", "invalid timestamp"),
        ("<13>Oct 11 25:14:15 web hello", "auto", "invalid timestamp"),
        ("<13>Oct 00 22:14:15 web hello", "auto", "invalid timestamp"),
        ("<13>2003-08-24T05:14:99Z web hello", "auto", "invalid timestamp"),
        ("<13>Oct 11 22:14:15 " + "h" * 300 + " hello", "auto", "invalid or missing host name"),
        ("<13>1 yesterday web - - - - hello", "auto", "invalid timestamp"),
        ('<13>1 - - - - - [a x="1] hello', "auto", "invalid structured data"),
        ("<13>1 - - - - - [a]hello", "auto", "invalid structured data"),
        ("<13>1 - - - - - [a][ hello", "auto", "invalid structured data"),
        ("<13>1 - - - hello", "auto", "invalid or missing RFC 5424 header"),
        ("<13>Oct 11 22:14:15 web hello", "rfc5424", "invalid or missing RFC 5424 header"),
        ("<13>1 - - - - - - hello", "rfc3164", "invalid or missing timestamp"),
        ("hello", "auto", "invalid or missing timestamp"),
    ],
)
def test_broken_header_keeps_the_message_and_says_why(line, form, reason):
    event = parse(line, format=form)

    assert event.message == line
    assert event.fields == {"error": {"message": f"Error parsing syslog message: {reason}"}}
    assert parse(line, format=form, add_error_key=False).fields is None


@pytest.mark.parametrize(
    ("date", "now", "time"),
    [
        pytest.param(
            "Dec 31 23:59:59",
            "2026-01-01T00:00:05Z",
            "2025-12-31T23:59:59.000Z",
            id="read after New Year",
        ),
        pytest.param(
            "Jan  1 00:00:01",
            "2025-12-31T23:59:58Z",
            "2026-01-01T00:00:01.000Z",
            id="a clock that is ahead",
        ),
        pytest.param(
            "Nov 23 11:00:00",
            "2026-11-22T12:00:00Z",
            "2026-11-23T11:00:00.000Z",
            id="less than a day ahead",
        ),
        pytest.param(
            "Nov 23 13:00:00",
            "2026-11-22T12:00:00Z",
            "2025-11-23T13:00:00.000Z",
            id="more than a day ahead",
        ),
        pytest.param(
            "Feb 29 12:00:00", "2026-11-22T12:00:00Z", "2024-02-29T12:00:00.000Z", id="leap day"
        ),
        pytest.param(
            "Feb 29 12:00:00",
            "2103-11-22T12:00:00Z",
            "2096-02-29T12:00:00.000Z",
            id="leap day around 2100",
        ),
    ],
)
def test_year_is_the_latest_that_is_not_in_the_future(date, now, time):
    assert parse(f"<13>{date} web hello", at(now)).fields["@timestamp"] == time


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("UTC", "2026-07-01T12:00:00.000Z"),
        ("+02:00", "2026-07-01T10:00:00.000Z"),
        ("-0130", "2026-07-01T13:30:00.000Z"),
        ("Europe/Berlin", "2026-07-01T10:00:00.000Z"),
    ],
)
def test_time_zone_is_that_of_the_setting(name, time):
    if "/" in name:
        try:
            zone(name)
        except ValueError:
            pytest.skip("no time zone data on this machine")
    assert parse("<13>Jul  1 12:00:00 web hello", timezone=name).fields["@timestamp"] == time


def test_local_time_zone_is_the_machines():
    local = dt.datetime.fromisoformat("2026-07-01T12:00:00").astimezone(dt.UTC)

    found = parse("<13>Jul  1 12:00:00 web hello", timezone="Local").fields["@timestamp"]

    assert dt.datetime.fromisoformat(found) == local


@pytest.mark.parametrize("name", ["Mars/Olympus", "+25:00", "../etc/passwd", "+0260"])
def test_unknown_time_zone_is_an_error(name):
    with pytest.raises(ValueError, match=re.escape(f"unknown time zone {name!r}")):
        zone(name)


MEASURE = """
import resource
from shipper.config.settings import Syslog
from shipper.source.parsers.batch import Batch
from shipper.source.parsers.syslog import SyslogParser

head = '<13>1 - - - - - [a b="'
lines = [head + "x" * 1_000_000 + '"] hello', head + "\\\\n" * 500_000 + '"] hello']
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for line in lines:
    SyslogParser(Syslog()).parse(Batch([line], [0, len(line)]), final=True, now=0.0)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_long_values_take_memory_in_proportion():
    """A matcher that remembers every step of a value takes 170 bytes for each of its bytes."""
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True
    )

    assert int(ran.stdout) < 20_000, "KiB for a line of 1 MB"


@given(
    st.lists(
        st.sampled_from(["<13>", "<191>", "<999>", "1 ", "- ", "Oct 11 22:14:15 ", "Feb 29 ", "2026-01-01T00:00:00Z ", "web ", "su[1]: ", "[a ", 'b="', '\\"', '"]', "[", "]", "\x00", "\n", "é ", "\u0663"]),
        max_size=12,
    ).map("".join),
    st.sampled_from(["auto", "rfc3164", "rfc5424"]),
    st.floats(0, 4e9),
)  # fmt: skip
def test_hostile_headers_never_raise_and_lose_nothing(line, form, now):
    chain = Chain(Input(id="t", paths=("/t",), parsers=(Syslog(format=form),)))

    parsed = chain.parse(line.encode() + b"\n", 0, now=now)

    assert parsed.consumed == len(line.encode()) + 1
    for event in parsed.events:
        assert event.message in line
