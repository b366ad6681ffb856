from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.config.settings import Local
from shipper.errors import StoreError
from shipper.local import search
from shipper.local.output import LocalOutput
from shipper.local.schema import open_for_reading
from shipper.local.search import Query, Words
from shipper.records import Route
from tests.local.bulks import ROUTE, bulk, document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MESSAGES = [
    "GET /cart 200 from 10.0.0.17",
    "GET /cart 500 connection refused",
    "refused: the connection was closed",
    "Überweisung nach Zürich 100%",
    "系统错误发生 in module core",
    "deploy 🚀 done",
    'say "hi" * NEAR(x) AND OR NOT ^col: {a b}\'',
    "user_name=o'brien",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("store") / "shipped.db"
    output = LocalOutput(Local(path=path))
    stamps = [f"2026-11-22T15:00:0{at}.000Z" for at in range(len(MESSAGES))]
    documents = [
        document(message, at, **{"@timestamp": stamp})
        for at, (message, stamp) in enumerate(zip(MESSAGES, stamps, strict=True))
    ]
    output.send(ROUTE, *bulk(*documents))
    parsed = {
        "@timestamp": "2020-01-01T00:00:00Z",
        "log": {"file": {"path": "/var/log/json.log"}, "offset": 7, "level": "error"},
        "order": {"id": "A-17", "total": 12.5},
        "tags": ["eu", "shop"],
        "paid": True,
        "http.status": 503,
    }
    output.send(Route("logs-shop-prod"), *bulk(parsed, first=100))
    connection = open_for_reading(path)
    yield connection
    connection.close()
    output.close()


def found(store: sqlite3.Connection, text: str = "", **more: Any) -> list[str]:
    query = Query(text, **more)
    hits = search.newest(store, query, 100)
    assert search.count(store, query) == len(hits)
    return [hit.source().get("message", hit.id) for hit in hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("cart", [0, 1], id="word"),
        pytest.param("CART refused", [1], id="all words, any case"),
        pytest.param("connection refused", [1, 2], id="words in any order"),
        pytest.param('"connection refused"', [1], id="phrase"),
        pytest.param('"connection refused', [1], id="phrase left open"),
        pytest.param("refused -closed", [1], id="not a word"),
        pytest.param('refused -"connection refused"', [2], id="not a phrase"),
        pytest.param("-in -done -cart -refused -zurich -say", [7], id="only what must not be"),
        pytest.param("conn*", [1, 2], id="beginning of a word"),
        pytest.param("onnection", [], id="no part of a word"),
        pytest.param("10.0.0.17", [0], id="address"),
        pytest.param("10.0.0.1", [], id="address is not cut"),
        pytest.param("zurich", [3], id="without accents"),
        pytest.param("ÜBERWEISUNG", [3], id="accents, any case"),
        pytest.param("错误", [4], id="part of Chinese text"),
        pytest.param("错误 core", [4], id="Chinese and a word"),
        pytest.param("🚀", [5], id="emoji"),
        pytest.param("-🚀 d*", [], id="not an emoji"),
        pytest.param("100%", [3], id="percent"),
        pytest.param("NEAR(x)", [6], id="syntax of FTS5: NEAR"),
        pytest.param("AND", [6], id="syntax of FTS5: AND"),
        pytest.param("AND OR NOT", [6], id="syntax of FTS5: operators"),
        pytest.param("^col:", [6], id="syntax of FTS5: column"),
        pytest.param("o'brien", [7], id="apostrophe"),
        pytest.param("*", [6], id="a star alone is a star"),
        pytest.param("--", list(range(8)), id="without a minus sign"),
        pytest.param('""', list(range(8)), id="empty phrase asks nothing"),
    ],
)
def test_text(store: sqlite3.Connection, text: str, expected: list[int]):
    assert found(store, text, dataset="app") == [MESSAGES[at] for at in expected]


