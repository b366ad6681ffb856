"""What happens to files between two looks: every way of rotation, and what broke other agents."""

import errno
import os
import shutil

import pytest

from shipper.source.discover import Finder
from shipper.source.known import RETAIN_GONE
from tests.agent.world import World

LINE = "2026-11-22T10:00:00.{:06d} request handled by worker, all is well\n"


def lines(first, count):
    return "".join(LINE.format(i) for i in range(first, first + count))


def expected(*ranges):
    return {LINE.format(i)[:-1]: 1 for first, count in ranges for i in range(first, first + count)}


@pytest.fixture
def world(tmp_path):
    made = []

    def make(**values):
        made.append(World(tmp_path, **values))
        return made[-1]

    yield make
    for one in made:
        assert one.balanced()
        assert [] == one.fresh_conflicts
        one.close()


def test_a_growing_file_is_followed(world):
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    w.write("app.log", lines(3, 2))
    w.run()

    assert expected((0, 5)) == w.count()
    assert 1 == max(w.sent.values())


def test_a_file_of_one_byte_is_read_at_once(world):
    w = world()
    w.write("app.log", "\n")
    w.step()
    assert 1 == w.registry.followed.popitem()[1].harvester.position


def test_a_lone_byte_without_newline_is_shipped_after_the_idle_time(world):
    w = world(unfinished_line_timeout=5.0)
    w.write("app.log", "x")
    w.run(2)
    assert {} == w.count()

    w.run(4, seconds=2.0)

    assert {"x": 1} == w.count()


def test_the_rest_of_an_unfinished_line_is_flagged_as_a_continuation(world):
    """Also after a crash: the mark is obeyed, nothing is merged with what came earlier."""
    w = world(unfinished_line_timeout=2.0)
    w.write("app.log", "half a li")
    w.run(5)
    w.write("app.log", "ne\nnext\n")
    w.step()
    w.lose_answer()
    w.crash()
    w.run()

    assert ["half a li", "ne", "next"] == w.messages()
    flags = [doc["log"].get("flags") for _, doc in sorted(w.cluster.items())]
    assert [None, ["continuation"], None] == flags


def test_marks_above_the_checkpoint_are_obeyed_by_a_re_read(world):
    """The unfinished line left, its answer was lost, the agent died: the same event is made again, not a longer one."""
    w = world(unfinished_line_timeout=2.0)
    w.write("app.log", "whole\nhalf a li")
    w.step()
    for _ in range(3):
        w.step()
    w.lose_answer()
    w.write("app.log", "ne\n")
    w.crash()
    w.run()

    assert {"whole": 1, "half a li": 1, "ne": 1} == w.count()


def test_a_renamed_file_is_read_to_its_end(world):
    w = world()
    w.write("app.log", lines(0, 2))
    w.run()
    w.write("app.log", lines(2, 2))
    (w.logs / "app.log").rename(w.logs / "app.log.1")
    w.write("app.log", lines(4, 2))
    w.run()

    assert expected((0, 6)) == w.count()
    assert 1 == max(w.sent.values())


def test_a_file_renamed_out_of_the_glob_is_read_to_its_end(world):
    w = world()
    w.write("app.log", lines(0, 1))
    w.run()
    w.write("app.log", lines(1, 1))
    (w.logs / "app.log").rename(w.logs / "away")
    w.run()

    assert expected((0, 2)) == w.count()


def test_a_file_deleted_with_unread_lines_is_read_to_its_end(world):
    w = world()
    w.write("app.log", lines(0, 1))
    w.step()
    w.write("app.log", lines(1, 3))
    (w.logs / "app.log").unlink()
    w.run()

    assert expected((0, 4)) == w.count()
    w.run(3, seconds=40.0)
    assert {} == w.registry.followed


def test_rotation_while_stopped(world):
    w = world()
    w.write("app.log", lines(0, 2))
    w.run()
    w.write("app.log", lines(2, 2))
    (w.logs / "app.log").rename(w.logs / "app.log.1")
    w.write("app.log", lines(4, 1))
    w.crash()
    w.run()

    assert expected((0, 5)) == w.count()


