"""What ``shipper pipeline pull``, ``diff`` and ``push`` do with a cluster."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import orjson

from shipper.tools import bench as benches
from shipper.tools import registered
from shipper.tools.setup import carry_out, plan_push
from shipper.tools.simulate import client_of
from shipper.wording import counted

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from shipper.cluster.client import Client
    from shipper.config.settings import Input, Settings
    from shipper.tools.setup import Step


def run(args: argparse.Namespace, settings: Settings) -> int:
    """
    Run the action.

    Raises:
        SendFailed: there is no answer.
    """
    # What the client logs is told below, with what to do; unconfigured, logging would print it once more.
    logging.getLogger("shipper").addHandler(logging.NullHandler())
    client = client_of(settings)
    try:
        if args.action == "pull":
            return _pull(client, settings, args)
        bench = benches.find(args.name, settings)
        inputs = [
            one
            for one in settings.inputs
            if one.enabled and one.pipeline is not None and one.pipeline.path == bench.path
        ]
        if args.action == "diff":
            return _diff(client, bench.path, inputs)
        return _push(client, bench.settings, bench.path, inputs, dry=args.dry_run)
    finally:
        client.close()


def _pull(client: Client, settings: Settings, args: argparse.Namespace) -> int:
    folder = args.to or settings.pipelines_path
    pulled, notes = registered.pull(client, args.name, folder, settings)
    differing = [one for one in pulled if one.state == "differs"]
    if differing and not args.force:
        for one in differing:
            print(
                f"{one.path}: differs from {one.name} in the cluster; --force overwrites it",
                file=sys.stderr,
            )
        print("nothing was written", file=sys.stderr)
        return 1
    registered.write(pulled)
    for one in pulled:
        done = {"new": "written", "same": "is there already", "differs": "overwritten"}[one.state]
        print(f"{one.path}: {done}; {'cluster only' if one.reasons else 'loads at the edge'}")
        for reason in one.reasons:
            print(f"    ! {reason}")
    for note in notes:
        print(f"note: {note}")
    return 0


def _diff(client: Client, path: Path, inputs: list[Input]) -> int:
    found = registered.diff(client, path, inputs)
    for one in found:
        if one.lines is None:
            print(f"{one.name}: {one.what}")
        elif one.lines:
            print(f"{one.name}: {one.what}: differs")
            print("\n".join(one.lines))
        else:
            print(f"{one.name}: {one.what}: the same")
    return int(any(one.lines is None or one.lines for one in found))


def _push(client: Client, settings: Settings, path: Path, inputs: list[Input], *, dry: bool) -> int:
    plan = plan_push(client, settings, path, inputs)
    for line in plan.problems:
        print(f"! {line}", file=sys.stderr)
    if plan.problems:
        print("nothing was changed", file=sys.stderr)
        return 1
    for line in plan.present:
        print(f"= {line}")
    if not dry:
        carry_out(client, plan, _done)
        return 0
    for step in plan.steps:
        _done(step)
        print(f"    PUT {step.path}")
        print(orjson.dumps(step.body, option=orjson.OPT_INDENT_2).decode())
    changes = len(plan.steps)
    print(f"dry run: {counted(changes, 'change')} to make, nothing was changed")
    return 0


def _done(step: Step) -> None:
    print(f"+ {step.what}: {step.why}")
