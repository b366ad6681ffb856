"""``shipper setup``: make in the cluster what the configured inputs need, and show what that is."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

import orjson

from shipper.cli.asking import sure
from shipper.cli.parser import add_config_options, load_settings
from shipper.config.settings import Elasticsearch
from shipper.records import SendFailed
from shipper.wording import counted

if TYPE_CHECKING:
    from shipper.cluster.client import Client
    from shipper.config.settings import Settings
    from shipper.tools.setup import Plan, Step

NAME = "setup"
HELP = "Make the index templates, lifecycles, data streams or aliases, and pipelines that the inputs need."

_EPILOG = """\
Nothing is made that the cluster has already, and nothing is changed that Shipper did not make: a second run changes
nothing. With --dry-run only the plan is shown: the body of what is new, and the difference of what is changed.

--remove takes away what setup made for this configuration: templates, lifecycle policies, pipelines, and data streams
and aliases without a document. Documents are never removed.

Exit code 1 means that something stands in the way; the messages say what."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add_config_options(parser)
    parser.add_argument(
        "--print-api-key-request",
        metavar="LEVEL",
        choices=("ship", "prove", "setup", "rollover"),
        help="print the request for a login with the rights of a level (ship, prove, setup or rollover), and do nothing",
    )
    parser.add_argument(
        "--product",
        choices=("elasticsearch", "opensearch"),
        help="with --print-api-key-request: do not ask the cluster which product it is",
    )
    parser.add_argument("--dry-run", action="store_true", help="show the plan and change nothing")
    parser.add_argument(
        "--kibana",
        action="store_true",
        help="make data views, a Discover session and a dashboard in setup.kibana.host, and nothing else",
    )
    parser.add_argument(
        "--remove", action="store_true", help="remove what setup made, after asking"
    )
    parser.add_argument("--yes", action="store_true", help="with --remove: do not ask")


def run(args: argparse.Namespace) -> int:
    """Plan, print and carry out; 1 if something stands in the way."""
    if args.print_api_key_request:
        from shipper.cli import rights  # noqa: PLC0415 - another task than all that follows

        return rights.show(args)
    if args.kibana:
        from shipper.cli import kibana  # noqa: PLC0415 - as above

        return kibana.run(args)
    from shipper.cluster.client import Client  # noqa: PLC0415 - costs most of the start of other commands

    settings = load_settings(args)
    if not isinstance(settings.output, Elasticsearch):
        print("output.local needs no setup")
        return 0
    # What the client logs is told below, with what to do; unconfigured, logging would print it once more.
    logging.getLogger("shipper").addHandler(logging.NullHandler())
    client = Client(settings.output)
    try:
        return _remove(client, settings, args) if args.remove else _make(client, settings, args)
    except SendFailed as error:
        # What is said of certificates and proxies tells by itself what to do.
        hint = "" if ";" in error.detail else "; is output.elasticsearch.hosts right?"
        print(f"{error}{hint}", file=sys.stderr)
        return 1
    finally:
        client.close()


def _make(client: Client, settings: Settings, args: argparse.Namespace) -> int:
    from shipper.tools.setup import carry_out, make_plan  # noqa: PLC0415 - as above

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
    return 0


def _remove(client: Client, settings: Settings, args: argparse.Namespace) -> int:
    from shipper.tools.setup import carry_out, plan_removal  # noqa: PLC0415 - as above

    plan = plan_removal(client, settings)
    _show(plan)
    if not plan.steps:
        print("nothing to remove")
        return 0
    for step in plan.steps:
        print(f"  - {step.what}: {step.why}")
    if args.dry_run:
        print(f"dry run: {counted(len(plan.steps), 'change')} to make, nothing was changed")
        return 0
    count = len(plan.steps)
    question = f"remove {'this' if count == 1 else f'these {count}'}"
    if not args.yes and not sure(question, "shipper setup --remove"):
        print("nothing was changed")
        return 1
    done: list[Step] = []
    carry_out(client, plan, done.append)
    print(f"removed: {len(done)}")
    for step in plan.steps:
        if step not in done:
            print(f"  = {step.what}: stays, it has documents by now", file=sys.stderr)
    return 0


def _show(plan: Plan) -> None:
    print(f"cluster: {plan.cluster}")
    for line in plan.present:
        print(f"  = {line}")
    for line in plan.notes:
        print(f"  * {line}")
    for line in plan.problems:
        print(f"  ! {line}", file=sys.stderr)


def _show_done(step: Step) -> None:
    print(f"  {'+' if step.before is None else '~'} {step.what}: {step.why}")


def _show_steps(plan: Plan) -> None:
    from shipper.tools.setup.difference import difference  # noqa: PLC0415 - as above

    for step in plan.steps:
        _show_done(step)
        print(f"    {step.method} {step.path}")
        if step.before is not None and step.body is not None:
            text = difference(step.before, step.body)
        elif step.body is not None:
            text = orjson.dumps(step.body, option=orjson.OPT_INDENT_2).decode().splitlines()
        else:
            text = []
        print("".join(f"    {line}\n" for line in text), end="")
    print(f"dry run: {counted(len(plan.steps), 'change')} to make, nothing was changed")
