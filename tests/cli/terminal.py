"""A terminal before a command: what it shows."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def parts(ours: int) -> Iterator[bytes]:
    """What comes from the other side of a pty, as it comes, until that side has gone or is silent for 30 s."""
    while select.select([ours], [], [], 30)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side has gone
            return
        if not part:
            return
        yield part
