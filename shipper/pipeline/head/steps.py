"""
What a pipeline's first steps do to the tree of a document, processor by processor.

Each function does to the tree what the processor does to a document, or raises `Ends` where that depends on more than is known. A line that would fail takes
the plain way, where the failure is handled.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shipper.pipeline.head.conditions import condition
from shipper.pipeline.head.emit import both
from shipper.pipeline.head.remembered import REMEMBERED, look_up
from shipper.pipeline.head.shape import (
    CONST,
    DOUBLE,
    FLOAT,
    RAW,
    TEXT,
    WHOLE,
    Ends,
    Leaf,
    Tree,
    const,
    cut,
    elements,
    find,
    json_text,
    only_always,
    put,
    value_of,
)
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.values import INT_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.head.emit import Writer
    from shipper.pipeline.steps import Step

_COMMON = {"tag", "description", "if", "ignore_failure", "on_failure"}


class State:
    """
    The compilation so far.

    Attributes:
        tree: the document.
        writer: of the loop's body.
        flavour: the product whose meaning counts.
        names: objects that the source uses, by name.
        counters: conditions of steps that run for some lines, by the step's index.
        skipped: indices of steps that run for no line.
    """

    def __init__(self, tree: Tree, writer: Writer, flavour: str) -> None:
        self.tree = tree
        self.writer = writer
        self.flavour = flavour
        self.names: dict[str, Any] = {}
        self.counters: dict[int, str] = {}
        self.skipped: set[int] = set()

    def object(self, prefix: str, value: Any) -> str:
        """A name in the source for an object."""
        name = self.writer.name(prefix)
        self.names[name] = value
        return name


def apply(step: Step, state: State, index: int) -> None:
    """
    Do to the tree what a step does.

    Raises:
        Ends: it cannot be done for all lines alike.
    """
    do = _STEPS.get(step.kind)
    unknown = do is None and step.kind not in REMEMBERED
    if unknown and step.script is None:
        raise Ends(f"the processor {step.kind} has no fast way")
    code = "True" if step.script is None else condition(step.script, state)
    if code == "False":
        state.skipped.add(index)
        return
    if unknown:
        raise Ends(f"the processor {step.kind} has no fast way")
    if code != "True":
        code = state.writer.set(code, "c")
        state.counters[index] = code
    when = "" if code == "True" else code
    if do is None:
        look_up(step, state, when)
    else:
        do(_Options(step.options), state, when)


class _Options(dict[str, Any]):
    """Options of which all must be looked at."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__({k: v for k, v in options.items() if k not in _COMMON and v is not None})

    def flag(self, name: str, default: bool) -> bool:
        value = self.pop(name, default)
        return value in {True, "true"}

    def done(self) -> None:
        if self:
            raise Ends(f"the option {min(self)}")


def set_(options: _Options, state: State, when: str) -> None:
    """``set`` of constants, of other fields, and of texts made of fields."""
    path = str(options.pop("field"))
    override = options.flag("override", default=True)
    empty = options.flag("ignore_empty_value", default=False)
    if "copy_from" in options:
        leaf = _copied(state, str(options.pop("copy_from")))
    else:
        leaf = _value(state, options.pop("value", None), when)
    options.pop("media_type", None)
    options.done()
    if empty and (not isinstance(leaf, Leaf) or leaf.kind != CONST or leaf.value in (None, "")):
        raise Ends("ignore_empty_value")
    present = find(state.tree, path)
    if not override and present is not None:
        if not isinstance(present, Leaf) or present.when:
            raise Ends("override: false on a field that is not always there")
        if present.kind != CONST or present.value is not None:
            return
    if not when:
        put(state.tree, path, leaf)
        return
    if not isinstance(leaf, Leaf) or leaf.when:
        raise Ends("a condition that differs from line to line")
    if present is None:
        put(state.tree, path, leaf.but(when=when))
    elif isinstance(present, Leaf) and not present.when:
        put(state.tree, path, both(state.writer, when, leaf, present))
    elif isinstance(present, Leaf) and leaf.kind == CONST and present.kind in {CONST, RAW}:
        there = state.writer.set(f"({present.when}) or {when}", "c")
        either = both(state.writer, when, leaf, present.but(when=""))
        put(state.tree, path, either.but(when=there))
    else:
        raise Ends("a condition that differs from line to line")


