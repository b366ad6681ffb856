"""The files of ``deploy/`` fit the agent that they start."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from shipper.config import load

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="module")
def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(DEPLOY / "systemd" / "shipper.service")
    return parser


@pytest.fixture(scope="module")
def sidecar() -> dict[str, dict]:
    text = (DEPLOY / "kubernetes" / "sidecar.yaml").read_text("utf-8")
    return {one["kind"]: one for one in yaml.safe_load_all(text)}


@pytest.fixture
def settings(sidecar, tmp_path, monkeypatch):
    for name in ("POD_NAME", "POD_NAMESPACE", "NODE_NAME"):
        monkeypatch.setenv(name, name.lower())
    (tmp_path / "api-key").write_text("aWQ6a2V5")
    text = sidecar["ConfigMap"]["data"]["config.yml"]
    path = tmp_path / "config.yml"
    path.write_text(text.replace("/run/secrets/shipper", str(tmp_path)))
    return load(path)


def test_the_unit_checks_before_it_runs_the_same_file(unit):
    service = unit["Service"]

    assert service["Type"] == "notify"
    assert service["ExecStartPre"].replace(" check ", " run ") == service["ExecStart"]


def test_the_unit_gives_a_drain_its_time(unit):
    seconds = int(unit["Service"]["TimeoutStopSec"].removesuffix("s"))

    assert seconds > 5  # the default of shutdown_timeout


def test_systemd_accepts_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = (DEPLOY / "systemd" / "shipper.service").read_text("utf-8")
    unit = tmp_path / "shipper.service"
    # The command need not be installed here.
    unit.write_text(
        re.sub(
            r"^Documentation=.*\n",
            "",
            text.replace("/usr/bin/shipper", "/bin/true"),
            flags=re.MULTILINE,
        )
    )

    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_sidecars_configuration_is_right(settings):
    assert settings.path_data == Path("/var/lib/shipper")
    assert settings.fields["kubernetes"]["pod"]["name"] == "pod_name"


def test_the_sidecar_outlives_the_application_and_drains(sidecar, settings):
    pod = sidecar["Deployment"]["spec"]["template"]["spec"]
    (shipper,) = pod["initContainers"]

    assert shipper["restartPolicy"] == "Always"
    assert pod["terminationGracePeriodSeconds"] > settings.shutdown_timeout


def test_probes_ask_what_the_agent_serves(sidecar, settings):
    (shipper,) = sidecar["Deployment"]["spec"]["template"]["spec"]["initContainers"]

    assert shipper["ports"] == [{"name": "shipper", "containerPort": settings.http.port}]
    for probe in ("startupProbe", "livenessProbe"):
        assert shipper[probe]["httpGet"] == {"path": "/healthz", "port": "shipper"}
        assert shipper[probe]["timeoutSeconds"] >= 5


def test_both_containers_see_the_same_logs_and_the_state_is_kept(sidecar):
    pod = sidecar["Deployment"]["spec"]["template"]["spec"]
    (shipper,), (application,) = pod["initContainers"], pod["containers"]
    mounts = {one["name"]: one["mountPath"] for one in shipper["volumeMounts"]}
    volumes = {one["name"] for one in pod["volumes"]}

    assert set(mounts) <= volumes
    assert {one["name"]: one["mountPath"] for one in application["volumeMounts"]}["logs"] == mounts[
        "logs"
    ]
    assert mounts["shipper-state"] == "/var/lib/shipper"


def test_every_alert_says_what_to_do():
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in groups[0]["rules"]:
        assert rule["labels"]["severity"] in {"warning", "critical"}, rule["alert"]
        assert {"summary", "description"} == set(rule["annotations"]), rule["alert"]
