"""Expressions of scripts: what conditions do, and all that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from shipper.pipeline import guard
from shipper.pipeline.document import METADATA
from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import classes, objects, tree
from shipper.pipeline.painless.access import Part
from shipper.pipeline.painless.arithmetic import STATIC
from shipper.pipeline.painless.failures import bad_class, missing
from shipper.pipeline.painless.matching import LIMITED
from shipper.pipeline.painless.operators import both
from shipper.pipeline.painless.parts import Value, Variable
from shipper.pipeline.painless.script import library, live, thrown, world
from shipper.pipeline.painless.script.making import make
from shipper.pipeline.painless.script.more import moments, patterns
from shipper.pipeline.painless.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.painless.library import Method

STATE: Final = (
    1  # the slot of what the whole run shares: a list with whether the document needs a look
)
_OWN_MAKES: Final = frozenset(["ArrayList", "HashMap"])
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
_PLAIN: Final = classes.PRIMITIVE | classes.BOXED.keys() | {"String"}
_SCALARS: Final = _PLAIN - {"char", "Character"}
_KEEPS: Final = _PLAIN | {"void", "Object", "Map", "List", "def", "ArrayList", "HashMap"}


class Writing(Statements):
    """Assignments, and the tables of what scripts work on."""

    methods: ClassVar[dict[str, dict[tuple[str, int], Method]]] = library.METHODS
    statics: ClassVar[dict[str, dict[tuple[str, int], Method]]] = library.STATICS
    functional: ClassVar[dict[str, tuple[int, str]]] = library.FUNCTIONAL
    receivers: ClassVar[dict[type, str]] = library.RECEIVERS
    untranslated: ClassVar[frozenset[tuple[str, int]]] = library.UNTRANSLATED
    types: ClassVar[frozenset[str]] = library.TYPES
    constants = library.CONSTANTS
    getters = library.GETTERS
    dynamic = world.Live()
    text = staticmethod(live.text)
    same = staticmethod(live.same)
    dotted = staticmethod(world.dotted)  # type: ignore[assignment]
    braced = staticmethod(world.braced)
    take = staticmethod(world.take)
    iterated = staticmethod(live.walked)
    made_list = list
    made_map = dict
    result = "void"
    takes_any = True

    def __init__(self, flavour: str, parameters: dict[str, Any]) -> None:
        super().__init__(flavour, live.Params(parameters), framed=True)
        self.walks = False  # whether it may walk a map
        self.looks = False  # whether the document needs a look after every run
        self.walled = False  # inside a function, which sees neither ctx nor params

    # -- types ---------------------------------------------------------------------------------------------------------

    def known_type(self, name: str) -> str | None:
        """A type by its short or full name."""
        name = library.QUALIFIED.get(name, name)
        return super().known_type(name)

    def class_named(self, node: tree.Node) -> str | None:
        """The class that a dotted name means."""
        found = super().class_named(node)
        if found is None and isinstance(node, tree.Dot):
            parts: list[str] = []
            inner: tree.Node = node
            while isinstance(inner, tree.Dot) and not inner.safe:
                parts.append(inner.name)
                inner = inner.target
            if isinstance(inner, tree.Name):
                name = ".".join([inner.name, *reversed(parts)])
                found = library.QUALIFIED.get(name)
        return found

    def cast(
        self, value: Value, type_: str, *, explicit: bool = False, internal: bool = False
    ) -> Value:
        """An expression as another type; the script's own maps and lists are the document's."""
        if (
            type_ in _OWN_MAKES
            and value.type != type_
            and not value.null
            and value.type not in library.SUPERS.get(type_, ())
        ):
            if value.type != "def":
                return super().cast(value, type_, explicit=explicit, internal=internal)
            return Value(type_, _exactly(value.run, type_), value.offset)
        if type_ in _OWN_MAKES and explicit and value.type in library.SUPERS[type_]:
            return Value(type_, _exactly(value.run, type_), value.offset)
        return super().cast(value, type_, explicit=explicit, internal=internal)

    def linked(self, value: Value, type_: str) -> Value:  # type: ignore[override]
        """A ``def`` as another type, converted by the virtual machine."""
        if type_ in _OWN_MAKES:
            return Value(type_, _exactly(value.run, type_), value.offset)
        return super().linked(value, type_)

    def instance_of(self, node: tree.InstanceOf) -> Value:
        """``x instanceof Type``."""
        name = self.named_type(node.type, node.offset)
        if name in thrown.SUPERS:
            run, test = self.visit(node.operand).run, thrown.of_type(name)
            return Value("boolean", lambda frame: test(run(frame)), node.offset)
        if name not in _OWN_MAKES:
            return super().instance_of(node)
        operand = self.visit(node.operand)
        run, kinds = operand.run, library.INSTANCES[name]
        return Value("boolean", lambda frame: run(frame).__class__ in kinds, node.offset)

    # -- names ---------------------------------------------------------------------------------------------------------

    def name(self, node: tree.Name) -> Value:
        """A variable; functions see their own only."""
        if self.walled and node.name in {"ctx", "params"} and self.scope.find(node.name) is None:
            raise Invalid(f"cannot resolve symbol [{node.name}]", node.offset)
        if node.name in {"ctx", "params"} and self.scope.find(node.name) is not None:
            variable = self.scope.find(node.name)
            assert variable is not None
            slot = variable.slot
            return Value(variable.type, lambda frame: frame[slot], node.offset)
        return super().name(node)

    def map_of(self, node: tree.MapOf) -> Value:
        """``['a': 1]``."""
        pairs = [
            (self.wanted(name, "def").run, self.wanted(value, "def").run)
            for name, value in zip(node.keys, node.values, strict=True)
        ]
        key = live.key
        return Value(
            "HashMap",
            lambda frame: {key(name(frame)): value(frame) for name, value in pairs},
            node.offset,
        )

    def array(self, node: tree.Node) -> Value:
        """``new int[2]``, ``new String[] {'a'}``."""
        assert isinstance(node, tree.NewArray)
        if node.type not in live.ARRAYS:
            self.refuse(f"an array of the type {node.type}", node.offset)
        kind = live.ARRAYS[node.type]
        if node.items is not None:
            runs = [self.wanted(item, node.type[:-2], internal=True).run for item in node.items]
            return Value(node.type, lambda frame: kind([run(frame) for run in runs]), node.offset)
        size = self.wanted(node.sizes[0], "int").run
        default = self.default(node.type[:-2])

        def run(frame: Any) -> Any:
            count = size(frame)
            if count < 0:
                raise thrown.made("NegativeArraySizeException", str(count)).failure
            guard.make(8 * count)
            return kind([default] * count)

        return Value(node.type, run, node.offset)

    def brace(self, node: tree.Brace) -> Value:
        """``target[index]``."""
        if self.class_named(node.target) is not None:
            self.refuse("an index on a class", node.offset)
        target = self.visit(node.target)
        if target.type not in live.ARRAYS and "List" not in (
            target.type,
            *library.SUPERS.get(target.type, ()),
        ):
            return self.brace_of(node, target)
        index, run = self.wanted(node.index, "int").run, target.run
        type_ = target.type[:-2] if target.type in live.ARRAYS else "def"
        braced = self.braced
        return Value(type_, lambda frame: braced(run(frame), index(frame), "int"), node.offset)

    def known_dot(self, node: tree.Dot, target: Value) -> Value:
        """``target.name`` where the target's type is known."""
        if node.name == "length" and target.type in live.ARRAYS and not node.safe:
            run = target.run
            return Value("int", lambda frame: len(_there(run(frame))), node.offset)
        return super().known_dot(node, target)

    def regex(self, node: tree.Regex) -> Value:
        """A pattern as a value."""
        from shipper.pipeline import regex as translated  # noqa: PLC0415 - few scripts have them
        from shipper.pipeline.painless.limits import FACTOR, looks  # noqa: PLC0415
        from shipper.pipeline.regex import java  # noqa: PLC0415

        made = self.pattern(node)
        root = java.parse(node.pattern, "".join(sorted(set(node.flags))))
        anywhere, whole = looks(root, whole=False), looks(root, whole=True)
        if anywhere > FACTOR:
            self.refuse(LIMITED, node.offset)
        pattern = patterns.Pattern(
            translated.compile(made), made.groups, node.pattern, anywhere, whole
        )
        return Value("Pattern", lambda _: pattern, node.offset)

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
            return Value("long", lambda frame: moments.now(frame[STATE]), node.offset)
        return super().static_call(node, owner)

    def new(self, node: tree.New) -> Value:
        """``new Type(…)``."""
        name = self.named_type(node.type, node.offset)
        if name == "Date" and not node.arguments:
            return Value(name, lambda frame: moments.Date(moments.now(frame[STATE])), node.offset)
        return make(self, node, name)

    @staticmethod
    def default(type_: str) -> Any:
        """What a variable holds that was given nothing."""
        return {"boolean": False, "char": "\0", "float": 0.0, "double": 0.0}.get(
            type_, 0 if type_ in classes.PRIMITIVE else None
        )


def _empty(node: tree.Node) -> bool:
    """Whether an expression makes an empty map or list."""
    if isinstance(node, tree.New):
        return node.type in _OWN_MAKES and not node.arguments
    return isinstance(node, tree.ListOf | tree.MapOf) and not getattr(
        node, "items", getattr(node, "keys", None)
    )


def _there(value: Any) -> Any:
    if value is None:
        raise missing()
    return value


def _exactly(run: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    kinds = library.INSTANCES[name]

    def check(frame: Any) -> Any:
        value = run(frame)
        if value is None or value.__class__ in kinds:
            return value
        raise bad_class(f"Cannot cast {live.class_name(value)} to java.util.{name}", foreign=True)

    return check


__all__ = ["Writing", "objects"]
