"""``shipper search``: look for events in the local store (``output.local``)."""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from shipper.cli.parser import add_config_options, config_file, load_settings
from shipper.config.settings import Local
from shipper.errors import StoreError, UsageError
from shipper.local import search
from shipper.local.document import dataset_of, lookup, millis_of, own_fields
from shipper.local.schema import open_for_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAME = "search"
HELP = "Look for events in the local store (output.local)."

_EPILOG = """\
QUERY is words that must all occur. "two words" (with the quotes) is a phrase, -word must not occur, word* is the
beginning of a word. Letter case and accents make no difference. Without QUERY the newest events are shown. A QUERY
that begins with a minus sign stands behind '--'.

examples:
  shipper search timeout                          events with that word, newest last
  shipper search '"connection refused" -retry'    a phrase, and a word that must not occur
  shipper search --dataset nginx.access --since 15m 404
  shipper search --field log.level=error --count
  shipper search --follow                         events as they arrive

Exit code 1 means that nothing was found."""
_FOLLOW_INTERVAL = 0.25  # seconds between two looks at the change counter, microseconds each
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|[smhdw])")
# What a log holds may have been written by anyone: control characters must not reach the terminal.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
_DIM, _CYAN, _RESET = "\x1b[2m", "\x1b[36m", "\x1b[0m"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("query", metavar="QUERY", nargs="*", help="words to look for")
    add_config_options(parser)
    add("--db", metavar="PATH", type=Path, help="the store itself, instead of a configuration")
    add("--dataset", metavar="NAME", help="only this dataset or data stream")
    add("--since", metavar="TIME", help="not before: 90s, 15m, 2h, 7d ago, or 2026-01-31T12:00:00Z")
    add("--until", metavar="TIME", help="before: the same forms")
    add(
        "--field",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="only events whose field has that value, such as log.file.path=/var/log/a.log; may be repeated",
    )
    add(
        "--limit",
        metavar="N",
        type=_positive,
        default=50,
        help="show so many of the newest (default: 50)",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--json", action="store_true", help="one JSON object a line: _index, _id, _source"
    )
    how.add_argument("--count", action="store_true", help="only how many there are")
    add("--follow", "-f", action="store_true", help="go on showing events as they arrive")


def run(args: argparse.Namespace) -> int:
    """Search and print; 1 if nothing was found."""
    query = _query(args, time.time())
    if args.count and args.follow:
        raise UsageError("--count and --follow exclude each other")
    path = _path(args)
    connection = open_for_reading(path)
    try:
        if args.count:
            number = search.count(connection, query)
            print(number)
            return 0 if number else 1
        show = _show_json if args.json else _text_writer()
        connection.execute("BEGIN")  # one view of the store: nothing arrives between these two
        reached = search.last(connection)
        hits = search.newest(connection, query, args.limit)
        connection.execute("COMMIT")
        show(hits)
        if args.follow:
            _follow(connection, query, reached, show)
        if hits or args.follow:
            return 0
        print(_nothing(connection, path), file=sys.stderr)
        return 1
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    finally:
        connection.close()


def _nothing(connection: sqlite3.Connection, path: Path) -> str:
    """What to tell who found nothing: whether there was anything to find."""
    kept = search.count(connection, search.Query())
    if kept == 1:
        return f"nothing found: the one event in {path} does not match"
    what = f"none of the {kept:,} events" if kept else "no event yet"
    return f"nothing found: {what} in {path}" + ("; see 'shipper status'" if not kept else "")


def _path(args: argparse.Namespace) -> Path:
    if args.db is not None:
        if args.config is not None:
            raise UsageError("--db and -c exclude each other: each names the store")
        return Path(args.db)
    output = load_settings(args).output
    if not isinstance(output, Local):
        raise UsageError(
            f"{config_file(args)}: events go to a cluster: search there; `shipper search` looks into output.local"
        )
    return output.path


def _query(args: argparse.Namespace, now: float) -> search.Query:
    fields: list[tuple[str, str]] = []
    for item in args.field:
        name, equals, value = item.partition("=")
        if not (name and equals):
            raise UsageError(f"--field {item}: expected NAME=VALUE, such as log.level=error")
        fields.append((name, value))
    return search.Query(
        text=" ".join(args.query),
        dataset=args.dataset,
        since=_moment("--since", args.since, now),
        until=_moment("--until", args.until, now),
        fields=tuple(fields),
    )


def _moment(option: str, text: str | None, now: float) -> int | None:
    """Milliseconds since 1970 of a time ago or a date; None for none."""
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    if ago:
        return int((now - float(ago[1]) * _UNITS[ago[2]]) * 1000)
    millis = millis_of(text)
    if millis is None:
        raise UsageError(
            f"{option} {text}: expected a time ago such as 15m or 2h, or a date such as 2026-01-31T12:00:00Z"
        )
    return millis


def _positive(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 1 on")


def _follow(
    connection: sqlite3.Connection,
    query: search.Query,
    reached: int,
    show: Callable[[Iterable[search.Hit]], None],
) -> None:
    """Show events as they arrive, until interrupted."""
    seen = -1
    try:
        while True:
            (version,) = connection.execute("PRAGMA data_version").fetchone()
            if version == seen:
                time.sleep(_FOLLOW_INTERVAL)
                continue
            seen = version
            connection.execute("BEGIN")
            end = search.last(connection)
            show(search.arrived(connection, query, reached))
            connection.execute("COMMIT")
            reached = end
    except KeyboardInterrupt:
        return


def _show_json(hits: Iterable[search.Hit]) -> None:
    for hit in hits:
        head = orjson.dumps({"_index": hit.index, "_id": hit.id})[:-1].decode()
        sys.stdout.write(f'{head},"_source":{hit.document}}}\n')
    sys.stdout.flush()


def _text_writer() -> Callable[[Iterable[search.Hit]], None]:
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def show(hits: Iterable[search.Hit]) -> None:
        for hit in hits:
            sys.stdout.write(_line(hit, coloured=coloured))
        sys.stdout.flush()

    return show


def _line(hit: search.Hit, *, coloured: bool) -> str:
    """An event for people: time, dataset, file and offset, then the message, its further lines indented."""
    document = hit.source()
    path = lookup(document, "log.file.path")
    place = f"{Path(path).name if isinstance(path, str) else '-'}:{lookup(document, 'log.offset')}"
    message = _message(document).translate(_CONTROL).replace("\n", "\n    ")
    stamp = datetime.fromtimestamp(hit.time / 1000, UTC).isoformat(timespec="milliseconds")[:23]
    dim, cyan, reset = (_DIM, _CYAN, _RESET) if coloured else ("", "", "")
    dataset = dataset_of(hit.index)
    return f"{dim}{stamp}Z{reset} {cyan}{dataset}{reset} {dim}{place.translate(_CONTROL)}{reset}  {message}\n"


def _message(document: dict[str, Any]) -> str:
    message = document.get("message")
    if isinstance(message, str) and message:
        return message
    return orjson.dumps(own_fields(document)).decode()
