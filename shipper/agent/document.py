"""
What every document says of where it comes from: the constant fields, in ECS.

They are made once an input and are part of the event that a pipeline sees.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from shipper import __version__
from shipper.encode import Constants, Encoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.config.settings import Input, Settings

ECS_VERSION = "8.11.0"


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


def encoder_of(shared: Constants) -> Callable[[str, str], Encoder]:
    """Makes the encoder of a file from its key and path."""

    def make(key: str, path: str) -> Encoder:
        return Encoder(key, os.fsencode(path).decode("utf-8", "replace"), shared)

    return make
