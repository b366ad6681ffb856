"""Cases of ``lowercase``."""

from __future__ import annotations

from tests.parity.cases._fields import VALUES, fields, invalid, missing, on_values, targets, unknown

KIND = "lowercase"

CASES = [
    *on_values("field", KIND, {}, VALUES),
    *fields(KIND),
    *invalid("field", KIND, {}, [5, None, ["a"], True]),
    *unknown(KIND, {}, "tags", "Field"),
    *targets(KIND, {}, "aB"),
    *targets(KIND, {}, [" aB", "C"]),
    *missing(KIND, {}, ["aB", None, 5, ["aB"], [None]]),
]
