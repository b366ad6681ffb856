"""
Painless, for the ``if`` of processors: text to a checked closure, or refused when loaded.

Written out of its grammar and types; nothing of Python can be reached from a script. What fails while it runs is a ``ScriptFailure`` in the cluster's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.failure import Unsupported
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.objects import VIEW
from shipper.pipeline.painless.parser import parse
from shipper.pipeline.painless.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_READS: Final = "reads"


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
    try:
        block = parse(source, dollar=flavour == "elasticsearch")
        framed = _framed(block)
        translator = Statements(flavour, dict(params or {}), framed=framed)
        run = translator.script(block)
        reads = _reads(block)
    except RecursionError:
        raise Unsupported("a script that is too long to be read", 0) from None
    if framed:
        run = _with_frame(run, translator.slots)
    if flavour == "elasticsearch":
        run = _renamed(run)
    setattr(run, _READS, reads)
    return run


def fields(compiled: Callable[[Mapping[str, Any]], bool]) -> frozenset[str] | None:
    """
    The names of the top-level fields that a condition reads.

    Args:
        compiled: what ``compile`` gave.

    Returns:
        The names; None if it may read any.
    """
    return getattr(compiled, _READS, None)


def _reads(block: tree.Block) -> frozenset[str] | None:
    """The fields that a script reads from ``ctx``; None where it uses ``ctx`` itself."""
    found = set()
    waiting: list[Any] = [block]
    while waiting:
        node = waiting.pop()
        name = _field(node)
        if name is not None:
            found.add(name)
            if isinstance(node, tree.Call | tree.LocalCall):
                waiting += node.arguments[1:]
        elif isinstance(node, tree.Name) and node.name == "ctx":
            return None
        else:
            waiting += _parts(node)
    return frozenset(found)


def _parts(node: Any) -> list[Any]:
    if isinstance(node, list | tuple):
        return list(node)
    if isinstance(node, tree.Node):
        return [getattr(node, name) for name in node.__dataclass_fields__]
    return []


def _field(node: Any) -> str | None:
    """The field that ``ctx.x``, ``ctx['x']``, ``ctx.containsKey('x')`` or ``$('x.y', …)`` names."""
    if (
        isinstance(node, tree.Call)
        and node.name in {"containsKey", "get", "getOrDefault"}
        and node.arguments
    ):
        name = node.arguments[0]
        if _is_ctx(node.target) and isinstance(name, tree.Literal) and isinstance(name.value, str):
            return name.value
        return None
    if (
        isinstance(node, tree.LocalCall)
        and node.name == "$"
        and isinstance(node.arguments[0], tree.Literal)
    ):
        path = str(node.arguments[0].value)
        return None if "." in path else path
    if isinstance(node, tree.Dot | tree.Brace) and _is_ctx(node.target):
        if isinstance(node, tree.Dot):
            return None if node.name == "empty" else node.name
        if isinstance(node.index, tree.Literal) and isinstance(node.index.value, str):
            return node.index.value
    return None


def _is_ctx(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name == "ctx"


def _framed(block: tree.Block) -> bool:
    """Whether a script has variables."""
    waiting: list[Any] = [block]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Declare | tree.Each | tree.Lambda | tree.While | tree.For):
            return True
        waiting += _parts(node)
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
            if failure.root and VIEW in failure.root:
                raise ScriptFailure(
                    failure.root.replace(VIEW, name), failure.cause, foreign=failure.foreign
                ) from None
            raise

    return renamed
