"""
A pipeline at the edge as a textbook would write it: the yardstick of ``bench/edge.py``.

One line at a time: ``re`` for grok, nested dicts for documents, ``strptime`` for dates, orjson for JSON, a function a step. It does what the ready pipelines
need and no more; regular expressions are the same as the product's.
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from shipper.pipeline import grok, painless

if TYPE_CHECKING:
    from collections.abc import Callable

Doc = dict[str, Any]
_STRPTIME = {
    "yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "SSSSSS": "%f", "SSS": "%f", "MMM": "%b",
    "d": "%d", "Z": "%z", "XXX": "%z", "XX": "%z", "X": "%z", "EEE": "%a", "'T'": "T", "yy": "%y", "H": "%H", "pp": "",
    "z": "%Z", "ppd": "%d", "ppH": "%H", "yyyyMMdd": "%Y%m%d", "MMdd": "%m%d", "yyMMdd": "%y%m%d", "h": "%I", "a": "%p",
}  # fmt: skip
_LETTERS = re.compile(r"'[^']*'|([A-Za-z])\1*")
_TYPES: dict[str, Callable[[str], Any]] = {
    "int": int, "integer": int, "long": int, "float": float, "double": float, "string": str,
    "boolean": lambda text: text == "true",
}  # fmt: skip


class NoMatch(Exception):  # noqa: N818 - an outcome
    """A line that the pipeline cannot parse."""


def get(doc: Doc, path: str) -> Any:
    """The value at a path; KeyError where there is none."""
    for name in path.split("."):
        doc = doc[name]
    return doc


def put(doc: Doc, path: str, value: Any) -> None:
    """Set the value at a path."""
    *above, last = path.split(".")
    for name in above:
        doc = doc.setdefault(name, {})
    doc[last] = value


def has(doc: Doc, path: str) -> bool:
    """Whether there is a value at a path."""
    try:
        get(doc, path)
    except (KeyError, TypeError):
        return False
    return True


def pop(doc: Doc, path: str) -> Any:
    """Remove and return the value at a path."""
    *above, last = path.split(".")
    for name in above:
        doc = doc[name]
    return doc.pop(last)


def grok_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``grok``: the patterns one after the other."""
    compiled = [grok.compile([one], o.get("pattern_definitions")) for one in o["patterns"]]
    searches = []
    for one in compiled:
        fields = [(n, c.field, _TYPES[c.type]) for c in one.captures for n in c.groups]
        searches.append((re.compile(one.translated.pattern, one.translated.flags), fields))
    field, missing = o["field"], o.get("ignore_missing")

    def run(doc: Doc) -> None:
        if missing and not has(doc, field):
            return
        text = get(doc, field)
        for pattern, fields in searches:
            match = pattern.search(text)
            if match:
                groups = match.groups()
                for number, name, convert in fields:
                    value = groups[number - 1]
                    if value is not None:
                        put(doc, name, convert(value))
                return
        raise NoMatch(text)

    return run


def dissect_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``dissect``: keys and what stands between them."""
    parts = re.split(r"%\{([^}]*)\}", o["pattern"])
    pattern = re.escape(parts[0])
    names = []
    for number in range(1, len(parts), 2):
        key, delimiter = parts[number], parts[number + 1]
        padded = key.endswith("->")
        names.append(key.removesuffix("->"))
        pattern += "(.*?)" + (f"(?:{re.escape(delimiter)})+" if padded else re.escape(delimiter))
    compiled = re.compile(pattern + r"\Z", re.DOTALL)
    field = o["field"]

    def run(doc: Doc) -> None:
        match = compiled.match(get(doc, field))
        if match is None:
            raise NoMatch
        for name, value in zip(names, match.groups(), strict=True):
            if name and not name.startswith("?"):
                put(doc, name, value)

    return run


def json_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``json``."""
    field, root, target = o["field"], o.get("add_to_root"), o.get("target_field", o["field"])

    def run(doc: Doc) -> None:
        value = orjson.loads(get(doc, field))
        if root:
            doc.update(value)
        else:
            put(doc, target, value)

    return run


def date_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``date`` by strptime."""
    field, target = o["field"], o.get("target_field", "@timestamp")
    formats = [_format(one) for one in o["formats"]]

    def run(doc: Doc) -> None:
        text = get(doc, field)
        for one in formats:
            try:
                moment = one(text)
            except ValueError:
                continue
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            put(
                doc,
                target,
                moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            )
            return
        raise NoMatch(text)

    return run


def _format(one: str) -> Callable[[Any], datetime]:
    if one == "UNIX":
        return lambda text: datetime.fromtimestamp(float(text), UTC)
    if one == "UNIX_MS":
        return lambda text: datetime.fromtimestamp(float(text) / 1000, UTC)
    if one == "ISO8601":
        return datetime.fromisoformat
    pattern = _LETTERS.sub(lambda m: _STRPTIME[m[0]], one)
    if "%Y" in pattern or "%y" in pattern:
        return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller adds a zone
    year = datetime.now(UTC).year
    return lambda text: datetime.strptime(f"{year} {text}", f"%Y {pattern}")  # noqa: DTZ007


def set_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``set`` of constants and of texts with fields."""
    field, value, override = o["field"], o.get("value"), o.get("override", True)
    if isinstance(value, str) and "{{" in value:
        parts = re.split(r"\{\{\{?([^}]*)\}?\}\}", value)

        def made(doc: Doc) -> Any:
            texts = [
                str(get(doc, p)) if n % 2 and has(doc, p) else "" if n % 2 else p
                for n, p in enumerate(parts)
            ]
            return "".join(texts)
    else:

        def made(doc: Doc) -> Any:  # noqa: ARG001 - as the other
            return value

    def run(doc: Doc) -> None:
        if override or not has(doc, field):
            new = made(doc)
            if new or not o.get("ignore_empty_value"):
                put(doc, field, new)

    return run


