"""Random conditions and documents, from a seed: what the property tests and the parity cases run."""

from __future__ import annotations

import random
from typing import Any

FIELDS = ["a", "s", "i", "l", "f", "t", "n", "big", "m", "zz", "tags", "num"]
WORDS = ["x", "abc", "", "5", "ü", "😀a", "true", "a b", "ABC", "null", "-7", "1.5"]
NUMBERS = ["0", "1", "5", "-3", "127", "128", "2147483647", "3000000000L", "1.5", "2.0", "0.1f", "1L", "-1L", "1e10", "7d", "017", "0x1F"]


def document(rng: random.Random) -> dict[str, Any]:
    """A document whose fields have any class."""
    return {name: value(rng, 2) for name in FIELDS if rng.random() < 0.85}


def value(rng: random.Random, depth: int) -> Any:
    """Any JSON value."""
    roll = rng.random()
    if roll < 0.25:
        return rng.choice(WORDS)
    if roll < 0.45:
        return rng.choice([0, 1, 5, -3, 127, 128, 2147483647, -2147483648, 3000000000, 9007199254740993])
    if roll < 0.57:
        return rng.choice([1.5, 0.0, -0.0, 1e10, 0.1, 5.0, 2147483648.0])
    if roll < 0.67:
        return rng.random() < 0.5
    if roll < 0.75 or not depth:
        return None
    if roll < 0.88:
        return [value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {rng.choice(["a", "b", "c", "empty", "0"]): value(rng, depth - 1) for _ in range(rng.randrange(4))}


class Scripts:
    """Writes conditions."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.locals: list[str] = []

    def pick(self, *items: str) -> str:
        return self.rng.choice(items)

    def script(self) -> str:
        """A whole condition."""
        roll = self.rng.random()
        self.locals = []
        if roll < 0.7:
            return self.boolean(3)
        if roll < 0.78:
            return f"return {self.boolean(2)};"
        if roll < 0.85:
            return f"if ({self.boolean(2)}) {{ return {self.boolean(1)}; }} return {self.boolean(1)}"
        if roll < 0.93:
            first = f"{self.pick('def', 'def', 'String', 'int', 'long', 'double', 'boolean', 'Map', 'List')} v = {self.any(2)}; "
            self.locals = ["v"]
            return f"{first}return {self.boolean(2)}"
        self.locals = ["x"]
        body = f"if ({self.boolean(2)}) {{ return {self.boolean(1)}; }}"
        self.locals = []
        return f"for (x in {self.path()}) {{ {body} }} return {self.boolean(1)}"

    def path(self) -> str:
        """A field."""
        rng = self.rng
        if self.locals and rng.random() < 0.4:
            return rng.choice(self.locals)
        text = "ctx" + (self.pick(".", ".", ".", "?.") + rng.choice(FIELDS) if rng.random() < 0.85 else f"['{rng.choice(FIELDS)}']")
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            roll = rng.random()
            if roll < 0.6:
                text += self.pick(".", "?.", "?.") + self.pick("a", "b", "c", "empty", "length", "0")
            elif roll < 0.8:
                text += f"['{self.pick('a', 'b', 'c')}']"
            else:
                text += f"[{self.pick('0', '1', '-1', '3')}]"
        return text

    def literal(self) -> str:
        rng = self.rng
        roll = rng.random()
        if roll < 0.4:
            return "'" + rng.choice(WORDS) + "'"
        if roll < 0.75:
            return rng.choice(NUMBERS)
        return self.pick("true", "false", "null", "null", "[]", "[1, 'x']", "['a': 1]")

    def any(self, depth: int) -> str:
        """An expression of any type."""
        roll = self.rng.random()
        if depth <= 0 or roll < 0.35:
            return self.path() if self.rng.random() < 0.6 else self.literal()
        if roll < 0.55:
            return f"({self.any(depth - 1)} {self.pick('+', '-', '*', '/', '%', '+', '&', '|', '^', '<<', '>>', '>>>')} {self.any(depth - 1)})"
        if roll < 0.62:
            return f"({self.pick('int', 'long', 'double', 'float', 'String', 'def', 'byte', 'boolean', 'Map', 'char')}) {self.path()}"
        if roll < 0.67:
            return f"({self.any(depth - 1)} ?: {self.any(depth - 1)})"
        if roll < 0.72:
            return f"({self.boolean(depth - 1)} ? {self.any(depth - 1)} : {self.any(depth - 1)})"
        if roll < 0.76:
            return f"{self.pick('-', '~', '+')}{self.path()}"
        if roll < 0.94:
            return self.call(depth)
        return self.boolean(depth - 1)

    def call(self, depth: int) -> str:
        """A call of a method, on a field mostly."""
        target = self.path() if self.rng.random() < 0.85 else self.pick("'abc'", "[1, 'x']", "['a': 1]")
        if self.rng.random() < 0.12:
            return self.pick(
                f"String.valueOf({self.any(depth - 1)})", f"Objects.equals({self.any(depth - 1)}, {self.any(depth - 1)})",
                f"Integer.parseInt({self.path()})", f"Long.parseLong({self.path()})", f"Math.max({self.path()}, {self.literal()})",
                f"Math.round({self.path()})", f"Double.parseDouble({self.path()})", f"Math.floor({self.path()})",
            )  # fmt: skip
        argument = self.any(depth - 2)
        dot = self.pick(".", ".", "?.")
        return (
            target
            + dot
            + self.pick(
                "length()", f"contains({argument})", f"startsWith({argument})", f"endsWith({argument})", f"equals({argument})",
                f"equalsIgnoreCase({argument})", "isEmpty()", "size()", f"indexOf({argument})", f"lastIndexOf({argument})",
                f"substring({self.pick('0', '1', '5')})", "substring(0, 1)", "toLowerCase()", "toUpperCase()", "trim()",
                f"replace({argument}, 'y')", "charAt(0)", f"splitOnToken({argument})", f"compareTo({argument})", "hashCode()", "toString()",
                f"containsKey({argument})", f"containsValue({argument})", f"get({argument})", f"getOrDefault({argument}, 1)",
                "keySet()", "values()", "intValue()", "longValue()", "doubleValue()", f"concat({argument})", f"add({argument})",
                "stream().anyMatch(y -> y == 1)", "stream().filter(y -> y != null).count()", f"any(y -> y == {argument})",
            )  # fmt: skip
        )

    def boolean(self, depth: int) -> str:
        """An expression that is mostly a boolean."""
        roll = self.rng.random()
        if depth <= 0 or roll < 0.12:
            return self.pick(f"{self.path()} == {self.literal()}", f"{self.path()} != null", self.path(), "true", f"{self.path()} == {self.path()}")
        if roll < 0.35:
            return f"{self.boolean(depth - 1)} {self.pick('&&', '||')} {self.boolean(depth - 1)}"
        if roll < 0.42:
            return f"!({self.boolean(depth - 1)})"
        if roll < 0.55:
            name = self.pick("String", "Map", "List", "Number", "Integer", "Long", "Double", "Boolean", "int", "Object", "Collection", "ArrayList", "HashMap", "CharSequence", "Float", "def")  # fmt: skip
            return f"{self.any(depth - 1)} instanceof {name}"
        if roll < 0.9:
            return f"{self.any(depth - 1)} {self.pick('==', '!=', '<', '<=', '>', '>=', '==', '!=')} {self.any(depth - 1)}"
        return self.call(depth)
