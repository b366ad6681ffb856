"""
What expressions become: a type and a closure.

A closure takes the script's frame: ``ctx`` itself in a script without variables, else a list that begins with it. Closures of primitive types return plain numbers,
all others boxed values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.painless import classes, tree
from shipper.pipeline.painless.failures import ScriptFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.painless.access import Part

NOTHING: Final[Any] = object()


@dataclass(slots=True)
class Value:
    """
    An expression, ready to run.

    Attributes:
        type: its static type; ``void`` for a call that gives nothing.
        run: takes the frame.
        offset: into the script, for what is wrong with it.
        constant: its plain value where that is known, else NOTHING.
        path: where it reads a path from ``ctx``, the path; empty for ``ctx`` itself.
        null: it is the word ``null``.
        linked: the virtual machine, not Painless, converts it to the type that its place asks for, and words what fails.
    """

    type: str
    run: Callable[[Any], Any]
    offset: int
    constant: Any = NOTHING
    path: tuple[Part, ...] | None = None
    null: bool = False
    linked: bool = False

    @property
    def known(self) -> bool:
        """Whether its value is known."""
        return self.constant is not NOTHING


@dataclass(slots=True)
class Variable:
    """A local variable: its type and its place in the frame; whether it may not be assigned to."""

    type: str
    slot: int
    fixed: bool = False


@dataclass(slots=True)
class Scope:
    """The variables that may be named at some point of the script."""

    names: dict[str, Variable] = field(default_factory=dict)
    outer: Scope | None = None

    def find(self, name: str) -> Variable | None:
        """The variable of that name, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


class Base:
    """
    What all parts of the translator share.

    Args:
        flavour: ``elasticsearch`` or ``opensearch``.
        parameters: the script's ``params``.
        framed: whether the frame is a list.

    Attributes:
        types: classes that the script may name.
    """

    types: ClassVar[frozenset[str]] = classes.IN_CONDITIONS

    def __init__(self, flavour: str, parameters: dict[str, Any], *, framed: bool) -> None:
        self.flavour = flavour
        self.parameters = parameters
        self.framed = framed
        self.scope = Scope()
        self.slots = 3 if framed else 0  # ctx, params and the count of steps come first
        self.boxing = False  # the place of the next expression boxes: an argument or a result

    def visit(self, node: tree.Node, want: str | None = None) -> Value:
        """
        Translate an expression.

        Args:
            node: the expression.
            want: the type its place asks for, if one does.
        """
        raise NotImplementedError

    def cast(
        self, value: Value, type_: str, *, explicit: bool = False, internal: bool = False
    ) -> Value:
        """
        An expression as another type.

        Raises:
            Invalid: it can never be.
        """
        if value.null and type_ not in classes.PRIMITIVE:
            return Value(type_, value.run, value.offset, None, null=True)
        try:
            convert = classes.cast(value.type, type_, explicit=explicit, internal=internal)
        except classes.Mismatch as error:
            raise Invalid(str(error), value.offset) from None
        if convert is None:
            return Value(type_, value.run, value.offset, value.constant, value.path)
        run = value.run
        return self.fold(type_, lambda frame: convert(run(frame)), value.offset, value)

    def wanted(self, node: tree.Node, type_: str, *, internal: bool = False) -> Value:
        """Translate an expression whose place asks for a type."""
        self.boxing = internal
        value = self.visit(node, type_)
        if value.linked and value.type == "def":
            return self.linked(value, type_)
        return self.cast(value, type_, internal=internal)

    @staticmethod
    def linked(value: Value, type_: str) -> Value:
        """A ``def`` as another type, converted by the virtual machine."""
        convert = classes.linked(type_)
        run = value.run
        if convert is None:
            return Value(type_, run, value.offset, path=value.path)
        if type_ == "boolean":
            return Value(type_, lambda frame: convert(run(frame)), value.offset)

        def convert_result(frame: Any) -> Any:
            try:
                found = run(frame)
            except (
                ScriptFailure
            ) as failure:  # the handle of an operator is converted before it runs
                raise classes.jvm(failure) from None
            return convert(found)

        return Value(type_, convert_result, value.offset)

    def fold(self, type_: str, run: Callable[[Any], Any], offset: int, *parts: Value) -> Value:
        """An expression made of others: computed now, if they are known."""
        if all(part.known for part in parts):
            try:
                return self.constant(type_, run(None), offset)
            except ScriptFailure as failure:
                raise Invalid(failure.root or failure.cause, offset) from None
        return Value(type_, run, offset)

    @staticmethod
    def constant(type_: str, value: Any, offset: int) -> Value:
        """A known value."""
        return Value(type_, lambda _: value, offset, value)

    @staticmethod
    def refuse(reason: str, offset: int) -> NoReturn:
        """
        Say that the edge does not do it.

        Raises:
            Unsupported: always.
        """
        raise Unsupported(reason, offset)

    def named_type(self, name: str, offset: int) -> str:
        """
        A type by the name that a script uses.

        Raises:
            Unsupported: the edge does not know it.
        """
        found = self.known_type(name)
        if found is None:
            self.refuse(f"the type {name}", offset)
        return found

    def known_type(self, name: str) -> str | None:
        """The same, or None."""
        name = classes.QUALIFIED.get(name, name)
        if name in classes.PRIMITIVE or name == "def" or name in self.types:
            return name
        return None

    def declare(self, name: str, type_: str, offset: int, *, fixed: bool = False) -> Variable:
        """
        A new local variable.

        Raises:
            Invalid: there is one of that name already.
        """
        if name in {"ctx", "params"} or self.scope.find(name) is not None:
            raise Invalid(f"variable [{name}] is already defined", offset)
        variable = Variable(type_, self.slots, fixed)
        self.slots += 1
        self.scope.names[name] = variable
        return variable
