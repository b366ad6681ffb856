"""What the first pages tell a newcomer is true: commands exist, configurations load, links lead somewhere."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import shlex
from pathlib import Path

import pytest
import yaml

from shipper.config import load

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda page: page.as_posix()
)
ENVIRON = {"ELASTICSEARCH_API_KEY": "aWQ6a2V5"}
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(language: str, pages: list[Path] = PAGES) -> list[tuple[str, str]]:
    """Code blocks of a language: where each stands, and its text."""
    found = []
    for page in pages:
        text = page.read_text()
        for match in _BLOCK.finditer(text):
            if match[1] == language:
                line = text.count("\n", 0, match.start()) + 1
                found.append((f"{page.relative_to(ROOT)}:{line}", match[2]))
    return found


def configurations() -> list[object]:
    """Whole configurations; parts of one are the business of the page's own tests."""
    whole = [item for item in blocks("yaml") if "inputs" in (yaml.safe_load(item[1]) or {})]
    whole = [item for item in whole if re.search(r"^output[.:]", item[1], re.MULTILINE)]
    return [pytest.param(text, id=place) for place, text in whole]


def test_there_are_pages_to_look_at():
    assert ROOT / "README.md" in PAGES
    assert len(configurations()) >= 3


@pytest.mark.parametrize("text", configurations())
def test_a_configuration_on_a_page_loads(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for variable, value in ENVIRON.items():
        monkeypatch.setenv(variable, value)
    (tmp_path / "config.yml").write_text(text)
    (tmp_path / "pipelines").mkdir()
    for file in (ROOT / "pipelines").glob("*.yml"):
        (tmp_path / "pipelines" / file.name).symlink_to(file)
    for _, block in blocks("yaml"):  # a page's own pipelines say in their first line what they are
        if named := re.match(r"# (pipelines/[\w-]+\.yml)\n", block):
            (tmp_path / named[1]).write_text(block)

    settings = load(tmp_path / "config.yml")

    assert settings.inputs


@pytest.mark.parametrize("name", ["config.example.yml", "deploy/compose/shipper.yml"])
def test_a_configuration_of_the_repository_loads(name: str):
    assert load(ROOT / name).inputs


def test_the_commands_of_the_readme_stand_alone():
    """The two commands, and the optional third: each a block of one line, each a file that may be run."""
    alone = [text.strip() for _, text in blocks("sh", [ROOT / "README.md"])[:3]]

    assert alone == ["./try", "scripts/test", alone[2]]
    for name in alone[:2]:
        assert os.access(ROOT / name, os.X_OK), name
    assert (ROOT / shlex.split(alone[2])[3]).is_file()


def shipper_lines() -> list[object]:
    lines = []
    for place, text in blocks("sh"):
        for line in text.replace("\\\n", " ").splitlines():
            words = shlex.split(re.split(r" [|>] ", line)[0], comments=True)
            if words and words[0] == "shipper":
                lines.append(
                    pytest.param(words[1:], id=f"{place} {line.partition('#')[0].strip()}")
                )
    return lines


@pytest.mark.parametrize("words", shipper_lines())
def test_a_shipper_command_on_a_page_is_understood(words: list[str]):
    """The command exists and takes these arguments."""
    module = importlib.import_module(f"shipper.cli.{words[0].replace('-', '_')}")
    parser = argparse.ArgumentParser(exit_on_error=False)
    module.configure(parser)

    parser.parse_args(words[1:])


@pytest.mark.parametrize(
    ("page", "target"),
    [
        pytest.param(page, target, id=f"{page.relative_to(ROOT)} {target}")
        for page in PAGES
        for target in _LINK.findall(re.sub(_BLOCK, "", page.read_text()))
        if "://" not in target and not target.startswith("#")
    ],
)
def test_a_link_leads_to_a_file(page: Path, target: str):
    assert (page.parent / target.partition("#")[0]).exists()


def test_compose_fits_together():
    """Mounted files exist, what depends exists, named volumes are declared, and nothing is open to the network."""
    compose = yaml.safe_load((ROOT / "deploy/compose/compose.yml").read_text())
    services = compose["services"]

    assert {"elasticsearch", "kibana", "setup", "shop", "shipper"} == set(services)
    for name, service in services.items():
        assert "mem_limit" in service, name
        assert set(service.get("depends_on", {})) <= set(services)
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / "deploy/compose" / source).exists(), volume
            else:
                assert source in compose["volumes"]
    assert (ROOT / "deploy/compose" / services["shipper"]["build"] / "Dockerfile").is_file()


def test_compose_and_configuration_agree():
    """The agent reads what the shop writes, and its state lies on a volume."""
    compose = yaml.safe_load((ROOT / "deploy/compose/compose.yml").read_text())
    settings = load(ROOT / "deploy/compose/shipper.yml")
    mounted = {volume.split(":")[1] for volume in compose["services"]["shipper"]["volumes"]}

    assert str(settings.path_data) in mounted
    assert {str(Path(path).parent) for one in settings.inputs for path in one.paths} <= mounted
    assert (
        f"127.0.0.1:{settings.http.port}:{settings.http.port}"
        in compose["services"]["shipper"]["ports"]
    )


def test_the_image_s_context_holds_what_it_copies():
    """`.dockerignore` lets in what the Dockerfile copies, and nothing else."""
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = re.findall(r"^COPY (?!--)(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert set(copied) == allowed
    assert all((ROOT / name).exists() for name in allowed)
