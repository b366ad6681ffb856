"""The three targets end to end: real agents, real nodes of both products, `shipper setup` in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.harness.agent import ROOT, AgentProcess, shipper
from tests.e2e.harness.expect import Expected, assert_exact
from tests.e2e.harness.logs import Writer, write_lines
from tests.e2e.harness.proxy import Proxy
from tests.e2e.harness.readers import node_documents
from tests.e2e.harness.scene import dataset_of, tail, to_node

pytestmark = pytest.mark.timeout(300)
DAY = timedelta(days=1)


@pytest.fixture
def name(stream_name, node):
    """A dataset of this test's own; what it made is gone after it."""
    dataset = dataset_of(stream_name)
    yield dataset
    for prefix in ("logs", "shipper"):
        node.request("DELETE", f"/_data_stream/{prefix}-{dataset}*")
        _, found = node.request("GET", f"/_resolve/index/{prefix}-{dataset}*?expand_wildcards=all")
        for index in found.get("indices", []):
            node.request("DELETE", f"/{index['name']}")
        _, found = node.request("GET", "/_index_template?filter_path=index_templates.name")
        for template in found.get("index_templates", []):
            if f"-{dataset}" in template["name"]:
                node.request("DELETE", f"/_index_template/{template['name']}")


def config(node, *inputs, mode, **output):
    made = to_node(node.url, *inputs, output={"target.mode": mode} | output)
    # The rig's Elasticsearch has no native library for the codec that is the default.
    template = {"settings": {"index.codec": "default"}}
    return made | {"setup": {"lifecycle": "none", "template": template}}


def set_up(agent):
    done = shipper("setup", "-c", str(agent.config), folder=agent.folder)
    assert done.returncode == 0, done.stdout + done.stderr


def paused(agent):
    def reason(status):
        return [one for one in status["routes"] if one["state"] == "paused"]

    (route,) = reason(agent.wait_until(reason, what="a paused route"))
    return route


def indices(node, pattern):
    """How many documents each index holds."""
    return Counter(hit["_index"] for hit in node.docs(pattern))


def counted(node, index):
    """Documents that a search sees; none while the index is being made."""
    node.request("POST", f"/{index}/_refresh")
    status, answer = node.request("GET", f"/{index}/_count")
    return answer["count"] if status == 200 else 0


def stamped(moment, text, **more):
    return json.dumps({"@timestamp": moment.isoformat(), "message": text} | more) + "\n"


JSON = [{"ndjson": {"target": "", "overwrite_keys": True}}]


def roll_over_twice(agent, node, target, writer):
    """In the middle of traffic, with events before, between and after; then the end."""
    for _ in range(2):
        more_events(agent)
        status, answer = node.request("POST", f"/{target}/_rollover")
        assert status == 200, answer
    more_events(agent)
    writer.stop()
    agent.wait_settled(files=1)
    assert agent.terminate() == 0, agent.log()


def more_events(agent):
    before = agent.status()["ledger"]["indexed"]
    agent.wait_until(
        lambda status: status["ledger"]["indexed"] >= before + 1000, what="more events"
    )


def test_a_data_stream_rolls_over_in_the_middle_of_traffic(node, name, tmp_path):
    log = tmp_path / "app.log"
    with (
        AgentProcess(
            tmp_path / "agent", config(node, tail("app", log, name), mode="data_stream")
        ) as agent,
        Writer(log, "app", rate=2000) as writer,
    ):
        set_up(agent)
        agent.start()
        roll_over_twice(agent, node, f"logs-{name}-default", writer)

    assert_exact(Expected().lines(log), node_documents(node, f"logs-{name}-default"))
    assert len(indices(node, f"logs-{name}-default")) == 3


