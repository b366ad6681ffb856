"""Attacks on the file side: what rotation tools, full disks, vanished folders and bad luck do to files."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from shipper.source.wakeup import Changed
from tests.agent.test_files import LINE, expected, lines, world  # noqa: F401 - a fixture

# -- reading


def test_a_long_line_is_read_again_after_its_route_was_paused(world):  # noqa: F811
    """Longer than two blocks, so that it is read in growing windows: the second reading comes to its end too."""
    w = world()
    w.write("app.log", "a\n" + "x" * 600_000 + "\nb\n")
    w.step()
    w.give_back()
    harvester = next(w.registry.harvesters())
    w.engine._settle(w.now)
    for _ in range(100):
        before = (harvester.position, harvester._grow)
        piece = harvester.advance(w.now, w.wall, "2026-11-22T10:00:00Z")
        assert (
            piece is not None or harvester.eof or before != (harvester.position, harvester._grow)
        ), "stuck"
        if piece is not None:
            harvester.track(piece, w.now)
            w.delivery.out.append(piece)
        if harvester.eof:
            break
    w.run()
    assert {"a": 1, "x" * 600_000: 1, "b": 1} == w.count()


def test_filtered_lines_do_not_hold_the_main_thread(world):  # noqa: F811
    """A large file of which every line is left out is read in rounds as well."""
    w = world(exclude_lines=("handled",))
    w.write("app.log", lines(0, 100_000))
    w.engine.step(w.now, w.wall)
    assert next(w.registry.harvesters()).position < 4_000_000
    w.run()
    assert next(w.registry.harvesters()).lag == 0


def test_lines_behind_half_a_character_are_not_swallowed(world):  # noqa: F811
    """The clock ended a line within a code unit; a long line and others follow."""
    w = world(encoding="utf-16le", message_max_bytes=100, unfinished_line_timeout=2.0)
    w.write("app.log", "first\nhalf".encode("utf-16le") + b"x")
    w.run(6)
    w.write("app.log", b"\0" + ("y" * 200).encode("utf-16le"))
    w.step()
    w.write("app.log", "\nnext\nlast\n".encode("utf-16le"))
    w.run(6)

    assert {"first", "next", "last"} <= set(w.count())


# -- truncation


def test_an_unfinished_line_taken_back_does_not_stall_the_file(world):  # noqa: F811
    """The writer cuts off its unfinished line and writes another: nothing settled has changed, reading goes on."""
    w = world(fingerprint_length=64)
    w.write("app.log", lines(0, 3) + "hal")
    w.run()
    size = 3 * len(LINE.format(0))
    os.truncate(w.logs / "app.log", size)
    w.run(3)
    assert w.engine.counters is not None
    assert w.registry.counters["files_replaced"] <= 2
    w.write("app.log", lines(3, 2))
    w.run(5)
    assert expected((0, 5)) == w.count()


def test_a_hole_and_then_a_crash(world):  # noqa: F811
    """The key of a file that begins with a hole is on disk before its lines leave."""
    w = world()
    with (w.logs / "app.log").open("wb") as writer:
        writer.write(lines(0, 3).encode())
        writer.flush()
        w.run()
        os.truncate(w.logs / "app.log", 0)
        writer.write(lines(3, 1).encode())
    w.run(14)
    w.crash()
    w.write("app.log", lines(4, 1))
    w.run(8)
    count = w.count()
    assert 1 == count[LINE.format(3)[:-1]]
    assert 1 == count[LINE.format(4)[:-1]]
    assert not [message for message in count if message.startswith("\0")]


def test_a_copy_with_a_byte_order_mark_is_read_in_its_order(world):  # noqa: F811
    """The unread rest of a big-endian file appears elsewhere while the agent waits for it."""
    w = world(encoding="utf-16le", harvester_limit=1)
    data = "\ufeff" + lines(0, 3)
    w.write("app.log", data.encode("utf-16-be"))
    w.run()
    w.run(2, seconds=400.0)
    w.write("app.log", lines(3, 1).encode("utf-16-be"))
    w.close()
    w.start()
    w.run()
    assert expected((0, 4)) == w.count()


# -- identity


def test_a_log_that_begins_like_a_short_one_is_read_while_it_grows(world):  # noqa: F811
    w = world()
    w.write("a.log", "starting\n")
    w.run()
    for index in range(12):
        w.write("b.log", "starting\n" if not index else f"line {index}\n")
        w.run(1)
    assert w.count()["line 5"] == 1


def test_a_log_replaced_by_a_longer_one_goes_on(world):  # noqa: F811
    """rsync writes a new file and renames it over the old one."""
    w = world()
    w.write("app.log", lines(0, 5))
    w.run()
    for index in range(3):
        w.write("new", lines(0, 6 + index))
        (w.logs / "new").rename(w.logs / "app.log")
        w.run(8)
    assert expected((0, 8)) == w.count()


def test_a_closed_log_replaced_by_a_longer_one_goes_on(world):  # noqa: F811
    w = world(check_interval=10.0)
    w.write("app.log", lines(0, 5))
    w.run()
    w.run(2, seconds=400.0)
    assert {"app.log": "closed"} == w.states()
    w.write("new", lines(0, 6))
    (w.logs / "new").rename(w.logs / "app.log")
    w.run(8, seconds=11.0)
    assert expected((0, 6)) == w.count()
    assert 1 == len(w.registry.followed)


def test_a_log_replaced_while_its_route_is_paused(world):  # noqa: F811
    w = world()
    w.write("app.log", lines(0, 5))
    w.step()
    w.write("new", lines(0, 6))
    (w.logs / "new").rename(w.logs / "app.log")
    for _ in range(8):
        w.step()
    w.run(8)
    assert expected((0, 6)) == w.count()


def test_a_reused_inode_is_no_evidence_for_a_deleted_file(world):  # noqa: F811
    """Jobs that print the same few bytes: the new one's file may get the inode of the deleted one."""
    w = world()
    w.write("job1.log", "done\n")
    w.run()
    (w.logs / "job1.log").unlink()
    w.run(4, seconds=40.0)
    assert {} == w.registry.followed
    w.write("job2.log", "done\n")
    (record,) = w.registry.known.records.values()
    record.inode = (w.logs / "job2.log").stat().st_ino
    w.run(6)
    assert {"done": 2} == w.count()


