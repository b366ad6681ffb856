"""Cases of ``convert``. The products differ in ``ip``: which texts are addresses, and the words of failures."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Failed
from tests.parity.cases._fields import (
    LISTS,
    OTHERS,
    TEXTS,
    case,
    fields,
    invalid,
    missing,
    on_values,
    targets,
)

KIND = "convert"
PAGE = "https://www.elastic.co/docs/reference/enrich-processor/convert-processor"
TYPES = ("integer", "long", "float", "double", "boolean", "string", "auto", "ip")
WHOLE = [
    "12", "+12", "-12", "-0", "0x1F", "-0x1F", "+0x1F", "0X1F", "#1F", "010", "٣", "\uff11\uff12", "1L", " 1", "1 ", "1.0", "2147483647",
    "2147483648", "-2147483648", "-2147483649", "0x7fffffff", "0x80000000", "-0x80000000", "-0x80000001", "0xFFFFFFFF", "0x", "-0x",
    "0x-1", "0x+1", "0xg", "0x\uff21", "0x٣", "\U0001d7d1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "0x8000000000000000",
    "-0x8000000000000000", "0" * 40 + "7", "1" * 40, "1_000", "+", "-", "--1", "1e3", "1,000", "\u00001",
]  # fmt: skip
FLOATING = [
    "1e3", "1E-3", "NaN", "-NaN", "+NaN", "++NaN", "Infinity", "-Infinity", "+Infinity", "inf", "nan", "1f", "1d", "1F", "1D", "1df",
    "NaNf", "0x1p3", "0X1.8P1", "0x1.8p1f", "0x1", "0x.8p0", "0x1.p0", "0x.p0", "0x1p", "-0x1p-1074", "0x1p5000", ".5", "5.", ".",
    " 1.5 ", "\t1.5\n", "\u00a01", "1e400", "-1e400", "1e-400", "1e", "1e+", "3.4028235e38", "3.4028236e38", "3.4028235677973366e38",
    "3.40282356779733650000e38", "1.17549435E-38", "1e-46", "7.0064923216240854e-46", "7.006492321624085e-46", "0.1", "16777217",
    "16777217.0000000001", "16777216.9999999999", "16777219", "-16777217.0000000001", "0x1.000001p0", "0x1.00000100000001p0",
    "1.00000017881393421514957253748434595763683319091796875001", "1.00000017881393432617187499", "100000000000000000000000",
    "4.9e-324", "2.4703282292062327e-324", "1.7976931348623159e308", "123456789.123456789", "0.3", "1e10", "1e7", "9999999", "0.001",
    "0.00099", "1.0e23", "2e-3f", "33554431", "1e23", "9007199254740993", "8.5e-45", "\u00001", "1\u0000",
]  # fmt: skip
BOOLEAN = [
    "TRUE",
    "True",
    "tRuE",
    "false",
    "FALSE",
    "yes",
    "1",
    " true",
    "\uff54rue",
    "TRUEİ",
    "true\u017f",
    "fal\u017fe",
    "FAL\u017fE",
    "truee",
    "fals",
    "on",
]
ADDRESSES = [
    "1.2.3.4", "::1", "fe80::1%eth0", "1.2.3", "1.2.3.256", "01.2.3.4", "::ffff:1.2.3.4", "[::1]", " 1.2.3.4", "1.2.3.4/8", "2001:db8::",
    "::", "1::2::3", "12345::", "0:0:0:0:0:0:0:0", "1:2:3:4:5:6:7:8:9", "::1.2.3.4", "ABCD::EF", "1.2.3.4.", "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", ":1", "1:", ":::", "::1%", "::1%1", "fe80::1%%", "1.2.3.-4",
    "1.2.3.4%1", "%", "a%b", "::g", "1:2:3:4:5:6:7:8::", "::1.2.3", "1.2.3.4:80", "::1.2.3.4.5", "::1.2.3.04", "0.0.0.0",
    "255.255.255.255", "1.2.3.1000", "1..2.3", "00000::", "1:2:3:4:5:6:7:", "::%eth0", "1.2.3.4 ", "::00001", "::0ffff", "::fffff", "::1.2.3.4%1",
]  # fmt: skip
NUMBERS: list[Any] = [
    5,
    -7,
    3000000000,
    1.5,
    -0.0,
    1e10,
    1e300,
    1e-320,
    0.1,
    16777217,
    2147483648,
    16777217.0,
    3.4028236e38,
    True,
    False,
]


def _types(kind: str, values: list[Any], **more: Any) -> list[Any]:
    return on_values("type", KIND, {"type": kind}, values, **more)


def _elasticsearch_ip() -> list[Any]:
    good = [*(text for text in ADDRESSES if text in GOOD), ["1.2.3.4", "::1"], []]
    bad = [text for text in ADDRESSES if text not in GOOD]
    more = {"oracle": "manual", "page": PAGE}
    cases = [
        case("type", KIND, {"field": "a", "type": "ip"}, {"a": text}, expected={"a": text}, **more)
        for text in good
    ]
    for text in ["", "x", "\uff11.2.3.4", *bad]:
        expected = Failed(f"'{text}' is not an IP string literal.")
        cases.append(
            case("type", KIND, {"field": "a", "type": "ip"}, {"a": text}, expected=expected, **more)
        )
    for value in (5, True, {"b": 1}, 1.5):
        expected = Failed(None, "class_cast_exception")
        cases.append(
            case(
                "type", KIND, {"field": "a", "type": "ip"}, {"a": value}, expected=expected, **more
            )
        )
    return cases


GOOD = {
    "1.2.3.4", "::1", "fe80::1%eth0", "::ffff:1.2.3.4", "2001:db8::", "::", "0:0:0:0:0:0:0:0", "::1.2.3.4", "ABCD::EF",
    "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "::1%1", "fe80::1%%", "0.0.0.0", "255.255.255.255", "::%eth0", "00000::", "::00001", "::0ffff",
}  # fmt: skip

CASES = [
    *fields(KIND, {"type": "string"}),
    *invalid("field", KIND, {"type": "string"}, [5, None]),
    *(
        one
        for kind in ("integer", "long")
        for one in _types(kind, [*WHOLE, *NUMBERS, *FLOATING[:12]])
    ),
    *(
        one
        for kind in ("float", "double")
        for one in _types(kind, [*FLOATING, *NUMBERS, *WHOLE[:20]])
    ),
    *_types("boolean", [*BOOLEAN, *NUMBERS]),
    *_types("auto", [*WHOLE, *FLOATING, *BOOLEAN, *NUMBERS]),
    *_types(
        "ip",
        [*ADDRESSES, "\uff11.2.3.4", "٣.2.3.4", "::\uff21", "::\uff11.2.3.4", *NUMBERS],
        only="opensearch",
    ),
    *_elasticsearch_ip(),
    *(one for kind in TYPES[:-1] for one in _types(kind, [*TEXTS, *OTHERS, *LISTS])),
    *_types("ip", [*TEXTS, *OTHERS, *LISTS], only="opensearch"),
    *(
        case("type", KIND, {"field": "a", "type": kind}, {"a": "1"})
        for kind in (
            "Integer",
            "INTEGER",
            "int",
            "",
            "\u0131nteger",
            "\u017ftring",
            "date",
            5,
            None,
            ["long"],
            " long",
        )
    ),
    *targets(KIND, {"type": "integer"}, "12"),
    *targets(KIND, {"type": "auto"}, ["12", 5, None]),
    *missing(KIND, {"type": "long"}, ["12", None, "x", ["5"], [None]]),
]
