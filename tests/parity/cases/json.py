"""
Cases of ``json``.

OpenSearch leaves alone what is behind the value, reads bytes (a byte order mark, UTF-16) and has one exception for everything; Elasticsearch is strict
by default, reads characters, and has exceptions of its own. Its answers were asked of the parser in its jar.
"""

from __future__ import annotations

from typing import Any

from tests.parity.case import Failed
from tests.parity.cases._fields import case, fields, invalid, on_values, targets

KIND = "json"
PAGE = "https://www.elastic.co/docs/reference/enrich-processor/json-processor"
GOOD = [
    '{"a":1}', "1", "1.0", "-0", "-0.0", "1E400", "1e400", "-1e400", "1e5", '"x"', "true", "false", "null", "", "  ", "[1,[2]]", "[]", "{}",
    "12345678901234567890", "9223372036854775807", "-9223372036854775809", "2147483648", "2147483647", "-2147483648", "-2147483649",
    "1" * 400, "/*c*/1", "//c\n1", '{"a":1,"b":{"a":2}}', '"\\u0000"', '"\\ud83d\\ude00"', '"\\/\\b\\f\\n\\r\\t\\"\\\\"', "0.1", "1e0",
    "123456789012345678901234567890.5", "100000000000000000000000e-5", "4.9e-325", "1e-400", '{"":1}', '{"a.b":1}', '"😀"', "[1.10,2]",
    '{"b":1,"a":2,"c":{"z":1,"y":2}}', "\t\r\n 1", '"\x7f"', "1e999999999999", "[1e400]", '{"a":-1E400}', "1" * 1000, "-" + "1" * 1000,
    "[" * 200 + "]" * 200, '{"a":' * 200 + "1" + "}" * 200, '{"a":"x \\": y"}', '{"a" : 1 , "b" : [ 1 , 2 ] }', '{"a":"b:c","d":"\\":"}',
    '{"a":[{"b":1},{"b":2}]}', '"\\u00e9\\u65e5"', '{"é":"日本"}', "[true,false,null]", '{"a":{"a":{"a":1}}}', '{"m":"x\\ny"}',
    "[18446744073709551616]", "[18446744073709551615]", "[-9223372036854775808]", "[1.7976931348623157e308]", "[5e-324]", "[1.0e2]",
    '{"a" /*x*/ : /*y*/ 1 // z\n}', '"' + "x" * 5000 + '"', "[" + ",".join(map(str, range(300))) + "]", "[0.1e1,-0e5,0e0]", '{"a":1.0,"b":1}',
]  # fmt: skip
BROKEN = [
    "01", "nul", "nulla", "truex", '{"a":1,"a":2}', "NaN", "Infinity", "-Infinity", "+1", ".5", "5.", "1.e5", "0x1", "1//c", "#c\n1", "{a:1}",
    "{'a':1}", "[1,]", '{"a":1,}', "[,1]", '"\t"', '"\n"', '"\u0001"', '"\\x41"', '"\\u12"', '"a', "\x0b1", "\x0c1", "1,2", "--1",
    "00", "-01", "1.", "1.0f", '{"a" 1}', '{"a":1 "b":2}', "1\u2028", "-NaN", "[NaN]", '{"a":01}', "1x", "1]", "tru", "True", "[true false]",
    "[1 2]", "[1}", '{"a":1]', "1/2", "1/", "1-2", "1+2", "1.5.5", "1e5e5", "-x", '{"a":-}', "1_", "true1", '{"a":{"x":1,"x":2}}', '{"a":',
    '{"a"', '{"a":1', '{"a":1,', "[1,", '["a', '{"a":"b', '{"a', "[tru", "[1.", '{"a":-', "{", '{"a":{', '[{"a":1', "x", "<html>", "a=1",
    '{"a":1,"b":2,"a":3}', '{"a":[{"b":1,"b":1}]}', '[{"a":1},{"a":1,"a":1}]', '{"a":"b":"c"}', "{1:2}", '["\\ud8"]', "truE", "nUll", "}", "]", ",",
    ":", '{"a":1,,"b":2}', "[1,,2]", '{"a":tru}', '{"a" : 1, "a" :2}', '{"a\\u0062":1,"ab":2}', "!", '{"a":"\\":", "b":1, "b":2}',
]  # fmt: skip
ENDED = [
    "[1",
    "1e",
    "-",
    "1e+",
    "1e-",
    "/",
    "/*",
    "[",
    "[1e",
    "[-",
    "[[]",
    "[{}",
    '{"a":[1',
    '{"a":[',
    "[/*",
    '[{"a":1}',
    "[[1",
    '{"a":{"b":[',
]
LIMITS = [
    "1" * 1001,
    "1." + "1" * 1000,
    "[" * 1001,
    "[" * 1001 + "]" * 1001,
    '{"a":' * 1001,
    '{"a":[' * 501,
]
TRAILING = [
    '{"a":1} trailing', '{"a":1}}', "true x", "1 2", "[1] [2]", '{"a":1}\u0000', "true,", '"x"y', "null}", "[1]x", "1 /*", "[1]/", "{}/", '"x"/',
    'true"x"', "null,null", '"a""b"', "{} {}", '[1] "', '1 "a', "1 tru", "1 [", "{} 01", "{} -", "{}{", "[],", "1 :", '"a": 1', "null null", "12\t13",
]  # fmt: skip
BYTES_ONLY = [
    '\ufeff{"a":1}', "\ufeff\ufeff1", " \ufeff1", "1 \ufeff", "\u00001", "1\u0000", "\u0000", "\u0000{\u0000}", "1\u00002\u0000",
    '"\u0000a\u0000"\u0000', "[\u00001\u0000]\u0000", "\u0000\u0000", "\u00a01", "\u2028 1", "true\u00e9", "true\u20ac", "true$", "true-", "true\u007f",
    '{"' + "a" * 50001 + '":1}',
]  # fmt: skip
OTHERS: list[Any] = [
    5,
    1.5,
    1e10,
    True,
    None,
    [1, 2],
    [],
    {},
    [None],
    [True, 1.5],
    5000000000,
    [1e300],
    -0.0,
    1e-7,
    [[1], []],
]
MAPS: list[Any] = [{"a": 1}, {"a": "x"}, ["x"], ["a b"], {"a": {"b": 1}}]
ROOT = [
    '{"a":1,"m":2}', "[1]", "1", "null", "{", '{"a.b":1}', '{"x":{"y":1}}', '{"x":5}', '{"l":[3]}', "{}", '"x"', '{"n":{"o":1}}', "", "true",
    '{"a":1} x', '{"x":{"z":2},"l":{"0":1}}', '{"é":"😀"}', '{"a":null}', '{"x":null}', '{"m":{"a":1}}',
]  # fmt: skip
AROUND: dict[str, Any] = {"x": {"z": 1, "q": [1]}, "l": [1], "n": None}


