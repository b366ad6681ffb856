"""Which product answers, whether its clock is ours, and what the login may do."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.cluster.client import RefusedError
from shipper.cluster.login import give, way_of
from shipper.records import SendFailed
from shipper.tools import rights as levels
from shipper.tools.cluster_check.finding import Findings, short
from shipper.tools.simulate import reason_of

if TYPE_CHECKING:
    from shipper.cluster.client import Client
    from shipper.config.settings import Settings

CLUSTER, RIGHTS = "cluster", "rights"
SKEW_WARNING = 2.0  # seconds; less is the network's


def product(client: Client, settings: Settings, findings: Findings) -> bool:
    """
    Find out the product, with the login.

    Returns:
        Whether the login is taken and a cluster answers.
    """
    try:
        flavour = client.info()
    except (SendFailed, RefusedError) as error:
        findings.error(CLUSTER, short(error, 600))
        return False
    way = way_of(client.settings)
    findings.ok(CLUSTER, f"{flavour}, logged in with {way}" if way else f"{flavour}, no login")
    edge = [
        one.id
        for one in settings.inputs
        if one.enabled and one.pipeline is not None and one.pipeline.run in {"edge", "auto"}
    ]
    if edge and settings.edge.flavour != flavour.product:
        findings.warning(
            CLUSTER,
            f"pipelines in the agent have the meaning of {settings.edge.flavour} (input {', '.join(edge)})",
            f"set pipeline.flavour: {flavour.product}",
        )
    return True


def clock(client: Client, findings: Findings) -> None:
    """Compare the node's clock with ours; the time on the way counts for neither."""
    before = time.time()
    try:
        theirs = _time_of(client)
    except SendFailed as error:
        findings.warning(CLUSTER, f"clock: {short(error)}")
        return
    after = time.time()
    if theirs is None:
        findings.unknown(CLUSTER, "clock: the login may not ask for it")
        return
    ahead = max(0.0, theirs - after) or min(0.0, theirs - before)
    if abs(ahead) < SKEW_WARNING:
        findings.ok(CLUSTER, "clock: the node's and this machine's are the same")
        return
    word = "ahead of" if ahead > 0 else "behind"
    findings.warning(
        CLUSTER,
        f"clock: the node's is {abs(ahead):.0f} s {word} this machine's",
        "synchronise both (NTP): times of events, rollover and certificates depend on them",
    )


def _time_of(client: Client) -> float | None:
    """The node's clock, Unix time."""
    status, answer = client.json(
        "GET", "/_nodes/_local/stats/os", params={"filter_path": "nodes.*.timestamp"}
    )
    if status == 200 and isinstance(answer, dict) and answer.get("nodes"):
        return float(next(iter(answer["nodes"].values()))["timestamp"]) / 1000
    body = {"pipeline": {"processors": []}, "docs": [{"_source": {}}]}
    status, answer = client.json("POST", "/_ingest/pipeline/_simulate", body=body)
    if status != 200 or not isinstance(answer, dict):
        return None
    stamp = str(answer["docs"][0]["doc"]["_ingest"]["timestamp"])
    return datetime.fromisoformat(f"{stamp[:23].rstrip('Z')}+00:00").timestamp()


def rights(client: Client, settings: Settings, findings: Findings) -> None:
    """Whether the login may do what ``run`` needs; nothing is tried that would write."""
    flavour = client.info()
    try:
        if flavour.product == "elasticsearch":
            _elasticsearch(client, settings, findings)
        else:
            _opensearch(client, settings, findings)
    except SendFailed as error:
        findings.unknown(RIGHTS, short(error))


