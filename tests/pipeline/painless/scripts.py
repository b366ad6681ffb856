"""Random conditions and documents, from a seed: what the property tests and the parity cases run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

FIELDS = ["a", "s", "i", "l", "f", "t", "n", "big", "m", "zz", "tags", "num"]
WORDS = ["x", "abc", "", "5", "ü", "😀a", "true", "a b", "ABC", "null", "-7", "1.5"]
NUMBERS = [
    "0",
    "1",
    "5",
    "-3",
    "127",
    "128",
    "2147483647",
    "3000000000L",
    "1.5",
    "2.0",
    "0.1f",
    "1L",
    "-1L",
    "1e10",
    "7d",
    "017",
    "0x1F",
]


def document(rng: random.Random) -> dict[str, Any]:
    """A document whose fields have any class."""
    return {name: value(rng, 2) for name in FIELDS if rng.random() < 0.85}


def value(rng: random.Random, depth: int) -> Any:
    """Any JSON value."""
    roll = rng.random()
    if roll < 0.25:
        return rng.choice(WORDS)
    if roll < 0.45:
        return rng.choice(
            [0, 1, 5, -3, 127, 128, 2147483647, -2147483648, 3000000000, 9007199254740993]
        )
    if roll < 0.57:
        return rng.choice([1.5, 0.0, -0.0, 1e10, 0.1, 5.0, 2147483648.0])
    if roll < 0.67:
        return rng.random() < 0.5
    if roll < 0.75 or not depth:
        return None
    if roll < 0.88:
        return [value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {
        rng.choice(["a", "b", "c", "empty", "0"]): value(rng, depth - 1)
        for _ in range(rng.randrange(4))
    }


def plain_document(rng: random.Random) -> dict[str, Any]:
    """A document such as a parser makes: each field of one class, some missing."""
    whole = {
        "s": rng.choice(["abc", "x", "", "GET /index", "😀 é", "A b", "7", "-12", "1.5e3", "true"]),
        "u": rng.choice(["ABC", "abc", "ß", "É", "x y z"]),
        "i": rng.choice([0, 1, 5, -7, 200, 404, 2147483647, -2147483648]),
        "j": rng.choice([1, 2, 3, 5, 31, 32, 33, -1]),
        "big": rng.choice([3000000000, -3000000000, 9223372036854775807, 4294967296]),
        "f": rng.choice([1.5, 0.0, -0.0, 0.1, 1e21, -2.25, 5.0, 123456789.125]),
        "t": rng.random() < 0.5,
        "l": [rng.choice(["x", "y", 1, 2.5, None, True]) for _ in range(rng.randrange(4))],
        "tags": [rng.choice(["x", "y", "zed"]) for _ in range(rng.randrange(4))],
        "m": {
            "a": rng.choice([1, "x", None]),
            "b": {"c": rng.choice(["deep", 5, True])},
            "k": [1, 2],
        },
    }
    return {name: item for name, item in whole.items() if rng.random() < 0.93}


class Plain:
    """Writes conditions that mostly succeed on a plain document."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def pick(self, *items: str) -> str:
        return self.rng.choice(items)

    def script(self) -> str:
        roll = self.rng.random()
        if roll < 0.6:
            return self.truth(3)
        if roll < 0.7:
            return f"def v = {self.number(2)}; def w = {self.text(1)}; return v > {self.number(1)} || w == {self.text(1)}"
        if roll < 0.78:
            return f"int v = 0; for (x in ctx.tags) {{ if ({self.truth(1)}) {{ v += {self.pick('1', 'x.length()', '2')}; }} }} return v {self.pick('>', '==', '<')} 2"
        if roll < 0.86:
            return f"if ({self.truth(2)}) {{ return {self.truth(1)}; }} else if ({self.truth(1)}) {{ return {self.truth(1)} }} return false"
        if roll < 0.93:
            return f"int n = {self.pick('3', '7', 'ctx.tags.size()')}; long s = 1; while (n > 0) {{ s = s {self.pick('*', '+', '^', '-')} {self.pick('n', '3', '1000000007')}; n--; }} return s > {self.number(1)}"
        return f"String s = {self.text(2)}; return {self.pick('s.length() > 2', 's.isEmpty()', 's == ctx.s', 's.contains(ctx.u)', 's.indexOf(ctx.s) >= 0', 's.toLowerCase() == s')}"

    def number(self, depth: int) -> str:
        roll = self.rng.random()
        if depth <= 0 or roll < 0.3:
            return self.pick(
                "ctx.i",
                "ctx.j",
                "ctx.big",
                "ctx.f",
                "1",
                "2",
                "7L",
                "1.5",
                "0.5f",
                "ctx.m.b.c" if roll < 0.02 else "ctx.i",
                "ctx.tags.size()",
                "ctx.s.length()",
                "-3",
                "1e3",
                "(byte)200",
                "(short)7",
                "(char)65",
            )
        if roll < 0.65:
            return f"({self.number(depth - 1)} {self.pick('+', '-', '*', '/', '%')} {self.number(depth - 1)})"
        if roll < 0.75:
            return f"({self.pick('ctx.i', 'ctx.j', 'ctx.big', '5', '-5L')} {self.pick('&', '|', '^', '<<', '>>', '>>>')} {self.pick('ctx.j', 'ctx.i', '3', '33', '2L')})"
        if roll < 0.85:
            return f"({self.pick('int', 'long', 'double', 'float', 'byte', 'short', 'char')}) {self.pick('ctx.i', 'ctx.j', 'ctx.big', 'ctx.f')}"
        return self.pick(
            f"Math.max({self.number(depth - 1)}, {self.number(depth - 1)})", f"Math.min({self.number(depth - 1)}, 3)", f"Math.abs({self.number(depth - 1)})",
            f"Math.round({self.number(depth - 1)})", f"Math.floor({self.number(depth - 1)})", f"Math.ceil({self.number(depth - 1)})",
            "ctx.s.indexOf('b')", "ctx.s.compareTo(ctx.u)", "ctx.s.hashCode()", f"ctx.s.lastIndexOf({self.text(0)})", "ctx.i.intValue()", "ctx.big.intValue()",
            "ctx.f.longValue()", "ctx.big.doubleValue()", "ctx.i.byteValue()", f"-{self.number(depth - 1)}" if self.rng.random() < 0.5 else "~ctx.i", "ctx.i.compareTo(ctx.j)",
            "Integer.parseInt('12')", "Long.parseLong('-99')", "Double.parseDouble('1e3')", f"(ctx.zz ?: {self.number(0)})",
            "Integer.MAX_VALUE", "Long.MIN_VALUE", "Integer.compare(ctx.i, ctx.j)", "Integer.bitCount(ctx.i)",
        )  # fmt: skip

    def text(self, depth: int) -> str:
        roll = self.rng.random()
        if depth <= 0 or roll < 0.35:
            return self.pick(
                "ctx.s", "ctx.u", "'x'", "''", "'b'", '"A"', "'GET'", "ctx.tags[0]", "'é'"
            )
        return self.pick(
            f"({self.text(depth - 1)} + {self.number(depth - 1)})", f"({self.number(0)} + {self.text(depth - 1)})", "ctx.s.toUpperCase()", "ctx.u.toLowerCase()",
            "ctx.s.trim()", f"ctx.s.replace({self.text(0)}, {self.text(0)})", "ctx.s.substring(0)", "ctx.s.substring(1)", "ctx.s.substring(0, 1)",
            "ctx.s.splitOnToken(' ')[0]", "String.valueOf(ctx.l)" if roll < 0.0 else "String.valueOf(ctx.i)", "ctx.i.toString()", "ctx.f.toString()",
            f"ctx.s.concat({self.text(0)})", "(ctx.zz ?: 'dflt')", f"({self.truth(0)} ? ctx.s : {self.text(0)})", "String.join(',', ctx.tags)",
            "ctx.tags.join('-')", "Integer.toHexString(ctx.i)", "'' + ctx.f", "'' + ctx.big", "ctx.s.charAt(0)", "'' + ctx.t + null", "Long.toString(ctx.big)",
            "ctx.tags.stream().filter(y -> y != 'x').map(y -> y + '!').collect(Collectors.joining(','))", "'' + [1, 'x', null, 2.0]", "'' + ['a': 1]",
        )  # fmt: skip

    def truth(self, depth: int) -> str:
        roll = self.rng.random()
        if depth > 0 and roll < 0.25:
            return f"{self.truth(depth - 1)} {self.pick('&&', '||')} {self.truth(depth - 1)}"
        if depth > 0 and roll < 0.3:
            return f"!({self.truth(depth - 1)})"
        if roll < 0.5:
            return f"{self.number(depth)} {self.pick('==', '!=', '<', '<=', '>', '>=')} {self.number(depth)}"
        if roll < 0.65:
            return f"{self.text(depth)} {self.pick('==', '!=')} {self.text(depth)}"
        return self.pick(
            f"ctx.s.contains({self.text(0)})", f"ctx.s.startsWith({self.text(0)})", f"ctx.s.endsWith({self.text(0)})", f"ctx.s.equalsIgnoreCase({self.text(0)})",
            "ctx.s.isEmpty()", f"ctx.tags.contains({self.text(0)})", f"ctx.l.contains({self.pick('1', '1L', '2.5', 'null', 'true', chr(39) + 'x' + chr(39))})", "ctx.containsKey('i')",
            "ctx.m.containsKey('a')", f"['x', 'abc', 5].contains({self.pick('ctx.s', 'ctx.i', 'ctx.m?.a')})", "ctx.m?.b?.c == 'deep'", "ctx.m.k[1] == 2", "ctx['m']['b'].c == 5",
            "ctx.zz?.y == null", "ctx.m.a instanceof String", "ctx.l[0] instanceof Number", "ctx.big instanceof Long", "ctx.f instanceof Double", "ctx.t", "ctx.t == true",
            "ctx.tags.stream().anyMatch(y -> y == 'x')", "ctx.l.stream().allMatch(y -> y != null)", "ctx.l.any(y -> y == 'x')", "ctx.tags.size() > 1", "ctx.tags.isEmpty()",
            "ctx.tags[-1] == 'x'", "ctx.l == [1, 'x']", "[1, 'x'] == ctx.l", "ctx.m.keySet().contains('b')", "ctx.m.values().contains(1)", "ctx.l.indexOf(1) == 0",
            "ctx.tags.stream().filter(y -> y.length() > 1).count() > 0", "Objects.equals(ctx.i, ctx.j)", "Boolean.parseBoolean(ctx.s)", "ctx.s =~ /[a-c]+/", "ctx.s ==~ /\\w+/",
            "ctx.t ? ctx.i > 3 : ctx.j < 3", "ctx.m.getOrDefault('zz', 5) == 5", "ctx.tags.stream().distinct().count() == ctx.tags.size()", "ctx.i.equals(5)", "ctx.i.equals(ctx.j)",
        )  # fmt: skip


