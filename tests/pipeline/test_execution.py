"""Failure handling; the expectations were seen on OpenSearch 3.4.0."""

from __future__ import annotations

from typing import Any

import pytest

from shipper.pipeline.definition import Library, Pipeline
from shipper.pipeline.document import Document
from shipper.pipeline.failure import Failure, Raised
from shipper.pipeline.options import EdgeSettings

FAIL: dict[str, Any] = {"fail": {"message": "m", "tag": "t"}}
NOTE: dict[str, Any] = {
    "set": {
        "field": "note",
        "value": "{{_ingest.on_failure_message}}|{{_ingest.on_failure_processor_type}}|{{_ingest.on_failure_processor_tag}}|{{_ingest.on_failure_pipeline}}",
    }
}  # fmt: skip
END: dict[str, Any] = {"set": {"field": "end", "value": 1}}


def _pipeline(
    *steps: dict[str, Any],
    on_failure: list[dict[str, Any]] | None = None,
    flavour: str = "elasticsearch",
    **others: Any,
) -> Pipeline:
    body: dict[str, Any] = {"processors": list(steps)}
    if on_failure is not None:
        body["on_failure"] = on_failure
    loaded = Library.of({"p": body, **others}, EdgeSettings(flavour=flavour)).load("p")
    assert loaded is not None
    assert loaded.pipeline is not None, loaded.troubles
    return loaded.pipeline


def _run(*steps: dict[str, Any], document: Document | None = None, **more: Any) -> dict[str, Any]:
    document = document or Document({})
    _pipeline(*steps, **more).run(document)
    assert not any(name.startswith("on_failure") for name in document.ingest)
    assert "pipeline" not in document.ingest
    assert document.pipelines == []
    return document.ctx


def test_an_unhandled_failure_leaves_with_its_origin() -> None:
    with pytest.raises(Raised) as caught:
        _run(END, FAIL)

    assert caught.value.kind == "fail"
    assert caught.value.tag == "t"
    assert caught.value.pipeline is None
    assert (caught.value.failure.type, caught.value.failure.reason) == (
        "fail_processor_exception",
        "m",
    )


def test_a_processors_own_handlers_go_on_with_the_next() -> None:
    assert _run({"fail": {"message": "m", "tag": "t", "on_failure": [NOTE]}}, END) == {
        "note": "m|fail|t|",
        "end": 1,
    }


def test_the_pipelines_handlers_end_it() -> None:
    assert _run(FAIL, END, on_failure=[NOTE]) == {"note": "m|fail|t|"}


def test_ignoring_wins_over_handling() -> None:
    assert _run({"fail": {"message": "m", "ignore_failure": True, "on_failure": [NOTE]}}, END) == {
        "end": 1
    }


def test_a_condition_that_throws_is_outside_the_processors_own_handlers() -> None:
    step = {
        "set": {
            "field": "a",
            "value": 1,
            "if": "ctx.x.y == 1",
            "ignore_failure": True,
            "on_failure": [NOTE],
        }
    }

    with pytest.raises(Raised) as caught:
        _run(step)
    assert caught.value.kind == "conditional"
    assert "|conditional||" in _run(step, on_failure=[NOTE])["note"]


def test_a_failure_under_a_condition_is_the_conditionals_for_the_pipeline_and_its_own_for_itself() -> (
    None
):
    step: dict[str, Any] = {"message": "m", "tag": "t", "if": "true"}

    assert _run({"fail": step}, on_failure=[NOTE]) == {"note": "m|conditional|t|"}
    assert _run({"fail": step | {"on_failure": [NOTE]}}) == {"note": "m|fail|t|"}


def test_a_failure_in_a_handler_takes_its_place() -> None:
    inner = {"fail": {"message": "again", "tag": "h"}}

    assert _run({"fail": {"message": "m", "on_failure": [inner]}}, on_failure=[NOTE]) == {
        "note": "again|fail|h|"
    }
    with pytest.raises(Raised, match="again"):
        _run(FAIL, on_failure=[inner, NOTE])


def test_handlers_inside_handlers_take_the_metadata_with_them() -> None:
    """The cluster removes it when the inner one is done, and the outer one sees none from there on."""
    inner = {"fail": {"message": "again {{_ingest.on_failure_message}}", "on_failure": [NOTE]}}
    after = {"set": {"field": "after", "value": "<{{_ingest.on_failure_message}}>"}}

    assert _run({"fail": {"message": "m", "on_failure": [inner, after]}}) == {
        "note": "again m|fail||",
        "after": "<>",
    }


