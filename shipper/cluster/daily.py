"""
Daily indices and pipelines that run in the cluster: who chooses the day.

Pure. The agent names the index by the time that it knows. A pipeline in the cluster may find another one afterwards, so it has
to choose the index itself, and among the same names: by the step ``date_index_name``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shipper.config.settings import DataStream

STEP = "date_index_name"
_WAY = "write run: edge, or take another output.elasticsearch.target.mode"


def missing(stream: DataStream, body: dict[str, Any] | None, name: str) -> str:
    """
    Why a pipeline in the cluster cannot serve daily indices; empty where it can.

    Args:
        stream: of the input.
        body: of the pipeline; None where it is known by its name alone.
        name: what messages call it.
    """
    if body is None:
        return (
            f"{name} runs in the cluster, where nobody can see whether it changes the @timestamp by which target.mode: daily"
            f" chooses the index; put it into a file and {_WAY}"
        )
    if stream.dynamic:
        return (
            "target.mode: daily with a pipeline in the cluster needs a name that is the same for all events, not"
            f" {stream.name}; {_WAY}"
        )
    if any(STEP in step and "if" not in step[STEP] for step in body["processors"]):
        return ""
    step = ", ".join(f"{key}: '{value}'" for key, value in _step(stream).items())
    return (
        f"{name}: target.mode: daily chooses the index by @timestamp, which a pipeline in the cluster may change afterwards;"
        f" {_WAY}, or end it with '- {STEP}: {{{step}}}'"
    )


def problems(options: dict[str, Any], stream: DataStream) -> Iterator[str]:
    """What of a step's options would choose other indices than Shipper."""
    for name, wanted in _step(stream).items():
        if options.get(name) != wanted:
            found = f"is {options[name]!r}" if name in options else "is missing"
            yield f"{name} {found}; expected {wanted!r}, as Shipper names its daily indices"
    if str(options.get("timezone", "UTC")).upper() not in {"UTC", "Z"}:
        yield f"timezone is {options['timezone']!r}; expected UTC, as Shipper names its daily indices"


def _step(stream: DataStream) -> dict[str, str]:
    """The options with which the step chooses as Shipper does."""
    return {
        "field": "@timestamp",
        "index_name_prefix": f"{stream.name}-",
        "date_rounding": "d",
        "index_name_format": "yyyy.MM.dd",
    }
