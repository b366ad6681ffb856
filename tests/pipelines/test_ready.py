"""
Each ready pipeline makes of its samples what ``expected.ndjson`` says: at the edge, in the cluster, and as an agent runs it.

The names come from ``pipelines/samples/``: a new pipeline needs nothing here.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from shipper.agent import pipelines
from shipper.cluster import ingest, templates
from shipper.config.loading import load
from shipper.config.settings import DataStream
from shipper.encode import Encoder
from shipper.pipeline.edge import Edge
from shipper.pipeline.edge_encoder import EdgeEncoder
from tests.cluster.rig.java import RigMissingError
from tests.parity import agents
from tests.parity.edge import edge, foreign_reasons
from tests.parity.outcome import Outcome
from tests.parity.rig import assert_same, simulate
from tests.pipeline.grok.oracle import Oracle
from tests.pipelines.samples import (
    NAMES,
    PIPELINES,
    TARGET,
    Sample,
    configured,
    differences,
    sample,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shipper.records import Piece

_KEY = "AAAAAAAAAAAAAAAA"
_PATH = "/var/log/ready.log"
_STAMP = "2026-11-22T08:00:00.000Z"
_FLAVOURS = ("opensearch", "elasticsearch")
_ROOT = Path(__file__).parents[2]


@pytest.fixture(params=NAMES)
def ready(request: pytest.FixtureRequest, tmp_path: Path) -> Sample:
    """The samples of each pipeline in turn; their documents are those of the node's list of agents."""
    found = sample(request.param, tmp_path)
    if "user_agent" in str(found.body):
        try:
            agents.folder()
        except RigMissingError as missing:
            pytest.skip(str(missing))
    return found


def _wrong(ready: Sample, outcomes: list[Outcome]) -> list[str]:
    """What is not as expected, one text a document."""
    wrong = []
    triples = zip(ready.events, ready.expected, outcomes, strict=True)
    for number, (event, expected, outcome) in enumerate(triples, 1):
        if outcome.kind != "document":
            wrong.append(f"{number}: {event.message[:200]!r}: {outcome}")
        elif found := differences(expected, outcome.source):
            wrong.append(f"{number}: {event.message[:200]!r}: {'; '.join(found)}")
    return wrong


def test_samples_are_many_and_hard(ready: Sample) -> None:
    """Thirty shapes at least; other than ASCII among them, attacks, and lines that fail and are kept whole."""
    lines = {event.message for event in ready.events}
    text = "\n".join(lines)
    failed = [doc for doc in ready.expected if "shipper_pipeline_failure" in doc.get("tags", ())]

    assert len(lines) >= 30
    assert len(ready.expected) == len(ready.events)
    assert any(ord(letter) > 0xFFF for letter in text)
    assert failed
    for event, document in zip(ready.events, ready.expected, strict=True):
        if document in failed:
            assert document["message"] == document["event"]["original"] == event.message


@pytest.mark.parametrize("flavour", _FLAVOURS)
def test_edge(ready: Sample, flavour: str) -> None:
    assert _wrong(ready, edge(ready.body, ready.sources, flavour)) == []


def test_cluster(ready: Sample, opensearch: Any) -> None:
    assert _wrong(ready, simulate(opensearch, ready.body, ready.sources)) == []


def test_data_stream_takes_the_documents(ready: Sample, opensearch: Any, stream_name: str) -> None:
    """Registered and mapped as ``setup`` does it: nothing is refused, and what is stored is as expected."""
    definition = ingest.load(PIPELINES / f"{ready.name}.yml")
    name, _ = definition.registered(stream_name)
    wrapped = definition.wrapped(stream_name, default=None, meta=False)
    dataset = DataStream(dataset=stream_name.split("-")[1])
    template = templates.template_body(dataset, text="match_only_text")
    lines = []
    for number, source in enumerate(ready.sources):
        lines.append(json.dumps({"create": {"_id": f"{number:06}"}}))
        lines.append(json.dumps({"@timestamp": _STAMP, **source}))

    for path, body in (
        (f"/_ingest/pipeline/{name}", wrapped),
        (f"/_index_template/{name}", template),
    ):
        status, answer = opensearch.request("PUT", path, body)
        assert status == 200, answer
    path = f"/{stream_name}/_bulk?pipeline={name}"
    status, answer = opensearch.request("POST", path, "\n".join([*lines, ""]))
    assert status == 200, answer
    errors = [item["create"].get("error") for item in answer["items"]]
    stored = [Outcome("document", source=doc["_source"]) for doc in opensearch.docs(stream_name)]

    assert [error for error in errors if error] == []
    for document in ready.expected:
        document.setdefault("@timestamp", _STAMP)
    assert _wrong(ready, stored) == []


