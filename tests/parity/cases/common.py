"""Cases of what every processor has: ``if``, ``tag``, ``description``, ``ignore_failure``, ``on_failure``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case
from tests.parity.options import COMMON

UPPER: dict[str, Any] = {"uppercase": {"field": "a"}}
FAIL: dict[str, Any] = {"fail": {"message": "no {{a}}"}}
FAILED = {
    "message": "{{_ingest.on_failure_message}}",
    "kind": "{{_ingest.on_failure_processor_type}}",
    "tag": "{{_ingest.on_failure_processor_tag}}",
    "pipeline": "{{_ingest.on_failure_pipeline}}",
}
NOTE: list[dict[str, Any]] = [
    {"set": {"field": f"failed.{key}", "value": value}} for key, value in FAILED.items()
]
INNER: dict[str, dict[str, Any]] = {
    "parity-common-fails": {"processors": [{"fail": {"message": "inner {{a}}", "tag": "deep"}}]},
    "parity-common-handles": {"processors": [FAIL, UPPER], "on_failure": [{"set": {"field": "handled", "value": True}}]},
    "parity-common-drops": {"processors": [{"drop": {}}, UPPER]},
    "parity-common-plain": {"processors": [UPPER, {"set": {"field": "in", "value": "{{_ingest.pipeline}}"}}]},
    "parity-common-condition": {"processors": [{"set": {"field": "b", "value": 1, "if": "ctx.x.y == 1", "tag": "c"}}]},
}  # fmt: skip


def _step(kind: str, options: dict[str, Any], **common: Any) -> dict[str, Any]:
    return {kind: options | {name.rstrip("_"): value for name, value in common.items()}}


def _case(option: str, document: dict[str, Any], *steps: dict[str, Any], **more: Any) -> Case:
    pipeline: dict[str, Any] = {"processors": list(steps)}
    if "on_failure" in more:
        pipeline["on_failure"] = more.pop("on_failure")
    if "parity-common-" in str(pipeline):
        more["pipelines"] = {name: INNER[name] for name in INNER if name in str(pipeline)}
    return Case(option=option, kind=COMMON, document=document, pipeline=pipeline, **more)


def _if() -> list[Case]:
    documents: tuple[dict[str, Any], ...] = (
        {"a": "x"}, {"a": "y", "n": 1}, {"a": "x", "n": 5.0}, {"n": 2147483648}, {"a": None}, {"a": "x", "l": [1, "x"]},
        {"a": "x", "o": {"p": {"q": "r"}}}, {"b": True, "a": "true"}, {},
    )  # fmt: skip
    conditions = (
        "true", "false", "ctx.a == 'x'", "ctx.a != null", "ctx.n > 2", "ctx?.o?.p?.q == 'r'", "ctx.o.p.q == 'r'", "ctx.b",
        "ctx.containsKey('a')", "ctx.a instanceof String && ctx.a.length() == 1", "ctx.l != null && ctx.l.contains('x')",
        "return ctx.a == 'x'", "ctx['a'] =~ /x/", "!(ctx.n == 1)", "ctx.n == 1 ? true : false", "ctx._index == 'shipper-parity'",
        "null", "ctx.a", "1", "",
    )  # fmt: skip
    cases = [
        _case("if", document, _step("set", {"field": "hit", "value": 1}, if_=condition))
        for condition in conditions
        for document in documents
    ]
    source = {"lang": "painless", "source": "ctx.n == params.wanted", "params": {"wanted": 5}}
    cases += [
        _case("if", document, _step("set", {"field": "hit", "value": 1}, if_=source))
        for document in documents[:3]
    ]
    wrong = ("ctx.a ==", "ctx.a = ", "nope(", "ctx.a == 'x", 1, ["true"])
    cases += [
        _case("if", {"a": "x"}, _step("set", {"field": "hit", "value": 1}, if_=text))
        for text in wrong
    ]
    throws = "ctx.x.y == 1"  # stands outside the processor's own handlers
    for common in ({"ignore_failure": True}, {"on_failure": NOTE}, {}):
        step = _step("set", {"field": "hit", "value": 1}, if_=throws, tag="t", **common)
        cases += [
            _case("if", {"a": "x"}, step, UPPER),
            _case("if", {"a": "x"}, step, UPPER, on_failure=NOTE),
            _case("if", {"a": "x"}, _step("uppercase", {"field": "a"}, on_failure=[step]), FAIL),
        ]
    cases.append(
        _case("if", {"a": 1}, _step("uppercase", {"field": "a"}, if_="ctx.a == 1", tag="t"))
    )
    cases.append(
        _case(
            "if",
            {"a": 1},
            _step("pipeline", {"name": "parity-common-condition"}, if_="true"),
            on_failure=NOTE,
        )
    )
    return cases


def _tag() -> list[Case]:
    cases = []
    for tag in ("t", "a tag", "", "ünï", "{{a}}", "x" * 300):
        step = _step("fail", {"message": "m"}, tag=tag)
        cases += [
            _case("tag", {"a": "x"}, step),
            _case("tag", {"a": "x"}, step, on_failure=NOTE),
            _case("tag", {"a": "x"}, _step("fail", {"message": "m"}, tag=tag, on_failure=NOTE)),
            _case("tag", {"a": "x"}, _step("uppercase", {"field": "a"}, tag=tag)),
        ]
    cases += [
        _case("tag", {"a": "x"}, _step("uppercase", {"field": "a"}, tag=tag))
        for tag in (1, True, ["t"], None)
    ]
    each = {"field": "l", "processor": {"uppercase": {"field": "_ingest._value", "tag": "in"}}}
    cases += [
        _case("tag", document, _step("foreach", each, tag="out"), on_failure=NOTE)
        for document in ({"l": ["a", 1]}, {"l": ["a", "b"]}, {"l": []})
    ]
    outer = _step("foreach", each, tag="out")
    cases += [  # Elasticsearch's takes maps too, and what it throws is handled
        _case("tag", document, outer, on_failure=NOTE, only="opensearch")
        for document in ({"l": 1}, {})
    ]
    for name in INNER:
        cases.append(
            _case("tag", {"a": "x"}, _step("pipeline", {"name": name}, tag="call"), on_failure=NOTE)
        )
    return cases


def _description() -> list[Case]:
    texts = ("why", "", "ünï 😀", "two\nlines", "{{a}} {{{b}}}", "x" * 2000)
    cases = [
        _case("description", {"a": value}, _step("uppercase", {"field": "a"}, description=text))
        for text in texts
        for value in ("x", 1)
    ]
    cases += [
        _case(
            "description",
            {"a": "x"},
            _step("fail", {"message": "m"}, description=text),
            on_failure=NOTE,
        )
        for text in texts
    ]
    cases += [
        _case("description", {"a": "x"}, _step("uppercase", {"field": "a"}, description=text))
        for text in (None, 1, True, ["a"], {"a": "b"})
    ]
    for description in ("whole", "", None, 7, ["x"]):
        pipeline = {"description": description, "version": 3, "processors": [UPPER]}
        cases.append(
            Case(option="description", kind=COMMON, document={"a": "x"}, pipeline=pipeline)
        )
    return cases


def _ignore_failure() -> list[Case]:
    cases = []
    end = {"set": {"field": "end", "value": 1}}
    for flag in (True, False, "true", "false", "yes", 1, None):
        step = _step("uppercase", {"field": "a"}, ignore_failure=flag)
        documents: tuple[dict[str, Any], ...] = ({"a": "x"}, {"a": 1}, {"b": 1}, {})
        cases += [_case("ignore_failure", document, step, end) for document in documents]
    ignored = {"ignore_failure": True}
    cases += [
        _case("ignore_failure", {"a": "x"}, _step("fail", {"message": "m"}, on_failure=NOTE, **ignored), UPPER),
        _case("ignore_failure", {"a": "x"}, _step("fail", {"message": "m"}, **ignored), UPPER, on_failure=NOTE),
        _case("ignore_failure", {"a": "x"}, _step("drop", {}, **ignored)),
        _case("ignore_failure", {"l": ["a", 1, "b"]}, _step("foreach", {"field": "l", "processor": {"uppercase": {"field": "_ingest._value"}}}, **ignored)),
        _case("ignore_failure", {"l": ["a", 1, "b"]}, _step("foreach", {"field": "l", "processor": {"uppercase": {"field": "_ingest._value", **ignored}}})),
    ]  # fmt: skip
    for name in [*INNER, "parity-common-none"]:
        cases.append(
            _case(
                "ignore_failure",
                {"a": "x"},
                _step("pipeline", {"name": name}, **ignored),
                UPPER,
                refused=_absent(name),
            )
        )
    return cases


def _absent(name: str) -> str:
    return (
        ""
        if name in INNER
        else "a pipeline that is not among the files, unless it is listed as absent"
    )


def _on_failure() -> list[Case]:
    documents: tuple[dict[str, Any], ...] = ({"a": "x"}, {"a": 1}, {})
    handlers: tuple[list[dict[str, Any]], ...] = (
        NOTE,
        [UPPER],
        [FAIL],
        [_step("fail", {"message": "again"}, ignore_failure=True), UPPER],
        [_step("fail", {"message": "again {{_ingest.on_failure_message}}" }, tag="h", on_failure=NOTE)],
        [{"drop": {}}],
        [_step("set", {"field": "b", "value": 1}, if_="ctx.a == 'x'"), *NOTE],
        [_step("pipeline", {"name": "parity-common-plain"})],
        [_step("pipeline", {"name": "parity-common-fails"})],
        [],
    )  # fmt: skip
    cases = []
    for document in documents:
        for handler in handlers:
            bad = _step("uppercase", {"field": "a"}, tag="u", on_failure=handler)
            cases += [
                _case("on_failure", document, bad, {"set": {"field": "end", "value": 1}}),
                _case("on_failure", document, _step("uppercase", {"field": "a"}, tag="u"), {"set": {"field": "end", "value": 1}}, on_failure=handler),
                _case("on_failure", document, bad, FAIL, on_failure=NOTE),
            ]  # fmt: skip
        cases += [
            _case(
                "on_failure",
                document,
                _step("pipeline", {"name": name}, tag="call", on_failure=NOTE),
                UPPER,
            )
            for name in INNER
        ]
    wrong = (
        {"set": {"field": "b", "value": 1}},
        "set",
        [{}],
        [{"nope": {}}],
        [{"set": {"field": "b"}}],
        [1],
        None,
    )
    for handler in wrong:
        cases.append(
            _case("on_failure", {"a": 1}, {"uppercase": {"field": "a", "on_failure": handler}})
        )
        cases.append(_case("on_failure", {"a": 1}, UPPER, on_failure=handler))
    left = [
        {"set": {"field": "left", "value": "{{_ingest.on_failure_message}}|{{_ingest.pipeline}}"}}
    ]
    cases.append(
        _case("on_failure", {"a": 1}, _step("uppercase", {"field": "a"}, on_failure=NOTE), *left)
    )
    return cases


CASES = [*_if(), *_tag(), *_description(), *_ignore_failure(), *_on_failure()]
