from __future__ import annotations

import logging
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from shipper.config.settings import Local
from shipper.delivery import response
from shipper.errors import StoreError
from shipper.local import search
from shipper.local.output import CHUNK_EVENTS, HOUR, RETENTION_EVENTS, LocalOutput
from shipper.local.schema import FORMAT, open_for_reading, open_for_writing
from shipper.records import Route
from tests.local.bulks import KEY, ROUTE, bulk, document

if TYPE_CHECKING:
    from collections.abc import Callable


def answer(output: LocalOutput, *documents: Any, route: Route = ROUTE, first: int = 0) -> Any:
    found = output.send(route, *bulk(*documents, first=first))
    assert found.status == 200
    return orjson.loads(found.body)


def kept(path: Path, text: str = "") -> list[str]:
    connection = open_for_reading(path)
    try:
        return [
            hit.source()["message"]
            for hit in search.newest(connection, search.Query(text), 1_000_000)
        ]
    finally:
        connection.close()


def test_new_events_are_answered_on_the_fast_path(output: LocalOutput):
    """No error, every status 201, one known index: what settlement looks for first."""
    found = output.send(ROUTE, *bulk(document("one"), document("two", 4)))

    assert found.status == 200
    assert found.body.startswith(b'{"errors":false,')
    decoded = orjson.loads(found.body)
    assert decoded["items"] == [{"create": {"_index": "logs-app-default", "status": 201}}] * 2
    assert decoded["took"] >= 0


def test_an_event_that_is_there_is_answered_409(output: LocalOutput, tmp_path: Path):
    answer(output, document("one"))

    again = answer(output, document("one"), document("two"))

    statuses = [item["create"]["status"] for item in again["items"]]
    assert again["errors"] is True
    assert statuses == [409, 201]
    error = again["items"][0]["create"]["error"]
    assert error["type"] == "version_conflict_engine_exception"
    assert KEY in error["reason"]
    assert sorted(kept(tmp_path / "shipped.db")) == ["one", "two"]


def test_the_first_document_of_an_id_stays(output: LocalOutput, tmp_path: Path):
    """`create` never overwrites, and the words of a refused document are not found."""
    answer(output, document("original"))
    answer(output, document("impostor"))

    assert kept(tmp_path / "shipped.db") == ["original"]
    assert kept(tmp_path / "shipped.db", "impostor") == []


def test_the_same_id_in_another_index_is_another_event(output: LocalOutput, tmp_path: Path):
    answer(output, document("here"))
    answer(output, document("there"), route=Route("logs-other-default"))

    assert sorted(kept(tmp_path / "shipped.db")) == ["here", "there"]


def test_an_id_twice_in_one_request_is_kept_once(output: LocalOutput, tmp_path: Path):
    body, _ = bulk(document("same"))
    found = orjson.loads(output.send(ROUTE, body * 2, 2).body)

    assert [item["create"]["status"] for item in found["items"]] == [201, 409]
    assert kept(tmp_path / "shipped.db", "same") == ["same"]


def test_a_request_of_several_chunks_is_answered_in_its_order(output: LocalOutput, tmp_path: Path):
    count = 2 * CHUNK_EVENTS + 7
    there = {3, CHUNK_EVENTS, 2 * CHUNK_EVENTS + 6}
    for at in there:
        answer(output, document(f"number {at}", at), first=at)

    found = answer(output, *[document(f"number {at}", at) for at in range(count)])

    statuses = [item["create"]["status"] for item in found["items"]]
    assert {at for at, status in enumerate(statuses) if status == 409} == there
    assert {status for at, status in enumerate(statuses) if at not in there} == {201}
    assert len(kept(tmp_path / "shipped.db", "number")) == count


@pytest.mark.parametrize("line", [b"not JSON", b"[1]", b'"text"', b'{"a":"\\ud800"}'])
def test_what_is_no_json_object_is_refused_for_its_own_cause(
    output: LocalOutput, line: bytes, tmp_path: Path
):
    """The neighbours are kept; the one goes to the dead letters as a cluster's would."""
    found = answer(output, document("before"), line, document("after"))

    assert [item["create"]["status"] for item in found["items"]] == [201, 400, 201]
    assert found["items"][1]["create"]["error"]["type"] == "document_parsing_exception"
    assert sorted(kept(tmp_path / "shipped.db")) == ["after", "before"]


