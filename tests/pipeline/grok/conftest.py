from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cluster.rig.java import RigMissingError
from tests.pipeline.grok.oracle import oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.grok.oracle import Oracle


@pytest.fixture
def ask() -> Callable[[str], Oracle]:
    """The grok library of a product; skips where there is no Java, as the nodes do."""

    def found(product: str) -> Oracle:
        try:
            return oracle(product)
        except RigMissingError as missing:
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail(f"a skip would be a failure here: {missing}")
            pytest.skip(str(missing))

    return found