def _copied(state: State, path: str) -> Any:
    found = find(state.tree, path)
    if not isinstance(found, Leaf) or found.when:
        raise Ends(f"a copy of {path}, which is not a plain value on every line")
    return found


def _value(state: State, value: Any, when: str = "") -> Any:
    if isinstance(value, str) and "{{" in value:
        return _template(state, value, when)
    if isinstance(value, dict):
        if "{{" in repr(value):
            raise Ends("a template inside a map")
        tree = Tree(always=True)
        for name, inner in value.items():
            tree[str(name)] = _value(state, inner)
        return tree
    if isinstance(value, list) and "{{" in repr(value):
        raise Ends("a template inside a list")
    return const(value)


def _template(state: State, text: str, when: str) -> Leaf:
    """``{{{a.b}}}`` of a text, alone or between other words; of optional fields under a condition only."""
    words = re.split(r"\{\{\{\s*([\w@.]+)\s*\}\}\}", text)
    if len(words) == 1 or any("{{" in word or "}}" in word for word in words[::2]):
        raise Ends(f"the template {text!r}")
    found = [_said(state, path, text, when) for path in words[1::2]]
    if len(found) == 1 and not words[0] and not words[2]:
        return found[0]
    codes = [repr(words[0])]
    for leaf, word in zip(found, words[2::2], strict=True):
        codes += [repr(leaf.value) if leaf.kind == CONST else leaf.code, repr(word)]
    code = " + ".join(code for code in codes if code != "''")
    made = state.writer.set(f"{code} if {when} else ''" if when else code)
    plain = all(leaf.safe for leaf in found if leaf.kind == TEXT) and all(
        json_text(word) == f'"{word}"' for word in words[::2]
    )
    fixed = all(json_text(leaf.value) == f'"{leaf.value}"' for leaf in found if leaf.kind == CONST)
    return Leaf(TEXT, code=made, safe=plain and fixed)


def _said(state: State, path: str, text: str, when: str) -> Leaf:
    """What a field adds to a template."""
    found = find(state.tree, path)
    if isinstance(found, Leaf) and found.kind == TEXT and (when or not found.when):
        if found.when:
            state.writer.give_up_if(f"{when} and not ({found.when})")
        return found.but(when="")
    if isinstance(found, Leaf) and found.kind == CONST and isinstance(found.value, str):
        return found
    raise Ends(f"the template {text!r}, of a field that is not a text on every line")


def rename(options: _Options, state: State, when: str) -> None:
    """``rename`` of a field that is known."""
    only_always(when)
    path, target = str(options.pop("field")), str(options.pop("target_field"))
    missing = options.flag("ignore_missing", default=False)
    override = options.flag("override", default=False)
    options.done()
    elements(path)
    found = find(state.tree, path)
    if found is None:
        if missing:
            return
        raise Ends(f"{path} is never there")
    if isinstance(found, Leaf) and found.when and not missing:
        state.writer.give_up_if(f"not ({found.when})")
        found = found.but(when="")
    present = find(state.tree, target)
    if present is not None and (not override or (isinstance(found, Leaf) and found.when)):
        raise Ends(f"{target} is there already")
    cut(state.tree, path)
    put(state.tree, target, found)