@given(st.text(alphabet=st.characters(codec="utf-8")) | st.text(alphabet='ab"*-^:(){}+,AND \x00'))
def test_no_text_is_wrong(store: sqlite3.Connection, text: str):
    """Whatever is typed is looked for; nothing is an error of FTS5's syntax."""
    search.newest(store, Query(text), 5)


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N"]), min_size=1))
def test_a_message_is_found_by_itself(store: sqlite3.Connection, text: str):
    """Writing and searching split text alike, in any script."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    store.backup(memory)
    memory.execute("DELETE FROM event")
    line = search.orjson.dumps({"message": text}).decode()
    memory.execute("INSERT INTO event VALUES (9999, 1, 'x', 0, 1, 0, ?)", (line,))
    memory.execute("INSERT INTO text (rowid, body) VALUES (9999, ?)", (text,))
    hits = search.newest(memory, Query(f'"{text}"'), 5)
    memory.close()

    assert [hit.seq for hit in hits] == [9999]


def test_what_words_are_read_as():
    assert search.words('a -b "c d" -"e f" g* 错 -::') == Words(
        match=('"a"', '"c d"', '"g"*'), unmatch=('"b"', '"e f"'), contains=("错",), lacks=("::",)
    )


@pytest.mark.parametrize("name", ["shop", "logs-shop-prod"])
def test_dataset(store: sqlite3.Connection, name: str):
    assert len(found(store, dataset=name)) == 1
    assert found(store, "cart", dataset=name) == []
    assert found(store, dataset="nothing") == []


def test_values_of_parsed_fields_are_found_by_text(store: sqlite3.Connection):
    """A JSON line has no message, and yet its values are what people look for."""
    assert len(found(store, "A-17")) == 1
    assert found(store, "12.5", dataset="shop") == found(store, "A-17")


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("log.level", "error", 1),
        ("log.level", "err", 0),
        ("order.total", "12.5", 1),
        ("paid", "true", 1),
        ("http.status", "503", 1),
        ("tags", "shop", 1),
        ("tags", "sho", 0),
        ("nothing", "null", 0),
        ("log.file.path", "/var/log/json.log", 1),
        ("log.file.path", "/var/log/app.log", 8),
        ("_id", "AAAABBBBCCCCDDDD000000000001000000000" + "01", 0),
        ("_id", "AAAABBBBCCCCDDDD000000000001000000000" + "1", 0),
        ("_id", f"AAAABBBBCCCCDDDD{1:014d}{1:010d}", 1),
    ],
)
def test_fields(store: sqlite3.Connection, name: str, value: str, count: int):
    assert len(found(store, fields=((name, value),))) == count


def test_all_fields_must_fit(store: sqlite3.Connection):
    assert len(found(store, fields=(("tags", "eu"), ("tags", "shop")))) == 1
    assert found(store, fields=(("tags", "eu"), ("tags", "us"))) == []


def test_times(store: sqlite3.Connection):
    """From the first moment on, and up to but without the last."""
    base = 1_795_359_600_000  # 2026-11-22T15:00:00Z

    assert found(store, since=base + 2000, until=base + 4000) == MESSAGES[2:4]
    assert found(store, until=base, dataset="app") == []


def test_limit_keeps_the_newest_and_shows_them_last(store: sqlite3.Connection):
    hits = search.newest(store, Query(dataset="app"), 2)

    assert [hit.source()["message"] for hit in hits] == MESSAGES[-2:]


def test_arrived_goes_by_arrival_not_by_time(store: sqlite3.Connection):
    """What arrived last carries the oldest time; who follows must see it."""
    end = search.last(store)

    (hit,) = search.arrived(store, Query(), end - 1)

    assert hit.index == "logs-shop-prod"
    assert list(search.arrived(store, Query(), end)) == []


def test_datasets_are_counted(store: sqlite3.Connection):
    assert search.datasets(store) == {"logs-app-default": 8, "logs-shop-prod": 1}


def test_reading_changes_nothing(store: sqlite3.Connection):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.execute("DELETE FROM event")


def test_a_missing_store_is_told(tmp_path: Path):
    with pytest.raises(StoreError, match="no such local store"):
        open_for_reading(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_an_empty_file_is_told(tmp_path: Path):
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="empty"):
        open_for_reading(tmp_path / "empty.db")


def test_a_file_of_something_else_is_told(tmp_path: Path):
    (tmp_path / "text.db").write_text("these are words\n" * 1000)
    with pytest.raises(StoreError, match="not a database"):
        open_for_reading(tmp_path / "text.db")


def test_a_path_with_odd_letters(tmp_path: Path):
    """The path is part of a URI for SQLite; signs of its own must not change it."""
    path = tmp_path / "a?mode=rw&b#c %41.db"
    output = LocalOutput(Local(path=path))
    output.send(ROUTE, *bulk(document("here")))
    connection = open_for_reading(path)
    hits = search.newest(connection, Query("here"), 10)
    connection.close()
    output.close()

    assert len(hits) == 1
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
