"""
A narrower and faster pattern for a whole line, whose captures are those of the full one wherever it matches.

It follows the full pattern along the way that the engine prefers: of alternatives the first, of an optional part its being
there. A name may be narrowed if, on a text that the narrow pattern matches and before the character that comes next, the
end that its full pattern tries first is the narrow one's; or (``exact``) if the ends tried before cannot be followed by
what comes next. ``narrow`` has the names that were thought through; a pattern made of anything else has no strict one.

Captures that hold neither a quote, nor a backslash, nor a control character are called safe: JSON needs no escapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipper.pipeline.failure import Unsupported
from shipper.pipeline.grok.compiled import Capture, captures_of
from shipper.pipeline.grok.expand import REFERENCE, Bank
from shipper.pipeline.grok.narrow import (
    ANY,
    END,
    NAMES,
    NEXT,
    NO_DASH,
    PRINTED,
    PUNCTUATION,
    Narrow,
)
from shipper.pipeline.grok.reach import pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Strict:
    """
    A strict pattern.

    Attributes:
        pattern: for ``fullmatch`` on one line, in Python's words.
        flags: of ``re``.
        groups: the name of each group, in order.
        captures: what to do with the groups, as for the full pattern; fields that the strict one never has are left out.
        safe: for each group whether it holds nothing that JSON escapes.
    """

    pattern: str
    flags: int
    groups: tuple[str, ...]
    captures: tuple[Capture, ...]
    safe: tuple[bool, ...]


class _No(Exception):  # noqa: N818 - an answer
    """There is no strict pattern."""


@dataclass(slots=True)
class _Item:
    """
    A part of the sequence.

    Attributes:
        literal: text to be found as it stands.
        narrow: of a name.
        ways: of a group: literal alternatives that are tried first, then a sequence, then perhaps a lone dash.
        several: the full pattern has more than one way.
        optional: the group may be missing; ``first`` is what its full pattern begins with.
        name: of the group that captures this part, if it is one.
    """

    literal: str = ""
    narrow: Narrow | None = None
    ways: list[list[_Item]] = field(default_factory=list)
    several: bool = False
    optional: bool = False
    first: str | None = None
    name: str | None = None


def strict(pattern: str, definitions: Mapping[str, str], bank: str, flavour: str) -> Strict | None:
    """
    The strict pattern of a grok pattern.

    Args:
        pattern: a pattern, of which the full one is compiled alone.
        definitions: the user's names; one that replaces a name of ``NAMES`` leaves no strict pattern.
        bank: as for ``compile``.
        flavour: likewise.

    Returns:
        None where there is none.
    """
    if set(definitions) & _touched(bank, flavour):
        return None
    library = Bank(bank, flavour, definitions)
    try:
        items = _items(_sequence(pattern), library, 0)
        writer = _Writer()
        text = writer.write(items, frozenset({END}), frozenset({END}))
    except (_No, Unsupported):
        return None
    captures = captures_of(writer.names)
    return Strict(text, re.ASCII, tuple(writer.names), captures, tuple(writer.safe))


_TOUCHED: dict[tuple[str, str], frozenset[str]] = {}


def _touched(bank: str, flavour: str) -> frozenset[str]:
    """The names that ``NAMES`` are made of, themselves included: what a user may not have replaced."""
    known = _TOUCHED.get((bank, flavour))
    if known is None:
        library = Bank(bank, flavour, {})
        found: set[str] = set()
        waiting = list(NAMES)
        while waiting:
            name = waiting.pop()
            text = library.get(name)
            if name not in found and text is not None:
                found.add(name)
                waiting += [reference["pattern"] for reference in REFERENCE.finditer(text)]
        known = _TOUCHED[bank, flavour] = frozenset(found)
    return known


# -- reading -----------------------------------------------------------------------------------------------------------


def _sequence(pattern: str) -> list[str]:
    """The pieces of the alternative that is preferred, without the anchors at its ends."""
    found = list(pieces(pattern)[0])
    if found and found[0] in {"^", "\\A"}:
        found.pop(0)
    if found and found[-1] in {"$", "\\z", "\\Z"}:
        found.pop()
    return found


def _items(sequence: list[str], library: Bank, depth: int) -> list[_Item]:
    if depth > _DEPTH:
        raise _No
    found: list[_Item] = []
    for piece in sequence:
        if literal := _literal(piece):
            if found and found[-1].literal and not found[-1].name:
                found[-1].literal += literal
            else:
                found.append(_Item(literal=literal))
        elif (reference := REFERENCE.match(piece)) and piece[reference.end() :] in {"", "+"}:
            found.append(_reference(reference, library, depth, again=piece.endswith("+")))
        else:
            found.append(_group(piece, library, depth))
    return found


def _literal(piece: str) -> str:
    """The text that a piece stands for, if it is just that."""
    if len(piece) == 2 and piece[0] == "\\":
        return "\t" if piece[1] == "t" else piece[1] if piece[1] in PUNCTUATION else ""
    plain = not any(character in "%\\[](){}*+?|^$." for character in piece)
    return piece if plain and all(character in PRINTED for character in piece) else ""


def _reference(reference: re.Match[str], library: Bank, depth: int, *, again: bool) -> _Item:
    name = reference["pattern"]
    group = None if reference["name"] == name else reference["name"]
    narrow = NAMES.get(name)
    if narrow is not None:
        if again and not narrow.repeats:
            raise _No
        return _Item(narrow=narrow, name=group)
    text = library.get(name)
    if text is None or again:
        raise _No
    alternatives = pieces(text)
    way = _items(alternatives[0], library, depth + 1)
    if not way:
        raise _No
    return _Item(ways=[way], several=len(alternatives) > 1, name=group)


_OPENING = re.compile(r"\((?:\?:|\?<(?P<name>[^=!>][^>]*)>|(?!\?))")


def _group(piece: str, library: Bank, depth: int) -> _Item:
    opening = _OPENING.match(piece)
    optional = piece.endswith(")?")
    if opening is None or not (optional or piece.endswith(")")):
        raise _No
    alternatives = pieces(piece[opening.end() : -2 if optional else -1])
    several = len(alternatives) > 1
    item = _Item(optional=optional and not several, several=several, name=opening["name"])
    item.first = _first_of(alternatives[0], library, depth) if item.optional else None
    number = False
    for alternative in alternatives:
        literal = "".join(map(_literal, alternative)) if all(map(_literal, alternative)) else ""
        if literal:
            if item.ways and not item.ways[-1][0].literal and not (number and literal == "-"):
                break
            item.ways.append([_Item(literal=literal)])
            continue
        if item.ways and not item.ways[-1][0].literal:
            break
        try:
            item.ways.append(_items(alternative, library, depth + 1))
        except _No:
            if not item.optional:
                raise
            item.ways = []  # may still be left out, if it cannot begin there
        reference = REFERENCE.fullmatch(alternative[0]) if len(alternative) == 1 else None
        number = reference is not None and reference["pattern"] in NO_DASH
    if any(not way for way in item.ways) or not (item.ways or item.first):
        raise _No
    return item


def _first_of(sequence: list[str], library: Bank, depth: int) -> str | None:
    """The character that a sequence has to begin with, if it is just one."""
    if not sequence or depth > _DEPTH:
        return None
    if literal := _literal(sequence[0]):
        return literal[0]
    reference = REFERENCE.fullmatch(sequence[0])
    text = library.get(reference["pattern"]) if reference else None
    alternatives = pieces(text) if text else []
    return _first_of(alternatives[0], library, depth + 1) if len(alternatives) == 1 else None


# -- writing -----------------------------------------------------------------------------------------------------------


class _Writer:
    """Writes items as Python's, from left to right; looks ahead for what may come next."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.safe: list[bool] = []

    def write(self, items: list[_Item], before: frozenset[str], after: frozenset[str]) -> str:
        """
        The text of a sequence.

        Args:
            items: the sequence.
            before: characters that may stand before it.
            after: characters that may come after it.
        """
        out = []
        for index, item in enumerate(items):
            rest = items[index + 1 :]
            following = _first(rest, after)
            out.append(
                self._item(item, before, following, left=items[index - 1] if index else None)
            )
            before = _last(item, before)
        return "".join(out)

    def _item(
        self, item: _Item, before: frozenset[str], following: frozenset[str], left: _Item | None
    ) -> str:
        if item.name is not None:
            self.names.append(item.name)
            self.safe.append(_safe(item))
        if item.narrow is not None:
            text = _narrow(item.narrow, before, following)
        elif item.literal:
            text = re.escape(item.literal)
        elif not item.ways:  # left out, as nothing that comes next begins like it
            if item.first in following or END in following or item.name:
                raise _No
            return ""
        else:
            optional = item.optional and not _needed(item, following, left)
            _check_ways(item.ways, following)
            text = "|".join(self.write(way, before, following) for way in item.ways)
            if len(item.ways) > 1 or optional:
                text = f"(?:{text}){'?' if optional else ''}"
            if item.name is not None and optional:
                raise _No
        return f"({text})" if item.name is not None else text