def test_another_pipeline_is_named_with_the_failure() -> None:
    inner = {"processors": [FAIL]}
    middle = {"processors": [{"pipeline": {"name": "inner", "tag": "call"}}]}

    found = _run({"pipeline": {"name": "middle"}}, on_failure=[NOTE], inner=inner, middle=middle)

    assert found == {"note": "m|fail|t|inner"}


def test_the_name_of_the_pipeline_is_restored() -> None:
    name = {"set": {"field": "{{where}}", "value": "{{_ingest.pipeline}}"}}
    inner = {"processors": [name, {"set": {"field": "where", "value": "outer"}}]}

    assert _run(
        {"pipeline": {"name": "inner"}}, name, document=Document({"where": "in"}), inner=inner
    ) == {"where": "outer", "in": "inner", "outer": "p"}


def test_a_document_dropped_anywhere_is_dropped() -> None:
    for steps, on_failure in (
        ([{"drop": {}}, FAIL], None),
        ([{"pipeline": {"name": "inner"}}, FAIL], None),
        ([FAIL], [{"drop": {}}, FAIL]),
        ([{"fail": {"message": "m", "on_failure": [{"drop": {}}]}}, FAIL], None),
        ([{"foreach": {"field": "l", "processor": {"drop": {}}}}, FAIL], None),
    ):
        document = Document({"l": [1, 2]})
        _run(
            *steps,
            on_failure=on_failure,
            document=document,
            inner={"processors": [{"drop": {}}, FAIL]},
        )
        assert document.dropped


def test_terminate_ends_its_own_pipeline_only() -> None:
    document = Document({})

    found = _run(
        {"pipeline": {"name": "inner"}},
        END,
        document=document,
        inner={"processors": [{"terminate": {}}, FAIL]},
    )

    assert found == {"end": 1}
    assert not document.terminated


def test_a_circle_that_only_a_template_makes_is_found_when_it_runs() -> None:
    bodies = {
        "p": {"processors": [{"pipeline": {"name": "{{n}}"}}], "on_failure": [NOTE]},
        "q": {"processors": [{"set": {"field": "in", "value": 1}}]},
    }
    loaded = Library.of(bodies, EdgeSettings(candidates=("q",))).load("p")
    assert loaded is not None
    assert loaded.pipeline is not None
    document = Document({"n": "q"})
    document.pipelines.append("q")  # as if the candidate had called this one

    loaded.pipeline.run(document)

    assert document.ctx["note"] == "Cycle detected for pipeline: q|pipeline||p"


def test_a_mistake_of_ours_fails_the_event_and_nothing_else() -> None:
    pipeline = _pipeline(END)

    def broken(document: Document) -> None:
        raise ZeroDivisionError(document)

    pipeline.steps[0].run = broken

    with pytest.raises(Raised) as caught:
        pipeline.run(Document({}))
    assert caught.value.failure.type == "shipper_internal_error"
    assert pipeline.steps[0].failures == 1


def test_what_escapes_is_caught_by_no_handler() -> None:
    """OpenSearch throws some failures of ``foreach`` past all handlers; seen through ``_bulk`` too."""
    each = {
        "foreach": {
            "field": "gone",
            "ignore_failure": True,
            "on_failure": [NOTE],
            "processor": {"drop": {}},
        }
    }

    with pytest.raises(Raised) as caught:
        _run(each, on_failure=[NOTE], flavour="opensearch")
    assert caught.value.escaped
    assert _run(each, flavour="elasticsearch") == {}


def test_the_message_of_the_innermost_cause_is_what_handlers_see() -> None:
    pipeline = _pipeline(END, on_failure=[NOTE])

    def outer(_: Document) -> None:
        raise Failure("outer", "some_exception", root="inner")

    pipeline.steps[0].run = outer
    document = Document({})

    pipeline.run(document)

    assert document.ctx == {"note": "inner|set||"}


def test_runs_and_failures_are_counted_and_timed() -> None:
    pipeline = _pipeline(
        {"fail": {"message": "m", "ignore_failure": True}},
        {"set": {"field": "a", "value": 1, "if": "false"}},
        END,
    )
    ticks = iter(range(100))
    document = Document({})
    document.clock = lambda: float(next(ticks))

    pipeline.run(document)

    assert [(step.count, step.failures, step.timed, step.seconds) for step in pipeline.steps] == [
        (1, 1, 1, 1.0),
        (0, 0, 0, 0.0),
        (1, 0, 1, 1.0),
    ]
