"""
Definitions of pipelines: from a file's bytes to steps that run, or to the reasons why not.

JSON (tabs are fine, and what ``GET _ingest/pipeline/NAME`` answers too) or YAML of the 1.2 core schema. Loading is strict and names everything it finds, with
its place: what is wrong everywhere, and what only the cluster can do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.config import target_steps
from shipper.config.document import Listing, Mark, Scalar, Table, describe
from shipper.config.masking import quote
from shipper.config.suggest import did_you_mean
from shipper.pipeline.document import java_int
from shipper.pipeline.execution import guarded, run_pipeline
from shipper.pipeline.failure import Unsupported
from shipper.pipeline.nodes import KEYS, read_nodes
from shipper.pipeline.options import (
    ELASTICSEARCH,
    PRODUCTS,
    WAY_OUT,
    Build,
    EdgeSettings,
    Options,
    Trouble,
    plain,
)
from shipper.pipeline.processors import CLUSTER_ONLY, ONLY, PROCESSORS, builder
from shipper.pipeline.values import hash_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shipper.config.document import Node
    from shipper.pipeline.document import Document
    from shipper.pipeline.processors import Run

_INSTEAD = {
    "copy": "write set with copy_from",
    "remove_by_pattern": "write remove with field or keep",
    "terminate": "write drop, or conditions on the steps that follow",
}
COMMON = ("description", "tag", "if", "ignore_failure", "on_failure")


def _nothing(document: Document) -> None:
    """Run of a step that could not be built; its pipeline never runs."""


@dataclass(slots=True, eq=False)
class Step:
    """
    One processor of a pipeline, built.

    Attributes:
        kind: the processor's type.
        mark: where it stands.
        options: as written, common keys included.
        run: over a document, its own handlers included.
        condition: over ``ctx``, None where it has no ``if``.
        script: text of the condition.
        count, failures: how often it ran and failed.
        fast: how often of that in the compiled head, where nothing is timed.
        timed, seconds: how many of its runs were timed, and how long they took together.
    """

    kind: str
    mark: Mark
    options: dict[str, Any]
    run: Run = _nothing
    tag: str | None = None
    condition: Callable[[dict[str, Any]], Any] | None = None
    script: str | None = None
    ignore_failure: bool = False
    on_failure: list[Step] = field(default_factory=list)
    count: int = 0
    failures: int = 0
    fast: int = 0
    timed: int = 0
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Pipeline:
    """
    A pipeline that runs at the edge.

    Attributes:
        name: of its file, without ending.
        source: what messages call the file.
        body: the definition as plain Python, as the cluster's API takes it.
        steps: its processors.
        on_failure: handlers of what no step handles.
        calls: names of the pipelines that it may call.
        flavour: the product whose meaning counts.
    """

    name: str
    source: str
    body: dict[str, Any]
    steps: list[Step] = field(default_factory=list)
    on_failure: list[Step] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)
    flavour: str = ELASTICSEARCH

    def run(self, document: Document, start: int = 0) -> None:
        """
        Run it over a document.

        Raises:
            Raised: a processor failed and nothing handled it.
        """
        run_pipeline(self, document, start)

    def all_steps(self) -> Iterator[Step]:
        """Every step, handlers included, in the order of the file."""
        stack = [*reversed(self.on_failure), *reversed(self.steps)]
        while stack:
            step = stack.pop()
            yield step
            stack += reversed(step.on_failure)


@dataclass(slots=True)
class Loaded:
    """
    What loading a pipeline came to.

    Attributes:
        pipeline: to run; None where there are troubles.
        troubles: in the order found.
        body: the definition as plain Python, where it could be read at all.
    """

    pipeline: Pipeline | None
    troubles: list[Trouble]
    body: dict[str, Any] | None = None

    @property
    def wrong(self) -> list[Trouble]:
        """Troubles that no cluster would take either."""
        return [trouble for trouble in self.troubles if not trouble.refused]


class Library:
    """
    Pipelines by name, loaded when they are asked for, each once.

    Args:
        read: from a name to a file's content and what messages call it; None where there is no such file.
        settings: of the edge.
    """

    def __init__(
        self, read: Callable[[str], tuple[bytes, str] | None], settings: EdgeSettings | None = None
    ) -> None:
        self._read = read
        self.settings = settings or EdgeSettings()
        self._loaded: dict[str, Loaded] = {}
        self._loading: list[str] = []

    @classmethod
    def of(cls, bodies: dict[str, dict[str, Any]], settings: EdgeSettings | None = None) -> Library:
        """A library of definitions that are plain Python already."""

        def read(name: str) -> tuple[bytes, str] | None:
            body = bodies.get(name)
            return None if body is None else (json.dumps(body, ensure_ascii=False).encode(), name)

        return cls(read, settings)

    def load(self, name: str) -> Loaded | None:
        """
        Load a pipeline and what it calls.

        Returns:
            None where there is no pipeline of that name.
        """
        found = self._loaded.get(name)
        if found is None:
            content = self._read(name)
            if content is None:
                return None
            self._loading.append(name)
            try:
                found = self._load(name, *content)
            finally:
                self._loading.pop()
            self._loaded[name] = found
        return found

    def _load(self, name: str, content: bytes, source: str) -> Loaded:
        troubles: list[Trouble] = []
        root = read_nodes(content, source, troubles)
        if root is None:
            return Loaded(None, troubles)
        if self.settings.target_steps == "ignore":
            root = target_steps.left_out(root)
        body = plain(root)
        pipeline = Pipeline(name, source, body, flavour=self.settings.flavour)
        build = Build(name, self.settings, lambda _name, _mark: None, lambda _node: None, troubles)
        build.inner = lambda called, mark: self._inner(pipeline, called, mark, troubles)
        build.step = lambda node: build_step(node, build)
        _check_keys(root, troubles)
        for key, node in root.entries:
            if key.text == "processors":
                pipeline.steps = _build_steps(node, "processors", build)
            elif key.text == "on_failure" and not (isinstance(node, Scalar) and node.value is None):
                pipeline.on_failure = _build_steps(node, "on_failure", build)
                if _no_steps(node):
                    text = (
                        "on_failure: processors list cannot be empty; remove it, or add a processor"
                    )
                    troubles.append(Trouble(key.mark, text, refused=False))
        return Loaded(None if troubles else pipeline, troubles, body)

    def _inner(
        self, caller: Pipeline, name: str, mark: Mark, troubles: list[Trouble]
    ) -> Pipeline | None:
        if name in self._loading:
            way = " → ".join([*self._loading[self._loading.index(name) :], name])
            troubles.append(
                Trouble(mark, f"pipelines call each other in a circle: {way}", refused=False)
            )
            return None
        found = self.load(name)
        if found is None:
            return None
        caller.calls.add(name)
        for trouble in found.troubles:
            if trouble not in troubles:
                troubles.append(trouble)
        return found.pipeline


def _check_keys(root: Table, troubles: list[Trouble]) -> None:
    seen = {key.text for key, _ in root.entries}
    if "processors" not in seen:
        text = "'processors' is missing; expected a pipeline: a mapping with a list 'processors'"
        troubles.append(Trouble(root.mark, text, refused=False))
    for key, node in root.entries:
        if key.text not in KEYS:
            troubles.append(Trouble(key.mark, _unknown("key", key.text, KEYS), refused=False))
        elif isinstance(node, Scalar) and node.value is None:
            if key.text == "processors":
                text = (
                    "processors: required property is missing; write a list, [] if there are none"
                )
                troubles.append(Trouble(node.mark, text, refused=False))
        elif wrong := _wrong_value(key.text, node):
            troubles.append(
                Trouble(node.mark, f"{key.text}: found {describe(node)}, {wrong}", refused=False)
            )


def _wrong_value(key: str, node: Node) -> str | None:
    value = node.value if isinstance(node, Scalar) else node
    if key == "description" and not isinstance(value, str):
        return "expected a text"
    if key == "_meta" and not isinstance(value, Table):
        return "expected a mapping"
    if key == "deprecated" and not isinstance(value, bool):
        return "expected true or false"
    if key == "field_access_pattern" and value != "classic":
        return "expected classic; the edge reads a name with a dot as a path only"
    if key == "version" and (isinstance(value, bool) or java_int(str(value)) is None):
        return "expected a whole number"
    return None


def _unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    hint = did_you_mean(name, known, f"expected one of {', '.join(known)}")
    return f"unknown {what} {quote(name)}; {hint}"


def _build_steps(node: Node, place: str, build: Build) -> list[Step]:
    if not isinstance(node, Listing):
        text = f"{place}: found {describe(node)}, expected a list of processors"
        build.troubles.append(Trouble(node.mark, text, refused=False))
        return []
    steps: list[Step] = []
    for item in node.items:
        steps += _build_item(item, build)
    return steps


def _no_steps(node: Node) -> bool:
    """Whether a list holds no processor: it is empty, or its items are."""
    if not isinstance(node, Listing):
        return False
    return all(isinstance(item, Table) and not item.entries for item in node.items)


def _build_item(node: Node, build: Build) -> list[Step]:
    """An item of a list of processors: nearly always one, but the cluster takes any number, in a map's order."""
    if not isinstance(node, Table) or len(node.entries) < 2:
        if isinstance(node, Table) and not node.entries:
            return []
        step = build_step(node, build)
        return [] if step is None else [step]
    entries = {key.text: (key, options) for key, options in node.entries}
    steps = [build_step(Table(node.mark, [entries[name]]), build) for name in hash_order(entries)]
    return [step for step in steps if step is not None]


