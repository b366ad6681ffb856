"""
Who ends the life of indices, and whether it has what it needs: the snapshot repository of a frozen phase.

The configuration's repository is looked for whether setup's plan could be made or not, and so is that of a policy of the
cluster, which may be somebody else's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.config.own import own_streams
from shipper.records import SendFailed
from shipper.tools.cluster_check.finding import Findings, short
from shipper.tools.setup import lifecycle
from shipper.tools.simulate import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shipper.cluster.client import Client
    from shipper.config.settings import DataStream, Settings

SETUP = "setup"
_ISM = "index.plugins.index_state_management.policy_id"


def repositories(client: Client, settings: Settings, findings: Findings) -> None:
    """Whether the cluster has the repositories that the configuration's frozen phases name."""
    flavour = client.info()
    if flavour.product != "elasticsearch" or flavour.serverless:
        return  # has no such phase: setup's plan tells
    for repository, place in _wanted(settings).items():
        what, todo = lifecycle.no_repository(repository, place)
        there, why = _has(client, repository)
        if there is None:
            text = f"whether the cluster has the snapshot repository {repository} of {place}.phases.frozen: {why}"
            findings.unknown(SETUP, text)
        elif not there:
            findings.error(SETUP, what, todo)


def _wanted(settings: Settings) -> dict[str, str]:
    """Repository → the place of the configuration that names it first."""
    streams = [one.data_stream for one in settings.inputs if one.enabled] + own_streams(settings)
    found: dict[str, str] = {}
    for stream in streams:
        frozen = settings.setup.of(stream.dataset).phases.frozen
        if frozen.min_age is not None and frozen.snapshot_repository:
            place = lifecycle.place_of(settings.setup, stream.dataset)
            found.setdefault(frozen.snapshot_repository, place)
    return found


def _has(client: Client, repository: str) -> tuple[bool | None, str]:
    """Whether the cluster has a snapshot repository; None and why where it cannot be told."""
    try:
        status, answer = client.json("GET", f"/_snapshot/{quote(repository, safe='')}")
    except SendFailed as error:
        return None, short(error)
    if status in {401, 403}:
        return (
            None,
            "this login may not ask (cluster privilege monitor_snapshot)",
        )
    if status in {200, 404}:
        return status == 200, ""
    return None, f"the cluster answered {status}: {reason_of(answer)}"


def look(
    client: Client,
    settings: Settings,
    stream: DataStream,
    template: dict[str, Any],
    index: dict[str, Any],
    part: str,
    findings: Findings,
) -> None:
    """
    Who ends the life of a stream's indices.

    Args:
        client: of the cluster.
        settings: the whole configuration.
        stream: that it is about.
        template: that will apply to its next index.
        index: the settings of that template, flat.
        part: what findings stand under.
        findings: to add to.
    """
    if policy := index.get("index.lifecycle.name"):
        _policy(client, settings, str(policy), part, findings)
        return
    if isinstance(template.get("lifecycle"), dict):
        kept = template["lifecycle"].get("data_retention", "for ever")
        findings.ok(part, f"lifecycle: of the data stream, data are kept {kept}")
        return
    if client.info().product == "opensearch":
        path = f"/_plugins/_ism/explain/{quote(stream.name, safe='')}*"
        status, answer = client.json("GET", path)
        found = answer.values() if status == 200 and isinstance(answer, dict) else ()
        policies = {
            str(entry[_ISM]) for entry in found if isinstance(entry, dict) and entry.get(_ISM)
        }
        if policies:
            findings.ok(part, f"lifecycle: ISM policy {', '.join(sorted(policies))}")
            return
    findings.warning(
        part,
        "lifecycle: nothing in the cluster rolls its indices over or deletes old ones",
        "run `shipper setup` with setup.retention, attach a policy, or run `shipper rollover --if-due` from one timer",
    )


def _policy(client: Client, settings: Settings, name: str, part: str, findings: Findings) -> None:
    """An ILM policy, and the repositories that its phases put snapshots into."""
    text = f"lifecycle: ILM policy {name}"
    status, answer = client.json("GET", f"/_ilm/policy/{quote(name, safe='')}")
    found = answer.get(name) if status == 200 and isinstance(answer, dict) else None
    policy = found.get("policy") if isinstance(found, dict) else None
    if not isinstance(policy, dict):
        findings.ok(part, text)
        if status in {401, 403}:
            todo = "to have it looked at, use a login with the cluster privilege read_ilm"
            findings.unknown(part, f"{text}: this login may not ask what it does", todo)
        return
    findings.ok(part, text)
    told = _wanted(settings)
    for phase, repository in _snapshots(policy):
        if repository in told:
            continue
        there, why = _has(client, repository)
        what = f"{text}, phase {phase}"
        if there is None:
            findings.unknown(
                part, f"{what}: whether the cluster has the snapshot repository {repository}: {why}"
            )
        elif not there:
            findings.error(
                part,
                f"{what}: the cluster has no snapshot repository {repository}: indices will stop there, and are never deleted",
                "register it, or have the policy's owner name one that is there",
            )


def _snapshots(policy: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Phases of an ILM policy with the repository that they need."""
    for name, phase in (policy.get("phases") or {}).items():
        action = (phase.get("actions") or {}).get("searchable_snapshot") or {}
        if repository := action.get("snapshot_repository"):
            yield name, str(repository)
