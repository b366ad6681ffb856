"""
``dissect``: a text taken apart at the delimiters of a pattern, without regular expressions.

The two products read patterns differently: in OpenSearch every ``%`` ends a delimiter, in Elasticsearch only ``%{`` does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from shipper.pipeline.document import Path, cast_reason
from shipper.pipeline.failure import Failure, Invalid
from shipper.pipeline.options import OPENSEARCH
from shipper.pipeline.processors.access import field_path, reader, writer
from shipper.pipeline.values import string_hash, utf16_length

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

    Write = Callable[[Document, Any], None]

_LEADING = {
    OPENSEARCH: re.compile("([^\n\r\x85\u2028\u2029]*?)%"),
    "elasticsearch": re.compile("([^\n\r\x85\u2028\u2029]*?)%\\{"),
}
_KEYS = {
    OPENSEARCH: re.compile(r"%\{([^}]*?)\}([^%]*)"),
    "elasticsearch": re.compile(r"%\{([^}]*?)\}(.+?(?=%\{)|.*\Z)", re.DOTALL),
}
_MODIFIER = re.compile(r"[/+*&?]")
_NAMED = re.compile(r"[+*&?](.*?)(->)?$", re.DOTALL)
_PLAIN = re.compile(r"(.*?)(->)?$", re.DOTALL)
_ORDERED = re.compile(r"[+](.*?)/([0-9]+)(->)?$", re.DOTALL)
_LONE = re.compile("[\ud800-\udfff]")


class Key(NamedTuple):
    """
    One ``%{…}`` of a pattern.

    Attributes:
        name: without modifiers.
        modifier: ``""``, ``+``, ``/`` (append in an order), ``*``, ``&`` or ``?``.
        delimiter: the text behind it.
        padded: more of the delimiter is skipped (``->``).
        order: among those that are appended.
    """

    name: str
    modifier: str
    delimiter: str
    padded: bool = False
    order: int = 0

    @property
    def skipped(self) -> bool:
        """Whether what it matches is left out."""
        return self.modifier == "?" or not self.name


class Pattern(NamedTuple):
    """
    A pattern, parsed.

    Attributes:
        text: as written.
        leading: the text before the first key.
        keys: in their order; at least one that is not skipped.
    """

    text: str
    leading: str
    keys: list[Key]


class Part(NamedTuple):
    """
    One step of a plan.

    Attributes:
        name: field to set; None for what is left out.
        delimiter: ends the value; ``""`` at the end of the pattern.
        padded: more of the delimiter is skipped.
    """

    name: str | None
    delimiter: str
    padded: bool


def plan(pattern: str, flavour: str) -> tuple[str, list[Part]] | None:
    """
    What a pattern without ``+``, ``*`` and ``&`` does, for those who compile it.

    Returns:
        The text before the first key, and the keys; None for other patterns. A text matches if it begins with the former and is
        longer; delimiters are found from left to right; a delimiter that follows directly on itself is skipped for a padded key, and
        makes the next key an empty one otherwise; what is behind the last delimiter is not looked at.

    Raises:
        Invalid: no cluster takes the pattern.
    """
    parsed = parse(pattern, flavour)
    if any(key.modifier not in {"", "?"} for key in parsed.keys):
        return None
    names = [key.name for key in parsed.keys if not key.skipped]
    if len(names) != len(set(names)) or not parsed.leading.isascii():
        return None
    parts = [
        Part(None if key.skipped else key.name, key.delimiter, key.padded) for key in parsed.keys
    ]
    return parsed.leading, parts


def parse(text: str, flavour: str) -> Pattern:
    """
    Parse a pattern.

    Raises:
        Invalid: no cluster takes it.
    """
    found = _LEADING[flavour].match(text)
    leading = found[1] if found else ""
    keys = [
        _key(match[1], match[2], len(leading) + match.start(1))
        for match in _KEYS[flavour].finditer(text[len(leading) :])
    ]
    if not any(not key.skipped for key in keys):
        raise Invalid(f"Unable to parse pattern: {text} Reason: Unable to find any keys or delimiters.")  # fmt: skip
    appended = {key.name for key in keys if key.modifier in {"+", "/"}}
    keys = [
        key._replace(modifier="+") if not key.modifier and key.name in appended else key
        for key in keys
    ]
    references = [key.name for key in keys if key.modifier in {"*", "&"}]
    for name in references:
        if references.count(name) != 2:
            again = ",".join([name] * references.count(name))
            raise Invalid(
                f"Unable to parse pattern: {text} Reason: Found invalid key/reference associations: '{again}'"
                " Please ensure each '*<key>' is matched with a matching '&<key>"
            )
    return Pattern(text, leading, keys)


def _key(text: str, delimiter: str, offset: int) -> Key:
    modifiers = _MODIFIER.findall(text)
    if len(modifiers) > 1 and modifiers != ["+", "/"]:
        raise Invalid(f"Unable to parse key: {text} Reason: multiple modifiers are not allowed.", offset)  # fmt: skip
    modifier: str = modifiers[-1] if modifiers else ""
    if modifier == "/":
        found = _ORDERED.search(text)
        if found and found[1] and int(found[2]) <= 32767:
            return Key(found[1], "/", delimiter, found[3] is not None, int(found[2]))
        reason = (
            "The order is beyond 32767"
            if found and found[1]
            else "The key name could be determined"
        )
        raise Invalid(f"Unable to parse key: {text} Reason: {reason}", offset)
    found = (_NAMED if modifier else _PLAIN).search(text)
    assert found is not None
    if modifier not in {"", "?"} and not found[1]:
        raise Invalid(f"Unable to parse key: {text} Reason: The key name could be determined", offset)  # fmt: skip
    return Key(found[1], modifier, delimiter, found[2] is not None)


# -- matching ----------------------------------------------------------------------------------------------------------


def matcher(pattern: Pattern) -> Callable[[str], list[str] | None]:
    """The function that takes a text apart: a value for each key, or None where it does not match."""
    leading, keys = pattern.leading, pattern.keys
    steps = [(key.delimiter, len(key.delimiter), key.padded) for key in keys]
    count = len(steps)
    least = len(leading)

    def match(text: str) -> list[str] | None:
        if len(text) <= least or not text.startswith(leading):
            return None
        values: list[str] = []
        position = least
        number = 0
        while True:
            delimiter, length, padded = steps[number]
            if not length:
                values.append(text[position:])
                break
            end = text.find(delimiter, position)
            if end < 0:
                return None
            values.append(text[position:end])
            position = end + length
            while text.startswith(delimiter, position):  # the same delimiter again
                position += length
                if not padded:
                    number += 1
                    if number == count:
                        return values
                    padded = steps[number][2]
                    values.append("")
            number += 1
            if number == count:
                break
        return values if len(values) == count else None

    if leading.isascii():
        return match
    return _miscounting(leading, match, pattern)


def _miscounting(
    leading: str, match: Callable[[str], list[str] | None], pattern: Pattern
) -> Callable[[str], list[str] | None]:
    """The cluster skips as many bytes as the text before the first key has UTF-16 units: the rest of it becomes broken characters."""
    size = utf16_length(leading)
    rest = matcher(pattern._replace(leading=""))

    def match_late(text: str) -> list[str] | None:
        if len(text) <= len(leading) or not text.startswith(leading):
            return None
        return rest(text.encode("utf-8", "replace")[size:].decode("utf-8", "replace"))

    return match_late if size != len(leading.encode("utf-8", "replace")) else match


# -- results -----------------------------------------------------------------------------------------------------------


def _table_size(count: int) -> int:
    """The number of buckets of ``new HashMap(count)``."""
    size = 1
    while size < count:
        size *= 2
    return size


def _in_buckets(names: list[str], size: int) -> list[str]:
    """The order in which a ``HashMap`` with so many buckets at first walks names that were put into it in this order."""
    count = len(dict.fromkeys(names))
    while count > size * 0.75:
        size *= 2

    def bucket(name: str) -> int:
        code = string_hash(name) & 0xFFFFFFFF
        return (code ^ (code >> 16)) & (size - 1)

    return sorted(dict.fromkeys(names), key=bucket)


class Results:
    """
    From the values of a pattern's keys to fields, in the order in which the cluster sets them.

    Args:
        pattern: parsed.
        separator: between values that are appended.
    """

    def __init__(self, pattern: Pattern, separator: str) -> None:
        self._keys = pattern.keys
        self._separator = separator
        counted = [key for key in self._keys if not key.skipped]
        self._wanted = len({key.name for key in counted})
        simple = [key.name for key in counted if not key.modifier]
        appended = [key.name for key in counted if key.modifier in {"+", "/"}]
        referred = [key.name for key in counted if key.modifier in {"*", "&"}]
        references = len(set(referred)) * 2
        size = len(self._keys) - references - len(set(appended))
        self._simple = _in_buckets(simple, _table_size(size))
        self._appended = _in_buckets(appended, _table_size(len(set(appended))))
        self._referred = _in_buckets(referred, _table_size(references))
        self._size = _table_size(self._wanted)
        if self._simple:
            self._size = max(self._size, _table_size(int(len(self._simple) / 0.75 + 1.0)))
        self.names = None if referred else self._order([*self._simple, *self._appended])

    def _order(self, names: list[Any]) -> list[Any]:
        return _in_buckets(names, self._size)

    def of(self, values: list[str]) -> dict[str | None, str | None] | None:
        """The fields in the cluster's order; None where keys came out alike."""
        simple: dict[str, str] = {}
        appended: dict[str, list[tuple[int, str]]] = {}
        names: dict[str, str] = {}
        texts: dict[str, str] = {}
        turn = -1000
        for key, value in zip(self._keys, values, strict=True):
            if key.skipped:
                continue
            if not key.modifier:
                simple[key.name] = value
            elif key.modifier == "*":
                names[key.name] = value
            elif key.modifier == "&":
                texts[key.name] = value
            else:
                order = key.order if key.modifier == "/" else turn
                turn += key.modifier == "+"
                appended.setdefault(key.name, []).append((order, value))
        found: dict[str | None, str | None] = {name: simple[name] for name in self._simple}
        for name in self._referred:
            found[names.get(name)] = texts.get(name)
        for name in self._appended:
            ordered = sorted(appended[name], key=lambda pair: pair[0])
            found[name] = self._separator.join(value for _, value in ordered)
        if len(found) != self._wanted:
            return None
        if self.names is not None:
            return {name: found[name] for name in self.names}
        last = {None: found.pop(None)} if None in found else {}
        return {**last, **{name: found[name] for name in self._order(list(found))}}


