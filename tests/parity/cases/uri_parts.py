"""Cases of Elasticsearch's ``uri_parts``, which OpenSearch has not; how Java cuts URIs is a test of its own."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("uri-parts")


def _parts(domain: str | None, scheme: str | None, path: str | None, **more: Any) -> dict[str, Any]:
    found = {"domain": domain, "scheme": scheme, **more}
    return found if path is None else found | {"path": path}


URIS: dict[str, dict[str, Any]] = {
    "http://myusername:mypassword@www.example.com:80/foo.gif?key1=val1&key2=val2#fragment": _parts(
        "www.example.com", "http", "/foo.gif", fragment="fragment", extension="gif", port=80, query="key1=val1&key2=val2",
        user_info="myusername:mypassword", username="myusername", password="mypassword",
    ),
    "https://example.org": _parts("example.org", "https", ""),
    "https://example.org/": _parts("example.org", "https", "/"),
    "https://example.org:8443/a/b/c": _parts("example.org", "https", "/a/b/c", port=8443),
    "/index.html": _parts(None, None, "/index.html", extension="html"),
    "/a/b?c=d": _parts(None, None, "/a/b", query="c=d"),
    "/a?": _parts(None, None, "/a", query=""),
    "/a#": _parts(None, None, "/a", fragment=""),
    "": _parts(None, None, ""),
    "relative/x.tar.gz": _parts(None, None, "relative/x.tar.gz", extension="gz"),
    "/caf%C3%A9?q=%26%20": _parts(None, None, "/café", query="q=& "),
    "/café/😀": _parts(None, None, "/café/😀"),
    "//cdn.example/x": _parts("cdn.example", None, "/x"),
    "http://192.0.2.1/": _parts("192.0.2.1", "http", "/"),
    "http://[2001:db8::1]:9200/_bulk": _parts("[2001:db8::1]", "http", "/_bulk", port=9200),
    "http://under_score.example/x": _parts(None, "http", "/x"),
    "http://example.org/a b": _parts("example.org", "http", "/a b"),
    "ftp://ftp.example.org/pub/f.bin": _parts("ftp.example.org", "ftp", "/pub/f.bin", extension="bin"),
    "mailto:user@example.org": _parts(None, "mailto", None),
    "urn:isbn:0451450523": _parts(None, "urn", None),
    "http://user@example.org/": _parts("example.org", "http", "/", user_info="user"),
    "/x.d/y": _parts(None, None, "/x.d/y"),
}  # fmt: skip
REFUSED = (
    "/a b",
    "/search?q=a|b",
    "http://[::1",
    "1http://x",
    "//",
    ":",
    "/%zz",
    "gopher://h/a b",
    "{}",
)


def _case(option: str, expected: Any, document: dict[str, Any], **options: Any) -> Case:
    return Case(
        option=option,
        document=document,
        processor={"uri_parts": {"field": "u"} | options},
        oracle="manual",
        expected=expected,
        page=PAGE,
    )


def _field() -> list[Case]:
    cases = [
        _case("field", {"u": uri, "url": parts | {"original": uri}}, {"u": uri})
        for uri, parts in URIS.items()
    ]
    cases += [
        _case("field", Failed(f"unable to parse URI [{text}]"), {"u": text}) for text in REFUSED
    ]
    cases += [
        _case("field", Failed(f"field [u] of type [{name}] cannot be cast to [java.lang.String]"), {"u": value})
        for value, name in ((5, "java.lang.Integer"), (True, "java.lang.Boolean"), (["/a"], "java.util.ArrayList"), ({"a": 1}, "java.util.HashMap"))
    ]  # fmt: skip
    cases += [
        _case("field", Failed("field [u] is null, cannot process it."), {"u": None}),
        _case("field", Failed("field [u] not present as part of path [u]"), {}),
        _case("field", {"a": {"b": ["/x"]}, "url": _parts(None, None, "/x", original="/x")}, {"a": {"b": ["/x"]}}, field="a.b.0"),
    ]  # fmt: skip
    return cases


def _target() -> list[Case]:
    parts = _parts(None, None, "/x", original="/x")
    cases = [
        _case("target_field", {"u": uri, "t": found | {"original": uri}}, {"u": uri}, target_field="t")
        for uri, found in list(URIS.items())[:14]
    ]  # fmt: skip
    cases += [
        _case("target_field", {"u": parts}, {"u": "/x"}, target_field="u"),
        _case("target_field", {"u": "/x", "a": {"b": parts}}, {"u": "/x"}, target_field="a.b"),
        _case("target_field", {"u": "/x", "l": [parts]}, {"u": "/x", "l": [1]}, target_field="l.0"),
        _case("target_field", {"u": "/x", "url": parts}, {"u": "/x", "url": {"kept": False}}),
        _case("target_field", {"u": "/x", "t": parts}, {"u": "/x", "t": "text"}, target_field="t"),
        _case("target_field", {"url": parts}, {"url": "/x"}, field="url"),
        _case("target_field", {"u": "/x"}, {"u": "/x"}, target_field="_ingest.x"),
        _case("target_field", Failed("cannot set [x] with parent object of type [java.lang.String] as part of path [u.x]"), {"u": "/x"}, target_field="u.x"),
        _case("target_field", Invalid(), {"u": "/x"}, target_field=["t"]),
    ]  # fmt: skip
    return cases


def _keep() -> list[Case]:
    cases = [
        _case("keep_original", {"u": uri, "url": parts}, {"u": uri}, keep_original=False)
        for uri, parts in URIS.items()
    ]
    return [
        *cases,
        _case("keep_original", {"u": "/x", "url": _parts(None, None, "/x", original="/x")}, {"u": "/x"}, keep_original=True),
        _case("keep_original", Failed("unable to parse URI [a b]"), {"u": "a b"}, keep_original=False),
        _case("keep_original", Invalid(), {"u": "/x"}, keep_original="false"),
    ]  # fmt: skip


def _remove() -> list[Case]:
    cases = [
        _case("remove_if_successful", {"url": parts | {"original": uri}}, {"u": uri}, remove_if_successful=True)
        for uri, parts in URIS.items()
    ]  # fmt: skip
    parts = _parts(None, None, "/x", original="/x")
    return [
        *cases,
        _case("remove_if_successful", {"u": parts}, {"u": "/x"}, remove_if_successful=True, target_field="u"),
        _case("remove_if_successful", {"u": {"b": 1}, "url": parts}, {"u": {"a": "/x", "b": 1}}, remove_if_successful=True, field="u.a"),
        _case("remove_if_successful", {"u": "/x", "url": parts}, {"u": "/x"}, remove_if_successful=False),
        _case("remove_if_successful", Failed("unable to parse URI [a b]"), {"u": "a b"}, remove_if_successful=True),
    ]  # fmt: skip


def _missing() -> list[Case]:
    bare: tuple[dict[str, Any], ...] = ({}, {"u": None}, {"a": 1}, {"U": "/x"}, {"a": {"u": "/x"}}, {"url": {"path": "/"}})  # fmt: skip
    cases = [_case("ignore_missing", document, document, ignore_missing=True) for document in bare]
    cases += [
        _case("ignore_missing", {"u": uri, "url": parts | {"original": uri}}, {"u": uri}, ignore_missing=True)
        for uri, parts in list(URIS.items())[:14]
    ]  # fmt: skip
    reason = "field [u] not present as part of path [u]"
    cases += [
        _case("ignore_missing", Failed(reason), document, ignore_missing=False)
        for document in bare
        if "u" not in document
    ]
    wrong = "field [u] of type [java.lang.Integer] cannot be cast to [java.lang.String]"
    return [*cases, _case("ignore_missing", Failed(wrong), {"u": 1}, ignore_missing=True)]


CASES = [*_field(), *_target(), *_keep(), *_remove(), *_missing()]
