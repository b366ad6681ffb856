"""Cases of ``drop``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case
from tests.parity.cases._assign import DOCUMENT, case, step
from tests.parity.options import WHOLE

_END = step("set", field="end", value=True)
_FAIL = step("fail", message="m")
_PIPELINES: dict[str, dict[str, Any]] = {
    "parity-drop-inner": {"processors": [step("drop"), _FAIL]},
    "parity-drop-outer": {"processors": [step("pipeline", name="parity-drop-inner"), _FAIL]},
}


def _whole(*steps: dict[str, Any], **more: Any) -> Case:
    pipelines = (
        {name: _PIPELINES[name] for name in _PIPELINES} if "parity-drop" in str(steps) else {}
    )
    return Case(
        option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": list(steps), **more}, pipelines=pipelines
    )  # fmt: skip


CASES = [
    case(WHOLE, "drop"),
    case(WHOLE, "drop", tag="t", description="d", ignore_failure=True),
    *(case(WHOLE, "drop", if_=text) for text in ("true", "false", "ctx.a == 1", "ctx.a == 2", "ctx.x.y == 1", "ctx.s == 'text'", "ctx.l.size() > 9")),
    *(case(WHOLE, "drop", document) for document in ({}, {"a": None}, {"_x": 1})),
    case(WHOLE, "drop", field="a"),
    _whole(step("drop"), _FAIL),
    _whole(_END, step("drop", if_="ctx.end"), _FAIL),
    _whole(_END, step("drop", if_="ctx.end == false"), _END),
    _whole(_FAIL, on_failure=[step("drop"), _FAIL]),
    _whole(step("fail", message="m", on_failure=[step("drop"), _FAIL]), _FAIL),
    _whole(step("fail", message="m", on_failure=[step("drop", if_="false")]), _END),
    _whole(step("pipeline", name="parity-drop-inner"), _FAIL),
    _whole(step("pipeline", name="parity-drop-outer"), _FAIL),
    _whole(step("pipeline", name="parity-drop-outer", ignore_failure=True), _END),
    _whole(step("foreach", field="l", processor=step("drop")), _FAIL),
    _whole(step("foreach", field="l", processor=step("drop", if_="ctx.a == 2")), _END),
    _whole(step("foreach", field="el", processor=step("drop")), _END),
    _whole(step("drop"), on_failure=[_END]),
    Case(option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": [{"drop": None}]}),
    Case(option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": [{"drop": "x"}]}),
    Case(option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": [{"drop": []}]}),
    Case(option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": [{**_END, **step("drop")}]}),
    Case(option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": [{}]}),
    Case(option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": []}),
    Case(option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": ["drop"]}),
    Case(option=WHOLE, kind="drop", document=DOCUMENT, pipeline={"processors": step("drop")}),
]  # fmt: skip
