"""
Painless, for the ``if`` of processors: text to a checked closure, or refused when loaded.

Written out of its grammar and types; nothing of Python can be reached from a script. What fails while it runs is a ``ScriptFailure`` in the cluster's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.painless import tree
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.objects import VIEW
from shipper.pipeline.painless.parser import parse
from shipper.pipeline.painless.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Compiled:
    """
    A condition, ready to run.

    Attributes:
        source: its text.
        run: takes ``Document.ctx``; returns True or False.
        fields: names of the top-level fields that it reads; None if it may read any.
    """

    __slots__ = ("fields", "run", "source")

    def __init__(self, source: str, run: Callable[[Any], bool], fields: frozenset[str] | None) -> None:
        self.source = source
        self.run = run
        self.fields = fields

    def __repr__(self) -> str:
        return f"<Compiled {self.source!r}>"

    def __call__(self, ctx: Mapping[str, Any]) -> bool:
        """
        Whether the condition holds.

        Args:
            ctx: source and metadata of a document; not changed.

        Raises:
            ScriptFailure: the script failed.
        """
        return self.run(ctx)


def compile(  # noqa: A001 - what it does, under the name that callers expect
    source: str, *, flavour: str, params: Mapping[str, Any] | None = None
) -> Callable[[Mapping[str, Any]], bool]:
    """
    Translate a condition.

    Args:
        source: Painless.
        flavour: ``elasticsearch`` or ``opensearch``.
        params: what ``params`` holds.

    Returns:
        A function of ``Document.ctx`` that tells whether the condition holds. It raises ``ScriptFailure`` where the script fails.

    Raises:
        Invalid: no cluster would take it; with an offset.
        Unsupported: the edge cannot do it; with an offset.
    """
    block = parse(source, dollar=flavour == "elasticsearch")
    framed = _framed(block)
    translator = Statements(flavour, dict(params or {}), framed=framed)
    run = translator.script(block)
    if framed:
        run = _with_frame(run, translator.slots)
    if flavour == "elasticsearch":
        run = _renamed(run)
    return run


def _framed(node: Any) -> bool:
    """Whether a script has variables."""
    if isinstance(node, tree.Declare | tree.Each | tree.Lambda | tree.While | tree.For):
        return True
    if isinstance(node, list | tuple):
        return any(map(_framed, node))
    if isinstance(node, tree.Node):
        return any(_framed(getattr(node, name)) for name in node.__dataclass_fields__)
    return False


def _with_frame(run: Callable[[Any], bool], slots: int) -> Callable[[Any], bool]:
    rest = [None, 0, *[None] * (slots - 3)]
    return lambda ctx: run([ctx, *rest])


def _renamed(run: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """The same with Elasticsearch's names in what it raises."""
    name = VIEW.replace("opensearch", "elasticsearch")

    def renamed(ctx: Any) -> bool:
        try:
            return run(ctx)
        except ScriptFailure as failure:
            if failure.reason and VIEW in failure.reason:
                raise ScriptFailure(failure.reason.replace(VIEW, name), failure.cause, foreign=failure.foreign) from None
            raise

    return renamed
