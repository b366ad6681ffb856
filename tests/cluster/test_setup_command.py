"""``shipper setup`` as a user runs it."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


def _shipper(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shipper", *words],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def config(tmp_path):
    """Writes a configuration for a node; its dataset is new."""

    def write(url: str, pipeline: str = "", setup: str = "", dataset: str = "") -> tuple[Path, str]:
        dataset = dataset or f"c{secrets.token_hex(4)}"
        file = tmp_path / "config.yml"
        file.write_text(
            f"""
inputs:
  - id: app
    paths: [{tmp_path}/*.log]
    data_stream: {{dataset: {dataset}}}
    {pipeline}
output.elasticsearch:
  hosts: ["{url}"]
path.data: {tmp_path}/state
path.pipelines: {_ROOT}/pipelines
{setup}
""",
            encoding="utf-8",
        )
        return file, dataset

    return write


def test_plan_then_setup_then_nothing(opensearch, config):
    file, dataset = config(opensearch.url, "pipeline: {file: nginx-access, run: cluster}")

    plan = _shipper("setup", "-c", str(file), "--dry-run")
    assert plan.returncode == 0, plan.stderr
    assert f"PUT /_index_template/shipper-logs-{dataset}" in plan.stdout
    assert f"PUT /_data_stream/logs-{dataset}-default" in plan.stdout
    assert "PUT /_ingest/pipeline/shipper-nginx-access-" in plan.stdout
    assert "3 changes to make, nothing was changed" in plan.stdout
    body = plan.stdout.split("PUT /_index_template")[1].split("\n", 1)[1].split("  + ")[0]
    assert json.loads(body)["_meta"]["managed_by"] == "shipper"
    assert opensearch.request("GET", f"/_index_template/shipper-logs-{dataset}")[0] == 404

    done = _shipper("setup", "-c", str(file))
    assert done.returncode == 0, done.stderr
    assert f"+ data stream logs-{dataset}-default" in done.stdout
    assert opensearch.request("GET", f"/_data_stream/logs-{dataset}-default")[0] == 200

    again = _shipper("setup", "-c", str(file))
    assert (again.returncode, again.stderr) == (0, "")
    assert "nothing to do" in again.stdout
    assert " + " not in again.stdout


def test_what_stands_in_the_way_is_told_and_nothing_is_made(opensearch, config):
    file, dataset = config(opensearch.url, "pipeline: nobodys")

    done = _shipper("setup", "-c", str(file))

    assert done.returncode == 1
    assert "pipeline nobodys: input app names it" in done.stderr
    assert opensearch.request("GET", f"/_index_template/shipper-logs-{dataset}")[0] == 404


def test_a_cluster_that_is_away_is_told(config):
    file, _ = config("http://127.0.0.1:9")

    done = _shipper("setup", "-c", str(file))

    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_change_is_shown_as_a_difference(opensearch, config):
    file, dataset = config(opensearch.url)
    assert _shipper("setup", "-c", str(file)).returncode == 0
    setup = "setup.template.settings: {index.refresh_interval: 5s}"
    config(opensearch.url, setup=setup, dataset=dataset)

    plan = _shipper("setup", "-c", str(file), "--dry-run")

    assert (plan.returncode, plan.stderr) == (0, "")
    assert f"~ index template shipper-logs-{dataset}" in plan.stdout
    assert "1 change to make, nothing was changed" in plan.stdout
    changed = [line.strip() for line in plan.stdout.splitlines() if line[4:5] in {"+", "-"}]
    assert [line for line in changed if "hash" not in line] == [
        '-      "index.refresh_interval": "30s"',
        '+      "index.refresh_interval": "5s"',
    ]
    done = _shipper("setup", "-c", str(file))
    assert "it counts from the next rollover on" in done.stdout
    assert "nothing to do" in _shipper("setup", "-c", str(file)).stdout


def test_removal_lists_asks_and_removes(opensearch, config):
    file, dataset = config(opensearch.url, "pipeline: {file: nginx-access, run: cluster}")
    assert _shipper("setup", "-c", str(file)).returncode == 0
    template = f"/_index_template/shipper-logs-{dataset}"

    shown = _shipper("setup", "-c", str(file), "--remove", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert f"- index template shipper-logs-{dataset}: made by shipper setup" in shown.stdout
    assert f"- data stream logs-{dataset}-default" in shown.stdout
    unanswered = _shipper("setup", "-c", str(file), "--remove")
    assert unanswered.returncode == 2
    assert "add --yes" in unanswered.stderr
    assert opensearch.request("GET", template)[0] == 200

    done = _shipper("setup", "-c", str(file), "--remove", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert opensearch.request("GET", template)[0] == 404
    again = _shipper("setup", "-c", str(file), "--remove", "--yes")
    assert again.returncode == 0
    assert f"shipper-logs-{dataset}" not in again.stdout


def test_a_foreign_template_of_the_same_pattern_is_refused(node, config):
    file, dataset = config(node.url)
    foreign = {"index_patterns": [f"logs-{dataset}-*"], "priority": 200, "data_stream": {}}
    node.request("PUT", f"/_index_template/foreign-{dataset}", foreign)

    done = _shipper("setup", "-c", str(file))

    node.request("DELETE", f"/_index_template/foreign-{dataset}")
    assert done.returncode == 1
    assert f"foreign-{dataset} (priority 200) is not Shipper's" in done.stderr
    assert "delete it, give it other index_patterns" in done.stderr
    assert "nothing was changed" in done.stderr
    assert node.request("GET", f"/_index_template/shipper-logs-{dataset}")[0] == 404
