"""Names, types and indexes of scripts, and the tables of what they work on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from shipper.pipeline import guard
from shipper.pipeline.failure import Invalid
from shipper.pipeline.painless import classes, tree
from shipper.pipeline.painless.failures import bad_class, missing
from shipper.pipeline.painless.matching import LIMITED
from shipper.pipeline.painless.parts import Value
from shipper.pipeline.painless.script import as_text, library, live, thrown, walking, world
from shipper.pipeline.painless.script.more import patterns
from shipper.pipeline.painless.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.painless.library import Method

STATE: Final = (
    1  # the slot of what the whole run shares: a list with whether the document needs a look
)
_OWN_MAKES: Final = frozenset(["ArrayList", "HashMap"])
_PLAIN: Final = classes.PRIMITIVE | classes.BOXED.keys() | {"String"}
_SCALARS: Final = _PLAIN - {"char", "Character"}
_KEEPS: Final = _PLAIN | {"void", "Object", "Map", "List", "def", "ArrayList", "HashMap"}


class Naming(Statements):
    """Names and types, and the tables of what scripts work on."""

    methods: ClassVar[dict[str, dict[tuple[str, int], Method]]] = library.METHODS
    statics: ClassVar[dict[str, dict[tuple[str, int], Method]]] = library.STATICS
    functional: ClassVar[dict[str, tuple[int, str]]] = library.FUNCTIONAL
    receivers: ClassVar[dict[type, str]] = library.RECEIVERS
    untranslated: ClassVar[frozenset[tuple[str, int]]] = library.UNTRANSLATED
    types: ClassVar[frozenset[str]] = library.TYPES
    constants = library.CONSTANTS
    getters = library.GETTERS
    dynamic = world.Live()
    text = staticmethod(as_text.text)
    same = staticmethod(live.same)
    dotted = staticmethod(world.dotted)  # type: ignore[assignment]
    braced = staticmethod(world.braced)
    take = staticmethod(world.take)
    iterated = staticmethod(walking.walked)
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

    @staticmethod
    def default(type_: str) -> Any:
        """What a variable holds that was given nothing."""
        return {"boolean": False, "char": "\0", "float": 0.0, "double": 0.0}.get(
            type_, 0 if type_ in classes.PRIMITIVE else None
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
