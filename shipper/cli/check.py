"""``shipper check``: what is wrong with a configuration, and what it would read now."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from shipper.cli.parser import add_config_options, config_file
from shipper.config import mask

if TYPE_CHECKING:
    import argparse

    from shipper.tools.check import Report

NAME = "check"
HELP = "Check a configuration and the files that its inputs match now; nothing is read or sent."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_config_options(parser)


def run(args: argparse.Namespace) -> int:
    """Print the report; return 0 when all is fine, 1 when something beside the file is not."""
    from shipper.tools.check import check  # noqa: PLC0415 - after the options are understood

    report = check(config_file(args), args.overrides)
    print(mask(_summary(report)))
    for line in report.warnings:
        print(mask(f"warning: {line}"), file=sys.stderr)
    for line in report.errors:
        print(mask(f"error: {line}"), file=sys.stderr)
    return report.exit_code


def _summary(report: Report) -> str:
    lines = [] if report.errors else [f"{report.file}: the configuration is right"]
    for one in report.inputs:
        state = "" if one.enabled else " (not enabled)"
        lines.append(f"input {one.id}{state} → {one.route}")
        lines += [
            f"  {count:>5} file{'s' if count != 1 else ' '} {glob}" for glob, count in one.globs
        ]
    lines += [f"output {report.output}", f"state in {report.path_data}"]
    return "\n".join(lines)
