"""Functions of a script's own, lambdas and references to methods."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import classes, tree
from shipper.pipeline.painless.failures import missing
from shipper.pipeline.painless.parts import Scope, Value
from shipper.pipeline.painless.script.naming import STATE
from shipper.pipeline.painless.script.translate import Writing

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST = 3  # slot of a function's first parameter


@dataclass(slots=True)
class Function:
    """
    A function of the script's.

    Attributes:
        type: of its result.
        parameters: their types.
        run: takes a frame; what a statement gives.
        slots: how long its frame is.
    """

    type: str
    parameters: list[str]
    run: Callable[[Any], Any] | None = None
    slots: int = field(default=_FIRST)


class Functions(Writing):
    """Translates functions and what stands for them."""

    def __init__(self, flavour: str, parameters: dict[str, Any]) -> None:
        super().__init__(flavour, parameters)
        self.own: dict[tuple[str, int], Function] = {}

    def declare_functions(self, nodes: list[tree.Function]) -> None:
        """All functions of a script, which may call each other."""
        for node in nodes:
            key = node.name, len(node.parameters)
            if key in self.own:
                raise Invalid(f"found duplicate function [{node.name}]", node.offset)
            type_ = "void" if node.type == "void" else self.named_type(node.type, node.offset)
            self.own[key] = Function(
                type_, [self.named_type(kind, node.offset) for kind, _ in node.parameters]
            )
        for node in nodes:
            self.define(node, self.own[node.name, len(node.parameters)])

    def define(self, node: tree.Function, function: Function) -> None:
        """Translate a function's body."""
        kept = self.scope, self.slots, self.result
        self.scope, self.slots, self.result, self.walled = Scope(), _FIRST, function.type, True
        for type_, (_, name) in zip(function.parameters, node.parameters, strict=True):
            self.argument(name, type_, node.offset)
        if not node.body.statements:
            raise Invalid(
                f"invalid function definition: found no statements for function [{node.name}]",
                node.offset,
            )
        code = self.block(node.body, last=function.type != "void", loop=False)
        if function.type != "void" and not code.returns:
            raise Invalid(
                f"not all paths provide a return value for function [{node.name}] with [{len(node.parameters)}] parameters",
                node.offset,
            )
        function.run, function.slots = code.run, self.slots
        self.scope, self.slots, self.result = kept
        self.walled = False

    def argument(self, name: str, type_: str, offset: int) -> None:
        """A function's parameter, which may be named ``ctx``."""
        if name not in {"ctx", "params"}:
            self.declare(name, type_, offset)
            return
        inner = self.scope
        if name in inner.names:
            raise Invalid(f"variable [{name}] is already defined", offset)
        self.declare("#" + name, type_, offset)
        inner.names[name] = inner.names.pop("#" + name)

    def local_call(self, node: tree.LocalCall) -> Value:
        """A call of a function of the script's own."""
        function = self.own.get((node.name, len(node.arguments)))
        if function is None:
            if self.flavour == "elasticsearch" and node.name == "$":
                return super().local_call(node)
            if node.name in {"emit", "field", "$"} or (
                node.name == "metadata" and not node.arguments and self.flavour == "elasticsearch"
            ):
                self.refuse(f"a call of {node.name}", node.offset)
            raise Invalid(
                f"unknown call [{node.name}] with [{len(node.arguments)}] arguments", node.offset
            )
        runs = [
            self.wanted(argument, type_, internal=True).run
            for argument, type_ in zip(node.arguments, function.parameters, strict=True)
        ]
        self.looks = True
        call = caller(function, self.default(function.type))
        return Value(
            function.type, lambda frame: call(frame, [run(frame) for run in runs]), node.offset
        )

    def function(self, node: tree.Node, interface: str) -> Value:
        """A lambda or a reference as a Python function of boxed values."""
        if isinstance(node, tree.Reference):
            return self.reference(node, interface)
        if interface not in self.functional or not isinstance(node, tree.Lambda):
            self.refuse("a lambda here", node.offset)
        count, gives = self.functional[interface]
        if len(node.parameters) != count:
            raise Invalid(
                f"Incorrect number of parameters for [{interface}]: expected {count}", node.offset
            )
        kept = self.scope, self.result, self.captured
        self.scope, self.captured = Scope(outer=self.scope), self.slots
        slots, converts = [], []
        for kind, name in node.parameters:
            type_ = "def" if kind is None else self.named_type(kind, node.offset)
            converts.append(None if type_ in {"def", "Object"} else classes.cast("def", type_))
            slots.append(self.declare(name, type_, node.offset).slot)
        run = self.body(node, gives)
        self.scope, self.result, self.captured = kept
        plain = not any(converts)

        def bind(frame: Any) -> Any:
            def call(*values: Any) -> Any:
                inner = frame[:]
                if plain:
                    for slot, value in zip(slots, values, strict=True):
                        inner[slot] = value
                else:
                    for slot, value, convert in zip(slots, values, converts, strict=True):
                        inner[slot] = value if convert is None else convert(value)
                return run(inner)

            frame = frame[:]
            return call

        return Value(interface, bind, node.offset)

    def body(self, node: tree.Lambda, gives: str) -> Callable[[Any], Any]:
        """A lambda's body as a closure that gives the plain result."""
        self.result = gives
        if not isinstance(node.body, tree.Block):
            value = self.visit(node.body)
            if gives == "void":
                return value.run
            if value.type == "void":
                raise Invalid("this call gives no value", value.offset)
            return self.given(value, gives).run
        if not node.body.statements:
            raise Invalid("cannot generate empty lambda", node.offset)
        code = self.block(node.body, last=gives != "void", loop=False)
        if gives != "void" and not code.returns:
            raise Invalid("not all paths return a value for lambda", node.offset)
        run, default = code.run, self.default(gives)

        def call(frame: Any) -> Any:
            found = run(frame)
            return default if found is None else found[0]

        return call

    def given(self, value: Value, gives: str) -> Value:
        """A lambda's result as what its interface gives."""
        if value.type in {gives, "def"} or gives == "def":
            return self.linked(self.cast(value, "def"), gives)
        return self.cast(value, gives, internal=True)

    def reference(self, node: tree.Reference, interface: str) -> Value:
        """``String::valueOf``, ``this::function``, ``ArrayList::new``."""
        count, gives = self.functional[interface]
        if node.type == "this":
            function = self.own.get((node.name, count))
            if function is None:
                raise Invalid(f"unknown call [{node.name}] with [{count}] arguments", node.offset)
            return self.own_reference(function, interface, node.offset)
        if node.name == "new":
            made = self.new(tree.New(node.offset, node.type, []))
            if count:
                self.refuse("a reference to a constructor with arguments", node.offset)
            run = made.run
            return Value(interface, lambda frame: lambda: run(frame), node.offset)
        name = self.known_type(node.type)
        method = self.statics.get(name or node.type, {}).get((node.name, count))
        wants: tuple[str, ...] = method.parameters if method else ()
        if method is None and name is not None and count:
            method = self.methods.get(name, {}).get((node.name, count - 1))
            wants = (name, *method.parameters) if method else ()
        if method is None:
            self.refuse(f"the method {node.type}::{node.name}", node.offset)
        try:
            converts = [None if want == "def" else classes.cast("def", want) for want in wants]
            back = classes.cast(method.returns, "def", internal=True)
            result = None if gives in {"void", "def"} else classes.cast("def", gives)
        except classes.Mismatch as error:
            raise Invalid(str(error), node.offset) from None
        work, bound = method.call, wants is not method.parameters

        def call(*values: Any) -> Any:
            found = [
                value if convert is None else convert(value)
                for value, convert in zip(values, converts, strict=True)
            ]
            if bound and found[0] is None:
                raise missing()
            made = work(*found)
            made = made if back is None else back(made)
            return made if result is None else result(made)

        return Value(interface, lambda _: call, node.offset)

    def own_reference(self, function: Function, interface: str, offset: int) -> Value:
        """A reference to a function of the script's own."""
        gives = self.functional[interface][1]
        converts = [
            None if type_ in {"def", "Object"} else classes.cast("def", type_)
            for type_ in function.parameters
        ]
        back = (
            None if function.type == "void" else classes.cast(function.type, "def", internal=True)
        )
        result = None if gives in {"void", "def"} else classes.cast("def", gives)
        invoke = caller(function, self.default(function.type))

        def bind(frame: Any) -> Any:
            def call(*values: Any) -> Any:
                made = invoke(
                    frame,
                    [
                        value if convert is None else convert(value)
                        for value, convert in zip(values, converts, strict=True)
                    ],
                )
                made = made if back is None else back(made)
                return made if result is None else result(made)

            return call

        return Value(interface, bind, offset)


def caller(function: Function, default: Any) -> Callable[[Any, list[Any]], Any]:
    """What calls a function with its arguments, in a frame of its own."""

    def call(frame: Any, values: list[Any]) -> Any:
        inner = [None, frame[STATE], 0, *values]
        inner += [None] * (function.slots - len(inner))
        assert function.run is not None
        found = function.run(inner)
        return default if found is None else found[0]

    return call
