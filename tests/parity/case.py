"""
What a parity case is, and what its owner may say about it.

A file of ``cases/`` lists its cases in ``CASES``. Each runs in the cluster (or is given its result by hand) and at the
edge, and the two results have to be equal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

INDEX = "shipper-parity"  # the cases' documents say that they go there, unless they say otherwise

Oracle = Literal["node", "rewritten", "jar", "manual"]
Flavour = Literal["opensearch", "elasticsearch"]


@dataclass(frozen=True)
class Dropped:
    """Expected by hand: the document is dropped."""


@dataclass(frozen=True)
class Failed:
    """Expected by hand: the pipeline fails. A reason of None is not compared."""

    reason: str | None = None
    type: str = "illegal_argument_exception"


@dataclass(frozen=True)
class Invalid:
    """Expected by hand: the cluster does not take the pipeline."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    One pipeline on one document.

    Attributes:
        option: what the case is about, as the table counts it; several are parted by spaces.
        document: the source.
        processor: ``{"split": {…}}``, alone in its pipeline.
        pipeline: the whole definition, instead of ``processor``.
        kind: the processor in whose rows the case is counted; that of ``processor`` by default.
        oracle: *node*: the node's answer. *rewritten*: the node's answer to the same pipeline with Elasticsearch's spelling
            turned into OpenSearch's (``rewrite.py``). *jar*: the answer of the file's function ``jar(cases)``. *manual*:
            ``expected``, taken by hand from the manual; nothing checks it.
        expected: for *manual*: the source that comes out, ``Dropped()``, ``Failed(…)`` or ``Invalid()``.
        page: for *manual*: the page that says so.
        only: the flavour of the edge to compare, where the products differ. By default *node* cases are compared
            with both flavours, and all others with Elasticsearch's.
        pipelines: other pipelines by name. A name stands for one definition in all files of cases.
        metadata: ``_index``, ``_id``, ``_routing``, … of the document.
        refused: the manual's reason why the edge does not load it; an edge that does is an error then.
        settings: of the edge (names of ``EdgeSettings``).
        note: why it is there.
    """

    option: str
    document: dict[str, Any]
    processor: dict[str, dict[str, Any]] | None = None
    pipeline: dict[str, Any] | None = None
    kind: str = ""
    oracle: Oracle = "node"
    expected: Any = None
    page: str = ""
    only: Flavour | None = None
    pipelines: dict[str, dict[str, Any]] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    refused: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    note: str = ""

    def __post_init__(self) -> None:
        assert (self.processor is None) != (self.pipeline is None), "a processor or a pipeline"
        assert self.kind or self.processor, "a whole pipeline needs a kind"
        assert self.oracle != "manual" or self.page, "what is taken from the manual names the page"

    @property
    def row(self) -> str:
        """The processor in whose rows the case is counted."""
        return self.kind or next(iter(self.processor or {}))

    @property
    def options(self) -> list[str]:
        """The options that the case is about; one that begins with a parenthesis is the processor as a whole."""
        return [self.option] if self.option.startswith("(") else self.option.split()

    @property
    def definition(self) -> dict[str, Any]:
        """The whole pipeline."""
        return self.pipeline if self.pipeline is not None else {"processors": [self.processor]}

    @property
    def flavours(self) -> tuple[Flavour, ...]:
        """The flavours of the edge whose results are to be equal."""
        if self.only:
            return (self.only,)
        return ("opensearch", "elasticsearch") if self.oracle == "node" else ("elasticsearch",)

    @property
    def group(self) -> str:
        """Equal for cases that may run in one call."""
        return json.dumps(
            [self.definition, self.pipelines, self.oracle, self.settings, self.flavours],
            sort_keys=True,
        )

    def input(self, number: int) -> dict[str, Any]:
        """The document as ``_simulate`` takes it."""
        return (
            {"_index": INDEX, "_id": f"case-{number}"} | self.metadata | {"_source": self.document}
        )

    def __str__(self) -> str:
        shown = json.dumps(self.definition, ensure_ascii=False)
        return f"{self.row}.{self.option} {shown} on {json.dumps(self.document, ensure_ascii=False)[:600]}"
