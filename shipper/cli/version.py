"""``shipper version``: the versions of everything, for a report of a fault."""

from __future__ import annotations

import platform
import sqlite3
import ssl
from importlib import metadata
from typing import TYPE_CHECKING

from shipper import __version__

if TYPE_CHECKING:
    import argparse

NAME = "version"
HELP = "Print the versions of Shipper, Python, the platform and the libraries."
_LIBRARIES = (
    "ecs-logging", "elastic-transport", "isal", "msgspec", "orjson", "prometheus-client", "PyYAML", "rich",
    "watchdog",
)  # fmt: skip


def configure(_parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(_args: argparse.Namespace) -> int:
    """Print the versions, one a line."""
    print(f"shipper {__version__}")
    print(f"{platform.python_implementation()} {platform.python_version()}")
    print(platform.platform())
    for name in _LIBRARIES:
        try:
            print(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"{name} missing")
    print(f"SQLite {sqlite3.sqlite_version}")
    print(ssl.OPENSSL_VERSION)
    return 0
