"""Hints come soon, are merged, and never hurt."""

import os
import queue
import resource
import time
from pathlib import Path

import pytest

from shipper.source.wakeup import Changed, Wakeup

SOON = 5.0  # seconds: a bound for a busy machine; a hint takes milliseconds


class Inbox:
    """Where hints arrive, and what they add up to for one folder."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[Changed] = queue.SimpleQueue()

    def wait(self, wanted) -> Changed:
        """The first hint for which `wanted` holds."""
        end = time.monotonic() + SOON
        while True:
            hint = self.queue.get(timeout=max(0.0, end - time.monotonic()))
            if wanted(hint):
                return hint

    def drain(self) -> list[Changed]:
        hints = []
        while not self.queue.empty():
            hints.append(self.queue.get())
        return hints


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(params=[True, False], ids=["inotify", "observer"])
def wakeup(request, inbox):
    wakeup = Wakeup(inbox.queue.put, inotify=request.param)
    wakeup.start()
    yield wakeup
    wakeup.close()
    assert wakeup.failed == 0


@pytest.fixture
def kernel(inbox):
    """With inotify, where only that can show the behaviour."""
    wakeup = Wakeup(inbox.queue.put)
    wakeup.start()
    yield wakeup
    wakeup.close()
    assert wakeup.failed == 0


def names(name: str):
    return lambda hint: hint.names is not None and name in hint.names


def test_append_names_the_file(wakeup, inbox, tmp_path):
    """An append is reported with the file's name, and is no reason for a scan."""
    log = tmp_path / "a.log"
    log.write_text("")
    assert wakeup.watch(tmp_path)

    with log.open("a") as file:
        file.write("line\n")

    hint = inbox.wait(names("a.log"))
    assert hint.folder == str(tmp_path)


def test_append_alone_asks_for_no_scan(kernel, inbox, tmp_path):
    log = tmp_path / "a.log"
    log.write_text("")
    kernel.watch(tmp_path)

    with log.open("a") as file:
        file.write("line\n")

    assert inbox.wait(names("a.log")) == Changed(
        str(tmp_path), frozenset({"a.log"}), structural=False
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda folder: (folder / "new.log").write_text(""), id="created"),
        pytest.param(lambda folder: (folder / "old.log").rename(folder / "new.log"), id="moved"),
        pytest.param(lambda folder: (folder / "old.log").unlink(), id="deleted"),
    ],
)
def test_structural_changes_ask_for_a_scan(wakeup, inbox, tmp_path, change):
    (tmp_path / "old.log").write_text("")
    wakeup.watch(tmp_path)

    change(tmp_path)

    assert inbox.wait(lambda hint: hint.structural).folder == str(tmp_path)


def test_reading_raises_no_hint(wakeup, inbox, tmp_path):
    """The agent's own reading must not wake it."""
    log = tmp_path / "a.log"
    log.write_text("line\n")
    wakeup.watch(tmp_path)

    log.read_text()
    (tmp_path / "end").write_text("")  # a later event: what comes before it has been seen

    inbox.wait(names("end"))
    assert not [hint for hint in inbox.drain() if hint.names and "a.log" in hint.names]


def test_many_writes_become_few_hints(kernel, inbox, tmp_path):
    """The number of hints depends on time, not on writes."""
    log = tmp_path / "a.log"
    log.write_text("")
    kernel.watch(tmp_path)

    begun = time.monotonic()
    with log.open("ab", buffering=0) as file:
        for _ in range(2000):
            file.write(b"line\n")
    (tmp_path / "end").write_text("")
    inbox.wait(names("end"))
    took = time.monotonic() - begun

    assert kernel.posted <= 2 + took / 0.02


def test_one_hint_a_folder_names_every_file(kernel, inbox, tmp_path):
    """Files that change within one burst are told in one message."""
    logs = [tmp_path / f"{number}.log" for number in range(50)]
    for log in logs:
        log.write_text("")
    kernel.watch(tmp_path)

    for log in logs:
        with log.open("a") as file:
            file.write("line\n")
    seen: set[str] = set()
    while len(seen) < len(logs):
        seen |= inbox.wait(lambda hint: hint.names is not None).names or set()

    assert seen == {log.name for log in logs}
    assert kernel.posted < len(logs)


def test_watching_again_is_harmless(wakeup, inbox, tmp_path):
    assert wakeup.watch(tmp_path)
    assert wakeup.watch(tmp_path)

    (tmp_path / "a.log").write_text("")

    inbox.wait(names("a.log"))


def test_replaced_folder_is_followed(kernel, inbox, tmp_path):
    """A folder that was moved away and made anew is watched after the next scan names it."""
    folder = tmp_path / "logs"
    folder.mkdir()
    kernel.watch(folder)
    folder.rename(tmp_path / "old")
    folder.mkdir()

    assert kernel.watch(folder)
    (folder / "a.log").write_text("")

    assert inbox.wait(names("a.log")).folder == str(folder)


