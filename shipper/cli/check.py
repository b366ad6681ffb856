"""``shipper check``: what is wrong with a configuration, what it would read now, and whether the cluster would take it."""

from __future__ import annotations

import json
import logging
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from shipper.cli.parser import add_config_options, config_file, load_settings
from shipper.config import mask
from shipper.errors import UsageError
from shipper.wording import counted

if TYPE_CHECKING:
    import argparse

    from shipper.tools.check import Report
    from shipper.tools.cluster_check import Finding, Findings

NAME = "check"
HELP = (
    "Check a configuration and the files that its inputs match now; nothing is read or sent. With --cluster: check the"
    " cluster, the login and its rights as well, and try the last lines of each input; nothing is written."
)
_WIDTH = 96
_SHOWN = 12  # lines of a document


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_config_options(parser)
    parser.add_argument(
        "--cluster", action="store_true", help="check the cluster, and try the last lines"
    )
    parser.add_argument("--verbose", action="store_true", help="with --cluster: whole documents")
    parser.add_argument("--json", action="store_true", help="with --cluster: JSON for machines")


def run(args: argparse.Namespace) -> int:
    """Print the report; return 0 when all is fine, 1 when something beside the file is not."""
    from shipper.tools.check import check  # noqa: PLC0415 - after the options are understood

    if (args.json or args.verbose) and not args.cluster:
        raise UsageError("shipper check: --json and --verbose go with --cluster")
    report = check(config_file(args), args.overrides)
    if not args.json:
        print(mask(_summary(report)))
        for line in report.warnings:
            print(mask(f"warning: {line}"), file=sys.stderr)
        for line in report.errors:
            print(mask(f"error: {line}"), file=sys.stderr)
    if not args.cluster:
        return report.exit_code
    from shipper.tools.cluster_check import check_cluster  # noqa: PLC0415 - imports the HTTP client

    # What the client logs is told below, with what to do; unconfigured, logging would print it once more.
    logging.getLogger("shipper").addHandler(logging.NullHandler())
    findings = check_cluster(load_settings(args))
    if args.json:
        print(mask(json.dumps(_machine(report, findings), indent=2, ensure_ascii=False)))
    else:
        _show(findings, verbose=args.verbose)
    return 1 if findings.failed else report.exit_code


def _summary(report: Report) -> str:
    lines = [] if report.errors else [f"{report.file}: the configuration is right"]
    for one in report.inputs:
        state = "" if one.enabled else " (not enabled)"
        lines.append(f"input {one.id}{state} → {one.route}")
        lines += [
            f"  {count:>5} file{'s' if count != 1 else ' '} {glob}" for glob, count in one.globs
        ]
    lines.append(f"output {report.output}")
    lines += [f"  {key} from {origin}" for key, origin in report.origins.items()]
    lines.append(f"state in {report.path_data}")
    return "\n".join(lines)


def _machine(report: Report, findings: Findings) -> dict[str, Any]:
    return {
        "file": str(report.file),
        "errors": report.errors,
        "warnings": report.warnings,
        "findings": [
            {
                "part": one.part,
                "level": one.level,
                "text": one.text,
                **({"todo": one.todo} if one.todo else {}),
                **({"document": one.document} if one.document is not None else {}),
            }
            for one in findings.found
        ],
    }


def _show(findings: Findings, *, verbose: bool) -> None:
    part = ""
    for one in sorted(findings.found, key=_order(findings)):
        if one.part != part:
            part = one.part
            print(mask(f"\n{part}"))
        print(mask(_finding(one, verbose=verbose)))
    errors = sum(one.level == "error" for one in findings.found)
    warnings = sum(one.level == "warning" for one in findings.found)
    unknown = sum(one.level == "unknown" for one in findings.found)
    counts = f"{_many(errors, 'error')}, {_many(warnings, 'warning')}"
    rest = f", {unknown} that cannot be known" if unknown else ""
    print(f"\n{counts}{rest}; nothing was written to the cluster")


def _order(findings: Findings) -> Any:
    """Parts in the order in which they were first looked at."""
    parts = list(dict.fromkeys(one.part for one in findings.found))
    return lambda one: parts.index(one.part)


def _finding(one: Finding, *, verbose: bool) -> str:
    lines = textwrap.wrap(
        one.text,
        _WIDTH,
        initial_indent=f"  {one.level:<8}",
        subsequent_indent=" " * 10,
        break_long_words=False,
        break_on_hyphens=False,
    )
    if one.todo:
        lines += textwrap.wrap(
            one.todo,
            _WIDTH,
            initial_indent="          → ",
            subsequent_indent=" " * 12,
            break_long_words=False,
            break_on_hyphens=False,
        )
    document = one.document if verbose else one.short
    if document is not None:
        lines += _document(document, verbose=verbose)
    return "\n".join(lines)


def _document(document: dict[str, Any], *, verbose: bool) -> list[str]:
    text = json.dumps(document, indent=2, ensure_ascii=False)
    lines = [f"          {line}" for line in text.splitlines()]
    if verbose:
        return lines
    flat = [
        f"          {name}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in sorted(_flat(document), key=_place)
    ]
    lines = [line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…" for line in flat]
    if len(lines) > _SHOWN:
        rest = len(lines) - _SHOWN
        return [
            *lines[:_SHOWN],
            f"          … and {rest} more field{'s' if rest > 1 else ''} (--verbose)",
        ]
    return lines


def _flat(document: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in document.items():
        if isinstance(value, dict) and value:
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found


def _place(field: tuple[str, Any]) -> tuple[int, str]:
    first = ("@timestamp", "message")
    return (first.index(field[0]) if field[0] in first else len(first), field[0])


def _many(count: int, word: str) -> str:
    return counted(count, word) if count else f"no {word}s"
