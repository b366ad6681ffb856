"""Why a cluster refuses a pipeline: real answers of OpenSearch 3.4.0, with what leads to the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shipper.tools.refused import told
from tests.parity.rig import Cluster

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.rig.node import Node

_FINE = {"set": {"field": "a", "value": 1}}
_SCRIPT = "int a = 1;\nctx.b = a +;\nreturn"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        pytest.param(
            [_FINE, {"script": {"tag": "sums", "source": _SCRIPT}}],
            ["processors[1] script [sums], line 2, column 12 of its script, `ctx.b = a +;`: ", "near [';']"],
            id="script",
        ),
        pytest.param(
            [_FINE, {"set": {"field": "a", "value": 1, "if": "ctx.a ==="}}],
            ["processors[1] set, line 1, column 10 of its script", "unexpected end of script"],
            id="condition",
        ),
        pytest.param(
            [{"set": {"field": "a", "value": 1, "on_failure": [_FINE, {"sett": {}}]}}],
            ["processors[0].set.on_failure[1] sett: ", "No processor type exists with name [sett]"],
            id="handler",
        ),
        pytest.param(
            [_FINE, {"set": {"value": 1}}, {"convert": {"field": "a", "type": "x", "tag": "t7"}}],
            ["processors[1] set: ", "[field] required property", "; processors[2] convert [t7]: ", "[x] not supported"],
            id="two of them",
        ),
        pytest.param(
            [{"foreach": {"field": "a", "processor": {"grok": {"field": "_ingest._value", "patterns": ["%{NO}"]}}}}],
            ["processors[0] foreach: ", "Unable to find pattern [NO]"],
            id="nested",
        ),
    ],
)  # fmt: skip
def test_a_refusal_names_the_step_and_the_place_in_its_script(
    steps: list[dict[str, Any]], words: list[str], opensearch: Node
) -> None:
    body = {"processors": steps}
    cluster = Cluster(opensearch.url)
    try:
        status, answer = cluster.call(
            "POST", "/_ingest/pipeline/_simulate", {"pipeline": body, "docs": [{"_source": {}}]}
        )
    finally:
        cluster.close()

    assert status == 400
    text = told(body, answer)
    for word in words:
        assert word in text, text
    assert "\n" not in text


def test_the_line_of_the_file_is_told_where_the_step_is_the_one_that_was_sent(
    tmp_path: Path,
) -> None:
    path = tmp_path / "shop.yml"
    path.write_text("processors:\n  - set: {field: a, value: 1}\n  - nope: {x: 1}\n")
    error = {"type": "parse_exception", "reason": "No processor type exists", "processor_type": "nope"}  # fmt: skip
    answer = {"error": {"root_cause": [error], **error}}

    sent = {"processors": [_FINE, {"nope": {"x": 1}}]}
    other = {"processors": [_FINE, {"nope": {"x": 2}}]}

    assert "processors[1] nope (shop.yml:3:5): " in told(sent, answer, path)
    assert "shop.yml" not in told(other, answer, path)
    assert "processors[1] nope: " in told(other, answer, tmp_path / "gone.yml")


@pytest.mark.parametrize("answer", [None, {"error": "no handler"}, {"error": {"type": "x", "reason": "y"}}])  # fmt: skip
def test_an_answer_that_names_no_processor_is_told_as_it_is(answer: Any) -> None:
    assert "processors[" not in told({"processors": [_FINE]}, answer)
