"""
Syslog headers: RFC 3164 as it is found in the wild, and RFC 5424.

Pure, one event in and one event out. A header that cannot be read leaves the message whole. The year that RFC 3164 lacks is
the latest that does not put the event more than a day after the time of reading.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from shipper.source.parsers.fields import Fields, add_error, deep_update, is_timestamp

if TYPE_CHECKING:
    from shipper.config.settings import Syslog
    from shipper.records import Event
    from shipper.source.parsers.batch import Batch

SEVERITIES = (
    "Emergency",
    "Alert",
    "Critical",
    "Error",
    "Warning",
    "Notice",
    "Informational",
    "Debug",
)
FACILITIES = (
    "kernel", "user-level", "mail", "system", "security/authorization", "syslogd", "line printer", "network news", "UUCP",
    "clock", "security/authorization", "FTP", "NTP", "log audit", "log alert", "clock", "local0", "local1", "local2",
    "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = {name: number for number, name in enumerate(_MONTHS, 1)}

_IS_5424 = re.compile(r"<\d{1,3}>\d{1,2} ", re.ASCII)
_HEADER_5424 = re.compile(r"<(\d{1,3})>(\d{1,2}) (\S+) (\S+) (\S+) (\S+) (\S+) (?=[-\[])", re.ASCII)
# Possessive throughout: a value of a million characters that is never closed must not be remembered step by step.
_VALUE = r'[^"\\\]]*+(?:\\.[^"\\\]]*+)*+'
_ELEMENT = re.compile(
    rf'\[([^\s=\]"]{{1,32}})((?: [^\s=\]"]{{1,32}}="{_VALUE}")*+) ?\]', re.ASCII | re.DOTALL
)
_PARAM = re.compile(rf' ([^\s=\]"]{{1,32}})="({_VALUE})"', re.ASCII | re.DOTALL)
_UNESCAPE = re.compile(r'\\(["\\\]])')
_PRIORITY = re.compile(r"<(\d{1,3})>", re.ASCII)
_STAMP_3164 = re.compile(
    r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(\.\d{1,6})? |(\d{4}-\d\d-\d\dT\S+) ",
    re.ASCII,
)
_HOST_TAG = re.compile(
    r"(\S{1,255})(?: (?:([^\s:\[\]]+)(?:\[([^\]\s]+)\])?:(?: |\Z))?|\Z)", re.ASCII
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_DAY = 86400


class _HeaderError(ValueError):
    """A part of the header is missing or wrong."""


class SyslogParser:
    """
    Filebeat's ``syslog``.

    Raises:
        ValueError: there is no such time zone.
    """

    timeout: float | None = None

    def __init__(self, settings: Syslog) -> None:
        self._format = settings.format
        self._error = settings.add_error_key
        self._zone = zone(settings.timezone)

    def parse(self, batch: Batch, *, final: bool, now: float) -> None:  # noqa: ARG002 - the interface
        """Read the header of each message, in place."""
        dates = _Dates(self._zone, now)
        for event in batch.events:
            text = event.message
            if not text:
                continue
            try:
                if self._format == "rfc5424" or (self._format == "auto" and _IS_5424.match(text)):
                    found, message = _read_5424(text)
                else:
                    found, message = _read_3164(text, dates)
            except _HeaderError as error:
                batch.failed.append(event.start)
                if self._error:
                    event.fields = fields = event.fields or {}
                    add_error(fields, f"Error parsing syslog message: {error}")
                continue
            self._put(event, found, message)

    @staticmethod
    def _put(event: Event, found: Fields, message: str) -> None:
        event.message = message
        if event.fields:
            deep_update(event.fields, found)
        else:
            event.fields = found


def zone(name: str) -> dt.tzinfo | None:
    """
    Find a time zone.

    Args:
        name: of IANA, an offset such as ``+02:00`` or ``+0200``, or ``Local``.

    Returns:
        The zone; None for the machine's own.

    Raises:
        ValueError: there is no such zone.
    """
    if name.lower() == "local":
        return None
    if name in {"", "UTC", "Z"}:
        return dt.UTC
    offset = _OFFSET.fullmatch(name)
    if offset is not None and int(offset[2]) < 24 and int(offset[3]) < 60:
        delta = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return dt.timezone(-delta if offset[1] == "-" else delta)
    # Loaded only where a zone is named.
    import zoneinfo  # noqa: PLC0415

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"unknown time zone {name!r}; write an IANA name such as Europe/Berlin, an offset such as +02:00, or Local"
        ) from None


class _Dates:
    """Dates without year, read at one moment; the last one is remembered, as neighbours share it."""

    __slots__ = ("_known", "_now", "_zone")

    def __init__(self, tz: dt.tzinfo | None, now: float) -> None:
        self._zone = tz
        self._now = now
        self._known: tuple[tuple[Any, ...], str] = ((), "")

    def text(self, parts: tuple[Any, ...]) -> str:
        """
        Make ``@timestamp``.

        Args:
            parts: month, day, hour, minute, second and fraction, as written; None for no fraction.

        Raises:
            _HeaderError: there is no such date.
        """
        if parts != self._known[0]:
            self._known = parts, self._make(*parts)
        return self._known[1]

    def _make(
        self, name: str, day: str, hour: str, minute: str, second: str, fraction: str | None
    ) -> str:
        month = _MONTH.get(name)
        micro = int((fraction or ".")[1:].ljust(6, "0"))
        latest = self._now + _DAY
        year = dt.datetime.fromtimestamp(latest, dt.UTC).year + 1
        # A 29 February may be eight years back, around 2100.
        for candidate in range(year, year - 11 if month else year, -1):
            date = f"{candidate}-{month:02}-{int(day):02}T{hour}:{minute}:{second}"
            try:
                local = dt.datetime.fromisoformat(date).replace(
                    microsecond=micro, tzinfo=self._zone
                )
                moment = local.astimezone(dt.UTC)  # what has no zone is in the machine's own
            except (ValueError, OverflowError):
                continue
            if moment.timestamp() <= latest:
                precision = "microseconds" if micro % 1000 else "milliseconds"
                return moment.isoformat(timespec=precision).replace("+00:00", "Z")
        raise _HeaderError("invalid timestamp")


def _priority(text: str) -> Fields:
    value = int(text)
    if value > 191:
        raise _HeaderError("invalid priority")
    facility, severity = value >> 3, value & 7
    return {
        "priority": value,
        "facility": {"code": facility, "name": FACILITIES[facility]},
        "severity": {"code": severity, "name": SEVERITIES[severity]},
    }


def _read_5424(text: str) -> tuple[Fields, str]:
    header = _HEADER_5424.match(text)
    if header is None:
        raise _HeaderError("invalid or missing RFC 5424 header")
    priority, version, stamp, *names = header.groups()
    syslog: dict[str, Any] = _priority(priority)
    syslog["version"] = version
    named = zip(("hostname", "appname", "procid", "msgid"), names, strict=True)
    syslog.update({key: value for key, value in named if value != "-"})
    data, at = _structured_data(text, header.end())
    if data:
        syslog["structured_data"] = data
    if at < len(text) and text[at] != " ":
        raise _HeaderError("invalid structured data")
    found: Fields = {"log": {"syslog": syslog}}
    if stamp != "-":
        if not is_timestamp(stamp):
            raise _HeaderError("invalid timestamp")
        found["@timestamp"] = stamp
    return found, text[at + 1 :].removeprefix("\ufeff")


def _structured_data(text: str, at: int) -> tuple[Fields, int]:
    if text[at] == "-":
        return {}, at + 1
    data: Fields = {}
    while (element := _ELEMENT.match(text, at)) is not None:
        params = data.setdefault(element[1], {})
        for name, value in _PARAM.findall(element[2]):
            params[name] = _UNESCAPE.sub(r"\1", value) if "\\" in value else value
        at = element.end()
    if not data or text[at : at + 1] == "[":
        raise _HeaderError("invalid structured data")
    return data, at


def _read_3164(text: str, dates: _Dates) -> tuple[Fields, str]:
    syslog: dict[str, Any] = {}
    at = 0
    if text[0] == "<":
        priority = _PRIORITY.match(text)
        if priority is None:
            raise _HeaderError("invalid or missing priority")
        syslog = _priority(priority[1])
        at = priority.end()
    stamp = _STAMP_3164.match(text, at)
    if stamp is None:
        raise _HeaderError("invalid or missing timestamp")
    if stamp[7] is None:
        time = dates.text(stamp.groups()[:6])
    elif is_timestamp(stamp[7]):
        time = stamp[7]
    else:
        raise _HeaderError("invalid timestamp")
    rest = _HOST_TAG.match(text, stamp.end())
    if rest is None:
        raise _HeaderError("invalid or missing host name")
    hostname, tag, pid = rest.groups()
    syslog["hostname"] = hostname
    if tag is not None:
        syslog["appname"] = tag
        if pid is not None:
            syslog["procid"] = pid
    return {"@timestamp": time, "log": {"syslog": syslog}}, text[rest.end() :].removeprefix(
        "\ufeff"
    )