def test_truncated_and_written_again(world):
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    w.write("app.log", lines(10, 1), mode="wb")
    w.run()

    assert expected((0, 3), (10, 1)) == w.count()


@pytest.mark.parametrize("stopped", [False, True])
def test_truncated_and_grown_beyond_the_old_size(world, stopped):
    """The size alone would not show it: the bytes before the offset do."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    if stopped:
        w.write("app.log", lines(10, 6), mode="wb")
        w.crash()
    else:
        w.write("app.log", lines(10, 6), mode="wb")
    w.run()

    assert expected((0, 3), (10, 6)) == w.count()


@pytest.mark.parametrize("stopped", [False, True])
def test_copytruncate(world, stopped):
    """The copy goes on under the old key, the original begins again; nothing twice."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    w.write("app.log", lines(3, 2))
    shutil.copyfile(w.logs / "app.log", w.logs / "app.log.1")
    os.truncate(w.logs / "app.log", 0)
    if stopped:
        w.crash()
    w.write("app.log", lines(5, 1))
    w.run(8)

    assert expected((0, 6)) == w.count()
    assert [] == w.gaps()


def test_a_copy_seen_before_the_truncation_is_held_back(world):
    """Between cp and truncate the copy must not be taken for a new file."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    shutil.copyfile(w.logs / "app.log", w.logs / "app.log.1")
    w.run(1)
    os.truncate(w.logs / "app.log", 0)
    w.write("app.log", lines(5, 1))
    w.run(8)

    assert expected((0, 3), (5, 1)) == w.count()
    assert 1 == max(w.sent.values())


def test_a_copy_in_the_making_is_held_back(world):
    """Half of a large file has been copied when the scan comes by."""
    w = world()
    w.write("app.log", lines(0, 100))
    w.run()
    data = (w.logs / "app.log").read_bytes()
    w.write("app.log.1", data[:3000])
    w.run(1)
    w.write("app.log.1", data[3000:])
    os.truncate(w.logs / "app.log", 0)
    w.run(8)

    assert expected((0, 100)) == w.count()
    assert 1 == max(w.sent.values())


def test_bytes_lost_to_copytruncate_are_a_gap_record(world):
    """Seen, not read, and gone: counted, logged and shipped."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    w.delivery.open = False
    w.write("app.log", lines(3, 2))
    w.step()
    os.truncate(w.logs / "app.log", 0)
    w.step()
    w.delivery.open = True
    w.run(12)

    size = len(LINE.format(0))
    assert [{"start": 3 * size, "end": 5 * size}] == w.gaps()
    assert 2 * size == w.engine.counters["gap_bytes"]


def test_two_files_with_equal_content_are_both_shipped(world):
    """Two jobs that print the same: the second is held a moment, then read as a file of its own."""
    w = world()
    w.write("job1.log", "done\n")
    w.run()
    w.write("job2.log", "done\n")
    w.run(8)

    assert {"done": 2} == w.count()


def test_two_files_with_the_same_first_kilobyte(world):
    w = world()
    w.write("a.log", "banner " * 200 + "\n")
    w.write("b.log", "banner " * 200 + "\n")
    w.run()
    w.write("a.log", "from a\n")
    w.write("b.log", "from b\n")
    w.run(8)
    w.crash()
    w.write("a.log", "again a\n")
    w.write("b.log", "again b\n")
    w.run(8)

    count = w.count()
    assert 2 == count.pop("banner " * 200)
    assert {"from a": 1, "from b": 1, "again a": 1, "again b": 1} == count


def test_copied_away_and_back_is_not_sent_twice(world):
    w = world()
    w.write("app.log", lines(0, 5))
    w.run()
    shutil.copyfile(w.logs / "app.log", w.logs / "elsewhere")
    (w.logs / "app.log").unlink()
    w.run(3, seconds=40.0)
    shutil.copyfile(w.logs / "elsewhere", w.logs / "app.log")
    w.write("app.log", lines(5, 1))
    w.run()

    assert expected((0, 6)) == w.count()
    assert 1 == max(w.sent.values())


