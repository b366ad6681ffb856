"""Cases of ``join``."""

from __future__ import annotations

from typing import Any

from tests.parity.cases._fields import VALUES, case, fields, invalid, on_values, targets, unknown

KIND = "join"
LISTS: list[Any] = [
    ["a", "b"], [], ["a"], ["", ""], [1, 2.5, True], [1e10, 1e-5, 100.0, -0.0, 3000000000], [["x", 1], {"b": 1}], [None], ["a", None],
    [{"z": 1, "a": [None, "x"]}], [[]], [{}], ["é", "😀"], [[["x"]]], [9223372036854775807], [1e300, 123456789.0, 0.001, 1e7],
]  # fmt: skip

CASES = [
    *on_values("field", KIND, {"separator": "-"}, [*VALUES, *LISTS]),
    *fields(KIND, {"separator": ","}),
    *(
        case("separator", KIND, {"field": "a", "separator": separator}, {"a": value})
        for separator in ("", ",", ", ", "😀", "$1", "\\", "\n", "{{a}}")
        for value in (*LISTS, "x", None, 5)
    ),
    *invalid("separator", KIND, {"field": "a"}, [5, None, [","], True]),
    *unknown(KIND, {"separator": ","}, "ignore_missing"),
    *targets(KIND, {"separator": ","}, ["x", 1]),
]
