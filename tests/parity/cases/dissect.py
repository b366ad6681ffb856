"""Cases of ``dissect``. The products read a percent sign in a pattern differently."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Failed
from tests.parity.cases._fields import VALUES, case, fields, invalid, missing, on_values

KIND = "dissect"
PAGE = "https://www.elastic.co/docs/reference/enrich-processor/dissect-processor"
PATTERNS = [
    "%{a} %{b}", "%{a},%{b},%{c}", "[%{a}] %{b}", "%{+a} %{+a}", "%{+a/2} %{+a/1}", "%{*k}=%{&k}", "%{?s} %{b}", "%{} %{b}",
    "%{a->} %{b}", "%{->} %{b}", "%{a}", "%{&k} %{*k}", "%{a.b} %{a.c}", "%{a} %{a}", "%{a} %{+a}", "%{a}\n%{b}",
    "%{a->},%{b}", "é%{a} %{b}", "%{a}é%{b}", "%{a},", "%{a->}", "%{->a} %{b}", "%{+a->} %{+a}", "%{?} %{b}", "%{ a } %{b}",
    "%{a..b} %{c}", "%{.a} %{c}", "%{.} %{c}", "%{+a/1->} %{+a/2}", "%{*a->} %{&a}", "%{a->->} %{b}", "%{+a} %{b} %{+a}",
    "%{+a/3} %{+a/1} %{+a/2}", "%{a}, %{b}: %{c}", "%{*k} %{&k} %{*l} %{&l}", "%{*k} %{&k} %{x}", "%{a} %{a.b}", "%{a.b} %{a}",
    "%{a}😀%{b}", "日本%{a} %{b}", "%{a}==%{b}", "x%{a}y%{b}z", "%{*k} %{*k}", "%{&k} %{&k}", "%{+a/1} %{+a/1}", "%{+a/0} %{+a}",
    "%{a->} %{->} %{b}", "%{q.r} %{b}", "%{l.0} %{b}", "%{n.x} %{b}", "%{a}  %{b}", "%{a} - %{b->} - %{c}", "%{*a} %{&a} %{a}",
    "%{a+b} %{c}", "%{+a b} %{c}", "%{c1} %{c2} %{c3} %{c4} %{c5} %{c6} %{c7} %{c8} %{c9} %{c10} %{c11} %{c12} %{c13} %{c14}",
    "x\n%{a} %{b}", "%{a\n} %{b}",
]  # fmt: skip
TEXTS = [
    "foo bar", "a,b,c", "[x] y", "k=v", "é😀é ü", "  x  y", " ", "foo", "x\ny z", "éa b", "a,,b", "a}x", "a b c", "a b a d", "x    y",
    "a,b,", "1, 2: 3", "1, : 3", "日本a b", "x1y2z", "x12", "a.b 1", "😀x😀y", "a==b", "a===b", "a====b", "a - b -  - c", "a -  -  - c",
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14", ", , ",
]  # fmt: skip
BROKEN = [
    "", "abc", "%{}", "%{?a}", "%{*k}", "%{*k} %{&k} %{*k}", "%{+a+}", "%{a/1}", "%{+/1}", "%{+}", "%{*}", "%{a*}", "%{a+}", "%{a?}",
    "%{a&}", "%{+a/99999}", "%{+a/1/2}", "%{+a/x}", "%{a", "a}%{b", "%{+a/-1} %{b}", "%{+a/٣} %{b}", "%{&a}", "%{->}", "%{/}", "%{*a} %{&b}",
]  # fmt: skip
PERCENT = [
    "%{a}%{b}",
    "%{a}%",
    "%{a}%{",
    "50% %{a} %{b}",
    "%{a}%%{b}",
    "%{a} 5% %{b}",
    "%%{a} %{b}",
    "%{{a}}",
    "%{a}%%%{b}",
    "%{a} %",
]
AROUND: dict[str, Any] = {"q": 1, "l": [1, 2], "n": None}


def _with(option: str, options: dict[str, Any], texts: list[str] = TEXTS, **more: Any) -> list[Any]:
    return [
        case(option, KIND, {"field": "m"} | options, {"m": text} | AROUND, **more) for text in texts
    ]


def _elasticsearch() -> list[Any]:
    """Where only ``%{`` ends a delimiter."""
    rows: list[tuple[str, str, dict[str, str] | None]] = [
        ("%{a}%%{b}", "x%y", {"a": "x", "b": "y"}),
        ("%{a} 5% %{b}", "x 5% y", {"a": "x", "b": "y"}),
        ("%{a} 5% %{b}", "x 5 y", None),
        ("50% %{a} %{b}", "50% x y", {"a": "x", "b": "y"}),
        ("50% %{a} %{b}", "50 x y", None),
        ("%{a}%", "100%", {"a": "100"}),
        ("%{a}%", "100", None),
        ("%%{a} %{b}", "%x y", {"a": "x", "b": "y"}),
        ("%%{a} %{b}", "x y", None),
        ("%{a}%{b}", "x%{b}", {"a": "x"}),
        ("%{a}%{b}", "xy", None),
        ("%{used}% of %{size}", "42% of 7gb", {"used": "42", "size": "7gb"}),
    ]
    cases = []
    for pattern, text, found in rows:
        reason = f"Unable to find match for dissect pattern: {pattern} against source: {text}"
        expected: Any = Failed(reason, "find_match") if found is None else {"m": text, **found}
        options = {"field": "m", "pattern": pattern}
        cases.append(
            case(
                "pattern", KIND, options, {"m": text}, oracle="manual", expected=expected, page=PAGE
            )
        )
    return cases


CASES = [
    *on_values("field", KIND, {"pattern": "%{x}a%{y}"}, VALUES),
    *fields(KIND, {"pattern": "%{x}"}),
    *invalid("field", KIND, {"pattern": "%{x}"}, [5, None]),
    *(one for pattern in PATTERNS for one in _with("pattern", {"pattern": pattern})),
    *(
        one
        for pattern in PERCENT
        for one in _with(
            "pattern",
            {"pattern": pattern},
            [*TEXTS, "x%y", "50% x y", "%x y", "x 5% y", "100%", "%{a}"],
            only="opensearch",
        )
    ),
    *_elasticsearch(),
    *(
        case("pattern", KIND, {"field": "m", "pattern": pattern}, {"m": "a b"})
        for pattern in BROKEN
    ),
    *invalid("pattern", KIND, {"field": "m"}, [5, None, ["%{a}"]]),
    *(
        one
        for separator in ("", ", ", "-", "😀", "%{a}", "\n")
        for pattern in (
            "%{+a} %{b} %{+a}",
            "%{+a/2} %{+a/1}",
            "%{a} %{+a} %{+b} %{+b}",
            "%{a} %{b}",
        )
        for one in _with(
            "append_separator", {"pattern": pattern, "append_separator": separator}, TEXTS[:16]
        )
    ),
    *invalid("append_separator", KIND, {"field": "m", "pattern": "%{a}"}, [5, [","]]),
    *missing(KIND, {"pattern": "%{x} %{y}"}, ["a b", None, 5, ["a b"], "x"]),
]