def remove(options: _Options, state: State, when: str) -> None:
    """``remove`` of fields that are known."""
    fields = options.pop("field", None)
    missing = options.flag("ignore_missing", default=False)
    options.done()
    for path in fields if isinstance(fields, list) else [fields]:
        found = find(state.tree, str(path))
        if found is None:
            if missing:
                continue
            raise Ends(f"{path} is never there")
        if isinstance(found, Leaf) and found.when and not missing:
            if when:
                raise Ends("a condition that differs from line to line")
            state.writer.give_up_if(f"not ({found.when})")
        if not when:
            cut(state.tree, str(path))
        elif isinstance(found, Leaf):
            kept = state.writer.set(f"({found.when or 'True'}) and not {when}", "c")
            put(state.tree, str(path), found.but(when=kept))
        else:
            raise Ends("a condition that differs from line to line")


def append(options: _Options, state: State, when: str) -> None:
    """``append`` of constants to constants."""
    only_always(when)
    path, value = str(options.pop("field")), options.pop("value")
    duplicates = options.flag("allow_duplicates", default=True)
    options.done()
    if "{{" in repr(value):
        raise Ends("a template in append")
    found = find(state.tree, path)
    values = [] if found is None else value_of(found)
    values = list(values) if isinstance(values, list) else [values]
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, str):
            raise Ends("append of other values than texts")
        if duplicates or one not in values:
            values.append(one)
    put(state.tree, path, const(values))


def date(options: _Options, state: State, when: str) -> None:
    """``date`` of a text, by the first of its formats."""
    from shipper.pipeline import dates  # noqa: PLC0415 - only where a date is parsed
    from shipper.pipeline.dates.quick import DEFAULT_OUTPUT  # noqa: PLC0415

    path, target = str(options.pop("field")), str(options.pop("target_field", "@timestamp"))
    formats = options.pop("formats")
    output = str(options.pop("output_format", DEFAULT_OUTPUT))
    zone, locale = options.pop("timezone", None), options.pop("locale", None)
    options.done()
    if any("{{" in str(item) for item in (zone, locale, target)):
        raise Ends("a template in date")
    leaf = find(state.tree, path)
    if not isinstance(leaf, Leaf) or leaf.kind != TEXT:
        raise Ends(f"a date of {path}, which is not a text of the line")
    if len(formats) > 1 and state.flavour != ELASTICSEARCH:
        raise Ends("several date formats, of which the last that fits counts")
    known_zone = dates.UTC if zone is None else dates.zone(str(zone))
    known_locale = dates.ROOT if locale is None else dates.locale(str(locale))
    parse = dates.Fast(str(formats[0]), known_zone, known_locale, output, state.flavour)
    name = state.writer.name("date")
    state.writer.setup.append(f"{name} = {state.object('format', parse)}.at(int(stamp[:4]))")
    present = find(state.tree, target)
    writer = state.writer
    guards = [f"({one})" for one in (when, leaf.when) if one]
    if leaf.when and not (when and leaf.when in when):
        writer.give_up_if(f"{when or 'True'} and not ({leaf.when})")  # date fails without its field
    if not guards:
        made = writer.set(f"{name}({leaf.code})", "t")
        writer.give_up_if(f"{made} is None")
        put(state.tree, target, Leaf(TEXT, code=made, safe=True))
        return
    made = writer.set(f"{name}({leaf.code}) if {' and '.join(guards)} else ''", "t")
    writer.give_up_if(f"{made} is None")
    new = Leaf(TEXT, code=made, safe=True)
    if present is None:
        put(state.tree, target, new.but(when=made))
    elif isinstance(present, Leaf) and not present.when:
        put(state.tree, target, both(writer, made, new, present))
    else:
        raise Ends(f"a date into {target}, which is not always there")


def convert(options: _Options, state: State, when: str) -> None:
    """``convert`` of a text of the line to a whole number or a double."""
    only_always(when)
    path, kind = str(options.pop("field")), str(options.pop("type"))
    target = str(options.pop("target_field", path))
    missing = options.flag("ignore_missing", default=False)
    options.done()
    leaf = find(state.tree, path)
    if leaf is None and missing:
        return
    if not isinstance(leaf, Leaf) or leaf.kind != TEXT:
        raise Ends(f"a conversion of {path}, which is not a text of the line")
    if leaf.when and not missing:
        state.writer.give_up_if(f"not ({leaf.when})")
        leaf = leaf.but(when="")
    made = number(state.writer, leaf, kind)
    _place(state, target, made, path)


