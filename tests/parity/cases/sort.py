"""Cases of ``sort``."""

from __future__ import annotations

from typing import Any

from tests.parity.cases._fields import VALUES, case, fields, invalid, on_values, targets

KIND = "sort"
LISTS: list[Any] = [
    [3, 1, 2], ["b", "a", "B", "é", ""], [1.5, 1, 2], [1, "a"], ["a", 1], [1, 5000000000], [True, False, True], ["a", None],
    [None], [None, None], [None, "a"], [None, 1], [1, None], [], ["😀", "\uffee", "\ud7ff", "z"], [["a"], ["b"]], [["a"]],
    [{"b": 1}], [{"b": 1}, {"c": 1}], [1.5, 0.5, -0.0, 0.0, -1e300], ["10", "9"], [5, 5, 5], [["x"], 1], [1, ["x"]], [{"x": 1}, None],
    [None, ["x"]], [3, 2, 1, "a", "b", 0.5], [5000000000, 4000000000], [1, 2, 3, "x", None], [None, "x", 1], ["b", "a", 1, None],
    list(range(40, 0, -1)), [*range(40), "x"], [f"{n % 7}-{n}" for n in range(60)], ["a", "A", "aa", "a b"], [-1, -2147483648, 2147483647],
    [3, 1, 2, None], [3, 1, "x", None], [2, 1, None, "x"],
]  # fmt: skip

CASES = [
    *on_values("field", KIND, {}, [*VALUES, *LISTS]),
    *fields(KIND),
    *(
        case("order", KIND, {"field": "a", "order": order}, {"a": value})
        for order in ("asc", "desc")
        for value in LISTS
    ),
    *invalid("order", KIND, {"field": "a"}, ["ASC", "", "up", 5, True]),
    *targets(KIND, {}, [2, 1]),
    *targets(KIND, {"order": "desc"}, ["x", "y"]),
]
