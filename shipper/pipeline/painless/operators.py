"""Operators: which types they take, and the closures they become. Shapes that conditions are made of get closures of their own."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import classes, objects, tree
from shipper.pipeline.painless.arithmetic import STATIC, Dynamic, negate
from shipper.pipeline.painless.parts import Base, Value
from shipper.pipeline.values import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from collections.abc import Callable

_IDENTITY: Final = frozenset(["===", "!=="])


def both(left: Value, right: Value, work: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """The closure that applies a function to two operands."""
    one, two = left.run, right.run
    if right.known:
        fixed = right.constant
        return lambda frame: work(one(frame), fixed)
    return lambda frame: work(one(frame), two(frame))


class Operators(Base):
    """
    Translates operators.

    Attributes:
        dynamic: the operators on ``def``.
        text: ``String.valueOf``.
        same: ``Objects.equals``.
    """

    dynamic = Dynamic()
    text = staticmethod(objects.text)
    same = staticmethod(objects.same)

    def binary(self, node: tree.Binary, want: str | None) -> Value:
        """Any operator with two operands."""
        symbol = node.operator
        if symbol in {"&&", "||"}:
            return self.logic(node)
        if symbol in {"=~", "==~"}:
            return self.match(node)
        left, right = self.visit(node.left), self.visit(node.right)
        if (
            symbol == "+"
            and want == "String"
            and "def" in {left.type, right.type}
            and "void" not in {left.type, right.type}
        ):
            return self.concatenate(left, right, node.offset)
        for side in (left, right):
            if side.type == "void":
                raise Invalid("this call gives no value", side.offset)
        if symbol in {"==", "!="} or symbol in _IDENTITY:
            return self.equality(node, left, right)
        return self.apply(symbol, left, right, node.offset)

    def apply(self, symbol: str, left: Value, right: Value, offset: int) -> Value:
        """Arithmetic, comparison by size, bits and shifts."""
        compare = symbol in {"<", "<=", ">", ">="}
        shift = symbol in {"<<", ">>", ">>>"}
        one, two = left.type, right.type
        type_: str | None
        if shift:
            type_ = classes.promote(one, one, decimal=False)
            second = classes.promote(two, two, decimal=False)
            if type_ is None or second is None:
                raise Invalid(f"cannot apply [{symbol}] to the types [{one}] and [{two}]", offset)
            return self.shift(symbol, left, right, type_, second, offset)
        if symbol == "+" and "String" in {one, two} and "void" not in {one, two}:
            return self.concatenate(left, right, offset)
        if symbol == "^" and "boolean" in {one, two} and "def" not in {one, two}:
            type_ = "boolean"
        else:
            type_ = classes.promote(
                one, two, decimal=symbol in {"+", "-", "*", "/", "%"} or compare
            )
        if type_ is None:
            raise Invalid(f"cannot apply [{symbol}] to the types [{one}] and [{two}]", offset)
        left, right = self.cast(left, type_), self.cast(right, type_)
        if type_ == "def":
            work = (
                self.dynamic.bits(symbol)
                if symbol in {"&", "|", "^"}
                else self.dynamic.arithmetic(symbol)
            )
            if compare:
                if right.null:
                    raise Invalid(f"[{symbol}] with null", offset)
                return self.fold(
                    "boolean",
                    self.quick_size(symbol, left, right, work) or both(left, right, work),
                    offset,
                    left,
                    right,
                )
            value = self.fold("def", both(left, right, work), offset, left, right)
            value.linked = True
            return value
        return self.fold(
            "boolean" if compare else type_,
            both(left, right, STATIC[type_][symbol]),
            offset,
            left,
            right,
        )

    @staticmethod
    def quick_size(
        symbol: str, left: Value, right: Value, work: Callable[[Any, Any], Any]
    ) -> Callable[[Any], Any] | None:
        """A field compared with a small number."""
        fixed = right.constant
        if type(fixed) is not int or not INT_MIN <= fixed <= INT_MAX:
            return None
        compare = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}[symbol]
        run = left.run

        def quick(frame: Any) -> Any:
            value = run(frame)
            if value.__class__ is int and -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:
                return compare(value, fixed)
            return work(value, fixed)

        return quick

    def shift(
        self, symbol: str, left: Value, right: Value, type_: str, second: str, offset: int
    ) -> Value:
        """``<< >> >>>``: the right operand does not promote the left one."""
        if type_ != "def" and second == "def":
            right = self.linked(right, "long")
            return self.fold(
                type_,
                both(self.cast(left, type_), right, STATIC[type_][symbol]),
                offset,
                left,
                right,
            )
        if type_ == "def":
            left = self.cast(left, "def")
            right = self.cast(right, "def")
            value = self.fold(
                "def", both(left, right, self.dynamic.shift(symbol)), offset, left, right
            )
            value.linked = True
            return value
        left, right = self.cast(left, type_), self.cast(right, second)
        return self.fold(type_, both(left, right, STATIC[type_][symbol]), offset, left, right)

    def concatenate(self, left: Value, right: Value, offset: int) -> Value:
        """``+`` with a string."""
        text = self.text
        left, right = (side if side.null else self.cast(side, "def") for side in (left, right))
        return self.fold(
            "String", both(left, right, lambda a, b: text(a) + text(b)), offset, left, right
        )

    def equality(self, node: tree.Binary, left: Value, right: Value) -> Value:
        """``== != === !==``."""
        if left.null and right.null and node.operator not in _IDENTITY:
            raise Invalid("extraneous comparison of null constants", node.offset)
        type_ = classes.promote_equality(left.type, right.type)
        if (
            node.operator in _IDENTITY
            and type_ in {"def", "Object"}
            and not (left.null or right.null)
        ):
            return self.identity(node, left, right)
        if type_ is None:
            raise Invalid(f"cannot compare the types [{left.type}] and [{right.type}]", node.offset)
        negated = node.operator.startswith("!")
        if type_ not in {"def", "Object"}:
            left, right = self.cast(left, type_), self.cast(right, type_)
            return self.fold(
                "boolean",
                both(left, right, STATIC[type_]["!=" if negated else "=="]),
                node.offset,
                left,
                right,
            )
        left, right = self.cast(left, type_), self.cast(right, type_)
        self.not_itself(node)
        return self.fold(
            "boolean", self.equal(left, right, type_, negated), node.offset, left, right
        )

    def identity(self, node: tree.Binary, left: Value, right: Value) -> Value:
        """``===`` of objects: only what Java keeps one object of can be told at the edge."""
        if left.known:
            left, right = right, left
        fixed = right.constant
        small = right.type == "int" and right.known and -128 <= fixed <= 127
        if left.type != "def" or not (small or (right.known and right.type == "boolean")):
            self.refuse(
                f"[{node.operator}] of objects, which asks whether both are the same object",
                node.offset,
            )
        run, kind, negated = left.run, type(fixed), node.operator == "!=="

        def same(frame: Any) -> bool:
            value = run(frame)
            return (value.__class__ is kind and value == fixed) is not negated

        return Value("boolean", same, node.offset)

    def not_itself(self, node: tree.Binary) -> None:
        """A variable compared with itself: whether it is the same object matters there."""
        if (
            isinstance(node.left, tree.Name)
            and isinstance(node.right, tree.Name)
            and node.left.name == node.right.name
        ):
            self.refuse("a variable compared with itself", node.offset)

    def equal(self, left: Value, right: Value, type_: str, negated: bool) -> Callable[[Any], Any]:
        """The closure of an equality of objects."""
        if left.null:
            left, right = right, left
        if left.known and not right.known and type_ == "def" and type(left.constant) is str:
            left, right = right, left  # equality with a string has no side and cannot fail
        run, fixed = left.run, right.constant
        if right.null:
            return _null(run, negated)
        work = self.dynamic.equal if type_ == "def" else self.same
        if right.known and type(fixed) is str and type_ == "def":
            return _text(run, fixed, negated)
        if right.known and type(fixed) is int and INT_MIN <= fixed <= INT_MAX and type_ == "def":
            return _number(run, fixed, negated, work)
        found = both(left, right, work)
        return (lambda frame: not found(frame)) if negated else found

    def logic(self, node: tree.Binary) -> Value:
        """``&&`` and ``||``."""
        nodes: list[tree.Node] = [node.right]
        first = node.left
        while isinstance(first, tree.Binary) and first.operator == node.operator:
            nodes.append(first.right)
            first = first.left
        values = [self.wanted(one, "boolean") for one in (first, *reversed(nodes))]
        runs = [value.run for value in values]
        work = _all(runs) if node.operator == "&&" else _any(runs)
        return self.fold("boolean", work, node.offset, *values)

    def unary(self, node: tree.Unary) -> Value:
        """``! ~ - +``."""
        if node.operator == "!":
            operand = self.wanted(node.operand, "boolean")
            run = operand.run
            return self.fold("boolean", lambda frame: not run(frame), node.offset, operand)
        operand = self.visit(node.operand)
        type_ = classes.promote(operand.type, operand.type, decimal=node.operator != "~")
        if type_ is None:
            raise Invalid(
                f"cannot apply [{node.operator}] to the type [{operand.type}]", node.offset
            )
        operand = self.cast(operand, type_)
        run, symbol = operand.run, node.operator
        if type_ == "def":
            work = self.dynamic.unary(symbol)
            value = self.fold("def", lambda frame: work(run(frame)), node.offset, operand)
            value.linked = True
            return value
        return self.fold(
            type_, lambda frame: negate(symbol, run(frame), type_), node.offset, operand
        )

    def instance_of(self, node: tree.InstanceOf) -> Value:
        """``x instanceof Type``."""
        operand = self.visit(node.operand)
        name = self.named_type(node.type, node.offset)
        run = operand.run
        if operand.type in {"long", "double"}:
            self.refuse(
                "instanceof of a long or double value, which the cluster cannot compile",
                node.offset,
            )
        if name == "def":
            return Value("boolean", lambda frame: (run(frame), True)[1], node.offset)
        name = {plain: boxed for boxed, plain in classes.BOXED.items()}.get(name, name)
        if name in {"Pattern", "Matcher", "Collector"}:
            self.refuse(f"instanceof {name}", node.offset)
        if operand.type in classes.PRIMITIVE:
            boxed = next(box for box, plain in classes.BOXED.items() if plain == operand.type)
            held = name == boxed or name in classes.SUPERS[boxed]
            return Value("boolean", lambda frame: (run(frame), held)[1], node.offset)
        kind = {"String": str, "Boolean": bool, "Double": float}.get(name)
        if kind is not None:
            return Value("boolean", lambda frame: run(frame).__class__ is kind, node.offset)
        test = classes.instance(name)
        return Value("boolean", lambda frame: test(run(frame)), node.offset)

    def elvis(self, node: tree.Elvis, want: str | None) -> Value:
        """``a ?: b``."""
        if isinstance(node.left, tree.Literal | tree.Number):
            raise Invalid("extraneous elvis operator: what stands left is a constant", node.offset)
        if want in classes.PRIMITIVE:
            raise Invalid("elvis operator cannot return primitives", node.offset)
        boxing = self.boxing
        left = self.visit(node.left, want)
        self.boxing = boxing
        right = self.visit(node.right, want)
        if left.type in classes.PRIMITIVE:
            raise Invalid("extraneous elvis operator: what stands left is a primitive", node.offset)
        if right.null:
            raise Invalid("extraneous elvis operator: what stands right is null", node.offset)
        type_ = want or classes.promote_branches(left.type, right.type)
        left, right = (self.branch(side, type_, boxing) for side in (left, right))
        one, two = left.run, right.run

        def run(frame: Any) -> Any:
            value = one(frame)
            return two(frame) if value is None else value

        return Value(type_, run, node.offset)

    def branch(self, value: Value, type_: str, boxing: bool) -> Value:
        """One of two results as the type of both."""
        if value.linked and value.type == "def":
            return self.linked(value, type_)
        return self.cast(value, type_, internal=boxing)

    def ternary(self, node: tree.Ternary, want: str | None) -> Value:
        """``c ? a : b``."""
        boxing = self.boxing
        condition = self.wanted(node.condition, "boolean")
        self.boxing = boxing
        yes = self.visit(node.yes, want)
        self.boxing = boxing
        no = self.visit(node.no, want)
        type_ = classes.promote_branches(yes.type, no.type) if want is None else want
        yes, no = (self.branch(side, type_, boxing) for side in (yes, no))
        test, one, two = condition.run, yes.run, no.run
        return Value(type_, lambda frame: one(frame) if test(frame) else two(frame), node.offset)

    def match(self, node: tree.Binary) -> Value:
        """``=~`` and ``==~``."""
        raise NotImplementedError


def _all(runs: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    if len(runs) == 2:
        one, two = runs
        return lambda frame: one(frame) and two(frame)

    def run(frame: Any) -> bool:
        for one in runs:  # noqa: SIM110 - faster than all()
            if not one(frame):
                return False
        return True

    return run


def _any(runs: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    if len(runs) == 2:
        one, two = runs
        return lambda frame: one(frame) or two(frame)

    def run(frame: Any) -> bool:
        for one in runs:  # noqa: SIM110 - faster than any()
            if one(frame):
                return True
        return False

    return run


def _null(run: Callable[[Any], Any], negated: bool) -> Callable[[Any], Any]:
    if negated:
        return lambda frame: run(frame) is not None
    return lambda frame: run(frame) is None


def _text(run: Callable[[Any], Any], fixed: str, negated: bool) -> Callable[[Any], Any]:
    def equal(frame: Any) -> bool:
        value = run(frame)
        return value.__class__ is str and value == fixed

    def unequal(frame: Any) -> bool:
        value = run(frame)
        return value.__class__ is not str or value != fixed

    return unequal if negated else equal


def _number(
    run: Callable[[Any], Any], fixed: int, negated: bool, work: Callable[[Any, Any], Any]
) -> Callable[[Any], Any]:
    def equal(frame: Any) -> bool:
        value = run(frame)
        if value.__class__ is int and -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:
            return (value != fixed) if negated else (value == fixed)
        return work(value, fixed) is not negated

    return equal