@pytest.fixture(scope="module")
def libraries() -> Iterator[list[Oracle]]:
    """Both products' own grok libraries; Elasticsearch's nodes of the rig have no processors."""
    started: list[Oracle] = []
    try:
        started.extend(Oracle(product) for product in _FLAVOURS)
        yield started
    except RigMissingError as missing:
        pytest.skip(str(missing))
    finally:
        for library in started:
            library.close()


@pytest.mark.cluster
def test_both_products_grok_alike(ready: Sample, libraries: list[Oracle]) -> None:
    """Each reads the same out of every sample."""
    grok = next((step["grok"] for step in ready.body["processors"] if "grok" in step), None)
    if grok is None or grok["field"] != "message":
        pytest.skip("no grok of lines in it")
    pattern = "|".join(f"(?:{one})" for one in grok["patterns"])  # as the processor joins them
    texts = [event.message for event in ready.events]

    opensearch, elasticsearch = (
        library.match("legacy", pattern, texts, grok.get("pattern_definitions"))
        for library in libraries
    )

    assert opensearch == elasticsearch
    assert any(opensearch)


def _encoded(ready: Sample, encoder: Encoder) -> Piece:
    """The samples as an agent encodes them: as blocks of lines, or the events that parsers made."""
    data = ready.data
    if ready.one.parsers:
        return encoder.events(None, ready.events, 0, len(data), _STAMP)
    return encoder.block(None, data, 0, _STAMP)


def _documents(piece: Piece) -> list[dict[str, Any]]:
    lines = piece.body.splitlines()
    return [
        {
            "_index": TARGET,
            "_id": json.loads(action)["create"]["_id"],
            "_source": json.loads(source),
        }
        for action, source in zip(lines[::2], lines[1::2], strict=True)
    ]


def _edge_of(ready: Sample) -> Edge:
    """The pipeline as an input with ``run: edge`` has it."""
    line = f"pipeline: {{file: {ready.name}, run: edge}}"
    settings = configured(ready.name, ready.settings.path_data, line)
    if "user_agent" in str(ready.body):
        its = structs.replace(settings.edge, user_agent_directory=agents.folder())
        settings = structs.replace(settings, edge=its)
    choice = pipelines.choose(settings, settings.inputs[0])
    assert choice.pipeline is not None, choice.reasons
    return Edge(choice.pipeline, ready.constants, TARGET, lambda: 0.0)


def test_agent_ships_what_the_cluster_would_make(ready: Sample, opensearch: Any) -> None:
    """Whole events, with host, agent, log, tags and fields of the user's: encoded through the pipeline, or without it and sent through the node's."""
    began = time.time()
    plain = _documents(_encoded(ready, Encoder(_KEY, _PATH, ready.constants)))
    made = _documents(_encoded(ready, EdgeEncoder(_KEY, _PATH, _edge_of(ready))))

    there = simulate(opensearch, ready.body, plain)
    here = [
        Outcome(
            "document",
            source=document["_source"],
            metadata={"_index": TARGET, "_id": document["_id"]},
            masked=foreign_reasons(ready.body, given, "opensearch"),
            began=began,
            ended=time.time(),
        )
        for document, given in zip(made, plain, strict=True)
    ]

    assert_same(there, here)
    first = made[0]["_source"]
    assert first["host"]["name"] == "web-1"
    assert first["tags"] == ["sample"]
    assert first["fields"] == {"shop": 17}
    assert first["log"]["file"]["path"] == _PATH
    assert [document["_id"] for document in made] == [document["_id"] for document in plain]


_MANUAL = (_ROOT / "docs" / "ready-pipelines.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", _MANUAL, re.DOTALL))
def test_examples_of_the_manual_load(example: str, tmp_path: Path) -> None:
    """Whoever copies one gets inputs that are right; where they go is for the reader to say."""
    file = tmp_path / "config.yml"
    rest = f"path.pipelines: {PIPELINES}\noutput.local: {{path: {tmp_path}/shipped.db}}\n"
    file.write_text(f"{example}{rest}", encoding="utf-8")

    assert load(file).inputs


def test_manual_has_every_pipeline() -> None:
    """Each has a section of its own, with an example that names it."""
    wanted = {f"\n## {name}\n" for name in NAMES} | {f"file: {name}, " for name in NAMES}

    assert {words for words in wanted if words not in _MANUAL} == set()
