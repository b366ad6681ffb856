"""
Questions to the local store.

Functions over a read-only connection; nothing here writes, prints or looks at a clock. Whatever a user types is words
to look for: it never reaches SQLite as query syntax.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from shipper.local.document import dataset_of, lookup, text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

# A minus sign, then a phrase in quotes (the last one may be left open) or a word that may end with a star.
_TERM = re.compile(r'(-?)(?:"([^"]*)(?:"|$)|([^\s"]+))')
_UNSPACED = (
    0x2E80  # from here on: scripts that write words without spaces, which the index does not split
)


@dataclass(frozen=True, slots=True)
class Words:
    """
    What a user's text asks for; all of it must hold.

    Attributes:
        match: FTS5 expressions that must match.
        unmatch: FTS5 expressions that must not match.
        contains: texts that the document's text must contain, letter case aside.
        lacks: texts that it must not contain.
    """

    match: tuple[str, ...] = ()
    unmatch: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """
    What to look for.

    Attributes:
        text: words and "phrases" that must all occur; ``-word`` must not; ``word*`` is the beginning of a word.
        dataset: a dataset, or the whole name of a data stream.
        since: earliest ``@timestamp``, in milliseconds since 1970.
        until: first ``@timestamp`` no longer wanted.
        fields: field names with dots and the values they must have; of a list, one value.
    """

    text: str = ""
    dataset: str | None = None
    since: int | None = None
    until: int | None = None
    fields: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Hit:
    """One event that was found."""

    seq: int  # order of arrival
    time: int  # @timestamp, milliseconds since 1970
    index: str
    id: str
    document: str  # JSON, as it was sent

    def source(self) -> dict[str, Any]:
        """The document, decoded."""
        document: dict[str, Any] = orjson.loads(self.document)
        return document


def words(text: str) -> Words:
    """
    Read a user's search text.

    Anything is accepted: there is no wrong text. What the index cannot find (punctuation alone, parts of Chinese or
    Japanese text) is looked for letter by letter.
    """
    match: list[str] = []
    unmatch: list[str] = []
    contains: list[str] = []
    lacks: list[str] = []
    for minus, phrase, word in _TERM.findall(text.replace("\x00", " ")):
        term = word or phrase
        beginning = word.endswith("*") and len(word) > 1
        if beginning:
            term = word.rstrip("*")
        if not term.strip():
            continue
        tokens = any(unicodedata.category(letter)[0] in "LN" for letter in term)
        if not tokens or any(ord(letter) >= _UNSPACED for letter in term):
            (lacks if minus else contains).append(term)
        else:
            (unmatch if minus else match).append(f'"{term}"{"*" if beginning else ""}')
    return Words(tuple(match), tuple(unmatch), tuple(contains), tuple(lacks))


def newest(connection: sqlite3.Connection, query: Query, limit: int) -> list[Hit]:
    """The newest events by ``@timestamp`` that the query fits, oldest of them first."""
    conditions, values = _where(connection, query)
    # The inner query orders small rows; documents are fetched only for those that are shown.
    rows = connection.execute(
        f"""{_SELECT} WHERE event.seq IN (
                SELECT event.seq FROM event WHERE {conditions}
                ORDER BY event.time DESC, event.path DESC, event.start DESC LIMIT ?)
            ORDER BY event.time, event.path, event.start""",
        (*values, limit),
    )
    return [Hit(*row) for row in rows]


def arrived(connection: sqlite3.Connection, query: Query, after: int) -> Iterator[Hit]:
    """Events that the query fits and that arrived after the one of that number, in the order of arrival."""
    conditions, values = _where(connection, query)
    for row in connection.execute(
        f"{_SELECT} WHERE event.seq > ? AND {conditions} ORDER BY event.seq", (after, *values)
    ):
        yield Hit(*row)


def count(connection: sqlite3.Connection, query: Query) -> int:
    """How many events the query fits."""
    conditions, values = _where(connection, query)
    row = connection.execute(f"SELECT count(*) FROM event WHERE {conditions}", values).fetchone()
    return int(row[0])


def last(connection: sqlite3.Connection) -> int:
    """Number of the event that arrived last; 0 in an empty store."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])


def datasets(connection: sqlite3.Connection) -> dict[str, int]:
    """Events by name of the data stream, in the order of names."""
    rows = connection.execute(
        """SELECT target.name, (SELECT count(*) FROM event WHERE event.target = target.number)
           FROM target ORDER BY target.name"""
    )
    return dict(rows.fetchall())


_SELECT = """SELECT event.seq, event.time, target.name, event.id, event.document
    FROM event CROSS JOIN target ON target.number = event.target"""


def _where(connection: sqlite3.Connection, query: Query) -> tuple[str, list[Any]]:
    """The conditions of a query and the values for their question marks."""
    conditions = ["1"]
    values: list[Any] = []
    asked = words(query.text)
    if asked.match:
        conditions.append("event.seq IN (SELECT rowid FROM text WHERE text MATCH ?)")
        values.append(" ".join(asked.match))
    for expression in asked.unmatch:
        conditions.append("event.seq NOT IN (SELECT rowid FROM text WHERE text MATCH ?)")
        values.append(expression)
    if asked.contains or asked.lacks:
        connection.create_function("shipper_contains", 2, _contains, deterministic=True)
        conditions += ["shipper_contains(event.document, ?)"] * len(asked.contains)
        conditions += ["NOT shipper_contains(event.document, ?)"] * len(asked.lacks)
        values += [term.casefold() for term in (*asked.contains, *asked.lacks)]
    if query.since is not None:
        conditions.append("event.time >= ?")
        values.append(query.since)
    if query.until is not None:
        conditions.append("event.time < ?")
        values.append(query.until)
    if query.dataset is not None:
        names = connection.execute("SELECT number, name FROM target")
        numbers = [
            str(number) for number, name in names if query.dataset in {name, dataset_of(name)}
        ]
        conditions.append(f"event.target IN ({','.join(numbers)})")
    for name, value in query.fields:
        if name == "_id":
            conditions.append("event.id = ?")
            values.append(value)
        elif name == "log.file.path":
            conditions.append("event.path IN (SELECT number FROM path WHERE name = ?)")
            values.append(value)
        else:
            connection.create_function("shipper_field", 3, _field_is, deterministic=True)
            conditions.append("shipper_field(event.document, ?, ?)")
            values += [name, value]
    return " AND ".join(conditions), values


def _contains(document: str, folded: str) -> bool:
    return folded in text_of(orjson.loads(document)).casefold()


def _field_is(document: str, name: str, wanted: str) -> bool:
    found = lookup(orjson.loads(document), name)
    return any(
        _printed(value) == wanted for value in (found if isinstance(found, list) else [found])
    )


def _printed(value: Any) -> str | None:
    """The value as a user types it."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()
