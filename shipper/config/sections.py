"""
Reads one mapping of the file as one section: dotted and nested spellings are the same, no key twice, none unknown.

What a key may hold is the business of its kind; what sections there are that of ``keys``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from shipper.config import keys
from shipper.config.document import Listing, Mark, Scalar, Table, describe
from shipper.config.kinds import FAILED, Context
from shipper.config.mappings import HeaderMap, JsonMap
from shipper.config.masking import SECRET_NAME, quote
from shipper.config.suggest import nearest

if TYPE_CHECKING:
    from shipper.config.document import Node
    from shipper.config.settings import Base

_CLOSE = 0.85  # similarity from which on a name is surely a misspelling


class Found(NamedTuple):
    """A key of the file and its value."""

    key: Scalar
    value: Node


class Reader:
    """
    The keys found in one section.

    Args:
        section: which keys there may be.
        mark: where the section stands, for what is missing in it.
    """

    def __init__(self, section: keys.Section, mark: Mark, context: Context) -> None:
        self.section = section
        self.context = context
        self.mark = mark
        self._names = keys.flat(section)
        self._maps = [
            name
            for name, key in self._names.items()
            if key is not None and isinstance(key.kind, JsonMap | HeaderMap)
        ]
        self._prefixes = {
            name[:index] for name in self._names for index, char in enumerate(name) if char == "."
        }
        self.found: dict[str, Found] = {}
        self.opened: dict[str, Mark] = {}  # prefix → where it was first named
        self._meant: set[str] = set()
        self._override = False
        self._overridden: set[str] = set()

    def at(self, name: str) -> Mark:
        """Where the value of ``name`` stands; the section itself where it does not."""
        found = self.found.get(name)
        return self.mark if found is None else found.value.mark

    def has(self, name: str) -> bool:
        """Whether ``name``, or a key below it, is in the file."""
        return name in self.found or name in self.opened

    def given(self, name: str) -> bool:
        """Whether ``name`` has a value, substitutions made; an empty one does not count."""
        found = self.found.get(name)
        if found is None or not isinstance(found.value, Scalar):
            return found is not None
        self.context.substitution.apply(found.value)
        return found.value.value is not None or found.value.broken

    def override(self, table: Table) -> None:
        """Take keys that win over those of the file."""
        self._override = True
        self.take(table)
        self._override = False

    def take(self, table: Table, prefix: str = "") -> None:
        """Note every key of ``table``, whose names begin with ``prefix``."""
        for key, value in table.entries:
            name = prefix + key.text
            if name in self._names and not (name in self._prefixes and isinstance(value, Table)):
                self._note(name, key, value)
                if self._override:
                    self._overridden.add(name)
            elif name in self._prefixes:
                self._open(name, key)
                if isinstance(value, Table):
                    self.take(value, f"{name}.")
                elif not (isinstance(value, Scalar) and value.value is None):
                    below = ", ".join(
                        sorted(n for n in self._names if n.startswith(f"{name}."))[:4]
                    )
                    self.context.wrong(
                        value, f"a mapping below {quote(name)}", f"its keys are {below}, …"
                    )
            elif owner := next((m for m in self._maps if name.startswith(f"{m}.")), None):
                self._note_in_map(owner, name, key, value)
            else:
                self._unknown(name, key)

    def _open(self, name: str, key: Scalar) -> None:
        while name:
            if name in self._prefixes:
                self.opened.setdefault(name, key.mark)
            name = name.rpartition(".")[0]

    def _note(self, name: str, key: Scalar, value: Node) -> None:
        self._open(name.rpartition(".")[0], key)
        if name in self._overridden and not self._override:
            return
        if name in self._maps and isinstance(value, Table):
            entries = [
                entry
                for entry in value.entries
                if self._override or f"{name}.{entry[0].text}" not in self._overridden
            ]
            known = self.found.get(name)
            if known is not None and isinstance(known.value, Table):
                known.value.entries.extend(entries)
                return
            value = Table(value.mark, entries)  # a copy: an alias may share the original
        if name in self.found and not self._override:
            self._twice(name, key)
            return
        self.found[name] = Found(key, value)

    def _note_in_map(self, owner: str, name: str, key: Scalar, value: Node) -> None:
        if self._override:
            self._overridden.add(name)
        elif name in self._overridden:
            return
        rest = name[len(owner) + 1 :]
        entry = (Scalar(key.mark, rest, plain=True, value=rest), value)
        self._note(owner, key, Table(key.mark, [entry]))

    def _twice(self, name: str, key: Scalar) -> None:
        first = self.found[name].key.mark
        self.context.problems.add(
            key.mark,
            f"{quote(name)} for the second time (first at line {first.line})",
            "expected every key once: dotted and nested spellings are the same key",
            "remove one of them",
        )

    def _unknown(self, name: str, key: Scalar) -> None:
        from shipper.config.hints import hint  # noqa: PLC0415 - for a mistake only

        title = self.section.title
        todo = hint(title, name) or _meant(name, title, self._names)
        # What was misspelled is not missing as well.
        self._meant |= {word.strip("'?") for word in todo.split()}
        where = f"a key of {title}" if title == "the file" else f"a key of the section {title}"
        self.context.problems.add(
            key.mark,
            f"unknown key {quote(name)}",
            f"expected {where}",
            todo,
        )

    def build(self, section: keys.Section | None = None, prefix: str = "") -> dict[str, Any]:
        """Return the values of a section's own keys by field; those that are wrong are left out."""
        section = section or self.section
        values: dict[str, Any] = {}
        for key in section.keys:
            name = prefix + key.name
            value = self.value(name, key)
            if value is None:
                if key.required and not self._failed(name):
                    self.missing(name, prefix)
            elif value is not FAILED and key.target:
                values[key.target] = value[0]
        return values

    def value(self, name: str, key: keys.Key) -> Any:
        """Return the value of one key in a tuple of one; None where it is not given, or ``FAILED``."""
        found = self.found.get(name)
        if found is None:
            return None
        node = found.value
        if SECRET_NAME.search(key.name) and isinstance(node, Scalar):
            node.secret = True
        if not self.context.substitution.apply(node):
            return FAILED
        if isinstance(node, Scalar) and node.value is None and not node.broken:
            return None
        value = key.kind.convert(node, self.context)
        return value if value is FAILED else (value,)

    def _failed(self, name: str) -> bool:
        found = self.found.get(name)
        return found is not None and not (
            isinstance(found.value, Scalar) and found.value.value is None
        )

    def missing(self, name: str, prefix: str = "", todo: str = "") -> None:
        """Note that ``name`` is missing, unless a misspelling of it was found."""
        if name in self._meant:
            return
        mark = self.opened.get(prefix.rstrip("."), self.mark) if prefix else self.mark
        self.context.problems.add(
            mark, f"{quote(name)} is missing", "expected a value for it", todo or f"add {name}"
        )

    def struct(self, section: keys.Section, prefix: str, placeholder: dict[str, Any]) -> Base:
        """
        Build a section with those nested in it.

        Args:
            section: what to build.
            prefix: where its names begin, with the dot.
            placeholder: values for required fields, used where theirs are missing or wrong: the settings are thrown
                away then, but the checks across keys still find what else is wrong.
        """
        values = placeholder | self.build(section, prefix)
        for name, (to, inner) in section.nested.items():
            values.setdefault(to, inner.struct(**self.build(inner, f"{prefix}{name}.")))
        return section.struct(**values)