def test_another_device_number_is_the_same_file(world):
    """A remounted share: the inode is the same, the device is not."""
    w = world()
    w.write("app.log", lines(0, 1))
    w.run()
    for record in w.store.files():
        record.device += 1
        w.store.commit([record])
    w.crash()
    w.write("app.log", lines(1, 1))
    w.run()

    assert expected((0, 2)) == w.count()
    assert 1 == max(w.sent.values())


def test_a_reused_inode_is_a_new_file(world):
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    record = w.store.files()[0]
    w.close()
    (w.logs / "app.log").unlink()
    w.write("other.log", lines(50, 5))
    record.inode = (w.logs / "other.log").stat().st_ino
    w.start()
    w.store.commit([record])
    w.crash()
    w.run()

    assert expected((0, 3), (50, 5)) == w.count()


def test_a_failed_scan_forgets_nothing(world, monkeypatch):
    """Out of descriptors while listing: every file would look deleted."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    real = os.scandir

    def refuse(path):
        raise OSError(errno.EMFILE, "Too many open files", path)

    monkeypatch.setattr(os, "scandir", refuse)
    w.run(3, seconds=70.0)
    assert any("too few file descriptors" in problem for problem in w.registry.problems)
    monkeypatch.setattr(os, "scandir", real)
    w.write("app.log", lines(3, 1))
    w.run()

    assert expected((0, 4)) == w.count()
    assert 1 == max(w.sent.values())


def test_a_deleted_files_record_is_forgotten_after_a_day(world):
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    (w.logs / "app.log").unlink()
    w.run(5, seconds=400.0)
    assert 1 == len(w.store.files())

    w.run(3, seconds=RETAIN_GONE)

    assert [] == w.store.files()


def test_an_unmounted_share_forgets_nothing(world, monkeypatch):
    """The folder is there and empty, but on another device."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    for record in w.registry.known.records.values():
        record.device += 7
    w.registry.followed.clear()
    w.registry.known.bound.clear()
    (w.logs / "app.log").unlink()
    w.run(5, seconds=RETAIN_GONE)

    assert 1 == len(w.registry.known.records)
    assert 0.0 == next(iter(w.registry.known.records.values())).gone


def test_links_are_named_not_followed(world):
    w = world()
    w.write("real", lines(0, 1))
    (w.logs / "app.log").symlink_to(w.logs / "real")
    w.run()

    assert {} == w.count()
    assert "prospector.scanner.symlinks: true" in w.registry.ignored[str(w.logs / "app.log")]


def test_links_are_followed_when_asked_and_a_file_is_read_once(world):
    w = world(symlinks=True)
    w.write("app.log", lines(0, 1))
    (w.logs / "link.log").symlink_to(w.logs / "app.log")
    w.run()

    assert expected((0, 1)) == w.count()


def test_compressed_files_are_named_and_not_read(world):
    w = world()
    w.write("app.log.1.gz", b"\x1f\x8b\x08\x00rest")
    w.run()

    assert {} == w.count()
    assert "gzip" in w.registry.ignored[str(w.logs / "app.log.1.gz")]


def test_ignore_older_reads_only_what_is_appended_later(world):
    w = world(ignore_older=3600.0)
    w.write("app.log", lines(0, 3))
    os.utime(w.logs / "app.log", (w.wall - 7200, w.wall - 7200))
    w.run()
    assert {} == w.count()
    w.write("app.log", lines(3, 1))
    os.utime(w.logs / "app.log", (w.wall, w.wall))
    w.run()

    assert expected((3, 1)) == w.count()


def test_seek_to_tail_skips_what_is_there_at_the_first_start(world):
    w = world(seek_to_tail=True)
    w.close()
    shutil.rmtree(w.data)
    w.write("a.log", lines(0, 2))
    w.write("b.log", lines(10, 2))
    w.start()
    w.run()
    w.write("a.log", lines(2, 1))
    w.write("new.log", lines(20, 1))
    w.run()
    w.crash()
    w.run()

    assert expected((2, 1), (20, 1)) == w.count()


