"""Cases of ``pipeline``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case
from tests.parity.cases._assign import DOCUMENT, step

_NOTE = [step("set", field=f"failed.{name}", value=f"{{{{{{_ingest.on_failure_{name}}}}}}}") for name in ("message", "processor_type", "processor_tag", "pipeline")]  # fmt: skip
_END = step("set", field="end", value="{{_ingest.pipeline}} {{_ingest.on_failure_message}}")
_P = "parity-pipeline-"


def _call(name: str, **more: Any) -> dict[str, Any]:
    return step("pipeline", name=_P + name, **more)


_PIPELINES: dict[str, dict[str, Any]] = {
    _P + "plain": {"processors": [step("set", field="in", value="{{_ingest.pipeline}}"), step("set", field="a", value=2)]},
    _P + "empty": {"processors": []},
    _P + "fails": {"processors": [step("set", field="before", value=1), step("fail", message="inner {{a}}", tag="deep")]},
    _P + "handles": {"processors": [step("fail", message="inner", tag="deep")], "on_failure": _NOTE},
    _P + "handler-fails": {"processors": [step("fail", message="one")], "on_failure": [step("fail", message="two", tag="two")]},
    _P + "own-handler": {"processors": [step("fail", message="inner", on_failure=_NOTE), _END]},
    _P + "drops": {"processors": [step("drop", if_="ctx.a == 1")]},
    _P + "two": {"processors": [_call("plain"), step("set", field="two", value="{{_ingest.pipeline}}")]},
    _P + "two-fails": {"processors": [_call("fails", tag="call")]},
    _P + "two-handles": {"processors": [_call("fails", tag="call")], "on_failure": _NOTE},
    _P + "three-fails": {"processors": [_call("two-fails", if_="true", tag="three")]},
    _P + "condition": {"processors": [step("set", field="x", value=1, if_="ctx.no.way == 1", tag="c")]},
    _P + "text": {"processors": [step("set", field="chosen", value="text")]},
}  # fmt: skip


def _named(value: Any, found: set[str]) -> set[str]:
    """Names of pipelines that a definition calls, at any depth."""
    for name, definition in _PIPELINES.items():
        if f"'{name}'" in str(value) and name not in found:
            found.add(name)
            _named(definition, found)
    return found


def _case(
    *steps: dict[str, Any],
    option: str = "name",
    document: dict[str, Any] = DOCUMENT,
    more: tuple[str, ...] = (),
    **settings: Any,
) -> Case:
    pipeline: dict[str, Any] = {"processors": list(steps)}
    if "on_failure" in settings:
        pipeline["on_failure"] = settings.pop("on_failure")
    names = _named(pipeline, set()) | {_P + name for name in more}
    inner = {name: _PIPELINES[name] for name in _PIPELINES if name in names}
    return Case(
        option=option,
        kind="pipeline",
        document=document,
        pipeline=pipeline,
        pipelines=inner,
        **settings,
    )


_TEMPLATED = {
    "settings": {
        "candidates": [_P + "text", _P + "plain", _P + "fails", _P + "none"],
        "absent": [_P + "none", _P, "text"],
    }
}
_ALL = ("text", "plain", "fails")
_ABSENT = {"settings": {"absent": [_P + "none"]}}
_REFUSED = "a pipeline that is not among the files, unless it is listed as absent"
_NO_CANDIDATES = "a templated name without candidates"
_NAMES = [name.removeprefix(_P) for name in _PIPELINES]
CASES = [
    *(_case(_call(name), _END) for name in _NAMES),
    *(_case(_call(name, tag="call"), _END, on_failure=[*_NOTE, _END]) for name in _NAMES),
    *(_case(_call(name, tag="call", on_failure=[*_NOTE, _END]), _END) for name in _NAMES),
    *(_case(_call(name, ignore_failure=True), _END) for name in _NAMES),
    *(_case(_call(name, if_="ctx.a == 1", tag="call"), _END, on_failure=_NOTE) for name in _NAMES),
    *(_case(_call(name, if_="ctx.a == 2"), _END) for name in _NAMES[:3]),
    *(_case(step("fail", message="m", on_failure=[_call(name, on_failure=_NOTE), _END]), _END) for name in _NAMES),
    *(_case(step("foreach", field="m.l", processor=_call(name)), _END, on_failure=_NOTE) for name in _NAMES),
    _case(_call("plain"), _call("plain"), _call("two"), _END),
    _case(_call("none"), _END, **_ABSENT),
    _case(_call("none"), _END, on_failure=_NOTE, **_ABSENT),
    _case(_call("none", ignore_failure=True), _END, **_ABSENT),
    _case(_call("none", if_="false"), _END, **_ABSENT),
    _case(_call("none"), _END, refused=_REFUSED),
    _case(step("pipeline", name=_P + "{{s}}"), _END, more=_ALL, **_TEMPLATED),
    _case(step("pipeline", name=_P + "{{s}}"), _END, more=_ALL, document={"s": "plain", "a": 1}, **_TEMPLATED),
    _case(step("pipeline", name=_P + "{{s}}"), _END, more=_ALL, document={"s": "fails"}, on_failure=_NOTE, **_TEMPLATED),
    _case(step("pipeline", name=_P + "{{s}}"), _END, more=_ALL, document={"s": "none"}, on_failure=_NOTE, **_TEMPLATED),
    _case(step("pipeline", name=_P + "{{nope}}"), _END, more=_ALL, on_failure=_NOTE, **_TEMPLATED),
    _case(step("pipeline", name="{{s}}"), _END, more=_ALL, on_failure=_NOTE, **_TEMPLATED),
    _case(step("pipeline", name="{{s}}"), _END, refused=_NO_CANDIDATES),
    _case(step("pipeline")),
    *(_case(step("pipeline", name=name)) for name in (1, True, ["a"], None)),
    *(_case(_call("plain", ignore_missing_pipeline=flag), option="ignore_missing_pipeline", only="opensearch") for flag in (True, False)),
    *(
        _case(_call(name, ignore_missing_pipeline=True), _END, option="ignore_missing_pipeline", oracle="rewritten")
        for name in _NAMES
    ),
    *(
        _case(_call("none", ignore_missing_pipeline=True, **more), _END, option="ignore_missing_pipeline", oracle="rewritten", **_ABSENT)
        for more in ({}, {"tag": "t"}, {"if_": "ctx.a == 1"}, {"if_": "false"}, {"on_failure": _NOTE})
    ),
    _case(_call("none", ignore_missing_pipeline=False), _END, option="ignore_missing_pipeline", oracle="rewritten", **_ABSENT),
    _case(_call("none", ignore_missing_pipeline=False), option="ignore_missing_pipeline", oracle="rewritten", on_failure=_NOTE, **_ABSENT),
]  # fmt: skip
