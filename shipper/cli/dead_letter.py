"""
``shipper dead-letter``: the events that the cluster refused for good.

List and show read the store's file, whether an agent runs or not. What changes the store goes through the running agent,
or takes the store's lock when none runs.
"""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from shipper.cli.asking import sure
from shipper.cli.locate import locate
from shipper.cli.parser import add_config_options, load_settings
from shipper.delivery.dead_letter import NAME as FILE
from shipper.delivery.dead_letter import DeadLetter, DeadLetters, Which
from shipper.errors import ShipperError, StoreLockedError, UsageError
from shipper.telemetry import control
from shipper.wording import counted, times

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Ask = Callable[[dict[str, Any]], dict[str, Any]]

NAME = "dead-letter"
HELP = "list, show, replay or drop refused events"

_PAGE = 50
_REPLAY = 200  # events in one request to the agent
_DROP = 5000
_ANSWER = 900.0  # seconds; a request to the cluster may be waited for, and tried again
_SHOWN = 20  # events that were kept, one line each
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# A log line may hold anything; control characters must not reach the terminal.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_SAID = {
    "indexed": "indexed",
    "present": "there already",
    "dropped": "dropped by the pipeline",
    "failure_store": "in the cluster's failure store",
    "refused": "refused again, kept",
    "clash": "an event with the id is there, kept",
    "kept": "not sent, kept",
}
_REPLAYED = """\
Send refused events again, to where their input's events go now, under their own ids. Mend the mapping, the pipeline or the
rights first. What the cluster has then is deleted here; what it refuses again stays, with the new error.

Events that a pipeline at the edge refused, or one of the cluster, go through their input's pipeline as it is now."""


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
    _add_filters(show_all)
    show = actions.add_parser(
        "show", help="one event whole", description="One refused event, whole."
    )
    add_config_options(show)
    show.add_argument("id", metavar="ID", help="its id ('shipper dead-letter list')")
    replay = actions.add_parser("replay", help="send refused events again", description=_REPLAYED)
    add_config_options(replay)
    _add_choice(replay, "every event in the store")
    replay.add_argument("--dry-run", action="store_true", help="show which, and send nothing")
    drop = actions.add_parser(
        "drop",
        help="delete refused events for good",
        description="Delete refused events for good. They are not sent again.",
    )
    add_config_options(drop)
    _add_choice(drop, "every event in the store, after asking")
    drop.add_argument("--yes", action="store_true", help="with --all: do not ask")


def _add_choice(parser: argparse.ArgumentParser, every: str) -> None:
    parser.add_argument("ids", metavar="ID", nargs="*", help="ids ('shipper dead-letter list')")
    parser.add_argument("--all", action="store_true", help=every)
    _add_filters(parser)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--route", default="", metavar="NAME", help="only those of this target")
    parser.add_argument("--type", default="", metavar="TYPE", help="only those with this error")
    parser.add_argument(
        "--since",
        default="",
        metavar="TIME",
        help="only those refused since: an age such as 90s, 30m, 12h or 7d, or a time in ISO 8601",
    )


def run(args: argparse.Namespace) -> int:
    """List, show, replay or drop."""
    path_data = locate(args).path_data
    path = path_data / FILE
    if args.action in {"replay", "drop"}:
        chosen = _chosen(path, args)
        if not chosen:
            print(f"nothing to {args.action}: no such event in the store")
            return 0
        if args.action == "drop":
            if args.all and not args.yes and not _sure(len(chosen)):
                print("nothing was dropped")
                return 1
            return _drop(path_data, args, chosen)
        if args.dry_run:
            return _dry_run(path, chosen)
        return _replay(path_data, args, chosen)
    if not path.exists():
        if args.action == "show":
            raise UsageError(f"{args.id}: no event was refused yet (there is no {path})")
        if not args.json:
            print("no event was refused yet")
        return 0
    with contextlib.closing(DeadLetters(path, 0, read_only=True)) as letters:
        return _show(letters, args.id) if args.action == "show" else _list(letters, args)


def _which(args: argparse.Namespace) -> Which:
    return Which(args.route, args.type, _since(args.since))


