"""OpenSearch's ``remove_by_pattern``: removes the fields at a document's root whose names fit a pattern with ``*``, or all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shipper.config.document import Listing
from shipper.pipeline.document import Path
from shipper.pipeline.processors.writing import METADATA_NAMES
from shipper.pipeline.values import hash_order

if TYPE_CHECKING:
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_NEVER: Final = frozenset('\\/?"<>| ,')
_BOTH: Final = ("field_pattern", "exclude_field_pattern")


def remove_by_pattern(options: Options, build: Build) -> Run:  # noqa: ARG001 - a processor's form
    """Removes fields; of fields below the root, only as part of those."""
    patterns = {name: _patterns(options, name) for name in _BOTH}
    given = [name for name in _BOTH if patterns[name] is not None]
    if len(given) != 1:
        reason = "either field_pattern or exclude_field_pattern must be set"
        options.wrong(None, reason, "write one of the two")
        return lambda _document: None
    (name,) = given
    wanted = [text.split("*") for text in patterns[name] or []]
    removes = name == "field_pattern"

    def run(document: Document) -> None:
        if not wanted:
            return
        for field in hash_order(document.ctx, copied=True):
            if field in METADATA_NAMES:
                continue
            if any(_fits(pieces, field) for pieces in wanted) is removes:
                Path.parse(field).remove(document)

    return run


def _patterns(options: Options, name: str) -> list[str] | None:
    node = options.node(name)
    if node is None:
        return None
    if isinstance(node, Listing) and not node.items:
        return []
    texts: list[str] = options.texts(name)
    for text in texts:
        if "#" in text or ":" in text:
            options.wrong(name, f"the pattern [{text}] must not contain '#' or ':'")
        if text.startswith("_"):
            options.wrong(name, f"the pattern [{text}] must not start with '_'")
        if found := _NEVER.intersection(text):
            options.wrong(name, f"the pattern [{text}] must not contain {min(found)!r}")
    return texts


def _fits(pieces: list[str], text: str) -> bool:
    """Whether a text has all pieces one after another, the first at its start and the last at its end."""
    first, *middle = pieces
    if not middle:
        return text == first
    last = middle.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
