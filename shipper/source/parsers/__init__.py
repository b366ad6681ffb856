"""
Parsers: from lines to the first shape of events, in the order that the user wrote.

Pure modules: bytes' offsets and text in, events out. They keep nothing from one window to the next, so a re-read from any
event's end makes the same events again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.config.settings import Container, Multiline, Ndjson
from shipper.config.settings import Parser as ParserSettings

if TYPE_CHECKING:
    from shipper.source.parsers.batch import Parser


def build(settings: tuple[ParserSettings, ...], limit: int) -> list[Parser]:
    """
    Make the parsers of an input. What an input does not use is not loaded.

    Args:
        settings: of the parsers, in the user's order.
        limit: most bytes of the lines that make one event.

    Raises:
        ValueError: a pattern or a time zone is wrong.
    """
    parsers: list[Parser] = []
    for index, parser in enumerate(settings):
        if isinstance(parser, Multiline):
            from shipper.source.parsers.multiline import MultilineParser  # noqa: PLC0415

            parsers.append(MultilineParser(parser, limit))
        elif isinstance(parser, Ndjson):
            from shipper.source.parsers.ndjson import NdjsonParser  # noqa: PLC0415

            parsers.append(NdjsonParser(parser))
        elif isinstance(parser, Container):
            from shipper.source.parsers.container import ContainerParser  # noqa: PLC0415

            later = any(isinstance(other, Multiline) for other in settings[index + 1 :])
            parsers.append(ContainerParser(parser, limit, keep_blank=later))
        else:
            from shipper.source.parsers.syslog import SyslogParser  # noqa: PLC0415

            parsers.append(SyslogParser(parser))
    return parsers
