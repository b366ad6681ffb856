"""
What Java does with matches: finding one after another, replacing, splitting. All differ from Python's after an empty match.

These run whole under the guard: ``guard.call(java.replace_all, compiled, text, replacement)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shipper.pipeline.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shipper.pipeline.regex import Translated


@dataclass(frozen=True, slots=True)
class Replacement:
    """
    A replacement text, read.

    Attributes:
        parts: literal text, and numbers of groups.
        failure: what ``replaceAll`` throws when it comes to its first match: reason and type; None if nothing is wrong.
        literal: the whole, if it has no groups.
    """

    parts: tuple[str | int, ...]
    failure: tuple[str, str] | None = None
    literal: str | None = None


def find_all(compiled: Any, text: str) -> Iterator[Any]:
    """Matches as ``Matcher.find`` finds them: behind an empty one the next search starts one character on."""
    at = 0
    size = len(text)
    search = compiled.search
    while at <= size:
        found = search(text, at)
        if found is None:
            return
        yield found
        start, end = found.span()
        at = end + 1 if start == end else end


def replacement(text: str, translated: Translated) -> Replacement:
    """
    Reads a replacement text: ``$1``, ``${name}``, and a backslash before what is to stand for itself.

    Args:
        text: as in the configuration.
        translated: the pattern it goes with, whose groups it may name.
    """
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "\\":
            if at == len(text):
                return _wrong(parts, "character to be escaped is missing")
            _append(parts, text[at])
            at += 1
        elif char == "$":
            if at == len(text):
                return _wrong(parts, "Illegal group reference: group index is missing")
            number, at, problem = _reference(text, at, translated)
            if problem is not None:
                return Replacement(tuple(parts), problem)
            parts.append(number)
        else:
            _append(parts, char)
    if not any(isinstance(part, int) for part in parts):
        return Replacement(tuple(parts), None, "".join(map(str, parts)))
    return Replacement(tuple(parts))


def _append(parts: list[str | int], char: str) -> None:
    if parts and isinstance(parts[-1], str):
        parts[-1] += char
    else:
        parts.append(char)


def _wrong(parts: list[str | int], reason: str) -> Replacement:
    return Replacement(tuple(parts), (reason, "illegal_argument_exception"))


def _reference(
    text: str, at: int, translated: Translated
) -> tuple[int, int, tuple[str, str] | None]:
    illegal = "illegal_argument_exception"
    if text[at] == "{":
        end = at + 1
        while end < len(text) and text[end].isascii() and text[end].isalnum():
            end += 1
        name = text[at + 1 : end]
        if not name:
            return 0, at, ("named capturing group has 0 length name", illegal)
        if end == len(text) or text[end] != "}":
            return 0, at, ("named capturing group is missing trailing '}'", illegal)
        if name[0].isdigit():
            reason = f"capturing group name {{{name}}} starts with digit character"
            return 0, at, (reason, illegal)
        if name not in translated.groups:
            return 0, at, (f"No group with name {{{name}}}", illegal)
        return translated.groups.index(name) + 1, end + 1, None
    if not "0" <= text[at] <= "9":
        return 0, at, ("Illegal group reference", illegal)
    number = int(text[at])
    at += 1
    if number > len(translated.groups):
        return 0, at, (f"No group {number}", "index_out_of_bounds_exception")
    while at < len(text) and "0" <= text[at] <= "9":
        longer = number * 10 + int(text[at])
        if longer > len(translated.groups):
            break
        number = longer
        at += 1
    return number, at, None


def replace_all(compiled: Any, text: str, replacement: Replacement) -> str:
    """
    ``Matcher.replaceAll``.

    Raises:
        Failure: there is a match, and the replacement names what is not there.
    """
    pieces: list[str] = []
    at = 0
    literal = replacement.literal
    for found in find_all(compiled, text):
        start, end = found.span()
        if replacement.failure is not None:
            reason, kind = replacement.failure
            raise Failure(reason, kind, foreign=True)
        pieces.append(text[at:start])
        if literal is not None:
            pieces.append(literal)
        else:
            pieces += [
                part if isinstance(part, str) else found.group(part) or ""
                for part in replacement.parts
            ]
        at = end
    if not pieces:
        return text
    pieces.append(text[at:])
    return "".join(pieces)


def split(compiled: Any, text: str, limit: int = 0) -> list[str]:
    """
    ``String.split(regex, limit)``.

    Args:
        compiled: the pattern.
        text: to split.
        limit: above 0: so many parts at most; 0: without empty parts at the end; below 0: with them.
    """
    parts: list[str] = []
    at = 0
    for found in find_all(compiled, text):
        start, end = found.span()
        if limit > 0 and len(parts) == limit - 1:
            break
        if at == 0 and start == end == 0:
            continue  # nothing stands before an empty match at the start
        parts.append(text[at:start])
        at = end
    if at == 0:
        return [text]
    parts.append(text[at:])
    if limit == 0:
        while parts and not parts[-1]:
            parts.pop()
    return parts
