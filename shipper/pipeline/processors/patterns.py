"""
What ``String.split`` and ``Matcher.replaceAll`` do with a translated pattern.

Java counts UTF-16 units: after an empty match before a character of two units it looks between the two. Texts where that could
be are matched again unit by unit.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from shipper.pipeline import guard, regex
from shipper.pipeline.failure import Failure, Invalid, Unsupported
from shipper.pipeline.regex import java

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.options import Options

_TOO_SLOW = "the pattern took too long on this text"
_TOO_LARGE = "what replaces the matches is too large"
_LARGE = 8 * 1024 * 1024  # characters; what may become longer is counted while it is made


class Compiled(NamedTuple):
    """
    A pattern of Java's dialect.

    Attributes:
        run: compiled.
        names: of its groups, in their order; None for one without.
    """

    run: Any
    names: list[str | None]


def compile_pattern(
    options: Options, name: str, text: str, *, early: bool, shown: str = "", unread: bool = False
) -> Compiled | None:
    """
    Compile a pattern of Java's dialect; problems are noted at the option.

    Args:
        options: of the processor.
        name: of the option with the pattern.
        text: the pattern.
        early: the cluster compiles it when the pipeline is put, and refuses the pipeline if it is broken; otherwise only
            each document fails.
        shown: says what was compiled where that is not the option's text itself.
        unread: nobody asks what its groups have captured.

    Returns:
        None where there were problems.
    """
    try:
        translated = java.translate(text, unread=unread)
        return Compiled(regex.compile(translated), translated.groups)
    except Unsupported as error:
        offset = None if shown else error.offset
        reason = f"{error.reason}{shown}"
        if isinstance(error, Invalid) and early:
            options.wrong(name, reason, offset=offset)
        elif isinstance(error, Invalid):
            way = "in the cluster every event fails on it: mend the pattern"
            options.refuse(name, reason, offset=offset, way=way)
        else:
            options.refuse(name, reason, offset=offset)
        return None


def too_slow() -> Failure:
    """The failure of a match that was given up; the cluster has none, it hangs."""
    return Failure(_TOO_SLOW)


# -- split -------------------------------------------------------------------------------------------------------------


def splitter(compiled: Compiled, limit: int = 0) -> Callable[[str], list[str]]:
    """``text.split(pattern, limit)`` for a limit of 0 (without empty ends), 2 or -1. What it makes raises ``Failure``."""
    run = compiled.run

    def split(text: str) -> list[str]:
        try:
            parts: list[str] = guard.call(cut, run, text, limit)
        except guard.TimedOut:
            raise too_slow() from None
        return parts

    return split


def cut(compiled: Any, text: str, limit: int) -> list[str]:
    """The parts of a text; at the module's top level because long texts are matched in another process."""
    if not text:
        return [text]
    subject, spans = _spans(compiled, text)
    parts = []
    start = 0
    for begin, end in spans:
        if not end:  # an empty match at the beginning makes no part
            continue
        parts.append(subject[start:begin])
        start = end
        if len(parts) == limit - 1:
            break
    if not start:
        return [text]
    parts.append(subject[start:])
    if not limit:
        while parts and not parts[-1]:
            parts.pop()
    return parts if subject is text else [joined(part) for part in parts]


def _spans(compiled: Any, text: str) -> tuple[str, list[tuple[int, int]]]:
    """Where the matches are, and in which text: the same, or its UTF-16 units."""
    spans = [match.span() for match in compiled.finditer(text)]
    if text.isascii() or not _looks_between(text, spans):
        return text, spans
    spread = units(text)
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + (2 if character > "\uffff" else 1))
    found = [(offsets[begin], offsets[end]) for begin, end in spans]
    between = []
    for begin, end in spans:
        if begin == end < len(text) and text[begin] > "\uffff":
            middle = offsets[begin] + 1
            match = compiled.match(spread, middle)
            if match is not None and match.end() == middle:
                between.append((middle, middle))
    return spread, sorted([*found, *between])


def _looks_between(text: str, spans: list[tuple[int, int]]) -> bool:
    length = len(text)
    return any(begin == end < length and text[begin] > "\uffff" for begin, end in spans)


def units(text: str) -> str:
    """A text with a character for each of its UTF-16 units."""
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, memoryview(data).cast("H")))


