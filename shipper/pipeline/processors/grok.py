"""``grok``: sets what a pattern names in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline import grok as library
from shipper.pipeline.document import Path, cast_reason
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.grok.banks import ECS, LEGACY
from shipper.pipeline.guard import TimedOut
from shipper.pipeline.options import ELASTICSEARCH, OPENSEARCH

if TYPE_CHECKING:
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_MODES = {"disabled": LEGACY, "v1": ECS}
_CLUSTER_MILLISECONDS = (
    1000  # ingest.grok.watchdog.max_execution_time, unless the cluster sets another
)
_INDEX = library.INDEX_FIELD


def grok(options: Options, build: Build) -> Run:
    """Build ``grok`` of ``field`` and ``patterns``."""
    name = options.text("field") or ""
    path = Path.parse(name or "_")
    ignore_missing = options.flag("ignore_missing", False)
    trace = options.flag("trace_match", False)
    compiled = _compile(options, build, trace=trace)
    several = compiled is not None and len(compiled.patterns) > 1
    objects = compiled.objects if compiled is not None else frozenset()
    index_path = Path.parse(_INDEX)
    paths: dict[str, Path] = {}

    def run(document: Document) -> None:
        if not name:
            raise Failure("path cannot be null nor empty")
        text = path.get_or_none(document) if ignore_missing else path.get(document)
        if text is None:
            if ignore_missing:
                return
            raise Failure(f"field [{name}] is null, cannot process it.")
        if not isinstance(text, str):
            raise Failure(cast_reason(name, text, "java.lang.String"))
        found = _match(text)
        if found is None:
            raise Failure(f"Provided Grok expressions do not match field value: [{text}]")
        fields, index = found
        if objects and not objects.isdisjoint(document.ctx):
            fields = library.Grok.in_order(fields)
        for field, value in fields.items():
            target = paths.get(field)
            if target is None:
                target = paths[field] = Path.parse(field)
            target.set(document, value)
        if trace:
            index_path.set(document, str(index) if several else "0")

    def _match(text: str) -> tuple[dict[str, Any], int] | None:
        assert compiled is not None
        try:
            return compiled.match(text)
        except TimedOut:
            raise Failure(
                f"grok pattern matching was interrupted after [{_CLUSTER_MILLISECONDS}] ms",
                "runtime_exception",
            ) from None

    return run


def _compile(options: Options, build: Build, *, trace: bool) -> library.Grok | None:
    options.only(ELASTICSEARCH, "ecs_compatibility")
    options.only(OPENSEARCH, "capture_all_matches")
    patterns = options.items("patterns") or []
    definitions = options.table("pattern_definitions", {}) or {}
    bank = LEGACY
    if build.flavour == ELASTICSEARCH:
        mode = options.text("ecs_compatibility", "disabled")
        if mode not in _MODES:
            options.wrong("ecs_compatibility", f"unsupported mode '{mode}'", "write disabled or v1")
        bank = _MODES.get(mode, LEGACY)
    capture_all = build.flavour == OPENSEARCH and options.flag("capture_all_matches", False)
    texts = all(isinstance(text, str) for text in definitions.values())
    if not texts:
        options.wrong("pattern_definitions", "a definition is not a text", "put it in quotes")
        return None
    if not patterns:
        if "patterns" in options:
            options.wrong("patterns", "List of patterns must not be empty", "add one")
        return None
    try:
        return library.compile(
            patterns, definitions, bank, build.flavour, trace=trace, capture_all=capture_all
        )
    except Unsupported as error:
        _tell(options, patterns, error)
    return None


def _tell(options: Options, patterns: list[str], error: Unsupported) -> None:
    """Note an error with the pattern, if there are several, and the column where it stands."""
    parts = []
    if len(patterns) > 1:
        parts.append(f"pattern {getattr(error, 'index', 0) + 1}")
    if error.offset is not None:
        parts.append(f"column {error.offset + 1}")
    place = f" ({', '.join(parts)})" if parts else ""
    options.caught("patterns", type(error)(f"{error.reason}{place}"))
