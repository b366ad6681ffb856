"""
Processors that decide what runs: ``fail``, ``drop``, ``terminate``, ``pipeline``, ``foreach``.

What fails inside a ``foreach`` without handlers of its own counts as a failure of the ``foreach``; what fails inside another pipeline keeps its origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import Path, cast_reason
from shipper.pipeline.execution import holds, run_pipeline
from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.options import ELASTICSEARCH, WAY_OUT
from shipper.pipeline.values import class_name, hash_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.definition import Pipeline
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run
    from shipper.pipeline.steps import Step


def fail(options: Options, build: Build) -> Run:  # noqa: ARG001 - all builders take both
    """``fail``: fails with a message of the pipeline's own."""
    message = options.template("message")
    if message is None:
        return _nothing

    def run(document: Document) -> None:
        raise Failure(message.render(document), "fail_processor_exception")

    return run


def drop(options: Options, build: Build) -> Run:  # noqa: ARG001
    """``drop``: the document ends here and is not indexed."""

    def run(document: Document) -> None:
        document.dropped = True

    return run


def terminate(options: Options, build: Build) -> Run:  # noqa: ARG001
    """Elasticsearch's ``terminate``: ends the pipeline that it stands in, and not those that called it."""

    def run(document: Document) -> None:
        document.terminated = True

    return run


def _nothing(document: Document) -> None:
    pass


# -- pipeline ----------------------------------------------------------------------------------------------------------


def pipeline(options: Options, build: Build) -> Run:
    """
    ``pipeline``: runs another pipeline of the library.

    A plain name has to be there when this one is loaded, unless the configuration lists it as absent; a templated name may come to any of the configured
    candidates.
    """
    options.only(ELASTICSEARCH, "ignore_missing_pipeline")
    template = options.template("name")
    ignore_missing = False
    if build.flavour == ELASTICSEARCH:
        ignore_missing = options.flag("ignore_missing_pipeline", default=False)
    if template is None:
        return _nothing
    if template.constant is None:
        return _pipeline_of_template(options, build, template.render, ignore_missing=ignore_missing)
    name = template.constant
    before = len(build.troubles)
    found = build.inner(name, options.mark_of("name"))
    if found is None:
        absent = name in build.settings.absent
        if not absent and len(build.troubles) == before:
            way = (
                "put its file beside this one (shipper pipeline pull fetches it), list the name under 'absent:' of the"
                f" input if the cluster has none either, or {WAY_OUT}"
            )
            options.refuse("name", f"there is no pipeline {name!r} here", way=way)
        return _missing(name, ignore_missing=ignore_missing)

    def run(document: Document) -> None:
        run_pipeline(found, document)

    return run


def _missing(name: str, *, ignore_missing: bool) -> Run:
    if ignore_missing:
        return _nothing

    def run(document: Document) -> None:  # noqa: ARG001
        raise _no_pipeline(name)

    return run


def _no_pipeline(name: str) -> Failure:
    reason = f"Pipeline processor configured for non-existent pipeline [{name}]"
    return Failure(reason, "illegal_state_exception")


def _pipeline_of_template(
    options: Options, build: Build, render: Callable[[Document], str], *, ignore_missing: bool
) -> Run:
    settings = build.settings
    if not settings.candidates:
        way = f"list what it may come to under 'candidates:' of the input, or {WAY_OUT}"
        options.refuse("name", "a templated name", way=way)
        return _nothing
    known: dict[str, Pipeline] = {}
    for name in settings.candidates:
        before = len(build.troubles)
        found = build.inner(name, options.mark_of("name"))
        if found is not None:
            known[name] = found
        elif len(build.troubles) == before and name not in settings.absent:
            options.refuse("name", f"the candidate {name!r} is no pipeline here")

    def run(document: Document) -> None:
        name = render(document)
        found = known.get(name)
        if found is not None:
            run_pipeline(found, document)
        elif name not in settings.absent and name not in known:
            reason = (
                f"the pipeline's name came to {name!r}, which is neither a candidate nor absent"
            )
            raise Failure(reason, "shipper_unknown_pipeline")
        elif not ignore_missing:
            raise _no_pipeline(name)

    return run


# -- foreach -----------------------------------------------------------------------------------------------------------


def foreach(options: Options, build: Build) -> Run:
    """``foreach``: runs a processor over each element of a list, or (Elasticsearch) of a map."""
    path = options.path_plain(options.text("field"))
    ignore_missing = options.flag("ignore_missing", default=False)
    step = options.step("processor")
    if step is None:
        return _nothing
    elastic = build.flavour == ELASTICSEARCH

    def run(document: Document) -> None:
        value = _elements(path, document, ignore_missing=ignore_missing, elastic=elastic)
        if value is None:
            return
        if type(value) is list:
            made: Any = _over_list(step, value, document)
        else:
            made = _over_map(step, value, document)
        if not document.dropped:
            path.set(document, made)

    return run


def _elements(path: Path, document: Document, *, ignore_missing: bool, elastic: bool) -> Any:
    """What to walk over; OpenSearch throws most of its failures here past every handler."""
    null = f"field [{path.text}] is null, cannot loop over its elements."
    try:
        value = path.get_or_none(document) if ignore_missing else path.get(document)
        if value is None:
            if ignore_missing:
                return None
            raise Failure(null)
        if type(value) is list or (elastic and type(value) is dict):
            return value
        if elastic:
            text = (
                f"field [{path.text}] of type [{class_name(value)}] cannot be cast to a list or map"
            )
            raise Failure(text)
        raise Failure(cast_reason(path.text, value, "java.util.List"))
    except Failure as failure:
        if elastic or failure.reason == null:
            raise
        raise Raised(failure, "foreach", escaped=True) from None


def _run_inner(step: Step, document: Document) -> None:
    """The processor with its condition; it shares nothing with the steps of a pipeline but that."""
    if step.condition is None or holds(step.condition(document.ctx)):
        step.count += 1
        step.run(document)


def _over_list(step: Step, values: list[Any], document: Document) -> list[Any]:
    ingest, made = document.ingest, []
    for value in list(values):
        before = ingest.get("_value")
        ingest["_value"] = value
        try:
            _run_inner(step, document)
        finally:
            made.append(ingest.get("_value"))
            ingest["_value"] = before
        if document.dropped:
            break
    return made


def _over_map(step: Step, table: dict[str, Any], document: Document) -> dict[str, Any]:
    ingest, made = document.ingest, dict[str, Any]()
    for key in hash_order(table):
        before = ingest.get("_key"), ingest.get("_value")
        ingest["_key"], ingest["_value"] = key, table[key]
        try:
            _run_inner(step, document)
        finally:
            name, value = ingest.get("_key"), ingest.get("_value")
            ingest["_key"] = before[0]
            if isinstance(name, str) and name.strip():
                made[name] = value
                ingest["_value"] = before[1]
        if name is not None and not isinstance(name, str):
            reason = f"class {class_name(name)} cannot be cast to class java.lang.String"
            raise Failure(reason, "class_cast_exception", foreign=True)
        if document.dropped:
            break
    return made
