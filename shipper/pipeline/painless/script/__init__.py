"""
Painless scripts in ``void`` mode: text to a checked closure that changes a document, or refused when loaded.

Built on what conditions are made of; loaded by pipelines that have scripts, and by no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.failure import Failure, Invalid, Raised, Unsupported
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.objects import VIEW
from shipper.pipeline.painless.parser import parse
from shipper.pipeline.painless.script import walking, world
from shipper.pipeline.painless.script.statements import Script

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.values import ZonedDateTime

_LONGEST: Final = 65535
_VIEWS: Final = {
    "UnmodifiableIngestData": "java.util.HashMap",
    "UnmodifiableIngestList": "java.util.ArrayList",
}
_SAFE: Final = frozenset(["containsKey", "get", "getOrDefault", "remove", "put"])


def compile(  # noqa: A001 - as of conditions
    source: str, *, flavour: str, params: dict[str, Any]
) -> Callable[..., None]:
    """
    Translate a script.

    Args:
        source: Painless.
        flavour: ``elasticsearch`` or ``opensearch``.
        params: what ``params`` holds.

    Returns:
        A function of ``Document.ctx``, which it changes, and of the time that the script takes for now. It raises ``ScriptFailure`` where the script fails.

    Raises:
        Invalid: no cluster would take it; with an offset.
        Unsupported: the edge cannot do it; with an offset.
    """
    if len(source) > _LONGEST:
        raise Invalid("a script of more than 65535 characters", 0)
    try:
        block = parse(source, dollar=flavour == "elasticsearch")
        translator = Script(flavour, params)
        run = translator.script(block)
    except RecursionError:
        raise Unsupported("a script that is too long to be read", 0) from None
    return _guarded(run, translator, shared=world.shared_ids(params), fields=_fields(block))


def _guarded(
    run: Callable[[Any], Any],
    translator: Script,
    *,
    shared: frozenset[int],
    fields: frozenset[str] | None,
) -> Callable[..., None]:
    """The whole run: OpenSearch leaves a document as it was where a script fails, Elasticsearch as the script left it."""
    rest = [0, *[None] * (translator.slots - 3)]
    looks, naked = translator.looks, fields is None
    kept = translator.flavour == "opensearch"
    walks = kept and translator.walks

    def script(ctx: dict[str, Any], now: ZonedDateTime | None = None) -> None:
        saved = world.saved(ctx, fields) if kept else None
        if walks:
            walking.SIZES.set(world.sizes(ctx, fields))
        before = world.metadata(ctx) if naked else None
        state = [looks, now]
        try:
            run([ctx, state, *rest])
            if before is not None:
                world.unchanged(ctx, before)
            if state[0]:
                world.look(ctx, shared)
        except Exception as error:
            if saved is not None:
                world.restore(ctx, saved, fields)
            elif before is not None:
                world.unchanged(ctx, before, quietly=True)
            raise _outward(error, escaped=not kept) from None
        finally:
            if walks:
                walking.SIZES.set(None)

    return script


def _outward(error: Exception, *, escaped: bool) -> Exception:
    """A failure as it leaves a script."""
    if isinstance(error, ScriptFailure):
        return _renamed(error) if error.root and VIEW in error.root else error
    if isinstance(error, RecursionError):
        return Failure("a script that calls itself too deeply", "shipper_size_limit")
    if isinstance(error, world.Itself):
        failure = Failure("Iterable object is self-referencing itself (ingest script)")
        return Raised(failure, "", escaped=True) if escaped else failure
    return error


def _renamed(failure: ScriptFailure) -> ScriptFailure:
    """Maps and lists have their own names where they may be changed."""
    reason = failure.root or ""
    for name, plain in _VIEWS.items():
        reason = reason.replace(VIEW + name, plain)
    return ScriptFailure(reason, failure.cause, foreign=failure.foreign)


def _fields(node: Any) -> frozenset[str] | None:
    """The fields of ``ctx`` that a script touches; None where it uses ``ctx`` itself."""
    found: set[str] = set()
    waiting: list[Any] = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Name):
            if node.name == "ctx":
                return None
        elif isinstance(node, list | tuple):
            waiting += node
        elif isinstance(node, tree.Node):
            parts = [getattr(node, name) for name in node.__dataclass_fields__]
            name = _field(node)
            if name is not None:
                found.add(name)
            waiting += [
                part for part in parts if name is None or part is not getattr(node, "target", None)
            ]
    return frozenset(found)


def _field(node: tree.Node) -> str | None:
    """The field of ``ctx`` that a part names."""
    target = getattr(node, "target", None)
    if not (isinstance(target, tree.Name) and target.name == "ctx"):
        return None
    name: Any = None
    if isinstance(node, tree.Dot):
        return node.name
    if isinstance(node, tree.Brace):
        name = node.index
    elif isinstance(node, tree.Call) and node.name in _SAFE and node.arguments:
        name = node.arguments[0]
    return name.value if isinstance(name, tree.Literal) and isinstance(name.value, str) else None
