"""
A status report for people: what is wrong first, then routes, the ledger, inputs and files.

Pure: a report in, a rich renderable out. Every text of the report is made harmless first: paths and error messages are
chosen by others and must not steer the terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shipper.telemetry.report import COLUMNS
from shipper.wording import times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from shipper.telemetry.report import (
        FileReport,
        InputReport,
        LedgerReport,
        PipelineReport,
        RouteReport,
        StatusReport,
        StepReport,
    )

FILES_SHOWN = 10
STEPS_SHOWN = 5  # of a pipeline

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_COLORS = {"ok": "green", "backing_off": "yellow", "paused": "bold red", "running": "green"}
_MEANING = {
    "indexed": "searchable in the cluster or the local store",
    "duplicate": "were there already: sent again after a restart or a lost answer",
    "filtered": "left out here by include_lines, exclude_lines or a pipeline, and empty lines",
    "dropped": "dropped by an ingest pipeline of the cluster",
    "dead_lettered": "refused for good, kept here: shipper dead-letter list",
    "failure_store": "went to the data stream's failure store",
    "skipped": "never an event: before seek_to_tail or ignore_older, or lost in a gap",
}


def _safe(text: str) -> str:
    """Show control characters instead of obeying them."""
    return text.translate(_CONTROL).encode("utf-8", "backslashreplace").decode("utf-8")


def size(count: float) -> str:
    """Bytes for people: exact below 10 KiB, three digits above."""
    if abs(count) < 10240:
        return f"{count:,.0f} B"
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        count /= 1024
        if abs(count) < 1024 or unit == "TiB":
            break
    return f"{count:,.1f} {unit}"


def duration(seconds: float) -> str:
    """Seconds for people, two units at most."""
    seconds = max(0.0, seconds)
    if seconds < 10:
        return f"{seconds:.1f} s"
    rest = round(seconds)
    for unit, length, smaller, part in (
        ("d", 86400, "h", 3600),
        ("h", 3600, "m", 60),
        ("m", 60, "s", 1),
    ):
        if rest >= length:
            return f"{rest // length} {unit} {rest % length // part} {smaller}"
    return f"{rest} s"


def render(
    report: StatusReport, *, all_files: bool = False, notes: Iterable[str] = ()
) -> RenderableType:
    """
    Lay a report out.

    Args:
        report: of the agent.
        all_files: show every file instead of the ``FILES_SHOWN`` that lag most.
        notes: what to know about where the report came from.
    """
    parts: list[RenderableType] = [_head(report)]
    parts += [Text(f"note: {_safe(note)}", "yellow") for note in notes]
    parts += _problems(report)
    parts += _routes(report)
    parts += _ledger(report)
    parts += _inputs(report)
    parts += _pipelines(report, all_steps=all_files)
    parts += _files(report, all_files=all_files)
    parts += _counters(report)
    return Group(*parts)


def _head(report: StatusReport) -> Text:
    text = Text()
    text.append(f"shipper {_safe(report.version)}: ")
    text.append(_safe(report.state), _COLORS.get(report.state, "yellow"))
    text.append(", ")
    text.append(
        "healthy" if report.healthy else "NOT HEALTHY", "green" if report.healthy else "bold red"
    )
    if not report.ready:
        text.append(", not ready", "yellow")
    text.append(f"  (process {report.pid}, up {duration(report.now - report.started)})\n")
    output = report.output
    product = " ".join(filter(None, (output.product or output.kind, output.version)))
    text.append(f"output: {_safe(product)} at {_safe(output.target)}")
    if output.kind != "local" and not output.product:
        text.append(" (has not answered yet)", "yellow")
    return text


def _title(text: str) -> list[RenderableType]:
    return [Text(""), Text(text, "bold")]


def _table(*columns: str, right: Iterable[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    right = set(right)
    for name in columns:
        last = name == columns[-1]
        table.add_column(
            name,
            justify="right" if name in right else "left",
            no_wrap=not last,
            overflow="fold",
        )
    return table


def _indent(what: RenderableType) -> Padding:
    return Padding(what, (0, 0, 0, 2), expand=False)


def _problems(report: StatusReport) -> list[RenderableType]:
    lines = [_safe(problem) for problem in report.problems]
    lines += [
        f"input {_safe(one.id)}: {_safe(text)}" for one in report.inputs for text in one.problems
    ]
    lines = list(dict.fromkeys(lines))  # the agent may have listed an input's problem already
    if not lines:
        return [Text("problems: none", "green")]
    table = Table.grid(padding=(0, 1))
    for line in lines:
        table.add_row(Text("!", "bold red"), Text(line))
    return [*_title("PROBLEMS"), _indent(table)]


def _routes(report: StatusReport) -> list[RenderableType]:
    if not report.routes:
        return [*_title("ROUTES"), _indent(Text("none yet"))]
    # Two tables: together they would not fit into 80 columns.
    states = _table(
        "route", "state", "for", "next try", "waiting", "in flight", "limit",
        right={"waiting", "in flight", "limit"},
    )  # fmt: skip
    counts = _table(
        "route", "requests", "failed", "429", "retried",
        right={"requests", "failed", "429", "retried"},
    )  # fmt: skip
    reasons = []
    for route in report.routes:
        states.add_row(*_state_of(route, report.now))
        counts.add_row(
            Text(_safe(route.name)),
            f"{route.requests:,}",
            Text(f"{route.failed_requests:,}", "yellow" if route.failed_requests else ""),
            Text(f"{route.rejected:,}", "yellow" if route.rejected else ""),
            f"{route.retried:,}",
        )
        if route.reason and route.state != "ok":
            reasons.append(Text(f"{_safe(route.name)}: {_safe(route.reason)}", "yellow"))
    return [*_title("ROUTES"), _indent(states), *map(_indent, reasons), _indent(counts)]


def _state_of(route: RouteReport, now: float) -> list[RenderableType]:
    next_try = "" if not route.next_try else "now"
    if route.next_try > now:
        next_try = f"in {duration(route.next_try - now)}"
    return [
        Text(_safe(route.name)),
        Text(_safe(route.state).replace("_", " "), _COLORS.get(route.state, "")),
        duration(now - route.since) if route.since else "",
        next_try,
        size(route.pending_bytes),
        size(route.in_flight_bytes),
        size(route.limit_bytes),
    ]


def _ledger(report: StatusReport) -> list[RenderableType]:
    ledger = report.ledger
    table = _table("column", "events", "bytes", "", right={"events", "bytes"})
    table.add_row("read", f"{ledger.read_events:,}", f"{ledger.read_bytes:,}", "")
    for name in COLUMNS:
        events, count = ledger.column(name)
        if events or count or name == "indexed":
            table.add_row(name, f"{events:,}", f"{count:,}", Text(_MEANING[name], "dim"))
    table.add_row(
        "pending", f"{ledger.pending:,}", f"{ledger.pending_bytes:,}", Text("on the way", "dim")
    )
    return [
        *_title("LEDGER since the start"),
        _indent(table),
        _indent(_balance(ledger)),
        *_letters(report),
    ]


def _balance(ledger: LedgerReport) -> Text:
    left = ledger.unaccounted_bytes
    if not left:
        return Text("balanced: every byte that was read is in exactly one column", "green")
    where = "in no column" if left > 0 else "in more than one column"
    return Text(
        f"DOES NOT BALANCE: {abs(left):,} {'byte is' if abs(left) == 1 else 'bytes are'} {where}. This is a bug of Shipper: keep path.data and the "
        "log files, and report it with the output of 'shipper status --json'",
        "bold red",
    )


def _letters(report: StatusReport) -> list[RenderableType]:
    output = report.output
    if not output.dead_letters:
        return []
    taken = f" ({size(output.dead_letter_bytes)} of {size(output.dead_letters_limit)})"
    return [
        _indent(
            Text(
                f"dead letters kept: {output.dead_letters:,}{taken}; why: shipper dead-letter list",
                "yellow",
            )
        )
    ]


def _inputs(report: StatusReport) -> list[RenderableType]:
    table = _table(
        "input",
        "files",
        "settled",
        "behind",
        "oldest",
        "route",
        right={"settled", "behind", "oldest"},
    )
    for one in report.inputs:
        table.add_row(*_input(one))
    shown: RenderableType = table if report.inputs else Text("none")
    return [*_title("INPUTS"), _indent(shown)]


def _input(one: InputReport) -> list[RenderableType]:
    states: dict[str, int] = {}
    for file in one.files:
        states[file.state] = states.get(file.state, 0) + 1
    counts = ", ".join(f"{count} {_safe(state)}" for state, count in states.items())
    # With a problem, what the globs match is not known: it stands above, under PROBLEMS.
    found = "none can be read of" if one.problems else "none match"
    files = Text(counts) if counts else Text(f"{found} {_safe(', '.join(one.paths))}", "yellow")
    return [
        Text(_safe(one.id)),
        files,
        size(one.ledger.settled_bytes),
        size(sum(file.lag_bytes for file in one.files)),
        _age(max((file.lag_seconds for file in one.files), default=0.0)),
        Text(_safe(one.route)),
    ]


def _age(seconds: float) -> Text:
    if not seconds:
        return Text("-")
    return Text(duration(seconds), "yellow" if seconds > 60 else "")


def _pipelines(report: StatusReport, *, all_steps: bool) -> list[RenderableType]:
    found = [(one.id, one.pipeline) for one in report.inputs if one.pipeline is not None]
    if not found:
        return []
    counted = {"events", "fast", "dropped", "failed", "refused"}
    table = _table(
        "input", "runs in", "events", "fast", "dropped", "failed", "refused", "pipeline",
        right=counted,
    )  # fmt: skip
    parts: list[RenderableType] = []
    for name, one in found:
        table.add_row(*_pipeline(name, one))
        parts += [
            _indent(Text(f"{_safe(name)}: not at the edge: {_safe(why)}", "yellow"))
            for why in one.reasons
        ]
        parts += _steps(name, one.steps, all_steps=all_steps)
    return [*_title("PIPELINES"), _indent(table), *parts]


def _pipeline(name: str, one: PipelineReport) -> list[RenderableType]:
    reloads = f"  (reloaded {times(one.reloads)})" if one.reloads else ""
    row: list[RenderableType] = [Text(_safe(name)), Text(_safe(one.where))]
    if one.where != "edge":
        return [*row, "", "", "", "", "", Text(_safe(one.name) + reloads)]
    share = f"{one.fast / one.events:.0%}" if one.events else "-"
    return [
        *row,
        f"{one.events:,}",
        share,
        f"{one.dropped:,}",
        Text(f"{one.failed:,}", "yellow" if one.failed else ""),
        Text(f"{one.refused:,}", "yellow" if one.refused else ""),
        Text(_safe(one.name) + reloads),
    ]


def _steps(name: str, steps: list[StepReport], *, all_steps: bool) -> list[RenderableType]:
    """The steps that fail, and those that take most time; all of them with ``all_steps``."""
    worth = [step for step in steps if step.failures or step.seconds]
    shown = sorted(worth, key=lambda step: (-step.failures, -step.seconds))[:STEPS_SHOWN]
    if all_steps:
        shown = steps
    if not shown:
        return []
    table = _table(
        "line", "processor", "events", "failures", "µs each", "time", "tag",
        right={"line", "events", "failures", "µs each", "time"},
    )  # fmt: skip
    for step in shown:
        each = f"{step.seconds / step.events * 1e6:.1f}" if step.events and step.seconds else "-"
        table.add_row(
            f"{step.line:,}",
            Text(_safe(step.processor)),
            f"{step.events:,}",
            Text(f"{step.failures:,}", "yellow" if step.failures else ""),
            each,
            duration(step.seconds) if step.seconds else "-",
            Text(_safe(step.tag)),
        )
    return [_indent(Text(f"steps of {_safe(name)}", "dim")), _indent(table)]


def _files(report: StatusReport, *, all_files: bool) -> list[RenderableType]:
    files = [file for one in report.inputs for file in one.files]
    if not files:
        return []
    shown = files
    title = "FILES"
    if not all_files:
        worth = [file for file in files if file.lag_bytes or file.note]
        shown = sorted(worth, key=lambda file: (-file.lag_seconds, -file.lag_bytes))[:FILES_SHOWN]
        title = "FILES that are behind or left alone, the oldest first"
    table = _table(
        "state",
        "settled",
        "size",
        "behind",
        "for",
        "file",
        right={"settled", "size", "behind", "for"},
    )
    for file in shown:
        table.add_row(*_file(file))
    parts: list[RenderableType] = _title(title)
    parts.append(
        _indent(table if shown else Text("none: everything in the files is settled", "green"))
    )
    if left := len(files) - len(shown):
        parts.append(_indent(Text(f"{left:,} more, see --files", "dim")))
    return parts


def _file(file: FileReport) -> list[RenderableType]:
    path = Text(_safe(file.path))
    if file.note:
        path.append(f"  {_safe(file.note)}", "yellow")
    return [
        Text(_safe(file.state), "yellow" if file.state in {"held", "waiting"} else ""),
        f"{file.offset:,}",
        f"{file.size:,}",
        size(file.lag_bytes),
        _age(file.lag_seconds),
        path,
    ]


def _counters(report: StatusReport) -> list[RenderableType]:
    counted = [
        f"{_safe(name)} {count:,}" for name, count in sorted(report.counters.items()) if count
    ]
    return (
        [*_title("COUNTED since the start"), _indent(Text(", ".join(counted)))] if counted else []
    )
