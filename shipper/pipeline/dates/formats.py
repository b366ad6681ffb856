"""
What a format of the ``date`` processor makes of a text, and how ``output_format`` prints it: as the products' own classes do.

Elasticsearch takes the zone of the text and tells the result in ``timezone``. OpenSearch lets ``timezone`` overrule an offset in the text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from shipper.pipeline.dates import epoch
from shipper.pipeline.dates import fields as f
from shipper.pipeline.dates.calendar import (
    ISO_WEEK,
    MAX_YEAR,
    date_of,
    day_of,
    day_of_week,
    month_length,
    week_start,
    weeks_in,
)
from shipper.pipeline.dates.clock import Style
from shipper.pipeline.dates.fields import SECOND_NANOS, Unparsable
from shipper.pipeline.dates.instant import Moment, local_moment
from shipper.pipeline.dates.named import Form, forms
from shipper.pipeline.dates.names import Text
from shipper.pipeline.dates.nodes import Broken, Context, Node, Pad, Sequence
from shipper.pipeline.dates.numbers import Number, WeekNumber
from shipper.pipeline.dates.offsets import ZoneId
from shipper.pipeline.dates.parsed import Parsed, days_of, no_date
from shipper.pipeline.dates.pattern import compile as compile_pattern
from shipper.pipeline.dates.resolution import resolve
from shipper.pipeline.dates.texts import ROOT
from shipper.pipeline.dates.zones import UTC
from shipper.pipeline.failure import Invalid, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shipper.pipeline.dates.calendar import Week
    from shipper.pipeline.dates.texts import Locale
    from shipper.pipeline.dates.zones import Zone

    Read = Callable[[str], Parsed]
    Parser = Callable[[str | None, int], Moment]
    """From a text and the current year; raises ``Unparsable``."""

_COUNTS = {"UNIX": epoch.unix, "UNIX_MS": epoch.unix_ms, "TAI64N": epoch.tai64n}
_NULLS = {
    "UNIX": 'Cannot invoke "String.length()" because "in" is null',
    "UNIX_MS": "Cannot parse null string: null",
    "TAI64N": 'Cannot invoke "String.startsWith(String)" because "date" is null',
}
"""What the virtual machine says of a null."""
_MISSING_YEAR = (f.NANO, f.SECOND_OF_DAY, f.MINUTE_OF_DAY, f.HOUR, f.DAY, f.MONTH)
_FULL_DATES = frozenset({f.YEAR, f.ERA, f.JULIAN, f.DAY_OF_WEEK})
_WEEK_LETTERS = frozenset({f.LOCAL_WEEK, f.LOCAL_WEEK_OF_MONTH, f.LOCAL_DAY})


@lru_cache(128)
def parser(
    format: str,  # noqa: A002 - the option's name
    zone: Zone = UTC,
    locale: Locale = ROOT,
    flavour: str = "elasticsearch",
) -> Parser:
    """
    What reads a format.

    Args:
        format: as in ``formats``: ``ISO8601``, ``UNIX``, …, a name, a pattern, or several with ``||``.
        zone: the processor's ``timezone``.
        locale: whose names of months and days are read.
        flavour: ``elasticsearch`` or ``opensearch``.

    Returns:
        A function of the text (None for null) and the current year, which raises ``Unparsable``. A format that is none
        fails so for every text, as in the cluster.

    Raises:
        Unsupported: the edge cannot do it.
    """
    count = _COUNTS.get(format)
    if count is not None:
        return _counting(count, zone, _NULLS[format])
    if format == "ISO8601":
        return _converting(_readers("iso8601", None, ROOT, flavour), zone, ROOT, flavour, iso=True)
    if flavour == "elasticsearch":
        format = format.removeprefix("8")  # noqa: A001
    overruling = (
        zone if flavour == "opensearch" and not (zone.is_offset and not zone.fixed) else None
    )
    try:
        readers = _readers(format, overruling, locale, flavour)
    except Invalid as invalid:
        return _never(invalid.reason)
    return _converting(readers, zone, locale, flavour, overruled=overruling is not None)


def _never(reason: str) -> Parser:
    def fail(text: str | None, year: int) -> Moment:  # noqa: ARG001
        raise Unparsable(reason, foreign=True)

    return fail


def _counting(count: Callable[[str], tuple[int, int]], zone: Zone, null: str) -> Parser:
    def parse(text: str | None, year: int) -> Moment:  # noqa: ARG001 - counts need no year
        if text is None:
            raise Unparsable(null, "null_pointer_exception", foreign=True)
        return Moment(*count(text), zone)

    return parse


# -- reading -------------------------------------------------------------------------------------------------------


def split(format: str) -> list[str]:  # noqa: A002
    """
    The alternatives of a format with ``||``.

    Raises:
        Invalid: one of them is empty.
    """
    if not format:
        raise Invalid("No date pattern provided", None)
    parts = [
        part.strip("".join(map(chr, range(33)))) for part in format.removeprefix("8").split("||")
    ]
    if not all(parts):
        raise Invalid(f"Cannot have empty element in multi date format pattern: {format}", None)
    return parts


def _readers(format: str, zone: Zone | None, locale: Locale, flavour: str) -> Read:  # noqa: A002
    reads: list[Read] = []
    for part in split(format):
        if part in epoch.epoch_names(flavour):
            reads.append(_of_epoch(epoch.epoch_reader(part, flavour), zone))
            continue
        if flavour == "opensearch" and part in {"rfc3339_lenient", "rfc3339Lenient"}:
            raise Unsupported(f"the format {part} is not built at the edge")
        named = forms(part, flavour)
        if named is None:
            nodes = compile_pattern(part)
            _check(nodes, locale, flavour)
            reads.append(_of_form(Form(nodes), zone, locale))
        else:
            reads.extend(_of_form(form, zone, locale) for form in named[1])
    return reads[0] if len(reads) == 1 else _first_of(reads)


def _of_epoch(read: Read, zone: Zone | None) -> Read:
    def resolved(text: str) -> Parsed:
        parsed = read(text)
        parsed.zone = zone
        return resolve(parsed, Style.SMART)

    return resolved


def _of_form(form: Form, zone: Zone | None, locale: Locale) -> Read:
    if form.iso is not None:
        return form.iso.read
    nodes, style = form.nodes, form.style
    assert nodes is not None
    own = zone or (UTC if form.in_utc else None)

    def read(text: str) -> Parsed:
        context = Context(locale)
        end = nodes.parse(context, text, 0)
        if end != len(text):
            raise _not_parsed(text, end)
        return resolve(Parsed(context.fields, context.zone or own, context.period), style)

    return read


def _not_parsed(text: str, end: int) -> Unparsable:
    shown = text if len(text) <= 64 else text[:64] + "..."
    where = f"at index {~end}" if end < 0 else f", unparsed text found at index {end}"
    reason = f"Text '{shown}' could not be parsed{' ' if end < 0 else ''}{where}"
    return Unparsable(reason, "date_time_parse_exception", foreign=True)


def _first_of(reads: list[Read]) -> Read:
    def read(text: str) -> Parsed:
        for one in reads:
            try:
                return one(text)
            except Broken:
                raise
            except Unparsable:
                continue
        raise Unparsable("Failed to parse with all enclosed parsers", "date_time_parse_exception")

    return read


def _walk(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Sequence):
        for inner in node.nodes:
            yield from _walk(inner)
    elif isinstance(node, Pad):
        yield from _walk(node.node)


def _check(nodes: Sequence, locale: Locale, flavour: str, *, printed: bool = False) -> None:
    """Refuse what depends on the virtual machine's tables, or on how an OpenSearch node is started."""
    if locale is not ROOT and any(isinstance(node, ZoneId) and node.texts for node in _walk(nodes)):
        from shipper.pipeline.dates.abbreviations import COUNTRIES  # noqa: PLC0415 - rarely used

        if locale.name not in COUNTRIES:
            raise Unsupported(f"abbreviations of zones in the locale {locale.name}")
    if flavour != "opensearch" or locale is not ROOT:
        return
    numbers = {node.name for node in _walk(nodes) if isinstance(node, WeekNumber)}
    dates = {node.field for node in _walk(nodes) if isinstance(node, Number | Text)}
    if numbers and (printed or numbers & _WEEK_LETTERS or dates & _FULL_DATES):
        raise Unsupported(
            "the pattern letters Y w W e c without a locale: where weeks begin depends on how OpenSearch is started; name a locale"
        )


