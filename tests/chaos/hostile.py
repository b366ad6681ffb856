"""Lines and pipelines made to burn time and memory: each attack is a pipeline and what is written to the file it reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

KIB = 1024
MIB = 1024 * KIB
CATASTROPHIC = (
    r"^(a+)+$",
    r"(a|a)*b",
    r"(.*a){20}",
    r"(?:(?:a*)*)*c",
    r"^(\w+\s?)*$",
    r"(x+x+)+y",
    r"a*a*a*a*a*a*b",
    r"(?<key>a+)+=%{NUMBER}",
)
QUADRATIC = tuple(f"a*{chr(ord('b') + number)}" for number in range(20))


@dataclass(frozen=True)
class Attack:
    """
    One attack.

    Attributes:
        name: of the input, its pipeline and its file.
        lines: what is written, without line ends. The argument says how much: 1 in every run, more in the full one.
        processors: of the pipeline.
        body: the rest of the pipeline.
        others: pipelines that it calls.
        input: further settings of the input.
        column: of the ledger, in which events end that are not indexed.
        joined: lines that make an event.
    """

    name: str
    lines: Callable[[int], list[bytes]]
    processors: list[dict[str, Any]]
    body: dict[str, Any] = field(default_factory=dict)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    input: dict[str, Any] = field(default_factory=dict)
    column: str = "indexed"
    joined: int = 1

    def pipelines(self) -> dict[str, dict[str, Any]]:
        """By name, this attack's own first."""
        return {self.name: {"processors": self.processors} | self.body} | self.others


def one(text: str | bytes, times: int = 1) -> Callable[[int], list[bytes]]:
    """The same line, so many times."""
    data = text.encode() if isinstance(text, str) else text
    return lambda _: [data] * times


def grok(*patterns: str, definitions: dict[str, str] | None = None) -> dict[str, Any]:
    more = {"pattern_definitions": definitions} if definitions else {}
    return {"grok": {"field": "message", "patterns": list(patterns), **more}}


def gsub(pattern: str, replacement: str = "", name: str = "message", **more: Any) -> dict[str, Any]:
    return {"gsub": {"field": name, "pattern": pattern, "replacement": replacement, **more}}


def put(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"set": {"field": name, "value": value, **more}}


def keys(count: int, dotted: bool = False) -> str:
    dot = "." if dotted else "_"
    return "{" + ",".join(f'"k{dot}{n}":{n}' for n in range(count)) + "}"


MATCHING = [
    {"grok": {"field": "message", "patterns": list(QUADRATIC), "ignore_failure": True}},
    *(gsub(f"a*{letter}", "", ignore_failure=True) for letter in "bcdefghijklmnopqrstu"),
    {"kv": {"field": "message", "field_split": "a+b", "value_split": "a+c", "ignore_failure": True, "target_field": "kv"}},
    {"split": {"field": "message", "separator": "a+d", "target_field": "split", "ignore_failure": True}},
    {"dissect": {"field": "message", "pattern": "%{a} %{b} %{c} %{d}", "ignore_failure": True}},
    {"user_agent": {"field": "message", "ignore_failure": True}},
    put("matched", True, **{"if": "ctx.message =~ /(?i)xyz/", "ignore_failure": True}),
    grok("%{COMBINEDAPACHELOG}", "%{HAPROXYHTTP}", "%{SYSLOGBASE}", "%{JAVASTACKTRACEPART}"),
]  # fmt: skip
HOPELESS = [{"grok": {"field": "message", "patterns": [p], "ignore_failure": True}} for p in CATASTROPHIC] + [
    gsub(pattern, "", ignore_failure=True) for pattern in CATASTROPHIC[:-1]
] + [
    grok("%{OUTER}", definitions={"INNER": "(?:a|aa)+", "MIDDLE": "(?:%{INNER}*)+", "OUTER": "^(?:%{MIDDLE}+)+$"}),
]  # fmt: skip
RAISED = {"message_max_bytes": 16 * MIB}


def sizes_around_the_limit(times: int) -> list[bytes]:
    return [
        b"a" * size
        for size in (16383, 16384, 16385, 20_000, 32767, 32768, 32769, 50_000, 65_535, 65_536)
    ] * times


