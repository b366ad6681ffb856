"""
Types as the checker knows them: names, who extends whom, what promotes to what, and every cast.

A type is its name: a primitive's, ``def``, ``void``, or a class's as Painless imports it (``String``, ``Map``). Plain values of primitive types are
Python's numbers; a ``char`` is a ``Char``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.painless import objects
from shipper.pipeline.painless.arithmetic import box, int32, int64
from shipper.pipeline.painless.failures import ScriptFailure, bad_class, missing, uncastable
from shipper.pipeline.values import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    Byte,
    Char,
    Date,
    Float,
    Long,
    Short,
    ZonedDateTime,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NUMERIC: Final = ("byte", "short", "char", "int", "long", "float", "double")
PRIMITIVE: Final = frozenset([*NUMERIC, "boolean"])
BOXED: Final = {
    "Boolean": "boolean",
    "Byte": "byte",
    "Short": "short",
    "Character": "char",
    "Integer": "int",
    "Long": "long",
    "Float": "float",
    "Double": "double",
}
SUPERS: Final[dict[str, tuple[str, ...]]] = {
    "Object": (),
    "Number": ("Object",),
    "Comparable": ("Object",),
    "CharSequence": ("Object",),
    "String": ("CharSequence", "Comparable", "Object"),
    "Boolean": ("Comparable", "Object"),
    "Character": ("Comparable", "Object"),
    **dict.fromkeys(("Byte", "Short", "Integer", "Long", "Float", "Double", "BigInteger"), ("Number", "Comparable", "Object")),
    "Iterable": ("Object",),
    "Collection": ("Iterable", "Object"),
    "List": ("Collection", "Iterable", "Object"),
    "ArrayList": ("List", "Collection", "Iterable", "Object"),
    "Set": ("Collection", "Iterable", "Object"),
    "Map": ("Object",),
    "HashMap": ("Map", "Object"),
    "Map.Entry": ("Object",),
    "Stream": ("Object",),
    "Optional": ("Object",),
    "Collector": ("Object",),
    "Pattern": ("Object",),
    "Matcher": ("Object",),
    "ZonedDateTime": ("ChronoZonedDateTime", "Object"),
    "ChronoZonedDateTime": ("Object",),
    "TemporalField": ("Object",),
    "String[]": ("Object",),
}  # fmt: skip
"""Classes a script may name, each with all that it extends; those of scripts alone are in ``live``."""

IN_CONDITIONS: Final = frozenset(SUPERS)

QUALIFIED: Final = {
    **{f"java.lang.{name}": name for name in ("Object", "Number", "Comparable", "CharSequence", "String", "Math", "Iterable", *BOXED)},
    **{
        f"java.util.{name}": name
        for name in ("Collection", "List", "ArrayList", "Set", "Map", "HashMap", "Map.Entry", "Objects", "Optional", "Collections", "Arrays")
    },
    "java.math.BigInteger": "BigInteger",
    "java.util.stream.Stream": "Stream",
    "java.util.stream.Collectors": "Collectors",
    "java.time.ZonedDateTime": "ZonedDateTime",
    "java.util.regex.Pattern": "Pattern",
    "java.util.regex.Matcher": "Matcher",
}  # fmt: skip
_LISTS: Final = frozenset([list, objects.MadeList])
_INSTANCES: Final[dict[str, frozenset[type]]] = {
    "Number": objects.NUMBERS,
    "CharSequence": frozenset([str]),
    "String": frozenset([str]),
    "Boolean": frozenset([bool]),
    "Character": frozenset([Char]),
    "Byte": frozenset([Byte]),
    "Short": frozenset([Short]),
    "Float": frozenset([Float]),
    "Double": frozenset([float]),
    "Comparable": objects.NUMBERS | {str, bool, Char, Date, ZonedDateTime},
    "Iterable": _LISTS | {objects.Keys, objects.Entries},
    "Collection": _LISTS | {objects.Keys, objects.Entries},
    "List": _LISTS,
    "ArrayList": frozenset([objects.MadeList]),
    "Set": frozenset([objects.Keys, objects.Entries]),
    "Map": frozenset([dict, objects.MadeMap]),
    "HashMap": frozenset([objects.MadeMap]),
    "Map.Entry": frozenset([objects.Entry]),
    "Stream": frozenset([objects.Stream]),
    "Optional": frozenset([objects.Optional]),
    "ZonedDateTime": frozenset([ZonedDateTime]),
    "ChronoZonedDateTime": frozenset([ZonedDateTime]),
    "String[]": frozenset([objects.MadeArray]),
}


def admit(supers: dict[str, tuple[str, ...]], instances: dict[str, frozenset[type]]) -> None:
    """
    Take in classes that only scripts have.

    Args:
        supers: what each extends.
        instances: classes of values that are theirs.
    """
    SUPERS.update(supers)
    for name, kinds in instances.items():
        if name not in {"ArrayList", "HashMap"}:  # those differ between scripts and conditions
            _INSTANCES[name] = _INSTANCES.get(name, frozenset()) | kinds


class Mismatch(Exception):  # noqa: N818 - becomes Invalid, with a place
    """A cast that no value would survive."""


def instance(name: str) -> Callable[[Any], bool]:
    """The test of ``x instanceof name`` on an object; false for null."""
    if name in {"Object", "def"}:
        return lambda value: value is not None
    if name in {"Integer", "Long", "BigInteger"}:
        low, high = {
            "Integer": (INT_MIN, INT_MAX),
            "Long": (LONG_MIN, LONG_MAX),
            "BigInteger": (0, 0),
        }[name]
        if name == "Integer":
            return lambda value: type(value) is int and low <= value <= high
        if name == "Long":
            return lambda value: (
                type(value) is Long
                or (type(value) is int and low <= value <= high and not INT_MIN <= value <= INT_MAX)
            )
        return lambda value: type(value) is int and not LONG_MIN <= value <= LONG_MAX
    kinds = _INSTANCES.get(name, frozenset())
    return lambda value: type(value) in kinds


def promote(one: str, two: str, *, decimal: bool) -> str | None:
    """What two operands compute as."""
    if "def" in {one, two}:
        return "def"
    both = {one, two}
    if decimal:
        if "double" in both:
            return "double"
        if "float" in both:
            return "float"
    if "long" in both:
        return "long"
    return "int" if both & {"int", "char", "short", "byte"} else None


def promote_equality(one: str, two: str) -> str | None:
    """What two operands of ``==`` compare as."""
    if "def" in {one, two}:
        return "def"
    if one in PRIMITIVE and two in PRIMITIVE:
        return "boolean" if one == two == "boolean" else promote(one, two, decimal=True)
    return "Object"


def promote_branches(one: str, two: str) -> str:
    """What a ternary of two types is."""
    if one == two:
        return one
    if "def" in {one, two}:
        return "def"
    if one in NUMERIC and two in NUMERIC:
        return promote(one, two, decimal=True) or "Object"
    return "Object"


def cast(
    source: str, target: str, *, explicit: bool = False, internal: bool = False
) -> Callable[[Any], Any] | None:
    """
    The conversion of values of one type to another; None if there is nothing to do.

    Args:
        source: type of the values.
        target: type wanted.
        explicit: the script says so: ``(int) x``.
        internal: an argument or a result, where Java boxes and unboxes.

    Raises:
        Mismatch: it can never be.
    """
    if source == target:
        return None
    if source == "def":
        return _from_def(target, explicit)
    if source in PRIMITIVE:
        found = _from_primitive(source, target, explicit, internal)
        if found is not _NEVER:
            return found
    elif source == "String" and target == "char" and explicit:
        return _text_to_char
    elif source in BOXED and target in PRIMITIVE and internal and _widens(BOXED[source], target):
        widen = _number(BOXED[source], target)
        return _unbox if widen is None else lambda value: widen(_unbox(value))
    elif source != "void" and (target in {"def", "Object"} or target in SUPERS.get(source, ())):
        return None
    elif explicit and source in SUPERS.get(target, ()):
        return _checked(target)
    raise Mismatch(f"Cannot cast from [{source}] to [{target}].")


def linked(target: str) -> Callable[[Any], Any] | None:
    """The conversion of ``def`` to another type where the virtual machine does it, and words what fails."""
    convert = _from_def(target, explicit=False)
    if convert is None:
        return None

    def run(value: Any) -> Any:
        try:
            return convert(value)
        except ScriptFailure as failure:
            raise jvm(failure) from None

    return run


def jvm(failure: ScriptFailure) -> ScriptFailure:
    """A failure as the virtual machine meets it: casts are in its own words."""
    return (
        bad_class(failure.root or "", foreign=True)
        if failure.cause == "class_cast_exception"
        else failure
    )


def _never(value: Any) -> Any:
    return value


_NEVER: Final = _never


def _widens(source: str, target: str) -> bool:
    if source == target:
        return True
    if "boolean" in {source, target}:
        return False
    if source == "char" or target == "char":
        return source == "char" and target in {"int", "long", "float", "double"}
    return NUMERIC.index(source) <= NUMERIC.index(target)


def _from_primitive(
    source: str, target: str, explicit: bool, internal: bool
) -> Callable[[Any], Any] | None:
    if target == "def" or (
        internal
        and (target == "Object" or (target == "Number" and source in NUMERIC and source != "char"))
    ):
        return None if source in {"boolean", "int", "double"} else lambda value: box(value, source)
    if source == "char" and target == "String" and explicit:
        return str.__str__
    if target in PRIMITIVE:
        if "boolean" not in {source, target} and (explicit or _widens(source, target)):
            return _number(source, target)
    elif internal and target in BOXED and _widens(source, BOXED[target]):
        widen, plain = _number(source, BOXED[target]), BOXED[target]
        return lambda value: box(value if widen is None else widen(value), plain)
    return _NEVER


def _number(source: str, target: str) -> Callable[[Any], Any] | None:
    """A plain number of one type as one of another."""
    if source == target:
        return None
    if source == "char":
        after = _number("int", target)
        return ord if after is None else lambda value: after(ord(value))
    if target == "char":
        before = _number(source, "int")
        return lambda value: Char(chr((value if before is None else before(value)) & 0xFFFF))
    if target in {"float", "double"}:
        return _single if target == "float" else float
    if source in {"float", "double"}:
        low, high = (LONG_MIN, LONG_MAX) if target == "long" else (INT_MIN, INT_MAX)
        narrow = _NARROW[target]
        return lambda value: narrow(_whole(value, low, high))
    return None if _widens(source, target) else _NARROW[target]


def _single(value: Any) -> float:
    return float(Float(value))


def _whole(value: float, low: int, high: int) -> int:
    if value != value:  # noqa: PLR0124 - not a number
        return 0
    return high if value >= high else low if value <= low else int(value)


_NARROW: Final[dict[str, Callable[[int], int]]] = {
    "byte": lambda value: (value + 128) % 256 - 128,
    "short": lambda value: (value + 32768) % 65536 - 32768,
    "int": int32,
    "long": int64,
}


def _text_to_char(value: str | None) -> Char:
    if value is None:
        raise missing()
    if len(value) != 1 or value > "\uffff":
        raise bad_class("cannot cast java.lang.String with length not equal to one to char")
    return Char(value)


def _unbox(value: Any) -> Any:
    if value is None:
        raise missing()
    return value


def _checked(target: str) -> Callable[[Any], Any]:
    test = instance(target)

    def run(value: Any) -> Any:
        if value is None or test(value):
            return value
        raise uncastable(value, target)

    return run


_KINDS: Final[dict[type, str]] = {bool: "boolean", Char: "char", Byte: "byte", Short: "short", Long: "long", Float: "float", float: "double"}  # fmt: skip
_JAVA: Final = {**{name: f"java.lang.{name}" for name in BOXED}, "String": "java.lang.String"}


def primitive_of(value: Any) -> str:
    """The primitive type of an object: ``int`` of an Integer; empty for what is none."""
    kind = type(value)
    if kind is int:
        return (
            "int"
            if INT_MIN <= value <= INT_MAX
            else "long"
            if LONG_MIN <= value <= LONG_MAX
            else ""
        )
    return _KINDS.get(kind, "")


def _from_def(target: str, explicit: bool) -> Callable[[Any], Any] | None:
    if target in {"def", "Object"}:
        return None
    if target == "boolean":
        return _def_to_boolean
    if target == "String":
        return lambda value: _def_to_text(value, explicit)
    boxed = target in BOXED
    if not boxed and target not in PRIMITIVE:
        return _checked(target)
    plain = BOXED.get(target, target)

    def run(value: Any) -> Any:
        if value is None:
            if boxed:
                return None
            raise missing()
        source = primitive_of(value)
        if plain == "boolean" and source == "boolean":
            return value
        if explicit and plain == "char" and type(value) is str:
            return _text_to_char(value)
        if source and plain != "boolean" != source and (_widens(source, plain) or explicit):
            convert = _number(source, plain)
            value = value if convert is None else convert(value)
            return box(value, plain) if boxed else value
        raise _def_failure(value, _JAVA.get(target, target), explicit)

    return run


def _def_to_boolean(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    if value is None:
        raise missing()
    raise bad_class(f"cannot cast def [{objects.unboxed_name(value)}] to boolean")


def _def_to_text(value: Any, explicit: bool) -> Any:
    if value is None or type(value) is str:
        return value
    if explicit and type(value) is Char:
        return str.__str__(value)
    raise _def_failure(value, "java.lang.String", explicit)


def _def_failure(value: Any, target: str, explicit: bool) -> Exception:
    word = "explicitly" if explicit and target != "java.lang.Boolean" else "implicitly"
    source = "def"
    if explicit and target in {"float", "double"}:  # as the cluster words it
        source, target = ("float" if target == "float" else source), "byte"
    return bad_class(f"cannot {word} cast {source} [{objects.unboxed_name(value)}] to {target}")
