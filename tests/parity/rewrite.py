"""
Elasticsearch's spellings turned into OpenSearch's, where both mean the same.

Only what OpenSearch says in other words is here, so that its node can be asked. What it cannot say at all is left to the
manual: ``rewrite`` raises ``KeyError`` then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def rewrite(pipeline: dict[str, Any], pipelines: dict[str, Any] | None = None) -> dict[str, Any]:
    """
    The same pipeline for OpenSearch.

    Args:
        pipelines: those that are there, by name.

    Raises:
        KeyError: OpenSearch has no words for it.
    """
    known = pipelines or {}
    changed = dict(pipeline)
    for key in ("processors", "on_failure"):
        if key in pipeline:
            changed[key] = [step for one in pipeline[key] for step in _steps(one, known)]
    return changed


def _steps(step: dict[str, Any], known: dict[str, Any]) -> list[dict[str, Any]]:
    ((kind, options),) = step.items()
    options = dict(options)
    if "on_failure" in options:
        options["on_failure"] = [new for one in options["on_failure"] for new in _steps(one, known)]
    if "processor" in options:
        (options["processor"],) = _steps(options["processor"], known)
    change = _CHANGES.get(kind)
    return change(options, known) if change else [{kind: options}]


def _set(options: dict[str, Any], _: dict[str, Any]) -> list[dict[str, Any]]:
    """``copy_from`` is OpenSearch's ``copy``, as long as the source is there and ``override`` is not false."""
    if options.get("media_type") == "application/json":
        options.pop("media_type")
    if "media_type" in options:
        raise KeyError("set.media_type")
    if "copy_from" not in options:
        return [{"set": options}]
    if not options.pop("override", True) or options.pop("ignore_empty_value", False):
        raise KeyError("set.copy_from with override or ignore_empty_value")
    options["source_field"] = options.pop("copy_from")
    options["target_field"] = options.pop("field")
    return [{"copy": options | {"override_target": True}}]


def _rename(options: dict[str, Any], _: dict[str, Any]) -> list[dict[str, Any]]:
    if "override" in options:
        options["override_target"] = options.pop("override")
    return [{"rename": options}]


def _remove(options: dict[str, Any], _: dict[str, Any]) -> list[dict[str, Any]]:
    """``keep`` of names at the root is ``remove_by_pattern`` with what it leaves alone."""
    if "keep" not in options:
        return [{"remove": options}]
    keep = options.pop("keep")
    names = keep if isinstance(keep, list) else [keep]
    if any("." in name or "{{" in name or "*" in name for name in names) or "field" in options:
        raise KeyError("remove.keep below the root")
    options.pop("ignore_missing", None)
    return [{"remove_by_pattern": options | {"exclude_field_pattern": names}}]


def _pipeline(options: dict[str, Any], known: dict[str, Any]) -> list[dict[str, Any]]:
    """With ``ignore_missing_pipeline``, a call of a pipeline that is not there is left out."""
    ignored = options.pop("ignore_missing_pipeline", False)
    if ignored and "{{" in options["name"]:
        raise KeyError("pipeline.ignore_missing_pipeline with a template")
    return [] if ignored and options["name"] not in known else [{"pipeline": options}]


def _community_id(options: dict[str, Any], _: dict[str, Any]) -> list[dict[str, Any]]:
    """The same flow under OpenSearch's names, none of which has a default."""
    names = {
        "source_ip": ("source_ip_field", "source.ip"),
        "source_port": ("source_port_field", "source.port"),
        "destination_ip": ("destination_ip_field", "destination.ip"),
        "destination_port": ("destination_port_field", "destination.port"),
        "iana_number": ("iana_protocol_number_field", "network.iana_number"),
        "icmp_type": ("icmp_type_field", "icmp.type"),
        "icmp_code": ("icmp_code_field", "icmp.code"),
        "transport": ("protocol_field", "network.transport"),
        "target_field": ("target_field", "network.community_id"),
    }
    options.setdefault("ignore_missing", True)
    for name, (other, default) in names.items():
        options[other] = options.pop(name, default)
    return [{"community_id": options}]


def _default(kind: str, name: str, same: object) -> Callable[..., list[dict[str, Any]]]:
    """An option that OpenSearch lacks, with the value that it behaves like."""

    def change(options: dict[str, Any], _: dict[str, Any]) -> list[dict[str, Any]]:
        if options.pop(name, same) != same:
            raise KeyError(f"{kind}.{name}")
        return [{kind: options}]

    return change


_CHANGES: dict[str, Callable[[dict[str, Any], dict[str, Any]], list[dict[str, Any]]]] = {
    "set": _set,
    "rename": _rename,
    "remove": _remove,
    "pipeline": _pipeline,
    "community_id": _community_id,
    "grok": _default("grok", "ecs_compatibility", "disabled"),
    "user_agent": _default("user_agent", "extract_device_type", same=False),
    "dot_expander": _default("dot_expander", "override", same=False),
}
