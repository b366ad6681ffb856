"""Documents and paths; the wording was seen on a node."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline.document import MISSING, Document, Path, java_int
from shipper.pipeline.failure import Failure
from shipper.pipeline.values import copy

FIELDS: dict[str, Any] = {
    "a": 1,
    "s": "x",
    "z": None,
    "l": [1, {"k": 2}],
    "m": {"k": {"n": "v"}},
    "d.t": "dotted",
}


def _document() -> Document:
    return Document(copy(FIELDS), {"timestamp": "now"})


def _reason(path: str, method: str, *arguments: Any) -> str | None:
    with pytest.raises(Failure) as caught:
        getattr(Path.parse(path), method)(_document(), *arguments)
    return caught.value.reason


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("a", 1), ("m.k.n", "v"), ("l.1.k", 2), ("l.01.k", 2), ("l.+0", 1), ("_source.a", 1), ("_ingest.timestamp", "now"), ("a.", 1), ("z", None)],
)  # fmt: skip
def test_paths_reach_into_maps_and_lists(path: str, wanted: Any) -> None:
    assert Path.parse(path).get(_document()) == wanted
    assert Path.parse(path).has(_document())
    assert Path.parse(path).exists(_document())


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nope", "field [nope] not present as part of path [nope]"),
        ("m.x.y", "field [x] not present as part of path [m.x.y]"),
        ("d.t", "field [d] not present as part of path [d.t]"),
        ("s.x", "cannot resolve [x] from object of type [java.lang.String] as part of path [s.x]"),
        ("z.x", "cannot resolve [x] from null as part of path [z.x]"),
        ("l.9", "[9] is out of bounds for array with length [2] as part of path [l.9]"),
        ("l.-1", "[-1] is out of bounds for array with length [2] as part of path [l.-1]"),
        ("l.x", "[x] is not an integer, cannot be used as an index as part of path [l.x]"),
        ("l.99999999999", "[99999999999] is not an integer, cannot be used as an index as part of path [l.99999999999]"),
        ("_ingest.x", "field [x] not present as part of path [_ingest.x]"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_with_the_clusters_words(path: str, reason: str) -> None:
    assert _reason(path, "get") == reason
    assert Path.parse(path).find(_document()) is MISSING
    assert not Path.parse(path).has(_document())


def test_setting_makes_the_maps_on_the_way() -> None:
    document = _document()

    Path.parse("x.y.z").set(document, 1)
    Path.parse("l.1.k").set(document, 3)
    Path.parse("_ingest.q").set(document, 4)

    assert document.ctx["x"] == {"y": {"z": 1}}
    assert document.ctx["l"] == [1, {"k": 3}]
    assert document.ingest == {"timestamp": "now", "q": 4}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (
            "s.x",
            "cannot set [x] with parent object of type [java.lang.String] as part of path [s.x]",
        ),
        (
            "s.x.y",
            "cannot resolve [x] from object of type [java.lang.String] as part of path [s.x.y]",
        ),
        ("z.x", "cannot set [x] with null parent as part of path [z.x]"),
        ("l.2", "[2] is out of bounds for array with length [2] as part of path [l.2]"),
    ],
)
def test_what_can_hold_no_field_refuses_it(path: str, reason: str) -> None:
    assert _reason(path, "set", 1) == reason
    assert _reason(path, "append", 1) == reason


def test_a_name_for_a_list_keeps_the_cause_where_the_product_does() -> None:
    """Elasticsearch's failure of a read has no cause, OpenSearch's has; that of a write has one in both."""
    document, path = _document(), Path.parse("l.x")

    with pytest.raises(Failure) as read:
        path.get(document)
    with pytest.raises(Failure) as written:
        path.set(document, 1)

    assert read.value.message("elasticsearch") == read.value.reason
    assert read.value.message("opensearch") == 'For input string: "x"'
    assert written.value.message("elasticsearch") == 'For input string: "x"'


@pytest.mark.parametrize(
    ("present", "value", "unique", "wanted"),
    [
        (MISSING, 1, False, [1]), (MISSING, [1, 1], True, [1, 1]), (1, 2, False, [1, 2]), (None, 2, False, [None, 2]), ([1], [2, 3], False, [1, 2, 3]),
        ([1], [1, 2, 2], True, [1, 2]), (1, 1, True, 1), (1, 1.0, True, [1, 1.0]), ([], [], False, []), (1, [], False, [1]), ([1], [[1]], True, [1, [1]]),
    ],
)  # fmt: skip
def test_appending(present: Any, value: Any, unique: bool, wanted: Any) -> None:
    document = Document({} if present is MISSING else {"f": copy(present)})

    Path.parse("f").append(document, value, allow_duplicates=not unique)

    assert document.ctx == {"f": wanted}


def test_appending_a_list_to_itself_ends() -> None:
    document = Document({"f": [1, 2]})

    Path.parse("f").append(document, document.ctx["f"])

    assert document.ctx == {"f": [1, 2, 1, 2]}


def test_removing() -> None:
    document = _document()

    for path in ("a", "m.k.n", "l.0"):
        Path.parse(path).remove(document)

    assert document.ctx == {"s": "x", "z": None, "l": [{"k": 2}], "m": {"k": {}}, "d.t": "dotted"}
    assert (
        _reason("s.x", "remove")
        == "cannot remove [x] from object of type [java.lang.String] as part of path [s.x]"
    )


@pytest.mark.parametrize("path", ["", "_source.", "_ingest."])
def test_a_path_of_nothing_is_told_when_it_is_parsed(path: str) -> None:
    with pytest.raises(Failure):
        Path.parse(path)


def test_only_a_look_before_writing_fails_beyond_a_list() -> None:
    assert not Path.parse("l.9").has(_document())
    assert (
        _reason("l.9", "exists")
        == "[9] is out of bounds for array with length [2] as part of path [l.9]"
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("-1", -1), ("+7", 7), ("٣", 3), ("2147483647", 2**31 - 1), ("2147483648", None), ("", None), ("-", None), ("1_0", None), (" 1", None), ("\U0001d7cf", None), ("0" * 40, 0)],
)  # fmt: skip
def test_integers_are_javas(text: str, number: int | None) -> None:
    assert java_int(text) == number


_TREE = st.recursive(st.integers() | st.none() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "0"]), inner, max_size=3), max_leaves=10)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["a", "b", "0"]), _TREE),
    st.lists(st.sampled_from(["a", "b", "0", "1", "x"]), min_size=1, max_size=4),
)
def test_what_is_set_is_found_and_can_be_removed(tree: dict[str, Any], elements: list[str]) -> None:
    document, path = Document(copy(tree)), Path.parse(".".join(elements))
    had = path.has(document)
    try:
        path.set(document, "new")
    except Failure:
        assert not had
        return

    assert path.get(document) == "new"
    held = path.holder(document)
    assert held is None or held[path.leaf] == "new"
    path.remove(document)
    if held is not None:
        assert not path.has(document)