class Scripts:
    """Writes conditions that try everything on everything."""

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
            return (
                f"if ({self.boolean(2)}) {{ return {self.boolean(1)}; }} return {self.boolean(1)}"
            )
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
        text = "ctx" + (
            self.pick(".", ".", ".", "?.") + rng.choice(FIELDS)
            if rng.random() < 0.85
            else f"['{rng.choice(FIELDS)}']"
        )
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            roll = rng.random()
            if roll < 0.6:
                text += self.pick(".", "?.", "?.") + self.pick(
                    "a", "b", "c", "empty", "length", "0"
                )
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
        target = (
            self.path() if self.rng.random() < 0.85 else self.pick("'abc'", "[1, 'x']", "['a': 1]")
        )
        if self.rng.random() < 0.12:
            return self.pick(
                f"String.valueOf({self.any(depth - 1)})", f"Objects.equals({self.any(depth - 1)}, {self.any(depth - 1)})",
                f"Integer.parseInt({self.path()})", f"Long.parseLong({self.path()})", f"Math.max({self.path()}, {self.literal()})",
                f"Math.round({self.path()})", f"Double.parseDouble({self.path()})", f"Math.floor({self.path()})",
            )  # fmt: skip
        argument = self.any(depth - 2)
        dot = self.pick(".", ".", "?.")
        return target + dot + self.pick(
            "length()",
            f"contains({argument})",
            f"startsWith({argument})",
            f"endsWith({argument})",
            f"equals({argument})",
            f"equalsIgnoreCase({argument})",
            "isEmpty()",
            "size()",
            f"indexOf({argument})",
            f"lastIndexOf({argument})",
            f"substring({self.pick('0', '1', '5')})",
            "substring(0, 1)",
            "toLowerCase()",
            "toUpperCase()",
            "trim()",
            f"replace({argument}, 'y')",
            "charAt(0)",
            f"splitOnToken({argument})",
            f"compareTo({argument})",
            "hashCode()",
            "toString()",
            f"containsKey({argument})",
            f"containsValue({argument})",
            f"get({argument})",
            f"getOrDefault({argument}, 1)",
            "keySet()",
            "values()",
            "intValue()",
            "longValue()",
            "doubleValue()",
            f"concat({argument})",
            f"add({argument})",
            "stream().anyMatch(y -> y == 1)",
            "stream().filter(y -> y != null).count()",
            f"any(y -> y == {argument})",
        )  # fmt: skip

    def boolean(self, depth: int) -> str:
        """An expression that is mostly a boolean."""
        roll = self.rng.random()
        if depth <= 0 or roll < 0.12:
            return self.pick(
                f"{self.path()} == {self.literal()}",
                f"{self.path()} != null",
                self.path(),
                "true",
                f"{self.path()} == {self.path()}",
            )
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
