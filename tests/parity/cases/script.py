"""Cases of ``script``: shapes of scripts, idioms of published pipelines, values of every class, and random scripts."""

from __future__ import annotations

from typing import Any

from shipper.pipeline.failure import Unsupported
from shipper.pipeline.painless import script as painless
from tests.parity.case import Case
from tests.parity.cases import _scripts
from tests.parity.edge import edge

DOCUMENT: dict[str, Any] = {
    "a": {"b": {"c": 1}, "n": None, "s": "x", "l": [1, 2, 3]}, "s": "hello world", "i": 5, "big": 3000000000, "f": 1.5, "t": True, "n": None,
    "l": ["a", "b", None, "c"], "m": {"x": 1, "y": {"z": None}}, "kv": "a=1;b=2;c", "num": "42", "e": "", "tags": ["t1", "t2"],
    "ll": [[1, 2], [3]], "lm": [{"k": "a", "v": 1}, {"k": "b", "v": 2}],
}  # fmt: skip
PARAMS: dict[str, Any] = {"k": "v", "m": {"hello world": "found", "x": [1]}}
_INSIDE = frozenset(
    ["ctx.x = ctx", "ctx.a.self = ctx.a"]
)  # Elasticsearch sees it when all processors have run
_NOTE = {"set": {"field": "failed", "value": "{{{_ingest.on_failure_message}}}"}}


def _same(step: dict[str, Any], document: dict[str, Any], handlers: list[Any]) -> bool:
    """Whether both products do the same: OpenSearch undoes what a script did before it failed."""
    pipeline = {"processors": [{"script": step}], "on_failure": handlers}
    one, other = (
        edge(pipeline, [document], flavour)[0] for flavour in ("opensearch", "elasticsearch")
    )
    return one.kind == other.kind and one.source == other.source and one.type == other.type


def _case(
    source: str,
    document: dict[str, Any],
    params: dict[str, Any] | None = None,
    *,
    option: str = "source",
    handled: bool = True,
    **more: Any,
) -> Case | None:
    """A case; None where the edge refuses the script, which the table of the manual counts elsewhere."""
    try:
        painless.compile(source, flavour="opensearch", params=params or {})
    except Unsupported as error:
        if type(error) is Unsupported:
            return None
    step: dict[str, Any] = {"source": source} | more
    if params is not None:
        step["params"] = params
    handlers = [_NOTE] if handled else []
    only = None if _same(step, document, handlers) else "opensearch"
    if not handled:
        return Case(option=option, document=document, processor={"script": step}, only=only)
    pipeline = {"processors": [{"script": step}], "on_failure": handlers}
    return Case(option=option, kind="script", document=document, pipeline=pipeline, only=only)


def _plain() -> list[Case | None]:
    found = []
    for number, source in enumerate(_scripts.PLAIN.strip("\n").split("\n")):
        params = PARAMS if "params" in source else None
        option = "source params" if params else "source"
        found.append(
            _case(
                source,
                DOCUMENT,
                params,
                option=option,
                handled=bool(number % 3) or source in _INSIDE,
            )
        )
    return found


def _languages() -> list[Case | None]:
    sources = _scripts.PLAIN.strip("\n").split("\n")[:24]
    found = [
        _case(source, DOCUMENT, option="lang", handled=False, lang="painless") for source in sources
    ]
    found += [_case("ctx.q.w = 1", DOCUMENT, option="lang", handled=False, lang="painless")]
    refused = [
        Case(option="lang", document={"a": 1}, processor={"script": {"lang": "mustache", "source": "{{a}}"}}, refused="another language than Painless"),
        Case(option="lang", document={"a": 1}, processor={"script": {"id": "parity-none"}}, refused="a stored script (`id`), which only the cluster has"),
        Case(option="source", document={"a": 1}, processor={"script": {"source": "ctx._id = 'x'"}}, refused="a write of `_id`, `_index`, `_routing` or `_version`"),
    ]  # fmt: skip
    return [*found, *refused]


CASES = [case for case in (*_plain(), *_languages()) if case is not None]
