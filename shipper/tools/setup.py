"""
What ``shipper setup`` does: compare the configuration with the cluster, plan, and carry the plan out.

A plan is made by reading alone. It is idempotent: what is there and right is not written again, and what does not
carry our mark is never written at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.agent import pipelines
from shipper.cluster import ingest, templates
from shipper.errors import ConfigError, ShipperError
from shipper.tools.refused import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shipper.cluster.client import Client
    from shipper.config.settings import DataStream, Input, Settings


@dataclass(frozen=True, slots=True)
class _Right:
    """A right that a request needs, in the words of each product."""

    elasticsearch: str
    opensearch: str


_TEMPLATES = _Right(
    "cluster privilege manage_index_templates",
    "cluster permissions indices:admin/index_template/get, .../put and .../simulate",
)
_PIPELINES = _Right(
    "cluster privilege manage_ingest_pipelines",
    "cluster permissions cluster:admin/ingest/pipeline/*",
)
_STREAMS = _Right(
    "index privileges manage and view_index_metadata on the data stream",
    "index permissions indices:admin/data_stream/create, indices:admin/resolve/index and"
    " indices:monitor/settings/get on the data stream",
)
_INFO = _Right("cluster privilege monitor", "cluster permission cluster:monitor/main")


class SetupError(ShipperError):
    """The cluster does not let itself be set up; the message says what was asked, what came back and what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One change of the cluster.

    Attributes:
        what: it makes, in a few words.
        why: it is needed.
        path: of the ``PUT`` request.
        body: of the request, None for an empty one.
    """

    what: str
    why: str
    path: str
    body: dict[str, Any] | None
    right: _Right = field(repr=False, default=_INFO)


@dataclass(slots=True)
class Plan:
    """
    What is to be done, what is fine as it is, and what we must not or cannot do.

    Attributes:
        cluster: product and version.
        steps: in the order in which they must be carried out.
        present: one line each: what is there already.
        problems: one line each: what stands in the way and what to do about it.
    """

    cluster: str
    steps: list[Step] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def make_plan(client: Client, settings: Settings) -> Plan:
    """
    Find out what the cluster lacks for the enabled inputs. Changes nothing.

    Raises:
        SendFailed: there is no answer.
        SetupError: a question was refused.
    """
    return _Planner(client, settings).plan([entry for entry in settings.inputs if entry.enabled])


def plan_push(client: Client, settings: Settings, path: Path, inputs: list[Input]) -> Plan:
    """
    Plan the registration of one pipeline's file, with what it calls. Changes nothing.

    Args:
        client: of the cluster.
        settings: the whole configuration.
        path: of the file.
        inputs: that name it, each with the form it needs; where there is none, the pipeline is registered as it is in its file.

    Returns:
        The plan; its last step, or what is present, names the pipeline.

    Raises:
        ConfigError: the file is no pipeline, or sets ``_id`` or ``_index``.
        SendFailed: there is no answer.
        SetupError: a question was refused.
    """
    return _Planner(client, settings).push(path, inputs)


def carry_out(client: Client, plan: Plan, done: Callable[[Step], None]) -> None:
    """
    Carry out the steps in order, and report each after it was done.

    Raises:
        SendFailed: there is no answer.
        SetupError: a step was refused; those before it are done, and a second run goes on from there.
    """
    for step in plan.steps:
        status, answer = client.json("PUT", step.path, body=step.body)
        exists = status == 400 and _type(answer) == "resource_already_exists_exception"
        if status not in {200, 201} and not exists:  # somebody else's setup may have been faster
            raise SetupError(_refusal(client, f"{step.what}", step.right, status, answer))
        done(step)


class _Planner:
    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._flavour = client.info()
        self._plan = Plan(str(self._flavour))
        self._templates: list[templates.Template] = []
        self._text: str | None = None

    def plan(self, inputs: list[Input]) -> Plan:
        streams = {entry.data_stream.name: entry.data_stream for entry in inputs}
        if streams:
            self._read_templates()
        for stream in streams.values():
            self._stream(stream)
        seen = set()
        for entry in inputs:
            if entry.pipeline is None:
                continue
            wanted = (entry.data_stream.name, entry.pipeline.path or entry.pipeline.id)
            if wanted not in seen:
                seen.add(wanted)
                self._pipeline(entry)
        return self._plan

    def _read_templates(self) -> None:
        status, answer = self._ask("GET", "/_index_template", _TEMPLATES)
        entries = answer.get("index_templates", []) if status == 200 else []
        self._templates = [templates.Template.from_api(entry) for entry in entries]

    # Templates and data streams

    def _stream(self, stream: DataStream) -> None:
        status, answer = self._ask("GET", f"/_resolve/index/{quote(stream.name)}", _STREAMS)
        found = answer if status == 200 else {}
        if found.get("indices") or found.get("aliases"):
            kind = "an ordinary index" if found.get("indices") else "an alias"
            self._plan.problems.append(
                f"{stream.name} is {kind}, not a data stream; delete or rename it, or choose another"
                " data_stream.dataset or namespace"
            )
            return
        exists = bool(found.get("data_streams"))
        if self._template(stream, exists=exists):
            self._make_stream(stream, exists=exists)

    def _template(self, stream: DataStream, *, exists: bool) -> bool:
        """Plan the template; False where one of somebody else stands in the way."""
        name = templates.template_name(stream)
        winner = templates.winner(self._templates, stream.name)
        own = next((template for template in self._templates if template.name == name), None)
        if winner and winner.data_stream and winner.name != name:
            self._present(f"index template {winner.name}: makes the data stream {stream.name}")
            return True
        if own and not own.ours:
            self._plan.problems.append(
                f"index template {name}: exists and was not made by Shipper; rename or delete it"
            )
            return False
        if winner and not winner.data_stream and winner.priority >= templates.PRIORITY:
            self._plan.problems.append(
                f"index template {winner.name} (priority {winner.priority}) matches {stream.name}, wins over ours"
                f' (priority {templates.PRIORITY}) and makes no data stream; give it "data_stream": {{}}, a lower'
                " priority or narrower index_patterns"
            )
            return False
        body = templates.template_body(stream, text=self._text_type())
        if own is None:
            why = (
                f"the template {winner.name} makes no data stream of {stream.name}"
                if winner
                else f"no index template matches {stream.name}"
            )
        elif own.hash != templates.template_hash(body):
            why = "this version of Shipper has another one" + (
                "; it counts from the next rollover on" if exists else ""
            )
        else:
            self._present(f"index template {name}: up to date")
            return True
        self._step(
            f"index template {name}", why, f"/_index_template/{quote(name)}", body, _TEMPLATES
        )
        return True

    def _make_stream(self, stream: DataStream, *, exists: bool) -> None:
        if exists:
            self._present(f"data stream {stream.name}: exists")
        elif self._flavour.require_data_stream:
            self._present(f"data stream {stream.name}: the first event makes it")
        else:
            why = "this cluster would make an ordinary index of the first event, so `run` writes to an existing data stream only"
            path = f"/_data_stream/{quote(stream.name)}"
            self._step(f"data stream {stream.name}", why, path, None, _STREAMS)

    def _text_type(self) -> str:
        """``match_only_text`` where the cluster takes it; it is asked, since plug-ins decide and not versions alone."""
        if self._text is None:
            path = "/_index_template/_simulate"
            status, answer = self._client.json(
                "POST", path, body=templates.probe("match_only_text")
            )
            if status != 200 and not (status == 400 and "match_only_text" in str(answer)):
                raise SetupError(_refusal(self._client, f"POST {path}", _TEMPLATES, status, answer))
            self._text = "match_only_text" if status == 200 else "text"
        return self._text

    # Pipelines

    def _pipeline(self, entry: Input) -> None:
        assert entry.pipeline is not None
        if entry.pipeline.path is None:
            if entry.pipeline.id:
                self._foreign_pipeline(entry.id, entry.pipeline.id)
            return
        try:
            if pipelines.choose(self._settings, entry).where == "edge":
                self._present(
                    f"pipeline {entry.pipeline.file}: runs in the agent (input {entry.id})"
                    f"{self._other_flavour()}"
                )
                return
            definition = replace(ingest.load(entry.pipeline.path), on_error=entry.pipeline.on_error)
        except ConfigError as error:
            self._plan.problems += error.problems
            return
        self._definition(entry, definition)

    def push(self, path: Path, inputs: list[Input]) -> Plan:
        """Plan the registration of one file, whatever its inputs' ``run`` says."""
        definition = ingest.load(path)
        for entry in inputs:
            assert entry.pipeline is not None
            self._definition(entry, replace(definition, on_error=entry.pipeline.on_error))
        if not inputs:
            for inner in (*definition.inner, definition.as_inner()):
                body = inner.marked(meta=self._flavour.pipeline_meta)
                self._register(path, inner.name, body, "it is not there yet", "it was changed")
        return self._plan

    def _definition(self, entry: Input, definition: ingest.Definition) -> None:
        """Plan a pipeline in the form that an input needs, and what it calls."""
        assert entry.pipeline is not None
        assert entry.pipeline.path is not None
        stream, path = entry.data_stream.name, entry.pipeline.path
        new = f"input {entry.id} names {path.name}"
        changed = f"it was changed, or the default pipeline of {stream} was"
        for inner in definition.inner:
            body = inner.marked(meta=self._flavour.pipeline_meta)
            self._register(path, inner.name, body, new, changed)
        name, _ = definition.registered(stream)
        default = self._default_pipeline(stream)
        body = definition.wrapped(stream, default=default, meta=self._flavour.pipeline_meta)
        self._register(path, name, body, new, changed)

    def _register(
        self, path: Path, name: str, body: dict[str, Any], new: str, changed: str
    ) -> None:
        """Plan the registration of one pipeline, if the cluster has it not; ``new`` and ``changed`` say why."""
        present = self._registered(name)
        if present is not None and not ingest.is_ours(present):
            self._plan.problems.append(
                f"pipeline {name}: exists and was not made by Shipper; delete it or rename {path.name}"
            )
        elif present is not None and all(present.get(key) == body[key] for key in body):
            self._present(f"pipeline {name}: up to date")
        elif problem := self._try_pipeline(path, body):
            self._plan.problems.append(f"{path}: the cluster refuses it: {problem}")
        else:
            why = new if present is None else changed
            self._step(
                f"pipeline {name}", why, f"/_ingest/pipeline/{quote(name)}", body, _PIPELINES
            )

    def _other_flavour(self) -> str:
        """A note where pipelines in the agent have another product's meaning than this cluster's."""
        meant, product = self._settings.edge.flavour, self._flavour.product
        if meant == product:
            return ""
        return f"; pipeline.flavour is {meant} and this is {product}: set pipeline.flavour to {product}"

    def _foreign_pipeline(self, entry: str, name: str) -> None:
        if self._registered(name) is None:
            self._plan.problems.append(
                f"pipeline {name}: input {entry} names it and the cluster has none of that name; make it, or"
                " name a file of pipelines/ (pipeline: {file: NAME, run: cluster})"
            )
        else:
            self._present(f"pipeline {name}: exists, not ours")

    def _registered(self, name: str) -> dict[str, Any] | None:
        status, answer = self._ask("GET", f"/_ingest/pipeline/{quote(name)}", _PIPELINES)
        found = answer.get(name) if status == 200 else None
        return found if isinstance(found, dict) else None

    def _try_pipeline(self, path: Path, body: dict[str, Any]) -> str:
        """Why the cluster would refuse a pipeline; nothing if it would not. ``_simulate`` builds it without keeping it."""
        tried = {"pipeline": body, "docs": [{"_source": {}}]}
        status, answer = self._client.json("POST", "/_ingest/pipeline/_simulate", body=tried)
        if status == 200:
            return ""
        if status == 400:
            return told(body, answer, path)
        raise SetupError(
            _refusal(self._client, "POST /_ingest/pipeline/_simulate", _PIPELINES, status, answer)
        )

    def _default_pipeline(self, stream: str) -> str | None:
        """The data stream's default pipeline: of its newest index, or of the template that would make it."""
        path = f"/{quote(stream)}/_settings/index.default_pipeline"
        status, answer = self._ask("GET", path, _STREAMS, params={"flat_settings": "true"})
        if status == 200:
            newest = max(answer, default=None)
            found = answer[newest]["settings"].get("index.default_pipeline") if newest else None
        else:
            path = f"/_index_template/_simulate_index/{quote(stream)}"
            _, answer = self._ask("POST", path, _TEMPLATES)
            index = answer.get("template", {}).get("settings", {}).get("index", {})
            found = index.get("default_pipeline")
        return str(found) if found and found != "_none" else None

    # Bookkeeping

    def _ask(
        self, method: str, path: str, right: _Right, *, params: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """A question; 200 and 404 are answers."""
        status, answer = self._client.json(method, path, params=params)
        if status not in {200, 404} or not isinstance(answer, dict | None):
            raise SetupError(_refusal(self._client, f"{method} {path}", right, status, answer))
        return status, answer or {}

    def _present(self, line: str) -> None:
        if line not in self._plan.present:
            self._plan.present.append(line)

    def _step(
        self, what: str, why: str, path: str, body: dict[str, Any] | None, right: _Right
    ) -> None:
        if all(step.path != path for step in self._plan.steps):  # namespaces share a template
            self._plan.steps.append(Step(what, why, path, body, right))


def _refusal(client: Client, what: str, right: _Right, status: int, answer: Any) -> str:
    """What was refused and, where a right is missing, which."""
    text = f"{what}: the cluster answered {status}: {_reason(answer)}"
    if status == 401:
        return f"{text}; look at username, password and api_key of output.elasticsearch"
    if status == 403:
        opensearch = client.flavour is not None and client.flavour.product == "opensearch"
        return f"{text}; setup needs the {right.opensearch if opensearch else right.elasticsearch}"
    return text


def _type(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("type", "")) if isinstance(error, dict) else ""


def _reason(answer: Any) -> str:
    """The innermost reason that the cluster gives, in one line."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return " ".join(str(error or answer).split())[:300]
    while isinstance(error.get("caused_by"), dict):
        error = error["caused_by"]
    where = error.get("processor_type")
    text = f"{error.get('type')}: {error.get('reason')}" + (
        f" (processor {where})" if where else ""
    )
    return " ".join(text.split())[:500]
