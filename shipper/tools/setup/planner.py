"""Plans: of a whole configuration, and of one pipeline's file. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.config.own import own_streams
from shipper.tools.setup.lifecycle import Lifecycles
from shipper.tools.setup.pipelines import Pipelines, look_for, of_index
from shipper.tools.setup.plan import Cluster, Plan
from shipper.tools.setup.targets import Targets
from shipper.tools.setup.templates import Templates

if TYPE_CHECKING:
    from pathlib import Path

    from shipper.cluster.client import Client
    from shipper.config.settings import Input, Settings


def make_plan(client: Client, settings: Settings) -> Plan:
    """
    Find out what the cluster lacks for the enabled inputs. Changes nothing.

    Raises:
        SendFailed: there is no answer.
        SetupError: a question was refused.
    """
    cluster = Cluster(client)
    plan = Plan(str(cluster.flavour))
    inputs = [entry for entry in settings.inputs if entry.enabled]
    streams = {entry.data_stream.name: entry.data_stream for entry in inputs}
    streams |= {stream.name: stream for stream in own_streams(settings)}
    edge = {e.data_stream.name for e in inputs if e.pipeline and e.pipeline.run != "cluster"}
    lifecycles = Lifecycles(cluster, settings.setup, plan)
    templates = Templates(cluster, settings.setup, plan, lifecycles)
    targets = Targets(cluster, plan)
    for stream in streams.values():
        state = targets.look(stream)
        if state is None:
            continue
        if state.indices:
            newest = state.indices[-1]
            mend = f"take it away: PUT /{newest}/_settings with the setting as null"
            names = of_index(cluster, newest)
            look_for(cluster, plan, names, f"index {newest} sends events of {stream.name}", mend)
        if templates.plan(stream, state, edge=stream.name in edge):
            if stream.name in templates.ours:
                lifecycles.existing(stream, state)
            targets.make(stream, state)
    Pipelines(cluster, settings, plan, templates.defaults).plan(inputs)
    written = {stream.dataset for stream in streams.values()}
    written |= {entry.data_stream.dataset for entry in settings.inputs}  # disabled ones, too
    for one in settings.setup.datasets:
        if one.dataset not in written:
            plan.note(
                f"setup.datasets: no input writes to the dataset {one.dataset}; what is said for it applies to nothing"
            )
    return plan


def plan_push(client: Client, settings: Settings, path: Path, inputs: list[Input]) -> Plan:
    """
    Plan the registration of one pipeline's file, with what it calls. Changes nothing.

    Args:
        client: of the cluster.
        settings: the whole configuration.
        path: of the file.
        inputs: that name it, each with the form it needs; where there is none, the pipeline is registered as it is in its file.

    Returns:
        The plan; its last step, or what is present, names the pipeline.

    Raises:
        ConfigError: the file is no pipeline, or sets ``_id`` or ``_index``.
        SendFailed: there is no answer.
        SetupError: a question was refused.
    """
    cluster = Cluster(client)
    plan = Plan(str(cluster.flavour))
    Pipelines(cluster, settings, plan, {}).push(path, inputs)
    return plan
