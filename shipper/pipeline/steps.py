"""Steps of pipelines: one processor with its condition and its handlers, built from its options, or the reasons why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.config import target_steps
from shipper.config.document import Listing, Mark, Table, describe
from shipper.config.masking import quote
from shipper.config.suggest import did_you_mean
from shipper.pipeline.execution import guarded
from shipper.pipeline.failure import Unsupported
from shipper.pipeline.options import PRODUCTS, WAY_OUT, Build, Options, Trouble, plain
from shipper.pipeline.processors import CLUSTER_ONLY, ONLY, PROCESSORS, builder
from shipper.pipeline.values import hash_order

if TYPE_CHECKING:
    from collections.abc import Callable

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


def build_steps(node: Node, place: str, build: Build) -> list[Step]:
    """
    Build a list of processors.

    Args:
        node: the list.
        place: its key, as messages name it.
        build: of the pipeline; problems are noted there.
    """
    if not isinstance(node, Listing):
        text = f"{place}: found {describe(node)}, expected a list of processors"
        build.troubles.append(Trouble(node.mark, text, refused=False))
        return []
    steps: list[Step] = []
    for item in node.items:
        steps += _build_item(item, build)
    return steps


def no_steps(node: Node) -> bool:
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
    step.on_failure = build_steps(node, "on_failure", reader.build)
    if no_steps(node):
        reader.wrong(
            "on_failure", "processors list cannot be empty", "remove it, or add a processor"
        )
