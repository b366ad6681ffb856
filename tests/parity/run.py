"""Runs the cases of ``cases/`` and judges each: equal, refused as the manual says, or unequal."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.parity.case import INDEX, Case, Dropped, Failed, Flavour, Invalid
from tests.parity.edge import edge, foreign_reasons
from tests.parity.outcome import Outcome
from tests.parity.rewrite import rewrite
from tests.parity.rig import Cluster, probe, simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

FOLDER = Path(__file__).parent / "cases"
_THREADS = 3  # calls under way: the node works while the answer before is read
_BULK_SHARE = 10  # one in so many of what succeeds also goes through _bulk: whole pipelines, as registering one is slow
_LARGE = 20  # cases of one pipeline, of which some are drawn instead
_OWN, _OTHER = "org.opensearch.", "org.elasticsearch."


@dataclass
class Result:
    """
    What became of a case.

    Attributes:
        expected: by the oracle; for a pipeline that fails, also where it failed (``probed``).
        found: at the edge, by flavour.
        problems: what differs, in words.
        refused: the edge does not load it, as the manual says.
        bulk: it went through ``_bulk`` too.
    """

    case: Case
    expected: Outcome
    found: dict[Flavour, Outcome] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    refused: bool = False
    bulk: bool = False

    @property
    def failure(self) -> bool:
        """Whether the oracle's result is a failure, or a pipeline that is not taken."""
        return self.expected.kind in {"failed", "invalid"}

    def __str__(self) -> str:
        words = "\n    ".join(self.problems) or ("refused" if self.refused else "equal")
        return f"{self.case}\n    {words}"


