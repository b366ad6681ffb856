"""
The command line: finds the command, imports its module and nothing else, prints what went wrong.

A command is a module here with ``NAME``, ``HELP``, ``configure(parser)`` and ``run(args) -> exit code``; it parses and
prints, and decides nothing. Exit codes: 0 fine, 1 the thing asked about is not fine, 2 usage, 78 configuration.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from shipper.errors import ConfigError, ShipperError, UsageError
from shipper.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

# command → (module in this package, one line of help), in the order of the help
COMMANDS = {
    "run": ("run", "read, ship and keep on until stopped"),
    "check": ("check", "check a configuration and the files it names"),
    "setup": ("setup", "put templates and pipelines into the cluster"),
    "rollover": ("rollover", "begin new indices that are due, delete old ones"),
    "status": ("status", "show what a running agent is doing"),
    "search": ("search", "search the local store"),
    "dead-letter": ("dead_letter", "list, show or drop refused events"),
    "checkpoint": ("checkpoint", "list or forget positions in files"),
    "pipeline": ("pipeline", "see, try, fetch and register ingest pipelines"),
    "explain": ("explain", "follow one line of a log file to its document"),
    "grok": ("grok", "try a grok pattern on lines"),
    "schema": ("schema", "print the JSON Schema of configuration files"),
    "version": ("version", "print the versions of everything"),
}
_INTERRUPTED = 130
_BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Args:
        argv: the words after the program's name; those of the process by default.

    Returns:
        The exit code; errors are printed on standard error.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(words)
        sys.stdout.flush()
    except ShipperError as error:
        _tell(error)
        return error.exit_code
    except PermissionError as error:
        # The agent's folder is its user's alone, and whoever looks into it is often somebody else.
        todo = "this user may not: run it as the agent's user, or with sudo"
        print(f"{error.filename}: {error.strerror}; {todo}", file=sys.stderr)
        return ShipperError.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone: nothing is wrong, and nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except SystemExit as stop:  # argparse after --help
        return stop.code if isinstance(stop.code, int) else 0
    return code


def _dispatch(words: list[str]) -> int:
    name = words[0] if words else ""
    if name in {"-h", "--help", "help"}:
        print(_usage())
        return 0
    if name in {"-V", "--version"}:
        name = "version"
    if not words:
        raise UsageError(f"{_usage()}\n\nshipper: no command given; expected one of the above")
    if name not in COMMANDS:
        from shipper.config.suggest import did_you_mean  # noqa: PLC0415 - for a mistake only

        what = "option" if name.startswith("-") else "command"
        todo = did_you_mean(name, COMMANDS, "'shipper --help' lists the commands")
        where = "; options stand behind the command" if what == "option" else ""
        raise UsageError(f"shipper: unknown {what} '{name}'{where}; {todo}")
    command = _load(name)
    from shipper.cli.parser import Parser  # noqa: PLC0415 - argparse is heavy for --help alone

    parser = Parser(prog=f"shipper {name}", description=command.HELP)
    command.configure(parser)
    return int(command.run(parser.parse(words[1:])) or 0)


def _load(name: str) -> Any:
    import importlib  # noqa: PLC0415

    module = f"{__name__}.{COMMANDS[name][0]}"
    try:
        return importlib.import_module(module)
    except ImportError as error:
        missing = error.name or str(error)
        if missing == module:
            raise ShipperError(
                f"shipper {name}: this installation does not have the command"
            ) from None
        raise ShipperError(
            f"shipper {name}: cannot be started, {missing} cannot be imported ({error});"
            " install shipper-agent again, with its dependencies"
        ) from None


def _usage() -> str:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
    return (
        "usage: shipper COMMAND [OPTIONS]\n\n"
        "Ships log files to Elasticsearch and OpenSearch.\n\n"
        f"commands:\n{commands}\n\n"
        "'shipper COMMAND --help' tells a command's options."
    )


def _tell(error: ShipperError) -> None:
    from shipper.config.masking import mask  # noqa: PLC0415 - errors only

    if isinstance(error, ConfigError):
        text = "\n".join([*error.problems, counted(len(error.problems), "problem")])
    else:
        text = str(error)
    print(mask(text), file=sys.stderr)
