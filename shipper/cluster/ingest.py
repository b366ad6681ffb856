"""
Ingest pipelines that run in the cluster: files of ``pipelines/`` to registered pipelines.

Pure but for :func:`load`. The name of a registered pipeline follows from the file and the data stream alone, so that
``run`` can name it in a bulk request without asking the cluster, and a changed file is a new pipeline beside the old
one. What a cluster holds under our name and without our mark is somebody else's.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from shipper.cluster import daily
from shipper.config import pipeline_text, target_steps
from shipper.config.document import Problems
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shipper.config.settings import DataStream, Input

FAILURE_TAG = "shipper_pipeline_failure"
MANAGED_BY = "shipper"
_FORM = b"1"  # of the wrapper; a new form gives every registered pipeline a new name
_KEYS = {"description", "processors", "on_failure", "version", "_meta", "deprecated"}
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_MARK = re.compile(r"\[managed by shipper, sha256 ([0-9a-f]{64})\]\Z")
_ASSIGNED = re.compile(
    r"""ctx\s*(?:\.\s*_(?:id|index)\b|\[\s*['"]_(?:id|index)['"]\s*\])\s*(?:[-+*/]?=(?!=)|\+\+|--)"""
    r"""|ctx\s*\.\s*put\(\s*['"]_(?:id|index)['"]"""
)

# For what fails in a pipeline that does not handle failures itself. Each step may find the document in any shape.
ON_FAILURE: tuple[dict[str, Any], ...] = (
    {
        "set": {
            "field": "error.message",
            "value": "{{{_ingest.on_failure_processor_type}}}: {{{_ingest.on_failure_message}}}",
            "ignore_failure": True,
        }
    },
    {
        "set": {
            "field": "event.original",
            "value": "{{{message}}}",
            "override": False,
            "ignore_empty_value": True,
            "ignore_failure": True,
        }
    },
    {
        "append": {
            "field": "tags",
            "value": [FAILURE_TAG],
            "allow_duplicates": False,
            "ignore_failure": True,
        }
    },
)


@dataclass(frozen=True, slots=True)
class Inner:
    """
    A pipeline that another one calls.

    Attributes:
        name: under which it is registered.
        digest: the whole hash of its content.
        body: as the cluster's API takes it.
    """

    name: str
    digest: str
    body: dict[str, Any]

    def marked(self, *, meta: bool) -> dict[str, Any]:
        """The form that is registered; see :meth:`Definition.wrapped`."""
        return _marked(self.body, self.digest, meta=meta)


@dataclass(frozen=True, slots=True)
class Definition:
    """
    A pipeline as its file has it.

    Attributes:
        name: of the file, without folder and ending.
        body: ``processors``, perhaps ``on_failure`` and ``description``, as the cluster's API takes them.
        on_error: ``ship`` or ``dead_letter``: what becomes of an event whose failure it does not handle.
        inner: pipelines of the same folder that it calls, those that are called first; ``body`` names them as they are
            registered.
    """

    name: str
    body: dict[str, Any]
    on_error: str = "ship"
    inner: tuple[Inner, ...] = ()

    def registered(self, target: str) -> tuple[str, str]:
        """
        Name and whole hash under which it is registered for one data stream.

        The data stream counts because the registered form ends with that stream's default pipeline.
        """
        content = orjson.dumps(self.body, option=orjson.OPT_SORT_KEYS)
        form = _FORM if self.on_error == "ship" else _FORM + self.on_error.encode()
        digest = hashlib.sha256(b"\n".join((form, target.encode(), content))).hexdigest()
        return f"shipper-{_UNSAFE.sub('-', self.name)}-{digest[:8]}", digest

    def as_inner(self) -> Inner:
        """It, as it is registered for others to call: without the wrapper."""
        content = orjson.dumps(self.body, option=orjson.OPT_SORT_KEYS)
        digest = hashlib.sha256(b"\n".join((_FORM, b"inner", content))).hexdigest()
        body = {"description": f"pipelines/{self.name}", **self.body}
        return Inner(f"shipper-{_UNSAFE.sub('-', self.name)}-{digest[:8]}", digest, body)

    def wrapped(self, target: str, *, default: str | None, meta: bool) -> dict[str, Any]:
        """
        The form that is registered.

        Naming a pipeline in a request replaces the data stream's default pipeline, so ours goes on to that one,
        after success and after a failure that was handled.

        Args:
            target: the data stream.
            default: its default pipeline, if it has one.
            meta: whether the cluster takes ``_meta``; OpenSearch does not, and has the mark in the description.
        """
        _, digest = self.registered(target)
        step = [{"pipeline": {"name": default}}] if default else []
        wrapped: dict[str, Any] = {
            "description": str(self.body.get("description") or f"pipelines/{self.name}"),
            "processors": [*self.body["processors"], *step],
        }
        handlers = self.body.get("on_failure") or (ON_FAILURE if self.on_error == "ship" else ())
        if handlers:
            wrapped["on_failure"] = [*handlers, *step]
        return _marked(wrapped, digest, meta=meta, data_stream=target)


def _marked(body: dict[str, Any], digest: str, *, meta: bool, **more: str) -> dict[str, Any]:
    """A body with our mark."""
    if meta:
        return {**body, "_meta": {"managed_by": MANAGED_BY, "hash": digest, **more}}
    return {**body, "description": f"{body['description']} [managed by shipper, sha256 {digest}]"}


def of_input(entry: Input) -> Definition:
    """
    The definition of an input's pipeline file, as the input wants it.

    Raises:
        ConfigError: see :func:`load`.
    """
    pipeline = entry.pipeline
    assert pipeline is not None
    assert pipeline.path is not None
    ignore = pipeline.target_steps == "ignore"
    return replace(
        load(pipeline.path, entry.data_stream, ignore=ignore), on_error=pipeline.on_error
    )


def load(path: Path, stream: DataStream | None = None, *, ignore: bool = False) -> Definition:
    """
    Read a pipeline file, JSON or YAML, and the pipelines of its folder that it calls.

    Args:
        path: of the file.
        stream: of the input that it is for; where that writes daily indices, a step may choose among them.
        ignore: leave out the steps that choose an id or an index, instead of refusing them.

    Raises:
        ConfigError: one of them cannot be read, is no pipeline, or sets ``_id`` or ``_index``; or they call each other in a
            circle.
    """
    return _load(path, (), stream, ignore=ignore)


def _load(
    path: Path, above: tuple[Path, ...], stream: DataStream | None = None, *, ignore: bool
) -> Definition:
    if path in above:
        way = " → ".join(one.name for one in (*above[above.index(path) :], path))
        raise ConfigError([f"{path}: pipelines call each other in a circle: {way}"])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            [f"{path}: cannot be read ({error.strerror}); see path.pipelines"]
        ) from error
    definition = define(path.stem, content, str(path), stream, ignore=ignore)
    inner: dict[str, Inner] = {}
    for step in calls(definition.body):
        file = _sibling(path.parent, str(step.get("name")))
        if file is None:
            continue
        called = _load(file, (*above, path), ignore=ignore)
        inner |= {one.name: one for one in called.inner}
        one = called.as_inner()
        inner[one.name] = one
        step["name"] = one.name
    return replace(definition, inner=tuple(inner.values()))


def _sibling(folder: Path, name: str) -> Path | None:
    """The file of a pipeline's name; a name with a template has none."""
    if "{{" in name or "/" in name:
        return None
    names = (f"{name}{ending}" for ending in ("", ".json", ".yml", ".yaml"))
    return next((file for one in names if (file := folder / one).is_file()), None)


def calls(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The options of every ``pipeline`` processor of a body, wherever it stands."""
    stack: list[Any] = [body.get("processors"), body.get("on_failure")]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += item
        elif isinstance(item, dict):
            for kind, options in item.items():
                if kind == "pipeline" and isinstance(options, dict):
                    yield options
                if isinstance(options, dict):
                    stack += [options.get("on_failure"), options.get("processor")]


def outside(definition: Definition) -> list[str]:
    """Names of pipelines that it and its inner ones call and that are no files; those that may be missing are left out."""
    own = {inner.name for inner in definition.inner}
    bodies = (definition.body, *(inner.body for inner in definition.inner))
    names = {
        str(step.get("name"))
        for body in bodies
        for step in calls(body)
        if not step.get("ignore_missing_pipeline")
    }
    return sorted(name for name in names - own if "{{" not in name)


def define(
    name: str,
    content: bytes,
    source: str = "",
    stream: DataStream | None = None,
    *,
    ignore: bool = False,
) -> Definition:
    """
    Make a definition of a file's content.

    Args:
        name: of the pipeline.
        content: JSON (tabs are fine) or YAML (1.2's core schema).
        source: what messages call the file.
        stream: see :func:`load`.
        ignore: see :func:`load`.

    Raises:
        ConfigError: it is no pipeline, or sets ``_id`` or ``_index``.
    """
    source = source or name
    own = {daily.STEP} if stream is not None and stream.mode == "daily" else set()
    body = _decode(content, source, frozenset(own) if ignore else None)
    problems = [f"{source}: {problem}" for problem in _problems(body, stream)]
    if problems:
        raise ConfigError(problems)
    kept = {key: body[key] for key in ("description", "processors", "on_failure") if body.get(key)}
    return Definition(name, {"processors": [], **kept})


def registered_name(name: str, content: bytes, target: str) -> str:
    """
    Name of the pipeline that ``shipper setup`` registers, found without the cluster.

    Args:
        name: of the pipeline file, without folder and ending.
        content: of the file.
        target: the data stream.

    Raises:
        ConfigError: see :func:`define`.
    """
    return define(name, content).registered(target)[0]


def pipeline_of(entry: Input) -> str | None:
    """
    Name of the pipeline that an input's bulk requests are to name, if any.

    Raises:
        ConfigError: see :func:`load`.
    """
    if entry.pipeline is None:
        return None
    if entry.pipeline.path is None:
        return entry.pipeline.id
    return of_input(entry).registered(entry.data_stream.name)[0]


def see_days(entry: Input) -> None:
    """
    See that a pipeline that runs in the cluster leaves each event in the daily index of its time.

    Raises:
        ConfigError: it would not, or that cannot be known.
    """
    pipeline, stream = entry.pipeline, entry.data_stream
    if pipeline is None or stream.mode != "daily":
        return
    path = pipeline.path
    body = None if path is None else of_input(entry).body
    wrong = daily.missing(stream, body, str(path or f"pipeline {pipeline.id}"))
    if wrong:
        raise ConfigError([f"input {entry.id}: {wrong}"])


def is_ours(body: Any) -> bool:
    """Whether a pipeline or template of the cluster carries our mark."""
    if not isinstance(body, dict):
        return False
    meta = body.get("_meta")
    if isinstance(meta, dict) and meta.get("managed_by") == MANAGED_BY:
        return True
    return _MARK.search(str(body.get("description") or "")) is not None


def _decode(content: bytes, source: str, keep: frozenset[str] | None) -> Any:
    """The definition as plain Python; without the steps that choose a target, but ``keep``, unless that is None."""
    problems = Problems()
    root = pipeline_text.read(content, source, problems)
    if len(problems):
        raise ConfigError(problems.lines())
    if root is not None and keep is not None:
        root = target_steps.left_out(root, keep=keep)
    body = None if root is None else pipeline_text.plain(root)
    try:
        orjson.dumps(body)
    except TypeError as error:  # names have their hash of its output
        raise ConfigError([f"{source}: {error}; the cluster's JSON has no such value"]) from error
    return body


def _problems(body: Any, stream: DataStream | None = None) -> Iterator[str]:
    """What makes this no pipeline that we can register."""
    if not isinstance(body, dict) or not isinstance(body.get("processors"), list):
        yield "expected a pipeline: a mapping with a list 'processors'"
        return
    if body.get("field_access_pattern", "classic") != "classic":
        yield "field_access_pattern: only 'classic' names the same fields everywhere"
    for key in body.keys() - _KEYS - {"field_access_pattern"}:
        yield f"unknown key {key!r}; expected one of {', '.join(sorted(_KEYS))}"
    for key in ("processors", "on_failure"):
        yield from _step_problems(body.get(key) or [], key, stream)


def _step_problems(steps: Any, place: str, stream: DataStream | None = None) -> Iterator[str]:
    if not isinstance(steps, list):
        yield f"{place}: expected a list of processors"
        return
    for number, step in enumerate(steps):
        here = f"{place}[{number}]"
        if not isinstance(step, dict) or len(step) != 1:
            yield f"{here}: expected one processor, such as '- set: {{field: a, value: b}}'"
            continue
        ((kind, options),) = step.items()
        if not isinstance(options, dict):
            yield f"{here}.{kind}: expected the processor's options, a mapping"
            continue
        if kind == "date_index_name" and stream is not None and stream.mode == "daily":
            yield from (f"{here}.{kind}: {wrong}" for wrong in daily.problems(options, stream))
        else:
            yield from _own_problems(kind, options, f"{here}.{kind}")
        if "on_failure" in options:
            yield from _step_problems(options["on_failure"], f"{here}.{kind}.on_failure")
        if kind == "foreach" and "processor" in options:
            yield from _step_problems([options["processor"]], f"{here}.{kind}.processor")


def _own_problems(kind: str, options: dict[str, Any], here: str) -> Iterator[str]:
    """Ids and targets are Shipper's: an event that changes either is merged with another or cannot be found again."""
    mend = f"Shipper decides both; {target_steps.WAY}"
    if kind in target_steps.KINDS:
        yield f"{here}: changes _index; {mend}"
    for _, value in target_steps.written(kind, options):
        yield f"{here}: sets {value}; {mend}"
    source = options.get("source")
    if kind == "script" and isinstance(source, str) and _ASSIGNED.search(source):
        yield f"{here}: its script sets _id or _index; {mend}"
