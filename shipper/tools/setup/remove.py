"""
Removal: what setup made for a configuration and nobody uses.

Documents are never removed: a data stream, alias or index goes only while it is empty, which is looked at again right
before. What carries no mark of ours stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.cluster import ingest, lifecycle, templates
from shipper.config.own import own_streams
from shipper.errors import ConfigError
from shipper.tools.setup.lifecycle import choose
from shipper.tools.setup.plan import (
    ALIASES,
    PIPELINES,
    POLICIES,
    STREAMS,
    TEMPLATES,
    Cluster,
    Plan,
    Step,
    documents,
)
from shipper.tools.setup.targets import Targets
from shipper.wording import counted

if TYPE_CHECKING:
    from shipper.cluster.client import Client
    from shipper.cluster.lifecycle import Kind
    from shipper.config.settings import DataStream, Input, Settings

_PIPELINE = re.compile(r"(shipper-.+)-[0-9a-f]{8}")
_WHY = "made by shipper setup"


def plan_removal(client: Client, settings: Settings) -> Plan:
    """
    Find out what of ours can be removed: templates, policies, pipelines, and what is empty. Changes nothing.

    Returns:
        A plan for :func:`carry_out`; ``present`` says what stays and why.

    Raises:
        SendFailed: there is no answer.
        SetupError: a question was refused.
    """
    return _Removal(Cluster(client), settings).plan()


class _Removal:
    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self._cluster = cluster
        self._settings = settings
        self._plan = Plan(str(cluster.flavour))

    def plan(self) -> Plan:
        inputs = [entry for entry in self._settings.inputs if entry.enabled]
        streams = {entry.data_stream.name: entry.data_stream for entry in inputs}
        streams |= {stream.name: stream for stream in own_streams(self._settings)}
        _, answer = self._cluster.ask("GET", "/_index_template", TEMPLATES)
        found = [
            templates.Template.from_api(entry) for entry in answer.get("index_templates") or []
        ]
        # Streams first: the cluster keeps a template as long as a data stream needs it.
        for stream in streams.values():
            self._stream(stream)
        seen: set[str] = set()
        for stream in streams.values():
            name = templates.template_name(stream)
            if name not in seen:
                seen.add(name)
                self._template(name, found)
                self._policy(name, stream)
        self._pipelines(inputs)
        return self._plan

    def _stream(self, stream: DataStream) -> None:
        """An empty data stream, or the indices of an empty alias."""
        state = Targets(self._cluster, Plan("")).look(stream)
        if state is None or not state.exists:
            return
        kind = "data stream" if stream.mode == "data_stream" else "alias"
        ours = self._ours(quote(stream.name))
        foreign = [index for index in state.indices if index not in ours]
        if kind == "data stream" and foreign:
            self._plan.is_present(
                f"data stream {stream.name}: stays, no template of Shipper made {foreign[0]}"
            )
            return
        # An alias may show a part of its indices only: they are counted, not it.
        asked = [stream.name] if kind == "data stream" else list(state.indices)
        counts = [documents(self._cluster.client, quote(one)) for one in asked]
        if any(count != 0 for count in counts):
            known = [count for count in counts if count is not None]
            holds = (
                counted(sum(known), "document")
                if len(known) == len(counts)
                else "documents that could not be counted"
            )
            self._plan.is_present(f"{kind} {stream.name}: stays, it has {holds}")
            return
        why = f"{_WHY}, and empty"
        if kind == "data stream":
            name = quote(stream.name)
            path = f"/_data_stream/{name}"
            what = f"data stream {stream.name}"
            self._plan.step(Step(what, why, path, None, STREAMS, "DELETE", only_empty=name))
            return
        for index in state.indices:
            if index in foreign:
                self._plan.is_present(
                    f"alias {stream.name}: index {index} stays, no template of Shipper made it"
                )
                continue
            path = f"/{quote(index)}"
            what = f"alias {stream.name}: index {index}"
            self._plan.step(Step(what, why, path, None, ALIASES, "DELETE", only_empty=quote(index)))

    def _ours(self, name: str) -> set[str]:
        """The indices behind a data stream or alias that templates of ours made; none where that is not to be seen."""
        params = {"filter_path": "*.mappings._meta"}
        status, answer = self._cluster.client.json("GET", f"/{name}/_mapping", params=params)
        if status != 200 or not isinstance(answer, dict):
            return set()
        return {index for index, found in answer.items() if ingest.is_ours(found["mappings"])}

    def _template(self, name: str, found: list[templates.Template]) -> None:
        own = next((one for one in found if one.name == name), None)
        if own is None:
            return
        if not own.ours:
            self._plan.is_present(f"index template {name}: stays, it was not made by Shipper")
            return
        if using := self._users(own, found):
            self._plan.is_present(
                f"index template {name}: stays, the data stream {using} needs it; delete that first if it is to go"
            )
            return
        path = f"/_index_template/{quote(name)}"
        self._plan.step(
            Step(f"index template {name}", _WHY, path, None, TEMPLATES, "DELETE", before=own.body)
        )

    def _users(self, own: templates.Template, found: list[templates.Template]) -> str:
        """A data stream that no other template would make."""
        if not own.data_stream:
            return ""
        pattern = quote(",".join(own.patterns), safe="*,")
        _, answer = self._cluster.ask("GET", f"/_resolve/index/{pattern}", STREAMS)
        going = {step.path for step in self._plan.steps}
        others = [one for one in found if one.name != own.name and one.data_stream]
        for stream in answer.get("data_streams") or []:
            name = str(stream["name"])
            if f"/_data_stream/{quote(name)}" not in going and not templates.winner(others, name):
                return name
        return ""

    def _policy(self, name: str, stream: DataStream) -> None:
        wanted: Kind | None = choose(self._cluster, "auto", stream)
        if wanted == "ilm":
            path = f"/_ilm/policy/{quote(name)}"
            _, answer = self._cluster.ask("GET", path, POLICIES)
            entry = answer.get(name) or {}
            used = (entry.get("in_use_by") or {}).get("indices") or []
        elif wanted == "ism":
            path = f"/_plugins/_ism/policies/{quote(name)}"
            _, entry = self._cluster.ask("GET", path, POLICIES)
            used = []  # indices keep the version of the policy that they were given
        else:
            return
        policy = entry.get("policy")
        if not isinstance(policy, dict):
            return
        if lifecycle.mark(policy) is None:
            self._plan.is_present(f"lifecycle policy {name}: stays, it was not made by Shipper")
        elif used:
            self._plan.is_present(
                f"lifecycle policy {name}: stays, {counted(len(used), 'index has', 'indices have')} it ({used[0]})"
            )
        else:
            self._plan.step(
                Step(
                    f"lifecycle policy {name}",
                    _WHY,
                    path,
                    None,
                    POLICIES,
                    "DELETE",
                    before={"policy": policy},
                )
            )

    def _pipelines(self, inputs: list[Input]) -> None:
        """
        Those of the configuration's files, unless one that stays calls them.

        Older versions go where their mark names a stream of this configuration (Elasticsearch's do); a file of the same
        name may be another configuration's.
        """
        names = self._names(inputs)
        if not names:
            return
        stems = {name.rpartition("-")[0] for name in names}
        streams = {entry.data_stream.name for entry in inputs}
        _, found = self._cluster.ask("GET", "/_ingest/pipeline", PIPELINES)
        going: dict[str, dict[str, Any]] = {}
        for name, body in found.items():
            match = _PIPELINE.fullmatch(name)
            older = (
                match is not None
                and match[1] in stems
                and (body.get("_meta") or {}).get("data_stream") in streams
            )
            if (name in names or older) and ingest.is_ours(body):
                going[name] = body
        called = True
        while called:
            staying = (body for name, body in found.items() if name not in going)
            called_names = {
                str(step.get("name")) for body in staying for step in ingest.calls(body)
            }
            called = bool(called_names & going.keys())
            for name in called_names & going.keys():
                del going[name]
                self._plan.is_present(f"pipeline {name}: stays, another pipeline calls it")
        for name, body in going.items():
            path = f"/_ingest/pipeline/{quote(name)}"
            self._plan.step(
                Step(f"pipeline {name}", _WHY, path, None, PIPELINES, "DELETE", before=body)
            )

    def _names(self, inputs: list[Input]) -> set[str]:
        """Names under which the files' present content is registered."""
        names: set[str] = set()
        for entry in inputs:
            if entry.pipeline is None or entry.pipeline.path is None:
                continue
            try:
                definition = ingest.of_input(entry)
            except ConfigError as error:
                self._plan.note(f"pipelines of {entry.pipeline.file} stay: {error.problems[0]}")
                continue
            names |= {one.name for one in definition.inner}
            names.add(definition.registered(entry.data_stream.name)[0])
        return names
