"""``shipper run``: the agent itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.cli.parser import add_config_options, load_settings

if TYPE_CHECKING:
    import argparse

NAME = "run"
HELP = "Read the files, ship their events, and keep on until stopped (SIGTERM, SIGINT)."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_config_options(parser)
    parser.add_argument(
        "--once", action="store_true", help="read what is there to its end, settle it all, and exit"
    )
    parser.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        help="as logging.level in the file",
    )


def run(args: argparse.Namespace) -> int:
    """Run the agent; return its exit code."""
    if args.log_level:
        args.overrides.append(f"logging.level={args.log_level}")
    settings = load_settings(args)
    from shipper.agent import Agent  # noqa: PLC0415 - a wrong configuration is told at once

    return Agent(settings, once=args.once, reread=lambda: load_settings(args)).run()
