"""
From the tree of a document to Python source that makes it: the text of ``_bulk``, or a dict for the steps behind the head.

Only literals of constants and names of our own are written; no text of a log line is ever part of the source.
"""

from __future__ import annotations

from shipper.pipeline.head.shape import (
    CONST,
    DOUBLE,
    FLOAT,
    RAW,
    TEXT,
    WHOLE,
    Leaf,
    Tree,
    json_text,
)


def literal(text: str) -> str:
    """A text as a piece of an f-string in single quotes."""
    text = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return text.replace("{", "{{").replace("}", "}}")


def hole(code: str) -> str:
    """An expression as a piece of an f-string."""
    return "{" + code + "}"


def braces(text: str) -> str:
    """A piece of an f-string in the braces of a JSON object."""
    return "{{" + text + "}}"


class Writer:
    """Lines of source, and new names."""

    def __init__(self, *, whole: bool = True) -> None:
        self.whole = whole  # texts are made, not dicts
        self.lines: list[str] = []
        self.setup: list[str] = []  # once a block
        self._count = 0

    def name(self, prefix: str = "v") -> str:
        """A name that no other has."""
        self._count += 1
        return f"{prefix}{self._count}"

    def set(self, code: str, prefix: str = "v") -> str:
        """Assign an expression to a new name."""
        name = self.name(prefix)
        self.lines.append(f"{name} = {code}")
        return name

    def give_up_if(self, condition: str) -> None:
        """Lines for which a condition holds take the plain way."""
        self.lines += [f"if {condition}:", "    add(None)", "    continue"]

    # -- text ------------------------------------------------------------------------------------------------------

    def piece(self, leaf: Leaf) -> str:
        """A leaf's JSON as a piece of an f-string."""
        if leaf.kind == CONST:
            return literal(json_text(leaf.value))
        if leaf.kind == RAW:
            return hole(leaf.json)
        if leaf.kind == TEXT:
            if leaf.json:
                return f'"{hole(leaf.json)}"'
            return (
                f'"{hole(leaf.code)}"' if leaf.safe else hole(self.set(f"quote({leaf.code})", "q"))
            )
        if leaf.kind == FLOAT:
            return hole(self.set(f"float_json({leaf.code})", "q"))
        assert leaf.kind in {WHOLE, DOUBLE}
        return hole(f"{leaf.code}!r")

    def json(self, tree: Tree) -> str:
        """A tree's JSON as a piece of an f-string; what is conditional is assigned before."""
        sure, maybe = self._members(tree)
        if not sure and maybe:
            joined = self.set(" + ".join(maybe), "o")
            return braces(hole(f"{joined}[1:]"))
        return braces(",".join(sure) + "".join(map(hole, maybe)))

    def _members(self, tree: Tree) -> tuple[list[str], list[str]]:
        """Pieces ``"name":value`` that are always there, and names of variables with the others, each with a comma."""
        sure: list[str] = []
        maybe: list[str] = []
        for name, value in tree.items():
            key = literal(json_text(name)) + ":"
            if isinstance(value, Leaf):
                if value.when:
                    maybe.append(self._optional(key, value))
                else:
                    sure.append(key + self.piece(value))
                continue
            inner_sure, inner_maybe = self._members(value)
            if inner_sure or not inner_maybe:
                sure.append(key + braces(",".join(inner_sure) + "".join(map(hole, inner_maybe))))
            elif value.always:
                joined = self.set(f"({' + '.join(inner_maybe)})[1:]", "o")
                sure.append(key + braces(hole(joined)))
            else:
                maybe.append(self._sometimes(key, value, inner_maybe))
        return sure, maybe

    def _sometimes(self, key: str, tree: Tree, names: list[str]) -> str:
        """An object of which every member may be missing."""
        only = next(iter(tree.values()))
        if len(tree) == 1 and isinstance(only, Leaf):  # made anew with the object around it
            del self.lines[-1]
            member = literal(json_text(next(iter(tree)))) + ":"
            return self._optional(key + "{{" + member, only, "}}")
        joined = self.set(" + ".join(names), "o") if len(names) > 1 else names[0]
        inner = key + braces(hole(f"{joined}[1:]"))
        return self.set(f"f',{inner}' if {joined} else ''", "o")

    def _optional(self, key: str, leaf: Leaf, end: str = "") -> str:
        if leaf.kind == TEXT and not leaf.safe and not leaf.json:
            code = f"f',{key}{hole(f'quote({leaf.code})')}{end}'"
        elif leaf.kind == FLOAT:
            code = f"f',{key}{hole(f'float_json({leaf.code})')}{end}'"
        else:
            code = f"f',{key}{self.piece(leaf)}{end}'"
        return self.set(f"{code} if {leaf.when} else ''", "o")

    # -- dict ------------------------------------------------------------------------------------------------------

    def python(self, tree: Tree, target: str = "ctx") -> None:
        """Assign the tree as a new dict to a name."""
        later: list[tuple[tuple[str, ...], Leaf]] = []
        self.lines.append(f"{target} = {self._dict(tree, (), later)}")
        for path, leaf in later:
            place = target
            for name in path[:-1]:
                place += f".setdefault({name!r}, {{}})"
            self.lines.append(f"if {leaf.when}: {place}[{path[-1]!r}] = {expression(leaf)}")

    def _dict(
        self, tree: Tree, above: tuple[str, ...], later: list[tuple[tuple[str, ...], Leaf]]
    ) -> str:
        parts = []
        for name, value in tree.items():
            path = (*above, name)
            if not isinstance(value, Leaf):
                before = len(later)
                text = self._dict(value, path, later)
                if value.always or text != "{}" or len(later) == before:
                    parts.append(f"{name!r}: {text}")
            elif value.when:
                later.append((path, value))
            else:
                parts.append(f"{name!r}: {expression(value)}")
        return "{" + ", ".join(parts) + "}"


def expression(leaf: Leaf) -> str:
    """A leaf as a Python expression of the value that a processor would have set."""
    if leaf.kind == CONST:
        return repr(leaf.value)
    if leaf.kind == WHOLE and leaf.java == "long":
        return f"long({leaf.code})"
    if leaf.kind == FLOAT:
        return f"Float({leaf.code})"
    return leaf.code


def both(writer: Writer, condition: str, new: Leaf, old: Leaf) -> Leaf:
    """One of two leaves, both always there."""
    if writer.whole:
        json = f"f'{writer.piece(new)}' if {condition} else f'{writer.piece(old)}'"
        return Leaf(RAW, json=writer.set(json, "j"))
    return Leaf(RAW, code=writer.set(f"{expression(new)} if {condition} else {expression(old)}"))
