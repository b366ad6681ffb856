"""
The ``date`` processor: from a text in one of several formats to a text in one.

It fails with one sentence whatever was wrong: a text, a zone, a format. Elasticsearch takes the first format that fits, OpenSearch the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.dates.calendar import date_of
from shipper.pipeline.dates.fields import Unparsable
from shipper.pipeline.dates.formats import formatter, parser, prints_zone_names
from shipper.pipeline.dates.instant import Moment
from shipper.pipeline.dates.offsets import is_printable
from shipper.pipeline.dates.quick import DEFAULT_OUTPUT, Fast
from shipper.pipeline.dates.texts import ROOT
from shipper.pipeline.dates.texts import locale as locale_of
from shipper.pipeline.dates.zones import UTC, Zone
from shipper.pipeline.dates.zones import zone as zone_of
from shipper.pipeline.document import Path
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.values import to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.dates.texts import Locale
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.template import Template

    Run = Callable[[Document], None]
    Read = Callable[[str | None, int, Document], str | Moment]
    """From a text, the current year and the document to the result, printed or not; raises ``Unparsable``."""


def date(options: Options, build: Build) -> Run:
    """
    Build the processor.

    Options: ``field``, ``formats`` (a list; ``ISO8601``, ``UNIX``, ``UNIX_MS``, ``TAI64N``, a name or a pattern), ``target_field``, ``timezone``
    (templated), ``locale``, ``output_format``.
    """
    field = options.text("field")
    target = options.text("target_field", "@timestamp")
    formats = options.items("formats") or []
    output = options.text("output_format", DEFAULT_OUTPUT)
    locale = _locale(options)
    zone = _zone(options)
    show = _printer(options, zone, output, build.flavour)
    read = _reader(options, formats, zone, locale, output, build.flavour)

    def run(document: Document) -> None:
        value = Path.parse(field).get(document)
        text = value if isinstance(value, str) or value is None else to_string(value)
        try:
            result = read(text, current_year(document), document)
        except Unparsable as cause:
            reason = f"unable to parse date [{to_string(value)}]"
            raise Failure(reason, root=cause.reason if formats else reason) from cause
        Path.parse(target).set(document, result if isinstance(result, str) else show(result))

    return run


def current_year(document: Document) -> int:
    """The year in which the document is ingested, in UTC."""
    timestamp: Any = document.ingest.get("timestamp")
    return date_of(timestamp.seconds // 86_400)[0] if timestamp is not None else 1970


def _locale(options: Options) -> Locale | Unparsable:
    """The locale; an exception where the cluster knows none of that name, and fails for every document."""
    text = options.text("locale", None)
    if text is None:
        return ROOT
    if "{{" in text:
        options.refuse(
            "locale",
            "a template; the names that are read have to be known when the pipeline is loaded",
        )
        return ROOT
    try:
        return locale_of(text)
    except Unsupported as unsupported:
        options.caught("locale", unsupported)
        return ROOT
    except Unparsable as unknown:
        return unknown


def _zone(options: Options) -> Zone | Template | Unparsable:
    """The zone, or the template that tells it; an exception where there is no zone of that name."""
    text = options.text("timezone", None)
    if text is None:
        return UTC
    if "{{" in text:
        template: Template = options.template_of("timezone", text)
        return template
    try:
        return zone_of(text)
    except Unparsable as unknown:
        return unknown


def _printer(
    options: Options, zone: Zone | Template | Unparsable, output: str, flavour: str
) -> Callable[[Moment], str]:
    try:
        if prints_zone_names(output, flavour) and not _is_known(zone, flavour):
            options.refuse(
                "output_format", "names of zones, which come from the virtual machine's own tables"
            )
        return formatter(output, flavour)
    except Unsupported as unsupported:
        options.caught("output_format", unsupported)
        return Moment.text


def _reader(
    options: Options,
    formats: list[str],
    zone: Zone | Template | Unparsable,
    locale: Locale | Unparsable,
    output: str,
    flavour: str,
) -> Read:
    """What reads, and prints if there is a quick way. Options that the edge cannot do are noted."""
    in_zone = zone if isinstance(zone, Zone) else UTC
    in_locale = ROOT if isinstance(locale, Unparsable) else locale
    for one in formats:
        try:
            parser(one, in_zone, in_locale, flavour)
        except Unsupported as unsupported:
            options.caught("formats", unsupported)
            return _never(Unparsable(None))
    for unknown in (zone, locale):
        if isinstance(unknown, Unparsable):
            return _never(unknown)
    if isinstance(zone, Zone):
        try:
            ways = [Fast(one, zone, in_locale, output, flavour) for one in formats]
        except Unsupported:  # the output format, which is noted already
            return _never(Unparsable(None))
        return _fixed(ways, flavour)
    return _templated(formats, zone, in_locale, flavour)  # type: ignore[arg-type]  # an exception is gone


def _is_known(zone: Zone | Template | Unparsable, flavour: str) -> bool:
    """Whether what is printed is in a zone whose name the edge knows."""
    return (
        isinstance(zone, Zone) and is_printable(zone) and (flavour != "opensearch" or zone is UTC)
    )


def _never(cause: Unparsable) -> Read:
    def read(text: str | None, year: int, document: Document) -> str | Moment:  # noqa: ARG001
        raise Unparsable(cause.reason)

    return read


def _fixed(ways: list[Fast], flavour: str) -> Read:
    # OpenSearch tries all formats, and the last that fits counts
    steps = [(way.at, way) for way in (reversed(ways) if flavour == "opensearch" else ways)]
    first = ways[:1]

    def read(text: str | None, year: int, document: Document) -> str | Moment:  # noqa: ARG001
        reason = None  # not the exception, whose frames would hold it in turn
        for quick, way in steps:
            found = None if text is None else quick(year)(text)
            if found is not None:
                return found
            try:
                moment = way.parse(text, year)
            except Unparsable as failed:
                if [way] == first:
                    reason = failed.reason
                continue
            return moment
        raise Unparsable(reason)

    return read


def _templated(formats: list[str], template: Template, locale: Locale, flavour: str) -> Read:
    steps = formats[::-1] if flavour == "opensearch" else formats

    def read(text: str | None, year: int, document: Document) -> str | Moment:
        try:
            zone = zone_of(template.render(document))
        except Failure as failed:
            raise Unparsable(failed.reason) from failed
        reason = None  # not the exception, whose frames would hold it in turn
        for one in steps:
            try:
                moment = parser(one, zone, locale, flavour)(text, year)
            except Unparsable as failed:
                if one == formats[0]:
                    reason = failed.reason
                continue
            return moment
        raise Unparsable(reason)

    return read