def test_the_harvester_limit_lets_every_file_have_its_turn(world):
    w = world(harvester_limit=1)
    for index in range(4):
        w.write(f"{index}.log", lines(index * 10, 2))
    w.run(12)

    assert expected(*((index * 10, 2) for index in range(4))) == w.count()
    assert w.registry.open_files <= 1


def test_a_file_given_back_is_read_again(world):
    """A paused route: what was out is read again from the checkpoint, and 409 means already there."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.step()
    w.lose_answer()
    w.give_back()
    w.run()

    assert expected((0, 3)) == w.count()
    assert 2 == max(w.sent.values())


def test_reading_stops_while_too_much_is_unsettled(world):
    w = world(max_unsettled_bytes=200_000)
    w.write("app.log", lines(0, 20_000))
    w.step()
    out = sum(piece.end - piece.start for piece in w.delivery.out)
    assert out < 200_000 + 2 * 128 * 1024

    w.run(30)
    assert 20_000 == len(w.cluster)


def test_a_flood_does_not_starve_quiet_files(world):
    """Blocks are read in turn: every quiet file's line is out before the flood had its fourth block."""
    w = world()
    w.write("flood.log", lines(0, 100_000))
    for index in range(20):
        w.write(f"quiet{index}.log", lines(200_000 + index, 1))
    for _ in range(3):
        w.engine.step(w.now, w.wall)
    messages = b"".join(piece.body for piece in w.delivery.out)

    assert all(LINE.format(200_000 + index)[:-1].encode() in messages for index in range(20))


def test_two_inputs_with_one_file_are_told(world):
    w = world()
    w.close()
    w.settings.append(w.input(id="other", paths=(f"{w.logs}/app*",)))
    w.start()
    w.write("app.log", lines(0, 2))
    w.run()

    assert expected((0, 2)) == w.count()
    problem = w.engine.inputs[1].registry.problems[0]
    assert "input 'app' and input 'other'" in problem
    assert "exclude" in problem


def test_closed_when_idle_and_opened_again_when_it_grows(world):
    w = world(close_inactive=60.0)
    w.write("app.log", lines(0, 2))
    w.run()
    w.run(2, seconds=61.0)
    assert {"app.log": "closed"} == w.states()
    w.write("app.log", lines(2, 1))
    w.run()

    assert expected((0, 3)) == w.count()
    assert {"app.log": "open"} == w.states()


def test_an_unsettled_file_is_never_closed(world):
    w = world(close_inactive=60.0)
    w.write("app.log", lines(0, 2))
    w.step()
    for _ in range(3):
        w.step(100.0)

    assert {"app.log": "open"} == w.states()


def test_a_line_longer_than_the_limit_is_cut_and_flagged(world):
    w = world(message_max_bytes=1000)
    w.write("app.log", "short\n" + "x" * 500_000)
    w.run(2)
    w.write("app.log", "x" * 500_000 + "\nnext\n")
    w.run()

    assert {"short": 1, "x" * 1000: 1, "next": 1} == w.count()
    (cut,) = [doc for doc in w.cluster.values() if doc["message"].startswith("xx")]
    assert ["truncated"] == cut["log"]["flags"]
    (harvester,) = w.registry.harvesters()
    assert (1, 999_000) == (harvester.truncated_lines, harvester.ledger.report().skipped_bytes)


def test_zero_bytes_left_by_a_writer_without_append(world):
    """After truncation the writer goes on at its old offset: the hole is skipped and recorded."""
    w = world()
    with (w.logs / "app.log").open("wb") as writer:
        writer.write(lines(0, 3).encode())
        writer.flush()
        w.run()
        os.truncate(w.logs / "app.log", 0)
        writer.write(lines(3, 1).encode())
    w.run(14)

    size = len(LINE.format(0))
    count = w.count()
    assert 1 == count[LINE.format(3)[:-1]]
    assert [{"start": 0, "end": 3 * size}] == w.gaps()


