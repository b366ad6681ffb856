"""Statements that only scripts have: functions, ``try``, ``throw``, and ``return`` without a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.failures import ScriptFailure, missing
from shipper.pipeline.painless.parts import Scope
from shipper.pipeline.painless.script import library, thrown
from shipper.pipeline.painless.script.functions import Functions
from shipper.pipeline.painless.statements import EFFECTS, Code

if TYPE_CHECKING:
    from collections.abc import Callable

_NOTHING = (None,)


class Script(Functions):
    """Translates a whole script."""

    def script(self, block: tree.Block) -> Callable[[Any], Any]:
        """The whole script as a closure over its frame."""
        functions = [node for node in block.statements if isinstance(node, tree.Function)]
        self.declare_functions(functions)
        self.result = "void"
        return self.sequence(block.statements[len(functions) :], last=False, loop=False).run

    def other(self, node: tree.Node) -> Code:
        """``try`` and ``throw``."""
        if isinstance(node, tree.Throw):
            value = self.visit(node.value)
            if value.type != "def" and "Exception" not in (
                value.type,
                *library.SUPERS.get(value.type, ()),
            ):
                raise Invalid(f"cannot throw the type [{value.type}]", node.offset)
            run = value.run

            def throw(frame: Any) -> Any:
                found = run(frame)
                if found is None:
                    raise missing()
                if type(found) is not thrown.Thrown:
                    raise ScriptFailure(
                        "what is thrown is no exception", "class_cast_exception", foreign=True
                    )
                raise found.failure

            return Code(throw, returns=True, escapes=True)
        assert isinstance(node, tree.Try)
        return self.try_(node)

    def try_(self, node: tree.Try) -> Code:
        """``try { … } catch (Type e) { … }``."""
        if not node.body.statements:
            raise Invalid("extraneous try statement", node.offset)
        body = self.block(node.body, last=False, loop=self.looping)
        handlers: list[tuple[str, int, Code]] = []
        for catch in node.catches:
            type_ = self.named_type(catch.type, catch.offset)
            if type_ not in thrown.SUPERS:
                raise Invalid(f"cannot cast from [{type_}] to [java.lang.Exception]", catch.offset)
            outer, self.scope = self.scope, Scope(outer=self.scope)
            slot = self.declare(catch.name, type_, catch.offset).slot
            code = self.block(catch.body, last=False, loop=self.looping)
            self.scope = outer
            handlers.append((type_, slot, code))
        run = body.run
        runs = [(type_, slot, code.run) for type_, slot, code in handlers]

        def try_(frame: Any) -> Any:
            try:
                return run(frame)
            except ScriptFailure as failure:
                found = next((one for one in runs if thrown.catches(one[0], failure)), None)
                if found is None:
                    raise
                frame[found[1]] = thrown.Thrown(failure)
                failure.__traceback__ = failure.__context__ = None
            return found[2](frame)

        codes = [body, *(code for _, _, code in handlers)]
        return Code(
            try_,
            all(code.returns for code in codes),
            all(code.escapes for code in codes),
            frozenset().union(*(code.jumps for code in codes)),
        )

    looping = False  # whether what is translated stands in a loop

    def statement(self, node: tree.Node, *, last: bool, loop: bool) -> Code:
        """One statement."""
        self.looping = loop
        return super().statement(node, last=last, loop=loop)

    def return_(self, node: tree.Return) -> Code:
        """``return``, with a value where one is wanted."""
        if self.result != "void":
            if node.value is None:
                raise Invalid(f"Cannot cast from [{self.result}] to [void].", node.offset)
            return super().return_(node)
        if node.value is not None:
            value = self.visit(node.value)
            raise Invalid(f"Cannot cast from [{value.type}] to [void].", node.offset)
        return Code(lambda _: _NOTHING, returns=True, escapes=True)

    def perform(self, node: tree.Perform, *, last: bool) -> Code:
        """An expression; the last one of a lambda is its result."""
        if last and self.result != "void":
            return super().perform(node, last=last)
        value = self.visit(node.expression)
        if not isinstance(node.expression, EFFECTS):
            raise Invalid("not a statement: its value is not used", node.expression.offset)
        work = value.run

        def perform(frame: Any) -> None:
            work(frame)

        return Code(perform)