def _manual(option: str, options: dict[str, Any], document: dict[str, Any], expected: Any) -> Any:
    return case(option, KIND, options, document, oracle="manual", expected=expected, page=PAGE)


def _elasticsearch() -> list[Any]:
    kinds = [
        *((text, "x_content_parse_exception") for text in BROKEN),
        *((text, "x_content_e_o_f_exception") for text in ENDED),
        *((text, "illegal_argument_exception") for text in LIMITS),
        *(
            (text, "x_content_parse_exception")
            for text in ("\ufeff1", "\u00001", "1\u0000", "\u00a01", "\u2028 1")
        ),
    ]
    return [
        _manual("field", {"field": "m"}, {"m": text}, Failed(None, kind)) for text, kind in kinds
    ]


def _strict() -> list[Any]:
    word = "is not valid JSON and the strict_json_parsing parameter is true"
    cases = []
    for text in TRAILING:
        expected = Failed(f"The input {text} {word}")
        cases.append(_manual("strict_json_parsing", {"field": "m"}, {"m": text}, expected))
        cases.append(
            _manual(
                "strict_json_parsing",
                {"field": "m", "strict_json_parsing": True},
                {"m": text},
                expected,
            )
        )
    loose: list[tuple[str, Any]] = [
        ('{"a":1} trailing', {"a": 1}), ('{"a":1}}', {"a": 1}), ("true x", True), ("1 2", 1), ("[1] [2]", [1]), ('"x"y', "x"), ("null}", None),
        ('"a""b"', "a"), ("{} {}", {}), ("1 [", 1), ("[1]/", [1]), ('123 "foo"', 123),
    ]  # fmt: skip
    for text, value in loose:
        cases.append(
            _manual(
                "strict_json_parsing",
                {"field": "m", "strict_json_parsing": False},
                {"m": text},
                {"m": value},
            )
        )
    for text in ("1 ", "1 /*x*/ ", '{"a":1}\n', "[] // x", "\t1"):
        value = {"{": {"a": 1}, "[": []}.get(text[0], 1)
        cases.append(_manual("strict_json_parsing", {"field": "m"}, {"m": text}, {"m": value}))
    return cases + invalid("strict_json_parsing", KIND, {"field": "m"}, ["true", 1])


