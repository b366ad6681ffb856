"""``script``: Painless that changes the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Unsupported

if TYPE_CHECKING:
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run


def script(options: Options, build: Build) -> Run:
    """Runs a script on the document."""
    language = options.text("lang", "painless")
    params: dict[str, Any] = options.table("params", None) or {}
    stored = options.text("id", None)
    source = options.text("source", None)
    name = "source"
    inline = options.text("inline", None)
    if inline is not None and source is None:
        source, name = inline, "inline"
    if stored is not None:
        options.refuse("id", "a stored script, which only the cluster has")
        return _nothing
    if source is None:
        options.wrong(
            None,
            "must specify either [source] for an inline script or [id] for a stored script",
            "write source",
        )
        return _nothing
    if language != "painless":
        options.refuse("lang", f"the language {language}; the edge runs Painless")
        return _nothing
    from shipper.pipeline.painless.script import compile  # noqa: A004, PLC0415 - only pipelines with scripts load it

    try:
        run = compile(source, flavour=build.flavour, params=params)
    except Unsupported as error:
        options.caught_script(name, error)
        return _nothing

    def run_script(document: Document) -> None:
        run(document.ctx, document.ingest.get("timestamp"))

    return run_script


def _nothing(document: Document) -> None:
    """What stands for a script that is not taken."""
