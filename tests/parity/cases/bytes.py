"""Cases of ``bytes``. The products differ in fractions and in the words of failures."""

from __future__ import annotations

from dataclasses import replace

from tests.parity.case import Failed
from tests.parity.cases._fields import VALUES, case, fields, invalid, missing, on_values, targets

KIND = "bytes"
PAGE = "https://www.elastic.co/docs/reference/enrich-processor/bytes-processor"
SIZES = [
    "1kb", "1KB", "1Kb", "1k", "1 kb", " 1kb", "1kb ", "1b", "1B", "0", "-1", "-1b", "9223372036854775807b", "8191pb", "1pb", "1tb",
    "1gb", "1mb", "1m", "1g", "1t", "1p", "٣kb", "+1kb", "1\tkb", "1\u212ab", "5000000000b", "0b", "0kb", "-0kb", "007kb",
]  # fmt: skip
BROKEN = [
    "1.5kb", "1.0b", "1.5b", "b", "kb", "1", "-2b", "-1kb", "-2", "-0", "00", "0.5kb", ".5kb", "1.kb", "1e3b", "1e3kb",
    "9223372036854775808b", "8192pb", "9223372036854775807kb", "1eb", "1kib", "1 000b", "", " ", "NaNkb", "0x1p3kb", "1fkb", "1.9kb",
    "1kbkb", "1bb", "\u00a01kb", "10,5kb", "1.5.5kb", "kb1", "İkb", "-5mb", "1e999999kb", "1..kb", "-kb", "+kb", "1_0kb",
]  # fmt: skip
_SETTING = "failed to parse setting [Ingest Field] with value"
ELASTICSEARCH = [
    ("1.5kb", 1536), ("1.50kb", 1536), ("1.1kb", 1127), ("1e3kb", 1024000), ("8191.99pb", 9223360777855707382), (".5kb", 512),
    ("1.kb", 1024), ("1.5e3kb", 1536000), ("+1.5kb", 1536), ("0.0kb", 0), ("-0.0kb", 0), ("1E2kb", 102400), ("1.٣kb", 1332),
    ("1.00e1kb", 10240),
]  # fmt: skip
ELASTICSEARCH_BROKEN = [
    ("1.555kb", "failed to parse setting [Ingest Field] with more than two decimals in value [1.555kb]"),
    ("1.500kb", "failed to parse setting [Ingest Field] with more than two decimals in value [1.500kb]"),
    ("1e-3kb", "failed to parse setting [Ingest Field] with more than two decimals in value [1e-3kb]"),
    ("9000.5pb", "failed to parse setting [Ingest Field] with value beyond 9223372036854775807: [9000.5pb]"),
    ("1e5000000kb", "failed to parse setting [Ingest Field] with value beyond 9223372036854775807: [1e5000000kb]"),
    *((text, f"{_SETTING} [{text}]") for text in ("-1.5kb", "-0.5kb", "1.5b", "kb", "b", "NaNkb", "1fkb", "0x1p3kb", "1eb", "1kbkb")),
    *((text, f"{_SETTING} [{text}] as a size in bytes") for text in ("-2b", "-1kb", "8192pb", "-1mb")),
    *((text, f"{_SETTING} [{text}] as a size in bytes: unit is missing or unrecognized") for text in ("1", "00", "", "-0", "1.5")),
]  # fmt: skip

CASES = [
    *on_values("field", KIND, {}, SIZES),
    *on_values("field", KIND, {}, [value for value in VALUES if not isinstance(value, str)], only="opensearch"),
    *on_values("field", KIND, {}, [*BROKEN, *(value for value in VALUES if isinstance(value, str))], only="opensearch"),
    *(case("field", KIND, {"field": "a"}, {"a": text}, oracle="manual", expected={"a": size}, page=PAGE) for text, size in ELASTICSEARCH),
    *(
        case("field", KIND, {"field": "a"}, {"a": text}, oracle="manual", expected=Failed(reason, "parse_exception"), page=PAGE)
        for text, reason in ELASTICSEARCH_BROKEN
    ),
    *(replace(one, only="opensearch") for one in fields(KIND)),
    *invalid("field", KIND, {}, [5, None]),
    *targets(KIND, {}, "1kb"),
    *missing(KIND, {}, ["1kb", None, 5, ["1kb"], [None]]),
]  # fmt: skip
