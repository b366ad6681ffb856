"""The rig itself: what it calls the same, and what it makes of a cluster that does not answer."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.parity.case import Case
from tests.parity.edge import edge, foreign_reasons
from tests.parity.outcome import Outcome
from tests.parity.rewrite import rewrite
from tests.parity.rig import Cluster, simulate
from tests.parity.run import run_cases

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node


def _document(source: dict[str, Any], **more: Any) -> Outcome:
    return Outcome("document", source=source, metadata={"_index": "i"}, **more)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": 0.0}, {"a": -0.0}, False),
        ({"a": 1.10}, {"a": 1.1}, True),
        ({"a": True}, {"a": 1}, False),
        ({"a": None}, {}, False),
        ({"a": {"b": []}}, {"a": {"b": {}}}, False),
        ({"a": float("nan")}, {"a": float("nan")}, True),
    ],
)
def test_documents_are_equal_as_json_is(
    one: dict[str, Any], other: dict[str, Any], *, same: bool
) -> None:
    assert (_document(one).difference(_document(other)) == "") is same


def test_a_time_of_now_is_equal_only_within_the_run() -> None:
    now = time.time()
    span = {"began": now, "ended": now}

    def at(seconds: float) -> str:
        whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now + seconds))
        return f"x {whole}.123456789Z y"

    first = _document({"t": at(0)}, **span)
    assert first.difference(_document({"t": at(1)}, **span)) == ""
    assert "≠" in first.difference(_document({"t": at(60)}, **span))


def test_only_reasons_that_java_words_are_left_out() -> None:
    one = Outcome("failed", type="t", reason="For input string: x")
    other = Outcome("failed", type="t", reason="something else")
    assert "reason" in one.difference(other)
    foreign = Outcome("failed", type="t", reason="something else", foreign=True)
    assert one.difference(foreign) == ""
    assert "type" in one.difference(Outcome("failed", type="u", reason="x", foreign=True))
    masked = _document({"m": "[[java]]"}, masked=frozenset({"java"}))
    assert _document({"m": "[another]"}).difference(_document({"m": "[java]"})) != ""
    assert _document({"m": "[[another]]"}).difference(masked) == ""
    assert _document({"m": "(another)"}).difference(masked) != ""


def test_reasons_of_handled_failures_are_found() -> None:
    note = {"set": {"field": "m", "value": "{{{_ingest.on_failure_message}}}"}}
    java = {"convert": {"field": "a", "type": "integer", "on_failure": [note]}}
    own = {"fail": {"message": "own", "on_failure": [note]}}
    assert foreign_reasons({"processors": [own]}, {"a": "x"}, "opensearch") == frozenset()
    found = foreign_reasons({"processors": [own, java]}, {"a": "x"}, "opensearch")
    assert 'For input string: "x"' in found
    assert not any("own" in reason for reason in found)


def test_no_answer_is_a_result_of_its_own() -> None:
    """A port that takes connections and never says a word stands for a node whose worker is lost."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        cluster = Cluster(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=0.2)
        began = time.monotonic()
        outcomes = simulate(cluster, {"processors": []}, [{"a": 1}] * 50)
        cluster.disconnect()
        assert [outcome.kind for outcome in outcomes] == ["hang"] * 50
        assert time.monotonic() - began < 5


def test_what_simulate_cannot_print_is_read_back_from_the_index(opensearch: Node) -> None:
    big = 123456789012345678901234567890
    pipeline = {"processors": [{"set": {"field": "b", "value": 1}}]}
    first, second = simulate(opensearch, pipeline, [{"a": big}, {"a": 1}])
    assert (first.source, second.source) == ({"a": big, "b": 1}, {"a": 1, "b": 1})
    assert edge(pipeline, [{"a": big}])[0].source == {"a": big, "b": 1}


def test_a_difference_is_found_wherever_it_is(opensearch: Node) -> None:
    """Cases whose expected results are wrong on purpose: the rig has to say so."""
    wrong = [
        Case(option="value", document={}, processor={"set": {"field": "a", "value": 1}}, oracle="manual", page="-", expected={"a": 1.0}),
        Case(option="value", document={}, processor={"fail": {"message": "x"}}, oracle="manual", page="-", expected={}),
        Case(option="value", document={}, processor={"set": {"field": "a", "value": 1}}, refused="for no reason"),
        Case(option="value", document={}, processor={"set": {"field": "a"}}, oracle="manual", page="-", expected={}),
    ]  # fmt: skip
    right = Case(option="value", document={}, processor={"set": {"field": "a", "value": 1}})
    results = run_cases([*wrong, right], opensearch.url)
    assert [bool(result.problems) for result in results] == [True] * 4 + [False]


def test_elasticsearch_spellings_are_turned_into_opensearchs() -> None:
    pipeline = {
        "processors": [
            {"set": {"field": "a", "copy_from": "b", "if": "true"}},
            {"rename": {"field": "a", "target_field": "b", "override": True}},
            {"remove": {"keep": ["a", "b"]}},
            {"pipeline": {"name": "gone", "ignore_missing_pipeline": True}},
            {"set": {"field": "x", "value": 1}},
        ]
    }
    assert rewrite(pipeline)["processors"] == [
        {"copy": {"source_field": "b", "target_field": "a", "if": "true", "override_target": True}},
        {"rename": {"field": "a", "target_field": "b", "override_target": True}},
        {"remove_by_pattern": {"exclude_field_pattern": ["a", "b"]}},
        {"set": {"field": "x", "value": 1}},
    ]
    with pytest.raises(KeyError):
        rewrite({"processors": [{"set": {"field": "a", "copy_from": "b", "override": False}}]})
