"""
The grammar's expressions, by precedence.

From loosest to tightest: assignment and ``?:`` (ternary), elvis, ``||``, ``&&``, ``|``, ``^``, ``&``, equality, ``instanceof``, comparison, shifts,
``=~`` and ``==~``, sums, products, unary, what is chained by dots and brackets.
"""

from __future__ import annotations

from typing import Final, NoReturn

from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.lexer import PRIMITIVES, Token

_MAX_DEPTH: Final = 80
_LEVELS: Final = {
    operator: level
    for level, operators in enumerate(
        ["||", "&&", "|", "^", "&", "== != === !==", "instanceof", "< <= > >=", "<< >> >>>", "=~ ==~", "+ -", "* / %"], 1
    )
    for operator in operators.split()
}  # fmt: skip
_ASSIGNMENTS: Final = frozenset(
    ["=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>=", ">>>="]
)
_CASTABLE: Final = frozenset(
    ["name", "integer", "decimal", "octal", "hex", "string", "regex", "(", "!", "~", "new", "true", "false", "null"]
)  # fmt: skip


class Expressions:
    """
    A reader of expressions over a list of tokens.

    Args:
        tokens: of the script, ended by one of kind ``end``.
        source: the script, for messages.
    """

    def __init__(self, tokens: list[Token], source: str) -> None:
        self.tokens = tokens
        self.source = source
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.at]

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.tokens[self.at].kind

    def ahead(self, count: int) -> str:
        """The kind of a token further on."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)].kind

    def expect(self, kind: str) -> Token:
        """Read a token that must be of this kind."""
        token = self.token
        if token.kind != kind:
            self.unexpected({"name": "a name", "end": "the end"}.get(kind, f"'{kind}'"))
        self.at += 1
        return token

    def unexpected(self, wanted: str) -> NoReturn:
        """Complain about the token to be read next."""
        token = self.token
        found = "the end of the script" if token.kind == "end" else f"'{token.text}'"
        raise Invalid(f"found {found} where {wanted} was expected", token.offset)

    def deeper(self) -> None:
        """Count one level of nesting."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Unsupported("a script that is nested too deeply", self.token.offset)

    def type_begins(self) -> bool:
        """Whether a type's name may begin here."""
        return self.kind in {"def", "name"} or self.kind in PRIMITIVES

    def type(self) -> str:
        """A type's name, with ``[]`` for each dimension."""
        token = self.token
        if not self.type_begins():
            self.unexpected("a type")
        self.at += 1
        name = token.text
        if token.kind == "name":
            while self.kind == "." and self.ahead(1) == "member":
                name += "." + self.tokens[self.at + 1].text
                self.at += 2
        while self.kind == "[" and self.ahead(1) == "]":
            name += "[]"
            self.at += 2
        return name

    def parenthesised(self) -> tree.Node:
        """``( expression )``."""
        self.expect("(")
        node = self.expression()
        self.expect(")")
        return node

    def expression(self) -> tree.Node:
        """Any expression."""
        self.deeper()
        left = self.elvis()
        token = self.token
        if token.kind == "?":
            self.at += 1
            yes = self.expression()
            self.expect(":")
            left = tree.Ternary(token.offset, left, yes, self.expression())
        elif token.kind in _ASSIGNMENTS:
            if not isinstance(left, tree.Name | tree.Dot | tree.Brace):
                raise Invalid("cannot assign a value to this", left.offset)
            self.at += 1
            left = tree.Assign(left.offset, left, token.kind[:-1], self.expression())
        self.depth -= 1
        return left

    def elvis(self) -> tree.Node:
        """``a ?: b``, which groups to the right."""
        left = self.binary(1)
        token = self.token
        if token.kind != "?:":
            return left
        self.at += 1
        self.deeper()
        right = self.elvis()
        self.depth -= 1
        return tree.Elvis(token.offset, left, right)

    def binary(self, lowest: int) -> tree.Node:
        """Operands joined by operators of at least this level."""
        left = self.unary()
        while True:
            token = self.token
            level = _LEVELS.get(token.kind, 0)
            if level < lowest or not level:
                return left
            self.at += 1
            if token.kind == "instanceof":
                left = tree.InstanceOf(token.offset, left, self.type())
                continue
            left = tree.Binary(token.offset, token.kind, left, self.binary(level + 1))

    def unary(self, *, signs: bool = True) -> tree.Node:
        """One operand with what stands before and behind it."""
        token = self.token
        self.deeper()
        node: tree.Node
        if signs and token.kind in {"++", "--"}:
            self.at += 1
            node = tree.Step(token.offset, self.chain(), token.kind[0], before=True)
        elif signs and token.kind in {"+", "-"}:
            self.at += 1
            node = self.signed(token)
        elif token.kind in {"!", "~"}:
            self.at += 1
            node = tree.Unary(token.offset, token.kind, self.unary())
        else:
            node = self.cast()
        self.depth -= 1
        return node

    def signed(self, token: Token) -> tree.Node:
        """What follows a sign; a sign becomes part of a number."""
        operand = self.unary()
        if token.kind == "-" and isinstance(operand, tree.Number) and not operand.negative:
            return tree.Number(token.offset, operand.text, operand.kind, negative=True)
        return tree.Unary(token.offset, token.kind, operand)

    def cast(self) -> tree.Node:
        """``(Type) x``, or what has no cast."""
        token = self.token
        start = self.at
        if token.kind == "(" and (self.ahead(1) in {"def", "name"} or self.ahead(1) in PRIMITIVES):
            self.at += 1
            plain = self.kind != "name"
            name = self.type()
            if self.kind == ")":
                self.at += 1
                if plain and not name.endswith("]"):
                    return tree.Cast(token.offset, name, self.unary())
                if self.kind in _CASTABLE or plain:
                    return tree.Cast(token.offset, name, self.unary(signs=False))
            self.at = start
        node = self.chain()
        if self.kind in {"++", "--"}:
            word = self.token
            self.at += 1
            return tree.Step(node.offset, node, word.kind[0], before=False)
        return node

    def chain(self) -> tree.Node:
        """A primary and what is chained to it."""
        node = self.primary()
        while True:
            token = self.token
            if token.kind == "[":
                self.at += 1
                index = self.expression()
                self.expect("]")
                node = tree.Brace(token.offset, node, index)
            elif token.kind in {".", "?."}:
                self.at += 1
                name = self.token
                if name.kind not in {"member", "index"}:
                    self.unexpected("a name or a number")
                self.at += 1
                safe = token.kind == "?."
                if name.kind == "member" and self.kind == "(":
                    node = tree.Call(token.offset, node, name.text, self.arguments(), safe)
                else:
                    node = tree.Dot(token.offset, node, name.text, safe)
            else:
                return node

    def primary(self) -> tree.Node:
        """What a chain begins with."""
        token = self.token
        kind, offset = token.kind, token.offset
        if kind == "(":
            return self.parenthesised()
        if kind == "[":
            return self.collection()
        if kind == "new":
            return self.new()
        self.at += 1
        if kind in {"integer", "decimal", "octal", "hex"}:
            return tree.Number(offset, token.text, kind)
        if kind == "string":
            return tree.Literal(offset, token.text)
        if kind in {"true", "false", "null"}:
            return tree.Literal(offset, {"true": True, "false": False}.get(kind))
        if kind == "regex":
            return tree.Regex(offset, token.text, token.flags)
        if kind == "name":
            if self.kind == "(":
                return tree.LocalCall(offset, token.text, self.arguments())
            return tree.Name(offset, token.text)
        self.at -= 1
        return self.unexpected("an expression")

    def new(self) -> tree.Node:
        """``new Type(…)`` or an array."""
        offset = self.expect("new").offset
        name = self.type()
        if self.kind == "(" and not name.endswith("]"):
            return tree.New(offset, name, self.arguments())
        if self.kind not in {"[", "{"}:
            self.unexpected("'('")
        if self.kind == "{":
            if not name.endswith("]"):
                self.unexpected("'('")
            return tree.NewArray(offset, name, [], self.items())
        sizes = []
        while self.kind == "[":
            self.at += 1
            sizes.append(self.expression())
            self.expect("]")
            name += "[]"
        return tree.NewArray(offset, name, sizes, None)

    def items(self) -> list[tree.Node]:
        """``{ a, b }`` of an array."""
        self.expect("{")
        found: list[tree.Node] = []
        while self.kind != "}":
            if found:
                self.expect(",")
            found.append(self.expression())
        self.at += 1
        return found

    def collection(self) -> tree.Node:
        """``[a, b]``, ``['a': 1]``, ``[:]``."""
        offset = self.expect("[").offset
        if self.kind == ":":
            self.at += 1
            self.expect("]")
            return tree.MapOf(offset, [], [])
        if self.kind == "]":
            self.at += 1
            return tree.ListOf(offset, [])
        items, values = [self.expression()], []
        pairs = self.kind == ":"
        while True:
            if pairs:
                self.expect(":")
                values.append(self.expression())
            if self.kind != ",":
                break
            self.at += 1
            items.append(self.expression())
        self.expect("]")
        return tree.MapOf(offset, items, values) if pairs else tree.ListOf(offset, items)

    def arguments(self) -> list[tree.Node]:
        """``( a, b )``; lambdas may stand here."""
        self.expect("(")
        found: list[tree.Node] = []
        if self.kind != ")":
            while True:
                found.append(self.argument())
                if self.kind != ",":
                    break
                self.at += 1
        self.expect(")")
        return found

    def argument(self) -> tree.Node:
        """One argument of a call."""
        token, start = self.token, self.at
        parameters = self.parameters()
        if parameters is not None:
            body = self.block() if self.kind == "{" else self.expression()
            return tree.Lambda(token.offset, parameters, body)
        self.at = start
        if self.type_begins() or self.kind == "this":
            name = "this" if self.kind == "this" else ""
            if name:
                self.at += 1
            else:
                name = self.type()
            if self.kind == "::":
                self.at += 1
                member = "new" if self.kind == "new" else self.token.text
                self.expect("new" if self.kind == "new" else "name")
                return tree.Reference(token.offset, name, member)
            self.at = start
        return self.expression()

    def parameters(self) -> list[tuple[str | None, str]] | None:
        """A lambda's parameters with its arrow, or None."""
        found: list[tuple[str | None, str]] = []
        if self.kind == "(":
            self.at += 1
            while self.kind != ")":
                one = self.parameter()
                if one is None:
                    return None
                found.append(one)
                if self.kind == "," and self.ahead(1) != ")":
                    self.at += 1
                elif self.kind != ")":
                    return None
            self.at += 1
        else:
            one = self.parameter()
            if one is None:
                return None
            found.append(one)
        if self.kind != "->":
            return None
        self.at += 1
        return found

    def parameter(self) -> tuple[str | None, str] | None:
        """``x`` or ``Type x``."""
        if not self.type_begins():
            return None
        if self.kind == "name" and self.ahead(1) in {"->", ",", ")"}:
            return None, self.expect("name").text
        name = self.type()
        return (name, self.expect("name").text) if self.kind == "name" else None

    def block(self) -> tree.Block:
        """A lambda's body in braces."""
        raise NotImplementedError