def _elasticsearch(client: Client, settings: Settings, findings: Findings) -> None:
    cluster, index = levels.elasticsearch(settings, "ship")
    names = levels.targets(settings)
    body = {"cluster": cluster, "index": [{"names": names, "privileges": index}]}
    status, answer = client.json("POST", "/_security/user/_has_privileges", body=body)
    if status != 200 or not isinstance(answer, dict):
        if status in {400, 404, 405, 500}:
            findings.ok(RIGHTS, "this cluster has no security: everybody may do everything")
        else:
            findings.unknown(RIGHTS, f"the cluster answered {status}: {reason_of(answer)}")
        return
    missing = [name for name, given in answer.get("cluster", {}).items() if not given]
    for name in missing:
        findings.error(RIGHTS, f"the cluster privilege `{name}` is missing", _how("ship"))
    for target, given in answer.get("index", {}).items():
        lacking = [name for name, has in given.items() if not has]
        if lacking:
            missing += lacking
            findings.error(
                RIGHTS,
                f"on {target} the index privilege{'s' if len(lacking) > 1 else ''} {_list(lacking)} {'are' if len(lacking) > 1 else 'is'} missing",
                _how("ship"),
            )
    if not missing:
        findings.ok(
            RIGHTS, f"enough to ship: {_list(cluster)}; on {', '.join(names)}: {_list(index)}"
        )


def _opensearch(client: Client, settings: Settings, findings: Findings) -> None:
    """OpenSearch has no list of rights to ask for: requests are weighed, and one is tried that nothing can come of."""
    streams = {
        one.data_stream.name: one.data_stream
        for one in settings.inputs
        if one.enabled and not one.data_stream.dynamic
    }
    allowed = []
    for name, stream in streams.items():
        refused = _weighed(client, name)
        if not refused and stream.mode != "daily" and _there(client, name):
            refused = _tried(client, name)
        if refused:
            findings.error(RIGHTS, f"{name}: {refused}", _how("ship"))
        elif refused is not None:
            allowed.append(name)
    if allowed:
        findings.ok(RIGHTS, f"bulk requests are allowed on {', '.join(allowed)}")
    elif all(one.level != "error" or one.part != RIGHTS for one in findings.found):
        findings.unknown(
            RIGHTS, "OpenSearch before 3.4, or without security, cannot weigh a request"
        )


def _bulk(client: Client, name: str, **params: str) -> tuple[int, Any]:
    """A bulk request of one document that is no JSON: no index takes it, so that nothing can be written."""
    return client.json(
        "POST",
        f"/{quote(name, safe='')}/_bulk",
        params=params,
        body=b'{"create":{}}\n{"shipper":\n',
        headers={"content-type": "application/x-ndjson"},
    )


def _weighed(client: Client, name: str) -> str | None:
    """What is missing for a bulk request, as OpenSearch 3.4 and newer tell; None where it cannot be told."""
    status, answer = _bulk(client, name, perform_permission_check="true")
    if status == 400:
        return None
    if status != 200 or not isinstance(answer, dict) or "accessAllowed" not in answer:
        return f"the cluster answered {status}: {reason_of(answer)}"
    if answer["accessAllowed"]:
        return ""
    return f"the permission {_list(answer.get('missingPrivileges', []))} is missing"


def _there(client: Client, name: str) -> bool:
    """Whether the target exists: what is tried must not make it."""
    status, found = client.json("GET", f"/_resolve/index/{quote(name, safe='')}")
    entries = found if status == 200 and isinstance(found, dict) else {}
    return any(entries.get(key) for key in ("data_streams", "aliases"))


def _tried(client: Client, name: str) -> str:
    """Why the cluster would not even look at a document; the rights of shards and mappings show only then."""
    status, answer = _bulk(client, name)
    items = answer.get("items") if status == 200 and isinstance(answer, dict) else None
    item = items[0]["create"] if items else {"status": status, "error": answer}
    if item.get("status") != 403:
        return ""
    reason = reason_of(item if isinstance(item.get("error"), dict) else answer)
    return "; ".join(filter(None, (reason, give(reason))))


def _how(level: str) -> str:
    return (
        f"`shipper setup --print-api-key-request {level}` prints a request for all that are needed"
    )


def _list(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)
