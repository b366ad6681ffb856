"""``shipper check``: what a configuration would read now, and what stands in its way."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from shipper.cli import main

ROOT = Path(__file__).parents[2]

# Root reads everything, so a test that runs as root gives its rights up, after a first run that imports all that is needed.
AS_NOBODY = """
import contextlib, io, os, sys
from shipper.cli import main
words = ["check", "-c", sys.argv[1]]
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    main(words)
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
sys.exit(main(words))
"""


class World:
    """A folder with logs and a configuration, and what ``check`` says about it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def log(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("a line\n")
        return path

    def check(self, *inputs: str, more: str = "output.local.path: o.db") -> int:
        file = self.folder / "config.yml"
        file.write_text("inputs:\n" + "".join(f"- {one}\n" for one in inputs) + more + "\n")
        code = main(["check", "-c", str(file)])
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    return World(tmp_path, capsys)


def test_right_configuration_is_summed_up(world: World) -> None:
    """Inputs with their data stream and files, the output and the state; exit code 0."""
    world.log("a.log")
    world.log("b.log")
    world.log("c.txt")

    code = world.check(
        "{id: logs, paths: ['*.log'], data_stream.dataset: app}",
        "{id: texts, paths: ['*.txt'], pipeline: parse}",
        "{id: off, paths: ['none'], enabled: false}",
    )

    assert code == 0
    assert world.out.splitlines() == [
        f"{world.folder}/config.yml: the configuration is right",
        "input logs → logs-app-default",
        f"      2 files {world.folder}/*.log",
        "input texts → logs-generic-default, pipeline parse",
        f"      1 file  {world.folder}/*.txt",
        "input off (not enabled) → logs-generic-default",
        f"      0 files {world.folder}/none",
        f"output local {world.folder}/o.db",
        f"state in {world.folder}/data",
    ]


def test_cluster_is_summed_up_without_secrets(world: World) -> None:
    """Hosts and the way of the login, not the key."""
    world.log("a.log")

    code = world.check(
        "{id: a, paths: ['*.log']}",
        more="output.elasticsearch: {hosts: [es], api_key: 'id:do-not-tell'}",
    )

    assert code == 0
    assert "output elasticsearch http://es:9200 with an API key\n" in world.out
    assert "do-not-tell" not in world.out + world.err


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("paths: ['none/*.log']", "the folder {folder}/none does not exist"),
        ("paths: ['logs/*.txt']", "nothing in {folder}/logs fits"),
        ("paths: ['logs']", "it is a folder; write {folder}/logs/*"),
        ("paths: ['logs/*.log'], prospector.scanner.exclude_files: [a]",
         "include_files or exclude_files leave out {folder}/logs/a.log"),
        ("paths: ['logs/link']", "set prospector.scanner.symlinks: true"),
    ],
)  # fmt: skip
def test_a_glob_that_matches_nothing(world: World, keys: str, told: str) -> None:
    """A warning says why; the files may come yet, so the exit code is 0."""
    world.log("logs/a.log")
    (world.folder / "logs" / "link").symlink_to("a.log")

    assert world.check(f"{{id: i, {keys}}}") == 0
    assert world.err.startswith("warning: input i: ")
    assert "matches no file now" in world.err
    assert told.format(folder=world.folder) in world.err


def test_two_inputs_that_match_one_file(world: World) -> None:
    """An error that names both inputs, the file and the way out."""
    file = world.log("a.log")
    world.log("b.txt")

    code = world.check("{id: one, paths: ['*.log']}", "{id: two, paths: ['a.*', '*.txt']}")

    assert code == 1
    assert f"error: the inputs one and two both match {file}: " in world.err
    assert "only one would read them" in world.err
    assert "b.txt" not in world.err
    assert "prospector.scanner.exclude_files" in world.err
    assert "the configuration is right" not in world.out


