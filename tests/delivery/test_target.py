"""
Whether a target may be written to, where a real cluster will not answer so on demand: missing rights, trouble, odd templates.

What real nodes say is in tests/e2e/test_targets.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from shipper.cluster.client import RefusedError
from shipper.cluster.flavour import Flavour
from shipper.delivery.target import Targets
from shipper.records import Route, SendFailed

DAILY = Route("shipper-app-default-*", None, "daily")
ALIAS = Route("shipper-app-default", None, "rollover_alias")
STREAM = Route("logs-app-default")
STREAMS = Route("logs-app.*-default")
ELASTIC = Flavour("elasticsearch", (9, 1, 0), "9.1.0")
OPEN = Flavour("opensearch", (3, 4, 0), "3.4.0")


class Answers:
    """Stands for the client: one answer to each path."""

    def __init__(self, **answers: tuple[int, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def json(self, _method: str, path: str, params: Any = None) -> tuple[int, Any]:
        self.asked.append(path)
        return next(answer for name, answer in self.answers.items() if name in path)

    def advice(self, _status: int, _answer: Any) -> str:
        return "give it the right to look"


def template(name: str, pattern: str, priority: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "index_template": {"index_patterns": [pattern], "priority": priority, **more},
    }


def templates(*entries: dict[str, Any]) -> Answers:
    return Answers(_index_template=(200, {"index_templates": list(entries)}))


def ready(answers: Answers, route: Route, flavour: Flavour = OPEN) -> str | None:
    return Targets(answers).ready(route, flavour)  # type: ignore[arg-type]


def test_elasticsearch_sees_to_data_streams_itself() -> None:
    answers = Answers()
    assert ready(answers, STREAM, ELASTIC) is None
    assert ready(answers, STREAMS, ELASTIC) is None
    assert not answers.asked


def test_without_the_right_to_look_at_templates_it_goes_on_and_says_so_once(caplog: Any) -> None:
    targets = Targets(Answers(_index_template=(403, {})))  # type: ignore[arg-type]
    for _ in range(3):
        assert targets.ready(DAILY, OPEN) is None
    (record,) = caplog.records
    assert "GET /_index_template is not allowed" in record.getMessage()


@pytest.mark.parametrize("route", [ALIAS, STREAM])
def test_what_there_is_under_a_name_must_be_known(route: Route) -> None:
    with pytest.raises(RefusedError):
        ready(Answers(_resolve=(403, {})), route)


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("route", [ALIAS, STREAM, DAILY, STREAMS])
def test_a_cluster_in_trouble_is_asked_again(route: Route, status: int) -> None:
    with pytest.raises(SendFailed):
        ready(Answers(_index_template=(status, {}), _resolve=(status, {})), route)


def test_the_right_of_an_alias_s_indices_is_not_needed() -> None:
    """require_alias, and the answer to the first events, tell the same."""
    found = {"indices": [], "aliases": [{"name": ALIAS.index}], "data_streams": []}
    assert ready(Answers(_resolve=(200, found), _alias=(403, {})), ALIAS) is None


def test_an_alias_of_one_index_needs_no_mark() -> None:
    found = {"indices": [], "aliases": [{"name": ALIAS.index}], "data_streams": []}
    one: dict[str, Any] = {"a": {"aliases": {ALIAS.index: {}}}}
    assert ready(Answers(_resolve=(200, found), _alias=(200, one)), ALIAS) is None
    two = one | {"b": {"aliases": {ALIAS.index: {}}}}
    why = ready(Answers(_resolve=(200, found), _alias=(200, two)), ALIAS)
    assert why
    assert "has no write index" in why


def test_a_data_stream_in_the_place_of_an_alias() -> None:
    found = {"indices": [], "aliases": [], "data_streams": [{"name": ALIAS.index}]}
    why = ready(Answers(_resolve=(200, found)), ALIAS)
    assert why
    assert "is a data stream; set output.elasticsearch.target.mode to data_stream" in why


@pytest.mark.parametrize(
    ("route", "entries", "part"),
    [
        (DAILY, [], "no index template covers shipper-app-default-*"),
        (DAILY, [template("other", "shipper-web-*")], "no index template covers"),
        (DAILY, [template("ours", "shipper-app-*")], None),
        (
            DAILY,
            [template("ours", "shipper-app-*", 250), template("all", "ship*", 300, data_stream={})],
            "the index template all, which wins for shipper-app-default-*, makes data streams only",
        ),
        (STREAMS, [], "no index template covers logs-app.*-default"),
        (STREAMS, [template("ours", "logs-app.*-*", 201, data_stream={})], None),
        (
            STREAMS,
            [template("plain", "logs-*", 300)],
            "plain, which wins for logs-app.*-default, does not make",
        ),
    ],
)
def test_a_template_must_make_what_is_wanted(
    route: Route, entries: list[dict[str, Any]], part: str | None
) -> None:
    why = ready(templates(*entries), route)
    if part is None:
        assert why is None
    else:
        assert why
        assert part in why
        assert "`shipper setup`" in why