def test_files_that_were_moved_away_are_not_remembered_for_ever(world):  # noqa: F811
    """Rotation out of the glob: the name is there again, the closed file is not."""
    w = world()
    (w.logs / "old").mkdir()
    for index in range(5):
        w.write("app.log", lines(index * 10, 2))
        w.run(3)
        (w.logs / "app.log").rename(w.logs / "old" / str(index))
    w.write("app.log", lines(90, 1))
    w.run(6, seconds=400.0)
    assert 1 == len(w.registry.followed)


# -- slots and ends


def test_an_unreadable_file_does_not_take_the_only_slot(world, monkeypatch):  # noqa: F811
    w = world(harvester_limit=1, close_inactive=5.0)
    for name in ("a.log", "b.log"):
        w.write(name, name + lines(0, 1))
    w.run(8)
    w.run(3, seconds=10.0)
    real = os.open

    def refuse(path, *args, **kwargs):
        if str(path).endswith("a.log"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    w.write("a.log", "more of a\n")
    w.write("b.log", "more of b\n")
    w.run(6)
    assert 1 == w.count()["more of b"]


def test_a_waiting_file_that_was_moved_away_is_given_up_with_a_gap(world):  # noqa: F811
    """It waits for a slot, its name goes to another file: neither slots nor the end may wait for it."""
    w = world(harvester_limit=1, unfinished_line_timeout=1e9)
    (w.logs / "old").mkdir()
    w.write("a.log", "a\nunfinished")
    w.step()
    w.write("b.log", lines(0, 1))
    w.step()
    (w.logs / "b.log").rename(w.logs / "old" / "b")
    w.write("b.log", lines(5, 1))
    w.run(14)
    w.write("a.log", "\n")
    w.run(14)
    w.run(14)
    assert expected((5, 1)).items() <= w.count().items()
    assert not [file for file in w.registry.followed.values() if file.state == "waiting"]


def test_a_drain_does_not_spin(world):  # noqa: F811
    w = world()
    w.write("app.log", lines(0, 3))
    w.step()
    w.engine.drain()
    w.now += 3.0
    w.wall += 3.0
    w.engine.step(w.now, w.wall)
    assert w.engine.step(w.now, w.wall) > w.now


def test_a_drain_ends_although_the_application_goes_on_writing(world):  # noqa: F811
    w = world()
    w.write("app.log", lines(0, 3))
    w.step()
    w.engine.drain()
    for index in range(10):
        w.write("app.log", lines(10 + index, 1))
        w.engine.changed(Changed(str(w.logs), frozenset({"app.log"}), structural=False), w.now)
        out = list(w.delivery.out)
        w.now += 0.5
        w.engine.step(w.now, w.wall)
        if w.engine.finished:
            break
        for piece in out:
            w.settle(piece)
    else:
        pytest.fail("never finished")


def test_once_ends_although_a_file_has_become_unreadable(world, monkeypatch):  # noqa: F811
    """It is told, and the end does not wait for somebody to give the right."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    w.run(2, seconds=400.0)
    w.engine.once = True
    real = os.open

    def refuse(path, *args, **kwargs):
        if str(path).endswith("app.log"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    w.write("app.log", lines(3, 1))
    w.run()

    assert w.engine.finished
    assert any("right to read it" in problem for problem in w.registry.problems)


def test_a_gap_longer_than_an_id_can_say_is_several(world):  # noqa: F811
    w = world()
    hole = 20 << 30
    with (w.logs / "app.log").open("wb") as writer:
        writer.write(lines(0, 3).encode())
        writer.flush()
        w.run()
        os.truncate(w.logs / "app.log", 0)
        writer.seek(hole)
        writer.write(lines(3, 1).encode())
    w.run(14)

    assert hole == sum(gap["end"] - gap["start"] for gap in w.gaps())
    assert {40} == {len(name) for name in w.cluster}
    assert 1 == w.count()[LINE.format(3)[:-1]]


# -- trouble with single files


@pytest.mark.parametrize("call", ["pread", "fstat"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE])
def test_one_bad_file_does_not_end_the_agent(world, monkeypatch, call, code):  # noqa: F811
    """A file that can be opened and not be read, at any moment of its life."""
    w = world()
    w.write("bad.log", "x" * 100 + "\n")
    w.write("good.log", lines(0, 1))
    bad = (w.logs / "bad.log").stat().st_ino
    real = getattr(os, call)
    real_fstat = os.fstat
    after = [0]

    def refuse(fd, *args):
        if real_fstat(fd).st_ino == bad:
            after[0] -= 1
            if after[0] < 0:
                raise OSError(code, os.strerror(code))
        return real(fd, *args)

    monkeypatch.setattr(os, call, refuse)
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    for allowed in range(30):
        after[0] = allowed
        w.write("bad.log", "half")
        w.run(2)
        w.write("bad.log", "rest\n")
        w.write("good.log", lines(allowed + 1, 1))
        w.run(2, seconds=6.0)
    assert expected((0, 31)).items() <= w.count().items()
    assert len(list(Path("/proc/self/fd").iterdir())) <= descriptors + 3


def test_a_copy_deleted_while_it_is_recognised(world, monkeypatch):  # noqa: F811
    """gzip takes the copy away between two system calls."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    w.write("app.log", lines(3, 1))
    shutil.copyfile(w.logs / "app.log", w.logs / "app.log.1")
    os.truncate(w.logs / "app.log", 0)
    real = os.open
    seen = []

    def late(path, *args, **kwargs):
        if str(path).endswith("app.log.1"):
            seen.append(path)
            if len(seen) == 2:
                Path(path).unlink()
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", late)
    w.run(14)
    assert 3 <= len(w.count())


def test_a_file_that_became_a_pipe_does_not_block(world, monkeypatch):  # noqa: F811
    """Between the scan and the opening."""
    w = world()
    w.write("app.log", lines(0, 1))
    real = os.open

    def swap(path, flags, *args, **kwargs):
        if str(path).endswith("app.log"):
            Path(path).unlink()
            os.mkfifo(path)
            monkeypatch.setattr(os, "open", real)
            assert flags & os.O_NONBLOCK, "it would wait for a writer for ever"
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", swap)
    w.step()
    assert {} == w.registry.followed


def test_names_that_are_not_utf8(world):  # noqa: F811
    w = world()
    name = os.fsdecode(b"b\xff[x]\n.log")
    w.write(name, lines(0, 1))
    w.run()
    w.crash()
    w.write(name, lines(1, 1))
    w.run()
    os.truncate(w.logs / name, 0)
    w.run(14)
    assert expected((0, 2)).items() <= w.count().items()


# -- folders and restarts


def test_a_folder_that_comes_later_is_watched(world):  # noqa: F811
    w = world()
    watched = []
    w.settings[0] = w.input(paths=(f"{w.logs}/sub/app.log", f"{w.logs}/other/*.log"))
    w.crash()
    w.engine._watch = watched.append
    w.run(2)
    assert [] == watched
    for name in ("sub", "other"):
        (w.logs / name).mkdir()
    w.run(2)
    assert {str(w.logs / "sub"), str(w.logs / "other")} == set(watched)


def test_a_folder_that_may_be_another_is_watched_again(world):  # noqa: F811
    """Deleted and made anew between two scans: the kernel has forgotten the watch."""
    w = world()
    watched = []
    w.run(2)
    w.engine._watch = watched.append
    w.run(2)
    assert [] == watched
    w.engine.changed(Changed(str(w.logs), None, structural=True), w.now)
    w.run(1)
    assert [str(w.logs)] == watched


@pytest.mark.parametrize("how", ["truncated", "deleted"])
def test_unread_bytes_that_went_while_the_agent_was_down_are_a_gap(world, how):  # noqa: F811
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    size = len(LINE.format(0))
    w.delivery.open = False
    w.write("app.log", lines(3, 2))
    w.step()
    os.truncate(w.logs / "app.log", 0)
    w.step()
    if how == "deleted":
        (w.logs / "app.log").unlink()
    else:
        w.write("app.log", lines(9, 1))
    w.crash()
    w.run(16)

    assert [{"start": 3 * size, "end": 5 * size}] == w.gaps()
    w.crash()
    w.run(16)
    assert 1 == len(w.gaps())


# -- many files


def test_a_compressed_file_costs_nothing_when_idle(world):  # noqa: F811
    """It matches the glob and is looked at once, not at every scan, and nothing is written for it."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.write("app.log.1.gz", b"\x1f\x8b\x08\x00rest")
    w.run()
    commits = []
    real = w.store.commit
    w.engine.store = type(
        "Spy", (), {"commit": lambda self, *args: (commits.append(args), real(*args))}
    )()
    w.run(5)
    assert [] == commits
    assert str(w.logs / "app.log.1.gz") in w.registry.ignored


def test_a_folder_without_right_does_not_keep_deleted_files_for_ever(world, monkeypatch):  # noqa: F811
    w = world(close_inactive=5.0)
    w.write("app.log", lines(0, 3))
    (w.logs / "secret.log").mkdir()
    w.settings[0] = w.input(close_inactive=5.0, paths=(f"{w.logs}/**",))
    w.crash()
    real = os.scandir

    def refuse(path):
        if str(path).endswith("secret.log"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    w.run()
    w.run(3, seconds=10.0)
    (w.logs / "app.log").unlink()
    w.run(5, seconds=70.0)
    assert {} == w.registry.followed
