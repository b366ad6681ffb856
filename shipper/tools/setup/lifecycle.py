"""Lifecycles: which kind the cluster has, the policies of ours, and the indices that exist already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.cluster import lifecycle, templates
from shipper.tools.setup.plan import MANAGED, POLICIES, SNAPSHOTS, STREAMS, Step

if TYPE_CHECKING:
    from shipper.cluster.lifecycle import Kind
    from shipper.config.settings import Dataset, DataStream, Setup
    from shipper.tools.setup.plan import Cluster, Plan
    from shipper.tools.setup.targets import State

_TIMER = (
    "this cluster has no lifecycle management: run `shipper rollover --if-due` from one timer"
    " (deploy/ has a systemd timer, a cron line and a Kubernetes CronJob)"
)
_ISM = "/_plugins/_ism"
_POLICY_ID = "index.plugins.index_state_management.policy_id"
_AT_ONCE = 40  # indices in one path, which has about 4,000 characters at most


def choose(cluster: Cluster, wanted: str, stream: DataStream) -> Kind | None:
    """
    What carries out rollover and retention.

    Args:
        cluster: that is asked what it has.
        wanted: ``setup.lifecycle``.
        stream: that it is for; aliases and daily indices have no data stream lifecycle.

    Returns:
        The kind; None where the cluster has not what is wanted.

    Raises:
        SendFailed: there is no answer.
        SetupError: a question was refused.
    """
    opensearch = cluster.flavour.product == "opensearch"
    if wanted == "none":
        return "none"
    if (
        wanted in {"auto", "ism"}
        and opensearch
        and cluster.has(f"{_ISM}/policies?size=1", POLICIES)
    ):
        return "ism"
    if wanted in {"auto", "ilm"} and not opensearch and cluster.has("/_ilm/policy", POLICIES):
        return "ilm"
    if wanted in {"auto", "data_stream_lifecycle"} and not opensearch:
        name = templates.sample_name(stream)
        if (wanted != "auto" or stream.mode == "data_stream") and cluster.has(
            f"/_data_stream/{quote(name)}/_lifecycle", STREAMS
        ):
            return "data_stream_lifecycle"
    return "none" if wanted == "auto" else None


def place_of(setup: Setup, dataset: str) -> str:
    """Where the configuration says what holds for a dataset: ``setup``, or its entry of ``setup.datasets``."""
    listed = any(one.dataset == dataset for one in setup.datasets)
    return f"setup.datasets ({dataset})" if listed else "setup"


def no_repository(repository: str, place: str) -> tuple[str, str]:
    """What to say of a frozen phase whose snapshot repository the cluster does not have, and what to do."""
    return (
        f"{place}.phases.frozen.snapshot_repository: the cluster has no repository {repository}",
        "register it, or name one that is there (GET /_snapshot lists them)",
    )


class Lifecycles:
    """Plans them."""

    def __init__(self, cluster: Cluster, setup: Setup, plan: Plan) -> None:
        self._cluster = cluster
        self._setup = setup
        self._plan = plan
        self._kinds: dict[str, Kind | None] = {}
        self._changed: set[str] = set()  # policies that were there and will be others

    def kind(self, stream: DataStream) -> Kind | None:
        """What the cluster has for a stream; asked once for each mode."""
        if stream.mode not in self._kinds:
            self._kinds[stream.mode] = choose(self._cluster, self._setup.lifecycle, stream)
        return self._kinds[stream.mode]

    def plan(
        self, stream: DataStream, wanted: Dataset
    ) -> tuple[dict[str, Any], dict[str, Any] | None] | None:
        """
        Plan a stream's policy.

        Returns:
            Index settings for the template, and the lifecycle that stands in the template itself, if one does. None
            where something stands in the way, which is a problem in the plan.
        """
        kind = self.kind(stream)
        if kind is None:
            self._plan.problem(
                f"setup.lifecycle: this cluster ({self._cluster.flavour}) has no"
                f" {lifecycle.describe(self._setup.lifecycle)}; set it to auto"
            )
            return None
        place = place_of(self._setup, wanted.dataset)
        before = len(self._plan.problems)
        for line in lifecycle.problems(kind, wanted, stream, place):
            self._plan.problem(line)
        name = templates.template_name(stream)
        if len(self._plan.problems) == before:
            if kind == "ilm":
                self._ilm(name, stream, wanted, place)
            elif kind == "ism":
                self._ism(name, stream, wanted)
        if len(self._plan.problems) > before:
            return None
        serverless = self._cluster.flavour.serverless
        settings = lifecycle.index_settings(kind, name, stream, serverless=serverless)
        if kind == "data_stream_lifecycle":
            self._plan.note(
                f"data stream {stream.name}: rolled over when the cluster's setting cluster.lifecycle.default.rollover"
                " says so; for setup.rollover run `shipper rollover --if-due` from one timer"
            )
            return settings, lifecycle.data_stream_lifecycle(wanted)
        if kind == "none":
            self._none(stream, wanted)
        return settings, None

    def existing(self, stream: DataStream, state: State) -> None:
        """Plan what indices that are there already need, since templates are for new ones."""
        kind = self.kind(stream)
        if not state.exists or stream.dynamic:
            return
        if kind == "data_stream_lifecycle":
            self._existing_stream(stream)
        elif kind == "ism":
            self._existing_ism(stream, state)

    # Elasticsearch

    def _ilm(self, name: str, stream: DataStream, wanted: Dataset, place: str) -> None:
        path = f"/_ilm/policy/{quote(name)}"
        if repository := wanted.phases.frozen.snapshot_repository:
            path_of = f"/_snapshot/{quote(repository, safe='')}"
            status, _ = self._cluster.ask("GET", path_of, SNAPSHOTS)
            if status == 404:
                self._plan.problem("; ".join(no_repository(repository, place)))
                return
        status, answer = self._cluster.ask("GET", path, POLICIES)
        present = answer.get(name, {}).get("policy") if status == 200 else None
        self._policy(name, path, lifecycle.ilm_policy(wanted, stream), present, {})

    def _existing_stream(self, stream: DataStream) -> None:
        """A data stream keeps the lifecycle that its template had when it was made."""
        wanted = lifecycle.data_stream_lifecycle(self._setup.of(stream.dataset))
        path = f"/_data_stream/{quote(stream.name)}/_lifecycle"
        _, answer = self._cluster.ask("GET", path, STREAMS)
        streams = answer.get("data_streams") or [{}]
        present = streams[0].get("lifecycle") or {}
        keys = ("enabled", "data_retention")
        if all(present.get(key) == wanted.get(key) for key in keys):
            self._plan.is_present(f"lifecycle of data stream {stream.name}: up to date")
            return
        before = {key: present[key] for key in keys if key in present}
        why = "a data stream keeps the lifecycle that it was made with"
        what = f"lifecycle of data stream {stream.name}"
        self._plan.step(Step(what, why, path, wanted, MANAGED, before=before))

    # OpenSearch

    def _ism(self, name: str, stream: DataStream, wanted: Dataset) -> None:
        path = f"{_ISM}/policies/{quote(name)}"
        pattern, priority = templates.template_pattern(stream), templates.priority(stream)
        if not self._ism_rivals(name, pattern, priority):
            return
        status, answer = self._cluster.ask("GET", path, POLICIES)
        present = answer.get("policy") if status == 200 else None
        guard = {}
        if present is not None:  # the cluster takes a new version only of the one that was read
            guard = {
                "if_seq_no": str(answer["_seq_no"]),
                "if_primary_term": str(answer["_primary_term"]),
            }
        body = lifecycle.ism_policy(wanted, stream, pattern, priority)
        self._policy(name, path, body, present, guard)

    def _ism_rivals(self, name: str, pattern: str, priority: int) -> bool:
        """Whether no other policy takes the same indices; the cluster would refuse one of the same priority."""
        _, answer = self._cluster.ask("GET", f"{_ISM}/policies?size=1000", POLICIES)
        for entry in answer.get("policies") or []:
            rival, policy = entry.get("_id"), entry.get("policy") or {}
            ours = lifecycle.mark(policy) is not None
            for one in policy.get("ism_template") or []:
                meets = any(templates.overlap(p, pattern) for p in one.get("index_patterns") or [])
                other = int(one.get("priority") or 0)
                beside = other < priority or (ours and other != priority)
                if rival != name and meets and not beside:
                    self._plan.problem(
                        f"ISM policy {rival} takes indices of {pattern} with priority {one.get('priority')}, ours has"
                        f" {priority}; give it a lower priority or other index_patterns, or set setup.lifecycle: none"
                    )
                    return False
        return True

    def _existing_ism(self, stream: DataStream, state: State) -> None:
        """A policy's template is for new indices: those that exist are added, or moved to the policy's new version."""
        name = templates.template_name(stream)
        body = {"policy_id": name}
        others: set[str] = set()
        for start in range(0, len(state.indices), _AT_ONCE):
            indices = quote(",".join(state.indices[start : start + _AT_ONCE]), safe=",")
            _, answer = self._cluster.ask("GET", f"{_ISM}/explain/{indices}", MANAGED)
            found = {
                index: one.get(_POLICY_ID) or one.get("policy_id")
                for index, one in answer.items()
                if isinstance(one, dict)
            }
            if None in found.values():
                without = ",".join(quote(index) for index in found if found[index] is None)
                why = "indices that were made before the policy have none"
                what = f"ISM policy {name} for indices of {stream.name}"
                self._plan.step(Step(what, why, f"{_ISM}/add/{without}", body, MANAGED, "POST"))
            having = ",".join(quote(index) for index in found if found[index] == name)
            if having and name in self._changed:
                why = "an index keeps the version of the policy that it was given"
                what = f"new version of ISM policy {name} for indices of {stream.name}"
                path = f"{_ISM}/change_policy/{having}"
                self._plan.step(Step(what, why, path, body, MANAGED, "POST"))
            others |= {str(one) for one in found.values() if one not in {None, name}}
        if others:
            self._plan.note(
                f"{stream.name}: indices have the ISM policy {', '.join(sorted(others))} of somebody else and keep it"
            )

    # Both

    def _policy(
        self,
        name: str,
        path: str,
        body: dict[str, Any],
        present: dict[str, Any] | None,
        guard: dict[str, str],
    ) -> None:
        """Plan a policy, if the cluster has it not."""
        wanted = body["policy"]
        if present is not None and lifecycle.mark(present) is None:
            self._plan.problem(
                f"lifecycle policy {name}: exists and was not made by Shipper; rename or delete it"
            )
        elif present is not None and lifecycle.mark(present) == lifecycle.mark(wanted):
            self._plan.is_present(f"lifecycle policy {name}: up to date")
        else:
            if present is not None:
                self._changed.add(name)
            why = "setup.rollover, retention and phases" + (" are others now" if present else "")
            before = None if present is None else {"policy": present}
            self._plan.step(
                Step(
                    f"lifecycle policy {name}",
                    why,
                    path,
                    body,
                    POLICIES,
                    params=guard,
                    before=before,
                )
            )

    def _none(self, stream: DataStream, wanted: Dataset) -> None:
        if stream.mode == "daily" and wanted.retention is None:
            return
        chosen = self._setup.lifecycle == "none"
        self._plan.note(
            _TIMER.replace("this cluster has no lifecycle management", "setup.lifecycle is none")
            if chosen
            else _TIMER
        )
