"""Expressions to closures: literals, names, fields, indexes, casts; the rest comes from ``operators`` and ``calls``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import access, classes, objects, tree
from shipper.pipeline.painless.arithmetic import STATIC
from shipper.pipeline.painless.calls import Calls
from shipper.pipeline.painless.library import CONSTANTS, GETTERS
from shipper.pipeline.painless.matching import Matching
from shipper.pipeline.painless.operators import Operators, both
from shipper.pipeline.painless.parts import Value
from shipper.pipeline.values import INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, Float

if TYPE_CHECKING:
    from collections.abc import Callable

_MAPS: Final = frozenset(["Map", "HashMap"])
_LISTS: Final = frozenset(["List", "ArrayList"])


class Translator(Matching, Operators, Calls):
    """
    Translates expressions.

    Attributes:
        constants: fields of classes.
        getters: by class, what a dotted name means besides fields.
        made_list: what ``[a, b]`` becomes; ``made_map`` of ``['a': 1]``.
    """

    constants: ClassVar[dict[tuple[str, str], tuple[str, Any]]] = CONSTANTS
    getters: ClassVar[dict[str, dict[str, Callable[[Any], Any]]]] = GETTERS
    made_list: ClassVar[type[list[Any]]] = objects.MadeList
    made_map: ClassVar[type[dict[Any, Any]]] = objects.MadeMap
    dotted = staticmethod(access.dotted)
    braced = staticmethod(access.braced)
    take = staticmethod(access.step)

    def visit(self, node: tree.Node, want: str | None = None) -> Value:  # noqa: D102 - inherited
        if not isinstance(node, tree.Ternary | tree.Elvis):
            self.boxing = False
        match node:
            case tree.Number():
                return self.number(node, want)
            case tree.Literal():
                return self.literal(node)
            case tree.Name():
                return self.name(node)
            case tree.Dot():
                return self.dot(node, want)
            case tree.Brace():
                return self.brace(node)
            case tree.Call():
                return self.matcher(node) or self.call(node, want)
            case tree.Binary():
                return self.binary(node, want)
            case tree.Unary():
                return self.unary(node)
            case tree.InstanceOf():
                return self.instance_of(node)
            case tree.Elvis():
                return self.elvis(node, want)
            case tree.Ternary():
                return self.ternary(node, want)
            case tree.Cast():
                return self.cast_to(node)
            case tree.ListOf():
                return self.list_of(node)
            case tree.MapOf():
                return self.map_of(node)
            case tree.New():
                return self.new(node)
            case tree.Regex():
                return self.regex(node)
            case tree.Assign():
                return self.assign(node)
            case tree.Step():
                return self.step(node)
            case tree.LocalCall():
                return self.local_call(node)
            case tree.Lambda() | tree.Reference():
                return self.refuse("a lambda here", node.offset)
            case _:
                return self.array(node)

    def array(self, node: tree.Node) -> Value:
        """``new int[2]``."""
        self.refuse("an array", node.offset)

    def number(self, node: tree.Number, want: str | None) -> Value:
        """A numeric constant."""
        text, offset = node.text, node.offset
        sign = -1 if node.negative else 1
        suffix = text[-1].lower()
        if node.kind == "hex" and suffix in {"d", "f"}:
            raise Invalid(
                f"the cluster takes no hexadecimal number that ends with {text[-1]}", offset
            )
        if node.kind in {"hex", "octal"}:
            digits = text.rstrip("lL") if suffix == "l" else text
            value = sign * int(digits, 16 if node.kind == "hex" else 8)
            return self.whole(value, "long" if suffix == "l" else "int", offset)
        if node.kind == "decimal" or suffix in {"f", "d"}:
            value_ = float(text.rstrip("fFdD")) * sign
            if suffix == "f":
                value_ = float(Float(value_))
            return self.constant("float" if suffix == "f" else "double", value_, offset)
        value = sign * int(text.rstrip("lL"))
        found = self.whole(value, "long" if suffix == "l" else "int", offset)
        if want in {"byte", "short", "char"} and found.type == "int":
            low, high = {"byte": (-128, 127), "short": (-32768, 32767), "char": (0, 65535)}[want]
            if low <= value <= high and not node.negative:
                return self.cast(found, want, explicit=True)
        return found

    def whole(self, value: int, type_: str, offset: int) -> Value:
        """An ``int`` or ``long`` constant, if it fits."""
        low, high = (INT_MIN, INT_MAX) if type_ == "int" else (LONG_MIN, LONG_MAX)
        if not low <= value <= high:
            raise Invalid(f"invalid {type_} constant [{value}]", offset)
        return self.constant(type_, value, offset)

    def literal(self, node: tree.Literal) -> Value:
        """``true``, ``'text'``, ``null``."""
        if node.value is None:
            return Value("Object", lambda _: None, node.offset, None, null=True)
        return self.constant(
            "boolean" if isinstance(node.value, bool) else "String", node.value, node.offset
        )

    def name(self, node: tree.Name) -> Value:
        """A variable."""
        if node.name == "ctx":
            run: Callable[[Any], Any] = (
                (lambda frame: frame[0]) if self.framed else (lambda frame: frame)
            )
            return Value("Map", run, node.offset, path=())
        if node.name == "params":
            parameters = self.parameters
            return Value("Map", lambda _: parameters, node.offset)
        variable = self.scope.find(node.name)
        if variable is None:
            if self.class_named(node) is not None:
                self.refuse(f"the class {node.name} as a value", node.offset)
            if node.name[0].isupper():
                self.refuse(f"the class {node.name}", node.offset)
            raise Invalid(f"cannot resolve symbol [{node.name}]", node.offset)
        slot = variable.slot
        return Value(variable.type, lambda frame: frame[slot], node.offset)

    def along(self, target: Value, part: access.Part, offset: int) -> Value:
        """One more step of a path from ``ctx``."""
        parts = (*(target.path or ()), part)
        read = access.path(parts, self.take)
        run = (lambda frame: read(frame[0])) if self.framed else read
        return Value("def", run, offset, path=parts, linked=len(parts) > 1 and not part.safe)

    def dot(self, node: tree.Dot, want: str | None) -> Value:
        """``target.name``."""
        owner = self.class_named(node.target)
        if owner is not None:
            if (owner, node.name) not in self.constants:
                self.refuse(f"the field {owner}.{node.name}", node.offset)
            return self.constant(*self.constants[owner, node.name], node.offset)
        target = self.visit(node.target)
        part = access.Part(node.name, node.safe, brace=False)
        name, run, safe = node.name, target.run, node.safe
        if (
            not safe
            and name in {"empty", "length", "present"}
            and want not in {None, "def", "Object", "boolean"}
        ):
            self.refuse(f"the property {name} as {want}", node.offset)
        if target.path is not None and (
            target.path or (part.plain and name not in self.getters["Map"])
        ):
            return self.along(target, part, node.offset)
        if target.type == "def":
            dotted = self.dotted

            def dynamic(frame: Any) -> Any:
                value = run(frame)
                return None if safe and value is None else dotted(value, name)

            return Value("def", dynamic, node.offset, linked=not safe)
        return self.known_dot(node, target)

    def known_dot(self, node: tree.Dot, target: Value) -> Value:
        """``target.name`` where the target's type is known."""
        name, run, safe, type_ = node.name, target.run, node.safe, target.type
        dotted = self.dotted
        getters = self.getters.get({"ArrayList": "List", "HashMap": "Map"}.get(type_, type_), {})
        if type_ == "String[]" and name == "length":
            getters = {"length": len}
        if name in getters:
            accessor = f"is{name[0].upper()}{name[1:]}", 0
            returns = (
                self.methods[type_][accessor].returns
                if accessor in self.methods[type_]
                else ("int" if name == "length" else "def")
            )
            getter = getters[name]
            if safe and returns in classes.PRIMITIVE:
                raise Invalid("result of null safe operator must be nullable", node.offset)
        elif type_ in _MAPS or type_ in _LISTS:
            if type_ in _LISTS and not name.isdigit():
                raise Invalid(f"invalid list index [{name}]", node.offset)
            returns = "def"

            def getter(value: Any) -> Any:
                return dotted(value, name)

        else:
            return self.refuse(f"the field {type_}.{name}", node.offset)

        def read(frame: Any) -> Any:
            value = run(frame)
            if value is None:
                if safe:
                    return None
                return dotted(None, name)
            return getter(value)

        return Value(returns, read, node.offset)

    def brace(self, node: tree.Brace) -> Value:
        """``target[index]``."""
        if self.class_named(node.target) is not None:
            self.refuse("an index on a class", node.offset)
        return self.brace_of(node, self.visit(node.target))

    def brace_of(self, node: tree.Brace, target: Value) -> Value:
        """The same where the target is translated already."""
        if target.type not in {"def", "String[]"} | _MAPS | _LISTS:
            raise Invalid(f"cannot index the type [{target.type}]", node.offset)
        if target.type in _LISTS or target.type == "String[]":
            index = self.wanted(node.index, "int")
        else:
            index = self.visit(node.index)
        if target.path is not None and index.type == "String" and index.known:
            return self.along(
                target, access.Part(index.constant, safe=False, brace=True), node.offset
            )
        kind = index.type
        run, at, braced = target.run, self.cast(index, "def").run, self.braced
        return Value(
            "String" if target.type == "String[]" else "def",
            lambda frame: braced(run(frame), at(frame), kind),
            node.offset,
            linked=target.type == "def",
        )

    def cast_to(self, node: tree.Cast) -> Value:
        """``(Type) x``."""
        name = self.named_type(node.type, node.offset)
        value = self.cast(self.visit(node.operand), name, explicit=True)
        return Value(name, value.run, node.offset, value.constant, null=value.null)

    def list_of(self, node: tree.ListOf) -> Value:
        """``[a, b]``."""
        runs = [self.wanted(item, "def").run for item in node.items]
        made = self.made_list
        return Value("ArrayList", lambda frame: made([run(frame) for run in runs]), node.offset)

    def map_of(self, node: tree.MapOf) -> Value:
        """``['a': 1]``."""
        pairs = [
            (self.wanted(name, "def").run, self.wanted(value, "def").run)
            for name, value in zip(node.keys, node.values, strict=True)
        ]
        if not all(
            isinstance(name, tree.Literal) and type(name.value) is str for name in node.keys
        ):
            self.refuse("a map with keys that are not plain strings", node.offset)
        made = self.made_map
        return Value(
            "HashMap",
            lambda frame: made((name(frame), value(frame)) for name, value in pairs),
            node.offset,
        )

    def assign(self, node: tree.Assign) -> Value:
        """``x = value``, ``x += value``, and writes to fields."""
        target = node.target
        if isinstance(target, tree.Name):
            return self.assign_local(node, target)
        if node.operator:
            self.refuse("a compound assignment to a field", node.offset)
        assert isinstance(target, tree.Dot | tree.Brace)
        holder = self.visit(target.target)
        if holder.type not in {"def"} | _MAPS | _LISTS or (
            isinstance(target, tree.Dot) and target.safe
        ):
            self.refuse("an assignment to this", node.offset)
        given = self.visit(node.value, "def")
        value = self.cast(given, "def")
        run, new = holder.run, value.run
        if isinstance(target, tree.Dot):
            fixed = target.name
            name: Callable[[Any], Any] = lambda _: fixed  # noqa: E731 - beside its twin
        else:
            name = self.wanted(target.index, "int" if holder.type in _LISTS else "def").run
        brace = isinstance(target, tree.Brace)

        def write(frame: Any) -> Any:
            where, what, value = run(frame), name(frame), new(frame)
            access.store(where, what, value, brace=brace)
            return value

        return Value(given.type if holder.type == "def" else "def", write, node.offset)

    def assign_local(self, node: tree.Assign, target: tree.Name) -> Value:
        """An assignment to a variable."""
        if target.name in {"ctx", "params"}:
            self.refuse(f"an assignment to {target.name}", node.offset)
        variable = self.scope.find(target.name)
        if variable is None:
            raise Invalid(f"cannot resolve symbol [{target.name}]", node.offset)
        if variable.fixed:
            raise Invalid(f"variable [{target.name}] is read-only", node.offset)
        if node.operator:
            if variable.type == "def":
                self.refuse("a compound assignment to a def variable", node.offset)
            given = self.visit(node.value)
            if variable.type == given.type == "boolean" and node.operator in {"&", "|", "^"}:
                work = STATIC["boolean"][node.operator]
                value = Value("boolean", both(self.visit(target), given, work), node.offset)
            else:
                value = self.apply(node.operator, self.visit(target), given, node.offset)
            value = self.cast(value, variable.type, explicit=True)
        else:
            value = self.wanted(node.value, variable.type)
        slot, run = variable.slot, value.run

        def write(frame: Any) -> Any:
            frame[slot] = found = run(frame)
            return found

        return Value(variable.type, write, node.offset)

    def step(self, node: tree.Step) -> Value:
        """``++x`` and ``x--``."""
        if not isinstance(node.target, tree.Name):
            self.refuse("++ and -- on a field", node.offset)
        before = self.visit(node.target)
        variable = self.scope.find(node.target.name)
        if variable is None:
            self.refuse(f"++ and -- on {node.target.name}", node.offset)
        if variable.fixed:
            raise Invalid(f"variable [{node.target.name}] is read-only", node.offset)
        one = self.constant("int", 1, node.offset)
        after = self.apply(node.operator, before, one, node.offset)
        if variable.type != "def":
            after = self.cast(after, variable.type, explicit=True)
        slot, run, new = variable.slot, after.run, node.before

        def write(frame: Any) -> Any:
            old = frame[slot]
            frame[slot] = found = run(frame)
            return found if new else old

        return Value(variable.type, write, node.offset)

    def local_call(self, node: tree.LocalCall) -> Value:
        """``$('a.b', default)``, which Elasticsearch knows; functions of the script's own are not read."""
        if self.flavour != "elasticsearch" or node.name != "$" or len(node.arguments) != 2:
            self.refuse(f"a call of {node.name}", node.offset)
        name = self.visit(node.arguments[0])
        if not name.known or name.type != "String":
            self.refuse("$ with a name that is not a plain string", node.offset)
        fallback = self.wanted(node.arguments[1], "def").run
        path, framed = name.constant, self.framed

        def read(frame: Any) -> Any:
            return access.anywhere(frame[0] if framed else frame, path, fallback(frame))

        return Value("def", read, node.offset)
