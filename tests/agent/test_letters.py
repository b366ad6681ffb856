"""Dead letters that go through their input's pipeline again: what is sent for them, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.agent.letters import mode_of
from shipper.config import load
from shipper.delivery.dead_letter import NAME, DeadLetters
from shipper.tools.replay import Alone
from tests.delivery.test_replay import Cluster, letter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """
inputs:
  - id: app
    paths: [log]
    data_stream: {{dataset: "app{dynamic}", namespace: prod}}
    pipeline: {{file: p, run: edge, on_error: {on_error}}}
output.elasticsearch: {{hosts: ["http://127.0.0.1:1"], target.mode: {mode}}}
http.enabled: false
"""
PIPELINE = """
processors:
  - grok: {field: message, patterns: ['^%{TIMESTAMP_ISO8601:at} %{INT:n:int}$']}
  - date: {field: at, formats: [ISO8601]}
  - remove: {field: at}
"""
NOW = """
processors:
  - set: {field: at, value: '{{{_ingest.timestamp}}}'}
  - date: {field: at, formats: [ISO8601]}
"""


class World:
    """The command without an agent, with a fake cluster in the place of the output."""

    def __init__(
        self,
        folder: Path,
        *,
        mode: str,
        on_error: str = "dead_letter",
        dynamic: str = "",
        pipeline: str = PIPELINE,
    ) -> None:
        (folder / "pipelines").mkdir()
        (folder / "pipelines" / "p.yml").write_text(pipeline)
        config = folder / "config.yml"
        config.write_text(CONFIG.format(mode=mode, on_error=on_error, dynamic=dynamic))
        self.settings = load(config)
        self.cluster = Cluster()
        self.alone = Alone(self.settings)
        self.alone.letters._output = self.cluster  # type: ignore[assignment]  # a fake

    def replay(self, message: str, **changes: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """What became of a letter that the edge had refused: outcome, action and document."""
        one = self.settings.inputs[0]
        document = {
            "@timestamp": "2026-11-20T10:00:00.000Z",
            "message": message,
            "fields": {"kind": "web"},
            "big": 2**70,
        }
        made = letter(
            1,
            route=one.data_stream.index,
            input="app",
            status=0,
            type="illegal_argument_exception",
            document=b'{"big":%d,' % 2**70
            + orjson.dumps({k: v for k, v in document.items() if k != "big"})[1:],
            **changes,
        )
        self.alone.letters._store.add([made])
        bodies: list[bytes] = []
        send = self.cluster.send

        def keep(route: Any, body: bytes, count: int) -> Any:
            bodies.append(body)
            return send(route, body, count)

        self.cluster.send = keep  # type: ignore[method-assign]
        (answer,) = self.alone.letters.answer({"command": "replay", "ids": [made.id]})["events"]
        if not bodies:
            return answer["outcome"], {}, {}
        action, sent, _ = bodies[0].split(b"\n")
        assert b"1180591620717411303424" in sent
        return answer["outcome"], orjson.loads(action)["create"], orjson.loads(sent)


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Any]:
    made: list[World] = []

    def make(**options: Any) -> World:
        made.append(World(tmp_path, **options))
        return made[-1]

    yield make
    for one in made:
        one.alone.close()


def test_through_the_pipeline(worlds: Any) -> None:
    outcome, action, document = worlds(mode="data_stream").replay("2026-01-02T03:04:05Z 7")
    assert outcome == "indexed"
    assert action == {"_id": letter(1).id}
    assert document["n"] == 7
    assert document["@timestamp"] == "2026-01-02T03:04:05.000Z"


def test_a_daily_index_is_that_of_the_finished_document(worlds: Any) -> None:
    world = worlds(mode="daily")
    outcome, action, _ = world.replay("2026-01-02T03:04:05Z 7")
    assert outcome == "indexed"
    assert action == {"_index": "shipper-app-prod-2026.01.02", "_id": letter(1).id}
    assert world.cluster.requests[0][0].many
    assert mode_of(world.settings) == "daily"


def test_now_is_when_it_was_refused(worlds: Any) -> None:
    """A replay that is killed and repeated on another day must not make another document, or the same in another index."""
    world = worlds(mode="daily", pipeline=NOW)
    outcome, action, document = world.replay("m")
    assert outcome == "indexed"
    assert action["_index"] == "shipper-app-prod-2027.01.15"
    assert document["@timestamp"] == "2027-01-15T08:00:01.000Z"


def test_a_name_by_fields(worlds: Any) -> None:
    world = worlds(mode="data_stream", dynamic=".%{[fields.kind]}")
    _, action, _ = world.replay("2026-01-02T03:04:05Z 7")
    assert action["_index"] == "logs-app.web-prod"


def test_a_name_by_what_the_pipeline_finds_only_now(worlds: Any) -> None:
    """When it was refused, a default stood in its names; the document must not disagree with the stream that it goes to."""
    world = worlds(mode="data_stream", dynamic=".%{[n]}")
    stream = world.settings.inputs[0].data_stream
    names = {"dataset": "app.unknown", "namespace": "prod"}
    document = {
        "message": "2026-01-02T03:04:05Z 7",
        "data_stream": names,
        "event": {"dataset": "app.unknown"},
    }
    made = letter(
        1,
        route=stream.index,
        input="app",
        status=0,
        type="illegal_argument_exception",
        action=b'{"create":{"_index":"logs-app.unknown-prod","_id":"x"}}',
        document=orjson.dumps(document),
    )
    world.alone.letters._store.add([made])
    assert world.alone.letters.replay([made.id])[0].outcome == "indexed"
    _, sent = world.cluster.there[made.id]
    assert sent["data_stream"] == {"dataset": "app.7", "namespace": "prod"}
    assert sent["event"] == {"dataset": "app.7"}


def test_refused_again_by_the_edge_is_not_sent(worlds: Any) -> None:
    world = worlds(mode="data_stream")
    assert world.replay("nothing of the kind")[0] == "refused"
    (kept,) = world.alone.letters._store.list()
    assert kept.at_edge
    assert kept.replays == 0
    assert "grok" in kept.reason


def test_on_error_ship_sends_it_with_the_error(worlds: Any) -> None:
    """What was a dead letter is shipped, if that is what the configuration says now."""
    outcome, _, document = worlds(mode="data_stream", on_error="ship").replay("nothing of the kind")
    assert outcome == "indexed"
    assert "grok" in document["error"]["message"]


def test_what_the_cluster_refuses_stays_an_event_from_before_the_pipeline(worlds: Any) -> None:
    world = worlds(mode="data_stream")
    world.cluster.refuses = lambda _: {
        "status": 400,
        "error": {"type": "document_parsing_exception", "reason": "failed to parse field [n]"},
    }
    assert world.replay("2026-01-02T03:04:05Z 7")[0] == "refused"
    (kept,) = world.alone.letters._store.list()
    assert kept.at_edge
    assert kept.type == "document_parsing_exception"
    world.cluster.refuses = lambda _: None
    assert world.alone.letters.replay([kept.id])[0].outcome == "indexed"
    assert world.cluster.there[kept.id][1]["n"] == 7


def test_the_store_is_locked_and_given_back(worlds: Any, tmp_path: Path) -> None:
    world = worlds(mode="data_stream")
    world.alone.close()
    again = Alone(world.settings)
    again.close()
    store = DeadLetters(world.settings.path_data / NAME, 0, read_only=True)
    assert store.count() == 0
    store.close()
    world.alone = again
