"""``shipper pipeline``: see, try, fetch, compare, register and explain ingest pipelines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shipper.cli.parser import DEFAULT_FILES, add_config_options, config_file
from shipper.config import load
from shipper.errors import ConfigError, UsageError
from shipper.records import SendFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.config.settings import Settings

NAME = "pipeline"
HELP = "See, try, fetch, compare, register and explain ingest pipelines."

_EPILOG = """\
NAME is a file of path.pipelines (./pipelines by default), with or without its ending, or a path such as ./my.yml.
list, test and explain need no cluster and no configuration.

examples:
  shipper pipeline test ./my.yml access.log       run a file's lines through a pipeline here, print the documents
  shipper pipeline test nginx-access              its samples, compared with what is expected
  shipper pipeline explain nginx-access           which steps are fast, what cannot run here and why
  shipper pipeline pull my-pipeline -c config.yml fetch it from the cluster, with what it calls"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str, more: str = "") -> argparse.ArgumentParser:
        one = actions.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}. {more}",
        )
        if name != "list":
            one.add_argument("name", metavar="NAME", help="pipeline's file, or its path")
        add_config_options(one)
        return one

    action("list", "what the files are, where each runs, and why not at the edge")
    pulled = action(
        "pull",
        "fetch a pipeline and all that it calls from the cluster",
        "A file that differs is not overwritten without --force.",
    )
    pulled.add_argument("--to", metavar="DIR", type=Path, help="folder (default: path.pipelines)")
    pulled.add_argument("--force", action="store_true", help="overwrite files that differ")
    tested = action(
        "test",
        "run lines through a pipeline here, and print or compare the documents",
        "Without FILE the lines are samples/NAME/lines.log beside the pipeline, and the documents are compared with"
        " expected.ndjson there. Exit code 1: a difference, or an event whose failure the pipeline does not handle.",
    )
    tested.add_argument("files", metavar="FILE", nargs="*", type=Path, help="log files")
    tested.set_defaults(more_words=[])
    tested.add_argument(
        "--input", metavar="ID", help="input of the configuration to read them with"
    )
    tested.add_argument(
        "--record", action="store_true", help="write what comes out as what is expected"
    )
    tested.add_argument(
        "--cluster", action="store_true", help="run the same in the cluster, and compare"
    )
    tested.add_argument(
        "--full", action="store_true", help="print what the agent adds to each document, too"
    )
    action(
        "diff",
        "hold a file beside what the cluster has registered",
        "Exit code 1: they differ, or it is not registered.",
    )
    pushed = action(
        "push",
        "register a pipeline in the cluster, with all that it calls",
        "Under a name with a hash of its content; nothing that Shipper did not make is changed.",
    )
    pushed.add_argument("--dry-run", action="store_true", help="show the plan and change nothing")
    explained = action("explain", "which steps take the fast way here, what is refused and why")
    explained.add_argument("--source", action="store_true", help="show the generated code as well")
    explained.add_argument("--input", metavar="ID", help="input of the configuration it runs for")


def run(args: argparse.Namespace) -> int:
    """
    Run one action.

    Returns:
        1 if what was asked about is not fine.
    """
    from shipper.cli import pipeline_cluster, pipeline_view  # noqa: PLC0415 - loads the engine

    done: dict[str, Callable[[argparse.Namespace, Settings | None], int]] = {
        "list": pipeline_view.show_list,
        "test": pipeline_view.test,
        "explain": pipeline_view.explain,
    }
    if args.action == "test":
        args.files = [*args.files, *args.more_words]
    if args.action in done:
        needed = args.action == "test" and args.cluster
        return done[args.action](args, settings_of(args, needed=needed))
    try:
        return pipeline_cluster.run(args, _required(args))
    except SendFailed as error:
        print(f"{error}; is output.elasticsearch.hosts right?", file=sys.stderr)
        return 1


def _required(args: argparse.Namespace) -> Settings:
    settings = settings_of(args, needed=True)
    assert settings is not None
    return settings


def settings_of(args: argparse.Namespace, *, needed: bool) -> Settings | None:
    """
    The configuration, where there is one.

    Args:
        args: with what `add_config_options` declares.
        needed: there has to be one. Otherwise a default file that cannot be loaded (its secrets may be missing here) is told
            and left out.

    Raises:
        UsageError: there is none though it is needed.
        ConfigError: that of ``-c`` cannot be loaded.
    """
    named = args.config is not None
    if not named and not needed and not any(path.exists() for path in DEFAULT_FILES):
        if args.overrides:
            raise UsageError("--set changes a configuration; name one with -c FILE")
        return None
    try:
        return load(config_file(args), args.overrides)
    except ConfigError as error:
        if named or needed:
            raise
        print(
            f"note: {error.problems[0]}; going on without a configuration, see -c", file=sys.stderr
        )
        return None
