"""What scripts write: assignments, and calls that change something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import guard
from shipper.pipeline.document import METADATA
from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.access import Part
from shipper.pipeline.painless.arithmetic import STATIC
from shipper.pipeline.painless.operators import both
from shipper.pipeline.painless.parts import Value, Variable
from shipper.pipeline.painless.script import library, live, world
from shipper.pipeline.painless.script.making import make
from shipper.pipeline.painless.script.more import instants
from shipper.pipeline.painless.script.naming import (
    _KEEPS,
    _OWN_MAKES,
    _PLAIN,
    _SCALARS,
    STATE,
    Naming,
)
from shipper.pipeline.values import Date

if TYPE_CHECKING:
    from collections.abc import Callable


_CHANGING: Final = frozenset(
    [
        "remove",
        "put",
        "putIfAbsent",
        "replace",
        "merge",
        "compute",
        "computeIfAbsent",
        "computeIfPresent",
    ]
)
_WALKING: Final = frozenset(
    [
        "keySet",
        "values",
        "entrySet",
        "forEach",
        "each",
        "toString",
        "join",
        "find",
        "findAll",
        "collect",
        "groupBy",
        "findResult",
        "findResults",
        "iterator",
        "clone",
        "replaceAll",
    ]
)
_READING: Final = frozenset(
    [
        "get",
        "getOrDefault",
        "containsKey",
        "containsValue",
        "keySet",
        "values",
        "entrySet",
        "size",
        "isEmpty",
        "forEach",
        "toString",
        "equals",
    ]
)


class Writing(Naming):
    """Assignments, calls and constructors."""

    # -- assignments ---------------------------------------------------------------------------------------------------

    def assign(self, node: tree.Assign) -> Value:
        """``x = value``, ``x += value``."""
        if isinstance(node.target, tree.Name):
            return self.assign_local(node, node.target)
        holder, key, put = self.place(node.target)
        if node.operator:
            return self.change(
                node.target, (holder, key, put), node.operator, node.value, node.offset
            )
        type_ = self.item_type(holder)
        if type_ == "def":
            given = self.visit(node.value, "def")
            if given.type == "void":
                raise Invalid("this call gives no value", given.offset)
            value = self.cast(given, "def")
            fresh = given.null or given.type in _SCALARS or _empty(node.value)
        else:
            given = value = self.wanted(node.value, type_)
            fresh = True
        where, what, new = holder.run, key, value.run
        if given.type not in _KEEPS or given.type in {"char", "Character"}:
            self.looks = True
        if isinstance(node.target, tree.Brace) and not isinstance(node.target.index, tree.Literal):
            fresh = False

        def write(frame: Any) -> Any:
            table = where(frame)
            name = what(frame)
            found = new(frame)
            put(table, name, found)
            return found

        scalars = world.JSON

        def write_any(frame: Any) -> Any:
            table = where(frame)
            name = what(frame)
            found = new(frame)
            if found.__class__ not in scalars or name.__class__ is not str:
                frame[STATE][0] = True
            put(table, name, found)
            return found

        return Value(
            given.type if holder.type == "def" else type_,
            write if fresh else write_any,
            node.offset,
        )

    def item_type(self, holder: Value) -> str:
        """The type of what a place holds."""
        return holder.type[:-2] if holder.type in live.ARRAYS else "def"

    def place(
        self, target: tree.Node
    ) -> tuple[Value, Callable[[Any], Any], Callable[[Any, Any, Any], None]]:
        """A field or item to be written: whose, which, and how."""
        assert isinstance(target, tree.Dot | tree.Brace)
        self.not_metadata(target)
        if self.class_named(target.target) is not None:
            raise Invalid("cannot write to a class", target.offset)
        holder = self.visit(target.target)
        if isinstance(target, tree.Dot):
            if target.safe:
                raise Invalid("cannot assign a value to a null safe field", target.offset)
            fixed = target.name
            above = (holder.type, *library.SUPERS.get(holder.type, ()))
            if holder.type != "def" and not {"Map", "List"} & {*above}:
                if holder.type != "Map.Entry" or fixed != "value":
                    raise Invalid(f"field [{holder.type}, {fixed}] not found", target.offset)
            elif "List" in above and not fixed.isdigit():
                raise Invalid(f"invalid list index [{fixed}]", target.offset)
            return holder, lambda _: fixed, world.put_dotted
        above = (holder.type, *library.SUPERS.get(holder.type, ()))
        if "List" in above or holder.type in live.ARRAYS:
            return holder, self.wanted(target.index, "int").run, world.put_braced
        if holder.type != "def" and "Map" not in above:
            raise Invalid(f"cannot index the type [{holder.type}]", target.offset)
        index = self.visit(target.index, "def")
        return holder, self.cast(index, "def").run, world.put_braced

    def not_metadata(self, target: tree.Node) -> None:
        """A field that Shipper decides is not written."""
        assert isinstance(target, tree.Dot | tree.Brace)
        if (
            not (isinstance(target.target, tree.Name) and target.target.name == "ctx")
            or self.walled
        ):
            return
        name = (
            target.name
            if isinstance(target, tree.Dot)
            else target.index.value
            if isinstance(target.index, tree.Literal)
            else None
        )
        self.no_metadata(name, target.offset)

    def no_metadata(self, name: Any, offset: int) -> None:
        """Refuse a script that writes metadata."""
        if name in METADATA:
            self.refuse(f"a write of {name}; Shipper decides it", offset)

    def change(
        self,
        target: tree.Node,
        place: tuple[Value, Callable[[Any], Any], Callable[[Any, Any, Any], None]],
        operator: str,
        operand: tree.Node,
        offset: int,
        *,
        after: bool = True,
    ) -> Value:
        """``a.b += x`` and ``a.b++``: the place is looked up once; ``after`` tells whether the value is the new one."""
        holder, key, put = place
        type_ = self.item_type(holder)
        slot = self.slots
        self.slots += 1
        value = self.combined(
            Value(type_, lambda frame: frame[slot], offset), operator, operand, offset
        )
        where, run = holder.run, value.run
        take = world.take if isinstance(target, tree.Dot) else None
        braced = self.braced
        part = Part(target.name, safe=False, brace=False) if isinstance(target, tree.Dot) else None

        def write(frame: Any) -> Any:
            table = where(frame)
            name = key(frame)
            before = frame[slot] = (
                braced(table, name) if part is None or take is None else take(table, part)
            )
            new = run(frame)
            if name.__class__ is not str:
                frame[STATE][0] = True
            put(table, name, new)
            return new if after else before

        return Value(type_, write, offset)

    def combined(self, left: Value, symbol: str, node: tree.Node, offset: int) -> Value:
        """``left symbol node`` as the type of the left side."""
        right = self.visit(node)
        if right.type == "void":
            raise Invalid("this call gives no value", right.offset)
        if left.type == right.type == "boolean" and symbol in {"&", "|", "^"}:
            return Value("boolean", both(left, right, STATIC["boolean"][symbol]), offset)
        if symbol == "+" and "String" in {left.type, right.type}:
            if left.type == "def":
                left = self.cast(left, "String")
                return Value("def", self.concatenate(left, right, offset).run, offset)
            found = self.concatenate(left, right, offset)
            return self.cast(found, left.type, explicit=True)
        found = self.apply(symbol, left, right, offset)
        if left.type != "def":
            return self.cast(found, left.type, explicit=True)
        before, run, again = left.run, self.cast(found, "def").run, world.receiver_cast
        return Value("def", lambda frame: again(before(frame), run(frame)), offset)

    def local(self, name: str, offset: int) -> Variable:
        """A variable that may be written."""
        variable = self.scope.find(name)
        if variable is None:
            if name in {"ctx", "params"} and not self.walled:
                self.refuse(f"an assignment to {name}", offset)
            raise Invalid(f"cannot resolve symbol [{name}]", offset)
        if variable.fixed or variable.slot < self.captured:
            raise Invalid(f"variable [{name}] is read-only", offset)
        return variable

    captured = 0  # slots below it are of what is around a lambda

    def assign_local(self, node: tree.Assign, target: tree.Name) -> Value:
        """An assignment to a variable."""
        variable = self.local(target.name, node.offset)
        if node.operator:
            value = self.combined(self.visit(target), node.operator, node.value, node.offset)
        else:
            value = self.wanted(node.value, variable.type)
        slot, run = variable.slot, value.run

        def write(frame: Any) -> Any:
            frame[slot] = found = run(frame)
            return found

        return Value(variable.type, write, node.offset)

    def step(self, node: tree.Step) -> Value:
        """``++x`` and ``x--``."""
        one = tree.Number(node.offset, "1", "integer")
        if not isinstance(node.target, tree.Name):
            if not isinstance(node.target, tree.Dot | tree.Brace):
                raise Invalid("cannot assign a value to this", node.offset)
            return self.change(
                node.target,
                self.place(node.target),
                node.operator,
                one,
                node.offset,
                after=node.before,
            )
        variable = self.local(node.target.name, node.offset)
        value = self.combined(self.visit(node.target), node.operator, one, node.offset)
        slot, run, new = variable.slot, value.run, node.before

        def write(frame: Any) -> Any:
            old = frame[slot]
            frame[slot] = found = run(frame)
            return found if new else old

        return Value(variable.type, write, node.offset)

    def concatenate(self, left: Value, right: Value, offset: int) -> Value:
        """``+`` with a string, counted: a loop may double it."""
        value = super().concatenate(left, right, offset)
        self.walks = self.walks or not {left.type, right.type} <= _PLAIN
        if value.known:
            return value
        run, small = value.run, guard.SMALL

        def counted(frame: Any) -> Any:
            found = run(frame)
            if len(found) > small:
                guard.make(len(found))
            return found

        return Value("String", counted, offset)

    def call(self, node: tree.Call, want: str | None) -> Value:
        """``target.name(arguments)``."""
        if (
            node.name in _CHANGING
            and isinstance(node.target, tree.Name)
            and node.target.name == "ctx"
            and node.arguments
        ):
            first = node.arguments[0]
            if isinstance(first, tree.Literal) and not self.walled:
                self.no_metadata(first.value, node.offset)
        if (
            isinstance(node.target, tree.Name)
            and node.target.name == "params"
            and node.name not in _READING
        ):
            self.refuse(f"params.{node.name}", node.offset)
        self.walks = self.walks or node.name in _WALKING
        value = super().call(node, want)
        if value.type not in _KEEPS or (
            node.arguments and value.type in {"def", "boolean", "void", "Object"}
        ):
            self.looks = True  # a method may put anything anywhere
        return value

    def static_call(self, node: tree.Call, owner: str) -> Value:
        """``Math.max(a, b)``."""
        if owner == "System" and node.name == "currentTimeMillis" and not node.arguments:
            return Value("long", lambda frame: instants.now(frame[STATE]), node.offset)
        return super().static_call(node, owner)

    def new(self, node: tree.New) -> Value:
        """``new Type(…)``."""
        name = self.named_type(node.type, node.offset)
        if name == "Date" and not node.arguments:
            return Value(name, lambda frame: Date(instants.now(frame[STATE])), node.offset)
        return make(self, node, name)


def _empty(node: tree.Node) -> bool:
    """Whether an expression makes an empty map or list."""
    if isinstance(node, tree.New):
        return node.type in _OWN_MAKES and not node.arguments
    return isinstance(node, tree.ListOf | tree.MapOf) and not getattr(
        node, "items", getattr(node, "keys", None)
    )
