"""
The rights that ``shipper setup --print-api-key-request`` prints, on real secure nodes of both products.

Each level is given to a login of its own, which then does the level's work; and each right is taken away in turn, after which
that work must fail at a place that can be named, with a message that names the right.
"""

from __future__ import annotations

import copy
import json
import re
import secrets
import time
from contextlib import closing, redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from msgspec.structs import replace

from shipper.cli import main
from shipper.cluster import ingest
from shipper.cluster.client import Client, RefusedError
from shipper.cluster.login import give
from shipper.config.loading import load
from shipper.delivery.advice import paused_by
from shipper.delivery.elasticsearch import ClusterOutput
from shipper.delivery.response import read
from shipper.records import Route
from shipper.tools import rights
from shipper.tools.setup import SetupError, carry_out, make_plan

if TYPE_CHECKING:
    from pathlib import Path

    from shipper.config.settings import Settings

PASSWORD = "Quiet-Harbour-75"
MODES = ("data_stream", "rollover_alias", "daily")
PRODUCTS = ("opensearch", "elasticsearch")

# Rights without which these very nodes do the work all the same, and what they are for.
SPARE = {
    ("elasticsearch", "monitor"): "the clock in check --cluster, and older releases",
    ("elasticsearch", "manage_ilm"): "lifecycle policies; the rig's node has no ILM",
    ("opensearch", "indices:data/write/bulk"): "OpenSearch 2",
    ("opensearch", "indices:data/read/mget"): "OpenSearch 2",
    ("opensearch", "indices:admin/index_template/simulate_index"): "check --cluster",
    ("opensearch", "cluster:admin/opendistro/ism/policy/*"): "the rig's node has no ISM",
    ("opensearch", "cluster:admin/opendistro/ism/managedindex/*"): "the rig's node has no ISM",
}


class Bench:
    """A configuration with names of its own on a secure node."""

    def __init__(self, node: Any, folder: Path, mode: str, *, pipeline: bool = False) -> None:
        self.node, self.folder, self.mode = node, folder, mode
        self.dataset = f"r{secrets.token_hex(4)}"
        one: dict[str, Any] = {"id": "app", "paths": [str(folder / "app.log")]}
        one["data_stream"] = {"dataset": self.dataset}
        if pipeline:
            (folder / "pipelines").mkdir(exist_ok=True)
            steps = {"processors": [{"set": {"field": "a", "value": "b"}}]}
            (folder / "pipelines" / "p.json").write_text(json.dumps(steps))
            one["pipeline"] = {"file": "p", "run": "cluster"}
        self.file = folder / f"{self.dataset}.yml"
        self.config: dict[str, Any] = {
            "inputs": [one],
            # The rig's Elasticsearch has no native library for the codec that is the default.
            "setup.template.settings": {"index.codec": "default"},
            "output.elasticsearch": {
                "hosts": [node.url],
                "target.mode": mode,
                "ssl.certificate_authorities": [str(node.security.ca)],
            },
        }
        self.number = 0

    def settings(self, login: dict[str, str]) -> Settings:
        config = copy.deepcopy(self.config)
        config["output.elasticsearch"] |= login
        self.file.write_text(yaml.safe_dump(config))
        return load(self.file, environ={})

    @property
    def administrator(self) -> dict[str, str]:
        security = self.node.security
        return {"username": security.username, "password": security.password}

    def setup(self, login: dict[str, str]) -> None:
        """``shipper setup`` twice, of which the second changes nothing."""
        settings = self.settings(login)
        with closing(Client(settings.output)) as client:
            plan = make_plan(client, settings)
            assert plan.problems == []
            carry_out(client, plan, lambda _step: None)
            again = make_plan(client, settings)
            assert (again.steps, again.problems) == ([], [])

    def ship(self, login: dict[str, str], *, prove: bool = False) -> str:
        """One event with a new field, as ``run`` sends it; what ``run`` would say, empty if all is well."""
        self.number += 1
        settings = self.settings(login)
        one = settings.inputs[0]
        route = Route(one.data_stream.index, ingest.pipeline_of(one), mode=one.data_stream.mode)
        with closing(ClusterOutput(settings.output)) as output:
            why = output.ready(route)
            if why is not None:
                return why
            action = {"_id": f"id{self.number}"}
            if self.mode == "daily":
                action["_index"] = f"{one.data_stream.name}-2026.01.{self.number:02}"
            event = {"@timestamp": "2026-01-01T00:00:00Z", f"field_{self.number}": "x"}
            body = f"{json.dumps({'create': action})}\n{json.dumps(event)}\n".encode()
            reading = read(output.send(route, body, 1), 1, "")
            problem = reading.problem or next(iter(reading.problems.values()), None)
            if problem is not None:
                return paused_by(problem, route)
            if route.pipeline and output.pipeline_exists(route.pipeline) is None:
                return "whether the pipeline exists cannot be asked: read_pipeline, cluster:admin/ingest/pipeline/get"
            if prove:
                return self._search(output.client, one.data_stream.index)
        return ""

    def _search(self, client: Client, index: str) -> str:
        query = {"query": {"ids": {"values": [f"id{self.number}"]}}}
        status, answer = client.json("POST", f"/{index}/_search", body=query)
        return "" if status == 200 else f"{answer}; {client.advice(status, answer)}"

    def earlier(self, login: dict[str, str]) -> str:
        """Whether an event is found in the index from before a rollover; what ``run`` would say if not."""
        settings = self.settings(self.administrator)
        name = settings.inputs[0].data_stream.name
        assert self.ship(self.administrator) == ""
        with closing(Client(settings.output)) as client:
            assert client.json("POST", f"/{name}/_rollover")[0] == 200
        action = json.dumps({"create": {"_id": f"id{self.number}"}}).encode()
        route = Route(name, mode=self.mode)
        with closing(ClusterOutput(self.settings(login).output)) as output:
            found = output.earlier(route, [action], time.time())
        return "" if found == {0} else f"found {found}"

    def roll(self, login: dict[str, str]) -> str:
        """``shipper rollover``; what it says if it fails."""
        self.settings(login)
        said = StringIO()
        with redirect_stderr(said), redirect_stdout(said):
            code = main(["rollover", "-c", str(self.file)])
        return "" if code == 0 and "not due" not in said.getvalue() else said.getvalue()

    def give(self, level: str, without: str = "") -> dict[str, str]:
        """A login with the rights of a level, or all of them but one."""
        settings = self.settings({})
        body = rights.request(settings, level, self.node.product)
        for one in lists_of(body, self.node.product):
            if without in one:
                one.remove(without)
        if self.node.product == "elasticsearch":
            role = body["role_descriptors"][rights.name_of(level)]
            role["indices"] = [one for one in role["indices"] if one["privileges"]]
            status, answer = self.node.request("POST", "/_security/api_key", body)
            assert status == 200, answer
            return {"api_key": answer["encoded"]}
        name = f"{level}-{secrets.token_hex(4)}"
        self.node.add_role(name, body)
        self.node.add_user(name, PASSWORD, name)
        return {"username": name, "password": PASSWORD}

    def list(self, level: str) -> list[str]:
        body = rights.request(self.settings({}), level, self.node.product)
        found = [name for one in lists_of(body, self.node.product) for name in one]
        return [name for name in found if (self.node.product, name) not in SPARE]


