"""Options of commands: argparse, with errors that say what was probably meant, and the options that many share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from shipper.config import load
from shipper.config.suggest import did_you_mean
from shipper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shipper.config.settings import Settings

DEFAULT_FILES = (Path("config.yml"), Path("/etc/shipper/config.yml"))


class Parser(argparse.ArgumentParser):
    """An argument parser that raises ``UsageError`` instead of ending the process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """
        Parse the words after the command.

        Raises:
            UsageError: they cannot be understood.
        """
        known, rest = self.parse_known_args(words)
        more = getattr(known, "more_words", None)
        if more is not None and not any(word.startswith("-") for word in rest):
            more += map(Path, rest)  # argparse fills what takes many words once only
            rest = []
        if rest:
            word = rest[0]
            if word.startswith("-"):
                todo = did_you_mean(word.partition("=")[0], self._all_options())
                self.error(f"unknown option '{word.partition('=')[0]}'{'; ' if todo else ''}{todo}")
            self.error(f"unexpected '{word}'")
        return known

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found."""
        for action in self._actions:
            words = list(map(str, action.choices or ()))
            for word in _quoted(message) if "invalid choice" in message else ():
                if word not in words and (meant := did_you_mean(word, words)):
                    message += f"; {meant}"
                    break
        if "ignored explicit argument" in message:  # -foo, read as -f with the value oo
            message += "; a word that begins with a minus sign stands behind '--'"
        raise UsageError(f"{self.prog}: {message}; '{self.prog} --help' tells the options")

    def _all_options(self) -> Iterable[str]:
        for action in self._actions:
            yield from action.option_strings
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the only way to ask
                for inner in action.choices.values():
                    yield from inner._all_options()  # noqa: SLF001 - of this class


def _quoted(message: str) -> list[str]:
    return message.split("'")[1:2]


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Add ``-c FILE`` and ``--set key=value``, which ``load_settings`` reads."""
    names = ", then ".join(map(str, DEFAULT_FILES))
    parser.add_argument(
        "-c", "--config", metavar="FILE", type=Path, help=f"configuration file (default: {names})"
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="overrides",
        help="set one key, instead of the file's value (may be repeated)",
    )


def config_file(args: argparse.Namespace) -> Path:
    """
    Return the configuration file: that of ``-c``, or the first default that exists.

    Raises:
        UsageError: none was named and none is there.
    """
    if args.config is not None:
        return Path(args.config)
    for path in DEFAULT_FILES:
        if path.exists():
            return path
    looked = " and ".join(map(str, DEFAULT_FILES))
    raise UsageError(f"no configuration file; looked for {looked}; name one with -c FILE")


def load_settings(args: argparse.Namespace) -> Settings:
    """
    Load the settings that ``-c`` and ``--set`` name.

    Raises:
        UsageError: there is no file.
        ConfigError: with every problem found.
    """
    return load(config_file(args), args.overrides)
