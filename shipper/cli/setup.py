"""``shipper setup``: make in the cluster what the configured inputs need, and show what that is."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

import orjson

from shipper.cli.parser import add_config_options, load_settings
from shipper.config.settings import Elasticsearch
from shipper.records import SendFailed

if TYPE_CHECKING:
    from shipper.tools.setup import Plan, Step

NAME = "setup"
HELP = "Make the index templates, data streams and pipelines that the inputs need."

_EPILOG = """\
Nothing is made that the cluster has already, and nothing is changed that Shipper did not make: a second run changes
nothing. With --dry-run only the plan is shown, with the body of every request.

Exit code 1 means that something stands in the way; the messages say what."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add_config_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="show the plan and change nothing")


def run(args: argparse.Namespace) -> int:
    """Plan, print and carry out; 1 if something stands in the way."""
    from shipper.cluster.client import Client  # noqa: PLC0415 - costs most of the start of other commands
    from shipper.tools.setup import carry_out, make_plan  # noqa: PLC0415

    settings = load_settings(args)
    if not isinstance(settings.output, Elasticsearch):
        print("output.local needs no setup")
        return 0
    # What the client logs is told below, with what to do; unconfigured, logging would print it once more.
    logging.getLogger("shipper").addHandler(logging.NullHandler())
    client = Client(settings.output)
    try:
        plan = make_plan(client, settings)
        _show(plan)
        if plan.problems:
            print("nothing was changed", file=sys.stderr)
            return 1
        if args.dry_run:
            _show_steps(plan)
        else:
            carry_out(client, plan, _show_done)
            if not plan.steps:
                print("nothing to do: everything is in place")
    except SendFailed as error:
        print(f"{error}; is output.elasticsearch.hosts right?", file=sys.stderr)
        return 1
    finally:
        client.close()
    return 0


def _show(plan: Plan) -> None:
    print(f"cluster: {plan.cluster}")
    for line in plan.present:
        print(f"  = {line}")
    for line in plan.problems:
        print(f"  ! {line}", file=sys.stderr)


def _show_done(step: Step) -> None:
    print(f"  + {step.what}: {step.why}")


def _show_steps(plan: Plan) -> None:
    for step in plan.steps:
        _show_done(step)
        print(f"    PUT {step.path}")
        if step.body is not None:
            body = orjson.dumps(step.body, option=orjson.OPT_INDENT_2).decode()
            print("\n".join(f"    {line}" for line in body.splitlines()))
    changes = len(plan.steps)
    print(f"dry run: {changes} change{'' if changes == 1 else 's'} to make, nothing was changed")
