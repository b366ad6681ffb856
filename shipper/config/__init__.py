"""
The configuration: one YAML file → typed settings, with every error at its line and column.

``settings`` holds the types that the rest of the agent sees; ``keys`` the tables of what may stand in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shipper.config.settings import Settings

__all__ = ["load", "mask", "schema"]


def load(path: Path, overrides: Sequence[str] = ()) -> Settings:
    """
    Read and check a configuration file.

    Args:
        path: the file; relative paths in it start at its folder.
        overrides: ``key=value`` with dotted keys, which win over the file.

    Raises:
        ConfigError: with every problem found, each as ``file:line:column: found; expected; what to do``.
    """
    from shipper.config.loading import load as load_file  # noqa: PLC0415 - the settings' types need no YAML

    return load_file(path, overrides)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of configuration files."""
    from shipper.config.json_schema import schema as make  # noqa: PLC0415 - for editors only

    return make()


def mask(text: str) -> str:
    """Return ``text`` with every known secret replaced by ``***``."""
    from shipper.config.masking import mask as mask_text  # noqa: PLC0415

    return mask_text(text)