def test_one_file_by_two_names(world: World) -> None:
    """A hard link is the same file."""
    file = world.log("a.log")
    (world.folder / "b.txt").hardlink_to(file)

    assert world.check("{id: one, paths: ['*.log']}", "{id: two, paths: ['*.txt']}") == 1
    assert f"{world.folder}/b.txt (there {file})" in world.err


def test_an_input_that_is_not_enabled_shares_files_freely(world: World) -> None:
    """Only what would be read counts."""
    world.log("a.log")

    assert (
        world.check("{id: a, paths: ['*.log']}", "{id: b, paths: ['*.log'], enabled: false}") == 0
    )


def test_compressed_files(world: World) -> None:
    """They are left alone: a warning with the key that leaves them out."""
    world.log("a.log")
    packed = world.log("a.log.2.gz")

    assert world.check("{id: a, paths: ['a.log*']}") == 0
    assert f"{packed} is compressed, by name: compressed files are left alone" in world.err
    assert "exclude_files" in world.err


def test_a_state_folder_that_cannot_be(world: World) -> None:
    """A file where the folder should be is an error, not a surprise at the start."""
    file = world.log("a.log")

    code = world.check(
        "{id: a, paths: ['a.log']}", more=f"output.local.path: o.db\npath.data: {file}/data"
    )

    assert code == 1
    assert f"error: path.data {file}/data: {file} is no folder" in world.err


@pytest.mark.parametrize(
    ("glob", "own"),
    [
        ("'**'", "data/checkpoints.db-wal"),
        ("'d*/*'", "data/checkpoints.db-wal"),
        ("'*.db'", "o.db"),
        ("'*/**/o.*'", None),
        ("'**/*.log'", None),
        ("'**', prospector.scanner.exclude_files: ['/data/', 'o\\.db']", None),
        ("'**', prospector.scanner.include_files: ['\\.log$']", None),
        ("'**', enabled: false", None),
    ],
)
def test_a_glob_that_matches_the_agents_own_files(world: World, glob: str, own: str | None) -> None:
    """An error, also before the first start has made them: events would beget events until the disk is full."""
    world.log("logs/a.log")
    head, _, keys = glob.partition(", ")
    code = world.check(
        f"{{id: i, paths: [{head}]{', ' + keys if keys else ''}}}",
        "{id: other, paths: [/none/*.log]}",
    )

    assert code == (1 if own else 0), world.err
    assert (f"matches the agent's own {world.folder}/{own}: " in world.err) == bool(own)


def test_a_pipeline_that_the_local_store_does_not_run(world: World) -> None:
    """A warning: the events come in, but as they were read."""
    world.log("a.log")

    assert world.check("{id: a, paths: ['*.log'], pipeline: mine}") == 0
    assert "warning: pipeline of input a: output.local runs no pipelines" in world.err


def test_wrong_configuration(world: World) -> None:
    """Exit code 78 and the problem with its place."""
    assert world.check("{id: a, path: [x]}") == 78
    assert world.err == (
        f"{world.folder}/config.yml:2:11: unknown key 'path'; expected a key of the section input;"
        " did you mean 'paths'?\n1 problem\n"
    )


def test_files_that_this_user_may_not_read() -> None:
    """Files and folders without the right are warnings that say whom to give which right."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("open", "closed"):
            (folder / part).mkdir()
            (folder / part / "a.log").write_text("x\n")
        (folder / "open" / "a.log").chmod(0)
        (folder / "closed").chmod(0)
        config = folder / "config.yml"
        config.write_text(
            "inputs: [{id: a, paths: [open/*.log, closed/*.log]}]\n"
            "output.local.path: /tmp/o.db\npath.data: /tmp/d\n"
        )
        try:
            done = subprocess.run(
                [sys.executable, "-c", AS_NOBODY, str(config)],
                capture_output=True,
                text=True,
                check=False,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        finally:
            (folder / "closed").chmod(0o755)

    assert done.returncode == 0, done.stderr
    assert f"{folder}/open/a.log cannot be read by" in done.stderr
    assert "setfacl" in done.stderr
    assert f"{folder}/closed: Permission denied" in done.stderr
