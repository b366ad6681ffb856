"""Templates; what is expected was seen on OpenSearch 3.4.0."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline import template
from shipper.pipeline.document import Document
from shipper.pipeline.failure import Failure, Invalid, Unsupported

FIELDS: dict[str, Any] = {
    "_index": "i", "s": 'a"b\\c\n\x01é\x7f/😀<&>', "n": 1, "f": 1e10, "b": True, "no": False, "z": None, "l": [1, "z", None, [2, 3], {"q": 1}],
    "el": [], "m": {"k": "v", "l": [1, 2], "x.y": 5, "z": None}, "a.b": "dot", "a": {"c": {"d": 1}}, "e": "", "lm": [{"n": 1}, {"n": 2}],
}  # fmt: skip


def _render(text: str, **fields: Any) -> str:
    document = Document({**FIELDS, **fields}, {"pipeline": "p", "_value": "V"})
    return template.compile(text).render(document)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{s}}", 'a\\"b\\\\c\\n\\u0001é\x7f/😀<&>'),
        ("{{{s}}}", FIELDS["s"]),
        ("{{&s}}", FIELDS["s"]),
        ("{{n}} {{f}} {{b}} {{z}}", "1 1.0E10 true "),
        ("{{l}}", "{0=1, 1=z, 2=null, 3=[2, 3], 4={q=1}}"),
        ("{{m}}", "{x.y=5, z=null, k=v, l=[1, 2]}"),
        ("{{l.size}} {{m.l.0}} {{l.4.q}} {{l.2}}", "5 1 1 "),
        ("{{a.b}}", "dot"),
        ("{{m.x.y}}", ""),
        ("{{a.c.d}} {{a.c.d.e}} {{nope.x}}", "1  "),
        ("{{s.length}} {{e.isEmpty}}", "15 true"),
        ("{{_index}} {{_source.n}} {{_ingest.pipeline}} {{_ingest._value}}", "i 1 p V"),
        ("{{ n }} {{}".replace("{{}", ""), "1 "),
        ("{{#b}}yes{{/b}}{{^b}}no{{/b}}", "yes"),
        ("{{#no}}yes{{/no}}{{^no}}no{{/no}}", "no"),
        ("{{#lm}}{{n}},{{/lm}}", "1,2,"),
        ("{{#m}}{{k}} {{n}}{{/m}}", "v 1"),
        ("{{^el}}none{{/el}}{{^e}}empty{{/e}}{{^z}}null{{/z}}", "noneemptynull"),
        ("{{! comment }}x", "x"),
        ("{{#toJson}}l{{/toJson}}", '[1,"z",null,[2,3],{"q":1}]'),
        ("{{#toJson}}s{{/toJson}}", FIELDS["s"]),
        ("{{#join}}m.l{{/join}}|{{#join}}nope{{/join}}", "1,2|nope"),
        ("{{#join delimiter='; '}}m.l{{/join delimiter='; '}}", "1; 2"),
        ("{{#url}}a b~*{{n}}{{/url}}", "a+b%7E*1"),
        ("x\n{{#b}}\ny\n{{/b}}\nz", "x\ny\nz"),
        (" {{#b}} \ny\n {{/b}} \nz", " y\n z"),
        ("a\r{{n}}\rb\r\n", "a1b\r\n"),
        ("{{n}}}", "1}"),
        ("{ {n}}", "{ {n}}"),
    ],
)
def test_templates_print_what_the_cluster_prints(text: str, wanted: str) -> None:
    assert _render(text) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{", "Empty mustache"),
        ("{{}}", "Empty mustache"),
        ("{{a", "Improperly closed variable"),
        ("{{{a}}", "Improperly closed variable"),
        ("{{#a}}", "Failed to close 'a' tag"),
        ("{{/a}}", "Mismatched start/end tags: null != a"),
        ("{{#a}}{{/b}}", "Mismatched start/end tags: a != b"),
        ("{{>part}}", "Template part not found"),
        ("{{#toJson}}a{{b}}{{/toJson}}", "must contain one and only one identifier"),
    ],
)
def test_broken_templates_are_refused_as_the_cluster_refuses_them(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason.replace("/", "/")):
        template.compile(text)


@pytest.mark.parametrize(
    "text", ["{{=<% %>=}}<%n%>", "{{$block}}x{{/block}}", "{{_ingest.timestamp.year}}"]
)
def test_what_the_edge_cannot_do_is_named_when_it_is_loaded(text: str) -> None:
    with pytest.raises(Unsupported) as caught:
        template.compile(text)

    assert not isinstance(caught.value, Invalid)


def test_an_index_beyond_a_list_fails_with_the_clusters_words() -> None:
    with pytest.raises(Failure) as caught:
        _render("a\n{{l.9}}")

    assert caught.value.type == "mustache_exception"
    assert caught.value.reason == "Failed to get value for l.9 @[query-template:2]"
    assert caught.value.root == "9"


def test_a_text_without_braces_is_no_template() -> None:
    assert template.compile("a } b { c }} d").constant == "a } b { c }} d"
    assert template.compile("{{! only a comment }}x").constant == "x"
    assert template.compile("{{a}}").constant is None


@pytest.mark.parametrize(
    ("media_type", "wanted"),
    [
        ("application/json", 'say \\"é\\"'),
        ("text/plain", 'say "é"'),
        ("application/x-www-form-urlencoded", "say+%22%C3%A9%22"),
    ],
)
def test_the_media_type_says_how_variables_are_escaped(media_type: str, wanted: str) -> None:
    found = template.compile("{{t}}", media_type)

    assert found.render(Document({"t": 'say "é"'})) == wanted


@given(st.text(alphabet="{}#^/&!abn. \n\r=>", max_size=40))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    try:
        found = template.compile(text)
    except Unsupported:
        return
    with suppress(Failure):
        assert isinstance(found.render(Document(dict(FIELDS))), str)


_VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abn"), inner, max_size=3), max_leaves=8)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["a", "b", "n", "a.b"]), _VALUES), st.sampled_from(["a", "a.b", "a.b.n", "n", "_source.a", "_ingest.a"]))  # fmt: skip
def test_the_short_way_of_a_variable_prints_what_the_scopes_print(
    fields: dict[str, Any], name: str
) -> None:
    """Inside a section the same name is looked up through the scopes."""
    document = Document({**fields, "yes": True}, {"a": 5})

    short = template.compile(f"{{{{{{{name}}}}}}}").render(document)

    assert template.compile(f"{{{{#yes}}}}{{{{{{{name}}}}}}}{{{{/yes}}}}").render(document) == short
