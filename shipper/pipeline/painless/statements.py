"""
Statements to closures.

A closure returns None where the script goes on, ``BREAK`` or ``CONTINUE`` inside a loop, or a tuple with the script's result. Whether a statement can
be reached and whether a loop can end is checked as Painless does, because it refuses scripts for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import classes, objects, tree
from shipper.pipeline.painless.failures import ScriptFailure, illegal, missing
from shipper.pipeline.painless.parts import Scope
from shipper.pipeline.painless.translate import Translator

if TYPE_CHECKING:
    from collections.abc import Callable

BREAK: Final = "break"
CONTINUE: Final = "continue"
MAX_STEPS: Final = 1_000_000
_STEPS: Final = 2  # the slot that counts a script's steps in loops
_DEFAULTS: Final = {
    "boolean": False,
    "byte": 0,
    "short": 0,
    "char": "\0",
    "int": 0,
    "long": 0,
    "float": 0.0,
    "double": 0.0,
}
EFFECTS: Final = (tree.Call, tree.LocalCall, tree.Assign, tree.Step, tree.New)

Run = "Callable[[Any], Any]"


@dataclass(slots=True)
class Code:
    """
    A statement, ready to run.

    Attributes:
        run: takes the frame.
        returns: all ways through it end the script.
        escapes: all ways through it end the script or leave the loop.
        jumps: words (``break``, ``continue``) that some way through it says.
    """

    run: Callable[[Any], Any]
    returns: bool = False
    escapes: bool = False
    jumps: frozenset[str] = frozenset()


class Statements(Translator):
    """Translates statements; ``result`` is the type that the script gives."""

    result = "boolean"

    @staticmethod
    def iterated(value: Any) -> Any:
        """What a for-each walks over."""
        return iterated(value)

    def script(self, block: tree.Block) -> Callable[[Any], Any]:
        """The whole script as a closure that returns its plain result."""
        if len(block.statements) == 1:
            only = block.statements[0]
            expression = only.expression if isinstance(only, tree.Perform) else None
            if isinstance(only, tree.Return):
                if only.value is None:
                    raise Invalid("a condition must return a value", only.offset)
                return self.wanted(only.value, self.result, internal=True).run
            if expression is not None:
                value = self.visit(expression)
                if value.type != "void":
                    return self.cast(value, self.result, internal=True).run
        code = self.sequence(block.statements, last=True, loop=False)
        run, default = code.run, _DEFAULTS.get(self.result)

        def script(frame: Any) -> Any:
            found = run(frame)
            return default if found is None else found[0]

        return script

    def sequence(self, statements: list[tree.Node], *, last: bool, loop: bool) -> Code:
        """Statements one after the other."""
        codes: list[Code] = []
        for number, node in enumerate(statements):
            if codes and codes[-1].escapes:
                raise Invalid("unreachable statement", node.offset)
            codes.append(
                self.statement(node, last=last and number == len(statements) - 1, loop=loop)
            )
        runs = [code.run for code in codes]
        jumps = frozenset().union(*(code.jumps for code in codes))
        end = codes[-1] if codes else Code(lambda _: None)
        if len(runs) == 1:
            return end

        def run(frame: Any) -> Any:
            for one in runs:
                found = one(frame)
                if found is not None:
                    return found
            return None

        return Code(run, end.returns, end.escapes, jumps)

    def block(self, node: tree.Block, *, last: bool, loop: bool) -> Code:
        """Statements with variables of their own."""
        outer, self.scope = self.scope, Scope(outer=self.scope)
        code = self.sequence(node.statements, last=last, loop=loop)
        self.scope = outer
        return code

    def statement(self, node: tree.Node, *, last: bool, loop: bool) -> Code:
        """
        One statement.

        Args:
            node: the statement.
            last: nothing follows it, so the value of an expression is the script's.
            loop: it stands in a loop.
        """
        match node:
            case tree.If():
                return self.if_(node, last=last, loop=loop)
            case tree.Return():
                return self.return_(node)
            case tree.Perform():
                return self.perform(node, last=last)
            case tree.Declare():
                return self.declaration(node)
            case tree.Each():
                return self.each(node)
            case tree.While():
                return self.while_(node)
            case tree.For():
                return self.for_(node)
            case tree.Jump():
                if not loop:
                    raise Invalid(f"{node.word} outside of a loop", node.offset)
                word = BREAK if node.word == "break" else CONTINUE
                return Code(lambda _: word, returns=False, escapes=True, jumps=frozenset([word]))
            case tree.Block():
                return self.block(node, last=last, loop=loop)
            case _:
                return self.other(node)

    def other(self, node: tree.Node) -> Code:
        """What conditions do not do."""
        match node:
            case tree.Function():
                return self.refuse("a function", node.offset)
            case tree.Try():
                return self.refuse("try", node.offset)
            case _:
                return self.refuse("throw", node.offset)

    def if_(self, node: tree.If, *, last: bool, loop: bool) -> Code:
        """``if (c) … else …``."""
        if isinstance(node.condition, tree.Literal) and isinstance(node.condition.value, bool):
            raise Invalid("extraneous if: the condition is a constant", node.offset)
        test = self.wanted(node.condition, "boolean").run
        if not node.yes.statements or (node.no is not None and not node.no.statements):
            raise Invalid("extraneous if or else: the block is empty", node.offset)
        yes = self.block(node.yes, last=last, loop=loop)
        then = yes.run
        if node.no is None:
            return Code(lambda frame: then(frame) if test(frame) else None, jumps=yes.jumps)
        no = self.block(node.no, last=last, loop=loop)
        other = no.run
        return Code(
            lambda frame: then(frame) if test(frame) else other(frame),
            yes.returns and no.returns,
            yes.escapes and no.escapes,
            yes.jumps | no.jumps,
        )

    def return_(self, node: tree.Return) -> Code:
        """``return x``."""
        if node.value is None:
            raise Invalid("a condition must return a value", node.offset)
        value = self.wanted(node.value, self.result, internal=True)
        if value.known:
            fixed = (value.constant,)
            return Code(lambda _: fixed, returns=True, escapes=True)
        run = value.run
        return Code(lambda frame: (run(frame),), returns=True, escapes=True)

    def perform(self, node: tree.Perform, *, last: bool) -> Code:
        """An expression; the last one of a script is its result."""
        value = self.visit(node.expression)
        if last and value.type != "void":
            run = self.cast(value, self.result, internal=True).run
            return Code(lambda frame: (run(frame),), returns=True, escapes=True)
        if not isinstance(node.expression, EFFECTS):
            raise Invalid("not a statement: its value is not used", node.expression.offset)
        work = value.run

        def perform(frame: Any) -> None:
            work(frame)

        return Code(perform)

    def declaration(self, node: tree.Declare) -> Code:
        """``Type a = 1, b``."""
        type_ = self.named_type(node.type, node.offset)
        runs: list[tuple[int, Callable[[Any], Any]]] = []
        for offset, name, value in node.names:
            if value is None:
                default = _DEFAULTS.get(type_)
                run: Callable[[Any], Any] = lambda _, default=default: default  # type: ignore[misc]  # noqa: E731
            else:
                run = self.wanted(value, type_).run
            runs.append((self.declare(name, type_, offset).slot, run))

        def declare(frame: Any) -> None:
            for slot, run in runs:
                frame[slot] = run(frame)

        if len(runs) == 1:
            ((where, what),) = runs
            return Code(lambda frame: frame.__setitem__(where, what(frame)))
        return Code(declare)

    def each(self, node: tree.Each) -> Code:
        """``for (x in values)``."""
        values = self.visit(node.values)
        if (
            values.type != "def"
            and not values.type.endswith("[]")
            and "Iterable"
            not in (
                values.type,
                *classes.SUPERS.get(values.type, ()),
            )
        ):
            raise Invalid(f"cannot iterate over the type [{values.type}]", node.offset)
        if not node.body.statements:
            raise Invalid("extraneous for-each loop", node.offset)
        type_ = self.named_type(node.type, node.offset)
        outer, self.scope = self.scope, Scope(outer=self.scope)
        slot = self.declare(node.name, type_, node.offset, fixed=True).slot
        convert = None if type_ == "def" else classes.cast("def", type_, explicit=True)
        body = self.block(node.body, last=False, loop=True)
        self.scope = outer
        if body.escapes and CONTINUE not in body.jumps:
            raise Invalid("extraneous for-each loop: its body always leaves it", node.offset)
        self.extraneous(node.body)
        run, ask, walk = body.run, values.run, self.iterated

        def each(frame: Any) -> Any:
            for item in walk(ask(frame)):
                frame[slot] = item if convert is None else convert(item)
                found = run(frame)
                if found is not None and found is not CONTINUE:
                    if found is BREAK:
                        break
                    return found
            return None

        return Code(each)

    @staticmethod
    def extraneous(body: tree.Block | None) -> None:
        """A ``continue`` that ends a loop's body says nothing."""
        if body is not None and body.statements:
            end = body.statements[-1]
            if isinstance(end, tree.Jump) and end.word == "continue":
                raise Invalid("extraneous continue statement", end.offset)

    def while_(self, node: tree.While) -> Code:
        """``while`` and ``do … while``."""
        if node.first:
            body = self.loop_body(node.body)
            return self.loop(node, node.condition, None, body, first=True)
        outer, self.scope = self.scope, Scope(outer=self.scope)
        code = self.loop(node, node.condition, None, node.body, first=False)
        self.scope = outer
        return code

    def loop_body(self, body: tree.Block | None) -> tree.Block | None:
        """A ``do`` needs something to do."""
        if body is not None and not body.statements:
            raise Invalid("extraneous do while loop", body.offset)
        return body

    def for_(self, node: tree.For) -> Code:
        """``for (a; b; c)``."""
        outer, self.scope = self.scope, Scope(outer=self.scope)
        start = (
            None if node.start is None else self.statement(node.start, last=False, loop=False).run
        )
        code = self.loop(node, node.condition, node.after, node.body, first=False)
        self.scope = outer
        if start is None:
            return code
        begin, run = start, code.run

        def for_(frame: Any) -> Any:
            begin(frame)
            return run(frame)

        return Code(for_, code.returns, code.escapes)

    def loop(
        self,
        node: tree.Node,
        condition: tree.Node | None,
        after: tree.Node | None,
        body: tree.Block | None,
        *,
        first: bool,
    ) -> Code:
        """Any loop that counts its steps."""
        endless = condition is None or (
            isinstance(condition, tree.Literal) and condition.value is True
        )
        if isinstance(condition, tree.Literal) and condition.value is False:
            raise Invalid("extraneous loop: its condition is false", node.offset)
        test = None if first or condition is None else self.wanted(condition, "boolean").run
        code = Code(lambda _: None) if body is None else self.block(body, last=False, loop=True)
        if first and condition is not None:
            test = self.wanted(condition, "boolean").run
        if code.escapes and not code.jumps & {CONTINUE}:
            raise Invalid("extraneous loop: its body always leaves it", node.offset)
        if endless and body is None:
            raise Invalid("no paths escape from the loop", node.offset)
        self.extraneous(body)
        step = None if after is None else self.statement(after, last=False, loop=False).run
        run = code.run

        def loop(frame: Any) -> Any:
            skip = first
            while skip or test is None or test(frame):
                skip = False
                frame[_STEPS] += 1
                if frame[_STEPS] >= MAX_STEPS:
                    raise _too_long()
                found = run(frame)
                if found is not None and found is not CONTINUE:
                    if found is BREAK:
                        break
                    return found
                if step is not None:
                    step(frame)
            return None

        ends = endless and not code.jumps & {BREAK}
        return Code(loop, ends, ends)


def _too_long() -> ScriptFailure:
    return ScriptFailure(
        "The maximum number of statements that can be executed in a loop has been reached.",
        "painless_error",
    )


def iterated(value: Any) -> Any:
    """What a for-each walks over."""
    kind = type(value)
    if kind is list:
        return objects.walked(value)
    if kind in {objects.MadeList, objects.Keys, objects.Entries, objects.MadeArray}:
        return value
    if value is None:
        raise missing("callArgs[0]")
    raise illegal(f"Cannot iterate over [{objects.class_name(value)}]")