def dissect(options: Options, build: Build) -> Run:
    """Sets the fields that a pattern finds in a text."""
    path = field_path(options, "field")
    text = options.text("pattern") or ""
    separator = options.text("append_separator", "") or ""
    ignore_missing = options.flag("ignore_missing", default=False)
    read = reader(path, ignore_missing=ignore_missing)
    pattern = Pattern("", "", [Key("_", "", "")])
    try:
        pattern = parse(text, build.flavour)
    except Invalid as error:
        if "pattern" in options:
            options.wrong("pattern", error.reason, offset=error.offset)
    match = matcher(pattern)
    assign = _assigner(pattern, separator)

    def run(document: Document) -> None:
        value = read(document)
        if not isinstance(value, str):
            if value is not None:
                raise Failure(cast_reason(path.text, value, "java.lang.String"))
            if ignore_missing:
                return
            raise Failure(f"field [{path.text}] is null, cannot process it.")
        values = match(value if value.isascii() else _LONE.sub("?", value))
        if values is None or not assign(document, values):
            raise Failure(
                f"Unable to find match for dissect pattern: {text} against source: {value}",
                "find_match",
            )

    return run


def _assigner(pattern: Pattern, separator: str) -> Callable[[Document, list[str]], bool]:
    """What sets the fields; False where the values are no match after all."""
    results = Results(pattern, separator)
    names = [key.name for key in pattern.keys if not key.skipped]
    if all(not key.modifier or key.skipped for key in pattern.keys) and len(names) == len(
        set(names)
    ):
        places = {key.name: place for place, key in enumerate(pattern.keys) if not key.skipped}
        order = [(name, places[name]) for name in results.names or []]
        if not any("." in name for name in names):
            return _at_root(order)
        writers = [(_write(name), place) for name, place in order]

        def assign_plain(document: Document, values: list[str]) -> bool:
            for write, place in writers:
                write(document, values[place])
            return True

        return assign_plain

    def assign(document: Document, values: list[str]) -> bool:
        found = results.of(values)
        if found is None:
            return False
        for name, value in found.items():
            Path.parse(name or "").set(document, value)
        return True

    return assign


def _at_root(order: list[tuple[str, int]]) -> Callable[[Document, list[str]], bool]:
    """What sets fields of the document's root."""

    def assign(document: Document, values: list[str]) -> bool:
        ctx = document.ctx
        for name, place in order:
            ctx[name] = values[place]
        return True

    return assign


def _write(name: str) -> Write:
    try:
        return writer(Path.parse(name))
    except Failure:
        return lambda document, value: Path.parse(name).set(document, value)
