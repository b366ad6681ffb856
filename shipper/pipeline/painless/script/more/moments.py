"""Dates: ``ZonedDateTime``, ``Instant``, ``Duration``, ``ChronoUnit``, ``DateTimeFormatter`` and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import dates
from shipper.pipeline.dates.zones import Region
from shipper.pipeline.painless import scalars
from shipper.pipeline.painless.script import as_text, live
from shipper.pipeline.painless.script.more.date_text import (
    duration_text,
    instant_text,
    of_pattern,
    printed,
    read,
    read_instant,
    zone_named,
)
from shipper.pipeline.painless.script.more.fields import (
    FIELDS,
    OWN_FIELDS,
    get_int,
    get_long,
    week_day,
)
from shipper.pipeline.painless.script.more.formats import formatted
from shipper.pipeline.painless.script.more.instants import (
    DAY,
    NANOS,
    Day,
    Duration,
    Field,
    Formatter,
    Instant,
    Named,
    millis,
    of_millis,
    total,
)
from shipper.pipeline.painless.script.more.spans import (
    MONTHS,
    PARTS,
    UNITS,
    at_zone,
    between,
    compare,
    long,
    steps,
    toward_zero,
)
from shipper.pipeline.painless.strings import given
from shipper.pipeline.values import Date, ZonedDateTime

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "ZonedDateTime": {
        **scalars.TIME,
        "get(TemporalField)int": get_int,
        "getLong(TemporalField)long": get_long,
        "toInstant()Instant": lambda value: Instant(value.seconds, value.nanos),
        "toEpochSecond()long": lambda value: value.seconds,
        "isAfter(ChronoZonedDateTime)boolean": compare(1),
        "isBefore(ChronoZonedDateTime)boolean": compare(-1),
        "isEqual(ChronoZonedDateTime)boolean": compare(0),
        "format(DateTimeFormatter)String": printed,
        "withZoneSameInstant(ZoneId)ZonedDateTime": at_zone,
        "getZone()ZoneId": lambda value: dates.zone(value.zone),
        "getDayOfWeek()DayOfWeek": week_day,
        "getDayOfWeekEnum()DayOfWeek": week_day,
        **{f"get{name}()int": work for name, work in OWN_FIELDS.items()},
        **steps("ZonedDateTime"),
    },
    "Instant": {
        "toEpochMilli()long": millis,
        "getEpochSecond()long": lambda value: value.seconds,
        "getNano()int": lambda value: value.nanos,
        "isAfter(Instant)boolean": compare(1),
        "isBefore(Instant)boolean": compare(-1),
        "get(TemporalField)int": live.never("Instant.get"),
        "getLong(TemporalField)long": live.never("Instant.getLong"),
        "compareTo(Instant)int": lambda one, other: scalars.order(total(one), total(given(other))),
        "atZone(ZoneId)ZonedDateTime": lambda value, zone: ZonedDateTime(
            value.seconds, value.nanos, given(zone).id
        ),
        **steps("Instant"),
    },
    "Duration": {
        "toNanos()long": lambda value: long(value.nanos),
        "toMillis()long": lambda value: long(value.nanos // 1_000_000),
        "getSeconds()long": lambda value: value.nanos // NANOS,
        "getNano()int": lambda value: value.nanos % NANOS,
        "toMinutes()long": lambda value: toward_zero(value.nanos // NANOS, 60),
        "toHours()long": lambda value: toward_zero(value.nanos // NANOS, 3600),
        "toDays()long": lambda value: toward_zero(value.nanos // NANOS, DAY),
        "compareTo(Duration)int": lambda one, other: scalars.order(one.nanos, given(other).nanos),
        "get(TemporalUnit)long": live.never("Duration.get"),
        **{
            f"{word}{name}(long)Duration": lambda value, count, size=size: Duration(
                value.nanos + count * size
            )
            for name, nanos in PARTS.items()
            for word, size in (("plus", nanos), ("minus", -nanos))
        },
        "isNegative()boolean": lambda value: value.nanos < 0,
        "isZero()boolean": lambda value: not value.nanos,
    },
    "ChronoUnit": {
        "between(Temporal,Temporal)long": between,
        "compareTo(Enum)int": live.never("compareTo of an enum"),
        "name()String": lambda unit: unit.name,
    },
    "ChronoField": {
        "compareTo(Enum)int": live.never("compareTo of an enum"),
        "name()String": lambda field: field.name,
    },
    "DayOfWeek": {
        "compareTo(Enum)int": live.never("compareTo of an enum"),
        "get(TemporalField)int": live.never("DayOfWeek.get"),
        "getLong(TemporalField)long": live.never("DayOfWeek.getLong"),
        "getValue()int": lambda day: day.value,
        "name()String": lambda day: day.name,
    },
    "ZoneId": {"getId()String": lambda zone: zone.id},
    "DateTimeFormatter": {
        "getZone()ZoneId": lambda formatter: formatter.zone,
        "withZone(ZoneId)DateTimeFormatter": lambda formatter, zone: Formatter(
            formatter.pattern, given(zone)
        ),
        "format(TemporalAccessor)String": lambda formatter, value: printed(value, formatter),
    },
    "Date": {
        "clone()def": lambda date: Date(date.millis),
        "compareTo(Date)int": lambda one, other: scalars.order(one.millis, given(other).millis),
        "getTime()long": lambda date: date.millis,
        "before(Date)boolean": lambda one, other: one.millis < given(other).millis,
        "after(Date)boolean": lambda one, other: one.millis > given(other).millis,
    },
}
STATIC: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "ZonedDateTime": {
        "parse(CharSequence)ZonedDateTime": read,
        "parse(CharSequence,DateTimeFormatter)ZonedDateTime": lambda text, formatter: read(text, given(formatter)),
        "ofInstant(Instant,ZoneId)ZonedDateTime": lambda value, zone: ZonedDateTime(given(value).seconds, value.nanos, given(zone).id),
    },
    "Instant": {
        "ofEpochMilli(long)Instant": of_millis,
        "ofEpochSecond(long)Instant": lambda seconds: Instant(seconds, 0),
        "ofEpochSecond(long,long)Instant": lambda seconds, nanos: Instant(*divmod(seconds * NANOS + nanos, NANOS)),
        "parse(CharSequence)Instant": read_instant,
    },
    "Duration": {
        "between(Temporal,Temporal)Duration": lambda one, other: Duration(total(given(other)) - total(given(one))),
        "ofNanos(long)Duration": Duration,
        **{
            f"of{name}(long)Duration": lambda count, size=size: Duration(count * size)
            for name, size in (("Millis", 1_000_000), ("Seconds", NANOS), ("Minutes", 60 * NANOS), ("Hours", 3600 * NANOS), ("Days", DAY * NANOS))
        },
    },
    "ZoneId": {"of(String)ZoneId": zone_named},
    "ZoneOffset": {},
    "ChronoUnit": {},
    "ChronoField": {},
    "DateTimeFormatter": {"ofPattern(String)DateTimeFormatter": of_pattern},
    "System": {},
}  # fmt: skip
MADE: Final[dict[str, dict[tuple[str, ...], Callable[..., Any]]]] = {"Date": {("long",): Date}}
SUPERS: Final[dict[str, tuple[str, ...]]] = {
    "ZonedDateTime": ("ChronoZonedDateTime", "Temporal", "TemporalAccessor", "Object"),
    "Instant": ("Temporal", "TemporalAccessor", "Comparable", "Object"),
    "Temporal": ("TemporalAccessor", "Object"),
    "TemporalAccessor": ("Object",),
    "TemporalUnit": ("Object",),
    "Duration": ("Object",),
    "ChronoUnit": ("TemporalUnit", "Object"),
    "TemporalField": ("Object",),
    "ChronoField": ("TemporalField", "Object"),
    "DayOfWeek": ("Object",),
    "ZoneId": ("Object",),
    "ZoneOffset": ("ZoneId", "Object"),
    "DateTimeFormatter": ("Object",),
    "Date": ("Comparable", "Object"),
}
INSTANCES: Final[dict[str, frozenset[type]]] = {
    **dict.fromkeys(("Temporal", "TemporalAccessor"), frozenset([ZonedDateTime, Instant])),
    "Instant": frozenset([Instant]),
    "Duration": frozenset([Duration]),
    **dict.fromkeys(("ChronoUnit", "TemporalUnit"), frozenset([Named])),
    **dict.fromkeys(("ChronoField", "TemporalField"), frozenset([Field])),
    "DayOfWeek": frozenset([Day]),
    "ZoneId": frozenset([dates.Zone, Region]),
    "DateTimeFormatter": frozenset([Formatter]),
    "Date": frozenset([Date]),
}
QUALIFIED: Final = {
    **{
        f"java.time.{name}": name
        for name in ("ZonedDateTime", "Instant", "Duration", "ZoneId", "ZoneOffset", "DayOfWeek")
    },
    "java.time.temporal.ChronoUnit": "ChronoUnit",
    "java.time.temporal.ChronoField": "ChronoField",
    "java.time.format.DateTimeFormatter": "DateTimeFormatter",
    "java.util.Date": "Date",
    "java.lang.System": "System",
}
CONSTANTS: Final[dict[tuple[str, str], tuple[str, Any]]] = {
    **{("ChronoUnit", name): ("ChronoUnit", Named("ChronoUnit", name, 0)) for name in (*UNITS, *MONTHS)},
    **{("ChronoField", name): ("ChronoField", Field("ChronoField", name, 0)) for name in FIELDS},
    ("ZoneOffset", "UTC"): ("ZoneOffset", dates.zone("Z")),
    **{
        ("DateTimeFormatter", name): ("DateTimeFormatter", Formatter(name))
        for name in ("ISO_INSTANT", "ISO_DATE_TIME", "ISO_ZONED_DATE_TIME", "ISO_OFFSET_DATE_TIME", "ISO_LOCAL_DATE", "ISO_LOCAL_TIME", "ISO_LOCAL_DATE_TIME", "ISO_DATE", "RFC_1123_DATE_TIME")
    },
}  # fmt: skip
GETTERS: Final[dict[str, dict[str, Callable[[Any], Any]]]] = {
    "ZonedDateTime": {
        **{name[0].lower() + name[1:]: work for name, work in OWN_FIELDS.items()},
        "dayOfWeek": week_day,
        "dayOfWeekEnum": week_day,
    },
    "DayOfWeek": {"value": lambda day: day.value},
    "Date": {"time": lambda date: date.millis},
}
RECEIVERS: Final[dict[type, str]] = {
    Named: "ChronoUnit",
    Field: "ChronoField",
    Day: "DayOfWeek",
    Instant: "Instant", Duration: "Duration", Formatter: "DateTimeFormatter", Date: "Date",
    dates.Zone: "ZoneId", Region: "ZoneId",
}  # fmt: skip
STRING: Final[dict[str, Callable[..., Any]]] = {}
STATIC_STRING: Final[dict[str, Callable[..., Any]]] = {"format(String,def[])String": formatted}
MISSING: Final = " atOffset/1 isSupported/1 minus/1 minus/2 plus/1 plus/2 query/1 range/1 truncatedTo/1 until/2 with/1 with/2 getMonth/0 getOffset/0 "

for _kind, _name, _write in (
    (Instant, "java.time.Instant", instant_text),
    (Duration, "java.time.Duration", duration_text),
    (Named, "java.time.temporal.ChronoUnit", lambda value: value.name.capitalize()),
    (Field, "java.time.temporal.ChronoField", None),
    (Day, "java.time.DayOfWeek", lambda value: value.name),
    (Date, "java.util.Date", None),
    (Formatter, "java.time.format.DateTimeFormatter", None),
    (dates.Zone, "java.time.ZoneOffset", lambda zone: zone.id),
    (Region, "java.time.ZoneRegion", lambda zone: zone.id),
):
    live.name_class(_kind, _name)
    if _write is not None:
        as_text.name_text(_kind, _write)
