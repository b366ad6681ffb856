"""
Pipelines of the folder beside those of the cluster: pull, diff, and the overview of what runs where.

Reads the cluster and writes files; what changes the cluster is ``setup``'s plan.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.agent import pipelines
from shipper.agent.pipelines import Reader, edge_settings
from shipper.cluster import ingest
from shipper.config.texts import ready_pipelines
from shipper.errors import ConfigError, ShipperError, UsageError
from shipper.pipeline.definition import Library
from shipper.tools.simulate import ClusterError, get, matching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shipper.cluster.client import Client
    from shipper.config.settings import Input, Settings

ENDINGS = (".json", ".yml", ".yaml")
_DATES = re.compile(r"(created|modified)_date(_millis)?\Z")  # that Elasticsearch adds
_MARK = re.compile(r" ?\[managed by shipper, sha256 [0-9a-f]{64}\]\Z")


@dataclass(slots=True)
class Known:
    """
    A file of the folder.

    Attributes:
        path: of the file.
        description: of the pipeline.
        reasons: why it does not load at the edge, a line each.
        wrong: some of them are mistakes, which no cluster takes either.
        ready: it comes with Shipper.
        uses: id of each input that names it, and where it runs there: ``edge``, ``cluster``, or ``nowhere``.
    """

    path: Path
    description: str = ""
    reasons: list[str] = field(default_factory=list)
    wrong: bool = False
    ready: bool = False
    uses: list[tuple[str, str]] = field(default_factory=list)


def overview(settings: Settings) -> list[Known]:
    """
    What the files of ``path.pipelines`` are, and the ready pipelines that none of them replaces.

    Raises:
        ConfigError: the folder cannot be read.
    """
    own = _files(settings.pipelines_path)
    ready = ready_pipelines()
    names = {path.stem for path in own}
    more = [path for path in _files(ready) if path.stem not in names]
    return [
        *(_known(settings, path) for path in own),
        *(_known(settings, path, ready=True) for path in more),
    ]


def _files(folder: Path) -> list[Path]:
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = f"{folder}: {error.strerror}; see path.pipelines"
        raise ConfigError([reason]) from None
    return [path for path in paths if path.suffix in ENDINGS and path.is_file()]


def _known(settings: Settings, path: Path, *, ready: bool = False) -> Known:
    known = Known(path, ready=ready)
    named = [
        one
        for one in settings.inputs
        if one.enabled and one.pipeline is not None and one.pipeline.path == path
    ]
    try:
        library = Library(
            Reader(settings.pipelines_path, path), edge_settings(settings, *named[:1])
        )
        loaded = library.load(path.stem)
    except ConfigError as error:
        known.reasons, known.wrong = error.problems, True
        return known
    if loaded is not None:
        known.reasons = [str(trouble) for trouble in loaded.troubles]
        known.wrong = bool(loaded.wrong)
        known.description = str((loaded.body or {}).get("description") or "")
    for one in named:
        try:
            known.uses.append((one.id, pipelines.choose(settings, one).where))
        except ConfigError:
            known.uses.append((one.id, "nowhere"))
    return known


# Pull


@dataclass(slots=True)
class Pulled:
    """
    A pipeline of the cluster, as a file.

    Attributes:
        name: in the cluster.
        path: of the file.
        content: to be written.
        state: ``new``, ``same``, or ``differs`` from the file that is there.
        reasons: why it does not load at the edge.
    """

    name: str
    path: Path
    content: str
    state: str
    reasons: list[str] = field(default_factory=list)


def pull(
    client: Client, name: str, folder: Path, settings: Settings
) -> tuple[list[Pulled], list[str]]:
    """
    Fetch a pipeline and all that it calls. Writes nothing.

    Returns:
        The pipelines, and what is worth knowing: names that the cluster does not have, or that come from templates.

    Raises:
        SendFailed: there is no answer.
        ClusterError: there is no such pipeline, or it is refused.
        UsageError: a name cannot be that of a file.
    """
    bodies: dict[str, dict[str, Any]] = {}
    notes: list[str] = []
    queue = [name]
    while queue:
        wanted = queue.pop(0)
        body = get(client, wanted)
        if body is None and wanted == name:
            raise ClusterError(f"{client.target} has no pipeline {wanted!r}{_near(client, wanted)}")
        if body is None:
            notes.append(
                f"{wanted} is called and the cluster does not have it; list it under 'absent:' of the input"
            )
            continue
        if "/" in wanted or wanted.startswith("."):
            raise UsageError(f"{wanted}: a file cannot have this name, and so it cannot be called")
        if ingest.is_ours(body):
            notes.append(f"{wanted} {_made_of(wanted, body)}")
        bodies[wanted] = _clean(body)
        for step in ingest.calls(body):
            called = str(step.get("name"))
            if "{{" in called:
                notes.append(
                    f"{wanted} calls {called}: pull what that may come to, and list it under 'candidates:'"
                )
            elif called not in bodies and called not in queue:
                queue.append(called)
    made = [_pulled(one, body, folder) for one, body in bodies.items()]
    contents = {one.name: (one.content.encode(), str(one.path)) for one in made}
    library = Library(contents.get, edge_settings(settings))
    for one in made:
        loaded = library.load(one.name)
        assert loaded is not None
        one.reasons = [str(trouble) for trouble in loaded.troubles]
    return made, notes


def _near(client: Client, name: str) -> str:
    from shipper.config.suggest import did_you_mean  # noqa: PLC0415 - for a mistake only

    known = [one for one in matching(client, "*") if not one.startswith("xpack")]
    hint = did_you_mean(name, known, "")
    return f"; {hint}" if hint else ""


def _made_of(name: str, body: dict[str, Any]) -> str:
    """What a pipeline with our mark was made of, as far as its name and description tell."""
    file = name.removeprefix("shipper-").rpartition("-")[0] or name
    told = _told(body)
    if told.startswith("pipelines/"):
        file = told.removeprefix("pipelines/")
    return (
        f"is Shipper's own: setup or push made it of the file pipelines/{file}; that one is the place to change it, and"
        " 'shipper pipeline diff' compares"
    )


def _clean(body: dict[str, Any]) -> dict[str, Any]:
    """A pipeline without what the cluster and we have added to it."""
    kept = {key: value for key, value in body.items() if not _DATES.match(key)}
    if ingest.is_ours(body):
        if isinstance(kept.get("_meta"), dict) and kept["_meta"].get("managed_by"):
            del kept["_meta"]
        kept["description"] = _MARK.sub("", str(kept.get("description") or ""))
    return {key: kept[key] for key in sorted(kept, key=_place)}


def _place(key: str) -> tuple[int, str]:
    order = ("description", "version", "deprecated", "_meta", "processors", "on_failure")
    return (order.index(key) if key in order else len(order), key)


def _pulled(name: str, body: dict[str, Any], folder: Path) -> Pulled:
    content = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    for ending in ("", *ENDINGS):
        path = folder / f"{name}{ending}"
        if path.is_file():
            same = _meaning(path) == body
            return Pulled(name, path, content, "same" if same else "differs")
    return Pulled(name, folder / f"{name}.json", content, "new")


def _meaning(path: Path) -> Any:
    """A file's definition as plain Python; None where it is none."""
    loaded = Library(Reader(path.parent, path)).load(path.stem)
    return None if loaded is None else loaded.body