def rename_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``rename``."""

    def run(doc: Doc) -> None:
        if has(doc, o["field"]) or not o.get("ignore_missing"):
            put(doc, o["target_field"], pop(doc, o["field"]))

    return run


def remove_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``remove``."""
    fields = o["field"] if isinstance(o["field"], list) else [o["field"]]

    def run(doc: Doc) -> None:
        for field in fields:
            if has(doc, field) or not o.get("ignore_missing"):
                pop(doc, field)

    return run


def append_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``append``."""
    values = o["value"] if isinstance(o["value"], list) else [o["value"]]

    def run(doc: Doc) -> None:
        present = get(doc, o["field"]) if has(doc, o["field"]) else []
        put(doc, o["field"], [*(present if isinstance(present, list) else [present]), *values])

    return run


def _texts(
    change: Callable[[str, dict[str, Any]], Any],
) -> Callable[[dict[str, Any]], Callable[[Doc], None]]:
    """Processors that turn one text into something else."""

    def build(o: dict[str, Any]) -> Callable[[Doc], None]:
        def run(doc: Doc) -> None:
            if has(doc, o["field"]) or not o.get("ignore_missing"):
                put(doc, o.get("target_field", o["field"]), change(get(doc, o["field"]), o))

        return run

    return build


def kv_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``kv``."""
    fields, values = re.compile(o["field_split"]), re.compile(o["value_split"])

    def run(doc: Doc) -> None:
        for pair in fields.split(get(doc, o["field"])):
            key, value = values.split(pair, maxsplit=1)
            for bracket in "\"'":
                if (
                    o.get("strip_brackets")
                    and value.startswith(bracket)
                    and value.endswith(bracket)
                ):
                    value = value[1:-1]
            if "trim_value" in o:
                value = value.strip(o["trim_value"])
            put(doc, f"{o['target_field']}.{key}" if "target_field" in o else key, value)

    return run


def csv_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``csv``; fields without anything in them are left out."""
    field, targets = o["field"], o["target_fields"]

    def run(doc: Doc) -> None:
        for name, value in zip(targets, next(csv.reader([get(doc, field)])), strict=False):
            if value:
                put(doc, name, value)

    return run


def dot_expander_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``dot_expander``."""
    field, above = o["field"], o.get("path")

    def run(doc: Doc) -> None:
        inside = get(doc, above) if above else doc
        if field in inside:
            put(inside, field, inside.pop(field))

    return run


def fail_(o: dict[str, Any]) -> Callable[[Doc], None]:
    """``fail``."""

    def run(_: Doc) -> None:
        raise NoMatch(o["message"])

    return run


STEPS: dict[str, Callable[[dict[str, Any]], Callable[[Doc], None]]] = {
    "append": append_,
    "convert": _texts(lambda value, o: _TYPES[o["type"]](value)),
    "csv": csv_,
    "date": date_,
    "dissect": dissect_,
    "dot_expander": dot_expander_,
    "fail": fail_,
    "grok": grok_,
    "gsub": _texts(
        lambda value, o: re.sub(o["pattern"], o["replacement"].replace("$", "\\"), value)
    ),
    "json": json_,
    "kv": kv_,
    "lowercase": _texts(lambda value, _: value.lower()),
    "remove": remove_,
    "rename": rename_,
    "set": set_,
    "split": _texts(lambda value, o: re.split(o["separator"], value)),
    "trim": _texts(lambda value, _: value.strip()),
    "uppercase": _texts(lambda value, _: value.upper()),
}


class Textbook:
    """
    A pipeline, the textbook's way.

    Args:
        body: the definition.
        constants: fields of every document.
    """

    def __init__(self, body: dict[str, Any], constants: Doc) -> None:
        self._constants = orjson.dumps(constants)
        self._steps = [self._step(one) for one in body["processors"]]

    @staticmethod
    def _step(entry: dict[str, Any]) -> Callable[[Doc], None]:
        ((kind, options),) = entry.items()
        run = STEPS[kind](options)
        ignore = bool(options.get("ignore_failure"))
        script = options.get("if")
        condition = None if script is None else painless.compile(script, flavour="elasticsearch")

        def step(doc: Doc) -> None:
            if condition is not None and not condition(doc):
                return
            try:
                run(doc)
            except Exception:
                if not ignore:
                    raise

        return step

    def block(self, key: str, path: str, data: bytes, start: int, stamp: str) -> bytes:
        """The body of a bulk request for a block of lines."""
        parts = []
        for line in data.splitlines(keepends=True):  # no carriage returns within lines here
            doc = orjson.loads(self._constants)
            doc["@timestamp"] = stamp
            doc["message"] = line.decode("utf-8", "replace").rstrip("\r\n")
            doc["log"] = {"offset": start, "file": {"path": path}}
            try:
                for step in self._steps:
                    step(doc)
            except (NoMatch, ValueError, KeyError) as error:
                doc["error"] = {"message": str(error)}
            action = {"create": {"_id": f"{key}{start:014d}{len(line):010d}"}}
            parts.append(orjson.dumps(action) + b"\n" + orjson.dumps(doc) + b"\n")
            start += len(line)
        return b"".join(parts)
