r"""
Regular expressions of the configuration: written for Go's RE2, run by Python's ``re``.

Known here and nowhere else, so that the check of the configuration and the parsers agree. ``\d``, ``\w``, ``\s`` and ``\b``
mean ASCII, as in RE2. What RE2 has and ``re`` lacks is translated or refused; what only ``re`` has (look-around, back
references) is left alone.
"""

from __future__ import annotations

import re
import warnings

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_POSIX_CLASS = re.compile(r"\[:(\^?)(\w+):\]")
_WIDE = re.compile(r"\\x\{([0-9A-Fa-f]{1,8})\}")
_MULTILINE_FLAG = re.compile(r"\(\?[a-zA-Z]*m")
_NAMED = re.compile(r"\(\?<(?=[A-Za-z_])")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """
    Compile a pattern of the configuration; it is to be searched in a text, not anchored.

    Raises:
        ValueError: what is wrong with the pattern and, where known, what to write instead.
    """
    translated = translate(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # hints at what a later Python may read differently
            return re.compile(translated, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        hint = ""
        if "global flags" in str(error):
            hint = "; flags such as (?i) must come first, or use (?i:...) for a part"
        raise ValueError(f"not a regular expression: {pattern!r}: {error}{hint}") from None


def translate(pattern: str) -> str:
    """
    Turn the RE2 spelling of a pattern into Python's.

    Raises:
        ValueError: the pattern uses a Unicode class, which ``re`` does not have.
    """
    # Without the flag m, RE2's `$` is the very end of the text; Python's would also match before a last newline.
    end = "$" if _MULTILINE_FLAG.search(pattern) else r"\Z"
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            piece, at = _escape(pattern, at)
        elif char == "[":
            piece, at = _class(pattern, at)
        elif char == "$":
            piece, at = end, at + 1
        elif char == "(" and (named := _NAMED.match(pattern, at)):
            piece, at = "(?P<", named.end()
        else:
            piece, at = char, at + 1
        out.append(piece)
    return "".join(out)


def _escape(pattern: str, at: int) -> tuple[str, int]:
    """Translate the escape at an offset; the offset behind it comes with it."""
    letter = pattern[at + 1 : at + 2]
    if letter == "z":
        return r"\Z", at + 2
    if letter == "Q":
        end = pattern.find(r"\E", at)
        end = len(pattern) if end < 0 else end
        return re.escape(pattern[at + 2 : end]), end + 2
    if letter in {"p", "P"}:
        raise ValueError(
            f"not a regular expression: {pattern!r}: Unicode classes such as \\pL are not available; "
            r"write the characters as [...], or \w for ASCII letters, digits and _"
        )
    if wide := _WIDE.match(pattern, at):
        return rf"\U{wide[1]:0>8}", wide.end()
    return pattern[at : at + 2], at + 2


def _class(pattern: str, at: int) -> tuple[str, int]:
    """Translate the bracket expression at an offset; the offset behind it comes with it."""
    out = ["["]
    at += 1
    if pattern[at : at + 1] == "^":
        out.append("^")
        at += 1
    first = True
    while at < len(pattern) and (pattern[at] != "]" or first):
        first = False
        char = pattern[at]
        if char == "\\":
            piece, at = _escape(pattern, at)
        elif (posix := _POSIX_CLASS.match(pattern, at)) and posix[2] in _POSIX:
            if posix[1]:
                raise ValueError(
                    f"not a regular expression: {pattern!r}: negated classes such as {posix[0]} are not available; "
                    "write [^...] around the whole class"
                )
            piece, at = _POSIX[posix[2]], posix.end()
        elif char in "[]&~|":
            # Literal here in RE2; in a later Python they may be operators on sets.
            piece, at = "\\" + char, at + 1
        else:
            piece, at = char, at + 1
        out.append(piece)
    return "".join(out) + pattern[at : at + 1], at + 1
