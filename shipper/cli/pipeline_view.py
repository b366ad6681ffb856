"""What ``shipper pipeline list``, ``test`` and ``explain`` print."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipper.agent.address import index_of
from shipper.errors import UsageError
from shipper.records import SendFailed
from shipper.tools import bench as benches
from shipper.tools import samples, simulate, trial
from shipper.tools.compare import differences, shown, within
from shipper.tools.registered import overview
from shipper.tools.ways import left_out_of, ways_of
from shipper.wording import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from shipper.config.settings import Settings
    from shipper.tools.bench import Bench
    from shipper.tools.compare import Difference
    from shipper.tools.trial import Trial, Tried

_DIFFERENCES = 20  # events whose differences are shown
# What a log holds may have been written by anyone: control characters must not reach the terminal.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(10, 32), *range(127, 160))}


def show_list(_args: argparse.Namespace, settings: Settings | None) -> int:
    """Print what the files are; 1 if one of them can run nowhere."""
    known = overview(settings or benches.without_file(Path("pipelines").absolute()))
    for one in known:
        edge = "wrong" if one.wrong else "cluster only" if one.reasons else "edge"
        uses = ", ".join(f"{name} ({where})" for name, where in one.uses) or "no input"
        print(f"{one.path.stem}: {edge}{', ready' if one.ready else ''}; used by {uses}")
        if one.description:
            print(f"    {clean(' '.join(one.description.split()))}")
        for reason in one.reasons:
            print(f"    ! {clean(reason)}")
    return int(any(one.wrong for one in known))


def explain(args: argparse.Namespace, settings: Settings | None) -> int:
    """Print the way of each step; 1 if the pipeline does not load at the edge."""
    bench = benches.find(args.name, settings, args.input)
    tried = trial.Trial(bench)
    flavour = bench.settings.edge.flavour
    where = f"input {bench.one.id}" if bench.configured else "no input of a configuration"
    print(f"{bench.name}: {bench.path}, {flavour}, {where}")
    if tried.troubles:
        print("does not run at the edge:")
        for trouble in tried.troubles:
            print(f"    ! {clean(str(trouble))}")
        _show_left_out(tried)
        return 1
    ways = ways_of(tried)
    print(
        f"runs at the edge; {ways.fast} of {counted(len(ways.steps), 'step takes', 'steps take')} the fast way"
    )
    told = False
    for step in ways.steps:
        if not step.fast and not step.handler and step.line >= ways.ends_at and not told:
            told = True
            print(f"  -- the fast way ends: {clean(ways.reason)}")
        way = "fast " if step.fast else "fails" if step.handler else "plain"
        words = [f"{step.line:5}  {way}  {'  ' * step.depth}{step.kind}", step.what]
        words += [f"[{step.tag}]"] if step.tag else []
        words += [f"if {step.script}"] if step.script else []
        print(clean(" ".join(filter(None, words))))
    _show_left_out(tried)
    for name in ways.calls:
        print(f"calls {clean(name)}")
    if args.source:
        print(f"\n{ways.source}" if ways.source else "\nthere is no generated code")
    return 0


def _show_left_out(tried: Trial) -> None:
    """Print the steps that are not there although the file has them."""
    found = left_out_of(tried)
    if found:
        print("left out, as pipeline.target_steps: ignore says:")
    for one in found:
        where = "" if one.file == tried.bench.path else f"({one.file})"
        words = [f"{one.line:5}  out    {one.kind}", one.what, where]
        print(clean(" ".join(filter(None, words))))


def test(args: argparse.Namespace, settings: Settings | None) -> int:
    """Run lines through a pipeline; 1 for a difference or an unhandled failure."""
    bench = benches.find(args.name, settings, args.input)
    if args.record and len(args.files) > 1:
        raise UsageError("--record takes one FILE at most")
    if args.record and args.files:
        _take(args.files[0], bench)
        args.files = []
    code = 0
    if args.files:
        tried = trial.Trial(benches.with_parsers(bench))
        files = args.files
    else:
        tried = trial.Trial(benches.for_samples(bench))
        files = [_lines_of(bench)]
    try:
        if tried.troubles and not args.cluster:
            for trouble in tried.troubles:
                print(clean(str(trouble)), file=sys.stderr)
            return 1
        for file in files:
            if args.cluster:
                code |= _beside_cluster(tried, file, settings)
            elif args.files:
                code |= _print(tried, file, full=args.full)
            else:
                code |= _samples(tried, file, args)
    except SendFailed as error:
        print(f"{error}; is output.elasticsearch.hosts right?", file=sys.stderr)
        return 1
    finally:
        tried.close()
    return code


def _lines_of(bench: Bench) -> Path:
    file = bench.samples / samples.LINES
    if not file.is_file():
        raise UsageError(
            f"{bench.name} has no samples: there is no {file}; name a log file, or write lines there"
        )
    return file


def _take(file: Path, bench: Bench) -> None:
    """Make a log file the samples of a pipeline."""
    lines = bench.samples / samples.LINES
    content = file.read_bytes()
    if lines.is_file() and lines.read_bytes() != content:
        raise UsageError(
            f"{lines} holds other samples already; add lines there, and run --record without FILE"
        )
    lines.parent.mkdir(parents=True, exist_ok=True)
    lines.write_bytes(content)
    print(f"{file} is {lines} now", file=sys.stderr)


def _outcomes(tried: Trial, file: Path) -> Iterator[tuple[Tried, Any]]:
    path = str(file.absolute())
    for one in tried.file(file):
        yield one, samples.outcome(tried, one, path)


def _print(tried: Trial, file: Path, *, full: bool) -> int:
    """Print what comes of a file's events."""
    count = failed = dropped = handled = 0
    pretty = sys.stdout.isatty()
    for one, value in _outcomes(tried, file):
        count += 1
        failed += one.unhandled
        dropped += one.dropped
        handled += bool(one.failures) and not one.unhandled
        if one.unhandled:
            sys.stdout.flush()
            print(_failure(file, one), file=sys.stderr)
        if one.after is not None:
            print(_json(one.after if full else value, pretty=pretty))
        elif one.dropped:
            sys.stdout.flush()
            print(f"{file}:{one.line}: dropped", file=sys.stderr)
    sys.stdout.flush()
    more = f", {handled} handled their failure" if handled else ""
    print(f"{counted(count, 'event')}, {dropped} dropped, {failed} failed{more}", file=sys.stderr)
    return int(failed > 0)


