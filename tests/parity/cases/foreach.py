"""Cases of ``foreach``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.cases._assign import DOCUMENT, PATHS, step
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("foreach")
_LISTS: dict[str, Any] = {
    "l": ["a", "b"], "mixed": ["a", 1, None, ["x"], {"k": "v"}], "e": [], "ll": [["a", "b"], [], ["c"]], "o": [{"k": "v", "n": 1}, {"k": "w"}],
    "n": [1, 2, 2147483648, 1.5], "z": None, "s": "text", "m": {"x": "1", "y": "2"}, "lll": [[["a"]], [["b", "c"]]], "a": 1, "nulls": [None, None],
}  # fmt: skip
_NOTE = [step("set", field=f"failed.{name}", value=f"{{{{{{_ingest.on_failure_{name}}}}}}}") for name in ("message", "processor_type", "processor_tag")]  # fmt: skip
_END = step("set", field="end", value="{{_ingest._value}}|{{_ingest._key}}")
_V = "_ingest._value"
_UPPER = step("uppercase", field=_V)
_FIELDS = tuple(_LISTS)
_PROCESSORS: tuple[dict[str, Any], ...] = (
    step("set", field=_V, value="v"), step("set", field=_V, value={"was": "{{_ingest._value}}"}), step("set", field="_ingest._value.new", value=1),
    step("append", field="seen", value="{{{_ingest._value}}}"), step("append", field=_V, value="more"), step("remove", field=_V),
    step("remove", field="_ingest._value.k", ignore_missing=True), step("rename", field="_ingest._value.k", target_field="_ingest._value.q", ignore_missing=True),
    step("rename", field=_V, target_field="_ingest.other"), _UPPER, step("uppercase", field=_V, ignore_failure=True),
    step("uppercase", field=_V, tag="in", on_failure=[step("set", field=_V, value="no {{_ingest.on_failure_message}}")]),
    step("uppercase", field=_V, on_failure=[step("fail", message="again", tag="again")]), step("fail", message="{{_ingest._value}}", tag="f"),
    step("set", field=_V, value="v", if_="ctx.a == 1"), step("set", field=_V, value="v", if_="ctx.a == 2"), step("set", field=_V, value="v", if_="ctx.no.way == 1"),
    step("drop"), step("drop", if_="ctx.seen != null"), step("set", field="_ingest._key", value="k"), step("set", field="l", value="gone"),
    step("remove", field="a", ignore_missing=True), step("foreach", field=_V, processor=_UPPER), step("foreach", field=_V, processor=_UPPER, ignore_missing=True),
)  # fmt: skip


def _case(
    option: str, *steps: dict[str, Any], document: dict[str, Any] = _LISTS, **more: Any
) -> Case:
    pipeline: dict[str, Any] = {"processors": list(steps)}
    if "on_failure" in more:
        pipeline["on_failure"] = more.pop("on_failure")
    return Case(option=option, kind="foreach", document=document, pipeline=pipeline, **more)


def _each(field: Any = "l", processor: Any = _UPPER, **more: Any) -> dict[str, Any]:
    return step("foreach", field=field, processor=processor, **more)


def _escapes(document: dict[str, Any], field: str) -> dict[str, Any]:
    """What is no list: OpenSearch fails past every handler, and Elasticsearch has other words, or goes over a map."""
    value: Any = document
    for part in field.removeprefix("_source.").split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return {} if isinstance(value, list) else {"only": "opensearch"}


def _maps() -> list[Case]:
    document = {
        "m": {"x": "1", "y": "2"},
        "n": {"p": {"q": 1}, "r": {"q": 2}},
        "e": {},
        "b": {"k": "", "j": "t"},
    }
    table: tuple[tuple[dict[str, Any], Any], ...] = (
        (_each("m", _UPPER), {}),
        (_each("m", step("set", field=_V, value="{{_ingest._key}}={{_ingest._value}}")), {"m": {"x": "x=1", "y": "y=2"}}),
        (_each("m", step("uppercase", field="_ingest._key")), {"m": {"X": "1", "Y": "2"}}),
        (_each("m", step("set", field="_ingest._key", value="new_{{_ingest._key}}")), {"m": {"new_x": "1", "new_y": "2"}}),
        (_each("m", step("set", field="_ingest._key", value="")), {"m": {}}),
        (_each("m", step("set", field="_ingest._key", value=" ")), {"m": {}}),
        (_each("m", step("remove", field="_ingest._key")), {"m": {}}),
        (_each("m", step("remove", field=_V)), {"m": {"x": None, "y": None}}),
        (_each("e", step("fail", message="m")), {}),
        (_each("n", step("remove", field="_ingest._value.q")), {"n": {"p": {}, "r": {}}}),
        (_each("n", step("set", field="_ingest._value.s", value="{{_ingest._key}}")), {"n": {"p": {"q": 1, "s": "p"}, "r": {"q": 2, "s": "r"}}}),
        (_each("n", _each(_V, step("set", field="_ingest._key", value="{{_ingest._key}}2"))), {"n": {"p": {"q2": 1}, "r": {"q2": 2}}}),
        (_each("m", step("uppercase", field=_V, if_="ctx.nope == 1")), {}),
    )  # fmt: skip
    cases = [
        Case(option="field processor", kind="foreach", document=document, processor=one, oracle="manual", expected=document | changed, page=PAGE)
        for one, changed in table
    ]  # fmt: skip
    for value, name in (
        (1, "java.lang.Integer"),
        ("x", "java.lang.String"),
        (True, "java.lang.Boolean"),
        (1.5, "java.lang.Double"),
    ):
        reason = f"field [f] of type [{name}] cannot be cast to a list or map"
        cases.append(
            Case(option="field", kind="foreach", document={"f": value}, processor=_each("f"), oracle="manual", expected=Failed(reason), page=PAGE)
        )  # fmt: skip
    missing = {
        "f.g": "field [f] not present as part of path [f.g]",
        "nope": "field [nope] not present as part of path [nope]",
    }
    for field, reason in missing.items():
        cases += [
            Case(option="field", kind="foreach", document={"a": 1}, processor=_each(field), oracle="manual", expected=Failed(reason), page=PAGE),
            Case(option="field", kind="foreach", document={"a": 1}, processor=_each(field, ignore_failure=True), oracle="manual", expected={"a": 1}, page=PAGE),
        ]  # fmt: skip
    cases.append(
        Case(option="processor", kind="foreach", document={}, processor=_each("f", {}), oracle="manual", expected=Invalid(), page=PAGE)
    )  # fmt: skip
    return cases


CASES = [
    *(_case("field", _each(path), document=DOCUMENT, on_failure=_NOTE, only="opensearch") for path in PATHS),
    *(_case("field", _each(field, one), _END, on_failure=_NOTE, **_escapes(_LISTS, field)) for field in _FIELDS for one in _PROCESSORS[:4]),
    *(_case("field", _each(value)) for value in (1, True, ["l"], None)),
    *(_case("processor", _each(field, one), _END) for field in ("l", "o", "mixed", "ll", "nulls") for one in _PROCESSORS if "foreach" not in one),
    *(_case("processor", _each(field, one, tag="each"), _END, on_failure=_NOTE) for field in ("l", "mixed", "o") for one in _PROCESSORS if "foreach" not in one),
    *(_case("processor", _each("ll", _each(_V, one)), _END, on_failure=_NOTE) for one in _PROCESSORS if "foreach" not in one),
    *(_case("processor", _each(field, one), _END, only="opensearch") for field in ("l", "ll", "lll") for one in _PROCESSORS if "foreach" in one),
    *(_case("processor", _each("l", one, ignore_failure=True), _END) for one in _PROCESSORS if "foreach" not in one),
    *(_case("processor", _each("mixed", one, on_failure=_NOTE), _END) for one in _PROCESSORS if "foreach" not in one),
    *(_case("processor", _each("l", one)) for one in ({}, {**_UPPER, **step("drop")}, "x", [], None, {"nope": {}}, {"uppercase": {"field": "a", "nope": 1}})),
    _case("processor", step("foreach", field="l")),
    _case("processor", _each("lll", _each(_V, _each(_V))), _END),
    *(_case("ignore_missing", _each(path, ignore_missing=True), document=DOCUMENT, on_failure=_NOTE, only="opensearch") for path in PATHS),
    *(_case("ignore_missing", _each(field, ignore_missing=True), _END) for field in ("nope", "z", "a.b", "l", "e", "l.9", "nope.deep")),
    *(_case("ignore_missing", _each("l", ignore_missing=flag)) for flag in (True, False, "true", 1, None)),
    *_maps(),
]  # fmt: skip