def _needed(item: _Item, following: frozenset[str], left: _Item | None) -> bool:
    """Whether an optional group has to be there for its presence to be what the full pattern prefers."""
    if item.first is None or item.first in following:
        return True
    return (
        left is None
        or bool(left.ways)
        or (left.narrow is not None and not _may_end(left.narrow, following))
    )


def _check_ways(ways: list[list[_Item]], following: frozenset[str]) -> None:
    """A literal way that is tried first may not be the beginning of what another way matches, with a success behind it."""
    for index, way in enumerate(ways[:-1]):
        literal = way[0].literal
        for other in ways[index + 1 :]:
            narrow = other[0].narrow if len(other) == 1 else None
            bound = narrow is not None and narrow.run and not following & {ANY, END}
            if literal and not bound and literal[0] in _first(other, frozenset()):
                raise _No


def _may_end(narrow: Narrow, following: frozenset[str]) -> bool:
    if NEXT in narrow.text and len(following) != 1:
        return False
    if narrow.exact and ANY in following:
        return False
    return all(
        narrow.last if character == END else character in narrow.before
        for character in following - {ANY}
    )


def _narrow(narrow: Narrow, before: frozenset[str], following: frozenset[str]) -> str:
    if not _may_end(narrow, following) or not (narrow.after is None or before <= narrow.after):
        raise _No
    if NEXT in narrow.text:
        (character,) = following
        return narrow.text.replace(NEXT, re.escape(character))
    return narrow.text