def test_deleted_folder_is_reported_and_may_come_back(kernel, inbox, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    kernel.watch(folder)
    folder.rmdir()
    gone = inbox.wait(lambda hint: hint.names is None)
    folder.mkdir()

    assert gone == Changed(str(folder), None, structural=True)
    assert kernel.watch(folder)
    (folder / "a.log").write_text("")
    inbox.wait(names("a.log"))


def test_two_names_of_one_folder_are_both_told(kernel, inbox, tmp_path):
    """Inputs that reach a folder through a symbolic link hear of it under their own name."""
    folder = tmp_path / "logs"
    folder.mkdir()
    link = tmp_path / "link"
    link.symlink_to(folder)
    kernel.watch(folder)
    kernel.watch(link)

    (folder / "a.log").write_text("")
    told = {inbox.wait(names("a.log")).folder, inbox.wait(names("a.log")).folder}

    assert told == {str(folder), str(link)}
    kernel.unwatch(folder)
    (folder / "b.log").write_text("")
    assert inbox.wait(names("b.log")).folder == str(link)


def test_unwatched_folder_is_silent(wakeup, inbox, tmp_path):
    quiet, loud = tmp_path / "quiet", tmp_path / "loud"
    quiet.mkdir()
    loud.mkdir()
    wakeup.watch(quiet)
    wakeup.watch(loud)
    wakeup.unwatch(quiet)
    wakeup.unwatch(quiet)

    (quiet / "a.log").write_text("")
    (loud / "b.log").write_text("")

    inbox.wait(names("b.log"))
    assert str(quiet) not in {hint.folder for hint in inbox.drain()}


def test_missing_folder_is_refused(wakeup, tmp_path):
    assert not wakeup.watch(tmp_path / "no-such-folder")
    assert wakeup.refused == 1


def test_name_that_is_not_utf8(kernel, inbox, tmp_path):
    kernel.watch(tmp_path)
    name = b"\xff\xfe.log"

    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("")

    inbox.wait(names(os.fsdecode(name)))


def test_overflow_says_that_anything_may_have_changed(inbox, tmp_path):
    """When the kernel drops events, every watched folder is due for a scan."""
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if limit > 100_000:
        pytest.skip(f"filling a queue of {limit} events takes too long")
    wakeup = Wakeup(inbox.queue.put)
    other = tmp_path / "other"
    other.mkdir()
    busy = tmp_path / "busy"
    busy.mkdir()
    wakeup.watch(other)
    wakeup.watch(busy)
    with (busy / "a").open("ab", buffering=0) as one, (busy / "b").open("ab", buffering=0) as two:
        for _ in range(limit // 2 + 100):  # alternating, so that the kernel does not merge them
            one.write(b"x")
            two.write(b"x")

    wakeup.start()
    hint = inbox.wait(lambda hint: hint.folder == str(other))
    wakeup.close()

    assert hint == Changed(str(other), None, structural=True)
    assert wakeup.overflowed == 1


def test_no_instance_left_costs_only_latency(tmp_path):
    """Where the system has no inotify instance to give, watching is refused and nothing raises."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    import watchdog.observers.inotify_c  # noqa: F401, PLC0415 - needs descriptors to be imported

    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        wakeup = Wakeup(lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    wakeup.start()
    assert not wakeup.watch(tmp_path)
    assert not wakeup.ok
    wakeup.close()


def test_failing_receiver_does_not_end_the_watch(tmp_path):
    """An exception in the receiver is counted; the next hint comes."""
    arrived: queue.SimpleQueue[Changed] = queue.SimpleQueue()

    def post(hint: Changed) -> None:
        if hint.names and "bad" in hint.names:
            raise RuntimeError("receiver is broken")
        arrived.put(hint)

    wakeup = Wakeup(post)
    wakeup.watch(tmp_path)
    wakeup.start()
    (tmp_path / "bad").write_text("")
    end = time.monotonic() + SOON
    while not wakeup.failed and time.monotonic() < end:
        (tmp_path / "bad").write_text("x")
    while arrived.empty() and time.monotonic() < end:  # the first may share a burst with "bad"
        (tmp_path / "good").write_text("x")

    wakeup.close()
    assert wakeup.failed >= 1
    assert "good" in (arrived.get_nowait().names or ())


def test_closing_twice_and_watching_afterwards(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    wakeup = Wakeup(lambda _: None)
    wakeup.watch(tmp_path)
    wakeup.start()
    wakeup.close()
    wakeup.close()

    assert not wakeup.watch(tmp_path)
    assert not wakeup.ok
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_lone_event_arrives_at_once(kernel, inbox, tmp_path):
    """After quiet there is no delay: the median of several lone lines stays far below the pace of polling."""
    log = tmp_path / "a.log"
    log.write_text("")
    kernel.watch(tmp_path)
    took = []
    for _ in range(9):
        time.sleep(0.06)  # quiet is what is tested
        begun = time.monotonic()
        with log.open("a") as file:
            file.write("line\n")
        inbox.wait(names("a.log"))
        took.append(time.monotonic() - begun)

    assert sorted(took)[4] < 0.02
