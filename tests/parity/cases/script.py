"""Cases of ``script``: shapes of scripts, idioms of published pipelines, values of every class, and random scripts."""

from __future__ import annotations

import random
from typing import Any

from shipper.pipeline.failure import Unsupported
from shipper.pipeline.painless import script as painless
from tests.parity.case import Case
from tests.parity.cases import _idioms, _scripts
from tests.parity.edge import edge
from tests.pipeline.painless.random_scripts import changing

DOCUMENT: dict[str, Any] = {
    "a": {"b": {"c": 1}, "n": None, "s": "x", "l": [1, 2, 3]}, "s": "hello world", "i": 5, "big": 3000000000, "f": 1.5, "t": True, "n": None,
    "l": ["a", "b", None, "c"], "m": {"x": 1, "y": {"z": None}}, "kv": "a=1;b=2;c", "num": "42", "e": "", "tags": ["t1", "t2"],
    "ll": [[1, 2], [3]], "lm": [{"k": "a", "v": 1}, {"k": "b", "v": 2}],
}  # fmt: skip
MORE: dict[str, Any] = {
    "t": "2024-05-01T10:20:30.123Z", "u": "2024-05-02T12:00:00+02:00", "z": "2024-03-31T01:30:00+01:00[Europe/Paris]", "ms": 1714558830123,
    "bad": "2024-13-01T00:00:00Z", "i": 5, "f": 3.14159, "s": "hello world 42", "neg": -5, "l": ["b", "a", "c"], "n": [3, 1, 2], "e": "",
    "url": "GET /x?y=1 HTTP/1.1", "k": "user=bob ip=1.2.3.4", "ü": "grüße 😀 x1",
}  # fmt: skip
VALUES: tuple[Any, ...] = (
    "x",
    "",
    "é😀",
    None,
    1,
    -1,
    3000000000,
    1.5,
    True,
    [],
    ["x", "x"],
    [1, None],
    {},
    {"w": 1},
    {"w": {"x": None}},
)
_SEED = 11
_RANDOM = 200
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
    only = None if _same(step, document, [_NOTE]) else "opensearch"
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


def _more() -> list[Case | None]:
    """Methods, dates, regular expressions."""
    sources = _scripts.MORE.strip("\n").split("\n")
    return [_case(source, MORE, handled=bool(number % 4)) for number, source in enumerate(sources)]


def _idiom() -> list[Case | None]:
    return [
        _case(
            source,
            document,
            params,
            option="source params" if params else "source",
            handled=bool(number % 2),
        )
        for source, documents, params in _idioms.IDIOMS
        for number, document in enumerate(documents)
    ]


def _times() -> list[Case | None]:
    """How a ``ZonedDateTime`` of a script is stored, and what templates print of it."""
    times = (
        "2024-05-01T10:20:30Z", "2024-05-01T10:20:00Z", "2024-05-01T10:00:00.1Z", "2024-05-01T10:20:30.123456Z", "2024-05-01T10:20:30.120000001Z", "2024-05-01T10:20:30.1201Z",
        "2024-05-02T12:00:00+02:00", "2024-03-31T01:30:00+01:00[Europe/Paris]", "2024-05-02T12:00:00.5-03:30", "2024-05-02T12:00:00+00:00[UTC]", "2024-05-02T12:00:00+05:30:15",
        "2024-05-02T12:00:00+00:00:15", "2024-05-02T12:00:00-00:30", "+10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "0123-01-01T00:00:00Z", "2024-05-02T00:30:00+02:00",
    )  # fmt: skip
    source = "ctx.x = ZonedDateTime.parse(ctx.t); ctx.y = [ctx.x, ['z': ctx.x.plusNanos(1)]]"
    found: list[Case | None] = [_case(source, {"t": time}, handled=False) for time in times]
    made = "ctx.d = ZonedDateTime.parse('2024-05-02T12:00:00.12+02:00'); ctx.m = ['a': ctx.d, 'l': [ZonedDateTime.parse('2024-05-02T12:00:00Z')]]"
    for text in ("{{#toJson}}m{{/toJson}}", "{{m}}", "{{#join}}m.l{{/join}}", "{{m.a}} {{d}}", "{{#toJson}}m.l{{/toJson}}"):  # fmt: skip
        steps = [{"script": {"source": made}}, {"set": {"field": "y", "value": text}}]
        pipeline = {"processors": steps}
        found.append(Case(option="source", kind="script", document={}, pipeline=pipeline))
    return found


def _dates() -> list[Case | None]:
    """What steps make of a ``Date`` that a script has put into the document."""
    made = {
        "script": {
            "source": "ctx.d = new Date(ctx.ms); ctx.l = [new Date(5L)]; ctx.m = ['d': ctx.d]"
        }
    }
    steps: list[dict[str, Any]] = [
        {"rename": {"field": "d", "target_field": "q.r"}},
        {"lowercase": {"field": "d"}},
        {"trim": {"field": "d", "ignore_failure": True}},
        {"gsub": {"field": "d", "pattern": "a", "replacement": "b"}},
        {"split": {"field": "d", "separator": "-"}},
        {"append": {"field": "d", "value": "x"}},
        {"append": {"field": "l", "value": "x", "allow_duplicates": False}},
        {"convert": {"field": "d", "type": "auto"}},
        {"remove": {"field": "d"}},
        {"set": {"field": "d.x", "value": 1}},
        {"set": {"field": "x", "value": 1, "if": "ctx.d instanceof String"}},
        {"set": {"field": "x", "value": 1, "if": "ctx.d != null && ctx.d instanceof Comparable"}},
        {"set": {"field": "x", "value": 1, "if": "ctx.d == ctx.m.d && ctx.d != ctx.l[0]"}},
        {"set": {"field": "x", "value": 1, "if": "ctx.d == '2024-05-01T10:20:30.123Z'"}},
        {"set": {"field": "x", "value": 1, "if": "ctx.d.contains('x')"}},
        {"set": {"field": "x", "value": 1, "if": "ctx.d.year == 1"}},
        {"set": {"field": "x", "value": 1, "if": "ctx.d > 5"}},
        {"script": {"source": "ctx.x = ctx.d.getTime() + ctx.l[0].time; ctx.y = ctx.d instanceof Date; ctx.z = ctx.d == new Date(ctx.ms)"}},
        {"script": {"source": "ctx.x = ctx.d.length()"}},
        {"script": {"source": "ctx.m.remove('d'); ctx.x = ctx.l.indexOf(new Date(5L))"}},
        {"foreach": {"field": "l", "processor": {"append": {"field": "x", "value": "{{ms}}"}}}},
        {"set": {"field": "x", "value": "{{#toJson}}m{{/toJson}}"}},
    ]  # fmt: skip
    return [
        Case(
            option="source", kind="script", document={"ms": 1714558830123},
            pipeline={"processors": [made, step], "on_failure": [_NOTE]},
        )
        for step in steps
    ]  # fmt: skip


def _values() -> list[Case | None]:
    """The same scripts on values of every class."""
    sources = _scripts.ON_VALUES.strip("\n").split("\n")
    return [_case(source, {"v": value}) for source in sources for value in VALUES]


def _random() -> list[Case | None]:
    return [_case(*changing(random.Random(f"{_SEED} {number}"))) for number in range(_RANDOM)]


CASES = [
    case
    for case in (
        *_plain(),
        *_more(),
        *_idiom(),
        *_dates(),
        *_times(),
        *_values(),
        *_random(),
        *_languages(),
    )
    if case is not None
]