def _safe(item: _Item) -> bool:
    if item.narrow is not None:
        return item.narrow.safe
    if item.literal:
        return not any(character in '"\\\t' for character in item.literal)
    return all(_safe(inner) for way in item.ways for inner in way)


def _first(items: list[_Item], after: frozenset[str]) -> frozenset[str]:
    """The characters that a sequence may begin with, together with what comes after it."""
    found: set[str] = set()
    for index, item in enumerate(items):
        if item.literal:
            return frozenset(found | {item.literal[0]})
        if item.narrow is not None:
            empty = item.narrow.text.endswith("]*")
            found |= {*item.narrow.first, ANY}
            if not empty:
                return frozenset(found)
            continue
        if not item.ways:
            continue
        if item.several:
            found.add(ANY)
        for way in item.ways:
            found |= _first(way, frozenset())
        left = items[index - 1] if index else None
        if not (item.optional and not _needed(item, _first(items[index + 1 :], after), left)):
            return frozenset(found)
    return frozenset(found | after)


def _last(item: _Item, before: frozenset[str]) -> frozenset[str]:
    """The characters that may stand at the end of an item."""
    if item.literal:
        return frozenset({item.literal[-1]})
    if item.narrow is not None:
        return PRINTED
    found: set[str] = set(before) if item.optional or not item.ways else set()
    for way in item.ways:
        inner = before
        for part in way:
            inner = _last(part, inner)
        found |= inner
    return frozenset(found)
