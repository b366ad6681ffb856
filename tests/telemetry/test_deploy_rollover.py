"""The timers of ``deploy/`` start a command that exists, with options that it has, and a configuration that is right."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import pytest
import yaml

from shipper.cli import rollover
from shipper.cli.parser import Parser
from shipper.config import load

DEPLOY = Path(__file__).parents[2] / "deploy"


def _unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(DEPLOY / "systemd" / name)
    return parser


def _cron_job() -> dict[str, dict]:
    text = (DEPLOY / "kubernetes" / "rollover.yaml").read_text("utf-8")
    return {one["kind"]: one for one in yaml.safe_load_all(text)}


def _words(where: str) -> list[str]:
    if where == "systemd":
        return shlex.split(_unit("shipper-rollover.service")["Service"]["ExecStart"])
    if where == "cron":
        line = (DEPLOY / "cron" / "shipper-rollover").read_text("utf-8").splitlines()[-1]
        assert re.match(r"(\S+ ){5}shipper /usr/bin/shipper ", line)
        return shlex.split(line.split(maxsplit=6)[6].partition(" 2>&1")[0])
    job = _cron_job()["CronJob"]["spec"]["jobTemplate"]["spec"]
    (container,) = job["template"]["spec"]["containers"]
    return ["/usr/bin/shipper", *container["args"]]


@pytest.mark.parametrize("where", ["systemd", "cron", "kubernetes"])
def test_the_command_is_one_that_exists(where):
    program, command, *options = _words(where)
    parser = Parser(prog="shipper rollover")
    rollover.configure(parser)

    known = parser.parse(options)

    assert (program, command) == ("/usr/bin/shipper", rollover.NAME)
    assert known.if_due
    assert known.config.name.endswith(".yml")


def test_days_of_all_timers_are_those_of_utc():
    assert _unit("shipper-rollover.timer")["Timer"]["OnCalendar"].endswith(" UTC")
    assert _cron_job()["CronJob"]["spec"]["timeZone"] == "Etc/UTC"


def test_the_configuration_of_the_job_is_right(tmp_path):
    text = _cron_job()["ConfigMap"]["data"]["config.yml"]
    (tmp_path / "api-key").write_text("aWQ6a2V5")
    file = tmp_path / "config.yml"
    file.write_text(text.replace("/run/secrets/shipper", str(tmp_path)))

    settings = load(file)

    assert settings.setup.rollover.max_age == 86400
    assert settings.setup.retention == 30 * 86400
