"""The manual's page on pipelines, followed as a newcomer would: every file and every command of it, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ((?:pipelines/(?:samples/\w+/)?)?[\w-]+\.yml)\n")


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment with `shipper` on its path, as installed."""
    tools = tmp_path / "bin"
    tools.mkdir()
    command = tools / "shipper"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m shipper "$@"\n')
    command.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    path = f"{tools}:{os.environ['PATH']}"
    return environment | {"PATH": path, "PYTHONPATH": str(ROOT)}


def test_a_newcomer_follows_the_page(tmp_path: Path, shell: dict[str, str]) -> None:
    """Files are written as they stand, commands run in their order, and print what the page says."""
    folder = tmp_path / "empty"
    folder.mkdir()
    out = ""
    shown = 0
    for language, text in _BLOCK.findall(PAGE):
        if language == "yaml":
            named = _FILE.match(text)
            assert named, f"a file without a name: {text}"
            free = text.replace("inputs:", "http.port: 0\ninputs:")  # other tests run, too
            (folder / named[1]).parent.mkdir(parents=True, exist_ok=True)
            (folder / named[1]).write_text(free)
        elif language == "sh":
            done = subprocess.run(
                ["bash", "-c", text],
                cwd=folder,
                env=shell,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=120,
            )
            out = done.stdout
            assert done.returncode == (1 if "1 failed" in out else 0), f"{text}\n{out}"
        elif language == "text":
            assert text in out
            shown += 1
    assert shown == 2


def test_every_key_of_pipelines_is_on_the_page() -> None:
    """The page and the reference of the configuration name the same keys."""
    reference = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    known = set()
    for section in ("edge", "pipeline"):
        table = reference.split(f"<!-- keys: {section} -->")[1].split("<!-- end -->")[0]
        known |= set(re.findall(r"^\| `([^`]+)`", table, re.MULTILINE))
    keys = PAGE.split("\n## Keys\n")[1].split("\n## ")[0]
    told = set(re.findall(r"`([\w.]+)`", keys))

    assert known <= told | {f"pipeline.{name}" for name in told}
