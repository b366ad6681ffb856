"""
What names may be narrowed to in a strict pattern, each with the reason why the full pattern ends where the narrow one does.

See ``strict``; the test puts names together at random and compares with the full patterns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_DIGITS = frozenset("0123456789")
_LETTERS = _WORD - _DIGITS - {"_"}
PRINTED = frozenset(map(chr, range(32, 127)))
PUNCTUATION = PRINTED - _WORD
ANY = "any"  # among the characters that may come next: where the narrow pattern takes one of these, the full one takes more
END = ""  # stands for the end of the line among the characters that may come next, and for its start among those before
_PLAIN = r'"\\\x00-\x1f'  # what no safe capture holds
NEXT = "<next>"


@dataclass(frozen=True, slots=True)
class Narrow:
    """
    A name's narrow pattern.

    Attributes:
        text: in Python's words; ``NEXT`` in it is the character that comes next.
        before: characters that may come next.
        first: characters that it may begin with.
        after: characters that may stand before it; None for any.
        safe: it holds nothing that JSON escapes.
        last: it may end the line.
        repeats: a second repetition cannot begin at what may come next.
        exact: the full pattern may try other ends first, but none that what comes next can follow, if that is literal.
        run: characters of one class, to which nothing belongs that may come next.
    """

    text: str
    before: frozenset[str]
    first: frozenset[str]
    after: frozenset[str] | None = None
    safe: bool = True
    last: bool = True
    repeats: bool = False
    exact: bool = False
    run: bool = False


_EDGE = PUNCTUATION | {END, "\t"}
_NUMBER_EDGE = (PRINTED - _DIGITS - set(".+-")) | {END, "\t"}
_LABEL = r"[0-9A-Za-z][0-9A-Za-z-]{0,62}"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_LEVELS = (
    "ALERT", "TRACE", "DEBUG", "NOTICE", "INFO", "WARN", "WARNING", "ERROR", "ERR", "CRIT", "CRITICAL", "FATAL", "SEVERE", "EMERG",
)  # fmt: skip
_LEVEL = "|".join(
    f"{level}|{level.capitalize()}|{level.lower()}"
    for level in sorted(_LEVELS, key=len, reverse=True)
)

# A host without colons is no IPv6 address, nor the beginning of one, if no colon comes next. The beginning of a name may be
# an IPv4 address, which is tried first, but a dot follows it.
_NAME = Narrow(rf"{_LABEL}(?:\.{_LABEL})*", frozenset(" ])>,;\t|/\"'"), _WORD - {"_"}, _EDGE)
_HOST = replace(_NAME, exact=True, last=False, repeats=True)
# No digit goes on, and the three dots leave no other end.
_ADDRESS = Narrow(_IPV4, PRINTED - _DIGITS - {".", "%"} | {"\t"}, _DIGITS, _NUMBER_EDGE)
# Greedy runs of one class: the first end tried is the last character of the class.
_USER = Narrow(r"[\w.-]+", PRINTED - _WORD - set(".-") | {"\t"}, _WORD | set(".-"), run=True)
_SPACELESS = Narrow(r"[!#-\[\]-~]+", frozenset(" \t"), PRINTED - set(' "\\'), run=True)
_FULL_WORD = Narrow(r"\w+", PUNCTUATION | {"\t"}, _WORD, _EDGE, run=True)
_QUOTED = Narrow(
    f'"[^{_PLAIN}]*"',
    PRINTED | {"\t"},
    frozenset('"'),
    (PRINTED - {"\\"}) | {END, "\t"},
    safe=False,
)

NAMES: dict[str, Narrow] = {
    "IPORHOST": _HOST,
    "SYSLOGHOST": _HOST,
    "HOSTNAME": _NAME,
    "IPV4": _ADDRESS,
    "IP": _ADDRESS,
    "USERNAME": _USER,
    "USER": _USER,
    # Before a space there is no "@", so it is no e-mail address but a user.
    "HTTPDUSER": Narrow(r"[\w.-]+", frozenset(" "), _WORD | set(".-"), run=True),
    "WORD": _FULL_WORD,
    "NOTSPACE": _SPACELESS,
    # Atomic and greedy; a fraction is always taken.
    "NUMBER": Narrow(r"\d+(?:\.\d+)?", PRINTED - _DIGITS - {"."} | {"\t"}, _DIGITS, _NUMBER_EDGE),
    "BASE10NUM": Narrow(r"\d+(?:\.\d+)?", PRINTED - _DIGITS - {"."} | {"\t"}, _DIGITS, _NUMBER_EDGE),
    "INT": Narrow(r"\d+", PRINTED - _DIGITS | {"\t"}, _DIGITS),
    "POSINT": Narrow(r"[1-9]\d*", PUNCTUATION | {"\t"}, _DIGITS, _EDGE),
    "NONNEGINT": Narrow(r"\d+", PUNCTUATION | {"\t"}, _DIGITS, _EDGE),
    # Each part is followed by a sign that none of its other ends is followed by; the zone's digits are greedy.
    "HTTPDATE": Narrow(rf"{_DAY}/{_MONTH}/\d{{4}}:{_TIME} [+-]\d{{4}}", PRINTED - _DIGITS | {"\t"}, _DIGITS),
    # Seconds take a fraction where there is one, so none of its signs may come next.
    "SYSLOGTIMESTAMP": Narrow(rf"{_MONTH} (?: [1-9]|[12]\d|3[01]) {_TIME}", frozenset(" ]"), _LETTERS, _EDGE),
    # The zone is taken where there is one; what may come next begins neither a fraction nor a zone.
    "TIMESTAMP_ISO8601": Narrow(
        rf"\d{{4}}-(?:0[1-9]|1[0-2])-{_DAY}[T ]{_TIME}(?:[.,]\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?",
        frozenset(' ]|)"\t;'),
        _DIGITS,
    ),
    # A word's longest form is tried first.
    "LOGLEVEL": Narrow(f"(?:{_LEVEL})", PRINTED - _WORD | {"\t"}, _LETTERS),
    # The end is the first quote without a backslash.
    "QS": _QUOTED,
    "QUOTEDSTRING": _QUOTED,
    # Lazy: all ends before the first occurrence of what comes next are tried first.
    "DATA": Narrow(f"[^{NEXT}{_PLAIN}]*", PRINTED | {"\t"}, PRINTED, last=False, exact=True, run=True),
    "GREEDYDATA": Narrow(f"[^{_PLAIN}]*", frozenset(), PRINTED),
    "PROG": Narrow(r"[!#-Z^-~]+", frozenset(" []\t"), PRINTED - set(' "[]\\')),
    "UUID": Narrow(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", PRINTED | {"\t"}, _WORD),
    "URIPATHPARAM": Narrow(r"/[\w$.+!*'(){},~:;=@#%&/-]*(?:\?[\w$.+!*'|(){},~@#%&/=:;?<>\[\]-]*)?", frozenset(' "\t'), frozenset("/")),
}  # fmt: skip
NO_DASH = frozenset(
    {"NUMBER", "BASE10NUM", "INT", "POSINT", "NONNEGINT"}
)  # a lone dash is none of these
