"""Documents and paths for the cases of processors that put values into fields and move them."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case

DOCUMENT: dict[str, Any] = {
    "a": 1, "s": "text", "e": "", "z": None, "f": 1.5, "b": True, "big": 12345678901, "q": 'say "hi"\n\\ é😀',
    "l": [1, "two", None, [3], {"k": 4}], "el": [], "m": {"k": "v", "l": [1, 2], "n": {"o": None}}, "em": {},
    "d.o.t": "dotted", "name": "m.k", "ünï": "code", "_other": "x",
}  # fmt: skip
PATHS = (
    "a", "s", "z", "e", "new", "new.deep.er", "m", "m.k", "m.new", "m.n.o", "m.n.o.p", "m.l.0", "m.l.7", "l", "l.0", "l.1",
    "l.2", "l.3.0", "l.4.k", "l.4.new", "l.5", "l.-1", "l.x", "l.+1", "l.01", "l.x.y", "l.9.y", "s.x", "s.x.y", "z.x", "z.x.y",
    "a.b", "b.c", "d.o.t", "ünï", "", ".", "..", "a.", ".a", "m..k", "m.k.", " a", "{{name}}", "{{s}}", "{{nope}}", "x.{{s}}.y",
    "{{m.k}}{{a}}", "_source.a", "_source.m.k", "_source.", "_source", "_ingest.x", "_ingest.", "_ingest", "_ingest.a.b",
    "_other", "_type", "_routing", "99999999999", "l.99999999999", "em.x",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    "", "text", "{{s}}", "{{{q}}}", "{{q}}", "{{&q}}", "{{nope}}", "{{z}}", "{{e}}", "a {{a}} b {{m.k}}", "{{l}}", "{{m}}", "{{el}}", "{{f}} {{b}} {{big}}",
    "{{#b}}yes{{/b}}{{^b}}no{{/b}}", "{{#m}}{{k}}{{/m}}", "{{#m.l}}<{{.}}>{{/m.l}}", "{{! a comment }}", "{{#toJson}}m{{/toJson}}",
    "{{#join}}m.l{{/join}}", "{{#url}}{{{q}}}{{/url}}", "{{_index}} {{_source.s}}", "{{l.1}} {{l.4.k}}", "{{l.9}}", "{{d.o.t}}",
    "{{#open}}", "{{unclosed", "{{}}", "{ {s} }", 0, -1, 1.5, 1e300, 12345678901, 12345678901234567890123, True, False,
    [], {}, [1, "{{s}}", None, ["{{a}}"]], {"k": "{{s}}", "{{s}}": {"n": [1.5, "{{m}}"]}}, [[]], None,
)  # fmt: skip


def step(kind: str, **options: Any) -> dict[str, Any]:
    """A processor; a trailing underscore of a name is left out."""
    return {kind: {name.rstrip("_"): value for name, value in options.items()}}


def case(option: str, kind: str, document: dict[str, Any] | None = None, **more: Any) -> Case:
    """A case of one processor on the common document."""
    extra = {
        name: more.pop(name)
        for name in ("oracle", "only", "expected", "page", "refused", "settings", "metadata")
        if name in more
    }
    return Case(
        option=option,
        document=DOCUMENT if document is None else document,
        processor=step(kind, **more),
        **extra,
    )