def lists_of(body: dict[str, Any], product: str) -> tuple[list[str], list[str]]:
    if product == "opensearch":
        return body["cluster_permissions"], body["index_permissions"][0]["allowed_actions"]
    (role,) = body["role_descriptors"].values()
    return role["cluster"], role["indices"][0]["privileges"]


@pytest.fixture(params=PRODUCTS)
def secure(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(f"secure_{request.param}")


@pytest.mark.parametrize("mode", MODES)
def test_each_level_is_enough_for_its_work(secure, tmp_path, mode):
    # The rig's Elasticsearch has no processors.
    pipeline = secure.product == "opensearch" and mode != "daily"
    bench = Bench(secure, tmp_path, mode, pipeline=pipeline)

    bench.setup(bench.give("setup"))
    assert bench.ship(bench.give("ship")) == ""
    assert bench.ship(bench.give("prove"), prove=True) == ""
    if mode != "daily":
        assert bench.roll(bench.give("rollover")) == ""
        assert bench.earlier(bench.give("prove")) == ""
    told = bench.ship(bench.give("ship"), prove=True)
    assert "read" in told or "indices:data/read/search" in told, told


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_one_right_less_to_ship_is_named(secure, tmp_path, mode, caplog):
    """Where ``run`` can go on without a right, it says what it does not know."""
    pipeline = secure.product == "opensearch" and mode == "data_stream"
    bench = Bench(secure, tmp_path, mode, pipeline=pipeline)
    bench.setup(bench.administrator)

    for right in bench.list("ship"):
        if (secure.product, mode, right) == ("elasticsearch", "rollover_alias", "auto_configure"):
            continue  # still granted with create_doc for what is no data stream; deprecated there
        caplog.clear()
        told = bench.ship(bench.give("ship", right)) or caplog.text
        assert named(right) in told or give(told), (right, told)
        assert named(right) in told, (right, told)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES[:2])
def test_one_right_less_to_look_into_earlier_indices_is_named(secure, tmp_path, mode, caplog):
    bench = Bench(secure, tmp_path, mode)
    bench.setup(bench.administrator)

    for right in set(bench.list("prove")) - set(bench.list("ship")):
        caplog.clear()
        assert bench.earlier(bench.give("prove", right)) == "found set()"
        question = "_mget" if "read" in right else "_settings"
        assert re.search(
            rf"/{question} is not allowed: .*; give the login.* \(level `prove`\)", caplog.text
        )
    assert bench.earlier(bench.give("ship")) == "found set()"


