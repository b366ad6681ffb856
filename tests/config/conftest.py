"""What the tests of the configuration share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shipper.config import masking

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_secrets_of_others() -> Iterator[None]:
    """Secrets are registered for the whole process; a test must not see those of another."""
    masking.clear_secrets()
    yield
    masking.clear_secrets()
