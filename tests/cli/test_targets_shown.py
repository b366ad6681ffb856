"""What `check` and `explain` say of the index: the one that is written to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from shipper.cli import main

if TYPE_CHECKING:
    from pathlib import Path

LINE = {"@timestamp": "2026-11-21T23:30:00-01:00", "message": "m", "shop": {"kind": "Web X"}}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "app.json").write_text(json.dumps(LINE) + "\n")
    file = tmp_path / "shipper.yml"
    file.write_text(
        f"name: web-1\npath.data: {tmp_path}/data\ninputs:\n  - id: app\n    paths: [{tmp_path}/app.json]\n"
        "    parsers: [{ndjson: {target: '', overwrite_keys: true}}]\n"
        "    data_stream: {dataset: 'app.%{[shop.kind]}', namespace: '%{[host.name]}'}\n"
        "output.elasticsearch: {hosts: [http://es:9200], target.mode: daily}\n"
    )
    return file


def test_check_shows_the_pattern(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-c", str(config)]) == 0
    assert "input app → shipper-app.*-web_1-*" in capsys.readouterr().out


def test_explain_shows_the_index_of_the_line(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = f"{config.parent}/app.json:1"
    assert main(["explain", "-c", str(config), place, "--no-cluster"]) == 0
    *_, action, document = capsys.readouterr().out.strip().splitlines()
    assert json.loads(action)["create"]["_index"] == "shipper-app.web_x-web_1-2026.11.22"
    assert json.loads(document)["data_stream"] == {
        "type": "logs",
        "dataset": "app.web_x",
        "namespace": "web_1",
    }