# -- from what was read to an instant ------------------------------------------------------------------------------


def _converting(
    read: Read,
    zone: Zone,
    locale: Locale,
    flavour: str,
    *,
    overruled: bool = False,
    iso: bool = False,
) -> Parser:
    weeks = (ISO_WEEK, locale.week) if flavour == "elasticsearch" else (locale.week,)
    default = UTC if flavour == "opensearch" and not iso else zone
    empty = "cannot parse empty date" if flavour == "opensearch" else "cannot parse empty datetime"

    def parse(text: str | None, year: int) -> Moment:
        if not text:
            raise Unparsable(empty)
        parsed = read(text)
        if not iso and _year_is_missing(parsed, weeks, flavour):
            return _in_year(parsed, year, zone)
        moment = _moment(parsed, weeks, default)
        return moment if overruled else moment.at(zone)

    return parse


def _year_is_missing(parsed: Parsed, weeks: tuple[Week, ...], flavour: str) -> bool:
    if parsed.knows(f.YEAR) or parsed.knows(f.YEAR_OF_ERA):
        return False
    if flavour == "opensearch":
        return not parsed.knows((f.LOCAL_WEEK, weeks[0]))
    return not (
        any(parsed.knows((f.LOCAL_YEAR, week)) for week in weeks) or parsed.knows(f.INSTANT)
    )