def test_the_document_is_kept_byte_by_byte(output: LocalOutput, tmp_path: Path):
    """Number formats, escapes and the order of keys are the sender's."""
    line = b'{"z":1.50,"a":"\\u00fc","message":"\xf0\x9f\x9a\x80","n":12345678901234567890123}'
    answer(output, line)

    connection = open_for_reading(tmp_path / "shipped.db")
    (hit,) = search.newest(connection, search.Query(), 1)
    connection.close()
    assert hit.document.encode() == line


def test_any_id_is_kept(output: LocalOutput, tmp_path: Path):
    """Ids of another shape, with escapes, are read as JSON."""
    name = 'a "quoted" \\ id: ü'
    body = orjson.dumps({"create": {"_id": name}}) + b'\n{"message":"x"}\n'
    assert output.send(ROUTE, body, 1).status == 200

    connection = open_for_reading(tmp_path / "shipped.db")
    (hit,) = search.newest(connection, search.Query(), 1)
    connection.close()
    assert hit.id == name


def test_a_wrong_count_is_a_mistake_of_the_caller(output: LocalOutput):
    body, _ = bulk(document("one"))

    with pytest.raises(ValueError, match="has 4 lines, not 2"):
        output.send(ROUTE, body, 2)


def test_a_pipeline_is_spoken_of_once(output: LocalOutput, caplog: pytest.LogCaptureFixture):
    """The local store runs no pipelines; the event is kept unparsed."""
    route = Route("logs-app-default", "parse-app")
    with caplog.at_level(logging.WARNING, "shipper.local"):
        assert output.ready(route) is None
        answer(output, document("one"), route=route)
        answer(output, document("two"), route=route, first=1)

    (record,) = caplog.records
    assert "kept as they were read, without parse-app" in record.getMessage()
    assert output.pipeline_exists("parse-app") is None


def test_describe_names_file_and_version(output: LocalOutput, tmp_path: Path):
    assert output.kind == "local"
    assert output.describe() == (str(tmp_path / "shipped.db"), "local", sqlite3.sqlite_version)


