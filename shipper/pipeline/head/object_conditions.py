"""
Painless conditions as Python over the dicts of a document, for the heads that make an object of each line.

Only what is certain is written: wherever a field is not of the kind that an operator needs, the code raises, and the line takes the plain way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import METADATA
from shipper.pipeline.failure import Invalid
from shipper.pipeline.head.shape import Ends
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.parser import parse
from shipper.pipeline.values import LONG_MAX, LONG_MIN

if TYPE_CHECKING:
    from shipper.pipeline.head.object_shape import Shape

_CLASSES = {
    "String": "is str",
    "Map": "is dict",
    "List": "is list",
    "Boolean": "is bool",
    "Number": "in numbers",
    "Double": "is float",
}
_SIZES = frozenset(["<", "<=", ">", ">="])
_EXACT = 2**53  # whole numbers up to here are the same as doubles
_COMPLEX = 24  # operators of a condition, at most


class Unsure(Exception):  # noqa: N818 - the plain way knows
    """Something is not as the compiled way expects it."""


def ordered(value: Any) -> Any:
    """A number that Painless compares as Python does; ``Unsure`` for anything else."""
    if value.__class__ is float or (value.__class__ is int and LONG_MIN <= value <= LONG_MAX):
        return value
    raise Unsure


def truth(value: Any) -> bool:
    """True or False; ``Unsure`` for anything else."""
    if value is True or value is False:
        return bool(value)
    raise Unsure


def text(value: Any) -> str:
    """A text; ``Unsure`` for anything else."""
    if value.__class__ is str:
        return value
    raise Unsure


def empty(value: Any) -> bool:
    """Whether a map, a list or a text has nothing in it; ``Unsure`` for anything else."""
    if value.__class__ in _SIZED:
        return not value
    raise Unsure


def size(value: Any) -> int:
    """How many members a map or a list has; ``Unsure`` for anything else."""
    if value.__class__ is dict or value.__class__ is list:
        return len(value)
    raise Unsure


def same(one: Any, other: Any) -> bool:
    """Whether two texts are equal, or one is null; ``Unsure`` for other values."""
    if one is None or other is None:
        return one is other
    if one.__class__ is str and other.__class__ is str:
        return one == other
    raise Unsure


_SIZED = frozenset([dict, list, str])
NAMES: dict[str, Any] = {
    "ordered": ordered,
    "text": text,
    "truth": truth,
    "empty": empty,
    "same": same,
    "size": size,
    "numbers": frozenset([int, float]),
}
"""What the code refers to."""


def condition(script: str, shape: Shape) -> str:
    """
    A condition as a Python expression over the names of the loop.

    Args:
        script: Painless.
        shape: what is known of the document; learns what is read.

    Raises:
        Ends: it is not of the simple forms.
    """
    try:
        block = parse(script)
    except (Invalid, RecursionError):
        raise Ends(f"the condition {script!r}") from None
    (statement, *more) = block.statements
    if isinstance(statement, tree.Perform):
        node: tree.Node | None = statement.expression
    elif isinstance(statement, tree.Return):
        node = statement.value
    else:
        node = None
    translator = _Translator(script, shape)
    if more or node is None:
        raise translator.ends()
    return translator.truth(node)


class _Translator:
    def __init__(self, script: str, shape: Shape) -> None:
        self._script = script
        self._shape = shape
        self._operators = 0

    def ends(self) -> Ends:
        """What to raise for a form that is not known."""
        return Ends(f"the condition {self._script!r}")

    def truth(self, node: tree.Node) -> str:
        """An expression that is True or False."""
        self._operators += 1
        if self._operators > _COMPLEX:
            raise self.ends()
        match node:
            case tree.Binary(operator="&&" | "||" as operator):
                word = "and" if operator == "&&" else "or"
                return f"({self.truth(node.left)} {word} {self.truth(node.right)})"
            case tree.Unary(operator="!"):
                return f"(not {self.truth(node.operand)})"
            case tree.InstanceOf(type=type_) if type_ in _CLASSES:
                return f"{self.value(node.operand)}.__class__ {_CLASSES[type_]}"
            case tree.Binary(operator="==" | "!="):
                return self._equality(node)
            case tree.Binary(operator=operator) if operator in _SIZES:
                number = self._number(node.right)
                if not -_EXACT < number < _EXACT:
                    raise self.ends()
                return f"{self._ordered(node.left)} {operator} {number}"
            case tree.Call(safe=False):
                return self._call(node)
            case _:
                raise self.ends()

    def _ordered(self, node: tree.Node) -> str:
        if (
            isinstance(node, tree.Call)
            and node.name == "size"
            and not (node.arguments or node.safe)
        ):
            return f"size({self.value(node.target)})"
        return f"ordered({self.value(node)})"

    def _equality(self, node: tree.Binary) -> str:
        negative = node.operator == "!="
        left, right = self.value(node.left), node.right
        if isinstance(right, tree.Literal) and right.value is None:
            return f"{left} {'is not' if negative else 'is'} None"
        if isinstance(right, tree.Literal) and isinstance(right.value, str):
            return f"{left} {node.operator} {right.value!r}"
        if isinstance(right, tree.Literal | tree.Number):
            check, fixed = self._fixed(right)
            here = self._shape.name("w")
            plain = "is None or" if negative else "is not None and"
            return f"(({here} := {left}) {plain} {check}({here}) {node.operator} {fixed})"
        made = f"same({left}, {self.value(right)})"
        return f"(not {made})" if negative else made

    def _fixed(self, node: tree.Literal | tree.Number) -> tuple[str, str]:
        """A constant, and the function that lets pass what Painless can compare it with."""
        if isinstance(node, tree.Literal):
            return "truth", str(node.value)
        number = self._number(node)
        if not -_EXACT < number < _EXACT:
            raise self.ends()
        return "ordered", str(number)

    def _call(self, node: tree.Call) -> str:
        arguments = [one.value for one in node.arguments if isinstance(one, tree.Literal)]
        texts = [one for one in arguments if isinstance(one, str)]
        if len(texts) != len(node.arguments):
            raise self.ends()
        target = self.value(node.target)
        match node.name, texts:
            case "contains", [word]:
                return f"{word!r} in text({target})"
            case "startsWith", [word]:
                return f"text({target}).startswith({word!r})"
            case "endsWith", [word]:
                return f"text({target}).endswith({word!r})"
            case "isEmpty", []:
                return f"empty({target})"
            case _:
                raise self.ends()

    def _number(self, node: tree.Node) -> int:
        if isinstance(node, tree.Number) and node.text.rstrip("lL").isdigit():
            digits = node.text.rstrip("lL")
            if digits == "0" or not digits.startswith("0"):
                return -int(digits) if node.negative else int(digits)
        raise self.ends()

    def value(self, node: tree.Node) -> str:
        """The value of a field, None where it is null or not there."""
        steps: list[tuple[str, bool]] = []
        while not isinstance(node, tree.Name):
            if isinstance(node, tree.Dot):
                steps.append((node.name, node.safe))
                node = node.target
            elif isinstance(node, tree.Brace) and isinstance(node.index, tree.Literal):
                if not isinstance(node.index.value, str):
                    raise self.ends()
                steps.append((node.index.value, False))
                node = node.target
            else:
                raise self.ends()
        steps.reverse()
        if node.name != "ctx" or not steps or steps[0][0] in METADATA:
            raise self.ends()
        return self._shape.read(steps)