def listing(node: Node, context: Context, what: str) -> list[Node]:
    """Return the items of a list; anything else is a problem."""
    if isinstance(node, Listing):
        return node.items
    if context.substitution.apply(node):
        context.wrong(node, f"a list of {what}", "begin each with '- '")
    return []


def expect_table(node: Node, context: Context, what: str) -> Table | None:
    """Return a mapping; anything else is a problem."""
    if isinstance(node, Table):
        return node
    context.problems.add(
        node.mark, f"found {describe(node)}", f"expected {what}", "write 'key: value' lines"
    )
    return None


def _meant(name: str, title: str, names: dict[str, keys.Key | None]) -> str:
    """Guess what was meant: a name without its beginning, a misspelling, a key of another section."""
    for known in names:
        if known.endswith(f".{name}"):
            return f"did you mean '{known}'?"
    whole = [*names, *(part for known in names for part in _parents(known))]
    if near := nearest(name, whole, _CLOSE):
        return f"did you mean '{near}'?"
    for other in (keys.INPUT, keys.TOP, *keys.PARSERS.values()):
        for known in keys.flat(other) if other.title != title else ():
            if name in {known, known.rpartition(".")[2], *_parents(known)}:
                place = "an input" if other is keys.INPUT else other.title
                return f"'{known}' is a key of {place}: move it there"
    if near := nearest(name, whole):
        return f"did you mean '{near}'?"
    last = nearest(name.rpartition(".")[2], [known.rpartition(".")[2] for known in names])
    for known in names:
        if last and known.rpartition(".")[2] == last:
            return f"did you mean '{known}'?"
    return "remove it; docs/configuration.md lists all keys"


def _parents(name: str) -> list[str]:
    return [name[:index] for index, char in enumerate(name) if char == "."]