@pytest.mark.parametrize("mode", ["data_stream", "rollover_alias"])
@pytest.mark.parametrize("killed", [True, False])
def test_a_rollover_between_sending_and_sending_again(node, name, tmp_path, mode, killed):
    """The cluster stored a request whose answer never came, then the target rolled over, twice: no event is there twice."""
    log = tmp_path / "app.log"
    target = f"{'logs' if mode == 'data_stream' else 'shipper'}-{name}-default"
    write_lines(log, "first", 500)
    settings = config(
        node, tail("app", log, name), mode=mode, timeout="3s", **{"backoff.init": "100ms"}
    )
    with AgentProcess(tmp_path / "agent", settings) as agent:
        set_up(agent)
        agent.start()
        agent.wait_settled(files=1)
        assert agent.terminate() == 0, agent.log()
        with Proxy(node.url, hold=3600) as proxy:
            held = settings["output.elasticsearch"] | {"hosts": [proxy.url]}
            agent.configure(settings | {"output.elasticsearch": held})
            write_lines(log, "second", 500)
            agent.start()
            assert proxy.wait_in_flight(60)
            while counted(node, target) < 1000:
                time.sleep(0.05)
            for _ in range(2):
                status, answer = node.request("POST", f"/{target}/_rollover")
                assert status == 200, answer
            if killed:
                agent.kill9()
                agent.configure(settings)
                agent.start()
                status = agent.wait_settled(files=1)
            else:  # it sends again when its patience is over
                proxy.hold = 0
                status = agent.wait_settled(files=1, timeout=120)
            write_lines(log, "third", 500)
            agent.wait_settled(files=1)
            assert agent.terminate() == 0, agent.log()

    assert status["counters"]["found_earlier"] == 500
    assert_exact(Expected().lines(log), node_documents(node, target))
    assert sorted(indices(node, target).values()) == [500, 1000]


def test_an_alias_is_waited_for_and_rolls_over_in_the_middle_of_traffic(node, name, tmp_path):
    """No ordinary index is made under the alias's name, and each generation holds some of the events."""
    log = tmp_path / "app.log"
    alias = f"shipper-{name}-default"
    with (
        AgentProcess(
            tmp_path / "agent",
            config(
                node,
                tail("app", log, name),
                mode="rollover_alias",
                **{"backoff.init": "100ms", "pause_retry_max": "300ms"},
            ),
        ) as agent,
        Writer(log, "app", rate=2000) as writer,
    ):
        agent.start()
        route = paused(agent)
        assert route["name"] == alias
        assert f"the alias {alias} does not exist; run `shipper setup`" in route["reason"]
        assert not indices(node, f"{alias}*")
        set_up(agent)
        roll_over_twice(agent, node, alias, writer)

    assert_exact(Expected().lines(log), node_documents(node, alias))
    assert sorted(one[-6:] for one in indices(node, alias)) == ["000001", "000002", "000003"]


def test_an_ordinary_index_in_the_place_of_an_alias_is_named(node, name, tmp_path):
    log = tmp_path / "app.log"
    write_lines(log, "app", 3)
    alias = f"shipper-{name}-default"
    assert node.request("PUT", f"/{alias}", {})[0] == 200
    with AgentProcess(
        tmp_path / "agent", config(node, tail("app", log, name), mode="rollover_alias")
    ) as agent:
        agent.start()
        assert f"{alias} is an ordinary index, not an alias" in paused(agent)["reason"]
    assert node.count(alias) == 0


def test_an_alias_without_a_write_index_is_named(node, name, tmp_path):
    log = tmp_path / "app.log"
    write_lines(log, "app", 3)
    alias = f"shipper-{name}-default"
    for number in (1, 2):
        body = {"aliases": {alias: {"is_write_index": False}}}
        assert node.request("PUT", f"/{alias}-00000{number}", body)[0] == 200
    with AgentProcess(
        tmp_path / "agent", config(node, tail("app", log, name), mode="rollover_alias")
    ) as agent:
        agent.start()
        assert f"the alias {alias} has no write index" in paused(agent)["reason"]


def test_daily_indices_take_each_event_by_its_own_time(node, name, tmp_path):
    """Yesterday's line lands in yesterday's index, by UTC; what has no time goes to the day of reading."""
    now = datetime.now(UTC)
    log, plain = tmp_path / "app.json", tmp_path / "app.log"
    log.write_text(
        stamped(now, "now")
        + stamped(now - DAY, "yesterday")
        + stamped((now - DAY).replace(hour=1), "zulu")
        + (now - DAY).strftime('{"@timestamp":"%Y-%m-%dT00:30:00+02:00","message":"in the east"}\n')
        + '{"@timestamp":"soon","message":"no time"}\n'
        + '{"message":"no time at all"}\n'
    )
    write_lines(plain, "plain", 1000)
    with AgentProcess(
        tmp_path / "agent",
        config(
            node,
            tail("json", log, name, parsers=JSON),
            tail("plain", plain, name),
            mode="daily",
            **{"backoff.init": "100ms", "pause_retry_max": "300ms"},
        ),
    ) as agent:
        agent.start()
        assert "no index template covers" in paused(agent)["reason"]
        set_up(agent)
        agent.wait_settled(files=2)
        assert agent.terminate() == 0, agent.log()

    base = f"shipper-{name}-default-"
    found = {hit["_source"]["message"]: hit["_index"] for hit in node.docs(f"{base}*")}
    today, yesterday, before = (f"{base}{now - days * DAY:%Y.%m.%d}" for days in range(3))
    assert {found[one] for one in ("now", "no time", "no time at all")} == {today}
    assert {found[one] for one in ("yesterday", "zulu")} == {yesterday}
    assert found["in the east"] == before
    count = sum(text.startswith("2026-01-01T00:00:00Z plain") for text in found)
    assert count == 1000


