"""The text of a pipeline's file to nodes that know where they stand; what is wrong with it becomes troubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.config import pipeline_text
from shipper.config.document import Problems
from shipper.pipeline.options import Trouble

if TYPE_CHECKING:
    from shipper.config.document import Table

KEYS = pipeline_text.KEYS


def read_nodes(content: bytes, source: str, troubles: list[Trouble]) -> Table | None:
    """
    The mapping of a pipeline's file, with places.

    Args:
        content: JSON or YAML, UTF-8; see :mod:`shipper.config.pipeline_text`.
        source: what messages call the file.
        troubles: what is wrong is added here.
    """
    problems = Problems()
    root = pipeline_text.read(content, source, problems)
    troubles += (Trouble(mark, line, refused=False) for mark, line in problems.found())
    return root
