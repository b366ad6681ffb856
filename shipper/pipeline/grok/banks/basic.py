"""Words, numbers, networks, paths and dates: what all other names are made of."""

from __future__ import annotations

from shipper.pipeline.grok.banks.notation import alternatives, spell_all

# -- addresses -------------------------------------------------------------------------------------------------------

_BYTE = r"(?:1\d\d|2(?:[0-4]\d|5[0-5])|[1-9]\d|\d)"  # no leading zeros; what is longer comes first
_LOOSE_BYTE = r"(?:25[0-5]|2[0-4]\d|[01]?\d\d?)"
_DOTTED = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_LABEL = r"[0-9A-Za-z][0-9A-Za-z-]{0,62}"


def _ipv6() -> str:
    """
    By the number of groups before the ``::``, most first.

    After ``n`` groups with their colons come, in this order: ``:`` and up to ``7 - n`` groups with colons before them;
    the same with an IPv4 address for the last two; a colon alone. Which end is tried first decides what the next piece
    of a pattern gets, so the order is part of the language.
    """
    group = r"\h{1,4}"
    branches = [rf"(?:{group}:){{7}}(?:{group}|:)", rf"(?:{group}:){{6}}(?::{group}|{_DOTTED}|:)"]
    for count in range(5, -1, -1):
        lead = rf"(?:{group}:){{{count}}}" if count else ":"
        upto = rf"(?::{group}){{1,{7 - count}}}"
        mixed = rf"(?::{group}){{0,{5 - count}}}:{_DOTTED}"
        branches.append(f"{lead}(?:{upto}|{mixed}|:)")
    # The look-ahead decides nothing: it saves trying eight branches on what is no address.
    return rf"(?=\h{{0,4}}:){alternatives(*branches)}(?:%.+)?"


def _quoted(*quotes: str) -> str:
    r"""A quote, anything without a bare quote (``\`` takes the next character with it), the quote."""
    bodies = [rf"{quote}(?>[^\\{quote}]*(?:\\.[^\\{quote}]*)*){quote}" for quote in quotes]
    return rf"(?<!\\){alternatives(*bodies)}"


def _both_cases(*words: str) -> str:
    """Each word with a first letter of either case, and all in capitals."""
    return alternatives(*(f"[{w[0].upper()}{w[0]}]{w[1:]}|{w.upper()}" for w in words))


