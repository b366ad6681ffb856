"""
``shipper check --cluster``: everything between this machine and stored events, one thing after the other.

Nothing is written to the cluster. What cannot be found out with the rights at hand is said to be unknown, not guessed.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shipper.config.settings import Elasticsearch
from shipper.errors import UsageError
from shipper.tools.cluster_check.finding import Finding, Findings

if TYPE_CHECKING:
    from shipper.config.settings import Settings

__all__ = ["Finding", "Findings", "check_cluster"]


def check_cluster(settings: Settings) -> Findings:
    """
    Look at the cluster of a configuration.

    Raises:
        UsageError: the output is no cluster.
    """
    from shipper.cluster.client import Client  # noqa: PLC0415 - costs most of the start of a command
    from shipper.tools.cluster_check import access, hosts, lifecycles, samples, targets  # noqa: PLC0415

    if not isinstance(settings.output, Elasticsearch):
        raise UsageError(
            "check --cluster: there is no cluster: the configuration has no output.elasticsearch"
        )
    findings = Findings()
    alive = hosts.look(settings, findings)
    if not alive:
        return findings
    with closing(Client(replace(settings.output, hosts=alive))) as client:
        if not access.product(client, settings, findings):
            return findings
        access.clock(client, findings)
        access.rights(client, settings, findings)
        targets.plan(client, settings, findings)
        lifecycles.repositories(client, settings, findings)
        for one in settings.inputs:
            if one.enabled:
                targets.target(client, settings, one, findings)
                targets.pipeline(client, settings, one, findings)
                samples.look(client, settings, one, findings)
    return findings
