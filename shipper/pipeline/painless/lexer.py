"""
A script's text to tokens, as Painless cuts it.

Three rules are its own: what follows a dot is a plain name or number without blanks between; a slash begins a regular
expression unless an operand ended just before it; strings know two escapes, the quote and the backslash.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from shipper.pipeline.failure import Invalid

PRIMITIVES: Final = frozenset(
    ["boolean", "byte", "short", "char", "int", "long", "float", "double"]
)
KEYWORDS: Final = PRIMITIVES | {
    "if", "else", "while", "do", "for", "in", "continue", "break", "return", "new", "try", "catch", "throw", "this",
    "instanceof", "true", "false", "null", "def",
}  # fmt: skip

_OPERATORS: Final = (
    ">>>=", "===", "!==", "==~", "<<=", ">>=", ">>>", "++", "--", "&&", "||", "==", "!=", "=~", "<=", ">=", "<<", ">>",
    "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "->", "::", "?:", "?.", "{", "}", "[", "]", "(", ")", ".", ",", ";",
    "!", "~", "*", "/", "%", "+", "-", "<", ">", "&", "^", "|", "?", ":", "=",
)  # fmt: skip
_TOKEN: Final = re.compile(
    r"""
    (?P<blank>[ \t\n\r]+ | //[^\n\r]*(?:[\n\r]|\Z) | /\*(?s:.*?)\*/ )
  | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
  | (?P<octal>0[0-7]+[lL]?)
  | (?P<hex>0[xX][0-9a-fA-F]+[lL]?)
  | (?P<decimal>(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)[fFdD]?)
  | (?P<integer>(?:0|[1-9][0-9]*)[lLfFdD]?)
  | (?P<string>"(?:\\"|\\\\|[^\\"])*"|'(?:\\'|\\\\|[^\\'])*')
    """,
    re.VERBOSE,
)
_REGEX: Final = re.compile(r"/((?:\\[^\n]|[^/\n\\])+)/([cimsUlux]*)")
_MEMBER: Final = re.compile(r"([_a-zA-Z][_a-zA-Z0-9]*)|(0|[1-9][0-9]*)")
_OPERANDS: Final = frozenset(
    ["name", "integer", "decimal", "octal", "hex", "member", "index", "]", ")"]
)


class Token(NamedTuple):
    """
    One token.

    Attributes:
        kind: ``name``, ``integer``, ``decimal``, ``octal``, ``hex``, ``string``, ``regex``, ``member`` (a name behind a dot),
            ``index`` (a number behind a dot), ``end``; of keywords and operators, their text.
        text: as written; of a string, what it means; of a regular expression, its pattern.
        offset: index of its first character.
        flags: letters behind a regular expression.
    """

    kind: str
    text: str
    offset: int
    flags: str = ""


def tokenize(source: str, *, dollar: bool = False) -> list[Token]:
    """
    All tokens of a script, ended by one of kind ``end``.

    Args:
        source: the script.
        dollar: whether ``$`` is a name (Elasticsearch's field access).

    Raises:
        Invalid: at a character that begins no token.
    """
    tokens: list[Token] = []
    last = ""
    at, end = 0, len(source)
    while at < end:
        token, past = (
            _member(source, at) if last in {".", "?."} else _next(source, at, last, dollar)
        )
        if token is not None:
            tokens.append(token)
            last = token.kind
        at = past
    tokens.append(Token("end", "", end))
    return tokens


def _member(source: str, at: int) -> tuple[Token, int]:
    found = _MEMBER.match(source, at)
    if found is None:
        raise Invalid(f"a name or a number must follow the dot at once, not {source[at]!r}", at)
    return Token("member" if found[1] else "index", found[0], at), found.end()


def _next(source: str, at: int, last: str, dollar: bool) -> tuple[Token | None, int]:
    if source[at] == "/" and last not in _OPERANDS and source[at + 1 : at + 2] not in {"/", "*"}:
        regex = _REGEX.match(source, at)
        if regex is not None:
            return Token("regex", regex[1], at, regex[2]), regex.end()
    found = _TOKEN.match(source, at)
    if found is not None:
        return _named(found), found.end()
    for operator in _OPERATORS:
        if source.startswith(operator, at):
            return Token(operator, operator, at), at + len(operator)
    if dollar and source[at] == "$":
        return Token("name", "$", at), at + 1
    if source[at] in "\"'":
        _bad_string(source, at)
    raise Invalid(f"unexpected character [{source[at]}]", at)


def _named(found: re.Match[str]) -> Token | None:
    kind, text, at = found.lastgroup or "", found[0], found.start()
    if kind == "blank":
        return None
    if kind == "name" and text in KEYWORDS:
        kind = text
    if kind == "string":
        quote = text[0]
        text = text[1:-1].replace("\\\\", "\0").replace("\\" + quote, quote).replace("\0", "\\")
    return Token(kind, text, at)


def _bad_string(source: str, at: int) -> None:
    quote = source[at]
    index = at + 1
    while index < len(source) and source[index] != quote:
        if source[index] == "\\":
            if source[index + 1 : index + 2] not in {quote, "\\"}:
                raise Invalid(f"a string knows the escapes \\{quote} and \\\\ only", index)
            index += 1
        index += 1
    raise Invalid("a string that is not closed", at)