def _in_year(parsed: Parsed, year: int, zone: Zone) -> Moment:
    """The first of January, with one known field after another put in; 31 February becomes the last of it."""
    day, nanos = day_of(year, 1, 1), 0
    for field in _MISSING_YEAR:
        if not parsed.knows(field):
            continue
        value = parsed.value(field)
        if field == f.DAY:
            day += value - 1
        elif field == f.MONTH:
            of_month = date_of(day)[2]
            day = day_of(year, value, min(of_month, month_length(year, value)))
        elif field == f.NANO:
            nanos = value
        elif field == f.SECOND_OF_DAY:
            nanos = value * SECOND_NANOS + nanos % SECOND_NANOS
        elif field == f.MINUTE_OF_DAY:
            nanos = nanos % (60 * SECOND_NANOS) + value * 60 * SECOND_NANOS
        else:
            nanos = nanos % (3600 * SECOND_NANOS) + value * 3600 * SECOND_NANOS
    return local_moment(day, nanos, zone)


def _moment(parsed: Parsed, weeks: tuple[Week, ...], default: Zone) -> Moment:
    """What the products' ``DateFormatters.from`` makes of it: what is missing is the least there is."""
    zone = parsed.known_zone() or default
    day, time = _day(parsed), parsed.time
    if day is None and f.INSTANT in parsed.fields and parsed.knows(f.NANO):
        return Moment(parsed.fields[f.INSTANT], parsed.value(f.NANO), zone)
    if day is not None:
        return local_moment(day, time or 0, zone)
    if time is not None:
        return local_moment(_unknown_day(parsed, weeks), time, zone)
    if parsed.knows(f.YEAR) or parsed.knows(f.YEAR_OF_ERA):
        month = parsed.value(f.MONTH) if parsed.knows(f.MONTH) else 1
        return local_moment(_date(_year(parsed), month, 1), 0, zone)
    if parsed.knows(f.MONTH):
        return local_moment(_unknown_day(parsed, weeks), 0, zone)
    for week in weeks:
        if parsed.knows((f.LOCAL_YEAR, week)):
            return local_moment(_week_day(parsed, week), 0, zone)
    raise Unparsable("temporal accessor cannot be converted to zoned date time", foreign=True)


