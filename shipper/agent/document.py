"""
What every document says of where it comes from: the constant fields, in ECS.

They are made once an input, or once a file where its path tells of a container, and are part of the event that a pipeline
sees.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shipper import __version__
from shipper.encode import Constants

if TYPE_CHECKING:
    from shipper.config.settings import Input, Settings

ECS_VERSION = "8.11.0"
# Where the kubelet and Docker keep logs: NAMESPACE_POD_UID/CONTAINER/N.log, links POD_NAMESPACE_CONTAINER-ID.log to them, and
# ID/ID-json.log.
_POD = re.compile(
    r"/pods/([a-z0-9-]+)_([a-z0-9.-]+)_([0-9a-f-]{32,36})/([a-z0-9-]+)/\d+\.log(?:\.[\w-]+)?\Z"
)
_LINK = re.compile(r"/containers/([a-z0-9.-]+)_([a-z0-9-]+)_([a-z0-9-]+)-([0-9a-f]{64})\.log\Z")
_DOCKER = re.compile(r"/containers/([0-9a-f]{64})/\1-json\.log(?:\.\d+)?\Z")


def constants(settings: Settings, one: Input, agent_id: str) -> Constants:
    """
    The fields that all documents of one input share.

    Args:
        settings: the whole configuration.
        one: the input that reads the file.
        agent_id: of the store, UUID.

    Returns:
        What the encoders of the input's files need; a user's ``fields`` never replace Shipper's own.
    """
    stream = one.data_stream
    host: dict[str, Any] = {"name": settings.name}
    if settings.host_id:
        host["id"] = settings.host_id
    document: dict[str, Any] = {
        "data_stream": {"type": "logs", "dataset": stream.dataset, "namespace": stream.namespace},
        "event": {"dataset": stream.dataset},
        "host": host,
        "agent": {"type": "shipper", "version": __version__, "id": agent_id, "name": settings.name},
        "input": {"type": "filestream"},
        "ecs": {"version": ECS_VERSION},
    }
    tags = [*settings.tags, *one.tags]
    if tags:
        document["tags"] = tags
    _add_fields(document, settings.fields, under_root=settings.fields_under_root)
    _add_fields(document, one.fields, under_root=one.fields_under_root)
    log = document.get("log")
    if isinstance(log, dict):
        document["log"] = {k: v for k, v in log.items() if k not in {"file", "offset", "flags"}}
    else:
        document.pop("log", None)
    return Constants(document)


def _add_fields(document: dict[str, Any], fields: dict[str, Any], *, under_root: bool) -> None:
    if not fields:
        return
    if not under_root:
        fields = {"fields": {**document.get("fields", {}), **fields}}
    for name, value in fields.items():
        present = document.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            document[name] = {**value, **present} if name != "fields" else value
        elif present is None:
            document[name] = value


def of_path(path: str) -> dict[str, Any]:
    """
    Fields that follow from a log file's path: the container that wrote it, by Filebeat's names.

    Returns:
        An empty object for a file that is not a container's.
    """
    if found := _POD.search(path):
        namespace, pod, uid, container = found.groups()
        kubernetes = {"namespace": namespace, "pod": {"name": pod, "uid": uid}}
        return {"kubernetes": {**kubernetes, "container": {"name": container}}}
    if found := _LINK.search(path):
        pod, namespace, container, identity = found.groups()
        kubernetes = {"namespace": namespace, "pod": {"name": pod}}
        return {
            "kubernetes": {**kubernetes, "container": {"name": container}},
            "container": {"id": identity},
        }
    if found := _DOCKER.search(path):
        return {"container": {"id": found[1]}}
    return {}


def for_path(shared: Constants, path: str) -> Constants:
    """The constant fields of one file: those of its input, and what its path tells; the same object where that is nothing."""
    own = of_path(path)
    if not own:
        return shared
    return Constants({**_over(shared.fields, own), "log": shared.log})


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Two objects in one; where both have a value, that of ``above``."""
    merged = dict(below)
    for name, value in above.items():
        present = merged.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            value = _over(present, value)  # noqa: PLW2901 - merged further down
        merged[name] = value
    return merged
