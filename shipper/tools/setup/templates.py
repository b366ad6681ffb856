"""The index template of each stream: ours, or one of somebody else that stands beside it or in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.cluster import templates
from shipper.cluster.templates_fields import custom_problems
from shipper.tools.setup.pipelines import called_by, default_pipeline, look_for
from shipper.tools.setup.plan import TEMPLATES, SetupError, Step, reason, refusal

if TYPE_CHECKING:
    from shipper.cluster.templates import Abilities, Template
    from shipper.config.settings import DataStream, Setup
    from shipper.tools.setup.lifecycle import Lifecycles
    from shipper.tools.setup.plan import Cluster, Plan
    from shipper.tools.setup.targets import State

_BUILT_IN_PIPELINE = "logs@default-pipeline"


class Templates:
    """
    Plans them.

    Attributes:
        defaults: name of a stream → default pipeline of its planned template, empty for none.
        ours: names of the streams whose template is ours; what others made is their owners' business.
    """

    def __init__(self, cluster: Cluster, setup: Setup, plan: Plan, lifecycles: Lifecycles) -> None:
        self.defaults: dict[str, str] = {}
        self.ours: set[str] = set()
        self._made: dict[str, DataStream] = {}  # template → the stream that it was planned for
        self._cluster = cluster
        self._setup = setup
        self._plan = plan
        self._lifecycles = lifecycles
        self._all: list[Template] | None = None
        self._able: Abilities | None = None

    def plan(self, stream: DataStream, state: State, *, edge: bool) -> bool:
        """
        Plan the template of a stream.

        Args:
            stream: that it is for.
            state: what there is of it.
            edge: whether events are parsed in the agent.

        Returns:
            Whether the stream can be made; if not, the plan's problems say why.
        """
        name = templates.template_name(stream)
        own = next((one for one in self._templates() if one.name == name), None)
        if own and not own.ours:
            self._plan.problem(
                f"index template {name}: exists and was not made by Shipper; rename or delete it"
            )
            return False
        chosen = self._foreign(name, stream, edge=edge)
        if chosen is not None:
            return chosen
        first = self._made.get(name)
        if first is None:
            if not self._ours(name, own, stream, state):
                return False
            self._made[name] = stream
        elif first.name in self.defaults:  # namespaces share a template
            self.defaults[stream.name] = self.defaults[first.name]
        self.ours.add(stream.name)
        return True

    # Templates of others

    def _foreign(self, name: str, stream: DataStream, *, edge: bool) -> bool | None:
        """
        Look at the templates that meet ours.

        Returns:
            None: ours is to be made. True: another one wins and does as well. False: one stands in the way.
        """
        pattern, priority = templates.template_pattern(stream), templates.priority(stream)
        sample = templates.sample_name(stream)
        others = [one for one in self._templates() if one.name != name]
        for other in others:
            if problem := _conflict(other, stream, pattern, priority):
                self._plan.problem(problem)
                return False
        winner = templates.winner(others, sample)
        if winner is None or (winner.priority <= priority and not _left(stream, winner)):
            for other in others:
                if other.overlaps(pattern) and not other.built_in and not other.ours:
                    self._note_loser(other, stream, priority)
            return None
        if winner.data_stream != (stream.mode == "data_stream"):
            self._plan.problem(_wrong_kind(winner, stream, priority))
            return False
        kind = "data streams" if stream.dynamic else "data stream"
        kind = kind if winner.data_stream else "indices of"
        over = f"its priority {winner.priority} wins over {priority}"
        if winner.priority <= priority:
            over = "nothing is known of the dataset, so a template of ours would take the streams of others"
        self._plan.is_present(
            f"index template {winner.name}: makes the {kind} {stream.index}; {over}, so what setup.template, rollover and"
            " retention say is its owner's business"
        )
        called = [] if winner.built_in or winner.ours else self._pipelines_of(winner)
        sends = f"index template {winner.name} sends events of {stream.index}"
        if edge and called:
            self._plan.note(
                f"{sends} through {', '.join(called)}, and they are parsed in the agent already: remove one of both, or"
                " they are parsed twice"
            )
        mend = "remove index.default_pipeline and index.final_pipeline from the template, with its owner"
        look_for(self._cluster, self._plan, called, sends, mend)
        return True

    def _note_loser(self, other: Template, stream: DataStream, priority: int) -> None:
        if pipelines := self._pipelines_of(other):
            self._plan.note(
                f"index template {other.name} (priority {other.priority}) would send events of {stream.index} through"
                f" {', '.join(pipelines)}; ours (priority {priority}) wins, so new indices do not: events are not"
                " parsed twice"
            )

    def _pipelines_of(self, other: Template) -> list[str]:
        """Default and final pipeline of a template with all that it is composed of, where Fleet has them."""
        path = f"/_index_template/_simulate/{quote(other.name)}"
        _, answer = self._cluster.ask("POST", path, TEMPLATES)
        settings = templates.flat_settings((answer.get("template") or {}).get("settings") or {})
        return called_by(settings)

    # Ours

    def _ours(self, name: str, own: Template | None, stream: DataStream, state: State) -> bool:
        wanted = self._setup.of(stream.dataset)
        problems = custom_problems(
            wanted.template.custom_mappings, "setup.template.custom_mappings"
        )
        if wanted.template.dynamic == "runtime" and self._cluster.flavour.product == "opensearch":
            problems.append(
                "setup.template.dynamic: runtime fields are Elasticsearch's; take true, false or strict"
            )
        for line in problems:
            self._plan.problem(line)
        if problems:
            return False
        settings: dict[str, Any] = {}
        lifecycle: dict[str, Any] | None = None
        if _unknown(stream):
            self._plan.note(
                f"{stream.index}: nothing is known of the dataset, so there is no lifecycle: it would be one for the streams"
                " of others, too; begin data_stream.dataset with a name"
            )
        elif found := self._lifecycles.plan(stream, wanted):
            settings, lifecycle = found
        else:
            return False
        body = templates.template_body(
            stream, wanted=wanted, able=self._abilities(), settings=settings, lifecycle=lifecycle
        )
        if own is not None and own.hash == templates.template_hash(body):
            self._plan.is_present(f"index template {name}: up to date")
            return True
        if not self._simulate(name, body, stream):
            return False
        if own is None:
            why = f"mappings, settings and lifecycle of {templates.template_pattern(stream)}"
        else:
            why = "the configuration or this version of Shipper has another one" + (
                "; it counts from the next rollover on" if state.exists else ""
            )
        path = f"/_index_template/{quote(name)}"
        before_body = own.body if own else None
        self._plan.step(
            Step(f"index template {name}", why, path, body, TEMPLATES, before=before_body)
        )
        planned = templates.Template.from_api({"name": name, "index_template": body})
        self._all = [*(one for one in self._templates() if one.name != name), planned]
        return True

    def _simulate(self, name: str, body: dict[str, Any], stream: DataStream) -> bool:
        """Whether the cluster takes the template: it checks settings, field types and analyzers that it alone knows."""
        path = f"/_index_template/_simulate/{quote(name)}"
        status, answer = self._cluster.client.json("POST", path, body=body)
        if status == 400:
            self._plan.problem(
                f"index template {name}: the cluster refuses it: {reason(answer)}; see setup.template"
            )
            return False
        if status != 200:
            raise SetupError(
                refusal(self._cluster.client, f"POST {path}", TEMPLATES, status, answer)
            )
        self.defaults[stream.name] = default_pipeline(answer)
        return True

    # What the cluster has

    def _templates(self) -> list[Template]:
        if self._all is None:
            status, answer = self._cluster.ask("GET", "/_index_template", TEMPLATES)
            entries = answer.get("index_templates", []) if status == 200 else []
            self._all = [templates.Template.from_api(entry) for entry in entries]
        return self._all

    def _abilities(self) -> Abilities:
        """Asked, since plug-ins and modules decide and not versions alone."""
        if self._able is None:
            elasticsearch = self._cluster.flavour.product == "elasticsearch"
            components: frozenset[str] = frozenset()
            if elasticsearch:
                params = {"filter_path": "component_templates.name"}
                _, answer = self._cluster.ask(
                    "GET", "/_component_template", TEMPLATES, params=params
                )
                found = answer.get("component_templates") or []
                components = frozenset(str(one["name"]) for one in found)
            self._able = templates.Abilities(
                product=self._cluster.flavour.product,
                text="match_only_text" if self._takes("match_only_text") else "text",
                components=components,
                optional_components=self._cluster.flavour.optional_components,
                beyond_limit=self._cluster.flavour.ignores_beyond_limit,
            )
        return self._able

    def _takes(self, kind: str) -> bool:
        """Whether the cluster has a field type."""
        path = "/_index_template/_simulate"
        client = self._cluster.client
        status, answer = client.json("POST", path, body=templates.probe(kind))
        if status != 200 and not (status == 400 and kind in str(answer)):
            raise SetupError(refusal(client, f"POST {path}", TEMPLATES, status, answer))
        return status == 200


def _unknown(stream: DataStream) -> bool:
    """Whether the pattern is that of all data streams for logs."""
    return stream.mode == "data_stream" and stream.pattern == f"{stream.prefix}-*-*"


def _left(stream: DataStream, winner: Template) -> bool:
    """Whether a template of somebody else does although ours would win."""
    return _unknown(stream) and winner.data_stream and not winner.ours


def _conflict(other: Template, stream: DataStream, pattern: str, priority: int) -> str | None:
    """Why a template of another name keeps ours from being made."""
    if other.ours and other.priority != priority:
        return None
    if pattern in other.patterns and not other.built_in and not other.ours:
        return (
            f"index template {other.name} (priority {other.priority}) is not Shipper's and has the same pattern"
            f" {pattern}: two owners of {stream.name} would undo each other's work; delete it, give it other"
            " index_patterns, or choose another data_stream.dataset"
        )
    if other.priority == priority and other.overlaps(pattern):
        owner = "of another target.mode or dataset; `shipper setup --remove` with that configuration removes it"
        mend = (
            owner
            if other.ours
            else "which is not Shipper's; give it another priority or narrower index_patterns"
        )
        return (
            f"index template {other.name} has the same priority ({priority}) and its {', '.join(other.patterns)} meets"
            f" {pattern}, so the cluster would refuse ours: it is {mend}"
        )
    return None


def _wrong_kind(winner: Template, stream: DataStream, priority: int) -> str:
    if stream.mode == "data_stream":
        return (
            f"index template {winner.name} (priority {winner.priority}) matches {stream.name}, wins over ours"
            f' (priority {priority}) and makes no data stream; give it "data_stream": {{}}, a lower'
            " priority or narrower index_patterns"
        )
    return (
        f"index template {winner.name} (priority {winner.priority}) matches {stream.name}, wins over ours"
        f" (priority {priority}) and makes data streams, and target.mode is {stream.mode}; give it a lower priority"
        " or narrower index_patterns, or choose another target.prefix"
    )
