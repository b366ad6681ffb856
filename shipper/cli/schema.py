"""``shipper schema``: the JSON Schema of configuration files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shipper.config import schema

if TYPE_CHECKING:
    import argparse

NAME = "schema"
HELP = "Print the JSON Schema (draft 2020-12) of configuration files, for editors."


def configure(_parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def run(_args: argparse.Namespace) -> int:
    """Print the schema."""
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0
