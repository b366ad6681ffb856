"""Wherever a strict pattern matches a line, the full one finds the same captures."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from shipper.pipeline import grok
from shipper.pipeline.failure import Failure
from shipper.pipeline.grok.narrow import NAMES
from shipper.pipeline.grok.strict import Strict, strict
from shipper.pipeline.grok.types import CONVERTERS
from tests.pipeline.grok.strings import Generator, mutate

APACHE = '203.0.113.7 - frank [10/Oct/2026:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "https://e.org/" "Mozilla/5.0 (X11)"'
SYSLOG = "Nov  3 12:30:45 host-1 sshd[1234]: Accepted publickey for root from 10.0.0.1 port 22"
APP = "2026-11-22T12:30:45.123Z WARN [pool-1 thread] com.example.Service - took 12 ms"
APP_PATTERN = r"^%{TIMESTAMP_ISO8601:t} %{LOGLEVEL:l} \[%{DATA:thread}\] %{NOTSPACE:class} - %{GREEDYDATA:message}$"
KNOWN = [
    ("%{COMBINEDAPACHELOG}", "legacy", "opensearch", APACHE),
    ("%{COMBINEDAPACHELOG}", "legacy", "elasticsearch", APACHE),
    ("%{COMBINEDAPACHELOG}", "ecs-v1", "elasticsearch", APACHE),
    ("%{COMMONAPACHELOG}", "ecs-v1", "elasticsearch", APACHE.split(' "https', maxsplit=1)[0]),
    ("%{SYSLOGLINE}", "legacy", "elasticsearch", SYSLOG),
    ("%{SYSLOGBASE} %{GREEDYDATA:message}", "ecs-v1", "elasticsearch", SYSLOG),
    (APP_PATTERN, "legacy", "elasticsearch", APP),
]


def fields(compiled: Strict, found: re.Match[str]) -> dict[str, Any]:
    values: dict[str, list[Any]] = {}
    for capture in compiled.captures:
        for number in capture.groups:
            text = found[number]
            if text is not None:
                values.setdefault(capture.field, []).append(CONVERTERS.get(capture.type, str)(text))
    return {name: items if len(items) > 1 else items[0] for name, items in values.items()}


def compare(pattern: str, bank: str, flavour: str, rng: random.Random, count: int) -> int:
    """How many lines the strict pattern matched; each is compared."""
    compiled = strict(pattern, {}, bank, flavour)
    if compiled is None:
        return 0
    narrow = re.compile(compiled.pattern, compiled.flags)
    full = grok.compile([pattern], {}, bank, flavour)
    generator = Generator(compiled.pattern, compiled.flags, rng)
    matched = 0
    for number in range(count):
        line = generator.text()
        line = mutate(line, rng) if number % 2 else line
        found = narrow.fullmatch(line)
        if found is None:
            continue
        matched += 1
        for group, safe in enumerate(compiled.safe, 1):
            assert not safe or not re.search(r'["\\\x00-\x1f]', found[group] or "")
        try:
            expected = fields(compiled, found)
        except Failure:
            with pytest.raises(Failure):
                full.match(line)
            continue
        if flavour == "opensearch" and any(
            len(capture.groups) > 1 for capture in compiled.captures
        ):
            continue  # the first counts there: whoever uses the captures sees to it
        result = full.match(line)
        assert result, (pattern, line)
        assert (pattern, line, result[0]) == (pattern, line, expected)
    return matched


@pytest.mark.parametrize(("pattern", "bank", "flavour", "line"), KNOWN)
def test_well_known_patterns_have_a_strict_one(
    pattern: str, bank: str, flavour: str, line: str
) -> None:
    compiled = strict(pattern, {}, bank, flavour)
    assert compiled
    found = re.compile(compiled.pattern, compiled.flags).fullmatch(line)
    full = grok.compile([pattern], {}, bank, flavour).match(line)
    assert found
    assert full
    assert fields(compiled, found) == full[0]
    assert compare(pattern, bank, flavour, random.Random(pattern + bank), 300) > 100


FIELDS = ("a", "b", "c", "d.e", "f:int", "g:float")
BETWEEN = (
    " ",
    " ",
    " ",
    "]",
    " [",
    '"',
    ":",
    ",",
    "-",
    "/",
    " - ",
    r"\[",
    r"\]",
    r"\|",
    r"\t",
    ".",
    ";",
    "x",
    "",
    "%",
    "=",
    r"\.",
    "1",
    "<",
    ">",
    "_",
)
GROUPS = (
    "(?:-|{0})",
    "(?:{0}|-)",
    "(?: {0})?",
    "(?:x{0})?",
    r"(?:\[{0}\])?",
    "(?:{0}|{1})",
    "(?:{0} {1}|{2})",
    "(?<own>{0})",
    "({0}:{1})",
    "(?:0|{0})",
    "(?:{0})?",
    '(?:"{0}" )?',
)
REST = (
    "%{SYSLOGPROG}",
    "%{HOSTPORT}",
    "%{IPV6:v}",
    "%{MONTH:m}",
    "%{DATE:d}",
    "^",
    "$",
    "(?i)",
    "%{SPACE}",
    "%{PATH:p}",
    "a*",
    ".",
    "%{SYSLOGHOST:h}+",
    "%{WORD:w}+",
)


def _random_pattern(rng: random.Random) -> str:
    def name() -> str:
        chosen = rng.choice(list(NAMES))
        return f"%{{{chosen}:{rng.choice(FIELDS)}}}" if rng.random() < 0.8 else f"%{{{chosen}}}"

    parts = []
    for _ in range(rng.randrange(1, 5)):
        dice = rng.random()
        if dice < 0.6:
            parts.append(name())
        elif dice < 0.93:
            parts.append(rng.choice(GROUPS).format(name(), name(), name()))
        else:
            parts.append(rng.choice(REST))
        parts.append(rng.choice(BETWEEN))
    if rng.random() < 0.5:
        parts.append("%{GREEDYDATA:rest}")
    return "".join(parts)


@pytest.mark.parametrize("seed", range(8))
def test_patterns_put_together_at_random(seed: int) -> None:
    rng = random.Random(f"strict{seed}")
    matched = patterns = 0
    for _ in range(400):
        pattern = _random_pattern(rng)
        bank = rng.choice(["legacy", "ecs-v1"])
        found = compare(pattern, bank, "elasticsearch", rng, 14)
        matched += found
        patterns += found > 0
    assert patterns > 40, "too few of them have a strict pattern for the test to mean much"
    assert matched > 400


@pytest.mark.parametrize(
    "pattern",
    [
        "%{IPORHOST:h}:%{INT:p}",  # cafe:80::1 is an address
        "%{IPORHOST:h}",  # of 1.2.3.4.5 the cluster takes four numbers
        "%{DATA:a}%{INT:b}",
        "%{INT:a}%{INT:b}",
        "%{GREEDYDATA:a} %{WORD:b}",
        "%{USER:a}-%{WORD:b}",
        "%{TIMESTAMP_ISO8601:t},%{INT:ms}",
        "%{DATA:a}(?: x|%{GREEDYDATA:b})",
        "(?i)%{WORD:a}",
        "%{WORD:a}.",
        "%{WORD:a}(?<b>[0-9]+)",
        "%{NOPE:a}",
    ],
)
def test_what_is_ambiguous_or_unknown_has_none(pattern: str) -> None:
    assert strict(pattern, {}, "legacy", "elasticsearch") is None


def test_a_name_of_the_users_own_that_replaces_a_standard_one_leaves_none() -> None:
    assert strict("%{WORD:a} %{MINE:b}", {"MINE": "%{INT}"}, "legacy", "elasticsearch")
    assert strict("%{WORD:a}", {"WORD": "x"}, "legacy", "elasticsearch") is None
    assert strict("%{HTTPDATE:a}", {"MONTHDAY": "x"}, "legacy", "elasticsearch") is None
