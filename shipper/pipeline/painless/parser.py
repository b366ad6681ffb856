"""
The grammar of Painless: tokens to a tree.

Statements first, expressions by precedence below. Whoever wants to know why ``=~`` binds more tightly than ``<`` asks Painless.
"""

from __future__ import annotations

from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.expressions import Expressions
from shipper.pipeline.painless.lexer import PRIMITIVES, tokenize


def parse(source: str, *, dollar: bool = False) -> tree.Block:
    """
    The tree of a script.

    Args:
        source: the script.
        dollar: whether ``$('field', default)`` may occur.

    Raises:
        Invalid: it is no Painless, with the offset of the token at fault.
    """
    return Parser(tokenize(source, dollar=dollar), source).script()


class Parser(Expressions):
    """Statements; see ``Expressions`` for the rest."""

    def script(self) -> tree.Block:
        """The whole script."""
        statements: list[tree.Node] = []
        while (function := self.function()) is not None:
            statements.append(function)
        while self.kind != "end":
            statements.append(self.statement())
        if not statements:
            raise Invalid("an empty script", 0)
        return tree.Block(0, statements)

    def function(self) -> tree.Node | None:
        """``Type name(parameters) { … }``, if one begins here: functions come before all else."""
        start = self.at
        if not self.type_begins():
            return None
        type_ = self.type()
        if self.kind != "name" or self.ahead(1) != "(":
            self.at = start
            return None
        name = self.expect("name")
        self.at += 1
        parameters: list[tuple[str, str]] = []
        while self.kind != ")":
            if parameters:
                self.expect(",")
            kind = self.type()
            parameters.append((kind, self.expect("name").text))
        self.at += 1
        return tree.Function(name.offset, type_, name.text, parameters, self.block())

    def statement(self) -> tree.Node:
        """A statement with whatever ends it."""
        node = self.compound()
        if node is not None:
            return node
        node = self.simple()
        if self.kind == ";":
            self.at += 1
        elif self.kind != "end":
            self.unexpected("';' or the end of the script")
        return node

    def block(self) -> tree.Block:
        """``{ … }``; its last statement needs no semicolon."""
        offset = self.expect("{").offset
        self.deeper()
        statements: list[tree.Node] = []
        while self.kind != "}":
            node = self.compound()
            if node is None:
                node = self.simple()
                if self.kind == ";":
                    self.at += 1
                elif self.kind != "}":
                    self.unexpected("';' or '}'")
            statements.append(node)
        self.depth -= 1
        self.at += 1
        return tree.Block(offset, statements)

    def trailer(self) -> tree.Block:
        """What hangs on an ``if`` or a loop: a block or one statement."""
        if self.kind == "{":
            return self.block()
        self.deeper()
        offset = self.token.offset
        node = tree.Block(offset, [self.statement()])
        self.depth -= 1
        return node

    def body(self) -> tree.Block | None:
        """What hangs on a ``while`` or ``for``, which may be a lone semicolon."""
        if self.kind == ";":
            self.at += 1
            return None
        return self.trailer()

    def compound(self) -> tree.Node | None:
        """A statement that ends without a semicolon, if one begins here."""
        offset, kind = self.token.offset, self.kind
        if kind == "if":
            self.at += 1
            condition = self.parenthesised()
            yes = self.trailer()
            no = None
            if self.kind == "else":
                self.at += 1
                no = self.trailer()
            return tree.If(offset, condition, yes, no)
        if kind == "while":
            self.at += 1
            return tree.While(offset, self.parenthesised(), self.body(), first=False)
        if kind == "for":
            return self.for_()
        if kind == "try":
            return self.try_()
        return None

    def try_(self) -> tree.Node:
        """``try { … } catch (Type name) { … }``."""
        offset = self.expect("try").offset
        body = self.block()
        if self.kind != "catch":
            self.unexpected("'catch'")
        catches = []
        while self.kind == "catch":
            at = self.expect("catch").offset
            self.expect("(")
            type_ = self.type()
            name = self.expect("name").text
            self.expect(")")
            catches.append(tree.Catch(at, type_, name, self.block()))
        return tree.Try(offset, body, catches)

    def for_(self) -> tree.Node:
        """Any of the three kinds of ``for``."""
        offset = self.expect("for").offset
        self.expect("(")
        if self.kind == "name" and self.ahead(1) == "in":
            name = self.expect("name").text
            self.at += 1
            return self.each(offset, "def", name)
        start = self.at
        if self.type_begins():
            type_ = self.type()
            if self.kind == "name" and self.ahead(1) == ":":
                name = self.expect("name").text
                self.at += 1
                return self.each(offset, type_, name)
            self.at = start
        first = None if self.kind == ";" else self.initializer()
        self.expect(";")
        condition = None if self.kind == ";" else self.expression()
        self.expect(";")
        after = None if self.kind == ")" else tree.Perform(self.token.offset, self.expression())
        self.expect(")")
        return tree.For(offset, first, condition, after, self.body())

    def each(self, offset: int, type_: str, name: str) -> tree.Node:
        """The rest of a for-each."""
        values = self.expression()
        self.expect(")")
        return tree.Each(offset, type_, name, values, self.trailer())

    def initializer(self) -> tree.Node:
        """What stands first in a ``for``."""
        declared = self.declaration()
        return declared if declared is not None else self.perform()

    def simple(self) -> tree.Node:
        """A statement that a semicolon ends."""
        offset, kind = self.token.offset, self.kind
        if kind == "do":
            self.at += 1
            body = self.block()
            self.expect("while")
            return tree.While(offset, self.parenthesised(), body, first=True)
        if kind in {"continue", "break"}:
            self.at += 1
            return tree.Jump(offset, kind)
        if kind == "return":
            self.at += 1
            if self.kind in {";", "}", "end"}:
                return tree.Return(offset, None)
            return tree.Return(offset, self.expression())
        if kind == "throw":
            self.at += 1
            return tree.Throw(offset, self.expression())
        declared = self.declaration()
        return declared if declared is not None else self.perform()

    def perform(self) -> tree.Node:
        """An expression as a statement."""
        offset = self.token.offset
        return tree.Perform(offset, self.expression())

    def declaration(self) -> tree.Node | None:
        """``Type a = 1, b``, if one begins here."""
        start, offset = self.at, self.token.offset
        if not self.type_begins():
            return None
        type_ = self.type()
        if self.kind != "name":
            if self.tokens[start].kind == "def" or self.tokens[start].kind in PRIMITIVES:
                self.unexpected("a name")
            self.at = start
            return None
        names: list[tuple[int, str, tree.Node | None]] = []
        while True:
            token = self.expect("name")
            value = None
            if self.kind == "=":
                self.at += 1
                value = self.expression()
            names.append((token.offset, token.text, value))
            if self.kind != ",":
                return tree.Declare(offset, type_, names)
            self.at += 1
