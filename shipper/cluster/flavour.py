"""
What kind of cluster answers, and what follows from it.

Pure: made from the answer to ``GET /``. Everything that differs between products or versions is asked here by
the name of the ability, so that no other module compares version numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

Product = Literal["elasticsearch", "opensearch"]

_NUMBER = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Flavour:
    """
    Product and version of a cluster.

    Attributes:
        product: ``elasticsearch`` or ``opensearch``.
        version: major, minor, patch. A qualifier such as ``-SNAPSHOT`` is left out.
        number: the version as the cluster prints it.
        serverless: an Elasticsearch project without nodes of its own; its number says nothing about its abilities.
    """

    product: Product
    version: tuple[int, int, int]
    number: str
    serverless: bool = False

    def __str__(self) -> str:
        return f"{self.product} {self.number}"

    @classmethod
    def from_info(cls, info: Any) -> Flavour:
        """
        Read the answer to ``GET /``.

        Args:
            info: the decoded JSON.

        Raises:
            ValueError: the answer is neither Elasticsearch's nor OpenSearch's.
        """
        version: Any = info.get("version") if isinstance(info, dict) else None
        number = version.get("number") if isinstance(version, dict) else None
        found = _NUMBER.match(number) if isinstance(number, str) else None
        if found is None:
            raise ValueError(
                "the answer to GET / has no version.number: not Elasticsearch or OpenSearch"
            )
        # OpenSearch may be told to call itself 7.10.2 for old clients; the tagline stays its own.
        ours = str(version.get("distribution", "")).lower() == "opensearch"
        opensearch = ours or "opensearch" in str(info.get("tagline", "")).lower()
        return cls(
            product="opensearch" if opensearch else "elasticsearch",
            version=(int(found[1]), int(found[2]), int(found[3] or 0)),
            number=str(number),
            serverless=version.get("build_flavor") == "serverless",
        )

    @property
    def require_data_stream(self) -> bool:
        """Whether ``_bulk`` takes ``require_data_stream`` (Elasticsearch 8.13 and newer)."""
        return self._elasticsearch(8, 13)

    @property
    def failure_store(self) -> bool:
        """Whether data streams can have a failure store (Elasticsearch 8.19, and 9.1 and newer)."""
        return self._elasticsearch(8, 19) and self.version[:2] != (9, 0)

    @property
    def optional_components(self) -> bool:
        """Whether an index template may name components that do not exist (Elasticsearch 8.7 and newer)."""
        return self._elasticsearch(8, 7)

    @property
    def ignores_beyond_limit(self) -> bool:
        """Whether fields beyond the limit can be left unmapped (Elasticsearch 8.9 and newer)."""
        return self._elasticsearch(8, 9)

    @property
    def pipeline_meta(self) -> bool:
        """Whether a pipeline may carry ``_meta``. OpenSearch refuses it."""
        return self.product == "elasticsearch"

    def _elasticsearch(self, major: int, minor: int) -> bool:
        """Whether this is Elasticsearch of at least the given version."""
        return self.product == "elasticsearch" and (
            self.serverless or self.version >= (major, minor, 0)
        )
