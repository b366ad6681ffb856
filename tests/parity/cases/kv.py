"""Cases of ``kv``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.parity.case import Case, Failed
from tests.parity.cases._fields import VALUES, case, invalid, missing, on_values, targets

KIND = "kv"
PAGE = "https://www.elastic.co/docs/reference/enrich-processor/kv-processor"
PLAIN = {"field_split": " ", "value_split": "="}
TEXTS = [
    "a=1 b=2", "a=1 a=2", "a=", "=1", "a", "", "a=1  b=2", "a=1 ", "  ", "a=b=c", "a=1 b", " a=1", "q=x b=1", "a.b=1 a=2", "a=1 a.b=2",
    "a=[1] b=(2) c=<3> d=\"4\" e='5' f=[[6]] g=[7 h=8] i=\" j=\"\"", "é=😀", "a=\nb=1", "a=1 a=2 a=3", "a=<1>, b=>2<", "a:1 b==2",
    "a=1&b=2;c=3", 'a=" 1 " b=2', "a=1\n", "a=(1)\n", "a=x y b=z", "aa=1", "a=1.b=2", "a=1|b=2", "a=(1)\r\n", "<a>=<b>", "a=1\tb=2",
    "l=1 l=2", "n=1", "n.x=1", "o=1", "o.q=1", "l.0=9", "l.5=9", "l.x=9", ".=1", "a.=1", "..a=1", "x=\u2028", "a=1 " * 50,
]  # fmt: skip
AROUND: dict[str, Any] = {"q": "tt", "l": [1, 2], "n": None, "o": {"p": 1}}


def _with(option: str, options: dict[str, Any], texts: list[str] = TEXTS, **more: Any) -> list[Any]:
    return [
        case(option, KIND, {"field": "m"} | PLAIN | options, {"m": text} | AROUND, **more)
        for text in texts
    ]


def _fields() -> list[Any]:
    cases = []
    documents: list[dict[str, Any]] = [
        {"q": "x", "x": "a=1"}, {"q": "x"}, {"q": "x", "x": 5}, {"q": "x.y", "x": {"y": "a=1"}}, {"q": "l.0", "l": ["a=1"]},
        {"q": "l.5", "l": ["a=1"]}, {"q": "x.y", "x": "a=1"},
    ]  # fmt: skip
    for field in ("{{q}}", "x", "{{{q}}}", "x.y", "l.0", "x{{z}}"):
        for flag in (True, False):
            options = {"field": field, "ignore_missing": flag} | PLAIN
            cases += [case("field", KIND, options, document) for document in documents]
    return cases


def _null_aside(one: Case) -> Case:
    """A null has other words in Elasticsearch."""
    ignored = one.definition["processors"][0][KIND]["ignore_missing"]
    return (
        replace(one, only="opensearch")
        if one.document == {"a": {"b": None}} and not ignored
        else one
    )


CASES = [
    *on_values("field", KIND, PLAIN, [*(value for value in VALUES if value is not None), *TEXTS]),
    *on_values("field", KIND, PLAIN, [None], only="opensearch"),
    *on_values("field", KIND, PLAIN, [None], oracle="manual", page=PAGE, expected=Failed("field [a] is null, cannot extract key-value pairs.")),
    *_fields(),
    case("field", KIND, {"field": "{{q}}"} | PLAIN, {"x": 1}, only="opensearch"),
    case("field", KIND, {"field": "{{q}}"} | PLAIN, {"x": 1}, oracle="manual", page=PAGE, expected=Failed("field [] doesn't exist")),
    *invalid("field", KIND, PLAIN, [5, None, ["a"]]),
    *(
        one
        for split in ("\\s+", "&|;", "&", ";", ", ", " (?=[a-z]+=)", ".", "|", "\\.", "\\|", "\\d", "", "\t", "[&;]", "\n", " +", "é", "\\s", "  ")
        for one in _with("field_split", {"field_split": split}, TEXTS[:34])
    ),
    case("field_split", KIND, {"field": "m", "field_split": "(", "value_split": "="}, {"m": "a=1"}, refused="a pattern that Java does not take"),
    case("field_split", KIND, {"field": "m", "field_split": "(x", "value_split": "="}, {"m": "a=1"}, only="opensearch", refused="a pattern that Java does not take"),
    *invalid("field_split", KIND, {"field": "a", "value_split": "="}, [5, None]),
    *(
        one
        for split in ("[=:]", "=+", ":", "", "==", "\\s*=\\s*", "=|:", "(?<=a)=", "\\W", ".")
        for one in _with("value_split", {"value_split": split}, TEXTS[:34])
    ),
    *invalid("value_split", KIND, {"field": "a", "field_split": " "}, [5, None]),
    *(
        one
        for target in ("t", "t.u", "{{q}}", "", "o", "l", "n", "q", "{{none}}", "t.", "l.0")
        for one in _with("target_field", {"target_field": target}, TEXTS[:20])
    ),
    *invalid("target_field", KIND, {"field": "a"} | PLAIN, [5, ["t"]]),
    *(
        one
        for keys in (["a"], ["a", "b"], [], ["x"], ["a", "a"], ["é"], [""], [5])
        for one in _with("include_keys", {"include_keys": keys}, TEXTS[:22])
    ),
    *(
        one
        for split in (r"\s(?![\w\"]+?(\s+|$))", r" (?!(x|y)=)", r"(?<!(x|y)) ", r" (?=(a|b)=)")
        for one in _with("field_split", {"field_split": split}, [*TEXTS[:24], "a=x y b=z w", "a=x b=y c", "x=1 x=2 y=3 a=4", "a=x b=y a=1"])
    ),
    *_with("include_keys exclude_keys", {"include_keys": ["a", "b"], "exclude_keys": ["a"]}),
    *invalid("include_keys", KIND, {"field": "a"} | PLAIN, ["a", 5, {"a": 1}]),
    *(
        one
        for keys in (["a"], ["a", "b"], [], ["x"], ["a", "a"], ["é"], [""], [5])
        for one in _with("exclude_keys", {"exclude_keys": keys}, TEXTS[:22])
    ),
    *invalid("exclude_keys", KIND, {"field": "a"} | PLAIN, ["a", 5, {"a": 1}]),
    *(
        one
        for prefix in ("p_", "p.", "", "{{q}}", "_", "é", "l.")
        for one in _with("prefix", {"prefix": prefix}, TEXTS[:20])
    ),
    *_with("prefix target_field", {"prefix": "p.", "target_field": "t"}),
    *_with("prefix include_keys", {"prefix": "p_", "include_keys": ["a", "p_a"]}),
    *invalid("prefix", KIND, {"field": "a"} | PLAIN, [5, ["p"]]),
    *(one for trim in ("a", "<>", " ", "]", "a]", "^a", "a-c", "\\w", "é", "\n") for one in _with("trim_key", {"trim_key": trim}, TEXTS[:32])),
    *invalid("trim_key", KIND, {"field": "a"} | PLAIN, [5, ["a"]]),
    case("trim_key", KIND, {"field": "m", "trim_key": "["} | PLAIN, {"m": "a=1"}, only="opensearch", refused="a pattern that Java does not take"),
    *(
        one
        for trim in ("12", "<>,", "^1", "0-9", "\\s", "\n", ' "', "(", ")", "\"'", "é😀", "&", "\\[\\]", "\\]\\[")
        for one in _with("trim_value", {"trim_value": trim}, TEXTS[:34])
    ),
    *invalid("trim_value", KIND, {"field": "a"} | PLAIN, [5, ["a"]]),
    *_with("strip_brackets", {"strip_brackets": True}),
    *_with("strip_brackets", {"strip_brackets": False}),
    *_with("strip_brackets trim_value", {"strip_brackets": True, "trim_value": ' "\\['}),
    *(_with("strip_brackets", {"strip_brackets": True, "field_split": "&"}, [f"a={end}" for end in ("(1", "1)", "([1])", "<1>\n", '"\n', "(\n)", ")(", "'", "''", "'\r\n", "x)\u2028", "(x)\n\n", "(x)\r", "[]")])),
    *invalid("strip_brackets", KIND, {"field": "a"} | PLAIN, ["true", 1]),
    *(_null_aside(one) for one in missing(KIND, PLAIN, ["a=1", 5, ["a=1"]])),
    *(one for one in targets(KIND, PLAIN, "x=1 y=2") if "{{" not in str(one)),
]  # fmt: skip