class ShiftedAgent(AgentProcess):
    """The agent with a wall clock that is so many seconds ahead: a real process, whose ``time.time`` is another."""

    ahead = 0.0

    def start(self, *arguments):
        self._reap()
        self.starts += 1
        code = (
            "import sys, time; real = time.time; ahead = float(sys.argv.pop(1)); time.time = lambda: real() + ahead\n"
            "from shipper.cli import main; raise SystemExit(main(sys.argv[1:]))"
        )
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    code,
                    str(self.ahead),
                    "run",
                    "-c",
                    str(self.config),
                    *arguments,
                ],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        return self


def test_killed_before_midnight_and_started_after_it(node, name, tmp_path):
    """Nothing missing and nothing twice over the whole name, though what is read again is read on another day."""
    log = tmp_path / "app.log"
    write_lines(log, "app", 40_000)
    now = datetime.now(UTC)
    midnight = (now + DAY).replace(hour=0, minute=0, second=0)
    with ShiftedAgent(
        tmp_path / "agent",
        config(node, tail("app", log, name), mode="daily", bulk_max_size=500),
    ) as agent:
        set_up(agent)
        for turn in range(4):
            agent.ahead = (midnight - now).total_seconds() - 3600 + turn * 1800
            agent.start()
            wanted = 6000 * (turn + 1)
            agent.wait_until(
                lambda _, wanted=wanted: counted(node, f"shipper-{name}-default-*") >= wanted,
                what="events",
            )
            agent.kill9()
        write_lines(log, "app", 1000, begin=40_000)
        agent.start()
        agent.wait_settled(files=1)
        assert agent.terminate() == 0, agent.log()

    assert_exact(Expected().lines(log), node_documents(node, f"shipper-{name}-default-*"))
    found = indices(node, f"shipper-{name}-default-*")
    days = [f"shipper-{name}-default-{midnight - DAY * back:%Y.%m.%d}" for back in (1, 0)]
    assert sorted(found) == days, found
    for hit in node.docs(f"shipper-{name}-default-*"):
        assert hit["_source"]["@timestamp"][:10].replace("-", ".") == hit["_index"][-10:]


