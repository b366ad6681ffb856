"""
Where the status server of an agent listens, as a small file in ``path.data``.

So ``shipper status`` finds a port that was chosen by the system (``http.port: 0``), and knows whose answer to expect.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "http.json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Address of a status server and the process that wrote it down."""

    host: str
    port: int
    pid: int = 0  # 0: not known

    @property
    def url(self) -> str:
        """Base URL to ask; an address that means "all interfaces" is asked on the loopback."""
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def write_endpoint(path_data: Path, host: str, port: int) -> None:
    """
    Write the address of this process' status server down, whole or not at all.

    Args:
        path_data: folder of the agent.
        host: address it listens on.
        port: the port that was bound.

    Raises:
        OSError: the folder cannot be written to.
    """
    text = json.dumps({"host": host, "port": port, "pid": os.getpid()})
    fresh = path_data / f"{NAME}.new"
    fresh.write_text(text + "\n", "utf-8")
    fresh.replace(path_data / NAME)


def read_endpoint(path_data: Path) -> Endpoint | None:
    """Return what was written down last, or None: no agent has run here, or the file cannot be understood."""
    try:
        found = json.loads((path_data / NAME).read_text("utf-8"))
        return Endpoint(str(found["host"]), int(found["port"]), int(found.get("pid", 0)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remove_endpoint(path_data: Path) -> None:
    """Remove the file if this process wrote it (at the end of a run); never raises."""
    found = read_endpoint(path_data)
    if found is not None and found.pid == os.getpid():
        try:
            (path_data / NAME).unlink(missing_ok=True)
        except OSError:
            return  # a left-over file is only a hint that leads nowhere
