"""Cases of ``urldecode``."""

from __future__ import annotations

from tests.parity.cases._fields import VALUES, fields, invalid, missing, on_values, targets

KIND = "urldecode"
URLS = [
    "a+b", "a%20b", "%", "%2", "%2x", "%zz", "%C3%A9", "%c3%a9", "%C3", "%C3%28", "%E2%82", "%F0%9F%98%80", "%ED%A0%80", "%00",
    "%-1", "%+1", "% 1", "é+%20", "😀%41", "%٣٣", "%41%4", "%41%", "a%", "%%", "%2525", "%ff%fe", "%C0%80", "%E0%80%80",
    "%F8%88%80%80%80", "%F4%90%80%80", "%e2%28%a1", "%41é%C3%A9", "%C3é%A9", "%C3+%A9", "%0g", "%1+", "%\uff21\uff21", "%ED%A0",
    "%ED%A0A", "%ED%BF%BF", "%ED%9F%BF", "%ED%A0%80%80", "%ED", "%ED%A0%C3", "%F0%80%80%80", "%F0%9F%98%C3%A9", "%E0%9F%80",
    "%F1%80%80%41", "%F0%9F%98", "https%3A%2F%2Fexample.org%2F%3Fq%3D%E6%97%A5%E6%9C%AC+1", "%EF%BB%BF", "%E2%80%A8",
]  # fmt: skip

CASES = [
    *on_values("field", KIND, {}, [*URLS, *VALUES]),
    *fields(KIND),
    *invalid("field", KIND, {}, [5, None]),
    *targets(KIND, {}, "a%20b"),
    *missing(KIND, {}, ["a+b", None, 5, ["%41"], [None], "%"]),
]
