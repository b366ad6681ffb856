"""
Cases of ``dot_expander``.

Elasticsearch takes the field away first, whatever comes of it, has another word in its failure, and more options.
"""

from __future__ import annotations

from typing import Any

from tests.parity.case import Failed
from tests.parity.cases._fields import case

KIND = "dot_expander"
PAGE = "https://www.elastic.co/docs/reference/enrich-processor/dot-expand-processor"
GOOD: list[dict[str, Any]] = [
    {"a.b": 1}, {"a.b": 1, "a": {"b": 2}}, {"a.b": 1, "a": {"b": [2]}}, {"a.b": [1, 3], "a": {"b": 2}}, {"a.b": 1, "a": {"c": 1}},
    {"a": {"b": 1}}, {}, {"a.b": None}, {"a.b": {"x": 1}, "a": {"b": {"y": 2}}}, {"a.b.c": 1, "a": {"b": 5}}, {"a.b": []},
    {"a.b": [], "a": {"b": 1}}, {"a.b": "é", "a": {"b": "é"}}, {"a.b": 1, "a": {"b": None}}, {"a.b": {"x.y": 1}}, {"a.b": 1.5},
    {"a.b": [[1]], "a": {"b": [2]}}, {"a.b": True, "c": 1}, {"a.b": 1, "a": {}}, {"A.b": 1},
]  # fmt: skip
BAD: list[dict[str, Any]] = [
    {"a.b": 1, "a": 5}, {"a.b": 1, "a": [1]}, {"a.b": 1, "a": None}, {"a.b": 1, "a": [{"b": 3}]}, {"a.b": 1, "a": "x"},
    {"a.b": 1, "a": True},
]  # fmt: skip
DEEP: list[dict[str, Any]] = [
    {"a.b.c": 1}, {"a.b.c": 1, "a": {"b": {}}}, {"a.b.c": 1, "a.b": {}}, {"a": {"b.c": 1}}, {"a.b.c": 1, "a": {}},
    {"a.b.c": 1, "a": {"b": {"c": 2}}}, {"a.b.c": [1], "a": {"b": {"c": {"d": 1}}}},
]  # fmt: skip
DEEP_BAD: list[dict[str, Any]] = [
    {"a.b.c": 1, "a": {"b": 5}}, {"a.b.c": 1, "a": {"b": None}}, {"a.b.c": 1, "a": [0, 1]}, {"a.b.c": 1, "a": 1},
]  # fmt: skip
NUMBERED: list[dict[str, Any]] = [{"a.0": 1, "a": [5]}, {"a.0": 1}, {"a.0": 1, "a": {"0": 2}}]
INSIDE: list[dict[str, Any]] = [
    {"a": {"b.c": 1}}, {"a": {"b.c": 1, "b": {"c": 2}}}, {"a": 5}, {}, {"a": None}, {"a": [{"b.c": 1}]}, {"a": {"x": 1}},
    {"b.c": 1, "a": {}}, {"a": {"b.c": None}}, {"a": {"b.c": [1], "b": {}}}, {"a": "x"}, {"a": {}}, {"a": {"b": {"c": 1}}},
    {"a": {"b.c": 1, "b": {"d": 2}}}, {"a": True},
]  # fmt: skip
INSIDE_BAD: list[dict[str, Any]] = [
    {"a": {"b.c": 1, "b": 3}},
    {"a": {"b.c": 1, "b": None}},
    {"a": {"b.c": 1, "b": [1]}},
]


def _both(option: str, options: dict[str, Any], documents: list[dict[str, Any]]) -> list[Any]:
    return [case(option, KIND, options, document) for document in documents]


def _differ(
    options: dict[str, Any], documents: list[dict[str, Any]], option: str = "field"
) -> list[Any]:
    """What cannot be expanded; asked of the node for OpenSearch, and with Elasticsearch's word for it."""
    cases = []
    for document in documents:
        cases.append(case(option, KIND, options, document, only="opensearch"))
        path = f"{options['path']}." if "path" in options else ""
        path += options["field"]
        part = _blocking(document, path)
        reason = (
            f"cannot expand [{path}], because [{part}] is not an object field, but a value field"
        )
        cases.append(
            case(
                option, KIND, options, document, oracle="manual", expected=Failed(reason), page=PAGE
            )
        )
    return cases


def _blocking(document: dict[str, Any], path: str) -> str:
    value: Any = document
    names = path.split(".")
    for number, name in enumerate(names):
        value = value[name]
        if not isinstance(value, dict):
            return ".".join(names[: number + 1])
    raise AssertionError