def test_permission_denied_is_told_and_tried_again(world, monkeypatch):
    w = world()
    w.write("app.log", lines(0, 1))
    real = os.open

    def refuse(path, *args, **kwargs):
        if str(path).endswith("app.log"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    w.step()
    assert any("right to read it" in problem for problem in w.registry.problems)
    monkeypatch.setattr(os, "open", real)
    w.run()

    assert expected((0, 1)) == w.count()


def test_globs(tmp_path):
    """`**` reaches several levels, excludes are regular expressions on the whole path."""
    w = World(tmp_path)
    for name in ("a.log", "x/b.log", "x/y/z/c.log", "x/y/d.txt", "x/skip/e.log"):
        (w.logs / name).parent.mkdir(parents=True, exist_ok=True)
        w.write(name, "x\n")
    finder = Finder(w.input(paths=(f"{w.logs}/**/*.log",), exclude_files=("/skip/",)))

    names = {path.removeprefix(f"{w.logs}/") for path in finder.scan().files}
    w.close()

    assert {"a.log", "x/b.log", "x/y/z/c.log"} == names


def test_copied_away_and_back_under_a_running_agent(world):
    """The deleted file is still held open when its copy comes back."""
    w = world()
    w.write("app.log", lines(0, 5))
    w.run()
    shutil.copyfile(w.logs / "app.log", w.logs / "elsewhere")
    (w.logs / "app.log").unlink()
    w.run(1)
    shutil.copyfile(w.logs / "elsewhere", w.logs / "app.log")
    w.run(6)
    w.write("app.log", lines(5, 1))
    w.run()

    assert expected((0, 6)) == w.count()
    assert 1 == max(w.sent.values())


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("restart", [False, True])
def test_copytruncate_after_more_was_read_than_was_copied(world, settled, restart):
    """Lines written after the copy's last read: the agent has them, the copy has not; the copy is not read again."""
    w = world()
    w.write("app.log", lines(0, 50))
    w.run()
    shutil.copyfile(w.logs / "app.log", w.logs / "app.log.1")
    w.write("app.log", lines(50, 3))
    w.step()
    if settled:
        w.settle()
        w.step(0.0)
    os.truncate(w.logs / "app.log", 0)
    w.write("app.log", lines(60, 1))
    w.run(20)
    if restart:
        w.crash()
        w.run(8)

    assert expected((0, 53), (60, 1)) == w.count()
    assert 1 == max(w.sent.values())
    assert [] == w.gaps()


def test_a_job_that_prints_the_same_again_into_its_truncated_log(world):
    """`job > job.log` every hour, without time stamps: seen empty, then equal: it is a new content all the same."""
    w = world()
    w.write("job.log", lines(0, 3))
    w.run()
    os.truncate(w.logs / "job.log", 0)
    w.run(2)
    w.write("job.log", lines(0, 3))
    w.run(14)

    assert 2 == w.count()[LINE.format(0)[:-1]]


def test_lines_between_the_copy_and_the_truncation_that_were_seen_are_a_gap(world):
    """The copy is read to its end; what the agent had seen beyond it and nobody copied is recorded, once."""
    w = world()
    w.write("app.log", lines(0, 3))
    w.run()
    w.delivery.open = False
    w.write("app.log", lines(3, 2))
    shutil.copyfile(w.logs / "app.log", w.logs / "app.log.1")
    w.write("app.log", lines(5, 2))
    w.step()
    os.truncate(w.logs / "app.log", 0)
    w.write("app.log", lines(60, 1))
    w.delivery.open = True
    w.run(20)
    w.crash()
    w.run(8)

    size = len(LINE.format(0))
    count = w.count()
    assert expected((0, 5), (60, 1)).items() <= count.items()
    assert [{"start": 5 * size, "end": 7 * size}] == w.gaps()
    assert 1 == max(w.sent.values())
