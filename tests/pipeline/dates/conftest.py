from __future__ import annotations

import os
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest

from tests.cluster.rig.java import RigMissingError
from tests.pipeline.dates.oracle import Oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def oracle() -> Iterator[Callable[[str], Oracle]]:
    """The date classes of a product; skips where there is no Java, as the nodes do."""
    found: dict[str, Oracle] = {}
    with ExitStack() as stack:

        def start(product: str) -> Oracle:
            if product not in found:
                try:
                    found[product] = stack.enter_context(closing(Oracle(product)))
                except RigMissingError as missing:
                    if os.environ.get("CI", "").lower() == "true":
                        pytest.fail(f"a skip would be a failure here: {missing}")
                    pytest.skip(str(missing))
            return found[product]

        yield start
