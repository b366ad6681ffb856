"""
The rights of each level, for the names that a configuration has, in the words of each product.

Elasticsearch: the privileges of an API key. OpenSearch, which has no API keys: a role of its security plug-in. Tests on real
nodes do the work of each level with its rights, and take each right away in turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from shipper.cluster.flavour import Product
from shipper.config.own import own_streams

if TYPE_CHECKING:
    from shipper.config.settings import Settings

LEVELS = {
    "ship": "what `shipper run` needs",
    "prove": "the same, and to read back what was sent; nothing is twice after a kill and a rollover",
    "setup": "what `shipper setup` needs",
    "rollover": "what `shipper rollover --if-due` needs",
}
PRODUCTS: tuple[str, ...] = get_args(Product)
_TEMPLATES = [
    f"indices:admin/index_template/{name}" for name in ("get", "put", "simulate", "simulate_index")
]
_ISM = "cluster:admin/opendistro/ism"


def targets(settings: Settings) -> list[str]:
    """Index patterns of everything that the enabled inputs write to, and of the agent's own data streams that are on."""
    names = {one.data_stream.pattern for one in settings.inputs if one.enabled}
    return sorted(names | {one.pattern for one in own_streams(settings)})


def _pipelines(settings: Settings) -> bool:
    """Whether events may name a pipeline of the cluster."""
    return any(
        one.enabled and one.pipeline is not None and (one.pipeline.id or one.pipeline.run != "edge")
        for one in settings.inputs
    )


def _frozen(settings: Settings) -> bool:
    """Whether a snapshot repository is named, which is looked for then."""
    phases = [settings.setup.phases, *(one.phases for one in settings.setup.datasets)]
    return any(one.frozen.snapshot_repository for one in phases)


def _mode(settings: Settings) -> str:
    return str(getattr(settings.output, "target_mode", "data_stream"))


def _dynamic(settings: Settings) -> bool:
    return any(one.enabled and one.data_stream.dynamic for one in settings.inputs)


def elasticsearch(settings: Settings, level: str) -> tuple[list[str], list[str]]:
    """Cluster privileges, and index privileges on :func:`targets`."""
    mode = _mode(settings)
    if level == "setup":
        cluster = ["monitor", "manage_index_templates", "manage_ilm"]
        cluster += ["manage_ingest_pipelines"] if _pipelines(settings) else []
        return cluster + (["monitor_snapshot"] if _frozen(settings) else []), ["manage"]
    if level == "rollover":
        return ["monitor"], ["manage"]
    cluster = ["monitor"] + (["read_pipeline"] if _pipelines(settings) else [])
    index = ["create_doc", "auto_configure"]
    if mode == "rollover_alias":
        index.append("view_index_metadata")
    if level == "prove":
        index.append("read")
        if mode == "data_stream":  # which indices there were before a rollover
            index.append("view_index_metadata")
    return cluster, index


def opensearch(settings: Settings, level: str) -> tuple[list[str], list[str]]:
    """Cluster permissions, and index permissions on :func:`targets`."""
    mode = _mode(settings)
    if level == "setup":
        return _opensearch_setup(mode, pipelines=_pipelines(settings))
    if level == "rollover":
        return ["cluster:monitor/main", "cluster:monitor/health", f"{_ISM}/policy/*"], [
            "indices:admin/aliases*",
            "indices:admin/create",
            "indices:admin/delete",
            "indices:admin/mappings/get",
            "indices:admin/resolve/index",
            "indices:admin/rollover",
            "indices:monitor/settings/get",
            "indices:monitor/stats",
        ]
    cluster = ["cluster:monitor/main", "indices:data/write/bulk"]
    index = ["indices:data/write/bulk*", "indices:data/write/index", "indices:admin/mapping/put"]
    if mode != "daily":
        index.append("indices:admin/resolve/index")
    if mode == "rollover_alias":
        index.append("indices:admin/aliases/get")
    if mode == "daily" or _dynamic(settings):
        cluster.append("indices:admin/index_template/get")
        index.append("indices:admin/create")
    if _pipelines(settings):
        cluster.append("cluster:admin/ingest/pipeline/get")
    if level == "prove":
        index.append("indices:data/read/*")
        if mode != "daily":  # which indices there were before a rollover, and what they have
            cluster.append("indices:data/read/mget")
            index.append("indices:monitor/settings/get")
    return cluster, index


def _opensearch_setup(mode: str, *, pipelines: bool) -> tuple[list[str], list[str]]:
    cluster = ["cluster:monitor/main", *_TEMPLATES, f"{_ISM}/policy/*", f"{_ISM}/managedindex/*"]
    if pipelines:
        cluster.append("cluster:admin/ingest/pipeline/*")
    index = [] if mode == "daily" else ["indices:admin/resolve/index"]
    if pipelines:
        index.append("indices:monitor/settings/get")
    if mode == "data_stream":
        index.append("indices:admin/data_stream/create")
    elif mode == "rollover_alias":
        index += ["indices:admin/create", "indices:admin/aliases", "indices:admin/aliases/get"]
    return cluster, index or ["indices:admin/resolve/index"]


def request(settings: Settings, level: str, product: str) -> dict[str, Any]:
    """
    The body of the request that gives a level.

    Args:
        settings: of the configuration.
        level: one of :data:`LEVELS`.
        product: one of :data:`PRODUCTS`.

    Returns:
        For Elasticsearch the body of ``POST /_security/api_key``, for OpenSearch that of ``PUT
        /_plugins/_security/api/roles/NAME``.
    """
    names = targets(settings)
    if product == "elasticsearch":
        cluster, index = elasticsearch(settings, level)
        role = {"cluster": cluster, "indices": [{"names": names, "privileges": index}]}
        return {"name": name_of(level), "role_descriptors": {name_of(level): role}}
    cluster, index = opensearch(settings, level)
    return {
        "cluster_permissions": cluster,
        "index_permissions": [{"index_patterns": names, "allowed_actions": index}],
    }


def name_of(level: str) -> str:
    """Name of the key or role."""
    return f"shipper-{level}"


def usage(level: str, product: str) -> str:
    """How the request is sent, and what is done with the answer, for people."""
    name = name_of(level)
    key = "output.elasticsearch"
    if product == "elasticsearch":
        return (
            f"# {LEVELS[level]}. Send it as somebody who has these rights, once:\n"
            f"#   curl -u elastic -H 'Content-Type: application/json' -d @key.json https://HOST:9200/_security/api_key\n"
            f"# and put `encoded` of the answer where {key}.api_key points, such as ${{file:/run/secrets/{name}}}."
        )
    return (
        f"# {LEVELS[level]}. OpenSearch has no API keys: this is a role. Send it as an administrator, then give it to a user:\n"
        f"#   curl -u admin -X PUT -H 'Content-Type: application/json' -d @role.json \\\n"
        f"#     https://HOST:9200/_plugins/_security/api/roles/{name}\n"
        f"#   curl -u admin -X PUT -H 'Content-Type: application/json' -d '{{\"users\": [\"{name}\"]}}' \\\n"
        f"#     https://HOST:9200/_plugins/_security/api/rolesmapping/{name}\n"
        f"# and write that user into {key}.username and {key}.password."
    )
