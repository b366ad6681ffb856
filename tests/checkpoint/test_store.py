"""The store keeps what was committed, one agent at a time, and says plainly when it cannot."""

import os
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from shipper.checkpoint.store import LOCK, STORE, FileRecord, Store
from shipper.errors import StoreError, StoreLockedError


@pytest.fixture
def open_store(tmp_path):
    """Opens stores in one folder and closes them at the end."""
    stores = []

    def make(host_id=None):
        stores.append(Store(tmp_path / "data", host_id))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


def record(key="k" * 16, **values):
    return FileRecord(key, "app", "/var/log/app.log", 2**63 + 5, 2**64 - 1, **values)


def test_records_and_marks_come_back(tmp_path):
    """What was committed is there after a restart, with inodes of 64 bits and paths that are not UTF-8."""
    path = os.fsdecode(b"/var/log/caf\xe9.log")
    store = Store(tmp_path)
    one = record(
        offset=10, head_length=4, head=b"h", marker_length=2, marker=b"m", sent=99, size=12
    )
    one.path = path
    store.commit([one], [(one.key, 20, "timeout"), (one.key, 30, "drain")])
    store.close()

    store = Store(tmp_path)
    (back,) = store.files()
    store.close()

    one.marks = {20: "timeout", 30: "drain"}
    assert one == back
    assert [one] == Store.read(tmp_path)


def test_marks_below_the_checkpoint_are_deleted(open_store, tmp_path):
    """A mark has done its work when the checkpoint has passed it."""
    store = open_store()
    store.commit([record(offset=0)], [("k" * 16, 20, "timeout"), ("k" * 16, 30, "timeout")])

    store.commit([record(offset=20)])

    assert {30: "timeout"} == Store.read(tmp_path / "data")[0].marks


def test_forgotten_records_are_gone_with_their_marks(open_store, tmp_path):
    """Forgetting leaves nothing behind."""
    store = open_store()
    store.commit([record()], [("k" * 16, 20, "timeout")])

    store.commit(forget=["k" * 16])

    assert [] == Store.read(tmp_path / "data")


def test_a_second_agent_is_told_who_holds_the_folder(open_store, tmp_path):
    """One agent per path.data; the message names the process and what to do."""
    open_store()

    with pytest.raises(StoreLockedError, match=rf"process {os.getpid()}.*path.data of its own"):
        Store(tmp_path / "data")


def test_the_lock_dies_with_its_process(tmp_path):
    """After kill -9 the next agent starts at once."""
    code = textwrap.dedent("""
        import sys, time, pathlib
        from shipper.checkpoint.store import Store
        store = Store(pathlib.Path(sys.argv[1]))
        print("open", flush=True)
        sys.stdin.read()
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert b"open\n" == child.stdout.readline()
        with pytest.raises(StoreLockedError):
            Store(tmp_path)
        child.kill()

    Store(tmp_path).close()
    assert (tmp_path / LOCK).exists()


def test_another_host_is_noticed(tmp_path):
    """A store that was copied to another host must not lend its keys to that host's files."""
    Store(tmp_path, "host-a").close()
    same = Store(tmp_path, "host-a")
    assert not same.host_changed
    same.close()

    other = Store(tmp_path, "host-b")
    assert other.host_changed
    other.close()


def test_the_agent_id_lasts(tmp_path):
    """agent.id names the store, not the process."""
    first = Store(tmp_path)
    name = first.agent_id
    first.close()

    second = Store(tmp_path)
    assert name == second.agent_id
    second.close()


def test_a_damaged_store_is_refused_with_what_to_do(tmp_path):
    """A store that cannot be read is never taken for an empty one: that would send everything again."""
    Store(tmp_path).close()
    (tmp_path / STORE).write_bytes(b"not a database" * 1000)

    with pytest.raises(StoreError, match=r"put back a copy.*move it away"):
        Store(tmp_path)


def test_a_newer_store_is_refused(tmp_path):
    """An older agent does not guess at a newer store."""
    Store(tmp_path).close()
    db = sqlite3.connect(tmp_path / STORE)
    db.execute("PRAGMA user_version=99")
    db.close()

    with pytest.raises(StoreError, match="newer Shipper"):
        Store(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """path.data below a plain file."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match=r"path\.data .*file/data"):
        Store(tmp_path / "file" / "data")


def test_reading_a_missing_store_says_so(tmp_path):
    """`shipper checkpoint list` where no agent ever ran."""
    with pytest.raises(StoreError, match="there is no store"):
        Store.read(tmp_path)


@pytest.mark.parametrize("replace", [False, True])
def test_a_store_that_is_removed_under_the_agent_is_noticed(open_store, tmp_path, replace):
    """Writing on into a file without a name would look well and send everything twice after a restart."""
    store = open_store()
    assert "" == store.missing()
    (tmp_path / "data" / STORE).unlink()
    if replace:
        (tmp_path / "data" / STORE).write_bytes(b"")

    assert "removed or replaced" in store.missing()
    with pytest.raises(StoreError, match="restart the agent"):
        store.commit([record()])


def test_only_the_owner_may_read_the_store(open_store, tmp_path):
    """Names of log files are nobody else's business."""
    open_store().commit([record()])

    for name in (STORE, f"{STORE}-wal", LOCK):
        assert 0o600 == (tmp_path / "data" / name).stat().st_mode & 0o777
