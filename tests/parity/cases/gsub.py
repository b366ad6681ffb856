"""Cases of ``gsub``."""

from __future__ import annotations

from tests.parity.cases._fields import VALUES, case, fields, invalid, missing, on_values, targets

KIND = "gsub"
TEXTS = [
    "aba",
    "xyz",
    "",
    "a\nb",
    "😀a",
    "a.b.c",
    "2024-01-02",
    "10.0.0.1:8080",
    "é",
    ["aba", "c"],
    "a\r\nb",
]
PATTERNS = [
    "a", "x*", "", "^", "$", "(?m)^", "(?m)$", "\\b", ".", "\\.", "[0-9]+", "(a|b)+", "(?i)A", "\\s", "\\w+", "[^a-z]", "a{2}",
    "(?<=a)b", "(?=b)", "\\p{L}", "[.:-]", "\\Qa.b\\E", "(a)(b)?", "(", "[", "a**", "(?<n>a", "\\", "\\d{2,}", ".*", "a?",
]  # fmt: skip
REPLACEMENTS = [
    "b", "", "$0", "$1", "$1$1", "[$2]", "$10", "$9", "${n}", "${m}", "${1}", "${", "${}", "${n", "$", "$x", "\\", "\\\\", "\\$",
    "\\n", "\n", "😀", "$0$0", "\\1", "\\g<0>", "$0a", "é", "%s", "{}", "$ 1",
]  # fmt: skip

CASES = [
    *on_values("field", KIND, {"pattern": "[aé]", "replacement": "-"}, VALUES),
    *fields(KIND, {"pattern": "b", "replacement": "x"}),
    *(
        case("pattern", KIND, {"field": "a", "pattern": pattern, "replacement": "-"}, {"a": text})
        for pattern in PATTERNS
        for text in TEXTS
    ),
    *invalid("pattern", KIND, {"field": "a", "replacement": ""}, [5, None, ["a"]]),
    *(
        case(
            "replacement", KIND, {"field": "a", "pattern": pattern, "replacement": new}, {"a": text}
        )
        for new in REPLACEMENTS
        for pattern in ("(?<n>a)(b)?", "x*")
        for text in ("aba", "zz", "😀a")
    ),
    *invalid("replacement", KIND, {"field": "a", "pattern": ""}, [5, None, ["a"]]),
    *targets(KIND, {"pattern": "a", "replacement": "b"}, "aba"),
    *missing(KIND, {"pattern": "a", "replacement": "b"}, ["aba", None, 5, ["a"], [None]]),
]
