"""
The steps behind a head that makes an object of each line, as straight code over dicts.

Each does what the processor does for fields as expected, and raises for all others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Unsupported
from shipper.pipeline.head.object_conditions import Unsure, condition
from shipper.pipeline.head.shape import Ends
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.values import to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.head.object_shape import Elements, Shape
    from shipper.pipeline.steps import Step

    Do = Callable[["Options", "Shape", str], None]

_COMMON = {"tag", "description", "if", "ignore_failure", "on_failure"}
_INT, _LONG = 9, 18  # digits that surely fit


class Options(dict[str, Any]):
    """Options of a step, of which all must be looked at."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__({k: v for k, v in options.items() if k not in _COMMON and v is not None})

    def flag(self, name: str, *, default: bool) -> bool:
        """A switch."""
        return self.pop(name, default) in {True, "true"}

    def path(self, name: str, shape: Shape, default: str | None = None) -> Elements:
        """A field."""
        value = self.pop(name, default)
        if not isinstance(value, str):
            raise Ends(f"the option {name}")
        return shape.path(value)

    def done(self) -> None:
        """
        All options were looked at.

        Raises:
            Ends: no, and the rest is not known here.
        """
        if self:
            raise Ends(f"the option {min(self)}")


def apply(step: Step, shape: Shape, flavour: str, bit: int) -> bool:
    """
    Write what a step does.

    Args:
        step: to write.
        shape: the code so far.
        flavour: the product whose meaning counts.
        bit: of ``ran``, which tells which conditional steps ran.

    Returns:
        Whether the step has a condition.

    Raises:
        Ends: it cannot be written.
    """
    do = _STEPS.get(step.kind)
    if do is None and (step.kind not in _LEAVING or step.script is None):
        raise Ends(f"the processor {step.kind} has no fast way")
    if do is None:
        shape.unsure_if(condition(str(step.script), shape))
        return True  # but it never runs here
    options = Options(step.options)
    if step.script is None:
        do(options, shape, flavour)
        return False
    with shape.block(f"if {condition(step.script, shape)}:"):
        do(options, shape, flavour)
        shape.emit(f"ran |= {1 << bit}")
    return True


_LEAVING = {"fail", "drop"}  # lines for which they run are for the plain way


def set_(options: Options, shape: Shape, flavour: str) -> None:  # noqa: ARG001 - as all
    """``set`` of constants, and of texts made of texts and numbers."""
    path = options.path("field", shape)
    override = options.flag("override", default=True)
    empty = options.flag("ignore_empty_value", default=False)
    if "value" not in options:
        raise Ends("set of another field")
    value = options.pop("value")
    options.pop("media_type", None)
    options.done()
    if empty and (value in (None, "") or "{{" in repr(value)):
        raise Ends("ignore_empty_value")
    code = _template(value, shape) if isinstance(value, str) and "{{" in value else repr(value)
    if "{{" in code and not isinstance(value, str):
        raise Ends("a template inside of a value")
    if override:
        shape.put(path, code)
        return
    holder = shape.holder(path)
    with shape.block(f"if {holder}.get({path[-1]!r}) is None:"):
        shape.emit(f"{holder}[{path[-1]!r}] = {code}")
    shape.forget(path)


def _template(text: str, shape: Shape) -> str:
    """The expression of a text with ``{{{a.b}}}`` in it."""
    words = re.split(r"\{\{\{\s*([\w@.]+)\s*\}\}\}", text)
    if len(words) == 1 or any("{{" in word or "}}" in word for word in words[::2]):
        raise Ends(f"the template {text!r}")
    codes = [repr(words[0])]
    for field, word in zip(words[1::2], words[2::2], strict=True):
        codes += [f"said({shape.get(shape.path(field))})", repr(word)]
    return " + ".join(code for code in codes if code != "''")


def said(value: Any) -> str:
    """What a template says of a text or a number; ``Unsure`` for anything else."""
    if value.__class__ is str:
        return value
    if value.__class__ is int or value.__class__ is float:
        return to_string(value)
    raise Unsure


def rename(options: Options, shape: Shape, flavour: str) -> None:  # noqa: ARG001 - as all
    """``rename``."""
    path, target = options.path("field", shape), options.path("target_field", shape)
    missing = options.flag("ignore_missing", default=False)
    override = options.flag("override", default=False)
    options.done()
    if path == target or path == target[: len(path)]:
        raise Ends("a field that is renamed into itself")
    if not missing:
        value = shape.set(f"{shape.get(path[:-1])}.pop({path[-1]!r})")
        shape.forget(path)
        shape.put(target, value, new=not override)
        return
    with shape.there(path) as holder:
        value = shape.set(f"{holder}.pop({path[-1]!r})")
        shape.forget(path)
        shape.put(target, value, new=not override)


def remove(options: Options, shape: Shape, flavour: str) -> None:  # noqa: ARG001 - as all
    """``remove``."""
    fields = options.pop("field", None)
    missing = options.flag("ignore_missing", default=False)
    options.done()
    for field in fields if isinstance(fields, list) else [fields]:
        path = shape.path(str(field))
        if missing:
            with shape.there(path) as holder:
                shape.emit(f"del {holder}[{path[-1]!r}]")
        else:
            shape.emit(f"del {shape.get(path[:-1])}[{path[-1]!r}]")
        shape.forget(path)


