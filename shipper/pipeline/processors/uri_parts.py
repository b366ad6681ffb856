"""
Elasticsearch's ``uri_parts``: the parts of a URI, as Java's ``URI`` cuts it, or its ``URL`` where that refuses.

``java.net.URI`` is RFC 2396 with Java's own deviations: an empty authority, unescaped letters beyond ASCII, and hosts that are no host names.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.failure import Failure
from shipper.pipeline.processors.access import field_path
from shipper.pipeline.processors.convert import packed
from shipper.pipeline.processors.text import decode_utf8

if TYPE_CHECKING:
    from shipper.pipeline.document import Document, Path
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_UNRESERVED = r"A-Za-z0-9_.!~*'()\-"
_ESCAPED = r"%[0-9A-Fa-f]{2}"
_SPACES = frozenset(["Zs", "Zl", "Zp"])
_LAST_CONTROL = "\x9f"


def _all_of(characters: str, *, others: bool = True) -> re.Pattern[str]:
    other = r"|[^\x00-\x80]" if others else ""
    return re.compile(rf"(?:[{characters}]{f'|{_ESCAPED}' if others else ''}{other})*")


_URIC: Final = _all_of(rf"{_UNRESERVED};/?:@&=+$,\[\]")
_PATH: Final = _all_of(rf"{_UNRESERVED};/:@&=+$,")
_USER: Final = _all_of(rf"{_UNRESERVED};:&=+$,")
_SERVER: Final = _all_of(rf"{_UNRESERVED};:&=+$,@\[\]%")
_REGISTRY: Final = _all_of(rf"{_UNRESERVED}$,;:@&=+")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_ZONE: Final = re.compile(r"[A-Za-z0-9_.]*")
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?")
_IPV4: Final = re.compile(r"\d{1,9}(?:\.\d{1,9}){3}(?![0-9.])", re.ASCII)
_PARTS: Final = re.compile(
    r"(?:([^:/?#]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL
)
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPES: Final = re.compile(rf"(?:{_ESCAPED})+")
_PROTOCOLS: Final = frozenset(["http", "https", "ftp", "file", "mailto"])
_NOT_IN_HOST: Final = re.compile(r"""[\x00-\x20\x7f"<>\[\\\]^`{|}]""")
_NEVER: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_NOT_IN_USER: Final = re.compile(r"[\x00-\x1f\x7f\[\\\]]")
_MOST_INT = 2**31 - 1
_MOST_BYTE = 255


class _SyntaxError(Exception):
    """It is no URI; ``URL`` may take it."""


Parts = dict[str, Any]


def uri_parts(options: Options, build: Build) -> Run:  # noqa: ARG001 - a processor's form
    """Sets an object with ``domain``, ``path``, ``query`` and so on."""
    path = field_path(options, "field")
    target: Path = field_path(options, "target_field", options.path_plain("url"))
    remove = options.flag("remove_if_successful", default=False) and target.text != path.text
    keep = options.flag("keep_original", default=True)
    ignore_missing = options.flag("ignore_missing", default=False)

    def run(document: Document) -> None:
        text = path.get_text(document, ignore_missing=ignore_missing)
        if text is None:
            if ignore_missing:
                return
            raise Failure(f"field [{path.text}] is null, cannot process it.")
        parts = take_apart(text)
        if keep:
            parts["original"] = text
        if remove:
            path.remove(document)
        target.set(document, parts)

    return run


def take_apart(text: str) -> Parts:
    """
    The parts of a URI under the names of the processor.

    Raises:
        Failure: neither ``URI`` nor ``URL`` takes the text.
    """
    try:
        parts: Parts | None = _uri(text)
    except _SyntaxError:
        parts = _url(text)
    if parts is None:
        raise Failure(f"unable to parse URI [{text}]")
    return _named(parts)


def _named(parts: Parts) -> Parts:
    """What the processor makes of Java's parts."""
    found: Parts = {"domain": parts["host"]}
    path = parts["path"]
    if parts["fragment"] is not None:
        found["fragment"] = parts["fragment"]
    if path is not None:
        found["path"] = path
        _, slash, last = path.rpartition("/")
        if slash and "." in last:
            found["extension"] = last.rpartition(".")[2]
    if parts["port"] != -1:
        found["port"] = parts["port"]
    if parts["query"] is not None:
        found["query"] = parts["query"]
    found["scheme"] = parts["scheme"]
    user = parts["user"]
    if user is not None:
        found["user_info"] = user
        if ":" in user:
            found["username"], _, found["password"] = user.partition(":")
    return found


# -- java.net.URI --------------------------------------------------------------------------------------------------------


def _uri(text: str) -> Parts:
    found = _PARTS.fullmatch(text)
    assert found
    scheme, authority, path, query, fragment = found.groups()
    parts: Parts = {"scheme": scheme, "host": None, "user": None, "port": -1, "fragment": None}
    if scheme is not None and not _SCHEME.fullmatch(scheme):
        raise _SyntaxError
    if fragment is not None:
        _check(_URIC, fragment)
        parts["fragment"] = _decoded(fragment)
    if scheme is not None and authority is None and not path.startswith("/"):
        opaque = path if query is None else f"{path}?{query}"
        if not opaque:
            raise _SyntaxError
        _check(_URIC, opaque)
        return parts | {"path": None, "query": None}
    if authority:
        parts |= _authority(authority)
    elif authority is not None and not path and query is None and fragment is None:
        raise _SyntaxError
    _check(_PATH, path)
    if query is not None:
        _check(_URIC, query)
    return parts | {"path": _decoded(path), "query": None if query is None else _decoded(query)}


