"""
Grok: named pieces of regular expressions, as ingest pipelines have them.

``compile`` makes a :class:`Grok` of patterns; the banks of standard names are in ``banks``. What the two products do
differently is decided by ``flavour``.
"""

from __future__ import annotations

from shipper.pipeline.grok.compiled import INDEX_FIELD, Capture, Grok, compile  # noqa: A004

__all__ = ["INDEX_FIELD", "Capture", "Grok", "compile"]