def build_step(node: Node, build: Build) -> Step | None:
    """
    Build one processor.

    Args:
        node: a mapping of the processor's type to its options.
        build: of the pipeline; problems are noted there.

    Returns:
        None where it is no processor that can be built at all.
    """
    if not isinstance(node, Table) or len(node.entries) != 1:
        text = "expected one processor, such as '- set: {field: a, value: b}'"
        build.troubles.append(Trouble(node.mark, text, refused=False))
        return None
    ((key, options),) = node.entries
    kind = key.text
    if not _known(kind, key.mark, build):
        return None
    if not isinstance(options, Table):
        text = (
            f"{kind}: found {describe(options)}, expected the processor's options, a mapping;"
            " write {} if there are none"
        )
        build.troubles.append(Trouble(options.mark, text, refused=False))
        return None
    reader = Options(kind, options, key.mark, build)
    step = Step(kind, key.mark, plain(options))
    tag = reader.text("tag", None)
    step.tag = tag if isinstance(tag, str) else None
    reader.text("description", None)
    step.ignore_failure = reader.flag("ignore_failure", default=False)
    _build_condition(step, reader)
    _build_handlers(step, reader)
    try:
        step.run = builder(kind)(reader, build)
    except Unsupported as error:
        reader.caught(None, error)
    except Exception as error:  # a mistake of ours: the pipeline is refused, and the agent goes on
        reader.refuse(None, f"internal error: {error!r}")
    reader.finish(COMMON)
    _check_own(step, reader)
    if step.ignore_failure or step.on_failure:
        step.run = guarded(step, ignore_failure=step.ignore_failure, handlers=step.on_failure)
    return step


