"""
The parts of a script as written: what the parser hands to the checker. No types, no meaning.

``offset`` is the index into the script of what an error about the part should point at.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Node:
    """Any part of a script."""

    offset: int


@dataclass(slots=True)
class Number(Node):
    """A number as written, with its suffix; ``kind`` as the lexer names it."""

    text: str
    kind: str
    negative: bool = False


@dataclass(slots=True)
class Literal(Node):
    """``true``, ``false``, ``null`` or a string."""

    value: bool | str | None


@dataclass(slots=True)
class Regex(Node):
    """``/pattern/flags``."""

    pattern: str
    flags: str


@dataclass(slots=True)
class Name(Node):
    """A variable, or the first part of a class's name."""

    name: str


@dataclass(slots=True)
class Dot(Node):
    """``target.name``, ``target?.name``, ``target.0``."""

    target: Node
    name: str
    safe: bool


@dataclass(slots=True)
class Brace(Node):
    """``target[index]``."""

    target: Node
    index: Node


@dataclass(slots=True)
class Call(Node):
    """``target.name(arguments)``, ``target?.name(arguments)``."""

    target: Node
    name: str
    arguments: list[Node]
    safe: bool


@dataclass(slots=True)
class LocalCall(Node):
    """``name(arguments)``."""

    name: str
    arguments: list[Node]


@dataclass(slots=True)
class New(Node):
    """``new Type(arguments)``."""

    type: str
    arguments: list[Node]


@dataclass(slots=True)
class NewArray(Node):
    """``new int[3]``, ``new String[] {'a'}``: sizes, or the items."""

    type: str
    sizes: list[Node]
    items: list[Node] | None


@dataclass(slots=True)
class ListOf(Node):
    """``[a, b]``."""

    items: list[Node]


@dataclass(slots=True)
class MapOf(Node):
    """``['a': 1]``."""

    keys: list[Node]
    values: list[Node]


@dataclass(slots=True)
class Unary(Node):
    """``!x``, ``~x``, ``-x``, ``+x``."""

    operator: str
    operand: Node


@dataclass(slots=True)
class Binary(Node):
    """Two operands and an operator: arithmetic, comparison, logic, ``=~`` and ``==~``."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class InstanceOf(Node):
    """``x instanceof Type``."""

    operand: Node
    type: str


@dataclass(slots=True)
class Elvis(Node):
    """``a ?: b``."""

    left: Node
    right: Node


@dataclass(slots=True)
class Ternary(Node):
    """``c ? a : b``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(slots=True)
class Assign(Node):
    """``target = value``; ``operator`` is the arithmetic one of ``+=`` and its like, else empty."""

    target: Node
    operator: str
    value: Node


@dataclass(slots=True)
class Step(Node):
    """``++x``, ``x--``: ``operator`` is ``+`` or ``-``; ``before`` tells whether its value is the new one."""

    target: Node
    operator: str
    before: bool


@dataclass(slots=True)
class Cast(Node):
    """``(Type) x``."""

    type: str
    operand: Node


@dataclass(slots=True)
class Lambda(Node):
    """``(a, b) -> body``; parameters as (type or None, name)."""

    parameters: list[tuple[str | None, str]]
    body: Node


@dataclass(slots=True)
class Reference(Node):
    """``Type::name``."""

    type: str
    name: str


@dataclass(slots=True)
class Block(Node):
    """Statements in braces, or the whole script."""

    statements: list[Node]


@dataclass(slots=True)
class If(Node):
    """``if (c) … else …``."""

    condition: Node
    yes: Block
    no: Block | None


@dataclass(slots=True)
class While(Node):
    """``while (c) …``, ``do … while (c)``; no body is ``while (c);``."""

    condition: Node
    body: Block | None
    first: bool  # the body runs before the condition is looked at


@dataclass(slots=True)
class For(Node):
    """``for (start; condition; after) …``."""

    start: Node | None
    condition: Node | None
    after: Node | None
    body: Block | None


@dataclass(slots=True)
class Each(Node):
    """``for (Type name : values) …``, ``for (name in values) …``."""

    type: str
    name: str
    values: Node
    body: Block


@dataclass(slots=True)
class Declare(Node):
    """``Type a = 1, b``."""

    type: str
    names: list[tuple[int, str, Node | None]]


@dataclass(slots=True)
class Return(Node):
    """``return x``."""

    value: Node | None


@dataclass(slots=True)
class Jump(Node):
    """``break`` or ``continue``."""

    word: str


@dataclass(slots=True)
class Perform(Node):
    """An expression as a statement."""

    expression: Node


@dataclass(slots=True)
class Throw(Node):
    """``throw x``."""

    value: Node


@dataclass(slots=True)
class Catch(Node):
    """``catch (Type name) { … }``."""

    type: str
    name: str
    body: Block


@dataclass(slots=True)
class Try(Node):
    """``try { … }`` with what catches."""

    body: Block
    catches: list[Catch]


@dataclass(slots=True)
class Function(Node):
    """``Type name(Type a, Type b) { … }``; parameters as (type, name)."""

    type: str
    name: str
    parameters: list[tuple[str, str]]
    body: Block
