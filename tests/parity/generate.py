"""
Random pipelines and documents, the same for the same seed.

Most steps fit the field that they are about, some do not: what fails, and how it is handled, is half of what a pipeline means. Nothing here can hang a node.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

INNER = 6  # pipelines that the others call
_FIT = 0.9  # share of steps whose field is of a type that the step can use

VALUES: dict[str, tuple[Any, ...]] = {
    "text": ("Hello World", "x", "", " padded\t", "ÄÖÜ ß éa", "日本 😀", "\u0130\u0131\u017fK", "a.b.c", "a|b||c|", "UPPER lower", "nul\x00l", "1", "null"),
    "number": ("1", "-17", "0x1F", "010", "1.5", "1e3", " 7", "9223372036854775808", "2147483648", "٣", "NaN", "1f", "+5", "1_000"),
    "num": (0, 1, -1, 7, 2147483647, 2147483648, -9223372036854775808, 9223372036854775807),
    "flt": (0.0, -0.0, 1.0, 1.5, -2.25, 0.1, 1e10, 1e-7, 123456789.125, 1e300),
    "flag": (True, False, "true", "false", "True", "yes"),
    "none": (None,),
    "list": (["b", "a", "C"], [], ["x"], ["1", "22", "3"], ["a", "a", "b"], [" a ", "B"]),
    "nums": ([3, 1, 2], [1.5, -2.0], [10, 9, 8, 7], [2147483648, 1], [0]),
    "mixed": (["a", 1], [None, "x"], [[1], [2]], [{"k": "v"}, {"k": "w"}], [True, False], ["a", None]),
    "obj": ({"sub": "v", "n": 1}, {}, {"deep": {"er": "x", "list": [1, 2]}}, {"sub": None}, {"sub": ["p", "q"]}),
    "date": (
        "2026-11-22T10:11:12Z", "2026-11-22T10:11:12.123+02:00", "2026-02-30", "22/Nov/2026:10:11:12 +0000", "1700000000",
        "1700000000123", "Nov 22 10:11:12", "2026-11-22 10:11:12,345", "Sun, 22 Nov 2026 10:11:12 GMT", "not a date",
    ),
    "kv": ("a=1 b=2", "a=1&b=2&a=3", "k:v, k2:v2", "a= b=2", "novalue", '(a)=<1> [b]="2"', "a==1", ""),
    "csv": ("a,b,c", '"x, y",2', "1,,3", "", "a;b;c", ' "q" , z', '"open', "a,b,c,d,e"),
    "json": ('{"a":1,"b":{"c":[1,2.5,null]}}', "[1,2]", "17", '"text"', "null", "{bad", '{"text":"over"}', "true", ""),
    "bytes": ("1kb", "2.5 MB", "17", "3gb", "-1b", "1 xb", "0", "1tb "),
    "ip": ("192.0.2.1", "2001:db8::1", "999.1.1.1", "::ffff:1.2.3.4", "x"),
    "ua": ("curl/7.68.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", "-"),
    "url": ("a%20b+c", "%C3%A4", "100%", "plain", "%zz", "a%2Fb%3Fc"),
    "log": (
        '192.0.2.9 - bob [22/Nov/2026:10:11:12 +0000] "GET /x?y=1 HTTP/1.1" 200 512 "-" "curl/7.68.0"',
        "2026-11-22 10:11:12,345 ERROR [main] com.example.Thing - it broke", 'level=info msg="hi there" n=5', "???",
    ),
    "dotted.name": ("dot", 1, {"x": 1}),
}  # fmt: skip
TEXTS = (
    "text",
    "number",
    "flag",
    "date",
    "kv",
    "csv",
    "json",
    "bytes",
    "ip",
    "ua",
    "url",
    "log",
    "obj.sub",
)
LISTS = ("list", "nums", "mixed")
PATHS = (*VALUES, "obj.sub", "obj.deep.er", "list.0", "mixed.1", "nums.7", "gone", "obj.gone", "text.x", "new", "new.sub.x", "_ingest.pipeline")  # fmt: skip
TARGETS = (
    "out",
    "out.sub",
    "obj.new",
    "new",
    "text",
    "list",
    "obj",
    "list.0",
    "none.x",
    "text.y",
    "obj.deep.z",
)
CONDITIONS = (
    "ctx.text == 'x'", "ctx.num > 0", "ctx?.obj?.sub != null", "ctx.obj.sub == 'v'", "ctx.containsKey('none')", "ctx.none == null",
    "ctx.list instanceof List && ctx.list.size() > 1", "ctx.flag == true", "!(ctx.flt < 1)", "ctx.num == 1 || ctx.flt == 1.0",
    "ctx['text'] != null && ctx['text'].length() > 3", "ctx.list.contains('a')", "ctx.text.startsWith('H')", "true", "false",
    "ctx.number == '1' ? ctx.num != 0 : true", "ctx.log != null && ctx.log =~ /GET|ERROR/", "return ctx.num % 2 == 0",
    "ctx.obj instanceof Map", "ctx.num + 1 > ctx.flt", "ctx.date != null && ctx.date.contains('2026')", "ctx.out == null",
    "ctx.text?.toLowerCase() == 'x'", "['x', 'a'].contains(ctx.text)", "ctx.mixed.0 == 'a'", "(int) ctx.num == 7", "ctx.missing.deep",
)  # fmt: skip
GROK = (
    '%{IPORHOST:client} %{NOTSPACE} %{USER:user} \\[%{HTTPDATE:when}\\] "%{WORD:verb} %{NOTSPACE:path}[^"]*" %{NUMBER:status:int} %{NUMBER:size:long}',
    "%{TIMESTAMP_ISO8601:when} %{LOGLEVEL:level} \\[%{DATA:thread}\\] %{JAVACLASS:logger} - %{GREEDYDATA:msg}",
    "%{WORD:word}", "%{NUMBER:n:float}", "^%{DATA:all}$", "(?<first>\\w+) (?<second>\\w+)", "%{MINE:mine}", "%{INT:a.b:int}",
    "%{GREEDYDATA:out.sub}", "level=%{WORD:out} %{GREEDYDATA}",
)  # fmt: skip
DISSECT = ("%{a} %{b}", "%{a}|%{b}", "%{a->} %{+a} %{b}", "%{?skip} %{} %{rest}", "%{*k}=%{&k} %{rest}", "%{+a/2} %{+a/1}", "%{all}", "a=%{a} b=%{b}", "%{a},%{b},%{c}")  # fmt: skip
SEPARATORS = (" ", ",", "|", "\\|", "\\.", "[,;]", "", "x", "\\s+", "b")
PATTERNS = (
    "a",
    "[aeiou]",
    "\\d+",
    "\\s",
    "(.)(.)",
    "^",
    "$",
    "[^a-z]+",
    "\\.",
    "l{2}",
    "(?i)h",
    "\\bW",
    "x*",
    "ß|😀",
)
REPLACEMENTS = ("", "-", "$1", "$2$1", "\\$", "${x}", "ä", "\\\\", "$0$0")
FORMATS = ("ISO8601", "UNIX", "UNIX_MS", "TAI64N", "dd/MMM/yyyy:HH:mm:ss Z", "yyyy-MM-dd HH:mm:ss,SSS", "MMM d HH:mm:ss", "EEE, dd MMM yyyy HH:mm:ss z", "yyyy-MM-dd", "yyyy")  # fmt: skip
ZONES = ("UTC", "Europe/Berlin", "+05:30", "America/New_York", "Z")
TEMPLATES = ("{{text}}", "{{{text}}} and {{num}}", "{{obj}}", "{{list}}", "{{gone}}", "{{flt}}{{flag}}", "{{obj.sub}}!", "{{#list}}{{.}},{{/list}}")  # fmt: skip
NOTED = (
    "on_failure_processor_type",
    "on_failure_processor_tag",
    "on_failure_pipeline",
    "on_failure_message",
    "pipeline",
)


@dataclass(frozen=True)
class Trial:
    """A random pipeline, and the documents to run it on."""

    pipeline: dict[str, Any]
    documents: list[dict[str, Any]]


class Generator:
    """
    Makes pipelines and documents.

    Args:
        seed: the same seed makes the same.
        inner: names of pipelines that may be called.
        wrong: share of steps that no cluster takes.
    """

    def __init__(self, seed: int | str, inner: tuple[str, ...] = (), wrong: float = 0.01) -> None:
        self.random = random.Random(seed)
        self.inner = inner
        self.wrong = wrong
        self._makers: dict[str, Callable[[], dict[str, Any]]] = {
            name.removeprefix("_make_"): getattr(self, name) for name in dir(self) if name.startswith("_make_")
        }  # fmt: skip

    def trial(self, documents: int = 5) -> Trial:
        """A pipeline and documents for it."""
        return Trial(self.pipeline(), [self.document() for _ in range(documents)])

    def document(self) -> dict[str, Any]:
        """A document with most of the fields that the steps name."""
        chosen = {name: values for name, values in VALUES.items() if self.random.random() < 0.85}
        return {name: self.random.choice(values) for name, values in chosen.items()}

    def pipeline(self, most: int = 6) -> dict[str, Any]:
        """A pipeline of at most so many steps."""
        made: dict[str, Any] = {
            "processors": [self.step(2) for _ in range(self.random.randint(1, most))]
        }
        if self._chance(0.3):
            made["on_failure"] = self._handlers(1)
        if self._chance(0.1):
            made["description"] = "random"
        return made

    def step(self, depth: int, field: str = "") -> dict[str, Any]:
        """
        One processor.

        Args:
            depth: how many steps may still be nested into each other.
            field: that it has to be about; any by default.
        """
        kinds = [kind for kind in self._makers if depth or kind not in {"foreach", "pipeline"}]
        if field:
            kinds = [kind for kind in kinds if kind in _ON_VALUES]
        elif not self.inner:
            kinds = [kind for kind in kinds if kind != "pipeline"]
        kind = self.random.choice(kinds)
        options = self._makers[kind]()
        name = "copy_" if kind == "copy" else kind
        if field:
            options["field"] = field
            options.pop("target_field", None)
        if self._chance(0.3):
            options["if"] = self.random.choice(CONDITIONS)
        if self._chance(0.25):
            options["tag"] = f"tag-{self.random.randint(1, 9)}"
        if self._chance(0.15):
            options["ignore_failure"] = self._chance(0.7)
        if depth and self._chance(0.25):
            options["on_failure"] = self._handlers(depth - 1)
        if self._chance(self.wrong):
            options |= self._one(
                {"no_such_option": 1},
                {"if": "ctx.a =="},
                {"ignore_failure": 3},
                {"on_failure": []},
                {"field": None},
            )
        return {name.rstrip("_"): options}

    def _handlers(self, depth: int) -> list[dict[str, Any]]:
        steps = [self.step(depth) for _ in range(self.random.randint(0, 2))]
        if not steps or self._chance(0.6):
            name = self.random.choice(NOTED)
            steps.append({"set": {"field": f"failed.{name}", "value": f"{{{{_ingest.{name}}}}}"}})
        return steps

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def _field(self, *fit: str) -> str:
        names = fit if self._chance(_FIT) else PATHS
        return str(self.random.choice(names))

    def _maybe(self, share: float = 0.3, **options: Callable[[], Any]) -> dict[str, Any]:
        return {name: make() for name, make in options.items() if self._chance(share)}

    def _flag(self) -> bool:
        return self._chance(0.6)

    def _target(self) -> str:
        return str(self._one(*TARGETS))

    def _text_step(self, *fit: str) -> dict[str, Any]:
        options = self._maybe(target_field=self._target, ignore_missing=self._flag)
        return {"field": self._field(*(fit or (*TEXTS, "list"))), **options}

    def _value(self) -> Any:
        if self._chance(0.4):
            return self._one(*TEMPLATES)
        values = self._one(*(values for name, values in VALUES.items() if name != "none"))
        return self._one(*(value for value in values if value is not None))

    def _make_append(self) -> dict[str, Any]:
        return {"field": self._field("list", "text", "num", "new", "obj.sub"), "value": self._value(), **self._maybe(allow_duplicates=self._flag)}  # fmt: skip

    def _make_bytes(self) -> dict[str, Any]:
        return self._text_step("bytes")

    def _make_convert(self) -> dict[str, Any]:
        kinds = ("integer", "long", "float", "double", "boolean", "string", "auto", "ip")
        return {
            "type": self._one(*kinds),
            **self._text_step("number", "num", "flt", "flag", "nums", "ip"),
        }

    def _make_copy(self) -> dict[str, Any]:
        options = self._maybe(
            override_target=self._flag, remove_source=self._flag, ignore_missing=self._flag
        )
        return {"source_field": self._field(*VALUES), "target_field": self._target(), **options}

    def _make_csv(self) -> dict[str, Any]:
        targets = self._one(["a", "b", "c"], ["x.y", "z"], ["only"])
        options = self._maybe(
            separator=lambda: self._one(",", ";"),
            quote=lambda: self._one('"', "'"),
            trim=self._flag,
            empty_value=lambda: self._one("", "none", 0),
            ignore_missing=self._flag,
        )
        return {"field": self._field("csv"), "target_fields": targets, **options}

    def _make_date(self) -> dict[str, Any]:
        formats = self.random.sample(FORMATS, self.random.randint(1, 4))
        options = self._maybe(
            target_field=self._target,
            timezone=lambda: self._one(*ZONES),
            locale=lambda: self._one("en", "ENGLISH", "en-US"),
            output_format=lambda: self._one("yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "HH:mm"),
        )
        return {"field": self._field("date", "num"), "formats": formats, **options}

    def _make_dissect(self) -> dict[str, Any]:
        options = self._maybe(
            append_separator=lambda: self._one("-", ""), ignore_missing=self._flag
        )
        return {
            "field": self._field("text", "kv", "csv", "log"),
            "pattern": self._one(*DISSECT),
            **options,
        }

    def _make_dot_expander(self) -> dict[str, Any]:
        return {
            "field": self._one("dotted.name", "a.b", "obj.sub"),
            **self._maybe(0.1, path=lambda: "obj"),
        }

    def _make_drop(self) -> dict[str, Any]:
        return {"if": self._one(*CONDITIONS)}

    def _make_fail(self) -> dict[str, Any]:
        return {"message": self._one("failed", "with {{text}}", "{{{json}}}")} | self._maybe(
            0.5, **{"if": lambda: self._one(*CONDITIONS)}
        )

    def _make_foreach(self) -> dict[str, Any]:
        inner = self.step(0, field="_ingest._value")
        return {
            "field": self._field(*LISTS),
            "processor": inner,
            **self._maybe(ignore_missing=self._flag),
        }

    def _make_grok(self) -> dict[str, Any]:
        patterns = self.random.sample(GROK, self.random.randint(1, 2))
        options = self._maybe(trace_match=self._flag, ignore_missing=self._flag)
        if any("MINE" in pattern for pattern in patterns) or self._chance(0.1):
            options["pattern_definitions"] = {"MINE": self._one("[a-z]+", "%{WORD}-?")}
        return {
            "field": self._field("log", "text", "number", "kv"),
            "patterns": patterns,
            **options,
        }

    def _make_gsub(self) -> dict[str, Any]:
        return {
            "pattern": self._one(*PATTERNS),
            "replacement": self._one(*REPLACEMENTS),
            **self._text_step(),
        }

    def _make_join(self) -> dict[str, Any]:
        return {
            "field": self._field(*LISTS),
            "separator": self._one("-", "", ", "),
            **self._maybe(target_field=self._target),
        }

    def _make_json(self) -> dict[str, Any]:
        options = self._maybe(target_field=self._target) or self._maybe(add_to_root=self._flag)
        return {"field": self._field("json", "number", "text"), **options}

    def _make_kv(self) -> dict[str, Any]:
        options = self._maybe(
            0.2,
            target_field=self._target,
            include_keys=lambda: ["a", "k"],
            exclude_keys=lambda: ["b"],
            prefix=lambda: "p_",
            trim_key=lambda: self._one("() ", "()", "a", "()[] "),
            trim_value=lambda: '<>"',
            strip_brackets=self._flag,
            ignore_missing=self._flag,
        )
        return {"field": self._field("kv", "text"), "field_split": self._one(" ", "&", ", ", "\\s+"), "value_split": self._one("=", ":", "==?"), **options}  # fmt: skip

    def _make_lowercase(self) -> dict[str, Any]:
        return self._text_step()

    def _make_pipeline(self) -> dict[str, Any]:
        return {"name": self._one(*self.inner)}

    def _make_remove(self) -> dict[str, Any]:
        names: Any = self._one(self._field(*VALUES), [self._field(*VALUES), self._field(*VALUES)])
        return {"field": names, **self._maybe(0.5, ignore_missing=self._flag)}

    def _make_rename(self) -> dict[str, Any]:
        options = self._maybe(ignore_missing=self._flag, override_target=self._flag)
        return {"field": self._field(*VALUES), "target_field": self._target(), **options}

    def _make_set(self) -> dict[str, Any]:
        if self._chance(0.05):  # a field of its own, so that nothing takes a time of now apart
            return {
                "field": "stamped",
                "value": self._one("{{_ingest.timestamp}}", "at {{{_ingest.timestamp}}}!"),
            }
        options = self._maybe(override=self._flag, ignore_empty_value=self._flag)
        return {"field": self._one(*TARGETS, "num", "{{text}}"), "value": self._value(), **options}

    def _make_sort(self) -> dict[str, Any]:
        return {
            "field": self._field(*LISTS),
            **self._maybe(order=lambda: self._one("asc", "desc"), target_field=self._target),
        }

    def _make_split(self) -> dict[str, Any]:
        return {
            "separator": self._one(*SEPARATORS),
            **self._text_step(),
            **self._maybe(preserve_trailing=self._flag),
        }

    def _make_trim(self) -> dict[str, Any]:
        return self._text_step()

    def _make_uppercase(self) -> dict[str, Any]:
        return self._text_step()

    def _make_urldecode(self) -> dict[str, Any]:
        return self._text_step("url")

    def _make_user_agent(self) -> dict[str, Any]:
        options = self._maybe(
            properties=lambda: ["name", "os"], ignore_missing=self._flag, target_field=self._target
        )
        return {"field": self._field("ua"), **options}


_ON_VALUES = {"append", "bytes", "convert", "gsub", "json", "lowercase", "remove", "set", "split", "trim", "uppercase", "urldecode", "date"}  # fmt: skip


def inner_pipelines(seed: int) -> dict[str, dict[str, Any]]:
    """Pipelines for the others to call, by name; each may call those before it."""
    made: dict[str, dict[str, Any]] = {}
    for number in range(INNER):
        name = f"parity-random-{seed}-{number}"
        made[name] = Generator(f"{seed} inner {number}", tuple(made), wrong=0).pipeline(3)
    return made
