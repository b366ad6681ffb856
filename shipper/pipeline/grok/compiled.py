"""
A grok, ready to match: several patterns are one regular expression with an alternative for each, as in the cluster.

So the leftmost match wins, and of two that begin at the same place the one whose pattern stands first. Captures come in
the order in which their groups are first named; two groups for one field make a list, as does a group that occurs twice
(on OpenSearch only with ``capture_all_matches``: else its first capture counts).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shipper.pipeline import guard, regex
from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.grok.banks import BANKS, LEGACY
from shipper.pipeline.grok.expand import Bank, Expanded
from shipper.pipeline.grok.types import CONVERTERS
from shipper.pipeline.regex import oniguruma
from shipper.pipeline.values import hash_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

INDEX_FIELD = "_ingest._grok_match_index"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Capture:
    """
    What becomes of the groups of one name.

    Attributes:
        field: the path that is set.
        type: ``string``, ``int``, ``long``, ``float``, ``double`` or ``boolean``.
        groups: numbers of the groups in the compiled pattern.
    """

    field: str
    type: str
    groups: tuple[int, ...]


class Grok:
    """
    Patterns compiled against a bank.

    Attributes:
        patterns: as they were given.
        translated: the whole in Python's words.
        compiled: of ``re`` or ``regex``, or something with their methods.
        captures: what to do with the groups, in the order of the fields.
        objects: top-level names that the fields lie below, where the order of setting shows as soon as one of them cannot be
            set; :meth:`in_order` gives it.
    """

    __slots__ = (
        "_first_only",
        "_indexes",
        "_order",
        "_plain",
        "captures",
        "compiled",
        "objects",
        "patterns",
        "translated",
    )

    def __init__(
        self,
        patterns: Sequence[str],
        translated: regex.Translated,
        *,
        trace: bool,
        first_only: bool,
        hashed: bool,
    ) -> None:
        """
        Make one; use :func:`compile`.

        Args:
            patterns: as they were given.
            translated: all of them as one regular expression.
            trace: groups that tell the pattern are fields, too.
            first_only: a group that occurs twice gives its first capture only.
            hashed: fields are set in the order of Java's HashMap.
        """
        self.patterns = tuple(patterns)
        self.translated = translated
        self.compiled = regex.compile(translated)
        captures, self._indexes = _captures(translated.groups, trace=trace)
        self.captures = captures
        self._first_only = first_only
        fields = [capture.field for capture in captures]
        nested = any(
            one != other and f"{other}.".startswith(f"{one}.") for one in fields for other in fields
        )
        self._order = hashed and nested
        self.objects = frozenset(
            field.removeprefix("_source.").split(".")[0]
            for field in (fields if hashed and not nested else [])
            if "." in field
        )
        once = len(set(fields)) == len(fields) and all(
            len(capture.groups) == 1 for capture in captures
        )
        self._plain: list[tuple[str, int, Callable[[str], Any] | None]] | None = (
            [(c.field, c.groups[0] - 1, CONVERTERS.get(c.type)) for c in captures] if once else None
        )

    def __repr__(self) -> str:
        return f"Grok({', '.join(map(repr, self.patterns))})"

    def match(self, text: str) -> tuple[dict[str, Any], int] | None:
        """
        Search the patterns in a text.

        Returns:
            The fields in the order in which they are to be set, and the index of the pattern that matched; None where none
            does. Where no pattern names a group, the index is 0.

        Raises:
            Failure: a capture is no number of its type.
            TimedOut: it took too long.
        """
        if not text.isascii() and _LONE_SURROGATE.search(text):
            text = _LONE_SURROGATE.sub("?", text)  # what UTF-8 makes of them in the cluster
        found = guard.search(self.compiled, text)
        if found is None:
            return None
        values = found.groups()
        plain = self._plain
        fields: dict[str, Any] = {}
        if plain is None:
            self._collect(values, fields)
        else:
            for field, group, convert in plain:
                value = values[group]
                if value is not None:
                    fields[field] = value if convert is None else convert(value)
        index = 0
        for group in self._indexes:
            if values[group] is not None:
                break
            index += 1
        return (self.in_order(fields) if self._order else fields), index

    @staticmethod
    def in_order(fields: dict[str, Any]) -> dict[str, Any]:
        """The fields in the order of Java's HashMap."""
        return {field: fields[field] for field in hash_order(fields)}

    def _collect(self, values: Sequence[str | None], fields: dict[str, Any]) -> None:
        lists: set[str] = set()
        for capture in self.captures:
            convert = CONVERTERS.get(capture.type)
            field = capture.field
            for group in capture.groups:
                text = values[group - 1]
                if text is None:
                    continue
                value = text if convert is None else convert(text)
                if field not in fields:
                    fields[field] = value
                elif field in lists:
                    fields[field].append(value)
                else:
                    lists.add(field)
                    fields[field] = [fields[field], value]
                if self._first_only:
                    break


