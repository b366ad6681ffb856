"""
The standard library of grok names, in the words of this project.

Each product knows a legacy bank, and Elasticsearch one with ECS field names besides. Names, captures and language, down
to what a piece gives back to the one after it, are the cluster's (tests compare each name with the product's own
library, the oddities included); the texts are ours. A bank is made when it is first asked for.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LEGACY = "legacy"
ECS = "ecs-v1"
BANKS = (LEGACY, ECS)


@cache
def names(bank: str, flavour: str) -> Mapping[str, str]:
    """
    All names of a bank and their texts (Oniguruma's dialect, with ``%{NAME:field:type}`` in them).

    Args:
        bank: ``legacy`` or ``ecs-v1``; only Elasticsearch has the latter.
        flavour: ``elasticsearch`` or ``opensearch``, whose legacy banks differ in some thirty names.
    """
    from shipper.pipeline.grok.banks import (  # noqa: PLC0415 - not before a grok is compiled
        bacula,
        basic,
        firewalls,
        nagios,
        systems,
        web,
        zeek,
    )

    ecs, opensearch = bank == ECS, flavour == "opensearch"
    found: dict[str, str] = {}
    for family in (basic, web, systems, nagios, bacula, firewalls, zeek):
        found |= family.names(ecs=ecs, opensearch=opensearch)
    return MappingProxyType(dict(sorted(found.items())))
