"""
Time zones by ``java.time.ZoneId``'s names, and what they say about a local time in a gap or an overlap.

Offsets and their prefixed forms (``+02:00``, ``UTC+2``) need no data. Regions come from the ``tzdata`` package, which is built as the
JDK builds its own (the system's files often are not: they add history from before 1970); the system's serve where it is missing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shipper.pipeline.dates.calendar import CYCLE_DAYS
from shipper.pipeline.dates.fields import Unparsable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_ID = re.compile(r"[A-Za-z][A-Za-z0-9~/._+-]+\Z")
_OFFSET = re.compile(r"([+-])(?:(\d)|(\d\d)(?:(\d\d)(\d\d)?|:(\d\d)(?::(\d\d))?)?)\Z", re.ASCII)
_NOT_JAVA = frozenset({"EST", "MST", "HST", "ROC", "Factory", "localtime", "posixrules"})
_CYCLE: Final = CYCLE_DAYS * 86_400
_LOW: Final = -62_135_596_800 + _CYCLE  # year 401: room for offsets before it
_HIGH: Final = 253_402_300_800 - _CYCLE  # year 9600
MAX_OFFSET = 18 * 3600


class Zone:
    """
    A zone of one offset.

    Attributes:
        id: as Java prints it.
        fixed: seconds east of Greenwich; None where it changes.
        is_offset: a ``ZoneOffset``; others with one offset are regions to Java.
    """

    __slots__ = ("fixed", "id", "is_offset")

    def __init__(self, name: str, fixed: int | None, *, is_offset: bool = False) -> None:
        self.id = name
        self.fixed = fixed
        self.is_offset = is_offset

    def __repr__(self) -> str:
        return f"Zone({self.id!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zone) and other.id == self.id and other.is_offset == self.is_offset

    def __hash__(self) -> int:
        return hash(self.id)

    def offset_at(self, second: int) -> int:  # noqa: ARG002 - of a region it counts
        """The offset at an instant (seconds of the epoch)."""
        assert self.fixed is not None
        return self.fixed

    def instant_of(self, second: int) -> int:
        """The instant of a local time (seconds of the epoch as if it were UTC)."""
        assert self.fixed is not None
        return second - self.fixed


class Region(Zone):
    """A zone whose offset changes."""

    __slots__ = ("_info",)

    def __init__(self, name: str, info: ZoneInfo) -> None:
        super().__init__(name, None)
        self._info = info

    def offset_at(self, second: int) -> int:
        """The offset at an instant; rules repeat every 400 years."""
        from datetime import UTC, datetime  # noqa: PLC0415 - only where a region is used

        moment = datetime.fromtimestamp(_in_range(second), UTC).astimezone(self._info)
        offset = moment.utcoffset()
        assert offset is not None
        return offset.days * 86_400 + offset.seconds

    def instant_of(self, second: int) -> int:
        """
        The instant of a local time.

        In a gap the clock counts on with the offset from before; in an overlap the earlier instant is meant.
        """
        from datetime import UTC, datetime  # noqa: PLC0415 - only where a region is used

        local = datetime.fromtimestamp(_in_range(second), UTC).replace(tzinfo=self._info)
        offset = local.utcoffset()
        assert offset is not None
        return second - (offset.days * 86_400 + offset.seconds)


def _in_range(second: int) -> int:
    if second < _LOW:
        return (second - _LOW) % _CYCLE + _LOW
    if second >= _HIGH:
        return (second - _HIGH) % _CYCLE + _HIGH - _CYCLE
    return second


@lru_cache(64)
def offset_zone(seconds: int) -> Zone:
    """
    The zone of an offset.

    Raises:
        Unparsable: it is beyond 18 hours.
    """
    if not -MAX_OFFSET <= seconds <= MAX_OFFSET:
        raise Unparsable("Zone offset not in valid range", "date_time_exception", foreign=True)
    return Zone(offset_id(seconds), seconds, is_offset=True)


def offset_id(seconds: int) -> str:
    """``ZoneOffset.getId``: ``Z``, ``+01:00``, ``-00:00:30``."""
    if not seconds:
        return "Z"
    minutes, second = divmod(abs(seconds), 60)
    sign = "-" if seconds < 0 else "+"
    end = f":{second:02}" if second else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}{end}"


UTC: Final = offset_zone(0)


@lru_cache(256)
def zone(name: str) -> Zone:
    """
    ``ZoneId.of``.

    Raises:
        Unparsable: there is no such zone.
    """
    if len(name) <= 1 or name[0] in "+-":
        return _offset(name)
    for prefix in ("UTC", "GMT", "UT"):
        if name.startswith(prefix):
            rest = name[len(prefix) :]
            if not rest:
                return Zone(name, 0)
            if rest[0] in "+-":
                return prefixed(prefix, _offset(rest))
            break
    return _region(name)


def prefixed(prefix: str, offset: Zone) -> Zone:
    """``ZoneId.ofOffset``: a region such as ``UTC+02:00``; the offset itself without a prefix."""
    if not prefix:
        return offset
    return Zone(prefix + (offset.id if offset.fixed else ""), offset.fixed)


def _offset(name: str) -> Zone:
    if name == "Z":
        return UTC
    found = _OFFSET.match(name)
    if found is None:
        raise _unknown(name)
    sign, short, hour, minute, second, colon_minute, colon_second = found.groups()
    minutes = int(minute or colon_minute or 0)
    seconds = int(second or colon_second or 0)
    if minutes > 59 or seconds > 59:
        raise _unknown(name)
    total = int(short or hour) * 3600 + minutes * 60 + seconds
    return offset_zone(-total if sign == "-" else total)


def _region(name: str) -> Zone:
    if name in _NOT_JAVA or not _ID.match(name):
        raise _unknown(name)
    import importlib.resources  # noqa: PLC0415 - only where a region is used
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    folder, _, file = name.rpartition("/")
    package = ".".join(["tzdata.zoneinfo", *folder.split("/")] if folder else ["tzdata.zoneinfo"])
    try:
        with importlib.resources.files(package).joinpath(file).open("rb") as data:
            return Region(name, ZoneInfo.from_file(data, key=name))
    except (OSError, ImportError, ValueError):
        pass
    try:
        return Region(name, ZoneInfo(name))
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise _unknown(name) from error


def _unknown(name: str) -> Unparsable:
    return Unparsable(f"Unknown time-zone ID: {name}", "zone_rules_exception", foreign=True)


@lru_cache(1)
def names() -> frozenset[str]:
    """The names of all regions that Java has too, by what ``tzdata`` lists."""
    import importlib.resources  # noqa: PLC0415 - only where a format reads a zone's name

    text = importlib.resources.files("tzdata").joinpath("zones").read_text("utf-8")
    return frozenset(text.split()) - _NOT_JAVA - {"GMT+0", "GMT-0"}
