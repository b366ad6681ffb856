"""
``shipper dead-letter``: the events that the cluster refused for good.

List and show read the store's file, whether an agent runs or not. Drop deletes for good, and only while no agent runs:
the agent counts what is in the store.
"""

from __future__ import annotations

import contextlib
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from shipper.checkpoint.store import Store
from shipper.cli.locate import locate
from shipper.cli.parser import add_config_options
from shipper.delivery.dead_letter import NAME as FILE
from shipper.delivery.dead_letter import DeadLetter, DeadLetters
from shipper.errors import ShipperError, StoreLockedError, UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

NAME = "dead-letter"
HELP = "list, show or drop refused events"

_PAGE = 50
# A log line may hold anything; control characters must not reach the terminal.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show_all = actions.add_parser(
        "list", help="refused events, newest first", description="Refused events, newest first."
    )
    add_config_options(show_all)
    show_all.add_argument(
        "-n", "--limit", type=int, default=_PAGE, metavar="N", help="at most N (default 50)"
    )
    show_all.add_argument(
        "--offset", type=int, default=0, metavar="N", help="leave out the first N"
    )
    show_all.add_argument("--json", action="store_true", help="one JSON object a line, whole")
    show = actions.add_parser(
        "show", help="one event whole", description="One refused event, whole."
    )
    add_config_options(show)
    show.add_argument("id", metavar="ID", help="its id ('shipper dead-letter list')")
    drop = actions.add_parser(
        "drop",
        help="delete refused events for good",
        description="Delete refused events for good. They are not sent again. The agent must be stopped.",
    )
    add_config_options(drop)
    drop.add_argument("ids", metavar="ID", nargs="*", help="ids ('shipper dead-letter list')")
    drop.add_argument("--all", action="store_true", help="every event in the store")


def run(args: argparse.Namespace) -> int:
    """List, show or drop."""
    path_data = locate(args).path_data
    if args.action == "drop":
        return _drop(path_data, args)
    path = path_data / FILE
    if not path.exists():
        if args.action == "show":
            raise UsageError(f"{args.id}: no event was refused yet (there is no {path})")
        if not args.json:
            print("no event was refused yet")
        return 0
    with contextlib.closing(DeadLetters(path, 0, read_only=True)) as letters:
        return _show(letters, args.id) if args.action == "show" else _list(letters, args)


def _list(letters: DeadLetters, args: argparse.Namespace) -> int:
    found = letters.list(args.limit, args.offset)
    if args.json:
        for letter in found:
            sys.stdout.write(orjson.dumps(_fields(letter)).decode() + "\n")
        return 0
    total = letters.count()
    for letter in found:
        print(f"{letter.id}  {_when(letter)}  {_clean(letter.route)}")
        print(
            f"    {_clean(letter.path)}, bytes {letter.offset} to {letter.offset + letter.length}"
        )
        print(f"    {letter.status} {_clean(letter.type)}: {_clean(letter.reason, 200)}")
    print(f"{len(found)} of {total} refused events" if total else "no refused events")
    return 0


def _show(letters: DeadLetters, identity: str) -> int:
    letter = letters.get(identity)
    if letter is None:
        raise UsageError(f"{identity}: no such event among the {letters.count()} in the store")
    text = orjson.dumps(_fields(letter), option=orjson.OPT_INDENT_2).decode()
    print(text)
    return 0


def _drop(path_data: Path, args: argparse.Namespace) -> int:
    if args.all == bool(args.ids):
        raise UsageError("name the events to drop, or say --all")
    path = path_data / FILE
    if not path.exists():
        print("nothing to drop: no event was refused yet")
        return 0
    try:
        lock = Store(path_data)
    except StoreLockedError as error:
        raise ShipperError(
            f"an agent is running with {path_data}; stop it first, then drop what is not needed"
        ) from error
    with contextlib.closing(lock), contextlib.closing(DeadLetters(path, 0)) as letters:
        missing = [one for one in args.ids if letters.get(one) is None]
        if missing:
            raise UsageError(f"{', '.join(missing)}: not in the store; nothing was dropped")
        count = letters.drop(None if args.all else args.ids)
    print(f"{count} events dropped")
    return 0


def _fields(letter: DeadLetter) -> dict[str, Any]:
    """All of a dead letter as JSON values."""
    return {
        "id": letter.id,
        "route": letter.route,
        "stored": _when(letter),
        "path": letter.path,
        "offset": letter.offset,
        "length": letter.length,
        "status": letter.status,
        "type": letter.type,
        "reason": letter.reason,
        "error": _decoded(letter.error),
        "action": _decoded(letter.action),
        "document": _decoded(letter.document),
    }


def _decoded(raw: bytes) -> Any:
    """JSON as it is; what is none, as text."""
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return raw.decode("utf-8", "replace")


def _when(letter: DeadLetter) -> str:
    return datetime.fromtimestamp(letter.stored, UTC).isoformat(timespec="seconds")


def _clean(text: str, limit: int = 1000) -> str:
    text = text.translate(_CONTROL)
    return text if len(text) <= limit else text[:limit] + "…"