def test_a_closed_index_of_the_past_holds_up_nobody(node, name, tmp_path):
    """Its events become dead letters after pause_limit, and are sent again when it is open; today's go on at once."""
    now = datetime.now(UTC)
    yesterday = f"shipper-{name}-default-{now - DAY:%Y.%m.%d}"
    log = tmp_path / "app.json"
    log.write_text(stamped(now - DAY, "first of yesterday"))
    with AgentProcess(
        tmp_path / "agent",
        config(
            node,
            tail("json", log, name, parsers=JSON),
            mode="daily",
            pause_limit="3s",
            **{"backoff.init": "200ms", "backoff.max": "500ms"},
        ),
    ) as agent:
        set_up(agent)
        agent.start()
        agent.wait_settled(files=1)
        assert node.request("POST", f"/{yesterday}/_close")[0] == 200
        began = time.monotonic()
        with log.open("a") as file:
            for i in range(50):
                file.write(stamped(now - DAY, f"late {i}") + stamped(now, f"today {i}"))
        agent.wait_until(lambda status: status["ledger"]["indexed"] >= 1, what="events")
        while counted(node, f"shipper-{name}-default-{now:%Y.%m.%d}") < 50:
            time.sleep(0.1)
            assert time.monotonic() < began + 30
        status = agent.status()
        assert any(yesterday in one and "refuses" in one for one in status["problems"]), status[
            "problems"
        ]
        assert status["routes"][0]["state"] != "paused"
        status = agent.wait_until(
            lambda status: status["counters"]["past_refused"] == 50, what="dead letters"
        )
        assert time.monotonic() - began >= 3
        agent.wait_settled(files=1)
        with log.open("a") as file:  # it is known to refuse: nobody waits for it any more
            file.write(stamped(now - DAY, "later") + stamped(now, "today again"))
        agent.wait_until(lambda status: status["counters"]["past_refused"] == 51, what="one more")
        agent.wait_settled(files=1)
        assert node.request("POST", f"/{yesterday}/_open")[0] == 200
        done = shipper(
            "dead-letter", "replay", "--all", "-c", str(agent.config), folder=agent.folder
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert agent.terminate() == 0, agent.log()

    assert indices(node, f"shipper-{name}-default-*") == {
        yesterday: 52,
        f"shipper-{name}-default-{now:%Y.%m.%d}": 51,
    }


@pytest.mark.parametrize("mode", ["data_stream", "daily"])
def test_names_refer_to_fields_of_the_event(node, name, tmp_path, mode):
    """Values are cleaned; an event without one goes to the default; documents say where they are."""
    log = tmp_path / "app.json"
    now = datetime.now(UTC)
    log.write_text(
        stamped(now, "one", shop={"kind": "Access Log"})
        + stamped(now, "two", shop={"kind": "error"})
        + stamped(now, "three", shop={"kind": []})
        + stamped(now, "four")
    )
    reference = {"dataset": f"{name}.%{{[shop.kind]:other}}", "namespace": "%{[host.name]}"}
    with AgentProcess(
        tmp_path / "agent",
        config(node, tail("json", log, parsers=JSON) | {"data_stream": reference}, mode=mode),
    ) as agent:
        set_up(agent)
        agent.start()
        status = agent.wait_settled(files=1)
        assert agent.terminate() == 0, agent.log()

    prefix = "logs" if mode == "data_stream" else "shipper"
    end = f"-{now:%Y.%m.%d}" if mode == "daily" else ""
    assert status["routes"][0]["name"] == f"{prefix}-{name}.*-e2e" + ("-*" if end else "")
    assert status["counters"]["events_unnamed"] == 2
    for kind, messages in (
        ("access_log", ["one"]),
        ("error", ["two"]),
        ("other", ["three", "four"]),
    ):
        hits = node.docs(f"{prefix}-{name}.{kind}-e2e{end}")
        assert sorted(hit["_source"]["message"] for hit in hits) == sorted(messages)
        for hit in hits:
            assert hit["_source"]["data_stream"]["dataset"] == f"{name}.{kind}"
            assert hit["_source"]["event"]["dataset"] == f"{name}.{kind}"
            assert hit["_source"]["data_stream"]["namespace"] == "e2e"


def test_a_pipeline_in_the_cluster_chooses_the_day(opensearch, name, tmp_path, request):
    """By date_index_name, among the same names; an event that it cannot date stays in the index that the agent chose."""
    log = tmp_path / "app.log"
    log.write_text("2026-10-05 one\nnothing\n")
    folder = tmp_path / "agent" / "pipelines"
    folder.mkdir(parents=True)
    step = {
        "field": "@timestamp",
        "index_name_prefix": f"shipper-{name}-default-",
        "date_rounding": "d",
        "index_name_format": "yyyy.MM.dd",
    }
    steps = [
        {
            "grok": {
                "field": "message",
                "patterns": ["%{YEAR:y}-%{MONTHNUM:m}-%{MONTHDAY:d} %{WORD:w}"],
            }
        },
        {"set": {"field": "day", "value": "{{y}}-{{m}}-{{d}}"}},
        {"date": {"field": "day", "formats": ["yyyy-MM-dd"]}},
        {"date_index_name": step},
    ]
    (folder / "dated.json").write_text(json.dumps({"processors": steps}))
    entry = tail("app", log, name, pipeline={"file": "dated"})
    with AgentProcess(tmp_path / "agent", config(opensearch, entry, mode="daily")) as agent:
        set_up(agent)
        agent.start()
        agent.wait_settled(files=1)
        assert agent.terminate() == 0, agent.log()

    found = {
        hit["_source"]["message"]: hit["_index"] for hit in opensearch.docs(f"shipper-{name}-*")
    }
    today = datetime.now(UTC)
    assert found == {
        "2026-10-05 one": f"shipper-{name}-default-2026.10.05",
        "nothing": f"shipper-{name}-default-{today:%Y.%m.%d}",
    }
