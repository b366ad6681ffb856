"""
Elasticsearch's ``redact``: what grok patterns match becomes the names of the patterns.

Matches that overlap or touch become one, under the name of the longest. The edge asks for no licence; the cluster wants Platinum.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from shipper.pipeline import grok, guard
from shipper.pipeline.document import Path
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.grok.banks import ECS
from shipper.pipeline.processors.access import field_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

    Match = tuple[int, int, str]

_TRACE = Path.parse("_ingest._redact._is_redacted")
_TIMED_OUT = "Grok pattern matching timed out"


def redact(options: Options, build: Build) -> Run:
    """Replaces every match in a text by its pattern's name."""
    path = field_path(options, "field")
    ignore_missing = options.flag("ignore_missing", default=True)
    options.flag("skip_if_unlicensed", default=False)
    before, after = options.text("prefix", "<"), options.text("suffix", ">")
    trace = options.flag("trace_redact", default=False)
    groks = _compile(options, build)

    def matches(text: str) -> list[Match]:
        found: list[Match] = []
        for one in groks:
            if not one.captures:
                raise Failure(_TIMED_OUT, "timeout_exception", root=None)
            name = one.captures[0].field
            spans = guard.call(_spans, one.compiled, text)
            found += [(start, end, name) for start, end in spans]
        return found

    def run(document: Document) -> None:
        text = path.get_text(document, ignore_missing=True)
        if text is None:
            if ignore_missing:
                return
            raise Failure(f"field [{path.text}] is null or missing")
        try:
            found = matches(text)
        except guard.TimedOut:
            raise Failure(_TIMED_OUT, "timeout_exception") from None
        if not found:
            return
        pieces, at = [], 0
        for start, end, name in _merged(found):
            pieces += [text[at:start], before, name, after]
            at = end
        pieces.append(text[at:])
        guard.make(sum(map(len, pieces)))
        redacted = "".join(pieces)
        path.set(document, redacted)
        if trace and redacted != text:
            _TRACE.set(document, True)

    return run


def _compile(options: Options, build: Build) -> list[grok.Grok]:
    patterns: Sequence[str] = options.items("patterns") or []
    if not patterns and "patterns" in options:
        options.wrong("patterns", "List of patterns must not be empty", "add one")
    definitions: dict[str, Any] = options.table("pattern_definitions", {}) or {}
    if not all(isinstance(text, str) for text in definitions.values()):
        options.wrong("pattern_definitions", "a definition is not a text", "put it in quotes")
        return []
    groks = []
    for number, pattern in enumerate(patterns, 1):
        try:
            groks.append(grok.compile([pattern], definitions, ECS, build.flavour))
        except Unsupported as error:
            place = f" (pattern {number})" if len(patterns) > 1 else ""
            options.caught("patterns", type(error)(f"{error.reason}{place}"))
    return groks


def _spans(compiled: Any, text: str) -> list[tuple[int, int]]:
    """Where a pattern matches: the next search begins at a match's end, one further after an empty match there."""
    found: list[tuple[int, int]] = []
    offset = 0
    while offset != len(text) or not found:
        match = compiled.search(text, offset)
        if match is None:
            break
        found.append(match.span())
        end = match.end()
        offset = offset + 1 if end == offset else end
        if offset >= len(text):
            break
    return found


def _merged(found: list[Match]) -> list[Match]:
    """Matches by their start, those that touch as one: of each the start and the farthest end, and the name of the longest."""
    ordered = sorted(found, key=itemgetter(0))
    merged: list[Match] = []
    at = 0
    while at < len(ordered):
        past = at + 1
        while past < len(ordered) and ordered[past - 1][1] >= ordered[past][0]:
            past += 1
        group = ordered[at:past]
        longest = max(group, key=lambda match: match[1] - match[0])
        merged.append((group[0][0], max(match[1] for match in group), longest[2]))
        at = past
    return merged
