"""Cases of ``split``."""

from __future__ import annotations

from tests.parity.cases._fields import VALUES, case, fields, invalid, missing, on_values, targets

KIND = "split"
TEXTS = [
    "a,b,,c,,",
    "",
    ",",
    ",,",
    "abc",
    "a1b22c",
    "😀,😀",
    ",a",
    "a\nb",
    "a b\tc",
    "a.b|c",
    "x",
    "ab,ab",
]
SEPARATORS = [
    ",", "", "\\d+", "(,)", "(?=,)", ".", "\\.", "|", "\\|", "^", "$", "x*", "[,]", "\\s+", "a", "ab", "(?m)$", "😀", "é", ";",
    ",|b", "\n", "\\n", "(?<=,)", "[, ]+", "(?i)B",
]  # fmt: skip

CASES = [
    *on_values("field", KIND, {"separator": ","}, VALUES),
    *fields(KIND, {"separator": "b"}),
    *(
        case("separator", KIND, {"field": "a", "separator": separator}, {"a": text})
        for separator in SEPARATORS
        for text in TEXTS
    ),
    *invalid("separator", KIND, {"field": "a"}, [5, None, [","], True]),
    case(
        "separator",
        KIND,
        {"field": "a", "separator": "("},
        {"a": "x"},
        refused="a pattern that Java does not take",
    ),
    *(
        case(
            "preserve_trailing",
            KIND,
            {"field": "a", "separator": separator, "preserve_trailing": flag},
            {"a": text},
        )
        for separator in SEPARATORS
        for text in TEXTS
        for flag in (True, False)
    ),
    *on_values("preserve_trailing", KIND, {"separator": ",", "preserve_trailing": True}, VALUES),
    *invalid("preserve_trailing", KIND, {"field": "a", "separator": ","}, ["true", 1]),
    *targets(KIND, {"separator": "b"}, "abc"),
    *missing(KIND, {"separator": "b"}, ["aba", None, 5, ["a"]]),
]
