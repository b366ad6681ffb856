"""What the cases of processors of one field share: values of every kind, and cases made of them."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case

TEXTS = [
    "", "a", "A", "aBc", " a ", "\t\n a\r", "\u00a0a\u2003", "ÀÉ", "straße", "İ\u0131I", "ΑΣ ΣΑ ΑΣ.", "ŉǆﬁ", "😀", "a😀b",
    "𐐀𐐨", "e\u0301", "日本語", "x,y", "a=1 b=2", "12", "1.5", "true", "null", "{}", "%41+", "1kb", "\u0000\u001f!\u007f",
    "long " * 300,
]  # fmt: skip
OTHERS: list[Any] = [
    None, True, False, 0, 1, -5, 2147483648, -9223372036854775808, 1.5, -0.0, 1e10, 1e-5, 1e300, {}, {"b": 1},
    {"b": {"c": [1, None]}},
]  # fmt: skip
LISTS: list[Any] = [
    [], ["a"], ["A", "b", ""], ["é", "😀"], [1], [None], ["a", None], ["a", 1], [["a"]], [{"b": 1}], [True, 1.5, 3000000000],
]  # fmt: skip
VALUES = [*TEXTS, *OTHERS, *LISTS]
NESTED: list[dict[str, Any]] = [
    {}, {"a": "X"}, {"a": None}, {"a": {}}, {"a": {"b": "X"}}, {"a": {"b": None}}, {"a": {"b": 5}}, {"a": []},
    {"a": [{"b": "X"}]}, {"a": {"b": ["X", "y"]}}, {"a": {"b": {"c": "X"}}}, {"a.b": "X"}, {"b": "X"}, {"a": 5},
    {"a": True},
]  # fmt: skip


def case(
    option: str, kind: str, options: dict[str, Any], document: dict[str, Any], **more: Any
) -> Case:
    """A processor alone in its pipeline."""
    return Case(option=option, processor={kind: options}, document=document, **more)


def on_values(
    option: str, kind: str, options: dict[str, Any], values: list[Any], **more: Any
) -> list[Case]:
    """A case for each value of the field ``a``."""
    options = {"field": "a"} | options
    return [case(option, kind, options, {"a": value}, **more) for value in values]


def fields(kind: str, options: dict[str, Any] | None = None) -> list[Case]:
    """Which fields a processor takes, and which names of fields it does not."""
    options = options or {}
    cases = [case("field", kind, {"field": "a.b"} | options, document) for document in NESTED]
    paths = [
        "a",
        "b.0",
        "b.1.c",
        "b.5",
        "b.x",
        "{{a}}",
        "_source.a",
        "_ingest.timestamp",
        ".",
        "",
        "a.",
        "a..b",
    ]
    document = {"a": "Ab", "b": ["Cd", {"c": "Ef"}], "{{a}}": "Gh"}
    return cases + [case("field", kind, {"field": path} | options, document) for path in paths]


def invalid(option: str, kind: str, options: dict[str, Any], values: list[Any]) -> list[Case]:
    """Values of an option that no cluster takes."""
    return [case(option, kind, options | {option: value}, {"a": "x"}) for value in values]


def targets(kind: str, options: dict[str, Any], value: Any) -> list[Case]:
    """Where a result goes."""
    paths = [
        "t", "a", "t.u", "t.u.v", "a.b", "l.0", "l.1", "l.2", "l.x", "n.x", "o.x", "o.p", "i.x", "", "_source.t",
        "{{a}}", "t.", "_ingest.t", "s", "l", "n",
    ]  # fmt: skip
    document = {"a": value, "l": [1, {}], "n": None, "o": {"p": 1}, "i": 5, "s": "there"}
    cases = [
        case("target_field", kind, {"field": "a", "target_field": path} | options, document)
        for path in paths
    ]
    return cases + invalid("target_field", kind, {"field": "a"} | options, [5, ["t"], {"t": 1}])


def missing(kind: str, options: dict[str, Any], values: list[Any]) -> list[Case]:
    """``ignore_missing``, on and off, with fields that are there and such that are not."""
    cases = []
    for flag in (True, False):
        given = {"ignore_missing": flag} | options
        cases += [
            case("ignore_missing", kind, {"field": "a.b"} | given, document) for document in NESTED
        ]
        cases += on_values("ignore_missing", kind, given, values)
    return cases + invalid("ignore_missing", kind, {"field": "a"} | options, ["true", "no", 1, []])


def unknown(kind: str, options: dict[str, Any], *names: str) -> list[Case]:
    """Options that neither product has."""
    given = {"field": "a"} | options
    return [case("field", kind, given | {name: True}, {"a": "x"}) for name in names]