def _samples(tried: Trial, file: Path, args: argparse.Namespace) -> int:
    """Compare the samples with what is expected, or write it down."""
    folder = file.parent
    expected = samples.expected_of(folder)
    if expected is None and not args.record:
        code = _print(tried, file, full=args.full)
        print(
            f"nothing is expected yet: --record writes this to {folder / samples.EXPECTED}",
            file=sys.stderr,
        )
        return code
    verdicts = samples.compare(expected or [], _outcomes(tried, file))
    wrong = [verdict for verdict in verdicts if verdict.differences]
    for verdict in wrong[:_DIFFERENCES] if expected is not None else []:
        tried_one = verdict.tried
        place = f"{file}:{tried_one.line}" if tried_one else f"{file}: no event"
        print(clean(f"{place} differs from {folder / samples.EXPECTED}:{verdict.number}"))
        for line in diff_lines(verdict.differences):
            print(f"    {clean(line)}")
        if tried_one is not None and tried_one.unhandled:
            print(f"    {_failure(file, tried_one)}")
    if len(wrong) > _DIFFERENCES and expected is not None:
        print(f"and {len(wrong) - _DIFFERENCES} more")
    if args.record:
        written = samples.record(folder, verdicts, expected or [])
        print(f"{folder / samples.EXPECTED}: {counted(written, 'line')} written of {len(verdicts)}")
        return 0
    print(
        f"{counted(len(verdicts), 'event')}: "
        + (f"{len(wrong)} differ" if wrong else "all as expected")
    )
    return int(bool(wrong))


def _beside_cluster(tried: Trial, file: Path, settings: Settings | None) -> int:
    """Run a file's events here and in the cluster, and compare."""
    assert settings is not None
    one = tried.bench.one
    with_close = simulate.client_of(settings)
    try:
        product = with_close.info().product
        if product != tried.bench.settings.edge.flavour:
            print(
                f"note: pipeline.flavour is {tried.bench.settings.edge.flavour}, the cluster is {product}:"
                " what they do differently will differ",
                file=sys.stderr,
            )
        began = time.time()
        all_tried = list(tried.file(file))
        documents = [
            {
                "_index": index_of(one.data_stream, each.before, trial.stamp_now()),
                "_id": each.identity,
                "_source": each.before,
            }
            for each in all_tried
        ]
        body = simulate.body_of(with_close, one)
        there = simulate.simulate(with_close, body, documents)
        ended = time.time()
    finally:
        with_close.close()
    for trouble in tried.troubles:
        print(f"does not run at the edge: {clean(str(trouble))}", file=sys.stderr)
    wrong = 0
    path = str(file.absolute())
    for here, its in zip(all_tried, there, strict=True):
        if tried.edge is None:
            own = tried.own(path, here.event, str(here.before.get("@timestamp")))
            value = trial.without(its.source, own) if its.source is not None else None
            print(
                _json(value if its.failure is None else {"_failed": its.failure[1]}, pretty=False)
            )
            continue
        found = beside(here, its, began, ended)
        wrong += bool(found)
        if found:
            print(f"{file}:{here.line} differs: - the edge, + the cluster")
            for line in diff_lines(found):
                print(f"    {clean(line)}")
    if tried.edge is not None:
        print(
            f"{counted(len(there), 'event')}: "
            + (f"{wrong} differ" if wrong else "the same in both")
        )
    return int(wrong > 0 or tried.edge is None)


def beside(here: Tried, there: simulate.Simulated, began: float, ended: float) -> list[Difference]:
    """Where the edge's result and the cluster's differ."""
    same = within(began, ended, here.foreign)
    left: Any = here.after if here.refused is None else {"_failed": here.refused[0]}
    right: Any = there.source if there.failure is None else {"_failed": there.failure[0]}
    return differences(left, right, same)


def diff_lines(found: list[Difference]) -> Iterator[str]:
    """Differences as lines with - and +."""
    for one in found:
        yield f"- {one.path or 'document'}: {shown(one.left)}"
        yield f"+ {one.path or 'document'}: {shown(one.right)}"


def _failure(file: Path, one: Tried) -> str:
    if one.failures:
        last = one.failures[-1]
        what = f"{last.kind} ({last.place}) failed: {last.reason}{last.hint}"
    else:
        what = f"refused: {one.refused[1] if one.refused else 'unknown'}"
    return clean(f"{file}:{one.line}: {what}")


def _json(value: Any, *, pretty: bool) -> str:
    return clean(json.dumps(value, ensure_ascii=False, indent=2 if pretty else None))


def clean(text: str) -> str:
    """A text without characters that would steer the terminal."""
    return text.translate(_CONTROL).encode("utf-8", "backslashreplace").decode()