def _check(allowed: re.Pattern[str], text: str) -> None:
    found = allowed.match(text)
    assert found
    if found.end() < len(text) or not _visible(text):
        raise _SyntaxError


def _visible(text: str) -> bool:
    """Whether no character beyond ASCII is a space or a control character."""
    return text.isascii() or not any(
        char >= "\x80" and (char <= _LAST_CONTROL or unicodedata.category(char) in _SPACES)
        for char in text
    )


def _authority(text: str) -> Parts:
    server = _fits(_SERVER, text)
    registry = _fits(_REGISTRY, text)
    if _BAD_ESCAPE.search(text) and not _in_brackets(text):
        raise _SyntaxError
    if server:
        try:
            return _server(text)
        except _SyntaxError:
            if not registry:
                raise
    elif not registry:
        raise _SyntaxError
    return {}


def _fits(allowed: re.Pattern[str], text: str) -> bool:
    return allowed.fullmatch(text) is not None and _visible(text)


def _in_brackets(text: str) -> bool:
    """Whether the registry's characters end before the first bad escape, so that nobody looks at it."""
    found = _REGISTRY.match(text)
    assert found
    return found.end() < len(text) and text[found.end()] != "%"


def _server(text: str) -> Parts:
    user, at, rest = text.partition("@")
    if at:
        _check(_USER, user)
    else:
        rest = text
    if rest.startswith("["):
        inside, bracket, tail = rest[1:].partition("]")
        address, percent, zone = inside.partition("%")
        if not bracket or packed(address, any_digits=False) is None or ":" not in address:
            raise _SyntaxError
        if percent and not (zone and _ZONE.fullmatch(zone)):
            raise _SyntaxError
        host = f"[{inside}]"
    else:
        host = _host(rest)
        tail = rest[len(host) :]
    port = -1
    if tail:
        if tail[0] != ":":
            raise _SyntaxError
        digits = tail[1:]
        if digits:
            if not (digits.isascii() and digits.isdecimal()) or int(digits) > _MOST_INT:
                raise _SyntaxError
            port = int(digits)
    return {"host": host, "user": _decoded(user) if at else None, "port": port}


def _host(text: str) -> str:
    found = _IPV4.match(text)
    if (
        found
        and text[found.end() :][:1] in {"", ":"}
        and all(int(byte) <= _MOST_BYTE for byte in found[0].split("."))
    ):
        return found[0]
    at, begins, label = 0, 0, _LABEL.match(text)
    while label:
        begins, at = at, label.end()
        if text[at : at + 1] != ".":
            break
        at += 1
        label = _LABEL.match(text, at)
    if not at or text[at : at + 1] not in {"", ":"}:
        raise _SyntaxError
    if begins and not text[begins].isalpha():
        raise _SyntaxError
    return text[:at]


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    return _ESCAPES.sub(lambda found: decode_utf8(bytes.fromhex(found[0].replace("%", ""))), text)


# -- java.net.URL --------------------------------------------------------------------------------------------------------


def _url(text: str) -> Parts | None:
    """What ``new URL`` of Java 24 makes of a text; None where it refuses."""
    end, start = len(text), 0
    while end and text[end - 1] <= " ":
        end -= 1
    while start < end and text[start] <= " ":
        start += 1
    if text[start : start + 4].lower() == "url:":
        start += 4
    scheme, colon, rest = text[start:end].partition(":")
    if not colon or "/" in scheme or scheme.lower() not in _PROTOCOLS:
        return None
    rest, sharp, fragment = rest.partition("#")
    return _parsed(scheme.lower(), rest, fragment if sharp else None)


def _parsed(scheme: str, rest: str, fragment: str | None) -> Parts | None:
    parts: Parts = {
        "scheme": scheme, "fragment": fragment, "host": "", "port": -1, "user": None, "query": None
    }  # fmt: skip
    if scheme == "mailto":
        return _mail(rest, parts)
    rest, mark, query = rest.partition("?")
    if mark:
        parts["query"] = query
    authority = None
    if rest.startswith("//") and not rest.startswith("////"):
        authority, slash, tail = rest[2:].partition("/")
        rest = slash + tail
        try:
            parts |= _url_authority(authority)
        except ValueError:
            return None
    if authority is not None and rest and not rest.startswith("/"):
        rest = f"/{rest}"
    return parts | {"path": rest}


def _mail(rest: str, parts: Parts) -> Parts | None:
    if not rest.strip():
        return None
    path, mark, query = rest.rpartition("?")
    found = {"path": path, "query": query} if mark else {"path": rest}
    return parts | found | {"fragment": None}


def _url_authority(text: str) -> Parts:
    user, host = None, text
    if text.count("@") > 1:
        if _NEVER.search(text):
            raise ValueError
        return {"host": ""}
    if "@" in text:
        user, _, host = text.partition("@")
    if host.startswith("["):
        inside, bracket, tail = host[1:].partition("]")
        if not bracket or packed(inside, any_digits=False) is None or ":" not in inside:
            raise ValueError
        if (tail and tail[0] != ":") or _NOT_IN_USER.search(inside):
            raise ValueError
        host, port = f"[{inside}]", tail[1:]
    else:
        host, _, port = host.partition(":")
        if _NOT_IN_HOST.search(host):
            raise ValueError
    if user is not None and _NOT_IN_USER.search(user):
        raise ValueError
    number = _java_int(port) if port else -1
    return {"host": host, "user": user, "port": number}


def _java_int(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError
    number = int(text)
    if not -1 <= number <= _MOST_INT:
        raise ValueError
    return number