def _check_own(step: Step, reader: Options) -> None:
    """Ids and targets are Shipper's; the same rule as for pipelines that are registered in the cluster."""
    for name, value in target_steps.written(step.kind, step.options):
        reader.wrong(name, f"sets {value}", f"Shipper decides it; {target_steps.WAY}")


def _known(kind: str, mark: Mark, build: Build) -> bool:
    if kind in CLUSTER_ONLY:
        text = f"the processor {quote(kind)} does not run at the edge: {CLUSTER_ONLY[kind]}"
        way = target_steps.WAY if kind in target_steps.KINDS else WAY_OUT
        build.troubles.append(Trouble(mark, text, refused=True, way=way))
        return False
    if kind not in PROCESSORS:
        from shipper.pipeline import other_tools  # noqa: PLC0415 - for a mistake only

        known = (*PROCESSORS, *CLUSTER_ONLY)
        hint = other_tools.hint(kind) or did_you_mean(
            kind, known, "see the manual's list of processors"
        )
        build.troubles.append(
            Trouble(mark, f"unknown processor {quote(kind)}; {hint}", refused=False)
        )
        return False
    product = ONLY.get(kind)
    if product and product != build.flavour:
        text = (
            f"the processor {quote(kind)} is one of {PRODUCTS[product]}'s, and pipeline.flavour is {build.flavour};"
            f" {_INSTEAD.get(kind, 'remove it')}, or set pipeline.flavour"
        )
        build.troubles.append(Trouble(mark, text, refused=False))
        return False
    return True


def _build_condition(step: Step, reader: Options) -> None:
    node = reader.node("if")
    if node is None:
        return
    script: Any = plain(node)
    if isinstance(script, dict):
        if script.get("lang", "painless") != "painless" or "source" not in script:
            reader.refuse("if", "a stored script, or one of another language than Painless")
            return
        params = script.get("params") or {}
        script = script["source"]
    else:
        params = {}
    if not isinstance(script, str):
        reader.wrong("if", f"found {script!r}, expected a Painless condition", "put it in quotes")
        return
    from shipper.pipeline import painless  # noqa: PLC0415 - only where a condition is used

    try:
        step.condition = painless.compile(script, flavour=reader.build.flavour, params=params)
    except Unsupported as error:
        reader.caught_script("if", error)
    step.script = script


def _build_handlers(step: Step, reader: Options) -> None:
    node = reader.node("on_failure")
    if node is None:
        return
    step.on_failure = _build_steps(node, "on_failure", reader.build)
    if _no_steps(node):
        reader.wrong(
            "on_failure", "processors list cannot be empty", "remove it, or add a processor"
        )
