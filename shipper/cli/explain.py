"""``shipper explain``: one line of a log file on its way to a document, step by step."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipper.cli.parser import add_config_options, load_settings
from shipper.config.settings import Elasticsearch
from shipper.errors import ShipperError, UsageError
from shipper.records import SendFailed

if TYPE_CHECKING:
    from shipper.config.settings import Settings
    from shipper.tools.compare import Difference
    from shipper.tools.explain import Followed, Pair
    from shipper.tools.simulate import Simulated
    from shipper.tools.tracer import Stepped

NAME = "explain"
HELP = "Follow one line of a log file to its document."

_EPILOG = """\
Shows which input reads the file, what framing and parsers make of the line, what each processor changes, and the lines that
would be sent; with a cluster as output, what the cluster makes of the same event. Needs no running agent and opens no store:
the first 16 characters of the id stand for the file's key.

example:
  shipper explain /var/log/nginx/access.log:17 -c config.yml"""
_SHOWN = 4  # events of a stage
_BEHIND = {True: ", before the cluster's pipeline", False: "; output.local runs no pipelines"}
_BEFORE = 5.0  # seconds that the edge may have run before the cluster
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
_SIGNS = {"ran": " ", "failed": "✗", "ignored": "!", "dropped": "⌫", "skipped": "·", "not run": "·"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("place", metavar="LOGFILE:LINE", help="a line, counted from 1")
    add_config_options(parser)
    parser.add_argument("--input", metavar="ID", help="the input, where its globs do not tell")
    parser.add_argument("--no-cluster", action="store_true", help="do not ask the cluster")


def run(args: argparse.Namespace) -> int:
    """
    Follow a line.

    Returns:
        1 if it does not become a document, or becomes another in the cluster.

    Raises:
        UsageError: the place cannot be understood.
    """
    from shipper.tools.explain import follow  # noqa: PLC0415 - loads the engine

    name, colon, number = args.place.rpartition(":")
    if not colon or not number.isdecimal() or not int(number):
        raise UsageError(f"{args.place}: expected LOGFILE:LINE, lines counted from 1")
    settings = load_settings(args)
    followed = follow(settings, Path(name), int(number), args.input)
    out = _Printer()
    _read(out, followed)
    if followed.why:
        return 1
    cluster = isinstance(settings.output, Elasticsearch)
    code = _edge(out, followed, cluster=cluster)
    if not followed.refused and not args.no_cluster and cluster:
        code |= _cluster(out, followed, settings)
    return code


class _Printer:
    """Prints lines, in colour on a terminal; what a log holds does not steer it."""

    def __init__(self) -> None:
        self._colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def line(self, text: str = "", colour: str = "") -> None:
        text = text.translate(_CONTROL).encode("utf-8", "backslashreplace").decode()
        if self._colour and colour:
            text = f"\x1b[{colour}m{text}\x1b[0m"
        print(text)

    def title(self, text: str) -> None:
        self.line()
        self.line(text, "1")

    def document(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            self.line(f"    {name}: {json.dumps(value, ensure_ascii=False)}")

    def changes(self, found: list[Difference], indent: str) -> None:
        from shipper.tools.compare import NOTHING, shown  # noqa: PLC0415 - see run

        for one in found:
            if one.left is NOTHING:
                self.line(f"{indent}+ {one.path}: {shown(one.right)}", "32")
            elif one.right is NOTHING:
                self.line(f"{indent}- {one.path}: {shown(one.left)}", "31")
            else:
                self.line(f"{indent}~ {one.path}: {shown(one.left)} → {shown(one.right)}", "33")


def _read(out: _Printer, followed: Followed) -> None:
    one = followed.one
    out.line(f"{followed.path}, line {followed.line}: input {one.id}", "1")
    out.line(f"bytes {followed.start} to {followed.end}, encoding {one.encoding}")
    if followed.why:
        out.line(f"no event: {followed.why}")
        return
    for stage in followed.stages:
        count = len(stage.events)
        out.title(f"{stage.name}{_took(stage.seconds)}")
        for event in stage.events[:_SHOWN]:
            out.line(f"    {json.dumps(event.message, ensure_ascii=False)}")
            if event.flags:
                out.line(f"    flags: {', '.join(event.flags)}")
            if event.fields:
                out.line(f"    fields: {json.dumps(event.fields, ensure_ascii=False, default=str)}")
        if count > _SHOWN:
            out.line(f"    and {count - _SHOWN} more")


def _edge(out: _Printer, followed: Followed, *, cluster: bool) -> int:
    code = 0
    out.title(
        "event before the pipeline" if followed.where else "event (the input has no pipeline)"
    )
    out.document(followed.before)
    trial = followed.trial
    if trial is not None and trial.edge is None and not followed.refused:
        out.title("the pipeline does not run at the edge")
        for trouble in trial.troubles:
            out.line(f"    {trouble}")
    if trial is not None and trial.edge is not None:
        note = (
            "" if followed.where == "edge" else ", as it would run here; the input has run: cluster"
        )
        out.title(f"pipeline {trial.bench.name} at the edge{note}")
        for entry in followed.steps:
            _step(out, entry)
        tried = followed.tried
        if tried is not None and tried.refused:
            out.line(f"  refused: {tried.refused[0]}: {tried.refused[1]}", "31")
            code = 1
    if followed.refused:
        out.title("the pipeline is refused, and nothing is sent until it is mended")
        for problem in followed.refused:
            out.line(f"    {problem}", "31")
        return 1
    out.title("lines of the bulk" + (_BEHIND[cluster] if followed.where == "cluster" else ""))
    for line in followed.lines:
        out.line(line.decode("utf-8", "backslashreplace"))
    if not followed.lines:
        dropped = followed.tried is not None and followed.tried.dropped
        out.line(
            "none: the event is dropped" if dropped else "none: the event becomes a dead letter"
        )
    return code


def _step(out: _Printer, entry: Stepped) -> None:
    indent = "  " * entry.depth
    words = [f"  {_SIGNS[entry.state]} {indent}{entry.kind}", f"({entry.place})"]
    words += [f"[{entry.tag}]"] if entry.tag else []
    if entry.state == "skipped":
        words.append(f"skipped: if {entry.reason}" if entry.reason else "skipped")
    elif entry.state != "ran":
        words.append(entry.state)
    colour = (
        "31" if entry.state == "failed" else "2" if entry.state in {"skipped", "not run"} else ""
    )
    out.line(" ".join(words) + _took(entry.seconds), colour)
    if entry.reason and entry.state in {"failed", "ignored"}:
        out.line(f"      {indent}{entry.reason}", "31")
    out.changes(entry.changes, f"      {indent}")


def _took(seconds: float) -> str:
    return f"  {seconds * 1e6:.1f} µs" if seconds else ""


def _cluster(out: _Printer, followed: Followed, settings: Settings) -> int:
    """What the cluster makes of the event, beside the edge; 1 where they differ."""
    from shipper.tools import simulate  # noqa: PLC0415 - see run

    one = followed.one
    if one.pipeline is None:
        return 0
    logging.getLogger("shipper").addHandler(logging.NullHandler())
    client = simulate.client_of(settings)
    try:
        cluster = client.info()
        began = time.time()
        body = simulate.body_of(client, one)
        document = {
            "_index": followed.index,
            "_id": followed.identity,
            "_source": followed.before,
        }
        (there,) = simulate.simulate(client, body, [document], verbose=True)
        # Verbose answers name conditional processors otherwise, also in what handlers write.
        (whole,) = simulate.simulate(client, body, [document])
    except (SendFailed, ShipperError) as error:
        out.title("in the cluster")
        out.line(f"    not asked: {error}")
        return 0
    finally:
        client.close()
    out.title(f"in the cluster ({cluster})")
    if followed.tried is None:
        return _alone(out, there)
    return _both(out, followed, there, whole, began)


def _alone(out: _Printer, there: Simulated) -> int:
    from shipper.tools.compare import differences  # noqa: PLC0415 - see run

    last: dict[str, Any] = {}
    for step in there.steps:
        out.line(f"    {_told(step)}")
        doc = step.get("doc")
        if isinstance(doc, dict):
            out.changes(differences(last, doc["_source"]) if last else [], "        ")
            last = doc["_source"]
    if there.source is not None:
        out.title("document")
        out.document(there.source)
    return int(there.failure is not None)


def _told(step: dict[str, Any]) -> str:
    words = [str(step.get("processor_type"))]
    words += [f"[{step['tag']}]"] if step.get("tag") else []
    words.append(str(step.get("status", "")))
    error = step.get("error") or (step.get("ignored_error") or {}).get("error")
    words += [f"{error.get('type')}: {error.get('reason')}"] if isinstance(error, dict) else []
    return " ".join(words)


def _both(
    out: _Printer, followed: Followed, there: Simulated, whole: Simulated, began: float
) -> int:
    from shipper.cli.pipeline_view import beside as results  # noqa: PLC0415 - see run
    from shipper.cli.pipeline_view import diff_lines  # noqa: PLC0415
    from shipper.tools.compare import shown, within  # noqa: PLC0415
    from shipper.tools.explain import beside  # noqa: PLC0415

    assert followed.tried is not None
    began, ended = began - _BEFORE, time.time()
    texts = within(began, ended, followed.tried.foreign)

    def same(left: str, right: str) -> bool:
        word = "conditional: "  # a verbose answer has the processor's name instead
        return texts(left, right) or (left.startswith(word) and right.endswith(left[len(word) :]))

    unlike = 0
    width = 44
    out.line(f"      {'edge':<{width}}cluster", "2")
    for pair in beside(followed.steps, there, same):
        bad = pair.here is None or pair.there is None or bool(pair.differences)
        unlike += bad
        left, right = _sides(pair)
        out.line(f"  {'≠' if bad else '='}   {left:<{width}}{right}", "31" if bad else "")
        for one in pair.differences:
            out.line(f"        {one.path}:", "31")
            out.line(f"          edge     {shown(one.left)}")
            out.line(f"          cluster  {shown(one.right)}")
    found = results(followed.tried, whole, began, ended)
    if found:
        out.line("the documents differ: - the edge, + the cluster", "31")
        for line in diff_lines(found):
            out.line(f"    {line}")
    elif unlike:
        out.line("the steps differ, the documents are the same", "33")
    else:
        out.line("the same in both", "32")
    return int(bool(found))


def _sides(pair: Pair) -> tuple[str, str]:
    here, there = pair.here, pair.there
    left = "" if here is None else f"{'  ' * here.depth}{here.kind} ({here.place}) {here.state}"
    return left, "" if there is None else _told(there)
