"""
Where pygrok and the clusters part: one row a difference, each with a text that shows it.

Everything else that pygrok parses, ours parses the same (``test_pygrok.py``). The rows are a table of the manual.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

from pygrok import pygrok

from shipper.pipeline import grok
from shipper.pipeline.failure import Failure, Unsupported

_PATTERNS = pygrok._reload_patterns(pygrok.DEFAULT_PATTERNS_DIRS)
pygrok._reload_patterns = lambda _: _PATTERNS  # it reads all its files again for each pattern
PYGROK_NAMES = frozenset(_PATTERNS)


@dataclass(frozen=True)
class Row:
    """
    A difference.

    Attributes:
        what: in words.
        pattern, text: that show it.
        name: the standard name it is about, if it is one.
    """

    what: str
    pattern: str
    text: str
    name: str = ""


def _name(name: str, what: str, text: str, frame: str = "%{{{}:it}}") -> Row:
    return Row(f"`{name}`: {what}", frame.format(name), text, name)


ROWS = [
    Row("dotted fields", "%{IP:source.ip}", "1.2.3.4"),
    Row("fields with brackets, hyphens, `@`", "%{INT:[a][b]} %{INT:a-b} %{INT:@t}", "1 2 3"),
    Row("`long`, `double`, `boolean`", "%{INT:a:long} %{NUMBER:b:double} %{WORD:c:boolean}", "1 2.5 true"),
    Row("a group that takes no part", "(?:%{INT:a}|%{WORD:b})", "x"),
    Row("the same field twice", "%{INT:a} %{INT:a}", "1 2"),
    Row("a whole number beyond 32 bits", "%{INT:a:int}", "99999999999"),
    Row("a text that is no number", "%{WORD:a:int}", "x"),
    Row("hexadecimal digits, `\\h`", "(?<a>\\h+)", "ff"),
    Row("`\\d` and `\\w` of other scripts", "^%{WORD:a}$", "ünïcödé"),
    Row("`^` and `$` at lines", "^%{WORD:a}$", "two\nlines"),
    Row("`(?m)`: the dot matches ends of lines", "(?m)%{GREEDYDATA:a}", "two\nlines"),
    Row("nested classes", "(?<a>[a[b]]+)", "abba"),
    Row("a name that is not there", "%{NOPE:a}", "x"),
    Row("inline definitions", "%{INT:a=[a-z]+}", "12"),
    _name("CISCOFW106015", "one space before `on interface`", "Deny TCP (no connection) from 1.2.3.4/5 to 5.6.7.8/9 flags RST on interface inside"),
    _name("CISCOFW106100", "`src_fwuser` twice", "access-list a Deny b c/1.2.3.4(5)(d) -> e/6.7.8.9(1)(f) hit-cnt 1 first hit [a, b]"),
    _name("CISCOFW313005", "`protocol` twice", "a for b error message: c src d:1.2.3.4 dst e:5.6.7.8 (type 1, code 2) on f interface.  Original IP payload: g src 1.2.3.4/5 dst 6.7.8.9/0"),
    _name("HTTPD24_ERRORLOG", "without module or thread", "[Thu Jun 27 11:55:44 2013] [:error] [pid 10] text"),
    _name("JAVACLASS", "a lone name, `_`, no `-`", "My_Class"),
    _name("JAVAFILE", "spaces", "Native Method", "^%{{{}:it}}$"),
    _name("JAVAMETHOD", "`<clinit>`", "<clinit>"),
    _name("MONTH", "small first letters", "jan"),
    _name("REDISLOG", "a space at the end", "[4018] 14 Nov 07:01:22.119 *"),
    _name("RT_FLOW1", "fields with hyphens", "RT_FLOW_SESSION_CLOSE: r: 1.2.3.4/1->5.6.7.8/2 s 1.2.3.4/1->5.6.7.8/2 a b 6 p f t 9 1(2) 3(4) 5 x"),
    _name("RT_FLOW2", "fields with hyphens", "RT_FLOW_SESSION_CREATE: session created 1.2.3.4/1->5.6.7.8/2 s 1.2.3.4/1->5.6.7.8/2 a b 6 p f t 9 x"),
    _name("RT_FLOW3", "fields with hyphens", "RT_FLOW_SESSION_DENY: session denied 1.2.3.4/1->5.6.7.8/2 s 6(0) p f t x"),
    _name("RUUID", "`\\h`", "0123456789abcdef0123456789abcdef"),
    _name("SHOREWALL", "does not compile", "no firewall"),
    _name("SYSLOG5424BASE", "the host may be an address", "<34>1 - ::1 app - - -"),
    _name("TIMESTAMP_ISO8601", "hours have two digits", "2026-01-02T3:04:05"),
    _name("TZ", "`AST`, `ADT`", "AST"),
    _name("UNIXPATH", "`+`", "/usr/c++/x"),
    _name("URIPATH", "`&`", "/a&b"),
    _name("URIPROTO", "digits, dots, hyphens; two characters at least", "h2c"),
]  # fmt: skip
NAMES = {row.name for row in ROWS if row.name}


def theirs(pattern: str, text: str) -> Any:
    """What pygrok makes of it: fields, None, or an error's name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return pygrok.Grok(pattern).match(text)
        except Exception as error:
            return type(error).__name__


def ours(pattern: str, text: str) -> Any:
    """What Shipper makes of it, as OpenSearch does: fields, None, or an error's name."""
    try:
        found = grok.compile([pattern], flavour="opensearch").match(text)
    except Unsupported as error:
        return "invalid" if type(error).__name__ == "Invalid" else "refused"
    except Failure as failure:
        return failure.type
    return None if found is None else found[0]
