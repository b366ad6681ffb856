"""The pipelines that inputs name: registered where they are ours, looked for where they are the cluster's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.agent import pipelines
from shipper.cluster import ingest, templates
from shipper.errors import ConfigError
from shipper.tools.refused import told
from shipper.tools.setup.plan import PIPELINES, STREAMS, TEMPLATES, SetupError, Step, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from shipper.config.settings import DataStream, Input, Settings
    from shipper.tools.setup.plan import Cluster, Plan


class Pipelines:
    """
    Plans them.

    Args:
        cluster: to compare with.
        settings: the whole configuration.
        plan: to write to.
        defaults: name of a stream → default pipeline of its planned template, empty for none.
    """

    def __init__(
        self, cluster: Cluster, settings: Settings, plan: Plan, defaults: dict[str, str]
    ) -> None:
        self._cluster = cluster
        self._settings = settings
        self._plan = plan
        self._defaults = defaults
        self._meta = cluster.flavour.pipeline_meta

    def plan(self, inputs: list[Input]) -> None:
        """Plan what the inputs name."""
        seen = set()
        for entry in inputs:
            if entry.pipeline is None:
                continue
            wanted = (entry.data_stream.name, entry.pipeline.path or entry.pipeline.id)
            if wanted not in seen:
                seen.add(wanted)
                self._pipeline(entry)

    def _pipeline(self, entry: Input) -> None:
        assert entry.pipeline is not None
        if entry.pipeline.path is None:
            if entry.pipeline.id:
                self._foreign_pipeline(entry.id, entry.pipeline.id)
            return
        try:
            if pipelines.choose(self._settings, entry).where == "edge":
                self._plan.is_present(
                    f"pipeline {entry.pipeline.file}: runs in the agent (input {entry.id})"
                    f"{self._other_flavour()}"
                )
                return
            definition = ingest.of_input(entry)
        except ConfigError as error:
            self._plan.problems += error.problems
            return
        self._definition(entry, definition)

    def push(self, path: Path, inputs: list[Input]) -> None:
        """
        Plan the registration of one file, whatever its inputs' ``run`` says.

        Raises:
            ConfigError: the file is no pipeline, or sets ``_id`` or ``_index``.
        """
        for entry in inputs:
            self._definition(entry, ingest.of_input(entry))
        if not inputs:
            definition = ingest.load(path)
            for inner in (*definition.inner, definition.as_inner()):
                body = inner.marked(meta=self._meta)
                self._register(path, inner.name, body, "it is not there yet", "it was changed")

    def _definition(self, entry: Input, definition: ingest.Definition) -> None:
        """Plan a pipeline in the form that an input needs, and what it calls."""
        assert entry.pipeline is not None
        assert entry.pipeline.path is not None
        stream, path = entry.data_stream.name, entry.pipeline.path
        for called in ingest.outside(definition):
            if called not in entry.pipeline.absent and self._registered(called) is None:
                self._plan.problem(
                    f"{path}: calls the pipeline {called}, which is no file of its folder, and the cluster has none of that"
                    f" name; put its file there, or list the name under 'absent:' of the input {entry.id}"
                )
        new = f"input {entry.id} names {path.name}"
        changed = f"it was changed, or the default pipeline of {stream} was"
        for inner in definition.inner:
            body = inner.marked(meta=self._meta)
            self._register(path, inner.name, body, new, changed)
        name, _ = definition.registered(stream)
        default = self._default_pipeline(entry.data_stream)
        body = definition.wrapped(stream, default=default, meta=self._meta)
        self._register(path, name, body, new, changed)

    def _register(
        self, path: Path, name: str, body: dict[str, Any], new: str, changed: str
    ) -> None:
        """Plan the registration of one pipeline, if the cluster has it not; ``new`` and ``changed`` say why."""
        present = self._registered(name)
        if present is not None and not ingest.is_ours(present):
            self._plan.problem(
                f"pipeline {name}: exists and was not made by Shipper; delete it or rename {path.name}"
            )
        elif present is not None and all(present.get(key) == body[key] for key in body):
            self._plan.is_present(f"pipeline {name}: up to date")
        elif problem := self._try_pipeline(path, body):
            self._plan.problem(f"{path}: the cluster refuses it: {problem}")
        else:
            why = new if present is None else changed
            path_of = f"/_ingest/pipeline/{quote(name)}"
            self._plan.step(Step(f"pipeline {name}", why, path_of, body, PIPELINES, before=present))

    def _other_flavour(self) -> str:
        """A note where pipelines in the agent have another product's meaning than this cluster's."""
        meant, product = self._settings.edge.flavour, self._cluster.flavour.product
        if meant == product:
            return ""
        return f"; pipeline.flavour is {meant} and this is {product}: set pipeline.flavour to {product}"

    def _foreign_pipeline(self, entry: str, name: str) -> None:
        if self._registered(name) is None:
            self._plan.problem(
                f"pipeline {name}: input {entry} names it and the cluster has none of that name; make it, or"
                " name a file of pipelines/ (pipeline: {file: NAME, run: cluster})"
            )
        else:
            self._plan.is_present(f"pipeline {name}: exists, not ours")

    def _registered(self, name: str) -> dict[str, Any] | None:
        status, answer = self._cluster.ask("GET", f"/_ingest/pipeline/{quote(name)}", PIPELINES)
        found = answer.get(name) if status == 200 else None
        return found if isinstance(found, dict) else None

    def _try_pipeline(self, path: Path, body: dict[str, Any]) -> str:
        """Why the cluster would refuse a pipeline; nothing if it would not. ``_simulate`` builds it without keeping it."""
        tried = {"pipeline": body, "docs": [{"_source": {}}]}
        status, answer = self._cluster.client.json(
            "POST", "/_ingest/pipeline/_simulate", body=tried
        )
        if status == 200:
            return ""
        if status == 400:
            return told(body, answer, path)
        raise SetupError(
            refusal(
                self._cluster.client, "POST /_ingest/pipeline/_simulate", PIPELINES, status, answer
            )
        )

    def _default_pipeline(self, stream: DataStream) -> str | None:
        """The default pipeline of a stream: of its newest index, or of the template that would make it."""
        path = f"/{quote(stream.index, safe='*')}/_settings/index.default_pipeline"
        status, answer = self._cluster.ask("GET", path, STREAMS, params={"flat_settings": "true"})
        # Names of indices with a time or a number sort by age; with references, several streams are meant: any does.
        newest = max(answer, default=None) if status == 200 else None
        if newest:
            found = answer[newest]["settings"].get("index.default_pipeline")
        elif status == 200 and "*" not in stream.index:
            found = None
        elif stream.name in self._defaults:
            found = self._defaults[stream.name]
        else:
            sample = quote(templates.sample_name(stream))
            _, answer = self._cluster.ask(
                "POST", f"/_index_template/_simulate_index/{sample}", TEMPLATES
            )
            found = default_pipeline(answer)
        return str(found) if found and found != "_none" else None


def of_index(cluster: Cluster, index: str) -> list[str]:
    """The default and the final pipeline of an index that exists; none where the login may not ask."""
    path = f"/{quote(index, safe='')}/_settings/index.default_pipeline,index.final_pipeline"
    status, answer = cluster.client.json("GET", path, params={"flat_settings": "true"})
    found = answer.get(index) if status == 200 and isinstance(answer, dict) else None
    return called_by((found or {}).get("settings") or {})


def called_by(settings: dict[str, Any]) -> list[str]:
    """The default and the final pipeline that flat settings name."""
    named = (settings.get(f"index.{one}_pipeline") for one in ("default", "final"))
    return [str(one) for one in named if one and one != "_none"]


def look_for(cluster: Cluster, plan: Plan, names: list[str], owner: str, mend: str) -> None:
    """
    Tell which of the pipelines that events are sent through are not there: no event would be taken.

    Args:
        cluster: to look in.
        plan: to write to.
        names: of the pipelines.
        owner: the index or template that sends events through them.
        mend: what else than making the pipeline mends it.
    """
    for name in names:
        path = f"/_ingest/pipeline/{quote(name, safe='')}"
        status, answer = cluster.client.json("GET", path)
        if status == 404:
            plan.problem(
                f"{owner} through the pipeline {name}, and the cluster has none of that name, so it takes no event;"
                f" make the pipeline, or {mend}"
            )
        elif status != 200:
            plan.note(
                f"{owner} through the pipeline {name}; whether the cluster has it cannot be told:"
                f" {refusal(cluster.client, f'GET {path}', PIPELINES, status, answer)}"
            )


def default_pipeline(simulated: dict[str, Any]) -> str:
    """Of the answer to a simulated template: the default pipeline of its indices, empty for none."""
    settings = templates.flat_settings((simulated.get("template") or {}).get("settings") or {})
    found = settings.get("index.default_pipeline")
    return str(found) if found and found != "_none" else ""
