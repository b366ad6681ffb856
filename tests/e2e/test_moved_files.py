"""A file is known by its content: other paths, devices and inodes do not make it a new one."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.e2e.harness.agent import AgentProcess
from tests.e2e.harness.expect import Expected, assert_exact, file_keys
from tests.e2e.harness.logs import write_lines
from tests.e2e.harness.readers import local_documents
from tests.e2e.harness.scene import tail, to_local


@pytest.fixture
def other_device(tmp_path):
    """A folder on another file system."""
    shared = Path("/dev/shm")
    if (
        not shared.is_dir()
        or shared.stat().st_dev == tmp_path.stat().st_dev
        or not os.access(shared, os.W_OK)
    ):
        pytest.skip("there is no second file system to write to (/dev/shm)")
    folder = Path(tempfile.mkdtemp(prefix="shipper-", dir=shared))
    yield folder
    shutil.rmtree(folder)


def test_copied_away_and_back(tmp_path):
    """The copy that replaces a file goes on where the file was; so does the copy back."""
    here, there, store = tmp_path / "app.log", tmp_path / "app.log.moved", tmp_path / "shipped.db"
    write_lines(here, "app", 1000)
    with AgentProcess(
        tmp_path / "agent", to_local(store, tail("app", tmp_path / "app.log*"))
    ) as agent:
        assert agent.run_once() == 0, agent.log()
        shutil.copyfile(here, there)
        here.unlink()
        assert agent.run_once() == 0, agent.log()
        write_lines(there, "app", 10, begin=1000)
        assert agent.run_once() == 0, agent.log()
        shutil.copyfile(there, here)
        there.unlink()
        write_lines(here, "app", 10, begin=1010)
        assert agent.run_once() == 0, agent.log()

    assert_exact(Expected().lines(here), local_documents(store))
    assert len(file_keys(local_documents(store))) == 1


def test_copied_away_and_back_under_a_running_agent(tmp_path):
    here, there, store = tmp_path / "app.log", tmp_path / "app.log.moved", tmp_path / "shipped.db"
    write_lines(here, "app", 1000)
    with AgentProcess(
        tmp_path / "agent", to_local(store, tail("app", tmp_path / "app.log*"))
    ) as agent:
        agent.start()
        agent.wait_settled(files=1)
        shutil.copyfile(here, there)
        here.unlink()
        write_lines(there, "app", 10, begin=1000)
        agent.wait_until(
            lambda status: status["ledger"]["indexed"] >= 1010, what="the lines after the copy"
        )
        shutil.copyfile(there, here)
        there.unlink()
        write_lines(here, "app", 10, begin=1010)
        agent.wait_until(
            lambda status: status["ledger"]["indexed"] >= 1020, what="the lines after the copy back"
        )
        assert agent.terminate() == 0

    assert_exact(Expected().lines(here), local_documents(store))


def test_remounted_under_another_device_number(tmp_path, other_device):
    """Same path and content, other device and inode numbers: what a remount or a restored volume looks like."""
    first, mounted, store = tmp_path / "first", tmp_path / "mounted", tmp_path / "shipped.db"
    first.mkdir()
    mounted.symlink_to(first)
    write_lines(first / "app.log", "app", 1000)
    with AgentProcess(tmp_path / "agent", to_local(store, tail("app", mounted / "*.log"))) as agent:
        assert agent.run_once() == 0, agent.log()
        shutil.copyfile(first / "app.log", other_device / "app.log")
        mounted.unlink()
        mounted.symlink_to(other_device)
        write_lines(other_device / "app.log", "app", 50, begin=1000)
        assert agent.run_once() == 0, agent.log()

    assert (first / "app.log").stat().st_dev != (mounted / "app.log").stat().st_dev
    assert_exact(Expected().lines(mounted / "app.log"), local_documents(store))


def test_file_that_was_emptied_and_written_anew_is_a_new_one(tmp_path):
    """Longer than before, other content: read from its start, under a new key."""
    log, store = tmp_path / "app.log", tmp_path / "shipped.db"
    write_lines(log, "old", 100)
    with AgentProcess(tmp_path / "agent", to_local(store, tail("app", log))) as agent:
        assert agent.run_once() == 0, agent.log()
        expected = Expected().lines(log, "old")
        log.write_text("")
        write_lines(log, "new", 200)
        assert agent.run_once() == 0, agent.log()

    assert_exact(expected.lines(log, "new"), local_documents(store))
