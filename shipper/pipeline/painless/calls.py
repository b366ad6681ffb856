"""
Calls: methods on known types, methods on ``def``, static ones, constructors, lambdas.

On ``def`` a table by the receiver's class is made when the script is loaded. A name that is in Painless' lists but not in ours is refused then, whatever the receiver will be.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import classes, objects, tree
from shipper.pipeline.painless.failures import illegal, missing
from shipper.pipeline.painless.library import FUNCTIONAL, METHODS, STATICS, Method
from shipper.pipeline.painless.parts import Base, Scope, Value
from shipper.pipeline.painless.sites import dispatch, site
from shipper.pipeline.values import (
    Byte,
    Char,
    Float,
    Long,
    Short,
    ZonedDateTime,
)

RECEIVERS: Final[dict[type, str]] = {
    str: "String",
    bool: "Boolean",
    float: "Double",
    Long: "Long",
    Short: "Short",
    Byte: "Byte",
    Float: "Float",
    Char: "Character",
    dict: "Map",
    objects.MadeMap: "HashMap",
    list: "List",
    objects.MadeList: "ArrayList",
    objects.Keys: "Set",
    objects.Entries: "Set",
    objects.Entry: "Map.Entry",
    objects.Stream: "Stream",
    objects.Optional: "Optional",
    ZonedDateTime: "ZonedDateTime",
    objects.MadeArray: "String[]",
}
_WHOLES: Final = {"int": "Integer", "long": "Long", "": "BigInteger"}
UNTRANSLATED: Final = frozenset(
    [
        ("replaceAll", 2), ("replaceFirst", 2), ("chars", 0), ("codePoints", 0), ("codePointAt", 1), ("codePointBefore", 1),
        ("codePointCount", 2), ("compareToIgnoreCase", 1), ("offsetByCodePoints", 2), ("regionMatches", 4), ("regionMatches", 5),
        ("toLowerCase", 1), ("toUpperCase", 1), ("toCharArray", 0), ("getChars", 4), ("iterator", 0), ("listIterator", 0),
        ("listIterator", 1), ("spliterator", 0), ("sum", 0), ("sum", 1), ("groupBy", 1), ("eachWithIndex", 1), ("findResult", 1),
        ("findResult", 2), ("findResults", 1), ("collect", 2), ("collect", 3), ("split", 1), ("asList", 0), ("asCollection", 0),
        ("getByPath", 1), ("getByPath", 2), ("sort", 1), ("sort", 0), ("toArray", 0), ("toArray", 1), ("removeAll", 1),
        ("retainAll", 1), ("replaceAll", 1), ("add", 2), ("addAll", 2), ("clone", 0), ("count", 1), ("compute", 2),
        ("computeIfAbsent", 2), ("computeIfPresent", 2), ("merge", 3), ("putAll", 1), ("putIfAbsent", 2), ("replace", 3), ("remove", 2),
        ("setValue", 1), ("trimToSize", 0), ("hashCode", 0),
    ]
)  # fmt: skip
"""Methods on the lists of classes that a document's values may have, which the edge does not do."""


