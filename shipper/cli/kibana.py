"""``shipper setup --kibana``: data views, a Discover session and a dashboard for Kibana or OpenSearch Dashboards."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import orjson

from shipper.cli.parser import load_settings
from shipper.records import SendFailed

if TYPE_CHECKING:
    import argparse

    from shipper.tools.kibana import KibanaPlan, Request


def run(args: argparse.Namespace) -> int:
    """Plan, print and carry out; 1 where it cannot be reached."""
    from shipper.tools.kibana import Kibana  # noqa: PLC0415 - costs most of the start of other commands

    settings = load_settings(args)
    logging.getLogger("shipper").addHandler(logging.NullHandler())  # what it logs is told below
    try:
        with Kibana(settings) as kibana:
            plan = kibana.plan()
            print(plan.product)
            for line in plan.present:
                print(f"  = {line}")
            if args.dry_run:
                _show(plan)
            else:
                kibana.carry_out(plan, lambda request: print(f"  + {request.what}"))
    except SendFailed as error:
        print(f"{error}; is setup.kibana.host right?", file=sys.stderr)
        return 1
    return 0


def _show(plan: KibanaPlan) -> None:
    for request in plan.requests:
        print(f"  + {request.what}\n    POST {request.path}")
        print("".join(f"    {line}\n" for line in _lines(request)), end="")
    print("dry run: nothing was changed")


def _lines(request: Request) -> list[str]:
    """The body: of a file one object a line, as it would be imported."""
    if request.is_file:
        return [orjson.dumps(one).decode() for one in request.body]
    return orjson.dumps(request.body, option=orjson.OPT_INDENT_2).decode().splitlines()
