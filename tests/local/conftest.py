from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shipper.config.settings import Local
from shipper.local.output import LocalOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def open_output(tmp_path: Path) -> Iterator[Callable[..., LocalOutput]]:
    """Makes outputs that are closed at the end."""
    opened: list[LocalOutput] = []

    def make(**settings: Any) -> LocalOutput:
        options = {name: settings.pop(name) for name in ("now", "janitor") if name in settings}
        settings.setdefault("path", tmp_path / "shipped.db")
        output = LocalOutput(Local(**settings), **options)
        opened.append(output)
        return output

    yield make
    for output in opened:
        output.close()


@pytest.fixture
def output(open_output: Callable[..., LocalOutput]) -> LocalOutput:
    return open_output()
