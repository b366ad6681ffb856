"""
``shipper checkpoint``: what the agent knows of each file, and making it forget one.

The list is read from the store file, whether an agent runs or not. What changes the store goes through the running agent,
or takes the store's lock when none runs.
"""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING, Any

from shipper.checkpoint.store import Store
from shipper.cli.locate import locate
from shipper.cli.parser import add_config_options, config_file
from shipper.errors import ShipperError, StoreError, StoreLockedError
from shipper.telemetry import control

if TYPE_CHECKING:
    from pathlib import Path

    from shipper.checkpoint.store import FileRecord

NAME = "checkpoint"
HELP = "show what is known of each file, or forget one"

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_MEANING = """\
Forgetting a file means that the agent no longer knows how far it was sent:
  - if it is still there and an input matches it, all of it is sent again, under new ids: what the cluster has
    already will be there twice;
  - if it was renamed or moved away, what was not yet sent of it is not sent any more, unless an input matches it;
  - its dead letters stay.
The file itself is not touched."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser(
        "list", help="every file in the store", description="Every file in the store."
    )
    add_config_options(show)
    show.add_argument("--json", action="store_true", help="one JSON object a line")
    forget = actions.add_parser(
        "forget",
        help="make the agent forget a file",
        description=_MEANING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config_options(forget)
    which = forget.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "path", metavar="PATH", nargs="?", help="the file, by the path it was last seen at"
    )
    which.add_argument(
        "--key", metavar="KEY", help="the file, by its key ('shipper checkpoint list')"
    )
    forget.add_argument("--yes", action="store_true", help="do it")


def run(args: argparse.Namespace) -> int:
    """List or forget."""
    path_data = locate(args).path_data
    if args.action == "list":
        return _list(path_data, as_json=args.json)
    return _forget(path_data, args)


def _list(path_data: Path, *, as_json: bool) -> int:
    records = sorted(Store.read(path_data), key=lambda one: (one.input, one.path, one.created))
    if as_json:
        for one in records:
            print(json.dumps(_fields(one)))
        return 0
    if not records:
        print(f"{path_data}: the store knows no file yet")
        return 0
    header = ("STATE", "OFFSET", "SIZE", "INPUT", "KEY", "PATH")
    rows = [
        (_state(one), f"{one.offset}", f"{one.size}", _safe(one.input), one.key, _safe(one.path))
        for one in records
    ]
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(5)]
    for state, offset, size, name, key, path in (header, *rows):
        print(
            f"{state:<{widths[0]}}  {offset:>{widths[1]}}  {size:>{widths[2]}}  "
            f"{name:<{widths[3]}}  {key:<{widths[4]}}  {path}"
        )
    return 0


def _state(one: FileRecord) -> str:
    """How a file stands: ``settled`` to its end, ``partly``, or ``gone`` from the disk."""
    if one.gone:
        return "gone"
    return "settled" if one.offset >= one.size else "partly"


def _fields(one: FileRecord) -> dict[str, Any]:
    return {
        "path": _safe(one.path),
        "key": one.key,
        "input": one.input,
        "state": _state(one),
        "offset": one.offset,
        "size": one.size,
        "maybe_sent": one.sent,
        "device": one.device,
        "inode": one.inode,
        "created": one.created,
        "updated": one.updated,
        "gone": one.gone or None,
        "marks": {str(offset): decision for offset, decision in one.marks.items()},
    }


def _safe(text: str) -> str:
    """Make a text of others printable: it must not steer the terminal."""
    return text.translate(_CONTROL).encode("utf-8", "backslashreplace").decode("utf-8")


def _forget(path_data: Path, args: argparse.Namespace) -> int:
    records = _chosen(Store.read(path_data), path_data, args)
    for one in records:
        print(
            f"{_safe(one.path)}: {one.offset} of {one.size} bytes settled, input {one.input}, key {one.key}"
        )
    if not args.yes:
        print(f"\n{_MEANING}\n\nNothing was changed. Add --yes to do it.")
        return 1
    keys = [one.key for one in records]
    try:
        for key in keys:
            _ask_agent(path_data / control.NAME, key)
    except control.NoAgentError:
        _forget_alone(path_data, keys)
        print("forgotten; no agent was running")
        return 0
    except control.ControlError as error:
        raise ShipperError(str(error)) from error
    print("forgotten by the running agent")
    return 0


def _chosen(
    records: list[FileRecord], path_data: Path, args: argparse.Namespace
) -> list[FileRecord]:
    """Find the records that the arguments mean."""
    if args.key is not None:
        found = [one for one in records if one.key == args.key]
        what = f"key {args.key}"
    else:
        wanted = {args.path, os.path.abspath(args.path), os.path.realpath(args.path)}  # noqa: PTH100 - as typed
        found = [one for one in records if one.path in wanted]
        what = _safe(args.path)
    if not found:
        raise ShipperError(
            f"{what}: the store in {path_data} does not know it; 'shipper checkpoint list -c {config_file(args)}' "
            "shows what it knows (a renamed file has its new path)"
        )
    return found


def _ask_agent(socket: Path, key: str) -> None:
    answer = control.call(socket, {"command": "forget", "key": key})
    if answer.get("ok") is not True:
        raise ShipperError(f"the agent did not forget {key}: {answer.get('error', answer)}")


def _forget_alone(path_data: Path, keys: list[str]) -> None:
    """
    Change the store under its lock.

    Raises:
        StoreError: it cannot be written, or an agent that cannot be talked to holds it.
    """
    try:
        store = Store(path_data)
    except StoreLockedError as error:
        raise StoreError(
            f"{error}; it does not answer on {path_data / control.NAME}: it may be starting or stopping, "
            "try again in a moment, or stop it first"
        ) from error
    try:
        store.commit(forget=keys)
    finally:
        store.close()