def date(options: Options, shape: Shape, flavour: str) -> None:
    """``date`` of a text or a number, by the first of its formats."""
    from shipper.pipeline import dates  # noqa: PLC0415 - only where a date is parsed
    from shipper.pipeline.dates.quick import DEFAULT_OUTPUT  # noqa: PLC0415

    path, target = options.path("field", shape), options.path("target_field", shape, "@timestamp")
    formats = options.pop("formats")
    output = str(options.pop("output_format", DEFAULT_OUTPUT))
    zone, locale = options.pop("timezone", None), options.pop("locale", None)
    options.done()
    if any("{{" in str(item) for item in (zone, locale)):
        raise Ends("a template in date")
    if len(formats) > 1 and flavour != ELASTICSEARCH:
        raise Ends("several date formats, of which the last that fits counts")
    known_zone = dates.UTC if zone is None else dates.zone(str(zone))
    known_locale = dates.ROOT if locale is None else dates.locale(str(locale))
    known = dates.Fast(str(formats[0]), known_zone, known_locale, output, flavour)
    parse = shape.name("date")
    shape.setup.append(f"{parse} = {shape.object('format', known)}.at(int(stamp[:4]))")
    value = shape.set(shape.get(path))
    numbers = "in numbers" if formats[0] == "UNIX" else "is int"  # texts of doubles are Java's
    with shape.block(f"if {value}.__class__ {numbers}:"):
        shape.emit(f"{value} = repr({value})")
    made = shape.set(f"{parse}(text({value}))")
    shape.unsure_if(f"{made} is None")
    shape.put(target, made)


def dot_expander(options: Options, shape: Shape, flavour: str) -> None:  # noqa: ARG001 - as all
    """``dot_expander`` of one field."""
    field = str(options.pop("field"))
    above = shape.path(str(options.pop("path"))) if "path" in options else ()
    options.done()
    path = shape.path(".".join((*above, field)))
    if field == "*" or len(path) != len(above) + 1 + field.count("."):
        raise Ends("dot_expander of all fields")
    held = shape.get(above)
    with shape.block(f"if {field!r} in {held}:"):
        value = shape.set(f"{held}.pop({field!r})")
        shape.put(path, value, new=True)


def grok(options: Options, shape: Shape, flavour: str) -> None:
    """``grok`` with one pattern; what it does not match takes the plain way."""
    from shipper.pipeline.head.match import grok_plan  # noqa: PLC0415 - only where it is used

    path = options.path("field", shape)
    missing = options.flag("ignore_missing", default=False)
    if missing:
        raise Ends("the option ignore_missing of grok")
    if len(options.get("patterns", ())) != 1:
        raise Ends("several patterns")
    plan = grok_plan(options, flavour)
    search = shape.object("pattern", plan.compiled)
    found = shape.set(f"{search}.search(text({shape.get(path)}))", "m")
    shape.unsure_if(f"{found} is None")
    for name, kind, groups in plan.captures:
        target = shape.path(name)
        if len(groups) > 1:
            raise Ends(f"{name} captured by several groups")
        value = shape.set(f"{found}[{groups[0].number}]", "g")
        if not groups[0].optional:
            shape.put(target, _converted(shape, value, kind))
            continue
        with shape.block(f"if {value} is not None:"):
            shape.put(target, _converted(shape, value, kind))


def convert(options: Options, shape: Shape, flavour: str) -> None:  # noqa: ARG001 - as all
    """``convert`` of a text of few digits to a whole number."""
    path = options.path("field", shape)
    kind, target = str(options.pop("type")), options.path("target_field", shape, ".".join(path))
    missing = options.flag("ignore_missing", default=False)
    options.done()
    if kind not in {"integer", "long"}:
        raise Ends(f"the type {kind} has no fast way")
    if not missing:
        shape.put(target, _converted(shape, shape.set(f"text({shape.get(path)})"), kind))
        return
    with shape.there(path) as holder:
        value = shape.set(f"text({holder}[{path[-1]!r}])")
        shape.put(target, _converted(shape, value, kind))


def gsub(options: Options, shape: Shape, flavour: str) -> None:  # noqa: ARG001 - as all
    """``gsub`` of a text."""
    from shipper.pipeline import regex  # noqa: PLC0415 - only where it is used
    from shipper.pipeline.processors import patterns  # noqa: PLC0415
    from shipper.pipeline.regex import java  # noqa: PLC0415

    path = options.path("field", shape)
    target = options.path("target_field", shape, ".".join(path))
    pattern, replacement = str(options.pop("pattern")), str(options.pop("replacement"))
    options.done()
    try:
        translated = java.translate(pattern)
    except Unsupported as why:
        raise Ends(str(why)) from None
    compiled = patterns.Compiled(regex.compile(translated), translated.groups)
    replace = shape.object("replace", patterns.replacer(compiled, replacement))
    shape.put(target, f"{replace}(text({shape.get(path)}))")


def _converted(shape: Shape, value: str, kind: str) -> str:
    """A text as a number of the kind, or as it is."""
    if kind == "string":
        return value
    if kind not in {"int", "integer", "long"}:
        raise Ends(f"the type {kind} has no fast way")
    digits = _LONG if kind == "long" else _INT
    shape.unsure_if(f"len({value}) > {digits} or not ({value}.isascii() and {value}.isdigit())")
    return f"long(int({value}))" if kind == "long" else f"int({value})"


_STEPS: dict[str, Do] = {
    "convert": convert,
    "date": date,
    "dot_expander": dot_expander,
    "grok": grok,
    "gsub": gsub,
    "remove": remove,
    "rename": rename,
    "set": set_,
}
