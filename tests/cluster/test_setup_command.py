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

    def write(url: str, pipeline: str = "") -> tuple[Path, str]:
        dataset = f"c{secrets.token_hex(4)}"
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