def _duplicates() -> list[Any]:
    options = {"field": "m", "allow_duplicate_keys": True}
    rows: list[tuple[str, Any]] = [
        ('{"a":1,"a":2}', {"a": 2}), ('{"a":{"x":1,"x":2}}', {"a": {"x": 2}}), ('{"a":1,"b":2,"a":3}', {"a": 3, "b": 2}), ('{"a":1}', {"a": 1}),
        ('{"a":{"b":1},"a":{"c":2}}', {"a": {"c": 2}}), ('[{"a":1,"a":null}]', [{"a": None}]), ("[1,1]", [1, 1]), ('{"a":[1],"a":"x"}', {"a": "x"}),
        ('{"a\\u0062":1,"ab":2}', {"ab": 2}), ('{"a":12345678901234567890,"a":1}', {"a": 1}), ("{}", {}), ('"a"', "a"),
        ('/**/{"a":1,"a":2}', {"a": 2}), ('{"":1,"":2}', {"": 2}),
    ]  # fmt: skip
    cases = [
        _manual("allow_duplicate_keys", options, {"m": text}, {"m": value}) for text, value in rows
    ]
    broken = Failed(None, "x_content_parse_exception")
    texts = ('{"a":1,"a":2', '{"a":1,,"a":2}', '{"a":1,"a"}', "{a:1,a:2}")
    cases += [_manual("allow_duplicate_keys", options, {"m": text}, broken) for text in texts]
    for text in ('{"a":1,"a":2}', '{"b":{"a":1,"a":1}}'):
        given = {"field": "m", "allow_duplicate_keys": False}
        cases.append(_manual("allow_duplicate_keys", given, {"m": text}, broken))
    cases.append(
        _manual(
            "allow_duplicate_keys",
            options | {"add_to_root": True},
            {"m": '{"a":1,"a":2}'},
            {"m": '{"a":1,"a":2}', "a": 2},
        )
    )
    return cases + invalid("allow_duplicate_keys", KIND, {"field": "m"}, ["true", 1])


def _conflicts() -> list[Any]:
    base = {"field": "m", "add_to_root": True}
    rows: list[
        tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
    ] = [  # parsed, replaced, merged
        ({"x": {"y": 1}}, {"x": {"y": 1}}, {"x": {"z": 1, "q": [1], "y": 1}}),
        ({"x": {"z": 2}}, {"x": {"z": 2}}, {"x": {"z": 2, "q": [1]}}),
        ({"x": 5}, {"x": 5}, {"x": 5}),
        ({"l": {"a": 1}}, {"l": {"a": 1}}, {"l": {"a": 1}}),
        ({"l": [2]}, {"l": [2]}, {"l": [2]}),
        ({"n": {"a": 1}}, {"n": {"a": 1}}, {"n": {"a": 1}}),
        ({"x": {"q": {"r": 1}}}, {"x": {"q": {"r": 1}}}, {"x": {"z": 1, "q": {"r": 1}}}),
        ({"x": None}, {"x": None}, {"x": None}),
        ({"new": {"a": 1}}, {"new": {"a": 1}}, {"new": {"a": 1}}),
        ({}, {}, {}),
    ]
    cases = []
    import json  # noqa: PLC0415 - this module has its name

    for parsed, replaced, merged in rows:
        document = {"m": json.dumps(parsed)} | AROUND
        for strategy, changed in (("replace", replaced), ("merge", merged), ("MERGE", merged)):
            options = base | {"add_to_root_conflict_strategy": strategy}
            cases.append(
                _manual("add_to_root_conflict_strategy", options, document, document | changed)
            )
    for text in ("[1]", "1", "null"):
        expected = Failed("cannot add non-map fields to root of document")
        cases.append(
            _manual(
                "add_to_root_conflict_strategy",
                base | {"add_to_root_conflict_strategy": "merge"},
                {"m": text},
                expected,
            )
        )
    cases += [
        case(
            "add_to_root_conflict_strategy",
            KIND,
            base | {"add_to_root_conflict_strategy": bad},
            {"m": "{}"},
        )
        for bad in ("x", "", 5)
    ]
    cases.append(
        case(
            "add_to_root_conflict_strategy",
            KIND,
            {"field": "m", "add_to_root_conflict_strategy": "merge"},
            {"m": "{}"},
        )
    )
    return cases


CASES = [
    *on_values("field", KIND, {}, [text for text in GOOD if "Infinity" not in text]),
    *on_values("field", KIND, {}, [*BROKEN, *ENDED, *LIMITS, *TRAILING, *BYTES_ONLY], only="opensearch"),
    *_elasticsearch(),
    *on_values("field", KIND, {}, OTHERS),
    *on_values("field", KIND, {}, MAPS, only="opensearch"),
    *fields(KIND, {"target_field": "t"})[:4],
    *invalid("field", KIND, {}, [5, None, ["a"]]),
    *targets(KIND, {}, '{"k":[1,{"v":null}]}'),
    *targets(KIND, {}, "5"),
    *(case("add_to_root", KIND, {"field": "m", "add_to_root": True}, {"m": text} | AROUND, only="opensearch") for text in ROOT),
    *(case("add_to_root", KIND, {"field": "m", "add_to_root": True}, {"m": text} | AROUND) for text in ROOT if text not in {"{", '{"a":1} x'}),
    *(case("add_to_root", KIND, {"field": "m", "add_to_root": True}, document) for document in ({}, {"m": None}, {"m": 5}, {"m": []}, {"m": {}})),
    *(case("add_to_root", KIND, {"field": "m.n", "add_to_root": True}, document) for document in ({"m": {"n": '{"a":1}'}}, {"m.n": '{"a":1}'})),
    *(case("add_to_root", KIND, {"field": "m", "add_to_root": flag, "target_field": "t"}, {"m": "1"}) for flag in (True, False)),
    *invalid("add_to_root", KIND, {"field": "m"}, ["true", 1]),
    *_strict(),
    *_duplicates(),
    *_conflicts(),
]  # fmt: skip
