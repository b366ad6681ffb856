"""What conditions mean; the node is asked the same and far more in tests/parity/cases/conditions.py."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline import painless
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.values import Float, Long, ZonedDateTime, copy
from tests.pipeline.painless.scripts import Plain, Scripts, document, plain_document

CTX: dict[str, Any] = {
    "_index": "logs",
    "a": {"b": {"c": "deep"}, "n": None},
    "s": "abc",
    "i": 5,
    "big": 3000000000,
    "f": 1.5,
    "t": True,
    "l": ["x", 1, None],
    "tags": ["one", "two"],
    "huge": 12345678901234567890,
    "long": Long(1),
    "single": Float(0.1),
    "when": ZonedDateTime(0, 0),
}


def run(script: str, ctx: dict[str, Any] | None = None, flavour: str = "opensearch") -> bool:
    """What a condition says of a document, which it leaves as it was."""
    source = copy(CTX if ctx is None else ctx)
    before = copy(source)
    found = painless.compile(script, flavour=flavour)(source)
    assert before == source
    return found


@pytest.mark.parametrize(
    "script",
    [
        "ctx.a?.b?.c == 'deep'",
        "ctx.zz?.b?.c == null",
        "ctx['a']['b'].c == 'deep' && ctx.l.0 == 'x' && ctx.l[-1] == null",
        "ctx._index == 'logs'",
        "ctx.i == 5L && ctx.i == 5.0 && !ctx.i.equals(5L)",
        "ctx.i * 1000000000 == 705032704",
        "2147483647 * 2 == -2",
        "ctx.big - 1 == 2999999999L",
        "ctx.huge instanceof BigInteger && ctx.huge * 1 == -350287150",
        "ctx.single + 1.0 == 1.1000000014901161",
        "![1, 2].contains(ctx.long) && [1L].contains(ctx.long)",
        "ctx.when instanceof ZonedDateTime",
        "'😀'.length() == 2",
        "1e10 + '' == '1.0E10'",
        "ctx.l == ctx.l || ['x', 1, null] == ctx.l",
        "!(ctx.l == ctx.l)",
        "ctx.tags.contains('one') && ctx.tags?.contains('zz') != true",
        "ctx.tags.stream().anyMatch(tag -> tag.startsWith('t'))",
        "ctx.s =~ /^[a-c]+$/ && ctx.s ==~ /a.c/",
        "for (tag in ctx.tags) { if (tag == 'two') { return true; } } return false",
        "def n = 0; for (int i = 0; i < 10; i++) { if (i % 2 == 0) { n = n + i; } } return n == 20",
        "if (ctx.i > 9) { return false } else if (ctx.i == 5) { return true } return false",
        "String s = ctx.s; s += ctx.i; return s == 'abc5'",
        "ctx.a.b instanceof Map && !(ctx.a.b instanceof HashMap) && ctx.l instanceof List",
    ],
)
def test_holds(script: str) -> None:
    assert run(script)


@pytest.mark.parametrize(
    ("script", "cause", "message"),
    [
        ("ctx.zz.b == 1", "null_pointer_exception", None),
        ("ctx.zz > 1", "null_pointer_exception", None),
        ("ctx.s > 1", "class_cast_exception", "Cannot apply [>] operation to types [java.lang.String] and [java.lang.Integer]."),
        ("ctx.i.b == 1", "illegal_argument_exception", "dynamic getter [java.lang.Integer, b] not found"),
        ("ctx.i.contains('x')", "illegal_argument_exception", "dynamic method [java.lang.Integer, contains/1] not found"),
        ("ctx.a.contains('x')", "illegal_argument_exception", "dynamic method [org.opensearch.ingest.ConditionalProcessor.UnmodifiableIngestData, contains/1] not found"),
        ("ctx.l[9] == 1", "index_out_of_bounds_exception", None),
        ("ctx.l.x == 1", "illegal_argument_exception", "Illegal list shortcut value [x]."),
        ("ctx.i / 0 == 1", "arithmetic_exception", "/ by zero"),
        ("ctx.a.b = 1; return true", "unsupported_operation_exception", "Mutating ingest documents in conditionals is not supported"),
        ("ctx.i", "class_cast_exception", "cannot cast def [int] to boolean"),
        ("ctx.zz", "null_pointer_exception", None),
        ("String s = ctx.i; return true", "class_cast_exception", "cannot implicitly cast def [int] to java.lang.String"),
        ("for (int i = 0; i < 2000000; i++) { } return true", "painless_error", "The maximum number of statements that can be executed in a loop has been reached."),
        ("ctx.t == 1", "class_cast_exception", None),
    ],
)  # fmt: skip
def test_fails(script: str, cause: str, message: str | None) -> None:
    with pytest.raises(ScriptFailure) as failed:
        run(script)

    assert ("script_exception", "runtime error", cause) == (
        failed.value.type,
        failed.value.reason,
        failed.value.cause,
    )
    assert failed.value.foreign == (message is None)
    if message is not None:
        assert message == failed.value.root


def test_each_product_names_its_own_classes() -> None:
    with pytest.raises(ScriptFailure) as failed:
        run("ctx.a", flavour="elasticsearch")

    assert (
        "cannot cast def [org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestData] to boolean"
        == failed.value.root
    )


def test_field_access_is_elasticsearchs() -> None:
    assert run("$('a.b.c', '') == 'deep' && $('a.x', 7) == 7", flavour="elasticsearch")
    with pytest.raises(Unsupported):
        run("$('a', 1) == 1")


def test_params_are_seen() -> None:
    held = painless.compile("ctx.i == params.n && params.names.contains('x')", flavour="opensearch", params={"n": 5, "names": ["x"]})  # fmt: skip

    assert held(CTX)


@pytest.mark.parametrize(
    ("script", "fields"),
    [
        ("ctx.a?.b == 'x' && ctx['c'] != null", {"a", "c"}),
        ("ctx.containsKey('a') || ctx.get('b') == ctx.c", {"a", "b", "c"}),
        ("true", set()),
        ("ctx.isEmpty()", None),
        ("ctx.empty", None),
        ("ctx[ctx.a] == 1", None),
        ("def m = ctx; return m.a == 1", None),
        ("for (x in ctx.tags) { if (x == ctx.t) return true; } return false", {"tags", "t"}),
    ],
)
def test_tells_which_fields_it_reads(script: str, fields: set[str] | None) -> None:
    assert fields == painless.fields(painless.compile(script, flavour="opensearch"))


@pytest.mark.parametrize("member", ["__class__", "__init__", "__dict__", "get", "keys", "append", "format", "encode", "real", "_fields", "items"])  # fmt: skip
@pytest.mark.parametrize("target", ["ctx.s", "ctx.i", "ctx.l", "ctx.a", "ctx.f", "ctx.when", "ctx.l.stream()", "[1]", "['a': 1]", "'x'", "params"])  # fmt: skip
def test_nothing_of_python_is_reached(target: str, member: str) -> None:
    for script in (f"{target}.{member} == null", f"{target}.{member}() == null"):
        with contextlib.suppress(Unsupported, Failure):
            assert run(script) in {True, False}  # a map has no such field


def test_a_chain_of_two_thousand_alternatives_is_read() -> None:
    script = " || ".join(f"ctx.s == 'v{number}'" for number in range(2000))

    assert run(script, {"s": "v1999"})


@pytest.mark.parametrize("script", ["(" * 5000, "!" * 5000 + "true", "ctx" + ".a" * 20000, "[" * 3000, "1" + "+1" * 20000, "{" * 4000, "a ? " * 999])  # fmt: skip
def test_what_is_too_deep_is_refused(script: str) -> None:
    with pytest.raises(Unsupported):
        painless.compile(script, flavour="opensearch")


@given(
    st.text(alphabet="ctx.ab[]()'\"=!&|?:;{} 0123 +-*/%<>~^$\\\nifreturndeflambda_😀", max_size=60)
)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    for flavour in ("opensearch", "elasticsearch"):
        try:
            painless.compile(text, flavour=flavour)
        except Unsupported as error:
            refusal = error
        else:
            continue
        assert refusal.reason
        assert refusal.offset is not None
        assert 0 <= refusal.offset <= len(text)


@given(st.randoms(use_true_random=False), st.booleans())
def test_a_condition_answers_or_fails_and_leaves_the_document_alone(rng: Any, tame: bool) -> None:
    script = Plain(rng).script() if tame else Scripts(rng).script()
    source = plain_document(rng) if tame else document(rng)
    with contextlib.suppress(Unsupported, ScriptFailure):
        assert run(script, source) in {True, False}


@pytest.mark.parametrize(
    "script", ["ctx.t", "ctx.i == 5 && ctx.t", "Boolean.valueOf(true)", "ctx.t & true"]
)
def test_an_answer_is_a_python_boolean(script: str) -> None:
    assert run(script) is True
