"""Random scripts that change documents, from a seed: what the property tests and the parity cases run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipeline.painless.scripts import Plain, plain_document

if TYPE_CHECKING:
    import random

_FIELDS = (
    "ctx.out",
    "ctx.m.new",
    "ctx.m.a",
    "ctx.m.b.c",
    "ctx['k v']",
    "ctx.s",
    "ctx.i",
    "ctx.f",
    "ctx.big",
    "ctx.l[0]",
    "ctx.tags[-1]",
    "ctx.zz.y",
)
_FUNCTIONS = (
    "int twice(int n) { return n * 2 }",
    "String shout(def s) { if (s == null) { return 'none' } return s.toString().toUpperCase() }",
    "void mark(Map m, String k) { m[k] = true }",
    "def first(List l) { for (x in l) { if (x != null) { return x } } return 'empty' }",
    "int depth(def v) { int d = 0; if (v instanceof Map) { for (x in v.values()) { d = (int) Math.max(d, depth(x)) } return d + 1 } return 0 }",
)
_CALLS = (
    "ctx.out = twice({n})",
    "ctx.out = shout({v})",
    "mark(ctx, 'seen')",
    "ctx.out = first(ctx.l)",
    "ctx.out = depth(ctx.m)",
)
_LISTS = ("ctx.l", "ctx.tags", "made", "ctx.m.k")
_WHOLES = (
    "ctx.tags.removeIf(t -> t == {t})", "ctx.l.removeIf(x -> x == null)", "{l}.add({v})", "{l}.add(0, {v})", "{l}.addAll(ctx.tags)", "{l}.remove(0)",
    "ctx.tags.sort((a, b) -> a.compareTo(b))", "{l}.clear()", "{l}.set(0, {v})", "ctx.m.put({t}, {v})", "ctx.m.remove({t})", "ctx.m.putAll(['p': {v}])",
    "ctx.m.merge('cnt', 1, (a, b) -> a + b)", "ctx.m.computeIfAbsent('list', k -> []).add({v})", "ctx.out = ctx.m.getOrDefault({t}, {v})",
    "ctx.m.entrySet().removeIf(e -> e.getValue() == null)", "ctx.out = {l}.indexOf({v})", "ctx.out = {l}.contains({v})", "ctx.out = {l}.subList(0, 1)",
    "ctx.out = {l}.join(',')", "ctx.out = '' + {l}", "ctx.out = '' + ctx.m", "ctx.out = new ArrayList(ctx.m.keySet())", "ctx.out = {l}.collect(x -> '' + x)",
    "ctx.out = ctx.m.values().size()", "ctx.remove({t})", "ctx.remove('s')", "ctx.m.values().removeIf(v -> v == null)", "made.add([{v}, {v}])",
    "ctx.out = ctx.m.findAll((k, v) -> v != null)", "Collections.reverse({l})", "{l}.replaceAll(x -> x == null ? {v} : x)", "ctx.out = made",
    "ctx.out = {l}.stream().filter(x -> x != null).map(x -> x.toString()).collect(Collectors.toList())", "ctx.m.forEach((k, v) -> made.add(k))",
    "ctx.out = ctx.m.remove('k')", "ctx.out = ctx.m.clone()", "ctx.out = ctx.s.splitOnToken(' ').length", "ctx.out = ctx.m.equals(ctx.m)",
)  # fmt: skip


class Changing:
    """Writes scripts that change a plain document, and mostly succeed."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.values = Plain(rng)
        self.names = 0

    def script(self) -> str:
        """A whole script."""
        functions = [one for one in _FUNCTIONS if self.rng.random() < 0.12]
        self.known = [_CALLS[_FUNCTIONS.index(one)] for one in functions]
        lines = ["def made = [];", *(self.tried() for _ in range(self.rng.randrange(1, 5)))]
        return " ".join([*functions, *lines])

    def tried(self) -> str:
        """A statement, as likely as not with its failure caught."""
        statement = self.statement(2)
        if self.rng.random() < 0.5:
            return statement
        self.names += 1
        return f"try {{ {statement} }} catch (Exception e{self.names}) {{ made.add('failed'); }}"

    def value(self) -> str:
        """Any expression."""
        roll = self.rng.random()
        if roll < 0.35:
            return self.values.number(2)
        if roll < 0.65:
            return self.values.text(2)
        if roll < 0.8:
            return f"({self.values.truth(2)})"
        return self.rng.choice(
            (
                "null",
                "[1, 'a']",
                "['q': 1]",
                "ctx.m",
                "ctx.l",
                "ctx.m.b",
                "new HashMap()",
                "ctx.tags",
                "1.5f",
                "2L",
            )
        )

    def statement(self, depth: int) -> str:
        """One statement with whatever ends it."""
        roll = self.rng.random()
        if roll < 0.22 or not depth:
            return f"{self.rng.choice(_FIELDS)} = {self.value()};"
        if roll < 0.34:
            operator = self.rng.choice(
                ("+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "+=")
            )
            return f"{self.rng.choice(_FIELDS)} {operator} {self.rng.choice((self.values.number(1), self.values.text(1), self.values.number(1)))};"
        if roll < 0.4:
            field = self.rng.choice(_FIELDS)
            return self.rng.choice(
                (f"{field}++;", f"--{field};", f"ctx.out = {field}--;", f"ctx.out = ++{field};")
            )
        if roll < 0.62:
            return self.filled(self.rng.choice(_WHOLES)) + ";"
        if roll < 0.66 and self.known:
            return self.filled(self.rng.choice(self.known)) + ";"
        return self.nested(depth - 1)

    def filled(self, shape: str) -> str:
        """A shape with values in its places."""
        while "{v}" in shape:
            shape = shape.replace("{v}", self.value(), 1)
        names = {
            "{t}": lambda: self.rng.choice(("'a'", "'b'", "'x'", "ctx.s")),
            "{n}": lambda: self.values.number(1),
            "{l}": lambda: self.rng.choice(_LISTS),
        }
        for mark, make in names.items():
            shape = shape.replace(mark, make())
        return shape

    def nested(self, depth: int) -> str:
        """A statement with others in it."""
        self.names += 1
        name, inside = (
            f"v{self.names}",
            " ".join(self.statement(depth) for _ in range(self.rng.randrange(1, 3))),
        )
        roll = self.rng.random()
        if roll < 0.3:
            other = f" else {{ {self.statement(depth)} }}" if self.rng.random() < 0.4 else ""
            return f"if ({self.values.truth(2)}) {{ {inside} }}{other}"
        if roll < 0.45:
            return f"for ({name} in {self.rng.choice(_LISTS)}) {{ made.add({name}); {inside} }}"
        if roll < 0.55:
            return f"for ({name} in ctx.m.entrySet()) {{ made.add({name}.getKey()); {inside} }}"
        if roll < 0.65:
            return f"for (int {name} = 0; {name} < {self.rng.randrange(4)}; {name}++) {{ made.add({name}); {inside} }}"
        if roll < 0.75:
            kind = self.rng.choice(
                ("def", "int", "long", "double", "String", "def", "byte", "float", "List", "Map")
            )
            return f"{kind} {name} = {self.value()}; {name} {self.rng.choice(('=', '+=', '-=', '*='))} {self.value()}; ctx.out = {name}; {inside}"
        if roll < 0.9:
            caught = self.rng.choice(
                (
                    "Exception",
                    "NullPointerException",
                    "IllegalArgumentException",
                    "ClassCastException",
                    "IndexOutOfBoundsException",
                )
            )
            return f"try {{ {inside} }} catch ({caught} {name}) {{ ctx.caught = '{caught}'; }}"
        return f"int {name} = 0; while ({name} < 3) {{ {name}++; if ({self.values.truth(1)}) {{ break; }} {inside} }}"


def changing(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """A script and a document for it."""
    return Changing(rng).script(), plain_document(rng)
