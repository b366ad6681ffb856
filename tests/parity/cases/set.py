"""Cases of ``set``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.cases._assign import DOCUMENT, PATHS, VALUES, case
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("set")
_TYPES: tuple[Any, ...] = (1, True, ["a"], {"a": 1}, None)
_FLAGS: tuple[Any, ...] = ("true", "no", 1, None)


def _manual(
    option: str, expected: Any, document: dict[str, Any] | None = None, **options: Any
) -> Case:
    return case(option, "set", document, oracle="manual", expected=expected, page=PAGE, **options)


def _with(**fields: Any) -> dict[str, Any]:
    return DOCUMENT | fields


def _copies() -> list[Case]:
    copied = [
        case("copy_from", "set", field=target, copy_from=source, oracle="rewritten")
        for source in ("a", "s", "z", "e", "f", "b", "big", "q", "l", "l.3", "m", "m.n.o", "em", "el", "ünï", "l.1")
        for target in ("new", "s2.deep", "m.new")
    ]  # fmt: skip
    missing = "field [nope] not present as part of path [nope]"
    return [
        *copied,
        _manual("copy_from", Failed(missing), field="new", copy_from="nope"),
        _manual("copy_from", Failed("field [x] not present as part of path [m.x]"), field="new", copy_from="m.x"),
        _manual("copy_from", Failed("[9] is out of bounds for array with length [5] as part of path [l.9]"), field="new", copy_from="l.9"),
        _manual("copy_from", Invalid(), field="new", copy_from="a", value="b"),
        _manual("copy_from", Invalid(), field="new"),
        _manual("copy_from", _with(a=1), field="a", copy_from="a"),
        _manual("copy_from override", _with(), field="s", copy_from="a", override=False),
        _manual("copy_from override", _with(z=1), field="z", copy_from="a", override=False),
        _manual("copy_from ignore_empty_value", _with(), field="new", copy_from="nope", ignore_empty_value=True),
        _manual("copy_from ignore_empty_value", _with(), field="new", copy_from="z", ignore_empty_value=True),
        _manual("copy_from ignore_empty_value", _with(), field="new", copy_from="e", ignore_empty_value=True),
        _manual("copy_from ignore_empty_value", _with(new=[]), field="new", copy_from="el", ignore_empty_value=True),
        case("copy_from", "set", field="new", copy_from="a", only="opensearch"),
    ]  # fmt: skip


def _media_types() -> list[Case]:
    """``text/plain`` does not escape, a form's type escapes as URLs do."""
    texts = {
        "plain": ("plain", "plain"), 'say "hi"': ('say "hi"', "say+%22hi%22"), "a&b=c": ("a&b=c", "a%26b%3Dc"), "é": ("é", "%C3%A9"),
        "a~b*c_d-e.f": ("a~b*c_d-e.f", "a%7Eb*c_d-e.f"), "😀": ("😀", "%F0%9F%98%80"), "": ("", ""), "back\\slash": ("back\\slash", "back%5Cslash"),
        "two\nlines": ("two\nlines", "two%0Alines"), "100%": ("100%", "100%25"), "a+b": ("a+b", "a%2Bb"), "/x/?y#z": ("/x/?y#z", "%2Fx%2F%3Fy%23z"),
    }  # fmt: skip
    cases = []
    for text, (plain, form) in texts.items():
        options: dict[str, Any] = {"field": "r", "value": "<{{t}}>", "document": {"t": text}}
        cases += [
            _manual("media_type", {"t": text, "r": f"<{plain}>"}, media_type="text/plain", **options),
            _manual("media_type", {"t": text, "r": f"<{form}>"}, media_type="application/x-www-form-urlencoded", **options),
            case("media_type", "set", media_type="application/json", oracle="rewritten", **options),
        ]  # fmt: skip
    cases += [
        _manual("media_type", Invalid(), field="r", value="x", media_type=media_type)
        for media_type in ("application/xml", "", "text", "TEXT/PLAIN", 1, True)
    ]
    cases.append(
        case("media_type", "set", field="r", value="x", media_type="text/plain", only="opensearch")
    )
    return cases


CASES = [
    *(case("field", "set", field=path, value="V") for path in PATHS if path != "_routing"),
    case("field", "set", field="_routing", value="R"),
    case("field", "set", field="_routing", value="{{a}}"),
    *(case("field", "set", field=value, value="V") for value in _TYPES),
    *(case("value", "set", field="new", value=value) for value in VALUES),
    *(case("value", "set", field="m.new", value=value) for value in VALUES[:12]),
    *(case("override", "set", field=path, value="V", override=flag) for path in PATHS if path != "_routing" for flag in (False, True)),
    *(case("override", "set", field="a", value="V", override=flag) for flag in _FLAGS),
    *(
        case("ignore_empty_value", "set", field=field, value=value, ignore_empty_value=flag)
        for value in ("", "{{e}}", "{{nope}}", "{{z}}", "{{el}}", "x{{e}}", "{{{e}}}", [], {}, ["{{e}}"], 0, False, " ")
        for field, flag in (("new", True), ("a", True), ("new", False))
    ),
    *(case("ignore_empty_value", "set", field="l.9", value=value, ignore_empty_value=True) for value in ("{{e}}", "{{s}}", "")),
    *(case("ignore_empty_value", "set", field="a", value="V", ignore_empty_value=flag) for flag in _FLAGS),
    *_copies(),
    *_media_types(),
]  # fmt: skip