def write(pulled: list[Pulled]) -> None:
    """
    Write what is new or differs.

    Raises:
        ShipperError: a file cannot be written.
    """
    for one in pulled:
        if one.state == "same":
            continue
        try:
            one.path.parent.mkdir(parents=True, exist_ok=True)
            one.path.write_text(one.content, encoding="utf-8")
        except OSError as error:
            raise ShipperError(f"{one.path}: cannot be written: {error.strerror}") from None


# Diff


@dataclass(slots=True)
class Compared:
    """
    A file beside one registered form of it.

    Attributes:
        name: of the registered pipeline.
        what: it is.
        lines: unified diff from the registered to the file's; empty where they are the same; None where it is not registered.
    """

    name: str
    what: str
    lines: list[str] | None


def diff(client: Client, path: Path, inputs: list[Input]) -> list[Compared]:
    """
    Hold a file beside what the cluster has of it: under its own name, and in the form that each input needs.

    Args:
        client: of the cluster.
        path: of the file.
        inputs: that name it.

    Raises:
        ConfigError: the file is no pipeline.
        SendFailed: there is no answer.
        ClusterError: a question is refused.
    """
    found = []
    own = get(client, path.stem)
    if own is not None:
        kept = ("description", "processors", "on_failure")
        mine = _meaning(path) or {}
        lines = _unified(
            {key: own[key] for key in kept if own.get(key)},
            {key: mine[key] for key in kept if mine.get(key)},
            path.stem,
            path.name,
        )
        found.append(Compared(path.stem, "the cluster's pipeline of this name", lines))
    forms = _forms(path, inputs)
    return [*found, *(_form(client, path, name, what, body) for name, what, body in forms)]


def _forms(path: Path, inputs: list[Input]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What ``push`` would register: name, for what, and body."""
    for one in inputs:
        form = ingest.of_input(one)
        stream = one.data_stream.name
        wrapped = form.wrapped(stream, default=None, meta=False)
        yield form.registered(stream)[0], f"for input {one.id} ({stream})", wrapped
    if not inputs:
        inner = ingest.load(path).as_inner()
        yield inner.name, "as it is in its file", inner.marked(meta=False)


def _form(client: Client, path: Path, name: str, what: str, wrapped: dict[str, Any]) -> Compared:
    kept = ("processors", "on_failure")
    mine = {key: wrapped[key] for key in kept if wrapped.get(key)}
    there, renamed = get(client, name), False
    if there is None:
        prefix = name.rpartition("-")[0]
        older = [
            (one, body)
            for one, body in matching(client, f"{prefix}-*").items()
            if ingest.is_ours(body) and one.rpartition("-")[0] == prefix
        ]
        if not older:
            return Compared(name, f"{what}: not registered", None)
        name, there = older[-1]
        renamed = True
        what = f"{what}: an older form is registered"
    its = {key: there[key] for key in kept if there.get(key)}
    for key in its:  # the data stream's default pipeline, which setup adds at the end
        if its[key][-1:] and list(its[key][-1]) == ["pipeline"] and its[key][:-1] == mine.get(key):
            its[key] = its[key][:-1]
    lines = _unified(its, mine, name, path.name)
    if lines or not renamed:
        return Compared(name, what, lines)
    before, after = _told(there), _told(wrapped)
    if before == after:
        return Compared(name, what, lines)
    more = _unified({"description": before}, {"description": after}, name, path.name)
    return Compared(name, f"{what}: the processors are the same", more)


def _told(body: dict[str, Any]) -> str:
    """A pipeline's description without our mark."""
    return _MARK.sub("", str(body.get("description") or ""))


def _unified(left: Any, right: Any, left_name: str, right_name: str) -> list[str]:
    before, after = (
        json.dumps(one, indent=2, ensure_ascii=False, sort_keys=True).splitlines()
        for one in (left, right)
    )
    return list(difflib.unified_diff(before, after, left_name, right_name, lineterm=""))
