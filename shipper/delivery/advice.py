"""
What a paused route tells its user: what was found and what to do about it.

Pure: a problem in, a sentence out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.cluster.login import give

if TYPE_CHECKING:
    from shipper.delivery.response import Problem
    from shipper.records import Route

_BY_TYPE = {
    "security_exception": "give the login or API key the right `create_doc` on {index}",
    "cluster_block_exception": "remove the block on {index} (index.blocks.*) or free disk space",
    "index_not_found_exception": "run `shipper setup`, or create the data stream {index}",
    "index_closed_exception": "open the index behind {index}",
    "invalid_index_name_exception": "mend `data_stream` of the input",
    "validation_exception": "the cluster has as many shards as it may; delete indices or raise cluster.max_shards_per_node",
    "version_conflict_engine_exception": "find out what else writes these ids to {index}",
}
_BY_STATUS = {
    401: "the login or API key is refused: it is wrong, has expired or was invalidated; mend it where output.elasticsearch"
    " points, and it is read again by itself",
    403: "give the login or API key the right `create_doc` on {index}",
    407: "give output.elasticsearch.proxy_url a login, user:password@host",
    404: "check output.elasticsearch.hosts, and run `shipper setup`",
}


def paused_by(problem: Problem, route: Route) -> str:
    """Say why a route is paused and how to mend it."""
    if "pipeline" in problem.reason[:60] and "exist" in problem.reason:
        hint = "run `shipper setup`, or create the pipeline" + (
            f" {route.pipeline}" if route.pipeline else ""
        )
    else:
        right = give(problem.reason) if problem.status == 403 else ""
        login = _BY_STATUS[401] if problem.status == 401 else ""
        hint = login or right or _BY_TYPE.get(problem.type) or _BY_STATUS.get(problem.status) or ""
        if problem.status == 400 and not hint:
            hint = "every event is refused: check the target and its pipeline"
        elif 300 <= problem.status < 400:
            hint = "output.elasticsearch.hosts redirects; name the cluster itself"
    hint = hint.format(index=route.index)
    found = _short(str(problem))
    return f"{found}; {hint}" if hint else found


def mostly_refused(problem: Problem | None, batches: int, route: Route) -> str:
    """Say that most events are refused for one cause."""
    if problem is None:
        return (
            f"most events went to the failure store of {route.index}; look at {route.index}::failures and mend the mapping "
            "or the pipeline; until then one batch is tried now and then"
        )
    return (
        f"most events of {batches} batches in a row were refused: {_short(str(problem))}; mend the mapping or the "
        "pipeline (see `shipper dead-letter list`)"
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 300 else text[:300] + "…"
