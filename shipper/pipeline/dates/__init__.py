"""
Dates as the ``date`` processor reads and prints them: the formats of Elasticsearch and OpenSearch over ``java.time``'s.

Pure: the current year is an argument. ``parser`` and ``formatter`` do everything that is done; ``Fast`` goes from text to text for the
common shapes and leaves the rest to them.
"""

from __future__ import annotations

from shipper.pipeline.dates.fields import Unparsable
from shipper.pipeline.dates.formats import formatter, parser
from shipper.pipeline.dates.instant import Moment
from shipper.pipeline.dates.quick import Fast
from shipper.pipeline.dates.texts import ROOT, Locale, locale
from shipper.pipeline.dates.zones import UTC, Zone, zone

__all__ = [
    "ROOT",
    "UTC",
    "Fast",
    "Locale",
    "Moment",
    "Unparsable",
    "Zone",
    "formatter",
    "locale",
    "parser",
    "zone",
]
