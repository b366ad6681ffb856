"""
Where the agent of a configuration keeps its data and answers.

Commands that ask a running agent need three settings of the file, not its secrets: whoever is on call often lacks the
environment that the service has. So a file that cannot be loaded as a whole is read for these settings alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shipper.cli.parser import config_file, load_settings
from shipper.config.document import Problems, Scalar, Table, parse
from shipper.config.settings import Http
from shipper.config.substitute import Substitution
from shipper.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

_WANTED = frozenset({"path.data", "http.enabled", "http.host", "http.port"})


@dataclass(frozen=True, slots=True)
class Located:
    """What a command must know to reach the agent."""

    path_data: Path
    http: Http


def locate(args: argparse.Namespace) -> Located:
    """
    Find the folder and the status endpoint of the agent that runs with this configuration.

    Args:
        args: with what `add_config_options` declares.

    Raises:
        UsageError: there is no file.
        ConfigError: it cannot be read, or not even these settings can.
    """
    try:
        settings = load_settings(args)
    except ConfigError:
        found = _peek(config_file(args), args.overrides)
        if found is None:
            raise
        return found
    return Located(settings.path_data, settings.http)


def _peek(config: Path, overrides: list[str]) -> Located | None:
    """Read the wanted settings alone; None where they cannot be read."""
    try:
        text = config.read_text("utf-8-sig")
    except (OSError, ValueError):
        return None
    problems = Problems()
    root = parse(text, str(config), problems)
    if not isinstance(root, Table):
        return None
    base = config.absolute().parent
    values: dict[str, Any] = {}
    _collect(root, "", Substitution(os.environ, base, problems), values)
    for override in overrides:
        name, _, value = override.partition("=")
        node = parse(value, "--set", problems)
        if name.strip() in _WANTED and isinstance(node, Scalar):
            values[name.strip()] = node.value
    http = Http()
    path = values.get("path.data", "data")
    enabled = values.get("http.enabled", http.enabled)
    host = values.get("http.host", http.host)
    port = values.get("http.port", http.port)
    if not (isinstance(path, str) and path and isinstance(host, str)):
        return None
    if not (isinstance(enabled, bool) and isinstance(port, int)):
        return None
    return Located(base / path, Http(enabled=enabled, host=host, port=port))


def _collect(table: Table, prefix: str, substitution: Substitution, values: dict[str, Any]) -> None:
    """Gather the wanted values, whether their keys are dotted or nested."""
    for key, node in table.entries:
        name = prefix + key.text
        if isinstance(node, Table):
            _collect(node, f"{name}.", substitution, values)
        elif isinstance(node, Scalar) and name in _WANTED:
            values[name] = node.value if substitution.apply(node) else None
