"""Cases of Elasticsearch's ``terminate``: OpenSearch has none, so the manual is the only judge."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.cases._assign import step
from tests.parity.options import ES, PAGES, WHOLE

PAGE = PAGES[ES].format("terminate")
_IN: dict[str, Any] = {"a": 1, "l": ["x", "y"]}
_PIPELINES: dict[str, dict[str, Any]] = {
    "parity-terminate-inner": {"processors": [step("set", field="in", value=1), step("terminate"), step("fail", message="never")]},
    "parity-terminate-if": {"processors": [step("terminate", if_="ctx.a == 1"), step("set", field="in", value=1)]},
    "parity-terminate-outer": {"processors": [step("pipeline", name="parity-terminate-inner"), step("set", field="out", value=1)]},
}  # fmt: skip
_END, _FAIL = step("set", field="end", value=1), step("fail", message="m")


def _case(
    expected: Any, *steps: dict[str, Any], document: dict[str, Any] = _IN, **more: Any
) -> Case:
    pipelines = _PIPELINES if "parity-terminate" in str(steps) else {}
    return Case(
        option=WHOLE, kind="terminate", document=document, pipeline={"processors": list(steps), **more}, pipelines=pipelines,
        oracle="manual", expected=expected, page=PAGE,
    )  # fmt: skip


def _with(**fields: Any) -> dict[str, Any]:
    return _IN | fields


CASES = [
    _case(_IN, step("terminate")),
    _case(_IN, step("terminate"), _END),
    _case(_IN, step("terminate", tag="t", description="d", ignore_failure=True), _FAIL),
    _case(_with(end=1), _END, step("terminate"), _FAIL),
    _case(_IN, step("terminate", if_="ctx.a == 1"), _END),
    _case(_with(end=1), step("terminate", if_="ctx.a == 2"), _END),
    _case({"end": 1}, step("terminate", if_="ctx.a == 1"), _END, document={}),
    _case({}, step("terminate"), _END, document={}),
    _case(_with(**{"in": 1, "end": 1}), step("pipeline", name="parity-terminate-inner"), _END),
    _case(_with(**{"in": 1, "out": 1, "end": 1}), step("pipeline", name="parity-terminate-outer"), _END),
    _case(_with(end=1), step("pipeline", name="parity-terminate-if"), _END),
    _case({"a": 2, "in": 1, "end": 1}, step("pipeline", name="parity-terminate-if"), _END, document={"a": 2}),
    _case(_with(**{"in": 1}), step("pipeline", name="parity-terminate-inner"), step("terminate"), _END),
    _case(_with(end=1), _FAIL, on_failure=[_END, step("terminate"), _FAIL]),
    _case(_IN, step("fail", message="m", on_failure=[step("terminate")]), _END),
    _case(_with(h=1), step("fail", message="m", on_failure=[step("set", field="h", value=1), step("terminate"), _FAIL]), _END),
    _case(_with(end=1), step("fail", message="m", ignore_failure=True), _END, step("terminate")),
    _case(_IN, step("foreach", field="l", processor=step("terminate")), _END),
    _case(_with(end=1), step("foreach", field="l", processor=step("terminate", if_="ctx.a == 2")), _END),
    _case(_IN, step("terminate"), on_failure=[_END]),
    _case(Failed("m", "fail_processor_exception"), _FAIL, step("terminate")),
    _case(Failed("m", "fail_processor_exception"), step("terminate", if_="ctx.a == 2"), _FAIL),
    _case(Invalid(), step("terminate", field="a")),
    Case(option=WHOLE, kind="terminate", document=_IN, processor=step("terminate"), only="opensearch"),
]  # fmt: skip
