"""Cases of OpenSearch's ``remove_by_pattern``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case

_DOCUMENT = {
    "foo": 1, "foobar": {"bar": 1}, "bar": [1], "Foo": None, "a.b": 1, "fo": "x", "föö": 1, "oof": 2, "aXbXc": 3, "abc": 4,
    "😀x": 5, "": 6, "aab": 7, "abab": 8,
}  # fmt: skip
_SAFE = {name: value for name, value in _DOCUMENT.items() if name not in {"a.b", ""}}
_PATTERNS: tuple[Any, ...] = (
    "foo", "foo*", "*foo", "*oo*", "*", "**", "f*o*", "foobar.bar", "foobar.*", "F*", "nothing", "a*b*c", "a*b", "ab*ab", "*ö*", "😀*",
    "a*a*b", "", ["foo", "bar"], ["foo*", "*c"], [], ["x"], "fo?", "a.b", "a.*", "*x", "a*c*b", "abab*ab", "*é",
)  # fmt: skip
_WRONG: tuple[Any, ...] = (
    "_id", "_*", "a#b", "a:b", "a b", "a,b", "a|b", "a<", "a>", "a/b", "a\\b", 'a"', 5, True, {"a": 1}, ["a", 5], ["_x"], [["a"]], None,
)  # fmt: skip


def _case(option: str, options: dict[str, Any], document: dict[str, Any]) -> Case:
    return Case(
        option=option,
        processor={"remove_by_pattern": options},
        document=document,
        only="opensearch",
    )


CASES = [
    *(
        _case(option, {option: pattern}, document)
        for option in ("field_pattern", "exclude_field_pattern")
        for pattern in (*_PATTERNS, *_WRONG)
        for document in (_DOCUMENT, _SAFE, {})
    ),
    _case("field_pattern exclude_field_pattern", {}, {}),
    _case(
        "field_pattern exclude_field_pattern",
        {"field_pattern": "a", "exclude_field_pattern": "b"},
        {"a": 1},
    ),
    _case("field_pattern", {"field_pattern": "a", "ignore_missing": True}, {"a": 1}),
]