def joined(text: str) -> str:
    """A text in which pairs of surrogates are characters again."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


# -- replace -----------------------------------------------------------------------------------------------------------


def replacer(compiled: Compiled, replacement: str) -> Callable[[str], str]:
    """``pattern.matcher(text).replaceAll(replacement)``; what it makes raises ``Failure``."""
    run = compiled.run
    try:
        parts = parse_replacement(replacement, compiled.names)
    except Failure as error:
        return _failing(run, error)
    template = "".join(
        part.replace("\\", "\\\\") if isinstance(part, str) else f"\\g<{part}>" for part in parts
    )

    longest = _longest(parts)

    def replace(text: str) -> str:
        try:
            if len(text) <= longest and (text.isascii() or max(text) <= "\uffff"):
                made = guard.sub(run, template, text)
            else:
                made = str(guard.call(rebuilt, run, text, parts))
        except guard.TimedOut:
            raise too_slow() from None
        if len(made) > guard.SMALL and len(made) > len(text):
            guard.make(len(made))
        return made

    return replace


def _longest(parts: list[str | int]) -> int:
    """How long a text may be that surely becomes no larger than ``_LARGE`` when all of it is replaced."""
    literal = sum(len(part) for part in parts if isinstance(part, str))
    groups = sum(isinstance(part, int) for part in parts)
    if groups:  # each match may put the whole text in their place
        return min(_LARGE // (2 * literal + 1), math.isqrt(_LARGE // (2 * groups)))
    return _LARGE // literal if literal > 1 else sys.maxsize


def _failing(run: Any, failure: Failure) -> Callable[[str], str]:
    """A replacement that Java finds broken when there is something to replace."""

    def replace(text: str) -> str:
        try:
            found = guard.search(run, text)
        except guard.TimedOut:
            raise too_slow() from None
        if found is not None:
            raise Failure(failure.reason, failure.type, foreign=True)
        return text

    return replace


def rebuilt(compiled: Any, text: str, parts: list[str | int]) -> str:
    """The text with all matches replaced; for texts with characters of two units."""
    matches = list(compiled.finditer(text))
    subject, spans = _spans(compiled, text)
    made = []
    size = 0
    for match in matches:
        new = "".join([part if isinstance(part, str) else match[part] or "" for part in parts])
        size += len(new)
        if size > guard.MOST_MADE + guard.MOST_TIMES * len(text):
            raise Failure(_TOO_LARGE, "shipper_size_limit")
        made.append(new)
    if subject is text:
        pieces = zip((match.span() for match in matches), made, strict=True)
    else:
        empty = "".join(part for part in parts if isinstance(part, str))
        known = dict(zip(_shifted(text, matches), made, strict=True))
        pieces = ((span, known.get(span, empty)) for span in spans)  # type: ignore[assignment]
    out: list[str] = []
    start = 0
    for (begin, end), new in pieces:
        out += (subject[start:begin], new)
        start = end
    out.append(subject[start:])
    whole = "".join(out)
    return whole if subject is text else joined(whole)


def _shifted(text: str, matches: list[Any]) -> list[tuple[int, int]]:
    """Spans of matches, counted in UTF-16 units."""
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + (2 if character > "\uffff" else 1))
    return [(offsets[match.start()], offsets[match.end()]) for match in matches]


def parse_replacement(text: str, names: list[str | None]) -> list[str | int]:
    r"""
    Texts and numbers of groups, in turn.

    Args:
        text: with ``$1``, ``${name}`` and ``\`` before what is meant literally.
        names: of the pattern's groups.

    Raises:
        Failure: as the Java exception that the first match brings about.
    """
    parts: list[str | int] = []
    literal: list[str] = []
    position, length = 0, len(text)
    while position < length:
        character = text[position]
        position += 1
        if character == "\\":
            if position == length:
                raise Failure("character to be escaped is missing", foreign=True)
            literal.append(text[position])
            position += 1
        elif character == "$":
            number, position = _group(text, position, names)
            parts += ("".join(literal), number)
            literal.clear()
        else:
            literal.append(character)
    parts.append("".join(literal))
    return [part for part in parts if part != ""]


def _group(text: str, position: int, names: list[str | None]) -> tuple[int, int]:
    """The group that stands behind a ``$``, and the position behind it."""
    following = text[position : position + 1]
    if not following:
        raise Failure("Illegal group reference: group index is missing", foreign=True)
    if following == "{":
        return _named(text, position + 1, names)
    if following not in "0123456789":
        raise Failure("Illegal group reference", foreign=True)
    number = int(following)
    position += 1
    if number > len(names):
        raise Failure(f"No group {number}", "index_out_of_bounds_exception", foreign=True)
    while position < len(text) and text[position] in "0123456789":
        longer = number * 10 + int(text[position])
        if longer > len(names):
            break
        number = longer
        position += 1
    return number, position


def _named(text: str, position: int, names: list[str | None]) -> tuple[int, int]:
    end = position
    while end < len(text) and text[end].isascii() and text[end].isalnum():
        end += 1
    name = text[position:end]
    if not name:
        raise Failure("named capturing group has 0 length name", foreign=True)
    if text[end : end + 1] != "}":
        raise Failure("named capturing group is missing trailing '}'", foreign=True)
    if name[0].isdigit():
        raise Failure(f"capturing group name {{{name}}} starts with digit character", foreign=True)
    if name not in names:
        raise Failure(f"No group with name {{{name}}}", foreign=True)
    return names.index(name) + 1, end + 1
