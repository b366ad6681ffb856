r"""
Whether a pattern for lines can be looked for in a whole block of lines at once, and how it is written then.

Pure. Only patterns every alternative of which begins with ``^`` qualify: they are tried behind each newline and nowhere
else. The rewritten pattern cannot match a newline, so it sees one line only. Whatever is not known to be safe is refused;
the caller then goes line by line.
"""

from __future__ import annotations

import re

_ANCHOR = re.compile(r"(\(\?i\))?(?=\^)")
# Pieces that mean the same in one line and in a block of lines. An escaped letter is a class or an assertion: few are here.
_ESCAPES = {
    r"\d": r"\d",
    r"\w": r"\w",
    r"\S": r"\S",
    r"\b": r"\b",
    r"\t": r"\t",
    r"\s": r"[^\S\n]",
    r"\D": r"[^\d\n]",
    r"\W": r"[^\w\n]",
    r"\Z": "$",
}
_IN_CLASS = frozenset({r"\d", r"\w", r"\S", r"\t"})
_COUNT = re.compile(r"\{\d{1,4}(,\d{0,4})?\}")
_GROUP = re.compile(r"\(\?:|\(\?P<\w+>|\((?!\?)")


def is_anchored(pattern: str) -> bool:
    """Whether every way through a (translated) pattern begins at the start of the text, so that ``match`` will do."""
    return _walk(pattern) is not None


def block_pattern(pattern: str) -> str | None:
    r"""
    Rewrite a pattern of ``re`` for use behind a newline in a block of lines.

    Args:
        pattern: as :func:`shipper.config.patterns.translate` returns it, compiled with ``re.ASCII``.

    Returns:
        A pattern for ``re.ASCII | re.MULTILINE`` without capturing groups, or None if the block way is not safe for it.
    """
    return _walk(pattern)


def _walk(pattern: str) -> str | None:
    head = _ANCHOR.match(pattern)
    if head is None:
        return None
    at = head.end()
    depth = 0
    out: list[str] = []
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            piece = _escape(pattern[at : at + 2], _ESCAPES)
            at += 2
        elif char == "[":
            piece, at = _class(pattern, at)
        elif char == "(":
            group = _GROUP.match(pattern, at)
            if group is None:
                return None
            depth += 1
            piece, at = "(?:", group.end()
        elif char == "{":
            count = _COUNT.match(pattern, at)
            piece, at = (count[0], count.end()) if count else (r"\{", at + 1)
        else:
            depth -= char == ")"
            if char == "|" and depth == 0 and pattern[at + 1 : at + 2] != "^":
                return None
            piece = char if char.isprintable() and depth >= 0 else None
            at += 1
        if piece is None:
            return None
        out.append(piece)
    body = "".join(out)
    return f"(?i:{body})" if head[1] else f"(?:{body})"


def _escape(escape: str, known: dict[str, str]) -> str | None:
    if escape in known:
        return known[escape]
    # An escaped sign that is no letter, digit or control character stands for itself.
    return (
        escape if len(escape) == 2 and escape[1].isprintable() and not escape[1].isalnum() else None
    )


def _class(pattern: str, at: int) -> tuple[str | None, int]:
    at += 1
    negated = pattern[at : at + 1] == "^"
    at += negated
    out = [r"[^\n" if negated else "["]
    first = True
    while at < len(pattern) and (pattern[at] != "]" or first):
        first = False
        if pattern[at] == "\\":
            escape = pattern[at : at + 2]
            if escape[1:].isalnum() and escape not in _IN_CLASS:
                return None, at
            out.append(escape)
            at += 2
        elif pattern[at].isprintable() and pattern[at] != "[":
            out.append(pattern[at])
            at += 1
        else:
            return None, at
    # A range from a sign below the newline, such as [\t-a], would take the newline in.
    if any(sign in "".join(out) for sign in (r"\t-", "--")):
        return None, at
    return ("".join(out) + "]", at + 1) if at < len(pattern) else (None, at)
