"""``shipper grok``: try a grok pattern on lines."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from shipper.errors import ShipperError, UsageError
from shipper.pipeline import grok, guard
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.grok.banks import BANKS, LEGACY
from shipper.pipeline.grok.expand import Bank
from shipper.pipeline.grok.reach import reach
from shipper.pipeline.json_text import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "grok"
HELP = "Try a grok pattern on lines, and see where it fails."

_EPILOG = """\
Prints the captures of each line as JSON; on a terminal the line as well, with what was captured in colour. For a line
that does not match, standard error tells how far the pattern gets and which of its pieces does not match there.

examples:
  shipper grok '%{COMBINEDAPACHELOG}' /var/log/apache2/access.log
  shipper grok -D 'ORDER=[A-Z]{3}-[0-9]+' '%{ORDER:order.id} %{GREEDYDATA:message}' < app.log
  shipper grok --list                     all names of a bank
  shipper grok --list HTTPDATE            one name's text

A definitions file has one definition a line: the name, spaces, the regular expression; '#' begins a comment.
Exit code 1 means that a line did not match."""
_COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "red")
# What a log holds may have been written by anyone: control characters must not reach the terminal.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(10, 32), *range(127, 160))}
_FLAVOURS = ("elasticsearch", "opensearch")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("pattern", metavar="PATTERN", nargs="?", help="the pattern")
    add(
        "file",
        metavar="FILE",
        nargs="?",
        default="-",
        help="lines to match (default: -, standard input)",
    )
    add(
        "-D",
        metavar="NAME=REGEX",
        action="append",
        default=[],
        dest="definitions",
        help="define a name (may be repeated)",
    )
    add("--definitions", metavar="FILE", dest="definitions_file", help="file of definitions")
    add("--bank", choices=BANKS, default=LEGACY, help="standard names (default: legacy)")
    add(
        "--flavour",
        choices=_FLAVOURS,
        default=_FLAVOURS[0],
        help="whose meaning counts (default: elasticsearch)",
    )
    add(
        "--list",
        metavar="NAME",
        nargs="?",
        const="",
        dest="listed",
        help="print all names, or one, with their texts",
    )


def run(args: argparse.Namespace) -> int:
    """
    Run the command.

    Returns:
        1 if a line did not match.

    Raises:
        UsageError: the pattern or a definition is wrong.
        ShipperError: a file cannot be read.
    """
    if args.bank != LEGACY and args.flavour == "opensearch":
        raise UsageError("shipper grok: OpenSearch has no bank 'ecs-v1'; leave --flavour out")
    definitions = _definitions(args)
    if args.listed is not None:
        return _list(args, definitions)
    if args.pattern is None:
        raise UsageError("shipper grok: no pattern; 'shipper grok --help' tells how")
    try:
        compiled = grok.compile([args.pattern], definitions, args.bank, args.flavour)
    except Unsupported as error:
        raise UsageError(_wrong(args.pattern, error)) from None
    bank = Bank(args.bank, args.flavour, definitions)
    show = _show_coloured if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else _show_plain
    code = 0
    with guard.block():
        for number, line in enumerate(_lines(args.file), 1):
            problem = _line(compiled, line, bank, show)
            if problem:
                code = 1
                sys.stdout.flush()
                print(
                    f"{'<stdin>' if args.file == '-' else args.file}:{number}: {problem}",
                    file=sys.stderr,
                )
    return code


def _line(compiled: grok.Grok, line: str, bank: Bank, show: Any) -> str:
    """Print what a line holds; what is wrong with it, if something is."""
    try:
        found = compiled.match(line)
    except Failure as failure:
        return str(failure.reason)
    except guard.TimedOut:
        return "gave up: the pattern takes too long on this line"
    if found is not None:
        show(compiled, line, found[0])
        return ""
    reached = reach(compiled.patterns[0], line, bank)
    if reached is None:
        return "no match"
    before = _clean(line[max(0, reached.end - 60) : reached.end])
    after = _clean(line[reached.end : reached.end + 40])
    where = f" (in {' in '.join(reversed(reached.inside))})" if reached.inside else ""
    return (
        f"no match; it matches up to column {reached.end + 1}, where `{reached.piece}` does not{where}\n"
        f"    {before}{after}\n    {' ' * len(before)}^"
    )


def _show_plain(_compiled: grok.Grok, _line: str, fields: dict[str, Any]) -> None:
    print(dumps(fields).decode())


def _show_coloured(compiled: grok.Grok, line: str, fields: dict[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415 - for terminals only
    from rich.text import Text  # noqa: PLC0415

    match = guard.search(compiled.compiled, line)
    styles = ["dim"] * len(line)
    styles[match.start() : match.end()] = ["none"] * (match.end() - match.start())
    shown = Text()
    legend = Text("  ")
    for index, capture in enumerate(compiled.captures):
        colour = _COLOURS[index % len(_COLOURS)]
        for group in capture.groups:
            start, end = match.span(group)
            if start >= 0:
                styles[start:end] = [colour] * (end - start)
        if capture.field in fields:
            legend.append(f"{_clean(capture.field)} ", colour)
    at = 0
    while at < len(line):
        end = at + 1
        while end < len(line) and styles[end] == styles[at]:
            end += 1
        shown.append(_clean(line[at:end]), styles[at])
        at = end
    console = Console(soft_wrap=True, highlight=False, emoji=False)
    console.print(shown)
    console.print(legend)
    console.print(Text(_clean(dumps(fields).decode())))


def _clean(text: str) -> str:
    return text.translate(_CONTROL)


def _lines(name: str) -> Iterator[str]:
    """The lines of a file or of standard input, without their ends."""
    try:
        with sys.stdin.buffer if name == "-" else open(name, "rb") as file:  # noqa: PTH123 - either has lines
            for line in file:
                yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")
    except OSError as error:
        raise ShipperError(f"{name}: {error.strerror}") from None


def _definitions(args: argparse.Namespace) -> dict[str, str]:
    found: dict[str, str] = {}
    if args.definitions_file:
        for number, line in enumerate(_lines(args.definitions_file), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            name, _, text = line.strip().partition(" ")
            if not text.strip():
                raise UsageError(
                    f"{args.definitions_file}:{number}: expected a name, a space and a regular expression"
                )
            found[name] = text.strip()
    for definition in args.definitions:
        name, sign, text = definition.partition("=")
        if not sign or not name:
            raise UsageError(f"shipper grok: -D {definition}: expected NAME=REGEX")
        found[name] = text
    return found


def _list(args: argparse.Namespace, definitions: dict[str, str]) -> int:
    try:
        names = Bank(args.bank, args.flavour, definitions).all()
    except Unsupported as error:
        raise UsageError(f"shipper grok: {error.reason}") from None
    if args.listed and args.listed not in names:
        from shipper.config.suggest import did_you_mean  # noqa: PLC0415 - for a mistake only

        todo = did_you_mean(args.listed, names, "'shipper grok --list' lists the names")
        raise UsageError(f"shipper grok: no name '{args.listed}' in the {args.bank} bank; {todo}")
    for name, text in names.items():
        if args.listed in {"", name}:
            print(name, text)
    return 0


def _wrong(pattern: str, error: Unsupported) -> str:
    words = f"shipper grok: {error.reason}"
    if error.offset is None:
        return words
    return f"{words}, at column {error.offset + 1}\n    {_clean(pattern)}\n    {' ' * len(_clean(pattern[: error.offset]))}^"