def number(writer: Writer, leaf: Leaf, kind: str, digits: int = 0) -> Leaf:
    """
    The number that a text of the line stands for; other lines take the plain way.

    Args:
        writer: of the loop's body.
        leaf: the text.
        kind: of number.
        digits: how many digits it has at most, where it is known to have nothing else.

    Raises:
        Ends: the type has no fast way.
    """
    there = f"({leaf.when}) and " if leaf.when else ""
    if kind in {"int", "integer", "long"}:
        if not 0 < digits < 19:
            plain = f"{leaf.code}.isascii() and {leaf.code}.isdigit() and len({leaf.code}) < 19"
            writer.give_up_if(f"{there}not ({plain})")
        made = writer.set(f"int({leaf.code}){f' if {leaf.when} else 0' if leaf.when else ''}", "n")
        if kind != "long" and not 0 < digits < 10:
            writer.give_up_if(f"{made} > {INT_MAX}")
        java = "long" if kind == "long" else "int"
        return Leaf(WHOLE, code=made, when=leaf.when, java=java)
    if kind in {"double", "float"}:
        plain = f"{leaf.code}.isascii() and {leaf.code}.replace('.', '', 1).isdigit() and len({leaf.code}) < 16"
        writer.give_up_if(f"{there}not ({plain})")
        made = writer.set(
            f"float({leaf.code}){f' if {leaf.when} else 0.0' if leaf.when else ''}", "n"
        )
        return Leaf(DOUBLE if kind == "double" else FLOAT, code=made, when=leaf.when)
    raise Ends(f"the type {kind} has no fast way")


def _place(state: State, target: str, leaf: Leaf, path: str) -> None:
    """Set what was made of a field; on lines without that field the target stays as it is."""
    present = find(state.tree, target)
    if leaf.when and target != path and present is not None:
        if not isinstance(present, Leaf) or present.when:
            raise Ends(f"{target} is there on other lines, too")
        leaf = both(state.writer, leaf.when, leaf.but(when=""), present)
    put(state.tree, target, leaf)


def lowercase(options: _Options, state: State, when: str) -> None:
    """``lowercase`` of an ASCII text of the line."""
    _letters(options, state, when, "lower")


def uppercase(options: _Options, state: State, when: str) -> None:
    """``uppercase`` of an ASCII text of the line."""
    _letters(options, state, when, "upper")


def _letters(options: _Options, state: State, when: str, method: str) -> None:
    only_always(when)
    path = str(options.pop("field"))
    target = str(options.pop("target_field", path))
    missing = options.flag("ignore_missing", default=False)
    options.done()
    leaf = find(state.tree, path)
    if leaf is None and missing:
        return
    if not isinstance(leaf, Leaf) or leaf.kind != TEXT or leaf.json:
        raise Ends(f"{path} is not a text of the line")
    if leaf.when and not missing:
        state.writer.give_up_if(f"not ({leaf.when})")
        leaf = leaf.but(when="")
    there = f"({leaf.when}) and " if leaf.when else ""
    state.writer.give_up_if(f"{there}not {leaf.code}.isascii()")
    otherwise = f" if {leaf.when} else None" if leaf.when else ""
    made = state.writer.set(f"{leaf.code}.{method}(){otherwise}")
    _place(state, target, leaf.but(code=made), path)


_STEPS: dict[str, Callable[[_Options, State, str], None]] = {
    "append": append,
    "convert": convert,
    "date": date,
    "lowercase": lowercase,
    "remove": remove,
    "rename": rename,
    "set": set_,
    "uppercase": uppercase,
}
