"""The data streams that the agent writes of itself, where it is asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.config.settings import DataStream

if TYPE_CHECKING:
    from shipper.config.settings import Settings

DEAD_LETTER = "shipper.dead_letter"
SELF = "shipper.self"


def own_streams(settings: Settings) -> list[DataStream]:
    """
    The data streams of dead letters (``dead_letter.stream``) and of the ledger (``telemetry.stream``).

    One for each namespace of an enabled input; those that follow from an event's fields come as events come.
    """
    datasets = []
    if settings.dead_letter.stream:
        datasets.append(DEAD_LETTER)
    if settings.telemetry.stream:
        datasets.append(SELF)
    namespaces = dict.fromkeys(
        "default" if "%{[" in one.data_stream.namespace else one.data_stream.namespace
        for one in settings.inputs
        if one.enabled
    )
    return [
        DataStream(dataset=dataset, namespace=namespace)
        for dataset in datasets
        for namespace in namespaces
    ]
