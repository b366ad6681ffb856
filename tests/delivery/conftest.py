from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.delivery.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds and closes them."""
    worlds: list[World] = []

    def make_one(**options: Any) -> World:
        worlds.append(World(tmp_path, **options))
        return worlds[-1]

    yield make_one
    for each in worlds:
        each.close()


@pytest.fixture
def world(make: Callable[..., World]) -> World:
    """A world with default limits."""
    return make()
