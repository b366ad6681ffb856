"""Cases of Elasticsearch's ``redact``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("redact")
_IP, _MAIL, _NUMBER = "%{IP:client}", "%{EMAILADDRESS:email}", "%{NUMBER:n}"
_TEXTS = {
    "": "", "nothing": "nothing", "10.0.0.1": "<client>", "from 10.0.0.1 to 10.0.0.2": "from <client> to <client>", "10.0.0.1 GET /": "<client> GET /",
    "GET 10.0.0.1": "GET <client>", "ü 10.0.0.1 😀": "ü <client> 😀", "::1": "<client>", "a 2001:db8::1 b": "a <client> b",
    "10.0.0.1,10.0.0.2": "<client>,<client>", "10.0.0.1\n10.0.0.2": "<client>\n<client>", "10.0.0": "10.0.0", "<10.0.0.1>": "<<client>>",
}  # fmt: skip


def _case(option: str, expected: Any, document: dict[str, Any], **options: Any) -> Case:
    options = {"field": "a", "patterns": [_IP]} | options
    return Case(
        option=option,
        processor={"redact": options},
        document=document,
        oracle="manual",
        expected=expected,
        page=PAGE,
    )


def _text(option: str, after: str, before: str, **options: Any) -> Case:
    return _case(option, {"a": after}, {"a": before}, **options)


def _fields() -> list[Case]:
    line, done = "at 10.0.0.1", "at <client>"
    cases = [_text("field patterns", after, before) for before, after in _TEXTS.items()]
    cases += [
        _case("field", {"b": {"c": done}}, {"b": {"c": line}}, field="b.c"),
        _case("field", {"l": ["x", done]}, {"l": ["x", line]}, field="l.1"),
        _case("field", {"a": done}, {"a": line}, field="_source.a"),
        _case("field", {"a.b": line}, {"a.b": line}, field="a.b"),
        _case("field", Failed("path cannot be null nor empty"), {"a": line}, field=""),
        _case("field", {"{{a}}": done}, {"{{a}}": line}, field="{{a}}"),
    ]
    for value, name in ((5, "java.lang.Integer"), ([line], "java.util.ArrayList"), ({}, "java.util.HashMap"), (True, "java.lang.Boolean"), (1.5, "java.lang.Double")):  # fmt: skip
        reason = f"field [a] of type [{name}] cannot be cast to [java.lang.String]"
        cases.append(_case("field", Failed(reason), {"a": value}))
    cases += [_case("field", Invalid(), {"a": line}, field=value) for value in (5, None, ["a"])]
    return cases


def _patterns() -> list[Case]:
    both = [_IP, _MAIL]
    cases = [
        _text("patterns", "<email> from <client>", "ann@example.com from 10.0.0.1", patterns=both),
        _text("patterns", "<client> <email>", "10.0.0.1 ann@example.com", patterns=both),
        _text("patterns", "<n> <n>", "12 34", patterns=["%{INT:n}"]),
        _text("patterns", "<n>-x", "12-x", patterns=["%{INT:n:int}"]),
        _text("patterns", "<a.b>", "12", patterns=["%{INT:a.b}"]),
        _text("patterns", "<long>", "abc", patterns=["b(?<short>)", "%{WORD:long}"]),
        _text("patterns", "<two>", "abcd", patterns=["(?<one>ab)", "(?<two>bcd)"]),
        _text("patterns", "<one>", "abcd", patterns=["(?<one>abc)", "(?<two>cd)"]),
        _text("patterns", "<one>", "abcd", patterns=["(?<one>ab)", "(?<two>cd)"]),
        _text("patterns", "<one>c<two>", "abcde", patterns=["(?<one>ab)", "(?<two>de)"]),
        _text("patterns", "<all>", "a1", patterns=["(?<one>a)", "(?<all>a1)", "(?<two>1)"]),
        _text("patterns", "<x>", "aaaa", patterns=["(?<x>a)"]),
        _text("patterns", "<x> <x>", "aa aa", patterns=["(?<x>a+)"]),
        _text("patterns", "x<first>z", "xyz", patterns=["(?<first>y)(?<second>)"]),
        _text("patterns", "k=<v>", "k=secret", patterns=["(?<=k=)(?<v>\\w+)"]),
        _text("patterns", "<ü>", "ü", patterns=["(?<ü>ü)"]),
        _text("patterns", "<x>b", "ab", patterns=["^(?<x>.)"]),
    ]
    unnamed = Failed(None, "timeout_exception")
    cases += [
        _case("patterns", unnamed, {"a": "10.0.0.1"}, patterns=["%{IP}"]),
        _case("patterns", unnamed, {"a": "x"}, patterns=[_IP, "x"]),
    ]
    cases += [_case("patterns", Invalid(), {"a": "x"}, patterns=value) for value in ([], "x", None, 5, ["%{NOPE:x}"], ["(?<x>"])]  # fmt: skip
    return cases


def _definitions() -> list[Case]:
    own = {
        "KEY": "k-[0-9]+",
        "CARD": "\\d{4}(?: \\d{4}){3}",
        "TWO": "%{KEY}!%{KEY}",
        "IP": "nowhere",
    }
    option = "pattern_definitions"
    texts = {
        ("%{KEY:key}", "a k-1 b k-22"): "a <key> b <key>", ("%{KEY:key}", "k-"): "k-", ("%{CARD:c}", "pay 1234 5678 9012 3456 now"): "pay <c> now",
        ("%{CARD:c}", "1234 5678"): "1234 5678", ("%{TWO:t}", "k-1!k-2"): "<t>", ("%{TWO:t}", "k-1 k-2"): "k-1 k-2", ("%{IP:ip}", "10.0.0.1"): "10.0.0.1",
        ("%{IP:ip}", "nowhere"): "<ip>", ("%{KEY:a.b}", "k-7"): "<a.b>", ("%{KEY:key}", "ük-7ü"): "ü<key>ü", ("%{KEY:k} x", "k-1 x k-2"): "<k> k-2",
        ("%{KEY:key}", ""): "", ("%{WORD:w}", "a"): "<w>", ("%{KEY:k}|%{CARD:c}", "k-1"): "<k>",
    }  # fmt: skip
    cases = [
        _text(option, after, before, patterns=[pattern], pattern_definitions=own)
        for (pattern, before), after in texts.items()
    ]
    cases += [_case(option, Invalid(), {"a": "x"}, pattern_definitions=value) for value in ("x", 5, ["x"], {"A": 5}, True)]  # fmt: skip
    cases += [
        _text(option, "<client>", "10.0.0.1", pattern_definitions=None),
        _text(option, "<client>", "10.0.0.1", pattern_definitions={}),
        _case(option, Invalid(), {"a": "x"}, patterns=["%{A:a}"], pattern_definitions={"A": "("}),
        _case(option, Invalid(), {"a": "x"}, patterns=["%{A:a}"], pattern_definitions={"A": "%{NOPE}"}),
    ]  # fmt: skip
    return cases


def _rest() -> list[Case]:
    line = "10.0.0.1 and 10.0.0.2"
    marks = (
        "[",
        "",
        "<<",
        "ü",
        "😀",
        "*",
        "$1",
        "\\",
        "%{",
        "{{a}}",
        "\n",
        " ",
        "<",
        ">",
        "REDACTED:",
        "\\g<0>",
    )
    cases = []
    for mark in marks:
        cases.append(_text("prefix", f"{mark}client> and {mark}client>", line, prefix=mark))
        cases.append(_text("suffix", f"<client{mark} and <client{mark}", line, suffix=mark))
        cases.append(_text("prefix suffix", f"{mark}client{mark}", "::1", prefix=mark, suffix=mark))
    for option in ("prefix", "suffix"):
        cases += [_case(option, Invalid(), {"a": line}, **{option: value}) for value in (5, ["x"], True)]  # fmt: skip
    gone: tuple[dict[str, Any], ...] = ({}, {"a": None}, {"b": line}, {"b": {"a": line}}, {"a.": line}, {"c": []})  # fmt: skip
    words = Failed("field [a] is null or missing")
    for document in gone:
        cases.append(_case("ignore_missing", document, document))
        cases.append(_case("ignore_missing", document, document, ignore_missing=True))
        cases.append(_case("ignore_missing", words, document, ignore_missing=False))
    cases += [_case("ignore_missing", Invalid(), {"a": line}, ignore_missing=value) for value in ("true", 1)]  # fmt: skip
    for flag in (True, False):
        cases += [
            _text("skip_if_unlicensed", after, before, skip_if_unlicensed=flag)
            for before, after in list(_TEXTS.items())[:9]
        ]
        cases += [
            _text("trace_redact", after, before, trace_redact=flag)
            for before, after in list(_TEXTS.items())[:6]
        ]
    cases += [_case(option, Invalid(), {"a": line}, **{option: value}) for option in ("skip_if_unlicensed", "trace_redact") for value in ("true", 1)]  # fmt: skip
    for flag in (True, False):
        for text in ("10.0.0.1", "x", "", "::1 x"):
            steps = [
                {"redact": {"field": "a", "patterns": [_IP], "trace_redact": flag}},
                {"set": {"field": "t", "value": "{{_ingest._redact._is_redacted}}"}},
            ]
            after = text.replace("10.0.0.1", "<client>").replace("::1", "<client>")
            expected = {"a": after, "t": "true" if flag and after != text else ""}
            cases.append(
                Case(
                    option="trace_redact",
                    kind="redact",
                    pipeline={"processors": steps},
                    document={"a": text},
                    oracle="manual",
                    expected=expected,
                    page=PAGE,
                )
            )
    return cases


CASES = [*_fields(), *_patterns(), *_definitions(), *_rest()]