def _since(text: str) -> float:
    """Unix time of an age or of an ISO 8601 time; 0 for none."""
    if not text:
        return 0.0
    age = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if age is not None:
        return time.time() - int(age[1]) * _UNITS[age[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--since {text}: expected an age such as 30m, 12h or 7d, or a time such as 2026-11-22T10:00:00Z"
        ) from None
    return moment.timestamp()  # without an offset: local time, as on a clock


def _chosen(path: Path, args: argparse.Namespace) -> Sequence[str]:
    """Ids of the events that the arguments mean, oldest first."""
    which = _which(args)
    filtered = which != Which()
    if args.all and (args.ids or filtered):
        raise UsageError(f"--all is every event: leave it out to {args.action} some")
    if not (args.all or args.ids or filtered):
        raise UsageError(
            f"name the events to {args.action}, say which by --route, --type or --since, or say --all"
        )
    if not path.exists():
        return []
    with contextlib.closing(DeadLetters(path, 0, read_only=True)) as letters:
        known = letters.ids(which)
    if not args.ids:
        return known
    missing = sorted(set(args.ids) - set(known))
    if missing:
        done = "dropped" if args.action == "drop" else "sent"
        raise UsageError(
            f"{', '.join(missing)}: not in the store, or left out by the other options; nothing was {done}"
        )
    return [one for one in known if one in set(args.ids)]


def _list(letters: DeadLetters, args: argparse.Namespace) -> int:
    which = _which(args)
    found = letters.list(args.limit, args.offset, which)
    if args.json:
        for letter in found:
            sys.stdout.write(orjson.dumps(_fields(letter)).decode() + "\n")
        return 0
    total = len(letters.ids(which))
    for letter in found:
        print(f"{letter.id}  {_when(letter)}  {_clean(letter.route)}")
        print(
            f"    {_clean(letter.path)}, bytes {letter.offset} to {letter.offset + letter.length}"
        )
        again = f" (sent again {times(letter.replays)})" if letter.replays else ""
        print(f"    {letter.status} {_clean(letter.type)}: {_clean(letter.reason, 200)}{again}")
    print(f"{len(found)} of {counted(total, 'refused event')}" if total else "no refused events")
    return 0


def _show(letters: DeadLetters, identity: str) -> int:
    letter = letters.get(identity)
    if letter is None:
        raise UsageError(f"{identity}: no such event among the {letters.count()} in the store")
    text = orjson.dumps(_fields(letter), option=orjson.OPT_INDENT_2).decode()
    print(text)
    return 0


def _dry_run(path: Path, chosen: Sequence[str]) -> int:
    groups: Counter[tuple[str, str]] = Counter()
    with contextlib.closing(DeadLetters(path, 0, read_only=True)) as letters:
        for first in range(0, len(chosen), _REPLAY):
            for letter in letters.some(chosen[first : first + _REPLAY]):
                groups[letter.route, letter.type] += 1
    for (route, kind), count in groups.most_common():
        print(f"{count:>8} {_clean(kind)}, of {_clean(route)}")
    print(f"dry run: {counted(len(chosen), 'event')} would be sent again, nothing was done")
    return 0


def _replay(path_data: Path, args: argparse.Namespace, chosen: Sequence[str]) -> int:
    counts: Counter[str] = Counter()
    shown = 0
    with _agent(path_data, args) as ask:
        for first in range(0, len(chosen), _REPLAY):
            part = chosen[first : first + _REPLAY]
            events = ask({"command": "replay", "ids": part})["events"]
            here = Counter(one["outcome"] for one in events)
            counts += here
            for one in events:
                if one["outcome"] in {"refused", "clash", "kept"} and shown < _SHOWN:
                    shown += 1
                    print(f"{one['id']}: {_SAID[one['outcome']]}: {_clean(one['reason'], 300)}")
            if events and here["kept"] == len(events):
                break  # the target is away, or refuses everybody
    for outcome, said in _SAID.items():
        if counts[outcome]:
            print(f"{counts[outcome]:>8} {said}")
    left = len(chosen) - counts.total()
    if left and counts["kept"]:
        print(f"{left:>8} not tried, kept")
    print(f"{counted(len(chosen), 'event')} chosen")
    return 1 if counts["refused"] + counts["clash"] + counts["kept"] else 0


def _sure(count: int) -> bool:
    events = counted(count, "refused event")
    return sure(f"delete {events} for good", "shipper dead-letter drop --all")


def _drop(path_data: Path, args: argparse.Namespace, chosen: Sequence[str]) -> int:
    count = 0
    with _agent(path_data, args) as ask:
        for first in range(0, len(chosen), _DROP):
            part = chosen[first : first + _DROP]
            count += ask({"command": "drop", "ids": part})["dropped"]
    print(f"{counted(count, 'event')} dropped")
    return 0


@contextlib.contextmanager
def _agent(path_data: Path, args: argparse.Namespace) -> Iterator[Ask]:
    """
    Whoever may change the store: the running agent, or this process under the agent's lock.

    Raises:
        ShipperError: an agent holds the store and cannot be talked to, or something was refused.
    """
    socket = path_data / control.NAME
    try:
        control.call(socket, {"command": "ping"})
    except control.NoAgentError:
        yield from _alone(path_data, args)
        return
    except control.ControlError as error:
        raise ShipperError(str(error)) from error

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        try:
            return _checked(control.call(socket, request, _ANSWER))
        except control.ControlError as error:
            raise ShipperError(f"{error}; nothing is lost: try again") from error

    yield ask


def _alone(path_data: Path, args: argparse.Namespace) -> Iterator[Ask]:
    """Carry requests out in this process."""
    if args.action == "drop":  # needs no cluster, and thus none of the configuration's secrets
        yield from _store_alone(path_data)
        return
    from shipper.tools.replay import Alone  # noqa: PLC0415 - costs most of the start of other commands

    try:
        alone = Alone(load_settings(args))
    except StoreLockedError as error:
        raise _locked(path_data, error) from error
    with alone:
        yield lambda request: _checked(alone.letters.answer(request))


def _store_alone(path_data: Path) -> Iterator[Ask]:
    from shipper.checkpoint.store import Store  # noqa: PLC0415 - only to lock

    try:
        lock = Store(path_data)
    except StoreLockedError as error:
        raise _locked(path_data, error) from error
    with contextlib.closing(lock), contextlib.closing(DeadLetters(path_data / FILE, 0)) as letters:
        yield lambda request: {"dropped": letters.drop(request["ids"])}


def _locked(path_data: Path, error: StoreLockedError) -> ShipperError:
    return ShipperError(
        f"{error}; it does not answer on {path_data / control.NAME}: it may be starting or stopping, try again in a "
        "moment, or stop it first"
    )


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("ok") is not True:
        raise ShipperError(f"{answer.get('error', answer)}")
    return answer


def _fields(letter: DeadLetter) -> dict[str, Any]:
    """All of a dead letter as JSON values."""
    return {
        "id": letter.id,
        "route": letter.route,
        "input": letter.input,
        "stored": _when(letter),
        "path": letter.path,
        "offset": letter.offset,
        "length": letter.length,
        "status": letter.status,
        "type": letter.type,
        "reason": letter.reason,
        "sent_again": letter.replays,
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
