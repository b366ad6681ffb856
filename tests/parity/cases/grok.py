"""Cases of ``grok``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.options import ES, PAGES
from tests.parity.outcome import Outcome

PAGE = PAGES[ES].format("grok")
APACHE = '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.0" 200 2326 "http://e.org/" "Mozilla/5.0 (X11)"'
SYSLOG = "Nov  3 12:30:45 host-1 sshd[1234]: Accepted publickey for root from 10.0.0.1 port 22"
OTHERS: tuple[Any, ...] = (5, 1.5, True, None, ["1"], {"a": "1"}, "")


def _case(option: str, document: dict[str, Any], patterns: Any, **options: Any) -> Case:
    more = {
        key: options.pop(key)
        for key in ("oracle", "expected", "page", "only", "note", "metadata", "refused")
        if key in options
    }
    return Case(
        option=option,
        document=document,
        processor={"grok": {"field": "m", "patterns": patterns} | options},
        **more,
    )


def _field() -> list[Case]:
    document: dict[str, Any] = {
        "m": "a 1",
        "o": {"p": ["x 7", "y"], "q": {"r": "z 9"}},
        "ünï": "u 3",
    }
    cases = []
    for field in (
        "m",
        "o.q.r",
        "o.p.0",
        "o.p.5",
        "o.p",
        "o",
        "nope",
        "o.nope",
        "ünï",
        "_source.m",
        "_index",
        "_ingest.timestamp",
        "m.x",
        "",
    ):
        for patterns in (["%{WORD:w} %{INT:i}"], ["%{GREEDYDATA:all}"]):
            processor = {"grok": {"field": field, "patterns": patterns}}
            cases.append(Case(option="field", document=document, processor=processor))
    cases += [_case("field", {"m": value}, ["%{GREEDYDATA:g}"]) for value in OTHERS]
    cases += [
        _case("field", {"m": "1 2"}, ["%{INT:m} %{INT:n}"]),
        _case("field", {"m": "1 2"}, ["%{INT:m.x} %{INT:n}"]),
    ]
    for field in (None, 5, ["m"], {"m": 1}):
        processor = {"grok": {"field": field, "patterns": ["x"]}}
        cases.append(Case(option="field", document=document, processor=processor))
    cases.append(Case(option="field", document=document, processor={"grok": {"patterns": ["x"]}}))
    return cases


_LINES = (
    APACHE, SYSLOG, "2026-11-22T12:30:45.123Z INFO [main] started in 12.5 s", "fe80::1%eth0 ::1 1.2.3.4", "", " ", "a\nb 12\nc",
    "ünïcödé 😀 12", "-12 +5 0x1F .5 1e3 00012", "aa:bb:cc:dd:ee:ff \"quo\\\"ted\" 'x'", "http://u:p@h.example:80/p/a?q=1#f /usr/lib C:\\x\\y",
)  # fmt: skip
_SINGLE = (
    "%{COMBINEDAPACHELOG}", "%{COMMONAPACHELOG}", "%{SYSLOGLINE}", "%{SYSLOGBASE} %{GREEDYDATA:rest}", "%{TIMESTAMP_ISO8601:t} %{LOGLEVEL:l}",
    "%{IP:ip}", "%{IPORHOST:h} %{IPORHOST:i}", "%{INT:a}%{INT:b}", "%{NUMBER:n} %{NUMBER:o}", "%{BASE16NUM:x}", "%{WORD:w}", "%{DATA:d} %{GREEDYDATA:g}",
    "^%{DATA:d}$", "%{QS:q}", "%{URI:u}", "%{URIPATHPARAM:p}", "%{PATH:p}", "%{MAC:m1}", "%{NOTSPACE:n}%{SPACE:s}", "(?<first>\\w)(?<rest>.*)",
    "(?<a.b>\\d+) (?<@t>\\S)", "(?<x:y:int>\\d+)", "%{INT::n}", "%{INT:[a][b]}", "%{INT:a-b}", "%{INT:@timestamp}", "%{INT:a:}", "%{INT:a:nothing}",
    "%{INT:a=\\d}", "%{WORD:a} %{WORD:a}", "%{INT:a} %{WORD:a}", "(?:%{INT:a}|%{WORD:b})", "%{INT:a}?%{WORD:b}?", "%{NOSUCH:a}", "%{INT:a b}", "%{INT",
    "(", "[a", "a{2,1}", "(?<a>b", "(?<1>x)", "*", "", "%{}", "\\", "(?i)info", "(?m)a.b", "a.b", "^b", "c$", "\\Aa", "\\h+", "\\R", "[[:upper:]]+",
    "\\p{L}+", "(?<n>a)\\k<n>", "%{INT:_index}", "%{INT:_id} %{WORD:_routing}", "%{WORD:_ingest.w}", "%{INT:a} %{INT:a.b}", "%{INT:a.b} %{WORD:a}", "%{NUMBER:m}",
    "%{INT:n:int}", "%{INT:n:long}", "%{NUMBER:n:float}", "%{NUMBER:n:double}", "%{WORD:n:boolean}", "%{NOTSPACE:n:int}", "%{DATA:n:float}$", "%{WORD:n:string}",
)  # fmt: skip


def _patterns() -> list[Case]:
    cases = [
        _case("patterns", {"m": line}, [pattern], only="opensearch", note="the legacy banks differ")
        for pattern in _SINGLE
        for line in _LINES
    ]
    cases += [
        _case(
            "patterns",
            {"m": line},
            ["\\X"],
            refused="grok: \\X, one visible character, which engines cut differently",
        )
        for line in _LINES[:2]
    ]
    several = (
        ["%{INT:a}", "%{WORD:b}"], ["%{WORD:b}", "%{INT:a}"], ["b", "(?<x>a)"], ["%{NOSUCH:a}", "%{INT:a}"], ["(", "a"], ["(?i)INFO", "(?<z>.)"],
        ["^%{IP:a}$", "^%{WORD:w}$", "%{GREEDYDATA:g}"], ["%{INT:a:int}", "%{WORD:a}"], ["%{INT:a}", "%{INT:a}", "%{WORD:a:boolean}"],
    )  # fmt: skip
    cases += [_case("patterns", {"m": line}, patterns) for patterns in several for line in _LINES]
    cases += [
        _case("patterns", {"m": "a 1"}, patterns)
        for patterns in ([], None, "%{INT:a}", [5], [None], {"a": "b"}, [["a"]], [True])
    ]
    cases.append(Case(option="patterns", document={"m": "x"}, processor={"grok": {"field": "m"}}))
    numbers = (
        "2147483647", "2147483648", "-2147483648", "9223372036854775807", "9223372036854775808", "+7", "007", "1.5", "-.5", "1e400", "0x1p3", "NaN", "-Infinity",
        "1_0", "1f", " 1.5 ", "", "٣", "0.1", "16777217", "1.00000017881393432617187499", "3.4028236e38", "TRUE", "true", "yes", "1D", "--1", "1e-400",
    )  # fmt: skip
    cases += [
        _case("patterns", {"m": f"<{number}>"}, [f"<%{{DATA:n:{kind}}}>"])
        for number in numbers
        for kind in ("int", "long", "float", "double", "boolean", "string")
    ]
    return cases


def _definitions() -> list[Case]:
    tables: tuple[Any, ...] = (
        {"FAVORITE": "(?:beagle|poodle)"}, {"INT": "[a-z]+"}, {"A": "%{B}x", "B": "\\d"}, {"A": "%{A}"}, {"A": "%{B}", "B": "%{A}"}, {"A": "%{NOSUCH}"},
        {"A": "("}, {}, None, {"A": 5}, {"A": None}, [], "A", {"ÜN": "x"}, {"A_1": "x{2}"}, {"A-B": "x"}, {"MONTHDAY": "99"}, {"A": "(?<inner>\\d)(?<two>\\w)?"},
        {"A": "%{INT:inner:int}"}, {"A": "%{B:b}", "B": "%{C:c}", "C": "\\w"}, {"A": ""}, {"A": "%{INT"}, {"YEAR": "\\d{4}", "DATA": "\\d+"},
    )  # fmt: skip
    lines = ("99 beagle 12x", "1x5 xx", "abc", "99/Oct/2026:10:00:00 +0000", "")
    cases = []
    for pattern in (
        "%{A:a}",
        "%{INT:i}%{GREEDYDATA:g}",
        "%{FAVORITE:f}",
        "%{HTTPDATE:t}",
        "%{A-B:q}",
        "%{A_1:q}",
    ):
        for table in tables:
            cases += [
                _case("pattern_definitions", {"m": line}, [pattern], pattern_definitions=table)
                for line in lines
            ]
    return cases


def _trace() -> list[Case]:
    sets = (
        ["%{INT:a}"],
        ["%{INT:a}", "%{WORD:b}"],
        ["^x$", "^y$", "%{GREEDYDATA:g}"],
        ["(?:a)", "(?:b)"],
        ["a(?<n>b)?", "c"],
        ["%{INT:_ingest.x}", "q"],
    )
    cases = []
    for flag in (True, False):
        for patterns in sets:
            for line in ("12", "abc", "y", "b", "", "q"):
                case = _case("trace_match", {"m": line}, patterns, trace_match=flag)
                note = {"set": {"field": "index", "value": "{{_ingest._grok_match_index}}"}}
                assert case.processor
                pipeline = {"processors": [case.processor, note]}
                cases += [
                    case,
                    Case(
                        option="trace_match", kind="grok", document={"m": line}, pipeline=pipeline
                    ),
                ]
    cases += [
        _case("trace_match", {"m": "1"}, ["1"], trace_match=flag)
        for flag in ("true", "no", 1, None)
    ]
    return cases


def _ignore_missing() -> list[Case]:
    cases = []
    for flag in (True, False, "true", "no", 1, None):
        documents: tuple[dict[str, Any], ...] = (
            {},
            {"m": None},
            {"m": "1"},
            {"m": "x"},
            {"m": 5},
            {"m": ["1"]},
            {"o": 1},
        )
        cases += [
            _case("ignore_missing", document, ["%{INT:a}"], ignore_missing=flag)
            for document in documents
        ]
    return cases


def _capture_all() -> list[Case]:
    patterns = (
        "%{INT:a} %{INT:a}",
        "%{INT:a} %{WORD:a} %{INT:a}",
        "(?<a>x)(?<a>y)?",
        "%{INT:a:int} %{INT:a:int}",
        "(?:%{INT:a} ?)+",
        "%{WORD:a}",
    )
    lines = ("1 2", "1 x 3", "xy", "x", "1 2 3", "")
    cases = [
        _case(
            "capture_all_matches",
            {"m": line},
            [pattern],
            capture_all_matches=flag,
            only="opensearch",
        )
        for pattern in patterns
        for line in lines
        for flag in (True, False)
    ]
    cases += [
        _case(
            "capture_all_matches",
            {"m": "1 2"},
            [patterns[0]],
            capture_all_matches=flag,
            only="opensearch",
        )
        for flag in ("true", "no", 1, None)
    ]
    return cases


_ECS = (
    ("%{COMBINEDAPACHELOG}", APACHE), ("%{COMMONAPACHELOG}", APACHE), ("%{SYSLOGLINE}", SYSLOG), ("%{SYSLOGBASE} %{GREEDYDATA:rest}", SYSLOG),
    ("%{HTTPD_ERRORLOG}", "[Fri Dec 16 01:46:23 2005] [error] [client 1.2.3.4] Directory index forbidden by rule: /home/test/"),
    ("%{HTTPD_ERRORLOG}", "[Thu Jun 27 11:55:44.569531 2013] [core:info] [pid 4739:tid 1] [client 1.2.3.4:50] AH00128: File does not exist: /x"),
    ("%{CRONLOG}", "Jan 11 10:47:01 host CROND[2620]: (root) CMD (/usr/lib64/sa/sa1 1 1)"),
    ("%{REDISLOG}", "[4018] 14 Nov 07:01:22.119 * Background saving terminated with success"),
    ("%{POSTGRESQL}", "03-02-26 16:27:05 UTC bob 5a 1234"), ("%{CISCOFW302010}", "12 in use, 34 most used"),
    ("%{CISCOFW106001}", "Inbound TCP connection denied from 1.2.3.4/1 to 5.6.7.8/2 flags SYN on interface inside"),
    ("%{JAVASTACKTRACEPART}", "\tat com.example.Foo.bar(Foo.java:12)"), ("%{CATALINALOG}", "Jan 09, 2014 7:13:13 AM a.b.C run INFO: text"),
    ("%{MONGO3_LOG}", "2014-11-03T18:28:32.450-0500 I NETWORK [initandlisten] waiting"), ("%{RAILS3}", 'Started GET "/a" for 1.2.3.4 at 2026-01-02 03:04:05 +0100'),
    ("%{NAGIOSLOGLINE}", "[1427925600] CURRENT SERVICE STATE: h;s;OK;HARD;1;text"), ("%{BIND9}", "17-Feb-2018 23:06:56.326 queries: info: client 1.2.3.4#53 (a): query: a IN A + (5.6.7.8)"),
    ("%{SYSLOG5424LINE}", '<34>1 2026-10-11T22:14:15.003Z host app 123 ID47 [x@1 a="b"] text'), ("%{LOGLEVEL:l}", "an information"), ("%{S3_ACCESS_LOG}", "x"),
    ("%{URIPATHPARAM:p}", "/a/b?c=1"), ("%{UNIXPATH:p}", "/ü/ö x"), ("%{EMAILADDRESS:e}", "a.b+c@example.org."), ("%{NOSUCH}", "x"), ("%{INT:a}", "none here"),
    ("%{SQUID3}", "1525344856.899 16867 10.170.72.111 TCP_TUNNEL/200 6256 CONNECT logs.example.net:443 - HIER_DIRECT/1.2.3.4 -"),
    ("%{ELB_ACCESS_LOG}", '2014-02-15T23:39:43.945958Z my-lb 1.2.3.4:2817 5.6.7.8:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1"'),
    ("%{HAPROXYHTTP}", 'Sep 20 15:42:59 1.2.3.4 haproxy[24456]: 5.6.7.8:56 [20/Sep/2017:15:42:59.127] f b/s 0/0/0/2/2 200 253 - - ---- 1/1/0/0/0 0/0 "GET /a?b HTTP/1.1"'),
    ("%{IPTABLES}", "IN=eth0 OUT= MAC=aa:bb:cc:dd:ee:ff:11:22:33:44:55:66:08:00 SRC=1.2.3.4 DST=5.6.7.8 LEN=60 TOS=0x00 PREC=0x00 TTL=51 ID=32443 DF PROTO=TCP SPT=51 DPT=22 WINDOW=1"),
    ("%{INT:a:int} %{WORD:a}", "1 x"), ("%{INT:a} %{INT:a}", "1 2"), ("(?:%{INT:a} ?)+", "1 2"), ("%{INT:a.b:float}", "7"), ("%{INT:n:int}", "99999999999"),
)  # fmt: skip


def _ecs() -> list[Case]:
    """Elasticsearch's own option, and where its legacy bank and its captures are not OpenSearch's."""
    cases = [
        _case("ecs_compatibility", {"m": line}, [pattern], ecs_compatibility=mode, oracle="jar")
        for pattern, line in _ECS
        for mode in ("v1", "disabled")
    ]
    cases += [
        _case("patterns", {"m": line}, [pattern], oracle="jar")
        for pattern in _SINGLE[:20]
        for line in _LINES
    ]
    cases += [
        _case(
            "ecs_compatibility",
            {"m": "1"},
            ["1"],
            ecs_compatibility=mode,
            oracle="manual",
            expected=Invalid(),
            page=PAGE,
        )
        for mode in ("v8", "", 1)
    ]
    cases.append(
        _case("ecs_compatibility", {"m": "x"}, ["1"], ecs_compatibility="v1", oracle="manual", page=PAGE,
              expected=Failed("Provided Grok expressions do not match field value: [x]"))
    )  # fmt: skip
    cases.append(
        _case("ecs_compatibility", {"m": "1"}, ["1"], ecs_compatibility="v1", only="opensearch")
    )
    return cases


def _order() -> list[Case]:
    """What is set before a field that cannot be set stays."""
    documents: list[dict[str, Any]] = [
        {"m": "a b c d e", **more}
        for more in ({}, {"source": "file"}, {"host": "h", "url": {"x": 1}}, {"url": "u", "client": 5}, {"z": {"y": "t"}}, {"host": None})
    ]  # fmt: skip
    names = ("source.ip", "host.name", "url.path", "z.y.x", "client.port", "event.id", "a", "b.c")
    pattern = [
        " ".join(f"%{{WORD:{name}}}" for name in names[start : start + 5]) for start in range(4)
    ]
    return [
        Case(
            option="patterns",
            document=document,
            pipeline={
                "processors": [{"grok": {"field": "m", "patterns": [one], "ignore_failure": True}}]
            },
            kind="grok",
            only="opensearch",  # Elasticsearch sets them in the pattern's order
        )
        for one in pattern
        for document in documents
    ]


def jar(cases: list[Case]) -> list[Outcome]:
    """What Elasticsearch's processor makes of its library's answers."""
    from tests.pipeline.grok.oracle import OracleError, document_after, oracle  # noqa: PLC0415 - needs Java

    assert cases[0].processor
    options = cases[0].processor["grok"]
    bank = {"v1": "ecs-v1"}.get(options.get("ecs_compatibility"), "legacy")
    (pattern,) = options["patterns"]
    texts = [case.document["m"] for case in cases]
    try:
        answers = oracle("elasticsearch").match(bank, pattern, texts)
    except OracleError as error:
        return [Outcome("invalid", reason=str(error))] * len(cases)
    return [
        document_after(case.input(n), answer)
        for n, (case, answer) in enumerate(zip(cases, answers, strict=True))
    ]


CASES = [
    *_field(),
    *_patterns(),
    *_order(),
    *_definitions(),
    *_trace(),
    *_ignore_missing(),
    *_capture_all(),
    *_ecs(),
]