def _year(parsed: Parsed) -> int:
    for field in (f.YEAR, f.YEAR_OF_ERA):
        if parsed.knows(field):
            return parsed.value(field)
    return 1970


def _day(parsed: Parsed) -> int | None:
    if parsed.day is not None:
        return parsed.day
    if parsed.knows(f.YEAR_OF_ERA) or parsed.knows(f.YEAR):
        year = _year(parsed)
        if parsed.knows(f.MONTH) and parsed.knows(f.DAY):
            return _date(year, parsed.value(f.MONTH), parsed.value(f.DAY))
        if parsed.knows(f.DAY_OF_YEAR):
            return days_of(year, parsed.value(f.DAY_OF_YEAR))
    return None


def _date(year: int, month: int, day: int) -> int:
    if not -MAX_YEAR <= year <= MAX_YEAR or day > month_length(year, month):
        raise no_date(year, month, day)
    return day_of(year, month, day)


def _unknown_day(parsed: Parsed, weeks: tuple[Week, ...]) -> int:
    for week in weeks:
        if parsed.knows((f.LOCAL_YEAR, week)):
            return _week_day(parsed, week)
    if parsed.knows(f.MONTH):
        day = parsed.value(f.DAY) if parsed.knows(f.DAY) else 1
        return _date(_year(parsed), parsed.value(f.MONTH), day)
    return 0


def _week_day(parsed: Parsed, week: Week) -> int:
    """The first day of the week that 1970-01-01 becomes, put into the year and the week that were read."""
    year = parsed.value((f.LOCAL_YEAR, week))
    local = f.date_value(0, (f.LOCAL_DAY, week))
    number = f.date_value(0, (f.LOCAL_WEEK, week))
    if f.date_value(0, (f.LOCAL_YEAR, week)) == year:
        day = 0
    else:
        number = min(number, weeks_in(year, week))
        day = week_start(year, week) + (number - 1) * 7 + local - 1
    if parsed.knows((f.LOCAL_WEEK, week)):
        wanted = parsed.value((f.LOCAL_WEEK, week))
        day += (wanted - f.date_value(day, (f.LOCAL_WEEK, week))) * 7
    return day - (day_of_week(day) - week[0]) % 7


# -- printing ------------------------------------------------------------------------------------------------------


@lru_cache(64)
def formatter(
    format: str,  # noqa: A002 - the option's name
    flavour: str = "elasticsearch",
) -> Callable[[Moment], str]:
    """
    What prints a format: its first alternative, with the root's names.

    Returns:
        A function of a moment, which raises ``Failure`` where Java throws.

    Raises:
        Invalid: it is no format; the cluster refuses the pipeline.
        Unsupported: the edge cannot do it.
    """
    parts = split(format)
    for part in parts[1:]:
        if part not in epoch.epoch_names(flavour) and forms(part, flavour) is None:
            compile_pattern(part)
    first = parts[0]
    if first in epoch.epoch_names(flavour):
        return epoch.epoch_printer(first, flavour)
    if flavour == "opensearch" and first in {"rfc3339_lenient", "rfc3339Lenient"}:
        raise Unsupported(f"the format {first} is not built at the edge")
    named = forms(first, flavour)
    if named is None:
        form = Form(compile_pattern(first))
        assert form.nodes is not None
        _check(form.nodes, ROOT, flavour, printed=True)
    else:
        form = named[0]
    nodes = form.nodes
    assert nodes is not None
    if not form.in_utc:
        return lambda moment: nodes.print(moment, ROOT)
    return lambda moment: nodes.print(moment.at(UTC), ROOT)


def prints_zone_names(format: str, flavour: str) -> bool:  # noqa: A002
    """Whether a format prints names of zones that come from the virtual machine's tables."""
    part = split(format)[0]
    if part in epoch.epoch_names(flavour) or forms(part, flavour) is not None:
        return False
    return any(isinstance(node, ZoneId) and node.texts for node in _walk(compile_pattern(part)))
