"""Errors that a user may see. Each carries what was found, what was expected and what to do."""

from __future__ import annotations


class ShipperError(Exception):
    """Base of every error that Shipper raises on purpose."""

    exit_code = 1


class UsageError(ShipperError):
    """The command line cannot be understood."""

    exit_code = 2


class ConfigError(ShipperError):
    """
    The configuration cannot be used.

    Attributes:
        problems: every problem found, each as one line ``file:line:column: what; what to do``.
    """

    exit_code = 78

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreError(ShipperError):
    """The checkpoint store cannot be opened, read or written."""


class StoreLockedError(StoreError):
    """Another agent holds ``path.data``."""