def modules() -> list[str]:
    """Names of the files of cases."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def load(name: str) -> ModuleType:
    """One file of cases."""
    return import_module(f"tests.parity.cases.{name}")


def run(name: str, url: str) -> list[Result]:
    """
    Runs one file of cases.

    Args:
        name: of the file.
        url: of the node that is asked.
    """
    module = load(name)
    cases: list[Case] = module.CASES
    threads: int = getattr(module, "THREADS", _THREADS)
    return run_cases(cases, url, jar=getattr(module, "jar", None), threads=threads)


def run_cases(
    cases: Sequence[Case],
    url: str,
    jar: Callable[[list[Case]], list[Outcome]] | None = None,
    threads: int = _THREADS,
) -> list[Result]:
    """Runs cases; ``jar`` is asked for the outcomes of those that have it for their oracle."""
    _check_names(cases)
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.group].append(case)
    local = threading.local()
    clusters: list[Cluster] = []

    def connect() -> Cluster:
        if not hasattr(local, "cluster"):
            local.cluster = Cluster(url)
            clusters.append(local.cluster)
        cluster: Cluster = local.cluster
        return cluster

    try:
        _register(cases, url)
        with ThreadPoolExecutor(threads) as pool:
            asked = pool.map(lambda group: _ask(group, connect, jar), groups.values())
            results = [result for group in asked for result in group]
        places = {id(case): number for number, case in enumerate(cases)}
        results.sort(key=lambda result: places[id(result.case)])
        for group in _grouped(results):
            _compare(group)
        _probe(results, connect)
        _through_bulk(results, connect())
    finally:
        for cluster in clusters:
            cluster.close()
    return results


def _check_names(cases: Sequence[Case]) -> None:
    known: dict[str, Any] = {}
    for case in cases:
        for name, definition in case.pipelines.items():
            assert known.setdefault(name, definition) == definition, (
                f"{name} stands for two pipelines"
            )


def _register(cases: Sequence[Case], url: str) -> None:
    """All pipelines that are called; once, and before anything is asked."""
    cluster = Cluster(url)
    for case in cases:
        if case.oracle == "manual":  # the node may not know its processors
            continue
        for name, definition in case.pipelines.items():
            reason = cluster.register({name: _for_node(case, definition)})
            assert not reason, f"{name}: {reason}"
    cluster.disconnect()


def _for_node(case: Case, pipeline: dict[str, Any]) -> dict[str, Any]:
    return rewrite(pipeline, case.pipelines) if case.oracle == "rewritten" else pipeline


def _ask(
    group: list[Case],
    connect: Callable[[], Cluster],
    jar: Callable[[list[Case]], list[Outcome]] | None,
) -> list[Result]:
    first = group[0]
    if first.oracle == "manual":
        outcomes = [_by_hand(case) for case in group]
    elif first.oracle == "jar":
        assert jar, f"{first.row}: the file of cases has no function 'jar'"
        outcomes = jar(group)
    else:
        pipeline = _for_node(first, first.definition)
        outcomes = simulate(connect(), pipeline, [case.input(n) for n, case in enumerate(group)])
    return [Result(case, outcome) for case, outcome in zip(group, outcomes, strict=True)]


def _by_hand(case: Case) -> Outcome:
    wanted = case.expected
    if isinstance(wanted, Dropped):
        return Outcome("dropped")
    if isinstance(wanted, Invalid):
        return Outcome("invalid")
    if isinstance(wanted, Failed):
        return Outcome(
            "failed", type=wanted.type, reason=wanted.reason, foreign=wanted.reason is None
        )
    return Outcome("document", source=wanted)


def _grouped(results: Sequence[Result]) -> list[list[Result]]:
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.case.group].append(result)
    return list(groups.values())


def _compare(group: list[Result]) -> None:
    case = group[0].case
    documents = [result.case.input(n) for n, result in enumerate(group)]
    for flavour in case.flavours:
        found = edge(case.definition, documents, flavour, case.pipelines, case.settings)
        for result, outcome, document in zip(group, found, documents, strict=True):
            result.found[flavour] = outcome
            _judge(result, flavour, outcome, document)


def _judge(result: Result, flavour: Flavour, outcome: Outcome, document: dict[str, Any]) -> None:
    case, expected = result.case, result.expected
    if case.refused:
        result.refused = outcome.kind == "refused"
        if not result.refused:
            result.problems.append(f"{flavour}: should be refused ({case.refused}), is {outcome}")
        return
    if expected.kind in {"hang", "unseen"}:
        result.problems.append(f"the cluster's answer is no result: {expected}")
        return
    if case.oracle == "manual" and expected.kind == "document":
        metadata = {key: outcome.metadata.get(key) for key in outcome.metadata}
        expected = replace(expected, metadata=metadata, began=outcome.began, ended=outcome.ended)
    if words := _words(result.case, flavour, expected, outcome, document):
        result.problems.append(f"{flavour}: {words}")


def _words(
    case: Case, flavour: Flavour, expected: Outcome, outcome: Outcome, document: dict[str, Any]
) -> str:
    """What differs; empty if nothing does but what the machine under the cluster words."""
    if flavour == "elasticsearch" and case.oracle != "manual":
        expected = _elastic(expected)
    words = expected.difference(outcome)
    if (
        words
        and expected.kind == outcome.kind == "document"
        and "on_failure" in str(case.definition)
    ):
        masked = foreign_reasons(case.definition, document, flavour, case.pipelines, case.settings)
        words = expected.difference(replace(outcome, masked=masked)) if masked else words
    return words


def _elastic(outcome: Outcome) -> Outcome:
    """OpenSearch's answer with the names of Elasticsearch's own classes."""
    if outcome.reason and _OWN in outcome.reason:
        outcome = replace(outcome, reason=outcome.reason.replace(_OWN, _OTHER))
    if outcome.source and _OWN in (text := json.dumps(outcome.source)):
        outcome = replace(outcome, source=json.loads(text.replace(_OWN, _OTHER)))
    return outcome


def _probe(results: Sequence[Result], connect: Callable[[], Cluster]) -> None:
    """Asks again, of what failed alike, which processor failed: with a handler that writes it down."""
    again = [
        result
        for result in results
        if result.expected.kind == "failed"
        and not result.problems
        and not result.refused
        and result.case.oracle in {"node", "rewritten"}
        and "on_failure" not in result.case.definition
    ]
    for group in _grouped(again):
        case = group[0].case
        pipeline = probe(case.definition)
        documents = [result.case.input(n) for n, result in enumerate(group)]
        expected = simulate(connect(), _for_node(case, pipeline), documents)
        for flavour in case.flavours:
            found = edge(pipeline, documents, flavour, case.pipelines, case.settings)
            for result, one, other in zip(group, expected, found, strict=True):
                before = result.found[flavour]
                outcome = replace(other, foreign=before.foreign or before.rooted)
                if words := _words(case, flavour, one, outcome, result.case.input(0)):
                    result.problems.append(f"{flavour}: where it failed: {words}")


def _through_bulk(results: Sequence[Result], cluster: Cluster) -> None:
    """Sends some of the successful cases through ``_bulk``, and reads them back."""
    chosen: list[tuple[Result, dict[str, Any]]] = []
    items = []
    names: dict[str, str] = {}
    sizes = Counter(result.case.group for result in results)
    for number, result in enumerate(results):
        chance = result.case.group if sizes[result.case.group] < _LARGE else str(result.case)
        if not _fit_for_bulk(result) or not _drawn(chance):
            continue
        definition = _for_node(result.case, result.case.definition)
        key = repr(definition)
        if key not in names:
            names[key], reason = cluster.own(definition)
            assert not reason, reason
        document = result.case.input(number)
        chosen.append((result, document))
        items.append((names[key], document))
    if not items:
        return
    cluster.prepare()
    for start in range(0, len(items), 500):
        outcomes = cluster.bulk(items[start : start + 500])
        for (result, document), indexed in zip(chosen[start : start + 500], outcomes, strict=True):
            result.bulk = True
            for flavour, found in result.found.items():
                outcome = replace(indexed, metadata=found.metadata)  # its id is its own
                if words := _words(result.case, flavour, outcome, found, document):
                    result.problems.append(f"{flavour}: through _bulk: {words}")


def _fit_for_bulk(result: Result) -> bool:
    case, expected = result.case, result.expected
    text = str(case.definition)
    return (
        not result.problems
        and not result.refused
        and case.oracle in {"node", "rewritten"}
        and expected.kind in {"document", "dropped"}
        and not case.metadata
        and expected.metadata.get("_index", INDEX) == INDEX
        and not any(word in text for word in ("_id", "_version", "_routing", "_simulate"))
        and "_ingest.pipeline" not in text
    )


def _drawn(text: str) -> bool:
    """Whether the text is among the share that is taken; the same ones in every run."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).digest()[0] % _BULK_SHARE == 0