def _manual(option: str, options: dict[str, Any], document: dict[str, Any], expected: Any) -> Any:
    return case(option, KIND, options, document, oracle="manual", expected=expected, page=PAGE)


def _star(*pairs: tuple[dict[str, Any], Any]) -> list[Any]:
    cases = [_manual("field", {"field": "*"}, document, expected) for document, expected in pairs]
    for document, expected in pairs:
        if isinstance(expected, dict):
            cases.append(
                _manual(
                    "field path",
                    {"field": "*", "path": "p"},
                    {"p": document, "q.r": 1},
                    {"p": expected, "q.r": 1},
                )
            )
    return cases


def _override() -> list[Any]:
    options = {"field": "a.b", "override": True}
    cases = []
    for document in GOOD:
        expected = {key: value for key, value in document.items() if key != "a.b"}
        if "a.b" in document:
            inner = document.get("a", {})
            expected["a"] = inner | {"b": document["a.b"]}
        cases.append(_manual("override", options, document, expected))
    for document in BAD:
        reason = "cannot expand [a.b], because [a] is not an object field, but a value field"
        cases.append(_manual("override", options, document, Failed(reason)))
    cases += [
        _manual(
            "override",
            {"field": "*", "override": True},
            {"a.b": 1, "a": {"b": 2}, "c.d": 3},
            {"a": {"b": 1}, "c": {"d": 3}},
        ),
        _manual(
            "override",
            {"field": "b.c", "path": "a", "override": True},
            {"a": {"b.c": 1, "b": {"c": 2}}},
            {"a": {"b": {"c": 1}}},
        ),
        _manual(
            "override",
            {"field": "a.b", "override": False},
            {"a.b": 1, "a": {"b": 2}},
            {"a": {"b": [2, 1]}},
        ),
    ]
    return cases


CASES = [
    *_both("field", {"field": "a.b"}, GOOD),
    *_differ({"field": "a.b"}, BAD),
    *_both("field", {"field": "a.b.c"}, DEEP),
    *_differ({"field": "a.b.c"}, DEEP_BAD),
    *_both("field", {"field": "a.0"}, NUMBERED),
    *_both("field", {"field": "é.😀"}, [{"é.😀": 1}, {"é.😀": 1, "é": {"😀": "x"}}]),
    *_both("field", {"field": "_source.b"}, [{"_source.b": 1}, {"b": 1}, {"_source.b": 1, "b": 2}]),
    *_both("field", {"field": "{{x}}.b"}, [{"a.b": 1, "x": "a"}, {"{{x}}.b": 1}]),
    *(
        case("field", KIND, {"field": field}, {"a.b": 1})
        for field in ("a", ".a", "a.", "a..b", "a.b.", "..", "", ".", 5, None, ["a.b"])
    ),
    case("field", KIND, {"field": "*"}, {"a.b": 1}, only="opensearch"),
    *_both("path", {"field": "b.c", "path": "a"}, INSIDE),
    *_differ({"field": "b.c", "path": "a"}, INSIDE_BAD, "path"),
    *_both("path", {"field": "b.c", "path": "a.d"}, [{"a": {"d": {"b.c": 1}}}, {"a": {"d": 1}}, {"a": {}}, {"a": 1}, {"a": {"d": {"b.c": 1, "b": {"c": 2}}}}]),
    *_both("path", {"field": "a.b", "path": ""}, [{"a.b": 1}]),
    *(case("path", KIND, {"field": "b.c", "path": path}, {"a": {"b.c": 1}}) for path in (5, ["a"], True)),
    case("path", KIND, {"field": "b.c", "path": "a.0"}, {"a": [{"b.c": 1}]}, only="opensearch"),
    case("field", KIND, {"field": "a.b", "ignore_missing": True}, {"a.b": 1}),
    *_star(
        ({"foo.bar": "v", "baz.qux": "w"}, {"foo": {"bar": "v"}, "baz": {"qux": "w"}}),
        ({"a.b": 1, "a": {"b": 2}}, {"a": {"b": [2, 1]}}),
        ({"a": 1}, {"a": 1}),
        ({}, {}),
        ({"a.b.c": 1, "x": {"y.z": 2}}, {"a": {"b": {"c": 1}}, "x": {"y.z": 2}}),
        ({".a": 1}, {".a": 1}),
        ({"a.b": 1, "a.c": 2, "a.d.e": 3}, {"a": {"b": 1, "c": 2, "d": {"e": 3}}}),
        ({"a.b": 1, "a": 5}, Failed("cannot expand [a.b], because [a] is not an object field, but a value field")),
    ),
    *_override(),
    case("override", KIND, {"field": "a.b", "override": True}, {"a.b": 1}, only="opensearch"),
]  # fmt: skip
