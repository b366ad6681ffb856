"""Cases of ``csv``."""

from __future__ import annotations

from typing import Any

from tests.parity.cases._fields import VALUES, case, fields, invalid, missing, on_values

KIND = "csv"
FIELDS = ["x", "y", "z"]
LINES = [
    "a,b,c", "a,b", "a,b,c,d", "", "a", '"a","b"', '"a,b",c', '"a""b",c', '"a"x,b', 'a"b,c', 'a,b"c', '"a', " a , b ,c", '" a ",b',
    "a,,c", ",,", ",", '"",b', 'a, "b" ,c', 'a,"b" x,c', "a\nb,c", '"a\nb",c', "a\r\n", '"a"\n,b', "a\tb,c", "\ta\t,\tb", "   ",
    "  ,  ", '"a" ,b', ' "a",b', "a,b,", '😀,"é😀",z', 'a,"b', '"a"""', '""""', '"""a",b', 'a,b,"c" ', 'a,b,"c"x', '""x',
    '"a" "b",c', 'é"', " ", ",a", '"a",', '"a"," ', '"a" \t,b,c', "a ,b", "a , ,c", '" ",x,y', '"x" y', '"x"😀', '😀"', "\na,b", ",\nb",
    'a,b,c,"', 'a,b,"c","', "  ,a", "a,  ,  ,c", "a;b;c", "a|'b|c'|d", "'a','b,c'", '"a"b"c"', "a\\,b,c", '"a\\"b",c', "x" * 500 + ",y",
    '"" ,b', '"",', '"",,', '"a""', '"a"",b', "  a", "\t", 'a,\t"b"\t,c', ", , ,", " , a", '  "a""b"  ,c',
]  # fmt: skip


def _with(option: str, options: dict[str, Any], lines: list[str] = LINES) -> list[Any]:
    return on_values(option, KIND, {"target_fields": FIELDS} | options, lines)


CASES = [
    *_with("field", {}),
    *on_values("field", KIND, {"target_fields": FIELDS}, VALUES),
    *fields(KIND, {"target_fields": FIELDS}),
    *invalid("field", KIND, {"target_fields": FIELDS}, [5, None]),
    *(
        case(
            "target_fields",
            KIND,
            {"field": "a", "target_fields": names},
            {"a": line, "n": None, "o": {"p": 1}, "l": [1]},
        )
        for names in (
            ["x"],
            ["x", "y"],
            ["a", "y"],
            ["x.y", "x.z"],
            ["x", "x.y"],
            ["x", "x"],
            ["{{a}}"],
            ["x", ""],
            ["l.0", "l.1"],
            ["n.x"],
            ["o", "o.q"],
            ["o.p", "o.q.r"],
            ["x."],
            ["."],
            [" x "],
            FIELDS,
        )
        for line in ("1,2,3", "1", "", ',"2"', '1,"')
    ),
    *invalid("target_fields", KIND, {"field": "a"}, ["x", "x,y", [], "", 5, None, {"x": 1}]),
    *(one for separator in ";\t |'é\n\"" for one in _with("separator", {"separator": separator})),
    *invalid("separator", KIND, {"field": "a", "target_fields": FIELDS}, ["", ";;", "😀", 5, True]),
    *(one for quote in "'|é \t,\n" for one in _with("quote", {"quote": quote})),
    *_with("quote separator", {"quote": "'", "separator": "|"}),
    *invalid("quote", KIND, {"field": "a", "target_fields": FIELDS}, ["", "''", "😀", 5, True]),
    *_with("trim", {"trim": True}),
    *_with("trim", {"trim": False}),
    *_with("trim separator", {"trim": True, "separator": "\t"}),
    *_with("trim separator", {"trim": True, "separator": " "}),
    *_with("trim quote", {"trim": True, "quote": " "}),
    *invalid("trim", KIND, {"field": "a", "target_fields": FIELDS}, ["true", 1]),
    *(
        one
        for empty in ("", "E", 5, {"b": [1]}, [], False, 1.5)
        for one in _with("empty_value", {"empty_value": empty}, LINES[:40])
    ),
    *_with("empty_value trim", {"empty_value": "E", "trim": True}),
    *missing(KIND, {"target_fields": FIELDS}, ["1,2", None, 5, ["1,2"], '"']),
]
