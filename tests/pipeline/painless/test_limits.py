"""Which regular expressions stay within the cluster's limit on every text, and that they do so on a real node."""

from __future__ import annotations

import http.client
import json
import random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from shipper.pipeline import painless
from shipper.pipeline.failure import Invalid, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.rig.node import Node


def taken(script: str) -> bool:
    """Whether the edge takes it."""
    try:
        painless.compile(script, flavour="opensearch")
    except Unsupported:
        return False
    return True


@pytest.mark.parametrize(
    "pattern",
    ["error", "foo|bar", "foo|bar|baz", r"^\d+$", r"^\d+\.\d+\.\d+$", "^(GET|POST|PUT)\\s", "^[^:]+:", r"\.", r"user=[a-z]+", "(?i)exception", ".*", "^$", "é+", "foo$", "(opened for user|opened by|opened,)", " disk full| link down| link up"],
)  # fmt: skip
def test_harmless_patterns_are_taken(pattern: str) -> None:
    assert taken(f"ctx.s =~ /{pattern}/")


@pytest.mark.parametrize(
    "pattern",
    [".*foo", "a|b|c|d|e|f|g|h", "foo|bar|baz|qux|one|two", "[0-9]+x", "(a|b)+c", "a.*b", r"^.*foo$", r"\w+@\w+", "(a+)+b", r"(?=a)b", "aaab|aaba|abaa|baaa", "aaa|aab|aac|aad"],
)  # fmt: skip
def test_patterns_that_a_text_could_stop_are_refused(pattern: str) -> None:
    assert not taken(f"ctx.s =~ /{pattern}/")


ATOMS = [
    "a",
    "b",
    "o",
    "f",
    ".",
    "[ab]",
    "[^a]",
    r"\d",
    r"\w",
    r"\s",
    "é",
    "foo",
    "ab",
    "(?:a|b)",
    "(foo|ba)",
    "x",
]
PARTS = [
    "a",
    "b",
    "fo",
    "foo",
    "ab",
    "1",
    "12.",
    "x",
    "e",
    "aaab",
    "ff b",
    "😀",
    "é",
    " ",
    "\n",
    "ba",
]


def _pattern(rng: random.Random) -> str:
    def piece() -> str:
        return rng.choice(ATOMS) + rng.choice(["", "", "", "", "+", "*", "?", "{1,3}", "*?", "++"])

    branches = [
        "".join(piece() for _ in range(rng.randrange(1, 5)))
        for _ in range(rng.choice([1, 1, 1, 2, 3]))
    ]
    return rng.choice(["", "^"]) + "|".join(branches) + rng.choice(["", "", "$"])


def _text(rng: random.Random) -> str:
    one, other = rng.choice(PARTS), rng.choice(PARTS)
    return "".join(rng.choice([one, one, other]) for _ in range(rng.choice([0, 1, 1, 2, 3, 8, 40])))


def test_no_text_stops_what_is_taken(opensearch: Node) -> None:
    rng = random.Random(20)
    ask = _asker(opensearch.url)
    tried = 0
    while tried < 250:
        script = f"ctx.s {rng.choice(['=~', '==~'])} /{_pattern(rng)}/"
        try:
            held = painless.compile(script, flavour="opensearch")
        except (Invalid, Unsupported):
            continue
        texts = [_text(rng) for _ in range(4)]
        tried += 1
        assert ask(script, texts) == [held({"s": text}) for text in texts], (script, texts)


def _words(rng: random.Random) -> list[str]:
    letters = rng.choice(["ab", "abc"])
    made = ("".join(rng.choice(letters) for _ in range(rng.randrange(1, 8))) for _ in range(5))
    return [*dict.fromkeys(made)][: rng.randrange(2, 6)]


def _most_looked_at(words: list[str], rng: random.Random) -> str:
    """A text that keeps beginning words and holds none."""
    begun = [word[:size] for word in words for size in range(1, len(word))] or ["~"]
    unit = "".join(rng.choice(begun) for _ in range(rng.randrange(1, 4)))
    text = unit * (200 // len(unit) + 1)
    return "" if any(word in text for word in words) else text


def test_no_text_stops_the_words_that_are_taken(opensearch: Node) -> None:
    rng = random.Random(31)
    ask = _asker(opensearch.url)
    tried = 0
    while tried < 60:
        words = _words(rng)
        script = f"ctx.s =~ /({'|'.join(words)})/"
        if not taken(script):
            continue
        texts = [_most_looked_at(words, rng) for _ in range(12)]
        tried += 1
        assert ask(script, texts) == [False] * len(texts), (script, texts)


def _asker(url: str) -> Callable[[str, list[str]], list[Any]]:
    parts = urlsplit(url)
    assert parts.hostname

    def ask(script: str, texts: list[str]) -> list[Any]:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        step = {"set": {"field": "held", "value": True, "if": script}}
        body = {
            "pipeline": {"processors": [step]},
            "docs": [{"_source": {"s": text}} for text in texts],
        }
        connection.request(
            "POST",
            "/_ingest/pipeline/_simulate",
            json.dumps(body),
            {"Content-Type": "application/json"},
        )
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return [
            doc["error"]["caused_by"]["type"]
            if "error" in doc
            else doc["doc"]["_source"].get("held", False)
            for doc in answer["docs"]
        ]

    return ask
