"""
Steps of a pipeline that choose an event's id or index, which are Shipper's to choose.

Pure. One rule for both places: such a step is refused, or left out where the user says ``target_steps: ignore``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.config.document import Listing, Scalar, Table
from shipper.config.pipeline_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shipper.config.document import Node

KINDS: Final = frozenset({"reroute", "date_index_name"})
WAY: Final = (
    "remove it, or say pipeline.target_steps: ignore, or name a pipeline of the cluster by its id"
)
_OWN: Final = ("_id", "_index")
_READS_FIELD: Final = frozenset(
    {"grok", "dissect", "date", "csv", "kv", "foreach", "user_agent", "geoip"}
)


def written(kind: str, options: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """
    What a step says that it writes and is not its to write.

    Args:
        kind: of the processor.
        options: its options.

    Yields:
        Name of the option, and ``_id`` or ``_index``.
    """
    reads = kind in _READS_FIELD or (kind != "rename" and bool(options.get("target_field")))
    for name in ("target_field",) if reads else ("field", "target_field"):
        values = options.get(name)
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str) and value.removeprefix("_source.") in _OWN:
                yield name, value


def left_out(root: Table, *, keep: frozenset[str] = frozenset()) -> Table:
    """
    A pipeline without the steps that do nothing but choose a target.

    Args:
        root: of its file.
        keep: kinds that stay.

    Returns:
        It, with every other step at its place; a step that must not be missing (of ``foreach``, or the only one of an
        ``on_failure``) is one without effect.
    """
    return _pipeline(root, keep, [])


def which_left_out(root: Table, *, keep: frozenset[str] = frozenset()) -> list[Table]:
    """
    The steps that `left_out` leaves out.

    Args:
        root: of a pipeline's file.
        keep: kinds that stay.

    Returns:
        The items of their lists, in the order of the file.
    """
    out: list[Table] = []
    _pipeline(root, keep, out)
    return out


def _pipeline(table: Table, keep: frozenset[str], out: list[Table]) -> Table:
    """A mapping whose ``processors`` and ``on_failure`` are lists of steps; what is left out is added to ``out``."""
    entries = []
    for key, node in table.entries:
        steps = node
        if key.text in {"processors", "on_failure"} and isinstance(node, Listing):
            steps = _steps(node, keep, out, needed=key.text == "on_failure")
        elif key.text == "processor" and isinstance(node, Table):
            steps = _steps(Listing(node.mark, [node]), keep, out, needed=True).items[0]
        entries.append((key, steps))
    return Table(table.mark, entries)


def _steps(steps: Listing, keep: frozenset[str], out: list[Table], *, needed: bool) -> Listing:
    items: list[Node] = []
    for item in steps.items:
        if isinstance(item, Table) and any(_chooses(*one, keep) for one in item.entries):
            out.append(item)
        else:
            items.append(_inside(item, keep, out))
    if needed and steps.items and not items:
        items.append(_nothing(steps.items[0]))
    return Listing(steps.mark, items)


def _inside(item: Node, keep: frozenset[str], out: list[Table]) -> Node:
    """A step, without those that its handlers and ``foreach`` have."""
    if not isinstance(item, Table):
        return item
    return Table(
        item.mark,
        [
            (key, _pipeline(options, keep, out) if isinstance(options, Table) else options)
            for key, options in item.entries
        ],
    )


def _chooses(key: Scalar, options: Node, keep: frozenset[str]) -> bool:
    """Whether all that a step does is to choose a target."""
    kind = key.text
    if kind in KINDS:
        return kind not in keep
    if kind == "script" or not isinstance(options, Table):
        return False
    found: dict[str, Any] = plain(options)
    values = found.get("field")
    return any(written(kind, found)) and not (isinstance(values, list) and len(values) > 1)


def _nothing(at: Node) -> Table:
    """A step without effect: it writes what belongs to the run and not to the document."""

    def text(value: str) -> Scalar:
        return Scalar(at.mark, value, plain=False, value=value)

    options = Table(
        at.mark,
        [(text("field"), text("_ingest.target_step")), (text("value"), text("left out"))],
    )
    return Table(at.mark, [(text("set"), options)])