def strange_bytes(times: int) -> list[bytes]:
    every = bytes(byte for byte in range(256) if byte != 10)
    return [
        every * 40,
        b"\x00" * 5000,
        b"\xff" * 20_000,
        b"\xed\xa0\x80" * 3000,
        b"\xf0\x9f\x98" * 3000,
        "\U0001f600".encode() * 20_000,
        b'{"a":"\\ud800"}',
        b'{"a":"' + b"\\udfff" * 20_000 + b'"}',
        b'{"\\ud83d":1}',
        b'{"a":"\\u0000"}',
    ] * times


def deep(times: int) -> list[bytes]:
    many = 100_000
    return [
        b"[" * many + b"]" * many,
        b"[" * many,
        b'{"a":' * many + b"1" + b"}" * many,
        b'{"a":[' * 900 + b"1" + b"]}" * 900,
        b"{" + b'"a":{' * 990 + b"}" * 990 + b"}",
    ] * times


def numbers(size: int) -> list[bytes]:
    return [b'{"n":' + b"9" * size + b"}", b"9" * size, b"-0x" + b"f" * size, b"1e" + b"9" * size, b"0." + b"0" * size + b"1"]  # fmt: skip


CONVERTS = [
    {"json": {"field": "message", "target_field": "j", "ignore_failure": True}},
    *(
        {"convert": {"field": "message", "type": kind, "target_field": f"c_{kind}", "ignore_failure": True}}
        for kind in ("integer", "long", "double", "float", "ip", "boolean", "auto", "string")
    ),
    {"bytes": {"field": "message", "target_field": "b", "ignore_failure": True}},
    {"date": {"field": "message", "formats": ["UNIX", "UNIX_MS", "ISO8601", "TAI64N", "yyyy-MM-dd'T'HH:mm:ss,SSS", "dd/MMM/yyyy:HH:mm:ss Z", "EEE MMM d HH:mm:ss yyyy"], "target_field": "d", "ignore_failure": True}},
    grok("%{INT:i:int}", "%{NUMBER:f:float}", "%{BASE16NUM:h:int}", "%{NUMBER:l:long}"),
]  # fmt: skip
NESTED = {
    "foreach": {
        "field": "l",
        "ignore_failure": True,
        "processor": {"foreach": {"field": "_ingest._value", "processor": {"uppercase": {"field": "_ingest._value"}}}},
    }
}  # fmt: skip
LISTS = [
    {"split": {"field": "message", "separator": ",", "target_field": "l"}},
    {"foreach": {"field": "l", "processor": {"uppercase": {"field": "_ingest._value"}}, "ignore_failure": True}},
    {"foreach": {"field": "l", "processor": {"gsub": {"field": "_ingest._value", "pattern": "(A|A)*B", "replacement": ""}}, "ignore_failure": True}},
    {"foreach": {"field": "l", "processor": {"append": {"field": "seen", "value": ["{{{_ingest._value}}}"], "allow_duplicates": False}}, "ignore_failure": True}},
    {"append": {"field": "l", "value": ["x", "y"], "allow_duplicates": False, "ignore_failure": True}},
    {"sort": {"field": "l", "order": "desc", "ignore_failure": True}},
    {"join": {"field": "l", "separator": "-" * 1000, "target_field": "joined", "ignore_failure": True}},
    {"convert": {"field": "l", "type": "auto", "target_field": "auto", "ignore_failure": True}},
    put("contains", True, **{"if": "ctx.l.contains('z') || ctx.l.stream().anyMatch(x -> x.contains('q'))", "ignore_failure": True}),
    put("text", "{{{l}}}", ignore_failure=True),
]  # fmt: skip


def call_chain(depth: int) -> dict[str, dict[str, Any]]:
    """Pipelines that call the next one three times each: 3^depth in all, if nothing stops them."""
    called = {
        f"chain-{level}": {"processors": [{"pipeline": {"name": f"chain-{level + 1}"}}] * 3}
        for level in range(depth)
    }
    return called | {f"chain-{depth}": {"processors": [put("end", "{{{message}}}")]}}


