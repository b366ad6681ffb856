"""Steps that choose an id or an index: refused, or left out, by the same rule at the edge and in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.cluster import ingest
from shipper.config.settings import DataStream
from shipper.errors import ConfigError
from shipper.pipeline.definition import Library
from shipper.pipeline.document import Document
from shipper.pipeline.options import EdgeSettings

if TYPE_CHECKING:
    from pathlib import Path

CHOOSING: list[dict[str, Any]] = [
    {"set": {"field": "_index", "value": "elsewhere"}},
    {"set": {"field": "_id", "value": "{{a}}", "if": "ctx.nothing.here == 1"}},
    {"set": {"field": "_source._index", "value": "elsewhere"}},
    {"rename": {"field": "a", "target_field": "_index"}},
    {"rename": {"field": "_index", "target_field": "a"}},
    {"remove": {"field": ["_id"]}},
    {"append": {"field": "_index", "value": "x"}},
    {"lowercase": {"field": "a", "target_field": "_index"}},
    {"grok": {"field": "a", "patterns": ["%{WORD:b}"], "target_field": "_index"}},
    {"reroute": {"dataset": "b"}},
    {"date_index_name": {"field": "@timestamp", "index_name_prefix": "a-", "date_rounding": "d"}},
]
ONE = {"set": {"field": "one", "value": 1}}


def _edge(body: dict[str, Any], target_steps: str = "ignore") -> Any:
    settings = EdgeSettings(target_steps=target_steps)
    loaded = Library({"p": (orjson.dumps(body), "p.json")}.get, settings).load("p")
    assert loaded is not None
    return loaded


def _cluster(body: dict[str, Any], stream: DataStream | None = None) -> dict[str, Any]:
    return ingest.define("p", orjson.dumps(body), "p.json", stream, ignore=True).body


@pytest.mark.parametrize("step", CHOOSING, ids=[next(iter(step)) for step in CHOOSING])
def test_a_step_that_chooses_is_refused_or_left_out(step: dict[str, Any]) -> None:
    body = {"processors": [step, ONE]}

    assert _edge(body, "refuse").troubles
    with pytest.raises(ConfigError, match="target_steps: ignore"):
        ingest.define("p", orjson.dumps(body))

    assert _cluster(body) == {"processors": [ONE]}
    assert _edge(body).body == {"processors": [ONE]}


def test_what_must_not_be_missing_does_nothing() -> None:
    """The handlers of a step, the step of a foreach: an empty list would mean that nothing handles the failure."""
    choosing = CHOOSING[0]
    handled = {"fail": {"message": "x", "on_failure": [choosing]}}
    each = {"foreach": {"field": "list", "processor": choosing}}
    body = {"processors": [handled, each, {"fail": {"message": "end"}}], "on_failure": [choosing]}

    loaded = _edge(body)
    document = Document({"list": [1, 2], "_index": "logs-a-b"})
    loaded.pipeline.run(document)

    assert document.ctx == {"list": [1, 2], "_index": "logs-a-b"}
    assert _cluster(body) == loaded.body


def test_a_step_that_does_more_than_choose_stays_refused() -> None:
    """Nobody is to guess which half of it was wanted."""
    for step in (
        {"remove": {"field": ["_id", "secret"]}},
        {"script": {"source": "ctx._index = 'a'; ctx.a = 1"}},
    ):
        body = {"processors": [step]}
        assert _edge(body).troubles
        with pytest.raises(ConfigError):
            _cluster(body)


def test_daily_indices_keep_the_step_that_chooses_among_them() -> None:
    stream = DataStream(dataset="a", prefix="shipper", mode="daily")
    step = {
        "date_index_name": {
            "field": "@timestamp",
            "index_name_prefix": f"{stream.name}-",
            "date_rounding": "d",
            "index_name_format": "yyyy.MM.dd",
        }
    }

    assert _cluster({"processors": [CHOOSING[0], step]}, stream) == {"processors": [step]}


def test_inner_pipelines_as_well(tmp_path: Path) -> None:
    (tmp_path / "outer.json").write_bytes(
        orjson.dumps({"processors": [{"pipeline": {"name": "inner"}}]})
    )
    (tmp_path / "inner.json").write_bytes(orjson.dumps({"processors": [CHOOSING[0], ONE]}))

    with pytest.raises(ConfigError):
        ingest.load(tmp_path / "outer.json")
    (inner,) = ingest.load(tmp_path / "outer.json", ignore=True).inner

    assert inner.body["processors"] == [ONE]
