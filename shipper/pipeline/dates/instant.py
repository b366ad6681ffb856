"""A point in time with a zone, as a ``java.time.ZonedDateTime``, and how Java prints one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.dates.calendar import MAX_YEAR, date_of, day_of
from shipper.pipeline.dates.fields import DAY_NANOS, SECOND_NANOS, Unparsable
from shipper.pipeline.dates.zones import Zone, offset_id
from shipper.pipeline.dates.zones import zone as zone_of

if TYPE_CHECKING:
    from shipper.pipeline.values import ZonedDateTime

MIN_DAY = day_of(-MAX_YEAR, 1, 1)
MAX_DAY = day_of(MAX_YEAR, 12, 31)


class Moment:
    """
    An instant in a zone.

    Attributes:
        second: since the epoch.
        nano: within the second.
        zone: where it is told.
        offset: seconds east of Greenwich at that instant.
    """

    __slots__ = ("nano", "offset", "second", "zone")

    def __init__(self, second: int, nano: int, zone: Zone) -> None:
        self.second = second
        self.nano = nano
        self.zone = zone
        self.offset = zone.offset_at(second)
        if not MIN_DAY <= (second + self.offset) // 86_400 <= MAX_DAY:
            raise Unparsable("Invalid value for EpochDay", "date_time_exception", foreign=True)

    def __repr__(self) -> str:
        return f"<Moment {self.text()}>"

    @property
    def day(self) -> int:
        """The local date, in days of the epoch."""
        return (self.second + self.offset) // 86_400

    @property
    def nano_of_day(self) -> int:
        """The local time."""
        return (self.second + self.offset) % 86_400 * SECOND_NANOS + self.nano

    def at(self, zone: Zone) -> Moment:
        """The same instant in another zone."""
        return self if zone == self.zone else Moment(self.second, self.nano, zone)

    def text(self) -> str:
        """``ZonedDateTime.toString``."""
        second = (self.second + self.offset) % 86_400
        text = f"{_date(self.day)}T{second // 3600:02}:{second // 60 % 60:02}"
        if second % 60 or self.nano:
            text += f":{second % 60:02}{_fraction(self.nano)}"
        text += offset_id(self.offset)
        return text if self.zone.is_offset else f"{text}[{self.zone.id}]"

    def stored(self) -> str:
        """As the cluster writes it into a document: thousandths at least, minutes of the offset, no name of a zone."""
        second = (self.second + self.offset) % 86_400
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        fraction = f"{self.nano:09}".rstrip("0").ljust(3, "0")
        minutes = abs(self.offset) // 60
        sign = "-" if self.offset < 0 else "+"
        offset = f"{sign}{minutes // 60:02}:{minutes % 60:02}" if minutes else "Z"
        return f"{_date(self.day)}T{clock}.{fraction}{offset}"


def _date(days: int) -> str:
    year, month, day = date_of(days)
    if -999 <= year <= 999:
        shown = f"{'-' if year < 0 else ''}{abs(year):04}"
    else:
        shown = f"+{year}" if year > 9999 else str(year)
    return f"{shown}-{month:02}-{day:02}"


def _fraction(nano: int) -> str:
    if not nano:
        return ""
    digits = f"{nano:09}"
    if not nano % 1_000_000:
        return f".{digits[:3]}"
    return f".{digits[:6]}" if not nano % 1000 else f".{digits}"


def local_moment(day: int, nano_of_day: int, zone: Zone) -> Moment:
    """``ZonedDateTime.of`` a local date and time: gaps push forward, overlaps mean the earlier one."""
    assert 0 <= nano_of_day < DAY_NANOS
    second, nano = divmod(nano_of_day, SECOND_NANOS)
    return Moment(zone.instant_of(day * 86_400 + second), nano, zone)


def zoned_text(value: ZonedDateTime) -> str:
    """``ZonedDateTime.toString`` of a value of a document."""
    return Moment(value.seconds, value.nanos, zone_of(value.zone)).text()


def stored_text(value: ZonedDateTime) -> str:
    """The same value as it stands in a document that is stored."""
    return Moment(value.seconds, value.nanos, zone_of(value.zone)).stored()