_WORDS = {
    "WORD": r"\b\w+\b",
    "NOTSPACE": r"\S+",
    "SPACE": r"\s*",
    "DATA": ".*?",
    "GREEDYDATA": ".*",
    "QUOTEDSTRING": _quoted('"', "'", "`"),
    "QS": "<QUOTEDSTRING>",
    "USERNAME": r"[\w.-]+",
    "USER": "<USERNAME>",
    "UUID": r"\h{8}(?:-\h{4}){3}-\h{12}",
    "URN": r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:(?:[\w()+,.:=@;$!*'/?#-]|%\h\h)+",
    "PROG": r"[!-Z\\^-~]+",
    "EMAILADDRESS": "<EMAILLOCALPART>@<HOSTNAME>",
}

_NUMBERS = {
    "INT": r"[+-]?\d+",
    "BASE10NUM": r"(?<![\d.+-])(?>[+-]?(?:\d*\.)?\d+)",
    "NUMBER": "<BASE10NUM>",
    "BASE16NUM": r"(?<!\h)[+-]?(?:0x)?\h+",
    "BASE16FLOAT": r"\b(?<![\h.])[+-]?(?:0x)?(?:\h+(?:\.\h*)?|\.\h+)\b",
    "POSINT": r"\b[1-9]\d*\b",
    "NONNEGINT": r"\b\d+\b",
}

_NETWORK = {
    "CISCOMAC": r"\h{4}(?:\.\h{4}){2}",
    "WINDOWSMAC": r"\h\h(?:-\h\h){5}",
    "COMMONMAC": r"\h\h(?::\h\h){5}",
    "MAC": "(?:<CISCOMAC>|<WINDOWSMAC>|<COMMONMAC>)",
    "IPV6": _ipv6(),
    "IPV4": rf"(?<!\d){_LOOSE_BYTE}(?:\.{_LOOSE_BYTE}){{3}}(?!\d)",
    "IP": "(?:<IPV6>|<IPV4>)",
    "HOSTNAME": rf"\b{_LABEL}(?:\.{_LABEL})*\.?",
    "IPORHOST": "(?:<IP>|<HOSTNAME>)",
    "HOSTPORT": "<IPORHOST>:<POSINT>",
}

_QUERY = r"[\w$.+!*'|(){},~@#%&/=:;?<>\[\]-]*"
_PATHS = {
    "PATH": "(?:<UNIXPATH>|<WINPATH>)",
    "TTY": r"/dev/(?:pts|tty[pq]?)\w*/?\d+",
    "WINPATH": r"(?:[A-Za-z]+:|\\)\\[^?*]*",
    "URIPROTO": r"[A-Za-z][A-Za-z0-9+.-]+",
    "URIPATH": r"/[\w$.+!*'(){},~:;=@#%&/-]*",
}

_DATES = {
    "MONTH": r"\b(?:[Jj](?:an(?:uary?)?|u(?:n[ei]?|l[yi]?))|[Ff]eb(?:ruary?)?|[Mm](?:[aä]?r(?:ch|z)?|a[yi]?)"
    r"|[Aa](?:pr(?:il)?|ug(?:ust)?)|[Ss]ep(?:tember)?|[Oo][ck]?t(?:ober)?|[Nn]ov(?:ember)?|[Dd]e[cz](?:ember)?)\b",
    "MONTHNUM": r"(?:0?[1-9]|1[0-2])",
    "MONTHNUM2": r"(?:0[1-9]|1[0-2])",
    "MONTHDAY": r"(?:0[1-9]|[12]\d|3[01]|[1-9])",
    "DAY": r"(?:(?:Mon|Fri|Sun)(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Sat(?:urday)?)",
    "YEAR": r"\d\d(?:\d\d)?",
    "HOUR": r"(?:2[0-3]|[01]?\d)",
    "MINUTE": r"[0-5]\d",
    "SECOND": r"(?:[0-5]?\d|60)(?:[:.,]\d+)?",
    "TIME": r"<HOUR>:<MINUTE>:<SECOND>(?!\d)",
    "DATE_US": "<MONTHNUM>[/-]<MONTHDAY>[/-]<YEAR>",
    "DATE_EU": "<MONTHDAY>[./-]<MONTHNUM>[./-]<YEAR>",
    "DATE": "<DATE_US>|<DATE_EU>",
    "DATESTAMP": "<DATE>[ -]<TIME>",
    "TZ": "(?:UTC|[ACEMP][DS]T)",
    "ISO8601_TIMEZONE": "(?:Z|[+-]<HOUR>:?<MINUTE>)",
    "DATESTAMP_RFC822": "<DAY> <MONTH> <MONTHDAY> <YEAR> <TIME> <TZ>",
    "DATESTAMP_RFC2822": "<DAY>, <MONTHDAY> <MONTH> <YEAR> <TIME> <ISO8601_TIMEZONE>",
    "DATESTAMP_OTHER": "<DAY> <MONTH> <MONTHDAY> <TIME> <TZ> <YEAR>",
    "DATESTAMP_EVENTLOG": "<YEAR><MONTHNUM2><MONTHDAY><HOUR><MINUTE><SECOND>",
    "SYSLOGTIMESTAMP": "<MONTH> +<MONTHDAY> <TIME>",
    "HTTPDATE": "<MONTHDAY>/<MONTH>/<YEAR>:<TIME> <INT>",
    "HTTPDERROR_DATE": "<DAY> <MONTH> <MONTHDAY> <TIME> <YEAR>",
}
_ISO = "<YEAR>-<MONTHNUM>-<MONTHDAY>[T ]{hour}:?<MINUTE>(?::?<SECOND>)?<ISO8601_TIMEZONE>?"

_LEVELS = ("alert", "trace", "debug", "notice")
_GRAVER = (
    "warn?(?:ing)?", "err?(?:or)?", "crit?(?:ical)?", "fatal", "severe", "emerg(?:ency)?",
)  # fmt: skip

_LEGACY = {
    "EMAILLOCALPART": r"[A-Za-z][\w+,./:;<=-]+",
    # A backslash takes the next character with it.
    "UNIXPATH": r"/[\w%!$@:.,+~/-]*(?:\\.[\w%!$@:.,+~/-]*)*",
    "URIHOST": "<IPORHOST>(?::<POSINT port>)?",
    "URIPARAM": rf"\?{_QUERY}",
    "URIPATHPARAM": "<URIPATH><URIPARAM>?",
    "URI": "<URIPROTO>://(?:<USER>(?::[^@]*)?@)?<URIHOST>?<URIPATHPARAM>?",
    "ISO8601_HOUR": r"(?:2[0-3]|[01]\d)",
    "ISO8601_SECOND": "(?:<SECOND>|60)",
    "TIMESTAMP_ISO8601": _ISO.format(hour="<ISO8601_HOUR>"),
    "LOGLEVEL": _both_cases(*_LEVELS, "info", *_GRAVER),
}

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]"
_ECS = {
    "EMAILLOCALPART": rf"{_ATOM}{{1,64}}(?:\.{_ATOM}{{1,62}}){{0,63}}",
    "UNIXPATH": "/[[:alnum:]_%!$@:.,+~/-]*",
    "URIHOST": "<IPORHOST>(?::<POSINT>)?",
    "URIQUERY": _QUERY,
    "URIPARAM": r"\?<URIQUERY>",
    "URIPATHPARAM": r"<URIPATH>(?:\?<URIQUERY>)?",
    "URI": r"<URIPROTO>://(?:<USER>(?::[^@]*)?@)?<URIHOST>?(?:<URIPATH>(?:\?<URIQUERY>)?)?",
    "ISO8601_SECOND": "<SECOND>",
    "TIMESTAMP_ISO8601": _ISO.format(hour="<HOUR>"),
    "LOGLEVEL": _both_cases(*_LEVELS, "info?(?:rmation)?", *_GRAVER),
}


def names(*, ecs: bool, opensearch: bool) -> dict[str, str]:  # noqa: ARG001 - the products agree here
    """The names of this family and their texts."""
    own = _ECS if ecs else _LEGACY
    return spell_all({**_WORDS, **_NUMBERS, **_NETWORK, **_PATHS, **_DATES, **own})
