"""``shipper rollover``: begin new indices and delete old ones, where the cluster does not do so by itself."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

from shipper.cli.parser import add_config_options, load_settings
from shipper.config.settings import Elasticsearch
from shipper.records import SendFailed

if TYPE_CHECKING:
    from shipper.tools.rollover import Move, Moves

NAME = "rollover"
HELP = "Begin new indices of data streams and aliases, and delete old ones where the cluster has no lifecycle."

_EPILOG = """\
With --if-due, setup.rollover decides: a new index is begun when the present one is of an earlier day (UTC), too large
or too full. Without it, every data stream and alias that has documents gets a new one. Daily indices need none.

setup.retention deletes what is old, where the cluster has no lifecycle of its own: only indices that Shipper's template
made, never one that is written to. --dry-run shows it.

Run it from one timer, every few minutes; from several at once it does no harm. Exit code 1 means that something failed."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add_config_options(parser)
    parser.add_argument("--if-due", action="store_true", help="only what setup.rollover says")
    parser.add_argument("--dry-run", action="store_true", help="show the plan and change nothing")


def run(args: argparse.Namespace) -> int:
    """Look, print and carry out; 1 if something failed."""
    from shipper.cluster.client import Client  # noqa: PLC0415 - costs most of the start of other commands
    from shipper.tools.rollover import carry_out, plan_rollover  # noqa: PLC0415

    settings = load_settings(args)
    if not isinstance(settings.output, Elasticsearch):
        print("output.local has no indices")
        return 0
    logging.getLogger("shipper").addHandler(
        logging.NullHandler()
    )  # what the client logs is told below
    client = Client(settings.output)
    try:
        moves = plan_rollover(client, settings, if_due=args.if_due)
        for line in moves.rest:
            print(f"  = {line}")
        if args.dry_run:
            _show(moves)
        else:
            carry_out(client, moves, _told)
    except SendFailed as error:
        print(f"{error}; is output.elasticsearch.hosts right?", file=sys.stderr)
        return 1
    finally:
        client.close()
    for line in moves.problems:
        print(f"  ! {line}", file=sys.stderr)
    return 1 if moves.problems else 0


def _show(moves: Moves) -> None:
    for move in moves.moves:
        print(f"  {_sign(move)} {move.kind} {move.target}: {move.index} ({move.why})")
    print(f"dry run: {len(moves.moves)} to do, nothing was changed")


def _told(move: Move, outcome: str) -> None:
    print(f"  {_sign(move)} {move.target}: {move.index} ({move.why}): {outcome}")


def _sign(move: Move) -> str:
    return "-" if move.kind == "delete" else "+"
