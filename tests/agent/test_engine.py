"""What the engine promises besides following files: order on disk, hints, marks at the end, a full disk."""

import pytest

from shipper.config.settings import Ndjson, Syslog
from shipper.errors import StoreError
from shipper.source.discover import Finder
from shipper.source.wakeup import Changed
from tests.agent.test_files import LINE, expected, lines, world  # noqa: F401 - a fixture
from tests.agent.world import World


class SpyStore:
    """The real store; notes which offers had been made when a commit came, and refuses when told to."""

    def __init__(self, store, delivery):
        self._store, self._delivery = store, delivery
        self.full = False
        self.commits = []

    def __getattr__(self, name):
        return getattr(self._store, name)

    def commit(self, records=(), marks=(), forget=()):
        if self.full:
            raise StoreError("the disk is full")
        records, marks = list(records), list(marks)
        self.commits.append((self._delivery.offered, [r.key for r in records], marks))
        self._store.commit(records, marks, forget)


def spy(w):
    w.engine.store = SpyStore(w.store, w.delivery)
    return w.engine.store


def test_the_key_is_on_disk_before_the_first_event_leaves(world):  # noqa: F811
    w = world()
    store = spy(w)
    w.write("app.log", lines(0, 1))
    w.step()

    offered, keys, _ = store.commits[0]
    assert (0, 1) == (offered, len(keys))
    assert 1 == w.delivery.offered


def test_a_mark_is_on_disk_before_its_event_leaves(world):  # noqa: F811
    w = world(unfinished_line_timeout=2.0)
    store = spy(w)
    w.write("app.log", "whole\nhalf")
    for _ in range(5):
        w.step()

    (mark,) = [commit for commit in store.commits if commit[2]]
    assert 1 == mark[0], "the whole line had left, the half had not"
    assert 2 == w.delivery.offered


def test_a_full_disk_stops_sending_and_is_told(world):  # noqa: F811
    """Nothing leaves whose key is not on disk; when there is room again, everything does."""
    w = world()
    store = spy(w)
    store.full = True
    w.write("app.log", lines(0, 3))
    w.run()
    assert {} == w.count()
    assert "disk is full" in w.engine.store_problem

    store.full = False
    w.run()

    assert expected((0, 3)) == w.count()
    assert "" == w.engine.store_problem


def test_reservations_are_made_in_steps(world):  # noqa: F811
    """Not every line costs a write to disk."""
    w = world()
    store = spy(w)
    for index in range(50):
        w.write("app.log", lines(index, 1))
        w.step(0.01)
        w.settle()

    assert len(store.commits) < 5
    assert w.store.files()[0].sent >= 50 * len(LINE.format(0))


def test_a_hint_has_a_line_read_at_once(world):  # noqa: F811
    """Between two polls, and also where the input follows a link to the file."""
    w = world(symlinks=True)
    (w.logs / "pods").mkdir()
    w.write("pods/real", lines(0, 1))
    (w.logs / "pod.log").symlink_to(w.logs / "pods" / "real")
    w.run()
    w.write("pods/real", lines(1, 1))

    w.engine.changed(Changed(str(w.logs / "pods"), frozenset({"real"}), structural=False), w.now)
    w.engine.step(w.now, w.wall)
    w.settle()

    assert expected((0, 2)) == w.count()


def test_a_new_file_is_found_by_a_hint(world):  # noqa: F811
    w = world(check_interval=3600.0)
    w.step()
    w.write("app.log", lines(0, 1))
    w.engine.changed(Changed(str(w.logs), frozenset({"app.log"}), structural=True), w.now)
    w.step(0.2)
    w.settle()

    assert expected((0, 1)) == w.count()


def test_hints_about_strangers_cost_one_scan(world, monkeypatch):  # noqa: F811
    """A busy file beside the logs must not have the folder listed again and again."""
    w = world(check_interval=3600.0)
    w.step()
    scans = []
    finder = w.engine.inputs[0].finder
    real = finder.scan
    monkeypatch.setattr(finder, "scan", lambda: scans.append(1) or real())
    w.write("other", "x")
    for _ in range(10):
        hint = Changed(str(w.logs), frozenset({"other"}), structural=False)
        w.engine.changed(hint, w.now)
        w.step(0.5)

    assert 1 == len(scans)


@pytest.mark.parametrize(("once", "messages"), [(True, ["whole", "half"]), (False, ["whole"])])
def test_at_the_end_an_unfinished_line_is_sent_only_by_once(tmp_path, once, messages):
    """A drain leaves it for the next start, where the writer may have finished it."""
    w = World(tmp_path)
    w.engine.once = once
    w.write("app.log", "whole\nhalf")
    w.run(1)
    if not once:
        w.engine.drain()
    w.run(6, seconds=0.3)

    assert w.engine.finished
    assert messages == w.messages()
    w.close()


def test_a_drain_waits_for_what_is_out(world):  # noqa: F811
    w = world()
    w.write("app.log", lines(0, 1))
    w.step()
    w.engine.drain()
    w.step()
    assert not w.engine.finished
    w.settle()
    w.step()

    assert w.engine.finished


def test_a_forgotten_file_is_sent_again(world):  # noqa: F811
    w = world()
    w.write("app.log", lines(0, 1))
    w.run()
    (key,) = w.registry.known.records
    assert w.engine.forget(key)
    assert not w.engine.forget(key)
    w.run()

    assert {LINE.format(0)[:-1]: 2} == w.count()
    assert key not in {record.key for record in w.store.files()}


def test_the_agents_own_files_are_never_read(tmp_path):
    """A glob that matches the local store would feed itself."""
    w = World(tmp_path)
    w.write("app.log", lines(0, 1))
    w.write("shipped.log", lines(1, 1))
    finder = Finder(w.input(), own=[str(w.logs / "shipped.log"), str(w.data)])

    scan = finder.scan()
    w.close()

    assert [str(w.logs / "app.log")] == list(scan.files)
    assert "own files" in scan.ignored[str(w.logs / "shipped.log")]


@pytest.mark.parametrize(
    ("parser", "told"),
    [
        (Ndjson(), True),
        (Ndjson(ignore_decoding_error=True), False),
        (Syslog(log_errors=True), True),
        (Syslog(), False),
    ],
)
def test_lines_that_cannot_be_parsed_are_told_where_asked(world, caplog, parser, told):  # noqa: F811
    """Shipped as they are and counted in any case; the log follows ignore_decoding_error and log_errors."""
    w = world(parsers=(parser,))
    w.write("app.log", "neither JSON nor syslog\n")
    w.run()

    assert {"neither JSON nor syslog": 1} == w.count()
    assert 1 == next(w.registry.harvesters()).decode_errors
    assert told == ("could not be parsed" in caplog.text)