def captures_of(groups: Sequence[str | None]) -> tuple[Capture, ...]:
    """What the named groups of a pattern stand for, in the order in which they are first named."""
    return _captures(groups, trace=True)[0]


def _captures(
    groups: Sequence[str | None], *, trace: bool
) -> tuple[tuple[Capture, ...], list[int]]:
    """What the named groups stand for, and the groups (from 0) that tell which pattern matched."""
    numbers: dict[str, list[int]] = {}
    for number, name in enumerate(groups, 1):
        if name is not None:
            numbers.setdefault(name, []).append(number)
    captures, indexes = [], []
    for name, found in numbers.items():
        if name.startswith(f"{INDEX_FIELD}."):
            indexes += [number - 1 for number in found]
            if not trace:
                continue
        parts = name.split(":")
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        field = parts[1] if len(parts) > 1 else parts[0]
        kind = parts[2] if len(parts) == 3 and parts[2] in CONVERTERS else "string"
        captures.append(Capture(field, kind, tuple(found)))
    return tuple(captures), indexes


def compile(  # noqa: A001 - as re calls it
    patterns: Sequence[str],
    definitions: Mapping[str, str] | None = None,
    bank: str = LEGACY,
    flavour: str = "elasticsearch",
    *,
    trace: bool = False,
    capture_all: bool = False,
) -> Grok:
    """
    Compile patterns.

    Args:
        patterns: at least one.
        definitions: names of the user's own, which replace those of the bank.
        bank: ``legacy`` or ``ecs-v1``; OpenSearch has only the former.
        flavour: ``elasticsearch`` or ``opensearch``.
        trace: the cluster's ``trace_match``: with several patterns, what each matched is a field as well.
        capture_all: OpenSearch's ``capture_all_matches``; Elasticsearch always does so.

    Returns:
        The same object for the same arguments.

    Raises:
        Invalid: no cluster would take it; the offset is into ``patterns[error.index]``.
        Unsupported: the edge cannot do it exactly; likewise.
    """
    return _compile(
        tuple(patterns), tuple((definitions or {}).items()), bank, flavour, trace, capture_all
    )


@lru_cache(maxsize=128)
def _compile(
    patterns: tuple[str, ...],
    definitions: tuple[tuple[str, str], ...],
    bank: str,
    flavour: str,
    trace: bool,
    capture_all: bool,
) -> Grok:
    if not patterns:
        raise Invalid("List of patterns must not be empty")
    if bank not in BANKS:
        raise Invalid(f"unsupported ECS compatibility mode [{bank}]")
    library = Bank(bank, flavour, dict(definitions))
    expanded = [_expand(library, pattern, index) for index, pattern in enumerate(patterns)]
    translated = _translate(expanded, trace=trace)
    elasticsearch = flavour == "elasticsearch"
    return Grok(
        patterns,
        translated,
        trace=trace,
        first_only=not (elasticsearch or capture_all),
        hashed=not elasticsearch,
    )


def _expand(library: Bank, pattern: str, index: int) -> Expanded:
    try:
        return library.expand(pattern)
    except Unsupported as error:
        raise located(error, index) from None


def located(error: Unsupported, index: int) -> Unsupported:
    """The error with the index of the pattern that it is about."""
    error.index = index  # type: ignore[attr-defined]
    return error


def _translate(expanded: Sequence[Expanded], *, trace: bool) -> regex.Translated:
    if len(expanded) == 1:
        try:
            return oniguruma.translate(expanded[0].text)
        except Unsupported as error:
            raise _blamed(error, expanded[0], 0) from None
    # A name for each alternative tells which one matched. Names make bare parentheses capture nothing, so it is
    # done only where there are names anyway.
    named = trace or any("(?<" in one.text for one in expanded)
    starts = [f"(?<{INDEX_FIELD}.{index}>" if named else "(?:" for index in range(len(expanded))]
    whole = "|".join(f"{start}{one.text})" for start, one in zip(starts, expanded, strict=True))
    try:
        return oniguruma.translate(whole)
    except Unsupported as error:
        for index, one in enumerate(expanded):  # which of them is it?
            try:
                oniguruma.translate(one.text)
            except Unsupported as own:
                raise _blamed(own, one, index) from None
        raise type(error)(error.reason) from None


def _blamed(error: Unsupported, expanded: Expanded, index: int) -> Unsupported:
    offset = None if error.offset is None else expanded.origin(error.offset)
    return located(type(error)(error.reason, offset), index)