def agents_with_all_words() -> list[bytes]:
    """Agents that hold every word by which ``user_agent`` chooses its patterns: each has to be compiled and tried."""
    from shipper.pipeline.processors.user_agent import parser_of  # noqa: PLC0415 - reads much

    words = [word for patterns in parser_of(None).lists for one in patterns for word in one.words]
    text = " ".join(dict.fromkeys(words)).replace("\n", " ")
    return [text[start : start + 8000].encode() for start in range(0, len(text), 8000)] + [
        text.encode()
    ]


ATTACKS = [
    Attack("quadratic-10mb", one("a" * (10 * MIB)), MATCHING, input=RAISED),
    Attack("quadratic-cut", one("a" * (10 * MIB)), MATCHING),
    Attack("catastrophic-10mb", one("a" * (10 * MIB)), HOPELESS, input=RAISED),
    Attack("catastrophic-short", lambda n: [b"a" * (200 + number * 3 % 800) + b"!" for number in range(8 * n)], HOPELESS),
    Attack("catastrophic-30", lambda n: [b"a" * 30 + b"!"] * (10 * n), HOPELESS),
    Attack("quadratic-short", lambda n: [b"a" * (200 + number * 3 % 800) for number in range(30 * n)], MATCHING),
    Attack("around-the-limit", sizes_around_the_limit, [*HOPELESS[:3], *MATCHING]),
    Attack("strange-bytes", strange_bytes, [{"json": {"field": "message", "target_field": "j", "ignore_failure": True}}, *MATCHING]),
    Attack("deep-json", deep, [{"json": {"field": "message", "target_field": "j"}}, put("copy", "{{{j}}}"), put("b", "{{#toJson}}j{{/toJson}}"), {"rename": {"field": "j", "target_field": "k"}}]),
    Attack("keys-10000", lambda n: [keys(10_000).encode()] * (2 * n), [{"json": {"field": "message", "target_field": "j"}}, put("copy", "{{{j}}}")]),
    Attack("keys-900000", lambda _: [keys(900_000).encode()], [{"json": {"field": "message", "target_field": "j"}}, put("copy", "{{{j}}}")], input=RAISED),
    Attack("keys-twice", lambda _: [b"{" + b'"a":":",' * 100_000 + b'"a":1}'], [{"json": {"field": "message", "add_to_root": True}}]),
    Attack("dots-10000", lambda n: [keys(10_000, dotted=True).encode()] * (2 * n), [{"json": {"field": "message", "add_to_root": True}}, {"dot_expander": {"field": "*"}}]),
    Attack("dots-deep", lambda n: [('{"' + ".".join("abcdefgh"[i % 8] for i in range(50_000)) + '":1}').encode()] * (3 * n), [{"json": {"field": "message", "add_to_root": True}}, {"dot_expander": {"field": "*"}}]),
    Attack("numbers-1mb", lambda _: numbers(MIB - 100), CONVERTS),
    Attack("numbers-15kb", lambda n: numbers(15_000) * n, CONVERTS),
    Attack("csv-100000", lambda n: [b",".join([b'"x ""y"" z"', b" a "] * 50_000), b'"' + b'""' * 400_000, b"," * 900_000, b" " * 900_000] * n, [{"csv": {"field": "message", "target_fields": [f"c{number}" for number in range(2000)], "trim": True, "ignore_failure": True}}, {"csv": {"field": "message", "target_fields": [f"d{number}" for number in range(2000)]}}]),
    Attack("kv-100000", lambda n: [" ".join(f"k.{number}=v{number}" for number in range(60_000)).encode(), b" ".join([b"k=v"] * 200_000)] * n, [{"kv": {"field": "message", "field_split": " ", "value_split": "=", "target_field": "kv", "trim_value": "<>", "strip_brackets": True, "ignore_failure": True}}, {"kv": {"field": "message", "field_split": r"\s", "value_split": "[=]", "target_field": "kw", "trim_key": "k"}}]),
    Attack("lists", lambda n: [",".join(f"a{number}" for number in range(100_000)).encode()] * n, LISTS),
    Attack("nested-lists", lambda n: [('{"l":[' + ",".join(['["a","b","c","d"]'] * 50_000) + "]}").encode()] * n, [{"json": {"field": "message", "add_to_root": True}}, NESTED]),
    Attack("growth-gsub", lambda n: [b"a" * 15_000] * (2 * n), [gsub("", "x" * 1000, ignore_failure=True), gsub(".", "y" * 1000, ignore_failure=True), gsub("x", "z" * 1000)]),
    Attack("growth-template", lambda n: [b"lol"] * (2 * n), [put("a", "{{{message}}}" * 10), *(put("a", "{{{a}}}{{{a}}}") for _ in range(40))]),
    Attack("growth-ignored", lambda n: [b"lol" * 100] * (2 * n), [put("a", "{{{message}}}" * 10), *(put(f"a{i}", "{{{a}}}" * 1000, ignore_failure=True) for i in range(50)), *(put(f"a{i}", "{{{a0}}}" * 1000, ignore_failure=True) for i in range(50))]),
    Attack("growth-copies", lambda n: [b"x"] * (2 * n), [put("a.a", "{{{message}}}"), *({"set": {"field": f"a.c{i}", "copy_from": "a"}} for i in range(40))]),
    Attack("growth-append", lambda n: [b"x"] * (2 * n), [{"append": {"field": "l", "value": ["a", "b"]}}, *({"append": {"field": "l", "copy_from": "l"}} for i in range(40))]),
    Attack("growth-join", lambda n: [b"x,y"] * (2 * n), [{"split": {"field": "message", "separator": ",", "target_field": "l"}}, *([{"join": {"field": "l", "separator": "," * 100}}, {"split": {"field": "l", "separator": ",", "preserve_trailing": True}}] * 20)]),
    Attack("painless", lambda n: [b"a" * 100_000] * n, [
        put("p1", 1, **{"if": "ctx.message.toUpperCase().replace('A', ctx.message).length() > 5", "ignore_failure": True}),
        put("p2", 1, **{"if": "(ctx.message + ctx.message + ctx.message + ctx.message).contains('b')", "ignore_failure": True}),
        put("p3", 1, **{"if": "ctx.message.splitOnToken('').length > 5 && ctx.message.compareTo(ctx.message) > 0", "ignore_failure": True}),
    ]),
    Attack("calls-50-deep", lambda n: [b"x" * 100] * (2 * n), [{"pipeline": {"name": "chain-0"}}], others=call_chain(50)),
    Attack("percents", lambda n: [b"%41" * 300_000, b"%C3%A9+" * 120_000, b"%ED%A0%80" * 100_000, b"%" * 900_000, b"%4" * 400_000] * n, [{"urldecode": {"field": "message", "target_field": f"u{number}", "ignore_failure": True}} for number in range(5)]),
    Attack("dissect", lambda n: [b"a " * 500_000, b" " * 1_000_000, b"ab" * 500_000] * n, [{"dissect": {"field": "message", "pattern": "%{a->} %{+a/2} %{+a/1} %{*k}=%{&k} %{b->}", "append_separator": "-", "ignore_failure": True}}, {"dissect": {"field": "message", "pattern": "%{a->} %{b}ac%{c}", "ignore_failure": True}}]),
    Attack("all-words-of-agents", lambda n: agents_with_all_words()[: 3 * n], [{"user_agent": {"field": "message"}}]),
    Attack("dropped", lambda n: [b"a" * (2 * MIB), b"b", b"c" * 50_000] * n, [{"drop": {"if": "ctx.message.length() > 100"}}], column="filtered"),
    Attack("multiline", lambda n: [b"start " + b"a" * 300 + b"!", *[b" at " + b"a" * 40] * 5] * (6 * n), HOPELESS, input={"parsers": [{"multiline": {"type": "pattern", "pattern": r"^\s", "negate": False, "match": "after"}}]}, joined=6),
    Attack("dead-letters", lambda n: [b"a" * 300 + b"!"] * (4 * n), [{"grok": {"field": "message", "patterns": [pattern]}} for pattern in CATASTROPHIC], input={"pipeline.on_error": "dead_letter"}, column="dead_lettered"),
    Attack("agents", lambda n: [b"Mozilla/5.0 (" + b"; " * number + b"Linux; Android 10; " * 50 + b") AppleWebKit/ Chrome/ Mobile Safari" for number in range(20 * n)], [{"user_agent": {"field": "message"}}]),
]  # fmt: skip


def pipeline_files(attack: Attack) -> dict[str, str]:
    """File names and contents of the attack's pipelines."""
    return {f"{name}.json": json.dumps(body) for name, body in attack.pipelines().items()}