def named(right: str) -> str:
    """How a message names a right: that itself, or the action that it would have allowed."""
    return {
        "indices:data/write/bulk*": "indices:data/write/bulk[s]",
        "indices:admin/aliases/get": "GET /_alias",
        "indices:admin/index_template/get": "GET /_index_template",
        "cluster:admin/ingest/pipeline/*": "cluster:admin/ingest/pipeline/get",
    }.get(right, right)


@pytest.mark.slow
def test_one_right_less_to_set_up_is_named(secure, tmp_path):
    pipeline = secure.product == "opensearch"
    for right in Bench(secure, tmp_path, "data_stream", pipeline=pipeline).list("setup"):
        bench = Bench(secure, tmp_path, "data_stream", pipeline=pipeline)
        if right == "manage":  # the only index privilege: a key of cluster privileges alone
            login = bench.give("setup", right)
            told = bench.ship(login)
            assert "create_doc" in told
            continue
        with pytest.raises((SetupError, RefusedError)) as caught:
            bench.setup(bench.give("setup", right))
        assert named(right) in str(caught.value), right


def test_without_its_rights_rollover_names_them(secure, tmp_path):
    bench = Bench(secure, tmp_path, "data_stream")
    bench.setup(bench.administrator)
    assert bench.ship(bench.administrator) == ""

    told = bench.roll(bench.give("ship"))

    needed = "manage" if secure.product == "elasticsearch" else "indices:admin/rollover"
    assert needed in told, told


def test_the_request_is_printed_without_a_cluster(tmp_path, capsys):
    file = tmp_path / "c.yml"
    file.write_text(
        "inputs:\n"
        "- {id: a, paths: [x.log], data_stream.dataset: nginx.access}\n"
        "- {id: b, paths: [y.log], data_stream.dataset: 'app.%{[fields.kind]}'}\n"
        "output.elasticsearch.hosts: ['http://127.0.0.1:1']\n"
        "dead_letter.stream: true\n"
    )
    words = ["setup", "-c", str(file), "--print-api-key-request", "ship"]

    assert main([*words, "--product", "elasticsearch"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "name": "shipper-ship",
        "role_descriptors": {
            "shipper-ship": {
                "cluster": ["monitor"],
                "indices": [
                    {
                        "names": [
                            "logs-app.*-*",
                            "logs-nginx.access-*",
                            "logs-shipper.dead_letter-*",
                        ],
                        "privileges": ["create_doc", "auto_configure"],
                    }
                ],
            }
        },
    }
    assert "/_security/api_key" in err
    assert main([*words, "--product", "opensearch"]) == 0
    out, err = capsys.readouterr()
    assert "indices:data/write/bulk*" in json.loads(out)["index_permissions"][0]["allowed_actions"]
    assert "/_plugins/_security/api/roles/shipper-ship" in err
    assert main(words) == 2
    assert "add --product elasticsearch or --product opensearch" in capsys.readouterr().err


def test_who_sets_up_a_frozen_phase_may_look_for_its_repository(tmp_path, capsys):
    file = tmp_path / "c.yml"
    file.write_text(
        "inputs: [{id: a, paths: [x.log]}]\noutput.elasticsearch.hosts: ['http://127.0.0.1:1']\n"
        "setup.phases.frozen: {min_age: 30d, snapshot_repository: archive}\n"
    )
    words = ["setup", "-c", str(file), "--product", "elasticsearch", "--print-api-key-request"]

    for level, more in (("setup", {"monitor_snapshot"}), ("ship", set())):
        assert main([*words, level]) == 0
        role = json.loads(capsys.readouterr().out)["role_descriptors"][f"shipper-{level}"]
        assert {"monitor_snapshot"} & set(role["cluster"]) == more


def test_a_lacking_right_is_told_by_check(secure, tmp_path, capsys):
    bench = Bench(secure, tmp_path, "data_stream")
    bench.setup(bench.administrator)
    less = "create_doc" if secure.product == "elasticsearch" else "indices:data/write/index"

    bench.settings(bench.give("ship"))
    main(["check", "--cluster", "-c", str(bench.file), "--json"])
    enough = json.loads(capsys.readouterr().out)["findings"]
    bench.settings(bench.give("ship", less))
    code = main(["check", "--cluster", "-c", str(bench.file), "--json"])
    lacking = json.loads(capsys.readouterr().out)["findings"]

    assert [one["level"] for one in enough if one["part"] == "rights"] == ["ok"]
    (told,) = [one for one in lacking if one["part"] == "rights"]
    assert code == 1
    assert told["level"] == "error"
    assert less in told["text"]
    assert "--print-api-key-request ship" in told["todo"]


def test_names_of_dynamic_datasets_are_patterns(tmp_path):
    file = tmp_path / "c.yml"
    file.write_text(
        "inputs: [{id: a, paths: [x.log], data_stream.dataset: 'k.%{[fields.kind]}'}]\n"
        "output.elasticsearch: {hosts: [es], target.mode: daily}\n"
    )
    settings = load(file, environ={})

    assert rights.targets(settings) == ["shipper-k.*-*"]
    off = replace(settings, inputs=(replace(settings.inputs[0], enabled=False),))
    assert rights.targets(off) == []
