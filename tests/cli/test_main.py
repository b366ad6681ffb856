"""The frame of the command line: finding commands, telling mistakes, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from shipper import __version__, cli
from shipper.cli import COMMANDS, main
from shipper.config import schema

ROOT = Path(__file__).parents[2]
PYTHON = [sys.executable, "-m", "shipper"]
SMALL = "inputs: [{id: a, paths: [x.log]}]\noutput.local.path: o.db\n"


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_lists_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Each with one line."""
    assert main(words) == 0
    out = capsys.readouterr().out
    for name, (_, text) in COMMANDS.items():
        assert f"{name} " in out
        assert text in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The module is there, names itself as the table does, and tells its options."""
    assert main([name, "--help"]) == 0
    assert f"usage: shipper {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "no command given"),
        (["chekc"], "unknown command 'chekc'; did you mean 'check'?"),
        (["xyzzy"], "unknown command 'xyzzy'; 'shipper --help' lists the commands"),
        (["--once"], "unknown option '--once'; options stand behind the command"),
        (["run", "--onec"], "unknown option '--onec'; did you mean '--once'?"),
        (["run", "--onec=1"], "unknown option '--onec'; did you mean '--once'?"),
        (["run", "more"], "unexpected 'more'"),
        (["run", "--log-level", "inof"], "did you mean 'info'?"),
        (["run", "-c"], "expected one argument"),
        (["run", "--onc"], "unknown option '--onc'"),
    ],
)
def test_usage_errors(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, on standard error, with what was probably meant."""
    assert main(words) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert not captured.out
    assert "Traceback" not in captured.err


def test_a_command_that_cannot_be_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain message, and exit code 1."""
    monkeypatch.setitem(cli.COMMANDS, "absent", ("absent", "a command that is not installed"))

    assert main(["absent"]) == 1
    assert (
        capsys.readouterr().err == "shipper absent: this installation does not have the command\n"
    )


def test_a_command_whose_library_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library is named, and what to do."""
    (tmp_path / "lacking.py").write_text("import no_such_library\n")
    monkeypatch.setattr(cli, "__path__", [*cli.__path__, str(tmp_path)])
    monkeypatch.setitem(cli.COMMANDS, "lacking", ("lacking", "a command"))

    assert main(["lacking"]) == 1
    err = capsys.readouterr().err
    assert "no_such_library cannot be imported" in err
    assert "install" in err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Shipper's version first, then all that a report of a fault should have."""
    assert main(["version"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"shipper {__version__}"
    assert any(line.startswith("orjson ") for line in lines)
    assert not any("missing" in line for line in lines)
    assert main(["--version"]) == 0


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is the schema."""
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()


def test_configuration_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 78, every problem on a line of its own, no traceback and no secret."""
    file = tmp_path / "config.yml"
    file.write_text(
        SMALL
        + "http.port: x\npath.dat: y\nfields.api_token: [hunter-number-2]\nname: [hunter-number-2]"
    )

    assert main(["run", "-c", str(file)]) == 78
    captured = capsys.readouterr()
    assert [line.split(": ")[0] for line in captured.err.splitlines()] == [
        f"{file}:3:12", f"{file}:4:1", f"{file}:6:7", "3 problems",
    ]  # fmt: skip
    assert "hunter" not in captured.err
    assert not captured.out


def test_no_configuration_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where was looked is told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("shipper.cli.parser.DEFAULT_FILES", (Path("config.yml"),))

    assert main(["check"]) == 2
    assert "looked for config.yml; name one with -c FILE" in capsys.readouterr().err


def test_config_yml_of_the_folder_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without -c."""
    (tmp_path / "config.yml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)

    assert main(["check"]) == 0
    assert capsys.readouterr().out.startswith("config.yml: the configuration is right\n")


def test_a_reader_that_goes_away_is_no_error() -> None:
    """``shipper schema | head -1`` prints nothing on standard error."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*PYTHON, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_an_interrupt_is_quiet(tmp_path: Path) -> None:
    """Ctrl-C while a command works: exit code 130 and no traceback."""
    fifo = tmp_path / "config.yml"
    os.mkfifo(fifo)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*PYTHON, "check", "-c", str(fifo)], stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stderr is not None
        with fifo.open("wb"):  # returns when the command has opened the other end
            process.send_signal(signal.SIGINT)
            assert process.stderr.read() == b""
    assert process.returncode == 130


def test_help_loads_no_heavy_module() -> None:
    """Commands that are not used cost nothing."""
    code = (
        "import sys; from shipper.cli import main; main(['--help']);"
        "print([m for m in ('argparse', 'yaml', 'msgspec', 'elastic_transport', 'rich') if m in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert out.stdout.splitlines()[-1] == "[]"


def test_python_m_shipper() -> None:
    """The package can be run as a module."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [*PYTHON, "version"], capture_output=True, text=True, env=environment, check=True
    )
    assert out.stdout.startswith(f"shipper {__version__}\n")


# Root may look everywhere, so a test that runs as root gives its rights up once all is imported.
AS_NOBODY = """
import contextlib, io, os, sys
from shipper.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    main(sys.argv[1:])
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["search", "x"],
        ["checkpoint", "list"],
        ["checkpoint", "forget", "/x"],
        ["dead-letter", "list"],
    ],
)
def test_commands_of_another_user_say_whose_rights_are_missing(words: list[str]) -> None:
    """The agent's folder is its user's alone: no traceback, and not "no agent answers"."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "data").mkdir()
        (folder / "o.db").write_bytes(b"")
        config = folder / "config.yml"
        config.write_text(f"{SMALL}path.data: data\nhttp.port: 0\n")
        (folder / "o.db").chmod(0)
        (folder / "data").chmod(0)
        try:
            done = subprocess.run(
                [sys.executable, "-c", AS_NOBODY, *words, "-c", str(config)],
                capture_output=True,
                text=True,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                check=False,
            )
        finally:
            (folder / "data").chmod(0o700)
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"{folder}/" in done.stderr
    assert "Permission denied; " in done.stderr
    assert "or with sudo" in done.stderr
    assert done.stderr.count("\n") == 1