class Calls(Base):
    """
    Translates calls.

    Attributes:
        methods: by class, name and count of arguments.
        statics: the same, of static ones.
        functional: interfaces that a lambda may be.
        receivers: the class that Painless sees in a value of Python's.
        untranslated: methods on ``def`` that are refused whatever the receiver.
        takes_any: whether a function's place may hold something else than a lambda.
    """

    takes_any: ClassVar[bool] = False

    methods: ClassVar[dict[str, dict[tuple[str, int], Method]]] = METHODS
    statics: ClassVar[dict[str, dict[tuple[str, int], Method]]] = STATICS
    functional: ClassVar[dict[str, tuple[int, str]]] = FUNCTIONAL
    receivers: ClassVar[dict[type, str]] = RECEIVERS
    untranslated: ClassVar[frozenset[tuple[str, int]]] = UNTRANSLATED

    def call(self, node: tree.Call, want: str | None) -> Value:
        """``target.name(arguments)``."""
        owner = self.class_named(node.target)
        if owner is not None:
            return self.static_call(node, owner)
        target = self.visit(node.target)
        if target.type in classes.PRIMITIVE:
            boxed = next(box for box, plain in classes.BOXED.items() if plain == target.type)
            target = self.cast(target, boxed, internal=True)
        if target.type == "void":
            raise Invalid(f"cannot call a method on the type [{target.type}]", node.offset)
        if target.null:
            raise Invalid("cannot call a method on null", node.offset)
        if target.type == "def":
            return self.dynamic_call(node, target, None if node.safe else want)
        method = self.methods[target.type].get((node.name, len(node.arguments)))
        if method is None:
            self.refuse(
                f"the method {target.type}.{node.name} with {len(node.arguments)} arguments",
                node.offset,
            )
        arguments = self.arguments(method, node)
        if node.safe and (method.returns in classes.PRIMITIVE or method.returns == "void"):
            raise Invalid("result of null safe operator must be nullable", node.offset)
        if node.safe and method.returns != "def":
            self.refuse(
                "?. with a call whose type is known, which the cluster compiles wrongly",
                node.offset,
            )
        return self.known_call(method, target, arguments, node)

    @staticmethod
    def known_call(method: Method, target: Value, arguments: list[Value], node: tree.Call) -> Value:
        """A method on a receiver whose class is known."""
        run, work, safe = target.run, method.call, node.safe
        runs = [argument.run for argument in arguments]

        def call(frame: Any) -> Any:
            receiver = run(frame)
            if receiver is None and safe:
                return None
            values = [one(frame) for one in runs]
            if receiver is None:
                raise missing()
            return work(receiver, *values)

        if len(runs) == 1 and not safe:
            (first,) = runs

            def call_one(frame: Any) -> Any:
                receiver = run(frame)
                value = first(frame)
                if receiver is None:
                    raise missing()
                return work(receiver, value)

            return Value(method.returns, call_one, node.offset)
        if not (runs or safe):
            return Value(method.returns, lambda frame: work(_receiver(run(frame))), node.offset)
        return Value(method.returns, call, node.offset)

    def static_call(self, node: tree.Call, owner: str) -> Value:
        """``Math.max(a, b)``."""
        method = self.statics.get(owner, {}).get((node.name, len(node.arguments)))
        if method is None:
            self.refuse(
                f"the static method {owner}.{node.name} with {len(node.arguments)} arguments",
                node.offset,
            )
        runs = [argument.run for argument in self.arguments(method, node)]
        work = method.call
        if len(runs) == 1:
            (one,) = runs
            return Value(method.returns, lambda frame: work(one(frame)), node.offset)
        return Value(method.returns, lambda frame: work(*[run(frame) for run in runs]), node.offset)

    def arguments(self, method: Method, node: tree.Call) -> list[Value]:
        """The arguments as the method's parameters want them."""
        found = []
        for parameter, argument in zip(method.parameters, node.arguments, strict=True):
            if isinstance(argument, tree.Lambda | tree.Reference):
                found.append(self.function(argument, parameter))
            else:
                if parameter in self.functional and not self.takes_any:
                    self.refuse("a function that is not written as a lambda", argument.offset)
                found.append(self.wanted(argument, parameter, internal=True))
        return found

    def dynamic_call(self, node: tree.Call, target: Value, want: str | None) -> Value:
        """A method on ``def``: the class of the receiver tells which."""
        key = node.name, len(node.arguments)
        owners = {
            kind: self.methods[name][key]
            for kind, name in self.receivers.items()
            if key in self.methods[name]
        }
        whole = {
            name: self.methods[name][key]
            for name in ("Integer", "Long", "BigInteger")
            if key in self.methods[name]
        }
        if key in self.untranslated or not (owners or whole):
            self.refuse(f"the method {node.name} with {key[1]} arguments", node.offset)
        parameters = {method.parameters for method in (*owners.values(), *whole.values())}
        values = [
            self.dynamic_argument(argument, {types[place] for types in parameters})
            for place, argument in enumerate(node.arguments)
        ]
        types = [value.type for value in values]
        sites = {kind: site(method, types, want) for kind, method in owners.items()}
        wholes = {name: site(method, types, want) for name, method in whole.items()}
        run, runs, safe = target.run, [value.run for value in values], node.safe
        name, count = key

        def rare(frame: Any, receiver: Any) -> Any:
            if receiver is None and safe:
                return None
            arguments = [one(frame) for one in runs]
            if receiver.__class__ is int:
                found = wholes.get(_WHOLES[classes.primitive_of(receiver)])
                if found is not None:
                    return found(receiver, *arguments)
            if receiver is None:
                raise missing("callArgs[0]")
            objects.not_of_dates(receiver, name)
            raise illegal(
                f"dynamic method [{objects.class_name(receiver)}, {name}/{count}] not found"
            )

        return Value("def", dispatch(run, runs, sites, rare), node.offset, linked=not safe)

    def dynamic_argument(self, node: tree.Node, wants: set[str]) -> Value:
        """One argument; a lambda is translated for the interface that the method wants."""
        if not isinstance(node, tree.Lambda | tree.Reference):
            if wants <= self.functional.keys() and not self.takes_any:
                self.refuse("a function that is not written as a lambda", node.offset)
            self.boxing = True
            value = self.visit(node)
            if value.type == "void":
                raise Invalid("this call gives no value", node.offset)
            return value
        interfaces = sorted(wants & self.functional.keys())
        if len(interfaces) > 1 and isinstance(node, tree.Lambda):
            interfaces = [
                name for name in interfaces if self.functional[name][0] == len(node.parameters)
            ]
        if len(interfaces) != 1:
            self.refuse(
                "a lambda for a method that differs between classes, or takes none", node.offset
            )
        return self.function(node, interfaces[0])

    def function(self, node: tree.Node, interface: str) -> Value:
        """A lambda as a Python function of boxed values."""
        if interface not in FUNCTIONAL or not isinstance(node, tree.Lambda):
            self.refuse("a reference to a method, or a lambda here", node.offset)
        count, gives = FUNCTIONAL[interface]
        if len(node.parameters) != count:
            raise Invalid(f"expected a lambda with {count} parameters", node.offset)
        if isinstance(node.body, tree.Block):
            self.refuse("a lambda with a block", node.offset)
        outer, self.scope = self.scope, Scope(outer=self.scope)
        slots = []
        for kind, name in node.parameters:
            if kind not in {None, "def", "Object"}:
                self.refuse("a lambda's parameter with a type", node.offset)
            slots.append(self.declare(name, "def", node.offset, fixed=True).slot)
        body = self.visit(node.body)
        if gives != "void":
            body = self.linked(self.cast(body, "def"), gives)
        self.scope = outer
        run = body.run

        def bind(frame: Any) -> Any:
            def one(value: Any) -> Any:
                frame[slots[0]] = value
                return run(frame)

            def many(*values: Any) -> Any:
                for slot, value in zip(slots, values, strict=True):
                    frame[slot] = value
                return run(frame)

            return one if count == 1 else many

        return Value(interface, bind, node.offset)

    def new(self, node: tree.New) -> Value:
        """``new ArrayList()``, ``new HashMap()``, and copies of others."""
        name = self.named_type(node.type, node.offset)
        if name not in {"ArrayList", "HashMap"} or len(node.arguments) > 1:
            self.refuse(f"new {node.type}", node.offset)
        made: Any = objects.MadeList if name == "ArrayList" else objects.MadeMap
        if not node.arguments:
            return Value(name, lambda _: made(), node.offset)
        run = self.wanted(
            node.arguments[0], "Collection" if name == "ArrayList" else "Map", internal=True
        ).run
        return Value(name, lambda frame: made(_receiver(run(frame))), node.offset)

    def class_named(self, node: tree.Node) -> str | None:
        """The class that a name or a dotted name means, if it is no variable."""
        parts: list[str] = []
        while isinstance(node, tree.Dot) and not node.safe:
            parts.append(node.name)
            node = node.target
        if (
            not isinstance(node, tree.Name)
            or node.name in {"ctx", "params"}
            or self.scope.find(node.name) is not None
        ):
            return None
        name = ".".join([node.name, *reversed(parts)])
        name = classes.QUALIFIED.get(name, name)
        if name in self.statics or name in self.types:
            return name
        return None


def _receiver(value: Any) -> Any:
    if value is None:
        raise missing()
    return value