def test_only_the_owner_may_read_the_file(output: LocalOutput, tmp_path: Path):
    answer(output, document("secret"))

    for path in tmp_path.glob("shipped.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


# ---- when it cannot write ------------------------------------------------------------------------------------------


def test_a_locked_store_settles_nothing_and_is_tried_again(
    open_output: Callable[..., LocalOutput], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        "shipper.local.output.open_for_writing",
        lambda path: open_for_writing(path, patience=0.01),
    )
    output = open_output()
    other = sqlite3.connect(tmp_path / "shipped.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    refused = output.send(ROUTE, *bulk(document("one")))
    problem = output.ready(ROUTE)
    other.execute("ROLLBACK")
    other.close()

    assert refused.status == 503
    assert "another process is writing it" in orjson.loads(refused.body)["error"]["reason"]
    assert problem is not None
    assert "locked" in problem
    assert output.ready(ROUTE) is None
    assert answer(output, document("one"))["errors"] is False


def test_a_full_disk_settles_nothing_and_heals(tmp_path: Path):
    """A limit on the size of files stands for the disk: SQLite meets the same failing write."""
    script = """
        import resource, signal, sys
        from pathlib import Path
        from shipper.config.settings import Local
        from shipper.local.output import LocalOutput
        from tests.local.bulks import ROUTE, bulk, document

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        output = LocalOutput(Local(path=Path(sys.argv[1])))
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        big = [document("word " * 2000, at) for at in range(100)]
        refused = output.send(ROUTE, *bulk(*big))
        print(refused.status, refused.body.decode(), file=sys.stderr)
        assert refused.status == 503, refused
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        healed = output.send(ROUTE, *bulk(*big))
        assert healed.status == 200, healed
        assert healed.body.startswith(b'{"errors":false'), healed.body[:300]
        output.close()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), tmp_path / "full.db"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert len(kept(tmp_path / "full.db", "word")) == 100


def test_a_damaged_store_is_told_and_settles_nothing(
    open_output: Callable[..., LocalOutput], tmp_path: Path
):
    path = tmp_path / "damaged.db"
    output = open_output(path=path)
    answer(output, *[document(f"number {at}", at) for at in range(500)])
    output.refresh()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))

    refused = output.send(ROUTE, *bulk(document("next"), first=1000))

    assert refused.status == 503
    assert "move it away" in orjson.loads(refused.body)["error"]["reason"]


def test_a_store_that_was_removed_is_made_again(
    output: LocalOutput, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """Events must not vanish into a file that has no name any more."""
    answer(output, document("gone"))
    for path in tmp_path.glob("shipped.db*"):
        path.unlink()

    with caplog.at_level(logging.WARNING, "shipper.local"):
        answer(output, document("kept"), first=1)

    assert kept(tmp_path / "shipped.db") == ["kept"]
    assert "removed or replaced" in caplog.text


def test_another_program_s_database_is_left_alone(tmp_path: Path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="not a local store of Shipper"):
        LocalOutput(Local(path=path))

    assert path.read_bytes() == before


def test_a_newer_format_is_refused(tmp_path: Path):
    path = tmp_path / "newer.db"
    connection = open_for_writing(path)
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()

    with pytest.raises(StoreError, match="written by a newer Shipper"):
        LocalOutput(Local(path=path))


def test_a_path_that_cannot_be_written_is_an_error_at_the_start(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot open the local store"):
        LocalOutput(Local(path=tmp_path / "file" / "shipped.db"))


def test_what_was_answered_survives_kill_9(tmp_path: Path):
    """Each request that was answered is there after the kill, none is there in part."""
    script = """
        import sys
        from pathlib import Path
        from shipper.config.settings import Local
        from shipper.local.output import LocalOutput
        from tests.local.bulks import ROUTE, bulk, document

        output = LocalOutput(Local(path=Path(sys.argv[1])))
        for request in range(1_000_000):
            first = request * 20
            output.send(ROUTE, *bulk(*[document(f"r{request}", first + i) for i in range(20)], first=first))
            print(request, flush=True)
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), tmp_path / "killed.db"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    while int(child.stdout.readline()) < 30:
        pass
    os.kill(child.pid, signal.SIGKILL)
    answered = 31 + len(child.stdout.read().split())
    child.stdout.close()
    child.wait()

    messages = kept(tmp_path / "killed.db")
    assert len(messages) % 20 == 0
    assert len(messages) // 20 >= answered
    assert len(kept(tmp_path / "killed.db", f"r{answered - 1}")) == 20


def test_several_senders_may_send_at_once(output: LocalOutput, tmp_path: Path):
    """Every event ends up once, whichever thread is first."""
    batches = [bulk(*[document(f"b{at}", at)] * 1, first=at) for at in range(40)]
    statuses: list[int] = []

    def sender() -> None:
        for body, count in batches:
            (item,) = orjson.loads(output.send(ROUTE, body, count).body)["items"]
            statuses.append(item["create"]["status"])

    threads = [threading.Thread(target=sender) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [201] * 40 + [409] * 80
    assert len(kept(tmp_path / "shipped.db")) == 40


# ---- retention -----------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_retention_deletes_what_arrived_too_long_ago(
    open_output: Callable[..., LocalOutput], tmp_path: Path
):
    """By arrival: an event that carries an old time of its own is kept as long as any other."""
    clock = Clock()
    output = open_output(now=clock)
    answer(output, document("first words"))
    clock.now += 2 * HOUR
    answer(output, {"@timestamp": "1999-01-01T00:00:00Z", "message": "second words"}, first=1)
    clock.now += 2 * HOUR
    output.close()

    output = open_output(retention=3 * HOUR, now=clock)
    while output.tidy():
        pass

    assert kept(tmp_path / "shipped.db") == ["second words"]
    assert kept(tmp_path / "shipped.db", "words") == ["second words"]
    assert kept(tmp_path / "shipped.db", "first") == []


def test_retention_goes_in_small_steps(open_output: Callable[..., LocalOutput], tmp_path: Path):
    clock = Clock()
    output = open_output(now=clock)
    count = 2 * RETENTION_EVENTS + 10
    answer(output, *[document(f"n{at}", at) for at in range(count)])
    output.close()
    clock.now += 20 * HOUR
    output = open_output(retention=10 * HOUR, now=clock, janitor=False)

    assert [output.tidy() for _ in range(4)] == [RETENTION_EVENTS, RETENTION_EVENTS, 10, 0]
    assert kept(tmp_path / "shipped.db") == []


def test_retention_needs_no_traffic(open_output: Callable[..., LocalOutput], tmp_path: Path):
    clock = Clock()
    output = open_output(now=clock)
    answer(output, document("old"))
    output.close()
    clock.now += 20 * HOUR

    open_output(retention=10 * HOUR, now=clock)
    deadline = time.monotonic() + 30
    while kept(tmp_path / "shipped.db"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_emptied_store_goes_on(open_output: Callable[..., LocalOutput], tmp_path: Path):
    """New events after everything was deleted are neither deleted with the old nor lost to the index."""
    clock = Clock()
    output = open_output(retention=HOUR, now=clock)
    answer(output, document("old"))
    clock.now += 10 * HOUR
    while output.tidy():
        pass
    answer(output, document("new"), first=1)
    output.tidy()

    assert kept(tmp_path / "shipped.db", "new") == ["new"]
    assert kept(tmp_path / "shipped.db", "old") == []


def test_a_clock_that_is_set_back_deletes_nothing_early(
    open_output: Callable[..., LocalOutput], tmp_path: Path
):
    clock = Clock()
    output = open_output(retention=5 * HOUR, now=clock)
    answer(output, document("one"))
    clock.now -= 100 * HOUR
    answer(output, document("two"), first=1)
    clock.now += 100 * HOUR
    output.tidy()

    assert sorted(kept(tmp_path / "shipped.db")) == ["one", "two"]


def test_the_full_text_index_is_whole_after_retention(
    open_output: Callable[..., LocalOutput], tmp_path: Path
):
    """SQLite's own check of the index."""
    clock = Clock()
    output = open_output(retention=HOUR, now=clock)
    for at in range(3):
        answer(
            output, *[document(f"grün n{i}", i, extra={"n": i}) for i in range(200)], first=200 * at
        )
        clock.now += HOUR
        while output.tidy():
            pass
    output.close()

    connection = sqlite3.connect(tmp_path / "shipped.db")
    connection.execute("INSERT INTO text (text) VALUES ('integrity-check')")
    (left,) = connection.execute("SELECT count(*) FROM event").fetchone()
    found = connection.execute("SELECT count(*) FROM text WHERE text MATCH 'grun'").fetchone()
    connection.close()
    assert 0 < left < 600
    assert found == (left,)


# ---- settlement ----------------------------------------------------------------------------------------------------


def test_settlement_reads_the_answers_as_a_cluster_s(output: LocalOutput):
    """The classification of answers that decides about events, on what the local store answers."""
    fresh = bulk(*[document("x", at) for at in range(50)])
    mixed = bulk(document("x"), b"not JSON", document("new"), first=49)

    first = response.read(output.send(ROUTE, *fresh), 50)
    second = response.read(output.send(ROUTE, *mixed), 3)

    assert first.whole is response.Whole.INDEXED
    assert second.whole is response.Whole.ITEMS
    assert second.fates == [
        response.Fate.CONFLICT,
        response.Fate.REFUSED,
        response.Fate.INDEXED,
    ]


def test_a_store_that_is_away_passes(open_output: Callable[..., LocalOutput], tmp_path: Path):
    """Nothing is settled and nothing is dead-lettered: the request is sent again."""
    folder = tmp_path / "folder"
    output = open_output(path=folder / "shipped.db")
    output.refresh()
    shutil.rmtree(folder)
    folder.write_text("a file where the folder was")

    found = response.read(output.send(ROUTE, *bulk(document("x"))), 1)

    assert found.whole is response.Whole.PASSING
    assert found.problem is not None
    assert "see that its folder exists" in found.problem.reason


def test_an_event_may_name_its_index(output: LocalOutput, tmp_path: Path):
    """As it does where the name depends on the event's fields."""
    body, count = bulk(document("one"), document("two"))
    first, _, rest = body.partition(b"\n")
    first = first.replace(b'{"_id"', b'{"_index":"logs-other-default","_id"')
    assert output.send(ROUTE, first + b"\n" + rest, count).status == 200

    with closing(open_for_reading(tmp_path / "shipped.db")) as db:
        rows = db.execute(
            "SELECT target.name, document FROM event JOIN target ON event.target = target.number ORDER BY seq"
        )
        found = [(name, orjson.loads(text)["message"]) for name, text in rows]
    assert found == [("logs-other-default", "one"), (ROUTE.index, "two")]
