"""
Nodes that all processes of one test run share.

The first process that needs a node starts it and writes down how to reach it; the others use that. Each user holds a
shared lock; at its end the starter waits for their locks to be gone before it ends the node.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import ssl
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.cluster.rig.node import Node, Security

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Shared:
    """
    The nodes of a run, as one of its processes sees them.

    Args:
        folder: that all processes of the run know and no other run does.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[tuple[str, Node]] = []

    @contextlib.contextmanager
    def use(self, name: str, make: Callable[[], Node]) -> Iterator[Node]:
        """
        A running node of this name.

        Args:
            name: of the node in this run.
            make: makes and starts it; called only where no process did so before.
        """
        with (self._folder / f"{name}.users").open("a") as users:
            with self._locked(name):
                record = self._folder / f"{name}.json"
                if record.exists():
                    node = _from_record(json.loads(record.read_bytes()))
                else:
                    node = make()
                    self._started.append((name, node))
                    record.write_text(json.dumps(_record(node)), encoding="utf-8")
                fcntl.flock(users, fcntl.LOCK_SH)
            yield node
            node.close_client()

    def close(self) -> None:
        """Ends the nodes that this process started, each when nobody uses it any more."""
        for name, node in self._started:
            with self._locked(name):
                (self._folder / f"{name}.json").unlink()
            with (self._folder / f"{name}.users").open("a") as users:
                fcntl.flock(users, fcntl.LOCK_EX)
            node.close()
        self._started.clear()

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[IO[str]]:
        with (self._folder / f"{name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock


def _record(node: Node) -> dict[str, str | None]:
    security = node.security
    return {
        "product": node.product,
        "version": node.version,
        "url": node.url,
        "ca": os.fspath(security.ca) if security else None,
        "username": security.username if security else None,
        "password": security.password if security else None,
    }


def _from_record(record: dict[str, str]) -> Node:
    security = None
    if record["ca"]:
        ca = Path(record["ca"])
        context = ssl.create_default_context(cafile=record["ca"])
        security = Security(ca.parent, ca, context, record["username"], record["password"])
    return Node(record["product"], record["version"], security=security, given=record["url"])
