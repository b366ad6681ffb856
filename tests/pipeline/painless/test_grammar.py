"""The grammar: how scripts are cut and what binds more tightly."""

from __future__ import annotations

import pytest

from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.lexer import tokenize
from shipper.pipeline.painless.parser import parse


def kinds(source: str) -> list[str]:
    """The kinds of a script's tokens, without the end."""
    return [token.kind for token in tokenize(source)[:-1]]


def test_a_slash_begins_a_regular_expression_unless_an_operand_stands_before() -> None:
    assert ["name", "=~", "regex"] == kinds("a =~ /b/i")
    assert ["name", "/", "name", "/", "name"] == kinds("a / b / c")
    assert ["(", "name", ")", "/", "integer"] == kinds("(a) / 2")


def test_strings_know_two_escapes() -> None:
    assert [r"it's \ here", 'a"b'] == [
        token.text for token in tokenize(r"""'it\'s \\ here' "a\"b" """)[:-1]
    ]


def test_numbers_are_cut_as_painless_cuts_them() -> None:
    assert ["octal", "hex", "decimal", "decimal", "integer", "integer"] == kinds(
        "017 0x1F 1.5 1e3 1f 0"
    )
    assert ["integer", "integer"] == kinds("09")


def test_after_a_dot_names_and_numbers_follow_at_once() -> None:
    assert ["name", ".", "member", "?.", "member", ".", "index"] == kinds("ctx.if?.x.0")
    with pytest.raises(Invalid):
        tokenize("ctx. a")


def test_comments_and_newlines_are_blanks() -> None:
    assert ["name", ".", "member", "==", "integer"] == kinds(
        "ctx // one\n  .a /* two\n */ == 1 // three"
    )


def expression(source: str) -> tree.Node:
    """The only expression of a script."""
    (statement,) = parse(source).statements
    assert isinstance(statement, tree.Perform)
    return statement.expression


def shape(node: tree.Node) -> str:
    """An expression with all its parentheses."""
    match node:
        case tree.Binary():
            return f"({shape(node.left)} {node.operator} {shape(node.right)})"
        case tree.Elvis():
            return f"({shape(node.left)} ?: {shape(node.right)})"
        case tree.Ternary():
            return f"({shape(node.condition)} ? {shape(node.yes)} : {shape(node.no)})"
        case tree.InstanceOf():
            return f"({shape(node.operand)} instanceof {node.type})"
        case tree.Unary():
            return f"{node.operator}{shape(node.operand)}"
        case tree.Cast():
            return f"<{node.type}>{shape(node.operand)}"
        case tree.Number():
            return ("-" if node.negative else "") + node.text
        case tree.Name():
            return node.name
        case tree.Regex():
            return f"/{node.pattern}/"
    return type(node).__name__


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("a || b && c", "(a || (b && c))"),
        ("a == b & c", "((a == b) & c)"),
        ("a < b == c", "((a < b) == c)"),
        ("a =~ /x/ < b", "((a =~ /x/) < b)"),
        ("a << b + c", "(a << (b + c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a ?: b ?: c", "(a ?: (b ?: c))"),
        ("a || b ?: c", "((a || b) ?: c)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a instanceof Map == b", "((a instanceof Map) == b)"),
        ("a < b instanceof Map", "((a < b) instanceof Map)"),
        ("!a == b", "(!a == b)"),
        ("-1 - -x", "(-1 - -x)"),
        ("(int) a + b", "(<int>a + b)"),
        ("(String) a", "<String>a"),
        ("(a) + b", "(a + b)"),
        ("(int) -a", "<int>-a"),
    ],
)
def test_precedence(source: str, wanted: str) -> None:
    assert wanted == shape(expression(source))


@pytest.mark.parametrize(
    "source",
    ["if (a) return true else return false", "if (a) { if (b) return true } return false", "a;;", "for (x in y)", "1.", ".5", "a ? b", "a.'b'", "a?['b']", "a =", "(a", "a == 'x"],
)  # fmt: skip
def test_what_is_no_painless(source: str) -> None:
    with pytest.raises(Invalid):
        parse(source)
